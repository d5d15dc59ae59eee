//! What must hold for every input: the calendar, the numbers of subjects, the way of a batch, publication.
//!
//! Numbers and days are invented. Where a rule has a figure, the figure stands in `law/cases/`; here stand the shapes that no
//! figure may break.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday, date};
use proptest::prelude::*;
use xinyong_domain::identifier::{
    IdentifierKind, RegionHistory, check, citizen_id_check_character, normalise,
    organisation_code_check_character, registration_number_check_digit, uscc_check_character,
};
use xinyong_domain::law::{Audience, Law, PublicationRule};
use xinyong_domain::party::PartyCategory;
use xinyong_domain::rules::disclosure::{Disclosure, Facts, disclose};
use xinyong_domain::rules::publicity::{Question, Reason, Severity, Transition};
use xinyong_domain::ruling::Ruling;
use xinyong_domain::workflow::batch::{Event, Stage};

static LAW: LazyLock<Law> =
    LazyLock::new(|| Law::embedded().unwrap_or_else(|problems| panic!("{problems:#?}")));

fn settings(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn later(from: Date, days: i64) -> Date {
    from.checked_add(days.days()).expect("a day of this era")
}

fn day_from(first: Date, days: i64) -> impl Strategy<Value = Date> {
    (0..days).prop_map(move |offset| later(first, offset))
}

// ---- the calendar

/// The announced years and the one after them.
fn calendar_day() -> impl Strategy<Value = Date> {
    day_from(date(2004, 1, 1), 366 * 24)
}

/// The character of an announced day, read from the notices themselves and not from the table that counting uses.
fn works(day: Date) -> bool {
    let calendar = LAW.calendar();
    let year = calendar.years().iter().find(|year| year.year == day.year());
    if year.is_some_and(|year| year.work.contains(&day)) {
        return true;
    }
    if year.is_some_and(|year| year.off.iter().any(|(off, _)| *off == day)) {
        return false;
    }
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

proptest! {
    #![proptest_config(settings(400))]

    #[test]
    fn counting_ends_on_a_working_day_and_passed_exactly_so_many(from in calendar_day(), days in 0..60_u32) {
        let reached = LAW.calendar().add(from, days).date;
        prop_assert!(works(reached), "{from} + {days} lands on the day off {reached}");
        // Walked day by day, by the notices alone.
        let mut day = from;
        let mut passed = 0;
        while day < reached {
            day = later(day, 1);
            passed += u32::from(works(day));
        }
        // Zero days from a day off is the next working day: that one day is passed.
        let expected = if days == 0 && !works(from) { 1 } else { days };
        prop_assert_eq!(passed, expected, "{} + {} = {}", from, days, reached);
    }

    #[test]
    fn more_days_never_lead_to_an_earlier_day(from in calendar_day(), fewer in 0..40_u32, more in 1..40_u32) {
        let calendar = LAW.calendar();
        let near = calendar.add(from, fewer);
        let far = calendar.add(from, fewer + more);
        // From a day off, no days and one day both lead to the next working day; otherwise each day counts.
        if fewer == 0 && !works(from) {
            prop_assert!(near.date <= far.date);
        } else {
            prop_assert!(near.date < far.date, "{from} + {fewer} (+ {more})");
        }
        prop_assert!(far.provisional || !near.provisional);
    }

    #[test]
    fn a_later_start_never_ends_earlier(from in calendar_day(), wait in 1..30_i64, days in 0..40_u32) {
        let calendar = LAW.calendar();
        prop_assert!(calendar.add(from, days).date <= calendar.add(later(from, wait), days).date);
    }

    #[test]
    fn counting_in_two_parts_is_counting_in_one(from in calendar_day(), first in 0..40_u32, second in 0..40_u32) {
        let calendar = LAW.calendar();
        prop_assume!(first > 0 || works(from));
        let whole = calendar.add(from, first + second);
        let part = calendar.add(from, first);
        let parts = calendar.add(part.date, second);
        prop_assert_eq!(whole.date, parts.date);
        prop_assert_eq!(whole.provisional, part.provisional || parts.provisional);
    }

    #[test]
    fn counting_back_gives_what_was_counted(from in calendar_day(), days in 1..60_u32) {
        let calendar = LAW.calendar();
        let reached = calendar.add(from, days).date;
        prop_assert_eq!(calendar.between(from, reached), i64::from(days));
        prop_assert_eq!(calendar.between(reached, from), -i64::from(days));
    }

    #[test]
    fn days_between_add_up(from in calendar_day(), first in 0..90_i64, second in 0..90_i64) {
        let calendar = LAW.calendar();
        let (middle, to) = (later(from, first), later(from, first + second));
        prop_assert_eq!(
            calendar.between(from, middle) + calendar.between(middle, to),
            calendar.between(from, to)
        );
    }

    #[test]
    fn only_what_lies_beyond_the_notices_is_provisional(
        from in day_from(date(2026, 10, 1), 200),
        days in 0..60_u32,
    ) {
        let calendar = LAW.calendar();
        let reached = calendar.add(from, days);
        prop_assert_eq!(reached.provisional, reached.date > calendar.complete_to(), "{} + {}", from, days);
        let ruling = calendar.add_cited(from, days);
        prop_assert_eq!(ruling.value, reached);
        // Within the notices each day rests on one.
        prop_assert!(reached.provisional || !ruling.because.is_empty());
    }

    #[test]
    fn the_corresponding_day_keeps_the_day_or_the_end_of_the_month(from in calendar_day(), months in 1..40_i64) {
        let reached = xinyong_domain::calendar::Calendar::corresponding_day(from, months);
        let elapsed = i64::from(reached.year() - from.year()) * 12 + i64::from(reached.month() - from.month());
        prop_assert_eq!(elapsed, months);
        if reached.day() != from.day() {
            prop_assert_eq!(reached.day(), reached.days_in_month());
            prop_assert!(reached.days_in_month() < from.day());
        }
    }
}

// ---- the numbers of subjects

const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

fn uscc() -> impl Strategy<Value = String> {
    // The demonstration body of an invented county, then anything.
    ("(91|92|12|51|N2)140829XY", "[0-9A-HJ-NPQRTUWXY]{7}").prop_map(|(head, rest)| {
        let start = format!("{head}{rest}");
        format!("{start}{}", uscc_check_character(&start).expect("of the alphabet"))
    })
}

fn citizen() -> impl Strategy<Value = String> {
    "140829(19[5-9]|200)[0-9](0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}"
        .prop_map(|start| format!("{start}{}", citizen_id_check_character(&start).expect("digits")))
}

fn registration() -> impl Strategy<Value = String> {
    "140829[0-9]{8}".prop_map(|start| {
        format!("{start}{}", registration_number_check_digit(&start).expect("digits"))
    })
}

fn valid(kind: IdentifierKind, value: &str) -> bool {
    check(kind, value, &RegionHistory::empty()).valid
}

fn replaced(code: &str, at: usize, with: char) -> String {
    code.chars().enumerate().map(|(place, old)| if place == at { with } else { old }).collect()
}

/// One way of writing a character that means the same: as it is, lower case, full width, both.
fn written(character: char, way: u8) -> char {
    let low = if way & 1 == 1 { character.to_ascii_lowercase() } else { character };
    if way & 2 == 2 && low.is_ascii_graphic() {
        char::from_u32(u32::from(low) + 0xFEE0).expect("a full-width form")
    } else {
        low
    }
}

proptest! {
    #![proptest_config(settings(400))]

    #[test]
    fn one_other_character_makes_a_code_invalid(code in uscc(), at in 0..18_usize, with in 0..31_usize) {
        let with = ALPHABET.chars().nth(with).expect("of the alphabet");
        prop_assume!(code.chars().nth(at) != Some(with));
        prop_assert!(valid(IdentifierKind::Uscc, &code), "{code}");
        let wrong = replaced(&code, at, with);
        prop_assert!(!valid(IdentifierKind::Uscc, &wrong), "{code} and {wrong}");
    }

    #[test]
    fn one_other_digit_makes_a_citizen_number_invalid(number in citizen(), at in 0..17_usize, with in "[0-9]") {
        let with = with.chars().next().expect("a digit");
        prop_assume!(number.chars().nth(at) != Some(with));
        prop_assert!(valid(IdentifierKind::CitizenId, &number));
        prop_assert!(!valid(IdentifierKind::CitizenId, &replaced(&number, at, with)));
    }

    #[test]
    fn one_other_digit_makes_a_registration_number_invalid(number in registration(), at in 0..15_usize, with in "[0-9]") {
        let with = with.chars().next().expect("a digit");
        prop_assume!(number.chars().nth(at) != Some(with));
        prop_assert!(valid(IdentifierKind::RegistrationNumber, &number));
        prop_assert!(!valid(IdentifierKind::RegistrationNumber, &replaced(&number, at, with)));
    }

    #[test]
    fn one_other_character_makes_an_organisation_code_invalid_where_its_check_can_tell(
        body in "XY[0-9A-Z]{6}", at in 0..8_usize, by in 1..36_u32,
    ) {
        // GB 11714 counts modulo 11 over 36 characters: eleven steps apart look the same to it, and nothing can be done.
        prop_assume!(by % 11 != 0);
        let code = format!("{body}{}", organisation_code_check_character(&body).expect("of the alphabet"));
        prop_assert!(valid(IdentifierKind::OrganisationCode, &code));
        let value = body.chars().nth(at).and_then(|old| old.to_digit(36)).expect("of the alphabet");
        prop_assume!(value + by < 36);
        let with = char::from_digit(value + by, 36).expect("a character").to_ascii_uppercase();
        prop_assert!(!valid(IdentifierKind::OrganisationCode, &replaced(&code, at, with)));
    }

    #[test]
    fn however_a_code_is_written_it_is_the_same_code(
        code in uscc(),
        ways in proptest::collection::vec(0..4_u8, 18),
        between in proptest::collection::vec(
            prop_oneof![4 => Just(""), 1 => Just(" "), 1 => Just("-"), 1 => Just("－"), 1 => Just("\u{3000}"), 1 => Just("—")], 18),
    ) {
        let raw: String = code
            .chars()
            .zip(&ways)
            .zip(&between)
            .map(|((character, way), between)| format!("{between}{}", written(character, *way)))
            .collect();
        let once = normalise(&raw).into_owned();
        prop_assert_eq!(&once, &code, "{}", raw);
        prop_assert_eq!(normalise(&once).into_owned(), code.clone());
        prop_assert!(valid(IdentifierKind::Uscc, &raw), "{raw}");
        prop_assert_eq!(check(IdentifierKind::Uscc, &raw, &RegionHistory::empty()).normalised, code);
    }
}

// ---- the way of a batch

const EVENTS: [Event; 7] = [
    Event::Check,
    Event::Refuse,
    Event::Submit,
    Event::Return,
    Event::Release,
    Event::Record,
    Event::Cancel,
];

/// What may happen at a stage and where it leads, written by hand from the product text.
fn listed(from: Stage) -> Vec<(Event, Stage)> {
    match from {
        Stage::Received => vec![
            (Event::Check, Stage::Checked),
            (Event::Refuse, Stage::Refused),
            (Event::Cancel, Stage::Cancelled),
        ],
        Stage::Checked => {
            vec![(Event::Submit, Stage::Submitted), (Event::Cancel, Stage::Cancelled)]
        }
        Stage::Submitted => vec![
            (Event::Return, Stage::Checked),
            (Event::Release, Stage::Released),
            (Event::Cancel, Stage::Cancelled),
        ],
        // What a second person released is recorded: nobody stops it half way.
        Stage::Released => vec![(Event::Record, Stage::Recorded)],
        Stage::Recorded | Stage::Refused | Stage::Cancelled => vec![],
    }
}

proptest! {
    #![proptest_config(settings(400))]

    #[test]
    fn from_any_reachable_stage_only_listed_events_pass(tries in proptest::collection::vec(0..EVENTS.len(), 0..40)) {
        let mut stage = Stage::Received;
        let mut path = Vec::new();
        for event in tries.into_iter().map(|at| EVENTS[at]) {
            let expected = listed(stage).into_iter().find(|(on, _)| *on == event).map(|(_, to)| to);
            let found = stage.after(event);
            prop_assert_eq!(found.as_ref().ok(), expected.as_ref(), "{:?} {:?}", stage, event);
            match found {
                Ok(to) => {
                    path.push(event);
                    stage = to;
                }
                // A refusal says what was tried and where, and changes nothing.
                Err(refused) => prop_assert_eq!((refused.from, refused.event), (stage, event)),
            }
        }
        if stage == Stage::Recorded {
            prop_assert_eq!(&path[path.len() - 3..], &[Event::Submit, Event::Release, Event::Record]);
            prop_assert_eq!(path[0], Event::Check);
        }
    }
}

#[test]
fn every_stage_can_be_reached_and_every_open_one_can_come_to_an_end() {
    let mut seen = BTreeSet::from([Stage::Received.as_str()]);
    let mut open = vec![Stage::Received];
    while let Some(stage) = open.pop() {
        for to in EVENTS.iter().filter_map(|event| stage.after(*event).ok()) {
            if seen.insert(to.as_str()) {
                open.push(to);
            }
        }
    }
    assert_eq!(seen.len(), Stage::ALL.len(), "{seen:?}");
}

// ---- publication

const PENALTY_KINDS: [&str; 12] = [
    "warning",
    "circulated-criticism",
    "fine",
    "confiscation",
    "business-suspension",
    "suspension-or-revocation",
    "administrative-detention",
    "qualification-downgrade",
    "business-restriction",
    "closure",
    "employment-restriction",
    "other",
];

/// Everything a record may be, owned.
#[derive(Debug, Clone)]
struct Case {
    rule: PublicationRule,
    category: PartyCategory,
    decided: Date,
    released: Option<i64>,
    valid: Option<i64>,
    kinds: Vec<String>,
    simple: bool,
    domain: &'static str,
    severity: Option<Severity>,
    channel: &'static str,
    transition: Option<Transition>,
    basis: &'static str,
    exemption: &'static str,
    withdrawn: Option<i64>,
}

impl Case {
    fn on(&self, day: Date) -> Ruling<Disclosure> {
        let facts = Facts {
            question: Question {
                rule: self.rule,
                terms: None,
                category: self.category,
                decided: self.decided,
                released: self.released.map(|days| later(self.decided, days)),
                valid_until: self.valid.map(|days| later(self.decided, days)),
                penalty_kinds: &self.kinds,
                procedure: if self.simple { "simple" } else { "ordinary" },
                domain: self.domain,
                severity: self.severity,
                channel: self.channel,
                transition: self.transition,
            },
            audience: Audience::Public,
            basis: self.basis,
            exemption: self.exemption,
            withdrawn: self.withdrawn.map(|days| later(self.decided, days)),
            answer_by: None,
        };
        disclose(&facts, day, &LAW)
    }
}

prop_compose! {
    fn what()(
        rule in prop_oneof![5 => Just(PublicationRule::Penalty), 1 => Just(PublicationRule::Licence)],
        category in prop_oneof![
            8 => Just(PartyCategory::Organisation),
            2 => Just(PartyCategory::IndividualBusiness),
            1 => Just(PartyCategory::NaturalPerson)
        ],
        kinds in proptest::sample::subsequence(&PENALTY_KINDS[..], 0..4),
        simple in proptest::bool::weighted(0.1),
        domain in proptest::sample::select(vec!["food", "drug", "special-equipment", "work-safety", "fire", "other"]),
        severity in proptest::option::of(proptest::sample::select(vec![Severity::Minor, Severity::General, Severity::Serious])),
        channel in proptest::sample::select(vec!["ndrc", "samr"]),
        transition in proptest::option::of(proptest::sample::select(vec![Transition::DecisionDate, Transition::Favourable])),
    ) -> Case {
        Case {
            rule,
            category,
            decided: date(2019, 5, 1),
            released: None,
            valid: None,
            kinds: kinds.into_iter().map(str::to_owned).collect(),
            simple,
            domain,
            severity,
            channel,
            transition,
            basis: "",
            exemption: "",
            withdrawn: None,
        }
    }
}

prop_compose! {
    fn case()(
        what in what(),
        // From the first regime to after the last change of one.
        decided in day_from(date(2019, 5, 1), 366 * 9),
        released in proptest::option::of(0..400_i64),
        valid in proptest::option::of(0..2000_i64),
        basis in prop_oneof![1 => Just(""), 9 => Just("unit-publication-list")],
        exemption in prop_oneof![9 => Just(""), 1 => Just("示例豁免")],
        withdrawn in proptest::option::weighted(0.3, 0..1500_i64),
    ) -> Case {
        Case { decided, released, valid, basis, exemption, withdrawn, ..what }
    }
}

proptest! {
    #![proptest_config(settings(2000))]

    #[test]
    fn publication_begins_before_it_ends_and_repair_lies_within(case in case(), wait in 0..1500_i64) {
        let on = later(case.decided, wait);
        let shown = case.on(on).value;
        let publicity = &shown.publicity;
        if let (Some(first), Some(last)) = (publicity.first_day, publicity.last_day) {
            prop_assert!(case.decided <= first);
            prop_assert!(case.decided < last);
            // Only a release that comes after the end leaves no day at all; then it is never shown.
            if case.released.is_none_or(|days| later(case.decided, days) <= last) {
                prop_assert!(first <= last, "{first} {last}");
            } else {
                prop_assert!(!shown.public);
            }
            let repairable = publicity.repairable_from.expect("what is public for a time can be repaired");
            prop_assert!(case.decided < repairable && repairable <= last);
        }
        if shown.public {
            prop_assert!(publicity.first_day.is_some_and(|first| first <= on));
            prop_assert!(publicity.last_day.is_none_or(|last| on <= last));
            prop_assert!(publicity.never.is_none());
            prop_assert!(case.category != PartyCategory::NaturalPerson);
            prop_assert!(!case.basis.is_empty() && case.exemption.is_empty());
            prop_assert!(case.withdrawn.is_none_or(|days| on < later(case.decided, days)));
            if case.rule == PublicationRule::Penalty {
                prop_assert!(!case.simple && publicity.last_day.is_some(), "{case:?}");
            }
        } else {
            prop_assert!(shown.reason.is_some(), "what is withheld names why");
        }
    }

    #[test]
    fn what_has_ended_or_was_taken_down_never_comes_back(case in case(), wait in 0..1500_i64, longer in 1..1500_i64) {
        let earlier = case.on(later(case.decided, wait)).value;
        let after = case.on(later(case.decided, wait + longer)).value;
        if !earlier.public && earlier.reason != Some(Reason::NotYet) {
            prop_assert!(!after.public, "{:?}, and later public", earlier.reason);
        }
        if earlier.reason == Some(Reason::NotYet) {
            prop_assert!(case.released.is_some_and(|days| wait < days));
        }
    }

    #[test]
    fn the_same_question_has_the_same_answer(case in case(), wait in 0..1500_i64) {
        let on = later(case.decided, wait);
        prop_assert_eq!(case.on(on), case.on(on));
    }

    #[test]
    fn the_order_in_which_penalties_are_written_changes_nothing(case in case(), wait in 0..1500_i64) {
        let on = later(case.decided, wait);
        let mut other = case.clone();
        other.kinds.reverse();
        prop_assert_eq!(case.on(on).value, other.on(on).value);
    }
}
