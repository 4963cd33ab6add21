//! Mirrors and methods: what is in an object, as data.
//!
//! A mirror is a box that holds the object it is on. Assignment slots are not shown; a data slot says whether it has one.

use aura_heap::{Kind, Slot, SlotKind, Value};

use super::{Answer, kind, owned, strings};
use crate::fail::Fail;
use crate::linked::CodeRef;
use crate::lookup;
use crate::prim::Prim;
use crate::vm::Vm;

pub(super) const PRIMS: &[Prim] = &[
    Prim::leaf("_Mirror", 0, |vm, a| Ok(vm.heap.boxed(vm.heap.kind_maps.mirror, a[0]))),
    Prim::leaf("_MirrorReflectee", 0, |vm, a| reflectee(vm, a[0])),
    Prim::leaf("_MirrorKind", 0, mirror_kind),
    Prim::leaf("_MirrorNames", 0, names),
    Prim::leaf("_MirrorSelectors", 0, selectors),
    Prim::leaf("_MirrorNameOf:", 1, name_of),
    Prim::leaf("_MirrorContentsAt:", 1, |vm, a| slot(vm, a).map(|(o, s)| contents(vm, o, &s))),
    Prim::leaf("_MirrorKindAt:", 1, kind_at),
    Prim::leaf("_MirrorIsParentAt:", 1, |vm, a| slot(vm, a).map(|(_, s)| vm.boolean(s.parent))),
    Prim::leaf("_MirrorIsAssignableAt:", 1, |vm, a| {
        let (o, s) = slot(vm, a)?;
        Ok(vm.boolean(is_assignable(vm, o, &s)))
    }),
    Prim::leaf("_MirrorCommentAt:", 1, comment_at),
    Prim::leaf("_MirrorSourceAt:", 1, source_at),
    Prim::leaf("_MirrorAt:Put:", 2, put),
    Prim::leaf("_MethodSource", 0, |vm, a| {
        let c = method(vm, a[0])?;
        source(vm, c)
    }),
    Prim::leaf("_MethodName", 0, |vm, a| {
        let name = method(vm, a[0])?.code().name.clone();
        vm.string(&name)
    }),
    Prim::leaf("_MethodArgumentCount", 0, |vm, a| Ok(Value::int(method(vm, a[0])?.code().argc.into()))),
    Prim::leaf("_BlockArgumentCount", 0, |vm, a| {
        kind(vm, a[0], Kind::Block)?;
        Ok(Value::int(vm.code_of(a[0]).ok_or_else(Fail::bad_type)?.code().argc.into()))
    }),
];

fn reflectee(vm: &mut Vm, m: Value) -> Answer {
    if !vm.heap.has_map(m, vm.heap.kind_maps.mirror) {
        return Err(Fail::bad_type());
    }
    let o = vm.heap.word(m, 1);
    vm.present(o)?;
    Ok(o)
}

/// The mirrored object and its slot of the name in the first argument.
fn slot(vm: &mut Vm, a: &[Value]) -> Result<(Value, Slot), Fail> {
    let o = reflectee(vm, a[0])?;
    let name = owned(vm, a[1])?;
    vm.heap
        .symbols
        .find(&name)
        .and_then(|s| vm.heap.map(vm.heap.map_of(o)).find(s))
        .filter(|s| !matches!(s.kind, SlotKind::Assign(_)))
        .map(|s| (o, s.clone()))
        .ok_or_else(|| Fail::with("slotNameError", format!("there is no slot '{name}'")))
}

fn contents(vm: &Vm, o: Value, s: &Slot) -> Value {
    match s.kind {
        SlotKind::Constant(v) => v,
        SlotKind::Data(i) => vm.heap.data(o, i),
        SlotKind::Assign(_) => vm.nil(),
    }
}

fn is_assignable(vm: &Vm, o: Value, s: &Slot) -> bool {
    let SlotKind::Data(i) = s.kind else { return false };
    vm.heap.map(vm.heap.map_of(o)).slots.iter().any(|s| s.kind == SlotKind::Assign(i))
}

