//! The parameters of a distribution: the families' table says which keys there are and which go together.

use super::Definition;
use super::check::Context;
use super::codes::{
    BETA_BOUNDS_MISSING, PARAMETER_MISSING, PARAMETERS_MIXED, UNKNOWN_DISTRIBUTION,
};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::distribution::codes::{PARAMETER_TOO_EXTREME, WEIGHT_NOT_POSITIVE};
use crate::distribution::{
    self, Component, Family, ParameterKind, ParameterProblem, ParameterValue, Parameterisation,
    Parameters,
};
use crate::scenario::codes::WRONG_TYPE;
use crate::scenario::keys::{COMPONENT, INPUT};
use crate::scenario::tree::{Entry, Node, Table, Text};
use crate::scenario::walk::{self, Walk, one_of};
use crate::unit::Unit;

/// What a list should hold, in the words of a complaint.
#[derive(Clone, Copy)]
struct ListOf {
    what: &'static str,
    how: &'static str,
    example: &'static str,
}

const NUMBERS: ListOf = ListOf {
    what: "a list of numbers",
    how: "numbers in brackets",
    example: "[1, 2]",
};
const PAIRS: ListOf = ListOf {
    what: "a list of pairs [probability, value]",
    how: "pairs in brackets",
    example: "[[0.1, 20], [0.5, 30], [0.9, 50]]",
};

const COMPONENTS: ListOf = ListOf {
    what: "a list of distributions with their weights",
    how: "tables in brackets",
    example: "[{ weight = 0.9, distribution = \"normal\", mean = 30, sd = 3 }, …]",
};

impl Parameterisation {
    fn allows(&self, key: &str) -> bool {
        self.required.contains(&key) || self.optional.iter().any(|(name, _)| *name == key)
    }

    fn missing<'a>(&'a self, keys: &'a [&str]) -> impl Iterator<Item = &'static str> + 'a {
        self.required
            .iter()
            .copied()
            .filter(|name| !keys.contains(name))
    }

    /// The keys as a reader would list them: "`mean` and `sd`".
    fn shown(&self) -> String {
        let list: Vec<String> = self
            .required
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        list.join(" + ")
    }
}

