//! Integers of any size, with a float allowed on the right where that makes sense.

use aura_heap::Value;
use dashu_int::IBig;
use dashu_int::ops::{BitTest, DivRemEuclid, Gcd, SquareRoot, UnsignedAbs};

use super::{Answer, integer};
use crate::arith::{self, Binary, Compare};
use crate::fail::Fail;
use crate::prim::Prim;
use crate::vm::Vm;

pub(super) const PRIMS: &[Prim] = &[
    Prim::leaf("_IntAdd:", 1, |vm, a| binary(vm, Binary::Add, a)),
    Prim::leaf("_IntSub:", 1, |vm, a| binary(vm, Binary::Sub, a)),
    Prim::leaf("_IntMul:", 1, |vm, a| binary(vm, Binary::Mul, a)),
    Prim::leaf("_IntDiv:", 1, |vm, a| binary(vm, Binary::Div, a)),
    Prim::leaf("_IntMod:", 1, |vm, a| binary(vm, Binary::Mod, a)),
    Prim::leaf("_IntFloorDiv:", 1, |vm, a| floored(vm, a, true)),
    Prim::leaf("_IntFloorMod:", 1, |vm, a| floored(vm, a, false)),
    Prim::leaf("_IntLT:", 1, |vm, a| compare(vm, Compare::Less, a)),
    Prim::leaf("_IntLE:", 1, |vm, a| compare(vm, Compare::LessEq, a)),
    Prim::leaf("_IntGT:", 1, |vm, a| compare(vm, Compare::Greater, a)),
    Prim::leaf("_IntGE:", 1, |vm, a| compare(vm, Compare::GreaterEq, a)),
    Prim::leaf("_IntEQ:", 1, |vm, a| compare(vm, Compare::Equal, a)),
    Prim::leaf("_IntNE:", 1, |vm, a| compare(vm, Compare::NotEqual, a)),
    Prim::leaf("_IntHash", 0, |vm, a| Ok(Value::int(hash(&big(vm, a[0])?)))),
    Prim::leaf("_IntAnd:", 1, |vm, a| bits(vm, a, |x, y| x & y, |x, y| x & y)),
    Prim::leaf("_IntOr:", 1, |vm, a| bits(vm, a, |x, y| x | y, |x, y| x | y)),
    Prim::leaf("_IntXor:", 1, |vm, a| bits(vm, a, |x, y| x ^ y, |x, y| x ^ y)),
    Prim::leaf("_IntComplement", 0, |vm, a| {
        let x = big(vm, a[0])?;
        Ok(vm.heap.integer(&!x)?)
    }),
    Prim::leaf("_IntShiftLeft:", 1, shift_left),
    Prim::leaf("_IntShiftRight:", 1, shift_right),
    Prim::leaf("_IntBitCount", 0, |vm, a| {
        let x = big(vm, a[0])?.unsigned_abs();
        Ok(Value::int(x.as_words().iter().map(|w| i64::from(w.count_ones())).sum()))
    }),
    Prim::leaf("_IntBitLength", 0, |vm, a| Ok(Value::int(big(vm, a[0])?.unsigned_abs().bit_len() as i64))),
    Prim::leaf("_IntPower:", 1, power),
    Prim::leaf("_IntGCD:", 1, gcd),
    Prim::leaf("_IntSqrt", 0, sqrt),
    Prim::leaf("_IntAsFloat", 0, |vm, a| {
        big_check(vm, a[0])?;
        let f = arith::to_float(&vm.heap, a[0]).ok_or_else(Fail::bad_type)?;
        Ok(vm.heap.float(f))
    }),
    Prim::leaf("_IntAsCharacter", 0, |vm, a| {
        let c = a[0].as_int().and_then(|i| u32::try_from(i).ok()).and_then(char::from_u32);
        let c = c.ok_or_else(|| Fail::with("badIndexError", "this is no code point of Unicode"))?;
        vm.string(c.encode_utf8(&mut [0; 4]))
    }),
    Prim::leaf("_IntPrintString", 0, |vm, a| print(vm, a[0], 10)),
    Prim::leaf("_IntPrintStringBase:", 1, |vm, a| {
        let base = a[1].as_int().filter(|b| (2..=36).contains(b));
        let base = base.ok_or_else(|| Fail::with("badIndexError", "a base is a number from 2 to 36"))?;
        print(vm, a[0], base as u32)
    }),
];

