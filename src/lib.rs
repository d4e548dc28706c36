#![doc = include_str!("../README.md")]
//!
//! # The house
//!
//! The folders are the stages of one flow, and imports go one way along it: `scenario` (text with spans) → `model` (everything
//! checked) → `program` (operations over columns) → `sampler` + `run` (tiles of trials) → `statistic` and `sensitivity`
//! (estimates) → `report` (plain data, then files) → `figure` and `page` (pictures of them,
//! and a page for readers). `tests/rooms.rs` keeps the walls.

#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        reason = "unit tests compare numbers, they do not print them"
    )
)]

pub mod catalog;
pub mod cli;
mod commands;
pub mod data;
pub mod diagnostic;
pub mod distribution;
pub mod figure;
pub mod kernel;
pub mod model;
pub mod page;
pub mod pipeline;
pub mod program;
pub mod report;
pub mod run;
pub mod sampler;
pub mod scenario;
pub mod sensitivity;
pub mod statistic;
pub mod unit;
pub mod validation;
