//! `/console/objections/{id}`: one objection, with its steps and clocks, and what may be done with it.

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_domain::workflow::objection::{Event, Stage};
use xinyong_service::objections::{self, NamedPerson, OUTCOMES, ObjectionCase, Step};
use xinyong_service::{Clock, DeskError, Permission, Refusal, agents};

use super::held::party;
use super::objections::{HERE, href};
use super::parts::{Incoming, Parts};
use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::my::repair::accept;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::objection::{choices, due, left, stage, steps};
use crate::ui::proceeding::{self, PlaceRow, StepRow};
use crate::ui::view::{Chip, Choice, Fact, FormError, Page, message_for};
use crate::ui::words;

/// The input with what was said when it was taken back.
const BACK_REASON: &str = "back_reason";

#[derive(Template)]
#[template(path = "console/objection.html")]
struct One {
    page: Page,
    errors: Vec<FormError>,
    href: String,
    title: String,
    standing: Chip,
    seq: i64,
    facts: Vec<Fact>,
    steps: Vec<StepRow>,
    events: Vec<Choice>,
    event_error: String,
    outcomes: Vec<Choice>,
    outcome_error: String,
    reason: String,
    reason_error: String,
    places: Vec<PlaceRow>,
    evidence_error: String,
    may_withdraw: bool,
    back_reason: String,
    back_reason_error: String,
    file_error: String,
    file_help: String,
    accept: String,
    record_href: String,
    correct_href: String,
    down_href: String,
}

fn facts(frame: &Frame, found: &ObjectionCase) -> Vec<Fact> {
    let desk = frame.site.desk();
    let line = &found.line;
    let mut facts = vec![
        Fact::new("信息", line.record.title.as_str()).noted(line.record.number.as_str()),
        Fact::new("当事人", party(&line.record)),
    ];
    facts.extend(crate::my::objection::facts(found));
    facts.push(Fact::new("公示状态", words::held_standing(&line.record).text));
    if !line.stage.is_over() {
        facts.push(Fact::new("下一步由谁办理", line.owner.label()));
    }
    facts.extend(due(&desk.law(), line).map(|fact| match left(desk.today(), line) {
        Some(left) => fact.noted(left.text),
        None => fact,
    }));
    if let Some(person) = &found.person {
        facts.extend(named(person));
    }
    if let Some(visitor) = &found.visitor {
        facts.push(
            Fact::new("窗口来办的人", visitor.name.as_str()).noted(visitor.telephone.as_str()),
        );
    }
    facts.extend(found.materials.iter().map(|one| {
        Fact::new("材料", format!("下载（{}）", one.file_type))
            .to(format!("{}/files/{}", href(line.id), one.seq))
            .noted(Clock::show(one.at))
    }));
    facts
}

