//! The machine: a heap, its code, its processes, and what the host gave it.
//!
//! One machine is used by one thread. The host asks it to run ([`Vm::run`]) and gets an [`crate::sched::Event`] back when a process has
//! ended, something needs the host's word, or a slice of time is over; the machine itself never waits for the world.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use aura_code::{Code, Const, Instr, MethodCode, Op, SiteKind};
use aura_heap::{CollectionKind, Dependent, Heap, Kind, MapId, SlotKind, Symbol, Value, layout};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::caps::CapSet;
use crate::fail::Fail;
use crate::interp::Left;
use crate::linked::{Arena, CodeRef, Entry, EntryKind, Ic, Linked, LinkedObject};
use crate::lookup::{self, Found, Lookup, Match};
use crate::native::Native;
use crate::prim;
use crate::process::{Process, ProcessId};
use crate::roots;
use crate::walls;

/// Objects that the machine itself must know.
#[derive(Clone, Copy)]
pub struct Specials {
    /// `nil`
    pub nil: Value,
    /// `true`
    pub true_: Value,
    /// `false`
    pub false_: Value,
    /// The lobby: what top-level code sees.
    pub lobby: Value,
    /// `traits`
    pub traits: Value,
}

/// Where output goes and what the program was started with; given by the host.
pub struct Host {
    /// Standard output.
    pub out: Box<dyn std::io::Write>,
    /// Standard error.
    pub err: Box<dyn std::io::Write>,
    /// Standard input.
    pub input: crate::Input,
    /// The program's arguments.
    pub arguments: Vec<String>,
    /// Compiles a module's file: the path as written and the name of the file that imports it in; the file's name and code, or what to
    /// tell the person, out.
    pub module: ModuleLoader,
    /// Compiles text: its name and itself in; code, or what to tell the person, out.
    pub compile: Compiler,
}

/// See [`Host::module`].
pub type ModuleLoader = Box<dyn FnMut(&str, &str) -> Result<(String, Vec<Arc<Code>>), String>>;
/// See [`Host::compile`].
pub type Compiler = Box<dyn FnMut(&str, &str) -> Result<Vec<Arc<Code>>, String>>;

/// Entries of the cache behind megamorphic sites; a power of two.
const GLOBAL: usize = 2048;

#[derive(Clone, Copy)]
struct GlobalEntry {
    selector: Symbol,
    /// The module in which an implicit message found it; else [`EVERYWHERE`].
    module: Value,
    entry: Entry,
}

impl GlobalEntry {
    const EMPTY: Self = Self { selector: Symbol(0), module: EVERYWHERE, entry: Entry::EMPTY };
}

/// What is found whichever module a message was written in.
const EVERYWHERE: Value = Value::ZERO;

