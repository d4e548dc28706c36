//! Shapley effects: the variance shared out between players so that the shares sum to it, dependent inputs included.
//!
//! The cost of a set S of players is c(S) = E\[Var(Y | the players outside S)\], estimated without bias from pairs of trials that agree
//! outside S: ½ E\[(f(A) − f(A with S drawn anew given the rest))²\] (Song, Nelson & Staum, SIAM/ASA J. Uncertain. Quantif. 4, 1060
//! (2016), theorem 1 and section 4.1, where the inner sample is of two; independent players: Owen, ibid. 2, 245 (2014)). A player's
//! effect is the mean, over the orders in which players can come, of what it adds to the cost of those before it (Owen & Prieur,
//! ibid. 5, 986 (2017), equation 5). Up to [`MOST_PLAYERS_OF_SUBSETS`] players every subset is evaluated; beyond, orders are drawn,
//! each with its reverse, others in every replicate, so that the error holds that of the orders too.

use super::further::{Design, Evaluated, Replicates, Standard, sums};
use super::{Index, add_all, ranked};
use crate::sampler::key::StreamKey;
use crate::sampler::pick_freeze::PickFreeze;
use crate::sampler::players::{Exchanging, PairedUniforms, Players};
use crate::statistic::Estimate;
use serde::{Deserialize, Serialize};

/// Players whose subsets are all evaluated, at most: 4095 of them.
pub const MOST_PLAYERS_OF_SUBSETS: usize = 12;
/// Orders drawn for a replicate beyond that; the reverse of each is taken too.
const ORDERS: u32 = 8;
/// Runs of orders: one for each replicate, of which there are at most so many.
const RUNS: u32 = 48;

/// An effect below this share of all is a rounding of the sum, not an effect.
const ROUNDINGS: f64 = 1e-14;

/// The Shapley effects of players for outputs.
#[derive(Debug)]
pub struct ShapleyDesign {
    players: usize,
    outputs: Vec<Standard>,
    sets: Vec<Players>,
    /// For each set, how much of its cost goes to each player with a weight that is not zero.
    weights: Vec<Vec<(usize, f64)>>,
    runs: usize,
}

impl ShapleyDesign {
    /// Evaluations of a trial beyond its halves.
    pub fn evaluations(players: usize) -> u64 {
        if players <= MOST_PLAYERS_OF_SUBSETS {
            (1 << players) - 1
        } else {
            2 * u64::from(ORDERS) * players as u64
        }
    }

    /// For so many players; `seed`: of the orders, where they are drawn.
    pub fn new(players: usize, outputs: Vec<Standard>, seed: u64) -> Self {
        let (sets, weights, runs) = if players <= MOST_PLAYERS_OF_SUBSETS {
            let (sets, weights) = subsets(players);
            (sets, weights, 1)
        } else {
            let (sets, weights) = orders(players, seed);
            (sets, weights, RUNS as usize)
        };
        ShapleyDesign {
            players,
            outputs,
            sets,
            weights,
            runs,
        }
    }

    /// The effects on every output from the tallies of the replicates, as shares of the variance, player by player.
    pub fn indices(&self, tallies: &[ShapleyTally]) -> Vec<Vec<Index>> {
        let replicates = Replicates::new(self, tallies, |tally| tally.rows);
        let nothing = Estimate::with_error(0.0, Some(0.0));
        let of_output = |output: usize| {
            let players = (0..self.players).map(|player| {
                replicates.estimate(|tally| {
                    let effects = &tally.effects[output];
                    let share = effects[player] / effects.iter().sum::<f64>();
                    // What costs nothing adds and takes away the same costs in another order.
                    if share.abs() < ROUNDINGS { 0.0 } else { share }
                })
            });
            ranked(players.chain([nothing]).collect(), replicates.count())
        };
        (0..self.outputs.len()).map(of_output).collect()
    }
}

/// Every set of players but the empty one, each differing from the one before by one player (Gray's code), with its weights.
fn subsets(players: usize) -> (Vec<Players>, Vec<Vec<(usize, f64)>>) {
    // (n − 1)! / (s! (n − 1 − s)!) orders have the same s players before a player.
    let mut ways = vec![1.0; players];
    for before in 1..players {
        ways[before] = ways[before - 1] * (players - before) as f64 / before as f64;
    }
    let share = |before: usize| 1.0 / (players as f64 * ways[before]);
    let of_code = |number: u32| {
        let code = number ^ (number >> 1);
        let size = code.count_ones() as usize;
        let weights = (0..players).map(|player| {
            let inside = (code >> player) & 1 == 1;
            let weight = if inside {
                share(size - 1)
            } else {
                -share(size)
            };
            (player, weight)
        });
        let inside = (0..players).filter(|player| (code >> player) & 1 == 1);
        (Players::of(players, inside), weights.collect())
    };
    (1..1u32 << players).map(of_code).unzip()
}

