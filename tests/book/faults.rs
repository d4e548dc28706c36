//! Pages with a fault each, so that a page that passes has been looked at.

use crate::documents::{Page, updates};

/// What is wrong with a page of that text.
fn wrong(text: &str) -> Vec<String> {
    let page = Page {
        path: "docs/introduction.md".to_owned(),
        text: text.to_owned(),
    };
    let made = |name: &str| (name == "word").then(|| "right".to_owned());
    [page.wrong(&[], made), page.broken_links("docs")].concat()
}

const SCENARIO: &str = "[inputs]\na = { value = 2 }\n[outputs]\na = \"1\"\n";

#[test]
#[cfg_attr(not(unix), ignore = "its commands are for sh")]
fn a_page_without_a_fault_passes() {
    if updates() {
        // What differs would be written, and this is no page of the book.
        return;
    }
    let text = format!(
        "# A page\n\n<!-- file: a.toml -->\n\n```toml\n{SCENARIO}```\n\n```console\n$ montecarbon run a.toml --quiet | sed -n 3,4p\n\
         output  value  unit\na           2  1\n$ montecarbon explain nothing\nerror: there is no code \"nothing\"\n$ echo $?\n2\n```\n\n\
         ```sh\nmontecarbon check a.toml\n```\n\n<!-- made: word -->\n\nright\n\n<!-- end of word -->\n\n[here](#a-page) and \
         [there](limits.md)\n"
    );
    assert_eq!(wrong(&text), [""; 0]);
}

#[test]
#[cfg_attr(not(unix), ignore = "its commands are for sh")]
fn every_fault_is_found() {
    if updates() {
        // Then nothing is complained about, but written.
        return;
    }
    let faults = [
        "```console\n$ montecarbon list samplers sobol\nsobol  something else\n```\n".to_owned(),
        "```console\n$ montecarbon explain nothing\nerror: there is no code \"nothing\"\n```\n"
            .to_owned(),
        "```console\n$ false\n$ echo $?\n0\n```\n".to_owned(),
        "```console\noutput of nothing\n```\n".to_owned(),
        "```sh\nmontecarbon check missing.toml\n```\n".to_owned(),
        "```sh\nanother program\n```\n".to_owned(),
        format!("```toml\n{SCENARIO}b = \"1\"\n```\n"),
        format!(
            "```toml\n{}```\n",
            SCENARIO.replace("2 }", "2 }\nb = { value = 3 }")
        ),
        format!("<!-- refused file: a.toml -->\n\n```toml\n{SCENARIO}```\n"),
        "<!-- picture: missing.svg -->\n![A picture](scaling.svg)\n".to_owned(),
        "<!-- made: word -->\n\nwrong\n\n<!-- end of word -->\n".to_owned(),
        "<!-- made: word -->\n\nright\n".to_owned(),
        "<!-- made: nothing -->\n<!-- end of nothing -->\n".to_owned(),
        "[nowhere](missing.md)\n".to_owned(),
        "[nowhere](limits.md#nothing)\n".to_owned(),
        "![outside](../README.md)\n".to_owned(),
    ];
    for fault in faults {
        assert!(!wrong(&fault).is_empty(), "passes:\n{fault}");
    }
}
