//! A picture as SVG: shapes and text at fixed decimals, so that the same numbers give the same bytes.
//!
//! Colours stand as attributes, which every viewer and printer knows, and as classes, which a page may give another colour by night.

use super::font::width_of;
use crate::report::text::plain;
use std::fmt::Write as _;

/// A colour by what it is for; the hues are told apart by every kind of colour vision (M. Okabe & K. Ito, "Color Universal Design",
/// 2008).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    /// Text and axes.
    Ink,
    /// What stands back: notes, minor lines.
    Faint,
    /// Lines of a grid.
    Grid,
    /// What the figure is about.
    Main,
    /// The same, as a light area.
    Area,
    /// The same, as an area that stands out of the light one.
    Strong,
    /// What it is held against.
    Other,
}

impl Colour {
    fn hexadecimal(self) -> &'static str {
        match self {
            Colour::Ink => "#1a1a1a",
            Colour::Faint => "#6b6b6b",
            Colour::Grid => "#e2e2e2",
            Colour::Main => "#0072b2",
            Colour::Area => "#d6e9f5",
            Colour::Strong => "#8fc3e3",
            Colour::Other => "#d55e00",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Colour::Ink => "ink",
            Colour::Faint => "faint",
            Colour::Grid => "grid",
            Colour::Main => "main",
            Colour::Area => "area",
            Colour::Strong => "strong",
            Colour::Other => "other",
        }
    }
}

/// Where a text stands relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Sizes of text, in pixels of 1/96 inch.
pub(super) const TITLE: f64 = 13.0;
/// Likewise.
pub(super) const LABEL: f64 = 11.0;
/// Likewise.
pub(super) const SMALL: f64 = 10.0;

/// Texts narrower than this have room around them.
const FREE_WIDTH: f64 = 60.0;

/// What is drawn so far.
#[derive(Debug)]
pub(super) struct Canvas {
    width: f64,
    height: f64,
    body: String,
}

impl Canvas {
    /// An empty picture, in pixels of 1/96 inch.
    pub(super) fn new(width: f64, height: f64) -> Self {
        Canvas {
            width,
            height,
            body: String::new(),
        }
    }

    /// A straight line.
    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: Colour, width: f64) {
        self.stroke_line(from, to, colour, width, "");
    }

    /// A straight line of dashes.
    pub(super) fn dashes(&mut self, from: (f64, f64), to: (f64, f64), colour: Colour, width: f64) {
        self.stroke_line(from, to, colour, width, " stroke-dasharray=\"5 3\"");
    }

    fn stroke_line(
        &mut self,
        from: (f64, f64),
        to: (f64, f64),
        colour: Colour,
        width: f64,
        more: &str,
    ) {
        let (x1, y1, x2, y2) = (n(from.0), n(from.1), n(to.0), n(to.1));
        let (class, stroke, width) = (colour.class(), colour.hexadecimal(), n(width));
        self.push(&format!(
            "<line class=\"s-{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{stroke}\" stroke-width=\"{width}\"{more}/>"
        ));
    }

    /// A line through points.
    pub(super) fn path(&mut self, points: &[(f64, f64)], colour: Colour, width: f64) {
        let (class, stroke, width) = (colour.class(), colour.hexadecimal(), n(width));
        self.push(&format!(
            "<path class=\"s-{class}\" d=\"{}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"{width}\" stroke-linejoin=\"round\"/>",
            through(points)
        ));
    }

    /// A filled area within points.
    pub(super) fn area(&mut self, points: &[(f64, f64)], colour: Colour) {
        let (class, fill) = (colour.class(), colour.hexadecimal());
        self.push(&format!(
            "<path class=\"f-{class}\" d=\"{}Z\" fill=\"{fill}\"/>",
            through(points)
        ));
    }

    /// A filled rectangle between two corners.
    pub(super) fn rectangle(&mut self, one: (f64, f64), other: (f64, f64), colour: Colour) {
        let (class, fill) = (colour.class(), colour.hexadecimal());
        self.push(&format!(
            "<rect class=\"f-{class}\" {} fill=\"{fill}\"/>",
            corners(one, other)
        ));
    }

    /// A filled circle.
    pub(super) fn dot(&mut self, at: (f64, f64), radius: f64, colour: Colour) {
        let (class, fill) = (colour.class(), colour.hexadecimal());
        self.push(&format!(
            "<circle class=\"f-{class}\" cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{fill}\"/>",
            n(at.0),
            n(at.1),
            n(radius)
        ));
    }

    /// An open circle.
    pub(super) fn ring(&mut self, at: (f64, f64), radius: f64, colour: Colour) {
        let (class, stroke) = (colour.class(), colour.hexadecimal());
        self.push(&format!(
            "<circle class=\"s-{class} f-paper\" cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"#ffffff\" stroke=\"{stroke}\" stroke-width=\"1.5\"/>",
            n(at.0),
            n(at.1),
            n(radius)
        ));
    }

    /// What a pointer over a rectangle is told; nothing is seen.
    pub(super) fn tip(&mut self, one: (f64, f64), other: (f64, f64), told: &str) {
        self.push(&format!(
            "<rect class=\"tip\" {} fill=\"none\" pointer-events=\"all\"><title>{}</title></rect>",
            corners(one, other),
            escaped(told)
        ));
    }

    /// A text; `at` is on its base line.
    pub(super) fn text(
        &mut self,
        at: (f64, f64),
        text: &str,
        size: f64,
        anchor: Anchor,
        colour: Colour,
    ) {
        self.text_with(at, text, size, anchor, colour, "");
    }

    /// A text that is read on top of other things.
    pub(super) fn text_on(
        &mut self,
        at: (f64, f64),
        text: &str,
        size: f64,
        anchor: Anchor,
        colour: Colour,
    ) {
        let halo = " stroke=\"#ffffff\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\"";
        self.text_with(at, text, size, anchor, colour, halo);
    }

    /// A text from bottom to top.
    pub(super) fn text_upward(&mut self, at: (f64, f64), text: &str, size: f64, colour: Colour) {
        let turned = format!(" transform=\"rotate(-90 {} {})\"", n(at.0), n(at.1));
        self.text_with(at, text, size, Anchor::Middle, colour, &turned);
    }

    fn text_with(
        &mut self,
        at: (f64, f64),
        text: &str,
        size: f64,
        anchor: Anchor,
        colour: Colour,
        more: &str,
    ) {
        let (class, fill) = (colour.class(), colour.hexadecimal());
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        // Where the font is not there that it was measured in, a wider one must not run over what stands beside it.
        let width = width_of(text, size);
        let length = if width < FREE_WIDTH {
            String::new()
        } else {
            format!(
                " textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"",
                n(width)
            )
        };
        self.push(&format!(
            "<text class=\"f-{class}\" x=\"{}\" y=\"{}\" font-size=\"{}\"{anchor} fill=\"{fill}\"{length}{more}>{}</text>",
            n(at.0),
            n(at.1),
            n(size),
            escaped(text)
        ));
    }

    fn push(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }

    /// The whole file; `title` and `description` are what a screen reader says.
    pub(super) fn finish(self, title: &str, description: &str) -> String {
        let (width, height) = (n(self.width), n(self.height));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             role=\"img\" aria-label=\"{}\" font-family=\"Roboto, Helvetica, Arial, sans-serif\">\n<desc>{}</desc>\n\
             <rect class=\"f-paper\" width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n{}</svg>\n",
            escaped(title),
            escaped(description),
            self.body
        )
    }
}

