//! `/console/repairs/shields`: records that a court's ruling shields for a time, with the receipts of every place, and lifting it.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_service::repairs::{self, Lift, ShieldView};
use xinyong_service::{Clock, DeskError, Refusal};

use super::held::party;
use super::repairs::HERE;
use super::{actor, mendable, onward, worklist};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::proceeding::{self, PlaceRow};
use crate::ui::view::{Chip, Choice, Fact, FormError, Nav, Page, Pager, message_for};
use crate::url;

struct Row {
    href: String,
    title: String,
    party: String,
    court: String,
    ruling: String,
    until: String,
    standing: Chip,
}

#[derive(Template)]
#[template(path = "console/repair_shields.html")]
struct Listed {
    page: Page,
    tabs: Vec<Nav>,
    rows: Vec<Row>,
    pager: Pager,
}

#[derive(Template)]
#[template(path = "console/repair_shield.html")]
struct One {
    page: Page,
    errors: Vec<FormError>,
    href: String,
    title: String,
    standing: Chip,
    facts: Vec<Fact>,
    past: bool,
    places: Vec<PlaceRow>,
    may_decide: bool,
    may_lift: bool,
    may_decide_lift: bool,
    lifts: Vec<Choice>,
    reason: String,
    reason_error: String,
    document: String,
    document_error: String,
    lift_error: String,
    evidence_error: String,
}

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    show: String,
    page: String,
}

/// Address of the list.
pub fn here() -> String {
    format!("{HERE}/shields")
}

/// Address of one.
pub fn href(id: i64) -> String {
    format!("{}/{id}", here())
}

fn standing(view: &ShieldView) -> Chip {
    match view.shield.state.as_str() {
        "open" => Chip::new("待另一人确认", "warn"),
        "active" if view.shield.lift_by.is_some() => Chip::new("屏蔽中，待决定解除", "warn"),
        "active" if view.past => Chip::new("屏蔽中，裁定的截止日期已过", "warn"),
        "active" => Chip::new("屏蔽中", "info"),
        "lifted" if view.shield.lift_kind.as_deref() == Some(Lift::Performed.as_str()) => {
            Chip::new("已最终修复", "good")
        }
        "lifted" => Chip::new("已解除", "neutral"),
        _ => Chip::new("已退回", "neutral"),
    }
}

/// The list.
///
/// # Errors
/// `access.denied`.
pub async fn list(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    let over = asked.show == "over";
    // What is no number is the first page.
    let page = asked.page.parse::<i64>().unwrap_or(1).max(1);
    let (found, all, page) =
        repairs::shields(frame.site.desk(), actor(&frame)?, over, page).await?;
    let show = if over { "over" } else { "" };
    let to = |page: i64| url::with_query(&here(), &[("show", show), ("page", &page.to_string())]);
    let shown = i64::try_from(found.len()).unwrap_or(i64::MAX);
    draw(&Listed {
        page: frame.console("信用修复", HERE),
        tabs: worklist::tabs(&here(), "待办和屏蔽中", ("over", "已解除、退回"), over),
        pager: Pager {
            summary: format!("共 {all} 条，第 {page} 页"),
            prev: if page > 1 { to(page - 1) } else { String::new() },
            next: if shown > 0 && (page - 1) * repairs::SHIELDS_A_PAGE + shown < all {
                to(page + 1)
            } else {
                String::new()
            },
            pages: Vec::new(),
        },
        rows: found
            .iter()
            .map(|view| Row {
                href: href(view.shield.id),
                title: view.record.title.clone(),
                party: party(&view.record),
                court: view.shield.court.clone(),
                ruling: view.shield.ruling.clone(),
                until: view
                    .shield
                    .until_day
                    .map_or_else(|| "至解除".to_owned(), |day| day.to_string()),
                standing: standing(view),
            })
            .collect(),
    })
}

