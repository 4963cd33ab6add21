//! Methods of earlier runs: installed when they are first needed, after the gates that a new method passes up to the compiler, types
//! included; after a trial, too, if the objects that they were written for understand something else now.
//!
//! What must stay true: whatever is remembered, and whoever is said to have approved it, has no powers but those that policy
//! gives to new methods as well, and takes the same walk; nothing that comes from a chronicle goes to an object that everybody shares, unless
//! the settings of this run name that object.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aura_run::{Compiled, Missing, TrialLimits, Vm};

use super::shelves::{Held, Shelves, Spot};
use super::{MethodCompiler, compiled, describe, trial};
use crate::answer;
use crate::diagnostic::Diagnostic;
use crate::door::{Account, Trial};
use crate::gates::{Clerk, Submission, walk};
use crate::interface;
use crate::learned::Provenance;
use crate::memory::{Keeping, Known, Memories, MemoryError};
use crate::situation::{Situation, Verified};
use crate::typing::Typing;

/// What a program remembers.
pub(super) struct Recall {
    shelves: Shelves,
    /// The object that the settings name as the place for methods.
    install_at: Option<String>,
    /// What was installed in this run, with the comments that say where it comes from.
    installed: Vec<(Verified, String)>,
}

/// How often a method is installed in one run. More than once if the program takes back what it has done to its image.
const MOST_USES: u32 = 16;

/// What a remembered method is checked with.
pub(super) struct Tools<'a> {
    pub(super) vm: &'a mut Vm,
    pub(super) compile: &'a MethodCompiler,
    pub(super) limits: TrialLimits,
    pub(super) gates: Duration,
    pub(super) clerk: &'a Clerk,
    pub(super) typing: Option<&'a Typing>,
    pub(super) account: &'a Arc<Mutex<Account>>,
}

impl Tools<'_> {
    fn account(&self, f: impl FnOnce(&mut Account)) {
        f(&mut self.account.lock().unwrap_or_else(|e| e.into_inner()));
    }
}

impl Recall {
    /// For a program whose own file defines these names.
    pub(super) fn new(memories: Box<dyn Memories>, own: BTreeSet<String>, install_at: Option<String>) -> Self {
        Self { shelves: Shelves::new(memories, own), install_at, installed: Vec::new() }
    }

    /// Tells what is known of the program, and of what was learned for it.
    pub(super) fn tell(&self, missing: &Missing, vm: &Vm, situation: &mut Situation) {
        let spots = self.shelves.spots(missing, vm);
        for (i, holder) in situation.path.iter_mut().enumerate() {
            holder.file = Some(self.shelves.keeper(i, &spots));
        }
        situation.refused = self.shelves.refused(&situation.selector, &spots);
        situation.defined = self.shelves.own();
        situation.verified = self.shelves.verified();
        let known = self.shelves.known();
        let installed = |l: &&Verified| !known.iter().any(|k| is_same(k, l));
        situation.learned = self.installed.iter().map(|(l, _)| l).filter(installed).chain(&known).cloned().collect();
    }

    /// It is in its place.
    fn is_installed(&mut self, method: Verified, comment: String) {
        self.installed.retain(|(l, _)| !is_same(l, &method));
        self.installed.push((method, comment));
    }

    /// Where a method that was installed comes from. The machine's text of it may lack the header.
    pub(super) fn origin(&self, selector: &str, source: &str) -> Option<&str> {
        let is_it = |(l, _): &&(Verified, String)| l.selector == selector && l.source.trim_end().ends_with(source.trim());
        self.installed.iter().rev().find(is_it).map(|(_, comment)| comment.as_str())
    }

    /// The methods that are remembered for a file.
    ///
    /// # Errors
    /// When what is remembered is damaged.
    pub(super) fn of_file(&mut self, file: &str, vm: &mut Vm) -> Result<Vec<Known>, MemoryError> {
        let spot = Spot { file: file.into(), at: String::new(), holder: 0 };
        self.shelves.read(&[spot], vm)?;
        Ok(self.shelves.of_file(file))
    }

    /// Keeps what was learned, with the file that it says.
    pub(super) fn keep(&mut self, vm: &mut Vm, learning: crate::chronicle::Learning) -> Keeping {
        let file = if learning.file.is_empty() { self.shelves.main() } else { learning.file.clone() };
        let (at, selector, source) = (learning.at.clone(), learning.selector.clone(), learning.source.clone());
        let comment = Provenance::of(&learning).comment(SystemTime::now());
        self.is_installed(Verified { file: file.clone(), at, selector, source }, comment);
        let keeping = match self.shelves.memory(&file, vm) {
            Ok(Some(memory)) => memory.keep(vm, learning),
            Ok(None) => Keeping::default(),
            Err(error) => Keeping::failed(format!("'{}' could not be kept: {error}", learning.selector)),
        };
        if let Some(known) = keeping.known.clone() {
            self.shelves.put(&file, Held { known, uses: 0 });
        }
        keeping
    }

