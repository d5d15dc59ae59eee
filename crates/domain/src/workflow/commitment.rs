//! The stages of a commitment under 告知承诺 and what moves it: one table, from which the guard, the drawing and the tests are made.
//!
//! Nothing is found by time passing: a commitment that nobody verified stays one that nobody verified.

use super::words::words;
use super::{InvalidTransition, Table};

words! {
    /// Where a commitment stands.
    pub enum Stage {
        /// Made; nobody of the unit has accepted it, and it stands in no register.
        Made = "made", "已作出，待受理";
        /// Accepted: recorded, and the matter is being handled.
        Accepted = "accepted", "已受理，事项办理中";
        /// The matter is completed: the unit owes the verification.
        Completed = "completed", "事项已办结，待核查";
        /// A person found that it was kept in part or not at all; a second one has to confirm.
        Proposed = "proposed", "已提出认定，待复核";
        /// Found to be kept.
        Fulfilled = "fulfilled", "全部履行";
        /// Found to be kept in part.
        Partial = "partial", "部分履行";
        /// Found not to be kept.
        Unfulfilled = "unfulfilled", "全部未履行";
        /// Not accepted, with reasons; the ordinary procedure is open.
        Declined = "declined", "不予受理";
        /// Taken back before the matter was completed; the ordinary procedure is open.
        Withdrawn = "withdrawn", "已撤回";
        /// The record that it became was taken down otherwise, so that nothing is verified any more.
        Closed = "closed", "信息已撤下，不再核查";
    }
}

words! {
    /// What moves it.
    pub enum Event {
        /// A second person accepts it: it becomes a record.
        Accept = "accept", "受理";
        /// Does not accept it.
        Decline = "decline", "不予受理";
        /// The one who made it takes it back.
        Withdraw = "withdraw", "撤回承诺";
        /// The matter is completed.
        Complete = "complete", "登记事项办结";
        /// Found by a document that it was kept.
        Fulfil = "fulfil", "认定全部履行";
        /// Found by a document that it was kept in part.
        FindPartial = "find-partial", "提出部分履行的认定";
        /// Found by a document that it was not kept.
        FindNone = "find-none", "提出全部未履行的认定";
        /// The second person confirms that it was kept in part.
        ConfirmPartial = "confirm-partial", "确认部分履行";
        /// The second person confirms that it was not kept.
        ConfirmNone = "confirm-none", "确认全部未履行";
        /// The second person gives the finding back.
        Return = "return", "退回认定";
        /// A second person ends what has no record any more.
        Close = "close", "信息已撤下，结束核查";
    }
}

/// What moves it from where to where.
pub const TABLE: Table<Stage, Event> = Table {
    stands: "这份承诺现在是",
    transitions: &[
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
    ],
};

impl Stage {
    /// Where an event leads.
    ///
    /// # Errors
    /// [`InvalidTransition`] when the table has no such line.
    pub fn after(self, event: Event) -> Result<Self, InvalidTransition<Self, Event>> {
        TABLE.after(self, event)
    }

    /// What may happen next.
    pub fn events(self) -> impl Iterator<Item = Event> {
        TABLE.events(self)
    }

    /// Whether nothing leads out of it.
    #[must_use]
    pub fn is_over(self) -> bool {
        TABLE.is_over(self)
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
}

impl Event {
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
            let reached = TABLE.transitions.iter().any(|(_, _, to)| *to == stage);
            assert!(reached || stage == Stage::Made, "{stage:?}");
        }
        for event in Event::ALL {
            assert_eq!(Event::from_word(event.as_str()), Some(event));
            assert!(TABLE.transitions.iter().any(|(_, on, _)| *on == event), "{event:?}");
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
        for (from, event, to) in TABLE.transitions {
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
