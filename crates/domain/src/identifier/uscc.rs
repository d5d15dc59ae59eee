//! The unified social credit code (统一社会信用代码) by GB 32100-2015.
//!
//! 18 characters of an alphabet of 31: registering department, category, region (6), subject code (9, an
//! organisation code of GB 11714), check character. This is the key of every organisation here, so it is a
//! type of its own that can only be made from a code whose check holds.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

use super::organisation_code::organisation_code_check_character;
use super::{Findings, IdentifierFinding};

/// What stands in real files where a subject has no code. Fails the check; never a key.
pub const PLACEHOLDER: &str = "00000000000000000X";

/// The length of a code in characters.
const LENGTH: usize = 18;

/// Digits and capitals without I, O, S, V, Z; a character's place is its value.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Powers of 3 modulo 31. All are prime to 31, so that every single wrong character is noticed.
const WEIGHTS: [u32; LENGTH - 1] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// Marks a byte outside the alphabet; the high bit is set in no value.
const FOREIGN: u8 = 0x80;

/// The value of every byte.
const VALUES: [u8; 256] = {
    let mut values = [FOREIGN; 256];
    let mut at = 0;
    while at < ALPHABET.len() {
        values[ALPHABET[at] as usize] = at as u8;
        at += 1;
    }
    values
};

/// Department and category pairs of GB 32100 and its later additions (A 军委, N 农业农村, Y 其他); 99 is met in
/// real data.
const CATEGORIES: [&str; 36] = [
    "11", "12", "13", "19", "21", "29", "31", "32", "33", "34", "35", "39", "41", "49", "51", "52",
    "53", "59", "61", "69", "71", "72", "79", "81", "89", "91", "92", "93", "99", "A1", "A9", "N1",
    "N2", "N3", "N9", "Y1",
];

/// A unified social credit code whose characters and check hold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uscc([u8; LENGTH]);

/// Why a text is no unified social credit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsccError {
    /// Not 18 characters.
    Length,
    /// A character outside the alphabet of GB 32100.
    Character {
        /// Which one, counted from 1.
        position: usize,
    },
    /// The last character is not the one the other 17 ask for.
    CheckDigit,
    /// 17 zeros: what is typed where there is no code. With a last 0 the check would even hold.
    Placeholder,
}

impl UsccError {
    /// The stable code of the finding.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Length => "uscc.invalid-length",
            Self::Character { .. } => "uscc.invalid-character",
            Self::CheckDigit => "uscc.check-digit",
            Self::Placeholder => "uscc.placeholder",
        }
    }

    /// What a clerk reads. Never repeats the code: people type identity numbers into this column.
    #[must_use]
    pub fn message(self) -> String {
        self.to_string()
    }
}

impl fmt::Display for UsccError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length => out.write_str(
                "统一社会信用代码应为18位，位数不符，请对照营业执照或登记证书补全后重新填写",
            ),
            Self::Character { position } => write!(
                out,
                "统一社会信用代码第{position}位不是允许的字符（只用数字和除I、O、S、V、Z以外的大写字母），请对照证照改正"
            ),
            Self::CheckDigit => out
                .write_str("统一社会信用代码校验位不符，代码中至少有一位填错，请对照证照逐位核对"),
            Self::Placeholder => out
                .write_str("统一社会信用代码填的是占位代码（全零），不能指明主体，请填写真实代码"),
        }
    }
}

impl std::error::Error for UsccError {}

impl Uscc {
    /// Reads a code that is already normalised. No allocation.
    ///
    /// # Errors
    /// Says what is wrong first: the length, the first foreign character, the check character, or that it is
    /// the placeholder. The embedded organisation code is not looked at (real codes exist where it fails).
    pub fn parse(value: &str) -> Result<Self, UsccError> {
        let Ok(bytes) = <[u8; LENGTH]>::try_from(value.as_bytes()) else {
            return Err(refuse(value));
        };
        let mut sum = 0;
        let mut seen = 0;
        for (byte, weight) in bytes.iter().zip(WEIGHTS) {
            let value = VALUES[usize::from(*byte)];
            seen |= value;
            sum += u32::from(value) * weight;
        }
        let check = VALUES[usize::from(bytes[LENGTH - 1])];
        if (seen | check) & FOREIGN != 0 {
            return Err(refuse(value));
        }
        // Only zeros sum to nothing; the check character is then 0 and would hold.
        if sum == 0 {
            return Err(UsccError::Placeholder);
        }
        if !(sum + u32::from(check)).is_multiple_of(31) {
            return Err(UsccError::CheckDigit);
        }
        Ok(Self(bytes))
    }

