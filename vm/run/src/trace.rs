//! The activations of a process: as text, and as what a condition keeps so that it can tell them when somebody asks, which hardly anybody does.
//!
//! What must stay true: what a condition keeps is made of ordinary values, and nothing that a program puts into it can be more than wrong text.

use std::sync::Arc;

use aura_code::CodeKind;
use aura_heap::{Kind, Value};

use crate::fail::Fail;
use crate::linked::CodeRef;
use crate::process::{Frame, Process, flag};
use crate::vm::Vm;

/// Most activations that a condition keeps.
const KEPT: usize = 60;

/// Bits of the place of an instruction in its code.
const PC_BITS: u32 = 32;

impl Vm {
    /// The activations of a process, innermost first, at most `most`.
    pub fn trace(&self, p: &Process, most: usize) -> String {
        let shown = p.depth.min(most);
        let frames = p.frames[p.depth - shown..p.depth].iter().rev();
        let lines = frames.filter_map(|f| self.activation(f.code, current(f), p.stack[f.base as usize]));
        told(lines, p.depth - shown)
    }

    /// The same, to be told later by [`Vm::activations_text`]: how many more there are, then of each its receiver and where it is.
    pub(crate) fn activations(&mut self, p: &Process) -> Result<Value, Fail> {
        let shown = p.depth.min(KEPT);
        let mut all = Vec::with_capacity(1 + 2 * shown);
        all.push(Value::int((p.depth - shown) as i64));
        for f in p.frames[p.depth - shown..p.depth].iter().rev() {
            let place = i64::from(f.code.number) << PC_BITS | current(f) as i64;
            all.extend([p.stack[f.base as usize], Value::int(place)]);
        }
        Ok(self.heap.vector_of(&all)?)
    }

    /// What [`Vm::activations`] has kept, as text.
    pub(crate) fn activations_text(&self, kept: Value) -> Result<String, Fail> {
        // Only a vector has elements to be looked at.
        let elements = self.heap.is_kind(kept, Kind::Vector).then(|| self.heap.elements(kept));
        let (more, all) = elements.and_then(<[Value]>::split_first).ok_or_else(Fail::bad_type)?;
        let lines = all.chunks_exact(2).filter_map(|one| {
            let place = one[1].as_int()? as u64;
            let code = self.arena.numbered((place >> PC_BITS) as usize)?;
            self.activation(code, place as u32 as usize, one[0])
        });
        Ok(told(lines, more.as_int().and_then(|n| usize::try_from(n).ok()).unwrap_or(0)))
    }

    /// The line of one activation; none for that by which the machine starts a process.
    fn activation(&self, code: CodeRef, pc: usize, receiver: Value) -> Option<String> {
        let method = code.method();
        let code = code.code();
        if &*code.name == "start" {
            return None;
        }
        let what = match code.kind {
            CodeKind::TopLevel => "top level".to_string(),
            CodeKind::Method => format!("'{}' of {}", code.name, self.describe(receiver)),
            _ => format!("a block in '{}'", method.code().name),
        };
        let (line, column) = code.spans.get(pc).map_or((0, 0), |s| code.origin.place(s.0));
        Some(format!("  in {what} ({}:{line}:{column})\n", code.origin.file))
    }

    /// Where the running instruction of an activation of a process is: file, text, and the bytes of its expression.
    /// `level` 0 is the innermost activation.
    pub fn place_of(&self, p: &Process, level: usize) -> Option<(String, Arc<str>, (u32, u32))> {
        let f = p.frames[..p.depth].iter().rev().nth(level)?;
        let code = f.code.code();
        Some((code.origin.file.to_string(), code.origin.text.clone(), *code.spans.get(current(f))?))
    }
}

/// The instruction that an activation is at. One that waits for the answer of a message which was to be inlined goes on elsewhere.
fn current(f: &Frame) -> usize {
    let code = f.code.code();
    let sent = (f.flags >> flag::SENT).checked_sub(1).and_then(|index| code.inline_sites.get(index as usize));
    match sent.filter(|site| site.join == f.pc) {
        Some(site) => site.pc as usize,
        None => (f.pc as usize).saturating_sub(1).min(code.spans.len().saturating_sub(1)),
    }
}

fn told(lines: impl Iterator<Item = String>, more: usize) -> String {
    let mut out: String = lines.collect();
    if more > 0 {
        out.push_str(&format!("  … and {more} more\n"));
    }
    out
}
