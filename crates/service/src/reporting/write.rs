//! What people sign about reporting: declarations, explanations, what others know, reminders, outages.

use jiff::civil::Date;
use xinyong_store::{DeclaredCount, GapExplanation, NewNotice, Outage as OutageRow};

use super::Month;
use super::figures::count;
use crate::access::{Actor, Permission, Role};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};

/// Longest note, in characters.
const LONGEST_NOTE: usize = 350;
/// Most decisions that a unit can have made in a month.
const MOST_DECLARED: i64 = 1_000_000;

pub(super) fn note_of(text: &str, required: bool) -> Result<String, Refusal> {
    let text = text.trim();
    if (required && text.is_empty()) || text.chars().count() > LONGEST_NOTE {
        let what =
            if required { "请写明情况，350字以内" } else { "说明不能超过350字" };
        return Err(Refusal::new("reporting.note-invalid", what));
    }
    Ok(text.to_owned())
}

pub(super) fn checked_kind(desk: &Desk, kind: &str) -> Result<String, DeskError> {
    let law = desk.law();
    law.kind(kind).map(|kind| kind.id.clone()).ok_or_else(|| {
        DeskError::refused("kind.unknown", format!("没有编号为「{kind}」的信息类别"))
    })
}

pub(super) fn code(desk: &Desk, list: &str, id: &str, what: &str) -> Result<String, DeskError> {
    let law = desk.law();
    let known = law.codes().get(list).is_some_and(|list| list.codes.iter().any(|c| c.id == id));
    if known {
        Ok(id.to_owned())
    } else {
        Err(DeskError::refused("reporting.code-unknown", format!("请选择{what}")))
    }
}

/// A declaration of how many decisions a unit made in a month.
#[derive(Debug, Clone)]
pub struct Declare {
    /// The unit.
    pub unit: String,
    /// The kind.
    pub kind: String,
    /// The month.
    pub month: Month,
    /// How many; 0 is "none this month".
    pub records: i64,
    /// In their words; may be empty.
    pub note: String,
}

/// Signs a declaration. A later one of the same month takes its place; both stay in the history.
///
/// # Errors
/// `access.denied`, `kind.unknown`, `declare.number-invalid`, `declare.month-future`, `declare.below-received`,
/// `reporting.note-invalid`.
pub async fn declare(desk: &Desk, actor: &Actor, command: Declare) -> Result<(), DeskError> {
    actor.authorise_for(Permission::SignReporting, &command.unit)?;
    desk.unit(&command.unit).await?;
    let kind = checked_kind(desk, &command.kind)?;
    let note = note_of(&command.note, false)?;
    if !(0..=MOST_DECLARED).contains(&command.records) {
        return Err(DeskError::refused("declare.number-invalid", "决定数请填0或正整数"));
    }
    if command.month > Month::of(desk.today()) {
        return Err(DeskError::refused("declare.month-future", "不能申报以后的月份"));
    }
    let counted = count(desk, Some(&command.unit), command.month).await?;
    let received = counted
        .units
        .get(&command.unit)
        .and_then(|unit| unit.kinds.iter().find(|figures| figures.kind == kind))
        .map_or(0, |figures| figures.received);
    if u64::try_from(command.records).unwrap_or_default() < received {
        return Err(DeskError::refused(
            "declare.below-received",
            format!(
                "{}已经报来 {received} 条，申报数不能比它少；多报或错报的，请先更正或撤下",
                command.month.label()
            ),
        ));
    }
    let month = command.month.to_string();
    let mut tx = desk.store().transaction("declare").await?;
    tx.declare_count(&DeclaredCount {
        unit_id: command.unit.clone(),
        kind: kind.clone(),
        month: month.clone(),
        seq: 0,
        records: command.records,
        note,
        actor: actor.login.clone(),
        at: desk.clock().now(),
    })
    .await?;
    let detail = format!("{kind} {month} {}", command.records);
    let event =
        AuditEvent::Reporting { deed: "reporting.declared", of: &command.unit, detail: &detail };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(())
}

/// An explanation of missing numbers.
#[derive(Debug, Clone)]
pub struct ExplainGap {
    /// The unit.
    pub unit: String,
    /// The kind.
    pub kind: String,
    /// The series.
    pub series: String,
    /// The year.
    pub year: i64,
    /// The first number.
    pub first: i64,
    /// The last.
    pub last: i64,
    /// A code of `gap-reason`.
    pub reason: String,
    /// In their words.
    pub note: String,
}

/// Explains numbers that are missing. They are no missing reports from then on.
///
/// # Errors
/// `access.denied`, `kind.unknown`, `reporting.code-unknown`, `reporting.note-invalid`, `gap.none` when these numbers are not missing.
pub async fn explain_gap(desk: &Desk, actor: &Actor, command: ExplainGap) -> Result<(), DeskError> {
    actor.authorise_for(Permission::SignReporting, &command.unit)?;
    let kind = checked_kind(desk, &command.kind)?;
    let reason = code(desk, "gap-reason", &command.reason, "缺号的理由")?;
    let note = note_of(&command.note, true)?;
    let store = desk.store();
    store.count_series().await?;
    let missing = store
        .gaps(&command.unit, &kind, command.year)
        .await?
        .into_iter()
        .filter(|(series, _)| *series == command.series)
        .flat_map(|(_, gaps)| gaps)
        .any(|gap| {
            command.first <= command.last
                && command.first > gap.before.unwrap_or_default()
                && command.last < gap.after
        });
    if !missing {
        return Err(DeskError::refused("gap.none", "这些文号现在并不缺，可能已经报来；请刷新页面"));
    }
    let mut tx = store.transaction("explain gap").await?;
    let id = desk.new_id();
    tx.explain_gap(&GapExplanation {
        id,
        unit_id: command.unit.clone(),
        kind,
        series: command.series,
        year: command.year,
        first: command.first,
        last: command.last,
        reason: reason.clone(),
        note,
        actor: actor.login.clone(),
        at: desk.clock().now(),
    })
    .await?;
    let detail = format!("{id} {reason} {}-{}", command.first, command.last);
    let event =
        AuditEvent::Reporting { deed: "reporting.explained", of: &command.unit, detail: &detail };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(())
}

