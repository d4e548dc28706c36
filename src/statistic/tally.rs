//! What is remembered of the trials of one output: sums, extremes, counts by cell, and the few values that quantiles need.

use super::grid::Grid;
use super::kept;
use super::moments::{MomentLanes, Moments};
use super::spare;
use crate::kernel;
use serde::{Deserialize, Serialize};

/// What to do with the values of one cell of the grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Role {
    /// Count them.
    Count,
    /// Keep every one: a wanted quantile lies here.
    Keep,
    /// Keep all but this one, which the pilot saw again and again: it is counted.
    Tie(f64),
    /// Count them in [`BINS`] equal bins: a wanted quantile lies here, and there are too many to keep.
    Bins,
}

/// Equal bins of a cell that holds too many values to keep.
pub const BINS: usize = 2048;

/// An odd number without a pattern (2^64 over the golden ratio).
const MIXING: u64 = 0x9E37_79B9_7F4A_7C15;
/// Set in the short count of a cell whose values are kept: one look at the count says both.
const KEPT: u16 = 1 << 15;
/// Values that are counted before the short counts are added to the long ones, at most.
const SHORT: usize = KEPT as usize - 1;
/// Values that are looked at together: there is always room behind those kept for so many.
const ROOM: usize = 256;

/// How the trials of one output are remembered: fixed by the pilot, the same for every task of a run.
#[derive(Debug, Clone)]
pub struct TallyPlan {
    /// The map to cells.
    pub grid: Grid,
    /// Role of each cell.
    roles: Vec<Role>,
    /// The short counts of nothing: [`KEPT`] where values are kept, else zero.
    blank: Vec<u16>,
    /// Whether every role is [`Role::Keep`].
    all_kept: bool,
    /// Where they are not all: the cells of which values are kept, rising.
    kept: Vec<u32>,
    /// About which share of the values is kept.
    kept_share: f64,
    /// For the cells that are ties or bins: their number among their like.
    places: Vec<u32>,
    ties: usize,
    binned: usize,
    /// What the values are held against.
    pub marks: Marks,
}

/// The numbers an output is held against, in its unit. How many values lie above each is counted; how many lie above or
/// on one is how many lie above the double before it, so that one count serves both.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    /// Thresholds, then each observed value after the double before it.
    counted: Vec<f64>,
    thresholds: usize,
}

impl Marks {
    /// Thresholds whose exceedance is asked for, and observed values whose place in the distribution is.
    pub fn new(thresholds: &[f64], observed: &[f64]) -> Self {
        let around = observed
            .iter()
            .flat_map(|value| [value.next_down(), *value]);
        Marks {
            counted: thresholds.iter().copied().chain(around).collect(),
            thresholds: thresholds.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.counted.is_empty()
    }

    /// For each threshold, the place of its count in [`Tally::above`].
    pub fn thresholds(&self) -> std::ops::Range<usize> {
        0..self.thresholds
    }

    /// For each observed value, the places of the counts at or above it and above it.
    pub fn observed(&self) -> impl Iterator<Item = [usize; 2]> {
        (self.thresholds..self.counted.len())
            .step_by(2)
            .map(|at| [at, at + 1])
    }
}

impl TallyPlan {
    /// A plan with a role for every cell of the grid; `kept_share`: about which share of the values is kept, only to have room for them.
    pub fn new(grid: Grid, roles: Vec<Role>, kept_share: f64, marks: Marks) -> Self {
        let (mut ties, mut binned) = (0, 0);
        let mut places = vec![0; roles.len()];
        let all_kept = roles.iter().all(|role| *role == Role::Keep);
        let mut blank = vec![0; roles.len()];
        for ((role, place), blank) in roles.iter().zip(&mut places).zip(&mut blank) {
            match role {
                Role::Count => {}
                Role::Keep if all_kept => {}
                Role::Keep => *blank = KEPT,
                Role::Tie(_) => {
                    *place = ties;
                    ties += 1;
                }
                Role::Bins => {
                    *place = binned;
                    binned += 1;
                }
            }
        }
        let is_kept = |cell: &u32| {
            let role = roles[*cell as usize];
            !all_kept && matches!(role, Role::Keep | Role::Tie(_))
        };
        TallyPlan {
            all_kept,
            kept: (0..roles.len() as u32).filter(is_kept).collect(),
            kept_share,
            grid,
            roles,
            blank,
            places,
            ties: ties as usize,
            binned: binned as usize,
            marks,
        }
    }

    /// The same but for the roles of the cells.
    pub fn with_roles(&self, roles: Vec<Role>) -> Self {
        Self::new(
            self.grid.clone(),
            roles,
            self.kept_share,
            self.marks.clone(),
        )
    }

