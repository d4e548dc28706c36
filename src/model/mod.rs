//! The scenario after all checks: nothing about the user's text can go wrong once a [`Model`] exists.

mod assertions;
mod catalog;
mod check;
pub mod codes;
mod combine;
mod correlations;
mod data;
mod decision;
mod dimensions;
mod formulas;
mod functions;
mod graph;
mod groups;
mod imported_files;
mod imports;
mod input_groups;
mod inputs;
mod names;
mod observed;
mod outputs;
mod parameters;
mod requirements;
mod run;
mod schema;
mod shares;
mod shown;
mod sweep;
mod variants;

pub use check::{LoadError, check, check_with, load, source_of_bytes};
pub use combine::{Combined, draw_apart};
pub use data::{DataCache, DataRows};
pub use groups::coupled;
pub use inputs::share_in_words;
pub use run::MOST_TRIALS;
pub use schema::schema;

use crate::catalog::Row;
use crate::data::DataFile;
use crate::diagnostic::{Code, Diagnostic, Source};
use crate::distribution::Marginal;
use crate::sampler::copula;
use crate::unit::{Dimension, Unit, Units};
use formulas::ParsedFormula;
use inputs::Identity;
use num_rational::BigRational;
use std::sync::Arc;

/// A checked scenario file: its variants, and what a run needs to know.
#[derive(Debug, Clone)]
pub struct Model {
    /// The file's stem: the `scenario` column of every result.
    pub scenario: String,
    /// The header's title.
    pub title: Option<String>,
    /// The header's description.
    pub description: Option<String>,
    /// `[references]`, in the order of the file.
    pub references: Vec<Reference>,
    /// The scenario as written first, then `[variants]` in the order of the file, then those of `[sweep]`.
    pub variants: Vec<Variant>,
    /// `[groups]`, in the order of the file: no input is in two.
    pub groups: Vec<InputGroup>,
    /// `[decision]`: what is to be chosen.
    pub decision: Option<Decision>,
    /// `[run]`: what the command line may override.
    pub run: RunDefaults,
    /// The data files that it reads, in the order of first use.
    pub data: Vec<Arc<DataFile>>,
    /// The scenario files that it imports, and those that they import.
    pub imports: Vec<Arc<Source>>,
    /// What must hold of the results, in the order of the file.
    pub assertions: Vec<Assertion>,
    /// Complaints that do not refuse the file (unused inputs, mass removed by truncation, …).
    pub warnings: Vec<Diagnostic>,
    /// The units it knows.
    units: Units,
}

/// An entry of `[references]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// The key that `source` cites.
    pub key: String,
    /// The title, or the whole reference where it was written as one text.
    pub title: String,
    /// The address.
    pub url: Option<String>,
    /// The year.
    pub year: Option<i64>,
    /// Other keys as written, for the bibliography.
    pub other: Vec<(String, String)>,
}

/// An entry of `[groups]`: inputs that the measures of sensitivity look at together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputGroup {
    /// Its key.
    pub name: String,
    /// The names of its inputs.
    pub inputs: Vec<String>,
}

/// `[decision]`: the choice of the alternative with the least of an output, on average.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The output, by index in [`Variant::outputs`].
    pub output: usize,
    /// The variants to choose from, by index in [`Model::variants`]; at least one.
    pub variants: Vec<usize>,
    /// What a further alternative has for certain, in the output's unit, exactly as the decimal was written.
    pub threshold: Option<BigRational>,
}

/// `[run]` of the scenario; `None` where not written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunDefaults {
    /// Number of trials.
    pub trials: Option<u64>,
    /// Seed.
    pub seed: Option<u64>,
    /// Level of the reported intervals, in (0, 1).
    pub level: Option<f64>,
    /// Probabilities of the reported quantiles, each in (0, 1).
    pub quantiles: Option<Vec<f64>>,
    /// `random`, `sobol` …: the name of a sampler.
    pub sampler: Option<String>,
    /// Number of independent replicates.
    pub replicates: Option<u32>,
}

