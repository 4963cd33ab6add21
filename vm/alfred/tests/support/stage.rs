//! A world that plays the machine, and the smallest situation.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

use std::collections::HashMap;

use aura_alfred::candidates::{Ending, Observation};
use aura_alfred::chronicle::Learning;
use aura_alfred::clients::Eventually;
use aura_alfred::config::{Config, Models, Server as Address};
use aura_alfred::diagnostic::{Diagnostic, Gate};
use aura_alfred::door::{Approval, Door, Outcome, Proposal, Trial, World, answer};
use aura_alfred::memory::Keeping;
use aura_alfred::situation::{Caller, Holder, Situation, SlotKind, SlotView, Thing};

use super::{MODEL, question};

/// A machine that does as it is told and notes what it was asked.
#[derive(Default)]
pub struct Stage {
    pub log: Vec<String>,
    pub understood: bool,
    /// Trials that fail before one passes.
    pub failing: usize,
    /// Trials fail at this object of the path.
    pub fails_at: Option<usize>,
    pub approvals: Vec<Approval>,
    pub proposals: Vec<Proposal>,
    pub asleep: bool,
    pub kept: Option<Learning>,
    pub cannot_keep: bool,
    /// What a candidate answers to an expression, by its source; without one, the message is not understood.
    pub answers: HashMap<(String, String), String>,
    /// What an expression answers whatever the candidate is.
    pub plain: HashMap<String, String>,
    pub candidate: Option<String>,
}

impl Stage {
    /// With what candidates answer to expressions.
    pub fn answering(answers: &[(&str, &str, &str)]) -> Self {
        let of = |(source, call, answer): &(&str, &str, &str)| ((source.to_string(), call.to_string()), answer.to_string());
        Self { answers: answers.iter().map(of).collect(), ..Self::default() }
    }

    /// What an expression comes to with the candidate at hand, or without one.
    fn ending(&self, expression: &str, with: bool) -> Ending {
        if let Some(answer) = self.plain.get(expression) {
            return Ending::Answered(answer.clone());
        }
        let candidate = self.candidate.clone().filter(|_| with).unwrap_or_default();
        match self.answers.get(&(candidate, expression.to_string())) {
            Some(answer) => Ending::Answered(answer.clone()),
            None => Ending::Failed {
                kind: "doesNotUnderstand".into(),
                message: "point does not understand 'manhattan'".into(),
                in_generated: with,
            },
        }
    }
}

fn now<'a, T: Send + 'a>(value: T) -> Eventually<'a, T> {
    Box::pin(std::future::ready(value))
}

impl World for Stage {
    fn understood(&mut self) -> Eventually<'_, bool> {
        now(self.understood)
    }
    fn compile(&mut self, source: String) -> Eventually<'_, Result<(), Vec<Diagnostic>>> {
        self.log.push(format!("compile {source}"));
        self.candidate = Some(source);
        now(Ok(()))
    }
    fn try_out(&mut self, at: usize) -> Eventually<'_, Trial> {
        self.log.push(format!("try {at}"));
        let finding = (self.failing > 0 || self.fails_at == Some(at))
            .then(|| Diagnostic::new(Gate::Trial, "doesNotUnderstand", "point does not understand 'foo'"));
        self.failing = self.failing.saturating_sub(1);
        let trial = Trial { summary: "answered 7 in 5 steps".into(), finding };
        match self.asleep {
            true => Box::pin(std::future::pending()),
            false => now(trial),
        }
    }
    fn evaluate(&mut self, at: Option<usize>, expressions: Vec<String>) -> Eventually<'_, Vec<Ending>> {
        self.log.push(format!("evaluate {} at {at:?}", expressions.join("; ")));
        now(expressions.iter().map(|e| self.ending(e, at.is_some())).collect())
    }
    fn observe(&mut self, at: usize) -> Eventually<'_, Vec<Observation>> {
        self.log.push(format!("observe {at}"));
        let input = "receiver manhattan".to_string();
        now(vec![Observation { ending: self.ending(&input, true), input, changes: Vec::new() }])
    }
    fn install(&mut self, at: usize) -> Eventually<'_, Result<(), String>> {
        self.log.push(format!("install {at}"));
        now(Ok(()))
    }
    fn keep(&mut self, learning: Box<Learning>) -> Eventually<'_, Keeping> {
        self.kept = Some(*learning);
        now(match self.cannot_keep {
            true => Keeping::failed("'manhattan' could not be kept: the disk is full".into()),
            false => Keeping { kept: Some("there".into()), ..Keeping::default() },
        })
    }
    fn approve(&mut self, proposal: Proposal) -> Eventually<'_, Approval> {
        self.log.push(format!("approve {} at {}", proposal.source, proposal.home()));
        self.proposals.push(proposal);
        now(self.approvals.pop().unwrap_or(Approval::No))
    }
}

/// `p manhattan`, sent to a point.
pub fn situation() -> Situation {
    let slot = |n: &str, kind| SlotView { name: n.into(), kind, ..SlotView::default() };
    let own =
        vec![slot("parent", SlotKind::Parent), slot("x", SlotKind::Data), slot("y", SlotKind::Data), slot("+", SlotKind::Method)];
    Situation {
        id: 1,
        selector: "manhattan".into(),
        receiver: Thing { path: "point".into(), ..Thing::default() },
        path: vec![
            Holder { path: Some("point".into()), of_script: true, slots: own, is_receiver: true, ..Holder::default() },
            Holder { path: Some("traits clonable".into()), is_shared: true, ..Holder::default() },
        ],
        caller: Some(Caller { file: "geometry.aura".into(), line: 9, source: "p manhattan".into(), ..Caller::default() }),
        understood: ["x", "y", "+", "copy", "manhattanTo:"].map(str::to_string).to_vec(),
        ..Situation::default()
    }
}

/// A door whose personas are all the test server's model.
pub fn door(url: &str) -> Door {
    let request = question();
    Door::new(Config {
        server: Address::Ollama(url.into()),
        models: Models::all(MODEL),
        deadlines: request.deadlines,
        ..Config::plain()
    })
}

pub fn pass(door: &mut Door, situation: &Situation, world: &mut Stage) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(answer(door, situation, world))
}

/// A method that is right.
pub const GOOD: &str = "manhattan = ( x abs + y abs )";
