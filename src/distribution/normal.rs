//! The normal distribution: density φ((x − mean) / sd) / sd.

use super::parameters::Check;
use super::table::{Table, Tabulated, exact_quantile};
use super::{
    Built, CV, Family, HALF_WIDTH, INTERVAL, LEVEL, MEAN, Marginal, Parameterisation, Parameters,
    RELATIVE_HALF_WIDTH, SD, codes,
};
use crate::kernel::{self, Tails};
use std::sync::{Arc, LazyLock};

/// The row of the table.
pub(super) static FAMILY: Family = Family {
    name: "normal",
    summary: "symmetric around the mean, from measurement errors and sums of many parts; reaches below zero",
    parameters: &[
        MEAN,
        SD,
        CV,
        HALF_WIDTH,
        RELATIVE_HALF_WIDTH,
        LEVEL,
        INTERVAL,
    ],
    parameterisations: &[
        Parameterisation::of(&["mean", "sd"]),
        Parameterisation::of(&["mean", "cv"]),
        Parameterisation::of(&["mean", "half_width", "level"]),
        Parameterisation::of(&["mean", "relative_half_width", "level"]),
        Parameterisation::of(&["interval", "level"]),
    ],
    build,
};

/// The standard normal distribution, as its table sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct StandardNormal;

impl Tabulated for StandardNormal {
    fn lower_quantile(&self, p: f64, _near: Option<f64>) -> f64 {
        kernel::normal_lower_quantile(p)
    }

    fn upper_quantile(&self, q: f64, _near: Option<f64>) -> f64 {
        -kernel::normal_lower_quantile(q)
    }

    fn tails(&self, x: f64) -> Tails {
        Tails {
            lower: kernel::normal_lower_tail(x),
            upper: kernel::normal_upper_tail(x),
        }
    }

    fn density(&self, x: f64) -> f64 {
        kernel::normal_density(x)
    }
}

/// The table of Φ⁻¹, as it is built: a constant, which a test builds again.
const STANDARD_TABLE: &[u8] = include_bytes!("table/standard_normal.bin");

/// `x[i]` = Φ⁻¹(`u[i]`) by the one table that every normal and lognormal input shares.
pub fn fill_standard(u: &[f64], x: &mut [f64]) {
    standard_table().fill(&StandardNormal, u, x);
}

/// The table of Φ⁻¹.
pub(super) fn standard_table() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| Table::of_constant(STANDARD_TABLE));
    &TABLE
}

/// z with Φ(z) = (1 + level) / 2: half the width of the central interval of that level.
pub(super) fn central_half_width(level: f64) -> f64 {
    -kernel::normal_lower_quantile(0.5 * (1.0 - level))
}

/// Normal with its mean and standard deviation, in the input's unit.
#[derive(Debug, Clone, Copy)]
struct Normal {
    mean: f64,
    sd: f64,
}

fn build(parameters: &Parameters) -> Built {
    let mut check = Check::new(parameters);
    let (mean, sd, key) = if parameters.has("interval") {
        let (low, high) = check.interval(false);
        let level = check.level();
        let half = 0.5 * high - 0.5 * low;
        (
            0.5 * low + 0.5 * high,
            half / central_half_width(level),
            "interval",
        )
    } else {
        let mean = check.number("mean");
        if parameters.has("sd") {
            (mean, check.positive("sd", &codes::SD_NOT_POSITIVE), "sd")
        } else if parameters.has("cv") {
            let cv = check.positive("cv", &codes::CV_NOT_POSITIVE);
            relative_to(&mut check, mean, "cv");
            (mean, cv * mean.abs(), "cv")
        } else if parameters.has("half_width") {
            let half = check.positive("half_width", &codes::HALF_WIDTH_NOT_POSITIVE);
            (mean, half / central_half_width(check.level()), "half_width")
        } else {
            let key = "relative_half_width";
            let half = check.positive(key, &codes::HALF_WIDTH_NOT_POSITIVE);
            relative_to(&mut check, mean, key);
            (
                mean,
                half * mean.abs() / central_half_width(check.level()),
                key,
            )
        }
    };
    // 40 standard deviations either side must be numbers.
    check.finite(key, "a value of the distribution", mean.abs() + 40.0 * sd);
    check.defined(key, &[mean, sd]);
    if sd == 0.0 && mean != 0.0 {
        check.too_extreme(key, "the standard deviation would underflow to 0".into());
    }
    check.finish(|| Arc::new(Normal { mean, sd }) as Arc<dyn Marginal>)
}

