//! What `distribution.csv` says of what needs no trials: an input, from its own functions, and an output that is one number.

use crate::distribution::Marginal;
use crate::kernel::powf;
use crate::model::{Definition, Input, Variant};
use crate::report::InputReport;
use crate::run::OutputOutcome;
use crate::statistic::Estimate;
use crate::statistic::convergence::{Step, convergence};
use crate::statistic::distribution::{Portion, SPREAD, distribution, spread_in_magnitudes};
use std::collections::HashSet;
use std::sync::Arc;

/// The shares of an input between which it is cut up, and beyond which it is one piece each.
const ENDS: [f64; 2] = [0.001, 0.999];
/// Pieces of one share, and pieces of one width (or one ratio), each.
const PIECES: usize = 40;
/// A share that is no more than what is left of roundings.
const ROUNDING: f64 = 1e-12;
/// Values with a probability of their own that are told apart.
const MOST_ATOMS: usize = 400;

/// An output that no distribution acts on.
pub(super) fn of_constant(value: f64) -> Vec<Portion> {
    vec![Portion {
        low: value,
        high: value,
        share: known(1.0),
        up_to: known(1.0),
    }]
}

/// An output that one acts on.
pub(super) fn of_output(output: &OutputOutcome) -> Vec<Portion> {
    let mut portions = distribution(&output.plan, &output.replicates);
    for Portion { low, high, .. } in &mut portions {
        *low *= output.factor;
        *high *= output.factor;
    }
    portions
}

/// The way to the numbers of an output.
pub(super) fn steps(output: &OutputOutcome, level: f64) -> Vec<Step> {
    let has_mean = output.summary.mean.value.is_some();
    let steps = convergence(&output.plan, &output.replicates, level, has_mean);
    steps.iter().map(|step| step.times(output.factor)).collect()
}

/// A share without an error.
fn known(share: f64) -> Estimate {
    Estimate::with_error(share, Some(0.0))
}

/// An input, exact.
fn of_input(marginal: &dyn Marginal) -> Vec<Portion> {
    let [low, high] = ENDS.map(|p| marginal.quantile(p));
    let magnitudes = spread_in_magnitudes(SPREAD.map(|p| marginal.quantile(p)));
    let mut edges = vec![low, high];
    for piece in 1..PIECES {
        let share = piece as f64 / PIECES as f64;
        edges.push(marginal.quantile(share));
        edges.push(if magnitudes && low > 0.0 {
            low * powf(high / low, share)
        } else {
            share.mul_add(high - low, low)
        });
    }
    let (lowest, highest) = marginal.support();
    let atoms = marginal.atoms_between(lowest, highest, MOST_ATOMS);
    if atoms.is_some() || !marginal.is_discrete() {
        edges.extend([lowest, highest].into_iter().filter(|end| end.is_finite()));
    }
    let atoms = atoms.or_else(|| marginal.atoms_between(low, high, MOST_ATOMS));
    edges.extend(atoms.unwrap_or_default());
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    let mut portions = Vec::new();
    // Beyond the first edge of an unbounded one lies no piece.
    let mut last = edges.first().copied().unwrap_or(low);
    let mut below = marginal.cdf(last) - marginal.mass(last);
    let mut push = |low: f64, high: f64, up_to: f64| {
        let share = up_to - below;
        if share > ROUNDING {
            portions.push(Portion {
                low,
                high,
                share: known(share),
                up_to: known(up_to),
            });
            below = up_to;
        }
    };
    for edge in edges {
        let up_to = marginal.cdf(edge);
        let mass = marginal.mass(edge);
        push(last, edge, up_to - mass);
        push(edge, edge, up_to);
        last = edge;
    }
    portions
}

/// Adds the distributions of a variant's inputs, in their order; those that are defined `as_in` the first variant of the scenario stand
/// there already.
pub(super) fn add_inputs(
    reports: &mut [Arc<InputReport>],
    variant: &Variant,
    as_in: Option<&Variant>,
) {
    let defined = |input: &Input| {
        (
            input.name.clone(),
            input.unit.text.clone(),
            input.written.clone(),
        )
    };
    let known: HashSet<_> = as_in
        .iter()
        .flat_map(|first| &first.inputs)
        .map(|input| defined(input))
        .collect();
    for (report, input) in reports.iter_mut().zip(&variant.inputs) {
        if let Definition::Random(marginal) = &input.definition
            && !known.contains(&defined(input))
        {
            Arc::make_mut(report).distribution = of_input(&**marginal);
        }
    }
}
