//! Marginal distributions: one file a family behind the trait [`Marginal`], and the table of families.

use crate::diagnostic::Code;
use std::fmt::Debug;
use std::sync::Arc;

/// A one-dimensional distribution, seen through its quantile function.
pub trait Marginal: Debug + Send + Sync {
    /// The family's name in the scenario language.
    fn family(&self) -> &'static str;

    /// The exact quantile at `u` in (0, 1): within 1e-12 relative in the body, 1e-9 out to 1e-12 of the mass.
    /// Discrete: the smallest value x with F(x) ≥ u. NaN for a `u` outside [0, 1] or NaN.
    fn quantile(&self, u: f64) -> f64;

    /// F(x) = P(X ≤ x).
    fn cdf(&self, x: f64) -> f64;

    /// 1 − F(x), accurate where it is small.
    fn survival(&self, x: f64) -> f64;

    /// The mean; `None` where it does not exist or is infinite.
    fn mean(&self) -> Option<f64>;

    /// The standard deviation; `None` where it does not exist or is infinite.
    fn sd(&self) -> Option<f64>;

    /// The closed support (lower, upper); infinite where unbounded.
    fn support(&self) -> (f64, f64);

    /// For a discrete distribution, the atoms' values when there are at most `limit` of them, in rising order.
    /// `None` for a continuous one or for more atoms.
    fn atoms(&self, limit: usize) -> Option<Vec<f64>> {
        let _ = limit;
        None
    }

    /// Whether the distribution is discrete (its quantile function is a step function).
    fn is_discrete(&self) -> bool {
        false
    }

    /// The sampling path: `x[i]` = quantile at `u[i]`, within 1e-10 in u and 1e-8 of min(u, 1 − u) of the exact one,
    /// the same bits on every machine. Slices of equal length.
    fn fill(&self, u: &[f64], x: &mut [f64]);
}

/// How a parameter's number is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// A number in the input's unit (`min`, `mean`, `scale` …).
    Quantity,
    /// A number in one over the input's unit (`rate`).
    PerUnit,
    /// A pure number (`alpha`, `gsd`, `cv`, `p`, `level` …), whatever the input's unit.
    Pure,
    /// A list of numbers in the input's unit (`values`, and `interval`: exactly two).
    QuantityList,
    /// A list of pure numbers (`weights`, `pedigree`).
    PureList,
}

/// One parameter of a family as the table declares it.
#[derive(Debug)]
pub struct Parameter {
    /// The key in the scenario file.
    pub name: &'static str,
    /// How its number is read.
    pub kind: ParameterKind,
    /// One line for `list`, the schema and the README.
    pub summary: &'static str,
}

/// One way of writing a family: the keys it takes.
#[derive(Debug)]
pub struct Parameterisation {
    /// Keys that must be written.
    pub required: &'static [&'static str],
    /// Keys that may be written, with their defaults.
    pub optional: &'static [(&'static str, f64)],
}

/// A family of distributions: a row of the table that the parser, `list`, the schema, the README and the law tests read.
#[derive(Debug)]
pub struct Family {
    /// The word in the scenario file.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Every parameter any parameterisation uses.
    pub parameters: &'static [Parameter],
    /// The ways of writing it; exactly one must fit the keys written.
    pub parameterisations: &'static [Parameterisation],
    /// Whether its values are discrete (truncation is for continuous ones).
    pub discrete: bool,
    /// Builds the distribution from checked keys (exactly those of one parameterisation, defaults filled in),
    /// or says everything that is wrong with their values.
    pub build: fn(&Parameters) -> Result<Arc<dyn Marginal>, Vec<ParameterProblem>>,
}

/// A parameter's value as written.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterValue {
    /// One number.
    Number(f64),
    /// A list of numbers.
    List(Vec<f64>),
}

/// The parameters of one input, by key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters(pub Vec<(String, ParameterValue)>);

/// Something wrong with a parameter's value.
#[derive(Debug, Clone)]
pub struct ParameterProblem {
    /// The key to mark; `None` marks the whole input.
    pub parameter: Option<&'static str>,
    /// The kind of complaint.
    pub code: &'static Code,
    /// What is wrong, in one sentence, with the numbers ("mode 20 is above max 15").
    pub message: String,
    /// What to write instead.
    pub advice: String,
}
