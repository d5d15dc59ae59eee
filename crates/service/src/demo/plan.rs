//! Two years of filing, planned before anything is filed: which unit hands in what on which day, with which mistakes, and how far
//! each file gets.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use xinyong_domain::calendar::Calendar;
use xinyong_domain::law::{County, Unit};

use super::filers::{FILERS, Filer, Grant, LICENCE, Offence, PENALTY};
use super::names::Group;
use super::random::SplitMix;
use super::records::{Case, Cells, Matter, Party, Sanction, Slip, Verdict, cells, verdicts};
use super::subjects::Subject;

/// How far a file gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ending {
    /// Into the register.
    Recorded,
    /// Into the register, after the reviewer gave it back once.
    GivenBack,
    /// Given up by the clerk after the check.
    Cancelled,
    /// Waits for the clerk.
    Checked,
    /// Waits for the reviewer.
    Submitted,
    /// Handed in under the wrong kind, refused as a whole.
    Refused,
}

/// One file of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filing {
    pub day: Date,
    pub unit: String,
    /// The kind its rows are of.
    pub kind: &'static str,
    /// The kind the clerk chose.
    pub filed_as: &'static str,
    pub file_name: String,
    pub rows: Vec<Cells>,
    /// The reviewer's judgements by row number.
    pub verdicts: Vec<(i64, Verdict)>,
    /// The basis for publication the reviewer confirms; empty for none.
    pub basis: &'static str,
    pub ending: Ending,
}

/// What the plan is made from.
pub(super) struct Ground<'g> {
    pub county: &'g County,
    pub calendar: &'g Calendar,
    pub subjects: &'g [Subject],
    pub start: Date,
    pub today: Date,
    /// How many times rarer files are than in the full county; 1 for the full county.
    pub stretch: u32,
}

/// A row before its number is known.
struct Line {
    case: usize,
    slip: Slip,
}

struct Draft {
    day: Date,
    filed_as: &'static str,
    lines: Vec<Line>,
    ending: Ending,
    basis: &'static str,
}

/// Plans all files, in the order in which they are handed in.
pub(super) fn plan(random: &SplitMix, ground: &Ground<'_>) -> Vec<Filing> {
    let mut by_group: BTreeMap<Group, Vec<&Subject>> = BTreeMap::new();
    for subject in ground.subjects.iter().filter(|subject| subject.is_active()) {
        by_group.entry(subject.group).or_default().push(subject);
    }
    let mut filings = Vec::new();
    for (turn, filer) in FILERS.iter().enumerate() {
        let found = ground.county.units.iter().enumerate().find(|(_, unit)| unit.id == filer.unit);
        let Some((place, unit)) = found else {
            continue;
        };
        let series = Series {
            random: random.fork(&format!("{} {}", filer.unit, filer.kind)),
            ground,
            by_group: &by_group,
            filer,
            turn: u32::try_from(turn).unwrap_or_default(),
            invented: 0,
            cases: Vec::new(),
            drafts: Vec::new(),
        };
        filings.extend(series.filings(unit, place));
    }
    // Stable: what one unit files on one day keeps its order.
    filings.sort_by_key(|filing| filing.day);
    filings
}

/// The files of one unit and kind.
struct Series<'s> {
    random: SplitMix,
    ground: &'s Ground<'s>,
    by_group: &'s BTreeMap<Group, Vec<&'s Subject>>,
    filer: &'static Filer,
    turn: u32,
    invented: u32,
    cases: Vec<Case>,
    drafts: Vec<Draft>,
}

