//! From the file as written to the [`Model`]: every check, every complaint at once.

use super::codes::UNKNOWN_FORMAT;
use super::formulas::ParsedFormula;
use super::imports::Imported;
use super::inputs::InputEntry;
use super::shares::PlannedShares;
use super::variants::VariantPlan;
use super::{DataCache, Model, Reference};
use crate::data::DataFile;
use crate::diagnostic::{Diagnostic, Severity, Source, arrange};
use crate::distribution::codes::NUMBER_NOT_FINITE;
use crate::scenario::codes::INVALID_UTF8;
use crate::scenario::read::read;
use crate::scenario::tree::{Node, Table, Text, Texts, Value};
use crate::scenario::{number, walk};
use crate::unit::{Definition, Unit, Units};
use num_traits::{One, ToPrimitive};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why a file gave no model.
#[derive(Debug)]
#[non_exhaustive]
pub enum LoadError {
    /// The file cannot be read.
    Unreadable(std::io::Error),
    /// The file is refused: errors, and warnings among them, sorted by place.
    Refused(Vec<Diagnostic>),
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LoadError::Unreadable(error) => write!(formatter, "the file cannot be read: {error}"),
            LoadError::Refused(complaints) => {
                let text =
                    crate::diagnostic::render_all(complaints, crate::diagnostic::Style::Plain);
                formatter.write_str(text.trim_end())
            }
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            LoadError::Unreadable(error) => Some(error),
            LoadError::Refused(_) => None,
        }
    }
}

/// Reads and checks a file, with the edits of `--set` applied.
///
/// # Errors
///
/// When the file cannot be read, or has errors: then all its complaints.
pub fn load(path: &Path, sets: &[String]) -> Result<Model, LoadError> {
    let bytes = std::fs::read(path).map_err(LoadError::Unreadable)?;
    let stem = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    let source = source_of_bytes(&path.display().to_string(), bytes)
        .map_err(|complaint| LoadError::Refused(vec![*complaint]))?;
    check(source, &stem, sets).map_err(LoadError::Refused)
}

/// A scenario's text from bytes (a file's, or standard input's under the name `stdin`).
///
/// # Errors
///
/// A complaint at the first byte that is not UTF-8.
pub fn source_of_bytes(name: &str, bytes: Vec<u8>) -> Result<Arc<Source>, Box<Diagnostic>> {
    Source::from_bytes(name, bytes, &INVALID_UTF8)
}

/// Checks a text, with the edits of `--set` applied. `stem` becomes the model's scenario name.
///
/// # Errors
///
/// All complaints, warnings among them, sorted by place, when at least one is an error.
pub fn check(source: Arc<Source>, stem: &str, sets: &[String]) -> Result<Model, Vec<Diagnostic>> {
    check_with(source, stem, sets, &mut DataCache::default())
}

/// [`check`], with the data files and imports that were read before at hand. Their paths are relative to the folder of the source's name.
///
/// # Errors
///
/// See [`check`].
pub fn check_with(
    source: Arc<Source>,
    stem: &str,
    sets: &[String],
    data: &mut DataCache,
) -> Result<Model, Vec<Diagnostic>> {
    check_as(Purpose::Run, source, stem, sets, data)
}

/// What a file is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be run.
    Run,
    /// To be used by another file, which has its own outputs.
    Import,
}

/// [`check_with`], for a purpose.
pub(super) fn check_as(
    purpose: Purpose,
    source: Arc<Source>,
    stem: &str,
    sets: &[String],
    data: &mut DataCache,
) -> Result<Model, Vec<Diagnostic>> {
    let path = PathBuf::from(&source.name);
    data.imports.enter(&path);
    let checked = check_open(purpose, source, stem, sets, data);
    data.imports.leave();
    checked
}

fn check_open(
    purpose: Purpose,
    source: Arc<Source>,
    stem: &str,
    sets: &[String],
    data: &mut DataCache,
) -> Result<Model, Vec<Diagnostic>> {
    let folder = Path::new(&source.name)
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default();
    let mut scenario = read(source, sets);
    // What is wrong with the cells of a sweep is told at their place.
    let swept = scenario
        .root
        .table("sweep")
        .and_then(|sweep| sweep.get("file"));
    if let Some(file) = swept.and_then(|file| data.sweep_file(&folder, file)) {
        scenario.texts.0.push(file);
    }
    let mut complaints = scenario.complaints;
    if !scenario.whole {
        arrange(&mut complaints);
        return Err(complaints);
    }
    let mut context = Context {
        texts: &scenario.texts,
        units: Units::default(),
        references: Vec::new(),
        complaints,
        shares: Vec::new(),
        folder,
        data,
        files: Vec::new(),
        purpose,
        imports: Vec::new(),
        adopted: Vec::new(),
        brought: 0,
    };
    let model = context.model(&scenario.root, stem);
    let mut complaints = context.complaints;
    arrange(&mut complaints);
    match model {
        Some(model)
            if complaints
                .iter()
                .all(|complaint| complaint.severity == Severity::Warning) =>
        {
            Ok(Model {
                warnings: complaints,
                ..model
            })
        }
        _ => Err(complaints),
    }
}

