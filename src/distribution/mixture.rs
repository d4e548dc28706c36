//! Mixtures: with the chances that weights say, a value of one of several distributions, of any families.
//!
//! F = Σ wᵢ Fᵢ. The quantile is the smallest x with F(x) ≥ u, which is right at atoms and beside gaps: Newton's method where
//! there is a density, and halving of the doubles between two of them, down to neighbours, where there is none.

use super::discrete::Discrete;
use super::parameters::Check;
use super::steps::Steps;
use super::table::{LazyTable, Tabulated, exact_quantile};
use super::{Built, COMPONENTS, Component, Family, Marginal, Parameterisation, Parameters, codes};
use crate::kernel::Tails;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// The row of the table.
pub(super) static FAMILY: Family = Family {
    name: "mixture",
    summary: "one of several distributions, with the chances their weights say",
    parameters: &[COMPONENTS],
    parameterisations: &[Parameterisation::of(&["components"])],
    build,
};

/// Values of a discrete mixture that are listed one by one, at most.
const MOST_ATOMS: usize = 4096;
/// Columns are split in pieces of this height.
const BLOCK: usize = 64;
/// Tails smaller than this are drawn by the exact quantile: u less the mass of atoms would not have the digits.
const FAR: f64 = 1.0 / 65_536.0;
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
    check.finish(|| mixed(components))
}

/// A mixture of one component at least, by weights above zero.
pub(super) fn mixed(components: &[Component]) -> Arc<dyn Marginal> {
    let total: f64 = components.iter().map(|component| component.weight).sum();
    let components = flattened(components, total);
    match listed(&components) {
        Some(discrete) => Arc::new(discrete),
        None => Arc::new(Mixture::new(components)),
    }
}

/// The components with weights that add to one, mixtures among them taken apart: each is discrete or has no atoms.
fn flattened(components: &[Component], total: f64) -> Vec<Component> {
    let mut flat = Vec::new();
    for component in components {
        let weight = component.weight / total;
        match component.marginal.parts() {
            [] => flat.push(Component {
                weight,
                marginal: Arc::clone(&component.marginal),
            }),
            parts => flat.extend(parts.iter().map(|part| Component {
                weight: weight * part.weight,
                marginal: Arc::clone(&part.marginal),
            })),
        }
    }
    flat
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
struct Mixture {
    components: Vec<Component>,
    logarithmic: bool,
    table: LazyTable,
    drawing: OnceLock<Drawing>,
}

impl fmt::Debug for Mixture {
    /// What the caches of tables know it by: nothing of what is made at the first use.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mixture").field(&self.components).finish()
    }
}

/// How columns are drawn.
enum Drawing {
    /// By the table of the quantile function: nothing has a probability of its own.
    Smooth,
    /// Values alone, and the steps between them.
    Values(Vec<f64>, Steps),
    /// Values between which there is a smooth part.
    Split(Split),
    /// One by one: the values are too many.
    Exact,
}

/// A mixture as its atoms and the rest.
struct Split {
    atoms: Vec<f64>,
    /// F just below each atom, then at it: with u's place among them it is told between which two it lies.
    steps: Steps,
    /// The mass of the atoms up to each gap between two of them, the first being before the first atom.
    below: Vec<f64>,
    /// The mass that is not in atoms, and how it is distributed.
    weight: f64,
    rest: Arc<dyn Marginal>,
}

impl Split {
    /// Draws a block; what lies in the far tails is left NaN.
    fn fill(&self, u: &[f64], x: &mut [f64]) {
        let (mut places, mut t) = ([0_usize; BLOCK], [0.5; BLOCK]);
        for ((u, place), t) in u.iter().zip(&mut places).zip(&mut t) {
            *place = self.steps.index(*u);
            if *place % 2 == 0 {
                let share = (u - self.below[*place / 2]) / self.weight;
                *t = share.clamp(f64::EPSILON / 2.0, 1.0 - f64::EPSILON / 2.0);
            }
        }
        self.rest.fill(&t[..u.len()], x);
        for ((u, place), x) in u.iter().zip(places).zip(x) {
            let atom = |at: usize| self.atoms.get(at).copied();
            *x = if place % 2 == 1 {
                self.atoms[place / 2]
            } else if u.min(1.0 - u) < FAR {
                f64::NAN
            } else {
                let least = (place / 2).checked_sub(1).and_then(atom);
                let most = atom(place / 2);
                x.max(least.unwrap_or(f64::NEG_INFINITY))
                    .min(most.unwrap_or(f64::INFINITY))
            };
        }
    }
}

impl Mixture {
    fn new(components: Vec<Component>) -> Self {
        let mut mixture = Mixture {
            components,
            logarithmic: false,
            table: LazyTable::default(),
            drawing: OnceLock::new(),
        };
        let (low, high) = (mixture.quantile(1e-4), mixture.quantile(1.0 - 1e-4));
        mixture.logarithmic = low > 0.0 && high > WIDE * low && !mixture.is_discrete();
        mixture
    }

