//! What is reported, and in which unit.

use super::check::Context;
use super::codes::{DIMENSION_MISMATCH, NO_OUTPUTS};
use super::dimensions::Compiler;
use super::formulas::Resolved;
use super::requirements::{advise_on_mismatch, in_unit};
use super::{Output, codes};
use crate::scenario::tree::{Node, Place, Table, Text, Value};
use crate::unit::{Unit, describe};
use std::sync::Arc;

/// An output as far as it could be read.
#[derive(Debug)]
pub(super) struct OutputEntry {
    pub(super) key: Text,
    pub(super) unit: Option<(Text, Unit)>,
    description: Option<String>,
    thresholds: Vec<(String, f64)>,
}

impl Context<'_> {
    /// Reads `[outputs]`.
    pub(super) fn read_outputs(&mut self, root: &Table) -> Vec<OutputEntry> {
        let entries = root
            .table("outputs")
            .map_or(&[][..], |table| &table.entries);
        if entries.is_empty() {
            // A wrong type of the section itself has been complained of.
            if root
                .get("outputs")
                .is_none_or(|node| node.as_table().is_some())
            {
                let place = root.entry("outputs").map_or(
                    Place {
                        text: 0,
                        start: 0,
                        end: 0,
                    },
                    |entry| entry.key.place,
                );
                let complaint = self
                    .texts
                    .error(&NO_OUTPUTS, place, "the scenario has no outputs")
                    .label("nothing to report");
                let advice = "add `[outputs]` with lines such as `emissions = \"kgCO2e/day\"`, where `emissions` is a formula or an input";
                self.complaints.push(complaint.advise(advice));
            }
            return Vec::new();
        }
        entries
            .iter()
            .map(|entry| self.read_output(&entry.key, &entry.node))
            .collect()
    }

    fn read_output(&mut self, key: &Text, node: &Node) -> OutputEntry {
        let (unit, table) = match &node.value {
            Value::Table(table) => (table.get("unit").and_then(Node::as_text), Some(table)),
            _ => (node.as_text(), None),
        };
        let unit = unit.and_then(|text| self.unit(&text).map(|unit| (text, unit)));
        let description = table
            .and_then(|table| table.get("description"))
            .and_then(Node::as_text)
            .map(|text| text.value);
        let mut thresholds = Vec::new();
        for entry in table
            .and_then(|table| table.table("thresholds"))
            .iter()
            .flat_map(|table| &table.entries)
        {
            self.check_label(&entry.key);
            if !matches!(entry.node.value, Value::Number(..)) {
                continue;
            }
            thresholds.extend(
                self.finite(&entry.node, &entry.key.value)
                    .map(|value| (entry.key.value.clone(), value)),
            );
        }
        OutputEntry {
            key: key.clone(),
            unit,
            description,
            thresholds,
        }
    }

    /// The outputs of a variant; `None` when something was complained about. `own`: the name of a variant, to be told where its outputs are
    /// not what those of the scenario as written are.
    pub(super) fn build_outputs(
        &mut self,
        entries: &[OutputEntry],
        resolved: &Resolved<'_>,
        compiler: &mut Compiler<'_>,
        own: Option<&str>,
    ) -> Option<Vec<Output>> {
        let mut outputs = Vec::with_capacity(entries.len());
        for entry in entries {
            let slot = resolved.find(&entry.key.value);
            if slot.is_none() {
                self.complain_of_unknown_name(&entry.key.value, entry.key.place, resolved);
            }
            let quantity = slot.and_then(|slot| compiler.quantity(slot));
            let (Some(quantity), Some((text, unit))) = (quantity, &entry.unit) else {
                continue;
            };
            if !quantity.fits(&unit.dimension) {
                let (have, want) = (describe(&quantity.dimension), describe(&unit.dimension));
                let message = format!(
                    "`{}` is {have}, but `{}` is a unit of {want}",
                    entry.key.value, unit.text
                );
                let is_said = self.complaints.iter().any(|said| said.message == message);
                let own = own.filter(|_| !is_said);
                let of_variant =
                    own.map_or_else(String::new, |name| format!("in the variant `{name}`, "));
                let complaint = self
                    .texts
                    .error(
                        &DIMENSION_MISMATCH,
                        self.texts.within(text, 0..text.value.len()),
                        format!("{of_variant}{message}"),
                    )
                    .label(format!("a unit of {want}"));
                let mut complaint = complaint.advise(format!(
                    "the output is {have}{}, the unit is {want}",
                    in_unit(&quantity.dimension)
                ));
                if let Some(name) = own {
                    complaint = complaint.advise(format!(
                        "an output has one unit for all variants: see what `{name}` puts in place of inputs and formulas"
                    ));
                }
                self.complaints.push(advise_on_mismatch(
                    complaint,
                    &quantity.dimension,
                    &unit.dimension,
                ));
                continue;
            }
            outputs.push(Output {
                name: entry.key.value.clone(),
                unit: unit.clone(),
                description: entry.description.clone(),
                thresholds: entry.thresholds.clone(),
                node: quantity.node,
            });
        }
        (outputs.len() == entries.len()).then_some(outputs)
    }

    /// Warns of inputs and formulas that no output of any variant depends on.
    pub(super) fn warn_of_unused(
        &mut self,
        base: &[Arc<super::check::Named>],
        used: &std::collections::HashSet<String>,
    ) {
        // A share with no influence of its own takes part in those that have.
        let with_others = |name: &str| {
            self.shares.iter().any(|shares| {
                let named = |other: &str| shares.names.iter().any(|text| text.value == other);
                named(name) && used.iter().any(|other| named(other))
            })
        };
        let unused: Vec<_> = base
            .iter()
            .filter(|named| !used.contains(&named.key.value) && !with_others(&named.key.value))
            .collect();
        for named in unused {
            let name = &named.key.value;
            let complaint = match named.quantity {
                super::check::Quantity::Input(_) => self
                    .texts
                    .warning(
                        &codes::UNUSED_INPUT,
                        named.key.place,
                        format!("no output depends on the input `{name}`"),
                    )
                    .label("without influence")
                    .advise("use it in a formula, or remove it"),
                super::check::Quantity::Formula(_) => self
                    .texts
                    .warning(
                        &codes::UNUSED_FORMULA,
                        named.key.place,
                        format!("no output depends on the formula `{name}`"),
                    )
                    .label("without influence")
                    .advise("list it in [outputs], use it in another formula, or remove it"),
                super::check::Quantity::Import(_) => self
                    .texts
                    .warning(
                        &codes::UNUSED_IMPORT,
                        named.key.place,
                        format!("no output depends on the import `{name}`"),
                    )
                    .label("without influence")
                    .advise(format!(
                        "use a name of it in a formula, such as `{name}.emissions`, or remove it"
                    )),
            };
            self.complaints.push(complaint);
        }
    }
}
