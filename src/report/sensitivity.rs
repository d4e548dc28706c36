//! `sensitivity.csv`: one row per measure, output (or difference of one between two alternatives) and input; the noise floor is the
//! input `(dummy)`.

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
    for_figures: false,
    of_runs: true,
    rows: |report, visit| {
        let of_runs = report.runs.iter().flat_map(|run| {
            let outputs = run.outputs.iter();
            outputs.map(|output| {
                (
                    &run.scenario,
                    run.variant.as_str(),
                    &output.name,
                    &output.sensitivity,
                )
            })
        });
        let pairs = report.comparison.iter().flat_map(|found| &found.pairs);
        let of_pairs = pairs.flat_map(|pair| {
            let outputs = pair.outputs.iter();
            outputs.map(|output| {
                let a = &pair.a;
                (
                    &a.scenario,
                    a.variant.as_str(),
                    &output.difference,
                    &output.sensitivity,
                )
            })
        });
        // A decision is between variants, and of none.
        let of_decisions = report.decisions.iter().map(|decision| {
            (
                &decision.scenario,
                "",
                &decision.output,
                &decision.sensitivity,
            )
        });
        for (scenario, variant, output, rows) in of_runs.chain(of_pairs).chain(of_decisions) {
            for row in rows {
                visit(&[
                    Cell::text(scenario),
                    Cell::text(variant),
                    Cell::text(output),
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
        Ok(())
    },
};
