//! One parameter of the law with all its editions; the first person's proposal to confirm one of them, with its text.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_domain::law::Parameter;
use xinyong_domain::ruling::Evidence;
use xinyong_service::law::{self, Proposal};
use xinyong_service::{Clock, Desk, DeskError, Permission, Refusal};

use super::law::{confirmed, href};
use super::parts::{Incoming, Parts};
use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Choice, FormError, NoticeText, Page, Person, message_for};
use crate::ui::{draw, settings};

/// The fields beside the file, and the bytes of each.
const FIELDS: [(&str, usize); 3] = [("from", 1024), ("value", 4096), ("text", 80 * 1024)];

struct Edition {
    span: String,
    value: String,
    source: String,
    quote: String,
    note: String,
    evidence: Chip,
    effect: String,
}

struct Confirmed {
    id: i64,
    from: String,
    value: String,
    first: Person,
    second: Person,
    at: String,
    may_withdraw: bool,
    /// The field with the reason for taking it back; each confirmation has its own.
    reason: String,
    reason_error: String,
    withdrawn: String,
}

#[derive(Template)]
#[template(path = "console/law_entry.html")]
struct Entry {
    page: Page,
    notice: Option<NoticeText>,
    errors: Vec<FormError>,
    href: String,
    title: String,
    id: String,
    editions: Vec<Edition>,
    confirmations: Vec<Confirmed>,
    may_propose: bool,
    froms: Vec<Choice>,
    read_value: String,
    value_error: String,
    original: String,
    text_error: String,
    file_error: String,
}

/// What has just been done.
#[derive(Debug, Deserialize)]
pub struct Done {
    #[serde(default)]
    done: String,
}

