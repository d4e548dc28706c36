//! Mixtures: with the chances that weights say, a value of one of several distributions, of any families.
//!
//! F = Σ wᵢ Fᵢ. The quantile is the smallest x with F(x) ≥ u, which is right at atoms and beside gaps: Newton's method where
//! there is a density, and halving of the doubles between two of them, down to neighbours, where there is none.

use super::discrete::Discrete;
use super::parameters::Check;
use super::table::{LazyTable, Tabulated, exact_quantile};
use super::{Built, COMPONENTS, Component, Family, Marginal, Parameterisation, Parameters, codes};
use crate::kernel::Tails;
use std::sync::Arc;

/// The row of the table.
pub(super) static FAMILY: Family = Family {
    name: "mixture",
    summary: "one of several distributions, with the chances their weights say",
    parameters: &[COMPONENTS],
    parameterisations: &[Parameterisation::of(&["components"])],
    discrete: false,
    build,
};

/// Values of a discrete mixture that are listed one by one, at most.
const MOST_ATOMS: usize = 4096;
/// Steps of Newton's method from a value that is near.
const NEAR_STEPS: usize = 8;
/// Values spread over more than this factor are tabulated by their logarithm.
const WIDE: f64 = 1e3;

fn build(parameters: &Parameters) -> Built {
    let mut check = Check::new(parameters);
    let components = parameters.components("components").unwrap_or(&[]);
    check.require(
        !components.is_empty(),
        "components",
        &codes::COMPONENTS_EMPTY,
        || "components is empty".into(),
        "at least one component: components = [{ weight = 1, distribution = \"normal\", mean = 3, sd = 1 }]",
    );
    for component in components {
        let weight = component.weight;
        check.require(
            weight > 0.0 && weight.is_finite(),
            "components",
            &codes::WEIGHT_NOT_POSITIVE,
            || format!("one of the weights is {weight}"),
            "weights above zero; leave out a component that cannot occur",
        );
    }
    let total: f64 = components.iter().map(|component| component.weight).sum();
    check.finite("components", "the sum of the weights", total);
    check.finish(|| {
        let components: Vec<Component> = components
            .iter()
            .map(|component| Component {
                weight: component.weight / total,
                marginal: Arc::clone(&component.marginal),
            })
            .collect();
        match listed(&components) {
            Some(discrete) => Arc::new(discrete) as Arc<dyn Marginal>,
            None => Arc::new(Mixture::new(components)),
        }
    })
}

/// The mixture as a list of values, where it has few.
fn listed(components: &[Component]) -> Option<Discrete> {
    let mut values = Vec::new();
    for component in components {
        values.extend(component.marginal.atoms(MOST_ATOMS)?);
    }
    values.sort_by(f64::total_cmp);
    values.dedup();
    let pairs: Vec<(f64, f64)> = values
        .into_iter()
        .map(|x| (x, sum(components, |marginal| marginal.density(x))))
        .filter(|&(_, probability)| probability > 0.0)
        .collect();
    Some(Discrete::new(FAMILY.name, &pairs))
}

/// Σ weight · of(component).
fn sum(components: &[Component], of: impl Fn(&dyn Marginal) -> f64) -> f64 {
    components
        .iter()
        .map(|component| component.weight * of(&*component.marginal))
        .sum()
}

/// A mixture; the weights add to one.
#[derive(Debug)]
struct Mixture {
    components: Vec<Component>,
    logarithmic: bool,
    table: LazyTable,
}

impl Mixture {
    fn new(components: Vec<Component>) -> Self {
        let mut mixture = Mixture {
            components,
            logarithmic: false,
            table: LazyTable::default(),
        };
        let (low, high) = (mixture.quantile(1e-4), mixture.quantile(1.0 - 1e-4));
        mixture.logarithmic = low > 0.0 && high > WIDE * low && !mixture.is_discrete();
        mixture
    }

    fn sum(&self, of: impl Fn(&dyn Marginal) -> f64) -> f64 {
        sum(&self.components, of)
    }

