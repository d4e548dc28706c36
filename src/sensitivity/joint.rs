//! How often each class of an input met each class of an output: the one table behind the measures of dependence.

use super::add_all;
use super::classes::Classes;
use crate::distribution::Marginal;
use crate::statistic::ordered::OrderedByCell;
use serde::{Deserialize, Serialize};

/// Classes of an input and of an output, at most; a power of two.
pub const CLASSES: usize = 64;
/// Points that stand for a class where a kernel is averaged over it.
const POINTS: usize = 8;

/// A value of a class, with its share of the class.
#[derive(Debug, Clone, Copy)]
pub struct Point {
    /// The class.
    pub class: usize,
    /// Its share of the class's mass.
    pub share: f64,
    /// The value.
    pub value: f64,
}

/// How an output is classed for the table.
#[derive(Debug, Clone)]
pub struct OutputPlan {
    /// Class of each fine cell of the output, rising, below [`CLASSES`].
    pub class_of_cell: Vec<u8>,
    /// What stands for each class.
    pub points: Vec<Point>,
}

impl OutputPlan {
    /// From the classes of the fine cells, and a pilot, of whose values so many lie `below` each of them.
    pub fn new(class_of_cell: Vec<u8>, below: &[usize], pilot: &mut OrderedByCell) -> Self {
        let mut points = Vec::new();
        for class in 0..CLASSES {
            let cells_to =
                |end: usize| class_of_cell.partition_point(|&other| usize::from(other) < end);
            let [first, end] = [class, class + 1].map(|class| below[cells_to(class)]);
            // A class that the pilot never met is where the next values are.
            let ranks = if first < end {
                first..end
            } else {
                let next = first.min(pilot.size() - 1);
                next..next + 1
            };
            let count = POINTS.min(ranks.len());
            points.extend((0..count).map(|at| Point {
                class,
                share: 1.0 / count as f64,
                value: pilot.of_rank(ranks.start + (2 * at + 1) * ranks.len() / (2 * count)),
            }));
        }
        OutputPlan {
            class_of_cell,
            points,
        }
    }
}

/// How an input is classed for the table.
#[derive(Debug)]
pub struct InputPlan {
    /// Whether each class is an atom.
    pub atoms: bool,
    /// Class in the table of each class of u.
    pub class_of: Vec<u8>,
    /// What stands for each class; without `marginal`, the u.
    pub points: Vec<Point>,
}

impl InputPlan {
    /// Of the classes of an input's u.
    pub fn new(classes: &Classes, marginal: Option<&dyn Marginal>) -> Self {
        let class_of = classes.merged(CLASSES);
        let weights = classes.weights();
        let mut mass = [0.0; CLASSES];
        for (&class, weight) in class_of.iter().zip(&weights) {
            mass[usize::from(class)] += weight;
        }
        let value = |u: f64| marginal.map_or(u, |marginal| marginal.quantile(u));
        let mut points = Vec::new();
        let mut below = 0.0;
        if classes.are_atoms() {
            for (&class, &weight) in class_of.iter().zip(&weights) {
                let class = usize::from(class);
                points.push(Point {
                    class,
                    share: weight / mass[class],
                    value: value(below + weight / 2.0),
                });
                below += weight;
            }
        } else {
            for (class, &mass) in mass.iter().enumerate() {
                points.extend((0..POINTS).map(|at| Point {
                    class,
                    share: 1.0 / POINTS as f64,
                    value: value(below + (at as f64 + 0.5) / POINTS as f64 * mass),
                }));
                below += mass;
            }
        }
        InputPlan {
            atoms: classes.are_atoms() && classes.count() <= CLASSES,
            class_of,
            points,
        }
    }

    /// How many classes it has in the table.
    pub fn count(&self) -> usize {
        self.class_of
            .last()
            .map_or(0, |&last| usize::from(last) + 1)
    }
}

/// The tables of every column and output.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Joint {
    /// Where each column's classes begin among all.
    starts: Vec<usize>,
    counts: Vec<u32>,
}

impl Joint {
    /// Nothing counted yet.
    pub fn new(inputs: &[InputPlan], outputs: usize) -> Self {
        let mut starts = vec![0];
        for input in inputs {
            starts.push(starts[starts.len() - 1] + input.count());
        }
        let rows = outputs * starts[inputs.len()];
        Joint {
            starts,
            counts: vec![0; rows * CLASSES],
        }
    }

