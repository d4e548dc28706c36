//! How the estimates of an output came to where they are: those of the first replicates alone, with the limits of their errors.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Colour, LABEL, SMALL};
use super::frame::{Frame, axis_words, brief, headline, subject};
use super::results::{Output, Step};
use crate::report::number::{ESTIMATE_DIGITS, count};

/// The panels, row by row: name in the tables and words.
const PANELS: [(&str, &str); 4] = [
    ("mean", "mean"),
    ("median", "median"),
    ("interval_low", "lower end of the interval"),
    ("interval_high", "upper end of the interval"),
];
const WIDTH: f64 = super::frame::SIZE.0;
const ABOVE: f64 = 44.0;
const BELOW: f64 = 20.0;
/// The height of a panel, and within it: left, right, top and bottom.
const PANEL: f64 = 136.0;
const MARGINS: [f64; 4] = [58.0, 14.0, 22.0, 26.0];

/// The figure; none where there are no steps.
pub(super) fn draw(run: &str, output: &Output) -> Option<String> {
    let panels: Vec<(&str, Vec<&Step>)> = PANELS
        .iter()
        .map(|&(name, words)| {
            let steps = output.steps.iter();
            let known = |step: &&Step| step.statistic == name && step.estimate.value.is_some();
            (words, steps.filter(known).collect::<Vec<_>>())
        })
        .filter(|panel| panel.1.len() > 1)
        .collect();
    let last = panels.first()?.1.last()?.trials;
    let mut canvas = Canvas::new(
        WIDTH,
        ABOVE + PANEL * panels.len().div_ceil(2) as f64 + BELOW,
    );
    let title = subject(run, &output.shape);
    let words = "estimates from the first replicates alone, with the 95 % limits of their error";
    headline(&mut canvas, &title, words);
    let mut factor = String::new();
    for (at, (name, steps)) in panels.iter().enumerate() {
        let corner = (
            WIDTH / 2.0 * (at % 2) as f64,
            ABOVE + PANEL * (at / 2) as f64,
        );
        factor = draw_panel(&mut canvas, corner, name, steps);
    }
    let unit = match output.shape.unit.as_str() {
        "1" => String::new(),
        unit => format!(", {unit}"),
    };
    let along = axis_words("trials", &factor, "");
    let below = format!(
        "{along} up to {}{unit}; dashed: the final number",
        count(last)
    );
    let at = (
        WIDTH / 2.0,
        ABOVE + PANEL * panels.len().div_ceil(2) as f64 + 8.0,
    );
    canvas.text(at, &below, LABEL, Anchor::Middle, Colour::Ink);
    Some(canvas.finish(&format!("Convergence of {title}"), words))
}

/// Both limits of the error of a step.
fn limits(step: &Step) -> [f64; 2] {
    let value = step.estimate.value.unwrap_or(0.0);
    [step.estimate.error_low, step.estimate.error_high].map(|limit| limit.unwrap_or(value))
}

/// Draws one of the numbers; what the labels of its trials are to be multiplied by.
fn draw_panel(canvas: &mut Canvas, (left, top): (f64, f64), name: &str, steps: &[&Step]) -> String {
    let value = |step: &Step| step.estimate.value.unwrap_or(0.0);
    let reached = steps.iter().flat_map(|step| limits(step));
    let (low, high) = reached.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), end| {
        (low.min(end), high.max(end))
    });
    // What does not move at all still has a scale.
    let padding = if high > low {
        0.06 * (high - low)
    } else if high == 0.0 {
        1.0
    } else {
        0.1 * high.abs()
    };
    let [before, after, above, below] = MARGINS;
    let trials = |step: &Step| step.trials as f64;
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        return String::new();
    };
    let frame = Frame {
        x: Axis {
            values: [0.0, trials(last)],
            places: [left + before, left + WIDTH / 2.0 - after],
            logarithmic: false,
        },
        y: Axis {
            values: [low - padding, high + padding],
            places: [top + PANEL - below, top + above],
            logarithmic: false,
        },
    };
    let place = |step: &Step, value: f64| (frame.x.place(trials(step)), frame.y.place(value));
    let ticks = frame.y.ticks(4, SMALL, false);
    for tick in &ticks.ticks {
        let [from, to] = frame.x.places;
        canvas.line((from, tick.at), (to, tick.at), Colour::Grid, 0.75);
        let at = (from - 6.0, tick.at + 0.35 * SMALL);
        canvas.text(at, &tick.label, SMALL, Anchor::End, Colour::Ink);
    }
    let upper = steps.iter().map(|step| place(step, limits(step)[1]));
    let lower = steps.iter().rev().map(|step| place(step, limits(step)[0]));
    canvas.area(&upper.chain(lower).collect::<Vec<_>>(), Colour::Strong);
    let end = frame.y.place(value(last));
    canvas.dashes(
        (frame.x.places[0], end),
        (frame.x.places[1], end),
        Colour::Ink,
        1.0,
    );
    let line: Vec<_> = steps.iter().map(|step| place(step, value(step))).collect();
    canvas.path(&line, Colour::Main, 1.5);
    for &at in &line {
        canvas.dot(at, 2.2, Colour::Main);
    }
    let along = frame.x.ticks(4, SMALL, true);
    frame.draw_x_ticks(canvas, &along, SMALL);
    let mut words = format!("{name}: {}", brief(&last.estimate, ESTIMATE_DIGITS));
    if !ticks.factor.is_empty() {
        words += &format!(" (axis {})", ticks.factor);
    }
    let at = (frame.x.places[0], top + 14.0);
    canvas.text(at, &words, LABEL, Anchor::Start, Colour::Ink);
    let mut from = place(first, low).0;
    for (at, step) in steps.iter().enumerate() {
        let here = frame.x.place(trials(step));
        let to = steps
            .get(at + 1)
            .map_or(here, |next| (here + frame.x.place(trials(next))) / 2.0);
        let told = format!(
            "{} trials: {}",
            count(step.trials),
            brief(&step.estimate, ESTIMATE_DIGITS)
        );
        canvas.tip((from, frame.base()), (to, frame.y.places[1]), &told);
        from = to;
    }
    along.factor
}
