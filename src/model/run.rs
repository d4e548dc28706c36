//! `[run]`: defaults that the command line may override.

use super::RunDefaults;
use super::check::Context;
use super::codes::{
    PROBABILITY_OUT_OF_RANGE, QUANTILE_TWICE, REPLICATES_OUT_OF_RANGE, SEED_OUT_OF_RANGE,
    TRIALS_OUT_OF_RANGE, UNKNOWN_SAMPLER,
};
use crate::diagnostic::{Code, did_you_mean};
use crate::sampler::Method;
use crate::scenario::tree::{Node, Place, Table, Value};
use crate::scenario::{number, walk};
use num_traits::ToPrimitive;

/// The most trials of a run: each replicate counts its own in 32 bits, and the plan of the work fits in memory.
pub const MOST_TRIALS: u64 = 50_000_000_000;

impl Context<'_> {
    /// Reads and checks `[run]`.
    pub(super) fn read_run(&mut self, root: &Table) -> RunDefaults {
        let Some(table) = root.table("run") else {
            return RunDefaults::default();
        };
        let mut run = RunDefaults::default();
        if let Some(node) = table.get("trials") {
            run.trials = self.whole(
                node,
                &TRIALS_OUT_OF_RANGE,
                "at least 2 trials are needed, and at most 50 billion can be run",
                "write `trials = 1_000_000`",
                |trials| (2..=MOST_TRIALS).contains(&trials),
            );
        }
        if let Some(node) = table.get("seed") {
            run.seed = self.whole(
                node,
                &SEED_OUT_OF_RANGE,
                "the seed does not fit",
                "write a whole number up to 18446744073709551615",
                |_| true,
            );
        }
        if let Some(node) = table.get("replicates") {
            let message = "replicates are outside 24 to 48";
            let replicates = self.whole(
                node,
                &REPLICATES_OUT_OF_RANGE,
                message,
                "write a number from 24 to 48, or leave it out (32)",
                |replicates| (24..=48).contains(&replicates),
            );
            run.replicates = replicates.and_then(|replicates| u32::try_from(replicates).ok());
        }
        if let Some(node) = table.get("level") {
            run.level = self.probability(node, "level");
        }
        run.quantiles = self.read_quantiles(table);
        run.sampler = self.read_sampler(table);
        run
    }

    fn whole(
        &mut self,
        node: &Node,
        code: &'static Code,
        message: &str,
        advice: &str,
        fits: impl Fn(u64) -> bool,
    ) -> Option<u64> {
        let Value::Number(text, radix) = &node.value else {
            return None;
        };
        // Of what is not whole the walker has complained.
        let number = number::whole(text, *radix)?.to_u64();
        let number = number.filter(|number| fits(*number));
        if number.is_none() {
            self.refuse_run(code, node.place, message.to_owned(), advice);
        }
        number
    }

    fn refuse_run(&mut self, code: &'static Code, place: Place, message: String, advice: &str) {
        let complaint = self
            .texts
            .error(code, place, message)
            .label("out of range")
            .advise(advice);
        self.complaints.push(complaint);
    }

    fn probability(&mut self, node: &Node, key: &str) -> Option<f64> {
        if !matches!(node.value, Value::Number(..)) {
            return None;
        }
        let value = self.finite(node, key)?;
        if value > 0.0 && value < 1.0 {
            return Some(value);
        }
        let message = format!("`{key}` is {value}, which is not between 0 and 1");
        self.refuse_run(
            &PROBABILITY_OUT_OF_RANGE,
            node.place,
            message,
            "write 95 % as 0.95; 0 and 1 themselves have no quantile",
        );
        None
    }

    fn read_quantiles(&mut self, table: &Table) -> Option<Vec<f64>> {
        let nodes = table.get("quantiles")?.as_list()?;
        let mut quantiles: Vec<f64> = Vec::with_capacity(nodes.len());
        for node in nodes {
            let Some(quantile) = self.probability(node, "quantiles") else {
                continue;
            };
            if quantiles.contains(&quantile) {
                let message = format!("the quantile {quantile} is asked for twice");
                let complaint = self
                    .texts
                    .error(&QUANTILE_TWICE, node.place, message)
                    .label("a second time")
                    .advise("write it once");
                self.complaints.push(complaint);
            }
            quantiles.push(quantile);
        }
        quantiles.sort_by(f64::total_cmp);
        Some(quantiles)
    }

    fn read_sampler(&mut self, table: &Table) -> Option<String> {
        let text = table.get("sampler")?.as_text()?;
        if Method::from_name(&text.value).is_some() {
            return Some(text.value);
        }
        let names: Vec<&str> = Method::ALL.iter().map(|(_, name, _)| *name).collect();
        let mut complaint = self
            .texts
            .error(
                &UNKNOWN_SAMPLER,
                text.place,
                format!("`{}` is not a sampler", text.value),
            )
            .label("not a sampler");
        complaint
            .advice
            .extend(did_you_mean(&text.value, names.iter().copied()));
        let list: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        self.complaints
            .push(complaint.advise(format!("write {}", walk::one_of(&list))));
        None
    }
}
