//! Byte vectors.

use aura_heap::{Kind, Value};

use super::{Answer, index, kind, size, text};
use crate::fail::Fail;
use crate::prim::Prim;
use crate::vm::Vm;

pub(super) const PRIMS: &[Prim] = &[
    Prim::leaf("_ByteSize", 0, |vm, a| {
        let v = kind(vm, a[0], Kind::Bytes)?;
        Ok(Value::int(vm.heap.length(v) as i64))
    }),
    Prim::leaf("_ByteAt:", 1, |vm, a| {
        let v = kind(vm, a[0], Kind::Bytes)?;
        let i = index(a[1], vm.heap.length(v))?;
        Ok(Value::int(vm.heap.byte_slice(v)[i].into()))
    }),
    Prim::leaf("_ByteAt:Put:", 2, |vm, a| {
        let v = kind(vm, a[0], Kind::Bytes)?;
        let i = index(a[1], vm.heap.length(v))?;
        let b = byte(a[2])?;
        vm.may_change(v)?;
        vm.heap.byte_slice_mut(v)[i] = b;
        Ok(v)
    }),
    Prim::leaf("_NewByteVector:Filler:", 2, |vm, a| {
        let (n, b) = (size(a[1])?, byte(a[2])?);
        vm.afford(n as u64 / 512)?;
        Ok(vm.heap.bytes(vm.heap.kind_maps.bytes, n, b)?)
    }),
    Prim::leaf("_BytesAsString:", 1, as_string),
    Prim::leaf("_StringAsBytes", 0, |vm, a| {
        let bytes = text(vm, a[0])?.as_bytes().to_vec();
        new(vm, &bytes)
    }),
];

fn byte(v: Value) -> Result<u8, Fail> {
    v.as_int().and_then(|i| u8::try_from(i).ok()).ok_or_else(|| Fail::with("badTypeError", "a byte is an integer from 0 to 255"))
}

/// A byte vector of these bytes.
pub(crate) fn new(vm: &mut Vm, bytes: &[u8]) -> Answer {
    vm.charge(bytes.len() as u64 / 512);
    let v = vm.heap.bytes(vm.heap.kind_maps.bytes, bytes.len(), 0)?;
    vm.heap.byte_slice_mut(v).copy_from_slice(bytes);
    Ok(v)
}

/// The text whose UTF-8 the bytes are; `lossy` puts � where they are none.
fn as_string(vm: &mut Vm, a: &[Value]) -> Answer {
    let lossy = text(vm, a[1])? == "lossy";
    let bytes = vm.heap.byte_slice(kind(vm, a[0], Kind::Bytes)?).to_vec();
    vm.charge(bytes.len() as u64 / 512);
    match String::from_utf8(bytes) {
        Ok(s) => vm.string(&s),
        Err(e) if lossy => vm.string(&String::from_utf8_lossy(e.as_bytes())),
        Err(e) => Err(Fail::with("badTypeError", e.utf8_error().to_string())),
    }
}
