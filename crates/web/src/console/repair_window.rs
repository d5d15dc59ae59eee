//! `/console/repairs/window`: an application for repair that somebody makes at the window, with paper.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_service::repairs::{self, Visitor, WindowSubject};
use xinyong_service::{DeskError, agents};

use super::parts::{Incoming, Parts};
use super::repairs::HERE;
use super::{actor, mendable, onward};
use crate::my::repair::{Row, accept, command, error_of, fields, inputs, row};
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{FormError, Page, message_for};
use crate::ui::words;

/// The inputs beside the records, with the bytes of each.
const FIELDS: [(&str, usize); 6] = [
    ("code", 64),
    ("entry", 64),
    ("words", 2_048),
    ("visitor", 256),
    ("telephone", 256),
    ("looked", 8),
];
/// Records among which somebody may choose at the window: their inputs are known only after the subject is.
const MOST_CHOICES: usize = 100;

#[derive(Template)]
#[template(path = "console/repair_window.html")]
struct Window {
    page: Page,
    errors: Vec<FormError>,
    action: String,
    code: String,
    code_error: String,
    found: bool,
    name: String,
    open: Vec<Row>,
    others: Vec<Row>,
    entry: String,
    said: String,
    said_error: String,
    visitor: String,
    visitor_error: String,
    telephone: String,
    file_error: String,
    file_help: String,
    accept: String,
}

/// For which subject.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    code: String,
}

/// Address of the form.
fn here() -> String {
    format!("{HERE}/window")
}

fn show(
    frame: &Frame,
    code: &str,
    subject: Option<&WindowSubject>,
    sent: &Parts,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let (mut open, mut others) = (Vec::new(), Vec::new());
    for one in subject.iter().flat_map(|subject| &subject.records) {
        let chosen = sent.text(&crate::my::repair::input(one.record.id)) == "1";
        let href = words::held_href(one.record.subject, one.record.id);
        let list = if one.may_apply() { &mut open } else { &mut others };
        list.push(row(frame, one, href, chosen));
    }
    let entry = match sent.text("entry") {
        "" => repairs::new_entry(desk)?,
        kept => kept.to_owned(),
    };
    let most = agents::most_megabytes(desk);
    draw(&Window {
        page: frame.console("窗口收件", HERE),
        action: here(),
        code: code.to_owned(),
        code_error: message_for(&errors, "code"),
        found: subject.is_some(),
        name: subject.map(|subject| subject.name.clone()).unwrap_or_default(),
        open,
        others,
        entry,
        said: sent.text("words").to_owned(),
        said_error: message_for(&errors, "words"),
        visitor: sent.text("visitor").to_owned(),
        visitor_error: message_for(&errors, "visitor"),
        telephone: sent.text("telephone").to_owned(),
        file_error: message_for(&errors, "file"),
        file_help: format!(
            "申请表、承诺书、授权和证明材料合成一个文件，PDF、JPG 或 PNG，不超过 {most} MB"
        ),
        accept: accept(),
        errors,
    })
}

/// The subject of a code, or what is wrong with it.
async fn look(
    frame: &Frame,
    code: &str,
) -> Result<Result<Option<WindowSubject>, FormError>, PageError> {
    if code.trim().is_empty() {
        return Ok(Ok(None));
    }
    let found = repairs::forecast_for_window(frame.site.desk(), actor(frame)?, code).await;
    match found {
        Ok(subject) => Ok(Ok(Some(subject))),
        Err(DeskError::NotFound(_)) => {
            Ok(Err(FormError::new("code", "没有这个代码的主体，请对照营业执照填写")))
        }
        Err(error) => {
            let refusal = mendable(error)?;
            Ok(Err(FormError::new("code", refusal.message)))
        }
    }
}

/// The form.
///
/// # Errors
/// `access.denied`.
pub async fn form(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    let code: String = asked.code.chars().take(18).collect();
    match look(&frame, &code).await? {
        Ok(subject) => show(&frame, &code, subject.as_ref(), &Parts::default(), Vec::new()),
        Err(error) => show(&frame, &code, None, &Parts::default(), vec![error]),
    }
}

/// What was brought is entered.
///
/// # Errors
/// `access.denied`. What the person can mend is said on the form.
pub async fn enter(
    frame: Frame,
    Query(asked): Query<Asked>,
    incoming: Incoming,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    // The subject stands in the address, so that the inputs are known before the form is read.
    let code: String = asked.code.chars().take(18).collect();
    let subject = look(&frame, &code).await?.unwrap_or_default();
    let mut records = subject.as_ref().map(|one| inputs(&one.records)).unwrap_or_default();
    records.truncate(MOST_CHOICES);
    let mut sent = Parts::limited(agents::most_megabytes(desk));
    let read = incoming.read(desk, &fields(&records, &FIELDS), &mut sent).await?;
    let outcome = match read {
        Err(refusal) => Err(DeskError::from(refusal)),
        Ok(()) if subject.is_none() => {
            let errors = vec![FormError::new("code", "没有这个代码的主体，请对照营业执照填写")];
            let page = show(&frame, &code, None, &sent, errors)?;
            return Ok((StatusCode::BAD_REQUEST, page).into_response());
        }
        Ok(()) => {
            let visitor = Visitor {
                name: sent.text("visitor").to_owned(),
                telephone: sent.text("telephone").to_owned(),
            };
            let command = command(&sent, &records);
            repairs::apply_at_window(desk, actor(&frame)?, &code, visitor, command).await
        }
    };
    match outcome {
        Ok(_) => Ok(onward(&frame, HERE)),
        Err(error) => {
            let errors = vec![error_of(mendable(error)?)];
            let page = show(&frame, &code, subject.as_ref(), &sent, errors)?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
