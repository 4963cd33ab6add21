//! Whether one type fits where another is wanted: consistent structural subtyping.
//!
//! `any` fits everywhere and everything fits `any`. An object fits a prototype's interface if it inherits from it, or else if it
//! understands all that the prototype understands, with fitting arguments and answers; an interface that is asked about while it is
//! being compared is assumed to fit (the greatest fixed point; Amadio and Cardelli, *Subtyping recursive types*, 1993). Metas
//! collect what flows into them as lower bounds (Pierce and Turner, *Local type inference*, 2000).
//!
//! What must stay true: the answer for types without metas depends on nothing but the two types, so it is remembered, and with it how
//! many steps it took. Every comparison ends after [`MOST_STEPS`], whether or not parts of it were remembered; then everything fits,
//! and whoever asked is told so.

pub(crate) mod metas;
mod own;
mod structure;
pub(crate) mod why;

use smallvec::SmallVec;

use crate::object::ObjectId;
use crate::ty::{Type, TypeId, Types, VarId};
use crate::universe::Universe;
use metas::Metas;
use structure::Assumed;

/// Steps of one comparison. Those of the library take less than a hundredth of it.
pub(crate) const MOST_STEPS: u32 = 20_000;

/// What is remembered of two types.
#[derive(Clone, Copy)]
pub(crate) struct Related {
    fits: bool,
    steps: u32,
    /// A type on the way lay beyond a bound.
    is_cut: bool,
}

/// One comparison.
pub(crate) struct Relate<'a> {
    pub(crate) u: &'a mut Universe,
    pub(crate) metas: &'a mut Metas,
    /// What `self` stands for on the left.
    pub(crate) holder: TypeId,
    assumed: Assumed,
    /// Steps so far, with those that were remembered.
    pub(crate) steps: u32,
    /// Steps that it may take; never more than [`MOST_STEPS`].
    limit: u32,
    /// A type on the way lay beyond a bound.
    was_cut: bool,
}

impl<'a> Relate<'a> {
    pub(crate) fn new(u: &'a mut Universe, metas: &'a mut Metas, holder: TypeId) -> Self {
        Self { u, metas, holder, assumed: Assumed::default(), steps: 0, limit: MOST_STEPS, was_cut: false }
    }

    /// One that may take this many steps at most.
    pub(crate) fn within(self, limit: u32) -> Self {
        Self { limit: limit.min(MOST_STEPS), ..self }
    }

    /// Whether it took too long. Then everything fits.
    fn is_spent(&self) -> bool {
        self.steps > self.limit
    }

    /// Whether more fits than would, had it not taken too long or gone too deep.
    pub(crate) fn is_cut(&self) -> bool {
        self.was_cut || self.is_spent()
    }

    /// Whether `a` fits where `b` is wanted.
    pub(crate) fn fits(&mut self, a: TypeId, b: TypeId) -> bool {
        // What is unknown flows in too: what else is in there does not tell what it is. So does what never comes.
        if let (TypeId::ANY | TypeId::NEVER, &Type::Meta(m)) = (a, self.u.types.get(b)) {
            return self.metas.add(&mut self.u.types, m, a);
        }
        if a == b || a == TypeId::ANY || b == TypeId::ANY || a == TypeId::NEVER {
            return true;
        }
        let (x, y) = (self.u.types.inside(a), self.u.types.inside(b));
        let is_plain = !(x.has_meta || y.has_meta || x.has_self || y.has_self);
        if !is_plain || !self.assumed.is_empty() {
            return self.step(a, b);
        }
        // What is asked for on the way is asked by the file whose code this is about.
        let key = (self.u.asking(), a, b);
        if let Some(known) = self.u.related.get(&key).copied() {
            self.steps += known.steps;
            self.was_cut |= known.is_cut;
            return known.fits || self.is_spent();
        }
        let (told, before, cuts) = (self.u.recursion.told, self.steps, self.u.types.cuts);
        let fits = self.step(a, b);
        let is_cut = self.u.types.cuts > cuts;
        // Whoever asked is told, whether it is found out or remembered.
        self.u.types.cuts = cuts;
        self.was_cut |= is_cut;
        // What was cut short here may be found out when it is asked for by itself, or by somebody who may take more steps.
        let is_whole = !self.is_spent() || before == 0 && self.limit == MOST_STEPS;
        if self.u.recursion.told == told && is_whole {
            self.u.related.insert(key, Related { fits, steps: self.steps - before, is_cut });
        }
        fits
    }

    fn step(&mut self, a: TypeId, b: TypeId) -> bool {
        self.steps += 1;
        self.is_spent() || self.compare(a, b) || self.is_spent()
    }

