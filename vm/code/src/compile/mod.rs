//! The compiler: from the tree to code.
//!
//! Two walks. `resolve` finds out what names mean and what blocks capture; the second, here and in the sibling modules, emits
//! instructions, one family of construct a file. `shape` decides for both which messages become jumps.
//!
//! What must stay true: code is a function of the tree alone, so that compiling a source again gives the same registers
//! (`inline_site` depends on it). Evaluation is strictly from left to right. Whatever the tree is, the result is code that
//! `verify` accepts, or diagnostics.
//!
//! Not here: types (the compiler cannot see them), and any knowledge of objects.

mod body;
mod branch;
pub mod codes;
mod expr;
mod facts;
mod func;
mod inline_site;
mod looping;
mod object;
mod prim;
mod resolve;
mod send;
mod shape;

use std::sync::Arc;

use aura_syntax::codes::Code as DiagnosticCode;
use aura_syntax::tree::{File, Slot, SlotList, Span, Statement};
use aura_syntax::{Diagnostic, tree};

use self::facts::{Facts, FnKey};
use self::func::Func;
use self::resolve::Resolver;
use crate::code::{Code, CodeKind, ObjectTemplate, Origin, SlotInit};

pub use self::inline_site::compile_inline_site;

/// How many top-level slots and statements make one chunk: few enough that no table of 16-bit indexes ever fills up.
const CHUNK: usize = 256;

/// And how many bytes of source: a message takes at least two.
const CHUNK_BYTES: usize = 1 << 16;

/// The name of the code that makes an object of slots compiled on their own.
const SLOTS: &str = "slots";

/// Runs of top-level slots or statements that are compiled together. What is longer than a chunk should be stands alone.
fn chunks<T>(all: &[T], span: impl Fn(&T) -> Span) -> Vec<&[T]> {
    let mut out = Vec::new();
    let mut first = 0;
    for (i, one) in all.iter().enumerate() {
        let bytes = span(one).end.saturating_sub(span(&all[first]).start) as usize;
        if i > first && (i - first == CHUNK || bytes > CHUNK_BYTES) {
            out.push(&all[first..i]);
            first = i;
        }
    }
    if first < all.len() {
        out.push(&all[first..]);
    }
    out
}

/// Where an expression's value goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Want {
    /// Nowhere; only the effect counts.
    Effect,
    /// To a register that may be read until the very last moment (a variable's, mostly).
    To(u16),
    /// To the topmost register, which nobody reads before.
    Fresh(u16),
    /// To the caller: it is the function's answer.
    Tail,
}

/// The second walk.
pub(crate) struct Compiler<'t> {
    source: &'t str,
    origin: &'t Arc<Origin>,
    facts: Facts,
    diagnostics: Vec<Diagnostic>,
    /// The function being made.
    f: Func,
    /// What the method or chunk is that the function being made stands in.
    home: CodeKind,
    /// The inlined message whose blocks are wanted as real blocks, and what was found.
    wanted: Option<inline_site::Wanted>,
}

/// Compiles a file: code to run one after the other with the module as self. The last one's answer is the file's.
pub fn compile_file(file: &File, origin: &Arc<Origin>) -> Result<Vec<Arc<Code>>, Vec<Diagnostic>> {
    let mut compiler = Compiler::new(origin);
    let chunks = compiler.file(file);
    compiler.finish(chunks)
}

/// Compiles the slots of an object that stands alone, such as a generated method to splice. Methods and slots without a value
/// are ready in the answer's template; values of expressions need the answer's code to be run.
pub fn compile_slots(list: &SlotList, origin: &Arc<Origin>) -> Result<Slots, Vec<Diagnostic>> {
    let mut compiler = Compiler::new(origin);
    let slots = compiler.slots(list);
    compiler.finish(slots)
}

/// Compiles one slot that holds a method.
pub fn compile_method(slot: &Slot, origin: &Arc<Origin>) -> Result<Arc<Code>, Vec<Diagnostic>> {
    let list = SlotList { slots: vec![slot.clone()], annotation: None, span: slot.span };
    let slots = compile_slots(&list, origin)?;
    match slots.template.slots.into_iter().next().map(|s| s.init) {
        Some(SlotInit::Method(method)) => Ok(method.code().clone()),
        _ => Err(vec![Diagnostic::error(
            &codes::NOT_A_METHOD,
            "this slot holds no method",
            slot.span,
            "a method is written `name = ( … )`",
        )]),
    }
}

