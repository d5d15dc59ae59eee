//! The way of an objection (异议) to one record: from the mark that stands at once to the last receipt of a correction.
//!
//! Every stage has an owner and a clock. Past the clock of an answer or of the correction it leads to, nobody sees the record until the
//! one who owes it has done it: [`Stage::answer_by`] is what the rule of disclosure asks for.

use super::words::words;
use super::{InvalidTransition, Table};
use crate::calendar::WorkingDay;
use crate::law::Law;
use crate::rules::deadline::report_due;
use crate::ruling::Ruling;
use jiff::civil::Date;

words! {
    /// Where an objection stands.
    pub enum Stage {
        /// Made and marked; the platform looks into it.
        Filed = "filed", "已提出，平台核实中";
        /// With the unit that delivered the record.
        Forwarded = "forwarded", "已转信息提供单位核实";
        /// Right: to be corrected, removed or ended by two persons.
        Upheld = "upheld", "异议成立，待更正";
        /// Done in the register, on its way to every other place.
        Corrected = "corrected", "已更正，各处确认中";
        /// Every place has confirmed.
        Closed = "closed", "已更正，各处已确认";
        /// Not right, with reasons.
        NotUpheld = "not-upheld", "异议不成立";
        /// Taken back.
        Withdrawn = "withdrawn", "已撤回";
        /// Not looked into: who made it is not named in the record.
        Dismissed = "dismissed", "不予受理";
    }
}

words! {
    /// What moves it.
    pub enum Event {
        /// Hands it to the unit that delivered the record.
        Forward = "forward", "转信息提供单位";
        /// Answers that it is right.
        Uphold = "uphold", "答复异议成立";
        /// Answers that it is not.
        Reject = "reject", "答复异议不成立";
        /// The clock is over: the record is withheld.
        Withhold = "withhold", "逾期未答复或者未更正，停止公示";
        /// The office takes the words of whoever objects away from beside the record, with a reason.
        RefuseStatement = "refuse-statement", "不予刊载异议声明";
        /// Two persons have corrected the record or taken it down.
        CarryOut = "carry-out", "更正或者撤下";
        /// Every place has confirmed.
        Confirm = "confirm", "确认各处已更正";
        /// Whoever made it takes it back.
        Withdraw = "withdraw", "撤回异议";
        /// A second person finds that the natural person who made it is named in the record.
        Attest = "attest", "核对：确是信息中写到的人";
        /// A second person finds that they are not.
        Dismiss = "dismiss", "核对：不是信息中写到的人，不予受理";
    }
}

words! {
    /// Who owes the next step.
    pub enum Owner {
        /// The platform: the credit office.
        Office = "office", "信用办";
        /// The unit that delivered the record.
        Unit = "unit", "信息提供单位";
        /// Nobody: it is over.
        Nobody = "nobody", "";
    }
}

/// What moves it from where to where.
pub const TABLE: Table<Stage, Event> = Table {
    stands: "这项异议现在是",
    transitions: &[
        (Stage::Filed, Event::Forward, Stage::Forwarded),
        (Stage::Filed, Event::Uphold, Stage::Upheld),
        (Stage::Filed, Event::Reject, Stage::NotUpheld),
        (Stage::Forwarded, Event::Uphold, Stage::Upheld),
        (Stage::Forwarded, Event::Reject, Stage::NotUpheld),
        (Stage::Filed, Event::Withhold, Stage::Filed),
        (Stage::Forwarded, Event::Withhold, Stage::Forwarded),
        (Stage::Upheld, Event::Withhold, Stage::Upheld),
        (Stage::Filed, Event::RefuseStatement, Stage::Filed),
        (Stage::Forwarded, Event::RefuseStatement, Stage::Forwarded),
        (Stage::Upheld, Event::RefuseStatement, Stage::Upheld),
        (Stage::Upheld, Event::CarryOut, Stage::Corrected),
        (Stage::Corrected, Event::Confirm, Stage::Closed),
        (Stage::Filed, Event::Withdraw, Stage::Withdrawn),
        (Stage::Forwarded, Event::Withdraw, Stage::Withdrawn),
        (Stage::Filed, Event::Attest, Stage::Filed),
        (Stage::Forwarded, Event::Attest, Stage::Forwarded),
        (Stage::Filed, Event::Dismiss, Stage::Dismissed),
        (Stage::Forwarded, Event::Dismiss, Stage::Dismissed),
    ],
};

