//! Accumulators that stream and merge, and what they become: numbers with their error.

pub mod convergence;
pub mod distribution;
pub mod grid;
pub mod inner;
mod kept;
pub mod moments;
pub mod nested;
pub mod order;
pub mod ordered;
pub mod paired;
pub mod replicates;
mod rising;
pub mod shortest;
mod spare;
pub mod summary;
pub mod tail;
pub mod tally;

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

impl Estimate {
    /// A number that is not available.
    pub fn unavailable() -> Self {
        Estimate {
            value: None,
            standard_error: None,
            error_low: None,
            error_high: None,
            poorly_carried: false,
        }
    }

    /// A number without an error: exact, or an extreme.
    pub fn exact(value: f64) -> Self {
        Estimate {
            value: Some(value).filter(|value| value.is_finite()),
            ..Self::unavailable()
        }
    }

    /// A number with a standard error; not available where it is not finite.
    pub fn with_error(value: f64, standard_error: Option<f64>) -> Self {
        Estimate {
            standard_error: standard_error.filter(|_| value.is_finite()),
            ..Self::exact(value)
        }
    }

    /// Of a quantity that is this one times a positive number.
    pub fn times(&self, factor: f64) -> Self {
        let times = |number: Option<f64>| number.map(|number| number * factor);
        Estimate {
            value: times(self.value),
            standard_error: times(self.standard_error),
            error_low: times(self.error_low),
            error_high: times(self.error_high),
            ..*self
        }
    }

    /// The same, of whose error nothing is known.
    #[must_use]
    pub fn without_error(self) -> Self {
        Estimate {
            standard_error: None,
            error_low: None,
            error_high: None,
            poorly_carried: true,
            ..self
        }
    }

    /// The same, marked where too few trials carry it.
    #[must_use]
    pub fn marked(self, poorly_carried: bool) -> Self {
        Estimate {
            poorly_carried: self.poorly_carried || poorly_carried,
            ..self
        }
    }
}
