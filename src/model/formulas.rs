//! Formulas: read once, then for each variant names are resolved, the order found and the graph built.

use super::check::{Context, Named, Quantity};
use super::codes::{FORMULA_CYCLE, NAME_DEFINED_TWICE, UNKNOWN_NAME};
use super::dimensions::Compiler;
use super::imports::Imported;
use crate::diagnostic::did_you_mean;
use crate::scenario::formula::{Expression, TermKind, Vocabulary, parse};
use crate::scenario::tree::{Node, Place, Text};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Complaints after which unknown names are no longer compared with the known ones.
const MOST_SUGGESTIONS: usize = 100;

/// A formula as far as it could be read.
#[derive(Debug)]
pub(super) struct ParsedFormula {
    /// Its text in the file.
    pub(super) text: Text,
    /// What it says; `None` when it was complained about.
    pub(super) expression: Option<Expression>,
}

/// Where a name's quantity is found in a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// An input, by index.
    Input(usize),
    /// A formula, by index.
    Formula(usize),
    /// A name of an import, both by index.
    Member { import: usize, member: usize },
}

/// What the formulas of a variant, and after them its imports, are computed by.
#[derive(Debug, Clone, Copy)]
pub(super) enum Computed<'a> {
    Formula(&'a ParsedFormula),
    /// An import, which comes after what is bound in it.
    Import(&'a Imported),
}

/// A mention of a formula or an import inside another.
struct Need {
    computed: usize,
    place: Place,
}

impl Context<'_> {
    /// Reads a formula. `names` are the inputs and formulas of the file, known before any is read.
    pub(super) fn read_formula(
        &mut self,
        key: &Text,
        node: &Node,
        names: &HashSet<&str>,
    ) -> ParsedFormula {
        let Some(text) = node.as_text() else {
            // The walker has complained of its type.
            return ParsedFormula {
                text: Text {
                    value: String::new(),
                    place: key.place,
                },
                expression: None,
            };
        };
        let vocabulary = Vocabulary {
            units: &self.units,
            // No unit has a point in its name.
            is_quantity: &|name| names.contains(name) || name.contains('.'),
        };
        let expression = match parse(&text.value, &vocabulary) {
            Ok(expression) => Some(expression),
            Err(fault) => {
                let complaint = self.texts.fault(&text, fault);
                self.complaints.push(complaint);
                None
            }
        };
        ParsedFormula { text, expression }
    }

    pub(super) fn complain_of_name_twice(&mut self, key: &Text) {
        let message = format!("`{}` is an input and a formula", key.value);
        let complaint = self
            .texts
            .error(&NAME_DEFINED_TWICE, key.place, message)
            .label("also an input");
        self.complaints
            .push(complaint.advise("rename one of the two"));
    }

    /// Complains of names in formulas that stand for nothing, and finds what needs what.
    fn needs(&mut self, resolved: &Resolved<'_>) -> Vec<Vec<Need>> {
        let mut needs = Vec::new();
        for computed in resolved.computed() {
            let mut own = Vec::new();
            match computed {
                Computed::Formula(formula) => {
                    let mut unknown: HashSet<&str> = HashSet::new();
                    let terms = formula.expression.iter().flat_map(|it| &it.terms);
                    for term in terms {
                        let TermKind::Name(name) = &term.kind else {
                            continue;
                        };
                        let place = || self.texts.within(&formula.text, term.range());
                        match resolved.find(name) {
                            Some(slot) => own.extend(resolved.need(slot, place)),
                            None if resolved.may_have(name) => {}
                            None => {
                                if unknown.insert(name) {
                                    let place = place();
                                    self.complain_of_unknown_name(name, place, resolved);
                                }
                            }
                        }
                    }
                }
                Computed::Import(imported) => {
                    for text in &imported.bound {
                        let slot = resolved.find(&text.value);
                        own.extend(slot.and_then(|slot| resolved.need(slot, || text.place)));
                    }
                }
            }
            needs.push(own);
        }
        needs
    }

    pub(super) fn complain_of_unknown_name(
        &mut self,
        name: &str,
        place: Place,
        resolved: &Resolved<'_>,
    ) {
        if resolved.may_have(name) {
            return;
        }
        let is_import = resolved.imports.iter().any(|(import, _)| *import == name);
        let message = if is_import {
            format!("`{name}` is an imported file, not a quantity")
        } else {
            format!("`{name}` is neither an input nor a formula")
        };
        let mut complaint = self
            .texts
            .error(&UNKNOWN_NAME, place, message)
            .label("unknown name");
        if is_import || name.contains('.') {
            let complaint = self.unknown_member(name, complaint, &resolved.imports);
            self.complaints.push(complaint);
            return;
        }
        // Comparing with every name takes its time; a file with hundreds of faults has another problem than a slip.
        if self.complaints.len() < MOST_SUGGESTIONS {
            complaint
                .advice
                .extend(did_you_mean(name, resolved.slots.keys().copied()));
        }
        self.complaints.push(complaint.advise(format!("define it below [inputs] or [formulas], such as `{name} = {{ value = 1, unit = \"kWh\" }}`")));
    }

    /// The order in which everything comes after what it needs; members of a cycle are left out and complained of.
    /// An explicit stack: a chain may be as long as the file.
    fn order(&mut self, names: &[&str], needs: &[Vec<Need>]) -> Vec<usize> {
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            Untouched,
            Open,
            Done,
        }
        let mut state = vec![State::Untouched; needs.len()];
        let mut order = Vec::with_capacity(needs.len());
        // Each entry: a formula or import, and how many of its needs have been looked at.
        let mut stack: Vec<(usize, usize)> = Vec::new();
        for first in 0..needs.len() {
            if state[first] != State::Untouched {
                continue;
            }
            stack.push((first, 0));
            state[first] = State::Open;
            while let Some((computed, next)) = stack.pop() {
                let Some(need) = needs[computed].get(next) else {
                    state[computed] = State::Done;
                    order.push(computed);
                    continue;
                };
                stack.push((computed, next + 1));
                match state[need.computed] {
                    State::Untouched => {
                        state[need.computed] = State::Open;
                        stack.push((need.computed, 0));
                    }
                    State::Open => {
                        let from = stack
                            .iter()
                            .position(|(open, _)| *open == need.computed)
                            .unwrap_or(0);
                        let circle: Vec<&str> =
                            stack[from..].iter().map(|(open, _)| names[*open]).collect();
                        self.complain_of_cycle(&circle, need.place);
                    }
                    State::Done => {}
                }
            }
        }
        order
    }

    fn complain_of_cycle(&mut self, circle: &[&str], place: Place) {
        let mut path: Vec<&str> = circle.to_vec();
        path.extend(circle.first());
        let shown = if path.len() > 12 {
            let (head, tail) = (path[..6].join(" → "), path[path.len() - 5..].join(" → "));
            format!("{head} → … → {tail}")
        } else {
            path.join(" → ")
        };
        let complaint = self
            .texts
            .error(
                &FORMULA_CYCLE,
                place,
                format!("formulas need each other: {shown}"),
            )
            .label("comes back here");
        self.complaints.push(
            complaint.advise(
                "make one of them an input, or write the solution of the circle as a formula",
            ),
        );
    }
}

