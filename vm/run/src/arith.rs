//! Arithmetic and comparison beyond the fast cases: overflow to big integers, floats that are boxed, and mixtures.
//!
//! `None` means that this is not for the machine: the message is really sent, and the library or the user's own method answers.

use std::cmp::Ordering;

use aura_heap::{Heap, Kind, Value};
use dashu_int::IBig;

use crate::vm::Vm;

/// The arithmetic messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Binary {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`: truncates between integers.
    Div,
    /// `%`: the sign of the dividend.
    Mod,
}

/// The comparing messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compare {
    /// `<`
    Less,
    /// `<=`
    LessEq,
    /// `>`
    Greater,
    /// `>=`
    GreaterEq,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `==`
    Same,
}

/// The operation on numbers of one kind.
macro_rules! apply {
    ($op:expr, $a:expr, $b:expr) => {
        match $op {
            Binary::Add => $a + $b,
            Binary::Sub => $a - $b,
            Binary::Mul => $a * $b,
            Binary::Div => $a / $b,
            Binary::Mod => $a % $b,
        }
    };
}

/// `x op y` for numbers.
#[inline(never)]
pub(crate) fn binary(vm: &mut Vm, op: Binary, x: Value, y: Value) -> Option<Value> {
    if x.both_ints(y) {
        let (a, b) = (x.int_unchecked(), y.int_unchecked());
        match op {
            Binary::Div if b != 0 && b != -1 => return Value::try_int(a / b),
            Binary::Mod if b != 0 && b != -1 => return Value::try_int(a % b),
            _ => return integers(vm, op, &IBig::from(a), &IBig::from(b)),
        }
    }
    if vm.heap.is_integer(x) && vm.heap.is_integer(y) {
        let (m, n) = (vm.heap.big_words(x) as u64, vm.heap.big_words(y) as u64);
        let work = if matches!(op, Binary::Add | Binary::Sub) { 0 } else { m.saturating_mul(n) / 64 };
        vm.afford(work.saturating_add((m + n) / 64)).ok()?;
        let (a, b) = (vm.heap.as_big(x)?, vm.heap.as_big(y)?);
        return integers(vm, op, &a, &b);
    }
    let (a, b) = (to_float(&vm.heap, x)?, to_float(&vm.heap, y)?);
    let r = apply!(op, a, b);
    Some(vm.heap.float(r))
}

fn integers(vm: &mut Vm, op: Binary, a: &IBig, b: &IBig) -> Option<Value> {
    if matches!(op, Binary::Div | Binary::Mod) && *b == IBig::ZERO {
        return None;
    }
    let r = apply!(op, a, b);
    vm.heap.integer(&r).ok()
}

/// Words of the largest integers that a double can be near to.
const FLOAT_WORDS: usize = 16;

/// The double nearest to a number; `None` for what is no number.
pub fn to_float(heap: &Heap, v: Value) -> Option<f64> {
    if v.is_int() {
        return Some(v.int_unchecked() as f64);
    }
    heap.as_float(v).or_else(|| {
        // Beyond that none is near, and taking the number apart would take long.
        let is_beyond = heap.big_words(v) > FLOAT_WORDS;
        if is_beyond {
            Some(if heap.is_negative(v) { f64::NEG_INFINITY } else { f64::INFINITY })
        } else {
            Some(heap.as_big(v)?.to_f64().value())
        }
    })
}

/// `x op y` for numbers, strings, and the oddballs.
#[inline(never)]
pub(crate) fn compare(vm: &mut Vm, op: Compare, x: Value, y: Value) -> Option<bool> {
    if op == Compare::Same {
        return same(vm, x, y);
    }
    let heap = &vm.heap;
    let equality = matches!(op, Compare::Equal | Compare::NotEqual);
    if let (Some(a), Some(b)) = (heap.as_text(x), heap.as_text(y)) {
        // Most texts that are compared for equality differ in length or are the same object.
        let answer = if equality { (x == y || a == b) == (op == Compare::Equal) } else { holds(op, a.cmp(b)) };
        let looked_at = if equality && a.len() != b.len() { 0 } else { a.len().min(b.len()) };
        let work = looked_at / 512;
        if work > 0 {
            vm.charge_slice(work as u64);
        }
        return Some(answer);
    }
    if equality && heap.as_text(x).is_some() && !heap.is_absent(y) {
        return Some(op == Compare::NotEqual);
    }
    if equality {
        let s = &vm.specials;
        if x == s.nil || x == s.true_ || x == s.false_ {
            return Some((x == y) == (op == Compare::Equal));
        }
    }
    if heap.is_kind(x, Kind::Big) || heap.is_kind(y, Kind::Big) {
        let work = heap.big_words(x).max(heap.big_words(y)) / 64;
        vm.charge_slice(work as u64);
    }
    numbers(&vm.heap, op, x, y)
}

