//! What other sources know: entered by the credit office, a decision a line; the unit is reminded; it is closed with a reason.

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_service::browse;
use xinyong_service::reporting::{self, Learn};

use super::reporting::HERE;
use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Choice, FormError, Page, message_for};

#[derive(Template)]
#[template(path = "console/reporting_known.html")]
struct Form {
    page: Page,
    errors: Vec<FormError>,
    done: String,
    units: Vec<Choice>,
    unit_error: String,
    kinds: Vec<Choice>,
    kind_error: String,
    sources: Vec<Choice>,
    source_error: String,
    lines: String,
    lines_error: String,
    note: String,
    note_error: String,
}

async fn ask(
    frame: &Frame,
    fields: &Fields,
    errors: Vec<FormError>,
    done: String,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let law = desk.law();
    let first = |chosen: &str| vec![Choice::new("", "请选择", chosen)];
    let mut units = first(fields.get("unit"));
    let names = browse::unit_names(desk).await?;
    units.extend(names.iter().map(|(id, name)| Choice::new(id, name, fields.get("unit"))));
    let mut kinds = first(fields.get("kind"));
    kinds.extend(
        law.kinds()
            .values()
            .map(|kind| Choice::new(&kind.id, kind.name.as_str(), fields.get("kind"))),
    );
    let mut sources = first(fields.get("source"));
    if let Some(list) = law.codes().get("decision-source") {
        let chosen = fields.get("source");
        sources.extend(
            list.codes.iter().map(|code| Choice::new(&code.id, code.label.as_str(), chosen)),
        );
    }
    draw(&Form {
        page: frame.console("登记其他来源得知的决定", HERE),
        done,
        units,
        unit_error: message_for(&errors, "unit"),
        kinds,
        kind_error: message_for(&errors, "kind"),
        sources,
        source_error: message_for(&errors, "source"),
        lines: fields.get("lines").to_owned(),
        lines_error: message_for(&errors, "lines"),
        note: fields.get("note").to_owned(),
        note_error: message_for(&errors, "note"),
        errors,
    })
}

/// The form.
///
/// # Errors
/// When the store fails.
pub async fn form(frame: Frame) -> Result<Html<String>, PageError> {
    ask(&frame, &Fields::default(), Vec::new(), String::new()).await
}

/// Keeps what another source knows.
///
/// # Errors
/// `access.denied`. What the person can mend is said on the form.
pub async fn learn(
    frame: Frame,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let command = Learn {
        unit: fields.get("unit").to_owned(),
        kind: fields.get("kind").to_owned(),
        source: fields.get("source").to_owned(),
        lines: fields.get("lines").to_owned(),
        note: fields.get("note").to_owned(),
    };
    match reporting::learn(frame.site.desk(), actor(&frame)?, command).await {
        Ok(learnt) => {
            let done = format!(
                "登记了 {} 项；另有 {} 项同一来源以前登记过。已经报来的不会列出。",
                learnt.new, learnt.known
            );
            Ok(ask(&frame, &Fields::default(), Vec::new(), done).await?.into_response())
        }
        Err(error) => {
            let refusal = mendable(error)?;
            let (field, message) = match refusal.code {
                "unit.unknown" => ("unit", "请选择作出决定的单位"),
                "kind.unknown" => ("kind", "请选择信息类别"),
                "reporting.code-unknown" => ("source", refusal.message.as_str()),
                "reporting.note-invalid" => ("note", refusal.message.as_str()),
                _ => ("lines", refusal.message.as_str()),
            };
            let errors = vec![FormError::new(field, message)];
            let page = ask(&frame, &fields, errors, String::new()).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

/// Reminds the unit.
///
/// # Errors
/// `access.denied`, `remind.already`; not found.
pub async fn remind(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    reporting::remind(frame.site.desk(), actor(&frame)?, id).await?;
    Ok(back(&frame, &fields))
}

/// Closes it with a reason.
///
/// # Errors
/// `access.denied`, `reporting.note-invalid`; not found.
pub async fn close(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    reporting::close(frame.site.desk(), actor(&frame)?, id, fields.get("closed_reason")).await?;
    Ok(back(&frame, &fields))
}

/// To the month it was done in.
fn back(frame: &Frame, fields: &Fields) -> Response {
    let (month, _) = super::reporting::month_asked(frame, fields.get("month"));
    onward(frame, &format!("{HERE}?month={month}"))
}
