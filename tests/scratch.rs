use montecarbon::distribution::*;
use montecarbon::model::*;
use montecarbon::pipeline::*;
use montecarbon::sampler::Method;
use montecarbon::sensitivity::Measure;
use montecarbon::unit::*;
use num_rational::BigRational;
use std::sync::Arc;

struct Quiet;
impl Progress for Quiet {
    fn begin(&self, _: &str, _: &str, _: u64) {}
    fn advance(&self, _: u64) {}
    fn cancelled(&self) -> bool { false }
}
fn unit() -> Unit { Unit { text: "1".into(), dimension: Dimension::default(), factor: BigRational::from_integer(1.into()) } }
fn normal(mean: f64, sd: f64) -> Arc<dyn Marginal> {
    (family("normal").unwrap().build)(&Parameters(vec![("mean".into(), ParameterValue::Number(mean)), ("sd".into(), ParameterValue::Number(sd))])).unwrap()
}
fn input(name: &str, m: Arc<dyn Marginal>) -> Input {
    Input { name: name.into(), draw_key: name.into(), unit: unit(), definition: Definition::Random(m), description: None, sources: vec![], evidence: None, kind: Kind::Uncertainty, removed_by_truncation: None, written: String::new() }
}
fn node(operation: Operation) -> Node { Node { operation, dimension: Dimension::default() } }

#[test]
fn scratch() {
    let n = |i: i64| Operation::Number(BigRational::from_integer(i.into()));
    let graph = Graph { nodes: vec![
        node(Operation::Input(0)), node(Operation::Input(1)), node(n(2)), node(n(0)),
        node(Operation::Binary(Binary::Power, NodeId(0), NodeId(2))), // 4: x^2
        node(Operation::Binary(Binary::Maximum, NodeId(0), NodeId(3))), // 5
        node(Operation::Unary(Unary::Exp, NodeId(0))), //6
        node(Operation::Binary(Binary::Multiply, NodeId(6), NodeId(1))), //7
        node(Operation::Binary(Binary::Divide, NodeId(0), NodeId(1))), //8
    ]};
    let out = |name: &str, i: u32| Output { name: name.into(), unit: unit(), description: None, thresholds: vec![("t".into(), 1.0)], node: NodeId(i) };
    let v = Variant { name: "base".into(), description: None, inputs: vec![input("x", normal(0.0, 1.0)), input("y", normal(0.0, 2.0))], graph, formulas: vec![],
        outputs: vec![out("square", 4), out("rectified", 5), out("exp", 6), out("product", 7), out("cauchy", 8)] };
    let model = Model { scenario: "s".into(), title: None, description: None, references: vec![], variants: vec![v], run: RunDefaults::default(), warnings: vec![] };
    for sampler in [Method::Random, Method::Sobol] {
      for trials in [10_000, 1_000_000, 20_000_000] {
        let t = std::time::Instant::now();
        let plan = Plan { trials, seed: 42, sampler, replicates: None, level: 0.95, quantiles: vec![0.025, 0.25, 0.5, 0.75, 0.975, 0.999], measures: if trials > 2_000_000 { vec![] } else { vec![Measure::Spearman, Measure::GivenData] }, allow_nonfinite: false };
        let r = simulate(&[(model.clone(), plan)], None, &Quiet, None).unwrap();
        println!("{sampler:?} {trials} {:?}", t.elapsed());
        for o in &r.runs[0].outputs {
            println!("  {}", o.name);
            for s in &o.statistics { let e = s.estimate; if ["mean","sd","q0.025","median","q0.975","q0.999","p_above:t","shortest_low","shortest_high"].contains(&s.statistic.as_str()) { println!("    {:12} {:.6?} ± {:.2e} [{:.6?} {:.6?}] {}", s.statistic, e.value.unwrap_or(f64::NAN), e.standard_error.unwrap_or(f64::NAN), e.error_low, e.error_high, e.poorly_carried); } }
            for s in &o.sensitivity { println!("    {:24} {:8} {:.5?} ± {:.1e} {:?} {}", s.measure, s.input, s.estimate.value.unwrap_or(f64::NAN), s.estimate.standard_error.unwrap_or(f64::NAN), s.rank, s.resolved); }
        }
        println!("{:?}", r.runs[0].notes);
      }
    }
}
