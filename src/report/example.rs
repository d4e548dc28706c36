//! A report to try the writers on.

use super::assertions::{AssertionRow, Outcome};
use super::decision::{AlternativeRow, DecisionReport};
use super::require::{Need, RequireReport, RequireRow};
use super::shape::ShapeRow;
use super::{
    ObservedRow, OutputReport, Report, RunReport, SampleReport, SensitivityRow, StatisticRow,
};
use crate::statistic::Estimate;
use crate::statistic::convergence::Step;
use crate::statistic::distribution::Portion;

/// A number with its standard error.
pub(super) fn known(value: f64, error: f64) -> Estimate {
    Estimate {
        value: Some(value),
        standard_error: Some(error),
        error_low: None,
        error_high: None,
        poorly_carried: false,
    }
}

fn portion(low: f64, high: f64, share: Estimate, up_to: Estimate) -> Portion {
    Portion {
        low,
        high,
        share,
        up_to,
    }
}

fn statistic(name: &str, unit: &str, estimate: Estimate) -> StatisticRow {
    let level = name.starts_with("interval").then_some(0.95);
    StatisticRow {
        statistic: name.to_owned().into(),
        unit: unit.into(),
        estimate,
        level,
    }
}

fn driver(
    input: &str,
    measure: &'static str,
    value: f64,
    rank: Option<u32>,
    resolved: bool,
) -> SensitivityRow {
    SensitivityRow {
        input: input.to_owned(),
        input_2: None,
        measure,
        unit: "1".to_owned(),
        estimate: known(value, 0.001),
        rank,
        resolved,
    }
}

fn assertion(outcome: Outcome, bound: f64) -> AssertionRow {
    let that = format!("p95(emissions) < {bound} kgCO2e/day");
    AssertionRow {
        name: "=within the budget".to_owned(),
        that,
        output: "emissions".to_owned(),
        unit: "kgCO2e/day".to_owned(),
        estimate: known(36.51, 0.05),
        is_probability: false,
        limits: Some([36.41, 36.61]),
        bound,
        outcome,
        more: (outcome == Outcome::NotResolved).then_some(100.0),
    }
}

fn observed(name: &str, band: [f64; 2], below: [Estimate; 2], inside: bool) -> ObservedRow {
    ObservedRow {
        name: name.to_owned(),
        band,
        below,
        inside,
        sharing: if inside {
            vec!["gpus".to_owned(), "grid".to_owned()]
        } else {
            Vec::new()
        },
        sources: vec!["ludvigsen2022".to_owned()],
    }
}

/// An uncertain output, one that a text tries to harm with, and a constant one.
pub(crate) fn report() -> Report {
    let emissions = OutputReport {
        name: "emissions".to_owned(),
        unit: "kgCO2e/day".to_owned(),
        description: Some("operational emissions".to_owned()),
        statistics: vec![
            statistic("mean", "kgCO2e/day", known(30.7123, 0.0008)),
            statistic("median", "kgCO2e/day", known(27.4321, 0.003)),
            statistic("interval_low", "kgCO2e/day", known(9.4123, 0.004)),
            statistic(
                "interval_high",
                "kgCO2e/day",
                Estimate {
                    poorly_carried: true,
                    ..known(76.123, 0.03)
                },
            ),
            statistic("threshold:the article", "kgCO2e/day", known(23.04, 0.0)),
            statistic("p_above:the article", "1", known(0.6271, 0.0001)),
            statistic("threshold:a tonne", "kgCO2e/day", known(1000.0, 0.0)),
            statistic(
                "p_above:a tonne",
                "1",
                Estimate {
                    error_high: Some(3.7e-6),
                    ..known(0.0, 0.0)
                },
            ),
        ],
        sensitivity: vec![
            driver("utilization", "spearman", 0.59, Some(1), true),
            driver("gpus", "spearman", 0.56, Some(2), true),
            driver("pue", "spearman", 0.0004, Some(3), false),
            driver("(dummy)", "spearman", 0.0011, None, true),
            driver("gpus", "first_order_given_data", 0.41, Some(1), true),
            driver(
                "utilization",
                "first_order_given_data",
                0.352,
                Some(2),
                true,
            ),
            driver("pue", "first_order_given_data", 0.0002, Some(3), false),
            driver("(dummy)", "first_order_given_data", 0.0004, None, true),
        ],
        observed: vec![
            observed(
                "the article",
                [23.04, 23.04],
                [known(0.368, 0.0001); 2],
                true,
            ),
            observed(
                "=a band",
                [1000.0, 2000.0],
                [Estimate {
                    standard_error: None,
                    error_low: Some(1.0 - 3.7e-6),
                    error_high: Some(1.0),
                    ..known(1.0, 0.0)
                }; 2],
                false,
            ),
        ],
        nested: Vec::new(),
        convergence: vec![Step {
            replicates: 4,
            trials: 4096,
            mean: known(30.71, 0.01),
            median: known(27.4, 0.02),
            interval: [known(9.4, 0.03), Estimate::unavailable()],
        }],
        distribution: vec![
            portion(2.0, 8.0, known(0.25, 0.001), known(0.25, 0.001)),
            portion(8.0, 8.0, known(0.125, 0.001), known(0.375, 0.002)),
            portion(8.0, 120.0, known(0.625, 0.002), known(1.0, 0.0)),
        ],
        shapes: vec![ShapeRow {
            input: "gpus".to_owned(),
            own: "uniform",
            family: "normal",
            ends: [known(9.0, 0.01), known(78.0, 0.1)],
            shifts: [known(-0.4, 0.01), known(0.001, 0.1)],
            resolved: [true, false],
        }],
        constant: false,
        first_order: None,
        centres: None,
    };
    let hours = OutputReport {
        name: "hours".to_owned(),
        unit: "h".to_owned(),
        description: Some("=cmd|' /C calc'!A0 \u{1b}[31m".to_owned()),
        statistics: vec![
            statistic("mean", "h", known(24.0, 0.0)),
            statistic("median", "h", known(24.0, 0.0)),
            statistic(
                "cv",
                "1",
                Estimate {
                    value: None,
                    standard_error: None,
                    ..known(0.0, 0.0)
                },
            ),
        ],
        sensitivity: Vec::new(),
        observed: Vec::new(),
        nested: Vec::new(),
        shapes: Vec::new(),
        convergence: Vec::new(),
        distribution: vec![portion(24.0, 24.0, known(1.0, 0.0), known(1.0, 0.0))],
        constant: true,
        first_order: None,
        centres: None,
    };
    let run = RunReport {
        scenario: "chat".to_owned(),
        title: Some("A chat service".to_owned()),
        variant: "base".to_owned(),
        description: None,
        swept: Vec::new(),
        sample: SampleReport {
            sampler: "sobol".to_owned(),
            trials: 1_048_576,
            stopping: None,
            replicates: 32,
            seed: 42,
            level: 0.95,
            nonfinite: 0,
        },
        inputs: Vec::new(),
        correlations: Vec::new(),
        joint: Vec::new(),
        outputs: vec![emissions, hours],
        assertions: vec![
            assertion(Outcome::Holds, 40.0),
            assertion(Outcome::NotResolved, 36.5),
        ],
        nested: None,
        mixes_kinds: false,
        notes: vec!["1,000,000 trials were rounded up to 1,048,576".to_owned()],
    };
    Report {
        runs: vec![run],
        decisions: vec![decision()],
        requirements: vec![requirement()],
        ..Report::default()
    }
}

