//! Making the table, an octave of v = min(u, 1 − u) at a time, from the median outward.
//!
//! x(v) is known at seven Chebyshev–Lobatto nodes of the octave by an exact solve, and its slope there by the density,
//! dx/dv = ± 1 / f(x): Hermite's polynomial of degree 13 through both is as near as polynomials of degree 5 through exact
//! values on each of its pieces would be (the nearest singularity is v = 0, so errors fall like 5.8⁻¹⁴ and 66⁻⁶),
//! and takes a thirteenth of the solves. After Derflinger, Hörmann & Leydold, Random variate generation by numerical inversion
//! when only the density is known, ACM TOMACS 20(4), 2010.
//!
//! It is proven by the density too: F(x(v)) − v is 0 at the nodes and its slope is f(x(v)) x′(v) − 1, so that slope at
//! two places in each piece of the octave, times the distance from the nearest node, bounds the error. An octave that does not hold
//! (the density jumps or bends in it, or a double is too coarse for it) is made piece by piece from exact values, each put
//! back into the exact CDF. Either way a piece is kept only within a quarter of the promised bounds,
//! with what its coefficients lose where they are packed.

use super::hermite::{Data, GAP, NODES, Rule, SPLITS, horner};
use super::{FIRST, LOCAL_BITS, OCTAVES, PIECES, Row, TERMS, Tabulated};
use crate::kernel;

/// Pieces of a tail that are cut once more, at most: a piece takes half a KiB and some microseconds.
const MOST_FINER: usize = 64;

/// One tail of a distribution, as its table sees it.
pub(super) struct Tail<'a, T: Tabulated> {
    of: &'a T,
    upper: bool,
    logarithmic: bool,
}

impl<'a, T: Tabulated> Tail<'a, T> {
    pub fn new(of: &'a T, upper: bool) -> Self {
        Tail {
            of,
            upper,
            logarithmic: of.logarithmic(),
        }
    }

    /// Fills the rows of this tail, from the median outward, each octave giving the next its first guesses. Returns those pieces, with their
    /// rows, that hold where they are cut once more.
    pub fn build(&self, rows: &mut [Row]) -> Vec<(usize, [Row; SPLITS])> {
        let mut finer = Vec::new();
        let middle = self.solve(0.5, None);
        // v = ½ is no draw of the sampler but may be asked for.
        let mut of_middle = [0.0; TERMS];
        of_middle[0] = middle;
        rows[PIECES + 1] = Row::pack(of_middle);
        let mut top = middle;
        let mut above = None;
        for octave in (0..OCTAVES as usize).rev() {
            let first = octave * SPLITS + 1;
            let low = f64::from_bits((FIRST + first as u64) << LOCAL_BITS);
            let data = self.sample(low, low, top, above.as_ref());
            let made = data.and_then(|data| self.cut(low, low, &data));
            let rows = &mut rows[first..first + SPLITS];
            match made {
                Some(made) => rows.copy_from_slice(&made),
                None => top = self.pieces(first, top, rows, &mut finer),
            }
            if let (Some(data), Some(_)) = (data, made) {
                top = data.values[0];
            }
            above = data;
        }
        finer
    }

    /// The values and slopes of the octave [low, low + width], or of a piece, whose highest value is `top`; `None` where one is no number.
    /// `above`: those of the octave above an octave.
    fn sample(&self, low: f64, width: f64, top: f64, above: Option<&Data>) -> Option<Data> {
        let rule = Rule::get();
        let half = 0.5 * width;
        let mut data = Data {
            values: [top; NODES],
            slopes: [0.0; NODES],
        };
        data.slopes[NODES - 1] = half * self.slope(top);
        for node in (0..NODES - 1).rev() {
            let near = rule.guess(NODES - 1 - node, &data, above);
            let v = if node == 0 {
                low
            } else {
                half.mul_add(rule.octave[node] + 1.0, low)
            };
            let near = Some(self.unscaled(near)).filter(|near| near.is_finite());
            data.values[node] = self.solve(v, near);
            data.slopes[node] = half * self.slope(data.values[node]);
        }
        let numbers = data.values.iter().chain(&data.slopes);
        numbers
            .copied()
            .all(f64::is_finite)
            .then_some(data)
            .filter(|data| is_polynomial(&data.values))
    }

    /// The pieces of an octave, or of a piece, from its data, where all hold.
    fn cut(&self, low: f64, width: f64, data: &Data) -> Option<[Row; SPLITS]> {
        let rule = Rule::get();
        let base = data.values[NODES - 1];
        let shifted = Data {
            values: data.values.map(|value| value - base),
            slopes: data.slopes,
        };
        let half = 0.5 * width;
        let mut made = rule.polynomials(&shifted);
        for (at, t) in rule.places.iter().enumerate() {
            let (x, slope) = (made.values[at], made.slopes[at] / half);
            // Of the octave's polynomial against the distribution, and of the piece's against the octave's.
            let error = (slope / self.slope(base + x) - 1.0).abs() * GAP * half;
            let row = &made.rows[at % SPLITS];
            let between = (made.pieces[at] - x).abs() + Row::loss(row);
            if !(error + (between / slope).abs() <= bound(half.mul_add(t + 1.0, low))) {
                return None;
            }
        }
        for row in &mut made.rows {
            row[0] += base;
        }
        Some(made.rows.map(Row::pack))
    }

