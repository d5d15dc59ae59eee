//! Numbers of natural persons in free text that is going to be public: told apart from other numbers by their own checks.

use crate::identifier::citizen_id_holds;

/// Digits of a mobile number in the mainland.
const MOBILE: usize = 11;
/// Characters of an identity number.
const IDENTITY: usize = 18;

/// What sort of personal number a text holds, if any: 公民身份号码 or 手机号码.
#[must_use]
pub fn personal_number(text: &str) -> Option<&'static str> {
    text.split(|one: char| !one.is_ascii_alphanumeric()).find_map(|word| match word.len() {
        IDENTITY if citizen_id_holds(&word.to_ascii_uppercase()) => Some("公民身份号码"),
        MOBILE if is_mobile(word) => Some("手机号码"),
        _ => None,
    })
}

fn is_mobile(word: &str) -> bool {
    let mut bytes = word.bytes();
    bytes.next() == Some(b'1')
        && bytes.next().is_some_and(|second| (b'3'..=b'9').contains(&second))
        && bytes.all(|one| one.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::personal_number;

    #[test]
    fn a_persons_numbers_are_seen_and_a_firms_are_not() {
        assert_eq!(personal_number("联系人：13800000000。"), Some("手机号码"));
        assert_eq!(personal_number("身份证11010519491231002x号"), Some("公民身份号码"));
        for plain in
            ["证书编号 20261127001", "91140829XY0139014L", "110105194912310021", "0359-6021234"]
        {
            assert_eq!(personal_number(plain), None, "{plain}");
        }
    }
}
