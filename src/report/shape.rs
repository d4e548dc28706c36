//! `shape.csv`: how far the ends of an output's interval move where an input has another family with the same mean and standard deviation.

use super::table::{Cell, Table};
use crate::statistic::Estimate;

/// What another family of one input does to an output.
#[derive(Debug, Clone)]
pub struct ShapeRow {
    /// The input.
    pub input: String,
    /// Its own family.
    pub own: &'static str,
    /// The one that takes its place.
    pub family: &'static str,
    /// The ends of the central interval by it.
    pub ends: [Estimate; 2],
    /// How far they are from those by its own, on the same draws.
    pub shifts: [Estimate; 2],
    /// Whether those stand out from their errors.
    pub resolved: [bool; 2],
}

/// The table.
pub const TABLE: Table = Table {
    name: "shape",
    columns: &[
        "scenario",
        "variant",
        "output",
        "unit",
        "input",
        "family",
        "instead_of",
        "statistic",
        "level",
        "value",
        "value_error",
        "shift",
        "standard_error",
    ],
    optional: true,
    for_figures: false,
    of_runs: true,
    rows: |report, visit| {
        for run in &report.runs {
            for output in &run.outputs {
                for row in &output.shapes {
                    for (end, statistic) in
                        ["interval_low", "interval_high"].into_iter().enumerate()
                    {
                        visit(&[
                            Cell::text(&run.scenario),
                            Cell::text(&run.variant),
                            Cell::text(&output.name),
                            Cell::text(&output.unit),
                            Cell::text(&row.input),
                            Cell::text(row.family),
                            Cell::text(row.own),
                            Cell::text(statistic),
                            Cell::Number(Some(run.sample.level)),
                            Cell::Number(row.ends[end].value),
                            Cell::Number(row.ends[end].standard_error),
                            Cell::Number(row.shifts[end].value),
                            Cell::Number(row.shifts[end].standard_error),
                        ])?;
                    }
                }
            }
        }
        Ok(())
    },
};
