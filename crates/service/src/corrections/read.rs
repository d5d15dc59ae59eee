//! What is said of corrections: in lists, one by one, in public.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use xinyong_domain::calendar::WorkingDay;
use xinyong_domain::finding::Finding;
use xinyong_domain::rules::deadline::correction_due;
use xinyong_domain::ruling::Ruling;
use xinyong_domain::workflow::correction::Outcome;
use xinyong_store::{Correction, Purpose, correction_place};

use super::propose::is_open;
use super::{MOST_SHOWN, PENALTY, apply, authorise, label, outcome, standing, units_of};
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::browse::{FieldChange, HeldRecord, Names, PersonView, held};
use crate::desk::Desk;
use crate::publicity::Withdraw;
use crate::refusal::DeskError;

/// A correction in a list.
#[derive(Debug, Clone)]
pub struct CorrectionLine {
    /// Its id.
    pub id: i64,
    /// The record as it stands now.
    pub record: HeldRecord,
    /// What happened.
    pub event: String,
    /// What it does.
    pub outcome: Outcome,
    /// The document.
    pub document: String,
    /// The day of the document.
    pub document_on: Date,
    /// The day the unit knew of it.
    pub known_on: Date,
    /// `open`, `confirmed` or `declined`.
    pub state: String,
    /// Who entered it, and when.
    pub proposed: (PersonView, i64),
    /// By when the public must see what is right, with the reasons.
    pub due: Option<Ruling<WorkingDay>>,
    /// Working days left until then, counted from the day of the decision where there is one; negative when it is past.
    pub left: Option<i64>,
}

/// One correction.
#[derive(Debug, Clone)]
pub struct CorrectionDossier {
    /// As in the list.
    pub line: CorrectionLine,
    /// Why.
    pub reason: String,
    /// What changes, before and after; of a decided one, what was asked for.
    pub changes: Vec<FieldChange>,
    /// What the check says about the record as it would be.
    pub findings: Vec<Finding>,
    /// Name and digest of the scan.
    pub file: Option<(String, String)>,
    /// Who decided, and when.
    pub decided: Option<(PersonView, i64)>,
    /// Why it was declined.
    pub decline_reason: String,
    /// The version it led to.
    pub result_version: Option<i64>,
    /// Whether the actor may decide it.
    pub may_decide: bool,
    /// Whether the record changed since this was entered.
    pub moved: bool,
    /// Whether the change touches what the severity was judged by, so that it may be judged anew; and how it then stands unless it
    /// is, empty for not judged.
    pub severity: Option<String>,
}

/// A confirmed change as the public reads it beside the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicCorrection {
    /// The day it took effect here.
    pub on: Date,
    /// What happened.
    pub event: String,
    /// Why, with the document.
    pub reason: String,
}

pub(super) fn due(desk: &Desk, kind: &str, known_on: Date) -> Option<Ruling<WorkingDay>> {
    correction_due(&desk.law(), kind == PENALTY, known_on)
}

async fn line(
    desk: &Desk,
    actor: &Actor,
    names: &Names,
    row: &Correction,
) -> Result<Option<CorrectionLine>, DeskError> {
    let law = desk.law();
    let Some(record) = desk.store().record(row.subject_id, row.record_id).await? else {
        return Ok(None);
    };
    let due = due(desk, &record.kind, row.known_on);
    let counted = row.decided_on.unwrap_or_else(|| desk.today());
    Ok(Some(CorrectionLine {
        id: row.id,
        record: held(&record, desk.today(), &law, names, actor)?,
        event: label(desk, &row.event),
        outcome: outcome(&row.event)?,
        document: row.document.clone(),
        document_on: row.document_on,
        known_on: row.known_on,
        state: row.state.clone(),
        proposed: (names.person(&row.proposed_by), row.proposed_at),
        left: due.as_ref().map(|due| law.calendar().between(counted, due.value.date)),
        due,
    }))
}

/// Corrections of the actor's unit (for the office, of any) that wait, those that were known first before the others; or,
/// `decided`, the newest of the others.
///
/// # Errors
/// `access.denied`.
pub async fn corrections(
    desk: &Desk,
    actor: &Actor,
    decided: bool,
) -> Result<Vec<CorrectionLine>, DeskError> {
    actor.authorise(Permission::CorrectRecord)?;
    let (units, store) = (units_of(desk, actor).await?, desk.store());
    let rows = match decided {
        false => store.open_corrections(units.as_deref(), "", MOST_SHOWN).await?,
        true => store.decided_corrections(units.as_deref(), MOST_SHOWN).await?,
    };
    lines(desk, actor, &rows).await
}

async fn lines(
    desk: &Desk,
    actor: &Actor,
    rows: &[Correction],
) -> Result<Vec<CorrectionLine>, DeskError> {
    let names = Names::read(desk).await?;
    let mut lines = Vec::new();
    for row in rows {
        lines.extend(line(desk, actor, &names, row).await?);
    }
    Ok(lines)
}

