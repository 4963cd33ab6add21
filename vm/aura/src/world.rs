//! A machine with the library in it, and programs in the machine.

use std::sync::Arc;

use aura_code::Code;
use aura_heap::Value;
use aura_run::{CapSet, Host, Input, Limits, ProcessId, Vm};

use crate::output::{After, Shared};
use crate::{kernel, source};

/// What a machine is connected to.
pub struct Wiring {
    /// Where the program prints.
    pub out: Shared,
    /// Where its error output goes.
    pub err: Shared,
    /// What it reads.
    pub input: Input,
    /// Its arguments.
    pub arguments: Vec<String>,
}

impl Wiring {
    /// Of a program that prints for nobody, and reads nothing.
    pub fn quiet() -> Self {
        let nobody = Shared::new(std::io::sink());
        Self { out: nobody.clone(), err: nobody, input: Input::default(), arguments: Vec::new() }
    }

    /// The process's own input and output.
    pub fn standard(arguments: Vec<String>) -> Self {
        let out = Shared::stdout();
        let err = Shared::new(After::new(out.clone(), std::io::stderr()));
        Self { out, err, input: Input::standard(), arguments }
    }
}

/// A machine that has loaded the library.
///
/// # Errors
/// What is wrong with the library.
pub fn machine(wiring: Wiring) -> Result<Vm, String> {
    let mut vm = Vm::bare(Host {
        out: Box::new(wiring.out),
        err: Box::new(wiring.err),
        input: wiring.input,
        arguments: wiring.arguments,
        module: Box::new(source::module),
        compile: Box::new(|name, text| source::compile(name, text, false)),
    });
    vm.load_library(kernel::library()?).map_err(|e| format!("the library does not load: {e}"))?;
    vm.set_tiers(crate::cli::Jit::from_environment().tiers(), None);
    Ok(vm)
}

/// A module that stays: what the REPL and documentation examples are evaluated in.
pub fn module(vm: &mut Vm, name: &str) -> Result<Value, String> {
    let chunks = source::compile(name, "| it |\n", false)?;
    let id = vm.spawn_file(name, &chunks, CapSet::none(), Limits::default());
    crate::drive::drive(vm, id, &mut crate::drive::Nobody);
    vm.forget(id);
    vm.module(name).ok_or_else(|| "the module was not made".to_string())
}

/// A process for code that runs with a module that is there already.
pub fn spawn_in(vm: &mut Vm, module: Value, chunks: &[Arc<Code>], caps: CapSet, limits: Limits) -> ProcessId {
    let refs = vm.prepare(chunks, module);
    vm.spawn_code(&refs, module, caps, limits)
}

/// Sends a message and answers what it answers, as long as that is text.
pub fn text_of(vm: &mut Vm, selector: &str, v: Value, caps: CapSet) -> Result<String, Box<crate::failure::Failure>> {
    let limits = Limits { fuel: Some(20_000_000), ..Limits::default() };
    let id = vm.spawn_send(selector, &[v], caps, limits);
    let end = crate::drive::drive(vm, id, &mut crate::drive::Nobody);
    let result = vm.process(id).map_or(vm.nil(), |p| p.result);
    let text = vm.heap.as_text(result).map(str::to_string);
    vm.forget(id);
    match end {
        crate::drive::End::Failed(f) => Err(f),
        _ => Ok(text.unwrap_or_else(|| vm.describe(result))),
    }
}