/// A decision whose alternatives a text tries to harm with.
fn decision() -> DecisionReport {
    let alternative = |name: &str, above: f64| AlternativeRow {
        name: name.to_owned(),
        above: known(above, 0.001 * above),
        chosen: above == 0.0,
    };
    let worth = |input: &str, measure, value: f64, rank, resolved| SensitivityRow {
        unit: "kgCO2e/day".to_owned(),
        ..driver(input, measure, value, rank, resolved)
    };
    DecisionReport {
        scenario: "chat".to_owned(),
        output: "emissions".to_owned(),
        unit: "kgCO2e/day".to_owned(),
        alternatives: vec![alternative("base", 3.0), alternative("=1+1\u{1b}[31m", 0.0)],
        sensitivity: vec![
            worth("(all)", "evpi", 5.09, None, true),
            worth("gpus", "evppi", 2.41, Some(1), true),
            worth("pue", "evppi", -0.0001, Some(2), false),
            worth("(dummy)", "evppi", 0.0, None, false),
            worth("group:=hard ware", "evppi", 4.2, None, true),
        ],
        notes: vec!["what group:energy is worth knowing is not available".to_owned()],
    }
}

/// What one input, two and all need.
pub(super) fn requirement() -> RequireReport {
    let row = |inputs: &[&str], need, left: f64| RequireRow {
        inputs: inputs.iter().map(|&name| name.to_owned()).collect(),
        known: Vec::new(),
        unit: "W/GPU".to_owned(),
        interval: (inputs.len() == 1).then_some([340.0, 407.0]),
        needed: matches!(need, Need::Factor(_)).then_some([360.0, 390.0]),
        need,
        if_known: known(left, 0.001),
    };
    RequireReport {
        scenario: "chat".to_owned(),
        variant: "=much water".to_owned(),
        output: "emissions".to_owned(),
        within: 0.25,
        present: known(0.48, 0.001),
        reached: false,
        sample: SampleReport {
            sampler: "sobol".to_owned(),
            trials: 131_072,
            stopping: None,
            replicates: 32,
            seed: 42,
            level: 0.95,
            nonfinite: 0,
        },
        rows: vec![
            row(&["=gpus"], Need::Impossible, 0.4),
            row(&["power"], Need::Factor(known(0.46, 0.002)), 0.14),
            row(&["coin"], Need::Known, 0.2),
            row(&["pue"], Need::Unresolved, 0.25),
        ],
        pair: Some(row(
            &["=gpus", "power"],
            Need::Factor(known(0.61, 0.002)),
            0.1,
        )),
        together: row(
            &["=gpus", "power", "coin", "pue"],
            Need::Factor(known(0.7, 0.002)),
            0.0,
        ),
        varies: vec!["load".to_owned()],
    }
}

/// The same with a variant.
pub(super) fn two_runs() -> Report {
    let mut report = report();
    let mut variant = report.runs[0].clone();
    variant.variant = "us-west-2".to_owned();
    variant.description = Some("=1+1".to_owned());
    variant.swept = vec![("inputs.gpus".to_owned(), "8".to_owned())];
    report.runs.push(variant);
    report
}