    fn sum(&self, of: impl Fn(&dyn Marginal) -> f64) -> f64 {
        sum(&self.components, of)
    }

    /// How columns are drawn, worked out at the first use.
    fn drawing(&self) -> &Drawing {
        self.drawing.get_or_init(|| {
            let (discrete, smooth): (Vec<Component>, Vec<Component>) = self
                .components
                .iter()
                .cloned()
                .partition(|component| component.marginal.is_discrete());
            if discrete.is_empty() {
                return Drawing::Smooth;
            }
            let otherwise = if smooth.is_empty() {
                Drawing::Exact
            } else {
                Drawing::Smooth
            };
            // Beyond these no draw falls.
            let beyond = f64::EPSILON / 4.0;
            let ends = (
                self.solve(beyond, false, None),
                self.solve(beyond, true, None),
            );
            let mut atoms = Vec::new();
            for component in &discrete {
                match component.marginal.atoms_between(ends.0, ends.1, MOST_ATOMS) {
                    Some(more) => atoms.extend(more),
                    None => return otherwise,
                }
            }
            atoms.sort_by(f64::total_cmp);
            atoms.dedup();
            if atoms.is_empty() {
                return otherwise;
            }
            if smooth.is_empty() {
                let before_last = &atoms[..atoms.len() - 1];
                let steps = Steps::new(before_last.iter().map(|&x| self.tails(x)));
                return Drawing::Values(atoms, steps);
            }
            let edges = atoms.iter().flat_map(|&x| [x.next_down(), x]);
            let steps = Steps::new(edges.map(|x| self.tails(x)));
            let below = [atoms[0].next_down()]
                .into_iter()
                .chain(atoms.iter().copied());
            let below = below.map(|x| sum(&discrete, |marginal| marginal.cdf(x)));
            let weight: f64 = smooth.iter().map(|component| component.weight).sum();
            let rest = match &smooth[..] {
                [only] => Arc::clone(&only.marginal),
                _ => Arc::new(Mixture::new(flattened(&smooth, weight))),
            };
            Drawing::Split(Split {
                below: below.collect(),
                atoms,
                steps,
                weight,
                rest,
            })
        })
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

    fn density(&self, x: f64) -> f64 {
        self.smooth_density(x)
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

    fn parts(&self) -> &[Component] {
        &self.components
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
        match self.drawing() {
            Drawing::Values(values, steps) => {
                for (u, x) in u.iter().zip(x) {
                    *x = values[steps.index(*u)];
                }
            }
            Drawing::Split(split) => {
                for (u, x) in u.chunks(BLOCK).zip(x.chunks_mut(BLOCK)) {
                    split.fill(u, x);
                    for (u, x) in u.iter().zip(x).filter(|(_, x)| x.is_nan()) {
                        *x = self.quantile(*u);
                    }
                }
            }
            Drawing::Exact => {
                for (u, x) in u.iter().zip(x) {
                    *x = self.quantile(*u);
                }
            }
            Drawing::Smooth => {
                self.table.fill(self, u, x);
                let (lower, upper) = self.support();
                crate::kernel::stretch(x, 0.0, 1.0, lower, upper);
            }
        }
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
        // Without the 5: two thirds 0, one third in [1, 2]; and without the 0 on top.
        let (truncated, removed) =
            crate::distribution::truncate(Arc::clone(&mixture), 0.0, 3.0).unwrap();
        assert_eq!((truncated.quantile(0.6), removed), (0.0, 0.25));
        assert!((truncated.quantile(5.0 / 6.0) - 1.5).abs() < 1e-14);
        let (truncated, removed) = crate::distribution::truncate(mixture, 0.5, 3.0).unwrap();
        assert_eq!(removed, 0.75);
        assert!((truncated.quantile(0.5) - 1.5).abs() < 1e-14);
    }

    /// Atoms in the middle of a smooth part, and counts without end beside one: the columns are the exact quantiles.
    #[test]
    fn columns_of_mixed_kinds_are_the_quantiles() {
        let nested = mixture(vec![
            component(1.0, "poisson", &[("mean", 2.5)]),
            component(2.0, "normal", &[("mean", 1.0), ("sd", 2.0)]),
        ]);
        let outer = mixture(vec![
            Component {
                weight: 1.0,
                marginal: nested,
            },
            component(1.0, "gamma", &[("shape", 3.0), ("scale", 2.0)]),
        ]);
        let u: Vec<f64> = (0..5_000)
            .map(|at| (f64::from(at) + 0.5) / 5_000.0)
            .chain([1e-12, 1e-6, 1.0 - 1e-6, 1.0 - 1e-12])
            .collect();
        let mut x = vec![0.0; u.len()];
        outer.fill(&u, &mut x);
        for (u, x) in u.iter().zip(x) {
            let exact = outer.quantile(*u);
            assert!((x - exact).abs() < 1e-7, "{u}: {x}, exactly {exact}");
        }
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
