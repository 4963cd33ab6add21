//! The primitives that are plain functions, one file per family.
//!
//! What must stay true: a primitive that fails has changed nothing; one whose work grows with its arguments charges for it
//! ([`Vm::charge`]) and asks the heap for room before it makes something large; one that reaches the outside world first asks
//! [`Vm::require`].

mod bytes;
mod clock;
mod console;
mod files;
mod float;
mod format;
mod image;
mod integer;
mod json;
mod mirror;
mod object;
mod process;
mod random;
mod regex;
mod string;
mod text;
mod vector;

pub(crate) use bytes::new as bytes_value;
pub(crate) use files::{io_fail, readable as readable_path};
pub(crate) use regex::Patterns;
pub(crate) use string::Place;

use aura_heap::{Kind, Value};

use crate::fail::Fail;
use crate::prim::Prim;
use crate::vm::Vm;

/// All families.
pub(crate) const FAMILIES: &[&[Prim]] = &[
    bytes::PRIMS,
    clock::PRIMS,
    console::PRIMS,
    files::PRIMS,
    float::PRIMS,
    format::PRIMS,
    image::PRIMS,
    integer::PRIMS,
    json::PRIMS,
    mirror::PRIMS,
    object::PRIMS,
    process::PRIMS,
    random::PRIMS,
    regex::PRIMS,
    string::PRIMS,
    text::PRIMS,
    vector::PRIMS,
];

/// What a primitive answers.
type Answer = Result<Value, Fail>;

/// The text of a string.
fn text(vm: &Vm, v: Value) -> Result<&str, Fail> {
    vm.heap.as_text(v).ok_or_else(Fail::bad_type)
}

/// A copy of the text of a string.
fn owned(vm: &Vm, v: Value) -> Result<String, Fail> {
    text(vm, v).map(str::to_string)
}

/// A small integer.
fn small(v: Value) -> Result<i64, Fail> {
    v.as_int().ok_or_else(Fail::bad_type)
}

/// A size: an integer that is not negative and not absurd.
fn size(v: Value) -> Result<usize, Fail> {
    usize::try_from(small(v)?).ok().filter(|n| *n < 1 << 40).ok_or_else(Fail::bad_size)
}

/// An index below `len`.
fn index(v: Value, len: usize) -> Result<usize, Fail> {
    usize::try_from(small(v)?).ok().filter(|i| *i < len).ok_or_else(Fail::bad_index)
}

/// A value of this kind.
fn kind(vm: &Vm, v: Value, k: Kind) -> Result<Value, Fail> {
    if vm.heap.is_kind(v, k) { Ok(v) } else { Err(Fail::bad_type()) }
}

/// A vector of strings.
fn strings<'a>(vm: &mut Vm, all: impl IntoIterator<Item = &'a str>) -> Answer {
    let mut values = Vec::new();
    for (i, s) in all.into_iter().enumerate() {
        if i % 1024 == 0 {
            // Small objects are counted as they are made; here nobody would look before all of them are.
            vm.heap.check_room(1024 * 32)?;
        }
        values.push(vm.heap.string(s)?);
    }
    vector(vm, &values)
}

/// A vector of values.
fn vector(vm: &mut Vm, values: &[Value]) -> Answer {
    vm.afford(values.len() as u64 / 16)?;
    Ok(vm.heap.vector_of(values)?)
}

/// An integer that may be large.
fn integer(vm: &mut Vm, i: i128) -> Answer {
    match i64::try_from(i).ok().and_then(Value::try_int) {
        Some(v) => Ok(v),
        None => Ok(vm.heap.integer(&dashu_int::IBig::from(i))?),
    }
}

#[cfg(test)]
mod tests {
    /// Behind a small method, what may be run again is run again where it has failed.
    #[test]
    fn what_reaches_outside_is_never_run_twice() {
        for name in crate::primitive_names() {
            let outside = ["_File", "_Directory", "_Input", "_StringPrint", "_Flush", "_Environment", "_RandomEntropy"];
            let p = crate::find_primitive(name).expect("it is in the table");
            assert!(!p.again || !outside.iter().any(|o| name.starts_with(o)), "{name}");
        }
    }
}