    /// Installs all that is remembered for the files of the program and would be as it is: for who cannot wait until it is missed,
    /// because misses are handled.
    ///
    /// # Errors
    /// When what is remembered is damaged.
    pub(super) fn bring_all(&mut self, tools: &mut Tools<'_>) -> Result<(), MemoryError> {
        let mut files: Vec<String> = tools.vm.modules().map(|(file, _)| file.to_string()).collect();
        files.sort();
        for file in files {
            for known in self.of_file(&file, tools.vm)? {
                let Some(missing) = tools.vm.supposed(&file, &known.at, &known.selector) else { continue };
                let brought = match is_wanted(&known, &missing, tools.vm) {
                    true => self.remember(&missing, tools),
                    false => Ok(false),
                };
                tools.vm.let_go(missing);
                brought?;
            }
        }
        Ok(())
    }

    /// Installs a method of an earlier run, if there is one for this send.
    ///
    /// # Errors
    /// When what is remembered is damaged.
    pub(super) fn remember(&mut self, missing: &Missing, tools: &mut Tools<'_>) -> Result<bool, MemoryError> {
        let spots = self.shelves.spots(missing, tools.vm);
        let notes = self.shelves.read(&spots, tools.vm)?;
        tools.account(|a| notes.into_iter().for_each(|n| a.note(n)));
        // Taken out until it has proved itself.
        let Some((spot, Held { mut known, uses })) = self.take(missing, &spots) else { return Ok(false) };
        let mut situation = describe::situation(0, missing, tools.vm);
        self.tell(missing, tools.vm, &mut situation);
        match self.installed(&mut known, &spot, missing, &situation, tools) {
            Ok(()) => {
                let title = format!("{} {}", known.at, known.selector);
                tools.account(|a| {
                    if !a.remembered.contains(&title) {
                        a.remembered.push(title);
                    }
                });
                self.is_installed(known.verified(&spot.file), known.comment.clone());
                if uses < MOST_USES {
                    self.shelves.put(&spot.file, Held { known, uses: uses + 1 });
                }
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

    /// The method for a send, and its place.
    fn take(&mut self, missing: &Missing, spots: &[Spot]) -> Option<(Spot, Held)> {
        let fits = |m: &Known, spot: &Spot| {
            let is_free = m.written_for.is_none() || self.install_at.as_ref() == Some(&m.at);
            is_free || !missing.path[spot.holder].is_shared
        };
        self.shelves.take(&missing.selector, spots, fits)
    }

    fn installed(
        &mut self,
        known: &mut Known,
        spot: &Spot,
        missing: &Missing,
        situation: &Situation,
        tools: &mut Tools<'_>,
    ) -> Result<(), String> {
        let at = spot.holder;
        let first = |d: Vec<Diagnostic>| d.first().map_or_else(String::new, Diagnostic::to_string);
        let source = answer::kept(&known.source, &known.selector).map_err(first)?;
        let (text, place, at_name, typing) = (source.clone(), situation.clone(), known.at.clone(), tools.typing.cloned());
        let look = move || walk(&Submission { source: &text, situation: &place, at: &at_name }, typing.as_ref());
        match tools.clerk.wait(tools.gates, look) {
            None => return Err("the gates did not say in time what they think of it".into()),
            Some(walk) => walk.refused.map_or(Ok(()), |(_, findings)| Err(first(findings)))?,
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
            let keeping = match self.shelves.memory(&spot.file, tools.vm) {
                Ok(Some(memory)) => memory.checked(tools.vm, &entry, &interface, &passed.summary),
                _ => Keeping::default(),
            };
            let title = format!("{} {}", known.at, known.selector);
            tools.account(|a| {
                a.note(format!("checked '{title}' again, because what it was written for has changed ({difference}): it passed"));
                keeping.notes.into_iter().for_each(|n| a.note(n));
            });
        }
        tools.vm.splice(missing, at, &method).map_err(|f| f.text())
    }
}

/// Whether a method can be installed before it is missed: nothing understands the message, and the method was written for what there is.
fn is_wanted(known: &Known, missing: &Missing, vm: &Vm) -> bool {
    let Some(at) = missing.path.iter().position(|h| h.path.as_ref() == Some(&known.at)) else { return false };
    let digest = || interface::digest(&interface::of(&describe::situation(0, missing, vm), at));
    let is_changed = known.written_for.as_ref().is_some_and(|w| !w.passed.contains(&digest()));
    !is_changed && !missing.understood.contains(&known.selector)
}

/// The same method of the same object.
fn is_same(one: &Verified, other: &Verified) -> bool {
    (&one.file, &one.at, &one.selector) == (&other.file, &other.at, &other.selector)
}

/// The very send, tried.
fn tried(missing: &Missing, method: &Compiled, at: usize, tools: &mut Tools<'_>) -> Result<Trial, String> {
    let trial = trial::run(Some((missing, method)), tools.vm, at, tools.limits);
    match &trial.finding {
        Some(finding) => Err(format!("its objects have changed, and {finding}")),
        None => Ok(trial),
    }
}
