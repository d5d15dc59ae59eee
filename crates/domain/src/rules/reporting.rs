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
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const CLOCK: &str = "publicity.report.days";

    fn law() -> Law {
        Law::embedded().expect("the law")
    }

    #[test]
    fn the_last_day_is_in_time_and_the_next_is_late() {
        let law = law();
        // 2026-10-12 is a Monday; seven working days later is Wednesday the 21st.
        let decided = date(2026, 10, 12);
        let due = Some(date(2026, 10, 21));
        let of = |day: Date, outages: &[Outage]| timeliness(&law, CLOCK, decided, day, outages);
        assert_eq!(of(date(2026, 10, 21), &[]), (Timeliness::OnTime, due));
        assert_eq!(of(date(2026, 10, 22), &[]), (Timeliness::Late, due));
        // The platform was down on the last day and came back on the 23rd, a Friday.
        let outage = [date(2026, 10, 21)..=date(2026, 10, 22)];
        assert_eq!(of(date(2026, 10, 23), &outage), (Timeliness::Excused, due));
        assert_eq!(of(date(2026, 10, 26), &outage), (Timeliness::Late, due));
        // It was down earlier only.
        let before = [date(2026, 10, 19)..=date(2026, 10, 20)];
        assert_eq!(of(date(2026, 10, 22), &before), (Timeliness::Late, due));
        // No clock ran in 2014.
        let old = timeliness(&law, CLOCK, date(2014, 1, 2), date(2026, 1, 5), &[]);
        assert_eq!(old, (Timeliness::OnTime, None));
    }

    fn standing(unit: &str, timely: (u64, u64), compliant: (u64, u64), concealed: u64) -> Standing {
        Standing {
            unit: unit.to_owned(),
            timely: Rate { part: timely.0, whole: timely.1 },
            compliant: Rate { part: compliant.0, whole: compliant.1 },
            concealed,
        }
    }

    #[test]
    fn units_are_ranked_by_the_order_of_the_law_folder() {
        let units = vec![
            standing("one", (19, 20), (5, 10), 0),
            standing("two", (38, 40), (9, 10), 3),
            standing("three", (38, 40), (9, 10), 0),
            standing("few", (9, 9), (9, 9), 0),
            standing("same", (38, 40), (18, 20), 0),
            standing("none", (0, 0), (0, 0), 0),
            standing("worst", (0, 10), (0, 0), 0),
        ];
        let placed = rank(&law(), date(2026, 11, 1), units).expect("an order");
        let places: Vec<_> =
            placed.iter().map(|one| (one.standing.unit.as_str(), one.place)).collect();
        assert_eq!(
            places,
            [
                ("same", Some(1)),
                ("three", Some(1)),
                ("two", Some(3)),
                ("one", Some(4)),
                ("worst", Some(5)),
                ("few", None),
                ("none", None)
            ]
        );
    }

    proptest! {
        #[test]
        fn what_is_left_is_what_nobody_explained(
            first in 1..40i64, length in 0..40i64,
            holes in prop::collection::vec((0..90i64, 0..20i64), 0..6),
        ) {
            let missing = first..=first + length;
            let explained: Vec<_> = holes.iter().map(|(from, more)| *from..=from + more).collect();
            let left: BTreeSet<i64> =
                unexplained(missing.clone(), &explained).into_iter().flatten().collect();
            let wanted: BTreeSet<i64> =
                missing.filter(|number| !explained.iter().any(|hole| hole.contains(number))).collect();
            prop_assert_eq!(left, wanted);
        }

        #[test]
        fn a_share_compares_as_its_fraction(a in 0..50u64, b in 1..50u64, c in 0..50u64, d in 1..50u64) {
            let compared = Rate { part: a, whole: b }.compare(Rate { part: c, whole: d });
            prop_assert_eq!(compared, (a * d).cmp(&(c * b)));
        }
    }
}
