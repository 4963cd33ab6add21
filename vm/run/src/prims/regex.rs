//! Regular expressions. The library matches in time linear in the text; the machine remembers compiled patterns.

use std::sync::Arc;

use aura_heap::Value;
use regex::{Captures, Regex, RegexBuilder};

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
        let names: Vec<&str> = r.capture_names().map(Option::unwrap_or_default).collect();
        strings(vm, names)
    }),
];

/// Patterns remembered at a time.
const REMEMBERED: usize = 256;
/// Bytes that a compiled pattern may take.
const LARGEST: usize = 4 << 20;

fn compiled(vm: &mut Vm, pattern: Value) -> Result<Arc<Regex>, Fail> {
    let p = text(vm, pattern)?;
    if let Some(r) = vm.regexes.get(p) {
        return Ok(r.clone());
    }
    let p = p.to_string();
    vm.charge(p.len() as u64 + 100);
    let r = RegexBuilder::new(&p).size_limit(LARGEST).dfa_size_limit(LARGEST).build();
    let r = Arc::new(r.map_err(|e| Fail::with("badTypeError", message(&e)))?);
    if vm.regexes.len() >= REMEMBERED {
        vm.regexes.clear();
    }
    vm.regexes.insert(p, r.clone());
    Ok(r)
}

/// The last line of the library's message says what is wrong; those before it draw the pattern.
fn message(e: &regex::Error) -> String {
    let text = e.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim().trim_start_matches("error: ").to_string()
}

/// Start and end of the whole and of each group, in characters; nil for groups that took no part.
fn bounds(vm: &mut Vm, s: &str, c: &Captures<'_>) -> Answer {
    let mut all = Vec::new();
    for group in c.iter() {
        match group {
            Some(m) => {
                all.push(Value::int(character_at(s, m.start())));
                all.push(Value::int(character_at(s, m.end())));
            }
            None => all.extend([vm.nil(), vm.nil()]),
        }
    }
    vector(vm, &all)
}

fn find(vm: &mut Vm, a: &[Value]) -> Answer {
    let r = compiled(vm, a[0])?;
    let s = owned(vm, a[1])?;
    let start = usize::try_from(small(a[2])?).ok().and_then(|i| offset(&s, i)).ok_or_else(Fail::bad_index)?;
    vm.charge(s.len() as u64 / 64);
    match r.captures_at(&s, start) {
        Some(c) => bounds(vm, &s, &c),
        None => Ok(vm.nil()),
    }
}

fn find_all(vm: &mut Vm, a: &[Value]) -> Answer {
    let r = compiled(vm, a[0])?;
    let s = owned(vm, a[1])?;
    vm.charge(s.len() as u64 / 32);
    let mut all = Vec::new();
    for c in r.captures_iter(&s) {
        vm.heap.check_room(c.len() * 32)?;
        all.push(bounds(vm, &s, &c)?);
    }
    vector(vm, &all)
}

fn replace(vm: &mut Vm, a: &[Value]) -> Answer {
    let r = compiled(vm, a[0])?;
    let (s, with) = (owned(vm, a[1])?, owned(vm, a[2])?);
    let most = s.len().saturating_add((s.len() + 1).saturating_mul(with.len()));
    if most > 1 << 20 {
        vm.heap.check_room(r.find_iter(&s).count().saturating_mul(with.len() + s.len() / 64))?;
    }
    vm.charge(s.len() as u64 / 32);
    let out = r.replace_all(&s, with.as_str());
    vm.string(&out)
}
