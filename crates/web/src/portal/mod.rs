//! 信用平陆 for everybody. What may be shown was decided by the service; these pages only arrange it.

pub mod about;
pub mod home;
pub mod interface;
pub mod record;
pub mod records;
pub mod search;
pub mod subject;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use crate::api::problem::answer;
use crate::page_error::PageError;
use crate::site::Site;

/// `GET /robots.txt`
pub async fn robots() -> &'static str {
    "User-agent: *\nDisallow: /console\nDisallow: /search\nDisallow: /api/\n"
}

/// What no route answers.
pub async fn missing(State(site): State<Site>, uri: Uri) -> Response {
    if uri.path().starts_with("/api/") {
        let detail = "没有这个接口地址：全部操作见本站 /api 页";
        return answer(&site, StatusCode::NOT_FOUND, "not-found", detail);
    }
    PageError::no_page().into_response()
}
