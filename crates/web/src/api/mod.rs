//! Answers for machines: what may be asked stands in [`operations`], how a request is taken in and answered in [`call`].

mod asked;
pub mod batches;
mod call;
pub mod changes;
pub mod checks;
pub mod codes;
pub mod description;
pub mod enrolments;
mod examples;
pub mod health;
pub mod key_book;
pub mod limits;
pub mod lists;
pub mod log;
pub mod operation;
pub mod operations;
pub mod problem;
pub mod reconcile;
pub mod records;
mod schemas;
pub mod search;
mod shapes;
pub mod subjects;

pub(crate) use call::who;

use axum::extract::{MatchedPath, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use xinyong_service::DeskError;

use crate::routes::ROUTES;
use crate::site::Site;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A value as JSON, for what is no operation of the interface.
pub fn json<T: Serialize>(value: &T) -> Result<Response, DeskError> {
    let body = serde_json::to_vec(value).map_err(|error| DeskError::Internal(error.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, JSON),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((StatusCode::OK, headers, body).into_response())
}

/// What an address for machines says to a method it does not have.
pub async fn no_method(State(site): State<Site>, matched: MatchedPath) -> Response {
    let mut known: Vec<&str> = Vec::new();
    for route in ROUTES.iter().filter(|route| route.path == matched.as_str()) {
        known.push(route.method);
        if route.method == "GET" {
            known.push("HEAD");
        }
    }
    let allow = known.join(", ");
    let detail = format!("这个地址只支持 {allow}");
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let mut response = problem::answer(&site, status, "method.not-allowed", &detail);
    if let Ok(value) = HeaderValue::from_str(&allow) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}