/// The formulas and imports of a variant in the order they are computed, and what each needs.
pub(super) struct Resolved<'a> {
    pub(super) slots: HashMap<&'a str, Slot>,
    pub(super) names: Vec<&'a Named>,
    formulas: Vec<&'a ParsedFormula>,
    pub(super) imports: Vec<(&'a str, &'a Imported)>,
    order: Vec<usize>,
}

impl Context<'_> {
    /// Resolves the names of one variant.
    pub(super) fn resolve<'a>(
        &mut self,
        quantities: &'a [Arc<Named>],
        imports: &'a [Arc<Named>],
    ) -> Resolved<'a> {
        let mut resolved = Resolved {
            slots: HashMap::with_capacity(quantities.len()),
            names: Vec::new(),
            formulas: Vec::new(),
            imports: Vec::new(),
            order: Vec::new(),
        };
        let mut inputs = 0;
        for named in quantities.iter().chain(imports) {
            let name = named.key.value.as_str();
            let slot = match &named.quantity {
                Quantity::Input(_) => {
                    inputs += 1;
                    Slot::Input(inputs - 1)
                }
                Quantity::Formula(formula) => {
                    resolved.names.push(named);
                    resolved.formulas.push(formula.as_ref());
                    Slot::Formula(resolved.formulas.len() - 1)
                }
                Quantity::Import(imported) => {
                    resolved.imports.push((name, imported));
                    continue;
                }
            };
            resolved.slots.insert(name, slot);
        }
        let needs = self.needs(&resolved);
        let names: Vec<&str> = resolved
            .names
            .iter()
            .map(|named| named.key.value.as_str())
            .chain(resolved.imports.iter().map(|(name, _)| *name))
            .collect();
        resolved.order = self.order(&names, &needs);
        resolved
    }
}

