//! The stages of a commitment under 告知承诺 and what moves it: one table, from which the guard, the drawing and the tests are made.
//!
//! Nothing is found by time passing: a commitment that nobody verified stays one that nobody verified.

use serde::Serialize;

/// Where a commitment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Made; nobody of the unit has accepted it, and it stands in no register.
    Made,
    /// Accepted: recorded, and the matter is being handled.
    Accepted,
    /// The matter is completed: the unit owes the verification.
    Completed,
    /// A person found that it was kept in part or not at all; a second one has to confirm.
    Proposed,
    /// Found to be kept.
    Fulfilled,
    /// Found to be kept in part.
    Partial,
    /// Found not to be kept.
    Unfulfilled,
    /// Not accepted, with reasons; the ordinary procedure is open.
    Declined,
    /// Taken back before the matter was completed; the ordinary procedure is open.
    Withdrawn,
    /// The record that it became was taken down otherwise, so that nothing is verified any more.
    Closed,
}

/// What moves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A second person accepts it: it becomes a record.
    Accept,
    /// Does not accept it.
    Decline,
    /// The one who made it takes it back.
    Withdraw,
    /// The matter is completed.
    Complete,
    /// Found by a document that it was kept.
    Fulfil,
    /// Found by a document that it was kept in part.
    FindPartial,
    /// Found by a document that it was not kept.
    FindNone,
    /// The second person confirms that it was kept in part.
    ConfirmPartial,
    /// The second person confirms that it was not kept.
    ConfirmNone,
    /// The second person gives the finding back.
    Return,
    /// A second person ends what has no record any more.
    Close,
}

/// The table: from, event, to.
pub const TRANSITIONS: &[(Stage, Event, Stage)] = &[
    (Stage::Made, Event::Accept, Stage::Accepted),
    (Stage::Made, Event::Decline, Stage::Declined),
    (Stage::Made, Event::Withdraw, Stage::Withdrawn),
    (Stage::Accepted, Event::Withdraw, Stage::Withdrawn),
    (Stage::Accepted, Event::Complete, Stage::Completed),
    (Stage::Accepted, Event::Close, Stage::Closed),
    (Stage::Completed, Event::Fulfil, Stage::Fulfilled),
    (Stage::Completed, Event::FindPartial, Stage::Proposed),
    (Stage::Completed, Event::FindNone, Stage::Proposed),
    (Stage::Completed, Event::Close, Stage::Closed),
    (Stage::Proposed, Event::ConfirmPartial, Stage::Partial),
    (Stage::Proposed, Event::ConfirmNone, Stage::Unfulfilled),
    (Stage::Proposed, Event::Return, Stage::Completed),
    (Stage::Proposed, Event::Close, Stage::Closed),
];

/// An event that the stage does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("这份承诺现在是「{}」，不能{}", from.label(), event.label())]
pub struct InvalidTransition {
    /// Where it stands.
    pub from: Stage,
    /// What was tried.
    pub event: Event,
}

impl Stage {
    /// All of them, in order.
    pub const ALL: [Self; 10] = [
        Self::Made,
        Self::Accepted,
        Self::Completed,
        Self::Proposed,
        Self::Fulfilled,
        Self::Partial,
        Self::Unfulfilled,
        Self::Declined,
        Self::Withdrawn,
        Self::Closed,
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

    /// What may happen next.
    pub fn events(self) -> impl Iterator<Item = Event> {
        TRANSITIONS.iter().filter(move |(from, _, _)| *from == self).map(|(_, on, _)| *on)
    }

    /// Whether nothing leads out of it.
    #[must_use]
    pub fn is_over(self) -> bool {
        self.events().next().is_none()
    }

    /// Whether it stands in the register as an ordinary record.
    #[must_use]
    pub const fn is_recorded(self) -> bool {
        !matches!(self, Self::Made | Self::Declined | Self::Withdrawn | Self::Closed)
    }

    /// Whether it was found how it was kept: what the register says about it holds then, also where that was corrected later.
    #[must_use]
    pub const fn is_found(self) -> bool {
        matches!(self, Self::Fulfilled | Self::Partial | Self::Unfulfilled)
    }

    /// Whether nothing is owed for it, whatever was.
    #[must_use]
    pub const fn owes_nothing(self) -> bool {
        matches!(self, Self::Declined | Self::Withdrawn | Self::Closed)
    }

    /// Whether the unit owes the verification.
    #[must_use]
    pub const fn awaits_verification(self) -> bool {
        matches!(self, Self::Completed | Self::Proposed)
    }

    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Accepted => "accepted",
            Self::Completed => "completed",
            Self::Proposed => "proposed",
            Self::Fulfilled => "fulfilled",
            Self::Partial => "partial",
            Self::Unfulfilled => "unfulfilled",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Closed => "closed",
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
            Self::Made => "已作出，待受理",
            Self::Accepted => "已受理，事项办理中",
            Self::Completed => "事项已办结，待核查",
            Self::Proposed => "已提出认定，待复核",
            Self::Fulfilled => "全部履行",
            Self::Partial => "部分履行",
            Self::Unfulfilled => "全部未履行",
            Self::Declined => "不予受理",
            Self::Withdrawn => "已撤回",
            Self::Closed => "信息已撤下，不再核查",
        }
    }
}

