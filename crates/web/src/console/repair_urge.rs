//! `/console/repairs/urge`: 督促名单, the subjects that a unit should tell that they can apply now; to be taken along as a table.

use askama::Template;
use axum::extract::Query;
use axum::http::header;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_service::repairs;

use super::actor;
use super::repairs::HERE;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Page, Pager};
use crate::url;

struct Row {
    href: String,
    party: String,
    code: String,
    title: String,
    number: String,
    unit: String,
    from: String,
    until: String,
    performed: Chip,
}

#[derive(Template)]
#[template(path = "console/repair_urge.html")]
struct Listed {
    page: Page,
    rows: Vec<Row>,
    all: usize,
    pager: Pager,
    download: String,
}

/// Which page of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    page: String,
}

/// Address of the list.
pub fn here() -> String {
    format!("{HERE}/urge")
}

/// The list.
///
/// # Errors
/// `access.denied`.
pub async fn list(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    // What is no number is the first page.
    let page = asked.page.parse().unwrap_or(1);
    let found = repairs::urge_list(frame.site.desk(), actor(&frame)?, page).await?;
    let to = |page: usize| url::with_query(&here(), &[("page", &page.to_string())]);
    let day = |day: Option<jiff::civil::Date>| day.map_or_else(String::new, |day| day.to_string());
    draw(&Listed {
        page: frame.console("信用修复", HERE),
        all: found.all,
        pager: Pager {
            summary: format!("共 {} 条，第 {} 页，共 {} 页", found.all, found.page, found.pages),
            prev: if found.page > 1 { to(found.page - 1) } else { String::new() },
            next: if found.page < found.pages { to(found.page + 1) } else { String::new() },
            pages: Vec::new(),
        },
        download: format!("{}.csv", here()),
        rows: found
            .lines
            .into_iter()
            .map(|line| Row {
                href: super::repair_record::href(line.subject, line.record),
                from: day(line.from),
                until: day(line.until),
                performed: if line.performed {
                    Chip::new("有履行记录", "good")
                } else {
                    Chip::new("没有登记", "neutral")
                },
                party: line.party,
                code: line.code,
                title: line.title,
                number: line.number,
                unit: line.unit,
            })
            .collect(),
    })
}

/// The same as a table.
///
/// # Errors
/// `access.denied`.
pub async fn table(frame: Frame) -> Result<Response, PageError> {
    let bytes = repairs::urge_table(frame.site.desk(), actor(&frame)?).await?;
    let name = url::encode("信用修复督促名单.csv");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"repair-urge.csv\"; filename*=UTF-8''{name}"),
        ),
    ];
    Ok((headers, bytes).into_response())
}
