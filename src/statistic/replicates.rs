//! Standard errors from independent replicates: the delete-one-replicate jackknife, and Student's factor.

/// t of 97.5 % for 1 … 47 degrees of freedom (solved from the regularised incomplete beta function with 30 digits).
const STUDENT_975: [f64; 47] = [
    12.706204736174705, 4.3026527297494639, 3.1824463052837096, 2.7764451051977944,
    2.5705818356363155, 2.44691185114497, 2.3646242515927853, 2.3060041352041667,
    2.2621571627982055, 2.2281388519862747, 2.2009851600916399, 2.1788128296672289,
    2.1603686564627925, 2.1447866879178038, 2.1314495455597757, 2.1199052992212547,
    2.1098155778333171, 2.1009220402410385, 2.0930240544083098, 2.0859634472658648,
    2.0796138447276804, 2.0738730679040262, 2.0686576104190487, 2.0638985616280258,
    2.0595385527532977, 2.0555294386428732, 2.0518305164802856, 2.0484071417952452,
    2.0452296421327043, 2.0422724563012383, 2.0395134463964085, 2.036933343460102,
    2.0345152974493387, 2.032244509317719, 2.0301079282503432, 2.0280940009804509,
    2.0261924630291098, 2.0243941639119696, 2.0226909200367611, 2.0210753903062734,
    2.019540970441376, 2.0180817028184447, 2.0166921992278244, 2.0153675744437638,
    2.0141033888808467, 2.0128955989194292, 2.0117405137297659,
];

/// The factor between a standard error and half a 95 % interval, from `replicates` (2 to 48) of them: never 1.96.
pub fn student_factor(replicates: usize) -> f64 {
    STUDENT_975[replicates.saturating_sub(2).min(STUDENT_975.len() - 1)]
}

/// The jackknife standard error of a statistic from its values with one replicate left out each.
///
/// Busing, Meijer & van der Leeden, "Delete-m jackknife for unequal m", Statistics and Computing 9, 3–8 (1999), equation (7):
/// for replicates of one size it is the ordinary √((R−1)/R · Σ (θ₍₋ᵣ₎ − θ̄)²).
///
/// `all`: the statistic from all trials; `without[r]`: from all but replicate r; `sizes[r]`: the trials of replicate r.
/// `None` where a value is not finite or fewer than two replicates have trials.
pub fn jackknife(all: f64, without: &[f64], sizes: &[u64]) -> Option<f64> {
    let total: u64 = sizes.iter().sum();
    let pseudo: Vec<(f64, f64)> = without
        .iter()
        .zip(sizes)
        .filter(|&(_, &size)| size > 0)
        .map(|(&without, &size)| {
            let h = total as f64 / size as f64;
            (h, h * all - (h - 1.0) * without)
        })
        .collect();
    let groups = pseudo.len() as f64;
    if pseudo.len() < 2 {
        return None;
    }
    let estimate: f64 = pseudo.iter().map(|(h, value)| value / h).sum();
    let variance: f64 = pseudo.iter().map(|(h, value)| (value - estimate) * (value - estimate) / (h - 1.0)).sum::<f64>() / groups;
    let error = variance.sqrt();
    error.is_finite().then_some(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_mean_it_is_the_spread_of_the_replicates_over_their_root() {
        let means = [1.0, 2.0, 4.0, 7.0, 11.0];
        let mean = means.iter().sum::<f64>() / 5.0;
        let without: Vec<f64> = means.iter().map(|one| (5.0 * mean - one) / 4.0).collect();
        let sd = (means.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / 4.0).sqrt();
        let error = jackknife(mean, &without, &[10; 5]).unwrap();
        assert!((error - sd / 5f64.sqrt()).abs() < 1e-14);
    }

    #[test]
    fn empty_and_infinite_have_no_error() {
        assert_eq!(jackknife(1.0, &[1.0], &[5]), None);
        assert_eq!(jackknife(f64::INFINITY, &[1.0, 2.0], &[5, 5]), None);
        assert_eq!(jackknife(1.0, &[1.0, 1.0], &[5, 0]), None);
    }

    #[test]
    fn student_factor_has_one_degree_of_freedom_less() {
        assert!((student_factor(2) - 12.706204736174694).abs() < 1e-12);
        assert!((student_factor(32) - 2.0395134463964077).abs() < 1e-12);
        assert!((student_factor(48) - 2.0117405137297655).abs() < 1e-12);
    }
}
