//! What is likely to be late, measured on months that the forecast has not seen: hits, false alarms, what was missed.
//!
//! Invented units with the habits that offices have (every few days; each Friday; at the month's end; mostly prompt with lapses; prompt
//! until somebody left). Each Monday of the last three months the forecast sees what had arrived by then and no more. Peers in the same
//! run: naming everything that has not come, and naming it where half of all that the unit reported so far was late. Run it with
//! `cargo bench -p xinyong-domain --bench forecast`.

use std::time::Instant;

use jiff::civil::{Date, Weekday, date};
use xinyong_domain::law::Law;
use xinyong_domain::rules::deadline::report_due;
use xinyong_domain::rules::forecast::{Habits, Made, Terms};

const FIRST: Date = date(2025, 9, 1);
const HELD_OUT: Date = date(2026, 7, 1);
const LAST: Date = date(2026, 9, 30);
const UNITS: usize = 50;

/// A plain generator with a fixed seed: the same run every time.
struct Chance(u64);

impl Chance {
    fn of(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

#[derive(Clone, Copy)]
struct Decision {
    number: u64,
    decided: Date,
    received: Date,
    due: Date,
}

impl Decision {
    fn late(&self) -> bool {
        self.received > self.due
    }
}

fn next(day: Date) -> Date {
    day.tomorrow().unwrap_or(day)
}

fn friday(law: &Law, from: Date) -> Date {
    let mut day = from;
    while day.weekday() != Weekday::Friday {
        day = next(day);
    }
    law.calendar().add(day, 0).date
}

/// When a unit of this habit sends a decision of a day.
fn sent(law: &Law, habit: usize, decided: Date, chance: &mut Chance) -> Date {
    let add = |days: u64| law.calendar().add(decided, u32::try_from(days).unwrap_or(0)).date;
    match habit {
        0 => add(1 + chance.of(5)),
        1 if chance.of(6) > 0 => friday(law, decided),
        1 => friday(law, next(friday(law, decided))),
        2 => {
            law.calendar()
                .add(decided.last_of_month(), u32::try_from(chance.of(3)).unwrap_or(0))
                .date
        }
        3 if chance.of(5) > 0 => add(chance.of(4)),
        3 => add(8 + chance.of(6)),
        _ if decided < date(2026, 6, 1) => add(1 + chance.of(3)),
        _ => add(5 + chance.of(8)),
    }
}

fn history(law: &Law, clock: &str, unit: usize) -> Vec<Decision> {
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15 ^ (unit as u64 + 1));
    for _ in 0..20 {
        chance.of(2);
    }
    let mut made = Vec::new();
    let (mut day, mut number) = (FIRST, 0);
    while day <= LAST {
        if law.calendar().is_working(day).0 {
            for _ in 0..chance.of(3) {
                number += 1;
                let received = sent(law, unit % 5, day, &mut chance);
                let due = report_due(law, clock, day).map_or(day, |due| due.value.date);
                made.push(Decision { number, decided: day, received, due });
            }
        }
        day = next(day);
    }
    made
}

#[derive(Default)]
struct Tally {
    hits: u64,
    false_alarms: u64,
    missed: u64,
}

impl Tally {
    fn count(&mut self, said: bool, late: bool) {
        match (said, late) {
            (true, true) => self.hits += 1,
            (true, false) => self.false_alarms += 1,
            (false, true) => self.missed += 1,
            (false, false) => {}
        }
    }

    fn show(&self, name: &str) {
        let share = |part: u64, whole: u64| {
            if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
        };
        println!(
            "{name:<54} hits {:>6} false alarms {:>6} missed {:>6}: of those named {:>5.1} % came late, of the late {:>5.1} % were named",
            self.hits,
            self.false_alarms,
            self.missed,
            share(self.hits, self.hits + self.false_alarms),
            share(self.hits, self.hits + self.missed),
        );
    }
}

fn main() {
    let law = Law::embedded().expect("the law");
    let clock = law.kind("administrative-penalty").expect("a kind").report_within.clone();
    let habits_of =
        ["every few days", "Fridays", "month's end", "prompt, with lapses", "slower since June"];
    let mut by_habit: Vec<[Tally; 3]> = (0..habits_of.len()).map(|_| Default::default()).collect();
    let (mut foretold, mut happened, mut apart, mut weeks) = (0, 0, 0, 0);
    let (mut asked, began) = (0_u32, Instant::now());
    for unit in 0..UNITS {
        let all = history(&law, &clock, unit);
        let mut today = HELD_OUT;
        while today <= LAST {
            if today.weekday() != Weekday::Monday {
                today = next(today);
                continue;
            }
            let terms = Terms::at(&law, today).expect("terms");
            let seen: Vec<_> = all.iter().filter(|one| one.received <= today).collect();
            let made = seen
                .iter()
                .filter(|one| one.decided >= terms.since)
                .map(|one| Made { decided: one.decided, received: one.received, records: 1 })
                .collect();
            let habits = Habits::read(&law, &clock, today, terms, made).expect("habits");
            let newest = seen.iter().map(|one| one.number).max().unwrap_or_default();
            let late_so_far = seen.iter().filter(|one| one.late()).count() * 2 >= seen.len();
            let until = law.calendar().add(today, terms.ahead).date;
            let open = all.iter().filter(|one| {
                one.decided <= today && one.received > today && one.due >= today && one.due <= until
            });
            let mut really = 0;
            for one in open {
                really += u64::from(one.late());
                // Only what a later number has given away is known by its number.
                if one.number < newest {
                    let [ours, everything, half] = &mut by_habit[unit % habits_of.len()];
                    ours.count(habits.likely(one.decided).is_some(), one.late());
                    everything.count(true, one.late());
                    half.count(late_so_far, one.late());
                    asked += 1;
                }
            }
            if let Some(late) = habits.outlook().and_then(|outlook| outlook.late) {
                foretold += late;
                happened += really;
                apart += late.abs_diff(really);
                weeks += 1;
            }
            today = next(today);
        }
    }
    let took = began.elapsed();
    println!(
        "{UNITS} units, {asked} open decisions known by their numbers, on the Mondays of three months not seen before; all of it in {took:?}"
    );
    let mut sums: [Tally; 3] = Default::default();
    for (name, tallies) in habits_of.iter().zip(&by_habit) {
        tallies[0].show(&format!("  {name}"));
        for (sum, tally) in sums.iter_mut().zip(tallies) {
            sum.hits += tally.hits;
            sum.false_alarms += tally.false_alarms;
            sum.missed += tally.missed;
        }
    }
    for (name, sum) in [
        "the unit's habits",
        "peer: everything that has not come",
        "peer: everything, where half so far was late",
    ]
    .iter()
    .zip(&sums)
    {
        sum.show(name);
    }
    println!(
        "decisions likely to be late in {weeks} weeks of a unit: {foretold} foretold, {happened} came late, {apart} apart week by week"
    );
}