impl<'a> Resolved<'a> {
    /// What a name stands for; with a point in it, a name of an import.
    pub(super) fn find(&self, name: &str) -> Option<Slot> {
        if let Some(slot) = self.slots.get(name) {
            return Some(*slot);
        }
        let (import, name) = self.split(name)?;
        let member = self.imports[import].1.member(name)?;
        Some(Slot::Member { import, member })
    }

    /// Whether a name may be one of an import that was refused.
    fn may_have(&self, name: &str) -> bool {
        let import = self.split(name).map(|(import, _)| self.imports[import].1);
        import.is_some_and(Imported::is_unknown)
    }

    /// The import that a name with a point in it begins with, and the rest of it.
    fn split<'n>(&self, name: &'n str) -> Option<(usize, &'n str)> {
        let (prefix, rest) = name.split_once('.')?;
        let import = self
            .imports
            .iter()
            .position(|(import, _)| *import == prefix)?;
        Some((import, rest))
    }

    fn computed(&self) -> impl Iterator<Item = Computed<'a>> {
        let formulas = self
            .formulas
            .iter()
            .map(|formula| Computed::Formula(formula));
        let imports = self
            .imports
            .iter()
            .map(|(_, imported)| Computed::Import(imported));
        formulas.chain(imports).collect::<Vec<_>>().into_iter()
    }

    /// What has to be computed before a name can be used.
    fn need(&self, slot: Slot, place: impl Fn() -> Place) -> Option<Need> {
        let computed = match slot {
            Slot::Input(_) => return None,
            Slot::Formula(formula) => formula,
            Slot::Member { import, .. } => self.formulas.len() + import,
        };
        Some(Need {
            computed,
            place: place(),
        })
    }

    /// Compiles every formula and import, each after what it needs. The inputs of an import begin at its entry of `firsts`.
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>, firsts: &[usize]) {
        compiler.formulas = vec![None; self.formulas.len()];
        compiler.imports = vec![Vec::new(); self.imports.len()];
        for &index in &self.order {
            let Some(formula) = self.formulas.get(index) else {
                let import = index - self.formulas.len();
                let imported = self.imports[import].1;
                let bound: Vec<_> = imported
                    .bound
                    .iter()
                    .map(|text| {
                        self.find(&text.value)
                            .and_then(|slot| compiler.quantity(slot))
                    })
                    .collect();
                compiler.imports[import] = imported.compile(compiler, firsts[import], bound);
                continue;
            };
            compiler.formulas[index] = compiler.formula(formula, &|name| self.find(name));
        }
    }

    /// Adds the names that some quantities need, directly or through formulas, to `used`; of an import, its own name.
    pub(super) fn mark_used(
        &self,
        roots: impl Iterator<Item = String>,
        used: &mut HashSet<String>,
    ) {
        let mut stack: Vec<String> = roots.collect();
        let mut seen: HashSet<String> = HashSet::new();
        while let Some(name) = stack.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            match self.find(&name) {
                Some(Slot::Formula(index)) => {
                    for term in self.formulas[index]
                        .expression
                        .iter()
                        .flat_map(|expression| &expression.terms)
                    {
                        if let TermKind::Name(name) = &term.kind
                            && !seen.contains(name)
                        {
                            stack.push(name.clone());
                        }
                    }
                }
                Some(Slot::Member { import, .. }) => {
                    let (name, imported) = self.imports[import];
                    used.insert(name.to_owned());
                    stack.extend(imported.bound.iter().map(|text| text.value.clone()));
                }
                _ => {}
            }
            used.insert(name);
        }
    }
}