/// A machine with a world.
pub struct Vm {
    /// All objects.
    pub heap: Heap,
    /// nil, true, false, lobby, traits.
    pub specials: Specials,
    /// What the host gave.
    pub host: Host,
    pub(crate) arena: Arena,
    pub(crate) processes: crate::table::Table,
    /// Those that are ready, in turn; some of them are not any more.
    pub(crate) ready: std::collections::VecDeque<ProcessId>,
    /// Processes that sleep, by when they wake; some of them have been woken or ended since.
    pub(crate) sleeping: BTreeSet<(Instant, ProcessId)>,
    /// Processes that wait until something can be read; some of them have been ended, or interrupted.
    pub(crate) parked: Vec<crate::reading::Parked>,
    /// Processes that programs started and that have ended.
    pub(crate) ended: Vec<ProcessId>,
    /// The process that runs, or ran last.
    pub current: ProcessId,
    pub(crate) young_ics: Vec<*mut Ic>,
    pub(crate) young_codes: Vec<CodeRef>,
    global: Vec<GlobalEntry>,
    global_used: bool,
    /// Guarded selectors whose built-in meaning was redefined.
    pub(crate) guards_off: FxHashSet<String>,
    pub(crate) guards_armed: bool,
    /// Modules by file name.
    pub(crate) modules: FxHashMap<String, Value>,
    /// Values that the host keeps, by number.
    pub(crate) handles: Vec<Option<Value>>,
    pub(crate) semaphores: Vec<crate::sched::Semaphore>,
    pub(crate) serial: u64,
    /// Set from another thread (Ctrl-C); seen at the next safepoint.
    pub interrupt: Arc<AtomicBool>,
    pub(crate) inline_blocks: FxHashMap<(CodeRef, u32), Vec<CodeRef>>,
    pub(crate) stub: CodeRef,
    /// Work units that primitives have charged to the running process since its last safepoint.
    pub(crate) charged: u64,
    /// The test of the inlined message that is being sent really.
    pub(crate) inlined: Option<u32>,
    pub(crate) regexes: crate::prims::Patterns,
    /// The character of a text that was asked for last, until objects move.
    pub(crate) place_in_text: Option<crate::prims::Place>,
    /// Collect at every safepoint: for tests.
    pub stress: bool,
    /// Commit after every few activations and have everything fetched again: for tests.
    pub stress_image: bool,
    pub(crate) exit_code: Option<i32>,
    /// The image that some of the objects belong to.
    pub(crate) image: Option<Box<dyn crate::Image>>,
    /// The transactions that are open, the outermost first.
    pub(crate) transactions: Vec<crate::image::Transaction>,
    /// How many processes the host has made.
    pub(crate) made_by_host: u64,
    /// What generated methods may use of what the program holds: nothing, unless the host says otherwise.
    pub policy: CapSet,
    /// What the next trial may use.
    pub(crate) trying: CapSet,
    pub(crate) hot: Hot,
    pub(crate) native: Native,
}

/// Why a send has no entry.
pub(crate) enum Miss {
    NotUnderstood,
    Ambiguous,
    /// The image could not be read.
    Unreadable(Fail),
}

impl From<Fail> for Miss {
    fn from(f: Fail) -> Self {
        Miss::Unreadable(f)
    }
}

/// What the interpreter's loop keeps in memory rather than in registers.
pub(crate) struct Hot {
    /// What is left of the slice.
    pub(crate) budget: i64,
    /// What it was at first.
    pub(crate) granted: i64,
    /// The last activation from which the fast path may push another.
    pub(crate) last_frame: *mut crate::process::Frame,
    /// The end of the stack.
    pub(crate) stack_end: *mut Value,
    /// The lowest native stack pointer at which compiled code may begin an activation without asking.
    pub(crate) floor: usize,
    /// The process that runs.
    pub(crate) process: *mut Process,
    /// Why the outermost loop is to be left, where compiled code was.
    pub(crate) left: Option<Left>,
    /// Compiled code was thrown away that may still be running.
    pub(crate) abandon: bool,
    /// Compiled code may be entered.
    pub(crate) native: bool,
    /// Guesses until optimized code takes one to be wrong, for tests.
    pub(crate) shaken: i64,
    /// So much of the slice seems used up, since a collection is wanted.
    pub(crate) withheld: i64,
    /// What optimized code hands over when it is left.
    pub(crate) saved: [u64; aura_jit::SAVED],
    /// What a function that compiled code called aside has answered.
    pub(crate) answer: u64,
}

impl Vm {
    /// nil, true or false as a value.
    #[inline(always)]
    pub fn boolean(&self, b: bool) -> Value {
        if b { self.specials.true_ } else { self.specials.false_ }
    }

    /// `nil`
    #[inline(always)]
    pub fn nil(&self) -> Value {
        self.specials.nil
    }

    /// The exit code that the program asked for.
    pub fn exit_code(&self) -> Option<i32> {
        self.exit_code
    }

    /// A string.
    pub fn string(&mut self, s: &str) -> Result<Value, crate::Fail> {
        Ok(self.heap.string(s)?)
    }

    // ---- code ----

    /// Puts code into the arena, not yet linked.
    pub(crate) fn add_code(&mut self, code: MethodCode, module: Value, outer: Option<CodeRef>, generated: bool) -> CodeRef {
        let heat = self.fresh_heat();
        let c = self.arena.add(Linked::new(code, module, outer, generated, heat));
        if self.heap.is_young(module) {
            self.young_codes.push(c);
        }
        c
    }

