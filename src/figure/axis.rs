//! Axes: where a value stands, and which values are marked.

use super::font::width_of;
use crate::kernel::log10;
use crate::report::number::shortest;

/// Space between two labels, in pixels.
const APART: f64 = 10.0;
/// Powers of ten from which labels are powers, not digits.
const WRITTEN_OUT: std::ops::RangeInclusive<i32> = -3..=4;

/// A range of values along a line of the picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    /// The values at its ends; above zero where it is logarithmic.
    pub(super) values: [f64; 2],
    /// Their places.
    pub(super) places: [f64; 2],
    /// Whether equal ratios are equal lengths.
    pub(super) logarithmic: bool,
}

/// A mark.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    /// Its place.
    pub(super) at: f64,
    /// What stands at it; empty for a minor one.
    pub(super) label: String,
}

/// The marks of an axis, and what their labels are to be multiplied by.
#[derive(Debug, Clone)]
pub(super) struct Ticks {
    /// In rising order of their values.
    pub(super) ticks: Vec<Tick>,
    /// `×10⁶` or nothing.
    pub(super) factor: String,
    /// The same as a number.
    pub(super) multiplier: f64,
}

impl Axis {
    /// The place of a value; one outside the range is held at the end.
    pub(super) fn place(&self, value: f64) -> f64 {
        let [low, high] = self.values;
        let share = if self.logarithmic {
            let (low, high) = (log10(low), log10(high));
            (log10(value.max(f64::MIN_POSITIVE)) - low) / (high - low)
        } else {
            // Halved, so that no difference of finite values is infinite.
            (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0)
        };
        let share = if share.is_finite() {
            share.clamp(0.0, 1.0)
        } else {
            0.5
        };
        share.mul_add(self.places[1] - self.places[0], self.places[0])
    }

    /// Whether a value is within the range.
    pub(super) fn holds(&self, value: f64) -> bool {
        (self.values[0]..=self.values[1]).contains(&value)
    }

    /// About `wanted` marks, fewer where their labels of this size would touch (`flat`: they stand beside one another).
    pub(super) fn ticks(&self, wanted: usize, size: f64, flat: bool) -> Ticks {
        let length = (self.places[1] - self.places[0]).abs();
        let room = |ticks: &[Tick]| {
            let labelled: Vec<&Tick> = ticks.iter().filter(|tick| !tick.label.is_empty()).collect();
            labelled.windows(2).all(|pair| {
                let needed = if flat {
                    (width_of(&pair[0].label, size) + width_of(&pair[1].label, size)) / 2.0 + APART
                } else {
                    1.6 * size
                };
                (pair[1].at - pair[0].at).abs() >= needed
            })
        };
        let most = wanted.min((length / (2.0 * size)) as usize).max(2);
        // Fewer and fewer, until they have room.
        let mut count = most;
        loop {
            let found = self.about(count);
            if count == 1 || room(&found.ticks) {
                return found;
            }
            count -= 1;
        }
    }

    fn about(&self, count: usize) -> Ticks {
        let decades = if self.logarithmic {
            log10(self.values[1]) - log10(self.values[0])
        } else {
            0.0
        };
        // Within less than a decade a logarithmic axis is marked like any other.
        if decades >= 1.0 {
            self.powers(count, decades)
        } else {
            self.multiples(count)
        }
    }

    fn multiples(&self, count: usize) -> Ticks {
        let [low, high] = self.values;
        let step = nice((high / count as f64 - low / count as f64).abs());
        let largest = low.abs().max(high.abs());
        // Thousands, millions … are said once.
        let magnitude = exponent(largest);
        let thousands = if (-2..5).contains(&magnitude) {
            0
        } else {
            magnitude.div_euclid(3) * 3
        };
        let decimals = (thousands - exponent(step)).clamp(0, 15) as usize;
        let unit = power_of_ten(thousands);
        let first = (low / step).ceil();
        let last = (high / step).floor();
        let ticks = (0..=(last - first).clamp(0.0, 100.0) as u32).map(|at| {
            let value = (first + f64::from(at)) * step;
            let text = format!("{:.decimals$}", value / unit);
            let zero = text.trim_matches(['-', '0', '.']).is_empty();
            Tick {
                at: self.place(value),
                label: if zero {
                    "0".to_owned()
                } else {
                    text.replace('-', "−")
                },
            }
        });
        Ticks {
            ticks: ticks.collect(),
            factor: if thousands == 0 {
                String::new()
            } else {
                format!("×{}", power(thousands))
            },
            multiplier: unit,
        }
    }

