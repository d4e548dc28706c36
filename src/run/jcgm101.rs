//! The adaptive procedure of JCGM 101:2008, 7.9: blocks of independent trials until the results are stable to a digit.

use super::parallel::in_order;
use super::stopping::{HELD, Reached, Study, Target, Tolerance};
use super::trials::SegmentReader;
use super::{Experiment, Outcome, Progress, Question, Stopped};
use crate::program::Slot;
use crate::sampler::{Layout, Method};
use crate::statistic::summary::central;
use std::ops::Range;

/// Replicates: a block is the next rows of each of them, so that the errors come from as many whatever the number of blocks.
const REPLICATES: u32 = 32;

/// Blocks looked at in one go, at most: their values are in memory together.
const MOST_BLOCKS_AT_ONCE: u64 = 32;

/// Rows that a block takes of each replicate: 7.9.4 a) and b) ask for the larger of 10⁴ trials and the least whole number not below
/// 100 / (1 − level), here rounded up to whole rows.
fn block_rows(level: f64) -> u64 {
    // 100 / 0.05 in doubles is 2000.0000000000002: a block of one more than the standard's is avoided.
    let trials = ((100.0 / (1.0 - level) - 1e-6).ceil() as u64).max(10_000);
    trials.div_ceil(u64::from(REPLICATES))
}

/// The shape of a sample of so many blocks (two or more) at this level.
pub fn jcgm101_layout(blocks: u64, level: f64) -> Layout {
    let trials = blocks * block_rows(level) * u64::from(REPLICATES);
    Method::Random.layout(trials, Some(REPLICATES))
}

/// Runs blocks until twice the standard error of each output's mean, sd and interval ends is at most the target's tolerance, or
/// until another block would exceed its trials; the result is of all of them.
///
/// # Errors
/// When it was cancelled, or when there is no finite trial to summarise.
pub fn run_jcgm101(
    study: &Study,
    question: &Question,
    target: &Target,
    progress: &dyn Progress,
) -> Result<(Layout, Outcome, Reached), Stopped> {
    let rows = block_rows(question.level);
    let block = rows * u64::from(REPLICATES);
    let most = (target.most_trials / block).max(2);
    let layout = jcgm101_layout(most, question.level);
    let sampler = (study.sampler)(layout);
    let mut experiment = Experiment {
        program: study.program,
        sampler: &*sampler,
        layout,
    };
    let outputs: Vec<usize> = experiment.varying_outputs().collect();
    let slots: Vec<Slot> = outputs
        .iter()
        .map(|&output| study.program.outputs[output])
        .collect();
    let mut statistics: Vec<Blocks> = outputs.iter().map(|_| Blocks::default()).collect();
    let mut reached = Reached {
        reached: false,
        hardest: None,
        more: None,
    };
    let (mut blocks, mut expected) = (0, 2);
    // The blocks are run twice: to find their number, and for the result.
    progress.expect(2 * expected * block, f64::INFINITY);
    'stages: while blocks < most {
        let stage = blocks.clamp(2, MOST_BLOCKS_AT_ONCE).min(most - blocks);
        let values = stage_values(&experiment, &slots, blocks * rows..(blocks + stage) * rows);
        for at in 0..stage {
            if progress.cancelled() {
                return Err(Stopped::Cancelled);
            }
            progress.advance(block);
            blocks += 1;
            let rows = (at * rows) as usize..((at + 1) * rows) as usize;
            for (output, statistics) in statistics.iter_mut().enumerate() {
                let of_block = values
                    .iter()
                    .map(|replicate| &replicate[output][rows.clone()]);
                let mut of_block = of_block.collect::<Vec<_>>().concat();
                let statistics_of_block = block_statistics(&mut of_block, question.level);
                statistics.all.push(statistics_of_block);
            }
            if blocks < 2 {
                continue;
            }
            let held = outputs
                .iter()
                .zip(&statistics)
                .filter_map(|(&output, blocks)| Some((output, blocks, target.tolerances[output]?)));
            reached.hardest = hardest(held);
            let ratio = reached.hardest.map_or(0.0, |hardest| hardest.2);
            reached.reached = ratio <= 1.0;
            // What is not a finite number never becomes stable: the run of all blocks will say so.
            if reached.reached || ratio.is_nan() {
                break 'stages;
            }
            let needed = (blocks as f64 * ratio * ratio).min(most as f64) as u64;
            if blocks.is_power_of_two() && needed > expected {
                progress.expect(2 * (needed - expected) * block, ratio);
                expected = needed;
            }
        }
    }
    if !reached.reached {
        reached.more = reached.hardest.map(|hardest| hardest.2 * hardest.2);
    }
    experiment.layout = jcgm101_layout(blocks, question.level);
    let outcome = super::run(&experiment, question, progress)?;
    Ok((experiment.layout, outcome, reached))
}