    /// Makes code ready to run.
    pub(crate) fn link(&mut self, c: CodeRef) {
        if c.ready.get() {
            return;
        }
        let code = c.code().clone();
        let consts = code.consts.iter().map(|k| self.constant(k)).collect();
        let ics = code
            .sites
            .iter()
            .map(|s| Ic {
                first: Entry::EMPTY,
                selector: self.heap.symbols.intern(&s.selector),
                argc: s.argc,
                mega: false,
                more: Vec::new(),
            })
            .collect();
        let objects = code.objects.iter().map(|_| LinkedObject::default()).collect();
        // Generated methods reach primitives through the library alone, whose messages say what they do.
        let find = |n: &String| if c.method().generated { Some(&walls::DENIED) } else { prim::find(n) };
        let prims = code.prims.iter().map(find).collect();
        let mut instrs = code.instrs.clone();
        if !self.guards_off.is_empty() {
            switch_off(&mut instrs, &code, &self.guards_off);
        }
        // A generated method always gets an activation, by which its primitives are judged; so does one whose primitive must not be run twice.
        if let Some(leaf) = &code.leaf
            && !c.method().generated
        {
            c.leaf.set(prim::find(&leaf.primitive).filter(|p| p.again));
        }
        c.fill(instrs, ics, consts, objects, prims, code.blocks.len());
    }

    fn constant(&mut self, k: &Const) -> Value {
        match k {
            Const::Int(i) => match Value::try_int(*i) {
                Some(v) => v,
                None => self.old_integer(&dashu_int::IBig::from(*i)),
            },
            Const::Big(digits) => {
                let i = dashu_int::IBig::from_str_radix(digits, 16).unwrap_or_default();
                self.old_integer(&i)
            }
            Const::Float(f) => self.heap.old_float(*f),
            Const::Str(s) => self.heap.canonical(s),
        }
    }

    fn old_integer(&mut self, i: &dashu_int::IBig) -> Value {
        self.heap.old_integer(i)
    }

    /// The code of block `i` of `c`.
    pub(crate) fn block_code(&mut self, c: CodeRef, i: usize) -> CodeRef {
        if let Some(b) = c.parts().blocks[i] {
            return b;
        }
        let code = c.code().blocks[i].clone();
        let b = self.add_code(code.into(), c.module.get(), Some(c), c.method().generated);
        self.link(b);
        c.parts().blocks[i] = Some(b);
        b
    }

    /// Whether `v` is a block of this machine.
    pub fn is_block(&self, v: Value) -> bool {
        self.heap.is_kind(v, Kind::Block)
    }

    /// The code of a block or method value.
    pub fn code_of(&self, v: Value) -> Option<CodeRef> {
        (self.heap.is_kind(v, Kind::Block) || self.heap.is_kind(v, Kind::Method))
            .then(|| CodeRef::from_bits(self.heap.raw(v, layout::CODE)))
    }

    // ---- sends ----

    /// What a message finds in `receiver`, ready to be cached.
    pub(crate) fn resolve(&mut self, l: &Lookup, receiver: Value, module: bool) -> Option<Entry> {
        let Found::One(Match { holder, kind }) = l.found else { return None };
        let map = self.heap.map_of(receiver);
        let own = holder == receiver && !module;
        let grown = own && self.heap.map(map).grown;
        let vector = self.heap.is_kind(receiver, Kind::Vector);
        let entry = |kind, word, target| Entry { map, kind, word, target };
        Some(match kind {
            SlotKind::Constant(v) if self.heap.is_kind(v, Kind::Method) => {
                let code = CodeRef::from_bits(self.heap.raw(v, layout::CODE));
                self.link(code);
                let k = match (module, code.leaf.get()) {
                    (true, _) => EntryKind::ModuleMethod,
                    (false, Some(_)) => EntryKind::Leaf,
                    (false, None) => EntryKind::Method,
                };
                entry(k, 0, code.bits())
            }
            SlotKind::Constant(v) => entry(EntryKind::Constant, 0, v.bits()),
            SlotKind::Data(i) if own && (grown || vector) => entry(EntryKind::GrownData, i, 0),
            SlotKind::Assign(i) if own && (grown || vector) => entry(EntryKind::GrownAssign, i, 0),
            SlotKind::Data(i) if own => entry(EntryKind::Data, i + layout::SLOTS as u32, 0),
            SlotKind::Assign(i) if own => entry(EntryKind::Assign, i + layout::SLOTS as u32, 0),
            SlotKind::Data(i) => entry(EntryKind::HolderData, i, holder.bits()),
            SlotKind::Assign(i) => entry(EntryKind::HolderAssign, i, holder.bits()),
        })
    }

