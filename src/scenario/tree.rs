//! The file as a tree: TOML with the place of every key and value, and texts that know where each of their bytes came from.

use super::codes::{DUPLICATE_KEY, DUPLICATE_SECTION, FILE_TOO_LARGE, KEY_TOO_DEEP, TOML_SYNTAX};
use crate::diagnostic::{Diagnostic, Source, Span};
use std::ops::Range;
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// Bytes of a scenario file, at most.
const LARGEST_FILE: usize = 64 << 20;
/// Complaints about syntax, at most.
const MOST_SYNTAX_FAULTS: usize = 200;
/// Parts of a dotted key, at most. The tree is dropped by recursion, so this and the parser's own limit on brackets
/// together bound its depth.
const DEEPEST_KEY: usize = 16;

/// A place in one of the texts of a scenario (the file, or an edit of the command line).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which text, by index in [`Texts`].
    pub text: u16,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// The texts that places point into: the file first, then one for each edit, then the data file of a sweep.
#[derive(Debug, Clone)]
pub struct Texts(pub Vec<Arc<Source>>);

impl Texts {
    /// The text of a place.
    pub fn source(&self, place: Place) -> &Arc<Source> {
        &self.0[usize::from(place.text).min(self.0.len() - 1)]
    }

    /// What stands at a place.
    pub fn slice(&self, place: Place) -> &str {
        self.source(place)
            .text
            .get(place.start as usize..place.end as usize)
            .unwrap_or("")
    }

    /// What stands at a place, on one line.
    pub fn one_line(&self, place: Place) -> String {
        let words: Vec<&str> = self.slice(place).split_whitespace().collect();
        words.join(" ")
    }

    /// The number of a text that was added.
    pub fn number_of(&self, source: &Arc<Source>) -> Option<u16> {
        let at = self.0.iter().position(|text| Arc::ptr_eq(text, source))?;
        u16::try_from(at).ok()
    }

    /// The place of some bytes of a decoded text: escapes and line continuations are counted back.
    pub fn within(&self, text: &Text, range: Range<usize>) -> Place {
        let raw = self.slice(text.place);
        let shift = |offset: usize| {
            text.place.start + u32::try_from(raw_offset(raw, &text.value, offset)).unwrap_or(0)
        };
        let start = shift(range.start);
        Place {
            text: text.place.text,
            start,
            end: shift(range.end).max(start),
        }
    }
}

impl From<Place> for Span {
    fn from(place: Place) -> Span {
        Span {
            start: place.start as usize,
            end: place.end as usize,
        }
    }
}

/// A string of the file, decoded.
#[derive(Debug, Clone)]
pub struct Text {
    /// What it says.
    pub value: String,
    /// Where it stands, quotes included.
    pub place: Place,
}

/// A value with its place.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub value: Value,
}

/// A TOML value.
#[derive(Debug, Clone)]
pub enum Value {
    /// Text.
    Text(String),
    /// A number as written (underscores removed), and its radix.
    Number(String, u32),
    /// `true` or `false`.
    Boolean(bool),
    /// A date or time.
    Date,
    /// A list.
    List(Vec<Node>),
    /// A table.
    Table(Table),
}

impl Value {
    /// The type, with its article, for complaints.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Text(_) => "text",
            Value::Number(..) => "a number",
            Value::Boolean(_) => "a truth value",
            Value::Date => "a date",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

/// A table, its entries in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The entries.
    pub entries: Vec<Entry>,
}

/// A key and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key, decoded.
    pub key: Text,
    /// Its value.
    pub node: Node,
}

impl Table {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key.value == key)
    }

    /// The entry of a key, to change it.
    pub fn entry_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.key.value == key)
    }

    /// The table below a key.
    pub fn table(&self, key: &str) -> Option<&Table> {
        self.get(key).and_then(Node::as_table)
    }
}

impl Node {
    /// The table, if it is one.
    pub fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<Text> {
        match &self.value {
            Value::Text(value) => Some(Text {
                value: value.clone(),
                place: self.place,
            }),
            _ => None,
        }
    }
}

/// The tree of a text, and what is wrong with its TOML.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The tree; with faults, what could be recovered.
    pub table: Table,
    /// The faults, in their order.
    pub complaints: Vec<Diagnostic>,
    /// The offset after which the tree is made up: a string, list or table there never ends.
    pub broken_from: Option<usize>,
}