/// What the checks share: the texts, the names known so far, and the complaints.
pub(super) struct Context<'a> {
    pub(super) texts: &'a Texts,
    pub(super) units: Units,
    pub(super) references: Vec<Reference>,
    pub(super) complaints: Vec<Diagnostic>,
    pub(super) shares: Vec<PlannedShares>,
    /// The folder that paths of data files start from.
    pub(super) folder: PathBuf,
    pub(super) data: &'a mut DataCache,
    /// The data files used, in the order of first use.
    pub(super) files: Vec<Arc<DataFile>>,
    purpose: Purpose,
    /// The files imported, directly or by others.
    pub(super) imports: Vec<Arc<Source>>,
    /// References of imported files.
    pub(super) adopted: Vec<Reference>,
    /// Inputs and operations of all imports together.
    pub(super) brought: usize,
}

/// What a name of the scenario stands for.
#[derive(Debug, Clone)]
pub(super) enum Quantity {
    /// An input, checked.
    Input(Arc<InputEntry>),
    /// A formula, parsed.
    Formula(Arc<ParsedFormula>),
    /// Another file, whose names begin with this one.
    Import(Arc<Imported>),
}

/// A name and what it stands for.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) key: Text,
    pub(super) quantity: Quantity,
}

impl Context<'_> {
    /// How many errors were found so far.
    pub(super) fn errors(&self) -> usize {
        let complaints = self.complaints.iter();
        complaints
            .filter(|complaint| complaint.severity == Severity::Error)
            .count()
    }

    fn model(&mut self, root: &Table, stem: &str) -> Option<Model> {
        self.check_format(root);
        self.read_units(root);
        self.read_references(root);
        let inputs = root.table("inputs").map_or(&[][..], |table| &table.entries);
        let formulas = root
            .table("formulas")
            .map_or(&[][..], |table| &table.entries);
        let shares = self.read_shares(root, inputs);
        self.shares.clone_from(&shares);
        let share_names = || {
            shares
                .iter()
                .flat_map(|shares| &shares.names)
                .map(|name| name.value.as_str())
        };
        let names: HashSet<&str> = inputs
            .iter()
            .chain(formulas)
            .map(|entry| entry.key.value.as_str())
            .chain(share_names())
            .collect();
        let mut base: Vec<Arc<Named>> = Vec::with_capacity(inputs.len() + formulas.len());
        for entry in inputs.iter().chain(formulas) {
            self.check_quantity_name(&entry.key);
        }
        for entry in inputs {
            let input = Arc::new(self.read_input(&entry.key, &entry.node));
            base.push(Arc::new(Named {
                key: entry.key.clone(),
                quantity: Quantity::Input(input),
            }));
        }
        for (name, entry) in shares.iter().flat_map(PlannedShares::entries) {
            base.push(Arc::new(Named {
                key: name.clone(),
                quantity: Quantity::Input(Arc::new(entry)),
            }));
        }
        let input_names: HashSet<&str> = inputs
            .iter()
            .map(|entry| entry.key.value.as_str())
            .chain(share_names())
            .collect();
        for entry in formulas {
            if input_names.contains(entry.key.value.as_str()) {
                self.complain_of_name_twice(&entry.key);
                continue;
            }
            let formula = Arc::new(self.read_formula(&entry.key, &entry.node, &names));
            base.push(Arc::new(Named {
                key: entry.key.clone(),
                quantity: Quantity::Formula(formula),
            }));
        }
        let imports = self.read_imports(root, &names);
        self.check_bound_names(&imports, &names);
        let is_run = self.purpose == Purpose::Run;
        let outputs = if is_run {
            self.read_outputs(root)
        } else {
            Vec::new()
        };
        let plans = self.read_variants(root, &base, &names);
        let plan_names: Vec<&str> = plans.iter().map(VariantPlan::name).collect();
        let (mut observed, mut assertions, mut groups, mut decision, mut run) = Default::default();
        if is_run {
            assertions = self.read_assertions(root, &outputs, &plan_names);
            observed = self.read_observed(root, &outputs, &plan_names);
            groups = self.read_groups(root, &base);
            decision = self.read_decision(root, &outputs, &plan_names);
            run = self.read_run(root);
        }
        let reported: Vec<&str> = outputs
            .iter()
            .map(|output| output.key.value.as_str())
            .collect();
        let imports = self.prune_imports(imports, &plans, &reported);
        let mut used = HashSet::new();
        let mut variants: Vec<super::Variant> = Vec::with_capacity(plans.len());
        let mut whole = true;
        for (at, plan) in plans.into_iter().enumerate() {
            let before = (at == 0, variants.last());
            let variant =
                self.build_variant(plan, before, &imports, &outputs, &observed, &mut used);
            whole &= variant.is_some();
            variants.extend(variant);
        }
        super::groups::count_draws(&mut variants);
        if is_run && self.errors() == 0 {
            base.extend(imports);
            // With errors left, what looks unused may only be misspelt.
            self.warn_of_unused(&base, &used);
        }
        let text = |key: &str| {
            root.get(key)
                .and_then(|node| node.as_text())
                .map(|text| text.value)
        };
        self.references.append(&mut self.adopted);
        Some(Model {
            scenario: stem.to_owned(),
            title: text("title"),
            description: text("description"),
            references: std::mem::take(&mut self.references),
            variants: whole.then_some(variants)?,
            groups,
            decision,
            run,
            data: std::mem::take(&mut self.files),
            imports: std::mem::take(&mut self.imports),
            assertions,
            warnings: Vec::new(),
            units: std::mem::take(&mut self.units),
        })
    }

    fn check_format(&mut self, root: &Table) {
        let Some(node) = root.get("format") else {
            return;
        };
        if let Value::Number(text, radix) = &node.value
            && number::whole(text, *radix).is_some_and(|format| !format.is_one())
        {
            let complaint = self
                .texts
                .error(
                    &UNKNOWN_FORMAT,
                    node.place,
                    format!(
                        "format {} is not known to this version",
                        self.texts.slice(node.place)
                    ),
                )
                .label("unknown format")
                .advise("write `format = 1`, or leave the line out");
            self.complaints.push(complaint);
        }
    }

    fn read_units(&mut self, root: &Table) {
        let Some(table) = root.table("units") else {
            return;
        };
        let mut definitions = Vec::new();
        let mut texts = Vec::new();
        for entry in &table.entries {
            let named = self.check_unit_name(&entry.key);
            if let (Some(text), true) = (entry.node.as_text(), named) {
                definitions.push(Definition {
                    name: entry.key.value.clone(),
                    text: text.value.clone(),
                });
                texts.push(text);
            }
        }
        let (units, faults) = Units::with(&definitions, &number::leading);
        for (index, fault) in faults {
            self.complaints.push(self.texts.fault(&texts[index], fault));
        }
        self.units = units;
    }

    fn read_references(&mut self, root: &Table) {
        let Some(table) = root.table("references") else {
            return;
        };
        for entry in &table.entries {
            self.check_label(&entry.key);
            let mut reference = Reference {
                key: entry.key.value.clone(),
                title: String::new(),
                url: None,
                year: None,
                other: Vec::new(),
            };
            match &entry.node.value {
                Value::Text(title) => reference.title.clone_from(title),
                Value::Table(keys) => {
                    for field in &keys.entries {
                        match (field.key.value.as_str(), &field.node.value) {
                            ("title", Value::Text(title)) => reference.title.clone_from(title),
                            ("url", Value::Text(url)) => reference.url = Some(url.clone()),
                            ("year", Value::Number(year, radix)) => {
                                let year = number::whole(year, *radix);
                                reference.year = year.and_then(|year| year.to_i64());
                            }
                            (key, Value::Text(text) | Value::Number(text, _)) => {
                                reference.other.push((key.to_owned(), text.clone()))
                            }
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
            self.references.push(reference);
        }
    }

    /// The unit of a text; `None` when it was complained about.
    pub(super) fn unit(&mut self, text: &Text) -> Option<Unit> {
        match self.units.parse(&text.value) {
            Ok(unit) => unit,
            Err(fault) => {
                let mut complaint = self.texts.fault(text, fault);
                if let Some(meant) = self.units.meant(&text.value) {
                    let hint = format!("did you mean `{meant}`?");
                    complaint
                        .advice
                        .retain(|advice| !advice.starts_with("did you mean"));
                    complaint.advice.insert(0, hint);
                }
                self.complaints.push(complaint);
                None
            }
        }
    }

    /// The finite number of a node; `None` when it was complained about.
    pub(super) fn finite(&mut self, node: &Node, key: &str) -> Option<f64> {
        let complaint = match walk::any_number(self.texts, node, key) {
            Ok(value) if value.is_finite() => return Some(value),
            Ok(_) => self
                .texts
                .error(
                    &NUMBER_NOT_FINITE,
                    node.place,
                    format!("`{key}` is not a finite number"),
                )
                .label("not finite")
                .advise("write a finite number; only the bounds of `truncate` may be infinite"),
            Err(complaint) => *complaint,
        };
        self.complaints.push(complaint);
        None
    }
}