/// Takes an explanation back: the numbers are missing again.
///
/// # Errors
/// `access.denied`, not found.
pub async fn end_explanation(desk: &Desk, actor: &Actor, id: i64) -> Result<(), DeskError> {
    actor.authorise(Permission::SignReporting)?;
    let missing = || DeskError::NotFound("该说明");
    let held = desk.store().gap_explanation(id).await?.ok_or_else(missing)?;
    actor.authorise_for(Permission::SignReporting, &held.unit_id)?;
    let mut tx = desk.store().transaction("end explanation").await?;
    if !tx.end_explanation(id, &actor.login, desk.clock().now()).await? {
        return Err(missing());
    }
    let detail = id.to_string();
    let event = AuditEvent::Reporting {
        deed: "reporting.explanation-ended",
        of: &held.unit_id,
        detail: &detail,
    };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(())
}

/// Reminds a unit of a decision that another source knows: its clerks and reviewers are told.
///
/// # Errors
/// `access.denied`, not found, `remind.already`.
pub async fn remind(desk: &Desk, actor: &Actor, id: i64) -> Result<(), DeskError> {
    actor.authorise(Permission::ManageReporting)?;
    let held = desk.store().known_decision(id).await?.ok_or(DeskError::NotFound("该线索"))?;
    let accounts = desk.store().accounts().await?;
    let today = desk.today();
    let mut tx = desk.store().transaction("remind decision").await?;
    if !tx.remind_decision(id, today, &actor.login).await? {
        return Err(DeskError::refused("remind.already", "已经提醒过这个单位"));
    }
    let concerned = accounts.iter().filter(|account| {
        account.active
            && account.unit_id == held.unit_id
            && [Role::Clerk, Role::Reviewer].iter().any(|role| role.as_str() == account.role)
    });
    for account in concerned {
        tx.add_notice(&NewNotice {
            id: desk.new_id(),
            account_id: account.id,
            kind: "decision-absent".to_owned(),
            object: format!("known:{id}"),
            day: today,
            text: "有一项决定从其他来源得知，还没有报来，请核对补报或说明".to_owned(),
            at: desk.clock().now(),
        })
        .await?;
    }
    let detail = id.to_string();
    let event =
        AuditEvent::Reporting { deed: "reporting.reminded", of: &held.unit_id, detail: &detail };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(())
}

/// Closes what another source knows: it is no decision that the unit owes.
///
/// # Errors
/// `access.denied`, not found, `reporting.note-invalid`.
pub async fn close(desk: &Desk, actor: &Actor, id: i64, reason: &str) -> Result<(), DeskError> {
    actor.authorise(Permission::ManageReporting)?;
    let missing = || DeskError::NotFound("该线索");
    let held = desk.store().known_decision(id).await?.ok_or_else(missing)?;
    let reason = note_of(reason, true)?;
    let mut tx = desk.store().transaction("close decision").await?;
    if !tx.close_decision(id, &reason, &actor.login, desk.clock().now()).await? {
        return Err(missing());
    }
    let detail = id.to_string();
    let event =
        AuditEvent::Reporting { deed: "reporting.closed", of: &held.unit_id, detail: &detail };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(())
}

/// Days on which the platform did not take files.
#[derive(Debug, Clone)]
pub struct NoteOutage {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
    /// What had happened.
    pub reason: String,
}

/// Notes an outage. Who was late because of it is not late.
///
/// # Errors
/// `access.denied`, `outage.days-invalid`, `reporting.note-invalid`.
pub async fn note_outage(desk: &Desk, actor: &Actor, command: NoteOutage) -> Result<(), DeskError> {
    actor.authorise(Permission::ManageReporting)?;
    let reason = note_of(&command.reason, true)?;
    let longest = jiff::Span::new().days(31);
    let too_long = command.first.checked_add(longest).is_ok_and(|end| command.last > end);
    if command.last < command.first || command.last > desk.today() || too_long {
        return Err(DeskError::refused(
            "outage.days-invalid",
            "请核对起止日期：结束不早于开始，不晚于今天，一次不超过31天",
        ));
    }
    let mut tx = desk.store().transaction("note outage").await?;
    tx.add_outage(&OutageRow {
        id: desk.new_id(),
        first_day: command.first,
        last_day: command.last,
        reason,
        actor: actor.login.clone(),
        at: desk.clock().now(),
    })
    .await?;
    let span = format!("{} {}", command.first, command.last);
    let event = AuditEvent::Reporting { deed: "reporting.outage", of: "all", detail: &span };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(())
}

/// Takes an outage back.
///
/// # Errors
/// `access.denied`, not found.
pub async fn end_outage(desk: &Desk, actor: &Actor, id: i64) -> Result<(), DeskError> {
    actor.authorise(Permission::ManageReporting)?;
    let mut tx = desk.store().transaction("end outage").await?;
    if !tx.end_outage(id, &actor.login, desk.clock().now()).await? {
        return Err(DeskError::NotFound("该故障登记"));
    }
    let detail = id.to_string();
    let event =
        AuditEvent::Reporting { deed: "reporting.outage-ended", of: "all", detail: &detail };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(())
}
