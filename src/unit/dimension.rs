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
    /// From the exponents of bases that rise, none of them zero.
    pub(super) fn new(exponents: impl IntoIterator<Item = (Base, Ratio<i32>)>) -> Dimension {
        Dimension(exponents.into_iter().collect())
    }

    /// The dimension of one base.
    pub fn of(base: Base) -> Dimension {
        Dimension::new([(base, Ratio::from_integer(1))])
    }

    /// Whether it is that of a pure number.
    pub fn is_pure(&self) -> bool {
        self.0.is_empty()
    }

    /// The bases that it has an exponent of, rising.
    pub fn exponents(&self) -> &[(Base, Ratio<i32>)] {
        &self.0
    }

    /// The exponent of a base; zero where absent.
    pub fn exponent(&self, base: &Base) -> Ratio<i32> {
        let found = self.0.iter().find(|(own, _)| own == base);
        found.map_or_else(Ratio::zero, |&(_, exponent)| exponent)
    }

    /// The dimension of a product; `None` when an exponent leaves all sense (beyond 1000).
    pub fn times(&self, other: &Dimension) -> Option<Dimension> {
        if self.is_pure() {
            return Some(other.clone());
        }
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
        if other.is_pure() {
            return Some(self.clone());
        }
        let mut result = Vec::with_capacity(self.0.len() + other.0.len());
        let mut own = self.0.iter().peekable();
        for (base, exponent) in other.exponents() {
            while let Some(before) = own.next_if(|(own, _)| own < base) {
                result.push(before.clone());
            }
            let same = own.next_if(|(own, _)| own == base);
            let exponent_here = same.map_or_else(Ratio::zero, |&(_, exponent)| exponent);
            let sum = sane(operation(&exponent_here, exponent)?)?;
            if !sum.is_zero() {
                result.push((base.clone(), sum));
            }
        }
        result.extend(own.cloned());
        Some(Dimension::new(result))
    }

    /// The dimension of a power; `None` when an exponent leaves all sense (beyond 1000).
    pub fn power(&self, exponent: Ratio<i32>) -> Option<Dimension> {
        if exponent.is_zero() {
            return Some(Dimension::default());
        }
        let powers = self
            .exponents()
            .iter()
            .map(|(base, own)| Some((base.clone(), sane(own.checked_mul(&exponent)?)?)));
        powers.collect::<Option<Vec<_>>>().map(Dimension::new)
    }
}
