//! What the words of options mean: numbers of trials, probabilities, tolerances.

use crate::commands::{InnerPlan, MOST_TRIALS, Nested, Pick, Shard, Tolerance};
use std::num::NonZeroUsize;

/// The most threads that can be asked for.
const MOST_THREADS: usize = 512;
/// The most shards of a batch.
const MOST_SHARDS: u32 = 100_000;

/// Probabilities in rising order, each once.
pub(super) fn rising(mut probabilities: Vec<f64>) -> Vec<f64> {
    probabilities.sort_by(f64::total_cmp);
    probabilities.dedup();
    probabilities
}

/// A count: `1000000`, `1_000_000`, `1e6`.
fn counted(text: &str) -> Option<u64> {
    let digits = text.replace('_', "");
    digits.parse::<u64>().ok().or_else(|| {
        let value = digits.parse::<f64>().ok()?;
        (value.fract() == 0.0 && (0.0..=u64::MAX as f64).contains(&value)).then_some(value as u64)
    })
}

/// A number of trials.
pub(super) fn trials(text: &str) -> Result<u64, String> {
    match counted(text) {
        Some(count) if (2..=MOST_TRIALS).contains(&count) => Ok(count),
        Some(count) if count < 2 => Err("at least 2 trials are needed".to_owned()),
        Some(_) => Err("at most 50 billion trials can be run".to_owned()),
        None => Err("write a whole number such as 1000000, 1_000_000 or 1e6".to_owned()),
    }
}

/// A whole number from 0, `_` allowed between digits.
pub(super) fn whole(text: &str) -> Result<u64, String> {
    text.replace('_', "")
        .parse()
        .map_err(|_| "write a whole number from 0 to 18446744073709551615".to_owned())
}

/// A number of threads: beyond [`MOST_THREADS`] they would spend their time on each other.
pub(super) fn threads(text: &str) -> Result<NonZeroUsize, String> {
    text.parse()
        .ok()
        .filter(|threads: &NonZeroUsize| threads.get() <= MOST_THREADS)
        .ok_or_else(|| format!("write a whole number from 1 to {MOST_THREADS}"))
}

/// `1/4`: the first of four.
pub(super) fn shard(text: &str) -> Result<Shard, String> {
    const HELP: &str = "write I/N, from 1/N to N/N";
    let (number, of) = text.split_once('/').ok_or(HELP)?;
    let [number, of] = [number, of].map(|text| text.trim().parse().map_err(|_| HELP));
    let (number, of) = (number?, of?);
    if number == 0 {
        return Err(format!("{HELP}: shards are counted from 1"));
    }
    if number > of || of > MOST_SHARDS {
        return Err(format!("{HELP}, with N up to {MOST_SHARDS}"));
    }
    Ok(Shard { number, of })
}

/// A number strictly between 0 and 1.
pub(super) fn probability(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value < 1.0 => Ok(value),
        Ok(value) if value > 1.0 && value < 100.0 => Err(format!(
            "it must lie between 0 and 1: write {} for {text} %",
            crate::report::number::shortest(value / 100.0)
        )),
        _ => Err("write a number between 0 and 1, such as 0.95".to_owned()),
    }
}

/// `1%`, `0.5` or `3digits`.
pub(super) fn tolerance(text: &str) -> Result<Tolerance, String> {
    const HELP: &str = "write 1% (of the number), 0.5 (in the output's unit) or 3digits";
    let text = text.trim();
    let number = |text: &str| {
        let number = text.trim().parse::<f64>().ok();
        number.filter(|number| *number > 0.0 && number.is_finite())
    };
    let found = if let Some(percent) = text.strip_suffix('%') {
        number(percent).map(|percent| Tolerance::Relative(percent / 100.0))
    } else if let Some(digits) = text.strip_suffix("digits").or(text.strip_suffix("digit")) {
        let digits = digits.trim().parse().ok();
        digits
            .filter(|digits| (1..=9).contains(digits))
            .map(Tolerance::Digits)
    } else {
        number(text).map(Tolerance::Absolute)
    };
    found.ok_or_else(|| HELP.to_owned())
}