fn big_check(vm: &Vm, v: Value) -> Result<(), Fail> {
    if vm.heap.is_integer(v) { Ok(()) } else { Err(Fail::bad_type()) }
}

/// A copy of an integer, to calculate with.
fn big(vm: &mut Vm, v: Value) -> Result<IBig, Fail> {
    vm.charge(vm.heap.big_words(v) as u64 / 64);
    vm.heap.as_big(v).ok_or_else(Fail::bad_type)
}

fn binary(vm: &mut Vm, op: Binary, a: &[Value]) -> Answer {
    big_check(vm, a[0])?;
    if let Some(v) = arith::binary(vm, op, a[0], a[1]) {
        return Ok(v);
    }
    if !vm.heap.is_integer(a[1]) {
        return Err(Fail::bad_type());
    }
    if a[1].as_int() == Some(0) && matches!(op, Binary::Div | Binary::Mod) {
        return Err(by_zero());
    }
    Err(Fail::with("outOfMemoryError", "the number is larger than the memory limit leaves room for"))
}

fn by_zero() -> Fail {
    Fail::new("divisionByZeroError")
}

fn compare(vm: &mut Vm, op: Compare, a: &[Value]) -> Answer {
    big_check(vm, a[0])?;
    arith::compare(vm, op, a[0], a[1]).map(|b| vm.boolean(b)).ok_or_else(Fail::bad_type)
}

fn floored(vm: &mut Vm, a: &[Value], quotient: bool) -> Answer {
    if let (Some(x), Some(y)) = (a[0].as_int(), a[1].as_int()) {
        if y == 0 {
            return Err(by_zero());
        }
        let (q, r) = (i128::from(x).div_euclid(y.into()), i128::from(x).rem_euclid(y.into()));
        let (q, r) = if r != 0 && y < 0 { (q - 1, r + i128::from(y)) } else { (q, r) };
        return integer(vm, if quotient { q } else { r });
    }
    if let Some(y) = vm.heap.as_float(a[1]) {
        let x = arith::to_float(&vm.heap, a[0]).ok_or_else(Fail::bad_type)?;
        let q = (x / y).floor();
        return Ok(vm.heap.float(if quotient { q } else { x - q * y }));
    }
    let (x, y) = (big(vm, a[0])?, big(vm, a[1])?);
    if y == IBig::ZERO {
        return Err(by_zero());
    }
    vm.afford((vm.heap.big_words(a[0]) as u64).saturating_mul(vm.heap.big_words(a[1]) as u64) / 64)?;
    let (mut q, r) = x.div_rem_euclid(&y);
    let mut r = IBig::from(r);
    if r != IBig::ZERO && y < IBig::ZERO {
        q -= 1;
        r += &y;
    }
    Ok(vm.heap.integer(&if quotient { q } else { r })?)
}

/// The same for equal integers of any size.
pub(super) fn hash(i: &IBig) -> i64 {
    const MASK: u64 = (1 << 60) - 1;
    match i64::try_from(i) {
        Ok(small) => (small as u64 & MASK) as i64,
        Err(_) => {
            let h = i
                .as_sign_words()
                .1
                .iter()
                .fold(0xcbf2_9ce4_8422_2325u64, |h, w| (h ^ w).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23));
            (h & MASK) as i64
        }
    }
}

