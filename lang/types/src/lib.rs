//! Types: an optional, structural, gradual checker.
//!
//! * [`Universe`] everything that is known: objects, files, types; `load` brings a file in, [`Universe::check`] says what is wrong
//! * `object`, `lookup` objects and how messages find their slots
//! * `ty`, `annotation`, `relate` types, how they are written, which fits which
//! * `asked` what a file's code has asked of others
//! * `additions` slots that running code adds to objects
//! * `signature`, `infer` what slots and code answer, as written or as inferred
//! * `effects`, `primitives` what code does besides; `imports` which files it wants that are not there
//! * [`codes`] the diagnostics; `editor` what an editor asks, `lineage` what it offers, `expected` which of that a place asks for
//!
//! What must stay true: checking changes nothing that a program does; it never fails and never runs without a bound; removing a
//! written type other than `any` never adds an error. Not here: files, clocks, the machine. A source comes as text.

mod additions;
mod annotation;
mod asked;
mod awaited;
mod boot;
mod check;
pub mod codes;
mod editor;
mod effects;
mod expected;
mod find;
mod hole;
mod implementors;
mod imports;
mod infer;
mod lineage;
mod load;
mod lookup;
mod mentioned;
mod names;
mod near;
mod object;
mod overrides;
mod parentage;
mod primitives;
mod project;
mod promise;
mod query;
mod relate;
mod signature;
mod stores;
mod ty;
mod universe;
mod world;

pub use editor::{Code, SlotInfo};
pub use effects::{Doing, Effects};
pub use hole::{Candidate, Hole};
pub use imports::missing_imports;
pub use load::Source;
pub use names::{Name, Names};
pub use object::{FileId, ObjectId, SlotId, SlotKind};
pub use primitives::typed_primitives;
pub use project::{Finder, NoFiles, Project};
pub use ty::{Type, TypeId, Types};
pub use universe::{Builtin, Options, Universe};
pub use world::{Handle, LiveSlot, LiveValue, World};
