use montecarbon::distribution::{Marginal, Parameters, family, truncate};
use std::sync::Arc;
use std::time::Instant;

fn make(name: &str, keys: &[(&str, f64)]) -> Arc<dyn Marginal> {
    let mut p = Parameters::default();
    for (k, v) in keys {
        p = p.with(k, *v);
    }
    (family(name).unwrap().build)(&p).unwrap_or_else(|e| panic!("{name} {e:?}"))
}

#[test]
fn explore() {
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
        ("normal", make("normal", &[("mean", 1.0), ("sd", 2.0)])),
        (
            "lognormal",
            make("lognormal", &[("median", 1.0), ("gsd", 2.0)]),
        ),
        ("exponential", make("exponential", &[("mean", 2.0)])),
        (
            "pert",
            make(
                "pert",
                &[("min", 1.1), ("mode", 1.18), ("max", 1.35), ("shape", 4.0)],
            ),
        ),
        ("beta 2 3", make("beta", &[("alpha", 2.0), ("beta", 3.0)])),
        ("beta .5 .5", make("beta", &[("alpha", 0.5), ("beta", 0.5)])),
        ("beta .1 3", make("beta", &[("alpha", 0.1), ("beta", 3.0)])),
        (
            "beta 200 300",
            make("beta", &[("alpha", 200.0), ("beta", 300.0)]),
        ),
        ("beta 1e6 3", make("beta", &[("alpha", 1e6), ("beta", 3.0)])),
        (
            "gamma 2.5",
            make("gamma", &[("shape", 2.5), ("scale", 2.0)]),
        ),
        ("gamma .1", make("gamma", &[("shape", 0.1), ("scale", 2.0)])),
        (
            "gamma .01",
            make("gamma", &[("shape", 0.01), ("scale", 2.0)]),
        ),
        (
            "gamma 150",
            make("gamma", &[("shape", 150.0), ("scale", 2.0)]),
        ),
        (
            "gamma 1e6",
            make("gamma", &[("shape", 1e6), ("scale", 2.0)]),
        ),
        (
            "normal trunc",
            truncate(
                make("normal", &[("mean", 30.0), ("sd", 7.5)]),
                0.0,
                f64::INFINITY,
            )
            .unwrap()
            .0,
        ),
        (
            "normal trunc2",
            truncate(make("normal", &[("mean", 0.0), ("sd", 1.0)]), 6.0, 7.0)
                .unwrap()
                .0,
        ),
        (
            "gamma trunc",
            truncate(make("gamma", &[("shape", 2.5), ("scale", 1.0)]), 0.5, 7.0)
                .unwrap()
                .0,
        ),
        ("poisson 4.5", make("poisson", &[("mean", 4.5)])),
        ("poisson 1e4", make("poisson", &[("mean", 1e4)])),
        ("poisson 1e8", make("poisson", &[("mean", 1e8)])),
        ("poisson 1e300", make("poisson", &[("mean", 1e300)])),
        ("bernoulli", make("bernoulli", &[("p", 0.3)])),
    ];
    // 2^20 uniforms
    let n = 1 << 20;
    let mut s = 88172645463325252u64;
    let u: Vec<f64> = (0..n)
        .map(|_| {
            s ^= s << 13;
            s ^= s >> 7;
            s ^= s << 17;
            ((s >> 12) as f64 + 0.5) / 4503599627370496.0
        })
        .collect();
    let mut x = vec![0.0; n];
    for (name, m) in &cases {
        let t = Instant::now();
        m.fill(&[0.3], &mut [0.0]);
        let build = t.elapsed();
        for (u, x) in u.chunks(256).zip(x.chunks_mut(256)).take(100) {
            m.fill(u, x);
        }
        let t = Instant::now();
        for r in 0..64 {
            let _ = r;
            for (u, x) in u.chunks(256).zip(x.chunks_mut(256)).take(64) {
                m.fill(u, x);
            }
        }
        let ns = t.elapsed().as_secs_f64() * 1e9 / n as f64;
        let t = Instant::now();
        let mut worst: f64 = 0.0;
        for (u, x) in u.iter().zip(&x).take(2000) {
            let e = m.quantile(*u);
            worst = worst.max(((x - e) / e).abs());
        }
        let exact = t.elapsed().as_secs_f64() * 1e9 / 2000.0;
        println!(
            "{name:15} build {:8.1} us  fill {ns:6.2} ns  exact {exact:7.1} ns  worst rel {worst:.1e}",
            build.as_secs_f64() * 1e6
        );
    }
}
