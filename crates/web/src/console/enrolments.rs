//! `/console/enrolments`: the subjects that the unit follows, the form, one of them with what was sent and what waits, its end.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use jiff::civil::Date;
use serde::Deserialize;
use xinyong_domain::value::date;
use xinyong_service::enrolments::{self, Enrol, EnrolmentView, SentView, Standing};
use xinyong_service::{Clock, Refusal};

use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Fact, FormError, Page, Tile, message_for};
use crate::ui::{draw, words};

const HERE: &str = "/console/enrolments";

struct Row {
    href: String,
    firm: String,
    code: String,
    unit: String,
    purpose: String,
    until: String,
    state: Chip,
}

#[derive(Template)]
#[template(path = "console/enrolments.html")]
struct Listed {
    page: Page,
    rows: Vec<Row>,
    next_href: String,
}

#[derive(Template)]
#[template(path = "console/enrolment_new.html")]
struct Form {
    page: Page,
    errors: Vec<FormError>,
    code: String,
    code_error: String,
    basis: String,
    basis_error: String,
    purpose: String,
    purpose_error: String,
    until: String,
    until_error: String,
    latest: String,
}

struct SentRow {
    number: String,
    change: String,
    happened: String,
    state: Chip,
    tries: String,
    when: String,
    digest: String,
}

#[derive(Template)]
#[template(path = "console/enrolment.html")]
struct One {
    page: Page,
    errors: Vec<FormError>,
    href: String,
    title: String,
    state: Chip,
    facts: Vec<Fact>,
    tiles: Vec<Tile>,
    sent: Vec<SentRow>,
    can_end: bool,
    reason: String,
    reason_error: String,
}

fn href(id: i64) -> String {
    format!("{HERE}/{id}")
}

fn state_of(view: &EnrolmentView) -> Chip {
    match view.standing {
        Standing::InForce => Chip::new("有效", "good"),
        Standing::Lapsed => Chip::new("已到期", "neutral"),
        Standing::Ended => Chip::new("已终止", "neutral"),
    }
}

/// Where the list begins.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    after: i64,
}

/// The list.
///
/// # Errors
/// `access.denied`.
pub async fn list(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let (found, more) = enrolments::list(desk, actor(&frame)?, asked.after.max(0)).await?;
    let last = found.last().filter(|_| more);
    draw(&Listed {
        page: frame.console("订阅主体", HERE),
        next_href: last.map_or_else(String::new, |last| format!("{HERE}?after={}", last.id)),
        rows: found
            .iter()
            .map(|view| Row {
                href: href(view.id),
                firm: view.name.clone(),
                code: view.code.clone(),
                unit: view.unit_name.clone(),
                purpose: view.purpose.clone(),
                until: view.until.to_string(),
                state: state_of(view),
            })
            .collect(),
    })
}

fn ask(frame: &Frame, fields: &Fields, errors: Vec<FormError>) -> Result<Html<String>, PageError> {
    let latest = enrolments::latest_end(frame.site.desk());
    draw(&Form {
        page: frame.console("订阅一个主体", HERE),
        code: fields.get("code").to_owned(),
        code_error: message_for(&errors, "code"),
        basis: fields.get("basis").to_owned(),
        basis_error: message_for(&errors, "basis"),
        purpose: fields.get("purpose").to_owned(),
        purpose_error: message_for(&errors, "purpose"),
        until: fields.get("until").to_owned(),
        until_error: message_for(&errors, "until"),
        latest: latest.map_or_else(String::new, |day| format!("当天仍有效，最晚{day}")),
        errors,
    })
}

/// The form.
///
/// # Errors
/// When the template fails.
pub async fn form(
    frame: Frame,
    Query(fields): Query<Prefilled>,
) -> Result<Html<String>, PageError> {
    ask(&frame, &Fields(vec![("code".to_owned(), fields.code)]), Vec::new())
}

/// What the form may be opened with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Prefilled {
    code: String,
}

fn error_of(refusal: &Refusal) -> FormError {
    let field = match refusal.code {
        "enrolment.basis-missing" => "basis",
        "enrolment.purpose-missing" => "purpose",
        "enrolment.until-missing" | "enrolment.until-past" | "enrolment.until-far" => "until",
        _ => "code",
    };
    FormError::new(field, refusal.message.as_str())
}