    fn powers(&self, count: usize, decades: f64) -> Ticks {
        let [low, high] = self.values;
        let (first, last) = (exponent(low), exponent(high));
        let every = ((decades / count as f64).ceil() as i32).max(1);
        let written_out = WRITTEN_OUT.contains(&first) && WRITTEN_OUT.contains(&last);
        let mut ticks = Vec::new();
        for decade in first..=last {
            for digit in 1..10 {
                let value = times_ten_to(digit, decade);
                if !self.holds(value) || (digit > 1 && every > 1) {
                    continue;
                }
                let labelled = match digit {
                    1 => decade.rem_euclid(every) == 0,
                    2 | 5 => decades < 2.0 && written_out && count > 2,
                    _ => false,
                };
                let label = match (labelled, written_out) {
                    (false, _) => String::new(),
                    (true, true) => shortest(value),
                    (true, false) => power(decade),
                };
                ticks.push(Tick {
                    at: self.place(value),
                    label,
                });
            }
        }
        Ticks {
            ticks,
            factor: String::new(),
            multiplier: 1.0,
        }
    }
}

/// The nearest of 1, 2 and 5 times a power of ten that is not below a length.
fn nice(length: f64) -> f64 {
    if !(length > 0.0 && length.is_finite()) {
        return 1.0;
    }
    let decade = exponent(length);
    [1, 2, 5]
        .into_iter()
        .map(|digit| times_ten_to(digit, decade))
        .find(|&step| step >= length * (1.0 - 1e-9))
        .unwrap_or_else(|| times_ten_to(1, decade + 1))
}

/// The decimal exponent of the first digit.
fn exponent(value: f64) -> i32 {
    let text = format!("{value:e}");
    text.split_once('e')
        .and_then(|(_, exponent)| exponent.parse().ok())
        .unwrap_or(0)
}

fn power_of_ten(exponent: i32) -> f64 {
    times_ten_to(1, exponent)
}

/// The double nearest to that decimal.
fn times_ten_to(digit: i32, exponent: i32) -> f64 {
    format!("{digit}e{exponent}").parse().unwrap_or(f64::MAX)
}

/// `10⁻³`.
fn power(exponent: i32) -> String {
    let raised = exponent
        .to_string()
        .chars()
        .map(|letter| match letter {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            digit => char::from_u32(0x2070 + (digit as u32 - '0' as u32)).unwrap_or(digit),
        })
        .collect::<String>();
    format!("10{raised}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn axis(low: f64, high: f64, logarithmic: bool) -> Axis {
        Axis {
            values: [low, high],
            places: [0.0, 400.0],
            logarithmic,
        }
    }

    fn labels(axis: Axis) -> (Vec<String>, String) {
        let ticks = axis.ticks(6, 11.0, true);
        let labels = ticks.ticks.into_iter().map(|tick| tick.label);
        (
            labels.filter(|label| !label.is_empty()).collect(),
            ticks.factor,
        )
    }

    #[test]
    fn round_numbers() {
        assert_eq!(
            labels(axis(0.0, 83.0, false)).0,
            ["0", "20", "40", "60", "80"]
        );
        assert_eq!(
            labels(axis(-1.1, 1.2, false)).0,
            ["−1.0", "−0.5", "0", "0.5", "1.0"]
        );
        let (millions, factor) = labels(axis(0.0, 4.2e6, false));
        assert_eq!(
            (millions, factor.as_str()),
            (
                ["0", "1", "2", "3", "4"].map(str::to_owned).to_vec(),
                "×10⁶"
            )
        );
        assert_eq!(labels(axis(2e-9, 7e-9, false)).1, "×10⁻⁹");
    }

    #[test]
    fn powers_of_ten() {
        assert_eq!(labels(axis(0.5, 700.0, true)).0, ["1", "10", "100"]);
        assert_eq!(
            labels(axis(1e-14, 1e-11, true)).0,
            ["10⁻¹⁴", "10⁻¹³", "10⁻¹²", "10⁻¹¹"]
        );
        assert_eq!(labels(axis(3.0, 40.0, true)).0, ["5", "10", "20"]);
        // Far below what some libraries clamp.
        assert!((axis(1e-20, 1e-10, true).place(1e-15) - 200.0).abs() < 1e-9);
    }

    proptest! {
        /// Whatever the range: marks inside it, rising, labels that do not touch.
        #[test]
        fn ticks_are_sound(low in -1e3..1e3_f64, width in 1e-3..1e6_f64, scale in -200..200_i32, logarithmic: bool) {
            let unit = power_of_ten(scale);
            let low = if logarithmic { (low.abs() + 1e-3) * unit } else { low * unit };
            let high = if logarithmic { low * (1.0 + width) } else { width.mul_add(unit, low) };
            let axis = axis(low, high, logarithmic);
            let ticks = axis.ticks(6, 11.0, true).ticks;
            prop_assert!(ticks.iter().all(|tick| (0.0..=400.0).contains(&tick.at)));
            prop_assert!(ticks.windows(2).all(|pair| pair[0].at <= pair[1].at));
            let labelled: Vec<_> = ticks.iter().filter(|tick| !tick.label.is_empty()).collect();
            if labelled.len() > 2 {
                for pair in labelled.windows(2) {
                    let half = (width_of(&pair[0].label, 11.0) + width_of(&pair[1].label, 11.0)) / 2.0;
                    prop_assert!(pair[1].at - pair[0].at >= half);
                }
            }
        }
    }
}
