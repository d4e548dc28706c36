//! How a number is written: in full for files, and with the digits its error supports for people.
//!
//! The rule for people is the one of JCGM 101, 7.9.2: the last digit printed stands for a place 10^k with
//! 2·se ≤ ½·10^k, so the rounding hides the Monte Carlo error at about 95 %. A digit that two standard errors could
//! still move is not printed. An exact number (se = 0) is printed in full, up to [`EXACT_DIGITS`].
//! A number that does not support all of its whole digits is printed with its error instead, so that no zero stands in
//! for a digit that is not known: `1213 ± 6`, `7 ± 5`.

use crate::statistic::Estimate;

/// Significant digits of an exact number.
pub const EXACT_DIGITS: i32 = 10;

/// Significant digits of an estimated number, unless the caller asks for more: the files have them all.
pub const ESTIMATE_DIGITS: i32 = 4;

/// What stands where a number is not available.
pub const UNAVAILABLE: &str = "–";

/// What stands before a number that too few trials carry.
pub const POORLY_CARRIED: &str = "~";

/// From here on a number is written with a power of ten …
const LARGE: i32 = 7;
/// … and below this one too (powers of ten).
const SMALL: i32 = -4;

/// The shortest decimal that reads back as the same double: `23.04`, `1e16`, `0`. An infinity is `inf`; NaN is empty.
pub fn shortest(value: f64) -> String {
    let mut text = String::new();
    push_shortest(&mut text, value);
    text
}

/// Appends [`shortest`] of `value`.
pub fn push_shortest(text: &mut String, value: f64) {
    if value.is_nan() {
        return;
    }
    if value.is_infinite() {
        text.push_str(if value > 0.0 { "inf" } else { "-inf" });
        return;
    }
    let mut buffer = zmij::Buffer::new();
    let digits = buffer.format_finite(value);
    text.push_str(digits.strip_suffix(".0").unwrap_or(digits));
}

/// An estimate as people read it, with at most `digits` significant digits (exact numbers: [`EXACT_DIGITS`]).
///
/// ```
/// use montecarbon::{report::number, statistic::Estimate};
/// let known = |value, se| Estimate { value: Some(value), standard_error: Some(se), error_low: None, error_high: None, poorly_carried: false };
/// assert_eq!(number::estimate(&known(30.7123, 0.0004), 6), "30.71");
/// assert_eq!(number::estimate(&known(8409.6, 0.0), 4), "8409.6");
/// assert_eq!(number::estimate(&known(30.7123, 9.0), 4), "30 ± 20");
/// ```
pub fn estimate(estimate: &Estimate, digits: i32) -> String {
    let Some(value) = estimate.value else {
        return UNAVAILABLE.to_owned();
    };
    let text = match place(value, estimate.standard_error, digits) {
        Some(place) => at_place(value, place),
        None => with_error(value, estimate.standard_error.unwrap_or(0.0)),
    };
    marked(text, estimate)
}

/// A number whose error is not at issue, to so many significant digits.
pub fn rounded(value: f64, digits: i32) -> String {
    if value.is_finite() {
        at_place(value, exact_place(value).max(cap(value, digits)))
    } else {
        shortest(value)
    }
}

/// An interval `[low, high]`, both ends to the place that both support. Where the ends are of different magnitude and
/// that place would leave the smaller one fewer than two digits, each end has its own.
pub fn interval(low: &Estimate, high: &Estimate, digits: i32) -> String {
    let places = low
        .value
        .zip(high.value)
        .and_then(|(low_value, high_value)| {
            let low_place = place(low_value, low.standard_error, digits)?;
            let high_place = place(high_value, high.standard_error, digits)?;
            Some((low_value, high_value, low_place, high_place))
        });
    if let Some((low_value, high_value, low_place, high_place)) = places {
        let common = low_place.max(high_place);
        let keeps_two = |value: f64| value == 0.0 || exponent(value) > common;
        let exact = low.standard_error == Some(0.0) && high.standard_error == Some(0.0);
        if !exact && keeps_two(low_value) && keeps_two(high_value) {
            return format!(
                "[{}, {}]",
                marked(at_place(low_value, common), low),
                marked(at_place(high_value, common), high)
            );
        }
    }
    format!("[{}, {}]", estimate(low, digits), estimate(high, digits))
}

