//! Which moments of an output are known to exist, before anything is drawn: bounds on the powers whose mean is finite, carried through
//! the steps.
//!
//! Of each column: an interval that holds it, the p up to which E|X|^p and E|X|^−p are sure to be finite, and the t up to which
//! E exp(t|X|) is. Products and sums follow Hölder's inequality (1/p = 1/p₁ + 1/p₂) and Minkowski's, whatever the
//! dependence. What is not proven is left to the tail index of the trials.

use super::{Program, Slot, Step};
use crate::distribution::Marginal;
use crate::kernel;
use crate::model::{Binary, Unary};

/// What is known of an output's moments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Orders {
    /// E|X|^p is finite for all p below this.
    pub finite_below: f64,
    /// Whether it is infinite for all p above that, where that is a number.
    pub exact: bool,
}

impl Orders {
    /// Whether it is known without trials if there is a variance.
    pub fn are_known(&self) -> bool {
        self.finite_below > 2.0 || self.exact
    }
}

/// What is known of a column.
#[derive(Debug, Clone, Copy)]
struct Known {
    low: f64,
    high: f64,
    /// E|X|^p is finite for all p below this.
    moments: f64,
    /// Whether it is infinite for all p above that.
    exact: bool,
    /// E|X|^−p is finite for all p below this.
    inverse: f64,
    /// E exp(t|X|) is finite for all t below this.
    exponential: f64,
}

impl Program {
    /// What is known of the moments of every output, in their order.
    pub fn orders(&self) -> Vec<Orders> {
        let mut columns = vec![Known::constant(0.0); self.registers];
        let at = |columns: &[Known], slot: &Slot| match slot {
            Slot::Column(register) => columns[*register as usize],
            Slot::Constant(value) => Known::constant(*value),
        };
        for step in &self.steps {
            let column = |register: &u32| columns[*register as usize];
            let known = match step {
                Step::Fill { source, .. } => Known::drawn(&*self.sources[*source].marginal),
                Step::Take { numbers, .. } => Known::one_of(numbers),
                Step::Unary {
                    function, argument, ..
                } => column(argument).unary(*function),
                Step::Binary {
                    function: Binary::Multiply,
                    left,
                    right,
                    ..
                } if left == right => at(&columns, left).power(2.0),
                Step::Binary {
                    function,
                    left,
                    right,
                    ..
                } => Known::binary(*function, &at(&columns, left), &at(&columns, right)),
                Step::MultiplyAdd {
                    factor,
                    scaled,
                    added,
                    ..
                } => Known::sum(&column(scaled).times(*factor), &column(added)),
                Step::Select {
                    then, otherwise, ..
                } => Known::either(&at(&columns, then), &at(&columns, otherwise)),
                Step::Interpolate { values, .. } => values
                    .iter()
                    .map(|value| at(&columns, value))
                    .reduce(|one, other| Known::either(&one, &other))
                    .unwrap_or(Known::constant(0.0)),
            };
            columns[step.result() as usize] = known.settled();
        }
        self.outputs
            .iter()
            .map(|slot| {
                let known = at(&columns, slot);
                Orders {
                    finite_below: known.moments,
                    exact: known.exact,
                }
            })
            .collect()
    }
}

/// Probabilities at which a tail is looked at: two pairs, each the square of the other's.
const NEAR: [f64; 2] = [1e-15, 1e-30];
const FAR: [f64; 2] = [1e-35, 1e-70];

/// A power law has the same exponent in both places; one that grows by this much grows without end.
const GROWING: f64 = 1.2;

/// How fast probability falls: ln(1/q) over a distance of the values, between two probabilities, at both places; infinite where
/// it falls faster and faster, 0 where slower and slower.
fn exponent(distance: impl Fn([f64; 2]) -> f64) -> f64 {
    let rate = |probabilities: [f64; 2]| {
        let [near, far] = probabilities.map(kernel::ln);
        (near - far) / distance(probabilities)
    };
    let (near, far) = (rate(NEAR), rate(FAR));
    // A distance of nothing (a bound) falls at once; one beyond all numbers is not known.
    if far.is_nan() || near.is_nan() {
        0.0
    } else if far >= GROWING * near {
        f64::INFINITY
    } else if far * GROWING <= near {
        0.0
    } else {
        far
    }
}

fn holder(one: f64, other: f64) -> f64 {
    if one == 0.0 || other == 0.0 {
        0.0
    } else {
        1.0 / (1.0 / one + 1.0 / other)
    }
}

impl Known {
    fn constant(value: f64) -> Known {
        Known {
            low: value,
            high: value,
            moments: f64::INFINITY,
            exact: true,
            inverse: if value == 0.0 { 0.0 } else { f64::INFINITY },
            exponential: f64::INFINITY,
        }
    }

