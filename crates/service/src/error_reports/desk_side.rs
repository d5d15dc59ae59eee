//! The unit's side of a report: what waits, one report, taking it on, the answer; and the end of what is known of its reporter.

use jiff::ToSpan as _;
use jiff::civil::Date;
use xinyong_domain::calendar::WorkingDay;
use xinyong_domain::law::Lookup;
use xinyong_domain::rules::deadline::error_report_due;
use xinyong_domain::ruling::Ruling;
use xinyong_store::{ErrorReport, Purpose, ReportAnswer, report_contact_place, report_place};

use super::{GROUNDS, NOTICE};
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::browse::{HeldRecord, Names, PersonView, held, platform_of, record_of};
use crate::desk::Desk;
use crate::intake::Platform;
use crate::refusal::DeskError;
use crate::units::units_of;

/// Reports that a list shows.
const MOST_SHOWN: i64 = 100;
/// Longest answer, in characters.
const LONGEST_ANSWER: usize = 500;

/// A report in a list.
#[derive(Debug, Clone)]
pub struct ReportLine {
    /// Its id.
    pub id: i64,
    /// Its number.
    pub number: String,
    /// What is wrong, in words.
    pub ground: String,
    /// The record.
    pub record: HeldRecord,
    /// The day it came.
    pub received: Date,
    /// `received`, `checking`, `corrected` or `dismissed`.
    pub state: String,
    /// By when it is to be answered, with the reasons.
    pub due: Option<Ruling<WorkingDay>>,
    /// Working days left until then; negative when it is past. For an answered one, counted from the day of the answer.
    pub left: Option<i64>,
}

/// A report with everything that whoever works on it may see.
#[derive(Debug, Clone)]
pub struct ReportDossier {
    /// As in the list.
    pub line: ReportLine,
    /// What is said.
    pub text: String,
    /// How to reach the reporter.
    pub contact: Option<String>,
    /// The version that was public.
    pub version: i64,
    /// When it came.
    pub at: i64,
    /// Who took it on, and when.
    pub taken: Option<(PersonView, i64)>,
    /// Who answered, and when.
    pub answered: Option<(PersonView, i64)>,
    /// The answer.
    pub answer: String,
    /// The version that put it right.
    pub corrected_version: Option<i64>,
    /// Whether the record changed since, so that it can be called corrected.
    pub changed_since: bool,
}

/// What waits for the actor.
#[derive(Debug, Clone, Default)]
pub struct WaitingReports {
    /// The first few, the most urgent first.
    pub lines: Vec<ReportLine>,
    /// How many wait.
    pub open: usize,
    /// Of these, past their day.
    pub overdue: usize,
}

/// What is said to the reporter.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The report.
    pub id: i64,
    /// Whether the record was put right.
    pub corrected: bool,
    /// The words.
    pub text: String,
}

async fn line(
    desk: &Desk,
    actor: &Actor,
    names: &Names,
    found: &ErrorReport,
) -> Result<Option<ReportLine>, DeskError> {
    let law = desk.law();
    let Some(record) = desk.store().record(found.subject_id, found.record_id).await? else {
        return Ok(None);
    };
    let due = error_report_due(&law, found.received_on);
    let counted = found.answered_on.unwrap_or_else(|| desk.today());
    Ok(Some(ReportLine {
        id: found.id,
        number: found.number.clone(),
        ground: law.label_of(GROUNDS, &found.ground).to_owned(),
        record: held(&record, desk.today(), &law, names, actor)?,
        received: found.received_on,
        state: found.state.clone(),
        left: due.as_ref().map(|due| law.calendar().between(counted, due.value.date)),
        due,
    }))
}

/// Reports that wait for the actor's unit (for the office, for any), those that came first before the others; or, `answered`, the
/// newest of the others.
///
/// # Errors
/// `access.denied`.
pub async fn reports(
    desk: &Desk,
    actor: &Actor,
    answered: bool,
) -> Result<Vec<ReportLine>, DeskError> {
    actor.authorise(Permission::AnswerReport)?;
    let limit = units_of(desk, actor).await?;
    let names = Names::read(desk).await?;
    let mut lines = Vec::new();
    for found in desk.store().error_reports(answered, limit.as_deref(), MOST_SHOWN).await? {
        lines.extend(line(desk, actor, &names, &found).await?);
    }
    Ok(lines)
}

