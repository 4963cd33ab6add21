//! What written types mean: `<list of: T>` to a type.
//!
//! A type's name is looked up where a person would look: the file's module, the lobby, then `traits` and `mixins`; the type is
//! the interface of what is found. Capital letters are the parameters of the object that the slot belongs to, or else variables
//! of the method. What must stay true: whatever is written gets a type; what cannot be understood is `any`, and reported if
//! somebody listens.

use std::rc::Rc;

use aura_syntax::tree::{self, TypeKind};
use aura_syntax::{Diagnostic, Span};

use crate::codes;
use crate::find::Find;
use crate::names::Name;
use crate::object::{FileId, ObjectId, Slot, SlotId, SlotKind, SlotValue};
use crate::ty::{Type, TypeId, VarId};
use crate::universe::Universe;

/// Where a type is written.
#[derive(Clone, Copy)]
pub(crate) struct Scope {
    pub(crate) file: FileId,
    /// The object whose slot it is in.
    pub(crate) object: ObjectId,
    /// The method, for its own variables.
    pub(crate) slot: Option<SlotId>,
}

/// What the machine makes of kinds that stand among the traits alone: the globals of these names only ask it to.
pub(crate) const MADE_BY_THE_MACHINE: [&str; 2] = ["process", "semaphore"];

/// The number that stands for an object itself among its slots.
const ITSELF: u32 = u32::MAX;

/// Takes the parameters of a generic object from its slot: `list <list of: E> = (| … |)`.
pub(crate) fn declare(u: &mut Universe, file: FileId, object: ObjectId, slot: &tree::Slot, text: &str) {
    let Some(tree::Type { kind: TypeKind::Apply(base, parts), .. }) = &slot.type_ else { return };
    let tree::SlotName::Unary(name) = &slot.name else { return };
    if !matches!(&base.kind, TypeKind::Name(n) if n.text(text) == name.text(text)) {
        return;
    }
    for (keyword, part) in parts {
        let variable = match &part.kind {
            TypeKind::Name(n) | TypeKind::Bound(n, _) if is_variable(n.text(text)) => n.text(text),
            _ => continue,
        };
        let var = variable_of(u, SlotId { object, index: ITSELF }, variable, keyword.text(text));
        u.object_mut(object).params.push(var);
        if let TypeKind::Bound(_, bound) = &part.kind {
            let bound = resolve(u, Scope { file, object, slot: None }, bound, &mut Vec::new());
            u.vars[var.0 as usize].bound = Some(bound);
        }
    }
}

fn variable_of(u: &mut Universe, slot: SlotId, name: &str, keyword: &str) -> VarId {
    let key = (slot, u.names.of(name));
    if let Some(var) = u.variables.get(&key) {
        return *var;
    }
    let var = u.add_var(name, keyword, None);
    u.variables.insert(key, var);
    var
}

/// Whether a keyword names a parameter. `<collection keys: int>`: whichever comes first begins small.
fn is_keyword(of_parameter: &str, written: &str) -> bool {
    let (mut a, mut b) = (of_parameter.chars(), written.chars());
    let same_first = a.next().map(|c| c.to_ascii_lowercase()) == b.next().map(|c| c.to_ascii_lowercase());
    same_first && a.as_str() == b.as_str()
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
}

/// The type that is written.
pub(crate) fn resolve(u: &mut Universe, scope: Scope, type_: &tree::Type, found: &mut Vec<Diagnostic>) -> TypeId {
    let text = u.text(scope.file);
    Resolver { u, scope, text, found }.resolve(type_)
}

struct Resolver<'a> {
    u: &'a mut Universe,
    scope: Scope,
    text: Rc<str>,
    found: &'a mut Vec<Diagnostic>,
}