/// `GET /console/law/parameters/{parameter}`
///
/// # Errors
/// Not found.
pub async fn entry(
    frame: Frame,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Html<String>, PageError> {
    let notice = match done.done.as_str() {
        "proposed" => Some(("已提出", "须由另一人看过原文和影响以后确认，确认前不起作用。")),
        "confirmed" => Some(("已确认", "从现在起适用，显示为“已由两人确认”。")),
        "declined" => Some(("已退回", "这项提议没有确认，理由记入审计日志所指的提议中。")),
        "withdrawn" => Some(("确认已撤回", "该条恢复为未确认的状态。")),
        _ => None,
    };
    let notice = notice.map(|(title, text)| NoticeText::new("success", title, text));
    show(&frame, &id, notice, &Parts::default(), Vec::new()).await
}

fn parameter(desk: &Desk, id: &str) -> Result<Parameter, PageError> {
    let found = desk.law().parameters().get(id).cloned();
    found.ok_or_else(|| DeskError::NotFound("该参数").into())
}

async fn show(
    frame: &Frame,
    id: &str,
    notice: Option<NoticeText>,
    sent: &Parts,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let (desk, who) = (frame.site.desk(), actor(frame)?);
    let (law, parameter) = (desk.law(), parameter(desk, id)?);
    let may_confirm = who.may(Permission::ConfirmLaw);
    let open = |entry: &&xinyong_domain::law::DatedValue| {
        entry.evidence != Evidence::Text && !confirmed(&law, id, entry)
    };
    let froms: Vec<Choice> = parameter
        .values
        .iter()
        .filter(open)
        .map(|entry| Choice::new(&entry.from.to_string(), settings::span(entry), sent.text("from")))
        .collect();
    let proposed_value =
        parameter.values.iter().rfind(open).map(|entry| settings::typed(&entry.value));
    let confirmations = law::confirmations(desk, who)
        .await?
        .into_iter()
        .filter(|one| one.parameter == id)
        .map(|one| Confirmed {
            id: one.id,
            from: one.from.to_string(),
            value: settings::value(&law, &parameter, &one.value),
            may_withdraw: may_confirm
                && one.withdrawn.is_none()
                && [&one.first.login, &one.second.login].contains(&&who.login),
            reason: reason_field(one.id),
            reason_error: message_for(&errors, &reason_field(one.id)),
            first: Person::from(&one.first),
            second: Person::from(&one.second),
            at: Clock::show(one.at),
            withdrawn: one.withdrawn.map_or_else(String::new, |(by, at, reason)| {
                format!("{} 由{}撤回：{reason}", Clock::show(at), by.name)
            }),
        })
        .collect();
    draw(&Entry {
        page: frame.console(&parameter.label, "/console/law"),
        notice,
        href: href(id),
        title: parameter.label.clone(),
        id: id.to_owned(),
        editions: parameter
            .values
            .iter()
            .rev()
            .map(|entry| {
                let confirmed = confirmed(&law, id, entry);
                Edition {
                    span: settings::span(entry),
                    value: settings::value(&law, &parameter, &entry.value),
                    source: settings::source(&law, entry),
                    quote: entry.quote.clone().unwrap_or_default(),
                    note: entry.note.clone().unwrap_or_default(),
                    evidence: settings::evidence(entry, confirmed),
                    effect: settings::effect(entry, confirmed),
                }
            })
            .collect(),
        confirmations,
        may_propose: may_confirm && !froms.is_empty(),
        froms,
        read_value: match sent.text("from").is_empty() && sent.text("value").is_empty() {
            true => proposed_value.unwrap_or_default(),
            false => sent.text("value").to_owned(),
        },
        value_error: message_for(&errors, "value"),
        original: sent.text("text").to_owned(),
        text_error: message_for(&errors, "text"),
        file_error: message_for(&errors, "file"),
        errors,
    })
}

/// The field with the reason for taking a confirmation back.
fn reason_field(confirmation: i64) -> String {
    format!("reason-{confirmation}")
}

/// What the desk said, beside the field that it is about.
fn error_of(refusal: &Refusal) -> FormError {
    let field = match refusal.code {
        "parameter.value-invalid" => "value",
        "confirm.text-missing" => "text",
        code if code.starts_with("file.") => "file",
        _ => "",
    };
    FormError::new(field, refusal.message.as_str())
}

/// `POST /console/law/parameters/{parameter}`: the first person's proposal.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the form.
pub async fn propose(
    frame: Frame,
    Path(id): Path<String>,
    incoming: Incoming,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let mut sent = Parts::default();
    let outcome = match incoming.read(desk, &FIELDS, &mut sent).await? {
        Ok(()) => match sent.text("from").parse() {
            Ok(from) => {
                let command = Proposal {
                    parameter: id.clone(),
                    from,
                    value: sent.text("value").to_owned(),
                    text: sent.text("text").to_owned(),
                    file: sent
                        .file
                        .as_ref()
                        .map(|(scratch, name)| (scratch.path().to_path_buf(), name.clone())),
                };
                law::propose(desk, actor(&frame)?, command).await
            }
            Err(_) => Err(DeskError::refused("parameter.no-edition", "请选择要确认的是哪一条")),
        },
        Err(refusal) => Err(refusal.into()),
    };
    match outcome {
        Ok(_) => Ok(onward(&frame, &format!("{}?done=proposed", href(&id)))),
        Err(error) => {
            let errors = vec![error_of(&mendable(error)?)];
            let page = show(&frame, &id, None, &sent, errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

/// `POST /console/law/confirmations/{id}/withdraw`: one of the two takes it back.
///
/// # Errors
/// `access.denied`, not found.
pub async fn withdraw(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let (desk, who) = (frame.site.desk(), actor(&frame)?);
    let held = law::confirmations(desk, who).await?.into_iter().find(|one| one.id == id);
    let parameter = held.ok_or(DeskError::NotFound("该确认"))?.parameter;
    let field = reason_field(id);
    match law::withdraw(desk, who, id, fields.get(&field)).await {
        Ok(()) => Ok(onward(&frame, &format!("{}?done=withdrawn", href(&parameter)))),
        Err(error) => {
            let refusal = mendable(error)?;
            let errors = vec![match refusal.code {
                "confirm.reason-missing" => FormError::new(&field, refusal.message.as_str()),
                _ => error_of(&refusal),
            }];
            let page = show(&frame, &parameter, None, &Parts::default(), errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
