//! Habits and what follows from them, worked out by hand.

use jiff::civil::{Date, date};

use super::*;

/// A Monday; the Sunday after it is worked.
const TODAY: Date = date(2026, 9, 14);

fn law() -> Law {
    Law::embedded().expect("the law")
}

fn clock(law: &Law) -> String {
    law.kind("administrative-penalty").expect("a kind").report_within.clone()
}

/// Two decisions on each working day of June to August, all after `lag` working days, every `each`th day after `slow`.
fn made(law: &Law, lag: u32, slow: u32, each: usize) -> Vec<Made> {
    let mut day = date(2026, 6, 1);
    let mut made = Vec::new();
    while day <= date(2026, 8, 31) {
        let lag = if made.len() % each == each - 1 { slow } else { lag };
        made.push(Made { decided: day, received: law.calendar().add(day, lag).date, records: 2 });
        day = law.calendar().add(day, 1).date;
    }
    made
}

#[test]
fn a_unit_that_is_always_in_time_has_nothing_to_fear_while_it_keeps_its_habit() {
    let law = law();
    let clock = clock(&law);
    let terms = Terms::at(&law, TODAY).expect("terms");
    assert_eq!((terms.ahead, terms.since), (7, date(2026, 3, 14)));
    let habits = Habits::read(&law, &clock, TODAY, terms, made(&law, 3, 3, 5)).expect("habits");
    // Three working days are not over: none of those that were open at that age was late.
    assert_eq!(habits.chance(date(2026, 9, 11)).part, 0);
    assert_eq!(habits.likely(date(2026, 9, 11)), None);
    let outlook = habits.outlook().expect("an outlook");
    assert_eq!((outlook.first, outlook.last), (date(2026, 9, 3), TODAY));
    assert_eq!(outlook.until, date(2026, 9, 22));
    assert_eq!((outlook.expected, outlook.arrived), (16, 0));
    assert_eq!(outlook.late, Some(0));
}

#[test]
fn what_was_open_at_that_age_and_came_late_is_the_chance() {
    let law = law();
    let clock = clock(&law);
    let terms = Terms::at(&law, TODAY).expect("terms");
    // Of five days four arrive after two working days, one after twelve: once the two are over, only the late are left.
    let past = made(&law, 2, 12, 5);
    let late: u64 = past.iter().skip(4).step_by(5).map(|one| one.records).sum();
    let all: u64 = past.iter().map(|one| one.records).sum();
    let habits = Habits::read(&law, &clock, TODAY, terms, past).expect("habits");
    assert_eq!(habits.chance(TODAY), Rate { part: late, whole: all });
    assert_eq!(habits.likely(TODAY), None);
    // Friday is one working day ago, Thursday two.
    assert_eq!(habits.chance(date(2026, 9, 11)), Rate { part: late, whole: all });
    let (due, chance) = habits.likely(date(2026, 9, 10)).expect("likely");
    assert_eq!((due, chance), (date(2026, 9, 20), Rate { part: late, whole: late }));
    // Its clock has run out already: late, not likely to be.
    assert_eq!(habits.likely(date(2026, 9, 2)), None);
    assert_eq!(habits.likely(date(2026, 9, 15)), None);
}

#[test]
fn what_has_come_is_no_longer_expected_and_too_little_says_nothing() {
    let law = law();
    let clock = clock(&law);
    let terms = Terms::at(&law, TODAY).expect("terms");
    let mut past = made(&law, 9, 9, 5);
    let slow = Habits::read(&law, &clock, TODAY, terms, past.clone()).expect("habits");
    let outlook = slow.outlook().expect("an outlook");
    assert_eq!((outlook.expected, outlook.arrived, outlook.late), (16, 0, Some(16)));
    past.push(Made { decided: date(2026, 9, 9), received: TODAY, records: 7 });
    let habits = Habits::read(&law, &clock, TODAY, terms, past).expect("habits");
    let outlook = habits.outlook().expect("an outlook");
    assert_eq!((outlook.expected, outlook.arrived, outlook.late), (16, 7, Some(9)));
    // Slower than ever: there is no habit to go by.
    let quick = Habits::read(&law, &clock, TODAY, terms, made(&law, 0, 0, 5)).expect("habits");
    assert_eq!(quick.outlook().expect("an outlook").late, None);
    let few = made(&law, 3, 3, 5).into_iter().take(4).collect();
    assert!(Habits::read(&law, &clock, TODAY, terms, few).is_none());
    let mut old = made(&law, 3, 3, 5);
    old.iter_mut().for_each(|one| one.decided = date(2025, 6, 2));
    assert!(Habits::read(&law, &clock, TODAY, terms, old).is_none());
}
