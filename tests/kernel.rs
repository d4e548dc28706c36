//! The kernels against double-double arithmetic, their special cases, and slice against scalar to the bit.

#![allow(
    clippy::disallowed_methods,
    reason = "a test compares numbers, it does not print them"
)]

use montecarbon::kernel;
use rayon::prelude::*;

/// A number as the unevaluated sum of two doubles, good to about 2⁻¹⁰⁴.
#[derive(Clone, Copy)]
struct Double(f64, f64);

impl Double {
    fn sum(a: f64, b: f64) -> Self {
        let s = a + b;
        let t = s - a;
        Self(s, (a - (s - t)) + (b - t))
    }

    fn add(self, other: Self) -> Self {
        let Self(s, e) = Self::sum(self.0, other.0);
        Self::sum(s, e + self.1 + other.1)
    }

    fn mul(self, other: Self) -> Self {
        let p = self.0 * other.0;
        let e = self.0.mul_add(other.0, -p) + self.0 * other.1 + self.1 * other.0;
        Self::sum(p, e)
    }

    fn div(self, other: Self) -> Self {
        let q = self.0 / other.0;
        let rest = self.add(other.mul(Self(-q, 0.0)));
        Self::sum(q, rest.0 / other.0)
    }

    /// e^self by its series after halving the argument ten times, squared back.
    fn exp(self) -> Self {
        let k = (self.0 / std::f64::consts::LN_2).round();
        let reduced = self.add(LN_2.mul(Self(-k, 0.0)));
        let small = reduced.mul(Self(1.0 / 1024.0, 0.0));
        // e^s − 1, squared back as (1 + y)² − 1 = 2y + y², which keeps the digits.
        let mut y = Self(0.0, 0.0);
        for n in (1..=9).rev() {
            y = y
                .add(Self(1.0, 0.0))
                .mul(small)
                .div(Self(f64::from(n), 0.0));
        }
        for _ in 0..10 {
            y = y.mul(Self(2.0, 0.0)).add(y.mul(y));
        }
        let y = y.add(Self(1.0, 0.0));
        let (a, b) = (k / 2.0, k - (k / 2.0).floor());
        let (low, high) = (2.0_f64.powi(a.floor() as i32), 2.0_f64.powi(b as i32));
        Self(y.0 * low * high, y.1 * low * high)
    }

    /// ln by one Newton step from a double: y + x e^−y − 1, the rest being beyond its precision.
    fn ln(self) -> Self {
        let y = libm::log(self.0);
        let ratio = self.mul(Self(-y, 0.0).exp());
        let d = ratio.add(Self(-1.0, 0.0));
        Self(y, 0.0).add(d).add(d.mul(d).mul(Self(-0.5, 0.0)))
    }
}

/// ln 2 (OEIS A002162 to 33 digits).
const LN_2: Double = Double(std::f64::consts::LN_2, 2.3190468138462996e-17);

/// The distance from the exact value in units of the last place of the result.
fn ulps(found: f64, exact: Double) -> f64 {
    let exponent = exact.0.abs().max(f64::MIN_POSITIVE).to_bits() >> 52;
    let ulp = if exponent > 52 {
        f64::from_bits((exponent - 52) << 52)
    } else {
        f64::from_bits(1 << (exponent - 1))
    };
    (((found - exact.0) - exact.1) / ulp).abs()
}

/// Repeatable numbers in [0, 1).
struct Uniforms(u64);

impl Uniforms {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / 9007199254740992.0
    }
}

/// Arguments per test: enough in release to see the worst, few in debug.
const MANY: usize = if cfg!(debug_assertions) {
    20_000
} else {
    2_000_000
};

/// The largest error of exp over so many arguments, in ulp.
fn worst_of_exp(seed: u64, arguments: usize) -> f64 {
    let mut uniforms = Uniforms(seed);
    let mut worst: f64 = 0.0;
    for _ in 0..arguments {
        let x = match (uniforms.next() * 3.0) as u32 {
            // Not so far down that the reference's low part underflows.
            0 => -650.0 + 1359.0 * uniforms.next(),
            1 => uniforms.next() - 0.5,
            _ => (uniforms.next() - 0.5) * 2.0_f64.powf(-60.0 * uniforms.next()),
        };
        worst = worst.max(ulps(kernel::exp(x), Double(x, 0.0).exp()));
    }
    worst
}

#[test]
fn exp_is_within_an_ulp() {
    let worst = worst_of_exp(1, MANY);
    println!("exp: {worst:.4} ulp");
    assert!(worst < 0.6, "{worst}");
    // Into the subnormals, where a unit is 2⁻¹⁰⁷⁴: scaled up by an exact power of two.
    for k in 0..1000 {
        let x = -745.0 + f64::from(k) * 0.037;
        let exact = Double(x, 0.0).add(LN_2.mul(Double(100.0, 0.0))).exp();
        let found = kernel::exp(x);
        let error =
            (found * 2.0_f64.powi(100) - exact.0).abs() / exact.0.max(2.0_f64.powi(-974 + 52));
        assert!(error < 2.0_f64.powi(-52), "exp({x}) = {found:e}");
    }
}

