//! `[[assert]]`: what must hold of the results, read into numbers in the units of the outputs.

use super::check::Context;
use super::codes::{ASSERTION_MALFORMED, DIMENSION_MISMATCH, NOT_AN_OUTPUT, UNKNOWN_VARIANT};
use super::outputs::OutputEntry;
use super::requirements::{advise_on_mismatch, in_unit};
use super::{About, Assertion, Comparison, Statistic};
use crate::diagnostic::{Code, did_you_mean};
use crate::scenario::number;
use crate::scenario::tree::{Node, Table, Text};
use crate::unit::{Dimension, Unit, describe};
use num_rational::BigRational;
use num_traits::Zero;
use std::ops::Range;

/// What an assertion looks like, for complaints.
const FORM: &str = "write `p95(emissions) < 10 tCO2e/yr`, `P(emissions > 10 tCO2e/yr) < 5 %` or, of two variants, `P(west < east) > 0.9`";

/// A comparison in a text: its sides, trimmed, by their places.
struct Sides {
    left: Range<usize>,
    comparison: Comparison,
    right: Range<usize>,
}

impl Context<'_> {
    /// Reads `[[assert]]`; what was complained about is left out.
    pub(super) fn read_assertions(
        &mut self,
        root: &Table,
        outputs: &[OutputEntry],
        variants: &[&str],
    ) -> Vec<Assertion> {
        let nodes = root.get("assert").and_then(Node::as_list);
        let tables = nodes.unwrap_or_default().iter().filter_map(Node::as_table);
        tables
            .filter_map(|table| self.read_assertion(table, outputs, variants))
            .collect()
    }

    fn read_assertion(
        &mut self,
        table: &Table,
        outputs: &[OutputEntry],
        variants: &[&str],
    ) -> Option<Assertion> {
        let text = |key: &str| table.get(key).and_then(Node::as_text);
        let name = text("name");
        if let Some(name) = &name {
            self.check_label(name);
        }
        let concerned = self.observed_variants(table.get("variant"), variants);
        let that = text("that")?;
        let (about, comparison, bound) = self.read_claim(&that, outputs, variants)?;
        if let (About::Order { .. }, Some(entry)) = (&about, table.entry("variant")) {
            let complaint = self
                .texts
                .error(
                    &ASSERTION_MALFORMED,
                    entry.key.place,
                    "an assertion that compares two variants has a `variant`",
                )
                .label("these are named already")
                .advise("remove it: the variants are those that `that` names");
            self.complaints.push(complaint);
        }
        Some(Assertion {
            name: name.map_or_else(|| that.value.clone(), |name| name.value),
            that: that.value,
            variants: concerned,
            about,
            comparison,
            bound,
        })
    }

    /// What is asserted: of what, how it is compared, and with which number.
    fn read_claim(
        &mut self,
        that: &Text,
        outputs: &[OutputEntry],
        variants: &[&str],
    ) -> Option<(About, Comparison, BigRational)> {
        let text = &that.value;
        let whole = trimmed(text, 0..text.len());
        let Some(open) = text.find('(') else {
            return self.malformed(
                that,
                whole,
                "an assertion begins with a statistic of an output",
            );
        };
        let Some(close) = closing(text, open) else {
            return self.malformed(that, open..open + 1, "a parenthesis is not closed");
        };
        let after = text.len() - text[close + 1..].trim_start().len();
        let Some(sides) = sides(text, after..text.len()).filter(|sides| sides.left.is_empty())
        else {
            return self.malformed(
                that,
                after..text.len(),
                "an assertion ends with a comparison",
            );
        };
        let head = trimmed(text, 0..open);
        let inside = trimmed(text, open + 1..close);
        let pure = Dimension::default();
        if &text[head.clone()] == "P" {
            let about = self.read_probability(that, inside, outputs, variants);
            let bound = self.quantity(that, sides.right, "a probability", &pure, &Unit::one());
            return Some((about?, sides.comparison, bound?));
        }
        let Some(statistic) = statistic(&text[head.clone()]) else {
            let message = format!("`{}` is not a statistic", &text[head.clone()]);
            let advice = "write mean, median, sd, cv, interval_low, interval_high, p95 or q0.95, or P(…) for a probability; the smallest and the largest trial have no error";
            return self.complain(
                &ASSERTION_MALFORMED,
                that,
                head,
                &message,
                vec![advice.to_owned()],
            );
        };
        let output = self.asserted_output(that, inside, outputs)?;
        let (_, unit) = outputs[output].unit.as_ref()?;
        let one = Unit::one();
        let unit = if statistic == Statistic::Cv {
            &one
        } else {
            unit
        };
        let called = format!("`{}`", &text[whole.start..=close]);
        let bound = self.quantity(that, sides.right, &called, &unit.dimension, unit)?;
        Some((
            About::Statistic { output, statistic },
            sides.comparison,
            bound,
        ))
    }

    /// `emissions > 10 tCO2e/yr`, `west < east` or `emissions: west < east`.
    fn read_probability(
        &mut self,
        that: &Text,
        inside: Range<usize>,
        outputs: &[OutputEntry],
        variants: &[&str],
    ) -> Option<About> {
        let text = &that.value;
        let Some(sides) = sides(text, inside.clone()) else {
            return self.malformed(that, inside, "a probability is that of a comparison");
        };
        let (mut left, right) = (sides.left, sides.right);
        let named = &text[left.clone()];
        let of = |name: &str| outputs.iter().position(|output| output.key.value == name);
        if let Some(output) = of(named) {
            let (_, unit) = outputs[output].unit.as_ref()?;
            let called = format!("`{named}`");
            return Some(About::Exceedance {
                output,
                sense: sides.comparison,
                threshold: self.quantity(that, right, &called, &unit.dimension, unit)?,
            });
        }
        let mut output = None;
        if let Some(colon) = named.find(':') {
            let before = trimmed(text, left.start..left.start + colon);
            left = trimmed(text, left.start + colon + 1..left.end);
            output = Some(self.asserted_output(that, before, outputs)?);
        }
        let mut places = [0; 2];
        for (place, range) in places.iter_mut().zip([left, right]) {
            let name = &text[range.clone()];
            let Some(found) = variants.iter().position(|variant| *variant == name) else {
                let names = || variants.iter().copied();
                let mut advice: Vec<String> = did_you_mean(name, names()).into_iter().collect();
                let of_outputs = outputs.iter().map(|output| output.key.value.as_str());
                advice.extend(did_you_mean(name, of_outputs));
                advice.push(FORM.to_owned());
                let message = format!("`{name}` is neither a variant nor an output");
                return self.complain(&UNKNOWN_VARIANT, that, range, &message, advice);
            };
            *place = found;
        }
        let output = match (output, outputs) {
            (Some(output), _) => &outputs[output],
            (None, [only]) => only,
            (None, _) => {
                let message = "the scenario has several outputs, and which is compared is not said";
                let advice = "write it first: `P(emissions: west < east) > 0.9`".to_owned();
                return self.complain(&ASSERTION_MALFORMED, that, inside, message, vec![advice]);
            }
        };
        Some(About::Order {
            variants: places,
            output: output.key.value.clone(),
            sense: sides.comparison,
        })
    }

    fn asserted_output(
        &mut self,
        that: &Text,
        range: Range<usize>,
        outputs: &[OutputEntry],
    ) -> Option<usize> {
        let name = &that.value[range.clone()];
        let mut known = outputs.iter().map(|output| output.key.value.as_str());
        let found = known.position(|known| known == name);
        // Without outputs, that is what was complained of.
        if found.is_none() && !outputs.is_empty() {
            let names = outputs.iter().map(|output| output.key.value.as_str());
            let mut advice: Vec<String> = did_you_mean(name, names).into_iter().collect();
            advice.push("write a name from [outputs]".to_owned());
            let message = format!("`{name}` is not an output");
            return self.complain(&NOT_AN_OUTPUT, that, range, &message, advice);
        }
        found
    }

    /// A number with its unit, in `wanted`, which `called` is in.
    fn quantity(
        &mut self,
        that: &Text,
        range: Range<usize>,
        called: &str,
        dimension: &Dimension,
        wanted: &Unit,
    ) -> Option<BigRational> {
        let text = &that.value[range.clone()];
        let Some((value, end)) = number::leading(text) else {
            return self.malformed(that, range, "a comparison is with a number and its unit");
        };
        let of_unit = trimmed(&that.value, range.start + end..range.end);
        let unit = if of_unit.is_empty() {
            Unit::one()
        } else {
            match self.units.parse(&that.value[of_unit.clone()]) {
                Ok(unit) => unit?,
                Err(fault) => {
                    let complaint = self.texts.fault(that, fault.shifted(of_unit.start));
                    self.complaints.push(complaint);
                    return None;
                }
            }
        };
        // As in formulas, a bare 0 is one of everything.
        let fits = unit.dimension == *dimension || (value.is_zero() && of_unit.is_empty());
        if !fits {
            let (have, want) = (describe(&unit.dimension), describe(dimension));
            let message = format!("{called} is {want}, but `{text}` is {have}");
            let complaint = self
                .texts
                .error(&DIMENSION_MISMATCH, self.texts.within(that, range), message)
                .label(format!("this is {have}"))
                .advise(format!("write {want}{}", in_unit(dimension)));
            let complaint = advise_on_mismatch(complaint, &unit.dimension, dimension);
            self.complaints.push(complaint);
            return None;
        }
        Some(value * unit.factor / &wanted.factor)
    }

    fn malformed<T>(&mut self, that: &Text, range: Range<usize>, message: &str) -> Option<T> {
        self.complain(
            &ASSERTION_MALFORMED,
            that,
            range,
            message,
            vec![FORM.to_owned()],
        )
    }

    fn complain<T>(
        &mut self,
        code: &'static Code,
        that: &Text,
        range: Range<usize>,
        message: &str,
        advice: Vec<String>,
    ) -> Option<T> {
        let place = self.texts.within(that, range);
        let mut complaint = self.texts.error(code, place, message).label("here");
        complaint.advice.extend(advice);
        self.complaints.push(complaint);
        None
    }
}

