//! The logistic, Gumbel and arcsine distributions and the curvilinear trapezoid: a standard form with a closed inverse,
//! moved and stretched.

use super::parameters::Check;
use super::table::{LazyTable, Tabulated};
use super::{
    Built, Family, INEXACTNESS, INTERVAL, LEVEL, LOCATION, MAX, MIN, Marginal, Parameterisation,
    Parameters, SCALE, codes,
};
use crate::kernel::{self, Tails};
use std::f64::consts::PI;
use std::sync::Arc;

/// The row of the table: density e^(−z) / (scale (1 + e^(−z))²), z = (x − location)/scale.
pub(super) static LOGISTIC: Family = Family {
    name: "logistic",
    summary: "symmetric like the normal, with heavier tails",
    parameters: &[LOCATION, SCALE, INTERVAL, LEVEL],
    parameterisations: &[
        Parameterisation::of(&["location", "scale"]),
        Parameterisation::of(&["interval", "level"]),
    ],
    build: |parameters| located(parameters, Form::Logistic),
};

/// The row of the table: F(x) = e^(−e^(−z)), z = (x − location)/scale (of maxima).
pub(super) static GUMBEL: Family = Family {
    name: "gumbel",
    summary: "the largest of many: peaks, floods, the busiest hour",
    parameters: &[LOCATION, SCALE, INTERVAL, LEVEL],
    parameterisations: &[
        Parameterisation::of(&["location", "scale"]),
        Parameterisation::of(&["interval", "level"]),
    ],
    build: |parameters| located(parameters, Form::Gumbel),
};

/// The row of the table: density 1 / (π √((x − min)(max − x))).
pub(super) static ARCSINE: Family = Family {
    name: "arcsine",
    summary: "a quantity that swings between min and max like a sine (JCGM 101, 6.4.6)",
    parameters: &[MIN, MAX],
    parameterisations: &[Parameterisation::of(&["min", "max"])],
    build: |parameters| {
        let mut check = Check::new(parameters);
        let (min, max) = check.range();
        let half = 0.5 * max - 0.5 * min;
        finish(check, Form::Arcsine, min + half, half, (min, max))
    },
};

/// The row of the table: a uniform distribution whose ends are themselves uniform on ± inexactness (JCGM 101, 6.4.3).
pub(super) static TRAPEZOID: Family = Family {
    name: "curvilinear_trapezoid",
    summary: "a rectangle whose ends are only known to ± inexactness (JCGM 101, 6.4.3)",
    parameters: &[MIN, MAX, INEXACTNESS],
    parameterisations: &[Parameterisation::of(&["min", "max", "inexactness"])],
    build: |parameters| {
        let mut check = Check::new(parameters);
        let (min, max) = check.range();
        let inexactness = check.number("inexactness");
        let half = 0.5 * max - 0.5 * min;
        check.require(
            inexactness.is_nan() || !(min < max) || (inexactness > 0.0 && inexactness <= half),
            "inexactness",
            &codes::INEXACTNESS_TOO_WIDE,
            || format!("inexactness is {inexactness}, half the range {half}"),
            "a number above 0 and at most (max - min) / 2; for exact ends write uniform",
        );
        let form = Form::Trapezoid {
            inexactness: inexactness / half,
        };
        let support = (min - inexactness, max + inexactness);
        finish(check, form, min + half, half, support)
    },
};

/// A standard form.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    Logistic,
    Gumbel,
    /// On [−1, 1].
    Arcsine,
    /// Ends at ±1 ± inexactness.
    Trapezoid {
        inexactness: f64,
    },
}

#[derive(Debug, Clone)]
struct Located {
    form: Form,
    location: f64,
    scale: f64,
    support: (f64, f64),
    table: LazyTable,
}

fn located(parameters: &Parameters, form: Form) -> Built {
    let mut check = Check::new(parameters);
    let (location, scale) = if parameters.has("interval") {
        let (low, high) = check.interval(false);
        let level = check.level();
        let outside = 0.5 * (1.0 - level);
        let (a, b) = (
            form.lower_quantile(outside, None),
            form.upper_quantile(outside, None),
        );
        let scale = (high - low) / (b - a);
        ((-a).mul_add(scale, low), scale)
    } else {
        let location = check.number("location");
        (
            location,
            check.positive("scale", &codes::SCALE_NOT_POSITIVE),
        )
    };
    let key = if parameters.has("interval") {
        "interval"
    } else {
        "scale"
    };
    check.finite(
        key,
        "a value of the distribution",
        location.abs() + 50.0 * scale,
    );
    check.defined(key, &[location, scale]);
    let support = (f64::NEG_INFINITY, f64::INFINITY);
    finish(check, form, location, scale, support)
}

