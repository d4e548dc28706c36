//! Where observed values lie in the prediction of an output.

use crate::model::{Observed, Operation, Variant};
use crate::program::exact::to_f64;
use crate::report::ObservedRow;
use crate::statistic::Estimate;
use crate::statistic::summary::Summary;
use crate::statistic::tally::Marks;
use std::collections::BTreeSet;

/// What the prediction of an output is.
#[derive(Clone, Copy)]
pub enum Place<'a> {
    /// One number: no distribution acts on the output.
    At(f64),
    /// A distribution.
    Among(&'a Summary),
}

impl Place<'_> {
    /// The central interval.
    fn interval(self) -> [Option<f64>; 2] {
        match self {
            Place::At(value) => [Some(value); 2],
            Place::Among(summary) => summary.interval.map(|end| end.value),
        }
    }
}

/// What an output of a variant is held against.
pub fn marks(variant: &Variant, output: usize) -> Marks {
    let thresholds = variant.outputs[output].thresholds.iter();
    let thresholds: Vec<f64> = thresholds.map(|threshold| threshold.1).collect();
    let observed: Vec<f64> = of(variant, output).flat_map(ends).collect();
    Marks::new(&thresholds, &observed)
}

/// The rows of an output; the summary's shares below are those of [`marks`], in their order.
pub fn of_output(variant: &Variant, output: usize, place: Place<'_>) -> Vec<ObservedRow> {
    let mut counted = match place {
        Place::At(_) => &[][..],
        Place::Among(summary) => &summary.below,
    }
    .iter()
    .copied();
    let mut below = |value: f64| match place {
        Place::At(number) => known(match number.total_cmp(&value) {
            _ if number == value => 0.5,
            std::cmp::Ordering::Less => 1.0,
            _ => 0.0,
        }),
        Place::Among(_) => counted.next().unwrap_or_else(Estimate::unavailable),
    };
    of(variant, output)
        .map(|observed| {
            let [low, high] = ends(observed);
            let [lower, upper] = place.interval();
            ObservedRow {
                name: observed.name.clone(),
                band: [low, high],
                below: [low, high].map(&mut below),
                inside: upper.is_some_and(|upper| low <= upper)
                    && lower.is_some_and(|lower| lower <= high),
                sharing: sharing(variant, output, observed),
                sources: observed.sources.clone(),
            }
        })
        .collect()
}

fn of(variant: &Variant, output: usize) -> impl Iterator<Item = &Observed> {
    let mine = move |observed: &&Observed| observed.output == output;
    variant.observed.iter().filter(mine)
}

fn ends(observed: &Observed) -> [f64; 2] {
    [to_f64(&observed.low), to_f64(&observed.high)]
}

fn known(value: f64) -> Estimate {
    Estimate {
        standard_error: Some(0.0),
        ..Estimate::exact(value)
    }
}

/// The inputs that the output depends on and that cite one of the observation's sources.
fn sharing(variant: &Variant, output: usize, observed: &Observed) -> Vec<String> {
    let mut inputs = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![variant.outputs[output].node];
    while let Some(node) = open.pop() {
        if !seen.insert(node) {
            continue;
        }
        let operation = &variant.graph.nodes[node.0 as usize].operation;
        if let Operation::Input(input) = operation {
            inputs.insert(*input);
        }
        open.extend(operation.operands());
    }
    let cites = |&input: &usize| {
        let sources = &variant.inputs[input].sources;
        sources
            .iter()
            .any(|source| observed.sources.contains(source))
    };
    let shared = inputs.into_iter().filter(cites);
    shared
        .map(|input| variant.inputs[input].name.clone())
        .collect()
}
