//! `references.bib`: the works that the scenarios cite.

use super::super::manifest::ReferenceRecord;
use super::super::results::{Results, Scenario};
use super::super::text::plain;
use super::{Line, Piece, latex};
use std::fmt::Write as _;

/// Kinds of entries, first what they are told by: the fields that BibTeX asks for, beside the title.
const KINDS: &[(&str, &[&str])] = &[
    ("article", &["author", "journal", "year"]),
    ("inproceedings", &["author", "booktitle", "year"]),
    ("techreport", &["author", "institution", "year"]),
    ("book", &["author", "publisher", "year"]),
    ("phdthesis", &["author", "school", "year"]),
];

/// The works of all scenarios, each once.
#[derive(Debug, Default)]
pub(super) struct Bibliography {
    /// The key in the file, and the work.
    entries: Vec<(String, ReferenceRecord)>,
}

impl Bibliography {
    pub(super) fn of(results: &Results) -> Bibliography {
        let mut bibliography = Bibliography::default();
        for reference in results
            .scenarios
            .iter()
            .flat_map(|scenario| &scenario.references)
        {
            let mut entries = bibliography.entries.iter_mut();
            match entries.find(|entry| is_same(&entry.1, reference)) {
                Some(entry) if entry.1.other.is_empty() => entry.1 = reference.clone(),
                Some(_) => {}
                None => {
                    let key = bibliography.free(&safe(&reference.key));
                    bibliography.entries.push((key, reference.clone()));
                }
            }
        }
        bibliography
    }

    /// The key of a work.
    fn key(&self, reference: &ReferenceRecord) -> Option<&str> {
        let mut entries = self.entries.iter();
        let entry = entries.find(|entry| is_same(&entry.1, reference))?;
        Some(&entry.0)
    }

    /// The key, or the key and a number where another work has it (BibTeX does not tell cases apart).
    fn free(&self, key: &str) -> String {
        let is_free = |key: &String| {
            let mut entries = self.entries.iter();
            entries.all(|entry| !entry.0.eq_ignore_ascii_case(key))
        };
        let numbered = (2..).map(|number| format!("{key}-{number}"));
        let mut keys = std::iter::once(key.to_owned()).chain(numbered);
        keys.find(is_free).unwrap_or_default()
    }

    /// The sources of an input: works by their keys, texts as they are.
    pub(super) fn cite(&self, scenario: &Scenario, sources: &[String]) -> Line {
        let mut cited = Line::new();
        for source in sources {
            let mut references = scenario.references.iter();
            let work = references.find(|reference| reference.key == *source);
            let piece = match work.and_then(|work| self.key(work)) {
                Some(key) => Piece::Cite(key.to_owned()),
                None => Piece::Text(source.clone()),
            };
            // Two keys may be of one work.
            if !cited.contains(&piece) {
                cited.push(piece);
            }
        }
        let apart = |piece| [Piece::Text("; ".to_owned()), piece];
        cited.into_iter().flat_map(apart).skip(1).collect()
    }

    /// The file.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        for (key, work) in &self.entries {
            if !out.is_empty() {
                out.push('\n');
            }
            entry(&mut out, key, work);
        }
        out
    }
}

/// Whether two are of one work, under whatever keys: one with more fields than the other is the same too.
fn is_same(one: &ReferenceRecord, other: &ReferenceRecord) -> bool {
    let told = |work: &ReferenceRecord| (work.title.clone(), work.year, work.url.clone());
    let further = one.other.is_empty() || other.other.is_empty() || one.other == other.other;
    told(one) == told(other) && further
}

fn entry(out: &mut String, key: &str, work: &ReferenceRecord) {
    let year = work.year.map(|year| ("year".to_owned(), year.to_string()));
    let mut fields: Vec<(String, String)> = Vec::new();
    let others = work.other.iter();
    let is_field =
        |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase());
    for (name, text) in others.filter(|row| is_field(&row.0)).cloned().chain(year) {
        fields.push((name, latex::text(&text)));
    }
    let has = |name: &&str| fields.iter().any(|field| field.0 == **name);
    let kind = KINDS
        .iter()
        .find(|kind| kind.1.iter().all(&has))
        .map_or("misc", |kind| kind.0);
    // A reference that is one text is printed as that text; the sorting of BibTeX needs an author or a key.
    let title = if fields.is_empty() && work.url.is_none() {
        "note"
    } else {
        "title"
    };
    let _ = write!(
        out,
        "@{kind}{{{key},\n  {title} = {{{{{}}}}},\n",
        latex::text(&work.title)
    );
    if !has(&"author") {
        let _ = writeln!(out, "  key = {{{key}}},");
    }
    for (name, text) in &fields {
        let _ = writeln!(out, "  {name} = {{{text}}},");
    }
    if let Some(url) = &work.url {
        // `\url` makes a link: of nothing but what leads to a page.
        let is_page = ["https://", "http://"].iter().any(|scheme| {
            let start = url.get(..scheme.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        });
        let shown = if is_page {
            format!("\\url{{{}}}", address(url))
        } else {
            latex::text(url)
        };
        let _ = writeln!(out, "  howpublished = {{{shown}}},");
    }
    out.push_str("}\n");
}

