//! Who looked at what is not public about a subject, as the subject's own report says it.

use crate::check;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// A look of a unit. The person who looked stands in the audit log and is not named to the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The unit's name.
    pub unit: String,
    /// For what.
    pub purpose: String,
    /// By which way: a report, a check.
    pub way: String,
}

/// The looks at a subject, the newest first.
///
/// # Errors
/// When the store fails.
pub async fn looks_at(desk: &Desk, subject: i64) -> Result<Vec<Look>, DeskError> {
    let looks = check::looks_at(desk, subject).await?;
    let one = |look: check::LookView| Look {
        at: look.at,
        unit: look.unit,
        purpose: look.purpose,
        way: look.way.to_owned(),
    };
    Ok(looks.into_iter().map(one).collect())
}
