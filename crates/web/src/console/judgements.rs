//! `/console/judgements`: whether entries of the register are one subject or not, found by two persons, with what it changes.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_service::browse::HeldRecord;
use xinyong_service::judgements::{
    self, BASES, Effects, Finding, JudgementDossier, JudgementLine, Propose, Side,
};
use xinyong_service::{Clock, DeskError};

use super::{actor, mendable, onward, worklist};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Choice, Fact, FormError, Nav, Page, message_for};
use crate::ui::{draw, words};
use crate::url;

/// The list.
pub const HERE: &str = "/console/judgements";
/// The navigation entry it belongs to.
const ABOVE: &str = "/console/doubles";

struct Row {
    href: String,
    finding: &'static str,
    from_name: String,
    from_code: String,
    to_name: String,
    to_code: String,
    by: String,
    at: String,
    standing: Chip,
}

#[derive(Template)]
#[template(path = "console/judgements.html")]
struct Listed {
    page: Page,
    tabs: Vec<Nav>,
    rows: Vec<Row>,
}

struct Entry {
    part: &'static str,
    href: String,
    code: String,
    name: String,
    standing: Chip,
    now: String,
    after: String,
}

struct RecordRow {
    value: String,
    chosen: bool,
    href: String,
    title: String,
    kind: String,
    number: String,
    decided: String,
    unit: String,
    standing: Chip,
}

#[derive(Template)]
#[template(path = "console/judgement_new.html")]
struct New {
    page: Page,
    errors: Vec<FormError>,
    from: String,
    from_error: String,
    to: String,
    to_error: String,
    known: bool,
    entries: Vec<Entry>,
    effects: Vec<String>,
    findings: Vec<Choice>,
    finding_error: String,
    records: Vec<RecordRow>,
    bases: Vec<Choice>,
    basis_error: String,
    document: String,
    document_error: String,
    reason: String,
    reason_error: String,
}

#[derive(Template)]
#[template(path = "console/judgement.html")]
struct One {
    page: Page,
    errors: Vec<FormError>,
    href: String,
    title: String,
    standing: Chip,
    facts: Vec<Fact>,
    entries: Vec<Entry>,
    effects: Vec<String>,
    records: Vec<RecordRow>,
    state: String,
    undo_waits: bool,
    may_decide: bool,
    reason: String,
    reason_error: String,
}

/// The address of one.
pub fn href(id: i64) -> String {
    format!("{HERE}/{id}")
}

/// Where two entries are compared.
pub fn new_href(from: &str, to: &str) -> String {
    url::with_query(&format!("{HERE}/new"), &[("from", from), ("to", to)])
}

fn standing(line: &JudgementLine) -> Chip {
    match line.state.as_str() {
        "open" => Chip::new("待第二人确认", "info"),
        "confirmed" if line.undo_waits => Chip::new("生效，待确认撤回", "warn"),
        "confirmed" => Chip::new("生效", "good"),
        "undone" => Chip::new("已撤回", "neutral"),
        _ => Chip::new("已退回", "neutral"),
    }
}

/// What waits, in a line: for the first page.
pub fn waiting_line(line: &JudgementLine) -> (String, String, Chip, String) {
    let text = format!("{}：{}、{}", line.finding.label(), line.from.1, line.to.1);
    let note = format!("{} 提出", line.proposed.0.name);
    (href(line.id), text, standing(line), note)
}

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    show: String,
    from: String,
    to: String,
}

/// The list.
///
/// # Errors
/// `access.denied`.
pub async fn list(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    let decided = asked.show == "decided";
    let lines = judgements::judgements(frame.site.desk(), actor(&frame)?, decided).await?;
    let row = |line: &JudgementLine| Row {
        href: href(line.id),
        finding: line.finding.label(),
        from_name: line.from.1.clone(),
        from_code: line.from.0.clone(),
        to_name: line.to.1.clone(),
        to_code: line.to.0.clone(),
        by: line.proposed.0.name.clone(),
        at: Clock::show(line.proposed.1),
        standing: standing(line),
    };
    draw(&Listed {
        page: frame.console("主体核定", ABOVE),
        tabs: worklist::tabs(HERE, "待确认", ("decided", "已办结"), decided),
        rows: lines.iter().map(row).collect(),
    })
}

fn entry(part: &'static str, side: &Side) -> Entry {
    let counted = |(all, public): (usize, usize)| format!("{all} 条，其中公示 {public} 条");
    Entry {
        part,
        href: words::holdings_href(&side.code),
        code: side.code.clone(),
        name: side.name.clone(),
        standing: words::status(&side.status),
        now: counted(side.now),
        after: counted(side.after),
    }
}

fn entries(effects: &Effects) -> Vec<Entry> {
    vec![entry("前者", &effects.from), entry("后者", &effects.to)]
}