/// The numbers at `slots` in these rows of every replicate: for each replicate, one column each.
fn stage_values(experiment: &Experiment, slots: &[Slot], rows: Range<u64>) -> Vec<Vec<Vec<f64>>> {
    let mut replicates = Vec::new();
    in_order(
        REPLICATES as usize,
        || SegmentReader::new(experiment),
        |reader, replicate| {
            let mut values = vec![Vec::new(); slots.len()];
            reader.rows(replicate as u32, rows.clone(), slots, &mut values);
            values
        },
        |values| {
            replicates.push(values);
            true
        },
    );
    replicates
}

/// Mean, sd and both interval ends of one block, in this order; sorts it.
fn block_statistics(values: &mut [f64], level: f64) -> [f64; 4] {
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    let [low, high] = central(level).map(|p| values[((p * n) as usize).min(values.len() - 1)]);
    [mean, (squares / (n - 1.0)).sqrt(), low, high]
}

/// The statistics of the blocks of one output.
#[derive(Default)]
struct Blocks {
    all: Vec<[f64; 4]>,
}

impl Blocks {
    /// Twice the standard error of each statistic's mean over the blocks: 7.9.4 h).
    fn twice_errors(&self) -> [f64; 4] {
        let h = self.all.len() as f64;
        std::array::from_fn(|at| {
            let mean = self.all.iter().map(|block| block[at]).sum::<f64>() / h;
            let squares: f64 = self
                .all
                .iter()
                .map(|block| (block[at] - mean) * (block[at] - mean))
                .sum();
            2.0 * (squares / (h * (h - 1.0))).sqrt()
        })
    }

    /// The sd of all trials together, of blocks of one size: 7.9.4 j).
    fn sd(&self) -> f64 {
        let h = self.all.len() as f64;
        let mean = self.all.iter().map(|block| block[0]).sum::<f64>() / h;
        let within = self
            .all
            .iter()
            .map(|block| block[1] * block[1])
            .sum::<f64>()
            / h;
        let between = self
            .all
            .iter()
            .map(|block| (block[0] - mean) * (block[0] - mean))
            .sum::<f64>()
            / h;
        (within + between).sqrt()
    }
}

/// The number that is the farthest from stable, with twice its standard error over the tolerance of 7.9.4 k).
fn hardest<'a>(
    held: impl Iterator<Item = (usize, &'a Blocks, Tolerance)>,
) -> Option<(usize, &'static str, f64)> {
    let mut hardest: Option<(usize, &'static str, f64)> = None;
    for (output, blocks, tolerance) in held {
        // The standard's tolerance is that of the sd, for all four numbers.
        let sd = blocks.sd();
        let tolerance = tolerance.half_width(sd, sd);
        for (name, error) in HELD.into_iter().zip(blocks.twice_errors()) {
            let ratio = if error == 0.0 { 0.0 } else { error / tolerance };
            if hardest.is_none_or(|hardest| ratio.is_nan() || ratio > hardest.2) {
                hardest = Some((output, name, ratio));
            }
        }
    }
    hardest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_as_large_as_the_standard_says() {
        // 10,016 and 100,000 trials.
        assert_eq!(block_rows(0.95), 313);
        assert_eq!(block_rows(0.99), 313);
        assert_eq!(block_rows(0.999), 3125);
    }

    #[test]
    fn blocks_together_have_the_sd_of_their_trials() {
        let mut blocks = Blocks::default();
        let values: Vec<f64> = (0..4000u32).map(|i| f64::from(i * i % 977)).collect();
        for block in values.chunks(1000) {
            blocks.all.push(block_statistics(&mut block.to_vec(), 0.95));
        }
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let sd = (values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n).sqrt();
        // Each block's divisor is one less than its trials.
        assert!((blocks.sd() / sd - 1.0).abs() < 1e-3);
    }
}
