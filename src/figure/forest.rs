//! Several results below one another: medians with intervals, of runs and of differences between alternatives.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Colour, LABEL, SMALL, TITLE, cut, cut_inside};
use super::font::width_of;
use super::frame::{Frame, SIZE, axis_words_within, brief, brief_interval};
use super::results::{Output, Pair, Run};
use crate::kernel::{exp, ln};
use crate::report::label;
use crate::report::number::{ESTIMATE_DIGITS, probability};
use crate::statistic::Estimate;

const ROW: f64 = 20.0;
const ABOVE: f64 = 62.0;
const BELOW: f64 = 46.0;
const MARGIN: f64 = 18.0;
const GAP: f64 = 10.0;
/// A forest is wider than other figures: its numbers stand beside it.
const WIDTH: f64 = 1.4 * SIZE.0;
/// The widest that names may be.
const NAMES: f64 = 220.0;
/// Lines that are shown; the files hold them all.
const MOST: usize = 60;

/// From this ratio of its ends on, a scale is logarithmic.
const MAGNITUDES: f64 = 100.0;

/// A line of a forest.
struct Line {
    name: String,
    median: Estimate,
    ends: [Estimate; 2],
    /// What stands at the right, a text a column.
    columns: Vec<String>,
}

/// The words around a forest.
struct Words<'a> {
    title: String,
    below: String,
    /// Above the columns at the right.
    columns: &'a [&'a str],
    axis: &'a str,
    unit: &'a str,
}

/// One figure an output that several runs have in one unit: its name, that of the file, and the figure.
pub(super) fn of_runs(runs: &[Run]) -> Vec<(String, String, String)> {
    let mut groups: Vec<(&Output, Vec<Line>)> = Vec::new();
    for run in runs {
        for output in &run.outputs {
            let line = Line {
                name: label(&run.scenario, &run.variant),
                median: output.statistic("median"),
                ends: output.interval(),
                columns: vec![numbers(&output.statistic("median"), &output.interval())],
            };
            let same = |group: &&mut (&Output, Vec<Line>)| {
                let shape = &group.0.shape;
                shape.name == output.shape.name && shape.unit == output.shape.unit
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.1.push(line),
                None => groups.push((output, vec![line])),
            }
        }
    }
    groups.retain(|group| group.1.len() > 1);
    let drawn = groups.iter().map(|(output, lines)| {
        let shape = &output.shape;
        let words = Words {
            title: shape.name.clone(),
            below: format!("median and {} interval", output.level()),
            columns: &["median [interval]"],
            axis: &shape.name,
            unit: &shape.unit,
        };
        // Where several units have a figure, each says its own.
        let mut named = groups
            .iter()
            .filter(|group| group.0.shape.name == shape.name);
        let file = if named.nth(1).is_some() {
            format!("{}.{}", shape.name, shape.unit)
        } else {
            shape.name.clone()
        };
        (shape.name.clone(), file, draw(lines, &words, false))
    });
    drawn.collect()
}

/// One figure an output that was compared.
pub(super) fn of_pairs(pairs: &[Pair]) -> Vec<(String, String)> {
    // The scenario is named where there are several, the baseline where it is not always the same one.
    let scenario = |label: &str| label.split(" / ").next().unwrap_or_default().to_owned();
    let labels = || pairs.iter().flat_map(|pair| [&pair.a, &pair.b]);
    let Some(first) = pairs.first() else {
        return Vec::new();
    };
    let of_one = labels().all(|label| scenario(label) == scenario(&first.a));
    let one_baseline = pairs.iter().all(|pair| pair.b == first.b);
    let short = |label: &str| match label.split_once(" / ") {
        Some((_, variant)) if of_one => variant.to_owned(),
        None if of_one => crate::report::BASE.to_owned(),
        _ => label.to_owned(),
    };
    let mut groups: Vec<(&Pair, Vec<Line>)> = Vec::new();
    for pair in pairs {
        let line = Line {
            name: if one_baseline {
                short(&pair.a)
            } else {
                format!("{} − {}", short(&pair.a), short(&pair.b))
            },
            median: pair.median,
            ends: pair.interval,
            columns: vec![
                numbers(&pair.median, &pair.interval),
                probability(&pair.below, 3),
            ],
        };
        match groups
            .iter_mut()
            .find(|group| group.0.output == pair.output)
        {
            Some(group) => group.1.push(line),
            None => groups.push((pair, vec![line])),
        }
    }
    let drawn = groups.into_iter().map(|(pair, lines)| {
        let axis = format!("difference of {}", pair.output);
        let title = if one_baseline {
            format!("{} less that of {}", pair.output, short(&first.b))
        } else {
            axis.clone()
        };
        let words = Words {
            title,
            below: "median and interval of the difference, trial by trial".to_owned(),
            columns: &[
                "median [interval]",
                if one_baseline {
                    "P(lower)"
                } else {
                    "P(first is lower)"
                },
            ],
            axis: &axis,
            unit: &pair.unit,
        };
        (pair.output.clone(), draw(&lines, &words, true))
    });
    drawn.collect()
}

/// Median and interval; the one number where they are the same.
fn numbers(median: &Estimate, ends: &[Estimate; 2]) -> String {
    let is_one = |end: &Estimate| end.value == median.value && end.standard_error == Some(0.0);
    if ends.iter().all(is_one) {
        brief(median, ESTIMATE_DIGITS)
    } else {
        format!(
            "{} {}",
            brief(median, ESTIMATE_DIGITS),
            brief_interval(ends, ESTIMATE_DIGITS)
        )
    }
}

