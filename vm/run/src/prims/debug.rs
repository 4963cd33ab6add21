//! For people who work on the machine.

use std::io::Write;

use crate::caps::Capability;
use crate::prim::Prim;

pub(crate) const PRIMS: &[Prim] = &[Prim::leaf("_Print", 0, |vm, a| {
    vm.require(Capability::Console, "")?;
    let text = vm.describe(a[0]);
    // What cannot be printed is no error of the program's.
    let _ = writeln!(vm.host.out, "{text}");
    Ok(a[0])
})];
