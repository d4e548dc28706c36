//! How a stopping rule is told.

use super::{Stopping, StoppingRule};
use crate::model::Variant;
use crate::report::{StoppingReport, number};
use crate::run::{Reached, Tolerance};

/// What was asked for and how far the run came.
pub fn report(variant: &Variant, stopping: &Stopping, reached: &Reached) -> StoppingReport {
    StoppingReport {
        rule: stopping.rule.name(),
        asked: asked(variant, stopping),
        reached: reached.reached,
        hardest: reached.hardest.map(|(output, statistic, ratio)| {
            (variant.outputs[output].name.clone(), statistic, ratio)
        }),
        more: reached.more,
    }
}

/// `3 significant digits`, and what single outputs are held to: `emissions to 1 %, energy to 0.5 kWh/day`.
fn asked(variant: &Variant, stopping: &Stopping) -> String {
    let single = variant.outputs.iter().filter_map(|output| {
        let (_, tolerance) = stopping.outputs.iter().find(|row| row.0 == output.name)?;
        Some(format!(
            "{} to {}",
            output.name,
            words(*tolerance, &output.unit.text)
        ))
    });
    let every = stopping
        .every
        .map(|tolerance| words(tolerance, "of its unit"));
    every
        .into_iter()
        .chain(single)
        .collect::<Vec<_>>()
        .join(", ")
}

fn words(tolerance: Tolerance, unit: &str) -> String {
    match tolerance {
        Tolerance::Digits(1) => "1 significant digit".to_owned(),
        Tolerance::Digits(digits) => format!("{digits} significant digits"),
        Tolerance::Relative(fraction) => format!("{} %", number::rounded(100.0 * fraction, 3)),
        Tolerance::Absolute(half_width) if unit == "1" => number::shortest(half_width),
        Tolerance::Absolute(half_width) => format!("{} {unit}", number::shortest(half_width)),
    }
}

impl StoppingRule {
    /// The word of the command line.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|row| row.0 == self)
            .map_or("", |row| row.1)
    }
}
