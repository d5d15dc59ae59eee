//! Numbers that are not money: quantities with their unit behind them.

use rust_decimal::Decimal;

/// Hundredths of a whole: how shares are written, no number of law.
pub const HUNDREDTHS: u64 = 100;

/// Reads a number; thousands separators and a unit written behind it (吨, 度, 立方米, kWh …) are understood.
#[must_use]
pub fn read(text: &str) -> Option<Decimal> {
    let digits: String =
        text.trim().chars().filter(|character| !matches!(character, ',' | '，' | ' ')).collect();
    let end = digits
        .char_indices()
        .find(|(at, character)| {
            !character.is_ascii_digit() && *character != '.' && !(*at == 0 && *character == '-')
        })
        .map_or(digits.len(), |(at, _)| at);
    let (number, unit) = digits.split_at(end);
    // A unit is a word, not more figures: 12-30 or 3/4 is no quantity.
    if unit.chars().any(|character| character.is_ascii_digit() || character == '-') {
        return None;
    }
    Decimal::from_str_exact(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_with_or_without_their_unit() {
        for (text, number) in [("12", "12"), ("1,200.5", "1200.5"), ("30 吨", "30"), ("7kWh", "7")]
        {
            assert_eq!(read(text).map(|number| number.to_string()).as_deref(), Some(number));
        }
        for text in ["", "吨", "12-30", "3/4", "1.2.3", "约12"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