impl Series<'_> {
    fn filings(mut self, unit: &Unit, place: usize) -> Vec<Filing> {
        self.draft();
        self.draft_open();
        self.number();
        let mut filings = Vec::with_capacity(self.drafts.len());
        for draft in std::mem::take(&mut self.drafts) {
            let rows = draft
                .lines
                .iter()
                .filter_map(|line| {
                    let case = self.cases.get(line.case)?;
                    Some(cells(case, self.filer.word, unit, place, &line.slip))
                })
                .collect();
            let mut judged = Vec::new();
            for (at, line) in draft.lines.iter().enumerate() {
                let Some(case) = self.cases.get(line.case) else {
                    continue;
                };
                let roll = self.random.below(10);
                if line.slip.is_refused(self.filer.kind) {
                    continue;
                }
                // The headings are row 1.
                let row = i64::try_from(at).unwrap_or_default() + 2;
                judged.extend(
                    verdicts(case, draft.day, roll).into_iter().map(|verdict| (row, verdict)),
                );
            }
            let kind = if self.filer.kind == LICENCE { "行政许可" } else { "行政处罚" };
            let (year, month, day) = (draft.day.year(), draft.day.month(), draft.day.day());
            filings.push(Filing {
                day: draft.day,
                unit: unit.id.clone(),
                kind: self.filer.kind,
                filed_as: draft.filed_as,
                file_name: format!("{}{kind}{year:04}{month:02}{day:02}.csv", unit.short),
                rows,
                verdicts: judged,
                basis: draft.basis,
                ending: draft.ending,
            });
        }
        filings
    }

    /// The files of the two years, up to a few days ago.
    fn draft(&mut self) {
        let every = i64::from(self.filer.every * self.ground.stretch.max(1));
        let last = self.back(self.ground.today, 3);
        let offset = 1 + i64::from(self.turn * 5) % every;
        let mut due = later(self.ground.start, offset);
        let mut again: Vec<usize> = Vec::new();
        while due <= last {
            let day = self.ground.calendar.add(due, 0).date;
            let lines = self.lines(day, &mut again);
            let basis = self.basis();
            self.hand_in(day, lines, basis);
            due = later(due, every);
        }
    }

    /// Most files go their way at once; some are first handed in wrongly as a whole, or come back from the reviewer.
    fn hand_in(&mut self, day: Date, lines: Vec<Line>, basis: &'static str) {
        let filed_as = self.filer.kind;
        let draft = |day, filed_as, lines, ending| Draft { day, filed_as, lines, ending, basis };
        let next = self.ground.calendar.add(day, 1).date;
        match self.random.below(30) {
            0 if filed_as == PENALTY => {
                if let Some(wrong) = self.with_yuan(&lines) {
                    self.drafts.push(draft(day, filed_as, wrong, Ending::Cancelled));
                    self.drafts.push(draft(next, filed_as, lines, Ending::Recorded));
                } else {
                    self.drafts.push(draft(day, filed_as, lines, Ending::Recorded));
                }
            }
            0 if filed_as == LICENCE && self.also_punishes() => {
                let same = copy(&lines);
                self.drafts.push(draft(day, PENALTY, same, Ending::Refused));
                self.drafts.push(draft(next, filed_as, lines, Ending::Recorded));
            }
            1 => self.drafts.push(draft(day, filed_as, lines, Ending::GivenBack)),
            _ => self.drafts.push(draft(day, filed_as, lines, Ending::Recorded)),
        }
    }

    /// What lies on the desks today: for the clerks and reviewers of the accounts, and for the credit office.
    fn draft_open(&mut self) {
        let today = self.back(self.ground.today, 0);
        let before = self.back(self.ground.today, 1);
        let kind = self.filer.kind;
        let mut none = Vec::new();
        let mut open = |series: &mut Self, day, ending| {
            let lines = series.lines(day, &mut none);
            let basis = series.basis();
            series.drafts.push(Draft { day, filed_as: kind, lines, ending, basis });
        };
        match (self.filer.unit, kind) {
            ("market-regulation", PENALTY) => {
                open(self, before, Ending::Submitted);
                let lines = self.lines(today, &mut Vec::new());
                let lines = self.with_yuan(&lines).unwrap_or(lines);
                let basis = self.basis();
                self.drafts.push(Draft {
                    day: today,
                    filed_as: kind,
                    lines,
                    ending: Ending::Checked,
                    basis,
                });
            }
            ("market-regulation", _) => {
                let lines = self.lines(before, &mut Vec::new());
                let basis = self.basis();
                let wrong = copy(&lines);
                self.drafts.push(Draft {
                    day: before,
                    filed_as: PENALTY,
                    lines: wrong,
                    ending: Ending::Refused,
                    basis,
                });
                self.drafts.push(Draft {
                    day: today,
                    filed_as: kind,
                    lines,
                    ending: Ending::Submitted,
                    basis,
                });
            }
            ("emergency-management", _) => {
                open(self, before, Ending::Submitted);
                open(self, today, Ending::Checked);
            }
            ("administrative-approval", _) => open(self, today, Ending::Submitted),
            _ => {}
        }
    }

    /// Whether the unit has a kind to mistake this one for.
    fn also_punishes(&self) -> bool {
        FILERS.iter().any(|other| other.unit == self.filer.unit && other.kind == PENALTY)
    }

    /// The rows of one file, with new decisions; what was refused last time comes again, corrected and late.
    fn lines(&mut self, day: Date, again: &mut Vec<usize>) -> Vec<Line> {
        let mut lines: Vec<Line> =
            again.drain(..).map(|case| Line { case, slip: Slip::None }).collect();
        let (fewest, most) = self.filer.rows;
        for _ in 0..self.random.between(fewest, most) {
            let case = self.decide(day);
            let slip = self.slip(&case);
            self.cases.push(case);
            let case = self.cases.len() - 1;
            if slip.is_refused(self.filer.kind) && self.random.chance(3, 5) {
                again.push(case);
            }
            lines.push(Line { case, slip });
        }
        if self.random.chance(1, 6)
            && let Some(twice) = lines.last().map(|line| line.case)
        {
            lines.push(Line { case: twice, slip: Slip::None });
        }
        lines
    }

    fn decide(&mut self, day: Date) -> Case {
        let behind = if self.random.chance(1, 9) {
            self.random.between(9, 45)
        } else {
            self.random.between(1, 6)
        };
        let decided = self.back(day, behind);
        let (matter, groups) = self.matter();
        let party = match self.random.below(200) {
            0..8 => {
                let number = self.next_invented();
                Party::person(&mut self.random, number)
            }
            8..12 => {
                let number = self.next_invented();
                Party::unknown(&mut self.random, number)
            }
            _ => self.subject(groups, decided, day),
        };
        Case { party, decided, matter, number: 0 }
    }

    /// A number for a person or company outside the register. The units share them out among themselves.
    fn next_invented(&mut self) -> u32 {
        self.invented += 1;
        self.invented * 31 + self.turn
    }

    fn matter(&mut self) -> (Matter, &'static [Group]) {
        if self.filer.kind == LICENCE {
            let grants: &'static [Grant] = self.filer.grants;
            let grant = self.random.pick(grants);
            return (Matter::Licence(grant), grant.groups);
        }
        let offences: &'static [Offence] = self.filer.offences;
        let offence = self.random.pick(offences);
        let simple = self.random.chance(1, 14);
        let (least, most) = offence.fine;
        let fine = self.random.between(least, most);
        // Round sums, as decisions have them.
        let fine = if fine > 100 { fine / 50 * 50 } else { fine };
        let sanction = match self.random.below(100) {
            _ if simple && self.random.chance(1, 2) => Sanction::Warning,
            _ if simple => Sanction::Fine(2),
            0..12 => Sanction::Warning,
            12..15 => Sanction::Criticism,
            15..28 => Sanction::FineAndConfiscation(fine, self.random.between(1, 60)),
            28..31 => Sanction::Suspension,
            31..34 => Sanction::BusinessSuspension,
            34..36 => Sanction::Removal,
            _ => Sanction::Fine(fine),
        };
        let sanction =
            if fits(self.filer.unit, sanction) { sanction } else { Sanction::Fine(fine) };
        let domain_left = !offence.domain.is_empty() && self.random.chance(1, 5);
        (Matter::Penalty { offence, sanction, simple, domain_left }, offence.groups)
    }

    /// A subject that fits, registered by the day of the decision and known by the day of filing. Some come back again and again.
    fn subject(&mut self, groups: &[Group], decided: Date, filed: Date) -> Party {
        let mut fitting: Option<&Subject> = None;
        for _ in 0..60 {
            let list = if groups.is_empty() {
                let held: Vec<&Vec<&Subject>> = self.by_group.values().collect();
                if held.is_empty() { None } else { Some(*self.random.pick(&held)) }
            } else {
                self.by_group.get(self.random.pick(groups))
            };
            let Some(list) = list.filter(|list| !list.is_empty()) else {
                continue;
            };
            let often = if self.random.chance(1, 5) { list.len().min(12) } else { list.len() };
            let place = self.random.place(often);
            fitting = list
                .get(place)
                .copied()
                .filter(|subject| subject.registered <= decided && subject.known <= filed);
            if fitting.is_some() {
                break;
            }
        }
        match fitting {
            Some(subject) => {
                let former = self.random.chance(1, 8);
                Party::subject(subject, former)
            }
            None => {
                let number = self.next_invented();
                Party::unknown(&mut self.random, number)
            }
        }
    }

    fn slip(&mut self, case: &Case) -> Slip {
        let roll = self.random.below(240);
        if case.party.code.is_empty() {
            return if roll < 4 { Slip::ContentMissing } else { Slip::None };
        }
        match roll {
            0..4 => Slip::CheckDigit,
            4..8 => Slip::ContentMissing,
            8..11 => Slip::NumberMissing,
            11..14 => {
                let other = self.random.pick(self.ground.subjects);
                if other.code == case.party.code {
                    Slip::None
                } else {
                    Slip::OtherName(other.name.clone())
                }
            }
            14..17 => Slip::NextYear,
            17..20 => Slip::SmallLetters,
            _ => Slip::None,
        }
    }

    /// The same rows with the first ordinary fine in yuan; nothing when no row has one that would be noticed.
    fn with_yuan(&self, lines: &[Line]) -> Option<Vec<Line>> {
        let noticed = |line: &Line| {
            line.slip == Slip::None
                && self.cases.get(line.case).is_some_and(|case| {
                    matches!(
                        case.matter,
                        Matter::Penalty { sanction: Sanction::Fine(fine), .. } if fine >= 100
                    )
                })
        };
        let place = lines.iter().position(noticed)?;
        let mut wrong = copy(lines);
        wrong.get_mut(place)?.slip = Slip::Yuan;
        Some(wrong)
    }

    fn basis(&mut self) -> &'static str {
        if self.filer.kind == LICENCE {
            return "unit-publication-list";
        }
        match (self.random.below(30), self.filer.unit) {
            (0, _) => "",
            (1..9, "market-regulation" | "emergency-management" | "fire-rescue" | "health") => {
                "safety-or-health"
            }
            (9..13, "market-regulation") => "market-order",
            (13, _) => "upper-body",
            _ => "unit-publication-list",
        }
    }

    /// Numbers the decisions of each year in their order. Some numbers are never filed: those are the gaps that a supervisor asks
    /// about.
    fn number(&mut self) {
        let mut order: Vec<usize> = (0..self.cases.len()).collect();
        order.sort_by_key(|place| (self.cases.get(*place).map(|case| case.decided), *place));
        let mut year = None;
        let mut number = 0;
        for place in order {
            let Some(case) = self.cases.get_mut(place) else {
                continue;
            };
            let decided = case.decided.year();
            if year != Some(decided) {
                // The plan begins in the middle of a year, whose earlier numbers lie before it.
                number = if year.is_none() { self.random.between(60, 240) } else { 0 };
                year = Some(decided);
            }
            number += match self.random.below(150) {
                0 => 4,
                1..6 => 2,
                _ => 1,
            };
            case.number = number;
        }
    }

    /// A working day some working days before another; with 0 that day, or the last working day before it.
    fn back(&self, day: Date, days: u32) -> Date {
        let mut at = day;
        let mut left = days;
        loop {
            let working = self.ground.calendar.is_working(at).0;
            if working && left == 0 {
                return at;
            }
            if working {
                left -= 1;
            }
            match at.yesterday() {
                Ok(before) => at = before,
                Err(_) => return at,
            }
        }
    }
}

