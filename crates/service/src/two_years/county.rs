//! The county of the two years: what its units, firms and office do on a day, through the use cases that pages and jobs call. Whatever
//! is done is noted in the model as it ought to come out.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use super::filing::file;
use super::model::{Case, Entry, Sort, is_working};
use crate::access::Role;
use crate::agents::Agent;
use crate::agents::tests::confirmed;
use crate::publicity::{Withdraw, expire, withdraw};
use crate::repairs::confirm_places;
use crate::testing::{code, company, person};
use crate::{Actor, Desk, import_subjects, law};

/// The invented firms that have somebody who acts for them.
const AGENTS: usize = 3;
/// Where penalties come from.
const UNITS: [&str; 3] = ["market-regulation", "emergency-management", "transport"];
/// Who keeps which severe list.
const LISTS: [(&str, &str); 4] = [
    ("market-regulation", "market-regulation"),
    ("emergency-management", "work-safety"),
    ("human-resources", "wage-arrears"),
    ("court", "dishonest-debtor"),
];

/// SplitMix64, so that a seed always gives the same two years.
#[derive(Debug)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let limit = u64::try_from(limit.max(1)).expect("small");
        usize::try_from((mixed ^ (mixed >> 31)) % limit).expect("small")
    }

    /// Whether something happens that happens so many times in a hundred.
    pub(super) fn percent(&mut self, times: usize) -> bool {
        self.below(100) < times
    }

    /// A day so many days later.
    pub(super) fn later(&mut self, day: Date, least: usize, most: usize) -> Date {
        let days = least + self.below(most - least + 1);
        day.checked_add(i64::try_from(days).expect("few").days()).expect("a day")
    }
}

/// All of it.
pub(super) struct County {
    pub(super) chance: Chance,
    pub(super) entries: Vec<Entry>,
    pub(super) cases: Vec<Case>,
    /// Places of the records that something happened to today.
    pub(super) touched: Vec<usize>,
    /// How often each thing happened, so that a quiet run does not pass for a proof.
    pub(super) done: BTreeMap<&'static str, usize>,
    pub(super) agents: Vec<Agent>,
    pub(super) scan: PathBuf,
    parties: usize,
    wanted: usize,
    drawn: usize,
}

pub(super) fn system() -> Actor {
    Actor::system("test")
}

pub(super) fn office() -> Actor {
    person("office", Role::CreditOffice, "credit-office")
}

pub(super) fn clerk(unit: &str) -> Actor {
    person("clerk", Role::Clerk, unit)
}

pub(super) fn reviewer(unit: &str) -> Actor {
    person("reviewer", Role::Reviewer, unit)
}

impl County {
    /// A county with so many records to come, its firms and agents, and an extension that two persons have confirmed.
    pub(super) async fn new(desk: &Desk, seed: u64, wanted: usize) -> Self {
        let parties = 17 + wanted / 8;
        let mut registry = "企业名称,统一社会信用代码,注册日期\n".to_owned();
        for party in 17..parties {
            registry.push_str(&format!("{},{},2015-03-02\n", company(party), code(party)));
        }
        let path = desk.scratch().join("more.csv");
        std::fs::write(&path, registry).expect("a file");
        import_subjects(desk, &system(), &path, "more.csv", 10).await.expect("a registry");
        let days = law::Confirm {
            parameter: "repair.extend.days".to_owned(),
            from: date(2023, 5, 1),
            value: "10".to_owned(),
            text: "情况复杂的，可以延长10个工作日（示例文本）".to_owned(),
            second: "second".to_owned(),
        };
        law::confirm(desk, &system(), days).await.expect("confirmed");
        let mut agents = Vec::new();
        for number in 0..AGENTS {
            agents.push(confirmed(desk, number, number + 1).await);
        }
        let scan = desk.scratch().join("scan.pdf");
        std::fs::write(&scan, b"%PDF-1.7 example").expect("a file");
        Self {
            chance: Chance(seed),
            entries: Vec::new(),
            cases: Vec::new(),
            touched: Vec::new(),
            done: BTreeMap::new(),
            agents,
            scan,
            parties,
            wanted,
            drawn: 0,
        }
    }

    pub(super) fn note(&mut self, what: &'static str) {
        *self.done.entry(what).or_default() += 1;
    }

    /// What had been decided before the first day, back to the rules of 2022: a third of all.
    pub(super) async fn begin(&mut self, desk: &Desk) {
        let mut old = Vec::new();
        for _ in 0..self.wanted / 3 {
            let entry = self.draw(desk.today());
            // The rules of the list of work safety begin in October 2023.
            let listed = matches!(entry.sort, Sort::Listed(_));
            let first = if listed { date(2023, 10, 1) } else { date(2022, 8, 1) };
            let span = (date(2025, 6, 28) - first).get_days();
            let decided = self.chance.later(first, 0, usize::try_from(span).expect("later"));
            old.push(Entry { decided, ..entry });
        }
        self.record(desk, old).await;
    }

