//! Measures of what drives an output: one file an index.
//!
//! Which sample an index needs is a type: the indices here are computed from [`MainTally`], which only the main sample fills.

mod classes;
mod cross_fit;
mod dependence;
pub mod evppi;
mod fine_cells;
mod further;
mod given_data;
mod haar;
mod hsic;
pub mod joint;
pub mod leading;
mod measure;
pub mod morris;
mod output_classes;
mod pair_products;
mod regression;
pub mod shapley;
pub mod sobol;
mod spearman;

use crate::distribution::Marginal;
use crate::kernel::{self, ProductSums, TOGETHER};
use crate::statistic::Estimate;
use crate::statistic::moments::Moments;
use crate::statistic::replicates::student_factor;
use crate::statistic::tally::Tally;
use classes::Classes;
pub use classes::MOST_ATOMS;
use fine_cells::FineCounts;
pub use further::{Design, Evaluated, Standard};
pub use measure::{Measure, OF_RANKS};
pub use output_classes::OutputClasses;
use regression::Wanted;
use serde::{Deserialize, Serialize};
use spearman::Correlations;
use std::borrow::Cow;
use std::sync::Arc;

/// The name of the column that no output depends on: its indices are the noise floor.
pub const DUMMY: &str = "(dummy)";

/// An index of one input for one output.
#[derive(Debug, Clone, Copy)]
pub struct Index {
    /// The value with its error.
    pub estimate: Estimate,
    /// 1 is the strongest; `None` for the dummy and where there is no value.
    pub rank: Option<u32>,
    /// Whether it stands out from zero and from the dummy's.
    pub resolved: bool,
}

/// What is remembered for the indices, the same for every block of a run.
#[derive(Debug)]
pub struct MainPlan {
    measures: Vec<Measure>,
    /// Classes of u of every column; the dummy is the last.
    classes: Vec<Classes>,
    outputs: Vec<OutputClasses>,
    rank_classes: usize,
    /// Trials of the run.
    trials: u64,
    /// The values of every column, where a regression wants them.
    values: Option<regression::Values>,
    /// How tables are counted, where a measure wants them.
    dependence: Option<dependence::Plan>,
}

/// The indices of one measure.
#[derive(Debug)]
pub struct MainIndices {
    /// The word of the `measure` column in `sensitivity.csv`.
    pub measure: &'static str,
    /// Of every column, the dummy last; or the one of the linear model of them all.
    pub indices: Vec<Index>,
}

/// What was counted of an output.
#[derive(Debug, Clone, Copy)]
pub struct CountedOutput<'a> {
    /// Replicate by replicate.
    pub values: &'a [Tally],
    /// What the sums of its moments are multiples of.
    pub scale: f64,
}

/// What a row of the linear model of all inputs has in place of an input's name.
pub const MODEL: &str = "(model)";

impl MainPlan {
    /// For these inputs (the dummy comes on top) and outputs, and so many trials. `determined`: the inputs that are what others leave of one.
    pub fn new(
        measures: &[Measure],
        inputs: &[Arc<dyn Marginal>],
        determined: &[usize],
        outputs: Vec<OutputClasses>,
        rank_classes: usize,
        trials: u64,
    ) -> Self {
        let classes: Vec<Classes> = inputs
            .iter()
            .map(|marginal| Classes::of(&**marginal))
            .chain([Classes::continuous()])
            .collect();
        let of_tables = measures.iter().any(|measure| measure.is_of_tables());
        MainPlan {
            measures: measures.to_vec(),
            dependence: of_tables.then(|| dependence::Plan::new(inputs, &classes)),
            classes,
            outputs,
            rank_classes,
            trials,
            values: measures
                .iter()
                .any(|measure| measure.is_linear())
                .then(|| regression::Values::new(inputs, determined)),
        }
    }

    /// How many rank classes to use: their sums fit the first cache where they can, and all replicates' near 16 MiB.
    pub fn rank_classes(inputs: usize, outputs: usize, replicates: u32) -> usize {
        let each = 8 * padded(inputs + 1) * outputs.max(1);
        ((24 << 10) / each)
            .max(64)
            .min((16 << 20) / (each * replicates as usize))
            .clamp(32, 256)
    }

    /// Columns of u, the dummy included.
    pub fn columns(&self) -> usize {
        self.classes.len()
    }