/// One alternative: a complete model of its own.
#[derive(Debug, Clone)]
pub struct Variant {
    /// `base` unless the header says otherwise; the key of `[variants]`.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
    /// What a sweep gave it: its paths with their values, or the columns of its file with their cells.
    pub swept: Vec<(String, String)>,
    /// Every input, in the order of first appearance (an overridden one keeps its place); variants share what they do not change.
    pub inputs: Vec<Arc<Input>>,
    /// The formulas as one graph. Variants that differ in numbers only share it, with formulas and outputs: there may be many.
    pub graph: Arc<Graph>,
    /// The formulas, in the order of the file.
    pub formulas: Arc<[Formula]>,
    /// What is reported, in the order of the file.
    pub outputs: Arc<[Output]>,
    /// What was observed of it, in the order of the file.
    pub observed: Vec<Observed>,
    /// Shares that sum to one: groups of its inputs.
    pub shares: Vec<Shares>,
    /// Inputs that take their numbers from the same rows of a data file: groups of two or more.
    pub rows: Vec<JointRows>,
    /// Dependence between its random inputs, a pair once; together they are positive semidefinite.
    pub correlations: Vec<Correlation>,
    /// A complaint for every correlation between an input that varies and one that is not known: they count where the two are
    /// told apart, in a nested run.
    pub kinds_correlated: Vec<Diagnostic>,
    /// Correlations of the scenario as written that have no place here: an input of theirs has no distribution in this
    /// variant.
    pub dropped_correlations: Vec<[String; 2]>,
}

/// Inputs that are drawn together and sum to one: each is a gamma draw over the sum of all of them (Devroye, Non-Uniform
/// Random Variate Generation, 1986, theorem XI.4.1). The definition of each input is its own, beta, distribution.
#[derive(Debug, Clone)]
pub struct Shares {
    /// Its key in `[shares]`.
    pub name: String,
    /// The inputs, by index in [`Variant::inputs`].
    pub inputs: Vec<usize>,
    /// The gamma distribution of each.
    pub draws: Vec<Arc<dyn Marginal>>,
}

/// Inputs that are columns of one data file: a row is drawn, and each takes its number from it. The definition of each
/// input is the distribution of its own column.
#[derive(Debug, Clone)]
pub struct JointRows {
    /// The inputs, by index in [`Variant::inputs`].
    pub inputs: Vec<usize>,
    /// The distribution of the number of a row, from 0, in the order of the first input's values.
    pub row: Arc<dyn Marginal>,
    /// The numbers of each input, row by row in that order.
    pub columns: Vec<Arc<[f64]>>,
}

/// Dependence between two inputs, by a Gaussian copula.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    /// The two, by index in [`Variant::inputs`], in the order of the file.
    pub inputs: [usize; 2],
    /// In how many variants of the file each of the two is drawn: what is common comes first, and the others given it.
    pub drawn_in: [u32; 2],
    /// What was asked for.
    pub asked: Dependence,
    /// The description as written.
    pub description: Option<String>,
    /// Keys of references, or texts with a space in them.
    pub sources: Vec<String>,
}

/// How strongly two inputs depend on each other, from −1 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Dependence {
    /// Spearman's rank correlation.
    Spearman(f64),
    /// The Gaussian copula's own parameter.
    Gaussian(f64),
}

impl Dependence {
    /// The parameter of the Gaussian copula.
    pub fn parameter(self) -> f64 {
        match self {
            Dependence::Spearman(spearman) => copula::parameter_of_spearman(spearman),
            Dependence::Gaussian(parameter) => parameter,
        }
    }
}

/// One input of a variant.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its name in the file.
    pub name: String,
    /// The name its draws are keyed by: `name` itself, or `variant/name` when a variant redefines the quantity
    /// (`draws = "shared"` keeps the plain name); `file:` and the path as written where it is drawn from a data file, so
    /// that all that take rows of one file take the same.
    pub draw_key: String,
    /// The unit its number is in.
    pub unit: Unit,
    /// A number or a distribution.
    pub definition: Definition,
    /// The description as written.
    pub description: Option<String>,
    /// Keys of references, or texts with a space in them.
    pub sources: Vec<String>,
    /// The grade of the evidence.
    pub evidence: Option<Evidence>,
    /// Uncertainty or variability.
    pub kind: Kind,
    /// The share of the mass removed by `truncate`.
    pub removed_by_truncation: Option<f64>,
    /// The rows of the catalog it was taken from.
    pub catalog: Vec<&'static Row>,
    /// The column of a data file that it is.
    pub data: Option<DataRows>,
    /// Where it was taken from the catalog: the equal entry without it.
    pub equal: Option<String>,
    /// Where it was taken from the catalog: its value, or the distribution over its rows, as `written` has others.
    pub resolved: Option<String>,
    /// The entry as written, for `check` and the manifest: family and parameters, one line.
    pub written: String,
    /// Whether it asks for the quantile of what has its name elsewhere.
    pub shares_draws: bool,
    /// What it is, to tell it from another quantity of its name.
    identity: Option<Arc<Identity>>,
}

