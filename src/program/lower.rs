//! From the checked graph to steps: constants folded exactly, units folded into factors, every step vectorisable.

use super::fold::{exact_binary, exact_unary, real_unary};
use super::registers::allocate;
use super::rows::rows_of;
use super::shares::{draw_of, share_sources};
use super::{Program, Register, Slot, Source, Step, exact};
use crate::model::{Binary, Definition, NodeId, Operation, Unary, Variant};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

/// A factor beyond this many bits is applied to its column: 2^±256 is far inside the range of doubles.
const LARGEST_SCALE: u64 = 256;

/// A quantity while lowering, in base units.
#[derive(Debug, Clone)]
enum Value {
    /// A constant known exactly.
    Exact(BigRational),
    /// A constant known as a double.
    Real(f64),
    /// `column × scale`; the scale is not zero.
    Column(Register, BigRational),
}

/// Lowers what the outputs need, and with `keep_inputs` a column for every input besides.
pub fn lower(variant: &Variant, keep_inputs: bool) -> Program {
    let mut program = lower_unshared(variant, keep_inputs);
    let mut slots = std::mem::take(&mut program.outputs);
    let outputs = slots.len();
    slots.append(&mut program.inputs);
    program.registers = allocate(&mut program.steps, &mut slots);
    program.inputs = slots.split_off(outputs);
    program.outputs = slots;
    program
}

/// The same, with a column of its own for every step: the result of step `n` stays in register `n` to the end.
pub fn lower_unshared(variant: &Variant, keep_inputs: bool) -> Program {
    let mut lowering = Lowering {
        variant,
        steps: Vec::new(),
        sources: Vec::new(),
        drawn: vec![None; variant.inputs.len()],
        shares: vec![None; variant.shares.len()],
        rows: vec![None; variant.rows.len()],
        monitors: 0,
    };
    let mut needed = vec![false; variant.graph.nodes.len()];
    for output in variant.outputs.iter() {
        needed[output.node.0 as usize] = true;
    }
    for at in (0..needed.len()).rev() {
        if needed[at] {
            operands(&variant.graph.nodes[at].operation, |operand| {
                needed[operand.0 as usize] = true
            });
        }
    }
    // Sources are numbered in the order of the scenario, whatever the formulas' order of use.
    for (at, node) in variant.graph.nodes.iter().enumerate() {
        if let (true, Operation::Input(input)) = (needed[at], &node.operation) {
            lowering.drawn[*input] = Some(Register::MAX);
        }
    }
    // A share is made of the draws of all of them.
    for shares in &variant.shares {
        if shares
            .inputs
            .iter()
            .any(|&input| lowering.drawn[input].is_some())
        {
            for &input in &shares.inputs {
                lowering.drawn[input] = Some(Register::MAX);
            }
        }
    }
    for (input, definition) in variant
        .inputs
        .iter()
        .map(|input| &input.definition)
        .enumerate()
    {
        let needed = |input: usize| keep_inputs || lowering.drawn[input].is_some();
        let source = match (definition, rows_of(variant, input)) {
            (Definition::Random(_), Some((group, place))) => {
                let rows = &variant.rows[group];
                let wanted = place == 0 && rows.inputs.iter().any(|&input| needed(input));
                wanted.then(|| Source {
                    input,
                    others: rows.inputs[1..].to_vec(),
                    marginal: rows.row.clone(),
                })
            }
            (Definition::Random(marginal), None) => needed(input).then(|| Source {
                input,
                others: Vec::new(),
                marginal: draw_of(variant, input).unwrap_or(marginal).clone(),
            }),
            (Definition::Fixed(_), _) => None,
        };
        lowering.sources.extend(source);
    }
    lowering.drawn.fill(None);

    let mut values: Vec<Option<Value>> = vec![None; needed.len()];
    for (at, node) in variant.graph.nodes.iter().enumerate() {
        if needed[at] {
            values[at] = Some(lowering.node(&node.operation, &values));
        }
    }
    let outputs: Vec<(Value, &BigRational)> = variant
        .outputs
        .iter()
        .map(|output| {
            let value = values[output.node.0 as usize].clone();
            let value = value.unwrap_or(Value::Real(f64::NAN));
            (value, &output.unit.factor)
        })
        .collect();
    let multiples = multiples(&outputs);
    let mut slots: Vec<Slot> = outputs
        .into_iter()
        .map(|(value, unit)| lowering.in_unit(value, unit))
        .collect();
    let outputs = slots.len();
    if keep_inputs {
        for input in 0..variant.inputs.len() {
            let value = lowering.input(input);
            slots.push(lowering.in_unit(value, &variant.inputs[input].unit.factor));
        }
    }
    let inputs = slots.split_off(outputs);
    Program {
        shares: share_sources(variant, &lowering.sources),
        sources: lowering.sources,
        registers: lowering.steps.len(),
        steps: lowering.steps,
        outputs: slots,
        multiples,
        inputs,
        monitors: lowering.monitors,
    }
}

