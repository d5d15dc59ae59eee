//! The registration number of the market regulator (工商注册号) by GS 15-2006: region (6), serial (8), check.
//!
//! The check is ISO 7064 MOD 11,10. Numbers of 13 digits are older than the standard and have no check.

use super::{Findings, IdentifierFinding};

/// The check digit for the first 14 digits; nothing when they are not 14 digits.
#[must_use]
pub fn registration_number_check_digit(first14: &str) -> Option<char> {
    if first14.len() != 14 {
        return None;
    }
    let mut product = 10;
    for character in first14.chars() {
        let sum = (product + character.to_digit(10)?) % 10;
        product = if sum == 0 { 10 } else { sum } * 2 % 11;
    }
    char::from_digit((11 - product) % 10, 10)
}

/// Everything there is to say about a normalised number.
pub(super) fn check(normalised: &str, findings: &mut Findings) {
    let length = normalised.chars().count();
    let foreign = normalised.chars().position(|character| !character.is_ascii_digit());
    if length != 15 && length != 13 {
        findings.push(IdentifierFinding::error(
            "registration.invalid-length",
            format!("工商注册号应为15位数字（旧号13位），现为{length}位，请对照营业执照核对"),
        ));
    } else if let Some(at) = foreign {
        findings.push(IdentifierFinding::error(
            "registration.invalid-character",
            format!("工商注册号第{}位不是数字，请对照营业执照改正", at + 1),
        ));
    } else if length == 13 {
        findings.push(IdentifierFinding::warning(
            "registration.legacy-length",
            "13位工商注册号是2007年以前的旧号，没有校验位，无法校验，请对照营业执照核对",
        ));
    } else if registration_number_check_digit(&normalised[..14]) != normalised.chars().last() {
        findings.push(IdentifierFinding::error(
            "registration.check-digit",
            "工商注册号校验位不符，至少有一位填错，请对照营业执照逐位核对",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn real_numbers_hold() {
        for number in ["330203000030639", "330200600002522", "330200400070010", "612723610033224"] {
            assert_eq!(
                registration_number_check_digit(&number[..14]),
                number.chars().last(),
                "{number}"
            );
        }
        assert_eq!(registration_number_check_digit("1234567890123"), None);
        assert_eq!(registration_number_check_digit("1234567890123A"), None);
    }

    proptest! {
        #[test]
        fn the_definition_of_the_check_holds(start in "[0-9]{14}") {
            let check = registration_number_check_digit(&start).and_then(|digit| digit.to_digit(10));
            let product = start.bytes().fold(10u32, |product, byte| {
                let sum = (product + u32::from(byte - b'0')) % 10;
                if sum == 0 { 20 % 11 } else { sum * 2 % 11 }
            });
            prop_assert_eq!(check.map(|digit| (product + digit) % 10), Some(1));
        }

        #[test]
        fn one_wrong_digit_is_refused(start in "[0-9]{14}", at in 0..14usize, by in 1..10u8) {
            let check = registration_number_check_digit(&start);
            let mut bytes = start.into_bytes();
            bytes[at] = b'0' + (bytes[at] - b'0' + by) % 10;
            let wrong = String::from_utf8(bytes).expect("digits");
            prop_assert_ne!(registration_number_check_digit(&wrong), check);
        }
    }
}
