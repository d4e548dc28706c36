//! Which draws two alternatives have in common.

use crate::model::{self, Definition, Input, Variant};
use crate::report::comparison::PairReport;

/// A random input, and what its draws are made of: the keys of the streams, each with its weight.
struct Drawn<'a> {
    input: &'a Input,
    of: Vec<(&'a str, u64)>,
}

/// Puts every input that is random in one of two variants where it belongs in the report of the two.
pub(super) fn sort_inputs(report: &mut PairReport, [a, b]: [&Variant; 2]) {
    let (of_a, of_b) = (drawn(a), drawn(b));
    let by_name = |all: &[Drawn], name: &str| all.iter().position(|drawn| drawn.input.name == name);
    for one in &of_a {
        let other = by_name(&of_b, &one.input.name).map(|at| &of_b[at]);
        let list = match other {
            None => &mut report.in_one,
            Some(other) if other.input.draw_key != one.input.draw_key => &mut report.apart,
            Some(other) if !other.input.same_quantity(one.input) => &mut report.same_quantile,
            Some(other) if other.of != one.of => &mut report.in_part,
            Some(_) => &mut report.shared,
        };
        list.push(one.input.name.clone());
    }
    let only_b = of_b.iter().map(|drawn| &drawn.input.name);
    let only_b = only_b.filter(|name| by_name(&of_a, name).is_none());
    report.in_one.extend(only_b.cloned());
}

fn drawn(variant: &Variant) -> Vec<Drawn<'_>> {
    let key = |input: usize| variant.inputs[input].draw_key.as_str();
    let mut of: Vec<Vec<(&str, u64)>> = (0..variant.inputs.len())
        .map(|input| vec![(key(input), 1.0f64.to_bits())])
        .collect();
    for group in model::coupled(variant, variant.inputs.len(), Some) {
        for (&member, weights) in group.members.iter().zip(group.weights()) {
            let weights = weights.into_iter();
            of[member] = weights
                .map(|(place, weight)| (key(group.members[place]), weight.to_bits()))
                .collect();
        }
    }
    let inputs = variant.inputs.iter().zip(of);
    inputs
        .filter(|(input, _)| matches!(input.definition, Definition::Random(_)))
        .map(|(input, of)| Drawn { input, of })
        .collect()
}
