//! `GET /api/v1/search?q=`: subjects by name, former name, initials or code.

use axum::extract::{Request, State};
use axum::response::Response;
use xinyong_service::browse;

use super::call::{Call, Reply};
use super::operations::SEARCH;
use super::problem::Trouble;
use crate::site::Site;

/// The hits, the closest first.
pub async fn search(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &SEARCH, request).await {
        Ok(call) => {
            let found = browse::search(call.site().desk(), call.value("q")).await;
            call.close(found.map_err(Trouble::from).and_then(|page| Reply::json(&page)))
        }
        Err(refused) => refused,
    }
}
