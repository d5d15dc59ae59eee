//! `/console/repairs/{id}`: one application for repair, with the rule, its steps and clocks, and what may be done with it.

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use jiff::civil::Date;
use xinyong_domain::law::Code;
use xinyong_domain::value::date;
use xinyong_domain::workflow::repair::{Event, Stage};
use xinyong_service::agents;
use xinyong_service::repairs::{self, FINDINGS, ProposeFinding, Refused, RepairCase, Step, Supply};
use xinyong_service::{Clock, DeskError, Permission, Refusal};

use super::held::party;
use super::parts::{Incoming, Parts};
use super::repair_record::{DutyRow, duty_rows};
use super::repairs::{HERE, href};
use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::my::repair::{accept, file_help};
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::proceeding::{self, PlaceRow, StepRow};
use crate::ui::repair::{ConditionRow, FindingRow, conditions, due, findings, left, stage, steps};
use crate::ui::view::{Chip, Choice, Fact, FormError, Page, message_for};
use crate::ui::words;

/// Another record of the same application.
struct Other {
    href: String,
    standing: Chip,
}

#[derive(Template)]
#[template(path = "console/repair.html")]
struct One {
    page: Page,
    errors: Vec<FormError>,
    href: String,
    title: String,
    standing: Chip,
    seq: usize,
    changed: String,
    facts: Vec<Fact>,
    explanation: Vec<String>,
    conditions: Vec<ConditionRow>,
    steps: Vec<StepRow>,
    events: Vec<Choice>,
    event_error: String,
    reason: String,
    reason_error: String,
    document: String,
    document_error: String,
    decided_on: String,
    decided_on_error: String,
    /// Whether a refusal is among what may be done.
    refuses: bool,
    stands_in: bool,
    grounds: Vec<Choice>,
    ground_error: String,
    grounds_closed: String,
    way_on: String,
    way_on_error: String,
    objection: String,
    objection_error: String,
    places: Vec<PlaceRow>,
    evidence_error: String,
    may_close: bool,
    may_supply: bool,
    may_withdraw: bool,
    back_reason: String,
    back_reason_error: String,
    said: String,
    said_error: String,
    file_error: String,
    file_help: String,
    accept: String,
    others: Vec<Other>,
    record_href: String,
    repair_href: String,
    duties: Vec<DutyRow>,
    findings: Vec<FindingRow>,
    may_find: bool,
    granted: bool,
    whats: Vec<Choice>,
    what_error: String,
    finding_reason: String,
    finding_reason_error: String,
    finding_document: String,
    finding_document_error: String,
    finding_error: String,
}

fn facts(frame: &Frame, found: &RepairCase) -> Vec<Fact> {
    let desk = frame.site.desk();
    let law = desk.law();
    let line = &found.line;
    let way = if found.way == "online" { "主体在本平台申请" } else { "窗口" };
    let signed = if found.signed { "已在线签署承诺书" } else { "承诺书见扫描件" };
    let mut facts = vec![
        Fact::new("信息", line.record.title.as_str()).noted(line.record.number.as_str()),
        Fact::new("当事人", party(&line.record)),
        Fact::new("认定单位", line.unit.as_str()),
        Fact::new("申请", line.applied_on.to_string()).noted(format!("{way}，{signed}")),
        Fact::new("申请的去处", line.entry.label()),
        Fact::new("公示状态", words::held_standing(&line.record).text),
    ];
    if !line.stage.is_over() {
        facts.push(Fact::new("下一步由谁办理", line.owner.label()));
    }
    facts.extend(due(&law, line).map(|fact| match left(desk.today(), line) {
        Some(left) => fact.noted(left.text),
        None => fact,
    }));
    if let Some(visitor) = &found.visitor {
        facts.push(
            Fact::new("窗口来办的人", visitor.name.as_str()).noted(visitor.telephone.as_str()),
        );
    }
    facts.extend(found.materials.iter().map(|one| {
        Fact::new("材料", one.label.as_str())
            .to(format!("{}/files/{}", href(line.id), one.seq))
            .noted(format!("{}，{}", one.file_type, Clock::show(one.at)))
    }));
    facts
}

/// What was sent, and what is wrong with it.
#[derive(Default)]
struct Sent<'s> {
    fields: Fields,
    said: &'s str,
    decides: bool,
    errors: Vec<FormError>,
}

