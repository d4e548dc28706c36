//! What is asserted of the results: it holds, it fails, or the Monte Carlo error leaves it open.

use super::observed::Place;
use crate::model::{About, Assertion, Comparison, Model, Statistic, Variant};
use crate::program::exact::to_f64;
use crate::report::assertions::{AssertionRow, Outcome};
use crate::statistic::Estimate;
use crate::statistic::replicates::student_factor;
use crate::statistic::summary::Summary;

/// More trials than this many times those run are no advice.
const MOST_TIMES: f64 = 1e6;

/// The assertions about a variant by itself.
pub fn of_variant<'a>(
    model: &'a Model,
    variant: &'a Variant,
) -> impl Iterator<Item = &'a Assertion> {
    let assertions = model.assertions.iter();
    assertions.filter(|assertion| assertion.concerns(&variant.name))
}

/// The thresholds whose exceedance tells the probabilities that are asserted of an output, in their order. How many values lie at or
/// above one is how many lie above the double before it.
pub fn thresholds(model: &Model, variant: &Variant, output: usize) -> Vec<f64> {
    of_variant(model, variant)
        .filter_map(|assertion| match &assertion.about {
            About::Exceedance {
                output: other,
                sense,
                threshold,
            } if *other == output => {
                let threshold = to_f64(threshold);
                Some(match sense {
                    Comparison::Greater | Comparison::LessOrEqual => threshold,
                    Comparison::GreaterOrEqual | Comparison::Less => threshold.next_down(),
                })
            }
            _ => None,
        })
        .collect()
}

/// The rows of a variant. `places` are the predictions of its outputs; the shares above [`thresholds`] are the last of each.
pub fn of_run(
    model: &Model,
    variant: &Variant,
    places: &[Place<'_>],
    replicates: u32,
) -> Vec<AssertionRow> {
    let mut next: Vec<usize> = variant
        .outputs
        .iter()
        .map(|output| output.thresholds.len())
        .collect();
    let mut rows = Vec::new();
    for assertion in of_variant(model, variant) {
        let (output, estimate, unit) = match &assertion.about {
            About::Statistic { output, statistic } => {
                let unit = match statistic {
                    Statistic::Cv => "1",
                    _ => &variant.outputs[*output].unit.text,
                };
                (*output, estimate(places[*output], *statistic), unit)
            }
            About::Exceedance {
                output,
                sense,
                threshold,
            } => {
                let estimate = match places[*output] {
                    Place::At(value) => {
                        let holds = sense.holds(value, to_f64(threshold));
                        known(f64::from(u8::from(holds)))
                    }
                    Place::Among(summary) => {
                        let at = next[*output];
                        next[*output] += 1;
                        let above = summary.above.get(at).copied();
                        let above = above.unwrap_or_else(Estimate::unavailable);
                        match sense {
                            Comparison::Greater | Comparison::GreaterOrEqual => above,
                            Comparison::Less | Comparison::LessOrEqual => complement(above),
                        }
                    }
                };
                (*output, estimate, "1")
            }
            About::Order { .. } => continue,
        };
        rows.push(row(
            assertion,
            &variant.outputs[output].name,
            unit,
            estimate,
            replicates,
        ));
    }
    rows
}

/// An assertion against the number it is about.
pub fn row(
    assertion: &Assertion,
    output: &str,
    unit: &str,
    estimate: Estimate,
    replicates: u32,
) -> AssertionRow {
    let bound = to_f64(&assertion.bound);
    let limits = limits(&estimate, replicates);
    let (outcome, more) = match (estimate.value, limits) {
        (Some(value), Some([low, high])) => {
            let holds = |end| assertion.comparison.holds(end, bound);
            match (holds(low), holds(high)) {
                (true, true) => (Outcome::Holds, None),
                (false, false) => (Outcome::Fails, None),
                _ => (Outcome::NotResolved, times(value, [low, high], bound)),
            }
        }
        _ => (Outcome::NotResolved, None),
    };
    AssertionRow {
        name: assertion.name.clone(),
        that: assertion.that.clone(),
        output: output.to_owned(),
        unit: unit.to_owned(),
        estimate,
        is_probability: !matches!(assertion.about, About::Statistic { .. }),
        limits,
        bound,
        outcome,
        more,
    }
}

/// 1 less a probability.
pub fn complement(estimate: Estimate) -> Estimate {
    Estimate {
        value: estimate.value.map(|value| 1.0 - value),
        error_low: estimate.error_high.map(|high| 1.0 - high),
        error_high: estimate.error_low.map(|low| 1.0 - low),
        ..estimate
    }
}

/// About how many times more trials bring the limits to the bound: they narrow as the square root of the trials.
fn times(value: f64, [low, high]: [f64; 2], bound: f64) -> Option<f64> {
    let end = if bound > value { high } else { low };
    let ratio = (end - value) / (bound - value);
    Some((ratio * ratio).ceil()).filter(|times| *times <= MOST_TIMES)
}

/// The 95 % limits of the Monte Carlo error.
fn limits(estimate: &Estimate, replicates: u32) -> Option<[f64; 2]> {
    let half = || Some(student_factor(replicates as usize) * estimate.standard_error?);
    let value = estimate.value?;
    let low = estimate.error_low.or_else(|| Some(value - half()?))?;
    let high = estimate.error_high.or_else(|| Some(value + half()?))?;
    Some([low, high])
}

fn estimate(place: Place<'_>, statistic: Statistic) -> Estimate {
    match (place, statistic) {
        (Place::At(_), Statistic::Sd | Statistic::Cv) => known(0.0),
        (Place::At(value), _) => known(value),
        (Place::Among(summary), statistic) => of_summary(summary, statistic),
    }
}

fn of_summary(summary: &Summary, statistic: Statistic) -> Estimate {
    match statistic {
        Statistic::Mean => summary.mean,
        Statistic::Sd => summary.sd,
        Statistic::Cv => summary.cv,
        Statistic::IntervalLow => summary.interval[0],
        Statistic::IntervalHigh => summary.interval[1],
        Statistic::Quantile(p) => {
            let mut quantiles = summary.quantiles.iter();
            let found = quantiles.find(|quantile| quantile.0 == p);
            found.map_or_else(Estimate::unavailable, |quantile| quantile.1)
        }
    }
}

fn known(value: f64) -> Estimate {
    Estimate {
        standard_error: Some(0.0),
        ..Estimate::exact(value)
    }
}
