//! Marginal distributions: one file a family behind the trait [`Marginal`], and the table of families.
//!
//! Adding one is a file with its `FAMILY` and a line in [`families`]: the parser, `list`, the schema, the book and the
//! law tests read that table.

mod beta;
mod binomial;
pub mod codes;
mod counting;
mod discrete;
mod empirical;
mod exponential;
mod gamma;
mod location_scale;
mod lognormal;
mod loguniform;
mod metalog;
mod mixture;
mod moments;
mod normal;
mod parameters;
mod pedigree;
mod poisson;
mod series;
mod shared;
mod solve;
mod steps;
mod student_t;
mod table;
mod triangular;
mod truncated;
mod uniform;
mod weibull;

pub use empirical::row_number;
pub use moments::Missing;
pub use normal::fill_standard as fill_standard_normal;
pub use truncated::truncate;

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

    /// The value x with P(X > x) = q: [`Marginal::quantile`] at 1 − q, accurate however small q is. Discrete: the
    /// smallest value with P(X > x) ≤ q.
    fn upper_quantile(&self, q: f64) -> f64 {
        self.quantile(1.0 - q)
    }

    /// F(x) = P(X ≤ x).
    fn cdf(&self, x: f64) -> f64;

    /// 1 − F(x), accurate where it is small.
    fn survival(&self, x: f64) -> f64;

    /// The density at x; for a discrete distribution the probability of x itself.
    fn density(&self, x: f64) -> f64;

    /// The mean; `None` where it does not exist or is infinite.
    fn mean(&self) -> Option<f64>;

    /// The standard deviation; `None` where it does not exist or is infinite.
    fn sd(&self) -> Option<f64>;

    /// Mean and standard deviation of what lies between `lower` and `upper`, which is `mass` of it, more than half; `None` where
    /// there is no formula that is as exact as the integral.
    fn moments_between(&self, _lower: f64, _upper: f64, _mass: f64) -> Option<(f64, f64)> {
        None
    }

    /// The closed support (lower, upper); infinite where unbounded.
    fn support(&self) -> (f64, f64);

    /// For a discrete distribution, the atoms' values when there are at most `limit` of them, in rising order.
    /// `None` for a continuous one or for more atoms.
    fn atoms(&self, limit: usize) -> Option<Vec<f64>> {
        let _ = limit;
        None
    }

    /// Those of its values that have a probability of their own and lie in [lower, upper], in rising order; `None` where
    /// there may be more than `limit` of them.
    fn atoms_between(&self, lower: f64, upper: f64, limit: usize) -> Option<Vec<f64>> {
        let mut atoms = self.atoms(limit)?;
        atoms.retain(|x| (lower..=upper).contains(x));
        Some(atoms)
    }

    /// The parts it is mixed of; none for all but a mixture.
    fn parts(&self) -> &[Component] {
        &[]
    }

    /// Whether the distribution is discrete (its quantile function is a step function).
    fn is_discrete(&self) -> bool {
        false
    }

    /// Whether some values have a probability of their own: true of every discrete distribution, and of a mixture with one.
    fn has_atoms(&self) -> bool {
        self.is_discrete()
    }

    /// The probability of x itself.
    fn mass(&self, x: f64) -> f64 {
        if self.is_discrete() {
            self.density(x)
        } else {
            0.0
        }
    }

    /// The density at x of what is not in atoms.
    fn smooth_density(&self, x: f64) -> f64 {
        if self.is_discrete() {
            0.0
        } else {
            self.density(x)
        }
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
    /// Two numbers in the input's unit, either of which may be infinite (`bounds`).
    Bounds,
    /// A list of pairs [probability, number in the input's unit] (`quantiles`).
    Pairs,
    /// A list of distributions with their weights (`components`).
    Components,
    /// The path of a data file (`file`).
    File,
    /// The name of a column of that file, whose numbers are in the input's unit, or weights (`column`, `weight_column`).
    Column,
}

/// One parameter of a family as the table declares it.
#[derive(Debug)]
pub struct Parameter {
    /// The key in the scenario file.
    pub name: &'static str,
    /// How its number is read.
    pub kind: ParameterKind,
    /// One line for `list`, the schema and the book.
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

impl Parameterisation {
    /// A way that takes exactly these keys.
    const fn of(required: &'static [&'static str]) -> Self {
        Self {
            required,
            optional: &[],
        }
    }
}

/// A family of distributions: a row of the table that the parser, `list`, the schema, the book and the law tests read.
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
    /// Builds the distribution from checked keys (exactly those of one parameterisation, defaults filled in),
    /// or says everything that is wrong with their values.
    pub build: fn(&Parameters) -> Built,
}

impl Family {
    /// Whether it is the rows of a data file, which inputs may share: nothing may be left out for one of them.
    pub fn is_of_rows(&self) -> bool {
        let mut kinds = self.parameters.iter().map(|parameter| parameter.kind);
        kinds.any(|kind| kind == ParameterKind::File)
    }
}

/// A parameter's value as written.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterValue {
    /// One number.
    Number(f64),
    /// A list of numbers.
    List(Vec<f64>),
    /// A list of pairs of numbers.
    Pairs(Vec<[f64; 2]>),
    /// A list of distributions with their weights.
    Components(Vec<Component>),
    /// A path.
    Text(String),
    /// A column of a data file.
    Column(DataColumn),
}

