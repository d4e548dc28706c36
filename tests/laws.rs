//! What every family must obey, whatever its parameters: one line a case.

#![allow(
    clippy::disallowed_methods,
    reason = "a test compares numbers, it does not print them"
)]

use montecarbon::distribution::{
    Component, DataColumn, Marginal, Missing, ParameterValue, Parameters, families, family,
    truncate,
};
use std::sync::Arc;

/// A distribution by family and `key=value` words; lists are written `values=1,2,3`, a truncation `| lower upper`.
fn make(line: &str) -> Arc<dyn Marginal> {
    let (line, bounds) = match line.split_once('|') {
        Some((line, bounds)) => (line, Some(bounds)),
        None => (line, None),
    };
    let mut words = line.split_whitespace();
    let family = family(words.next().expect("a family")).expect(line);
    let parameters = words.map(|word| {
        let (key, value) = word.split_once('=').expect(word);
        if key == "components" {
            return (
                key.to_string(),
                ParameterValue::Components(components(value)),
            );
        }
        if key == "file" {
            return (key.to_string(), ParameterValue::Text(value.to_string()));
        }
        let numbers: Vec<f64> = value.split(',').map(|v| v.parse().expect(v)).collect();
        let listed = matches!(
            key,
            "values" | "weights" | "interval" | "pedigree" | "bounds"
        );
        if key == "quantiles" {
            let pairs = numbers.chunks(2).map(|pair| [pair[0], pair[1]]).collect();
            return (key.to_string(), ParameterValue::Pairs(pairs));
        }
        if key.ends_with("column") {
            return (key.to_string(), ParameterValue::Column(column(&numbers)));
        }
        let value = match numbers[..] {
            [number] if !listed => ParameterValue::Number(number),
            _ => ParameterValue::List(numbers),
        };
        (key.to_string(), value)
    });
    let parameters = Parameters(parameters.collect());
    let marginal = (family.build)(&parameters).unwrap_or_else(|p| panic!("{line}: {p:?}"));
    match bounds {
        None => marginal,
        Some(bounds) => {
            let bounds: Vec<f64> = bounds
                .split_whitespace()
                .map(|b| b.parse().expect(b))
                .collect();
            truncate(marginal, bounds[0], bounds[1]).expect("mass").0
        }
    }
}

/// A column of a data file.
fn column(numbers: &[f64]) -> DataColumn {
    DataColumn {
        name: "numbers".to_string(),
        numbers: numbers.into(),
    }
}

/// `0.3*normal:mean=0:sd=1+0.7*uniform:min=0:max=1`.
fn components(text: &str) -> Vec<Component> {
    let component = |text: &str| {
        let (weight, line) = text.split_once('*').expect(text);
        Component {
            weight: weight.parse().expect(weight),
            marginal: make(&line.replace(':', " ")),
        }
    };
    text.split('+').map(component).collect()
}

