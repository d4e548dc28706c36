//! `validate`: the installed program against models with exact answers and against another library's draws.

use super::progress::{self, Bar};
use super::{Failure, terminal};
use crate::distribution::families;
use crate::pipeline::Plan;
use crate::report::grid::{Align, Grid};
use crate::report::number;
use crate::run;
use crate::sampler::Method;
use crate::validation::{self, CRITICAL, Comparison, Exact, ValidationError, WITNESSED};
use std::num::NonZeroUsize;

/// What `validate` was asked for.
#[derive(Debug)]
pub(crate) struct ValidateOptions {
    /// Trials of each model.
    pub(crate) trials: Option<u64>,
    /// The seed.
    pub(crate) seed: Option<u64>,
    /// The sampler.
    pub(crate) sampler: Option<Method>,
    /// Threads; `None`: one per processor.
    pub(crate) threads: Option<NonZeroUsize>,
    /// No progress.
    pub(crate) quiet: bool,
}

/// More standard errors than this between a result and the exact answer are no chance: of a thousand numbers, each with about 30
/// degrees of freedom, one is so far off in about one run of fifty.
const MOST_ERRORS: f64 = 5.0;

/// Probabilities compared.
const QUANTILES: [f64; 3] = [0.025, 0.5, 0.975];

/// What no number here vouches for.
const NOT_VALIDATED: &str = "\
Not validated here: whether a scenario's distributions, formulas and sources are right, which no program can know;
numbers marked as carried by too few trials; the ends of shortest intervals; indices of sensitivity (the project's tests
hold them against exact ones).";

/// Runs everything, prints every number, and fails where one is too far off.
pub(crate) fn validate(options: &ValidateOptions) -> Result<(), Failure> {
    progress::watch_for_ctrl_c();
    let models = validation::closed_form();
    let plan = plan(options);
    let bar = Bar::new(
        plan.trials.saturating_mul(models.len() as u64),
        options.quiet,
    );
    let results = run::with_threads(options.threads.map(NonZeroUsize::get), || {
        let output = |exact: &Exact| Ok((exact.id.clone(), comparisons(exact, &plan, &bar)?));
        models
            .iter()
            .map(output)
            .collect::<Result<Vec<_>, Failure>>()
    });
    bar.finish();
    let results = results?;
    let mut page = format!(
        "Models with exact answers: {} trials each ({}, seed {})\n\n",
        number::count(plan.trials),
        plan.sampler.name(),
        plan.seed
    );
    let mut far = Vec::new();
    let columns = [
        ("model", Align::Left),
        ("statistic", Align::Left),
        ("exact", Align::Right),
        ("result", Align::Right),
        ("z", Align::Right),
    ];
    let mut grid = Grid::new(&columns);
    let mut largest: f64 = 0.0;
    let numbers = results
        .iter()
        .flat_map(|(id, numbers)| numbers.iter().map(move |one| (id, one)));
    let mut count = 0;
    for (id, comparison) in numbers {
        let z = comparison.z();
        count += 1;
        largest = largest.max(z.abs());
        if z.abs() > MOST_ERRORS {
            far.push(format!(
                "{id}: {} is {z:.1} standard errors off",
                comparison.statistic
            ));
        }
        grid.row(vec![
            id.clone(),
            comparison.statistic.clone(),
            number::rounded(comparison.exact, 8),
            comparison
                .found
                .value
                .map_or_else(String::new, |value| number::rounded(value, 8)),
            format!("{z:.2}"),
        ]);
    }
    page.push_str(&grid.draw(None, false));
    page.push_str(&format!(
        "\n{count} numbers, the farthest {largest:.2} of its own standard errors off (more than {MOST_ERRORS} would be no chance)\n\n"
    ));
    page.push_str(&witnesses(&mut far));
    page.push_str(NOT_VALIDATED);
    page.push('\n');
    terminal::print(page.as_bytes())?;
    if far.is_empty() {
        Ok(())
    } else {
        Err(Failure::NotValid(far))
    }
}

fn plan(options: &ValidateOptions) -> Plan {
    let defaults = Plan::default();
    Plan {
        trials: options.trials.unwrap_or(defaults.trials),
        seed: options.seed.unwrap_or(defaults.seed),
        sampler: options.sampler.unwrap_or(defaults.sampler),
        quantiles: QUANTILES.to_vec(),
        measures: Vec::new(),
        ..defaults
    }
}

/// The numbers of one model that can be compared.
fn comparisons(exact: &Exact, plan: &Plan, bar: &Bar) -> Result<Vec<Comparison>, Failure> {
    let output = validation::output_of(exact, plan, bar).map_err(|error| match error {
        ValidationError::Run(error) => Failure::Run(error),
        ValidationError::Refused(complaints) => Failure::NotValid(
            complaints
                .iter()
                .map(|complaint| format!("{}: {}", exact.id, complaint.message))
                .collect(),
        ),
    })?;
    let mut comparisons = validation::compare(exact, &output);
    comparisons.retain(|one| !one.found.poorly_carried);
    Ok(comparisons)
}

/// The table of the other library's draws.
fn witnesses(far: &mut Vec<String>) -> String {
    let columns = [
        ("distribution", Align::Left),
        ("parameters", Align::Left),
        ("distance", Align::Right),
    ];
    let mut grid = Grid::new(&columns);
    for witnessed in WITNESSED {
        let distance = witnessed.distance(1.0);
        let parameters: Vec<String> = witnessed
            .parameters
            .iter()
            .map(|(key, value)| format!("{key} = {}", number::shortest(*value)))
            .collect();
        let parameters = parameters.join(", ");
        if distance >= CRITICAL {
            far.push(format!(
                "{} ({parameters}): its draws are {distance:.2} from those of rand_distr",
                witnessed.family
            ));
        }
        grid.row(vec![
            witnessed.family.to_owned(),
            parameters,
            format!("{distance:.2}"),
        ]);
    }
    let without: Vec<&str> = families()
        .iter()
        .map(|family| family.name)
        .filter(|name| WITNESSED.iter().all(|witnessed| witnessed.family != *name))
        .collect();
    format!(
        "Draws against those of rand_distr: D √(n/2) of Kolmogorov and Smirnov, below {CRITICAL} but for one in 10 million\n\n{}\nNo witness among rand_distr's for {}: the project's tests hold their quantiles against 50-digit arithmetic\n\n",
        grid.draw(None, false),
        without.join(", ")
    )
}
