//! A monotone map from numbers to cells, fine around the middle and logarithmic in both tails.
//!
//! With v = |x − centre| / scale + 1 the cell is read off the bits of v: equal steps inside each octave of v. A normal output
//! spreads over about three octaves on each side, a heavy tail costs one octave a doubling, and no search is needed.

use super::rising::Selection;
use super::tally::extremes;

/// The map of one output.
#[derive(Debug, Clone)]
pub struct Grid {
    centre: f64,
    /// A power of two.
    scale: f64,
    /// Bits dropped from v: 52 less the binary digits of resolution.
    shift: u32,
    /// Cells on each side of the centre.
    half: u64,
}

const ONE: u64 = 0x3FF0_0000_0000_0000;
/// Values that the median and the quartiles are taken of, at most.
const MOST_FOR_QUARTILES: usize = 1 << 13;

impl Grid {
    /// From the finite values of a pilot (at least one), in parts: centred about their median, scaled by the quartiles, with an octave to spare
    /// beyond the extremes. `resolution`: cells per octave, as a power of two.
    pub fn of<P: AsRef<[f64]>>(parts: &[P], resolution: u32) -> Self {
        // Some of the values place the middle well enough. An odd step: every 2^k-th point of a net has the same leading digits.
        let size: usize = parts.iter().map(|part| part.as_ref().len()).sum();
        let step = size.div_ceil(MOST_FOR_QUARTILES) | 1;
        let values = parts.iter().flat_map(AsRef::as_ref);
        let some: Vec<f64> = values.copied().step_by(step).collect();
        let n = some.len();
        let mut some = Selection::new([&some[..]]);
        let [centre, quartile, upper_quartile] =
            [n / 2, n / 4, (3 * n) / 4].map(|rank| some.value(rank));
        let (low, high) = extremes(parts);
        Self::of_quartiles([low, quartile, centre, upper_quartile, high], resolution)
    }

    /// From extremes, quartiles and median, rising.
    fn of_quartiles(
        [low, lower_quartile, centre, upper_quartile, high]: [f64; 5],
        resolution: u32,
    ) -> Self {
        // Where the middle half is one atom, the distance of the extremes has to do.
        let quartiles = upper_quartile - lower_quartile;
        let spread = [
            quartiles / 2.0,
            (high - low) / 16.0,
            centre.abs() / 1024.0,
            1.0,
        ]
        .into_iter()
        .find(|&spread| spread > 0.0 && spread.is_finite())
        .unwrap_or(1.0);
        // The power of two below: dividing by it is exact.
        let exponent = ((spread.to_bits() >> 52) as i64 - 1023).clamp(-1000, 1000);
        let scale = f64::from_bits(((exponent + 1023) as u64) << 52);
        let farthest = (high - centre).max(centre - low) / scale + 1.0;
        let octaves = ((farthest.min(f64::MAX).to_bits() - ONE) >> 52) + 2;
        Grid {
            centre,
            scale,
            shift: 52 - resolution,
            half: octaves.min(64) << resolution,
        }
    }

    /// The centre; a round number is not promised.
    pub fn centre(&self) -> f64 {
        self.centre
    }

    /// The scale, a power of two.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// How many cells.
    pub fn cells(&self) -> usize {
        2 * self.half as usize
    }

    /// The cells of `x` (all finite), written to `cells`; numbers beyond the ends are in the outermost.
    #[inline(always)]
    pub fn cells_of(&self, x: &[f64], cells: &mut [u32]) {
        let inverse = 1.0 / self.scale;
        for (cell, &x) in cells.iter_mut().zip(x) {
            *cell = self.cell_with(x, inverse);
        }
    }

    /// The cell of one number.
    pub fn cell(&self, x: f64) -> usize {
        self.cell_with(x, 1.0 / self.scale) as usize
    }

    #[inline(always)]
    fn cell_with(&self, x: f64, inverse: f64) -> u32 {
        let v = (x - self.centre).abs() * inverse + 1.0;
        let step = ((v.to_bits() - ONE) >> self.shift).min(self.half - 1);
        (if x < self.centre {
            self.half - 1 - step
        } else {
            self.half + step
        }) as u32
    }

    /// The lower edge of a cell; of `cells()`, the upper edge of the last one.
    pub fn edge(&self, cell: usize) -> f64 {
        let cell = cell as u64;
        let (steps, sign) = if cell >= self.half {
            (cell - self.half, 1.0)
        } else {
            (self.half - cell, -1.0)
        };
        let v = f64::from_bits(ONE + (steps << self.shift));
        self.centre + sign * ((v - 1.0) * self.scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn cells_are_monotone_and_edges_hold_them(mut values in prop::collection::vec(-1e6f64..1e6, 2..50), factor in 1e-12f64..1e12) {
            values.iter_mut().for_each(|value| *value *= factor);
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let grid = Grid::of(&[&values], 6);
            let cells: Vec<usize> = sorted.iter().map(|&value| grid.cell(value)).collect();
            prop_assert!(cells.is_sorted());
            let slack = 1e-9 * factor * 1e6;
            for (&value, &cell) in sorted.iter().zip(&cells) {
                prop_assert!(cell < grid.cells());
                prop_assert!(grid.edge(cell) <= value + slack && value - slack <= grid.edge(cell + 1));
            }
        }
    }

    #[test]
    fn degenerate_pilots() {
        for values in [
            vec![0.0],
            vec![5.0; 9],
            vec![0.0, 0.0, 0.0, 1.0],
            vec![-1e300, 0.0, 1e300],
            vec![1e-320, 2e-320, 3e-320],
            vec![-f64::MAX, f64::MAX],
        ] {
            let grid = Grid::of(&[&values], 9);
            let cells: Vec<usize> = values.iter().map(|&value| grid.cell(value)).collect();
            assert!(
                cells.is_sorted() && cells.iter().all(|&cell| cell < grid.cells()),
                "{values:?} {cells:?}"
            );
            assert!(grid.cell(f64::MAX) < grid.cells() && grid.cell(f64::MIN) < grid.cells());
        }
    }
}
