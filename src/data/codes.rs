//! The complaints about data files and what names them.

use crate::diagnostic::codes;

codes! {
    /// A data file that cannot be read.
    DATA_FILE_UNREADABLE = "data-file-unreadable", "a data file cannot be read",
        "`file` is a path relative to the folder of the scenario (of the working directory, when the scenario comes by standard input): \
`file = \"data/requests.csv\"`.";
    /// A data file without rows.
    DATA_WITHOUT_ROWS = "data-without-rows", "a data file has no header line or no row below it",
        "A data file is a table: one header line with the names of the columns, and below it one line a row, with commas between the cells.";
    /// A column of that name does not exist.
    UNKNOWN_COLUMN = "unknown-column", "a data file has no column of that name",
        "`column` and `weight_column` name columns of the file's header line, letter by letter.";
    /// Two columns of one name.
    COLUMN_REPEATED = "column-repeated", "two columns of a data file have the same name",
        "A column is found by its name in the header line, so every name stands there once.";
    /// A row of another length.
    ROW_LENGTH = "row-length", "a row of a data file has more or fewer cells than the header line",
        "Every row has as many cells as the header line. A comma inside a cell needs quotes around the cell; a decimal comma is no number: write a point.";
    /// A cell that is no number.
    CELL_NOT_A_NUMBER = "cell-not-a-number", "a cell of a data file is empty or not a finite number",
        "Every cell of a column that is used is a number such as `12`, `0.5` or `1.2e-3`. A row whose value is not known has to be left out, or \
given a value: which of the two is right depends on why it is missing, so it is not done silently.";
    /// A negative weight.
    DATA_WEIGHT_NEGATIVE = "data-weight-negative", "a weight in a data file is negative",
        "The cells of `weight_column` say how often each row is drawn beside the others: zero (never) or more.";
    /// No weight above zero.
    DATA_WEIGHTS_ZERO = "data-weights-zero", "no weight in a data file is above zero",
        "With weights that are all zero no row could be drawn. Leave out `weight_column` for rows that count alike.";
}
