//! The distribution of an output in a bounded number of pieces, for figures and notebooks: from what was counted, never from stored
//! trials.
//!
//! A piece is closed when it holds enough of the trials, or is wide enough: where there are many it is narrow, where there are few it
//! holds few, and where there are none there is none. A value with a probability of its own is a piece of no width.

use super::Estimate;
use super::order::OrderStatistics;
use super::summary::share;
use super::tally::{BINS, Role, Tally, TallyPlan};
use crate::kernel::{cbrt, ln};

/// A piece: trials in (low, high], or at the one value where both are equal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Portion {
    /// Its lower end.
    pub low: f64,
    /// Its upper end; not below the lower one.
    pub high: f64,
    /// The share of the trials inside.
    pub share: Estimate,
    /// The share of the trials at or below the upper end.
    pub up_to: Estimate,
}

/// The shares between which a distribution is said to spread, and its middle.
pub const SPREAD: [f64; 3] = [0.005, 0.5, 0.995];
/// Ratios from which magnitudes are what tells values apart: of the ends of the spread, and of its upper end to its middle.
const MAGNITUDES: f64 = 100.0;
const UPPER_MAGNITUDES: f64 = 8.0;
/// Pieces by count, and by width over the spread, for each cube root of the trials, and no more than a figure can show: half of what
/// Rice's rule has, since a line through them is not to show their noise.
const BY_COUNT: (f64, f64) = (1.0, 64.0);
const BY_WIDTH: (f64, f64) = (0.8, 56.0);
/// Fewest pieces of either.
const FEWEST: f64 = 16.0;
/// How much wider a piece beyond the spread may be, over its distance from it.
const GROWTH: f64 = 0.25;
/// A value is a piece of its own from this share of the trials.
const ATOM: f64 = 1e-3;
/// So few different values are all pieces of their own.
const FEW_VALUES: usize = 200;
/// So many single values may be a floor and a cap.
const MOST_ENDS: usize = 2;
/// A piece is left over below this part of the trials and of the width that it may have.
const LEFT_OVER: f64 = 4.0;
/// A cell with this share of the trials says too little of where in it they are.
pub const COARSE: f64 = 1.0 / 200.0;
/// Where every value is known, fine pieces hold this share of them at least.
const FINE: u64 = 4096;

/// What is known finely: trials of each replicate between two ends.
struct Fine {
    low: f64,
    high: f64,
    counts: Vec<u64>,
    total: u64,
}

impl Fine {
    fn new(low: f64, high: f64, counts: Vec<u64>) -> Self {
        let total = counts.iter().sum();
        Fine {
            low,
            high,
            counts,
            total,
        }
    }

    fn is_atom(&self) -> bool {
        self.low == self.high
    }

    fn take(&mut self, next: &Fine) {
        self.high = next.high;
        self.total += next.total;
        for (sum, more) in self.counts.iter_mut().zip(&next.counts) {
            *sum += more;
        }
    }
}

/// How wide a piece may be.
struct Widths {
    spread: [f64; 3],
    /// Of the spread, or of the natural logarithm where magnitudes count.
    width: f64,
    magnitudes: bool,
}

impl Widths {
    fn new(spread: [f64; 3], trials: u64) -> Self {
        let magnitudes = spread_in_magnitudes(spread);
        let pieces = bounded(BY_WIDTH, trials);
        let whole = if magnitudes {
            ln(spread[2] / spread[0])
        } else {
            spread[2] - spread[0]
        };
        Widths {
            spread,
            width: whole / pieces,
            magnitudes,
        }
    }

    /// The widest that a piece that begins at `low` may be.
    fn at(&self, low: f64) -> f64 {
        if self.magnitudes && low > 0.0 {
            return low * self.width;
        }
        let beyond = (self.spread[0] - low).max(low - self.spread[2]).max(0.0);
        self.width.max(GROWTH * beyond)
    }
}

/// Whether values spread so far, all above zero, that magnitudes are what tells them apart: their ends and their middle.
pub fn spread_in_magnitudes([low, middle, high]: [f64; 3]) -> bool {
    low > 0.0 && high / low >= MAGNITUDES && high / middle >= UPPER_MAGNITUDES
}

fn bounded((factor, most): (f64, f64), trials: u64) -> f64 {
    (factor * cbrt(trials as f64)).clamp(FEWEST, most)
}

