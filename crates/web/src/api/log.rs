//! `GET /api/v1/log/…`: the record of publication for whoever wants to verify it.

use axum::extract::{Request, State};
use axum::response::Response;
use serde::Serialize;
use xinyong_service::DeskError;
use xinyong_service::publication_log;
use xinyong_service::signing::KeyCard;

use super::call::{Call, Reply};
use super::operations::{LOG_CONSISTENCY, LOG_HEAD, LOG_KEYS, RECORD_PROOF};
use super::problem::Trouble;
use crate::site::Site;

#[derive(Serialize)]
struct Keys {
    keys: Vec<KeyCard>,
}

/// The newest signed head.
pub async fn head(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &LOG_HEAD, request).await {
        Ok(call) => {
            let found = publication_log::head(call.site().desk()).await;
            call.close(found.map_err(Trouble::from).and_then(|head| Reply::json(&head)))
        }
        Err(refused) => refused,
    }
}

/// The public halves of all keys.
pub async fn keys(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &LOG_KEYS, request).await {
        Ok(call) => {
            let found = xinyong_service::signing::list(call.site().desk()).await;
            let keys =
                found.map(|keys| Keys { keys: keys.iter().rev().map(KeyCard::from).collect() });
            call.close(keys.map_err(Trouble::from).and_then(|keys| Reply::json(&keys)))
        }
        Err(refused) => refused,
    }
}

/// That the tree goes on from an earlier one.
pub async fn consistency(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &LOG_CONSISTENCY, request).await {
        Ok(call) => {
            let to = Some(call.number("to")).filter(|to| *to > 0);
            let desk = call.site().desk();
            let found = publication_log::consistency(desk, call.number("from"), to).await;
            call.close(found.map_err(Trouble::from).and_then(|proof| Reply::json(&proof)))
        }
        Err(refused) => refused,
    }
}

/// That a public record stands in it.
pub async fn inclusion(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &RECORD_PROOF, request).await {
        Ok(call) => {
            let outcome = prove(&call).await;
            call.close(outcome)
        }
        Err(refused) => refused,
    }
}

async fn prove(call: &Call) -> Result<Reply, Trouble> {
    let desk = call.site().desk();
    let proof = publication_log::inclusion(desk, call.id("subject"), call.id("record")).await?;
    if proof.statement.get("kind").and_then(|kind| kind.as_str()) != Some(call.value("kind")) {
        return Err(DeskError::NotFound("该信息的收录证明").into());
    }
    Reply::json(&proof)
}
