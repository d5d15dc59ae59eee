//! What may happen to a decision after it was recorded, and what that does to its record (`law/codes/correction-event.toml`).

use serde::Serialize;

/// What a correction does to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Some of its fields say something else: a new version, checked as a row of a file is.
    Change,
    /// The decision does not stand: it is not shown any more.
    TakeDown,
}

/// The events and what they do.
const OUTCOMES: &[(&str, Outcome)] = &[
    ("own-correction", Outcome::Change),
    ("own-change", Outcome::Change),
    ("review-change", Outcome::Change),
    ("court-change", Outcome::Change),
    ("own-revocation", Outcome::TakeDown),
    ("review-revocation", Outcome::TakeDown),
    ("court-revocation", Outcome::TakeDown),
    ("declared-void", Outcome::TakeDown),
];

impl Outcome {
    /// What an event does; `None` for a word that is no event.
    #[must_use]
    pub fn of(event: &str) -> Option<Self> {
        OUTCOMES.iter().find(|(known, _)| *known == event).map(|(_, outcome)| *outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::Law;

    #[test]
    fn every_event_of_the_list_does_something() {
        let law = Law::embedded().expect("law");
        let list = law.codes().get("correction-event").expect("the list");
        for code in &list.codes {
            assert!(Outcome::of(&code.id).is_some(), "{}", code.id);
        }
        assert_eq!(list.codes.len(), OUTCOMES.len());
        assert_eq!(Outcome::of("other"), None);
    }
}
