//! What must not go unsaid about a run.

use super::Plan;
use crate::model::{Definition, Dependence, Input, Kind, Variant, share_in_words};
use crate::report::{COMPUTED_ONCE, number};
use crate::run::Outcome;
use crate::sampler::copula::spearman_of_parameter;
use crate::sampler::{Layout, Method};
use crate::sensitivity::{MOST_ATOMS, Measure};
use crate::statistic::Estimate;
use crate::statistic::tail::HeavyTail;

/// Significant digits of a correlation, where its error does not support fewer.
const ASKED_DIGITS: i32 = 3;

/// The notes of one run, in a fixed order; `achieved`: the rank correlation of each of the variant's correlations.
pub fn of_run(
    variant: &Variant,
    plan: &Plan,
    layout: &Layout,
    outcome: Option<&Outcome>,
    achieved: &[Estimate],
) -> Vec<String> {
    let Some(outcome) = outcome else {
        return vec![COMPUTED_ONCE.to_owned()];
    };
    let mut notes: Vec<String> = rounded(plan, layout).into_iter().collect();
    if outcome.nonfinite.trials > 0 {
        notes.push(format!(
            "{} of {} trials were left out because an output was not finite: every result is of the others",
            number::count(outcome.nonfinite.trials),
            number::count(layout.trials())
        ));
    }
    notes.extend(of_definitions(variant, achieved));
    let wants = |measure| plan.measures.contains(&measure);
    for shares in &variant.shares {
        let names: Vec<&str> = shares
            .inputs
            .iter()
            .map(|&input| variant.inputs[input].name.as_str())
            .collect();
        if wants(Measure::Regression) || wants(Measure::Partial) {
            notes.push(format!(
                "{} sum to one: beside the others the last has no coefficient in a linear model, and those of the others are for it to make room",
                names.join(", ")
            ));
        }
        if wants(Measure::Tornado) {
            notes.push(format!(
                "{} sum to one: each one's bar of the tornado is that of the draw it is made of",
                names.join(", ")
            ));
        }
    }
    for rows in variant.rows.iter().filter(|_| !plan.measures.is_empty()) {
        let names: Vec<&str> = rows
            .inputs
            .iter()
            .map(|&input| variant.inputs[input].name.as_str())
            .collect();
        let blurred = if rows.row.atoms(MOST_ATOMS).is_some() {
            ""
        } else {
            ", and what sets rows apart that are close in that order is left out of them"
        };
        notes.push(format!(
            "{} take their numbers from the same rows: their indices are those of the row, in the order of {}{blurred}",
            names.join(", "),
            names[0]
        ));
    }
    if outcome.nonfinite.trials > 0 && plan.measures.contains(&Measure::Spearman) {
        notes.push("rank correlations are not available where trials were left out".to_owned());
    }
    let beyond: u64 = outcome.beyond.iter().sum();
    if beyond > 0 {
        let most =
            outcome.beyond.iter().max().copied().unwrap_or(0) as f64 / layout.trials() as f64;
        let formulas = variant.formulas.iter();
        let formulas = formulas.filter(|formula| formula.written().contains("interpolate"));
        let names: Vec<&str> = formulas.map(|formula| formula.name.as_str()).collect();
        // An imported one has no name here.
        let of = if names.is_empty() {
            String::new()
        } else {
            format!(" ({})", names.join(", "))
        };
        notes.push(format!(
            "an interpolation{of} was asked beyond its ends, where it is held, in {} of the trials",
            share_in_words(most)
        ));
    }
    for varying in &outcome.outputs {
        let name = &variant.outputs[varying.output].name;
        if let Some(tail) = varying.summary.heavy_tail {
            notes.push(heavy_tail(name, tail));
        }
        let trials = varying.summary.trials;
        if varying.summary.is_one_value() {
            notes.push(format!(
                "{name} is the same in all {} trials: what would change it, if anything does, happens in less than {} of them (95 %)",
                number::count(trials),
                share_in_words(3.0 / trials as f64)
            ));
        } else if varying.summary.is_rounding() && !plan.measures.is_empty() {
            notes.push(format!(
                "{name} varies by no more than roundings of numbers of its size do: nothing drives it, and it has no indices"
            ));
        }
        if let Some(width) = varying.summary.binned {
            notes.push(format!(
                "quantiles of {} were read from bins and may be off by up to {width:e} {}, more than a twentieth of their standard error",
                name, variant.outputs[varying.output].unit.text
            ));
        }
    }
    notes
}