const CONTINUOUS: &[&str] = &[
    "uniform min=0 max=1",
    "uniform min=-2.5 max=7.25",
    "uniform interval=380,407 level=0.9",
    "loguniform min=1e-6 max=1e6",
    "loguniform min=0.99 max=1.01",
    "loguniform interval=10,30 level=0.5",
    "triangular min=0 mode=0 max=10",
    "triangular min=-5 mode=20 max=20",
    "triangular min=9.9 mode=10 max=14",
    "triangular min=-1 mode=0 max=0",
    "pert min=1.1 mode=1.18 max=1.35",
    "pert min=0 mode=0 max=1 shape=12",
    "pert min=-1 mode=1 max=1",
    "normal mean=0 sd=1",
    "normal mean=1e6 sd=1e-3",
    "normal mean=0 sd=1e-200",
    "normal mean=46 cv=0.1",
    "normal mean=-46 cv=0.1",
    "normal mean=100 relative_half_width=0.1 level=0.95",
    "lognormal median=230 gsd=1.2",
    "lognormal mean=10 sd=3",
    "lognormal median=10 sd=30",
    "lognormal mu=-1 sigma=3",
    "lognormal interval=169,351 level=0.9",
    "lognormal median=3 pedigree=2,3,1,5,4 pedigree_version=2 basic_gsd2=1.05",
    "beta alpha=2 beta=3",
    "beta alpha=0.5 beta=0.5",
    "beta alpha=0.1 beta=3",
    "beta alpha=0.02 beta=0.02",
    "beta alpha=7.5 beta=0.08",
    "beta alpha=200 beta=300",
    "beta alpha=1e6 beta=3",
    "beta alpha=1e8 beta=2e8",
    "beta alpha=2 beta=5 min=-1 max=4",
    "gamma shape=0.01 scale=2",
    "gamma shape=0.1 scale=1",
    "gamma shape=1 scale=2.5",
    "gamma shape=2.5 scale=0.4",
    "gamma shape=199 scale=1",
    "gamma shape=201 scale=1",
    "gamma shape=1e6 scale=1",
    "gamma shape=1e12 scale=1",
    "gamma mean=12 sd=5",
    "gamma interval=8524,17521 level=0.9",
    "exponential mean=2",
    "exponential rate=250",
    "weibull shape=0.5 scale=3",
    "weibull shape=10 scale=0.2",
    "weibull interval=3,9 level=0.8",
    "student_t df=0.5",
    "student_t df=1",
    "student_t df=3 location=10 scale=0.5",
    "student_t df=30",
    "student_t df=1e6",
    "logistic location=-4 scale=0.01",
    "logistic interval=1,2 level=0.9",
    "gumbel location=1013 scale=558",
    "gumbel interval=1,2 level=0.9",
    "arcsine min=2 max=5",
    "curvilinear_trapezoid min=0 max=10 inexactness=1",
    "curvilinear_trapezoid min=0 max=10 inexactness=5",
    "metalog quantiles=0.1,20,0.5,30,0.9,50",
    "metalog quantiles=0.05,1.846,0.25,3.305,0.5,4.953,0.75,7.422,0.95,13.29 bounds=0,inf",
    "metalog quantiles=0.1,2,0.5,7,0.9,9 bounds=-inf,10",
    "metalog quantiles=0.9,0.616,0.1,0.17,0.4,0.312,0.7,0.4526 bounds=0,1",
    "metalog quantiles=0.1,11,0.4,14,0.6,16,0.9,19",
    "metalog quantiles=0.1,1,0.5,5,0.9,9 | 0 inf",
    "mixture components=1*normal:mean=0:sd=1",
    "mixture components=0.3*normal:mean=-3:sd=0.5+0.7*normal:mean=4:sd=2",
    "mixture components=1*normal:mean=0:sd=1+2*normal:mean=5:sd=0.1",
    "mixture components=1*lognormal:mu=0:sigma=0.4+1*lognormal:mu=1.1:sigma=0.18",
    "mixture components=0.5*lognormal:mu=0:sigma=2+0.5*gamma:shape=0.3:scale=50",
    "mixture components=1*uniform:min=0:max=1+2*uniform:min=0.5:max=3",
    "mixture components=9*normal:mean=0:sd=1+1*student_t:df=2 | -4 4",
    "mixture components=0.999*normal:mean=0:sd=1+0.001*normal:mean=0:sd=1e-3",
    "normal mean=30 sd=7.5 | 0 inf",
    "normal mean=0 sd=1 | -1 2",
    "normal mean=0 sd=1 | 0 inf",
    "normal mean=0 sd=1 | 6 7",
    "normal mean=0 sd=1 | 36 inf",
    "normal mean=0 sd=1 | -inf -36",
    "lognormal mu=3 sigma=1.2 | 10 inf",
    "gamma shape=2.5 scale=1 | 0.5 7",
    "student_t df=1 | -5 50",
    "beta alpha=2 beta=3 | 0.2 0.3",
    "exponential mean=1 | 600 inf",
];

