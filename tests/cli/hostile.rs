//! Scenarios whose every text tries to be something else, through every command and into every format.

use crate::fixture::{CliTest, told};
use std::fs;
use std::path::Path;

const HOSTILE: &str = include_str!("../clients/hostile.toml");

/// A table of a sweep with the same in its cells.
const SWEPT: &str = r#"
title = "A sweep"
[inputs]
grid = { distribution = "lognormal", median = 240, gsd = 1.3, unit = "gCO2e/kWh" }
[formulas]
emissions = "3 kWh/day * grid"
[outputs]
emissions = "kgCO2e/day"
[sweep]
file = "regions.csv"
name = "region"
set  = { "inputs.grid.median" = "g" }
"#;
const REGIONS: &str = "region,g,note\nnorth,30,=HYPERLINK(1)\nsouth,400,\"+1\u{1b}[2J\u{9b}2J\u{202e}\r<script>alert(1)</script>\"\n";

/// Complaints quote what they complain about: a file that cannot be read on, and one with much that is wrong.
const BROKEN: &str = "[inputs] # \u{1b}]0;x\u{7}\u{9b}2J\r \u{2066}\n";
const REFUSED: &str = "[inputs]\n\"po\\u001B[2Jwer\" = { value = 1, unit = \"W\u{202e}\" }\n\
    grid = { distribution = \"empirical\", file = \"cells.csv\", column = \"load\" }\n[formulas]\ne = \"grid + \u{202e}x\"\n[outputs]\n\
    e = \"1\"\n\"\\u202E\" = \"\\u009B\"\n";
const CELLS: &str = "load\n1\n\u{1b}[2J=1\u{202e}\n";