    /// An empty tally.
    pub fn tally(&self) -> MainTally {
        let wants = |measure| self.measures.contains(&measure);
        let outputs = self.outputs.iter();
        MainTally {
            fine: outputs.map(|plan| FineCounts::new(&plan.cells)).collect(),
            given_data: wants(Measure::GivenData)
                .then(|| given_data::GivenData::new(&self.classes, self.outputs.len())),
            products: self
                .values
                .as_ref()
                .map(|_| regression::Products::new(self.columns(), self.outputs.len())),
            joint: self
                .dependence
                .as_ref()
                .map(|plan| joint::Joint::new(&plan.inputs, self.outputs.len())),
            spearman: (wants(Measure::Spearman)
                || wants(Measure::Contribution)
                || self.values.is_some())
            .then(|| {
                let (columns, outputs) = (self.columns(), self.outputs.len());
                spearman::Spearman::new(columns, outputs, self.rank_classes, self.trials)
            }),
        }
    }

    /// Bytes that the sums of all replicates take.
    pub fn bytes(measures: &[Measure], inputs: usize, outputs: usize, replicates: u32) -> u64 {
        let columns = inputs + 1;
        let of_ranks = outputs * Self::rank_classes(inputs, outputs, replicates) * padded(columns)
            + columns * outputs.div_ceil(TOGETHER) * size_of::<ProductSums>() / 8;
        let each = measures.iter().map(|measure| match measure {
            Measure::GivenData => columns * Classes::continuous().count() * 2 * padded(outputs + 1),
            Measure::Spearman | Measure::Contribution => of_ranks,
            Measure::Pearson | Measure::Regression | Measure::Partial => {
                columns * (columns + outputs + 4) + of_ranks
            }
            Measure::Borgonovo
            | Measure::Pawn
            | Measure::Hsic
            | Measure::Sobol
            | Measure::Shapley
            | Measure::Morris
            | Measure::Tornado
            | Measure::Evppi
            | Measure::Shape => 0,
        });
        let tables = measures.iter().any(|measure| measure.is_of_tables());
        let tables = usize::from(tables) * columns * outputs * dependence::Plan::BYTES;
        u64::from(replicates) * (8 * each.sum::<usize>() + tables) as u64
    }

    /// For each output, the indices of every column (the dummy last), measure by measure. `whole`: no trial was left out; where some
    /// were, the inputs' u are no longer their ranks, and there are no rank correlations.
    pub fn indices(
        &self,
        tallies: &[MainTally],
        outputs: &[CountedOutput],
        whole: bool,
    ) -> Vec<Vec<MainIndices>> {
        let parts = tallies.iter().filter_map(|tally| tally.given_data.as_ref());
        let parts: Vec<_> = parts.collect();
        let mut given_data = if parts.is_empty() {
            Vec::new()
        } else {
            given_data::estimates(&parts, &self.classes, outputs, whole)
        };
        let each = outputs.iter().enumerate().map(|(output, values)| {
            let given_data = given_data.get_mut(output).map(std::mem::take);
            self.indices_of(
                tallies,
                output,
                values,
                given_data.unwrap_or_default(),
                whole,
            )
        });
        each.collect()
    }