fn relative_to(check: &mut Check<'_>, mean: f64, key: &'static str) {
    check.require(
        mean != 0.0,
        key,
        &codes::MEAN_ZERO,
        || format!("{key} is a fraction of the mean, which is 0"),
        "sd, or half_width with level",
    );
}

impl Normal {
    fn standard(&self, x: f64) -> f64 {
        (x - self.mean) / self.sd
    }
}

impl Marginal for Normal {
    fn family(&self) -> &'static str {
        FAMILY.name
    }

    fn quantile(&self, u: f64) -> f64 {
        exact_quantile(&StandardNormal, u).mul_add(self.sd, self.mean)
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        (-kernel::normal_lower_quantile(q)).mul_add(self.sd, self.mean)
    }

    fn cdf(&self, x: f64) -> f64 {
        kernel::normal_lower_tail(self.standard(x))
    }

    fn survival(&self, x: f64) -> f64 {
        kernel::normal_upper_tail(self.standard(x))
    }

    fn density(&self, x: f64) -> f64 {
        kernel::normal_density(self.standard(x)) / self.sd
    }

    fn mean(&self) -> Option<f64> {
        Some(self.mean)
    }

    fn sd(&self) -> Option<f64> {
        Some(self.sd)
    }

    /// Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 1, 2nd ed. (1994), equations (13.134) and (13.135).
    fn moments_between(&self, lower: f64, upper: f64, mass: f64) -> Option<(f64, f64)> {
        let [a, b] = [lower, upper].map(|bound| self.standard(bound));
        // φ(z) and z φ(z), of which nothing is left far out.
        let terms = |z: f64| {
            if z.abs() < 40.0 {
                let density = kernel::normal_density(z);
                [density, z * density]
            } else {
                [0.0; 2]
            }
        };
        let ([at_a, beside_a], [at_b, beside_b]) = (terms(a), terms(b));
        let mean = (at_a - at_b) / mass;
        let variance = 1.0 + (beside_a - beside_b) / mass - mean * mean;
        Some((mean.mul_add(self.sd, self.mean), variance.sqrt() * self.sd))
    }

    fn support(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }

    fn fill(&self, u: &[f64], x: &mut [f64]) {
        fill_standard(u, x);
        let (lower, upper) = self.support();
        kernel::stretch(x, self.mean, self.sd, lower, upper);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the way tables are built has changed, the new one is left to be looked at and put in the place of the old.
    #[test]
    fn the_constant_table_is_the_one_that_is_built() {
        let built = crate::distribution::table::bytes_of(&StandardNormal);
        if built != STANDARD_TABLE {
            let place = std::env::temp_dir().join("standard_normal.bin");
            std::fs::write(&place, &built).unwrap();
            panic!("the table built now is in {}", place.display());
        }
    }

    /// Moments of truncated normals that keep more than half of the mass, by quadrature with 40 digits (mpmath).
    #[test]
    fn moments_of_truncated_normals() {
        let infinite = f64::INFINITY;
        let cases = [
            [0.0, 1.0, -1.0, 2.0, 0.22963717909132897, 0.7209455868590458],
            [
                30.0,
                7.5,
                0.0,
                infinite,
                30.001003758483513,
                7.497992147099347,
            ],
            [
                0.0,
                1.0,
                -infinite,
                1.0,
                -0.2875999709391784,
                0.7935277473262075,
            ],
            [
                0.0,
                1.0,
                -infinite,
                0.001,
                -0.7972480500564331,
                0.6029911264945436,
            ],
            [
                150.0,
                30.0,
                0.0,
                infinite,
                150.00004460159823,
                29.999888495764058,
            ],
            [0.0, 1.0, -0.7, 0.7, 0.0, 0.3910482640554892],
            [
                -3.0,
                0.5,
                -4.0,
                -2.9,
                -3.3028265290436667,
                0.27322886829173754,
            ],
            [5.0, 2.0, -1e160, 1e155, 5.0, 2.0],
        ];
        for [of_mean, of_sd, lower, upper, mean, sd] in cases {
            let base = Arc::new(Normal {
                mean: of_mean,
                sd: of_sd,
            });
            let (truncated, _) = crate::distribution::truncate(base, lower, upper).unwrap();
            let (found, spread) = (truncated.mean().unwrap(), truncated.sd().unwrap());
            assert!(
                (found - mean).abs() < 1e-13 * sd.max(mean.abs()),
                "mean {found}"
            );
            assert!((spread / sd - 1.0).abs() < 1e-13, "sd {spread}");
        }
    }
}
