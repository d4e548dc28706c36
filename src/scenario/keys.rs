//! Which keys each section takes, as data: what the walker checks and what the JSON Schema is made of.

/// What a key's value may be.
#[derive(Debug)]
pub enum Shape {
    /// Text.
    Text,
    /// Text, or a list of texts.
    Texts,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number, not negative.
    Whole,
    /// A number.
    Number,
    /// A list of numbers.
    Numbers,
    /// Text or a number.
    Scalar,
    /// An entry with keys of its own.
    Section(&'static Section),
    /// A list of such entries.
    Sections(&'static Section),
    /// Entries under names of the user's choice, each of this shape.
    Named(&'static Shape),
    /// The values of an axis: a list of them, or a table of labels with a value each.
    Axis,
    /// Either of two.
    Either(&'static Shape, &'static Shape),
}

/// A key of a section.
#[derive(Debug)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What its value may be.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: bool,
    /// One line for the schema.
    pub summary: &'static str,
}

/// What keys besides those listed mean.
#[derive(Debug)]
pub enum Others {
    /// Nothing: they are refused.
    Refused,
    /// Further entries of this shape.
    Are(&'static Shape),
    /// Parameters of a distribution, which the families' table knows.
    Parameters,
}

/// A section: its keys.
#[derive(Debug)]
pub struct Section {
    /// How complaints call it.
    pub name: &'static str,
    /// The keys.
    pub keys: &'static [Key],
    /// What other keys mean.
    pub others: Others,
}

const fn key(name: &'static str, shape: Shape, summary: &'static str) -> Key {
    Key {
        name,
        shape,
        required: false,
        summary,
    }
}

const fn required(name: &'static str, shape: Shape, summary: &'static str) -> Key {
    Key {
        name,
        shape,
        required: true,
        summary,
    }
}

/// Words of `evidence`, best first.
pub static EVIDENCE: &[&str] = &["measured", "published", "vendor", "estimate", "assumption"];
/// Words of `kind`.
pub static KINDS: &[&str] = &["uncertainty", "variability"];

/// The whole file.
pub static ROOT: Section = Section {
    name: "the header",
    keys: &[
        key(
            "format",
            Shape::Whole,
            "The version of the scenario language: 1",
        ),
        key("title", Shape::Text, "One line"),
        key("description", Shape::Text, "What the scenario answers"),
        key(
            "variant",
            Shape::Text,
            "Name of the scenario as written (default \"base\")",
        ),
        key(
            "references",
            Shape::Named(&Shape::Either(&Shape::Text, &Shape::Section(&REFERENCE))),
            "Works cited by key in `source`",
        ),
        key(
            "units",
            Shape::Named(&Shape::Text),
            "Units beyond the built-in ones: a number and a unit, or \"count\"",
        ),
        key(
            "inputs",
            Shape::Named(&Shape::Section(&INPUT)),
            "The inputs",
        ),
        key(
            "formulas",
            Shape::Named(&Shape::Text),
            "The formulas, in any order",
        ),
        key(
            "outputs",
            Shape::Named(&Shape::Either(&Shape::Text, &Shape::Section(&OUTPUT))),
            "What is reported, and in which unit",
        ),
        key(
            "variants",
            Shape::Named(&Shape::Section(&VARIANT)),
            "Alternatives that replace inputs or formulas",
        ),
        key(
            "run",
            Shape::Section(&RUN),
            "Defaults of a run; the command line wins",
        ),
        key(
            "correlations",
            Shape::Sections(&CORRELATION),
            "Dependence between two inputs each",
        ),
        key(
            "shares",
            Shape::Named(&Shape::Section(&SHARES)),
            "Shares that sum to one",
        ),
        key(
            "groups",
            Shape::Named(&Shape::Texts),
            "Inputs that the measures of sensitivity look at together too",
        ),
        key(
            "sweep",
            Shape::Section(&SWEEP),
            "Axes whose combinations become variants",
        ),
        key(
            "imports",
            Shape::Named(&Shape::Either(&Shape::Text, &Shape::Section(&IMPORT))),
            "Other scenario files, whose names are used with the import's before them",
        ),
        key(
            "observed",
            Shape::Sections(&OBSERVED),
            "What was measured, to hold the prediction against",
        ),
        key(
            "assert",
            Shape::Sections(&ASSERTION),
            "What must hold of the results",
        ),
        key(
            "decision",
            Shape::Section(&DECISION),
            "What is to be chosen: for what to know more about first",
        ),
    ],
    others: Others::Refused,
};

/// An entry of `[references]`.
pub static REFERENCE: Section = Section {
    name: "a reference",
    keys: &[
        required("title", Shape::Text, "The title"),
        key("url", Shape::Text, "The address"),
        key("year", Shape::Whole, "The year"),
    ],
    others: Others::Are(&Shape::Scalar),
};

/// An input; the parameters of its distribution come from the families' table.
pub static INPUT: Section = Section {
    name: "an input",
    keys: &[
        key("value", Shape::Number, "A constant"),
        key(
            "distribution",
            Shape::Text,
            "The family of its distribution",
        ),
        key(
            "catalog",
            Shape::Texts,
            "Entries of the catalog of reference data, whose values it takes",
        ),
        key(
            "where",
            Shape::Section(&WHERE),
            "Narrows the rows of the catalog",
        ),
        key(
            "unit",
            Shape::Text,
            "The unit of its numbers (default \"1\")",
        ),
        key("description", Shape::Text, "What it is"),
        key(
            "source",
            Shape::Texts,
            "Keys of [references], or text with a space in it",
        ),
        key(
            "evidence",
            Shape::Word(EVIDENCE),
            "The grade of the evidence",
        ),
        key(
            "kind",
            Shape::Word(KINDS),
            "Not known exactly (uncertainty, the default) or really varying",
        ),
        key(
            "truncate",
            Shape::Numbers,
            "Lower and upper bound, in its unit; inf allowed",
        ),
        key(
            "draws",
            Shape::Word(&["shared"]),
            "shared: the same quantile as the input it replaces",
        ),
    ],
    others: Others::Parameters,
};

/// `where` of an input from the catalog.
pub static WHERE: Section = Section {
    name: "`where`",
    keys: &[
        key("accounting", Shape::Text, "average, marginal or market"),
        key(
            "basis",
            Shape::Text,
            "What the value is of: location, tdp, idle, fleet …",
        ),
        key("boundary", Shape::Text, "What is inside"),
        key("year", Shape::Whole, "The year it holds for"),
        key("source", Shape::Text, "The key of the source"),
    ],
    others: Others::Refused,
};

/// An entry of `[shares]`.
pub static SHARES: Section = Section {
    name: "an entry of [shares]",
    keys: &[
        required(
            "mean",
            Shape::Named(&Shape::Number),
            "The mean of each share; together 1",
        ),
        required(
            "concentration",
            Shape::Number,
            "How close the shares are to their means: the sum of the Dirichlet distribution's parameters",
        ),
        key("description", Shape::Text, "What it is"),
        key(
            "source",
            Shape::Texts,
            "Keys of [references], or text with a space in it",
        ),
        key(
            "evidence",
            Shape::Word(EVIDENCE),
            "The grade of the evidence",
        ),
        key(
            "kind",
            Shape::Word(KINDS),
            "Not known exactly (uncertainty, the default) or really varying",
        ),
    ],
    others: Others::Refused,
};

/// An entry of `[imports]`.
pub static IMPORT: Section = Section {
    name: "an import",
    keys: &[
        required(
            "file",
            Shape::Text,
            "The path of a scenario file, relative to this one",
        ),
        key(
            "variant",
            Shape::Text,
            "Which of its variants (default: the scenario as written)",
        ),
        key(
            "inputs",
            Shape::Named(&Shape::Text),
            "Inputs or formulas of this file that take the places of its inputs",
        ),
    ],
    others: Others::Refused,
};

/// A component of a mixture; the parameters of its distribution come from the families' table.
pub static COMPONENT: Section = Section {
    name: "a component",
    keys: &[
        required(
            "weight",
            Shape::Number,
            "How often, beside the weights of the others",
        ),
        required(
            "distribution",
            Shape::Text,
            "The family of its distribution",
        ),
        key(
            "truncate",
            Shape::Numbers,
            "Lower and upper bound, in the input's unit; inf allowed",
        ),
    ],
    others: Others::Parameters,
};

/// An entry of `[[correlations]]`.
pub static CORRELATION: Section = Section {
    name: "a correlation",
    keys: &[
        required("inputs", Shape::Texts, "The two inputs it is between"),
        key(
            "spearman",
            Shape::Number,
            "Spearman's rank correlation, from -1 to 1",
        ),
        key(
            "gaussian",
            Shape::Number,
            "The parameter of the Gaussian copula instead, from -1 to 1",
        ),
        key(
            "source",
            Shape::Texts,
            "Keys of [references], or text with a space in it",
        ),
        key("description", Shape::Text, "Why they depend on each other"),
    ],
    others: Others::Refused,
};

/// An output.
pub static OUTPUT: Section = Section {
    name: "an output",
    keys: &[
        required("unit", Shape::Text, "The unit to report it in"),
        key("description", Shape::Text, "What it is"),
        key(
            "thresholds",
            Shape::Named(&Shape::Number),
            "Named numbers in its unit whose exceedance is reported",
        ),
    ],
    others: Others::Refused,
};

/// An entry of `[[assert]]`.
pub static ASSERTION: Section = Section {
    name: "an assertion",
    keys: &[
        required(
            "that",
            Shape::Text,
            "A statistic against a bound: p95(emissions) < 10 tCO2e/yr, P(emissions > 10 tCO2e/yr) < 5 % or, of two variants, P(west < east) > 0.9",
        ),
        key("name", Shape::Text, "What the results call it"),
        key("description", Shape::Text, "Why it must hold"),
        key(
            "variant",
            Shape::Texts,
            "The variant, or variants, it is asserted of (default every one)",
        ),
    ],
    others: Others::Refused,
};

/// An entry of `[[observed]]`.
pub static OBSERVED: Section = Section {
    name: "an observation",
    keys: &[
        required("name", Shape::Text, "What the results call it"),
        required("output", Shape::Text, "The output that was observed"),
        key("value", Shape::Number, "The number that was measured"),
        key(
            "interval",
            Shape::Numbers,
            "The lower and upper end of what was measured",
        ),
        key(
            "unit",
            Shape::Text,
            "The unit of its numbers; 1 if left out",
        ),
        key("description", Shape::Text, "What was measured, and how"),
        key(
            "source",
            Shape::Texts,
            "Keys of [references], or text with a space in it",
        ),
        key(
            "evidence",
            Shape::Word(EVIDENCE),
            "The grade of the evidence",
        ),
        key(
            "variant",
            Shape::Texts,
            "The variants it is an observation of (default: every one)",
        ),
    ],
    others: Others::Refused,
};

/// `[decision]`.
pub static DECISION: Section = Section {
    name: "[decision]",
    keys: &[
        required(
            "minimise",
            Shape::Text,
            "The output that is to be as low as can be",
        ),
        key(
            "variants",
            Shape::Texts,
            "The variants to choose from (default: every one)",
        ),
        key(
            "threshold",
            Shape::Number,
            "What a further, known alternative has, in the output's unit",
        ),
    ],
    others: Others::Refused,
};

/// An entry of `[variants]`.
pub static VARIANT: Section = Section {
    name: "a variant",
    keys: &[
        key("description", Shape::Text, "What is different"),
        key(
            "source",
            Shape::Texts,
            "Keys of [references], or text with a space in it",
        ),
        key(
            "inputs",
            Shape::Named(&Shape::Either(&Shape::Number, &Shape::Section(&INPUT))),
            "Inputs that replace others; a bare number keeps the unit",
        ),
        key(
            "formulas",
            Shape::Named(&Shape::Text),
            "Formulas that replace others",
        ),
        key(
            "correlations",
            Shape::Sections(&CORRELATION),
            "Correlations that replace those of the same two inputs, or are added",
        ),
    ],
    others: Others::Refused,
};

/// `[sweep]`.
pub static SWEEP: Section = Section {
    name: "[sweep]",
    keys: &[
        key(
            "file",
            Shape::Text,
            "A data file with a variant in each row, instead of axes",
        ),
        key(
            "name",
            Shape::Texts,
            "The columns of that file that name the variants",
        ),
        key(
            "set",
            Shape::Named(&Shape::Text),
            "What its columns replace: a path and a column each",
        ),
    ],
    others: Others::Are(&Shape::Axis),
};

/// `[run]`.
pub static RUN: Section = Section {
    name: "[run]",
    keys: &[
        key("trials", Shape::Whole, "Number of trials (at least 2)"),
        key("seed", Shape::Whole, "Seed of the random numbers"),
        key(
            "level",
            Shape::Number,
            "Level of the reported intervals, between 0 and 1",
        ),
        key(
            "quantiles",
            Shape::Numbers,
            "Probabilities of the reported quantiles, each between 0 and 1",
        ),
        key("sampler", Shape::Text, "Where the random numbers come from"),
        key(
            "replicates",
            Shape::Whole,
            "Independent replicates, 24 to 48",
        ),
    ],
    others: Others::Refused,
};

impl Section {
    /// The row of a key.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The names of its keys.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.keys.iter().map(|key| key.name)
    }
}

/// Where a key of that name belongs, if it is a key of exactly one place that is easily confused.
pub fn home(name: &str) -> Option<&'static str> {
    if RUN.key(name).is_some() {
        Some("[run]")
    } else if matches!(name, "title" | "format" | "variant") {
        Some("the header, above the first [section]")
    } else {
        None
    }
}