/// Corrections that wait for the actor, for the first page: the most urgent first.
///
/// # Errors
/// When the store fails.
pub async fn waiting(desk: &Desk, actor: &Actor) -> Result<Vec<CorrectionLine>, DeskError> {
    if !actor.may(Permission::ConfirmCorrection) {
        return Ok(Vec::new());
    }
    actor.authorise(Permission::CorrectRecord)?;
    let units = units_of(desk, actor).await?;
    let rows = desk.store().open_corrections(units.as_deref(), &actor.login, MOST_SHOWN).await?;
    let mut lines = lines(desk, actor, &rows).await?;
    lines.sort_by_key(|line| line.left.unwrap_or(i64::MAX));
    Ok(lines)
}

pub(super) async fn admitted(desk: &Desk, actor: &Actor, id: i64) -> Result<Correction, DeskError> {
    actor.authorise(Permission::CorrectRecord)?;
    let row = desk.store().correction(id).await?.ok_or(DeskError::NotFound("该更正"))?;
    authorise(desk, actor, Permission::CorrectRecord, &row.unit_id).await?;
    Ok(row)
}

/// The fields that a correction changes.
pub(super) fn fields_of(
    desk: &Desk,
    row: &Correction,
) -> Result<BTreeMap<String, String>, DeskError> {
    let Some(sealed) = &row.sealed else { return Ok(BTreeMap::new()) };
    let clear = desk.store().keys().open(Purpose::Record, &correction_place(row.id), sealed)?;
    serde_json::from_slice(&clear).map_err(|error| DeskError::Internal(error.to_string()))
}

/// One correction with what it would change. That somebody looked is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn correction(
    desk: &Desk,
    actor: &Actor,
    id: i64,
) -> Result<CorrectionDossier, DeskError> {
    let row = admitted(desk, actor, id).await?;
    let of = format!("correction:{id}");
    desk.audit(actor, AuditEvent::Case { deed: "correction.seen", of: &of, detail: "" }).await?;
    let names = Names::read(desk).await?;
    let record = standing(desk, row.subject_id, row.record_id).await?;
    let fields = fields_of(desk, &row)?;
    let open = is_open(&row);
    let findings = match (open, outcome(&row.event)?) {
        (true, Outcome::Change) => apply::findings(desk, &record, &fields).await?,
        _ => Vec::new(),
    };
    // Of a decided one the version it was made against says what stood there before.
    let before = desk
        .store()
        .record_versions(row.subject_id, row.record_id)
        .await?
        .into_iter()
        .find(|version| version.version == row.result_version.map_or(row.version, |to| to - 1));
    let before = before.map(crate::browse::record_of).unwrap_or_else(|| record.clone());
    let line = line(desk, actor, &names, &row).await?.ok_or(DeskError::NotFound("该信息"))?;
    Ok(CorrectionDossier {
        changes: apply::shown(desk, if open { &record } else { &before }, &fields)?,
        findings,
        may_decide: open
            && actor.may(Permission::ConfirmCorrection)
            && actor.login != row.proposed_by,
        moved: open && record.version != row.version,
        severity: match (open, outcome(&row.event)?) {
            (true, Outcome::Change) => apply::severity_after(desk, &record, &fields)?,
            _ => None,
        },
        reason: row.reason,
        file: row.file_name.zip(row.file_digest),
        decided: row.decided_by.as_deref().map(|by| names.person(by)).zip(row.decided_at),
        decline_reason: row.decline_reason.unwrap_or_default(),
        result_version: row.result_version,
        line,
    })
}

/// The scan that was handed in with a correction: its name and bytes. A look at it is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn file(desk: &Desk, actor: &Actor, id: i64) -> Result<(String, Vec<u8>), DeskError> {
    let row = admitted(desk, actor, id).await?;
    let missing = || DeskError::NotFound("该文件");
    let (name, digest) = row.file_name.zip(row.file_digest).ok_or_else(missing)?;
    let of = format!("correction:{id}");
    let event = AuditEvent::Case { deed: "correction.file-seen", of: &of, detail: "" };
    desk.audit(actor, event).await?;
    Ok((name, desk.store().read_upload(&digest).await?.ok_or_else(missing)?))
}

/// What was changed of a record that the public sees, as it is told beside it.
///
/// # Errors
/// When the store fails.
pub async fn public_corrections(
    desk: &Desk,
    subject: i64,
    record: i64,
) -> Result<Vec<PublicCorrection>, DeskError> {
    let mut shown = Vec::new();
    for row in desk.store().corrections_of(subject, record).await? {
        let (Some(on), "confirmed") = (row.decided_on, row.state.as_str()) else { continue };
        shown.push(PublicCorrection {
            on,
            event: label(desk, &row.event),
            reason: Withdraw::reason_of(&row.reason, &row.document)?,
        });
    }
    Ok(shown)
}