/// The days from which the clocks count.
#[derive(Debug, Clone, Copy)]
pub struct Days {
    /// When it was made.
    pub filed: Date,
    /// When it was answered.
    pub answered: Option<Date>,
    /// When the record was corrected or taken down.
    pub corrected: Option<Date>,
}

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

    /// Whether the record is marked: somebody objects and what they want has neither been refused nor done.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Filed | Self::Forwarded | Self::Upheld)
    }

    /// Whether nobody has answered yet.
    #[must_use]
    pub const fn is_unanswered(self) -> bool {
        matches!(self, Self::Filed | Self::Forwarded)
    }

    /// Whether it was found right.
    #[must_use]
    pub const fn is_upheld(self) -> bool {
        matches!(self, Self::Upheld | Self::Corrected | Self::Closed)
    }

    /// Who owes the next step. `own`: of a matter that the platform finds out by itself ([`crate::rules::objection::is_own`]).
    #[must_use]
    pub const fn owner(self, own: bool) -> Owner {
        match self {
            Self::Filed | Self::Corrected => Owner::Office,
            Self::Upheld if own => Owner::Office,
            Self::Forwarded | Self::Upheld => Owner::Unit,
            Self::Closed | Self::NotUpheld | Self::Withdrawn | Self::Dismissed => Owner::Nobody,
        }
    }

    /// The parameter with the working days of its clock.
    #[must_use]
    pub const fn clock(self) -> Option<&'static str> {
        match self {
            Self::Filed => Some("objection.own.days"),
            Self::Forwarded => Some("objection.source.days"),
            Self::Upheld => Some("objection.carry-out.days"),
            Self::Corrected => Some("objection.share.days"),
            Self::Closed | Self::NotUpheld | Self::Withdrawn | Self::Dismissed => None,
        }
    }

    /// By when the next step is owed, with the reasons. Handing on does not begin the clock anew.
    #[must_use]
    pub fn due(self, days: &Days, law: &Law) -> Option<Ruling<WorkingDay>> {
        let from = match self {
            Self::Upheld => days.answered?,
            Self::Corrected => days.corrected?,
            _ => days.filed,
        };
        report_due(law, self.clock()?, from)
    }

    /// Until the end of which day an open objection leaves the record in view. Nothing while the calendar of that year is not announced:
    /// a day that may move is no ground for withholding anything.
    #[must_use]
    pub fn answer_by(self, days: &Days, law: &Law) -> Option<Date> {
        let due = self.due(days, law).filter(|_| self.is_open())?.value;
        (!due.provisional).then_some(due.date)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn words_come_back_and_every_stage_is_reached() {
        for stage in Stage::ALL {
            assert_eq!(Stage::from_word(stage.as_str()), Some(stage));
            let reached = TABLE.transitions.iter().any(|(from, _, to)| *to == stage && from != to);
            assert!(reached || stage == Stage::Filed, "{stage:?}");
            for own in [false, true] {
                assert_eq!(stage.is_over(), stage.owner(own) == Owner::Nobody, "{stage:?}");
            }
            assert_eq!(stage.is_over(), stage.clock().is_none(), "{stage:?}");
            // What nobody has answered can be taken back, and nothing else.
            for event in [Event::Withdraw, Event::Attest, Event::Dismiss] {
                assert_eq!(stage.after(event).is_ok(), stage.is_unanswered(), "{stage:?}");
            }
            // What is open can be withheld, and only by standing still.
            assert_eq!(stage.after(Event::Withhold).ok(), stage.is_open().then_some(stage));
        }
        for event in Event::ALL {
            assert_eq!(Event::from_word(event.as_str()), Some(event));
        }
    }

    #[test]
    fn what_the_platform_finds_out_it_carries_out() {
        assert_eq!(Stage::Upheld.owner(true), Owner::Office);
        assert_eq!(Stage::Upheld.owner(false), Owner::Unit);
        assert_eq!(Stage::Forwarded.owner(true), Owner::Unit, "it was asked");
    }

    #[test]
    fn it_is_answered_once_and_nothing_is_corrected_before_the_answer() {
        for answer in [Event::Uphold, Event::Reject] {
            for stage in [Stage::Upheld, Stage::NotUpheld, Stage::Corrected, Stage::Withdrawn] {
                assert!(stage.after(answer).is_err(), "{stage:?} {answer:?}");
            }
        }
        for (from, on, to) in TABLE.transitions {
            assert_eq!(*to == Stage::Corrected, *on == Event::CarryOut);
            assert!(*to != Stage::Corrected || *from == Stage::Upheld);
        }
    }

    #[test]
    fn a_day_that_is_not_known_yet_withholds_nothing() {
        let law = Law::embedded().unwrap_or_else(|problems| panic!("{problems:#?}"));
        let days = Days { filed: date(2026, 11, 27), answered: None, corrected: None };
        assert_eq!(Stage::Filed.answer_by(&days, &law), Some(date(2026, 12, 2)));
        assert_eq!(Stage::Forwarded.answer_by(&days, &law), Some(date(2026, 12, 8)));
        assert_eq!(Stage::Upheld.answer_by(&days, &law), None, "not answered");
        let answered = Days { answered: Some(date(2026, 11, 30)), ..days };
        assert_eq!(Stage::Upheld.answer_by(&answered, &law), Some(date(2026, 12, 3)));
        assert_eq!(Stage::NotUpheld.answer_by(&answered, &law), None);
        // Nobody has announced the days off of 2027.
        let late = Days { filed: date(2026, 12, 29), ..days };
        assert!(Stage::Forwarded.due(&late, &law).is_some_and(|due| due.value.provisional));
        assert_eq!(Stage::Forwarded.answer_by(&late, &law), None);
    }
}
