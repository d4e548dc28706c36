//! The closed table of built-in units and the prefixes each takes. `list units` prints this table.

use super::{Base, Dimension, Unit};
use num_bigint::BigInt;
use num_rational::{BigRational, Ratio};
use std::collections::HashMap;
use std::sync::OnceLock;

/// A decimal prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefix {
    /// The letter before the unit.
    pub letter: &'static str,
    /// Power of ten.
    pub exponent: i32,
}

/// Every prefix any unit takes.
pub static PREFIXES: &[Prefix] = &[
    Prefix {
        letter: "n",
        exponent: -9,
    },
    Prefix {
        letter: "u",
        exponent: -6,
    },
    Prefix {
        letter: "m",
        exponent: -3,
    },
    Prefix {
        letter: "k",
        exponent: 3,
    },
    Prefix {
        letter: "M",
        exponent: 6,
    },
    Prefix {
        letter: "G",
        exponent: 9,
    },
    Prefix {
        letter: "T",
        exponent: 12,
    },
    Prefix {
        letter: "P",
        exponent: 15,
    },
    Prefix {
        letter: "E",
        exponent: 18,
    },
];

/// A row of the table.
#[derive(Debug)]
pub struct BuiltIn {
    /// The name without prefix.
    pub name: &'static str,
    /// The letters of the prefixes it takes, in rising order.
    pub prefixes: &'static str,
    /// What it is, in a few words, with its exact size.
    pub summary: &'static str,
    /// Exponents of length, mass, time, current, temperature, amount, luminosity, CO2e.
    exponents: [i32; 8],
    /// Whether it counts things: its own base dimension.
    pub counts: bool,
    /// The exact factor to base units, as numerator and denominator.
    factor: (i64, i64),
}

const NONE: [i32; 8] = [0; 8];
const LENGTH: [i32; 8] = [1, 0, 0, 0, 0, 0, 0, 0];
const VOLUME: [i32; 8] = [3, 0, 0, 0, 0, 0, 0, 0];
const MASS: [i32; 8] = [0, 1, 0, 0, 0, 0, 0, 0];
const TIME: [i32; 8] = [0, 0, 1, 0, 0, 0, 0, 0];
const CURRENT: [i32; 8] = [0, 0, 0, 1, 0, 0, 0, 0];
const TEMPERATURE: [i32; 8] = [0, 0, 0, 0, 1, 0, 0, 0];
const AMOUNT: [i32; 8] = [0, 0, 0, 0, 0, 1, 0, 0];
const LUMINOSITY: [i32; 8] = [0, 0, 0, 0, 0, 0, 1, 0];
const EQUIVALENT: [i32; 8] = [0, 0, 0, 0, 0, 0, 0, 1];
const FREQUENCY: [i32; 8] = [0, 0, -1, 0, 0, 0, 0, 0];
const FORCE: [i32; 8] = [1, 1, -2, 0, 0, 0, 0, 0];
const PRESSURE: [i32; 8] = [-1, 1, -2, 0, 0, 0, 0, 0];
const ENERGY: [i32; 8] = [2, 1, -2, 0, 0, 0, 0, 0];
const POWER: [i32; 8] = [2, 1, -3, 0, 0, 0, 0, 0];
const VOLTAGE: [i32; 8] = [2, 1, -3, -1, 0, 0, 0, 0];

const fn row(
    name: &'static str,
    prefixes: &'static str,
    exponents: [i32; 8],
    factor: (i64, i64),
    summary: &'static str,
) -> BuiltIn {
    BuiltIn {
        name,
        prefixes,
        summary,
        exponents,
        counts: false,
        factor,
    }
}

const fn count(name: &'static str, prefixes: &'static str, summary: &'static str) -> BuiltIn {
    BuiltIn {
        name,
        prefixes,
        summary,
        exponents: NONE,
        counts: true,
        factor: (1, 1),
    }
}