    /// Room for what is kept of so many values.
    fn room(&self, values: u64) -> usize {
        if self.all_kept {
            return values as usize;
        }
        let likely = self.kept_share * values as f64;
        (1.125 * likely) as usize + ROOM
    }

    /// Whether every value is kept, whatever its cell.
    pub fn all_kept(&self) -> bool {
        self.all_kept
    }

    /// Where only some values are kept: the cells that they are of, rising.
    pub fn kept(&self) -> &[u32] {
        &self.kept
    }

    /// The role of a cell.
    pub fn role(&self, cell: usize) -> Role {
        self.roles[cell]
    }

    /// The roles of all cells, to make another plan from.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// What tells this plan from another one: the grid, and what is done with its cells.
    pub fn mark(&self) -> [u64; 4] {
        let role = |role: &Role| match role {
            Role::Count => 0,
            Role::Keep => 1,
            Role::Bins => 2,
            Role::Tie(value) => value.to_bits() | 3,
        };
        let mixed =
            |mark: u64, role: u64| mark.rotate_left(7).wrapping_add(role).wrapping_mul(MIXING);
        [
            self.grid.centre().to_bits(),
            self.grid.scale().to_bits(),
            self.grid.cells() as u64,
            self.roles.iter().map(role).fold(0, mixed),
        ]
    }

    /// The number of a tie or a binned cell among its like.
    pub fn place(&self, cell: usize) -> usize {
        self.places[cell] as usize
    }

    /// The edges of a cell, but not beyond the extremes; the outermost cells hold all that lies beyond.
    pub fn ends(&self, cell: usize, [minimum, maximum]: [f64; 2]) -> [f64; 2] {
        let low = if cell == 0 {
            minimum
        } else {
            self.grid.edge(cell).max(minimum)
        };
        let high = if cell + 1 == self.grid.cells() {
            maximum
        } else {
            self.grid.edge(cell + 1).min(maximum)
        };
        [low, high]
    }

    /// The bin of `x` inside its cell.
    fn bin(&self, cell: usize, x: f64) -> usize {
        let (low, high) = (self.grid.edge(cell), self.grid.edge(cell + 1));
        ((((x - low) / (high - low)) * BINS as f64).max(0.0) as usize).min(BINS - 1)
    }

    /// Nothing counted, and room for what is apart from the cells.
    fn tally(&self) -> Tally {
        Tally::with_room(self.marks.counted.len(), self.ties, self.binned)
    }
}

/// The trials of one output in one replicate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tally {
    /// Sums about the grid's centre, in its scale: added block by block, in the order of the trials. All else can be added in any order.
    pub moments: Moments,
    /// Smallest value.
    pub minimum: f64,
    /// Largest value.
    pub maximum: f64,
    /// Values strictly above each of the [`Marks`].
    pub above: Vec<u64>,
    /// Values in each cell.
    pub cells: Vec<u32>,
    /// Values kept: where only some are, in the order of their cells once [`Tally::group`] was called, and in no order that matters else.
    #[serde(with = "kept")]
    pub kept: Vec<f64>,
    /// How often each tie came.
    pub ties: Vec<u64>,
    /// Counts of the binned cells, [`BINS`] each.
    pub bins: Vec<u32>,
}

impl Tally {
    /// No trials, and no room for counts.
    pub fn none() -> Self {
        Tally::with_room(0, 0, 0)
    }

    fn with_room(marks: usize, ties: usize, binned: usize) -> Self {
        Tally {
            moments: Moments::default(),
            minimum: f64::INFINITY,
            maximum: f64::NEG_INFINITY,
            above: vec![0; marks],
            cells: Vec::new(),
            kept: Vec::new(),
            ties: vec![0; ties],
            bins: vec![0; binned * BINS],
        }
    }

    /// Adds all of another tally but the moments.
    pub fn merge(&mut self, mut other: Tally) {
        if self.cells.is_empty() {
            // The first counts: no need to add them to zeros.
            other.moments = self.moments;
            *self = other;
            return;
        }
        self.minimum = self.minimum.min(other.minimum);
        self.maximum = self.maximum.max(other.maximum);
        for (sum, more) in self.above.iter_mut().zip(&other.above) {
            *sum += more;
        }
        for (sum, more) in self.cells.iter_mut().zip(&other.cells) {
            *sum += more;
        }
        for (sum, more) in self.ties.iter_mut().zip(&other.ties) {
            *sum += more;
        }
        for (sum, more) in self.bins.iter_mut().zip(&other.bins) {
            *sum += more;
        }
        self.kept.append(&mut other.kept);
    }

