//! Which Sobol' dimension each input has.

use super::{Plan, RunError};
use crate::model::{Definition, Input, Model};
use crate::sampler::{Method, sobol};
use std::collections::HashMap;
use std::sync::Arc;

/// The Sobol' dimension of every name that is drawn, dealt once for all files of a call in the order of first appearance: an input
/// appended disturbs none. Dimension 0 is the dummy's.
pub(super) struct Dimensions(HashMap<String, u32>);

impl Dimensions {
    /// Deals them.
    ///
    /// # Errors
    /// There are not enough.
    pub fn deal<'a>(
        models: impl Iterator<Item = (&'a Model, &'a Plan)> + Clone,
    ) -> Result<Self, RunError> {
        let mut dealt = HashMap::new();
        let random = |input: &&Arc<Input>| matches!(input.definition, Definition::Random(_));
        for (model, _) in models.clone() {
            for input in model
                .variants
                .iter()
                .flat_map(|variant| &variant.inputs)
                .filter(random)
            {
                let next = dealt.len() as u32 + 1;
                dealt.entry(input.draw_key.clone()).or_insert(next);
            }
        }
        // The inner samples of nested runs are Sobol' points, whatever the sampler.
        let sobol = models
            .clone()
            .any(|(_, plan)| plan.sampler == Method::Sobol || plan.nested.is_some());
        if sobol && dealt.len() >= sobol::DIMENSIONS as usize {
            return Err(RunError::TooManyInputs {
                inputs: dealt.len(),
                most: sobol::DIMENSIONS as usize - 1,
            });
        }
        Ok(Dimensions(dealt))
    }

    /// The dimension of a name; of one that is not drawn, the dummy's.
    pub fn of(&self, draw_key: &str) -> u32 {
        self.0.get(draw_key).copied().unwrap_or(0)
    }
}