static TABLE: &[BuiltIn] = &[
    row("W", "mkMGTP", POWER, (1, 1), "watt"),
    row("Wh", "mkMGTP", ENERGY, (3600, 1), "watt-hour, 3600 J"),
    row("J", "mkMGTP", ENERGY, (1, 1), "joule"),
    row("g", "mkMG", MASS, (1, 1000), "gram"),
    row(
        "gCO2e",
        "mkMG",
        EQUIVALENT,
        (1, 1000),
        "gram of CO2-equivalent",
    ),
    row("t", "kMG", MASS, (1000, 1), "tonne, 1000 kg"),
    row(
        "tCO2e",
        "kMG",
        EQUIVALENT,
        (1000, 1),
        "tonne of CO2-equivalent, 1000 kgCO2e",
    ),
    row(
        "lb",
        "",
        MASS,
        (45_359_237, 100_000_000),
        "pound, 0.45359237 kg",
    ),
    row(
        "lbCO2e",
        "",
        EQUIVALENT,
        (45_359_237, 100_000_000),
        "pound of CO2-equivalent, 0.45359237 kgCO2e",
    ),
    row("L", "mkM", VOLUME, (1, 1000), "litre, 0.001 m^3"),
    row("m", "numk", LENGTH, (1, 1), "metre"),
    row("s", "num", TIME, (1, 1), "second"),
    row("K", "", TEMPERATURE, (1, 1), "kelvin"),
    row("A", "", CURRENT, (1, 1), "ampere"),
    row("mol", "", AMOUNT, (1, 1), "mole"),
    row("cd", "", LUMINOSITY, (1, 1), "candela"),
    row("Hz", "", FREQUENCY, (1, 1), "hertz, 1/s"),
    row("N", "", FORCE, (1, 1), "newton"),
    row("Pa", "", PRESSURE, (1, 1), "pascal"),
    row("V", "", VOLTAGE, (1, 1), "volt"),
    row("min", "", TIME, (60, 1), "minute"),
    row("h", "", TIME, (3600, 1), "hour"),
    row("day", "", TIME, (86_400, 1), "day of 24 h"),
    row("week", "", TIME, (604_800, 1), "week of 7 day"),
    row(
        "month",
        "",
        TIME,
        (2_629_800, 1),
        "a twelfth of yr, 30.4375 day",
    ),
    row(
        "yr",
        "",
        TIME,
        (31_557_600, 1),
        "Julian year, 365.25 day (write `365 day` for a calendar year)",
    ),
    row("%", "", NONE, (1, 100), "per cent, 0.01"),
    row("1", "", NONE, (1, 1), "pure number"),
    count("FLOP", "kMGTPE", "floating-point operation"),
    count("GPU", "", "graphics processor"),
    count("server", "", "server"),
    count("user", "", "user"),
    count("person", "", "person"),
    count("token", "kMGT", "token"),
    count("request", "kMGT", "request"),
    count("query", "kMGT", "query"),
    count("prompt", "kMGT", "prompt"),
];

/// The table of built-in units, in the order it is printed.
pub fn built_in() -> &'static [BuiltIn] {
    TABLE
}

impl BuiltIn {
    /// The prefixes this unit takes.
    pub fn prefixes(&self) -> impl Iterator<Item = &'static Prefix> {
        PREFIXES
            .iter()
            .filter(|prefix| self.prefixes.contains(prefix.letter))
    }

    /// The unit itself, without prefix.
    pub fn unit(&self) -> Unit {
        let bases = [
            Base::Length,
            Base::Mass,
            Base::Time,
            Base::Current,
            Base::Temperature,
            Base::Amount,
            Base::Luminosity,
            Base::CarbonDioxideEquivalent,
        ];
        let of_bases = bases.into_iter().zip(self.exponents);
        let of_bases = of_bases.filter(|&(_, exponent)| exponent != 0);
        let count = self.counts.then(|| (Base::Count(self.name.into()), 1));
        let exponents = of_bases.chain(count);
        let dimension =
            Dimension::new(exponents.map(|(base, exponent)| (base, Ratio::from_integer(exponent))));
        let factor = BigRational::new(BigInt::from(self.factor.0), BigInt::from(self.factor.1));
        Unit {
            text: self.name.to_owned(),
            dimension,
            factor,
        }
    }
}

/// A built-in unit by its name with prefix, and the row it comes from.
pub(super) fn look_up(name: &str) -> Option<&'static (Unit, &'static BuiltIn)> {
    static NAMES: OnceLock<HashMap<String, (Unit, &'static BuiltIn)>> = OnceLock::new();
    names(&NAMES).get(name)
}

/// Every name of a built-in unit, prefixes applied, in a fixed order.
pub(super) fn every_name<'a>() -> impl Iterator<Item = &'a str> {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    NAMES
        .get_or_init(|| {
            let prefixed = |row: &'static BuiltIn| {
                row.prefixes()
                    .map(move |prefix| format!("{}{}", prefix.letter, row.name))
            };
            TABLE
                .iter()
                .flat_map(|row| std::iter::once(row.name.to_owned()).chain(prefixed(row)))
                .collect()
        })
        .iter()
        .map(|name| -> &'a str { name })
}

fn names(
    cell: &'static OnceLock<HashMap<String, (Unit, &'static BuiltIn)>>,
) -> &'static HashMap<String, (Unit, &'static BuiltIn)> {
    cell.get_or_init(|| {
        let mut names = HashMap::new();
        for row in TABLE {
            let unit = row.unit();
            for prefix in row.prefixes() {
                let name = format!("{}{}", prefix.letter, row.name);
                let factor =
                    &unit.factor * BigRational::from_integer(BigInt::from(10)).pow(prefix.exponent);
                let prefixed = Unit {
                    text: name.clone(),
                    dimension: unit.dimension.clone(),
                    factor,
                };
                names.insert(name, (prefixed, row));
            }
            names.insert(row.name.to_owned(), (unit, row));
        }
        names
    })
}

#[cfg(test)]
mod tests {
    use super::{every_name, look_up};
    use std::collections::HashSet;

    #[test]
    fn no_two_units_share_a_name() {
        let names: Vec<&str> = every_name().collect();
        let distinct: HashSet<&&str> = names.iter().collect();
        assert_eq!(names.len(), distinct.len());
        for name in names {
            assert!(look_up(name).is_some(), "{name}");
        }
    }
}
