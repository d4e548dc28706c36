//! What the figures of a distribution have in common: the range that is shown, the axes around it, the words above.

use super::axis::{Axis, Ticks};
use super::canvas::{Anchor, Canvas, Colour, LABEL, SMALL, TITLE, cut};
use super::font::width_of;
use super::results::{Observed, Output, Shape};
use crate::kernel::{exp, ln};
use crate::report::number::{ESTIMATE_DIGITS, EXACT_DIGITS, estimate, interval, rounded};
use crate::statistic::Estimate;
use crate::statistic::distribution::{
    Portion, SPREAD, quantile, share_below, spread_in_magnitudes,
};

/// Width and height of a figure, in pixels of 1/96 inch: two thirds of a page.
pub(super) const SIZE: (f64, f64) = (480.0, 312.0);
/// Left, right, top and bottom of what is drawn within.
const MARGINS: [f64; 4] = [58.0, 18.0, 54.0, 58.0];
/// Above what is drawn, from bottom to top: the word at the median, then a row for each observation.
const MEDIAN_ROW: f64 = 5.0;
const OBSERVED_ROW: f64 = 13.0;
/// What is shown reaches from here to there …
const SHOWN: [f64; 2] = [0.001, 0.999];
/// … but beyond the middle 95 % no farther than this part of their width.
const REACH: f64 = 0.75;
/// How far a label may reach beyond the end of its axis.
const OVERHANG: f64 = 13.0;
/// Space on both sides, over the width of what is shown.
const PADDING: f64 = 0.04;

/// From values to lengths, or back.
type Scale = fn(f64) -> f64;

/// The range of values that is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    pub(super) values: [f64; 2],
    pub(super) logarithmic: bool,
    /// The shares below and above it.
    pub(super) outside: [f64; 2],
}

impl View {
    /// The range that shows a distribution, and what was observed of it where that is not far off.
    pub(super) fn of(portions: &[Portion], observed: &[Observed]) -> View {
        let spread = SPREAD.map(|p| quantile(portions, p));
        let logarithmic = spread_in_magnitudes(spread) && portions[0].low >= 0.0;
        let (to, from): (Scale, Scale) = if logarithmic {
            (ln, exp)
        } else {
            (|x| x, |x| x)
        };
        let at = |p: f64| to(quantile(portions, p));
        let first = &portions[0];
        // A logarithmic scale has no zero.
        let least = if logarithmic && first.low == 0.0 {
            first.high
        } else {
            first.low
        };
        let (least, most) = (to(least), to(portions[portions.len() - 1].high));
        let (inner_low, inner_high) = (at(0.025), at(0.975));
        let width = inner_high - inner_low;
        // An end that is near is shown whole.
        let end = |shown: f64, extreme: f64| {
            if (extreme - shown).abs() < 0.2 * width {
                extreme
            } else {
                shown
            }
        };
        let mut low = end(at(SHOWN[0]), least).max(inner_low - REACH * width);
        let mut high = end(at(SHOWN[1]), most).min(inner_high + REACH * width);
        for &value in observed.iter().flat_map(|row| &row.band) {
            if logarithmic && value <= 0.0 {
                continue;
            }
            let place = to(value);
            if place > low - width && place < high + width {
                low = low.min(place);
                high = high.max(place);
            }
        }
        let mut padding = PADDING * (high - low);
        if !(padding > 0.0) {
            // One value: there is no scale but its own.
            padding = if logarithmic { 0.5 } else { 0.1 * low.abs() };
            if padding == 0.0 {
                padding = 1.0;
            }
        }
        let mut values = [from(low - padding), from(high + padding)];
        let begins_at_value = portions[0].low == portions[0].high;
        if !logarithmic && low >= 0.0 && !begins_at_value {
            values[0] = values[0].max(0.0);
        }
        View {
            values,
            logarithmic,
            outside: [
                share_below(portions, values[0]),
                1.0 - share_below(portions, values[1]),
            ],
        }
    }
}

/// The axes of a figure: what is drawn lies between them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) x: Axis,
    pub(super) y: Axis,
}

impl Frame {
    /// A canvas, and a frame of all of it: what is `observed` has rows above, and there is more room at the `right`.
    pub(super) fn whole(
        view: &View,
        top: f64,
        right: f64,
        observed: &[Observed],
    ) -> (Canvas, Frame) {
        let [left, margin, above, below] = MARGINS;
        let above = above + OBSERVED_ROW * observed.len() as f64;
        let height = SIZE.1 - MARGINS[2] + above;
        let frame = Frame {
            x: Axis {
                values: view.values,
                places: [left, SIZE.0 - margin - right],
                logarithmic: view.logarithmic,
            },
            y: Axis {
                values: [0.0, top],
                places: [height - below, above],
                logarithmic: false,
            },
        };
        (Canvas::new(SIZE.0, height), frame)
    }

    /// The lower edge.
    pub(super) fn base(&self) -> f64 {
        self.y.places[0]
    }

