//! One person enters a correction, with the document it rests on.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::apply::Changed;
use jiff::civil::Date;
use serde::Serialize;
use xinyong_domain::finding::Finding;
use xinyong_domain::workflow::correction::Outcome;
use xinyong_store::{
    Account, Correction, NewNotice, Purpose, Record, StoreError, Tx, correction_place,
};

use super::{PROPOSED, apply, authorise, outcome, standing};
use crate::access::{Actor, Permission, Role};
use crate::audit::AuditEvent;
use crate::browse::{HeldRecord, Names, held};
use crate::commitments::correctable;
use crate::desk::Desk;
use crate::notices::accounts_with;
use crate::publicity::Withdraw;
use crate::refusal::DeskError;
use crate::units::responsible;

/// A correction as it is entered.
#[derive(Debug, Clone)]
pub struct Propose {
    /// The subject of the record.
    pub subject: i64,
    /// The record.
    pub record: i64,
    /// A code of [`EVENTS`](super::EVENTS).
    pub event: String,
    /// Title and number of the document.
    pub document: String,
    /// The day of the document.
    pub document_on: Date,
    /// The day the unit knew of it.
    pub known_on: Date,
    /// Why, in words that the public may read.
    pub reason: String,
    /// Fields by code with what they are to say; those that say it already are no change.
    pub fields: BTreeMap<String, String>,
    /// A scan of the document: where it lies, and its name.
    pub file: Option<(PathBuf, String)>,
}

/// What came of entering one.
#[derive(Debug)]
pub enum Proposed {
    /// It waits for the second person.
    Kept(i64),
    /// The record as it would be does not pass the check of a row.
    Invalid(Vec<Finding>),
}

/// A field that may be changed, as the form asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenField {
    /// Its code.
    pub code: String,
    /// Its label.
    pub label: String,
    /// What it says.
    pub value: String,
    /// What helps to fill it in.
    pub help: String,
}

/// What the form shows.
#[derive(Debug, Clone)]
pub struct CorrectionForm {
    /// The record.
    pub record: HeldRecord,
    /// The fields that may be changed.
    pub fields: Vec<OpenField>,
}

/// A record that is down is not corrected any more; one that is down because it was repaired or is shielded may be revoked once.
pub(super) async fn not_withdrawn(
    desk: &Desk,
    record: &Record,
    outcome: Option<Outcome>,
) -> Result<(), DeskError> {
    let Some(day) = record.withdrawn_on else { return Ok(()) };
    if outcome != Some(Outcome::Change) && crate::repairs::is_set_aside(desk, record).await? {
        return Ok(());
    }
    Err(DeskError::refused(
        "correction.withdrawn",
        format!("这条信息已于{day}撤下，不能再更正；决定有变化的请重新报送"),
    ))
}

/// What the form shows about a record that may be corrected.
///
/// # Errors
/// `access.denied`, not found, `correction.withdrawn`.
pub async fn form(
    desk: &Desk,
    actor: &Actor,
    subject: i64,
    record: i64,
) -> Result<CorrectionForm, DeskError> {
    let found = standing(desk, subject, record).await?;
    authorise(desk, actor, Permission::CorrectRecord, &found.unit_id).await?;
    not_withdrawn(desk, &found, None).await?;
    desk.audit(actor, AuditEvent::RecordSeen { subject, record }).await?;
    let law = desk.law();
    let kind = apply::kind_of(&law, &found.kind)?;
    let content = apply::content(&found)?;
    let fields = kind
        .fields
        .iter()
        .enumerate()
        .filter(|(position, field)| apply::is_open(kind, *position) && !field.platform)
        .map(|(_, field)| OpenField {
            code: field.code.clone(),
            label: field.label.clone(),
            value: content.get(&field.code).cloned().unwrap_or_default(),
            help: field.help.clone().unwrap_or_default(),
        })
        .collect();
    let names = Names::read(desk).await?;
    Ok(CorrectionForm { record: held(&found, desk.today(), &law, &names, actor)?, fields })
}

fn check_days(desk: &Desk, record: &Record, command: &Propose) -> Result<(), DeskError> {
    if command.document_on < record.decided_on || command.document_on > desk.today() {
        return Err(DeskError::refused(
            "correction.document-day",
            format!("文书日期应不早于原决定日期{}，不晚于今天", record.decided_on),
        ));
    }
    if command.known_on < command.document_on || command.known_on > desk.today() {
        return Err(DeskError::refused(
            "correction.known-day",
            "得知日期应不早于文书日期，不晚于今天",
        ));
    }
    Ok(())
}

