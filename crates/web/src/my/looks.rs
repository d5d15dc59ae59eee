//! `GET /my/firms/{code}/looks`: who looked at a firm, when, for what.

use askama::Template;
use axum::extract::Path;
use axum::response::Html;
use xinyong_service::check;

use super::firm;
use crate::console::checks::{LookRow, look_row};
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::Page;
use crate::ui::words;

#[derive(Template)]
#[template(path = "my/looks.html")]
struct Shown {
    page: Page,
    firm: String,
    rows: Vec<LookRow>,
}

/// The list.
///
/// # Errors
/// Not found.
pub async fn list(frame: Frame, Path(code): Path<String>) -> Result<Html<String>, PageError> {
    let agent = firm(&frame, &code).await?;
    let looks = check::own_looks(frame.site.desk(), &agent).await?;
    let here = format!("{}/looks", words::firm_href(agent.code()));
    draw(&Shown {
        page: frame.own("谁查询过", &here, Some(&agent)),
        firm: agent.firm().to_owned(),
        rows: looks.into_iter().map(|look| look_row(look, String::new())).collect(),
    })
}