/// The distribution of an output from what was counted of it, in rising order; a few hundred pieces whatever the number of trials.
pub fn distribution(plan: &TallyPlan, replicates: &[Tally]) -> Vec<Portion> {
    let order = OrderStatistics::new(plan, replicates);
    let sizes = order.sizes();
    let trials = order.trials();
    let fine = match order.all_sorted(None) {
        Some(sorted) => of_values(&order, &sorted, replicates.len()),
        None => of_cells(plan, &order, replicates),
    };
    let widths = Widths::new(spread(&fine, trials), trials);
    let most = trials as f64 / bounded(BY_COUNT, trials);
    // Between single values there is nothing either; one or two of them may be the ends of something that is not discrete.
    let atoms: Vec<u64> = fine
        .iter()
        .filter(|piece| piece.is_atom())
        .map(|piece| piece.total)
        .collect();
    let discrete = atoms.len() > MOST_ENDS && 2 * atoms.iter().sum::<u64>() > trials;
    let mut pieces: Vec<Fine> = Vec::new();
    for mut next in fine {
        // Between values that lie far apart there is nothing.
        if let Some(last) = pieces.last() {
            let stretched = !last.is_atom() && !next.is_atom() && next.low > last.high;
            if stretched && !discrete && next.low - last.high <= widths.at(last.high) {
                next.low = last.high;
            }
        }
        let joins = pieces.last().is_some_and(|last| {
            !last.is_atom()
                && !next.is_atom()
                && last.high == next.low
                && (last.total as f64) < most
                && next.high - last.low <= widths.at(last.low)
        });
        match pieces.last_mut() {
            Some(last) if joins => last.take(&next),
            _ => pieces.push(next),
        }
    }
    // What is left over at an end, of hardly any trials on hardly any width, says nothing by itself.
    let mut whole = Vec::with_capacity(pieces.len());
    for next in pieces {
        let is_left_over = |last: &Fine| {
            !last.is_atom()
                && !next.is_atom()
                && last.high == next.low
                && LEFT_OVER * (next.total as f64) < most
                && LEFT_OVER * (next.high - next.low) < widths.at(next.low)
        };
        match whole.last_mut() {
            Some(last) if is_left_over(last) => last.take(&next),
            _ => whole.push(next),
        }
    }
    let pieces = whole;
    let mut up_to = vec![0; replicates.len()];
    pieces
        .iter()
        .map(|piece| {
            for (sum, more) in up_to.iter_mut().zip(&piece.counts) {
                *sum += more;
            }
            Portion {
                low: piece.low,
                high: piece.high,
                share: share(sizes, 1, &|replicate| piece.counts[replicate]),
                up_to: share(sizes, 1, &|replicate| up_to[replicate]),
            }
        })
        .collect()
}

/// The value below which a share lies; within a piece by its width.
pub fn quantile(portions: &[Portion], p: f64) -> f64 {
    let up_to = |portion: &Portion| portion.up_to.value.unwrap_or(0.0);
    let at = portions.partition_point(|portion| up_to(portion) < p);
    let portion = &portions[at.min(portions.len() - 1)];
    let share = portion.share.value.unwrap_or(0.0);
    let inside = 1.0 - ((up_to(portion) - p) / share).clamp(0.0, 1.0);
    inside.mul_add(portion.high - portion.low, portion.low)
}

/// The share below a value; within a piece by its width.
pub fn share_below(portions: &[Portion], value: f64) -> f64 {
    // A single value is not below itself.
    let is_below =
        |portion: &Portion| portion.high < value || (portion.high == value && portion.low < value);
    let at = portions.partition_point(is_below);
    let before = at.checked_sub(1).map_or_else(
        || portions[0].up_to.value.unwrap_or(0.0) - portions[0].share.value.unwrap_or(0.0),
        |last| portions[last].up_to.value.unwrap_or(0.0),
    );
    let inside = portions.get(at).filter(|portion| portion.low < value);
    before
        + inside.map_or(0.0, |portion| {
            (value - portion.low) / (portion.high - portion.low)
                * portion.share.value.unwrap_or(0.0)
        })
}

/// The ends between which nearly all trials lie, and the middle.
fn spread(fine: &[Fine], trials: u64) -> [f64; 3] {
    SPREAD.map(|p| {
        let mut below = 0;
        let piece = fine.iter().find(|piece| {
            below += piece.total;
            below as f64 >= p * trials as f64
        });
        let piece = piece.or(fine.last());
        piece.map_or(0.0, |piece| if p < 0.5 { piece.low } else { piece.high })
    })
}

