//! `/console/commitments/{id}`: one commitment with what was signed, its clocks and steps, and what may be done with it.

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use jiff::civil::Date;
use xinyong_domain::value::date;
use xinyong_domain::workflow::commitment::{Event, Stage};
use xinyong_service::commitments::{self, CommitmentCase, Step};
use xinyong_service::{DeskError, Permission, Refusal};

use super::commitments::{HERE, href};
use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::commitment::{clocks, lines, published, stage, steps, text_title};
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::proceeding::{self, StepRow};
use crate::ui::view::{Chip, Choice, Fact, FormError, Page, message_for};
use crate::ui::words;

#[derive(Template)]
#[template(path = "console/commitment.html")]
struct One {
    page: Page,
    errors: Vec<FormError>,
    href: String,
    title: String,
    standing: Chip,
    seq: i64,
    facts: Vec<Fact>,
    finds: bool,
    found: String,
    liability: Vec<String>,
    events: Vec<Choice>,
    event_error: String,
    /// Whether anything that may be done has a document or a day of its own.
    asks_document: bool,
    /// Whether whoever accepts holds the scan of the paper against the text.
    asks_scan: bool,
    scan_error: String,
    reason: String,
    reason_error: String,
    document: String,
    document_error: String,
    on: String,
    on_error: String,
    text_title: &'static str,
    text: Vec<String>,
    digest: String,
    steps: Vec<StepRow>,
}

fn facts(frame: &Frame, found: &CommitmentCase, reads: bool) -> Vec<Fact> {
    let desk = frame.site.desk();
    let line = &found.line;
    let way = if line.way == "online" { "网上签署" } else { "纸质录入" };
    let mut facts = vec![
        Fact::new("承诺编码", line.number.as_str()),
        Fact::new("承诺人", line.party.0.as_str()).noted(line.party.1.as_str()),
        Fact::new("受理单位", line.unit.1.as_str()),
        Fact::new("承诺类型", line.kind.as_str()),
        Fact::new("承诺事由", line.reason.as_str()),
        Fact::new("承诺作出日期", line.made_on.to_string()).noted(way),
    ];
    facts.extend(found.valid_until.map(|day| Fact::new("承诺有效期至", day.to_string())));
    facts.extend(
        found
            .completed_on
            .map(|day| Fact::new("事项办结日期", day.to_string()))
            .map(|fact| fact.noted(format!("核查期限 {} 个工作日", found.days))),
    );
    facts.extend(clocks(&desk.law(), desk.today(), line));
    if let Some(day) = line.taken_down {
        facts.push(Fact::new("登记的信息", format!("{day}撤下")));
    }
    if !line.state.is_empty() {
        facts.push(Fact::new("登记的履行状态", line.state.as_str()));
    }
    if let Some((subject, record)) = line.record.filter(|_| reads) {
        facts.push(Fact::new("登记的信息", "查看全部版本").to(words::held_href(subject, record)));
    }
    facts.push(published(found));
    if let Some(kind) = &found.file_type {
        facts.push(
            Fact::new("承诺书扫描件", format!("下载（{kind}）"))
                .to(format!("{}/file", href(line.id))),
        );
    }
    facts
}

async fn show(
    frame: &Frame,
    id: i64,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let who = actor(frame)?;
    let found = commitments::case(frame.site.desk(), who, id).await?;
    let line = &found.line;
    let events = proceeding::events(found.may.iter().copied(), fields.get("event"));
    let proposed = found.steps.last().filter(|_| line.stage == Stage::Proposed);
    draw(&One {
        page: frame.console("信用承诺", HERE),
        href: href(id),
        title: line.matter.clone(),
        standing: stage(line),
        seq: found.seq,
        facts: facts(frame, &found, who.may(Permission::ReadRecord)),
        finds: line.stage.awaits_verification(),
        found: proposed.map_or_else(String::new, |step| {
            format!("{}：{}（依据：{}，{}）", step.label, step.reason, step.document, step.on)
        }),
        liability: lines(&found.liability),
        events,
        asks_document: found.may.iter().any(|one| one.finds() || *one == Event::Complete),
        asks_scan: line.way == "paper" && found.may.contains(&Event::Accept),
        scan_error: message_for(&errors, "scan_matches"),
        event_error: message_for(&errors, "event"),
        reason: fields.get("reason").to_owned(),
        reason_error: message_for(&errors, "reason"),
        document: fields.get("document").to_owned(),
        document_error: message_for(&errors, "document"),
        on: fields.get("on").to_owned(),
        on_error: message_for(&errors, "on"),
        text_title: text_title(line),
        text: lines(&found.text),
        digest: found.digest.clone(),
        steps: steps(&found, true),
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
        "commitment.event-missing" | "commitment.other-finding" => "event",
        "commitment.scan-unconfirmed" => "scan_matches",
        "commitment.reason-missing" => "reason",
        "commitment.document-missing" => "document",
        "commitment.day" => "on",
        _ => "",
    };
    FormError::new(field, refusal.message.as_str())
}

fn command(id: i64, fields: &Fields) -> Result<Step, Refusal> {
    let event = Event::from_word(fields.get("event"))
        .ok_or_else(|| Refusal::new("commitment.event-missing", "请选择要办理的事项"))?;
    let typed = fields.get("on").trim();
    let day: Option<Date> = match typed {
        "" => None,
        typed => Some(
            date::read(typed)
                .map(|(day, _)| day)
                .ok_or_else(|| Refusal::new("commitment.day", "请填写日期，例如 2026-01-31"))?,
        ),
    };
    Ok(Step {
        id,
        seq: fields.get("seq").parse().ok(),
        event,
        reason: fields.get("reason").to_owned(),
        document: fields.get("document").to_owned(),
        day,
        scan_matches: fields.get("scan_matches") == "1",
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
        Ok(command) => commitments::step(frame.site.desk(), actor(&frame)?, command).await,
        Err(refusal) => Err(DeskError::from(refusal)),
    };
    match outcome {
        Ok(_) => Ok(onward(&frame, &href(id))),
        Err(error) => {
            let errors = vec![error_of(&mendable(error)?)];
            let page = show(&frame, id, &fields, errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

/// The scan of one that was made on paper.
///
/// # Errors
/// `access.denied`, not found.
pub async fn file(frame: Frame, Path(id): Path<i64>) -> Result<Response, PageError> {
    let (kind, bytes) = commitments::paper_file(frame.site.desk(), actor(&frame)?, id).await?;
    // To be saved: what others sent is never opened inside a page of ours.
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"commitment-{id}.{kind}\"")),
    ];
    Ok((headers, bytes).into_response())
}
