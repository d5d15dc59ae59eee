//! 更正、撤销、变更: what changes a record otherwise than by its unit's files. A person of the unit enters the document, a second one
//! confirms; then the record has a new version, or is taken down, and the public side is right.
//!
//! The clock runs from the day the unit knew of the document. A change goes through the same check as a row of a file: what a
//! unit could not have reported, no court's judgement puts into the register either.

pub(crate) mod apply;
mod decide;
mod propose;
mod read;

use xinyong_domain::workflow::correction::Outcome;
use xinyong_store::Record;

use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};
use crate::units::{authorise, units_of};

pub use decide::{Confirm, NewSeverity, confirm, decline};
pub use propose::{CorrectionForm, OpenField, Propose, Proposed, form, propose};
pub use read::{
    CorrectionDossier, CorrectionLine, PublicCorrection, correction, corrections, file,
    public_corrections, waiting,
};

/// The list of what may happen.
pub const EVENTS: &str = "correction-event";

/// The list of severities.
pub const SEVERITIES: &str = "severity";

/// The kind of record whose clock stands in the law.
const PENALTY: &str = "administrative-penalty";

/// Corrections that a list shows.
const MOST_SHOWN: i64 = 100;

/// Longest reason for declining.
const LONGEST_REASON: usize = 500;

/// The kinds of notices.
const PROPOSED: &str = "correction-proposed";
const DECLINED: &str = "correction-declined";

fn label(desk: &Desk, event: &str) -> String {
    desk.law().label_of(EVENTS, event).to_owned()
}

fn outcome(event: &str) -> Result<Outcome, Refusal> {
    Outcome::of(event).ok_or_else(|| Refusal::new("correction.event-unknown", "请选择是哪一种情形"))
}

async fn standing(desk: &Desk, subject: i64, record: i64) -> Result<Record, DeskError> {
    desk.store().record(subject, record).await?.ok_or(DeskError::NotFound("该信息"))
}

#[cfg(test)]
mod tests;
