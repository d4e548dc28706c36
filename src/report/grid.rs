//! Columns of text that line up on a terminal, whatever the width of their characters.

use std::iter::repeat_n;
use unicode_width::UnicodeWidthStr;

/// Which end of a cell lines up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// Space between two columns.
const GAP: usize = 2;
/// The least that is left of a last column that has to be cut.
const LEAST: usize = 12;

/// Rows of cells under headings.
#[derive(Debug)]
pub struct Grid {
    headings: Vec<String>,
    aligns: Vec<Align>,
    rows: Vec<Vec<String>>,
}

impl Grid {
    /// An empty table.
    pub fn new(columns: &[(&str, Align)]) -> Self {
        let (headings, aligns) = columns
            .iter()
            .map(|(heading, align)| ((*heading).to_owned(), *align))
            .unzip();
        Grid {
            headings,
            aligns,
            rows: Vec::new(),
        }
    }

    /// Adds a row: one cell per column, without control characters.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The headings, each with the end that its column lines up at.
    pub fn headings(&self) -> impl Iterator<Item = (&str, Align)> {
        let headings = self.headings.iter().map(String::as_str);
        headings.zip(self.aligns.iter().copied())
    }

    /// The rows, a cell a column.
    pub fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }

    /// The width of the widest line, in columns of the terminal.
    pub fn width(&self) -> usize {
        self.widths().iter().map(|width| width + GAP).sum()
    }

    /// The lines; the last column is cut where they are wider than `width`.
    pub fn draw(&self, width: Option<usize>, colour: bool) -> String {
        let widths = self.widths();
        let before: usize = widths.iter().rev().skip(1).map(|width| width + GAP).sum();
        let room = width.map(|width| width.saturating_sub(before).max(LEAST));
        let mut text = String::new();
        if self.headings.iter().any(|heading| !heading.is_empty()) {
            let line = self.line(&self.headings, &widths, room);
            text.push_str(&if colour {
                format!("\u{1b}[2m{line}\u{1b}[0m")
            } else {
                line
            });
            text.push('\n');
        }
        for row in &self.rows {
            text.push_str(&self.line(row, &widths, room));
            text.push('\n');
        }
        text
    }

    fn widths(&self) -> Vec<usize> {
        let cells = |column: usize| {
            self.rows
                .iter()
                .filter_map(move |row| row.get(column))
                .chain([&self.headings[column]])
        };
        (0..self.headings.len())
            .map(|column| cells(column).map(|cell| cell.width()).max().unwrap_or(0))
            .collect()
    }

    fn line(&self, cells: &[String], widths: &[usize], room: Option<usize>) -> String {
        let mut line = String::new();
        for (column, cell) in cells.iter().enumerate() {
            let last = column + 1 == self.headings.len();
            let cut = room
                .filter(|&room| last && cell.width() > room)
                .map(|room| cut(cell, room));
            let cell = cut.as_ref().unwrap_or(cell);
            let space = widths[column].saturating_sub(cell.width());
            let (before, after) = match self.aligns[column] {
                Align::Left => (0, space),
                Align::Right => (space, 0),
            };
            line.extend(repeat_n(' ', before));
            line.push_str(cell);
            line.extend(repeat_n(' ', after + GAP));
        }
        line.truncate(line.trim_end().len());
        line
    }
}

/// The start of a text that is too wide, with an ellipsis.
fn cut(text: &str, room: usize) -> String {
    let mut end = 0;
    for (index, character) in text.char_indices() {
        let next = index + character.len_utf8();
        if text[..next].width() + 1 > room {
            break;
        }
        end = next;
    }
    format!("{}…", text[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_line_up() {
        let mut grid = Grid::new(&[
            ("name", Align::Left),
            ("value", Align::Right),
            ("", Align::Left),
        ]);
        grid.row(vec![
            "電力".into(),
            "1.5".into(),
            "a text that is longer than the room".into(),
        ]);
        grid.row(vec!["e\u{301}nergie".into(), "23.04".into(), "x".into()]);
        let expected =
            "name     value\n電力       1.5  a text that\u{2026}\ne\u{301}nergie  23.04  x\n";
        assert_eq!(grid.draw(Some(28), false), expected);
    }
}
