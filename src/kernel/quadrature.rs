//! Gauss–Legendre quadrature of a smooth density outward from a point: the tails of distributions with large shapes.

/// Positive nodes on (−1, 1) and their weights, 20 points (`tests/reference/constants.py`).
const RULE: [(f64, f64); 10] = [
    (0.9931285991850949, 0.017614007139152118),
    (0.9639719272779138, 0.04060142980038694),
    (0.912234428251326, 0.06267204833410907),
    (0.8391169718222188, 0.08327674157670475),
    (0.7463319064601508, 0.10193011981724044),
    (0.636053680726515, 0.11819453196151841),
    (0.5108670019508271, 0.13168863844917664),
    (0.37370608871541955, 0.14209610931838204),
    (0.22778585114164507, 0.14917298647260374),
    (0.07652652113349734, 0.15275338713072584),
];

/// ∫ f over [lower, upper] by one 20-point rule; the values are made in a loop that can be vectorised.
#[inline(always)]
pub(crate) fn integrate(lower: f64, upper: f64, f: impl Fn(f64) -> f64) -> f64 {
    let [integral] = integrate_all(lower, upper, |x| [f(x)]);
    integral
}

/// The same of several functions that are made together.
#[inline(always)]
pub(crate) fn integrate_all<const N: usize>(
    lower: f64,
    upper: f64,
    f: impl Fn(f64) -> [f64; N],
) -> [f64; N] {
    let half = 0.5 * (upper - lower);
    let middle = 0.5 * (upper + lower);
    let mut at = [0.0; 20];
    for (pair, (node, _)) in at.chunks_exact_mut(2).zip(RULE) {
        pair[0] = middle - half * node;
        pair[1] = middle + half * node;
    }
    let values = at.map(f);
    std::array::from_fn(|which| {
        let mut sum = 0.0;
        for (pair, (_, weight)) in values.chunks_exact(2).zip(RULE) {
            sum += weight * (pair[0][which] + pair[1][which]);
        }
        half * sum
    })
}

/// The 20-point rule on (−1, 1): nodes and weights.
pub(crate) fn gauss_legendre() -> impl Iterator<Item = (f64, f64)> {
    let pairs = RULE.into_iter();
    pairs.flat_map(|(node, weight)| [(-node, weight), (node, weight)])
}

/// |∫ f| from `start` toward `limit`, for an f that falls at least as fast as a Gaussian or an exponential would:
/// panels of `width` (signed: the direction) are added until one no longer counts.
#[inline(always)]
pub(crate) fn tail_integral(
    start: f64,
    width: f64,
    limit: f64,
    f: impl Fn(f64) -> f64 + Copy,
) -> f64 {
    let mut sum = 0.0;
    let mut from = start;
    for _ in 0..200 {
        let next = from + width;
        let last = if width > 0.0 {
            next >= limit
        } else {
            next <= limit
        };
        let to = if last { limit } else { next };
        let part = integrate(from, to, f).abs();
        sum += part;
        if last || !(part > 1e-18 * sum) {
            break;
        }
        from = to;
    }
    sum
}

/// The width of a panel over which a Gaussian of standard deviation `sd`, `distance` away from its centre, falls by
/// e^−24: the 20-point rule integrates such a panel to full precision.
pub(crate) fn panel_width(distance: f64, sd: f64) -> f64 {
    let d = distance.abs() / sd;
    // √(d² + 48) − d without cancellation.
    48.0 / ((d * d + 48.0).sqrt() + d) * sd
}
