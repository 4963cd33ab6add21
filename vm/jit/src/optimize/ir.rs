//! The optimizing tier's own form: static single assignment over blocks with parameters.
//!
//! A [`Val`] is defined once, by an instruction of a block or as a parameter of one; it is a word, a double, or a flag ([`Rep`]). Blocks end in one [`End`] whose edges
//! give the parameters' values. What the machine must be able to see (an exit, a call) names a [`Point`]: which activations there are, where each of them
//! is, and which value each live register has.
//!
//! What must stay true (`verify` checks it): a value's definition comes before all its uses on every way there; edges give as many values as the block has parameters, of their
//! kinds; every block but the first is reached.
//!
//! Not here: how bytecode becomes this (`build`), or what of it Cranelift gets to see (`lower`).

use std::fmt;
use std::rc::Rc;

use aura_code::Reg;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};

pub(crate) use crate::exits::Why;

/// A value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Val(pub(crate) u32);

/// A block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Blk(pub(crate) u32);

/// A point; an index into [`Graph::points`].
pub(crate) type PointId = u32;
/// An activation that the function stands for; an index into [`Graph::contexts`]. 0 is the function's own.
pub(crate) type ContextId = u32;

/// How a value is held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rep {
    /// A word of the machine.
    Word,
    /// A double, in a register for doubles.
    Double,
    /// The outcome of a comparison.
    Flag,
    /// Nothing.
    None,
}

/// What is known of a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Type {
    /// Nothing.
    Any,
    /// A small integer.
    Int,
    /// A double; as a word, an immediate one.
    Float,
    /// `true` or `false`.
    Bool,
    /// A reference.
    Ref,
    /// A reference to an object of this map.
    Map(u32),
}

/// Operations on two small integers that leave when the answer is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum IntOp {
    Add,
    Sub,
    Mul,
    /// Truncating; leaves unless the divisor is positive.
    Div,
    /// The rest of it.
    Mod,
    And,
    Or,
    Xor,
    /// Shifts the first by the second to the left; leaves unless that is between 0 and 62.
    Left,
    /// To the right, as above.
    Right,
}

/// Operations on doubles.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FloatOp {
    Add,
    Sub,
    Mul,
    Div,
}

/// Vectors of fewer elements are made without the machine, which takes no fuel for them.
pub(crate) const SHORT_VECTOR: i64 = 64;

