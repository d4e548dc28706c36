//! Decimal numbers, exactly as written.

use super::codes::NUMBER_OUT_OF_RANGE;
use crate::diagnostic::Code;
use num_bigint::{BigInt, BigUint};
use num_rational::BigRational;
use num_traits::{Num, Zero};

/// Digits of a number, at most.
const MOST_DIGITS: usize = 400;
/// Size of a decimal exponent, at most: beyond it no double is left, and the exact number would fill the memory.
const LARGEST_EXPONENT: i64 = 400;

/// Why a text that looks like a number is none to compute with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberFault {
    /// The kind of complaint.
    pub code: &'static Code,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub advice: &'static str,
}

fn out_of_range(text: &str) -> NumberFault {
    let shown: String = text.chars().take(24).collect();
    let shown = if shown.len() < text.len() {
        format!("{shown}…")
    } else {
        shown
    };
    NumberFault {
        code: &NUMBER_OUT_OF_RANGE,
        message: format!("{shown} is outside the numbers that can be computed with"),
        advice: "write a number between about 1e-308 and 1e308 with at most 400 digits; a unit with a prefix helps (`Gt`, `TWh`)",
    }
}

/// The exact value of a decimal: digits, a point, an exponent, a sign before it.
///
/// # Errors
///
/// When the number overflows or underflows a double, or is longer than any number is.
pub fn exact(text: &str) -> Result<BigRational, NumberFault> {
    let lowered = text.trim_start_matches('+');
    let (mantissa, exponent) = lowered.split_once(['e', 'E']).unwrap_or((lowered, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent
        .parse::<i64>()
        .ok()
        .filter(|exponent| exponent.abs() <= LARGEST_EXPONENT);
    let (Some(exponent), true) = (exponent, whole.len() + fraction.len() <= MOST_DIGITS) else {
        return Err(out_of_range(text));
    };
    let digits = BigInt::from_str_radix(&format!("{whole}{fraction}"), 10)
        .map_err(|_| out_of_range(text))?;
    let power = exponent - i64::try_from(fraction.len()).unwrap_or(i64::MAX);
    let ten = |power: i64| BigInt::from(10).pow(u32::try_from(power).unwrap_or(0));
    let value = if power >= 0 {
        BigRational::from_integer(digits * ten(power))
    } else {
        BigRational::new(digits, ten(-power))
    };
    let double = text.parse::<f64>().unwrap_or(f64::NAN);
    if !double.is_finite() || (double == 0.0 && !value.is_zero()) {
        return Err(out_of_range(text));
    }
    Ok(value)
}

/// The nearest double of a decimal or of an integer of another radix; infinities and NaN as TOML writes them.
///
/// # Errors
///
/// As [`exact`].
pub fn double(text: &str, radix: u32) -> Result<f64, NumberFault> {
    if radix != 10 {
        let value = u64::from_str_radix(text, radix).map_err(|_| out_of_range(text))?;
        #[allow(clippy::cast_precision_loss)]
        return Ok(value as f64);
    }
    let value: f64 = text.parse().map_err(|_| out_of_range(text))?;
    let written_infinite = text.ends_with("inf") || text.ends_with("nan");
    let vanished = value == 0.0
        && text
            .split(['e', 'E'])
            .next()
            .is_some_and(|mantissa| mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9')));
    if (!value.is_finite() && !written_infinite) || vanished {
        Err(out_of_range(text))
    } else {
        Ok(value)
    }
}

/// The value of a whole number, 0 or more, however it is written (`1e6` is one); `None` for what is none.
pub fn whole(text: &str, radix: u32) -> Option<BigUint> {
    if radix != 10 {
        return BigUint::from_str_radix(text, radix).ok();
    }
    let value = exact(text).ok().filter(BigRational::is_integer)?;
    value.to_integer().to_biguint()
}

/// Bytes that the unsigned decimal at the start of a text takes; 0 when there is none.
pub fn length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        bytes[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit() || **byte == b'_')
            .count()
    };
    let whole = if bytes.first().is_some_and(u8::is_ascii_digit) {
        digits(0)
    } else {
        0
    };
    let mut end = whole;
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        end += 1 + digits(end + 1);
    } else if whole == 0 {
        return 0;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit) {
            end += 1 + sign + digits(end + 1 + sign);
        }
    }
    end
}

/// The exact decimal at the start of a text, and the bytes it takes: what `[units]` reads its definitions with.
pub fn leading(text: &str) -> Option<(BigRational, usize)> {
    let start = text.len() - text.trim_start().len();
    let sign = usize::from(text[start..].starts_with(['-', '+']));
    let end = start + sign + length(&text[start + sign..]);
    let value = if end > start + sign {
        exact(&text[start..end].replace('_', "")).ok()
    } else {
        None
    };
    value.map(|value| (value, end))
}

#[cfg(test)]
mod tests {
    use super::{double, exact, leading, length};
    use num_bigint::BigInt;
    use num_rational::BigRational;

    #[test]
    fn decimals_are_exact_and_bounded() {
        let ratio = |a: i64, b: i64| BigRational::new(BigInt::from(a), BigInt::from(b));
        assert_eq!(exact("0.24"), Ok(ratio(6, 25)));
        assert_eq!(exact("-1.5e3"), Ok(ratio(-1500, 1)));
        assert_eq!(exact("+2E-3"), Ok(ratio(1, 500)));
        for text in [
            "1e400",
            "1e-400",
            "1e-99999999",
            "1e99999999999999999999",
            &"9".repeat(500),
        ] {
            assert!(exact(text).is_err(), "{text}");
            assert!(double(text, 10).is_err(), "{text}");
        }
        assert_eq!(double("inf", 10), Ok(f64::INFINITY));
        assert_eq!(double("ff", 16), Ok(255.0));
        assert_eq!(double("0e5", 10), Ok(0.0));
    }

    #[test]
    fn numbers_end_where_they_end() {
        assert_eq!(length("1.5e3 kWh"), 5);
        assert_eq!(length("2e"), 1);
        assert_eq!(length("3 e"), 1);
        assert_eq!(length("1_000.5"), 7);
        assert_eq!(length(".5"), 2);
        assert_eq!(length("x"), 0);
        assert_eq!(length("1.x"), 1);
        assert_eq!(leading("11 tCO2e/yr").map(|(_, length)| length), Some(2));
    }
}