impl Event {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Accept,
        Self::Decline,
        Self::Withdraw,
        Self::Complete,
        Self::Fulfil,
        Self::FindPartial,
        Self::FindNone,
        Self::ConfirmPartial,
        Self::ConfirmNone,
        Self::Return,
        Self::Close,
    ];

    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::Withdraw => "withdraw",
            Self::Complete => "complete",
            Self::Fulfil => "fulfil",
            Self::FindPartial => "find-partial",
            Self::FindNone => "find-none",
            Self::ConfirmPartial => "confirm-partial",
            Self::ConfirmNone => "confirm-none",
            Self::Return => "return",
            Self::Close => "close",
        }
    }

    /// The event a stored or sent word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == word)
    }

    /// What a page calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Accept => "受理",
            Self::Decline => "不予受理",
            Self::Withdraw => "撤回承诺",
            Self::Complete => "登记事项办结",
            Self::Fulfil => "认定全部履行",
            Self::FindPartial => "提出部分履行的认定",
            Self::FindNone => "提出全部未履行的认定",
            Self::ConfirmPartial => "确认部分履行",
            Self::ConfirmNone => "确认全部未履行",
            Self::Return => "退回认定",
            Self::Close => "信息已撤下，结束核查",
        }
    }

    /// The code of `law/codes/fulfilment-state.toml` that it finds or confirms.
    #[must_use]
    pub const fn outcome(self) -> Option<&'static str> {
        match self {
            Self::Fulfil => Some("full"),
            Self::FindPartial | Self::ConfirmPartial => Some("partial"),
            Self::FindNone | Self::ConfirmNone => Some("none"),
            _ => None,
        }
    }

    /// Whether it is found by a document.
    #[must_use]
    pub const fn finds(self) -> bool {
        matches!(self, Self::Fulfil | Self::FindPartial | Self::FindNone)
    }

    /// Whether a second person does it: another one than who made the step before.
    #[must_use]
    pub const fn needs_second(self) -> bool {
        matches!(self, Self::Accept | Self::ConfirmPartial | Self::ConfirmNone | Self::Close)
    }

    /// The confirmation that belongs to a finding.
    #[must_use]
    pub const fn confirmation(self) -> Option<Self> {
        match self {
            Self::FindPartial => Some(Self::ConfirmPartial),
            Self::FindNone => Some(Self::ConfirmNone),
            _ => None,
        }
    }

    /// Whether it goes against the one who made the commitment, so that a named person says why.
    #[must_use]
    pub const fn is_against(self) -> bool {
        matches!(self, Self::Decline | Self::FindPartial | Self::FindNone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::Law;

    #[test]
    fn words_come_back_and_every_stage_is_reached() {
        for stage in Stage::ALL {
            assert_eq!(Stage::from_word(stage.as_str()), Some(stage));
            let reached = TRANSITIONS.iter().any(|(_, _, to)| *to == stage);
            assert!(reached || stage == Stage::Made, "{stage:?}");
        }
        for event in Event::ALL {
            assert_eq!(Event::from_word(event.as_str()), Some(event));
            assert!(TRANSITIONS.iter().any(|(_, on, _)| *on == event), "{event:?}");
        }
    }

    #[test]
    fn what_waits_for_nothing_more_has_a_way_out() {
        for stage in Stage::ALL {
            let open = stage.is_recorded() && !stage.is_over();
            assert_eq!(stage.after(Event::Close).is_ok(), open, "{stage:?}");
        }
        assert!(Event::Close.needs_second() && Stage::Closed.owes_nothing());
    }

    #[test]
    fn it_is_taken_back_before_completion_and_not_after() {
        for stage in Stage::ALL {
            let may = matches!(stage, Stage::Made | Stage::Accepted);
            assert_eq!(stage.after(Event::Withdraw).is_ok(), may, "{stage:?}");
        }
    }

    #[test]
    fn what_goes_against_anybody_is_found_by_one_and_confirmed_by_another() {
        let law = Law::embedded().unwrap_or_else(|problems| panic!("{problems:#?}"));
        for (from, event, to) in TRANSITIONS {
            if matches!(to, Stage::Partial | Stage::Unfulfilled) {
                assert_eq!(*from, Stage::Proposed);
                assert!(event.needs_second(), "{event:?}");
            }
            if *to == Stage::Proposed {
                let confirmation = event.confirmation().expect("one");
                assert_eq!(confirmation.outcome(), event.outcome());
                assert!(event.finds() && event.is_against());
            }
        }
        // Every state of the list is found by one event, and no other.
        let list = law.codes().get("fulfilment-state").expect("the list");
        let mut found: Vec<_> = Event::ALL
            .iter()
            .filter(|event| event.finds())
            .filter_map(|one| one.outcome())
            .collect();
        found.sort_unstable();
        let mut known: Vec<_> = list.codes.iter().map(|code| code.id.as_str()).collect();
        known.sort_unstable();
        assert_eq!(found, known);
    }
}