/// What an instruction does. Operands come first, then numbers, then the point to leave to.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Op {
    /// A parameter of its block.
    Param(Rep),
    /// A word that does not move.
    Word(u64),
    /// A double, by its bits.
    Double(u64),
    /// What this register of the function's own activation holds at the beginning.
    Register(Reg),
    /// The double of an immediate.
    Unbox(Val),
    /// The word of a double; it may have to be allocated.
    Box(Val),
    /// The double of a small integer.
    IntToDouble(Val),
    /// The double of a small integer or an immediate; leaves if it is neither.
    Number(Val, PointId),
    /// A double's root.
    Sqrt(Val),
    /// Goes on with a small integer.
    CheckInt(Val, PointId),
    /// Goes on with an immediate double.
    CheckFloat(Val, PointId),
    /// Goes on if not both are small integers.
    CheckNotInts(Val, Val, PointId),
    /// Goes on with a reference.
    CheckRef(Val, PointId),
    /// Goes on with a reference to an object of this map.
    CheckMap(Val, u32, PointId),
    /// Goes on with an object in whose header these bits (the first) are so (the second).
    CheckHeader(Val, u64, u64, PointId),
    /// Goes on with this very word.
    CheckWord(Val, u64, PointId),
    /// Goes on if the first, an integer, is an index below the second, a plain number.
    CheckIndex(Val, Val, PointId),
    /// Integers.
    Int(IntOp, Val, Val, PointId),
    /// The same where there surely is an answer.
    Sure(IntOp, Val, Val),
    /// Doubles.
    Float(FloatOp, Val, Val),
    /// Compares small integers, or words that may be compared as such.
    IntCompare(IntCC, Val, Val),
    /// Compares doubles.
    FloatCompare(FloatCC, Val, Val),
    /// Whether it is a small integer.
    IsInt(Val),
    /// Whether it is an immediate double.
    IsFloat(Val),
    /// Whether it is an object of this map; if it `is_ref`, that need not be asked.
    IsMap { v: Val, map: u32, is_ref: bool },
    /// `true` or `false`.
    Boolean(Val),
    /// A word of an object, counted from the header.
    Field(Val, u32),
    /// Sets one; leaves if that is not for the machine's fast path.
    SetField(Val, u32, Val, PointId),
    /// Sets one of an object that was made or changed here, since when nothing was collected: the barrier need not hear of it.
    Put(Val, u32, Val),
    /// A new object: its header, and all its words.
    New(u64, Vec<Val>),
    /// A new vector: how many elements, a small integer below [`SHORT_VECTOR`], and what each of them is.
    NewVector(Val, Val),
    /// A vector's length, a plain number.
    Length(Val),
    /// A small integer of a plain number.
    Tag(Val),
    /// An element of a vector, the index being right.
    Element(Val, Val),
    /// Sets one, as above.
    SetElement(Val, Val, Val, PointId),
    /// A block whose captured values are these. It is made only where something sees it.
    Closure(u64, Vec<Val>),
    /// A plain object, whose map is its type, or a box, with this header and so many words behind it. As above; what it holds until then is known at each point ([`Point::held`]).
    Virtual { header: u64, words: u32 },
    /// The token of an activation, as above.
    Token(ContextId),
    /// The box's contents; nil if it is none.
    BoxGet(Val),
    /// The box holds the second from now on.
    BoxSet(Val, Val),
    /// What this register, counted from the function's own first, holds since the call before.
    Window(u32),
    /// The character at an index of an ASCII text; leaves if it is not that, or the index is beyond it.
    Character(Val, Val, PointId),
    /// A comparison of other things than small numbers by the machine, which neither runs code nor collects; leaves if a message is to be sent.
    Compare(u8, Val, Val, PointId),
    /// The primitive at this address, which neither runs code nor collects, on values put into registers from this one on, counted from the function's own first; leaves if it fails.
    Calm(u64, u32, Vec<Val>, PointId),
    /// What a primitive has charged is taken from the fuel, and a wish for a collection is heard; leaves if the slice is over.
    Attend(PointId),
    /// Something of the machine's that may run code or collect. It sees the point, and goes on behind it.
    Call(Call, PointId),
    /// A unit of fuel is used; leaves if it was the slice's last.
    Spend(PointId),
}

/// What a call does. Its operands are in the window, where the point says so.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Call {
    /// Send site `site` with the window at register `window`.
    Send { site: u16, window: Reg, values: Vec<Val>, ret: Reg },
    /// Evaluates the block in the first value with the others; if it takes more, as `Send`.
    Block { site: u16, window: Reg, values: Vec<Val>, ret: Reg },
    /// Activates the code at this address.
    Direct { code: u64, window: Reg, values: Vec<Val>, ret: Reg },
    /// A primitive, by its number. With `or_jump`, the answer may be FAILED.
    Prim { which: u16, window: Reg, values: Vec<Val>, ret: Reg, or_jump: bool },
    /// Arithmetic that was not foreseen, and else the send of site `site`.
    Arith { which: u8, x: Val, y: Val, dest: Reg, site: u16, window: Reg },
    /// A comparison that was not foreseen, and else the send.
    Compare { which: u8, x: Val, y: Val, dest: Reg, site: u16, window: Reg },
    /// A real block; the captured values go to the registers that the block's code lists.
    NewClosure { block: u16, captures: Vec<(Reg, Val)>, dest: Reg },
    /// An object.
    NewObject { template: u16, first: Reg, values: Vec<Val>, dest: Reg },
    /// A vector.
    NewVector { first: Reg, values: Vec<Val>, dest: Reg },
    /// A string.
    Join { first: Reg, values: Vec<Val>, dest: Reg },
    /// The real token of the function's own activation.
    Home { dest: Reg },
}

/// Where control goes, and with which values.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Edge {
    pub(crate) to: Blk,
    pub(crate) args: Vec<Val>,
}

/// How a block ends.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum End {
    /// It is still being filled.
    Open,
    Goto(Edge),
    If(Val, Edge, Edge),
    /// Back to a loop's head; leaves when the slice is over.
    Turn(Edge, PointId),
    /// The function's own activation answers.
    Return(Val, PointId),
    /// Leaves.
    Exit(PointId),
}

/// A block.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) params: Vec<Val>,
    pub(crate) insts: Vec<Val>,
    pub(crate) end: End,
}

/// An activation at a point, and those below.
#[derive(Clone, Debug)]
pub(crate) struct Frames {
    pub(crate) context: ContextId,
    pub(crate) pc: u32,
    pub(crate) regs: Vec<(Reg, Val)>,
    pub(crate) below: Option<Rc<Frames>>,
}

