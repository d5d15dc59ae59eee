//! The year or month that something is about: a year of assessment, a month of use.

use jiff::civil::Date;

/// A year or a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// `2025` or `2025-03`.
    pub text: String,
    /// Its last day: what is said about a period cannot have been known before that period was over.
    pub last_day: Date,
}

/// Reads `2025`, `2025年`, `2025年度`, `2025-03`, `2025/3`, `2025.3`, `202503`, `2025年3月`.
#[must_use]
pub fn read(text: &str) -> Option<Period> {
    let text = text.trim();
    let year: i16 = text.get(0..4)?.parse().ok().filter(|year| (1949..=2099).contains(year))?;
    let rest = text.get(4..)?;
    let month = match rest {
        "" | "年" | "年度" => {
            let last_day = Date::new(year, 12, 31).ok()?;
            return Some(Period { text: format!("{year:04}"), last_day });
        }
        _ if rest.len() == 2 && rest.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => match rest.strip_prefix('年') {
            Some(rest) => rest.strip_suffix('月')?,
            None => rest.strip_prefix(['-', '/', '.'])?,
        },
    };
    let digits = (1..=2).contains(&month.len()) && month.bytes().all(|byte| byte.is_ascii_digit());
    let month: i8 = month.parse().ok().filter(|_| digits)?;
    let last_day = Date::new(year, month, 1).ok()?.last_of_month();
    Some(Period { text: format!("{year:04}-{month:02}"), last_day })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_and_months_are_read_and_end_on_their_last_day() {
        for (text, normal, last) in [
            ("2018", "2018", "2018-12-31"),
            ("2018年度", "2018", "2018-12-31"),
            ("2024-02", "2024-02", "2024-02-29"),
            ("202503", "2025-03", "2025-03-31"),
            ("2025年3月", "2025-03", "2025-03-31"),
            ("2025/3", "2025-03", "2025-03-31"),
        ] {
            let period = read(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (period.text.as_str(), period.last_day.to_string().as_str()),
                (normal, last)
            );
        }
        for text in
            ["", "18", "二〇一八", "2018-13", "2018-00", "2018-3-1", "20180301", "1800", "2018-+3"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
