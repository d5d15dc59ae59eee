//! What the credit office does with those who act for subjects: who asks, whether they may, and until when.

use std::collections::BTreeSet;

use xinyong_domain::calendar::WorkingDay;
use xinyong_domain::party::is_deregistered;
use xinyong_domain::rules::deadline::report_due;
use xinyong_domain::ruling::Ruling;
use xinyong_domain::text::normalise_name;
use xinyong_domain::workflow::mandate::{Move, Standing};
use xinyong_store::{Mandate, Subject};

use super::{MOST_MANDATES, Person, typed_login};
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::browse::{Names, PersonView};
use crate::clock::Clock;
use crate::desk::Desk;
use crate::notices;
use crate::refusal::{DeskError, Refusal};

/// The clock of a decision.
const WITHIN: &str = "agent.confirm.days";
/// Rows of the office's list.
const PER_PAGE: i64 = 50;
/// Longest reason, in characters.
const LONGEST_REASON: usize = 350;

/// A mandate in a list: the firm, not the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentRow {
    /// Its id.
    pub id: i64,
    /// Code of the firm.
    pub code: String,
    /// Name of the firm.
    pub firm: String,
    /// Where it stands.
    pub standing: Standing,
    /// Whether it is to replace those who act until now.
    pub replaces: bool,
    /// Whether a statement of authority was handed in.
    pub has_file: bool,
    /// When it was asked for.
    pub applied_at: i64,
    /// By when the office should decide, with the reasons; while it waits.
    pub due: Option<Ruling<WorkingDay>>,
    /// Working days left until then.
    pub left: Option<i64>,
    /// When it was decided.
    pub decided_at: Option<i64>,
    /// When it ended.
    pub ended_at: Option<i64>,
}

/// One mandate with all that the office needs to decide.
#[derive(Debug, Clone)]
pub struct AgentCase {
    /// As in the list.
    pub row: AgentRow,
    /// Status of the firm in the register.
    pub status: String,
    /// Legal representative as the register has it, empty where it does not.
    pub representative: String,
    /// What the person signs in with.
    pub login: String,
    /// Who it is.
    pub person: Person,
    /// What sort of file the statement of authority is, empty for none.
    pub file_type: String,
    /// The digest of that file.
    pub file_digest: String,
    /// Others who act for the firm now: mandate, name, since when.
    pub others: Vec<(i64, String, i64)>,
    /// How many other accounts the same person has.
    pub same_person: usize,
    /// Of these, how many act for this firm or ask to.
    pub same_firm: usize,
    /// What was decided before about the same account and firm: standing, when, why.
    pub before: Vec<(Standing, i64, String)>,
    /// Who decided, when and why.
    pub decided: Option<(PersonView, i64, String)>,
    /// Who ended it, when and why.
    pub ended: Option<(PersonView, i64, String)>,
}

pub(super) fn standing_of(mandate: &Mandate) -> Result<Standing, DeskError> {
    Standing::from_word(&mandate.state)
        .ok_or_else(|| DeskError::Internal(format!("unknown state of a mandate {}", mandate.state)))
}

pub(super) fn after(mandate: &Mandate, tried: Move) -> Result<Standing, DeskError> {
    standing_of(mandate)?
        .after(tried)
        .map_err(|error| DeskError::refused("agent.decided", format!("{error}；请刷新页面")))
}

pub(super) fn overtaken() -> DeskError {
    DeskError::refused("agent.decided", "这份申请刚刚已由他人办理，请刷新页面")
}

fn reason_of(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_REASON {
        return Err(Refusal::new("agent.reason-missing", "请写明理由，350字以内"));
    }
    Ok(text.to_owned())
}

/// The clock of an application: counted from the day it was made.
pub(super) fn due(desk: &Desk, applied_at: i64) -> (Option<Ruling<WorkingDay>>, Option<i64>) {
    let law = desk.law();
    let due = Clock::day_of(applied_at).and_then(|day| report_due(&law, WITHIN, day));
    let left = due.as_ref().map(|due| law.calendar().between(desk.today(), due.value.date));
    (due, left)
}

