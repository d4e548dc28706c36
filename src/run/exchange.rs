//! Evaluating the model again with some inputs exchanged: replicates × segments of tiles, merged in the order of the trials.

use super::parallel::in_order;
use super::{Progress, Stopped};
use crate::program::exchange::{ExchangeTile, Exchanges};
use crate::program::{Program, Register, TILE};
use crate::sampler::Layout;
use crate::sampler::players::{Draw, PairedSample, PairedUniforms, Players};
use crate::sensitivity::{Design, Evaluated};
use std::ops::Range;

/// What the exchanges are made on.
pub struct Exchanged<'a, D: Design> {
    /// The model, lowered without shared columns.
    pub program: &'a Program,
    /// The player of each source.
    pub player_of: &'a [usize],
    /// Sets of players whose draws depend on each other.
    pub coupled: &'a [Players],
    /// What is asked.
    pub design: &'a D,
    /// The sample made for it.
    pub sample: &'a D::Sample,
    /// Replicates and rows.
    pub layout: Layout,
}

/// Runs all exchanges of a design over some of the replicates of its sample: what was remembered of each.
///
/// # Errors
/// When it was cancelled.
pub fn exchange<D: Design>(
    what: &Exchanged<'_, D>,
    replicates: Range<u32>,
    progress: &dyn Progress,
) -> Result<Vec<D::Tally>, Stopped> {
    let exchanges = Exchanges::new(what.program, what.player_of, what.coupled, what.design);
    let layout = what.layout;
    let segments = layout.every_segment();
    let segments: Vec<(u32, u64, usize)> = segments
        .filter(|(replicate, ..)| replicates.contains(replicate))
        .collect();
    let tallies = replicates.clone().map(|_| what.design.tally());
    let mut tallies: Vec<D::Tally> = tallies.collect();
    // A row is evaluated as it is, by the other half, and once for each exchange.
    let evaluations = |(replicate, _, rows): (u32, u64, usize)| {
        (rows * (2 + what.design.of_replicate(replicate).count())) as u64
    };
    let expected = segments.iter().copied().map(evaluations).sum();
    progress.expect(expected, f64::INFINITY);
    let mut cancelled = false;
    in_order(
        segments.len(),
        || Worker {
            what,
            exchanges: &exchanges,
            outputs: what.program.varying_columns().collect(),
            tile: ExchangeTile::new(what.program),
            workspace: D::Workspace::default(),
        },
        |worker, at| {
            let (replicate, segment, rows) = segments[at];
            (!progress.cancelled()).then(|| {
                let tally = worker.segment(replicate, segment, rows);
                (replicate, tally, evaluations(segments[at]))
            })
        },
        |part| {
            let Some((replicate, tally, evaluated)) = part else {
                cancelled = true;
                return false;
            };
            progress.advance(evaluated);
            let sum = &mut tallies[(replicate - replicates.start) as usize];
            what.design.merge(sum, &tally);
            true
        },
    );
    if cancelled {
        Err(Stopped::Cancelled)
    } else {
        Ok(tallies)
    }
}

/// A thread's own columns.
struct Worker<'a, D: Design> {
    what: &'a Exchanged<'a, D>,
    exchanges: &'a Exchanges,
    outputs: Vec<(Register, usize)>,
    tile: ExchangeTile,
    workspace: D::Workspace,
}

impl<D: Design> Worker<'_, D> {
    fn segment(&mut self, replicate: u32, segment: u64, rows: usize) -> D::Tally {
        let (design, program) = (self.what.design, self.what.program);
        let mut tally = design.tally();
        let mut uniforms = self.what.sample.open(replicate, segment);
        let mut u = [0.0; TILE];
        let mut done = 0;
        while done < rows {
            let tile = &mut self.tile;
            tile.rows = (rows - done).min(TILE);
            uniforms.next_tile(tile.rows);
            tile.begin(program, |source, draw, out| {
                draw_source(program, &mut *uniforms, source, draw, &mut u, out);
            });
            let halves = self
                .outputs
                .iter()
                .map(|&(output, _)| (tile.a(output), tile.b(output)));
            let (a, b): (Vec<&[f64]>, Vec<&[f64]>) = halves.unzip();
            design.begin(&mut tally, &mut self.workspace, &a, &b);
            for at in design.of_replicate(replicate) {
                tile.exchange(program, self.exchanges, at, |source, out| {
                    let draw = Draw::Given(at);
                    draw_source(program, &mut *uniforms, source, draw, &mut u, out);
                });
                let columns = self.outputs.iter().map(|&(output, _)| Evaluated {
                    a: tile.a(output),
                    b: tile.b(output),
                    y: tile.exchanged(self.exchanges, at, output),
                });
                let columns: Vec<Evaluated> = columns.collect();
                design.exchange(&mut tally, &mut self.workspace, at, &columns, &*uniforms);
            }
            done += tile.rows;
        }
        tally
    }
}

/// Draws a source into a column.
fn draw_source(
    program: &Program,
    uniforms: &mut dyn PairedUniforms,
    source: usize,
    draw: Draw,
    u: &mut [f64; TILE],
    out: &mut [f64],
) {
    let u = &mut u[..out.len()];
    uniforms.fill(source, draw, u);
    program.sources[source].marginal.fill(u, out);
}
