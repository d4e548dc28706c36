//! The density of an output with its median and its interval; single values by their probability.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Colour, LABEL};
use super::frame::{
    Frame, View, axis_words_within, draw_median, draw_observed, headline, in_words, subject,
};
use super::results::{Output, Shape};
use crate::kernel::log10;
use crate::report::number::rounded;
use crate::statistic::distribution::Portion;

/// Room above the highest point.
const HEADROOM: f64 = 1.12;
/// More room at the right, where there is an axis.
const RIGHT_AXIS: f64 = 42.0;
/// Widths in the range that are too narrow to be seen.
const NARROW: f64 = 200.0;
/// The share of what is drawn as an area that counts as its top, and how many times as high as its foot the top may be: where a density
/// grows without bound towards an end, the rest would lie flat on the axis.
const TOP: f64 = 0.2;
const STEEP: f64 = 4.0;
/// How far up a density that is too steep is drawn, from the foot of its top.
const CUT: f64 = 1.5;
/// Stems that still have heads.
const WITH_HEADS: usize = 60;

/// The ends of a piece with its middle between them, and its density.
type Piece = (f64, f64, f64, f64);

/// A line through the middles of pieces, from nothing to nothing. At an end it goes on as it came: straight down from a uniform
/// distribution, to a point at the end of a triangular one.
fn line(pieces: &[Piece]) -> Vec<(f64, f64)> {
    /// The highest that an end may be over its piece.
    const HIGHEST: f64 = 1.5;
    let at_end = |end: f64, own: Option<&Piece>, next: Option<&Piece>| {
        let Some(&(_, middle, _, height)) = own else {
            return 0.0;
        };
        let further = next.map_or(height, |&(_, next_middle, _, next_height)| {
            let slope = (next_height - height) / (next_middle - middle);
            slope.mul_add(end - middle, height)
        });
        further.clamp(0.0, HIGHEST * height)
    };
    let count = pieces.len();
    let low = pieces.first().map_or(0.0, |piece| piece.0);
    let high = pieces.last().map_or(0.0, |piece| piece.2);
    let first = at_end(low, pieces.first(), pieces.get(1));
    let last = at_end(
        high,
        pieces.last(),
        count.checked_sub(2).map(|at| &pieces[at]),
    );
    let mut points = vec![(low, 0.0), (low, first)];
    points.extend(
        pieces
            .iter()
            .map(|&(_, middle, _, height)| (middle, height)),
    );
    points.extend([(high, last), (high, 0.0)]);
    points
}

/// A density as lines, and single values with their probabilities.
#[derive(Debug)]
pub(super) struct Curve {
    /// Each a stretch without gaps: values with densities, from 0 to 0.
    stretches: Vec<Vec<(f64, f64)>>,
    atoms: Vec<(f64, f64)>,
    /// Where it is cut off, if it is too steep to be drawn whole.
    cut: Option<f64>,
}

/// Where a density is cut off, from the heights and shares of its pieces, stretch by stretch; `None` where it need not be, or where it
/// is highest between the ends of a stretch, which should be seen.
fn cut(stretches: &[Vec<(f64, f64)>]) -> Option<f64> {
    let ends = stretches
        .iter()
        .flat_map(|stretch| stretch.first().into_iter().chain(stretch.last()));
    let highest = ends.fold(0.0, |most: f64, end| most.max(end.0));
    let mut pieces: Vec<(f64, f64)> = stretches.concat();
    if pieces.iter().any(|piece| piece.0 > highest) {
        return None;
    }
    pieces.sort_unstable_by(|one, other| other.0.total_cmp(&one.0));
    let mut left = TOP * pieces.iter().map(|piece| piece.1).sum::<f64>();
    let foot = pieces.iter().find(|piece| {
        left -= piece.1;
        left <= 0.0
    })?;
    (highest > STEEP * foot.0).then_some(CUT * foot.0)
}

