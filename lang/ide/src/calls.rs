//! Who sends what a method understands, and what a method sends.

use std::collections::BTreeMap;

use aura_syntax::tree::{Send, Slot, selector};
use aura_syntax::visit::{self, Visit};
use aura_types::{SlotId, SlotKind};

use crate::path::{Node, path};
use crate::target::name_spans;
use crate::{Ide, Place, Span};

/// A method as somebody who sends or is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Method {
    /// Its selector, or the file's name for statements of a file.
    pub name: String,
    /// Whose it is.
    pub holder: String,
    /// Its name's place.
    pub place: Place,
    /// All of it.
    pub span: Span,
}

/// A method, and where in the sender's text the message stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Who sends, or is sent.
    pub method: Method,
    /// The messages.
    pub spans: Vec<Span>,
}

impl Ide {
    /// The methods that the word at a place means.
    pub fn methods_at(&mut self, name: &str, at: u32) -> Vec<Method> {
        let Some(here) = self.here(name) else { return Vec::new() };
        let slots = self.slots_at(&here, at);
        slots.into_iter().filter_map(|s| self.method(s)).collect()
    }

    /// Who sends messages that the method at a place may answer.
    pub fn callers(&mut self, name: &str, at: u32) -> Vec<Call> {
        self.read_all();
        let Some(here) = self.here(name) else { return Vec::new() };
        let slots = self.slots_at(&here, at);
        let mut calls = Calls::default();
        for reference in self.references_to(&slots, None).into_iter().filter(|r| !r.is_declaration) {
            if let Some(method) = self.sender_at(&reference.place) {
                calls.add(method, reference.place.span);
            }
        }
        calls.all
    }

    /// The methods that answer what the method at a place sends.
    pub fn callees(&mut self, name: &str, at: u32) -> Vec<Call> {
        let Some(here) = self.here(name) else { return Vec::new() };
        let document = here.document.clone();
        let Some(slot) = enclosing(&document.parse().file, Span { start: at, end: at }) else { return Vec::new() };
        let mut names = Names { text: document.text(), found: Vec::new() };
        visit::inside_slot(&mut names, slot);
        let mut calls = Calls::default();
        for sent in self.sent_in(&here, &names.found, Some(slot.span)) {
            let place = sent.parts[0];
            for method in sent.meant.into_iter().filter_map(|s| self.method(s)) {
                calls.add(method, place);
            }
        }
        calls.all
    }

    fn method(&mut self, slot: SlotId) -> Option<Method> {
        let info = self.universe().slot_info(slot);
        if info.kind != SlotKind::Method {
            return None;
        }
        let holder = self.universe().describe(slot.object).trim_matches('`').to_string();
        Some(Method { name: info.name, holder, place: self.place_of(slot)?, span: info.span })
    }

    /// The method around a place, or the statements of its file.
    fn sender_at(&mut self, place: &Place) -> Option<Method> {
        let here = self.here(&place.file)?;
        let document = here.document.clone();
        if let Some(slot) = enclosing(&document.parse().file, place.span) {
            let id = self.universe().slot_at(here.file, name_spans(slot)[0].start)?;
            return self.method(id);
        }
        let name = place.file.rsplit(['/', '\\']).next().unwrap_or(&place.file).to_string();
        let start = Span { start: 0, end: 0 };
        let span = Span::new(0, document.text().len());
        Some(Method { name, holder: String::new(), place: Place { file: place.file.clone(), span: start }, span })
    }
}

/// Calls, gathered by method, in the order in which these came. Methods are told apart by the places of their names, so that each call costs
/// the same, however many there are.
#[derive(Default)]
struct Calls {
    all: Vec<Call>,
    /// Which of them is that of the method at a place.
    known: BTreeMap<Place, usize>,
}

impl Calls {
    fn add(&mut self, method: Method, span: Span) {
        let at = *self.known.entry(method.place.clone()).or_insert(self.all.len());
        match self.all.get_mut(at) {
            Some(call) => call.spans.push(span),
            None => self.all.push(Call { method, spans: vec![span] }),
        }
    }
}

/// The innermost method around a place.
fn enclosing(file: &aura_syntax::tree::File, place: Span) -> Option<&Slot> {
    path(file, place).into_iter().rev().find_map(|n| match n {
        Node::Slot(slot) if matches!(slot.init, aura_syntax::tree::Init::Method(_)) => Some(slot),
        _ => None,
    })
}

/// The names of all messages in a piece of code.
struct Names<'t> {
    text: &'t str,
    found: Vec<String>,
}

impl Visit for Names<'_> {
    fn send(&mut self, send: &Send, _: Option<&Send>) {
        let name = selector(&send.selector, self.text);
        if !self.found.contains(&name) {
            self.found.push(name);
        }
    }
}
