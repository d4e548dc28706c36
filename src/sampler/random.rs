//! Independent uniforms from one keyed stream per input, replicate and segment.

use super::key::Purpose;
use super::xoshiro::EightLanes;
use super::{SampledInput, Sampler, Uniforms};

/// The sampler `random`.
#[derive(Debug)]
pub struct Random {
    inputs: Vec<SampledInput>,
}

impl Random {
    /// For these inputs, in the order in which their columns are asked for.
    pub fn new(inputs: Vec<SampledInput>) -> Self {
        Random { inputs }
    }
}

impl Sampler for Random {
    fn open(&self, replicate: u32, segment: u64) -> Box<dyn Uniforms + '_> {
        Box::new(RandomUniforms {
            streams: self
                .inputs
                .iter()
                .map(|input| {
                    EightLanes::from_words(&input.key.words(
                        Purpose::RandomStates,
                        replicate,
                        segment,
                    ))
                })
                .collect(),
        })
    }
}

struct RandomUniforms {
    streams: Vec<EightLanes>,
}

impl Uniforms for RandomUniforms {
    fn fill(&mut self, input: usize, u: &mut [f64]) {
        self.streams[input].fill_uniforms(u);
    }
}