impl Frames {
    /// The activations, the last first.
    pub(crate) fn each(&self) -> impl Iterator<Item = &Frames> {
        std::iter::successors(Some(self), |f| f.below.as_deref())
    }
}

/// See the module's comment.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub(crate) frames: Rc<Frames>,
    /// What the words of virtual objects hold that have not been made by then.
    pub(crate) held: Vec<((Val, u32), Val)>,
    /// The virtual objects that have been made by then, and as what.
    pub(crate) real: Vec<(Val, Val)>,
    pub(crate) why: Why,
}

impl Point {
    /// The value that `v` is there: another if it is a virtual object that has been made.
    pub(crate) fn resolve(&self, v: Val) -> Val {
        self.real.iter().find(|(o, _)| *o == v).map_or(v, |(_, r)| *r)
    }
}

/// An activation that the function stands for.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// The code's address.
    pub(crate) code: u64,
    /// Its register 0, counted from the function's own.
    pub(crate) base: u32,
    /// How many activations are below it in this function.
    pub(crate) depth: u32,
    /// Where its caller wants the answer.
    pub(crate) ret: Reg,
    /// For people.
    pub(crate) name: Rc<str>,
}

/// A function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    pub(crate) ops: Vec<Op>,
    /// What is known of each value everywhere.
    pub(crate) types: Vec<Type>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) points: Vec<Point>,
    pub(crate) contexts: Vec<Context>,
}

impl Graph {
    pub(crate) fn op(&self, v: Val) -> &Op {
        &self.ops[v.0 as usize]
    }

    pub(crate) fn type_of(&self, v: Val) -> Type {
        self.types[v.0 as usize]
    }

    pub(crate) fn rep(&self, v: Val) -> Rep {
        self.op(v).rep()
    }

    pub(crate) fn block(&self, b: Blk) -> &Block {
        &self.blocks[b.0 as usize]
    }

    pub(crate) fn new_block(&mut self) -> Blk {
        self.blocks.push(Block { params: Vec::new(), insts: Vec::new(), end: End::Open });
        Blk(self.blocks.len() as u32 - 1)
    }

    pub(crate) fn value(&mut self, op: Op, ty: Type) -> Val {
        self.ops.push(op);
        self.types.push(ty);
        Val(self.ops.len() as u32 - 1)
    }

    /// Whether it is something that is not there as a value of the machine.
    pub(crate) fn is_virtual(&self, v: Val) -> bool {
        matches!(self.op(v), Op::Closure(..) | Op::Virtual { .. } | Op::Token(_))
    }

    /// Every value that a point needs, virtual ones not resolved.
    pub(crate) fn point_values(&self, p: PointId, mut f: impl FnMut(Val)) {
        let point = &self.points[p as usize];
        let mut todo: Vec<Val> = point.frames.each().flat_map(|f| f.regs.iter().map(|(_, v)| *v)).collect();
        todo.extend(point.held.iter().map(|(_, v)| *v));
        let mut seen = Vec::new();
        while let Some(v) = todo.pop() {
            let v = point.resolve(v);
            match self.op(v) {
                Op::Closure(_, captures) => {
                    if !seen.contains(&v) {
                        seen.push(v);
                        todo.extend(captures);
                    }
                }
                Op::Virtual { .. } | Op::Token(_) => {}
                _ => f(v),
            }
        }
    }
}

impl Op {
    pub(crate) fn rep(&self) -> Rep {
        match self {
            Op::Param(rep) => *rep,
            Op::Double(_) | Op::Unbox(_) | Op::IntToDouble(_) | Op::Number(..) | Op::Sqrt(_) | Op::Float(..) => Rep::Double,
            Op::IntCompare(..) | Op::FloatCompare(..) | Op::Compare(..) | Op::IsInt(_) | Op::IsFloat(_) | Op::IsMap { .. } => {
                Rep::Flag
            }
            Op::CheckInt(..)
            | Op::CheckFloat(..)
            | Op::CheckNotInts(..)
            | Op::CheckRef(..)
            | Op::CheckMap(..)
            | Op::CheckHeader(..)
            | Op::CheckWord(..)
            | Op::CheckIndex(..)
            | Op::SetField(..)
            | Op::Put(..)
            | Op::SetElement(..)
            | Op::BoxSet(..)
            | Op::Spend(_)
            | Op::Attend(_) => Rep::None,
            _ => Rep::Word,
        }
    }