/// Calls `visit` with every operand of an operation.
fn operands(operation: &Operation, mut visit: impl FnMut(NodeId)) {
    match operation {
        Operation::Number(_) | Operation::Pi | Operation::Input(_) => {}
        Operation::Unary(_, a) => visit(*a),
        Operation::Binary(_, a, b) => {
            visit(*a);
            visit(*b);
        }
        Operation::If(condition, a, b) => {
            visit(*condition);
            visit(*a);
            visit(*b);
        }
        Operation::Interpolate { x, values, .. } => {
            visit(*x);
            values.iter().for_each(|value| visit(*value));
        }
    }
}

pub(super) struct Lowering<'a> {
    pub(super) variant: &'a Variant,
    steps: Vec<Step>,
    sources: Vec<Source>,
    /// The column of each input once it is drawn.
    drawn: Vec<Option<Register>>,
    /// For each group of shares, once they are drawn: the draw of each, and their sum.
    pub(super) shares: Vec<Option<(Vec<Register>, Register)>>,
    /// For each group of columns of one data file, once it is drawn: the number of the row.
    pub(super) rows: Vec<Option<Register>>,
    monitors: usize,
}

impl Lowering<'_> {
    fn node(&mut self, operation: &Operation, values: &[Option<Value>]) -> Value {
        let value = |id: &NodeId| {
            values[id.0 as usize]
                .clone()
                .unwrap_or(Value::Real(f64::NAN))
        };
        match operation {
            Operation::Number(number) => Value::Exact(number.clone()),
            Operation::Pi => Value::Real(std::f64::consts::PI),
            Operation::Input(input) => self.input(*input),
            Operation::Unary(function, a) => self.unary(*function, value(a)),
            Operation::Binary(function, a, b) => self.binary(*function, value(a), value(b)),
            Operation::If(condition, a, b) => self.condition(value(condition), value(a), value(b)),
            Operation::Interpolate { x, knots, values } => {
                let values = values.iter().map(value).collect();
                self.interpolate(value(x), knots, values)
            }
        }
    }

    fn input(&mut self, input: usize) -> Value {
        let unit = &self.variant.inputs[input].unit.factor;
        match &self.variant.inputs[input].definition {
            Definition::Fixed(number) => Value::Exact(number * unit),
            Definition::Random(_) => {
                let register = match self.drawn[input] {
                    Some(register) => register,
                    None => {
                        let variant = self.variant;
                        let register = match (self.group_of(input), rows_of(variant, input)) {
                            (Some((group, place)), _) => self.share(group, place),
                            (None, Some((group, place))) => self.take(group, place),
                            (None, None) => self.draw(input),
                        };
                        self.drawn[input] = Some(register);
                        register
                    }
                };
                Value::Column(register, unit.clone())
            }
        }
    }

    pub(super) fn draw(&mut self, input: usize) -> Register {
        let source = self
            .sources
            .iter()
            .position(|source| source.input == input)
            .unwrap_or(0);
        self.emit(|result| Step::Fill { source, result })
    }

    pub(super) fn emit(&mut self, step: impl FnOnce(Register) -> Step) -> Register {
        let result = self.steps.len() as Register;
        self.steps.push(step(result));
        result
    }

    fn emit_unary(&mut self, function: Unary, argument: Register) -> Register {
        self.emit(|result| Step::Unary {
            function,
            argument,
            result,
        })
    }

    pub(super) fn emit_binary(&mut self, function: Binary, left: Slot, right: Slot) -> Register {
        self.emit(|result| Step::Binary {
            function,
            left,
            right,
            result,
        })
    }

    /// A column with a factor that has not grown too large.
    fn column(&mut self, register: Register, scale: BigRational) -> Value {
        if exact::size(&scale) > LARGEST_SCALE {
            let factor = Slot::Constant(exact::to_f64(&scale));
            Value::Column(
                self.emit_binary(Binary::Multiply, Slot::Column(register), factor),
                BigRational::one(),
            )
        } else {
            Value::Column(register, scale)
        }
    }

    /// The value as `slot × scale`.
    fn at_scale(&mut self, value: Value, scale: &BigRational) -> Slot {
        match value {
            Value::Exact(number) => Slot::Constant(exact::to_f64(&(number / scale))),
            Value::Real(number) if scale.is_one() => Slot::Constant(number),
            Value::Real(number) => Slot::Constant(number / exact::to_f64(scale)),
            Value::Column(register, own) if own == *scale => Slot::Column(register),
            Value::Column(register, own) => {
                let factor = Slot::Constant(exact::to_f64(&(own / scale)));
                Slot::Column(self.emit_binary(Binary::Multiply, Slot::Column(register), factor))
            }
        }
    }

    /// The value in a unit, as it is reported.
    fn in_unit(&mut self, value: Value, factor: &BigRational) -> Slot {
        self.at_scale(value, factor)
    }

    /// The value in base units.
    fn in_base(&mut self, value: Value) -> Slot {
        self.at_scale(value, &BigRational::one())
    }

    /// Two values brought to one positive scale, so that they can be compared.
    fn aligned(&mut self, a: Value, b: Value) -> (Slot, Slot, BigRational) {
        let scale = [&a, &b]
            .into_iter()
            .find_map(|value| match value {
                Value::Column(_, scale) if scale.is_positive() => Some(scale.clone()),
                _ => None,
            })
            .unwrap_or_else(BigRational::one);
        (self.at_scale(a, &scale), self.at_scale(b, &scale), scale)
    }

    fn unary(&mut self, function: Unary, value: Value) -> Value {
        match (function, value) {
            (Unary::Negate, Value::Exact(number)) => Value::Exact(-number),
            (Unary::Negate, Value::Real(number)) => Value::Real(-number),
            (Unary::Negate, Value::Column(register, scale)) => Value::Column(register, -scale),
            (function, Value::Exact(number)) => match exact_unary(function, &number) {
                Some(result) => Value::Exact(result),
                None => Value::Real(real_unary(function, exact::to_f64(&number))),
            },
            (function, Value::Real(number)) => Value::Real(real_unary(function, number)),
            (Unary::Abs, Value::Column(register, scale)) => {
                Value::Column(self.emit_unary(Unary::Abs, register), scale.abs())
            }
            (Unary::Sqrt, Value::Column(register, scale)) => self.square_root(register, scale),
            (Unary::Not, Value::Column(register, _)) => {
                Value::Column(self.emit_unary(Unary::Not, register), BigRational::one())
            }
            (function, value @ Value::Column(..)) => match self.in_base(value) {
                Slot::Column(register) => {
                    Value::Column(self.emit_unary(function, register), BigRational::one())
                }
                Slot::Constant(number) => Value::Real(real_unary(function, number)),
            },
        }
    }

    fn square_root(&mut self, register: Register, scale: BigRational) -> Value {
        match exact::square_root(&scale) {
            Some(root) => Value::Column(self.emit_unary(Unary::Sqrt, register), root),
            None => {
                let base = self.in_base(Value::Column(register, scale));
                let Slot::Column(register) = base else {
                    return Value::Real(f64::NAN);
                };
                Value::Column(self.emit_unary(Unary::Sqrt, register), BigRational::one())
            }
        }
    }

    fn binary(&mut self, function: Binary, a: Value, b: Value) -> Value {
        if let (Value::Exact(a), Value::Exact(b)) = (&a, &b)
            && let Some(result) = exact_binary(function, a, b)
        {
            return Value::Exact(result);
        }
        if let (Some(a), Some(b)) = (constant(&a), constant(&b)) {
            return Value::Real(super::execute::binary(function, a, b));
        }
        match function {
            Binary::Add => self.add(a, b),
            Binary::Subtract => {
                let negated = self.unary(Unary::Negate, b);
                self.add(a, negated)
            }
            Binary::Multiply => self.multiply(a, b),
            Binary::Divide => self.divide(a, b),
            Binary::Power => self.power(a, b),
            Binary::Minimum | Binary::Maximum => {
                let (a, b, scale) = self.aligned(a, b);
                Value::Column(self.emit_binary(function, a, b), scale)
            }
            Binary::And | Binary::Or => {
                let truth = |value| match value {
                    Value::Column(register, _) => Slot::Column(register),
                    constant_value => Slot::Constant(constant(&constant_value).unwrap_or(f64::NAN)),
                };
                Value::Column(
                    self.emit_binary(function, truth(a), truth(b)),
                    BigRational::one(),
                )
            }
            Binary::Less
            | Binary::LessOrEqual
            | Binary::Greater
            | Binary::GreaterOrEqual
            | Binary::Equal
            | Binary::NotEqual => {
                let (a, b, _) = self.aligned(a, b);
                Value::Column(self.emit_binary(function, a, b), BigRational::one())
            }
            // The angle depends on the ratio alone, but on the signs too: both at one positive scale.
            Binary::Atan2 => {
                let (a, b, _) = self.aligned(a, b);
                Value::Column(self.emit_binary(Binary::Atan2, a, b), BigRational::one())
            }
        }
    }

    fn add(&mut self, a: Value, b: Value) -> Value {
        match (a, b) {
            (Value::Column(a, a_scale), Value::Column(b, b_scale)) => {
                let ratio = &b_scale / &a_scale;
                let register = if ratio.is_one() {
                    self.emit_binary(Binary::Add, Slot::Column(a), Slot::Column(b))
                } else if (-&ratio).is_one() {
                    self.emit_binary(Binary::Subtract, Slot::Column(a), Slot::Column(b))
                } else {
                    let factor = exact::to_f64(&ratio);
                    self.emit(|result| Step::MultiplyAdd {
                        factor,
                        scaled: b,
                        added: a,
                        result,
                    })
                };
                Value::Column(register, a_scale)
            }
            (Value::Column(register, scale), other) | (other, Value::Column(register, scale)) => {
                if matches!(&other, Value::Exact(number) if number.is_zero()) {
                    return Value::Column(register, scale);
                }
                let other = self.at_scale(other, &scale);
                Value::Column(
                    self.emit_binary(Binary::Add, Slot::Column(register), other),
                    scale,
                )
            }
            // Two constants were folded before.
            (a, b) => {
                Value::Real(constant(&a).unwrap_or(f64::NAN) + constant(&b).unwrap_or(f64::NAN))
            }
        }
    }

    fn multiply(&mut self, a: Value, b: Value) -> Value {
        match (a, b) {
            (Value::Column(a, a_scale), Value::Column(b, b_scale)) => {
                let register = self.emit_binary(Binary::Multiply, Slot::Column(a), Slot::Column(b));
                self.column(register, a_scale * b_scale)
            }
            (Value::Column(register, scale), Value::Exact(number))
            | (Value::Exact(number), Value::Column(register, scale))
                if !number.is_zero() =>
            {
                self.column(register, scale * number)
            }
            (Value::Column(register, scale), other) | (other, Value::Column(register, scale)) => {
                let factor = Slot::Constant(constant(&other).unwrap_or(f64::NAN));
                Value::Column(
                    self.emit_binary(Binary::Multiply, Slot::Column(register), factor),
                    scale,
                )
            }
            (a, b) => {
                Value::Real(constant(&a).unwrap_or(f64::NAN) * constant(&b).unwrap_or(f64::NAN))
            }
        }
    }

    fn divide(&mut self, a: Value, b: Value) -> Value {
        match (a, b) {
            (Value::Column(a, a_scale), Value::Column(b, b_scale)) => {
                let register = self.emit_binary(Binary::Divide, Slot::Column(a), Slot::Column(b));
                self.column(register, a_scale / b_scale)
            }
            (Value::Column(register, scale), Value::Exact(number)) if !number.is_zero() => {
                self.column(register, scale / number)
            }
            (Value::Column(register, scale), other) => {
                let divisor = Slot::Constant(constant(&other).unwrap_or(f64::NAN));
                Value::Column(
                    self.emit_binary(Binary::Divide, Slot::Column(register), divisor),
                    scale,
                )
            }
            (Value::Exact(number), Value::Column(register, scale)) if !number.is_zero() => {
                let reciprocal =
                    self.emit_binary(Binary::Divide, Slot::Constant(1.0), Slot::Column(register));
                self.column(reciprocal, number / scale)
            }
            (other, Value::Column(register, scale)) => {
                let dividend = Slot::Constant(constant(&other).unwrap_or(f64::NAN));
                Value::Column(
                    self.emit_binary(Binary::Divide, dividend, Slot::Column(register)),
                    scale.recip(),
                )
            }
            (a, b) => {
                Value::Real(constant(&a).unwrap_or(f64::NAN) / constant(&b).unwrap_or(f64::NAN))
            }
        }
    }

    fn power(&mut self, base: Value, exponent: Value) -> Value {
        if let (Value::Column(register, scale), Value::Exact(number)) = (&base, &exponent) {
            if number.is_zero() {
                return Value::Exact(BigRational::one());
            }
            if *number == BigRational::new(BigInt::one(), BigInt::from(2)) {
                return self.square_root(*register, scale.clone());
            }
            if let Some(exponent) =
                exact::small_integer(number).filter(|exponent| exponent.unsigned_abs() <= 64)
            {
                return self.integer_power(base, exponent);
            }
        }
        let (base, exponent) = (self.in_base(base), self.in_base(exponent));
        Value::Column(
            self.emit_binary(Binary::Power, base, exponent),
            BigRational::one(),
        )
    }

    /// By squaring: correct to a few roundings, and far faster than through logarithms.
    fn integer_power(&mut self, base: Value, exponent: i32) -> Value {
        let mut square = base;
        let mut rest = exponent.unsigned_abs();
        let mut product: Option<Value> = None;
        while rest > 0 {
            if rest & 1 == 1 {
                product = Some(match product {
                    None => square.clone(),
                    Some(product) => self.multiply(product, square.clone()),
                });
            }
            rest >>= 1;
            if rest > 0 {
                square = self.multiply(square.clone(), square);
            }
        }
        let product = product.unwrap_or_else(|| Value::Exact(BigRational::one()));
        if exponent < 0 {
            self.divide(Value::Exact(BigRational::one()), product)
        } else {
            product
        }
    }

    fn condition(&mut self, condition: Value, a: Value, b: Value) -> Value {
        let condition = match condition {
            Value::Exact(number) => return if number.is_zero() { b } else { a },
            Value::Real(number) if number.is_nan() => return Value::Real(number),
            Value::Real(number) => return if number == 0.0 { b } else { a },
            Value::Column(register, _) => register,
        };
        let scale = common_scale([&a, &b]);
        let (then, otherwise) = (self.at_scale(a, &scale), self.at_scale(b, &scale));
        Value::Column(
            self.emit(|result| Step::Select {
                condition,
                then,
                otherwise,
                result,
            }),
            scale,
        )
    }

    fn interpolate(&mut self, x: Value, knots: &[BigRational], values: Vec<Value>) -> Value {
        let one = BigRational::one();
        let (argument, knot_scale) = match x {
            Value::Column(register, scale) if scale.is_positive() => (register, scale),
            other => match self.in_base(other) {
                Slot::Column(register) => (register, one),
                // A constant abscissa becomes a column of its own: rare, and the values may be columns.
                Slot::Constant(number) => (
                    match values.iter().find_map(|value| {
                        if let Value::Column(register, _) = value {
                            Some(*register)
                        } else {
                            None
                        }
                    }) {
                        Some(any) => {
                            let zero = self.emit_binary(
                                Binary::Multiply,
                                Slot::Column(any),
                                Slot::Constant(0.0),
                            );
                            self.emit_binary(
                                Binary::Add,
                                Slot::Column(zero),
                                Slot::Constant(number),
                            )
                        }
                        None => {
                            let knots: Vec<f64> = knots.iter().map(exact::to_f64).collect();
                            let values: Vec<f64> = values
                                .iter()
                                .map(|value| constant(value).unwrap_or(f64::NAN))
                                .collect();
                            return Value::Real(super::execute::interpolate(
                                number,
                                &knots,
                                |at| values[at],
                            ));
                        }
                    },
                    one,
                ),
            },
        };
        let scale = common_scale(&values);
        let knots = knots
            .iter()
            .map(|knot| exact::to_f64(&(knot / &knot_scale)))
            .collect();
        let values = values
            .into_iter()
            .map(|value| self.at_scale(value, &scale))
            .collect();
        let monitor = self.monitors;
        self.monitors += 1;
        Value::Column(
            self.emit(|result| Step::Interpolate {
                argument,
                knots,
                values,
                monitor,
                result,
            }),
            scale,
        )
    }
}