    /// The slow path of a send: finds the entry for `receiver` at site `site` of `c`, and caches it where that is right.
    #[inline(never)]
    pub(crate) fn find(&mut self, c: CodeRef, site: usize, receiver: Value) -> Result<Entry, Miss> {
        self.present(receiver)?;
        let ics = c.parts().ics;
        let selector = ics[site].selector;
        let map = self.heap.map_of(receiver);
        if ics[site].mega
            && let Some(e) = self.find_global(c, &c.code().sites[site].kind, map, selector)
        {
            return Ok(e);
        }
        let code = c.code().clone();
        let kind = &code.sites[site].kind;
        if self.heap.is_kind(receiver, Kind::Block) && is_value(&code.sites[site].selector) {
            let e = Entry { map, kind: EntryKind::Block, word: 0, target: 0 };
            if ics[site].add(e) {
                self.caches_changed(c);
            }
            return Ok(e);
        }
        let l = match kind {
            SiteKind::Explicit | SiteKind::Implicit => self.look(receiver, selector)?,
            SiteKind::Resend => self.resend(c, receiver, selector, None)?,
            SiteKind::Delegate(name) => {
                let name = self.heap.symbols.intern(name);
                self.resend(c, receiver, selector, Some(name))?
            }
        };
        if matches!(l.found, Found::None) && *kind == SiteKind::Implicit && c.module.get() != self.nil() {
            return self.find_in_module(c, site, l, map);
        }
        let e = self.entry(&l, receiver, false, code.sites[site].argc)?;
        if !l.dynamic {
            let plain = matches!(kind, SiteKind::Explicit | SiteKind::Implicit);
            self.remember(c, site, e, &l.walked, plain.then_some(EVERYWHERE));
        }
        Ok(e)
    }

    /// What the global cache has for a message. What `resend` finds depends on where it is written, and is not in there.
    fn find_global(&self, c: CodeRef, kind: &SiteKind, map: MapId, selector: Symbol) -> Option<Entry> {
        match kind {
            SiteKind::Explicit => self.global_get(map, selector, EVERYWHERE),
            SiteKind::Implicit => {
                self.global_get(map, selector, EVERYWHERE).or_else(|| self.global_get(map, selector, c.module.get()))
            }
            SiteKind::Resend | SiteKind::Delegate(_) => None,
        }
    }

    /// The entry for what a lookup found, for a message with so many arguments.
    fn entry(&mut self, l: &Lookup, receiver: Value, module: bool, argc: u8) -> Result<Entry, Miss> {
        let e = self.resolve(l, receiver, module).ok_or(match l.found {
            Found::Ambiguous => Miss::Ambiguous,
            _ => Miss::NotUnderstood,
        })?;
        // A method under a name that has not as many arguments can only come from a file that somebody tampered with.
        let method = matches!(e.kind, EntryKind::Method | EntryKind::Leaf | EntryKind::ModuleMethod);
        if method && CodeRef::from_bits(e.target).argc.get() != u32::from(argc) {
            return Err(Miss::NotUnderstood);
        }
        Ok(e)
    }

    fn find_in_module(&mut self, c: CodeRef, site: usize, first: Lookup, map: MapId) -> Result<Entry, Miss> {
        let module = c.module.get();
        let selector = c.parts().ics[site].selector;
        let l = self.look(module, selector)?;
        let argc = c.parts().ics[site].argc;
        let mut e = self.entry(&l, module, true, argc)?;
        e.map = map;
        if !first.dynamic && !l.dynamic {
            let mut walked = first.walked;
            walked.push(self.heap.map_of(module));
            walked.extend(l.walked);
            self.remember(c, site, e, &walked, Some(module));
        }
        Ok(e)
    }

