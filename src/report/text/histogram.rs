//! The shape of an output, in blocks that fit the terminal.

use super::super::number::rounded;
use super::super::{OutputReport, RunReport};
use super::{Page, plain};
use crate::kernel::{exp, ln};
use crate::statistic::distribution::{SPREAD, quantile, share_below, spread_in_magnitudes};
use unicode_width::UnicodeWidthStr;

/// Rows of blocks.
const ROWS: usize = 6;
/// Columns, at most.
const COLUMNS: usize = 72;
/// Digits of the numbers below.
const DIGITS: i32 = 3;
/// Blocks of one to eight eighths.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

impl Page {
    /// The first output that varies; nothing in a pipe.
    pub(super) fn histogram(&mut self, run: &RunReport) {
        let Some(width) = self.width else { return };
        let varies = |output: &&OutputReport| !output.constant && !output.distribution.is_empty();
        if let Some(output) = run.outputs.iter().find(varies) {
            let lines = lines(output, width.saturating_sub(2).min(COLUMNS));
            self.line("");
            self.line(&format!(
                "{}, in {}",
                plain(&output.name),
                plain(&output.unit)
            ));
            for line in lines {
                self.line(&line);
            }
        }
    }
}

/// Blocks, then a line with the interval and the median, then the numbers at its ends.
fn lines(output: &OutputReport, columns: usize) -> Vec<String> {
    let portions = &output.distribution;
    let spread = SPREAD.map(|p| quantile(portions, p));
    let magnitudes = spread_in_magnitudes(spread);
    let [low, _, high] = spread;
    let at = |share: f64| {
        if magnitudes {
            low * exp(share * ln(high / low))
        } else {
            share.mul_add(high - low, low)
        }
    };
    let edges: Vec<f64> = (0..=columns)
        .map(|edge| at(edge as f64 / columns as f64))
        .collect();
    let last = columns - 1;
    let masses: Vec<f64> = edges
        .windows(2)
        .enumerate()
        .map(|(column, pair)| {
            // The last column holds its upper end too.
            let upper = if column == last {
                pair[1].next_up()
            } else {
                pair[1]
            };
            share_below(portions, upper) - share_below(portions, pair[0])
        })
        .collect();
    let most = masses
        .iter()
        .fold(f64::MIN_POSITIVE, |most, &mass| most.max(mass));
    let mut lines = Vec::new();
    for row in (0..ROWS).rev() {
        let block = |&mass: &f64| {
            let eighths = (mass / most * (8 * ROWS) as f64).round() as usize;
            match eighths.saturating_sub(8 * row).min(8) {
                // What is there is seen.
                0 if row == 0 && mass > 0.0 => BLOCKS[0],
                0 => ' ',
                filled => BLOCKS[filled - 1],
            }
        };
        lines.push(masses.iter().map(block).collect());
    }
    let mut axis = vec!['─'; columns];
    let ends = [
        ("interval_low", '├'),
        ("interval_high", '┤'),
        ("median", '┼'),
    ];
    for (name, mark) in ends {
        if let Some(value) = output.statistic(name).and_then(|found| found.value) {
            let column = edges
                .partition_point(|&edge| edge <= value)
                .clamp(1, columns)
                - 1;
            axis[column] = mark;
        }
    }
    lines.push(axis.into_iter().collect());
    let (first, last) = (rounded(low, DIGITS), rounded(high, DIGITS));
    let scale = if magnitudes { "(logarithmic)" } else { "" };
    let room = columns.saturating_sub(first.width() + last.width());
    lines.push(format!("{first}{scale:^room$}{last}"));
    lines
}

#[cfg(test)]
mod tests {
    use super::super::super::example;
    use super::*;

    #[test]
    fn blocks_are_as_high_as_their_share() {
        let output = &example::report().runs[0].outputs[0];
        let lines = lines(output, 30);
        assert_eq!(lines.len(), ROWS + 2);
        for line in &lines {
            assert_eq!(line.width(), 30, "{line}");
        }
        // A quarter up to 8 and an eighth on it, the rest spread up to 120: the highest is the second column.
        assert!(lines[0].starts_with(" █ "), "{}", lines.join("\n"));
        assert!(lines[ROWS - 1].chars().all(|block| block != ' '));
        assert_eq!(
            lines[ROWS].matches(['├', '┼', '┤']).count(),
            3,
            "{}",
            lines[ROWS]
        );
    }
}
