//! Variants: the scenario with some inputs and formulas replaced, each checked whole.

use super::check::{Context, Named, Quantity};
use super::codes::{NUMBER_WITHOUT_UNIT, REPLACES_NOTHING, VARIANT_DEFINED_TWICE};
use super::correlations::PlannedCorrelation;
use super::dimensions::{Compiler, InputView};
use super::graph::Builder;
use super::groups::Groups;
use super::inputs::InputEntry;
use super::observed::{ObservedEntry, of_variant};
use super::outputs::OutputEntry;
use super::{Definition, Formula, Input, Variant};
use crate::diagnostic::did_you_mean;
use crate::scenario::edits::number_in_unit_of;
use crate::scenario::tree::{Entry, Node, Table, Text, Value};
use crate::unit::Dimension;
use num_rational::BigRational;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A variant as read: what each of its names stands for.
#[derive(Debug)]
pub(super) struct VariantPlan {
    pub(super) name: String,
    description: Option<String>,
    /// What a sweep gave it.
    pub(super) swept: Vec<(String, String)>,
    quantities: Vec<Arc<Named>>,
    /// Its own correlations, then those of the scenario as written that it does not replace.
    pub(super) correlations: Vec<PlannedCorrelation>,
}

impl Context<'_> {
    /// The scenario as written, then each entry of `[variants]`.
    pub(super) fn read_variants(
        &mut self,
        root: &Table,
        base: &[Arc<Named>],
        names: &HashSet<&str>,
    ) -> Vec<VariantPlan> {
        let base_name = root.get("variant").and_then(Node::as_text);
        if let Some(name) = &base_name {
            self.check_variant_name(name);
        }
        let base_name = base_name.map_or_else(|| "base".to_owned(), |text| text.value);
        let mut seen = HashSet::from([base_name.to_lowercase()]);
        let correlations = self.read_correlations(root.get("correlations"), names);
        let correlations = correlations.into_iter();
        let correlations = correlations
            .map(|correlation| correlation.with_edits(|name| is_edited(root, name)))
            .collect();
        let mut plans = vec![VariantPlan {
            name: base_name,
            description: None,
            swept: Vec::new(),
            quantities: base.to_vec(),
            correlations,
        }];
        let index: HashMap<&str, usize> = base
            .iter()
            .enumerate()
            .map(|(index, named)| (named.key.value.as_str(), index))
            .collect();
        for entry in root
            .table("variants")
            .iter()
            .flat_map(|table| &table.entries)
        {
            self.check_variant_name(&entry.key);
            self.refuse_second_variant(&entry.key, &mut seen);
            if let Some(table) = entry.node.as_table() {
                let mut plan = self.read_variant(root, (&entry.key, table), base, &index, names);
                plan.inherit_correlations(&plans[0].correlations);
                plans.push(plan);
            }
        }
        self.read_sweep(root, &mut plans, &index, names, &mut seen);
        plans
    }

    /// Complains of a second variant of a name.
    pub(super) fn refuse_second_variant(&mut self, name: &Text, seen: &mut HashSet<String>) {
        if seen.insert(name.value.to_lowercase()) {
            return;
        }
        let message = format!(
            "there is already a variant called `{}`, not counting case",
            name.value
        );
        let complaint = self
            .texts
            .error(&VARIANT_DEFINED_TWICE, name.place, message)
            .label("a second one");
        let advice = "give it another name (the scenario as written is a variant too: `base`, or the header's `variant`)";
        self.complaints.push(complaint.advise(advice));
    }

    fn read_variant(
        &mut self,
        root: &Table,
        (key, table): (&Text, &Table),
        base: &[Arc<Named>],
        index: &HashMap<&str, usize>,
        names: &HashSet<&str>,
    ) -> VariantPlan {
        let correlations = self.read_correlations(table.get("correlations"), names);
        // What the variant defines itself stands whatever `--set` has put into the scenario.
        let is_own = |name: &str| {
            let mut sections = ["inputs", "formulas"].iter();
            sections.any(|section| {
                table
                    .table(section)
                    .is_some_and(|own| own.get(name).is_some())
            })
        };
        let correlations = correlations.into_iter().map(|correlation| {
            correlation.with_edits(|name| is_edited(root, name) && !is_own(name))
        });
        let mut plan = VariantPlan {
            name: key.value.clone(),
            description: table
                .get("description")
                .and_then(Node::as_text)
                .map(|text| text.value),
            swept: Vec::new(),
            quantities: base.to_vec(),
            correlations: correlations.collect(),
        };
        let sources = self.read_sources(table.get("source"));
        let entries = |section: &str| {
            table
                .table(section)
                .map_or(&[][..], |table| &table.entries[..])
        };
        let replaced: HashSet<&str> = entries("inputs")
            .iter()
            .map(|entry| entry.key.value.as_str())
            .collect();
        for entry in entries("inputs") {
            let Some(original) = self.replaced(&entry.key, base, index) else {
                continue;
            };
            let Some(node) = self.as_input(entry, &base[original]) else {
                continue;
            };
            let mut input = self.read_input(&entry.key, &node);
            if let Some(input) = &mut input.input
                && input.sources.is_empty()
            {
                // What a variant changes is from the variant's source, unless it says otherwise.
                Arc::make_mut(input).sources.clone_from(&sources);
            }
            if self.is_another_quantity(&input, &base[original]) {
                input.draw_as(format!("{}/{}", plan.name, entry.key.value));
            }
            let named = Named {
                key: entry.key.clone(),
                quantity: Quantity::Input(Arc::new(input)),
            };
            plan.put(original, Arc::new(named));
        }
        for entry in entries("formulas") {
            if replaced.contains(entry.key.value.as_str()) {
                self.complain_of_name_twice(&entry.key);
                continue;
            }
            let Some(original) = self.replaced(&entry.key, base, index) else {
                continue;
            };
            let formula = self.read_formula(&entry.key, &entry.node, names);
            let named = Named {
                key: entry.key.clone(),
                quantity: Quantity::Formula(Arc::new(formula)),
            };
            plan.put(original, Arc::new(named));
        }
        plan
    }

    /// Whether an input that replaces something is drawn apart from it.
    pub(super) fn is_another_quantity(&mut self, input: &InputEntry, replaced: &Named) -> bool {
        let same = match &replaced.quantity {
            Quantity::Input(before) => {
                self.refuse_shared_draws(input, before);
                input.shares_draws || input.same_quantity(before)
            }
            Quantity::Formula(_) | Quantity::Import(_) => input.shares_draws,
        };
        let by_file = matches!(&input.input, Some(input) if input.data.is_some());
        !same && !by_file
    }

    /// The entry as an input's table: a bare number takes the unit of the input it replaces.
    fn as_input(&mut self, entry: &Entry, original: &Named) -> Option<Node> {
        match (&entry.node.value, &original.quantity) {
            (Value::Table(_), _) => Some(entry.node.clone()),
            (Value::Number(..), Quantity::Input(input)) => {
                Some(number_in_unit_of(&input.table, entry.node.clone()))
            }
            (Value::Number(..), Quantity::Formula(_)) => {
                let name = &entry.key.value;
                let message =
                    format!("`{name}` is a formula, so it has no unit to give the number");
                let complaint = self
                    .texts
                    .error(&NUMBER_WITHOUT_UNIT, entry.node.place, message)
                    .label("without a unit");
                self.complaints.push(
                    complaint.advise(format!("write `{name} = {{ value = 1, unit = \"kWh\" }}`")),
                );
                None
            }
            // The walker has complained of its type; an import is not replaced.
            _ => None,
        }
    }

    fn replaced(
        &mut self,
        key: &Text,
        base: &[Arc<Named>],
        index: &HashMap<&str, usize>,
    ) -> Option<usize> {
        if self.is_share(&key.value) {
            let complaint = self.share_replaced_alone(key);
            self.complaints.push(complaint);
            return None;
        }
        let original = index.get(key.value.as_str()).copied();
        if original.is_none() {
            let message = format!(
                "the scenario has no input or formula `{}` to replace",
                key.value
            );
            let mut complaint = self
                .texts
                .error(&REPLACES_NOTHING, key.place, message)
                .label("replaces nothing");
            complaint.advice.extend(did_you_mean(
                &key.value,
                base.iter().map(|named| named.key.value.as_str()),
            ));
            self.complaints.push(complaint.advise(
                "a variant replaces inputs and formulas that exist; add it to the scenario first",
            ));
        }
        original
    }

    /// Resolves, compiles and assembles one variant, which shares what it can with the one before it; `None` when something was
    /// complained about.
    pub(super) fn build_variant(
        &mut self,
        plan: VariantPlan,
        (is_first, before): (bool, Option<&Variant>),
        imports: &[Arc<Named>],
        entries: &[OutputEntry],
        observed: &[ObservedEntry],
        used: &mut HashSet<String>,
    ) -> Option<Variant> {
        let resolved = self.resolve(&plan.quantities, imports);
        let mut views = Vec::new();
        let mut inputs: Vec<(String, Option<Arc<Input>>)> = Vec::new();
        for named in &plan.quantities {
            let Quantity::Input(entry) = &named.quantity else {
                continue;
            };
            views.push(InputView {
                unit: entry.unit.clone(),
                fixed: entry.input.as_deref().and_then(fixed),
            });
            inputs.push((named.key.value.clone(), entry.input.clone()));
        }
        let mut correlations = self.build_correlations(&plan.correlations, &inputs);
        let mut groups = Groups {
            shares: self.build_shares(&inputs),
            rows: self.build_rows(&plan.quantities, &inputs),
            correlations: std::mem::take(&mut correlations.kept),
        };
        // After its own, so that an import leaves their draws as they are.
        let mut firsts = Vec::new();
        for (name, imported) in &resolved.imports {
            firsts.push(inputs.len());
            groups.append(imported.groups(inputs.len()));
            for input in imported.inputs() {
                views.push(InputView {
                    unit: Some(input.unit.clone()),
                    fixed: fixed(input),
                });
                inputs.push((input.name.clone(), Some(input.clone())));
            }
            let (between_kinds, dropped) = imported.of_correlations(name);
            correlations.between_kinds.extend(between_kinds);
            correlations.dropped.extend(dropped);
        }
        let mut complaints = Vec::new();
        let mut compiler = Compiler {
            texts: self.texts,
            complaints: &mut complaints,
            inputs: views,
            builder: Builder::default(),
            formulas: Vec::new(),
            imports: Vec::new(),
            pure: Arc::new(Dimension::default()),
        };
        resolved.compile(&mut compiler, &firsts);
        let own = (!is_first && plan.swept.is_empty()).then_some(plan.name.as_str());
        let outputs = self.build_outputs(entries, &resolved, &mut compiler, own);
        resolved.mark_used(entries.iter().map(|entry| entry.key.value.clone()), used);
        let named = |(index, named): (usize, &&Named)| {
            let Quantity::Formula(parsed) = &named.quantity else {
                return None;
            };
            compiler.formulas[index]
                .as_ref()
                .map(|value| Formula::new(named.key.value.clone(), value.node, Arc::clone(parsed)))
        };
        let formulas: Option<Vec<_>> = resolved.names.iter().enumerate().map(named).collect();
        let imported = resolved.imports.iter().zip(&compiler.imports);
        let imported: Vec<Formula> = imported
            .flat_map(|((import, imported), compiled)| imported.formulas(import, compiled))
            .collect();
        let graph = Arc::new(compiler.builder.finish());
        self.complaints.append(&mut complaints);
        let formulas = Arc::from([formulas?, imported].concat());
        let outputs = Arc::from(outputs?);
        Some(Variant {
            observed: of_variant(observed, &plan.name),
            name: plan.name,
            description: plan.description,
            swept: plan.swept,
            inputs: inputs
                .into_iter()
                .map(|(_, input)| input)
                .collect::<Option<Vec<_>>>()?,
            graph: same_as(graph, before.map(|before| &before.graph)),
            formulas: same_as(formulas, before.map(|before| &before.formulas)),
            outputs: same_as(outputs, before.map(|before| &before.outputs)),
            shares: groups.shares,
            rows: groups.rows,
            correlations: groups.correlations,
            kinds_correlated: correlations.between_kinds,
            dropped_correlations: correlations.dropped,
        })
    }
}

