//! 无违法违规证明: that nothing was found in a span, among the kinds and units that it names; or why that cannot be said.
//!
//! It says so only where there is nothing that the law lets be used today. What stands in the way, or waits for somebody's decision,
//! is told to who asked, and no certificate is issued: never a clean one that is false.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use xinyong_domain::law::{CertificateKind, Unit};
use xinyong_domain::rules::disclosure::Weight;
use xinyong_store::{Reach, ReportTerms, Subject};

use super::assemble::{complete, issuer};
use super::department::basis_of;
use super::issue::{Issue, Issued, issue};
use super::{Assembled, Content, Edition, Grid, Line, Section};
use crate::access::{Actor, Permission};
use crate::agents::Agent;
use crate::audit::AuditEvent;
use crate::browse::{HeldRecord, MOST_READ, Names, find_subject, held, is_duty, whole_facts};
use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};
use crate::reporting::Month;

/// The span that a certificate is asked for, both days inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Certificate {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
}

/// What the credit office asks for somebody who acts for a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateAsked {
    /// Code of the subject.
    pub code: String,
    /// The span.
    pub span: Certificate,
    /// The application that it rests on.
    pub basis: String,
}

/// Something that stands in the way of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InTheWay {
    /// Id of its subject.
    pub subject: i64,
    /// Its own id.
    pub record: i64,
    /// Name of its kind.
    pub kind_name: String,
    /// What it is called.
    pub title: String,
    /// Number of its document.
    pub number: String,
    /// Who reported it.
    pub unit_name: String,
    /// Day of the decision.
    pub decided: Date,
    /// Why, in words.
    pub why: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateOutcome {
    /// Nothing was found.
    Issued(Issued),
    /// Something was, or nobody can say yet: no certificate.
    InTheWay(Vec<InTheWay>),
}

impl Certificate {
    fn check(self, today: Date) -> Result<(), Refusal> {
        if self.from <= self.until && self.until <= today {
            return Ok(());
        }
        Err(Refusal::new(
            "report.span-invalid",
            format!("起始日不能晚于截止日，截止日不能晚于今天（{today}）"),
        ))
    }
}

/// The certificate for who acts for a subject.
///
/// # Errors
/// `report.span-invalid`; `report.nothing-covered` where no unit reported anything in the span; `report.no-key`, `document.no-press`,
/// `report.too-many`; not found for whom the actor does not act for any more.
pub async fn certificate(
    desk: &Desk,
    agent: &Agent,
    span: Certificate,
    site: &str,
) -> Result<CertificateOutcome, DeskError> {
    let (actor, subject) = (&agent.actor, agent.subject.clone());
    made(desk, actor, Some(agent), &subject, (span, ""), site).await
}

/// The certificate that the credit office makes for somebody who acts for a subject and came with a written application.
///
/// # Errors
/// `access.denied`; `report.basis-missing`, `report.basis-personal`; as [`certificate`]; `code.invalid`, not found.
pub async fn certificate_for(
    desk: &Desk,
    actor: &Actor,
    asked: &CertificateAsked,
    site: &str,
) -> Result<CertificateOutcome, DeskError> {
    actor.authorise(Permission::ConfirmAgents)?;
    let basis = basis_of(&asked.basis)?;
    let subject = find_subject(desk, &asked.code).await?.subject;
    made(desk, actor, None, &subject, (asked.span, basis), site).await
}

async fn made(
    desk: &Desk,
    actor: &Actor,
    agent: Option<&Agent>,
    subject: &Subject,
    (span, basis): (Certificate, &str),
    site: &str,
) -> Result<CertificateOutcome, DeskError> {
    span.check(desk.today())?;
    let terms = ReportTerms {
        unit_id: if agent.is_none() { actor.unit.clone() } else { String::new() },
        purpose: if agent.is_none() { FOR_AGENT.to_owned() } else { String::new() },
        basis: basis.to_owned(),
        span: Some((span.from, span.until)),
        ..ReportTerms::default()
    };
    let code = subject.code.clone().unwrap_or_default();
    match certificate_report(desk, &code, &terms).await? {
        Ok(report) => {
            let command = Issue { actor, agent, site, subject: subject.id, terms };
            issue(desk, command, report).await.map(CertificateOutcome::Issued)
        }
        Err(found) => {
            let (from, until) = (span.from.to_string(), span.until.to_string());
            let event = AuditEvent::ReportRefused {
                edition: Edition::CleanRecord.as_str(),
                subject: subject.id,
                span: [&from, &until],
            };
            desk.audit(actor, event).await?;
            Ok(CertificateOutcome::InTheWay(found))
        }
    }
}

