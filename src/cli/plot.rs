//! What is typed after `plot`, and after `--figures`.

use crate::commands::{FigureFormat, FigureKind, PlotOptions};
use clap::Args;
use clap::builder::PossibleValuesParser;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct PlotArguments {
    /// The result folder; its tables are all that is read
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Where the files go; those of the same names are replaced
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// What to draw [default: everything that the results allow]
    #[arg(long = "kind", value_name = "KIND,…", value_delimiter = ',', value_parser = kind_names())]
    kinds: Vec<String>,
    /// The formats of the files [default: svg]
    #[arg(long = "format", value_name = "FORMAT,…", value_delimiter = ',', value_parser = format_names(), default_values = ["svg"], hide_default_value = true)]
    formats: Vec<String>,
    /// No notes
    #[arg(short, long)]
    quiet: bool,
}

/// What the words of `plot` mean.
pub(super) fn options(arguments: PlotArguments) -> PlotOptions {
    let every = FigureKind::ALL.iter();
    let is_wanted =
        |word: &str| arguments.kinds.is_empty() || arguments.kinds.iter().any(|kind| kind == word);
    PlotOptions {
        kinds: every
            .filter(|row| is_wanted(row.1))
            .map(|row| row.0)
            .collect(),
        formats: formats(&arguments.formats),
        folder: arguments.folder,
        out: arguments.out,
        quiet: arguments.quiet,
    }
}

/// The formats of those words, in the order of the table.
pub(super) fn formats(words: &[String]) -> Vec<FigureFormat> {
    let every = FigureFormat::ALL.iter();
    let named = every.filter(|row| words.iter().any(|word| word == row.1));
    named.map(|row| row.0).collect()
}

fn kind_names() -> PossibleValuesParser {
    PossibleValuesParser::new(FigureKind::ALL.iter().map(|row| row.1))
}

/// The words of the formats.
pub(super) fn format_names() -> PossibleValuesParser {
    PossibleValuesParser::new(FigureFormat::ALL.iter().map(|row| row.1))
}