impl Curve {
    /// The density per unit, or per decade; what is outside the range is left out.
    pub(super) fn of(portions: &[Portion], view: &View) -> Curve {
        let mut curve = Curve {
            stretches: Vec::new(),
            atoms: Vec::new(),
            cut: None,
        };
        let mut heights: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut pieces: Vec<Vec<Piece>> = Vec::new();
        let mut end = None;
        for (at, portion) in portions.iter().enumerate() {
            let share = portion.share.value.unwrap_or(0.0);
            let (low, high) = (portion.low, portion.high);
            // What stands alone and is too narrow to be seen is drawn like a single value.
            let touches =
                |other: &Portion, end: f64, start: f64| other.low < other.high && end == start;
            let before = at.checked_sub(1).map(|at| &portions[at]);
            let alone = !before.is_some_and(|other| touches(other, other.high, low))
                && !portions
                    .get(at + 1)
                    .is_some_and(|other| touches(other, high, other.low));
            let too_narrow = NARROW * (high - low) < view.values[1] - view.values[0];
            if low == high || (alone && too_narrow && !view.logarithmic) {
                if view.values[0] <= low && high <= view.values[1] {
                    curve.atoms.push((low + (high - low) / 2.0, share));
                }
                continue;
            }
            let (width, middle) = if view.logarithmic {
                (log10(high / low), (low * high).sqrt())
            } else {
                (high - low, low + (high - low) / 2.0)
            };
            let height = share / width;
            if high < view.values[0] || low > view.values[1] || !height.is_finite() {
                continue;
            }
            let piece = (low, middle, high, height);
            match pieces.last_mut() {
                Some(stretch) if end == Some(low) => stretch.push(piece),
                _ => {
                    pieces.push(vec![piece]);
                    heights.push(Vec::new());
                }
            }
            if let Some(stretch) = heights.last_mut() {
                stretch.push((height, share));
            }
            end = Some(high);
        }
        curve.stretches = pieces.iter().map(|stretch| line(stretch)).collect();
        curve.cut = cut(&heights);
        curve
    }

    /// Whether it is higher than it is drawn.
    pub(super) fn is_cut(&self) -> bool {
        self.cut.is_some()
    }

    /// How far up it is drawn.
    pub(super) fn highest(&self) -> f64 {
        let points = self.stretches.iter().flatten();
        self.cut
            .unwrap_or_else(|| points.fold(0.0, |most, point| most.max(point.1)))
    }

    pub(super) fn most_probable(&self) -> f64 {
        self.atoms.iter().fold(0.0, |most, atom| most.max(atom.1))
    }

    /// Draws the area and its outline; `strong`: the range of values that stands out.
    pub(super) fn draw(
        &self,
        canvas: &mut Canvas,
        frame: &Frame,
        stems: &Axis,
        strong: Option<[f64; 2]>,
    ) {
        for stretch in &self.stretches {
            let points: Vec<(f64, f64)> = stretch
                .iter()
                .map(|&(value, height)| (frame.x.place(value), frame.y.place(height)))
                .collect();
            canvas.area(&points, Colour::Area);
            if let Some(ends) = strong {
                let [low, high] = ends.map(|end| frame.x.place(end));
                let inside = between(&points, low, high, frame.base());
                if inside.len() > 2 {
                    canvas.area(&inside, Colour::Strong);
                }
            }
            canvas.path(&points, Colour::Main, 1.5);
        }
        for &(value, probability) in &self.atoms {
            let (x, top) = (frame.x.place(value), stems.place(probability));
            let inside = strong.is_none_or(|[low, high]| low <= value && value <= high);
            let colour = if inside { Colour::Main } else { Colour::Strong };
            let many = self.atoms.len() > WITH_HEADS;
            canvas.line(
                (x, frame.base()),
                (x, top),
                colour,
                if many { 1.0 } else { 2.5 },
            );
            if !many {
                canvas.dot((x, top), 3.0, colour);
            }
        }
    }
}

/// The part of a polygon's upper line between two places, closed at the base.
fn between(points: &[(f64, f64)], low: f64, high: f64, base: f64) -> Vec<(f64, f64)> {
    let mut inside = Vec::new();
    for pair in points.windows(2) {
        let [(x, y), (next_x, next_y)] = [pair[0], pair[1]];
        let height = |place: f64| y + (next_y - y) * (place - x) / (next_x - x);
        let (from, to) = (x.max(low), next_x.min(high));
        if from > to {
            continue;
        }
        if x == next_x {
            inside.extend([(x, y), (x, next_y)]);
        } else {
            inside.extend([(from, height(from)), (to, height(to))]);
        }
    }
    if let (Some(&first), Some(&last)) = (inside.first(), inside.last()) {
        inside.insert(0, (first.0, base));
        inside.push((last.0, base));
    }
    inside.dedup();
    inside
}

