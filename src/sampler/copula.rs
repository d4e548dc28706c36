//! Correlated inputs: a Gaussian copula over the uniforms of any sampler.
//!
//! In a group of connected inputs z = Φ⁻¹(u), z′ = L z with L Lᵀ their correlation matrix, u′ = Φ(z′): Nelsen, An
//! Introduction to Copulas (2006), section 2.3; Hofert et al., Elements of Copula Modeling with R (2018), section 4.2. L is
//! lower triangular, so the first input of a group keeps its own u, each one's draw depends on those before it alone, and what is not in the
//! group is untouched.

use super::{Sampler, Uniforms};
use crate::distribution::fill_standard_normal;
use crate::kernel::{self, Matrix};

/// The least u handed out, half a step of the samplers' own: the largest is one less this.
const LEAST: f64 = f64::EPSILON / 2.0;

/// The Gaussian copula's parameter with which continuous inputs have Spearman's rank correlation `spearman`:
/// 2 sin(π ρ / 6) (Kruskal, "Ordinal measures of association", JASA 53, 814 (1958), p. 827). ±1 stays exact.
pub fn parameter_of_spearman(spearman: f64) -> f64 {
    if spearman.abs() == 1.0 {
        spearman
    } else {
        2.0 * kernel::sin(std::f64::consts::PI / 6.0 * spearman)
    }
}

/// Spearman's rank correlation of continuous inputs coupled with `parameter`: (6/π) asin(r / 2).
pub fn spearman_of_parameter(parameter: f64) -> f64 {
    if parameter.abs() == 1.0 {
        parameter
    } else {
        6.0 / std::f64::consts::PI * kernel::asin(0.5 * parameter)
    }
}

/// Inputs that correlations connect, and their correlation matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The inputs, in the order in which they are drawn, each given those before.
    pub members: Vec<usize>,
    /// The copula's parameters, in the order of the members; 0 for a pair of which nothing is said.
    pub matrix: Matrix,
}

impl Group {
    /// The same with those first that `rank` is highest of; where it is the same, they stay in their order.
    pub fn first(self, rank: impl Fn(usize) -> u32) -> Group {
        let mut order: Vec<usize> = (0..self.members.len()).collect();
        order.sort_by_key(|&place| std::cmp::Reverse(rank(self.members[place])));
        Group {
            matrix: self.matrix.principal(&order),
            members: order.iter().map(|&place| self.members[place]).collect(),
        }
    }

    /// For each member, what its z is the sum of: members and their weights.
    pub fn weights(&self) -> Vec<Vec<(usize, f64)>> {
        let lower = self.matrix.correlation_factor().lower;
        let of_row = |row: usize| {
            (0..=row)
                .map(|column| (column, lower[(row, column)]))
                .filter(|&(_, weight)| weight != 0.0)
                .collect()
        };
        (0..self.members.len()).map(of_row).collect()
    }
}

/// The groups among `inputs` inputs that pairs with their parameters connect, in the order of their first inputs, members rising.
pub fn groups(inputs: usize, pairs: &[([usize; 2], f64)]) -> Vec<Group> {
    // Each input points to the first one that it is connected with.
    let mut first: Vec<usize> = (0..inputs).collect();
    for &([one, other], _) in pairs {
        let (low, high) = (first[one].min(first[other]), first[one].max(first[other]));
        for root in &mut first {
            if *root == high {
                *root = low;
            }
        }
    }
    let mut groups = Vec::new();
    for root in 0..inputs {
        let members: Vec<usize> = (root..inputs).filter(|&at| first[at] == root).collect();
        if members.len() < 2 {
            continue;
        }
        let mut matrix = Matrix::identity(members.len());
        for &([one, other], parameter) in pairs {
            let place = |input: usize| members.iter().position(|&member| member == input);
            if let (Some(one), Some(other)) = (place(one), place(other)) {
                matrix.set_both(one, other, parameter);
            }
        }
        groups.push(Group { members, matrix });
    }
    groups
}

/// How a member's u′ is made of the group's own u.
#[derive(Debug, Clone, PartialEq)]
enum Recipe {
    /// It is that of one member.
    Copy(usize),
    /// It is one less that of one member.
    Mirror(usize),
    /// Φ of the sum of the members' z by these weights.
    Sum(Vec<(usize, f64)>),
}

