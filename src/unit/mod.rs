//! Units and dimensions: parsing, the table of built-in units, exact conversion factors.

use num_rational::{BigRational, Ratio};
use std::sync::Arc;

/// A base dimension: an SI one, the mass of CO2-equivalent, or a kind of thing to count (each its own).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Base {
    /// metre
    Length,
    /// kilogram
    Mass,
    /// second
    Time,
    /// ampere
    Current,
    /// kelvin
    Temperature,
    /// mole
    Amount,
    /// candela
    Luminosity,
    /// kilogram of CO2-equivalent: apart from mass
    CarbonDioxideEquivalent,
    /// A kind of thing to count, by name: `GPU`, `request`, a user's own.
    Count(Arc<str>),
}

/// Exponents of the base dimensions; absent means zero. Of a pure number there are none.
///
/// Every number and unit of a scenario has one, and most are alike: they share it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct Dimension(Arc<[(Base, Ratio<i32>)]>);

/// A unit: a dimension and the exact factor to the coherent base unit of that dimension.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// As the user wrote it.
    pub text: String,
    /// What it measures.
    pub dimension: Dimension,
    /// Value in coherent base units = value in this unit × `factor`.
    pub factor: BigRational,
}

pub mod codes;
mod describe;
mod dimension;
mod meant;
mod parse;
mod registry;
mod table;

pub use describe::{describe, example, missing_factor};
pub use registry::{Definition, Units};
pub use table::{BuiltIn, PREFIXES, Prefix, built_in};

impl Unit {
    /// The unit `1`: a pure number.
    pub fn one() -> Unit {
        Unit {
            text: "1".to_owned(),
            dimension: Dimension::default(),
            factor: num_traits::One::one(),
        }
    }

    /// Whether a number in this unit is the pure number itself (`1`, but not `%`).
    pub fn is_one(&self) -> bool {
        self.dimension.is_pure() && num_traits::One::is_one(&self.factor)
    }

    /// Whether both measure the same in the same size, however they are written.
    pub fn same_as(&self, other: &Unit) -> bool {
        self.dimension == other.dimension && self.factor == other.factor
    }
}
