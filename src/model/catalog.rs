//! `catalog = …`: an input whose value, unit and source come from the reference data.

use super::check::Context;
use super::codes::{
    CATALOG_ROWS_DISAGREE, CATALOG_WITHOUT_ROWS, KEY_WITHOUT_CATALOG, UNKNOWN_CATALOG_ENTRY,
};
use super::inputs::Identity;
use super::{Definition, Reference};
use crate::catalog::{self, AGREE_IN, Row};
use crate::diagnostic::did_you_mean;
use crate::distribution::codes::{TRUNCATION_OF_ROWS, WEIGHT_NOT_POSITIVE, WEIGHTS_LENGTH};
use crate::distribution::{self, Parameters};
use crate::scenario::keys::{INPUT, WHERE};
use crate::scenario::tree::{Entry, Node, Place, Table, Value};
use crate::scenario::{number, walk};
use crate::unit::Unit;
use num_rational::BigRational;
use num_traits::ToPrimitive;

/// Rows named in a complaint before the rest is counted.
const LISTED: usize = 12;

/// What an input takes from the catalog.
#[derive(Debug)]
pub(super) struct CatalogInput {
    pub(super) rows: Vec<&'static Row>,
    pub(super) unit: Unit,
    pub(super) identity: Identity,
    pub(super) definition: Definition,
    /// The equal entry without the catalog, for pasting.
    pub(super) equal: String,
    /// Its value, or its family and parameters, as other inputs are written.
    pub(super) resolved: String,
}

