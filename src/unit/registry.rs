//! The units a file knows: the built-in ones and its own `[units]`.

use super::codes::{UNIT_CYCLE, UNIT_DEFINITION_MALFORMED, UNIT_REDEFINED};
use super::parse::{Measure, parse, unknown};
use super::table::{self, look_up};
use super::{Base, Dimension, Unit};
use crate::diagnostic::Fault;
use num_rational::BigRational;
use num_traits::{One, Signed};
use std::collections::BTreeMap;
use std::ops::Range;

/// An entry of `[units]` as written.
#[derive(Debug, Clone)]
pub struct Definition {
    /// The new unit's name.
    pub name: String,
    /// `count`, or a number and a unit.
    pub text: String,
}

/// The units a file knows.
#[derive(Debug, Clone, Default)]
pub struct Units {
    /// `None`: the definition was refused; the name is known all the same, and is said to be wrong once only.
    own: BTreeMap<String, Option<Unit>>,
}

/// Reads the number at the start of a definition and says where the unit begins.
pub type ReadNumber<'a> = &'a dyn Fn(&str) -> Option<(BigRational, usize)>;

impl Units {
    /// The built-in units and the definitions of a file, which may refer to each other in any order.
    ///
    /// `read_number` reads the decimal at the start of a text, and says how many bytes it took.
    /// Returned beside the units: every fault, with the index of the definition whose text it points into.
    pub fn with(
        definitions: &[Definition],
        read_number: ReadNumber<'_>,
    ) -> (Units, Vec<(usize, Fault)>) {
        let mut resolver = Resolver {
            definitions,
            index: definitions
                .iter()
                .enumerate()
                .map(|(index, definition)| (definition.name.as_str(), index))
                .collect(),
            read_number,
            units: Units::default(),
            faults: Vec::new(),
        };
        for definition in definitions {
            if look_up(&definition.name)
                .is_none_or(|(_, row)| row.counts && row.name == definition.name)
            {
                resolver.units.own.insert(definition.name.clone(), None);
            }
        }
        let mut state = vec![State::Untouched; definitions.len()];
        for index in 0..definitions.len() {
            resolver.resolve_with_needs(index, &mut state);
        }
        (resolver.units, resolver.faults)
    }

    /// The unit of a text, such as `kWh/(GPU*h)`.
    ///
    /// # Errors
    ///
    /// A fault with its place in `text`. A unit of the file's own whose definition was refused gives `None`: that was
    /// complained about already.
    pub fn parse(&self, text: &str) -> Result<Option<Unit>, Fault> {
        let mut refused = false;
        let parsed = parse(text, &mut |name, range| {
            self.measure(name, range).map(|measure| {
                refused |= measure.is_none();
                measure.unwrap_or_else(pure)
            })
        })?;
        Ok((!refused).then_some(parsed))
    }

    /// Whether a name is a unit here.
    pub fn contains(&self, name: &str) -> bool {
        self.own.contains_key(name) || self.built_in(name).is_some()
    }

    /// The complaint about a name that is no unit.
    pub fn unknown(&self, name: &str, range: Range<usize>) -> Fault {
        unknown(name, range, self)
    }

    /// Every name of a unit, the file's own first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let built_in = table::every_name().filter(|name| self.built_in(name).is_some());
        self.own.keys().map(String::as_str).chain(built_in)
    }

    /// A built-in unit, unless the file redefined the count it is of (`[units]` entries take no prefix).
    fn built_in(&self, name: &str) -> Option<&'static Unit> {
        look_up(name)
            .filter(|(_, row)| !self.own.contains_key(row.name))
            .map(|(unit, _)| unit)
    }

    fn measure(&self, name: &str, range: Range<usize>) -> Result<Option<Measure>, Fault> {
        match self.own.get(name) {
            Some(own) => Ok(own.as_ref().map(measure)),
            None => self
                .built_in(name)
                .map(|unit| Some(measure(unit)))
                .ok_or_else(|| unknown(name, range, self)),
        }
    }
}

fn measure(unit: &Unit) -> Measure {
    Measure {
        dimension: unit.dimension.clone(),
        factor: unit.factor.clone(),
    }
}