/// The part of a range without the spaces at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..(start + part.trim().len())
}

/// The parenthesis that closes the one at `open`.
fn closing(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, character) in text[open..].char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(open + at);
        }
    }
    None
}

/// The sides of the first comparison in a range. (Names of variants may hold a `=`.)
fn sides(text: &str, range: Range<usize>) -> Option<Sides> {
    let at = range.start + text[range.clone()].find(['<', '>'])?;
    let or_equal = text[at + 1..range.end].starts_with('=');
    let comparison = match (text.as_bytes()[at], or_equal) {
        (b'<', false) => Comparison::Less,
        (b'<', true) => Comparison::LessOrEqual,
        (_, false) => Comparison::Greater,
        (_, true) => Comparison::GreaterOrEqual,
    };
    let end = at + 1 + usize::from(or_equal);
    Some(Sides {
        left: trimmed(text, range.start..at),
        comparison,
        right: trimmed(text, end..range.end),
    })
}

/// The statistic of that name.
fn statistic(name: &str) -> Option<Statistic> {
    let quantile = |text: &str| {
        let p = number::double(text, 10).ok()?;
        (p > 0.0 && p < 1.0).then_some(Statistic::Quantile(p))
    };
    let digits = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    match name {
        "mean" => Some(Statistic::Mean),
        "median" => Some(Statistic::Quantile(0.5)),
        "sd" => Some(Statistic::Sd),
        "cv" => Some(Statistic::Cv),
        "interval_low" => Some(Statistic::IntervalLow),
        "interval_high" => Some(Statistic::IntervalHigh),
        _ => match (name.strip_prefix('p'), name.strip_prefix('q')) {
            // The decimal of the percentage, so that p99.9 is the very double of q0.999.
            (Some(percent), _) if digits(percent) => quantile(&format!("{percent}e-2")),
            (_, Some(p)) if digits(p) => quantile(p),
            _ => None,
        },
    }
}

impl Assertion {
    /// Whether it is about a variant of this name by itself.
    pub fn concerns(&self, variant: &str) -> bool {
        let named = |names: &Vec<String>| names.iter().any(|name| name == variant);
        let of_one = !matches!(self.about, About::Order { .. });
        of_one && self.variants.as_ref().is_none_or(named)
    }
}

impl Comparison {
    /// Whether it holds.
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Comparison::Less => left < right,
            Comparison::LessOrEqual => left <= right,
            Comparison::Greater => left > right,
            Comparison::GreaterOrEqual => left >= right,
        }
    }
}
