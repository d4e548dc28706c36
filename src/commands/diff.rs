//! `diff`: what changed between two results, and by more than its error.

use super::verify::recorded_in;
use super::{Failure, terminal};
use crate::program::exact::to_f64;
use crate::report::changes::{changes, write_json, write_text};
use crate::unit::Units;
use std::path::PathBuf;

/// What `diff` was asked for.
#[derive(Debug)]
pub(crate) struct DiffOptions {
    /// The earlier result folder and the later one.
    pub(crate) folders: [PathBuf; 2],
    /// Whether a number that changed by more than its error is a failure.
    pub(crate) strict: bool,
    /// Print JSON instead of the table.
    pub(crate) json: bool,
}

/// Tells what changed from one result to another.
pub(crate) fn diff(options: &DiffOptions) -> Result<(), Failure> {
    let [before, after] = &options.folders;
    let (recorded, again) = (recorded_in(before)?, recorded_in(after)?);
    let found = changes((before, &recorded), (after, &again), &factor)
        .map_err(|error| Failure::Unreadable(vec![format!("cannot read the results: {error}")]))?;
    let mut page = Vec::new();
    let written = if options.json {
        write_json(&found, &mut page)
    } else {
        write_text(&found, terminal::text(), &mut page)
    };
    written.map_err(|error| Failure::output(&error))?;
    terminal::print(&page)?;
    if options.strict && !found.beyond.is_empty() {
        return Err(Failure::Strict(vec![format!(
            "{} of {} numbers changed by more than their errors",
            found.beyond.len(),
            found.compared
        )]));
    }
    Ok(())
}

/// The factor between two built-in units; a scenario's own are not in its results.
fn factor(from: &str, to: &str) -> Option<f64> {
    let units = Units::default();
    let unit = |text: &str| units.parse(text).ok().flatten();
    let (from, to) = (unit(from)?, unit(to)?);
    (from.dimension == to.dimension).then(|| to_f64(&(from.factor / to.factor)))
}