/// What would change on which page and in which count.
fn told(finding: Finding, effects: &Effects) -> Vec<String> {
    let Side { code, name, .. } = &effects.to;
    match finding {
        Finding::Same => vec![
            format!(
                "查询前者的代码（{}）转到后者（{name}，{code}）的页面；搜索前者的名称，找到的是后者。",
                effects.from.code
            ),
            format!(
                "前者名下的信息都显示在后者的页面上：公示由 {} 条变为 {} 条。",
                effects.to.now.1, effects.to.after.1
            ),
            format!(
                "登记主体数由 {} 变为 {}；各类信息的条数和列表不变。",
                effects.subjects.0, effects.subjects.1
            ),
            "接口按前者的代码查询，答复后者的登记信息，并在 joined 中写明前者的代码和名称。"
                .to_owned(),
            "原文书上写的当事人不改；前者代码以后报来的信息同样显示在后者名下。".to_owned(),
        ],
        Finding::Different => vec![
            format!(
                "选定的信息显示在后者（{name}，{code}）的页面上：公示由 {} 条变为 {} 条。",
                effects.to.now.1, effects.to.after.1
            ),
            format!("前者的页面公示由 {} 条变为 {} 条。", effects.from.now.1, effects.from.after.1),
            "登记主体数、各类信息的条数和列表不变；原文书上写的当事人不改，信息页上写明属于谁。"
                .to_owned(),
        ],
    }
}

fn record_row(record: &HeldRecord, chosen: &[(i64, i64)]) -> RecordRow {
    RecordRow {
        value: format!("{}:{}", record.subject, record.id),
        chosen: chosen.contains(&(record.subject, record.id)),
        href: if record.own { words::held_href(record.subject, record.id) } else { String::new() },
        title: record.title.clone(),
        kind: record.kind_name.clone(),
        number: record.number.clone(),
        decided: record.decided.to_string(),
        unit: record.unit_name.clone(),
        standing: words::held_standing(record),
    }
}

/// The records that were ticked.
fn chosen(fields: &Fields) -> Vec<(i64, i64)> {
    let read = |value: &str| {
        let (subject, record) = value.split_once(':')?;
        Some((subject.parse().ok()?, record.parse().ok()?))
    };
    let ticked = fields.0.iter().filter(|(name, _)| name == "record");
    ticked.filter_map(|(_, value)| read(value)).collect()
}

async fn ask(
    frame: &Frame,
    (from, to): (&str, &str),
    fields: &Fields,
    mut errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let (desk, who) = (frame.site.desk(), actor(frame)?);
    let law = desk.law();
    let ticked = chosen(fields);
    let effects = if from.is_empty() || to.is_empty() {
        None
    } else {
        // What is shown before anything is chosen: what it would mean that the two are one.
        match judgements::effects(desk, who, Finding::Same, (from, to), &ticked).await {
            Ok(effects) => Some(effects),
            Err(error) => {
                if errors.is_empty() {
                    errors.push(FormError::new("from", mendable(error)?.message));
                }
                None
            }
        }
    };
    let finding = fields.get("finding");
    let mut findings = vec![Choice::new("", "请选择", finding)];
    findings.extend(
        [Finding::Same, Finding::Different]
            .map(|one| Choice::new(one.as_str(), one.label(), finding)),
    );
    let basis = fields.get("basis");
    let mut bases = vec![Choice::new("", "请选择", basis)];
    if let Some(list) = law.codes().get(BASES) {
        bases.extend(
            list.codes.iter().map(|code| Choice::new(&code.id, code.label.as_str(), basis)),
        );
    }
    draw(&New {
        page: frame.console("核定主体", ABOVE),
        from: from.to_owned(),
        from_error: message_for(&errors, "from"),
        to: to.to_owned(),
        to_error: message_for(&errors, "to"),
        known: effects.is_some(),
        entries: effects.as_ref().map(entries).unwrap_or_default(),
        effects: effects.as_ref().map(|effects| told(Finding::Same, effects)).unwrap_or_default(),
        findings,
        finding_error: message_for(&errors, "finding"),
        records: effects.map_or_else(Vec::new, |effects| {
            effects.records.iter().map(|record| record_row(record, &ticked)).collect()
        }),
        bases,
        basis_error: message_for(&errors, "basis"),
        document: fields.get("document").to_owned(),
        document_error: message_for(&errors, "document"),
        reason: fields.get("reason").to_owned(),
        reason_error: message_for(&errors, "reason"),
        errors,
    })
}

/// Two entries side by side, and the form.
///
/// # Errors
/// `access.denied`.
pub async fn new(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    ask(&frame, (asked.from.trim(), asked.to.trim()), &Fields::default(), Vec::new()).await
}

