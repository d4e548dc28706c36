//! Constants computed while lowering: exactly where the result is rational and small enough, else as the steps would.

use super::{exact, execute};
use crate::kernel;
use crate::model::{Binary, Unary};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

/// Exact constants beyond this many bits go on as doubles.
const LARGEST_CONSTANT: u64 = 4096;

fn truth(value: bool) -> BigRational {
    if value {
        BigRational::one()
    } else {
        BigRational::zero()
    }
}

/// The function of an exact number where the result is exact.
pub fn exact_unary(function: Unary, number: &BigRational) -> Option<BigRational> {
    match function {
        Unary::Negate => Some(-number),
        Unary::Not => Some(truth(number.is_zero())),
        Unary::Abs => Some(number.abs()),
        Unary::Sqrt => exact::square_root(number),
        Unary::Floor => Some(number.floor()),
        Unary::Ceil => Some(number.ceil()),
        Unary::Round => Some(exact::round_half_even(number)),
        Unary::Exp | Unary::Sin | Unary::Tan | Unary::Asin | Unary::Atan if number.is_zero() => {
            Some(if function == Unary::Exp {
                BigRational::one()
            } else {
                BigRational::zero()
            })
        }
        _ => None,
    }
}

/// The function of two exact numbers where the result is exact and not too large.
pub fn exact_binary(function: Binary, a: &BigRational, b: &BigRational) -> Option<BigRational> {
    let result = match function {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::Multiply => a * b,
        Binary::Divide if !b.is_zero() => a / b,
        Binary::Divide => return None,
        Binary::Power => {
            if *b == BigRational::new(BigInt::one(), BigInt::from(2)) {
                return exact::square_root(a);
            }
            let exponent = exact::small_integer(b)?;
            if (a.is_zero() && exponent < 0)
                || exact::size(a).saturating_mul(u64::from(exponent.unsigned_abs()))
                    > LARGEST_CONSTANT
            {
                return None;
            }
            a.pow(exponent)
        }
        Binary::Minimum => a.min(b).clone(),
        Binary::Maximum => a.max(b).clone(),
        Binary::Less => truth(a < b),
        Binary::LessOrEqual => truth(a <= b),
        Binary::Greater => truth(a > b),
        Binary::GreaterOrEqual => truth(a >= b),
        Binary::Equal => truth(a == b),
        Binary::NotEqual => truth(a != b),
        Binary::And => truth(!a.is_zero() && !b.is_zero()),
        Binary::Or => truth(!a.is_zero() || !b.is_zero()),
        Binary::Atan2 => return None,
    };
    (exact::size(&result) <= LARGEST_CONSTANT).then_some(result)
}

/// The function of a double, as the steps compute it.
pub fn real_unary(function: Unary, x: f64) -> f64 {
    match function {
        Unary::Negate => -x,
        Unary::Not => execute::not(x),
        Unary::Abs => x.abs(),
        Unary::Sqrt => x.sqrt(),
        Unary::Exp => kernel::exp(x),
        Unary::Ln => kernel::ln(x),
        Unary::Log10 => kernel::log10(x),
        Unary::Floor => x.floor(),
        Unary::Ceil => x.ceil(),
        Unary::Round => x.round_ties_even(),
        Unary::Sin => kernel::sin(x),
        Unary::Cos => kernel::cos(x),
        Unary::Tan => kernel::tan(x),
        Unary::Asin => kernel::asin(x),
        Unary::Acos => kernel::acos(x),
        Unary::Atan => kernel::atan(x),
    }
}
