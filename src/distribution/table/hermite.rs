//! Interpolation on [−1, 1]: of a piece by its values, of an octave by its values and slopes.

use super::{SPLIT, TERMS};
use crate::kernel;
use std::sync::OnceLock;

/// Pieces of an octave.
pub(super) const SPLITS: usize = 1 << SPLIT;
/// Nodes of an octave.
pub(super) const NODES: usize = 7;
/// Places in each piece where it is checked.
const CHECKS: usize = 2;
/// Places in the octave where it is checked.
pub(super) const PLACES: usize = CHECKS * SPLITS;
/// The nodes of the octave above that help to guess a value: its lowest.
pub(super) const ABOVE: usize = 4;
/// The largest distance of a place from the nearest node.
pub(super) const GAP: f64 = 0.25;

/// What an octave is known by: values at the nodes, and slopes by the local variable.
#[derive(Debug, Clone, Copy)]
pub(super) struct Data {
    pub values: [f64; NODES],
    pub slopes: [f64; NODES],
}

/// How much each value and each slope counts at one place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weights<const N: usize> {
    values: [f64; N],
    slopes: [f64; N],
}

/// Several sums over the octave's data at once, one a lane.
#[derive(Debug, Clone, Copy)]
struct Lanes<const N: usize> {
    values: [[f64; N]; NODES],
    slopes: [[f64; N]; NODES],
}

impl<const N: usize> Lanes<N> {
    fn new(weights: [Weights<NODES>; N]) -> Self {
        Self {
            values: std::array::from_fn(|at| weights.map(|weights| weights.values[at])),
            slopes: std::array::from_fn(|at| weights.map(|weights| weights.slopes[at])),
        }
    }

    #[inline(always)]
    fn apply(&self, data: &Data) -> [f64; N] {
        let mut sums = [0.0_f64; N];
        for at in 0..NODES {
            for (lane, sum) in sums.iter_mut().enumerate() {
                *sum = self.values[at][lane].mul_add(data.values[at], *sum);
                *sum = self.slopes[at][lane].mul_add(data.slopes[at], *sum);
            }
        }
        sums
    }
}

impl<const N: usize> Weights<N> {
    const NONE: Self = Self {
        values: [0.0; N],
        slopes: [0.0; N],
    };

    /// Hermite's interpolation at `t` with both value and slope at each of `nodes`: with Lagrange's l, a value counts
    /// (1 − 2 (t − tⱼ) l′ⱼ(tⱼ)) lⱼ(t)² and a slope (t − tⱼ) lⱼ(t)² (Abramowitz & Stegun 25.2.28).
    fn at(nodes: &[f64], t: f64) -> Self {
        let mut weights = Self::NONE;
        for (j, node) in nodes.iter().enumerate() {
            let others = || nodes.iter().enumerate().filter(move |(k, _)| *k != j);
            let square: f64 = others()
                .map(|(_, other)| (t - other) / (node - other))
                .product::<f64>();
            let square = square * square;
            let turn: f64 = others().map(|(_, other)| 1.0 / (node - other)).sum();
            weights.values[j] = (1.0 - 2.0 * (t - node) * turn) * square;
            weights.slopes[j] = (t - node) * square;
        }
        weights
    }
}

/// The polynomials of an octave: its pieces, and what its own is at the places of the checks.
pub(super) struct Polynomials {
    pub rows: [[f64; TERMS]; SPLITS],
    /// The value at the first place of each piece, then at the second.
    pub values: [f64; PLACES],
    /// The slopes by the octave's variable.
    pub slopes: [f64; PLACES],
    /// What the pieces are at the same places.
    pub pieces: [f64; PLACES],
}

