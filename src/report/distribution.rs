//! `distribution.csv`: each output, and each input, in pieces: how much of it lies where. What figures are drawn from.

use super::table::{Cell, Table};
use crate::statistic::distribution::Portion;

/// The words of the column `role`.
pub const INPUT: &str = "input";
/// Likewise.
pub const OUTPUT: &str = "output";

/// The table.
pub const TABLE: Table = Table {
    name: "distribution",
    columns: &[
        "scenario",
        "variant",
        "role",
        "name",
        "unit",
        "low",
        "high",
        "share",
        "share_error",
        "up_to",
        "up_to_error",
    ],
    optional: true,
    for_figures: true,
    of_runs: true,
    rows: |report, visit| {
        for run in &report.runs {
            let inputs = run.inputs.iter();
            let inputs = inputs.map(|input| (INPUT, &input.name, &input.unit, &input.distribution));
            let outputs = run.outputs.iter();
            let outputs =
                outputs.map(|output| (OUTPUT, &output.name, &output.unit, &output.distribution));
            for (role, name, unit, portions) in outputs.chain(inputs) {
                for Portion {
                    low,
                    high,
                    share,
                    up_to,
                } in portions
                {
                    visit(&[
                        Cell::text(&run.scenario),
                        Cell::text(&run.variant),
                        Cell::text(role),
                        Cell::text(name),
                        Cell::text(unit),
                        Cell::Number(Some(*low)),
                        Cell::Number(Some(*high)),
                        Cell::Number(share.value),
                        Cell::Number(share.standard_error),
                        Cell::Number(up_to.value),
                        Cell::Number(up_to.standard_error),
                    ])?;
                }
            }
        }
        Ok(())
    },
};
