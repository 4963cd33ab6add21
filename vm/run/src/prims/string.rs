//! Strings by characters: size, elements, parts, joining, searching, comparing.
//!
//! Indices count characters. In an all-ASCII string they are byte offsets; elsewhere the text is walked.

use aura_heap::{Kind, Value};

use super::{Answer, kind, owned, size, strings, text, vector};
use crate::arith::{self, Compare};
use crate::fail::Fail;
use crate::prim::Prim;
use crate::vm::Vm;

pub(super) const PRIMS: &[Prim] = &[
    Prim::leaf("_StringSize", 0, |vm, a| {
        let s = kind(vm, a[0], Kind::String)?;
        Ok(Value::int(vm.heap.characters(s) as i64))
    }),
    Prim::leaf("_StringAt:", 1, at),
    Prim::leaf("_StringFrom:UpTo:", 2, part),
    Prim::leaf("_StringConcat:", 1, |vm, a| {
        kind(vm, a[0], Kind::String)?;
        kind(vm, a[1], Kind::String)?;
        vm.charge((vm.heap.text_len(a[0]) + vm.heap.text_len(a[1])) as u64 / 512);
        Ok(vm.heap.joined(&a[..2])?)
    }),
    Prim::leaf("_StringJoin:", 1, join),
    Prim::leaf("_StringRepeat:", 1, repeat),
    Prim::leaf("_StringEQ:", 1, |vm, a| compare(vm, Compare::Equal, a)),
    Prim::leaf("_StringNE:", 1, |vm, a| compare(vm, Compare::NotEqual, a)),
    Prim::leaf("_StringLT:", 1, |vm, a| compare(vm, Compare::Less, a)),
    Prim::leaf("_StringLE:", 1, |vm, a| compare(vm, Compare::LessEq, a)),
    Prim::leaf("_StringGT:", 1, |vm, a| compare(vm, Compare::Greater, a)),
    Prim::leaf("_StringGE:", 1, |vm, a| compare(vm, Compare::GreaterEq, a)),
    Prim::leaf("_StringHash", 0, |vm, a| {
        let s = kind(vm, a[0], Kind::String)?;
        vm.charge(vm.heap.text_len(s) as u64 / 512);
        Ok(Value::int(vm.heap.text_hash(s).into()))
    }),
    Prim::leaf("_StringIndexOf:From:", 2, index_of),
    Prim::leaf("_StringLastIndexOf:", 1, |vm, a| {
        vm.afford(text(vm, a[0])?.len() as u64 / 256)?;
        let (s, x) = (text(vm, a[0])?, text(vm, a[1])?);
        Ok(found(s, s.rfind(x)))
    }),
    Prim::leaf("_StringStartsWith:", 1, |vm, a| {
        vm.charge(text(vm, a[1])?.len() as u64 / 512);
        Ok(vm.boolean(text(vm, a[0])?.starts_with(text(vm, a[1])?)))
    }),
    Prim::leaf("_StringEndsWith:", 1, |vm, a| {
        vm.charge(text(vm, a[1])?.len() as u64 / 512);
        Ok(vm.boolean(text(vm, a[0])?.ends_with(text(vm, a[1])?)))
    }),
    Prim::leaf("_StringReplace:With:", 2, replace),
    Prim::leaf("_StringSplit:", 1, split),
    Prim::leaf("_StringCharacters", 0, characters),
    Prim::leaf("_StringCodePoint", 0, |vm, a| {
        let c = text(vm, a[0])?.chars().next();
        Ok(Value::int(c.ok_or_else(Fail::bad_index)? as i64))
    }),
    Prim::leaf("_StringReversed", 0, |vm, a| {
        let len = text(vm, a[0])?.len();
        vm.heap.check_room(len)?;
        vm.afford(len as u64 / 128)?;
        let s: String = text(vm, a[0])?.chars().rev().collect();
        vm.string(&s)
    }),
];

/// The byte offset of a character; the text's length for the index behind the last.
pub(super) fn offset(s: &str, character: usize) -> Option<usize> {
    if s.is_ascii() {
        return (character <= s.len()).then_some(character);
    }
    s.char_indices().map(|(i, _)| i).chain([s.len()]).nth(character)
}

/// The number of characters before a byte offset.
pub(super) fn character_at(s: &str, offset: usize) -> i64 {
    s[..offset].chars().count() as i64
}

fn found(s: &str, at: Option<usize>) -> Value {
    Value::int(at.map_or(-1, |i| character_at(s, i)))
}

fn at(vm: &mut Vm, a: &[Value]) -> Answer {
    let s = kind(vm, a[0], Kind::String)?;
    let i = super::index(a[1], vm.heap.characters(s))?;
    if vm.heap.is_ascii(s) {
        return Ok(vm.heap.ascii_character(vm.heap.text(s).as_bytes()[i]));
    }
    let text = vm.heap.text(s);
    // Texts are mostly gone through from one end to the other, so the way from the last place that was asked for is short.
    let from = vm.place_in_text.filter(|p| p.of == s && p.character <= i).unwrap_or(Place { of: s, character: 0, byte: 0 });
    let (byte, c) = text[from.byte..].char_indices().nth(i - from.character).ok_or_else(Fail::bad_index)?;
    vm.place_in_text = Some(Place { of: s, character: i, byte: from.byte + byte });
    // What it costs must not depend on what was asked before, which a collection forgets.
    vm.charge(i as u64 / 128);
    vm.string(c.encode_utf8(&mut [0; 4]))
}

