//! Looking at what a method does: for a paused send, code is evaluated in a world that is put back, and what it answered
//! and changed is told as text, so that two methods can be compared, and a method with what somebody expects of it.
//!
//! A probe is an expression that is evaluated where the send stands, with the module as self; or a block (an expression that
//! answers one) that is then given the receiver and the arguments of the send. What must stay true: a probe is a trial, with
//! its limits and its powers; what is told depends on the state of the world alone, not on addresses or on the order of
//! collections.
//!
//! Not here: which probes there are, and what is made of them.

use std::sync::Arc;

use aura_code::Code;
use aura_heap::{CollectionKind, Kind, SlotKind, Value};

use crate::caps::CapSet;
use crate::door::{Compiled, Missing};
use crate::fail::Fail;
use crate::process::{ProcessId, Status};
use crate::trial::{TrialLimits, Verdict};
use crate::vm::{Handle, Vm};

/// Objects whose changes are told.
const MOST_CHANGED: usize = 16;
/// Bytes of one printed value.
const MOST_TEXT: usize = 4000;
/// Characters of a text that is taken as a sample.
const LONGEST_SAMPLE: usize = 200;
/// The messages that evaluate a block with so many arguments. Only the first is a slot of every block.
pub(crate) const VALUES: [&str; 5] = ["value", "value:", "value:With:", "value:With:With:", "value:With:With:With:"];

/// What to evaluate.
pub struct Probe<'a> {
    /// The code.
    pub code: &'a [Arc<Code>],
    /// It answers a block that is given the receiver and the arguments of the send.
    pub takes_values: bool,
}

/// What was seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sight {
    /// How it ended: the answer as it prints itself.
    pub verdict: Verdict,
    /// It failed below a generated method.
    pub in_generated: bool,
    /// What it changed, object by object, as they print their slots.
    pub changes: Vec<String>,
}

/// A value of a paused send, as far as other values of its kind can be written from it.
#[derive(Clone, PartialEq, Debug)]
pub struct Sample {
    /// The value itself.
    pub plain: Plain,
    /// For an object: its own data, by the names of the slots.
    pub data: Vec<(String, Plain)>,
}

/// A value that can be written in a line.
#[derive(Clone, PartialEq, Debug)]
pub enum Plain {
    /// A small integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A text.
    Text(String),
    /// true or false.
    Truth(bool),
    /// A vector, with its length.
    Vector(usize),
    /// Something else.
    Other,
}

/// Why nothing was answered, and whether a generated method waited for it.
type Ended = (Verdict, bool);

impl Vm {
    /// The receiver and the arguments of a paused send.
    pub fn samples(&self, m: &Missing) -> Vec<Sample> {
        self.failed_send(m.process).unwrap_or_default().iter().map(|v| self.sample(*v)).collect()
    }

    fn sample(&self, v: Value) -> Sample {
        let mut data = Vec::new();
        if self.heap.kind(v) == Some(Kind::Plain) {
            for slot in self.heap.map(self.heap.map_of(v)).slots.iter().filter(|s| !s.parent) {
                if let SlotKind::Data(i) = slot.kind {
                    data.push((self.heap.symbols.name(slot.name).to_string(), self.plain(self.heap.data(v, i))));
                }
            }
        }
        Sample { plain: self.plain(v), data }
    }

    fn plain(&self, v: Value) -> Plain {
        if let Some(i) = v.as_int() {
            return Plain::Int(i);
        }
        if let Some(f) = self.heap.as_float(v) {
            return Plain::Float(f);
        }
        match self.heap.kind(v) {
            _ if v == self.specials.true_ => Plain::Truth(true),
            _ if v == self.specials.false_ => Plain::Truth(false),
            Some(Kind::String) => Plain::Text(self.heap.text(v).chars().take(LONGEST_SAMPLE).collect()),
            Some(Kind::Vector) => Plain::Vector(self.heap.length(v)),
            _ => Plain::Other,
        }
    }

    /// Evaluates a probe for a paused send, with a method at an object of its path, or without one. Everything is undone.
    ///
    /// # Errors
    /// When the object takes no slots, or the send is gone.
    pub fn probe(
        &mut self,
        m: &Missing,
        method: Option<(usize, &Compiled)>,
        probe: &Probe<'_>,
        limits: TrialLimits,
    ) -> Result<Sight, Fail> {
        let values: Vec<Value> = self.failed_send(m.process).map(<[Value]>::to_vec).unwrap_or_default();
        if values.is_empty() {
            return Err(Fail::with("badTypeError", "the send is no longer waiting"));
        }
        let handles: Vec<Handle> = values.into_iter().map(|v| self.keep(v)).collect();
        let kin = method.map_or_else(Vec::new, |(at, _)| self.kin(&m.kept[at]));
        self.collect_as(CollectionKind::Minor);
        self.heap.begin_trial();
        self.trying = m.powers.and(&self.policy);
        let put = method.map_or(Ok(()), |(at, code)| self.put(m, at, &kin, code));
        let sight = put.map(|()| self.look_at(m, &handles, probe, limits));
        self.trying = CapSet::none();
        self.heap.undo_trial();
        self.flush();
        self.clear_global();
        for h in handles {
            self.release(h);
        }
        sight
    }

