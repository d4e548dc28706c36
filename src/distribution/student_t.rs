//! Student's t distribution: density ∝ (1 + t²/df)^(−(df+1)/2), t = (x − location)/scale.
//!
//! P(|T| > t) = I_x(df/2, ½) with x = df/(df + t²) (DLMF 8.17(iii), Abramowitz & Stegun 26.7.1); with many degrees of
//! freedom, where the continued fraction loses digits, the density is integrated.

use super::parameters::Check;
use super::solve::{Guess, Slope, invert_tail};
use super::table::{LazyTable, Tabulated, exact_quantile};
use super::{Built, DF, Family, LOCATION, Marginal, Parameterisation, Parameters, SCALE, codes};
use crate::kernel::{self, BetaShape, Tails};
use std::f64::consts::PI;
use std::sync::Arc;

/// The row of the table.
pub(super) static FAMILY: Family = Family {
    name: "student_t",
    summary: "the mean of a few measurements: like the normal, with tails as heavy as the few degrees of freedom make them",
    parameters: &[DF, LOCATION, SCALE],
    parameterisations: &[Parameterisation {
        required: &["df"],
        optional: &[("location", 0.0), ("scale", 1.0)],
    }],
    build,
};

/// Degrees of freedom that are computed: fewer leave the range of a double, more are normal.
const DEGREES: (f64, f64) = (0.1, 1e10);

/// From here on the tails are integrated.
const MANY_DEGREES: f64 = 200.0;

/// Student's t with location 0 and scale 1.
#[derive(Debug, Clone, Copy)]
struct Standard {
    df: f64,
    shape: BetaShape,
    /// The density at 0 for many degrees of freedom.
    peak: f64,
}

#[derive(Debug, Clone)]
struct StudentT {
    standard: Standard,
    location: f64,
    scale: f64,
    table: LazyTable,
}

fn build(parameters: &Parameters) -> Built {
    let mut check = Check::new(parameters);
    let df = check.positive("df", &codes::SHAPE_NOT_POSITIVE);
    check.computable("df", df, DEGREES.0, DEGREES.1);
    let location = check.number_or("location", 0.0);
    let scale = if parameters.has("scale") {
        check.positive("scale", &codes::SCALE_NOT_POSITIVE)
    } else {
        1.0
    };
    let standard = Standard::new(df);
    if df >= DEGREES.0 && df <= DEGREES.1 && scale > 0.0 {
        // Beyond the outermost draw.
        let largest = standard.upper(0.25 * f64::EPSILON, None) * scale + location.abs();
        check.finite("scale", "a value of the distribution", largest);
    }
    check.finish(|| {
        Arc::new(StudentT {
            standard,
            location,
            scale,
            table: LazyTable::default(),
        }) as Arc<dyn Marginal>
    })
}

impl Standard {
    fn new(df: f64) -> Self {
        let a = 0.5 * df;
        // Γ(a + ½) / (Γ(a) √(2π a)) by Stirling's formula, the powers as a relative entropy.
        let exponent = kernel::stirling_error(a + 0.5)
            - kernel::stirling_error(a)
            - kernel::relative_entropy(a, a + 0.5, 0.5);
        Self {
            df,
            shape: BetaShape::new(a, 0.5),
            peak: kernel::exp(exponent) / (2.0 * PI).sqrt(),
        }
    }

    /// The density for many degrees of freedom.
    #[inline(always)]
    fn density_of_many(&self, t: f64) -> f64 {
        let square = t * t / self.df;
        // ln(1 + square) without its rounding, which df would magnify.
        let log = square - kernel::relative_entropy(1.0, 1.0 + square, square);
        self.peak * kernel::exp(-0.5 * (self.df + 1.0) * log)
    }

    /// P(T > t), P(0 < T < t) and t f(t), for t > 0.
    fn parts(&self, t: f64) -> (f64, f64, f64) {
        if self.df < MANY_DEGREES {
            let (x, y) = self.argument(t);
            let (tails, weight) = self.shape.tails_and_weight(x, y);
            return (0.5 * tails.lower, 0.5 * tails.upper, weight);
        }
        kernel::dispatch(
            #[inline(always)]
            || {
                let density = |t: f64| self.density_of_many(t);
                let weight = t * density(t);
                if t < 1.0 {
                    let central = kernel::integrate(0.0, t, density);
                    return (0.5 - central, central, weight);
                }
                let width = kernel::panel_width(t, 1.0) + 12.0 * t / self.df;
                let beyond = kernel::tail_integral(t, width, f64::INFINITY, density);
                (beyond, 0.5 - beyond, weight)
            },
        )
    }