    /// Nothing is known but the bounds.
    fn between(low: f64, high: f64) -> Known {
        Known {
            low,
            high,
            moments: 0.0,
            exact: false,
            inverse: 0.0,
            exponential: 0.0,
        }
    }

    fn drawn(marginal: &dyn Marginal) -> Known {
        let (low, high) = marginal.support();
        let lower = |q: f64| marginal.quantile(q);
        let upper = |q: f64| marginal.upper_quantile(q);
        // Moments about the median are finite where those about zero are, and no tail begins at zero.
        let median = marginal.quantile(0.5);
        let below = |q: f64| lower(q) - median;
        let above = |q: f64| upper(q) - median;
        let ratio = |[near, far]: [f64; 2], at: &dyn Fn(f64) -> f64| {
            (kernel::ln(at(far).abs()) - kernel::ln(at(near).abs())).abs()
        };
        let difference =
            |[near, far]: [f64; 2], at: &dyn Fn(f64) -> f64| (at(far) - at(near)).abs();
        let mut moments = f64::INFINITY;
        let mut exponential = f64::INFINITY;
        if high.is_infinite() {
            moments = exponent(|q| ratio(q, &above));
            exponential = exponent(|q| difference(q, &above));
        }
        if low.is_infinite() {
            moments = moments.min(exponent(|q| ratio(q, &below)));
            exponential = exponential.min(exponent(|q| difference(q, &below)));
        }
        let inverse = if marginal.mass(0.0) > 0.0 {
            0.0
        } else if low == 0.0 {
            exponent(|q| ratio(q, &lower))
        } else if high == 0.0 {
            exponent(|q| ratio(q, &upper))
        } else if low < 0.0 && high > 0.0 && !marginal.smooth_density(0.0).is_finite() {
            0.0
        } else {
            // Where the density at zero is finite, E|X|^−p is for p below one; away from zero `settled` knows better.
            1.0
        };
        Known {
            low,
            high,
            moments,
            exact: true,
            inverse,
            exponential,
        }
    }

    /// One of finitely many numbers.
    fn one_of(numbers: &[f64]) -> Known {
        let finite = if numbers.contains(&0.0) {
            0.0
        } else {
            f64::INFINITY
        };
        Known {
            inverse: finite,
            ..Known::between(
                numbers.iter().copied().fold(f64::INFINITY, f64::min),
                numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            )
        }
    }

    /// What the bounds alone say, on top.
    fn settled(self) -> Known {
        let mut known = self;
        if known.low.is_finite() && known.high.is_finite() {
            known.moments = f64::INFINITY;
            known.exponential = f64::INFINITY;
        }
        if known.low > 0.0 || known.high < 0.0 {
            known.inverse = f64::INFINITY;
        }
        known
    }

    fn is_constant(&self) -> bool {
        self.low == self.high
    }

    /// Bounded, and away from zero.
    fn is_tame(&self) -> bool {
        self.low.is_finite() && self.high.is_finite() && (self.low > 0.0 || self.high < 0.0)
    }

    fn times(&self, factor: f64) -> Known {
        Known::product(self, &Known::constant(factor))
    }

    fn sum(a: &Known, b: &Known) -> Known {
        // The heavier of two tails is that of the sum, unless both are alike: they may cancel.
        let heavier = if a.moments < b.moments { a } else { b };
        Known {
            low: a.low + b.low,
            high: a.high + b.high,
            moments: heavier.moments,
            exact: heavier.exact && a.moments != b.moments,
            // Neither of two that are not negative is larger than their sum.
            inverse: if a.low >= 0.0 && b.low >= 0.0 {
                a.inverse.max(b.inverse)
            } else {
                0.0
            },
            exponential: if a.is_constant() || b.is_constant() {
                a.exponential.min(b.exponential)
            } else {
                holder(a.exponential, b.exponential)
            },
        }
    }

    fn negated(&self) -> Known {
        Known {
            low: -self.high,
            high: -self.low,
            ..*self
        }
    }

    fn product(a: &Known, b: &Known) -> Known {
        let corners = [
            a.low * b.low,
            a.low * b.high,
            a.high * b.low,
            a.high * b.high,
        ];
        // Zero times infinity is a bound of zero.
        let corners = corners.map(|corner| if corner.is_nan() { 0.0 } else { corner });
        let scaled = |one: &Known, by: &Known| one.exponential / by.low.abs().max(by.high.abs());
        Known {
            low: corners.iter().copied().fold(f64::INFINITY, f64::min),
            high: corners.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            moments: holder(a.moments, b.moments),
            exact: (a.exact && b.is_tame()) || (b.exact && a.is_tame()),
            inverse: holder(a.inverse, b.inverse),
            exponential: if b.low.is_finite() && b.high.is_finite() {
                scaled(a, b)
            } else if a.low.is_finite() && a.high.is_finite() {
                scaled(b, a)
            } else {
                0.0
            },
        }
    }

