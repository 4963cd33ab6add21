//! What an image needs of the machine whose objects it keeps.

use std::sync::Arc;

use aura_code::{Code, MethodCode, Origin};
use aura_heap::{Heap, MapId, Value};

use crate::format::record::Kept;

/// Code as the machine has it.
pub struct CodeView {
    /// What was compiled.
    pub code: Arc<Code>,
    /// The module that it was written in.
    pub module: Value,
    /// The code word of the method or block around it.
    pub outer: Option<u64>,
    /// A model wrote it.
    pub generated: bool,
}

/// Which code of a source is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Its kind.
    pub kind: aura_code::CodeKind,
    /// Its name.
    pub name: &'a str,
    /// Where it is in the source.
    pub span: (u32, u32),
}

/// Something that the machine keeps, as it can be kept without the machine.
#[derive(Clone, Copy, Debug)]
pub struct KeptView {
    /// What it is.
    pub kept: Kept,
    /// How a process ended; the signals that a semaphore has in stock.
    pub number: u64,
    /// A process's answer.
    pub value: Value,
}

/// The machine, as an image sees it.
pub trait Machine {
    /// Its objects.
    fn heap(&mut self) -> &mut Heap;
    /// nil, true, false, and the lobby.
    fn specials(&self) -> [Value; 4];
    /// What a code word of the heap stands for.
    fn code(&self, word: u64) -> CodeView;
    /// Puts code where the machine keeps it; answers its code word.
    fn add_code(&mut self, code: MethodCode, module: Value, outer: Option<u64>, generated: bool) -> u64;
    /// Compiles a source anew and answers the code in it that is wanted.
    fn recompile(&mut self, origin: &Arc<Origin>, wanted: Wanted<'_>) -> Option<Arc<Code>>;
    /// What a foreign object can be kept as.
    fn kept(&self, o: Value) -> KeptView;
    /// Makes such a thing anew: its map, and its number.
    fn keep(&mut self, kept: Kept, number: u64) -> (MapId, u64);
    /// The last serial number of an activation. Those that blocks of the image name are below it, so that none of them is taken for a
    /// living one.
    fn serial(&self) -> u64;
    /// Serial numbers begin above this one.
    fn serials_from(&mut self, n: u64);
    /// Slots have changed: forget what was concluded from them.
    fn flush(&mut self);
}
