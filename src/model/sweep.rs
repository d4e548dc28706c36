//! `[sweep]`: axes whose every combination becomes a variant, or a data file whose every row becomes one.

use super::check::{Context, Named, Quantity};
use super::codes::{
    NAME_MALFORMED, SWEEP_EMPTY, SWEEP_LABEL_TWICE, SWEEP_OF_TWO_FORMS, SWEEP_PATH_MALFORMED,
    SWEEP_PATH_TWICE, SWEEP_TOO_LARGE, SWEEP_VALUE_WITHOUT_LABEL,
};
use super::names::is_variant_name;
use super::variants::VariantPlan;
use crate::scenario::codes::MISSING_KEY;
use crate::scenario::edits::{self, Section};
use crate::scenario::keys::{INPUT, SWEEP};
use crate::scenario::tree::{Entry, Node, Place, Table, Text, Value};
use crate::scenario::walk::Walk;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Variants of a sweep, at most.
const MOST_VARIANTS: usize = 100_000;
/// Errors of a sweep before the rest of its variants is not looked at: they would be more of the same.
const MOST_ERRORS: usize = 100;

/// Values of an axis that are looked at where the sweep makes no variants.
const MOST_TRIED: usize = 10_000;

/// A sweep as read: what it sets, and every variant it makes.
struct Sweep {
    targets: Vec<Target>,
    points: Vec<Point>,
}

/// For each path, which target it belongs to and its number among that target's paths.
type Places = Vec<(usize, usize)>;

/// What is set together: the paths that lead into one input or formula.
struct Target {
    name: String,
    /// The paths, and where the values of each are.
    paths: Vec<Path>,
}

/// A path, and the values that it is given.
struct Path {
    parts: Vec<Text>,
    values: Vec<Swept>,
}

/// A value of a path.
struct Swept {
    /// How it is called in the name of a variant.
    label: String,
    node: Node,
}

/// A variant of a sweep.
struct Point {
    name: Text,
    /// For each target and each of its paths, which of the values.
    chosen: Vec<Vec<usize>>,
    /// What it is, for the tables.
    swept: Vec<(String, String)>,
}

/// What a target is replaced by.
#[derive(Clone)]
struct Replacement {
    original: usize,
    named: Arc<Named>,
}

impl Path {
    fn written(&self) -> String {
        let parts: Vec<&str> = self.parts.iter().map(|part| part.value.as_str()).collect();
        parts.join(".")
    }

    /// Whether it leads to all of an input or formula.
    fn is_whole(&self) -> bool {
        self.parts.len() == 2
    }
}