/// What a terminal obeys, and what shows text in another order or on another line.
fn commands_terminal(text: &str) -> Vec<char> {
    let is_order = |character: &char| {
        matches!(character, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}')
            || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().filter(is_order).collect()
}

/// The cells of a CSV file that a spreadsheet would take for a formula.
fn formulas(text: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let cells = reader.records().flat_map(|record| {
        let record = record.expect("a record");
        record.iter().map(str::to_owned).collect::<Vec<_>>()
    });
    let starts = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    cells
        .filter(|cell| cell.trim_start_matches(' ').starts_with(starts))
        .filter(|cell| cell.parse::<f64>().is_err())
        .collect()
}

/// The tags and attributes of markup that do something, outside the scripts of the page itself.
fn active_markup(text: &str) -> Vec<String> {
    let own = text.rfind("<script>\n").unwrap_or(text.len());
    let (before, script) = text.split_at(own);
    let after = script.find("</script>").map_or("", |end| &script[end..]);
    let tags = [before, after].map(|part| part.split('<').skip(1).collect::<Vec<_>>());
    let is_active = |tag: &&str| {
        let tag = tag.split('>').next().unwrap_or_default().to_lowercase();
        let name = tag.split([' ', '\n', '/']).next().unwrap_or_default();
        // What stands in quotes is a value, and no attribute.
        let outside: String = tag.split('"').step_by(2).collect();
        [
            "script",
            "img",
            "iframe",
            "object",
            "embed",
            "foreignobject",
            "b",
            "base",
            "form",
        ]
        .contains(&name)
            || tag.contains("=\"javascript:")
            || outside.contains(" on")
    };
    let tags = tags.concat().into_iter().filter(is_active);
    tags.map(str::to_owned).collect()
}

/// Links, pictures and raw markup of Markdown.
fn active_markdown(text: &str) -> Vec<&str> {
    let attacks = [
        "](javascript",
        "](http://x)",
        "![](",
        "<script",
        "<img",
        "<b ",
        "<svg",
        "<!--",
    ];
    // What has a backslash before it is shown as it is.
    let is_active = |attack: &&str| {
        let mut places = text.match_indices(attack);
        places.any(|(at, _)| !text[..at].ends_with('\\'))
    };
    attacks.into_iter().filter(is_active).collect()
}

/// Orders to TeX; what is shown of them has a word for the backslash.
fn active_tex(text: &str) -> Vec<&str> {
    let attacks = [
        "\\input{/",
        "\\write18",
        "\\def\\",
        "\\newpage",
        "\\end{document}",
        "\\end{the",
        "\\catcode",
        "^^5c",
        "\\par ",
    ];
    attacks
        .into_iter()
        .filter(|attack| text.contains(attack))
        .collect()
}

/// What is dangerous in a file, by its name.
fn dangers(name: &str, bytes: &[u8]) -> Vec<String> {
    let ending = name.rsplit('.').next().unwrap_or_default();
    if ending == "png" || ending == "parquet" {
        return Vec::new();
    }
    if ending == "pdf" {
        let words: [&[u8]; 5] = [b"/JavaScript", b"/JS", b"/OpenAction", b"/URI", b"/Launch"];
        let found = words
            .iter()
            .filter(|word| bytes.windows(word.len()).any(|part| part == **word));
        return found
            .map(|word| String::from_utf8_lossy(word).into_owned())
            .collect();
    }
    let text = String::from_utf8_lossy(bytes);
    let mut found: Vec<String> = commands_terminal(&text)
        .into_iter()
        .map(|character| character.escape_unicode().to_string())
        .collect();
    match ending {
        "csv" => found.extend(formulas(&text)),
        "html" | "svg" => found.extend(active_markup(&text)),
        "md" => found.extend(active_markdown(&text).into_iter().map(str::to_owned)),
        "tex" | "bib" => found.extend(active_tex(&text).into_iter().map(str::to_owned)),
        "json" => {
            let document: Result<serde_json::Value, _> = serde_json::from_str(&text);
            found.extend(document.err().map(|error| error.to_string()));
        }
        _ => {}
    }
    found
}

/// Runs a command; nothing that it prints is dangerous. Gives its standard output.
fn run(test: &CliTest, code: i32, words: &[&str]) -> String {
    let output = test.run(words);
    assert_eq!(
        output.status.code(),
        Some(code),
        "{words:?}: {}",
        told(&output)
    );
    let is_json = words.contains(&"--json");
    let name = if is_json { "out.json" } else { "out.txt" };
    for (name, bytes) in [(name, &output.stdout), ("err.txt", &output.stderr)] {
        assert_eq!(
            dangers(name, bytes),
            Vec::<String>::new(),
            "{words:?}: {name}"
        );
    }
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Every file of a folder is looked at; gives their names.
fn look(test: &CliTest, folder: &str) -> Vec<String> {
    let names: Vec<String> = test
        .files()
        .into_iter()
        .filter(|name| Path::new(name).starts_with(folder))
        .collect();
    for name in &names {
        let bytes = fs::read(test.path(name)).expect("read");
        assert_eq!(dangers(name, &bytes), Vec::<String>::new(), "{name}");
    }
    names
}

#[test]
fn nothing_acts_whatever_the_command_and_the_format() {
    let test = CliTest::new();
    test.write("hostile.toml", HOSTILE);
    test.write("swept.toml", SWEPT);
    test.write("regions.csv", REGIONS);
    let few = ["-n", "2048", "--quiet"];
    run(&test, 0, &["check", "hostile.toml", "swept.toml"]);
    run(&test, 0, &["check", "hostile.toml", "--json"]);
    let every = ["--samples", "csv", "--paper", "--html", "--out", "one"];
    run(
        &test,
        0,
        &[&["run", "hostile.toml"], &few[..], &every].concat(),
    );
    let names = look(&test, "one");
    for ending in [
        "csv", "json", "html", "svg", "pdf", "png", "tex", "md", "bib",
    ] {
        assert!(
            names.iter().any(|name| name.ends_with(ending)),
            "no .{ending}"
        );
    }
    let json = run(&test, 0, &["run", "hostile.toml", "-n", "2048", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let rows = document["variants"].as_array().expect("rows");
    // JSON has its own escapes: the text is whole.
    let told = |row: &serde_json::Value| {
        row["value"]
            .as_str()
            .is_some_and(|text| text.contains("\u{1b}[2J"))
    };
    assert!(rows.iter().any(told), "{rows:?}");
    run(&test, 0, &["run", "hostile.toml", "-n", "2048", "--strict"]);
    run(
        &test,
        0,
        &[
            &["run", "swept.toml", "hostile.toml"],
            &few[..],
            &["--html", "--out", "two"],
        ]
        .concat(),
    );
    look(&test, "two");
    run(
        &test,
        0,
        &[
            &["compare", "hostile.toml"],
            &few[..],
            &["--html", "--paper", "--out", "three"],
        ]
        .concat(),
    );
    look(&test, "three");
    run(
        &test,
        0,
        &["compare", "hostile.toml", "-n", "2048", "--json"],
    );
    run(&test, 0, &["replay", "hostile.toml", "--trial", "3"]);
    run(
        &test,
        0,
        &["replay", "hostile.toml", "--trial", "3", "--json"],
    );
    run(&test, 0, &["verify", "one"]);
    let other = "inputs.price.source=\"=other \\u009B\\u202E\"";
    run(
        &test,
        0,
        &[
            &["run", "hostile.toml", "--set", other],
            &few[..],
            &["--out", "four"],
        ]
        .concat(),
    );
    for format in [&[][..], &["--json"]] {
        run(&test, 0, &[&["diff", "one", "four"], format].concat());
    }
    look(&test, "four");
    run(&test, 0, &["plot", "one", "--out", "figures"]);
    look(&test, "figures");
}

#[test]
fn complaints_show_what_they_quote() {
    let test = CliTest::new();
    test.write("refused.toml", REFUSED);
    test.write("cells.csv", CELLS);
    let output = test.run(&["check", "refused.toml"]);
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("\\u{1b}"),
        "{}",
        told(&output)
    );
    run(&test, 1, &["check", "refused.toml"]);
    run(&test, 1, &["run", "refused.toml"]);
    test.write("broken.toml", BROKEN);
    run(&test, 1, &["check", "broken.toml"]);
    // The place of a complaint about a data file is in that file.
    let data = "[inputs]\nx = { distribution = \"empirical\", file = \"cells.csv\", column = \"load\" }\n[outputs]\nx = \"1\"\n";
    test.write("data.toml", data);
    run(&test, 1, &["check", "data.toml"]);
    run(&test, 2, &["check", "\u{1b}[2J\u{9b}2J\u{202e}.toml"]);
    let label = HOSTILE.replace("1+1 |", "1\u{202e}+1 |");
    test.write("label.toml", &label);
    run(&test, 1, &["check", "label.toml"]);
}

/// The twin: each attack, planted in its format, is found.
#[test]
fn planted_attacks_are_found() {
    for (name, text) in [
        ("x.txt", "\u{1b}[2J"),
        ("x.txt", "\u{9b}2J"),
        ("x.txt", "a\rb"),
        ("x.json", "{\"a\":\"\u{202e}\"}"),
        ("x.json", "{\"a\":\"\"},{\"b\":\"\"}"),
        ("x.csv", "a,=1\n"),
        ("x.csv", "a,\" @x\"\n"),
        ("x.csv", "a,\u{1b}\n"),
        ("x.html", "<p><script>alert(1)</script>"),
        ("x.html", "<td onclick='x'>"),
        ("x.html", "<a href=\"javascript:x\">"),
        ("x.svg", "<text>\u{202e}</text>"),
        ("x.svg", "<svg onload=alert(1)>"),
        ("x.md", "[a link](http://x)"),
        ("x.md", "a <b onclick='x'>"),
        ("x.tex", "\\write18{id}"),
        ("x.bib", "\\end{document}"),
        ("x.pdf", "<< /S /JavaScript >>"),
    ] {
        assert!(
            !dangers(name, text.as_bytes()).is_empty(),
            "{name}: {text:?}"
        );
    }
    for (name, text) in [
        ("x.csv", "a,-1.5,'=1\n"),
        (
            "x.html",
            "<p>&lt;script&gt;</p><script>\non('click')</script>",
        ),
        ("x.md", "\\[a link\\](http://x) \\<script"),
        ("x.json", "{\"a\":\"\\u202e\"}"),
    ] {
        assert_eq!(
            dangers(name, text.as_bytes()),
            Vec::<String>::new(),
            "{name}: {text:?}"
        );
    }
}
