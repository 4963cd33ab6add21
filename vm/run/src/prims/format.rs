//! Numbers from text, and text as it is written in a program.

use aura_heap::Value;
use dashu_int::IBig;

use super::{Answer, small, text};
use crate::fail::Fail;
use crate::prim::Prim;
use crate::vm::Vm;

pub(super) const PRIMS: &[Prim] = &[
    Prim::leaf("_StringAsInteger:", 1, as_integer),
    Prim::leaf("_StringAsFloat", 0, as_float),
    Prim::leaf("_StringQuoted", 0, |vm, a| {
        vm.afford(text(vm, a[0])?.len() as u64 / 64)?;
        let s = quoted(text(vm, a[0])?);
        vm.string(&s)
    }),
];

fn unreadable(what: &str) -> Fail {
    Fail::with("badTypeError", format!("this text is no {what}"))
}

/// Digits with a sign before them and nothing else; `_` may stand between digits.
fn as_integer(vm: &mut Vm, a: &[Value]) -> Answer {
    let base = u32::try_from(small(a[1])?).ok().filter(|b| (2..=36).contains(b));
    let base = base.ok_or_else(|| Fail::with("badIndexError", "a base is a number from 2 to 36"))?;
    let length = text(vm, a[0])?.len();
    vm.afford(length as u64 / 64)?;
    let s = text(vm, a[0])?.trim();
    let digits = s.strip_prefix(['-', '+']).unwrap_or(s);
    let all_digits = digits.chars().all(|c| c.is_digit(base) || c == '_');
    if !all_digits || digits.starts_with('_') || digits.ends_with('_') || digits.is_empty() || digits.contains("__") {
        return Err(unreadable("integer"));
    }
    let digits = digits.replace('_', "");
    let negative = s.starts_with('-');
    let words = digits.len() / 10 + 1;
    vm.afford(super::integer::work(words))?;
    let i = IBig::from_str_radix(&digits, base).map_err(|_| unreadable("integer"))?;
    Ok(vm.heap.integer(&if negative { -i } else { i })?)
}

fn as_float(vm: &mut Vm, a: &[Value]) -> Answer {
    vm.afford(text(vm, a[0])?.len() as u64 / 64)?;
    let s = text(vm, a[0])?.trim();
    // Rust also reads "inf", "infinity" and "nan" in any case; numbers begin with a sign, a digit or a point.
    let body = s.strip_prefix(['-', '+']).unwrap_or(s);
    if !body.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Err(unreadable("number"));
    }
    let f: f64 = s.parse().map_err(|_| unreadable("number"))?;
    Ok(vm.heap.float(f))
}

/// The text between single quotes, with escapes, so that it reads back as the same text.
pub(crate) fn quoted(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    out.push('\'');
    for c in s.chars() {
        match c {
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\u{{{:x}}}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}
