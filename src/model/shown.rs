//! Every formula with a unit to show it in, also those that are no outputs.

use super::formulas::ParsedFormula;
use super::{Formula, Model, NodeId, Output, Variant};
use crate::unit::{Dimension, Unit, Units, example};
use num_traits::One;
use std::sync::Arc;

impl Formula {
    pub(super) fn new(name: String, node: NodeId, parsed: Arc<ParsedFormula>) -> Formula {
        Formula { name, node, parsed }
    }

    /// The same as another file that imports it names it, at the node it has there.
    pub(super) fn under(&self, name: String, node: NodeId) -> Formula {
        Formula::new(name, node, Arc::clone(&self.parsed))
    }

    /// Its text in the file.
    pub fn written(&self) -> &str {
        &self.parsed.text.value
    }
}

impl Model {
    /// The variant with the formulas that are no outputs in the place of its outputs: each in the unit of an output, else of an
    /// input, that measures the same, else in the one such a quantity is commonly given in.
    pub fn with_formulas_as_outputs(&self, variant: &Variant) -> Variant {
        let is_output = |name: &str| variant.outputs.iter().any(|output| output.name == name);
        let formulas = variant.formulas.iter();
        let outputs = formulas
            .filter(|formula| !is_output(&formula.name))
            .map(|formula| {
                let dimension = &variant.graph.nodes[formula.node.0 as usize].dimension;
                Output {
                    name: formula.name.clone(),
                    unit: unit_for(variant, &self.units, dimension),
                    description: None,
                    thresholds: Vec::new(),
                    node: formula.node,
                }
            })
            .collect();
        Variant {
            outputs,
            ..variant.clone()
        }
    }
}

fn unit_for(variant: &Variant, units: &Units, dimension: &Dimension) -> Unit {
    let outputs = variant.outputs.iter().map(|output| &output.unit);
    let inputs = variant.inputs.iter().map(|input| &input.unit);
    let mut written = outputs.chain(inputs);
    if let Some(unit) = written.find(|unit| unit.dimension == *dimension) {
        return unit.clone();
    }
    // The words for a dimension are no unit where its exponents are too large, or where the file took a count's name.
    let common = units.parse(&example(dimension)).ok().flatten();
    common
        .filter(|unit| unit.dimension == *dimension)
        .unwrap_or_else(|| Unit {
            text: "(base units)".to_owned(),
            dimension: dimension.clone(),
            factor: One::one(),
        })
}
