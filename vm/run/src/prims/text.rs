//! Strings as text: letters, case, white space, lines, Unicode's own ways of dividing and normalising.

use aura_heap::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::{Answer, owned, small, strings, text};
use crate::fail::Fail;
use crate::prim::Prim;
use crate::vm::Vm;

pub(super) const PRIMS: &[Prim] = &[
    Prim::leaf("_StringUppercase", 0, |vm, a| map(vm, a, |s| s.to_uppercase())),
    Prim::leaf("_StringLowercase", 0, |vm, a| map(vm, a, |s| s.to_lowercase())),
    Prim::leaf("_StringTrim:", 1, trim),
    Prim::leaf("_StringLines", 0, |vm, a| {
        let s = owned(vm, a[0])?;
        vm.afford(s.len() as u64 / 64)?;
        strings(vm, s.lines())
    }),
    Prim::leaf("_StringWords", 0, |vm, a| {
        let s = owned(vm, a[0])?;
        vm.afford(s.len() as u64 / 64)?;
        strings(vm, s.split_whitespace())
    }),
    Prim::leaf("_StringGraphemes", 0, |vm, a| {
        let s = owned(vm, a[0])?;
        vm.afford(s.len() as u64 / 16)?;
        strings(vm, s.graphemes(true))
    }),
    Prim::leaf("_StringAll:", 1, all),
    Prim::leaf("_StringNormalize:", 1, normalize),
];

fn map(vm: &mut Vm, a: &[Value], f: impl Fn(&str) -> String) -> Answer {
    let len = text(vm, a[0])?.len();
    vm.heap.check_room(len.saturating_mul(2))?;
    vm.afford(len as u64 / 64)?;
    let s = f(text(vm, a[0])?);
    vm.string(&s)
}

/// 1: white space at the beginning, 2: at the end, 3: both.
fn trim(vm: &mut Vm, a: &[Value]) -> Answer {
    let which = small(a[1])?;
    map(vm, a, |s| {
        let s = if which & 1 != 0 { s.trim_start() } else { s };
        if which & 2 != 0 { s.trim_end() } else { s }.to_string()
    })
}

/// Whether there is a character and every one is of this class.
fn all(vm: &mut Vm, a: &[Value]) -> Answer {
    let s = text(vm, a[0])?;
    let class: fn(char) -> bool = match text(vm, a[1])? {
        "letter" => char::is_alphabetic,
        "digit" => |c| c.is_ascii_digit(),
        "alphanumeric" => char::is_alphanumeric,
        "space" => char::is_whitespace,
        "uppercase" => char::is_uppercase,
        "lowercase" => char::is_lowercase,
        _ => return Err(Fail::bad_type()),
    };
    let (yes, work) = (!s.is_empty() && s.chars().all(class), s.len() as u64 / 128);
    vm.charge(work);
    Ok(vm.boolean(yes))
}

fn normalize(vm: &mut Vm, a: &[Value]) -> Answer {
    let len = text(vm, a[0])?.len();
    // The longest decomposition is eighteen characters for one.
    vm.heap.check_room(len.saturating_mul(12))?;
    vm.afford(len as u64 / 8)?;
    let s = text(vm, a[0])?;
    let r: String = match text(vm, a[1])? {
        "NFC" => s.nfc().collect(),
        "NFD" => s.nfd().collect(),
        "NFKC" => s.nfkc().collect(),
        "NFKD" => s.nfkd().collect(),
        _ => return Err(Fail::with("badTypeError", "the normal forms are NFC, NFD, NFKC and NFKD")),
    };
    vm.string(&r)
}