async fn show(frame: &Frame, id: i64, sent: Sent<'_>) -> Result<Html<String>, PageError> {
    let who = actor(frame)?;
    let found = repairs::case(frame.site.desk(), who, id).await?;
    let law = frame.site.desk().law();
    let line = &found.line;
    let Sent { fields, said, errors, .. } = sent;
    let own = [Event::Supply, Event::Withdraw];
    let may = found.may.iter().copied().filter(|event| !own.contains(event));
    let events = proceeding::events(may, fields.get("event"));
    let known = repairs::grounds(frame.site.desk(), line.applied_on);
    let mut grounds = vec![Choice::new("", "请选择", fields.get("ground"))];
    grounds.extend(known.open.iter().map(|ground| {
        let label = format!("{}（{}）", ground.label, ground.because.line());
        Choice::new(&ground.id, label, fields.get("ground"))
    }));
    draw(&One {
        refuses: found.may.iter().any(|event| matches!(event, Event::Decline | Event::Refuse)),
        stands_in: found.stands_in,
        grounds,
        ground_error: message_for(&errors, "ground"),
        grounds_closed: known.closed.join("；"),
        way_on: fields.get("way_on").to_owned(),
        way_on_error: message_for(&errors, "way_on"),
        objection: match fields.get("objection") {
            "" => known.objection,
            sent => sent.to_owned(),
        },
        objection_error: message_for(&errors, "objection"),
        page: frame.console("信用修复", HERE),
        href: href(id),
        title: line.record.title.clone(),
        standing: stage(line.stage),
        seq: found.steps.len(),
        changed: found.changed.clone(),
        facts: facts(frame, &found),
        explanation: found.rules.explanation.clone(),
        conditions: conditions(&law, &found.rules.conditions),
        steps: steps(&found, true),
        events,
        event_error: message_for(&errors, "event"),
        reason: fields.get("reason").to_owned(),
        reason_error: message_for(&errors, "reason"),
        document: fields.get("document").to_owned(),
        document_error: message_for(&errors, "document"),
        decided_on: fields.get("decided_on").to_owned(),
        decided_on_error: message_for(&errors, "decided_on"),
        places: proceeding::places(&found.places, "已停止"),
        evidence_error: message_for(&errors, "evidence"),
        may_close: line.stage == Stage::Propagated && who.may(Permission::HandleRepair),
        may_supply: found.may.contains(&Event::Supply),
        may_withdraw: found.may.contains(&Event::Withdraw),
        back_reason: fields.get("back_reason").to_owned(),
        back_reason_error: message_for(&errors, "back_reason"),
        said: said.to_owned(),
        said_error: message_for(&errors, "words"),
        file_error: message_for(&errors, "file"),
        file_help: file_help(frame),
        accept: accept(),
        repair_href: super::repair_record::href(line.record.subject, line.record.id),
        duties: duty_rows(&found.duties, true),
        findings: findings(&found.findings),
        may_find: found.may_find,
        granted: line.stage.is_granted(),
        whats: {
            let codes = law.codes().get(FINDINGS).map(|list| list.codes.clone());
            let mut whats = vec![Choice::new("", "请选择", fields.get("what"))];
            let choice = |code: &Code| Choice::new(&code.id, &code.label, fields.get("what"));
            whats.extend(codes.iter().flatten().map(choice));
            whats
        },
        what_error: message_for(&errors, "what"),
        finding_reason: fields.get("finding_reason").to_owned(),
        finding_reason_error: message_for(&errors, "finding_reason"),
        finding_document: fields.get("finding_document").to_owned(),
        finding_document_error: message_for(&errors, "finding_document"),
        finding_error: message_for(&errors, "decision_reason"),
        others: found
            .others
            .iter()
            .map(|(id, standing)| Other { href: href(*id), standing: stage(*standing) })
            .collect(),
        record_href: if line.record.own {
            words::held_href(line.record.subject, line.record.id)
        } else {
            String::new()
        },
        errors,
    })
}

/// One of them.
///
/// # Errors
/// `access.denied`, not found.
pub async fn one(frame: Frame, Path(id): Path<i64>) -> Result<Html<String>, PageError> {
    show(&frame, id, Sent::default()).await
}

fn error_of(refusal: &Refusal) -> FormError {
    let field = match refusal.code {
        "repair.event-missing" => "event",
        "repair.reason-missing" => "reason",
        "repair.document-missing" => "document",
        "repair.decided-day" => "decided_on",
        "repair.finding-missing" => "what",
        "repair.finding-document" => "finding_document",
        "repair.finding-reason" => "finding_reason",
        "repair.ground-missing" | "repair.ground-unconfirmed" => "ground",
        "repair.way-on-missing" => "way_on",
        "repair.objection-missing" => "objection",
        "repair.evidence-missing" => "evidence",
        "repair.take-back-reason" => "back_reason",
        "repair.words-too-long" | "repair.supply-empty" => "words",
        code if code.starts_with("file.") => "file",
        _ => "",
    };
    FormError::new(field, refusal.message.as_str())
}

