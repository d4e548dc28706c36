//! Sums of the products of columns, in fixed lanes.
//!
//! A column meets four others at a time, as many as leave the sums in registers. They are written in the processor's own vectors: in a
//! loop over so many sums the compiler finds none, and takes four times as long.

use pulp::{Simd, WithSimd};

/// Lanes that are summed apart, whatever the processor.
pub(crate) const LANES: usize = 8;
/// Columns that another meets in one go.
pub(crate) const TOGETHER: usize = 4;
/// Of a column x: Σ x, Σ x², and Σ x y of [`TOGETHER`] others, lane by lane.
pub(crate) type ProductSums = [[f64; LANES]; 2 + TOGETHER];

/// The sum of the lanes, always in the same order.
#[inline(always)]
pub(crate) fn lane_sum(lanes: [f64; LANES]) -> f64 {
    let half: [f64; LANES / 2] = std::array::from_fn(|lane| lanes[lane] + lanes[lane + LANES / 2]);
    (half[0] + half[2]) + (half[1] + half[3])
}

/// Adds to the sums of each column, `sums[group · columns + column]`, those with the `others`, which stand one after the other in
/// groups of [`TOGETHER`].
///
/// # Panics
/// If the lengths do not fit.
pub(crate) fn add_products<'a>(
    columns: impl Iterator<Item = &'a [f64]> + Clone,
    others: &[f64],
    sums: &mut [ProductSums],
) {
    pulp::Arch::new().dispatch(Products {
        columns,
        others,
        sums,
    });
}

struct Products<'a, Columns> {
    columns: Columns,
    others: &'a [f64],
    sums: &'a mut [ProductSums],
}

impl<'a, Columns: Iterator<Item = &'a [f64]> + Clone> WithSimd for Products<'_, Columns> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // Where there are registers for it, several columns at a time: what they meet is loaded once for all.
        match LANES / S::F64_LANES {
            1 => self.add::<S, 1, 3>(simd),
            2 => self.add::<S, 2, 1>(simd),
            4 => self.add::<S, 4, 1>(simd),
            _ => self.add::<S, LANES, 1>(simd),
        }
    }
}

impl<'a, Columns: Iterator<Item = &'a [f64]> + Clone> Products<'_, Columns> {
    /// With so many vectors to eight lanes, and so many columns at a time.
    #[inline(always)]
    fn add<S: Simd, const VECTORS: usize, const BLOCK: usize>(self, simd: S) {
        let rows = self.columns.clone().next().map_or(0, <[f64]>::len);
        if rows == 0 {
            return;
        }
        let groups = (self.others.len() / rows).div_ceil(TOGETHER);
        let groups = self.sums.chunks_exact_mut(self.sums.len() / groups);
        for (others, sums) in self.others.chunks(TOGETHER * rows).zip(groups) {
            match others.len() / rows {
                1 => add_group::<S, VECTORS, BLOCK, 1>(simd, self.columns.clone(), others, sums),
                2 => add_group::<S, VECTORS, BLOCK, 2>(simd, self.columns.clone(), others, sums),
                3 => add_group::<S, VECTORS, BLOCK, 3>(simd, self.columns.clone(), others, sums),
                _ => add_group::<S, VECTORS, BLOCK, TOGETHER>(
                    simd,
                    self.columns.clone(),
                    others,
                    sums,
                ),
            }
        }
    }
}

/// All columns, with so many others.
#[inline(always)]
fn add_group<'a, S: Simd, const VECTORS: usize, const BLOCK: usize, const OTHERS: usize>(
    simd: S,
    mut columns: impl Iterator<Item = &'a [f64]>,
    others: &[f64],
    sums: &mut [ProductSums],
) {
    let mut next = || columns.next().unwrap_or_default();
    let (blocks, rest) = sums.as_chunks_mut::<BLOCK>();
    for sums in blocks {
        let block = std::array::from_fn(|_| next());
        add_block::<S, VECTORS, BLOCK, OTHERS>(simd, block, others, sums);
    }
    for sums in rest {
        let sums = std::array::from_mut(sums);
        add_block::<S, VECTORS, 1, OTHERS>(simd, [next()], others, sums);
    }
}

