//! `GET /api/v1/changes`: the feed of changes.

use axum::extract::{Request, State};
use axum::response::Response;
use serde::Serialize;
use xinyong_service::browse;

use super::call::{Call, Reply};
use super::operations::CHANGES;
use super::problem::Trouble;
use super::shapes::RecordBody;
use crate::site::Site;

#[derive(Serialize)]
struct FeedBody<'c> {
    changes: Vec<ChangeBody<'c>>,
    next: &'c str,
    more: bool,
}

#[derive(Serialize)]
struct ChangeBody<'c> {
    change: &'static str,
    at: i64,
    subject: String,
    record: String,
    kind: &'c str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<RecordBody<'c>>,
}

/// A portion of the feed.
pub async fn changes(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &CHANGES, request).await {
        Ok(call) => {
            let outcome = portion(&call).await;
            call.close(outcome)
        }
        Err(refused) => refused,
    }
}

async fn portion(call: &Call) -> Result<Reply, Trouble> {
    let limit = usize::try_from(call.number("limit")).unwrap_or_default();
    let found = browse::changes(call.site().desk(), call.value("after"), limit).await?;
    let changes = found
        .changes
        .iter()
        .map(|change| ChangeBody {
            change: match &change.content {
                None => "removed",
                Some(_) if change.corrected => "corrected",
                Some(_) => "published",
            },
            at: change.at,
            subject: change.subject.to_string(),
            record: change.record.to_string(),
            kind: &change.kind,
            content: change.content.as_ref().map(RecordBody::from),
        })
        .collect();
    Reply::json(&FeedBody { changes, next: &found.next, more: found.more })
}
