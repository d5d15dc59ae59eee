//! The way of one record through an application for repair (信用修复): from the application to the last receipt.
//!
//! One application may name several records; each goes its own way, for each has its own unit and its own rule. Every stage has an
//! owner and, as far as a rule gives one, a clock.

use super::words::words;
use super::{InvalidTransition, Table};
use crate::calendar::WorkingDay;
use crate::law::Law;
use crate::rules::deadline::report_due;
use crate::rules::repair::Entry;
use crate::ruling::Ruling;
use jiff::civil::Date;

words! {
    /// Where the repair of a record stands.
    pub enum Stage {
        /// Applied for; nobody has decided whether it is accepted.
        Applied = "applied", "已申请，待决定是否受理";
        /// Told once of everything that is missing.
        Supplement = "supplement", "待申请人补齐";
        /// The applicant has given it; there is no second time.
        Supplied = "supplied", "已补齐，待决定是否受理";
        /// Accepted: the unit that recognised the conduct looks at it.
        Accepted = "accepted", "已受理，核实中";
        /// The same, with more time.
        Extended = "extended", "已延期，核实中";
        /// The unit has said what it thinks.
        Reviewed = "reviewed", "认定单位已提出意见";
        /// With the level that decides.
        Forwarded = "forwarded", "已转决定单位";
        /// Granted: public no more here, and on its way to every other place.
        Granted = "granted", "准予修复，各处停止中";
        /// Every place has confirmed.
        Propagated = "propagated", "各处均已停止";
        /// Granted and done.
        Closed = "closed", "修复完成";
        /// Not accepted, with reasons.
        NotAccepted = "not-accepted", "不予受理";
        /// Refused, with reasons and the way on.
        Refused = "refused", "不予修复";
        /// Taken back by the applicant.
        Withdrawn = "withdrawn", "申请人已撤回";
        /// The record was taken down meanwhile, because the decision is no more: that is no repair.
        Lapsed = "lapsed", "决定已撤销、变更，不需要修复";
    }
}

words! {
    /// What moves it.
    pub enum Event {
        /// Says once everything that is missing.
        Ask = "ask", "一次性告知补正";
        /// Gives what was missing.
        Supply = "supply", "补齐材料";
        /// Accepts.
        Accept = "accept", "受理";
        /// Does not accept.
        Decline = "decline", "不予受理";
        /// Takes more time, and tells the applicant.
        Extend = "extend", "延期";
        /// Says what the recognising unit thinks.
        Review = "review", "提出核实意见";
        /// Hands it to the level that decides.
        Forward = "forward", "转决定单位";
        /// Grants.
        Grant = "grant", "准予修复";
        /// Refuses.
        Refuse = "refuse", "不予修复";
        /// Every place has confirmed.
        Confirm = "confirm", "确认各处已停止";
        /// Tells the applicant that it is done.
        Close = "close", "办结";
        /// The applicant takes it back.
        Withdraw = "withdraw", "撤回申请";
        /// The record was taken down: nothing is left to repair.
        Lapse = "lapse", "因信息撤下终止";
    }
}

words! {
    /// Who owes the next step.
    pub enum Owner {
        /// The subject.
        Applicant = "applicant", "申请人";
        /// The unit that recognised the conduct.
        Unit = "unit", "认定单位";
        /// The level that decides; here the unit writes down what it decided.
        Decider = "decider", "决定单位";
        /// The platform and the credit office: every place must confirm.
        Office = "office", "信用办和平台";
        /// Nobody: it is over.
        Nobody = "nobody", "";
    }
}

