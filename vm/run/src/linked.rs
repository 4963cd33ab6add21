//! Code as it runs: constants made values, primitives found, inline caches empty.
//!
//! A [`CodeRef`] is the machine address of a [`Linked`]; the heap's methods and blocks carry it as a raw word. All `Linked` live in the machine's arena until
//! it is dropped, so a `CodeRef` found in its heap is always good. Instructions and caches are changed in place (guards switched
//! off, caches filled) by the one thread that runs the machine.
#![allow(unsafe_code)]

use std::cell::{Cell, OnceCell, RefCell, UnsafeCell};
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;

use aura_code::{Code, Instr, Liveness, MethodCode};
use aura_heap::{MapId, Symbol, Value};

use crate::native::{Feedback, Piece, interpreted};
use crate::prim::Prim;

/// What a send found, for receivers of one map.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct Entry {
    pub(crate) map: MapId,
    pub(crate) kind: EntryKind,
    /// Word of a data slot (own slots) or its index (elsewhere).
    pub(crate) word: u32,
    /// A `CodeRef`, a constant's value, or the object that holds the slot.
    pub(crate) target: u64,
}

/// What to do about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum EntryKind {
    Empty,
    /// Activate the method `target`.
    Method,
    /// Call the primitive that the method `target` consists of; activate it if that fails.
    Leaf,
    /// Answer `target`.
    Constant,
    /// Answer the receiver's own word.
    Data,
    /// Set the receiver's own word.
    Assign,
    /// Answer data slot `word` of the object `target`, wherever it has it.
    HolderData,
    HolderAssign,
    /// As the two before, of the receiver.
    GrownData,
    GrownAssign,
    /// Activate the method `target` with the module as its receiver.
    ModuleMethod,
    /// Evaluate the receiver, a block.
    Block,
}

impl Entry {
    pub(crate) const EMPTY: Entry = Entry { map: 0, kind: EntryKind::Empty, word: 0, target: 0 };

    /// The value that `target` is, if it is one.
    pub(crate) fn target_value(&mut self) -> Option<&mut Value> {
        match self.kind {
            EntryKind::Constant | EntryKind::HolderData | EntryKind::HolderAssign => {
                // SAFETY: for these kinds the word was written from a Value, which is transparent over u64.
                Some(unsafe { &mut *(&raw mut self.target as *mut Value) })
            }
            _ => None,
        }
    }
}

/// How many maps a site remembers before it relies on the global cache.
const POLYMORPHIC: usize = 8;

/// An inline cache: what its send site has found so far. Later tiers read it as feedback.
#[derive(Debug)]
pub(crate) struct Ic {
    pub(crate) first: Entry,
    pub(crate) selector: Symbol,
    pub(crate) argc: u8,
    pub(crate) mega: bool,
    pub(crate) more: Vec<Entry>,
}

impl Ic {
    /// Remembers one more entry; the newest comes first. Whether all were given up instead, since they are too many.
    #[must_use]
    pub(crate) fn add(&mut self, e: Entry) -> bool {
        if self.mega {
            return false;
        }
        if self.first.kind == EntryKind::Empty {
            self.first = e;
            return false;
        }
        if self.more.len() + 1 >= POLYMORPHIC {
            self.mega = true;
            self.more = Vec::new();
            self.first = Entry::EMPTY;
            return true;
        }
        self.more.push(self.first);
        self.first = e;
        false
    }

    #[inline]
    pub(crate) fn find(&self, map: MapId) -> Option<Entry> {
        self.more.iter().find(|e| e.map == map).copied()
    }

    pub(crate) fn clear(&mut self) {
        self.first = Entry::EMPTY;
        self.more.clear();
        self.mega = false;
    }

    pub(crate) fn entries(&mut self) -> impl Iterator<Item = &mut Entry> {
        std::iter::once(&mut self.first).chain(self.more.iter_mut())
    }
}

/// An object literal as it runs.
#[derive(Default)]
pub(crate) struct LinkedObject {
    /// The method objects of its method slots, in slot order (0 where the slot is something else).
    pub(crate) methods: Vec<Value>,
    /// The constants that the last object was made with, and its map.
    pub(crate) last: Option<(Vec<Value>, MapId)>,
    /// Slots without assignment whose contents differ from object to object, by their place in the template: each object holds its own, so that all
    /// have one map.
    pub(crate) varying: Vec<usize>,
    /// Maps with which compiled code makes objects; there are few.
    pub(crate) named: Vec<MapId>,
}

