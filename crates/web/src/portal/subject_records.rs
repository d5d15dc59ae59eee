//! `GET /subjects/{code}/{kind}`: all public records of one kind about one subject, page by page.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use xinyong_service::{DeskError, browse};

use super::subject::{asked_for, tier};
use super::subject_row::{RecordRow, row};
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Page, PageLink, Pager};
use crate::ui::{draw, words};

/// Records on a page.
const PAGE_SIZE: usize = 20;

#[derive(Template)]
#[template(path = "portal/subject_records.html")]
struct SubjectRecords {
    page: Page,
    name: String,
    code: String,
    subject_href: String,
    kind: String,
    rows: Vec<RecordRow>,
    beyond: bool,
    pager: Pager,
    as_of: String,
}

/// Which page.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    page: Option<String>,
}

/// Address of the list.
pub fn href(code: &str, kind: &str) -> String {
    format!("{}/{}", words::subject_href(code), crate::url::encode(kind))
}

/// One page of the list.
///
/// # Errors
/// `code.invalid`, `page.invalid`, not found.
pub async fn records(
    frame: Frame,
    Path((code, kind)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let number = page_number(asked.page.as_deref())?;
    let found = match asked_for(&frame, &code).await? {
        Ok(found) => found,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let desk = frame.site.desk();
    let law = desk.law();
    let tier = tier(&found);
    let (id, title, records) = found
        .groups
        .into_iter()
        .find(|(id, ..)| *id == kind)
        .ok_or(DeskError::NotFound("该类信息"))?;
    let units = browse::unit_names(desk).await?;
    let code = found.facts.code;
    let path = href(&code, &id);
    let pages = records.len().div_ceil(PAGE_SIZE).max(1);
    let rows: Vec<RecordRow> = records
        .iter()
        .skip((number - 1).saturating_mul(PAGE_SIZE))
        .take(PAGE_SIZE)
        .map(|record| row(&law, &units, record))
        .collect();
    let summary =
        format!("共 {} 条，第 {number} 页，共 {pages} 页", words::grouped(records.len() as u64));
    let drawn = draw(&SubjectRecords {
        page: frame.portal(&format!("{}的{title}", found.facts.name), "/search"),
        subject_href: words::subject_href(&code),
        beyond: number > pages,
        pager: pager(&path, number, pages, summary),
        name: found.facts.name,
        code,
        kind: title,
        rows,
        as_of: words::as_of(desk.today()),
    })?;
    Ok(super::as_far_as(tier, drawn))
}

/// A page's number, counted from one.
fn page_number(text: Option<&str>) -> Result<usize, DeskError> {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => Ok(1),
        Some(text) => text.parse().ok().filter(|number| *number > 0).ok_or_else(|| {
            DeskError::refused("page.invalid", "页码应当是从 1 开始的整数，请从第一页开始")
        }),
    }
}

fn pager(path: &str, number: usize, pages: usize, summary: String) -> Pager {
    let to = |page: usize| format!("{path}?page={page}");
    let mut links = Vec::new();
    for page in 1..=pages {
        let near = page == 1 || page == pages || page.abs_diff(number) <= 2;
        if near {
            links.push(PageLink {
                label: page.to_string(),
                href: to(page),
                current: page == number,
            });
        } else if links.last().is_some_and(|link| !link.href.is_empty()) {
            links.push(PageLink { label: String::new(), href: String::new(), current: false });
        }
    }
    Pager {
        summary,
        prev: if number > 1 { to((number - 1).min(pages)) } else { String::new() },
        next: if number < pages { to(number + 1) } else { String::new() },
        pages: links,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pager_names_the_ends_and_the_neighbours() {
        let labels = |number, pages| {
            let drawn = pager("/p", number, pages, String::new());
            drawn
                .pages
                .iter()
                .map(|link| if link.href.is_empty() { "…".to_owned() } else { link.label.clone() })
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(labels(1, 1), "1");
        assert_eq!(labels(6, 25), "1 … 4 5 6 7 8 … 25");
        assert_eq!(pager("/p", 9, 3, String::new()).prev, "/p?page=3");
        assert!(pager("/p", 9, 3, String::new()).next.is_empty());
    }
}
