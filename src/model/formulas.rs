//! Formulas: read once, then for each variant names are resolved, the order found and the graph built.

use super::check::{Context, Named, Quantity};
use super::codes::{FORMULA_CYCLE, NAME_DEFINED_TWICE, UNKNOWN_NAME};
use super::dimensions::Compiler;
use crate::diagnostic::did_you_mean;
use crate::scenario::formula::{Expression, TermKind, Vocabulary, parse};
use crate::scenario::tree::{Node, Place, Text};
use crate::scenario::walk::not_yet_available;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

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
}

/// A mention of a formula inside another.
struct Need {
    formula: usize,
    range: Range<usize>,
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
            is_quantity: &|name| names.contains(name),
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

    /// Complains of names in formulas that stand for nothing, and finds which formulas need which.
    fn needs(
        &mut self,
        formulas: &[&ParsedFormula],
        slots: &HashMap<&str, Slot>,
    ) -> Vec<Vec<Need>> {
        let mut needs = Vec::with_capacity(formulas.len());
        for formula in formulas {
            let mut own = Vec::new();
            let mut unknown: HashSet<&str> = HashSet::new();
            for term in formula
                .expression
                .iter()
                .flat_map(|expression| &expression.terms)
            {
                let TermKind::Name(name) = &term.kind else {
                    continue;
                };
                match slots.get(name.as_str()) {
                    Some(Slot::Formula(formula)) => own.push(Need {
                        formula: *formula,
                        range: term.range(),
                    }),
                    Some(Slot::Input(_)) => {}
                    None => {
                        if unknown.insert(name) {
                            let place = self.texts.within(&formula.text, term.range());
                            self.complain_of_unknown_name(name, place, slots);
                        }
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
        slots: &HashMap<&str, Slot>,
    ) {
        if name.contains('.') {
            self.complaints.push(not_yet_available(
                self.texts,
                place,
                "names of imported files",
            ));
            return;
        }
        let message = format!("`{name}` is neither an input nor a formula");
        let mut complaint = self
            .texts
            .error(&UNKNOWN_NAME, place, message)
            .label("unknown name");
        // Comparing with every name takes its time; a file with hundreds of faults has another problem than a slip.
        if self.complaints.len() < MOST_SUGGESTIONS {
            complaint
                .advice
                .extend(did_you_mean(name, slots.keys().copied()));
        }
        self.complaints.push(complaint.advise(format!("define it below [inputs] or [formulas], such as `{name} = {{ value = 1, unit = \"kWh\" }}`")));
    }

    /// The order in which every formula comes after those it needs; members of a cycle are left out and complained of.
    /// An explicit stack: a chain may be as long as the file.
    fn order(
        &mut self,
        names: &[&Named],
        formulas: &[&ParsedFormula],
        needs: &[Vec<Need>],
    ) -> Vec<usize> {
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            Untouched,
            Open,
            Done,
        }
        let mut state = vec![State::Untouched; formulas.len()];
        let mut order = Vec::with_capacity(formulas.len());
        // Each entry: a formula, and how many of its needs have been looked at.
        let mut stack: Vec<(usize, usize)> = Vec::new();
        for first in 0..formulas.len() {
            if state[first] != State::Untouched {
                continue;
            }
            stack.push((first, 0));
            state[first] = State::Open;
            while let Some((formula, next)) = stack.pop() {
                let Some(need) = needs[formula].get(next) else {
                    state[formula] = State::Done;
                    order.push(formula);
                    continue;
                };
                stack.push((formula, next + 1));
                match state[need.formula] {
                    State::Untouched => {
                        state[need.formula] = State::Open;
                        stack.push((need.formula, 0));
                    }
                    State::Open => {
                        let from = stack
                            .iter()
                            .position(|(open, _)| *open == need.formula)
                            .unwrap_or(0);
                        let circle: Vec<&str> = stack[from..]
                            .iter()
                            .map(|(open, _)| names[*open].key.value.as_str())
                            .collect();
                        let place = self
                            .texts
                            .within(&formulas[formula].text, need.range.clone());
                        self.complain_of_cycle(&circle, place);
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

/// The formulas of a variant in the order they are computed, and what each needs.
pub(super) struct Resolved<'a> {
    pub(super) slots: HashMap<&'a str, Slot>,
    pub(super) names: Vec<&'a Named>,
    pub(super) formulas: Vec<&'a ParsedFormula>,
    pub(super) order: Vec<usize>,
}

impl Context<'_> {
    /// Resolves the names of one variant.
    pub(super) fn resolve<'a>(&mut self, quantities: &'a [Named]) -> Resolved<'a> {
        let mut slots = HashMap::with_capacity(quantities.len());
        let (mut names, mut formulas, mut inputs) = (Vec::new(), Vec::new(), 0);
        for named in quantities {
            let slot = match &named.quantity {
                Quantity::Input(_) => {
                    inputs += 1;
                    Slot::Input(inputs - 1)
                }
                Quantity::Formula(formula) => {
                    names.push(named);
                    formulas.push(formula.as_ref());
                    Slot::Formula(formulas.len() - 1)
                }
            };
            slots.insert(named.key.value.as_str(), slot);
        }
        let needs = self.needs(&formulas, &slots);
        let order = self.order(&names, &formulas, &needs);
        Resolved {
            slots,
            names,
            formulas,
            order,
        }
    }
}

impl Resolved<'_> {
    /// Compiles every formula, each after those it needs.
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) {
        compiler.formulas = vec![None; self.formulas.len()];
        for &index in &self.order {
            let compiled =
                compiler.formula(self.formulas[index], &|name| self.slots.get(name).copied());
            compiler.formulas[index] = compiled;
        }
    }

    /// Adds the names that some quantities need, directly or through formulas, to `used`.
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
            if let Some(Slot::Formula(index)) = self.slots.get(name.as_str()) {
                for term in self.formulas[*index]
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
            used.insert(name);
        }
    }
}
