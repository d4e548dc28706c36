//! Inputs that are columns of data files: read, held against each other, and joined where they share their rows.

use super::check::{Context, Named, Quantity};
use super::codes::{DATA_FILE_IN_A_MIXTURE, DATA_FILE_SHARED_DRAWS, DATA_ROWS_DISAGREE};
use super::imported_files::ImportCache;
use super::inputs::InputEntry;
use super::{Input, JointRows};
use crate::data::codes::{DATA_FILE_UNREADABLE, UNKNOWN_COLUMN};
use crate::data::{DataFile, DataFiles, Unopened, Use};
use crate::diagnostic::{Code, Source, did_you_mean};
use crate::distribution::{
    Built, DataColumn, Family, Marginal, ParameterKind, Parameters, row_number,
};
use crate::scenario::codes::WRONG_TYPE;
use crate::scenario::tree::{Entry, Node, Place, Table, Text};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// Columns named in a complaint before the rest is counted.
const LISTED: usize = 20;

/// A column of a data file, as an input takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct DataRows {
    /// The path as written, in its plain form.
    pub file: String,
    /// The values, row by row.
    pub column: DataColumn,
    /// The weights of the rows; `None`: all alike.
    pub weights: Option<DataColumn>,
}

impl DataRows {
    pub(super) fn of(parameters: &Parameters) -> Option<Self> {
        Some(DataRows {
            file: parameters.text("file")?.to_owned(),
            column: parameters.column("column")?.clone(),
            weights: parameters.column("weight_column").cloned(),
        })
    }

    /// No input and no variant has a name with a colon in it.
    pub(super) fn draw_key(&self) -> String {
        format!("file:{}", self.file)
    }

    /// What a row of each is drawn by: the order of its values, and its weights.
    fn order_key(&self) -> (Numbers, Option<Numbers>) {
        let weights = self.weights.as_ref();
        (Numbers::of(&self.column), weights.map(Numbers::of))
    }
}

/// A column by where its numbers are kept: each column of a file is kept once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Numbers(usize, usize);

impl Numbers {
    fn of(column: &DataColumn) -> Self {
        Numbers(column.numbers.as_ptr() as usize, column.numbers.len())
    }
}

/// The rows of a file in the order of one column.
#[derive(Debug, Clone)]
struct Order {
    rows: Arc<[u32]>,
    row: Arc<dyn Marginal>,
}

type OrderKey = (Numbers, Option<Numbers>);

/// Data files and what was made of them, and imported files, each once a call: scenarios and variants share them.
#[derive(Debug, Default)]
pub struct DataCache {
    pub(super) files: DataFiles,
    pub(super) imports: ImportCache,
    marginals: HashMap<OrderKey, Arc<dyn Marginal>>,
    orders: HashMap<OrderKey, Order>,
    ordered: HashMap<(OrderKey, Numbers), Arc<[f64]>>,
}

impl DataCache {
    /// Opens nothing: a scenario that looks for no other file is checked with it as with any other, the rest find files that cannot be
    /// read.
    pub fn closed() -> Self {
        DataCache {
            files: DataFiles::closed(),
            ..DataCache::default()
        }
    }

    /// Every data file and imported file that was looked for, whether it was there or not.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.paths().chain(self.imports.paths())
    }

    /// The distribution of a family with these parameters; that of a column is built once.
    pub(super) fn marginal(&mut self, family: &Family, parameters: &Parameters) -> Built {
        let Some(key) = DataRows::of(parameters).map(|rows| rows.order_key()) else {
            return (family.build)(parameters);
        };
        if let Some(marginal) = self.marginals.get(&key) {
            return Ok(Arc::clone(marginal));
        }
        let marginal = (family.build)(parameters)?;
        self.marginals.insert(key, Arc::clone(&marginal));
        Ok(marginal)
    }

    /// The text of the data file of a sweep, where it can be read.
    pub(super) fn sweep_file(&mut self, folder: &Path, file: &Node) -> Option<Arc<Source>> {
        let opened = self.files.open(folder, &file.as_text()?.value).ok()?;
        Some(Arc::clone(&opened.source))
    }

    /// The rows that can be drawn, by the values of a column.
    fn order(&mut self, first: &DataRows) -> Order {
        let made = self.orders.entry(first.order_key());
        made.or_insert_with(|| {
            let values = &first.column.numbers;
            let weight = |row: u32| {
                first
                    .weights
                    .as_ref()
                    .map_or(1.0, |weights| weights.numbers[row as usize])
            };
            let mut rows: Vec<u32> = (0..values.len() as u32)
                .filter(|&row| weight(row) > 0.0)
                .collect();
            // Both zeros are one value, so that rows of equal values stay in the order of the file.
            let value = |row: u32| values[row as usize] + 0.0;
            rows.sort_by(|&a, &b| value(a).total_cmp(&value(b)));
            Order {
                row: row_number(rows.iter().map(|&row| weight(row))),
                rows: rows.into(),
            }
        })
        .clone()
    }

    /// A column's numbers in the order of another.
    fn ordered(&mut self, order: &Order, first: &DataRows, column: &DataColumn) -> Arc<[f64]> {
        let key = (first.order_key(), Numbers::of(column));
        let made = self.ordered.entry(key);
        made.or_insert_with(|| {
            let number = |&row: &u32| column.numbers[row as usize];
            order.rows.iter().map(number).collect()
        })
        .clone()
    }
}

