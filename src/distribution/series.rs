//! The metalog series: its fit to quantiles, its slope, its inverse.

use crate::kernel::{self, Tails};

/// Terms of the series, at most; more quantiles than that are fitted by least squares (Keelin, equation (7)).
const MOST_TERMS: usize = 16;
/// Points of each octave of the smaller tail at which the density is looked at, at first.
const POINTS: i32 = 24;
/// Octaves: down to the least u that is drawn.
const OCTAVES: i32 = 53;

/// A place in (0, 1): its logit, and its distance from ½.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub s: f64,
    pub logit: f64,
}

impl Place {
    pub fn of_lower(p: f64) -> Self {
        Place {
            s: p - 0.5,
            logit: kernel::ln(p) - kernel::log1p(-p),
        }
    }

    pub fn of_upper(q: f64) -> Self {
        let Place { s, logit } = Self::of_lower(q);
        Place {
            s: -s,
            logit: -logit,
        }
    }

    pub fn of_logit(logit: f64) -> Self {
        Place {
            s: 0.5 * kernel::tanh(0.5 * logit),
            logit,
        }
    }

    pub fn tails(self) -> Tails {
        Tails {
            lower: 1.0 / (1.0 + kernel::exp(-self.logit)),
            upper: 1.0 / (1.0 + kernel::exp(self.logit)),
        }
    }
}

/// The series M(y).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Series {
    /// Coefficients of μ, by power of s.
    pub mu: Vec<f64>,
    /// Coefficients of σ.
    pub sigma: Vec<f64>,
}

/// Which of the two polynomials term `at` (from 0) belongs to, and its power of s: equation (6).
fn term(at: usize) -> (bool, i32) {
    match at {
        0 => (false, 0),
        1 => (true, 0),
        2 => (true, 1),
        3 => (false, 1),
        _ => (at % 2 == 1, at as i32 / 2),
    }
}

/// The term `at` at a place.
fn value_of(at: usize, place: Place) -> f64 {
    let (of_sigma, power) = term(at);
    let factor = if of_sigma { place.logit } else { 1.0 };
    (0..power).fold(factor, |product, _| product * place.s)
}

#[inline(always)]
pub(super) fn horner(coefficients: &[f64], s: f64) -> f64 {
    coefficients
        .iter()
        .rev()
        .fold(0.0_f64, |sum, c| sum.mul_add(s, *c))
}

fn slope(coefficients: &[f64], s: f64) -> f64 {
    (1..coefficients.len()).rev().fold(0.0_f64, |sum, power| {
        sum.mul_add(s, power as f64 * coefficients[power])
    })
}

impl Series {
    /// Through (or, with more than [`MOST_TERMS`] of them, near) the points (y, M), with no more terms than they need; `None` where they do not
    /// determine it.
    pub fn fit(points: &[(f64, f64)]) -> Option<Self> {
        // Centred and scaled, so that what counts as a zero does not depend on the unit.
        let centre = points[points.len() / 2].1;
        let scale = points
            .iter()
            .map(|(_, m)| (m - centre).abs())
            .fold(0.0, f64::max);
        let scaled: Vec<(Place, f64)> = points
            .iter()
            .map(|&(y, m)| {
                let place = if y <= 0.5 {
                    Place::of_lower(y)
                } else {
                    Place::of_upper(1.0 - y)
                };
                (place, (m - centre) / scale)
            })
            .collect();
        // Fewer terms that meet every point are the series, and more are its roundings.
        let roundings = 8.0 * f64::EPSILON * (centre.abs() / scale).max(1.0);
        let most = points.len().min(MOST_TERMS);
        let mut fits = (2..=most).map(|terms| Self::of_terms(&scaled, terms));
        let meets = |series: &Series| {
            let mut points = scaled.iter();
            points.all(|&(place, m)| (series.at(place) - m).abs() <= roundings)
        };
        let mut series = fits
            .find(|fit| fit.as_ref().is_some_and(meets))
            .unwrap_or_else(|| Self::of_terms(&scaled, most))?;
        let coefficients = series.mu.iter_mut().chain(&mut series.sigma);
        coefficients.for_each(|coefficient| *coefficient *= scale);
        series.mu[0] += centre;
        Some(series)
    }

    /// Through or near points with so many terms.
    fn of_terms(points: &[(Place, f64)], terms: usize) -> Option<Self> {
        let fit = |order: &[usize]| {
            let row = |&(place, m): &(Place, f64)| {
                let mut row: Vec<f64> = order.iter().map(|&at| value_of(at, place)).collect();
                row.push(m);
                row
            };
            least_squares(points.iter().map(row).collect(), order.len())
        };
        let mut order: Vec<usize> = (0..terms).collect();
        let coefficients = fit(&order).or_else(|| {
            // 7, 11 … terms have one more that is odd about the middle than quantiles that are symmetric about it can tell apart, and one
            // less that is even: the next one takes the place of the last.
            order[terms - 1] = terms;
            (terms % 4 == 3).then(|| fit(&order)).flatten()
        })?;
        let mut series = Series {
            mu: vec![0.0],
            sigma: vec![0.0],
        };
        for (&at, coefficient) in order.iter().zip(coefficients) {
            let (of_sigma, power) = term(at);
            let polynomial = if of_sigma {
                &mut series.sigma
            } else {
                &mut series.mu
            };
            let length = polynomial.len().max(power as usize + 1);
            polynomial.resize(length, 0.0);
            // Roundings of zero would be a slope of either sign in the far tails.
            let is_zero = coefficient.abs() < 1e-12;
            polynomial[power as usize] = if is_zero { 0.0 } else { coefficient };
        }
        Some(series)
    }

