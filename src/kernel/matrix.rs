//! Small symmetric matrices: what correlations need. The same bits everywhere: sums and square roots in a fixed order.

use std::ops::{Index, IndexMut};

/// A pivot below this is taken for zero: a matrix whose entries carry roundings may miss being semidefinite by so much.
const ZERO_PIVOT: f64 = 1e-12;
/// How far an entry beside a zero pivot may be from zero: the square root of [`ZERO_PIVOT`], by Cauchy and Schwarz.
const ZERO_ENTRY: f64 = 1e-6;
/// Sweeps of the eigenvalue iteration: it converges quadratically, so six or so are taken.
const MOST_SWEEPS: usize = 60;
/// Alternating projections: they converge linearly; four digits are wanted.
const MOST_PROJECTIONS: usize = 200;

/// A square matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    size: usize,
    entries: Vec<f64>,
}

impl Index<(usize, usize)> for Matrix {
    type Output = f64;

    fn index(&self, (row, column): (usize, usize)) -> &f64 {
        &self.entries[row * self.size + column]
    }
}

impl IndexMut<(usize, usize)> for Matrix {
    fn index_mut(&mut self, (row, column): (usize, usize)) -> &mut f64 {
        &mut self.entries[row * self.size + column]
    }
}

/// A lower triangular factor of a correlation matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    /// L with L Lᵀ = the matrix, each row of length one; what is above the diagonal is zero.
    pub lower: Matrix,
    /// The first row at which the matrix turned out not to be positive semidefinite.
    pub indefinite_at: Option<usize>,
}

impl Matrix {
    /// The identity.
    pub fn identity(size: usize) -> Self {
        let mut matrix = Matrix {
            size,
            entries: vec![0.0; size * size],
        };
        for at in 0..size {
            matrix[(at, at)] = 1.0;
        }
        matrix
    }

    /// Rows, and columns.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Sets an entry and its mirror image.
    pub fn set_both(&mut self, one: usize, other: usize, value: f64) {
        self[(one, other)] = value;
        self[(other, one)] = value;
    }

    /// The rows and columns in `kept`, in that order.
    pub fn principal(&self, kept: &[usize]) -> Self {
        let mut part = Matrix::identity(kept.len());
        for (row, &from_row) in kept.iter().enumerate() {
            for (column, &from_column) in kept.iter().enumerate() {
                part[(row, column)] = self[(from_row, from_column)];
            }
        }
        part
    }

    /// Cholesky's factor of a correlation matrix, semidefinite ones included: a pivot that is zero leaves its column zero.
    /// No rows are exchanged, so the first variable stays itself. Of a matrix that is not semidefinite it is the factor
    /// of another one.
    pub fn correlation_factor(&self) -> Factor {
        let size = self.size;
        let mut lower = Matrix::identity(size);
        let mut indefinite_at = None;
        for row in 0..size {
            for column in 0..=row {
                let product: f64 = (0..column)
                    .map(|at| lower[(row, at)] * lower[(column, at)])
                    .sum();
                let rest = self[(row, column)] - product;
                let pivot = lower[(column, column)];
                let (entry, sound) = if row == column {
                    let is_zero = rest < ZERO_PIVOT;
                    (if is_zero { 0.0 } else { rest.sqrt() }, rest > -ZERO_PIVOT)
                } else if pivot == 0.0 {
                    (0.0, rest.abs() <= ZERO_ENTRY)
                } else {
                    (rest / pivot, true)
                };
                lower[(row, column)] = entry;
                if !sound {
                    indefinite_at = indefinite_at.or(Some(row));
                }
            }
            let square: f64 = (0..=row)
                .map(|at| lower[(row, at)] * lower[(row, at)])
                .sum();
            for at in 0..=row {
                lower[(row, at)] /= square.sqrt();
            }
        }
        Factor {
            lower,
            indefinite_at,
        }
    }

    /// A smallest set of variables that are already not semidefinite among themselves: leave out any of them and the
    /// others are. Empty where the whole is semidefinite.
    pub fn guilty(&self) -> Vec<usize> {
        let Some(row) = self.correlation_factor().indefinite_at else {
            return Vec::new();
        };
        let mut kept: Vec<usize> = (0..=row).collect();
        for at in (0..row).rev() {
            let without: Vec<usize> = kept.iter().copied().filter(|&other| other != at).collect();
            if self
                .principal(&without)
                .correlation_factor()
                .indefinite_at
                .is_some()
            {
                kept = without;
            }
        }
        kept
    }

    /// The eigenvalues, and the eigenvectors as columns, of a symmetric matrix, in no order: Jacobi's rotations, row by
    /// row (Golub & Van Loan, Matrix Computations, 4th ed., 2013, algorithms 8.5.1 and 8.5.3).
    pub fn eigen(&self) -> (Vec<f64>, Matrix) {
        let size = self.size;
        let mut rotated = self.clone();
        let mut vectors = Matrix::identity(size);
        for _ in 0..MOST_SWEEPS {
            let mut turned = false;
            for p in 0..size {
                for q in p + 1..size {
                    let off = rotated[(p, q)];
                    let (at_p, at_q) = (rotated[(p, p)], rotated[(q, q)]);
                    if off.abs() <= f64::EPSILON * 0.5 * (at_p.abs() + at_q.abs()).max(1e-300) {
                        continue;
                    }
                    turned = true;
                    let tau = (at_q - at_p) / (2.0 * off);
                    let tangent = tau.signum() / (tau.abs() + tau.mul_add(tau, 1.0).sqrt());
                    let cosine = 1.0 / tangent.mul_add(tangent, 1.0).sqrt();
                    let sine = tangent * cosine;
                    for at in 0..size {
                        let (a, b) = (rotated[(at, p)], rotated[(at, q)]);
                        rotated[(at, p)] = cosine * a - sine * b;
                        rotated[(at, q)] = sine * a + cosine * b;
                    }
                    for at in 0..size {
                        let (a, b) = (rotated[(p, at)], rotated[(q, at)]);
                        rotated[(p, at)] = cosine * a - sine * b;
                        rotated[(q, at)] = sine * a + cosine * b;
                    }
                    for at in 0..size {
                        let (a, b) = (vectors[(at, p)], vectors[(at, q)]);
                        vectors[(at, p)] = cosine * a - sine * b;
                        vectors[(at, q)] = sine * a + cosine * b;
                    }
                }
            }
            if !turned {
                break;
            }
        }
        ((0..size).map(|at| rotated[(at, at)]).collect(), vectors)
    }

