//! Whether the process lives, and whether it can answer.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::json;
use super::problem::{answer, problem};
use crate::site::Site;

/// `GET /health/live`
pub async fn live() -> &'static str {
    "ok"
}

/// `GET /health/ready`: the database answers and a county is loaded.
pub async fn ready(State(site): State<Site>) -> Response {
    match site.desk().county().await {
        Ok(_) => json(&json!({ "status": "ready" }))
            .unwrap_or_else(|error| problem(&site, &Method::GET, "/health/ready", &error)),
        Err(error) => {
            tracing::warn!(code = error.code(), "not ready");
            answer(&site, StatusCode::SERVICE_UNAVAILABLE, error.code(), "尚不能提供服务")
        }
    }
}
