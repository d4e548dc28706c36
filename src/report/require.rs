//! `require.csv`: how much better inputs would have to be known for an output to be known to within a share of itself.

use super::SampleReport;
use super::table::{Cell, Table};
use crate::statistic::Estimate;

/// What one variant needs.
#[derive(Debug, Clone)]
pub struct RequireReport {
    /// The file's stem.
    pub scenario: String,
    /// The variant.
    pub variant: String,
    /// The output.
    pub output: String,
    /// Half of its central interval over its median, at the most.
    pub within: f64,
    /// What it is.
    pub present: Estimate,
    /// Whether that is enough.
    pub reached: bool,
    /// How the sample was made; the level is that of the interval.
    pub sample: SampleReport,
    /// Each input alone, in the order of the scenario.
    pub rows: Vec<RequireRow>,
    /// The best two, both by one factor; `None` where there are no two.
    pub pair: Option<RequireRow>,
    /// All of them, by one factor.
    pub together: RequireRow,
    /// Inputs that really vary, and so cannot be known better.
    pub varies: Vec<String>,
}

/// What some inputs need.
#[derive(Debug, Clone)]
pub struct RequireRow {
    /// The inputs.
    pub inputs: Vec<String>,
    /// Those of them that take single values and are known whatever the factor of the others is.
    pub known: Vec<String>,
    /// The unit of one input.
    pub unit: String,
    /// What they need.
    pub need: Need,
    /// The central interval of one input.
    pub interval: Option<[f64; 2]>,
    /// What it has to shrink to.
    pub needed: Option<[f64; 2]>,
    /// Half of the output's interval over its median where they are known exactly.
    pub if_known: Estimate,
}

/// What is needed of inputs.
#[derive(Debug, Clone)]
pub enum Need {
    /// Nothing: the output is known well enough.
    Nothing,
    /// Their intervals shrink to this share of what they are.
    Factor(Estimate),
    /// They take single values, and have to be known.
    Known,
    /// Even known exactly they are not enough.
    Impossible,
    /// Known exactly they are just enough or just not: more trials tell.
    Unresolved,
}

impl Need {
    /// Its word in the file.
    pub fn word(&self) -> &'static str {
        match self {
            Need::Nothing => "nothing",
            Need::Factor(_) => "shrink",
            Need::Known => "known",
            Need::Impossible => "impossible",
            Need::Unresolved => "unresolved",
        }
    }
}

/// The table.
pub const TABLE: Table = Table {
    name: "require",
    columns: &[
        "scenario",
        "variant",
        "output",
        "level",
        "within",
        "present",
        "present_error",
        "input",
        "input_2",
        "need",
        "factor",
        "standard_error",
        "unit",
        "interval_low",
        "interval_high",
        "needed_low",
        "needed_high",
        "if_known",
        "if_known_error",
    ],
    optional: true,
    for_figures: false,
    of_runs: false,
    rows: |report, visit| {
        for of_variant in &report.requirements {
            let together = RequireRow {
                inputs: vec!["(all)".to_owned()],
                ..of_variant.together.clone()
            };
            let rows = of_variant.rows.iter().chain(&of_variant.pair);
            for row in rows.chain([&together]) {
                let factor = match &row.need {
                    Need::Factor(factor) => *factor,
                    _ => Estimate::unavailable(),
                };
                let end = |interval: Option<[f64; 2]>, at: usize| {
                    Cell::Number(interval.map(|ends| ends[at]))
                };
                let input = |at: usize| Cell::text(row.inputs.get(at).map_or("", String::as_str));
                visit(&[
                    Cell::text(&of_variant.scenario),
                    Cell::text(&of_variant.variant),
                    Cell::text(&of_variant.output),
                    Cell::Number(Some(of_variant.sample.level)),
                    Cell::Number(Some(of_variant.within)),
                    Cell::Number(of_variant.present.value),
                    Cell::Number(of_variant.present.standard_error),
                    input(0),
                    input(1),
                    Cell::text(row.need.word()),
                    Cell::Number(factor.value),
                    Cell::Number(factor.standard_error),
                    Cell::text(&row.unit),
                    end(row.interval, 0),
                    end(row.interval, 1),
                    end(row.needed, 0),
                    end(row.needed, 1),
                    Cell::Number(row.if_known.value),
                    Cell::Number(row.if_known.standard_error),
                ])?;
            }
        }
        Ok(())
    },
};
