//! The cumulative distribution of an output, with its Monte Carlo error and what was observed.

use super::canvas::Colour;
use super::density::draw_tips;
use super::frame::{Frame, View, draw_observed, headline, in_words, subject};
use super::results::Output;
use crate::report::number::bound;
use crate::statistic::distribution::share_below;

/// Standard errors to both sides of the band.
const BAND: f64 = 2.0;

/// The figure; none where it is not known how the output is distributed.
pub(super) fn draw(run: &str, output: &Output) -> Option<String> {
    let shape = &output.shape;
    let portions = &shape.portions;
    if portions.is_empty() {
        return None;
    }
    let view = View::of(portions, &output.observed);
    let (mut canvas, frame) = Frame::whole(&view, 100.0, 0.0, &output.observed);
    let (title, words) = (subject(run, shape), in_words(output));
    headline(&mut canvas, &title, &words);
    frame.draw_y(&mut canvas, "trials at or below (%)");
    let first = portions[0].up_to.value.unwrap_or(0.0) - portions[0].share.value.unwrap_or(0.0);
    // Value, share, and its standard error: a rise within each piece, a step at a single value, level where there is nothing.
    let mut steps = vec![(view.values[0], first, 0.0), (portions[0].low, first, 0.0)];
    let mut widest = 0.0_f64;
    let end = view.values[1];
    for portion in portions.iter().filter(|portion| portion.low < end) {
        let (share, error) = (
            portion.up_to.value.unwrap_or(0.0),
            portion.up_to.standard_error.unwrap_or(0.0),
        );
        if let Some(&(_, before, error_before)) = steps.last() {
            steps.push((portion.low, before, error_before));
        }
        // What is cut off at the end of the axis does not rise there.
        steps.push(if portion.high > end {
            (end, share_below(portions, end), error)
        } else {
            (portion.high, share, error)
        });
        widest = widest.max(error);
    }
    if let Some(&(_, last, error)) = steps.last() {
        steps.push((end, last, error));
    }
    let line = |shift: f64| -> Vec<(f64, f64)> {
        let points = steps.iter().map(|&(value, share, error)| {
            let share = (shift.mul_add(error, share)).clamp(0.0, 1.0);
            (frame.x.place(value), frame.y.place(100.0 * share))
        });
        let mut points: Vec<_> = points.collect();
        points.dedup();
        points
    };
    let band: Vec<_> = line(BAND)
        .into_iter()
        .chain(line(-BAND).into_iter().rev())
        .collect();
    canvas.area(&band, Colour::Strong);
    canvas.path(&line(0.0), Colour::Main, 1.5);
    if portions.len() > 1 {
        let [low, high] = output.interval();
        for end in [low, output.statistic("median"), high] {
            let Some(value) = end.value.filter(|&value| frame.x.holds(value)) else {
                continue;
            };
            let at = (
                frame.x.place(value),
                frame.y.place(100.0 * share_below(portions, value)),
            );
            canvas.dashes((at.0, frame.base()), at, Colour::Ink, 1.0);
            canvas.dot(at, 3.0, Colour::Ink);
        }
    }
    draw_observed(&mut canvas, &frame, &output.observed);
    if widest > 0.0 {
        let words = format!(
            "band: ± {BAND} standard errors, at most ± {} %",
            bound(100.0 * BAND * widest)
        );
        frame.draw_foot(&mut canvas, &words);
    }
    frame.draw_x(&mut canvas, &shape.name, &shape.unit);
    draw_tips(&mut canvas, &frame, shape, &view);
    Some(canvas.finish(&format!("Cumulative distribution of {title}"), &words))
}