    fn draw(&mut self, today: Date) -> Entry {
        let mut unit = UNITS[self.chance.below(UNITS.len())];
        let sort = match self.chance.below(20) {
            0..=5 => Sort::Fine(Some("general")),
            6..=8 => Sort::Fine(Some("serious")),
            9..=10 => Sort::Fine(None),
            11 => Sort::Fine(Some("minor")),
            12 => Sort::Confiscation,
            13 => Sort::Suspension,
            14 => Sort::Warning,
            15 => Sort::Simple,
            16 => {
                unit = "market-regulation";
                Sort::Abnormal
            }
            _ => {
                let (keeper, list) = LISTS[self.chance.below(LISTS.len())];
                unit = keeper;
                Sort::Listed(list)
            }
        };
        self.drawn += 1;
        let before = i64::try_from(self.chance.below(9)).expect("few");
        let own = self.chance.percent(10);
        let party =
            if own { 1 + self.chance.below(AGENTS) } else { self.chance.below(self.parties) };
        Entry {
            party,
            unit,
            sort,
            number: format!("示例〔2025〕{}号", 10_000 + self.drawn),
            decided: today.checked_sub(before.days()).expect("a day"),
            off: None,
            down: None,
            repaired: false,
            place: (0, 0),
            sent: 0,
        }
    }

    /// Hands in, checks, releases and records; a file for each unit and kind.
    async fn record(&mut self, desk: &Desk, mut new: Vec<Entry>) {
        new.sort_by_key(|entry| (entry.unit, entry.kind()));
        let mut files: Vec<Vec<Entry>> = Vec::new();
        for entry in new {
            match files.last_mut() {
                Some(last) if (last[0].unit, last[0].kind()) == (entry.unit, entry.kind()) => {
                    last.push(entry);
                }
                _ => files.push(vec![entry]),
            }
        }
        for rows in files {
            let mut places = file(desk, &rows).await.into_iter();
            for entry in rows {
                self.touched.push(self.entries.len());
                let place = places.next().expect("one a row");
                self.entries.push(Entry { place, sent: 1, ..entry });
                self.note("recorded");
            }
        }
    }

    /// What happens on a day, before anybody looks.
    pub(super) async fn live(&mut self, desk: &Desk, days_left: usize) {
        let today = desk.today();
        self.touched.clear();
        if is_working(today) {
            self.deliver(desk, days_left).await;
            for _ in 0..1 + self.entries.len() / 250 {
                self.change(desk).await;
            }
        }
        self.go_on(desk).await;
        self.apply(desk).await;
        // Now and then a night is missed: what is public does not depend on it.
        if self.chance.percent(90) {
            expire(desk, &system(), today).await.expect("ran");
            confirm_places(desk, &system()).await.expect("ran");
        } else {
            self.note("a missed night");
        }
    }

    /// New decisions, in a file now and then, so that all are there in time.
    async fn deliver(&mut self, desk: &Desk, days_left: usize) {
        let missing = self.wanted.saturating_sub(self.entries.len());
        let a_file = 6.min(missing);
        // All are there a month before the end.
        let days_left = days_left.saturating_sub(30).max(1);
        if a_file > 0 && self.chance.below(days_left) < (missing / a_file).max(1) {
            let new = (0..a_file).map(|_| self.draw(desk.today())).collect();
            self.record(desk, new).await;
        }
    }

    /// What a unit changes or takes back; what it sends once more although it was repaired.
    async fn change(&mut self, desk: &Desk) {
        let today = desk.today();
        let some = self.entries.len();
        if some == 0 || !self.chance.percent(25) {
            return;
        }
        let mut chosen = self.chance.below(some);
        let pending: Vec<usize> =
            self.cases.iter().filter(|case| case.is_pending()).map(|case| case.entry).collect();
        // A decision is often taken back while somebody asks about it.
        if self.chance.percent(20) && !pending.is_empty() {
            chosen = pending[self.chance.below(pending.len())];
        }
        let entry = self.entries[chosen].clone();
        self.touched.push(chosen);
        if entry.repaired {
            // The same decision with something new in it.
            let again = Entry { sent: entry.sent + 1, ..entry };
            file(desk, std::slice::from_ref(&again)).await;
            self.entries[chosen].sent += 1;
            self.note("a repaired record sent again");
            return;
        }
        if entry.down.is_some() {
            return;
        }
        match (self.chance.below(3), entry.sort) {
            (0, Sort::Listed(_)) if entry.off.is_none() => {
                let off = Entry { off: Some(today), sent: entry.sent + 1, ..entry };
                file(desk, std::slice::from_ref(&off)).await;
                self.entries[chosen] = off;
                self.note("off a list");
            }
            (1, Sort::Fine(_)) => {
                let lower = Entry { sent: entry.sent + 1, ..entry };
                file(desk, std::slice::from_ref(&lower)).await;
                self.entries[chosen] = lower;
                self.note("a decision changed");
            }
            (2, _) => {
                let command = Withdraw {
                    subject: entry.place.0,
                    record: entry.place.1,
                    decided: today,
                    reason: "决定被撤销（依据：示例文书1号）".to_owned(),
                };
                withdraw(desk, &reviewer(entry.unit), command).await.expect("taken down");
                self.entries[chosen].down = Some(today);
                self.note("a decision revoked");
                // What is revoked is taken down, not repaired: whoever asked need not wait for an answer.
                let mut lapsed = 0;
                for case in self.cases.iter_mut().filter(|case| case.entry == chosen) {
                    if case.is_pending() {
                        case.stage = "lapsed";
                        lapsed += 1;
                    }
                }
                if lapsed > 0 {
                    self.note("an application lapsed");
                }
            }
            _ => {}
        }
    }
}