async fn firm_of(desk: &Desk, mandate: &Mandate) -> Result<Subject, DeskError> {
    let found = desk.store().subject(mandate.subject_id).await?;
    found.ok_or_else(|| DeskError::Internal(format!("mandate {} without subject", mandate.id)))
}

fn row_of(desk: &Desk, mandate: &Mandate, firm: &Subject) -> Result<AgentRow, DeskError> {
    let standing = standing_of(mandate)?;
    let (due, left) = match standing {
        Standing::Waiting => due(desk, mandate.applied_at),
        _ => (None, None),
    };
    Ok(AgentRow {
        id: mandate.id,
        code: firm.code.clone().unwrap_or_default(),
        firm: firm.name.clone(),
        standing,
        replaces: mandate.replaces,
        has_file: mandate.file_digest.is_some(),
        applied_at: mandate.applied_at,
        due,
        left,
        decided_at: mandate.decided_at,
        ended_at: mandate.ended_at,
    })
}

/// A page of the mandates that stand so, the oldest first; and after which to go on, 0 on the last.
///
/// # Errors
/// `access.denied`.
pub async fn mandates(
    desk: &Desk,
    actor: &Actor,
    state: Standing,
    after: i64,
) -> Result<(Vec<AgentRow>, i64), DeskError> {
    actor.authorise(Permission::ConfirmAgents)?;
    let found = desk.store().mandates_in(state.as_str(), after, PER_PAGE).await?;
    let full = i64::try_from(found.len()).is_ok_and(|count| count == PER_PAGE);
    let next = found.last().map_or(0, |last| last.id);
    let mut rows = Vec::with_capacity(found.len());
    for one in &found {
        rows.push(row_of(desk, one, &firm_of(desk, one).await?)?);
    }
    Ok((rows, if full { next } else { 0 }))
}

/// The applications that wait for the actor, the oldest first; none for who does not confirm.
///
/// # Errors
/// When the store fails.
pub async fn waiting(desk: &Desk, actor: &Actor) -> Result<Vec<AgentRow>, DeskError> {
    if !actor.may(Permission::ConfirmAgents) {
        return Ok(Vec::new());
    }
    Ok(mandates(desk, actor, Standing::Waiting, 0).await?.0)
}

async fn found(desk: &Desk, actor: &Actor, id: i64) -> Result<Mandate, DeskError> {
    actor.authorise(Permission::ConfirmAgents)?;
    desk.store().mandate(id).await?.ok_or(DeskError::NotFound("这份经办授权"))
}

/// One mandate. That somebody looked at who the person is, is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn mandate(desk: &Desk, actor: &Actor, id: i64) -> Result<AgentCase, DeskError> {
    let mandate = found(desk, actor, id).await?;
    let event = AuditEvent::Agent { deed: "agent.seen", subject: mandate.subject_id, id };
    desk.audit(actor, event).await?;
    let store = desk.store();
    let firm = firm_of(desk, &mandate).await?;
    let (person, blind) = Person::of(desk, mandate.account_id).await?;
    let same = store.same_person(&blind, mandate.account_id).await?;
    let of_firm = store.mandates_of_subject(firm.id, MOST_MANDATES).await?;
    let mut others = Vec::new();
    let active = store.mandates_of_subject_in(firm.id, Standing::Active.as_str()).await?;
    for other in active.iter().filter(|one| one.id != id) {
        let name = Person::of(desk, other.account_id).await?.0.name;
        others.push((other.id, name, other.decided_at.unwrap_or(other.applied_at)));
    }
    let live = |one: &&Mandate| matches!(one.state.as_str(), "waiting" | "active");
    let same_firm =
        of_firm.iter().filter(live).filter(|one| same.contains(&one.account_id)).count();
    let mut before = Vec::new();
    for one in of_firm.iter().filter(|one| one.account_id == mandate.account_id && one.id != id) {
        let why = one.ended_reason.clone().or_else(|| one.reason.clone()).unwrap_or_default();
        let at = one.ended_at.or(one.decided_at).unwrap_or(one.applied_at);
        before.push((standing_of(one)?, at, why));
    }
    let names = Names::read(desk).await?;
    let deed = |by: &Option<String>, at: Option<i64>, why: &Option<String>| {
        let by = names.person(by.as_deref()?);
        Some((by, at?, why.clone().unwrap_or_default()))
    };
    let details: std::collections::BTreeMap<String, String> =
        serde_json::from_str(&firm.details).unwrap_or_default();
    let login = store.account(mandate.account_id).await?.map(|account| account.login);
    Ok(AgentCase {
        row: row_of(desk, &mandate, &firm)?,
        status: firm.status.clone(),
        representative: details.get("representative").cloned().unwrap_or_default(),
        login: login.as_deref().map(typed_login).unwrap_or_default().to_owned(),
        person,
        file_type: mandate.file_type.clone().unwrap_or_default(),
        file_digest: mandate.file_digest.clone().unwrap_or_default(),
        others,
        same_person: same.len(),
        same_firm,
        before,
        decided: deed(&mandate.decided_by, mandate.decided_at, &mandate.reason),
        ended: deed(&mandate.ended_by, mandate.ended_at, &mandate.ended_reason),
    })
}

