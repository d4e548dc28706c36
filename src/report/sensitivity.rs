//! `sensitivity.csv`: one row per measure, output and input; the noise floor is the input `(dummy)`.

use super::table::{Cell, Table};

/// The table.
pub const TABLE: Table = Table {
    name: "sensitivity",
    columns: &[
        "scenario",
        "variant",
        "output",
        "input",
        "input_2",
        "measure",
        "unit",
        "value",
        "standard_error",
        "rank",
    ],
    optional: false,
    rows: |report, visit| {
        for run in &report.runs {
            for output in &run.outputs {
                for row in &output.sensitivity {
                    visit(&[
                        Cell::text(&run.scenario),
                        Cell::text(&run.variant),
                        Cell::text(&output.name),
                        Cell::text(&row.input),
                        Cell::text(row.input_2.as_deref().unwrap_or_default()),
                        Cell::text(row.measure),
                        Cell::text(&row.unit),
                        Cell::Number(row.estimate.value),
                        Cell::Number(row.estimate.standard_error),
                        Cell::Count(row.rank.map(u64::from)),
                    ])?;
                }
            }
        }
        Ok(())
    },
};
