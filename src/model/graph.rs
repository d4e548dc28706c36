//! Building a [`Graph`]: equal sub-expressions become one node.

use super::{Binary, Graph, Node, NodeId, Operation, Unary};
use crate::unit::Dimension;
use num_rational::BigRational;
use std::collections::HashMap;

/// What makes two nodes one.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    Number(BigRational, Dimension),
    Pi,
    Input(usize),
    Unary(Unary, NodeId),
    Binary(Binary, NodeId, NodeId),
    If(NodeId, NodeId, NodeId),
    Interpolate(NodeId, Vec<BigRational>, Vec<NodeId>),
}

/// A graph being built.
#[derive(Debug, Default)]
pub(super) struct Builder {
    graph: Graph,
    nodes: HashMap<Key, NodeId>,
}

impl Builder {
    /// The node of an operation: an existing one where the same was built before.
    pub(super) fn node(&mut self, operation: Operation, dimension: &Dimension) -> NodeId {
        let key = match &operation {
            Operation::Number(value) => Key::Number(value.clone(), dimension.clone()),
            Operation::Pi => Key::Pi,
            Operation::Input(index) => Key::Input(*index),
            Operation::Unary(unary, operand) => Key::Unary(*unary, *operand),
            Operation::Binary(binary, left, right) => Key::Binary(*binary, *left, *right),
            Operation::If(condition, a, b) => Key::If(*condition, *a, *b),
            Operation::Interpolate { x, knots, values } => {
                Key::Interpolate(*x, knots.clone(), values.clone())
            }
        };
        let nodes = &mut self.graph.nodes;
        *self.nodes.entry(key).or_insert_with(|| {
            let id = NodeId(u32::try_from(nodes.len()).unwrap_or(u32::MAX));
            nodes.push(Node {
                operation,
                dimension: dimension.clone(),
            });
            id
        })
    }

    /// The finished graph.
    pub(super) fn finish(self) -> Graph {
        self.graph
    }
}
