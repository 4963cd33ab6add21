//! Types that one body's inference has still to find, each with what has flowed into it so far.
//!
//! What must stay true: a bound only grows; it never contains its own meta.

use crate::ty::subst;
use crate::ty::{MetaId, Type, TypeId, Types};

/// The metas of one body.
#[derive(Default)]
pub(crate) struct Metas {
    bounds: Vec<TypeId>,
    /// A bound grew after it had been looked at.
    pub(crate) grew: bool,
    looked_at: Vec<bool>,
}

impl Metas {
    pub(crate) fn fresh(&mut self, types: &mut Types) -> TypeId {
        let id = MetaId(self.bounds.len() as u32);
        self.bounds.push(TypeId::NEVER);
        self.looked_at.push(false);
        types.meta(id)
    }

    /// What has flowed in so far; `never` if nothing has.
    pub(crate) fn bound(&self, meta: MetaId) -> TypeId {
        self.bounds.get(meta.0 as usize).copied().unwrap_or(TypeId::ANY)
    }

    /// Lets a type flow in. Always possible.
    pub(crate) fn add(&mut self, types: &mut Types, meta: MetaId, type_: TypeId) -> bool {
        if let Type::Meta(other) = types.get(type_)
            && *other == meta
        {
            return true;
        }
        let type_ = self.zonk(types, type_);
        let type_ = if mentions(types, type_, meta) { TypeId::ANY } else { types.widened(type_) };
        let at = meta.0 as usize;
        let Some(before) = self.bounds.get(at).copied() else { return true };
        let after = types.soft(before, type_);
        if after != before {
            self.grew |= self.looked_at[at];
            self.bounds[at] = after;
        }
        true
    }

    /// The type with what was found for its metas; those for which nothing was found stay.
    pub(crate) fn zonk(&mut self, types: &mut Types, id: TypeId) -> TypeId {
        if !types.inside(id).has_meta {
            return id;
        }
        let (bounds, looked_at) = (&self.bounds, &mut self.looked_at);
        let mut replace = subst::Metas(|m: MetaId| {
            let at = m.0 as usize;
            if let Some(seen) = looked_at.get_mut(at) {
                *seen = true;
            }
            bounds.get(at).copied().filter(|b| *b != TypeId::NEVER)
        });
        let once = types.replace(id, &mut replace);
        if once == id { id } else { self.zonk(types, once) }
    }

    /// The type with what was found for it, if it is a meta, and for the members of a union; metas further inside stay, so that
    /// more can flow into them.
    pub(crate) fn shallow(&mut self, types: &mut Types, id: TypeId) -> TypeId {
        if !types.inside(id).has_meta {
            return id;
        }
        match types.get(id).clone() {
            Type::Meta(meta) => {
                if let Some(seen) = self.looked_at.get_mut(meta.0 as usize) {
                    *seen = true;
                }
                match self.bound(meta) {
                    TypeId::NEVER => id,
                    bound => self.shallow(types, bound),
                }
            }
            Type::Union(members, softness) => {
                let members: Vec<TypeId> = members.iter().map(|m| self.shallow(types, *m)).collect();
                types.union(&members, softness)
            }
            _ => id,
        }
    }

    /// The type with nothing left to find: what was not found is `any`.
    pub(crate) fn finish(&mut self, types: &mut Types, id: TypeId) -> TypeId {
        let id = self.zonk(types, id);
        types.replace(id, &mut subst::Metas(|_| Some(TypeId::ANY)))
    }
}

fn mentions(types: &Types, id: TypeId, meta: MetaId) -> bool {
    types.inside(id).has_meta
        && match types.get(id) {
            Type::Meta(m) => *m == meta,
            Type::SelfWith(parts) => parts.iter().any(|part| mentions(types, part.1, meta)),
            Type::Object(_, args) | Type::Union(args, _) | Type::SelfAnswer(_, args) => {
                args.iter().any(|a| mentions(types, *a, meta))
            }
            Type::Block(params, result) => params.iter().any(|p| mentions(types, *p, meta)) || mentions(types, *result, meta),
            _ => false,
        }
}
