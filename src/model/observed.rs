//! `[[observed]]`: what was measured, checked and in the unit of the output it is held against.

use super::Observed;
use super::check::Context;
use super::codes::{
    DIMENSION_MISMATCH, NOT_AN_OUTPUT, OBSERVED_BAND, OBSERVED_DEFINED_TWICE, OBSERVED_TWICE,
    OBSERVED_WITHOUT_VALUE, UNKNOWN_VARIANT,
};
use super::inputs::evidence;
use super::outputs::OutputEntry;
use super::requirements::{advise_on_mismatch, in_unit};
use crate::diagnostic::did_you_mean;
use crate::scenario::codes::MISSING_KEY;
use crate::scenario::number;
use crate::scenario::tree::{Node, Table, Text, Value};
use crate::scenario::walk::one_of;
use crate::unit::{Unit, describe};
use num_rational::BigRational;
use num_traits::FromPrimitive;

/// An observation, and the variants it was made of.
#[derive(Debug)]
pub(super) struct ObservedEntry {
    observed: Observed,
    /// Names of variants; `None`: every one.
    variants: Option<Vec<String>>,
}

impl ObservedEntry {
    fn concerns(&self, variant: &str) -> bool {
        let named = |names: &Vec<String>| names.iter().any(|name| name == variant);
        self.variants.as_ref().is_none_or(named)
    }
}

/// The observations of a variant.
pub(super) fn of_variant(entries: &[ObservedEntry], variant: &str) -> Vec<Observed> {
    let mine = entries.iter().filter(|entry| entry.concerns(variant));
    mine.map(|entry| entry.observed.clone()).collect()
}

