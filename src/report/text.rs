//! The table on the terminal: the outputs, the thresholds, what drives each output, and how the sample was made.
//!
//! "Of outcomes" stands beside a spread, "known to within" beside an error; the two are never called by the same word.

mod assertions;
mod comparison;
mod decision;
mod drivers;
mod first_order;
mod histogram;
mod nested;
mod observed;
mod page;
mod require;
mod shape;

pub use nested::over_variability;
use page::Page;
pub use page::{Block, told_of_all, told_of_run};

use super::grid::{Align, Grid};
use super::number::{self, ESTIMATE_DIGITS, percent};
use super::{
    ChoiceReport, OutputReport, Report, RunReport, SampleReport, SensitivityRow, StoppingReport,
    Writer,
};
use crate::diagnostic::visible;
use drivers::{Ranking, drivers, has_more};
pub use drivers::{drivers_in_line, ranked_by};
use std::borrow::Cow;
use std::io::{self, Write};

/// Variants of a file whose medians have a table.
const MOST_CHOICES: usize = 24;
/// Errors below this percentage are said as this one.
const LEAST_ERROR: f64 = 0.001;
/// A number smaller than this share of the sd is near zero: an error relative to it says nothing.
const NEAR_ZERO: f64 = 0.05;

/// Writes the report for people.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// Columns of the terminal; `None` (a pipe): lines are as long as they need to be.
    pub width: Option<usize>,
    /// Whether to use colour.
    pub colour: bool,
}

impl Writer for Text {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut page = Page::new(self.width, self.colour);
        match (&report.comparison, report.runs.as_slice()) {
            (Some(comparison), _) => page.comparison(comparison),
            (None, []) => {
                page.requirements(&report.requirements);
                page.legend();
            }
            (None, runs) => {
                match runs {
                    [run] => page.one(run),
                    runs => page.several(runs, &report.choices),
                }
                page.decisions(&report.decisions);
                page.legend();
                page.samples(runs);
            }
        }
        out.write_all(page.draw(&page.blocks).as_bytes())
    }
}

impl Page {
    /// One scenario, one variant: everything.
    fn one(&mut self, run: &RunReport) {
        let title = run
            .title
            .as_deref()
            .map_or_else(|| plain(&run.scenario), plain)
            .into_owned();
        self.heading(&title);
        if run.title.is_some() || run.variant != super::BASE {
            self.line(&plain(&run.label()));
        }
        self.line("");
        self.outputs(&[run], |_| Vec::new(), &[]);
        self.kinds(run.mixes_kinds);
        self.histogram(run);
        self.details(run);
    }

    /// What is held against one run, what drives its outputs, and what else was asked for.
    fn details(&mut self, run: &RunReport) {
        self.thresholds(std::slice::from_ref(run), |_| String::new());
        let outputs = run.outputs.iter();
        let lines: Vec<String> = outputs
            .flat_map(|output| first_order::lines(output, run.sample.level))
            .collect();
        if !lines.is_empty() {
            self.line("");
        }
        for line in lines {
            self.line(&line);
        }
        let outputs = run.outputs.iter();
        self.drivers(outputs.map(|output| (output.name.as_str(), &output.sensitivity[..])));
        self.shapes(&run.outputs);
        self.nested(std::slice::from_ref(run), None);
    }

    /// Several runs: one table, and one line for each threshold and each output's drivers.
    fn several(&mut self, runs: &[RunReport], choices: &[ChoiceReport]) {
        let first = &runs[0];
        let of_one_file = runs.iter().all(|run| run.scenario == first.scenario);
        let all: Vec<_> = runs.iter().collect();
        if of_one_file {
            let title = first
                .title
                .as_deref()
                .map_or_else(|| plain(&first.scenario), plain)
                .into_owned();
            self.heading(&title);
            if first.title.is_some() {
                self.line(&plain(&first.scenario));
            }
            self.line("");
            self.outputs(
                &all,
                |run| vec![plain(&run.variant).into_owned()],
                &["variant"],
            );
        } else {
            self.outputs(
                &all,
                |run| {
                    vec![
                        plain(&run.scenario).into_owned(),
                        plain(&run.variant).into_owned(),
                    ]
                },
                &["scenario", "variant"],
            );
        }
        let name = |run: &RunReport| {
            let label = if of_one_file {
                run.variant.clone()
            } else {
                run.label()
            };
            plain(&label).into_owned()
        };
        let label = |run: &RunReport| format!("{}: ", name(run));
        self.kinds(runs.iter().any(|run| run.mixes_kinds));
        self.choices(choices, runs, of_one_file);
        self.thresholds(runs, label);
        let mut lines = Vec::new();
        for run in runs {
            for output in run.outputs.iter().filter(|output| !output.constant) {
                let drivers = drivers_in_line(&output.sensitivity);
                if !drivers.is_empty() {
                    lines.push(format!("{}{}: {drivers}", label(run), plain(&output.name)));
                }
            }
        }
        if !lines.is_empty() {
            self.line("");
            let by = ranked_by(
                runs.iter()
                    .flat_map(|run| &run.outputs)
                    .map(|output| output.sensitivity.as_slice()),
            )
            .join(", ");
            self.heading(&format!("What drives each output most ({by})"));
        }
        for line in lines {
            self.line(&line);
        }
        let mut outputs = runs.iter().flat_map(|run| &run.outputs);
        if outputs.any(|output| has_more(&output.sensitivity) || !output.shapes.is_empty()) {
            self.line("all that was asked for: one run alone (`--variant NAME`), `--json` and the files of `--out DIR`");
        }
        self.nested(runs, Some(&name));
    }