async fn answer(
    frame: &Frame,
    id: i64,
    outcome: Result<(), DeskError>,
    mut sent: Sent<'_>,
) -> Result<Response, PageError> {
    match outcome {
        Ok(()) => Ok(onward(frame, &href(id))),
        Err(error) => {
            let refusal = mendable(error)?;
            // The same refusal belongs to the form of whoever decides where it was sent from there.
            let error = if sent.decides && refusal.code == "repair.finding-reason" {
                FormError::new("decision_reason", refusal.message.as_str())
            } else {
                error_of(&refusal)
            };
            sent.errors = vec![error];
            let page = show(frame, id, sent).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

fn decided_on(fields: &Fields) -> Result<Option<Date>, Refusal> {
    let text = fields.get("decided_on").trim();
    if text.is_empty() {
        return Ok(None);
    }
    date::read(text)
        .map(|(day, _)| Some(day))
        .ok_or_else(|| Refusal::new("repair.decided-day", "请填写决定的日期，例如 2026-01-31"))
}

fn command(id: i64, fields: &Fields) -> Result<Step, Refusal> {
    let event = Event::from_word(fields.get("event"))
        .ok_or_else(|| Refusal::new("repair.event-missing", "请选择要办理的事项"))?;
    Ok(Step {
        item: id,
        seq: fields.get("seq").parse().ok(),
        event,
        reason: fields.get("reason").to_owned(),
        document: fields.get("document").to_owned(),
        decided_on: decided_on(fields)?,
        refusal: Refused {
            ground: fields.get("ground").to_owned(),
            way_on: fields.get("way_on").to_owned(),
            objection: fields.get("objection").to_owned(),
        },
    })
}

/// The next step.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page.
pub async fn step(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let outcome = match command(id, &fields) {
        Ok(command) => repairs::step(frame.site.desk(), actor(&frame)?, command).await.map(drop),
        Err(refusal) => Err(refusal.into()),
    };
    answer(&frame, id, outcome, Sent { fields, ..Sent::default() }).await
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
        repairs::confirm_place(frame.site.desk(), actor(&frame)?, id, place, evidence).await;
    answer(&frame, id, outcome.map(drop), Sent::default()).await
}

/// The applicant was told.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page.
pub async fn close(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let told = fields.get("reason");
    let outcome = repairs::close(frame.site.desk(), actor(&frame)?, id, told).await;
    answer(&frame, id, outcome, Sent { fields, ..Sent::default() }).await
}

/// Taken back at the window.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page.
pub async fn withdraw(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let reason = fields.get("back_reason");
    let outcome = repairs::withdraw_at_window(frame.site.desk(), actor(&frame)?, id, reason).await;
    answer(&frame, id, outcome, Sent { fields, ..Sent::default() }).await
}

/// What was brought to the window.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page.
pub async fn supply(
    frame: Frame,
    Path(id): Path<i64>,
    incoming: Incoming,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let mut sent = Parts::limited(agents::most_megabytes(desk));
    let outcome = match incoming.read(desk, &[("words", 2_048)], &mut sent).await? {
        Err(refusal) => Err(refusal.into()),
        Ok(()) => {
            let file = sent.file.as_ref().map(|(file, _)| file.path().to_path_buf());
            let command = Supply { item: id, words: sent.text("words").to_owned(), file };
            repairs::supply_at_window(desk, actor(&frame)?, command).await
        }
    };
    answer(&frame, id, outcome, Sent { said: sent.text("words"), ..Sent::default() }).await
}

/// A person of the unit proposes to find that something was false.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page.
pub async fn propose_finding(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let command = ProposeFinding {
        item: id,
        what: fields.get("what").to_owned(),
        document: fields.get("finding_document").to_owned(),
        reason: fields.get("finding_reason").to_owned(),
        restore: fields.get("restore") == "1",
    };
    let outcome = repairs::propose_finding(frame.site.desk(), actor(&frame)?, command).await;
    answer(&frame, id, outcome.map(drop), Sent { fields, ..Sent::default() }).await
}

/// Another person of the unit decides it.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page.
pub async fn decide_finding(
    frame: Frame,
    Path((id, finding)): Path<(i64, i64)>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let (confirm, reason) = (fields.get("decision") == "confirm", fields.get("decision_reason"));
    let desk = frame.site.desk();
    let outcome = repairs::decide_finding(desk, actor(&frame)?, finding, confirm, reason).await;
    answer(&frame, id, outcome, Sent { decides: true, ..Sent::default() }).await
}

/// A file that was handed in.
///
/// # Errors
/// `access.denied`, not found.
pub async fn file(frame: Frame, Path((id, seq)): Path<(i64, i64)>) -> Result<Response, PageError> {
    let (bytes, kind) = repairs::material(frame.site.desk(), actor(&frame)?, id, seq).await?;
    // To be saved: what others sent is never opened inside a page of ours.
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"repair-{id}-{seq}.{kind}\"")),
    ];
    Ok((headers, bytes).into_response())
}