/// Whether a unit imposes such a thing at all: nobody has a licence suspended by the tax office.
fn fits(unit: &str, sanction: Sanction) -> bool {
    match sanction {
        Sanction::Warning | Sanction::Criticism | Sanction::Fine(_) => true,
        Sanction::FineAndConfiscation(..) => {
            ["market-regulation", "natural-resources", "agriculture", "health"].contains(&unit)
        }
        Sanction::Suspension => ["market-regulation", "transport", "health"].contains(&unit),
        Sanction::BusinessSuspension => {
            ["market-regulation", "emergency-management", "fire-rescue", "ecology-environment"]
                .contains(&unit)
        }
        Sanction::Removal => ["urban-management", "natural-resources"].contains(&unit),
    }
}

fn copy(lines: &[Line]) -> Vec<Line> {
    lines.iter().map(|line| Line { case: line.case, slip: line.slip.clone() }).collect()
}

fn later(day: Date, days: i64) -> Date {
    day.checked_add(days.days()).unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;
    use xinyong_domain::check::{self, Checker, MemoryRegistry, Seen};
    use xinyong_domain::law::{Law, Profile};
    use xinyong_domain::text::normalise_name;

    use super::*;
    use crate::demo::names::MARK;
    use crate::demo::subjects::invent;
    use crate::demo::{import_days, records};

    const TODAY: Date = date(2026, 11, 25);
    const START: Date = date(2024, 11, 25);

    fn planned(law: &Law, seed: u64, stretch: u32) -> Vec<Filing> {
        let random = SplitMix::new(seed);
        let subjects =
            invent(random.fork("subjects"), 3_000, law.towns(), &import_days(START, TODAY));
        let county = law.counties().get("140829").expect("the county");
        plan(
            &random,
            &Ground {
                county,
                calendar: law.calendar(),
                subjects: &subjects,
                start: START,
                today: TODAY,
                stretch,
            },
        )
    }

    fn law() -> Law {
        Law::embedded().expect("the embedded law")
    }

    #[test]
    fn the_plan_has_its_size_and_every_ending() {
        let law = law();
        let plan = planned(&law, 1, 1);
        assert!((330..=420).contains(&plan.len()), "{}", plan.len());
        for filing in &plan {
            assert!((4..=40).contains(&filing.rows.len()), "{}", filing.rows.len());
            assert!(filing.day <= TODAY && law.calendar().is_working(filing.day).0);
            assert!(law.kind(filing.filed_as).is_some());
        }
        for ending in [
            Ending::Recorded,
            Ending::GivenBack,
            Ending::Cancelled,
            Ending::Checked,
            Ending::Submitted,
            Ending::Refused,
        ] {
            assert!(plan.iter().any(|filing| filing.ending == ending), "{ending:?}");
        }
        assert!(plan.is_sorted_by_key(|filing| filing.day));
        assert!(planned(&law, 1, 4).len() < plan.len() / 2);
    }

    #[test]
    fn the_same_seed_is_the_same_plan() {
        let law = law();
        assert_eq!(planned(&law, 3, 4), planned(&law, 3, 4));
        assert_ne!(planned(&law, 3, 4), planned(&law, 4, 4));
    }

    #[test]
    fn files_are_recognised_and_never_the_same_twice() {
        let law = law();
        let mut met = BTreeSet::new();
        for filing in planned(&law, 1, 1) {
            let kind = law.kind(filing.kind).expect("a kind");
            let heading: Vec<&str> = kind.fields.iter().map(|field| field.label.as_str()).collect();
            let matched = kind.headings.match_row(&heading);
            assert_eq!(matched.recognised(), kind.fields.len());
            for row in &filing.rows {
                for code in row.keys() {
                    assert!(kind.position(code).is_some(), "{code}");
                }
            }
            let file = records::file(kind, &filing.rows).expect("written");
            assert!(met.insert((file, filing.filed_as)), "{}", filing.file_name);
        }
    }

    #[test]
    fn every_party_is_recognisably_invented() {
        let law = law();
        for filing in planned(&law, 1, 1) {
            let [name, code, document] = if filing.kind == LICENCE {
                ["XK_XDR_MC", "XK_XDR_SHXYM", "XK_XDR_ZJHM"]
            } else {
                ["CF_XDR_MC", "CF_XDR_SHXYM", "CF_XDR_ZJHM"]
            };
            for row in &filing.rows {
                assert!(row.get(name).is_some_and(|name| name.contains(MARK)));
                let code = row.get(code).map_or("", String::as_str).to_uppercase();
                let is_person = row.contains_key(document);
                assert_eq!(code.is_empty(), is_person);
                assert!(is_person || crate::demo::is_demonstration_code(&code), "{code}");
            }
        }
    }

    #[test]
    fn document_numbers_have_gaps_and_no_repetition() {
        let law = law();
        let mut numbers: BTreeSet<u32> = BTreeSet::new();
        for filing in planned(&law, 1, 1) {
            for row in filing.rows.iter().filter(|_| filing.kind == PENALTY) {
                let number: Option<u32> = row.get("CF_WSH").and_then(|number| {
                    number.strip_prefix("（平）市监罚〔2026〕")?.strip_suffix("号")?.parse().ok()
                });
                numbers.extend(number);
            }
        }
        let last = numbers.last().copied().expect("there are numbers");
        let missing = (1..=last).filter(|number| !numbers.contains(number)).count();
        assert!(missing > 0, "no gaps");
        assert!(missing * 5 < numbers.len(), "{missing} of {last}");
    }

    #[test]
    fn both_regimes_and_the_reviewers_judgements_occur() {
        let law = law();
        let plan = planned(&law, 1, 1);
        let decided = |from: &str, to: &str| {
            plan.iter().flat_map(|filing| &filing.rows).any(|row| {
                row.get("CF_JDRQ").is_some_and(|day| day.as_str() >= from && day.as_str() < to)
            })
        };
        assert!(decided("2024", "2026/04/01") && decided("2026/04/01", "2027"));
        let verdicts: Vec<&(i64, Verdict)> =
            plan.iter().flat_map(|filing| &filing.verdicts).collect();
        for value in ["general", "serious", "food"] {
            assert!(verdicts.iter().any(|(_, verdict)| verdict.1 == value), "{value}");
        }
        for filing in &plan {
            for (row, _) in &filing.verdicts {
                assert!((2..=i64::try_from(filing.rows.len()).expect("small") + 1).contains(row));
            }
        }
    }

    /// What the real check finds in all files: how often each code, and how many rows there are.
    fn checked(law: &Law, seed: u64) -> (BTreeMap<&'static str, usize>, usize) {
        let random = SplitMix::new(seed);
        let subjects =
            invent(random.fork("subjects"), 3_000, law.towns(), &import_days(START, TODAY));
        let mut registry = MemoryRegistry::new();
        for (id, subject) in (1..).zip(&subjects) {
            registry.add(id, &subject.code, &subject.name, &normalise_name(&subject.name));
            if let Some(former) = &subject.former {
                registry.add_former(id, &normalise_name(former));
            }
        }
        let (mut found, mut rows) = (BTreeMap::new(), 0);
        for filing in planned(law, seed, 1).iter().filter(|filing| filing.ending != Ending::Refused)
        {
            let kind = law.kind(filing.kind).expect("a kind");
            let unit = law.counties()["140829"]
                .units
                .iter()
                .find(|unit| unit.id == filing.unit)
                .expect("a unit");
            let checker = Checker::new(
                kind,
                law,
                check::Filing {
                    profile: Profile::Reported,
                    today: filing.day,
                    unit_name: &unit.name,
                    unit_code: &unit.code,
                },
                vec![true; kind.fields.len()],
            );
            let mut seen = Seen::new();
            for (row, cells) in (2..).zip(&filing.rows) {
                let cells: Vec<&str> = kind
                    .fields
                    .iter()
                    .map(|field| cells.get(field.code.as_str()).map_or("", String::as_str))
                    .collect();
                let mut findings = Vec::new();
                checker.check(row, &cells, &registry, &mut seen, &mut findings);
                rows += 1;
                for finding in findings {
                    *found.entry(finding.code).or_default() += 1;
                }
            }
        }
        (found, rows)
    }

    #[test]
    fn the_check_finds_the_mistakes_that_were_meant_and_no_other() {
        let (mut found, rows) = checked(&law(), 1);
        let late = found.remove("record.late").unwrap_or_default();
        assert!(late * 20 > rows && late * 5 < rows, "{late} of {rows} late");
        for code in [
            "amount.suspicious",
            "date.future",
            "document.filled",
            "field.missing",
            "id.normalised",
            "party.former-name",
            "party.name-mismatch",
            "party.unknown",
            "record.not-public-simple",
            "row.duplicate",
            "uscc.check-digit",
        ] {
            assert!(found.remove(code).is_some_and(|times| times > 1), "{code}");
        }
        // Late registration: the region is younger than some of the invented people.
        found.remove("citizen-id.region-newer");
        // A short licence whose decision was dated a year too late.
        found.remove("date.before-decision");
        assert!(found.is_empty(), "{found:?}");
    }
}
