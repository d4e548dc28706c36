//! The rows of `summary.csv` for one output.

use super::Plan;
use crate::model::Output;
use crate::report::StatisticRow;
use crate::run::FirstOrder;
use crate::statistic::Estimate;
use crate::statistic::summary::Summary;
use std::borrow::Cow;
use std::sync::Arc;

/// What the rows of an output are made of, beside its summary.
pub struct Rows<'a> {
    /// The output.
    pub output: &'a Output,
    /// How it was run.
    pub plan: &'a Plan,
    /// Trials run.
    pub trials: u64,
    /// Trials left out.
    pub nonfinite: u64,
    /// Its value with every random input at its median.
    pub at_medians: f64,
    /// What first-order propagation says.
    pub first_order: FirstOrder,
}

impl Rows<'_> {
    /// The rows of an output that a distribution acts on.
    pub fn varying(&self, summary: &Summary) -> Vec<StatisticRow> {
        self.rows(summary)
    }

    /// The rows of an output that none acts on: computed once, spread and errors zero.
    pub fn constant(&self) -> Vec<StatisticRow> {
        let value = self.at_medians;
        let known = |value: f64| Estimate {
            standard_error: Some(0.0),
            ..Estimate::exact(value)
        };
        self.rows(&Summary {
            trials: self.trials,
            mean: known(value),
            sd: known(0.0),
            // Of zero there is none.
            cv: if value == 0.0 {
                Estimate::unavailable()
            } else {
                known(0.0)
            },
            extremes: [value; 2],
            quantiles: self
                .plan
                .quantiles
                .iter()
                .map(|&p| (p, known(value)))
                .collect(),
            interval: [known(value); 2],
            shortest: [known(value); 2],
            above: self
                .output
                .thresholds
                .iter()
                .map(|threshold| known(f64::from(u8::from(value > threshold.1))))
                .collect(),
            below: Vec::new(),
            effective_trials: f64::INFINITY,
            heavy_tail: None,
            binned: None,
        })
    }

    fn rows(&self, summary: &Summary) -> Vec<StatisticRow> {
        let of_output: Arc<str> = self.output.unit.text.as_str().into();
        let pure: Arc<str> = "1".into();
        let (unit, one) = (&of_output, &pure);
        let level = Some(self.plan.level);
        fn row(
            statistic: impl Into<Cow<'static, str>>,
            unit: &Arc<str>,
            estimate: Estimate,
            level: Option<f64>,
        ) -> StatisticRow {
            StatisticRow {
                statistic: statistic.into(),
                unit: Arc::clone(unit),
                estimate,
                level,
            }
        }
        // Exactly the room they need: a sweep keeps many of them.
        let thresholds = self.output.thresholds.len().min(summary.above.len());
        let mut rows = Vec::with_capacity(16 + summary.quantiles.len() + 2 * thresholds);
        rows.extend([
            row("trials", one, Estimate::exact(self.trials as f64), None),
            row(
                "nonfinite",
                one,
                Estimate::exact(self.nonfinite as f64),
                None,
            ),
            row("mean", unit, summary.mean, None),
            row("sd", unit, summary.sd, None),
            row("cv", one, summary.cv, None),
            row("min", unit, Estimate::exact(summary.extremes[0]), None),
            row("max", unit, Estimate::exact(summary.extremes[1]), None),
            row("at_medians", unit, Estimate::exact(self.at_medians), None),
        ]);
        for &(p, estimate) in &summary.quantiles {
            rows.push(row(quantile_name(p), unit, estimate, None));
        }
        rows.push(row("interval_low", unit, summary.interval[0], level));
        rows.push(row("interval_high", unit, summary.interval[1], level));
        rows.push(row("shortest_low", unit, summary.shortest[0], level));
        rows.push(row("shortest_high", unit, summary.shortest[1], level));
        for ((name, threshold), &above) in self.output.thresholds.iter().zip(&summary.above) {
            rows.push(row(
                format!("threshold:{name}"),
                unit,
                Estimate::exact(*threshold),
                None,
            ));
            rows.push(row(format!("p_above:{name}"), one, above, None));
        }
        let FirstOrder { at_means, sd } = self.first_order;
        let [low, high] = self.first_order.interval(self.plan.level);
        rows.push(row("at_means", unit, Estimate::exact(at_means), None));
        rows.push(row("first_order_sd", unit, Estimate::exact(sd), None));
        let ends = ["first_order_interval_low", "first_order_interval_high"];
        for (name, end) in ends.into_iter().zip([low, high]) {
            rows.push(row(name, unit, Estimate::exact(end), level));
        }
        rows
    }
}

/// `median`, or `q` and the shortest decimal that names the probability.
pub fn quantile_name(p: f64) -> String {
    if p == 0.5 {
        "median".to_owned()
    } else {
        format!("q{p}")
    }
}
