//! Nanoseconds a draw of every family over a tile, and a whole build of its table beside one exact quantile.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use montecarbon::distribution::{Marginal, Parameters, family, truncate};
use std::cell::Cell;
use std::hint::black_box;
use std::sync::Arc;

const TILE: usize = 256;

fn make(name: &str, keys: &[(&str, f64)]) -> Arc<dyn Marginal> {
    let parameters = keys
        .iter()
        .fold(Parameters::default(), |p, (k, v)| p.with(k, *v));
    (family(name).expect(name).build)(&parameters).expect(name)
}

/// Points as the sampler makes them.
fn uniforms() -> Vec<f64> {
    let mut state = 88172645463325252_u64;
    let draws = (0..64 * TILE).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        ((state >> 12) as f64 + 0.5) / 4503599627370496.0
    });
    draws.collect()
}

fn fill(criterion: &mut Criterion) {
    let truncated = truncate(make("normal", &[("mean", 30.0), ("sd", 7.5)]), 0.0, 90.0)
        .expect("mass")
        .0;
    let cases: Vec<(&str, Arc<dyn Marginal>)> = vec![
        ("uniform", make("uniform", &[("min", 1.0), ("max", 3.0)])),
        (
            "loguniform",
            make("loguniform", &[("min", 1.0), ("max", 300.0)]),
        ),
        (
            "triangular",
            make("triangular", &[("min", 1.0), ("mode", 2.0), ("max", 5.0)]),
        ),
        (
            "pert",
            make("pert", &[("min", 1.1), ("mode", 1.18), ("max", 1.35)]),
        ),
        ("normal", make("normal", &[("mean", 1.0), ("sd", 2.0)])),
        (
            "lognormal",
            make("lognormal", &[("median", 1.0), ("gsd", 2.0)]),
        ),
        ("beta", make("beta", &[("alpha", 2.0), ("beta", 3.0)])),
        ("gamma", make("gamma", &[("shape", 2.5), ("scale", 2.0)])),
        ("exponential", make("exponential", &[("mean", 2.0)])),
        (
            "weibull",
            make("weibull", &[("shape", 1.5), ("scale", 2.0)]),
        ),
        ("student_t", make("student_t", &[("df", 4.0)])),
        (
            "gumbel",
            make("gumbel", &[("location", 1.0), ("scale", 2.0)]),
        ),
        ("normal truncated", truncated),
        ("poisson 4.5", make("poisson", &[("mean", 4.5)])),
        ("poisson 1e8", make("poisson", &[("mean", 1e8)])),
        ("bernoulli", make("bernoulli", &[("p", 0.3)])),
    ];
    let u = uniforms();
    let mut x = vec![0.0; TILE];
    let mut group = criterion.benchmark_group("fill");
    group.throughput(Throughput::Elements(TILE as u64));
    for (name, marginal) in &cases {
        let mut tiles = u.chunks_exact(TILE).cycle();
        group.bench_function(*name, |b| {
            b.iter(|| marginal.fill(tiles.next().expect("cycles"), black_box(&mut x)))
        });
        // A tile's values are the quantiles they claim to be.
        let tile = &u[..TILE];
        marginal.fill(tile, &mut x);
        let error = (marginal.cdf(x[7]) - tile[7]).abs();
        assert!(error < 1e-9 || marginal.is_discrete(), "{name}: {error:e}");
    }
    group.finish();
}

/// The first fill of parameters never seen before: the table is built.
fn build(criterion: &mut Criterion) {
    let step = Cell::new(0.0);
    let fresh = || {
        step.set(step.get() + 1e-6);
        step.get()
    };
    let mut group = criterion.benchmark_group("build");
    group.sample_size(20);
    let mut case = |name: &str, make: &dyn Fn(f64) -> Arc<dyn Marginal>| {
        group.bench_function(name, |b| {
            b.iter_batched(
                || make(fresh()),
                |marginal| marginal.fill(&[0.3], &mut [0.0]),
                BatchSize::SmallInput,
            )
        });
    };
    case("pert", &|e| {
        make("pert", &[("min", 1.1), ("mode", 1.18 + e), ("max", 1.35)])
    });
    case("beta", &|e| {
        make("beta", &[("alpha", 2.0 + e), ("beta", 3.0)])
    });
    case("gamma", &|e| {
        make("gamma", &[("shape", 2.5 + e), ("scale", 2.0)])
    });
    case("student_t", &|e| make("student_t", &[("df", 4.0 + e)]));
    case("normal truncated", &|e| {
        truncate(
            make("normal", &[("mean", 30.0 + e), ("sd", 7.5)]),
            0.0,
            90.0,
        )
        .expect("mass")
        .0
    });
    case("poisson", &|e| make("poisson", &[("mean", 1e4 + e)]));
    group.finish();
}

criterion_group!(benches, fill, build);
criterion_main!(benches);