fn pure() -> Measure {
    Measure {
        dimension: Dimension::default(),
        factor: One::one(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Untouched,
    Open,
    Done,
}

struct Resolver<'a> {
    definitions: &'a [Definition],
    index: BTreeMap<&'a str, usize>,
    read_number: ReadNumber<'a>,
    units: Units,
    faults: Vec<(usize, Fault)>,
}

impl<'a> Resolver<'a> {
    /// Resolves a definition after those it needs; an explicit stack, since a file may chain as many as it likes.
    fn resolve_with_needs(&mut self, first: usize, state: &mut [State]) {
        let mut stack = vec![first];
        while let Some(&index) = stack.last() {
            match state[index] {
                State::Done => {
                    stack.pop();
                }
                State::Untouched => {
                    state[index] = State::Open;
                    for (need, range) in self.needs(index) {
                        match state[need] {
                            State::Untouched => stack.push(need),
                            State::Open if need == index || stack.contains(&need) => {
                                self.complain_of_cycle(index, need, range, &stack, state)
                            }
                            _ => {}
                        }
                    }
                }
                State::Open => {
                    self.resolve(index);
                    state[index] = State::Done;
                    stack.pop();
                }
            }
        }
    }

    fn complain_of_cycle(
        &mut self,
        index: usize,
        need: usize,
        range: Range<usize>,
        stack: &[usize],
        state: &[State],
    ) {
        let from = stack.iter().position(|entry| *entry == need).unwrap_or(0);
        let mut path: Vec<&str> = stack[from..]
            .iter()
            .filter(|entry| state[**entry] == State::Open)
            .map(|entry| self.definitions[*entry].name.as_str())
            .collect();
        path.push(&self.definitions[need].name);
        let message = format!("units are defined by each other: {}", path.join(" → "));
        let advice = "define one of them by a built-in unit, or as `\"count\"`";
        self.faults.push((
            index,
            Fault::new(&UNIT_CYCLE, range, message, "comes back here", advice),
        ));
    }

    /// The file's own units that a definition mentions.
    fn needs(&self, index: usize) -> Vec<(usize, Range<usize>)> {
        let text = &self.definitions[index].text;
        if text.trim() == "count" {
            return Vec::new();
        }
        let start = (self.read_number)(text).map_or(0, |(_, length)| length);
        let mut needs = Vec::new();
        // Faults are found when the definition is resolved; here only the names matter.
        let _ = parse(&text[start..], &mut |name, range| {
            if let Some(need) = self.index.get(name) {
                needs.push((*need, range.start + start..range.end + start));
            }
            Ok(pure())
        });
        needs
    }

    fn resolve(&mut self, index: usize) {
        let definition: &'a Definition = &self.definitions[index];
        if !self.units.own.contains_key(&definition.name) {
            let message = format!(
                "`{}` is a built-in unit and keeps its meaning",
                definition.name
            );
            let advice = "choose another name; only built-in counts (`request`, `prompt`, `GPU` …) may be redefined";
            self.faults.push((
                index,
                Fault::new(
                    &UNIT_REDEFINED,
                    0..definition.text.len(),
                    message,
                    "defined again",
                    advice,
                ),
            ));
            return;
        }
        let unit = match self.unit_of(definition) {
            Ok(unit) => unit,
            Err(fault) => {
                self.faults.push((index, fault));
                None
            }
        };
        self.units.own.insert(definition.name.clone(), unit);
    }

    fn unit_of(&self, definition: &Definition) -> Result<Option<Unit>, Fault> {
        let text = definition.text.as_str();
        if text.trim() == "count" {
            let dimension = Dimension::of(Base::Count(definition.name.as_str().into()));
            return Ok(Some(Unit {
                text: definition.name.clone(),
                dimension,
                factor: One::one(),
            }));
        }
        let malformed = |message: String| {
            let advice = format!(
                "write a positive number and a unit, `{0} = \"11 tCO2e/yr\"`, or `{0} = \"count\"`",
                definition.name
            );
            Fault::new(
                &UNIT_DEFINITION_MALFORMED,
                0..text.len(),
                message,
                "not a definition of a unit",
                advice,
            )
        };
        let Some((number, length)) = (self.read_number)(text) else {
            return Err(malformed(format!(
                "the unit `{}` is not defined by a number and a unit",
                definition.name
            )));
        };
        if !number.is_positive() {
            return Err(malformed(format!(
                "the unit `{}` is not larger than nothing",
                definition.name
            )));
        }
        let rest = &text[length..];
        let of = if rest.trim().is_empty() {
            Some(Unit::one())
        } else {
            self.units
                .parse(rest)
                .map_err(|fault| fault.shifted(length))?
        };
        let Some(of) = of else { return Ok(None) };
        let measure = Measure {
            dimension: of.dimension,
            factor: of.factor * number,
        };
        if !measure.is_sane() {
            return Err(malformed(format!(
                "the unit `{}` is too large or too small to compute with",
                definition.name
            )));
        }
        Ok(Some(Unit {
            text: definition.name.clone(),
            dimension: measure.dimension,
            factor: measure.factor,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::{Definition, Units};
    use crate::unit::{describe, example, missing_factor};
    use num_bigint::BigInt;
    use num_rational::BigRational;

    fn ratio(numerator: i64, denominator: i64) -> BigRational {
        BigRational::new(BigInt::from(numerator), BigInt::from(denominator))
    }

    fn number(text: &str) -> Option<(BigRational, usize)> {
        let length = text.bytes().take_while(u8::is_ascii_digit).count();
        text[..length]
            .parse::<i64>()
            .ok()
            .map(|number| (ratio(number, 1), length))
    }

    fn units(definitions: &[(&str, &str)]) -> (Units, Vec<&'static str>) {
        let definitions: Vec<Definition> = definitions
            .iter()
            .map(|(name, text)| Definition {
                name: (*name).to_owned(),
                text: (*text).to_owned(),
            })
            .collect();
        let (units, faults) = Units::with(&definitions, &number);
        (
            units,
            faults
                .into_iter()
                .map(|(_, fault)| fault.code.name)
                .collect(),
        )
    }

    #[test]
    fn compounds_have_exact_factors() {
        let units = Units::default();
        let factor = |text: &str| units.parse(text).unwrap().unwrap().factor;
        assert_eq!(factor("kWh/(GPU*h)"), ratio(1000, 1));
        assert_eq!(factor("kWh/GPU/h"), ratio(1000, 1));
        assert_eq!(factor("gCO2e/kWh"), ratio(1, 3_600_000_000));
        assert_eq!(factor("yr"), ratio(31_557_600, 1));
        assert_eq!(factor("%"), ratio(1, 100));
        assert_eq!(factor("1/h"), ratio(1, 3600));
        assert_eq!(factor("m^2*km^-1"), ratio(1, 1000));
        assert_eq!(factor("(Mm"[1..].trim_start_matches('M')), ratio(1, 1));
        assert_eq!(factor("km^(1/3)"), ratio(10, 1));
        assert!(units.parse("kWh^(1/2)").is_err());
        assert!(units.parse("Mm").is_err());
        assert!(units.parse("((((((((((((((((((((m").is_err());
        assert!(units.parse("((Gg^99)^99)^99").is_err());
    }

    #[test]
    fn own_units_refer_to_each_other_and_redefine_counts() {
        let (own, faults) = units(&[
            ("rack", "4 node"),
            ("node", "8 GPU"),
            ("chip", "count"),
            ("prompt", "1 query"),
        ]);
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(own.parse("rack").unwrap().unwrap().factor, ratio(32, 1));
        assert_eq!(
            own.parse("prompt").unwrap().unwrap().dimension,
            own.parse("query").unwrap().unwrap().dimension
        );
        assert!(own.parse("kprompt").is_err(), "own units take no prefix");
        assert!(own.parse("knode").is_err());
        assert_eq!(
            units(&[("a", "2 b"), ("b", "3 c"), ("c", "1 a")]).1,
            ["unit-cycle"]
        );
        assert_eq!(units(&[("a", "2 a")]).1, ["unit-cycle"]);
        assert_eq!(units(&[("kWh", "2 J")]).1, ["unit-redefined"]);
        assert_eq!(units(&[("a", "0 J")]).1, ["unit-definition-malformed"]);
        assert_eq!(units(&[("a", "J")]).1, ["unit-definition-malformed"]);
    }

    #[test]
    fn dimensions_are_described_in_words() {
        let units = Units::default();
        let dimension = |text: &str| units.parse(text).unwrap().unwrap().dimension;
        let words = |text: &str| describe(&dimension(text));
        assert_eq!(words("kWh"), "energy");
        assert_eq!(words("kWh/(GPU*h)"), "power/GPU");
        assert_eq!(words("gCO2e/kWh"), "CO2e/energy");
        assert_eq!(words("L/kWh"), "volume/energy");
        assert_eq!(words("request/day"), "request/time");
        assert_eq!(words("kWh/request"), "energy/request");
        assert_eq!(words("kg"), "mass");
        assert_eq!(words("kgCO2e/kg"), "CO2e/mass");
        assert_eq!(words("1"), "a pure number");
        assert_eq!(
            describe(&missing_factor(&dimension("W"), &dimension("kWh")).unwrap()),
            "time"
        );
        assert_eq!(
            describe(&missing_factor(&dimension("W"), &dimension("W/GPU")).unwrap()),
            "1/GPU"
        );
        assert_eq!(example(&dimension("gCO2e/kWh")), "kgCO2e/kWh");
    }
}
