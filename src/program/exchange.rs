//! Exchanging inputs one set at a time: of a second evaluation only what depends on an exchanged input is computed.
//!
//! A tile holds every column of two evaluations, A and B. For an exchange M (a set of players: inputs that are exchanged together)
//! a column is A's where it depends on no player of M, B's where it depends on no other, and is else computed, once for all the
//! exchanges in a row that agree on what it depends on.

use super::{Program, Register, TILE};
use crate::sampler::players::{Draw, Exchanging, Players};

/// Where a column stands for an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// With the frozen ones.
    A,
    /// With the exchanged ones.
    B,
    /// Computed for this exchange, or for an earlier one that is the same to it.
    Mixed,
}

/// The exchanges of a program, each with the steps it takes.
#[derive(Debug)]
pub struct Exchanges {
    each: Vec<Exchange>,
}

#[derive(Debug)]
struct Exchange {
    /// The steps to run, in order.
    steps: Vec<usize>,
    /// Where every column stands.
    places: Vec<Place>,
}

impl Exchanges {
    /// Of a program lowered without shared columns. `player_of`: the player that each source belongs to; `coupled`: sets of players
    /// whose draws depend on each other; `asked`: the players exchanged, an evaluation each.
    pub fn new(
        program: &Program,
        player_of: &[usize],
        coupled: &[Players],
        asked: &(impl Exchanging + ?Sized),
    ) -> Self {
        let count = player_of.iter().max().map_or(0, |most| most + 1);
        // What each column depends on, and whether it is itself the draw of a player.
        let mut depends: Vec<Players> = Vec::with_capacity(program.steps.len());
        let mut drawn: Vec<Option<usize>> = Vec::with_capacity(program.steps.len());
        for step in &program.steps {
            let mut on = Players::none(count);
            let player = step.source().map(|source| player_of[source]);
            if let Some(player) = player {
                on.insert(player);
                coupled
                    .iter()
                    .filter(|group| group.contains(player))
                    .for_each(|group| on.add(group));
            }
            step.operands(|operand| on.add(&depends[operand as usize]));
            depends.push(on);
            drawn.push(player);
        }
        let mut held: Vec<Option<Players>> = vec![None; depends.len()];
        let each_run = asked.of_replicate(0).len().max(1);
        let exchange = |(number, set): (usize, &Players)| {
            // A run begins with what another replicate left behind.
            if number % each_run == 0 {
                held.fill(None);
            }
            let mut steps = Vec::new();
            let places = depends.iter().enumerate().map(|(at, on)| {
                let exchanged = on.and(set);
                let kept = drawn[at].is_some_and(|player| !set.contains(player));
                if kept || exchanged.is_empty() {
                    Place::A
                } else if exchanged == *on {
                    Place::B
                } else {
                    if held[at].as_ref() != Some(&exchanged) {
                        steps.push(at);
                        held[at] = Some(exchanged);
                    }
                    Place::Mixed
                }
            });
            let places = places.collect();
            Exchange { steps, places }
        };
        Exchanges {
            each: asked.sets().iter().enumerate().map(exchange).collect(),
        }
    }
}

/// The columns of a tile: A's, B's and those of the exchange at hand.
pub struct ExchangeTile {
    a: Vec<Vec<f64>>,
    b: Vec<Vec<f64>>,
    mixed: Vec<Vec<f64>>,
    /// Rows beyond the ends of interpolations, of which nothing is said here: the main sample says it.
    beyond: Vec<u64>,
    /// Rows in use.
    pub rows: usize,
}

impl ExchangeTile {
    /// Room for a program's columns.
    pub fn new(program: &Program) -> Self {
        let columns = || {
            (0..program.steps.len())
                .map(|_| vec![0.0; TILE])
                .collect::<Vec<_>>()
        };
        ExchangeTile {
            a: columns(),
            b: columns(),
            mixed: columns(),
            beyond: vec![0; program.monitors],
            rows: TILE,
        }
    }

    /// Computes A and B over `rows` rows; `fill` draws a source. The exchanges are to follow in their order.
    pub fn begin(&mut self, program: &Program, mut fill: impl FnMut(usize, Draw, &mut [f64])) {
        let rows = self.rows;
        for (columns, draw) in [(&mut self.a, Draw::A), (&mut self.b, Draw::B)] {
            for (at, step) in program.steps.iter().enumerate() {
                // Every step reads only what earlier ones wrote.
                let (before, rest) = columns.split_at_mut(at);
                step.execute(
                    |register| &before[register as usize][..rows],
                    &mut rest[0][..rows],
                    &mut |source, out: &mut [f64]| fill(source, draw, out),
                    &mut self.beyond,
                );
            }
        }
    }

    /// Computes what exchange `at` needs beyond the earlier ones; `fill` draws a source that depends on others of which only some
    /// are exchanged.
    pub fn exchange(
        &mut self,
        program: &Program,
        exchanges: &Exchanges,
        at: usize,
        mut fill: impl FnMut(usize, &mut [f64]),
    ) {
        let (rows, exchange) = (self.rows, &exchanges.each[at]);
        for &step in &exchange.steps {
            let (before, rest) = self.mixed.split_at_mut(step);
            let column = |register: Register| {
                let register = register as usize;
                let columns = match exchange.places[register] {
                    Place::A => &self.a[register],
                    Place::B => &self.b[register],
                    Place::Mixed => &before[register],
                };
                &columns[..rows]
            };
            program.steps[step].execute(column, &mut rest[0][..rows], &mut fill, &mut self.beyond);
        }
    }

    /// A column of A.
    pub fn a(&self, register: Register) -> &[f64] {
        &self.a[register as usize][..self.rows]
    }

    /// A column of B.
    pub fn b(&self, register: Register) -> &[f64] {
        &self.b[register as usize][..self.rows]
    }

    /// A column of exchange `at`, the last one that was computed.
    pub fn exchanged(&self, exchanges: &Exchanges, at: usize, register: Register) -> &[f64] {
        match exchanges.each[at].places[register as usize] {
            Place::A => self.a(register),
            Place::B => self.b(register),
            Place::Mixed => &self.mixed[register as usize][..self.rows],
        }
    }
}
