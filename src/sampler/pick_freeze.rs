//! The sample of pick-freeze indices: two halves, A and B, from one sequence of twice as many columns; in an exchange some inputs
//! are B's and the others A's (Sobol', Math. Comput. Simul. 55, 271 (2001), section 6; the two halves as in Saltelli et al., Comput.
//! Phys. Commun. 181, 259 (2010), section 3).
//!
//! Inputs of a Gaussian copula that are exchanged while others of their group stay frozen are drawn from their distribution given
//! those: z′ = L_MF L_FF⁻¹ z_F + L_MM e, with L Lᵀ the correlation matrix, frozen inputs F first, and e the own normal numbers of
//! half B (Anderson, An Introduction to Multivariate Statistical Analysis, 3rd ed. (2003), theorem 2.5.1).

use super::copula::{self, Group};
use super::key::Purpose;
use super::players::{Draw, Exchanging, PairedSample, PairedUniforms};
use super::{Layout, Method, SampledInput, Sampler, Uniforms};
use crate::distribution::fill_standard_normal;
use std::marker::PhantomData;

/// Dimensions that an input takes of a Sobol' sequence: interleaved, so that an input appended disturbs none.
pub const DIMENSIONS_EACH: u32 = 2;

/// A sample made for the exchanges of `D`, and for no other's.
pub struct PickFreeze<D: ?Sized> {
    inner: Box<dyn Sampler>,
    /// Columns of a half.
    columns: usize,
    groups: Vec<CoupledGroup>,
    /// For each column that is in a group: which group, and its place there.
    places: Vec<Option<(usize, usize)>>,
    made_for: PhantomData<fn(&D)>,
}

/// Inputs that depend on each other.
struct CoupledGroup {
    members: Vec<usize>,
    /// For each member, its z as a sum over the members' own normal numbers.
    free: Vec<Weights>,
    /// For each exchange and member: its z as a sum over the frozen z of the members and, after them, their own numbers of half B.
    given: Vec<Vec<Weights>>,
}

type Weights = Vec<(usize, f64)>;

impl<D: Exchanging + ?Sized> PickFreeze<D> {
    /// For the exchanges of `design`. `inputs`: as the main sample has them, dimensions counted from 1; `player_of`: the player of
    /// each; `groups`: those that depend on each other.
    pub fn new(
        design: &D,
        method: Method,
        inputs: &[SampledInput],
        player_of: &[usize],
        groups: Vec<Group>,
        layout: Layout,
    ) -> Self {
        let half = |purpose, offset| {
            inputs.iter().map(move |input| SampledInput {
                key: input.key.derived(purpose),
                dimension: DIMENSIONS_EACH * (input.dimension - 1) + offset,
            })
        };
        let both = half(Purpose::FrozenHalf, 0).chain(half(Purpose::ExchangedHalf, 1));
        let mut places = vec![None; inputs.len()];
        let groups = groups.into_iter().enumerate().map(|(at, group)| {
            for (place, &column) in group.members.iter().enumerate() {
                places[column] = Some((at, place));
            }
            let everyone: Vec<usize> = (0..group.members.len()).collect();
            let free = given(&group, &[], &everyone).into_iter();
            // Nobody is frozen: the own numbers are all there is.
            let own = |weights: Weights| {
                weights
                    .into_iter()
                    .map(|(at, weight)| (at - everyone.len(), weight))
                    .collect()
            };
            let free = free.map(own).collect();
            let given = design.sets().iter().map(|set| {
                let is_exchanged = |member: &usize| set.contains(player_of[group.members[*member]]);
                let (exchanged, frozen): (Vec<usize>, Vec<usize>) =
                    everyone.iter().partition(|member| is_exchanged(member));
                given(&group, &frozen, &exchanged)
            });
            let given = given.collect();
            CoupledGroup {
                members: group.members,
                free,
                given,
            }
        });
        PickFreeze {
            groups: groups.collect(),
            inner: method.sampler(both.collect(), layout),
            columns: inputs.len(),
            places,
            made_for: PhantomData,
        }
    }
}

