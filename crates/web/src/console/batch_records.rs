//! `GET /console/batches/{id}/records`: what a batch brought into the register.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Html;
use serde::Deserialize;
use xinyong_service::browse;

use super::actor;
use super::held::{HeldRow, held_row};
use super::rows::batch_href;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Page, Pager};
use crate::url;

#[derive(Template)]
#[template(path = "console/batch_records.html")]
struct Shown {
    page: Page,
    number: String,
    kind: String,
    batch_href: String,
    records: Vec<HeldRow>,
    pager: Pager,
}

/// Where the page begins.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    after: i64,
}

/// Address of the list, from a row on.
pub fn href(batch: i64, after: i64) -> String {
    let after = if after > 0 { after.to_string() } else { String::new() };
    url::with_query(&format!("{}/records", batch_href(batch)), &[("after", &after)])
}

/// The records of a batch.
///
/// # Errors
/// `access.denied`, not found.
pub async fn records(
    frame: Frame,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, PageError> {
    let found = browse::batch_records(frame.site.desk(), actor(&frame)?, id, asked.after).await?;
    draw(&Shown {
        page: frame.console(&format!("批次 {} 的信息", found.number), "/console/batches"),
        batch_href: batch_href(id),
        pager: Pager {
            summary: format!("本页 {} 条", found.records.len()),
            prev: if asked.after > 0 { href(id, 0) } else { String::new() },
            next: if found.next > 0 { href(id, found.next) } else { String::new() },
            pages: Vec::new(),
        },
        records: found.records.iter().map(held_row).collect(),
        number: found.number,
        kind: found.kind_name,
    })
}
