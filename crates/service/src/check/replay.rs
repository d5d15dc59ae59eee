//! Works a past answer out again, from the law and the facts of its moment.

use xinyong_store::{Record, SubjectCheck, sm3_hex};

use super::answer::{CheckedSubject, Facts, answer};
use super::look::original;
use crate::access::Actor;
use crate::browse::{facts_of, record_of};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// What came of working an answer out again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// The look.
    pub check: SubjectCheck,
    /// Whether the law folder and the confirmations are those of that moment.
    pub same_law: bool,
    /// The answer that comes out now.
    pub text: String,
    /// Whether it is the kept one, byte for byte.
    pub same: bool,
}

/// Works an answer out again: subject, records and confirmations as they were known at its instant, the law of its day.
///
/// # Errors
/// `access.denied`, `check.why-missing`, not found; inconsistent stored data.
pub async fn replay(
    desk: &Desk,
    actor: &Actor,
    number: &str,
    why: &str,
) -> Result<Replay, DeskError> {
    let (check, text) = original(desk, actor, number, why).await?;
    let (law, same_law) = desk.law_as_of(&check.law).await?;
    let version = desk.store().subject_as_of(check.subject_id, check.at).await?;
    let version = version.ok_or(DeskError::NotFound("当时的主体"))?;
    let facts = facts_of(&version)?;
    let known = desk.store().records_as_of(check.subject_id, check.at).await?;
    let records: Vec<Record> = known.into_iter().map(record_of).collect();
    let anew = answer(&Facts {
        subject: CheckedSubject::of(&facts),
        records: &records,
        law: &law,
        law_words: &check.law,
        day: check.day,
        purpose: &check.purpose,
    })?
    .text()?;
    let same = sm3_hex(anew.as_bytes()) == check.digest && anew == text;
    Ok(Replay { check, same_law, text: anew, same })
}
