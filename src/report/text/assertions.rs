//! Assertions, as sentences: `holds: p95(emissions) < 40 kgCO2e/day (36.5 kgCO2e/day)`.

use super::{plain, with_unit};
use crate::report::assertions::{AssertionRow, Outcome};
use crate::report::number::{self, ESTIMATE_DIGITS};

/// A sentence for each assertion.
pub(super) fn lines<'r>(
    rows: impl IntoIterator<Item = &'r AssertionRow>,
) -> impl Iterator<Item = String> {
    rows.into_iter().map(line)
}

fn line(row: &AssertionRow) -> String {
    let value = if row.is_probability {
        number::probability(&row.estimate, ESTIMATE_DIGITS)
    } else {
        with_unit(&number::estimate(&row.estimate, ESTIMATE_DIGITS), &row.unit)
    };
    let name = if row.name == row.that {
        String::new()
    } else {
        format!("{}: ", plain(&row.name))
    };
    let verdict = match row.outcome {
        Outcome::Fails => "FAILS",
        outcome => outcome.words(),
    };
    let more = match (row.outcome, row.more) {
        (Outcome::NotResolved, Some(times)) => {
            format!(
                "; about {} times the trials would tell",
                number::rounded(times, 2)
            )
        }
        (Outcome::NotResolved, None) if row.estimate.value.is_some() => {
            "; too near the bound for more trials to tell".to_owned()
        }
        _ => String::new(),
    };
    format!("{verdict}: {name}{} ({value}{more})", plain(&row.that))
}