    /// The pieces of an octave whose highest value is `top` from exact values in each, those that hold, or else hold cut once more; its
    /// lowest value.
    fn pieces(
        &self,
        first: usize,
        mut top: f64,
        rows: &mut [Row],
        finer: &mut Vec<(usize, [Row; SPLITS])>,
    ) -> f64 {
        let rule = Rule::get();
        let mut previous: Option<[f64; TERMS]> = None;
        for piece in (0..SPLITS).rev() {
            let bits = FIRST + (first + piece) as u64;
            let low = f64::from_bits(bits << LOCAL_BITS);
            let high = f64::from_bits((bits + 1) << LOCAL_BITS);
            let half = 0.5 * (high - low);
            let mut values = [0.0; TERMS];
            values[TERMS - 1] = top;
            let mut near = Some(self.unscaled(top));
            for node in (0..TERMS - 1).rev() {
                let t = rule.nodes[node];
                if let Some(row) = previous {
                    // In the local variable of the piece above.
                    near = Some(self.unscaled(horner(&row, t - 2.0)));
                }
                let v = if node == 0 {
                    low
                } else {
                    half.mul_add(t + 1.0, low)
                };
                values[node] = self.solve(v, near);
                if previous.is_none() {
                    near = Some(self.unscaled(values[node]));
                }
            }
            let highest = std::mem::replace(&mut top, values[0]);
            let row = rule.coefficients(&values);
            let flat = values.iter().all(|value| *value == values[0]);
            let packed = Row::pack(row);
            let kept = packed.coefficients();
            let holds = (is_polynomial(&values) || flat)
                && [-1.0, 1.0]
                    .iter()
                    .chain(&rule.checks)
                    .all(|t| self.holds(half.mul_add(t + 1.0, low), horner(&kept, *t)));
            previous = row.iter().all(|c| c.is_finite()).then_some(row);
            if holds {
                rows[piece] = packed;
            } else if finer.len() < MOST_FINER {
                let data = self.sample(low, high - low, highest, None);
                let made = data.and_then(|data| self.cut(low, high - low, &data));
                finer.extend(made.map(|made| (first + piece, made)));
            }
        }
        top
    }

    fn solve(&self, v: f64, near: Option<f64>) -> f64 {
        let x = if self.upper {
            self.of.upper_quantile(v, near)
        } else {
            self.of.lower_quantile(v, near)
        };
        if self.logarithmic { kernel::ln(x) } else { x }
    }

    /// dx/dv, or that of ln x.
    fn slope(&self, x: f64) -> f64 {
        let value = self.unscaled(x);
        let scale = if self.logarithmic { value } else { 1.0 };
        let slope = 1.0 / (scale * self.of.density(value));
        if self.upper { -slope } else { slope }
    }

    fn unscaled(&self, x: f64) -> f64 {
        if self.logarithmic { kernel::exp(x) } else { x }
    }

    /// Whether the value belongs to v within the bound, or as nearly as a double can.
    fn holds(&self, v: f64, x: f64) -> bool {
        let x = self.unscaled(x);
        let tail = |x: f64| {
            let tails = self.of.tails(x);
            if self.upper { tails.upper } else { tails.lower }
        };
        if (tail(x) - v).abs() <= bound(v) {
            return true;
        }
        // Also beside 0, which a mixture may have an atom at.
        let step = (4.0 * f64::EPSILON * x.abs()).max(f64::MIN_POSITIVE);
        let (a, b) = (tail(x - step), tail(x + step));
        x.is_finite() && a.min(b) <= v && v <= a.max(b)
    }
}

/// A quarter of what is promised.
#[inline(always)]
pub(super) fn bound(v: f64) -> f64 {
    0.25 * (1e-8 * v).min(1e-10)
}

/// Values that underflow are no polynomial; one zero may be the median.
fn is_polynomial(values: &[f64]) -> bool {
    values.iter().filter(|x| x.abs() < 1e-290).count() <= 1
}

#[cfg(test)]
mod tests {
    use super::super::Tails;
    use super::*;

    /// x = √u below `kink`, steeper by `extra` above; the density may be told wrong by a factor.
    #[derive(Debug, Clone, Copy)]
    struct Bent {
        kink: f64,
        extra: f64,
        lie: f64,
    }

    impl Bent {
        fn at(self, u: f64) -> f64 {
            u.sqrt() + self.extra * (u - self.kink).max(0.0)
        }
    }

