//! What drives an output: indices as bars with their errors, and how far each input alone moves it.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Colour, LABEL, SMALL, cut};
use super::font::width_of;
use super::frame::{Frame, SIZE, axis_words_within, headline, subject};
use super::results::{Index, Output};
use crate::report::number::{ESTIMATE_DIGITS, estimate, rounded};

/// The measures that a figure can be of, the most telling first, with the words below its axis.
const MEASURES: &[(&str, &str)] = &[
    ("shapley", "Shapley effect: share of the variance"),
    (
        "sobol_total",
        "share of the variance: total (filled) and first-order (open) Sobol' index",
    ),
    (
        "sobol_first",
        "first-order Sobol' index: share of the variance",
    ),
    (
        "first_order_given_data",
        "first-order index: share of the variance",
    ),
    (
        "contribution_to_variance",
        "contribution to the variance of the ranks",
    ),
    ("spearman", "rank correlation"),
    ("pearson", "correlation"),
    ("src", "standardised regression coefficient"),
    ("srrc", "standardised regression coefficient of ranks"),
    ("pcc", "partial correlation"),
    ("prcc", "partial rank correlation"),
    ("borgonovo_delta", "Borgonovo's delta"),
    ("pawn", "PAWN index"),
    ("hsic_r2", "HSIC, normalised"),
    ("morris_mu_star", "mean absolute elementary effect, μ*"),
];
/// Beside the total index stands the first-order one.
const TOTAL: &str = "sobol_total";
const FIRST: &str = "sobol_first";
/// The noise floor.
const DUMMY: &str = "(dummy)";
/// The ends of a tornado.
const ENDS: [&str; 2] = ["tornado_low", "tornado_high"];
/// Inputs that are shown; the files hold them all.
const MOST: usize = 15;
/// The height of a row, and of a bar in it.
const ROW: f64 = 22.0;
const BAR: f64 = 13.0;
/// Above and below the rows.
const ABOVE: f64 = 50.0;
const BELOW: f64 = 46.0;
/// The widest that names may be.
const NAMES: f64 = 170.0;
/// Standard errors to both sides of a bar's end.
const WHISKER: f64 = 2.0;
/// Room at the right, and between names and bars.
const MARGIN: f64 = 18.0;
const GAP: f64 = 8.0;

/// The figure of the most telling measure that there is; none where there is none.
pub(super) fn draw(run: &str, output: &Output) -> Option<String> {
    let (measure, words, rows) = MEASURES.iter().find_map(|&(measure, words)| {
        let rows = ranked(output, measure);
        (!rows.is_empty()).then_some((measure, words, rows))
    })?;
    let shown = &rows[..rows.len().min(MOST)];
    let value = |index: &Index| index.estimate.value.unwrap_or(0.0);
    let whisker = |index: &Index| WHISKER * index.estimate.standard_error.unwrap_or(0.0);
    let first: Vec<Option<&Index>> = shown
        .iter()
        .map(|row| (measure == TOTAL).then(|| of_input(output, FIRST, &row.input))?)
        .collect();
    let floor = of_input(output, measure, DUMMY).map(|index| value(index).abs());
    let every = shown.iter().copied().chain(first.iter().copied().flatten());
    let (low, high) = every.fold((0.0_f64, floor.unwrap_or(0.0)), |(low, high), index| {
        (
            low.min(value(index) - whisker(index)),
            high.max(value(index) + whisker(index)),
        )
    });
    let names: Vec<&str> = shown.iter().map(|row| row.input.as_str()).collect();
    let span = if high > low { high - low } else { 1.0 };
    // Whiskers that reach a little below zero are no reason for a scale below it.
    let low = if low < -0.02 * span {
        low - 0.04 * span
    } else {
        0.0
    };
    let frame = frame(&names, [low, high + 0.06 * span]);
    let mut canvas = Canvas::new(SIZE.0, height(names.len()));
    let title = subject(run, &output.shape);
    let more = rows.len() - shown.len();
    let mut below = "what drives it".to_owned();
    if more > 0 {
        below += &format!(", the first {} of {} inputs", shown.len(), rows.len());
    }
    if shown.iter().any(|index| whisker(index) > 0.0) {
        below += &format!("; ends: ± {WHISKER} standard errors");
    }
    let floor = floor.filter(|&floor| floor > 0.0);
    if floor.is_some() {
        below += "; dashed: what noise alone reaches";
    }
    headline(&mut canvas, &title, &below);
    draw_names(&mut canvas, &frame, &names);
    let ticks = grid(&mut canvas, &frame);
    let zero = frame.x.place(0.0);
    for (at, index) in shown.iter().enumerate() {
        let middle = row_middle(at);
        let end = frame.x.place(value(index));
        canvas.rectangle(
            (zero, middle - BAR / 2.0),
            (end, middle + BAR / 2.0),
            Colour::Strong,
        );
        draw_whisker(&mut canvas, &frame, middle, value(index), whisker(index));
        let mut told = format!(
            "{}: {}",
            index.input,
            estimate(&index.estimate, ESTIMATE_DIGITS)
        );
        if let Some(first) = first[at] {
            canvas.ring((frame.x.place(value(first)), middle), 3.2, Colour::Main);
            told += &format!(
                " in all, {} alone",
                estimate(&first.estimate, ESTIMATE_DIGITS)
            );
        }
        let (left, right) = (frame.x.places[0], frame.x.places[1]);
        canvas.tip(
            (left, middle - ROW / 2.0),
            (right, middle + ROW / 2.0),
            &told,
        );
    }
    canvas.line((zero, ABOVE), (zero, frame.base()), Colour::Ink, 1.0);
    if let Some(floor) = floor {
        let x = frame.x.place(floor);
        canvas.dashes((x, ABOVE), (x, frame.base()), Colour::Faint, 1.0);
    }
    draw_words(&mut canvas, &frame, [words, &ticks, ""]);
    Some(canvas.finish(&format!("What drives {title}"), words))
}

