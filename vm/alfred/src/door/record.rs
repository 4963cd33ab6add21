//! What a passage leaves behind: every candidate with the verdict of each gate, and, in the end, the whole provenance of the
//! method.

use crate::answer::Candidate;
use crate::cassette::key;
use crate::chronicle::Learning;
use crate::chronicle::entry::{CandidateRecord, GateRecord, PersonaRecord, PromptRecord, Sampling, SendRecord, TestRecord};
use crate::clients::{Answer, Request, Tokens};
use crate::diagnostic::{Diagnostic, Gate};
use crate::interface;
use crate::situation::{Situation, Thing};
use crate::text::{clean, sha256};

use super::Trial;

/// No answer that is recorded is longer, in characters.
const MOST_ANSWER: usize = 16_000;

/// The candidates so far.
#[derive(Debug, Default)]
pub(super) struct Trail {
    all: Vec<CandidateRecord>,
    /// What the other personas said.
    pub(super) personas: Vec<PersonaRecord>,
    /// The number of the candidate that the gates are looking at: the last one, until one is chosen.
    pub(super) current: usize,
}

/// How many of the candidates that were compared do the same.
#[derive(Clone, Debug)]
pub(super) struct Agreement {
    /// In words.
    pub(super) said: String,
    /// The share of the largest group among those that were wanted.
    pub(super) share: f64,
    /// The sizes of the groups, the largest first.
    pub(super) sizes: Vec<usize>,
}

/// A candidate that has passed.
pub(super) struct Passing<'a> {
    pub(super) situation: &'a Situation,
    /// Its place on the lookup path.
    pub(super) index: usize,
    /// The name of the object there.
    pub(super) at: String,
    pub(super) candidate: &'a Candidate,
    pub(super) trial: &'a Trial,
    pub(super) request: &'a Request,
    pub(super) answer: &'a Answer,
    pub(super) approver: Option<String>,
    pub(super) tests: Vec<TestRecord>,
    pub(super) agreement: Option<Agreement>,
    /// What ROBIN says of it.
    pub(super) comment: String,
}

impl Trail {
    /// All of them.
    pub(super) fn all(self) -> Vec<CandidateRecord> {
        self.all
    }

    /// How many there were.
    pub(super) fn candidates(&self) -> u32 {
        self.all.len() as u32
    }

    /// An answer has arrived; the gates are still to come.
    pub(super) fn begin(&mut self, request: &Request, answer: &Answer, (sample, repair): (u32, u32)) {
        self.current = self.all.len();
        self.all.push(CandidateRecord {
            sample,
            repair,
            edited: false,
            model: answer.model.clone(),
            digest: answer.digest.clone(),
            sampling: Sampling::from(&request.options),
            answer: clean(&answer.text, MOST_ANSWER),
            meant: None,
            tokens: answer.tokens,
            verdicts: Vec::new(),
        });
    }

    /// What arrived was of no use.
    pub(super) fn useless(&mut self, request: &Request, (sample, repair): (u32, u32), finding: Diagnostic) {
        let sampling = Sampling::from(&request.options);
        self.current = self.all.len();
        self.all.push(CandidateRecord { sample, repair, sampling, ..CandidateRecord::default() });
        self.failed(Gate::Answer, &[finding]);
    }

    /// The last answer, which is no Aura, is taken to mean this; what else it was taken to mean before stays a candidate of its own.
    pub(super) fn means(&mut self, source: &str) {
        let Some(before) = self.all.get(self.current).cloned() else { return };
        if before.meant.is_some() {
            self.current = self.all.len();
            self.all.push(CandidateRecord { tokens: Tokens::default(), verdicts: Vec::new(), ..before });
        }
        self.all[self.current].meant = Some(source.to_string());
    }

    /// A person has written something else than the last candidate.
    pub(super) fn edited(&mut self, text: &str) {
        let Some(before) = self.all.get(self.current).cloned() else { return };
        let answer = clean(text, MOST_ANSWER);
        self.current = self.all.len();
        let fresh = CandidateRecord { meant: None, tokens: Tokens::default(), verdicts: Vec::new(), ..before };
        self.all.push(CandidateRecord { edited: true, answer, ..fresh });
    }

    /// The candidate has passed a gate.
    pub(super) fn passed(&mut self, gate: Gate) {
        self.verdict(GateRecord { gate, passed: true, findings: Vec::new() });
    }

    /// The candidate has not passed: the gate is the one that the findings name.
    pub(super) fn failed(&mut self, gate: Gate, findings: &[Diagnostic]) {
        let gate = findings.first().map_or(gate, |f| f.gate);
        self.verdict(GateRecord { gate, passed: false, findings: findings.to_vec() });
    }

    fn verdict(&mut self, verdict: GateRecord) {
        if let Some(current) = self.all.get_mut(self.current) {
            current.verdicts.push(verdict);
        }
    }

    /// Everything that is known about the method that the chosen candidate became.
    pub(super) fn learning(&self, p: Passing<'_>, through: String, placed: bool) -> Learning {
        Learning {
            file: p.situation.path.get(p.index).and_then(|h| h.file.clone()).unwrap_or_default(),
            at: p.at,
            selector: p.situation.selector.clone(),
            source: p.candidate.source.clone(),
            plan: p.candidate.plan.clone(),
            send: send(p.situation),
            interface: interface::of(p.situation, p.index),
            prompt: PromptRecord {
                question: key(&p.request.key),
                system: sha256(&p.request.system),
                messages: p.request.messages.clone(),
            },
            model: p.answer.model.clone(),
            digest: p.answer.digest.clone(),
            through,
            candidates: self.all.clone(),
            trial: p.trial.summary.clone(),
            tests: p.tests.iter().filter(|t| t.went == "passed").map(|t| t.test.clone()).collect(),
            tested: p.tests,
            personas: self.personas.clone(),
            chosen: Some(self.current as u32),
            confidence: p.agreement.as_ref().map(|a| a.share),
            behaviours: p.agreement.as_ref().map_or_else(Vec::new, |a| a.sizes.clone()),
            agreement: p.agreement.map_or_else(String::new, |a| a.said),
            comment: p.comment,
            approver: p.approver,
            placed,
            parent: None,
        }
    }
}

fn send(situation: &Situation) -> SendRecord {
    let caller = situation.caller.as_ref();
    let argument = |t: &Thing| clean(t.printed.as_ref().unwrap_or(&t.path), 200);
    SendRecord {
        selector: situation.selector.clone(),
        receiver: situation.receiver.path.clone(),
        arguments: situation.arguments.iter().map(argument).collect(),
        caller: caller.and_then(|c| c.selector.clone()),
        file: caller.map_or_else(String::new, |c| c.file.clone()),
        line: caller.map_or(0, |c| c.line),
    }
}
