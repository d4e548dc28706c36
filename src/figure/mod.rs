//! Figures of results: rows of the result tables in, bytes of SVG, PDF and PNG out.
//!
//! The rows hold what was counted in a bounded number of pieces, so a figure of 10⁸ trials is drawn as fast as one of 10⁴, and the
//! same rows give the same bytes wherever it is drawn.

mod axis;
mod canvas;
mod convergence;
mod cumulative;
mod density;
mod drivers;
mod font;
mod forest;
mod frame;
mod inputs;
mod render;
mod results;

pub use canvas::escaped;
pub use render::NotRendered;
pub use results::{Results, Unreadable};

use crate::report::{BASE, label};

/// A kind of figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The density of each output.
    Density,
    /// The cumulative distribution of each output.
    Cdf,
    /// What drives each output.
    Drivers,
    /// How far each input alone moves each output.
    Tornado,
    /// How the estimates of each output came to where they are.
    Convergence,
    /// The inputs of each scenario.
    Inputs,
    /// Each output over all runs.
    Forest,
    /// Differences between alternatives.
    Comparison,
}

impl Kind {
    /// Every kind with its word.
    pub const ALL: &'static [(Kind, &'static str)] = &[
        (Kind::Density, "density"),
        (Kind::Cdf, "cdf"),
        (Kind::Drivers, "drivers"),
        (Kind::Tornado, "tornado"),
        (Kind::Convergence, "convergence"),
        (Kind::Inputs, "inputs"),
        (Kind::Forest, "forest"),
        (Kind::Comparison, "comparison"),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        let row = Kind::ALL.iter().find(|row| row.0 == self);
        row.map_or("", |row| row.1)
    }
}

/// A format of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Scalable, for pages.
    Svg,
    /// Scalable, for papers.
    Pdf,
    /// 300 dots an inch.
    Png,
}

impl Format {
    /// Every format with its word, which files end in.
    pub const ALL: &'static [(Format, &'static str)] = &[
        (Format::Svg, "svg"),
        (Format::Pdf, "pdf"),
        (Format::Png, "png"),
    ];
}

/// A figure.
#[derive(Debug, Clone)]
pub struct Figure {
    /// What it shows.
    pub kind: Kind,
    /// The run that it is of, `scenario` or `scenario / variant`; none where it is of several.
    pub run: Option<String>,
    /// The output that it is of; none where it is of inputs.
    pub output: Option<String>,
    /// The name of its file, without folder and ending.
    pub name: String,
    /// The picture.
    pub svg: String,
}

impl Figure {
    /// Its bytes in a format.
    ///
    /// # Errors
    /// Where a library refuses the picture.
    pub fn bytes(&self, format: Format) -> Result<Vec<u8>, NotRendered> {
        match format {
            Format::Svg => Ok(self.svg.clone().into_bytes()),
            Format::Pdf => render::pdf(&self.svg),
            Format::Png => render::png(&self.svg),
        }
    }

    /// The name of its file in a format.
    pub fn file_name(&self, format: Format) -> String {
        let row = Format::ALL.iter().find(|row| row.0 == format);
        format!("{}.{}", self.name, row.map_or("", |row| row.1))
    }
}

/// Draws every figure of those kinds that the results allow.
pub fn draw(results: &Results, kinds: &[Kind]) -> Vec<Figure> {
    let mut figures: Vec<Figure> = Vec::new();
    let mut add = |kind: Kind, run: Option<String>, output: Option<&str>, name: String, svg| {
        // Names that differ only in what no file name can have.
        let is_taken = |name: &str| {
            figures
                .iter()
                .any(|figure| figure.name.eq_ignore_ascii_case(name))
        };
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let free = std::iter::once(name.clone())
            .chain(numbered)
            .find(|name| !is_taken(name));
        figures.push(Figure {
            kind,
            run,
            output: output.map(str::to_owned),
            name: free.unwrap_or(name),
            svg,
        });
    };
    let is_wanted = |kind: Kind| kinds.contains(&kind);
    for run in &results.runs {
        let words = label(&run.scenario, &run.variant);
        let file = if run.variant == BASE {
            run.scenario.clone()
        } else {
            format!("{}.{}", run.scenario, run.variant)
        };
        for output in &run.outputs {
            const OF_OUTPUTS: [Kind; 5] = [
                Kind::Density,
                Kind::Cdf,
                Kind::Drivers,
                Kind::Tornado,
                Kind::Convergence,
            ];
            for kind in OF_OUTPUTS.into_iter().filter(|&kind| is_wanted(kind)) {
                let svg = match kind {
                    Kind::Density => density::draw(&words, output),
                    Kind::Cdf => cumulative::draw(&words, output),
                    Kind::Drivers => drivers::draw(&words, output),
                    Kind::Convergence => convergence::draw(&words, output),
                    _ => drivers::draw_tornado(&words, output),
                };
                let Some(svg) = svg else { continue };
                let name = &output.shape.name;
                let file = file_safe(&format!("{file}.{name}.{}", kind.word()));
                add(kind, Some(words.clone()), Some(name), file, svg);
            }
        }
        if is_wanted(Kind::Inputs)
            && let Some(svg) = inputs::draw(run)
        {
            let file = file_safe(&format!("{file}.inputs"));
            add(Kind::Inputs, Some(words), None, file, svg);
        }
    }
    if is_wanted(Kind::Forest) {
        for (output, name, svg) in forest::of_runs(&results.runs) {
            let file = file_safe(&format!("forest.{name}"));
            add(Kind::Forest, None, Some(&output), file, svg);
        }
    }
    if is_wanted(Kind::Comparison) {
        for (output, svg) in forest::of_pairs(&results.pairs) {
            let file = file_safe(&format!("comparison.{output}"));
            add(Kind::Comparison, None, Some(&output), file, svg);
        }
    }
    figures
}

/// A small picture of each uncertain input of the first run, as SVG, by its name: for pages that show what a distribution looks like.
pub fn draw_inputs_apart(results: &Results) -> Vec<(String, String)> {
    let first = results.runs.first();
    first.map_or_else(Vec::new, inputs::draw_apart)
}

/// A name that every file system takes: letters, digits, `.`, `_` and `-`.
fn file_safe(name: &str) -> String {
    let safe = |letter: char| {
        if letter.is_alphanumeric() || "._-".contains(letter) {
            letter
        } else {
            '-'
        }
    };
    name.chars().map(safe).collect()
}