/// Whether the input or formula of that name was put there by `--set`: the file is the first of the texts.
fn is_edited(root: &Table, name: &str) -> bool {
    ["inputs", "formulas"].iter().any(|section| {
        let node = root.table(section).and_then(|table| table.get(name));
        node.is_some_and(|node| node.place.text > 0)
    })
}

/// What stands there already, where it is the same.
fn same_as<T: PartialEq + ?Sized>(new: Arc<T>, before: Option<&Arc<T>>) -> Arc<T> {
    match before {
        Some(before) if **before == *new => Arc::clone(before),
        _ => new,
    }
}

/// The number of a constant.
fn fixed(input: &Input) -> Option<BigRational> {
    match &input.definition {
        Definition::Fixed(value) => Some(value.clone()),
        Definition::Random(_) => None,
    }
}

impl VariantPlan {
    /// What each of its names stands for.
    pub(super) fn quantities(&self) -> &[Arc<Named>] {
        &self.quantities
    }

    /// The variant's name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The scenario as written under another name.
    pub(super) fn like(&self, name: String) -> VariantPlan {
        let mut plan = VariantPlan {
            name,
            description: None,
            swept: Vec::new(),
            quantities: self.quantities.clone(),
            correlations: Vec::new(),
        };
        plan.inherit_correlations(&self.correlations);
        plan
    }

    /// Adds the correlations of the scenario as written, but those of pairs that this variant has its own for.
    fn inherit_correlations(&mut self, base: &[PlannedCorrelation]) {
        let own = self.correlations.len();
        for correlation in base {
            if !self.correlations[..own]
                .iter()
                .any(|mine| mine.same_pair(correlation))
            {
                self.correlations.push(correlation.inherited());
            }
        }
    }

    /// What a name stands for.
    pub(super) fn quantity(&self, original: usize) -> &Named {
        &self.quantities[original]
    }

    /// Puts a quantity in the place of another, so that everything keeps its order.
    pub(super) fn put(&mut self, original: usize, named: Arc<Named>) {
        self.quantities[original] = named;
    }
}
