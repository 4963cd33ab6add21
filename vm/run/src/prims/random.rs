//! Random numbers: xoshiro256++ (Blackman and Vigna), seeded by splitmix64. The state is a byte vector of 32 bytes that belongs to the
//! program.
//!
//! What must stay true: the numbers that follow from a seed never change.

use aura_heap::{Kind, Value};
use dashu_int::IBig;

use super::{Answer, bytes, kind};
use crate::caps::Capability;
use crate::fail::Fail;
use crate::prim::Prim;
use crate::vm::Vm;

pub(super) const PRIMS: &[Prim] = &[
    Prim::outside("_RandomEntropy", 0, |vm, _| {
        vm.require(Capability::Random, "a seed")?;
        let seed = getrandom::u64().map_err(|e| Fail::with("ioError", e.to_string()))?;
        Ok(Value::int((seed >> 3) as i64))
    }),
    Prim::leaf("_RandomSeed", 0, seed),
    Prim::leaf("_RandomFloat", 0, |vm, a| {
        let x = next(vm, a[0])?;
        Ok(vm.heap.float((x >> 11) as f64 / (1u64 << 53) as f64))
    }),
    Prim::leaf("_RandomBelow:", 1, below),
];

/// The state that follows from an integer of any size.
fn seed(vm: &mut Vm, a: &[Value]) -> Answer {
    let i = vm.heap.as_big(a[0]).ok_or_else(Fail::bad_type)?;
    let mut z = match i64::try_from(&i) {
        Ok(small) => small as u64,
        Err(_) => super::integer::hash(&i) as u64,
    };
    let mut state = [0u8; 32];
    for word in state.chunks_exact_mut(8) {
        z = z.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = z;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word.copy_from_slice(&(x ^ (x >> 31)).to_le_bytes());
    }
    bytes::new(vm, &state)
}

/// The next 64 bits.
fn next(vm: &mut Vm, state: Value) -> Result<u64, Fail> {
    let v = kind(vm, state, Kind::Bytes)?;
    vm.may_change(v)?;
    // Who draws from what others draw from tells and changes what they get.
    vm.require_of_generated(Capability::Random, "random numbers")?;
    let bytes = vm.heap.byte_slice_mut(v);
    let mut s = [0u64; 4];
    if bytes.len() != 32 {
        return Err(Fail::bad_type());
    }
    for (word, chunk) in s.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = u64::from_le_bytes(chunk.try_into().expect("eight bytes"));
    }
    let answer = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
    let t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = s[3].rotate_left(45);
    for (word, chunk) in s.iter().zip(bytes.chunks_exact_mut(8)) {
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    Ok(answer)
}

/// An integer from 0 below the argument, each equally likely: what would favour some is drawn again.
fn below(vm: &mut Vm, a: &[Value]) -> Answer {
    let Some(n) = a[1].as_int() else { return below_big(vm, a) };
    let n = u64::try_from(n).ok().filter(|n| *n > 0).ok_or_else(Fail::bad_size)?;
    let fair = u64::MAX - u64::MAX % n;
    loop {
        let x = next(vm, a[0])?;
        if x < fair {
            return Ok(Value::int((x % n) as i64));
        }
    }
}

fn below_big(vm: &mut Vm, a: &[Value]) -> Answer {
    let n = vm.heap.as_big(a[1]).ok_or_else(Fail::bad_type)?;
    if n <= IBig::ZERO {
        return Err(Fail::bad_size());
    }
    let words = vm.heap.big_words(a[1]);
    // Before anything is drawn: what fails has drawn nothing.
    vm.heap.check_room((words + 2) * 8)?;
    vm.charge(words as u64);
    // 64 bits more than needed make the bias immeasurable.
    let mut x = IBig::ZERO;
    for _ in 0..=words {
        x = (x << 64) + next(vm, a[0])?;
    }
    Ok(vm.heap.integer(&(x % n))?)
}