    /// The 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.part(0, LENGTH)
    }

    /// Registering department and category, the first two characters.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.part(0, 2)
    }

    /// The region of first registration by GB/T 2260. Need not be where the subject is now.
    #[must_use]
    pub fn region(&self) -> &str {
        self.part(2, 8)
    }

    /// The subject code, an organisation code by GB 11714 without hyphen.
    #[must_use]
    pub fn organisation_code(&self) -> &str {
        self.part(8, 17)
    }

    /// Whether the check of the embedded organisation code holds too. It does not for a few real codes.
    #[must_use]
    pub fn organisation_code_holds(&self) -> bool {
        organisation_code_check_character(self.part(8, 16))
            .is_some_and(|check| u32::from(check) == u32::from(self.0[16]))
    }

    /// Whether it is the code of an individual business (个体工商户).
    #[must_use]
    pub fn is_individual_business(&self) -> bool {
        self.prefix() == "92"
    }

    /// Whether department and category are a pair the standard knows.
    #[must_use]
    pub fn category_is_known(&self) -> bool {
        CATEGORIES.contains(&self.prefix())
    }

    fn part(&self, from: usize, to: usize) -> &str {
        std::str::from_utf8(&self.0[from..to]).expect("the alphabet is ASCII")
    }
}

/// Why a text that failed the quick look fails: lengths and positions count characters, not bytes.
#[cold]
fn refuse(value: &str) -> UsccError {
    if value.chars().count() != LENGTH {
        return UsccError::Length;
    }
    let foreign = |character: char| {
        u8::try_from(character).map_or(true, |byte| VALUES[usize::from(byte)] == FOREIGN)
    };
    value
        .chars()
        .position(foreign)
        .map_or(UsccError::CheckDigit, |at| UsccError::Character { position: at + 1 })
}

/// The check character for the first 17, upper case; nothing when they are not 17 of the alphabet.
#[must_use]
pub fn uscc_check_character(first17: &str) -> Option<char> {
    if first17.len() != LENGTH - 1 {
        return None;
    }
    let mut sum = 0;
    for (byte, weight) in first17.bytes().zip(WEIGHTS) {
        let value = VALUES[usize::from(byte)];
        if value == FOREIGN {
            return None;
        }
        sum += u32::from(value) * weight;
    }
    let at = usize::try_from((31 - sum % 31) % 31).ok()?;
    ALPHABET.get(at).map(|byte| char::from(*byte))
}

/// Everything there is to say about a normalised code.
pub(super) fn check(normalised: &str, findings: &mut Findings) {
    match Uscc::parse(normalised) {
        Ok(code) => note_doubts(code, findings),
        Err(error) => findings.push(IdentifierFinding::error(error.code(), error.message())),
    }
}

/// Warnings about a code that holds.
pub(super) fn note_doubts(code: Uscc, findings: &mut Findings) {
    if !code.category_is_known() {
        findings.push(IdentifierFinding::warning(
            "uscc.category",
            "统一社会信用代码前两位（登记管理部门和机构类别）不在已知范围内，请核对",
        ));
    }
    if !code.organisation_code_holds() {
        findings.push(IdentifierFinding::warning(
            "uscc.organisation-code",
            "统一社会信用代码校验正确，但其中第9至17位的组织机构代码校验位不符，个别真实代码如此，请核对",
        ));
    }
}

impl fmt::Display for Uscc {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

impl fmt::Debug for Uscc {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Uscc({})", self.as_str())
    }
}

impl AsRef<str> for Uscc {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl FromStr for Uscc {
    type Err = UsccError;

