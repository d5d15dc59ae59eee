//! The way of a batch (报送批次) from the unit's file to the register.

use serde::Serialize;

/// Where a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Raw bytes are kept, with their digest.
    Received,
    /// Every row was checked; held for a person to submit.
    Checked,
    /// A clerk submitted the good rows.
    Submitted,
    /// A second person released them; recording has begun.
    Released,
    /// The good rows are in the register, durably.
    Recorded,
    /// The file as a whole was refused.
    Refused,
    /// The clerk or the reviewer gave it up; nothing was recorded.
    Cancelled,
}

/// What moves a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// The check came to its end.
    Check,
    /// The file cannot be worked through.
    Refuse,
    /// A clerk submits.
    Submit,
    /// The reviewer gives it back to the clerk.
    Return,
    /// The reviewer releases.
    Release,
    /// All good rows are in.
    Record,
    /// Given up.
    Cancel,
}

/// The table: from, event, to.
pub const TRANSITIONS: &[(Stage, Event, Stage)] = &[
    (Stage::Received, Event::Check, Stage::Checked),
    (Stage::Received, Event::Refuse, Stage::Refused),
    (Stage::Received, Event::Cancel, Stage::Cancelled),
    (Stage::Checked, Event::Submit, Stage::Submitted),
    (Stage::Checked, Event::Cancel, Stage::Cancelled),
    (Stage::Submitted, Event::Return, Stage::Checked),
    (Stage::Submitted, Event::Release, Stage::Released),
    (Stage::Submitted, Event::Cancel, Stage::Cancelled),
    (Stage::Released, Event::Record, Stage::Recorded),
];

/// An event that the stage does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("批次处于「{}」，不能{}", from.label(), event.label())]
pub struct InvalidTransition {
    /// Where the batch stands.
    pub from: Stage,
    /// What was tried.
    pub event: Event,
}

impl Stage {
    /// All stages in order.
    pub const ALL: [Self; 7] = [
        Self::Received,
        Self::Checked,
        Self::Submitted,
        Self::Released,
        Self::Recorded,
        Self::Refused,
        Self::Cancelled,
    ];

    /// Where an event leads.
    ///
    /// # Errors
    /// [`InvalidTransition`] when the table has no such line.
    pub fn after(self, event: Event) -> Result<Self, InvalidTransition> {
        TRANSITIONS
            .iter()
            .find(|(from, on, _)| *from == self && *on == event)
            .map(|(_, _, to)| *to)
            .ok_or(InvalidTransition { from: self, event })
    }

    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Checked => "checked",
            Self::Submitted => "submitted",
            Self::Released => "released",
            Self::Recorded => "recorded",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
        }
    }

    /// The stage a stored word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == word)
    }

    /// What a page calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Received => "已收到，检查中",
            Self::Checked => "已检查，待提交",
            Self::Submitted => "已提交，待复核",
            Self::Released => "已复核，入库中",
            Self::Recorded => "已入库",
            Self::Refused => "整份退回",
            Self::Cancelled => "已作废",
        }
    }
}

impl Event {
    /// What a page calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Check => "完成检查",
            Self::Refuse => "整份退回",
            Self::Submit => "提交",
            Self::Return => "退回经办人",
            Self::Release => "复核",
            Self::Record => "入库",
            Self::Cancel => "作废",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_out_of_an_end() {
        for end in [Stage::Recorded, Stage::Refused, Stage::Cancelled] {
            assert!(TRANSITIONS.iter().all(|(from, _, _)| *from != end));
        }
    }

    #[test]
    fn a_recorded_batch_always_passed_a_submission_and_a_release() {
        // Only one line leads to each of the three, so no way round exists.
        for (to, event) in [
            (Stage::Recorded, Event::Record),
            (Stage::Released, Event::Release),
            (Stage::Submitted, Event::Submit),
        ] {
            let ways: Vec<_> = TRANSITIONS.iter().filter(|(_, _, end)| *end == to).collect();
            assert!(ways.iter().all(|(_, on, _)| *on == event), "{to:?}");
            assert_eq!(ways.len(), 1, "{to:?}");
        }
    }

    #[test]
    fn words_come_back() {
        for stage in Stage::ALL {
            assert_eq!(Stage::from_word(stage.as_str()), Some(stage));
        }
    }
}