    /// The choices against the outputs by their medians, and whether the choice or what is not known is larger.
    fn choices(&mut self, choices: &[ChoiceReport], runs: &[RunReport], of_one_file: bool) {
        if choices.is_empty() {
            return;
        }
        self.line("");
        self.heading("Choices, and what is not known");
        if of_one_file && runs.len() <= MOST_CHOICES {
            self.medians(runs);
            self.line("");
        }
        for choice in choices {
            let scenario = if of_one_file {
                String::new()
            } else {
                format!("{}: ", plain(&choice.scenario))
            };
            let line = format!(
                "{scenario}{}: {}",
                plain(&choice.output),
                plain(&choice.verdict)
            );
            self.line(&line);
        }
    }

    /// A row for each variant of a file, a column for each output.
    fn medians(&mut self, runs: &[RunReport]) {
        let headings: Vec<String> = runs[0]
            .outputs
            .iter()
            .map(|output| {
                let unit = with_unit("", &output.unit);
                format!("{}{unit}", plain(&output.name))
            })
            .collect();
        let mut columns = vec![("median of", Align::Left)];
        columns.extend(headings.iter().map(|text| (text.as_str(), Align::Right)));
        columns.push(("", Align::Left));
        let mut grid = Grid::new(&columns);
        for run in runs {
            let mut cells = vec![plain(&run.variant).into_owned()];
            cells.extend(runs[0].outputs.iter().map(|output| {
                run.output(&output.name)
                    .map_or_else(String::new, |output| statistic(output, "median"))
            }));
            // What says in one line what a variant is: a longer one is of the file, as is that of all variants of a sweep.
            let line = run
                .description
                .as_deref()
                .filter(|text| !text.contains('\n') && run.swept.is_empty());
            cells.push(plain(line.unwrap_or_default()).into_owned());
            grid.row(cells);
        }
        self.grid(grid);
    }

    /// What the intervals are made of, where that is two different things.
    fn kinds(&mut self, are_mixed: bool) {
        if are_mixed {
            self.line(
                "the intervals mix uncertainty (what is not known) and variability (what really varies)",
            );
        }
    }

    /// The table of outputs; `labels` are the cells before the output's name.
    fn outputs(
        &mut self,
        runs: &[&RunReport],
        labels: impl Fn(&RunReport) -> Vec<String>,
        headings: &[&str],
    ) {
        let every_output = || {
            runs.iter()
                .flat_map(|run| run.outputs.iter().map(move |output| (*run, output)))
        };
        let all_constant = every_output().all(|(_, output)| output.constant);
        let described =
            runs.len() == 1 && every_output().any(|(_, output)| output.description.is_some());
        let level = runs.first().map_or(0.95, |run| run.sample.level);
        let spread = format!("{} % of outcomes", percent(level));
        let mut columns: Vec<(&str, Align)> = headings
            .iter()
            .map(|heading| (*heading, Align::Left))
            .collect();
        columns.push(("output", Align::Left));
        if all_constant {
            columns.push(("value", Align::Right));
        } else {
            columns.extend([
                ("mean", Align::Right),
                ("median", Align::Right),
                (spread.as_str(), Align::Left),
            ]);
        }
        columns.push(("unit", Align::Left));
        if described {
            columns.push(("", Align::Left));
        }
        let mut grid = Grid::new(&columns);
        for (run, output) in every_output() {
            let mut row = labels(run);
            row.push(plain(&output.name).into_owned());
            row.push(statistic(output, "mean"));
            if !all_constant {
                row.push(statistic(output, "median"));
                row.push(outcomes(output));
            }
            row.push(plain(&output.unit).into_owned());
            if described {
                row.push(plain(output.description.as_deref().unwrap_or_default()).into_owned());
            }
            grid.row(row);
        }
        self.grid(grid);
    }

