//! Examples in comments, evaluated in the module of their file.

use std::path::Path;

use aura_heap::Value;
use aura_run::Vm;

use super::{Terms, TestResult};
use crate::door::Door;
use crate::drive::{Attendant, End, Nobody, drive};
use crate::examples::{self, Example};
use crate::source;
use crate::world::{self, Wiring};

/// Runs a file's examples. What the file prints when it is loaded is nobody's concern here.
pub(super) fn run(name: &str, text: &str, terms: &Terms) -> Result<Vec<TestResult>, String> {
    let all = examples::find(text);
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let mut vm = world::machine(Wiring::quiet())?;
    let code = source::compile(name, text, false)?;
    let mut door = Door::to_remember(Path::new(name), text, &mut vm).map_err(|(_, why)| why)?;
    let id = vm.spawn_file(name, &code, terms.caps.clone(), terms.limits.clone());
    if let End::Failed(f) = drive(&mut vm, id, &mut door) {
        return Err(f.draw(false));
    }
    vm.forget(id);
    let module = vm.module(name).ok_or("the file has no module")?;
    let module = vm.keep(module);
    Ok(all
        .iter()
        .map(|e| {
            let this = vm.kept(&module);
            let message = check_with(&mut vm, this, e, terms, &mut door).err().unwrap_or_default();
            TestResult {
                file: format!("{name}:{}", e.line),
                name: format!("{} ==> {}", e.code, e.expected),
                passed: message.is_empty(),
                message,
            }
        })
        .collect())
}

/// Evaluates an example with `this` as self, and compares.
///
/// # Errors
/// What it answered instead.
pub fn check(vm: &mut Vm, this: Value, e: &Example, terms: &Terms) -> Result<(), String> {
    check_with(vm, this, e, terms, &mut Nobody)
}

/// The same, where somebody is asked about messages that are not understood.
fn check_with(vm: &mut Vm, this: Value, e: &Example, terms: &Terms, attendant: &mut dyn Attendant) -> Result<(), String> {
    let got = match evaluate(vm, this, &e.code, terms, attendant) {
        Ok(text) => text,
        Err(f) if e.expected == format!("error {}", f.kind) => return Ok(()),
        Err(f) => return Err(f.draw(false)),
    };
    if got == e.expected { Ok(()) } else { Err(format!("expected {}\n     got {got}", e.expected)) }
}

fn evaluate(
    vm: &mut Vm,
    this: Value,
    code: &str,
    terms: &Terms,
    attendant: &mut dyn Attendant,
) -> Result<String, Box<crate::failure::Failure>> {
    let chunks = source::compile("the example", code, false).map_err(|drawn| Box::new(crate::failure::Failure::syntax(drawn)))?;
    let id = world::spawn_in(vm, this, &chunks, terms.caps.clone(), terms.limits.clone());
    let end = drive(vm, id, attendant);
    let result = vm.process(id).map_or(vm.nil(), |p| p.result);
    vm.forget(id);
    match end {
        End::Failed(f) => Err(f),
        _ => world::text_of(vm, "printString", result, terms.caps.clone()),
    }
}
