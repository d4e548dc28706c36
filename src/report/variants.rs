//! `variants.csv`: what a variant is, as pairs of key and value.

use super::table::{Cell, Table};

/// The table.
pub const TABLE: Table = Table {
    name: "variants",
    columns: &["scenario", "variant", "key", "value"],
    optional: true,
    for_figures: false,
    of_runs: true,
    rows: |report, visit| {
        for run in &report.runs {
            for (key, value) in &run.swept {
                visit(&[
                    Cell::text(&run.scenario),
                    Cell::text(&run.variant),
                    Cell::text(key),
                    Cell::text(value),
                ])?;
            }
            if let Some(description) = &run.description {
                visit(&[
                    Cell::text(&run.scenario),
                    Cell::text(&run.variant),
                    Cell::text("description"),
                    Cell::text(description),
                ])?;
            }
        }
        Ok(())
    },
};
