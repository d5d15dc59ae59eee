//! `/my/firms/{code}/leave`: laying the own mandate down, after a look at what that means.

use askama::Template;
use axum::extract::Path;
use axum::response::{Html, Response};
use xinyong_service::agents;

use super::firm;
use crate::console::onward;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::Page;
use crate::ui::words;

#[derive(Template)]
#[template(path = "my/leave.html")]
struct Leave {
    page: Page,
    firm: String,
    firm_href: String,
}

/// `GET /my/firms/{code}/leave`
///
/// # Errors
/// Not found.
pub async fn form(frame: Frame, Path(code): Path<String>) -> Result<Html<String>, PageError> {
    let agent = firm(&frame, &code).await?;
    let firm_href = words::firm_href(agent.code());
    draw(&Leave {
        page: frame.own("终止经办", &firm_href, Some(&agent)),
        firm: agent.firm().to_owned(),
        firm_href,
    })
}

/// `POST /my/firms/{code}/leave`
///
/// # Errors
/// Not found.
pub async fn leave(frame: Frame, Path(code): Path<String>) -> Result<Response, PageError> {
    let agent = firm(&frame, &code).await?;
    agents::leave(frame.site.desk(), &agent).await?;
    Ok(onward(&frame, "/my?done=left"))
}
