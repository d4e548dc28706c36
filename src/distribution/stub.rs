//! Toy families until the real ones are here.

use super::{Family, Marginal, Parameter, ParameterKind, ParameterProblem, ParameterValue, Parameterisation, Parameters};
use crate::diagnostic::Code;
use std::sync::Arc;

static REVERSED: Code = Code { name: "stub-reversed", summary: "reversed", explanation: "reversed" };

/// (stub)
#[derive(Debug)]
struct Uniform(f64, f64);

impl Marginal for Uniform {
    fn family(&self) -> &'static str {
        "uniform"
    }
    fn quantile(&self, u: f64) -> f64 {
        self.0 + u * (self.1 - self.0)
    }
    fn cdf(&self, x: f64) -> f64 {
        (x - self.0) / (self.1 - self.0)
    }
    fn survival(&self, x: f64) -> f64 {
        1.0 - self.cdf(x)
    }
    fn mean(&self) -> Option<f64> {
        None
    }
    fn sd(&self) -> Option<f64> {
        None
    }
    fn support(&self) -> (f64, f64) {
        (self.0, self.1)
    }
    fn fill(&self, u: &[f64], x: &mut [f64]) {
        for (u, x) in u.iter().zip(x) {
            *x = self.quantile(*u);
        }
    }
}

fn number(parameters: &Parameters, name: &str) -> f64 {
    parameters.0.iter().find(|p| p.0 == name).map_or(f64::NAN, |p| match &p.1 {
        ParameterValue::Number(x) => *x,
        ParameterValue::List(list) => list[0],
    })
}

fn build(parameters: &Parameters) -> Result<Arc<dyn Marginal>, Vec<ParameterProblem>> {
    let (a, b) = (number(parameters, "min"), number(parameters, "max"));
    if a >= b {
        return Err(vec![ParameterProblem { parameter: Some("min"), code: &REVERSED, message: format!("min {a} is not below max {b}"), advice: "swap".into() }]);
    }
    Ok(Arc::new(Uniform(a, b)))
}

fn any(_: &Parameters) -> Result<Arc<dyn Marginal>, Vec<ParameterProblem>> {
    Ok(Arc::new(Uniform(0.0, 1.0)))
}

const fn p(name: &'static str, kind: ParameterKind) -> Parameter {
    Parameter { name, kind, summary: "" }
}
const fn w(required: &'static [&'static str]) -> Parameterisation {
    Parameterisation { required, optional: &[] }
}
use ParameterKind::{Pure, PureList, Quantity, QuantityList};

static UNIFORM: Family = Family { name: "uniform", summary: "", parameters: &[p("min", Quantity), p("max", Quantity), p("interval", QuantityList), p("level", Pure)], parameterisations: &[w(&["min", "max"]), w(&["interval", "level"])], discrete: false, build };
static PERT: Family = Family { name: "pert", summary: "", parameters: &[p("min", Quantity), p("mode", Quantity), p("max", Quantity), p("shape", Pure)], parameterisations: &[Parameterisation { required: &["min", "mode", "max"], optional: &[("shape", 4.0)] }], discrete: false, build };
static BETA: Family = Family { name: "beta", summary: "", parameters: &[p("alpha", Pure), p("beta", Pure), p("min", Quantity), p("max", Quantity)], parameterisations: &[Parameterisation { required: &["alpha", "beta"], optional: &[("min", 0.0), ("max", 1.0)] }], discrete: false, build };
static LOGNORMAL: Family = Family { name: "lognormal", summary: "", parameters: &[p("median", Quantity), p("mean", Quantity), p("gsd", Pure), p("sd", Quantity), p("interval", QuantityList), p("level", Pure)], parameterisations: &[w(&["median", "gsd"]), w(&["median", "sd"]), w(&["mean", "gsd"]), w(&["mean", "sd"]), w(&["interval", "level"])], discrete: false, build: any };
static DISCRETE: Family = Family { name: "discrete", summary: "", parameters: &[p("values", QuantityList), p("weights", PureList)], parameterisations: &[w(&["values"]), w(&["values", "weights"])], discrete: true, build: any };

pub(super) fn families() -> &'static [&'static Family] {
    static ALL: &[&Family] = &[&UNIFORM, &PERT, &BETA, &LOGNORMAL, &DISCRETE];
    ALL
}

pub(super) fn truncate(base: Arc<dyn Marginal>, lower: f64, upper: f64) -> Result<(Arc<dyn Marginal>, f64), Vec<ParameterProblem>> {
    if lower >= upper {
        return Err(vec![ParameterProblem { parameter: Some("truncate"), code: &REVERSED, message: "nothing left".into(), advice: "swap".into() }]);
    }
    let removed = base.cdf(lower).max(0.0) + base.survival(upper).max(0.0);
    Ok((base, removed))
}
