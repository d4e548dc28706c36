//! What would have to be known better, as a table.

use super::super::grid::{Align, Grid};
use super::super::number::{self, ESTIMATE_DIGITS};
use super::super::require::{Need, RequireReport, RequireRow};
use super::{Page, percent, plain, sample, with_unit};

/// Significant digits of a factor or a share.
const DIGITS: i32 = 3;

impl Page {
    /// What each variant needs.
    pub(super) fn requirements(&mut self, requirements: &[RequireReport]) {
        for (at, requirement) in requirements.iter().enumerate() {
            if at > 0 {
                self.line("");
            }
            self.requirement(requirement);
        }
        let mut lines: Vec<String> = Vec::new();
        for requirement in requirements {
            let line = sample(&requirement.sample, false);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        self.line("");
        for line in lines {
            self.line(&line);
        }
    }

    fn requirement(&mut self, requirement: &RequireReport) {
        let (level, asked) = (
            percent(requirement.sample.level),
            percent(requirement.within),
        );
        let label = if requirement.variant == super::super::BASE {
            plain(&requirement.scenario).into_owned()
        } else {
            format!(
                "{} / {}",
                plain(&requirement.scenario),
                plain(&requirement.variant)
            )
        };
        self.heading(&format!(
            "{label}: {} within {asked} %",
            plain(&requirement.output)
        ));
        self.line(&format!(
            "half of its {level} % interval is {} of the median",
            number::per_cent(&requirement.present, DIGITS)
        ));
        if requirement.reached {
            self.line("that is enough: nothing has to be known better");
            return;
        }
        self.line("");
        let present = format!("{level} % now");
        let mut grid = Grid::new(&[
            ("input", Align::Left),
            (&present, Align::Left),
            ("shrinks to", Align::Right),
            ("that is", Align::Left),
            ("known exactly", Align::Right),
        ]);
        let reachable = |row: &&RequireRow| matches!(row.need, Need::Factor(_));
        let mut rows: Vec<&RequireRow> = requirement.rows.iter().collect();
        rows.sort_by(|one, other| {
            let key = |row: &RequireRow| row.if_known.value.unwrap_or(f64::INFINITY);
            reachable(other)
                .cmp(&reachable(one))
                .then(key(one).total_cmp(&key(other)))
        });
        for row in rows {
            grid.row(cells(row, plain(&row.inputs[0]).into_owned()));
        }
        if let Some(pair) = &requirement.pair {
            let names: Vec<_> = pair.inputs.iter().map(|name| plain(name)).collect();
            grid.row(cells(pair, format!("{} (the best two)", names.join(", "))));
        }
        grid.row(cells(&requirement.together, "all together".to_owned()));
        self.grid(grid);
        if !requirement.varies.is_empty() {
            let names: Vec<_> = requirement.varies.iter().map(|name| plain(name)).collect();
            self.line(&format!(
                "really varies, and cannot be known better: {}",
                names.join(", ")
            ));
        }
    }
}

fn cells(row: &RequireRow, name: String) -> Vec<String> {
    let unit = |text: String| with_unit(&text, if row.unit.is_empty() { "1" } else { &row.unit });
    let ends = |ends: Option<[f64; 2]>| {
        ends.map_or_else(String::new, |[low, high]| {
            let [low, high] = [low, high].map(|end| number::rounded(end, ESTIMATE_DIGITS));
            unit(format!("[{low}, {high}]"))
        })
    };
    let known = if row.known.is_empty() {
        String::new()
    } else {
        let names: Vec<_> = row.known.iter().map(|name| plain(name)).collect();
        format!("with {} known", names.join(", "))
    };
    let (factor, that_is) = match &row.need {
        Need::Nothing => ("as it is".to_owned(), String::new()),
        Need::Factor(factor) => (
            number::per_cent(factor, DIGITS),
            if known.is_empty() {
                ends(row.needed)
            } else {
                known
            },
        ),
        Need::Known => ("one value".to_owned(), String::new()),
        Need::Impossible => ("cannot".to_owned(), String::new()),
        Need::Unresolved => ("run more trials".to_owned(), String::new()),
    };
    vec![
        name,
        ends(row.interval),
        factor,
        that_is,
        format!("± {}", number::per_cent(&row.if_known, DIGITS)),
    ]
}