    pub fn at(&self, place: Place) -> f64 {
        let sigma = horner(&self.sigma, place.s);
        let spread = if sigma == 0.0 {
            0.0
        } else {
            sigma * place.logit
        };
        horner(&self.mu, place.s) + spread
    }

    /// dM/dL = y (1 − y) M′(y) = y (1 − y) (μ′ + σ′ L) + σ: above zero where the density is.
    pub fn slope(&self, place: Place) -> f64 {
        let between = (0.5 - place.s) * (0.5 + place.s);
        // Beside 0 and 1 the product of y and 1 − y is the smaller of the tails.
        let tails = place.tails();
        let between = if between < 1e-3 {
            tails.lower * tails.upper
        } else {
            between
        };
        let sigma_slope = slope(&self.sigma, place.s);
        let bend = if sigma_slope == 0.0 {
            0.0
        } else {
            sigma_slope * place.logit
        };
        between.mul_add(
            slope(&self.mu, place.s) + bend,
            horner(&self.sigma, place.s),
        )
    }

    /// Where the slope is not above zero, if anywhere, nearest to the middle: looked for on a grid of both tails, and
    /// between its points where it is least.
    pub fn falls_at(&self) -> Option<Place> {
        let mut logits = Vec::new();
        for octave in 1..OCTAVES {
            for point in 0..POINTS {
                let v =
                    (1.0 + f64::from(point) / f64::from(POINTS)) / (1_u64 << (octave + 1)) as f64;
                logits.push(Place::of_lower(v).logit);
            }
        }
        logits.push(0.0);
        logits.sort_by(f64::total_cmp);
        let upper: Vec<f64> = logits.iter().rev().skip(1).map(|logit| -logit).collect();
        logits.extend(upper);
        let slope = |logit: f64| self.slope(Place::of_logit(logit));
        let slopes: Vec<f64> = logits.iter().map(|&logit| slope(logit)).collect();
        let falling = |&at: &usize| !(slopes[at] > 0.0);
        let nearer =
            |one: &usize, other: &usize| logits[*one].abs().total_cmp(&logits[*other].abs());
        if let Some(at) = (0..logits.len()).filter(falling).min_by(nearer) {
            return Some(Place::of_logit(logits[at]));
        }
        for at in 1..logits.len() - 1 {
            if slopes[at] > slopes[at - 1] || slopes[at] > slopes[at + 1] {
                continue;
            }
            let (mut low, mut high) = (logits[at - 1], logits[at + 1]);
            for _ in 0..60 {
                let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
                if slope(a) < slope(b) {
                    high = b;
                } else {
                    low = a;
                }
            }
            let least = 0.5 * (low + high);
            if !(slope(least) > 0.0) {
                return Some(Place::of_logit(least));
            }
        }
        None
    }

    /// The place where the series is `m`: Newton's method on the logit, kept inside a bracket.
    pub fn solve(&self, m: f64) -> Place {
        let (mut low, mut high) = (-745.0_f64, 745.0_f64);
        let mut logit = 0.0;
        for _ in 0..200 {
            let place = Place::of_logit(logit);
            let error = self.at(place) - m;
            if error == 0.0 {
                break;
            }
            if error > 0.0 {
                high = logit;
            } else {
                low = logit;
            }
            let next = logit - error / self.slope(place);
            let next = if next > low && next < high {
                next
            } else {
                0.5 * (low + high)
            };
            let step = (next - logit).abs();
            logit = next;
            if step <= 2e-16 * logit.abs().max(1e-3) {
                break;
            }
        }
        Place::of_logit(logit)
    }
}

/// The x that minimises |A x − b|, rows [A | b], by Householder's reflections (Golub & Van Loan, Matrix Computations, 4th ed.,
/// 2013, algorithm 5.3.2); `None` where the columns depend on each other.
fn least_squares(mut rows: Vec<Vec<f64>>, columns: usize) -> Option<Vec<f64>> {
    for column in 0..columns {
        let norm = rows[column..]
            .iter()
            .map(|row| row[column] * row[column])
            .sum::<f64>()
            .sqrt();
        let alpha = if rows[column][column] > 0.0 {
            -norm
        } else {
            norm
        };
        let mut reflection: Vec<f64> = rows[column..].iter().map(|row| row[column]).collect();
        reflection[0] -= alpha;
        let square: f64 = reflection.iter().map(|v| v * v).sum();
        if !(square > 0.0) {
            return None;
        }
        for other in column..=columns {
            let product: f64 = reflection
                .iter()
                .zip(&rows[column..])
                .map(|(v, row)| v * row[other])
                .sum();
            let factor = 2.0 * product / square;
            for (v, row) in reflection.iter().zip(&mut rows[column..]) {
                row[other] -= factor * v;
            }
        }
    }
    let mut x = vec![0.0; columns];
    for column in (0..columns).rev() {
        let known: f64 = (column + 1..columns)
            .map(|other| rows[column][other] * x[other])
            .sum();
        let pivot = rows[column][column];
        if !(pivot.abs() > 1e-14) {
            return None;
        }
        x[column] = (rows[column][columns] - known) / pivot;
    }
    x.iter().all(|x| x.is_finite()).then_some(x)
}
