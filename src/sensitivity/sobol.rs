//! Sobol' indices of first and second order, and total ones, by pick-freeze.
//!
//! With a = f(A), b = f(B), yᵢ = f(A with the inputs of player i from B) and V the variance, pooled over the three columns at hand,
//! which all have the distribution of the output:
//!
//! - first order E\[b (yᵢ − a)\] / V (Saltelli et al., Comput. Phys. Commun. 181, 259 (2010), table 2, row b);
//! - total E\[(a − yᵢ)²\] / 2V (Jansen, Comput. Phys. Commun. 117, 35 (1999); there row f);
//! - second order E\[b (yᵢⱼ − yᵢ − yⱼ + a)\] / V: the first row applied to the closed index of the pair, minus both of its parts.
//!
//! Each is a mean of differences that vanish where there is no effect: the index of an input without effect is exactly zero, and so
//! is that of a pair without interaction. Chosen by the root mean square error of the worst index at a base of 131,072 (scrambled
//! Sobol' points, twenty seeds; in units of 0.0001), over the models of `tests/reference/sensitivity.json`:
//!
//! | first order | Ishigami | G, 8 inputs | lognormal product | borehole | wing weight |
//! |---|---|---|---|---|---|
//! | this one | 5.7 | 2.5 | 5.0 | 5.3 | 0.8 |
//! | the same over the variance of a and b | 5.6 | 2.4 | 5.8 | 5.2 | 0.8 |
//! | Jansen (1999) | 5.1 | 3.0 | 4.2 | 8.4 | 1.4 |
//! | Janon, Monod et al. (2014) | 5.0 | 2.9 | 3.7 | 8.6 | 1.1 |
//! | Martinez (2011): the correlation | 5.0 | 2.9 | 3.7 | 8.6 | 1.1 |
//!
//! | total | Ishigami | G, 8 inputs | lognormal product | borehole | wing weight |
//! |---|---|---|---|---|---|
//! | this one | 4.9 | 2.1 | 7.1 | 2.8 | 0.6 |
//! | the same over the variance of a and b | 4.8 | 2.1 | 7.5 | 3.3 | 0.7 |
//! | Janon, Monod et al. (2014) | 4.6 | 2.2 | 4.8 | 1.9 | 0.7 |
//! | Sobol' (2007) | 5.9 | 2.3 | 11.4 | 4.3 | 1.3 |
//!
//! The others are a little better for large indices, and two to a hundred times worse for small ones. With independent points the
//! errors are five to ten times as large and the order is the same.

use super::further::{Design, Evaluated, Replicates, Standard, sums};
use super::{Index, add_all, ranked};
use crate::sampler::pick_freeze::PickFreeze;
use crate::sampler::players::{Exchanging, PairedUniforms, Players};
use crate::statistic::Estimate;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Pairs are looked at up to so many players: 78 evaluations beyond the halves.
pub const MOST_PLAYERS_OF_PAIRS: usize = 12;

/// Which indices, of which outputs.
#[derive(Debug)]
pub struct SobolDesign {
    players: usize,
    /// Players that are looked at one by one, and groups of them, which come after.
    alone: usize,
    /// Pairs i < j, in their order; none where they are not asked for.
    pairs: Vec<[usize; 2]>,
    outputs: Vec<Standard>,
    sets: Vec<Players>,
}

impl SobolDesign {
    /// For so many players, whose draws must not depend on each other; `groups`: of players, each looked at as one too; `pairs`: those of
    /// second order too.
    pub fn new(players: usize, groups: &[Players], pairs: bool, outputs: Vec<Standard>) -> Self {
        let all = (0..players).flat_map(|i| (i + 1..players).map(move |j| [i, j]));
        let pairs: Vec<[usize; 2]> = all.filter(|_| pairs).collect();
        let alone = (0..players).map(|player| Players::of(players, [player]));
        let together = pairs.iter().map(|&pair| Players::of(players, pair));
        SobolDesign {
            players,
            alone: players + groups.len(),
            sets: alone
                .chain(groups.iter().cloned())
                .chain(together)
                .collect(),
            pairs,
            outputs,
        }
    }

    /// Evaluations of a trial beyond its halves.
    pub fn evaluations(&self) -> u64 {
        self.sets.len() as u64
    }