    fn resend(&mut self, c: CodeRef, receiver: Value, selector: Symbol, parent: Option<Symbol>) -> Result<Lookup, Fail> {
        self.bring_ancestors(receiver)?;
        let method = c.method();
        let name = method.code().name.clone();
        let own = self.heap.symbols.intern(&name);
        let bits = std::ptr::from_ref(method) as u64;
        match lookup::holder_of(&self.heap, receiver, own, bits) {
            Some(h) => self.look_above(h, selector, parent),
            // The method is no longer (or not) in a slot of the receiver's: start above the receiver itself.
            None => self.look_above(receiver, selector, parent),
        }
    }

    /// Caches an entry, which depends on the slots of objects with the maps that were `walked`. Where a site has seen too much, it goes to the global cache, if
    /// it is one for a module or everywhere.
    fn remember(&mut self, c: CodeRef, site: usize, mut e: Entry, walked: &[MapId], global: Option<Value>) {
        // What was concluded from them is not told any more when it becomes wrong.
        if c.parts().ics[site].add(e) {
            self.caches_changed(c);
        }
        let ic = &mut c.parts().ics[site];
        if ic.mega {
            if let Some(module) = global
                && self.global_put(ic.selector, module, e)
            {
                walked.iter().for_each(|m| self.heap.depend_once(*m, GLOBAL_CACHE));
            }
            return;
        }
        if e.target_value().is_some_and(|v| self.heap.is_young(*v)) {
            self.young_ics.push(ic);
        }
        for m in walked {
            self.heap.depend(*m, Dependent(c.bits(), site as u32));
        }
    }

    fn global_slot(map: MapId, selector: Symbol, module: Value) -> usize {
        let module = (module.bits() >> 3) as u32;
        ((map.wrapping_mul(0x9E37_79B1) ^ selector.0.wrapping_mul(0x85EB_CA77) ^ module.wrapping_mul(0xC2B2_AE3D)) >> 11) as usize
            & (GLOBAL - 1)
    }

    fn global_get(&self, map: MapId, selector: Symbol, module: Value) -> Option<Entry> {
        let g = self.global.get(Self::global_slot(map, selector, module))?;
        let same = g.selector == selector && g.module == module && g.entry.map == map && g.entry.kind != EntryKind::Empty;
        same.then_some(g.entry)
    }

    /// Whether it was put there. Young objects move, and are not named.
    fn global_put(&mut self, selector: Symbol, module: Value, mut e: Entry) -> bool {
        if self.heap.is_young(module) || e.target_value().is_some_and(|v| self.heap.is_young(*v)) {
            return false;
        }
        if self.global.is_empty() {
            self.global = vec![GlobalEntry::EMPTY; GLOBAL];
        }
        self.global_used = true;
        self.global[Self::global_slot(e.map, selector, module)] = GlobalEntry { selector, module, entry: e };
        true
    }

    pub(crate) fn clear_global(&mut self) {
        if std::mem::take(&mut self.global_used) {
            self.global.fill(GlobalEntry::EMPTY);
        }
    }

    /// Empties the caches whose conclusions no longer hold. To be called after every change of slots.
    pub(crate) fn flush(&mut self) {
        if !self.heap.has_flushed() {
            return;
        }
        let mut guards = false;
        for d in self.heap.take_flushed() {
            // The global cache is emptied in any case.
            guards |= d == GUARDS;
            if d == GUARDS || d == GLOBAL_CACHE {
                continue;
            }
            let c = CodeRef::from_bits(d.0);
            c.parts().ics[d.1 as usize].clear();
            self.caches_changed(c);
        }
        self.clear_global();
        if guards {
            self.check_guards();
        }
    }

    // ---- guards ----

    /// Remembers what the guarded messages mean now; a later change of one switches its guard off.
    pub(crate) fn arm_guards(&mut self) {
        self.guards_armed = true;
        self.watch_guards();
    }