/// Reads TOML.
pub fn parse(source: &Arc<Source>, text: u16) -> Parsed {
    if source.text.len() > LARGEST_FILE {
        let message = format!("the file has {} bytes", source.text.len());
        let complaint = Diagnostic::error(&FILE_TOO_LARGE, source, 0..0, message)
            .label("of this file")
            .advise(format!(
                "keep a scenario below {} MiB; data belongs in a CSV file beside it",
                LARGEST_FILE >> 20
            ));
        return Parsed {
            complaints: vec![complaint],
            ..Parsed::default()
        };
    }
    if let Some(range) = deep_key(&source.text) {
        let complaint = Diagnostic::error(&KEY_TOO_DEEP, source, range, format!("a key has more than {DEEPEST_KEY} parts"))
            .label("one part too many")
            .advise("no key of a scenario has more than five parts, such as `variants.west.inputs.grid.median`");
        return Parsed {
            complaints: vec![complaint],
            ..Parsed::default()
        };
    }
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    let mut complaints: Vec<Diagnostic> = errors
        .iter()
        .map(|error| complaint(source, error))
        .collect();
    complaints.sort_by_key(|complaint| complaint.span.start);
    let broken_from = keep_first_causes(&mut complaints);
    Parsed {
        table: convert_table(table.into_inner(), text),
        complaints,
        broken_from,
    }
}

/// One slip makes the parser stumble on. The first complaint of a line tells it all; and after a string, list or table
/// that never ends, what the parser says of the lists, tables and keys below comes from reading them inside it.
fn keep_first_causes(complaints: &mut Vec<Diagnostic>) -> Option<usize> {
    let is_of_brackets = |message: &str| {
        ["array", "inline table", "comma", "key-value"]
            .iter()
            .any(|word| message.contains(word))
    };
    let (mut last_line, mut broken_from) = (None, None);
    // Far more than a person mends in one go; a text that is no TOML at all would have one a line.
    complaints.truncate(MOST_SYNTAX_FAULTS);
    complaints.retain(|complaint| {
        let syntax = complaint.code == &TOML_SYNTAX;
        let brackets = syntax && is_of_brackets(&complaint.message);
        let line = Some(complaint.position().0);
        let keep =
            !(syntax && line == last_line) && !(broken_from.is_some() && (brackets || !syntax));
        last_line = line;
        if brackets || (syntax && complaint.message.contains("invalid")) {
            broken_from.get_or_insert(complaint.span.start);
        }
        keep
    });
    broken_from
}

fn complaint(source: &Arc<Source>, error: &toml::de::Error) -> Diagnostic {
    let span = error.span().unwrap_or(0..0);
    let message = error.message();
    if message == "duplicate key" {
        let key = source.text.get(span.clone()).unwrap_or("");
        let line_start = source.text.get(..span.start).map_or(0, |before| {
            before.rfind('\n').map_or(0, |newline| newline + 1)
        });
        let before = source
            .text
            .get(line_start..span.start)
            .unwrap_or("")
            .trim_start();
        return if before.starts_with('[') {
            Diagnostic::error(
                &DUPLICATE_SECTION,
                source,
                span.clone(),
                format!("the section `{key}` is written a second time"),
            )
            .label("a second header")
            .advise("move the lines below it up below the first header of that name")
        } else {
            Diagnostic::error(
                &DUPLICATE_KEY,
                source,
                span.clone(),
                format!("the key `{key}` is written twice in one table"),
            )
            .label("a second time")
            .advise("remove one of the two, or give it another name")
        };
    }
    let advice = if message.contains("string values must be quoted") {
        "text stands in double quotes (`unit = \"kWh\"`), and every key needs a value"
    } else if message.contains("array") {
        "a list is written `[1, 2, 3]`: commas between its entries, and closed by `]`"
    } else if message.contains("inline table") {
        "an entry is written `{ value = 1, unit = \"kWh\" }`: commas between its keys, and closed by `}`"
    } else if message.contains("string") {
        "text stands between two double quotes on one line; a backslash in it is written `\\\\`"
    } else {
        "the file is TOML: `key = value` lines below `[section]` headers (https://toml.io)"
    };
    Diagnostic::error(&TOML_SYNTAX, source, span, message.to_owned())
        .label("TOML cannot be read on here")
        .advise(advice)
}

/// The first dotted key with too many parts. Reads the text without understanding it: parts joined by dots, reset by
/// anything that cannot stand in a key.
fn deep_key(text: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let (mut parts, mut in_part, mut after_dot, mut index) = (0, false, false, 0);
    while index < bytes.len() {
        let start = index;
        match bytes[index] {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' => {
                while index < bytes.len()
                    && matches!(bytes[index], b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-')
                {
                    index += 1;
                }
                parts = if after_dot { parts + 1 } else { 1 };
                (in_part, after_dot) = (true, false);
            }
            quote @ (b'"' | b'\'') => {
                index += 1;
                while index < bytes.len() && bytes[index] != quote && bytes[index] != b'\n' {
                    index += if quote == b'"' && bytes[index] == b'\\' {
                        2
                    } else {
                        1
                    };
                }
                index += 1;
                parts = if after_dot { parts + 1 } else { 1 };
                (in_part, after_dot) = (true, false);
            }
            b'.' if in_part => {
                index += 1;
                (in_part, after_dot) = (false, true);
            }
            b' ' | b'\t' => index += 1,
            _ => {
                index += 1;
                (parts, in_part, after_dot) = (0, false, false);
            }
        }
        if parts > DEEPEST_KEY {
            return Some(start..index.min(bytes.len()));
        }
    }
    None
}

