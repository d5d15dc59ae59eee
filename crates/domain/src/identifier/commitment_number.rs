//! 承诺编码: the division of the place that accepts it, the day it was made, and a serial of that day: twenty digits.

use std::fmt;

use jiff::civil::Date;

use crate::value::date;

/// Digits of the division.
const REGION: usize = 6;
/// Digits of the division and the day.
const PREFIX: usize = 14;
/// All of them.
const LENGTH: usize = 20;
/// The last serial of a day.
const LAST: u32 = 999_999;

/// The number of a commitment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommitmentNumber {
    region: String,
    day: Date,
    serial: u32,
}

impl CommitmentNumber {
    /// The first number of a place and a day; nothing where the division has not six digits.
    #[must_use]
    pub fn first(region: &str, day: Date) -> Option<Self> {
        let holds = region.len() == REGION && region.bytes().all(|one| one.is_ascii_digit());
        holds.then(|| Self { region: region.to_owned(), day, serial: 1 })
    }

    /// The next number of the same place and day; nothing after the last one.
    #[must_use]
    pub fn next(&self) -> Option<Self> {
        (self.serial < LAST).then(|| Self { serial: self.serial + 1, ..self.clone() })
    }

    /// Reads a number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != LENGTH || !text.bytes().all(|one| one.is_ascii_digit()) {
            return None;
        }
        let (day, _) = date::read(text.get(REGION..PREFIX)?)?;
        let serial = text.get(PREFIX..)?.parse().ok().filter(|serial| *serial > 0)?;
        Some(Self { region: text.get(..REGION)?.to_owned(), day, serial })
    }

    /// The division of the place.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The day it was made.
    #[must_use]
    pub const fn day(&self) -> Date {
        self.day
    }

    /// The serial, from 1.
    #[must_use]
    pub const fn serial(&self) -> u32 {
        self.serial
    }
}

impl fmt::Display for CommitmentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { region, day, serial } = self;
        write!(f, "{region}{:04}{:02}{:02}{serial:06}", day.year(), day.month(), day.day())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_real_number_is_read_and_a_day_has_a_last_one() {
        let real = CommitmentNumber::parse("32010020230217000011").expect("a number");
        assert_eq!((real.region(), real.day(), real.serial()), ("320100", date(2023, 2, 17), 11));
        for wrong in ["", "3201002023021700001", "32010020230230000011", "32010020230217000000"] {
            assert_eq!(CommitmentNumber::parse(wrong), None, "{wrong}");
        }
        assert_eq!(CommitmentNumber::first("1408", date(2026, 5, 1)), None);
        let last = CommitmentNumber::parse("14082920260501999999").expect("a number");
        assert_eq!(last.next(), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_and_the_order_of_texts_is_the_order_of_numbers(
            region in 110_000_u32..660_000,
            days in 0_i64..20_000,
            one in 1_u32..=LAST,
            other in 1_u32..=LAST,
        ) {
            let day = date(1990, 1, 1).checked_add(jiff::Span::new().days(days)).expect("a day");
            let number = |serial| CommitmentNumber { region: region.to_string(), day, serial };
            let text = number(one).to_string();
            prop_assert_eq!(text.len(), LENGTH);
            prop_assert_eq!(CommitmentNumber::parse(&text), Some(number(one)));
            prop_assert_eq!(text.cmp(&number(other).to_string()), one.cmp(&other));
            if let Some(next) = number(one).next() {
                prop_assert!(next.to_string() > text);
                prop_assert_eq!(next.serial(), one + 1);
            }
        }

        #[test]
        fn no_text_breaks_it(text in "\\PC{0,30}") {
            if let Some(number) = CommitmentNumber::parse(&text) {
                prop_assert_eq!(number.to_string(), text);
            }
        }
    }
}
