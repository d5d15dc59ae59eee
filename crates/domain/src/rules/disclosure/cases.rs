//! What units may be shown, and what a record means for a certificate.

use jiff::civil::{Date, date};

use super::*;
use crate::party::PartyCategory;
use crate::rules::explain::Given;
use crate::rules::publicity::Severity;

const DECIDED: Date = date(2026, 5, 6);
const TODAY: Date = date(2026, 11, 25);

/// A record of a kind, judged today after `change`.
fn judged(kind: &str, change: impl Fn(&mut Given<'_>, &mut Facts<'_>)) -> Disclosure {
    let law = Law::embedded().unwrap_or_else(|problems| panic!("{problems:#?}"));
    let kind = law.kind(kind).expect("a kind");
    let mut given = Given::new(kind, DECIDED);
    let copy = given.clone();
    let mut facts = Facts {
        question: copy.question(),
        audience: kind.audience,
        basis: "unit-publication-list",
        exemption: "",
        withdrawn: None,
        answer_by: None,
    };
    change(&mut given, &mut facts);
    let facts = Facts { question: given.question(), ..facts };
    disclose(&facts, TODAY, &law).value
}

#[test]
fn units_are_shown_what_is_public_and_what_is_shared_while_it_holds() {
    let gone = Some(date(2026, 11, 1));
    for kind in ["administrative-licence", "evaluation-result", "contract-performance"] {
        assert!(judged(kind, |_, _| {}).for_units, "{kind}");
        assert!(!judged(kind, |_, facts| facts.withdrawn = gone).for_units, "{kind} withdrawn");
        assert!(!judged(kind, |_, facts| facts.answer_by = gone).for_units, "{kind} withheld");
        assert!(judged(kind, |_, facts| facts.answer_by = Some(TODAY)).for_units, "{kind} marked");
        assert!(!judged(kind, |_, facts| facts.exemption = "secret").for_units, "{kind} exempt");
        assert!(!judged(kind, |given, _| given.valid_until = gone).for_units, "{kind} run out");
        let person = judged(kind, |given, _| given.category = PartyCategory::NaturalPerson);
        assert!(!person.for_units, "{kind} of a person");
    }
    assert!(!judged("administrative-licence", |_, facts| facts.basis = "").for_units);
    for kind in ["tax-payment", "water-use", "real-estate"] {
        assert!(!judged(kind, |_, _| {}).for_units, "{kind} needs the subject's leave");
    }
}

#[test]
fn a_certificate_minds_what_may_be_used_and_waits_for_what_nobody_has_decided() {
    let general = |given: &mut Given<'_>| given.severity = Some(Severity::General);
    let weight = |change: &dyn Fn(&mut Given<'_>, &mut Facts<'_>)| {
        let judged = judged("administrative-penalty", |given, facts| {
            given.classes = vec!["fine".to_owned()];
            general(given);
            change(given, facts);
        });
        judged.weight()
    };
    assert_eq!(weight(&|_, _| {}), Weight::Stands);
    assert_eq!(weight(&|_, facts| facts.withdrawn = Some(TODAY)), Weight::Spent);
    assert_eq!(weight(&|given, _| given.decided = date(2020, 1, 2)), Weight::Spent);
    assert_eq!(weight(&|given, _| given.procedure = "simple".to_owned()), Weight::Outside);
    assert_eq!(weight(&|given, _| given.severity = Some(Severity::Minor)), Weight::Outside);
    assert_eq!(weight(&|_, facts| facts.basis = ""), Weight::Open);
    assert_eq!(weight(&|_, facts| facts.exemption = "secret"), Weight::Open);
    assert_eq!(weight(&|given, _| given.released = Some(date(2026, 12, 1))), Weight::Open);
}

#[test]
fn what_nobody_may_use_any_more_never_stands_in_the_way_of_a_certificate() {
    let judged = |change: &dyn Fn(&mut Given<'_>, &mut Facts<'_>)| {
        judged("administrative-penalty", |given, facts| {
            given.classes = vec!["fine".to_owned()];
            given.severity = Some(Severity::General);
            change(given, facts);
        })
    };
    let old = date(2020, 1, 2);
    // Exempt, then revoked or repaired: the page still names the exemption.
    let revoked = judged(&|_, facts| (facts.exemption, facts.withdrawn) = ("secret", Some(TODAY)));
    assert_eq!((revoked.reason, revoked.weight()), (Some(Reason::Exempt), Weight::Spent));
    // Not yet taken down, it waits for a decision.
    let tomorrow = TODAY.tomorrow().expect("a day");
    let waits = judged(&|_, facts| (facts.exemption, facts.withdrawn) = ("secret", Some(tomorrow)));
    assert_eq!(waits.weight(), Weight::Open);
    // Exempt, and its days are over.
    let exempt = judged(&|given, facts| (given.decided, facts.exemption) = (old, "secret"));
    assert_eq!((exempt.reason, exempt.weight()), (Some(Reason::Exempt), Weight::Spent));
    // Nobody confirmed a basis, and its days are over, or it was taken down.
    let bare = judged(&|given, facts| (given.decided, facts.basis) = (old, ""));
    assert_eq!((bare.reason, bare.weight()), (Some(Reason::NoBasis), Weight::Spent));
    let bare = judged(&|_, facts| (facts.basis, facts.withdrawn) = ("", Some(TODAY)));
    assert_eq!(bare.weight(), Weight::Spent);
    // Released only after its days are over: there is no day left on which it is public.
    let late = Some(date(2026, 12, 1));
    let late = judged(&|given, _| (given.decided, given.released) = (old, late));
    assert_eq!((late.reason, late.weight()), (Some(Reason::NotYet), Weight::Spent));
}
