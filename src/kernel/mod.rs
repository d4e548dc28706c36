//! stand-in until the kernels are merged
#![allow(missing_docs, clippy::disallowed_methods)]
pub fn dispatch<R>(body: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(body)
}
pub fn exp(x: f64) -> f64 { x.exp() }
pub fn ln(x: f64) -> f64 { x.ln() }
pub fn log10(x: f64) -> f64 { x.log10() }
pub fn powf(x: f64, y: f64) -> f64 { x.powf(y) }
pub fn sin(x: f64) -> f64 { x.sin() }
pub fn cos(x: f64) -> f64 { x.cos() }
pub fn tan(x: f64) -> f64 { x.tan() }
pub fn asin(x: f64) -> f64 { x.asin() }
pub fn acos(x: f64) -> f64 { x.acos() }
pub fn atan(x: f64) -> f64 { x.atan() }
pub fn atan2(y: f64, x: f64) -> f64 { y.atan2(x) }
pub fn exp_slice(x: &[f64], y: &mut [f64]) { for (x, y) in x.iter().zip(y) { *y = x.exp() } }
pub fn ln_slice(x: &[f64], y: &mut [f64]) { for (x, y) in x.iter().zip(y) { *y = x.ln() } }
pub fn log10_slice(x: &[f64], y: &mut [f64]) { for (x, y) in x.iter().zip(y) { *y = x.log10() } }
pub fn powf_slice(x: &[f64], y: &[f64], z: &mut [f64]) { for ((x, y), z) in x.iter().zip(y).zip(z) { *z = x.powf(*y) } }
pub fn expm1(x: f64) -> f64 { x.exp_m1() }
