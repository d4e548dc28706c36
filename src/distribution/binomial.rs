//! The binomial and the negative binomial distribution.
//!
//! Their tails are regularised incomplete beta functions (DLMF 8.17(iii)): binomial F(k) = I_{1−p}(n − k, k + 1), negative
//! binomial F(k) = I_p(size, k + 1); their probabilities follow from the beta density without large factorials.

use super::counting::{Count, Counting};
use super::parameters::{Check, shown};
use super::{Built, DISPERSION, Family, MEAN, N, P, Parameterisation, Parameters, SIZE, codes};
use crate::kernel::{self, BetaShape, Tails};

/// The row of the table.
pub(super) static BINOMIAL: Family = Family {
    name: "binomial",
    summary: "how many of n independent trials succeed",
    parameters: &[N, P],
    parameterisations: &[Parameterisation::of(&["n", "p"])],
    build: build_binomial,
};

/// The row of the table.
pub(super) static NEGATIVE: Family = Family {
    name: "negative_binomial",
    summary: "failures before the size-th success; counts that spread more than a Poisson distribution's",
    parameters: &[SIZE, P, MEAN, DISPERSION],
    parameterisations: &[
        Parameterisation::of(&["size", "p"]),
        Parameterisation::of(&["mean", "dispersion"]),
    ],
    build: build_negative,
};

#[derive(Debug, Clone, Copy)]
struct Binomial {
    n: f64,
    p: f64,
}

/// Failures before the `size`-th success, each trial succeeding with probability p = 1 − q.
#[derive(Debug, Clone, Copy)]
struct NegativeBinomial {
    size: f64,
    p: f64,
    q: f64,
}

/// Trials and failures that are computed.
const LARGEST: f64 = 1e10;

fn build_binomial(parameters: &Parameters) -> Built {
    let mut check = Check::new(parameters);
    let n = check.number("n");
    check.require(
        n.is_nan() || (n >= 1.0 && n == n.floor()),
        "n",
        &codes::COUNT_NOT_WHOLE,
        || format!("n is {n}"),
        "a whole number, 1 or more",
    );
    if n > LARGEST {
        check.too_extreme("n", format!("n is {}, above {LARGEST:e}", shown(n)));
    }
    let p = check.probability("p");
    check.finish(|| Counting::marginal(Binomial { n, p }))
}

fn build_negative(parameters: &Parameters) -> Built {
    let mut check = Check::new(parameters);
    let (size, p, q) = if parameters.has("size") {
        let size = check.positive("size", &codes::SHAPE_NOT_POSITIVE);
        let p = check.probability("p");
        check.require(
            p != 0.0,
            "p",
            &codes::PROBABILITY_OUTSIDE_UNIT_INTERVAL,
            || "p is 0: success would never come".into(),
            "a fraction above 0",
        );
        (size, p, 1.0 - p)
    } else {
        let mean = check.positive("mean", &codes::MEAN_NOT_POSITIVE);
        let dispersion = check.positive("dispersion", &codes::DISPERSION_NOT_POSITIVE);
        let product = mean * dispersion;
        (
            1.0 / dispersion,
            1.0 / (1.0 + product),
            product / (1.0 + product),
        )
    };
    let key = if parameters.has("size") {
        "size"
    } else {
        "dispersion"
    };
    let mean = size * q / p;
    let computable =
        (1e-3..=LARGEST).contains(&size) && (mean == 0.0 || (1e-200..=LARGEST).contains(&mean));
    // Of a p of 0 was complained already.
    if !(computable || size.is_nan() || mean.is_nan() || p == 0.0) {
        check.too_extreme(
            key,
            format!(
                "a size of {} with a mean of {} is not computed",
                shown(size),
                shown(mean)
            ),
        );
    }
    check.defined(key, &[size, p, q, mean]);
    check.finish(|| Counting::marginal(NegativeBinomial { size, p, q }))
}

impl Count for Binomial {
    fn family(&self) -> &'static str {
        BINOMIAL.name
    }

    fn tails(&self, k: f64) -> Tails {
        if k >= self.n {
            Tails::from_upper(0.0)
        } else {
            kernel::regularized_beta(self.n - k, k + 1.0, 1.0 - self.p, self.p)
        }
    }

    fn probability(&self, k: f64) -> f64 {
        let (n, p, q) = (self.n, self.p, 1.0 - self.p);
        if p == 0.0 || q == 0.0 {
            return f64::from(k == n * p);
        }
        // p^(k+1) q^(n−k+1) / B(k+1, n−k+1) = (n + 1) p q × the probability.
        BetaShape::new(k + 1.0, n - k + 1.0).weight(p, q) / (n + 1.0) / (p * q)
    }

    fn cumulants(&self) -> [f64; 4] {
        let (n, p, q) = (self.n, self.p, 1.0 - self.p);
        let variance = n * p * q;
        [
            n * p,
            variance,
            (q - p) / variance.sqrt(),
            (1.0 - 6.0 * p * q) / variance,
        ]
    }

    fn largest(&self) -> f64 {
        self.n
    }
}

impl Count for NegativeBinomial {
    fn family(&self) -> &'static str {
        NEGATIVE.name
    }

    fn tails(&self, k: f64) -> Tails {
        kernel::regularized_beta(self.size, k + 1.0, self.p, self.q)
    }

    fn probability(&self, k: f64) -> f64 {
        if self.q == 0.0 {
            return f64::from(k == 0.0);
        }
        // Γ(k+r)/(k! Γ(r)) p^r q^k = p^r q^(k+1) / B(r, k+1) / (q (k + r)).
        BetaShape::new(self.size, k + 1.0).weight(self.p, self.q) / (self.q * (k + self.size))
    }

    fn cumulants(&self) -> [f64; 4] {
        let (r, p, q) = (self.size, self.p, self.q);
        [
            r * q / p,
            r * q / (p * p),
            (1.0 + q) / (r * q).sqrt(),
            (6.0 + p * p / q) / r,
        ]
    }
}
