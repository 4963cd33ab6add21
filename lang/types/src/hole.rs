//! Holes: messages that nothing understands, and methods that are to fill them.
//!
//! A hole says what is known at the place of the message: the receiver, the arguments, what the answer is used for. A candidate is
//! put into the object as if it were there, looked at with the arguments' types, held against the hole, and taken out again. What must
//! stay true: after a candidate was looked at, everything is as before.

use std::rc::Rc;

use aura_syntax::tree::{self, Init, SlotName};
use aura_syntax::{Diagnostic, Span};

use crate::codes;
use crate::effects::{Doing, Effects};
use crate::find::Find;
use crate::infer::{self, Missing, Outcome, Unit};
use crate::load::Source;
use crate::names::Name;
use crate::object::{FileId, ObjectId, SlotId, SlotValue};
use crate::relate::Relate;
use crate::relate::metas::Metas;
use crate::ty::{Type, TypeId};
use crate::universe::Universe;

/// What is known at the place of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Hole {
    /// What is sent.
    pub selector: String,
    /// The whole message.
    pub span: Span,
    /// To what.
    pub receiver: TypeId,
    /// With what.
    pub arguments: Vec<TypeId>,
    /// What its place asks for.
    pub wanted: Option<TypeId>,
    /// Messages that are sent to its answer.
    pub uses: Vec<String>,
}

/// What was found out about a candidate.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Candidate {
    /// What is wrong with it; places are those of its own text.
    pub found: Vec<Diagnostic>,
    /// Its header with types: `withdraw: a <int> ^ <account>`.
    pub signature: String,
    /// What it does.
    pub doing: Doing,
    /// By way of which messages, for each effect that needs a power.
    pub ways: Vec<(String, String)>,
}

impl Universe {
    /// The messages of a file that nothing understands.
    pub fn holes(&mut self, file: FileId) -> Vec<Hole> {
        self.check(file);
        let units = infer::units(self, file);
        let mut holes = Vec::new();
        for unit in units {
            if let Some(outcome) = infer::outcome(self, unit) {
                holes.extend(outcome.holes.iter().map(|m| self.hole(m)));
            }
        }
        holes.sort_by_key(|h: &Hole| h.span);
        holes
    }

    /// What is known at the innermost message of this name around a place, whether anything understands it or not.
    pub fn hole_at(&mut self, file: FileId, place: u32, selector: &str) -> Option<Hole> {
        let unit = infer::unit_at(self, file, place);
        let before = self.bodies.remove(&unit);
        self.watched = Some(self.names.of(selector));
        let outcome = infer::outcome(self, unit);
        self.watched = None;
        match before {
            Some(before) => self.bodies.insert(unit, before),
            None => self.bodies.remove(&unit),
        };
        let name = self.names.of(selector);
        let outcome = outcome?;
        let around = outcome.holes.iter().filter(|m| m.selector == name && m.span.start <= place && place < m.span.end);
        let nearest = around.min_by_key(|m| m.span.end - m.span.start)?.clone();
        Some(self.hole(&nearest))
    }

    fn hole(&self, missing: &Missing) -> Hole {
        Hole {
            selector: self.names.text(missing.selector).to_string(),
            span: missing.span,
            receiver: missing.receiver,
            arguments: missing.arguments.clone(),
            wanted: missing.wanted,
            uses: missing.uses.iter().map(|n| self.names.text(*n).to_string()).collect(),
        }
    }

    /// The object that a path leads to, as seen from a file: `account`, `traits list`.
    pub fn object_at(&mut self, file: FileId, path: &str) -> Option<ObjectId> {
        let module = self.file(file).module;
        if path.is_empty() {
            return Some(module);
        }
        let mut at: Option<ObjectId> = None;
        for word in path.split(' ') {
            let name = self.names.of(word);
            let lobby = self.builtin.lobby;
            at = match at {
                None => self.content(module, name).or_else(|| self.content(lobby, name)),
                Some(inside) => self.content(inside, name),
            };
            at?;
        }
        at
    }

    fn content(&mut self, object: ObjectId, name: Name) -> Option<ObjectId> {
        let Find::One(found) = self.find(object, name) else { return None };
        if let SlotValue::Object(held) = self.slot(found.slot).value {
            return Some(held);
        }
        let held = crate::signature::held(self, found.slot);
        match *self.types.get(held) {
            Type::Object(object, _) => Some(object),
            _ => None,
        }
    }