    fn reciprocal(&self) -> Known {
        let apart = self.low > 0.0 || self.high < 0.0;
        let (low, high) = if apart {
            (1.0 / self.high, 1.0 / self.low)
        } else if self.low >= 0.0 {
            (0.0, f64::INFINITY)
        } else {
            (f64::NEG_INFINITY, f64::INFINITY)
        };
        Known {
            moments: self.inverse,
            inverse: self.moments,
            ..Known::between(low, high)
        }
    }

    /// |X|^exponent, for a constant exponent.
    fn power(&self, exponent: f64) -> Known {
        if exponent < 0.0 {
            return self.power(-exponent).reciprocal();
        }
        let (low, high) = if self.low >= 0.0 {
            (
                kernel::powf(self.low, exponent),
                kernel::powf(self.high, exponent),
            )
        } else if self.low.is_finite() && self.high.is_finite() {
            let most = kernel::powf(self.low.abs().max(self.high.abs()), exponent);
            (-most, most)
        } else {
            (f64::NEG_INFINITY, f64::INFINITY)
        };
        Known {
            moments: self.moments / exponent,
            exact: self.exact && exponent > 0.0,
            inverse: self.inverse / exponent,
            ..Known::between(low, high)
        }
    }

    fn exp(&self) -> Known {
        let both = self.exponential;
        Known {
            moments: both,
            inverse: both,
            ..Known::between(kernel::exp(self.low), kernel::exp(self.high))
        }
    }

    /// Either of two.
    fn either(a: &Known, b: &Known) -> Known {
        Known {
            low: a.low.min(b.low),
            high: a.high.max(b.high),
            moments: a.moments.min(b.moments),
            exact: false,
            inverse: a.inverse.min(b.inverse),
            exponential: a.exponential.min(b.exponential),
        }
    }