/// A column of a data file: its name, and its numbers row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct DataColumn {
    /// The name in the header line.
    pub name: String,
    /// The numbers.
    pub numbers: Arc<[f64]>,
}

/// A part of a mixture.
#[derive(Debug, Clone)]
pub struct Component {
    /// How often, beside the weights of the others.
    pub weight: f64,
    /// Its distribution.
    pub marginal: Arc<dyn Marginal>,
}

impl PartialEq for Component {
    /// What is printed by its `Debug` tells one distribution from another.
    fn eq(&self, other: &Self) -> bool {
        self.weight == other.weight
            && format!("{:?}", self.marginal) == format!("{:?}", other.marginal)
    }
}

/// The parameters of one input, by key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters(pub Vec<(String, ParameterValue)>);

/// A distribution, or everything that is wrong with its parameters.
pub type Built = Result<Arc<dyn Marginal>, Vec<ParameterProblem>>;

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

/// Every family, in the order `list` shows them.
pub fn families() -> &'static [&'static Family] {
    static FAMILIES: &[&Family] = &[
        &uniform::FAMILY,
        &loguniform::FAMILY,
        &triangular::FAMILY,
        &beta::PERT,
        &normal::FAMILY,
        &lognormal::FAMILY,
        &beta::FAMILY,
        &gamma::FAMILY,
        &exponential::FAMILY,
        &poisson::FAMILY,
        &weibull::FAMILY,
        &student_t::FAMILY,
        &location_scale::LOGISTIC,
        &location_scale::GUMBEL,
        &location_scale::ARCSINE,
        &location_scale::TRAPEZOID,
        &binomial::BINOMIAL,
        &binomial::NEGATIVE,
        &discrete::BERNOULLI,
        &discrete::FAMILY,
        &empirical::FAMILY,
        &metalog::FAMILY,
        &mixture::FAMILY,
    ];
    FAMILIES
}

/// The family of that name.
pub fn family(name: &str) -> Option<&'static Family> {
    families().iter().copied().find(|f| f.name == name)
}

macro_rules! parameters {
    ($($constant:ident = $name:literal, $kind:ident, $summary:literal;)*) => {
        $(
            #[doc = $summary]
            const $constant: Parameter =
                Parameter { name: $name, kind: ParameterKind::$kind, summary: $summary };
        )*
    };
}

parameters! {
    MIN = "min", Quantity, "the smallest possible value";
    MAX = "max", Quantity, "the largest possible value";
    MEAN = "mean", Quantity, "the mean";
    SD = "sd", Quantity, "the standard deviation";
    CV = "cv", Pure, "the standard deviation as a fraction of the mean";
    HALF_WIDTH = "half_width", Quantity, "the number after ± of the central interval at `level`";
    RELATIVE_HALF_WIDTH = "relative_half_width", Pure, "the same as a fraction of the mean: 0.1 for ±10 %";
    RATE = "rate", PerUnit, "events per unit: one over the mean";
    MODE = "mode", Quantity, "the most likely value";
    MEDIAN = "median", Quantity, "the median";
    GSD = "gsd", Pure, "the geometric standard deviation, a factor above 1";
    GSD2 = "gsd2", Pure, "its square, as inventories give it";
    MU = "mu", Pure, "the mean of the natural logarithm of the value in the input's unit";
    SIGMA = "sigma", Pure, "the standard deviation of the natural logarithm";
    PEDIGREE = "pedigree", PureList, "[reliability, completeness, temporal, geographical, technological], each 1 (best) to 5";
    PEDIGREE_VERSION = "pedigree_version", Pure, "1 for the factors of expert judgement, 2 for the empirical ones";
    BASIC_GSD2 = "basic_gsd2", Pure, "the basic uncertainty beside the pedigree, a squared geometric standard deviation";
    SHAPE = "shape", Pure, "the shape";
    SCALE = "scale", Quantity, "the scale";
    PERT_SHAPE = "shape", Pure, "how sharply the values gather at the mode (4 is the classical PERT)";
    ALPHA = "alpha", Pure, "the first shape: larger moves the values up";
    BETA = "beta", Pure, "the second shape: larger moves the values down";
    P = "p", Pure, "a probability between 0 and 1";
    DF = "df", Pure, "the degrees of freedom: measurements less one";
    LOCATION = "location", Quantity, "the middle (for gumbel the mode)";
    INEXACTNESS = "inexactness", Quantity, "the ± of each end";
    N = "n", Pure, "the number of trials";
    SIZE = "size", Pure, "the number of successes waited for; any positive number";
    DISPERSION = "dispersion", Pure, "variance = mean + dispersion · mean²";
    VALUES = "values", QuantityList, "the values that may occur";
    WEIGHTS = "weights", PureList, "one positive number a value, in their order; equal when left out";
    INTERVAL = "interval", QuantityList, "[low, high]: the central interval that holds the share `level`";
    QUANTILES = "quantiles", Pairs, "[[probability, value], …]: three or more";
    BOUNDS = "bounds", Bounds, "[lower, upper]: what no value reaches; inf leaves a side open";
    FILE = "file", File, "the path of a data file, relative to the folder of the scenario";
    COLUMN = "column", Column, "the name of the column with the values";
    WEIGHT_COLUMN = "weight_column", Column, "the name of the column with the weights; equal when left out";
    COMPONENTS = "components", Components, "[{ weight, distribution, … }, …]: the distributions, written like inputs";
    LEVEL = "level", Pure, "the share of the values inside the interval, such as 0.90";
}
