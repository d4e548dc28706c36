//! The table of functions, read by the parser, `list functions` and the did-you-mean.

/// What a function computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum FunctionKind {
    If,
    Minimum,
    Maximum,
    Clamp,
    Interpolate,
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
    Atan2,
}

/// A row of the table.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How it is called.
    pub signature: &'static str,
    /// One line.
    pub summary: &'static str,
    /// What it computes.
    pub kind: FunctionKind,
    /// Arguments, at least.
    pub fewest: usize,
    /// Arguments, at most.
    pub most: usize,
}

const fn row(
    name: &'static str,
    kind: FunctionKind,
    fewest: usize,
    most: usize,
    signature: &'static str,
    summary: &'static str,
) -> Function {
    Function {
        name,
        signature,
        summary,
        kind,
        fewest,
        most,
    }
}

/// Every function.
pub static FUNCTIONS: &[Function] = &[
    row(
        "if",
        FunctionKind::If,
        3,
        3,
        "if(condition, a, b)",
        "a where the condition is not zero, else b; a and b of one dimension",
    ),
    row(
        "min",
        FunctionKind::Minimum,
        1,
        usize::MAX,
        "min(a, b, …)",
        "the smallest; all of one dimension",
    ),
    row(
        "max",
        FunctionKind::Maximum,
        1,
        usize::MAX,
        "max(a, b, …)",
        "the largest; all of one dimension",
    ),
    row(
        "clamp",
        FunctionKind::Clamp,
        3,
        3,
        "clamp(x, lower, upper)",
        "x held between the bounds; all of one dimension",
    ),
    row(
        "abs",
        FunctionKind::Abs,
        1,
        1,
        "abs(x)",
        "size without sign",
    ),
    row(
        "sqrt",
        FunctionKind::Sqrt,
        1,
        1,
        "sqrt(x)",
        "square root; of the dimension too",
    ),
    row(
        "exp",
        FunctionKind::Exp,
        1,
        1,
        "exp(x)",
        "e to the power of a pure number",
    ),
    row(
        "ln",
        FunctionKind::Ln,
        1,
        1,
        "ln(x)",
        "natural logarithm of a pure number",
    ),
    row(
        "log10",
        FunctionKind::Log10,
        1,
        1,
        "log10(x)",
        "decimal logarithm of a pure number",
    ),
    row(
        "floor",
        FunctionKind::Floor,
        1,
        1,
        "floor(x)",
        "largest whole number not above a pure number",
    ),
    row(
        "ceil",
        FunctionKind::Ceil,
        1,
        1,
        "ceil(x)",
        "smallest whole number not below a pure number: ceil(x / 1 GPU) * 1 GPU",
    ),
    row(
        "round",
        FunctionKind::Round,
        1,
        1,
        "round(x)",
        "nearest whole number of a pure number, halves to the even one",
    ),
    row(
        "sin",
        FunctionKind::Sin,
        1,
        1,
        "sin(x)",
        "sine of an angle in radians",
    ),
    row(
        "cos",
        FunctionKind::Cos,
        1,
        1,
        "cos(x)",
        "cosine of an angle in radians",
    ),
    row(
        "tan",
        FunctionKind::Tan,
        1,
        1,
        "tan(x)",
        "tangent of an angle in radians",
    ),
    row(
        "asin",
        FunctionKind::Asin,
        1,
        1,
        "asin(x)",
        "angle of a sine, in radians",
    ),
    row(
        "acos",
        FunctionKind::Acos,
        1,
        1,
        "acos(x)",
        "angle of a cosine, in radians",
    ),
    row(
        "atan",
        FunctionKind::Atan,
        1,
        1,
        "atan(x)",
        "angle of a tangent, in radians",
    ),
    row(
        "atan2",
        FunctionKind::Atan2,
        2,
        2,
        "atan2(y, x)",
        "angle of the point (x, y), in radians; both pure numbers",
    ),
    row(
        "interpolate",
        FunctionKind::Interpolate,
        5,
        usize::MAX,
        "interpolate(x, x1, y1, …, xn, yn)",
        "piecewise linear through the points, held at the ends; x1 < x2 < … constants of x's dimension",
    ),
];

/// The words of the grammar besides the functions.
pub static WORDS: &[&str] = &["and", "or", "not", "pi"];

/// The function of a name.
pub fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// Whether a name is taken by a function or a word of the grammar.
pub fn is_reserved(name: &str) -> bool {
    WORDS.contains(&name) || function(name).is_some()
}