    /// The indices of every output from the tallies of the replicates.
    pub fn indices(&self, tallies: &[SobolTally]) -> Vec<SobolIndices> {
        let replicates = Replicates::new(self, tallies, |tally| tally.rows);
        // An input without effect, or a pair without interaction: the difference that is averaged is zero in every row.
        let nothing = Estimate::with_error(0.0, Some(0.0));
        let with_dummy = |estimates: Vec<Estimate>| {
            ranked([estimates, vec![nothing]].concat(), replicates.count())
        };
        let of_output = |output: usize| {
            let of_players = |of: fn(&SobolTally, usize, usize) -> f64, players: Range<usize>| {
                let players =
                    players.map(|player| index(&replicates, |tally| of(tally, output, player)));
                with_dummy(players.collect())
            };
            let every = || 0..self.players;
            // Groups are no rivals of their members: they are ranked among themselves, and the files say no rank of theirs.
            let groups = |of| {
                let indices = of_players(of, self.players..self.alone).into_iter();
                let unranked = indices.map(|index| Index {
                    rank: None,
                    ..index
                });
                unranked.take(self.alone - self.players).collect()
            };
            let pairs = (0..self.pairs.len())
                .map(|pair| index(&replicates, |tally| self.second(tally, output, pair)));
            let pairs = with_dummy(pairs.collect());
            SobolIndices {
                first: of_players(SobolTally::first, every()),
                total: of_players(SobolTally::total, every()),
                groups: [groups(SobolTally::first), groups(SobolTally::total)],
                second: self.pairs.iter().copied().zip(pairs).collect(),
            }
        };
        (0..self.outputs.len()).map(of_output).collect()
    }

    fn second(&self, tally: &SobolTally, output: usize, pair: usize) -> f64 {
        let [one, other] = self.pairs[pair].map(|player| tally.mean_and_variance(output, player).1);
        tally.pairs[output][pair] / tally.rows as f64 / (0.5 * (one + other))
    }
}

/// An index and its error below this are what is left of none: the differences of an output that is computed in another order
/// vanish but for their roundings, a few 1e-16 of it each.
const RESIDUE: f64 = 1e-12;

/// An index; one that is nothing but roundings is zero.
fn index(replicates: &Replicates<SobolTally>, of: impl Fn(&SobolTally) -> f64) -> Estimate {
    let estimate = replicates.estimate(of);
    let is_residue = |number: Option<f64>| number.is_some_and(|number| number.abs() < RESIDUE);
    if is_residue(estimate.value) && is_residue(estimate.standard_error) {
        Estimate::with_error(0.0, Some(0.0))
    } else {
        estimate
    }
}

/// The indices of an output.
#[derive(Debug)]
pub struct SobolIndices {
    /// Of first order, player by player, the dummy last.
    pub first: Vec<Index>,
    /// Total, likewise.
    pub total: Vec<Index>,
    /// Of first order and total, group by group.
    pub groups: [Vec<Index>; 2],
    /// Of second order, pair by pair.
    pub second: Vec<([usize; 2], Index)>,
}

/// Sums of a block or a replicate, output by output; values are shifted and scaled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SobolTally {
    rows: u64,
    /// a, a², b, b².
    halves: Vec<[f64; 4]>,
    /// For each player and group: y, y², (a − y)², b (y − a).
    players: Vec<Vec<[f64; 4]>>,
    /// For each pair: b (yᵢⱼ − yᵢ − yⱼ + a).
    pairs: Vec<Vec<f64>>,
}

impl SobolTally {
    /// The means over the rows of a player's terms, and the variance, pooled over the three columns at hand.
    fn mean_and_variance(&self, output: usize, player: usize) -> ([f64; 4], f64) {
        let rows = self.rows as f64;
        let [a, aa, b, bb] = self.halves[output].map(|sum| sum / rows);
        let mean = self.players[output][player].map(|sum| sum / rows);
        let centre = (a + b + mean[0]) / 3.0;
        (mean, (aa + bb + mean[1]) / 3.0 - centre * centre)
    }

    fn first(&self, output: usize, player: usize) -> f64 {
        let (mean, variance) = self.mean_and_variance(output, player);
        mean[3] / variance
    }

    fn total(&self, output: usize, player: usize) -> f64 {
        let (mean, variance) = self.mean_and_variance(output, player);
        0.5 * mean[2] / variance
    }
}