    impl Tabulated for Bent {
        fn lower_quantile(&self, p: f64, _: Option<f64>) -> f64 {
            self.at(p)
        }

        fn upper_quantile(&self, q: f64, _: Option<f64>) -> f64 {
            self.at(1.0 - q)
        }

        fn tails(&self, x: f64) -> Tails {
            let (mut low, mut high) = (0.0, 1.0);
            for _ in 0..80 {
                let middle = 0.5 * (low + high);
                if self.at(middle) < x {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            Tails::from_lower(high)
        }

        fn density(&self, x: f64) -> f64 {
            let u = self.tails(x).lower;
            let bend = if u > self.kink { self.extra } else { 0.0 };
            self.lie / (0.5 / u.sqrt() + bend)
        }
    }

    /// Whether the octave of u in [1/8, 1/4] holds.
    fn octave_holds(of: Bent) -> bool {
        let tail = Tail::new(&of, false);
        let data = tail.sample(0.125, 0.125, of.at(0.25), None).unwrap();
        tail.cut(0.125, 0.125, &data).is_some()
    }

    #[test]
    fn an_octave_is_kept_only_if_density_and_quantiles_agree() {
        let smooth = Bent {
            kink: 0.2,
            extra: 0.0,
            lie: 1.0,
        };
        assert!(octave_holds(smooth));
        // A density that is wrong by 1e-6, a jump of it by 1e-6 of itself.
        assert!(!octave_holds(Bent {
            lie: 1.000_001,
            ..smooth
        }));
        for kink in [0.126, 0.15, 0.2, 0.21, 0.249] {
            let extra = 1e-6;
            assert!(
                !octave_holds(Bent {
                    kink,
                    extra,
                    ..smooth
                }),
                "{kink}"
            );
        }
    }

    /// Where the octave does not hold its pieces are made one by one, and only the one that bends is left to the exact path.
    #[test]
    fn only_the_piece_that_bends_is_exact() {
        let of = Bent {
            kink: 0.2,
            extra: 0.1,
            lie: 1.0,
        };
        let mut rows = vec![Row::MISSING; super::super::TAIL_ROWS];
        let finer = Tail::new(&of, false).build(&mut rows);
        assert!(finer.is_empty());
        let missing: Vec<usize> = (1..=PIECES)
            .filter(|&p| rows[p].coefficients()[0].is_nan())
            .collect();
        // 0.2 lies in the tenth piece of [1/8, 1/4].
        assert_eq!(missing, [PIECES - 2 * SPLITS + 10]);
    }

    /// u = valley + x³: hardly anything in the middle, where x is steep.
    #[derive(Debug)]
    struct Valley(f64);

    impl Tabulated for Valley {
        fn lower_quantile(&self, p: f64, _: Option<f64>) -> f64 {
            kernel::cbrt(p - self.0)
        }

        fn upper_quantile(&self, q: f64, _: Option<f64>) -> f64 {
            kernel::cbrt(1.0 - q - self.0)
        }

        fn tails(&self, x: f64) -> Tails {
            Tails::from_lower(self.0 + x * x * x)
        }

        fn density(&self, x: f64) -> f64 {
            3.0 * x * x
        }
    }

    /// Around a valley polynomials of short pieces are not near enough; of the same pieces cut once more they are, but for the one with the
    /// valley in it and its neighbours.
    #[test]
    fn pieces_around_a_valley_are_cut_once_more() {
        let of = Valley(0.2);
        let mut rows = vec![Row::MISSING; super::super::TAIL_ROWS];
        let finer = Tail::new(&of, false).build(&mut rows);
        let missing = (1..=PIECES).filter(|&p| rows[p].coefficients()[0].is_nan());
        let left: Vec<usize> = missing
            .filter(|piece| finer.iter().all(|(cut, _)| cut != piece))
            .collect();
        // 0.2 lies in the tenth piece of [1/8, 1/4].
        let valley = PIECES - 2 * SPLITS + 10;
        assert!(finer.len() > 8 && left.len() <= 5, "{finer:?} {left:?}");
        assert!(left.contains(&valley) && left.iter().all(|piece| piece.abs_diff(valley) <= 2));
        let mut worst: f64 = 0.0;
        for (piece, cut) in finer {
            let low = f64::from_bits((FIRST + piece as u64) << LOCAL_BITS);
            let high = f64::from_bits((FIRST + piece as u64 + 1) << LOCAL_BITS);
            for at in 0..1000 {
                let share = (f64::from(at) + 0.5) / 1000.0;
                let position = share * SPLITS as f64;
                let x = cut[position as usize].at(2.0 * position.fract() - 1.0);
                let v = low + share * (high - low);
                worst = worst.max((of.tails(x).lower - v).abs() / bound(v));
            }
        }
        assert!(worst < 1.0, "{worst}");
    }
}
