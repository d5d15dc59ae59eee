//! Two named persons confirm an entry of law that was not verified: on the machine in one go, in the console one after the other.

mod effect;
mod proposals;

use jiff::civil::Date;
use xinyong_domain::law::{DatedValue, Law, Parameter, Setting};
use xinyong_store::{LawConfirmation, Tx};

use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::refusal::DeskError;

pub use effect::{Effect, EffectSample};
pub use proposals::{
    ConfirmationView, Proposal, ProposalView, confirmations, decide, proposal, proposal_file,
    proposals, propose, withdraw,
};

/// Longest text that is kept with a confirmation, in characters.
const LONGEST_TEXT: usize = 20_000;

/// A confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    /// The parameter.
    pub parameter: String,
    /// First day of the edition that is confirmed.
    pub from: Date,
    /// The value as the text gives it.
    pub value: String,
    /// The text they read.
    pub text: String,
    /// The second person.
    pub second: String,
}

/// The edition of a parameter that begins on a day.
fn edition<'l>(
    law: &'l Law,
    parameter: &str,
    from: Date,
) -> Result<(&'l Parameter, &'l DatedValue), DeskError> {
    let found = law.parameters().get(parameter).ok_or_else(|| {
        DeskError::refused("parameter.unknown", format!("没有参数「{parameter}」"))
    })?;
    let entry = found.values.iter().find(|entry| entry.from == from).ok_or_else(|| {
        let known: Vec<String> = found.values.iter().map(|entry| entry.from.to_string()).collect();
        DeskError::refused(
            "parameter.no-edition",
            format!("该参数没有自 {from} 起的期限值；现有起始日：{}", known.join("、")),
        )
    })?;
    Ok((found, entry))
}

fn check_text(text: &str) -> Result<(), DeskError> {
    if text.trim().is_empty() || text.chars().count() > LONGEST_TEXT {
        return Err(DeskError::refused(
            "confirm.text-missing",
            "须附上所依据文件的原文，20000字以内",
        ));
    }
    Ok(())
}

/// Confirms an entry. From then on it applies, and outputs call it verified.
///
/// # Errors
/// `access.denied`, `parameter.unknown`, `parameter.no-edition`, `parameter.value-invalid`, `confirm.same-person`, `confirm.text-missing`.
pub async fn confirm(desk: &Desk, actor: &Actor, command: Confirm) -> Result<(), DeskError> {
    actor.authorise(Permission::ConfirmLaw)?;
    let law = desk.law();
    let (_, entry) = edition(&law, &command.parameter, command.from)?;
    let value = read_value(&entry.value, &command.value)?;
    if command.second.trim().is_empty() || command.second.trim() == actor.login {
        return Err(same_person());
    }
    check_text(&command.text)?;
    let mut tx = desk.store().transaction("confirm law").await?;
    let confirmation = LawConfirmation {
        id: desk.new_id(),
        parameter: command.parameter,
        from_day: command.from,
        value: stored(&value)?,
        text: command.text,
        first: actor.login.clone(),
        second: command.second.trim().to_owned(),
        at: desk.clock().now(),
    };
    keep(desk, &mut tx, actor, &confirmation).await?;
    tx.commit().await?;
    desk.refresh_law().await
}

fn same_person() -> DeskError {
    DeskError::refused("confirm.same-person", "须由两名不同的人确认")
}

fn stored(value: &Setting) -> Result<String, DeskError> {
    serde_json::to_string(value).map_err(|error| DeskError::Internal(error.to_string()))
}

async fn keep(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    confirmation: &LawConfirmation,
) -> Result<(), DeskError> {
    tx.add_confirmation(confirmation).await?;
    let event = AuditEvent::LawConfirmed {
        parameter: &confirmation.parameter,
        second: &confirmation.second,
    };
    desk.audit_with(tx, actor, event);
    Ok(())
}

/// Reads a value in the shape that the entry has.
fn read_value(shape: &Setting, text: &str) -> Result<Setting, DeskError> {
    let text = text.trim();
    let read = match shape {
        Setting::Number(_) => text.parse().ok().map(Setting::Number),
        Setting::Flag(_) => text.parse().ok().map(Setting::Flag),
        Setting::Word(_) => (!text.is_empty()).then(|| Setting::Word(text.to_owned())),
        Setting::List(_) => Some(Setting::List(
            text.split([',', ';', '，', '；', '、']).map(|part| part.trim().to_owned()).collect(),
        )),
    };
    read.ok_or_else(|| {
        DeskError::refused("parameter.value-invalid", format!("“{text}”与该参数的类型不符"))
    })
}
