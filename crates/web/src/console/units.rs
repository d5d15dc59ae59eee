//! The administrator's list of units, and a new one.

use askama::Template;
use axum::Extension;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use jiff::civil::Date;
use xinyong_domain::law::{Law, Unit};
use xinyong_domain::value::date;
use xinyong_service::units::{self, Grounds, UnitView};
use xinyong_service::{DeskError, Refusal};

use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Choice, FormError, Page, message_for};

struct Row {
    href: String,
    id: String,
    name: String,
    short: String,
    code: String,
    state: Chip,
    note: String,
}

#[derive(Template)]
#[template(path = "console/units.html")]
struct Units {
    page: Page,
    rows: Vec<Row>,
}

/// What a form about a unit holds and what is wrong with it.
pub struct GroundsForm {
    /// From which day.
    pub on: String,
    /// What is wrong with it.
    pub on_error: String,
    /// Why.
    pub reason: String,
    /// What is wrong with it.
    pub reason_error: String,
    /// The document.
    pub document: String,
    /// What is wrong with it.
    pub document_error: String,
}

impl GroundsForm {
    /// The form with what was typed.
    pub fn new(fields: &Fields, errors: &[FormError], today: Date) -> Self {
        let on = fields.get("on");
        Self {
            on: if on.is_empty() { today.to_string() } else { on.to_owned() },
            on_error: message_for(errors, "on"),
            reason: fields.get("reason").to_owned(),
            reason_error: message_for(errors, "reason"),
            document: fields.get("document").to_owned(),
            document_error: message_for(errors, "document"),
        }
    }
}

#[derive(Template)]
#[template(path = "console/unit_new.html")]
struct New {
    page: Page,
    errors: Vec<FormError>,
    id: String,
    id_error: String,
    full_name: String,
    name_error: String,
    short: String,
    short_error: String,
    uscc: String,
    code_error: String,
    duties: Vec<(String, String, bool)>,
    channels: Vec<Choice>,
    domains: Vec<Choice>,
    grounds: GroundsForm,
}

/// Address of a unit's page.
pub fn href(id: &str) -> String {
    format!("/console/units/{}", crate::url::encode(id))
}

/// How a unit stands today.
pub fn state(view: &UnitView) -> Chip {
    match (view.active, view.ends) {
        (true, None) => Chip::new("报送中", "good"),
        (true, Some(day)) => Chip::new(format!("{day} 起由他单位承接"), "warn"),
        (false, _) => Chip::new("不再报送", "neutral"),
    }
}

/// `GET /console/units`
///
/// # Errors
/// `access.denied`.
pub async fn units(frame: Frame) -> Result<Html<String>, PageError> {
    let rows = units::units(frame.site.desk(), actor(&frame)?)
        .await?
        .into_iter()
        .map(|view| {
            let names: Vec<&str> = view.successors.iter().map(|(_, name)| name.as_str()).collect();
            Row {
                href: href(&view.unit.id),
                state: state(&view),
                note: match names.is_empty() {
                    true => String::new(),
                    false => format!("承接：{}", names.join("、")),
                },
                id: view.unit.id,
                name: view.unit.name,
                short: view.unit.short,
                code: view.unit.code,
            }
        })
        .collect();
    draw(&Units { page: frame.console("单位", "/console/units"), rows })
}

/// What the desk said, beside the field that it is about.
pub fn error_of(refusal: &Refusal) -> FormError {
    let field = match refusal.code {
        "unit.id-invalid" | "unit.exists" => "id",
        "unit.name-missing" | "unit.name-taken" | "unit.unchanged" => "name",
        "unit.short-missing" => "short",
        "unit.code-invalid" => "code",
        "unit.reason-missing" => "reason",
        "unit.document-missing" => "document",
        "unit.date-future" | "unit.date-missing" => "on",
        "unit.successor-missing" | "unit.successor-ended" => "successors",
        _ => "",
    };
    FormError::new(field, refusal.message.as_str())
}

/// What a change rests on, as typed.
///
/// # Errors
/// `unit.date-missing`.
pub fn grounds(fields: &Fields) -> Result<Grounds, DeskError> {
    let on = date::read(fields.get("on"))
        .map(|(day, _)| day)
        .filter(|day| !date::is_long_term(*day))
        .ok_or_else(|| {
            DeskError::refused("unit.date-missing", "请填写生效日期，例如 2026-01-31")
        })?;
    Ok(Grounds {
        on,
        reason: fields.get("reason").to_owned(),
        document: fields.get("document").to_owned(),
    })
}

/// `GET /console/units/new`
///
/// # Errors
/// `access.denied`.
pub async fn new(frame: Frame) -> Result<Html<String>, PageError> {
    show(&frame, &Fields::default(), Vec::new())
}

/// The codes of a list of the law, with a first entry of one's own.
fn codes(frame: &Frame, list: &str, chosen: &str, first: &str) -> Vec<Choice> {
    let law = frame.site.desk().law();
    let mut choices = vec![Choice::new("", first, chosen)];
    if let Some(list) = law.codes().get(list) {
        choices.extend(list.codes.iter().map(|code| Choice::new(&code.id, &code.label, chosen)));
    }
    choices
}

/// What a unit may have to report: the word for it, and its name.
fn duties(law: &Law) -> Vec<(String, String)> {
    law.kinds()
        .values()
        .map(|kind| (xinyong_service::browse::duty_of(kind).to_owned(), kind.name.clone()))
        .collect()
}

fn has(fields: &Fields, name: &str, value: &str) -> bool {
    fields.0.iter().any(|(key, held)| key == name && held == value)
}

fn show(frame: &Frame, fields: &Fields, errors: Vec<FormError>) -> Result<Html<String>, PageError> {
    draw(&New {
        page: frame.console("增加单位", "/console/units"),
        id: fields.get("id").to_owned(),
        id_error: message_for(&errors, "id"),
        full_name: fields.get("name").to_owned(),
        name_error: message_for(&errors, "name"),
        short: fields.get("short").to_owned(),
        short_error: message_for(&errors, "short"),
        uscc: fields.get("code").to_owned(),
        code_error: message_for(&errors, "code"),
        duties: duties(&frame.site.desk().law())
            .into_iter()
            .map(|(word, label)| (word.clone(), label, has(fields, "duty", &word)))
            .collect(),
        channels: codes(frame, "channel", fields.get("channel"), "信用网站"),
        domains: codes(frame, "penalty-domain", fields.get("domain"), "不推定"),
        grounds: GroundsForm::new(fields, &errors, frame.site.desk().today()),
        errors,
    })
}

/// `POST /console/units/new`
///
/// # Errors
/// `access.denied`; when the store fails. What the person can mend is said on the form.
pub async fn create(
    frame: Frame,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let text = |name: &str| fields.get(name).trim().to_owned();
    let chosen = |name: &str| Some(text(name)).filter(|value| !value.is_empty());
    let unit = Unit {
        id: text("id"),
        name: text("name"),
        short: text("short"),
        code: text("code"),
        duties: duties(&frame.site.desk().law())
            .into_iter()
            .map(|(word, _)| word)
            .filter(|duty| has(&fields, "duty", duty))
            .collect(),
        domain: chosen("domain"),
        channel: chosen("channel"),
        tasks: Vec::new(),
    };
    let id = unit.id.clone();
    let outcome = match grounds(&fields) {
        Ok(grounds) => units::create(frame.site.desk(), actor(&frame)?, unit, &grounds).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => Ok(onward(&frame, &format!("{}?done=created", href(&id)))),
        Err(error) => {
            let page = show(&frame, &fields, vec![error_of(&mendable(error)?)])?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
