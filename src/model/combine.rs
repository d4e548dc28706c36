//! Several variants as one, so that they can be held against each other trial by trial.

use super::graph::Builder;
use super::groups::{Groups, drawn_together, graft};
use super::{Binary, Definition, Input, Model, NodeId, Operation, Output, Variant};
use crate::unit::Unit;
use num_rational::BigRational;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// Gives what two files call by one name but define otherwise a key of its own, so that it is drawn independently: in the files
/// after the first that has the name. What takes `draws = "shared"` keeps its key.
pub fn draw_apart(models: &mut [Model]) {
    let mut owners: HashMap<String, (usize, Arc<Input>)> = HashMap::new();
    for at in 0..models.len() {
        let mut apart: HashMap<String, bool> = HashMap::new();
        let (before, rest) = models.split_at_mut(at);
        let model = &mut rest[0];
        let files = model.data.clone();
        let same_file = |owner: usize, file: &str| {
            let of_owner = &before[owner].data;
            files
                .iter()
                .any(|one| one.name == file && of_owner.iter().any(|other| Arc::ptr_eq(one, other)))
        };
        for variant in &mut model.variants {
            for input in &mut variant.inputs {
                if matches!(input.definition, Definition::Fixed(_)) {
                    continue;
                }
                let differs = *apart
                    .entry(input.draw_key.clone())
                    .or_insert_with(|| match owners.get(&input.draw_key) {
                        Some((owner, _)) if *owner == at => false,
                        Some((owner, other)) => match &input.data {
                            Some(rows) => !same_file(*owner, &rows.file),
                            None => !input.same_quantity(other),
                        },
                        None => {
                            owners.insert(input.draw_key.clone(), (at, input.clone()));
                            false
                        }
                    });
                if differs && !input.shares_draws {
                    Arc::make_mut(input).draw_key =
                        format!("{}/{}", model.scenario, input.draw_key);
                }
            }
        }
    }
}

/// Variants being brought together. Inputs that are the same quantity become one, and equal formulas are computed once.
#[derive(Default)]
pub struct Combined {
    builder: Builder,
    inputs: Vec<Arc<Input>>,
    groups: Groups,
    /// Inputs that are drawn together, by all that their draws depend on.
    drawn: HashMap<String, Vec<usize>>,
}

impl Combined {
    /// Adds a variant; the nodes of its outputs, in their order.
    pub fn add(&mut self, variant: &Variant) -> Vec<NodeId> {
        let mut places = vec![0; variant.inputs.len()];
        for group in drawn_together(variant) {
            let key = key_of(variant, &group);
            let found = match self.drawn.get(&key) {
                Some(found) => found.clone(),
                None => {
                    let new = self.draw(variant, &group);
                    self.drawn.insert(key, new.clone());
                    new
                }
            };
            for (input, place) in group.into_iter().zip(found) {
                places[input] = place;
            }
        }
        let nodes = graft(
            &mut self.builder,
            &variant.graph,
            &|_| true,
            &|builder, input, dimension| builder.node(Operation::Input(places[input]), dimension),
        );
        let outputs = variant.outputs.iter();
        // Every node was wanted.
        outputs
            .filter_map(|output| nodes[output.node.0 as usize])
            .collect()
    }

    /// `a` with `b` as an output; without a unit it is a pure number.
    pub fn output(
        &mut self,
        name: String,
        function: Binary,
        both: [NodeId; 2],
        unit: Option<&Unit>,
    ) -> Output {
        let unit = unit.cloned().unwrap_or_else(Unit::one);
        Output {
            name,
            node: self.node(function, both, &unit),
            unit,
            description: None,
            thresholds: Vec::new(),
        }
    }

    /// `a` with `b`, of the dimension of a unit.
    pub fn node(&mut self, function: Binary, [a, b]: [NodeId; 2], unit: &Unit) -> NodeId {
        let operation = Operation::Binary(function, a, b);
        self.builder.node(operation, &unit.dimension)
    }

    /// A number in a unit.
    pub fn number(&mut self, number: &BigRational, unit: &Unit) -> NodeId {
        let operation = Operation::Number(number * &unit.factor);
        self.builder.node(operation, &unit.dimension)
    }

    /// All of them as one variant with these outputs.
    pub fn finish(self, name: String, outputs: Vec<Output>) -> Variant {
        Variant {
            name,
            description: None,
            swept: Vec::new(),
            inputs: self.inputs,
            graph: Arc::new(self.builder.finish()),
            formulas: Arc::default(),
            outputs: outputs.into(),
            observed: Vec::new(),
            shares: self.groups.shares,
            rows: self.groups.rows,
            correlations: self.groups.correlations,
            kinds_correlated: Vec::new(),
            dropped_correlations: Vec::new(),
        }
    }

    /// Takes over inputs that are drawn together, and how.
    fn draw(&mut self, variant: &Variant, group: &[usize]) -> Vec<usize> {
        let first = self.inputs.len();
        for &input in group {
            let mut input = variant.inputs[input].clone();
            let taken =
                |other: &Arc<Input>| other.name == input.name && other.draw_key != input.draw_key;
            // Two quantities of one name are told apart by what keys their draws.
            if self.inputs.iter().any(taken) {
                let input = Arc::make_mut(&mut input);
                input.name.clone_from(&input.draw_key);
            }
            self.inputs.push(input);
        }
        self.groups.append(Groups::of(variant, &|input| {
            let at = group.iter().position(|&member| member == input)?;
            Some(first + at)
        }));
        (first..self.inputs.len()).collect()
    }
}

/// All that the numbers of a group depend on. Distributions are told apart by where they are kept: a variant keeps those of the
/// scenario as written.
fn key_of(variant: &Variant, group: &[usize]) -> String {
    let mut key = String::new();
    // Writing to a string cannot fail.
    for &input in group {
        let Input {
            draw_key,
            definition,
            unit,
            ..
        } = &*variant.inputs[input];
        let _ = match definition {
            Definition::Fixed(value) => write!(key, "={value}*{};", unit.factor),
            Definition::Random(marginal) => {
                let marginal = Arc::as_ptr(marginal).cast::<()>();
                write!(key, "{draw_key}:{marginal:p}*{};", unit.factor)
            }
        };
    }
    for correlation in &variant.correlations {
        let [one, other] = correlation.inputs.map(|input| {
            let at = group.iter().position(|&member| member == input);
            at.unwrap_or(usize::MAX)
        });
        if one != usize::MAX {
            let bits = correlation.asked.parameter().to_bits();
            let _ = write!(key, "{one}~{other}:{bits};");
        }
    }
    for shares in &variant.shares {
        if group.contains(&shares.inputs[0]) {
            for draw in &shares.draws {
                let _ = write!(key, "{:p}+", Arc::as_ptr(draw).cast::<()>());
            }
        }
    }
    for rows in &variant.rows {
        if group.contains(&rows.inputs[0]) {
            let _ = write!(key, "{:p}>", Arc::as_ptr(&rows.row).cast::<()>());
            for column in &rows.columns {
                let _ = write!(key, "{:p},", Arc::as_ptr(column).cast::<()>());
            }
        }
    }
    key
}
