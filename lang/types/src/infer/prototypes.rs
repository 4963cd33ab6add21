//! Messages that change what all copies begin with: `list add: 3` instead of `list copy add: 3`.
//!
//! What must stay true: only the library's prototypes are meant, sent to by their names, and only methods that certainly change their receiver.

use aura_syntax::tree::{Expr, ExprKind, Receiver};
use aura_syntax::{Diagnostic, Span};

use super::Outcome;
use super::body::Body;
use super::send::Message;
use crate::codes;
use crate::effects::Effects;
use crate::find::Find;
use crate::names::Name;
use crate::object::{ObjectId, SlotValue};
use crate::universe::Universe;

/// Prototypes that are there to be copied. (Others are one for all: `random`, `console`.)
const COPIED: [&str; 10] = [
    "bag",
    "channel",
    "dictionary",
    "identityDictionary",
    "identitySet",
    "list",
    "priorityQueue",
    "set",
    "sortedList",
    "stringBuilder",
];

impl Body<'_> {
    /// Remembers a message to one of them.
    pub(super) fn note_prototype(&mut self, receiver: &Expr, message: &Message) {
        let ExprKind::Send(send) = &receiver.kind else { return };
        if !matches!(send.receiver, Receiver::Implicit) || !send.arguments.is_empty() {
            return;
        }
        let name = self.selector(send);
        if !COPIED.contains(&self.u.names.text(name)) || self.local(name).is_some() || self.u.file(self.file).is_library {
            return;
        }
        let Find::One(found) = self.u.find(self.holder, name) else { return };
        let slot = self.u.slot(found.slot);
        if found.slot.object != self.u.builtin.globals {
            return;
        }
        if let SlotValue::Object(prototype) = slot.value {
            self.to_prototypes.push((prototype, message.name, message.at));
        }
    }
}

/// What a unit's code changes that it should have copied.
pub(crate) fn check(u: &mut Universe, outcome: &Outcome) -> Vec<Diagnostic> {
    outcome.to_prototypes.iter().filter_map(|(prototype, name, at)| changed(u, *prototype, *name, *at)).collect()
}

fn changed(u: &mut Universe, prototype: ObjectId, name: Name, at: Span) -> Option<Diagnostic> {
    let Find::One(found) = u.find(prototype, name) else { return None };
    let doing = u.effects(found.slot).certain;
    if !found.is_write && !doing.has(Effects::CHANGES_SELF) && !doing.has(Effects::CHANGES_PARTS) {
        return None;
    }
    let path = u.object(prototype).path.clone();
    let text = u.names.text(name);
    let found = Diagnostic::error(
        &codes::PROTOTYPE,
        format!("'{text}' changes `{path}` itself, with which all others begin"),
        at,
        "changes the prototype",
    );
    Some(found.help(format!("make one of your own first: `{path} copy`")))
}