const DISCRETE: &[&str] = &[
    "empirical file=a.csv column=3,1,2.5,1,-0.0,0",
    "empirical file=a.csv column=3,1,2.5,1,7 weight_column=0.5,2,1e-9,0.25,0",
    "poisson mean=1e-5",
    "poisson mean=0.1",
    "poisson mean=4.5",
    "poisson mean=250",
    "poisson mean=10000",
    "poisson mean=1e8",
    "binomial n=1 p=0.5",
    "binomial n=10 p=0.3",
    "binomial n=1000 p=0.999",
    "binomial n=1000000 p=0.2",
    "binomial n=5 p=0",
    "binomial n=5 p=1",
    "negative_binomial size=0.5 p=0.05",
    "negative_binomial size=50 p=0.9",
    "negative_binomial mean=10 dispersion=0.5",
    "bernoulli p=0.3",
    "bernoulli p=0",
    "bernoulli p=1",
    "discrete values=8,16,32 weights=0.15,0.7,0.15",
    "discrete values=32,-8,16.5",
    "discrete values=7",
    "mixture components=0.2*binomial:n=3:p=0.5+0.8*discrete:values=1,7.5",
    "mixture components=0.2*poisson:mean=3+0.8*negative_binomial:size=2:p=0.1",
    "poisson mean=0.5 | 1 inf",
    "poisson mean=250 | 240.5 250",
    "poisson mean=3 | 60 inf",
    "binomial n=1000000 p=0.2 | -inf 199000",
    "negative_binomial size=0.5 p=0.05 | 3 9",
    "discrete values=8,16,32 weights=0.15,0.7,0.15 | 8 20",
    "mixture components=0.2*poisson:mean=3+0.8*negative_binomial:size=2:p=0.1 | 2 30",
];

/// Probabilities from both ends inward, all of them values the sampler can give.
fn grid() -> Vec<f64> {
    let step = 2.0_f64.powi(-52);
    let mut grid = vec![0.5 * step, 1.5 * step];
    for octave in 1..52 {
        for part in 0..5 {
            let k = (2.0_f64.powi(octave - 1) * (1.0 + f64::from(part) / 5.3)).floor();
            grid.push((k + 0.5) * step);
        }
    }
    let upper: Vec<f64> = grid.iter().rev().map(|u| 1.0 - u).collect();
    grid.extend(upper);
    grid.retain(|u| *u > 0.0 && *u < 1.0);
    grid.sort_by(f64::total_cmp);
    grid.dedup();
    grid
}

/// How far x is from being the quantile at u, as a share of the smaller tail, allowing for the spacing of doubles: zero
/// when F at the neighbours of x encloses u.
fn tail_error(marginal: &dyn Marginal, u: f64, x: f64, spacing: f64) -> f64 {
    // A value below the smallest normal double may be given as 0.
    let room = (spacing * x.abs()).max(f64::MIN_POSITIVE);
    let (low, high) = (x - room, x + room);
    let (v, enclosed, error) = if u <= 0.5 {
        let (a, b) = (marginal.cdf(low), marginal.cdf(high));
        (u, a <= u && u <= b, (a - u).abs().min((b - u).abs()))
    } else {
        let v = 1.0 - u;
        let (a, b) = (marginal.survival(low), marginal.survival(high));
        (v, b <= v && v <= a, (a - v).abs().min((b - v).abs()))
    };
    if enclosed { 0.0 } else { error / v }
}

#[test]
fn quantile_and_cdf_invert() {
    for line in CONTINUOUS {
        let marginal = make(line);
        for u in grid() {
            let x = marginal.quantile(u);
            let error = tail_error(&*marginal, u, x, 8.0 * f64::EPSILON);
            assert!(error < 1e-9, "{line}: u={u:e} x={x:e} error {error:e}");
            let (lower, upper) = (marginal.cdf(x), marginal.survival(x));
            assert!(
                (lower + upper - 1.0).abs() < 1e-9,
                "{line}: {lower} + {upper}"
            );
        }
    }
}