    /// (x, 1 − x) of the incomplete beta function at t.
    fn argument(&self, t: f64) -> (f64, f64) {
        // With r = t/√df, which does not overflow where t² would.
        let r = t.abs() / self.df.sqrt();
        if r < 1e100 {
            let sum = 1.0 + r * r;
            (1.0 / sum, r * r / sum)
        } else {
            (1.0 / r / r, 1.0)
        }
    }

    /// t > 0 with upper tail q ≤ ½.
    fn upper(&self, q: f64, near: Option<f64>) -> f64 {
        if q == 0.5 {
            return 0.0;
        }
        let central = q > 0.25;
        let target = if central { 0.5 - q } else { q };
        let near = near.filter(|t| *t > 0.0);
        let guess = Guess::new(near.unwrap_or_else(|| self.start(q)), near);
        invert_tail(target, central, guess, f64::INFINITY, |t| {
            let (beyond, within, weight) = self.parts(t);
            let (_, y) = self.argument(t);
            Slope {
                probability: if central { within } else { beyond },
                weight,
                bend: 1.0 - (self.df + 1.0) * y,
            }
        })
    }

    /// The tail's leading power where x is small, else a normal deviate with its first correction (A&S 26.7.5).
    fn start(&self, q: f64) -> f64 {
        let a = 0.5 * self.df;
        let log_beta = kernel::ln_gamma(a) + kernel::ln_gamma(0.5) - kernel::ln_gamma(a + 0.5);
        let x = kernel::exp((kernel::ln(2.0 * q * a) + log_beta) / a);
        if x < 0.3 {
            (self.df * (1.0 - x) / x).sqrt()
        } else {
            let z = -kernel::normal_lower_quantile(q);
            z + z * (z * z + 1.0) / (4.0 * self.df)
        }
    }
}

impl Tabulated for Standard {
    fn lower_quantile(&self, p: f64, near: Option<f64>) -> f64 {
        -self.upper(p, near.map(|t| -t))
    }

    fn upper_quantile(&self, q: f64, near: Option<f64>) -> f64 {
        self.upper(q, near)
    }

    fn tails(&self, t: f64) -> Tails {
        if t == 0.0 {
            return Tails::from_lower(0.5);
        }
        let beyond = if t.is_infinite() {
            0.0
        } else {
            self.parts(t.abs()).0
        };
        let tails = Tails::from_upper(beyond);
        if t < 0.0 { tails.mirrored() } else { tails }
    }

    fn density(&self, t: f64) -> f64 {
        let (x, y) = self.argument(t);
        // t f(t) is the weight; y = t² x / df, so that t = 0 divides nothing by nothing.
        let y = y.max(f64::MIN_POSITIVE);
        let weight = kernel::dispatch(
            #[inline(always)]
            || self.shape.weight(x, y),
        );
        weight / y.sqrt() * (x / self.df).sqrt()
    }
}

impl StudentT {
    fn standardised(&self, x: f64) -> f64 {
        (x - self.location) / self.scale
    }
}

impl Marginal for StudentT {
    fn family(&self) -> &'static str {
        FAMILY.name
    }

    fn quantile(&self, u: f64) -> f64 {
        exact_quantile(&self.standard, u).mul_add(self.scale, self.location)
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        if (0.0..=0.5).contains(&q) {
            self.standard
                .upper(q, None)
                .mul_add(self.scale, self.location)
        } else {
            self.quantile(1.0 - q)
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        self.standard.tails(self.standardised(x)).lower
    }

    fn survival(&self, x: f64) -> f64 {
        self.standard.tails(self.standardised(x)).upper
    }

    fn density(&self, x: f64) -> f64 {
        self.standard.density(self.standardised(x)) / self.scale
    }

    fn mean(&self) -> Option<f64> {
        (self.standard.df > 1.0).then_some(self.location)
    }

    fn sd(&self) -> Option<f64> {
        let df = self.standard.df;
        (df > 2.0).then(|| self.scale * (df / (df - 2.0)).sqrt())
    }

    fn support(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }

    fn fill(&self, u: &[f64], x: &mut [f64]) {
        self.table.fill(&self.standard, u, x);
        let (lower, upper) = self.support();
        kernel::stretch(x, self.location, self.scale, lower, upper);
    }
}