    /// The type that a path means: the object's own interface.
    pub fn type_of_path(&mut self, file: FileId, path: &str) -> TypeId {
        self.object_at(file, path).map_or(TypeId::ANY, |object| self.type_of_object(object))
    }

    /// An object's own interface, its parameters being anything.
    pub fn type_of_object(&mut self, object: ObjectId) -> TypeId {
        let params = self.params(object).len();
        self.types.applied(object, &vec![TypeId::ANY; params])
    }

    /// Looks at a method (a slot's text) as if it were a slot of the object, seen from a file; against a hole, if there is one.
    pub fn consider(&mut self, object: ObjectId, file: FileId, source: &str, hole: Option<&Hole>) -> Candidate {
        let sender = hole.filter(|h| h.span.start < h.span.end).map(|h| infer::unit_at(self, file, h.span.start));
        let without = sender.and_then(|unit| Some((unit, infer::outcome(self, unit)?)));
        let parse = aura_syntax::parse_slots(source);
        let id =
            self.load_slots(object, file, Source { name: "(candidate)".into(), text: source.into(), parse, is_library: false });
        self.forget_all_parents();
        let candidate = match self.file(id).added.last().copied() {
            Some(slot) => {
                let mut candidate = self.look(id, slot, hole);
                if let Some((unit, without)) = without.filter(|_| candidate.found.is_empty()) {
                    candidate.found.extend(self.where_sent(unit, &without, slot));
                }
                candidate
            }
            None => Candidate::default(),
        };
        self.unload(id);
        self.forget_all_parents();
        candidate
    }

    fn look(&mut self, id: FileId, slot: SlotId, hole: Option<&Hole>) -> Candidate {
        if let Some(hole) = hole {
            self.assumed = Some((slot, hole.arguments.clone()));
        }
        let mut found = self.check(id);
        if let Some(hole) = hole {
            found.extend(self.against(slot, hole));
        }
        self.assumed = None;
        let (signature, doing) = (self.show_signature(slot), self.effects(slot));
        let powers = doing.certain.and(Effects::CAPABILITIES | Effects::REFLECTION);
        let ways = powers.words().filter_map(|word| Some((word, crate::effects::way(self, Unit::Method(slot), word)?)));
        let ways = ways.collect::<Vec<_>>().into_iter().map(|(word, way)| (word.to_string(), way)).collect();
        Candidate { found, signature, doing, ways }
    }

    /// What is not understood in the code that sends the message, and was not before there was a method for it: its answer is used for what it cannot do.
    /// What nothing understands anywhere speaks against no method: it is missing itself.
    fn where_sent(&mut self, unit: Unit, without: &Rc<Outcome>, slot: SlotId) -> Vec<Diagnostic> {
        // Whatever else is looked at for it knows of the method as well.
        let before = self.bodies.clone();
        self.bodies.remove(&unit);
        let with = infer::outcome(self, unit);
        self.bodies = before;
        let span = self.slot(slot).tree.as_ref().map_or(Span::default(), |t| t.span);
        let name = self.names.text(self.slot(slot).name).len() as u32;
        let span = Span { start: span.start, end: span.start + name };
        let Some(with) = with else { return Vec::new() };
        let is_new = |d: &&Diagnostic| {
            let is_same = |w: &Diagnostic| w.code == d.code && w.span == d.span;
            d.code == codes::NOT_UNDERSTOOD.name && !without.found.iter().any(is_same)
        };
        for new in with.found.iter().filter(is_new) {
            let around = with.holes.iter().filter(|h| h.span.start <= new.span.start && new.span.end <= h.span.end);
            let selector = around.min_by_key(|h| h.span.end - h.span.start).map(|h| self.names.text(h.selector).to_string());
            if selector.is_none_or(|s| self.is_understood_somewhere(&s)) {
                let message = format!("with its answer, where it is sent, {}", new.message);
                return vec![Diagnostic::error(&codes::HOLE, message, span, "this method")];
            }
        }
        Vec::new()
    }

    fn is_understood_somewhere(&mut self, selector: &str) -> bool {
        !self.slots_named(|name| name == selector).is_empty()
    }

