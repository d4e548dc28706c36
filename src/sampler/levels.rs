//! The sample of elementary effects: every input stands on one of four levels of u, and is moved by two of them.
//!
//! Morris, Technometrics 33, 161 (1991), with p = 4 levels and a step Δ = p / (2 (p − 1)) = 2/3; radial, each input moved from the
//! same base point (Campolongo, Saltelli & Cariboni, Comput. Phys. Commun. 182, 978 (2011)).

use super::key::Purpose;
use super::players::{Draw, PairedSample, PairedUniforms};
use super::{Layout, Method, SampledInput, Sampler, Uniforms};

/// Levels from the lowest to the highest.
const LEVELS: f64 = 4.0;
/// By how much of the way from the lowest level to the highest an input is moved.
pub const STEP: f64 = 2.0 / 3.0;
/// u of the lowest level, and one less that of the highest, where the input has no bound on that side.
const TAIL: f64 = 0.005;
/// The least u there is, for an input with a bound.
const LEAST: f64 = f64::EPSILON / 2.0;

/// Base points on levels, and every input moved.
pub struct Levels {
    inner: Box<dyn Sampler>,
    /// u of the lowest and the highest level of each input.
    ends: Vec<[f64; 2]>,
}

impl Levels {
    /// For inputs as the main sample has them, dimensions counted from 1; `supports`: where each one's values lie.
    pub fn new(
        method: Method,
        inputs: &[SampledInput],
        supports: &[(f64, f64)],
        layout: Layout,
    ) -> Self {
        let base = inputs.iter().map(|input| SampledInput {
            key: input.key.derived(Purpose::Levels),
            dimension: input.dimension - 1,
        });
        let end = |bound: f64| if bound.is_finite() { LEAST } else { TAIL };
        Levels {
            inner: method.sampler(base.collect(), layout),
            ends: supports
                .iter()
                .map(|&(low, high)| [end(low), 1.0 - end(high)])
                .collect(),
        }
    }
}

impl PairedSample for Levels {
    fn open(&self, replicate: u32, segment: u64) -> Box<dyn PairedUniforms + '_> {
        Box::new(LevelUniforms {
            ends: &self.ends,
            inner: self.inner.open(replicate, segment),
            levels: vec![Vec::new(); self.ends.len()],
            directions: vec![Vec::new(); self.ends.len()],
            rows: 0,
        })
    }
}

struct LevelUniforms<'a> {
    ends: &'a [[f64; 2]],
    inner: Box<dyn Uniforms + 'a>,
    /// Of each input, the share of the way from its lowest level to its highest.
    levels: Vec<Vec<f64>>,
    directions: Vec<Vec<f64>>,
    rows: usize,
}

impl PairedUniforms for LevelUniforms<'_> {
    fn next_tile(&mut self, rows: usize) {
        self.rows = rows;
    }

    fn fill(&mut self, input: usize, draw: Draw, u: &mut [f64]) {
        let (levels, directions) = (&mut self.levels[input], &mut self.directions[input]);
        levels.resize(self.rows, 0.0);
        directions.resize(self.rows, 0.0);
        if draw == Draw::A {
            self.inner.fill(input, levels);
            for (level, direction) in levels.iter_mut().zip(directions) {
                let number = (*level * LEVELS).floor();
                *level = number / (LEVELS - 1.0);
                // From the lower half there is only room above, from the upper one only below.
                *direction = if number < 0.5 * LEVELS { 1.0 } else { -1.0 };
            }
            place(self.ends[input], levels.iter().copied(), u);
        } else {
            let moved = levels.iter().zip(directions.iter());
            place(
                self.ends[input],
                moved.map(|(level, direction)| level + direction * STEP),
                u,
            );
        }
    }

    fn directions(&self, input: usize) -> &[f64] {
        &self.directions[input]
    }
}

/// u of levels between these ends.
fn place([low, high]: [f64; 2], levels: impl Iterator<Item = f64>, u: &mut [f64]) {
    for (u, level) in u.iter_mut().zip(levels) {
        *u = (low + level * (high - low)).clamp(low, high);
    }
}
