//! `GET /api/v1/search?q=`: subjects by name, former name, initials or code.

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use xinyong_service::browse;

use super::{json, problem};
use crate::site::Site;

/// What is searched for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

/// The hits, the closest first.
pub async fn search(State(site): State<Site>, Query(asked): Query<Asked>) -> Response {
    browse::search(site.desk(), &asked.q)
        .await
        .and_then(|page| json(&page))
        .unwrap_or_else(|error| problem(&site, "/api/v1/search", &error))
}
