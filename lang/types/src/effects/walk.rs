//! Following calls.
//!
//! Depth first, circle by circle; methods that call one another in a circle may not return. What must stay true: what a node does is the
//! least that fits what it calls, so it does not matter which was asked for first.

use rustc_hash::FxHashMap;

use super::{Call, Doing, Effects, Whose, of_primitive};
use crate::infer::{self, Unit};
use crate::names::Name;
use crate::object::{FileId, SlotId, SlotKind};
use crate::primitives;
use crate::universe::Universe;

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
        let of = |u: &mut Self, way: Way| Walk::new(u, way).of(Node::Unit(unit));
        Doing { certain: of(self, Way::Certain), possible: of(self, Way::Possible) }
    }

    fn primitive(&self, name: Name) -> Effects {
        let text = primitives::plain(self.names.text(name));
        primitives::effects(text).unwrap_or_else(|| of_primitive(text))
    }
}

/// Whose effects are found out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Node {
    Unit(Unit),
    /// Everything that answers a message of this name.
    Named(Name),
}

/// Which messages are followed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Way {
    /// Those whose slots are known.
    Certain,
    /// Also those to objects of unknown kind.
    Possible,
}

/// One thing that a node does: by itself, or by way of another node, on a receiver.
#[derive(Clone, Copy)]
enum Step {
    Itself(Effects),
    Through(Node, Whose),
}

/// A node that is being followed.
struct Open {
    node: Node,
    steps: Vec<Step>,
    /// The step that comes next.
    next: usize,
    /// The outermost open node that it leads back to (Tarjan, *Depth-first search and linear graph algorithms*, 1972).
    outermost: usize,
}

struct Walk<'u> {
    u: &'u mut Universe,
    way: Way,
    /// Nodes that are being followed, outermost first.
    path: Vec<usize>,
    /// These and those that wait for the end of a circle they are in.
    open: Vec<Open>,
    places: FxHashMap<Node, usize>,
}

impl<'u> Walk<'u> {
    fn new(u: &'u mut Universe, way: Way) -> Self {
        Self { u, way, path: Vec::new(), open: Vec::new(), places: FxHashMap::default() }
    }

    fn of(&mut self, node: Node) -> Effects {
        if let Some(known) = self.known(node) {
            return known;
        }
        self.enter(node);
        while let Some(at) = self.path.last().copied() {
            let here = &mut self.open[at];
            let Some(step) = here.steps.get(here.next).copied() else {
                self.leave(at);
                continue;
            };
            here.next += 1;
            let Step::Through(node, _) = step else { continue };
            if let Some(place) = self.places.get(&node) {
                here.outermost = here.outermost.min(*place);
            } else if self.known(node).is_none() {
                self.enter(node);
            }
        }
        self.known(node).unwrap_or_default()
    }

    fn known(&mut self, node: Node) -> Option<Effects> {
        if let Some(known) = self.u.effects.known.get(&(self.way, node)) {
            return Some(*known);
        }
        let Node::Unit(unit) = node else { return None };
        let effects = match super::declared::of(self.u, unit) {
            Some(declared) => declared,
            None if self.is_about_errors(unit) => Effects::ALLOCATES,
            None => return None,
        };
        self.u.effects.known.insert((self.way, node), effects);
        Some(effects)
    }

    fn enter(&mut self, node: Node) {
        let steps = match node {
            Node::Unit(unit) => {
                let mut steps = Vec::new();
                if self.way == Way::Possible {
                    steps.push(Step::Itself(Walk::new(self.u, Way::Certain).of(node)));
                }
                steps.extend(infer::calls(self.u, unit).iter().map(|call| self.step(*call)));
                steps
            }
            Node::Named(name) => self.implementations(name),
        };
        let at = self.open.len();
        self.places.insert(node, at);
        self.open.push(Open { node, steps, next: 0, outermost: at });
        self.path.push(at);
    }

    /// A node has been followed to its end. If it leads back to none further out, what it and the circle behind it do is final.
    fn leave(&mut self, at: usize) {
        self.path.pop();
        let outermost = self.open[at].outermost;
        if outermost < at {
            let around = *self.path.last().expect("it leads back to one that is being followed");
            self.open[around].outermost = self.open[around].outermost.min(outermost);
            return;
        }
        let circle = self.open.split_off(at);
        circle.iter().for_each(|one| {
            self.places.remove(&one.node);
        });
        self.settle(&circle);
    }

    /// The least that the members of a circle can do. Whoever certainly leads back to itself may not return.
    fn settle(&mut self, circle: &[Open]) {
        let mut members: FxHashMap<Node, Effects> = circle.iter().map(|one| (one.node, Effects::PURE)).collect();
        let again = if self.way == Way::Certain { Effects::MAY_NOT_RETURN } else { Effects::PURE };
        let mut grew = true;
        while std::mem::take(&mut grew) {
            for one in circle {
                let before = members[&one.node];
                let mut all = before;
                for step in &one.steps {
                    all |= match step {
                        Step::Itself(effects) => *effects,
                        Step::Through(node, whose) => match members.get(node) {
                            Some(so_far) => seen_from(*so_far | again, *whose),
                            None => seen_from(self.u.effects.known.get(&(self.way, *node)).copied().unwrap_or_default(), *whose),
                        },
                    };
                }
                grew |= all != before;
                members.insert(one.node, all);
            }
        }
        let way = self.way;
        self.u.effects.known.extend(members.into_iter().map(|(node, effects)| ((way, node), effects)));
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

    fn step(&self, call: Call) -> Step {
        match call {
            Call::Make => Step::Itself(Effects::ALLOCATES),
            Call::Loop => Step::Itself(Effects::MAY_NOT_RETURN),
            Call::Write(whose) => Step::Itself(seen_from(Effects::CHANGES_SELF, whose)),
            Call::Primitive(name, whose) => Step::Itself(seen_from(self.u.primitive(name), whose)),
            Call::Named(_) if self.way == Way::Certain => Step::Itself(Effects::PURE),
            Call::Named(name) => Step::Through(Node::Named(name), Whose::Own),
            // Code that is to be looked at again, since the slots there are others, may know it by the number of one that is none any more.
            Call::Method(slot, _) if !self.u.is_method(slot) => Step::Itself(Effects::PURE),
            Call::Method(slot, whose) => Step::Through(Node::Unit(Unit::Method(slot)), whose),
        }
    }

    /// What anything that answers a message of this name may do.
    fn implementations(&mut self, name: Name) -> Vec<Step> {
        let all = self.u.implementors();
        let slots = all.named(name).iter().filter(|s| self.u.slot(**s).kind == SlotKind::Method);
        let mut steps: Vec<Step> = slots.map(|slot| Step::Through(Node::Unit(Unit::Method(*slot)), Whose::Other)).collect();
        let assigned = self.u.names.assigned(name).map_or(&[][..], |n| all.named(n));
        if assigned.iter().any(|s| self.u.is_data(*s)) {
            steps.push(Step::Itself(Effects::CHANGES_OTHERS));
        }
        steps
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
    let mut walk = Walk::new(u, if is_strict { Way::Possible } else { Way::Certain });
    let effects = match walk.step(call) {
        Step::Itself(effects) => effects,
        Step::Through(node, whose) => seen_from(walk.of(node), whose),
    };
    effects.told()
}