    /// Draws the x axis with its marks and words below it.
    pub(super) fn draw_x(&self, canvas: &mut Canvas, name: &str, unit: &str) {
        let ticks = self.x.ticks(6, LABEL, true);
        self.draw_x_ticks(canvas, &ticks, LABEL);
        let [left, right] = self.x.places;
        let text = axis_words_within([name, &ticks.factor, unit], LABEL, right - left);
        let middle = (left + right) / 2.0;
        canvas.text(
            (middle, self.base() + 34.0),
            &text,
            LABEL,
            Anchor::Middle,
            Colour::Ink,
        );
    }

    /// Draws the line and the marks of the x axis.
    pub(super) fn draw_x_ticks(&self, canvas: &mut Canvas, ticks: &Ticks, size: f64) {
        let base = self.base();
        let [left, right] = self.x.places;
        canvas.line((left, base), (right, base), Colour::Ink, 1.0);
        for tick in &ticks.ticks {
            let length = if tick.label.is_empty() { 2.5 } else { 4.5 };
            canvas.line((tick.at, base), (tick.at, base + length), Colour::Ink, 1.0);
            if !tick.label.is_empty() {
                // One at the end stays within the picture.
                let x = tick
                    .at
                    .min(right + OVERHANG - width_of(&tick.label, size) / 2.0);
                let at = (x, base + 7.0 + 0.8 * size);
                canvas.text(at, &tick.label, size, Anchor::Middle, Colour::Ink);
            }
        }
    }

    /// Draws marks and words at the left, with a grid.
    pub(super) fn draw_y(&self, canvas: &mut Canvas, words: &str) {
        let ticks = self.y.ticks(5, LABEL, false);
        let [left, right] = self.x.places;
        for tick in &ticks.ticks {
            canvas.line((left, tick.at), (right, tick.at), Colour::Grid, 0.75);
            let at = (left - 6.0, tick.at + 0.35 * LABEL);
            canvas.text(at, &tick.label, LABEL, Anchor::End, Colour::Ink);
        }
        let [bottom, top] = self.y.places;
        let words = axis_words_within([words, &ticks.factor, ""], LABEL, bottom - top);
        canvas.text_upward((14.0, (bottom + top) / 2.0), &words, LABEL, Colour::Ink);
    }

    /// A line of what lies outside, where that is not next to nothing.
    pub(super) fn draw_outside(&self, canvas: &mut Canvas, view: &View) {
        /// Less than this is not worth a word.
        const LEAST: f64 = 0.0015;
        let share = |share: f64| format!("{} %", rounded(100.0 * share, 2));
        let [below, above] = view.outside;
        let words = match (below >= LEAST, above >= LEAST) {
            (true, true) => format!("not shown: {} below, {} above", share(below), share(above)),
            (true, false) => format!("not shown: {} below", share(below)),
            (false, true) => format!("not shown: {} above", share(above)),
            (false, false) => return,
        };
        self.draw_foot(canvas, &words);
    }

    /// A line below everything else.
    pub(super) fn draw_foot(&self, canvas: &mut Canvas, words: &str) {
        let at = (self.x.places[1], self.base() + 49.0);
        canvas.text(at, words, SMALL, Anchor::End, Colour::Faint);
    }
}

/// `emissions (×10⁶ kgCO2e/day)`.
pub(super) fn axis_words(name: &str, factor: &str, unit: &str) -> String {
    let unit = if unit == "1" { "" } else { unit };
    let inside = format!("{factor} {unit}");
    match inside.trim() {
        "" => name.to_owned(),
        inside => format!("{name} ({inside})"),
    }
}

/// The same, no wider than `most`: the name is cut, not what its numbers are in.
pub(super) fn axis_words_within([name, factor, unit]: [&str; 3], size: f64, most: f64) -> String {
    let rest = axis_words("", factor, unit);
    let name = cut(name, size, most - width_of(&rest, size));
    cut(&axis_words(&name, factor, unit), size, most)
}

/// The two lines above a figure.
pub(super) fn headline(canvas: &mut Canvas, title: &str, below: &str) {
    let (left, room) = (MARGINS[1], SIZE.0 - 2.0 * MARGINS[1]);
    let title = cut(title, TITLE, room);
    canvas.text((left, 19.0), &title, TITLE, Anchor::Start, Colour::Ink);
    let below = cut(below, LABEL, room);
    canvas.text((left, 35.0), &below, LABEL, Anchor::Start, Colour::Faint);
}

