//! What a unit's own records say about the duties of its decisions: noted by a named person of the unit with document and day, so that no
//! applicant is asked for what the county has. A note that was wrong is taken back by another note, with the reason; none is changed.

use jiff::civil::Date;
use xinyong_domain::law::PublicationRule;
use xinyong_domain::rules::repair::{Duty, DutyKind, Known, Proof, performed};
use xinyong_store::{Record, RecordDuty, RepairFinding, StoreError};

use super::{label, noted};
use crate::access::{Actor, Permission};
use crate::browse::{Kept, Names, PersonView};
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::units::stands_for;

/// The list of what is noted.
pub const DUTIES: &str = "repair-duty";
/// Longest title and number of a document, and longest reason.
const LONGEST: usize = 140;
/// The word of a note that takes another one back.
const TAKEN_BACK: &str = "taken-back";

/// A note as it is entered.
#[derive(Debug, Clone)]
pub struct NoteDuty {
    /// Whose record.
    pub subject: i64,
    /// The record.
    pub record: i64,
    /// A code of [`DUTIES`].
    pub what: String,
    /// When it was done.
    pub done_on: Date,
    /// Title and number of the document.
    pub document: String,
}

/// A note as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyView {
    /// Its number.
    pub seq: i64,
    /// What it says.
    pub label: String,
    /// When it was done.
    pub done_on: Date,
    /// Title and number of the document.
    pub document: String,
    /// The unit that noted it.
    pub unit: String,
    /// Who noted it.
    pub by: PersonView,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Why it was taken back; empty while it stands.
    pub taken_back: String,
}

fn standing(notes: &[RecordDuty]) -> Vec<Duty> {
    let taken: Vec<i64> = notes.iter().filter_map(|note| note.takes_back).collect();
    notes
        .iter()
        .filter(|note| !taken.contains(&note.seq))
        .filter_map(|note| Some(Duty { kind: DutyKind::from_word(&note.what)?, on: note.done_on }))
        .collect()
}

/// What the platform knows about a record and its subject beside what the applicant gives, as of today.
pub(super) async fn known_of(
    desk: &Desk,
    record: &Record,
    given: Known,
) -> Result<Known, DeskError> {
    let place = (record.subject_id, record.id);
    let notes = desk.store().record_duties(&[place]).await?.remove(&record.id).unwrap_or_default();
    let found = desk.store().confirmed_repair_findings(record.subject_id).await?;
    known_with(desk, record, given, (&notes, &found))
}

/// The same, for who has read what is noted and what was found.
pub(super) fn known_with(
    desk: &Desk,
    record: &Record,
    given: Known,
    (notes, found): (&[RecordDuty], &[RepairFinding]),
) -> Result<Known, DeskError> {
    let law = desk.law();
    let kept = Kept::read(record)?;
    let kind = law
        .kind(&record.kind)
        .ok_or_else(|| DeskError::Internal(format!("unknown kind {}", record.kind)))?;
    let held = performed(
        &crate::intake::record::classes(&kept.facts(record, kind))?,
        &standing(notes),
        &law.at(desk.today()),
    );
    Ok(Known {
        performed: if held == Proof::None { given.performed } else { held },
        barred_until: found.iter().filter_map(|one| one.bar_until).max(),
        bar_unknown: found.iter().any(|one| one.bar_until.is_none()),
        ..given
    })
}

/// What is noted about a record, the oldest first; for who has looked at the record before.
pub(super) async fn views(
    desk: &Desk,
    names: &Names,
    (subject, record): (i64, i64),
) -> Result<Vec<DutyView>, DeskError> {
    let notes = desk.store().record_duties(&[(subject, record)]).await?;
    let notes = notes.into_values().next().unwrap_or_default();
    let back = |seq: i64| {
        let taking = notes.iter().find(|note| note.takes_back == Some(seq));
        taking.map_or_else(String::new, |note| note.document.clone())
    };
    let shown = notes.iter().filter(|note| note.takes_back.is_none()).map(|note| DutyView {
        seq: note.seq,
        label: label(desk, DUTIES, &note.what),
        done_on: note.done_on,
        document: note.document.clone(),
        unit: names.unit(&note.unit_id),
        by: names.person(&note.actor),
        at: note.at,
        taken_back: back(note.seq),
    });
    Ok(shown.collect())
}

/// The record, if the actor's unit answers for it and there is something to perform.
async fn own_record(
    desk: &Desk,
    actor: &Actor,
    (subject, record): (i64, i64),
) -> Result<Record, DeskError> {
    actor.authorise(Permission::HandleRepair)?;
    let found = desk.store().record(subject, record).await?.ok_or(DeskError::NotFound("该信息"))?;
    // Only who has the records of payment and correction can say what stands in them.
    if !stands_for(desk, &actor.unit).await?.contains(&found.unit_id) {
        return Err(DeskError::refused(
            "repair.not-the-unit",
            "履行和纠正情况由认定单位的人按本单位的记录登记",
        ));
    }
    let rule = desk.law().kind(&found.kind).map(|kind| kind.publication);
    if !matches!(rule, Some(PublicationRule::Penalty | PublicationRule::Listing)) {
        return Err(DeskError::refused(
            "repair.nothing",
            "这条信息不是失信信息，没有要登记的履行情况",
        ));
    }
    Ok(found)
}

