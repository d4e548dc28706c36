//! The README against the program: its scenarios are accepted, its commands print what it shows, its links lead somewhere.
//! `BOOK_UPDATE=1 cargo test --test readme` writes what is printed.

mod documents;

use documents::{Page, root};
use montecarbon::diagnostic::Source;
use montecarbon::model::check;

/// Lines that are run by whoever reads them, and by `.ci/run`.
const NOT_RUN: &[&str] = &[
    "cargo run --release -- run scenarios/chatgpt-inference.toml",
    "cargo test --release",
];

#[test]
#[cfg_attr(not(unix), ignore = "its commands are for sh")]
fn every_command_of_the_readme_prints_what_it_shows() {
    let wrong = Page::read("README.md").wrong(NOT_RUN, |_| None);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_link_of_the_readme_leads_somewhere() {
    let broken = Page::read("README.md").broken_links("");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_shipped_scenario_is_in_the_readme() {
    let readme = Page::read("README.md");
    for entry in std::fs::read_dir(root().join("scenarios")).expect("a folder") {
        let name = entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned();
        assert!(
            readme.text.contains(&format!("(scenarios/{name})")),
            "{name}"
        );
    }
}

#[test]
fn the_starter_of_init_has_neither_complaint_nor_warning() {
    let starter = include_str!("../src/commands/starter.toml");
    let checked = check(Source::new("starter.toml", starter), "starter", &[]);
    let model = checked.unwrap_or_else(|complaints| panic!("{}", complaints[0].message));
    assert!(model.warnings.is_empty(), "{}", model.warnings[0].message);
}
