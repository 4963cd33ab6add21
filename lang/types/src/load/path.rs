//! Paths of objects: how an object is called, and which object a path of constant slots leads to.

use std::rc::Rc;

use aura_syntax::tree::{Expr, ExprKind, Receiver};

use crate::names::Name;
use crate::object::{FileId, ObjectId, Slot, SlotKind, SlotValue};
use crate::universe::Universe;

/// What the object in the slot `name` of `inside` is called: `point`, `traits list`, `shapes circle`.
pub(crate) fn of(u: &Universe, inside: ObjectId, name: Name) -> Rc<str> {
    let holder = u.object(inside);
    let is_outermost = inside == u.builtin.lobby || inside == u.builtin.globals || holder.path.is_empty();
    let name = u.names.text(name);
    if is_outermost { name.into() } else { format!("{} {name}", holder.path).into() }
}

/// The object that a path such as `traits list` leads to, through constant slots alone.
pub(super) fn object(u: &mut Universe, file: FileId, text: &str, expr: &Expr) -> Option<ObjectId> {
    match &expr.kind {
        ExprKind::SelfRef => Some(u.builtin.lobby),
        ExprKind::Group(body) => match &body.statements[..] {
            [one] => object(u, file, text, &one.expr),
            _ => None,
        },
        ExprKind::Send(send) if send.arguments.is_empty() => {
            let name = u.names.of(send.selector.first()?.text(text));
            match &send.receiver {
                Receiver::Implicit => {
                    let (lobby, module) = (u.builtin.lobby, u.file(file).module);
                    content(u, file, lobby, name).or_else(|| content(u, file, module, name))
                }
                Receiver::Expr(e) => {
                    let inside = object(u, file, text, e)?;
                    content(u, file, inside, name)
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// The object in a constant slot, one's own or inherited from parents that are known objects themselves. What other files add may come and
/// go, and is not looked at, but for the library and the file that this one goes with.
fn content(u: &Universe, file: FileId, object: ObjectId, name: Name) -> Option<ObjectId> {
    let counts = |s: &Slot| s.file.is_none_or(|f| f == file || u.file(f).is_library || u.file(f).companion == Some(file));
    let mut seen = Vec::new();
    let mut left = vec![object];
    while let Some(object) = left.pop() {
        if seen.contains(&object) {
            continue;
        }
        seen.push(object);
        if let Some(slot) = u.object(object).slots.iter().rev().find(|s| s.name == name && counts(s)) {
            return match (&slot.value, slot.kind) {
                (SlotValue::Object(o), SlotKind::Constant) => Some(*o),
                _ => None,
            };
        }
        let parents = u.object(object).slots.iter().filter(|s| s.is_parent && counts(s));
        left.extend(parents.filter_map(|s| match s.value {
            SlotValue::Object(o) => Some(o),
            _ => None,
        }));
    }
    None
}