    /// How many values of a cell are kept.
    pub fn kept_of(&self, plan: &TallyPlan, cell: usize) -> usize {
        let kept = match plan.role(cell) {
            Role::Keep => u64::from(self.cells[cell]),
            Role::Tie(_) => u64::from(self.cells[cell]) - self.ties[plan.place(cell)],
            Role::Count | Role::Bins => 0,
        };
        kept as usize
    }

    /// Puts the kept values in the order of their cells, where only some are kept.
    pub fn group(&mut self, plan: &TallyPlan) {
        if plan.all_kept {
            return;
        }
        let mut next = vec![0; plan.grid.cells()];
        let mut start = 0;
        for &cell in &plan.kept {
            next[cell as usize] = start;
            start += self.kept_of(plan, cell as usize);
        }
        let mut grouped = spare::take_filled(self.kept.len());
        let mut cells = [0; ROOM];
        for values in self.kept.chunks(ROOM) {
            let cells = &mut cells[..values.len()];
            kernel::dispatch(
                #[inline(always)]
                || plan.grid.cells_of(values, cells),
            );
            group(values, cells, &mut next, &mut grouped);
        }
        spare::give(std::mem::replace(&mut self.kept, grouped));
    }
}

/// Puts each value behind those of its cell, the ends of which `next` holds.
pub(super) fn group(values: &[f64], cells: &[u32], next: &mut [usize], grouped: &mut [f64]) {
    for (&value, &cell) in values.iter().zip(cells) {
        let at = &mut next[cell as usize];
        grouped[*at] = value;
        *at += 1;
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        spare::give(std::mem::take(&mut self.kept));
    }
}

/// A tally while values are added to it, tile by tile.
#[derive(Debug)]
pub struct Counter {
    /// What is complete; of `kept` only the first `filled`, the others are room.
    tally: Tally,
    filled: usize,
    lanes: MomentLanes,
    extremes: ExtremeLanes,
    /// Counts of the last values, small enough to stay in the first cache.
    short: Vec<u16>,
    /// How many values they count.
    recent: usize,
}

impl Counter {
    /// Nothing counted yet, by a plan that every call must be made with.
    pub fn new(plan: &TallyPlan) -> Self {
        Counter {
            tally: plan.tally(),
            filled: 0,
            lanes: MomentLanes::default(),
            extremes: ExtremeLanes::default(),
            short: plan.blank.clone(),
            recent: 0,
        }
    }

    /// Room for what is kept of a replicate of so many trials: all at once, also for what other threads keep of it, since what grows bit by
    /// bit is copied into fresh memory again and again.
    pub fn reserve(&mut self, plan: &TallyPlan, trials: u64) {
        let kept = &mut self.tally.kept;
        if kept.capacity() == 0 {
            *kept = spare::take(plan.room(trials));
        }
    }

    /// Adds a tile's values, all finite; `cells[i]` becomes the cell of `x[i]`.
    pub fn add(&mut self, plan: &TallyPlan, x: &[f64], cells: &mut [u32]) {
        let (centre, inverse_scale) = (plan.grid.centre(), 1.0 / plan.grid.scale());
        kernel::dispatch(
            #[inline(always)]
            || {
                self.lanes.add(x, centre, inverse_scale);
                plan.grid.cells_of(x, cells);
                self.extremes.add(x);
                for (above, &mark) in self.tally.above.iter_mut().zip(&plan.marks.counted) {
                    *above += x.iter().map(|&x| u64::from(x > mark)).sum::<u64>();
                }
            },
        );
        for (x, cells) in x.chunks(ROOM).zip(cells.chunks(ROOM)) {
            if self.recent + x.len() > SHORT {
                self.lengthen(plan);
            }
            self.recent += x.len();
            if plan.all_kept {
                let short = self.short.as_mut_slice();
                for &cell in cells {
                    short[cell as usize] += 1;
                }
                self.tally.kept.extend_from_slice(x);
            } else {
                self.count(plan, x, cells);
            }
        }
    }

    /// Counts values by cell, and keeps those that are wanted.
    fn count(&mut self, plan: &TallyPlan, x: &[f64], cells: &[u32]) {
        let kept = &mut self.tally.kept;
        if kept.len() < self.filled + ROOM {
            kept.resize(self.filled + ROOM, 0.0);
        }
        let (rooms, _) = kept[self.filled..].as_chunks_mut::<ROOM>();
        let room = &mut rooms[0];
        // Every value is written behind those kept, and stays if it is one: a branch would be guessed wrongly too often.
        let short = self.short.as_mut_slice();
        let mut more = 0;
        let mut count = |x: f64, cell: u32| {
            let count = &mut short[cell as usize];
            room[more % ROOM] = x;
            more += usize::from(*count >> 15);
            *count += 1;
        };
        let (blocks, rest) = x.as_chunks::<8>();
        let (cell_blocks, cell_rest) = cells.as_chunks::<8>();
        for (x, cells) in blocks.iter().zip(cell_blocks) {
            for lane in 0..8 {
                count(x[lane], cells[lane]);
            }
        }
        for (&x, &cell) in rest.iter().zip(cell_rest) {
            count(x, cell);
        }
        self.filled += more;
        if plan.ties + plan.binned > 0 {
            self.add_apart(plan, x, cells);
        }
    }