/// What waits for the actor, for the first page.
///
/// # Errors
/// When the store fails.
pub async fn waiting(desk: &Desk, actor: &Actor, most: usize) -> Result<WaitingReports, DeskError> {
    if !actor.may(Permission::AnswerReport) {
        return Ok(WaitingReports::default());
    }
    let limit = units_of(desk, actor).await?;
    let names = Names::read(desk).await?;
    let law = desk.law();
    let today = desk.today();
    let mut shown = WaitingReports::default();
    for (received, count) in desk.store().open_error_report_days(limit.as_deref()).await? {
        let count = usize::try_from(count).unwrap_or_default();
        shown.open += count;
        let due = error_report_due(&law, received);
        if due.is_some_and(|due| due.value.date < today) {
            shown.overdue += count;
        }
    }
    let most = i64::try_from(most).unwrap_or(MOST_SHOWN);
    for found in desk.store().error_reports(false, limit.as_deref(), most).await? {
        shown.lines.extend(line(desk, actor, &names, &found).await?);
    }
    Ok(shown)
}

/// The report, where the actor answers for its unit.
async fn admitted(desk: &Desk, actor: &Actor, id: i64) -> Result<ErrorReport, DeskError> {
    actor.authorise(Permission::AnswerReport)?;
    let found = desk.store().error_report(id).await?.ok_or(DeskError::NotFound("该纠错"))?;
    if units_of(desk, actor).await?.is_none_or(|units| units.contains(&found.unit_id)) {
        return Ok(found);
    }
    actor.authorise_for(Permission::AnswerReport, &found.unit_id)?;
    Ok(found)
}

fn opened(desk: &Desk, place: &[u8], sealed: &[u8]) -> Result<String, DeskError> {
    let clear = desk.store().keys().open(Purpose::Platform, place, sealed)?;
    String::from_utf8(clear).map_err(|error| DeskError::Internal(error.to_string()))
}

/// The newest version that says something else than the one that was reported.
async fn put_right(desk: &Desk, found: &ErrorReport) -> Result<Option<i64>, DeskError> {
    let versions = desk.store().record_versions(found.subject_id, found.record_id).await?;
    let Some(then) = versions.iter().find(|version| version.version == found.version) else {
        return Ok(None);
    };
    let Some(now) = versions.last() else { return Ok(None) };
    // A mark of an objection puts nothing right, and what is out of view because nobody answered it has not ended.
    let now_says = platform_of(&record_of(now.clone()))?;
    let withheld = now_says.objected.is_some() && now.public_from.is_none();
    let bare = |one: Platform| Platform { objected: None, marked: None, ..one };
    let then_says = platform_of(&record_of(then.clone()))?;
    let same = then.content_digest == now.content_digest
        && bare(then_says) == bare(now_says)
        && then.withdrawn_on == now.withdrawn_on
        && (withheld
            || (then.public_from, then.public_until) == (now.public_from, now.public_until));
    Ok((!same).then_some(now.version))
}

/// One report. That somebody looked is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn report(desk: &Desk, actor: &Actor, id: i64) -> Result<ReportDossier, DeskError> {
    let found = admitted(desk, actor, id).await?;
    note(desk, actor, "error-report.seen", id).await?;
    let names = Names::read(desk).await?;
    let line = line(desk, actor, &names, &found).await?.ok_or(DeskError::NotFound("该信息"))?;
    let contact = found
        .contact
        .as_deref()
        .map(|sealed| opened(desk, &report_contact_place(id), sealed))
        .transpose()?;
    let who = |login: &Option<String>, at: Option<i64>| {
        login.as_deref().map(|login| names.person(login)).zip(at)
    };
    Ok(ReportDossier {
        text: opened(desk, &report_place(id), &found.sealed)?,
        contact,
        version: found.version,
        at: found.at,
        taken: who(&found.taken_by, found.taken_at),
        answered: who(&found.answered_by, found.answered_at),
        changed_since: put_right(desk, &found).await?.is_some(),
        answer: found.answer.unwrap_or_default(),
        corrected_version: found.corrected_version,
        line,
    })
}

