//! A machine on which a method meets the send that it was written for.
//!
//! A script runs until it misses a message. Then whoever directs the test may ask the gates, try a method, install it, and let the send go on: the same
//! requests that the door makes of the machine, but in any order and without regard to what the gates said.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aura_alfred::gates::own_names;
use aura_alfred::machine::situation;
use aura_alfred::situation::{Situation, home};
use aura_alfred::typing::Typing;
use aura_heap::Value;
use aura_run::{CapSet, Compiled, Event, Limits, Missing, ProcessId, Status, TrialLimits, TrialReport, Vm};

use crate::machine::{Captured, machine};

/// The name of the script.
const NAME: &str = "stage.aura";

/// A machine with a script.
pub struct Stage {
    /// The machine itself.
    pub vm: Vm,
    out: Captured,
    /// What was printed before the script began.
    printed: usize,
    main: Option<ProcessId>,
    defined: BTreeSet<String>,
    /// The checker, which has read the script's text.
    typing: Option<(String, Typing)>,
}

/// A send that nothing understood.
pub struct Send {
    missing: Missing,
    /// What a model is told about it.
    pub situation: Situation,
    /// The object of its path where the method goes.
    pub at: usize,
}

/// How a script went on.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// Its last expression was evaluated.
    Answered,
    /// It asked to end with this code.
    Exit(i32),
    /// A condition that nobody handled, or a limit.
    Failed(String),
}

/// What a script may use, so that nothing runs for ever.
fn limits() -> Limits {
    let deadline = Some(Instant::now() + Duration::from_secs(60));
    Limits { fuel: Some(20_000_000), heap: Some(512 << 20), depth: Some(20_000), deadline, output: Some(1 << 20) }
}

/// The library's sources, for the checker.
fn library() -> Vec<(String, String)> {
    aura_command::kernel::sources().map(|(name, text)| (name.to_string(), text.to_string())).collect()
}

#[allow(clippy::new_without_default, reason = "it starts a machine")]
impl Stage {
    /// A machine with the library and nothing else.
    pub fn new() -> Self {
        let (vm, out) = machine();
        Self { vm, out, printed: 0, main: None, defined: BTreeSet::new(), typing: None }
    }

    /// Begins a script that holds all powers. The one before it is forgotten.
    pub fn begin(&mut self, text: &str) {
        self.clear();
        let chunks = aura_command::source::compile(NAME, text, false).unwrap_or_else(|e| panic!("{text}\n{e}"));
        self.defined = own_names(text);
        if self.typing.as_ref().is_none_or(|(of, _)| of != text) {
            self.typing = Some((text.to_string(), Typing::new(library, NAME, text)));
        }
        self.printed = self.out.text().len();
        self.main = Some(self.vm.spawn_file(NAME, &chunks, CapSet::all(), limits()));
    }

    /// What looks at the types of methods for the script.
    pub fn typing(&self) -> &Typing {
        &self.typing.as_ref().expect("a script has begun").1
    }

    /// Ends what is left of the script.
    pub fn clear(&mut self) {
        let all: Vec<ProcessId> = self.vm.each_process().map(|p| p.id).collect();
        all.into_iter().for_each(|id| self.vm.forget(id));
        self.main = None;
    }

    /// Lets the script go on to the next message that nothing understands, or to its end.
    pub fn go_on(&mut self) -> Result<Box<Send>, End> {
        let main = self.main.expect("a script has begun");
        loop {
            match self.vm.run(64) {
                Event::Paused(id) => match self.vm.missing(id) {
                    Some(missing) => return Ok(Box::new(self.sent(missing))),
                    None => return Err(End::Failed(self.message(id))),
                },
                Event::Ended(id) if id == main => return Err(self.end(id)),
                Event::Exit(code) => return Err(End::Exit(code)),
                Event::Idle(None) => return Err(End::Failed("it waits for ever".into())),
                Event::Input(_) => self.vm.await_input(std::time::Duration::from_millis(5)),
                Event::Idle(Some(until)) => std::thread::sleep(until.saturating_duration_since(Instant::now())),
                Event::Ended(_) | Event::Slices => {}
            }
        }
    }

