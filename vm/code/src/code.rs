//! Compiled code as data: what the compiler makes, the verifier checks, the image stores, and the machine links.
//!
//! What must stay true: no heap address and no machine address is ever in here, so code can be written down and read back
//! anywhere. Constants are descriptions; the machine makes values of them when it links the code.
//!
//! Not here: inline caches and counts. They belong to the linked copy that runs.

use std::sync::{Arc, OnceLock};

use crate::lazy::MethodCode;
use crate::op::{Instr, Reg};

/// What a piece of code is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CodeKind {
    /// A method: `r0` is the receiver.
    Method,
    /// A block: `r0` is the block.
    Block,
    /// Top-level expressions of a file: `r0` is the module object (or the lobby).
    TopLevel,
    /// A block made for an inlined site whose receiver was not what inlining expected; captured value 0 is the token of
    /// the activation whose registers it shares.
    InlinedBlock,
}

/// A constant.
#[derive(Clone, PartialEq, Debug)]
pub enum Const {
    /// A small integer that does not fit 32 bits.
    Int(i64),
    /// An integer of any size: sign and digits in base 16.
    Big(String),
    /// A double.
    Float(f64),
    /// A string, canonical.
    Str(String),
}

/// What kind of send a site is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SiteKind {
    /// To an explicit receiver.
    Explicit,
    /// To self, found in the module if self does not understand it.
    Implicit,
    /// `resend.foo`
    Resend,
    /// `parent.foo`: the parent slot's name.
    Delegate(String),
}

/// A send site. Its index in [`Code::sites`] is the inline cache's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Site {
    /// What is sent.
    pub selector: String,
    /// How many arguments.
    pub argc: u8,
    /// How it is looked up.
    pub kind: SiteKind,
}

/// What a slot of an object literal holds at first.
#[derive(Clone, Debug, PartialEq)]
pub enum SlotInit {
    /// nil.
    Nil,
    /// The value of an expression: the number of its register after the first.
    Value(u16),
    /// A method; [`MethodCode::code`] reads its code when it is first needed.
    Method(MethodCode),
}

/// A slot of an object literal or of the top level.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotTemplate {
    /// The slot's name: a selector.
    pub name: String,
    /// Whether there is an assignment slot beside it.
    pub assignable: bool,
    /// Whether lookup goes on there.
    pub parent: bool,
    /// What it holds at first.
    pub init: SlotInit,
    /// Its comment, without quotes.
    pub comment: Option<Arc<str>>,
    /// The annotations around it, joined by newlines.
    pub annotation: Option<Arc<str>>,
    /// The text of its type annotation, for listings.
    pub type_text: Option<Arc<str>>,
}

/// An object literal.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectTemplate {
    /// Its slots, in order.
    pub slots: Vec<SlotTemplate>,
    /// `{} = 'text'`
    pub annotation: Option<Arc<str>>,
    /// How many initialisers are values in registers.
    pub inits: u16,
}

/// A message that was compiled to jumps. When the receiver is not what the jumps can handle, the machine asks
/// [`crate::compile_inline_site`] for the blocks as real blocks, sends the message, stores the answer, and goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct InlineSite {
    /// The instruction (JumpTrue, JumpFalse, CheckNumber) that tests.
    pub pc: u32,
    /// The message.
    pub selector: String,
    /// The register of the receiver.
    pub receiver: Reg,
    /// Registers of the arguments that are already evaluated values, in argument order; `None` for a literal block.
    pub arguments: Vec<Option<Reg>>,
    /// Where the answer goes.
    pub result: Reg,
    /// Where to go on.
    pub join: u32,
    /// The first register that is free for the window.
    pub window: Reg,
    /// The send in the source: start and end byte.
    pub span: (u32, u32),
}

/// A named local, for traces and debuggers.
#[derive(Clone, Debug, PartialEq)]
pub struct Local {
    /// Its name.
    pub name: Arc<str>,
    /// Where it is.
    pub reg: Reg,
    /// Whether the register holds a box.
    pub boxed: bool,
    /// First instruction at which it is set.
    pub from: u32,
    /// First instruction at which it is out of scope.
    pub to: u32,
}

/// Where code came from. The text is shared by all code of a file.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The file's name, as a person knows it.
    pub file: Arc<str>,
    /// The whole text of the file.
    pub text: Arc<str>,
    /// Where its lines begin, once somebody has asked: every error that a program makes does.
    lines: OnceLock<Box<[u32]>>,
}

impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        (&self.file, &self.text) == (&other.file, &other.text)
    }
}

/// A method that does nothing but call a primitive on self with its own arguments in order: the machine may call the
/// primitive straight from the inline cache.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// The primitive's name without `IfFail:`.
    pub primitive: String,
    /// How many arguments.
    pub argc: u8,
}

/// One method, block, or run of top-level expressions.
#[derive(Clone, Debug, PartialEq)]
pub struct Code {
    /// What it is.
    pub kind: CodeKind,
    /// A method's selector; `block` or `top level` otherwise.
    pub name: Arc<str>,
    /// Number of arguments, the receiver not counted.
    pub argc: u8,
    /// Number of registers, windows included.
    pub nregs: u16,
    /// So many registers, from the first, are written at the very beginning and never after: receiver, arguments, self,
    /// tokens, captured values.
    pub fixed: u16,
    /// What is executed.
    pub instrs: Vec<Instr>,
    /// One span (start, end byte in the origin) for each instruction.
    pub spans: Vec<(u32, u32)>,
    /// Constants.
    pub consts: Vec<Const>,
    /// Send sites.
    pub sites: Vec<Site>,
    /// Names of primitives, with all their keywords but `IfFail:`.
    pub prims: Vec<String>,
    /// Code of the blocks in it.
    pub blocks: Vec<Arc<Code>>,
    /// Object literals in it.
    pub objects: Vec<ObjectTemplate>,
    /// Slots that the top level adds to the module.
    pub slots: Vec<SlotTemplate>,
    /// For a block: the registers of the enclosing code that are copied into it, in order of their capture numbers.
    pub captures: Vec<Reg>,
    /// For a block of an inlined site: the messages through which it was reached and its body and those around it in them,
    /// outermost first, as start and end bytes.
    pub path: Vec<((u32, u32), (u32, u32))>,
    /// For a block: the capture that holds self, if it has one.
    pub self_capture: Option<u16>,
    /// The register that holds this activation's token, if it has blocks that return from it.
    pub home: Option<Reg>,
    /// Messages that became jumps.
    pub inline_sites: Vec<InlineSite>,
    /// Names of registers.
    pub locals: Vec<Local>,
    /// Set when the machine may skip the activation.
    pub leaf: Option<Leaf>,
    /// Whether it calls `_HandlerMark`: an activation of it is a condition handler (argument 1 is the handler block).
    pub handler: bool,
    /// Where the source is; shared by all code of a file.
    pub origin: Arc<Origin>,
    /// The whole method's or block's text in it: start and end byte.
    pub span: (u32, u32),
}

impl Origin {
    /// The origin of code in this text of this file.
    pub fn new(file: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { file: file.into(), text: text.into(), lines: OnceLock::new() }
    }

    /// The origin of code that has no source.
    pub fn nowhere() -> Self {
        Self::new("nowhere", "")
    }

    /// Line and column, in characters, both from 1, of a byte of the text.
    pub fn place(&self, at: u32) -> (usize, usize) {
        let lines = self.lines.get_or_init(|| {
            let ends = self.text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
            std::iter::once(0).chain(ends.map(|(i, _)| i as u32 + 1)).collect()
        });
        let line = lines.partition_point(|begin| *begin <= at);
        let before = self.text.get(lines[line - 1] as usize..at as usize).unwrap_or_default();
        (line, before.chars().count() + 1)
    }
}

impl Code {
    /// Code without instructions, to fill in.
    pub fn empty(kind: CodeKind, name: &str, origin: Arc<Origin>) -> Self {
        Self {
            kind,
            name: name.into(),
            argc: 0,
            nregs: 1,
            fixed: 1,
            instrs: Vec::new(),
            spans: Vec::new(),
            consts: Vec::new(),
            sites: Vec::new(),
            prims: Vec::new(),
            blocks: Vec::new(),
            objects: Vec::new(),
            slots: Vec::new(),
            captures: Vec::new(),
            path: Vec::new(),
            self_capture: None,
            home: None,
            inline_sites: Vec::new(),
            locals: Vec::new(),
            leaf: None,
            handler: false,
            origin,
            span: (0, 0),
        }
    }
}