/// A piece of code as it runs.
pub struct Linked {
    /// Its number in the arena.
    pub(crate) number: u32,
    source: MethodCode,
    /// The module that the code was written in: nil for the library.
    pub(crate) module: Cell<Value>,
    /// The method that a block belongs to; `None` for methods.
    pub(crate) outer: Option<CodeRef>,
    /// Its provenance forbids powers: it was generated.
    pub(crate) generated: bool,
    pub(crate) ready: Cell<bool>,
    instrs: UnsafeCell<Vec<Instr>>,
    ics: UnsafeCell<Vec<Ic>>,
    consts: UnsafeCell<Vec<Value>>,
    objects: UnsafeCell<Vec<LinkedObject>>,
    prims: UnsafeCell<Vec<Option<&'static Prim>>>,
    blocks: UnsafeCell<Vec<Option<CodeRef>>>,
    pub(crate) leaf: Cell<Option<&'static Prim>>,
    liveness: OnceCell<Liveness>,
    /// The function that compiled code calls to activate it.
    pub(crate) native: Cell<usize>,
    /// Counts down to its compilation; below zero: it is compiled, or is to be now.
    pub(crate) heat: Cell<i32>,
    piece: UnsafeCell<Option<Box<Piece>>>,
    feedback: RefCell<Feedback>,
    /// Registers of an activation.
    pub(crate) nregs: Cell<u32>,
    /// Arguments, the receiver not counted.
    pub(crate) argc: Cell<u32>,
}

/// The address of a [`Linked`] in the machine's arena.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CodeRef(NonNull<Linked>);

impl Deref for CodeRef {
    type Target = Linked;
    #[inline(always)]
    fn deref(&self) -> &Linked {
        // SAFETY: made by the arena only, which outlives every use by the machine that owns it.
        unsafe { self.0.as_ref() }
    }
}

impl CodeRef {
    /// As a word that the heap can carry.
    #[inline(always)]
    pub(crate) fn bits(self) -> u64 {
        self.0.as_ptr() as u64
    }
    /// From the word of a method or block of this machine's heap.
    #[inline(always)]
    pub(crate) fn from_bits(w: u64) -> CodeRef {
        debug_assert!(w != 0);
        // SAFETY: the heap's code words are written from `bits` alone, so they are not null.
        CodeRef(unsafe { NonNull::new_unchecked(w as *mut Linked) })
    }
}

impl Linked {
    /// Code that has not been linked.
    pub(crate) fn new(source: MethodCode, module: Value, outer: Option<CodeRef>, generated: bool, heat: i32) -> Linked {
        Linked {
            number: 0,
            source,
            module: Cell::new(module),
            outer,
            generated,
            ready: Cell::new(false),
            instrs: UnsafeCell::default(),
            ics: UnsafeCell::default(),
            consts: UnsafeCell::default(),
            objects: UnsafeCell::default(),
            prims: UnsafeCell::default(),
            blocks: UnsafeCell::default(),
            leaf: Cell::new(None),
            liveness: OnceCell::new(),
            native: Cell::new(interpreted as *const () as usize),
            heat: Cell::new(heat),
            piece: UnsafeCell::new(None),
            feedback: RefCell::default(),
            nregs: Cell::new(0),
            argc: Cell::new(0),
        }
    }

    pub(crate) fn fill(
        &self,
        instrs: Vec<Instr>,
        ics: Vec<Ic>,
        consts: Vec<Value>,
        objects: Vec<LinkedObject>,
        prims: Vec<Option<&'static Prim>>,
        blocks: usize,
    ) {
        // SAFETY: not ready, so nothing else refers to these yet.
        unsafe {
            *self.instrs.get() = instrs;
            *self.ics.get() = ics;
            *self.consts.get() = consts;
            *self.objects.get() = objects;
            *self.prims.get() = prims;
            *self.blocks.get() = vec![None; blocks];
        }
        self.nregs.set(self.code().nregs as u32);
        self.argc.set(self.code().argc as u32);
        self.ready.set(true);
    }

    /// Its compiled code.
    #[inline(always)]
    pub(crate) fn piece(&self) -> Option<&Piece> {
        // SAFETY: changed by `set_piece` and `take_piece` alone, at which time nobody looks at it.
        unsafe { (*self.piece.get()).as_deref() }
    }
    pub(crate) fn set_piece(&self, piece: Piece) {
        self.native.set(piece.start());
        // SAFETY: as above.
        unsafe { *self.piece.get() = Some(Box::new(piece)) };
    }
    pub(crate) fn take_piece(&self) -> Option<Box<Piece>> {
        self.native.set(interpreted as *const () as usize);
        // SAFETY: as above.
        unsafe { (*self.piece.get()).take() }
    }