impl Context<'_> {
    /// The family of a name, or a complaint.
    pub(super) fn family(&mut self, name: &Text) -> Option<&'static Family> {
        let family = distribution::families()
            .iter()
            .copied()
            .find(|family| family.name == name.value);
        if family.is_none() {
            let complaint = self.unknown_family(name);
            self.complaints.push(complaint);
        }
        family
    }

    fn unknown_family(&self, name: &Text) -> Diagnostic {
        let mut complaint = self
            .texts
            .error(
                &UNKNOWN_DISTRIBUTION,
                name.place,
                format!("`{}` is not a distribution", name.value),
            )
            .label("not a distribution");
        let other = match name.value.as_str() {
            "gaussian" | "Gaussian" => Some("did you mean `normal`?".to_owned()),
            "constant" | "fixed" => Some("write a constant as `value = 46`".to_owned()),
            _ => did_you_mean(
                &name.value,
                distribution::families().iter().map(|family| family.name),
            ),
        };
        complaint.advice.extend(other);
        complaint
            .advise("`montecarbon list distributions` prints the families with their parameters")
    }

    /// The parameters of an input, complete with defaults; `None` when something was complained about.
    pub(super) fn parameters(
        &mut self,
        table: &Table,
        family: &'static Family,
        unit: Option<&Unit>,
    ) -> Option<Parameters> {
        let before = self.errors();
        let written: Vec<&Entry> = table
            .entries
            .iter()
            .filter(|entry| INPUT.key(&entry.key.value).is_none())
            .collect();
        let (known, unknown): (Vec<&Entry>, Vec<&Entry>) = written.into_iter().partition(|entry| {
            family
                .parameters
                .iter()
                .any(|parameter| parameter.name == entry.key.value)
        });
        for entry in unknown {
            let complaint = self.unknown_parameter(entry, family);
            self.complaints.push(complaint);
        }
        let mut parameters = Parameters::default();
        for entry in &known {
            if let Some(value) = self.parameter(table, entry, family, unit) {
                parameters.0.push((entry.key.value.clone(), value));
            }
        }
        let keys: Vec<&str> = known.iter().map(|entry| entry.key.value.as_str()).collect();
        let fits = |way: &&Parameterisation| {
            keys.iter().all(|key| way.allows(key)) && way.missing(&keys).next().is_none()
        };
        match family.parameterisations.iter().find(fits) {
            Some(way) => {
                let defaults = way.optional.iter().filter(|(name, _)| !keys.contains(name));
                parameters.0.extend(
                    defaults
                        .map(|(name, value)| ((*name).to_owned(), ParameterValue::Number(*value))),
                );
            }
            // An unknown key is often a misspelt one that would then be called missing as well.
            None if self.errors() > before => {}
            None => {
                let complaint = self.no_way_fits(table, family, &known);
                self.complaints.push(complaint);
            }
        }
        self.check_beta_bounds(table, family, unit);
        (self.errors() == before).then_some(parameters)
    }

    fn unknown_parameter(&self, entry: &Entry, family: &Family) -> Diagnostic {
        let key = entry.key.value.as_str();
        let known: Vec<&str> = family
            .parameters
            .iter()
            .map(|parameter| parameter.name)
            .collect();
        let all: Vec<&str> = known.iter().copied().chain(INPUT.names()).collect();
        let like_input = entry.node.as_table().is_some();
        if like_input
            || (did_you_mean(key, all.iter().copied()).is_none()
                && crate::scenario::keys::home(key).is_some())
        {
            return walk::unknown_key(self.texts, entry, "an input", &all);
        }
        let list: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        let mut complaint = self
            .texts
            .error(
                &crate::scenario::codes::UNKNOWN_KEY,
                entry.key.place,
                format!("`{key}` is not a parameter of {}", family.name),
            )
            .label("unknown key");
        complaint
            .advice
            .extend(did_you_mean(key, all.iter().copied()));
        complaint.advise(format!(
            "the parameters of {} are {}",
            family.name,
            list.join(", ")
        ))
    }

    fn parameter(
        &mut self,
        table: &Table,
        entry: &Entry,
        family: &Family,
        unit: Option<&Unit>,
    ) -> Option<ParameterValue> {
        let key = entry.key.value.as_str();
        let kind = family
            .parameters
            .iter()
            .find(|parameter| parameter.name == key)?
            .kind;
        match kind {
            ParameterKind::Quantity | ParameterKind::PerUnit | ParameterKind::Pure => {
                self.finite(&entry.node, key).map(ParameterValue::Number)
            }
            ParameterKind::QuantityList | ParameterKind::PureList => {
                let list = self.list(&entry.node, key, NUMBERS)?;
                let numbers: Vec<f64> = list
                    .iter()
                    .filter_map(|node| self.finite(node, key))
                    .collect();
                (numbers.len() == list.len()).then_some(ParameterValue::List(numbers))
            }
            ParameterKind::Bounds => {
                let list = self.list(&entry.node, key, NUMBERS)?;
                let numbers = list
                    .iter()
                    .map(|node| walk::any_number(self.texts, node, key))
                    .collect::<Result<Vec<f64>, _>>();
                match numbers {
                    Ok(numbers) => Some(ParameterValue::List(numbers)),
                    Err(complaint) => {
                        self.complaints.push(*complaint);
                        None
                    }
                }
            }
            ParameterKind::File => self.data_file(entry).map(ParameterValue::Text),
            ParameterKind::Column => self.data_column(table, entry).map(ParameterValue::Column),
            ParameterKind::Components => {
                let list = self.list(&entry.node, key, COMPONENTS)?;
                let components: Vec<Component> = list
                    .iter()
                    .filter_map(|node| self.component(node, unit))
                    .collect();
                (components.len() == list.len()).then_some(ParameterValue::Components(components))
            }
            ParameterKind::Pairs => {
                let list = self.list(&entry.node, key, PAIRS)?;
                let pairs: Vec<[f64; 2]> = list
                    .iter()
                    .filter_map(|node| match self.list(node, key, PAIRS)? {
                        [p, x] => Some([self.finite(p, key)?, self.finite(x, key)?]),
                        _ => {
                            self.complain_of_list(node, key, PAIRS);
                            None
                        }
                    })
                    .collect();
                (pairs.len() == list.len()).then_some(ParameterValue::Pairs(pairs))
            }
        }
    }

    /// One of `components`: a weight, and a distribution written like an input's.
    fn component(&mut self, node: &Node, unit: Option<&Unit>) -> Option<Component> {
        let Some(table) = node.as_table() else {
            self.complain_of_list(node, "components", COMPONENTS);
            return None;
        };
        let before = self.errors();
        let mut walk = Walk {
            texts: self.texts,
            complaints: &mut self.complaints,
        };
        walk.section(table, &COMPONENT, node.place);
        // The families' table would pass over what belongs to the whole input.
        let known: Vec<&str> = COMPONENT.names().collect();
        for entry in table.entries.iter().filter(|entry| {
            INPUT.key(&entry.key.value).is_some() && COMPONENT.key(&entry.key.value).is_none()
        }) {
            let complaint = walk::unknown_key(self.texts, entry, COMPONENT.name, &known);
            self.complaints.push(complaint);
        }
        if self.errors() > before {
            return None;
        }
        let weight = self.weight(table.get("weight")?);
        let rest = Table {
            entries: table
                .entries
                .iter()
                .filter(|entry| entry.key.value != "weight")
                .cloned()
                .collect(),
        };
        let distribution = rest.get("distribution")?.as_text()?;
        if self.refuse_data_file(&distribution) {
            return None;
        }
        let marginal = self.random(&rest, &distribution, unit)?.1;
        match marginal {
            Definition::Random(marginal) => Some(Component {
                weight: weight?,
                marginal,
            }),
            Definition::Fixed(_) => None,
        }
    }

    /// The weight of a component.
    fn weight(&mut self, node: &Node) -> Option<f64> {
        let weight = self.finite(node, "weight")?;
        if weight > 0.0 {
            return Some(weight);
        }
        let complaint = self
            .texts
            .error(
                &WEIGHT_NOT_POSITIVE,
                node.place,
                format!("the weight is {weight}"),
            )
            .label("not above zero")
            .advise("write a weight above zero; leave out a component that cannot occur");
        self.complaints.push(complaint);
        None
    }

    /// The list at a node, or a complaint in the words of what it should hold.
    fn list<'node>(
        &mut self,
        node: &'node Node,
        key: &str,
        wanted: ListOf,
    ) -> Option<&'node [Node]> {
        let list = node.as_list();
        if list.is_none() {
            self.complain_of_list(node, key, wanted);
        }
        list
    }

    fn complain_of_list(&mut self, node: &Node, key: &str, wanted: ListOf) {
        let found = match node.as_list() {
            Some(list) => format!("a list of {}", list.len()),
            None => node.value.type_name().to_owned(),
        };
        let complaint = self
            .texts
            .error(
                &WRONG_TYPE,
                node.place,
                format!("`{key}` is {found}, but must be {}", wanted.what),
            )
            .label(found)
            .advise(format!(
                "write {}: `{key} = {}`",
                wanted.how, wanted.example
            ));
        self.complaints.push(complaint);
    }

    /// Why the keys written fit none of the ways of writing a family.
    fn no_way_fits(&self, table: &Table, family: &Family, known: &[&Entry]) -> Diagnostic {
        let keys: Vec<&str> = known.iter().map(|entry| entry.key.value.as_str()).collect();
        let ways: Vec<String> = family
            .parameterisations
            .iter()
            .map(Parameterisation::shown)
            .collect();
        let list = format!("{} is written with {}", family.name, ways.join(" · "));
        let open: Vec<&Parameterisation> = family
            .parameterisations
            .iter()
            .filter(|way| keys.iter().all(|key| way.allows(key)))
            .collect();
        if open.is_empty() {
            // The first key that no way takes beside those before it.
            let together = |count: usize| {
                family
                    .parameterisations
                    .iter()
                    .any(|way| keys[..count].iter().all(|key| way.allows(key)))
            };
            let index = (1..keys.len())
                .find(|index| !together(index + 1))
                .unwrap_or(keys.len() - 1);
            let message = format!(
                "`{}` does not go together with {}",
                keys[index],
                quoted(&keys[..index])
            );
            return self
                .texts
                .error(&PARAMETERS_MIXED, known[index].key.place, message)
                .label("another way of writing it")
                .advise(list);
        }
        let mut missing: Vec<Vec<&str>> = open
            .iter()
            .map(|way| way.missing(&keys).collect())
            .collect();
        // Ways that need the least besides what is written are what was meant.
        let least = missing.iter().map(Vec::len).min().unwrap_or(0);
        missing.retain(|names| names.len() == least);
        let mut options: Vec<String> = missing.iter().map(|names| quoted(names)).collect();
        options.dedup();
        let what = if options.len() > 1 {
            format!("one of {}", one_of(&options))
        } else {
            options.concat()
        };
        let place = table
            .get("distribution")
            .map_or(known.first().map(|entry| entry.key.place), |node| {
                Some(node.place)
            });
        let place = place.unwrap_or(crate::scenario::tree::Place {
            text: 0,
            start: 0,
            end: 0,
        });
        let with = if keys.is_empty() {
            String::new()
        } else {
            format!(" with {}", quoted(&keys))
        };
        self.texts
            .error(
                &PARAMETER_MISSING,
                place,
                format!("{}{with} needs {what}", family.name),
            )
            .label("parameters are missing")
            .advise(format!("add {what}"))
            .advise(list)
    }

    /// Without bounds a beta lies between 0 and 1, which is rarely meant where there is a unit.
    fn check_beta_bounds(&mut self, table: &Table, family: &Family, unit: Option<&Unit>) {
        if family.name != "beta" || unit.is_none_or(Unit::is_one) {
            return;
        }
        let missing: Vec<&str> = ["min", "max"]
            .into_iter()
            .filter(|key| table.get(key).is_none())
            .collect();
        let place = table.get("unit").or_else(|| table.get("distribution"));
        if let (Some(node), false) = (place, missing.is_empty()) {
            let message = format!(
                "a beta distribution in `{}` needs {}",
                unit.map_or("", |unit| &unit.text),
                quoted(&missing)
            );
            let complaint = self
                .texts
                .error(&BETA_BOUNDS_MISSING, node.place, message)
                .label("with this unit");
            self.complaints.push(
                complaint
                    .advise("write its bounds in that unit, such as `min = 0, max = 100` for `%`"),
            );
        }
    }

    /// Complains of values that a family refused.
    pub(super) fn complain_of_parameters(&mut self, table: &Table, problems: &[ParameterProblem]) {
        // A value refused for a reason that has a name is often also out of range: the name says more.
        let named = |key: Option<&str>| {
            problems
                .iter()
                .any(|other| other.parameter == key && other.code != &PARAMETER_TOO_EXTREME)
        };
        let told = |problem: &&ParameterProblem| {
            problem.code != &PARAMETER_TOO_EXTREME || !named(problem.parameter)
        };
        for problem in problems.iter().filter(told) {
            let node = problem
                .parameter
                .and_then(|key| table.get(key))
                .or_else(|| table.get("distribution"));
            let Some(node) = node else { continue };
            let label = problem
                .parameter
                .map_or("this distribution", |_| "this value");
            let complaint = self
                .texts
                .error(problem.code, node.place, problem.message.clone())
                .label(label);
            self.complaints
                .push(complaint.advise(problem.advice.clone()));
        }
    }
}

/// "`a`, `b` and `c`".
pub(super) fn quoted(names: &[&str]) -> String {
    let list: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match list.as_slice() {
        [head @ .., last] if !head.is_empty() => format!("{} and {last}", head.join(", ")),
        _ => list.concat(),
    }
}