/// The largest errors of ln and log10 over so many arguments, in ulp.
fn worst_of_logarithms(seed: u64, arguments: usize) -> (f64, f64) {
    let ln_10 = Double(10.0, 0.0).ln();
    let mut uniforms = Uniforms(seed);
    let (mut worst, mut worst_10): (f64, f64) = (0.0, 0.0);
    for _ in 0..arguments {
        let x = match (uniforms.next() * 3.0) as u32 {
            // Not so far out that the double-double reference over- or underflows.
            0 => (2.0_f64).powf(1800.0 * (uniforms.next() - 0.5)) * (1.0 + uniforms.next()),
            1 => 0.5 + 1.5 * uniforms.next(),
            _ => 1.0 + (uniforms.next() - 0.5) * 2.0_f64.powf(-40.0 * uniforms.next()),
        };
        let exact = Double(x, 0.0).ln();
        worst = worst.max(ulps(kernel::ln(x), exact));
        worst_10 = worst_10.max(ulps(kernel::log10(x), exact.div(ln_10)));
    }
    (worst, worst_10)
}

#[test]
fn logarithms_are_within_an_ulp() {
    let (worst, worst_10) = worst_of_logarithms(2, MANY / 4);
    println!("ln: {worst:.4} ulp, log10: {worst_10:.4} ulp");
    assert!(worst < 0.8, "ln {worst}");
    assert!(worst_10 < 1.0, "log10 {worst_10}");
    for n in -300..=308 {
        let power: f64 = format!("1e{n}").parse().expect("a power of ten");
        assert_eq!(kernel::log10(power), f64::from(n));
    }
    // Subnormals: 2^k exactly, and against libm.
    for k in 0..52 {
        let x = f64::from_bits(1 << k);
        let expected = f64::from(k - 1074) * std::f64::consts::LN_2;
        assert!((kernel::ln(x) / expected - 1.0).abs() < 4e-16);
    }
}

/// The largest error of pow over so many arguments, in ulp.
fn worst_of_pow(seed: u64, arguments: usize) -> f64 {
    let mut uniforms = Uniforms(seed);
    let mut worst: f64 = 0.0;
    for _ in 0..arguments {
        let x = match (uniforms.next() * 2.0) as u32 {
            0 => 2.0_f64.powf(40.0 * (uniforms.next() - 0.5)),
            _ => 1.0 + (uniforms.next() - 0.5) * 0.01,
        };
        let exact_log = Double(x, 0.0).ln();
        let y = 1380.0 * (uniforms.next() - 0.5) / exact_log.0;
        if !y.is_finite() {
            continue;
        }
        let exact = exact_log.mul(Double(y, 0.0)).exp();
        worst = worst.max(ulps(kernel::powf(x, y), exact));
    }
    worst
}

#[test]
fn pow_is_within_two_ulp() {
    let worst = worst_of_pow(3, MANY / 4);
    println!("pow: {worst:.4} ulp");
    assert!(worst < 1.0, "{worst}");
}

/// Minutes: `cargo test --release --test kernel -- --ignored --nocapture hundred_million`.
#[test]
#[ignore = "minutes; run when a kernel is changed"]
fn bounds_hold_over_a_hundred_million_arguments() {
    const PARTS: u64 = 1000;
    let worst = |of: &(dyn Fn(u64) -> f64 + Sync)| {
        let parts = (0..PARTS).into_par_iter().map(|part| of(1000 + part));
        parts.reduce(|| 0.0, f64::max)
    };
    let exp = worst(&|seed| worst_of_exp(seed, 100_000));
    let ln = worst(&|seed| {
        let (ln, log10) = worst_of_logarithms(seed, 100_000);
        ln.max(log10)
    });
    let pow = worst(&|seed| worst_of_pow(seed, 100_000));
    println!("exp {exp:.4}, ln and log10 {ln:.4}, pow {pow:.4} ulp");
    assert!(exp < 1.0 && ln < 1.0 && pow < 2.0);
}

/// The fused multiply-add that is there where the processor has none: a digest of what it gives, compared between processors by
/// tests/clients/processors.sh. Products that nearly cancel, results among the subnormals, overflows, exact ties.
#[test]
#[ignore = "compared between processors by a script"]
fn digest_of_fused_multiply_adds() {
    let triples: u64 = std::env::var("TRIPLES").map_or(100_000, |text| text.parse().unwrap());
    let mut uniforms = Uniforms(17);
    let mut digest = 0u64;
    for triple in 0..triples {
        let mut number = || (uniforms.next() - 0.5) * 2.0_f64.powi((uniforms.next() * 40.0) as i32);
        let (a, b, c) = (number(), number(), number());
        let scale = |x: f64, power: i32| x * f64::from_bits(((1023 + power) as u64) << 52);
        let (a, b, c) = match triple % 6 {
            0 => (a, b, c),
            1 => (a, b, -(a * b)),
            2 => (a, b, -(a * b) * (1.0 + f64::EPSILON)),
            3 => (scale(a, -500), scale(b, -540), scale(c, -1020)),
            4 => (scale(a, 500), scale(b, 500), scale(c, 980)),
            // Half a unit of the last place of c, exactly.
            _ => (
                1.0 + a.abs().floor(),
                scale(1.0, -53),
                1.0 + b.abs().floor(),
            ),
        };
        let result = a.mul_add(b, c).to_bits();
        digest = digest.rotate_left(7).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ result;
    }
    println!("digest {digest:016x}");
}