#[test]
fn quantiles_rise_within_the_support() {
    for line in CONTINUOUS.iter().chain(DISCRETE) {
        let marginal = make(line);
        let (lower, upper) = marginal.support();
        let mut previous = f64::NEG_INFINITY;
        for u in grid() {
            let x = marginal.quantile(u);
            // A few roundings of room: two solves need not agree to the last bit.
            assert!(
                x >= previous - 1e-13 * previous.abs(),
                "{line}: falls at {u:e}"
            );
            assert!(
                x >= lower && x <= upper,
                "{line}: {x} outside the support at {u:e}"
            );
            previous = x;
        }
        for u in [f64::NAN, -0.1, 1.1] {
            assert!(marginal.quantile(u).is_nan(), "{line}: quantile at {u}");
        }
        assert!(
            marginal.cdf(f64::NAN).is_nan() || marginal.is_discrete(),
            "{line}: F(NaN)"
        );
        assert!(marginal.cdf(lower - 1.0 - lower.abs()) <= 0.0, "{line}");
        assert!(
            marginal.survival(upper + 1.0 + upper.abs()) <= 0.0,
            "{line}"
        );
    }
}

#[test]
fn the_density_is_the_slope_of_the_cdf() {
    for line in CONTINUOUS {
        let marginal = make(line);
        for u in [0.03, 0.2, 0.45, 0.6, 0.9, 0.99] {
            let x = marginal.quantile(u);
            let (a, b) = (
                marginal.quantile(u * 0.999),
                marginal.quantile((1.001 * u).min(0.9999)),
            );
            // Where doubles are too coarse for a difference, or the density jumps.
            if !(b - a > 1e-6 * x.abs()) || (0.0..=f64::MIN_POSITIVE).contains(&a) {
                continue;
            }
            let slope = (marginal.cdf(b) - marginal.cdf(a)) / (b - a);
            let found = marginal.density(x);
            let curved = marginal.density(a) / marginal.density(b);
            let room = 0.01 + (curved - 1.0).abs();
            assert!(
                (found / slope - 1.0).abs() < room,
                "{line}: u={u} density {found} slope {slope}"
            );
        }
    }
}

/// The promised bound of the sampling path: 1e-10 in u and 1e-8 of min(u, 1 − u).
#[test]
fn fill_agrees_with_the_exact_quantile() {
    let grid = grid();
    // Also a dense stretch, so that every piece of a table is visited.
    let mut points = grid.clone();
    points.extend((0..20_000).map(|k| (f64::from(k) + 0.5) / 20_000.0));
    points.extend((0..20_000).map(|k| (f64::from(k) + 0.5) * 2.0_f64.powi(-27)));
    let mut worst: (f64, &str) = (0.0, "");
    for line in CONTINUOUS {
        let marginal = make(line);
        let (lower, upper) = marginal.support();
        let mut x = vec![0.0; points.len()];
        for (u, x) in points.chunks(257).zip(x.chunks_mut(257)) {
            marginal.fill(u, x);
        }
        for (u, x) in points.iter().zip(&x) {
            let v = u.min(1.0 - u);
            let bound = (1e-8_f64).min(1e-10 / v);
            let error = tail_error(&*marginal, *u, *x, 8.0 * f64::EPSILON);
            assert!(
                error <= bound,
                "{line}: u={u:e} x={x:e} error {error:e} over {bound:e}"
            );
            assert!(
                *x >= lower && *x <= upper,
                "{line}: {x} outside the support at {u:e}"
            );
            if error * v / 1e-10 > worst.0 {
                worst = (error * v / 1e-10, line);
            }
        }
    }
    println!("largest share of 1e-10 in u: {:.3} ({})", worst.0, worst.1);
}

