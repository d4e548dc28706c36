//! Reading a unit: names joined by `*`, `/`, `^` and parentheses, to an exact factor and a dimension.

use super::codes::{UNIT_EXPONENT_OUT_OF_RANGE, UNIT_SYNTAX, UNKNOWN_UNIT};
use super::registry::Units;
use super::{Dimension, Unit};
use crate::diagnostic::{Fault, did_you_mean};
use num_bigint::BigInt;
use num_rational::{BigRational, Ratio};
use num_traits::{One, ToPrimitive};
use std::ops::Range;

/// Parentheses inside parentheses, at most.
const DEEPEST: usize = 16;
/// Bytes of a unit, at most.
const LONGEST: usize = 1000;
/// Size of an exponent, at most.
const LARGEST_EXPONENT: i32 = 99;
/// Bits of a factor's numerator or denominator, at most.
const MOST_BITS: u64 = 4096;

/// A unit without its text.
#[derive(Debug, Clone)]
pub(super) struct Measure {
    pub(super) dimension: Dimension,
    pub(super) factor: BigRational,
}

/// Finds the measure of a unit's name, or complains.
pub(super) type Lookup<'a> = &'a mut dyn FnMut(&str, Range<usize>) -> Result<Measure, Fault>;

/// Reads a whole text as a unit.
pub(super) fn parse(text: &str, lookup: Lookup<'_>) -> Result<Unit, Fault> {
    if text.len() > LONGEST {
        let message = format!(
            "a unit of {} bytes is too long (at most {LONGEST})",
            text.len()
        );
        return Err(Fault::new(
            &UNIT_SYNTAX,
            0..text.len(),
            message,
            "too long",
            "give a part of it a name in [units]",
        ));
    }
    let mut parser = Parser {
        text,
        offset: 0,
        depth: 0,
        lookup,
    };
    let measure = parser.product()?;
    if parser.peek().is_some() {
        return Err(parser.unexpected());
    }
    Ok(Unit {
        text: text.trim().to_owned(),
        dimension: measure.dimension,
        factor: measure.factor,
    })
}

struct Parser<'a> {
    text: &'a str,
    offset: usize,
    depth: usize,
    lookup: Lookup<'a>,
}

