//! The pedigree approach of life-cycle inventories: five data-quality scores turned into a geometric standard deviation.
//!
//! σ = ½ √(Σ ln² f), f being a factor (a squared geometric standard deviation) for each score and for the basic
//! uncertainty. The factors are those of brightway-lca/pedigree_matrix, data.py at 706ff7e (BSD-3-Clause): version 1 the
//! expert judgement of ecoinvent 2, version 2 the empirical ones of Ciroth et al., Int J Life Cycle Assess, 2013. The
//! sixth indicator of version 1, sample size, is no longer in use and not asked for.

use super::codes;
use super::parameters::Check;
use crate::kernel;

const INDICATORS: [&str; 5] = [
    "reliability",
    "completeness",
    "temporal",
    "geographical",
    "technological",
];

/// Factors by indicator and score, version 1.
const JUDGED: [[f64; 5]; 5] = [
    [1.0, 1.05, 1.1, 1.2, 1.5],
    [1.0, 1.02, 1.05, 1.1, 1.2],
    [1.0, 1.03, 1.1, 1.2, 1.5],
    [1.0, 1.01, 1.02, 1.02, 1.1],
    [1.0, 1.0, 1.2, 1.5, 2.0],
];

/// Factors by indicator and score, version 2.
const EMPIRICAL: [[f64; 5]; 5] = [
    [1.0, 1.54, 1.61, 1.69, 1.69],
    [1.0, 1.03, 1.04, 1.08, 1.08],
    [1.0, 1.03, 1.1, 1.19, 1.29],
    [1.0, 1.04, 1.08, 1.11, 1.11],
    [1.0, 1.18, 1.65, 2.08, 2.8],
];

/// σ of the logarithm from `pedigree`, `pedigree_version` and `basic_gsd2`; NaN with complaints when one is wrong.
pub(super) fn sigma(check: &mut Check<'_>, scores: &[f64]) -> f64 {
    let version = check.number("pedigree_version");
    let factors = if version == 2.0 { &EMPIRICAL } else { &JUDGED };
    check.require(
        version.is_nan() || version == 1.0 || version == 2.0,
        "pedigree_version",
        &codes::PEDIGREE_VERSION_UNKNOWN,
        || format!("pedigree_version is {version}"),
        "pedigree_version = 1 or 2",
    );
    let basic = check.number_or("basic_gsd2", 1.0);
    check.require(
        !(basic < 1.0),
        "basic_gsd2",
        &codes::BASIC_GSD2_BELOW_ONE,
        || format!("basic_gsd2 is {basic}"),
        "a factor of 1 or more, such as 1.05",
    );
    check.require(
        scores.len() == INDICATORS.len(),
        "pedigree",
        &codes::PEDIGREE_SCORE_UNKNOWN,
        || format!("pedigree has {} scores", scores.len()),
        "five scores: reliability, completeness, temporal, geographical, technological",
    );
    let mut sum = kernel::ln(basic) * kernel::ln(basic);
    for ((name, row), score) in INDICATORS.iter().zip(factors).zip(scores) {
        let position = (1..=5).find(|s| f64::from(*s) == *score);
        match position {
            Some(position) => {
                let log = kernel::ln(row[position as usize - 1]);
                sum += log * log;
            }
            None => check.complain(
                Some("pedigree"),
                &codes::PEDIGREE_SCORE_UNKNOWN,
                format!("the score for {name} is {score}"),
                "a whole number from 1 to 5",
            ),
        }
    }
    check.require(
        sum != 0.0 || scores.len() != INDICATORS.len(),
        "pedigree",
        &codes::PEDIGREE_WITHOUT_SPREAD,
        || "all factors are 1".into(),
        "basic_gsd2 above 1, or a constant",
    );
    0.5 * sum.sqrt()
}
