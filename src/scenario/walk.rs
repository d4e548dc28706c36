//! Holds a tree against the tables of keys: unknown keys, wrong types, missing keys, parts not built yet.

use super::codes::{
    INPUT_INSIDE_INPUT, KEY_IN_WRONG_SECTION, MISSING_KEY, UNKNOWN_KEY, UNKNOWN_WORD, WRONG_TYPE,
};
use super::keys::{Others, Section, Shape, home};
use super::number;
use super::tree::{Entry, Node, Place, Table, Text, Texts, Value};
use crate::diagnostic::{Code, Diagnostic, Fault, did_you_mean};

impl Texts {
    /// An error at a place.
    pub fn error(
        &self,
        code: &'static Code,
        place: Place,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(code, self.source(place), place, message)
    }

    /// A warning at a place.
    pub fn warning(
        &self,
        code: &'static Code,
        place: Place,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::warning(code, self.source(place), place, message)
    }

    /// A fault inside a text, placed in the file.
    pub fn fault(&self, text: &Text, fault: Fault) -> Diagnostic {
        let mut diagnostic = self
            .error(fault.code, self.within(text, fault.range), fault.message)
            .label(fault.label);
        diagnostic.advice = fault.advice;
        diagnostic
    }
}

/// A walk over a tree: where the complaints go.
pub struct Walk<'a> {
    /// The texts places point into.
    pub texts: &'a Texts,
    /// What was found.
    pub complaints: &'a mut Vec<Diagnostic>,
}

impl Walk<'_> {
    /// Checks a table against a section.
    pub fn section(&mut self, table: &Table, section: &'static Section, at: Place) {
        for entry in &table.entries {
            match (section.key(&entry.key.value), &section.others) {
                (Some(key), _) => self.shape(entry, &key.shape),
                (None, Others::Are(shape)) => self.shape(entry, shape),
                // The families' table knows these; their values are checked where they are read.
                (None, Others::Parameters) => {}
                (None, Others::Refused) => {
                    let complaint = unknown_key(
                        self.texts,
                        entry,
                        section.name,
                        &section.names().collect::<Vec<_>>(),
                    );
                    self.complaints.push(complaint);
                }
            }
        }
        for key in section
            .keys
            .iter()
            .filter(|key| key.required && table.get(key.name).is_none())
        {
            let message = format!("{} needs the key `{}`", section.name, key.name);
            let complaint = self
                .texts
                .error(&MISSING_KEY, at, message)
                .label(format!("without `{}`", key.name))
                .advise(format!("add `{}`: {}", key.name, lower_first(key.summary)));
            self.complaints.push(complaint);
        }
    }

    /// Checks that a formula is a text.
    pub fn formula(&mut self, entry: &Entry) {
        self.shape(entry, &Shape::Text);
    }

    fn shape(&mut self, entry: &Entry, shape: &'static Shape) {
        match shape {
            Shape::Section(section) => match entry.node.as_table() {
                Some(table) => self.section(table, section, entry.key.place),
                None => self.wrong_type(entry, shape),
            },
            Shape::Sections(section) if fits(&entry.node, shape) => {
                for node in entry.node.as_list().into_iter().flatten() {
                    if let Some(table) = node.as_table() {
                        self.section(table, section, node.place);
                    }
                }
            }
            Shape::Named(inner) => match entry.node.as_table() {
                Some(table) => table
                    .entries
                    .iter()
                    .for_each(|entry| self.shape(entry, inner)),
                None => self.wrong_type(entry, shape),
            },
            Shape::Either(simple, compound) => {
                if entry.node.as_table().is_some() {
                    self.shape(entry, compound);
                } else if fits(&entry.node, simple) {
                    self.shape(entry, simple);
                } else {
                    self.wrong_type(entry, shape);
                }
            }
            Shape::Word(words) => match entry.node.as_text() {
                Some(text) if !words.contains(&text.value.as_str()) => {
                    let message =
                        format!("`{}` is not a word of `{}`", text.value, entry.key.value);
                    let mut complaint = self
                        .texts
                        .error(&UNKNOWN_WORD, text.place, message)
                        .label("unknown word");
                    complaint
                        .advice
                        .extend(did_you_mean(&text.value, words.iter().copied()));
                    let list: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                    self.complaints
                        .push(complaint.advise(format!("write {}", one_of(&list))));
                }
                Some(_) => {}
                None => self.wrong_type(entry, shape),
            },
            _ if fits(&entry.node, shape) => {}
            _ => self.wrong_type(entry, shape),
        }
    }

    fn wrong_type(&mut self, entry: &Entry, shape: &Shape) {
        let key = &entry.key.value;
        let found = entry.node.value.type_name();
        // The span of a table is its header or its braces; both show what is meant.
        let complaint = self
            .texts
            .error(
                &WRONG_TYPE,
                entry.node.place,
                format!("`{key}` is {found}, but must be {}", wanted(shape)),
            )
            .label(found)
            .advise(format!("write {}", example(key, shape)));
        self.complaints.push(complaint);
    }
}