    /// The smallest x whose tail has come to `target`: the lower one up to it, the upper one (`upper`) down to it.
    fn solve(&self, target: f64, upper: bool, near: Option<f64>) -> f64 {
        let sign = if upper { -1.0 } else { 1.0 };
        // Above zero, or zero, where x is large enough.
        let excess = |x: f64| {
            let tails = self.tails(x);
            sign * (if upper { tails.upper } else { tails.lower } - target)
        };
        if let Some(x) = near.and_then(|near| self.near_solution(near, target, excess)) {
            return x;
        }
        let ends = self.components.iter().map(|component| {
            if upper {
                component.marginal.upper_quantile(target)
            } else {
                component.marginal.quantile(target)
            }
        });
        let (mut low, mut high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |ends, x| {
            (ends.0.min(x), ends.1.max(x))
        });
        // The solution lies between the components', but they carry roundings.
        if !(low < high) {
            return low;
        }
        if excess(low) >= 0.0 {
            return low;
        }
        let (mut lower_key, mut upper_key) = (key(low), key(high));
        let mut newton = f64::NAN;
        while upper_key - lower_key > 1 {
            let middle = value(lower_key + (upper_key - lower_key) / 2);
            let x = if newton > low && newton < high {
                newton
            } else {
                middle
            };
            let error = excess(x);
            let width = upper_key - lower_key;
            if error >= 0.0 {
                (high, upper_key) = (x, key(x));
            } else {
                (low, lower_key) = (x, key(x));
            }
            let step = error / self.smooth_density(x);
            if step.abs() <= 2.0 * f64::EPSILON * x.abs() && step != 0.0 {
                return x;
            }
            // A step that does not halve the bracket is followed by one that does.
            let halved = upper_key - lower_key <= width / 2;
            newton = if halved || x == middle {
                x - step
            } else {
                f64::NAN
            };
        }
        high
    }

    /// Newton's method from a near value; `None` where it does not lead to a place with a density in a few steps.
    fn near_solution(&self, near: f64, target: f64, excess: impl Fn(f64) -> f64) -> Option<f64> {
        let mut x = near;
        for _ in 0..NEAR_STEPS {
            let error = excess(x);
            let slope = self.smooth_density(x);
            if !(slope > 0.0) {
                return None;
            }
            if error.abs() <= 1e-13 * target {
                return Some(x);
            }
            x -= error / slope;
        }
        None
    }
}

/// An integer that grows with a finite or infinite double, so that the half between two is near in their magnitude.
fn key(x: f64) -> i128 {
    let bits = i128::from(x.abs().to_bits());
    if x < 0.0 { -bits } else { bits }
}

/// The double of a key.
fn value(key: i128) -> f64 {
    let magnitude = f64::from_bits(key.unsigned_abs() as u64);
    if key < 0 { -magnitude } else { magnitude }
}

impl Tabulated for Mixture {
    fn lower_quantile(&self, p: f64, near: Option<f64>) -> f64 {
        self.solve(p, false, near)
    }

    fn upper_quantile(&self, q: f64, near: Option<f64>) -> f64 {
        self.solve(q, true, near)
    }

    fn tails(&self, x: f64) -> Tails {
        Tails {
            lower: self.sum(|marginal| marginal.cdf(x)),
            upper: self.sum(|marginal| marginal.survival(x)),
        }
    }

    fn logarithmic(&self) -> bool {
        self.logarithmic
    }
}

