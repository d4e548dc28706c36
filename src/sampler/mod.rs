//! Where the uniforms come from: keyed streams and low-discrepancy points behind one trait.
//!
//! A sample is a number of independent replicates; a replicate is made in segments of [`SEGMENT_ROWS`] rows, the unit of
//! work and of sharding; a segment is filled tile by tile. Neither the height of a tile nor the number of threads changes a draw.

pub mod copula;
pub mod key;
mod latin_hypercube;
pub mod levels;
mod permutation;
mod philox;
pub mod pick_freeze;
pub mod players;
mod random;
mod scramble;
pub mod sobol;
mod xoshiro;

use key::StreamKey;
pub use xoshiro::EightLanes as Generator;

/// Rows of a segment (the last one of a replicate may be shorter). A multiple of every tile's height.
pub const SEGMENT_ROWS: usize = 1 << 14;

/// The generator of a key's first replicate and segment, behind `rand`'s traits.
pub fn generator(key: &StreamKey) -> Generator {
    Generator::from_words(&key.words(key::Purpose::RandomStates, 0, 0))
}

/// One input as the sampler sees it.
#[derive(Debug, Clone)]
pub struct SampledInput {
    /// The key of its stream.
    pub key: StreamKey,
    /// Its Sobol' dimension, below [`sobol::DIMENSIONS`].
    pub dimension: u32,
}

/// Makes the uniforms of any segment of any replicate.
pub trait Sampler: Send + Sync {
    /// The uniforms of one segment, from its first row on.
    fn open(&self, replicate: u32, segment: u64) -> Box<dyn Uniforms + '_>;
}

/// The uniforms of one segment, handed out tile by tile.
pub trait Uniforms {
    /// The next `u.len()` uniforms of column `input`, each (k + ½)·2⁻⁵² in (0, 1). Every call but the last of a segment asks for
    /// a whole tile: a multiple of 256 rows.
    fn fill(&mut self, input: usize, u: &mut [f64]);
}

/// The samplers, by name. The table that the command line, `list samplers`, the schema and the book read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Independent uniforms.
    Random,
    /// One point in every stratum of every input.
    LatinHypercube,
    /// Sobol' points with nested uniform scrambling.
    Sobol,
}

impl Method {
    /// Every sampler with the line that describes it.
    pub const ALL: &'static [(Method, &'static str, &'static str)] = &[
        (
            Method::Random,
            "random",
            "independent uniform numbers (xoshiro256++)",
        ),
        (
            Method::LatinHypercube,
            "latin-hypercube",
            "one point in each of as many equal strata of every input as a replicate has rows",
        ),
        (
            Method::Sobol,
            "sobol",
            "Sobol' points, Joe-Kuo directions, nested uniform scrambling",
        ),
    ];

    /// The word of the command line.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|row| row.0 == self)
            .map_or("", |row| row.1)
    }

    /// The sampler of that name.
    pub fn from_name(name: &str) -> Option<Method> {
        Self::ALL.iter().find(|row| row.1 == name).map(|row| row.0)
    }
}

impl Method {
    /// The sampler of this method for the inputs of a program, in the order of its columns.
    pub fn sampler(self, inputs: Vec<SampledInput>, layout: Layout) -> Box<dyn Sampler> {
        match self {
            Method::Random => Box::new(random::Random::new(inputs)),
            Method::LatinHypercube => {
                Box::new(latin_hypercube::LatinHypercube::new(inputs, layout))
            }
            Method::Sobol => Box::new(sobol::Sobol::new(inputs)),
        }
    }

    /// The shape of a sample of at least `trials` (two or more), in about `replicates` replicates.
    pub fn layout(self, trials: u64, replicates: Option<u32>) -> Layout {
        let most = trials.min(u64::from(u32::MAX)) as u32;
        match self {
            // A replicate has two rows where there are enough: one row alone has no spread.
            Method::Random | Method::LatinHypercube => {
                let replicates = replicates.unwrap_or(32).min((most / 2).max(2));
                Layout {
                    replicates,
                    rows: trials / u64::from(replicates),
                    one_more: (trials % u64::from(replicates)) as u32,
                }
            }
            // R × 2^k points: with R free between 24 and 48, at most 1/24 more than asked for.
            Method::Sobol => match replicates {
                Some(replicates) => {
                    let replicates = replicates.min(most);
                    Layout {
                        replicates,
                        rows: trials.div_ceil(u64::from(replicates)).next_power_of_two(),
                        one_more: 0,
                    }
                }
                None => {
                    let mut rows = 1;
                    while trials.div_ceil(rows) > 48 {
                        rows *= 2;
                    }
                    Layout {
                        replicates: trials.div_ceil(rows) as u32,
                        rows,
                        one_more: 0,
                    }
                }
            },
        }
    }
}

/// The shape of a sample: how many replicates, and how many rows each has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Independent replicates.
    pub replicates: u32,
    rows: u64,
    one_more: u32,
}

impl Layout {
    /// Rows of a replicate.
    pub fn rows(&self, replicate: u32) -> u64 {
        self.rows + u64::from(replicate < self.one_more)
    }

    /// Trials in all.
    pub fn trials(&self) -> u64 {
        self.rows * u64::from(self.replicates) + u64::from(self.one_more)
    }

    /// The number of the first trial of a replicate: trials are numbered replicate by replicate.
    pub fn first_trial(&self, replicate: u32) -> u64 {
        self.rows * u64::from(replicate) + u64::from(replicate.min(self.one_more))
    }

    /// The segments of all replicates, in the order of the trials: for each, its replicate, its number and its rows.
    pub fn every_segment(self) -> impl Iterator<Item = (u32, u64, usize)> {
        (0..self.replicates).flat_map(move |replicate| {
            self.segments(replicate)
                .map(move |(segment, rows)| (replicate, segment, rows))
        })
    }

    /// The segments of a replicate: for each, its number and its rows.
    pub fn segments(&self, replicate: u32) -> impl Iterator<Item = (u64, usize)> + use<> {
        let rows = self.rows(replicate);
        (0..rows.div_ceil(SEGMENT_ROWS as u64)).map(move |segment| {
            (
                segment,
                (rows - segment * SEGMENT_ROWS as u64).min(SEGMENT_ROWS as u64) as usize,
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_hold_what_was_asked_for() {
        for trials in (2..3000).chain([10_000, 31_250, 1_000_000, 10_000_001, 123_456_789_012]) {
            let random = Method::Random.layout(trials, None);
            assert_eq!(random.trials(), trials);
            let sobol = Method::Sobol.layout(trials, None);
            assert!(
                sobol.trials() >= trials
                    && (sobol.trials() - trials) as f64 <= trials as f64 / 24.0,
                "{trials} {sobol:?}"
            );
            for layout in [random, sobol] {
                assert!(layout.replicates >= 2 && layout.replicates <= 48);
                assert!(trials < 64 || layout.replicates >= 24);
                let (mut first, mut rows) = (0, 0);
                for replicate in 0..layout.replicates {
                    assert_eq!(layout.first_trial(replicate), first);
                    first += layout.rows(replicate);
                    rows += layout
                        .segments(replicate)
                        .map(|(_, rows)| rows as u64)
                        .sum::<u64>();
                }
                assert_eq!((first, rows), (layout.trials(), layout.trials()));
            }
        }
        assert_eq!(Method::Sobol.layout(1_000_000, None).trials(), 31 << 15);
        assert_eq!(Method::Sobol.layout(1000, Some(32)).trials(), 1024);
    }
}
