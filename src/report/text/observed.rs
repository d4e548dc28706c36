//! Where observed values lie, as sentences: `the paper (914 kWh) lies at the 22nd percentile of energy: inside`.

use super::{plain, with_unit};
use crate::report::{ObservedRow, OutputReport, number};
use crate::statistic::Estimate;

/// Inputs named in a sentence before the rest is counted.
const NAMED: usize = 3;

/// A sentence for each observation of an output.
pub(super) fn lines(output: &OutputReport) -> Vec<String> {
    let line = |row| line(output, row);
    output.observed.iter().map(line).collect()
}

fn line(output: &OutputReport, row: &ObservedRow) -> String {
    let [low, high] = row.band;
    let band = if low == high {
        number::shortest(low)
    } else {
        format!("{} to {}", number::shortest(low), number::shortest(high))
    };
    let verdict = if row.inside { "inside" } else { "OUTSIDE" };
    let band = with_unit(&band, &output.unit);
    format!(
        "{} ({band}) lies {} {}: {verdict}{}",
        plain(&row.name),
        place(row),
        plain(&output.name),
        sharing(row)
    )
}

/// `at the 22nd percentile of`.
fn place(row: &ObservedRow) -> String {
    let errors = row.below.iter().filter_map(|below| below.standard_error);
    let error = errors.fold(0.0, f64::max);
    let [low, high] = row.below.map(|below| Percentile::of(&below, error));
    match (low, high) {
        (Percentile::Below, Percentile::Below) => "below every outcome of".to_owned(),
        (Percentile::Above, Percentile::Above) => "above every outcome of".to_owned(),
        (low, high) if low == high => format!("{} percentile of", low.words()),
        (Percentile::Below, Percentile::Above) => "around every outcome of".to_owned(),
        (low, high) => format!("from {} to {} of", low.end(), high.end()),
    }
}

/// Where a value lies among the outcomes, in whole per cent.
#[derive(Clone, Copy, PartialEq)]
enum Percentile {
    /// No outcome lies below.
    Below,
    /// Some, but less than one per cent.
    First,
    At(u32),
    /// No more than about.
    About(u32),
    /// All but less than one per cent.
    Last,
    /// Every outcome lies below.
    Above,
}

impl Percentile {
    /// `error`: how well it is known.
    fn of(below: &Estimate, error: f64) -> Self {
        let share = below.value.unwrap_or(f64::NAN);
        if share <= 0.0 {
            Percentile::Below
        } else if share >= 1.0 {
            Percentile::Above
        } else if share < 0.01 {
            Percentile::First
        } else if share > 0.99 {
            Percentile::Last
        } else {
            // Ones are known where the error is a quarter of one, and about known, or tens, where it is a quarter of ten.
            let step = if error > 0.025 { 10.0 } else { 1.0 };
            let percent = ((100.0 * share / step).round() * step).clamp(1.0, 99.0) as u32;
            if error > 0.0025 {
                Percentile::About(percent)
            } else {
                Percentile::At(percent)
            }
        }
    }

    /// As one end of a band.
    fn end(self) -> String {
        match self {
            Percentile::Below => "below every outcome".to_owned(),
            Percentile::Above => "above every outcome".to_owned(),
            _ => format!("{} percentile", self.words().trim_start_matches("at ")),
        }
    }

    fn words(self) -> String {
        match self {
            Percentile::Below | Percentile::First => "below the 1st".to_owned(),
            Percentile::About(percent) => format!("at about the {percent}{}", ordinal(percent)),
            Percentile::At(percent) => format!("at the {percent}{}", ordinal(percent)),
            Percentile::Last | Percentile::Above => "above the 99th".to_owned(),
        }
    }
}

fn ordinal(number: u32) -> &'static str {
    match (number % 10, number / 10 % 10) {
        (_, 1) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    }
}

/// Why it is no validation, where it is none.
fn sharing(row: &ObservedRow) -> String {
    let names: Vec<_> = row
        .sharing
        .iter()
        .take(NAMED)
        .map(|name| plain(name))
        .collect();
    let rest = row.sharing.len().saturating_sub(NAMED);
    match names.len() {
        0 => String::new(),
        _ if rest > 0 => format!(
            " (no validation: {} and {rest} more cite the same source)",
            names.join(", ")
        ),
        1 => format!(" (no validation: {} cites the same source)", names[0]),
        _ => format!(
            " (no validation: {} cite the same source)",
            names.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    #[test]
    fn sentences() {
        let report = example::report();
        let output = &report.runs[0].outputs[0];
        assert_eq!(
            lines(output),
            [
                "the article (23.04 kgCO2e/day) lies at the 37th percentile of emissions: inside (no validation: gpus, grid cite the same source)",
                "=a band (1000 to 2000 kgCO2e/day) lies above every outcome of emissions: OUTSIDE",
            ]
        );
        let at = |below: [f64; 2]| {
            place(&ObservedRow {
                below: below.map(|share| example::known(share, 1e-4)),
                ..output.observed[0].clone()
            })
        };
        assert_eq!(
            at([0.02, 0.112]),
            "from the 2nd percentile to the 11th percentile of"
        );
        assert_eq!(
            at([0.001, 0.226]),
            "from below the 1st percentile to the 23rd percentile of"
        );
        assert_eq!(at([0.995, 0.997]), "above the 99th percentile of");
        assert_eq!(
            at([0.0, 0.5]),
            "from below every outcome to the 50th percentile of"
        );
        assert_eq!(at([0.0, 1.0]), "around every outcome of");
        let near = |error: f64| Percentile::of(&example::known(0.4546, error), error).words();
        assert_eq!(
            [1e-4, 0.007, 0.03].map(near),
            ["at the 45th", "at about the 45th", "at about the 50th"]
        );
    }
}
