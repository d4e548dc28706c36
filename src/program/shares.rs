//! Shares that sum to one, lowered: the draws of a group are added, and each is divided by their sum.

use super::lower::Lowering;
use super::{Register, ShareSources, Slot, Source};
use crate::distribution::Marginal;
use crate::model::{Binary, Definition, Variant};
use std::sync::Arc;

/// For a share, the gamma distribution it is drawn by.
pub(super) fn draw_of(variant: &Variant, input: usize) -> Option<&Arc<dyn Marginal>> {
    variant.shares.iter().find_map(|shares| {
        let at = shares.inputs.iter().position(|&share| share == input)?;
        shares.draws.get(at)
    })
}

/// The groups of shares that these sources are the draws of.
pub(super) fn share_sources(variant: &Variant, sources: &[Source]) -> Vec<ShareSources> {
    let of_group = |inputs: &Vec<usize>| {
        let mut group = ShareSources {
            sources: Vec::new(),
            marginals: Vec::new(),
        };
        for &input in inputs {
            group
                .sources
                .push(sources.iter().position(|source| source.input == input)?);
            if let Definition::Random(marginal) = &variant.inputs[input].definition {
                group.marginals.push(Arc::clone(marginal));
            }
        }
        Some(group)
    };
    let groups = variant.shares.iter().map(|shares| &shares.inputs);
    groups.filter_map(of_group).collect()
}

impl Lowering<'_> {
    /// The group of shares that an input belongs to, and its place there.
    pub(super) fn group_of(&self, input: usize) -> Option<(usize, usize)> {
        let mut groups = self.variant.shares.iter().enumerate();
        groups.find_map(|(group, shares)| {
            let place = shares.inputs.iter().position(|&share| share == input)?;
            Some((group, place))
        })
    }

    /// A share: its own draw over the sum of the group's, which are added in their order.
    pub(super) fn share(&mut self, group: usize, place: usize) -> Register {
        let (draws, sum) = match self.shares[group].clone() {
            Some(drawn) => drawn,
            None => {
                let variant = self.variant;
                let inputs = &variant.shares[group].inputs;
                let draws: Vec<Register> = inputs.iter().map(|&input| self.draw(input)).collect();
                let sum = draws[1..].iter().fold(draws[0], |sum, &draw| {
                    let (sum, draw) = (Slot::Column(sum), Slot::Column(draw));
                    self.emit_binary(Binary::Add, sum, draw)
                });
                self.shares[group] = Some((draws.clone(), sum));
                (draws, sum)
            }
        };
        let (draw, sum) = (Slot::Column(draws[place]), Slot::Column(sum));
        self.emit_binary(Binary::Divide, draw, sum)
    }
}
