//! The inputs as small multiples: the density of each, or its values with their probabilities.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Colour, LABEL, SMALL, TITLE, cut};
use super::density::Curve;
use super::frame::{Frame, View, axis_words_within};
use super::results::{Run, Shape};
use crate::report::label;
use crate::report::number::rounded;
use crate::statistic::distribution::quantile;

/// Pictures beside one another, and the size of each.
const BESIDE: usize = 3;
const CELL: (f64, f64) = (224.0, 128.0);
const ABOVE: f64 = 42.0;
/// Within a cell: left and right, top, bottom.
const MARGIN: f64 = 14.0;
const TOP: f64 = 36.0;
const BOTTOM: f64 = 24.0;
/// Size of the labels at the marks.
const MARKS: f64 = 9.0;

/// The figure; none where no input is uncertain.
pub(super) fn draw(run: &Run) -> Option<String> {
    let beside = BESIDE.min(run.inputs.len());
    if beside == 0 {
        return None;
    }
    let rows = run.inputs.len().div_ceil(BESIDE);
    // Wide enough for the words above.
    let width = CELL.0 * beside.max(2) as f64;
    let mut canvas = Canvas::new(width, ABOVE + CELL.1 * rows as f64);
    let title = format!("Inputs · {}", label(&run.scenario, &run.variant));
    let room = width - 2.0 * MARGIN;
    let words = cut(&title, TITLE, room);
    canvas.text((MARGIN, 19.0), &words, TITLE, Anchor::Start, Colour::Ink);
    if let Some(first) = &run.as_in {
        let words = format!("only those that are distributed otherwise than in {first}");
        let words = cut(&words, LABEL, room);
        canvas.text((MARGIN, 34.0), &words, LABEL, Anchor::Start, Colour::Faint);
    }
    for (at, input) in run.inputs.iter().enumerate() {
        let corner = (
            CELL.0 * (at % BESIDE) as f64,
            ABOVE + CELL.1 * (at / BESIDE) as f64,
        );
        draw_one(&mut canvas, corner, input);
    }
    let description = "the density of each input, its median, and its middle 95 %";
    Some(canvas.finish(&title, description))
}

/// Each input as a picture of its own, by its name: the same small ones, without the words above.
pub(super) fn draw_apart(run: &Run) -> Vec<(String, String)> {
    let draw = |input: &Shape| {
        let mut canvas = Canvas::new(CELL.0, CELL.1);
        draw_one(&mut canvas, (0.0, 0.0), input);
        let description = "its density, its median, and its middle 95 %";
        (input.name.clone(), canvas.finish(&input.name, description))
    };
    run.inputs.iter().map(draw).collect()
}

fn draw_one(canvas: &mut Canvas, (left, top): (f64, f64), input: &Shape) {
    let view = View::of(&input.portions, &[]);
    let curve = Curve::of(&input.portions, &view);
    let y = |highest: f64| Axis {
        values: [0.0, if highest > 0.0 { 1.08 * highest } else { 1.0 }],
        places: [top + CELL.1 - BOTTOM, top + TOP],
        logarithmic: false,
    };
    let frame = Frame {
        x: Axis {
            values: view.values,
            places: [left + MARGIN, left + CELL.0 - MARGIN],
            logarithmic: view.logarithmic,
        },
        y: y(curve.highest()),
    };
    let [low, median, high] = [0.025, 0.5, 0.975].map(|p| quantile(&input.portions, p));
    curve.draw(canvas, &frame, &y(curve.most_probable()), Some([low, high]));
    let x = frame.x.place(median);
    canvas.line((x, frame.base()), (x, frame.y.places[1]), Colour::Ink, 1.0);
    let ticks = frame.x.ticks(5, MARKS, true);
    frame.draw_x_ticks(canvas, &ticks, MARKS);
    let room = CELL.0 - 2.0 * MARGIN;
    let name = axis_words_within([&input.name, &ticks.factor, &input.unit], LABEL, room);
    canvas.text(
        (left + MARGIN, top + 12.0),
        &name,
        LABEL,
        Anchor::Start,
        Colour::Ink,
    );
    // What is left of roundings at zero is zero.
    let spans_zero = low < 0.0 && high > 0.0;
    let near_zero = |value: f64| spans_zero && value.abs() <= 1e-9 * (high - low);
    // In what the labels of the axis are in: the name above says it of both.
    let [low, median, high] = [low, median, high].map(|value| {
        if near_zero(value) {
            0.0
        } else {
            value / ticks.multiplier
        }
    });
    let words = format!(
        "{} [{}, {}]{}",
        rounded(median, 3),
        rounded(low, 3),
        rounded(high, 3),
        if curve.is_cut() {
            ", cut off at the top"
        } else {
            ""
        }
    );
    canvas.text(
        (left + MARGIN, top + 26.0),
        &cut(&words, SMALL, room),
        SMALL,
        Anchor::Start,
        Colour::Faint,
    );
}