/// The sets that orders and their reverses pass through, run by run.
fn orders(players: usize, seed: u64) -> (Vec<Players>, Vec<Vec<(usize, f64)>>) {
    let share = 0.5 / f64::from(ORDERS);
    let (mut sets, mut weights) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        for number in 0..ORDERS {
            let order = StreamKey::new(seed, "(orders)").order(players, run, number);
            let reverse: Vec<usize> = order.iter().rev().copied().collect();
            for order in [order, reverse] {
                let mut set = Players::none(players);
                for (at, &player) in order.iter().enumerate() {
                    set.insert(player);
                    sets.push(set.clone());
                    // What the cost of a set is to its last player, it is not to the next.
                    let next = order.get(at + 1).map(|&next| (next, -share));
                    weights.push([(player, share)].into_iter().chain(next).collect());
                }
            }
        }
    }
    (sets, weights)
}

/// Sums of a block or a replicate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ShapleyTally {
    rows: u64,
    /// For each output and player, the sum over the rows of its effect.
    effects: Vec<Vec<f64>>,
}

impl Exchanging for ShapleyDesign {
    fn sets(&self) -> &[Players] {
        &self.sets
    }

    fn runs(&self) -> usize {
        self.runs
    }
}

impl Design for ShapleyDesign {
    type Sample = PickFreeze<Self>;
    type Tally = ShapleyTally;
    type Workspace = ();

    fn tally(&self) -> ShapleyTally {
        ShapleyTally {
            rows: 0,
            effects: vec![vec![0.0; self.players]; self.outputs.len()],
        }
    }

    fn begin(&self, tally: &mut ShapleyTally, (): &mut (), a: &[&[f64]], _: &[&[f64]]) {
        tally.rows += a.first().map_or(0, |column| column.len()) as u64;
    }

    fn exchange(
        &self,
        tally: &mut ShapleyTally,
        (): &mut (),
        at: usize,
        columns: &[Evaluated<'_>],
        _: &dyn PairedUniforms,
    ) {
        for ((effects, standard), columns) in
            tally.effects.iter_mut().zip(&self.outputs).zip(columns)
        {
            let [squares] = sums(
                [columns.a, columns.y],
                #[inline(always)]
                |[a, y]| {
                    let difference = standard.of(a) - standard.of(y);
                    [difference * difference]
                },
            );
            for &(player, weight) in &self.weights[at] {
                effects[player] += 0.5 * weight * squares;
            }
        }
    }

    fn merge(&self, sum: &mut ShapleyTally, block: &ShapleyTally) {
        sum.rows += block.rows;
        for (sum, more) in sum.effects.iter_mut().zip(&block.effects) {
            add_all(sum, more);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of additive costs every player gets its own; of any costs the effects sum to that of all.
    #[test]
    fn the_weights_share_out_the_cost_of_all() {
        for players in [1, 2, 5, 12, 15] {
            let design = ShapleyDesign::new(players, Vec::new(), 7);
            let own = |player: usize| (player * player + 1) as f64;
            let mut effects = vec![0.0; players];
            for at in design.of_replicate(3) {
                let set = &design.sets[at];
                let cost: f64 = (0..players)
                    .filter(|&player| set.contains(player))
                    .map(own)
                    .sum();
                for &(player, weight) in &design.weights[at] {
                    effects[player] += weight * cost;
                }
            }
            for (player, effect) in effects.iter().enumerate() {
                assert!(
                    (effect / own(player) - 1.0).abs() < 1e-12,
                    "{players}: {effects:?}"
                );
            }
        }
        let two = ShapleyDesign::new(2, Vec::new(), 0);
        // c{0} = 1, c{1} = 3, c{0, 1} = 10: player 0 adds 1 or 7, player 1 adds 9 or 3.
        let mut effects = [0.0; 2];
        for (set, weights) in two.sets.iter().zip(&two.weights) {
            let cost = match (set.contains(0), set.contains(1)) {
                (true, false) => 1.0,
                (false, true) => 3.0,
                _ => 10.0,
            };
            weights
                .iter()
                .for_each(|&(player, weight)| effects[player] += weight * cost);
        }
        assert_eq!(effects, [4.0, 6.0]);
    }
}
