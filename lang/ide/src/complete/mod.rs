//! What could stand at the cursor: messages that the receiver understands, what is in scope, continuations of a keyword message, modules, types.
//!
//! * `site` where the cursor is; `expected` what is asked of what stands there; `list` what is offered, in which order; here what is offered where
//!
//! Names come at once; what costs inference (signatures, effects) is told of one of them when it is asked for ([`Ide::describe_completion`]).

mod expected;
mod list;
mod site;

use aura_syntax::tree::{Expr, Receiver, Send};
use aura_types::{Code, ObjectId, SlotId, TypeId};

pub(crate) use self::list::Told;
use self::list::{Answer, List, Near};
use self::site::{Site, Spot, site};
pub(crate) use self::site::{is_at_top, is_line_between};
use crate::hover::About;
use crate::resolve::Here;
use crate::scope::{LocalKind, locals_at};
use crate::words::index_at;
use crate::{Ide, Span};

/// What could stand somewhere.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Completions {
    /// What it would replace.
    pub span: Span,
    /// The best first.
    pub items: Vec<Completion>,
    /// There are more.
    pub is_incomplete: bool,
}

/// One thing that could stand there.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Completion {
    /// What it is called.
    pub label: String,
    /// What it is.
    pub kind: Offered,
    /// A word about where it comes from.
    pub from: String,
    /// What to insert; `${1:name}` marks places to be filled in.
    pub snippet: String,
    /// The same for editors that know no such marks.
    pub plain: String,
    /// By which [`Ide::describe_completion`] knows it again.
    pub key: Option<Key>,
    /// Its value is known to be of the type that the place asks for.
    pub is_expected: bool,
}

/// What is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Offered {
    /// An argument.
    Argument,
    /// A local.
    Local,
    /// A method.
    Method,
    /// A slot that can be assigned to.
    Slot,
    /// A constant slot.
    Constant,
    /// An object.
    Object,
    /// A file to import.
    Module,
    /// A word of the language.
    #[default]
    Word,
}

/// An offer of the last question for completions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Which question.
    pub question: u32,
    /// Which offer.
    pub index: u32,
}

/// What was offered last, to be described when that is wanted.
#[derive(Default)]
pub(crate) struct LastOffer {
    question: u32,
    told: Vec<Told>,
}

impl LastOffer {
    fn key(&mut self, told: Told) -> Key {
        self.told.push(told);
        Key { question: self.question, index: self.told.len() as u32 - 1 }
    }
}

impl Ide {
    /// What could stand at a place.
    pub fn complete(&mut self, name: &str, at: u32) -> Option<Completions> {
        let here = self.here_at_once(name)?;
        let span = site::word_before(&here, at);
        let prefix = here.document.text().get(span.start as usize..at as usize).unwrap_or("").to_string();
        let spot = Spot::new(here, span, at);
        let mut list = List::new(self, prefix);
        match site(&spot, at)? {
            Site::Path => list.modules(name, &spot.here, at),
            Site::Type => list.types(&spot.here),
            Site::Above(through) => list.above(&spot, through),
            Site::Receiver { operand, continued, is_only_continued } => {
                continued.iter().for_each(|send| list.continuations(&spot, send, operand));
                if !is_only_continued {
                    list.messages_to(&spot, operand);
                }
            }
            Site::Open => list.in_scope(&spot),
        }
        Some(list.finish(span))
    }

    /// What is to be said of something that was offered; nothing when it was offered before the last question.
    pub fn describe_completion(&mut self, key: Key) -> Option<About> {
        self.settle();
        let told = (key.question == self.offered.question).then(|| self.offered.told.get(key.index as usize))??;
        Some(match *told {
            Told::Slot(slot) => self.about_slot(slot),
            Told::Evaluation(block) => self.about_evaluation(block, None)?,
        })
    }

    /// Numbers of slots mean others once texts have changed.
    pub(crate) fn forget_offer(&mut self) {
        self.offered.told.clear();
    }
}

impl Ide {
    /// The objects that a message may be sent to, each with its type.
    pub(crate) fn receivers_of(&mut self, code: &Code, receiver: Option<&Expr>) -> Vec<(ObjectId, TypeId)> {
        let (objects, type_) = match receiver {
            Some(e) => (self.objects_of(code, e), code.type_of(e.span).unwrap_or(TypeId::ANY)),
            None => (vec![code.holder], TypeId::ANY),
        };
        let universe = self.universe();
        objects.into_iter().map(|object| (object, universe.member_with(type_, object))).collect()
    }

