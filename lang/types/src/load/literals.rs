//! Object literals inside code: each is one object, known by the slot whose code makes it and its number there.
//!
//! What must stay true: an edit elsewhere in the file leaves it the same object, so that nobody has to look at what mentions its slots again.

use std::rc::Rc;

use aura_syntax::Span;
use aura_syntax::tree::{Expr, ExprKind, Init, Receiver, Send, Slot as Tree, SlotList, SlotName, Statement};
use aura_syntax::visit::{self, Visit};
use rustc_hash::FxHashSet;

use super::{Loader, name_of, path};
use crate::infer::{Code, Unit};
use crate::names::Name;
use crate::object::{ObjectId, Slot, SlotId, SlotKind, SlotValue};
use crate::universe::UNNAMED;

/// Makes the objects for the literals in code.
pub(super) struct Literals<'l, 'u> {
    pub(super) loader: &'l mut Loader<'u>,
    /// Whose code it is: a slot of an object; a file's statements are nobody's.
    pub(super) whose: Option<(ObjectId, Name)>,
    /// The names of the locals and arguments that were come past: those of code further on may be among them, those in sight are.
    pub(super) locals: FxHashSet<Name>,
}

impl Literals<'_, '_> {
    pub(super) fn of_slot(mut self, slot: &Tree) {
        self.slot(slot);
    }

    pub(super) fn of_statement(mut self, statement: &Statement) {
        visit::expr(&mut self, &statement.expr);
    }

    fn local(&mut self, name: Span) {
        let name = self.loader.u.names.of(name.text(&self.loader.text));
        self.locals.insert(name);
    }

    /// Whether the value of a slot may be looked at by itself: it decides what the object inherits from, and comes of messages that mean no
    /// locals. What else the code around it does then has no part in that.
    fn is_alone(&mut self, slot: &Tree) -> bool {
        match &slot.init {
            Init::Constant(e) | Init::Assignable(e) => {
                matches!(e.kind, ExprKind::SelfRef) || slot.is_parent && self.means_no_locals(e)
            }
            Init::None | Init::Method(_) => false,
        }
    }

    fn means_no_locals(&mut self, e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Integer | ExprKind::Float | ExprKind::String | ExprKind::SelfRef => true,
            ExprKind::Group(body) => {
                body.slots.is_none() && matches!(&body.statements[..], [one] if !one.is_return && self.means_no_locals(&one.expr))
            }
            ExprKind::Send(send) => {
                let is_own = match &send.receiver {
                    Receiver::Implicit => !self.is_local(send),
                    Receiver::Expr(e) => self.means_no_locals(e),
                    Receiver::Resend(_) | Receiver::Delegate(_) => true,
                };
                is_own && send.arguments.iter().all(|a| self.means_no_locals(a))
            }
            _ => false,
        }
    }

    /// Whether a message without a receiver may read a local or assign to one.
    fn is_local(&mut self, send: &Send) -> bool {
        let text = send.selector[0].text(&self.loader.text);
        let name = self.loader.u.names.of(text.trim_end_matches(':'));
        send.selector.len() == 1 && self.locals.contains(&name)
    }
}

impl Visit for Literals<'_, '_> {
    fn locals(&mut self, list: &SlotList) {
        for slot in &list.slots {
            if let SlotName::Unary(name) = slot.name {
                self.local(name);
            }
            self.slot(slot);
        }
    }

    fn slot(&mut self, slot: &Tree) {
        match &slot.name {
            SlotName::Unary(_) => {}
            SlotName::Binary { parameter, .. } => parameter.iter().for_each(|p| self.local(p.name)),
            SlotName::Keyword { parameters, .. } => parameters.iter().for_each(|p| self.local(p.name)),
        }
        visit::inside_slot(self, slot);
    }

    fn object(&mut self, list: &SlotList) {
        let (file, text) = (self.loader.file, self.loader.text.clone());
        let place = match self.whose {
            Some((inside, name)) => format!("{} (…)", path::of(self.loader.u, inside, name)),
            None => "(…)".to_string(),
        };
        let object = self.loader.made(place.into(), UNNAMED, list.span);
        let u = &mut *self.loader.u;
        u.files[file.0 as usize].literals.insert(list.span.start, object);
        for (index, tree) in list.slots.iter().filter(|s| !s.is_argument).enumerate() {
            let name = name_of(&tree.name, &text, &mut self.loader.u.names);
            let (kind, value) = match &tree.init {
                Init::None => (SlotKind::Data, SlotValue::Nothing),
                Init::Assignable(_) => (SlotKind::Data, SlotValue::Written),
                Init::Constant(_) => (SlotKind::Constant, SlotValue::Written),
                Init::Method(_) => (SlotKind::Method, SlotValue::Code),
            };
            if kind == SlotKind::Method {
                let unit = Unit::Method(SlotId { object, index: index as u32 });
                self.loader.code.push(Code { span: tree.span, unit, around: None });
            }
            let is_alone = self.is_alone(tree);
            let (is_parent, tree) = (tree.is_parent, Some(Rc::new(tree.clone())));
            let slot = Slot { is_parent, is_alone, file: Some(file), tree, ..Slot::new(name, kind, value) };
            let u = &mut *self.loader.u;
            u.object_mut(object).slots.push(slot);
        }
        list.slots.iter().for_each(|slot| self.slot(slot));
    }
}
