//! Inlined messages as real ones: the literal blocks of an inlined message, made into blocks that share the registers of the
//! activation around them.
//!
//! The source is compiled again, which gives the same registers; where the message is met, its blocks are made as
//! [`CodeKind::InlinedBlock`]s besides. Such a block may itself contain inlined messages that must be really sent; so a block
//! of the second level has the tokens of two activations, and so on. [`Code::path`] says through which messages it was
//! reached.
//!
//! What must stay true: captured value 0 is the token of the activation directly around (the machine puts it there);
//! captured value `n` that of the `n`-th further out.

use std::sync::Arc;

use aura_syntax::tree::{Body, Expr, ExprKind, File, Send, Span};
use aura_syntax::{Diagnostic, Mode, parse_as};

use super::body::argument_slots;
use super::func::PlaceSite;
use super::shape::{Shape, shape};
use super::{Compiler, bytes, codes};
use crate::code::{Code, CodeKind};
use crate::op::{Instr, Op, Reg};

/// The message whose blocks are wanted.
pub(crate) struct Wanted {
    /// The messages to go through, with the bodies to go into.
    path: Vec<((u32, u32), (u32, u32))>,
    /// How many of them have been gone through.
    at: usize,
    /// The message itself.
    span: (u32, u32),
    selector: String,
    found: Option<Vec<Arc<Code>>>,
}

impl<'t> Compiler<'t> {
    /// If this message's blocks are wanted as real blocks, makes them.
    pub(crate) fn want_blocks(&mut self, send: &Send, span: Span) {
        let Some(wanted) = &self.wanted else { return };
        if wanted.found.is_some() {
            return;
        }
        match wanted.path.get(wanted.at).copied() {
            None if wanted.span == bytes(span) => self.found_blocks(send),
            Some((message, body)) if message == bytes(span) => {
                let inner = send.arguments.iter().filter_map(as_block).find(|b| bytes(b.span) == body);
                if let Some(inner) = inner {
                    self.go(1);
                    self.shared_block(inner, span);
                    self.go(-1);
                }
            }
            _ => {}
        }
    }

    fn go(&mut self, steps: isize) {
        if let Some(wanted) = &mut self.wanted {
            wanted.at = wanted.at.saturating_add_signed(steps);
        }
    }

    fn found_blocks(&mut self, send: &Send) {
        let span = self.f.span;
        let whole = self.wanted.as_ref().map_or(span, |w| w.span);
        let whole = Span { start: whole.0, end: whole.1 };
        let own = aura_syntax::tree::selector(&send.selector, self.source);
        let is_condition = self.wanted.as_ref().is_some_and(|w| w.selector != own);
        let blocks = if is_condition {
            vec![self.constant_block(Op::LoadTrue, whole), self.constant_block(Op::LoadFalse, whole)]
        } else {
            let bodies: Vec<&Body> = match shape(send, self.source) {
                Some(Shape::Count(count)) => vec![count.body],
                _ => send.arguments.iter().filter_map(as_block).collect(),
            };
            bodies.into_iter().map(|body| Arc::new(self.shared_block(body, whole))).collect()
        };
        if let Some(wanted) = &mut self.wanted {
            wanted.found = Some(blocks);
        }
        self.f.span = span;
    }

    /// `[ true ]` or `[ false ]`: what a loop's condition is asked to choose from.
    fn constant_block(&mut self, op: Op, span: Span) -> Arc<Code> {
        let mut code = self.function(CodeKind::InlinedBlock, "block", span, |c| {
            let reg = c.f.reserve();
            c.f.op(op, reg, 0, 0);
            c.f.ret(reg);
        });
        code.captures = vec![0];
        Arc::new(code)
    }

    /// A body as a block that shares the registers of the function being made.
    fn shared_block(&mut self, body: &Body, message: Span) -> Code {
        let outer = &self.f;
        let mut places = outer.places.clone();
        for place in places.values_mut() {
            place.site = match place.site {
                PlaceSite::Up(level) => PlaceSite::Up(level.saturating_add(1)),
                // What is captured for one use has that use outside of inlined bodies.
                _ => PlaceSite::Up(0),
            };
        }
        let captures: Vec<Reg> = [0].into_iter().chain(outer.tokens.iter().copied()).collect();
        let path: Vec<_> = outer.code.path.iter().copied().chain([(bytes(message), bytes(body.span))]).collect();
        let (self_reg, home_reg, outer_is_home) = (outer.self_reg, outer.home_reg, outer.is_home);
        let levels = captures.len() as u16;
        let mut code = self.function(CodeKind::InlinedBlock, "block", body.span, |c| {
            c.f.is_home = false;
            c.f.places = places;
            c.f.code.path = path;
            c.bind_arguments(&argument_slots(body), body.span);
            c.f.self_reg = c.f.reserve();
            c.f.op(Op::UpGet, c.f.self_reg, self_reg, 0);
            for level in 0..levels {
                let token = c.f.reserve();
                c.f.op(Op::Capture, token, level, 0);
                c.f.tokens.push(token);
            }
            c.f.home_reg = if outer_is_home {
                c.f.tokens.first().copied()
            } else {
                home_reg.map(|home| {
                    let reg = c.f.reserve();
                    c.f.op(Op::UpGet, reg, home, 0);
                    reg
                })
            };
            c.fix();
            c.block_body(body);
        });
        code.captures = captures;
        code
    }

    /// Reads register `reg` of the activation `level` levels further out than the one directly around.
    pub(crate) fn up_get(&mut self, to: Reg, reg: Reg, level: u8) {
        self.f.emit(Instr::new(Op::UpGet, level, to, reg, 0));
    }

    /// Writes such a register.
    pub(crate) fn up_set(&mut self, reg: Reg, value: Reg, level: u8) {
        self.f.emit(Instr::new(Op::UpSet, level, reg, value, 0));
    }
}

fn as_block(expr: &Expr) -> Option<&Body> {
    match &expr.kind {
        ExprKind::Block(body) => Some(body),
        _ => None,
    }
}

/// The literal blocks of the inlined message that is tested at `pc`, in the order of its arguments, as real blocks.
pub fn compile_inline_site(code: &Code, pc: u32) -> Result<Vec<Arc<Code>>, Vec<Diagnostic>> {
    let Some(site) = code.inline_sites.iter().find(|s| s.pc == pc) else {
        return Err(vec![lost(code, "there is no inlined message")]);
    };
    for mode in [Mode::File, Mode::Slots, Mode::Code] {
        let parse = parse_as(&code.origin.text, mode);
        if parse.has_errors() {
            continue;
        }
        let wanted = Wanted { path: code.path.clone(), at: 0, span: site.span, selector: site.selector.clone(), found: None };
        if let Some(found) = search(&parse.file, code, wanted)? {
            return Ok(found);
        }
    }
    Err(vec![lost(code, "the source of an inlined message is not there any more")])
}

fn search(file: &File, code: &Code, wanted: Wanted) -> Result<Option<Vec<Arc<Code>>>, Vec<Diagnostic>> {
    let mut compiler = Compiler::new(&code.origin);
    compiler.wanted = Some(wanted);
    // Slots compiled on their own are one object; those of a file are added one by one.
    match &file.slots {
        Some(list) if &*code.name == super::SLOTS => drop(compiler.slots(list)),
        _ => drop(compiler.file(file)),
    }
    let found = compiler.wanted.take().and_then(|w| w.found);
    compiler.finish(found)
}

fn lost(code: &Code, message: &str) -> Diagnostic {
    let span = Span { start: code.span.0, end: code.span.1 };
    Diagnostic::error(&codes::UNREADABLE, message, span, "in this code")
}
