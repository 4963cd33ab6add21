//! What a slot answers and takes: as written, or else as inferred.
//!
//! What must stay true: a written type is believed, whoever wrote it, and held against the code only when that is checked; a
//! question that leads back to itself is answered with what is known so far of the code that it is about (`infer::recursion`).

use std::rc::Rc;

use aura_syntax::tree::{self, Init, SlotName};
use smallvec::SmallVec;

use crate::annotation::{self, Scope};
use crate::infer::{self, Unit};
use crate::object::{SlotId, SlotKind, SlotValue};
use crate::ty::{TypeId, VarId};
use crate::universe::Universe;

/// What a slot answers and takes.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Signature {
    pub(crate) params: SmallVec<[TypeId; 2]>,
    pub(crate) result: TypeId,
    /// The variables that are new at each use.
    pub(crate) vars: SmallVec<[VarId; 2]>,
    /// Its result, or its contents' type, was written.
    pub(crate) is_written: bool,
}

impl Default for TypeId {
    fn default() -> Self {
        TypeId::ANY
    }
}

/// The signature of a slot, read or assigned to.
pub(crate) fn of(u: &mut Universe, slot: SlotId, is_write: bool) -> Rc<Signature> {
    u.ask_file(u.slot(slot).file);
    if let Some(known) = u.signatures.get(&(slot, is_write)) {
        return known.clone();
    }
    let told = u.recursion.told;
    let signature = Rc::new(match (u.slot(slot).kind, is_write) {
        (SlotKind::Data, true) => write(u, slot),
        (SlotKind::Data, false) => read(u, slot),
        (SlotKind::Constant, _) => constant(u, slot),
        (SlotKind::Method, _) => method(u, slot),
    });
    if u.recursion.told == told {
        u.signatures.insert((slot, is_write), signature.clone());
    }
    signature
}

fn write(u: &mut Universe, slot: SlotId) -> Signature {
    let written = declared(u, slot);
    // In strict checking a slot without a type is what it holds at first.
    let taken = match written {
        None if u.options.strict => first(u, slot),
        _ => written.unwrap_or(TypeId::ANY),
    };
    let params = SmallVec::from_elem(taken, 1);
    Signature { params, result: TypeId::SELF, vars: SmallVec::new(), is_written: written.is_some() }
}

fn read(u: &mut Universe, slot: SlotId) -> Signature {
    if let Some(result) = declared(u, slot) {
        return Signature { result, is_written: true, ..Signature::default() };
    }
    Signature { result: infer::result(u, Unit::Contents(slot)), ..Signature::default() }
}

fn constant(u: &mut Universe, slot: SlotId) -> Signature {
    if let SlotValue::Object(object) = u.slot(slot).value {
        let names_itself = matches!(u.slot(slot).tree.as_deref(), Some(tree::Slot { type_: Some(_), .. }))
            && !u.object(object).params.is_empty();
        if names_itself || u.slot(slot).tree.as_ref().is_none_or(|t| t.type_.is_none()) {
            let vars = u.params(object);
            return Signature { result: prototype(u, object), vars, ..Signature::default() };
        }
    }
    let written = declared(u, slot);
    let result = written.unwrap_or_else(|| held(u, slot));
    Signature { result, is_written: written.is_some(), ..Signature::default() }
}

/// An object's own type, its parameters as variables.
pub(crate) fn prototype(u: &mut Universe, object: crate::object::ObjectId) -> TypeId {
    let args: SmallVec<[TypeId; 2]> = u.params(object).iter().map(|v| u.types.var(*v)).collect();
    u.types.applied(object, &args)
}

fn method(u: &mut Universe, slot: SlotId) -> Signature {
    let (mut signature, is_written) = header(u, slot);
    if !is_written && u.slot(slot).value == SlotValue::Code {
        signature.result = infer::result(u, Unit::Method(slot));
    }
    signature
}

/// What a method's header says, and whether it says what it answers.
fn header(u: &mut Universe, slot: SlotId) -> (Signature, bool) {
    let cuts = u.types.cuts;
    let header = read_header(u, slot);
    // Whose code it is, is told of what is too much in it.
    u.types.cuts = cuts;
    header
}

fn read_header(u: &mut Universe, slot: SlotId) -> (Signature, bool) {
    let (Some(tree), Some(file)) = (u.slot(slot).tree.clone(), u.slot(slot).file) else {
        return (Signature::default(), true);
    };
    let scope = Scope { file, object: slot.object, slot: Some(slot) };
    let mut signature = Signature::default();
    let mut nobody = Vec::new();
    for type_ in parameter_types(&tree) {
        let type_ = type_.map_or(TypeId::ANY, |t| annotation::resolve(u, scope, t, &mut nobody));
        signature.params.push(type_);
    }
    // `x <int>` in a written-out type is a slot to be read; in a method's header only the result is written.
    let result = tree.result.as_ref().or(tree.type_.as_ref());
    if let Some(result) = result {
        signature.result = annotation::resolve(u, scope, result, &mut nobody);
    }
    signature.is_written = result.is_some();
    let mut vars = SmallVec::new();
    for type_ in signature.params.iter().chain([&signature.result]) {
        own_vars(u, *type_, &mut vars);
    }
    signature.vars = vars;
    (signature, result.is_some())
}

