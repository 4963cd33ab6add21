//! The library's objects: how files name them, and what an image has changed in them.
//!
//! What must stay true: a name is valid in a world that has nothing but the library, and after the image's changes to it: it leads only through slots
//! that the image has not changed.

use std::collections::VecDeque;

use aura_heap::{Kind, MapId, SlotKind, Value, layout};
use aura_run::{Fail, Vm};
use rustc_hash::FxHashMap;

use super::expr::is_unary;
use super::graph::{Graph, Holds, SlotView};
use aura_syntax::write::Expr;

/// Expressions for the library's objects.
pub struct Names(FxHashMap<Value, Expr>);

impl Names {
    /// Finds them, nearest first.
    pub fn find(vm: &Vm) -> Names {
        let lobby = vm.specials.lobby;
        let s = &vm.specials;
        let mut found = FxHashMap::default();
        let mut todo = VecDeque::from([lobby]);
        for (v, name) in [(s.nil, "nil"), (s.true_, "true"), (s.false_, "false"), (lobby, "lobby")] {
            found.insert(v, Expr::primary(name));
        }
        while let Some(o) = todo.pop_front() {
            for (name, v) in unchanged(vm, o) {
                if v.is_ref() && vm.heap.is_base(v) && !vm.heap.is_kind(v, Kind::Method) && !found.contains_key(&v) {
                    let implicit = o == lobby || found[&o].text == "globals";
                    let e = if implicit {
                        Expr { text: name, level: aura_syntax::write::Level::Unary }
                    } else {
                        found[&o].unary(&name)
                    };
                    found.insert(v, e);
                    todo.push_back(v);
                }
            }
        }
        Names(found)
    }

    /// The expression for an object.
    pub fn of(&self, v: Value) -> Option<Expr> {
        self.0.get(&v).cloned()
    }

    /// The map of a global that is as the library made it, and so of its copies.
    pub fn map_of(&self, vm: &Vm, name: &str) -> Option<MapId> {
        let s = vm.heap.symbols.find("globals")?;
        let SlotKind::Constant(globals) = vm.heap.map(vm.heap.map_of(vm.specials.lobby)).find(s)?.kind else { return None };
        let s = vm.heap.symbols.find(name)?;
        let SlotKind::Constant(o) = vm.heap.map(vm.heap.map_of(globals)).find(s)?.kind else { return None };
        let same = vm.heap.is_base(o) && vm.heap.original_map(o) == vm.heap.map_of(o);
        same.then(|| vm.heap.map_of(o))
    }
}

/// The slots of an object that hold what they held at first. Globals first, since they are what people write.
fn unchanged(vm: &Vm, o: Value) -> Vec<(String, Value)> {
    let heap = &vm.heap;
    let before = heap.map(heap.original_map(o));
    let data = heap.original_data(o);
    let now = heap.map(heap.map_of(o));
    let mut out = Vec::new();
    for s in &now.slots {
        let name = heap.symbols.name(s.name);
        let Some(was) = before.find(s.name).filter(|_| is_unary(name) && !(s.parent && &**name == "parent")) else { continue };
        let (now, was) = match (s.kind, was.kind) {
            (SlotKind::Constant(a), SlotKind::Constant(b)) => (a, b),
            (SlotKind::Data(i), SlotKind::Data(j)) => (heap.data(o, i), data.get(j as usize).copied().unwrap_or(heap.data(o, i))),
            _ => continue,
        };
        if now == was {
            out.push((name.to_string(), now));
        }
    }
    out
}

/// What an image has changed in one object of the library.
pub struct Changed {
    /// The object.
    pub base: Value,
    /// Slots that are gone, or have to go because their place or kind is another.
    pub removed: Vec<String>,
    /// New slots, and slots that hold something else.
    pub slots: Vec<SlotView>,
}

