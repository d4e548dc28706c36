//! The complaints about what a scenario says.

use crate::diagnostic::codes;

codes! {
    /// A name that is none.
    NAME_MALFORMED = "name-malformed", "a name with characters it cannot have",
        "Names of inputs, formulas and units are letters A–Z and a–z, digits and `_`, and do not begin with a digit. Names of variants may also \
hold spaces and `. + = , % -`, and begin with a letter or digit. No name begins with `=`, `+`, `-` or `@`, or holds a control character or a mark of direction: \
spreadsheets and terminals would act on it.";
    /// A name that is a unit.
    NAME_IS_A_UNIT = "name-is-a-unit", "an input or formula with the name of a unit",
        "In a formula `2 h` is two hours, so `h` cannot be an input. `montecarbon list units` prints the units; choose a longer name.";
    /// A name of the grammar.
    NAME_IS_RESERVED = "name-is-reserved", "a name that is a function or a word of the grammar",
        "Functions (`min`, `exp` …) and the words `and`, `or`, `not`, `pi` mean something in every formula; choose another name.";
    /// Input and formula of one name.
    NAME_DEFINED_TWICE = "name-defined-twice", "an input and a formula of the same name",
        "Formulas see inputs and formulas alike by their names, so each name stands for one of them.";
    /// Two variants of one name.
    VARIANT_DEFINED_TWICE = "variant-defined-twice", "two variants whose names differ at most in case",
        "Variants become file names and rows of tables, so their names must differ by more than case. The scenario as written is a variant \
too: `base`, unless the header's `variant` names it.";
    /// A sweep of two forms.
    SWEEP_OF_TWO_FORMS = "sweep-of-two-forms", "a sweep with axes and a file",
        "A sweep is made of axes, `\"inputs.gpus\" = [8, 16, 32]`, whose every combination becomes a variant; or of a file with `name` and `set`, \
whose every row becomes one. It cannot be both.";
    /// Nothing to sweep.
    SWEEP_EMPTY = "sweep-empty", "a sweep over nothing",
        "A sweep needs an axis, and an axis needs a value: `\"inputs.gpus\" = [8, 16, 32]`.";
    /// Too many combinations.
    SWEEP_TOO_LARGE = "sweep-too-large", "a sweep of more than 100,000 variants",
        "Every combination of the values of all axes becomes a variant that is run. What varies over so many values is better given a distribution.";
    /// A path that is none.
    SWEEP_PATH_MALFORMED = "sweep-path-malformed", "a key of [sweep] that is no path in quotes",
        "An axis is a path in quotes, since it has points in it: `\"inputs.gpus\" = [8, 16]`. Without the quotes TOML reads tables inside tables.";
    /// One thing twice.
    SWEEP_PATH_TWICE = "sweep-path-twice", "two axes that set the same thing",
        "An input that one axis replaces whole has no parameter left for another to set. Two parameters of one input can be two axes.";
    /// A label twice.
    SWEEP_LABEL_TWICE = "sweep-label-twice", "an axis with the same value or label twice",
        "Values and labels become names of variants, which must differ by more than case.";
    /// A value without a label.
    SWEEP_VALUE_WITHOUT_LABEL = "sweep-value-without-label", "a value of an axis that cannot be a name",
        "Numbers name the variants themselves. A formula or a distribution needs a label: `\"inputs.grid\" = { west = { distribution = … } }`.";
    /// An unknown format.
    UNKNOWN_FORMAT = "unknown-format", "a version of the language that does not exist",
        "`format` is the version of the scenario language. There is one so far: 1.";
    /// Neither value nor distribution.
    INPUT_WITHOUT_DEFINITION = "input-without-definition", "an input with neither value nor distribution",
        "An input is a constant, `{ value = 46, unit = \"W\" }`, or a distribution, `{ distribution = \"uniform\", min = 40, max = 50, unit = \"W\" }`.";
    /// More than one of them.
    INPUT_DEFINED_TWICE = "input-defined-twice", "an input with more than one definition",
        "An input has exactly one of `value`, `distribution` and `catalog`.";
    /// No such family.
    UNKNOWN_DISTRIBUTION = "unknown-distribution", "a distribution that does not exist",
        "`montecarbon list distributions` prints the families with their parameters.";
    /// Parameters missing.
    PARAMETER_MISSING = "parameter-missing", "a distribution without a parameter it needs",
        "Each family can be written in one of several ways, each with its own keys; `montecarbon list distributions` prints them.";
    /// Two ways of writing mixed.
    PARAMETERS_MIXED = "parameters-mixed", "parameters of two ways of writing one distribution",
        "Each family can be written in one of several ways, and the keys of one entry must belong to one of them: a lognormal has a `gsd` or an \
`sd`, not both.";
    /// Bounds that are no pair.
    TRUNCATION_LENGTH = "truncation-length", "a truncation with more or fewer than two bounds",
        "`truncate` is a lower and an upper bound: exactly two numbers, `inf` or `-inf` for a side that stays open.";
    /// Beta bounds.
    BETA_BOUNDS_MISSING = "beta-bounds-missing", "a beta distribution with a unit but without its bounds",
        "A beta distribution lies between 0 and 1 unless `min` and `max` say otherwise. With a unit this is rarely meant: in per cent the bounds are \
0 and 100. So with any unit but `1` both must be written.";
    /// Truncating a constant.
    TRUNCATION_OF_CONSTANT = "truncation-of-constant", "truncation of a constant",
        "`truncate` cuts the tails off a distribution. A constant has none: remove `truncate`, or give the input a distribution.";
    /// Mass removed.
    TRUNCATION_REMOVES_MASS = "truncation-removes-mass", "a truncation that removes a part of the distribution",
        "The parameters describe the distribution before truncation; what lies outside the bounds is removed and the rest scaled up. The share \
removed is told so that a bound in the wrong unit is noticed.";
    /// More than there is.
    HALF_WIDTH_ABOVE_MEAN = "half-width-above-mean", "a relative half width of more than the mean itself",
        "`relative_half_width` is a fraction of the mean: 0.1 is ±10 %. With more than 1 the interval reaches to both sides of zero.";
    /// More work than there is.
    UTILIZATION_ABOVE_ONE = "utilization-above-one", "a utilization that may be above one",
        "A utilization is the share of the time, or of the power, that a machine is used: no more than 1, or 100 %. Bound it by `truncate = [0, 1]`, or draw it \
from a `beta` or a `pert`. Where more than one is meant, give the input a name without `utilization`.";
    /// No such reference.
    UNKNOWN_REFERENCE = "unknown-reference", "a source that is not in [references]",
        "`source` is a key of [references], a list of keys, or a text with a space in it. A word without a space must be a key.";
    /// No such name.
    UNKNOWN_NAME = "unknown-name", "a name that is neither an input nor a formula",
        "Formulas and outputs refer to inputs and formulas of the file by name, in any order; names are case-sensitive.";
    /// A cycle.
    FORMULA_CYCLE = "formula-cycle", "formulas that need each other",
        "A formula cannot need its own result, directly or through others. Break the circle by solving it, or by making one of them an input.";
    /// Dimensions differ.
    DIMENSION_MISMATCH = "dimension-mismatch", "quantities of different dimensions where they must be equal",
        "Sums, differences, comparisons, `min`, `max`, `if` and `clamp` need quantities that measure the same, and an output must measure what its \
unit measures. The complaint names both dimensions and the factor between them: where `time` is missing, a power was probably taken for an energy.";
    /// A dimension where a pure number is needed.
    DIMENSION_NOT_PURE = "dimension-not-pure", "a quantity with a dimension where a pure number is needed",
        "Exponentials, logarithms, rounding, angles, exponents and conditions need pure numbers. Divide by a quantity of the same dimension first: \
`ceil(x / 1 GPU) * 1 GPU`.";
    /// An exponent that varies.
    EXPONENT_NOT_CONSTANT = "exponent-not-constant", "a variable exponent of a quantity with a dimension",
        "The dimension of `x ^ y` would change from trial to trial. Make the exponent a number, or the base a pure number: `(x / 1 kWh) ^ y`.";
    /// An exponent without sense.
    DIMENSION_OUT_OF_RANGE = "dimension-out-of-range", "a dimension with an exponent beyond all sense",
        "Exponents of dimensions are fractions of at most 1000 in size. Nothing physical comes near: probably a formula multiplies something too often.";
    /// Knots that vary.
    KNOT_NOT_CONSTANT = "knot-not-constant", "an abscissa of interpolate that is not a constant",
        "The x1, x2, … of `interpolate(x, x1, y1, x2, y2)` are numbers with units; the y1, y2, … may be anything.";
    /// Knots out of order.
    KNOTS_NOT_RISING = "knots-not-rising", "abscissae of interpolate that do not rise",
        "The x1, x2, … of `interpolate(x, x1, y1, x2, y2)` must be strictly rising.";
    /// Bounds the wrong way round.
    CLAMP_BOUNDS_REVERSED = "clamp-bounds-reversed", "a clamp whose lower bound is above its upper one",
        "`clamp(x, lower, upper)` holds x between its bounds: with the lower one above the upper one the result would be the upper one, whatever x is.";
    /// Nothing to report.
    NO_OUTPUTS = "no-outputs", "a scenario without outputs",
        "[outputs] says what is reported and in which unit: `emissions = \"kgCO2e/day\"`, where `emissions` is a formula or an input.";
    /// An input nobody uses.
    UNUSED_INPUT = "unused-input", "an input that no output depends on",
        "The input has no influence on any output of any variant. Often a formula still holds a number in its place, or a name has a typing error.";
    /// A formula nobody uses.
    UNUSED_FORMULA = "unused-formula", "a formula that no output depends on",
        "The formula has no influence on any output of any variant. List it in [outputs], or remove it.";
    /// An import nobody uses.
    UNUSED_IMPORT = "unused-import", "an import that no output depends on",
        "None of its names is used by an output of any variant. Write one in a formula, `training.emissions`, or remove the import.";
    /// A file that cannot be imported.
    IMPORT_UNREADABLE = "import-unreadable", "an imported file that cannot be read",
        "The path of an import is relative to the folder of the file that imports it.";
    /// Files that import each other.
    IMPORT_CYCLE = "import-cycle", "files that import each other",
        "A file cannot be made of itself. Move what both need to a third file that both import.";
    /// Too much.
    IMPORTS_TOO_LARGE = "imports-too-large", "imports of too many files or quantities",
        "Files that import one another may be 50 deep, and bring 100,000 inputs and operations together. A file that is imported twice at \
every level doubles at each.";
    /// A binding to nothing.
    IMPORT_BINDS_NOTHING = "import-binds-nothing", "a binding of an input that the imported file does not have",
        "`training = { file = \"training.toml\", inputs = { pue = \"pue\" } }` puts the quantity `pue` of this file in the place of the input \
`pue` of the other. Its formulas are its own.";
    /// A variant that replaces what is not there.
    REPLACES_NOTHING = "replaces-nothing", "a variant that replaces something the scenario does not have",
        "A variant replaces inputs and formulas that the scenario as written has (a formula may stand in for an input, and the reverse). Add it to \
the scenario itself first.";
    /// A number without a unit to be in.
    NUMBER_WITHOUT_UNIT = "number-without-unit", "a bare number that replaces a formula",
        "A bare number at an input's name is that value in the unit the input has. A formula has no unit: write `{ value = 1, unit = \"kWh\" }`.";
    /// Neither value nor interval.
    OBSERVED_WITHOUT_VALUE = "observed-without-value", "an observation with neither value nor interval",
        "An entry of [[observed]] says what was measured: a number, `value = 914`, or a band, `interval = [700, 914]`, in its `unit`.";
    /// Both of them.
    OBSERVED_DEFINED_TWICE = "observed-defined-twice", "an observation with both a value and an interval",
        "An entry of [[observed]] has exactly one of `value` and `interval`. Write two entries where two things were measured.";
    /// A band that is none.
    OBSERVED_BAND = "observed-band", "an observed band that is not a lower and an upper number",
        "`interval` of an observation is the lower and the upper end of what was measured: exactly two numbers, the smaller one first.";
    /// An assertion that is none.
    ASSERTION_MALFORMED = "assertion-malformed", "an assertion that cannot be read",
        "`that` of an entry of [[assert]] compares a number of the results with a bound by <, <=, > or >=: a statistic of an output (mean, median, sd, cv, \
interval_low, interval_high, p95 or q0.95), `p95(emissions) < 10 tCO2e/yr`; the probability that an output lies beyond a threshold, \
`P(emissions > 10 tCO2e/yr) < 5 %`; or the probability that one variant lies below another, trial by trial, `P(west < east) > 0.9` or, where there are \
several outputs, `P(emissions: west < east) > 0.9`.";
    /// Twice the same.
    OBSERVED_TWICE = "observed-twice", "two observations of one output with the same name",
        "The rows of `observed.csv` are told apart by name and output, so two observations of one output in one variant need two names.";
    /// An output that is none.
    NOT_AN_OUTPUT = "not-an-output", "an observation of, or a decision by, something that is not reported",
        "`output` of an entry of [[observed]], `minimise` of [decision] and what an entry of [[assert]] is about are names from [outputs].";
    /// A variant that is none.
    UNKNOWN_VARIANT = "unknown-variant", "a variant that does not exist",
        "`variant` of an entry of [[observed]] or [[assert]], `variants` of [decision], and what `P(west < east)` compares are the name of a variant, or a list of them: those of [variants], and the scenario as written (`base`, unless the header's `variant` names it). Left out, it means every variant.";
    /// An input twice.
    INPUT_IN_TWO_GROUPS = "input-in-two-groups", "an input in two groups, or twice in one",
        "The entries of [groups] do not overlap: what each explains would be counted twice.";
    /// A part of what is drawn together.
    GROUP_SPLITS_DRAWS = "group-splits-draws", "a group with some of the inputs that are drawn together",
        "The shares of one entry of [shares], and the columns of one data file, are drawn in one go: no measure can tell them apart, so a group has all of them or none.";
    /// One alternative.
    DECISION_WITHOUT_CHOICE = "decision-without-choice", "a decision with only one alternative",
        "[decision] is between variants: all, or those that `variants` names; and, where `threshold` is given, something known that has so much of the output.";
    /// A variant twice.
    DECISION_VARIANT_TWICE = "decision-variant-twice", "an alternative of a decision named twice",
        "`variants` of [decision] names each variant to choose from once.";
    /// Too many.
    DECISION_TOO_LARGE = "decision-too-large", "a decision with too many alternatives",
        "A decision is between at most 64 alternatives; `variants` names those that are to be chosen from.";
    /// No such entry.
    UNKNOWN_CATALOG_ENTRY = "unknown-catalog-entry", "an entry that the catalog does not have",
        "`montecarbon list catalog PATTERN` finds entries, such as `grid_intensity/azure/westus`.";
    /// Rows that are not of one thing.
    CATALOG_ROWS_DISAGREE = "catalog-rows-disagree", "rows of the catalog that are not values of one thing",
        "Several rows become the values of one discrete distribution only where they agree in accounting, basis and boundary: an average and a marginal grid factor, or a rated and an idle power, are different quantities, and choosing between them is a variant. Narrow the rows by `where`.";
    /// Nothing left.
    CATALOG_WITHOUT_ROWS = "catalog-without-rows", "a `catalog` without an entry, or a `where` that no row of it fits",
        "`catalog` names one entry or a list of them. `where = { accounting = \"average\", year = 2023 }` keeps the rows that have all these properties: `accounting`, `basis`, `boundary`, `year` and `source`. `montecarbon list catalog PATTERN` prints them.";
    /// `where` without it.
    KEY_WITHOUT_CATALOG = "key-without-catalog", "a key for the catalog in an input that does not use it",
        "`where` narrows the rows that `catalog` names.";
    /// A file among the components.
    DATA_FILE_IN_A_MIXTURE = "data-file-in-a-mixture", "a component of a mixture that is drawn from a data file",
        "Inputs that name one data file take the same row of it. A component of a mixture is drawn only sometimes, so its row would be no row that \
others could take. Write the mixed rows into the file, with a column of weights.";
    /// Shared with a file.
    DATA_FILE_SHARED_DRAWS = "data-file-shared-draws", "`draws = \"shared\"` where a data file is drawn from",
        "The rows of a data file are drawn by the file's path: whatever names it takes the same row, in every variant. There is no other quantile to \
share with it.";
    /// One row in two ways.
    DATA_ROWS_DISAGREE = "data-rows-disagree", "inputs that take the same rows of a data file in different ways",
        "Inputs that name one data file are columns of one table: a row is drawn, and each takes its number from it. So the row is drawn with one \
set of weights, and is one kind: `uncertainty` or `variability`.";
    /// Too few trials.
    TRIALS_OUT_OF_RANGE = "trials-out-of-range", "a number of trials that cannot be run",
        "At least 2 trials are needed for a spread; 100,000 and more for digits worth printing. At most 50 billion can be run.";
    /// A seed that does not fit.
    SEED_OUT_OF_RANGE = "seed-out-of-range", "a seed that does not fit",
        "A seed is a whole number from 0 to 18446744073709551615.";
    /// A probability outside (0, 1).
    PROBABILITY_OUT_OF_RANGE = "probability-out-of-range", "a probability that is not between 0 and 1",
        "Levels and quantiles are probabilities strictly between 0 and 1: 95 % is written 0.95.";
    /// A quantile twice.
    QUANTILE_TWICE = "quantile-twice", "a quantile asked for twice",
        "Each probability in `quantiles` gives one row; write it once.";
    /// No such sampler.
    UNKNOWN_SAMPLER = "unknown-sampler", "a sampler that does not exist",
        "`montecarbon list samplers` prints the samplers.";
    /// Too few or many replicates.
    REPLICATES_OUT_OF_RANGE = "replicates-out-of-range", "a number of replicates outside 24 to 48",
        "The error of every number comes from 24 to 48 independent replicates: with fewer it is not known well, with more each is too short.";
    /// Shares without a sum of one.
    SHARES_NOT_ONE = "shares-not-one", "mean shares that do not sum to 1",
        "The `mean` of an entry of [shares] is what each share is on average, as a fraction: together they are the whole, so they sum to 1.";
    /// A share that is none.
    SHARE_NOT_POSITIVE = "share-not-positive", "a mean share that is not above zero",
        "A share that may occur has a mean above zero; leave out one that cannot.";
    /// One share.
    SHARES_TOO_FEW = "shares-too-few", "an entry of [shares] with fewer than two shares",
        "Shares are parts of a whole: `[shares.mix]` with `mean = { coal = 0.4, gas = 0.4, wind = 0.2 }` makes the inputs `mix_coal`, `mix_gas` and `mix_wind`.";
    /// No concentration.
    CONCENTRATION_NOT_POSITIVE = "concentration-not-positive", "a concentration that is not above zero",
        "`concentration` says how close the shares are to their means: the standard deviation of one of mean m is √(m (1 − m) / (concentration + 1)). It is above zero.";
    /// One share replaced.
    SHARE_REPLACED_ALONE = "share-replaced-alone", "a variant that replaces one share of several",
        "Shares sum to one, so none can be replaced without the others. Replace the formulas that use them, or write the variant as a file of its own.";
    /// Not two inputs.
    CORRELATION_NOT_A_PAIR = "correlation-not-a-pair", "a correlation that is not between two inputs",
        "Each entry of `[[correlations]]` is between exactly two different inputs: `inputs = [\"utilization\", \"requests\"]`. Three inputs that depend on \
each other are three entries.";
    /// Not one number.
    CORRELATION_NOT_ONE_NUMBER = "correlation-not-one-number", "a correlation with both of spearman and gaussian, or neither",
        "A correlation is given by `spearman`, the rank correlation, which holds whatever the distributions are; or by `gaussian`, the parameter of the \
Gaussian copula itself. For continuous inputs spearman = 6/π · asin(gaussian / 2).";
    /// Too large.
    CORRELATION_OUT_OF_RANGE = "correlation-out-of-range", "a correlation that is not between -1 and 1",
        "Correlations are between -1 and 1: 60 % is written 0.6.";
    /// Twice.
    CORRELATION_TWICE = "correlation-twice", "two correlations between the same two inputs",
        "A pair of inputs has one correlation; the order of the two does not matter. A variant replaces it with `[[variants.NAME.correlations]]`.";
    /// Of a constant.
    CORRELATION_WITHOUT_DISTRIBUTION = "correlation-without-distribution", "a correlation with something that has no distribution",
        "Only inputs with a distribution of their own can be correlated: a constant does not vary, a formula depends on what its inputs depend on, \
a share depends on the other shares already, and the rows of a data file are drawn as they are.";
    /// Between two kinds.
    KINDS_CORRELATED = "kinds-correlated", "a correlation between what varies and what is not known, in a nested run",
        "A nested run holds what is not known fixed while it goes through what varies, so the two cannot depend on each other: `kind = \"variability\"` \
and `kind = \"uncertainty\"` (the default) have no correlation there. A plain run mixes both and has it.";
    /// Impossible together.
    CORRELATIONS_CONTRADICT = "correlations-contradict", "correlations that cannot hold together",
        "If a goes with b, and b with c, then a cannot go against c: the matrix of the correlations must be positive semidefinite, and its smallest \
eigenvalue is below zero. Pairs that are not listed are independent, which is a statement too. The complaint names a smallest set of inputs that \
contradict each other, and the entries of the nearest matrix that is possible (Higham 2002).";
}
