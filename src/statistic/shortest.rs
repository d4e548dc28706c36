//! The shortest interval that holds a share of the trials.

use super::order::Piece;
use super::tally::extremes;

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
            let (_, farthest_start) = extremes(group(first));
            let (nearest_end, _) = extremes(group(last));
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
        let ends: Vec<f64> = last
            .clone()
            .flat_map(|last| groups.sorted(last).to_vec())
            .collect();
        let ends = &ends[ranks.start + steps - starts[*last.start()]..];
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
    fn sorted(&mut self, group: usize) -> &[f64] {
        self.sorted[group].get_or_insert_with(|| {
            let mut values = (self.of)(group).to_vec();
            values.sort_unstable_by(f64::total_cmp);
            values
        })
    }
}

/// The same of a distribution in pieces (rising, not overlapping): the distribution function is linear inside a piece, so one end
/// of the shortest interval stands at an edge of a piece.
pub fn of_pieces(pieces: &[Piece], level: f64) -> Option<(f64, f64)> {
    let total: f64 = pieces.iter().map(|piece| piece.count).sum();
    if pieces.is_empty() {
        return None;
    }
    let wanted = level * total;
    let mut best: Option<(f64, f64)> = None;
    let mut consider = |low: f64, high: f64| {
        if best.is_none_or(|(best_low, best_high)| high - low < best_high - best_low) {
            best = Some((low, high));
        }
    };
    // Lower ends at the lower edges: walk the upper end along.
    let (mut at, mut inside) = (0, 0.0);
    for piece in pieces {
        while at < pieces.len() && inside + pieces[at].count < wanted {
            inside += pieces[at].count;
            at += 1;
        }
        let Some(last) = pieces.get(at) else { break };
        let share = ((wanted - inside) / last.count).clamp(0.0, 1.0);
        consider(piece.low, last.low + share * (last.high - last.low));
        inside -= piece.count;
    }
    // Upper ends at the upper edges: the same from the other side.
    let (mut left, mut inside) = (pieces.len(), 0.0);
    for piece in pieces.iter().rev() {
        while left > 0 && inside + pieces[left - 1].count < wanted {
            inside += pieces[left - 1].count;
            left -= 1;
        }
        if left == 0 {
            break;
        }
        let first = pieces[left - 1];
        let share = ((wanted - inside) / first.count).clamp(0.0, 1.0);
        consider(first.high - share * (first.high - first.low), piece.high);
        inside -= piece.count;
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

    #[test]
    fn pieces_of_an_exponential_and_of_atoms() {
        let edges: Vec<f64> = (0..=2000).map(|i| f64::from(i) * 0.01).collect();
        let pieces: Vec<Piece> = edges
            .windows(2)
            .map(|pair| Piece {
                low: pair[0],
                high: pair[1],
                count: (-pair[0]).exp() - (-pair[1]).exp(),
            })
            .collect();
        let (low, high) = of_pieces(&pieces, 0.95).unwrap();
        assert!(
            low < 1e-9 && (high - 20f64.ln()).abs() < 1e-3,
            "{low} {high}"
        );
        let mirrored: Vec<Piece> = pieces
            .iter()
            .rev()
            .map(|p| Piece {
                low: -p.high,
                high: -p.low,
                count: p.count,
            })
            .collect();
        let (low, high) = of_pieces(&mirrored, 0.95).unwrap();
        assert!(
            high.abs() < 1e-9 && (low + 20f64.ln()).abs() < 1e-3,
            "{low} {high}"
        );
        let atoms = [(0.0, 10.0), (1.0, 50.0), (2.0, 46.0), (9.0, 4.0)].map(|(x, count)| Piece {
            low: x,
            high: x,
            count,
        });
        assert_eq!(of_pieces(&atoms, 0.8), Some((1.0, 2.0)));
        assert_eq!(of_pieces(&atoms, 0.95), Some((0.0, 2.0)));
    }
}