/// A key that BibTeX and `\cite` take.
fn safe(key: &str) -> String {
    let safe = |character: char| {
        if character.is_ascii_alphanumeric() || "-_:.".contains(character) {
            character
        } else {
            '-'
        }
    };
    key.chars().map(safe).collect()
}

/// An address with what `\url` or BibTeX would stumble over in per cent and two digits, as RFC 3986 has it.
fn address(url: &str) -> String {
    let mut out = String::new();
    for byte in plain(url).bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(key: &str, title: &str) -> ReferenceRecord {
        ReferenceRecord {
            key: key.to_owned(),
            title: title.to_owned(),
            ..ReferenceRecord::default()
        }
    }

    #[test]
    fn links_lead_to_pages() {
        let printed = |url: &str| {
            let work = ReferenceRecord {
                url: Some(url.to_owned()),
                ..work("a", "b")
            };
            let mut out = String::new();
            entry(&mut out, "a", &work);
            out
        };
        assert!(printed("HTTPS://x.org/{").contains(r"\url{HTTPS://x.org/%7B}"));
        for url in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "run:/bin/sh",
            "https:",
        ] {
            assert!(!printed(url).contains(r"\url"), "{url}");
        }
    }

    /// One work under two keys, one of them of the catalog, which has fewer fields.
    #[test]
    fn a_work_is_there_once() {
        let page = |key: &str| ReferenceRecord {
            url: Some("https://x.org".to_owned()),
            ..work(key, "On water")
        };
        let full = ReferenceRecord {
            other: vec![("author".to_owned(), "P. Li".to_owned())],
            ..page("li2023")
        };
        let other = ReferenceRecord {
            year: Some(2024),
            ..page("li2024")
        };
        for references in [
            vec![full.clone(), page("catalog:li2023"), other.clone()],
            vec![page("catalog:li2023"), full, other],
        ] {
            let first = references[0].key.clone();
            let scenario = Scenario {
                references,
                ..Scenario::default()
            };
            let results = Results {
                scenarios: vec![scenario],
                ..Results::default()
            };
            let bibliography = Bibliography::of(&results);
            let text = bibliography.text();
            assert_eq!(text.matches("On water").count(), 2, "{text}");
            assert!(text.contains("P. Li"), "{text}");
            let keys = ["catalog:li2023", "li2023"].map(str::to_owned);
            let cited = bibliography.cite(&results.scenarios[0], &keys);
            assert_eq!(cited, [Piece::Cite(first)]);
        }
    }

    #[test]
    fn entries() {
        let full = ReferenceRecord {
            year: Some(2023),
            url: Some("https://x.org/a b}?c=%20#d".to_owned()),
            other: [
                ("author", "L. Doe & R. Roe"),
                ("journal", "J_1"),
                ("Odd}", "x"),
            ]
            .map(|(key, text)| (key.to_owned(), text.to_owned()))
            .into(),
            ..work("a b}", "On {CO2}")
        };
        let scenario = |references| Scenario {
            references,
            ..Scenario::default()
        };
        let results = Results {
            scenarios: vec![
                scenario(vec![
                    full.clone(),
                    work("plain", "Someone, Something, 2020"),
                ]),
                scenario(vec![work("Plain", "Another"), full]),
            ],
            ..Results::default()
        };
        let bibliography = Bibliography::of(&results);
        insta::assert_snapshot!(bibliography.text(), @r"
        @article{a-b-,
          title = {{On \textbraceleft{}CO2\textbraceright{}}},
          author = {L. Doe \& R. Roe},
          journal = {J\_1},
          year = {2023},
          howpublished = {\url{https://x.org/a%20b%7D?c=%20#d}},
        }

        @misc{plain,
          note = {{Someone, Something, 2020}},
          key = {plain},
        }

        @misc{Plain-2,
          note = {{Another}},
          key = {Plain-2},
        }
        ");
        let cited = bibliography.cite(
            &results.scenarios[1],
            &["Plain".to_owned(), "my own words".to_owned()],
        );
        assert_eq!(
            cited,
            [
                Piece::Cite("Plain-2".to_owned()),
                Piece::Text("; ".to_owned()),
                Piece::Text("my own words".to_owned())
            ]
        );
    }
}