    /// Of one output; `given_data`: its first-order indices.
    fn indices_of(
        &self,
        tallies: &[MainTally],
        output: usize,
        &CountedOutput { values, scale }: &CountedOutput,
        mut given_data: Vec<Estimate>,
        whole: bool,
    ) -> Vec<MainIndices> {
        let moments: Vec<Moments> = values.iter().map(|tally| tally.moments).collect();
        let sizes: Vec<u64> = moments.iter().map(|moments| moments.n).collect();
        let spearmen: Vec<_> = tallies
            .iter()
            .filter_map(|tally| tally.spearman.as_ref())
            .collect();
        let products: Vec<_> = tallies
            .iter()
            .filter_map(|tally| tally.products.as_ref())
            .collect();
        let of_columns = |measure, estimates| MainIndices {
            measure,
            indices: ranked(estimates, tallies.len()),
        };
        let of_model = |measure, estimates: Vec<Estimate>| {
            let index = |estimate: Estimate| Index {
                estimate,
                rank: None,
                resolved: estimate.value.is_some(),
            };
            MainIndices {
                measure,
                indices: estimates.into_iter().map(index).collect(),
            }
        };
        // Where trials were left out, the inputs' u are no longer their ranks.
        let of_ranks = (whole && !spearmen.is_empty()).then(|| {
            let plan = &self.outputs[output];
            let cells = values.iter().zip(tallies).map(|(values, tally)| {
                if plan.cells.any() {
                    Cow::Owned(tally.fine[output].with(&plan.cells, &values.cells))
                } else {
                    Cow::Borrowed(&values.cells[..])
                }
            });
            let cells: Vec<Cow<[u32]>> = cells.collect();
            let cells: Vec<&[u32]> = cells.iter().map(|cells| &**cells).collect();
            Correlations::new(&spearmen, output, &plan.scores, &cells)
        });
        let unavailable = || vec![Estimate::unavailable(); self.columns()];
        let regressed = |ranks, wanted| match &self.values {
            Some(values) => regression::estimates(values, &products, ranks, output, &sizes, wanted),
            None => unavailable(),
        };
        let by_ranks = |wanted: Wanted| match &of_ranks {
            Some(ranks) => regressed(Some(ranks), wanted),
            None if wanted == Wanted::Explained => vec![Estimate::unavailable()],
            None => unavailable(),
        };
        let by_values = |wanted| regressed(None, wanted);
        let mut all = Vec::new();
        for &measure in &self.measures {
            match measure {
                Measure::GivenData => {
                    let estimates = std::mem::take(&mut given_data);
                    all.push(of_columns(measure.column(), estimates));
                }
                Measure::Spearman => {
                    let estimates = of_ranks.as_ref().map(|ranks| ranks.estimates(&sizes));
                    let estimates = estimates.unwrap_or_else(unavailable);
                    all.push(of_columns(measure.column(), estimates));
                }
                Measure::Contribution => {
                    let estimates = of_ranks.as_ref().map(|ranks| ranks.contributions(&sizes));
                    let estimates = estimates.unwrap_or_else(unavailable);
                    all.push(of_columns(measure.column(), estimates));
                }
                Measure::Pearson => {
                    all.push(of_columns(measure.column(), by_values(Wanted::Correlation)));
                }
                Measure::Regression => {
                    all.push(of_columns("src", by_values(Wanted::Coefficients)));
                    all.push(of_columns("srrc", by_ranks(Wanted::Coefficients)));
                }
                Measure::Partial => {
                    all.push(of_columns("pcc", by_values(Wanted::Partial)));
                    all.push(of_columns("prcc", by_ranks(Wanted::Partial)));
                }
                // Made together below, or another sample's.
                Measure::Borgonovo
                | Measure::Pawn
                | Measure::Hsic
                | Measure::Sobol
                | Measure::Shapley
                | Measure::Morris
                | Measure::Tornado
                | Measure::Evppi
                | Measure::Shape => {}
            }
        }
        if let Some(plan) = &self.dependence {
            let tables: Vec<_> = tallies
                .iter()
                .filter_map(|tally| tally.joint.as_ref())
                .collect();
            all.extend(plan.indices(
                &self.measures,
                &tables,
                output,
                &self.outputs[output],
                &moments,
                scale,
            ));
        }
        // Whether the linear model is to be believed.
        let is_model =
            |measure: &Measure| matches!(measure, Measure::Regression | Measure::Partial);
        if self.measures.iter().any(is_model) {
            all.push(of_model("src_r2", by_values(Wanted::Explained)));
            all.push(of_model("srrc_r2", by_ranks(Wanted::Explained)));
        }
        all
    }
}

/// Ranks by absolute value, and tells which stand out from the dummy's, the last.
fn ranked(estimates: Vec<Estimate>, replicates: usize) -> Vec<Index> {
    let factor = student_factor(replicates);
    let reach = |estimate: &Estimate| {
        estimate.value.map_or(0.0, f64::abs)
            + factor * estimate.standard_error.unwrap_or(f64::INFINITY)
    };
    let floor = estimates.last().map_or(f64::INFINITY, reach);
    let dummy = estimates.len() - 1;
    let mut order: Vec<usize> = (0..dummy)
        .filter(|&at| estimates[at].value.is_some())
        .collect();
    let strength = |at: usize| estimates[at].value.map_or(0.0, f64::abs);
    order.sort_by(|&a, &b| strength(b).total_cmp(&strength(a)));
    estimates
        .iter()
        .enumerate()
        .map(|(at, &estimate)| {
            let error = factor * estimate.standard_error.unwrap_or(f64::INFINITY);
            Index {
                estimate,
                rank: order
                    .iter()
                    .position(|&other| other == at)
                    .map(|place| place as u32 + 1),
                resolved: at != dummy && strength(at) > floor && strength(at) > error,
            }
        })
        .collect()
}

/// Sums for the indices over the trials of the main sample: of one block, or of one replicate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MainTally {
    given_data: Option<given_data::GivenData>,
    spearman: Option<spearman::Spearman>,
    /// Output by output.
    fine: Vec<FineCounts>,
    products: Option<regression::Products>,
    joint: Option<joint::Joint>,
}

/// Room to class a tile in.
#[derive(Debug, Default)]
pub struct MainWorkspace {
    /// Of one column at a time: the class of each row, and its place in it.
    classes: Vec<u16>,
    places: Vec<f64>,
    /// The outputs row by row, so that a row is added to the sums of its class in one go.
    outputs: Vec<f64>,
    /// The ranks of the discrete inputs, column by column.
    ranks: Vec<Vec<f64>>,
    spearman: spearman::Room,
    products: regression::Room,
    /// Output by output: the classes of the tables.
    joint: Vec<u8>,
    /// Output by output, where cells are cut: the fine cells.
    fine: Vec<Vec<u32>>,
}

