//! Gate 3: the guardian's audit, over the tree of one generated method.
//!
//! | rule | forbids | because |
//! | --- | --- | --- |
//! | `G1-primitive` | names that begin with `_` | primitives reach under the language |
//! | `G2-capability` | names of the outside world that were not granted | powers come from the call site, never from the model |
//! | `G3-world` | lobby and what leads to everything | every object is reachable from there |
//! | `G4-reflection` | mirrors, `perform:`, evaluation of text | what they do cannot be read off the code |
//! | `G5-resend` | `resend.x`, `parent.x` | it would reach past the object that the method was written for |
//! | `G6-parent` | assignments to parent slots | they change what other objects understand |
//! | `G7-halt` | ending or stopping the program | only a person may |
//! | `G8-size` | more than 400 messages, 60 levels | a method nobody can review |
//! | `G9-shadow` | locals that take the name of a forbidden thing | they make the other rules unreadable |
//!
//! What must stay true: every expression of the method is looked at, the insides of blocks, object literals, vectors and
//! templates too; a finding names the rule, the place, the reason and a way out. A name is allowed in spite of what it
//! means to the library only if it means something else here: a local or argument (`scope`), a slot of the script's objects
//! on the way of the lookup, or, sent to a value of the method's own (`receivers`), a slot that any of the script's objects has.
//!
//! Not here: effects (the checker infers them, later) and the run-time wall, which holds with this one switched off.

use std::collections::BTreeSet;

use aura_syntax::tree::{Body, Expr, ExprKind, Init, Receiver, Send, Slot, SlotList, Span, selector};
use aura_syntax::visit::{self, Visit};

use super::receivers::is_value;
use super::rules::{Powers, capability, is_halt, is_reflection, is_root, is_world};
use super::scope::{Scopes, parameters};
use crate::answer::name;
use crate::diagnostic::{Diagnostic, Gate};
use crate::situation::{Situation, SlotKind};

/// Messages a method may send.
const MOST_SENDS: usize = 400;
/// Levels of nesting.
const MOST_DEPTH: usize = 60;

/// What the audit must know besides the code.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Selectors that the script's own objects define.
    pub own: BTreeSet<String>,
    /// Selectors that objects of the script define somewhere, perhaps not the receiver.
    pub elsewhere: BTreeSet<String>,
    /// Names of parent slots on the lookup path.
    pub parents: BTreeSet<String>,
    /// What may be used.
    pub powers: Powers,
}

impl Context {
    /// From the situation of a send.
    pub fn of(situation: &Situation, powers: Powers) -> Self {
        let of_script = situation.path.iter().filter(|h| h.of_script && !h.is_shared);
        let own = of_script.flat_map(|h| &h.slots).chain(&situation.module).filter(|s| s.kind != SlotKind::Parent);
        let parents = situation.path.iter().flat_map(|h| &h.slots).filter(|s| s.kind == SlotKind::Parent);
        Self {
            own: own.map(|s| s.name.clone()).collect(),
            elsewhere: situation.defined.iter().cloned().collect(),
            parents: parents.map(|s| s.name.clone()).collect(),
            powers,
        }
    }
}

/// The names that the objects of a source define, at any depth: what [`Context::own`] is before anything runs.
pub fn own_names(source: &str) -> BTreeSet<String> {
    let file = aura_syntax::parse(source).file;
    let mut names = BTreeSet::new();
    let statements = file.body.iter().map(|s| &s.expr);
    file.slots.iter().for_each(|list| names_of(list, source, &mut names));
    for expr in statements {
        if let ExprKind::Send(send) = &expr.kind {
            send.arguments.iter().for_each(|e| names_in(e, source, &mut names));
        }
    }
    names
}

fn names_of(list: &SlotList, source: &str, names: &mut BTreeSet<String>) {
    for slot in list.slots.iter().filter(|s| !s.is_parent) {
        names.insert(name(slot, source));
        if let Init::Constant(e) | Init::Assignable(e) = &slot.init {
            names_in(e, source, names);
        }
    }
}

fn names_in(expr: &Expr, source: &str, names: &mut BTreeSet<String>) {
    if let ExprKind::Object(list) = &expr.kind {
        names_of(list, source, names);
    }
}

/// Audits the one method in `source` (a slot). Nothing found means it may pass.
pub fn audit(source: &str, context: &Context) -> Vec<Diagnostic> {
    let file = match super::parse::slots(source) {
        Ok(file) => file,
        Err(findings) => return findings,
    };
    let mut guardian = Guardian { text: source, context, scopes: Scopes::default(), findings: Vec::new(), sends: 0, depth: 0 };
    file.slots.iter().for_each(|list| guardian.slots(list));
    guardian.findings
}

struct Guardian<'a> {
    text: &'a str,
    context: &'a Context,
    scopes: Scopes,
    findings: Vec<Diagnostic>,
    sends: usize,
    depth: usize,
}

impl Visit for Guardian<'_> {
    fn object(&mut self, list: &SlotList) {
        self.depth += 1;
        self.slots(list);
        self.depth -= 1;
    }

    /// Locals and arguments: each is known to what comes after it.
    fn locals(&mut self, list: &SlotList) {
        for slot in &list.slots {
            self.named(slot);
            visit::inside_slot(self, slot);
            self.scopes.declare([name(slot, self.text)]);
        }
    }

    fn body(&mut self, body: &Body) {
        self.depth += 1;
        if self.depth == MOST_DEPTH {
            self.found(
                "G8-size",
                body.span,
                format!("the code is nested more than {MOST_DEPTH} deep"),
                "nobody could review it",
                "write it simpler",
            );
        }
        if self.depth <= MOST_DEPTH {
            self.scopes.enter();
            visit::inside_body(self, body);
            self.scopes.leave();
        }
        self.depth -= 1;
    }

    fn send(&mut self, send: &Send, _: Option<&Send>) {
        self.message(send);
    }
}

