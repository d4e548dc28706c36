//! What varies, and how well that is known: a row for each statistic over variability.

use super::{Page, percent, plain};
use crate::report::grid::{Align, Grid};
use crate::report::number::{self, ESTIMATE_DIGITS};
use crate::report::{NestedRow, OutputReport, RunReport};
use crate::statistic::Estimate;

impl Page {
    /// The table of nested runs, where there are any; `label` says which run a row is of, where there are several.
    pub(super) fn nested(
        &mut self,
        runs: &[RunReport],
        label: Option<&dyn Fn(&RunReport) -> String>,
    ) {
        let Some(shape) = runs.iter().find_map(|run| run.nested) else {
            return;
        };
        let spread = format!("{} % of what is not known", percent(shape.level));
        let mut columns: Vec<(&str, Align)> =
            label.iter().map(|_| ("variant", Align::Left)).collect();
        columns.extend([
            ("output", Align::Left),
            ("over what varies", Align::Left),
            ("median", Align::Right),
            (spread.as_str(), Align::Left),
            ("unit", Align::Left),
        ]);
        let mut grid = Grid::new(&columns);
        for run in runs {
            for output in run.outputs.iter().filter(|output| !output.constant) {
                let mut first = true;
                for (name, rows) in statistics(output) {
                    let mut row: Vec<String> = label.iter().map(|label| label(run)).collect();
                    row.push(if first {
                        plain(&output.name).into_owned()
                    } else {
                        String::new()
                    });
                    row.extend([
                        over_variability(name, shape.level),
                        number::estimate(&found(rows, "median"), ESTIMATE_DIGITS),
                        number::interval(
                            &found(rows, "interval_low"),
                            &found(rows, "interval_high"),
                            ESTIMATE_DIGITS,
                        ),
                        plain(&rows[0].unit).into_owned(),
                    ]);
                    grid.row(row);
                    first = false;
                }
            }
        }
        self.line("");
        self.heading("What varies, and how well it is known");
        self.grid(grid);
        let inner = if shape.rows {
            format!("all {} rows", number::count(shape.inner))
        } else {
            format!("{} trials", number::count(shape.inner))
        };
        self.line(&format!(
            "{} draws of what is not known, {inner} of what varies for each",
            number::count(shape.outer)
        ));
    }
}

/// The statistics over variability that are shown: the files have every quantile.
fn statistics(output: &OutputReport) -> impl Iterator<Item = (&str, &[NestedRow])> {
    let of_one = output
        .nested
        .chunk_by(|one, other| one.over_variability == other.over_variability);
    of_one
        .map(|rows| (rows[0].over_variability.as_str(), rows))
        .filter(|(name, _)| !name.starts_with('q'))
}

fn found(rows: &[NestedRow], name: &str) -> Estimate {
    let row = rows.iter().find(|row| row.over_uncertainty == name);
    row.map_or_else(Estimate::unavailable, |row| row.estimate)
}

/// A statistic over what varies in words: `lower end of 95 %`, `P(> the article)`.
pub fn over_variability(name: &str, level: f64) -> String {
    match name {
        "interval_low" => format!("lower end of {} %", percent(level)),
        "interval_high" => format!("upper end of {} %", percent(level)),
        name => match name.strip_prefix("p_above:") {
            Some(threshold) => format!("P(> {})", plain(threshold)),
            None => name.to_owned(),
        },
    }
}