/// `OUTPUT=T`.
pub(super) fn target(text: &str) -> Result<(String, Tolerance), String> {
    match text.split_once('=') {
        Some((output, asked)) if !output.trim().is_empty() => {
            Ok((output.trim().to_owned(), tolerance(asked)?))
        }
        _ => Err("write OUTPUT=T, such as emissions=1%".to_owned()),
    }
}

/// `1000x100`, `1e3×1e2` or `1000xrows`.
pub(super) fn nested(text: &str) -> Result<Nested, String> {
    const HELP: &str = "write OUTERxINNER, such as 1000x500, or OUTERxrows";
    let (outer, inner) = text.split_once(['x', '×']).ok_or(HELP)?;
    let inner = if inner == "rows" {
        InnerPlan::Rows
    } else {
        let trials = counted(inner).ok_or(HELP)?;
        InnerPlan::Trials(u32::try_from(trials).unwrap_or(u32::MAX))
    };
    let outer = counted(outer).ok_or(HELP)?;
    Nested { outer, inner }.check()
}

/// `max:OUTPUT`, `min:OUTPUT`, `q0.975:OUTPUT`, `nonfinite` or `nonfinite:OUTPUT`.
pub(super) fn pick(text: &str) -> Result<Pick, String> {
    const HELP: &str = "write max:OUTPUT, min:OUTPUT, q0.975:OUTPUT, nonfinite or nonfinite:OUTPUT";
    let (what, output) = match text.split_once(':') {
        Some((what, output)) => (what.trim(), Some(output.trim().to_owned())),
        None => (text.trim(), None),
    };
    if output.as_deref() == Some("") {
        return Err(HELP.to_owned());
    }
    match (what, output) {
        ("nonfinite", output) => Ok(Pick::NonFinite(output)),
        ("max", Some(output)) => Ok(Pick::Maximum(output)),
        ("min", Some(output)) => Ok(Pick::Minimum(output)),
        ("median", Some(output)) => Ok(Pick::Quantile(0.5, output)),
        (what, Some(output)) => {
            let p = what.strip_prefix('q').ok_or(HELP)?;
            Ok(Pick::Quantile(probability(p)?, output))
        }
        _ => Err(HELP.to_owned()),
    }
}

/// `PATH=VALUE`, with something on both sides.
pub(super) fn assignment(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((path, value)) if !path.trim().is_empty() && !value.trim().is_empty() => {
            Ok(text.to_owned())
        }
        _ => Err("write PATH=VALUE, such as inputs.pue=1.2".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trials_are_written_in_three_ways() {
        for text in ["1000000", "1_000_000", "1e6", "1.0e6"] {
            assert_eq!(trials(text), Ok(1_000_000));
        }
        for text in [
            "1",
            "0",
            "-5",
            "1.5",
            "1e30",
            "inf",
            "nan",
            "many",
            "",
            "18446744073709551615",
            "50_000_000_001",
            "1e15",
        ] {
            assert!(trials(text).is_err(), "{text}");
        }
        assert_eq!(trials("5e10"), Ok(MOST_TRIALS));
        assert!(trials("1e15").is_err_and(|message| message.contains("50 billion")));
    }

    #[test]
    fn threads_are_a_number_that_helps() {
        assert_eq!(threads("512").map(NonZeroUsize::get), Ok(512));
        for text in ["0", "-1", "513", "100000", "two"] {
            assert!(threads(text).is_err(), "{text}");
        }
    }

    #[test]
    fn probabilities_lie_between_0_and_1() {
        assert_eq!(probability("0.95"), Ok(0.95));
        for text in ["0", "1", "95", "nan", "-0.1", "x"] {
            assert!(probability(text).is_err(), "{text}");
        }
        assert!(probability("95").is_err_and(|message| message.contains("0.95")));
    }
}
