//! Statistics over variability: of the inner sample of one outer draw, or of weighted rows.

use super::replicates::pooled_quantile;

/// A statistic over what varies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum InnerStatistic {
    /// The mean.
    Mean,
    /// The standard deviation.
    Sd,
    /// The quantile of a probability.
    Quantile(f64),
    /// The probability of lying above.
    Above(f64),
}

impl InnerStatistic {
    /// What none of its values lies beyond.
    pub fn range(self) -> (f64, f64) {
        match self {
            InnerStatistic::Mean | InnerStatistic::Quantile(_) => {
                (f64::NEG_INFINITY, f64::INFINITY)
            }
            InnerStatistic::Sd => (0.0, f64::INFINITY),
            InnerStatistic::Above(_) => (0.0, 1.0),
        }
    }
}

/// A statistic of one outer draw as the two halves of its inner sample have it, each drawn independently, and as all of it has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InnerEstimate {
    /// Of each half.
    pub halves: [f64; 2],
    /// Of both together.
    pub whole: f64,
    /// How far the curvature of the quantile function may bias it.
    pub bent: f64,
}

/// Room to sort in.
#[derive(Debug, Default)]
pub struct InnerWorkspace {
    sorted: [Vec<f64>; 3],
    order: Vec<(f64, f64)>,
}

impl InnerWorkspace {
    /// The statistics of an inner sample of two halves, two values each at the least.
    pub fn of_halves(
        &mut self,
        halves: [&[f64]; 2],
        wanted: &[InnerStatistic],
        mut take: impl FnMut(InnerEstimate),
    ) {
        let [first, second, both] = &mut self.sorted;
        for (sorted, half) in [&mut *first, &mut *second].into_iter().zip(halves) {
            sorted.clear();
            sorted.extend_from_slice(half);
            sorted.sort_unstable_by(f64::total_cmp);
        }
        merge(first, second, both);
        for &statistic in wanted {
            let halves = [of_sample(first, statistic), of_sample(second, statistic)];
            let mut whole = of_sample(both, statistic);
            if statistic == InnerStatistic::Sd {
                // The squares are around the sample's own mean: they lack the variance of that, which the halves tell whatever
                // the sampler. The divisor n − 1 would be for independent trials, of which stratified points are far better.
                let off = 0.5 * (mean(first) - mean(second));
                whole = (whole * whole + off * off).sqrt();
            }
            let bent = match statistic {
                InnerStatistic::Quantile(p) => bent(both, p),
                _ => 0.0,
            };
            take(InnerEstimate {
                halves,
                whole,
                bent,
            });
        }
    }

    /// The statistics of rows with their weights, of which one at the least is above zero: known without error.
    pub fn of_rows(
        &mut self,
        values: &[f64],
        weights: &[f64],
        wanted: &[InnerStatistic],
        mut take: impl FnMut(InnerEstimate),
    ) {
        self.order.clear();
        let pairs = values.iter().copied().zip(weights.iter().copied());
        self.order.extend(pairs);
        self.order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        for &statistic in wanted {
            let whole = of_weighted(&self.order, statistic);
            take(InnerEstimate {
                halves: [whole; 2],
                whole,
                bent: 0.0,
            });
        }
    }
}

/// Two rising lists as one.
fn merge(first: &[f64], second: &[f64], both: &mut Vec<f64>) {
    both.clear();
    let (mut one, mut two) = (0, 0);
    while one < first.len() && two < second.len() {
        if first[one] <= second[two] {
            both.push(first[one]);
            one += 1;
        } else {
            both.push(second[two]);
            two += 1;
        }
    }
    both.extend_from_slice(&first[one..]);
    both.extend_from_slice(&second[two..]);
}

fn of_sample(sorted: &[f64], statistic: InnerStatistic) -> f64 {
    let n = sorted.len() as f64;
    match statistic {
        InnerStatistic::Mean => mean(sorted),
        InnerStatistic::Sd => {
            let mean = mean(sorted);
            let squares: f64 = sorted.iter().map(|x| (x - mean) * (x - mean)).sum();
            (squares / n).sqrt()
        }
        InnerStatistic::Quantile(p) => pooled_quantile(sorted, p),
        InnerStatistic::Above(threshold) => {
            let up_to = sorted.partition_point(|&x| x <= threshold);
            (sorted.len() - up_to) as f64 / n
        }
    }
}

