//! `summary.csv`: one row per statistic of an output.

use super::table::{Cell, Table};

/// The table.
pub const TABLE: Table = Table {
    name: "summary",
    columns: &[
        "scenario",
        "variant",
        "output",
        "unit",
        "statistic",
        "value",
        "standard_error",
        "error_low",
        "error_high",
        "level",
    ],
    optional: false,
    for_figures: false,
    of_runs: true,
    rows: |report, visit| {
        for run in &report.runs {
            for output in &run.outputs {
                for row in &output.statistics {
                    visit(&[
                        Cell::text(&run.scenario),
                        Cell::text(&run.variant),
                        Cell::text(&output.name),
                        Cell::text(&*row.unit),
                        Cell::text(&*row.statistic),
                        Cell::Number(row.estimate.value),
                        Cell::Number(row.estimate.standard_error),
                        Cell::Number(row.estimate.error_low),
                        Cell::Number(row.estimate.error_high),
                        Cell::Number(row.level),
                    ])?;
                }
            }
        }
        Ok(())
    },
};
