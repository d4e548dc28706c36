//! First-order propagation beside the trials, and how the centres of an output lie to each other.

use crate::model::Variant;
use crate::program::Program;
use crate::report::{Centres, FirstOrderReport, Verdict};
use crate::run::{self, FirstOrder, Spread, Tolerance};
use crate::statistic::Estimate;
use crate::statistic::summary::Summary;

/// Significant digits of the standard deviation that first-order propagation is held to.
const DIGITS: u32 = 2;
/// Standard errors by which two numbers differ for certain.
const CERTAIN: f64 = 3.0;
/// Standard errors that an end of an interval is known to.
const KNOWN_WITHIN: f64 = 2.0;

/// Propagates the inputs of a variant to its outputs by its program with the rows of data files taken apart; what is not finite there (an input has no mean or no variance, or the
/// model is not finite at the means) is not finite here.
pub fn propagate(variant: &Variant, program: &Program) -> Vec<FirstOrder> {
    let spreads: Vec<Spread> = program
        .sources
        .iter()
        .map(|source| {
            let marginal = &source.marginal;
            let factor = share_factor(variant, source.input);
            Spread {
                mean: marginal.mean().unwrap_or(f64::NAN),
                sd: factor * marginal.sd().unwrap_or(f64::NAN),
                support: marginal.support(),
                has_atoms: marginal.has_atoms(),
            }
        })
        .collect();
    let source_of = |input: usize| {
        let sources = program.sources.iter();
        sources
            .enumerate()
            .find(|(_, source)| source.input == input)
    };
    let mut correlations: Vec<([usize; 2], f64)> = variant
        .correlations
        .iter()
        .filter_map(|correlation| {
            let [one, other] = correlation.inputs;
            let ((one, first), (other, second)) = (source_of(one)?, source_of(other)?);
            let r = run::pearson(
                [&first.marginal, &second.marginal],
                [&spreads[one], &spreads[other]],
                correlation.asked.parameter(),
            );
            Some(([one, other], r))
        })
        .collect();
    for rows in &variant.rows {
        let columns: Vec<(usize, &[f64])> = rows
            .inputs
            .iter()
            .zip(&rows.columns)
            .filter_map(|(&input, column)| Some((source_of(input)?.0, &**column)))
            .collect();
        for (at, &(one, first)) in columns.iter().enumerate() {
            for &(other, second) in &columns[at + 1..] {
                let (x, y) = (&spreads[one], &spreads[other]);
                let products = first.iter().zip(second).enumerate();
                let covariance: f64 = products
                    .map(|(row, (a, b))| rows.row.density(row as f64) * (a - x.mean) * (b - y.mean))
                    .sum();
                correlations.push(([one, other], covariance / (x.sd * y.sd)));
            }
        }
    }
    run::first_order(program, &spreads, &correlations)
}

/// The covariances of shares to first order in their gamma draws are those of the shares times (c + 1)/c, c being the sum of
/// the draws' shapes: with this factor on the draws' standard deviations they are the shares' own.
fn share_factor(variant: &Variant, input: usize) -> f64 {
    let group = variant
        .shares
        .iter()
        .find(|shares| shares.inputs.contains(&input));
    group.map_or(1.0, |shares| {
        let shapes = shares.draws.iter().map(|draw| {
            let ratio = draw.mean().zip(draw.sd()).map(|(mean, sd)| mean / sd);
            ratio.map_or(f64::NAN, |ratio| ratio * ratio)
        });
        let sum: f64 = shapes.sum();
        (sum / (sum + 1.0)).sqrt()
    })
}

/// The numerical tolerance of a standard deviation that is given with so many significant digits (JCGM 101:2008, 7.9.2).
fn tolerance_of(sd: f64, digits: u32) -> f64 {
    Tolerance::Digits(digits).half_width(0.0, sd)
}

/// Whether first-order propagation would have been enough: JCGM 101:2008, 8.1, with the error of the trials' interval beside
/// it. `None` where one of the two has no interval.
pub fn validate(
    first_order: &FirstOrder,
    summary: &Summary,
    level: f64,
) -> Option<FirstOrderReport> {
    if summary.is_rounding() {
        return None;
    }
    let interval = first_order.interval(level);
    let sd = summary.sd.value?;
    let tolerance = tolerance_of(sd, DIGITS);
    let ends = |at: usize| {
        let end: &Estimate = &summary.interval[at];
        Some((
            (interval[at] - end.value?).abs(),
            KNOWN_WITHIN * end.standard_error?,
        ))
    };
    let ends = [ends(0)?, ends(1)?];
    let known = ends.iter().all(|(off, _)| off.is_finite()) && tolerance > 0.0;
    // Ends that too few trials carry decide nothing.
    let carried = summary.interval.iter().all(|end| !end.poorly_carried);
    let verdict = |tolerance: f64| {
        if !carried {
            Verdict::Undecided
        } else if ends.iter().all(|(off, error)| off + error <= tolerance) {
            Verdict::Enough
        } else if ends.iter().any(|(off, error)| off - error > tolerance) {
            Verdict::NotEnough
        } else {
            Verdict::Undecided
        }
    };
    known.then_some(FirstOrderReport {
        interval,
        off: ends.map(|(off, _)| off),
        tolerance,
        verdict: verdict(tolerance),
        for_one_digit: verdict(tolerance_of(sd, DIGITS - 1)),
    })
}

/// How mean, median and the values at the inputs' means and medians differ, beyond their errors and what two digits of the
/// standard deviation show; `None` where they do not.
pub fn centres(first_order: &FirstOrder, at_medians: f64, summary: &Summary) -> Option<Centres> {
    if summary.is_rounding() {
        return None;
    }
    let median = summary.quantiles.iter().find(|(p, _)| *p == 0.5)?.1;
    let (mean, middle) = (summary.mean.value?, median.value?);
    let (mean_error, median_error) = (summary.mean.standard_error?, median.standard_error?);
    let tolerance = tolerance_of(summary.sd.value?, DIGITS);
    let differ =
        |one: f64, other: f64, error: f64| (one - other).abs() > tolerance.max(CERTAIN * error);
    let at_means = first_order.at_means;
    let centres = Centres {
        outcomes_skewed: differ(mean, middle, mean_error + median_error),
        not_linear: differ(mean, at_means, mean_error),
        inputs_skewed: differ(at_means, at_medians, 0.0),
    };
    let any = centres.outcomes_skewed || centres.not_linear || centres.inputs_skewed;
    any.then_some(centres)
}
