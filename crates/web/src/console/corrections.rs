//! `/console/corrections` and `…/correct` of a record: what happened to a decision, entered by one person, confirmed by a second.

use std::collections::BTreeMap;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use jiff::civil::Date;
use serde::Deserialize;
use xinyong_domain::finding::{Finding, Level};
use xinyong_domain::value::date;
use xinyong_domain::workflow::correction::Outcome;
use xinyong_service::browse::FieldChange;
use xinyong_service::corrections::{
    self, Confirm, CorrectionDossier, CorrectionForm, CorrectionLine, EVENTS, NewSeverity, Propose,
    Proposed, SEVERITIES,
};
use xinyong_service::{Clock, Refusal};

use super::held::party;
use super::parts::{Incoming, Parts};
use super::{actor, mendable, onward, worklist};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Choice, Fact, FormError, Nav, Page, Tile, message_for};
use crate::ui::{draw, reasons, words};

/// The list.
pub const HERE: &str = "/console/corrections";
/// Bytes of a field of the record.
const MOST_FIELD_BYTES: usize = 32 * 1024;
/// Characters from which a field has several lines.
const LONG_FIELD: usize = 40;

struct Row {
    href: String,
    event: String,
    title: String,
    kind: String,
    unit: String,
    document: String,
    known_on: String,
    proposed_by: String,
    standing: Chip,
    due: String,
    left: Option<Chip>,
}

#[derive(Template)]
#[template(path = "console/corrections.html")]
struct Listed {
    page: Page,
    tabs: Vec<Nav>,
    tiles: Vec<Tile>,
    rows: Vec<Row>,
}

struct OpenField {
    name: String,
    label: String,
    value: String,
    error: String,
    help: String,
    long: bool,
}

#[derive(Template)]
#[template(path = "console/correct.html")]
struct Form {
    page: Page,
    errors: Vec<FormError>,
    record_href: String,
    title: String,
    about: Vec<Fact>,
    events: Vec<Choice>,
    event_error: String,
    document: String,
    document_error: String,
    document_on: String,
    document_on_error: String,
    known_on: String,
    known_on_error: String,
    reason: String,
    reason_error: String,
    file_error: String,
    fields: Vec<OpenField>,
}

struct Change {
    label: String,
    before: String,
    after: String,
}

struct Said {
    level: Chip,
    text: String,
}

#[derive(Template)]
#[template(path = "console/correction.html")]
struct One {
    page: Page,
    errors: Vec<FormError>,
    href: String,
    title: String,
    standing: Chip,
    facts: Vec<Fact>,
    takes_down: bool,
    changes: Vec<Change>,
    said: Vec<Said>,
    open: bool,
    may_decide: bool,
    may_decline: bool,
    moved: bool,
    version: i64,
    severities: Vec<Choice>,
    severity_error: String,
    severity_reason: String,
    severity_reason_error: String,
    severity_source: String,
    severity_source_error: String,
    reason: String,
    reason_error: String,
    record_href: String,
}

/// The address of one.
pub fn href(id: i64) -> String {
    format!("{HERE}/{id}")
}

fn standing(state: &str) -> Chip {
    match state {
        "open" => Chip::new("待第二人确认", "info"),
        "confirmed" => Chip::new("已办结", "good"),
        _ => Chip::new("已退回", "neutral"),
    }
}

/// How long the public side may still be as it is.
pub fn left(frame: &Frame, line: &CorrectionLine) -> Option<Chip> {
    let (due, left) = (line.due.as_ref()?.value.date, line.left?);
    match line.state.as_str() {
        "open" => Some(words::left(frame.site.desk().today(), due, left)),
        "confirmed" if left < 0 => Some(Chip::new(format!("超期 {} 个工作日办结", -left), "bad")),
        _ => None,
    }
}

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    show: String,
}

/// The list.
///
/// # Errors
/// `access.denied`.
pub async fn list(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    let decided = asked.show == "decided";
    let desk = frame.site.desk();
    let lines = corrections::corrections(desk, actor(&frame)?, decided).await?;
    let clock = |line: &CorrectionLine| (line.due.as_ref().map(|due| due.value.date), line.left);
    draw(&Listed {
        page: frame.console("更正和撤销", HERE),
        tabs: worklist::tabs(HERE, "待确认", ("decided", "已办结"), decided),
        tiles: if decided {
            Vec::new()
        } else {
            worklist::clocks("待确认", "项", desk.today(), lines.iter().map(clock))
        },
        rows: lines.iter().map(|line| row(&frame, line)).collect(),
    })
}

