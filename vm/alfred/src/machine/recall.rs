//! Methods of earlier runs: installed when they are first needed, after the gates that a new method passes up to the compiler, types
//! included; after a trial, too, if the objects that they were written for understand something else now.
//!
//! What must stay true: whatever is remembered, and whoever is said to have approved it, has no powers but those that policy
//! gives to new methods as well, and takes the same walk; nothing that comes from a chronicle goes to an object that everybody shares, unless
//! the settings of this run name that object.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use aura_run::{Compiled, Missing, TrialLimits, Vm};

use super::{MethodCompiler, compiled, describe, trial};
use crate::answer;
use crate::diagnostic::Diagnostic;
use crate::door::{Account, Trial};
use crate::gates::{Submission, walk};
use crate::interface;
use crate::memory::{Keeping, Known, Memory, MemoryError, Recalled};
use crate::situation::{Refused, Situation, Verified};
use crate::typing::Typing;

/// What a program remembers.
pub(super) struct Recall {
    memory: Option<Box<dyn Memory>>,
    /// What it knows was read.
    read: bool,
    methods: Vec<Held>,
    refused: Vec<(String, Refused)>,
    /// The object that the settings name as the place for methods.
    install_at: Option<String>,
    /// Names that the script defines.
    own: BTreeSet<String>,
    /// What was installed in this run.
    installed: Vec<Verified>,
}

/// How often a method is installed in one run. More than once if the program takes back what it has done to its image.
const MOST_USES: u32 = 16;

/// Methods of earlier runs that are told about.
const MOST_VERIFIED: usize = 200;

/// A method that can be installed.
struct Held {
    known: Known,
    uses: u32,
}

impl Held {
    fn new(known: Known) -> Self {
        Self { known, uses: 0 }
    }
}

/// What a remembered method is checked with.
pub(super) struct Tools<'a> {
    pub(super) vm: &'a mut Vm,
    pub(super) compile: &'a MethodCompiler,
    pub(super) limits: TrialLimits,
    pub(super) typing: Option<&'a Typing>,
    pub(super) account: &'a Arc<Mutex<Account>>,
}

impl Tools<'_> {
    fn account(&self, f: impl FnOnce(&mut Account)) {
        f(&mut self.account.lock().unwrap_or_else(|e| e.into_inner()));
    }
}

impl Recall {
    /// Nothing is read before it is needed: a program that misses nothing pays nothing.
    pub(super) fn new(memory: Option<Box<dyn Memory>>, own: BTreeSet<String>, install_at: Option<String>) -> Self {
        Self { memory, read: false, methods: Vec::new(), refused: Vec::new(), install_at, own, installed: Vec::new() }
    }

    /// Reads what is known, once.
    fn read(&mut self, tools: &mut Tools<'_>) -> Result<(), MemoryError> {
        if self.read {
            return Ok(());
        }
        let recalled = self.memory.as_mut().map(|m| m.recall(tools.vm)).transpose()?.unwrap_or_default();
        let Recalled { methods, refused, notes } = recalled;
        self.read = true;
        self.methods.extend(methods.into_iter().map(Held::new));
        self.refused = refused;
        tools.account(|a| notes.into_iter().for_each(|n| a.note(n)));
        Ok(())
    }

    /// Tells what is known of the program, and of what was learned for it.
    pub(super) fn tell(&self, situation: &mut Situation) {
        let refused = self.refused.iter().filter(|(selector, _)| *selector == situation.selector);
        situation.refused = refused.map(|(_, r)| r.clone()).collect();
        situation.defined = self.own.iter().cloned().collect();
        situation.verified = self.methods.iter().take(MOST_VERIFIED).map(|h| h.known.verified()).collect();
        let installed = |l: &&Verified| !self.methods.iter().any(|h| h.known.at == l.at && h.known.selector == l.selector);
        let installed = self.installed.iter().filter(installed).cloned();
        situation.learned = installed.chain(self.methods.iter().map(|h| h.known.verified())).collect();
    }

    /// It is in its place.
    fn is_installed(&mut self, method: Verified) {
        self.installed.retain(|l| !(l.at == method.at && l.selector == method.selector));
        self.installed.push(method);
    }

