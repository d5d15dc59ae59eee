//! `GET /console/batches`

use askama::Template;
use axum::extract::Query;
use axum::response::Html;
use serde::Deserialize;
use xinyong_domain::workflow::batch::Stage;
use xinyong_service::Permission;
use xinyong_service::browse;

use super::actor;
use super::rows::{BatchRow, row};
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Page, Pager};
use crate::ui::words;
use crate::url;

struct Tab {
    href: String,
    label: &'static str,
    count: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "console/batches.html")]
struct Batches {
    page: Page,
    can_upload: bool,
    tabs: Vec<Tab>,
    batches: Vec<BatchRow>,
    pager: Pager,
}

/// Which batches.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    stage: String,
    #[serde(default)]
    before: i64,
}

/// Address of the list of one stage.
pub fn href(stage: &str) -> String {
    url::with_query("/console/batches", &[("stage", stage)])
}

/// The batches of a stage, the newest first.
///
/// # Errors
/// `access.denied`.
pub async fn batches(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let actor = actor(&frame)?;
    let stage = Stage::from_word(&asked.stage).map_or("", Stage::as_str);
    let (found, next) = browse::batches(desk, actor, stage, asked.before).await?;
    let counts = browse::stage_counts(desk, actor).await?;
    let count = |word: &str| -> u64 {
        if word.is_empty() {
            counts.values().sum()
        } else {
            counts.get(word).copied().unwrap_or_default()
        }
    };
    let tab = |word: &'static str, label: &'static str| Tab {
        href: href(word),
        label,
        count: words::grouped(count(word)),
        current: word == stage,
    };
    let before = if next > 0 { next.to_string() } else { String::new() };
    let pager = Pager {
        summary: format!("本页 {} 批", found.len()),
        prev: if asked.before > 0 { href(stage) } else { String::new() },
        next: if before.is_empty() {
            String::new()
        } else {
            url::with_query("/console/batches", &[("stage", stage), ("before", &before)])
        },
        pages: Vec::new(),
    };
    draw(&Batches {
        page: frame.console("报送批次", "/console/batches"),
        can_upload: actor.may(Permission::UploadBatch),
        tabs: vec![
            tab("", "全部"),
            tab(Stage::Received.as_str(), "检查中"),
            tab(Stage::Checked.as_str(), "待提交"),
            tab(Stage::Submitted.as_str(), "待复核"),
            tab(Stage::Released.as_str(), "入库中"),
            tab(Stage::Recorded.as_str(), "已入库"),
            tab(Stage::Refused.as_str(), "整份退回"),
            tab(Stage::Cancelled.as_str(), "已作废"),
        ],
        batches: found.iter().map(row).collect(),
        pager,
    })
}
