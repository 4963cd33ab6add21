//! Lookup: which slot a message finds.
//!
//! Own slots first; else all parents, depth first; the same slot reached twice is one match, two different ones are an ambiguity;
//! cycles are fine. What is found depends on maps alone, except where an assignable parent was crossed: such a result is not cached.
//! Every map walked as a parent is reported, so that a cache can be told when one of them changes.
//!
//! An object on the way may not be in memory ([`Found::Absent`]); [`Vm::look`] brings it and looks again. The other walks here want all
//! ancestors there before they begin ([`Vm::bring_ancestors`]).
//!
//! Source: the Self handbook, "Message sending" (lookup algorithm, resends).

use aura_heap::{Heap, MapId, SlotKind, Symbol, Value};

use crate::fail::Fail;
use crate::vm::Vm;

/// A slot that was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Match {
    /// The object that has it; the receiver itself for an own slot.
    pub(crate) holder: Value,
    /// What it is.
    pub(crate) kind: SlotKind,
}

/// What a lookup found.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found {
    None,
    One(Match),
    Ambiguous,
    /// An object on the way is not in memory: bring it and look again.
    Absent(Value),
}

/// A lookup's result and what it depends on.
pub(crate) struct Lookup {
    pub(crate) found: Found,
    /// Maps of the parents walked through.
    pub(crate) walked: Vec<MapId>,
    /// An assignable parent was crossed.
    pub(crate) dynamic: bool,
}

/// Objects that a walk has come to. Walks are short, but a program can make a long one.
#[derive(Default)]
pub(crate) struct Seen {
    few: Vec<Value>,
    many: rustc_hash::FxHashSet<Value>,
}

impl Seen {
    /// Adds an object; false if it was there already.
    pub(crate) fn insert(&mut self, o: Value) -> bool {
        if self.many.is_empty() && self.few.len() < 16 {
            let new = !self.few.contains(&o);
            if new {
                self.few.push(o);
            }
            return new;
        }
        self.many.extend(self.few.drain(..));
        self.many.insert(o)
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.few.len() + self.many.len()
    }
}

/// Pushes the parents of an object so that the first is on top.
pub(crate) fn push_parents(heap: &Heap, o: Value, todo: &mut Vec<Value>) {
    let m = heap.map(heap.map_of(o));
    todo.extend(m.parents.iter().rev().filter_map(|&i| match m.slots[i as usize].kind {
        SlotKind::Constant(v) => Some(v),
        SlotKind::Data(at) => Some(heap.data(o, at)),
        SlotKind::Assign(_) => None,
    }));
}

struct Walk<'h> {
    heap: &'h Heap,
    selector: Symbol,
    seen: Seen,
    found: Found,
    walked: Vec<MapId>,
    dynamic: bool,
    todo: Vec<Value>,
}

impl Walk<'_> {
    fn push_parents(&mut self, o: Value, map: MapId) {
        let m = self.heap.map(map);
        for &i in m.parents.iter().rev() {
            match m.slots[i as usize].kind {
                SlotKind::Constant(v) => self.todo.push(v),
                SlotKind::Data(at) => {
                    self.dynamic = true;
                    self.todo.push(self.heap.data(o, at));
                }
                SlotKind::Assign(_) => {}
            }
        }
    }

    fn run(&mut self) {
        while let Some(p) = self.todo.pop() {
            if !self.seen.insert(p) {
                continue;
            }
            if self.heap.is_absent(p) {
                self.found = Found::Absent(p);
                return;
            }
            let map = self.heap.map_of(p);
            self.walked.push(map);
            match self.heap.map(map).find(self.selector) {
                Some(slot) => match self.found {
                    Found::None => self.found = Found::One(Match { holder: p, kind: slot.kind }),
                    Found::One(m) if m.holder == p => {}
                    _ => self.found = Found::Ambiguous,
                },
                None => self.push_parents(p, map),
            }
        }
    }

    fn done(self) -> Lookup {
        Lookup { found: self.found, walked: self.walked, dynamic: self.dynamic }
    }
}

fn walk(heap: &Heap, selector: Symbol) -> Walk<'_> {
    Walk { heap, selector, seen: Seen::default(), found: Found::None, walked: Vec::new(), dynamic: false, todo: Vec::new() }
}