    /// Keeps what was learned.
    pub(super) fn keep(&mut self, vm: &mut Vm, learning: crate::chronicle::Learning) -> Keeping {
        let (at, selector, source) = (learning.at.clone(), learning.selector.clone(), learning.source.clone());
        self.is_installed(Verified { at, selector, source });
        let Some(memory) = &mut self.memory else { return Keeping::default() };
        let keeping = memory.keep(vm, learning);
        if let Some(known) = &keeping.known {
            self.methods.retain(|h| !(h.known.at == known.at && h.known.selector == known.selector));
            self.methods.push(Held::new(known.clone()));
        }
        keeping
    }

    /// Installs a method of an earlier run, if there is one for this send.
    ///
    /// # Errors
    /// When what is remembered is damaged.
    pub(super) fn remember(&mut self, missing: &Missing, tools: &mut Tools<'_>) -> Result<bool, MemoryError> {
        self.read(tools)?;
        let Some((index, at)) = self.find(missing) else { return Ok(false) };
        // Taken out until it has proved itself.
        let Held { mut known, uses } = self.methods.remove(index);
        let mut situation = describe::situation(0, missing, tools.vm);
        self.tell(&mut situation);
        match self.installed(&mut known, at, missing, &situation, tools) {
            Ok(()) => {
                let title = format!("{} {}", known.at, known.selector);
                tools.account(|a| {
                    if !a.remembered.contains(&title) {
                        a.remembered.push(title);
                    }
                });
                self.is_installed(known.verified());
                self.methods.extend((uses < MOST_USES).then_some(Held { known, uses: uses + 1 }));
                Ok(true)
            }
            Err(why) => {
                let Known { selector, at, .. } = &known;
                tools.account(|a| {
                    a.note(format!("the method '{selector}' that was learned for {at} does not work any more: {why}"))
                });
                Ok(false)
            }
        }
    }

    /// The method for a send, and the place of its object on the lookup path.
    fn find(&self, missing: &Missing) -> Option<(usize, usize)> {
        let place = |m: &Known| {
            let free = m.written_for.is_none() || self.install_at.as_ref() == Some(&m.at);
            missing.path.iter().position(|h| h.path.as_ref() == Some(&m.at) && (free || !h.is_shared))
        };
        let fits = self.methods.iter().enumerate().filter(|(_, h)| h.known.selector == missing.selector);
        fits.filter_map(|(i, h)| Some((i, place(&h.known)?))).next()
    }

    fn installed(
        &mut self,
        known: &mut Known,
        at: usize,
        missing: &Missing,
        situation: &Situation,
        tools: &mut Tools<'_>,
    ) -> Result<(), String> {
        let first = |d: Vec<Diagnostic>| d.first().map_or_else(String::new, Diagnostic::to_string);
        let source = answer::kept(&known.source, &known.selector).map_err(first)?;
        let submission = Submission { source: &source, situation, at: &known.at };
        if let Some((_, findings)) = walk(&submission, tools.typing).refused {
            return Err(first(findings));
        }
        let interface = interface::of(situation, at);
        let digest = interface::digest(&interface);
        let changed = known.written_for.as_mut().filter(|w| !w.passed.contains(&digest));
        let method = compiled(tools.compile, &source).map_err(first)?;
        if let Some(written_for) = changed {
            let passed = tried(missing, &method, at, tools)?;
            let difference = interface::difference(&written_for.interface, &interface);
            let entry = written_for.entry.clone();
            written_for.passed.push(digest);
            let memory = self.memory.as_mut();
            let keeping = memory.map_or_else(Keeping::default, |m| m.checked(tools.vm, &entry, &interface, &passed.summary));
            let title = format!("{} {}", known.at, known.selector);
            tools.account(|a| {
                a.note(format!("checked '{title}' again, because what it was written for has changed ({difference}): it passed"));
                keeping.notes.into_iter().for_each(|n| a.note(n));
            });
        }
        tools.vm.splice(missing, at, &method).map_err(|f| f.text())
    }
}

/// The very send, tried.
fn tried(missing: &Missing, method: &Compiled, at: usize, tools: &mut Tools<'_>) -> Result<Trial, String> {
    let trial = trial::run(Some((missing, method)), tools.vm, at, tools.limits);
    match &trial.finding {
        Some(finding) => Err(format!("its objects have changed, and {finding}")),
        None => Ok(trial),
    }
}
