//! Morris's elementary effects: what an output changes by when one input is moved across its range, the others on levels of theirs.
//!
//! With d = (y − a) / Δ over the base points, signed as if the input rose: μ = mean of d, μ* = mean of |d|, σ = standard deviation of
//! d (Morris, Technometrics 33, 161 (1991); μ*: Campolongo, Cariboni & Saltelli, Environ. Model. Softw. 22, 1509 (2007), equation 2,
//! and for inputs that are moved together section 2.2: only μ*). A unit of Δ is the whole way from the lowest level to the highest:
//! the effects are in the unit of the output.

use super::further::{Design, Evaluated, Replicates, sums};
use super::{Index, add_all, ranked};
use crate::sampler::levels::{Levels, STEP};
use crate::sampler::players::{Exchanging, PairedUniforms, Players};
use crate::statistic::Estimate;
use serde::{Deserialize, Serialize};

/// The elementary effects of players on outputs.
#[derive(Debug)]
pub struct MorrisDesign {
    /// For each player, its inputs.
    players: Vec<Vec<usize>>,
    outputs: usize,
    sets: Vec<Players>,
}

impl MorrisDesign {
    /// For players with these inputs each.
    pub fn new(players: Vec<Vec<usize>>, outputs: usize) -> Self {
        let count = players.len();
        MorrisDesign {
            sets: (0..count)
                .map(|player| Players::of(count, [player]))
                .collect(),
            players,
            outputs,
        }
    }

    /// For every output, the effects of the players, the dummy last: μ*, σ, μ.
    pub fn indices(&self, tallies: &[MorrisTally]) -> Vec<[Vec<Index>; 3]> {
        let replicates = Replicates::new(self, tallies, |tally| tally.rows);
        let of_output = |output: usize| {
            let of_players = |of: fn([f64; 3]) -> f64, of_one: bool| {
                let players = self.players.iter().enumerate().map(|(player, inputs)| {
                    if of_one && inputs.len() > 1 {
                        return Estimate::unavailable();
                    }
                    replicates.estimate(|tally| {
                        of(tally.effects[output][player].map(|sum| sum / tally.rows as f64))
                    })
                });
                let nothing = Estimate::with_error(0.0, Some(0.0));
                ranked(players.chain([nothing]).collect(), replicates.count())
            };
            [
                of_players(|[_, absolute, _]| absolute, false),
                of_players(
                    |[mean, _, square]| {
                        let variance = square - mean * mean;
                        // Not `max`, which would make a zero of what is not a number.
                        if variance < 0.0 { 0.0 } else { variance.sqrt() }
                    },
                    true,
                ),
                of_players(|[mean, _, _]| mean, true),
            ]
        };
        (0..self.outputs).map(of_output).collect()
    }
}

/// Sums of a block or a replicate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MorrisTally {
    rows: u64,
    /// For each output and player: d, |d|, d².
    effects: Vec<Vec<[f64; 3]>>,
}

impl Exchanging for MorrisDesign {
    fn sets(&self) -> &[Players] {
        &self.sets
    }
}

impl Design for MorrisDesign {
    type Sample = Levels;
    type Tally = MorrisTally;
    type Workspace = ();

    fn tally(&self) -> MorrisTally {
        MorrisTally {
            rows: 0,
            effects: vec![vec![[0.0; 3]; self.players.len()]; self.outputs],
        }
    }

    fn begin(&self, tally: &mut MorrisTally, (): &mut (), a: &[&[f64]], _: &[&[f64]]) {
        tally.rows += a.first().map_or(0, |column| column.len()) as u64;
    }

    fn exchange(
        &self,
        tally: &mut MorrisTally,
        (): &mut (),
        at: usize,
        columns: &[Evaluated<'_>],
        uniforms: &dyn PairedUniforms,
    ) {
        let directions = uniforms.directions(self.players[at][0]);
        for (effects, columns) in tally.effects.iter_mut().zip(columns) {
            let more = sums(
                [columns.a, columns.y, directions],
                #[inline(always)]
                |[a, y, direction]| {
                    let effect = (y - a) / STEP * direction;
                    [effect, effect.abs(), effect * effect]
                },
            );
            add_all(&mut effects[at], &more);
        }
    }

    fn merge(&self, sum: &mut MorrisTally, block: &MorrisTally) {
        sum.rows += block.rows;
        for (sum, more) in sum
            .effects
            .iter_mut()
            .flatten()
            .zip(block.effects.iter().flatten())
        {
            add_all(sum, more);
        }
    }
}
