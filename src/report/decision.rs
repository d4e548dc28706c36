//! `decision.csv`: what the alternatives of a `[decision]` lose on average; and what it is worth to know before it, which stands in
//! `sensitivity.csv`.

use super::SensitivityRow;
use super::table::{Cell, Table};
use crate::statistic::Estimate;

/// The decision of a scenario.
#[derive(Debug, Clone)]
pub struct DecisionReport {
    /// The file's stem.
    pub scenario: String,
    /// The output that is to be as low as can be.
    pub output: String,
    /// Its unit as written.
    pub unit: String,
    /// The alternatives, in their order; none where nothing can be said.
    pub alternatives: Vec<AlternativeRow>,
    /// The rows of `sensitivity.csv`, whose variant is empty: they are about the choice between variants.
    pub sensitivity: Vec<SensitivityRow>,
    /// Sentences about it.
    pub notes: Vec<String>,
}

/// An alternative.
#[derive(Debug, Clone)]
pub struct AlternativeRow {
    /// The variant, or `(threshold)`.
    pub name: String,
    /// How much more of the output it has on average than the one that is chosen.
    pub above: Estimate,
    /// Whether it is the one with the least on average.
    pub chosen: bool,
}

/// The table.
pub const TABLE: Table = Table {
    name: "decision",
    columns: &[
        "scenario",
        "output",
        "unit",
        "alternative",
        "chosen",
        "above_chosen",
        "standard_error",
    ],
    optional: true,
    for_figures: false,
    of_runs: false,
    rows: |report, visit| {
        for decision in &report.decisions {
            for row in &decision.alternatives {
                visit(&[
                    Cell::text(&decision.scenario),
                    Cell::text(&decision.output),
                    Cell::text(&decision.unit),
                    Cell::text(&row.name),
                    Cell::Count(Some(u64::from(row.chosen))),
                    Cell::Number(row.above.value),
                    Cell::Number(row.above.standard_error),
                ])?;
            }
        }
        Ok(())
    },
};
