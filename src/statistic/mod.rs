//! Accumulators that stream and merge, and what they become: numbers with their error.

/// A number and how well the Monte Carlo run knows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The value, from all trials together. `None`: not available (an infinite variance, a ratio to zero).
    pub value: Option<f64>,
    /// The standard error of the value. `None` where there is none (`min`, `max`).
    pub standard_error: Option<f64>,
    /// 95 % limits of the Monte Carlo error where it is asymmetric or one-sided: lower.
    pub error_low: Option<f64>,
    /// Upper limit, likewise.
    pub error_high: Option<f64>,
    /// Whether too few effective trials carry the number for its error to be trusted.
    pub poorly_carried: bool,
}