/// Where a character of a text begins.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    of: Value,
    character: usize,
    byte: usize,
}

fn part(vm: &mut Vm, a: &[Value]) -> Answer {
    let s = kind(vm, a[0], Kind::String)?;
    let n = vm.heap.characters(s);
    let (start, end) = (super::index(a[1], n + 1)?, super::index(a[2], n + 1)?);
    if start > end {
        return Err(Fail::bad_index());
    }
    let t = vm.heap.text(s);
    let (i, j) = if vm.heap.is_ascii(s) {
        (start, end)
    } else {
        (offset(t, start).ok_or_else(Fail::bad_index)?, offset(t, end).ok_or_else(Fail::bad_index)?)
    };
    // Where characters have different lengths, the text is walked from its beginning.
    let work = if vm.heap.is_ascii(s) { j - i } else { t.len() };
    let t = t[i..j].to_string();
    vm.charge(work as u64 / 512);
    vm.string(&t)
}

fn join(vm: &mut Vm, a: &[Value]) -> Answer {
    let separator = kind(vm, a[0], Kind::String)?;
    let v = kind(vm, a[1], Kind::Vector)?;
    if vm.heap.has_absents() {
        let all = vm.heap.elements(v).to_vec();
        vm.present_all(&all)?;
    }
    let mut parts = Vec::new();
    for (i, e) in vm.heap.elements(v).iter().enumerate() {
        if i > 0 {
            parts.push(separator);
        }
        if !vm.heap.is_kind(*e, Kind::String) {
            return Err(Fail::with("badTypeError", format!("element {i} of what is to be joined is no string")));
        }
        parts.push(*e);
    }
    let total: usize = parts.iter().map(|p| vm.heap.text_len(*p)).fold(0, usize::saturating_add);
    vm.charge(parts.len() as u64 / 16 + total as u64 / 512);
    Ok(vm.heap.joined(&parts)?)
}

fn repeat(vm: &mut Vm, a: &[Value]) -> Answer {
    let len = text(vm, a[0])?.len();
    let n = size(a[1])?;
    let total = len.checked_mul(n).ok_or_else(Fail::bad_size)?;
    vm.heap.check_room(total)?;
    vm.afford(total as u64 / 512)?;
    let s = text(vm, a[0])?.repeat(n);
    vm.string(&s)
}

fn compare(vm: &mut Vm, op: Compare, a: &[Value]) -> Answer {
    kind(vm, a[0], Kind::String)?;
    kind(vm, a[1], Kind::String)?;
    arith::compare(vm, op, a[0], a[1]).map(|b| vm.boolean(b)).ok_or_else(Fail::bad_type)
}

fn index_of(vm: &mut Vm, a: &[Value]) -> Answer {
    vm.afford(text(vm, a[0])?.len() as u64 / 512)?;
    let (s, x) = (text(vm, a[0])?, text(vm, a[1])?);
    let start = super::small(a[2])?.max(0) as usize;
    let at = offset(s, start).and_then(|o| s[o..].find(x).map(|i| o + i));
    Ok(found(s, at))
}

fn replace(vm: &mut Vm, a: &[Value]) -> Answer {
    let (s, x, y) = (text(vm, a[0])?, text(vm, a[1])?, text(vm, a[2])?);
    if x.is_empty() {
        return Err(Fail::with("badSizeError", "the text to be replaced is empty"));
    }
    let most = s.len() + (s.len() / x.len()).saturating_mul(y.len());
    vm.heap.check_room(most)?;
    vm.afford(most as u64 / 512)?;
    let r = text(vm, a[0])?.replace(text(vm, a[1])?, text(vm, a[2])?);
    vm.string(&r)
}

fn split(vm: &mut Vm, a: &[Value]) -> Answer {
    let (s, x) = (owned(vm, a[0])?, owned(vm, a[1])?);
    if x.is_empty() {
        return Err(Fail::with("badSizeError", "the separator is empty"));
    }
    vm.afford(s.len() as u64 / 64)?;
    vm.heap.check_room(s.len().saturating_mul(3))?;
    strings(vm, s.split(x.as_str()))
}

fn characters(vm: &mut Vm, a: &[Value]) -> Answer {
    let s = owned(vm, a[0])?;
    vm.afford(s.len() as u64 / 64)?;
    vm.heap.check_room(s.len() * 8)?;
    let mut all = Vec::with_capacity(s.len());
    for c in s.chars() {
        all.push(match u8::try_from(c) {
            Ok(b) if b < 128 => vm.heap.ascii_character(b),
            _ => vm.heap.string(c.encode_utf8(&mut [0; 4]))?,
        });
    }
    vector(vm, &all)
}