/// That the layout has other trials than were asked for.
pub fn rounded(plan: &Plan, layout: &Layout) -> Option<String> {
    let rule = match plan.sampler {
        Method::Sobol => " (replicates × a power of two)",
        Method::Random | Method::LatinHypercube => "",
    };
    (plan.stopping.is_none() && layout.trials() != plan.trials).then(|| {
        format!(
            "{} trials were asked for and {} run{rule}",
            number::count(plan.trials),
            number::count(layout.trials())
        )
    })
}

/// What must be said of a variant's inputs and correlations, whatever is run; `achieved`: the rank correlation of each of them.
pub fn of_definitions(variant: &Variant, achieved: &[Estimate]) -> Vec<String> {
    let mut notes = Vec::new();
    for input in &variant.inputs {
        if let Some(removed) = input.removed_by_truncation.filter(|&removed| removed > 0.0) {
            notes.push(format!(
                "truncation removed {} of the mass of {}",
                share_in_words(removed),
                input.name
            ));
        }
    }
    notes.extend(
        variant
            .inputs
            .iter()
            .filter_map(|input| without_moments(input)),
    );
    for (correlation, achieved) in variant.correlations.iter().zip(achieved) {
        let [one, other] = correlation
            .inputs
            .map(|input| variant.inputs[input].name.as_str());
        let asked = match correlation.asked {
            Dependence::Spearman(spearman) => number::rounded(spearman, ASKED_DIGITS),
            Dependence::Gaussian(parameter) => format!(
                "{} (gaussian = {})",
                number::rounded(spearman_of_parameter(parameter), ASKED_DIGITS),
                number::rounded(parameter, ASKED_DIGITS)
            ),
        };
        notes.push(format!(
            "rank correlation {one}–{other}: asked {asked}, achieved {}",
            number::estimate(achieved, ASKED_DIGITS)
        ));
    }
    for [one, other] in &variant.dropped_correlations {
        notes.push(format!(
            "the correlation of {one} and {other} has no place in {}: one of them is a constant or a formula there, or something else was bound to it",
            variant.name
        ));
    }
    notes
}

/// That an output has no variance, or not even a mean, and how that is known.
fn heavy_tail(name: &str, tail: HeavyTail) -> String {
    let (what, which) = if tail.no_mean {
        ("neither a mean nor a variance", "they are")
    } else {
        ("no variance", "it is")
    };
    let why = match tail.index {
        None => format!("{name} has {what}"),
        Some(index) => format!(
            "the tail of {name} is too heavy to be told from one with {what} (Pareto tail index {} ± {} of the farthest {} trials of a pilot)",
            number::rounded(index.shape, 2),
            number::rounded(index.standard_error, 1),
            index.trials
        ),
    };
    format!("{why}: {which} not reported; median, quantiles and intervals are")
}

/// What an input without a mean or a standard deviation does to what it acts on.
fn without_moments(input: &Input) -> Option<String> {
    let Definition::Random(marginal) = &input.definition else {
        return None;
    };
    let name = &input.name;
    let (mean, sd) = (marginal.mean_or_why(), marginal.sd_or_why());
    match (mean, sd) {
        (Err(missing), _) => Some(format!(
            "{name} has no mean (it is {}), and what it acts on may have none either",
            missing.word()
        )),
        (_, Err(missing)) => Some(format!(
            "{name} has no variance (it is {}), and what it acts on may have none either",
            missing.word()
        )),
        _ => None,
    }
}

/// Whether both kinds of distributed inputs act on what is made of these variants: said wherever an interval is shown.
pub fn mixes_kinds(variants: &[&Variant]) -> bool {
    let has = |kind| {
        let mut inputs = variants.iter().flat_map(|variant| &variant.inputs);
        inputs.any(|input| input.kind == kind && matches!(input.definition, Definition::Random(_)))
    };
    has(Kind::Uncertainty) && has(Kind::Variability)
}