/// What the office makes a certificate for.
const FOR_AGENT: &str = "on-application";

/// The certificate about a subject, or what stands in its way.
pub(super) async fn certificate_report(
    desk: &Desk,
    code: &str,
    terms: &ReportTerms,
) -> Result<Result<Assembled, Vec<InTheWay>>, DeskError> {
    let Some((from, until)) = terms.span else {
        return Err(DeskError::Internal("a certificate without a span".to_owned()));
    };
    let whole = find_subject(desk, code).await?;
    let law = desk.law();
    let form = &law.report().certificate;
    let found = in_the_way(desk, whole.subject.id, &form.kinds, (from, until)).await?;
    if !found.is_empty() {
        return Ok(Err(found));
    }
    let covered = coverage(desk, &form.kinds, (from, until)).await?;
    let Coverage { covered, silent } = covered;
    if covered.is_empty() {
        return Err(DeskError::refused(
            "report.nothing-covered",
            "在这个期间没有单位向本平台报送过这些信息，不能出具证明",
        ));
    }
    let facts = whole_facts(desk, whole).await?;
    let kinds: Vec<String> = form
        .kinds
        .iter()
        .filter_map(|kind| law.kind(&kind.id).map(|kind| kind.name.clone()))
        .collect();
    let columns = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let section = |title: &str, text: &str, grid: Option<Grid>| Section {
        title: title.to_owned(),
        lines: Vec::new(),
        groups: Vec::new(),
        grid,
        text: text.to_owned(),
    };
    let reach = Grid {
        columns: columns(&["单位", "信息类别", "最早的决定", "报送至"]),
        rows: covered,
    };
    let mut sections = vec![section("一、已查询的单位和范围", &form.covered, Some(reach))];
    sections.push(if silent.is_empty() {
        section("二、未包括的单位", &form.all_covered, None)
    } else {
        let grid = Grid { columns: columns(&["单位", "信息类别", "情况"]), rows: silent };
        section("二、未包括的单位", &form.not_covered, Some(grid))
    });
    let content = Content {
        form: [form.name.clone(), String::new(), String::new()],
        edition: Edition::CleanRecord,
        issuer: issuer(desk).await?,
        name: facts.name,
        code: facts.code,
        labels: Vec::new(),
        terms: vec![
            Line::new("查询期间", format!("{from}至{until}")),
            Line::new("信息类别", kinds.join("、")),
        ],
        lead: form.found_nothing.clone(),
        as_of: desk.today(),
        counts: Vec::new(),
        sections,
        statement: form.statement.clone(),
        verify: law.report().texts.verify.clone(),
        log: None,
    };
    Ok(Ok(Assembled { content, public: Vec::new() }))
}

/// What stands in the way, the newest first.
async fn in_the_way(
    desk: &Desk,
    subject: i64,
    kinds: &[CertificateKind],
    (from, until): (Date, Date),
) -> Result<Vec<InTheWay>, DeskError> {
    let records = desk.store().records_of_subject(subject, MOST_READ).await?;
    complete(i64::try_from(records.len()).is_ok_and(|count| count < MOST_READ))?;
    let (law, names, today) = (desk.law(), Names::read(desk).await?, desk.today());
    let mut found = Vec::new();
    for record in &records {
        let Some(kind) = kinds.iter().find(|kind| kind.id == record.kind) else { continue };
        let begins = record.decided_on <= until && (kind.lasting || from <= record.decided_on);
        if !begins {
            continue;
        }
        let held = held(record, today, &law, &names, &Actor::visitor())?;
        let why = match held.disclosure.value.weight() {
            Weight::Stands => "依法公示中".to_owned(),
            Weight::Open => {
                let reason = held.disclosure.value.reason.map_or("", |reason| reason.label());
                format!("能否使用尚未确定：{reason}")
            }
            Weight::Spent | Weight::Outside => continue,
        };
        found.push(stands(held, why));
    }
    Ok(found)
}