impl Resolver<'_> {
    fn resolve(&mut self, type_: &tree::Type) -> TypeId {
        match &type_.kind {
            TypeKind::Name(span) => self.name(*span),
            TypeKind::Apply(base, parts) => self.apply(base, parts),
            TypeKind::Union(members) => {
                let members: Vec<TypeId> = members.iter().map(|m| self.resolve(m)).collect();
                self.u.types.hard(&members)
            }
            TypeKind::Block(params, result) => {
                let params: Vec<TypeId> = params.iter().map(|p| self.resolve(p)).collect();
                let result = result.as_ref().map_or(TypeId::ANY, |r| self.resolve(r));
                self.u.types.block(&params, result)
            }
            TypeKind::Object(list) => self.written_out(list),
            TypeKind::Bound(span, bound) => {
                let bound = self.resolve(bound);
                let id = self.name(*span);
                if let Type::Var(var) = *self.u.types.get(id) {
                    self.u.vars[var.0 as usize].bound = Some(bound);
                }
                id
            }
            TypeKind::Error => TypeId::ANY,
        }
    }

    fn name(&mut self, span: Span) -> TypeId {
        let text = self.text.clone();
        let name = span.text(&text);
        match name {
            "any" => return TypeId::ANY,
            "never" => return TypeId::NEVER,
            "self" => return TypeId::SELF,
            _ => {}
        }
        if is_variable(name) {
            return self.variable(name, span);
        }
        match self.prototype(name) {
            Some(id) => self.bare(id),
            None => self.unknown(name, span),
        }
    }

    /// A prototype's name alone: if it has parameters, they may be anything.
    fn bare(&mut self, id: TypeId) -> TypeId {
        let Type::Object(object, _) = *self.u.types.get(id) else { return id };
        let params = self.u.params(object);
        self.u.types.applied(object, &vec![TypeId::ANY; params.len()])
    }

    fn variable(&mut self, name: &str, span: Span) -> TypeId {
        let params = self.u.params(self.scope.object);
        if let Some(var) = params.iter().find(|v| *self.u.var(**v).name == *name) {
            return self.u.types.var(*var);
        }
        let bound = self.u.above(self.scope.object).bindings.iter().find(|b| *self.u.var(b.0).name == *name).map(|b| b.1);
        if let Some(type_) = bound {
            return type_;
        }
        let Some(slot) = self.scope.slot else {
            self.found.push(
                Diagnostic::error(
                    &codes::UNKNOWN_TYPE,
                    format!("nothing gives the type variable '{name}' a meaning here"),
                    span,
                    "a variable",
                )
                .note("a data slot can only use the parameters of its object")
                .help(format!("declare it where the object gets its name: `stack <stack of: {name}> = (| … |)`")),
            );
            return TypeId::ANY;
        };
        let var = variable_of(self.u, slot, name, "");
        self.u.types.var(var)
    }

    /// The interface of what a name stands for.
    fn prototype(&mut self, name: &str) -> Option<TypeId> {
        let b = self.u.builtin;
        let direct = match name {
            "int" | "integer" => Some(b.int),
            "bool" | "boolean" => Some(b.bool_),
            "string" => Some(b.string),
            "float" => Some(b.float),
            "vector" => Some(b.vector),
            "byteVector" => Some(b.bytes),
            "block" => Some(b.block),
            "nil" => Some(b.nil),
            _ => None,
        };
        if let Some(object) = direct {
            return Some(self.u.types.object(object));
        }
        let is_made = MADE_BY_THE_MACHINE.contains(&name);
        let name = self.u.names.of(name);
        let module = self.u.file(self.scope.file).module;
        let made = if is_made && self.u.own(module, name).is_none() { self.u.own(b.traits, name) } else { None };
        let by_lookup = || {
            [module, b.lobby].into_iter().find_map(|o| match self.find(o, name) {
                Find::One(found) => Some(found.slot),
                _ => None,
            })
        };
        let slot = made
            .map(|found| found.slot)
            .or_else(by_lookup)
            .or_else(|| [b.traits, b.mixins].into_iter().find_map(|o| Some(self.u.own(o, name)?.slot)))?;
        match self.u.slot(slot).value {
            SlotValue::Object(object) => Some(self.u.types.object(object)),
            SlotValue::Code => None,
            _ => {
                let held = crate::signature::held(self.u, slot);
                matches!(self.u.types.get(held), Type::Object(..)).then_some(held)
            }
        }
    }

    /// What a message finds; the file in which the type is written asks.
    fn find(&mut self, object: ObjectId, name: Name) -> Find {
        self.u.ask_up_by(self.scope.file, object, name);
        self.u.find(object, name)
    }

    fn apply(&mut self, base: &tree::Type, parts: &[(Span, tree::Type)]) -> TypeId {
        let id = self.resolve(base);
        if id == TypeId::SELF {
            return self.own(parts);
        }
        let Type::Object(object, _) = *self.u.types.get(id) else { return id };
        let params = self.u.params(object);
        let mut args = vec![TypeId::ANY; params.len()];
        for (keyword, part) in parts {
            let given = self.resolve(part);
            let word = keyword.text(&self.text);
            match params.iter().position(|v| is_keyword(&self.u.var(*v).keyword, word)) {
                Some(at) => args[at] = given,
                None => self.no_parameter(object, &params, *keyword),
            }
        }
        self.u.types.applied(object, &args)
    }

    /// `self of: T`, or what the receiver answers to a message: `self likeMe: (list of: T)`.
    fn own(&mut self, parts: &[(Span, tree::Type)]) -> TypeId {
        let object = self.scope.object;
        let params = self.u.params(object);
        let words: Vec<&Span> = parts.iter().map(|p| &p.0).collect();
        let given: Vec<TypeId> = parts.iter().map(|p| self.resolve(&p.1)).collect();
        let var = |r: &Self, word: &Span| {
            let word = word.text(&r.text);
            params.iter().copied().find(|v| is_keyword(&r.u.var(*v).keyword, word))
        };
        let vars: Vec<VarId> = words.iter().filter_map(|w| var(self, w)).collect();
        if vars.len() == parts.len() {
            let parts: Vec<(VarId, TypeId)> = vars.into_iter().zip(given).collect();
            return self.u.types.self_with(&parts);
        }
        let selector: String = words.iter().map(|w| w.text(&self.text)).collect();
        let name = self.u.names.of(&selector);
        match self.find(object, name) {
            Find::Missing => {
                self.no_parameter(object, &params, parts[0].0);
                TypeId::SELF
            }
            _ => self.u.types.self_answer(name, &given),
        }
    }

    fn no_parameter(&mut self, object: ObjectId, params: &[VarId], keyword: Span) {
        let path = self.u.object(object).path.clone();
        let words: Vec<String> = params.iter().map(|v| format!("`{} {}`", self.u.var(*v).keyword, self.u.var(*v).name)).collect();
        let message = format!("'{path}' has no parameter '{}'", keyword.text(&self.text));
        let help = match words.is_empty() {
            true => format!("'{path}' has no parameters; write <{path}>"),
            false => format!("its parameters are {}", words.join(", ")),
        };
        self.found.push(Diagnostic::error(&codes::BAD_APPLICATION, message, keyword, "not a parameter").help(help));
    }

    fn unknown(&mut self, name: &str, span: Span) -> TypeId {
        let mut found =
            Diagnostic::error(&codes::UNKNOWN_TYPE, format!("no prototype is called '{name}'"), span, "nothing of this name")
                .note("a type is named by its prototype: an object in a constant slot of this file, the lobby, or traits");
        let near = crate::near::type_name(self.u, self.scope.file, name);
        if let Some(near) = near {
            found = found
                .help(format!("did you mean <{near}>?"))
                .fix(format!("write {near}"), vec![aura_syntax::diagnostic::Edit::replace(span, &near)]);
        }
        self.found.push(found);
        TypeId::ANY
    }

    /// `(| x <int>. draw ^ <self> |)`: an object that is only its interface.
    fn written_out(&mut self, list: &tree::SlotList) -> TypeId {
        let key: (FileId, Rc<str>) = (self.scope.file, format!("type at {}", list.span.start).into());
        if let Some(object) = self.u.places.get(&key)
            && !self.u.object(*object).slots.is_empty()
        {
            let object = *object;
            return self.u.types.object(object);
        }
        let object = match self.u.places.get(&key) {
            Some(object) => *object,
            None => self.u.add_object(list.span.text(&self.text)),
        };
        self.u.places.insert(key, object);
        let file = &mut self.u.files[self.scope.file.0 as usize];
        file.objects.push(object);
        file.written.take();
        for slot in &list.slots {
            let name = crate::load::name_of(&slot.name, &self.text, &mut self.u.names);
            self.requirement(object, name, slot);
        }
        self.u.types.object(object)
    }

    fn requirement(&mut self, object: ObjectId, name: Name, tree: &tree::Slot) {
        let is_method = tree.result.is_some() || !matches!(tree.name, tree::SlotName::Unary(_));
        let kind = if is_method { SlotKind::Method } else { SlotKind::Constant };
        let (file, tree) = (Some(self.scope.file), Some(Rc::new(tree.clone())));
        let slot = Slot { file, tree, ..Slot::new(name, kind, SlotValue::Nothing) };
        self.u.object_mut(object).slots.push(slot);
    }
}
