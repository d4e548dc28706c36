//! What this program is checked against: models with exact answers, and draws of another library.

mod models;
mod witness;

use crate::diagnostic::{Diagnostic, Source};
use crate::model::check;
use crate::pipeline::{Plan, Progress, RunError, quantile_name, simulate};
use crate::report::OutputReport;
use crate::statistic::Estimate;
use crate::statistic::replicates::student_factor;
pub use models::{Exact, closed_form, correlation_lines, input_lines};
pub use witness::{CRITICAL, Draws, WITNESSED, Witnessed};

/// One number of a model beside the exact answer.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// `mean`, `sd`, `median`, `q0.975` …
    pub statistic: String,
    /// The probability, where it is a quantile.
    pub probability: Option<f64>,
    /// The exact answer.
    pub exact: f64,
    /// What the run says.
    pub found: Estimate,
    /// A difference that is no error: unit conversions and the sum of a million terms cost a few roundings, and the divisor N − 1 makes
    /// the sd of points that lie more evenly than independent ones too large by 1/(2N) of itself.
    pub slack: f64,
}

impl Comparison {
    /// Standard errors between the two, with the number's sign; infinite where they differ and there is no error. A quantile's limits
    /// may be far from symmetric (an atom on one side): each side has its own half-width over t.
    pub fn z(&self) -> f64 {
        let (Some(found), Some(error)) = (self.found.value, self.found.standard_error) else {
            return f64::INFINITY;
        };
        let difference = found - self.exact;
        if difference.abs() <= self.slack {
            return 0.0;
        }
        let factor = student_factor(USUAL_REPLICATES);
        let one_sided = match (self.found.error_low, self.found.error_high) {
            (Some(low), _) if difference > 0.0 => (found - low) / factor,
            (_, Some(high)) if difference < 0.0 => (high - found) / factor,
            _ => error,
        };
        difference / one_sided.max(error)
    }
}

/// Replicates of a usual run.
const USUAL_REPLICATES: usize = 32;

/// Why a model could not be compared.
#[derive(Debug)]
pub enum ValidationError {
    /// Its scenario was refused.
    Refused(Vec<Diagnostic>),
    /// It did not run.
    Run(RunError),
}

impl Comparison {
    /// Whether the 95 % limits of the error, `factor` times as wide, hold the exact answer; `None` where there are none.
    pub fn holds(&self, replicates: usize, factor: f64) -> Option<bool> {
        let (found, error) = (self.found.value?, self.found.standard_error?);
        let reach = student_factor(replicates) * error;
        let low = self.found.error_low.unwrap_or(found - reach);
        let high = self.found.error_high.unwrap_or(found + reach);
        let slack = self.slack;
        Some(
            found + factor * (low - found) - slack <= self.exact
                && self.exact <= found + factor * (high - found) + slack,
        )
    }
}

/// Runs a model as the plan says, and gives its one output.
///
/// # Errors
/// When the scenario is refused or does not run.
pub fn output_of(
    exact: &Exact,
    plan: &Plan,
    progress: &dyn Progress,
) -> Result<OutputReport, ValidationError> {
    let source = Source::new(format!("{}.toml", exact.id), exact.scenario());
    let model = check(source, &exact.id, &[]).map_err(ValidationError::Refused)?;
    let mut report =
        simulate(&[(model, plan.clone())], None, progress, None).map_err(ValidationError::Run)?;
    Ok(report.runs.remove(0).outputs.remove(0))
}

/// Every exact answer that the output has a number for, in the order mean, sd, quantiles.
pub fn compare(exact: &Exact, output: &OutputReport) -> Vec<Comparison> {
    // A mean is compared where its error exists: where there is a variance.
    let mean = exact.mean.filter(|_| exact.sd.is_some());
    let moments = [("mean", mean), ("sd", exact.sd)]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), None, value?)));
    let quantiles = exact
        .quantiles
        .iter()
        .map(|&(p, value)| (quantile_name(p), Some(p), value));
    moments
        .chain(quantiles)
        .filter_map(|(statistic, probability, exact)| {
            let trials = output.statistic("trials")?.value?;
            let divisor = if statistic == "sd" { 1.0 / trials } else { 0.0 };
            Some(Comparison {
                found: *output.statistic(&statistic)?,
                statistic,
                probability,
                exact,
                slack: f64::max(1e-12 * exact.abs().max(1e-3), divisor * exact),
            })
        })
        .collect()
}
