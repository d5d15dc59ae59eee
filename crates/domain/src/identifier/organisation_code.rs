//! The organisation code (组织机构代码) by GB 11714: eight characters and a check character.
//!
//! Written on certificates with a hyphen before the last, stored here without. Since 2015 it lives on inside
//! the unified social credit code.

use super::{Findings, IdentifierFinding};

/// The weights of the eight characters.
const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// The check character for the first eight (digits and capitals): a digit or X; nothing for anything else.
#[must_use]
pub fn organisation_code_check_character(first8: &str) -> Option<char> {
    if first8.len() != WEIGHTS.len() {
        return None;
    }
    let mut sum = 0;
    for (byte, weight) in first8.bytes().zip(WEIGHTS) {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            _ => return None,
        };
        sum += u32::from(value) * weight;
    }
    match 11 - sum % 11 {
        10 => Some('X'),
        11 => Some('0'),
        digit => char::from_digit(digit, 10),
    }
}

/// Whether a normalised text of nine characters is an organisation code whose check holds.
#[must_use]
pub fn organisation_code_holds(code: &str) -> bool {
    code.split_at_checked(8).is_some_and(|(first8, check)| {
        organisation_code_check_character(first8)
            .is_some_and(|expected| check.chars().eq([expected]))
    })
}

/// Everything there is to say about a normalised code standing alone. There a failed check is an error:
/// nothing else vouches for the code.
pub(super) fn check(normalised: &str, findings: &mut Findings) {
    let length = normalised.chars().count();
    let foreign = normalised
        .chars()
        .position(|character| !character.is_ascii_uppercase() && !character.is_ascii_digit());
    if length != 9 {
        findings.push(IdentifierFinding::error(
            "organisation-code.invalid-length",
            format!("组织机构代码应为9位（不计连字符），现为{length}位，请对照证书补全"),
        ));
    } else if let Some(at) = foreign {
        findings.push(IdentifierFinding::error(
            "organisation-code.invalid-character",
            format!("组织机构代码第{}位不是数字或大写字母，请对照证书改正", at + 1),
        ));
    } else if !organisation_code_holds(normalised) {
        findings.push(IdentifierFinding::error(
            "organisation-code.check-digit",
            "组织机构代码校验位不符，至少有一位填错，请对照证书逐位核对",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn real_codes_hold() {
        for code in ["132215150", "107743680", "MA64ND862", "MB1886843", "MA0GWC5HX"] {
            assert!(organisation_code_holds(code), "{code}");
        }
        for code in ["770121181", "", "13221515", "1322151500", "13221515零", "零零零"] {
            assert!(!organisation_code_holds(code), "{code}");
        }
    }

    proptest! {
        #[test]
        fn a_computed_check_character_holds(start in "[0-9A-Z]{8}") {
            let check = organisation_code_check_character(&start).expect("of the alphabet");
            let code = format!("{start}{check}");
            prop_assert!(organisation_code_holds(&code));
        }
    }
}
