//! What a comparison says, in words that claim no more than the errors allow.

use crate::report::comparison::ComparisonRow;
use crate::report::number::{self, ESTIMATE_DIGITS};
use crate::statistic::Estimate;

/// One sentence or two about an output of `a` and `b`; `rounded`: they are nothing but roundings apart.
pub fn of(rows: &[ComparisonRow], unit: &str, [a, b]: [String; 2], rounded: bool) -> String {
    let find = |quantity: &str, statistic: &str| {
        rows.iter()
            .find(|row| row.quantity == quantity && row.statistic == statistic)
            .map_or_else(Estimate::unavailable, |row| row.estimate)
    };
    let (below, equal) = (find("order", "p_a_below_b"), find("order", "p_equal"));
    if equal.value == Some(1.0) {
        return format!("{a} and {b} are equal in every trial");
    }
    if rounded {
        return format!("{a} and {b} are equal but for roundings in every trial");
    }
    let order = match below.value {
        Some(1.0) => format!("{a} is below {b} in every trial"),
        Some(0.0) if equal.value == Some(0.0) => format!("{a} is above {b} in every trial"),
        Some(0.0) => format!("{a} is below {b} in no trial"),
        _ => format!(
            "{a} is below {b} in {} of the trials",
            number::probability(&below, ESTIMATE_DIGITS)
        ),
    };
    let mean = find("difference", "mean");
    let Some(value) = mean.value else {
        return format!("{order}; the difference has no mean to compare by");
    };
    let [low, high] = limits(&mean);
    if low > 0.0 || high < 0.0 {
        let side = if value < 0.0 { "lower" } else { "higher" };
        let size = Estimate {
            value: Some(value.abs()),
            ..mean
        };
        let unit = if unit == "1" {
            String::new()
        } else {
            format!(" {unit}")
        };
        let carried = if mean.poorly_carried {
            ", carried by few trials"
        } else {
            ""
        };
        return format!(
            "{order}; on average it is {}{unit} {side}{carried}",
            number::estimate(&size, ESTIMATE_DIGITS)
        );
    }
    let reach = (high - low) / 2.0;
    let more = (reach / value) * (reach / value);
    if value == 0.0 || !more.is_finite() || more > 1e6 {
        format!("{order}; which mean is lower is not resolved, and more trials would hardly do it")
    } else {
        format!(
            "{order}; which mean is lower is not resolved: about {} times more trials needed",
            number::count(more.ceil().max(2.0) as u64)
        )
    }
}

/// The 95 % limits of the Monte Carlo error.
fn limits(estimate: &Estimate) -> [f64; 2] {
    let value = estimate.value.unwrap_or(0.0);
    match (estimate.error_low, estimate.error_high) {
        (Some(low), Some(high)) => [low, high],
        // An exact number has no error.
        _ => [value, value],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(quantity: &'static str, statistic: &'static str, estimate: Estimate) -> ComparisonRow {
        ComparisonRow {
            quantity,
            statistic,
            unit: "1".to_owned(),
            estimate,
        }
    }

    fn said(mean: f64, reach: f64) -> String {
        let with = |value: f64, reach: f64| Estimate {
            value: Some(value),
            standard_error: Some(reach / 2.0),
            error_low: Some(value - reach),
            error_high: Some(value + reach),
            poorly_carried: false,
        };
        let rows = [
            row("difference", "mean", with(mean, reach)),
            row("order", "p_a_below_b", with(0.29, 0.001)),
            row("order", "p_equal", Estimate::exact(0.0)),
        ];
        of(&rows, "kg", ["a".to_owned(), "b".to_owned()], false)
    }

    #[test]
    fn nothing_is_claimed_that_the_error_does_not_allow() {
        assert!(said(6.8, 0.01).contains("higher"));
        assert!(said(-6.8, 0.01).contains("lower"));
        let unresolved = said(0.4, 1.0);
        assert!(
            unresolved.contains("not resolved: about 7 times more"),
            "{unresolved}"
        );
        assert!(said(0.0, 1.0).contains("hardly"));
    }
}
