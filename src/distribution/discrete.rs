//! The discrete distribution over listed values, and the Bernoulli distribution over 0 and 1.

use super::parameters::Check;
use super::steps::Steps;
use super::{Built, Family, Marginal, P, Parameterisation, Parameters, VALUES, WEIGHTS, codes};
use crate::kernel::Tails;
use std::sync::Arc;

/// The row of the table.
pub(super) static FAMILY: Family = Family {
    name: "discrete",
    summary: "one of the listed values, with the chances their weights say",
    parameters: &[VALUES, WEIGHTS],
    parameterisations: &[
        Parameterisation::of(&["values"]),
        Parameterisation::of(&["values", "weights"]),
    ],
    build: build_discrete,
};

/// The row of the table for Bernoulli.
pub(super) static BERNOULLI: Family = Family {
    name: "bernoulli",
    summary: "1 with probability p, else 0",
    parameters: &[P],
    parameterisations: &[Parameterisation::of(&["p"])],
    build: build_bernoulli,
};

/// Values in rising order with their probabilities.
#[derive(Debug, Clone)]
pub(super) struct Discrete {
    family: &'static str,
    values: Vec<f64>,
    probabilities: Vec<f64>,
    /// F and 1 − F at each value.
    tails: Vec<Tails>,
    steps: Steps,
}

fn build_discrete(parameters: &Parameters) -> Built {
    let mut check = Check::new(parameters);
    let values = parameters.list("values").unwrap_or(&[]);
    let equal = vec![1.0; values.len()];
    let weights = parameters.list("weights").unwrap_or(&equal);
    check.require(
        !values.is_empty(),
        "values",
        &codes::VALUES_EMPTY,
        || "values is empty".into(),
        "at least one value",
    );
    check.require(
        weights.len() == values.len(),
        "weights",
        &codes::WEIGHTS_LENGTH,
        || format!("{} weights for {} values", weights.len(), values.len()),
        "one weight a value",
    );
    for value in values.iter().filter(|v| !v.is_finite()) {
        check.complain(
            Some("values"),
            &codes::NUMBER_NOT_FINITE,
            format!("one of the values is {value}"),
            "finite numbers",
        );
    }
    for weight in weights.iter().filter(|w| !(**w > 0.0 && w.is_finite())) {
        check.complain(
            Some("weights"),
            &codes::WEIGHT_NOT_POSITIVE,
            format!("one of the weights is {weight}"),
            "weights above zero; leave out a value that cannot occur",
        );
    }
    let mut pairs: Vec<(f64, f64)> = values
        .iter()
        .copied()
        .zip(weights.iter().copied())
        .collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Two sources may give one number: it has the weight of both.
    pairs.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        if is_same {
            kept.1 += next.1;
        }
        is_same
    });
    let total: f64 = pairs.iter().map(|p| p.1).sum();
    check.finite("weights", "the sum of the weights", total);
    check.finish(|| Arc::new(Discrete::new(FAMILY.name, &pairs)) as Arc<dyn Marginal>)
}

fn build_bernoulli(parameters: &Parameters) -> Built {
    let mut check = Check::new(parameters);
    let p = check.probability("p");
    check.finish(|| {
        let pairs: Vec<(f64, f64)> = [(0.0, 1.0 - p), (1.0, p)]
            .into_iter()
            .filter(|pair| pair.1 > 0.0)
            .collect();
        Arc::new(Discrete::new(BERNOULLI.name, &pairs)) as Arc<dyn Marginal>
    })
}

impl Discrete {
    /// From (value, weight) in rising order of value.
    pub fn new(family: &'static str, pairs: &[(f64, f64)]) -> Self {
        let total: f64 = pairs.iter().map(|p| p.1).sum();
        // Summed from each end, so that the smaller tail has a small relative error.
        let mut above = 0.0;
        let mut uppers: Vec<f64> = pairs
            .iter()
            .rev()
            .map(|pair| {
                let upper = above / total;
                above += pair.1;
                upper
            })
            .collect();
        uppers.reverse();
        let mut below = 0.0;
        let tails: Vec<Tails> = pairs
            .iter()
            .zip(&uppers)
            .map(|(pair, upper)| {
                below += pair.1;
                Tails {
                    lower: below / total,
                    upper: *upper,
                }
            })
            .collect();
        Self {
            family,
            values: pairs.iter().map(|p| p.0).collect(),
            probabilities: pairs.iter().map(|p| p.1 / total).collect(),
            steps: Steps::new(tails[..tails.len() - 1].iter().copied()),
            tails,
        }
    }

    /// The tails at the last value not above x.
    fn at(&self, x: f64) -> Tails {
        if x.is_nan() {
            return Tails::from_lower(f64::NAN);
        }
        match self.values.partition_point(|v| *v <= x) {
            0 => Tails::from_lower(0.0),
            count => self.tails[count - 1],
        }
    }
}

impl Marginal for Discrete {
    fn family(&self) -> &'static str {
        self.family
    }

    fn quantile(&self, u: f64) -> f64 {
        if !(0.0..=1.0).contains(&u) {
            return f64::NAN;
        }
        // By the rounded sums of the weights: nine values of ten reach 0.9, although the double nearest to it lies above.
        let last = self.values.len() - 1;
        self.values[self
            .tails
            .partition_point(|tails| tails.lower < u)
            .min(last)]
    }

    fn cdf(&self, x: f64) -> f64 {
        self.at(x).lower
    }

    fn survival(&self, x: f64) -> f64 {
        self.at(x).upper
    }

    fn density(&self, x: f64) -> f64 {
        let at = self.values.partition_point(|v| *v < x);
        if self.values.get(at) == Some(&x) {
            self.probabilities[at]
        } else {
            0.0
        }
    }

    fn mean(&self) -> Option<f64> {
        // Around one of the values, so that values far from zero lose nothing.
        let base = self.values[0];
        let pairs = self.values.iter().zip(&self.probabilities);
        Some(base + pairs.map(|(v, p)| p * (v - base)).sum::<f64>())
    }

    fn sd(&self) -> Option<f64> {
        let mean = self.mean()?;
        let pairs = self.values.iter().zip(&self.probabilities);
        Some(
            pairs
                .map(|(v, p)| p * ((v - mean) * (v - mean)))
                .sum::<f64>()
                .sqrt(),
        )
    }

    fn support(&self) -> (f64, f64) {
        (self.values[0], self.values[self.values.len() - 1])
    }

    fn atoms(&self, limit: usize) -> Option<Vec<f64>> {
        (self.values.len() <= limit).then(|| self.values.clone())
    }

    fn is_discrete(&self) -> bool {
        true
    }

    fn fill(&self, u: &[f64], x: &mut [f64]) {
        assert_eq!(u.len(), x.len(), "slices of different lengths");
        for (u, x) in u.iter().zip(x) {
            *x = self.values[self.steps.index(*u)];
        }
    }
}
