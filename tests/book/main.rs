//! The book under `docs/`: every command in it is run, what is made of the program's tables is what the program has, every link
//! leads somewhere, every page is in the summary. `BOOK_UPDATE=1 cargo test --test book` writes the pages as they should be.

#[path = "../documents/mod.rs"]
mod documents;
mod families;
mod faults;
mod reference;

use documents::{Page, held_against, root};
use std::collections::BTreeSet;
use std::path::Path;

/// Lines of the pages that are run elsewhere: the sources of the studies, by `.ci/run` or a reader with an hour; other programs, by
/// `tests/clients`; and what never ends, by `tests/cli`.
const NOT_RUN: &[&str] = &[
    "cargo bench --bench samplers",
    "cargo build --release",
    "cargo test --release --test coverage -- --ignored --nocapture",
    "job=$(sbatch --parsable --array=1-8 examples/slurm/shards.sh scenarios/chatgpt-inference.toml --trials 1e10)",
    "montecarbon check scenario.toml --watch",
    "montecarbon merge parts --out results",
    "parallel montecarbon run scenarios/chatgpt-inference.toml --trials 1e9 --shard {}/8 --out parts ::: {1..8}",
    "python3 benches/peers/compare.py 5",
    "python3 benches/peers/scaling.py docs/scaling.svg",
    "sbatch --dependency=\"afterok:$job\" --wrap 'montecarbon merge parts --out results'",
    "taplo lint --schema \"file://$PWD/montecarbon.schema.json\" scenarios/*.toml",
];

/// The pages of the book, by their paths from the root.
fn pages() -> Vec<String> {
    let mut pages = Vec::new();
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let path = path.strip_prefix(root()).expect("below the root");
                pages.push(path.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    pages.sort();
    pages
}

#[test]
#[cfg_attr(not(unix), ignore = "its commands are for sh")]
fn every_page_is_what_the_program_does() {
    let wrong = pages()
        .iter()
        .flat_map(|path| Page::read(path).wrong(NOT_RUN, reference::made))
        .collect::<Vec<_>>();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_distribution_has_its_picture() {
    let folder = root().join(reference::PICTURES);
    let drawn = reference::pictures();
    let wrong = drawn.iter().filter_map(|(family, svg)| {
        held_against(&folder.join(format!("{family}.svg")), svg.as_bytes())
    });
    let wrong = wrong.collect::<Vec<_>>();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let files = std::fs::read_dir(folder).expect("a folder").count();
    assert_eq!(files, drawn.len(), "a picture of no family");
}

#[test]
fn every_link_leads_somewhere() {
    let broken = pages()
        .iter()
        .flat_map(|path| Page::read(path).broken_links("docs"))
        .collect::<Vec<_>>();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_page_is_in_the_summary_once() {
    let summary = Page::read("docs/SUMMARY.md");
    let linked: Vec<String> = summary
        .links()
        .into_iter()
        .map(|(_, target)| format!("docs/{}", target.trim_start_matches("./")))
        .collect();
    let once: BTreeSet<&String> = linked.iter().collect();
    assert_eq!(once.len(), linked.len(), "a page that is there twice");
    let missing: Vec<String> = pages()
        .into_iter()
        .filter(|page| page != "docs/SUMMARY.md" && !once.contains(page))
        .collect();
    assert!(missing.is_empty(), "not in docs/SUMMARY.md: {missing:?}");
}

#[test]
fn every_picture_is_shown() {
    let shown: BTreeSet<String> = pages()
        .iter()
        .flat_map(|path| {
            let page = Page::read(path);
            let folder = Path::new(path).parent().expect("a folder").to_owned();
            page.links()
                .into_iter()
                .map(move |(_, target)| folder.join(target).to_string_lossy().into_owned())
                .collect::<Vec<_>>()
        })
        .collect();
    for entry in std::fs::read_dir(root().join("docs/pictures")).expect("a folder") {
        let name = entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned();
        assert!(
            !name.ends_with(".svg")
                || shown
                    .iter()
                    .any(|path| path.ends_with(&format!("pictures/{name}"))),
            "{name} is on no page"
        );
    }
}
