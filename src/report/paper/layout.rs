//! How a table stands on a page: beside other text, across it or over several pages, and which of its columns are broken into
//! lines. What fits the one column of `article` and the two of its `twocolumn` is told from the widths of Computer Modern.

use super::latex::{End, chunks};
use super::{Line, Piece, Table};

/// A column of `\documentclass[twocolumn]{article}` on A4, in points, and a little less.
const NARROW: f64 = 212.0;
/// The line of `\documentclass{article}`; across two columns it is longer.
const WIDE: f64 = 335.0;
/// Between two columns of a table.
const GAP: f64 = 8.0;
/// Lines of a table that a page has room for, its caption aside.
const LINES: f64 = 38.0;
/// A cell that is longer is broken all the same: what is beyond gives its column no room.
const LONG_CELL: f64 = 170.0;
/// Text broken into lines fills so much of them.
const FILLED: f64 = 0.8;

/// The place of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// In the column of the text.
    Column,
    /// Across all columns of the page.
    Across,
    /// Over several pages, across all columns.
    Pages,
}

/// How a table stands on a page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    /// Where it stands.
    pub(super) place: Place,
    /// The share of the line that a column has whose text is broken; `None`: it is as wide as its widest cell.
    pub(super) shares: Vec<Option<f64>>,
}

/// What a cell needs, in points of `\footnotesize`.
#[derive(Debug, Clone, Copy, Default)]
struct Width {
    /// On one line.
    whole: f64,
    /// Its longest part that is better not broken.
    least: f64,
    /// Its longest part that cannot be broken: an interval ends a line after its comma.
    shortest: f64,
    /// Both so far, of the part at hand.
    together: f64,
    part: f64,
}

impl Layout {
    pub(super) fn of(table: &Table) -> Layout {
        let lines = || std::iter::once(&table.columns).chain(&table.rows);
        let widths: Vec<Vec<Width>> = lines()
            .map(|cells| cells.iter().map(width).collect())
            .collect();
        let columns = table.columns.len();
        let column = |of: fn(&Width) -> f64| -> Vec<f64> {
            let widest = |at: usize| widths.iter().map(|row| of(&row[at])).fold(0.0, f64::max);
            (0..columns).map(widest).collect()
        };
        let whole = column(|width| width.whole);
        let gaps = GAP * (columns.saturating_sub(1)) as f64;
        let needed = whole.iter().sum::<f64>() + gaps;
        let (mut place, shares) = if needed <= WIDE {
            let place = if needed <= NARROW {
                Place::Column
            } else {
                Place::Across
            };
            (place, vec![None; columns])
        } else {
            let wanted: Vec<f64> = whole.iter().map(|whole| whole.min(LONG_CELL)).collect();
            let line = WIDE - gaps;
            let mut least = column(|width| width.least);
            if least.iter().sum::<f64>() > line {
                least = column(|width| width.shortest);
            }
            (Place::Across, broken(&wanted, &least, line))
        };
        let lines_of = |row: &Vec<Width>| {
            let cells = row.iter().zip(&shares);
            let lines = cells.map(|(width, share)| match share {
                Some(share) => (width.whole / (share * WIDE * FILLED)).ceil(),
                None => 1.0,
            });
            lines.fold(1.0, f64::max)
        };
        if widths.iter().map(lines_of).sum::<f64>() > LINES {
            place = Place::Pages;
        }
        Layout { place, shares }
    }
}

/// The shares of the line of columns that do not fit it whole: each has what it needs least, and the rest goes to those that
/// want more.
fn broken(wanted: &[f64], least: &[f64], line: f64) -> Vec<Option<f64>> {
    let needed: f64 = least.iter().sum();
    // Where even that is too much, all give way alike.
    let scale = (line / needed).min(1.0);
    let rest = (line - needed).max(0.0);
    let wants = |(wanted, least): (&f64, &f64)| (wanted - least).max(0.0);
    let missing: f64 = wanted.iter().zip(least).map(wants).sum();
    let columns = wanted.iter().zip(least);
    let share = |(wanted, least): (&f64, &f64)| {
        let wants = wants((wanted, least));
        let more = if missing > rest {
            rest * wants / missing
        } else {
            wants
        };
        // What needs no breaking keeps its width on a longer line.
        (wants > 0.0 || scale < 1.0).then(|| (least * scale + more) / WIDE)
    };
    columns.map(share).collect()
}

