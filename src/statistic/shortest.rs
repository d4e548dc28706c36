//! The shortest interval that holds a share of the trials.

use super::rising::sorted;
use super::tally::{Role, Tally, TallyPlan, extremes};

/// JCGM 101:2008, 7.7.4: of the intervals from the r-th to the (r+q)-th of N sorted values, q = pN (to the nearest), the shortest;
/// the first of equally short ones. `None` for fewer than two values.
///
/// The values are in groups that rise, not sorted inside; `starts` has how many lie before each, and their number last, and
/// `group(g)` has the values of one. What a group can do for the shortest interval is bounded by its extremes, so that only
/// those around the ends of the best intervals are sorted.
pub fn of_groups<'a>(
    starts: &[usize],
    group: impl Fn(usize) -> &'a [f64],
    level: f64,
) -> Option<(f64, f64)> {
    let n = *starts.last()?;
    if n < 2 {
        return None;
    }
    let steps = ((level * n as f64).round() as usize).clamp(1, n - 1);
    let group_of = |rank: usize| starts.partition_point(|&start| start <= rank) - 1;
    let mut groups = Groups {
        sorted: vec![None; starts.len() - 1],
        of: &group,
    };
    // The groups in which an interval may begin, each with a length that none of its intervals falls short of.
    let mut candidates: Vec<(f64, usize)> = (0..group_of(n - steps - 1) + 1)
        .filter(|&first| starts[first] < starts[first + 1])
        .map(|first| {
            let last = group_of(starts[first] + steps);
            let (_, farthest_start) = extremes(&[group(first)]);
            let (nearest_end, _) = extremes(&[group(last)]);
            (nearest_end - farthest_start, first)
        })
        .collect();
    candidates.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    let mut best: Option<(f64, usize, f64)> = None;
    for (least, first) in candidates {
        if best.is_some_and(|(length, ..)| least > length) {
            break;
        }
        let ranks = starts[first]..starts[first + 1].min(n - steps);
        let last = group_of(ranks.start + steps)..=group_of(ranks.end - 1 + steps);
        for group in (first..=first).chain(last.clone()) {
            groups.sort(group);
        }
        let before = ranks.start + steps - starts[*last.start()];
        let ends = last.flat_map(|last| groups.sorted(last)).skip(before);
        for ((rank, &low), &high) in ranks.zip(groups.sorted(first)).zip(ends) {
            let length = high - low;
            if best.is_none_or(|(shortest, first, _)| {
                length < shortest || (length == shortest && rank < first)
            }) {
                best = Some((length, rank, low));
            }
        }
    }
    let (_, rank, low) = best?;
    let last = group_of(rank + steps);
    Some((low, groups.sorted(last)[rank + steps - starts[last]]))
}

/// Groups of values, sorted when their order matters.
struct Groups<F> {
    of: F,
    sorted: Vec<Option<Vec<f64>>>,
}

impl<'a, F: Fn(usize) -> &'a [f64]> Groups<F> {
    fn sort(&mut self, group: usize) {
        self.sorted[group].get_or_insert_with(|| sorted((self.of)(group)));
    }

    /// The values of a group that was sorted.
    fn sorted(&self, group: usize) -> &[f64] {
        self.sorted[group].as_deref().unwrap_or_default()
    }
}

/// A distribution in pieces, one for each cell that has values: rising, not overlapping, and the distribution function linear inside each.
pub struct Pieces<'a> {
    /// The lower and the upper end of each; the same for what is all at one value.
    ends: Vec<[f64; 2]>,
    /// How many trials lie below each, and their number last.
    below: Vec<u64>,
    /// The cell of each.
    cells: Vec<usize>,
    replicates: &'a [Tally],
}

impl<'a> Pieces<'a> {
    /// Of the trials of all replicates; `count` has how many are in a cell.
    pub fn new(plan: &TallyPlan, replicates: &'a [Tally], count: impl Fn(usize) -> u64) -> Self {
        let extremes = super::summary::extremes(replicates);
        let cells: Vec<usize> = (0..plan.grid.cells())
            .filter(|&cell| count(cell) > 0)
            .collect();
        let ends = cells.iter().map(|&cell| match plan.role(cell) {
            Role::Tie(value) => [value, value],
            _ => {
                let [low, high] = plan.ends(cell, extremes);
                [low, high.max(low)]
            }
        });
        Pieces {
            ends: ends.collect(),
            below: sums(cells.iter().map(|&cell| count(cell))),
            cells,
            replicates,
        }
    }

