//! First-order propagation of uncertainty, as the GUM does it, from the same steps as the trials.
//!
//! u(y)² = Σᵢ (∂f/∂xᵢ)² uᵢ² + 2 Σᵢ<ⱼ (∂f/∂xᵢ)(∂f/∂xⱼ) uᵢ uⱼ rᵢⱼ at the means (JCGM 100:2008, equation (13)); the interval is
//! y ± k u(y) with the normal k.

use crate::distribution::Marginal;
use crate::kernel;
use crate::program::{Program, TILE, Tile};
use std::sync::Arc;

/// The step of a derivative as a share of the standard deviation: with the fourth-order rule below, its error is of the
/// order of its fourth power, and rounding costs 64 units in the last place of y over u(y).
const STEP: f64 = 1.0 / 64.0;
/// Nor more than this share of the way to the end of what the input may be.
const STEP_TO_END: f64 = 1.0 / 16.0;
/// Points per source: two steps up and two down.
const POINTS: usize = 4;

/// A source of a program, as first-order propagation sees it.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation.
    pub sd: f64,
    /// Its support.
    pub support: (f64, f64),
    /// Whether it takes single values: the derivative is then a difference over ± one standard deviation.
    pub has_atoms: bool,
}

impl Spread {
    /// The two steps at which the model is evaluated, up and down.
    fn steps(&self) -> [f64; 2] {
        if self.sd.is_nan() {
            return [f64::NAN; 2];
        }
        let room = (self.mean - self.support.0).min(self.support.1 - self.mean);
        if self.has_atoms {
            [self.sd.min(room); 2]
        } else {
            let step = (STEP * self.sd).min(STEP_TO_END * room);
            [step, 0.5 * step]
        }
    }
}

/// What first-order propagation says of one output; not finite where the model is not at or beside the means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FirstOrder {
    /// The output with every source at its mean.
    pub at_means: f64,
    /// u(y).
    pub sd: f64,
}

impl FirstOrder {
    /// The central interval of a normal distribution at that level.
    pub fn interval(&self, level: f64) -> [f64; 2] {
        let half = -kernel::normal_lower_quantile(0.5 * (1.0 - level)) * self.sd;
        [self.at_means - half, self.at_means + half]
    }
}

/// Propagates the spreads of a program's sources to its outputs; `correlations` are Pearson's, of pairs of sources.
pub fn first_order(
    program: &Program,
    spreads: &[Spread],
    correlations: &[([usize; 2], f64)],
) -> Vec<FirstOrder> {
    let rows = evaluate(program, spreads);
    (0..program.outputs.len())
        .map(|output| {
            let at_means = rows[0][output];
            // What a standard deviation of each source does to the output.
            let effects: Vec<f64> = spreads
                .iter()
                .enumerate()
                .map(|(source, spread)| {
                    let at = |point: usize| rows[1 + POINTS * source + point][output];
                    let [wide, narrow] = spread.steps();
                    let differences = [at(0) - at(1), at(2) - at(3)];
                    // Also where the source has no mean, as long as the output does not depend on it.
                    if (at(0) == at(1) && at(2) == at(3)) || spread.sd == 0.0 {
                        return 0.0;
                    }
                    // Richardson's extrapolation of the central difference.
                    let wide = differences[0] / (2.0 * wide);
                    let narrow = differences[1] / (2.0 * narrow);
                    (4.0 * narrow - wide) / 3.0 * spread.sd
                })
                .collect();
            // In units of the largest, so that no square leaves the range of a double.
            let largest = effects
                .iter()
                .fold(0.0, |most: f64, effect| most.max(effect.abs()));
            let scale = power_of_two_below(largest);
            let effects: Vec<f64> = effects.iter().map(|effect| effect / scale).collect();
            let mut variance: f64 = effects.iter().map(|effect| effect * effect).sum();
            for &([one, other], r) in correlations {
                let product = effects[one] * effects[other];
                if product != 0.0 {
                    variance += 2.0 * r * product;
                }
            }
            FirstOrder {
                at_means,
                // Nothing at all adds up to −0.
                sd: if variance <= 0.0 {
                    0.0
                } else {
                    scale * variance.sqrt()
                },
            }
        })
        .collect()
}

/// The largest power of two that is not above a positive number; one for all that has none.
fn power_of_two_below(x: f64) -> f64 {
    let power = f64::from_bits(x.to_bits() & f64::INFINITY.to_bits());
    if power > 0.0 && power.is_finite() {
        power
    } else {
        1.0
    }
}

/// The outputs at the means, then for each source at the four points beside them.
fn evaluate(program: &Program, spreads: &[Spread]) -> Vec<Vec<f64>> {
    let points = 1 + POINTS * spreads.len();
    let mut tile = program.tile();
    let mut rows = Vec::with_capacity(points);
    for first in (0..points).step_by(TILE) {
        tile.rows = TILE.min(points - first);
        program.execute(&mut tile, |source, column| {
            let spread = &spreads[source];
            column.fill(spread.mean);
            let [wide, narrow] = spread.steps();
            let offsets = [wide, -wide, narrow, -narrow];
            for (point, offset) in offsets.into_iter().enumerate() {
                let row = (1 + POINTS * source + point).checked_sub(first);
                if let Some(x) = row.and_then(|row| column.get_mut(row)) {
                    *x += offset;
                }
            }
        });
        rows.extend((0..tile.rows).map(|row| outputs(program, &tile, row)));
    }
    rows
}

