//! Regular expressions. The library matches in time linear in the text; the machine remembers compiled patterns.
//!
//! What must stay true: compiling and matching are paid for before they are done, by the size that the pattern comes to.

use std::sync::Arc;

use aura_heap::Value;
use regex::{Captures, Regex, RegexBuilder};
use rustc_hash::FxHashMap;

use super::{Answer, owned, small, string::character_at, string::offset, strings, text, vector};
use crate::fail::Fail;
use crate::prim::Prim;
use crate::vm::Vm;

pub(super) const PRIMS: &[Prim] = &[
    Prim::leaf("_RegexCheck", 0, |vm, a| {
        compiled(vm, a[0])?;
        Ok(a[0])
    }),
    Prim::leaf("_RegexFind:From:", 2, find),
    Prim::leaf("_RegexFindAll:", 1, find_all),
    Prim::leaf("_RegexReplace:With:", 2, replace),
    Prim::leaf("_RegexNames", 0, |vm, a| {
        let r = compiled(vm, a[0])?;
        let names: Vec<&str> = r.regex.capture_names().map(Option::unwrap_or_default).collect();
        strings(vm, names)
    }),
];

/// Bytes that a compiled pattern may take, tried one after the other: what it fits into tells how much work matching with it can be, which the library
/// does not.
const SIZES: [usize; 6] = [4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20];
/// Bytes that a matcher may use for what it finds out about a pattern on the way.
const WORKSPACE: usize = 1 << 20;
/// The number of groups times the bytes of the pattern, at most: about twice the memory in which a matcher keeps where groups begin and end.
const MOST_BOUNDS: usize = 128 << 20;
/// Bytes of the patterns remembered at a time.
const REMEMBERED: usize = 16 << 20;
/// Bytes that no pattern is smaller than, with its text and what it is matched with.
const SMALLEST: usize = 64 << 10;

/// A compiled pattern.
#[derive(Clone)]
struct Pattern {
    regex: Arc<Regex>,
    /// Bytes that it takes at most.
    size: usize,
}

/// Matches between two looks at the time.
const AT_ONCE: usize = 16;

impl Pattern {
    /// Fuel for matching so many bytes. The library takes time linear in the text for any pattern, but the larger a pattern, the longer for each byte.
    fn work(&self, bytes: usize) -> u64 {
        (bytes as u64).saturating_mul(self.size as u64) / (8 << 10)
    }
}

/// The compiled patterns that the machine remembers.
#[derive(Default)]
pub(crate) struct Patterns {
    all: FxHashMap<String, Pattern>,
    bytes: usize,
}

impl Patterns {
    fn remember(&mut self, text: String, pattern: Pattern) {
        let bytes = SMALLEST.max(pattern.size) + text.len();
        if self.bytes + bytes > REMEMBERED {
            *self = Self::default();
        }
        self.bytes += bytes;
        self.all.insert(text, pattern);
    }
}

fn compiled(vm: &mut Vm, pattern: Value) -> Result<Pattern, Fail> {
    let p = text(vm, pattern)?;
    if let Some(known) = vm.regexes.all.get(p) {
        return Ok(known.clone());
    }
    let p = p.to_string();
    vm.afford(p.len() as u64 + 100)?;
    for size in SIZES {
        vm.afford(size as u64 / 64)?;
        match RegexBuilder::new(&p).size_limit(size).dfa_size_limit(WORKSPACE).build() {
            Ok(r) => {
                // A matcher may keep the bounds of all groups for each of its states.
                let bounds = r.captures_len().saturating_mul(size);
                if bounds > MOST_BOUNDS {
                    return Err(Fail::with("badTypeError", "the pattern has too many groups for its size"));
                }
                vm.heap.check_room(bounds / 2)?;
                let pattern = Pattern { regex: Arc::new(r), size };
                vm.regexes.remember(p, pattern.clone());
                return Ok(pattern);
            }
            Err(regex::Error::CompiledTooBig(_)) if size < SIZES[SIZES.len() - 1] => {}
            Err(e) => return Err(Fail::with("badTypeError", message(&e))),
        }
    }
    Err(Fail::with("badTypeError", "the pattern is too large"))
}