    /// Calls go to the compiled code that does not guess, if there is some.
    pub(crate) fn reset_native(&self) {
        self.native.set(self.piece().map_or(interpreted as *const () as usize, Piece::start));
    }
    /// Whether calls go to compiled code.
    #[inline(always)]
    pub(crate) fn is_native(&self) -> bool {
        self.native.get() != interpreted as *const () as usize
    }
    /// For the optimizing tier.
    pub(crate) fn feedback(&self) -> &RefCell<Feedback> {
        &self.feedback
    }

    /// What was compiled.
    #[inline]
    pub fn code(&self) -> &Arc<Code> {
        self.source.code()
    }
    /// The first instruction.
    #[inline(always)]
    pub(crate) fn start(&self) -> *const Instr {
        // SAFETY: the vector is not resized after linking.
        unsafe { (*self.instrs.get()).as_ptr() }
    }
    /// Notes what the guarded operation at `pc` was used on, in its operand that means nothing else.
    #[inline(always)]
    pub(crate) fn note(&self, pc: usize, what: u8) {
        // SAFETY: in range, for it has just run; nothing else refers to instructions while they run.
        unsafe { (&mut *self.instrs.get()).get_unchecked_mut(pc).n |= what };
    }
    /// The inline caches.
    #[inline(always)]
    pub(crate) fn ics(&self) -> *mut Ic {
        // SAFETY: the vector is not resized after linking.
        unsafe { (*self.ics.get()).as_mut_ptr() }
    }
    /// Everything in it that holds values or that the collector or an invalidation changes. The caller is the only one to look at the moment.
    #[allow(clippy::mut_from_ref)]
    pub(crate) fn parts(&self) -> Parts<'_> {
        // SAFETY: single-threaded; callers keep the borrow within one operation of the machine that does not run code.
        unsafe {
            Parts {
                instrs: &mut *self.instrs.get(),
                ics: &mut *self.ics.get(),
                consts: &mut *self.consts.get(),
                objects: &mut *self.objects.get(),
                blocks: &mut *self.blocks.get(),
            }
        }
    }
    /// Constant `i`.
    #[inline(always)]
    pub(crate) fn constant(&self, i: usize) -> Value {
        // SAFETY: linked; read only.
        unsafe { (&(*self.consts.get()))[i] }
    }
    /// Primitive `i`, if there is one of that name.
    #[inline(always)]
    pub(crate) fn prim(&self, i: usize) -> Option<&'static Prim> {
        // SAFETY: linked; read only.
        unsafe { (&(*self.prims.get()))[i] }
    }
    /// Which registers are alive where.
    pub(crate) fn liveness(&self) -> &Liveness {
        self.liveness.get_or_init(|| aura_code::liveness(self.code()))
    }
    /// The method that this code belongs to: itself, or for a block the one that it was written in.
    pub(crate) fn method(&self) -> &Linked {
        let mut at = self;
        while let Some(o) = &at.outer {
            at = o;
        }
        at
    }
}

/// The changeable parts of a [`Linked`].
pub(crate) struct Parts<'a> {
    pub(crate) instrs: &'a mut Vec<Instr>,
    pub(crate) ics: &'a mut Vec<Ic>,
    pub(crate) consts: &'a mut Vec<Value>,
    pub(crate) objects: &'a mut Vec<LinkedObject>,
    pub(crate) blocks: &'a mut Vec<Option<CodeRef>>,
}

/// All code of one machine.
#[derive(Default)]
pub(crate) struct Arena {
    all: Vec<NonNull<Linked>>,
}

impl Arena {
    pub(crate) fn add(&mut self, mut l: Linked) -> CodeRef {
        l.number = self.all.len() as u32;
        let p = NonNull::from(Box::leak(Box::new(l)));
        self.all.push(p);
        CodeRef(p)
    }
    /// The code that has this number.
    pub(crate) fn numbered(&self, number: usize) -> Option<CodeRef> {
        self.all.get(number).map(|p| CodeRef(*p))
    }
    pub(crate) fn each(&self) -> impl Iterator<Item = CodeRef> + '_ {
        self.all.iter().map(|p| CodeRef(*p))
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        for p in &self.all {
            // SAFETY: leaked in `add`, dropped here once.
            drop(unsafe { Box::from_raw(p.as_ptr()) });
        }
    }
}
