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
    record: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'c str>,
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
                Some(_) if change.marked => "marked",
                Some(_) => "published",
            },
            at: change.at,
            record: change.record.to_string(),
            // With the subject it would be told whose record is public no more, and with the kind what sort of record.
            subject: change.content.as_ref().map(|_| change.subject.to_string()),
            kind: change.content.as_ref().map(|_| change.kind.as_str()),
            content: change.content.as_ref().map(RecordBody::from),
        })
        .collect();
    Reply::json(&FeedBody { changes, next: &found.next, more: found.more })
}