    /// What an object has and inherits that a keyword message may become.
    pub(crate) fn slots_begun(&mut self, object: ObjectId, begun: &str) -> Vec<SlotId> {
        let lineage = self.universe().lineage_of(object);
        let known = self.project.known();
        let goes_on = |slot: &SlotId| {
            let name = known.slot_name(*slot);
            name.len() > begun.len() && name.starts_with(begun)
        };
        lineage.into_iter().flat_map(|above| known.slots_of(above)).filter(goes_on).collect()
    }
}

/// The expression that a message is sent to.
pub(crate) fn written(receiver: &Receiver) -> Option<&Expr> {
    if let Receiver::Expr(e) = receiver { Some(e) } else { None }
}

/// What is offered where.
impl List<'_> {
    /// All that an object understands, as something written out that is asked for it.
    fn understood(&mut self, object: ObjectId, receiver: TypeId) {
        let builtin = self.ide.universe().builtin();
        let is_place = |o: ObjectId| [builtin.lobby, builtin.globals, builtin.traits, builtin.mixins].contains(&o);
        let everybodys = self.ide.universe().lineage_of(builtin.lobby);
        let lineage = self.ide.universe().lineage_of(object);
        self.objects(&lineage, receiver, |index, o| match index {
            0 => Near::Object(0),
            _ if is_place(o) => Near::Elsewhere,
            _ if everybodys.contains(&o) => Near::Everywhere(index),
            _ => Near::Object(index),
        });
    }

    fn messages_to(&mut self, spot: &Spot, receiver: &Expr) {
        let (here, code) = (&spot.here, spot.code(self.ide));
        let wanted = if spot.is_empty() { spot.wanted_of(self.ide, receiver) } else { spot.wanted(self.ide) };
        self.want(wanted, code.holder);
        if let Some(block) = self.ide.block_of(&code, receiver) {
            let evaluation = self.ide.evaluation(block, Some((here, receiver)));
            evaluation.into_iter().for_each(|e| self.evaluation(block, e));
        }
        let objects = self.ide.receivers_of(&code, Some(receiver));
        objects.iter().for_each(|(object, receiver)| self.understood(*object, *receiver));
        // Of a receiver that is not known, anything may be understood.
        if objects.is_empty() && !self.prefix.is_empty() {
            let prefix = self.prefix.clone();
            let slots = self.ide.universe().slot_of_each(|name| list::fits(name, &prefix));
            for slot in slots {
                let receiver = self.ide.universe().type_of_object(slot.object);
                self.slot(slot, Near::Object(0), 0, Answer::To(receiver));
            }
        }
    }

    /// What stands above the method's object, or in that parent of it; what is no parent ends a statement here.
    fn above(&mut self, spot: &Spot, through: Option<&str>) {
        let holder = spot.holder(self.ide);
        let lineage = self.ide.universe().lineage_above(holder, through);
        if lineage.is_empty() && through.is_some() {
            return self.in_scope(spot);
        }
        let wanted = spot.wanted(self.ide);
        self.want(wanted, holder);
        let receiver = self.ide.universe().type_of_object(holder);
        self.objects(&lineage, receiver, |index, _| Near::Object(index));
    }

    fn continuations(&mut self, spot: &Spot, send: &Send, operand: &Expr) {
        let (text, code) = (spot.here.document.text(), spot.code(self.ide));
        // What stands behind the cursor is to be replaced.
        let before: Vec<Span> = send.selector.iter().copied().filter(|p| p.end <= spot.word.start).collect();
        let begun: String = before.iter().map(|p| p.text(text)).collect();
        // The message goes on unless its argument is known not to be what is asked; whether what it answers then fits comes after that.
        let fits = |ide: &mut Ide, asked: &TypeId| match code.type_of(operand.span) {
            None | Some(TypeId::ANY) => true,
            Some(type_) => ide.universe().is_expected(type_, *asked, code.holder),
        };
        let asked = spot.wanted_of(self.ide, operand).filter(|asked| fits(self.ide, asked));
        let wanted = asked.or_else(|| spot.wanted_of_send(self.ide, send));
        self.want(wanted, code.holder);
        for (object, receiver) in self.ide.receivers_of(&code, written(&send.receiver)) {
            for slot in self.ide.slots_begun(object, &begun) {
                let length = self.ide.project.known().slot_name(slot).len();
                let answer = asked.map_or(Answer::To(receiver), Answer::Of);
                self.slot(slot, Near::Next(length), before.len(), answer);
            }
        }
    }

    fn in_scope(&mut self, spot: &Spot) {
        let document = spot.here.document.clone();
        let (text, file) = (document.text(), &document.parse().file);
        let holder = spot.holder(self.ide);
        // Of all that a large file has, what fits is not soon found out.
        let is_soon = self.ide.project.known().has_little_code(spot.here.file);
        let wanted = if is_soon { spot.wanted(self.ide) } else { None };
        self.want(wanted, holder);
        for local in locals_at(text, file, spot.word) {
            let kind = if local.kind == LocalKind::Argument { Offered::Argument } else { Offered::Local };
            let answer = self.value_of_local(spot, local.name);
            self.local(local.name.text(text), kind, local.kind == LocalKind::Variable, answer);
        }
        self.value("self", Offered::Word, Near::Here, Answer::Of(TypeId::SELF));
        if spot.is_in_method(self.ide) {
            self.plain("resend", Offered::Word, Near::Here);
        }
        let universe = self.ide.universe();
        let (lobby, module) = (universe.builtin().lobby, universe.module_of(spot.here.file));
        let everybodys = universe.lineage_of(lobby);
        // What self does not understand the file's module is asked for.
        let (own, module) = (universe.lineage_of(holder), universe.lineage_of(module));
        let mut offer = |lineage: Vec<ObjectId>, near: fn(usize) -> Near| {
            let receiver = lineage.first().map_or(TypeId::ANY, |object| self.ide.universe().type_of_object(*object));
            self.objects(&lineage, receiver, |index, o| match index > 0 && everybodys.contains(&o) {
                true => Near::Everywhere(index),
                false => near(index),
            });
        };
        offer(own, Near::Object);
        offer(module, Near::Module);
    }

    /// What is asked of the place from here on, if that tells anything.
    fn want(&mut self, wanted: Option<TypeId>, holder: ObjectId) {
        let known = self.ide.project.known();
        self.wanted = wanted.filter(|w| !known.is_anything(*w)).map(|wanted| (wanted, holder));
    }

    /// What a local holds, if that matters. One of which nothing is known was made for some purpose, perhaps for this one.
    fn value_of_local(&mut self, spot: &Spot, name: Span) -> Answer {
        let Some((wanted, _)) = self.wanted else { return Answer::Unknown };
        match spot.code(self.ide).type_of(name) {
            None | Some(TypeId::ANY | TypeId::NEVER) => Answer::Of(wanted),
            Some(type_) => Answer::Of(type_),
        }
    }

    fn modules(&mut self, name: &str, here: &Here, at: u32) {
        let tokens = &here.document.parse().tokens;
        let string = tokens.get(index_at(&here.document, at.saturating_sub(1))).map_or(at, |t| t.span.start + 1);
        self.prefix = here.document.text().get(string as usize..at as usize).unwrap_or("").to_string();
        let outside = self.ide.outside.clone();
        outside.importable(name).iter().for_each(|path| self.plain(path, Offered::Module, Near::Here));
    }

    fn types(&mut self, here: &Here) {
        for word in ["int", "string", "bool", "float", "vector", "any", "self", "nil", "block"] {
            self.plain(word, Offered::Object, Near::Here);
        }
        let universe = self.ide.universe();
        let (module, builtin) = (universe.module_of(here.file), universe.builtin());
        let mut lineage = universe.lineage_of(module);
        // A type may be named by what is in traits, too; what the lobby itself has are places, and no prototypes.
        lineage.retain(|o| *o != builtin.lobby);
        lineage.push(builtin.traits);
        for (index, object) in lineage.into_iter().enumerate() {
            for slot in self.ide.project.known().slots_of(object) {
                if self.ide.project.known().object_in(slot).is_some() {
                    self.slot(slot, Near::Object(index), 0, Answer::Unknown);
                }
            }
        }
    }
}
