//! What is recorded about a subject, as its own agent sees it: every kind that the law data opens to the subject, public or not, with
//! why and until when. People of the units are not named.

use serde::Serialize;
use xinyong_domain::law::{Audience, Law};
use xinyong_store::Record;

use super::dossier::{
    EventView, HeldRecord, RecordState, VersionView, event, held, state, versions,
};
use super::names::Names;
use super::subject::{MOST_READ, MOST_RECORDS, SubjectFacts, facts};
use crate::access::Actor;
use crate::agents::Agent;
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// The parameter with the audiences whose information a subject sees of its own.
const AUDIENCES: &str = "subject.own.audiences";

/// A subject with all that is recorded about it.
#[derive(Debug, Clone, Serialize)]
pub struct OwnSubject {
    /// Who it is.
    pub facts: SubjectFacts,
    /// What is recorded, the newest decision first.
    pub records: Vec<HeldRecord>,
    /// Whether there is more than is shown.
    pub more: bool,
}

/// One record with its history.
#[derive(Debug, Clone, Serialize)]
pub struct OwnRecord {
    /// How it stands today.
    pub now: RecordState,
    /// Its versions, the newest first.
    pub versions: Vec<VersionView>,
    /// What happened in public, the newest first.
    pub events: Vec<EventView>,
}

fn word(audience: Audience) -> &'static str {
    match audience {
        Audience::Public => "public",
        Audience::Shared => "shared",
        Audience::Authorised => "authorised",
    }
}

/// Whether the subject itself may see a record.
fn opens(record: &Record, open: &[String], law: &Law) -> bool {
    law.kind(&record.kind).is_some_and(|kind| open.iter().any(|one| one == word(kind.audience)))
}

fn open_audiences(desk: &Desk, law: &Law) -> Vec<String> {
    law.at(desk.today())
        .list(AUDIENCES)
        .applies()
        .map(|list| list.value.to_vec())
        .unwrap_or_default()
}

/// The subject that somebody acts for. That they looked is a line of the audit log.
///
/// # Errors
/// When the store fails.
pub async fn own_subject(desk: &Desk, agent: &Agent) -> Result<OwnSubject, DeskError> {
    let subject = agent.subject.id;
    desk.audit(&agent.actor, AuditEvent::SubjectSeen { subject }).await?;
    let store = desk.store();
    let whole = store.subject_whole(agent.code()).await?.ok_or(DeskError::NotFound("该主体"))?;
    let law = desk.law();
    let open = open_audiences(desk, &law);
    let names = Names::read(desk).await?;
    let found = store.records_of_subject(subject, MOST_RECORDS + 1).await?;
    let wanted = usize::try_from(MOST_RECORDS).unwrap_or(usize::MAX);
    let more = found.len() > wanted;
    let records = found
        .iter()
        .take(wanted)
        .filter(|record| opens(record, &open, &law))
        .map(|record| held(record, desk.today(), &law, &names, &agent.actor))
        .collect::<Result<_, _>>()?;
    Ok(OwnSubject { facts: facts(whole)?, records, more })
}

/// Everything that a subject may see of its own, and whether all that is held was looked through. Whoever asks for it says in the audit
/// log that somebody looked.
pub(crate) async fn own_states(
    desk: &Desk,
    subject: i64,
) -> Result<(Vec<RecordState>, bool), DeskError> {
    let law = desk.law();
    let open = open_audiences(desk, &law);
    let names = Names::read(desk).await?;
    let (nobody, today) = (Actor::visitor(), desk.today());
    let held = desk.store().records_of_subject(subject, MOST_READ).await?;
    let complete = i64::try_from(held.len()).is_ok_and(|count| count < MOST_READ);
    let states = held
        .iter()
        .filter(|record| opens(record, &open, &law))
        .map(|record| state(record, today, &law, &names, &nobody))
        .collect::<Result<_, _>>()?;
    Ok((states, complete))
}

/// The records of a subject that it may see itself, as they are stored: what it may ask something about.
///
/// # Errors
/// When the store fails.
pub(crate) async fn stored_of_own(desk: &Desk, subject: i64) -> Result<Vec<Record>, DeskError> {
    let law = desk.law();
    let open = open_audiences(desk, &law);
    let mut found = desk.store().records_of_subject(subject, MOST_READ).await?;
    found.retain(|record| opens(record, &open, &law));
    Ok(found)
}

/// One record of the subject that somebody acts for. That they looked is a line of the audit log.
///
/// # Errors
/// Not found: none, or another subject's, or none that the subject may see.
pub async fn own_record(desk: &Desk, agent: &Agent, record: i64) -> Result<OwnRecord, DeskError> {
    let subject = agent.subject.id;
    let law = desk.law();
    let open = open_audiences(desk, &law);
    let store = desk.store();
    // By the one way to the records of a subject: what two persons found to be another's is not read here any more, and what they found
    // to be this one's is.
    let found = store
        .records_of_subject(subject, MOST_READ)
        .await?
        .into_iter()
        .find(|found| found.id == record && opens(found, &open, &law))
        .ok_or(DeskError::NotFound("该信息"))?;
    let subject = found.subject_id;
    desk.audit(&agent.actor, AuditEvent::RecordSeen { subject, record }).await?;
    let names = Names::read(desk).await?;
    let events = store.publication_events(subject, record).await?;
    Ok(OwnRecord {
        versions: versions(store.record_versions(subject, record).await?, &law, &names)?,
        events: events.into_iter().rev().map(event).collect::<Result<_, _>>()?,
        now: state(&found, desk.today(), &law, &names, &agent.actor)?,
    })
}
