//! What a judgement would change, one of them, and the list.

use xinyong_store::{Subject, SubjectJudgement};

use super::{BASES, Finding, entry, held as judgement_of};
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::browse::{HeldRecord, Names, PersonView, held};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Records of a subject that are looked at.
const MOST_LOOKED: i64 = 2_000;
/// Judgements that a list shows.
const MOST_SHOWN: i64 = 200;

/// One of the two entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its state of registration.
    pub status: String,
    /// Records that are shown under it now, and of these the public ones.
    pub now: (usize, usize),
    /// The same afterwards.
    pub after: (usize, usize),
}

/// What would change.
#[derive(Debug, Clone)]
pub struct Effects {
    /// The entry whose records are shown elsewhere.
    pub from: Side,
    /// The subject they are shown under.
    pub to: Side,
    /// The records shown under the first one now, the newest decision first.
    pub records: Vec<HeldRecord>,
    /// Subjects that the register counts, now and afterwards.
    pub subjects: (i64, i64),
}

/// A judgement in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgementLine {
    /// Its id.
    pub id: i64,
    /// What is found.
    pub finding: Finding,
    /// Code and name of the first entry.
    pub from: (String, String),
    /// Code and name of the second.
    pub to: (String, String),
    /// `open`, `confirmed`, `declined` or `undone`.
    pub state: String,
    /// Whether somebody wants it undone.
    pub undo_waits: bool,
    /// Who proposed it, and when.
    pub proposed: (PersonView, i64),
}

/// One judgement with everything about it.
#[derive(Debug, Clone)]
pub struct JudgementDossier {
    /// As in the list.
    pub line: JudgementLine,
    /// On what it rests, in words.
    pub basis: String,
    /// The document.
    pub document: String,
    /// Why.
    pub reason: String,
    /// The records that it gives to the second one.
    pub records: Vec<HeldRecord>,
    /// While it is open, what would change.
    pub effects: Option<Effects>,
    /// Who decided, and when.
    pub decided: Option<(PersonView, i64)>,
    /// Why it was declined.
    pub decline_reason: String,
    /// Who wants it undone, when and why.
    pub undo: Option<(PersonView, i64, String)>,
    /// Who confirmed that, and when.
    pub undone: Option<(PersonView, i64)>,
    /// The hash of all of it, as the log has it.
    pub hash: String,
    /// Whether the actor may decide what waits.
    pub may_decide: bool,
}

async fn shown(desk: &Desk, actor: &Actor, subject: i64) -> Result<Vec<HeldRecord>, DeskError> {
    let law = desk.law();
    let names = Names::read(desk).await?;
    let records = desk.store().records_of_subject(subject, MOST_LOOKED).await?;
    records.iter().map(|record| held(record, desk.today(), &law, &names, actor)).collect()
}

fn counted<'r>(records: impl Iterator<Item = &'r HeldRecord> + Clone) -> (usize, usize) {
    let public = records.clone().filter(|record| record.disclosure.value.public).count();
    (records.count(), public)
}

fn side(subject: &Subject, now: (usize, usize), after: (usize, usize)) -> Side {
    Side {
        code: subject.code.clone().unwrap_or_default(),
        name: subject.name.clone(),
        status: subject.status.clone(),
        now,
        after,
    }
}

/// What a judgement would change as things stand; `chosen` are the records that go over, all where two entries are one. That
/// somebody looked is a line of the audit log for each of the two.
///
/// # Errors
/// `access.denied`, `judgement.subject-unknown`.
pub async fn effects(
    desk: &Desk,
    actor: &Actor,
    finding: Finding,
    (from, to): (&str, &str),
    chosen: &[(i64, i64)],
) -> Result<Effects, DeskError> {
    actor.authorise(Permission::JudgeSubjects)?;
    let (from, to) = (entry(desk, from).await?, entry(desk, to).await?);
    for subject in [from.id, to.id] {
        desk.audit(actor, AuditEvent::SubjectSeen { subject }).await?;
    }
    effects_of(desk, actor, finding, (&from, &to), chosen).await
}

async fn effects_of(
    desk: &Desk,
    actor: &Actor,
    finding: Finding,
    (from, to): (&Subject, &Subject),
    chosen: &[(i64, i64)],
) -> Result<Effects, DeskError> {
    let (here, there) = (shown(desk, actor, from.id).await?, shown(desk, actor, to.id).await?);
    let goes = |record: &&HeldRecord| {
        finding == Finding::Same || chosen.contains(&(record.subject, record.id))
    };
    let (all, public) = counted(here.iter().filter(goes));
    let (now, then) = (counted(here.iter()), counted(there.iter()));
    let subjects = crate::browse::subject_count(desk).await?;
    Ok(Effects {
        from: side(from, now, (now.0 - all, now.1 - public)),
        to: side(to, then, (then.0 + all, then.1 + public)),
        records: here,
        subjects: (subjects, subjects - i64::from(finding == Finding::Same)),
    })
}