impl Universe {
    /// What a method's body must answer. A variable that no argument gives a meaning may be anything to the caller: only what is
    /// empty or never answers is that, which types do not show.
    pub(crate) fn promised(&mut self, slot: SlotId, written: TypeId) -> TypeId {
        let signature = self.signature_of(slot, false);
        let mut given = SmallVec::new();
        for param in &signature.params {
            own_vars(self, *param, &mut given);
        }
        let free: Vec<(VarId, TypeId)> =
            signature.vars.iter().filter(|v| !given.contains(v)).map(|v| (*v, TypeId::ANY)).collect();
        self.types.replace(written, &mut crate::ty::subst::Vars(&free))
    }
}

/// The variables in a type that belong to the method and not to its object.
fn own_vars(u: &Universe, type_: TypeId, vars: &mut SmallVec<[VarId; 2]>) {
    if !u.types.inside(type_).has_var {
        return;
    }
    let mut all = Vec::new();
    crate::relate::collect_vars(&u.types, type_, &mut all);
    for var in all {
        let is_own = u.var(var).keyword.is_empty();
        if is_own && !vars.contains(&var) {
            vars.push(var);
        }
    }
}

/// The written types of a method's arguments, in order.
pub(crate) fn parameter_types(tree: &tree::Slot) -> Vec<Option<&tree::Type>> {
    let of_header: Vec<Option<&tree::Type>> = match &tree.name {
        SlotName::Unary(_) => Vec::new(),
        SlotName::Binary { parameter, .. } => parameter.iter().map(|p| p.type_.as_ref()).collect(),
        SlotName::Keyword { parameters, .. } => parameters.iter().map(|p| p.type_.as_ref()).collect(),
    };
    if !of_header.is_empty() {
        return of_header;
    }
    let Init::Method(body) = &tree.init else { return of_header };
    let slots = body.slots.iter().flat_map(|l| &l.slots);
    slots.filter(|s| s.is_argument).map(|s| s.type_.as_ref()).collect()
}

/// The written type of a slot's contents.
pub(crate) fn declared(u: &mut Universe, slot: SlotId) -> Option<TypeId> {
    let here = u.slot(slot);
    let file = here.file?;
    let tree = here.tree.clone().filter(|t| t.type_.is_some())?;
    let type_ = tree.type_.as_ref()?;
    // A generic prototype's own name is no type of what its slot holds.
    if is_prototype(u, slot) {
        return None;
    }
    let scope = Scope { file, object: slot.object, slot: None };
    let cuts = u.types.cuts;
    let declared = annotation::resolve(u, scope, type_, &mut Vec::new());
    u.types.cuts = cuts;
    Some(declared)
}

fn is_prototype(u: &Universe, slot: SlotId) -> bool {
    matches!(u.slot(slot).value, SlotValue::Object(o) if !u.object(o).params.is_empty())
}

/// The type of what a slot holds at first.
pub(crate) fn held(u: &mut Universe, slot: SlotId) -> TypeId {
    match u.slot(slot).value {
        SlotValue::Object(object) => {
            let params = u.params(object);
            u.types.applied(object, &vec![TypeId::ANY; params.len()])
        }
        SlotValue::Nothing => u.nil_type(),
        SlotValue::Code => TypeId::ANY,
        SlotValue::Written => infer::initial(u, slot),
    }
}

/// The type of an assignable slot's first value, as wide as what it may hold later.
fn first(u: &mut Universe, slot: SlotId) -> TypeId {
    let first = held(u, slot);
    u.types.widened(first)
}

/// The type of an assignable slot that nobody wrote: what it holds at first, and what is assigned to it, as far as known.
pub(crate) fn inferred(u: &mut Universe, slot: SlotId) -> TypeId {
    let first = first(u, slot);
    if u.options.strict {
        return first;
    }
    // What a generic prototype holds itself may stand for any of its parameters.
    if !u.params(slot.object).is_empty() {
        return TypeId::ANY;
    }
    let nil = u.nil_type();
    let is_nothing = u.slot(slot).value == SlotValue::Nothing;
    let mut all = if is_nothing { TypeId::NEVER } else { first };
    if all == TypeId::ANY {
        return TypeId::ANY;
    }
    for type_ in infer::stored(u, slot) {
        // What is unknown fits; it must not hide what is known.
        if type_ != TypeId::ANY {
            let type_ = u.types.widened(type_);
            all = u.types.soft(all, type_);
        }
    }
    let is_only_nil = all == nil || all == TypeId::NEVER;
    if is_only_nil {
        return TypeId::ANY;
    }
    all
}
