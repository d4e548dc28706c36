//! The lognormal distribution: ln x is normal with mean mu and standard deviation sigma.

use super::normal::{StandardNormal, central_half_width, fill_standard, standard_table};
use super::parameters::Check;
use super::shared::Shared;
use super::table::{Table, Tabulated, exact_quantile};
use super::{
    BASIC_GSD2, Built, CV, Family, GSD, GSD2, INTERVAL, LEVEL, MEAN, MEDIAN, MU, Marginal,
    PEDIGREE, PEDIGREE_VERSION, Parameterisation, Parameters, SD, SIGMA, codes, pedigree,
};
use crate::kernel::{self, Tails};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// The row of the table.
pub(super) static FAMILY: Family = Family {
    name: "lognormal",
    summary: "a positive quantity known up to a factor: the logarithm is normal",
    parameters: &[
        MEDIAN,
        MEAN,
        GSD,
        GSD2,
        SD,
        CV,
        MU,
        SIGMA,
        PEDIGREE,
        PEDIGREE_VERSION,
        BASIC_GSD2,
        INTERVAL,
        LEVEL,
    ],
    parameterisations: &[
        Parameterisation::of(&["median", "gsd"]),
        Parameterisation::of(&["median", "gsd2"]),
        Parameterisation::of(&["median", "sd"]),
        Parameterisation::of(&["median", "cv"]),
        Parameterisation::of(&["mean", "gsd"]),
        Parameterisation::of(&["mean", "gsd2"]),
        Parameterisation::of(&["mean", "sd"]),
        Parameterisation::of(&["mean", "cv"]),
        Parameterisation::of(&["mu", "sigma"]),
        Parameterisation {
            required: &["median", "pedigree", "pedigree_version"],
            optional: &[("basic_gsd2", 1.0)],
        },
        Parameterisation {
            required: &["mean", "pedigree", "pedigree_version"],
            optional: &[("basic_gsd2", 1.0)],
        },
        Parameterisation::of(&["interval", "level"]),
    ],
    build,
};

/// Lognormal with the mean and standard deviation of the logarithm of the value in the input's unit.
struct LogNormal {
    mu: f64,
    sigma: f64,
    /// Of e^(sigma · z), found at the first use; `None` where the spread is too wide.
    table: OnceLock<Arc<Option<Table>>>,
}

fn build(parameters: &Parameters) -> Built {
    let mut check = Check::new(parameters);
    let (mu, sigma, key) = if parameters.has("interval") {
        let (low, high) = check.interval(true);
        let half = 0.5 * kernel::log_ratio(low, high);
        let sigma = half / central_half_width(check.level());
        (kernel::ln(low) + half, sigma, "interval")
    } else if parameters.has("mu") {
        let mu = check.number("mu");
        (
            mu,
            check.positive("sigma", &codes::SD_NOT_POSITIVE),
            "sigma",
        )
    } else {
        centre_and_spread(&mut check, parameters)
    };
    // Nine sigma are beyond every draw (Φ(−8.3) is below 2⁻⁵³): what is drawn is in the range of `exp_in_range`.
    if mu + 9.0 * sigma > 709.0 || mu - 9.0 * sigma < -708.0 {
        check.too_extreme(
            key,
            format!(
                "the logarithm would be {mu} ± {sigma}: its values leave the range of a double"
            ),
        );
    }
    check.defined(key, &[mu, sigma]);
    if sigma == 0.0 {
        check.too_extreme(key, "the spread would underflow to 0".into());
    }
    check.finish(|| {
        let table = OnceLock::new();
        Arc::new(LogNormal { mu, sigma, table }) as Arc<dyn Marginal>
    })
}

