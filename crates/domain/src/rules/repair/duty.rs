//! What a unit's own records say about the duties of a decision, and what follows for who applies: nothing that the unit has is asked for.

use jiff::civil::Date;

use super::Proof;
use crate::law::LawAt;

/// What a unit notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DutyKind {
    /// Fine and what was confiscated are paid.
    Paid,
    /// The conduct is corrected.
    Corrected,
    /// The unit has inspected the correction and accepted it.
    Accepted,
}

impl DutyKind {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Paid, Self::Corrected, Self::Accepted];

    /// The stable word, a code of `law/codes/repair-duty.toml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Corrected => "corrected",
            Self::Accepted => "accepted",
        }
    }

    /// The kind that a stored or sent word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

/// A note that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duty {
    /// What it says.
    pub kind: DutyKind,
    /// When it was done.
    pub on: Date,
}

/// Whether the notes prove the whole: the conduct is corrected, or its correction accepted, and the money is paid where the decision asked
/// for money. The day is the last of these. Half of it proves nothing by itself; the applicant is told which half is missing.
#[must_use]
pub fn performed(penalty_kinds: &[String], notes: &[Duty], at: &LawAt<'_>) -> Proof {
    let day = |kind: DutyKind| notes.iter().filter(|one| one.kind == kind).map(|one| one.on).max();
    let money = at
        .list("repair.money.kinds")
        .applies()
        .is_some_and(|money| penalty_kinds.iter().any(|kind| money.value.contains(kind)));
    let corrected = day(DutyKind::Corrected).or_else(|| day(DutyKind::Accepted));
    match (corrected, day(DutyKind::Paid), money) {
        (Some(corrected), Some(paid), true) => Proof::Held(corrected.max(paid)),
        (Some(corrected), _, false) => Proof::Held(corrected),
        _ => Proof::None,
    }
}

#[cfg(test)]
mod cases;