/// A number and the distances up and down from it to the ends of an interval, all to the place that all of them support:
/// 27.4 (+48.7, −18.0). `None` where one of them has no digit left there.
pub fn asymmetric(
    centre: &Estimate,
    low: &Estimate,
    high: &Estimate,
    digits: i32,
) -> Option<[String; 3]> {
    let (value, error) = (centre.value?, centre.standard_error?);
    let (below, above) = (value - low.value?, high.value? - value);
    // The errors of the two ends of a distance add up at most.
    let distance =
        |distance: f64, end: &Estimate| place(distance, Some(error + end.standard_error?), digits);
    let common = place(value, Some(error), digits)?
        .max(distance(below, low)?)
        .max(distance(above, high)?);
    let keeps_one = |value: f64| exponent(value) >= common;
    ([value, below, above].into_iter().all(keeps_one))
        .then(|| [value, above, below].map(|value| at_place(value, common)))
}

/// A probability in per cent. One that no trial (or every trial) hit is a bound, never `0 %`: `below 0.0004 %`.
pub fn probability(estimate: &Estimate, digits: i32) -> String {
    let Some(value) = estimate.value else {
        return UNAVAILABLE.to_owned();
    };
    if let (0.0, Some(high)) = (value, estimate.error_high.filter(|&high| high > 0.0)) {
        return format!("below {} %", bound(100.0 * high));
    }
    if let (1.0, Some(low)) = (value, estimate.error_low.filter(|&low| low < 1.0)) {
        return format!("above {} %", complement(100.0 * (1.0 - low)));
    }
    let (whole, error) = (100.0 * value, estimate.standard_error.map(|se| 100.0 * se));
    let rounds_to_all = |&place: &i32| value < 1.0 && at_place(whole, place).starts_with("100");
    match place(whole, error, digits).filter(rounds_to_all) {
        Some(_) => {
            let text = nearly_all(100.0 * (1.0 - value), error, digits);
            format!("{} %", marked(text, estimate))
        }
        None => per_cent(estimate, digits),
    }
}

/// A share in per cent that may be more than all, or less than nothing: an index, a half-width.
pub fn per_cent(share: &Estimate, digits: i32) -> String {
    let scaled = |x: Option<f64>| x.map(|x| 100.0 * x);
    let scaled = Estimate {
        value: scaled(share.value),
        standard_error: scaled(share.standard_error),
        error_low: scaled(share.error_low),
        error_high: scaled(share.error_high),
        ..*share
    };
    match scaled.value {
        Some(_) => format!("{} %", estimate(&scaled, digits)),
        None => UNAVAILABLE.to_owned(),
    }
}

/// What would round to 100 per cent though a part is missing: to the digits of that part, or as a bound where its error leaves it none.
fn nearly_all(missing: f64, error: Option<f64>, digits: i32) -> String {
    match place(missing, error, digits) {
        Some(place) => at_place(100.0 - missing, place),
        None => format!("above {}", complement(missing + 2.0 * error.unwrap_or(0.0))),
    }
}

/// A half-width or a bound, rounded up to one significant digit: `0.03`.
pub fn bound(value: f64) -> String {
    if value.is_nan() || value <= 0.0 {
        return "0".to_owned();
    }
    let (bound, _) = round_up(value);
    if (SMALL..LARGE).contains(&exponent(bound)) {
        format!("{bound}")
    } else {
        format!("{bound:e}")
    }
}

/// A whole number with its thousands apart: `1,000,000`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share in per cent without the error of the multiplication: 95 for 0.95.
pub fn percent(share: f64) -> String {
    let text = format!("{:.6}", 100.0 * share);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}

/// 100 less a small percentage that was rounded up: `99.9996`.
fn complement(missing: f64) -> String {
    let (missing, place) = round_up(missing);
    at_place(100.0 - missing, place.min(0))
}

fn marked(text: String, estimate: &Estimate) -> String {
    if estimate.poorly_carried {
        format!("{POORLY_CARRIED}{text}")
    } else {
        text
    }
}

/// The place (power of ten) of the last digit to print; `None` where the number needs its error beside it.
fn place(value: f64, standard_error: Option<f64>, digits: i32) -> Option<i32> {
    match standard_error {
        Some(0.0) => Some(exact_place(value)),
        Some(error) if error.is_finite() => {
            let supported = smallest_power_from(4.0 * error);
            let place = supported.max(cap(value, digits));
            let exponent = exponent(value);
            let is_written_out = (SMALL..LARGE).contains(&exponent);
            (place
                <= if is_written_out {
                    exponent.min(0)
                } else {
                    exponent
                })
            .then_some(place)
        }
        // No error is known (an end of the sample): few digits, and no claim.
        _ => Some(cap(value, digits)),
    }
}