/// The complaint about a key that means nothing where it stands.
pub fn unknown_key(texts: &Texts, entry: &Entry, section: &str, known: &[&str]) -> Diagnostic {
    let key = entry.key.value.as_str();
    let place = entry.key.place;
    let like_an_input = entry.node.as_table().is_some_and(|table| {
        let defines = |key: &&str| table.get(key).is_some();
        ["value", "distribution", "catalog"].iter().any(defines)
    });
    if like_an_input && section == "an input" {
        return texts
            .error(&INPUT_INSIDE_INPUT, place, format!("the input `{key}` is written inside another input"))
            .label("read as part of the input whose header stands above")
            .advise(format!("move it up, directly below `[inputs]`, or give it a header of its own: `[inputs.{key}]`"));
    }
    if let (None, Some(home)) = (did_you_mean(key, known.iter().copied()), home(key)) {
        return texts
            .error(
                &KEY_IN_WRONG_SECTION,
                place,
                format!("`{key}` is not a key of {section}"),
            )
            .label("in the wrong section")
            .advise(format!("it belongs to {home}"));
    }
    let mut complaint = texts
        .error(
            &UNKNOWN_KEY,
            place,
            format!("`{key}` is not a key of {section}"),
        )
        .label("unknown key");
    complaint
        .advice
        .extend(did_you_mean(key, known.iter().copied()));
    let list: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    complaint.advise(format!("its keys are {}", list.join(", ")))
}

fn fits(node: &Node, shape: &Shape) -> bool {
    match (shape, &node.value) {
        (Shape::Text | Shape::Texts | Shape::Word(_) | Shape::Scalar, Value::Text(_)) => true,
        (Shape::Texts, Value::List(list)) => {
            list.iter().all(|node| matches!(node.value, Value::Text(_)))
        }
        (Shape::Number | Shape::Scalar, Value::Number(..)) => true,
        (Shape::Whole, Value::Number(text, radix)) => number::whole(text, *radix).is_some(),
        (Shape::Numbers, Value::List(list)) => list
            .iter()
            .all(|node| matches!(node.value, Value::Number(..))),
        (Shape::Sections(_), Value::List(list)) => list
            .iter()
            .all(|node| matches!(node.value, Value::Table(_))),
        (Shape::Either(a, b), _) => fits(node, a) || fits(node, b),
        (Shape::Axis, Value::List(_) | Value::Table(_)) => true,
        (Shape::Section(_) | Shape::Named(_), Value::Table(_)) => true,
        _ => false,
    }
}

fn wanted(shape: &Shape) -> String {
    match shape {
        Shape::Text | Shape::Word(_) => "text".to_owned(),
        Shape::Texts => "text or a list of texts".to_owned(),
        Shape::Whole => "a whole number, 0 or more".to_owned(),
        Shape::Number => "a number".to_owned(),
        Shape::Numbers => "a list of numbers".to_owned(),
        Shape::Scalar => "text or a number".to_owned(),
        Shape::Section(_) | Shape::Named(_) => "a table".to_owned(),
        Shape::Sections(_) => "a list of tables".to_owned(),
        Shape::Axis => "a list of values or a table of labels".to_owned(),
        Shape::Either(a, b) => format!("{} or {}", wanted(a), wanted(b)),
    }
}

fn example(key: &str, shape: &Shape) -> String {
    match shape {
        Shape::Text | Shape::Texts | Shape::Scalar => format!("text in quotes: `{key} = \"…\"`"),
        Shape::Word(words) => format!("`{key} = \"{}\"`", words.first().unwrap_or(&"")),
        Shape::Whole => format!("a whole number without quotes: `{key} = 42`"),
        Shape::Number => format!("a number without quotes: `{key} = 0.5`"),
        Shape::Numbers => format!("numbers in brackets: `{key} = [0.1, 0.9]`"),
        Shape::Section(section) if section.name == "an input" => {
            format!("`{key} = {{ value = 46, unit = \"W\" }}`")
        }
        Shape::Section(_) | Shape::Named(_) => {
            format!("`[{key}]` on a line of its own and its keys below, or the keys in braces")
        }
        Shape::Sections(_) => {
            format!("`[[{key}]]` on a line of its own for each, and its keys below")
        }
        Shape::Axis => {
            format!(
                "values in brackets, `\"{key}\" = [8, 16]`, or with labels: `\"{key}\" = {{ low = 8, high = 16 }}`"
            )
        }
        Shape::Either(simple, _) => example(key, simple),
    }
}

/// "`a`, `b` or `c`".
pub fn one_of(list: &[String]) -> String {
    match list {
        [] => String::new(),
        [only] => only.clone(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(characters).collect()
    })
}

/// The number of a node, infinities and NaN among them; complains of anything else.
pub fn any_number(texts: &Texts, node: &Node, key: &str) -> Result<f64, Box<Diagnostic>> {
    match &node.value {
        Value::Number(text, radix) => number::double(text, *radix).map_err(|fault| {
            texts
                .error(fault.code, node.place, fault.message)
                .label("this number")
                .advise(fault.advice)
                .into()
        }),
        other => Err(texts
            .error(
                &WRONG_TYPE,
                node.place,
                format!("`{key}` is {}, but must be a number", other.type_name()),
            )
            .label(other.type_name())
            .advise(format!("write a number without quotes: `{key} = 0.5`"))
            .into()),
    }
}
