//! `GET /my/firms/{code}/declarations`: what a firm declared of its own accord.

use askama::Template;
use axum::extract::Path;
use axum::response::Html;
use xinyong_service::declarations;

use super::firm;
use super::subject::{OwnRow, own_row};
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Link, Page};
use crate::ui::words;

#[derive(Template)]
#[template(path = "my/declarations.html")]
struct Shown {
    page: Page,
    firm: String,
    forms: Vec<Link>,
    rows: Vec<OwnRow>,
}

/// Address of the declarations of a firm.
pub fn here(code: &str) -> String {
    format!("{}/declarations", words::firm_href(code))
}

/// The list.
///
/// # Errors
/// Not found.
pub async fn list(frame: Frame, Path(code): Path<String>) -> Result<Html<String>, PageError> {
    let agent = firm(&frame, &code).await?;
    let desk = frame.site.desk();
    let here = here(agent.code());
    let rows = declarations::declarations(desk, &agent).await?;
    draw(&Shown {
        page: frame.own("自主申报", &here, Some(&agent)),
        firm: agent.firm().to_owned(),
        forms: declarations::kinds(desk)
            .into_iter()
            .map(|(id, label)| Link { href: format!("{here}/new/{id}"), label })
            .collect(),
        rows: rows.iter().map(|record| own_row(agent.code(), record)).collect(),
    })
}
