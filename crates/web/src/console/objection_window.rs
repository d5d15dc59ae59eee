//! `/console/objections/window`: an objection that somebody brings to the window, with paper.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_service::objections::{self, Candidate, WindowObjection};
use xinyong_service::repairs::Visitor;
use xinyong_service::{DeskError, agents};

use super::objections::HERE;
use super::parts::{Incoming, Parts};
use super::{actor, mendable, onward};
use crate::my::objections::{FIELDS, ObjectionForm, chosen, command, error_of, form as filled};
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{FormError, Page, message_for};
use crate::ui::{draw, words};

#[derive(Template)]
#[template(path = "console/objection_window.html")]
struct Window {
    page: Page,
    errors: Vec<FormError>,
    action: String,
    code: String,
    code_error: String,
    found: bool,
    party: String,
    form: ObjectionForm,
    /// Its records, each where a natural person whom it names objects.
    persons: Vec<(String, String)>,
    visitor: String,
    visitor_error: String,
    telephone: String,
}

/// For which subject.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    code: String,
}

fn show(
    frame: &Frame,
    code: &str,
    subject: Option<&WindowObjection>,
    sent: &Parts,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let records = subject.map(|subject| subject.records.as_slice()).unwrap_or_default();
    draw(&Window {
        page: frame.console("窗口收件", HERE),
        action: format!("{HERE}/window"),
        code: code.to_owned(),
        code_error: message_for(&errors, "code"),
        found: subject.is_some(),
        party: subject.map(|subject| subject.name.clone()).unwrap_or_default(),
        form: filled(frame, records, sent, "", &errors)?,
        persons: records.iter().filter(|one| one.open.is_none()).map(named).collect(),
        visitor: sent.text("visitor").to_owned(),
        visitor_error: message_for(&errors, "visitor"),
        telephone: sent.text("telephone").to_owned(),
        errors,
    })
}

fn named(one: &Candidate) -> (String, String) {
    let record = &one.record;
    let label = format!("{}　{}　{}", record.kind_name, record.title, record.number);
    (format!("{}/object", words::held_href(record.subject, record.id)), label)
}

/// The subject of a code, or what is wrong with it.
async fn look(
    frame: &Frame,
    code: &str,
) -> Result<Result<Option<WindowObjection>, FormError>, PageError> {
    if code.trim().is_empty() {
        return Ok(Ok(None));
    }
    match objections::candidates_at_window(frame.site.desk(), actor(frame)?, code).await {
        Ok(subject) => Ok(Ok(Some(subject))),
        Err(DeskError::NotFound(_)) => Ok(Err(unknown())),
        Err(error) => Ok(Err(FormError::new("code", mendable(error)?.message))),
    }
}

fn unknown() -> FormError {
    FormError::new("code", "没有这个代码的主体，请对照营业执照填写")
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
    let code: String = asked.code.chars().take(18).collect();
    let subject = look(&frame, &code).await?.unwrap_or_default();
    let mut sent = Parts::limited(agents::most_megabytes(desk));
    let fields: Vec<(&str, usize)> =
        FIELDS.into_iter().chain([("visitor", 256), ("telephone", 256)]).collect();
    let outcome = match incoming.read(desk, &fields, &mut sent).await? {
        Err(refusal) => Err(DeskError::from(refusal)),
        Ok(()) if subject.is_none() => {
            let page = show(&frame, &code, None, &sent, vec![unknown()])?;
            return Ok((StatusCode::BAD_REQUEST, page).into_response());
        }
        Ok(()) => chosen(&sent),
    };
    let outcome = match outcome {
        Ok(()) => {
            let visitor = Visitor {
                name: sent.text("visitor").to_owned(),
                telephone: sent.text("telephone").to_owned(),
            };
            objections::file_at_window(desk, actor(&frame)?, &code, visitor, command(&sent)).await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(id) => Ok(onward(&frame, &super::objections::href(id))),
        Err(error) => {
            let errors = vec![error_of(mendable(error)?)];
            let page = show(&frame, &code, subject.as_ref(), &sent, errors)?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