    /// Whether the method takes what the hole gives, and gives what it asks for.
    fn against(&mut self, slot: SlotId, hole: &Hole) -> Vec<Diagnostic> {
        let signature = self.signature_of(slot, false);
        let Some(file) = self.slot(slot).file else { return Vec::new() };
        let span = self.slot(slot).tree.as_ref().map_or(Span::default(), |t| t.span);
        let span = Span { start: span.start, end: span.start + hole.selector.len() as u32 };
        let holder = crate::signature::prototype(self, slot.object);
        let mut found = Vec::new();
        let mut report = |u: &mut Self, message: String, a: TypeId, b: TypeId| {
            let mut finding = Diagnostic::error(&codes::HOLE, message, span, "this method");
            for reason in Relate::new(u, &mut Metas::default(), holder).why(a, b) {
                let (text, places) = reason.told(u, file);
                finding.notes.push(format!("because {text}"));
                finding.secondary.extend(places);
            }
            found.push(finding);
        };
        for (given, taken) in hole.arguments.iter().zip(&signature.params) {
            if !self.fits(*given, *taken, holder) {
                let (given_text, taken_text) = (self.shown(*given), self.shown(*taken));
                report(self, format!("it is sent with `{given_text}`, and takes `{taken_text}`"), *given, *taken);
            }
        }
        let answer = if signature.result == TypeId::SELF { hole.receiver } else { signature.result };
        if let Some(wanted) = hole.wanted
            && !self.fits(answer, wanted, holder)
        {
            let (answer_text, wanted_text) = (self.shown(answer), self.shown(wanted));
            report(self, format!("it answers `{answer_text}`, and the place asks for `{wanted_text}`"), answer, wanted);
        }
        for used in &hole.uses {
            if self.lacks(answer, used) && self.is_understood_somewhere(used) {
                let answer_text = self.shown(answer);
                report(self, format!("its answer is sent '{used}', which `{answer_text}` does not understand"), answer, answer);
            }
        }
        found
    }

    fn fits(&mut self, a: TypeId, b: TypeId, holder: TypeId) -> bool {
        Relate::new(self, &mut Metas::default(), holder).fits(a, b)
    }

    /// Whether no member of the type understands a message.
    fn lacks(&mut self, type_: TypeId, selector: &str) -> bool {
        let name = self.names.of(selector);
        self.types.members(type_).into_iter().all(|member| match *self.types.get(member) {
            Type::Object(object, _) => self.find(object, name) == Find::Missing,
            _ => false,
        })
    }

    /// `at: i <int> Put: v <T> ^ <self>`
    pub fn show_signature(&mut self, slot: SlotId) -> String {
        let signature = self.signature_of(slot, false);
        let here = self.slot(slot);
        let name = self.names.text(here.name).to_string();
        let tree = here.tree.clone();
        let text = here.file.map(|f| self.text(f)).unwrap_or_default();
        let names: Vec<String> = tree.as_deref().map(|t| parameter_names(t, &text)).unwrap_or_default();
        let parts = crate::near::parts(&name);
        let mut shown = String::new();
        for (i, part) in parts.iter().enumerate() {
            shown.push_str(if i > 0 { " " } else { "" });
            shown.push_str(part);
            if let Some(parameter) = names.get(i) {
                let type_ = signature.params.get(i).copied().unwrap_or_default();
                shown.push_str(&format!(" {parameter} <{}>", self.shown(type_)));
            }
        }
        shown.push_str(&format!(" ^ <{}>", self.shown(signature.result)));
        shown
    }
}

pub(crate) fn parameter_names(slot: &tree::Slot, text: &str) -> Vec<String> {
    let of_header: Vec<Span> = match &slot.name {
        SlotName::Unary(_) => Vec::new(),
        SlotName::Binary { parameter, .. } => parameter.iter().map(|p| p.name).collect(),
        SlotName::Keyword { parameters, .. } => parameters.iter().map(|p| p.name).collect(),
    };
    let spans = match (&slot.init, of_header.is_empty()) {
        (Init::Method(body), true) => {
            let slots = body.slots.iter().flat_map(|l| &l.slots).filter(|s| s.is_argument);
            slots.filter_map(|s| if let SlotName::Unary(n) = s.name { Some(n) } else { None }).collect()
        }
        _ => of_header,
    };
    spans.into_iter().map(|s| s.text(text).trim_start_matches(':').to_string()).collect()
}