/// The last line of the library's message says what is wrong; those before it draw the pattern.
fn message(e: &regex::Error) -> String {
    let text = e.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim().trim_start_matches("error: ").to_string()
}

/// Tells characters from bytes in one text, each time from where it was asked last: matches come in order.
struct Places<'s> {
    text: &'s str,
    ascii: bool,
    byte: usize,
    character: i64,
    walked: usize,
}

impl<'s> Places<'s> {
    fn of(text: &'s str) -> Self {
        Self { text, ascii: text.is_ascii(), byte: 0, character: 0, walked: 0 }
    }

    fn character(&mut self, byte: usize) -> i64 {
        if self.ascii {
            return byte as i64;
        }
        let (from, to) = (self.byte.min(byte), self.byte.max(byte));
        let between = character_at(&self.text[from..], to - from);
        self.character += if byte < self.byte { -between } else { between };
        self.byte = byte;
        self.walked += to - from;
        self.character
    }
}

/// Start and end of the whole and of each group, in characters; nil for groups that took no part.
fn bounds(vm: &mut Vm, places: &mut Places<'_>, c: &Captures<'_>) -> Answer {
    let mut all = Vec::new();
    for group in c.iter() {
        match group {
            Some(m) => {
                all.push(Value::int(places.character(m.start())));
                all.push(Value::int(places.character(m.end())));
            }
            None => all.extend([vm.nil(), vm.nil()]),
        }
    }
    vm.charge(std::mem::take(&mut places.walked) as u64 / 512);
    vector(vm, &all)
}

fn find(vm: &mut Vm, a: &[Value]) -> Answer {
    let r = compiled(vm, a[0])?;
    let s = owned(vm, a[1])?;
    let start = usize::try_from(small(a[2])?).ok().and_then(|i| offset(&s, i)).ok_or_else(Fail::bad_index)?;
    vm.charge(s.len() as u64 / 64);
    vm.afford(r.work(s.len() - start))?;
    match r.regex.captures_at(&s, start) {
        Some(c) => bounds(vm, &mut Places::of(&s), &c),
        None => Ok(vm.nil()),
    }
}

/// Each match is found in time linear in what is left of the text, all of them in that times their number: what was paid for beforehand is one of them.
fn go_on(vm: &Vm, matches: usize) -> Result<(), Fail> {
    if matches.is_multiple_of(AT_ONCE) { vm.may_go_on() } else { Ok(()) }
}

fn find_all(vm: &mut Vm, a: &[Value]) -> Answer {
    let r = compiled(vm, a[0])?;
    let s = owned(vm, a[1])?;
    vm.afford(r.work(s.len()) + s.len() as u64 / 32)?;
    let mut places = Places::of(&s);
    let mut all = Vec::new();
    for (n, c) in r.regex.captures_iter(&s).enumerate() {
        go_on(vm, n)?;
        vm.heap.check_room(c.len() * 32)?;
        all.push(bounds(vm, &mut places, &c)?);
    }
    vector(vm, &all)
}

/// What a match is replaced by may name groups many times, so it can be much longer than both texts: room is asked for at each match.
fn replace(vm: &mut Vm, a: &[Value]) -> Answer {
    let r = compiled(vm, a[0])?;
    let (s, with) = (owned(vm, a[1])?, owned(vm, a[2])?);
    vm.afford(r.work(s.len()) + s.len() as u64 / 32)?;
    let names = with.matches('$').count();
    let (mut out, mut done) = (String::new(), 0);
    for (n, c) in r.regex.captures_iter(&s).enumerate() {
        go_on(vm, n)?;
        let Some(m) = c.get(0) else { continue };
        let most = with.len().saturating_add(names.saturating_mul(m.len()));
        vm.heap.check_room(out.len().saturating_add(most).saturating_add(s.len()))?;
        vm.charge(most as u64 / 128);
        out.push_str(&s[done..m.start()]);
        c.expand(&with, &mut out);
        done = m.end();
    }
    out.push_str(&s[done..]);
    vm.string(&out)
}
