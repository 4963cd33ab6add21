//! What the interpreter needs where optimized code is left: as data, which the machine reads then, and not as code.
//!
//! Compiled code puts the values that it alone has into a row of words of the machine's and hands over the address of an [`Exit`]. Everything else (which
//! activations there are, constants, what was not made so far) is in there. So a way out costs the compiler a few stores.
//!
//! What must stay true: an exit lives as long as the code that names it.

use aura_code::Reg;

/// So many values an exit may have.
pub const SAVED: usize = 256;

/// A way out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exit {
    /// The code that was optimized, by its address.
    pub root: u64,
    /// Why.
    pub why: Why,
    /// The activations, the last first.
    pub frames: Vec<ExitFrame>,
    /// What is to be made, in this order.
    pub made: Vec<Made>,
}

/// Why optimized code is left.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Why {
    /// A guess was wrong; it is counted.
    Guess,
    /// A guess was wrong that is made before a loop, and could be made in it; it is counted.
    Early,
    /// Code that had never been reached when this was made; it is counted.
    New,
    /// It is the interpreter's to do.
    Leave,
    /// The slice is over.
    Slice,
    /// The slice is over, or so nearly that the interpreter is to see to its end.
    Nearly,
    /// It is no exit but a call's.
    Call,
}

/// An activation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExitFrame {
    /// How many activations are below it in the function; the function's own has 0 and is there already.
    pub depth: u32,
    /// Its code, by its address.
    pub code: u64,
    /// Its register 0, counted from the function's own.
    pub first: u32,
    /// The instruction before which it is.
    pub pc: u32,
    /// Where its caller wants the answer.
    pub ret: Reg,
    /// Its registers that are alive.
    pub regs: Vec<(Reg, Source)>,
}

/// Where a value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// It is this word, which does not move.
    Word(u64),
    /// The word that was put there.
    Saved(u16),
    /// The double that was put there.
    Double(u16),
    /// What was made as the how-manieth.
    Made(u16),
}

/// What optimized code did without.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Made {
    /// A block of this code, with its captured values.
    Block(u64, Vec<Source>),
    /// A box, and what it holds.
    Box(Source),
    /// A plain object of this map, and what its words hold.
    Object(u32, Vec<Source>),
    /// A token of the activation with so many below it in the function.
    Token(u32),
    /// A token of an activation that has answered.
    Dead,
}
