//! Inputs that are drawn together, when a variant becomes a part of a larger one.

use super::graph::Builder;
use super::{Correlation, Graph, JointRows, NodeId, Operation, Shares, Variant};
use crate::sampler::copula;
use crate::unit::Dimension;

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