fn stands(held: HeldRecord, why: String) -> InTheWay {
    InTheWay {
        subject: held.subject,
        record: held.id,
        kind_name: held.kind_name,
        title: held.title,
        number: held.number,
        unit_name: held.unit_name,
        decided: held.decided,
        why,
    }
}

/// Which units a certificate speaks for, as rows of its two lists.
struct Coverage {
    covered: Vec<Vec<String>>,
    silent: Vec<Vec<String>>,
}

/// Who owes reports of the kinds, or owed them in the span before others took over, and how far what they reported reaches: to the last
/// file that came, or to the end of the last month of the span for which the unit signed that there was nothing, as far as that month has
/// passed and lies in the span.
async fn coverage(
    desk: &Desk,
    kinds: &[CertificateKind],
    (from, until): (Date, Date),
) -> Result<Coverage, DeskError> {
    let store = desk.store();
    let reached: BTreeMap<(String, String), Reach> = store
        .reach()
        .await?
        .into_iter()
        .map(|one| ((one.unit_id.clone(), one.kind.clone()), one))
        .collect();
    // What is signed for a month after the span says nothing about it, and nobody can have signed for a day that has not come.
    let months = [from, until].map(|day| Month::of(day).to_string());
    let latest = until.min(desk.today());
    let mut nothing: BTreeMap<(String, String), Date> = BTreeMap::new();
    for one in store.declared_counts(&months[0], &months[1], None).await? {
        let month = Month::parse(&one.month).ok().filter(|_| one.records == 0);
        if let Some(month) = month {
            let day = month.last().min(latest);
            let last = nothing.entry((one.unit_id, one.kind)).or_insert(day);
            *last = (*last).max(day);
        }
    }
    // From when on others report in a unit's place.
    let mut ends: BTreeMap<String, Date> = BTreeMap::new();
    for one in store.unit_successors().await? {
        let day = ends.entry(one.unit_id).or_insert(one.on_day);
        *day = (*day).min(one.on_day);
    }
    let law = desk.law();
    let mut coverage = Coverage { covered: Vec::new(), silent: Vec::new() };
    for kind in kinds.iter().filter_map(|kind| law.kind(&kind.id)) {
        for unit in store.units().await? {
            let settings: Unit = serde_json::from_str(&unit.settings)
                .map_err(|error| DeskError::Internal(format!("unit {}: {error}", unit.id)))?;
            let key = (unit.id, kind.id.clone());
            let (reach, declared) = (reached.get(&key), nothing.get(&key).copied());
            // What began after the span or ended before it says nothing about it.
            let within = reach.filter(|one| one.first <= until && one.last >= from);
            let last = within.map(|reach| reach.last).max(declared);
            // A unit that was there on a day of the span is named, also where it has ended since: what it did not report is missing from
            // the certificate all the same. One that had ended before is named only for what it reported in the span.
            let concerned = is_duty(kind, &settings) || reach.is_some();
            let there = ends.get(&key.0).is_none_or(|day| from < *day);
            let listed = concerned && (there || last.is_some());
            if !listed {
                continue;
            }
            let named = vec![unit.name.clone(), kind.name.clone()];
            if let Some(last) = last {
                let first =
                    within.map_or_else(|| "申报无决定".to_owned(), |one| one.first.to_string());
                coverage.covered.push([named, vec![first, last.to_string()]].concat());
            } else {
                let why = reach.map_or_else(
                    || "从未报送".to_owned(),
                    |one| format!("所报决定自{}，最近一次报送在{}", one.first, one.last),
                );
                coverage.silent.push([named, vec![why]].concat());
            }
        }
    }
    Ok(coverage)
}