    /// Its operands, the point's values not counted.
    pub(crate) fn each(&mut self, mut f: impl FnMut(&mut Val)) {
        match self {
            Op::Param(_)
            | Op::Word(_)
            | Op::Double(_)
            | Op::Register(_)
            | Op::Window(_)
            | Op::Virtual { .. }
            | Op::Token(_)
            | Op::Spend(_)
            | Op::Attend(_) => {}
            Op::Unbox(a)
            | Op::Box(a)
            | Op::IntToDouble(a)
            | Op::Sqrt(a)
            | Op::CheckInt(a, _)
            | Op::CheckFloat(a, _)
            | Op::Number(a, _)
            | Op::CheckRef(a, _)
            | Op::CheckMap(a, ..)
            | Op::CheckHeader(a, ..)
            | Op::CheckWord(a, ..)
            | Op::IsInt(a)
            | Op::IsFloat(a)
            | Op::IsMap { v: a, .. }
            | Op::Boolean(a)
            | Op::Field(a, _)
            | Op::Length(a)
            | Op::Tag(a)
            | Op::BoxGet(a) => f(a),
            Op::CheckNotInts(a, b, _)
            | Op::CheckIndex(a, b, _)
            | Op::Int(_, a, b, _)
            | Op::Sure(_, a, b)
            | Op::Float(_, a, b)
            | Op::IntCompare(_, a, b)
            | Op::FloatCompare(_, a, b)
            | Op::Compare(_, a, b, _)
            | Op::SetField(a, _, b, _)
            | Op::Put(a, _, b)
            | Op::Character(a, b, _)
            | Op::Element(a, b)
            | Op::NewVector(a, b)
            | Op::BoxSet(a, b) => {
                f(a);
                f(b);
            }
            Op::SetElement(a, b, c, _) => {
                f(a);
                f(b);
                f(c);
            }
            Op::Closure(_, values) | Op::Calm(_, _, values, _) | Op::New(_, values) => values.iter_mut().for_each(f),
            Op::Call(call, _) => call.each(f),
        }
    }

    /// The point that it names.
    pub(crate) fn point(&self) -> Option<PointId> {
        match self {
            Op::CheckInt(_, p)
            | Op::CheckFloat(_, p)
            | Op::CheckNotInts(_, _, p)
            | Op::Number(_, p)
            | Op::CheckRef(_, p)
            | Op::CheckMap(_, _, p)
            | Op::CheckHeader(_, _, _, p)
            | Op::Character(_, _, p)
            | Op::CheckWord(_, _, p)
            | Op::CheckIndex(_, _, p)
            | Op::Int(_, _, _, p)
            | Op::SetField(_, _, _, p)
            | Op::SetElement(_, _, _, p)
            | Op::Call(_, p)
            | Op::Spend(p)
            | Op::Attend(p)
            | Op::Compare(_, _, _, p)
            | Op::Calm(_, _, _, p) => Some(*p),
            _ => None,
        }
    }

    /// Whether it can go when nobody uses its value.
    pub(crate) fn is_pure(&self) -> bool {
        !matches!(self, Op::Param(_) | Op::BoxSet(..) | Op::Put(..)) && self.point().is_none()
    }
}

impl Call {
    fn each(&mut self, mut f: impl FnMut(&mut Val)) {
        match self {
            Call::Send { values, .. }
            | Call::Block { values, .. }
            | Call::Direct { values, .. }
            | Call::Prim { values, .. }
            | Call::NewObject { values, .. }
            | Call::NewVector { values, .. }
            | Call::Join { values, .. } => values.iter_mut().for_each(f),
            Call::Arith { x, y, .. } | Call::Compare { x, y, .. } => {
                f(x);
                f(y);
            }
            Call::NewClosure { captures, .. } => captures.iter_mut().for_each(|(_, v)| f(v)),
            Call::Home { .. } => {}
        }
    }
}

impl End {
    pub(crate) fn edges(&mut self) -> Vec<&mut Edge> {
        match self {
            End::Goto(e) | End::Turn(e, _) => vec![e],
            End::If(_, a, b) => vec![a, b],
            _ => Vec::new(),
        }
    }

    pub(crate) fn point(&self) -> Option<PointId> {
        match self {
            End::Turn(_, p) | End::Return(_, p) | End::Exit(p) => Some(*p),
            _ => None,
        }
    }
}

impl fmt::Debug for Val {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

impl fmt::Debug for Blk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b{}", self.0)
    }
}