/// What moves it from where to where.
pub const TABLE: Table<Stage, Event> = Table {
    stands: "这条信息的修复现在是",
    transitions: &[
        (Stage::Applied, Event::Ask, Stage::Supplement),
        (Stage::Supplement, Event::Supply, Stage::Supplied),
        (Stage::Applied, Event::Accept, Stage::Accepted),
        (Stage::Applied, Event::Decline, Stage::NotAccepted),
        (Stage::Supplied, Event::Accept, Stage::Accepted),
        (Stage::Supplied, Event::Decline, Stage::NotAccepted),
        (Stage::Accepted, Event::Extend, Stage::Extended),
        (Stage::Accepted, Event::Review, Stage::Reviewed),
        (Stage::Extended, Event::Review, Stage::Reviewed),
        (Stage::Reviewed, Event::Forward, Stage::Forwarded),
        (Stage::Reviewed, Event::Grant, Stage::Granted),
        (Stage::Reviewed, Event::Refuse, Stage::Refused),
        (Stage::Forwarded, Event::Grant, Stage::Granted),
        (Stage::Forwarded, Event::Refuse, Stage::Refused),
        (Stage::Granted, Event::Confirm, Stage::Propagated),
        (Stage::Propagated, Event::Close, Stage::Closed),
        (Stage::Applied, Event::Withdraw, Stage::Withdrawn),
        (Stage::Supplement, Event::Withdraw, Stage::Withdrawn),
        (Stage::Supplied, Event::Withdraw, Stage::Withdrawn),
        (Stage::Accepted, Event::Withdraw, Stage::Withdrawn),
        (Stage::Extended, Event::Withdraw, Stage::Withdrawn),
        (Stage::Reviewed, Event::Withdraw, Stage::Withdrawn),
        (Stage::Forwarded, Event::Withdraw, Stage::Withdrawn),
        (Stage::Applied, Event::Lapse, Stage::Lapsed),
        (Stage::Supplement, Event::Lapse, Stage::Lapsed),
        (Stage::Supplied, Event::Lapse, Stage::Lapsed),
        (Stage::Accepted, Event::Lapse, Stage::Lapsed),
        (Stage::Extended, Event::Lapse, Stage::Lapsed),
        (Stage::Reviewed, Event::Lapse, Stage::Lapsed),
        (Stage::Forwarded, Event::Lapse, Stage::Lapsed),
    ],
};

/// The days from which the clocks count.
#[derive(Debug, Clone, Copy)]
pub struct Days {
    /// When it was applied for.
    pub applied: Date,
    /// When what was missing was given.
    pub supplied: Option<Date>,
    /// When it was granted.
    pub granted: Option<Date>,
    /// Working days that it was extended by.
    pub extended: Option<u32>,
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

    /// Whether the application was neither granted nor ended: a second one for the same record would be the same.
    #[must_use]
    pub const fn is_pending(self) -> bool {
        matches!(
            self,
            Self::Applied
                | Self::Supplement
                | Self::Supplied
                | Self::Accepted
                | Self::Extended
                | Self::Reviewed
                | Self::Forwarded
        )
    }

    /// Whether the record was repaired.
    #[must_use]
    pub const fn is_granted(self) -> bool {
        matches!(self, Self::Granted | Self::Propagated | Self::Closed)
    }

    /// Who owes the next step.
    #[must_use]
    pub const fn owner(self) -> Owner {
        match self {
            Self::Supplement => Owner::Applicant,
            Self::Applied | Self::Supplied | Self::Accepted | Self::Extended | Self::Reviewed => {
                Owner::Unit
            }
            Self::Forwarded => Owner::Decider,
            Self::Granted | Self::Propagated => Owner::Office,
            Self::Closed | Self::NotAccepted | Self::Refused | Self::Withdrawn | Self::Lapsed => {
                Owner::Nobody
            }
        }
    }

    /// The parameter with the working days of its clock; nothing where no rule gives a time.
    #[must_use]
    pub const fn clock(self, entry: Entry) -> Option<&'static str> {
        match self {
            Self::Applied | Self::Supplied => Some("repair.accept.days"),
            // The applicant owes nothing by any day; what runs on meanwhile is the time of the decision.
            Self::Supplement
            | Self::Accepted
            | Self::Extended
            | Self::Reviewed
            | Self::Forwarded => Some(entry.clock()),
            Self::Granted | Self::Propagated => Some("repair.share.days"),
            Self::Closed | Self::NotAccepted | Self::Refused | Self::Withdrawn | Self::Lapsed => {
                None
            }
        }
    }

    /// By when the next step is owed, with the reasons; nothing where no rule gives a time. The clock of the decision counts from the
    /// application and stands still for nothing: no rule that anybody has verified knows a reason for that. So no step before the
    /// decision has longer than the decision itself, also where something was asked for and given late.
    #[must_use]
    pub fn due(self, entry: Entry, days: &Days, law: &Law) -> Option<Ruling<WorkingDay>> {
        let clock = self.clock(entry)?;
        if !self.is_pending() {
            return report_due(law, clock, days.granted?);
        }
        let decided = decision_due(entry, days, law);
        if clock == entry.clock() {
            return decided;
        }
        let from = days.supplied.filter(|_| self == Self::Supplied).unwrap_or(days.applied);
        match (report_due(law, clock, from), decided) {
            (Some(own), Some(decided)) if decided.value.date < own.value.date => Some(decided),
            (own, decided) => own.or(decided),
        }
    }
}

