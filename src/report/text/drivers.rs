//! What drives an output: the inputs by their indices, with bars, and what rests on which evidence.

use super::super::SensitivityRow;
use super::super::grid::{Align, Grid};
use super::super::number::{self, ESTIMATE_DIGITS};
use super::plain;
use crate::statistic::Estimate;

/// Significant digits of an index of sensitivity.
const INDEX_DIGITS: i32 = 2;
/// Inputs listed under an output; the files hold them all.
const DRIVERS: usize = 8;
/// Inputs named in one line where there are several runs.
const DRIVERS_IN_LINE: usize = 3;
/// The longest bar, and the shortest that is still worth drawing, in characters.
const BAR: usize = 24;
const SHORTEST_BAR: usize = 6;
/// Measures that are shares of the variance, those first that see more of it.
const SHARES: [&str; 4] = [
    "shapley",
    "sobol_total",
    "sobol_first",
    "first_order_given_data",
];
/// What a plain run has.
const PLAIN: [&str; 5] = [
    "spearman",
    "first_order_given_data",
    "contribution_to_variance",
    "sobol_first",
    "sobol_total",
];
/// Shares of pairs of inputs, beyond what each has alone.
const PAIRS: &str = "sobol_second";
/// What a linear model of values, and of ranks, explains.
const R2: &str = "src_r2";
const RANK_R2: &str = "srrc_r2";
/// Before a measure: the probability that its rank 1 is first.
const RANK_1: &str = "p_rank_1:";
/// A probability beyond this is said by how far from one it is, and no farther than the second.
const NEARLY_CERTAIN: f64 = 0.9;
const MOST_CERTAIN: f64 = 0.9999;
/// Standard errors that the whiskers of a bar reach to both sides.
const WHISKER: f64 = 2.0;
/// Pairs named under an output.
const PAIRS_IN_LINE: usize = 3;

/// The two ends of what an output does when one input is moved.
const LOW_END: &str = "tornado_low";
const HIGH_END: &str = "tornado_high";
/// Effects of the grades of evidence, not of inputs.
const BY_GRADE: &str = "shapley_grade";
/// Effects of the groups that the scenario names, and of what is in none.
const BY_GROUP: &str = "shapley_group";
/// What a group is called begins with this.
pub(super) const GROUP: &str = "group:";

/// The rows of one output's sensitivity, by the measure that ranks them.
pub(super) struct Ranking<'report> {
    rows: &'report [SensitivityRow],
    /// The measure whose ranks and bars are shown.
    by: &'static str,
}

impl<'report> Ranking<'report> {
    /// `None` where nothing was asked for, or nothing varies.
    pub(super) fn of(rows: &'report [SensitivityRow]) -> Option<Self> {
        let is_there = rows.iter().any(|row| row.estimate.value.is_some());
        let first = rows.first().filter(|_| is_there)?;
        let mut ranked = rows.iter().filter(|row| row.rank.is_some());
        // A share of the variance is what a reader can compare; any other measure ranks where there is none.
        let share = SHARES
            .iter()
            .find_map(|share| ranked.clone().find(|row| row.measure == *share));
        Some(Ranking {
            rows,
            by: share.or_else(|| ranked.next()).unwrap_or(first).measure,
        })
    }