/// A coordinate: two decimals, no more of them than are needed, and one zero.
fn n(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0" } else { text }.to_owned()
}

fn corners(one: (f64, f64), other: (f64, f64)) -> String {
    format!(
        "x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
        n(one.0.min(other.0)),
        n(one.1.min(other.1)),
        n((other.0 - one.0).abs()),
        n((other.1 - one.1).abs())
    )
}

fn through(points: &[(f64, f64)]) -> String {
    let mut data = String::new();
    for (at, &(x, y)) in points.iter().enumerate() {
        let letter = if at == 0 { 'M' } else { 'L' };
        // Writing to a string cannot fail.
        let _ = write!(data, "{letter}{} {}", n(x), n(y));
    }
    data
}

/// Text that no reader of XML takes for markup, and that shows what would reorder it; what XML has no place for is a gap.
pub fn escaped(text: &str) -> String {
    let text = text.replace('\t', " ");
    let mut safe = String::with_capacity(text.len());
    for character in plain(&text).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            character => safe.push(character),
        }
    }
    safe
}

/// The text, cut so that it is no wider than `most`, with what shows that it was.
pub(super) fn cut(text: &str, size: f64, most: f64) -> String {
    let first =
        |characters: &[char], kept: usize| characters[..kept].iter().collect::<String>() + "…";
    shortened(text, size, most, first)
}

/// The same, cut in its middle: what tells it from others may stand at its end.
pub(super) fn cut_inside(text: &str, size: f64, most: f64) -> String {
    let both_ends = |characters: &[char], kept: usize| {
        let (first, last) = characters.split_at(kept.div_ceil(2));
        let last = &last[last.len() - kept / 2..];
        first.iter().chain(&['…']).chain(last).collect::<String>()
    };
    shortened(text, size, most, both_ends)
}

/// The text, or what is left of it with as many characters as fit.
fn shortened(text: &str, size: f64, most: f64, with: impl Fn(&[char], usize) -> String) -> String {
    if width_of(text, size) <= most {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    let fitting = (1..characters.len())
        .rev()
        .map(|kept| with(&characters, kept))
        .find(|shorter| width_of(shorter, size) <= most);
    fitting.unwrap_or_else(|| "…".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_becomes_markup() {
        assert_eq!(
            escaped("<b onclick='x'>\"&\u{1b}\u{202e}\n\u{ffff}"),
            "&lt;b onclick=&#39;x&#39;&gt;&quot;&amp;\\u{1b}\\u{202e} \u{fffd}"
        );
        let mut canvas = Canvas::new(10.0, 10.0);
        canvas.text(
            (0.0, 0.0),
            "</text><script>",
            10.0,
            Anchor::Start,
            Colour::Ink,
        );
        canvas.tip((0.0, 0.0), (1.0, 1.0), "<script>");
        let svg = canvas.finish("<script>", "<script>");
        assert!(!svg.contains("<script"), "{svg}");
    }

    #[test]
    fn coordinates_are_short() {
        assert_eq!(
            [n(1.0), n(-0.001), n(2.504), n(100.0)],
            ["1", "0", "2.5", "100"]
        );
    }

    #[test]
    fn long_names_are_cut() {
        let long = "the power of a graphics processor at full load";
        let short = cut(long, 11.0, 80.0);
        assert!(
            short.ends_with('…') && width_of(&short, 11.0) <= 80.0,
            "{short}"
        );
        assert_eq!(cut("pue", 11.0, 80.0), "pue");
        let long = "gpus=8,idle_power=as measured,grid=Denmark";
        let short = cut_inside(long, 11.0, 120.0);
        assert!(
            short.starts_with("gpus=")
                && short.ends_with("Denmark")
                && width_of(&short, 11.0) <= 120.0,
            "{short}"
        );
    }
}
