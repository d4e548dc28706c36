//! Where observed values lie in the prediction of an output.

use crate::model::{Model, Observed, Operation, Reference, Variant};
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

/// What an output of a variant is held against: its thresholds, those that are `asserted` of it, and what was observed.
pub fn marks(variant: &Variant, output: usize, asserted: &[f64]) -> Marks {
    let thresholds = variant.outputs[output].thresholds.iter();
    let thresholds: Vec<f64> = thresholds
        .map(|threshold| threshold.1)
        .chain(asserted.iter().copied())
        .collect();
    let observed: Vec<f64> = of(variant, output).flat_map(ends).collect();
    Marks::new(&thresholds, &observed)
}

/// The rows of an output; the summary's shares below are those of [`marks`], in their order.
pub fn of_output(
    model: &Model,
    variant: &Variant,
    output: usize,
    place: Place<'_>,
) -> Vec<ObservedRow> {
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
                sharing: sharing(&model.references, variant, output, observed),
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
fn sharing(
    references: &[Reference],
    variant: &Variant,
    output: usize,
    observed: &Observed,
) -> Vec<String> {
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
    // The catalog cites by keys of its own: a work is the same by its address too.
    let address = |key: &str| {
        let reference = references.iter().find(|reference| reference.key == key);
        reference.and_then(|reference| reference.url.as_deref())
    };
    let same = |one: &String, other: &String| {
        one == other || address(one).is_some_and(|url| address(other) == Some(url))
    };
    let cites = |&input: &usize| {
        let mut sources = variant.inputs[input].sources.iter();
        sources.any(|one| observed.sources.iter().any(|other| same(one, other)))
    };
    let shared = inputs.into_iter().filter(cites);
    shared
        .map(|input| variant.inputs[input].name.clone())
        .collect()
}
