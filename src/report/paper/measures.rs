//! What the measures of sensitivity are called in a paper.

/// Both ends of a bar.
const TORNADO: &str =
    "the output with one input at its 5 % and its 95 % quantile and the others at their medians";

/// The word of a measure, its heading, and its name in a sentence.
const NAMES: &[(&str, &str, &str)] = &[
    ("spearman", "Spearman", "Spearman's rank correlation"),
    ("pearson", "Pearson", "Pearson's correlation"),
    (
        "first_order_given_data",
        "First order",
        "first-order indices estimated from the sample",
    ),
    (
        "contribution_to_variance",
        "Contribution",
        "the contribution to the variance",
    ),
    ("src", "SRC", "standardised regression coefficients"),
    ("srrc", "SRRC", "standardised rank regression coefficients"),
    ("pcc", "PCC", "partial correlation coefficients"),
    ("prcc", "PRCC", "partial rank correlation coefficients"),
    (
        "sobol_first",
        "Sobol' first",
        "Sobol' indices of first order",
    ),
    (
        "sobol_second",
        "Sobol' second",
        "Sobol' indices of second order",
    ),
    ("sobol_total", "Sobol' total", "total Sobol' indices"),
    ("shapley", "Shapley", "Shapley effects"),
    (
        "shapley_grade",
        "Shapley",
        "Shapley effects of the grades of evidence",
    ),
    ("borgonovo_delta", "Borgonovo delta", "Borgonovo's delta"),
    ("pawn", "PAWN", "PAWN indices"),
    ("pawn_mean", "PAWN mean", "mean PAWN indices"),
    ("hsic_r2", "HSIC R²", "HSIC indices"),
    (
        "shapley_group",
        "Shapley",
        "Shapley effects of the groups of inputs",
    ),
    ("tornado_low", "At its 5 %", TORNADO),
    ("tornado_high", "At its 95 %", TORNADO),
    ("evppi", "EVPPI", "the expected value of knowing an input"),
    ("evpi", "EVPI", "the expected value of knowing every input"),
    (
        "src_r2",
        "R²",
        "the share of the variance that the regression explains",
    ),
    (
        "srrc_r2",
        "R² of ranks",
        "the share of the variance that the regression of ranks explains",
    ),
    (
        "morris_mu_star",
        "Morris mu*",
        "the mean of the absolute elementary effects",
    ),
    (
        "morris_mu",
        "Morris mu",
        "the mean of the elementary effects",
    ),
    (
        "morris_sigma",
        "Morris sigma",
        "the standard deviation of the elementary effects",
    ),
];

/// The heading of a measure's column.
pub(super) fn heading(measure: &str) -> &str {
    row(measure).map_or(measure, |row| row.1)
}

/// The heading of what a measure is of.
pub(super) fn is_of(measure: &str) -> &'static str {
    match measure {
        "sobol_second" => "Inputs",
        "shapley_grade" => "Grade",
        "shapley_group" => "Group",
        _ => "Input",
    }
}

/// What a measure is called in a sentence.
pub(super) fn name(measure: &str) -> &str {
    row(measure).map_or(measure, |row| row.2)
}

fn row(measure: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    NAMES.iter().find(|row| row.0 == measure)
}
