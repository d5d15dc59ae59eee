//! The citizen identity number (公民身份号码) by GB 11643-1999, and its first generation of 15 digits.
//!
//! Region (6), day of birth (8), serial (3), check. No message here repeats any part of the number: it is
//! sensitive personal information (个人信息保护法 第二十八条).

use jiff::civil::Date;

use super::region::RegionHistory;
use super::{Findings, IdentifierFinding};

/// The weights of the first 17 digits.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// The check character for every remainder.
const CHECKS: &[u8; 11] = b"10X98765432";

/// The check character for the first 17 digits: a digit or X; nothing when they are not 17 digits.
#[must_use]
pub fn citizen_id_check_character(first17: &str) -> Option<char> {
    if first17.len() != WEIGHTS.len() {
        return None;
    }
    let mut sum = 0;
    for (character, weight) in first17.chars().zip(WEIGHTS) {
        sum += character.to_digit(10)? * weight;
    }
    let at = usize::try_from(sum % 11).ok()?;
    CHECKS.get(at).map(|byte| char::from(*byte))
}

/// The number as it may be shown: first four and last two characters, asterisks between. Anything too short
/// to leave something hidden is hidden whole.
#[must_use]
pub fn mask_citizen_id(number: &str) -> String {
    let length = number.chars().count();
    let hidden = |at: usize| length <= 8 || (at >= 4 && at + 2 < length);
    number
        .chars()
        .enumerate()
        .map(|(at, character)| if hidden(at) { '*' } else { character })
        .collect()
}

/// The day of birth in `YYYYMMDD`, when there is such a day.
fn day_of_birth(digits: &str) -> Option<Date> {
    let year = digits.get(..4)?.parse().ok()?;
    let month = digits.get(4..6)?.parse().ok()?;
    let day = digits.get(6..8)?.parse().ok()?;
    Date::new(year, month, day).ok()
}

/// Whether a normalised text is a number of 18 whose date and check hold.
pub(crate) fn holds(normalised: &str) -> bool {
    normalised.is_ascii()
        && normalised.len() == 18
        && citizen_id_check_character(&normalised[..17])
            .is_some_and(|check| normalised.ends_with(check))
        && day_of_birth(&normalised[6..14]).is_some()
}

/// Whether a normalised text was meant to be a number of 18: digits with a day of birth in one of the last centuries, whatever its
/// check says.
pub(super) fn was_meant(normalised: &str) -> bool {
    normalised.is_ascii()
        && normalised.len() == 18
        && normalised[..17].bytes().all(|byte| byte.is_ascii_digit())
        && ["19", "20"].contains(&&normalised[6..8])
        && day_of_birth(&normalised[6..14]).is_some()
}

/// Whether a normalised text may be a first-generation number: 15 digits with a day that exists.
pub(super) fn may_be_first_generation(normalised: &str) -> bool {
    normalised.len() == 15
        && normalised.bytes().all(|byte| byte.is_ascii_digit())
        && day_of_birth(&format!("19{}", &normalised[6..12])).is_some()
}

/// Everything there is to say about a normalised number.
pub(super) fn check(normalised: &str, regions: &RegionHistory, findings: &mut Findings) {
    let length = normalised.chars().count();
    let allowed =
        |at: usize, character: char| character.is_ascii_digit() || (at == 17 && character == 'X');
    let foreign =
        normalised.chars().enumerate().position(|(at, character)| !allowed(at, character));
    if length != 18 && length != 15 {
        findings.push(IdentifierFinding::error(
            "citizen-id.invalid-length",
            format!("公民身份号码应为18位（第一代15位），现为{length}位，请对照证件补全"),
        ));
        return;
    }
    if let Some(at) = foreign {
        findings.push(IdentifierFinding::error(
            "citizen-id.invalid-character",
            format!("公民身份号码第{}位不是允许的字符，请对照证件改正", at + 1),
        ));
        return;
    }
    let first_generation = length == 15;
    let birth = if first_generation {
        day_of_birth(&format!("19{}", &normalised[6..12]))
    } else {
        day_of_birth(&normalised[6..14])
    };
    if birth.is_none() {
        findings.push(IdentifierFinding::error(
            "citizen-id.birth-date",
            "公民身份号码中的出生日期不存在，请对照证件核对",
        ));
    }
    if first_generation {
        findings.push(IdentifierFinding::warning(
            "citizen-id.first-generation",
            "这是第一代15位身份号码，没有校验位，已停止使用，请尽量改填18位号码",
        ));
    } else if !normalised[17..].chars().eq(citizen_id_check_character(&normalised[..17])) {
        findings.push(IdentifierFinding::error(
            "citizen-id.check-digit",
            "公民身份号码校验位不符，至少有一位填错，请对照证件逐位核对",
        ));
    }
    // Never an error: late registration gives the code of a region that is younger than the person.
    let newer =
        birth.zip(regions.known_from(&normalised[..6])).is_some_and(|(day, from)| day < from);
    if newer {
        findings.push(IdentifierFinding::warning(
            "citizen-id.region-newer",
            "公民身份号码的地区代码启用时间晚于出生日期，补登户口时可能如此，请核对",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_middle_is_hidden() {
        assert_eq!(mask_citizen_id("14273219900101001X"), "1427************1X");
        assert_eq!(mask_citizen_id("142732900101001"), "1427*********01");
        assert_eq!(mask_citizen_id("142732"), "******");
        assert_eq!(mask_citizen_id(""), "");
        assert_eq!(mask_citizen_id("一二三四五六七八九"), "一二三四***八九");
    }

    #[test]
    fn what_may_stand_inside_a_tax_number() {
        assert!(holds("14273219900101001X"));
        assert!(!holds("142732199001010011"));
        assert!(!holds("零零零零零零"));
        assert!(may_be_first_generation("142732900101001"));
        assert!(!may_be_first_generation("142732901301001"));
        assert!(!may_be_first_generation("零零零零零"));
    }

    proptest! {
        #[test]
        fn a_computed_check_character_holds(start in "[1-6][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}") {
            let check = citizen_id_check_character(&start).expect("digits");
            let number = format!("{start}{check}");
            prop_assert!(holds(&number));
        }

        #[test]
        fn a_mask_keeps_the_length_and_hides_the_birth(number in "[0-9]{17}[0-9X]") {
            let masked = mask_citizen_id(&number);
            prop_assert_eq!(masked.len(), 18);
            prop_assert_eq!(&masked[4..16], "************");
        }
    }
}