/// mu and sigma from a median or a mean and any of the ways to say the spread.
fn centre_and_spread(check: &mut Check<'_>, parameters: &Parameters) -> (f64, f64, &'static str) {
    let by_median = parameters.has("median");
    let centre = if by_median {
        check.positive("median", &codes::MEDIAN_NOT_POSITIVE)
    } else {
        check.positive("mean", &codes::MEAN_NOT_POSITIVE)
    };
    let (sigma, key) = if parameters.has("gsd") {
        let gsd = check.above("gsd", 1.0, &codes::GSD_NOT_ABOVE_ONE);
        (kernel::log1p(gsd - 1.0), "gsd")
    } else if parameters.has("gsd2") {
        let gsd2 = check.above("gsd2", 1.0, &codes::GSD_NOT_ABOVE_ONE);
        (0.5 * kernel::log1p(gsd2 - 1.0), "gsd2")
    } else if parameters.has("cv") {
        let cv = check.positive("cv", &codes::CV_NOT_POSITIVE);
        (kernel::log1p(cv * cv).sqrt(), "cv")
    } else if parameters.has("sd") {
        let ratio = check.positive("sd", &codes::SD_NOT_POSITIVE) / centre;
        let square = ratio * ratio;
        let variance = if by_median {
            // sd² = median² w (w − 1) with w = e^σ²; the positive root, less one, without cancellation.
            kernel::log1p(2.0 * square / (1.0 + (1.0 + 4.0 * square).sqrt()))
        } else {
            kernel::log1p(square)
        };
        (variance.sqrt(), "sd")
    } else {
        let scores = parameters.list("pedigree").unwrap_or(&[]).to_vec();
        (pedigree::sigma(check, &scores), "pedigree")
    };
    let mu = kernel::ln(centre);
    let mu = if by_median {
        mu
    } else {
        mu - 0.5 * sigma * sigma
    };
    (mu, sigma, key)
}

impl LogNormal {
    fn standard(&self, x: f64) -> f64 {
        (kernel::ln(if x < 0.0 { 0.0 } else { x }) - self.mu) / self.sigma
    }

    fn value(&self, z: f64) -> f64 {
        kernel::exp(z.mul_add(self.sigma, self.mu))
    }
}

impl fmt::Debug for LogNormal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mu, sigma, .. } = self;
        f.debug_struct("LogNormal")
            .field("mu", mu)
            .field("sigma", sigma)
            .finish()
    }
}

/// A lognormal distribution with median 1, as its table sees it: that of any other with this sigma.
#[derive(Debug, Clone, Copy)]
struct OfMedianOne {
    sigma: f64,
}

impl Tabulated for OfMedianOne {
    fn lower_quantile(&self, p: f64, _near: Option<f64>) -> f64 {
        kernel::exp(self.sigma * kernel::normal_lower_quantile(p))
    }

    fn upper_quantile(&self, q: f64, _near: Option<f64>) -> f64 {
        kernel::exp(-self.sigma * kernel::normal_lower_quantile(q))
    }

    fn tails(&self, x: f64) -> Tails {
        let z = kernel::ln(x) / self.sigma;
        Tails {
            lower: kernel::normal_lower_tail(z),
            upper: kernel::normal_upper_tail(z),
        }
    }

    fn density(&self, x: f64) -> f64 {
        kernel::normal_density(kernel::ln(x) / self.sigma) / (self.sigma * x)
    }
}

impl Marginal for LogNormal {
    fn family(&self) -> &'static str {
        FAMILY.name
    }

    fn quantile(&self, u: f64) -> f64 {
        self.value(exact_quantile(&StandardNormal, u))
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        self.value(-kernel::normal_lower_quantile(q))
    }

    fn cdf(&self, x: f64) -> f64 {
        kernel::normal_lower_tail(self.standard(x))
    }

    fn survival(&self, x: f64) -> f64 {
        kernel::normal_upper_tail(self.standard(x))
    }

    fn density(&self, x: f64) -> f64 {
        if x <= 0.0 {
            0.0
        } else {
            kernel::normal_density(self.standard(x)) / (self.sigma * x)
        }
    }

    fn mean(&self) -> Option<f64> {
        let mean = kernel::exp(self.mu + 0.5 * self.sigma * self.sigma);
        mean.is_finite().then_some(mean)
    }

    fn sd(&self) -> Option<f64> {
        let sd = self.mean()? * kernel::expm1(self.sigma * self.sigma).sqrt();
        sd.is_finite().then_some(sd)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn fill(&self, u: &[f64], x: &mut [f64]) {
        let Self { mu, sigma, .. } = *self;
        static TABLES: Shared<Option<Table>> = Shared::new();
        let of = OfMedianOne { sigma };
        let table = self
            .table
            .get_or_init(|| TABLES.get(&of, || standard_table().exponential(sigma)));
        if let Some(table) = &**table {
            table.fill(&of, u, x);
            let median = kernel::exp(mu);
            kernel::dispatch(
                #[inline(always)]
                || x.iter_mut().for_each(|x| *x *= median),
            );
            return;
        }
        fill_standard(u, x);
        kernel::dispatch(
            #[inline(always)]
            || {
                for x in x.iter_mut() {
                    *x = kernel::exp_in_range(x.mul_add(sigma, mu));
                }
            },
        )
    }
}
