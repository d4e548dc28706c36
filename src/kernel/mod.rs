//! The elementary and special functions every number of the program goes through: the same bits on every machine.
//!
//! The standard library's transcendentals come from the platform and differ between platforms, so no other room calls
//! them. What is applied to whole columns (`exp`, `ln`, `log10`, `powf`) is written here, once, as a body without
//! branches: its slice form lets the compiler use the widest vectors the processor has, its scalar form is the same
//! body for one value, and both give the same bits because every fused multiply-add is written out as `mul_add` and
//! nothing else is ever contracted. The rest wraps the pure-Rust `libm`.

mod beta_function;
mod exponential;
mod gamma_function;
mod logarithm;
mod matrix;
mod normal;
mod polynomial;
mod power;
mod products;
mod quadrature;
mod special;

pub use beta_function::{BetaShape, regularized_beta};
pub(crate) use exponential::exp_in_range;
pub use exponential::{exp, exp_slice};
pub use gamma_function::{
    GammaShape, ln_gamma_1p, regularized_gamma, relative_entropy, stirling_error,
};
pub use logarithm::{ln, ln_slice, log10, log10_slice};
pub use matrix::{Factor, Matrix};
pub use normal::{
    normal_density, normal_lower_quantile, normal_lower_tail, normal_probability_slice,
    normal_quantile, normal_upper_tail,
};
pub(crate) use polynomial::{POLYNOMIAL_TERMS, PolynomialRow, polynomials};
pub use power::{powf, powf_slice};
pub(crate) use products::{LANES, ProductSums, TOGETHER, add_products, lane_sum};
pub(crate) use quadrature::{gauss_legendre, integrate, integrate_all, panel_width, tail_integral};
pub use special::{
    acos, asin, atan, atan2, cbrt, cos, cosh, erf, erfc, expm1, gamma, ln_gamma, log_ratio, log1p,
    sin, sinh, tan, tanh,
};

/// A lower and an upper tail probability that sum to one, each accurate where it is small.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tails {
    /// P(X ≤ x).
    pub lower: f64,
    /// P(X > x).
    pub upper: f64,
}

impl Tails {
    /// Both tails from the lower one.
    pub fn from_lower(lower: f64) -> Self {
        Self {
            lower,
            upper: 1.0 - lower,
        }
    }

    /// Both tails from the upper one.
    pub fn from_upper(upper: f64) -> Self {
        Self {
            lower: 1.0 - upper,
            upper,
        }
    }

    /// The tails of −X, or of 1 − X.
    pub fn mirrored(self) -> Self {
        Self {
            lower: self.upper,
            upper: self.lower,
        }
    }
}

/// Runs `body` compiled for the widest vectors this processor has.
///
/// Only what is inlined into `body` profits: mark the functions it calls `#[inline(always)]`.
#[inline]
pub fn dispatch<R>(body: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(body)
}

#[cfg(target_arch = "x86_64")]
pulp::simd_type! {
    /// Vectors of eight, and an instruction that reverses the bits of every byte: all that goes with it on the processors that have it.
    struct Reversing {
        pub avx2: "avx2",
        pub bmi1: "bmi1",
        pub bmi2: "bmi2",
        pub fma: "fma",
        pub lzcnt: "lzcnt",
        pub avx512f: "avx512f",
        pub avx512bw: "avx512bw",
        pub avx512cd: "avx512cd",
        pub avx512dq: "avx512dq",
        pub avx512vl: "avx512vl",
        pub gfni: "gfni",
    }
}

/// [`dispatch`] for a body that reverses the bits of words: two instructions where the processor has Galois field ones, a dozen
/// where it has not.
#[inline]
pub fn dispatch_reversing<R>(body: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    if let (pulp::Arch::V4(_), Some(reversing)) = (pulp::Arch::new(), Reversing::try_new()) {
        return reversing.vectorize(body);
    }
    dispatch(body)
}

/// Applies a branch-free body to a slice in place of a loop at each caller.
///
/// # Panics
/// If the lengths differ.
#[inline(always)]
pub(crate) fn map(x: &[f64], y: &mut [f64], body: impl Fn(f64) -> f64) {
    assert_eq!(x.len(), y.len(), "slices of different lengths");
    for (x, y) in x.iter().zip(y) {
        *y = body(*x);
    }
}

/// `x[i]` becomes `x[i]` × `scale` + `location`, held between `lower` and `upper` (NaN is passed on).
pub(crate) fn stretch(x: &mut [f64], location: f64, scale: f64, lower: f64, upper: f64) {
    dispatch(
        #[inline(always)]
        || {
            for x in x.iter_mut() {
                let y = x.mul_add(scale, location);
                let y = if y < lower { lower } else { y };
                *x = if y > upper { upper } else { y };
            }
        },
    )
}
