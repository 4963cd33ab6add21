//! What is to be compiled, as plain data.

use std::sync::Arc;

use aura_code::{Code, Instr, Reg};
use rustc_hash::FxHashMap;

/// What a send site has found for receivers of one map.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// The receivers' map.
    pub map: u32,
    /// What is there.
    pub what: What,
}

/// What a send site does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// Activates the method at this address.
    Method(u64),
    /// Calls the primitive that the method at this address consists of.
    Leaf(u64),
    /// Answers this word, which does not move.
    Constant(u64),
    /// Answers the receiver's own word, counted from its header.
    Data(u32),
    /// Sets it.
    Assign(u32),
    /// Answers a word of another object, which does not move.
    HolderData(u64, u32),
    /// Sets it.
    HolderAssign(u64, u32),
    /// Evaluates the receiver, a block.
    Block,
    /// Activates the method at the first address with the second as its receiver, which does not move.
    Module(u64, u64),
    /// Something that is not worth a path of its own.
    Other,
}

/// A send site as it is when the code is compiled.
#[derive(Clone, Debug, Default)]
pub struct SiteView {
    /// The address of its inline cache, which does not move.
    pub cache: u64,
    /// Arguments, the receiver not counted.
    pub argc: u8,
    /// What it has found so far: bit `k` for entries of kind `k`.
    pub seen: u32,
    /// What it has found, for the optimizing tier.
    pub found: Vec<Found>,
    /// It has found too much to remember.
    pub many: bool,
}

/// What becomes of an object literal whose map is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Template {
    /// The objects' map, which stays.
    pub map: u32,
    /// What their words are; at least one.
    pub words: Vec<Filling>,
    /// Initialisers that tell the map: where each is, and the word that it is to be, which does not move.
    pub constants: Vec<(u16, u64)>,
}

/// What a word of a new object is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Filling {
    /// This word, which does not move.
    Word(u64),
    /// The initialiser of this number.
    Init(u16),
}

/// A piece of code to be compiled. It has passed the verifier.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its address in the machine.
    pub address: u64,
    /// What was compiled to bytecode.
    pub code: Arc<Code>,
    /// Its instructions as they run: guards may have been switched off. Operand `n` of a guarded operation tells what it was used on ([`Unit::FLOATS`], [`Unit::MIXED`], [`Unit::OTHERS`]).
    pub instrs: Vec<Instr>,
    /// Where they are in the machine.
    pub instrs_at: u64,
    /// Its send sites.
    pub sites: Vec<SiteView>,
    /// Its constants. They lie in old space and do not move.
    pub consts: Vec<u64>,
    /// The addresses of its blocks' code; 0 where it has not been needed yet.
    pub blocks: Vec<u64>,
    /// Its object literals; none where the machine is to be asked.
    pub objects: Vec<Option<Template>>,
    /// The addresses of its primitives that neither run code nor collect nor look at activations; 0 for others.
    pub prims: Vec<u64>,
    /// The same of the primitive that the method consists of.
    pub calm: u64,
    /// Which of its primitives are what their names say. Generated code has others in the place of those that it may not use.
    pub own: Vec<bool>,
    /// The same of the primitive that the method consists of.
    pub leaf_is_own: bool,
    /// Instructions about which a guess of the optimizing tier was wrong.
    pub wrong: Vec<u32>,
}

impl Unit {
    /// A guarded operation was used on two immediate doubles.
    pub const FLOATS: u8 = 1;
    /// A guarded operation was used on something that its fast path does not handle.
    pub const OTHERS: u8 = 2;
    /// A guarded operation was used on a small integer and an immediate double.
    pub const MIXED: u8 = 4;
}

/// What the optimizing tier is given: a piece of code, and what could become part of it.
#[derive(Clone, Debug)]
pub struct Program {
    /// By address.
    pub units: FxHashMap<u64, Arc<Unit>>,
    /// The address of the code that is to be compiled.
    pub root: u64,
    /// The instruction at which the function begins: 0, or a loop's head.
    pub entry: u32,
    /// Maps of plain objects, with the number of their words.
    pub plain: FxHashMap<u32, u32>,
    /// The texts of one ASCII character, by its number. No others of one such character exist.
    pub characters: Arc<[u64]>,
    /// What numbers are in the activation's registers; that they always are is guessed.
    pub first: Vec<(Reg, First)>,
}

/// What a register holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum First {
    /// A small integer.
    Int,
    /// An immediate double.
    Float,
}