/// How draws are cut into slices changes no bit.
#[test]
fn fill_does_not_depend_on_the_slice() {
    let points: Vec<f64> = (0..1_003).map(|k| (f64::from(k) + 0.5) / 1_003.0).collect();
    for line in CONTINUOUS.iter().chain(DISCRETE) {
        let marginal = make(line);
        let mut whole = vec![0.0; points.len()];
        marginal.fill(&points, &mut whole);
        for length in [1, 7, 64, 256] {
            let mut parts = vec![0.0; points.len()];
            for (u, x) in points.chunks(length).zip(parts.chunks_mut(length)) {
                marginal.fill(u, x);
            }
            let same = whole
                .iter()
                .zip(&parts)
                .all(|(a, b)| a.to_bits() == b.to_bits());
            assert!(same, "{line}: slices of {length}");
        }
    }
}

#[test]
fn fill_of_discrete_families_is_exact() {
    let mut points = grid();
    points.extend((0..3_000).map(|k| (f64::from(k) + 0.5) / 3_000.0));
    for line in DISCRETE {
        let marginal = make(line);
        let mut x = vec![0.0; points.len()];
        marginal.fill(&points, &mut x);
        for (u, x) in points.iter().zip(&x) {
            assert_eq!(*x, marginal.quantile(*u), "{line}: u={u:e}");
            // The smallest value with F ≥ u, by its definition.
            if *u <= 0.5 {
                assert!(
                    marginal.cdf(*x) >= *u * (1.0 - 1e-12),
                    "{line}: u={u:e} x={x}"
                );
                assert!(
                    marginal.cdf(x - 0.5) < *u * (1.0 + 1e-12),
                    "{line}: u={u:e} x={x}"
                );
            } else {
                let v = 1.0 - u;
                assert!(
                    marginal.survival(*x) <= v * (1.0 + 1e-12),
                    "{line}: u={u:e} x={x}"
                );
                assert!(
                    marginal.survival(x - 0.5) > v * (1.0 - 1e-12),
                    "{line}: u={u:e} x={x}"
                );
            }
        }
    }
}

/// Nothing is counted as −0, also where the guess for a quantile lies between −1 and 0.
#[test]
fn no_count_is_negative_zero() {
    let families = ["poisson", "binomial", "negative_binomial", "bernoulli"];
    let counts = DISCRETE
        .iter()
        .filter(|line| families.iter().any(|family| line.starts_with(family)));
    let lines = [
        "poisson mean=0.3",
        "binomial n=5 p=0.01",
        "negative_binomial mean=5 dispersion=2",
    ];
    for line in counts.chain(&lines) {
        let marginal = make(line);
        let u = grid();
        let mut drawn = vec![0.0; u.len()];
        marginal.fill(&u, &mut drawn);
        let quantiles = u.iter().map(|&u| marginal.quantile(u));
        assert!(
            quantiles.chain(drawn).all(|x| x.is_sign_positive()),
            "{line}"
        );
    }
}

#[test]
fn probabilities_of_discrete_families_are_the_steps_of_the_cdf() {
    for line in DISCRETE {
        let marginal = make(line);
        for u in [1e-6, 0.01, 0.3, 0.5, 0.9, 0.9999] {
            let x = marginal.quantile(u);
            let step = marginal.cdf(x) - marginal.cdf(x - 0.5);
            let found = marginal.density(x);
            assert!(
                (step - found).abs() < 1e-12,
                "{line}: at {x}: {found} not {step}"
            );
        }
        if let Some(atoms) = marginal.atoms(100) {
            let total: f64 = atoms.iter().map(|a| marginal.density(*a)).sum();
            assert!((total - 1.0).abs() < 1e-12, "{line}: atoms sum to {total}");
        }
    }
}

