//! The audit log: sifted, page by page, as a table to keep, and the proof that nobody changed it.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;
use xinyong_store::{AuditFilter, AuditRow, StreamCheck};

use super::names::Names;
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Lines on a page.
const PAGE_SIZE: usize = 50;
/// Lines of a table at most.
const MOST_EXPORTED: usize = 100_000;

/// What somebody wants to see of the log. Empty texts ask for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Sign-in name.
    pub actor: String,
    /// The action's word.
    pub action: String,
    /// The object, or the beginning of it up to a colon.
    pub object: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Where the page begins: what the page before gave as `next`.
    pub after: String,
}

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditLine {
    /// When.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// The name of who, the same where there is no account.
    pub name: String,
    /// What.
    pub action: String,
    /// About what.
    pub object: String,
    /// `done` or `refused`.
    pub outcome: String,
    /// Detail as JSON.
    pub detail: String,
    /// The stream of the chain it stands in, and its number there.
    pub place: (String, i64),
}

/// One page of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPage {
    /// The lines, the newest first.
    pub lines: Vec<AuditLine>,
    /// Where the next page begins, empty on the last.
    pub next: String,
    /// The actions that stand in the log.
    pub actions: Vec<String>,
    /// Years that the log is kept, where the law's data say so.
    pub years: Option<i64>,
}

fn day(text: &str) -> Result<Option<Date>, DeskError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    xinyong_domain::value::date::read(text).map(|(day, _)| Some(day)).ok_or_else(|| {
        DeskError::refused("audit.date-invalid", format!("“{text}”不是有效日期，请写作 2026-03-05"))
    })
}

fn filter(query: &AuditQuery) -> Result<AuditFilter, DeskError> {
    let some = |text: &str| {
        let text: String = text.trim().chars().take(100).collect();
        Some(text).filter(|text| !text.is_empty())
    };
    let (from, to) = (day(&query.from)?, day(&query.to)?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(DeskError::refused("audit.range-invalid", "起始日期在截止日期之后，请核对"));
    }
    Ok(AuditFilter {
        object: some(&query.object),
        actor: some(&query.actor),
        action: some(&query.action),
        from: from.and_then(|day| day.yesterday().ok()).map(Clock::end_of),
        before: to.map(Clock::end_of),
        after: cursor(&query.after)?,
    })
}

fn cursor(text: &str) -> Result<Option<(i64, String, i64)>, DeskError> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut parts = text.splitn(3, '_');
    let mut read =
        || Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?));
    match read() {
        Some((at, seq, stream)) => Ok(Some((at, stream.to_owned(), seq))),
        None => Err(DeskError::refused("audit.cursor-invalid", "翻页参数无效，请从第一页开始")),
    }
}

fn line(row: AuditRow, names: &Names) -> AuditLine {
    let AuditRow { stream, seq, entry } = row;
    AuditLine {
        at: entry.at,
        name: names.person(&entry.actor).name,
        actor: entry.actor,
        action: entry.action,
        object: entry.object,
        outcome: entry.outcome,
        detail: entry.detail,
        place: (stream, seq),
    }
}

/// A page of the audit log. That somebody read it is a line itself.
///
/// # Errors
/// `access.denied`, `audit.date-invalid`, `audit.range-invalid`, `audit.cursor-invalid`.
pub async fn audit_page(
    desk: &Desk,
    actor: &Actor,
    query: &AuditQuery,
) -> Result<AuditPage, DeskError> {
    actor.authorise(Permission::ReadAudit)?;
    let filter = filter(query)?;
    desk.audit(actor, AuditEvent::AuditRead).await?;
    let store = desk.store();
    let wanted = i64::try_from(PAGE_SIZE).unwrap_or(i64::MAX) + 1;
    let mut rows = store.list_audit(&filter, wanted).await?;
    let more = rows.len() > PAGE_SIZE;
    rows.truncate(PAGE_SIZE);
    let next = rows
        .last()
        .filter(|_| more)
        .map_or_else(String::new, |row| format!("{}_{}_{}", row.entry.at, row.seq, row.stream));
    let names = Names::read(desk).await?;
    let law = desk.law();
    Ok(AuditPage {
        lines: rows.into_iter().map(|row| line(row, &names)).collect(),
        next,
        actions: store.audit_actions().await?,
        years: law
            .at(desk.today())
            .number("audit.retention.years")
            .applies()
            .map(|cited| cited.value),
    })
}

/// All lines that are asked for, the newest first, and whether there are more than a table takes. The export is a line itself.
///
/// # Errors
/// As [`audit_page`].
pub async fn audit_export(
    desk: &Desk,
    actor: &Actor,
    query: &AuditQuery,
) -> Result<(Vec<AuditLine>, bool), DeskError> {
    actor.authorise(Permission::ReadAudit)?;
    let filter = filter(&AuditQuery { after: String::new(), ..query.clone() })?;
    let wanted = i64::try_from(MOST_EXPORTED).unwrap_or(i64::MAX) + 1;
    let mut rows = desk.store().list_audit(&filter, wanted).await?;
    let more = rows.len() > MOST_EXPORTED;
    rows.truncate(MOST_EXPORTED);
    let lines = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    desk.audit(actor, AuditEvent::AuditExported { lines }).await?;
    let names = Names::read(desk).await?;
    Ok((rows.into_iter().map(|row| line(row, &names)).collect(), more))
}

/// Follows the chains in which the lines of a page stand, from their first entry to their head.
///
/// # Errors
/// As [`audit_page`].
pub async fn verify_audit(
    desk: &Desk,
    actor: &Actor,
    page: &AuditPage,
) -> Result<Vec<StreamCheck>, DeskError> {
    actor.authorise(Permission::ReadAudit)?;
    let streams: BTreeSet<&str> = page.lines.iter().map(|line| line.place.0.as_str()).collect();
    let mut checks = Vec::with_capacity(streams.len());
    for stream in streams {
        checks.push(desk.store().verify_audit_stream(stream).await?);
    }
    let broken = checks.iter().filter(|check| check.wrong.is_some()).count();
    let event = AuditEvent::AuditVerified { streams: checks.len(), broken };
    desk.audit(actor, event).await?;
    Ok(checks)
}