    /// The output's classes of a tile, output by output.
    pub fn rows<'a>(
        &self,
        cells: &[&[u32]],
        plans: impl Iterator<Item = &'a OutputPlan>,
        rows: &mut Vec<u8>,
    ) {
        rows.clear();
        for (cells, plan) in cells.iter().zip(plans) {
            rows.extend(cells.iter().map(|&cell| plan.class_of_cell[cell as usize]));
        }
    }

    /// Counts a tile of one column: the class of u of each row, and the output's classes.
    pub fn add(&mut self, column: usize, plan: &InputPlan, classes: &[u16], rows: &[u8]) {
        for (output, rows) in rows.chunks_exact(classes.len().max(1)).enumerate() {
            let counts = self.table_mut(column, output);
            for (&class, &row) in classes.iter().zip(rows) {
                let class = usize::from(plan.class_of[usize::from(class)]);
                counts[class * CLASSES + usize::from(row)] += 1;
            }
        }
    }

    /// Adds the block that comes next.
    pub fn merge(&mut self, block: &Joint) {
        add_all(&mut self.counts, &block.counts);
    }

    fn range(&self, column: usize, output: usize) -> std::ops::Range<usize> {
        let all = self.starts[self.starts.len() - 1];
        let first = output * all + self.starts[column];
        first * CLASSES..(first + self.starts[column + 1] - self.starts[column]) * CLASSES
    }

    fn table_mut(&mut self, column: usize, output: usize) -> &mut [u32] {
        let range = self.range(column, output);
        &mut self.counts[range]
    }

    /// The table of a column and an output: class of the input by class of the output.
    pub fn table(&self, column: usize, output: usize) -> &[u32] {
        &self.counts[self.range(column, output)]
    }
}

/// What a table of one replicate says beyond its margins, whose expectation is zero everywhere where input and output are independent.
///
/// That is p_ij − p_i q_j for the shares p_ij of the table and its margins; but the product of two margins of the same n trials has 1/n of the
/// dependence in it. With the margins P_i and Q_j of all replicates it is taken as p_ij − P_i q_j − (p_i − P_i) Q_j, which has the same margins (zero)
/// and of two products the difference (p_i − P_i) (q_j − Q_j) left out.
#[derive(Debug)]
pub struct Dependence {
    /// Classes of the input.
    pub classes: usize,
    /// Whether each is an atom.
    pub atoms: bool,
    /// The shares of the trials of all replicates in each class of the input.
    pub input: Vec<f64>,
    /// The same of the output.
    pub output: Vec<f64>,
    /// Of each replicate that has trials: its trials, the shares of its classes, and the differences, class of the input by class
    /// of the output.
    pub replicates: Vec<Replicate>,
}

/// Of one replicate.
#[derive(Debug)]
pub struct Replicate {
    /// Trials.
    pub size: f64,
    /// Shares of the classes of the input.
    pub input: Vec<f64>,
    /// Shares of the classes of the output.
    pub output: Vec<f64>,
    /// The differences.
    pub differences: Vec<f64>,
}

impl Dependence {
    /// Of a column and an output; `atoms`: each class of the column is one.
    pub fn new(replicates: &[&Joint], column: usize, output: usize, atoms: bool) -> Self {
        let classes = replicates[0].table(column, output).len() / CLASSES;
        let of_replicate = |joint: &&Joint| {
            let (rows, _) = joint.table(column, output).as_chunks::<CLASSES>();
            let size: u32 = rows.iter().flatten().sum();
            if size == 0 {
                return None;
            }
            let size = f64::from(size);
            let shares = rows.iter().flatten().map(|&count| f64::from(count) / size);
            let shares: Vec<f64> = shares.collect();
            let input = shares.chunks_exact(CLASSES).map(|row| row.iter().sum());
            let of_class = |class| shares.iter().skip(class).step_by(CLASSES).sum();
            Some(Replicate {
                size,
                input: input.collect(),
                output: (0..CLASSES).map(of_class).collect(),
                differences: shares,
            })
        };
        let mut replicates: Vec<Replicate> = replicates.iter().filter_map(of_replicate).collect();
        let pooled = |of: fn(&Replicate) -> &[f64], length: usize| {
            let mut sum = vec![0.0; length];
            let mut size = 0.0;
            for replicate in &replicates {
                size += replicate.size;
                for (sum, share) in sum.iter_mut().zip(of(replicate)) {
                    *sum += replicate.size * share;
                }
            }
            for sum in &mut sum {
                *sum /= size;
            }
            sum
        };
        let all_input = pooled(|replicate| &replicate.input, classes);
        let all_output = pooled(|replicate| &replicate.output, CLASSES);
        for Replicate {
            input,
            output,
            differences,
            ..
        } in &mut replicates
        {
            let rows = differences.chunks_exact_mut(CLASSES);
            for ((row, own), all) in rows.zip(input).zip(&all_input) {
                for ((share, of_output), all_output) in
                    row.iter_mut().zip(&*output).zip(&all_output)
                {
                    *share -= all * of_output + (*own - all) * all_output;
                }
            }
        }
        Dependence {
            classes,
            atoms,
            input: all_input,
            output: all_output,
            replicates,
        }
    }

    /// Trials of each replicate.
    pub fn sizes(&self) -> Vec<u64> {
        let sizes = self.replicates.iter();
        sizes.map(|replicate| replicate.size as u64).collect()
    }
}