/// The figure of what the output does when one input goes from its 5 % to its 95 % quantile; none where that was not asked for.
pub(super) fn draw_tornado(run: &str, output: &Output) -> Option<String> {
    let mut rows: Vec<(&str, [f64; 2])> = Vec::new();
    for low in output.indices.iter().filter(|row| row.measure == ENDS[0]) {
        let high = of_input(output, ENDS[1], &low.input)?;
        if let (Some(low_value), Some(high_value)) = (low.estimate.value, high.estimate.value) {
            rows.push((&low.input, [low_value, high_value]));
        }
    }
    if rows.is_empty() {
        return None;
    }
    let width = |row: &(&str, [f64; 2])| (row.1[1] - row.1[0]).abs();
    rows.sort_by(|one, other| width(other).total_cmp(&width(one)));
    rows.truncate(MOST);
    let names: Vec<&str> = rows.iter().map(|row| row.0).collect();
    let centre = output.statistic("at_medians").value;
    let ends = rows.iter().flat_map(|row| row.1).chain(centre);
    let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), end| {
        (low.min(end), high.max(end))
    });
    let span = if high > low {
        high - low
    } else {
        high.abs().max(1.0)
    };
    let frame = frame(&names, [low - 0.06 * span, high + 0.06 * span]);
    let mut canvas = Canvas::new(SIZE.0, height(names.len()));
    let title = subject(run, &output.shape);
    let below =
        "one input at its 5 % (open) and its 95 % quantile (filled), the others at their medians";
    headline(&mut canvas, &title, below);
    draw_names(&mut canvas, &frame, &names);
    let factor = grid(&mut canvas, &frame);
    if let Some(centre) = centre {
        let x = frame.x.place(centre);
        canvas.line((x, ABOVE), (x, frame.base()), Colour::Ink, 1.0);
    }
    for (at, (name, ends)) in rows.iter().enumerate() {
        let middle = row_middle(at);
        let [low, high] = ends.map(|end| frame.x.place(end));
        canvas.rectangle(
            (low, middle - BAR / 2.0),
            (high, middle + BAR / 2.0),
            Colour::Strong,
        );
        canvas.ring((low, middle), 3.5, Colour::Main);
        canvas.dot((high, middle), 4.0, Colour::Main);
        let told = format!(
            "{name}: {} to {}",
            rounded(ends[0], ESTIMATE_DIGITS),
            rounded(ends[1], ESTIMATE_DIGITS)
        );
        let (left, right) = (frame.x.places[0], frame.x.places[1]);
        canvas.tip(
            (left, middle - ROW / 2.0),
            (right, middle + ROW / 2.0),
            &told,
        );
    }
    let shape = &output.shape;
    draw_words(&mut canvas, &frame, [&shape.name, &factor, &shape.unit]);
    Some(canvas.finish(&format!("Tornado of {title}"), below))
}

