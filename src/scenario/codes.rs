//! The complaints about the file as written.

use crate::diagnostic::codes;

codes! {
    /// Bytes that are not UTF-8.
    INVALID_UTF8 = "invalid-utf8", "the file is not UTF-8",
        "Scenario files are UTF-8 text (a byte order mark is fine). Save the file again with that encoding.";
    /// A file too large to be meant.
    FILE_TOO_LARGE = "file-too-large", "the file is larger than a scenario can be",
        "A scenario file may have at most 64 MiB. Data belongs in a CSV file beside it.";
    /// Nothing in the file.
    EMPTY_FILE = "empty-file", "the file holds no scenario",
        "The file is empty, or holds comments only. `montecarbon init` writes a small scenario to start from.";
    /// Not TOML.
    TOML_SYNTAX = "toml-syntax", "the text is not TOML",
        "The file is TOML (https://toml.io): `key = value` lines under `[section]` headers; text stands in quotes, lists in brackets. \
Often a quote or a bracket is missing on the line before.";
    /// Keys nested without end.
    KEY_TOO_DEEP = "key-too-deep", "a key with more parts than any scenario has",
        "A dotted key such as `inputs.grid.median` has at most 16 parts.";
    /// A key written twice.
    DUPLICATE_KEY = "duplicate-key", "a key written twice in one table",
        "Every key stands once in its table: the second of two inputs, formulas or parameters of one name would silently win. \
Remove one of them, or rename it.";
    /// A section written twice.
    DUPLICATE_SECTION = "duplicate-section", "a section header written twice",
        "A header such as `[inputs]` stands once in a file. Move the lines below the second header up below the first; \
a longer entry has a header of its own, `[inputs.grid]`.";
    /// A key that means nothing there.
    UNKNOWN_KEY = "unknown-key", "a key that means nothing at this place",
        "Nothing in a scenario is ignored, so a key with a typing error is refused rather than left without effect.";
    /// A key of another section.
    KEY_IN_WRONG_SECTION = "key-in-wrong-section", "a key that belongs to another section",
        "In TOML every line belongs to the last `[header]` above it. Header keys such as `title` stand before the first header; \
`trials`, `seed`, `level` … stand below `[run]`.";
    /// An input inside an input.
    INPUT_INSIDE_INPUT = "input-inside-input", "an input written inside another input",
        "In TOML every line belongs to the last `[header]` above it, so a one-line input below `[inputs.grid]` is read as part of `grid`. \
Write the one-line inputs first, directly below `[inputs]`, and the longer `[inputs.name]` entries after them.";
    /// A value of the wrong type.
    WRONG_TYPE = "wrong-type", "a value of another type than its key takes",
        "Text stands in quotes, numbers do not; a list stands in brackets and an entry with keys of its own in braces.";
    /// A key that must be there.
    MISSING_KEY = "missing-key", "an entry without a key it must have",
        "Some entries make no sense without a certain key: an output without its unit, a reference without its title.";
    /// A word outside the list.
    UNKNOWN_WORD = "unknown-word", "a word that is not one of those the key takes",
        "Some keys take one of a few words: `evidence` is measured, published, vendor, estimate or assumption; `kind` is uncertainty or \
variability; `draws` is shared.";
    /// A number outside what a double holds.
    NUMBER_OUT_OF_RANGE = "number-out-of-range", "a number too large, too small or too long to compute with",
        "Numbers are computed with as doubles: sizes from about 1e-308 to 1e308. A number outside them is a typing error or a matter \
of units (`2.5 Gt` instead of a number of grams).";
    /// An edit of the command line that cannot be read.
    EDIT_MALFORMED = "edit-malformed", "a --set that is not PATH=VALUE",
        "`--set` takes a path and a TOML value: `--set inputs.grid=300`, `--set inputs.grid.median=200`, \
`--set 'formulas.energy=\"power * hours\"'`, `--set 'inputs.grid={ distribution = \"uniform\", min = 1, max = 2, unit = \"gCO2e/kWh\" }'`.";
    /// An edit of something the file does not have.
    EDIT_OF_NOTHING = "edit-of-nothing", "a path to something the file does not have",
        "`--set` and the axes of [sweep] change an input or a formula that the file has: `inputs.NAME`, `inputs.NAME.PARAMETER` or `formulas.NAME`.";
    /// A formula without anything in it.
    EMPTY_FORMULA = "empty-formula", "a formula without anything in it",
        "A formula is an expression over inputs and other formulas: `energy = \"power * hours\"`.";
    /// A formula that cannot be read.
    FORMULA_SYNTAX = "formula-syntax", "a formula that cannot be read",
        "A formula is made of numbers with units (`24 h`), names, `+ - * / ^`, comparisons, `and or not`, parentheses and functions: \
`if(load > 0.5, full_power, idle_power)`.";
    /// A character no formula has.
    UNEXPECTED_CHARACTER = "unexpected-character", "a character that has no meaning in a formula",
        "Formulas use `* / ^` for products, quotients and powers, `and or not` for logic and `.` as the decimal point.";
    /// A parenthesis without its partner.
    UNBALANCED_PARENTHESIS = "unbalanced-parenthesis", "a parenthesis without its partner",
        "Every `(` needs its `)`. In a long formula the place shown may be far from the slip: giving parts names of their own makes it easy to see.";
    /// Two operands side by side.
    MISSING_OPERATOR = "missing-operator", "two operands without an operator between them",
        "A product is written with `*`: `gpus * power`. Only a unit follows its number without an operator: `24 h`.";
    /// a < b < c.
    CHAINED_COMPARISON = "chained-comparison", "comparisons in a chain",
        "`a < b < c` would compare the 1 or 0 of `a < b` with c. Write `a < b and b < c`.";
    /// Not a function.
    UNKNOWN_FUNCTION = "unknown-function", "a function that does not exist",
        "`montecarbon list functions` prints the functions of formulas.";
    /// A function with the wrong number of arguments.
    WRONG_ARGUMENT_COUNT = "wrong-argument-count", "a function with the wrong number of arguments",
        "`montecarbon list functions` prints what each function takes. `interpolate` takes x and then pairs: `interpolate(x, x1, y1, x2, y2)`.";
    /// A function's name without its arguments.
    FUNCTION_WITHOUT_ARGUMENTS = "function-without-arguments", "a function's name without its arguments",
        "A function stands before its arguments in parentheses: `sqrt(x)`. Names of functions cannot be names of inputs.";
    /// A unit without a number.
    UNIT_WITHOUT_NUMBER = "unit-without-number", "a unit that does not follow a number",
        "In a formula a unit belongs to the number before it: `energy / (24 h)`, `ceil(x / 1 GPU)`.";
    /// Nested too deep.
    FORMULA_TOO_DEEP = "formula-too-deep", "a formula nested too deeply",
        "Parentheses, functions and chains of prefix operators or powers may be nested 200 deep in one formula. Give parts names of their own.";
    /// Too long.
    FORMULA_TOO_LONG = "formula-too-long", "a formula that is too long",
        "One formula may have at most a million characters and a quarter million numbers, names and operators. Give parts names of their own.";
}
