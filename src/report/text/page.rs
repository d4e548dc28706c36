//! What is told, piece by piece: drawn for a terminal here, and for other readers elsewhere.

use super::number;
use crate::report::grid::Grid;
use crate::report::{Report, RunReport};

/// A piece of what is told.
#[derive(Debug)]
pub enum Block {
    /// What the next ones are about.
    Heading(String),
    /// A sentence, or nothing between two others.
    Line(String),
    /// Rows of cells.
    Grid(Grid),
    /// Lines that are laid out already, for letters of one width.
    Laid(String),
}

/// What is told of one run beside the table of its outputs.
pub fn told_of_run(run: &RunReport) -> Vec<Block> {
    let mut page = Page::new(None, false);
    page.details(run);
    page.legend();
    page.blocks
}

/// What is told of all runs together, or of alternatives held against each other.
pub fn told_of_all(report: &Report) -> Vec<Block> {
    let mut page = Page::new(None, false);
    if let Some(comparison) = &report.comparison {
        page.comparison(comparison);
    }
    page.decisions(&report.decisions);
    page.legend();
    page.blocks
}

/// What is told so far, and how it may look.
pub(super) struct Page {
    pub(super) blocks: Vec<Block>,
    pub(super) width: Option<usize>,
    pub(super) colour: bool,
}

impl Page {
    pub(super) fn new(width: Option<usize>, colour: bool) -> Self {
        Page {
            blocks: Vec::new(),
            width,
            colour,
        }
    }

    pub(super) fn line(&mut self, line: &str) {
        self.blocks.push(Block::Line(line.trim_end().to_owned()));
    }

    pub(super) fn heading(&mut self, line: &str) {
        self.blocks.push(Block::Heading(line.trim_end().to_owned()));
    }

    pub(super) fn grid(&mut self, grid: Grid) {
        self.blocks.push(Block::Grid(grid));
    }

    /// For a terminal.
    pub(super) fn draw<'block>(&self, blocks: impl IntoIterator<Item = &'block Block>) -> String {
        let mut text = String::new();
        for block in blocks {
            match block {
                Block::Heading(line) if self.colour => {
                    text.push_str(&format!("\u{1b}[1m{line}\u{1b}[0m\n"));
                }
                Block::Heading(line) | Block::Line(line) => {
                    text.push_str(line);
                    text.push('\n');
                }
                Block::Grid(grid) => text.push_str(&grid.draw(self.width, self.colour)),
                Block::Laid(lines) => text.push_str(lines),
            }
        }
        text
    }

    /// What the marks mean, where there are any. Headings are no numbers, and what people write has a dash between words and a tilde before them.
    pub(super) fn legend(&mut self) {
        let is_heading = |block: &&Block| matches!(block, Block::Heading(_));
        let numbers = self.draw(self.blocks.iter().filter(|block| !is_heading(block)));
        let before_number = |rest: &str| {
            rest.starts_with(|next: char| next.is_ascii_digit() || "-−".contains(next))
        };
        let poorly_carried = numbers
            .split(number::POORLY_CARRIED)
            .skip(1)
            .any(before_number);
        let in_place_of_number = |(at, mark): (usize, &str)| {
            let (before, after) = (&numbers[..at], &numbers[at + mark.len()..]);
            before.ends_with("  ")
                || before.ends_with('[')
                || after.starts_with([',', ':', ']', '\n'])
                || after.starts_with("  ")
        };
        let unavailable = numbers
            .match_indices(number::UNAVAILABLE)
            .any(in_place_of_number);
        let mut legend = Vec::new();
        if poorly_carried {
            legend.push(format!(
                "{} carried by too few trials for its error to be trusted",
                number::POORLY_CARRIED
            ));
        }
        if unavailable {
            legend.push(format!("{} not available", number::UNAVAILABLE));
        }
        if !legend.is_empty() {
            self.line("");
            self.line(&legend.join("   "));
        }
    }
}