/// `median 27.4, 95 % interval [9.4, 76.1] kgCO2e/day`, or the one value.
pub(super) fn in_words(output: &Output) -> String {
    let unit = match output.shape.unit.as_str() {
        "1" => String::new(),
        unit => format!(" {unit}"),
    };
    let median = output.statistic("median");
    if let [Portion { low, high, .. }] = output.shape.portions.as_slice()
        && low == high
    {
        return format!("always {}{unit}", brief(&median, ESTIMATE_DIGITS));
    }
    // As many digits as tell the ends apart, where their errors allow it.
    let ends = output.interval();
    let differ = |digits: i32| brief(&ends[0], digits) != brief(&ends[1], digits);
    let digits = match (ESTIMATE_DIGITS..EXACT_DIGITS).find(|&digits| differ(digits)) {
        None | Some(ESTIMATE_DIGITS) => ESTIMATE_DIGITS,
        Some(first) => first + 1,
    };
    format!(
        "median {}, {} interval {}{unit}",
        brief(&median, digits),
        output.level(),
        brief_interval(&ends, digits)
    )
}

/// A number as a figure has it: with the digits that its error supports, and no more where it is exact either.
pub(super) fn brief(number: &Estimate, digits: i32) -> String {
    let text = match number.value {
        Some(value) if number.standard_error == Some(0.0) => rounded(value, digits),
        _ => estimate(number, digits),
    };
    signed(&text)
}

/// Likewise, both ends of an interval.
pub(super) fn brief_interval([low, high]: &[Estimate; 2], digits: i32) -> String {
    let is_exact = |end: &Estimate| end.standard_error == Some(0.0);
    if is_exact(low) && is_exact(high) {
        format!("[{}, {}]", brief(low, digits), brief(high, digits))
    } else {
        signed(&interval(low, high, digits))
    }
}

/// With the sign of typography for minus; the one within `1e-5` stays.
fn signed(text: &str) -> String {
    let mut signed = String::with_capacity(text.len());
    for letter in text.chars() {
        let is_minus = letter == '-' && !signed.ends_with('e');
        signed.push(if is_minus { '−' } else { letter });
    }
    signed
}

/// Draws the median, where there is more than one value.
pub(super) fn draw_median(canvas: &mut Canvas, frame: &Frame, output: &Output) {
    let median = output.statistic("median").value;
    let Some(median) = median.filter(|_| output.shape.portions.len() > 1) else {
        return;
    };
    let (x, top) = (frame.x.place(median), frame.y.places[1]);
    canvas.line((x, frame.base()), (x, top), Colour::Ink, 1.25);
    let at = (x, top - MEDIAN_ROW);
    canvas.text_on(at, "median", SMALL, Anchor::Middle, Colour::Ink);
}

/// Draws what was observed: each in a row of its own above the frame, with a line or both ends of a band down to the axis. The row of
/// the lowest is at the top, so that no line of another goes through its name; one beyond the axis is named at its end.
pub(super) fn draw_observed(canvas: &mut Canvas, frame: &Frame, observed: &[Observed]) {
    const APART: f64 = 5.0;
    let [left, right] = frame.x.places;
    let [bottom, top] = frame.y.places;
    let mut rows: Vec<&Observed> = observed.iter().collect();
    rows.sort_by(|one, other| one.band[0].total_cmp(&other.band[0]));
    for (at, row) in rows.iter().enumerate() {
        let base = top - MEDIAN_ROW - OBSERVED_ROW * (rows.len() - at) as f64;
        let middle = base - 0.35 * SMALL;
        let [low, high] = row.band;
        if high < frame.x.values[0] {
            let name = cut(&format!("below: {}", row.name), SMALL, right - left);
            canvas.text_on((left, base), &name, SMALL, Anchor::Start, Colour::Other);
            continue;
        }
        if low > frame.x.values[1] {
            let name = cut(&format!("above: {}", row.name), SMALL, right - left);
            canvas.text_on((right, base), &name, SMALL, Anchor::End, Colour::Other);
            continue;
        }
        let places = [low, high].map(|end| frame.x.place(end));
        for (end, place) in [low, high].into_iter().zip(places) {
            if frame.x.holds(end) {
                canvas.dashes((place, bottom), (place, middle), Colour::Other, 1.25);
            }
        }
        let [from, to] = places;
        canvas.line((from, middle), (to, middle), Colour::Other, 1.25);
        // Where there is no room at the right, at the left; where there is none at all, on the band.
        let (room_before, room_after) = (from - APART - left, right - to - APART);
        let needed = width_of(&row.name, SMALL);
        let (anchor, x, room) = if needed <= room_after {
            (Anchor::Start, to + APART, room_after)
        } else if needed <= room_before {
            (Anchor::End, from - APART, room_before)
        } else if to - from > room_before.max(room_after) {
            (Anchor::Middle, (from + to) / 2.0, to - from)
        } else if room_after >= room_before {
            (Anchor::Start, to + APART, room_after)
        } else {
            (Anchor::End, from - APART, room_before)
        };
        let name = cut(&row.name, SMALL, room);
        canvas.text_on((x, base), &name, SMALL, anchor, Colour::Other);
        canvas.tip((from - 4.0, bottom), (to + 4.0, middle), &row.name);
    }
}

/// The name of a figure's subject: its output, and the run where its name says more.
pub(super) fn subject(run: &str, shape: &Shape) -> String {
    format!("{} · {run}", shape.name)
}
