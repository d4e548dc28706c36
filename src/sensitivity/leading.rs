//! How sure it is that what has rank 1 is first.

use crate::kernel;
use crate::statistic::Estimate;

/// What stands in the `measure` column for the probability that rank 1 of a measure is rank 1, for the measures whose ranks have errors.
const PROBABILITIES: &[(&str, &str)] = &[
    ("spearman", "p_rank_1:spearman"),
    ("first_order_given_data", "p_rank_1:first_order_given_data"),
    (
        "contribution_to_variance",
        "p_rank_1:contribution_to_variance",
    ),
    ("pearson", "p_rank_1:pearson"),
    ("src", "p_rank_1:src"),
    ("srrc", "p_rank_1:srrc"),
    ("pcc", "p_rank_1:pcc"),
    ("prcc", "p_rank_1:prcc"),
    ("borgonovo_delta", "p_rank_1:borgonovo_delta"),
    ("pawn", "p_rank_1:pawn"),
    ("pawn_mean", "p_rank_1:pawn_mean"),
    ("hsic_r2", "p_rank_1:hsic_r2"),
    ("sobol_first", "p_rank_1:sobol_first"),
    ("sobol_total", "p_rank_1:sobol_total"),
    ("shapley", "p_rank_1:shapley"),
    ("morris_mu_star", "p_rank_1:morris_mu_star"),
];

/// The word of the `measure` column for the probability that rank 1 of `measure` is first; `None` where ranks have no errors.
pub fn probability_of_rank_1(measure: &str) -> Option<&'static str> {
    PROBABILITIES
        .iter()
        .find(|row| row.0 == measure)
        .map(|row| row.1)
}

/// The probability that the strongest of these indices, from so many replicates, is the strongest: at least this.
///
/// The difference of the strongest and another is Student's with as many degrees of freedom as its error, which is at most the sum of
/// both errors, however they depend on each other; that one of the others is truly stronger is at most as probable as all of them
/// together (Bonferroni). The probability is a confidence, P(D > 0) of the confidence distribution of the difference D (Schweder & Hjort,
/// "Confidence and likelihood", Scand. J. Stat. 29, 309–332 (2002), section 2).
///
/// `None` where there are fewer than two indices, or one has no error.
pub fn probability_of_first(indices: &[Estimate], replicates: usize) -> Option<f64> {
    let mut strengths = Vec::with_capacity(indices.len());
    for index in indices {
        strengths.push((index.value?.abs(), index.standard_error?));
    }
    let first = (0..strengths.len()).max_by(|&a, &b| strengths[a].0.total_cmp(&strengths[b].0))?;
    let (strongest, error) = strengths[first];
    if strengths.len() < 2 || replicates < 2 {
        return None;
    }
    let doubt: f64 = strengths
        .iter()
        .enumerate()
        .filter(|&(at, _)| at != first)
        .map(|(_, &(strength, other))| {
            upper_tail(strongest - strength, error + other, replicates - 1)
        })
        .sum();
    Some((1.0 - doubt).max(0.0))
}

/// P(T > difference / error) for Student's T: half of the regularised incomplete beta function.
fn upper_tail(difference: f64, error: f64, degrees: usize) -> f64 {
    if difference == 0.0 {
        return 0.5;
    }
    if error == 0.0 {
        return 0.0;
    }
    let t = difference / error;
    let degrees = degrees as f64;
    let whole = degrees + t * t;
    let beta = kernel::regularized_beta(degrees / 2.0, 0.5, degrees / whole, t * t / whole);
    beta.lower / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistic::replicates::student_factor;
    use rand::{RngExt, SeedableRng};

    #[test]
    fn tails_are_students() {
        for replicates in [2, 10, 32] {
            let tail = upper_tail(student_factor(replicates), 1.0, replicates - 1);
            assert!((tail - 0.025).abs() < 1e-12, "{replicates}: {tail}");
        }
        let index = |value: f64, se: f64| Estimate::with_error(value, Some(se));
        assert_eq!(probability_of_first(&[index(0.3, 0.1)], 32), None);
        assert_eq!(
            probability_of_first(&[index(0.3, 0.1), Estimate::exact(0.2)], 32),
            None
        );
        assert_eq!(
            probability_of_first(&[index(0.3, 0.0), index(-0.4, 0.0)], 32),
            Some(1.0)
        );
        let even = probability_of_first(&[index(0.3, 0.1), index(-0.3, 0.1)], 32);
        assert_eq!(even, Some(0.5));
    }

    /// How often what is first is truly first, and how often it is said to be, over three inputs with indices that lie as far apart as two
    /// of their errors; errors `factor` times as large as they are. By what is said: below 80 %, 95 %, 99 % and above.
    fn said_and_true(factor: f64) -> [(f64, f64, f64); 4] {
        const REPLICATES: usize = 32;
        let mut generator = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(7);
        let mut normal = || kernel::normal_quantile(generator.random_range(1e-12..1.0));
        let mut classes = [(0.0, 0.0, 0.0); 4];
        for _ in 0..20_000 {
            let truth: [f64; 3] = std::array::from_fn(|_| 100.0 + 2.0 * normal());
            let found = truth.map(|truth| {
                let noise = (REPLICATES as f64).sqrt();
                let values: [f64; REPLICATES] = std::array::from_fn(|_| truth + noise * normal());
                let n = REPLICATES as f64;
                let mean = values.iter().sum::<f64>() / n;
                let squares: f64 = values
                    .iter()
                    .map(|value| (value - mean) * (value - mean))
                    .sum();
                Estimate::with_error(mean, Some(factor * (squares / (n * (n - 1.0))).sqrt()))
            });
            let largest =
                |values: [f64; 3]| (0..3).max_by(|&a, &b| values[a].total_cmp(&values[b]));
            let said = probability_of_first(&found, REPLICATES).unwrap();
            let is_true = largest(truth) == largest(found.map(|index| index.value.unwrap()));
            let class = [0.8, 0.95, 0.99]
                .iter()
                .filter(|&&edge| said >= edge)
                .count();
            classes[class].0 += 1.0;
            classes[class].1 += said;
            classes[class].2 += f64::from(u8::from(is_true));
        }
        classes.map(|(count, said, is_true)| (count, said / count, is_true / count))
    }

    #[test]
    fn what_is_said_to_be_first_is_first_at_least_as_often() {
        for (count, said, is_true) in said_and_true(1.0) {
            assert!(count > 300.0, "{count}");
            let chance = 5.0 * (said * (1.0 - said) / count).sqrt();
            assert!(is_true > said - chance, "{said}: {is_true} of {count}");
        }
        // The twin: errors a quarter as large promise too much.
        let broken = said_and_true(0.25).iter().any(|&(count, said, is_true)| {
            count > 300.0 && is_true < said - 5.0 * (said * (1.0 - said) / count).sqrt()
        });
        assert!(broken);
    }
}
