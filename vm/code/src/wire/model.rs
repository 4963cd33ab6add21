//! The shape of stored code, borrowed from the bytes that it is read from.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes, not copied.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Bytes<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        <&'a [u8]>::deserialize(from).map(Self)
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct WireFile<'a> {
    /// Name and text.
    #[serde(borrow)]
    pub(super) origins: Vec<(&'a str, &'a str)>,
    /// The number of its origin, and the code.
    pub(super) codes: Vec<(u32, Bytes<'a>)>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct WireCode<'a> {
    pub(super) kind: u8,
    pub(super) name: &'a str,
    pub(super) argc: u8,
    pub(super) nregs: u16,
    pub(super) fixed: u16,
    /// Eight bytes each: op, n, a, b, c, little-endian.
    #[serde(borrow)]
    pub(super) instrs: Bytes<'a>,
    /// For each instruction two variable-length numbers: the start's distance from the last one's, zigzag, and the length.
    pub(super) spans: Bytes<'a>,
    pub(super) consts: Vec<WireConst<'a>>,
    pub(super) sites: Vec<WireSite<'a>>,
    pub(super) prims: Vec<&'a str>,
    pub(super) blocks: Vec<Bytes<'a>>,
    pub(super) objects: Vec<WireObject<'a>>,
    pub(super) slots: Vec<WireSlot<'a>>,
    pub(super) captures: Vec<u16>,
    pub(super) path: Vec<((u32, u32), (u32, u32))>,
    pub(super) self_capture: Option<u16>,
    pub(super) home: Option<u16>,
    pub(super) inline_sites: Vec<WireInline<'a>>,
    pub(super) locals: Vec<(&'a str, u16, bool, u32, u32)>,
    pub(super) leaf: Option<(&'a str, u8)>,
    pub(super) handler: bool,
    pub(super) span: (u32, u32),
}

#[derive(Serialize, Deserialize)]
pub(super) enum WireConst<'a> {
    Int(i64),
    Big(&'a str),
    Float(f64),
    Str(&'a str),
}

#[derive(Serialize, Deserialize)]
pub(super) enum WireSite<'a> {
    Explicit(&'a str, u8),
    Implicit(&'a str, u8),
    Resend(&'a str, u8),
    Delegate(&'a str, u8, &'a str),
}

#[derive(Serialize, Deserialize)]
pub(super) struct WireObject<'a> {
    #[serde(borrow)]
    pub(super) slots: Vec<WireSlot<'a>>,
    pub(super) annotation: Option<&'a str>,
    pub(super) inits: u16,
}

#[derive(Serialize, Deserialize)]
pub(super) struct WireSlot<'a> {
    pub(super) name: &'a str,
    pub(super) assignable: bool,
    pub(super) parent: bool,
    #[serde(borrow)]
    pub(super) init: WireInit<'a>,
    pub(super) comment: Option<&'a str>,
    pub(super) annotation: Option<&'a str>,
    pub(super) type_text: Option<&'a str>,
}

#[derive(Serialize, Deserialize)]
pub(super) enum WireInit<'a> {
    Nil,
    Value(u16),
    #[serde(borrow)]
    Method(Bytes<'a>),
}

#[derive(Serialize, Deserialize)]
pub(super) struct WireInline<'a> {
    pub(super) pc: u32,
    pub(super) selector: &'a str,
    pub(super) receiver: u16,
    pub(super) arguments: Vec<Option<u16>>,
    pub(super) result: u16,
    pub(super) join: u32,
    pub(super) window: u16,
    pub(super) span: (u32, u32),
}
