//! Whether a choice between the variants of a file moves an output more than what is not known within each.

use crate::report::number::rounded;
use crate::report::{ChoiceReport, OutputReport, RunReport};

/// Digits of how far apart things are.
const DIGITS: i32 = 2;
/// Factors below this are said in per cent.
const LEAST_FACTOR: f64 = 1.5;
/// Choice and uncertainty that are within this of each other count as alike.
const ALIKE: f64 = 0.1;

/// One for each output that the variants of a scenario have in one unit, where they differ in it.
pub(super) fn of(runs: &[RunReport]) -> Vec<ChoiceReport> {
    let mut choices = Vec::new();
    for of_scenario in runs.chunk_by(|one, other| one.scenario == other.scenario) {
        for output in of_scenario.iter().take(1).flat_map(|run| &run.outputs) {
            let same = |found: &&OutputReport| found.unit == output.unit;
            let found = of_scenario.iter().map(|run| {
                let found = run.output(&output.name).filter(same)?;
                Some((run, Range::of(found)?))
            });
            let found: Option<Vec<_>> = found.collect();
            let verdict = found
                .filter(|found| found.len() > 1)
                .and_then(|found| verdict(&found, &output.unit));
            choices.extend(verdict.map(|verdict| ChoiceReport {
                scenario: of_scenario[0].scenario.clone(),
                output: output.name.clone(),
                verdict,
            }));
        }
    }
    choices
}

/// The median and the ends of the interval of an output.
struct Range {
    median: f64,
    low: f64,
    high: f64,
}

impl Range {
    fn of(output: &OutputReport) -> Option<Self> {
        let value = |name| output.statistic(name)?.value;
        Some(Range {
            median: value("median")?,
            low: value("interval_low")?,
            high: value("interval_high")?,
        })
    }
}

/// How far the medians lie apart, held against the widest interval of one variant: as factors where everything is positive.
fn verdict(found: &[(&RunReport, Range)], unit: &str) -> Option<String> {
    let medians = || found.iter().map(|(_, range)| range.median);
    let lowest = medians().min_by(f64::total_cmp)?;
    let highest = medians().max_by(f64::total_cmp)?;
    if lowest >= highest {
        return None;
    }
    let name = |median: f64| {
        let of = found.iter().find(|(_, range)| range.median == median);
        of.map_or("", |(run, _)| run.variant.as_str())
    };
    let positive = found.iter().all(|(_, range)| range.low > 0.0);
    let apart = |low: f64, high: f64| if positive { high / low } else { high - low };
    let choice = apart(lowest, highest);
    let wide = |range: &Range| apart(range.low, range.high);
    let (widest, uncertainty) = found
        .iter()
        .map(|(run, range)| (run.variant.as_str(), wide(range)))
        .max_by(|one, other| one.1.total_cmp(&other.1))?;
    // Factors are held against each other by how far they are from one.
    let size = |apart: f64| if positive { apart - 1.0 } else { apart };
    let larger = if size(choice) > (1.0 + ALIKE) * size(uncertainty) {
        "the choice matters more"
    } else if size(uncertainty) > (1.0 + ALIKE) * size(choice) {
        "what is not known matters more"
    } else {
        "both matter alike"
    };
    let unit = if unit == "1" {
        String::new()
    } else {
        format!(" {unit}")
    };
    let said = |apart: f64| {
        if positive && apart < LEAST_FACTOR {
            return format!("{} %", rounded(100.0 * (apart - 1.0), DIGITS));
        }
        let number = rounded(apart, DIGITS);
        if positive {
            format!("a factor of {number}")
        } else {
            format!("{number}{unit}")
        }
    };
    // Where nothing is uncertain the table says it all.
    if size(uncertainty) <= 0.0 {
        return None;
    }
    let moved = format!(
        "the choice moves the median by {} (from \"{}\", {}, to \"{}\", {}{unit})",
        said(choice),
        name(lowest),
        rounded(lowest, DIGITS + 1),
        name(highest),
        rounded(highest, DIGITS + 1),
    );
    Some(format!(
        "{moved}; the widest interval of one choice spans {} (\"{widest}\"): {larger}",
        said(uncertainty)
    ))
}
