//! 信用平陆 for everybody. What may be shown was decided by the service; these pages only arrange it.

pub mod about;
pub mod catalogue;
pub mod check_window;
pub mod commitments;
pub mod correction_notices;
pub mod data;
pub mod data_catalogue;
pub mod data_changes;
pub mod data_files;
pub mod department;
pub mod departments;
pub mod embed;
pub mod error_report;
mod figures;
mod guide_objection;
mod guide_repair;
pub mod guides;
pub mod home;
pub mod interface;
pub mod log;
pub mod powers;
pub mod record;
pub mod records;
pub mod report;
pub mod search;
pub mod sitemap;
pub mod statistics;
pub mod subject;
pub mod subject_files;
pub mod subject_records;
mod subject_row;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use xinyong_domain::rules::disclosure::Tier;

use crate::api::problem::answer;
use crate::page_error::PageError;
use crate::site::Site;

/// What no route answers.
pub async fn missing(State(site): State<Site>, uri: Uri) -> Response {
    if uri.path().starts_with("/api/") {
        let detail = "没有这个接口地址：全部操作见本站 /api 页";
        return answer(&site, StatusCode::NOT_FOUND, "not-found", detail);
    }
    PageError::no_page().into_response()
}

/// A page that search engines are asked to leave alone: what stands on it ends one day, and they would keep it.
pub fn unindexed(page: impl axum::response::IntoResponse) -> Response {
    ([("x-robots-tag", "noindex, noarchive")], page).into_response()
}

/// A page as far as it may go.
pub fn as_far_as(tier: Tier, page: impl axum::response::IntoResponse) -> Response {
    match tier {
        Tier::Public => page.into_response(),
        Tier::NotIndexed | Tier::NotPublic => unindexed(page),
    }
}
