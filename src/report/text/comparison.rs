//! Alternatives held against each other: a row for each output of each pair, what they share, and what can be said.

use super::drivers::drivers_in_line;
use super::{Page, assertions, percent, plain, with_unit};
use crate::report::comparison::{AlternativeName, ComparedOutput, ComparisonReport, PairReport};
use crate::report::grid::{Align, Grid};
use crate::report::number::{self, ESTIMATE_DIGITS};
use crate::report::{BASE, ranks::RankRow};
use crate::statistic::Estimate;

/// Significant digits of a probability of a rank.
const RANK_DIGITS: i32 = 3;
/// Alternatives whose ranks have a table on the terminal; the files hold them all.
const MOST_COLUMNS: usize = 8;
/// Differences whose drivers have a table each.
const MOST_TABLES: usize = 4;

impl Page {
    /// The tables of a comparison.
    pub(super) fn comparison(&mut self, report: &ComparisonReport) {
        let outcomes = format!("{} % of differences", percent(report.sample.level));
        let mut grid = Grid::new(&[
            ("a", Align::Left),
            ("b", Align::Left),
            ("output", Align::Left),
            ("mean a − b", Align::Right),
            (outcomes.as_str(), Align::Left),
            ("median a / b", Align::Right),
            ("P(a < b)", Align::Right),
            ("unit", Align::Left),
        ]);
        let mut several = false;
        for pair in &report.pairs {
            for output in &pair.outputs {
                grid.row(row(pair, output));
                several = true;
            }
        }
        if several {
            self.heading("Held against each other, trial by trial");
            self.line("");
            self.grid(grid);
            self.kinds(report.mixes_kinds);
            self.line("");
        } else {
            self.line("no two alternatives have an output of one name in one dimension");
        }
        for pair in &report.pairs {
            for output in &pair.outputs {
                let line = format!("{}: {}", output.name, output.verdict);
                self.line(&plain(&line));
            }
        }
        let scenario = |row: &(AlternativeName, _)| row.0.scenario.clone();
        let first = report.assertions.first().map(scenario);
        let several = report
            .assertions
            .iter()
            .any(|row| Some(scenario(row)) != first);
        let lines = assertions::lines(report.assertions.iter().map(|row| &row.1));
        for (row, line) in report.assertions.iter().zip(lines) {
            if several {
                self.line(&format!("{}: {line}", plain(&row.0.scenario)));
            } else {
                self.line(&line);
            }
        }
        self.differences(&report.pairs);
        self.ranks(&report.ranks);
        self.line("");
        self.heading("What is drawn once for both");
        let mut told: Vec<(String, Vec<String>)> = Vec::new();
        for pair in &report.pairs {
            let text = drawn(pair);
            match told.iter_mut().find(|row| row.0 == text) {
                Some(row) => row.1.push(name(&pair.a)),
                None => told.push((text, vec![name(&pair.a)])),
            }
        }
        for (text, pairs) in told {
            let first = &pairs[0];
            let label = match pairs.len() {
                1 => first.clone(),
                count => format!("{first} and {} more", count - 1),
            };
            self.line(&plain(&format!("{label}: {text}")));
        }
        self.line("");
        self.line(&super::sample(&report.sample, false));
    }

    /// What drives each difference: a table each where there are few, a line each where there are many.
    fn differences(&mut self, pairs: &[PairReport]) {
        let outputs: Vec<_> = pairs.iter().flat_map(|pair| &pair.outputs).collect();
        if outputs.len() <= MOST_TABLES {
            let outputs = outputs.into_iter();
            self.drivers(
                outputs.map(|output| (output.difference.as_str(), &output.sensitivity[..])),
            );
            return;
        }
        let lines: Vec<String> = outputs
            .into_iter()
            .filter(|output| !output.sensitivity.is_empty())
            .map(|output| {
                (
                    plain(&output.difference),
                    drivers_in_line(&output.sensitivity),
                )
            })
            .filter(|(_, drivers)| !drivers.is_empty())
            .map(|(difference, drivers)| format!("{difference}: {drivers}"))
            .collect();
        if lines.is_empty() {
            return;
        }
        self.line("");
        self.heading("What drives the differences");
        for line in lines {
            self.line(&line);
        }
    }

    fn ranks(&mut self, rows: &[RankRow]) {
        for of_output in rows.chunk_by(|one, other| one.output == other.output) {
            let ranks = of_output.iter().map(|row| row.rank).max().unwrap_or(0) as usize;
            let shown = ranks.min(MOST_COLUMNS);
            let headings: Vec<String> = (1..=shown).map(|rank| format!("rank {rank}")).collect();
            let mut columns = vec![("alternative", Align::Left)];
            columns.extend(headings.iter().map(|text| (text.as_str(), Align::Right)));
            let mut grid = Grid::new(&columns);
            for of_one in of_output.chunk_by(|one, other| one.alternative == other.alternative) {
                let mut cells = vec![plain(&name(&of_one[0].alternative)).into_owned()];
                let shown = of_one.iter().take(shown);
                cells.extend(shown.map(|row| number::probability(&row.probability, RANK_DIGITS)));
                grid.row(cells);
            }
            self.line("");
            self.heading(&format!(
                "How often each has which rank in {} (1 is the lowest; equal ones share it)",
                plain(&of_output[0].output)
            ));
            self.grid(grid);
        }
    }
}

fn row(pair: &PairReport, output: &ComparedOutput) -> Vec<String> {
    let of = |quantity: &str, statistic: &str| {
        let found = output.estimate(quantity, statistic);
        found.copied().unwrap_or_else(Estimate::unavailable)
    };
    let unit = output.rows.first().map_or("1", |row| row.unit.as_str());
    vec![
        plain(&name(&pair.a)).into_owned(),
        plain(&name(&pair.b)).into_owned(),
        plain(&output.name).into_owned(),
        number::estimate(&of("difference", "mean"), ESTIMATE_DIGITS),
        number::interval(
            &of("difference", "interval_low"),
            &of("difference", "interval_high"),
            ESTIMATE_DIGITS,
        ),
        number::estimate(&of("ratio", "median"), ESTIMATE_DIGITS),
        number::probability(&of("order", "p_a_below_b"), ESTIMATE_DIGITS),
        with_unit("", unit).trim().to_owned(),
    ]
}

/// What two alternatives share, in words.
fn drawn(pair: &PairReport) -> String {
    let parts = [
        ("shared", &pair.shared),
        (
            "another distribution at the same quantile",
            &pair.same_quantile,
        ),
        ("shared in part, being correlated otherwise", &pair.in_part),
        ("drawn independently", &pair.apart),
        ("random in one only", &pair.in_one),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(what, names)| format!("{what}: {}", names.join(", ")))
        .collect();
    if parts.is_empty() {
        "nothing is random".to_owned()
    } else {
        parts.join("; ")
    }
}

fn name(of: &AlternativeName) -> String {
    if of.variant == BASE {
        of.scenario.clone()
    } else {
        format!("{} / {}", of.scenario, of.variant)
    }
}