    fn compare(&mut self, a: TypeId, b: TypeId) -> bool {
        match (self.u.types.get(a).clone(), self.u.types.get(b).clone()) {
            (_, Type::Meta(m)) => self.metas.add(&mut self.u.types, m, a),
            (Type::Meta(m), _) => self.meta_fits(m, b),
            (Type::Union(members, _), _) if self.is_soft(a) => members.iter().any(|m| self.fits(*m, b)),
            (Type::Union(members, _), _) => members.iter().all(|m| self.fits(*m, b)),
            (_, Type::Union(members, _)) => self.fits_one(a, &members),
            (_, Type::Never) => false,
            (Type::SelfType, Type::SelfWith(q)) => self.parts_fit(&[], &q),
            (Type::SelfType, _) => {
                let holder = self.holder;
                self.fits(holder, b) || self.is_heir(b)
            }
            (Type::SelfWith(p), Type::SelfWith(q)) => self.parts_fit(&p, &q),
            (Type::SelfWith(p), Type::SelfType) => self.parts_fit(&p, &[]),
            (Type::SelfWith(_), _) => {
                let holder = self.holder_for(a);
                self.fits(holder, b) || self.is_heir(b)
            }
            (Type::Object(o, _), Type::SelfType) => self.is_own(o),
            (Type::Object(o, _), Type::SelfWith(_)) => {
                self.is_own(o) && {
                    let holder = self.holder_for(b);
                    self.own_arguments_fit(a, holder)
                }
            }
            (Type::Var(v), _) => match self.u.var(v).bound {
                Some(bound) => self.fits(bound, b),
                None => self.is_open(v),
            },
            (_, Type::Var(v)) => self.is_open(v),
            (_, Type::SelfType | Type::SelfWith(_)) => false,
            (Type::Block(p, r), Type::Block(q, s)) => self.block_fits(&p, r, &q, s),
            (Type::Block(params, result), Type::Object(o, args)) => self.block_is(&params, result, o, &args, a, b),
            (Type::Object(o, args), Type::Block(q, s)) => self.object_as_block(o, &args, &q, s),
            (Type::Object(o, x), Type::Object(p, y)) => self.object_fits(a, b, (o, &x), (p, &y)),
            _ => false,
        }
    }

    fn is_soft(&self, id: TypeId) -> bool {
        !self.u.options.strict && self.u.types.is_soft(id)
    }

    /// What a generic object is of, seen from its own methods: they may be for some of its kind only (`sum`, of numbers), and whoever
    /// sends them knows which. Strictly, they are for all.
    fn is_open(&self, var: VarId) -> bool {
        !self.u.options.strict && !self.u.var(var).keyword.is_empty()
    }

    fn meta_fits(&mut self, m: crate::ty::MetaId, b: TypeId) -> bool {
        match self.metas.bound(m) {
            TypeId::NEVER => self.metas.add(&mut self.u.types, m, b),
            bound => self.fits(bound, b),
        }
    }

    /// Members without metas first: a variable must not take what another member fits.
    fn fits_one(&mut self, a: TypeId, members: &[TypeId]) -> bool {
        let (open, plain): (Vec<TypeId>, Vec<TypeId>) = members.iter().partition(|m| self.u.types.inside(**m).has_meta);
        plain.into_iter().any(|m| self.fits(a, m)) || open.into_iter().any(|m| self.fits(a, m))
    }

    /// Something made by hand stands for `self` only if it is of the holder's kind, and never in strict checking.
    fn is_own(&mut self, object: ObjectId) -> bool {
        let Type::Object(holder, _) = *self.u.types.get(self.holder) else { return false };
        !self.u.options.strict && self.u.inherits(object, holder)
    }

    /// In traits, `self` is one of those that inherit from them: outside strict checking it stands for any of them.
    fn is_heir(&mut self, wanted: TypeId) -> bool {
        let (Type::Object(holder, _), Type::Object(o, args)) =
            (self.u.types.get(self.holder).clone(), self.u.types.get(wanted).clone())
        else {
            return false;
        };
        if self.u.options.strict || o == holder || !self.u.inherits(o, holder) {
            return false;
        }
        let vars = self.u.params(holder);
        vars.iter().all(|var| {
            let (mine, theirs) = (self.u.types.var(*var), self.u.argument(o, &args, *var));
            mine == theirs || theirs == TypeId::ANY
        })
    }