fn row(frame: &Frame, line: &CorrectionLine) -> Row {
    Row {
        href: href(line.id),
        event: line.event.clone(),
        title: line.record.title.clone(),
        kind: line.record.kind_name.clone(),
        unit: line.record.unit_name.clone(),
        document: line.document.clone(),
        known_on: line.known_on.to_string(),
        proposed_by: line.proposed.0.name.clone(),
        standing: standing(&line.state),
        due: line.due.as_ref().map_or_else(String::new, |due| due.value.date.to_string()),
        left: left(frame, line),
    }
}

/// The input of a field of the record.
fn input(code: &str) -> String {
    format!("field-{code}")
}

/// The inputs besides the fields of the record, with the most bytes that each may have.
const INPUTS: [(&str, usize); 5] =
    [("event", 64), ("document", 1_024), ("document_on", 64), ("known_on", 64), ("reason", 2_048)];

fn ask(
    frame: &Frame,
    found: &CorrectionForm,
    sent: Option<&Parts>,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let law = frame.site.desk().law();
    let head = &found.record;
    let kept = |name: &str| sent.map_or("", |sent| sent.text(name)).to_owned();
    let chosen = kept("event");
    let mut events = vec![Choice::new("", "请选择", &chosen)];
    if let Some(list) = law.codes().get(EVENTS) {
        events.extend(
            list.codes.iter().map(|code| Choice::new(&code.id, code.label.as_str(), &chosen)),
        );
    }
    let fields = found
        .fields
        .iter()
        .map(|field| {
            let name = input(&field.code);
            let value = sent.map_or(field.value.as_str(), |sent| sent.text(&name)).to_owned();
            OpenField {
                error: message_for(&errors, &name),
                long: value.chars().count() > LONG_FIELD,
                name,
                label: field.label.clone(),
                value,
                help: field.help.clone(),
            }
        })
        .collect();
    draw(&Form {
        page: frame.console("更正或撤销", HERE),
        record_href: words::held_href(head.subject, head.id),
        title: head.title.clone(),
        about: vec![
            Fact::new("信息", head.title.as_str()).noted(head.kind_name.as_str()),
            Fact::new("文书号", head.number.as_str()),
            Fact::new("当事人", party(head)),
            Fact::new("决定日期", head.decided.to_string()),
            Fact::new("公示状态", words::held_standing(head).text),
        ],
        events,
        event_error: message_for(&errors, "event"),
        document: kept("document"),
        document_error: message_for(&errors, "document"),
        document_on: kept("document_on"),
        document_on_error: message_for(&errors, "document_on"),
        known_on: kept("known_on"),
        known_on_error: message_for(&errors, "known_on"),
        reason: kept("reason"),
        reason_error: message_for(&errors, "reason"),
        file_error: message_for(&errors, "file"),
        fields,
        errors,
    })
}

/// The form beside a record.
///
/// # Errors
/// `access.denied`, not found, `correction.withdrawn`.
pub async fn form(
    frame: Frame,
    Path((subject, record)): Path<(i64, i64)>,
) -> Result<Html<String>, PageError> {
    let found = corrections::form(frame.site.desk(), actor(&frame)?, subject, record).await?;
    ask(&frame, &found, None, Vec::new())
}

fn day(sent: &Parts, name: &str, message: &str) -> Result<Date, FormError> {
    date::read(sent.text(name))
        .map(|(day, _)| day)
        .filter(|day| !date::is_long_term(*day))
        .ok_or_else(|| FormError::new(name, message))
}

fn command(
    subject: i64,
    record: i64,
    found: &CorrectionForm,
    sent: &Parts,
) -> Result<Propose, Vec<FormError>> {
    let document_on = day(sent, "document_on", "请填写文书的日期，例如 2026-01-31");
    let known_on = day(sent, "known_on", "请填写本单位得知的日期，例如 2026-01-31");
    let (document_on, known_on) = match (document_on, known_on) {
        (Ok(one), Ok(other)) => (one, other),
        (one, other) => return Err([one.err(), other.err()].into_iter().flatten().collect()),
    };
    let fields: BTreeMap<String, String> = found
        .fields
        .iter()
        .filter_map(|field| Some((field.code.clone(), sent.given(&input(&field.code))?.to_owned())))
        .collect();
    Ok(Propose {
        subject,
        record,
        event: sent.text("event").to_owned(),
        document: sent.text("document").to_owned(),
        document_on,
        known_on,
        reason: sent.text("reason").to_owned(),
        fields,
        file: sent
            .file
            .as_ref()
            .map(|(scratch, name)| (scratch.path().to_path_buf(), name.clone())),
    })
}

