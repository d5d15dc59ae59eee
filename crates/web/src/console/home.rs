//! `GET /console`: what waits for this person today.

use askama::Template;
use axum::response::Html;
use xinyong_service::Permission;
use xinyong_service::browse;

use super::actor;
use super::rows::{BatchRow, row};
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Bar, Page, Tile};
use crate::ui::words;

#[derive(Template)]
#[template(path = "console/home.html")]
struct Home {
    page: Page,
    can_upload: bool,
    reads_batches: bool,
    tiles: Vec<Tile>,
    waiting: Vec<BatchRow>,
    waiting_title: &'static str,
    month_title: &'static str,
    month: Vec<Bar>,
}

/// The first page of the console.
///
/// # Errors
/// When the store fails.
pub async fn home(frame: Frame) -> Result<Html<String>, PageError> {
    let actor = actor(&frame)?;
    let shown = browse::console_home(frame.site.desk(), actor).await?;
    let reads_batches = actor.may(Permission::ReadBatch);
    let tiles = [
        ("待提交的批次", shown.to_submit, "checked"),
        ("待复核的批次", shown.to_release, "submitted"),
        ("已入库的批次", shown.recorded, "recorded"),
        ("整份退回的文件", shown.refused, "refused"),
    ]
    .into_iter()
    .filter(|_| reads_batches)
    .map(|(label, count, stage)| {
        Tile::new(label, words::grouped(count), "批").to(&super::batches::href(stage))
    })
    .collect();
    draw(&Home {
        page: frame.console("今天的工作", "/console"),
        can_upload: actor.may(Permission::UploadBatch),
        reads_batches,
        tiles,
        waiting: shown.waiting.iter().map(row).collect(),
        waiting_title: "等您处理的批次",
        month_title: "各月入库的条数",
        month: bars(&shown.months),
    })
}

fn bars(months: &[(String, u64)]) -> Vec<Bar> {
    let longest = months.iter().map(|(_, rows)| *rows).max().unwrap_or_default();
    months
        .iter()
        .map(|(month, rows)| Bar {
            label: month.clone(),
            value: words::grouped(*rows),
            share: (rows * 100).checked_div(longest).unwrap_or_default(),
        })
        .collect()
}
