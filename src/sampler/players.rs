//! Sets of players: inputs that an index looks at together, and exchanges together.

use std::ops::Range;

/// A set of players.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Players(Vec<u64>);

impl Players {
    /// No player of `count`.
    pub fn none(count: usize) -> Self {
        Players(vec![0; count.div_ceil(64)])
    }

    /// These of `count` players.
    pub fn of(count: usize, players: impl IntoIterator<Item = usize>) -> Self {
        let mut set = Players::none(count);
        players.into_iter().for_each(|player| set.insert(player));
        set
    }

    /// Adds a player.
    pub fn insert(&mut self, player: usize) {
        self.0[player / 64] |= 1 << (player % 64);
    }

    /// Whether a player is in the set.
    pub fn contains(&self, player: usize) -> bool {
        (self.0[player / 64] >> (player % 64)) & 1 == 1
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }

    /// The players of both.
    #[must_use]
    pub fn and(&self, other: &Players) -> Players {
        Players(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }

    /// Adds the players of another set.
    pub fn add(&mut self, other: &Players) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
    }
}

/// Which draw of an input is wanted, where some players are exchanged and the others frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draw {
    /// The frozen one.
    A,
    /// The one that takes its place.
    B,
    /// The one that takes its place in this exchange, given the frozen ones among the inputs that it depends on.
    Given(usize),
}

/// What exchanges players: an index by its design.
pub trait Exchanging {
    /// The players exchanged for each evaluation beyond A and B.
    fn sets(&self) -> &[Players];

    /// Into how many runs of one length the sets are cut: replicate r evaluates those of run r, modulo their number.
    fn runs(&self) -> usize {
        1
    }

    /// The sets that a replicate evaluates.
    fn of_replicate(&self, replicate: u32) -> Range<usize> {
        let each = self.sets().len() / self.runs();
        let first = replicate as usize % self.runs() * each;
        first..first + each
    }
}

/// Makes both halves of any segment of any replicate.
pub trait PairedSample: Send + Sync {
    /// The draws of one segment, from its first row on.
    fn open(&self, replicate: u32, segment: u64) -> Box<dyn PairedUniforms + '_>;
}

/// The draws of one segment, handed out tile by tile.
pub trait PairedUniforms {
    /// Goes on to the next tile, of `rows` rows: a multiple of 256 but for the last one of a segment.
    fn next_tile(&mut self, rows: usize);
    /// The uniforms of an input: once for A, then once for B, then any of those given others.
    fn fill(&mut self, input: usize, draw: Draw, u: &mut [f64]);

    /// For each row of the tile, 1 where an input is larger in B than in A and −1 where it is smaller; empty where that is no
    /// matter.
    fn directions(&self, _input: usize) -> &[f64] {
        &[]
    }
}
