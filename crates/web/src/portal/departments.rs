//! `GET /departments`: the units, what each reports, how much of it is public.

use askama::Template;
use axum::response::Html;
use xinyong_service::browse::{self, Department};

use super::figures;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::Page;
use crate::ui::{draw, words};

struct Row {
    href: String,
    name: String,
    reports: String,
    counts: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "portal/departments.html")]
struct Departments {
    page: Page,
    heads: Vec<String>,
    rows: Vec<Row>,
    as_of: String,
}

/// Address of a unit's page.
pub fn href(unit: &str) -> String {
    format!("/departments/{}", crate::url::encode(unit))
}

/// The list of units.
///
/// # Errors
/// When the store fails.
pub async fn departments(frame: Frame) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let kinds = figures::kinds(&desk.law());
    let units = browse::departments(desk).await?;
    draw(&Departments {
        page: frame.portal("单位", "/departments"),
        heads: kinds.iter().map(|(_, name)| name.clone()).collect(),
        rows: units.iter().map(|unit| row(&kinds, unit)).collect(),
        as_of: words::as_of(desk.today()),
    })
}

fn row(kinds: &[(String, String)], unit: &Department) -> Row {
    let names: Vec<&str> = unit.kinds.iter().map(|kind| kind.name.as_str()).collect();
    Row {
        href: href(&unit.id),
        name: unit.name.clone(),
        reports: if names.is_empty() {
            "没有公示类信息".to_owned()
        } else {
            names.join("、")
        },
        counts: kinds
            .iter()
            .map(|(id, name)| {
                let held = unit.kinds.iter().find(|kind| kind.id == *id);
                (
                    name.clone(),
                    held.map_or_else(|| "—".to_owned(), |kind| words::grouped(kind.public)),
                )
            })
            .collect(),
    }
}