    fn ranked(&self) -> impl Iterator<Item = &'report SensitivityRow> {
        let by = self.by;
        self.rows
            .iter()
            .filter(move |row| row.measure == by && row.rank.is_some() && row.input_2.is_none())
    }

    fn resolved(&self) -> impl Iterator<Item = &'report SensitivityRow> {
        let mut rows: Vec<_> = self
            .ranked()
            .filter(|row| row.resolved && row.estimate.value.is_some())
            .collect();
        rows.sort_by_key(|row| row.rank);
        rows.into_iter()
    }

    fn unresolved(&self) -> Vec<String> {
        self.ranked()
            .filter(|row| !row.resolved || row.estimate.value.is_none())
            .map(|row| plain(&row.input).into_owned())
            .collect()
    }

    /// The measures to show: the ranking one, other shares of the variance, the rest in the order of the rows. Two estimates of
    /// one index are in the files: here stands the one with the smaller error.
    fn measures(&self) -> Vec<&'static str> {
        let rows = || self.rows.iter();
        let is_there = |measure: &str| rows().any(|row| row.measure == measure);
        let mut measures = vec![self.by];
        let shares = SHARES.into_iter().filter(|share| is_there(share));
        let others = rows()
            .filter(|row| {
                row.input_2.is_none() && ![BY_GRADE, BY_GROUP, R2, RANK_R2].contains(&row.measure)
            })
            .filter(|row| !row.measure.starts_with(RANK_1))
            .map(|row| row.measure);
        for measure in shares.chain(others) {
            let again = measure == "first_order_given_data" && is_there("sobol_first");
            if !measures.contains(&measure) && !again {
                measures.push(measure);
            }
        }
        measures
    }

    /// The rows of a measure that stand out, the strongest first.
    fn strongest(&self, measure: &str) -> Vec<&'report SensitivityRow> {
        let rows = self.rows.iter();
        let mut rows: Vec<_> = rows
            .filter(|row| row.measure == measure && row.resolved && row.rank.is_some())
            .collect();
        rows.sort_by_key(|row| row.rank);
        rows
    }

    /// `beyond each alone: gpus with utilization 5.6 %`.
    fn pairs(&self) -> Option<String> {
        let rows = self.strongest(PAIRS);
        let pair = |row: &&SensitivityRow| {
            let other = row.input_2.as_deref().unwrap_or_default();
            format!("{} with {} {}", plain(&row.input), plain(other), index(row))
        };
        let pairs: Vec<String> = rows.iter().take(PAIRS_IN_LINE).map(pair).collect();
        (!pairs.is_empty()).then(|| format!("beyond each alone: {}", pairs.join(", ")))
    }

    /// `a linear model explains 97 % of the variance (SRC, PCC), one of ranks 99 % (SRRC, PRCC)`.
    fn explained(&self) -> Option<String> {
        let share = |measure: &str| {
            let row = self.rows.iter().find(|row| row.measure == measure);
            row.map(|row| number::per_cent(&row.estimate, INDEX_DIGITS))
        };
        Some(format!(
            "a linear model explains {} of the variance (SRC, PCC), one of ranks {} of theirs (SRRC, PRCC)",
            share(R2)?,
            share(RANK_R2)?
        ))
    }

    /// `rank 1 is utilization with a probability above 99.9 % (Shapley)`, or that it is not known.
    fn first(&self) -> Option<String> {
        let first = self.resolved().next()?;
        let mut rows = self.rows.iter();
        let probability = rows.find(|row| row.measure.strip_prefix(RANK_1) == Some(self.by))?;
        let certain = |p: f64| Estimate {
            error_low: Some(p.min(MOST_CERTAIN)),
            ..Estimate::exact(1.0)
        };
        let said = match probability.estimate.value? {
            p if p < 0.5 => {
                return Some(format!(
                    "which one has rank 1 is not resolved by these trials ({})",
                    heading(self.by)
                ));
            }
            p if p >= NEARLY_CERTAIN => number::probability(&certain(p), INDEX_DIGITS),
            p => format!("of at least {:.0} %", (100.0 * p).floor()),
        };
        Some(format!(
            "rank 1 is {} with a probability {said} ({})",
            plain(&first.input),
            heading(self.by)
        ))
    }

    /// `61 % of the variance rests on assumptions, 20 % on estimates`.
    fn grades(&self) -> Option<String> {
        let rows = self.strongest(BY_GRADE);
        let (first, others) = rows.split_first()?;
        let mut line = format!(
            "{} of the variance rests on {}",
            index(first),
            graded(&first.input)
        );
        for row in others {
            line.push_str(&format!(", {} on {}", index(row), graded(&row.input)));
        }
        Some(line)
    }

    /// `by groups: hardware 61 %, energy 20 % (Sobol' total)`.
    fn groups(&self) -> Option<String> {
        let by = [BY_GROUP, "sobol_total", "sobol_first"];
        by.into_iter().find_map(|measure| {
            let rows = self.rows.iter();
            let named = rows.filter(|row| row.measure == measure && row.resolved);
            let groups: Vec<String> = named
                .filter_map(|row| {
                    let name = row.input.strip_prefix(GROUP)?;
                    Some(format!("{} {}", plain(name), index(row)))
                })
                .collect();
            let named = if measure == BY_GROUP {
                heading("shapley")
            } else {
                heading(measure)
            };
            (!groups.is_empty())
                .then(|| format!("groups together: {} ({named})", groups.join(", ")))
        })
    }

    /// How long a bar is: the index, or how far apart the two ends of a swing are.
    fn size(&self, row: &SensitivityRow) -> f64 {
        let value = |row: &SensitivityRow| row.estimate.value.unwrap_or(0.0);
        let other_end = (row.measure == LOW_END).then(|| self.value(&row.input, HIGH_END));
        (value(row) - other_end.flatten().map_or(0.0, value)).abs()
    }

    fn value(&self, input: &str, measure: &str) -> Option<&'report SensitivityRow> {
        self.rows
            .iter()
            .find(|row| row.measure == measure && row.input == input && row.input_2.is_none())
    }
}

