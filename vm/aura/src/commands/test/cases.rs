//! Test files: run, then asked for their test cases.

use std::io::Write as _;
use std::path::Path;

use aura_heap::Value;
use aura_run::Vm;

use super::{Terms, TestResult};
use crate::door::Door;
use crate::drive::{End, drive};
use crate::world::{self, Wiring};
use crate::{output, source};

/// Runs a test file and its tests.
pub(super) fn run(name: &str, text: &str, terms: &Terms) -> Result<Vec<TestResult>, String> {
    let code = source::compile(name, text, output::colour())?;
    let mut wiring = Wiring::standard(Vec::new());
    if terms.aside {
        wiring.out = wiring.err.clone();
    }
    let mut vm = world::machine(wiring)?;
    let mut door = Door::to_remember(Path::new(name), text, &mut vm).map_err(|(_, why)| why)?;
    let id = vm.spawn_file(name, &code, terms.caps.clone(), terms.limits.clone());
    if let End::Failed(f) = drive(&mut vm, id, &mut door) {
        return Err(f.draw(output::colour()));
    }
    // What a test misses is a failure of the test, so nobody would hear of it.
    door.bring_all(&mut vm)?;
    let lobby = vm.specials.lobby;
    let tests = vm.global_constant(lobby, "tests").ok_or("the library has no `tests`")?;
    let module = vm.module(name).ok_or("the file has no module")?;
    if module != lobby {
        let (tests, module) = (vm.keep(tests), vm.keep(module));
        let values = [vm.kept(&tests), vm.kept(&module)];
        send(&mut vm, &mut door, "addAllIn:", &values, terms)?;
        let tests = vm.release(tests);
        vm.release(module);
        let all = send(&mut vm, &mut door, "runForCommand", &[tests], terms)?;
        return Ok(read(&mut vm, name, all));
    }
    let all = send(&mut vm, &mut door, "runForCommand", &[tests], terms)?;
    Ok(read(&mut vm, name, all))
}

fn send(vm: &mut Vm, door: &mut Door, selector: &str, values: &[Value], terms: &Terms) -> Result<Value, String> {
    let id = vm.spawn_send(selector, values, terms.caps.clone(), terms.limits.clone());
    let end = drive(vm, id, door);
    let _ = vm.host.out.flush();
    let result = vm.process(id).map_or(vm.nil(), |p| p.result);
    vm.forget(id);
    match end {
        End::Failed(f) => Err(f.draw(output::colour())),
        End::Exit(code) => Err(format!("a test ended the program with the code {code}")),
        End::Answered => Ok(result),
    }
}

/// A vector of vectors: name, whether it went well, message.
fn read(vm: &mut Vm, file: &str, all: Value) -> Vec<TestResult> {
    let text = |vm: &Vm, v: Value| vm.heap.as_text(v).unwrap_or("?").to_string();
    vm.heap
        .elements(all)
        .iter()
        .map(|r| {
            let parts = vm.heap.elements(*r);
            TestResult {
                file: file.into(),
                name: text(vm, parts[0]),
                passed: parts[1] == vm.specials.true_,
                message: text(vm, parts[2]),
            }
        })
        .collect()
}
