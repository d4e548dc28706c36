//! `[imports]`: other scenario files, whose inputs and formulas are used here by their names with the import's before them.

use super::check::{Context, Named, Quantity};
use super::codes::{
    DIMENSION_MISMATCH, IMPORT_BINDS_NOTHING, NAME_DEFINED_TWICE, SHARE_REPLACED_ALONE,
    UNKNOWN_NAME, UNKNOWN_VARIANT,
};
use super::dimensions::{Compiler, Quantity as Compiled};
use super::groups::{Groups, drawn_together, graft};
use super::imported_files::ImportedFile;
use super::requirements::{advise_on_mismatch, in_unit};
use super::variants::VariantPlan;
use super::{Formula, Input, Model, NodeId, Operation, Reference, Variant};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::scenario::formula::TermKind;
use crate::scenario::tree::{Entry, Node, Table, Text};
use crate::scenario::walk::one_of;
use crate::unit::describe;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Inputs and formulas that imports bring together, at most: files that import each other's importers twice double at every
/// level.
const MOST_NODES: usize = 100_000;
/// Names listed in a complaint before the rest is counted.
const LISTED: usize = 20;

/// An import as read.
#[derive(Debug)]
pub(super) struct Imported {
    /// The variant that was chosen; `None` when something was complained about.
    brought: Option<Brought>,
    /// The names here that take the places of inputs there.
    pub(super) bound: Vec<Text>,
}

/// What an import brings.
#[derive(Debug)]
struct Brought {
    variant: Variant,
    /// Its inputs and formulas by their own names.
    members: Vec<(String, Member)>,
    index: HashMap<String, usize>,
    /// For each input, the number in `bound` of what takes its place.
    bound: Vec<Option<usize>>,
    /// The place among the inputs that it brings of each that is drawn by itself and needed, once that is known.
    kept: Vec<Option<usize>>,
}

/// What a name of an imported file stands for.
#[derive(Debug, Clone, Copy)]
enum Member {
    /// An input, by index in [`Variant::inputs`].
    Input(usize),
    /// A formula, by its node.
    Formula(NodeId),
}

impl Imported {
    /// The number of a member; `None` where the file has none of that name.
    pub(super) fn member(&self, name: &str) -> Option<usize> {
        self.brought.as_ref()?.index.get(name).copied()
    }

    /// Whether the file was refused, so that nothing is known of its names.
    pub(super) fn is_unknown(&self) -> bool {
        self.brought.is_none()
    }

