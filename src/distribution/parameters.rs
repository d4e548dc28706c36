//! Reading and checking the parameters of an input.

use super::codes;
use super::{Component, DataColumn, ParameterProblem, ParameterValue, Parameters};
use crate::diagnostic::Code;

impl Parameters {
    /// The number under `key`, if there is one.
    pub fn number(&self, key: &str) -> Option<f64> {
        match self.value(key)? {
            ParameterValue::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The list under `key`, if there is one.
    pub fn list(&self, key: &str) -> Option<&[f64]> {
        match self.value(key)? {
            ParameterValue::List(list) => Some(list),
            _ => None,
        }
    }

    /// The pairs under `key`, if there are some.
    pub fn pairs(&self, key: &str) -> Option<&[[f64; 2]]> {
        match self.value(key)? {
            ParameterValue::Pairs(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// The components under `key`, if there are some.
    pub fn components(&self, key: &str) -> Option<&[Component]> {
        match self.value(key)? {
            ParameterValue::Components(components) => Some(components),
            _ => None,
        }
    }

    /// The column of a data file under `key`, if there is one.
    pub fn column(&self, key: &str) -> Option<&DataColumn> {
        match self.value(key)? {
            ParameterValue::Column(column) => Some(column),
            _ => None,
        }
    }

    /// The text under `key`, if there is one.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.value(key)? {
            ParameterValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether `key` is written.
    pub fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// These parameters with `key` set to a number.
    pub fn with(mut self, key: &str, number: f64) -> Self {
        self.0.push((key.into(), ParameterValue::Number(number)));
        self
    }

    /// These parameters with `key` set to a list.
    pub fn with_list(mut self, key: &str, list: &[f64]) -> Self {
        self.0.push((key.into(), ParameterValue::List(list.into())));
        self
    }

    /// These parameters with `key` set to pairs.
    pub fn with_pairs(mut self, key: &str, pairs: &[[f64; 2]]) -> Self {
        self.0
            .push((key.into(), ParameterValue::Pairs(pairs.into())));
        self
    }

    /// These parameters with `key` set to components.
    pub fn with_components(mut self, key: &str, components: Vec<Component>) -> Self {
        self.0
            .push((key.into(), ParameterValue::Components(components)));
        self
    }

    fn value(&self, key: &str) -> Option<&ParameterValue> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }
}

/// Collects everything that is wrong with one input's parameters.
pub(super) struct Check<'a> {
    parameters: &'a Parameters,
    problems: Vec<ParameterProblem>,
}

impl<'a> Check<'a> {
    pub fn new(parameters: &'a Parameters) -> Self {
        Self {
            parameters,
            problems: Vec::new(),
        }
    }

    /// Adds a complaint.
    pub fn complain(
        &mut self,
        parameter: Option<&'static str>,
        code: &'static Code,
        message: String,
        advice: &str,
    ) {
        self.problems.push(ParameterProblem {
            parameter,
            code,
            message,
            advice: advice.into(),
        });
    }

    /// Adds a complaint unless `holds`; false for NaN if the condition is written so.
    pub fn require(
        &mut self,
        holds: bool,
        parameter: &'static str,
        code: &'static Code,
        message: impl FnOnce() -> String,
        advice: &str,
    ) {
        if !holds {
            self.complain(Some(parameter), code, message(), advice);
        }
    }

    /// The number under `key`; NaN with a complaint when it is not finite (or not there, which the table of
    /// parameterisations rules out).
    pub fn number(&mut self, key: &'static str) -> f64 {
        let number = self.parameters.number(key).unwrap_or(f64::NAN);
        if number.is_finite() {
            return number;
        }
        self.complain(
            Some(key),
            &codes::NUMBER_NOT_FINITE,
            format!("{key} is {}", shown(number)),
            "a finite number",
        );
        f64::NAN
    }

    /// The number under `key`, or `default` where it is not written.
    pub fn number_or(&mut self, key: &'static str, default: f64) -> f64 {
        if self.parameters.has(key) {
            self.number(key)
        } else {
            default
        }
    }

    /// A number above zero, complained about under `code` otherwise.
    pub fn positive(&mut self, key: &'static str, code: &'static Code) -> f64 {
        self.above(key, 0.0, code)
    }

    /// A number above `bound`, complained about under `code` otherwise; NaN then.
    pub fn above(&mut self, key: &'static str, bound: f64, code: &'static Code) -> f64 {
        let number = self.number(key);
        if number.is_nan() || number > bound {
            return number;
        }
        self.complain(
            Some(key),
            code,
            format!("{key} is {}", shown(number)),
            &format!("a number above {bound}"),
        );
        f64::NAN
    }

    /// `level`, strictly between 0 and 1; NaN otherwise.
    pub fn level(&mut self) -> f64 {
        let level = self.number("level");
        if level.is_nan() || (level > 0.0 && level < 1.0) {
            return level;
        }
        let advice = if (1.0..100.0).contains(&level) && level > 1.0 {
            format!("level = {} for {level} %", level / 100.0)
        } else {
            "a fraction such as level = 0.90".into()
        };
        self.complain(
            Some("level"),
            &codes::LEVEL_OUTSIDE_UNIT_INTERVAL,
            format!("level is {}", shown(level)),
            &advice,
        );
        f64::NAN
    }

    /// A probability in [0, 1]; NaN otherwise.
    pub fn probability(&mut self, key: &'static str) -> f64 {
        let p = self.number(key);
        if p.is_nan() || (0.0..=1.0).contains(&p) {
            return p;
        }
        self.complain(
            Some(key),
            &codes::PROBABILITY_OUTSIDE_UNIT_INTERVAL,
            format!("{key} is {}", shown(p)),
            "a fraction between 0 and 1",
        );
        f64::NAN
    }

    /// `min` and `max`, in rising order and not too far apart for a double.
    pub fn range(&mut self) -> (f64, f64) {
        let (min, max) = (self.number_or("min", 0.0), self.number_or("max", 1.0));
        self.rising(min, max);
        (min, max)
    }

    fn rising(&mut self, min: f64, max: f64) {
        if min.is_nan() || max.is_nan() {
            return;
        }
        if !(min < max) {
            self.complain(
                Some("max"),
                &codes::RANGE_EMPTY,
                format!("min {min} is not below max {max}"),
                "min below max, or `value = …` for a fixed number",
            );
        } else if !(max - min).is_finite() {
            self.too_extreme("max", format!("the range from {min} to {max} overflows"));
        }
    }

    /// `min`, `mode` and `max`, the mode inside the range.
    pub fn range_with_mode(&mut self) -> (f64, f64, f64) {
        let (min, max) = self.range();
        let mode = self.number("mode");
        if mode < min && min < max {
            self.complain(
                Some("mode"),
                &codes::MODE_OUTSIDE_RANGE,
                format!("mode {mode} is below min {min}"),
                &format!("a mode between {min} and {max}"),
            );
        } else if mode > max && min < max {
            self.complain(
                Some("mode"),
                &codes::MODE_OUTSIDE_RANGE,
                format!("mode {mode} is above max {max}"),
                &format!("a mode between {min} and {max}"),
            );
        }
        (min, mode, max)
    }

    /// `interval` = [low, high] in rising order, and above zero where `positive`; NaN otherwise.
    pub fn interval(&mut self, positive: bool) -> (f64, f64) {
        let key = Some("interval");
        let list = self.parameters.list("interval").unwrap_or(&[]);
        let &[low, high] = list else {
            self.complain(
                key,
                &codes::INTERVAL_LENGTH,
                format!("interval has {} numbers", list.len()),
                "interval = [low, high]",
            );
            return (f64::NAN, f64::NAN);
        };
        let before = self.problems.len();
        if !(low.is_finite() && high.is_finite()) {
            self.complain(
                key,
                &codes::NUMBER_NOT_FINITE,
                format!("interval is [{low}, {high}]"),
                "two finite numbers",
            );
        } else if !(low < high) {
            self.complain(
                key,
                &codes::INTERVAL_NOT_ORDERED,
                format!("interval is [{low}, {high}]"),
                "low below high",
            );
        } else if positive && !(low > 0.0) {
            self.complain(
                key,
                &codes::INTERVAL_NOT_POSITIVE,
                format!("interval begins at {low}"),
                "a low end above zero, or a distribution that may be negative, such as normal",
            );
        }
        if self.problems.len() > before {
            (f64::NAN, f64::NAN)
        } else {
            (low, high)
        }
    }

    /// `bounds` = [lower, upper] in rising order, infinite where it is not written; NaN where it is wrong.
    pub fn bounds(&mut self) -> (f64, f64) {
        if !self.parameters.has("bounds") {
            return (f64::NEG_INFINITY, f64::INFINITY);
        }
        match self.parameters.list("bounds") {
            Some(&[lower, upper]) if lower < upper => (lower, upper),
            other => {
                let message = match other {
                    Some(&[lower, upper]) => format!("bounds is [{lower}, {upper}]"),
                    Some(list) => format!("bounds has {} numbers", list.len()),
                    None => "bounds is not a list".into(),
                };
                self.complain(
                    Some("bounds"),
                    &codes::BOUNDS_NOT_ORDERED,
                    message,
                    "bounds = [lower, upper] with lower below upper; inf leaves a side open",
                );
                (f64::NAN, f64::NAN)
            }
        }
    }

    /// Complains about a number beyond what can be computed.
    pub fn too_extreme(&mut self, parameter: &'static str, message: String) {
        self.complain(
            Some(parameter),
            &codes::PARAMETER_TOO_EXTREME,
            message,
            "numbers of ordinary size (another unit may help), or a constant: `value = …`",
        );
    }

    /// Complains unless a derived number is finite; NaN is passed over: it comes from something complained about already.
    pub fn finite(&mut self, parameter: &'static str, what: &str, number: f64) {
        if number.is_infinite() {
            self.too_extreme(parameter, format!("{what} would be {}", shown(number)));
        }
    }

    /// Complains, if nothing else was wrong, when a derived number is not finite: an overflow on the way.
    pub fn defined(&mut self, parameter: &'static str, numbers: &[f64]) {
        if self.problems.is_empty() && !numbers.iter().all(|number| number.is_finite()) {
            self.too_extreme(
                parameter,
                "these numbers lead beyond the range of a double".into(),
            );
        }
    }

    /// Complains unless `number` lies in [lower, upper]; NaN is passed over.
    pub fn computable(&mut self, parameter: &'static str, number: f64, lower: f64, upper: f64) {
        if number < lower || number > upper {
            self.too_extreme(
                parameter,
                format!(
                    "{parameter} is {}, outside {lower:e} to {upper:e}",
                    shown(number)
                ),
            );
        }
    }

    /// The distribution, if nothing was wrong.
    pub fn finish<T>(self, build: impl FnOnce() -> T) -> Result<T, Vec<ParameterProblem>> {
        if self.problems.is_empty() {
            Ok(build())
        } else {
            Err(self.problems)
        }
    }
}

/// A number in a complaint: not with hundreds of zeros.
pub(super) fn shown(number: f64) -> String {
    if number == 0.0 || !number.is_finite() || (1e-6..1e16).contains(&number.abs()) {
        number.to_string()
    } else {
        format!("{number:e}")
    }
}
