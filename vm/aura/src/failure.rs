//! A program's failure as data, and how it reads: what happened, where in the source, what to do, and the way there.

use std::sync::Arc;

use aura_alfred::text::{clean, line};
use aura_heap::Value;
use aura_run::{ProcessId, Vm};
use aura_syntax::{Diagnostic, Severity, Source, Span};

use crate::exit::Exit;
use crate::suggest;

/// Activations shown of a trace.
const SHOWN: usize = 16;
/// Characters of a message that are shown: whoever signals it may be a learned method, and the reader a terminal.
const LONGEST_MESSAGE: usize = 4000;
/// Characters of a kind.
const LONGEST_KIND: usize = 60;
/// Characters of a message that something like it is looked for.
const LONGEST_SELECTOR: usize = 200;

/// Kinds of condition that have a name in reports; the rest are `condition`.
const KINDS: &[&str] = &[
    "ambiguous",
    "assertion",
    "badIndex",
    "badNumberOfArguments",
    "badType",
    "budget",
    "cannotRead",
    "deadHome",
    "divisionByZero",
    "doesNotUnderstand",
    "empty",
    "error",
    "image",
    "imageDamaged",
    "import",
    "interrupted",
    "io",
    "limit",
    "mustBeBoolean",
    "noCapability",
    "notFound",
    "outOfMemory",
    "refused",
    "stackOverflow",
    "stuck",
    "syntax",
    "undefinedPrimitive",
    "unreachable",
];

/// Why a program failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The condition's kind.
    pub kind: String,
    /// Its message.
    pub message: String,
    /// Where: file, its text, the bytes of the expression.
    pub place: Option<(String, Arc<str>, (u32, u32))>,
    /// The activations, innermost first, the library's own error handling left out.
    pub trace: Vec<String>,
    /// What else is to be said.
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Failure {
    fn plain(kind: &str, message: impl Into<String>) -> Self {
        Self { kind: kind.into(), message: message.into(), place: None, trace: Vec::new(), notes: Vec::new(), help: None }
    }

    /// All processes wait for one another.
    pub fn stuck() -> Self {
        let mut f = Self::plain("stuck", "nothing can go on: every process waits for another");
        f.help = Some("look for a semaphore that nobody signals, or a channel that nobody sends to".into());
        f
    }

    /// Text that cannot be read; the message is the drawing.
    pub fn syntax(drawn: String) -> Self {
        Self::plain("syntax", drawn)
    }

    /// The image could not be committed, or read.
    pub fn image(why: aura_run::Fail) -> Self {
        Self::plain(why.kind.trim_end_matches("Error"), why.detail)
    }

    /// Ctrl-C.
    pub fn interrupted() -> Self {
        Self::plain("interrupted", "interrupted")
    }

    /// What a paused process waits for.
    pub fn of(vm: &mut Vm, id: ProcessId) -> Self {
        let condition = vm.process(id).map_or(vm.nil(), |p| p.result);
        let kind = slot_text(vm, condition, "kind").unwrap_or_else(|| "error".into());
        let mut f = Self::plain(&line(&kind, LONGEST_KIND), clean(&vm.condition_text(condition), LONGEST_MESSAGE));
        if let Some(p) = vm.process(id) {
            f.trace = trace(vm, p);
            f.place = (0..p.depth()).find_map(|level| vm.place_of(p, level).filter(|(file, ..)| !is_library(file)));
        }
        if kind == "doesNotUnderstand" {
            f.name_the_place(vm, condition);
            f.help = f.slip(vm, condition).or_else(|| near_miss(vm, condition));
        }
        f
    }

    /// A message that a file sends to nobody in particular is not one that some object lacks: nothing that is seen there has the name.
    fn name_the_place(&mut self, vm: &mut Vm, condition: Value) {
        let selector = slot_text(vm, condition, "selector").unwrap_or_default();
        let receiver = vm.global_constant(condition, "receiver");
        let Some((_, text, (start, _))) = self.place.as_ref().filter(|_| receiver.is_some_and(|r| vm.is_module(r))) else {
            return;
        };
        let first = selector.split_inclusive(':').next().unwrap_or(&selector);
        if text.get(*start as usize..).is_some_and(|sent| sent.starts_with(first)) {
            self.message = format!("nothing here understands '{selector}'");
        }
    }

    /// What to do where no method is missing.
    fn slip(&self, vm: &mut Vm, condition: Value) -> Option<String> {
        let selector = slot_text(vm, condition, "selector")?;
        let (_, text, (start, end)) = self.place.as_ref()?;
        aura_syntax::slip_at(text, Span { start: *start, end: *end }, &selector)?.help
    }

    /// Why a process died without a condition.
    pub fn of_dead(vm: &mut Vm, id: ProcessId) -> Self {
        let result = vm.process(id).map_or(vm.nil(), |p| p.result);
        let limit = vm.process(id).and_then(|p| p.limit_reached());
        let text = vm.condition_text(result);
        let mut lines = text.lines().map(str::to_string);
        let message = lines.next().unwrap_or_default();
        let kind = match limit {
            Some("stack") => "stackOverflow",
            Some(_) => "limit",
            None => "error",
        };
        Self { trace: lines.collect(), ..Self::plain(kind, message) }
    }

    /// `bank.aura:12`
    pub fn line(&self) -> Option<String> {
        let (file, text, (start, _)) = self.place.as_ref()?;
        Some(format!("{file}:{}", text.get(..*start as usize)?.matches('\n').count() + 1))
    }

    /// The exit code for it.
    pub fn exit(&self) -> Exit {
        Exit::of_condition(&self.kind)
    }

    /// For people.
    pub fn draw(&self, colour: bool) -> String {
        let mut out = match &self.place {
            Some((file, text, span)) => {
                let source = Source::new(file.clone(), &**text);
                aura_syntax::render(&source, &[self.diagnostic(*span)], colour)
            }
            None => match &self.help {
                Some(help) => format!("error: {}\n{}  help: {help}\n", self.message, self.noted()),
                None => format!("error: {}\n{}", self.message, self.noted()),
            },
        };
        for line in self.trace.iter().take(SHOWN) {
            out.push_str(line);
            out.push('\n');
        }
        if self.trace.len() > SHOWN {
            out.push_str(&format!("  … and {} more\n", self.trace.len() - SHOWN));
        }
        out
    }

    fn noted(&self) -> String {
        self.notes.iter().map(|n| format!("  note: {n}\n")).collect()
    }

    fn diagnostic(&self, span: (u32, u32)) -> Diagnostic {
        let known = KINDS.iter().find(|k| **k == self.kind).copied();
        let message = match known {
            Some(_) => self.message.clone(),
            None if self.kind == "condition" => self.message.clone(),
            None => format!("{}: {}", self.kind, self.message),
        };
        let code = known.unwrap_or("condition");
        Diagnostic {
            code,
            severity: Severity::Error,
            message,
            span: Span { start: span.0, end: span.1 },
            label: "here".into(),
            secondary: Vec::new(),
            notes: self.notes.clone(),
            reasons: Vec::new(),
            help: self.help.clone(),
            fix: None,
        }
    }
}

