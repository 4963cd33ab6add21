//! Inferred types beside names that have none written.

use aura_syntax::tree::{Body, Init, Parameter, Slot, SlotList};
use aura_syntax::visit::{self, Visit};
use aura_types::{Code, SlotId, TypeId};

use crate::path::parameters;
use crate::target::name_spans;
use crate::{Ide, Span};

/// A type beside a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Hint {
    /// Behind which byte it is to be shown.
    pub at: u32,
    /// `<int>`, or `^ <int>` behind a method's header.
    pub label: String,
}

/// A name without a written type.
enum Untyped {
    /// An argument or a local.
    Local(Span),
    /// What a method answers, behind its header.
    Result { slot: u32, behind: u32 },
}

impl Ide {
    /// Types of what is named in a range and has none written. What is not known is not shown.
    pub fn hints(&mut self, name: &str, range: Span) -> Vec<Hint> {
        let Some(here) = self.here_at_once(name) else { return Vec::new() };
        let mut untyped = Finder { range, found: Vec::new() };
        visit::file(&mut untyped, &here.document.parse().file);
        let (mut hints, mut known): (Vec<Hint>, Option<(Option<SlotId>, Code)>) = Default::default();
        for one in untyped.found {
            let (at, type_, mark) = match one {
                Untyped::Local(span) => {
                    let unit = self.universe().slot_of_code(here.file, span.start);
                    let code = match known.take() {
                        Some((slot, code)) if slot == unit => code,
                        _ => self.universe().code_at(here.file, span.start),
                    };
                    let type_ = code.type_of(span);
                    known = Some((code.slot, code));
                    (span.end, type_, "")
                }
                Untyped::Result { slot, behind } => {
                    let id = self.universe().slot_at(here.file, slot);
                    (behind, id.map(|id| self.universe().type_of_slot(id)), "^ ")
                }
            };
            let Some(type_) = type_.filter(|t| *t != TypeId::ANY && *t != TypeId::NEVER) else { continue };
            let label = format!("{mark}<{}>", self.universe().show(type_));
            hints.push(Hint { at, label });
        }
        hints.sort_by_key(|h| h.at);
        hints
    }
}

struct Finder {
    range: Span,
    found: Vec<Untyped>,
}

impl Finder {
    fn local(&mut self, name: Span, has_type: bool) {
        if !has_type && self.range.start <= name.start && name.end <= self.range.end {
            self.found.push(Untyped::Local(name));
        }
    }
}

impl Visit for Finder {
    fn slot(&mut self, slot: &Slot) {
        if slot.span.end < self.range.start || self.range.end < slot.span.start {
            return;
        }
        parameters(slot).iter().for_each(|p: &Parameter| self.local(p.name, p.type_.is_some()));
        if let (Init::Method(_), None, None) = (&slot.init, &slot.result, &slot.type_) {
            let name = name_spans(slot);
            let last = parameters(slot).iter().map(|p| p.type_.as_ref().map_or(p.name.end, |t| t.span.end)).max();
            let behind = last.unwrap_or(0).max(name[name.len() - 1].end);
            self.found.push(Untyped::Result { slot: slot.span.start, behind });
        }
        visit::inside_slot(self, slot);
    }

    fn locals(&mut self, list: &SlotList) {
        for slot in &list.slots {
            // The type of a parent stands behind its star, and hardly any local is one.
            self.local(name_spans(slot)[0], slot.type_.is_some() || slot.is_parent);
            visit::inside_slot(self, slot);
        }
    }

    fn body(&mut self, body: &Body) {
        if body.span.end >= self.range.start && body.span.start <= self.range.end {
            visit::inside_body(self, body);
        }
    }
}