/// Every output in one row.
pub(super) fn outputs(program: &Program, tile: &Tile, row: usize) -> Vec<f64> {
    let slots = program.outputs.iter();
    slots.map(|&slot| tile.value(slot, row)).collect()
}

/// Every output with each source at its median.
pub fn at_medians(program: &Program) -> Vec<f64> {
    let mut tile = program.tile();
    tile.rows = 1;
    program.execute(&mut tile, |source, column| {
        column.fill(program.sources[source].marginal.quantile(0.5))
    });
    outputs(program, &tile, 0)
}

/// Panels of the normal deviate, of width [`PANEL`], on either side of 0.
const PANELS: i32 = 5;
/// Their width.
const PANEL: f64 = 1.7;
/// A quarter of that where an input takes single values, at which a panel that a step falls into is off: by 0.01 for a coin.
const FINER: i32 = 4;

/// Pearson's correlation of two inputs with means and standard deviations that a Gaussian copula couples:
/// E[x(z) y(r z + √(1−r²) w)] over independent normal deviates z and w, by Gauss's rule in both.
pub fn pearson(marginals: [&Arc<dyn Marginal>; 2], spreads: [&Spread; 2], parameter: f64) -> f64 {
    let finer = if spreads.iter().any(|spread| spread.has_atoms) {
        FINER
    } else {
        1
    };
    let half = 0.5 * PANEL / f64::from(finer);
    let (nodes, weights): (Vec<f64>, Vec<f64>) = (-PANELS * finer..PANELS * finer)
        .flat_map(|panel| {
            let middle = (2.0 * f64::from(panel) + 1.0) * half;
            kernel::gauss_legendre().map(move |(node, weight)| {
                let z = middle + half * node;
                (z, half * weight * kernel::normal_density(z))
            })
        })
        .unzip();
    let standardised = |which: usize, z: &[f64]| {
        let (mut u, mut x) = (vec![0.0; z.len()], vec![0.0; z.len()]);
        kernel::normal_probability_slice(z, &mut u);
        // Beyond what is drawn: where a deviate has rounded to an end, the quantile would be infinite.
        for u in &mut u {
            *u = u.clamp(0.25 * f64::EPSILON, 1.0 - 0.5 * f64::EPSILON);
        }
        marginals[which].fill(&u, &mut x);
        let spread = spreads[which];
        x.iter_mut()
            .for_each(|x| *x = (*x - spread.mean) / spread.sd);
        x
    };
    let rest = ((1.0 - parameter) * (1.0 + parameter)).sqrt();
    let first = standardised(0, &nodes);
    let mut sum = 0.0;
    for ((z, x), weight) in nodes.iter().zip(&first).zip(&weights) {
        let shifted: Vec<f64> = nodes.iter().map(|w| parameter * z + rest * w).collect();
        let second = standardised(1, &shifted);
        let inner: f64 = second.iter().zip(&weights).map(|(y, w)| y * w).sum();
        sum += x * weight * inner;
    }
    sum.clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::{Parameters, family};

    fn normal(mean: f64, sd: f64) -> Arc<dyn Marginal> {
        let parameters = Parameters::default().with("mean", mean).with("sd", sd);
        (family("normal").unwrap().build)(&parameters).unwrap()
    }

    fn spread(marginal: &Arc<dyn Marginal>) -> Spread {
        Spread {
            mean: marginal.mean().unwrap(),
            sd: marginal.sd().unwrap(),
            support: marginal.support(),
            has_atoms: marginal.has_atoms(),
        }
    }

    /// Of normals it is the copula's parameter; of lognormals (e^(r s t) − 1)/√((e^s² − 1)(e^t² − 1)); of uniforms Spearman's,
    /// 6/π asin(r/2); of equal signs 2/π asin r.
    #[test]
    fn pearson_of_known_pairs() {
        let make = |name: &str, keys: &[(&str, f64)]| {
            let parameters = keys
                .iter()
                .fold(Parameters::default(), |p, (k, v)| p.with(k, *v));
            (family(name).unwrap().build)(&parameters).unwrap()
        };
        let lognormal = |sigma: f64| make("lognormal", &[("mu", 1.0), ("sigma", sigma)]);
        let uniform = make("uniform", &[("min", 1.0), ("max", 3.0)]);
        let coin = make("bernoulli", &[("p", 0.5)]);
        let check =
            |one: &Arc<dyn Marginal>, other: &Arc<dyn Marginal>, r: f64, exact: f64, within| {
                let found = pearson([one, other], [&spread(one), &spread(other)], r);
                assert!(
                    (found - exact).abs() < within,
                    "{} {r}: {found} not {exact}",
                    one.family()
                );
            };
        for r in [-1.0, -0.7, 0.2, 0.95, 1.0] {
            check(&normal(3.0, 2.0), &normal(-1.0, 0.1), r, r, 1e-9);
            let (s, t) = (0.4_f64, 0.7_f64);
            let exact =
                kernel::expm1(r * s * t) / (kernel::expm1(s * s) * kernel::expm1(t * t)).sqrt();
            check(&lognormal(s), &lognormal(t), r, exact, 1e-8);
            let pi = std::f64::consts::PI;
            check(
                &uniform,
                &uniform,
                r,
                6.0 / pi * kernel::asin(0.5 * r),
                1e-4,
            );
            check(&coin, &coin, r, 2.0 / pi * kernel::asin(r), 0.01);
        }
    }
}
