//! 文号: the number of a decision, and its place in the series that a body counts through in a year.
//!
//! Bodies number their decisions one after the other: `（平）市监罚〔2026〕17号` follows 16. A number that is missing between two
//! that arrived is evidence that a decision was not reported. Patterns: real numbers of market regulation, tax, environment
//! and police (data-standards, "Real data found").

use std::ops::RangeInclusive;

use serde::Serialize;

use crate::text::normalise_name;

/// Years in which a decision can have been numbered.
const YEARS: RangeInclusive<i16> = 1949..=2199;
/// The longest serial that somebody counts through in a year; a longer one is made of a place, a day and a machine's count.
const LONGEST_SERIAL: usize = 6;

/// A number that stands in a series.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct DocumentNumber {
    /// What stands before and behind the year: the body and the kind of document.
    pub series: String,
    /// The year in brackets.
    pub year: i16,
    /// The count within the year.
    pub serial: u32,
}

impl DocumentNumber {
    /// Reads a number in any of its spellings. `None` where it has no year, or no serial that is counted through.
    ///
    /// A part behind the serial (`17-1号`, `17号之二`) belongs to the same decision number.
    #[must_use]
    pub fn parse(number: &str) -> Option<Self> {
        let text = normalise_name(number);
        let (before, year, after) = around_year(&text)?;
        let start = after.find(|letter: char| letter.is_ascii_digit())?;
        let (kind, rest) = after.split_at_checked(start)?;
        let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        let (serial, tail) = rest.split_at_checked(digits)?;
        let significant = serial.trim_start_matches('0');
        if significant.is_empty() || significant.len() > LONGEST_SERIAL || !is_tail(tail) {
            return None;
        }
        let kind = kind.strip_suffix('第').unwrap_or(kind);
        // `罚字〔2026〕` and `罚〔2026〕` are one series to whoever numbers; `字` alone tells nothing.
        let before = before.strip_suffix('字').unwrap_or(before);
        Some(Self { series: format!("{before}{kind}"), year, serial: significant.parse().ok()? })
    }

    /// The number as it is usually written: `（平）市监罚〔2026〕17号`.
    #[must_use]
    pub fn written(&self, serial: u32) -> String {
        format!("{}〔{}〕{serial}号", self.series.replace('(', "（").replace(')', "）"), self.year)
    }
}

/// What stands before the last year in brackets (or before `2026年`), the year, and what stands behind.
fn around_year(text: &str) -> Option<(&str, i16, &str)> {
    let bracketed = text.rmatch_indices('(').find_map(|(at, _)| {
        let inner = text.get(at + 1..at + 5)?;
        let after = text.get(at + 5..)?;
        let after = after.strip_prefix("年)").or_else(|| after.strip_prefix(')'))?;
        Some((text.get(..at)?, year(inner)?, after))
    });
    bracketed.or_else(|| {
        let at = text.find('年')?;
        let from = at.checked_sub(4)?;
        Some((text.get(..from)?, year(text.get(from..at)?)?, text.get(at + '年'.len_utf8()..)?))
    })
}

fn year(text: &str) -> Option<i16> {
    let plain = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|year| plain && YEARS.contains(year))
}

/// What may follow a serial: nothing, `号`, and a part of it.
fn is_tail(tail: &str) -> bool {
    let part = |text: &str| {
        text.is_empty()
            || text.strip_prefix('-').or_else(|| text.strip_prefix('之')).is_some_and(|part| {
                !part.is_empty()
                    && part.chars().all(|letter| {
                        letter.is_ascii_digit() || "一二三四五六七八九十".contains(letter)
                    })
            })
    };
    match tail.split_once('号') {
        Some((before, after)) => part(before) && part(after),
        None => part(tail),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Option<(String, i16, u32)> {
        DocumentNumber::parse(text).map(|number| (number.series, number.year, number.serial))
    }

    #[test]
    fn numbers_as_bodies_write_them() {
        for (text, series, year, serial) in [
            ("（平）市监罚〔2026〕17号", "(平)市监罚", 2026, 17),
            ("(平)市监罚[2026]017 号", "(平)市监罚", 2026, 17),
            ("（平）市监罚【２０２６】第１７号", "(平)市监罚", 2026, 17),
            ("（杭临）市监处罚〔2024〕131号", "(杭临)市监处罚", 2024, 131),
            ("慈税罚（2018）40号", "慈税罚", 2018, 40),
            ("川环法内市区罚字〔2017〕03号", "川环法内市区罚", 2017, 3),
            ("川环法内市区罚〔2017〕3号", "川环法内市区罚", 2017, 3),
            ("平应急罚〔2026〕执法-12号", "平应急罚执法-", 2026, 12),
            ("平应急罚〔2026年〕12号", "平应急罚", 2026, 12),
            ("平审管批字2026年第8号", "平审管批", 2026, 8),
            ("平卫医罚〔2026〕17号之二", "平卫医罚", 2026, 17),
            ("平卫医罚〔2026〕17-1号", "平卫医罚", 2026, 17),
            ("平卫医罚〔2026〕17", "平卫医罚", 2026, 17),
        ] {
            assert_eq!(parsed(text), Some((series.to_owned(), year, serial)), "{text}");
        }
    }

    #[test]
    fn numbers_without_a_series() {
        for text in [
            "",
            "17号",
            "平市监罚字第17号",
            "嘉公（交）决字[2026]第330400210053741号",
            "JY11408290001234",
            "平市监罚〔0026〕17号",
            "平市监罚〔2026〕号",
            "平市监罚〔2026〕0号",
            "平市监罚〔2026〕17号甲",
            "平市监罚〔二〇二六〕17号",
        ] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            series in "[平市监罚税环（）字]{1,6}[罚批]", year in 1990..2100i16, serial in 1..1_000_000u32,
        ) {
            let text = format!("{series}〔{year}〕{serial}号");
            let number = DocumentNumber::parse(&text).expect("a number");
            prop_assert_eq!((number.year, number.serial), (year, serial));
            let again = DocumentNumber::parse(&number.written(serial)).expect("a number");
            prop_assert_eq!(again, number);
        }

        #[test]
        fn nothing_breaks_it(text in "\\PC{0,40}|[(2026)第号年之一-]{0,30}") {
            if let Some(number) = DocumentNumber::parse(&text) {
                prop_assert!(number.serial > 0);
            }
        }
    }
}
