//! When can I repair, and what is missing: for each record of a subject a dated answer with the rule behind each condition.

use xinyong_domain::identifier;
use xinyong_domain::party::is_deregistered;
use xinyong_domain::rules::repair::{Known, Repair, Standing};
use xinyong_domain::ruling::Ruling;
use xinyong_domain::workflow::repair::Stage;
use xinyong_store::{Record, Subject};

use super::duties::{known_of, views};
use super::{DutyView, ruled, stage_of};
use crate::access::{Actor, Permission};
use crate::agents::Agent;
use crate::audit::AuditEvent;
use crate::browse::{HeldRecord, Names, held, stored_of_own};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// What holds for one record today.
#[derive(Debug, Clone)]
pub struct Forecast {
    /// The record.
    pub record: HeldRecord,
    /// What the rule says.
    pub ruling: Ruling<Repair>,
    /// The application for it that is under way or was granted last.
    pub pending: Option<(i64, Stage)>,
    /// What the unit's own records say about its duties, so that nobody is asked for it.
    pub proofs: Vec<DutyView>,
}

impl Forecast {
    /// Whether it may be applied for now.
    #[must_use]
    pub fn may_apply(&self) -> bool {
        self.pending.is_none()
            && matches!(self.ruling.value.standing, Standing::Open | Standing::Unknown)
    }
}

/// A subject at the window.
#[derive(Debug, Clone)]
pub struct WindowSubject {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What may be repaired when.
    pub records: Vec<Forecast>,
}

/// What the subject may have repaired, and when: what can be applied for first, then what comes next. Records that there is nothing to
/// repair about are left out.
///
/// # Errors
/// `access.denied`.
pub async fn forecast(desk: &Desk, agent: &Agent) -> Result<Vec<Forecast>, DeskError> {
    agent.actor.authorise(Permission::ApplyForRepair)?;
    of_subject(desk, &agent.actor, agent.subject.id).await
}

/// The same for a subject that came to the window. That somebody looked is a line of the audit log.
///
/// # Errors
/// `access.denied`; not found.
pub async fn forecast_for_window(
    desk: &Desk,
    actor: &Actor,
    code: &str,
) -> Result<WindowSubject, DeskError> {
    let subject = window_subject(desk, actor, code).await?;
    desk.audit(actor, AuditEvent::SubjectSeen { subject: subject.id }).await?;
    Ok(WindowSubject {
        records: of_subject(desk, actor, subject.id).await?,
        code: subject.code.unwrap_or_default(),
        name: subject.name,
    })
}

/// The subject that somebody came to the window for.
pub(super) async fn window_subject(
    desk: &Desk,
    actor: &Actor,
    code: &str,
) -> Result<Subject, DeskError> {
    actor.authorise(Permission::EnterRepair)?;
    let code = identifier::normalise(code);
    let whole = desk.store().subject_whole(&code).await?.ok_or(DeskError::NotFound("该主体"))?;
    if is_deregistered(&whole.subject.status) {
        return Err(DeskError::refused("repair.deregistered", "这个主体已经注销，不能再申请修复"));
    }
    Ok(whole.subject)
}

pub(super) async fn of_subject(
    desk: &Desk,
    actor: &Actor,
    subject: i64,
) -> Result<Vec<Forecast>, DeskError> {
    let names = Names::read(desk).await?;
    let mut found = Vec::new();
    for record in stored_of_own(desk, subject).await? {
        let one = forecast_of(desk, actor, &names, &record).await?;
        if one.ruling.value.standing == Standing::Nothing && one.pending.is_none() {
            continue;
        }
        found.push(one);
    }
    let order = |one: &Forecast| match one.ruling.value.standing {
        _ if one.pending.is_some() => 4,
        Standing::Open => 0,
        Standing::TooEarly => 1,
        Standing::Unknown => 2,
        _ => 3,
    };
    found.sort_by_key(|one| (order(one), one.ruling.value.from, one.record.id));
    Ok(found)
}

/// What holds for one record today, by what the platform knows of it.
pub(super) async fn forecast_of(
    desk: &Desk,
    actor: &Actor,
    names: &Names,
    record: &Record,
) -> Result<Forecast, DeskError> {
    let today = desk.today();
    let known = known_of(desk, record, Known::default()).await?;
    let mut proofs = views(desk, names, (record.subject_id, record.id)).await?;
    proofs.retain(|proof| proof.taken_back.is_empty());
    Ok(Forecast {
        ruling: ruled(desk, record, &known, today)?,
        pending: pending(desk, record).await?,
        record: held(record, today, &desk.law(), names, actor)?,
        proofs,
    })
}

/// One record of the subject that somebody acts for, also where there is nothing to repair.
///
/// # Errors
/// `access.denied`; not found: none, or another subject's.
pub async fn forecast_one(desk: &Desk, agent: &Agent, record: i64) -> Result<Forecast, DeskError> {
    agent.actor.authorise(Permission::ApplyForRepair)?;
    let own = stored_of_own(desk, agent.subject.id).await?;
    let found =
        own.into_iter().find(|one| one.id == record).ok_or(DeskError::NotFound("该信息"))?;
    forecast_of(desk, &agent.actor, &Names::read(desk).await?, &found).await
}

pub(super) async fn pending(
    desk: &Desk,
    record: &Record,
) -> Result<Option<(i64, Stage)>, DeskError> {
    for item in desk.store().repair_items_of_record(record.subject_id, record.id).await? {
        let stage = stage_of(&item)?;
        // A repair that was undone because it rested on something false is over, also while something else holds the record down.
        let undone = stage.is_granted()
            && desk
                .store()
                .repair_findings(item.id)
                .await?
                .iter()
                .any(|finding| finding.state == "confirmed" && finding.restore);
        if stage.is_pending() || (stage.is_granted() && !undone) {
            return Ok(Some((item.id, stage)));
        }
    }
    Ok(None)
}
