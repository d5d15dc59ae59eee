//! Numbers of persons in cells that are not made for them. What goes back to a unit shows them masked, wherever they stand.

use std::borrow::Cow;

use super::citizen_id::{holds, mask_citizen_id, may_be_first_generation, was_meant};
use super::normalise::half_width;
use super::{Uscc, normalise, organisation_code_holds};

/// The shortest number of a person.
const SHORTEST: usize = 15;

/// Whether a normalised text is a person's number: an identity number, or a taxpayer number that holds one. In a column of codes also
/// one that was meant to be one, and one of the first generation that is no taxpayer number of an organisation.
fn is_personal(normalised: &str, in_codes: bool) -> bool {
    if Uscc::parse(normalised).is_ok() {
        return false;
    }
    let whole = normalised.strip_prefix('L').unwrap_or(normalised);
    let start = whole.get(..18).unwrap_or(whole);
    if (18..=20).contains(&whole.len()) && holds(start) {
        return true;
    }
    in_codes
        && ((whole.len() == 18 && was_meant(whole))
            || (may_be_first_generation(whole)
                && !whole.get(6..).is_some_and(organisation_code_holds)))
}

/// A cell as it may go back: the numbers of persons in it are masked.
#[must_use]
pub fn mask_personal(cell: &str, in_codes: bool) -> Cow<'_, str> {
    let digits = cell.chars().filter(|one| half_width(*one).is_ascii_digit()).count();
    if digits < SHORTEST {
        return Cow::Borrowed(cell);
    }
    if is_personal(&normalise(cell), in_codes) {
        return Cow::Owned(mask_citizen_id(cell));
    }
    let mut out = String::with_capacity(cell.len());
    let mut run = String::new();
    let end = |run: &mut String, out: &mut String| {
        if run.chars().count() >= SHORTEST && is_personal(&normalise(run), in_codes) {
            out.push_str(&mask_citizen_id(run));
        } else {
            out.push_str(run);
        }
        run.clear();
    };
    for one in cell.chars() {
        if half_width(one).is_ascii_alphanumeric() {
            run.push(one);
        } else {
            end(&mut run, &mut out);
            out.push(one);
        }
    }
    end(&mut run, &mut out);
    if out == cell { Cow::Borrowed(cell) } else { Cow::Owned(out) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::{organisation_code_check_character, uscc_check_character};

    #[test]
    fn numbers_of_persons_are_masked_wherever_they_stand() {
        // An invented number: nobody has serial 000.
        let start = "14273219900101000";
        let check = crate::identifier::citizen_id_check_character(start).expect("digits");
        let number = format!("{start}{check}");
        let masked = mask_citizen_id(&number);
        for in_codes in [true, false] {
            assert_eq!(mask_personal(&number, in_codes), masked);
            let inside = format!("经营者（{number}）");
            assert_eq!(mask_personal(&inside, in_codes), format!("经营者（{masked}）"));
            let tax = format!("{number}01");
            assert_eq!(mask_personal(&tax, in_codes), mask_citizen_id(&tax));
            let wide: String = number
                .chars()
                .map(|one| char::from_u32(u32::from(one) + 0xFEE0).expect("a wide one"))
                .collect();
            assert!(!mask_personal(&wide, in_codes).contains(&wide));
        }
        let spaced = format!("{} {}", &number[..6], &number[6..]);
        assert!(!mask_personal(&spaced, false).contains("19900101"));
        // Mistyped, in a column of codes.
        let wrong = if check == '1' { '2' } else { '1' };
        let mistyped = format!("{start}{wrong}");
        assert_ne!(mask_personal(&mistyped, true), mistyped);
        assert_ne!(mask_personal("142732900101001", true), "142732900101001");
    }

    #[test]
    fn codes_of_organisations_stay_as_they_are() {
        let inner = organisation_code_check_character("12345678").expect("a body");
        let first = format!("9114082912345678{inner}");
        let uscc = format!("{first}{}", uscc_check_character(&first).expect("a start"));
        let tax = format!("14082912345678{inner}");
        for code in [uscc.as_str(), tax.as_str(), "140829000001024", "（平）市监罚〔2026〕301号"]
        {
            for in_codes in [true, false] {
                assert_eq!(mask_personal(code, in_codes), code);
            }
        }
        assert_eq!(mask_personal("142732900101001", false), "142732900101001");
    }
}
