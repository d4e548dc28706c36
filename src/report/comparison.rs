//! `comparison.csv`: alternatives held against each other trial by trial.

use super::assertions::AssertionRow;
use super::ranks::RankRow;
use super::table::{Cell, Table};
use super::{SampleReport, SensitivityRow};
use crate::statistic::Estimate;

/// What came out of holding alternatives against each other.
#[derive(Debug, Clone)]
pub struct ComparisonReport {
    /// How the sample was made.
    pub sample: SampleReport,
    /// Each pair, in the order of the files.
    pub pairs: Vec<PairReport>,
    /// The assertions that compare two of the alternatives, each with the first of them.
    pub assertions: Vec<(AlternativeName, AssertionRow)>,
    /// Whether the interval of a difference mixes uncertainty and variability.
    pub mixes_kinds: bool,
    /// How often each alternative is the lowest, the second lowest …; none for two.
    pub ranks: Vec<RankRow>,
}

/// A scenario and a variant of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlternativeName {
    /// The file's stem.
    pub scenario: String,
    /// The variant.
    pub variant: String,
}

/// An alternative against another.
#[derive(Debug, Clone)]
pub struct PairReport {
    /// The alternative.
    pub a: AlternativeName,
    /// What it is held against: the baseline, or the earlier one.
    pub b: AlternativeName,
    /// Random inputs that are the same quantity in both.
    pub shared: Vec<String>,
    /// Random inputs with another distribution at the same quantile.
    pub same_quantile: Vec<String>,
    /// Random inputs that are the same quantity in both, but correlated with others in another way or with others that are not: what
    /// they have of their own is drawn once.
    pub in_part: Vec<String>,
    /// Random inputs that are drawn independently.
    pub apart: Vec<String>,
    /// Inputs that are random in one of the two only.
    pub in_one: Vec<String>,
    /// The outputs that both have.
    pub outputs: Vec<ComparedOutput>,
}

/// One output of two alternatives.
#[derive(Debug, Clone)]
pub struct ComparedOutput {
    /// Its name.
    pub name: String,
    /// The rows of `comparison.csv`, in their order there.
    pub rows: Vec<ComparisonRow>,
    /// Whether the two are equal in every trial, but for roundings.
    pub same: bool,
    /// What can be said, no more than the errors allow.
    pub verdict: String,
    /// What the difference is called where it is an output: `emissions (west-2 − west)`.
    pub difference: String,
    /// What drives the difference.
    pub sensitivity: Vec<SensitivityRow>,
}

impl ComparedOutput {
    /// A number.
    pub fn estimate(&self, quantity: &str, statistic: &str) -> Option<&Estimate> {
        self.rows
            .iter()
            .find(|row| row.quantity == quantity && row.statistic == statistic)
            .map(|row| &row.estimate)
    }
}

/// One row of `comparison.csv`.
#[derive(Debug, Clone)]
pub struct ComparisonRow {
    /// `difference` (a − b), `ratio` (a / b) or `order`.
    pub quantity: &'static str,
    /// `mean`, `sd`, `median`, `interval_low`, `interval_high`, `p_a_below_b`, `p_equal`.
    pub statistic: &'static str,
    /// The row's unit.
    pub unit: String,
    /// The number with its error.
    pub estimate: Estimate,
}

/// The table.
pub const TABLE: Table = Table {
    name: "comparison",
    columns: &[
        "output",
        "unit",
        "scenario_a",
        "variant_a",
        "scenario_b",
        "variant_b",
        "quantity",
        "statistic",
        "value",
        "standard_error",
        "error_low",
        "error_high",
    ],
    optional: true,
    for_figures: false,
    of_runs: false,
    rows: |report, visit| {
        for pair in report.comparison.iter().flat_map(|found| &found.pairs) {
            for output in &pair.outputs {
                for row in &output.rows {
                    visit(&[
                        Cell::text(&output.name),
                        Cell::text(&row.unit),
                        Cell::text(&pair.a.scenario),
                        Cell::text(&pair.a.variant),
                        Cell::text(&pair.b.scenario),
                        Cell::text(&pair.b.variant),
                        Cell::text(row.quantity),
                        Cell::text(row.statistic),
                        Cell::Number(row.estimate.value),
                        Cell::Number(row.estimate.standard_error),
                        Cell::Number(row.estimate.error_low),
                        Cell::Number(row.estimate.error_high),
                    ])?;
                }
            }
        }
        Ok(())
    },
};
