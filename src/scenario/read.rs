//! From a text to a tree that has been held against the tables of keys.

use super::codes::{DUPLICATE_KEY, DUPLICATE_SECTION, EMPTY_FILE};
use super::edits;
use super::keys::ROOT;
use super::tree::{Parsed, Place, Table, Texts, parse};
use super::walk::Walk;
use crate::diagnostic::{Diagnostic, Source};
use std::collections::HashSet;
use std::sync::Arc;

/// A file as written, with the edits of the command line in it.
#[derive(Debug)]
pub struct Scenario {
    /// The file, then one text for each edit.
    pub texts: Texts,
    /// The tree.
    pub root: Table,
    /// What is wrong with keys and types.
    pub complaints: Vec<Diagnostic>,
    /// Whether the tree is whole, so that checking it further tells no nonsense.
    pub whole: bool,
}

/// Reads a text and applies edits to it.
pub fn read(source: Arc<Source>, sets: &[String]) -> Scenario {
    let Parsed {
        table: mut root,
        mut complaints,
        broken_from,
    } = parse(&source, 0);
    let start = Place {
        text: 0,
        start: 0,
        end: 0,
    };
    // A key written twice leaves a tree that can be checked on; broken syntax leaves holes.
    let whole = complaints
        .iter()
        .all(|complaint| complaint.code == &DUPLICATE_KEY || complaint.code == &DUPLICATE_SECTION);
    let mut texts = Texts(vec![source]);
    if root.entries.is_empty() {
        if complaints.is_empty() {
            let complaint = texts
                .error(&EMPTY_FILE, start, "the file holds no scenario")
                .label("nothing here")
                .advise("`montecarbon init` writes a small scenario to start from");
            complaints.push(complaint);
        }
        return Scenario {
            texts,
            root,
            complaints,
            whole: false,
        };
    }
    complaints.extend(edits::apply(&mut root, &mut texts, sets));
    let broken: HashSet<usize> = if whole {
        HashSet::new()
    } else {
        complaints
            .iter()
            .map(|complaint| complaint.position().0)
            .collect()
    };
    let mut found = Vec::new();
    Walk {
        texts: &texts,
        complaints: &mut found,
    }
    .section(&root, &ROOT, start);
    // What the parser made up on a broken line is not the user's.
    found.retain(|complaint| {
        let made_up = broken_from
            .is_some_and(|from| complaint.source.name != "--set" && complaint.span.start >= from);
        whole || !(made_up || broken.contains(&complaint.position().0))
    });
    complaints.append(&mut found);
    Scenario {
        texts,
        root,
        complaints,
        whole,
    }
}
