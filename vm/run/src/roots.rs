//! What the collector must be told: registers that are alive, code constants, inline caches, and what the machine keeps.
//!
//! A suspended activation will go on at its `pc`: what is alive there is alive, but for the register that receives the answer it waits for. Its register 0
//! is always kept, for traces and resends, and argument 1 of a condition handler, which `_HandlerBlock` reads.
#![allow(unsafe_code)]

use aura_heap::{CollectionKind, Heap, MapId, Roots, Value};

use crate::linked::{CodeRef, Entry, Ic};
use crate::process::Process;
use crate::vm::Vm;

struct MachineRoots<'a> {
    processes: Vec<&'a mut Process>,
    specials: &'a mut [Value],
    handles: &'a mut [Option<Value>],
    modules: Vec<&'a mut Value>,
    young_codes: Vec<CodeRef>,
    young_ics: Vec<*mut Ic>,
    all_codes: Vec<CodeRef>,
    image: Option<&'a mut Box<dyn crate::Image>>,
    /// Code some of whose inline caches were emptied.
    emptied: &'a mut Vec<CodeRef>,
}

fn visit_frames(p: &mut Process, visit: &mut dyn FnMut(&mut Value)) {
    for k in 0..p.depth {
        let f = p.frames[k];
        let base = f.base as usize;
        let waiting_for = if k + 1 < p.depth { p.frames[k + 1].ret } else { p.waiting_register() };
        let live = f.code.liveness().live_in(f.pc);
        for r in live.iter() {
            if u32::from(r) != waiting_for || r == 0 {
                visit(&mut p.stack[base + r as usize]);
            }
        }
        if !live.contains(0) {
            visit(&mut p.stack[base]);
        }
        if f.code.code().handler && !live.contains(1) {
            visit(&mut p.stack[base + 1]);
        }
    }
}

fn visit_code(c: CodeRef, visit: &mut dyn FnMut(&mut Value)) {
    let mut m = c.module.get();
    visit(&mut m);
    c.module.set(m);
    if !c.ready.get() {
        return;
    }
    let parts = c.parts();
    parts.consts.iter_mut().for_each(&mut *visit);
    for o in parts.objects.iter_mut() {
        o.methods.iter_mut().for_each(&mut *visit);
        if let Some((consts, _)) = &mut o.last {
            consts.iter_mut().for_each(&mut *visit);
        }
    }
}

impl Roots for MachineRoots<'_> {
    fn each(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        for p in &mut self.processes {
            visit_frames(p, visit);
            visit(&mut p.result);
            visit(&mut p.object);
            for f in &mut p.failed {
                f.values.iter_mut().for_each(&mut *visit);
            }
        }
        self.specials.iter_mut().for_each(&mut *visit);
        self.handles.iter_mut().flatten().for_each(&mut *visit);
        self.modules.iter_mut().for_each(|v| visit(v));
        for c in &self.young_codes {
            visit_code(*c, visit);
        }
        for ic in &self.young_ics {
            // SAFETY: inline caches live as long as the arena.
            for e in unsafe { &mut **ic }.entries() {
                if let Some(v) = e.target_value() {
                    visit(v);
                }
            }
        }
    }

    fn each_old(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        for c in &self.all_codes {
            visit_code(*c, visit);
        }
    }

    fn each_map(&self, visit: &mut dyn FnMut(MapId)) {
        let ready = self.all_codes.iter().filter(|c| c.ready.get());
        ready.flat_map(|c| c.parts().objects.iter()).flat_map(|o| &o.named).for_each(|map| visit(*map));
    }

    fn sweep_weak(&mut self, map_alive: &dyn Fn(MapId) -> bool, alive: &dyn Fn(Value) -> bool) {
        if let Some(image) = &mut self.image {
            image.sweep(map_alive, alive);
        }
        for c in &self.all_codes {
            if !c.ready.get() {
                continue;
            }
            let parts = c.parts();
            for ic in parts.ics.iter_mut() {
                let dead = |e: &mut Entry| e.map != 0 && (!map_alive(e.map) || e.target_value().is_some_and(|v| !alive(*v)));
                if ic.entries().any(dead) {
                    ic.clear();
                    self.emptied.push(*c);
                }
            }
            for o in parts.objects.iter_mut() {
                if o.last.as_ref().is_some_and(|(_, m)| !map_alive(*m)) {
                    o.last = None;
                }
            }
        }
    }
}

/// Collects; to be called at a safepoint, with the running activation's `pc` saved.
pub(crate) fn collect(vm: &mut Vm, kind: CollectionKind) {
    let heap: *mut Heap = &mut vm.heap;
    if kind == CollectionKind::Full {
        vm.clear_global();
    }
    vm.place_in_text = None;
    let mut emptied = Vec::new();
    let mut specials = [vm.specials.nil, vm.specials.true_, vm.specials.false_, vm.specials.lobby, vm.specials.traits];
    {
        let mut roots = MachineRoots {
            // SAFETY: each process is in the table once; none is looked at otherwise while the collector works.
            processes: vm.processes.all().map(|p| unsafe { &mut *p.as_ptr() }).collect(),
            specials: &mut specials,
            handles: &mut vm.handles,
            modules: vm.modules.values_mut().collect(),
            young_codes: std::mem::take(&mut vm.young_codes),
            young_ics: std::mem::take(&mut vm.young_ics),
            all_codes: if kind == CollectionKind::Full { vm.arena.each().collect() } else { Vec::new() },
            image: vm.image.as_mut(),
            emptied: &mut emptied,
        };
        // SAFETY: the roots borrow other fields of the machine than the heap.
        unsafe { (*heap).collect(kind, &mut roots) };
    }
    let [nil, true_, false_, lobby, traits] = specials;
    vm.specials = crate::vm::Specials { nil, true_, false_, lobby, traits };
    for c in emptied {
        vm.caches_changed(c);
    }
    if vm.stress {
        vm.heap.wants_collection = true;
    }
}
