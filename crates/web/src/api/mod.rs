//! Answers for machines.

pub mod health;
pub mod problem;
pub mod search;
pub mod subjects;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use xinyong_service::DeskError;

use problem::problem;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A value as JSON. What is public changes with the day, so nobody may keep it.
pub fn json<T: Serialize>(value: &T) -> Result<Response, DeskError> {
    let body = serde_json::to_vec(value).map_err(|error| DeskError::Internal(error.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, JSON),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((StatusCode::OK, headers, body).into_response())
}