/// A sampler whose columns are coupled within groups.
pub struct Copula {
    inner: Box<dyn Sampler>,
    groups: Vec<(Vec<usize>, Vec<Recipe>)>,
    /// For each column that is in a group: which group, and its place there.
    places: Vec<Option<(usize, usize)>>,
}

impl Copula {
    /// Couples the columns of `inner` (of which there are `columns`) that are the members of `groups`; no column may be in
    /// two of them. Every member must be a column, wanted or not: the others' draws depend on it.
    pub fn new(inner: Box<dyn Sampler>, columns: usize, groups: Vec<Group>) -> Self {
        let mut places = vec![None; columns];
        let groups = groups.into_iter().enumerate().map(|(at, group)| {
            for (place, &column) in group.members.iter().enumerate() {
                places[column] = Some((at, place));
            }
            let recipe = |weights: Vec<(usize, f64)>| match weights[..] {
                [(member, weight)] if weight > 0.0 => Recipe::Copy(member),
                [(member, _)] => Recipe::Mirror(member),
                _ => Recipe::Sum(weights),
            };
            let recipes = group.weights().into_iter().map(recipe).collect();
            (group.members, recipes)
        });
        Copula {
            groups: groups.collect(),
            inner,
            places,
        }
    }
}

impl Sampler for Copula {
    fn open(&self, replicate: u32, segment: u64) -> Box<dyn Uniforms + '_> {
        let drawn = |(members, _): &(Vec<usize>, Vec<Recipe>)| DrawnGroup {
            u: vec![Vec::new(); members.len()],
            z: vec![Vec::new(); members.len()],
            taken: vec![true; members.len()],
        };
        Box::new(CopulaUniforms {
            copula: self,
            inner: self.inner.open(replicate, segment),
            drawn: self.groups.iter().map(drawn).collect(),
        })
    }
}

struct CopulaUniforms<'a> {
    copula: &'a Copula,
    inner: Box<dyn Uniforms + 'a>,
    drawn: Vec<DrawnGroup>,
}

/// The tile of a group that is being handed out.
struct DrawnGroup {
    /// The members' own uniforms.
    u: Vec<Vec<f64>>,
    /// Their normal quantiles.
    z: Vec<Vec<f64>>,
    /// Which members have been handed out: the next that is asked for twice begins the next tile.
    taken: Vec<bool>,
}

impl Uniforms for CopulaUniforms<'_> {
    fn fill(&mut self, input: usize, u: &mut [f64]) {
        let Some((at, place)) = self.copula.places[input] else {
            self.inner.fill(input, u);
            return;
        };
        let (members, recipes) = &self.copula.groups[at];
        let drawn = &mut self.drawn[at];
        if drawn.taken[place] {
            drawn.taken.fill(false);
            for ((&member, own), z) in members.iter().zip(&mut drawn.u).zip(&mut drawn.z) {
                own.resize(u.len(), 0.0);
                z.resize(u.len(), 0.0);
                self.inner.fill(member, own);
                fill_standard_normal(own, z);
            }
        }
        drawn.taken[place] = true;
        debug_assert_eq!(drawn.u[place].len(), u.len(), "a tile of another height");
        match &recipes[place] {
            Recipe::Copy(member) => u.copy_from_slice(&drawn.u[*member]),
            Recipe::Mirror(member) => {
                for (u, own) in u.iter_mut().zip(&drawn.u[*member]) {
                    *u = 1.0 - own;
                }
            }
            Recipe::Sum(weights) => {
                let mut sum = vec![0.0; u.len()];
                weighted_sum(weights, &drawn.z, &mut sum);
                probabilities(&sum, u);
            }
        }
    }
}

/// `sum` = Σ weight · z.
pub(super) fn weighted_sum(weights: &[(usize, f64)], z: &[Vec<f64>], sum: &mut [f64]) {
    sum.fill(0.0);
    kernel::dispatch(
        #[inline(always)]
        || {
            for &(member, weight) in weights {
                for (sum, z) in sum.iter_mut().zip(&z[member]) {
                    *sum = weight.mul_add(*z, *sum);
                }
            }
        },
    );
}

