//! What figures are drawn from, against exact distribution functions; and the figures themselves.

#![allow(
    clippy::disallowed_methods,
    reason = "the answers are computed on the machine at hand"
)]

use montecarbon::diagnostic::Source;
use montecarbon::figure::{self, Figure, Format, Kind, Results};
use montecarbon::model::{Definition, Model, check};
use montecarbon::pipeline::{Plan, Unwatched, simulate};
use montecarbon::report::csv::Csv;
use montecarbon::report::{Report, TABLES, Writer};
use montecarbon::run::with_threads;
use montecarbon::sampler::Method;

/// Inputs that are outputs too, so that the exact distribution function of each is known.
const TEXT: &str = r#"
[inputs]
bell = { distribution = "normal", mean = -2, sd = 3, unit = "1" }
decades = { distribution = "lognormal", median = 1, gsd = 30, unit = "kWh" }
far = { distribution = "student_t", location = 0, scale = 1, df = 1, unit = "1" }
counted = { distribution = "poisson", mean = 3, unit = "1" }
counts = { distribution = "poisson", mean = 2000, unit = "1" }
spiked = { distribution = "mixture", unit = "1", components = [
    { weight = 1, distribution = "discrete", values = [0] },
    { weight = 2, distribution = "uniform", min = 5, max = 6 },
] }
flat = { distribution = "uniform", min = 1e6, max = 3e6, unit = "W" }
[formulas]
fixed = "3 * 7.68"
[outputs]
bell = "1"
decades = "kWh"
far = "1"
counted = "1"
counts = "1"
spiked = "1"
flat = "W"
fixed = "1"
"#;

/// So many pieces are few, whatever the number of trials.
const FEW: usize = 400;

fn model() -> Model {
    model_of(TEXT)
}

fn model_of(text: &str) -> Model {
    let model = check(Source::new("figures.toml", text), "figures", &[]);
    model.unwrap_or_else(|complaints| panic!("{}", complaints[0].message))
}

fn report(trials: u64, sampler: Method) -> Report {
    report_of(TEXT, trials, sampler)
}