    fn from_str(value: &str) -> Result<Self, UsccError> {
        Self::parse(value)
    }
}

impl Serialize for Uscc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Uscc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Uscc;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("18位统一社会信用代码")
            }

            fn visit_str<E: de::Error>(self, value: &str) -> Result<Uscc, E> {
                Uscc::parse(value).map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = "91140829MA0GWC5HXQ";

    #[test]
    fn the_parts_of_a_code() {
        let code = Uscc::parse(GOOD).expect("a real code");
        assert_eq!(code.as_str(), GOOD);
        assert_eq!(format!("{code:>20}"), format!("  {GOOD}"));
        assert_eq!(code.prefix(), "91");
        assert_eq!(code.region(), "140829");
        assert_eq!(code.organisation_code(), "MA0GWC5HX");
        assert!(code.organisation_code_holds());
        assert!(code.category_is_known());
        assert!(!code.is_individual_business());
        let individual = Uscc::parse("92330206MA2EL62660").expect("a real code");
        assert!(individual.is_individual_business());
    }

    #[test]
    fn the_first_thing_wrong_is_named() {
        let cases = [
            ("", UsccError::Length),
            ("91140829MA0GWC5HX", UsccError::Length),
            ("91140829MA0GWC5HXQQ", UsccError::Length),
            // 18 bytes, yet six characters.
            ("运城市平陆县", UsccError::Length),
            ("91140829MA0GWC5HIQ", UsccError::Character { position: 17 }),
            ("91140829MA0GWC5HXq", UsccError::Character { position: 18 }),
            // 18 characters, yet more bytes.
            ("9114平829MA0GWC5HXQ", UsccError::Character { position: 5 }),
            ("91140829MA0GWC5HXR", UsccError::CheckDigit),
            (PLACEHOLDER, UsccError::Placeholder),
            ("000000000000000000", UsccError::Placeholder),
        ];
        for (value, error) in cases {
            assert_eq!(Uscc::parse(value), Err(error), "{value}");
            assert!(error.code().starts_with("uscc."));
        }
    }

    #[test]
    fn an_embedded_organisation_code_may_fail() {
        let code = Uscc::parse("91140622770121181X").expect("a real code");
        assert!(!code.organisation_code_holds());
    }

    #[test]
    fn it_travels_as_a_string() {
        let code = Uscc::parse(GOOD).expect("a real code");
        let json = serde_json::to_string(&code).expect("a string");
        assert_eq!(json, format!("\"{GOOD}\""));
        assert_eq!(serde_json::from_str::<Uscc>(&json).expect("the same code"), code);
        let error = serde_json::from_str::<Uscc>("\"91140829MA0GWC5HXR\"").expect_err("refused");
        assert!(error.to_string().contains("校验位"));
    }

    #[test]
    fn no_check_character_for_a_damaged_start() {
        assert_eq!(uscc_check_character("91140829MA0GWC5HX"), Some('Q'));
        assert_eq!(uscc_check_character("91140829MA0GWC5H"), None);
        assert_eq!(uscc_check_character("91140829MA0GWC5HI"), None);
    }

    /// The first 17 characters of a code that names a subject.
    fn start() -> impl Strategy<Value = String> {
        "[0-9ABCDEFGHJKLMNPQRTUWXY]{17}"
            .prop_filter("not the placeholder", |start| start.bytes().any(|byte| byte != b'0'))
    }

    proptest! {
        #[test]
        fn a_computed_check_character_holds(start in start()) {
            let check = uscc_check_character(&start).expect("of the alphabet");
            let code = format!("{start}{check}");
            let parsed = Uscc::parse(&code);
            prop_assert!(parsed.is_ok_and(|parsed| parsed.as_str() == code));
        }

        #[test]
        fn one_wrong_character_is_refused(start in start(), at in 0..18usize, with in "[0-9A-Z]") {
            let check = uscc_check_character(&start).expect("of the alphabet");
            let mut code = format!("{start}{check}");
            prop_assume!(code[at..=at] != with);
            code.replace_range(at..=at, &with);
            prop_assert!(Uscc::parse(&code).is_err());
        }

        #[test]
        fn no_text_makes_it_fall_over(text in "\\PC*") {
            let _ = Uscc::parse(&text);
        }
    }
}