/// The statement of authority: its bytes and what sort of file it is. A look at it is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn mandate_file(
    desk: &Desk,
    actor: &Actor,
    id: i64,
) -> Result<(Vec<u8>, String), DeskError> {
    let mandate = found(desk, actor, id).await?;
    let missing = || DeskError::NotFound("授权书");
    let digest = mandate.file_digest.as_deref().ok_or_else(missing)?;
    let event = AuditEvent::Agent { deed: "agent.file-seen", subject: mandate.subject_id, id };
    desk.audit(actor, event).await?;
    let bytes = desk.store().read_upload(digest).await?.ok_or_else(missing)?;
    Ok((bytes, mandate.file_type.unwrap_or_default()))
}

/// Confirms that a person acts for a firm. Where the application says so, those who act until now end with it.
///
/// # Errors
/// `access.denied`, not found, `agent.decided`, `agent.same-person` for one's own application, `agent.firm-deregistered`.
pub async fn confirm(desk: &Desk, actor: &Actor, id: i64) -> Result<(), DeskError> {
    let mandate = found(desk, actor, id).await?;
    let to = after(&mandate, Move::Confirm)?;
    let firm = firm_of(desk, &mandate).await?;
    if is_deregistered(&firm.status) {
        return Err(DeskError::refused(
            "agent.firm-deregistered",
            "这个主体已经注销，不能确认经办人，请写明理由不予确认",
        ));
    }
    others_decide(desk, actor, &mandate).await?;
    let store = desk.store();
    let now = desk.clock().now();
    let mut tx = store.transaction("confirm agent").await?;
    if !tx.decide_mandate(id, to.as_str(), &actor.login, now, "").await? {
        return Err(overtaken());
    }
    if mandate.replaces {
        let others = (firm.id, id);
        let ended = tx.end_other_mandates(others, &actor.login, now, "更换经办人").await?;
        for (other, account) in ended {
            tx.end_contact_if_over(account, now).await?;
            let event = AuditEvent::Agent { deed: "agent.ended", subject: firm.id, id: other };
            desk.audit_with(&mut tx, actor, event);
        }
    }
    notices::agent_decided(&mut tx, id).await?;
    let event = AuditEvent::Agent { deed: "agent.confirmed", subject: firm.id, id };
    desk.audit_with(&mut tx, actor, event);
    Ok(tx.commit().await?)
}

/// Nobody decides about themselves. People of the units have no identity number here, so the same name is enough to ask a
/// colleague.
async fn others_decide(desk: &Desk, actor: &Actor, mandate: &Mandate) -> Result<(), DeskError> {
    let (person, _) = Person::of(desk, mandate.account_id).await?;
    if normalise_name(&person.name) == normalise_name(&actor.name) {
        return Err(DeskError::refused(
            "agent.same-person",
            "申请人与您同名：本人的申请不能由本人办理，请由另一名工作人员办理",
        ));
    }
    Ok(())
}