impl Context<'_> {
    /// Complains of keys that only an input from the catalog has.
    pub(super) fn refuse_catalog_keys(&mut self, table: &Table) {
        if let Some(entry) = table.entry("where") {
            let complaint = self
                .texts
                .error(
                    &KEY_WITHOUT_CATALOG,
                    entry.key.place,
                    "`where` narrows rows of the catalog, and this input takes none",
                )
                .label("without `catalog`")
                .advise("remove it, or write `catalog = \"grid_intensity/azure/westus\"`");
            self.complaints.push(complaint);
        }
    }

    /// Reads an input from the catalog. `unit` is the one written, if any.
    pub(super) fn take_from_catalog(
        &mut self,
        table: &Table,
        node: &Node,
        unit: Option<Unit>,
    ) -> Option<CatalogInput> {
        self.refuse_other_keys(table);
        let rows = self.catalog_rows(table, node)?;
        self.require_agreement(node.place, &rows)?;
        let values = self.values_in_one_unit(node.place, &rows, unit)?;
        let weights = self.catalog_weights(table, rows.len())?;
        self.cite(&rows);
        let (unit, values) = values;
        // Values published twice are one value with the sum of the weights.
        let mut pairs: Vec<(BigRational, f64)> = Vec::new();
        for (value, weight) in values.into_iter().zip(weights) {
            match pairs.iter_mut().find(|pair| pair.0 == value) {
                Some(pair) => pair.1 += weight,
                None => pairs.push((value, weight)),
            }
        }
        pairs.sort_by(|one, other| one.0.cmp(&other.0));
        let unit_text = if unit.is_one() {
            String::new()
        } else {
            format!(", unit = \"{}\"", unit.text)
        };
        if let [(value, _)] = pairs.as_slice() {
            return Some(CatalogInput {
                rows,
                equal: format!("{{ value = {}{unit_text} }}", double(value)),
                resolved: double(value).to_string(),
                unit,
                identity: Identity::Fixed(value.clone()),
                definition: Definition::Fixed(value.clone()),
            });
        }
        let values: Vec<f64> = pairs.iter().map(|pair| double(&pair.0)).collect();
        let weights: Vec<f64> = pairs.iter().map(|pair| pair.1).collect();
        let equal_weights = weights.iter().all(|weight| *weight == weights[0]);
        let mut parameters = Parameters::default().with_list("values", &values);
        let mut written = format!("values = {values:?}");
        if !equal_weights {
            parameters = parameters.with_list("weights", &weights);
            written.push_str(&format!(", weights = {weights:?}"));
        }
        let family = distribution::family("discrete")?;
        let marginal = match (family.build)(&parameters) {
            Ok(marginal) => marginal,
            Err(problems) => {
                self.complain_of_parameters(table, &problems);
                return None;
            }
        };
        Some(CatalogInput {
            rows,
            unit,
            identity: Identity::Random {
                family: family.name,
                parameters,
                truncate: None,
            },
            definition: Definition::Random(marginal),
            equal: format!(
                "{{ distribution = \"{}\", {written}{unit_text} }}",
                family.name
            ),
            resolved: format!("{}({written})", family.name),
        })
    }

    fn refuse_other_keys(&mut self, table: &Table) {
        let known: Vec<&str> = INPUT.names().chain(["weights"]).collect();
        let unknown = |entry: &&Entry| !known.contains(&entry.key.value.as_str());
        for entry in table.entries.iter().filter(unknown) {
            let complaint = walk::unknown_key(self.texts, entry, "an input", &known);
            self.complaints.push(complaint);
        }
        if let Some(entry) = table.entry("truncate") {
            let complaint = self
                .texts
                .error(
                    &TRUNCATION_OF_ROWS,
                    entry.key.place,
                    "rows of the catalog cannot be truncated",
                )
                .label("rows are chosen by what they are")
                .advise("remove `truncate`; narrow the rows by `where`");
            self.complaints.push(complaint);
        }
    }

    /// The rows that are meant; `None` when something was complained about.
    fn catalog_rows(&mut self, table: &Table, node: &Node) -> Option<Vec<&'static Row>> {
        let nodes = node.as_list().unwrap_or(std::slice::from_ref(node));
        let mut all = Vec::new();
        let mut sound = true;
        for name in nodes.iter().filter_map(Node::as_text) {
            let rows = catalog::entry(&name.value);
            if rows.is_empty() {
                sound = false;
                let message = format!("the catalog has no entry `{}`", name.value);
                let mut complaint = self
                    .texts
                    .error(&UNKNOWN_CATALOG_ENTRY, name.place, message)
                    .label("no such entry");
                complaint
                    .advice
                    .extend(did_you_mean(&name.value, catalog::entries()));
                let word = name.value.rsplit('/').next().unwrap_or_default();
                let advice = format!("`montecarbon list catalog {word}` finds entries");
                self.complaints.push(complaint.advise(advice));
            }
            all.extend(
                rows.into_iter()
                    .filter(|row| !all.contains(row))
                    .collect::<Vec<_>>(),
            );
        }
        if nodes.is_empty() {
            let complaint = self
                .texts
                .error(
                    &CATALOG_WITHOUT_ROWS,
                    node.place,
                    "`catalog` names no entry",
                )
                .label("empty")
                .advise("name one or more: `catalog = \"grid_intensity/azure/westus\"`");
            self.complaints.push(complaint);
        }
        // Of a wrong type or key the walker has complained.
        let named = nodes.iter().any(|node| node.as_text().is_some());
        let known = |wanted: &Table| {
            let mut keys = wanted.entries.iter().map(|entry| &entry.key.value);
            keys.all(|key| WHERE.key(key).is_some())
        };
        if !sound || !named || !table.table("where").is_none_or(known) {
            return None;
        }
        let narrowed: Vec<&Row> = match table.table("where") {
            Some(wanted) => all
                .iter()
                .copied()
                .filter(|row| fits(row, wanted))
                .collect(),
            None => all.clone(),
        };
        if narrowed.is_empty() {
            let place = table
                .entry("where")
                .map_or(node.place, |entry| entry.node.place);
            let complaint = self
                .texts
                .error(
                    &CATALOG_WITHOUT_ROWS,
                    place,
                    "no row of the catalog fits `where`",
                )
                .label("fits nothing")
                .advise(listed("the entries named have", &all));
            self.complaints.push(complaint);
            return None;
        }
        Some(narrowed)
    }

    /// Several rows must be values of one thing.
    fn require_agreement(&mut self, place: Place, rows: &[&'static Row]) -> Option<()> {
        let (first, rest) = rows.split_first()?;
        let differing: Vec<&str> = AGREE_IN
            .iter()
            .filter(|(_, property)| rest.iter().any(|row| property(row) != property(first)))
            .map(|(name, _)| *name)
            .collect();
        if differing.is_empty() {
            return Some(());
        }
        let name = differing[0];
        let of = AGREE_IN
            .iter()
            .find(|row| row.0 == name)
            .map(|row| row.1(first));
        let message = format!(
            "the rows of the catalog differ in {}, so they are not values of one thing",
            differing.join(" and ")
        );
        let complaint = self
            .texts
            .error(&CATALOG_ROWS_DISAGREE, place, message)
            .label(format!("{} rows", rows.len()))
            .advise(listed("they are", rows))
            .advise(format!(
                "narrow them, such as by `where = {{ {name} = \"{}\" }}`; a choice of accounting or boundary is a variant, not a distribution",
                of.unwrap_or_default()
            ));
        self.complaints.push(complaint);
        None
    }

    /// The unit written, or the first row's, and every value in it.
    fn values_in_one_unit(
        &mut self,
        place: Place,
        rows: &[&'static Row],
        written: Option<Unit>,
    ) -> Option<(Unit, Vec<BigRational>)> {
        let unit_of = |row: &Row| self.units.parse(&row.unit).ok().flatten();
        let units: Vec<Unit> = rows.iter().map(|row| unit_of(row)).collect::<Option<_>>()?;
        let unit = written.unwrap_or_else(|| units[0].clone());
        let other = rows
            .iter()
            .zip(&units)
            .find(|(_, own)| own.dimension != unit.dimension);
        if let Some((row, own)) = other {
            let message = format!(
                "`{}` is in `{}`, which `{}` does not measure",
                row.entry, own.text, unit.text
            );
            let complaint = self
                .texts
                .error(&CATALOG_ROWS_DISAGREE, place, message)
                .label("of another dimension")
                .advise(format!(
                    "write a unit that fits `{}`, or leave `unit` out",
                    own.text
                ));
            self.complaints.push(complaint);
            return None;
        }
        let value = |(row, own): (&&Row, &Unit)| {
            number::exact(&row.value)
                .ok()
                .map(|value| value * &own.factor / &unit.factor)
        };
        let values: Option<Vec<BigRational>> = rows.iter().zip(&units).map(value).collect();
        Some((unit, values?))
    }

    /// One weight a row, equal where none are written.
    fn catalog_weights(&mut self, table: &Table, rows: usize) -> Option<Vec<f64>> {
        let Some(entry) = table.entry("weights") else {
            return Some(vec![1.0; rows]);
        };
        let mut weights = Vec::new();
        for node in entry.node.as_list().unwrap_or_default() {
            weights.push(self.finite(node, "weights")?);
        }
        let (code, message) = if weights.len() != rows {
            (
                &WEIGHTS_LENGTH,
                format!("{} weights for {rows} rows of the catalog", weights.len()),
            )
        } else if let Some(weight) = weights.iter().find(|weight| !(**weight > 0.0)) {
            (
                &WEIGHT_NOT_POSITIVE,
                format!("one of the weights is {weight}"),
            )
        } else {
            return Some(weights);
        };
        let complaint = self
            .texts
            .error(code, entry.node.place, message)
            .label("one weight a row")
            .advise("write one number above zero a row: the entries in the order written here, the rows of one in the order of `list catalog`");
        self.complaints.push(complaint);
        None
    }

    /// Puts the sources of the rows into the bibliography.
    fn cite(&mut self, rows: &[&'static Row]) {
        for row in rows {
            let key = row.source.reference();
            if self.references.iter().all(|reference| reference.key != key) {
                self.references.push(Reference {
                    key,
                    title: row.source.title.clone(),
                    url: Some(row.source.url.clone()).filter(|url| !url.is_empty()),
                    year: row.source.year,
                    other: Vec::new(),
                });
            }
        }
    }
}

/// Whether a row has every property that `where` asks for.
fn fits(row: &Row, wanted: &Table) -> bool {
    wanted.entries.iter().all(|entry| {
        let text = match &entry.node.value {
            Value::Number(text, radix) if entry.key.value == "year" => {
                let year = number::whole(text, *radix).and_then(|year| year.to_i64());
                return year.is_some() && row.year == year;
            }
            Value::Text(text) | Value::Number(text, _) => text,
            _ => return true,
        };
        match entry.key.value.as_str() {
            "source" => row.source.key == *text,
            name => AGREE_IN
                .iter()
                .all(|(property, of)| *property != name || of(row) == text),
        }
    })
}

fn listed(words: &str, rows: &[&Row]) -> String {
    let mut lines: Vec<String> = rows.iter().take(LISTED).map(|row| row.line()).collect();
    if rows.len() > LISTED {
        lines.push(format!("and {} more", rows.len() - LISTED));
    }
    format!("{words} {}", lines.join("; "))
}

/// The double nearest to a number that is a short decimal.
fn double(value: &BigRational) -> f64 {
    value.to_f64().unwrap_or(f64::NAN)
}