impl Guardian<'_> {
    /// Slots of an object: what they begin with is evaluated outside of it, their methods see its slots and nothing around it.
    fn slots(&mut self, list: &SlotList) {
        let names: Vec<String> = list.slots.iter().map(|s| name(s, self.text)).collect();
        for slot in &list.slots {
            self.named(slot);
            let Init::Method(_) = &slot.init else {
                visit::inside_slot(self, slot);
                continue;
            };
            let outside = self.scopes.enter_method();
            self.scopes.declare(names.iter().cloned());
            self.scopes.declare(parameters(slot, self.text));
            visit::inside_slot(self, slot);
            self.scopes.leave_method(outside);
        }
    }

    fn named(&mut self, slot: &Slot) {
        let name = name(slot, self.text);
        if name.starts_with('_') {
            self.found(
                "G1-primitive",
                slot.span,
                format!("the slot '{name}' has the name of a primitive"),
                "primitives reach under the language",
                "choose another name",
            );
        }
        let hides = is_root(&name) || matches!(slot.init, Init::Method(_)) && (is_world(&name) || is_reflection(&name));
        if self.depth > 0 && hides {
            self.found(
                "G9-shadow",
                slot.span,
                format!("'{name}' is the name of something forbidden"),
                "it would hide what the code does",
                "choose another name",
            );
        }
    }

    fn message(&mut self, send: &Send) {
        self.sends += 1;
        let span = whole(&send.selector);
        if self.sends == MOST_SENDS {
            self.found(
                "G8-size",
                span,
                format!("the method sends more than {MOST_SENDS} messages"),
                "nobody could review it",
                "write it shorter",
            );
        }
        let selector = selector(&send.selector, self.text);
        if let Receiver::Resend(at) | Receiver::Delegate(at) = &send.receiver {
            let said = format!("'{}.{selector}' is a resend", at.text(self.text));
            self.found(
                "G5-resend",
                *at,
                said,
                "it reaches past the object that the method is written for",
                "send the message to self",
            );
        }
        self.word(&selector, span, &send.receiver);
    }

    /// Whether a message means something of the script's, or of this method's, and nothing of the library's.
    fn is_own(&self, selector: &str, receiver: &Receiver) -> bool {
        let own = &self.context.own;
        own.contains(selector)
            || self.context.elsewhere.contains(selector)
                && is_value(receiver, self.text, &|name| self.scopes.has(name) || own.contains(name))
    }

    fn word(&mut self, selector: &str, span: Span, receiver: &Receiver) {
        let implicit = matches!(receiver, Receiver::Implicit);
        if selector.starts_with('_') {
            return self.found(
                "G1-primitive",
                span,
                format!("'{selector}' is a primitive"),
                "primitives reach under the language",
                "send an ordinary message",
            );
        }
        if implicit && self.scopes.has(selector.strip_suffix(':').unwrap_or(selector)) {
            return;
        }
        if is_reflection(selector) && !self.is_own(selector, receiver) {
            return self.found(
                "G4-reflection",
                span,
                format!("'{selector}' is reflection"),
                "what it does cannot be read off the code",
                "send the message itself",
            );
        }
        if is_world(selector) && (is_root(selector) || !self.is_own(selector, receiver)) {
            return self.found(
                "G3-world",
                span,
                format!("'{selector}' leads to the whole world"),
                "every object can be reached from there",
                "use self, the arguments, and names of the file",
            );
        }
        if let Some(name) = selector.strip_suffix(':').filter(|name| *name == "parent" || self.context.parents.contains(*name)) {
            return self.found(
                "G6-parent",
                span,
                format!("'{name}' is a parent slot"),
                "another parent changes what the object understands",
                "leave parents as they are",
            );
        }
        if self.is_own(selector, receiver) {
            return;
        }
        if is_halt(selector) && (implicit || selector != "abort") {
            return self.found(
                "G7-halt",
                span,
                format!("'{selector}' ends or stops the program"),
                "only a person may do that",
                "answer a value instead",
            );
        }
        let wanted = capability(selector).filter(|_| !is_text_of_json(selector, receiver, self.text));
        if let Some(capability) = wanted.filter(|c| !self.context.powers.has(c)) {
            let fix = if capability == "console" {
                "answer the value instead of printing it"
            } else {
                "use only self, the arguments, and names of the file"
            };
            self.found(
                "G2-capability",
                span,
                format!("'{selector}' needs the capability '{capability}'"),
                "powers come from the call site, and this one was not granted",
                fix,
            );
        }
    }

    fn found(&mut self, rule: &str, span: Span, message: String, because: &str, fix: &str) {
        if self.findings.len() < 8 {
            let finding = Diagnostic::new(Gate::Audit, rule, message).at(self.text, span.start as usize, span.text(self.text));
            self.findings.push(finding.because(because).fix(fix));
        }
    }
}

/// `json write: x` answers text; everything else that understands `write:` prints.
fn is_text_of_json(word: &str, receiver: &Receiver, text: &str) -> bool {
    let Receiver::Expr(Expr { kind: ExprKind::Send(to), .. }) = receiver else { return false };
    word == "write:" && matches!(to.receiver, Receiver::Implicit) && selector(&to.selector, text) == "json"
}

fn whole(parts: &[Span]) -> Span {
    match parts {
        [] => Span::default(),
        [first, .., last] => first.to(*last),
        [one] => *one,
    }
}
