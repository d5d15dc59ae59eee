//! 归集考核: whether a report came in time, which numbers of a series are owed, how units stand to each other.
//!
//! No text defines these figures; published bulletins name them (rules.md §2.3). What is set here is set in
//! `law/parameters/reporting.toml`, and every figure keeps its numerator and its denominator. Units are compared, never persons.

use std::cmp::Ordering;
use std::ops::RangeInclusive;

use jiff::civil::Date;
use serde::Serialize;

use super::deadline::report_due;
use crate::law::{Law, Lookup};
use crate::value::number::HUNDREDTHS;

const GRACE: &str = "reporting.outage.grace";
const ORDER: &str = "reporting.ranking.order";
const MINIMUM: &str = "reporting.ranking.minimum";

/// How a report stands to its clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Timeliness {
    /// Its file came on the last day or before. Also where no clock ran yet.
    OnTime,
    /// It came later.
    Late,
    /// It came later because the platform did not take files on the last day, and as soon as it did again.
    Excused,
}

/// Days on which the platform did not take files, both inclusive.
pub type Outage = RangeInclusive<Date>;

/// How a report stands that was decided and received on these days, and the last day of its clock.
#[must_use]
pub fn timeliness(
    law: &Law,
    clock: &str,
    decided: Date,
    received: Date,
    outages: &[Outage],
) -> (Timeliness, Option<Date>) {
    let Some(due) = report_due(law, clock, decided).map(|due| due.value.date) else {
        return (Timeliness::OnTime, None);
    };
    if received <= due {
        return (Timeliness::OnTime, Some(due));
    }
    let grace = match law.at(received).number(GRACE) {
        Lookup::Applies(days) => u32::try_from(days.value).unwrap_or_default(),
        _ => return (Timeliness::Late, Some(due)),
    };
    let excused = outages.iter().any(|outage| {
        outage.contains(&due) && received <= law.calendar().add(*outage.end(), grace).date
    });
    (if excused { Timeliness::Excused } else { Timeliness::Late }, Some(due))
}

/// A part of a whole; both are shown wherever the share is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Rate {
    /// The part.
    pub part: u64,
    /// The whole.
    pub whole: u64,
}

impl Rate {
    /// Compares shares exactly. What has no whole has no share and comes last.
    #[must_use]
    pub fn compare(self, other: Self) -> Ordering {
        match (self.whole, other.whole) {
            (0, 0) => Ordering::Equal,
            (0, _) => Ordering::Less,
            (_, 0) => Ordering::Greater,
            (own, its) => {
                let left = u128::from(self.part) * u128::from(its);
                left.cmp(&(u128::from(other.part) * u128::from(own)))
            }
        }
    }
}

/// The points that a share earns, in hundredths, rounded down: all of `most` from `full` percent on, a proportion below it. Nothing
/// where there is nothing to count.
#[must_use]
pub fn points(rate: Rate, most: u64, full: u64) -> Option<u64> {
    let whole = u128::from(rate.whole) * u128::from(full);
    let hundredths = u128::from(HUNDREDTHS);
    let most = u128::from(most) * hundredths;
    let earned = (u128::from(rate.part) * hundredths * most).checked_div(whole)?;
    u64::try_from(earned.min(most)).ok()
}

/// What a unit is compared by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The unit.
    pub unit: String,
    /// Reported in time, of the decisions that were to be reported.
    pub timely: Rate,
    /// Rows taken in, of the rows handed in.
    pub compliant: Rate,
    /// Decisions concealed.
    pub concealed: u64,
}

/// A unit's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Placed {
    /// How it stands.
    pub standing: Standing,
    /// Its place from 1; the same as another's where nothing tells them apart; none for too few decisions.
    pub place: Option<usize>,
}

/// Puts units in order as the law folder says: by which figures, and from how many decisions on. Units that have too few come last,
/// without a place. Nothing where the order is not set.
#[must_use]
pub fn rank(law: &Law, day: Date, mut units: Vec<Standing>) -> Option<Vec<Placed>> {
    let at = law.at(day);
    let (Lookup::Applies(order), Lookup::Applies(minimum)) = (at.list(ORDER), at.number(MINIMUM))
    else {
        return None;
    };
    let minimum = u64::try_from(minimum.value).unwrap_or_default();
    let compare = |one: &Standing, other: &Standing| -> Ordering {
        order.value.iter().fold(Ordering::Equal, |so_far, key| {
            so_far.then_with(|| match key.as_str() {
                "timely" => other.timely.compare(one.timely),
                "compliant" => other.compliant.compare(one.compliant),
                "concealed" => one.concealed.cmp(&other.concealed),
                _ => Ordering::Equal,
            })
        })
    };
    units.sort_by(|one, other| one.unit.cmp(&other.unit));
    let (mut ranked, rest): (Vec<_>, Vec<_>) =
        units.into_iter().partition(|one| one.timely.whole >= minimum.max(1));
    ranked.sort_by(compare);
    let mut placed: Vec<Placed> = Vec::with_capacity(ranked.len() + rest.len());
    for (index, standing) in ranked.into_iter().enumerate() {
        let same = placed
            .last()
            .filter(|before| compare(&before.standing, &standing) == Ordering::Equal)
            .and_then(|before| before.place);
        placed.push(Placed { standing, place: Some(same.unwrap_or(index + 1)) });
    }
    placed.extend(rest.into_iter().map(|standing| Placed { standing, place: None }));
    Some(placed)
}

/// What is left of missing numbers when explained ones are taken out, in order.
#[must_use]
pub fn unexplained(
    missing: RangeInclusive<i64>,
    explained: &[RangeInclusive<i64>],
) -> Vec<RangeInclusive<i64>> {
    let mut left = vec![missing];
    for hole in explained {
        left = left
            .into_iter()
            .flat_map(|range| {
                if hole.end() < range.start() || hole.start() > range.end() {
                    return vec![range];
                }
                let before = *range.start()..=hole.start().saturating_sub(1);
                let after = hole.end().saturating_add(1)..=*range.end();
                [before, after].into_iter().filter(|part| !part.is_empty()).collect()
            })
            .collect();
    }
    left
}

#[cfg(test)]
mod cases;