async fn line(
    desk: &Desk,
    names: &Names,
    row: &SubjectJudgement,
) -> Result<JudgementLine, DeskError> {
    let known = desk.store().subjects(&[row.from_id, row.to_id]).await?;
    let named = |id: i64| {
        known.get(&id).map_or_else(
            || (String::new(), id.to_string()),
            |one| (one.code.clone().unwrap_or_default(), one.name.clone()),
        )
    };
    Ok(JudgementLine {
        id: row.id,
        finding: Finding::from_word(&row.finding)
            .ok_or_else(|| DeskError::Internal(format!("unknown finding {}", row.finding)))?,
        from: named(row.from_id),
        to: named(row.to_id),
        state: row.state.clone(),
        undo_waits: row.state == "confirmed" && row.undo_by.is_some(),
        proposed: (names.person(&row.proposed_by), row.proposed_at),
    })
}

/// The judgements, the newest first: those that wait, or those that are decided.
///
/// # Errors
/// `access.denied`.
pub async fn judgements(
    desk: &Desk,
    actor: &Actor,
    decided: bool,
) -> Result<Vec<JudgementLine>, DeskError> {
    actor.authorise(Permission::JudgeSubjects)?;
    let names = Names::read(desk).await?;
    let store = desk.store();
    let rows = match decided {
        true => store.subject_judgements(&["confirmed", "declined", "undone"], MOST_SHOWN).await?,
        false => store.waiting_judgements(MOST_SHOWN).await?,
    };
    let mut lines = Vec::new();
    for row in rows {
        lines.push(line(desk, &names, &row).await?);
    }
    Ok(lines)
}

/// Judgements that wait for the actor as the second person, for the first page.
///
/// # Errors
/// When the store fails.
pub async fn open_judgements(desk: &Desk, actor: &Actor) -> Result<Vec<JudgementLine>, DeskError> {
    if !actor.may(Permission::JudgeSubjects) {
        return Ok(Vec::new());
    }
    let names = Names::read(desk).await?;
    let mut lines = Vec::new();
    for row in desk.store().waiting_judgements(i64::MAX).await? {
        let first = match row.state.as_str() {
            "open" => Some(row.proposed_by.as_str()),
            _ => row.undo_by.as_deref(),
        };
        if first.is_some_and(|first| first != actor.login) {
            lines.push(line(desk, &names, &row).await?);
        }
    }
    Ok(lines)
}

/// One judgement. That somebody looked at the two subjects is a line of the audit log for each.
///
/// # Errors
/// `access.denied`, not found.
pub async fn judgement(desk: &Desk, actor: &Actor, id: i64) -> Result<JudgementDossier, DeskError> {
    actor.authorise(Permission::JudgeSubjects)?;
    let row = judgement_of(desk, id).await?;
    for subject in [row.from_id, row.to_id] {
        desk.audit(actor, AuditEvent::SubjectSeen { subject }).await?;
    }
    let names = Names::read(desk).await?;
    let law = desk.law();
    let line = line(desk, &names, &row).await?;
    let mut records = Vec::new();
    let mut chosen = Vec::new();
    for (record, subject) in desk.store().judged_records(id).await? {
        chosen.push((subject, record));
        if let Some(found) = desk.store().record(subject, record).await? {
            records.push(held(&found, desk.today(), &law, &names, actor)?);
        }
    }
    let known = desk.store().subjects(&[row.from_id, row.to_id]).await?;
    let effects = match (row.state.as_str(), known.get(&row.from_id), known.get(&row.to_id)) {
        ("open", Some(from), Some(to)) => {
            Some(effects_of(desk, actor, line.finding, (from, to), &chosen).await?)
        }
        _ => None,
    };
    let who = |login: &Option<String>, at: Option<i64>| {
        login.as_deref().map(|login| names.person(login)).zip(at)
    };
    let first =
        if row.state == "open" { Some(row.proposed_by.as_str()) } else { row.undo_by.as_deref() };
    let waits = row.state == "open" || line.undo_waits;
    Ok(JudgementDossier {
        basis: law.label_of(BASES, &row.basis).to_owned(),
        records,
        effects,
        decided: who(&row.decided_by, row.decided_at),
        undo: who(&row.undo_by, row.undo_at)
            .zip(row.undo_reason.clone())
            .map(|((by, at), reason)| (by, at, reason)),
        undone: who(&row.undone_by, row.undone_at),
        may_decide: waits && first.is_some_and(|first| first != actor.login),
        decline_reason: row.decline_reason.unwrap_or_default(),
        document: row.document,
        reason: row.reason,
        hash: row.hash,
        line,
    })
}
