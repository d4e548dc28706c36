//! The shortest interval that holds a share of the trials.

use super::order::Piece;

/// JCGM 101:2008, 7.7.4: of the intervals from the r-th to the (r+q)-th of N sorted values, q = pN (to the nearest), the shortest;
/// the first of equally short ones. `None` for fewer than two values.
pub fn of_sorted(sorted: &[f64], level: f64) -> Option<(f64, f64)> {
    let n = sorted.len();
    if n < 2 {
        return None;
    }
    let steps = ((level * n as f64).round() as usize).clamp(1, n - 1);
    let mut best = (sorted[0], sorted[steps]);
    for (&low, &high) in sorted.iter().zip(&sorted[steps..]) {
        if high - low < best.1 - best.0 {
            best = (low, high);
        }
    }
    Some(best)
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

    #[test]
    fn sorted_values() {
        // Exponential quantiles: the shortest interval begins at the lower end.
        let values: Vec<f64> = (0..10_000)
            .map(|i| -(1.0 - (f64::from(i) + 0.5) / 10_000.0).ln())
            .collect();
        let (low, high) = of_sorted(&values, 0.95).unwrap();
        assert!(
            low < 1e-3 && (high - 20f64.ln()).abs() < 0.01,
            "{low} {high}"
        );
        assert_eq!(of_sorted(&[1.0], 0.95), None);
        assert_eq!(of_sorted(&[1.0, 3.0], 0.95), Some((1.0, 3.0)));
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