/// The place that leaves `digits` significant digits, or all whole ones of a number that is written without a power.
fn cap(value: f64, digits: i32) -> i32 {
    let exponent = exponent(value);
    let place = exponent - (digits - 1);
    if exponent < LARGE {
        place.min(0)
    } else {
        place
    }
}

/// The place of the last digit that is not zero among the first [`EXACT_DIGITS`].
fn exact_place(value: f64) -> i32 {
    let text = format!("{value:.*e}", (EXACT_DIGITS - 1) as usize);
    let (mantissa, exponent) = split(&text);
    let decimals = mantissa
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.trim_end_matches('0').len());
    let place = exponent - decimals as i32;
    if exponent < LARGE {
        place.min(0)
    } else {
        place
    }
}

/// The number rounded at a place, with a power of ten where it is large, small, or its last digits are not known.
fn at_place(value: f64, place: i32) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let exponent = exponent(value);
    if place > 0 || !(SMALL..LARGE).contains(&exponent) {
        let text = format!("{value:.*e}", (exponent - place).max(0) as usize);
        // 1.00e1 is no easier to read than 10.
        return if text.ends_with("e0") {
            text[..text.len() - 2].to_owned()
        } else {
            text
        };
    }
    format!("{value:.*}", (-place) as usize)
}

/// A number that its error leaves no digit of: both, at the error's first digit.
fn with_error(value: f64, standard_error: f64) -> String {
    let (error, place) = round_up(2.0 * standard_error);
    let value = if place > 0 {
        nearest_multiple(value, place)
    } else if place >= SMALL {
        let text = format!("{value:.*}", (-place) as usize);
        // A zero has no sign.
        let is_zero = text.trim_matches(['-', '0', '.']).is_empty();
        if is_zero { text.replace('-', "") } else { text }
    } else if value.abs() < parse(5.0, place - 1) {
        "0".to_owned()
    } else {
        at_place(value, place)
    };
    format!("{value} ± {}", bound(error))
}

/// The nearest multiple of 10^place, for a place above 0.
fn nearest_multiple(value: f64, place: i32) -> String {
    let unit = parse(1.0, place);
    let rounded = (value / unit).round() * unit;
    if rounded == 0.0 {
        "0".to_owned()
    } else if exponent(rounded) < LARGE {
        format!("{rounded}")
    } else {
        format!("{rounded:.0e}")
    }
}

/// A positive number rounded up to one significant digit, and the place of that digit.
fn round_up(value: f64) -> (f64, i32) {
    let text = format!("{value:e}");
    let (mantissa, place) = split(&text);
    let digit = mantissa.parse::<f64>().unwrap_or(1.0).ceil();
    // 9.3 becomes 10, whose first digit is of the next place.
    (
        parse(digit, place),
        if digit >= 10.0 { place + 1 } else { place },
    )
}

/// digit × 10^place as the double nearest to that decimal.
fn parse(digit: f64, place: i32) -> f64 {
    format!("{digit}e{place}").parse().unwrap_or(f64::NAN)
}

/// The decimal exponent of the first digit: 2 for 314, −1 for 0.5; 0 for zero.
fn exponent(value: f64) -> i32 {
    first_digit(value).0
}

/// The smallest k with 10^k ≥ value.
fn smallest_power_from(value: f64) -> i32 {
    let (exponent, is_power) = first_digit(value);
    if is_power { exponent } else { exponent + 1 }
}

/// The exponent of the first digit of the shortest decimal, and whether that is a power of ten; 0 for zero and where there are no digits.
fn first_digit(value: f64) -> (i32, bool) {
    if value == 0.0 || !value.is_finite() {
        return (0, false);
    }
    let mut buffer = zmij::Buffer::new();
    let (mantissa, exponent) = split(buffer.format_finite(value.abs()));
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(decimals.bytes());
    let zeros = digits().take_while(|&digit| digit == b'0').count();
    let mut digits = digits().skip(zeros);
    let is_power = digits.next() == Some(b'1') && digits.all(|digit| digit == b'0');
    (exponent + whole.len() as i32 - 1 - zeros as i32, is_power)
}

