//! Whether a choice between the variants of a file moves an output more than what is not known within each.

use crate::report::number::{estimate, rounded};
use crate::report::{ChoiceReport, OutputReport, RunReport};
use crate::statistic::Estimate;

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
    median: Known,
    low: Known,
    high: Known,
}

impl Range {
    fn of(output: &OutputReport) -> Option<Self> {
        let known = |name| Known::of(output.statistic(name)?);
        Some(Range {
            median: known("median")?,
            low: known("interval_low")?,
            high: known("interval_high")?,
        })
    }
}

/// A number and how well it is known.
#[derive(Clone, Copy)]
struct Known {
    value: f64,
    standard_error: f64,
    poorly_carried: bool,
}

impl Known {
    fn of(estimate: &Estimate) -> Option<Self> {
        Some(Known {
            value: estimate.value?,
            standard_error: estimate.standard_error.unwrap_or(0.0),
            poorly_carried: estimate.poorly_carried,
        })
    }

    /// What this one is over another, or more than it. Of errors that may go together in any way the sum is the most they come to.
    fn apart_from(self, low: Known, as_ratio: bool) -> Known {
        let poorly_carried = self.poorly_carried || low.poorly_carried;
        let (value, standard_error) = if as_ratio {
            let ratio = self.value / low.value;
            let relative = self.standard_error / self.value + low.standard_error / low.value;
            (ratio, ratio * relative)
        } else {
            let error = self.standard_error + low.standard_error;
            (self.value - low.value, error)
        };
        Known {
            value,
            standard_error,
            poorly_carried,
        }
    }

    /// What a factor is above one, in per cent.
    fn per_cent(self) -> Known {
        Known {
            value: 100.0 * (self.value - 1.0),
            standard_error: 100.0 * self.standard_error,
            ..self
        }
    }

    /// With so many significant digits, and none that its error does not support.
    fn text(self, digits: i32) -> String {
        if self.standard_error > 0.0 {
            let known = Estimate::with_error(self.value, Some(self.standard_error));
            estimate(&known.marked(self.poorly_carried), digits)
        } else {
            rounded(self.value, digits)
        }
    }
}

/// How far the medians lie apart, held against the widest interval of one variant: as factors where everything is positive.
fn verdict(found: &[(&RunReport, Range)], unit: &str) -> Option<String> {
    let medians = || {
        found
            .iter()
            .map(|(run, range)| (run.variant.as_str(), range.median))
    };
    let rising = |one: &(&str, Known), other: &(&str, Known)| one.1.value.total_cmp(&other.1.value);
    let (lowest_name, lowest) = medians().min_by(rising)?;
    // Of several that are the highest, the first.
    let (highest_name, highest) = medians().rev().max_by(rising)?;
    if lowest.value >= highest.value {
        return None;
    }
    let positive = found.iter().all(|(_, range)| range.low.value > 0.0);
    let choice = highest.apart_from(lowest, positive);
    let wide = |range: &Range| range.high.apart_from(range.low, positive);
    let (widest, uncertainty) = found
        .iter()
        .map(|(run, range)| (run.variant.as_str(), wide(range)))
        .max_by(|one, other| one.1.value.total_cmp(&other.1.value))?;
    // Factors are held against each other by how far they are from one.
    let size = |apart: Known| {
        if positive {
            apart.value - 1.0
        } else {
            apart.value
        }
    };
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
    let said = |apart: Known| {
        if positive && apart.value < LEAST_FACTOR {
            return format!("{} %", apart.per_cent().text(DIGITS));
        }
        let number = apart.text(DIGITS);
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
    if size(choice) <= 2.0 * choice.standard_error {
        return Some(format!(
            "the choice moves the median by no more than its error; the widest interval of one choice spans {} (\"{widest}\"): what is not known \
             matters more",
            said(uncertainty)
        ));
    }
    let moved = format!(
        "the choice moves the median by {} (from \"{lowest_name}\", {}, to \"{highest_name}\", {}{unit})",
        said(choice),
        lowest.text(DIGITS + 1),
        highest.text(DIGITS + 1),
    );
    Some(format!(
        "{moved}; the widest interval of one choice spans {} (\"{widest}\"): {larger}",
        said(uncertainty)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_known() {
        let known = |value, standard_error| Known {
            value,
            standard_error,
            poorly_carried: false,
        };
        let (high, low) = (known(9.4123, 0.5), known(1.0, 0.01));
        // 9.41 · (0.5 / 9.41 + 0.01): 0.6, of which twice is not to be told as a digit.
        assert_eq!(high.apart_from(low, true).text(DIGITS), "9 ± 2");
        assert_eq!(high.apart_from(low, false).text(DIGITS), "8 ± 2");
        let (high, low) = (known(9.4123, 1e-4), known(1.0, 1e-5));
        assert_eq!(high.apart_from(low, true).text(DIGITS), "9.4");
        // A quarter more, and what is exact is as short.
        assert_eq!(known(1.25, 1e-4).per_cent().text(DIGITS), "25");
        assert_eq!(known(9.4123, 0.0).text(DIGITS), "9.4");
    }
}
