//! Any object: identity, cloning, changing slots.

use aura_heap::{Kind, SlotKind, Symbol, Value};

use super::{Answer, owned};
use crate::arith::same_number;
use crate::fail::Fail;
use crate::lookup::{Seen, push_parents};
use crate::prim::Prim;
use crate::vm::Vm;

pub(super) const PRIMS: &[Prim] = &[
    Prim::leaf("_Eq:", 1, |vm, a| {
        vm.charge(vm.heap.big_words(a[0]) as u64 / 64);
        Ok(vm.boolean(a[0] == a[1] || same_number(&vm.heap, a[0], a[1])))
    }),
    Prim::leaf("_Clone", 0, |vm, a| {
        let work = match vm.heap.kind(a[0]) {
            Some(Kind::Vector) => vm.heap.length(a[0]) / 64,
            Some(Kind::Bytes) => vm.heap.length(a[0]) / 512,
            _ => 0,
        };
        vm.afford(work as u64)?;
        Ok(vm.heap.clone_object(a[0])?)
    }),
    Prim::leaf("_IdentityHash", 0, |vm, a| Ok(Value::int(vm.heap.identity_hash(a[0])))),
    Prim::leaf("_Describe", 0, |vm, a| {
        vm.present_names();
        let s = vm.describe(a[0]);
        vm.string(&s)
    }),
    Prim::leaf("_ActivationsText", 0, |vm, a| {
        vm.present_names();
        let s = vm.activations_text(a[0])?;
        vm.string(&s)
    }),
    Prim::leaf("_InheritsFrom:", 1, |vm, a| {
        vm.bring_ancestors(a[0])?;
        let (yes, walked) = inherits(vm, a[0], a[1]);
        vm.charge(walked as u64 / 8);
        Ok(vm.boolean(yes))
    }),
    Prim::leaf("_AddSlots:", 1, |vm, a| add_slots(vm, a[0], a[1], true)),
    Prim::leaf("_AddSlotsIfAbsent:", 1, |vm, a| add_slots(vm, a[0], a[1], false)),
    Prim::leaf("_Define:", 1, define),
    Prim::leaf("_RemoveSlot:", 1, remove_slot),
    Prim::leaf("_RemoveAllSlots", 0, |vm, a| remove_all(vm, a[0])),
];

/// What only written code may do.
const CHANGE: &str = "change the slots of objects";

/// Whether lookup in `x` goes through `wanted`, and how many objects that was asked of.
fn inherits(vm: &Vm, x: Value, wanted: Value) -> (bool, usize) {
    let (mut seen, mut todo) = (Seen::default(), vec![x]);
    while let Some(o) = todo.pop() {
        if !seen.insert(o) {
            continue;
        }
        let before = todo.len();
        push_parents(&vm.heap, o, &mut todo);
        if todo[before..].contains(&wanted) {
            return (true, seen.len());
        }
    }
    (false, seen.len())
}

/// Copies the slots of `from` to `to`, in place of those of the same names.
fn add_slots(vm: &mut Vm, to: Value, from: Value, replace: bool) -> Answer {
    vm.require_written(CHANGE)?;
    let slots = vm.heap.map(vm.heap.map_of(from)).slots.clone();
    vm.charge(slots.len() as u64);
    for (i, s) in slots.iter().enumerate() {
        if !replace && vm.heap.map(vm.heap.map_of(to)).find(s.name).is_some() {
            continue;
        }
        let done = match s.kind {
            SlotKind::Constant(v) => vm.heap.add_constant(to, s.name, v, s.parent, s.meta.clone()),
            SlotKind::Data(at) => {
                let v = vm.heap.data(from, at);
                let assignable = slots.get(i + 1).is_some_and(|n| n.kind == SlotKind::Assign(at));
                vm.heap.add_data(to, s.name, v, assignable, s.parent, s.meta.clone())
            }
            SlotKind::Assign(_) => Ok(()),
        };
        if let Err(e) = done {
            vm.flush();
            return Err(e.into());
        }
    }
    vm.flush();
    Ok(to)
}

/// Gives the receiver exactly the slots of the argument.
fn define(vm: &mut Vm, a: &[Value]) -> Answer {
    if a[0] == a[1] {
        return Ok(a[0]);
    }
    // All or nothing.
    let has_data = vm.heap.map(vm.heap.map_of(a[1])).slots.iter().any(|s| matches!(s.kind, SlotKind::Data(_)));
    vm.heap.takes_slots(a[0], has_data)?;
    remove_all(vm, a[0])?;
    add_slots(vm, a[0], a[1], true)
}

fn remove_slot(vm: &mut Vm, a: &[Value]) -> Answer {
    vm.require_written(CHANGE)?;
    let name = owned(vm, a[1])?;
    let symbol = vm.heap.symbols.find(&name).ok_or_else(|| no_slot(&name))?;
    vm.heap.remove_slot(a[0], symbol).map_err(|e| match e {
        aura_heap::SlotError::NoSuchSlot => no_slot(&name),
        e => e.into(),
    })?;
    vm.flush();
    Ok(a[0])
}

fn no_slot(name: &str) -> Fail {
    Fail::with("slotNameError", format!("there is no slot '{name}'"))
}

fn remove_all(vm: &mut Vm, o: Value) -> Answer {
    vm.require_written(CHANGE)?;
    let names: Vec<Symbol> =
        vm.heap.map(vm.heap.map_of(o)).slots.iter().filter(|s| !matches!(s.kind, SlotKind::Assign(_))).map(|s| s.name).collect();
    for name in names {
        vm.heap.remove_slot(o, name)?;
    }
    vm.flush();
    Ok(o)
}