    /// The names of its inputs and formulas.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let members = self.brought.iter().flat_map(|brought| &brought.members);
        members.map(|(name, _)| name.as_str())
    }

    /// The inputs that it brings, in their order.
    pub(super) fn inputs(&self) -> impl Iterator<Item = &Arc<Input>> {
        self.brought.iter().flat_map(|brought| {
            let inputs = brought.variant.inputs.iter().zip(&brought.kept);
            inputs.filter_map(|(input, kept)| kept.map(|_| input))
        })
    }

    /// How they are drawn together, where the first of them is the input `first`.
    pub(super) fn groups(&self, first: usize) -> Groups {
        self.brought
            .as_ref()
            .map_or_else(Groups::default, |brought| {
                let place = |input: usize| Some(first + brought.kept[input]?);
                Groups::of(&brought.variant, &place)
            })
    }

    /// Complaints about correlations between its inputs, for a nested run; and correlations that a binding takes away.
    pub(super) fn of_correlations(&self, import: &str) -> (Vec<Diagnostic>, Vec<[String; 2]>) {
        let Some(brought) = &self.brought else {
            return Default::default();
        };
        let qualified = |pair: &[String; 2]| pair.each_ref().map(|name| format!("{import}.{name}"));
        let mut dropped: Vec<[String; 2]> = brought
            .variant
            .dropped_correlations
            .iter()
            .map(qualified)
            .collect();
        dropped.extend(
            brought
                .variant
                .correlations
                .iter()
                .filter_map(|correlation| {
                    let lost = correlation
                        .inputs
                        .iter()
                        .any(|&input| brought.bound[input].is_some());
                    let name = |input: usize| brought.variant.inputs[input].name.clone();
                    lost.then(|| correlation.inputs.map(name))
                }),
        );
        (brought.variant.kinds_correlated.clone(), dropped)
    }

    /// Compiles it into the graph: what each of its members is there, and the formulas among them. `bound` is what takes the
    /// places of inputs.
    pub(super) fn compile(
        &self,
        compiler: &mut Compiler<'_>,
        first: usize,
        mut bound: Vec<Option<Compiled>>,
    ) -> Vec<Option<Compiled>> {
        let Some(brought) = &self.brought else {
            return Vec::new();
        };
        for (input, at) in brought.variant.inputs.iter().zip(&brought.bound) {
            if let Some(at) = *at
                && let Some(quantity) = &bound[at]
                && !quantity.fits(&input.unit.dimension)
            {
                refuse_binding(compiler, &self.bound[at], quantity, input);
                bound[at] = None;
            }
        }
        let known = |input: usize| match brought.bound[input] {
            Some(at) => bound[at].as_ref().map(|quantity| quantity.node),
            None => None,
        };
        let needed = needed_nodes(&brought.variant, |input| {
            brought.kept[input].is_some() || known(input).is_some()
        });
        let nodes = graft(
            &mut compiler.builder,
            &brought.variant.graph,
            &|node| needed[node],
            &|builder, input, dimension| {
                known(input).unwrap_or_else(|| {
                    let place = first + brought.kept[input].unwrap_or_default();
                    builder.node(Operation::Input(place), dimension)
                })
            },
        );
        let member = |(_, member): &(String, Member)| match member {
            Member::Input(input) => match (brought.bound[*input], brought.kept[*input]) {
                (Some(at), _) => bound[at].clone(),
                (None, Some(kept)) => compiler.input(first + kept),
                (None, None) => None,
            },
            Member::Formula(node) => nodes[node.0 as usize].map(|at| Compiled {
                node: at,
                dimension: Arc::new(
                    brought.variant.graph.nodes[node.0 as usize]
                        .dimension
                        .clone(),
                ),
                fits_any: false,
                constant: None,
            }),
        };
        brought.members.iter().map(member).collect()
    }

    /// Its formulas as they are named here, with what `compile` made of each.
    pub(super) fn formulas<'a>(
        &'a self,
        import: &'a str,
        compiled: &'a [Option<Compiled>],
    ) -> impl Iterator<Item = Formula> + 'a {
        self.brought.iter().flat_map(move |brought| {
            // Members are the inputs, then the formulas.
            let compiled = compiled.iter().skip(brought.variant.inputs.len());
            let formulas = brought.variant.formulas.iter().zip(compiled);
            formulas.filter_map(move |(formula, compiled)| {
                let node = compiled.as_ref()?.node;
                Some(formula.under(format!("{import}.{}", formula.name), node))
            })
        })
    }
}

/// Complains of a quantity that takes the place of an input of another dimension.
fn refuse_binding(compiler: &mut Compiler<'_>, text: &Text, quantity: &Compiled, input: &Input) {
    let wanted = &input.unit.dimension;
    let (have, want) = (describe(&quantity.dimension), describe(wanted));
    let message = format!("`{}` is {have}, but `{}` is {want}", text.value, input.name);
    let complaint = compiler
        .texts
        .error(&DIMENSION_MISMATCH, text.place, message)
        .label(format!("{have}{}", in_unit(&quantity.dimension)));
    let complaint = advise_on_mismatch(complaint, &quantity.dimension, wanted);
    compiler.complaints.push(complaint);
}

/// The nodes that can be computed from some of the inputs alone.
fn needed_nodes(variant: &Variant, has: impl Fn(usize) -> bool) -> Vec<bool> {
    let mut possible: Vec<bool> = Vec::with_capacity(variant.graph.nodes.len());
    for node in &variant.graph.nodes {
        possible.push(match &node.operation {
            Operation::Input(input) => has(*input),
            operation => operation
                .operands()
                .iter()
                .all(|id| possible[id.0 as usize]),
        });
    }
    possible
}

