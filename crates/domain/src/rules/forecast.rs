//! 预计: which decisions a unit is likely to report late, from its own habits.
//!
//! A help for the unit, made before anything is late: nothing follows from it, nothing of it is kept, no figure counts it. It looks at
//! how many working days the unit's decisions took to arrive, among those whose clock has run out, and asks of a decision that has not
//! come yet: of those that had not come at that age either, how many came late? Where the unit has too little behind it, it says nothing.

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use serde::Serialize;

use super::deadline::report_due;
use super::reporting::Rate;
use crate::law::{Law, Lookup};
use crate::value::number::HUNDREDTHS;

const AHEAD: &str = "reporting.forecast.days";
const MONTHS: &str = "reporting.forecast.months";
const MINIMUM: &str = "reporting.forecast.minimum";
const SHARE: &str = "reporting.forecast.share";

/// Records of one unit and kind that were decided on a day and arrived on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// The day of the decisions.
    pub decided: Date,
    /// The day on which the file came that first brought them.
    pub received: Date,
    /// How many.
    pub records: u64,
}

/// What the law folder says about forecasts on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// How many working days ahead.
    pub ahead: u32,
    /// The first day of the decisions that count as habit.
    pub since: Date,
    minimum: u64,
    share: u64,
}

impl Terms {
    /// Nothing where one of them is not set.
    #[must_use]
    pub fn at(law: &Law, today: Date) -> Option<Self> {
        let number = |id: &str| match law.at(today).number(id) {
            Lookup::Applies(found) => u64::try_from(found.value).ok(),
            _ => None,
        };
        let months = i64::try_from(number(MONTHS)?).ok()?;
        let span: Span = months.months();
        Some(Self {
            ahead: u32::try_from(number(AHEAD)?).ok()?,
            since: today.checked_sub(span).ok()?,
            minimum: number(MINIMUM)?,
            share: number(SHARE)?,
        })
    }
}

/// Decisions that came after so many working days.
#[derive(Debug, Clone, Copy)]
struct Lag {
    days: i64,
    late: bool,
    records: u64,
}

/// What is likely of the decisions whose clock ends in the days ahead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outlook {
    /// The first of the days on which they were made.
    pub first: Date,
    /// The last of these.
    pub last: Date,
    /// When the last of their clocks ends.
    pub until: Date,
    /// How many the unit usually makes in as many working days.
    pub expected: u64,
    /// How many of them have come.
    pub arrived: u64,
    /// Of those that have not come, how many are likely to be late; nothing where the unit has never been this slow.
    pub late: Option<u64>,
}

/// How long the decisions of one unit and kind took.
#[derive(Debug, Clone)]
pub struct Habits<'l> {
    law: &'l Law,
    clock: &'l str,
    today: Date,
    terms: Terms,
    lags: Vec<Lag>,
    /// Records of the settled past, and the working days in which they were decided.
    pace: (u64, u64),
    made: Vec<Made>,
}

impl<'l> Habits<'l> {
    /// Reads habits from what arrived up to today of decisions made since [`Terms::since`]. Nothing where that is too little.
    #[must_use]
    pub fn read(
        law: &'l Law,
        clock: &'l str,
        today: Date,
        terms: Terms,
        made: Vec<Made>,
    ) -> Option<Self> {
        let mut settled: Option<(Date, Date)> = None;
        let mut lags = Vec::with_capacity(made.len());
        for one in made.iter().filter(|one| one.decided >= terms.since) {
            let Some(due) = report_due(law, clock, one.decided).map(|due| due.value.date) else {
                continue;
            };
            if due >= today {
                continue;
            }
            settled = Some(settled.map_or((one.decided, one.decided), |(first, last)| {
                (first.min(one.decided), last.max(one.decided))
            }));
            lags.push(Lag {
                days: law.calendar().between(one.decided, one.received),
                late: one.received > due,
                records: one.records,
            });
        }
        let (first, last) = settled?;
        let records = lags.iter().map(|lag| lag.records).sum();
        let before = first.yesterday().unwrap_or(first);
        let days = u64::try_from(law.calendar().between(before, last)).unwrap_or_default();
        (records >= terms.minimum && days > 0).then_some(Self {
            law,
            clock,
            today,
            terms,
            lags,
            pace: (records, days),
            made,
        })
    }

    fn age(&self, decided: Date) -> i64 {
        self.law.calendar().between(decided, self.today)
    }

    fn open_at(&self, age: i64) -> u64 {
        self.lags.iter().filter(|lag| lag.days > age).map(|lag| lag.records).sum()
    }

    /// Of the decisions that had not come at the age of this one, those that came late.
    #[must_use]
    pub fn chance(&self, decided: Date) -> Rate {
        let age = self.age(decided);
        let late = self.lags.iter().filter(|lag| lag.days > age && lag.late);
        Rate { part: late.map(|lag| lag.records).sum(), whole: self.open_at(age) }
    }

    /// Whether a decision of this day that has not come is likely to be late, and ends in the days ahead: its last day then.
    #[must_use]
    pub fn likely(&self, decided: Date) -> Option<(Date, Rate)> {
        let due = report_due(self.law, self.clock, decided)?.value.date;
        let until = self.law.calendar().add(self.today, self.terms.ahead).date;
        let chance = self.chance(decided);
        let often = chance.part * HUNDREDTHS >= self.terms.share * chance.whole;
        (decided <= self.today && due >= self.today && due <= until && often && chance.whole > 0)
            .then_some((due, chance))
    }

    /// What is likely of the decisions whose clock ends in the days ahead, seen or not: as many as usual, less those that came.
    /// Nothing where no clock ends.
    #[must_use]
    pub fn outlook(&self) -> Option<Outlook> {
        let calendar = self.law.calendar();
        let until = calendar.add(self.today, self.terms.ahead).date;
        let (mut days, mut open) = (0, 0);
        let (mut first, mut last) = (None, None);
        let mut day = self.today;
        while day > self.terms.since {
            let due = report_due(self.law, self.clock, day).map(|due| due.value.date);
            if due.is_none_or(|due| due < self.today) {
                break;
            }
            if calendar.is_working(day).0 && due.is_some_and(|due| due <= until) {
                days += 1;
                open += self.open_at(self.age(day));
                first = Some(day);
                last = last.or(Some(day));
            }
            day = day.yesterday().ok()?;
        }
        let (first, last) = (first?, last?);
        let arrived: u64 = self
            .made
            .iter()
            .filter(|one| one.decided >= first && one.decided <= last)
            .map(|one| one.records)
            .sum();
        let (records, over) = self.pace;
        let expected = rounded(records * days, over);
        let late: u64 = self.lags.iter().filter(|lag| lag.late).map(|lag| lag.records).sum();
        // A decision that is open at some age is late with the chance late/open: the mean over the days, each by what is usually open.
        let outstanding = expected.saturating_sub(arrived);
        let late = match (outstanding, open) {
            (0, _) => Some(0),
            (_, 0) => None,
            _ => Some(rounded(outstanding * late * days, open).min(outstanding)),
        };
        Some(Outlook { first, last, until, expected, arrived, late })
    }
}

const fn rounded(part: u64, whole: u64) -> u64 {
    match (part + (whole >> 1)).checked_div(whole) {
        Some(rounded) => rounded,
        None => 0,
    }
}

#[cfg(test)]
mod cases;
