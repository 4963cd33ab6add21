//! What a test tells about the type of what was tested.
//!
//! Known tests are those for nil, for kinds by messages such as `isString` (whose meaning is read off the methods: some answer
//! `true`, the others `false`), and `inheritsFrom:`. What must stay true: a member is taken away only if it certainly answers
//! the other way.

use aura_syntax::tree::{Expr, ExprKind, Init, Receiver, Send};

use smallvec::SmallVec;

use super::body::Body;
use super::env::Env;
use super::send::is_self;
use crate::find::Find;
use crate::names::Name;
use crate::object::{ObjectId, SlotId, SlotValue};
use crate::ty::{Softness, Type, TypeId};
use crate::universe::Universe;

/// A place whose type a test can tell more about.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Place {
    Local(usize),
    /// A slot of self.
    Slot(Name),
}

/// A test.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Test {
    Nil(Place),
    NotNil(Place),
    /// `isString`
    Kind(Place, Name),
    /// `inheritsFrom:` this object.
    Inherits(Place, ObjectId),
}

impl Body<'_> {
    /// The place that an expression reads.
    pub(super) fn place_of(&mut self, expr: &Expr) -> Option<Place> {
        match &expr.kind {
            ExprKind::Group(body) if body.slots.is_none() && body.statements.len() == 1 => {
                self.place_of(&body.statements[0].expr)
            }
            ExprKind::Send(send) if send.arguments.is_empty() => {
                let name = self.selector(send);
                match &send.receiver {
                    Receiver::Implicit => self.local(name).map(Place::Local).or_else(|| self.own_slot(name)),
                    Receiver::Expr(e) if is_self(e) => self.own_slot(name),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn own_slot(&mut self, name: Name) -> Option<Place> {
        let slots = self.own_data(name);
        (!slots.is_empty()).then_some(Place::Slot(name))
    }

    /// The data slots that a message without a receiver reads: one's own, or those of the objects that inherit from a traits
    /// object, where a method's slots usually are.
    pub(super) fn own_data(&mut self, name: Name) -> SmallVec<[SlotId; 2]> {
        let slots: SmallVec<[SlotId; 2]> = match self.u.find(self.holder, name) {
            Find::One(found) => SmallVec::from_iter([found.slot]),
            Find::Missing => self.u.below(self.holder, name, self.file).iter().map(|f| f.slot).collect(),
            _ => SmallVec::new(),
        };
        if slots.iter().all(|s| self.u.is_data(*s)) { slots } else { SmallVec::new() }
    }

    /// The test that an expression makes.
    pub(super) fn test(&mut self, expr: &Expr) -> Option<Test> {
        let ExprKind::Send(send) = &expr.kind else { return None };
        let name = self.selector(send);
        let w = &self.u.words;
        let (is_nil, is_not_nil, inherits) = (w.is_nil, w.is_not_nil, w.inherits);
        let (same, other) = ([w.eq, w.same].contains(&name), [w.ne, w.not_same].contains(&name));
        let Receiver::Expr(receiver) = &send.receiver else { return None };
        if same || other {
            let place = self.compared_to_nil(receiver, &send.arguments[0])?;
            return Some(if same { Test::Nil(place) } else { Test::NotNil(place) });
        }
        let place = self.place_of(receiver)?;
        if name == is_nil {
            Some(Test::Nil(place))
        } else if name == is_not_nil {
            Some(Test::NotNil(place))
        } else if name == inherits {
            let type_ = self.quietly(&send.arguments[0]);
            match *self.u.types.get(type_) {
                Type::Object(o, _) => Some(Test::Inherits(place, o)),
                _ => None,
            }
        } else {
            self.is_kind_test(send, name).then_some(Test::Kind(place, name))
        }
    }

    /// `isSomething`, without arguments.
    fn is_kind_test(&self, send: &Send, name: Name) -> bool {
        let text = self.u.names.text(name);
        send.arguments.is_empty() && text.strip_prefix("is").is_some_and(|rest| rest.starts_with(|c: char| c.is_uppercase()))
    }

    fn compared_to_nil(&mut self, a: &Expr, b: &Expr) -> Option<Place> {
        let text = self.text.clone();
        let nil = |e: &Expr| match &e.kind {
            ExprKind::Send(s) => {
                matches!(s.receiver, Receiver::Implicit) && s.arguments.is_empty() && s.selector[0].text(&text) == "nil"
            }
            _ => false,
        };
        match (nil(a), nil(b)) {
            (true, false) => self.place_of(b),
            (false, true) => self.place_of(a),
            _ => None,
        }
    }

    /// The type of an expression, without saying what is wrong in it.
    pub(super) fn quietly(&mut self, expr: &Expr) -> TypeId {
        let (found, holes) = (self.found.len(), self.holes.len());
        let type_ = self.expr(expr, None);
        self.found.truncate(found);
        self.holes.truncate(holes);
        type_
    }

    /// Puts into `env` what is known where the test came out this way.
    pub(super) fn apply(&mut self, test: &Test, outcome: bool, env: &mut Env) {
        let (place, test, outcome) = match *test {
            Test::NotNil(place) => (place, Test::Nil(place), !outcome),
            Test::Nil(place) | Test::Kind(place, _) | Test::Inherits(place, _) => (place, *test, outcome),
        };
        let Some(before) = self.type_at(place, env) else { return };
        let before = self.shallow(before);
        let after = self.filtered(before, &test, outcome);
        if after == TypeId::NEVER {
            env.is_dead = true;
        }
        match place {
            Place::Local(at) if self.is_shared(at) => {}
            Place::Local(at) => env.locals[at].type_ = after,
            Place::Slot(_) if self.u.options.strict => {}
            Place::Slot(name) => {
                env.slots.retain(|s| s.0 != name);
                env.slots.push((name, after));
            }
        }
    }

    fn type_at(&mut self, place: Place, env: &Env) -> Option<TypeId> {
        match place {
            Place::Local(at) => {
                let held = if self.is_shared(at) { self.held(at) } else { env.locals[at] };
                let written = self.locals[at].written;
                match (held.type_, written) {
                    (TypeId::NEVER, written) => written,
                    (type_, _) => Some(type_),
                }
            }
            Place::Slot(name) => {
                if let Some(known) = env.slots.iter().find(|s| s.0 == name) {
                    return Some(known.1);
                }
                let mut all = None;
                for slot in self.own_data(name) {
                    let type_ = self.u.signature_of(slot, false).result;
                    all = Some(all.map_or(type_, |before| self.u.types.soft(before, type_)));
                }
                all
            }
        }
    }

    /// The members that may answer a test this way.
    fn filtered(&mut self, type_: TypeId, test: &Test, outcome: bool) -> TypeId {
        let softness = match self.u.types.get(type_) {
            Type::Union(_, softness) => *softness,
            _ => Softness::Soft,
        };
        let members = self.u.types.members(type_);
        let mut left = Vec::new();
        for member in members {
            match self.answer_to(member, test) {
                Some(answer) if answer != outcome => {}
                Some(_) => left.push(member),
                None => {
                    let finer = if outcome { self.finer(member, test) } else { None };
                    left.push(finer.unwrap_or(member));
                }
            }
        }
        // Of several, it is one of those that certainly inherit.
        if let (Test::Inherits(..), true) = (test, outcome) {
            let sure: Vec<TypeId> = left.iter().copied().filter(|m| self.answer_to(*m, test) == Some(true)).collect();
            if !sure.is_empty() {
                left = sure;
            }
        }
        self.u.types.union(&left, softness)
    }

    /// What a member certainly answers.
    fn answer_to(&mut self, member: TypeId, test: &Test) -> Option<bool> {
        let nil = self.u.builtin.nil;
        let object = match self.u.types.get(member) {
            Type::Object(o, _) => *o,
            Type::Block(..) => self.u.builtin.block,
            _ => return None,
        };
        match *test {
            Test::Nil(_) | Test::NotNil(_) => Some(object == nil),
            Test::Inherits(_, from) => self.u.surely_inherits(object, from).then_some(true),
            Test::Kind(_, name) => self.kind_answer(object, name),
        }
    }

    /// `true` or `false`, if that is all the method says and nothing below the object says otherwise.
    fn kind_answer(&mut self, object: ObjectId, name: Name) -> Option<bool> {
        let Find::One(found) = self.u.find(object, name) else { return None };
        let answer = self.u.says(found.slot)?;
        let others = self.u.implementors();
        for slot in others.named(name) {
            if self.u.sees(self.file, *slot)
                && slot.object != object
                && self.u.says(*slot) != Some(answer)
                && self.u.inherits(slot.object, object)
            {
                return None;
            }
        }
        Some(answer)
    }

    /// Of something general, the kinds below it that answer the test with yes.
    fn finer(&mut self, member: TypeId, test: &Test) -> Option<TypeId> {
        let is_below = |body: &mut Self, object: ObjectId| match *body.u.types.get(member) {
            Type::Object(above, _) => body.u.inherits(object, above),
            // Where nothing may be unknown, a test is how one comes to know something.
            Type::Any => body.u.options.strict,
            _ => false,
        };
        if let Test::Inherits(_, from) = *test {
            return is_below(self, from).then(|| self.type_of_kind(from));
        }
        let Test::Kind(_, name) = *test else { return None };
        let all = self.u.implementors();
        let mut below = Vec::new();
        for slot in all.named(name) {
            if self.u.sees(self.file, *slot) && self.u.says(*slot) == Some(true) && is_below(self, slot.object) {
                below.push(self.type_of_kind(slot.object));
            }
        }
        (!below.is_empty()).then(|| self.u.types.union(&below, Softness::Soft))
    }

    /// What inherits from `traits point` is a `point`, if there is a prototype of that name: it knows slots that the traits lack.
    fn type_of_kind(&mut self, object: ObjectId) -> TypeId {
        let path = self.u.object(object).path.clone();
        let prototype = path.strip_prefix("traits ").and_then(|name| {
            let name = self.u.names.known(name)?;
            self.u.ask_for(name);
            let Find::One(found) = self.u.find(self.u.builtin.lobby, name) else { return None };
            match self.u.slot(found.slot).value {
                SlotValue::Object(prototype) => Some(prototype),
                _ => None,
            }
        });
        let is_one = prototype.filter(|p| self.u.inherits(*p, object));
        self.u.type_of_object(is_one.unwrap_or(object))
    }

    /// The type without nil, whether it may be nil, and whether it may be anything else.
    pub(super) fn without_nil(&mut self, type_: TypeId) -> (TypeId, bool, bool) {
        let nil = self.u.nil_type();
        let members = self.u.types.members(type_);
        let is_open = |m: &TypeId| {
            matches!(self.u.types.get(*m), Type::Any | Type::Meta(_) | Type::Var(_) | Type::SelfType | Type::SelfWith(_))
        };
        let may_be_nil = members.iter().any(|m| *m == nil || is_open(m));
        let rest: Vec<TypeId> = members.iter().copied().filter(|m| *m != nil).collect();
        let softness = if self.u.types.is_soft(type_) { Softness::Soft } else { Softness::Hard };
        (self.u.types.union(&rest, softness), may_be_nil, !rest.is_empty())
    }
}

impl Universe {
    /// What a method that does nothing else answers.
    pub(crate) fn says(&self, slot: SlotId) -> Option<bool> {
        let slot = self.slot(slot);
        let Init::Method(body) = &slot.tree.as_ref()?.init else { return None };
        let [one] = &body.statements[..] else { return None };
        let text = self.file(slot.file?).text.clone();
        match one.expr.span.text(&text) {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }
}