/// Everything that does not depend on the distribution.
pub(super) struct Rule {
    /// The nodes of a piece.
    pub nodes: [f64; TERMS],
    /// The nodes of an octave.
    pub octave: [f64; NODES],
    /// Row i, column j: the share of the value at node j in the coefficient of t^i.
    matrix: [[f64; TERMS]; TERMS],
    /// Where in a piece the nodal polynomial, and with it the error of its polynomial, is largest.
    pub checks: [f64; CHECKS],
    /// The same places of each piece in the octave, in the order of [`Polynomials::values`].
    pub places: [f64; PLACES],
    /// By piece: the coefficients.
    pieces: [Lanes<TERMS>; SPLITS],
    values: Lanes<PLACES>,
    slopes: Lanes<PLACES>,
    /// By node from above, of which there are i + 1 known: what they, and before them those of the octave above, count.
    guesses: [Weights<{ ABOVE + NODES }>; NODES - 1],
    /// The same where there is no octave above.
    first_guesses: [Weights<{ ABOVE + NODES }>; NODES - 1],
}

impl Rule {
    pub fn get() -> &'static Self {
        static RULE: OnceLock<Box<Rule>> = OnceLock::new();
        RULE.get_or_init(|| Box::new(Self::new()))
    }

    fn new() -> Self {
        let nodes = lobatto::<TERMS>();
        let octave = lobatto::<NODES>();
        let mut matrix = [[0.0; TERMS]; TERMS];
        for (j, column) in (0..TERMS).map(|j| (j, lagrange(&nodes, j))) {
            for (i, coefficient) in column.into_iter().enumerate() {
                matrix[i][j] = coefficient;
            }
        }
        let in_octave = |piece: usize, t: f64| (2.0 * piece as f64 + 1.0 + t) / SPLITS as f64 - 1.0;
        let checks = [
            0.0,
            kernel::cos(std::f64::consts::PI * 1.5 / (TERMS as f64 - 1.0)),
        ];
        let places = std::array::from_fn(|at| in_octave(at % SPLITS, checks[at / SPLITS]));
        let pieces = std::array::from_fn(|piece| {
            let values = nodes.map(|t| Weights::at(&octave, in_octave(piece, t)));
            Lanes::new(matrix.map(|row| combined(&row, &values)))
        });
        let guess = |above: usize, known: usize| {
            // The nodes of the octave above, in the variable of this one; its lowest is this one's highest.
            let far = octave[..above].iter().map(|t| 2.0 * t + 3.0).rev();
            let far = far.take(above.saturating_sub(1));
            let near = octave.iter().rev().take(known).copied();
            let all: Vec<f64> = far.chain(near).collect();
            Weights::at(&all, octave[NODES - 1 - known])
        };
        Self {
            nodes,
            octave,
            matrix,
            checks,
            places,
            pieces,
            values: Lanes::new(places.map(|t| Weights::at(&octave, t))),
            slopes: Lanes::new(places.map(|t| slope(&octave, t))),
            guesses: std::array::from_fn(|i| guess(ABOVE, i + 1)),
            first_guesses: std::array::from_fn(|i| guess(0, i + 1)),
        }
    }

    /// The polynomial through values at the nodes.
    pub fn coefficients(&self, values: &[f64; TERMS]) -> [f64; TERMS] {
        // Differences from one value: the coefficients then carry no rounding of a large common part.
        let base = values[TERMS - 1];
        let mut row = [0.0; TERMS];
        for (coefficient, weights) in row.iter_mut().zip(&self.matrix) {
            for (weight, value) in weights.iter().zip(values) {
                *coefficient = weight.mul_add(*value - base, *coefficient);
            }
        }
        row[0] += base;
        row
    }

    /// The polynomials of an octave, from its data with values that are differences from a common part.
    pub fn polynomials(&self, data: &Data) -> Polynomials {
        kernel::dispatch(
            #[inline(always)]
            || {
                let mut rows = [[0.0; TERMS]; SPLITS];
                for (row, piece) in rows.iter_mut().zip(&self.pieces) {
                    *row = piece.apply(data);
                }
                let mut pieces = [0.0; PLACES];
                for (at, x) in pieces.iter_mut().enumerate() {
                    *x = horner(&rows[at % SPLITS], self.checks[at / SPLITS]);
                }
                Polynomials {
                    rows,
                    values: self.values.apply(data),
                    slopes: self.slopes.apply(data),
                    pieces,
                }
            },
        )
    }

    /// A guess of the value at the next node down, `known` of the octave being known, from them and the octave above.
    pub fn guess(&self, known: usize, data: &Data, above: Option<&Data>) -> f64 {
        let base = data.values[NODES - 1];
        let (weights, offset) = match above {
            Some(_) => (&self.guesses[known - 1], ABOVE - 1),
            None => (&self.first_guesses[known - 1], 0),
        };
        let mut sum = 0.0;
        if let Some(above) = above {
            for at in 0..offset {
                // Slopes by the variable of an octave half as wide.
                let node = offset - at;
                sum += weights.values[at] * (above.values[node] - base);
                sum += weights.slopes[at] * (0.5 * above.slopes[node]);
            }
        }
        for at in 0..known {
            let node = NODES - 1 - at;
            sum += weights.values[offset + at] * (data.values[node] - base);
            sum += weights.slopes[offset + at] * data.slopes[node];
        }
        base + sum
    }
}