impl Context<'_> {
    /// Reads `[imports]`; `names` are the inputs and formulas of the file.
    pub(super) fn read_imports(&mut self, root: &Table, names: &HashSet<&str>) -> Vec<Arc<Named>> {
        let mut read = Vec::new();
        for entry in root
            .table("imports")
            .iter()
            .flat_map(|table| &table.entries)
        {
            self.check_quantity_name(&entry.key);
            if names.contains(entry.key.value.as_str()) {
                let message = format!("`{}` is an import and an input or formula", entry.key.value);
                let complaint = self
                    .texts
                    .error(&NAME_DEFINED_TWICE, entry.key.place, message)
                    .label("also an input or formula")
                    .advise("rename one of the two");
                self.complaints.push(complaint);
            }
            let imported = self.read_import(entry);
            read.push(Arc::new(Named {
                key: entry.key.clone(),
                quantity: Quantity::Import(Arc::new(imported)),
            }));
        }
        read
    }

    fn read_import(&mut self, entry: &Entry) -> Imported {
        let options = entry.node.as_table();
        let text = |key: &str| {
            options
                .and_then(|table| table.get(key))
                .and_then(Node::as_text)
        };
        let bindings = options.and_then(|table| table.table("inputs"));
        let bindings: &[Entry] = bindings.map_or(&[], |table| &table.entries);
        let bound: Vec<Text> = bindings
            .iter()
            .filter_map(|entry| entry.node.as_text())
            .collect();
        let path = text("file").or_else(|| entry.node.as_text());
        let file = path.and_then(|path| self.load_import(&path));
        let brought = file.and_then(|file| {
            let variant = self.chosen(&file.model, text("variant"))?.clone();
            self.adopt(&entry.key.value, &file, variant, bindings)
        });
        Imported { brought, bound }
    }

    /// The variant of a model that is asked for, or the scenario as written.
    fn chosen<'m>(&mut self, model: &'m Model, wanted: Option<Text>) -> Option<&'m Variant> {
        let Some(wanted) = wanted else {
            return model.variants.first();
        };
        let found = model
            .variants
            .iter()
            .find(|variant| variant.name == wanted.value);
        if found.is_none() {
            let names = || model.variants.iter().map(|variant| variant.name.as_str());
            let message = format!("the imported file has no variant `{}`", wanted.value);
            let mut complaint = self
                .texts
                .error(&UNKNOWN_VARIANT, wanted.place, message)
                .label("no such variant");
            complaint
                .advice
                .extend(did_you_mean(&wanted.value, names()));
            self.complaints
                .push(complaint.advise(format!("it has {}", listed(names()))));
        }
        found
    }

    /// Takes a variant over under the name of an import.
    fn adopt(
        &mut self,
        import: &str,
        file: &ImportedFile,
        mut variant: Variant,
        bindings: &[Entry],
    ) -> Option<Brought> {
        let inputs = variant.inputs.iter().enumerate();
        let members: Vec<(String, Member)> = inputs
            .map(|(at, input)| (input.name.clone(), Member::Input(at)))
            .chain(
                variant
                    .formulas
                    .iter()
                    .map(|formula| (formula.name.clone(), Member::Formula(formula.node))),
            )
            .collect();
        let index: HashMap<String, usize> = members
            .iter()
            .enumerate()
            .map(|(at, (name, _))| (name.clone(), at))
            .collect();
        let mut bound = vec![None; variant.inputs.len()];
        for (at, entry) in bindings
            .iter()
            .filter(|entry| entry.node.as_text().is_some())
            .enumerate()
        {
            match index.get(&entry.key.value).map(|&at| members[at].1) {
                Some(Member::Input(input)) => {
                    self.refuse_share(&variant, input, &entry.key);
                    bound[input] = Some(at);
                }
                other => {
                    let names = variant.inputs.iter().map(|input| input.name.as_str());
                    let message = match other {
                        Some(_) => format!(
                            "`{}` is a formula of the imported file, not an input",
                            entry.key.value
                        ),
                        None => format!("the imported file has no input `{}`", entry.key.value),
                    };
                    let mut complaint = self
                        .texts
                        .error(&IMPORT_BINDS_NOTHING, entry.key.place, message)
                        .label("no input there");
                    complaint
                        .advice
                        .extend(did_you_mean(&entry.key.value, names));
                    self.complaints.push(complaint.advise(
                        "name an input of the imported file; what stands after `=` takes its place",
                    ));
                }
            }
        }
        self.brought += variant.inputs.len() + variant.graph.nodes.len();
        let renamed = self.adopt_references(import, &file.model.references);
        let qualify = |source: &mut String| {
            if let Some(key) = renamed.get(source) {
                source.clone_from(key);
            }
        };
        for input in &mut variant.inputs {
            let input = Arc::make_mut(input);
            input.name = format!("{import}.{}", input.name);
            input.draw_key = format!("{import}.{}", input.draw_key);
            input.sources.iter_mut().for_each(qualify);
        }
        for shares in &mut variant.shares {
            shares.name = format!("{import}.{}", shares.name);
        }
        for correlation in &mut variant.correlations {
            correlation.sources.iter_mut().for_each(qualify);
        }
        Some(Brought {
            kept: vec![None; variant.inputs.len()],
            variant,
            members,
            index,
            bound,
        })
    }

    fn refuse_share(&mut self, variant: &Variant, input: usize, key: &Text) {
        if variant
            .shares
            .iter()
            .any(|shares| shares.inputs.contains(&input))
        {
            let message = format!(
                "`{}` is a share: with another in its place, the shares would no longer sum to 1",
                key.value
            );
            let complaint = self
                .texts
                .error(&SHARE_REPLACED_ALONE, key.place, message)
                .label("one of several that sum to 1")
                .advise("leave the shares as they are in the imported file");
            self.complaints.push(complaint);
        }
    }

    /// The keys of references that have to be others here, since the file has other works under theirs.
    fn adopt_references(
        &mut self,
        import: &str,
        references: &[Reference],
    ) -> HashMap<String, String> {
        let mut renamed = HashMap::new();
        for reference in references {
            let known = self.references.iter().chain(&self.adopted);
            let same_key = |other: &&Reference| other.key == reference.key;
            let key = match known.clone().find(same_key) {
                Some(other) if other == reference => continue,
                Some(_) => format!("{import}.{}", reference.key),
                None => reference.key.clone(),
            };
            if key != reference.key {
                renamed.insert(reference.key.clone(), key.clone());
            }
            self.adopted.push(Reference {
                key,
                ..reference.clone()
            });
        }
        renamed
    }

    /// Finds what the variants need of the imports, so that they bring no more.
    pub(super) fn prune_imports(
        &mut self,
        imports: Vec<Arc<Named>>,
        plans: &[VariantPlan],
        outputs: &[&str],
    ) -> Vec<Arc<Named>> {
        if imports.is_empty() {
            return imports;
        }
        if self.brought > MOST_NODES {
            let message = format!("the imports bring more than {MOST_NODES} inputs and operations");
            self.too_large(&imports[0].key, message);
            return imports;
        }
        let mut wanted: HashSet<&str> = outputs.iter().copied().collect();
        let quantities = plans.iter().flat_map(VariantPlan::quantities);
        for named in quantities.chain(&imports) {
            match &named.quantity {
                Quantity::Formula(formula) => {
                    let terms = formula.expression.iter().flat_map(|it| &it.terms);
                    wanted.extend(terms.filter_map(|term| match &term.kind {
                        TermKind::Name(name) if name.contains('.') => Some(name.as_str()),
                        _ => None,
                    }));
                }
                Quantity::Import(import) => {
                    wanted.extend(import.bound.iter().map(|text| text.value.as_str()));
                }
                Quantity::Input(_) => {}
            }
        }
        let mut pruned = Vec::with_capacity(imports.len());
        for named in &imports {
            let Quantity::Import(imported) = &named.quantity else {
                continue;
            };
            let members: Vec<&str> = wanted
                .iter()
                .filter_map(|name| {
                    name.strip_prefix(named.key.value.as_str())?
                        .strip_prefix('.')
                })
                .collect();
            pruned.push(Arc::new(Named {
                key: named.key.clone(),
                quantity: Quantity::Import(Arc::new(imported.with_only(&members))),
            }));
        }
        pruned
    }

    /// The complaint about a name with points in it that stands for nothing.
    pub(super) fn unknown_member(
        &self,
        name: &str,
        complaint: Diagnostic,
        imports: &[(&str, &Imported)],
    ) -> Diagnostic {
        let (prefix, member) = name.split_once('.').unwrap_or((name, ""));
        let mut complaint = complaint;
        match imports.iter().find(|(import, _)| *import == prefix) {
            Some((_, imported)) => {
                let near = did_you_mean(member, imported.names());
                complaint.advice.extend(near);
                let names = listed(imported.names());
                complaint.advise(format!("`{prefix}` has {names}"))
            }
            None => {
                let imports = imports.iter().map(|(import, _)| *import);
                complaint.advice.extend(did_you_mean(prefix, imports));
                complaint.advise(format!(
                    "add the file to [imports], such as `{prefix} = \"{prefix}.toml\"`"
                ))
            }
        }
    }

    /// Complains of bindings to names that do not exist.
    pub(super) fn check_bound_names(&mut self, imports: &[Arc<Named>], names: &HashSet<&str>) {
        for named in imports {
            let Quantity::Import(imported) = &named.quantity else {
                continue;
            };
            for text in &imported.bound {
                let known = names.contains(text.value.as_str())
                    || member_of(imports, &text.value).is_some();
                if known {
                    continue;
                }
                let message = format!("`{}` is neither an input nor a formula", text.value);
                let mut complaint = self
                    .texts
                    .error(&UNKNOWN_NAME, text.place, message)
                    .label("unknown name");
                complaint
                    .advice
                    .extend(did_you_mean(&text.value, names.iter().copied()));
                self.complaints.push(complaint.advise(
                    "name an input or formula of this file, which takes the place of the imported input",
                ));
            }
        }
    }
}

