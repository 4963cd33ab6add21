//! Trials: running generated code in a world that is put back afterwards.
//!
//! A trial is one process that runs alone, with no more capabilities than the method would have and none that cannot be taken back, under limits of fuel, memory, depth, time and output, while the heap keeps an undo
//! log. Afterwards everything is undone, whatever happened; what is kept is a report in plain words. Nothing of the trial can reach the outside:
//! every primitive that would asks for a capability first.

use std::time::{Duration, Instant};

use aura_heap::{CollectionKind, Value};

use crate::caps::Capability;
use crate::fail::Fail;
use crate::process::{Limits, ProcessId, Status};
use crate::vm::{Handle, Vm};

/// What a trial may use.
#[derive(Clone, Copy, Debug)]
pub struct TrialLimits {
    /// Activations and loop turns.
    pub fuel: u64,
    /// Bytes allocated in all.
    pub heap: u64,
    /// Activations on the stack.
    pub depth: usize,
    /// Wall-clock time.
    pub time: Duration,
}

impl Default for TrialLimits {
    fn default() -> Self {
        TrialLimits { fuel: 2_000_000, heap: 64 << 20, depth: 2_000, time: Duration::from_secs(2) }
    }
}

/// How a trial ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It answered; the text describes the answer.
    Answered(String),
    /// A condition that nobody handled: its kind and message.
    Failed {
        /// `messageNotUnderstood`, `badType`, …
        kind: String,
        /// The condition's message.
        message: String,
    },
    /// A limit was reached: which.
    Limit(String),
    /// It waits for something that will not come.
    Stuck,
    /// It went as far as the use of a capability that it would have, and that a trial does not give because it could not be
    /// taken back.
    Withheld(String),
}

/// What a trial did.
#[derive(Clone, Debug)]
pub struct TrialReport {
    /// How it ended.
    pub verdict: Verdict,
    /// Fuel used.
    pub fuel: u64,
    /// Bytes allocated.
    pub allocated: u64,
    /// Objects of the world that it changed (and that were put back).
    pub changed: usize,
    /// Wall-clock time.
    pub time: Duration,
}

impl Vm {
    /// Installs `prepare`'s changes and sends a message, all in a trial; everything is undone.
    ///
    /// # Errors
    /// What `prepare` failed with.
    pub fn try_out(
        &mut self,
        selector: &str,
        values: &[Handle],
        limits: TrialLimits,
        prepare: impl FnOnce(&mut Vm) -> Result<(), Fail>,
    ) -> Result<TrialReport, Fail> {
        self.collect_as(CollectionKind::Minor);
        self.heap.begin_trial();
        let report = prepare(self).map(|()| self.run_prepared(selector, values, limits));
        self.heap.undo_trial();
        self.flush();
        self.clear_global();
        report
    }

    /// The send has a log of its own: what `prepare` changed is none of its changes.
    fn run_prepared(&mut self, selector: &str, values: &[Handle], limits: TrialLimits) -> TrialReport {
        self.collect_as(CollectionKind::Minor);
        self.heap.begin_trial();
        let report = self.run_trial(selector, values, limits);
        self.heap.undo_trial();
        report
    }

    fn run_trial(&mut self, selector: &str, values: &[Handle], l: TrialLimits) -> TrialReport {
        let began = Instant::now();
        let allocated = self.heap.allocated();
        let vs: Vec<Value> = values.iter().map(|h| self.kept(h)).collect();
        let id = self.spawn_trial(selector, &vs, self.limits_from_now(l));
        let verdict = self.run_to_verdict(id).map_or_else(|v| v, |answer| Verdict::Answered(self.describe(answer)));
        let fuel = self.process(id).map_or(0, |p| p.budget.fuel.get());
        self.forget(id);
        TrialReport {
            verdict,
            fuel,
            allocated: self.heap.allocated() - allocated,
            changed: self.heap.trial_changes(),
            time: began.elapsed(),
        }
    }

    /// The limits of a trial's process that begins now.
    pub(crate) fn limits_from_now(&self, l: TrialLimits) -> Limits {
        Limits {
            fuel: Some(l.fuel),
            heap: Some(l.heap),
            depth: Some(l.depth),
            deadline: Some(Instant::now() + l.time),
            output: Some(self.trial_output()),
        }
    }

    /// Runs a trial's process to its end: what it has answered, or how else it ended. That it asked for more memory than it may have
    /// counts before anything that came of that, also when it has caught the error.
    pub(crate) fn run_to_verdict(&mut self, id: ProcessId) -> Result<Value, Verdict> {
        self.heap.over_allowance = false;
        self.run_alone(id);
        match self.heap.over_allowance {
            true => Err(Verdict::Limit("heap".into())),
            false => self.verdict(id),
        }
    }

    /// What a trial's process that no longer runs has answered, or how else it ended.
    fn verdict(&mut self, id: ProcessId) -> Result<Value, Verdict> {
        let p = self.process(id).expect("a process that was just run");
        let (status, result, reached, withheld) = (p.status, p.result, p.reached, p.withheld.get());
        Err(match (status, reached) {
            (_, Some(which)) => Verdict::Limit(which.to_string()),
            (Status::Finished, None) if withheld.is_none() => return Ok(result),
            (Status::Paused, None) => {
                let kind = self.global_constant(result, "kind");
                let kind = kind.and_then(|k| self.heap.as_text(k).map(str::to_string)).unwrap_or_else(|| "error".into());
                match withheld.filter(|_| kind == "noCapability") {
                    Some(c) => Verdict::Withheld(c.to_string()),
                    None => Verdict::Failed { kind, message: self.condition_text(result) },
                }
            }
            (Status::Dead, None) => Verdict::Failed { kind: "error".into(), message: self.condition_text(result) },
            // It has handled the denial and gone another way than it would have gone.
            (Status::Finished, None) => Verdict::Withheld(withheld.map_or_else(String::new, |c| c.to_string())),
            _ => Verdict::Stuck,
        })
    }

    /// How much a trial may print, to itself.
    pub(crate) fn trial_output(&self) -> u64 {
        if self.trying.has(Capability::Console) { 64 << 10 } else { 0 }
    }

    pub(crate) fn spawn_trial(&mut self, selector: &str, values: &[Value], limits: Limits) -> ProcessId {
        let id = self.spawn_send(selector, values, self.trying.clone(), limits);
        self.try_process(id);
        id
    }

    /// What this process does is a trial.
    pub(crate) fn try_process(&mut self, id: ProcessId) {
        if let Some(p) = self.process_mut(id) {
            p.trial = true;
        }
    }
}