/// The figure; none where it is not known how the output is distributed.
pub(super) fn draw(run: &str, output: &Output) -> Option<String> {
    let shape = &output.shape;
    let portions = &shape.portions;
    if portions.is_empty() {
        return None;
    }
    let view = View::of(portions, &output.observed);
    let curve = Curve::of(portions, &view);
    let mixed = !curve.stretches.is_empty() && !curve.atoms.is_empty();
    let highest = if curve.stretches.is_empty() {
        curve.most_probable()
    } else {
        curve.highest()
    };
    let right = if mixed { RIGHT_AXIS } else { 0.0 };
    let (mut canvas, frame) = Frame::whole(&view, HEADROOM * highest, right, &output.observed);
    let stems = Axis {
        values: [0.0, HEADROOM * curve.most_probable()],
        ..frame.y
    };
    let (title, words) = (subject(run, shape), in_words(output));
    headline(&mut canvas, &title, &words);
    frame.draw_y(&mut canvas, density_words(&curve, &view));
    let interval = output.interval().map(|end| end.value);
    let strong = match interval {
        [Some(low), Some(high)] => Some([low, high]),
        _ => None,
    };
    curve.draw(&mut canvas, &frame, &stems, strong);
    if mixed {
        draw_right(&mut canvas, &frame, &stems);
    }
    draw_median(&mut canvas, &frame, output);
    draw_observed(&mut canvas, &frame, &output.observed);
    frame.draw_x(&mut canvas, &shape.name, &shape.unit);
    frame.draw_outside(&mut canvas, &view);
    draw_tips(&mut canvas, &frame, shape, &view);
    Some(canvas.finish(&format!("Density of {title}"), &words))
}

fn density_words(curve: &Curve, view: &View) -> &'static str {
    match (curve.stretches.is_empty(), view.logarithmic, curve.cut) {
        (true, _, _) => "probability",
        (false, true, None) => "density per decade",
        (false, true, Some(_)) => "density per decade, cut off at the top",
        (false, false, None) => "density",
        (false, false, Some(_)) => "density, cut off at the top",
    }
}

/// The axis of the single values, at the right.
fn draw_right(canvas: &mut Canvas, frame: &Frame, stems: &Axis) {
    let right = frame.x.places[1];
    let [bottom, top] = frame.y.places;
    canvas.line((right, bottom), (right, top), Colour::Ink, 1.0);
    let ticks = stems.ticks(4, LABEL, false);
    for tick in &ticks.ticks {
        canvas.line((right, tick.at), (right + 4.5, tick.at), Colour::Ink, 1.0);
        let at = (right + 7.0, tick.at + 0.35 * LABEL);
        canvas.text(at, &tick.label, LABEL, Anchor::Start, Colour::Ink);
    }
    let words = ["probability of single values", &ticks.factor, ""];
    let words = axis_words_within(words, LABEL, bottom - top);
    canvas.text_upward(
        (right + 40.0, (bottom + top) / 2.0),
        &words,
        LABEL,
        Colour::Ink,
    );
}

/// What a pointer is told of each piece.
pub(super) fn draw_tips(canvas: &mut Canvas, frame: &Frame, shape: &Shape, view: &View) {
    const DIGITS: i32 = 4;
    let unit = if shape.unit == "1" {
        String::new()
    } else {
        format!(" {}", shape.unit)
    };
    for portion in &shape.portions {
        if portion.high < view.values[0] || portion.low > view.values[1] {
            continue;
        }
        let per_cent = |share: Option<f64>| rounded(100.0 * share.unwrap_or(0.0), 3);
        let value = if portion.low == portion.high {
            rounded(portion.low, DIGITS)
        } else {
            format!(
                "{} to {}",
                rounded(portion.low, DIGITS),
                rounded(portion.high, DIGITS)
            )
        };
        let (share, up_to) = (per_cent(portion.share.value), per_cent(portion.up_to.value));
        let told = format!("{value}{unit}: {share} %; {up_to} % up to here");
        let [low, high] = [portion.low, portion.high].map(|end| frame.x.place(end));
        let half = if low == high { 3.0 } else { 0.0 };
        canvas.tip(
            (low - half, frame.base()),
            (high + half, frame.y.places[1]),
            &told,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces of equal share of a quantile function: heights and shares.
    fn pieces(quantile: impl Fn(f64) -> f64) -> [Vec<(f64, f64)>; 1] {
        const PIECES: u32 = 1000;
        let edge = |at: u32| quantile(f64::from(at) / f64::from(PIECES));
        let share = 1.0 / f64::from(PIECES);
        let piece = |at| (share / (edge(at + 1) - edge(at)), share);
        [(0..PIECES).map(piece).collect()]
    }

    #[test]
    fn only_what_grows_without_bound_is_cut_off() {
        assert_eq!(cut(&[]), None);
        assert_eq!(cut(&pieces(|u| u)), None);
        // Triangular, and what falls from its highest point as a square does.
        assert_eq!(cut(&pieces(f64::sqrt)), None);
        assert_eq!(cut(&pieces(|u| 1.0 - (1.0 - u).cbrt())), None);
        // A narrow mode between broad shoulders is seen whole.
        let narrow = vec![(1.0, 0.45), (100.0, 0.1), (1.0, 0.45)];
        assert_eq!(cut(&[narrow]), None);
        // 1 / √x: a fifth of it lies below 0.04, where it is 2.5.
        let found = cut(&pieces(|u| u * u)).expect("a cut");
        assert!((found / (CUT * 2.5) - 1.0).abs() < 0.01, "{found}");
    }
}
