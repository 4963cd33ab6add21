//! Methods whose code is read when it is first needed.
//!
//! The standard library has thousands of methods and a program uses few of them; so stored code keeps a method as bytes and
//! makes a [`Code`] of them at the first call.
//!
//! What must stay true: whoever asks gets code, always the same. Stored bytes that cannot be read (which the check of the
//! whole file should have found) become a method that signals the primitive error of `_DamagedCode`.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::code::{Code, CodeKind, Origin};
use crate::op::{Instr, Op};

/// A method of an object literal or of the top level.
#[derive(Clone)]
pub struct MethodCode(Arc<Cell>);

struct Cell {
    code: OnceLock<Arc<Code>>,
    stored: Option<Stored>,
}

/// Bytes and how to read them. Nested code has its origin from the code around it, so that is kept beside the bytes.
struct Stored {
    whole: Arc<[u8]>,
    range: Range<usize>,
    origin: Arc<Origin>,
    read: Read,
}

/// Reads a range of stored bytes.
type Read = fn(&Arc<[u8]>, Range<usize>, &Arc<Origin>) -> Option<Code>;

impl MethodCode {
    /// Code that will be read from a range of `whole` by `read` when it is first needed.
    pub(crate) fn stored(whole: Arc<[u8]>, range: Range<usize>, origin: Arc<Origin>, read: Read) -> Self {
        Self(Arc::new(Cell { code: OnceLock::new(), stored: Some(Stored { whole, range, origin, read }) }))
    }

    /// The code.
    pub fn code(&self) -> &Arc<Code> {
        self.0.code.get_or_init(|| {
            let stored = self.0.stored.as_ref();
            let read = stored.and_then(|s| (s.read)(&s.whole, s.range.clone(), &s.origin));
            let origin = stored.map(|s| s.origin.clone());
            Arc::new(read.unwrap_or_else(|| damaged(origin.unwrap_or_else(|| Arc::new(Origin::nowhere())))))
        })
    }
}

impl From<Arc<Code>> for MethodCode {
    fn from(code: Arc<Code>) -> Self {
        Self(Arc::new(Cell { code: OnceLock::from(code), stored: None }))
    }
}

impl PartialEq for MethodCode {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.code() == other.code()
    }
}

impl fmt::Debug for MethodCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code().fmt(f)
    }
}

/// What stands in for code that cannot be read.
fn damaged(origin: Arc<Origin>) -> Code {
    let instrs = vec![Instr::new(Op::Move, 0, 1, 0, 0), Instr::new(Op::Prim, 0, 1, 0, 1), Instr::new(Op::Return, 0, 1, 0, 0)];
    Code {
        nregs: 2,
        spans: vec![(0, 0); instrs.len()],
        instrs,
        prims: vec!["_DamagedCode".to_owned()],
        ..Code::empty(CodeKind::Method, "damaged", origin)
    }
}