/// `u` = Φ(z), within (0, 1).
pub(super) fn probabilities(z: &[f64], u: &mut [f64]) {
    kernel::normal_probability_slice(z, u);
    for u in u {
        *u = u.clamp(LEAST, 1.0 - LEAST);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Method, SampledInput, key::StreamKey};
    use super::*;

    fn inner(method: Method, columns: u32) -> Box<dyn Sampler> {
        let inputs = (0..columns).map(|at| SampledInput {
            key: StreamKey::new(7, &format!("input {at}")),
            dimension: at,
        });
        method.sampler(inputs.collect(), method.layout(1 << 20, None))
    }

    /// A segment's first tiles of every column.
    fn columns(sampler: &dyn Sampler, columns: usize, tiles: usize) -> Vec<Vec<f64>> {
        let mut uniforms = sampler.open(3, 0);
        let mut all = vec![Vec::new(); columns];
        let mut tile = [0.0; 256];
        for _ in 0..tiles {
            for (at, column) in all.iter_mut().enumerate() {
                uniforms.fill(at, &mut tile);
                column.extend_from_slice(&tile);
            }
        }
        all
    }

    fn correlation(one: &[f64], other: &[f64]) -> f64 {
        let n = one.len() as f64;
        let sum: f64 = one
            .iter()
            .zip(other)
            .map(|(one, other)| (one - 0.5) * (other - 0.5))
            .sum();
        12.0 * sum / n
    }

    #[test]
    fn ranks_correlate_as_asked_and_others_keep_their_draws() {
        for method in [Method::Random, Method::LatinHypercube, Method::Sobol] {
            let plain = columns(&*inner(method, 5), 5, 64);
            let asked: [(_, f64); 3] = [([0, 2], 0.6), ([2, 3], -0.4), ([0, 3], 0.1)];
            let pairs = asked.map(|(pair, spearman)| (pair, parameter_of_spearman(spearman)));
            let copula = Copula::new(inner(method, 5), 5, groups(5, &pairs));
            let coupled = columns(&copula, 5, 64);
            for kept in [0, 1, 4] {
                assert_eq!(coupled[kept], plain[kept]);
            }
            let off = |found: &[Vec<f64>]| {
                asked
                    .iter()
                    .map(|&([one, other], spearman)| {
                        (correlation(&found[one], &found[other]) - spearman).abs()
                    })
                    .fold(0.0, f64::max)
            };
            // 16,384 rows: six standard errors of 1/√n at most.
            assert!(off(&coupled) < 6.0 / 128.0, "{}", off(&coupled));
            // The twin: uncoupled draws are caught.
            assert!(off(&plain) > 0.5);
            for column in [2, 3] {
                let mean: f64 = coupled[column].iter().sum::<f64>() / 16_384.0;
                assert!((mean - 0.5).abs() < 6.0 * 0.289 / 128.0);
                assert!(coupled[column].iter().all(|u| (0.0..1.0).contains(u)));
            }
        }
    }

    #[test]
    fn perfect_correlation_is_exact() {
        let pairs = [([0, 1], 1.0), ([1, 2], -1.0)];
        let mut of_three = groups(3, &pairs);
        // As a scenario must say it: 0 and 2 too.
        of_three[0].matrix.set_both(0, 2, -1.0);
        let copula = Copula::new(inner(Method::Random, 3), 3, of_three);
        let found = columns(&copula, 3, 2);
        assert_eq!(found[0], found[1]);
        assert!(found[0].iter().zip(&found[2]).all(|(u, v)| *v == 1.0 - u));
    }

    #[test]
    fn a_member_that_nobody_asks_for_changes_no_draw() {
        let pairs = [([0, 1], 0.5), ([1, 2], 0.5)];
        let sampler = || Copula::new(inner(Method::Random, 3), 3, groups(3, &pairs));
        let all = columns(&sampler(), 3, 3);
        let copula = sampler();
        let mut uniforms = copula.open(3, 0);
        let mut tile = [0.0; 256];
        for at in 0..3 {
            uniforms.fill(2, &mut tile);
            assert_eq!(tile, all[2][at * 256..][..256]);
        }
    }

    #[test]
    fn groups_are_what_pairs_connect() {
        let found = groups(7, &[([5, 1], 0.5), ([2, 6], 0.25), ([3, 5], -0.5)]);
        let members: Vec<_> = found.iter().map(|group| group.members.clone()).collect();
        assert_eq!(members, [vec![1, 3, 5], vec![2, 6]]);
        assert_eq!(found[0].matrix[(0, 2)], 0.5);
        assert_eq!(found[0].matrix[(1, 2)], -0.5);
        assert_eq!(found[0].matrix[(0, 1)], 0.0);
        assert!((spearman_of_parameter(parameter_of_spearman(0.3)) - 0.3).abs() < 1e-15);
    }
}
