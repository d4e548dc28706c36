//! Exact rational numbers into doubles, and how large they may grow.

use num_bigint::{BigInt, BigUint, Sign};
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

/// The double nearest to an exact number (ties to even); ±infinity beyond the largest, zero or subnormal below the smallest.
pub fn to_f64(number: &BigRational) -> f64 {
    if number.is_zero() {
        return 0.0;
    }
    let negative = number.is_negative();
    let (numerator, denominator) = (number.numer().magnitude(), number.denom().magnitude());
    // The quotient is scaled to hold at least 64 bits, or as many as a subnormal has room for above 2^-1074, plus a sticky bit.
    let exponent = numerator.bits() as i64 - denominator.bits() as i64;
    let shift = (65 - exponent).min(1076);
    let (scaled, divisor) = if shift >= 0 {
        (numerator << shift as u64, denominator.clone())
    } else {
        (numerator.clone(), denominator << (-shift) as u64)
    };
    let quotient = &scaled / &divisor;
    let sticky = !(&scaled - &quotient * &divisor).is_zero();
    let magnitude = round_to_f64(&quotient, sticky, -shift);
    if negative { -magnitude } else { magnitude }
}

/// `quotient · 2^exponent`, with a sticky bit below it, rounded to nearest even.
fn round_to_f64(quotient: &BigUint, sticky: bool, exponent: i64) -> f64 {
    let bits = quotient.bits() as i64;
    // The unit in the last place of the result: 53 bits, or 2^-1074 where that is larger.
    let unit = (bits + exponent - 53).max(-1074);
    let drop = unit - exponent;
    let (mut mantissa, remainder_above_half, exactly_half) = if drop <= 0 {
        (quotient << (-drop) as u64, false, false)
    } else {
        let kept = quotient >> drop as u64;
        let remainder = quotient - (&kept << drop as u64);
        let half = BigUint::one() << (drop - 1) as u64;
        let above = remainder > half || (remainder == half && sticky);
        (kept, above, remainder == half && !sticky)
    };
    if remainder_above_half || (exactly_half && mantissa.bit(0)) {
        mantissa += 1u32;
    }
    let mantissa = mantissa.iter_u64_digits().next().unwrap_or(0) as f64;
    // Two steps, each exact: the mantissa has at most 53 bits and `unit` is at least -1074.
    if unit > 1023 {
        return f64::INFINITY;
    }
    if unit >= -1022 {
        mantissa * power_of_two(unit)
    } else {
        mantissa * power_of_two(-1022) * power_of_two(unit + 1022)
    }
}

/// 2^exponent for exponents of normal doubles.
fn power_of_two(exponent: i64) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

/// Bits of numerator and denominator together: the measure of growth.
pub fn size(number: &BigRational) -> u64 {
    number.numer().bits() + number.denom().bits()
}

/// The exact square root, if there is one.
pub fn square_root(number: &BigRational) -> Option<BigRational> {
    if number.is_negative() {
        return None;
    }
    let root = |part: &BigInt| {
        let root = part.sqrt();
        (&root * &root == *part).then_some(root)
    };
    Some(BigRational::new_raw(
        root(number.numer())?,
        root(number.denom())?,
    ))
}

/// An integer exponent's value, if it is one that fits.
pub fn small_integer(number: &BigRational) -> Option<i32> {
    if !number.is_integer() {
        return None;
    }
    i32::try_from(number.numer()).ok()
}

/// Rounded half to even, exactly.
pub fn round_half_even(number: &BigRational) -> BigRational {
    let floor = number.floor();
    let fraction = number - &floor;
    let half = BigRational::new(
        BigInt::one(),
        BigInt::from_biguint(Sign::Plus, BigUint::from(2u32)),
    );
    let odd = floor.numer().bit(0);
    if fraction > half || (fraction == half && odd) {
        floor + BigInt::one()
    } else {
        floor
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::FromPrimitive;
    use proptest::prelude::*;

    fn exact(value: f64) -> BigRational {
        BigRational::from_f64(value).unwrap()
    }

    proptest! {
        #[test]
        fn doubles_come_back(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            prop_assert_eq!(to_f64(&exact(value)), value);
        }

        #[test]
        fn decimals_read_as_the_standard_library_reads_them(digits in 1u64.., exponent in -340i32..300) {
            let text = format!("{digits}e{exponent}");
            let ten = BigRational::from_integer(10.into());
            let number = BigRational::from_integer(digits.into()) * ten.pow(exponent);
            prop_assert_eq!(to_f64(&number), text.parse::<f64>().unwrap());
        }
    }

    #[test]
    fn ties_go_to_even_and_ends_are_held() {
        let halfway = exact(1.0) + exact(f64::EPSILON / 2.0);
        assert_eq!(to_f64(&halfway), 1.0);
        assert_eq!(
            to_f64(&(halfway + exact(f64::EPSILON))),
            1.0 + 2.0 * f64::EPSILON
        );
        assert_eq!(to_f64(&(exact(f64::MAX) * exact(2.0))), f64::INFINITY);
        assert_eq!(to_f64(&-(exact(f64::MAX) * exact(2.0))), f64::NEG_INFINITY);
        let smallest = exact(f64::from_bits(1));
        assert_eq!(to_f64(&(&smallest / exact(2.0))), 0.0);
        assert_eq!(to_f64(&(&smallest * exact(1.5))), f64::from_bits(2));
    }

    #[test]
    fn rounding_and_roots() {
        for (value, rounded) in [
            (0.5, 0.0),
            (1.5, 2.0),
            (2.5, 2.0),
            (-0.5, 0.0),
            (-1.5, -2.0),
            (2.25, 2.0),
            (-2.75, -3.0),
        ] {
            assert_eq!(to_f64(&round_half_even(&exact(value))), rounded, "{value}");
        }
        assert_eq!(square_root(&exact(6.25)), Some(exact(2.5)));
        assert_eq!(square_root(&exact(2.0)), None);
        assert_eq!(square_root(&exact(-4.0)), None);
    }
}
