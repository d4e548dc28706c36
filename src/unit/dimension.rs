//! The algebra of dimensions: products, quotients and rational powers.

use super::{Base, Dimension};
use num_rational::Ratio;
use num_traits::{CheckedAdd, CheckedMul, CheckedSub, Zero};

/// No exponent of a real quantity comes near; beyond it a formula is a mistake.
const LARGEST_EXPONENT: i32 = 1000;

fn sane(exponent: Ratio<i32>) -> Option<Ratio<i32>> {
    let sane = exponent.numer().unsigned_abs() <= LARGEST_EXPONENT.unsigned_abs()
        && *exponent.denom() <= LARGEST_EXPONENT;
    sane.then_some(exponent)
}

impl Dimension {
    /// The dimension of one base.
    pub fn of(base: Base) -> Dimension {
        Dimension([(base, Ratio::from_integer(1))].into())
    }

    /// Whether it is that of a pure number.
    pub fn is_pure(&self) -> bool {
        self.0.is_empty()
    }

    /// The exponent of a base; zero where absent.
    pub fn exponent(&self, base: &Base) -> Ratio<i32> {
        self.0.get(base).copied().unwrap_or_else(Ratio::zero)
    }

    /// The dimension of a product; `None` when an exponent leaves all sense (beyond 1000).
    pub fn times(&self, other: &Dimension) -> Option<Dimension> {
        self.combine(other, |a, b| a.checked_add(b))
    }

    /// The dimension of a quotient; `None` when an exponent leaves all sense (beyond 1000).
    pub fn over(&self, other: &Dimension) -> Option<Dimension> {
        self.combine(other, |a, b| a.checked_sub(b))
    }

    fn combine(
        &self,
        other: &Dimension,
        operation: impl Fn(&Ratio<i32>, &Ratio<i32>) -> Option<Ratio<i32>>,
    ) -> Option<Dimension> {
        let mut result = self.clone();
        for (base, exponent) in &other.0 {
            let sum = sane(operation(&self.exponent(base), exponent)?)?;
            if sum.is_zero() {
                result.0.remove(base);
            } else {
                result.0.insert(base.clone(), sum);
            }
        }
        Some(result)
    }

    /// The dimension of a power; `None` when an exponent leaves all sense (beyond 1000).
    pub fn power(&self, exponent: Ratio<i32>) -> Option<Dimension> {
        if exponent.is_zero() {
            return Some(Dimension::default());
        }
        let mut result = Dimension::default();
        for (base, own) in &self.0 {
            result
                .0
                .insert(base.clone(), sane(own.checked_mul(&exponent)?)?);
        }
        Some(result)
    }
}