    /// Has the heap tell when something changes on the way to the guarded messages' meaning.
    fn watch_guards(&mut self) {
        for m in self.heap.kind_maps.all() {
            let parents = self.constant_parents(m);
            for name in GUARDED {
                let Some(selector) = self.heap.symbols.find(name) else { continue };
                let walked: Vec<MapId> = parents.iter().flat_map(|p| lookup::lookup(&self.heap, *p, selector).walked).collect();
                let own: Vec<MapId> = parents.iter().map(|p| self.heap.map_of(*p)).collect();
                for map in walked.into_iter().chain(own) {
                    self.heap.depend_once(map, GUARDS);
                }
            }
        }
    }

    /// The objects in the constant parent slots of a map.
    fn constant_parents(&self, m: MapId) -> Vec<Value> {
        let map = self.heap.map(m);
        map.parents
            .iter()
            .filter_map(|i| match map.slots[*i as usize].kind {
                SlotKind::Constant(v) => Some(v),
                _ => None,
            })
            .collect()
    }

    fn check_guards(&mut self) {
        if !self.guards_armed {
            return;
        }
        self.watch_guards();
        let mut off = Vec::new();
        for name in GUARDED {
            if !self.guards_off.contains(*name) && !self.guard_holds(name) {
                off.push(name.to_string());
            }
        }
        if off.is_empty() {
            return;
        }
        self.guards_off.extend(off);
        for c in self.arena.each().collect::<Vec<_>>() {
            if c.ready.get() && switch_off(c.parts().instrs, c.code(), &self.guards_off) {
                self.instructions_changed(c);
            }
        }
    }

    /// Whether what a guarded selector finds for the kinds that the guard handles is still the library's.
    fn guard_holds(&mut self, name: &str) -> bool {
        let Some(selector) = self.heap.symbols.find(name) else { return true };
        let maps: &[MapId] = match name {
            "at:" | "at:Put:" => &[self.heap.kind_maps.vector],
            "=" | "!=" | "<" | "<=" | ">" | ">=" => {
                &[self.heap.kind_maps.int, self.heap.kind_maps.float, self.heap.kind_maps.big, self.heap.kind_maps.string]
            }
            _ => &[self.heap.kind_maps.int, self.heap.kind_maps.float, self.heap.kind_maps.big],
        };
        maps.iter().all(|m| {
            let parents = self.constant_parents(*m);
            parents.iter().all(|p| match lookup::lookup(&self.heap, *p, selector).found {
                Found::One(Match { kind: SlotKind::Constant(v), .. }) => match self.code_of(v) {
                    Some(c) => c.module.get() == self.nil() && !c.generated && is_library(&c),
                    None => false,
                },
                Found::None => true,
                _ => false,
            })
        })
    }

    // ---- collection ----

    /// Collects, at a safepoint.
    pub(crate) fn collect(&mut self) {
        let full = self.heap.wants_full() || self.heap.over_limit();
        self.collect_as(if full { CollectionKind::Full } else { CollectionKind::Minor });
    }

    /// Collects this much. Only between runs, or at a safepoint.
    pub fn collect_as(&mut self, kind: CollectionKind) {
        roots::collect(self, kind);
    }

    /// Keeps a value for the host across collections.
    pub fn keep(&mut self, v: Value) -> Handle {
        let at = self.handles.iter().position(Option::is_none).unwrap_or(self.handles.len());
        if at == self.handles.len() {
            self.handles.push(None);
        }
        self.handles[at] = Some(v);
        Handle(at)
    }

    /// The value that a handle keeps.
    pub fn kept(&self, h: &Handle) -> Value {
        self.handles[h.0].expect("a handle is released once")
    }

    /// Lets go of a kept value, and answers it.
    pub fn release(&mut self, h: Handle) -> Value {
        self.handles[h.0].take().expect("a handle is released once")
    }
}

/// A value that the host keeps; see [`Vm::keep`].
#[derive(Debug)]
pub struct Handle(usize);

/// What the meaning of the guarded messages is called among dependents. (No code has the address 0.)
const GUARDS: Dependent = Dependent(0, 0);
/// The same for the global cache.
const GLOBAL_CACHE: Dependent = Dependent(0, 1);