/// Mean and sd against the mean over equal steps of u, refined toward both ends.
#[test]
fn moments_are_those_of_the_quantile_function() {
    for line in CONTINUOUS {
        let marginal = make(line);
        let middle = marginal.quantile(0.5);
        let (Some(mean), Some(sd)) = (marginal.mean(), marginal.sd()) else {
            continue;
        };
        let scale = sd;
        let (mut first, mut second) = (0.0, 0.0);
        // Octaves of the tail, in each the midpoint rule on 64 cells with Richardson's correction left out: 1e-4.
        for octave in 1..100 {
            let width = 2.0_f64.powi(-octave - 1);
            for cell in 0..64 {
                let v = width * (1.0 + (f64::from(cell) + 0.5) / 64.0);
                for x in [marginal.quantile(v), marginal.upper_quantile(v)] {
                    let z = (x - middle) / scale;
                    assert!(z.is_finite(), "{line}: v={v:e} {x}");
                    first += z * width / 64.0;
                    second += z * z * width / 64.0;
                }
            }
        }
        let found = middle + scale * first;
        let spread = scale * (second - first * first).sqrt();
        // The relative room covers means that are rounded to a double far from zero.
        let room = 1e-3 * sd + 1e-12 * mean.abs();
        assert!(
            (found - mean).abs() <= room,
            "{line}: mean {mean}, by quadrature {found}"
        );
        assert!(
            (spread - sd).abs() <= 2e-3 * sd,
            "{line}: sd {sd}, by quadrature {spread}"
        );
    }
}

/// A component of that weight.
fn weighing(weight: f64) -> Component {
    Component {
        weight,
        marginal: make("normal mean=0 sd=1"),
    }
}

fn with_column(mut parameters: Parameters, key: &str, numbers: &[f64]) -> Parameters {
    let value = ParameterValue::Column(column(numbers));
    parameters.0.push((key.to_string(), value));
    parameters
}

#[test]
fn every_family_has_a_case_and_refuses_nan() {
    for family in families() {
        let named = |line: &&&str| line.split_whitespace().next() == Some(family.name);
        assert!(
            CONTINUOUS.iter().chain(DISCRETE).any(|line| named(&line)),
            "no case for {}",
            family.name
        );
        for parameterisation in family.parameterisations {
            for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                let mut parameters = Parameters::default();
                let optional = parameterisation.optional.iter().map(|(key, _)| key);
                for key in parameterisation.required.iter().chain(optional) {
                    parameters = match *key {
                        "interval" => parameters.with_list(key, &[bad, bad]),
                        "values" | "weights" | "pedigree" => parameters.with_list(key, &[bad; 5]),
                        "components" => parameters.with_components(key, vec![weighing(bad)]),
                        "quantiles" => parameters.with_pairs(key, &[[bad, bad]; 3]),
                        "bounds" => parameters.with_list(key, &[bad, bad]),
                        "file" => parameters,
                        "column" | "weight_column" => with_column(parameters, key, &[bad; 5]),
                        _ => parameters.with(key, bad),
                    };
                }
                let problems = (family.build)(&parameters).expect_err(family.name);
                // Whether there is a file, the families do not know.
                for key in parameterisation
                    .required
                    .iter()
                    .filter(|key| **key != "file")
                {
                    assert!(
                        problems.iter().any(|p| p.parameter == Some(key)),
                        "{} {key}: {bad} passes",
                        family.name
                    );
                }
            }
        }
    }
}

