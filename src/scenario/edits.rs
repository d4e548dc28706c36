//! Edits: a path and a value that replaces part of the tree. `--set PATH=VALUE` does so before anything is checked, a sweep for each
//! of its variants.

use super::codes::{EDIT_MALFORMED, EDIT_OF_NOTHING};
use super::tree::{Entry, Node, Parsed, Place, Table, Text, Texts, Value, parse};
use crate::diagnostic::{Diagnostic, Source, did_you_mean};

/// Applies edits to a tree, in their order. Each becomes a text of its own that places may point into.
pub fn apply(root: &mut Table, texts: &mut Texts, sets: &[String]) -> Vec<Diagnostic> {
    let mut complaints = Vec::new();
    for set in sets {
        let Ok(index) = u16::try_from(texts.0.len()) else {
            break;
        };
        let source = Source::new("--set", quoted(set).as_str());
        texts.0.push(source.clone());
        let Parsed {
            table: tree,
            complaints: faults,
            ..
        } = parse(&source, index);
        if let Some(fault) = faults.into_iter().next() {
            complaints.push(malformed(fault));
            continue;
        }
        match path_and_value(texts, tree) {
            Some((path, value)) => complaints.extend(
                apply_one(root, texts, &path, value)
                    .err()
                    .map(|complaint| *complaint),
            ),
            None => {
                let whole = Place {
                    text: index,
                    start: 0,
                    end: u32::try_from(source.text.len()).unwrap_or(u32::MAX),
                };
                complaints.push(malformed(
                    texts
                        .error(&EDIT_MALFORMED, whole, "this is not one PATH=VALUE")
                        .label("not PATH=VALUE"),
                ));
            }
        }
    }
    complaints
}

/// An edit of a formula with its quotes, which most shells take away; any other as it is.
fn quoted(set: &str) -> String {
    let set = set.trim();
    match set.split_once('=') {
        Some((path, formula))
            if path.trim_start().starts_with("formulas.")
                && !formula.trim_start().starts_with(['"', '\'', '{'])
                && !formula.contains(['\'', '\n']) =>
        {
            format!("{path}='{}'", formula.trim())
        }
        _ => set.to_owned(),
    }
}

/// Where an entry stands that a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// In `[inputs]`.
    Inputs,
    /// In `[formulas]`.
    Formulas,
}

/// What edits of one input or formula make of it, the rest of the tree untouched: the section it then stands in, and its value.
///
/// # Errors
///
/// When a path leads to nothing that can be set.
pub fn edited(
    root: &Table,
    texts: &Texts,
    name: &str,
    edits: &[(&[Text], &Node)],
) -> Result<(Section, Node), Box<Diagnostic>> {
    let sections = [(Section::Inputs, "inputs"), (Section::Formulas, "formulas")];
    let alone = |section: &str| -> Option<Entry> {
        let whole = root.entry(section)?;
        let entry = whole.node.as_table()?.entry(name)?.clone();
        Some(Entry {
            key: whole.key.clone(),
            node: Node {
                place: whole.node.place,
                value: Value::Table(Table {
                    entries: vec![entry],
                }),
            },
        })
    };
    let found: Vec<Entry> = sections.iter().filter_map(|row| alone(row.1)).collect();
    // Whoever complains that nothing has that name looks at all that there are.
    let mut tree = if found.is_empty() {
        root.clone()
    } else {
        Table { entries: found }
    };
    for (path, value) in edits {
        apply_one(&mut tree, texts, path, (*value).clone())?;
    }
    let node = |section: &str| Some(tree.table(section)?.get(name)?.clone());
    sections
        .iter()
        .find_map(|(section, key)| Some((*section, node(key)?)))
        .ok_or_else(|| {
            let place = edits[0].0[0].place;
            nothing(texts, name, place, "input or formula", std::iter::empty()).into()
        })
}

fn malformed(mut fault: Diagnostic) -> Diagnostic {
    fault.code = &EDIT_MALFORMED;
    fault.advice = vec![
        "write a path and a TOML value: `inputs.grid=300`, `'inputs.grid={ value = 300, unit = \"gCO2e/kWh\" }'`, `'formulas.energy=power * hours'`".to_owned(),
    ];
    fault
}

/// Follows the dotted key down to the value it was written for.
fn path_and_value(texts: &Texts, mut tree: Table) -> Option<(Vec<Text>, Node)> {
    let mut path = Vec::new();
    loop {
        if tree.entries.len() != 1 {
            return None;
        }
        let Entry { key, node } = tree.entries.pop()?;
        path.push(key);
        match node.value {
            // A table made by a dotted key has the place of that key; one that was written begins with a brace.
            Value::Table(inner) if !texts.slice(node.place).starts_with('{') => tree = inner,
            value => {
                return Some((
                    path,
                    Node {
                        place: node.place,
                        value,
                    },
                ));
            }
        }
    }
}

fn apply_one(
    root: &mut Table,
    texts: &Texts,
    path: &[Text],
    value: Node,
) -> Result<(), Box<Diagnostic>> {
    let names: Vec<&str> = path.iter().map(|part| part.value.as_str()).collect();
    let is_table = matches!(value.value, Value::Table(_));
    match names.as_slice() {
        ["inputs", name] if is_table => replace(root, texts, ("inputs", "formulas"), name, &path[1], value),
        ["inputs", name] => {
            let input = existing_input(root, texts, name, path[1].place)?;
            let table = number_in_unit_of(input, value);
            replace(root, texts, ("inputs", "formulas"), name, &path[1], table)
        }
        ["inputs", name, parameter] => {
            let entries = &mut existing_input(root, texts, name, path[1].place)?.entries;
            match entries.iter_mut().find(|entry| entry.key.value == *parameter) {
                Some(entry) => entry.node = value,
                None => entries.push(Entry { key: path[2].clone(), node: value }),
            }
            Ok(())
        }
        ["formulas", name] => replace(root, texts, ("formulas", "inputs"), name, &path[1], value),
        [section, ..] => Err(texts
            .error(&EDIT_OF_NOTHING, path[0].place, format!("`{section}` cannot be set"))
            .label("not a path that can be set")
            .advise("set an input (`inputs.NAME`), a parameter of one (`inputs.NAME.PARAMETER`) or a formula (`formulas.NAME`)")
            .into()),
        [] => Ok(()),
    }
}