/// Messages that the bytecode does itself for the kinds it knows.
const GUARDED: &[&str] = &["+", "-", "*", "/", "%", "<", "<=", ">", ">=", "=", "!=", "==", "at:", "at:Put:"];

/// Whether it is one of the messages that evaluate a block.
pub(crate) fn is_value(selector: &str) -> bool {
    match selector.strip_prefix("value") {
        Some("") => true,
        Some(rest) => rest.strip_prefix(':').is_some_and(|r| r.len() % 5 == 0 && r.as_bytes().chunks(5).all(|c| c == b"With:")),
        None => false,
    }
}

pub(crate) fn is_library(c: &CodeRef) -> bool {
    c.code().origin.file.starts_with("stdlib/")
}

/// Replaces the guards of these selectors by what always sends. Whether there were any.
fn switch_off(instrs: &mut [Instr], code: &Code, off: &FxHashSet<String>) -> bool {
    let mut changed = false;
    for i in 0..instrs.len() {
        let op = instrs[i].op;
        if matches!(op, Op::CountUp | Op::CountBelow | Op::CountDown) {
            if off.iter().any(|s| matches!(s.as_str(), "+" | "-" | "<=" | ">=" | "<" | ">")) {
                instrs[i] = Instr::new(Op::Nop, 0, 0, 0, 0);
                changed = true;
            }
            continue;
        }
        if !op.is_guard() || i + 1 >= instrs.len() {
            continue;
        }
        let site = instrs[i + 1].b as usize;
        if !code.sites.get(site).is_some_and(|s| off.contains(&s.selector)) {
            continue;
        }
        instrs[i].op = match op {
            Op::AtPut => Op::SendThree,
            Op::AddInt | Op::SubInt => Op::SendTwoInt,
            o if o >= Op::LessIntJump && o <= Op::EqualIntJump => Op::SendTwoInt,
            Op::SendTwo | Op::SendTwoInt | Op::SendThree => op,
            _ => Op::SendTwo,
        };
        changed |= instrs[i].op != op;
    }
    changed
}

pub(crate) struct Made {
    pub(crate) heap: Heap,
    pub(crate) specials: Specials,
    pub(crate) arena: Arena,
    pub(crate) stub: CodeRef,
    pub(crate) host: Host,
}

impl Vm {
    pub(crate) fn assemble(m: Made) -> Vm {
        Vm {
            heap: m.heap,
            specials: m.specials,
            host: m.host,
            arena: m.arena,
            processes: crate::table::Table::default(),
            sleeping: BTreeSet::new(),
            parked: Vec::new(),
            ended: Vec::new(),
            ready: std::collections::VecDeque::new(),
            current: ProcessId::NONE,
            young_ics: Vec::new(),
            young_codes: Vec::new(),
            global: Vec::new(),
            global_used: false,
            guards_off: FxHashSet::default(),
            guards_armed: false,
            modules: FxHashMap::default(),
            handles: Vec::new(),
            semaphores: Vec::new(),
            serial: 0,
            interrupt: Arc::new(AtomicBool::new(false)),
            inline_blocks: FxHashMap::default(),
            stub: m.stub,
            charged: 0,
            inlined: None,
            regexes: crate::prims::Patterns::default(),
            place_in_text: None,
            stress: false,
            stress_image: false,
            exit_code: None,
            image: None,
            transactions: Vec::new(),
            made_by_host: 0,
            policy: CapSet::none(),
            trying: CapSet::none(),
            native: Native::default(),
            hot: Hot {
                budget: 0,
                granted: 0,
                last_frame: std::ptr::null_mut(),
                stack_end: std::ptr::null_mut(),
                floor: 0,
                process: std::ptr::null_mut(),
                left: None,
                abandon: false,
                native: false,
                shaken: 0,
                withheld: 0,
                saved: [0; aura_jit::SAVED],
                answer: 0,
            },
        }
    }

    /// Everything the program may do when no process runs (the host itself).
    pub fn host_caps() -> CapSet {
        CapSet::all()
    }
}
