//! A second witness of the first-order indices: the rank-based estimator of Gamboa, Gremaud, Klein & Lagnoux, "Global sensitivity
//! analysis: a novel generation of mighty estimators based on rank statistics", Bernoulli 28, 2345 (2022), equation (2.7), from independent
//! trials: with the trials in the order of the input, (mean of y·y′ of neighbours − ȳ²) / variance of y.

use super::models::{checked, sensitivities};
use super::plan;
use super::sensitivity::rows;
use montecarbon::pipeline::{Encoder, Plan, TrialSink, Unwatched, simulate};
use montecarbon::sampler::Method;
use montecarbon::sensitivity::Measure;
use std::collections::BTreeMap;
use std::io;

const TRIALS: u64 = 1 << 17;
/// Parts of the sample, whose estimates give the witness its error.
const PARTS: usize = 64;

/// The trials, column by column.
#[derive(Default)]
struct Columns {
    names: Vec<String>,
    values: Vec<Vec<f64>>,
}

impl TrialSink for Columns {
    fn begin(
        &mut self,
        _: &str,
        _: &str,
        columns: &[(String, &'static str, String)],
    ) -> io::Result<Encoder> {
        self.names = columns.iter().map(|column| column.0.clone()).collect();
        self.values = vec![Vec::new(); columns.len()];
        Ok(Box::new(|_, _, columns| {
            let rows = columns.iter().flat_map(|column| column.iter());
            rows.flat_map(|value| value.to_le_bytes()).collect()
        }))
    }

    fn block(&mut self, bytes: Vec<u8>) -> io::Result<()> {
        let rows = bytes.len() / 8 / self.values.len();
        for (column, bytes) in self.values.iter_mut().zip(bytes.chunks_exact(8 * rows)) {
            let numbers = bytes.chunks_exact(8);
            column.extend(
                numbers.map(|bytes| f64::from_le_bytes(bytes.try_into().expect("eight bytes"))),
            );
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The estimate of a part of the sample.
fn by_ranks(x: &[f64], y: &[f64]) -> f64 {
    let n = y.len() as f64;
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|&one, &other| x[one].total_cmp(&x[other]));
    let mean = y.iter().sum::<f64>() / n;
    // The last one's neighbour is the first.
    let after = order.iter().skip(1).chain(order.first());
    let products: f64 = order
        .iter()
        .zip(after)
        .map(|(&one, &next)| (y[one] - mean) * (y[next] - mean))
        .sum();
    let squares: f64 = y.iter().map(|y| (y - mean) * (y - mean)).sum();
    products / squares
}

/// The mean over the parts, and its standard error.
fn witness(x: &[f64], y: &[f64]) -> (f64, f64) {
    let size = y.len() / PARTS;
    let parts: Vec<f64> = x
        .chunks_exact(size)
        .zip(y.chunks_exact(size))
        .map(|(x, y)| by_ranks(x, y))
        .collect();
    let n = parts.len() as f64;
    let mean = parts.iter().sum::<f64>() / n;
    let squares: f64 = parts.iter().map(|part| (part - mean) * (part - mean)).sum();
    (mean, (squares / (n - 1.0) / n).sqrt())
}

/// Both estimators agree within five and a half of their joint errors and the witness's bias of the order of a part's neighbours; the
/// twin takes each input from the trial before.
#[test]
fn two_estimators_of_the_first_order_agree() {
    let models = [
        "ishigami_7_01",
        "gauss_product3",
        "lin3_indep",
        "lin3_corr09",
        "lin2_corr",
    ];
    let mut held = BTreeMap::new();
    for exact in sensitivities()
        .into_iter()
        .filter(|exact| models.contains(&exact.id.as_str()))
    {
        let asked = Plan {
            measures: vec![Measure::GivenData],
            ..plan(Method::Random, TRIALS, 77, vec![0.5])
        };
        let mut columns = Columns::default();
        let model = checked(&exact.scenario);
        simulate(
            &[(model, asked.clone())],
            None,
            &Unwatched,
            Some(&mut columns),
        )
        .expect("a run");
        let y = columns.values.last().expect("the output");
        for row in rows(&exact.scenario, asked) {
            let Some(at) = columns.names.iter().position(|name| *name == row.input) else {
                continue;
            };
            let (value, error) = (
                row.estimate.value.expect("a value"),
                row.estimate.standard_error.expect("an error"),
            );
            let x = &columns.values[at];
            let mut shifted = x.clone();
            shifted.rotate_right(1);
            for (kind, x) in [("right", x), ("shifted", &shifted)] {
                let (other, of_other) = witness(x, y);
                let agree = (value - other).abs()
                    <= 5.5 * (error * error + of_other * of_other).sqrt() + 2e-3;
                let counts: &mut (u32, u32) = held.entry(kind).or_default();
                counts.0 += u32::from(agree);
                counts.1 += 1;
                assert!(
                    agree || kind == "shifted",
                    "{} {}: {value} ± {error}, by ranks {other} ± {of_other}",
                    exact.id,
                    row.input
                );
            }
        }
    }
    let (agree, all) = held["right"];
    assert!(agree == all && all >= 9, "{agree} of {all}");
    assert!(
        held["shifted"].0 < all / 2,
        "the twin: {} of {all} agree",
        held["shifted"].0
    );
}