fn existing_input<'a>(
    root: &'a mut Table,
    texts: &Texts,
    name: &str,
    place: Place,
) -> Result<&'a mut Table, Box<Diagnostic>> {
    let known: Vec<String> = root
        .table("inputs")
        .map(|inputs| {
            inputs
                .entries
                .iter()
                .map(|entry| entry.key.value.clone())
                .collect()
        })
        .unwrap_or_default();
    let is_formula = root
        .table("formulas")
        .is_some_and(|formulas| formulas.get(name).is_some());
    let elsewhere = defined_elsewhere(root, name);
    let input = root
        .entry_mut("inputs")
        .and_then(|entry| match &mut entry.node.value {
            Value::Table(inputs) => inputs.entry_mut(name),
            _ => None,
        });
    match input.map(|entry| &mut entry.node.value) {
        Some(Value::Table(table)) => Ok(table),
        _ if is_formula => Err(texts
            .error(&EDIT_OF_NOTHING, place, format!("`{name}` is a formula, so it has no unit to give the number"))
            .label("a formula")
            .advise(format!("replace it by an input with its unit: `inputs.{name}={{ value = 1, unit = \"kWh\" }}`"))
            .into()),
        _ => {
            let mut complaint = nothing(texts, name, place, "input", known.iter().map(String::as_str));
            complaint.advice.extend(elsewhere);
            Err(complaint.into())
        }
    }
}

/// What to do instead, where the name is one of an import or of a share.
fn defined_elsewhere(root: &Table, name: &str) -> Option<String> {
    let has = |section: &str, is_it: &dyn Fn(&str) -> bool| {
        let entries = root
            .table(section)
            .into_iter()
            .flat_map(|table| &table.entries);
        entries.map(|entry| entry.key.value.as_str()).any(is_it)
    };
    if has("imports", &|import| import == name) {
        return Some(format!(
            "`{name}` is an import: to change an input of it, bind the input to one of this file, `{name} = {{ file = \"…\", inputs = {{ grid = \"grid\" }} }}`, and set that"
        ));
    }
    let is_share = |shares: &str| {
        let rest = name.strip_prefix(shares);
        rest.is_some_and(|rest| rest.starts_with('_'))
    };
    has("shares", &is_share).then(|| {
        format!("`{name}` is one of shares that sum to 1, which change together: in the file")
    })
}

fn nothing<'a>(
    texts: &Texts,
    name: &str,
    place: Place,
    what: &str,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let mut complaint = texts
        .error(
            &EDIT_OF_NOTHING,
            place,
            format!("the file has no {what} `{name}`"),
        )
        .label("nothing of that name");
    complaint.advice.extend(did_you_mean(name, known));
    complaint.advise("`montecarbon check` lists the inputs of a file")
}

/// The input table of a bare number: that value, in the unit the input has.
pub fn number_in_unit_of(input: &Table, number: Node) -> Node {
    let place = number.place;
    let mut entries = vec![Entry {
        key: Text {
            value: "value".to_owned(),
            place,
        },
        node: number,
    }];
    // The description says what the quantity is, so it holds for another value too; sources and evidence do not.
    entries.extend(
        ["unit", "description"]
            .into_iter()
            .filter_map(|key| input.entry(key).cloned()),
    );
    Node {
        place,
        value: Value::Table(Table { entries }),
    }
}

/// Replaces an entry of one section, or puts one there that stands in for an entry of the other section.
fn replace(
    root: &mut Table,
    texts: &Texts,
    (section, other): (&str, &str),
    name: &str,
    key: &Text,
    value: Node,
) -> Result<(), Box<Diagnostic>> {
    let table = |root: &Table, section: &str| root.table(section).cloned().unwrap_or_default();
    if let Some(Value::Table(entries)) = root.entry_mut(section).map(|entry| &mut entry.node.value)
        && let Some(entry) = entries.entry_mut(name)
    {
        entry.node = value;
        return Ok(());
    }
    if root
        .table(other)
        .and_then(|entries| entries.get(name))
        .is_none()
    {
        let known: Vec<String> = [section, other]
            .iter()
            .flat_map(|section| table(root, section).entries)
            .map(|entry| entry.key.value)
            .collect();
        return Err(nothing(
            texts,
            name,
            key.place,
            "input or formula",
            known.iter().map(String::as_str),
        )
        .into());
    }
    if let Some(Value::Table(entries)) = root.entry_mut(other).map(|entry| &mut entry.node.value) {
        entries.entries.retain(|entry| entry.key.value != name);
    }
    let entry = Entry {
        key: key.clone(),
        node: value,
    };
    match root.entry_mut(section).map(|entry| &mut entry.node.value) {
        Some(Value::Table(entries)) => entries.entries.push(entry),
        _ => {
            let section = Text {
                value: section.to_owned(),
                place: key.place,
            };
            let node = Node {
                place: key.place,
                value: Value::Table(Table {
                    entries: vec![entry],
                }),
            };
            root.entries.push(Entry { key: section, node });
        }
    }
    Ok(())
}
