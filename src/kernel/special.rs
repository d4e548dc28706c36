//! Functions that are not applied to whole columns: the pure-Rust `libm`, whose results are the same everywhere.

macro_rules! wrap {
    ($($(#[$doc:meta])* $name:ident($($argument:ident),*) = $inner:ident;)*) => {
        $(
            $(#[$doc])*
            pub fn $name($($argument: f64),*) -> f64 {
                libm::$inner($($argument),*)
            }
        )*
    };
}

wrap! {
    /// ln(1 + x), accurate for small x.
    log1p(x) = log1p;
    /// e^x − 1, accurate for small x.
    expm1(x) = expm1;
    /// The error function.
    erf(x) = erf;
    /// 1 − erf x, accurate where it is small.
    erfc(x) = erfc;
    /// The logarithm of |Γ(x)|.
    ln_gamma(x) = lgamma;
    /// Γ(x).
    gamma(x) = tgamma;
    /// The cube root.
    cbrt(x) = cbrt;
    /// Sine of an angle in radians.
    sin(x) = sin;
    /// Cosine of an angle in radians.
    cos(x) = cos;
    /// Tangent of an angle in radians.
    tan(x) = tan;
    /// Inverse sine, in radians.
    asin(x) = asin;
    /// Inverse cosine, in radians.
    acos(x) = acos;
    /// Inverse tangent, in radians.
    atan(x) = atan;
    /// The angle of the point (x, y), in radians.
    atan2(y, x) = atan2;
    /// Hyperbolic sine.
    sinh(x) = sinh;
    /// Hyperbolic cosine.
    cosh(x) = cosh;
    /// Hyperbolic tangent.
    tanh(x) = tanh;
}

/// ln(high/low) for positive numbers, accurate when they are close and when their ratio overflows.
pub fn log_ratio(low: f64, high: f64) -> f64 {
    if high < 2.0 * low && low < 2.0 * high {
        log1p((high - low) / low)
    } else {
        super::ln(high) - super::ln(low)
    }
}
