//! The number of a report: 22 characters, the moment to the second and eight more (rules.md §7.1, seen in four of four reports).

use std::fmt::{self, Write as _};

use jiff::civil::DateTime;
use serde::Serialize;

/// Letters and digits that are not taken for each other.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKLMNPQRSTUWXY";
/// Characters after the moment.
const TAIL: usize = 8;
const LENGTH: usize = 14 + TAIL;
/// Places within a thousandth of a second: six characters.
pub const PLACES: u32 = 1 << 30;

/// A report's number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ReportNumber(String);

impl ReportNumber {
    /// Of a moment in Beijing and eight bytes of chance, by which nobody guesses the numbers of others.
    #[must_use]
    pub fn new(at: DateTime, chance: [u8; TAIL]) -> Self {
        Self::ending(at, chance.map(usize::from))
    }

    /// The same for what is numbered many times in a second: the first two of the eight are its thousandth part and the others a place
    /// within that (two to the thirtieth of them), so that numbers follow each other as time does.
    #[must_use]
    pub fn in_order(at: DateTime, thousandth: u16, place: u32) -> Self {
        let part = usize::from(thousandth);
        let place = usize::try_from(place).unwrap_or_default();
        let digit = |back: u32| place / ALPHABET.len().pow(back);
        let tail = [digit(5), digit(4), digit(3), digit(2), digit(1), digit(0)];
        let [one, two, three, four, five, six] = tail;
        Self::ending(at, [part / ALPHABET.len(), part, one, two, three, four, five, six])
    }

    fn ending(at: DateTime, tail: [usize; TAIL]) -> Self {
        let mut number = String::with_capacity(LENGTH);
        let date = [i32::from(at.year()), i32::from(at.month()), i32::from(at.day())];
        let time = [i32::from(at.hour()), i32::from(at.minute()), i32::from(at.second())];
        let [year, month, day] = date;
        let [hour, minute, second] = time;
        // Memory takes whatever is written to it.
        let _ = write!(number, "{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}");
        for place in tail {
            number.push(ALPHABET.get(place % ALPHABET.len()).copied().map_or('0', char::from));
        }
        Self(number)
    }

    /// What somebody typed: blanks and small letters do not matter. Nothing for what is no number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text
            .chars()
            .filter(|character| !character.is_whitespace() && *character != '-')
            .map(|character| character.to_ascii_uppercase())
            .collect();
        let (moment, tail) = text.split_at_checked(LENGTH - TAIL)?;
        let good = tail.len() == TAIL
            && moment.bytes().all(|byte| byte.is_ascii_digit())
            && tail.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        good.then_some(Self(text))
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReportNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_number_has_twenty_two_characters_and_is_read_as_people_type_it() {
        let at = date(2026, 5, 4).at(19, 2, 57, 0);
        let number = ReportNumber::new(at, [0, 31, 32, 255, 7, 9, 10, 200]);
        assert_eq!(number.as_str(), "202605041902570Y0Y79A8");
        assert_eq!(number.as_str().len(), 22);
        let parts =
            [(0, 0), (0, 1), (0, 31), (0, 32), (1, 0), (31, 5), (32, 0), (999, super::PLACES - 1)];
        let numbers = parts.map(|(part, place)| {
            let at = date(2026, 5, 4).at(19, 2, 57, 0);
            ReportNumber::in_order(at, part, place).to_string()
        });
        assert!(
            numbers.is_sorted() && numbers.iter().all(|one| ReportNumber::parse(one).is_some())
        );
        assert_eq!(numbers[4], "2026050419025701000000");
        let typed = "20260504 190257 0y0y-79a8";
        assert_eq!(ReportNumber::parse(typed), Some(number));
        for wrong in [
            "",
            "2026",
            "2026050419025X0Y0Y79A8",
            "202605041902570Y0Y79A",
            "202605041902570Y0Y79A88",
            "２０２６０５０４１９０２５７０Ｙ０Ｙ７９Ａ８",
        ] {
            assert_eq!(ReportNumber::parse(wrong), None, "{wrong}");
        }
    }
}
