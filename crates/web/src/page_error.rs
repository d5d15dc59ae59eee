//! What went wrong, on its way to a page. It is logged and drawn once, in [`crate::layers::failures`].

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use xinyong_service::{DeskError, Refusal};

/// An error of a handler.
#[derive(Debug)]
pub struct PageError(DeskError);

/// What the response carries until it is drawn.
#[derive(Debug, Clone)]
pub struct Failure(pub Arc<DeskError>);

impl From<DeskError> for PageError {
    fn from(error: DeskError) -> Self {
        Self(error)
    }
}

impl PageError {
    /// Something that cannot happen did.
    pub fn internal(what: impl std::fmt::Display) -> Self {
        Self(DeskError::Internal(what.to_string()))
    }

    /// There is no such page.
    pub fn no_page() -> Self {
        Self(DeskError::NotFound("这一页"))
    }

    /// The actor may not.
    pub fn denied(message: &str) -> Self {
        Self(Refusal::denied(message).into())
    }
}

/// The status of an error.
pub fn status_of(error: &DeskError) -> StatusCode {
    match error {
        DeskError::Refused(refusal) if refusal.code.starts_with("access.") => StatusCode::FORBIDDEN,
        DeskError::Refused(refusal) if refusal.code == "file.too-large" => {
            StatusCode::PAYLOAD_TOO_LARGE
        }
        DeskError::Refused(refusal) if refusal.code.ends_with(".too-often") => {
            StatusCode::TOO_MANY_REQUESTS
        }
        DeskError::Refused(_) => StatusCode::BAD_REQUEST,
        DeskError::NotFound(_) => StatusCode::NOT_FOUND,
        DeskError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        DeskError::File { .. } | DeskError::Law(_) | DeskError::Internal(_) => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = status_of(&self.0).into_response();
        response.extensions_mut().insert(Failure(Arc::new(self.0)));
        response
    }
}