/// Σ shareⱼ weightsⱼ.
fn combined(shares: &[f64; TERMS], weights: &[Weights<NODES>; TERMS]) -> Weights<NODES> {
    let mut sum = Weights::<NODES>::NONE;
    for (share, weights) in shares.iter().zip(weights) {
        for at in 0..NODES {
            sum.values[at] += share * weights.values[at];
            sum.slopes[at] += share * weights.slopes[at];
        }
    }
    sum
}

/// The slope of Hermite's interpolation at a `t` that is no node.
fn slope(nodes: &[f64; NODES], t: f64) -> Weights<NODES> {
    let mut weights = Weights::<NODES>::at(nodes, t);
    for (j, node) in nodes.iter().enumerate() {
        let others = || nodes.iter().enumerate().filter(move |(k, _)| *k != j);
        // d ln lⱼ² / dt.
        let logarithmic: f64 = 2.0 * others().map(|(_, other)| 1.0 / (t - other)).sum::<f64>();
        let turn: f64 = others().map(|(_, other)| 1.0 / (node - other)).sum();
        let square = weights.slopes[j] / (t - node);
        weights.values[j] = weights.values[j] * logarithmic - 2.0 * turn * square;
        weights.slopes[j] = weights.slopes[j] * logarithmic + square;
    }
    weights
}

/// The Chebyshev–Lobatto nodes −cos(π j / (N − 1)), symmetric and exact at the ends, so that neighbours share a value.
fn lobatto<const N: usize>() -> [f64; N] {
    let degree = N as f64 - 1.0;
    let mut nodes = std::array::from_fn(|j| -kernel::cos(std::f64::consts::PI * j as f64 / degree));
    for j in 0..N / 2 {
        nodes[j] = -nodes[N - 1 - j];
    }
    if N % 2 == 1 {
        nodes[N / 2] = 0.0;
    }
    nodes
}

/// Coefficients of the polynomial that is 1 at node j and 0 at the others.
fn lagrange(nodes: &[f64; TERMS], j: usize) -> [f64; TERMS] {
    let mut polynomial = [0.0; TERMS];
    polynomial[0] = 1.0;
    for (k, node) in nodes.iter().enumerate() {
        if k == j {
            continue;
        }
        let scale = 1.0 / (nodes[j] - node);
        for i in (0..TERMS).rev() {
            let below = if i == 0 { 0.0 } else { polynomial[i - 1] };
            polynomial[i] = (below - node * polynomial[i]) * scale;
        }
    }
    polynomial
}

#[inline(always)]
pub(super) fn horner(row: &[f64; TERMS], t: f64) -> f64 {
    row.iter().rev().fold(0.0_f64, |y, c| y.mul_add(t, *c))
}