/// How wide a cell is.
fn width(cell: &Line) -> Width {
    let mut width = Width::default();
    for piece in cell {
        match piece {
            Piece::Text(text) => {
                for (at, word) in text.split(' ').enumerate() {
                    if at > 0 {
                        width.end_word();
                        width.whole += SPACE;
                    }
                    for (chunk, end) in chunks(word) {
                        width.add(of_text(chunk));
                        if end != End::Word {
                            width.end_word();
                        }
                    }
                }
            }
            Piece::Number(line) => {
                for (at, word) in line.split(' ').enumerate() {
                    if at > 0 {
                        width.add(SPACE);
                        width.part = 0.0;
                    }
                    width.add(of_number(word));
                }
            }
            Piece::Unit(unit) => width.add(of_text(unit) + 2.0),
            Piece::Asymmetric([centre, up, down]) => {
                let distance = f64::max(of_number(up), of_number(down));
                width.add(of_number(centre) + SMALLER * distance + 6.0);
            }
            Piece::Cite(_) => width.add(CITED),
        }
    }
    width
}

impl Width {
    fn add(&mut self, more: f64) {
        self.whole += more;
        self.together += more;
        self.part += more;
        self.least = self.least.max(self.together);
        self.shortest = self.shortest.max(self.part);
    }

    fn end_word(&mut self) {
        (self.together, self.part) = (0.0, 0.0);
    }
}

/// A space.
const SPACE: f64 = 3.0;
/// A citation by its number.
const CITED: f64 = 16.0;
/// An exponent to its base.
const SMALLER: f64 = 0.9;

/// A number: siunitx sets thousands apart, and powers of ten in full.
fn of_number(line: &str) -> f64 {
    let powers = line.matches('e').count() as f64;
    let digits = line.bytes().filter(u8::is_ascii_digit).count() as f64;
    // A minus is wider than a hyphen.
    let minuses = line.matches('-').count() as f64;
    of_text(line) + 14.0 * powers + 0.5 * digits + 3.5 * minuses
}

/// A text in Computer Modern of eight points.
fn of_text(text: &str) -> f64 {
    let character = |character: char| match character {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 2.6,
        ' ' | '(' | ')' | '[' | ']' | 'f' | 't' | 'r' | '-' | '/' | 's' => 3.5,
        'm' | 'w' | '%' | '@' | 'A'..='Z' | '+' | '=' | '<' | '>' | '±' | '−' | '~' => 6.8,
        other if other.is_ascii() || ('À'..='ž').contains(&other) => 4.6,
        // An engine without it shows its number.
        _ => 40.0,
    };
    text.chars().map(character).sum()
}

#[cfg(test)]
mod tests {
    use super::super::{number, words};
    use super::*;

    fn table(rows: Vec<Vec<Line>>) -> Table {
        Table {
            caption: words("what"),
            label: "tab:x".to_owned(),
            columns: vec![words("a"); rows[0].len()],
            rows,
        }
    }

    #[test]
    fn tables_stand_where_they_fit() {
        let few = table(vec![vec![words("emissions"), number("1.2")]]);
        let layout = Layout::of(&few);
        assert_eq!(layout.place, Place::Column);
        assert_eq!(layout.shares, [None, None]);
        let row = |name: &str| {
            vec![
                words(name),
                number("-0.001 ± 0.003"),
                number("[12.1, 16.2]"),
            ]
        };
        let wider = Layout::of(&table(vec![row("electricity of the whole building")]));
        assert_eq!(wider.place, Place::Across);
        assert_eq!(wider.shares, [None; 3]);
        let text = "electricity of the whole building, as it was measured at the meter of the building by those who run it";
        let broken = Layout::of(&table(vec![row(text)]));
        assert_eq!(broken.place, Place::Across);
        assert!(broken.shares[0].is_some_and(|share| share < 0.7));
        assert_eq!(broken.shares[1..], [None, None]);
        let long = Layout::of(&table(vec![row(text); 20]));
        assert_eq!(long.place, Place::Pages);
    }

    #[test]
    fn no_part_is_wider_than_its_column() {
        let name = "electricityofthewholebuildingmeasuredatthemeter";
        let cells =
            (0..6).map(|_| vec![Piece::Text(name.to_owned()), Piece::Unit("kgCO2e".into())]);
        let layout = Layout::of(&table(vec![cells.collect()]));
        let shares: f64 = layout.shares.iter().flatten().sum();
        assert!(layout.shares.iter().all(Option::is_some));
        assert!(shares * WIDE + 5.0 * GAP <= WIDE + 1e-9, "{shares}");
    }
}