    fn sent(&self, missing: Missing) -> Send {
        let mut situation = situation(1, &missing, &self.vm);
        situation.defined = self.defined.iter().cloned().collect();
        let home = home(&situation).or(situation.path.first());
        let at = home.and_then(|h| situation.path.iter().position(|p| std::ptr::eq(p, h))).expect("there is a place");
        Send { missing, situation, at }
    }

    fn end(&mut self, id: ProcessId) -> End {
        match self.vm.process(id).map(|p| p.status) {
            Some(Status::Finished) => End::Answered,
            _ => End::Failed(self.message(id)),
        }
    }

    fn message(&mut self, id: ProcessId) -> String {
        let result = self.vm.process(id).map_or(self.vm.nil(), |p| p.result);
        self.vm.condition_text(result)
    }

    /// Compiles and verifies a method.
    pub fn compile(source: &str) -> Result<Compiled, String> {
        let parsed = aura_syntax::parse_slots(source);
        let said = |d: &[aura_syntax::Diagnostic]| d.first().map_or(String::new(), |d| d.message.clone());
        let Some(list) = parsed.file.slots.as_ref().filter(|_| !parsed.has_errors()) else {
            return Err(said(&parsed.diagnostics));
        };
        let origin = Arc::new(aura_code::Origin::new("learned", source));
        let slots = aura_code::compile_slots(list, &origin).map_err(|d| said(&d))?;
        for slot in &slots.template.slots {
            let aura_code::SlotInit::Method(method) = &slot.init else {
                return Err(format!("'{}' is no method", slot.name));
            };
            aura_code::verify(method.code()).map_err(|e| e.message.clone())?;
        }
        Ok(Compiled::new(slots.template))
    }

    /// Tries a method for a send.
    pub fn try_out(&mut self, send: &Send, method: &Compiled, limits: TrialLimits) -> TrialReport {
        self.vm.try_method(&send.missing, send.at, method, limits).expect("the place takes methods")
    }

    /// Installs it.
    pub fn install(&mut self, send: &Send, method: &Compiled) {
        self.vm.splice(&send.missing, send.at, method).expect("the place takes methods");
    }

    /// Does the send again.
    pub fn retry(&mut self, send: &Send) {
        assert!(self.vm.retry(send.missing.process), "the send still waits");
    }

    /// Takes an installed method out again, so that the next script misses it anew.
    pub fn take_out(&mut self, send: Send) {
        self.vm.unsplice(&send.missing, send.at).expect("it is still there");
        self.let_go(send);
    }

    /// Lets go of a send.
    pub fn let_go(&mut self, send: Send) {
        self.vm.let_go(send.missing);
    }

    /// What the script has printed.
    pub fn printed(&mut self) -> String {
        let _ = self.vm.host.out.flush();
        self.out.text()[self.printed..].to_string()
    }

    /// A fingerprint of everything: what the lobby and the script lead to, what waits at the send, maps and identity hashes; the modules and
    /// processes that there are.
    pub fn world(&self) -> (u64, Vec<String>) {
        let mut roots: Vec<Value> = vec![self.vm.specials.lobby];
        roots.extend(self.vm.module(NAME));
        roots.extend(self.main.and_then(|id| self.vm.failed_send(id)).unwrap_or_default());
        let mut names: Vec<String> = self.vm.modules().map(|(name, _)| name.to_string()).collect();
        names.extend(self.vm.each_process().map(|p| format!("{:?} {:?}", p.id, p.status)));
        names.sort();
        (self.vm.heap.fingerprint(&roots, true), names)
    }

    /// A fingerprint of what every program shares: all that the lobby leads to.
    pub fn shared(&self) -> u64 {
        self.vm.heap.fingerprint(&[self.vm.specials.lobby], false)
    }

    /// Processes that have not ended.
    pub fn running(&self) -> usize {
        self.vm.each_process().filter(|p| !p.ended()).count()
    }
}