fn place(range: Range<usize>, text: u16) -> Place {
    // Files are smaller than 4 GiB by the check above.
    let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    Place {
        text,
        start: narrow(range.start),
        end: narrow(range.end),
    }
}

fn convert_table(table: DeTable<'_>, text: u16) -> Table {
    let mut entries: Vec<Entry> = table
        .into_iter()
        .map(|(key, value)| {
            let place = place(key.span(), text);
            Entry {
                key: Text {
                    value: key.into_inner().into_owned(),
                    place,
                },
                node: convert(value, text),
            }
        })
        .collect();
    entries.sort_by_key(|entry| entry.key.place.start);
    Table { entries }
}

fn convert(value: toml::Spanned<DeValue<'_>>, text: u16) -> Node {
    let place = place(value.span(), text);
    let value = match value.into_inner() {
        DeValue::String(string) => Value::Text(string.into_owned()),
        DeValue::Integer(integer) => Value::Number(integer.as_str().to_owned(), integer.radix()),
        DeValue::Float(float) => Value::Number(float.as_str().to_owned(), 10),
        DeValue::Boolean(boolean) => Value::Boolean(boolean),
        DeValue::Datetime(_) => Value::Date,
        DeValue::Array(array) => {
            Value::List(array.into_iter().map(|node| convert(node, text)).collect())
        }
        DeValue::Table(table) => Value::Table(convert_table(table, text)),
    };
    Node { place, value }
}

/// The offset in the raw text of a string, quotes included, of a byte of the decoded string.
fn raw_offset(raw: &str, decoded: &str, offset: usize) -> usize {
    let bytes = raw.as_bytes();
    let multi_line = raw.starts_with("\"\"\"") || raw.starts_with("'''");
    let quote = if multi_line {
        3
    } else {
        usize::from(raw.starts_with(['"', '\'']))
    };
    let mut at = quote;
    if multi_line {
        // The newline right after the opening quotes is no part of the text.
        at += if raw[at..].starts_with("\r\n") {
            2
        } else {
            usize::from(raw[at..].starts_with('\n'))
        };
    }
    let basic = raw.starts_with('"');
    if !basic || raw.len() == decoded.len() + at + quote {
        return (at + offset).min(raw.len());
    }
    let mut produced = 0;
    while at < raw.len() {
        let (length, width) = if bytes[at] == b'\\' {
            escape(raw, at)
        } else {
            (1, 1)
        };
        // A byte inside an escape belongs to all of it; a continuation produces nothing and belongs to what follows.
        if produced + width > offset {
            break;
        }
        produced += width;
        at += length;
    }
    at.min(raw.len())
}

/// Bytes that an escape takes in the file, and bytes it becomes.
fn escape(raw: &str, at: usize) -> (usize, usize) {
    let digits = match raw.as_bytes().get(at + 1) {
        Some(b'x') => 2,
        Some(b'u') => 4,
        Some(b'U') => 8,
        Some(b' ' | b'\t' | b'\r' | b'\n') => {
            let rest = &raw[at + 1..];
            return (
                1 + rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len(),
                0,
            );
        }
        _ => return (2, 1),
    };
    let code = raw
        .get(at + 2..at + 2 + digits)
        .and_then(|code| u32::from_str_radix(code, 16).ok());
    (
        2 + digits,
        code.and_then(char::from_u32).map_or(1, char::len_utf8),
    )
}

#[cfg(test)]
mod tests {
    use super::{Parsed, Texts, parse};
    use crate::diagnostic::Source;

    #[test]
    fn decoded_bytes_are_found_again_in_the_file() {
        let toml = "a = \"x\\u00e9\\ty + z\"\nb = '''\nx + y'''\nc = \"\"\"x \\\n   + y\\x41\"\"\"\nd = 'x\\y'\n";
        let source = Source::new("test", toml);
        let Parsed {
            table, complaints, ..
        } = parse(&source, 0);
        assert!(complaints.is_empty());
        let texts = Texts(vec![source]);
        for (key, word) in [
            ("a", "y"),
            ("a", "z"),
            ("b", "y"),
            ("c", "+"),
            ("c", "y"),
            ("d", "y"),
        ] {
            let text = table.get(key).unwrap().as_text().unwrap();
            let start = text.value.find(word).unwrap();
            assert_eq!(
                texts.slice(texts.within(&text, start..start + word.len())),
                word,
                "{key}"
            );
        }
        let text = table.get("c").unwrap().as_text().unwrap();
        let start = text.value.find('A').unwrap();
        assert_eq!(texts.slice(texts.within(&text, start..start + 1)), "\\x41");
    }

    #[test]
    fn endless_keys_are_refused() {
        let text = format!("{} = 1", vec!["a"; 100_000].join("."));
        assert_eq!(
            parse(&Source::new("test", text), 0).complaints[0].code.name,
            "key-too-deep"
        );
        assert!(parse(&Source::new("test", "a = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.10, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.17]"), 0).complaints.is_empty());
    }
}
