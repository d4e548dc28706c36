//! Inputs that are drawn together, when a variant becomes a part of a larger one.

use super::graph::Builder;
use super::{Correlation, Definition, Graph, JointRows, NodeId, Operation, Shares, Variant};
use crate::sampler::copula::{self, Group};
use crate::unit::Dimension;
use std::collections::HashMap;

/// How some inputs of a variant are drawn together, by their places in another one.
#[derive(Debug, Default)]
pub(super) struct Groups {
    pub(super) shares: Vec<Shares>,
    pub(super) rows: Vec<JointRows>,
    pub(super) correlations: Vec<Correlation>,
}

impl Groups {
    /// What holds between the inputs of a variant that have a `place` in the other one.
    pub(super) fn of(variant: &Variant, place: &dyn Fn(usize) -> Option<usize>) -> Self {
        let all = |inputs: &[usize]| -> Option<Vec<usize>> {
            inputs.iter().map(|&input| place(input)).collect()
        };
        let shares = variant.shares.iter().filter_map(|shares| {
            Some(Shares {
                inputs: all(&shares.inputs)?,
                ..shares.clone()
            })
        });
        let rows = variant.rows.iter().filter_map(|rows| {
            let columns = rows.inputs.iter().zip(&rows.columns);
            let (inputs, columns): (Vec<usize>, Vec<_>) = columns
                .filter_map(|(&input, column)| Some((place(input)?, column.clone())))
                .unzip();
            // A column that is left alone is a distribution like any other.
            (inputs.len() > 1).then(|| JointRows {
                inputs,
                columns,
                row: rows.row.clone(),
            })
        });
        let correlations = variant.correlations.iter().filter_map(|correlation| {
            let [one, other] = correlation.inputs.map(place);
            Some(Correlation {
                inputs: [one?, other?],
                ..correlation.clone()
            })
        });
        Groups {
            shares: shares.collect(),
            rows: rows.collect(),
            correlations: correlations.collect(),
        }
    }

    pub(super) fn append(&mut self, mut other: Groups) {
        self.shares.append(&mut other.shares);
        self.rows.append(&mut other.rows);
        self.correlations.append(&mut other.correlations);
    }
}

/// Says of every correlated input in how many variants it is drawn.
pub(super) fn count_draws(variants: &mut [Variant]) {
    if variants
        .iter()
        .all(|variant| variant.correlations.is_empty())
    {
        return;
    }
    let mut drawn_in: HashMap<String, u32> = HashMap::new();
    for input in variants.iter().flat_map(|variant| &variant.inputs) {
        if matches!(input.definition, Definition::Random(_)) {
            *drawn_in.entry(input.draw_key.clone()).or_default() += 1;
        }
    }
    for variant in variants {
        for correlation in &mut variant.correlations {
            let key = |input: usize| &variant.inputs[input].draw_key;
            correlation.drawn_in = correlation
                .inputs
                .map(|input| drawn_in.get(key(input)).copied().unwrap_or(1));
        }
    }
}

/// Inputs of a variant that depend on each other, by correlations that are not zero: those first that most variants of the file draw,
/// so that these draws stay as they are where another one is replaced. `place` has the number that an input is known by, below `count`.
pub fn coupled(
    variant: &Variant,
    count: usize,
    place: impl Fn(usize) -> Option<usize>,
) -> Vec<Group> {
    let mut pairs = Vec::new();
    let mut drawn_in = vec![0; count];
    for correlation in &variant.correlations {
        let parameter = correlation.asked.parameter();
        if let ([Some(one), Some(other)], true) = (correlation.inputs.map(&place), parameter != 0.0)
        {
            pairs.push(([one, other], parameter));
            [drawn_in[one], drawn_in[other]] = correlation.drawn_in;
        }
    }
    let groups = copula::groups(count, &pairs).into_iter();
    groups
        .map(|group| group.first(|member| drawn_in[member]))
        .collect()
}

/// The inputs of a variant in groups that are drawn together, each in rising order.
pub(super) fn drawn_together(variant: &Variant) -> Vec<Vec<usize>> {
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
    let mut grouped = vec![false; variant.inputs.len()];
    for &input in groups.iter().flatten() {
        grouped[input] = true;
    }
    let alone = (0..grouped.len()).filter(|&input| !grouped[input]);
    groups.extend(alone.map(|input| vec![input]));
    groups.iter_mut().for_each(|group| group.sort_unstable());
    // In the order of the scenario, as a run of the variant alone has them.
    groups.sort_unstable();
    groups
}

/// Builds a graph into another one; the node that each of its nodes became. What is not `wanted` is left out, and `input` gives
/// the node of an input.
pub(super) fn graft(
    builder: &mut Builder,
    graph: &Graph,
    wanted: &dyn Fn(usize) -> bool,
    input: &dyn Fn(&mut Builder, usize, &Dimension) -> NodeId,
) -> Vec<Option<NodeId>> {
    let mut nodes: Vec<Option<NodeId>> = Vec::with_capacity(graph.nodes.len());
    for (number, node) in graph.nodes.iter().enumerate() {
        if !wanted(number) {
            nodes.push(None);
            continue;
        }
        let at = |id: &NodeId| nodes[id.0 as usize];
        let operation = match &node.operation {
            Operation::Input(at) => {
                nodes.push(Some(input(builder, *at, &node.dimension)));
                continue;
            }
            operation => operation.with_operands(&at),
        };
        nodes.push(operation.map(|operation| builder.node(operation, &node.dimension)));
    }
    nodes
}
