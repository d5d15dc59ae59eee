//! Dates as spreadsheets write them.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

/// How a date was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateForm {
    /// With separators, with 年月日, or as eight digits.
    Written,
    /// As a spreadsheet's serial number: days since 1899-12-30.
    Serial,
}

/// The official way to write "no end": any day of 2099.
pub const LONG_TERM: Date = date(2099, 12, 31);

/// Whether a date means "long term" (2099-01-31 and 2099-12-31 are both met in published rows).
#[must_use]
pub fn is_long_term(day: Date) -> bool {
    day.year() == 2099
}

/// A day as `YYYY-MM-DD`; written by hand, because intake writes several for each row.
#[must_use]
pub fn iso(day: Date) -> String {
    let (year, month, date) =
        (day.year().unsigned_abs(), day.month().unsigned_abs(), day.day().unsigned_abs());
    let digit = |value: u16| char::from(b'0' + u8::try_from(value % 10).unwrap_or(0));
    let mut text = String::with_capacity(10);
    for value in [year / 1000, year / 100, year / 10, year] {
        text.push(digit(value));
    }
    for part in [month, date] {
        text.push('-');
        text.push(digit(u16::from(part / 10)));
        text.push(digit(u16::from(part)));
    }
    text
}

/// Reads `YYYY/M/D`, `YYYY-M-D`, `YYYY.M.D`, `YYYY年M月D日`, `YYYYMMDD`, each with an optional time of day behind it,
/// 长期, and spreadsheet serial numbers of the years 1954 to 2099. Full-width digits are not read: a date
/// written so has usually been destroyed elsewhere too, and the clerk is told.
#[must_use]
pub fn read(text: &str) -> Option<(Date, DateForm)> {
    let text = text.trim();
    if text == "长期" {
        return Some((LONG_TERM, DateForm::Written));
    }
    let bytes = text.as_bytes();
    let leading = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if leading == bytes.len() {
        return match leading {
            8 => build(
                number(bytes.get(0..4)?)?,
                number(bytes.get(4..6)?)?,
                number(bytes.get(6..8)?)?,
            ),
            5 => serial(number(bytes)?),
            _ => None,
        };
    }
    if leading != 4 {
        return None;
    }
    let year = number(bytes.get(0..4)?)?;
    let rest = text.get(4..)?;
    let (rest, chinese) = match rest.strip_prefix('年') {
        Some(rest) => (rest, true),
        None => (rest.strip_prefix(['/', '-', '.'])?, false),
    };
    let (month, rest) = leading_number(rest)?;
    let rest =
        if chinese { rest.strip_prefix('月')? } else { rest.strip_prefix(['/', '-', '.'])? };
    let (day, rest) = leading_number(rest)?;
    let rest = if chinese { rest.strip_prefix('日').unwrap_or(rest) } else { rest };
    if !is_time_of_day(rest) {
        return None;
    }
    build(year, month, day)
}

fn build(year: u32, month: u32, day: u32) -> Option<(Date, DateForm)> {
    let date =
        Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
            .ok()?;
    (1900..=2100).contains(&year).then_some((date, DateForm::Written))
}

fn serial(days: u32) -> Option<(Date, DateForm)> {
    // Serials below 20000 (1954) are more likely a count than a day; above 73050 lies 2100.
    if !(20_000..=73_050).contains(&days) {
        return None;
    }
    date(1899, 12, 30).checked_add(i64::from(days).days()).ok().map(|day| (day, DateForm::Serial))
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |value, digit| {
        digit.is_ascii_digit().then(|| value * 10 + u32::from(digit - b'0'))
    })
}

fn leading_number(text: &str) -> Option<(u32, &str)> {
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    if count == 0 || count > 2 {
        return None;
    }
    Some((number(text.as_bytes().get(..count)?)?, text.get(count..)?))
}

fn is_time_of_day(rest: &str) -> bool {
    let rest = rest.trim_start_matches(['T', ' ']);
    rest.is_empty()
        || (rest.len() <= 15
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'Z' | b'+')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_met_in_files_is_read() {
        let day = date(2026, 3, 5);
        for text in [
            "2026/3/5",
            "2026/03/05",
            "2026-03-05",
            "2026.3.5",
            "2026年3月5日",
            "20260305",
            "2026-03-05 00:00:00",
            "2026-03-05T08:30:00",
            "46086",
        ] {
            assert_eq!(read(text).map(|(day, _)| day), Some(day), "{text}");
        }
        assert_eq!(read("46086").map(|(_, form)| form), Some(DateForm::Serial));
        assert_eq!(read("长期").map(|(day, _)| day), Some(LONG_TERM));
    }

    #[test]
    fn iso_is_what_the_calendar_library_writes() {
        for day in [date(1900, 1, 1), date(2026, 11, 25), date(2099, 12, 31)] {
            assert_eq!(iso(day), day.to_string());
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "—",
            "2026/13/1",
            "2026-02-30",
            "2026/3",
            "26/3/5",
            "3.5",
            "2026-03-05号",
            "12",
            "999999",
            "二〇二六年三月五日",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
