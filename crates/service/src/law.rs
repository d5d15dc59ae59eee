//! Two named persons confirm an entry of law that was not verified.

use jiff::civil::Date;
use xinyong_domain::law::{Confirmation, Setting};
use xinyong_store::LawConfirmation;

use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::refusal::DeskError;

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

/// Confirms an entry. From then on it applies, and outputs call it verified.
///
/// # Errors
/// `access.denied`, `parameter.unknown`, `parameter.no-edition`, `parameter.value-invalid`, `confirm.same-person`, `confirm.text-missing`.
pub async fn confirm(desk: &Desk, actor: &Actor, command: Confirm) -> Result<(), DeskError> {
    actor.authorise(Permission::ConfirmLaw)?;
    let law = desk.law();
    let parameter = law.parameters().get(&command.parameter).ok_or_else(|| {
        DeskError::refused("parameter.unknown", format!("没有参数「{}」", command.parameter))
    })?;
    let entry =
        parameter.values.iter().find(|entry| entry.from == command.from).ok_or_else(|| {
            let known: Vec<String> =
                parameter.values.iter().map(|entry| entry.from.to_string()).collect();
            DeskError::refused(
                "parameter.no-edition",
                format!(
                    "该参数没有自 {} 起的期限值；现有起始日：{}",
                    command.from,
                    known.join("、")
                ),
            )
        })?;
    let value = read_value(&entry.value, &command.value)?;
    if command.second.trim().is_empty() || command.second.trim() == actor.login {
        return Err(DeskError::refused("confirm.same-person", "须由两名不同的人确认"));
    }
    if command.text.trim().is_empty() {
        return Err(DeskError::refused("confirm.text-missing", "须附上所依据文件的原文"));
    }
    let store = desk.store();
    let now = desk.clock().now();
    let confirmation = Confirmation {
        parameter: command.parameter.clone(),
        from: command.from,
        value,
        text: command.text,
        first: actor.login.clone(),
        second: command.second.trim().to_owned(),
    };
    let stored = serde_json::to_string(&confirmation.value)
        .map_err(|error| DeskError::Internal(error.to_string()))?;
    let mut tx = store.transaction("confirm law").await?;
    tx.add_confirmation(&LawConfirmation {
        id: desk.new_id(),
        parameter: confirmation.parameter.clone(),
        from_day: confirmation.from,
        value: stored,
        text: confirmation.text.clone(),
        first: confirmation.first.clone(),
        second: confirmation.second.clone(),
        at: now,
    })
    .await?;
    let event =
        AuditEvent::LawConfirmed { parameter: &command.parameter, second: &confirmation.second };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    let mut confirmations = law.confirmations().to_vec();
    confirmations.push(confirmation);
    desk.replace_law(law.as_ref().clone().with_confirmations(confirmations));
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
            text.split([',', ';', '，', '；']).map(|part| part.trim().to_owned()).collect(),
        )),
    };
    read.ok_or_else(|| {
        DeskError::refused("parameter.value-invalid", format!("“{text}”与该参数的类型不符"))
    })
}