/// The most that curvature biases a quantile read from stratified points: of m strata, order statistics are the means of the
/// quantile function Q over them, which are off by Q″/24 m², and the line between two of them by up to Q″/8 m² more. m is half the
/// sample, and Q″/m² its second difference.
fn bent(sorted: &[f64], p: f64) -> f64 {
    let wide = 2.0 / sorted.len() as f64;
    let step = wide.min(p).min(1.0 - p);
    let [low, middle, high] = [p - step, p, p + step].map(|p| pooled_quantile(sorted, p));
    let ratio = wide / step;
    (low - 2.0 * middle + high) * ratio * ratio / 6.0
}

/// Around one of the values, so that values far from zero lose nothing.
fn mean(values: &[f64]) -> f64 {
    let base = values[0];
    base + values.iter().map(|x| x - base).sum::<f64>() / values.len() as f64
}

/// Of a distribution over rows: its sd has no sample's divisor, and its quantile is the value whose cumulative weight first reaches p.
fn of_weighted(rows: &[(f64, f64)], statistic: InnerStatistic) -> f64 {
    let total: f64 = rows.iter().map(|row| row.1).sum();
    let base = rows[0].0;
    let mean = || base + rows.iter().map(|row| row.1 * (row.0 - base)).sum::<f64>() / total;
    match statistic {
        InnerStatistic::Mean => mean(),
        InnerStatistic::Sd => {
            let mean = mean();
            let square = |row: &(f64, f64)| row.1 * ((row.0 - mean) * (row.0 - mean));
            (rows.iter().map(square).sum::<f64>() / total).sqrt()
        }
        InnerStatistic::Quantile(p) => {
            let mut below = 0.0;
            let found = rows.iter().find(|row| {
                below += row.1;
                below / total >= p
            });
            found.or(rows.last()).map_or(f64::NAN, |row| row.0)
        }
        InnerStatistic::Above(threshold) => {
            let above = rows.iter().filter(|row| row.0 > threshold);
            above.map(|row| row.1).sum::<f64>() / total
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use InnerStatistic::{Above, Mean, Quantile, Sd};

    #[test]
    fn statistics_of_a_sample_and_of_its_halves() {
        let mut found = Vec::new();
        InnerWorkspace::default().of_halves(
            [&[4.0, 1.0, 3.0, 2.0], &[8.0, 6.0, 7.0, 5.0]],
            &[Mean, Sd, Quantile(0.5), Above(4.0)],
            |estimate| found.push(estimate),
        );
        assert_eq!(found[0].halves, [2.5, 6.5]);
        assert_eq!(found[0].whole, 4.5);
        // The variance of 1 … 8, and a quarter of the square of 6.5 − 2.5.
        assert!((found[1].whole - (5.25_f64 + 4.0).sqrt()).abs() < 1e-15);
        assert!((found[1].halves[0] - 1.25_f64.sqrt()).abs() < 1e-15);
        assert_eq!((found[2].halves, found[2].whole), ([2.5, 6.5], 4.5));
        assert_eq!((found[3].halves, found[3].whole), ([0.0, 1.0], 0.5));
    }

    #[test]
    fn statistics_of_rows() {
        let mut found = Vec::new();
        InnerWorkspace::default().of_rows(
            &[3.0, 1.0, 2.0],
            &[0.5, 0.3, 0.2],
            &[Mean, Sd, Quantile(0.5), Quantile(0.51), Above(2.0)],
            |estimate| found.push(estimate.whole),
        );
        assert!((found[0] - 2.2).abs() < 1e-15 && (found[1] - 0.76_f64.sqrt()).abs() < 1e-15);
        assert_eq!(found[2..], [2.0, 3.0, 0.5]);
    }
}
