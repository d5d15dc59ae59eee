//! Errors for machines, as RFC 9457 writes them.

use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use xinyong_service::{DeskError, Refusal};

use super::codes;
use crate::layers;
use crate::page_error::status_of;
use crate::site::Site;

/// Why a machine does not get what it asked for.
#[derive(Debug)]
pub enum Trouble {
    /// What the desk says.
    Desk(DeskError),
    /// What is said before or after the desk, with headers of its own.
    Said(Refusal, Vec<(HeaderName, HeaderValue)>),
}

impl From<DeskError> for Trouble {
    fn from(error: DeskError) -> Self {
        Self::Desk(error)
    }
}

impl Trouble {
    /// A refusal of the interface itself.
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Said(Refusal::new(code, detail), Vec::new())
    }

    /// The same with a header.
    pub fn with(self, name: HeaderName, value: HeaderValue) -> Self {
        match self {
            Self::Said(refusal, mut headers) => {
                headers.push((name, value));
                Self::Said(refusal, headers)
            }
            desk => desk,
        }
    }

    /// The answer.
    pub fn answer(self, site: &Site, method: &Method, route: &str) -> Response {
        match self {
            Self::Desk(error) => problem(site, method, route, &error),
            Self::Said(refusal, headers) => {
                let status = codes::status(refusal.code).unwrap_or(StatusCode::BAD_REQUEST);
                let mut response = answer(site, status, refusal.code, &refusal.message);
                response.headers_mut().extend(headers);
                response
            }
        }
    }
}

/// An error of the desk as `application/problem+json`: type, title, status, the stable code, and what to do about it.
pub fn problem(site: &Site, method: &Method, route: &str, error: &DeskError) -> Response {
    let code = error.code();
    let status = codes::status(code).unwrap_or_else(|| status_of(error));
    let reference = layers::note(site, error, status, method, route);
    let detail = match error {
        DeskError::Refused(refusal) => refusal.message.clone(),
        DeskError::NotFound(_) => error.to_string(),
        // The inside stays in the log.
        _ => format!("服务出错，请稍后再试；仍不行的，请把查询编号 {reference} 告诉信用办"),
    };
    let mut response = answer(site, status, code, &detail);
    if matches!(error, DeskError::Store(_)) || code == "idempotency.in-progress" {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

/// The answer itself. Its type is the place on the interface page that explains the code.
pub fn answer(site: &Site, status: StatusCode, code: &str, detail: &str) -> Response {
    let title = codes::find(code).map_or("请求没有完成", |line| line.title);
    let body = json!({
        "type": format!("{}/api#{code}", site.base_path()),
        "title": title,
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