/// Slots compiled on their own.
#[derive(Clone, Debug, PartialEq)]
pub struct Slots {
    /// The slots, methods included.
    pub template: ObjectTemplate,
    /// Top-level code whose answer is a new object with these slots, for slots with expressions.
    pub maker: Arc<Code>,
}

impl<'t> Compiler<'t> {
    fn new(origin: &'t Arc<Origin>) -> Self {
        let code = Code::empty(CodeKind::TopLevel, "top level", origin.clone());
        Self {
            source: &origin.text,
            origin,
            facts: Facts::default(),
            diagnostics: Vec::new(),
            f: Func::new(code, true),
            home: CodeKind::TopLevel,
            wanted: None,
        }
    }

    fn finish<T>(self, value: T) -> Result<T, Vec<Diagnostic>> {
        if self.diagnostics.is_empty() { Ok(value) } else { Err(self.diagnostics) }
    }

    fn text(&self, span: Span) -> &'t str {
        span.text(self.source)
    }

    fn error(&mut self, code: &'static DiagnosticCode, span: Span, message: impl Into<String>, label: &str) {
        self.diagnostics.push(Diagnostic::error(code, message, span, label));
    }

    fn file(&mut self, file: &File) -> Vec<Arc<Code>> {
        let slots = file.slots.as_ref().map_or(&[][..], |list| &list.slots);
        self.check_slots(slots);
        let slot_chunks = chunks(slots, |s| s.span);
        let statement_chunks = chunks(&file.body, |s| s.span);
        let mut resolver = Resolver::new(self.source);
        for (i, chunk) in slot_chunks.iter().enumerate() {
            resolver.chunk(i as u32, chunk, &[]);
        }
        for (i, chunk) in statement_chunks.iter().enumerate() {
            resolver.chunk((slot_chunks.len() + i) as u32, &[], chunk);
        }
        self.facts = resolver.facts;
        let mut chunks = Vec::new();
        for (i, chunk) in slot_chunks.iter().enumerate() {
            chunks.push(self.chunk(i as u32, chunk, &[]));
        }
        for (i, chunk) in statement_chunks.iter().enumerate() {
            chunks.push(self.chunk((slot_chunks.len() + i) as u32, &[], chunk));
        }
        if chunks.is_empty() {
            chunks.push(self.chunk(0, &[], &[]));
        }
        chunks
    }

    fn chunk(&mut self, number: u32, slots: &[Slot], statements: &[Statement]) -> Arc<Code> {
        let key = FnKey::Chunk(number);
        let first = slots.first().map(|s| s.span).or(statements.first().map(|s| s.span)).unwrap_or_default();
        let last = slots.last().map(|s| s.span).or(statements.last().map(|s| s.span)).unwrap_or_default();
        let span = first.to(last);
        let code = self.function(CodeKind::TopLevel, "top level", span, |c| {
            c.token(key);
            c.fix();
            for slot in slots {
                c.module_slot(slot);
            }
            if statements.is_empty() {
                c.f.ret(0);
            }
            c.statements(statements, Want::Tail);
        });
        Arc::new(code)
    }

    fn slots(&mut self, list: &SlotList) -> Slots {
        let mut resolver = Resolver::new(self.source);
        resolver.slots(list);
        self.facts = resolver.facts;
        let key = FnKey::Chunk(0);
        let maker = self.function(CodeKind::TopLevel, SLOTS, list.span, |c| {
            c.token(key);
            c.fix();
            c.object(list, list.span, Want::Tail);
        });
        let template = match maker.objects.last() {
            Some(template) => template.clone(),
            None => ObjectTemplate { slots: Vec::new(), annotation: None, inits: 0 },
        };
        Slots { template, maker: Arc::new(maker) }
    }

    /// Makes a function: `inside` emits its code.
    fn function(&mut self, kind: CodeKind, name: &str, span: Span, inside: impl FnOnce(&mut Self)) -> Code {
        let mut code = Code::empty(kind, name, self.origin.clone());
        code.span = (span.start, span.end);
        let is_home = !matches!(kind, CodeKind::Block | CodeKind::InlinedBlock);
        let around = std::mem::replace(&mut self.f, Func::new(code, is_home));
        let home = self.home;
        self.home = if is_home { kind } else { home };
        self.f.span = (span.start, span.end);
        inside(self);
        self.home = home;
        let f = std::mem::replace(&mut self.f, around);
        if let Some(what) = f.overflow {
            self.error(&codes::TOO_MANY, span, format!("`{name}` has too many {what}"), "divide this into several methods");
        }
        f.finish()
    }
}

/// The span of a tree node as code keeps it.
pub(crate) fn bytes(span: tree::Span) -> (u32, u32) {
    (span.start, span.end)
}
