//! What is in time, what is left unexplained, who stands where.

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
    let places: Vec<_> = placed.iter().map(|one| (one.standing.unit.as_str(), one.place)).collect();
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

#[test]
fn points_are_full_from_the_share_of_the_law_folder_on() {
    let rate = |part, whole| Rate { part, whole };
    assert_eq!(points(rate(95, 100), 20, 95), Some(2_000));
    assert_eq!(points(rate(100, 100), 20, 95), Some(2_000));
    assert_eq!(points(rate(0, 7), 20, 95), Some(0));
    // 90 of 100 is 94.73… % of full marks.
    assert_eq!(points(rate(90, 100), 20, 95), Some(1_894));
    assert_eq!(points(rate(0, 0), 20, 95), None);
}