/// By when it is decided, with the time that was added.
fn decision_due(entry: Entry, days: &Days, law: &Law) -> Option<Ruling<WorkingDay>> {
    let due = report_due(law, entry.clock(), days.applied)?;
    let Some(more) = days.extended else { return Some(due) };
    let mut longer = law.calendar().add_cited(due.value.date, more);
    longer.value.provisional |= due.value.provisional;
    due.because.into_iter().for_each(|citation| longer.cite(citation));
    Some(longer)
}

impl Event {
    /// Whether it goes against the subject, so that a named person says why.
    #[must_use]
    pub const fn is_against(self) -> bool {
        matches!(self, Self::Ask | Self::Decline | Self::Extend | Self::Refuse)
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
            let reached = TABLE.transitions.iter().any(|(_, _, to)| *to == stage);
            assert!(reached || stage == Stage::Applied, "{stage:?}");
            assert_eq!(stage.is_over(), stage.owner() == Owner::Nobody, "{stage:?}");
            // What is pending can be taken back, and nothing else.
            assert_eq!(stage.after(Event::Withdraw).is_ok(), stage.is_pending(), "{stage:?}");
            assert_eq!(stage.after(Event::Lapse).is_ok(), stage.is_pending(), "{stage:?}");
        }
        for event in Event::ALL {
            assert_eq!(Event::from_word(event.as_str()), Some(event));
        }
    }

    #[test]
    fn what_is_missing_is_said_once_and_nothing_is_granted_without_a_review() {
        let asks: Vec<_> =
            TABLE.transitions.iter().filter(|(_, on, _)| *on == Event::Ask).collect();
        assert_eq!(asks.len(), 1);
        assert!(Stage::Supplied.after(Event::Ask).is_err());
        for (from, on, to) in TABLE.transitions {
            if *to == Stage::Granted {
                assert_eq!(*on, Event::Grant);
                assert!(matches!(from, Stage::Reviewed | Stage::Forwarded));
            }
        }
        // Twice, and out of order.
        assert!(Stage::Granted.after(Event::Grant).is_err());
        assert!(Stage::Refused.after(Event::Grant).is_err());
        assert!(Stage::Applied.after(Event::Refuse).is_err());
    }

    #[test]
    fn clocks_count_from_the_application_and_say_when_they_are_provisional() {
        let law = Law::embedded().unwrap_or_else(|problems| panic!("{problems:#?}"));
        let days =
            Days { applied: date(2026, 9, 24), supplied: None, granted: None, extended: None };
        let due = |stage: Stage, entry, days: &Days| {
            stage.due(entry, days, &law).map(|due| (due.value.date, due.value.provisional))
        };
        let china = Entry::CreditChina;
        assert_eq!(due(Stage::Applied, china, &days), Some((date(2026, 9, 30), false)));
        assert_eq!(due(Stage::Accepted, china, &days), Some((date(2026, 10, 15), false)));
        let market = due(Stage::Accepted, Entry::MarketRegulation, &days);
        assert_eq!(market, Some((date(2026, 10, 12), false)));
        let decided = due(Stage::Accepted, china, &days);
        assert_eq!(due(Stage::Supplement, china, &days), decided, "it stands still for nothing");
        let longer = Days { extended: Some(10), ..days };
        assert_eq!(due(Stage::Extended, china, &longer), Some((date(2026, 10, 29), false)));
        // What was given late does not move the day of the decision.
        let supplied = |day| Days { supplied: Some(day), ..days };
        let early = due(Stage::Supplied, china, &supplied(date(2026, 9, 28)));
        assert_eq!(early, Some((date(2026, 10, 8), false)));
        let late = due(Stage::Supplied, china, &supplied(date(2026, 10, 14)));
        assert_eq!(late, Some((date(2026, 10, 15), false)));
        let granted = Days { granted: Some(date(2026, 9, 24)), ..days };
        assert_eq!(due(Stage::Granted, china, &granted), Some((date(2026, 9, 30), false)));
        // A year whose calendar nobody has announced.
        let late = Days { applied: date(2026, 12, 25), ..days };
        let reached = due(Stage::Accepted, china, &late).expect("a day");
        assert!(reached.1 && reached.0 > date(2026, 12, 31), "{reached:?}");
    }
}