/// Fine pieces where every value is known: each value that comes often alone, the others in small groups that reach halfway to
/// their neighbours.
fn of_values(order: &OrderStatistics, sorted: &[f64], replicates: usize) -> Vec<Fine> {
    let n = sorted.len();
    let each: Vec<Vec<f64>> = (0..replicates)
        .map(|replicate| order.all_sorted(Some(replicate)).unwrap_or_default())
        .collect();
    let runs: Vec<&[f64]> = sorted.chunk_by(|one, next| one == next).collect();
    let few = runs.len() <= FEW_VALUES && 4 * runs.len() <= n;
    let is_atom = |run: &[f64]| few || (run.len() > 1 && run.len() as f64 >= ATOM * n as f64);
    let group = (n as u64 / FINE).max(2) as usize;
    // First and last run of each piece.
    let mut groups: Vec<(usize, usize)> = Vec::new();
    let mut held = 0;
    for (at, run) in runs.iter().enumerate() {
        let joins = at > 0 && held < group && !is_atom(run) && !is_atom(runs[at - 1]);
        match groups.last_mut() {
            Some(last) if joins => {
                last.1 = at;
                held += run.len();
            }
            _ => {
                groups.push((at, at));
                held = run.len();
            }
        }
    }
    let halfway = |below: usize, above: usize| {
        let (below, above) = (runs[below][0], runs[above][0]);
        below + (above - below) / 2.0
    };
    // Each value lies in one group: one walk through the values of each replicate counts them.
    let mut counts = vec![vec![0_u64; replicates]; groups.len()];
    for (replicate, values) in each.iter().enumerate() {
        let mut at = 0;
        for &value in values {
            while runs[groups[at].1][0] < value {
                at += 1;
            }
            counts[at][replicate] += 1;
        }
    }
    groups
        .into_iter()
        .zip(counts)
        .map(|((first, last), counts)| {
            let (lowest, highest) = (runs[first][0], runs[last][0]);
            let (mut low, mut high) = (lowest, highest);
            if !is_atom(runs[first]) {
                // A group reaches halfway to its neighbours, but no farther than it is wide: what is empty stays empty.
                let reach = highest - lowest;
                if first > 0 {
                    low = halfway(first - 1, first).max(lowest - reach);
                }
                if last + 1 < runs.len() {
                    high = halfway(last, last + 1).min(highest + reach);
                }
            }
            Fine::new(low, high, counts)
        })
        .collect()
}

/// Fine pieces from the counts of the cells.
fn of_cells(plan: &TallyPlan, order: &OrderStatistics, replicates: &[Tally]) -> Vec<Fine> {
    let extremes = super::summary::extremes(replicates);
    let trials = order.trials() as f64;
    let mut fine: Vec<Fine> = Vec::new();
    let mut push = |low: f64, high: f64, counts: Vec<u64>| {
        let piece = Fine::new(low, high.max(low), counts);
        if piece.total > 0 {
            fine.push(piece);
        }
    };
    for cell in 0..plan.grid.cells() {
        if order.count(cell) == 0 {
            continue;
        }
        let [low, high] = plan.ends(cell, extremes);
        let all = replicates.iter().map(|tally| u64::from(tally.cells[cell]));
        match plan.role(cell) {
            Role::Bins => {
                let (from, to) = (plan.grid.edge(cell), plan.grid.edge(cell + 1));
                let end = |bin: usize| from + (to - from) * bin as f64 / BINS as f64;
                for bin in 0..BINS {
                    let at = plan.place(cell) * BINS + bin;
                    let counts = replicates.iter().map(|tally| u64::from(tally.bins[at]));
                    let (low, high) = (end(bin).max(low), end(bin + 1).min(high));
                    push(low, high, counts.collect());
                }
            }
            Role::Tie(value) => {
                let around: Vec<[u64; 2]> = (0..replicates.len())
                    .map(|replicate| order.inside(replicate, cell, value).into())
                    .map(|[less, equal]: [f64; 2]| [less as u64, equal as u64])
                    .collect();
                let equal: Vec<u64> = around.iter().map(|counts| counts[1]).collect();
                if (equal.iter().sum::<u64>() as f64) < ATOM * trials {
                    push(low, high, all.collect());
                    continue;
                }
                push(low, value, around.iter().map(|counts| counts[0]).collect());
                let above = all
                    .zip(&around)
                    .map(|(all, [less, equal])| all - less - equal)
                    .collect();
                push(value, value, equal);
                push(value, high, above);
            }
            Role::Keep if order.count(cell) as f64 >= COARSE * trials => {
                let kept = |replicate| order.kept(replicate, cell);
                let mut values: Vec<f64> = (0..replicates.len()).flat_map(kept).copied().collect();
                values.sort_unstable_by(f64::total_cmp);
                let group = (trials as usize / FINE as usize).max(1);
                // The smallest value may be the lower end itself.
                let (mut from, mut above) = (low, f64::NEG_INFINITY);
                for values in values.chunks(group) {
                    let to = values[values.len() - 1];
                    let is_inside = |value: &&f64| above < **value && **value <= to;
                    let counts = (0..replicates.len())
                        .map(|replicate| kept(replicate).iter().filter(is_inside).count() as u64);
                    push(from, to, counts.collect());
                    (from, above) = (to, to);
                }
            }
            Role::Count | Role::Keep => push(low, high, all.collect()),
        }
    }
    fine
}