    /// The smallest eigenvalue of a symmetric matrix.
    pub fn smallest_eigenvalue(&self) -> f64 {
        self.eigen().0.into_iter().fold(f64::INFINITY, f64::min)
    }

    /// The correlation matrix nearest to this symmetric one in the Frobenius norm: alternating projections with
    /// Dykstra's correction (Higham, IMA J. Numer. Anal. 22, 329 (2002), algorithm 3.3).
    pub fn nearest_correlation(&self) -> Matrix {
        let size = self.size;
        let mut nearest = self.clone();
        let mut correction = vec![0.0; size * size];
        for _ in 0..MOST_PROJECTIONS {
            let mut shifted = nearest.clone();
            for (entry, correction) in shifted.entries.iter_mut().zip(&correction) {
                *entry -= correction;
            }
            let semidefinite = shifted.without_negative_eigenvalues();
            let mut change: f64 = 0.0;
            for (at, correction) in correction.iter_mut().enumerate() {
                let entry = semidefinite.entries[at];
                *correction = entry - shifted.entries[at];
                let on_diagonal = at / size == at % size;
                let projected = if on_diagonal { 1.0 } else { entry };
                change = change.max((projected - nearest.entries[at]).abs());
                nearest.entries[at] = projected;
            }
            if change < 1e-7 {
                break;
            }
        }
        nearest
    }

    /// The nearest semidefinite matrix.
    fn without_negative_eigenvalues(&self) -> Matrix {
        let size = self.size;
        let (values, vectors) = self.eigen();
        let mut sum = Matrix {
            size,
            entries: vec![0.0; size * size],
        };
        for (at, value) in values.iter().enumerate().filter(|(_, value)| **value > 0.0) {
            for row in 0..size {
                for column in 0..=row {
                    let more = value * vectors[(row, at)] * vectors[(column, at)];
                    let entry = sum[(row, column)] + more;
                    sum.set_both(row, column, entry);
                }
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: &[&[f64]]) -> Matrix {
        let mut matrix = Matrix::identity(rows.len());
        for (row, entries) in rows.iter().enumerate() {
            for (column, &entry) in entries.iter().enumerate() {
                matrix.set_both(row, column, entry);
            }
        }
        matrix
    }

    #[test]
    fn the_factor_gives_the_matrix_back() {
        let examples = [
            matrix(&[&[1.0], &[0.6, 1.0], &[-0.3, 0.2, 1.0]]),
            matrix(&[&[1.0], &[1.0, 1.0], &[-1.0, -1.0, 1.0]]),
            // Of rank two: cosines of angles in a plane.
            matrix(&[
                &[1.0],
                &[0.8, 1.0],
                &[0.6, 0.96, 1.0],
                &[0.0, 0.6, 0.8, 1.0],
            ]),
        ];
        for example in examples {
            let factor = example.correlation_factor();
            assert_eq!(factor.indefinite_at, None);
            assert!(example.smallest_eigenvalue() > -1e-14);
            assert!(example.guilty().is_empty());
            for row in 0..example.size() {
                for column in 0..example.size() {
                    let product: f64 = (0..example.size())
                        .map(|at| factor.lower[(row, at)] * factor.lower[(column, at)])
                        .sum();
                    assert!((product - example[(row, column)]).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn a_contradiction_is_found_and_its_set_is_smallest() {
        // Variables 1, 2 and 4 contradict each other; 0 and 3 have no part in it.
        let mut wrong = Matrix::identity(5);
        wrong.set_both(0, 1, 0.1);
        wrong.set_both(3, 4, 0.2);
        wrong.set_both(1, 2, 0.9);
        wrong.set_both(2, 4, 0.9);
        wrong.set_both(1, 4, -0.9);
        assert_eq!(wrong.guilty(), [1, 2, 4]);
        // 1 − 1.8: the eigenvalue of (1, −1, 1).
        let among = wrong.principal(&[1, 2, 4]).smallest_eigenvalue();
        assert!((among + 0.8).abs() < 1e-14, "{among}");
    }

    /// Higham (2002), section 4: the matrix of a bank, and its nearest correlation matrix.
    #[test]
    fn the_nearest_correlation_matrix_is_highams() {
        let asked = matrix(&[&[1.0], &[1.0, 1.0], &[0.0, 1.0, 1.0]]);
        let nearest = asked.nearest_correlation();
        assert!((nearest[(0, 1)] - 0.7607).abs() < 5e-5, "{nearest:?}");
        assert!((nearest[(0, 2)] - 0.1573).abs() < 5e-5, "{nearest:?}");
        assert!((nearest[(1, 2)] - 0.7607).abs() < 5e-5, "{nearest:?}");
        assert!(nearest.smallest_eigenvalue() > -1e-6);
    }
}