impl MainTally {
    /// Adds a tile: the columns of u (the dummy last), the outputs, and the cell of each output's values.
    pub fn add(
        &mut self,
        plan: &MainPlan,
        workspace: &mut MainWorkspace,
        u: &[&[f64]],
        outputs: &[&[f64]],
        cells: &[&[u32]],
    ) {
        kernel::dispatch(
            #[inline(always)]
            || self.add_tile(plan, workspace, u, outputs, cells),
        );
    }

    #[inline(always)]
    fn add_tile(
        &mut self,
        plan: &MainPlan,
        workspace: &mut MainWorkspace,
        u: &[&[f64]],
        outputs: &[&[f64]],
        cells: &[&[u32]],
    ) {
        let rows = u.last().map_or(0, |column| column.len());
        let MainWorkspace {
            classes,
            places,
            outputs: output_rows,
            ranks,
            spearman: room_of_ranks,
            products: room,
            joint: output_classes,
            fine,
        } = workspace;
        fine.resize(outputs.len(), Vec::new());
        let each = plan.outputs.iter().zip(outputs).zip(cells);
        let each = each.zip(&mut self.fine).zip(fine);
        let cells: Vec<&[u32]> = each
            .map(|((((plan, values), &cells), counts), fine)| {
                if plan.cells.any() {
                    counts.add(&plan.cells, values, cells, fine);
                    &fine[..]
                } else {
                    cells
                }
            })
            .collect();
        let cells = &cells[..];
        classes.resize(rows, 0);
        places.resize(rows, 0.0);
        if let Some(given_data) = &self.given_data {
            given_data.rows(outputs, &plan.outputs, output_rows);
        }
        if let Some(joint) = &self.joint {
            let plans = plan.outputs.iter().filter_map(|plan| plan.joint.as_ref());
            joint.rows(cells, plans, output_classes);
        }
        let classed = self.given_data.is_some() || self.joint.is_some();
        ranks.resize(plan.classes.len(), Vec::new());
        let columns = plan.classes.iter().zip(u).zip(ranks.iter_mut());
        for (column, ((column_classes, u), ranks)) in columns.enumerate() {
            // The ranks of a continuous input are its u.
            if classed || column_classes.are_atoms() {
                column_classes.classify(u, classes, places);
            }
            if let Some(given_data) = &mut self.given_data {
                given_data.add(column, classes, places, output_rows);
            }
            if let (Some(joint), Some(plan)) = (&mut self.joint, &plan.dependence) {
                joint.add(column, &plan.inputs[column], classes, output_classes);
            }
            if column_classes.are_atoms() {
                ranks.resize(rows, 0.0);
                column_classes.ranks(classes, ranks);
            }
        }
        let columns = plan.classes.iter().zip(u).zip(ranks.iter());
        let ranks = columns.map(
            |((classes, u), ranks)| {
                if classes.are_atoms() { &ranks[..] } else { u }
            },
        );
        if let Some(spearman) = &mut self.spearman {
            spearman.add(room_of_ranks, ranks.clone(), cells, &plan.outputs);
        }
        if let (Some(products), Some(values)) = (&mut self.products, &plan.values) {
            let outputs = outputs.iter().zip(&plan.outputs);
            let outputs: Vec<(&[f64], f64)> = outputs
                .map(|(&column, classes)| (column, classes.centre))
                .collect();
            products.add(values, room, u, ranks, &outputs);
        }
    }

    /// Adds the block that comes next in the order of the trials.
    pub fn merge(&mut self, block: &MainTally) {
        if let (Some(sum), Some(more)) = (&mut self.given_data, &block.given_data) {
            sum.merge(more);
        }
        if let (Some(sum), Some(more)) = (&mut self.spearman, &block.spearman) {
            sum.merge(more);
        }
        for (counts, more) in self.fine.iter_mut().zip(&block.fine) {
            counts.merge(more);
        }
        if let (Some(sum), Some(more)) = (&mut self.products, &block.products) {
            sum.merge(more);
        }
        if let (Some(sum), Some(more)) = (&mut self.joint, &block.joint) {
            sum.merge(more);
        }
    }
}

/// Numbers added in one go.
const VECTOR: usize = 4;

/// `length` up to whole vectors.
fn padded(length: usize) -> usize {
    length.next_multiple_of(VECTOR)
}

/// `sum[i] += more[i]`.
fn add_all<T: Copy + std::ops::AddAssign>(sum: &mut [T], more: &[T]) {
    for (sum, &more) in sum.iter_mut().zip(more) {
        *sum += more;
    }
}