impl Context<'_> {
    /// Adds the variants of `[sweep]` to the plans.
    pub(super) fn read_sweep(
        &mut self,
        root: &Table,
        plans: &mut Vec<VariantPlan>,
        index: &HashMap<&str, usize>,
        names: &HashSet<&str>,
        seen: &mut HashSet<String>,
    ) {
        let Some(entry) = root.entry("sweep") else {
            return;
        };
        let Some(table) = entry.node.as_table() else {
            return;
        };
        let before = self.errors();
        let is_axis = |entry: &&Entry| SWEEP.key(&entry.key.value).is_none();
        let sweep = match table.entry("file") {
            Some(file) => {
                if let Some(axis) = table.entries.iter().find(is_axis) {
                    let complaint = self
                        .texts
                        .error(&SWEEP_OF_TWO_FORMS, axis.key.place, "a sweep with a `file` has no axes")
                        .label("an axis")
                        .advise("remove `file`, `name` and `set`; or put the values into the file, a column each, and its paths into `set`");
                    self.complaints.push(complaint);
                    return;
                }
                self.sweep_of_file(table, file, entry.key.place)
            }
            None => {
                if let Some(other) = table.entries.iter().find(|entry| !is_axis(entry)) {
                    let key = &other.key.value;
                    let complaint = self
                        .texts
                        .error(&MISSING_KEY, other.key.place, format!("`{key}` of [sweep] needs the key `file`"))
                        .label("without `file`")
                        .advise("add `file`, the data file with a variant in each row; or write axes: `\"inputs.gpus\" = [8, 16]`");
                    self.complaints.push(complaint);
                    return;
                }
                self.sweep_of_axes(table, entry.key.place)
            }
        };
        let Some(sweep) = sweep else { return };
        let is_known = |target: &Target| index.contains_key(&*target.name);
        for target in &sweep.targets {
            // Nothing of that name: said once, whatever it would be set to.
            let path = &target.paths[0];
            if let (false, Some(value)) = (is_known(target), path.values.first())
                && let Err(complaint) = edits::edited(
                    root,
                    self.texts,
                    &target.name,
                    &[(&path.parts, &value.node)],
                )
            {
                self.complaints.push(*complaint);
            }
        }
        if sweep.points.is_empty() {
            self.try_each_value(root, plans, &sweep.targets, index, names);
            return;
        }
        let mut made: HashMap<(usize, &[usize]), Option<Replacement>> = HashMap::new();
        for point in &sweep.points {
            if self.complaints.len() > MOST_ERRORS && self.errors() > before + MOST_ERRORS {
                return;
            }
            self.refuse_second_variant(&point.name, seen);
            let mut plan = plans[0].like(point.name.value.clone());
            plan.swept.clone_from(&point.swept);
            let chosen = sweep.targets.iter().zip(&point.chosen).enumerate();
            for (at, (target, chosen)) in chosen.filter(|(_, (target, _))| is_known(target)) {
                let replacement = made
                    .entry((at, chosen))
                    .or_insert_with(|| self.replacement(root, plans, target, chosen, index, names));
                if let Some(replacement) = replacement {
                    plan.put(replacement.original, replacement.named.clone());
                }
            }
            plans.push(plan);
        }
    }

    /// Complains of what is wrong with the values of a sweep that has no variants: each once, the other paths of its target at their first.
    fn try_each_value(
        &mut self,
        root: &Table,
        plans: &[VariantPlan],
        targets: &[Target],
        index: &HashMap<&str, usize>,
        names: &HashSet<&str>,
    ) {
        let before = self.errors();
        let known = targets.iter();
        for target in known.filter(|target| index.contains_key(&*target.name)) {
            let mut tried = HashSet::new();
            for (at, path) in target.paths.iter().enumerate() {
                for value in 0..path.values.len().min(MOST_TRIED) {
                    let mut chosen = vec![0; target.paths.len()];
                    chosen[at] = value;
                    if self.errors() <= before + MOST_ERRORS && tried.insert(chosen.clone()) {
                        self.replacement(root, plans, target, &chosen, index, names);
                    }
                }
            }
        }
    }

    /// What a target becomes by some of its values.
    fn replacement(
        &mut self,
        root: &Table,
        plans: &[VariantPlan],
        target: &Target,
        chosen: &[usize],
        index: &HashMap<&str, usize>,
        names: &HashSet<&str>,
    ) -> Option<Replacement> {
        let edits: Vec<(&[Text], &Node)> = target
            .paths
            .iter()
            .zip(chosen)
            .filter_map(|(path, &value)| Some((&path.parts[..], &path.values.get(value)?.node)))
            .collect();
        let (section, node) = match edits::edited(root, self.texts, &target.name, &edits) {
            Ok(edited) => edited,
            Err(complaint) => {
                self.complaints.push(*complaint);
                return None;
            }
        };
        let original = *index.get(target.name.as_str())?;
        let key = target.paths[0].parts[1].clone();
        if section == Section::Formulas {
            let entry = Entry { key, node };
            self.walk().formula(&entry);
            let formula = self.read_formula(&entry.key, &entry.node, names);
            return Some(Replacement {
                original,
                named: Arc::new(Named {
                    key: entry.key,
                    quantity: Quantity::Formula(Arc::new(formula)),
                }),
            });
        }
        let before = self.complaints.len();
        if let Some(table) = node.as_table() {
            self.walk().section(table, &INPUT, node.place);
        }
        if self.complaints.len() > before {
            return None;
        }
        let mut input = self.read_input(&key, &node);
        let path = &target.paths[0];
        // Another parameter is the same quantity; another entry is another one.
        let apart =
            path.is_whole() && self.is_another_quantity(&input, plans[0].quantity(original));
        if apart {
            let label = &path.values[chosen[0]].label;
            input.draw_as(format!("sweep:{0}={label}/{0}", target.name));
        }
        Some(Replacement {
            original,
            named: Arc::new(Named {
                key,
                quantity: Quantity::Input(Arc::new(input)),
            }),
        })
    }

    fn walk(&mut self) -> Walk<'_> {
        Walk {
            texts: self.texts,
            complaints: &mut self.complaints,
        }
    }

    /// A sweep of axes.
    fn sweep_of_axes(&mut self, table: &Table, place: Place) -> Option<Sweep> {
        let before = self.errors();
        let mut axes = Vec::new();
        for entry in &table.entries {
            let parts = self.path(&entry.key);
            let values = self.axis(&entry.key, &entry.node);
            axes.extend(parts.map(|parts| Path { parts, values }));
        }
        if table.entries.is_empty() {
            let complaint = self
                .texts
                .error(&SWEEP_EMPTY, place, "the sweep has no axis")
                .label("nothing to sweep over")
                .advise("add an axis: `\"inputs.gpus\" = [8, 16, 32]`, with the name of an input of yours");
            self.complaints.push(complaint);
        }
        let count = axes
            .iter()
            .map(|axis| axis.values.len())
            .fold(1_usize, usize::saturating_mul);
        if count > MOST_VARIANTS {
            self.complain_of_size(place, &format!("its axes have {count} combinations"));
        }
        let (targets, places) = self.targets(axes)?;
        if self.errors() > before {
            return Some(Sweep {
                targets,
                points: Vec::new(),
            });
        }
        let mut points = Vec::with_capacity(count);
        for number in 0..count {
            // The last axis changes fastest, as in nested loops.
            let (mut rest, mut values) = (number, vec![0; places.len()]);
            for (value, &(target, path)) in values.iter_mut().zip(&places).rev() {
                let length = targets[target].paths[path].values.len();
                (*value, rest) = (rest % length, rest / length);
            }
            let mut chosen: Vec<Vec<usize>> = targets
                .iter()
                .map(|target| vec![0; target.paths.len()])
                .collect();
            let mut name = Vec::with_capacity(places.len());
            let mut swept = Vec::with_capacity(places.len());
            for (&value, &(target, path)) in values.iter().zip(&places) {
                chosen[target][path] = value;
                let path = &targets[target].paths[path];
                let (written, one) = (path.written(), &path.values[value]);
                let short = written.split_once('.').map_or("", |parts| parts.1);
                name.push(format!("{short}={}", one.label));
                swept.push((written, self.texts.one_line(one.node.place)));
            }
            points.push(Point {
                name: Text {
                    value: name.join(","),
                    place,
                },
                chosen,
                swept,
            });
        }
        if let Some(first) = points.first() {
            self.check_variant_name(&first.name);
        }
        Some(Sweep { targets, points })
    }

    /// The parts of a path; `None` when it was complained about.
    fn path(&mut self, key: &Text) -> Option<Vec<Text>> {
        let mut parts = Vec::new();
        let mut start = 0;
        for part in key.value.split('.') {
            parts.push(Text {
                value: part.to_owned(),
                place: self.texts.within(key, start..start + part.len()),
            });
            start += part.len() + 1;
        }
        if matches!(parts.len(), 2 | 3) && parts.iter().all(|part| !part.value.is_empty()) {
            return Some(parts);
        }
        let complaint = self
            .texts
            .error(&SWEEP_PATH_MALFORMED, key.place, format!("`{}` is no path to an input or formula", key.value))
            .label("no path")
            .advise("write the whole path in quotes: `\"inputs.NAME\"`, `\"inputs.NAME.PARAMETER\"` or `\"formulas.NAME\"`");
        self.complaints.push(complaint);
        None
    }

    /// The values of an axis with their labels.
    fn axis(&mut self, key: &Text, node: &Node) -> Vec<Swept> {
        let mut values: Vec<(Text, &Node)> = Vec::new();
        match &node.value {
            Value::Table(table) => {
                for entry in &table.entries {
                    values.push((entry.key.clone(), &entry.node));
                }
            }
            Value::List(list) => {
                for node in list {
                    if let Value::Number(..) = &node.value {
                        let label = Text {
                            value: self.texts.slice(node.place).to_owned(),
                            place: node.place,
                        };
                        values.push((label, node));
                    } else {
                        let found = node.value.type_name();
                        let complaint = self
                            .texts
                            .error(
                                &SWEEP_VALUE_WITHOUT_LABEL,
                                node.place,
                                format!("{found} cannot name a variant"),
                            )
                            .label("without a label")
                            .advise(format!(
                                "give every value a label: `\"{}\" = {{ one = …, other = … }}`",
                                key.value
                            ));
                        self.complaints.push(complaint);
                    }
                }
            }
            // The walker has complained of its type.
            _ => return Vec::new(),
        }
        let is_empty = match &node.value {
            Value::Table(table) => table.entries.is_empty(),
            Value::List(list) => list.is_empty(),
            _ => false,
        };
        if is_empty {
            let complaint = self
                .texts
                .error(
                    &SWEEP_EMPTY,
                    node.place,
                    format!("the axis `{}` has no value", key.value),
                )
                .label("empty")
                .advise(
                    "write its values, or remove the axis: the scenario's own value holds then",
                );
            self.complaints.push(complaint);
        }
        let mut seen = HashSet::new();
        for (label, _) in &values {
            if !is_variant_name(&format!("x={}", label.value)) || label.value.is_empty() {
                let complaint = self
                    .texts
                    .error(&NAME_MALFORMED, label.place, format!("`{}` cannot be part of a variant's name", label.value))
                    .label("not a name")
                    .advise("use letters, digits, spaces and `. _ + = , % -`, not ending with a space or point");
                self.complaints.push(complaint);
            }
            if !seen.insert(label.value.to_lowercase()) {
                let complaint = self
                    .texts
                    .error(
                        &SWEEP_LABEL_TWICE,
                        label.place,
                        format!(
                            "the axis `{}` has `{}` twice, not counting case",
                            key.value, label.value
                        ),
                    )
                    .label("a second one")
                    .advise("remove one of the two, or give it another label");
                self.complaints.push(complaint);
            }
        }
        values
            .into_iter()
            .map(|(label, node)| Swept {
                label: label.value,
                node: node.clone(),
            })
            .collect()
    }

    /// Paths brought together by what they lead to, and for each of them its target and its place there. `None` when two set
    /// the same thing.
    fn targets(&mut self, paths: Vec<Path>) -> Option<(Vec<Target>, Places)> {
        let mut targets: Vec<Target> = Vec::new();
        let mut places = Vec::with_capacity(paths.len());
        let mut clean = true;
        for path in paths {
            let name = path.parts[1].value.clone();
            let at = targets.iter().position(|target| target.name == name);
            let at = at.unwrap_or_else(|| {
                targets.push(Target {
                    name,
                    paths: Vec::new(),
                });
                targets.len() - 1
            });
            let target = &mut targets[at];
            if let Some(other) = target.paths.iter().find(|other| {
                other.is_whole() || path.is_whole() || other.written() == path.written()
            }) {
                let (one, two) = (other.written(), path.written());
                let complaint = self
                    .texts
                    .error(
                        &SWEEP_PATH_TWICE,
                        path.parts[0].place,
                        format!("`{two}` sets what `{one}` sets too"),
                    )
                    .label("a second one")
                    .advise(
                        "sweep the whole entry by one axis, with a label for each combination that is meant",
                    );
                self.complaints.push(complaint);
                clean = false;
            }
            places.push((at, target.paths.len()));
            target.paths.push(path);
        }
        clean.then_some((targets, places))
    }

    fn complain_of_size(&mut self, place: Place, what: &str) {
        let complaint = self
            .texts
            .error(
                &SWEEP_TOO_LARGE,
                place,
                format!("{what}, more than {MOST_VARIANTS} variants"),
            )
            .label("too large")
            .advise("take fewer values, or give what varies over many of them a distribution");
        self.complaints.push(complaint);
    }

    /// A sweep over the rows of a data file.
    fn sweep_of_file(&mut self, table: &Table, file: &Entry, place: Place) -> Option<Sweep> {
        for key in ["name", "set"] {
            if table.entry(key).is_none() {
                let complaint = self
                    .texts
                    .error(&MISSING_KEY, place, format!("a sweep with a `file` needs the key `{key}`"))
                    .label(format!("without `{key}`"))
                    .advise("write `name = [\"COLUMN\", …]`, the columns that name a variant, and `set = { \"inputs.NAME\" = \"COLUMN\" }`");
                self.complaints.push(complaint);
            }
        }
        self.data_file(file)?;
        let path = file.node.as_text()?;
        let opened = self.data.files.open(&self.folder, &path.value).ok()?;
        let named = match &table.get("name")?.value {
            Value::List(list) => list.iter().filter_map(Node::as_text).collect(),
            _ => vec![table.get("name")?.as_text()?],
        };
        let names: Vec<Option<usize>> = named
            .iter()
            .map(|column| self.find_column(&opened, &path.value, column))
            .collect();
        let set = table.table("set")?;
        let before = self.errors();
        let mut paths = Vec::new();
        let mut columns = Vec::new();
        for entry in &set.entries {
            let parts = self.path(&entry.key);
            let column = entry
                .node
                .as_text()
                .and_then(|name| self.find_column(&opened, &path.value, &name));
            if let (Some(parts), Some(column)) = (parts, column) {
                paths.push(Path {
                    parts,
                    values: Vec::new(),
                });
                columns.push(column);
            }
        }
        if set.entries.is_empty() || named.is_empty() {
            let complaint = self
                .texts
                .error(&SWEEP_EMPTY, place, "the sweep sets or names nothing")
                .label("nothing to sweep over")
                .advise(
                    "write at least one column in `name`, and one path with its column in `set`",
                );
            self.complaints.push(complaint);
        }
        let (mut targets, places) = self.targets(paths)?;
        let names = names.into_iter().collect::<Option<Vec<usize>>>()?;
        if self.errors() > before {
            return None;
        }
        let (rows, complaints) = opened.rows();
        self.complaints.extend(complaints);
        if rows.len() > MOST_VARIANTS {
            self.complain_of_size(place, &format!("`{}` has {} rows", path.value, rows.len()));
            return None;
        }
        let text = self.texts.number_of(&opened.source)?;
        let headers: Vec<&str> = opened.names().collect();
        let mut points = Vec::with_capacity(rows.len());
        for (number, row) in rows.iter().enumerate() {
            let place_of = |column: usize| Place {
                text,
                start: u32::try_from(row[column].1.start).unwrap_or(u32::MAX),
                end: u32::try_from(row[column].1.end).unwrap_or(u32::MAX),
            };
            for (&(target, path), &column) in places.iter().zip(&columns) {
                let cell = row[column].0.clone();
                let is_number = cell.parse::<f64>().is_ok_and(f64::is_finite);
                targets[target].paths[path].values.push(Swept {
                    label: String::new(),
                    node: Node {
                        place: place_of(column),
                        value: if is_number {
                            Value::Number(cell, 10)
                        } else {
                            Value::Text(cell)
                        },
                    },
                });
            }
            let parts: Vec<&str> = names.iter().map(|&column| row[column].0.as_str()).collect();
            let name = Text {
                value: parts.join(","),
                place: place_of(names[0]),
            };
            self.check_variant_name(&name);
            points.push(Point {
                name,
                chosen: targets
                    .iter()
                    .map(|target| vec![number; target.paths.len()])
                    .collect(),
                swept: headers
                    .iter()
                    .zip(row)
                    .map(|(header, cell)| ((*header).to_owned(), cell.0.clone()))
                    .collect(),
            });
        }
        Some(Sweep { targets, points })
    }
}
