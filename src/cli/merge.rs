//! What is typed for `merge`, and what a shard records for it.

use super::values::threads;
use crate::commands::MergeOptions;
use clap::Args;
use std::num::NonZeroUsize;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct MergeArguments {
    /// The parts of every shard, or folders of them (every *.part in them); scenarios are read by their paths of then, so run this where the shards were run
    #[arg(required = true, value_name = "PART")]
    parts: Vec<PathBuf>,
    /// Write the result files to this folder: new, empty, or an earlier result, which is replaced whole
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Threads; the results are the same for any number [default: one per processor]
    #[arg(short, long, value_name = "T", value_parser = threads, allow_negative_numbers = true)]
    threads: Option<NonZeroUsize>,
    /// Print the result tables as JSON
    #[arg(long)]
    json: bool,
    /// No progress and no notes
    #[arg(short, long)]
    quiet: bool,
}

/// What the words mean.
pub(super) fn options(arguments: MergeArguments) -> MergeOptions {
    MergeOptions {
        parts: arguments.parts,
        out: arguments.out,
        threads: arguments.threads,
        json: arguments.json,
        quiet: arguments.quiet,
    }
}

/// Options of `run` that say where and how a shard is run, not what the batch is; all but the last take a value.
const OF_A_SHARD: [(&str, Option<char>, bool); 4] = [
    ("--shard", None, true),
    ("--out", Some('o'), true),
    ("--threads", Some('t'), true),
    ("--quiet", Some('q'), false),
];

/// The words of the batch that a shard is one of: the same for all of its shards.
pub(super) fn command_of_batch(words: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            kept.push(word.clone());
            kept.extend(words.cloned());
            break;
        }
        match without_option(word) {
            Some((true, rest)) => {
                words.next();
                kept.extend(rest);
            }
            Some((false, rest)) => kept.extend(rest),
            None => kept.push(word.clone()),
        }
    }
    kept
}

/// Whether the value of an option that is left out is the next word, and what stays of this one; `None` where it is another word.
fn without_option(word: &str) -> Option<(bool, Option<String>)> {
    for (long, short, takes_value) in OF_A_SHARD {
        if word == long {
            return Some((takes_value, None));
        }
        if takes_value
            && word
                .strip_prefix(long)
                .is_some_and(|rest| rest.starts_with('='))
        {
            return Some((false, None));
        }
        let cluster = word.strip_prefix('-').filter(|_| !word.starts_with("--"));
        if let (Some(cluster), Some(short)) = (cluster, short)
            // Before any other short option there can only be flags, of which there is one.
            && let Some(value) = cluster.trim_start_matches('q').strip_prefix(short).filter(|_| takes_value)
        {
            return Some((value.is_empty(), None));
        }
        if !takes_value && cluster.is_some_and(|cluster| cluster.starts_with('q')) {
            let rest = cluster.map_or("", |cluster| cluster.trim_start_matches('q'));
            return Some((false, (!rest.is_empty()).then(|| format!("-{rest}"))));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_of_a_batch_record_the_same_words() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let batch = words("montecarbon run a.toml -n 1e6 --seed=4 --set inputs.x=3");
        for shard in [
            "montecarbon run a.toml -n 1e6 --seed=4 --set inputs.x=3 --shard 1/4",
            "montecarbon run --shard=2/4 a.toml -o parts -n 1e6 --seed=4 --set inputs.x=3 -q",
            "montecarbon run a.toml -n 1e6 -t4 --seed=4 --out=parts --quiet --set inputs.x=3 --shard 3/4",
            "montecarbon run a.toml -qn 1e6 --seed=4 -qoparts --threads 2 --set inputs.x=3 --shard 4/4",
            "montecarbon run a.toml -n 1e6 -qt 4 --seed=4 -qo parts --set inputs.x=3 --shard 4/4",
        ] {
            assert_eq!(command_of_batch(&words(shard)), batch, "{shard}");
        }
        let named = words("montecarbon run -- --shard -q");
        assert_eq!(command_of_batch(&named), named);
    }
}
