//! `convergence.csv`: the estimates of the first replicates alone, of more and more of them. What the figure is drawn from.

use super::table::{Cell, Table};

/// The table.
pub const TABLE: Table = Table {
    name: "convergence",
    columns: &[
        "scenario",
        "variant",
        "output",
        "unit",
        "statistic",
        "replicates",
        "trials",
        "value",
        "standard_error",
        "error_low",
        "error_high",
    ],
    optional: true,
    for_figures: true,
    of_runs: true,
    rows: |report, visit| {
        for run in &report.runs {
            for output in &run.outputs {
                for step in &output.convergence {
                    for (statistic, estimate) in step.statistics() {
                        visit(&[
                            Cell::text(&run.scenario),
                            Cell::text(&run.variant),
                            Cell::text(&output.name),
                            Cell::text(&output.unit),
                            Cell::text(statistic),
                            Cell::Count(Some(step.replicates as u64)),
                            Cell::Count(Some(step.trials)),
                            Cell::Number(estimate.value),
                            Cell::Number(estimate.standard_error),
                            Cell::Number(estimate.error_low),
                            Cell::Number(estimate.error_high),
                        ])?;
                    }
                }
            }
        }
        Ok(())
    },
};
