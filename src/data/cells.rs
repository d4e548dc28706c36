//! The cells of a data file: numbers where they are wanted, and the place of each that is none.

use super::codes::{
    CELL_NOT_A_NUMBER, DATA_WEIGHT_NEGATIVE, DATA_WEIGHTS_ZERO, DATA_WITHOUT_ROWS, ROW_LENGTH,
};
use super::{Column, DataFile, Row, Use};
use crate::diagnostic::{Code, Diagnostic, Span};

/// Complaints about the cells of one column, at most: whoever has so many needs another file, not a longer list.
const MOST_COMPLAINTS: usize = 12;
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The names in the header line, without the blanks around them, and where they stand.
pub(super) fn header_cells(text: &str) -> Vec<(String, Span)> {
    let first = text.len() - text.trim_start_matches(BYTE_ORDER_MARK).len();
    let mut reader = reader(&text[first..]);
    let Ok(header) = reader.headers() else {
        return Vec::new();
    };
    let start = first + header.position().map_or(0, |place| place.byte() as usize);
    header
        .iter()
        .enumerate()
        .map(|(at, name)| (name.trim().to_owned(), cell_span(text, start, at)))
        .collect()
}

fn reader(text: &str) -> ::csv::Reader<&[u8]> {
    ::csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes())
}

/// A pass over the rows of a file.
pub(super) struct Cells<'a> {
    file: &'a DataFile,
    complaints: Vec<Diagnostic>,
    /// Those that there was no room for.
    more: usize,
}

impl<'a> Cells<'a> {
    pub(super) fn of(file: &'a DataFile) -> Self {
        Cells {
            file,
            complaints: Vec::new(),
            more: 0,
        }
    }

    /// Hands over every row of the length of the header line, with the byte it begins at; complains of the others.
    fn each(&mut self, mut visit: impl FnMut(&mut Self, &::csv::ByteRecord, usize)) {
        let text = &self.file.source.text;
        let first = text.len() - text.trim_start_matches(BYTE_ORDER_MARK).len();
        let mut reader = reader(&text[first..]);
        let mut record = ::csv::ByteRecord::new();
        // Reading from memory into records of bytes, of any length, cannot fail.
        while reader.read_byte_record(&mut record).unwrap_or(false) {
            let start = first + record.position().map_or(0, |place| place.byte() as usize);
            // The reader passes over empty lines, which in one column are empty cells.
            if self.file.columns.len() == 1 {
                self.complain_of_empty_lines(start);
            }
            if record.len() == self.file.columns.len() {
                visit(self, &record, start);
            } else {
                self.complain_of_length(start, record.len());
            }
        }
    }

    /// The numbers of column `at`.
    pub(super) fn column(mut self, at: usize, wanted: Use) -> Column {
        let text = &self.file.source.text;
        let mut numbers = Vec::new();
        self.each(|cells, record, start| match number(&record[at]) {
            Some(weight) if weight < 0.0 && wanted == Use::Weights => {
                let message = format!("the weight {weight} is negative");
                cells.complain(
                    &DATA_WEIGHT_NEGATIVE,
                    cell_span(text, start, at),
                    message,
                    "below zero",
                    "write zero for a row that is never drawn, or leave the row out",
                );
            }
            Some(number) => numbers.push(number),
            None => cells.complain_of_cell(&record[at], cell_span(text, start, at), at),
        });
        let (name, header) = &self.file.columns[at];
        if numbers.is_empty() && self.complaints.is_empty() {
            self.complain_of_no_rows();
        } else if wanted == Use::Weights
            && self.complaints.is_empty()
            && numbers.iter().all(|weight| *weight == 0.0)
        {
            self.complain(
                &DATA_WEIGHTS_ZERO,
                header.clone(),
                format!("all weights in `{name}` are zero"),
                "all zero",
                "give at least one row a weight above zero, or leave `weight_column` out",
            );
        }
        self.finish(numbers.into())
    }

    /// The rows of the length of the header line, cell by cell, without the blanks around them; and the complaints of the others.
    pub(super) fn rows(mut self) -> (Vec<Row>, Vec<Diagnostic>) {
        let text = &self.file.source.text;
        let mut rows = Vec::new();
        self.each(|_, record, start| {
            let cell = |at: usize| {
                let cell = String::from_utf8_lossy(&record[at]);
                (cell.trim().to_owned(), cell_span(text, start, at))
            };
            rows.push((0..record.len()).map(cell).collect());
        });
        if rows.is_empty() && self.complaints.is_empty() {
            self.complain_of_no_rows();
        }
        let complaints = self.finish(()).err();
        (rows, complaints.unwrap_or_default())
    }

