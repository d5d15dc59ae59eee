//! `GET /api/v1/lists/{kind}/range/{prefix}`: part of a public list, for who does not say whom the question is about.

use axum::extract::{Request, State};
use axum::response::Response;
use xinyong_service::browse;

use super::call::{Call, Reply};
use super::operations::LIST_RANGE;
use super::problem::Trouble;
use crate::site::Site;

/// The part of a list.
pub async fn range(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &LIST_RANGE, request).await {
        Ok(call) => {
            let outcome = found(&call).await;
            call.close(outcome)
        }
        Err(refused) => refused,
    }
}

async fn found(call: &Call) -> Result<Reply, Trouble> {
    let (kind, prefix) = (call.value("kind"), call.value("prefix"));
    Reply::json(&browse::list_range(call.site().desk(), kind, prefix).await?)
}