/// [`Program::multiples`], from the outputs' values and their units.
fn multiples(outputs: &[(Value, &BigRational)]) -> Vec<Option<(usize, f64)>> {
    let mut firsts: Vec<(usize, Register, BigRational)> = Vec::new();
    let mut multiples = vec![None; outputs.len()];
    for (output, (value, unit)) in outputs.iter().enumerate() {
        let Value::Column(register, scale) = value else {
            continue;
        };
        let scale = scale / *unit;
        let earlier = firsts.iter().find_map(|(first, other, other_scale)| {
            let ratio = &scale / other_scale;
            (other == register && ratio.is_positive()).then(|| (*first, exact::to_f64(&ratio)))
        });
        if earlier.is_none() {
            firsts.push((output, *register, scale));
        }
        multiples[output] = earlier;
    }
    multiples
}

/// The scale of the first column among the values, else one.
fn common_scale<'a>(values: impl IntoIterator<Item = &'a Value>) -> BigRational {
    values
        .into_iter()
        .find_map(|value| {
            if let Value::Column(_, scale) = value {
                Some(scale.clone())
            } else {
                None
            }
        })
        .unwrap_or_else(BigRational::one)
}

/// A constant's number in base units.
fn constant(value: &Value) -> Option<f64> {
    match value {
        Value::Exact(number) => Some(exact::to_f64(number)),
        Value::Real(number) => Some(*number),
        Value::Column(..) => None,
    }
}
