//! Withdrawal from publication: the form, the page that asks again, and the deed.

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use jiff::civil::Date;
use xinyong_domain::calendar::WorkingDay;
use xinyong_domain::ruling::Ruling;
use xinyong_domain::value::date;
use xinyong_service::browse::{self, RecordDossier};
use xinyong_service::publicity::{self, Withdraw};
use xinyong_service::{DeskError, Refusal};

use super::held::party;
use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Fact, FormError, Page, message_for};
use crate::ui::{draw, reasons, words};
use crate::url;

#[derive(Template)]
#[template(path = "console/withdraw.html")]
struct Form {
    page: Page,
    errors: Vec<FormError>,
    record_href: String,
    title: String,
    about: Vec<Fact>,
    decided: String,
    decided_error: String,
    reason: String,
    reason_error: String,
    document: String,
    document_error: String,
}

#[derive(Template)]
#[template(path = "console/withdraw_confirm.html")]
struct Confirm {
    page: Page,
    record_href: String,
    title: String,
    facts: Vec<Fact>,
    decided: String,
    reason: String,
    document: String,
}

/// The form.
///
/// # Errors
/// `access.denied`, not found; `withdraw.already`.
pub async fn form(
    frame: Frame,
    Path((subject, record)): Path<(i64, i64)>,
) -> Result<Html<String>, PageError> {
    let found = dossier(&frame, subject, record).await?;
    ask(&frame, &found, &Fields::default(), Vec::new())
}

/// Asks again before the deed, with the day by which the law wants it done.
///
/// # Errors
/// `access.denied`, not found.
pub async fn confirm(
    frame: Frame,
    Path((subject, record)): Path<(i64, i64)>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let found = dossier(&frame, subject, record).await?;
    let command = match command(subject, record, &fields) {
        Ok(command) => command,
        Err(errors) => return again(&frame, &found, &fields, errors),
    };
    match publicity::withdrawal(frame.site.desk(), actor(&frame)?, &command).await {
        Ok(due) => Ok(sure(&frame, &found, &fields, &command, due.as_ref())?.into_response()),
        Err(error) => {
            let errors = vec![error_of(&mendable(error)?)];
            again(&frame, &found, &fields, errors)
        }
    }
}

/// Takes the record down.
///
/// # Errors
/// `access.denied`, not found.
pub async fn withdraw(
    frame: Frame,
    Path((subject, record)): Path<(i64, i64)>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let outcome = match command(subject, record, &fields) {
        Ok(command) => publicity::withdraw(frame.site.desk(), actor(&frame)?, command).await,
        Err(errors) => {
            let found = dossier(&frame, subject, record).await?;
            return again(&frame, &found, &fields, errors);
        }
    };
    match outcome {
        Ok(_) => {
            let href = words::held_href(subject, record);
            Ok(onward(&frame, &url::with_query(&href, &[("withdrawn", "true")])))
        }
        Err(error) => {
            let errors = vec![error_of(&mendable(error)?)];
            let found = dossier(&frame, subject, record).await?;
            again(&frame, &found, &fields, errors)
        }
    }
}

async fn dossier(frame: &Frame, subject: i64, record: i64) -> Result<RecordDossier, PageError> {
    Ok(browse::record_dossier(frame.site.desk(), actor(frame)?, subject, record, None).await?)
}

fn command(subject: i64, record: i64, fields: &Fields) -> Result<Withdraw, Vec<FormError>> {
    let mut errors = Vec::new();
    let decided = date::read(fields.get("decided"))
        .map(|(day, _)| day)
        .filter(|day| !date::is_long_term(*day));
    if decided.is_none() {
        errors.push(FormError::new("decided", "请填写变更、撤销决定的日期，例如 2026-01-31"));
    }
    let reason = Withdraw::reason_of(fields.get("reason"), fields.get("document"));
    if let Err(refusal) = &reason {
        errors.push(error_of(refusal));
    }
    match (decided, reason) {
        (Some(decided), Ok(reason)) => Ok(Withdraw { subject, record, decided, reason }),
        _ => Err(errors),
    }
}

/// What the desk said, beside the field that it is about.
fn error_of(refusal: &Refusal) -> FormError {
    let field = match refusal.code {
        "withdraw.reason-missing" => "reason",
        "withdraw.document-missing" => "document",
        "withdraw.decided-future" | "withdraw.decided-early" => "decided",
        _ => "",
    };
    FormError::new(field, refusal.message.as_str())
}

fn again(
    frame: &Frame,
    found: &RecordDossier,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Response, PageError> {
    Ok((StatusCode::BAD_REQUEST, ask(frame, found, fields, errors)?).into_response())
}

fn about(found: &RecordDossier) -> Vec<Fact> {
    let head = &found.now.head;
    vec![
        Fact::new("信息", head.title.as_str()).noted(head.kind_name.as_str()),
        Fact::new("文书号", head.number.as_str()),
        Fact::new("当事人", party(head)),
        Fact::new("决定日期", head.decided.to_string()),
        Fact::new("公示状态", words::held_standing(head).text),
    ]
}

fn ask(
    frame: &Frame,
    found: &RecordDossier,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let head = &found.now.head;
    if errors.is_empty() && !found.can_withdraw {
        return Err(
            DeskError::refused("withdraw.already", "这条信息已经撤下公示，不能再次撤下").into()
        );
    }
    let kept = |name: &str| fields.get(name).to_owned();
    draw(&Form {
        page: frame.console("撤下公示", "/console/batches"),
        record_href: words::held_href(head.subject, head.id),
        title: head.title.clone(),
        about: about(found),
        decided: kept("decided"),
        decided_error: message_for(&errors, "decided"),
        reason: kept("reason"),
        reason_error: message_for(&errors, "reason"),
        document: kept("document"),
        document_error: message_for(&errors, "document"),
        errors,
    })
}

fn sure(
    frame: &Frame,
    found: &RecordDossier,
    fields: &Fields,
    command: &Withdraw,
    due: Option<&Ruling<WorkingDay>>,
) -> Result<Html<String>, PageError> {
    let head = &found.now.head;
    let mut facts = about(found);
    facts.push(Fact::new("变更、撤销决定日期", command.decided.to_string()));
    facts.push(Fact::new("公示记录中写明的理由", command.reason.as_str()));
    facts.push(deadline(frame, due));
    draw(&Confirm {
        page: frame.console("确认撤下公示", "/console/batches"),
        record_href: words::held_href(head.subject, head.id),
        title: head.title.clone(),
        facts,
        decided: command.decided.to_string(),
        reason: fields.get("reason").to_owned(),
        document: fields.get("document").to_owned(),
    })
}

/// The day by which the law wants it down, and how many working days that is from today.
fn deadline(frame: &Frame, due: Option<&Ruling<WorkingDay>>) -> Fact {
    let desk = frame.site.desk();
    let (law, today) = (desk.law(), desk.today());
    let Some(due) = due else {
        return Fact::new("法定撤回期限", "当时没有规定期限");
    };
    let day: Date = due.value.date;
    let left = words::left(today, day, law.calendar().between(today, day));
    Fact::new("法定撤回期限", day.to_string()).noted(left.text).because(reasons::due_why(
        &law,
        "法定撤回期限",
        due,
    ))
}
