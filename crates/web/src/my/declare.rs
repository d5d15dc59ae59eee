//! The form of a declaration, made from the kind's file: a new one, and the change of one.

use std::collections::BTreeMap;

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_domain::law::FieldType;
use xinyong_service::DeskError;
use xinyong_service::agents::Agent;
use xinyong_service::declarations::{self, Change, DeclarationForm, Declare, Entered, FormField};

use super::declarations::here;
use super::firm;
use super::subject::record_href;
use crate::console::{mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Choice, FormError, Page, message_for};

/// An input of a form that is made from a kind's file.
struct Input {
    code: String,
    label: String,
    /// `text`, `long`, `date` or `choice`.
    shape: &'static str,
    typed: String,
    wrong: String,
    hint: String,
    required: bool,
    choices: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "my/declare.html")]
struct Shown {
    page: Page,
    errors: Vec<FormError>,
    heading: String,
    firm: String,
    back_href: String,
    action: String,
    mark: String,
    meaning: String,
    inputs: Vec<Input>,
    commitment: Vec<String>,
    commitment_digest: String,
    agreed_error: String,
    /// What makes a new entry one; empty for a change.
    entry: String,
    /// The version that is changed; 0 for a new entry.
    version: i64,
}

type Values = BTreeMap<String, String>;

fn input(field: &FormField, values: &Values, errors: &[FormError]) -> Input {
    let typed = values.get(&field.code).cloned().unwrap_or_default();
    let shape = match field.kind {
        FieldType::Code | FieldType::Codes => "choice",
        FieldType::LongText => "long",
        FieldType::Date => "date",
        _ => "text",
    };
    let mut choices = Vec::new();
    if shape == "choice" {
        choices.push(Choice::new("", "请选择", &typed));
        choices.extend(field.choices.iter().map(|one| Choice::new(one, one.as_str(), &typed)));
    }
    Input {
        code: field.code.clone(),
        label: field.label.clone(),
        shape,
        wrong: message_for(errors, &field.code),
        hint: field.help.clone(),
        required: field.required,
        typed,
        choices,
    }
}

/// What the form is for.
enum For<'f> {
    New(&'f str),
    Change { record: i64, version: i64 },
}

fn show(
    frame: &Frame,
    agent: &Agent,
    form: DeclarationForm,
    (what, values): (&For<'_>, &Values),
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let here = here(agent.code());
    let (action, version, entry, heading) = match what {
        For::New(kind) => {
            (format!("{here}/new/{kind}"), 0, form.entry, format!("申报：{}", form.name))
        }
        For::Change { record, version } => {
            (format!("{here}/{record}/change"), *version, String::new(), "更改申报".to_owned())
        }
    };
    draw(&Shown {
        page: frame.own(&heading, &here, Some(agent)),
        heading,
        firm: agent.firm().to_owned(),
        back_href: here,
        action,
        mark: form.mark,
        meaning: form.meaning,
        inputs: form.fields.iter().map(|field| input(field, values, &errors)).collect(),
        commitment: form.commitment.lines().map(str::to_owned).collect(),
        commitment_digest: form.commitment_digest,
        agreed_error: message_for(&errors, "agreed"),
        entry,
        version,
        errors,
    })
}

fn values_of(form: &DeclarationForm, fields: &Fields) -> Values {
    form.fields.iter().map(|one| (one.code.clone(), fields.get(&one.code).to_owned())).collect()
}

/// What is wrong, beside the fields; a refusal stands where its field is.
fn wrong(outcome: Result<Entered, DeskError>) -> Result<Result<i64, Vec<FormError>>, PageError> {
    match outcome {
        Ok(Entered::Recorded(id)) => Ok(Ok(id)),
        Ok(Entered::Wrong(list)) => {
            let errors = list.into_iter().map(|(field, message)| FormError::new(field, message));
            Ok(Err(errors.collect()))
        }
        Err(error) => {
            let refusal = mendable(error)?;
            let field = match refusal.code {
                "declaration.not-agreed" | "declaration.commitment-changed" => "agreed",
                _ => "",
            };
            Ok(Err(vec![FormError::new(field, refusal.message)]))
        }
    }
}

/// `GET /my/firms/{code}/declarations/new/{kind}`
///
/// # Errors
/// Not found.
pub async fn form(
    frame: Frame,
    Path((code, kind)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let agent = firm(&frame, &code).await?;
    let form = declarations::form(frame.site.desk(), &agent, &kind)?;
    show(&frame, &agent, form, (&For::New(&kind), &Values::new()), Vec::new())
}

/// `POST /my/firms/{code}/declarations/new/{kind}`
///
/// # Errors
/// Not found. What the person can mend is said on the form.
pub async fn declare(
    frame: Frame,
    Path((code, kind)): Path<(String, String)>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let agent = firm(&frame, &code).await?;
    let desk = frame.site.desk();
    let form = declarations::form(desk, &agent, &kind)?;
    let values = values_of(&form, &fields);
    let command = Declare {
        kind: kind.clone(),
        values: values.clone(),
        entry: fields.get("entry").to_owned(),
        commitment: fields.get("commitment").to_owned(),
        agreed: fields.get("agreed") == "1",
    };
    match wrong(declarations::declare(desk, &agent, command).await)? {
        Ok(id) => Ok(onward(&frame, &format!("{}?done=declared", record_href(agent.code(), id)))),
        Err(errors) => {
            let page = show(&frame, &agent, form, (&For::New(&kind), &values), errors)?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

/// `GET /my/firms/{code}/declarations/{record}/change`
///
/// # Errors
/// Not found.
pub async fn change_form(
    frame: Frame,
    Path((code, record)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let agent = firm(&frame, &code).await?;
    let desk = frame.site.desk();
    let record: i64 = record.parse().unwrap_or_default();
    let held = declarations::declaration(desk, &agent, record).await?;
    let form = declarations::form(desk, &agent, &held.held.kind)?;
    let what = For::Change { record, version: held.held.version };
    show(&frame, &agent, form, (&what, &held.values.into_iter().collect()), Vec::new())
}

/// `POST /my/firms/{code}/declarations/{record}/change`
///
/// # Errors
/// Not found. What the person can mend is said on the form.
pub async fn change(
    frame: Frame,
    Path((code, record)): Path<(String, String)>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let agent = firm(&frame, &code).await?;
    let desk = frame.site.desk();
    let record: i64 = record.parse().unwrap_or_default();
    let held = declarations::declaration(desk, &agent, record).await?;
    let form = declarations::form(desk, &agent, &held.held.kind)?;
    let values = values_of(&form, &fields);
    // The one that was shown: a form that comes back with an error must not carry one that nobody has seen.
    let version = fields.get("version").parse().unwrap_or_default();
    let command = Change {
        record,
        version,
        values: values.clone(),
        commitment: fields.get("commitment").to_owned(),
        agreed: fields.get("agreed") == "1",
    };
    match wrong(declarations::change(desk, &agent, command).await)? {
        Ok(id) => Ok(onward(&frame, &format!("{}?done=changed", record_href(agent.code(), id)))),
        Err(errors) => {
            let what = For::Change { record, version };
            let page = show(&frame, &agent, form, (&what, &values), errors)?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
