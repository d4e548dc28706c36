//! The players of the indices that evaluate the model again: inputs, and groups of inputs that are drawn together.

use crate::model::{self, InputGroup, Variant};
use crate::program::{Program, Source, source_label};
use crate::sampler::copula::Group;
use crate::sampler::players::Players;

/// The players of a program.
pub(super) struct Roster {
    /// What each is called: an input's name, or that of the group that is drawn together.
    pub(super) names: Vec<String>,
    /// The player of each source of the program.
    pub(super) player_of: Vec<usize>,
}

impl Roster {
    /// One player for each input, for the inputs of one data file, and for each group of shares.
    pub(super) fn of(variant: &Variant, program: &Program) -> Self {
        Roster::named(program.sources.iter().map(|source| label(variant, source)))
    }

    /// One player for each of the groups that the scenario names, and for each that is in none.
    pub(super) fn of_groups(groups: &[InputGroup], variant: &Variant, program: &Program) -> Self {
        Roster::named(program.sources.iter().map(|source| {
            let group = groups.iter().find(|group| is_in(group, variant, source));
            group.map_or_else(|| label(variant, source), group_label)
        }))
    }

    /// One player for each grade of evidence.
    pub(super) fn of_grades(variant: &Variant, program: &Program) -> Self {
        Roster::named(program.sources.iter().map(|source| {
            let grade = variant.inputs[source.input].evidence;
            grade.map_or("(no grade)", |grade| grade.word()).to_owned()
        }))
    }

    /// Sources of one name are one player; players come in the order of their first sources.
    fn named(sources: impl Iterator<Item = String>) -> Self {
        let mut names: Vec<String> = Vec::new();
        let player_of = sources.map(|name| {
            let known = names.iter().position(|other| *other == name);
            known.unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            })
        });
        Roster {
            player_of: player_of.collect(),
            names,
        }
    }

    /// How many players there are.
    pub(super) fn count(&self) -> usize {
        self.names.len()
    }

    /// The sources of each player.
    pub(super) fn sources(&self) -> Vec<Vec<usize>> {
        let of_player = |player: usize| {
            let sources = self.player_of.iter().enumerate();
            sources
                .filter(|(_, of)| **of == player)
                .map(|(source, _)| source)
                .collect()
        };
        (0..self.count()).map(of_player).collect()
    }

    /// The players of each group of sources.
    pub(super) fn coupled(&self, groups: &[Group]) -> Vec<Players> {
        let players = |group: &Group| {
            let members = group.members.iter().map(|&source| self.player_of[source]);
            Players::of(self.count(), members)
        };
        groups.iter().map(players).collect()
    }
}

/// What stands in place of an input's name for a group that the scenario names.
pub(super) fn group_label(group: &InputGroup) -> String {
    format!("group:{}", group.name)
}

/// Whether a source is made for an input of the group.
pub(super) fn is_in(group: &InputGroup, variant: &Variant, source: &Source) -> bool {
    let mut inputs = std::iter::once(&source.input).chain(&source.others);
    inputs.any(|&input| {
        let name = &variant.inputs[input].name;
        // Where several variants are one, what keys the draws of one of them goes before.
        let name = name.rsplit('/').next().unwrap_or(name);
        group.inputs.iter().any(|member| member == name)
    })
}

/// What a source is called, or the group of shares that it is drawn for.
fn label(variant: &Variant, source: &Source) -> String {
    let shares = variant
        .shares
        .iter()
        .find(|shares| shares.inputs.contains(&source.input));
    match shares {
        Some(shares) => format!("shares.{}", shares.name),
        None => source_label(variant, source),
    }
}

/// The sources that depend on each other, by correlations that are not zero.
pub(super) fn dependent_sources(variant: &Variant, program: &Program) -> Vec<Group> {
    let source_of = |input: usize| {
        program
            .sources
            .iter()
            .position(|source| source.input == input)
    };
    model::coupled(variant, program.sources.len(), source_of)
}