    /// The values of cells that are ties or bins.
    fn add_apart(&mut self, plan: &TallyPlan, x: &[f64], cells: &[u32]) {
        for (&x, &cell) in x.iter().zip(cells) {
            let cell = cell as usize;
            match plan.roles[cell] {
                Role::Count | Role::Keep => {}
                Role::Tie(value) if value == x => self.tally.ties[plan.place(cell)] += 1,
                // There is room for every value, and each is kept at most once.
                Role::Tie(_) => {
                    self.tally.kept[self.filled] = x;
                    self.filled += 1;
                }
                Role::Bins => {
                    self.tally.bins[plan.place(cell) * BINS + plan.bin(cell, x)] += 1;
                }
            }
        }
    }

    /// Adds the short counts to the long ones.
    fn lengthen(&mut self, plan: &TallyPlan) {
        let short = self.short.iter().map(|short| u32::from(short & !KEPT));
        if self.tally.cells.is_empty() {
            self.tally.cells = short.collect();
        } else {
            for (long, short) in self.tally.cells.iter_mut().zip(short) {
                *long += short;
            }
        }
        self.short.copy_from_slice(&plan.blank);
        self.recent = 0;
    }

    /// The sums of a block, which is complete.
    pub fn take_moments(&mut self) -> Moments {
        std::mem::take(&mut self.lanes).finish()
    }

    /// All that was counted so far but the moments; nothing is left.
    pub fn take(&mut self, plan: &TallyPlan) -> Tally {
        self.lengthen(plan);
        if !plan.all_kept {
            self.tally.kept.truncate(self.filled);
            self.filled = 0;
        }
        let mut tally = std::mem::replace(&mut self.tally, plan.tally());
        (tally.minimum, tally.maximum) = std::mem::take(&mut self.extremes).finish();
        tally
    }
}

/// The smallest and the largest of finite values, in parts; infinities where there are none.
pub(super) fn extremes<P: AsRef<[f64]>>(parts: &[P]) -> (f64, f64) {
    let mut lanes = ExtremeLanes::default();
    kernel::dispatch(
        #[inline(always)]
        || parts.iter().for_each(|part| lanes.add(part.as_ref())),
    );
    lanes.finish()
}

/// Smallest and largest, lane by lane so that no comparison waits for the one before it.
#[derive(Debug, Clone)]
struct ExtremeLanes {
    minimum: [f64; LANES],
    maximum: [f64; LANES],
}

const LANES: usize = 8;

impl Default for ExtremeLanes {
    fn default() -> Self {
        ExtremeLanes {
            minimum: [f64::INFINITY; LANES],
            maximum: [f64::NEG_INFINITY; LANES],
        }
    }
}

impl ExtremeLanes {
    #[inline(always)]
    fn add(&mut self, x: &[f64]) {
        let (blocks, rest) = x.as_chunks::<LANES>();
        // Copies, so that they stay in registers.
        let ExtremeLanes {
            mut minimum,
            mut maximum,
        } = self.clone();
        for block in blocks {
            for lane in 0..LANES {
                minimum[lane] = least(block[lane], minimum[lane]);
                maximum[lane] = most(block[lane], maximum[lane]);
            }
        }
        for (lane, &x) in rest.iter().enumerate() {
            minimum[lane] = least(x, minimum[lane]);
            maximum[lane] = most(x, maximum[lane]);
        }
        *self = ExtremeLanes { minimum, maximum };
    }

    fn finish(&self) -> (f64, f64) {
        // Of the two zeros the positive one: which came first is nobody's business.
        (
            self.minimum.into_iter().fold(f64::INFINITY, least) + 0.0,
            self.maximum.into_iter().fold(f64::NEG_INFINITY, most) + 0.0,
        )
    }
}

/// A comparison and a choice, of numbers only: one instruction.
#[inline(always)]
fn least(one: f64, other: f64) -> f64 {
    if one < other { one } else { other }
}

#[inline(always)]
fn most(one: f64, other: f64) -> f64 {
    if one > other { one } else { other }
}
