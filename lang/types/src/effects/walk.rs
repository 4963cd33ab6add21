//! Following calls.
//!
//! Depth first; methods that call one another in a circle share what the circle does, and may not return.

use super::{Call, Doing, Effects, Whose, of_primitive};
use crate::infer::{self, Unit};
use crate::names::Name;
use crate::object::{FileId, SlotId, SlotKind};
use crate::primitives;
use crate::universe::Universe;

/// Methods followed inside one another; what lies beyond may do anything that needs no power.
const MOST_DEPTH: usize = 200;

impl Universe {
    /// What the slot does when it is read or its method runs.
    pub fn effects(&mut self, slot: SlotId) -> Doing {
        match self.slot(slot).kind {
            SlotKind::Method => self.doing(Unit::Method(slot)).told(),
            _ => Doing::default(),
        }
    }

    /// What a file's statements do.
    pub fn effects_of_file(&mut self, file: FileId) -> Doing {
        self.doing(Unit::Statements(file)).told()
    }

    fn doing(&mut self, unit: Unit) -> Doing {
        Walk { u: self, path: Vec::new(), done: Vec::new() }.unit(unit).0
    }
}

struct Walk<'u> {
    u: &'u mut Universe,
    /// The units that are being followed, outermost first.
    path: Vec<Unit>,
    /// Those that wait for the end of a circle they are in, with the place in the path at which it closes.
    done: Vec<(Unit, usize)>,
}

impl Walk<'_> {
    /// What a unit does, and the outermost unit of the path that it leads back to.
    fn unit(&mut self, unit: Unit) -> (Doing, usize) {
        if let Some(known) = self.u.effects.units.get(&unit) {
            return (*known, usize::MAX);
        }
        if let Some(declared) = super::declared::of(self.u, unit) {
            let doing = Doing { certain: declared, possible: declared };
            self.u.effects.units.insert(unit, doing);
            return (doing, usize::MAX);
        }
        if self.is_about_errors(unit) {
            let makes = Doing { certain: Effects::ALLOCATES, possible: Effects::ALLOCATES };
            return (makes, usize::MAX);
        }
        if let Some(at) = self.path.iter().position(|p| *p == unit) {
            let again = Doing { certain: Effects::MAY_NOT_RETURN, possible: Effects::MAY_NOT_RETURN };
            return (again, at);
        }
        if self.path.len() >= MOST_DEPTH {
            let much = Effects::ALLOCATES | Effects::CHANGES_SELF | Effects::CHANGES_OTHERS | Effects::MAY_NOT_RETURN;
            return (Doing { certain: much, possible: much }, 0);
        }
        let at = self.path.len();
        self.path.push(unit);
        let (mut doing, mut back) = (Doing::default(), usize::MAX);
        for call in infer::calls(self.u, unit).iter() {
            let (more, to) = stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.call(*call));
            doing.certain |= more.certain;
            doing.possible |= more.possible;
            back = back.min(to);
        }
        self.path.pop();
        self.finish(unit, doing, at, back);
        (doing, if back < at { back } else { usize::MAX })
    }

    /// Whether it makes a condition or signals one. What comes of that is the affair of the handler, who stands elsewhere.
    fn is_about_errors(&self, unit: Unit) -> bool {
        let Unit::Method(slot) = unit else { return false };
        match &*self.u.object(slot.object).path {
            "traits errors" => true,
            "traits condition" => self.u.names.text(self.u.slot(slot).name) == "signal",
            _ => false,
        }
    }

    /// Remembers what is final: a unit outside all circles, or a whole circle at its outermost unit.
    fn finish(&mut self, unit: Unit, doing: Doing, at: usize, back: usize) {
        if back < at {
            self.done.push((unit, back));
            return;
        }
        self.u.effects.units.insert(unit, doing);
        let first = self.done.iter().position(|d| d.1 >= at).unwrap_or(self.done.len());
        for (member, _) in self.done.split_off(first) {
            self.u.effects.units.insert(member, doing);
        }
    }

    fn call(&mut self, call: Call) -> (Doing, usize) {
        let plain = |effects: Effects| (Doing { certain: effects, possible: effects }, usize::MAX);
        match call {
            Call::Make => plain(Effects::ALLOCATES),
            Call::Loop => plain(Effects::MAY_NOT_RETURN),
            Call::Write(whose) => plain(seen_from(Effects::CHANGES_SELF, whose)),
            Call::Primitive(name, whose) => plain(seen_from(self.primitive(name), whose)),
            Call::Named(name) => {
                let possible = self.named(name);
                (Doing { certain: Effects::PURE, possible }, usize::MAX)
            }
            Call::Method(slot, whose) => {
                let (doing, back) = self.unit(Unit::Method(slot));
                let seen = Doing { certain: seen_from(doing.certain, whose), possible: seen_from(doing.possible, whose) };
                (seen, back)
            }
        }
    }

    fn primitive(&self, name: Name) -> Effects {
        let text = primitives::plain(self.u.names.text(name));
        primitives::effects(text).unwrap_or_else(|| of_primitive(text))
    }

    /// What anything that answers a message of this name may do.
    fn named(&mut self, name: Name) -> Effects {
        if let Some(known) = self.u.effects.names.get(&name) {
            return *known;
        }
        // While they are looked at, the same name inside adds nothing.
        self.u.effects.names.insert(name, Effects::PURE);
        let all = self.u.implementors();
        let mut effects = Effects::PURE;
        for slot in all.get(&name).into_iter().flatten() {
            if self.u.slot(*slot).kind == SlotKind::Method {
                let doing = Walk { u: self.u, path: Vec::new(), done: Vec::new() }.unit(Unit::Method(*slot)).0;
                effects |= seen_from(doing.possible, Whose::Other);
            }
        }
        let assigned = self.u.names.assigned(name).and_then(|n| all.get(&n));
        if assigned.into_iter().flatten().any(|s| self.u.is_data(*s)) {
            effects |= Effects::CHANGES_OTHERS;
        }
        self.u.effects.names.insert(name, effects);
        effects
    }
}

/// Effects on a receiver, as the sender sees them.
fn seen_from(effects: Effects, whose: Whose) -> Effects {
    let (on_self, on_parts) = match whose {
        Whose::Own => return effects,
        Whose::New => (Effects::PURE, Effects::PURE),
        Whose::Fresh => (Effects::PURE, Effects::CHANGES_OTHERS),
        Whose::Part => (Effects::CHANGES_PARTS, Effects::CHANGES_PARTS),
        Whose::Other => (Effects::CHANGES_OTHERS, Effects::CHANGES_OTHERS),
    };
    let mut seen = effects.without(Effects::CHANGES_SELF | Effects::CHANGES_PARTS);
    for (effect, instead) in [(Effects::CHANGES_SELF, on_self), (Effects::CHANGES_PARTS, on_parts)] {
        if effects.has(effect) {
            seen |= instead;
        }
    }
    seen
}

/// What one call does as far as it is known; in strict checking also what it may do where it is not.
pub(super) fn of_call(u: &mut Universe, call: Call) -> Effects {
    let is_strict = u.options.strict;
    let doing = Walk { u, path: Vec::new(), done: Vec::new() }.call(call).0;
    let effects = if is_strict { doing.possible } else { doing.certain };
    effects.told()
}