/// Numbers at the edge of what a double holds: an answer or a complaint, never a panic, a hang or a NaN.
#[test]
fn extreme_parameters_are_answered_or_refused() {
    let extremes = [
        -1.0,
        0.0,
        1e-300,
        5e-324,
        1e-17,
        1e-3,
        0.3,
        1.0,
        1.0 + f64::EPSILON,
        3.0,
        1e5,
        1e17,
        1e150,
        1e300,
        f64::MAX,
    ];
    let mut state = 1_u64;
    let mut pick = || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        extremes[(state >> 33) as usize % extremes.len()]
    };
    for family in families() {
        for parameterisation in family.parameterisations {
            for _ in 0..150 {
                let mut parameters = Parameters::default();
                let optional = parameterisation.optional.iter().map(|(key, _)| key);
                for key in parameterisation.required.iter().chain(optional) {
                    parameters = match *key {
                        "interval" => parameters.with_list(key, &[pick(), pick()]),
                        "values" | "weights" => {
                            parameters.with_list(key, &[pick(), pick(), pick()])
                        }
                        "pedigree" => parameters.with_list(key, &[1.0, 2.0, 3.0, 4.0, 5.0]),
                        "bounds" => parameters.with_list(key, &[pick(), pick()]),
                        "file" => parameters,
                        "column" | "weight_column" => {
                            with_column(parameters, key, &[pick(), pick(), pick()])
                        }
                        "components" => {
                            let both = vec![weighing(pick()), weighing(pick())];
                            parameters.with_components(key, both)
                        }
                        "quantiles" => {
                            let pairs = [0.1, 0.3, 0.5, 0.9].map(|p| [p, pick()]);
                            parameters.with_pairs(key, &pairs)
                        }
                        _ => parameters.with(key, pick()),
                    };
                }
                let Ok(marginal) = (family.build)(&parameters) else {
                    continue;
                };
                let (lower, upper) = marginal.support();
                let u = [
                    2.0_f64.powi(-53),
                    1e-9,
                    0.1,
                    0.499,
                    0.77,
                    1.0 - 2.0_f64.powi(-53),
                ];
                let mut x = [0.0; 6];
                marginal.fill(&u, &mut x);
                for (u, x) in u.iter().zip(x) {
                    let exact = marginal.quantile(*u);
                    for value in [x, exact] {
                        assert!(
                            value.is_finite(),
                            "{} {parameters:?}: {value} at {u:e}",
                            family.name
                        );
                        assert!(
                            value >= lower && value <= upper,
                            "{} {parameters:?}",
                            family.name
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn truncations_without_mass_are_refused() {
    let problem = |line: &str, lower, upper| {
        let problems = truncate(make(line), lower, upper).expect_err("refused");
        problems[0].code.name
    };
    assert_eq!(
        problem("normal mean=0 sd=1", 40.0, 41.0),
        "truncation-without-mass"
    );
    assert_eq!(problem("normal mean=0 sd=1", 2.0, 1.0), "truncation-empty");
    assert_eq!(
        problem("normal mean=0 sd=1", f64::NAN, 1.0),
        "truncation-empty"
    );
    assert_eq!(
        problem("beta alpha=2 beta=3", 1.5, 2.0),
        "truncation-without-mass"
    );
    assert_eq!(
        problem("poisson mean=3", 1.25, 1.75),
        "truncation-without-mass"
    );
    assert_eq!(
        problem("discrete values=1,2", 3.0, 4.0),
        "truncation-without-mass"
    );
    assert_eq!(
        problem("poisson mean=1e12", 0.0, 1e13),
        "truncation-of-many"
    );
    let (_, removed) = truncate(make("normal mean=0 sd=1"), 0.0, f64::INFINITY).expect("half");
    assert_eq!(removed, 0.5);
}

/// Kinks and gaps in the middle of nowhere cost no digits.
#[test]
fn moments_of_what_is_cut_are_exact() {
    let fall = |x: f64| 2.0 * x * x * x / 3.0 - x * x * x * x / 4.0;
    let of_triangle = (0.25 + fall(1.5) - fall(1.0)) / 0.875;
    let of_gap = (0.5 * (1.0 - 0.125) / 3.0 + 0.25 * (125.0 - 27.0) / 3.0) / 0.75;
    for (line, bounds, mean, square) in [
        (
            "triangular min=0 mode=1 max=2",
            (f64::NEG_INFINITY, 1.5),
            19.0 / 21.0,
            of_triangle,
        ),
        (
            "mixture components=1*uniform:min=0:max=1+1*uniform:min=3:max=5",
            (0.5, f64::INFINITY),
            (0.25 * 0.75 + 0.5 * 4.0) / 0.75,
            of_gap,
        ),
    ] {
        let (cut, _) = truncate(make(line), bounds.0, bounds.1).expect("most");
        let (found, sd) = (cut.mean().expect("a mean"), cut.sd().expect("an sd"));
        let expected: f64 = (square - mean * mean).sqrt();
        assert!(
            (found - mean).abs() < 1e-12 * mean,
            "{line}: {found} {mean}"
        );
        assert!(
            (sd - expected).abs() < 1e-12 * expected,
            "{line}: {sd} {expected}"
        );
    }
}

/// The zero-truncated Poisson distribution has its own formulas; what bounds cut off is what the whole one has there, a bound included.
#[test]
fn truncated_counts_are_those_of_their_formulas() {
    let m: f64 = 0.7;
    let (truncated, removed) =
        truncate(make("poisson mean=0.7"), 1.0, f64::INFINITY).expect("most");
    let zero = (-m).exp();
    assert!((removed - zero).abs() < 1e-15);
    let mean = m / (1.0 - zero);
    let variance = mean * (1.0 + m - mean);
    assert!((truncated.mean().expect("there") - mean).abs() < 1e-14);
    assert!((truncated.sd().expect("there") - variance.sqrt()).abs() < 1e-14);
    let mut probability = zero / (1.0 - zero);
    let mut cdf = 0.0;
    // Beyond, no u reaches.
    for k in 1..17 {
        probability *= m / f64::from(k);
        cdf += probability;
        assert!(
            (truncated.density(f64::from(k)) / probability - 1.0).abs() < 1e-13,
            "{k}"
        );
        assert!(
            (truncated.cdf(f64::from(k) + 0.5) - cdf).abs() < 1e-15,
            "{k}"
        );
    }
    assert_eq!((truncated.density(0.0), truncated.cdf(0.9)), (0.0, 0.0));
    // Far out, where 1 − F has no digits of F: the ratio of neighbours is still m / k.
    let (far, _) =
        truncate(make("poisson mean=0.7"), 40.0, f64::INFINITY).expect("next to nothing");
    let ratio = far.density(41.0) / far.density(40.0);
    assert!((ratio - m / 41.0).abs() < 1e-12, "{ratio}");
    // Bounds are kept.
    let (two, removed) =
        truncate(make("discrete values=1,2,3 weights=1,2,5"), 1.0, 2.0).expect("some");
    assert_eq!((two.support(), removed), ((1.0, 2.0), 0.625));
    assert!((two.mean().expect("there") - 5.0 / 3.0).abs() < 1e-15);
}

/// What has no mean or no standard deviation says why, and a truncation to a finite range gives both back.
#[test]
fn what_has_no_moments_says_why() {
    let words = |line: &str| {
        let marginal = make(line);
        let word = |moment: Result<f64, Missing>| moment.map_or_else(Missing::word, |_| "there");
        (word(marginal.mean_or_why()), word(marginal.sd_or_why()))
    };
    for (line, expected) in [
        ("student_t df=0.5", ("undefined", "undefined")),
        ("student_t df=1", ("undefined", "undefined")),
        ("student_t df=1.0001", ("there", "infinite")),
        ("student_t df=2", ("there", "infinite")),
        ("student_t df=2.0001", ("there", "there")),
        ("student_t df=1 | -5 50", ("there", "there")),
        ("student_t df=2 | -5 inf", ("there", "infinite")),
        ("student_t df=1 | -5 inf", ("infinite", "infinite")),
        (
            "mixture components=9*normal:mean=0:sd=1+1*student_t:df=1",
            ("undefined", "undefined"),
        ),
        (
            "mixture components=9*normal:mean=0:sd=1+1*student_t:df=2",
            ("there", "infinite"),
        ),
        (
            "metalog quantiles=0.1,1,0.5,30,0.9,9000 bounds=0,inf",
            ("infinite", "infinite"),
        ),
        ("lognormal median=1 gsd=50", ("there", "there")),
    ] {
        assert_eq!(words(line), expected, "{line}");
    }
    // Of a mixture only the parts without a mean count.
    let half = Component {
        weight: 1.0,
        marginal: make("student_t df=1 | 0 inf"),
    };
    let both = vec![weighing(1.0), half];
    let parameters = Parameters::default().with_components("components", both);
    let mixture = (family("mixture").unwrap().build)(&parameters).unwrap();
    assert_eq!(mixture.mean_or_why(), Err(Missing::Infinite));
}