fn bits(vm: &mut Vm, a: &[Value], fast: fn(i64, i64) -> i64, slow: fn(IBig, IBig) -> IBig) -> Answer {
    if let (Some(x), Some(y)) = (a[0].as_int(), a[1].as_int()) {
        return Ok(Value::int(fast(x, y)));
    }
    let (x, y) = (big(vm, a[0])?, big(vm, a[1])?);
    Ok(vm.heap.integer(&slow(x, y))?)
}

fn distance(v: Value) -> Result<usize, Fail> {
    let n = v.as_int().ok_or_else(Fail::bad_type)?;
    usize::try_from(n).map_err(|_| Fail::with("badIndexError", "bits cannot be moved by a negative number"))
}

fn shift_left(vm: &mut Vm, a: &[Value]) -> Answer {
    let n = distance(a[1])?;
    if let Some(x) = a[0].as_int()
        && n < 60
        && let Some(v) = i64::checked_mul(x, 1 << n).and_then(Value::try_int)
    {
        return Ok(v);
    }
    let x = big(vm, a[0])?;
    if x == IBig::ZERO {
        return Ok(a[0]);
    }
    let bytes = vm.heap.big_words(a[0]) * 8 + n / 8;
    vm.heap.check_room(bytes.saturating_mul(2))?;
    vm.charge(bytes as u64 / 512);
    Ok(vm.heap.integer(&(x << n))?)
}

fn shift_right(vm: &mut Vm, a: &[Value]) -> Answer {
    let n = distance(a[1])?;
    if let Some(x) = a[0].as_int() {
        return Ok(Value::int(x >> n.min(63)));
    }
    let x = big(vm, a[0])?;
    Ok(vm.heap.integer(&(x >> n))?)
}

fn power(vm: &mut Vm, a: &[Value]) -> Answer {
    let base = big(vm, a[0])?;
    let magnitude = base.clone().unsigned_abs();
    if magnitude <= dashu_int::UBig::ONE {
        let odd = big(vm, a[1])?.bit(0);
        let one = if base < IBig::ZERO && !odd { IBig::ONE } else { base.clone() };
        return Ok(vm.heap.integer(&if a[1].as_int() == Some(0) { IBig::ONE } else { one })?);
    }
    let n = a[1].as_int().ok_or_else(Fail::bad_type)?;
    let n = usize::try_from(n).map_err(|_| Fail::with("badIndexError", "the exponent is negative"))?;
    let bytes = magnitude.bit_len().saturating_mul(n) / 8;
    vm.heap.check_room(bytes.saturating_mul(3))?;
    vm.afford(work(bytes / 8))?;
    Ok(vm.heap.integer(&base.pow(n))?)
}

/// Fuel for multiplying, dividing or printing numbers of so many words.
pub(super) fn work(words: usize) -> u64 {
    (words as u64).saturating_mul(words as u64) / 256
}

fn gcd(vm: &mut Vm, a: &[Value]) -> Answer {
    let (x, y) = (big(vm, a[0])?, big(vm, a[1])?);
    if x == IBig::ZERO && y == IBig::ZERO {
        return Ok(Value::int(0));
    }
    vm.afford(work(vm.heap.big_words(a[0]).max(vm.heap.big_words(a[1]))))?;
    Ok(vm.heap.integer(&IBig::from(x.gcd(&y)))?)
}

fn sqrt(vm: &mut Vm, a: &[Value]) -> Answer {
    let x = big(vm, a[0])?;
    if x < IBig::ZERO {
        return Err(Fail::with("badSignError", "a negative number has no square root"));
    }
    vm.afford(work(vm.heap.big_words(a[0])))?;
    Ok(vm.heap.integer(&IBig::from(x.unsigned_abs().sqrt()))?)
}

fn print(vm: &mut Vm, v: Value, base: u32) -> Answer {
    if let (Some(i), 10) = (v.as_int(), base) {
        return vm.string(&i.to_string());
    }
    let x = big(vm, v)?;
    vm.afford(work(vm.heap.big_words(v)))?;
    let s = x.in_radix(base as u8).to_string();
    vm.string(&s)
}
