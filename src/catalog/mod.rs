//! The figures people always look up, each with its source: device power, grid intensity, PUE, embodied emissions, water, and
//! what was measured or published of whole systems.
//!
//! The data are the CSV files of this folder, one a table, and `sources.csv`; `NOTICE` at the root says whose they are. Where a
//! licence does not allow its table to be carried, a row is a single fact with its citation. Entries have stable names such as
//! `grid_intensity/azure/westus`; an entry with several rows has several published values.

use std::fmt::Write as _;
use std::sync::LazyLock;

/// A published value.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The entry's name, such as `grid_intensity/azure/westus`.
    pub entry: String,
    /// The value as a decimal, in `unit`.
    pub value: String,
    /// Its unit.
    pub unit: String,
    /// The year it holds for.
    pub year: Option<i64>,
    /// How emissions are accounted for: `average`, `marginal`, `market`.
    pub accounting: String,
    /// What the value is of: `location`, `tdp`, `idle`, `fleet`, `on-site` …
    pub basis: String,
    /// What is inside: `operational`, `life cycle`, `cradle to gate` …; empty where the source does not say.
    pub boundary: String,
    /// Where it was published.
    pub source: &'static Source,
    /// The grade of its evidence, as the word of the language.
    pub evidence: String,
    /// The thing in words.
    pub description: String,
    /// What to know before using it.
    pub note: String,
}

/// Where rows were published.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The word for `where = { source = … }`.
    pub key: String,
    /// Authors and title.
    pub title: String,
    /// The address.
    pub url: String,
    /// The year.
    pub year: Option<i64>,
    /// The licence of the table, or `fact, cited`.
    pub licence: String,
}

/// A property of a row: its name, and how to read it.
pub type Property = (&'static str, fn(&Row) -> &str);

/// The properties in which rows must agree to be values of one thing.
pub const AGREE_IN: [Property; 3] = [
    ("accounting", |row| &row.accounting),
    ("basis", |row| &row.basis),
    ("boundary", |row| &row.boundary),
];

/// The tables, in the order of `list catalog`: the name that entries begin with, and the file.
pub const TABLES: [(&str, &str); 6] = [
    ("device_power", include_str!("device_power.csv")),
    ("grid_intensity", include_str!("grid_intensity.csv")),
    ("pue", include_str!("pue.csv")),
    ("embodied", include_str!("embodied.csv")),
    ("water", include_str!("water.csv")),
    ("measured", include_str!("measured.csv")),
];

static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let source = |field: &dyn Fn(&str) -> String| Source {
        key: field("key"),
        title: field("title"),
        url: field("url"),
        year: field("year").parse().ok(),
        licence: field("licence"),
    };
    records(include_str!("sources.csv"), source)
});

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let row = |field: &dyn Fn(&str) -> String| {
        let key = field("source");
        let source = SOURCES.iter().find(|source| source.key == key);
        source.map(|source| Row {
            entry: field("entry"),
            value: field("value"),
            unit: field("unit"),
            year: field("year").parse().ok(),
            accounting: field("accounting"),
            basis: field("basis"),
            boundary: field("boundary"),
            source,
            evidence: field("evidence"),
            description: field("description"),
            note: field("note"),
        })
    };
    TABLES
        .iter()
        .flat_map(|(_, text)| records(text, row))
        .flatten()
        .collect()
});

/// Every row, table by table, an entry's rows together and by year.
pub fn rows() -> &'static [Row] {
    &ROWS
}

/// The rows of an entry; none where there is no such entry.
pub fn entry(name: &str) -> Vec<&'static Row> {
    ROWS.iter().filter(|row| row.entry == name).collect()
}

/// The names of all entries, each once.
pub fn entries() -> Vec<&'static str> {
    let mut names: Vec<&str> = ROWS.iter().map(|row| row.entry.as_str()).collect();
    names.dedup();
    names
}

/// The records of a file by the names in its header. The files are part of the program, and tests read them all.
fn records<T>(text: &str, make: impl Fn(&dyn Fn(&str) -> String) -> T) -> Vec<T> {
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let made = |record: ::csv::StringRecord| {
        make(&|name| {
            let column = header.iter().position(|column| column == name);
            column
                .and_then(|column| record.get(column))
                .unwrap_or_default()
                .to_owned()
        })
    };
    reader.records().filter_map(Result::ok).map(made).collect()
}

impl Source {
    /// The key in the bibliography of a scenario: no key of `[references]` is written so.
    pub fn reference(&self) -> String {
        format!("catalog:{}", self.key)
    }
}

impl Row {
    /// The row on one line, in full: `grid_intensity/azure/westus 240.6 gCO2e/kWh, 2019, average, location (mlco2-impact)`.
    pub fn line(&self) -> String {
        let mut line = format!("{} {} {}", self.entry, self.value, self.unit);
        for part in self.properties() {
            // Writing to a string cannot fail.
            let _ = write!(line, ", {part}");
        }
        let _ = write!(line, " ({})", self.source.key);
        line
    }

    /// Year, accounting, basis and boundary, those that there are.
    fn properties(&self) -> impl Iterator<Item = String> {
        let year = self.year.map(|year| year.to_string());
        let others = AGREE_IN
            .iter()
            .map(|(_, property)| property(self).to_owned());
        year.into_iter()
            .chain(others.filter(|property| !property.is_empty()))
    }
}
