//! Vectors.

use aura_heap::{Kind, Value};

use super::{Answer, index, kind, size};
use crate::fail::Fail;
use crate::prim::Prim;
use crate::vm::Vm;

pub(super) const PRIMS: &[Prim] = &[
    Prim::leaf("_Size", 0, |vm, a| {
        let v = kind(vm, a[0], Kind::Vector)?;
        Ok(Value::int(vm.heap.length(v) as i64))
    }),
    Prim::leaf("_At:", 1, |vm, a| {
        let v = kind(vm, a[0], Kind::Vector)?;
        let i = index(a[1], vm.heap.length(v))?;
        Ok(vm.heap.element(v, i))
    }),
    Prim::leaf("_At:Put:", 2, |vm, a| {
        let v = kind(vm, a[0], Kind::Vector)?;
        let i = index(a[1], vm.heap.length(v))?;
        vm.may_change(v)?;
        vm.heap.set_element(v, i, a[2]);
        Ok(v)
    }),
    Prim::leaf("_NewVector:Filler:", 2, |vm, a| {
        let n = size(a[1])?;
        vm.afford(n as u64 / 64)?;
        Ok(vm.heap.vector(vm.heap.kind_maps.vector, n, a[2])?)
    }),
    Prim::leaf("_CopyRangeDstPos:SrcArray:SrcPos:Length:", 4, copy_range),
];

/// Copies elements of another vector, or of the same one, over the receiver's.
fn copy_range(vm: &mut Vm, a: &[Value]) -> Answer {
    let (to, from) = (kind(vm, a[0], Kind::Vector)?, kind(vm, a[2], Kind::Vector)?);
    let (at, start, n) = (size(a[1])?, size(a[3])?, size(a[4])?);
    if at + n > vm.heap.length(to) || start + n > vm.heap.length(from) {
        return Err(Fail::bad_index());
    }
    vm.may_change(to)?;
    vm.charge(n as u64 / 32);
    if to == from && at > start {
        for i in (0..n).rev() {
            let e = vm.heap.element(from, start + i);
            vm.heap.set_element(to, at + i, e);
        }
    } else {
        for i in 0..n {
            let e = vm.heap.element(from, start + i);
            vm.heap.set_element(to, at + i, e);
        }
    }
    Ok(to)
}