/// Enters what happened to a record. Nothing changes before a second person confirms.
///
/// # Errors
/// `access.denied`, not found, `correction.withdrawn`, `correction.event-unknown`, `correction.document-day`, `correction.known-day`,
/// `withdraw.reason-missing`, `withdraw.document-missing`, `correction.nothing-changed`, `correction.field-closed`,
/// `correction.other-record`, `correction.signed`, `correction.open`; for a commitment that was made here `correction.signed-text`,
/// `correction.first-finding`, `correction.consequence`.
pub async fn propose(desk: &Desk, actor: &Actor, command: Propose) -> Result<Proposed, DeskError> {
    let store = desk.store();
    let record = standing(desk, command.subject, command.record).await?;
    authorise(desk, actor, Permission::CorrectRecord, &record.unit_id).await?;
    not_withdrawn(desk, &record, None).await?;
    let outcome = outcome(&command.event)?;
    not_withdrawn(desk, &record, Some(outcome)).await?;
    check_days(desk, &record, &command)?;
    Withdraw::reason_of(&command.reason, &command.document)?;
    // Whatever refuses does so before the scan is kept.
    if store.corrections_of(command.subject, command.record).await?.iter().any(is_open) {
        return Err(one_waits());
    }
    let id = desk.new_id();
    let sealed = match outcome {
        Outcome::TakeDown => None,
        Outcome::Change => {
            let fields = apply::differing(desk, &record, &command.fields)?;
            correctable(desk, &record, &fields).await?;
            match apply::changed(desk, &record, &fields, None).await? {
                Changed::Invalid(findings) => return Ok(Proposed::Invalid(findings)),
                Changed::Sound(_) => {}
            }
            let text = serde_json::to_string(&fields)
                .map_err(|error| DeskError::Internal(error.to_string()))?;
            Some(store.keys().seal(Purpose::Record, &correction_place(id), text.as_bytes())?)
        }
    };
    let now = desk.clock().now();
    let (file_digest, file_name) = match &command.file {
        Some((path, name)) => {
            let (digest, _) = store.store_upload_file(path, name, now).await?;
            (Some(digest), Some(name.clone()))
        }
        None => (None, None),
    };
    let new = Correction {
        id,
        subject_id: command.subject,
        record_id: command.record,
        version: record.version,
        unit_id: record.unit_id.clone(),
        event: command.event.clone(),
        document: command.document.trim().to_owned(),
        document_on: command.document_on,
        known_on: command.known_on,
        reason: command.reason.trim().to_owned(),
        sealed,
        file_name,
        file_digest,
        proposed_by: actor.login.clone(),
        proposed_at: now,
        state: "open".to_owned(),
        decided_by: None,
        decided_at: None,
        decided_on: None,
        decline_reason: None,
        result_version: None,
    };
    let reviewers = reviewers(desk, &record.unit_id, actor).await?;
    let mut tx = store.transaction("propose correction").await?;
    match tx.add_correction(&new).await {
        Err(StoreError::Conflict(_)) => return Err(one_waits()),
        other => other?,
    }
    for account in reviewers {
        let text = "一条信息的更正或撤销等待您确认".to_owned();
        tx.add_notice(&notice(desk, account.id, PROPOSED, &new, text)).await?;
    }
    note(desk, &mut tx, actor, "correction.proposed", &new);
    tx.commit().await?;
    Ok(Proposed::Kept(id))
}

pub(super) fn is_open(row: &Correction) -> bool {
    row.state == "open"
}

fn one_waits() -> DeskError {
    DeskError::refused("correction.open", "这条信息已有一项更正等待确认，请先办完")
}

pub(super) fn note(desk: &Desk, tx: &mut Tx, actor: &Actor, deed: &'static str, of: &Correction) {
    let detail = format!("record:{}:{} {}", of.subject_id, of.record_id, of.event);
    let of = format!("correction:{}", of.id);
    desk.audit_with(tx, actor, AuditEvent::Case { deed, of: &of, detail: &detail });
}

/// The reviewers of the unit, but for who enters it.
async fn reviewers(desk: &Desk, unit: &str, by: &Actor) -> Result<Vec<Account>, DeskError> {
    let units = responsible(desk, unit).await?;
    accounts_with(desk, |account, role| {
        role == Role::Reviewer && units.contains(&account.unit_id) && account.login != by.login
    })
    .await
}

pub(super) fn notice(
    desk: &Desk,
    account: i64,
    kind: &str,
    of: &Correction,
    text: String,
) -> NewNotice {
    NewNotice {
        id: desk.new_id(),
        account_id: account,
        kind: kind.to_owned(),
        object: format!("correction:{}", of.id),
        day: desk.today(),
        text,
        at: desk.clock().now(),
    }
}
