//! The few things the commands ask of the language's rooms.

use super::files::ScenarioFile;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Evidence, Model};
use num_rational::BigRational;
use num_traits::ToPrimitive;
use std::num::NonZeroUsize;

pub(super) fn check(_file: &ScenarioFile, _sets: &[String]) -> Result<Model, Vec<Diagnostic>> {
    Err(Vec::new())
}

pub(super) fn nearest_double(value: &BigRational) -> f64 {
    value.to_f64().unwrap_or(f64::NAN)
}

pub(super) fn evidence_word(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Measured => "measured",
        Evidence::Published => "published",
        Evidence::Vendor => "vendor",
        Evidence::Estimate => "estimate",
        Evidence::Assumption => "assumption",
    }
}

pub(super) fn codes() -> impl Iterator<Item = &'static Code> {
    [
        crate::scenario::codes::CODES,
        crate::unit::codes::CODES,
        crate::distribution::codes::CODES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

pub(super) fn schema() -> serde_json::Value {
    serde_json::Value::Null
}

pub(super) fn with_threads<R>(_threads: Option<NonZeroUsize>, work: impl FnOnce() -> R) -> R {
    work()
}