/// The first person writes it down.
///
/// # Errors
/// `access.denied`. What the person can mend is said on the form.
pub async fn propose(
    frame: Frame,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let command = Propose {
        finding: fields.get("finding").to_owned(),
        from: fields.get("from").to_owned(),
        to: fields.get("to").to_owned(),
        records: chosen(&fields),
        basis: fields.get("basis").to_owned(),
        document: fields.get("document").to_owned(),
        reason: fields.get("reason").to_owned(),
    };
    match judgements::propose(frame.site.desk(), actor(&frame)?, command).await {
        Ok(id) => Ok(onward(&frame, &href(id))),
        Err(error) => {
            let refusal = mendable(error)?;
            let field = match refusal.code {
                "judgement.finding-unknown" => "finding",
                "judgement.basis-unknown" => "basis",
                "judgement.document-missing" => "document",
                "judgement.reason-missing" => "reason",
                "judgement.target-joined" => "to",
                "judgement.subject-unknown" | "judgement.already-joined" => "from",
                _ => "",
            };
            let errors = vec![FormError::new(field, refusal.message.as_str())];
            let page = ask(&frame, (fields.get("from"), fields.get("to")), &fields, errors).await?;
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
    let found = judgements::judgement(frame.site.desk(), actor(frame)?, id).await?;
    let line = &found.line;
    draw(&One {
        page: frame.console("主体核定", ABOVE),
        href: href(id),
        title: line.finding.label().to_owned(),
        standing: standing(line),
        facts: facts(&found),
        entries: found.effects.as_ref().map(entries).unwrap_or_default(),
        effects: found
            .effects
            .as_ref()
            .map(|effects| told(line.finding, effects))
            .unwrap_or_default(),
        records: found.records.iter().map(|record| record_row(record, &[])).collect(),
        state: line.state.clone(),
        undo_waits: line.undo_waits,
        may_decide: found.may_decide,
        reason: fields.get("reason").to_owned(),
        reason_error: message_for(&errors, "reason"),
        errors,
    })
}

fn facts(found: &JudgementDossier) -> Vec<Fact> {
    let line = &found.line;
    let subject = |label: &str, (code, name): &(String, String)| {
        Fact::new(label, name.as_str()).to(words::holdings_href(code)).noted(code.as_str())
    };
    let mut facts = vec![
        subject("前者", &line.from),
        subject("后者", &line.to),
        Fact::new("依据", found.document.as_str()).noted(found.basis.as_str()),
        Fact::new("理由", found.reason.as_str()),
    ];
    let person = |label: &str, by: &str, at: i64| Fact::new(label, by).noted(Clock::show(at));
    let (by, at) = &line.proposed;
    facts.push(person("提出人", &by.name, *at));
    if let Some((by, at)) = &found.decided {
        let what = if line.state == "declined" { "退回人" } else { "确认人" };
        facts.push(person(what, &by.name, *at));
    }
    if !found.decline_reason.is_empty() {
        facts.push(Fact::new("退回理由", found.decline_reason.as_str()));
    }
    if let Some((by, at, reason)) = &found.undo {
        facts.push(person("提出撤回", &by.name, *at));
        facts.push(Fact::new("撤回理由", reason.as_str()));
    }
    if let Some((by, at)) = &found.undone {
        facts.push(person("确认撤回", &by.name, *at));
    }
    facts.push(
        Fact::new("SM3 摘要", found.hash.chars().take(16).collect::<String>())
            .noted("全文摘要记入审计日志"),
    );
    facts
}

/// One judgement.
///
/// # Errors
/// `access.denied`, not found.
pub async fn one(frame: Frame, Path(id): Path<i64>) -> Result<Html<String>, PageError> {
    show(&frame, id, &Fields::default(), Vec::new()).await
}

/// Confirms, declines, asks to undo, undoes, or lets it go on to hold.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page.
pub async fn decide(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let (desk, who, reason) = (frame.site.desk(), actor(&frame)?, fields.get("reason"));
    let outcome = match fields.get("decision") {
        "confirm" => judgements::confirm(desk, who, id).await,
        "decline" => judgements::decline(desk, who, id, reason).await,
        "propose-undo" => judgements::propose_undo(desk, who, id, reason).await,
        "undo" => judgements::decide_undo(desk, who, id, true).await,
        "keep" => judgements::decide_undo(desk, who, id, false).await,
        _ => Err(DeskError::refused("judgement.decision-missing", "请选择确认或者退回")),
    };
    match outcome {
        Ok(()) => Ok(onward(&frame, &href(id))),
        Err(error) => {
            let refusal = mendable(error)?;
            let field = if refusal.code == "judgement.reason-missing" { "reason" } else { "" };
            let errors = vec![FormError::new(field, refusal.message.as_str())];
            let page = show(&frame, id, &fields, errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