fn report_of(text: &str, trials: u64, sampler: Method) -> Report {
    let plan = Plan {
        trials,
        sampler,
        distributions: true,
        ..Plan::default()
    };
    simulate(&[(model_of(text), plan)], None, &Unwatched, None)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn figures(report: &Report) -> Vec<Figure> {
    let table = |name: &str| {
        let table = TABLES.iter().find(|table| table.name == name)?;
        let mut bytes = Vec::new();
        Csv(table).write(report, &mut bytes).ok()?;
        Some(bytes)
    };
    let results = Results::read(table).expect("tables of ours");
    let kinds: Vec<Kind> = Kind::ALL.iter().map(|row| row.0).collect();
    figure::draw(&results, &kinds)
}

/// The largest distance from a distribution function, `shift`ed, in standard errors that are no smaller than those of `trials`
/// points of a Sobol' sequence can be.
fn farthest(report: &Report, output: &str, trials: u64, shift: f64) -> f64 {
    let model = model();
    let inputs = &model.variants[0].inputs;
    let input = inputs
        .iter()
        .find(|input| input.name == output)
        .expect("an input");
    let Definition::Random(marginal) = &input.definition else {
        panic!("{output} is a number");
    };
    let portions = &report.runs[0]
        .output(output)
        .expect("an output")
        .distribution;
    let mut farthest = 0.0_f64;
    for portion in portions {
        let exact = marginal.cdf(portion.high + shift);
        let found = portion.up_to.value.expect("a share");
        let error = portion
            .up_to
            .standard_error
            .unwrap_or(0.0)
            .max(3.0 / trials as f64);
        farthest = farthest.max((found - exact).abs() / error);
    }
    farthest
}

/// Both where every value is kept and where most are only counted. A false alarm at 10 standard errors (t with about 31 degrees of
/// freedom: 3e-11) in any of some 5,000 pieces: below 1e-6.
#[test]
fn shares_are_those_of_the_distribution() {
    for (trials, sampler) in [
        (20_000, Method::Random),
        (300_000, Method::Random),
        (300_000, Method::Sobol),
    ] {
        let report = report(trials, sampler);
        for output in [
            "bell", "decades", "far", "counted", "counts", "spiked", "flat",
        ] {
            let portions = &report.runs[0]
                .output(output)
                .expect("an output")
                .distribution;
            assert!(
                portions.len() > 5 && portions.len() < FEW,
                "{output}: {} pieces",
                portions.len()
            );
            assert!(
                portions.windows(2).all(|pair| pair[0].high <= pair[1].low),
                "{output} rises"
            );
            let sum: f64 = portions
                .iter()
                .filter_map(|portion| portion.share.value)
                .sum();
            assert!((sum - 1.0).abs() < 1e-12, "{output}: {sum}");
            let distance = farthest(&report, output, trials, 0.0);
            assert!(distance < 10.0, "{output}, {trials} trials: {distance}");
        }
        // The twin: a distribution a little to the side.
        let shifts = [
            ("bell", 0.3),
            ("decades", 0.1),
            ("far", 0.2),
            ("counts", 5.0),
            ("flat", 5e4),
        ];
        for (output, shift) in shifts {
            let distance = farthest(&report, output, trials, shift);
            assert!(distance > 10.0, "{output}, {trials} trials: {distance}");
        }
    }
}

#[test]
fn single_values_and_gaps_are_told_apart() {
    for trials in [20_000, 300_000] {
        let report = report(trials, Method::Sobol);
        let portions = |name: &str| &report.runs[0].output(name).expect("an output").distribution;
        let fixed = portions("fixed");
        assert_eq!(
            (fixed.len(), fixed[0].low, fixed[0].high),
            (1, 23.04, 23.04)
        );
        assert_eq!(fixed[0].share.value, Some(1.0));
        // The value zero alone, nothing up to five, and the rest between five and six.
        let spiked = portions("spiked");
        assert_eq!((spiked[0].low, spiked[0].high), (0.0, 0.0));
        assert!((spiked[0].share.value.expect("a share") - 1.0 / 3.0).abs() < 1e-2);
        assert!(
            spiked[1].low > 4.99 && spiked[1].low < 5.01,
            "{:?}",
            spiked[1]
        );
        let counted = portions("counted").iter();
        let single =
            counted.filter(|portion| portion.low == portion.high && portion.low.fract() == 0.0);
        assert!(single.count() >= 7);
    }
}

/// What is seldom but not discrete has a density where its values grow sparse, too, however heavy the single value beside it is.
#[test]
fn what_lies_beside_a_heavy_single_value_has_no_holes() {
    let text = "[inputs]\nseldom = { distribution = \"mixture\", components = [\n\
                { weight = 4, distribution = \"discrete\", values = [0] },\n\
                { weight = 1, distribution = \"lognormal\", median = 100, gsd = 1.3 },\n] }\n[outputs]\nseldom = \"1\"\n";
    for trials in [20_000, 1_000_000] {
        let report = report_of(text, trials, Method::Sobol);
        let portions = &report.runs[0].outputs[0].distribution;
        let (atom, rest) = portions.split_first().expect("portions");
        assert_eq!((atom.low, atom.high), (0.0, 0.0));
        let within = |x: f64| (60.0..170.0).contains(&x);
        let holes = rest
            .windows(2)
            .filter(|pair| within(pair[0].high) && pair[0].high != pair[1].low);
        assert_eq!(holes.count(), 0, "{trials}");
    }
}

/// The numbers above the picture of an input are in what its axis is in, and the lower end of decades is not taken for zero.
#[test]
fn numbers_of_inputs_are_in_the_unit_above_them() {
    let text = "[inputs]\nfactor = { distribution = \"lognormal\", median = 3e-8, gsd = 1.5, unit = \"tCO2e/request\" }\n\
                wide = { distribution = \"loguniform\", min = 1e-9, max = 10 }\n\
                [outputs]\nfactor = \"tCO2e/request\"\nwide = \"1\"\n";
    let drawn = figures(&report_of(text, 4096, Method::Sobol));
    let inputs = drawn.iter().find(|figure| figure.name.ends_with(".inputs"));
    let svg = &inputs.expect("the inputs").svg;
    assert!(
        svg.contains(">factor (×10⁻⁹ tCO2e/request)</text>")
            && svg.contains(">30 [13.6, 66.4]</text>"),
        "{svg}"
    );
    assert!(svg.contains("[1.78e-9, 5.62]"), "{svg}");
}

#[test]
fn figures_are_the_same_bytes_for_any_number_of_threads() {
    let drawn = |threads| {
        with_threads(Some(threads), || {
            let figures = figures(&report(300_000, Method::Sobol)).into_iter();
            figures
                .map(|figure| (figure.name, figure.svg))
                .collect::<Vec<_>>()
        })
    };
    let one = drawn(1);
    assert_eq!(one, drawn(3));
    // Density and distribution function of 8 outputs, drivers and convergence of 7, and the inputs.
    assert_eq!(one.len(), 2 * 8 + 2 * 7 + 1);
}

/// Each step within its error of the exact number, the last one the reported number. A false alarm at 10 standard errors (t with at
/// least 3 degrees of freedom: 2e-3, but errors of so few replicates are held to those of all, which are known) is below 1e-6.
#[test]
fn the_way_to_the_numbers() {
    for trials in [20_000, 300_000] {
        let report = report(trials, Method::Random);
        let output = report.runs[0].output("bell").expect("an output");
        let steps = &output.convergence;
        assert!((6..=12).contains(&steps.len()), "{} steps", steps.len());
        assert!(steps.windows(2).all(|pair| pair[0].trials < pair[1].trials));
        let exact = [-2.0, -2.0, -2.0 - 3.0 * 1.959964, -2.0 + 3.0 * 1.959964];
        for (at, exact) in exact.into_iter().enumerate() {
            let (name, last) = steps[steps.len() - 1].statistics()[at];
            assert_eq!(output.statistic(name), Some(&last), "{name}");
            for step in steps {
                let (_, found) = step.statistics()[at];
                let share = step.trials as f64 / steps[steps.len() - 1].trials as f64;
                let error = last.standard_error.expect("an error") / share.sqrt();
                let distance = (found.value.expect("a value") - exact).abs() / error;
                assert!(distance < 10.0, "{name} of {}: {distance}", step.trials);
                // The twin: an answer that is a little off.
                let off = (found.value.expect("a value") - exact - 3.0).abs() / error;
                assert!(off > 10.0, "{name} of {}: {off}", step.trials);
            }
        }
        let svg = figures(&report)
            .into_iter()
            .find(|figure| figure.name == "figures.bell.convergence");
        assert!(
            svg.expect("a figure")
                .svg
                .contains("dashed: the final number")
        );
        let fixed = report.runs[0].output("fixed").expect("an output");
        assert!(fixed.convergence.is_empty());
    }
}

/// A further variant has the inputs that are distributed otherwise, and what lies beyond an axis is named at its end.
#[test]
fn inputs_of_variants_and_observations_beyond_the_axis() {
    let text = "[inputs]\nx = { distribution = \"normal\", mean = 5, sd = 1, unit = \"kWh\" }\ny = { distribution = \"uniform\", min = 1, max = 2 }\n\
                [formulas]\nz = \"x * y\"\n[outputs]\nz = \"kWh\"\n[variants.less.inputs]\nx = { distribution = \"normal\", mean = 4, sd = 1, unit = \"kWh\" }\n\
                [variants.more.formulas]\nz = \"2 * x * y\"\n\
                [[observed]]\noutput = \"z\"\nname = \"the meter\"\nvalue = 500\nunit = \"kWh\"\n";
    let model = check(Source::new("two.toml", text), "two", &[]);
    let model = model.unwrap_or_else(|complaints| panic!("{}", complaints[0].message));
    let plan = Plan {
        trials: 4096,
        distributions: true,
        ..Plan::default()
    };
    let report = simulate(&[(model, plan)], None, &Unwatched, None)
        .unwrap_or_else(|error| panic!("{error}"));
    let figures = figures(&report);
    let of = |name: &str| figures.iter().find(|figure| figure.name == name);
    let svg = |name: &str| {
        of(name)
            .map(|figure| figure.svg.as_str())
            .unwrap_or_default()
    };
    assert!(
        svg("two.inputs").contains(">y</text>") && svg("two.inputs").contains(">x (kWh)</text>")
    );
    assert!(svg("two.less.inputs").contains(">x (kWh)</text>"));
    assert!(!svg("two.less.inputs").contains(">y</text>"));
    assert!(svg("two.less.inputs").contains("otherwise than in base"));
    assert!(of("two.more.inputs").is_none());
    assert!(svg("two.z.density").contains(">above: the meter</text>"));
}

#[test]
fn every_format_holds_the_picture() {
    let report = report(20_000, Method::Sobol);
    let figures = figures(&report);
    let figure = figures
        .iter()
        .find(|figure| figure.name == "figures.bell.density")
        .expect("a figure");
    let svg = String::from_utf8(figure.bytes(Format::Svg).expect("svg")).expect("text");
    assert!(
        svg.contains("viewBox") && svg.contains(">bell · figures</text>"),
        "{svg}"
    );
    let png = figure.bytes(Format::Png).expect("png");
    assert!(
        png.starts_with(b"\x89PNG\r\n\x1a\n") && png.len() > 10_000,
        "{}",
        png.len()
    );
    // 480 pixels of 1/96 inch are 1500 dots of 1/300.
    assert_eq!(
        u32::from_be_bytes(png[16..20].try_into().expect("a width")),
        1500
    );
    let pdf = figure.bytes(Format::Pdf).expect("pdf");
    assert!(pdf.starts_with(b"%PDF-") && pdf.windows(6).any(|word| word == b"Roboto"));
    assert_eq!(pdf, figure.bytes(Format::Pdf).expect("pdf"));
}

#[test]
fn text_of_a_scenario_is_no_markup() {
    let text = "title = \"<script>alert(1)</script>\"\n[inputs]\nx = { distribution = \"normal\", mean = 5, sd = 1, unit = \"kWh\" }\n\
                [outputs]\nx = \"kWh\"\n[[observed]]\noutput = \"x\"\nname = \"<img src=x onerror=alert(1)>\"\nvalue = 5\nunit = \"kWh\"\n";
    let model = check(Source::new("hostile.toml", text), "hostile", &[]);
    let model = model.unwrap_or_else(|complaints| panic!("{}", complaints[0].message));
    let plan = Plan {
        trials: 4096,
        distributions: true,
        ..Plan::default()
    };
    let report = simulate(&[(model, plan)], None, &Unwatched, None)
        .unwrap_or_else(|error| panic!("{error}"));
    for figure in figures(&report) {
        assert!(
            !figure.svg.contains("<img") && !figure.svg.contains("<script"),
            "{}",
            figure.name
        );
    }
    let figures = figures(&report);
    let density = figures
        .iter()
        .find(|figure| figure.kind == Kind::Density)
        .expect("a density");
    assert!(density.svg.contains("&lt;img src=x"), "{}", density.svg);
}
