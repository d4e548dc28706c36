//! What each command does, step by step. How it was typed is `cli`'s business; what is computed, the library's.

mod check;
mod compare;
mod diff;
mod explain;
mod figures;
mod files;
mod init;
mod list;
mod merge;
mod paper;
mod progress;
mod replay;
mod require;
mod run;
mod shard;
mod terminal;
mod validate;
mod verify;
mod watch;

pub(crate) use check::{CheckOptions, check};
pub(crate) use compare::{CompareOptions, compare};
pub(crate) use diff::{DiffOptions, diff};
pub(crate) use explain::{explain, schema};
pub(crate) use figures::{PlotOptions, plot};
pub(crate) use init::init;
pub(crate) use list::{ListTopic, list};
pub(crate) use merge::{MergeOptions, merge};
pub(crate) use paper::paper;
pub(crate) use replay::{ReplayOptions, replay};
pub(crate) use require::{RequireOptions, require};
pub(crate) use run::{Overrides, RunOptions, SampleFormat, run};
pub(crate) use shard::shard;
pub(crate) use terminal::{print, report_failure};
pub(crate) use validate::{ValidateOptions, validate};
pub(crate) use verify::{VerifyOptions, Work, verify};
pub(crate) use watch::watch;

pub(crate) use crate::figure::{Format as FigureFormat, Kind as FigureKind};
pub(crate) use crate::model::MOST_TRIALS;
pub(crate) use crate::pipeline::{
    InnerPlan, MOST_TRIALS_TO_STOP, Nested, Pick, Requirement, Shard, Stopping, StoppingRule,
    Tolerance,
};

use crate::pipeline::RunError;
use crate::report::folder::FolderError;
use std::io;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Files were refused; every complaint is printed already.
    Refused,
    /// Two files would have the same name in the results.
    Collision(String),
    /// The command line asks for something that does not exist or cannot be.
    Usage(String),
    /// Files that cannot be read, a line each.
    Unreadable(Vec<String>),
    /// A file that cannot be written.
    Unwritable(String),
    /// What `--strict` makes a failure, a line each.
    Strict(Vec<String>),
    /// Numbers that are not what they should be, a line each.
    NotValid(Vec<String>),
    /// The run itself.
    Run(RunError),
    /// Ctrl-C while nothing ran.
    Stopped,
    /// Standard output was closed by its reader, who has seen enough.
    ClosedPipe,
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Failure {
        Failure::Unwritable(error.to_string())
    }
}

impl Failure {
    /// Failing to write to standard output.
    fn output(error: &io::Error) -> Failure {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Failure::ClosedPipe
        } else {
            Failure::Unwritable(format!("cannot write to standard output: {error}"))
        }
    }
}
