//! `assertions.csv`: what was asserted of the results, and whether it holds.

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
    rows: |report, visit| {
        for run in &report.runs {
            for row in &run.assertions {
                visit(&[
                    Cell::text(&run.scenario),
                    Cell::text(&run.variant),
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
        }
        Ok(())
    },
};