    fn unary(&self, function: Unary) -> Known {
        let rising = |function: &dyn Fn(f64) -> f64| Known {
            inverse: 0.0,
            exact: self.exact,
            ..self.within(function(self.low), function(self.high))
        };
        match function {
            Unary::Negate => self.negated(),
            Unary::Abs => {
                let least = if self.low <= 0.0 && self.high >= 0.0 {
                    0.0
                } else {
                    self.low.abs().min(self.high.abs())
                };
                self.within(least, self.low.abs().max(self.high.abs()))
            }
            Unary::Sqrt => self.power(0.5),
            Unary::Exp => self.exp(),
            Unary::Ln | Unary::Log10 => {
                let some = self.moments > 0.0 && self.inverse > 0.0;
                Known {
                    moments: if some { f64::INFINITY } else { 0.0 },
                    exponential: self.moments.min(self.inverse),
                    ..Known::between(
                        if self.low > 0.0 {
                            kernel::ln(self.low)
                        } else {
                            f64::NEG_INFINITY
                        },
                        kernel::ln(self.high),
                    )
                }
            }
            Unary::Floor => rising(&f64::floor),
            Unary::Ceil => rising(&f64::ceil),
            Unary::Round => rising(&f64::round_ties_even),
            Unary::Not => Known::between(0.0, 1.0),
            Unary::Sin | Unary::Cos => Known::between(-1.0, 1.0),
            Unary::Asin | Unary::Acos | Unary::Atan => Known::between(-4.0, 4.0),
            Unary::Tan => Known::between(f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    /// The same powers, within other bounds.
    fn within(&self, low: f64, high: f64) -> Known {
        Known { low, high, ..*self }
    }

    fn binary(function: Binary, a: &Known, b: &Known) -> Known {
        match function {
            Binary::Add => Known::sum(a, b),
            Binary::Subtract => Known::sum(a, &b.negated()),
            Binary::Multiply => Known::product(a, b),
            Binary::Divide => {
                let exact = a.exact && b.is_tame();
                Known {
                    exact,
                    ..Known::product(a, &b.reciprocal().settled())
                }
            }
            Binary::Power if b.is_constant() => a.power(b.low),
            Binary::Power if a.is_constant() && a.low > 0.0 => b.times(kernel::ln(a.low)).exp(),
            Binary::Power => Known::between(f64::NEG_INFINITY, f64::INFINITY),
            Binary::Minimum => Known {
                low: a.low.min(b.low),
                high: a.high.min(b.high),
                // Of two that are not negative, the lighter tail bounds the smaller one.
                moments: if a.low >= 0.0 && b.low >= 0.0 {
                    a.moments.max(b.moments)
                } else {
                    a.moments.min(b.moments)
                },
                ..Known::either(a, b)
            },
            Binary::Maximum => Known {
                low: a.low.max(b.low),
                high: a.high.max(b.high),
                inverse: if a.low >= 0.0 && b.low >= 0.0 {
                    a.inverse.max(b.inverse)
                } else {
                    a.inverse.min(b.inverse)
                },
                ..Known::either(a, b)
            },
            Binary::Less
            | Binary::LessOrEqual
            | Binary::Greater
            | Binary::GreaterOrEqual
            | Binary::Equal
            | Binary::NotEqual
            | Binary::And
            | Binary::Or => Known::between(0.0, 1.0),
            Binary::Atan2 => Known::between(-4.0, 4.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Source;

    /// The orders of `y` where these inputs and this formula are written.
    fn orders(inputs: &str, formula: &str) -> super::Orders {
        let text =
            format!("[inputs]\n{inputs}\n[formulas]\ny = \"{formula}\"\n[outputs]\ny = \"1\"\n");
        let model = crate::model::check(Source::new("orders.toml", text), "orders", &[])
            .unwrap_or_else(|complaints| panic!("{complaints:?}"));
        crate::program::lower(&model.variants[0], false).orders()[0]
    }

    fn drawn(family: &str) -> String {
        format!(
            "x = {{ distribution = {family} }}\nz = {{ distribution = \"normal\", mean = 10, sd = 1 }}"
        )
    }

    #[test]
    fn families_have_the_moments_they_have() {
        for (family, finite_below) in [
            ("\"normal\", mean = 0, sd = 1", f64::INFINITY),
            ("\"lognormal\", mu = 0, sigma = 3", f64::INFINITY),
            ("\"gamma\", shape = 0.3, scale = 2", f64::INFINITY),
            ("\"weibull\", shape = 0.2, scale = 2", f64::INFINITY),
            ("\"poisson\", mean = 3", f64::INFINITY),
            ("\"gumbel\", location = 1, scale = 2", f64::INFINITY),
            ("\"student_t\", df = 1", 1.0),
            ("\"student_t\", df = 2", 2.0),
            ("\"student_t\", df = 3.5", 3.5),
        ] {
            let found = orders(&drawn(family), "x + 0 * z");
            assert!(
                (found.exact || finite_below.is_infinite())
                    && (found.finite_below == finite_below
                        || (found.finite_below / finite_below - 1.0).abs() < 1e-3),
                "{family}: {found:?}"
            );
        }
    }

    #[test]
    fn formulas_carry_what_is_known() {
        let infinite = f64::INFINITY;
        for (family, formula, finite_below, exact) in [
            // Bounded away from zero, reaching zero, on both sides of it.
            ("\"uniform\", min = 1, max = 2", "z / x", infinite, true),
            ("\"uniform\", min = 0, max = 2", "1 / x", 1.0, false),
            ("\"normal\", mean = 0, sd = 1", "z / x", 1.0, false),
            ("\"gamma\", shape = 6, scale = 2", "z / x", 6.0, false),
            (
                "\"gamma\", shape = 6, scale = 2",
                "z / (x + 1)",
                infinite,
                false,
            ),
            (
                "\"lognormal\", mu = 0, sigma = 2",
                "z / x^3",
                infinite,
                false,
            ),
            ("\"beta\", alpha = 3, beta = 2", "1 / sqrt(x)", 6.0, false),
            // The heavier tail is that of a sum; squares halve what there is.
            ("\"student_t\", df = 3", "2 * x + z", 3.0, true),
            ("\"student_t\", df = 3", "x - x", 3.0, false),
            ("\"student_t\", df = 3", "x^2", 1.5, true),
            (
                "\"student_t\", df = 3",
                "max(min(x, 5), -5)",
                infinite,
                false,
            ),
            ("\"student_t\", df = 3", "x * z", 3.0, false),
            // exp of a normal, of an exponential, of a lognormal.
            ("\"normal\", mean = 0, sd = 9", "exp(x)", infinite, false),
            ("\"exponential\", mean = 0.25", "exp(x)", 4.0, false),
            ("\"exponential\", mean = 0.25", "exp(2 * x)", 2.0, false),
            ("\"lognormal\", mu = 0, sigma = 1", "exp(x)", 0.0, false),
            (
                "\"lognormal\", mu = 0, sigma = 1",
                "ln(x) * 2^z",
                infinite,
                false,
            ),
            (
                "\"gamma\", shape = 2, scale = 1",
                "if(x > 1, z, 1 / x)",
                2.0,
                false,
            ),
        ] {
            let found = orders(&drawn(family), formula);
            let near = found.finite_below == finite_below
                || (found.finite_below / finite_below - 1.0).abs() < 1e-3;
            assert!(
                near && (found.exact == exact || finite_below.is_infinite()),
                "{formula}: {found:?}"
            );
        }
    }
}
