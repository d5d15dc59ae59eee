//! Which notes of a unit are proof.

use jiff::civil::date;

use super::*;
use crate::law::Law;

#[test]
fn only_the_whole_is_proof() {
    let law = Law::embedded().unwrap_or_else(|problems| panic!("{problems:#?}"));
    let at = law.at(date(2026, 9, 1));
    let kinds = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    let note = |kind, day| Duty { kind, on: date(2026, 9, day) };
    let (paid, corrected) = (note(DutyKind::Paid, 3), note(DutyKind::Corrected, 5));
    let accepted = note(DutyKind::Accepted, 9);
    let held = |day| Proof::Held(date(2026, 9, day));
    for (of, notes, expected) in [
        (&["fine"][..], &[paid][..], Proof::None),
        (&["fine"], &[corrected], Proof::None),
        (&["fine"], &[paid, corrected], held(5)),
        (&["fine"], &[paid, accepted], held(9)),
        (&["fine"], &[paid, corrected, accepted], held(5)),
        (&["warning"], &[corrected], held(5)),
        (&["wage-arrears"], &[accepted], held(9)),
        (&["warning"], &[], Proof::None),
    ] {
        assert_eq!(performed(&kinds(of), notes, &at), expected, "{of:?} {notes:?}");
    }
}
