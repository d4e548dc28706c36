//! Several variants as one, so that they can be held against each other trial by trial.

use super::graph::Builder;
use super::{
    Binary, Correlation, Definition, Input, JointRows, Model, NodeId, Operation, Output, Shares,
    Variant,
};
use crate::sampler::copula;
use crate::unit::Unit;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// Gives what two files call by one name but define otherwise a key of its own, so that it is drawn independently: in the files
/// after the first that has the name. What takes `draws = "shared"` keeps its key.
pub fn draw_apart(models: &mut [Model]) {
    let mut owners: HashMap<String, (usize, Input)> = HashMap::new();
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
                    input.draw_key = format!("{}/{}", model.scenario, input.draw_key);
                }
            }
        }
    }
}

/// Variants being brought together. Inputs that are the same quantity become one, and equal formulas are computed once.
#[derive(Default)]
pub struct Combined {
    builder: Builder,
    inputs: Vec<Input>,
    shares: Vec<Shares>,
    rows: Vec<JointRows>,
    correlations: Vec<Correlation>,
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
        let mut nodes: Vec<NodeId> = Vec::with_capacity(variant.graph.nodes.len());
        for node in &variant.graph.nodes {
            let at = |id: &NodeId| nodes[id.0 as usize];
            let operation = match &node.operation {
                Operation::Number(number) => Operation::Number(number.clone()),
                Operation::Pi => Operation::Pi,
                Operation::Input(input) => Operation::Input(places[*input]),
                Operation::Unary(function, a) => Operation::Unary(*function, at(a)),
                Operation::Binary(function, a, b) => Operation::Binary(*function, at(a), at(b)),
                Operation::If(condition, a, b) => Operation::If(at(condition), at(a), at(b)),
                Operation::Interpolate { x, knots, values } => Operation::Interpolate {
                    x: at(x),
                    knots: knots.clone(),
                    values: values.iter().map(at).collect(),
                },
            };
            nodes.push(self.builder.node(operation, &node.dimension));
        }
        let outputs = variant.outputs.iter();
        outputs
            .map(|output| nodes[output.node.0 as usize])
            .collect()
    }

    /// `a` with `b` as an output; without a unit it is a pure number.
    pub fn output(
        &mut self,
        name: String,
        function: Binary,
        [a, b]: [NodeId; 2],
        unit: Option<&Unit>,
    ) -> Output {
        let unit = unit.cloned().unwrap_or_else(Unit::one);
        let operation = Operation::Binary(function, a, b);
        Output {
            name,
            node: self.builder.node(operation, &unit.dimension),
            unit,
            description: None,
            thresholds: Vec::new(),
        }
    }

    /// All of them as one variant with these outputs.
    pub fn finish(self, name: String, outputs: Vec<Output>) -> Variant {
        Variant {
            name,
            description: None,
            swept: Vec::new(),
            inputs: self.inputs,
            graph: self.builder.finish(),
            formulas: Vec::new(),
            outputs,
            observed: Vec::new(),
            shares: self.shares,
            rows: self.rows,
            correlations: self.correlations,
            kinds_correlated: Vec::new(),
            dropped_correlations: Vec::new(),
        }
    }

    /// Takes over inputs that are drawn together, and how.
    fn draw(&mut self, variant: &Variant, group: &[usize]) -> Vec<usize> {
        let first = self.inputs.len();
        let place = |input: &usize| {
            let at = group.iter().position(|member| member == input);
            first + at.unwrap_or(0)
        };
        let members = group.iter().map(|&input| variant.inputs[input].clone());
        self.inputs.extend(members);
        let is_here = |inputs: &[usize]| group.contains(&inputs[0]);
        self.shares.extend(
            variant
                .shares
                .iter()
                .filter(|shares| is_here(&shares.inputs))
                .map(|shares| Shares {
                    inputs: shares.inputs.iter().map(place).collect(),
                    ..shares.clone()
                }),
        );
        self.rows.extend(
            variant
                .rows
                .iter()
                .filter(|rows| is_here(&rows.inputs))
                .map(|rows| JointRows {
                    inputs: rows.inputs.iter().map(place).collect(),
                    ..rows.clone()
                }),
        );
        self.correlations.extend(
            variant
                .correlations
                .iter()
                .filter(|correlation| is_here(&correlation.inputs))
                .map(|correlation| Correlation {
                    inputs: correlation.inputs.map(|input| place(&input)),
                    ..correlation.clone()
                }),
        );
        (first..self.inputs.len()).collect()
    }
}

/// The inputs in groups that are drawn together, each in rising order.
fn drawn_together(variant: &Variant) -> Vec<Vec<usize>> {
    let pairs: Vec<_> = variant
        .correlations
        .iter()
        .map(|correlation| (correlation.inputs, correlation.asked.parameter()))
        .collect();
    let mut groups: Vec<Vec<usize>> = copula::groups(variant.inputs.len(), &pairs)
        .into_iter()
        .map(|group| group.members)
        .chain(variant.shares.iter().map(|shares| shares.inputs.clone()))
        .chain(variant.rows.iter().map(|rows| rows.inputs.clone()))
        .collect();
    let grouped: Vec<usize> = groups.concat();
    let alone = (0..variant.inputs.len()).filter(|input| !grouped.contains(input));
    groups.extend(alone.map(|input| vec![input]));
    groups.iter_mut().for_each(|group| group.sort_unstable());
    // In the order of the scenario, as a run of the variant alone has them.
    groups.sort_unstable();
    groups
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
        } = &variant.inputs[input];
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
