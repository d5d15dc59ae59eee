//! The first person proposes with the text, the second sees what would change and decides. Either of the two may take it back.

use std::path::PathBuf;

use jiff::civil::Date;
use xinyong_domain::law::{Confirmation, Setting};
use xinyong_store::{LawConfirmation, LawProposal, LawWithdrawal, ProposalDecision};

use super::effect::{Effect, preview};
use super::{check_text, edition, keep, read_value, same_person, stored};
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::browse::{Names, PersonView};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// What the first person hands in.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The parameter.
    pub parameter: String,
    /// First day of the edition.
    pub from: Date,
    /// The value as the text gives it.
    pub value: String,
    /// The text, typed.
    pub text: String,
    /// The text as a file, where there is one: where it lies, and its name.
    pub file: Option<(PathBuf, String)>,
}

/// A proposal as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalView {
    /// Its id.
    pub id: i64,
    /// The parameter.
    pub parameter: String,
    /// First day of the edition.
    pub from: Date,
    /// The value that was read in the text.
    pub value: Setting,
    /// The text.
    pub text: String,
    /// Name of the file with the text, empty for none, and its digest.
    pub file: (String, String),
    /// Who proposed it, and when.
    pub proposed: (PersonView, i64),
    /// Who decided, and when.
    pub decided: Option<(PersonView, i64)>,
    /// `open`, `confirmed` or `declined`.
    pub state: String,
    /// Why it was declined.
    pub reason: String,
}

/// A confirmation with its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmationView {
    /// Its id.
    pub id: i64,
    /// The parameter.
    pub parameter: String,
    /// First day of the edition.
    pub from: Date,
    /// The value confirmed.
    pub value: Setting,
    /// The first person.
    pub first: PersonView,
    /// The second person.
    pub second: PersonView,
    /// When.
    pub at: i64,
    /// Who took it back, when and why.
    pub withdrawn: Option<(PersonView, i64, String)>,
}

fn value_of(stored: &str) -> Result<Setting, DeskError> {
    serde_json::from_str(stored).map_err(|error| DeskError::Internal(error.to_string()))
}

/// Proposes to confirm an edition. Nothing counts yet. Returns the proposal's id.
///
/// # Errors
/// `access.denied`, `parameter.unknown`, `parameter.no-edition`, `parameter.value-invalid`, `confirm.text-missing`,
/// `confirm.verified` for an entry whose text was read, `confirm.open` when one waits already.
pub async fn propose(desk: &Desk, actor: &Actor, command: Proposal) -> Result<i64, DeskError> {
    actor.authorise(Permission::ConfirmLaw)?;
    let law = desk.law();
    let (_, entry) = edition(&law, &command.parameter, command.from)?;
    if entry.evidence == xinyong_domain::ruling::Evidence::Text {
        return Err(DeskError::refused("confirm.verified", "该条已核对原文，不需要确认"));
    }
    let value = stored(&read_value(&entry.value, &command.value)?)?;
    check_text(&command.text)?;
    let store = desk.store();
    let waiting = store.law_proposals().await?.into_iter().any(|one| {
        one.state == "open" && one.parameter == command.parameter && one.from_day == command.from
    });
    if waiting {
        return Err(DeskError::refused("confirm.open", "该条已有待第二人确认的提议，请先办完"));
    }
    let now = desk.clock().now();
    let (file_digest, file_name) = match &command.file {
        Some((path, name)) => {
            let (digest, _) = store.store_upload_file(path, name, now).await?;
            (Some(digest), Some(name.clone()))
        }
        None => (None, None),
    };
    let id = desk.new_id();
    let mut tx = store.transaction("propose confirmation").await?;
    tx.add_law_proposal(&LawProposal {
        id,
        parameter: command.parameter.clone(),
        from_day: command.from,
        value,
        text: command.text,
        file_digest,
        file_name,
        proposed_by: actor.login.clone(),
        proposed_at: now,
        state: "open".to_owned(),
        decided_by: None,
        decided_at: None,
        reason: None,
        confirmation_id: None,
    })
    .await?;
    let event = AuditEvent::LawProposed { parameter: &command.parameter, proposal: id };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(id)
}

fn view(row: LawProposal, names: &Names) -> Result<ProposalView, DeskError> {
    Ok(ProposalView {
        id: row.id,
        from: row.from_day,
        value: value_of(&row.value)?,
        text: row.text,
        file: (row.file_name.unwrap_or_default(), row.file_digest.unwrap_or_default()),
        proposed: (names.person(&row.proposed_by), row.proposed_at),
        decided: row.decided_by.as_deref().map(|who| names.person(who)).zip(row.decided_at),
        state: row.state,
        reason: row.reason.unwrap_or_default(),
        parameter: row.parameter,
    })
}

/// Every proposal, the newest first.
///
/// # Errors
/// `access.denied`.
pub async fn proposals(desk: &Desk, actor: &Actor) -> Result<Vec<ProposalView>, DeskError> {
    actor.authorise(Permission::UseConsole)?;
    let names = Names::read(desk).await?;
    let rows = desk.store().law_proposals().await?;
    rows.into_iter().rev().map(|row| view(row, &names)).collect()
}

async fn held(desk: &Desk, id: i64) -> Result<LawProposal, DeskError> {
    desk.store().law_proposal(id).await?.ok_or(DeskError::NotFound("该提议"))
}