/// Begins it.
///
/// # Errors
/// `access.denied`. What the person can mend is said on the form.
pub async fn enrol(
    frame: Frame,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let until: Option<Date> =
        date::read(fields.get("until")).map(|(day, _)| day).filter(|day| !date::is_long_term(*day));
    let new = Enrol {
        code: fields.get("code").to_owned(),
        basis: fields.get("basis").to_owned(),
        purpose: fields.get("purpose").to_owned(),
        until,
    };
    let outcome = match enrolments::enrol(frame.site.desk(), actor(&frame)?, &new).await {
        Ok(outcome) => outcome,
        Err(error) => Err(vec![mendable(error)?]),
    };
    match outcome {
        Ok(id) => Ok(onward(&frame, &href(id))),
        Err(refusals) => {
            let errors = refusals.iter().map(error_of).collect();
            let page = ask(&frame, &fields, errors)?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

fn change_of(word: Option<&str>) -> &'static str {
    match word {
        Some("appeared") => "出现",
        Some("changed") => "改变",
        Some("ended") => "终止，不得再用",
        _ => "尚未发出",
    }
}

fn sent_row(one: &SentView) -> SentRow {
    let answered = match one.status {
        None => String::new(),
        Some(0) => "，没有答复".to_owned(),
        Some(status) => format!("，答复 {status}"),
    };
    let (state, when) = match (one.state.as_str(), one.done_at) {
        ("delivered", Some(at)) => (Chip::new("已送达", "good"), Clock::show(at)),
        ("given-up", Some(at)) => (Chip::new("停止重试", "bad"), Clock::show(at)),
        ("stopped", Some(at)) => (Chip::new("不再推送", "neutral"), Clock::show(at)),
        _ => (Chip::new("等待", "warn"), format!("下次 {}", Clock::show(one.next_at))),
    };
    SentRow {
        number: one.record.to_string(),
        change: change_of(one.what.as_deref()).to_owned(),
        happened: Clock::show(one.event_at),
        state,
        tries: format!("{} 次{answered}", one.tries),
        when,
        digest: one.digest.clone().unwrap_or_default(),
    }
}

async fn show(
    frame: &Frame,
    id: i64,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let view = enrolments::one(desk, actor(frame)?, id).await?;
    let (sent, counts) = enrolments::sent(desk, actor(frame)?, id).await?;
    let count = |state: &str| {
        let found = counts.iter().find(|(held, _)| held == state).map_or(0, |(_, count)| *count);
        words::grouped(u64::try_from(found).unwrap_or_default())
    };
    let mut subject = Fact::new("主体", view.name.as_str()).noted(view.code.as_str());
    subject.href = format!("/console/subjects/{}", view.code);
    let mut facts = vec![
        subject,
        Fact::new("订阅单位", view.unit_name.as_str()),
        Fact::new("法律依据", view.basis.as_str()),
        Fact::new("目的", view.purpose.as_str()),
        Fact::new("登记", Clock::show(view.made_at)).noted(view.made_by.name.as_str()),
        Fact::new("到期日", view.until.to_string()).noted("当天仍有效，到期自动终止"),
    ];
    if let Some((who, at, why)) = &view.ended {
        facts.push(Fact::new("提前终止", Clock::show(*at)).noted(who.name.as_str()));
        facts.push(Fact::new("终止理由", why.as_str()));
    }
    draw(&One {
        page: frame.console(&view.name, HERE),
        href: href(id),
        title: view.name.clone(),
        state: state_of(&view),
        facts,
        tiles: vec![
            Tile::new("已送达", count("delivered"), "条"),
            Tile::new("等待", count("waiting"), "条"),
            Tile::new("停止重试", count("given-up"), "条"),
            Tile::new("不再推送", count("stopped"), "条"),
        ],
        sent: sent.iter().map(sent_row).collect(),
        can_end: view.standing == Standing::InForce,
        reason: fields.get("reason").to_owned(),
        reason_error: message_for(&errors, "reason"),
        errors,
    })
}

/// One of them.
///
/// # Errors
/// `access.denied`, not found.
pub async fn one(frame: Frame, Path(id): Path<i64>) -> Result<Html<String>, PageError> {
    show(&frame, id, &Fields::default(), Vec::new()).await
}

/// Ends it.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page.
pub async fn end(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let reason = fields.get("reason");
    match enrolments::end(frame.site.desk(), actor(&frame)?, id, reason).await {
        Ok(()) => Ok(onward(&frame, &href(id))),
        Err(error) => {
            let refusal = mendable(error)?;
            let field = if refusal.code == "enrolment.reason-missing" { "reason" } else { "" };
            let errors = vec![FormError::new(field, refusal.message.as_str())];
            let page = show(&frame, id, &fields, errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
