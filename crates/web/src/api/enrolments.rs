//! `GET /api/v1/enrolments` and what changed about each.

use axum::extract::{Request, State};
use axum::response::Response;
use serde::Serialize;
use xinyong_service::enrolments::{self, EnrolmentView, Standing, Told};

use super::call::{Call, Reply};
use super::operations::{ENROLMENT_CHANGES, ENROLMENTS};
use super::problem::Trouble;
use crate::site::Site;

#[derive(Serialize)]
struct ListBody<'e> {
    enrolments: Vec<EnrolmentBody<'e>>,
    next: String,
}

#[derive(Serialize)]
struct EnrolmentBody<'e> {
    id: String,
    code: &'e str,
    name: &'e str,
    subject: String,
    basis: &'e str,
    purpose: &'e str,
    since: i64,
    until: String,
    standing: Standing,
}

#[derive(Serialize)]
struct ChangesBody<'c> {
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
    #[serde(skip_serializing_if = "str::is_empty")]
    kind: &'c str,
}

impl<'e> From<&'e EnrolmentView> for EnrolmentBody<'e> {
    fn from(view: &'e EnrolmentView) -> Self {
        Self {
            id: view.id.to_string(),
            code: &view.code,
            name: &view.name,
            subject: view.subject.to_string(),
            basis: &view.basis,
            purpose: &view.purpose,
            since: view.made_at,
            until: view.until.to_string(),
            standing: view.standing,
        }
    }
}

impl<'c> From<&'c Told> for ChangeBody<'c> {
    fn from(told: &'c Told) -> Self {
        Self {
            change: told.happened.as_str(),
            at: told.at,
            subject: told.subject.to_string(),
            record: told.record.to_string(),
            kind: &told.kind,
        }
    }
}

/// What the unit of the key follows.
pub async fn list(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &ENROLMENTS, request).await {
        Ok(call) => {
            let outcome = listed(&call).await;
            call.close(outcome)
        }
        Err(refused) => refused,
    }
}

async fn listed(call: &Call) -> Result<Reply, Trouble> {
    let after = if call.value("after").is_empty() { 0 } else { call.id("after") };
    let (found, more) = enrolments::list(call.site().desk(), &call.actor(), after.max(0)).await?;
    let last = found.last().filter(|_| more);
    Reply::json(&ListBody {
        next: last.map_or_else(String::new, |last| last.id.to_string()),
        enrolments: found.iter().map(EnrolmentBody::from).collect(),
    })
}

/// What changed.
pub async fn changes(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &ENROLMENT_CHANGES, request).await {
        Ok(call) => {
            let outcome = changed(&call).await;
            call.close(outcome)
        }
        Err(refused) => refused,
    }
}

async fn changed(call: &Call) -> Result<Reply, Trouble> {
    let limit = usize::try_from(call.number("limit")).unwrap_or_default();
    let (desk, cursor) = (call.site().desk(), call.value("cursor"));
    let found = enrolments::changes(desk, &call.actor(), call.id("id"), cursor, limit).await?;
    let changes = found.changes.iter().map(ChangeBody::from).collect();
    Reply::json(&ChangesBody { changes, next: &found.next, more: found.more })
}