impl Exchanging for SobolDesign {
    fn sets(&self) -> &[Players] {
        &self.sets
    }
}

impl Design for SobolDesign {
    type Sample = PickFreeze<Self>;
    type Tally = SobolTally;
    /// For each output, the columns of the exchanges of one player.
    type Workspace = Vec<Vec<Vec<f64>>>;

    fn tally(&self) -> SobolTally {
        let outputs = self.outputs.len();
        SobolTally {
            rows: 0,
            halves: vec![[0.0; 4]; outputs],
            players: vec![vec![[0.0; 4]; self.alone]; outputs],
            pairs: vec![vec![0.0; self.pairs.len()]; outputs],
        }
    }

    fn begin(
        &self,
        tally: &mut SobolTally,
        alone: &mut Self::Workspace,
        a: &[&[f64]],
        b: &[&[f64]],
    ) {
        alone.resize(self.outputs.len(), vec![Vec::new(); self.players]);
        tally.rows += a.first().map_or(0, |column| column.len()) as u64;
        for (((sum, standard), a), b) in tally.halves.iter_mut().zip(&self.outputs).zip(a).zip(b) {
            let more = sums(
                [a, b],
                #[inline(always)]
                |[a, b]| {
                    let (a, b) = (standard.of(a), standard.of(b));
                    [a, a * a, b, b * b]
                },
            );
            add_all(sum, &more);
        }
    }

    fn exchange(
        &self,
        tally: &mut SobolTally,
        alone: &mut Self::Workspace,
        at: usize,
        columns: &[Evaluated<'_>],
        _: &dyn PairedUniforms,
    ) {
        for (output, (standard, columns)) in self.outputs.iter().zip(columns).enumerate() {
            let Evaluated { a, b, y } = *columns;
            let Some(pair) = at.checked_sub(self.alone) else {
                let more = sums(
                    [a, b, y],
                    #[inline(always)]
                    |[a, b, y]| {
                        let (a, b, y) = (standard.of(a), standard.of(b), standard.of(y));
                        [y, y * y, (a - y) * (a - y), b * (y - a)]
                    },
                );
                add_all(&mut tally.players[output][at], &more);
                if !self.pairs.is_empty() && at < self.players {
                    let kept = &mut alone[output][at];
                    kept.clear();
                    kept.extend_from_slice(y);
                }
                continue;
            };
            let [one, other] = self.pairs[pair].map(|player| alone[output][player].as_slice());
            let [more] = sums(
                [a, b, y, one, other],
                #[inline(always)]
                |[a, b, y, one, other]| {
                    let both =
                        (standard.of(y) - standard.of(one)) - (standard.of(other) - standard.of(a));
                    [standard.of(b) * both]
                },
            );
            tally.pairs[output][pair] += more;
        }
    }

    fn merge(&self, sum: &mut SobolTally, block: &SobolTally) {
        sum.rows += block.rows;
        for output in 0..self.outputs.len() {
            add_all(&mut sum.halves[output], &block.halves[output]);
            for (sum, more) in sum.players[output].iter_mut().zip(&block.players[output]) {
                add_all(sum, more);
            }
            add_all(&mut sum.pairs[output], &block.pairs[output]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two players without interaction, whose sums have roundings left; as large as an effect, they are one.
    #[test]
    fn roundings_are_no_interaction() {
        let standard = Standard::new(0.0, 1.0);
        let design = SobolDesign::new(2, &[], true, vec![standard]);
        let second = |sums: [f64; 4]| {
            let tallies = sums.map(|sum| SobolTally {
                rows: 100,
                halves: vec![[0.0, 100.0, 0.0, 100.0]],
                players: vec![vec![[0.0, 100.0, 100.0, 50.0]; 2]],
                pairs: vec![vec![sum]],
            });
            let indices = design.indices(&tallies);
            let estimate = indices[0].second[0].1.estimate;
            (estimate.value, estimate.standard_error)
        };
        let rounded = second([1e-15, -3e-15, 2e-15, 5e-15]);
        assert_eq!(rounded, (Some(0.0), Some(0.0)));
        let (value, error) = second([1e-8, 3e-8, 2e-8, 5e-8]);
        assert!(value.is_some_and(|value| value > 0.0));
        assert!(error.is_some_and(|error| error > 0.0));
    }
}
