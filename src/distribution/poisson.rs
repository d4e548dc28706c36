//! The Poisson distribution: P(k) = mean^k e^(−mean) / k!, k = 0, 1, 2 …
//!
//! F(k) = Q(k + 1, mean), the regularised incomplete gamma function (DLMF 8.4.10).

use super::counting::{Count, Counting};
use super::parameters::Check;
use super::{Built, Family, MEAN, Parameterisation, Parameters, codes};
use crate::kernel::{self, GammaShape, Tails};

/// The row of the table.
pub(super) static FAMILY: Family = Family {
    name: "poisson",
    summary: "how many independent events happen when the mean is known",
    parameters: &[MEAN],
    parameterisations: &[Parameterisation::of(&["mean"])],
    build,
};

/// Poisson with its mean.
#[derive(Debug, Clone, Copy)]
struct Poisson {
    mean: f64,
}

fn build(parameters: &Parameters) -> Built {
    let mut check = Check::new(parameters);
    let mean = check.positive("mean", &codes::MEAN_NOT_POSITIVE);
    check.computable("mean", mean, 1e-300, 1e300);
    check.finish(|| Counting::marginal(Poisson { mean }))
}

impl Count for Poisson {
    fn family(&self) -> &'static str {
        FAMILY.name
    }

    fn tails(&self, k: f64) -> Tails {
        kernel::regularized_gamma(k + 1.0, self.mean).mirrored()
    }

    fn probability(&self, k: f64) -> f64 {
        // mean^(k+1) e^−mean / Γ(k+1), over the mean.
        GammaShape::new(k + 1.0).weight(self.mean) / self.mean
    }

    fn cumulants(&self) -> [f64; 4] {
        let m = self.mean;
        [m, m, 1.0 / m.sqrt(), 1.0 / m]
    }
}
