//! Where slots are assigned to: for slots whose type nobody wrote.
//!
//! Found by name alone, when a file is loaded; whose slot it is turns out when the method around is looked at.

use aura_syntax::tree::{Body, Expr, ExprKind, Init, Receiver, SlotList, Statement, TemplatePart};
use rustc_hash::FxHashMap;

use crate::names::{Name, Names};

/// An assignment: where it begins.
pub(crate) type Store = u32;

/// All messages that may be assignments, by the name of the slot.
pub(crate) fn find(slots: &Option<SlotList>, body: &[Statement], text: &str, names: &mut Names) -> FxHashMap<Name, Vec<Store>> {
    let mut finder = Finder { text, names, stores: FxHashMap::default() };
    slots.iter().for_each(|list| finder.slots(list));
    body.iter().for_each(|s| finder.expr(&s.expr));
    finder.stores
}

struct Finder<'a> {
    text: &'a str,
    names: &'a mut Names,
    stores: FxHashMap<Name, Vec<Store>>,
}

impl Finder<'_> {
    fn slots(&mut self, list: &SlotList) {
        for slot in &list.slots {
            match &slot.init {
                Init::None => {}
                Init::Constant(e) | Init::Assignable(e) => self.expr(e),
                Init::Method(body) => self.body(body),
            }
        }
    }

    fn body(&mut self, body: &Body) {
        body.slots.iter().for_each(|list| self.slots(list));
        body.statements.iter().for_each(|s| self.expr(&s.expr));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Object(list) => self.slots(list),
            ExprKind::Block(body) | ExprKind::Group(body) => self.body(body),
            ExprKind::Vector(items) => items.iter().for_each(|e| self.expr(e)),
            ExprKind::Template(parts) => {
                for part in parts {
                    if let TemplatePart::Hole(e) = part {
                        self.expr(e);
                    }
                }
            }
            ExprKind::Send(send) => {
                if let [keyword] = send.selector[..]
                    && let Some(base) = keyword.text(self.text).strip_suffix(':')
                {
                    let name = self.names.of(base);
                    self.stores.entry(name).or_default().push(keyword.start);
                }
                if let Receiver::Expr(e) = &send.receiver {
                    self.expr(e);
                }
                send.arguments.iter().for_each(|e| self.expr(e));
            }
            _ => {}
        }
    }
}