/// The inputs that drive an output, strongest first, with bars.
pub(super) fn drivers(ranking: &Ranking<'_>, width: Option<usize>, colour: bool) -> String {
    let measures = ranking.measures();
    let mut columns = vec![("", Align::Right), ("input", Align::Left)];
    columns.extend(
        measures
            .iter()
            .map(|measure| (heading(measure), Align::Right)),
    );
    columns.push(("", Align::Left));
    let resolved: Vec<_> = ranking.resolved().collect();
    let shown = &resolved[..resolved.len().min(DRIVERS)];
    let size = |row: &SensitivityRow| ranking.size(row);
    // Only a terminal has whiskers: `width` is known.
    let whisker = |row: &SensitivityRow| match row.estimate.standard_error {
        Some(error) if width.is_some() && row.measure != LOW_END => WHISKER * error,
        _ => 0.0,
    };
    let longest = shown
        .iter()
        .map(|row| size(row) + whisker(row))
        .fold(0.0, f64::max);
    let cells = |row: &SensitivityRow, bar: String| {
        let mut cells = vec![
            row.rank.map_or_else(String::new, |rank| rank.to_string()),
            plain(&row.input).into_owned(),
        ];
        cells.extend(measures.iter().map(|measure| {
            ranking
                .value(&row.input, measure)
                .map_or_else(String::new, index)
        }));
        cells.push(bar);
        cells
    };
    let drawn = |room: usize| {
        let mut grid = Grid::new(&columns);
        for row in shown {
            let bar = if room >= SHORTEST_BAR && longest > 0.0 {
                bar(size(row) / longest, whisker(row) / longest, room)
            } else {
                String::new()
            };
            grid.row(cells(row, bar));
        }
        grid
    };
    let mut text = if shown.is_empty() {
        "no input stands out from the noise: run more trials\n".to_owned()
    } else {
        // The bars take what the columns before them leave.
        let room = width.map_or(BAR, |width| width.saturating_sub(drawn(0).width()).min(BAR));
        drawn(room).draw(width, colour)
    };
    if resolved.len() > shown.len() {
        text.push_str(&format!(
            "… and {} weaker ones\n",
            resolved.len() - shown.len()
        ));
    }
    let unresolved = ranking.unresolved();
    if !unresolved.is_empty() && !shown.is_empty() {
        text.push_str(&format!(
            "not resolved (no stronger than an input without effect): {}\n",
            unresolved.join(", ")
        ));
    }
    for line in [
        ranking.first(),
        ranking.pairs(),
        ranking.groups(),
        ranking.explained(),
        ranking.grades(),
    ]
    .into_iter()
    .flatten()
    {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn is_share(measure: &str) -> bool {
    SHARES.contains(&measure) || [PAIRS, BY_GRADE, BY_GROUP].contains(&measure)
}

/// What inputs of a grade of evidence are.
fn graded(grade: &str) -> &str {
    match grade {
        "measured" => "measurements",
        "published" => "published figures",
        "vendor" => "vendors' claims",
        "estimate" => "estimates",
        "assumption" => "assumptions",
        _ => "inputs without a grade",
    }
}

fn heading(measure: &'static str) -> &'static str {
    match measure {
        "spearman" => "Spearman",
        "first_order_given_data" => "of the variance",
        "contribution_to_variance" => "contribution",
        "sobol_first" => "Sobol' first",
        "sobol_total" => "Sobol' total",
        "shapley" => "Shapley",
        "pearson" => "Pearson",
        "src" => "SRC",
        "srrc" => "SRRC",
        "pcc" => "PCC",
        "prcc" => "PRCC",
        "borgonovo_delta" => "Borgonovo δ",
        "pawn" => "PAWN",
        "pawn_mean" => "PAWN mean",
        "hsic_r2" => "HSIC R²",
        "morris_mu_star" => "μ*",
        "morris_sigma" => "σ",
        "morris_mu" => "μ",
        LOW_END => "at its 5 %",
        HIGH_END => "at its 95 %",
        other => other,
    }
}

fn index(row: &SensitivityRow) -> String {
    // An index that is not available is no index that is too small to see, and what one input does alone is known without noise.
    let is_exact = [LOW_END, HIGH_END].contains(&row.measure);
    if row.estimate.value.is_some() && !row.resolved && !is_exact {
        return "not resolved".to_owned();
    }
    // An index without an error is printed as short as the others; the files have all digits.
    let estimate = Estimate {
        standard_error: row.estimate.standard_error.filter(|&se| se > 0.0),
        ..row.estimate
    };
    if is_share(row.measure) {
        number::per_cent(&estimate, INDEX_DIGITS)
    } else if row.unit == "1" {
        number::estimate(&estimate, INDEX_DIGITS)
    } else {
        number::estimate(&estimate, ESTIMATE_DIGITS)
    }
}

/// `utilization 35 %, gpus 31 %, grid 8 %`.
pub fn drivers_in_line(rows: &[SensitivityRow]) -> String {
    let Some(ranking) = Ranking::of(rows) else {
        return String::new();
    };
    let drivers = ranking.resolved().take(DRIVERS_IN_LINE);
    let drivers: Vec<_> = drivers
        .map(|row| format!("{} {}", plain(&row.input), index(row)))
        .collect();
    drivers.join(", ")
}

/// Whether an output has indices that a line of its drivers does not show, beyond those of a run that asks for none.
pub(super) fn has_more(rows: &[SensitivityRow]) -> bool {
    let measures = Ranking::of(rows).map(|ranking| ranking.measures());
    let more = measures.unwrap_or_default().into_iter().skip(1);
    more.filter(|measure| !PLAIN.contains(measure)).count() > 0
}

/// A bar of `share` of `room` characters, in eighths of one; with a whisker from `share` less `error` to `share` and `error`, where that
/// is wider than a character.
fn bar(share: f64, error: f64, room: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let place = |share: f64| (share.clamp(0.0, 1.0) * room as f64).round() as usize;
    let (low, high) = (place(share - error), place(share + error));
    if 2.0 * error * room as f64 > 1.0 && high >= low + 2 {
        return format!("{}├{}┤", "█".repeat(low), "─".repeat(high - low - 2));
    }
    let eighths = (share.clamp(0.0, 1.0) * room as f64 * 8.0).round().max(1.0) as usize;
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

/// The names of the measures that rank the outputs of these, each once.
pub fn ranked_by<'report>(
    outputs: impl Iterator<Item = &'report [SensitivityRow]>,
) -> Vec<&'static str> {
    let mut names = Vec::new();
    for ranking in outputs.filter_map(Ranking::of) {
        let name = heading(ranking.by);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whiskers_lie_around_the_end_of_a_bar() {
        assert_eq!(bar(0.5, 0.0, 10), "█████");
        assert_eq!(bar(0.5, 0.2, 10), "███├──┤");
        assert_eq!(bar(0.9, 0.3, 10), "██████├──┤");
        assert_eq!(bar(0.1, 0.3, 10), "├──┤");
        assert_eq!(bar(0.25, 0.01, 10), "██▌");
    }
}