    /// One line for each threshold, observation and assertion of the runs, each after its label.
    fn thresholds(&mut self, runs: &[RunReport], label: impl Fn(&RunReport) -> String) {
        let mut lines = Vec::new();
        for run in runs {
            let label = label(run);
            for output in &run.outputs {
                lines.extend(
                    threshold_lines(output)
                        .into_iter()
                        .chain(observed::lines(output))
                        .map(|line| format!("{label}{line}")),
                );
            }
            let assertions = assertions::lines(&run.assertions);
            lines.extend(assertions.map(|line| format!("{label}{line}")));
        }
        if !lines.is_empty() {
            self.line("");
        }
        for line in lines {
            self.line(&line);
        }
    }

    /// What drives the outputs; those that the same inputs drive in the same way stand under one heading.
    fn drivers<'r>(&mut self, outputs: impl Iterator<Item = (&'r str, &'r [SensitivityRow])>) {
        let mut blocks: Vec<(Vec<Cow<'_, str>>, String)> = Vec::new();
        for (output, rows) in outputs {
            let Some(ranking) = Ranking::of(rows) else {
                continue;
            };
            let block = drivers(&ranking, self.width, self.colour);
            match blocks.iter_mut().find(|(_, other)| *other == block) {
                Some((names, _)) => names.push(plain(output)),
                None => blocks.push((vec![plain(output)], block)),
            }
        }
        for (names, block) in blocks {
            self.line("");
            self.heading(&format!("What drives {}", names.join(", ")));
            self.blocks.push(Block::Laid(block));
        }
    }