    fn look_at(&mut self, m: &Missing, values: &[Handle], probe: &Probe<'_>, limits: TrialLimits) -> Sight {
        let answer = self.evaluated(m, values, probe, limits);
        // What was changed is found before anything is printed, and printed afterwards: printing may change things, too.
        let changed: Vec<Handle> = self.heap.trial_contents().into_iter().take(MOST_CHANGED).map(|o| self.keep(o)).collect();
        let (verdict, in_generated) = match answer {
            Ok(answer) => {
                let text = self.printed("printString", &[&answer], limits);
                self.release(answer);
                (text.map_or_else(|v| v, Verdict::Answered), false)
            }
            Err(ended) => ended,
        };
        let mut changes: Vec<String> = changed.iter().filter_map(|o| self.change(o, values, limits)).collect();
        changes.sort();
        for h in changed {
            self.release(h);
        }
        Sight { verdict, in_generated, changes }
    }

    fn evaluated(&mut self, m: &Missing, values: &[Handle], probe: &Probe<'_>, limits: TrialLimits) -> Result<Handle, Ended> {
        let module = self.kept(&m.home);
        let refs = self.prepare(probe.code, module);
        let module = self.kept(&m.home);
        let id = self.spawn_code(&refs, module, self.trying.clone(), self.limits_from_now(limits));
        let answer = self.tried(id)?;
        if !probe.takes_values {
            return Ok(answer);
        }
        let block = self.release(answer);
        let vs: Vec<Value> = std::iter::once(block).chain(values.iter().map(|h| self.kept(h))).collect();
        let stuck = (Verdict::Stuck, false);
        let selector = VALUES.get(values.len()).ok_or(stuck)?;
        let id = self.spawn_send(selector, &vs, self.trying.clone(), self.limits_from_now(limits));
        self.tried(id)
    }

    /// Runs a process as a trial.
    fn tried(&mut self, id: ProcessId) -> Result<Handle, Ended> {
        self.try_process(id);
        let answer = self.run_to_verdict(id);
        let stands = self.process(id).filter(|p| p.status == Status::Paused);
        let in_generated = stands.map_or(answer.is_err(), |p| p.frames[..p.depth].iter().any(|f| f.code.method().generated));
        let answer = answer.map(|v| self.keep(v)).map_err(|v| (v, in_generated));
        self.forget(id);
        answer
    }

    /// The text that a message answers.
    fn printed(&mut self, selector: &str, values: &[&Handle], limits: TrialLimits) -> Result<String, Verdict> {
        let vs: Vec<Value> = values.iter().map(|h| self.kept(h)).collect();
        let id = self.spawn_send(selector, &vs, CapSet::none(), self.limits_from_now(limits));
        let text = self.tried(id).map_err(|(v, _)| v)?;
        let text = self.release(text);
        Ok(match self.heap.as_text(text) {
            Some(text) => text.chars().take(MOST_TEXT).collect(),
            None => self.describe(text),
        })
    }

    /// `self: (| x <- 3 |)`; nothing for what is no object of the program's.
    fn change(&mut self, object: &Handle, values: &[Handle], limits: TrialLimits) -> Option<String> {
        let o = self.kept(object);
        let name = match values.iter().position(|v| self.kept(v) == o) {
            Some(0) => "self".to_string(),
            Some(i) => format!("argument {i}"),
            None => self.describe(o),
        };
        let text = match self.heap.kind(o) {
            Some(Kind::Plain) => {
                let printer = self.global_constant(self.specials.lobby, "printer")?;
                let printer = self.keep(printer);
                let text = self.printed("slotsOf:", &[&printer, object], limits);
                self.release(printer);
                text
            }
            Some(Kind::Vector | Kind::Bytes) => self.printed("printString", &[object], limits),
            // Processes, boxes of variables and the like: what is in them shows in what the method answers.
            _ => return None,
        };
        Some(format!("{name}: {}", text.unwrap_or_else(|v| format!("(cannot be printed: {v:?})"))))
    }
}
