//! `GET /api/v1/records/…`: public lists, and one record with its reasons.

use axum::extract::{Request, State};
use axum::response::Response;
use serde::Serialize;
use xinyong_service::DeskError;
use xinyong_service::browse::{self, ListFilter};

use super::call::{Call, Reply};
use super::operations::{RECORD, RECORDS};
use super::problem::Trouble;
use super::shapes::{FactBody, RecordBody};
use crate::site::Site;
use crate::ui::reasons;

#[derive(Serialize)]
struct ListBody<'r> {
    records: Vec<RecordBody<'r>>,
    next: &'r str,
}

#[derive(Serialize)]
struct DetailBody<'r> {
    #[serde(flatten)]
    record: RecordBody<'r>,
    publication: Vec<FactBody<'r>>,
}

/// A page of the public list of a kind.
pub async fn list(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &RECORDS, request).await {
        Ok(call) => {
            let outcome = page(&call).await;
            call.close(outcome)
        }
        Err(refused) => refused,
    }
}

async fn page(call: &Call) -> Result<Reply, Trouble> {
    let filter = ListFilter {
        text: String::new(),
        unit: call.value("unit").to_owned(),
        from: call.value("decided_from").to_owned(),
        to: call.value("decided_until").to_owned(),
        after: call.value("after").to_owned(),
    };
    if !filter.from.is_empty() && !filter.to.is_empty() && filter.to < filter.from {
        let detail = "decided_until 早于 decided_from：请改后再试";
        return Err(Trouble::new("parameter.invalid", detail));
    }
    let limit = usize::try_from(call.number("limit")).unwrap_or_default();
    let desk = call.site().desk();
    let found = browse::public_page(desk, call.value("kind"), &filter, limit).await?;
    let records = found.records.iter().map(RecordBody::from).collect();
    Reply::json(&ListBody { records, next: &found.next })
}

/// One record.
pub async fn record(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &RECORD, request).await {
        Ok(call) => {
            let outcome = detail(&call).await;
            call.close(outcome)
        }
        Err(refused) => refused,
    }
}

async fn detail(call: &Call) -> Result<Reply, Trouble> {
    let desk = call.site().desk();
    let found = browse::public_record(desk, call.id("subject"), call.id("record")).await?;
    if found.kind != call.value("kind") {
        return Err(DeskError::NotFound("该信息").into());
    }
    let law = desk.law();
    let facts = reasons::publication(&law, &found.disclosure, found.decided, &found.clocks);
    Reply::json(&DetailBody {
        record: RecordBody::from(&found),
        publication: facts.iter().map(FactBody::from).collect(),
    })
}
