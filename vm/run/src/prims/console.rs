//! Output, arguments, environment. Input may let one wait: see `reading`.

use aura_heap::Value;

use super::{Answer, owned, strings, text};
use crate::caps::Capability;
use crate::fail::Fail;
use crate::prim::Prim;
use crate::vm::Vm;

pub(super) const PRIMS: &[Prim] = &[
    Prim::outside("_StringPrint", 0, |vm, a| print(vm, a[0], false)),
    Prim::outside("_StringPrintError", 0, |vm, a| print(vm, a[0], true)),
    Prim::outside("_FlushOutput", 0, |vm, a| {
        vm.require(Capability::Console, "")?;
        vm.host.out.flush().map_err(|e| Fail::with("ioError", e.to_string()))?;
        Ok(a[0])
    }),
    Prim::outside("_Arguments", 0, |vm, _| {
        vm.require(Capability::Input, "the program's arguments")?;
        let arguments = vm.host.arguments.clone();
        strings(vm, arguments.iter().map(String::as_str))
    }),
    Prim::outside("_EnvironmentAt", 0, |vm, a| {
        let name = owned(vm, a[0])?;
        vm.require(Capability::Environment, &name)?;
        if name.is_empty() || name.contains(['=', '\0']) {
            return Ok(vm.nil());
        }
        match std::env::var_os(&name) {
            Some(v) => vm.string(&v.to_string_lossy()),
            None => Ok(vm.nil()),
        }
    }),
    Prim::outside("_EnvironmentAll", 0, |vm, _| {
        vm.require(Capability::Environment, "all variables")?;
        let all: Vec<String> =
            std::env::vars_os().flat_map(|(k, v)| [k.to_string_lossy().into_owned(), v.to_string_lossy().into_owned()]).collect();
        strings(vm, all.iter().map(String::as_str))
    }),
];

/// Writes text. A trial keeps what it writes to itself.
fn print(vm: &mut Vm, v: Value, error: bool) -> Answer {
    let len = text(vm, v)?.len() as u64;
    vm.charge(1 + len / 512);
    let current = vm.current;
    let trial = vm.process(current).is_some_and(|p| p.trial);
    if !trial {
        vm.require(Capability::Console, "")?;
    }
    if let Some(p) = vm.process_mut(current) {
        let printed = p.budget.printed.get() + len;
        if p.limits.output.is_some_and(|most| printed > most) {
            return Err(Fail::with("limitError", "the limit on output is used up"));
        }
        p.budget.printed.set(printed);
    }
    let s = owned(vm, v)?;
    if trial {
        if let Some(p) = vm.process_mut(current) {
            p.output.extend_from_slice(s.as_bytes());
        }
        return Ok(v);
    }
    let to = if error { &mut vm.host.err } else { &mut vm.host.out };
    to.write_all(s.as_bytes()).map_err(|e| Fail::with("ioError", e.to_string()))?;
    Ok(v)
}
