//! Errors for machines, as RFC 9457 writes them.

use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use xinyong_service::DeskError;

use crate::layers;
use crate::page_error::status_of;
use crate::site::Site;

/// An error as `application/problem+json`: type, title, status, the stable code, and what to do about it.
pub fn problem(site: &Site, route: &str, error: &DeskError) -> Response {
    let status = status_of(error);
    let reference = layers::note(site, error, status, &Method::GET, route);
    let detail = match error {
        DeskError::Refused(refusal) => refusal.message.clone(),
        DeskError::NotFound(_) => error.to_string(),
        // The inside stays in the log.
        _ => format!("服务出错，查询编号 {reference}"),
    };
    answer(status, error.code(), &detail)
}

/// The answer itself.
pub fn answer(status: StatusCode, code: &str, detail: &str) -> Response {
    let body = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "code": code,
        "detail": detail,
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (status, headers, body.to_string()).into_response()
}
