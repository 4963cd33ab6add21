//! Object literals and the slots of the top level; checks of slot lists; a look into expressions.

use std::collections::HashSet;
use std::sync::Arc;

use aura_syntax::literal;
use aura_syntax::tree::{Expr, ExprKind, Init, Receiver, Send, Slot, SlotList, SlotName, Span, TemplatePart};

use super::func::LIMIT;
use super::shape::slot_selector;
use super::{Compiler, Want, bytes, codes};
use crate::code::{ObjectTemplate, SlotInit, SlotTemplate};
use crate::op::{Op, Reg};

impl<'t> Compiler<'t> {
    /// An object literal.
    pub(crate) fn object(&mut self, list: &SlotList, span: Span, want: Want) {
        self.check_slots(&list.slots);
        let top = self.f.top;
        let slots: Vec<SlotTemplate> = list.slots.iter().map(|slot| self.object_slot(slot, top)).collect();
        let inits = self.f.top - top;
        let annotation = list.annotation.map(|s| self.annotation(&[s])).unwrap_or_default();
        self.f.code.objects.push(ObjectTemplate { slots, annotation, inits: inits.min(LIMIT) as u16 });
        let index = self.f.code.objects.len() - 1;
        if index >= LIMIT {
            self.f.overflow = Some("object literals");
        }
        self.f.top = top;
        self.f.span = bytes(span);
        let to = self.def(want);
        self.f.op(Op::NewObject, to, index as u16, if inits == 0 { 0 } else { top as Reg });
        self.done(want, to);
    }

    /// One slot of an object; the value of its expression goes to the next register after those from `first`.
    fn object_slot(&mut self, slot: &Slot, first: usize) -> SlotTemplate {
        let init = match &slot.init {
            Init::None => SlotInit::Nil,
            Init::Constant(e) | Init::Assignable(e) => {
                let reg = self.fresh(e);
                SlotInit::Value((usize::from(reg) - first) as u16)
            }
            Init::Method(body) => SlotInit::Method(self.method(slot, body).into()),
        };
        self.template_of(slot, init)
    }

    /// A slot of the top level: added to the module when its turn comes.
    pub(crate) fn module_slot(&mut self, slot: &Slot) {
        let top = self.f.top;
        self.f.span = bytes(slot.span);
        let (init, reg) = match &slot.init {
            Init::None => (SlotInit::Nil, 0),
            Init::Constant(e) | Init::Assignable(e) => (SlotInit::Value(0), self.operand(e, &[])),
            Init::Method(body) => (SlotInit::Method(self.method(slot, body).into()), 0),
        };
        let template = self.template_of(slot, init);
        self.f.code.slots.push(template);
        let index = self.f.code.slots.len() - 1;
        self.f.op(Op::AddSlot, 0, index as u16, reg);
        self.f.top = top;
    }

    fn template_of(&self, slot: &Slot, init: SlotInit) -> SlotTemplate {
        SlotTemplate {
            name: slot_selector(&slot.name, self.source),
            assignable: matches!(slot.init, Init::None | Init::Assignable(_)),
            parent: slot.is_parent,
            init,
            comment: slot.comment.map(|s| literal::comment_text(self.text(s)).into()),
            annotation: self.annotation(&slot.annotations),
            type_text: self.type_text(slot),
        }
    }

    fn annotation(&self, spans: &[Span]) -> Option<Arc<str>> {
        let texts: Vec<String> = spans.iter().filter_map(|s| literal::decode_string(self.text(*s)).ok()).collect();
        (!texts.is_empty()).then(|| texts.join("\n").into())
    }

    /// For a method: the types of its arguments and of its answer, as they stand; else the slot's type.
    fn type_text(&self, slot: &Slot) -> Option<Arc<str>> {
        let parameters = match &slot.name {
            SlotName::Unary(_) => &[][..],
            SlotName::Binary { parameter, .. } => parameter.as_slice(),
            SlotName::Keyword { parameters, .. } => parameters.as_slice(),
        };
        let typed =
            parameters.iter().filter_map(|p| Some(format!("{} {}", self.text(p.name), self.text(p.type_.as_ref()?.span))));
        let own = slot.type_.iter().map(|t| self.text(t.span).to_owned());
        let result = slot.result.iter().map(|t| format!("^ {}", self.text(t.span)));
        let all: Vec<String> = typed.chain(own).chain(result).collect();
        (!all.is_empty()).then(|| all.join(" ").into())
    }