/// Looks `selector` up in `receiver`.
pub(crate) fn lookup(heap: &Heap, receiver: Value, selector: Symbol) -> Lookup {
    let map = heap.map_of(receiver);
    let mut w = walk(heap, selector);
    if heap.is_absent(receiver) {
        w.found = Found::Absent(receiver);
        return w.done();
    }
    if let Some(slot) = heap.map(map).find(selector) {
        w.found = Found::One(Match { holder: receiver, kind: slot.kind });
        return w.done();
    }
    w.seen.insert(receiver);
    w.push_parents(receiver, map);
    w.run();
    w.done()
}

/// Looks `selector` up above `holder`: in all its parents, or in the one named.
pub(crate) fn lookup_above(heap: &Heap, holder: Value, selector: Symbol, parent: Option<Symbol>) -> Lookup {
    let map = heap.map_of(holder);
    let mut w = walk(heap, selector);
    // The holder's own map matters too: its parents may be changed.
    w.walked.push(map);
    match parent {
        None => w.push_parents(holder, map),
        Some(name) => match heap.map(map).find(name).map(|s| s.kind) {
            Some(SlotKind::Constant(v)) => w.todo.push(v),
            Some(SlotKind::Data(at)) => {
                w.dynamic = true;
                w.todo.push(heap.data(holder, at));
            }
            _ => {}
        },
    }
    w.run();
    w.done()
}

impl Vm {
    /// Looks `selector` up in `receiver`, which is there afterwards, as is a constant that is found.
    pub(crate) fn look(&mut self, receiver: Value, selector: Symbol) -> Result<Lookup, Fail> {
        self.find_present(|heap| lookup(heap, receiver, selector))
    }

    /// Looks `selector` up above `holder`.
    pub(crate) fn look_above(&mut self, holder: Value, selector: Symbol, parent: Option<Symbol>) -> Result<Lookup, Fail> {
        self.find_present(|heap| lookup_above(heap, holder, selector, parent))
    }

    fn find_present(&mut self, look: impl Fn(&Heap) -> Lookup) -> Result<Lookup, Fail> {
        loop {
            let l = look(&self.heap);
            match l.found {
                Found::Absent(o) => self.bring(o)?,
                Found::One(Match { kind: SlotKind::Constant(v), .. }) if self.heap.is_absent(v) => self.bring(v)?,
                _ => {
                    self.charge(l.walked.len() as u64 / 8);
                    return Ok(l);
                }
            }
        }
    }

    /// Brings `o` and everything that lookup in it could go through.
    pub(crate) fn bring_ancestors(&mut self, o: Value) -> Result<(), Fail> {
        if !self.heap.has_absents() {
            return Ok(());
        }
        let (mut seen, mut todo) = (Seen::default(), vec![o]);
        while let Some(o) = todo.pop() {
            if !seen.insert(o) {
                continue;
            }
            self.present(o)?;
            push_parents(&self.heap, o, &mut todo);
        }
        Ok(())
    }
}

/// The object, the receiver or one of its ancestors, that has a method slot with exactly this method's code.
pub(crate) fn holder_of(heap: &Heap, receiver: Value, selector: Symbol, code: u64) -> Option<Value> {
    let mut seen = Seen::default();
    let mut todo = vec![receiver];
    while let Some(o) = todo.pop() {
        if !seen.insert(o) {
            continue;
        }
        let m = heap.map(heap.map_of(o));
        if let Some(SlotKind::Constant(v)) = m.find(selector).map(|s| s.kind)
            && heap.is_kind(v, aura_heap::Kind::Method)
            && heap.raw(v, aura_heap::layout::CODE) == code
        {
            return Some(o);
        }
        push_parents(heap, o, &mut todo);
    }
    None
}

/// Every slot name that `receiver` understands, with the object that has it, nearest first. For completion and "did you mean".
pub fn understood(heap: &Heap, receiver: Value) -> Vec<(Symbol, Value)> {
    let mut seen = Seen::default();
    let mut todo = vec![receiver];
    let mut names = Vec::new();
    let mut have = rustc_hash::FxHashSet::default();
    while let Some(o) = todo.pop() {
        if !seen.insert(o) {
            continue;
        }
        let m = heap.map(heap.map_of(o));
        for s in &m.slots {
            if have.insert(s.name) {
                names.push((s.name, o));
            }
        }
        push_parents(heap, o, &mut todo);
    }
    names
}
