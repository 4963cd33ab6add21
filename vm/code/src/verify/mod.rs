//! The verifier. Code that it accepts cannot make the machine read or write outside an activation, whatever it computes.
//!
//! Its checklist; what is said of one code holds for all code nested in it.
//!
//! Shape (`shape`):
//! 1. There is an instruction; there are as many spans as instructions; spans lie in the source; nesting is bounded.
//! 2. Arguments fit the registers (and self's register a byte); only blocks have captures; the capture that is self, the
//!    token's register, names of registers and their ranges are in range.
//! 3. Each operand is in range for its role; unused operands are zero.
//! 4. A send's count is its site's, and its opcode fits the site's kind.
//! 5. A guard is followed by the send that it stands for: as many arguments, the same answer register; a comparing jump is
//!    followed by its send and a test of the send's answer. Nothing jumps to a guard's send.
//! 6. `PrimOrJump` is followed by `Jump`, and its window has two registers.
//! 7. Jumps stay inside; nothing falls off the end.
//! 8. Captures exist where they are read; only code of inlined sites reaches up; only the top level adds slots.
//! 9. Object templates and slots count their initialisers right; nested code is of the kind that its place asks for, and
//!    what a block captures are registers of the code around it.
//! 10. Each test of an inlined message has an inline site, and the other way round; what the site names is in range.
//!
//! Flow (`flow`):
//! 11. On every path each register is written before it is read; a window is not read after its send.
//! 12. At an inline site the receiver, the evaluated arguments and all names in scope are written; those names also where
//!     control goes on after the site; and the site's answer goes to none of them.
//!
//! Not here: whether registers hold what an instruction expects (a box, a token). The machine checks those.

mod flow;
mod shape;

use std::fmt;

use crate::code::{Code, CodeKind, SlotInit, SlotTemplate};

/// How deeply code may be nested in code.
const MAX_DEPTH: usize = 600;

/// Why code was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifyError {
    /// The name of the code, with those of the code around it.
    pub code: String,
    /// The instruction, if it is about one.
    pub pc: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pc {
            Some(pc) => write!(f, "code of `{}`, instruction {pc}: {}", self.code, self.message),
            None => write!(f, "code of `{}`: {}", self.code, self.message),
        }
    }
}

impl std::error::Error for VerifyError {}

/// A complaint, before it is known in which code.
pub(crate) struct Complaint {
    pub(crate) pc: Option<usize>,
    pub(crate) message: String,
}

/// Complains about an instruction.
pub(crate) fn wrong<T>(pc: usize, message: impl Into<String>) -> Result<T, Complaint> {
    Err(Complaint { pc: Some(pc), message: message.into() })
}

/// Complains about a whole code.
pub(crate) fn bad<T>(message: impl Into<String>) -> Result<T, Complaint> {
    Err(Complaint { pc: None, message: message.into() })
}

/// Checks code and all code nested in it.
pub fn verify(code: &Code) -> Result<(), VerifyError> {
    verify_at(code, 0)
}

fn verify_at(code: &Code, depth: usize) -> Result<(), VerifyError> {
    let named = |c: Complaint| VerifyError { code: code.name.to_string(), pc: c.pc, message: c.message };
    if depth > MAX_DEPTH {
        return bad("nested too deeply").map_err(named);
    }
    shape::check(code).map_err(named)?;
    flow::check(code).map_err(named)?;
    let inside = |e: VerifyError| VerifyError { code: format!("{} in {}", e.code, code.name), ..e };
    for block in &code.blocks {
        kind(block, CodeKind::Block).map_err(named)?;
        verify_at(block, depth + 1).map_err(inside)?;
    }
    for slot in methods(code) {
        let SlotInit::Method(method) = &slot.init else { continue };
        kind(method.code(), CodeKind::Method).map_err(named)?;
        verify_at(method.code(), depth + 1).map_err(inside)?;
    }
    Ok(())
}

fn kind(code: &Code, wanted: CodeKind) -> Result<(), Complaint> {
    if code.kind == wanted {
        Ok(())
    } else {
        bad(format!("`{}` in it is a {:?} and should be a {wanted:?}", code.name, code.kind))
    }
}

fn methods(code: &Code) -> impl Iterator<Item = &SlotTemplate> {
    code.objects.iter().flat_map(|o| &o.slots).chain(&code.slots)
}
