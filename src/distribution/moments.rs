//! Mean and standard deviation by quadrature of the quantile function, for what has no formula.

use super::Marginal;
use crate::kernel;

/// Octaves of the tail probability that are integrated: beyond 2⁻²⁰⁰ nothing with a finite variance counts.
const OCTAVES: i32 = 200;

/// (mean, sd) = (∫ x(u) du, √∫ (x(u) − mean)² du), each octave of min(u, 1 − u) by a 20-point Gauss rule.
pub(super) fn quantile_moments(marginal: &dyn Marginal) -> (f64, f64) {
    // Distances from a middle value, so that a narrow distribution far from zero loses nothing.
    let middle = marginal.quantile(0.5);
    let mut first = 0.0;
    let mut second = 0.0;
    for upper in [false, true] {
        let value = |v: f64| {
            let x = if upper {
                marginal.upper_quantile(v)
            } else {
                marginal.quantile(v)
            };
            x - middle
        };
        let mut high = 0.5;
        for _ in 0..OCTAVES {
            let low = 0.5 * high;
            first += kernel::integrate(low, high, value);
            let part = kernel::integrate(low, high, |v| value(v) * value(v));
            second += part;
            if part < 1e-20 * second && high < 1e-9 {
                break;
            }
            high = low;
        }
    }
    (middle + first, (second - first * first).max(0.0).sqrt())
}