/// Whether a family is read from data files.
pub(super) fn is_of_a_data_file(family: &Family) -> bool {
    family
        .parameters
        .iter()
        .any(|parameter| parameter.kind == ParameterKind::File)
}

impl Context<'_> {
    /// The plain path of the data file that an entry names, once it was opened.
    pub(super) fn data_file(&mut self, entry: &Entry) -> Option<String> {
        let path = self.text_of(entry, "requests.csv")?;
        match self.data.files.open(&self.folder, &path.value) {
            Ok(file) => {
                if !self.files.iter().any(|other| Arc::ptr_eq(other, &file)) {
                    self.files.push(Arc::clone(&file));
                }
                Some(file.name.clone())
            }
            Err(Unopened::Unreadable(why, near)) => {
                self.complain_of_unreadable(&DATA_FILE_UNREADABLE, "data", &path, &why, near);
                None
            }
            Err(Unopened::Refused(complaints)) => {
                self.complaints.extend(complaints);
                None
            }
        }
    }

    /// Complains of a file beside the scenario that cannot be read: of which kind, why, and what may have been meant.
    pub(super) fn complain_of_unreadable(
        &mut self,
        code: &'static Code,
        kind: &str,
        path: &Text,
        why: &str,
        near: Option<String>,
    ) {
        let message = format!("the {kind} file `{}` {why}", path.value);
        let mut complaint = self
            .texts
            .error(code, path.place, message)
            .label("this file");
        complaint
            .advice
            .extend(near.map(|name| format!("did you mean `{name}`?")));
        self.complaints.push(complaint.advise(
            "write its path relative to the folder of the scenario (by standard input: to the working directory)",
        ));
    }

    /// The column that an entry names, of the file that its table names; `None` when something was complained about.
    pub(super) fn data_column(&mut self, table: &Table, entry: &Entry) -> Option<DataColumn> {
        let name = self.text_of(entry, "requests")?;
        let path = table.get("file")?.as_text()?;
        // Whoever reads the path complains of it.
        let file: Arc<DataFile> = self.data.files.open(&self.folder, &path.value).ok()?;
        let at = self.find_column(&file, &path.value, &name)?;
        let wanted = if entry.key.value == "weight_column" {
            Use::Weights
        } else {
            Use::Values
        };
        match self.data.files.column(&file, at, wanted) {
            Ok(numbers) => Some(DataColumn {
                name: name.value,
                numbers,
            }),
            Err(complaints) => {
                self.complaints.extend(complaints);
                None
            }
        }
    }

    /// The place of the column of that name in a file that is written as `path`.
    pub(super) fn find_column(
        &mut self,
        file: &DataFile,
        path: &str,
        name: &Text,
    ) -> Option<usize> {
        if let Some(at) = file.find(&name.value) {
            return Some(at);
        }
        let message = format!("`{path}` has no column `{}`", name.value);
        let mut complaint = self
            .texts
            .error(&UNKNOWN_COLUMN, name.place, message)
            .label("no such column");
        complaint
            .advice
            .extend(did_you_mean(&name.value, file.names()));
        let mut columns: Vec<String> = file
            .names()
            .filter(|name| !name.is_empty())
            .map(|name| format!("`{name}`"))
            .collect();
        let more = columns.len().saturating_sub(LISTED);
        columns.truncate(LISTED);
        let rest = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        self.complaints
            .push(complaint.advise(format!("its columns are {}{rest}", columns.join(", "))));
        None
    }

    pub(super) fn text_of(&mut self, entry: &Entry, example: &str) -> Option<Text> {
        let text = entry.node.as_text();
        if text.is_none() {
            let key = &entry.key.value;
            let found = entry.node.value.type_name();
            let message = format!("`{key}` is {found}, but must be text");
            let complaint = self
                .texts
                .error(&WRONG_TYPE, entry.node.place, message)
                .label(found)
                .advise(format!("write text in quotes: `{key} = \"{example}\"`"));
            self.complaints.push(complaint);
        }
        text
    }

    /// Complains of a component of a mixture that would be drawn from a data file: its rows would fall apart.
    pub(super) fn refuse_data_file(&mut self, family: &Text) -> bool {
        let refused = crate::distribution::family(&family.value).is_some_and(is_of_a_data_file);
        if refused {
            let message = format!("`{}` cannot be a component of a mixture", family.value);
            let complaint = self
                .texts
                .error(&DATA_FILE_IN_A_MIXTURE, family.place, message)
                .label("rows of a file")
                .advise("write the mixed rows into the file, with a weight column; or draw the file by an input of its own and choose in a formula");
            self.complaints.push(complaint);
        }
        refused
    }

    /// Complains of `draws = "shared"` where a data file is on either side.
    pub(super) fn refuse_shared_draws(&mut self, input: &InputEntry, before: &InputEntry) {
        let is_data =
            |entry: &InputEntry| matches!(&entry.input, Some(input) if input.data.is_some());
        let Some(entry) = input.table.entry("draws") else {
            return;
        };
        if is_data(input) || is_data(before) {
            let complaint = self
                .texts
                .error(
                    &DATA_FILE_SHARED_DRAWS,
                    entry.key.place,
                    "`draws` is of no use where a data file is drawn from",
                )
                .label("drawn by the file")
                .advise("remove it: all that take rows of one file take the same, in every variant, and nothing else takes them");
            self.complaints.push(complaint);
        }
    }

    /// The inputs of a variant that take their numbers from the same rows.
    pub(super) fn build_rows(
        &mut self,
        quantities: &[Arc<Named>],
        inputs: &[(String, Option<Arc<Input>>)],
    ) -> Vec<JointRows> {
        let mut groups: Vec<Vec<(usize, DataRows)>> = Vec::new();
        for (at, (_, input)) in inputs.iter().enumerate() {
            let Some(rows) = input.as_ref().and_then(|input| input.data.clone()) else {
                continue;
            };
            match groups.iter_mut().find(|group| group[0].1.file == rows.file) {
                Some(group) => group.push((at, rows)),
                None => groups.push(vec![(at, rows)]),
            }
        }
        groups.retain(|group| group.len() > 1);
        let mut joint = Vec::new();
        for group in groups {
            let (first, rows) = &group[0];
            let agree = group[1..]
                .iter()
                .all(|(at, other)| self.agree((*first, rows), (*at, other), quantities, inputs));
            if !agree {
                continue;
            }
            let order = self.data.order(rows);
            joint.push(JointRows {
                inputs: group.iter().map(|(at, _)| *at).collect(),
                columns: group
                    .iter()
                    .map(|(_, other)| self.data.ordered(&order, rows, &other.column))
                    .collect(),
                row: order.row,
            });
        }
        joint
    }

    /// Complains of two inputs that take one row of a file and cannot.
    fn agree(
        &mut self,
        (first, rows): (usize, &DataRows),
        (other, others): (usize, &DataRows),
        quantities: &[Arc<Named>],
        inputs: &[(String, Option<Arc<Input>>)],
    ) -> bool {
        let name = |rows: &DataRows| rows.weights.as_ref().map(|column| column.name.clone());
        let kind = |at: usize| inputs[at].1.as_ref().map(|input| input.kind);
        let (key, what) = if name(rows) != name(others) {
            ("weight_column", "weights")
        } else if kind(first) != kind(other) {
            ("kind", "kinds")
        } else {
            return true;
        };
        let place = |at: usize| -> Option<Place> {
            let entry = quantities.iter().find_map(|named| match &named.quantity {
                Quantity::Input(entry) if named.key.value == inputs[at].0 => Some(entry),
                _ => None,
            })?;
            let table = &entry.table;
            let node = table.get(key).or_else(|| table.get("file"))?;
            Some(node.place)
        };
        if let (Some(one), Some(two)) = (place(first), place(other)) {
            let message = format!(
                "`{}` and `{}` take the same rows of `{}` with different {what}",
                inputs[first].0, inputs[other].0, rows.file
            );
            let mut complaint = self
                .texts
                .error(&DATA_ROWS_DISAGREE, two, message)
                .label("another one");
            if one.text == two.text {
                complaint = complaint.relate(one, "the first one");
            }
            self.complaints.push(complaint.advise(format!(
                "give both the same `{key}`; or copy the file to another name, to draw its rows twice, independently"
            )));
        }
        false
    }
}
