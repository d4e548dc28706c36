//! `assertions.csv`: what was asserted of the results, and whether it holds.

use super::Report;
use super::table::{Cell, Table};
use crate::statistic::Estimate;

/// Whether an assertion holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Also at the limits of the Monte Carlo error.
    Holds,
    /// Not even there.
    Fails,
    /// The limits lie on both sides of the bound.
    NotResolved,
}

impl Outcome {
    /// Its words.
    pub fn words(self) -> &'static str {
        match self {
            Outcome::Holds => "holds",
            Outcome::Fails => "fails",
            Outcome::NotResolved => "not resolved",
        }
    }
}

/// One row of `assertions.csv`.
#[derive(Debug, Clone)]
pub struct AssertionRow {
    /// Its name; without one, what it says.
    pub name: String,
    /// What it says.
    pub that: String,
    /// The output it is about.
    pub output: String,
    /// The unit of its numbers.
    pub unit: String,
    /// The number it is about.
    pub estimate: Estimate,
    /// Whether that number is a probability.
    pub is_probability: bool,
    /// The 95 % limits of that number's Monte Carlo error.
    pub limits: Option<[f64; 2]>,
    /// What it is held against.
    pub bound: f64,
    /// Whether it holds.
    pub outcome: Outcome,
    /// About how many times more trials would tell, where it is not resolved and can be.
    pub more: Option<f64>,
}

/// The table.
pub const TABLE: Table = Table {
    name: "assertions",
    columns: &[
        "scenario",
        "variant",
        "name",
        "that",
        "output",
        "unit",
        "value",
        "standard_error",
        "error_low",
        "error_high",
        "bound",
        "outcome",
        "more_trials",
    ],
    optional: true,
    for_figures: false,
    of_runs: false,
    rows: |report, visit| {
        for ([scenario, variant], row) in of_report(report) {
            visit(&[
                Cell::text(scenario),
                Cell::text(variant),
                Cell::text(&row.name),
                Cell::text(&row.that),
                Cell::text(&row.output),
                Cell::text(&row.unit),
                Cell::Number(row.estimate.value),
                Cell::Number(row.estimate.standard_error),
                Cell::Number(row.limits.map(|limits| limits[0])),
                Cell::Number(row.limits.map(|limits| limits[1])),
                Cell::Number(Some(row.bound)),
                Cell::text(row.outcome.words()),
                Cell::Number(row.more),
            ])?;
        }
        Ok(())
    },
};

/// The rows of runs and of a comparison, each with its scenario and variant.
pub fn of_report(report: &Report) -> impl Iterator<Item = ([&str; 2], &AssertionRow)> {
    let of_runs = report.runs.iter().flat_map(|run| {
        let rows = run.assertions.iter();
        rows.map(|row| ([run.scenario.as_str(), run.variant.as_str()], row))
    });
    let compared = report
        .comparison
        .iter()
        .flat_map(|comparison| &comparison.assertions);
    of_runs.chain(compared.map(|(of, row)| ([of.scenario.as_str(), of.variant.as_str()], row)))
}
