//! The machine: interpreter, lookup, inline caches, activations, processes, primitives, conditions.
//!
//! Knows the heap and bytecode, and nothing of source text: whoever hosts a machine gives it a compiler as a function ([`Host`]).
//! The way through: `boot` makes a world, `load` runs the library in it, `sched` runs processes, `interp` runs instructions, `native` has what was compiled of them, `sends` and `lookup`
//! find what a message means, `errors` and `unwind` do what happens when something goes wrong, `trial` tries code out and undoes it, `probe` looks at
//! what it does, `input` and `reading` read without making the machine wait, `walls` say what code may do.

mod activate;
mod arith;
mod boot;
mod budget;
mod caps;
mod control;
mod describe;
mod door;
mod errors;
mod fail;
mod image;
mod input;
mod install;
mod interp;
mod linked;
mod load;
mod lookup;
mod native;
mod prim;
pub mod prims;
mod probe;
mod process;
mod reading;
mod roots;
mod sched;
mod sends;
mod table;
mod trace;
mod trial;
mod unwind;
mod vm;
mod walls;

pub use arith::{Binary, Compare, is_number, to_float};
pub use caps::{CapSet, Capability, Denied};
pub use control::Control;
pub use describe::float_text;
pub use door::{CallerView, Compiled, HolderView, Missing, Named, SlotView, ValueView};
pub use fail::Fail;
pub use image::{CodeView, Image, ImageFault, KeptView};
pub use input::Input;
pub use linked::{CodeRef, Linked};
pub use lookup::understood;
pub use native::{NativeDump, NativeStats, Tiers};
pub use prim::{Prim, PrimFn, find as find_primitive, names as primitive_names};
pub use probe::{Plain, Probe, Sample, Sight};
pub use process::{Limits, Process, ProcessId, Status};
pub use sched::Event;
pub use trial::{TrialLimits, TrialReport, Verdict};
pub use vm::{Compiler, Handle, Host, ModuleLoader, Specials, Vm};
