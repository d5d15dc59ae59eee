//! `GET /data` and `GET /data/{set}`: the tables that everybody may have, and what their columns mean.

use askama::Template;
use axum::extract::Path;
use axum::response::Html;
use xinyong_service::browse::{self, DataColumn, DataSet};
use xinyong_service::open_data;

use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::Page;
use crate::ui::{draw, words};
use crate::url;

struct SetRow {
    href: String,
    name: String,
    about: String,
    columns: String,
}

#[derive(Template)]
#[template(path = "portal/data.html")]
struct Sets {
    page: Page,
    sets: Vec<SetRow>,
    terms: String,
    as_of: String,
}

#[derive(Template)]
#[template(path = "portal/data_set.html")]
struct Set {
    page: Page,
    set: SetRow,
    columns: Vec<DataColumn>,
    /// The newest days of its changes: address without ending, the day, what to know about it.
    days: Vec<(String, String, &'static str)>,
    kept: i64,
    /// Whether it has no daily changes and why is to be said.
    has_changes: bool,
    as_of: String,
}

/// Days of changes that the page shows.
const SHOWN_DAYS: usize = 14;

fn row(set: &DataSet) -> SetRow {
    SetRow {
        href: format!("/data/{}", url::encode(&set.id)),
        name: set.name.clone(),
        about: set.about.clone(),
        columns: set.columns.len().to_string(),
    }
}

/// The list of tables.
///
/// # Errors
/// When the template fails.
pub async fn sets(frame: Frame) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    draw(&Sets {
        page: frame.portal("数据下载", "/data"),
        terms: frame.site.county().map_or("", |county| county.text("data_terms")).to_owned(),
        sets: browse::data_sets(&desk.law()).iter().map(row).collect(),
        as_of: words::as_of(desk.today()),
    })
}

/// One table with its dictionary.
///
/// # Errors
/// Not found.
pub async fn set(frame: Frame, Path(id): Path<String>) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let set = browse::data_set(&desk.law(), &id)?;
    let mut days = Vec::new();
    if let Some(known) = open_data::change_days(desk).await?.filter(|_| set.has_changes()) {
        for day in known.each().take(SHOWN_DAYS) {
            let going_on = day == known.last && !known.closed;
            days.push((
                format!("/data/{}/changes/{day}", url::encode(&set.id)),
                day.to_string(),
                if going_on { "当天还会增加" } else { "已完整" },
            ));
        }
    }
    draw(&Set {
        days,
        kept: open_data::KEPT_DAYS,
        has_changes: set.has_changes(),
        page: frame.portal(&format!("{}数据", set.name), "/data"),
        set: row(&set),
        columns: set.columns,
        as_of: words::as_of(desk.today()),
    })
}