/// One proposal, and while it is open what it would change.
///
/// # Errors
/// `access.denied`, not found.
pub async fn proposal(
    desk: &Desk,
    actor: &Actor,
    id: i64,
) -> Result<(ProposalView, Option<Effect>), DeskError> {
    actor.authorise(Permission::ConfirmLaw)?;
    let row = held(desk, id).await?;
    let effect = if row.state == "open" {
        let confirmation = Confirmation {
            parameter: row.parameter.clone(),
            from: row.from_day,
            value: value_of(&row.value)?,
            text: String::new(),
            first: row.proposed_by.clone(),
            second: actor.login.clone(),
        };
        Some(preview(desk, confirmation).await?)
    } else {
        None
    };
    Ok((view(row, &Names::read(desk).await?)?, effect))
}

/// The file that was handed in with a proposal: its name and bytes.
///
/// # Errors
/// `access.denied`, not found.
pub async fn proposal_file(
    desk: &Desk,
    actor: &Actor,
    id: i64,
) -> Result<(String, Vec<u8>), DeskError> {
    actor.authorise(Permission::ConfirmLaw)?;
    let missing = || DeskError::NotFound("该文件");
    let row = held(desk, id).await?;
    let (name, digest) = row.file_name.zip(row.file_digest).ok_or_else(missing)?;
    Ok((name, desk.store().read_upload(&digest).await?.ok_or_else(missing)?))
}

/// The second person confirms, or declines with a reason. A confirmed entry applies from then on.
///
/// # Errors
/// `access.denied`, not found, `confirm.same-person`, `confirm.decided`, `confirm.reason-missing`.
pub async fn decide(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    declined: Option<&str>,
) -> Result<(), DeskError> {
    actor.authorise(Permission::ConfirmLaw)?;
    let row = held(desk, id).await?;
    let decided = || DeskError::refused("confirm.decided", "这项提议已经办过了");
    if row.state != "open" {
        return Err(decided());
    }
    if row.proposed_by == actor.login && declined.is_none() {
        return Err(same_person());
    }
    if declined.is_some_and(|reason| reason.trim().is_empty() || reason.chars().count() > 350) {
        return Err(DeskError::refused("confirm.reason-missing", "请写明不同意的理由，350字以内"));
    }
    let now = desk.clock().now();
    let confirmation = LawConfirmation {
        id: desk.new_id(),
        parameter: row.parameter.clone(),
        from_day: row.from_day,
        value: row.value,
        text: row.text,
        first: row.proposed_by,
        second: actor.login.clone(),
        at: now,
    };
    let mut tx = desk.store().transaction("decide proposal").await?;
    let decision = ProposalDecision {
        id,
        state: if declined.is_some() { "declined" } else { "confirmed" },
        by: &actor.login,
        at: now,
        reason: declined.map(str::trim),
        confirmation: declined.is_none().then_some(confirmation.id),
    };
    if !tx.decide_law_proposal(&decision).await? {
        return Err(decided());
    }
    if declined.is_some() {
        let event = AuditEvent::LawDeclined { parameter: &row.parameter, proposal: id };
        desk.audit_with(&mut tx, actor, event);
    } else {
        keep(desk, &mut tx, actor, &confirmation).await?;
    }
    tx.commit().await?;
    desk.refresh_law().await
}

/// Every confirmation, the newest first, also those that were taken back.
///
/// # Errors
/// `access.denied`.
pub async fn confirmations(desk: &Desk, actor: &Actor) -> Result<Vec<ConfirmationView>, DeskError> {
    actor.authorise(Permission::UseConsole)?;
    let names = Names::read(desk).await?;
    let rows = desk.store().every_confirmation().await?;
    rows.into_iter()
        .rev()
        .map(|(row, end)| {
            Ok(ConfirmationView {
                id: row.id,
                from: row.from_day,
                value: value_of(&row.value)?,
                first: names.person(&row.first),
                second: names.person(&row.second),
                at: row.at,
                withdrawn: end.map(|end| (names.person(&end.actor), end.at, end.reason)),
                parameter: row.parameter,
            })
        })
        .collect()
}

/// One of the two persons takes a confirmation back; the entry counts again as nobody had confirmed it. It stays in the history.
///
/// # Errors
/// `access.denied`, not found, `confirm.withdrawn`, `confirm.other-person`, `confirm.reason-missing`.
pub async fn withdraw(desk: &Desk, actor: &Actor, id: i64, reason: &str) -> Result<(), DeskError> {
    actor.authorise(Permission::ConfirmLaw)?;
    let (row, end) = desk
        .store()
        .every_confirmation()
        .await?
        .into_iter()
        .find(|(row, _)| row.id == id)
        .ok_or(DeskError::NotFound("该确认"))?;
    if end.is_some() {
        return Err(DeskError::refused("confirm.withdrawn", "这项确认已经撤回"));
    }
    if row.first != actor.login && row.second != actor.login {
        return Err(DeskError::refused("confirm.other-person", "只有确认过的两人可以撤回"));
    }
    if reason.trim().is_empty() || reason.chars().count() > 350 {
        return Err(DeskError::refused("confirm.reason-missing", "请写明撤回的理由，350字以内"));
    }
    let mut tx = desk.store().transaction("withdraw confirmation").await?;
    tx.withdraw_confirmation(&LawWithdrawal {
        confirmation_id: id,
        actor: actor.login.clone(),
        reason: reason.trim().to_owned(),
        at: desk.clock().now(),
    })
    .await?;
    let event = AuditEvent::LawWithdrawn { parameter: &row.parameter, confirmation: id };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    desk.refresh_law().await
}
