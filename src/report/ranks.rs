//! `ranks.csv`: how often each alternative is the lowest, the second lowest and so on.

use super::comparison::AlternativeName;
use super::table::{Cell, Table};
use crate::statistic::Estimate;

/// One row of `ranks.csv`.
#[derive(Debug, Clone)]
pub struct RankRow {
    /// The output.
    pub output: String,
    /// The alternative.
    pub alternative: AlternativeName,
    /// 1 is the lowest.
    pub rank: u64,
    /// How often it has that rank; equal ones have the same.
    pub probability: Estimate,
}

/// The table.
pub const TABLE: Table = Table {
    name: "ranks",
    columns: &[
        "output",
        "scenario",
        "variant",
        "rank",
        "probability",
        "standard_error",
    ],
    optional: true,
    for_figures: false,
    of_runs: false,
    rows: |report, visit| {
        for row in report.comparison.iter().flat_map(|found| &found.ranks) {
            visit(&[
                Cell::text(&row.output),
                Cell::text(&row.alternative.scenario),
                Cell::text(&row.alternative.variant),
                Cell::Count(Some(row.rank)),
                Cell::Number(row.probability.value),
                Cell::Number(row.probability.standard_error),
            ])?;
        }
        Ok(())
    },
};
