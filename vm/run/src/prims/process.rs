//! What can be asked of processes and semaphores without stopping anything.

use aura_heap::Value;

use super::{Answer, small};
use crate::fail::Fail;
use crate::prim::Prim;
use crate::process::Status;
use crate::vm::Vm;

pub(super) const PRIMS: &[Prim] = &[
    Prim::leaf("_ProcessState", 0, state),
    Prim::leaf("_ProcessResult", 0, |vm, a| Ok(vm.ending(a[0])?.map_or(vm.nil(), |(_, v)| v))),
    Prim::leaf("_SemaphoreNew:", 1, |vm, a| {
        vm.require_written("make semaphores")?;
        let n = small(a[1])?;
        if n < 0 {
            return Err(Fail::with("badSizeError", "a semaphore has no fewer than zero places"));
        }
        Ok(vm.new_semaphore(n))
    }),
    Prim::leaf("_SemaphoreCount", 0, |vm, a| vm.semaphore_count(a[0]).map(Value::int)),
    Prim::leaf("_SemaphoreTryWait", 0, |vm, a| {
        let free = vm.semaphore_take(a[0])?;
        Ok(vm.boolean(free))
    }),
];

fn state(vm: &mut Vm, a: &[Value]) -> Answer {
    if let Some((how, _)) = vm.ending(a[0])? {
        return vm.string(how);
    }
    let id = vm.process_id(a[0])?;
    let name = match vm.process(id).map(|p| p.status) {
        Some(Status::Ready) if id == vm.current => "running",
        Some(Status::Ready) => "ready",
        Some(Status::Waiting) => "waiting",
        Some(Status::Sleeping(_)) => "sleeping",
        Some(Status::Suspended) => "suspended",
        Some(Status::Paused) => "paused",
        Some(Status::Dead | Status::Finished) | None => "finished",
    };
    vm.string(name)
}