impl Input {
    /// Whether both are one quantity, written twice.
    pub fn same_quantity(&self, other: &Input) -> bool {
        self.unit.same_as(&other.unit) && self.identity.is_some() && self.identity == other.identity
    }
}

/// What an input is.
#[derive(Debug, Clone)]
pub enum Definition {
    /// A constant, exactly as the decimal was written, in the input's unit.
    Fixed(BigRational),
    /// A distribution of the number in the input's unit.
    Random(Arc<dyn Marginal>),
}

/// Grades of evidence, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// Measured on this system.
    Measured,
    /// Published for another system or in a database.
    Published,
    /// The maker's claim.
    Vendor,
    /// Derived by a stated method.
    Estimate,
    /// An assumption.
    Assumption,
}

/// Why an input has a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// Not known exactly.
    #[default]
    Uncertainty,
    /// Really varies.
    Variability,
}

/// A named formula.
#[derive(Debug, Clone)]
pub struct Formula {
    /// Its name in the file.
    pub name: String,
    /// The node it became.
    pub node: NodeId,
    parsed: Arc<ParsedFormula>,
}

impl PartialEq for Formula {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.node) == (&other.name, other.node)
            && Arc::ptr_eq(&self.parsed, &other.parsed)
    }
}

/// One reported output.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Name of a formula or an input.
    pub name: String,
    /// The unit to report it in.
    pub unit: Unit,
    /// The description as written.
    pub description: Option<String>,
    /// Named thresholds, numbers in the output's unit.
    pub thresholds: Vec<(String, f64)>,
    /// Its node in the graph.
    pub node: NodeId,
}

/// What was observed of an output.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// Its name.
    pub name: String,
    /// The output, by index in [`Variant::outputs`].
    pub output: usize,
    /// Lower end of the observed band in the output's unit, exactly as the decimal was written.
    pub low: BigRational,
    /// Upper end; equal to the lower one for a single value.
    pub high: BigRational,
    /// Keys of references, or texts with a space in them.
    pub sources: Vec<String>,
    /// The grade of the evidence.
    pub evidence: Option<Evidence>,
}

/// What must hold of the results.
#[derive(Debug, Clone, PartialEq)]
pub struct Assertion {
    /// Its name; without one, what it says.
    pub name: String,
    /// What it says, as written.
    pub that: String,
    /// The variants it is asserted of; `None`: every one.
    variants: Option<Vec<String>>,
    /// The number it is about.
    pub about: About,
    /// How that is compared with `bound`.
    pub comparison: Comparison,
    /// In the unit of the number.
    pub bound: BigRational,
}

/// A number of the results that an assertion is about.
#[derive(Debug, Clone, PartialEq)]
pub enum About {
    /// A statistic of an output.
    Statistic {
        /// The output, by index in [`Variant::outputs`].
        output: usize,
        /// Which.
        statistic: Statistic,
    },
    /// The probability that an output lies on one side of a threshold.
    Exceedance {
        /// The output, by index in [`Variant::outputs`].
        output: usize,
        /// Output compared with threshold.
        sense: Comparison,
        /// In the output's unit.
        threshold: BigRational,
    },
    /// The probability that an output of one variant compares so with that of another, trial by trial.
    Order {
        /// Both, by index in [`Model::variants`].
        variants: [usize; 2],
        /// The output's name.
        output: String,
        /// The first compared with the second.
        sense: Comparison,
    },
}

/// A statistic that can be asserted.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub enum Statistic {
    Mean,
    Sd,
    Cv,
    /// The quantile of a probability in (0, 1).
    Quantile(f64),
    IntervalLow,
    IntervalHigh,
}