/// The inputs of a measure, the strongest first.
fn ranked<'output>(output: &'output Output, measure: &str) -> Vec<&'output Index> {
    let rows = output.indices.iter();
    let mut rows: Vec<&Index> = rows
        .filter(|row| row.measure == measure && row.rank.is_some() && row.estimate.value.is_some())
        .collect();
    rows.sort_by_key(|row| row.rank);
    rows
}

fn of_input<'output>(
    output: &'output Output,
    measure: &str,
    input: &str,
) -> Option<&'output Index> {
    let mut rows = output.indices.iter();
    rows.find(|row| row.measure == measure && row.input == input)
}

fn height(rows: usize) -> f64 {
    ABOVE + ROW * rows as f64 + BELOW
}

fn row_middle(row: usize) -> f64 {
    ABOVE + ROW * (row as f64 + 0.5)
}

/// Axes beside names that are as wide as they need, within reason.
fn frame(names: &[&str], values: [f64; 2]) -> Frame {
    let widest = names
        .iter()
        .fold(0.0, |most: f64, name| most.max(width_of(name, LABEL)));
    let left = MARGIN + widest.clamp(40.0, NAMES) + GAP;
    Frame {
        x: Axis {
            values,
            places: [left, SIZE.0 - MARGIN],
            logarithmic: false,
        },
        y: Axis {
            values: [0.0, 1.0],
            places: [ABOVE + ROW * names.len() as f64, ABOVE],
            logarithmic: false,
        },
    }
}

fn draw_names(canvas: &mut Canvas, frame: &Frame, names: &[&str]) {
    for (at, name) in names.iter().enumerate() {
        let place = (frame.x.places[0] - GAP, row_middle(at) + 0.35 * LABEL);
        let name = cut(name, LABEL, frame.x.places[0] - GAP - MARGIN + 0.5);
        canvas.text(place, &name, LABEL, Anchor::End, Colour::Ink);
    }
}

/// The x axis with lines upward; what its labels are to be multiplied by.
fn grid(canvas: &mut Canvas, frame: &Frame) -> String {
    let ticks = frame.x.ticks(6, LABEL, true);
    for tick in ticks.ticks.iter().filter(|tick| !tick.label.is_empty()) {
        canvas.line(
            (tick.at, ABOVE),
            (tick.at, frame.base()),
            Colour::Grid,
            0.75,
        );
    }
    frame.draw_x_ticks(canvas, &ticks, LABEL);
    ticks.factor
}

/// Name, factor and unit below the axis.
fn draw_words(canvas: &mut Canvas, frame: &Frame, words: [&str; 3]) {
    let words = axis_words_within(words, SMALL, SIZE.0 - 2.0 * MARGIN);
    // Words may be wider than the bars.
    let half = width_of(&words, SMALL) / 2.0;
    let middle = (frame.x.places[0] + frame.x.places[1]) / 2.0;
    let middle = middle.min(SIZE.0 - MARGIN - half);
    canvas.text(
        (middle, frame.base() + 34.0),
        &words,
        SMALL,
        Anchor::Middle,
        Colour::Ink,
    );
}

/// A horizontal line of the error, with ends.
fn draw_whisker(canvas: &mut Canvas, frame: &Frame, middle: f64, value: f64, reach: f64) {
    const END: f64 = 3.5;
    let (low, high) = (frame.x.place(value - reach), frame.x.place(value + reach));
    canvas.line((low, middle), (high, middle), Colour::Ink, 1.0);
    for end in [low, high] {
        canvas.line((end, middle - END), (end, middle + END), Colour::Ink, 1.0);
    }
}
