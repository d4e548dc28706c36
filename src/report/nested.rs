//! `nested.csv`: what varies, and how well that is known.

use super::table::{Cell, Table};

/// The table.
pub const TABLE: Table = Table {
    name: "nested",
    columns: &[
        "scenario",
        "variant",
        "output",
        "unit",
        "over_variability",
        "over_uncertainty",
        "value",
        "standard_error",
    ],
    optional: true,
    for_figures: false,
    of_runs: true,
    rows: |report, visit| {
        for run in &report.runs {
            for output in &run.outputs {
                for row in &output.nested {
                    visit(&[
                        Cell::text(&run.scenario),
                        Cell::text(&run.variant),
                        Cell::text(&output.name),
                        Cell::text(&row.unit),
                        Cell::text(&row.over_variability),
                        Cell::text(row.over_uncertainty),
                        Cell::Number(row.estimate.value),
                        Cell::Number(row.estimate.standard_error),
                    ])?;
                }
            }
        }
        Ok(())
    },
};
