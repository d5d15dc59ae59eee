//! Codes and numbers that can be told from real ones at a glance.

use jiff::civil::Date;
use xinyong_domain::identifier::{
    citizen_id_check_character, organisation_code_check_character, uscc_check_character,
};

/// How the subject code (characters 9 to 17) of every unified social credit code of a demonstration begins. Reserved: the
/// letters fit GB 32100, and no registry gives out such a series.
pub const DEMONSTRATION_PREFIX: &str = "XYDEM";

/// The characters of GB 32100.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// How many serial numbers three characters hold.
pub(super) const SERIALS: u32 = 31 * 31 * 31;

/// Whether a code belongs to an invented subject or unit. Its check character is not looked at: a demonstration files wrong ones
/// as well.
#[must_use]
pub fn is_demonstration_code(code: &str) -> bool {
    code.len() == 18 && code.get(8..13) == Some(DEMONSTRATION_PREFIX)
}

/// The code of an invented subject: department and category, region, serial number below [`SERIALS`]. Both check characters hold.
pub(super) fn credit_code(category: &str, region: &str, serial: u32) -> String {
    // Prime to 31, so that neighbours do not look alike and none meets another.
    let scattered = serial % SERIALS * 7_919 % SERIALS;
    let character =
        |value: u32| ALPHABET.get((value % 31) as usize).map_or('0', |byte| char::from(*byte));
    let body = format!(
        "{DEMONSTRATION_PREFIX}{}{}{}",
        character(scattered / 961),
        character(scattered / 31),
        character(scattered)
    );
    let inner = organisation_code_check_character(&body).unwrap_or('0');
    let first = format!("{category}{region}{body}{inner}");
    let check = uscc_check_character(&first).unwrap_or('0');
    format!("{first}{check}")
}

/// The same code with a check character that does not hold.
pub(super) fn spoil(code: &str) -> String {
    let (start, check) = code.split_at(code.len().saturating_sub(1));
    let wrong = if check == "7" { '8' } else { '7' };
    format!("{start}{wrong}")
}

/// The identity number of an invented person. Its serial is 000, which is given to nobody, so that it is no living person's
/// number although the check character holds.
pub(super) fn citizen_number(region: &str, birth: Date) -> String {
    let first = format!("{region}{:04}{:02}{:02}000", birth.year(), birth.month(), birth.day());
    let check = citizen_id_check_character(&first).unwrap_or('0');
    format!("{first}{check}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use jiff::civil::date;
    use xinyong_domain::identifier::{IdentifierKind, RegionHistory, Uscc, check};

    use super::*;

    #[test]
    fn every_serial_is_a_valid_code_of_its_own() {
        let mut met = HashSet::new();
        for serial in 0..SERIALS {
            let code = credit_code("91", "140829", serial);
            let parsed = Uscc::parse(&code).expect("the check holds");
            assert!(parsed.organisation_code_holds(), "{code}");
            assert!(is_demonstration_code(&code));
            assert!(met.insert(code));
        }
    }

    #[test]
    fn a_spoilt_code_is_wrong_and_still_recognised() {
        for serial in 0..200 {
            let code = spoil(&credit_code("92", "140829", serial));
            assert!(Uscc::parse(&code).is_err());
            assert!(is_demonstration_code(&code));
        }
    }

    #[test]
    fn other_codes_are_not_recognised() {
        for code in ["", "XYDEM", "91140829XY00010154", "00000000000000000X", "平陆县示例"] {
            assert!(!is_demonstration_code(code), "{code}");
        }
    }

    #[test]
    fn identity_numbers_hold() {
        let number = citizen_number("142732", date(1976, 2, 29));
        assert!(number.starts_with("14273219760229000"));
        assert!(check(IdentifierKind::CitizenId, &number, &RegionHistory::empty()).valid);
    }
}