/// The z of the exchanged members, given the frozen ones, as sums over (z of all members, own numbers of all members).
fn given(group: &Group, frozen: &[usize], exchanged: &[usize]) -> Vec<Weights> {
    let count = group.members.len();
    let order: Vec<usize> = frozen.iter().chain(exchanged).copied().collect();
    let lower = group.matrix.principal(&order).correlation_factor().lower;
    let mut weights = vec![Weights::new(); count];
    for row in frozen.len()..count {
        // x with x L_FF = this row's part of L_MF, from the last column back; a pivot of zero has an empty column.
        let mut on_frozen = vec![0.0; frozen.len()];
        for column in (0..frozen.len()).rev() {
            let rest: f64 = (column + 1..frozen.len())
                .map(|later| on_frozen[later] * lower[(later, column)])
                .sum();
            let pivot = lower[(column, column)];
            if pivot != 0.0 {
                on_frozen[column] = (lower[(row, column)] - rest) / pivot;
            }
        }
        let of_frozen = frozen.iter().copied().zip(on_frozen);
        let own = (frozen.len()..=row).map(|column| (count + order[column], lower[(row, column)]));
        weights[order[row]] = of_frozen
            .chain(own)
            .filter(|&(_, weight)| weight != 0.0)
            .collect();
    }
    weights
}

impl<D: ?Sized> PairedSample for PickFreeze<D> {
    fn open(&self, replicate: u32, segment: u64) -> Box<dyn PairedUniforms + '_> {
        let columns = |group: &CoupledGroup| vec![Vec::new(); group.members.len()];
        Box::new(Halves {
            groups: &self.groups,
            places: &self.places,
            columns: self.columns,
            inner: self.inner.open(replicate, segment),
            z: self
                .groups
                .iter()
                .map(|group| [columns(group), columns(group)].concat())
                .collect(),
        })
    }
}

struct Halves<'a> {
    groups: &'a [CoupledGroup],
    places: &'a [Option<(usize, usize)>],
    columns: usize,
    inner: Box<dyn Uniforms + 'a>,
    /// Of each group: the members' frozen z, then their own numbers of half B.
    z: Vec<Vec<Vec<f64>>>,
}

impl PairedUniforms for Halves<'_> {
    fn next_tile(&mut self, rows: usize) {
        let mut u = vec![0.0; rows];
        for (group, z) in self.groups.iter().zip(&mut self.z) {
            let count = group.members.len();
            z.iter_mut().for_each(|z| z.resize(rows, 0.0));
            let (frozen, exchanged) = z.split_at_mut(count);
            let mut own = vec![vec![0.0; rows]; count];
            for (place, &member) in group.members.iter().enumerate() {
                self.inner.fill(member, &mut u);
                fill_standard_normal(&u, &mut own[place]);
                self.inner.fill(self.columns + member, &mut u);
                fill_standard_normal(&u, &mut exchanged[place]);
            }
            for (z, weights) in frozen.iter_mut().zip(&group.free) {
                copula::weighted_sum(weights, &own, z);
            }
        }
    }

    fn fill(&mut self, input: usize, draw: Draw, u: &mut [f64]) {
        let Some((at, place)) = self.places[input] else {
            let half = if draw == Draw::A { 0 } else { self.columns };
            self.inner.fill(half + input, u);
            return;
        };
        let (group, z) = (&self.groups[at], &self.z[at]);
        match draw {
            Draw::A => copula::probabilities(&z[place], u),
            Draw::B => {
                let mut sum = vec![0.0; u.len()];
                copula::weighted_sum(&group.free[place], &z[group.members.len()..], &mut sum);
                copula::probabilities(&sum, u);
            }
            Draw::Given(exchange) => {
                let mut sum = vec![0.0; u.len()];
                copula::weighted_sum(&group.given[exchange][place], z, &mut sum);
                copula::probabilities(&sum, u);
            }
        }
    }
}
