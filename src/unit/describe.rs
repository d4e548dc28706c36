//! Dimensions in words: `power/GPU`, `CO2e/energy`; and what is missing between two of them.

use super::{Base, Dimension};
use num_rational::Ratio;
use num_traits::{Signed, Zero};

/// One factor of a dimension in words, with a unit it is commonly given in.
struct Factor {
    word: String,
    unit: String,
    exponent: Ratio<i32>,
}

/// Splits a dimension into the quantities people think in: energy, power and volume before mass, length and time.
fn factors(dimension: &Dimension) -> Vec<Factor> {
    let mut length = dimension.exponent(&Base::Length);
    let mut mass = dimension.exponent(&Base::Mass);
    let mut time = dimension.exponent(&Base::Time);
    let two = Ratio::from_integer(2);
    let (mut energy, mut power, mut volume) = (Ratio::zero(), Ratio::zero(), Ratio::zero());
    // Energy is mass × length² / time²; whatever length does not fit that remains (a volume beside an energy, say).
    let volume_beside = |rest: Ratio<i32>| rest.is_zero() || rest.abs() == Ratio::from_integer(3);
    if !mass.is_zero() && mass.abs() <= two && volume_beside(length - mass * two) {
        energy = mass;
        length -= mass * two;
        time += mass * two;
        mass = Ratio::zero();
        if time == -energy {
            power = energy;
            energy = Ratio::zero();
            time = Ratio::zero();
        }
    }
    if length.abs() == Ratio::from_integer(3) {
        volume = length / 3;
        length = Ratio::zero();
    }
    let of = |base: &Base| dimension.exponent(base);
    let named = [
        ("CO2e", "kgCO2e", of(&Base::CarbonDioxideEquivalent)),
        ("energy", "kWh", energy),
        ("power", "W", power),
        ("mass", "kg", mass),
        ("volume", "L", volume),
        ("length", "m", length),
        ("current", "A", of(&Base::Current)),
        ("temperature", "K", of(&Base::Temperature)),
        ("amount of substance", "mol", of(&Base::Amount)),
        ("luminous intensity", "cd", of(&Base::Luminosity)),
    ];
    let counts = dimension
        .exponents()
        .iter()
        .filter_map(|(base, exponent)| match base {
            Base::Count(name) => Some((&**name, &**name, *exponent)),
            _ => None,
        });
    named
        .into_iter()
        .chain(counts)
        .chain([("time", "h", time)])
        .filter(|(_, _, exponent)| !exponent.is_zero())
        .map(|(word, unit, exponent)| Factor {
            word: word.to_owned(),
            unit: unit.to_owned(),
            exponent,
        })
        .collect()
}

fn join(factors: &[Factor], name: impl Fn(&Factor) -> &str) -> String {
    let side = |positive: bool| -> Vec<String> {
        factors
            .iter()
            .filter(|factor| factor.exponent.is_positive() == positive)
            .map(|factor| {
                let size = factor.exponent.abs();
                if size == Ratio::from_integer(1) {
                    name(factor).to_owned()
                } else if size.is_integer() {
                    format!("{}^{size}", name(factor))
                } else {
                    format!("{}^({size})", name(factor))
                }
            })
            .collect()
    };
    let (above, below) = (side(true), side(false));
    let top = if above.is_empty() {
        "1".to_owned()
    } else {
        above.join("*")
    };
    match below.len() {
        0 => top,
        1 => format!("{top}/{}", below[0]),
        _ => format!("{top}/({})", below.join("*")),
    }
}

/// The dimension in words: `power/GPU`, `CO2e/energy`, `1/time`; `a pure number` for none.
pub fn describe(dimension: &Dimension) -> String {
    if dimension.is_pure() {
        "a pure number".to_owned()
    } else {
        join(&factors(dimension), |factor| &factor.word)
    }
}

/// A unit of that dimension, as an example to write.
pub fn example(dimension: &Dimension) -> String {
    join(&factors(dimension), |factor| &factor.unit)
}

/// What `have` must be multiplied by to become `want`, as a dimension: `time`, `1/GPU`. `None` when nothing is missing
/// (or when exponents leave all sense).
pub fn missing_factor(have: &Dimension, want: &Dimension) -> Option<Dimension> {
    want.over(have).filter(|missing| !missing.is_pure())
}
