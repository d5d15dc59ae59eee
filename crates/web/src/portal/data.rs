//! `GET /data` and `GET /data/{set}`: the tables that everybody may have, and what their columns mean.

use askama::Template;
use axum::extract::Path;
use axum::response::Html;
use xinyong_service::browse::{self, DataColumn, DataSet};

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
    as_of: String,
}

#[derive(Template)]
#[template(path = "portal/data_set.html")]
struct Set {
    page: Page,
    set: SetRow,
    columns: Vec<DataColumn>,
    as_of: String,
}

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
    draw(&Set {
        page: frame.portal(&format!("{}数据", set.name), "/data"),
        set: row(&set),
        columns: set.columns,
        as_of: words::as_of(desk.today()),
    })
}