/// A comparison of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Index of a node in [`Graph::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// The formulas of a variant as a graph of quantities: every node's operands come before it.
/// Shared sub-expressions may be shared nodes; the graph is never expanded into a tree.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Graph {
    /// In topological order.
    pub nodes: Vec<Node>,
}

/// A quantity: an operation and the dimension of its result.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it computes.
    pub operation: Operation,
    /// What its result measures.
    pub dimension: Dimension,
}

/// An operation on quantities. Numbers are in coherent base units (SI, kgCO2e, one of a count).
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// An exact number in coherent base units (a literal with its unit).
    Number(BigRational),
    /// The circle constant.
    Pi,
    /// An input, by index in [`Variant::inputs`]; its number is in the input's unit.
    Input(usize),
    /// One operand.
    Unary(Unary, NodeId),
    /// Two operands.
    Binary(Binary, NodeId, NodeId),
    /// `if(condition, a, b)`: condition is not zero.
    If(NodeId, NodeId, NodeId),
    /// `interpolate(x, x1, y1, …)`: piecewise linear, held at the ends; the abscissae are constants in rising order,
    /// in base units of x.
    Interpolate {
        /// The abscissa.
        x: NodeId,
        /// The knots' abscissae, strictly rising, in coherent base units.
        knots: Vec<BigRational>,
        /// The value at each knot.
        values: Vec<NodeId>,
    },
}

/// Functions and operators of one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Unary {
    Negate,
    Not,
    Abs,
    Sqrt,
    Exp,
    Ln,
    Log10,
    Floor,
    Ceil,
    Round,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
}

/// Functions and operators of two operands. `min`, `max` of more operands, and `clamp`, are built from these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// The exponent is a constant where the base has a dimension.
    Power,
    Minimum,
    Maximum,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    And,
    Or,
    Atan2,
}

impl Variant {
    /// The same with every column of a data file drawn by itself: its rows taken apart, for what asks for each input's own
    /// median or mean.
    pub fn with_rows_apart(&self) -> Variant {
        Variant {
            rows: Vec::new(),
            ..self.clone()
        }
    }
}

impl Operation {
    /// The same operation on other nodes, if there is one for each of its operands.
    pub(crate) fn with_operands(
        &self,
        at: &dyn Fn(&NodeId) -> Option<NodeId>,
    ) -> Option<Operation> {
        Some(match self {
            Operation::Number(_) | Operation::Pi | Operation::Input(_) => self.clone(),
            Operation::Unary(function, a) => Operation::Unary(*function, at(a)?),
            Operation::Binary(function, a, b) => Operation::Binary(*function, at(a)?, at(b)?),
            Operation::If(condition, a, b) => Operation::If(at(condition)?, at(a)?, at(b)?),
            Operation::Interpolate { x, knots, values } => Operation::Interpolate {
                x: at(x)?,
                knots: knots.clone(),
                values: values.iter().map(at).collect::<Option<_>>()?,
            },
        })
    }

    /// The nodes it computes from.
    pub fn operands(&self) -> Vec<NodeId> {
        match self {
            Operation::Number(_) | Operation::Pi | Operation::Input(_) => Vec::new(),
            Operation::Unary(_, operand) => vec![*operand],
            Operation::Binary(_, left, right) => vec![*left, *right],
            Operation::If(condition, yes, no) => vec![*condition, *yes, *no],
            Operation::Interpolate { x, values, .. } => {
                std::iter::once(x).chain(values).copied().collect()
            }
        }
    }
}

impl Evidence {
    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Evidence::Measured => "measured",
            Evidence::Published => "published",
            Evidence::Vendor => "vendor",
            Evidence::Estimate => "estimate",
            Evidence::Assumption => "assumption",
        }
    }
}

/// Every code a complaint can have, in the order of the rooms: what `explain` looks up.
pub fn diagnostic_codes() -> impl Iterator<Item = &'static Code> {
    let rooms: [&'static [&'static Code]; 5] = [
        crate::unit::codes::CODES,
        crate::scenario::codes::CODES,
        crate::data::codes::CODES,
        crate::distribution::codes::CODES,
        codes::CODES,
    ];
    rooms.into_iter().flatten().copied()
}