impl Parser<'_> {
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.offset..];
        let trimmed = rest.trim_start();
        self.offset += rest.len() - trimmed.len();
        trimmed.chars().next()
    }

    fn accept(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.offset += wanted.len_utf8();
        }
        found
    }

    fn unexpected(&mut self) -> Fault {
        let Some(character) = self.peek() else {
            let end = self.text.len();
            return Fault::new(
                &UNIT_SYNTAX,
                end..end,
                if self.text.trim().is_empty() {
                    "a unit is empty"
                } else {
                    "a unit ends where a name is needed"
                },
                "a unit's name is missing here",
                "write a unit such as `kWh/(GPU*h)`, or `1` for a pure number",
            );
        };
        let advice = match character {
            '·' | '×' | '.' => "join units by `*`: `GPU*h`",
            '²' | '³' | '⁻' => "write exponents with `^`: `m^2`",
            'µ' | 'μ' => "write the prefix micro as `u`: `us`",
            '0'..='9' => {
                "a unit holds no numbers besides `1` and exponents: define one in [units], such as `node = \"16 GPU\"`"
            }
            '-' => "write a negative exponent as `^-1`, and a quotient with `/`",
            character if character.is_alphabetic() => "join units by `*` or `/`: `GPU*h`",
            _ => "a unit is names joined by `*`, `/` and `^`, with parentheses: `kWh/(GPU*h)`",
        };
        let range = self.offset..self.offset + character.len_utf8();
        Fault::new(
            &UNIT_SYNTAX,
            range,
            format!("`{character}` cannot stand here in a unit"),
            "not expected here",
            advice,
        )
    }

    fn product(&mut self) -> Result<Measure, Fault> {
        let start = self.offset;
        let mut left = self.factor()?;
        loop {
            let divide = match self.peek() {
                Some('*') => false,
                Some('/') => true,
                _ => return Ok(left),
            };
            self.offset += 1;
            let right = self.factor()?;
            let dimension = if divide {
                left.dimension.over(&right.dimension)
            } else {
                left.dimension.times(&right.dimension)
            };
            let factor = if divide {
                left.factor / right.factor
            } else {
                left.factor * right.factor
            };
            let measure = dimension.map(|dimension| Measure { dimension, factor });
            left = measure
                .filter(Measure::is_sane)
                .ok_or_else(|| out_of_range(start..self.offset))?;
        }
    }

    fn factor(&mut self) -> Result<Measure, Fault> {
        self.peek();
        let start = self.offset;
        let measure = self.atom()?;
        if !self.accept('^') {
            return Ok(measure);
        }
        let exponent = self.exponent()?;
        measure
            .power(exponent)
            .ok_or_else(|| out_of_range(start..self.offset))
    }

    fn atom(&mut self) -> Result<Measure, Fault> {
        let Some(character) = self.peek() else {
            return Err(self.unexpected());
        };
        let start = self.offset;
        match character {
            '(' => {
                if self.depth == DEEPEST {
                    let message =
                        format!("more than {DEEPEST} parentheses inside each other in a unit");
                    let advice = "multiply the unit out: `kWh/(GPU*h)` needs one pair";
                    return Err(Fault::new(
                        &UNIT_SYNTAX,
                        start..start + 1,
                        message,
                        "too deep",
                        advice,
                    ));
                }
                self.depth += 1;
                self.offset += 1;
                let inner = self.product()?;
                if !self.accept(')') {
                    if self.peek().is_some() {
                        return Err(self.unexpected());
                    }
                    let advice = "close it with `)`";
                    return Err(Fault::new(
                        &UNIT_SYNTAX,
                        start..start + 1,
                        "a parenthesis is not closed",
                        "opened here",
                        advice,
                    ));
                }
                self.depth -= 1;
                Ok(inner)
            }
            '%' => {
                self.offset += 1;
                (self.lookup)("%", start..start + 1)
            }
            '1' if !self.text[start + 1..]
                .starts_with(|next: char| next.is_ascii_digit() || next == '.') =>
            {
                self.offset += 1;
                (self.lookup)("1", start..start + 1)
            }
            character if character.is_alphabetic() || character == '_' => {
                let rest = &self.text[start..];
                let length = rest
                    .find(|next: char| !(next.is_alphanumeric() || next == '_'))
                    .unwrap_or(rest.len());
                self.offset += length;
                (self.lookup)(&rest[..length], start..start + length)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// A whole number, or a whole number or a fraction in parentheses.
    fn exponent(&mut self) -> Result<Ratio<i32>, Fault> {
        if !self.accept('(') {
            return Ok(Ratio::from_integer(self.integer()?));
        }
        let numerator = self.integer()?;
        self.peek();
        let start = self.offset;
        let denominator = if self.accept('/') { self.integer()? } else { 1 };
        if denominator <= 0 {
            let advice = "write the exponent as a fraction such as `^(1/2)` or `^(-1/2)`";
            return Err(Fault::new(
                &UNIT_SYNTAX,
                start..self.offset,
                "an exponent divides by zero or less",
                "here",
                advice,
            ));
        }
        if self.accept(')') {
            Ok(Ratio::new(numerator, denominator))
        } else {
            Err(self.unexpected())
        }
    }

    fn integer(&mut self) -> Result<i32, Fault> {
        self.peek();
        let start = self.offset;
        let negative = self.accept('-');
        if !negative {
            self.accept('+');
        }
        self.peek();
        let digits = self.text[self.offset..]
            .bytes()
            .take_while(u8::is_ascii_digit)
            .count();
        if digits == 0 {
            let mut fault = self.unexpected();
            fault.advice = vec!["an exponent is a whole number, or a fraction in parentheses: `m^2`, `s^-1`, `m^(1/2)`".to_owned()];
            return Err(fault);
        }
        let number = self.text[self.offset..self.offset + digits]
            .parse::<i32>()
            .ok()
            .filter(|number| *number <= LARGEST_EXPONENT);
        self.offset += digits;
        let number = number.ok_or_else(|| out_of_range(start..self.offset))?;
        Ok(if negative { -number } else { number })
    }
}

fn out_of_range(range: Range<usize>) -> Fault {
    Fault::new(
        &UNIT_EXPONENT_OUT_OF_RANGE,
        range,
        "an exponent takes this unit out of the range in which factors are exact",
        "too large, or without an exact root",
        format!(
            "use whole exponents of at most {LARGEST_EXPONENT} in size (fractions only where the unit's factor has an exact root)"
        ),
    )
}

impl Measure {
    /// Whether the factor is short enough to be kept exactly and within what a double holds.
    pub(super) fn is_sane(&self) -> bool {
        let bits = self.factor.numer().bits().max(self.factor.denom().bits());
        let fits_double = || {
            self.factor
                .to_f64()
                .is_some_and(|factor| factor.is_normal())
        };
        bits <= MOST_BITS && (bits < 1000 || fits_double())
    }

    fn power(&self, exponent: Ratio<i32>) -> Option<Measure> {
        let dimension = self.dimension.power(exponent)?;
        let size = u64::from(exponent.numer().unsigned_abs());
        if (self.factor.numer().bits() + self.factor.denom().bits()).checked_mul(size)? > MOST_BITS
        {
            return None;
        }
        let raised = self.factor.pow(*exponent.numer());
        let factor = BigRational::new(
            exact_root(raised.numer(), *exponent.denom())?,
            exact_root(raised.denom(), *exponent.denom())?,
        );
        Some(Measure { dimension, factor })
    }
}

fn exact_root(number: &BigInt, degree: i32) -> Option<BigInt> {
    let degree = u32::try_from(degree).ok()?;
    if degree == 1 || number.is_one() {
        return Some(number.clone());
    }
    let root = number.nth_root(degree);
    (root.pow(degree) == *number).then_some(root)
}

/// The complaint about a name that is no unit.
pub(super) fn unknown(name: &str, range: Range<usize>, units: &Units) -> Fault {
    let mut fault = Fault {
        code: &UNKNOWN_UNIT,
        range,
        message: format!("`{name}` is not a unit"),
        label: "not a unit".to_owned(),
        advice: did_you_mean(name, units.names()).into_iter().collect(),
    };
    fault.advice.push(format!(
        "`montecarbon list units` prints the built-in units; a new one is defined in [units], such as `{} = \"count\"`",
        if name.is_ascii() { name } else { "chip" }
    ));
    fault
}
