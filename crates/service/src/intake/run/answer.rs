//! What a batch came to, for whoever asks.

use serde::Serialize;
use xinyong_domain::workflow::batch::Stage;
use xinyong_store::Batch;

use crate::desk::Desk;
use crate::intake::receive::stage_of;
use crate::refusal::{DeskError, Refusal};

/// One finding as a command or a page gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingAnswer {
    /// Row number that a person sees in the sheet.
    pub row: i64,
    /// Official code of the field.
    pub field: String,
    /// `error`, `warning` or `note`.
    pub level: String,
    /// The stable code.
    pub code: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// What a batch came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BatchAnswer {
    /// The batch.
    pub batch: String,
    /// Where it stands.
    pub stage: Stage,
    /// Whether the same file had been handed in before.
    pub repeated: bool,
    /// Rows with anything in them.
    pub received: u64,
    /// New or changed in the register.
    pub recorded: u64,
    /// Already there, the same.
    pub unchanged: u64,
    /// Waiting for submission, matching or a decision.
    pub held: u64,
    /// With an error.
    pub refused: u64,
    /// Notes about the file as a whole.
    pub notes: Vec<String>,
    /// Every finding, up to the limit asked for.
    pub findings: Vec<FindingAnswer>,
}

/// The answer for a batch, with its findings up to a limit.
///
/// # Errors
/// When there is no such batch, or the file as a whole was refused (the refusal itself).
pub async fn answer(desk: &Desk, batch: i64, most: usize) -> Result<BatchAnswer, DeskError> {
    let store = desk.store();
    let found = store.batch(batch).await?.ok_or(DeskError::NotFound("该批次"))?;
    let stage = stage_of(&found.stage)?;
    if stage == Stage::Refused {
        return Err(refusal_of(&found).into());
    }
    let findings = store
        .findings_from(batch, 0, 0, i64::try_from(most).unwrap_or(i64::MAX))
        .await?
        .into_iter()
        .map(|finding| FindingAnswer {
            row: finding.row,
            field: finding.field,
            level: finding.level,
            code: finding.code,
            message: finding.message,
        })
        .collect();
    let count = |value: i64| u64::try_from(value).unwrap_or_default();
    let (recorded, unchanged, refused) =
        (count(found.count_recorded), count(found.count_unchanged), count(found.count_refused));
    let received = count(found.count_received);
    Ok(BatchAnswer {
        batch: batch.to_string(),
        stage,
        repeated: false,
        received,
        recorded,
        unchanged,
        // Before they are recorded, good rows wait for submission: that is held as well.
        held: received.saturating_sub(recorded + unchanged + refused),
        refused,
        notes: notes_of(&found),
        findings,
    })
}

pub(crate) fn notes_of(batch: &Batch) -> Vec<String> {
    serde_json::from_str::<serde_json::Value>(&batch.heading)
        .ok()
        .and_then(|heading| heading.get("notes").cloned())
        .and_then(|notes| serde_json::from_value(notes).ok())
        .unwrap_or_default()
}

/// The refusal that a refused batch keeps.
pub(crate) fn refusal_of(batch: &Batch) -> Refusal {
    let kept = batch
        .refusal
        .as_deref()
        .and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok())
        .unwrap_or_default();
    let text = |key: &str| kept.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
    Refusal { code: refusal_code(text("code")), message: text("message").to_owned() }
}

/// Codes are static; a stored one comes back as one of those that a file may be refused with.
fn refusal_code(code: &str) -> &'static str {
    const CODES: &[&str] = &[
        "content.forbidden",
        "file.cell-too-long",
        "file.damaged",
        "file.empty",
        "file.encrypted",
        "file.kind-mismatch",
        "file.kind-unknown",
        "file.not-a-table",
        "file.no-rows",
        "file.too-large",
        "file.too-many-columns",
        "file.too-many-rows",
        "file.unpacked-too-large",
        "file.unreadable",
    ];
    CODES.iter().copied().find(|known| *known == code).unwrap_or("file.refused")
}