    /// The shortest interval that holds a share of the trials, of one replicate or of all.
    pub fn shortest(&self, replicate: Option<usize>, level: f64) -> Option<(f64, f64)> {
        let of_replicate = replicate.map(|replicate| {
            let counts = &self.replicates[replicate].cells;
            sums(self.cells.iter().map(|&cell| u64::from(counts[cell])))
        });
        of_pieces(
            &self.ends,
            of_replicate.as_ref().unwrap_or(&self.below),
            level,
        )
    }
}

/// Nothing, the first count, the first two together, …
fn sums(counts: impl ExactSizeIterator<Item = u64>) -> Vec<u64> {
    let mut sums = Vec::with_capacity(counts.len() + 1);
    let mut sum = 0;
    sums.push(sum);
    sums.extend(counts.map(|count| {
        sum += count;
        sum
    }));
    sums
}

/// The shortest interval of a distribution in pieces, each with its ends; `below` has how many trials lie below each, and their number last.
/// One end stands at an edge of a piece that has trials.
fn of_pieces(ends: &[[f64; 2]], below: &[u64], level: f64) -> Option<(f64, f64)> {
    let total = *below.last()?;
    if total == 0 {
        return None;
    }
    let wanted = level * total as f64;
    // Counts are whole.
    let enough = wanted.ceil() as u64;
    let count = |piece: usize| below[piece + 1] - below[piece];
    let share = |inside: u64, piece: usize| {
        ((wanted - inside as f64) / count(piece) as f64).clamp(0.0, 1.0)
    };
    let mut best: Option<(f64, f64)> = None;
    let is_shorter =
        |length: f64, best: Option<(f64, f64)>| best.is_none_or(|(low, high)| length < high - low);
    // Lower ends at the lower edges: walk the upper end along.
    let mut last = below[1..].partition_point(|&below| below < enough);
    for (first, &[low, _]) in ends.iter().enumerate() {
        if count(first) == 0 {
            continue;
        }
        if total - below[first] < enough {
            break;
        }
        while below[last + 1] - below[first] < enough {
            last += 1;
        }
        let [nearest, farthest] = ends[last];
        // Most need not be looked at further.
        if is_shorter(nearest - low, best) {
            let inside = below[last] - below[first];
            let high = nearest + share(inside, last) * (farthest - nearest);
            if is_shorter(high - low, best) {
                best = Some((low, high));
            }
        }
    }
    // Upper ends at the upper edges: the same from the other side.
    let mut first = below.partition_point(|&below| below <= total - enough) - 1;
    for (last, &[_, high]) in ends.iter().enumerate().rev() {
        if count(last) == 0 {
            continue;
        }
        if below[last + 1] < enough {
            break;
        }
        while below[last + 1] - below[first] < enough {
            first -= 1;
        }
        let [farthest, nearest] = ends[first];
        if is_shorter(high - nearest, best) {
            let inside = below[last + 1] - below[first + 1];
            let low = nearest - share(inside, first) * (nearest - farthest);
            if is_shorter(high - low, best) {
                best = Some((low, high));
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every interval looked at.
    fn of_sorted(sorted: &[f64], level: f64) -> Option<(f64, f64)> {
        let n = sorted.len();
        let steps = ((level * n as f64).round() as usize).clamp(1, n.checked_sub(1)?.max(1));
        let mut ends = sorted
            .iter()
            .copied()
            .zip(sorted.get(steps..)?.iter().copied());
        let first = ends.next()?;
        Some(ends.fold(first, |best, next| {
            if next.1 - next.0 < best.1 - best.0 {
                next
            } else {
                best
            }
        }))
    }

    #[test]
    fn known_answers() {
        // Exponential quantiles: the shortest interval begins at the lower end.
        let values: Vec<f64> = (0..10_000)
            .map(|i| -(1.0 - (f64::from(i) + 0.5) / 10_000.0).ln())
            .collect();
        let (low, high) = of_groups(&[0, 10_000], |_| &values, 0.95).unwrap();
        assert!(
            low < 1e-3 && (high - 20f64.ln()).abs() < 0.01,
            "{low} {high}"
        );
        assert_eq!(of_groups(&[0, 1], |_| &[1.0], 0.95), None);
        assert_eq!(
            of_groups(&[0, 0, 2, 2], |_| &[3.0, 1.0], 0.95),
            Some((1.0, 3.0))
        );
    }

    proptest! {
        /// Groups of every kind, many equal values among them: as if every interval had been looked at.
        #[test]
        fn groups_left_unsorted_hold_nothing_shorter(
            mut groups in prop::collection::vec(prop::collection::vec(0u32..40, 0..30), 1..20),
            level in 0.01f64..0.999,
            shape in 0u8..3,
        ) {
            let mut values = Vec::new();
            let mut starts = vec![0];
            for (at, group) in groups.iter_mut().enumerate() {
                values.extend(group.iter().map(|&value| {
                    let x = f64::from(value + 40 * at as u32) / 50.0;
                    match shape { 0 => x, 1 => x.exp(), _ => x * x * x }
                }));
                starts.push(values.len());
            }
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let group = |at: usize| &values[starts[at]..starts[at + 1]];
            prop_assert_eq!(of_groups(&starts, group, level), of_sorted(&sorted, level));
        }
    }

    /// The shortest interval of pieces with so many trials each.
    fn of(pieces: &[([f64; 2], u64)], level: f64) -> Option<(f64, f64)> {
        let ends: Vec<[f64; 2]> = pieces.iter().map(|piece| piece.0).collect();
        of_pieces(&ends, &sums(pieces.iter().map(|piece| piece.1)), level)
    }

    #[test]
    fn pieces_of_an_exponential_and_of_atoms() {
        let pieces: Vec<([f64; 2], u64)> = (0..2000)
            .map(|i| {
                let [low, high] = [i, i + 1].map(|edge| f64::from(edge) * 0.01);
                (
                    [low, high],
                    (1e15 * ((-low).exp() - (-high).exp())).round() as u64,
                )
            })
            .collect();
        let (low, high) = of(&pieces, 0.95).unwrap();
        assert!(
            low < 1e-9 && (high - 20f64.ln()).abs() < 1e-3,
            "{low} {high}"
        );
        let mirrored: Vec<_> = pieces
            .iter()
            .rev()
            .map(|&([low, high], count)| ([-high, -low], count))
            .collect();
        let (low, high) = of(&mirrored, 0.95).unwrap();
        assert!(
            high.abs() < 1e-9 && (low + 20f64.ln()).abs() < 1e-3,
            "{low} {high}"
        );
        let atoms = [(0.0, 10), (1.0, 50), (2.0, 46), (9.0, 4)].map(|(x, count)| ([x, x], count));
        assert_eq!(of(&atoms, 0.8), Some((1.0, 2.0)));
        assert_eq!(of(&atoms, 0.95), Some((0.0, 2.0)));
        assert_eq!(of(&[([0.0, 1.0], 0)], 0.95), None);
        assert_eq!(of(&[], 0.95), None);
    }

    /// Every interval that begins at the lower or ends at the upper end of a piece with trials and holds as many as are wanted.
    fn of_every_edge(pieces: &[([f64; 2], u64)], level: f64) -> Option<(f64, f64)> {
        let wanted = level * pieces.iter().map(|piece| piece.1).sum::<u64>() as f64;
        let mut best: Option<(f64, f64)> = None;
        let mut consider = |low: f64, high: f64| {
            if best.is_none_or(|best| high - low < best.1 - best.0) {
                best = Some((low, high));
            }
        };
        let share = |inside: u64, count: u64| ((wanted - inside as f64) / count as f64).max(0.0);
        for first in 0..pieces.len() {
            let mut inside = 0;
            for &([low, high], count) in &pieces[first..] {
                if count > 0 && (inside + count) as f64 >= wanted {
                    if pieces[first].1 > 0 {
                        consider(
                            pieces[first].0[0],
                            low + share(inside, count) * (high - low),
                        );
                    }
                    break;
                }
                inside += count;
            }
        }
        for last in (0..pieces.len()).rev() {
            let mut inside = 0;
            for &([low, high], count) in pieces[..=last].iter().rev() {
                if count > 0 && (inside + count) as f64 >= wanted {
                    if pieces[last].1 > 0 {
                        consider(
                            high - share(inside, count) * (high - low),
                            pieces[last].0[1],
                        );
                    }
                    break;
                }
                inside += count;
            }
        }
        best
    }

    proptest! {
        /// Pieces that touch or do not, single values and empty ones among them; shares that are whole numbers of trials and others.
        #[test]
        fn no_interval_of_pieces_is_shorter(
            pieces in prop::collection::vec((0u32..3, 0u32..4, 0u64..6), 1..40),
            level in prop::sample::select(vec![0.07, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0 - f64::EPSILON]),
        ) {
            let mut edge = -3.0;
            let pieces: Vec<([f64; 2], u64)> = pieces.iter().map(|&(gap, width, count)| {
                let low = edge + f64::from(gap) * 0.37;
                edge = low + f64::from(width) * 0.21;
                ([low, edge], count)
            }).collect();
            prop_assert_eq!(of(&pieces, level), of_every_edge(&pieces, level));
        }
    }
}
