//! What other sources know: entered by the credit office, a decision a line; the unit is reminded; it is closed with a reason.

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_service::Refusal;
use xinyong_service::browse;
use xinyong_service::reporting::{self, Learn, Learning, WrongRow};

use super::parts::{Incoming, Parts};
use super::reporting::HERE;
use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Choice, FormError, Page, message_for};

/// The fields beside the file, and the bytes of each.
const FIELDS: [(&str, usize); 5] =
    [("unit", 1024), ("kind", 1024), ("source", 1024), ("lines", 256 * 1024), ("note", 4096)];
/// Wrong rows that are shown.
const SHOWN: usize = 100;

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
    file_error: String,
    /// Rows that are wrong, and how many more there are.
    wrong: Vec<WrongRow>,
    wrong_more: usize,
    note: String,
    note_error: String,
}

async fn ask(
    frame: &Frame,
    sent: &Parts,
    errors: Vec<FormError>,
    wrong: Vec<WrongRow>,
    done: String,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let law = desk.law();
    let first = |chosen: &str| vec![Choice::new("", "请选择", chosen)];
    let mut units = first(sent.text("unit"));
    let names = browse::unit_names(desk).await?;
    units.extend(names.iter().map(|(id, name)| Choice::new(id, name, sent.text("unit"))));
    let mut kinds = first(sent.text("kind"));
    kinds.extend(
        law.kinds()
            .values()
            .map(|kind| Choice::new(&kind.id, kind.name.as_str(), sent.text("kind"))),
    );
    let mut sources = first(sent.text("source"));
    if let Some(list) = law.codes().get("decision-source") {
        let chosen = sent.text("source");
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
        lines: sent.text("lines").to_owned(),
        lines_error: message_for(&errors, "lines"),
        file_error: message_for(&errors, "file"),
        wrong_more: wrong.len().saturating_sub(SHOWN),
        wrong: wrong.into_iter().take(SHOWN).collect(),
        note: sent.text("note").to_owned(),
        note_error: message_for(&errors, "note"),
        errors,
    })
}

/// The form.
///
/// # Errors
/// When the store fails.
pub async fn form(frame: Frame) -> Result<Html<String>, PageError> {
    ask(&frame, &Parts::default(), Vec::new(), Vec::new(), String::new()).await
}

/// Keeps what another source knows, from the form or from a file.
///
/// # Errors
/// `access.denied`. What the person can mend is said on the form.
pub async fn learn(frame: Frame, incoming: Incoming) -> Result<Response, PageError> {
    let desk = frame.site.desk().clone();
    let mut sent = Parts::default();
    match incoming.read(&desk, &FIELDS, &mut sent).await? {
        Ok(()) => {}
        Err(refusal) => return again(&frame, &sent, &refusal).await,
    }
    let command = Learn {
        unit: sent.text("unit").to_owned(),
        kind: sent.text("kind").to_owned(),
        source: sent.text("source").to_owned(),
        lines: sent.text("lines").to_owned(),
        note: sent.text("note").to_owned(),
    };
    let file =
        sent.file.as_ref().map(|(scratch, name)| (scratch.path().to_path_buf(), name.clone()));
    match reporting::learn(&desk, actor(&frame)?, command, file).await {
        Ok(Learning::Kept(learnt)) => {
            let done = format!(
                "登记了 {} 项；另有 {} 项同一来源以前登记过。已经报来的不会列出。",
                learnt.new, learnt.known
            );
            let page = ask(&frame, &Parts::default(), Vec::new(), Vec::new(), done).await?;
            Ok(page.into_response())
        }
        Ok(Learning::Refused(wrong)) => {
            let field = if sent.file.is_some() { "file" } else { "lines" };
            let message =
                format!("有 {} 行不合要求，没有登记；请按下面的检查结果改正", wrong.len());
            let errors = vec![FormError::new(field, message)];
            let page = ask(&frame, &sent, errors, wrong, String::new()).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
        Err(error) => again(&frame, &sent, &mendable(error)?).await,
    }
}

/// The form again, with what was said about it.
async fn again(frame: &Frame, sent: &Parts, refusal: &Refusal) -> Result<Response, PageError> {
    let (field, message) = match refusal.code {
        "unit.unknown" => ("unit", "请选择作出决定的单位"),
        "kind.unknown" => ("kind", "请选择信息类别"),
        "reporting.code-unknown" => ("source", refusal.message.as_str()),
        "reporting.note-invalid" => ("note", refusal.message.as_str()),
        _ if sent.file.is_some() || refusal.code.starts_with("file.") => {
            ("file", refusal.message.as_str())
        }
        _ => ("lines", refusal.message.as_str()),
    };
    let errors = vec![FormError::new(field, message)];
    let page = ask(frame, sent, errors, Vec::new(), String::new()).await?;
    Ok((StatusCode::BAD_REQUEST, page).into_response())
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