    /// What was read, or the complaints.
    fn finish<T>(mut self, read: T) -> Result<T, Vec<Diagnostic>> {
        if self.complaints.is_empty() {
            return Ok(read);
        }
        if let (true, Some(last)) = (self.more > 0, self.complaints.last_mut()) {
            last.advice
                .push(format!("{} more of the kind follow", self.more));
        }
        Err(self.complaints)
    }

    fn complain_of_no_rows(&mut self) {
        self.complain(
            &DATA_WITHOUT_ROWS,
            self.file.columns[0].1.clone(),
            "the data file has no row below its header line".to_owned(),
            "nothing below",
            "add rows, one a line",
        );
    }

    /// Complains of the empty lines at `start`, above a record.
    fn complain_of_empty_lines(&mut self, start: usize) {
        let text = self.file.source.text.as_bytes();
        let ends = text[start..]
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'));
        for place in start..start + ends.count() {
            // The second half of an end of line; the one of the line above may be cut in two.
            if text[place] == b'\n' && place > 0 && text[place - 1] == b'\r' {
                continue;
            }
            let place = Span {
                start: place,
                end: place,
            };
            self.complain_of_cell(b"", place, 0);
        }
    }

    fn complain_of_length(&mut self, start: usize, found: usize) {
        let text = &self.file.source.text;
        let wanted = self.file.columns.len();
        let place = Span {
            start: cell_span(text, start, 0).start,
            end: cell_span(text, start, found.saturating_sub(1)).end,
        };
        let cells = |count: usize| format!("{count} cell{}", if count == 1 { "" } else { "s" });
        self.complain(
            &ROW_LENGTH,
            place,
            format!(
                "this row has {}, the header line {}",
                cells(found),
                cells(wanted)
            ),
            "of another length",
            "write one cell a column; a comma inside a cell needs quotes around the cell",
        );
    }

    fn complain_of_cell(&mut self, cell: &[u8], place: Span, at: usize) {
        let name = &self.file.columns[at].0;
        let cell = String::from_utf8_lossy(cell);
        let cell = cell.trim();
        let (message, label) = if cell.is_empty() {
            (format!("the cell of `{name}` is empty"), "empty")
        } else if cell.parse::<f64>().is_ok() {
            (
                format!("`{cell}` in `{name}` is not a finite number"),
                "not finite",
            )
        } else {
            (format!("`{cell}` in `{name}` is not a number"), "no number")
        };
        self.complain(
            &CELL_NOT_A_NUMBER,
            place,
            message,
            label,
            "write a number with a point for decimals, or leave the row out",
        );
    }

    fn complain(
        &mut self,
        code: &'static Code,
        place: Span,
        message: String,
        label: &str,
        advice: &str,
    ) {
        if self.complaints.len() == MOST_COMPLAINTS {
            self.more += 1;
            return;
        }
        let complaint = Diagnostic::error(code, &self.file.source, place, message)
            .label(label)
            .advise(advice);
        self.complaints.push(complaint);
    }
}

/// The finite number in a cell.
fn number(cell: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(cell).ok()?.trim();
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Where cell `at` of the record that begins at byte `start` stands, quotes included, blanks around it not.
fn cell_span(text: &str, start: usize, at: usize) -> Span {
    let rest = &text[start..];
    let start = start + rest.len() - rest.trim_start_matches(['\r', '\n']).len();
    let (mut cell, mut first, mut quoted) = (0, start, false);
    let mut end = text.len();
    for (offset, byte) in text.as_bytes()[start..].iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted && cell < at => {
                cell += 1;
                first = start + offset + 1;
            }
            b',' | b'\r' | b'\n' if !quoted => {
                end = start + offset;
                break;
            }
            _ => {}
        }
    }
    let inside = &text[first..end.max(first)];
    let trimmed = inside.trim();
    let lead = if trimmed.is_empty() {
        0
    } else {
        inside.len() - inside.trim_start().len()
    };
    Span {
        start: first + lead,
        end: first + lead + trimmed.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_their_places() {
        let text = "a,b\r\n1, 2 \r\n\r\n\"x, y\",3\n,\n";
        let at = |start: usize, cell: usize| {
            let span = cell_span(text, start, cell);
            &text[span.start..span.end]
        };
        assert_eq!((at(0, 0), at(0, 1)), ("a", "b"));
        let second = text.find("1,").unwrap();
        assert_eq!((at(second, 0), at(second, 1)), ("1", "2"));
        // A record's place may be before the ends of lines above it.
        let third = text.find("\r\n\r\n").unwrap();
        assert_eq!((at(third, 0), at(third, 1)), ("\"x, y\"", "3"));
        let last = text.find("\n,\n").unwrap();
        assert_eq!(cell_span(text, last, 1).start, text.len() - 1);
    }
}
