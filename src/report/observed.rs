//! `observed.csv`: what was observed, and where it lies in the prediction.

use super::table::{Cell, Table};
use crate::statistic::Estimate;

/// The table.
pub const TABLE: Table = Table {
    name: "observed",
    columns: &[
        "scenario",
        "variant",
        "name",
        "output",
        "unit",
        "observed_low",
        "observed_high",
        "p_below_low",
        "p_below_low_error",
        "p_below_high",
        "p_below_high_error",
        "inside",
        "shared_source",
        "source",
    ],
    optional: true,
    for_figures: false,
    of_runs: true,
    rows: |report, visit| {
        for run in &report.runs {
            for output in &run.outputs {
                for row in &output.observed {
                    visit(&[
                        Cell::text(&run.scenario),
                        Cell::text(&run.variant),
                        Cell::text(&row.name),
                        Cell::text(&output.name),
                        Cell::text(&output.unit),
                        Cell::Number(Some(row.band[0])),
                        Cell::Number(Some(row.band[1])),
                        Cell::Number(row.below[0].value),
                        Cell::Number(error(&row.below[0])),
                        Cell::Number(row.below[1].value),
                        Cell::Number(error(&row.below[1])),
                        Cell::text(truth(row.inside)),
                        Cell::text(truth(!row.sharing.is_empty())),
                        Cell::text(row.sources.join("; ")),
                    ])?;
                }
            }
        }
        Ok(())
    },
};

/// The standard error; where no trial or every trial lies below, which has none, how far the one-sided 95 % limit is away.
fn error(below: &Estimate) -> Option<f64> {
    let limits = || Some(below.error_high? - below.error_low?);
    below.standard_error.or_else(limits)
}

fn truth(holds: bool) -> &'static str {
    if holds { "true" } else { "false" }
}