impl Context<'_> {
    /// Reads `[[observed]]`; what was complained about is left out.
    pub(super) fn read_observed(
        &mut self,
        root: &Table,
        outputs: &[OutputEntry],
        variants: &[&str],
    ) -> Vec<ObservedEntry> {
        let mut entries: Vec<ObservedEntry> = Vec::new();
        let nodes = root.get("observed").and_then(Node::as_list);
        for node in nodes.unwrap_or_default() {
            let Some(table) = node.as_table() else {
                continue;
            };
            let entry = self.read_observation(node, table, outputs, variants);
            let name = table.get("name").and_then(Node::as_text);
            let (Some(entry), Some(name)) = (entry, name) else {
                continue;
            };
            let twice = entries.iter().any(|other| {
                let same = other.observed.name == entry.observed.name
                    && other.observed.output == entry.observed.output;
                let both = |variant: &&str| other.concerns(variant) && entry.concerns(variant);
                same && variants.iter().any(both)
            });
            if twice {
                let output = &outputs[entry.observed.output].key.value;
                let message = format!(
                    "`{output}` already has an observation called `{}`",
                    name.value
                );
                let complaint = self
                    .texts
                    .error(&OBSERVED_TWICE, name.place, message)
                    .label("a second one")
                    .advise("give it another name, or let `variant` say whose each is");
                self.complaints.push(complaint);
            }
            entries.push(entry);
        }
        entries
    }

    fn read_observation(
        &mut self,
        node: &Node,
        table: &Table,
        outputs: &[OutputEntry],
        variants: &[&str],
    ) -> Option<ObservedEntry> {
        let text = |key: &str| table.get(key).and_then(Node::as_text);
        let name = text("name");
        if let Some(name) = &name {
            self.check_label(name);
        }
        let sources = self.read_sources(table.get("source"));
        let variants = self.observed_variants(table.get("variant"), variants);
        let band = self.observed_band(node, table);
        let output = text("output").and_then(|output| self.output_named(&output, outputs));
        let unit_text = text("unit");
        let unit = match &unit_text {
            Some(text) => self.unit(text),
            None => Some(Unit::one()),
        };
        let (output, unit) = (output?, unit?);
        // Without it, the output's own unit was complained about.
        let (_, reported) = outputs[output].unit.as_ref()?;
        if unit.dimension != reported.dimension {
            let output = &outputs[output].key.value;
            match unit_text {
                Some(text) => self.complain_of_observed_unit(&text, &unit, reported, output),
                None => {
                    let message = format!("an observation of `{output}` needs the key `unit`");
                    let complaint = self
                        .texts
                        .error(&MISSING_KEY, node.place, message)
                        .label("without `unit`")
                        .advise(format!(
                            "add `unit`: `{output}` is reported in {}",
                            reported.text
                        ));
                    self.complaints.push(complaint);
                }
            }
            return None;
        }
        let [low, high] = band?.map(|end| end * &unit.factor / &reported.factor);
        Some(ObservedEntry {
            observed: Observed {
                name: name?.value,
                output,
                low,
                high,
                sources,
                evidence: text("evidence").and_then(|word| evidence(&word.value)),
            },
            variants,
        })
    }

    fn complain_of_observed_unit(
        &mut self,
        text: &Text,
        unit: &Unit,
        reported: &Unit,
        output: &str,
    ) {
        let (have, want) = (describe(&unit.dimension), describe(&reported.dimension));
        let message = format!(
            "`{output}` is {want}, but `{}` is a unit of {have}",
            text.value
        );
        let complaint = self
            .texts
            .error(
                &DIMENSION_MISMATCH,
                self.texts.within(text, 0..text.value.len()),
                message,
            )
            .label(format!("a unit of {have}"))
            .advise(format!(
                "write what was observed in a unit of {want}{}",
                in_unit(&reported.dimension)
            ));
        let complaint = advise_on_mismatch(complaint, &unit.dimension, &reported.dimension);
        self.complaints.push(complaint);
    }

    /// The place of the output of that name, or a complaint.
    pub(super) fn output_named(&mut self, name: &Text, outputs: &[OutputEntry]) -> Option<usize> {
        let found = outputs
            .iter()
            .position(|output| output.key.value == name.value);
        if found.is_none() && !outputs.is_empty() {
            let names = || outputs.iter().map(|output| output.key.value.as_str());
            let message = format!("`{}` is not an output", name.value);
            let mut complaint = self
                .texts
                .error(&NOT_AN_OUTPUT, name.place, message)
                .label("not in [outputs]");
            complaint.advice.extend(did_you_mean(&name.value, names()));
            let list: Vec<String> = names().map(|name| format!("`{name}`")).collect();
            let advice = format!("write {}, or report it in [outputs]", one_of(&list));
            self.complaints.push(complaint.advise(advice));
        }
        found
    }

    pub(super) fn observed_variants(
        &mut self,
        node: Option<&Node>,
        known: &[&str],
    ) -> Option<Vec<String>> {
        let node = node?;
        let nodes = node.as_list().unwrap_or(std::slice::from_ref(node));
        let mut names = Vec::new();
        for name in nodes.iter().filter_map(Node::as_text) {
            self.variant_named(&name, known);
            names.push(name.value);
        }
        Some(names)
    }

    /// The place of the variant of that name, or a complaint.
    pub(super) fn variant_named(&mut self, name: &Text, known: &[&str]) -> Option<usize> {
        let found = known.iter().position(|known| *known == name.value);
        if found.is_none() {
            let message = format!("there is no variant `{}`", name.value);
            let mut complaint = self
                .texts
                .error(&UNKNOWN_VARIANT, name.place, message)
                .label("no such variant");
            let suggestion = did_you_mean(&name.value, known.iter().copied());
            complaint.advice.extend(suggestion);
            let list: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            let advice = format!("write {}, or leave it out for every variant", one_of(&list));
            self.complaints.push(complaint.advise(advice));
        }
        found
    }

    /// Both ends of what was observed, exactly as written.
    fn observed_band(&mut self, node: &Node, table: &Table) -> Option<[BigRational; 2]> {
        let (value, interval) = (table.entry("value"), table.entry("interval"));
        match (value, interval) {
            (Some(value), None) => {
                let value = self.exact(&value.node, "value")?;
                Some([value.clone(), value])
            }
            (None, Some(entry)) => {
                let list = entry.node.as_list()?;
                let ends: Option<Vec<BigRational>> =
                    list.iter().map(|end| self.exact(end, "interval")).collect();
                match <[BigRational; 2]>::try_from(ends?) {
                    Ok([low, high]) if low <= high => Some([low, high]),
                    Ok(_) => {
                        let message = "the lower end of the band is above its upper end".to_owned();
                        self.complain_of_band(&entry.node, message)
                    }
                    Err(ends) => {
                        let plural = if ends.len() == 1 { "" } else { "s" };
                        let message =
                            format!("the band has {} number{plural} instead of 2", ends.len());
                        self.complain_of_band(&entry.node, message)
                    }
                }
            }
            (Some(_), Some(entry)) => {
                let message = "the observation has both `value` and `interval`";
                let complaint = self
                    .texts
                    .error(&OBSERVED_DEFINED_TWICE, entry.key.place, message)
                    .label("a second one")
                    .advise("keep one of them");
                self.complaints.push(complaint);
                None
            }
            (None, None) => {
                let message = "the observation has neither `value` nor `interval`";
                let complaint = self
                    .texts
                    .error(&OBSERVED_WITHOUT_VALUE, node.place, message)
                    .label("without a number")
                    .advise("write `value = 914`, or the band `interval = [700, 914]`");
                self.complaints.push(complaint);
                None
            }
        }
    }

    fn complain_of_band(&mut self, node: &Node, message: String) -> Option<[BigRational; 2]> {
        let complaint = self
            .texts
            .error(&OBSERVED_BAND, node.place, message)
            .label("not a band")
            .advise("write the lower and the upper end: `interval = [700, 914]`");
        self.complaints.push(complaint);
        None
    }

    /// The number exactly as written; `None` when it was complained about.
    pub(super) fn exact(&mut self, node: &Node, key: &str) -> Option<BigRational> {
        let Value::Number(text, radix) = &node.value else {
            // The walker has complained of its type.
            return None;
        };
        let double = self.finite(node, key)?;
        if *radix == 10 {
            number::exact(text).ok()
        } else {
            BigRational::from_f64(double)
        }
    }
}
