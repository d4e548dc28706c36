//! Measures of what drives an output: one file an index.

/// The measures, by the word of `--sensitivity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Spearman's rank correlation, from the main sample.
    Spearman,
    /// First-order index from the main sample.
    GivenData,
}

impl Measure {
    /// Every measure: value, word of the command line, `measure` in `sensitivity.csv`, one line.
    pub const ALL: &'static [(Measure, &'static str, &'static str, &'static str)] = &[
        (Measure::Spearman, "spearman", "spearman", "rank correlation of input and output, from the main sample"),
        (Measure::GivenData, "given-data", "first_order_given_data", "first-order index (share of the variance), from the main sample"),
    ];
}
