//! Who came to the window: sealed, shown to who works on it, erased when its days are over.

use jiff::ToSpan as _;
use serde::{Deserialize, Serialize};

use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Who came to the window.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visitor {
    /// Name.
    pub name: String,
    /// Telephone.
    pub telephone: String,
}

impl std::fmt::Debug for Visitor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Visitor(…)")
    }
}

/// Erases who came to the window, and which natural person objected, for what has been over for so many days as the law folder says. Returns of
/// how many applications and objections.
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn erase_visitors(desk: &Desk, actor: &Actor) -> Result<u64, DeskError> {
    actor.authorise(Permission::RunJobs)?;
    let Some(days) = desk.law().at(desk.today()).number("repair.visitor.days").applies() else {
        return Ok(0);
    };
    let before = desk
        .today()
        .checked_sub(days.value.days())
        .map_err(|error| DeskError::Internal(error.to_string()))?;
    let mut tx = desk.store().transaction("erase visitors").await?;
    let erased = tx.erase_repair_visitors(before).await?;
    let objections = tx.erase_objection_visitors(before).await?;
    for (deed, of, erased) in [
        ("repair.visitors-erased", "repair", erased),
        ("objection.visitors-erased", "objection", objections),
    ] {
        if erased > 0 {
            let detail = erased.to_string();
            desk.audit_with(&mut tx, actor, AuditEvent::Case { deed, of, detail: &detail });
        }
    }
    tx.commit().await?;
    Ok(erased + objections)
}
