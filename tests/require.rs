//! How much better inputs would have to be known, against closed forms.

#![allow(
    clippy::disallowed_methods,
    reason = "the answers are computed on the machine at hand"
)]

use montecarbon::diagnostic::Source;
use montecarbon::model::check;
use montecarbon::pipeline::{Plan, Requirement, RunError, Unwatched, require};
use montecarbon::report::require::{Need, RequireReport, RequireRow};
use montecarbon::sampler::Method;

/// The normal deviate of 97.5 %.
const Z: f64 = 1.959_963_984_540_054;

/// Half-widths of 1.96 · 5 %: of two normals with standard deviations of 3 and 4.
const SUM: &str = "[inputs]
a = { distribution = \"normal\", mean = 0, sd = 3 }
b = { distribution = \"normal\", mean = 100, sd = 4 }
[formulas]
y = \"a + b\"
[outputs]
y = \"1\"
";

/// A lognormal with a sigma of 0.5, of two with 0.3 and 0.4.
const PRODUCT: &str = "[inputs]
a = { distribution = \"lognormal\", mu = 1, sigma = 0.3 }
b = { distribution = \"lognormal\", mu = 2, sigma = 0.4 }
[formulas]
y = \"a * b\"
[outputs]
y = \"1\"
";

fn asked(text: &str, within: f64, sampler: Method) -> Result<RequireReport, RunError> {
    let model = check(Source::new("require.toml", text), "require", &[]);
    let model = model.unwrap_or_else(|complaints| panic!("{}", complaints[0].message));
    let plan = Plan {
        trials: 1 << 17,
        sampler,
        ..Plan::default()
    };
    let requirement = Requirement {
        output: "y".to_owned(),
        within,
    };
    require(&[(model, plan)], None, &requirement, &Unwatched)
        .map(|mut report| report.requirements.remove(0))
}

fn report(text: &str, within: f64, sampler: Method) -> RequireReport {
    asked(text, within, sampler).unwrap_or_else(|error| panic!("{error}"))
}

/// How many standard errors a factor is from an answer.
fn off(row: &RequireRow, truth: f64) -> f64 {
    let Need::Factor(factor) = &row.need else {
        panic!("{row:?} for {truth}");
    };
    let error = factor.standard_error.unwrap();
    assert!(error < 0.02, "{row:?}");
    (factor.value.unwrap() - truth).abs() / error
}

/// The factor of one of two with these spreads, of both, that leaves `left` of them together.
fn factors(spreads: [f64; 2], left: f64) -> [Option<f64>; 3] {
    let alone = |mine: f64, other: f64| {
        let square = (left * left - other * other) / (mine * mine);
        (square > 0.0).then(|| square.sqrt())
    };
    let [a, b] = spreads;
    [alone(a, b), alone(b, a), Some(left / a.hypot(b))]
}

#[test]
fn factors_are_those_of_the_closed_form() {
    let mut checked = 0;
    let sum = |within: f64| factors([3.0, 4.0], 100.0 * within / Z);
    let product = |within: f64| factors([0.3, 0.4], within.asinh() / Z);
    for sampler in [Method::Random, Method::LatinHypercube, Method::Sobol] {
        for (text, within, exact) in [
            (SUM, 0.09, sum(0.09)),
            (SUM, 0.07, sum(0.07)),
            (PRODUCT, 1.0, product(1.0)),
            (PRODUCT, 0.7, product(0.7)),
        ] {
            let report = report(text, within, sampler);
            let pair = report.pair.as_ref().unwrap();
            let rows = [&report.rows[0], &report.rows[1], pair];
            for (row, exact) in rows.into_iter().zip(exact) {
                match exact {
                    Some(exact) => {
                        assert!(
                            off(row, exact) < 5.0,
                            "{sampler:?} {within} {row:?} for {exact}"
                        );
                        // The twin: a factor that is off by a twentieth is told apart.
                        assert!(off(row, 1.05 * exact) > 5.0 || sampler != Method::Sobol);
                        checked += 1;
                    }
                    None => assert!(matches!(row.need, Need::Impossible), "{row:?}"),
                }
            }
            // Of two inputs, the pair is all.
            let [pair, all] = [pair, &report.together].map(|row| match &row.need {
                Need::Factor(factor) => factor.value,
                _ => None,
            });
            assert_eq!(pair, all);
        }
    }
    assert_eq!(checked, 3 * 10);
}

#[test]
fn what_is_left_where_one_is_known_and_what_its_interval_becomes() {
    let report = report(SUM, 0.07, Method::Sobol);
    let [a, b] = [&report.rows[0], &report.rows[1]];
    for (row, left) in [(a, 4.0), (b, 3.0)] {
        let known = row.if_known;
        let exact = Z * left / 100.0;
        assert!((known.value.unwrap() - exact).abs() < 5.0 * known.standard_error.unwrap());
        assert!(known.standard_error.unwrap() < 2e-4);
    }
    assert!((report.present.value.unwrap() - Z * 0.05).abs() < 5e-4);
    let Need::Factor(factor) = &b.need else {
        panic!("{b:?}");
    };
    let half = 4.0 * Z;
    for (end, sign) in [(0, -1.0), (1, 1.0)] {
        assert!((b.interval.unwrap()[end] - (100.0 + sign * half)).abs() < 1e-9);
        let needed = 100.0 + sign * factor.value.unwrap() * half;
        assert!((b.needed.unwrap()[end] - needed).abs() < 1e-9);
    }
    assert!(a.needed.is_none());
}

/// A lognormal stays one: its interval shrinks by ratios.
#[test]
fn an_interval_of_ratios_shrinks_by_ratios() {
    let report = report(PRODUCT, 0.7, Method::Sobol);
    let row = &report.rows[1];
    let Need::Factor(factor) = &row.need else {
        panic!("{row:?}");
    };
    let (now, needed) = (row.interval.unwrap(), row.needed.unwrap());
    let ratio = |ends: [f64; 2]| (ends[1] / ends[0]).ln();
    assert!((ratio(needed) / ratio(now) - factor.value.unwrap()).abs() < 1e-9);
}

#[test]
fn enough_already_or_never() {
    let enough = report(SUM, 0.11, Method::Sobol);
    assert!(enough.reached);
    assert!(
        enough
            .rows
            .iter()
            .all(|row| matches!(row.need, Need::Nothing))
    );
    // A coin is known or not; what really varies cannot be known better.
    let text = SUM.replace(
        "[formulas]",
        "coin = { distribution = \"bernoulli\", p = 0.5 }\nload = { distribution = \"normal\", mean = 0, sd = 1, kind = \"variability\" }\n[formulas]",
    );
    let text = text.replace("a + b", "a + b + 20 * coin + load");
    let with_coin = report(&text, 0.095, Method::Sobol);
    assert_eq!(with_coin.varies, ["load"]);
    let coin = with_coin
        .rows
        .iter()
        .find(|row| row.inputs == ["coin"])
        .unwrap();
    assert!(matches!(coin.need, Need::Impossible), "{coin:?}");
    let with_coin = report(&text, 0.13, Method::Sobol);
    let coin = with_coin
        .rows
        .iter()
        .find(|row| row.inputs == ["coin"])
        .unwrap();
    assert!(matches!(coin.need, Need::Known), "{coin:?}");
    // Known to within what the trials cannot tell from what is asked.
    let edge = Z * 4.0 / 100.0;
    let close = report(SUM, edge, Method::Random);
    assert!(
        matches!(close.rows[0].need, Need::Unresolved),
        "{:?}",
        close.rows[0]
    );
}

#[test]
fn what_has_no_median_to_be_a_share_of_is_refused() {
    for (text, words) in [
        (
            "[inputs]\nx = { value = 3 }\n[formulas]\ny = \"x\"\n[outputs]\ny = \"1\"\n",
            "does not vary",
        ),
        (
            "[inputs]\nx = { distribution = \"discrete\", values = [-1, 0, 1] }\n[formulas]\ny = \"x\"\n[outputs]\ny = \"1\"\n",
            "median of y is 0",
        ),
        (
            "[inputs]\nx = { distribution = \"uniform\", min = -1, max = 1 }\n[formulas]\ny = \"sqrt(x)\"\n[outputs]\ny = \"1\"\n",
            "not finite",
        ),
    ] {
        let refused = asked(text, 0.1, Method::Sobol).unwrap_err().to_string();
        assert!(refused.contains(words), "{refused}");
    }
}

#[test]
fn any_number_of_threads_gives_the_same() {
    let of = |threads| {
        let found =
            montecarbon::run::with_threads(Some(threads), || report(SUM, 0.07, Method::Sobol));
        format!("{found:?}")
    };
    assert_eq!(of(1), of(3));
}