/// So many columns, with so many others.
#[inline(always)]
fn add_block<S: Simd, const VECTORS: usize, const COLUMNS: usize, const OTHERS: usize>(
    simd: S,
    columns: [&[f64]; COLUMNS],
    others: &[f64],
    sums: &mut [ProductSums; COLUMNS],
) {
    let rows = others.len() / OTHERS;
    let blocks = rows / LANES;
    let whole = columns.map(|column| &column.as_chunks::<LANES>().0[..blocks]);
    let other_columns: [&[f64]; OTHERS] =
        std::array::from_fn(|other| &others[other * rows..][..rows]);
    let whole_others = other_columns.map(|other| &other.as_chunks::<LANES>().0[..blocks]);
    let mut plain: [[_; 2]; COLUMNS] = std::array::from_fn(|column| {
        std::array::from_fn(|at| load::<S, VECTORS>(&sums[column][at]))
    });
    let mut products: [[_; OTHERS]; COLUMNS] = std::array::from_fn(|column| {
        std::array::from_fn(|at| load::<S, VECTORS>(&sums[column][2 + at]))
    });
    for at in 0..blocks {
        let x = whole.map(|column| load::<S, VECTORS>(&column[at]));
        for column in 0..COLUMNS {
            for vector in 0..VECTORS {
                let x = x[column][vector];
                let [sum, square] = &mut plain[column];
                sum[vector] = simd.add_f64s(sum[vector], x);
                square[vector] = simd.mul_add_f64s(x, x, square[vector]);
            }
        }
        for other in 0..OTHERS {
            let y = load::<S, VECTORS>(&whole_others[other][at]);
            for column in 0..COLUMNS {
                for vector in 0..VECTORS {
                    let sum = &mut products[column][other][vector];
                    *sum = simd.mul_add_f64s(x[column][vector], y[vector], *sum);
                }
            }
        }
    }
    let store = |lanes: &mut [f64; LANES], stored: &[S::f64s; VECTORS]| {
        let (lanes, _) = S::as_mut_simd_f64s(lanes);
        lanes.copy_from_slice(stored);
    };
    for column in 0..COLUMNS {
        for at in 0..2 {
            store(&mut sums[column][at], &plain[column][at]);
        }
        for at in 0..OTHERS {
            store(&mut sums[column][2 + at], &products[column][at]);
        }
    }
    for row in blocks * LANES..rows {
        let lane = row % LANES;
        for (column, sums) in columns.iter().zip(sums.iter_mut()) {
            let x = column[row];
            sums[0][lane] += x;
            sums[1][lane] = x.mul_add(x, sums[1][lane]);
            for (sums, other) in sums[2..].iter_mut().zip(&other_columns) {
                sums[lane] = x.mul_add(other[row], sums[lane]);
            }
        }
    }
}

/// Eight lanes as vectors.
#[inline(always)]
fn load<S: Simd, const VECTORS: usize>(lanes: &[f64; LANES]) -> [S::f64s; VECTORS] {
    let (loaded, _) = S::as_simd_f64s(lanes);
    std::array::from_fn(|at| loaded[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same bits as lane by lane in plain numbers, for whole and broken blocks and for any number of others.
    #[test]
    fn products_are_those_of_plain_loops() {
        let number = |at: usize| ((at * 7919 + 13) % 10_007) as f64 / 10_007.0 - 0.3;
        for rows in [1, 7, 8, 9, 255, 256] {
            for count in 1..=9 {
                let columns: Vec<Vec<f64>> = (0..5)
                    .map(|column| (0..rows).map(|row| number(column * 1000 + row)).collect())
                    .collect();
                let others: Vec<f64> = (0..rows * count).map(|at| number(at + 5000)).collect();
                let groups = count.div_ceil(TOGETHER);
                let mut sums = vec![[[0.25; LANES]; 2 + TOGETHER]; 5 * groups];
                let mut plain = sums.clone();
                let slices = || columns.iter().map(|column| &column[..]);
                add_products(slices(), &others, &mut sums);
                for (column, x) in columns.iter().enumerate() {
                    for (group, others) in others.chunks(TOGETHER * rows).enumerate() {
                        let sums = &mut plain[group * columns.len() + column];
                        for (row, &x) in x.iter().enumerate() {
                            let lane = row % LANES;
                            sums[0][lane] += x;
                            sums[1][lane] = x.mul_add(x, sums[1][lane]);
                            for (sums, y) in sums[2..].iter_mut().zip(others.chunks(rows)) {
                                sums[lane] = x.mul_add(y[row], sums[lane]);
                            }
                        }
                    }
                }
                assert_eq!(sums, plain, "{rows} {count}");
            }
        }
    }
}
