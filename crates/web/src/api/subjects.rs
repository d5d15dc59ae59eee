//! `GET /api/v1/subjects/{code}`: who a subject is.

use axum::extract::{Path, State};
use axum::response::Response;
use xinyong_service::browse;

use super::{json, problem};
use crate::site::Site;

/// The public register's facts about one subject.
pub async fn subject(State(site): State<Site>, Path(code): Path<String>) -> Response {
    browse::subject_facts(site.desk(), &code)
        .await
        .and_then(|facts| json(&facts))
        .unwrap_or_else(|error| problem(&site, "/api/v1/subjects/{code}", &error))
}