    /// Complains about slots that an object or a file cannot have.
    pub(crate) fn check_slots(&mut self, slots: &[Slot]) {
        for slot in slots.iter().filter(|s| s.is_argument) {
            let name = slot_selector(&slot.name, self.source);
            let message = format!("`:{name}` is an argument, but nothing can be passed to an object");
            self.error(&codes::MISPLACED_ARGUMENT, slot.span, message, "leave the colon out");
        }
        self.check_holds(slots);
        self.check_names(slots);
    }

    /// Complains about slots that a method or block cannot have.
    pub(crate) fn check_locals(&mut self, slots: &[Slot]) {
        for slot in slots.iter().filter(|s| s.is_parent) {
            let message = format!("`{}` is a parent slot in code", slot_selector(&slot.name, self.source));
            self.error(&codes::MISPLACED_PARENT, slot.span, message, "parents belong to objects");
        }
        self.check_holds(slots);
        self.check_names(slots);
    }

    /// Complains about arguments of something that takes none.
    pub(crate) fn no_arguments(&mut self, list: Option<&SlotList>) {
        let slots = list.map_or(&[][..], |l| &l.slots);
        if let Some(slot) = slots.iter().find(|s| s.is_argument) {
            self.error(
                &codes::MISPLACED_ARGUMENT,
                slot.span,
                "a parenthesised expression takes no arguments",
                "leave the colon out",
            );
        }
    }

    fn check_holds(&mut self, slots: &[Slot]) {
        for slot in slots {
            let unary = matches!(slot.name, SlotName::Unary(_));
            if !unary && !matches!(slot.init, Init::Method(_)) {
                let name = slot_selector(&slot.name, self.source);
                let message = format!("`{name}` takes arguments, so it must hold a method");
                self.error(&codes::NOT_A_METHOD, slot.span, message, "write `= ( … )`");
            }
        }
    }

    fn check_names(&mut self, slots: &[Slot]) {
        if slots.len() < 2 {
            return;
        }
        let mut seen = HashSet::new();
        let mut double = Vec::new();
        for slot in slots {
            let name = slot_selector(&slot.name, self.source);
            let assigns = !slot.is_argument && matches!(slot.init, Init::None | Init::Assignable(_));
            let setter = assigns.then(|| format!("{name}:"));
            for name in [Some(name), setter].into_iter().flatten() {
                if let Some(name) = seen.replace(name) {
                    double.push((name, slot.span));
                    break;
                }
            }
        }
        for (name, span) in double {
            self.error(&codes::DUPLICATE, span, format!("there is a slot `{name}` already"), "a second one of that name");
        }
    }
}

/// Whether any message in an expression is such. (Methods of objects in it are not looked into.)
pub(crate) fn any_send(expr: &Expr, such: &mut impl FnMut(&Send) -> bool) -> bool {
    match &expr.kind {
        ExprKind::Send(send) => {
            such(send)
                || matches!(&send.receiver, Receiver::Expr(e) if any_send(e, such))
                || send.arguments.iter().any(|e| any_send(e, such))
        }
        ExprKind::Vector(items) => items.iter().any(|e| any_send(e, such)),
        ExprKind::Template(parts) => parts.iter().any(|p| matches!(p, TemplatePart::Hole(e) if any_send(e, such))),
        ExprKind::Object(list) => in_slots(Some(list), such),
        ExprKind::Block(body) | ExprKind::Group(body) => {
            in_slots(body.slots.as_ref(), such) || body.statements.iter().any(|s| any_send(&s.expr, such))
        }
        _ => false,
    }
}

fn in_slots(list: Option<&SlotList>, such: &mut impl FnMut(&Send) -> bool) -> bool {
    let slots = list.map_or(&[][..], |l| &l.slots);
    slots.iter().any(|s| match &s.init {
        Init::Constant(e) | Init::Assignable(e) => any_send(e, such),
        _ => false,
    })
}