/// The import that a name with points in it begins with, and the number of the member; `None` when there is none.
fn member_of(imports: &[Arc<Named>], name: &str) -> Option<()> {
    let (prefix, member) = name.split_once('.')?;
    let named = imports.iter().find(|named| named.key.value == prefix)?;
    match &named.quantity {
        Quantity::Import(imported) if imported.is_unknown() => Some(()),
        Quantity::Import(imported) => imported.member(member).map(|_| ()),
        _ => None,
    }
}

impl Imported {
    /// The same with no inputs but those that these members need.
    fn with_only(&self, wanted: &[&str]) -> Imported {
        let brought = self.brought.as_ref().map(|brought| {
            let variant = &brought.variant;
            let mut nodes = vec![false; variant.graph.nodes.len()];
            let mut inputs = vec![false; variant.inputs.len()];
            for at in wanted.iter().filter_map(|name| brought.index.get(*name)) {
                match brought.members[*at].1 {
                    Member::Input(input) => inputs[input] = true,
                    Member::Formula(node) => nodes[node.0 as usize] = true,
                }
            }
            for at in (0..nodes.len()).rev().collect::<Vec<_>>() {
                if !nodes[at] {
                    continue;
                }
                match &variant.graph.nodes[at].operation {
                    Operation::Input(input) => inputs[*input] = true,
                    operation => {
                        for operand in operation.operands() {
                            nodes[operand.0 as usize] = true;
                        }
                    }
                }
            }
            // What is drawn together stays together.
            for group in drawn_together(variant) {
                let needed = |&input: &usize| inputs[input] && brought.bound[input].is_none();
                if group.iter().any(needed) {
                    group.iter().for_each(|&input| inputs[input] = true);
                }
            }
            let mut next = 0;
            let kept = inputs.iter().zip(&brought.bound).map(|(&needed, bound)| {
                let keep = needed && bound.is_none();
                keep.then(|| {
                    next += 1;
                    next - 1
                })
            });
            Brought {
                kept: kept.collect(),
                variant: variant.clone(),
                members: brought.members.clone(),
                index: brought.index.clone(),
                bound: brought.bound.clone(),
            }
        });
        Imported {
            brought,
            bound: self.bound.clone(),
        }
    }
}

/// Names in a sentence; of many, the first ones.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.len() > LISTED {
        let more = names.len() - LISTED;
        names.truncate(LISTED);
        return format!("{} and {more} more", names.join(", "));
    }
    one_of(&names)
}
