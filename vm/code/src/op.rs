//! The one list of opcodes: their operands, what they read and write, and what they do.
//!
//! Everything that must know about instructions (verifier, liveness, disassembler, interpreter, later the compiled
//! tiers) derives it from [`Op::roles`], so that a new opcode is described once.
//!
//! An instruction is eight bytes: `op n a b c`, with `n` one byte and `a b c` two bytes each. Some operands are `bc`, a
//! signed or unsigned 32-bit number over `b` and `c`.
//!
//! Registers are numbered from the activation's base. In a method `r0` is the receiver and `r1…` are the arguments; in
//! a block `r0` is the block itself and `r1…` its arguments. A call's *window* is a run of registers at the end of what
//! is live: receiver, then arguments; the callee's `r0` is the caller's register `a`, so nothing is copied.
//!
//! *Guarded operations* (arithmetic, comparison, `at:`) are a fast instruction directly followed by the [`Op::Send`] that it
//! stands for. The fast one does its work when its operands are of the kinds it knows and then steps over the send;
//! otherwise it copies its operands to the send's window and falls into it. So a message to a user's own object works, and
//! redefining `+` for integers only has to switch the guard off.
//!
//! Not here: what a value is (that is `heap`), or how fast any of this goes.

use serde::{Deserialize, Serialize};

/// A register of an activation.
pub type Reg = u16;

/// One instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[repr(C)]
pub struct Instr {
    /// What to do.
    pub op: Op,
    /// A small operand, mostly a count.
    pub n: u8,
    /// First operand.
    pub a: u16,
    /// Second operand.
    pub b: u16,
    /// Third operand.
    pub c: u16,
}

impl Instr {
    /// An instruction with all its operands.
    pub fn new(op: Op, n: u8, a: u16, b: u16, c: u16) -> Self {
        Self { op, n, a, b, c }
    }
    /// An instruction whose second operand is 32 bits wide.
    pub fn wide(op: Op, a: u16, bc: i32) -> Self {
        Self { op, n: 0, a, b: bc as u32 as u16, c: ((bc as u32) >> 16) as u16 }
    }
    /// The operand over `b` and `c`, signed.
    #[inline(always)]
    pub fn bc(self) -> i32 {
        (self.b as u32 | ((self.c as u32) << 16)) as i32
    }
}

/// How an operand is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Not used, must be 0.
    None,
    /// A register that is written.
    Def,
    /// A register that is read.
    Use,
    /// A register that is read, and perhaps written.
    Update,
    /// The first of `n + 1` registers that are read: a receiver and `n` arguments. They are dead afterwards.
    Window,
    /// The window of a send to self: `a` itself is free to be overwritten; the site's arguments at `a + 1…` are read.
    SelfWindow,
    /// The first of as many registers as operand `c` says, all read.
    Run,
    /// The first of as many registers as the object template has expression initialisers, all read.
    Inits,
    /// A register that is read, numbered in the byte `n`.
    UseN,
    /// An index into the constants; in `bc`.
    Const,
    /// An index into the send sites.
    Site,
    /// An index into the primitive names.
    Prim,
    /// An index into the blocks. The block's captures name registers that are read.
    Block,
    /// An index into the object templates.
    Object,
    /// An index into the slot templates of the top level.
    Slot,
    /// A captured value's number.
    Capture,
    /// A number, as it stands.
    Imm,
    /// A distance in instructions from the next one; in `bc`.
    Jump,
    /// A distance in instructions back from the next one, not negative.
    Back,
}