/// The mantissa and the exponent of a number in `{:e}` form.
fn split(text: &str) -> (&str, i32) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    (mantissa, exponent.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn known(value: f64, error: f64) -> Estimate {
        Estimate {
            value: Some(value),
            standard_error: Some(error),
            error_low: None,
            error_high: None,
            poorly_carried: false,
        }
    }

    fn read(text: &str) -> f64 {
        text.parse().expect("a number")
    }

    #[test]
    fn exact_numbers_are_printed_in_full() {
        for (value, text) in [
            (23.04, "23.04"),
            (414.72, "414.72"),
            (8409.6, "8409.6"),
            (23.0976, "23.0976"),
            (0.1 + 0.2, "0.3"),
            (8409.6 / 11000.0, "0.7645090909"),
            (1_000_000.0, "1000000"),
            (0.0, "0"),
            (-96.0, "-96"),
            (23_364_000.0, "2.3364e7"),
            (0.000_05, "5e-5"),
            (1e300, "1e300"),
        ] {
            assert_eq!(estimate(&known(value, 0.0), 4), text);
        }
    }

    #[test]
    fn digits_follow_the_error() {
        for (value, error, text) in [
            (30.7123, 0.0004, "30.71"),
            (30.7123, 0.02, "30.7"),
            (30.7123, 0.03, "31"),
            (1_234_567.8, 0.1, "1234568"),
            (123_456_789.0, 0.1, "1.235e8"),
            (0.000_012_345, 1e-8, "1.23e-5"),
            (-0.0312, 0.0001, "-0.031"),
            (0.5, 1.0, "0 ± 2"),
            (-0.000_01, 0.0001, "0.0000 ± 0.0002"),
        ] {
            assert_eq!(
                estimate(&known(value, error), 4),
                text,
                "{value} with standard error {error}"
            );
        }
    }

    #[test]
    fn a_number_without_a_digit_shows_its_error() {
        assert_eq!(estimate(&known(30.7123, 2.6), 4), "31 ± 6");
        assert_eq!(estimate(&known(1213.4, 2.6), 4), "1213 ± 6");
        assert_eq!(estimate(&known(1_234_567.8, 25.0), 4), "1234570 ± 50");
        assert_eq!(estimate(&known(1_234_567_890.0, 25_000.0), 5), "1.2346e9");
        assert_eq!(estimate(&known(7.0, 2.4), 4), "7 ± 5");
        assert_eq!(estimate(&known(312.0, 140.0), 4), "300 ± 300");
        assert_eq!(estimate(&known(0.012, 0.03), 4), "0.01 ± 0.06");
        assert_eq!(estimate(&known(1.23e-9, 2.6e-10), 4), "1.2e-9 ± 6e-10");
        assert_eq!(estimate(&known(7e-131, 1e-131), 4), "7e-131 ± 2e-131");
        assert_eq!(estimate(&known(3e-12, 4e-10), 4), "0 ± 8e-10");
    }

    #[test]
    fn marks_and_gaps() {
        assert_eq!(
            estimate(
                &Estimate {
                    value: None,
                    ..known(1.0, 0.1)
                },
                4
            ),
            "–"
        );
        assert_eq!(
            estimate(
                &Estimate {
                    poorly_carried: true,
                    ..known(3.0, 0.001)
                },
                4
            ),
            "~3.00"
        );
        assert_eq!(
            estimate(
                &Estimate {
                    standard_error: None,
                    ..known(2.34567, 0.0)
                },
                4
            ),
            "2.346"
        );
    }

    #[test]
    fn intervals_share_a_place_where_both_ends_can() {
        assert_eq!(
            interval(&known(9.4123, 0.001), &known(76.123, 0.02), 4),
            "[9.4, 76.1]"
        );
        assert_eq!(
            interval(&known(0.01234, 1e-6), &known(402.3, 0.02), 4),
            "[0.01234, 402.3]"
        );
        assert_eq!(
            interval(&known(23.04, 0.0), &known(23.04, 0.0), 4),
            "[23.04, 23.04]"
        );
    }

    #[test]
    fn distances_share_the_place_of_the_number() {
        let asymmetric = |errors: [f64; 3]| {
            let [centre, low, high] = errors;
            asymmetric(
                &known(27.4321, centre),
                &known(9.4123, low),
                &known(76.123, high),
                4,
            )
        };
        let owned = |parts: [&str; 3]| Some(parts.map(str::to_owned));
        assert_eq!(
            asymmetric([0.003, 0.004, 0.02]),
            owned(["27.4", "48.7", "18.0"])
        );
        assert_eq!(asymmetric([0.003, 0.004, 0.03]), owned(["27", "49", "18"]));
        assert_eq!(
            asymmetric([0.003, 0.004, 2.0]),
            None,
            "an end without a digit"
        );
    }

    #[test]
    fn a_share_of_none_is_a_bound() {
        let none = Estimate {
            value: Some(0.0),
            standard_error: Some(0.0),
            error_low: Some(0.0),
            error_high: Some(3.69e-6),
            poorly_carried: false,
        };
        assert_eq!(probability(&none, 4), "below 0.0004 %");
        let all = Estimate {
            value: Some(1.0),
            standard_error: Some(0.0),
            error_low: Some(1.0 - 3.69e-6),
            error_high: Some(1.0),
            poorly_carried: false,
        };
        assert_eq!(probability(&all, 4), "above 99.9996 %");
        assert_eq!(probability(&known(0.5791, 0.0002), 4), "57.9 %");
    }

    #[test]
    fn a_probability_below_one_never_reads_as_all() {
        for (value, error, text) in [
            (0.999_987, 1e-6, "99.999 %"),
            (0.999_987, 2e-7, "99.9987 %"),
            (0.999_99, 1e-5, "above 99.997 %"),
            (0.999_6, 1e-5, "99.96 %"),
            (0.95, 4e-4, "95 %"),
            (1.0, 0.0, "100 %"),
        ] {
            assert_eq!(probability(&known(value, error), 4), text);
        }
    }

    #[test]
    fn counts_have_their_thousands_apart() {
        assert_eq!(
            [count(7), count(999), count(1000), count(1_048_576)],
            ["7", "999", "1,000", "1,048,576"]
        );
    }

    proptest! {
        /// Rounding moves a number by at most half a unit of its last digit, and that unit is at least four standard
        /// errors (so two standard errors are hidden by the rounding) but never more than ten times what is needed.
        #[test]
        fn rounding_hides_the_error_and_no_more(mantissa in 1.0..10.0_f64, exponent in -12..12_i32, ratio in 1e-9..0.02_f64, negative: bool) {
            let value = parse(mantissa, exponent) * if negative { -1.0 } else { 1.0 };
            let error = value.abs() * ratio;
            let Some(place) = place(value, Some(error), 15) else {
                let printed = estimate(&known(value, error), 15);
                let (printed, within) = printed.split_once(" ± ").expect("its error");
                prop_assert!(read(within) >= 2.0 * error && read(within) <= 4.0 * error);
                prop_assert!((read(printed) - value).abs() <= 0.5 * read(within));
                return Ok(());
            };
            let unit = parse(1.0, place);
            prop_assert!(unit >= 4.0 * error * (1.0 - 1e-15));
            prop_assert!(unit <= 40.0 * error || place <= super::exponent(value) - 14 || place == 0);
            let printed = read(&estimate(&known(value, error), 15));
            prop_assert!((printed - value).abs() <= 0.5 * unit * (1.0 + 1e-9));
            prop_assert!((printed - value).abs() <= 20.0 * error.max(unit / 40.0) * (1.0 + 1e-9));
        }

        #[test]
        fn files_read_back_the_same_double(bits: u64) {
            let value = f64::from_bits(bits);
            let text = shortest(value);
            if value.is_nan() {
                prop_assert!(text.is_empty());
            } else {
                prop_assert_eq!(text.parse::<f64>().expect("a number").to_bits(), bits);
            }
        }

        #[test]
        fn first_digits_are_those_of_the_scientific_form(bits: u64, power in -323..309_i32) {
            for value in [f64::from_bits(bits), parse(1.0, power), parse(9.0, power)] {
                let text = format!("{:e}", value.abs());
                let (mantissa, exponent) = split(&text);
                prop_assert_eq!(first_digit(value), (exponent, mantissa == "1"));
            }
        }

        #[test]
        fn exact_numbers_keep_ten_digits(value in proptest::num::f64::NORMAL) {
            let printed = read(&estimate(&known(value, 0.0), 4));
            prop_assert!((printed - value).abs() <= value.abs() * 5.1e-10);
        }

        #[test]
        fn bounds_are_never_too_small(value in 1e-300..1e300_f64) {
            let printed = read(&bound(value));
            prop_assert!(printed >= value && printed <= 2.0 * value * (1.0 + 1e-12));
        }
    }
}
