//! Values, objects, maps, symbols, allocation, collection: the only crate that knows tag bits and object headers.
//!
//! **The rule that everything rests on**: a collection happens only when the machine asks for one ([`Heap::collect`]), at a
//! safepoint, where every live value is in a root. Allocation itself never collects: when the nursery is full it goes on in old space
//! and sets [`Heap::wants_collection`]. So code between two safepoints may hold plain [`Value`]s.
//!
//! **The one write barrier** is [`Heap::store`]: a test of one header bit, and behind it the remembered set of the generational collector and the
//! undo log of a running trial, and the list of what the next commit must write. Changes of slots go through [`Heap::set_map`], which passes the same barrier
//! and collects the dependents that the machine must flush.
//!
//! Not here: the syntax tree, bytecode, and lookup.

pub mod layout;

mod absent;
mod accessors;
mod gc;
mod heap;
mod integrity;
mod map;
mod number;
mod shared;
mod slots;
mod space;
mod symbol;
mod text;
mod tracking;
mod trial;
mod value;

pub use absent::{Shape, WrongSize};
pub use gc::{CollectionKind, Roots};
pub use heap::{Heap, KindMaps, OutOfMemory, Stats};
pub use layout::Kind;
pub use map::{Dependent, Map, MapId, Slot, SlotKind, SlotMeta};
pub use slots::SlotError;
pub use symbol::{Symbol, Symbols, arity};
pub use tracking::BASE;
pub use value::{EXPONENT_OFFSET, FOLD, MAX_INT, MIN_INT, Value};