/// `zero`: the scale has a zero, which is drawn.
fn draw(every: &[Line], words: &Words, zero: bool) -> String {
    let lines = &every[..every.len().min(MOST)];
    let mut below = words.below.clone();
    if lines.len() < every.len() {
        below += &format!("; the first {} of {}", lines.len(), every.len());
    }
    let known = lines
        .iter()
        .flat_map(|line| [line.ends[0], line.median, line.ends[1]]);
    let known = known.filter_map(|estimate| estimate.value);
    let start = if zero {
        (0.0, 0.0)
    } else {
        (f64::INFINITY, f64::NEG_INFINITY)
    };
    let (low, high) = known.fold(start, |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let logarithmic = low > 0.0 && high / low >= MAGNITUDES;
    let values = if logarithmic {
        let padding = exp(0.04 * ln(high / low));
        [low / padding, high * padding]
    } else if high > low {
        let padding = 0.04 * (high - low);
        // Where zero is near, the scale begins there.
        let least = if (0.0..0.3 * high).contains(&low) && !zero {
            0.0
        } else {
            low - padding
        };
        [least, high + padding]
    } else if low.is_finite() {
        let padding = 0.1 * low.abs().max(f64::MIN_POSITIVE);
        [low - padding, high + padding]
    } else {
        [0.0, 1.0]
    };
    let widest = |texts: &mut dyn Iterator<Item = &str>, size: f64| {
        texts.fold(0.0, |most: f64, text| most.max(width_of(text, size)))
    };
    let names = widest(&mut lines.iter().map(|line| line.name.as_str()), LABEL).min(NAMES);
    // The columns at the right, each as wide as it needs, by their right ends.
    let mut ends = Vec::new();
    let mut right = 0.0;
    for (column, heading) in words.columns.iter().enumerate().rev() {
        ends.push((column, WIDTH - MARGIN - right));
        let texts = &mut lines.iter().map(|line| line.columns[column].as_str());
        right += widest(texts, SMALL).max(width_of(heading, SMALL)) + GAP;
    }
    let bottom = ABOVE + ROW * lines.len() as f64;
    let frame = Frame {
        x: Axis {
            values,
            places: [MARGIN + names + GAP, WIDTH - MARGIN - right],
            logarithmic,
        },
        y: Axis {
            values: [0.0, 1.0],
            places: [bottom, ABOVE],
            logarithmic: false,
        },
    };
    let mut canvas = Canvas::new(WIDTH, bottom + BELOW);
    let room = WIDTH - 2.0 * MARGIN;
    canvas.text(
        (MARGIN, 19.0),
        &cut(&words.title, TITLE, room),
        TITLE,
        Anchor::Start,
        Colour::Ink,
    );
    canvas.text((MARGIN, 35.0), &below, LABEL, Anchor::Start, Colour::Faint);
    let ticks = frame.x.ticks(6, LABEL, true);
    for tick in ticks.ticks.iter().filter(|tick| !tick.label.is_empty()) {
        canvas.line((tick.at, ABOVE), (tick.at, bottom), Colour::Grid, 0.75);
    }
    frame.draw_x_ticks(&mut canvas, &ticks, LABEL);
    if zero {
        let x = frame.x.place(0.0);
        canvas.line((x, ABOVE), (x, bottom), Colour::Ink, 1.0);
    }
    for &(column, end) in &ends {
        canvas.text(
            (end, ABOVE - 8.0),
            words.columns[column],
            SMALL,
            Anchor::End,
            Colour::Faint,
        );
    }
    for (at, line) in lines.iter().enumerate() {
        let middle = ABOVE + ROW * (at as f64 + 0.5);
        let base = middle + 0.35 * LABEL;
        let name = cut_inside(&line.name, LABEL, names + 0.5);
        canvas.text(
            (frame.x.places[0] - GAP, base),
            &name,
            LABEL,
            Anchor::End,
            Colour::Ink,
        );
        for &(column, end) in &ends {
            let text = &line.columns[column];
            canvas.text((end, base), text, SMALL, Anchor::End, Colour::Ink);
        }
        if let [Some(low), Some(high)] = line.ends.map(|end| end.value) {
            let (low, high) = (frame.x.place(low), frame.x.place(high));
            canvas.line((low, middle), (high, middle), Colour::Main, 2.0);
            for end in [low, high] {
                canvas.line((end, middle - 4.0), (end, middle + 4.0), Colour::Main, 1.5);
            }
        }
        if let Some(median) = line.median.value {
            canvas.dot((frame.x.place(median), middle), 4.0, Colour::Main);
        }
        let told = format!("{}: {}", line.name, line.columns.join(", "));
        canvas.tip(
            (MARGIN, middle - ROW / 2.0),
            (WIDTH - MARGIN, middle + ROW / 2.0),
            &told,
        );
    }
    let text = [words.axis, &ticks.factor, words.unit];
    let text = axis_words_within(text, LABEL, WIDTH - 2.0 * MARGIN);
    let middle = (frame.x.places[0] + frame.x.places[1]) / 2.0;
    canvas.text(
        (middle, bottom + 34.0),
        &text,
        LABEL,
        Anchor::Middle,
        Colour::Ink,
    );
    canvas.finish(&words.title, &below)
}