async fn note(desk: &Desk, actor: &Actor, deed: &'static str, id: i64) -> Result<(), DeskError> {
    let of = format!("error-report:{id}");
    desk.audit(actor, AuditEvent::Case { deed, of: &of, detail: "" }).await
}

/// Takes a report on: its reporter sees that it is being checked.
///
/// # Errors
/// `access.denied`, not found, `report.taken`.
pub async fn take(desk: &Desk, actor: &Actor, id: i64) -> Result<(), DeskError> {
    admitted(desk, actor, id).await?;
    let mut tx = desk.store().transaction("take error report").await?;
    if !tx.take_error_report(id, &actor.login, desk.clock().now()).await? {
        return Err(DeskError::refused("report.taken", "这件纠错已经有人在核查，或者已经答复"));
    }
    let of = format!("error-report:{id}");
    let event = AuditEvent::Case { deed: "error-report.taken", of: &of, detail: "" };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(())
}

/// Answers a report: the record was put right, or it is not wrong and why.
///
/// # Errors
/// `access.denied`, not found, `report.answered`, `report.reason-missing`, `report.not-corrected` while the record says what it
/// said when it was reported.
pub async fn answer(desk: &Desk, actor: &Actor, command: Answer) -> Result<(), DeskError> {
    let found = admitted(desk, actor, command.id).await?;
    let text = command.text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_ANSWER {
        return Err(DeskError::refused(
            "report.reason-missing",
            format!("请写明怎样更正的，或者为什么没有错误，{LONGEST_ANSWER}字以内"),
        ));
    }
    let corrected_version = if command.corrected {
        let version = put_right(desk, &found).await?;
        if version.is_none() {
            return Err(DeskError::refused(
                "report.not-corrected",
                "这条信息自收到纠错以来没有变化；请先更正、重新报送或者撤下，再答复已更正",
            ));
        }
        version
    } else {
        None
    };
    let state = if command.corrected { "corrected" } else { "dismissed" };
    let mut tx = desk.store().transaction("answer error report").await?;
    let first = tx
        .answer_error_report(&ReportAnswer {
            id: command.id,
            state: state.to_owned(),
            answer: text.to_owned(),
            by: actor.login.clone(),
            at: desk.clock().now(),
            on: desk.today(),
            corrected_version,
        })
        .await?;
    if !first {
        return Err(DeskError::refused("report.answered", "这件纠错已经答复，不能再次答复"));
    }
    let of = format!("error-report:{}", command.id);
    tx.settle_notices(&of, NOTICE).await?;
    let event = AuditEvent::Case { deed: "error-report.answered", of: &of, detail: state };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(())
}

/// Erases how to reach the reporters of what was answered so many days ago as the law folder says. Returns how many.
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn erase_contacts(desk: &Desk, actor: &Actor) -> Result<u64, DeskError> {
    actor.authorise(Permission::RunJobs)?;
    let law = desk.law();
    let Lookup::Applies(days) = law.at(desk.today()).number("error-report.contact.days") else {
        return Ok(0);
    };
    let before = desk
        .today()
        .checked_sub(days.value.days())
        .map_err(|error| DeskError::Internal(error.to_string()))?;
    let mut tx = desk.store().transaction("erase contacts").await?;
    let erased = tx.erase_report_contacts(before).await?;
    if erased > 0 {
        let detail = erased.to_string();
        let event =
            AuditEvent::Case { deed: "error-report.erased", of: "error-report", detail: &detail };
        desk.audit_with(&mut tx, actor, event);
    }
    tx.commit().await?;
    Ok(erased)
}
