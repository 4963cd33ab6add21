//! Why a primitive did not work. The kinds carry Self's names, which `IfFail:` blocks receive as text.

use aura_heap::{OutOfMemory, SlotError};

use crate::caps::Denied;

/// A primitive's failure. It must have had no side effect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fail {
    /// `badTypeError`, `badIndexError`, … as Self names them.
    pub kind: &'static str,
    /// What a person should know beyond that; may be empty.
    pub detail: String,
}

impl Fail {
    /// A failure without further words.
    pub fn new(kind: &'static str) -> Fail {
        Fail { kind, detail: String::new() }
    }
    /// A failure with words.
    pub fn with(kind: &'static str, detail: impl Into<String>) -> Fail {
        Fail { kind, detail: detail.into() }
    }
    /// Receiver or argument of a kind that the primitive does not take.
    pub fn bad_type() -> Fail {
        Fail::new("badTypeError")
    }
    /// Index outside the object.
    pub fn bad_index() -> Fail {
        Fail::new("badIndexError")
    }
    /// A size that is negative or absurd.
    pub fn bad_size() -> Fail {
        Fail::new("badSizeError")
    }
    /// The text that an `IfFail:` block receives: the kind, and the detail after a colon.
    pub fn text(&self) -> String {
        if self.detail.is_empty() { self.kind.to_string() } else { format!("{}: {}", self.kind, self.detail) }
    }
}

impl From<OutOfMemory> for Fail {
    fn from(o: OutOfMemory) -> Fail {
        Fail::with("outOfMemoryError", format!("{} bytes are more than the memory limit leaves", o.bytes))
    }
}

impl From<SlotError> for Fail {
    fn from(e: SlotError) -> Fail {
        match e {
            SlotError::Immutable => Fail::with("badTypeError", "this kind of object has no slots of its own to change"),
            SlotError::NoDataSlots => Fail::with("badTypeError", "this kind of object takes constant slots only"),
            SlotError::NoSuchSlot => Fail::with("slotNameError", "there is no slot of this name"),
        }
    }
}

impl From<Denied> for Fail {
    fn from(d: Denied) -> Fail {
        Fail::with("noCapabilityError", d.to_string())
    }
}
