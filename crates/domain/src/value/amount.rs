//! Amounts of money in 万元 with up to six decimals, exact.

use rust_decimal::Decimal;

/// Why an amount could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountError {
    /// Not a number.
    NotANumber,
    /// Below zero.
    Negative,
    /// More than six decimals, that is, less than one fen.
    TooFine,
}

/// An amount and whether its unit was written beside it and had to be converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// In 万元.
    pub value: Decimal,
    /// Whether the cell said 元 itself and was converted: worth a look.
    pub converted: bool,
}

/// Reads an amount in 万元. Thousands separators and a unit written behind the number (万元, 元) are understood;
/// a bare number is taken as 万元 whatever its size (a suspicious size is a finding, not a conversion: R9).
///
/// # Errors
/// See [`AmountError`].
pub fn read(text: &str) -> Result<Amount, AmountError> {
    let text = text.trim();
    let (digits, converted) = match text.strip_suffix("万元").or_else(|| text.strip_suffix('万'))
    {
        Some(rest) => (rest, false),
        None => match text.strip_suffix('元') {
            Some(rest) => (rest, true),
            None => (text, false),
        },
    };
    let digits = digits.trim();
    let cleaned;
    let digits = if digits.contains([',', '，', ' ']) {
        cleaned = digits.replace([',', '，', ' '], "");
        cleaned.as_str()
    } else {
        digits
    };
    let mut value = Decimal::from_str_exact(digits).map_err(|_| AmountError::NotANumber)?;
    if value.is_sign_negative() && !value.is_zero() {
        return Err(AmountError::Negative);
    }
    if converted {
        value = value.checked_div(Decimal::from(10_000)).ok_or(AmountError::NotANumber)?;
    }
    let value = value.normalize();
    if value.scale() > 6 {
        return Err(AmountError::TooFine);
    }
    Ok(Amount { value, converted })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        read(text).map_or_else(|error| format!("{error:?}"), |amount| amount.value.to_string())
    }

    #[test]
    fn amounts_are_exact() {
        assert_eq!(of("0.2"), "0.2");
        assert_eq!(of("0.000001"), "0.000001");
        assert_eq!(of("1,234.50"), "1234.5");
        assert_eq!(of("2000元"), "0.2");
        assert_eq!(of("3万元"), "3");
        assert_eq!(of("-1"), "Negative");
        assert_eq!(of("0.0000001"), "TooFine");
        assert_eq!(of("两万"), "NotANumber");
        assert_eq!(of("1e3"), "NotANumber");
    }
}