    /// How the samples were made, and how well that makes the numbers known.
    fn samples(&mut self, runs: &[RunReport]) {
        self.line("");
        let mut lines: Vec<String> = Vec::new();
        for run in runs {
            let line = sample(
                &run.sample,
                run.outputs.iter().all(|output| output.constant),
            );
            let stopping = run.sample.stopping.as_ref().map(stopping);
            for line in std::iter::once(line).chain(stopping) {
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
        for line in lines {
            self.line(&line);
        }
        if let Some(line) = errors(runs) {
            self.line(&line);
        }
    }
}

/// A number with its unit; a pure number has none to show.
fn with_unit(number: &str, unit: &str) -> String {
    if unit == "1" {
        number.to_owned()
    } else {
        format!("{number} {}", plain(unit))
    }
}

/// What is known about the thresholds of an output: `P(emissions > the article = 23.04 kgCO2e/day) = 57.9 %`.
fn threshold_lines(output: &OutputReport) -> Vec<String> {
    let mut lines = Vec::new();
    for row in &output.statistics {
        let Some(name) = row.statistic.strip_prefix("threshold:") else {
            continue;
        };
        let above = output.statistic(&format!("p_above:{name}"));
        let (Some(threshold), Some(above)) = (row.estimate.value, above) else {
            continue;
        };
        let threshold = format!(
            "{} = {}",
            plain(name),
            with_unit(&number::shortest(threshold), &output.unit)
        );
        let output_name = plain(&output.name);
        lines.push(if output.constant {
            let verdict = if above.value == Some(1.0) {
                "above"
            } else {
                "not above"
            };
            format!("{output_name} is {verdict} {threshold}")
        } else {
            let share = number::probability(above, ESTIMATE_DIGITS);
            let is_bound = share.starts_with("below") || share.starts_with("above");
            let is = if is_bound { "is" } else { "=" };
            format!("P({output_name} > {threshold}) {is} {share}")
        });
    }
    lines
}

/// `1,048,576 trials (sobol, 32 replicates, seed 42)`.
fn sample(sample: &SampleReport, constant: bool) -> String {
    if constant {
        return "No distribution acts on these outputs: computed once, exact".to_owned();
    }
    let nonfinite = if sample.nonfinite > 0 {
        format!(
            ", {} left out as not finite",
            number::count(sample.nonfinite)
        )
    } else {
        String::new()
    };
    format!(
        "{} trials ({}, {} replicates, seed {}{nonfinite})",
        number::count(sample.trials),
        sample.sampler,
        sample.replicates,
        sample.seed
    )
}

/// How the stopping rule ended, and what is missing where it was not met.
fn stopping(stopping: &StoppingReport) -> String {
    let held = "mean, sd and interval ends";
    let asked = plain(&stopping.asked);
    if stopping.reached {
        return format!("Stopped with {held} known as asked: {asked}");
    }
    let mut line = format!("Not reached: {held} known to {asked}");
    if let Some((output, statistic, ratio)) = &stopping.hardest {
        let (output, statistic) = (plain(output), statistic.replace('_', " "));
        line.push_str(&if ratio.is_finite() {
            format!(
                "; the error of the {statistic} of {output} is {} times too large",
                number::rounded(*ratio, 2)
            )
        } else {
            format!("; there is no {statistic} of {output}")
        });
    }
    if let Some(more) = stopping.more {
        line.push_str(&format!(
            ", and about {} times more trials are needed",
            number::rounded(more, 2)
        ));
    }
    line
}

/// How well the least known mean and interval end of all outputs are known, relative to themselves, or where they are near zero to the sd.
fn errors(runs: &[RunReport]) -> Option<String> {
    let mut near_zero = false;
    let mut worst = |names: &[&str]| {
        let outputs = runs
            .iter()
            .flat_map(|run| &run.outputs)
            .filter(|output| !output.constant);
        let estimates = outputs.flat_map(|output| {
            let sd = output.statistic("sd").and_then(|sd| sd.value);
            let estimates = names.iter().filter_map(|name| output.statistic(name));
            estimates.map(move |estimate| (estimate, sd.unwrap_or(0.0)))
        });
        let relative = estimates.filter_map(|(estimate, sd)| {
            let value = estimate.value?.abs();
            let is_near_zero = value < NEAR_ZERO * sd;
            let size = if is_near_zero { sd } else { value };
            let error = 200.0 * estimate.standard_error? / size;
            (size > 0.0).then_some((error, is_near_zero))
        });
        let (error, is_of_sd) =
            relative.reduce(|one, other| if other.0 > one.0 { other } else { one })?;
        near_zero |= is_of_sd;
        Some(error)
    };
    let bound = |error: f64| number::bound(error.max(LEAST_ERROR));
    let mean = bound(worst(&["mean"])?);
    let ends = bound(worst(&["interval_low", "interval_high"])?);
    let of_what = if near_zero {
        "of the sd where one is near zero; "
    } else {
        ""
    };
    Some(format!(
        "means are known to within {mean} %, interval ends to within {ends} % ({of_what}Monte Carlo error, 95 %)"
    ))
}

fn statistic(output: &OutputReport, name: &str) -> String {
    output.statistic(name).map_or_else(
        || number::UNAVAILABLE.to_owned(),
        |estimate| number::estimate(estimate, ESTIMATE_DIGITS),
    )
}

fn outcomes(output: &OutputReport) -> String {
    if output.constant {
        return "always".to_owned();
    }
    match (
        output.statistic("interval_low"),
        output.statistic("interval_high"),
    ) {
        (Some(low), Some(high)) => number::interval(low, high, ESTIMATE_DIGITS),
        _ => number::UNAVAILABLE.to_owned(),
    }
}

/// Text of a scenario on one line, without what could move a terminal's cursor, colour it, or turn the reading direction.
pub fn plain(text: &str) -> Cow<'_, str> {
    match visible(text) {
        text if text.contains('\n') => text.replace('\n', " ").into(),
        text => text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    fn drawn(report: &Report, width: Option<usize>) -> String {
        let mut page = Vec::new();
        Text {
            width,
            colour: false,
        }
        .write(report, &mut page)
        .expect("written");
        String::from_utf8(page).expect("text")
    }

    #[test]
    fn one_run() {
        insta::assert_snapshot!(drawn(&example::report(), Some(100)));
    }

    /// What a title has of the marks asks for no legend.
    #[test]
    fn marks_in_titles_are_none() {
        let with = |title: &str| {
            let mut report = example::report();
            report.runs[0].outputs.remove(0);
            report.runs[0].title = Some(title.to_owned());
            drawn(&report, None).replacen(title, "", 1)
        };
        assert_eq!(with("A – B, ~2 of [~3]  –"), with("A"));
    }

    #[test]
    fn several_runs() {
        insta::assert_snapshot!(drawn(&example::two_runs(), None));
    }

    #[test]
    fn what_is_required() {
        let report = Report {
            requirements: vec![example::requirement()],
            ..Report::default()
        };
        insta::assert_snapshot!(drawn(&report, None));
    }

    #[test]
    fn constants_only() {
        let mut report = example::report();
        report.runs[0].outputs.remove(0);
        insta::assert_snapshot!(drawn(&report, None));
    }

    #[test]
    fn lines_fit_the_terminal() {
        for width in [60, 72, 80, 100] {
            for line in drawn(&example::report(), Some(width))
                .lines()
                .filter(|line| line.contains('█'))
            {
                assert!(
                    unicode_width::UnicodeWidthStr::width(line) <= width,
                    "{line}"
                );
            }
        }
    }
}
