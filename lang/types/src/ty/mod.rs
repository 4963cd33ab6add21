//! Types, each kept once and named by a number.
//!
//! What must stay true: equal types have equal numbers, so comparing numbers compares types; a union has at least two
//! members, none of them a union, `any` or `never`, in the order of their numbers; a type never changes.
//!
//! A union is *soft* when it was inferred and not written: then a message need be understood by one of its members only
//! (see `docs/types.md`). Strict checking takes soft unions as if they were written.
//!
//! Not here: what a type understands (`crate::lookup`), and which fits which (`crate::relate`).

mod print;
pub(crate) mod subst;

use rustc_hash::FxHashMap;

use crate::names::Name;
use crate::object::ObjectId;

/// A type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct TypeId(u32);

impl TypeId {
    /// Unknown: fits everything, everything fits it.
    pub const ANY: TypeId = TypeId(0);
    /// What never answers: `^ …`, an error.
    pub const NEVER: TypeId = TypeId(1);
    /// The receiver's own type.
    pub const SELF: TypeId = TypeId(2);
}

/// A type variable, `T`: of a generic prototype or of one method.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct VarId(pub(crate) u32);

/// A type that one body's inference has still to find.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct MetaId(pub(crate) u32);

/// What a type is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Type {
    /// Unknown.
    Any,
    /// Nothing is of this type.
    Never,
    /// The receiver's own type.
    SelfType,
    /// The receiver's own type with other parameters: `self of: T`.
    SelfWith(Box<[(VarId, TypeId)]>),
    /// What the receiver answers to this message: `self likeMe: (list of: T)`.
    SelfAnswer(Name, Box<[TypeId]>),
    /// What this object understands; the arguments are for its parameters, in their order.
    Object(ObjectId, Box<[TypeId]>),
    /// One of these.
    Union(Box<[TypeId]>, Softness),
    /// A block.
    Block(Box<[TypeId]>, TypeId),
    /// A type variable.
    Var(VarId),
    /// Still to be found.
    Meta(MetaId),
}

/// Whether a union was written or inferred.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Softness {
    /// Written: every member must do.
    Hard,
    /// Inferred: one member must do.
    Soft,
}

/// What lies inside a type, so that substitutions can leave most types alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Inside {
    pub(crate) has_self: bool,
    pub(crate) has_var: bool,
    pub(crate) has_meta: bool,
    /// What the receiver answers to a message.
    pub(crate) has_answer: bool,
    pub(crate) depth: u8,
}

impl Inside {
    fn and(self, other: Inside) -> Inside {
        Inside {
            has_self: self.has_self || other.has_self,
            has_var: self.has_var || other.has_var,
            has_meta: self.has_meta || other.has_meta,
            has_answer: self.has_answer || other.has_answer,
            depth: self.depth.max(other.depth),
        }
    }

    fn deeper(self) -> Inside {
        Inside { depth: self.depth.saturating_add(1), ..self }
    }
}

/// No type is nested deeper; what would be is `any`.
pub(crate) const MOST_DEPTH: u8 = 8;
/// No union has more members; what would have is `any`.
pub(crate) const MOST_MEMBERS: usize = 32;

/// Three objects that unions know: `true` and `false` together are `bool`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Booleans {
    pub(crate) true_: ObjectId,
    pub(crate) false_: ObjectId,
    pub(crate) bool_: ObjectId,
}

/// All types.
pub struct Types {
    numbers: FxHashMap<Type, TypeId>,
    types: Vec<(Type, Inside)>,
    pub(crate) booleans: Booleans,
    /// How often something was taken to be `any`, here or elsewhere, because it lies beyond a bound. Whoever looks at code looks whether
    /// that has grown.
    pub(crate) cuts: u64,
}

impl Types {
    pub(crate) fn new(booleans: Booleans) -> Self {
        let mut types = Self { numbers: FxHashMap::default(), types: Vec::new(), booleans, cuts: 0 };
        for simple in [Type::Any, Type::Never, Type::SelfType] {
            types.put(simple);
        }
        types
    }

    /// What a type is.
    pub fn get(&self, id: TypeId) -> &Type {
        &self.types[id.0 as usize].0
    }

    pub(crate) fn inside(&self, id: TypeId) -> Inside {
        self.types[id.0 as usize].1
    }

    /// How many types there are.
    pub fn len(&self) -> usize {
        self.types.len()
    }

