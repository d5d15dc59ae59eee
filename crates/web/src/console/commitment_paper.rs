//! `/console/commitments/paper`: a commitment that was made on paper, entered with its scan.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use jiff::civil::Date;
use xinyong_domain::value::date;
use xinyong_service::commitments::{self, Paper};
use xinyong_service::{DeskError, Refusal, agents};

use super::commitments::{HERE, href};
use super::parts::{Incoming, Parts};
use super::{actor, mendable, onward};
use crate::my::commit::error_of;
use crate::my::repair::accept;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Choice, FormError, Page, message_for};

/// The inputs, with the bytes of each.
const FIELDS: [(&str, usize); 6] = [
    ("code", 64),
    ("matter", 256),
    ("made_on", 64),
    ("valid_until", 64),
    ("reason", 4_096),
    ("entry", 64),
];

#[derive(Template)]
#[template(path = "console/commitment_paper.html")]
struct Shown {
    page: Page,
    errors: Vec<FormError>,
    action: String,
    entry: String,
    code: String,
    code_error: String,
    matters: Vec<Choice>,
    matter_error: String,
    made_on: String,
    made_on_error: String,
    valid_until: String,
    valid_until_error: String,
    reason: String,
    reason_error: String,
    file_error: String,
    file_help: String,
    accept: String,
}

/// Address of the form.
fn here() -> String {
    format!("{HERE}/paper")
}

async fn show(
    frame: &Frame,
    sent: &Parts,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let who = actor(frame)?;
    let chosen = sent.text("matter");
    let mut matters = vec![Choice::new("", "请选择", chosen)];
    let mut seen = Vec::new();
    for one in commitments::matters(desk, who).await? {
        let own = one.unit == who.unit && one.released && !one.draft.ends;
        if own && !seen.contains(&one.draft.code) {
            let label = format!("{}　{}", one.draft.code, one.draft.name);
            matters.push(Choice::new(&one.draft.code, label, chosen));
            seen.push(one.draft.code);
        }
    }
    let entry = match sent.text("entry") {
        "" => commitments::new_entry(desk)?,
        kept => kept.to_owned(),
    };
    let most = agents::most_megabytes(desk);
    draw(&Shown {
        page: frame.console("录入纸质承诺", HERE),
        action: here(),
        entry,
        code: sent.text("code").to_owned(),
        code_error: message_for(&errors, "code"),
        matters,
        matter_error: message_for(&errors, "matter"),
        made_on: sent.text("made_on").to_owned(),
        made_on_error: message_for(&errors, "made_on"),
        valid_until: sent.text("valid_until").to_owned(),
        valid_until_error: message_for(&errors, "valid_until"),
        reason: sent.text("reason").to_owned(),
        reason_error: message_for(&errors, "reason"),
        file_error: message_for(&errors, "file"),
        file_help: format!("签字盖章的承诺书，PDF、JPG 或 PNG，不超过 {most} MB"),
        accept: accept(),
        errors,
    })
}

/// The form.
///
/// # Errors
/// `access.denied`.
pub async fn form(frame: Frame) -> Result<Html<String>, PageError> {
    show(&frame, &Parts::default(), Vec::new()).await
}

fn day(sent: &Parts, field: &str, code: &'static str) -> Result<Option<Date>, Refusal> {
    let text = sent.text(field);
    if text.is_empty() {
        return Ok(None);
    }
    let (day, _) =
        date::read(text).ok_or_else(|| Refusal::new(code, "请填写日期，例如 2026-01-31"))?;
    Ok(Some(day))
}

fn command(sent: &Parts) -> Result<Paper, Refusal> {
    Ok(Paper {
        code: sent.text("code").to_owned(),
        matter: sent.text("matter").to_owned(),
        made_on: day(sent, "made_on", "commitment.made-day")?,
        entry: sent.text("entry").to_owned(),
        reason: sent.text("reason").to_owned(),
        valid_until: day(sent, "valid_until", "commitment.validity")?,
        file: sent.file.as_ref().map(|(file, _)| file.path().to_path_buf()),
    })
}

/// Entered.
///
/// # Errors
/// `access.denied`. What the person can mend is said on the form.
pub async fn enter(frame: Frame, incoming: Incoming) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let mut sent = Parts::limited(agents::most_megabytes(desk));
    let outcome = match incoming.read(desk, &FIELDS, &mut sent).await? {
        Err(refusal) => Err(DeskError::from(refusal)),
        Ok(()) => match command(&sent) {
            Ok(command) => commitments::enter_paper(desk, actor(&frame)?, command).await,
            Err(refusal) => Err(refusal.into()),
        },
    };
    match outcome {
        Ok(id) => Ok(onward(&frame, &href(id))),
        Err(error) => {
            let errors = vec![error_of(&mendable(error)?)];
            let page = show(&frame, &sent, errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
