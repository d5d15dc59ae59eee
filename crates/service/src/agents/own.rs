//! What an agent sees of the own mandates, and how one is laid down.

use xinyong_domain::calendar::WorkingDay;
use xinyong_domain::party::is_deregistered;
use xinyong_domain::ruling::Ruling;
use xinyong_domain::workflow::mandate::Standing;

use super::office::{due, overtaken, standing_of};
use super::{Agent, MOST_MANDATES, Person, own_account};
use crate::access::Actor;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// One of the own mandates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnFirm {
    /// The mandate.
    pub id: i64,
    /// Code of the firm.
    pub code: String,
    /// Name of the firm.
    pub firm: String,
    /// Where it stands.
    pub standing: Standing,
    /// When it was asked for.
    pub applied_at: i64,
    /// When it was decided or ended.
    pub changed_at: Option<i64>,
    /// Why it was refused or ended.
    pub reason: String,
    /// By when the credit office should decide.
    pub due: Option<Ruling<WorkingDay>>,
}

/// What an agent sees first.
#[derive(Debug, Clone)]
pub struct OwnHome {
    /// The person.
    pub person: Person,
    /// The firms that the person acts for now.
    pub firms: Vec<OwnFirm>,
    /// Everything else, the newest first.
    pub others: Vec<OwnFirm>,
}

/// The own mandates.
///
/// # Errors
/// `access.denied`.
pub async fn own_home(desk: &Desk, actor: &Actor) -> Result<OwnHome, DeskError> {
    let account = own_account(desk, actor).await?;
    let store = desk.store();
    let (mut firms, mut others) = (Vec::new(), Vec::new());
    for one in store.mandates_of_account(account.id, MOST_MANDATES).await? {
        let Some(subject) = store.subject(one.subject_id).await? else { continue };
        let over = is_deregistered(&subject.status);
        let standing = match standing_of(&one)? {
            Standing::Active if over => Standing::Ended,
            standing => standing,
        };
        let reason = one.ended_reason.or(one.reason).unwrap_or_default();
        let reason = if over && reason.is_empty() { "主体已注销".to_owned() } else { reason };
        let shown = OwnFirm {
            id: one.id,
            code: subject.code.unwrap_or_default(),
            firm: subject.name,
            standing,
            applied_at: one.applied_at,
            changed_at: one.ended_at.or(one.decided_at),
            reason,
            due: (standing == Standing::Waiting).then(|| due(desk, one.applied_at).0).flatten(),
        };
        if standing == Standing::Active { firms.push(shown) } else { others.push(shown) }
    }
    let (person, _) = Person::of(desk, account.id).await?;
    Ok(OwnHome { person, firms, others })
}

/// Lays the own mandate down.
///
/// # Errors
/// `agent.decided` when it ended meanwhile.
pub async fn leave(desk: &Desk, agent: &Agent) -> Result<(), DeskError> {
    let mut tx = desk.store().transaction("leave firm").await?;
    let now = desk.clock().now();
    if !tx.end_mandate(agent.mandate, &agent.actor.login, now, "经办人本人终止").await? {
        return Err(overtaken());
    }
    tx.end_contact_if_over(agent.account, now).await?;
    agent.note(desk, &mut tx, "agent.ended", agent.mandate);
    Ok(tx.commit().await?)
}
