//! Replacing `self`, variables and metas in a type.

use smallvec::SmallVec;

use super::{MetaId, Type, TypeId, Types, VarId};

/// What is put for what.
pub(crate) trait Replace {
    /// For `self`.
    fn self_type(&mut self) -> TypeId {
        TypeId::SELF
    }
    /// For `self of: …`, its parts replaced already.
    fn self_with(&mut self, types: &mut Types, parts: &[(VarId, TypeId)]) -> TypeId {
        types.self_with(parts)
    }
    /// For a variable; nothing to leave it.
    fn var(&mut self, _var: VarId) -> Option<TypeId> {
        None
    }
    /// For a meta; nothing to leave it.
    fn meta(&mut self, _meta: MetaId) -> Option<TypeId> {
        None
    }
    /// Which of the three it replaces at all.
    fn kinds(&self) -> (bool, bool, bool);
}

/// Replaces variables by the types beside them.
pub(crate) struct Vars<'a>(pub(crate) &'a [(VarId, TypeId)]);

impl Replace for Vars<'_> {
    fn var(&mut self, var: VarId) -> Option<TypeId> {
        self.0.iter().find(|v| v.0 == var).map(|v| v.1)
    }
    fn kinds(&self) -> (bool, bool, bool) {
        (false, !self.0.is_empty(), false)
    }
}

/// Replaces `self`, and variables.
pub(crate) struct Receiver<'a> {
    pub(crate) self_type: TypeId,
    pub(crate) vars: &'a [(VarId, TypeId)],
    /// Where among the arguments of `self_type` the variables of the objects above it are.
    pub(crate) places: &'a [(VarId, usize)],
}

impl Replace for Receiver<'_> {
    fn self_type(&mut self) -> TypeId {
        self.self_type
    }
    fn self_with(&mut self, types: &mut Types, parts: &[(VarId, TypeId)]) -> TypeId {
        match types.get(self.self_type).clone() {
            Type::SelfType => types.self_with(parts),
            Type::SelfWith(before) => {
                let mut all = parts.to_vec();
                all.extend(before.iter().filter(|b| !parts.iter().any(|p| p.0 == b.0)));
                types.self_with(&all)
            }
            Type::Object(object, mut args) => {
                for (var, type_) in parts {
                    let at = self.places.iter().find(|p| p.0 == *var).map(|p| p.1);
                    if let Some(arg) = at.and_then(|at| args.get_mut(at)) {
                        *arg = *type_;
                    }
                }
                types.applied(object, &args)
            }
            _ => self.self_type,
        }
    }
    fn var(&mut self, var: VarId) -> Option<TypeId> {
        self.vars.iter().find(|v| v.0 == var).map(|v| v.1)
    }
    fn kinds(&self) -> (bool, bool, bool) {
        (true, !self.vars.is_empty(), false)
    }
}

/// Replaces metas by what was found for them.
pub(crate) struct Metas<F>(pub(crate) F);

impl<F: FnMut(MetaId) -> Option<TypeId>> Replace for Metas<F> {
    fn meta(&mut self, meta: MetaId) -> Option<TypeId> {
        (self.0)(meta)
    }
    fn kinds(&self) -> (bool, bool, bool) {
        (false, false, true)
    }
}

impl Types {
    /// The type with everything replaced.
    pub(crate) fn replace(&mut self, id: TypeId, with: &mut dyn Replace) -> TypeId {
        let (inside, kinds) = (self.inside(id), with.kinds());
        let touched = inside.has_self && kinds.0 || inside.has_var && kinds.1 || inside.has_meta && kinds.2;
        if !touched {
            return id;
        }
        match self.get(id) {
            Type::Any | Type::Never => id,
            Type::SelfType => with.self_type(),
            Type::SelfWith(parts) => {
                let parts = parts.clone();
                let parts: SmallVec<[(VarId, TypeId); 2]> = parts.iter().map(|(v, t)| (*v, self.replace(*t, with))).collect();
                with.self_with(self, &parts)
            }
            Type::SelfAnswer(name, args) => {
                let (name, args) = (*name, args.clone());
                let args = self.replace_all(&args, with);
                self.self_answer(name, &args)
            }
            Type::Var(var) => {
                let var = *var;
                with.var(var).unwrap_or(id)
            }
            Type::Meta(meta) => {
                let meta = *meta;
                with.meta(meta).unwrap_or(id)
            }
            Type::Object(object, args) => {
                let (object, args) = (*object, args.clone());
                let args = self.replace_all(&args, with);
                self.applied(object, &args)
            }
            Type::Union(members, softness) => {
                let (members, softness) = (members.clone(), *softness);
                let members = self.replace_all(&members, with);
                self.union(&members, softness)
            }
            Type::Block(params, result) => {
                let (params, result) = (params.clone(), *result);
                let params = self.replace_all(&params, with);
                let result = self.replace(result, with);
                self.block(&params, result)
            }
        }
    }

    pub(crate) fn replace_all(&mut self, ids: &[TypeId], with: &mut dyn Replace) -> SmallVec<[TypeId; 4]> {
        ids.iter().map(|id| self.replace(*id, with)).collect()
    }
}