macro_rules! ops {
    ($( $(#[doc = $doc:literal])+ $name:ident = $mnemonic:literal ( $n:ident, $a:ident, $b:ident, $c:ident ) ; )+) => {
        /// An opcode. The comment of each tells its meaning; `R[x]` is register `x`.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize, Deserialize, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Op { $( $(#[doc = $doc])+ $name, )+ }

        impl Op {
            /// All opcodes in order of their numbers.
            pub const ALL: &'static [Op] = &[ $( Op::$name, )+ ];
            /// Its name in listings.
            pub fn mnemonic(self) -> &'static str { match self { $( Op::$name => $mnemonic, )+ } }
            /// The roles of `n`, `a`, `b`, `c`. Where `b` is [`Role::Const`] or [`Role::Jump`] it is `bc`.
            pub fn roles(self) -> [Role; 4] {
                match self { $( Op::$name => [Role::$n, Role::$a, Role::$b, Role::$c], )+ }
            }
        }
    };
}

ops! {
    /// Nothing.
    Nop = "nop" (None, None, None, None);
    /// `R[a] = R[b]`
    Move = "move" (None, Def, Use, None);
    /// `R[a] = constant[bc]`
    LoadConst = "const" (None, Def, Const, None);
    /// `R[a] = bc`, a small integer.
    LoadInt = "int" (None, Def, Imm, Imm);
    /// `R[a] = nil`
    LoadNil = "nil" (None, Def, None, None);
    /// `R[a] = true`
    LoadTrue = "true" (None, Def, None, None);
    /// `R[a] = false`
    LoadFalse = "false" (None, Def, None, None);
    /// `R[a] =` the `b`-th captured value of the running block (which is in `r0`).
    Capture = "capture" (None, Def, Capture, None);
    /// `R[a] =` a new box that holds `R[b]`. Boxes hold variables that a block captured and something assigns.
    BoxNew = "box.new" (None, Def, Use, None);
    /// `R[a] =` the contents of the box `R[b]`.
    BoxGet = "box.get" (None, Def, Use, None);
    /// The box `R[a]` now holds `R[b]`.
    BoxSet = "box.set" (None, Use, Use, None);
    /// `R[a] =` a new block of code `b`, with its captures copied from the registers that the block's code lists.
    Closure = "closure" (None, Def, Block, None);
    /// `R[a] =` a fresh token that names this activation, for blocks that return from it.
    Home = "home" (None, Def, None, None);
    /// Send site `b` to `R[a]` with the `n` arguments that follow; the answer goes to `R[c]`.
    Send = "send" (Imm, Window, Site, Def);
    /// Send site `b` to the self in `R[n]` with implicit receiver: if neither self nor its parents understand it, the module does.
    /// Arguments are in `R[a + 1]…`; `R[a]` receives self when a method is called. The answer goes to `R[c]`.
    SendSelf = "send.self" (UseN, SelfWindow, Site, Def);
    /// As `Send`, to self (in `R[a]`), with lookup starting above the object that holds the running method, or in the parent
    /// that the site names.
    Resend = "resend" (Imm, Window, Site, Def);
    /// Primitive `b` on `R[a]` with the `n` arguments that follow; the answer goes to `R[c]`. A failure is signalled.
    Prim = "prim" (Imm, Window, Prim, Def);
    /// As `Prim`, but followed by a `Jump`: success steps over it; on failure `R[a]` is the error's name, `R[a + 1]` the
    /// primitive's, and the jump is taken. (The window is at least two registers.)
    PrimOrJump = "prim.or" (Imm, Window, Prim, Def);
    /// Answer `R[a]` to the caller. In a block: from the block.
    Return = "return" (None, Use, None, None);
    /// Answer `R[a]` from the home activation that the token `R[b]` names, running `ensure` blocks on the way.
    ReturnHome = "return.home" (None, Use, Use, None);
    /// Go on `bc` instructions further.
    Jump = "jump" (None, None, Jump, None);
    /// Go back; also a safepoint, where fuel is counted and other processes get their turn.
    Loop = "loop" (None, None, Jump, None);
    /// Jump if `R[a]` is true, go on if false. Anything else: the inlined message is really sent (see `InlineSite`).
    JumpTrue = "jump.true" (None, Use, Jump, None);
    /// Jump if `R[a]` is false, go on if true; else as above.
    JumpFalse = "jump.false" (None, Use, Jump, None);
    /// Go on if `R[a]` is an integer or a float; else the inlined counting message is really sent (see `InlineSite`).
    CheckNumber = "check.number" (None, Use, None, None);
    /// `R[a] =` a new object from template `b`, with the initialisers' values in `R[c]…`.
    NewObject = "object" (None, Def, Object, Inits);
    /// `R[a] =` a new vector of the `c` values in `R[b]…`.
    NewVector = "vector" (None, Def, Run, Imm);
    /// `R[a] =` the string that joins the `c` strings in `R[b]…`. (Each was sent `asString`.) Anything else than a string is an error.
    Join = "join" (None, Def, Run, Imm);
    /// Add slot template `b` to the object `R[a]`, with the value `R[c]` (ignored for methods).
    AddSlot = "slot.add" (None, Use, Slot, Use);
    /// Evaluate the block `R[a]`; while it runs, unwinding past this activation stops here: the register `b` then holds the
    /// unwinding's target (else nil) and `R[c]` the value on its way. This is what `ensure:` is made of.
    Protect = "protect" (None, Use, Def, Def);
    /// Go on with the unwinding whose target is in `R[a]` and value in `R[b]`; nothing if `R[a]` is nil.
    Unwind = "unwind" (None, Use, Use, None);
    /// `R[a] =` register `b` of the activation that the token in captured value `n` names (only in code of inlined sites).
    UpGet = "up.get" (Imm, Def, Imm, None);
    /// Register `a` of that activation becomes `R[b]`.
    UpSet = "up.set" (Imm, Imm, Use, None);
    /// The end of a counting loop's body, a short cut: if `R[a]` and `R[b]` are small integers and `R[a] + n <= R[b]`, then
    /// `R[a] += n`, and on to the instruction `c` back from the next one (also a safepoint, as `Loop`). Otherwise just the next
    /// instruction: the same step in general code follows. To be made a `Nop` where `+` or `<=` of integers is redefined.
    CountUp = "count.up" (Imm, Update, Use, Back);
    /// As `CountUp`, for loops that leave out the limit: goes on while `R[a] + n < R[b]`.
    CountBelow = "count.below" (Imm, Update, Use, Back);
    /// As `CountUp`, downwards: if `R[a] - n >= R[b]`, then `R[a] -= n`, and back.
    CountDown = "count.down" (Imm, Update, Use, Back);

    // Guarded: each is followed by its Send, see above. The copies to the window are made after both operands were read
    // (an operand may already stand in the window, in another place).
    /// `R[a] = R[b] + R[c]`
    Add = "add" (None, Def, Use, Use);
    /// `R[a] = R[b] - R[c]`
    Sub = "sub" (None, Def, Use, Use);
    /// `R[a] = R[b] * R[c]`
    Mul = "mul" (None, Def, Use, Use);
    /// `R[a] = R[b] / R[c]`
    Div = "div" (None, Def, Use, Use);
    /// `R[a] = R[b] % R[c]`
    Mod = "mod" (None, Def, Use, Use);
    /// `R[a] = R[b] + c` (signed 16 bits)
    AddInt = "add.int" (None, Def, Use, Imm);
    /// `R[a] = R[b] - c` (signed 16 bits)
    SubInt = "sub.int" (None, Def, Use, Imm);
    /// `R[a] = R[b] < R[c]`
    Less = "lt" (None, Def, Use, Use);
    /// `R[a] = R[b] <= R[c]`
    LessEq = "le" (None, Def, Use, Use);
    /// `R[a] = R[b] > R[c]`
    Greater = "gt" (None, Def, Use, Use);
    /// `R[a] = R[b] >= R[c]`
    GreaterEq = "ge" (None, Def, Use, Use);
    /// `R[a] = R[b] = R[c]`
    Equal = "eq" (None, Def, Use, Use);
    /// `R[a] = R[b] != R[c]`
    NotEqual = "ne" (None, Def, Use, Use);
    /// `R[a] = R[b] == R[c]`, identity.
    Same = "same" (None, Def, Use, Use);
    /// As the comparisons, but the send after it is followed by a `JumpTrue` or `JumpFalse` on the send's answer, which the
    /// fast path performs at once without writing the boolean. `R[b] < R[c]`
    LessJump = "lt.jump" (None, None, Use, Use);
    /// `R[b] <= R[c]`, then the jump.
    LessEqJump = "le.jump" (None, None, Use, Use);
    /// `R[b] > R[c]`, then the jump.
    GreaterJump = "gt.jump" (None, None, Use, Use);
    /// `R[b] >= R[c]`, then the jump.
    GreaterEqJump = "ge.jump" (None, None, Use, Use);
    /// `R[b] = R[c]`, then the jump.
    EqualJump = "eq.jump" (None, None, Use, Use);
    /// `R[b] != R[c]`, then the jump.
    NotEqualJump = "ne.jump" (None, None, Use, Use);
    /// `R[b] == R[c]`, then the jump.
    SameJump = "same.jump" (None, None, Use, Use);
    /// `R[b] < c` (signed 16 bits), then the jump.
    LessIntJump = "lt.int.jump" (None, None, Use, Imm);
    /// `R[b] <= c`, then the jump.
    LessEqIntJump = "le.int.jump" (None, None, Use, Imm);
    /// `R[b] > c`, then the jump.
    GreaterIntJump = "gt.int.jump" (None, None, Use, Imm);
    /// `R[b] >= c`, then the jump.
    GreaterEqIntJump = "ge.int.jump" (None, None, Use, Imm);
    /// `R[b] = c`, then the jump.
    EqualIntJump = "eq.int.jump" (None, None, Use, Imm);
    /// `R[a] = R[b] at: R[c]` for vectors.
    At = "at" (None, Def, Use, Use);
    /// `R[a] at: R[b] Put: R[c]` for vectors; the answer (the vector) goes to the `c` of the send that follows.
    AtPut = "at.put" (None, Use, Use, Use);
    /// A guard that has been switched off: `b`, `c` as in a three-register guard; always copies to the window and sends.
    SendTwo = "guard.off" (None, None, Use, Use);
    /// A switched-off guard with an immediate.
    SendTwoInt = "guard.off.int" (None, None, Use, Imm);
    /// A switched-off `AtPut`.
    SendThree = "guard.off.put" (None, Use, Use, Use);
}

impl Op {
    /// Whether the next instruction is the send that this one stands for.
    pub fn is_guard(self) -> bool {
        self >= Op::Add
    }
    /// Whether it is a comparison that performs the jump two instructions further on.
    pub fn is_compare_jump(self) -> bool {
        self >= Op::LessJump && self <= Op::EqualIntJump
    }
    /// The number of this list. Stored code of another number is compiled anew from its source.
    pub const LIST_VERSION: u16 = 1;
}
