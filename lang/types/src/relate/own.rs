//! `self`, `self of: T`, and `self likeMe: (list of: T)`: types that depend on who the receiver is.
//!
//! What must stay true: what the receiver answers to a message is found when its kind is known, before anything is compared;
//! nothing else ever sees [`Type::SelfAnswer`].

use smallvec::SmallVec;

use super::{Relate, collect_vars};
use crate::find::Find;
use crate::names::Name;
use crate::object::ObjectId;
use crate::ty::subst::{Receiver, Vars};
use crate::ty::{Type, TypeId, VarId};
use crate::universe::Universe;

/// Answers that depend on other answers; beyond it they are `any`.
const MOST_ANSWERS: usize = 4;

impl Relate<'_> {
    /// The holder, with the parameters that `self of: …` says.
    pub(super) fn holder_for(&mut self, self_with: TypeId) -> TypeId {
        self.u.own_type(self_with, self.holder)
    }

    /// Whether one `self of: …` fits another. What one does not mention is the holder's own.
    pub(super) fn parts_fit(&mut self, mine: &[(VarId, TypeId)], wanted: &[(VarId, TypeId)]) -> bool {
        let given = |u: &mut Universe, parts: &[(VarId, TypeId)], var: VarId| {
            parts.iter().find(|p| p.0 == var).map_or_else(|| u.types.var(var), |p| p.1)
        };
        mine.iter().chain(wanted).all(|(var, _)| {
            let (a, b) = (given(self.u, mine, *var), given(self.u, wanted, *var));
            self.fits(a, b)
        })
    }

    /// Whether the parameters of something made by hand fit those of the holder's kind that is wanted.
    pub(super) fn own_arguments_fit(&mut self, a: TypeId, holder: TypeId) -> bool {
        let (Type::Object(o, x), Type::Object(p, y)) = (self.u.types.get(a).clone(), self.u.types.get(holder).clone()) else {
            return true;
        };
        let vars = self.u.params(p);
        vars.iter().zip(y.iter()).all(|(var, wanted)| {
            let mine = self.u.argument(o, &x, *var);
            self.fits(mine, *wanted)
        })
    }
}

impl Universe {
    /// A type in which `self` is this receiver.
    pub(crate) fn own_type(&mut self, type_: TypeId, receiver: TypeId) -> TypeId {
        let places = self.places_in(receiver);
        self.types.replace(type_, &mut Receiver { self_type: receiver, vars: &[], places: &places })
    }

    /// Where among a receiver's arguments the variables of the objects above it are.
    pub(crate) fn places_in(&mut self, receiver: TypeId) -> SmallVec<[(VarId, usize); 4]> {
        let Type::Object(object, args) = self.types.get(receiver) else { return SmallVec::new() };
        if args.is_empty() {
            return SmallVec::new();
        }
        let above = self.above(*object);
        let mut places: SmallVec<[(VarId, usize); 4]> = above.params.iter().enumerate().map(|(i, v)| (*v, i)).collect();
        for (var, bound) in &above.bindings {
            if let Type::Var(own) = self.types.get(*bound)
                && let Some(at) = above.params.iter().position(|p| p == own)
            {
                places.push((*var, at));
            }
        }
        places
    }

    /// A type in which what the receiver answers to messages has been found, for receivers of this kind.
    pub(crate) fn settled(&mut self, type_: TypeId, object: ObjectId) -> TypeId {
        self.settled_within(type_, object, MOST_ANSWERS)
    }

    fn settled_within(&mut self, id: TypeId, object: ObjectId, left: usize) -> TypeId {
        if !self.types.inside(id).has_answer {
            return id;
        }
        let all =
            |u: &mut Self, ids: &[TypeId]| -> Vec<TypeId> { ids.iter().map(|id| u.settled_within(*id, object, left)).collect() };
        match self.types.get(id).clone() {
            Type::SelfAnswer(name, args) => {
                let args = all(self, &args);
                let answer = if left == 0 { TypeId::ANY } else { self.self_answers(name, &args, object) };
                self.settled_within(answer, object, left.saturating_sub(1))
            }
            Type::Object(o, args) => {
                let args = all(self, &args);
                self.types.applied(o, &args)
            }
            Type::Union(members, softness) => {
                let members = all(self, &members);
                self.types.union(&members, softness)
            }
            Type::Block(params, result) => {
                let params = all(self, &params);
                let result = self.settled_within(result, object, left);
                self.types.block(&params, result)
            }
            Type::SelfWith(parts) => {
                let parts: Vec<(VarId, TypeId)> =
                    parts.iter().map(|(v, t)| (*v, self.settled_within(*t, object, left))).collect();
                self.types.self_with(&parts)
            }
            _ => id,
        }
    }

    /// What an object answers to a message with arguments of these types; `any` if that is not known.
    fn self_answers(&mut self, name: Name, args: &[TypeId], object: ObjectId) -> TypeId {
        self.ask_for(name);
        let Find::One(found) = self.find(object, name) else { return TypeId::ANY };
        let signature = self.signature_of(found.slot, found.is_write);
        let mut vars: Vec<(VarId, TypeId)> = Vec::new();
        for (param, arg) in signature.params.iter().zip(args) {
            self.match_vars(*param, *arg, &mut vars);
        }
        let mut inside = Vec::new();
        collect_vars(&self.types, signature.result, &mut inside);
        for var in signature.vars.iter().filter(|v| inside.contains(v)) {
            if !vars.iter().any(|v| v.0 == *var) {
                vars.push((*var, TypeId::ANY));
            }
        }
        self.types.replace(signature.result, &mut Vars(&vars))
    }

    /// What a method's own variables stand for, when its parameter is given an argument.
    fn match_vars(&mut self, param: TypeId, arg: TypeId, vars: &mut Vec<(VarId, TypeId)>) {
        match (self.types.get(param).clone(), self.types.get(arg).clone()) {
            (Type::Var(var), _) if self.var(var).keyword.is_empty() => vars.push((var, arg)),
            (Type::Object(p, wanted), Type::Object(o, given)) if self.inherits(o, p) => {
                let params = self.params(p);
                for (var, wanted) in params.iter().zip(wanted.iter()) {
                    let mine = self.argument(o, &given, *var);
                    self.match_vars(*wanted, mine, vars);
                }
            }
            _ => {}
        }
    }
}