/// Whether two values are the same if their words are, and only then. Asked at each `==`, so here nothing is called.
#[inline(always)]
pub(crate) fn is_told_apart(heap: &Heap, x: Value, y: Value) -> bool {
    x == y || !x.is_ref() || !y.is_ref() || heap.has_identity(x) && heap.has_identity(y)
}

/// Whether they are the same object. `None` where that is not known before an object of the image has been brought.
fn same(vm: &mut Vm, x: Value, y: Value) -> Option<bool> {
    if x == y || !x.is_ref() || !y.is_ref() {
        return Some(x == y);
    }
    if vm.heap.is_absent(x) || vm.heap.is_absent(y) {
        return None;
    }
    vm.charge_slice(vm.heap.big_words(x) as u64 / 64);
    Some(same_number(&vm.heap, x, y))
}

/// Boxed numbers have no identity of their own: equal bits are the same number.
pub(crate) fn same_number(heap: &Heap, x: Value, y: Value) -> bool {
    if !x.is_ref() || !y.is_ref() {
        return false;
    }
    match (heap.as_float(x), heap.as_float(y)) {
        (Some(a), Some(b)) => a.to_bits() == b.to_bits(),
        (None, None) if heap.big_words(x) == heap.big_words(y) => match (heap.as_big(x), heap.as_big(y)) {
            (Some(a), Some(b)) => a == b,
            _ => false,
        },
        _ => false,
    }
}

fn numbers(heap: &Heap, op: Compare, x: Value, y: Value) -> Option<bool> {
    match (heap.as_float(x), heap.as_float(y)) {
        (Some(a), Some(b)) => floats(op, a, b),
        (Some(a), None) => mixed(heap, op, y, a, true),
        (None, Some(b)) => mixed(heap, op, x, b, false),
        (None, None) if heap.is_integer(x) && heap.is_integer(y) => Some(holds(op, heap.as_big(x)?.cmp(&heap.as_big(y)?))),
        _ => None,
    }
}

fn floats(op: Compare, a: f64, b: f64) -> Option<bool> {
    Some(match a.partial_cmp(&b) {
        Some(o) => holds(op, o),
        None => op == Compare::NotEqual,
    })
}

/// Compares an integer with a float exactly.
fn mixed(heap: &Heap, op: Compare, integer: Value, f: f64, float_first: bool) -> Option<bool> {
    if !heap.is_integer(integer) {
        return None;
    }
    let order = if f.is_nan() {
        return Some(op == Compare::NotEqual);
    } else if f.is_infinite() {
        if f > 0.0 { Ordering::Less } else { Ordering::Greater }
    } else {
        let whole = f.trunc();
        let i = heap.as_big(integer)?;
        let w = IBig::try_from(whole).ok()?;
        i.cmp(&w).then(if f > whole {
            Ordering::Less
        } else if f < whole {
            Ordering::Greater
        } else {
            Ordering::Equal
        })
    };
    Some(holds(op, if float_first { order.reverse() } else { order }))
}

fn holds(op: Compare, o: Ordering) -> bool {
    match op {
        Compare::Less => o == Ordering::Less,
        Compare::LessEq => o != Ordering::Greater,
        Compare::Greater => o == Ordering::Greater,
        Compare::GreaterEq => o != Ordering::Less,
        Compare::Equal | Compare::Same => o == Ordering::Equal,
        Compare::NotEqual => o != Ordering::Equal,
    }
}

/// Whether it is a number of any kind.
pub fn is_number(heap: &Heap, v: Value) -> bool {
    !v.is_ref() || heap.is_kind(v, Kind::Big) || heap.is_kind(v, Kind::Float)
}