fn finish(
    mut check: Check<'_>,
    form: Form,
    location: f64,
    scale: f64,
    support: (f64, f64),
) -> Built {
    if scale == 0.0 {
        check.too_extreme("max", "the range is too small to be divided".into());
    }
    check.finish(|| {
        Arc::new(Located {
            form,
            location,
            scale,
            support,
            table: LazyTable::default(),
        }) as Arc<dyn Marginal>
    })
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Self::Logistic => LOGISTIC.name,
            Self::Gumbel => GUMBEL.name,
            Self::Arcsine => ARCSINE.name,
            Self::Trapezoid { .. } => TRAPEZOID.name,
        }
    }

    /// Distance from the lower end of a bounded, symmetric form at lower tail p ≤ ½.
    fn distance_from_end(self, p: f64) -> f64 {
        match self {
            // 1 − cos(π p) = 2 sin²(π p / 2).
            Self::Arcsine => {
                let sine = kernel::sin(0.5 * PI * p);
                2.0 * sine * sine
            }
            Self::Trapezoid { inexactness } => trapezoid_from_end(inexactness, p),
            Self::Logistic | Self::Gumbel => f64::NAN,
        }
    }

    /// The half-width of a bounded form.
    fn half_width(self) -> f64 {
        match self {
            Self::Trapezoid { inexactness } => 1.0 + inexactness,
            _ => 1.0,
        }
    }
}

/// The lower tail of the trapezoid, t above its lower end −(1 + d): the ends being ∓W with W uniform on [1 − d, 1 + d],
/// F = E[(W − z)/(2W)] over W > z, z = 1 + d − t the distance from the middle: (1/4d) ((1+d) − z − z ln((1+d)/z)).
fn trapezoid_tail(d: f64, t: f64) -> f64 {
    let outer = 1.0 + d;
    if t < 2.0 * d {
        let z = outer - t;
        // (1+d) − z − z ln((1+d)/z), a relative entropy.
        kernel::relative_entropy(z, outer, t) / (4.0 * d)
    } else {
        0.5 - (outer - t) * (kernel::log_ratio(1.0 - d, outer) / (4.0 * d))
    }
}

/// Inverts [`trapezoid_tail`] for p ≤ ½: a line in the middle, a safeguarded Newton iteration on the flank.
fn trapezoid_from_end(d: f64, p: f64) -> f64 {
    let outer = 1.0 + d;
    if p == 0.0 {
        return 0.0;
    }
    let corner = trapezoid_tail(d, 2.0 * d);
    if p >= corner {
        let height = kernel::log_ratio(1.0 - d, outer) / (4.0 * d);
        return if height.is_finite() {
            outer - (0.5 - p) / height
        } else {
            outer
        };
    }
    let (mut low, mut high) = (0.0, 2.0 * d);
    // The tail begins as t² / (8 d (1 + d)).
    let mut t = (8.0 * d * outer * p).sqrt().min(1.9 * d);
    for _ in 0..200 {
        let error = trapezoid_tail(d, t) - p;
        if error > 0.0 {
            high = t;
        } else {
            low = t;
        }
        let slope = kernel::log_ratio(outer - t, outer) / (4.0 * d);
        let next = t - error / slope;
        let next = if next > low && next < high {
            next
        } else {
            0.5 * (low + high)
        };
        if (next - t).abs() <= 1e-15 * t {
            return next;
        }
        t = next;
    }
    t
}

impl Tabulated for Form {
    fn lower_quantile(&self, p: f64, _near: Option<f64>) -> f64 {
        match self {
            Self::Logistic => kernel::ln(p) - kernel::log1p(-p),
            Self::Gumbel => -kernel::ln(-kernel::ln(p)),
            _ => self.distance_from_end(p) - self.half_width(),
        }
    }

    fn upper_quantile(&self, q: f64, _near: Option<f64>) -> f64 {
        match self {
            Self::Logistic => kernel::log1p(-q) - kernel::ln(q),
            Self::Gumbel => -kernel::ln(-kernel::log1p(-q)),
            _ => self.half_width() - self.distance_from_end(q),
        }
    }

    fn tails(&self, z: f64) -> Tails {
        match self {
            Self::Logistic => Tails {
                lower: 1.0 / (1.0 + kernel::exp(-z)),
                upper: 1.0 / (1.0 + kernel::exp(z)),
            },
            Self::Gumbel => {
                let e = kernel::exp(-z);
                Tails {
                    lower: kernel::exp(-e),
                    upper: -kernel::expm1(-e),
                }
            }
            Self::Arcsine if z.abs() >= 1.0 => {
                if z < 0.0 {
                    Tails::from_lower(0.0)
                } else {
                    Tails::from_upper(0.0)
                }
            }
            Self::Arcsine => {
                // The smaller tail by its formula: near 1 the inverse sine is steep.
                let smaller = 2.0 / PI * kernel::asin((0.5 * (1.0 - z.abs())).sqrt());
                let tails = Tails::from_lower(smaller);
                if z > 0.0 { tails.mirrored() } else { tails }
            }
            Self::Trapezoid { inexactness: d } => {
                let from_end = 1.0 + d - z.abs();
                let tail = Tails::from_lower(if from_end <= 0.0 {
                    0.0
                } else {
                    trapezoid_tail(*d, from_end)
                });
                if z > 0.0 { tail.mirrored() } else { tail }
            }
        }
    }

