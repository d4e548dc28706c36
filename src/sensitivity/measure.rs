//! The measures by name: what is asked for, and what stands in the files.

/// The measures, by the word of `--sensitivity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Spearman's rank correlation, from the main sample.
    Spearman,
    /// First-order index from the main sample.
    GivenData,
    /// Shares of the squares of the rank correlations, from the main sample.
    Contribution,
    /// Pearson's correlation, from the main sample.
    Pearson,
    /// Standardised regression coefficients of values and of ranks, from the main sample.
    Regression,
    /// Partial correlations of values and of ranks, from the main sample.
    Partial,
    /// Borgonovo's δ, from the main sample.
    Borgonovo,
    /// Distances of distribution functions, from the main sample.
    Pawn,
    /// Hilbert–Schmidt independence criterion, from the main sample.
    Hsic,
    /// Sobol' indices.
    Sobol,
    /// Shapley effects.
    Shapley,
    /// Elementary effects.
    Morris,
    /// One input at a time.
    Tornado,
    /// What it is worth to know an input before a decision.
    Evppi,
    /// One input at a time by another family.
    Shape,
}

/// What stands in `sensitivity.csv` for measures of ranks: they need no variance of the output.
pub const OF_RANKS: [&str; 8] = [
    "contribution_to_variance",
    "spearman",
    "srrc",
    "srrc_r2",
    "prcc",
    "borgonovo_delta",
    "pawn",
    "pawn_mean",
];

impl Measure {
    /// Every measure: value, word of the command line, `measure` in `sensitivity.csv`, one line.
    pub const ALL: &'static [(Measure, &'static str, &'static str, &'static str)] = &[
        (
            Measure::Spearman,
            "spearman",
            "spearman",
            "rank correlation of input and output, from the main sample",
        ),
        (
            Measure::GivenData,
            "given-data",
            "first_order_given_data",
            "first-order index (share of the variance), from the main sample",
        ),
        (
            Measure::Contribution,
            "contribution",
            "contribution_to_variance",
            "squares of the rank correlations, as shares of their sum, from the main sample",
        ),
        (
            Measure::Pearson,
            "pearson",
            "pearson",
            "correlation of input and output, from the main sample",
        ),
        (
            Measure::Regression,
            "regression",
            "src, srrc, src_r2, srrc_r2",
            "standardised regression coefficients, of values and of ranks, and how much they explain, from the main sample",
        ),
        (
            Measure::Partial,
            "partial",
            "pcc, prcc",
            "correlation with the output that is not due to other inputs, of values and of ranks, from the main sample",
        ),
        (
            Measure::Borgonovo,
            "borgonovo",
            "borgonovo_delta",
            "how far the output's whole distribution moves when the input is known (Borgonovo's delta), from the main sample",
        ),
        (
            Measure::Pawn,
            "pawn",
            "pawn, pawn_mean",
            "largest distance of the output's distribution functions with and without knowing the input, median and mean over the input, from the main sample",
        ),
        (
            Measure::Hsic,
            "hsic",
            "hsic_r2",
            "dependence of any shape (Hilbert-Schmidt independence criterion, normalised), from the main sample",
        ),
        (
            Measure::Sobol,
            "sobol",
            "sobol_first, sobol_total, sobol_second",
            "share of the variance by an input alone, with all its interactions, by pairs; independent inputs",
        ),
        (
            Measure::Shapley,
            "shapley",
            "shapley, shapley_grade, shapley_group",
            "the variance shared out, dependent inputs too; also by grade of evidence and by the scenario's groups",
        ),
        (
            Measure::Morris,
            "morris",
            "morris_mu_star, morris_sigma, morris_mu",
            "elementary effects: change of the output when one input goes across its range; independent inputs",
        ),
        (
            Measure::Tornado,
            "tornado",
            "tornado_low, tornado_high",
            "the output with one input at its 5 % and its 95 % quantile, the others at their medians",
        ),
        (
            Measure::Evppi,
            "evppi",
            "evppi, evpi",
            "what it is worth to know an input, or everything, before the scenario's [decision] is made",
        ),
        (
            Measure::Shape,
            "shape",
            "(shape.csv)",
            "the ends of the interval with one input of another family, of the same mean and sd (shape.csv)",
        ),
    ];

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|row| row.0 == self)
            .map_or("", |row| row.1)
    }

    /// The word of the `measure` column in `sensitivity.csv`, of a measure that has one.
    pub fn column(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|row| row.0 == self)
            .map_or("", |row| row.2)
    }

    /// Whether it is computed from the trials of the main sample; the others evaluate the model again.
    pub fn is_of_main_sample(self) -> bool {
        matches!(
            self,
            Measure::Spearman
                | Measure::GivenData
                | Measure::Contribution
                | Measure::Pearson
                | Measure::Regression
                | Measure::Partial
        ) || self.is_of_tables()
    }

    /// Whether it is computed from how often classes of the input met classes of the output.
    pub(super) fn is_of_tables(self) -> bool {
        matches!(self, Measure::Borgonovo | Measure::Pawn | Measure::Hsic)
    }

    /// Whether it is about the choice between alternatives, of which a variant is one.
    pub fn is_of_decision(self) -> bool {
        self == Measure::Evppi
    }

    /// Whether only a run has it: it is about a choice between variants, or about the interval of a variant.
    pub fn is_of_run(self) -> bool {
        matches!(self, Measure::Evppi | Measure::Shape)
    }

    /// Whether it is a linear regression, or a part of one.
    pub(super) fn is_linear(self) -> bool {
        matches!(
            self,
            Measure::Pearson | Measure::Regression | Measure::Partial
        )
    }

    /// The measures of a plain run: they cost next to nothing.
    pub const BY_DEFAULT: [Measure; 2] = [Measure::Spearman, Measure::GivenData];
}
