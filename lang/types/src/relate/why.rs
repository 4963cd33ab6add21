//! Why one type does not fit another, in words.

use super::Relate;
use crate::object::SlotKind;
use crate::ty::{Type, TypeId};

impl Relate<'_> {
    /// The first reason why `a` does not fit `b`, as a chain from the outside in.
    pub(crate) fn why(&mut self, a: TypeId, b: TypeId) -> Vec<String> {
        let mut chain = Vec::new();
        self.why_into(a, b, &mut chain);
        chain
    }

    fn why_into(&mut self, a: TypeId, b: TypeId, chain: &mut Vec<String>) {
        if chain.len() > 4 || self.fits(a, b) {
            return;
        }
        match (self.u.types.get(a).clone(), self.u.types.get(b).clone()) {
            (Type::Union(members, _), _) => {
                if let Some(bad) = self.u.told_in_order(&members).into_iter().map(|m| m.0).find(|m| !self.fits(*m, b)) {
                    chain.push(format!("it may be `{}`", self.u.shown(bad)));
                    self.why_into(bad, b, chain);
                }
            }
            (Type::SelfType | Type::SelfWith(_), _) => {
                let holder = self.holder_for(a);
                self.why_into(holder, b, chain);
            }
            (Type::Block(p, _), Type::Block(q, _)) if p.len() > q.len() => {
                chain.push(format!("the block takes {} arguments, and is given {}", p.len(), q.len()));
            }
            (Type::Block(_, r), Type::Block(_, s)) if !self.fits(r, s) => {
                let (r_text, s_text) = (self.u.shown(r), self.u.shown(s));
                chain.push(format!("the block answers `{r_text}`, not `{s_text}`"));
                self.why_into(r, s, chain);
            }
            (Type::Object(o, x), Type::Object(p, y)) if o == p => {
                if let Some((mine, wanted)) = x.iter().zip(y.iter()).find(|(m, w)| !self.fits(**m, **w)) {
                    let (mine_text, wanted_text) = (self.u.shown(*mine), self.u.shown(*wanted));
                    chain.push(format!("`{mine_text}` is not `{wanted_text}`"));
                    self.why_into(*mine, *wanted, chain);
                }
            }
            (Type::Object(..), Type::Object(..)) => self.why_interfaces(a, b, chain),
            _ => {}
        }
    }

    /// A message that is missing says more than one that differs, and a method more than a constant.
    fn why_interfaces(&mut self, a: TypeId, b: TypeId, chain: &mut Vec<String>) {
        let (mine, wanted) = (self.u.shown(a), self.u.wanted(a, b));
        let missing = wanted.iter().filter(|w| self.u.answer(a, w.name).is_none()).copied().collect::<Vec<_>>();
        if let Some(first) = missing.iter().min_by_key(|w| self.u.slot(w.slot).kind == SlotKind::Constant) {
            let message = self.u.names.text(first.name);
            chain.push(format!("`{mine}` does not understand `{message}`"));
        } else if let Some(other) = wanted.into_iter().find(|w| !self.answers(a, b, *w)) {
            let message = self.u.names.text(other.name);
            chain.push(format!("`{message}` of `{mine}` does not take or answer the same"));
        }
    }
}
