//! The complaints about units.

use crate::diagnostic::Code;

/// A name that is no unit.
pub static UNKNOWN_UNIT: Code = Code {
    name: "unknown-unit",
    summary: "a unit that is neither built in nor defined in [units]",
    explanation: "The list of units is closed: `montecarbon list units` prints it, with the prefixes each unit takes. Units are \
case-sensitive (`kWh`, not `kwh`). Anything else is defined in [units]: `dane = \"11 tCO2e/yr\"` for a derived one, `chip = \"count\"` \
for a new kind of thing to count.",
};

/// A unit that cannot be read.
pub static UNIT_SYNTAX: Code = Code {
    name: "unit-syntax",
    summary: "a unit that cannot be read",
    explanation: "A unit is names joined by `*` and `/`, with whole exponents and parentheses: `kWh/(GPU*h)`, `m^2`, `1/yr`. \
Each `/` divides by the next name only: `W/GPU/h` is W/(GPU*h). A pure number is `1` (the default) or `%`.",
};

/// An exponent or factor outside what is kept exactly.
pub static UNIT_EXPONENT_OUT_OF_RANGE: Code = Code {
    name: "unit-exponent-out-of-range",
    summary: "an exponent that leaves the units kept exactly",
    explanation: "Conversion factors are kept as exact fractions, so exponents must be small (at most 99 in size), and a fractional \
exponent is allowed only where the unit's factor has an exact root: `m^(1/2)` is, `kWh^(1/2)` is not.",
};

/// A definition in `[units]` that cannot be read.
pub static UNIT_DEFINITION_MALFORMED: Code = Code {
    name: "unit-definition-malformed",
    summary: "an entry of [units] that is neither \"count\" nor a positive number and a unit",
    explanation: "An entry of [units] is a positive number and a unit (`dane = \"11 tCO2e/yr\"`, `EUR = \"1.08 USD\"`), or the word \
`count` for a new kind of thing to count (`USD = \"count\"`).",
};

/// Units defined by each other.
pub static UNIT_CYCLE: Code = Code {
    name: "unit-cycle",
    summary: "units that are defined by each other",
    explanation: "Entries of [units] may refer to each other in any order, but one of them must in the end stand on a built-in unit \
or on `count`: `a = \"2 b\"` with `b = \"3 a\"` says nothing about either.",
};

/// A built-in unit defined again.
pub static UNIT_REDEFINED: Code = Code {
    name: "unit-redefined",
    summary: "a built-in unit defined again",
    explanation: "Built-in units keep their meaning in every file, so that a reader can trust `kWh`. Only counts (`request`, `query`, \
`prompt`, `GPU` …) may be redefined: `prompt = \"1 query\"`. Choose another name for anything else.",
};

/// Every complaint of this room.
pub static CODES: &[&Code] = &[
    &UNKNOWN_UNIT,
    &UNIT_SYNTAX,
    &UNIT_EXPONENT_OUT_OF_RANGE,
    &UNIT_DEFINITION_MALFORMED,
    &UNIT_CYCLE,
    &UNIT_REDEFINED,
];
