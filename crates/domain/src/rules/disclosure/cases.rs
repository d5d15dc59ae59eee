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