fn mirror_kind(vm: &mut Vm, a: &[Value]) -> Answer {
    let o = reflectee(vm, a[0])?;
    let maps = &vm.heap.kind_maps;
    let s = &vm.specials;
    let name = if vm.heap.is_integer(o) {
        "integer"
    } else if vm.heap.as_float(o).is_some() {
        "float"
    } else if o == s.nil {
        "nil"
    } else if o == s.true_ || o == s.false_ {
        "boolean"
    } else if vm.heap.has_map(o, maps.mirror) {
        "mirror"
    } else if vm.heap.has_map(o, maps.process) {
        "process"
    } else if vm.heap.has_map(o, maps.semaphore) {
        "semaphore"
    } else {
        match vm.heap.kind(o) {
            Some(Kind::String) => "string",
            Some(Kind::Vector) => "vector",
            Some(Kind::Bytes) => "byteVector",
            Some(Kind::Block) => "block",
            Some(Kind::Method) => "method",
            _ => "object",
        }
    };
    vm.string(name)
}

fn names(vm: &mut Vm, a: &[Value]) -> Answer {
    let o = reflectee(vm, a[0])?;
    let names: Vec<_> = vm
        .heap
        .map(vm.heap.map_of(o))
        .slots
        .iter()
        .filter(|s| !matches!(s.kind, SlotKind::Assign(_)))
        .map(|s| vm.heap.symbols.name(s.name).clone())
        .collect();
    strings(vm, names.iter().map(|n| &**n))
}

fn selectors(vm: &mut Vm, a: &[Value]) -> Answer {
    let o = reflectee(vm, a[0])?;
    vm.bring_ancestors(o)?;
    let mut names: Vec<_> = lookup::understood(&vm.heap, o).iter().map(|(s, _)| vm.heap.symbols.name(*s).clone()).collect();
    names.sort_unstable();
    strings(vm, names.iter().map(|n| &**n))
}

/// The name of the first constant slot that holds exactly the object, or nil.
fn name_of(vm: &mut Vm, a: &[Value]) -> Answer {
    let o = reflectee(vm, a[0])?;
    let slots = &vm.heap.map(vm.heap.map_of(o)).slots;
    let name = slots.iter().find(|s| s.kind == SlotKind::Constant(a[1])).map(|s| vm.heap.symbols.name(s.name).clone());
    match name {
        Some(n) => vm.string(&n),
        None => Ok(vm.nil()),
    }
}

fn kind_at(vm: &mut Vm, a: &[Value]) -> Answer {
    let (o, s) = slot(vm, a)?;
    vm.present(contents(vm, o, &s))?;
    let name = match s.kind {
        SlotKind::Constant(v) if vm.heap.is_kind(v, Kind::Method) => "method",
        SlotKind::Constant(_) => "constant",
        _ => "data",
    };
    vm.string(name)
}

fn comment_at(vm: &mut Vm, a: &[Value]) -> Answer {
    match slot(vm, a)?.1.meta.as_ref().and_then(|m| m.comment.clone()) {
        Some(c) => vm.string(&c),
        None => Ok(vm.nil()),
    }
}

fn source_at(vm: &mut Vm, a: &[Value]) -> Answer {
    let (o, s) = slot(vm, a)?;
    let v = contents(vm, o, &s);
    match method(vm, v) {
        Ok(c) => source(vm, c),
        Err(_) => Ok(vm.nil()),
    }
}

fn put(vm: &mut Vm, a: &[Value]) -> Answer {
    let (o, s) = slot(vm, a)?;
    vm.require_written("change objects through mirrors")?;
    match s.kind {
        SlotKind::Data(i) if is_assignable(vm, o, &s) => {
            if s.parent {
                vm.heap.mark_as_parent(a[2]);
            }
            vm.heap.set_data(o, i, a[2]);
            Ok(a[0])
        }
        _ => Err(Fail::with("slotNameError", "this slot cannot be assigned to")),
    }
}

fn method(vm: &mut Vm, v: Value) -> Result<CodeRef, Fail> {
    vm.present(v)?;
    kind(vm, v, Kind::Method)?;
    vm.code_of(v).ok_or_else(Fail::bad_type)
}

/// The text that the code was compiled from, or nil.
fn source(vm: &mut Vm, c: CodeRef) -> Answer {
    let code = c.code().clone();
    match code.origin.text.get(code.span.0 as usize..code.span.1 as usize) {
        Some(t) if !t.is_empty() => vm.string(t),
        _ => Ok(vm.nil()),
    }
}
