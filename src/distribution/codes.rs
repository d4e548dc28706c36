//! The kinds of complaint about a distribution's parameters.

use crate::diagnostic::Code;

macro_rules! codes {
    ($($constant:ident = $name:literal, $summary:literal, $explanation:literal;)*) => {
        $(
            #[doc = $summary]
            pub static $constant: Code = Code { name: $name, summary: $summary, explanation: $explanation };
        )*
        /// Every code of this room.
        pub static CODES: &[&Code] = &[$(&$constant),*];
    };
}

codes! {
    NUMBER_NOT_FINITE = "number-not-finite",
        "a parameter is not a finite number",
        "A parameter of a distribution is a finite number: `nan` and `inf` say nothing that can be sampled. Only `truncate` takes `inf`, for a side that is left open: `truncate = [0, inf]`.";
    PARAMETER_TOO_EXTREME = "parameter-too-extreme",
        "a parameter is outside what can be computed in double precision",
        "The parameter is so large or so small that the distribution cannot be told from a constant, or its values leave the range of a double. Write a constant (`value = …`), or use another unit so that the numbers are of ordinary size.";
    RANGE_EMPTY = "range-empty",
        "min is not below max",
        "The values of the distribution lie between `min` and `max`, so `min` must be below `max`: `min = 1.10, max = 1.35`. For a fixed number write `value = 1.10`.";
    RANGE_NOT_POSITIVE = "range-not-positive",
        "a distribution over the logarithm has a bound that is not above zero",
        "`loguniform` spreads evenly over the logarithm, which exists for positive numbers only: `min = 0.01, max = 10`.";
    MODE_OUTSIDE_RANGE = "mode-outside-range",
        "mode is not between min and max",
        "The most likely value must lie in the range, its ends included: `min = 1.10, mode = 1.18, max = 1.35`.";
    SD_NOT_POSITIVE = "sd-not-positive",
        "a standard deviation is not above zero",
        "A standard deviation is above zero. For a number that is certain write `value = …` instead of a distribution.";
    CV_NOT_POSITIVE = "cv-not-positive",
        "a coefficient of variation is not above zero",
        "`cv` is the standard deviation over the mean, a fraction above zero: `cv = 0.1` for 10 %.";
    MEAN_ZERO = "mean-zero",
        "a relative spread is given for a mean of zero",
        "`cv` and `relative_half_width` are fractions of the mean; of a mean of zero they are zero. Give `sd`, or `half_width` with `level`.";
    MEAN_NOT_POSITIVE = "mean-not-positive",
        "the mean of a distribution of positive values is not above zero",
        "Every value of this distribution is positive (or, for counts, not negative), so its mean is above zero.";
    MEDIAN_NOT_POSITIVE = "median-not-positive",
        "the median of a distribution of positive values is not above zero",
        "Every value of a lognormal distribution is positive, so its median is above zero: `median = 230, gsd = 1.2`.";
    GSD_NOT_ABOVE_ONE = "gsd-not-above-one",
        "a geometric standard deviation is not above one",
        "A geometric standard deviation is a factor: 1.2 says that about 68 % of the values lie between the median divided by 1.2 and times 1.2. `gsd2` is its square, as inventories give it. Both are above 1.";
    HALF_WIDTH_NOT_POSITIVE = "half-width-not-positive",
        "the half-width of an interval is not above zero",
        "`half_width` is the number after ±, `relative_half_width` the same as a fraction of the mean (0.1 for ±10 %); both are above zero.";
    LEVEL_OUTSIDE_UNIT_INTERVAL = "level-outside-unit-interval",
        "a level is not strictly between 0 and 1",
        "`level` is the share of the values inside the interval: 0.90 or 0.95. It is not a percentage and not the share outside.";
    PROBABILITY_OUTSIDE_UNIT_INTERVAL = "probability-outside-unit-interval",
        "a probability is not between 0 and 1",
        "A probability is a fraction between 0 and 1: `p = 0.3`, not 30.";
    SHAPE_NOT_POSITIVE = "shape-not-positive",
        "a shape parameter is not above zero",
        "Shape parameters (`alpha`, `beta`, `shape`, `df`, `size`) are above zero.";
    SCALE_NOT_POSITIVE = "scale-not-positive",
        "a scale or rate is not above zero",
        "`scale` stretches the distribution and `rate` is one over it; both are above zero.";
    INTERVAL_LENGTH = "interval-length",
        "an interval does not have two numbers",
        "`interval = [low, high]` with `level` is a central interval: with `level = 0.90`, 5 % of the values lie below `low` and 5 % above `high`.";
    INTERVAL_NOT_ORDERED = "interval-not-ordered",
        "the ends of an interval are not in rising order",
        "`interval = [low, high]` needs `low` below `high`.";
    INTERVAL_NOT_POSITIVE = "interval-not-positive",
        "an interval of a distribution of positive values reaches zero or below",
        "Every value of this distribution is positive, so both ends of `interval` are above zero. For a quantity that may be negative use `normal`.";
    VALUES_EMPTY = "values-empty",
        "a discrete distribution has no values",
        "`discrete` needs at least one value: `values = [8, 16, 32]`.";
    WEIGHTS_LENGTH = "weights-length",
        "there are not as many weights as values",
        "`weights` gives one number a value, in the order of `values`; without it all weigh the same.";
    WEIGHT_NOT_POSITIVE = "weight-not-positive",
        "a weight is not above zero",
        "Weights are above zero; they need not add to one. Leave out a value that cannot occur.";
    COUNT_NOT_WHOLE = "count-not-whole",
        "a number of trials is not a whole number",
        "`n` counts trials: a whole number, 1 or more.";
    DISPERSION_NOT_POSITIVE = "dispersion-not-positive",
        "a dispersion is not above zero",
        "`dispersion` is how much the variance exceeds that of a Poisson distribution, in units of the squared mean: variance = mean + dispersion · mean². It is above zero; for zero use `poisson`.";
    INEXACTNESS_TOO_WIDE = "inexactness-too-wide",
        "the inexactness of the ends is not between zero and half the range",
        "`inexactness` is the ± of each end (JCGM 101, 6.4.3): above zero, and small enough that the two ends do not meet: at most (max − min) / 2.";
    PEDIGREE_SCORE_UNKNOWN = "pedigree-score-unknown",
        "a pedigree is not five scores from 1 to 5",
        "`pedigree = [reliability, completeness, temporal, geographical, technological]`, each a whole number from 1 (best) to 5.";
    PEDIGREE_VERSION_UNKNOWN = "pedigree-version-unknown",
        "the version of the pedigree factors is not 1 or 2",
        "`pedigree_version = 1` takes the factors of expert judgement (ecoinvent 2), `2` the empirical ones (Ciroth et al. 2013). They differ much, so the version must be said.";
    BASIC_GSD2_BELOW_ONE = "basic-gsd2-below-one",
        "the basic uncertainty of a pedigree is below one",
        "`basic_gsd2` is a squared geometric standard deviation, a factor of 1 (none) or more, for example 1.05 for combustion CO2.";
    PEDIGREE_WITHOUT_SPREAD = "pedigree-without-spread",
        "a pedigree of best scores and no basic uncertainty leaves nothing uncertain",
        "All five scores are 1 and `basic_gsd2` is 1, so every value would be the same. Give `basic_gsd2`, or write a constant.";
    TRUNCATION_EMPTY = "truncation-empty",
        "the bounds of a truncation are not in rising order",
        "`truncate = [lower, upper]` keeps the values between its bounds; `lower` must be below `upper`, and `inf` leaves a side open: `truncate = [0, inf]`.";
    TRUNCATION_WITHOUT_MASS = "truncation-without-mass",
        "a truncation leaves nothing of the distribution",
        "Less than 1e-300 of the distribution lies between the bounds of `truncate`. Look at the bounds and at their unit.";
    TRUNCATION_OF_ROWS = "truncation-of-rows",
        "rows of a data file or of the catalog are truncated",
        "`truncate` cuts the tails off a distribution. Rows of a data file are drawn whole, for every input that names the file, and rows of the catalog are chosen by `where`: leave out the ones that are not meant, or bound what is made of them in a formula by `clamp`.";
    TRUNCATION_OF_MANY = "truncation-of-many",
        "a truncation leaves too many single values",
        "A truncated discrete distribution is kept value by value, up to a million of them. Counts in such numbers are as good as continuous: write a `normal` with the same mean and standard deviation.";
    QUANTILES_TOO_FEW = "quantiles-too-few",
        "a metalog with fewer than three quantiles",
        "`metalog` goes through three quantiles or more: `quantiles = [[0.1, 20], [0.5, 30], [0.9, 50]]`, each a probability and the value that it belongs to. With two, write a `normal` or `lognormal` by `interval` and `level`.";
    QUANTILES_NOT_RISING = "quantiles-not-rising",
        "quantiles that do not rise with their probabilities",
        "A larger probability has a larger quantile, and each probability one: `quantiles = [[0.1, 20], [0.5, 30], [0.9, 50]]`. The pairs may be written in any order.";
    QUANTILE_OUTSIDE_BOUNDS = "quantile-outside-bounds",
        "a quantile that is not between the bounds",
        "`bounds` is what no value reaches, so every quantile lies between them. The quantiles of probability 0 and 1 are the bounds themselves.";
    BOUNDS_NOT_ORDERED = "bounds-not-ordered",
        "bounds that are not two numbers in rising order",
        "`bounds = [lower, upper]`, `inf` or `-inf` for a side that is open: `bounds = [0, inf]` for a positive quantity.";
    METALOG_INFEASIBLE = "metalog-infeasible",
        "quantiles that no metalog goes through",
        "A metalog is a sum of terms made to go through the given quantiles (Keelin 2016). Where the quantiles bend too sharply the sum falls somewhere in between, which is a negative density: no distribution. Leave out a quantile, smooth them, or give `bounds` where there are some.";
    COMPONENTS_EMPTY = "components-empty",
        "a mixture has no components",
        "`mixture` needs at least one component, each with its weight and its distribution: `components = [{ weight = 0.9, distribution = \"normal\", mean = 30, sd = 3 }, { weight = 0.1, distribution = \"uniform\", min = 0, max = 100 }]`.";
}