    fn density(&self, z: f64) -> f64 {
        match *self {
            Self::Logistic => {
                let e = kernel::exp(-z.abs());
                e / ((1.0 + e) * (1.0 + e))
            }
            Self::Gumbel => kernel::exp(-z - kernel::exp(-z)),
            Self::Arcsine if z.abs() < 1.0 => 1.0 / (PI * ((1.0 - z) * (1.0 + z)).sqrt()),
            Self::Arcsine => 0.0,
            Self::Trapezoid { inexactness: d } => {
                let outer = 1.0 + d - z.abs();
                if outer <= 0.0 {
                    0.0
                } else if outer < 2.0 * d {
                    // JCGM 101 (13): ln((w + d)/|z|…) with the ends at ±1.
                    kernel::log_ratio(1.0 - d, 1.0 + d).min(kernel::log_ratio(z.abs(), 1.0 + d))
                        / (4.0 * d)
                } else {
                    kernel::log_ratio(1.0 - d, 1.0 + d) / (4.0 * d)
                }
            }
        }
    }
}

impl Located {
    fn standard(&self, x: f64) -> f64 {
        (x - self.location) / self.scale
    }

    fn value(&self, p: f64, upper: bool) -> f64 {
        let (min, max) = self.support;
        match self.form {
            Form::Logistic | Form::Gumbel => {
                let z = if upper {
                    self.form.upper_quantile(p, None)
                } else {
                    self.form.lower_quantile(p, None)
                };
                z.mul_add(self.scale, self.location)
            }
            // Measured from the end itself, so that nothing cancels beside it.
            _ if upper => (-self.form.distance_from_end(p))
                .mul_add(self.scale, max)
                .max(min),
            _ => self
                .form
                .distance_from_end(p)
                .mul_add(self.scale, min)
                .min(max),
        }
    }
}

impl Marginal for Located {
    fn family(&self) -> &'static str {
        self.form.name()
    }

    fn quantile(&self, u: f64) -> f64 {
        if !(0.0..=1.0).contains(&u) {
            f64::NAN
        } else if u <= 0.5 {
            self.value(u, false)
        } else {
            self.value(1.0 - u, true)
        }
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        if (0.0..=0.5).contains(&q) {
            self.value(q, true)
        } else {
            self.quantile(1.0 - q)
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        self.form.tails(self.standard(x)).lower
    }

    fn survival(&self, x: f64) -> f64 {
        self.form.tails(self.standard(x)).upper
    }

    fn density(&self, x: f64) -> f64 {
        self.form.density(self.standard(x)) / self.scale
    }

    fn mean(&self) -> Option<f64> {
        /// Euler's constant.
        const EULER: f64 = 0.5772156649015329;
        Some(match self.form {
            Form::Gumbel => EULER.mul_add(self.scale, self.location),
            _ => self.location,
        })
    }

    fn sd(&self) -> Option<f64> {
        Some(
            self.scale
                * match self.form {
                    Form::Logistic => PI / 3.0_f64.sqrt(),
                    Form::Gumbel => PI / 6.0_f64.sqrt(),
                    Form::Arcsine => 0.5_f64.sqrt(),
                    // JCGM 101 (15): (b − a)²/12 + d²/9, here with b − a = 2.
                    Form::Trapezoid { inexactness: d } => (1.0 / 3.0 + d * d / 9.0).sqrt(),
                },
        )
    }

    fn support(&self) -> (f64, f64) {
        self.support
    }

    fn fill(&self, u: &[f64], x: &mut [f64]) {
        self.table.fill(&self.form, u, x);
        let (lower, upper) = self.support;
        kernel::stretch(x, self.location, self.scale, lower, upper);
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::exact_quantile;
    use super::*;

    #[test]
    fn exact_quantile_of_a_form_is_symmetric() {
        let form = Form::Trapezoid { inexactness: 0.3 };
        for u in [0.001, 0.01, 0.1, 0.3] {
            let sum = exact_quantile(&form, u) + exact_quantile(&form, 1.0 - u);
            assert!(sum.abs() < 1e-12, "{u}: {sum}");
        }
    }
}