/// All changes, in the library's order.
///
/// # Errors
/// When the image cannot be read.
pub fn changes(vm: &mut Vm, graph: &mut Graph, names: &Names) -> Result<Vec<Changed>, Fail> {
    let mut all = Vec::new();
    for base in vm.heap.bases().to_vec() {
        let slotted = matches!(vm.heap.kind(base), Some(Kind::Plain | Kind::Vector | Kind::Bytes | Kind::Block | Kind::Foreign));
        if slotted && (vm.heap.original_map(base) != vm.heap.map_of(base) || vm.heap.original_words(base).is_some()) {
            let changed = changes_of(vm, graph, names, base)?;
            if !changed.removed.is_empty() || !changed.slots.is_empty() {
                all.push(changed);
            }
        }
    }
    Ok(all)
}

fn changes_of(vm: &mut Vm, graph: &mut Graph, names: &Names, base: Value) -> Result<Changed, Fail> {
    let before = vm.heap.map(vm.heap.original_map(base)).clone();
    let now = vm.heap.map(vm.heap.map_of(base)).clone();
    let was: Vec<_> = before.slots.iter().filter(|s| !matches!(s.kind, SlotKind::Assign(_))).collect();
    let is: Vec<_> = now.slots.iter().filter(|s| !matches!(s.kind, SlotKind::Assign(_))).collect();
    let data = vm.heap.original_data(base);
    // Slots keep their order; what is added comes last. So the slots that stayed are a beginning of what there is.
    let mut next = 0;
    let mut stayed = Vec::new();
    for s in &is {
        let found = (next..was.len()).find(|i| was[*i].name == s.name);
        let Some(at) = found.filter(|i| alike(was[*i], s)) else { break };
        next = at + 1;
        stayed.push(at);
    }
    let removed = (0..was.len()).filter(|i| !stayed.contains(i)).map(|i| vm.heap.symbols.name(was[i].name).to_string()).collect();
    let mut slots = Vec::new();
    for (k, view) in graph.slots(vm, names, base)?.into_iter().enumerate() {
        let same = stayed.get(k).is_some_and(|at| match (was[*at].kind, is[k].kind) {
            (SlotKind::Constant(a), SlotKind::Constant(b)) => a == b && was[*at].meta == is[k].meta,
            (SlotKind::Data(i), SlotKind::Data(j)) => {
                data.get(i as usize).is_some_and(|v| same_value(vm, *v, vm.heap.data(base, j))) && was[*at].meta == is[k].meta
            }
            _ => false,
        });
        let unstored = transient(&view) && is_nil(&view);
        if !same && !unstored {
            slots.push(view);
        }
    }
    Ok(Changed { base, removed, slots })
}

fn alike(a: &aura_heap::Slot, b: &aura_heap::Slot) -> bool {
    a.parent == b.parent
        && matches!((a.kind, b.kind), (SlotKind::Constant(_), SlotKind::Constant(_)) | (SlotKind::Data(_), SlotKind::Data(_)))
}

/// The same object, or an equal number or text that has no identity.
fn same_value(vm: &Vm, a: Value, b: Value) -> bool {
    a == b || (vm.heap.as_float(a).is_some() && vm.heap.as_float(a) == vm.heap.as_float(b))
}

fn transient(s: &SlotView) -> bool {
    s.meta.annotation.as_deref().is_some_and(|a| a.lines().any(|l| l.trim() == "transient"))
}

fn is_nil(s: &SlotView) -> bool {
    matches!(&s.holds, Holds::Value(super::graph::Ref::Known(e)) if e.text == "nil")
}

/// Elements of the library's own vectors that an image has changed: what files cannot say. Nobody should have done that.
pub fn changed_elements(vm: &Vm) -> Vec<String> {
    let heap = &vm.heap;
    let changed = |o: Value| {
        let first = match heap.kind(o) {
            Some(Kind::Vector) => layout::ELEMENTS,
            Some(Kind::Bytes) => layout::BYTES,
            _ => return false,
        };
        heap.original_words(o).is_some_and(|w| w.iter().enumerate().skip(first - 1).any(|(i, w)| heap.raw(o, i + 1) != *w))
    };
    let found = heap.bases().iter().filter(|o| changed(**o));
    found.map(|o| format!("{}: elements of a vector of the library", vm.describe(*o))).collect()
}
