//! `/my/firms/{code}/declarations/{record}/withdraw`: withdrawing a declaration, after a look at what that means.

use askama::Template;
use axum::extract::Path;
use axum::response::{Html, Response};
use xinyong_service::{DeskError, declarations};

use super::declarations::here;
use super::firm;
use super::subject::record_href;
use crate::console::onward;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Fact, Page};
use crate::ui::words;

#[derive(Template)]
#[template(path = "my/withdraw.html")]
struct Withdraw {
    page: Page,
    record_href: String,
    title: String,
    facts: Vec<Fact>,
    action: String,
}

/// `GET …/withdraw`
///
/// # Errors
/// Not found.
pub async fn form(
    frame: Frame,
    Path((code, record)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let agent = firm(&frame, &code).await?;
    let record: i64 = record.parse().unwrap_or_default();
    let held = declarations::declaration(frame.site.desk(), &agent, record).await?.held;
    let here = here(agent.code());
    draw(&Withdraw {
        page: frame.own("撤回申报", &here, Some(&agent)),
        record_href: record_href(agent.code(), record),
        action: format!("{here}/{record}/withdraw"),
        facts: vec![
            Fact::new("申报事项", held.title.as_str()),
            Fact::new("申报编号", held.number.as_str()),
            Fact::new("申报日期", held.decided.to_string()),
            Fact::new("现在的状态", words::held_standing(&held).text),
        ],
        title: held.title,
    })
}

/// `POST …/withdraw`
///
/// # Errors
/// Not found.
pub async fn withdraw(
    frame: Frame,
    Path((code, record)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let agent = firm(&frame, &code).await?;
    let record: i64 = record.parse().unwrap_or_default();
    let to = record_href(agent.code(), record);
    match declarations::withdraw(frame.site.desk(), &agent, record).await {
        Ok(()) => Ok(onward(&frame, &format!("{to}?done=withdrawn"))),
        // Withdrawn a moment ago, in another window: the page says so.
        Err(DeskError::Refused(refusal)) if refusal.code == "declaration.withdrawn" => {
            Ok(onward(&frame, &to))
        }
        Err(error) => Err(error.into()),
    }
}
