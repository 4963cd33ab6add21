//! Runs a program on the machine, wired as the command does it.

use std::io::Write as _;
use std::sync::{Arc, Mutex};

use aura_command::drive::{End, Nobody, drive};
use aura_command::output::Shared;
use aura_command::world::{Wiring, machine};
use aura_run::{CapSet, Limits, Tiers};

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("one thread").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What a program prints, and what it fails with; exact, so that a program that does not end stops at the same point each time.
pub(crate) fn deeds(text: &str, fuel: u64, stress: bool, tiers: Tiers) -> (Vec<u8>, Option<String>) {
    let chunks = aura_command::source::compile("program", text, false).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let out = Captured::default();
    let mut vm = machine(Wiring {
        out: Shared::new(out.clone()),
        err: Shared::new(std::io::sink()),
        input: Box::new(std::io::empty()),
        arguments: Vec::new(),
    })
    .expect("the library loads");
    vm.set_tiers(tiers, Some(0));
    vm.stress = stress;
    vm.heap.wants_collection = stress;
    let limits = Limits { fuel: Some(fuel), heap: Some(1 << 30), ..Limits::default() };
    let id = vm.spawn_file("program", &chunks, CapSet::script(), limits);
    let failure = match drive(&mut vm, id, &mut Nobody) {
        End::Failed(f) => Some(format!("{}: {}", f.kind, f.message)),
        _ => None,
    };
    let _ = vm.host.out.flush();
    let printed = out.0.lock().expect("one thread").clone();
    (printed, failure)
}