/// What the desk said, beside the field that it is about.
fn error_of(refusal: &Refusal) -> FormError {
    let field = match refusal.code {
        "correction.event-unknown" => "event",
        "withdraw.document-missing" => "document",
        "withdraw.reason-missing" => "reason",
        "correction.document-day" => "document_on",
        "correction.known-day" => "known_on",
        code if code.starts_with("file.") => "file",
        _ => "",
    };
    FormError::new(field, refusal.message.as_str())
}

/// What the check said, beside the fields of the record.
fn errors_of(found: &CorrectionForm, findings: &[Finding]) -> Vec<FormError> {
    findings
        .iter()
        .map(|finding| {
            let shown = found.fields.iter().any(|field| field.code == finding.field);
            let field = if shown { input(&finding.field) } else { String::new() };
            FormError::new(field, finding.message.as_str())
        })
        .collect()
}

/// The first person enters it.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the form.
pub async fn propose(
    frame: Frame,
    Path((subject, record)): Path<(i64, i64)>,
    incoming: Incoming,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    // The names of the fields come from the kind; whoever may not see the record learns nothing before the token was read.
    let law = desk.law();
    let names: Vec<String> = law
        .kinds()
        .values()
        .flat_map(|kind| kind.fields.iter())
        .map(|field| input(&field.code))
        .collect();
    let mut inputs: Vec<(&str, usize)> = INPUTS.to_vec();
    inputs.extend(names.iter().map(|name| (name.as_str(), MOST_FIELD_BYTES)));
    let mut sent = Parts::default();
    let read = incoming.read(desk, &inputs, &mut sent).await?;
    let found = corrections::form(desk, actor(&frame)?, subject, record).await?;
    let outcome = match read {
        Err(refusal) => Err(vec![error_of(&refusal)]),
        Ok(()) => match command(subject, record, &found, &sent) {
            Err(errors) => Err(errors),
            Ok(command) => match corrections::propose(desk, actor(&frame)?, command).await {
                Ok(Proposed::Kept(id)) => Ok(id),
                Ok(Proposed::Invalid(findings)) => Err(errors_of(&found, &findings)),
                Err(error) => Err(vec![error_of(&mendable(error)?)]),
            },
        },
    };
    match outcome {
        Ok(id) => Ok(onward(&frame, &href(id))),
        Err(errors) => {
            let page = ask(&frame, &found, Some(&sent), errors)?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

async fn show(
    frame: &Frame,
    id: i64,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let who = actor(frame)?;
    let found = corrections::correction(frame.site.desk(), who, id).await?;
    let line = &found.line;
    let open = line.state == "open";
    let change = |change: &FieldChange| Change {
        label: change.label.clone(),
        before: change.before.clone(),
        after: change.after.clone(),
    };
    let said = |finding: &Finding| Said {
        level: Chip::new(
            finding.level.label(),
            if finding.level == Level::Error { "bad" } else { "neutral" },
        ),
        text: finding.message.clone(),
    };
    draw(&One {
        page: frame.console(&line.event, HERE),
        href: href(id),
        title: line.event.clone(),
        standing: standing(&line.state),
        facts: facts(frame, &found),
        takes_down: line.outcome == Outcome::TakeDown,
        changes: found.changes.iter().map(change).collect(),
        said: found.findings.iter().map(said).collect(),
        open,
        may_decide: found.may_decide,
        may_decline: open && (found.may_decide || line.proposed.0.login == who.login),
        moved: found.moved,
        version: line.record.version,
        severities: severities(frame, found.severity.as_deref(), fields.get("severity")),
        severity_error: message_for(&errors, "severity"),
        severity_reason: fields.get("severity_reason").to_owned(),
        severity_reason_error: message_for(&errors, "severity_reason"),
        severity_source: fields.get("severity_source").to_owned(),
        severity_source_error: message_for(&errors, "severity_source"),
        reason: fields.get("reason").to_owned(),
        reason_error: message_for(&errors, "reason"),
        record_href: if line.record.own {
            words::held_href(line.record.subject, line.record.id)
        } else {
            String::new()
        },
        errors,
    })
}

/// What the second person may judge the severity to be; nothing where the change leaves what it was judged by.
fn severities(frame: &Frame, now: Option<&str>, chosen: &str) -> Vec<Choice> {
    let Some(now) = now else { return Vec::new() };
    let as_is = match now {
        "" => "暂不认定，公示从轻".to_owned(),
        now => format!("仍为原来的认定（{now}）"),
    };
    let law = frame.site.desk().law();
    let mut choices = vec![Choice::new("", as_is, chosen)];
    if let Some(list) = law.codes().get(SEVERITIES) {
        let each = list.codes.iter();
        choices.extend(each.map(|code| Choice::new(&code.id, code.label.as_str(), chosen)));
    }
    choices
}

/// What was judged anew; nothing where nothing was filled in.
fn judged(fields: &Fields) -> Option<NewSeverity> {
    let text = |name: &str| fields.get(name).trim().to_owned();
    let (class, reason, source) =
        (text("severity"), text("severity_reason"), text("severity_source"));
    // A reason without a class is a class forgotten, not a class refused.
    let filled = [&class, &reason, &source].iter().any(|one| !one.is_empty());
    filled.then_some(NewSeverity { class, reason, source })
}

fn facts(frame: &Frame, found: &CorrectionDossier) -> Vec<Fact> {
    let law = frame.site.desk().law();
    let line = &found.line;
    let mut facts = vec![
        Fact::new("信息", line.record.title.as_str()).noted(line.record.kind_name.as_str()),
        Fact::new("报送单位", line.record.unit_name.as_str()),
        Fact::new("文书", line.document.as_str()).noted(line.document_on.to_string()),
        Fact::new("得知日期", line.known_on.to_string()),
    ];
    if let Some(due) = &line.due {
        let mut fact = Fact::new("改正公示的期限", due.value.date.to_string())
            .because(reasons::due_why(&law, "改正公示的期限", due));
        if let Some(left) = left(frame, line) {
            fact = fact.noted(left.text);
        }
        facts.push(fact);
    }
    facts.push(Fact::new("理由", found.reason.as_str()).noted("公众可以看到"));
    if let Some((name, digest)) = &found.file {
        facts.push(
            Fact::new("文书扫描件", name.as_str())
                .to(format!("{}/file", href(line.id)))
                .noted(format!("SM3 摘要 {}…", digest.chars().take(16).collect::<String>())),
        );
    }
    let (by, at) = &line.proposed;
    facts.push(Fact::new("登记人", by.name.as_str()).noted(Clock::show(*at)));
    if let Some((by, at)) = &found.decided {
        let what = if line.state == "confirmed" { "确认人" } else { "退回人" };
        facts.push(Fact::new(what, by.name.as_str()).noted(Clock::show(*at)));
    }
    if !found.decline_reason.is_empty() {
        facts.push(Fact::new("退回理由", found.decline_reason.as_str()));
    }
    if let Some(version) = found.result_version {
        facts.push(Fact::new("结果", format!("第 {version} 版")));
    }
    facts
}

/// One of them.
///
/// # Errors
/// `access.denied`, not found.
pub async fn one(frame: Frame, Path(id): Path<i64>) -> Result<Html<String>, PageError> {
    show(&frame, id, &Fields::default(), Vec::new()).await
}

/// The second person decides; the first may take it back.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page.
pub async fn decide(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let (desk, who) = (frame.site.desk(), actor(&frame)?);
    let outcome = match fields.get("decision") {
        "confirm" => {
            let seen = fields.get("version").parse().unwrap_or_default();
            let command = Confirm { id, seen, severity: judged(&fields) };
            corrections::confirm(desk, who, command).await.map(drop)
        }
        _ => corrections::decline(desk, who, id, fields.get("reason")).await,
    };
    match outcome {
        Ok(()) => Ok(onward(&frame, &href(id))),
        Err(error) => {
            let refusal = mendable(error)?;
            let field = match refusal.code {
                "correction.reason-missing" => "reason",
                "correction.severity-unknown" => "severity",
                "correction.severity-reason-missing" => "severity_reason",
                "correction.severity-source-missing" => "severity_source",
                _ => "",
            };
            let errors = vec![FormError::new(field, refusal.message.as_str())];
            let page = show(&frame, id, &fields, errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

/// The scan.
///
/// # Errors
/// `access.denied`, not found.
pub async fn file(frame: Frame, Path(id): Path<i64>) -> Result<Response, PageError> {
    let (name, bytes) = corrections::file(frame.site.desk(), actor(&frame)?, id).await?;
    Ok(super::law_proposal::saved(&name, bytes))
}