    /// A block may take fewer arguments than it is given.
    fn block_fits(&mut self, p: &[TypeId], r: TypeId, q: &[TypeId], s: TypeId) -> bool {
        p.len() <= q.len() && p.iter().zip(q).all(|(mine, given)| self.fits(*given, *mine)) && self.fits(r, s)
    }

    fn block_is(&mut self, _params: &[TypeId], result: TypeId, o: ObjectId, args: &[TypeId], a: TypeId, b: TypeId) -> bool {
        let block = self.u.builtin.block;
        if o == block {
            return args.first().is_none_or(|wanted| self.fits(result, *wanted));
        }
        // As for objects: only nil is nil.
        o != self.u.builtin.nil && (self.u.inherits(block, o) || self.understands(a, b))
    }

    /// Anything understands `value`; a block whose arguments are not known may take any.
    fn object_as_block(&mut self, o: ObjectId, args: &[TypeId], q: &[TypeId], s: TypeId) -> bool {
        if o == self.u.builtin.block {
            // What `self` in traits block answers, and takes, nobody can say.
            let Some(result) = args.first().copied() else { return true };
            let is_unknown = !self.u.options.strict && matches!(self.u.types.get(result), Type::Var(_));
            return is_unknown || self.fits(result, s);
        }
        let name = match q.len() {
            0 => self.u.words.value,
            n => self.u.names.of(&("value:".to_string() + &"With:".repeat(n - 1))),
        };
        let self_type = self.u.types.applied(o, args);
        match self.u.answer(self_type, name) {
            Some(all) => all.into_iter().all(|(params, result)| {
                q.iter().zip(params).all(|(given, mine)| self.fits(*given, mine)) && self.fits(result, s)
            }),
            None => false,
        }
    }

    fn object_fits(&mut self, a: TypeId, b: TypeId, (o, x): (ObjectId, &[TypeId]), (p, y): (ObjectId, &[TypeId])) -> bool {
        if o == p {
            return x.iter().zip(y).all(|(mine, wanted)| self.argument_fits(*mine, *wanted));
        }
        // There is only one nil, and nothing else is it: a test for nil tells it from all that understands as little as it does.
        if p == self.u.builtin.nil || o == self.u.builtin.nil {
            return false;
        }
        if !self.u.surely_inherits(o, p) {
            return self.understands(a, b);
        }
        let theirs = self.u.params(p);
        let mine: Vec<TypeId> = theirs.iter().map(|v| self.u.argument(o, x, *v)).collect();
        mine.iter().zip(y).all(|(mine, wanted)| self.argument_fits(*mine, *wanted))
    }

    /// A parameter of a generic object. What can be written to must be the same both ways; outside strict checking that is not
    /// asked, since most lists are only read by those to whom they are given.
    /// What is empty (`vector of: never`) may become a collection of anything.
    fn argument_fits(&mut self, mine: TypeId, wanted: TypeId) -> bool {
        self.fits(mine, wanted) && (mine == TypeId::NEVER || !self.u.options.strict || self.fits(wanted, mine))
    }
}

impl Universe {
    /// What the variable of an object above is, for an object with these arguments.
    pub(crate) fn argument(&mut self, object: ObjectId, args: &[TypeId], var: VarId) -> TypeId {
        let map = self.receiver_vars(object, args);
        map.iter().find(|m| m.0 == var).map_or(TypeId::ANY, |m| m.1)
    }

    /// What every variable above an object with these arguments is.
    pub(crate) fn receiver_vars(&mut self, object: ObjectId, args: &[TypeId]) -> SmallVec<[(VarId, TypeId); 4]> {
        let above = self.above(object);
        let mut map: SmallVec<[(VarId, TypeId); 4]> = above.params.iter().copied().zip(args.iter().copied()).collect();
        let own = map.clone();
        for (var, type_) in &above.bindings {
            let type_ = self.types.replace(*type_, &mut crate::ty::subst::Vars(&own));
            map.push((*var, type_));
        }
        map
    }
}

/// The variables in a type.
pub(crate) fn collect_vars(types: &Types, id: TypeId, all: &mut Vec<VarId>) {
    match types.get(id) {
        Type::Var(var) => all.push(*var),
        Type::Object(_, args) | Type::Union(args, _) | Type::SelfAnswer(_, args) => {
            args.iter().for_each(|a| collect_vars(types, *a, all));
        }
        Type::SelfWith(parts) => parts.iter().for_each(|part| collect_vars(types, part.1, all)),
        Type::Block(params, result) => {
            params.iter().for_each(|p| collect_vars(types, *p, all));
            collect_vars(types, *result, all);
        }
        Type::Any | Type::Never | Type::SelfType | Type::Meta(_) => {}
    }
}
