//! Types as people write them.

use smallvec::SmallVec;

use crate::annotation::MADE_BY_THE_MACHINE;
use crate::ty::{Type, TypeId};
use crate::universe::Universe;

impl Universe {
    /// The type as it would be written, without angle brackets: `list of: int`.
    pub fn show(&self, id: TypeId) -> String {
        let mut out = String::new();
        self.show_into(id, Place::Outermost, &mut out);
        out
    }

    /// The type as it would be written, after its objects' parameters have been found out: while code is looked at they may not be known.
    pub(crate) fn shown(&mut self, id: TypeId) -> String {
        self.know_params(id);
        self.show(id)
    }

    fn know_params(&mut self, id: TypeId) {
        let inside: SmallVec<[TypeId; 4]> = match self.types.get(id) {
            Type::Object(object, args) => {
                let (object, args) = (*object, args.iter().copied().collect());
                self.params(object);
                args
            }
            Type::Union(members, _) | Type::SelfAnswer(_, members) => members.iter().copied().collect(),
            Type::Block(params, result) => params.iter().copied().chain([*result]).collect(),
            Type::SelfWith(parts) => parts.iter().map(|part| part.1).collect(),
            Type::Any | Type::Never | Type::SelfType | Type::Var(_) | Type::Meta(_) => SmallVec::new(),
        };
        inside.into_iter().for_each(|id| self.know_params(id));
    }

    fn show_into(&self, id: TypeId, place: Place, out: &mut String) {
        match self.types.get(id) {
            Type::Any | Type::Meta(_) => out.push_str("any"),
            Type::Never => out.push_str("never"),
            Type::SelfType => out.push_str("self"),
            Type::SelfWith(parts) => {
                let parts: Vec<(&str, TypeId)> = parts.iter().map(|(v, t)| (&*self.var(*v).keyword, *t)).collect();
                self.show_applied("self", &parts, place, out);
            }
            Type::SelfAnswer(name, args) => {
                let keywords = self.names.text(*name).split_inclusive(':');
                let parts: Vec<(&str, TypeId)> = keywords.zip(args.iter().copied()).collect();
                self.show_applied("self", &parts, place, out);
            }
            Type::Var(var) => out.push_str(&self.var(*var).name),
            Type::Object(object, args) => self.show_object(*object, args, place, out),
            Type::Union(members, _) => {
                let wrap = place == Place::Inside;
                out.push_str(if wrap { "(" } else { "" });
                let shown: Vec<String> = self.in_order(members).into_iter().map(|m| m.1).collect();
                out.push_str(&shown.join(" | "));
                out.push_str(if wrap { ")" } else { "" });
            }
            Type::Block(params, result) => {
                out.push('[');
                for (i, param) in params.iter().enumerate() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    self.show_into(*param, Place::Outermost, out);
                }
                out.push_str(if params.is_empty() { "^ " } else { " ^ " });
                self.show_into(*result, Place::Outermost, out);
                out.push(']');
            }
        }
    }

    /// Types in the order in which they are told, each with its text: the literals' own kinds, then by the alphabet, since all other
    /// numbers depend on which files were looked at before. What needs parentheses comes late, and nil, which reads best there, last.
    pub(crate) fn told_in_order(&mut self, types: &[TypeId]) -> Vec<(TypeId, String)> {
        types.iter().for_each(|id| self.know_params(*id));
        self.in_order(types)
    }

    fn in_order(&self, types: &[TypeId]) -> Vec<(TypeId, String)> {
        let mut all: Vec<(TypeId, String)> = types.iter().map(|id| (*id, self.show_inside(*id))).collect();
        all.sort_by_cached_key(|(id, text)| (self.place_in_order(*id, text), text.clone()));
        all
    }

    fn show_inside(&self, id: TypeId) -> String {
        let mut out = String::new();
        self.show_into(id, Place::Inside, &mut out);
        out
    }

    fn place_in_order(&self, id: TypeId, text: &str) -> u32 {
        let b = &self.builtin;
        match self.types.get(id) {
            Type::Object(o, _) if *o == b.nil => u32::MAX,
            Type::Object(o, args) if args.is_empty() && o.0 <= b.string.0 => o.0,
            _ if text.starts_with(['(', '[']) => u32::MAX - 1,
            _ => u32::MAX - 2,
        }
    }

    fn show_object(&self, object: crate::object::ObjectId, args: &[TypeId], place: Place, out: &mut String) {
        let path = &self.object(object).path;
        let name = if path.is_empty() { "the module" } else { self.shortest(path) };
        // The keywords come from the variables; an object that lost its parameters since shows its name alone.
        let params = &self.object(object).all_params;
        let parts: Vec<(&str, TypeId)> = match params.len() == args.len() {
            true => params.iter().zip(args).map(|(v, t)| (&*self.var(*v).keyword, *t)).collect(),
            false => Vec::new(),
        };
        self.show_applied(name, &parts, place, out);
    }

    /// `collection` for `traits collection`, unless that would mean another object.
    fn shortest<'p>(&self, path: &'p str) -> &'p str {
        let Some(short) = path.strip_prefix("traits ").filter(|short| !short.contains(' ')) else { return path };
        let b = &self.builtin;
        let is_taken =
            |o: crate::object::ObjectId| self.names.known(short).is_some_and(|name| self.object(o).slot(name).is_some());
        let is_free = ![b.lobby, b.globals].into_iter().any(is_taken);
        if is_free || MADE_BY_THE_MACHINE.contains(&short) { short } else { path }
    }

    /// `dictionary of: int Keys: string`. What may be anything is left out.
    fn show_applied(&self, name: &str, parts: &[(&str, TypeId)], place: Place, out: &mut String) {
        let is_known = |id: TypeId| !matches!(self.types.get(id), Type::Any | Type::Meta(_));
        let known: Vec<&(&str, TypeId)> = parts.iter().filter(|p| is_known(p.1)).collect();
        let wrap = place == Place::Inside && !known.is_empty();
        out.push_str(if wrap { "(" } else { "" });
        out.push_str(name);
        for (i, (keyword, arg)) in known.into_iter().enumerate() {
            out.push(' ');
            let mut letters = keyword.chars();
            match letters.next() {
                Some(first) if i > 0 => out.extend(first.to_uppercase()),
                Some(first) => out.extend(first.to_lowercase()),
                None => {}
            }
            out.push_str(letters.as_str());
            out.push(' ');
            self.show_into(*arg, Place::Inside, out);
        }
        out.push_str(if wrap { ")" } else { "" });
    }
}

/// Where a type stands in a larger one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Outermost,
    Inside,
}
