//! Beside the trials: what first-order propagation would have said, and how the centres of an output differ, as sentences.

use super::{percent, plain, statistic, with_unit};
use crate::report::number::{self, ESTIMATE_DIGITS};
use crate::report::{OutputReport, Verdict};

/// Significant digits of a distance.
const DIGITS: i32 = 2;

/// The sentences about an output; none where it is constant.
pub(super) fn lines(output: &OutputReport, level: f64) -> Vec<String> {
    centres(output)
        .into_iter()
        .chain(verdict(output, level))
        .collect()
}

/// `emissions: mean 30.7, median 24, at the inputs' means 31, at their medians 23 kgCO2e/day: the outcomes are skewed`.
fn centres(output: &OutputReport) -> Option<String> {
    let centres = output.centres.as_ref()?;
    let reasons: Vec<&str> = [
        (centres.outcomes_skewed, "the outcomes are skewed"),
        (centres.inputs_skewed, "inputs are skewed"),
        (centres.not_linear, "the model is not linear in its inputs"),
    ]
    .into_iter()
    .filter_map(|(holds, reason)| holds.then_some(reason))
    .collect();
    let exact = |name: &str| {
        let value = output.statistic(name).and_then(|estimate| estimate.value);
        value.map_or_else(
            || number::UNAVAILABLE.to_owned(),
            |value| number::rounded(value, ESTIMATE_DIGITS),
        )
    };
    let at_medians = with_unit(&exact("at_medians"), &output.unit);
    Some(format!(
        "{}: mean {}, median {}, at the inputs' means {}, at their medians {at_medians}: they differ because {}",
        plain(&output.name),
        statistic(output, "mean"),
        statistic(output, "median"),
        exact("at_means"),
        reasons.join(" and ")
    ))
}

/// Whether first-order propagation would have been enough.
fn verdict(output: &OutputReport, level: f64) -> Option<String> {
    let first_order = output.first_order.as_ref()?;
    let rounded = |x: f64| number::rounded(x, ESTIMATE_DIGITS);
    let off = |x: f64| number::rounded(x, DIGITS);
    let [low, high] = first_order.interval;
    let tolerance = with_unit(&off(first_order.tolerance), &output.unit);
    let [below, above] = first_order.off.map(off);
    let (would, rest) = match first_order.verdict {
        Verdict::Enough => (
            "would have been enough",
            format!("off by no more than {tolerance}"),
        ),
        Verdict::NotEnough => (
            "would not have been enough",
            format!("off by {below} and {above}, more than {tolerance}"),
        ),
        Verdict::Undecided => (
            "may have been enough, which more trials would show",
            format!("off by about {below} and {above} where {tolerance} is allowed"),
        ),
    };
    let one_digit = match (first_order.verdict, first_order.for_one_digit) {
        (Verdict::NotEnough, Verdict::Enough) => "; for one digit it would have been",
        _ => "",
    };
    Some(format!(
        "{}: first-order propagation (GUM) {would}: its {} % interval [{}, {}] is {rest} (two digits of the sd{one_digit})",
        plain(&output.name),
        percent(level),
        rounded(low),
        rounded(high)
    ))
}
