//! Nanoseconds a value of the elementary functions over a tile.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use montecarbon::kernel;
use std::hint::black_box;

const TILE: usize = 256;

fn kernels(criterion: &mut Criterion) {
    let x: Vec<f64> = (0..TILE).map(|i| 0.01 + 0.37 * i as f64).collect();
    let small: Vec<f64> = x.iter().map(|x| 0.1 * x - 4.0).collect();
    let mut y = vec![0.0; TILE];
    // What is timed is right: one value against the scalar form.
    kernel::exp_slice(&small, &mut y);
    assert_eq!(y[100], kernel::exp(small[100]));
    let mut group = criterion.benchmark_group("kernel");
    group.throughput(Throughput::Elements(TILE as u64));
    group.bench_function("exp", |b| {
        b.iter(|| kernel::exp_slice(black_box(&small), &mut y))
    });
    group.bench_function("ln", |b| b.iter(|| kernel::ln_slice(black_box(&x), &mut y)));
    group.bench_function("log10", |b| {
        b.iter(|| kernel::log10_slice(black_box(&x), &mut y))
    });
    group.bench_function("powf", |b| {
        b.iter(|| kernel::powf_slice(black_box(&x), &small, &mut y))
    });
    group.finish();
}

criterion_group!(benches, kernels);
criterion_main!(benches);
