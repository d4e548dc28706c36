//! Inputs made anew from the same uniforms, in another way: what an output would be, trial by trial, if some of its inputs were known
//! better or had another distribution. Only what depends on them is computed again.

use super::parallel::in_order;
use super::{Progress, Stopped};
use crate::distribution::Marginal;
use crate::kernel;
use crate::program::exchange::{ExchangeTile, Exchanges};
use crate::program::{Program, Register, TILE};
use crate::sampler::players::{Draw, Exchanging, Players};
use crate::sampler::{Layout, Sampler};
use std::sync::Arc;

/// How an input is made anew.
#[derive(Debug, Clone)]
pub enum Redraw {
    /// As it is.
    Same,
    /// By another distribution, at the same u.
    By(Arc<dyn Marginal>),
    /// Its distance to a middle m times a factor s: m + s (x − m).
    Nearer {
        /// The middle.
        middle: f64,
        /// The factor.
        factor: f64,
    },
    /// Its ratio to a middle m to the power of a factor s: m (x/m)^s.
    NearerByRatio {
        /// The middle, above zero.
        middle: f64,
        /// The factor.
        factor: f64,
    },
}

impl Redraw {
    /// What becomes of one value, where it is made of that value alone.
    pub fn of(&self, x: f64) -> f64 {
        match *self {
            Redraw::Nearer { middle, factor } => factor.mul_add(x - middle, middle),
            Redraw::NearerByRatio { middle, factor } => middle * kernel::powf(x / middle, factor),
            Redraw::Same | Redraw::By(_) => x,
        }
    }

    /// Makes a column from the uniforms.
    fn fill(&self, marginal: &dyn Marginal, u: &[f64], x: &mut [f64]) {
        match self {
            Redraw::By(other) => return other.fill(u, x),
            _ => marginal.fill(u, x),
        }
        match *self {
            Redraw::Nearer { middle, factor } => kernel::dispatch(
                #[inline(always)]
                || {
                    for x in x {
                        *x = factor.mul_add(*x - middle, middle);
                    }
                },
            ),
            Redraw::NearerByRatio { middle, factor } => kernel::dispatch(
                #[inline(always)]
                || {
                    for x in x {
                        *x = middle * kernel::powf(*x / middle, factor);
                    }
                },
            ),
            Redraw::Same | Redraw::By(_) => {}
        }
    }
}

/// What is made anew, and on which sample.
pub struct Redrawn<'a> {
    /// The model, lowered without shared columns.
    pub program: &'a Program,
    /// The uniforms: a column for each source of the program.
    pub sampler: &'a dyn Sampler,
    /// Replicates and rows.
    pub layout: Layout,
    /// How each source is made anew.
    pub redraws: &'a [Redraw],
    /// The sources that are, an evaluation each.
    pub sets: Vec<Players>,
    /// The columns of the outputs that are wanted.
    pub outputs: Vec<Register>,
}

impl Exchanging for Redrawn<'_> {
    fn sets(&self) -> &[Players] {
        &self.sets
    }
}

/// The outputs as they are and by every set: `[0 or 1 + set][output]`, each trial by trial.
pub type Outputs = Vec<Vec<Vec<f64>>>;

/// Makes the outputs by every set.
///
/// # Errors
/// When it was cancelled.
pub fn redraw(what: &Redrawn<'_>, progress: &dyn Progress) -> Result<Outputs, Stopped> {
    let sources: Vec<usize> = (0..what.program.sources.len()).collect();
    // The uniforms are the same for both: what depends on another input does so still.
    let exchanges = Exchanges::new(what.program, &sources, &[], what);
    let segments: Vec<(u32, u64, usize)> = what.layout.every_segment().collect();
    let columns = || vec![vec![Vec::new(); what.outputs.len()]; 1 + what.sets.len()];
    let mut all = columns();
    let mut cancelled = false;
    in_order(
        segments.len(),
        || ExchangeTile::new(what.program),
        |tile, at| {
            let mut part = columns();
            (!progress.cancelled()).then(|| {
                segment(what, &exchanges, tile, segments[at], &mut part);
                part
            })
        },
        |part| {
            let Some(part) = part else {
                cancelled = true;
                return false;
            };
            let parts = part.into_iter().flatten();
            for (sum, more) in all.iter_mut().flatten().zip(parts) {
                sum.extend(more);
            }
            true
        },
    );
    if cancelled {
        Err(Stopped::Cancelled)
    } else {
        Ok(all)
    }
}

fn segment(
    what: &Redrawn<'_>,
    exchanges: &Exchanges,
    tile: &mut ExchangeTile,
    (replicate, segment, rows): (u32, u64, usize),
    part: &mut Outputs,
) {
    let sources = &what.program.sources;
    let mut u = vec![[0.0; TILE]; sources.len()];
    let mut uniforms = what.sampler.open(replicate, segment);
    for first in (0..rows).step_by(TILE) {
        tile.rows = (rows - first).min(TILE);
        for (source, u) in u.iter_mut().enumerate() {
            uniforms.fill(source, &mut u[..tile.rows]);
        }
        let make = |source: usize, draw: Draw, x: &mut [f64]| {
            let (marginal, u) = (&*sources[source].marginal, &u[source][..x.len()]);
            match draw {
                Draw::A => marginal.fill(u, x),
                Draw::B | Draw::Given(_) => what.redraws[source].fill(marginal, u, x),
            }
        };
        tile.begin(what.program, make);
        for (values, &output) in part[0].iter_mut().zip(&what.outputs) {
            values.extend_from_slice(tile.a(output));
        }
        for at in 0..what.sets.len() {
            tile.exchange(what.program, exchanges, at, |source, x| {
                make(source, Draw::B, x);
            });
            for (values, &output) in part[1 + at].iter_mut().zip(&what.outputs) {
                values.extend_from_slice(tile.exchanged(exchanges, at, output));
            }
        }
    }
}