    /// Never: there are always `any`, `never` and `self`.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    fn put(&mut self, type_: Type) -> TypeId {
        if let Some(id) = self.numbers.get(&type_) {
            return *id;
        }
        let inside = self.look_inside(&type_);
        if inside.depth > MOST_DEPTH {
            self.cuts += 1;
            return TypeId::ANY;
        }
        let id = TypeId(self.types.len() as u32);
        self.types.push((type_.clone(), inside));
        self.numbers.insert(type_, id);
        id
    }

    fn look_inside(&self, type_: &Type) -> Inside {
        let all = |ids: &[TypeId]| ids.iter().fold(Inside::default(), |sum, id| sum.and(self.inside(*id)));
        match type_ {
            Type::Any | Type::Never => Inside::default(),
            Type::SelfType => Inside { has_self: true, ..Inside::default() },
            Type::SelfWith(parts) => {
                let parts = parts.iter().fold(Inside::default(), |sum, part| sum.and(self.inside(part.1)));
                Inside { has_self: true, ..parts.deeper() }
            }
            Type::SelfAnswer(_, args) => Inside { has_self: true, has_answer: true, ..all(args).deeper() },
            Type::Object(_, args) if args.is_empty() => Inside::default(),
            Type::Object(_, args) => all(args).deeper(),
            Type::Union(members, _) => all(members),
            Type::Block(params, result) => all(params).and(self.inside(*result)).deeper(),
            Type::Var(_) => Inside { has_var: true, ..Inside::default() },
            Type::Meta(_) => Inside { has_meta: true, ..Inside::default() },
        }
    }

    /// The receiver's own type with these parameters.
    pub(crate) fn self_with(&mut self, parts: &[(VarId, TypeId)]) -> TypeId {
        if parts.is_empty() {
            return TypeId::SELF;
        }
        self.put(Type::SelfWith(parts.into()))
    }

    /// What the receiver answers to a message.
    pub(crate) fn self_answer(&mut self, name: Name, args: &[TypeId]) -> TypeId {
        self.put(Type::SelfAnswer(name, args.into()))
    }

    /// The interface of an object without parameters.
    pub fn object(&mut self, object: ObjectId) -> TypeId {
        self.put(Type::Object(object, Box::default()))
    }

    /// The interface of an object, its parameters given.
    pub fn applied(&mut self, object: ObjectId, args: &[TypeId]) -> TypeId {
        self.put(Type::Object(object, args.into()))
    }

    /// A block's type.
    pub fn block(&mut self, params: &[TypeId], result: TypeId) -> TypeId {
        self.put(Type::Block(params.into(), result))
    }

    pub(crate) fn var(&mut self, var: VarId) -> TypeId {
        self.put(Type::Var(var))
    }

    pub(crate) fn meta(&mut self, meta: MetaId) -> TypeId {
        self.put(Type::Meta(meta))
    }

    /// A type that a person wrote as `a | b`.
    pub fn hard(&mut self, members: &[TypeId]) -> TypeId {
        self.union(members, Softness::Hard)
    }

    /// What is one of these, as inferred.
    pub fn soft(&mut self, a: TypeId, b: TypeId) -> TypeId {
        if a == b || b == TypeId::NEVER {
            return a;
        }
        if a == TypeId::NEVER {
            return b;
        }
        let members = self.one_of_each_kind(a, b);
        self.union(&members, Softness::Soft)
    }

    /// The members of two types. `vector of: int` and `vector of: string` become one `vector of: (int | string)`: a collection that is
    /// replaced in a loop by one that holds more must come to rest.
    fn one_of_each_kind(&mut self, a: TypeId, b: TypeId) -> smallvec::SmallVec<[TypeId; 4]> {
        let mut members = self.members(a);
        for new in self.members(b) {
            let (object, args) = match self.get(new) {
                Type::Object(object, args) if !args.is_empty() => (*object, args.clone()),
                _ => {
                    members.push(new);
                    continue;
                }
            };
            let same =
                members.iter().position(|m| matches!(self.get(*m), Type::Object(o, x) if *o == object && x.len() == args.len()));
            let Some(at) = same else {
                members.push(new);
                continue;
            };
            let Type::Object(_, before) = self.get(members[at]).clone() else { continue };
            let joined: smallvec::SmallVec<[TypeId; 4]> = before.iter().zip(&args).map(|(x, y)| self.soft(*x, *y)).collect();
            members[at] = self.applied(object, &joined);
        }
        members
    }

    /// A union of the members. A written union inside an inferred one makes the whole inferred, since more may be in it.
    pub(crate) fn union(&mut self, members: &[TypeId], softness: Softness) -> TypeId {
        let mut flat: smallvec::SmallVec<[TypeId; 8]> = smallvec::SmallVec::new();
        for member in members {
            match self.get(*member) {
                Type::Any => return TypeId::ANY,
                Type::Never => {}
                Type::Union(inner, _) => flat.extend_from_slice(inner),
                _ => flat.push(*member),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        self.join_booleans(&mut flat);
        match flat.len() {
            0 => TypeId::NEVER,
            1 => flat[0],
            n if n > MOST_MEMBERS => {
                self.cuts += 1;
                TypeId::ANY
            }
            _ => self.put(Type::Union(flat.as_slice().into(), softness)),
        }
    }

    fn join_booleans(&mut self, flat: &mut smallvec::SmallVec<[TypeId; 8]>) {
        let Booleans { true_, false_, bool_ } = self.booleans;
        let is = |types: &Self, id: &TypeId, object: ObjectId| matches!(types.get(*id), Type::Object(o, _) if *o == object);
        let has = |types: &Self, object| flat.iter().any(|id| is(types, id, object));
        if !(has(self, bool_) || has(self, true_) && has(self, false_)) {
            return;
        }
        flat.retain(|id| ![true_, false_, bool_].iter().any(|o| is(self, id, *o)));
        let both = self.object(bool_);
        flat.push(both);
        flat.sort_unstable();
    }

    /// `true` or `false` as `bool`: what a place that holds one of them now may hold later.
    pub(crate) fn widened(&mut self, id: TypeId) -> TypeId {
        match self.get(id) {
            Type::Object(o, _) if *o == self.booleans.true_ || *o == self.booleans.false_ => {
                let bool_ = self.booleans.bool_;
                self.object(bool_)
            }
            Type::Union(members, softness) => {
                let (members, softness) = (members.clone(), *softness);
                let wide: Vec<TypeId> = members.iter().map(|m| self.widened(*m)).collect();
                self.union(&wide, softness)
            }
            _ => id,
        }
    }

    /// The members of a union; a type that is none is its own only member.
    pub fn members(&self, id: TypeId) -> smallvec::SmallVec<[TypeId; 4]> {
        match self.get(id) {
            Type::Union(members, _) => members.iter().copied().collect(),
            _ => smallvec::smallvec![id],
        }
    }

    /// Whether a message need be understood by one member only.
    pub fn is_soft(&self, id: TypeId) -> bool {
        matches!(self.get(id), Type::Union(_, Softness::Soft))
    }
}
