//! Expressions and inputs that are run for a paused send, each in a world that is put back.

use std::time::Duration;

use aura_run::{Compiled, Missing, Probe, TrialLimits, Verdict, Vm};

use super::inputs::{self, Input};
use crate::candidates::{Ending, Observation};

/// Fuel and time of one input: there are several for each candidate, and a trial with everything was done before.
const FUEL: u64 = 200_000;
const TIME: Duration = Duration::from_millis(500);

/// Evaluates expressions where the send stands, with the candidate at object `at` of its path, or without one.
pub(super) fn evaluate(
    waiting: Option<(&Missing, Option<&Compiled>)>,
    vm: &mut Vm,
    at: Option<usize>,
    expressions: &[String],
    limits: TrialLimits,
) -> Vec<Ending> {
    let Some((missing, candidate)) = waiting else {
        return expressions.iter().map(|_| gone()).collect();
    };
    let method = match (at, candidate) {
        (None, _) => None,
        (Some(at), Some(candidate)) => Some((at, candidate)),
        (Some(_), None) => return expressions.iter().map(|_| gone()).collect(),
    };
    expressions.iter().map(|e| seen(vm, missing, method, (e, false), limits).0).collect()
}

/// What the candidate does with the values of the send and with others made from them.
pub(super) fn observe(waiting: Option<(&Missing, &Compiled)>, vm: &mut Vm, at: usize, limits: TrialLimits) -> Vec<Observation> {
    let Some((missing, candidate)) = waiting else { return Vec::new() };
    let limits = TrialLimits { fuel: limits.fuel.min(FUEL), time: limits.time.min(TIME), ..limits };
    let inputs = inputs::of(&missing.selector, &vm.samples(missing));
    let one = |Input { title, block }: Input| {
        let (ending, changes) = seen(vm, missing, Some((at, candidate)), (&block, true), limits);
        Observation { input: title, ending, changes }
    };
    inputs.into_iter().map(one).collect()
}

fn gone() -> Ending {
    Ending::Impossible("the send is no longer waiting".into())
}

fn seen(
    vm: &mut Vm,
    missing: &Missing,
    method: Option<(usize, &Compiled)>,
    (text, takes_values): (&str, bool),
    limits: TrialLimits,
) -> (Ending, Vec<String>) {
    let code = match (vm.host.compile)("an example", text) {
        Ok(code) => code,
        Err(why) => return (Ending::Impossible(why), Vec::new()),
    };
    match vm.probe(missing, method, &Probe { code: &code, takes_values }, limits) {
        Err(fail) => (Ending::Impossible(fail.text()), Vec::new()),
        Ok(sight) => (ending(sight.verdict, sight.in_generated), sight.changes),
    }
}

fn ending(verdict: Verdict, in_generated: bool) -> Ending {
    match verdict {
        Verdict::Answered(text) => Ending::Answered(text),
        Verdict::Failed { kind, message } => Ending::Failed { kind, message, in_generated },
        Verdict::Limit(which) => Ending::Limit(which),
        Verdict::Withheld(capability) => Ending::Withheld(capability),
        Verdict::Stuck => Ending::Stuck,
    }
}
