//! Data files: tables of numbers beside a scenario, each read once a call, complained about at their own lines.
//!
//! A data file is UTF-8 with commas and one header line; a byte order mark and quoted cells are fine.

mod cells;
pub mod codes;

use crate::diagnostic::{Diagnostic, Source, Span, nearest};
use crate::scenario::codes::INVALID_UTF8;
use cells::{Cells, header_cells};
use codes::{COLUMN_REPEATED, DATA_WITHOUT_ROWS};
use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// A data file: its text and its header line.
#[derive(Debug)]
pub struct DataFile {
    /// The path as the scenario writes it, without what does not matter in it (`./`): the name that its draws are keyed by.
    pub name: String,
    /// The text, under the path that was opened.
    pub source: Arc<Source>,
    /// The names of the columns, and where they stand.
    columns: Vec<(String, Span)>,
}

/// The numbers of a column, row by row, or everything that is wrong with its cells.
type Column = Result<Arc<[f64]>, Vec<Diagnostic>>;

/// A row of a data file: its cells as written, and where each stands.
pub type Row = Vec<(String, Span)>;

/// Why there is no data file.
#[derive(Debug, Clone)]
pub enum Unopened {
    /// It cannot be read: why, and the name of a file beside it that may have been meant.
    Unreadable(String, Option<String>),
    /// It is no table.
    Refused(Vec<Diagnostic>),
}

/// What the numbers of a column are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Use {
    /// Values: any finite number.
    Values,
    /// Weights: none negative, one above zero at least.
    Weights,
}

/// The data files of a call, each read once whatever names it.
#[derive(Debug, Default)]
pub struct DataFiles {
    closed: bool,
    files: HashMap<PathBuf, Result<Arc<DataFile>, Unopened>>,
    columns: HashMap<(PathBuf, usize, Use), Column>,
}

impl DataFiles {
    /// None is opened: which were looked for is all that is known in the end.
    pub fn closed() -> Self {
        DataFiles {
            closed: true,
            ..DataFiles::default()
        }
    }

    /// Whether none is opened.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// The file that a scenario in `folder` writes as `path`.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or has no header line with distinct names.
    pub fn open(&mut self, folder: &Path, path: &str) -> Result<Arc<DataFile>, Unopened> {
        let place = folder.join(path);
        let opened = self.files.entry(place);
        let place = opened.key().clone();
        opened
            .or_insert_with(|| {
                if self.closed {
                    return Err(Unopened::Unreadable("is not opened".to_owned(), None));
                }
                DataFile::open(&place, path).map(Arc::new)
            })
            .clone()
    }

    /// Every file that was looked for, whether it was there or not.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.keys().map(PathBuf::as_path)
    }

    /// The numbers of column `at` of a file.
    ///
    /// # Errors
    ///
    /// Every cell that is no number fit for the use, and every row of another length than the header line; only so many of
    /// them that somebody may read them.
    pub fn column(&mut self, file: &DataFile, at: usize, wanted: Use) -> Column {
        let key = (PathBuf::from(&file.source.name), at, wanted);
        self.columns
            .entry(key)
            .or_insert_with(|| Cells::of(file).column(at, wanted))
            .clone()
    }
}

impl DataFile {
    /// The rows below the header line, and a complaint where there is none, and of each that is of another length than the header line.
    pub fn rows(&self) -> (Vec<Row>, Vec<Diagnostic>) {
        Cells::of(self).rows()
    }

    fn open(place: &Path, path: &str) -> Result<DataFile, Unopened> {
        let unreadable = |why: String| Unopened::Unreadable(why, None);
        // A device or a pipe may never end, and could not be read again.
        match std::fs::metadata(place) {
            Ok(found) if !found.is_file() => return Err(unreadable("is not a file".to_owned())),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(Unopened::Unreadable(
                    "does not exist".to_owned(),
                    neighbour(place),
                ));
            }
            Err(error) => return Err(unreadable(format!("cannot be read: {error}"))),
        }
        let bytes =
            std::fs::read(place).map_err(|error| unreadable(format!("cannot be read: {error}")))?;
        let source = Source::from_bytes(place.display().to_string(), bytes, &INVALID_UTF8)
            .map_err(|complaint| Unopened::Refused(vec![*complaint]))?;
        let columns = header_cells(&source.text);
        let complaints = complaints_of_header(&source, &columns);
        if !complaints.is_empty() {
            return Err(Unopened::Refused(complaints));
        }
        Ok(DataFile {
            name: plain_path(path),
            source,
            columns,
        })
    }

    /// The place of a column of that name.
    pub fn find(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|(name, _)| name == column)
    }

    /// The names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }
}

fn complaints_of_header(source: &Arc<Source>, columns: &[(String, Span)]) -> Vec<Diagnostic> {
    let mut complaints = Vec::new();
    if columns.iter().all(|(name, _)| name.is_empty()) {
        let place = Span { start: 0, end: 0 };
        let complaint = Diagnostic::error(
            &DATA_WITHOUT_ROWS,
            source,
            place,
            "the data file has no header line",
        )
        .label("nothing here")
        .advise("write the names of the columns in the first line, with commas between them");
        return vec![complaint];
    }
    for (at, (name, span)) in columns.iter().enumerate() {
        // A column without a name cannot be asked for, so it does no harm.
        let Some((_, first)) = columns[..at]
            .iter()
            .find(|(other, _)| other == name && !name.is_empty())
        else {
            continue;
        };
        complaints.push(
            Diagnostic::error(
                &COLUMN_REPEATED,
                source,
                span.clone(),
                format!("the column `{name}` is there twice"),
            )
            .label("a second one")
            .relate(first.clone(), "the first one")
            .advise("give each column a name of its own"),
        );
    }
    complaints
}

/// The file of the same folder whose name is most like one that does not exist.
pub fn neighbour(place: &Path) -> Option<String> {
    let folder = match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let names: Vec<String> = std::fs::read_dir(folder)
        .ok()?
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    let wanted = place.file_name()?.to_str()?;
    nearest(wanted, names.iter().map(String::as_str)).map(str::to_owned)
}

/// A path with `/` between its parts, `.` left out and `..` taken back where it can be: two ways of writing one file are one name.
fn plain_path(path: &str) -> String {
    let mut plain = PathBuf::new();
    for part in Path::new(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(plain.components().next_back(), Some(Component::Normal(_))) =>
            {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain.display().to_string().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_has_one_name() {
        for (path, plain) in [
            ("a.csv", "a.csv"),
            ("./data/../a.csv", "a.csv"),
            ("../data/./a.csv", "../data/a.csv"),
            ("../../a.csv", "../../a.csv"),
            ("/data/a.csv", "/data/a.csv"),
        ] {
            assert_eq!(plain_path(path), plain);
        }
    }
}