fn is_penalty(desk: &Desk, record: &Record) -> bool {
    let rule = desk.law().kind(&record.kind).map(|kind| kind.publication);
    rule == Some(PublicationRule::Penalty)
}

fn document_of(text: &str, code: &'static str, message: &str) -> Result<String, DeskError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST {
        return Err(DeskError::refused(code, message));
    }
    Ok(text.to_owned())
}

/// A person of the unit notes what the unit's records say.
///
/// # Errors
/// `access.denied`, not found, `repair.not-the-unit`, `repair.nothing`, `repair.duty-missing`, `repair.duty-day`,
/// `repair.duty-document`, `repair.duty-overtaken`.
pub async fn note_duty(desk: &Desk, actor: &Actor, command: NoteDuty) -> Result<i64, DeskError> {
    let place = (command.subject, command.record);
    let record = own_record(desk, actor, place).await?;
    let what = DutyKind::from_word(&command.what)
        .ok_or_else(|| DeskError::refused("repair.duty-missing", "请选择登记的是哪一项"))?;
    if command.done_on > desk.today() {
        return Err(DeskError::refused("repair.duty-day", "履行、纠正的日期应不晚于今天"));
    }
    // What was wrong may have been put right before anybody decided; a fine is paid after it was imposed.
    if what == DutyKind::Paid && is_penalty(desk, &record) && command.done_on < record.decided_on {
        return Err(DeskError::refused(
            "repair.duty-day",
            format!("缴款的日期应不早于决定日期{}，不晚于今天", record.decided_on),
        ));
    }
    let document = document_of(
        &command.document,
        "repair.duty-document",
        "请写明缴款票据、验收或者核查文书的名称和编号（140字以内）",
    )?;
    let new = RecordDuty {
        what: command.what.clone(),
        done_on: command.done_on,
        document,
        takes_back: None,
        ..blank(desk, actor, &record)
    };
    let mut tx = desk.store().transaction("note duty").await?;
    let seq = first(tx.add_record_duty(&new).await)?;
    let of = format!("record:{}", record.id);
    desk.audit_with(&mut tx, actor, noted("repair.duty-noted", &of, &command.what));
    tx.commit().await?;
    Ok(seq)
}

/// What was written, or that somebody noted something about the same record at the same time.
fn first<T>(written: Result<T, StoreError>) -> Result<T, DeskError> {
    written.map_err(|error| match error {
        StoreError::Conflict(_) => DeskError::refused(
            "repair.duty-overtaken",
            "这条信息刚刚有了新的登记，请刷新页面核对后再办理",
        ),
        other => other.into(),
    })
}

fn blank(desk: &Desk, actor: &Actor, record: &Record) -> RecordDuty {
    RecordDuty {
        subject_id: record.subject_id,
        record_id: record.id,
        seq: 0,
        what: String::new(),
        done_on: desk.today(),
        document: String::new(),
        takes_back: None,
        unit_id: record.unit_id.clone(),
        actor: actor.login.clone(),
        at: desk.clock().now(),
        previous: String::new(),
        hash: String::new(),
    }
}

/// A person of the unit takes a note back that was wrong.
///
/// # Errors
/// As [`note_duty`]; not found for a note that is not there or was taken back; `repair.duty-reason`.
pub async fn take_back_duty(
    desk: &Desk,
    actor: &Actor,
    (subject, record): (i64, i64),
    seq: i64,
    reason: &str,
) -> Result<(), DeskError> {
    let record = own_record(desk, actor, (subject, record)).await?;
    let reason =
        document_of(reason, "repair.duty-reason", "请写明为什么收回这项登记（140字以内）")?;
    let mut tx = desk.store().transaction("take duty back").await?;
    let notes = tx.record_duties_now((subject, record.id)).await?;
    let there = notes.iter().any(|note| note.seq == seq && note.takes_back.is_none())
        && !notes.iter().any(|note| note.takes_back == Some(seq));
    if !there {
        return Err(DeskError::NotFound("该项登记"));
    }
    let new = RecordDuty {
        what: TAKEN_BACK.to_owned(),
        document: reason,
        takes_back: Some(seq),
        ..blank(desk, actor, &record)
    };
    first(tx.add_record_duty(&new).await)?;
    let of = format!("record:{}", record.id);
    desk.audit_with(&mut tx, actor, noted("repair.duty-taken-back", &of, &seq.to_string()));
    Ok(tx.commit().await?)
}