/// Refuses an application with a reason, which the person reads.
///
/// # Errors
/// `access.denied`, not found, `agent.decided`, `agent.reason-missing`, `agent.same-person`.
pub async fn refuse(desk: &Desk, actor: &Actor, id: i64, reason: &str) -> Result<(), DeskError> {
    let mandate = found(desk, actor, id).await?;
    let to = after(&mandate, Move::Refuse)?;
    let reason = reason_of(reason)?;
    others_decide(desk, actor, &mandate).await?;
    let mut tx = desk.store().transaction("refuse agent").await?;
    if !tx.decide_mandate(id, to.as_str(), &actor.login, desk.clock().now(), &reason).await? {
        return Err(overtaken());
    }
    notices::agent_decided(&mut tx, id).await?;
    let event = AuditEvent::Agent { deed: "agent.refused", subject: mandate.subject_id, id };
    desk.audit_with(&mut tx, actor, event);
    Ok(tx.commit().await?)
}

/// Refuses several applications with one reason, each as [`refuse`] does. Returns how many were refused, and how many were left as
/// they are: decided meanwhile, or for a colleague to decide.
///
/// # Errors
/// `access.denied`, `agent.none-chosen`, `agent.reason-missing`; when the store fails, after which those before are refused.
pub async fn refuse_many(
    desk: &Desk,
    actor: &Actor,
    ids: &BTreeSet<i64>,
    reason: &str,
) -> Result<(usize, usize), DeskError> {
    actor.authorise(Permission::ConfirmAgents)?;
    if ids.is_empty() || i64::try_from(ids.len()).is_ok_and(|count| count > PER_PAGE) {
        return Err(DeskError::refused(
            "agent.none-chosen",
            format!("请勾选要不予确认的申请，一次不超过{PER_PAGE}项"),
        ));
    }
    let reason = reason_of(reason)?;
    let (mut done, mut left) = (0, 0);
    for id in ids {
        match refuse(desk, actor, *id, &reason).await {
            Ok(()) => done += 1,
            Err(DeskError::Refused(_) | DeskError::NotFound(_)) => left += 1,
            Err(error) => return Err(error),
        }
    }
    Ok((done, left))
}

/// Ends a mandate. The person's next request for the firm is answered as if the firm were not there.
///
/// # Errors
/// `access.denied`, not found, `agent.decided`, `agent.reason-missing`.
pub async fn end(desk: &Desk, actor: &Actor, id: i64, reason: &str) -> Result<(), DeskError> {
    let mandate = found(desk, actor, id).await?;
    after(&mandate, Move::End)?;
    let reason = reason_of(reason)?;
    let mut tx = desk.store().transaction("end agent").await?;
    let now = desk.clock().now();
    if !tx.end_mandate(id, &actor.login, now, &reason).await? {
        return Err(overtaken());
    }
    tx.end_contact_if_over(mandate.account_id, now).await?;
    let event = AuditEvent::Agent { deed: "agent.ended", subject: mandate.subject_id, id };
    desk.audit_with(&mut tx, actor, event);
    Ok(tx.commit().await?)
}

/// Writes into the history that nobody acts any more for subjects that were deregistered. What agents may do never depends on it.
/// Returns how many ended.
///
/// # Errors
/// `access.denied`.
pub async fn end_of_deregistered(desk: &Desk, actor: &Actor) -> Result<u64, DeskError> {
    actor.authorise(Permission::RunJobs)?;
    const WHY: &str = "主体已注销";
    let mut ended = 0;
    for (id, subject, status) in desk.store().mandates_of_deregistered().await? {
        if !is_deregistered(&status) {
            continue;
        }
        let now = desk.clock().now();
        let mut tx = desk.store().transaction("end agents of deregistered").await?;
        let refused = Standing::Refused.as_str();
        let (over, deed) = if tx.end_mandate(id, &actor.login, now, WHY).await? {
            (true, "agent.ended")
        } else {
            (tx.decide_mandate(id, refused, &actor.login, now, WHY).await?, "agent.refused")
        };
        if over {
            notices::agent_decided(&mut tx, id).await?;
            desk.audit_with(&mut tx, actor, AuditEvent::Agent { deed, subject, id });
            tx.commit().await?;
            ended += 1;
        }
    }
    Ok(ended)
}