impl Marginal for Mixture {
    fn family(&self) -> &'static str {
        FAMILY.name
    }

    fn quantile(&self, u: f64) -> f64 {
        exact_quantile(self, u)
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        if (0.0..=0.5).contains(&q) {
            self.solve(q, true, None)
        } else {
            self.quantile(1.0 - q)
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        self.tails(x).lower
    }

    fn survival(&self, x: f64) -> f64 {
        self.tails(x).upper
    }

    fn density(&self, x: f64) -> f64 {
        let mass = self.mass(x);
        if mass > 0.0 || self.is_discrete() {
            mass
        } else {
            self.smooth_density(x)
        }
    }

    fn mass(&self, x: f64) -> f64 {
        self.sum(|marginal| marginal.mass(x))
    }

    fn smooth_density(&self, x: f64) -> f64 {
        self.sum(|marginal| marginal.smooth_density(x))
    }

    fn mean(&self) -> Option<f64> {
        let mut mean = 0.0;
        for component in &self.components {
            mean += component.weight * component.marginal.mean()?;
        }
        Some(mean)
    }

    fn sd(&self) -> Option<f64> {
        // Within the components and between them.
        let mean = self.mean()?;
        let mut variance = 0.0;
        for component in &self.components {
            let (sd, off) = (component.marginal.sd()?, component.marginal.mean()? - mean);
            variance += component.weight * (sd * sd + off * off);
        }
        Some(variance.sqrt())
    }

    fn support(&self) -> (f64, f64) {
        let supports = self
            .components
            .iter()
            .map(|component| component.marginal.support());
        supports.fold((f64::INFINITY, f64::NEG_INFINITY), |all, one| {
            (all.0.min(one.0), all.1.max(one.1))
        })
    }

    fn atoms(&self, limit: usize) -> Option<Vec<f64>> {
        let mut values = Vec::new();
        for component in &self.components {
            values.extend(component.marginal.atoms(limit)?);
        }
        values.sort_by(f64::total_cmp);
        values.dedup();
        (values.len() <= limit).then_some(values)
    }

    fn is_discrete(&self) -> bool {
        self.components
            .iter()
            .all(|component| component.marginal.is_discrete())
    }

    fn has_atoms(&self) -> bool {
        self.components
            .iter()
            .any(|component| component.marginal.has_atoms())
    }

    fn fill(&self, u: &[f64], x: &mut [f64]) {
        assert_eq!(u.len(), x.len(), "slices of different lengths");
        if self.is_discrete() {
            for (u, x) in u.iter().zip(x) {
                *x = self.quantile(*u);
            }
            return;
        }
        self.table.fill(self, u, x);
        let (lower, upper) = self.support();
        crate::kernel::stretch(x, 0.0, 1.0, lower, upper);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::{Parameters, family};

    fn component(weight: f64, name: &str, parameters: &[(&str, f64)]) -> Component {
        let parameters = parameters
            .iter()
            .fold(Parameters::default(), |all, (key, number)| {
                all.with(key, *number)
            });
        let family = family(name).expect(name);
        Component {
            weight,
            marginal: (family.build)(&parameters).expect(name),
        }
    }

    fn mixture(components: Vec<Component>) -> Arc<dyn Marginal> {
        let parameters = Parameters::default().with_components("components", components);
        (FAMILY.build)(&parameters).expect("a mixture")
    }

    #[test]
    fn quantiles_are_right_at_atoms_and_beside_gaps() {
        // Half of it is 0; a quarter lies in [1, 2] and a quarter is 5.
        let mixture = mixture(vec![
            component(2.0, "binomial", &[("n", 1.0), ("p", 0.0)]),
            component(1.0, "uniform", &[("min", 1.0), ("max", 2.0)]),
            component(1.0, "binomial", &[("n", 5.0), ("p", 1.0)]),
        ]);
        for (u, x) in [
            (1e-9, 0.0),
            (0.3, 0.0),
            (0.5, 0.0),
            (0.625, 1.5),
            (0.75, 2.0),
            (0.7501, 5.0),
            (0.999, 5.0),
        ] {
            assert!(
                (mixture.quantile(u) - x).abs() <= 1e-15 * x,
                "{u}: {}",
                mixture.quantile(u)
            );
            let mut filled = [0.0];
            mixture.fill(&[u], &mut filled);
            assert!((filled[0] - x).abs() <= 1e-9 * x, "{u}: {filled:?}");
        }
        assert!((mixture.mean().unwrap() - 1.625).abs() < 1e-15);
        assert_eq!((mixture.density(0.0), mixture.density(1.5)), (0.5, 0.25));
        assert!(mixture.has_atoms() && !mixture.is_discrete());
        assert!(crate::distribution::truncate(mixture, 0.0, 3.0).is_err());
    }

    #[test]
    fn a_mixture_of_one_is_that_one() {
        let gamma = component(3.0, "gamma", &[("shape", 0.7), ("scale", 2.0)]);
        let alone = Arc::clone(&gamma.marginal);
        let mixture = mixture(vec![gamma]);
        for u in [1e-12, 0.01, 0.4, 0.9, 1.0 - 1e-9] {
            let ratio = mixture.quantile(u) / alone.quantile(u);
            assert!((ratio - 1.0).abs() < 1e-12, "{u}");
        }
        assert!((mixture.sd().unwrap() / alone.sd().unwrap() - 1.0).abs() < 1e-15);
    }
}