#[test]
fn special_values() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    assert_eq!(kernel::exp(inf), inf);
    assert_eq!(kernel::exp(-inf), 0.0);
    assert_eq!(kernel::exp(0.0), 1.0);
    assert_eq!(kernel::exp(710.0), inf);
    assert_eq!(kernel::exp(-746.0), 0.0);
    assert!(kernel::exp(709.78).is_finite());
    assert!(kernel::exp(nan).is_nan());
    assert_eq!(kernel::ln(0.0), -inf);
    assert_eq!(kernel::ln(-0.0), -inf);
    assert_eq!(kernel::ln(inf), inf);
    assert_eq!(kernel::ln(1.0), 0.0);
    assert!(kernel::ln(-1.0).is_nan() && kernel::ln(nan).is_nan() && kernel::ln(-inf).is_nan());
    assert_eq!(kernel::log10(0.0), -inf);
    assert_eq!(kernel::log10(inf), inf);
    assert!(kernel::log10(-1.0).is_nan());
    // pow: every pair of these, against libm, which follows the same standard; finite results within 2 ulp.
    let values = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        2.0,
        -2.0,
        0.5,
        -0.5,
        3.0,
        -3.0,
        2.5,
        -2.5,
        1e300,
        -1e300,
        1e-300,
        5e-324,
        inf,
        -inf,
        nan,
        9007199254740993.0,
        -9007199254740991.0,
        4503599627370497.5,
    ];
    for x in values {
        for y in values {
            let (found, expected) = (kernel::powf(x, y), libm::pow(x, y));
            let agree = found == expected
                && found.is_sign_negative() == expected.is_sign_negative()
                || found.is_nan() && expected.is_nan()
                || ((found - expected) / expected).abs() < 5e-16;
            assert!(agree, "{x}^{y}: {found} not {expected}");
        }
    }
}

#[test]
fn slices_and_scalars_give_the_same_bits() {
    let mut uniforms = Uniforms(4);
    let mut x: Vec<f64> = (0..10_007)
        .map(|_| 2.0_f64.powf(2100.0 * (uniforms.next() - 0.5)))
        .collect();
    x.extend([
        0.0,
        -0.0,
        1.0,
        -1.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        5e-324,
        f64::MAX,
    ]);
    let exponents: Vec<f64> = x.iter().map(|_| 40.0 * (uniforms.next() - 0.5)).collect();
    let arguments: Vec<f64> = x.iter().map(|_| 1600.0 * (uniforms.next() - 0.5)).collect();
    let mut y = vec![0.0; x.len()];
    let same = |y: &[f64], expected: &dyn Fn(usize) -> f64| {
        for (i, y) in y.iter().enumerate() {
            let expected = expected(i);
            assert!(
                y.to_bits() == expected.to_bits() || y.is_nan() && expected.is_nan(),
                "{i}: {y} {expected}"
            );
        }
    };
    kernel::ln_slice(&x, &mut y);
    same(&y, &|i| kernel::ln(x[i]));
    kernel::log10_slice(&x, &mut y);
    same(&y, &|i| kernel::log10(x[i]));
    kernel::exp_slice(&arguments, &mut y);
    same(&y, &|i| kernel::exp(arguments[i]));
    kernel::powf_slice(&x, &exponents, &mut y);
    same(&y, &|i| kernel::powf(x[i], exponents[i]));
}

#[test]
fn normal_quantile_inverts_to_the_smallest_tails() {
    for exponent in 1..300 {
        let p = 10.0_f64.powi(-exponent);
        let x = kernel::normal_lower_quantile(p);
        let back = kernel::normal_lower_tail(x);
        // The tail magnifies a rounding of x by x².
        assert!(
            (back / p - 1.0).abs() < 4e-16 * (2.0 + x * x),
            "{p}: {x} {back}"
        );
    }
    assert_eq!(kernel::normal_quantile(0.5), 0.0);
    assert_eq!(kernel::normal_quantile(0.0), f64::NEG_INFINITY);
    assert_eq!(kernel::normal_quantile(1.0), f64::INFINITY);
    assert!(kernel::normal_quantile(1.5).is_nan());
}

/// Φ over a column against the complementary error function of libm, whose argument is rounded once more, as far as
/// any draw goes.
#[test]
fn the_normal_probability_of_a_column_is_that_of_one_value() {
    let x: Vec<f64> = (-900..=900).map(|at| f64::from(at) / 100.0).collect();
    let mut u = vec![0.0; x.len()];
    kernel::normal_probability_slice(&x, &mut u);
    for (x, u) in x.iter().zip(u) {
        let exact = kernel::normal_lower_tail(*x);
        assert!((u / exact - 1.0).abs() < 2e-14, "{x}: {u:e}, not {exact:e}");
    }
}