/// A natural person that objects, and what the record says of them.
fn named(person: &NamedPerson) -> Vec<Fact> {
    let looked = if person.attested {
        "已由第二人核对"
    } else {
        "等待收件人以外的一人核对"
    };
    if person.name.is_empty() {
        return vec![Fact::new("提出异议的个人", "已清除").noted(person.relation.as_str())];
    }
    let mut facts = vec![
        Fact::new("提出异议的个人", person.name.as_str())
            .noted(format!("{}　{looked}", person.relation)),
        Fact::new("证件", person.document.as_str()).noted(match person.agrees {
            Some(true) => "与这条信息登记的号码一致",
            Some(false) => "与这条信息登记的号码不一致",
            None => "这条信息没有登记证件号码",
        }),
        Fact::new(
            "姓名见于",
            if person.fields.is_empty() {
                "这条信息的各栏里没有".to_owned()
            } else {
                person.fields.join("、")
            },
        )
        .noted(
            if person.found || person.fields.is_empty() || person.agrees == Some(false) {
                ""
            } else {
                "只是更长文字中的一部分，请对照原文核对"
            },
        ),
    ];
    if !person.reason.is_empty() {
        facts.push(Fact::new("认定是本人的理由", person.reason.as_str()));
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
    let found = objections::case(frame.site.desk(), who, id).await?;
    let line = &found.line;
    let record = &line.record;
    let may = found.may.iter().copied().filter(|event| *event != Event::Withdraw);
    let events = proceeding::events(may, fields.get("event"));
    let record_href = words::held_href(record.subject, record.id);
    let may = |permission, rest: &str| {
        // Whoever is shown this answers for the record, be it that of a unit that is no more.
        let carries = line.stage == Stage::Upheld && record.withdrawn_on.is_none();
        if carries && who.may(permission) { format!("{record_href}{rest}") } else { String::new() }
    };
    draw(&One {
        page: frame.console("异议", HERE),
        href: href(id),
        title: record.title.clone(),
        standing: stage(line.stage),
        seq: found.seq,
        facts: facts(frame, &found),
        steps: steps(&found, true),
        outcomes: if found.may.contains(&Event::Uphold) {
            choices(&frame.site.desk().law(), OUTCOMES, fields.get("outcome"))
        } else {
            Vec::new()
        },
        events,
        event_error: message_for(&errors, "event"),
        outcome_error: message_for(&errors, "outcome"),
        reason: fields.get("reason").to_owned(),
        reason_error: message_for(&errors, "reason"),
        places: proceeding::places(&found.places, "已确认"),
        evidence_error: message_for(&errors, "evidence"),
        may_withdraw: found.may.contains(&Event::Withdraw),
        back_reason: fields.get(BACK_REASON).to_owned(),
        back_reason_error: message_for(&errors, BACK_REASON),
        file_error: message_for(&errors, "file"),
        file_help: format!(
            "PDF、JPG 或 PNG，不超过 {} MB",
            agents::most_megabytes(frame.site.desk())
        ),
        accept: accept(),
        correct_href: may(Permission::CorrectRecord, "/correct"),
        down_href: may(Permission::WithdrawRecord, "/withdraw"),
        record_href,
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
        "objection.event-missing" => "event",
        "objection.outcome-missing" => "outcome",
        "objection.reason-missing" | "objection.reason-named" => "reason",
        "objection.evidence-missing" | "objection.evidence-named" => "evidence",
        "objection.take-back-reason" | "objection.take-back-named" => BACK_REASON,
        "objection.take-back-scan" => "file",
        code if code.starts_with("file.") => "file",
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

fn command(id: i64, fields: &Fields) -> Result<Step, Refusal> {
    let event = Event::from_word(fields.get("event"))
        .ok_or_else(|| Refusal::new("objection.event-missing", "请选择要办理的事项"))?;
    Ok(Step {
        objection: id,
        seq: fields.get("seq").parse().ok(),
        event,
        reason: fields.get("reason").to_owned(),
        outcome: fields.get("outcome").to_owned(),
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
        Ok(command) => objections::step(frame.site.desk(), actor(&frame)?, command).await.map(drop),
        Err(refusal) => Err(refusal.into()),
    };
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
        objections::confirm_place(frame.site.desk(), actor(&frame)?, id, place, evidence).await;
    answer(&frame, id, outcome.map(drop), &Fields::default()).await
}

/// Taken back at the window, with a scan of the paper.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page.
pub async fn withdraw(
    frame: Frame,
    Path(id): Path<i64>,
    incoming: Incoming,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let mut sent = Parts::limited(agents::most_megabytes(desk));
    let read = incoming.read(desk, &[(BACK_REASON, 1_024)], &mut sent).await?;
    let reason = sent.text(BACK_REASON);
    let outcome = match read {
        Err(refusal) => Err(DeskError::from(refusal)),
        Ok(()) => {
            let file = sent.file.as_ref().map(|(file, _)| file.path());
            objections::withdraw_at_window(desk, actor(&frame)?, id, reason, file).await
        }
    };
    let fields = Fields(vec![(BACK_REASON.to_owned(), reason.to_owned())]);
    answer(&frame, id, outcome, &fields).await
}

/// A file that was handed in.
///
/// # Errors
/// `access.denied`, not found.
pub async fn file(frame: Frame, Path((id, seq)): Path<(i64, i64)>) -> Result<Response, PageError> {
    let (bytes, kind) = objections::material(frame.site.desk(), actor(&frame)?, id, seq).await?;
    // To be saved: what others sent is never opened inside a page of ours.
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"objection-{id}-{seq}.{kind}\""),
        ),
    ];
    Ok((headers, bytes).into_response())
}