/// Whether a file belongs to the library.
pub fn is_library(file: &str) -> bool {
    file.starts_with("stdlib/")
}

/// The text in a slot of an object.
pub fn slot_text(vm: &mut Vm, o: Value, name: &str) -> Option<String> {
    let v = vm.global_constant(o, name)?;
    vm.heap.as_text(v).map(str::to_string)
}

/// The activations of a process, but those by which the library signals.
fn trace(vm: &Vm, p: &aura_run::Process) -> Vec<String> {
    let text = vm.trace(p, 64);
    text.lines()
        .skip_while(|l| l.contains("(stdlib/kernel/condition.aura:") || l.contains("(stdlib/kernel/errors.aura:"))
        .map(str::to_string)
        .collect()
}

/// What was perhaps meant by a message that the receiver does not understand.
fn near_miss(vm: &mut Vm, condition: Value) -> Option<String> {
    let selector = slot_text(vm, condition, "selector").filter(|s| s.len() <= LONGEST_SELECTOR)?;
    let receiver = vm.global_constant(condition, "receiver")?;
    let names = understood(vm, receiver);
    let has = |name: &str| names.iter().any(|n| &**n == name);
    if !selector.contains(|c: char| c.is_alphanumeric()) {
        // No operator is a slip of the pen for another one; only texts are added in many languages, and joined here.
        return (selector == "+" && has(",")).then(|| "did you mean ','? It joins; '+' adds numbers".into());
    }
    let colons = selector.matches(':').count();
    let alike = names.iter().map(|n| &**n).filter(|n| n.matches(':').count() == colons);
    if let Some(near) = suggest::nearest(&selector, alike) {
        return Some(format!("did you mean '{near}'?"));
    }
    if let Some(slot) = selector.strip_suffix(':').filter(|slot| has(slot)) {
        return Some(format!("'{slot}' cannot be assigned to; a slot that is to change is declared with `{slot} <- …`"));
    }
    let clonable = vm.global_constant(vm.specials.traits, "clonable")?;
    let is_alone = vm.heap.map(vm.heap.map_of(receiver)).slots.iter().all(|s| !s.parent);
    (is_alone && understood(vm, clonable).iter().any(|n| **n == *selector))
        .then(|| "it has no parent that it would inherit that from: write `parent* = traits clonable` among its slots".into())
}

fn understood(vm: &Vm, receiver: Value) -> Vec<Arc<str>> {
    aura_run::understood(&vm.heap, receiver).into_iter().map(|(s, _)| vm.heap.symbols.name(s).clone()).collect()
}