fn facts(view: &ShieldView) -> Vec<Fact> {
    let shield = &view.shield;
    let mut facts = vec![
        Fact::new("信息", view.record.title.as_str())
            .noted(view.record.number.as_str())
            .to(super::repair_record::href(shield.subject_id, shield.record_id)),
        Fact::new("当事人", party(&view.record)),
        Fact::new("登记的单位", view.unit.as_str()),
        Fact::new("人民法院", shield.court.as_str()),
        Fact::new("裁定书", shield.ruling.as_str())
            .noted(shield.ruled_on.to_string())
            .to(format!("{}/file", href(shield.id))),
        Fact::new(
            "裁定写明的截止日期",
            shield.until_day.map_or_else(|| "没有，至解除为止".to_owned(), |day| day.to_string()),
        ),
        Fact::new("登记", view.proposed.name.as_str()).noted(Clock::show(shield.proposed_at)),
    ];
    if let (Some(by), Some(at)) = (&view.decided, shield.decided_at) {
        let said = shield.decision.clone().unwrap_or_default();
        facts.push(
            Fact::new("确认或者退回", by.name.as_str())
                .noted(format!("{}　{said}", Clock::show(at))),
        );
    }
    for (one, by, declined) in &view.declined_lifts {
        let lift = Lift::from_word(&one.lift_kind).map_or("", Lift::label);
        facts.push(Fact::new("提出解除，未同意", by.name.as_str()).noted(format!(
            "{}　{lift}　{}　{}",
            Clock::show(one.proposed_at),
            one.reason,
            one.document,
        )));
        facts.push(Fact::new("不解除", declined.name.as_str()).noted(format!(
            "{}　{}",
            Clock::show(one.declined_at),
            one.declined_reason,
        )));
    }
    if let (Some(by), Some(at)) = (&view.lift_by, shield.lift_at) {
        let lift = shield.lift_kind.as_deref().and_then(Lift::from_word).map_or("", Lift::label);
        facts.push(Fact::new("提出解除", by.name.as_str()).noted(format!(
            "{}　{lift}　{}　{}",
            Clock::show(at),
            shield.lift_reason.as_deref().unwrap_or_default(),
            shield.lift_document.as_deref().unwrap_or_default(),
        )));
    }
    if let (Some(by), Some(at)) = (&view.lifted, shield.lifted_at) {
        facts.push(Fact::new("决定解除", by.name.as_str()).noted(Clock::show(at)));
    }
    facts
}

async fn show(
    frame: &Frame,
    id: i64,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let view = repairs::shield(frame.site.desk(), actor(frame)?, id).await?;
    let (may_decide, may_lift, may_decide_lift) = view.may;
    let lifts =
        Lift::ALL.map(|lift| Choice::new(lift.as_str(), lift.label(), fields.get("lift"))).to_vec();
    draw(&One {
        page: frame.console("信用修复", HERE),
        href: href(id),
        title: view.record.title.clone(),
        standing: standing(&view),
        facts: facts(&view),
        past: view.past,
        places: proceeding::places(&view.places, "已停止"),
        may_decide,
        may_lift,
        may_decide_lift,
        lifts,
        reason: fields.get("reason").to_owned(),
        reason_error: message_for(&errors, "reason"),
        document: fields.get("document").to_owned(),
        document_error: message_for(&errors, "document"),
        lift_error: message_for(&errors, "lift"),
        evidence_error: message_for(&errors, "evidence"),
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

fn error_of(refusal: &Refusal) -> FormError {
    let field = match refusal.code {
        "repair.reason-missing" => "reason",
        "repair.document-missing" => "document",
        "repair.evidence-missing" => "evidence",
        "repair.lift-missing" => "lift",
        _ => "",
    };
    FormError::new(field, refusal.message.as_str())
}

async fn answer(
    frame: &Frame,
    id: i64,
    outcome: Result<(), DeskError>,
    fields: &Fields,
) -> Result<Response, PageError> {
    match outcome {
        Ok(()) => Ok(onward(frame, &href(id))),
        Err(error) => {
            let errors = vec![error_of(&mendable(error)?)];
            let page = show(frame, id, fields, errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

/// The second person confirms or declines.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page.
pub async fn decide(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let confirm = fields.get("decision") == "confirm";
    let reason = fields.get("reason");
    let outcome =
        repairs::decide_shield(frame.site.desk(), actor(&frame)?, id, confirm, reason).await;
    answer(&frame, id, outcome, &fields).await
}

/// A person notes the receipt of a place.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page.
pub async fn confirm_place(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let (place, evidence) = (fields.get("place"), fields.get("evidence"));
    let outcome =
        repairs::confirm_shield_place(frame.site.desk(), actor(&frame)?, id, place, evidence).await;
    answer(&frame, id, outcome, &fields).await
}

/// One person proposes to lift it.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page.
pub async fn lift(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let outcome = match Lift::from_word(fields.get("lift")) {
        Some(lift) => {
            let said = (lift, fields.get("reason"), fields.get("document"));
            repairs::propose_lift(frame.site.desk(), actor(&frame)?, id, said).await
        }
        None => Err(Refusal::new("repair.lift-missing", "请选择怎样解除").into()),
    };
    answer(&frame, id, outcome, &fields).await
}

/// Another person lifts it, or keeps it.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page.
pub async fn decide_lift(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let confirm = fields.get("decision") == "confirm";
    let reason = fields.get("reason");
    let outcome =
        repairs::decide_lift(frame.site.desk(), actor(&frame)?, id, confirm, reason).await;
    answer(&frame, id, outcome, &fields).await
}

/// The ruling.
///
/// # Errors
/// `access.denied`, not found.
pub async fn file(frame: Frame, Path(id): Path<i64>) -> Result<Response, PageError> {
    let (bytes, kind) = repairs::shield_file(frame.site.desk(), actor(&frame)?, id).await?;
    // To be saved: what others sent is never opened inside a page of ours.
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"ruling-{id}.{kind}\"")),
    ];
    Ok((headers, bytes).into_response())
}
