//! What code does besides answering: inferred over the calls that inference has found, declared by `{ 'effects: …' … }`, and checked.
//!
//! * `set` sets of effects and their words; `walk` following calls; `declared` the annotation, held against what was inferred
//!
//! Two sets are kept. *Certain* are the effects by way of messages whose slots are known; *possible* are also those of everything
//! that answers a message of the same name, where nothing is known about the receiver. What must stay true: a block's effects
//! belong to whoever wrote the block, so evaluating a block that was given adds none.

mod declared;
mod set;
mod walk;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::names::Name;
use crate::object::SlotId;

pub(crate) use declared::{beyond, check, way};
pub use set::Effects;

/// Whose slots something changes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Whose {
    /// The receiver's of the code.
    Own,
    /// Those of an object that the code has just made; what they hold may be shared with others.
    Fresh,
    /// Those of an object that the code has just made, with everything that its slots hold.
    New,
    /// Those of an object that a slot of the receiver holds.
    Part,
    /// Anybody's.
    Other,
}

impl Whose {
    /// Whose it is if it may be either's.
    pub(crate) fn or(self, other: Whose) -> Whose {
        match (self, other) {
            _ if self == other => self,
            (Whose::New | Whose::Fresh, Whose::New | Whose::Fresh) => Whose::Fresh,
            _ => Whose::Other,
        }
    }

    /// Whether the code has just made it.
    pub(crate) fn is_fresh(self) -> bool {
        matches!(self, Whose::New | Whose::Fresh)
    }
}

/// Something that code does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Call {
    /// Runs a method.
    Method(SlotId, Whose),
    /// Assigns to a slot.
    Write(Whose),
    /// Runs the machine's operation.
    Primitive(Name, Whose),
    /// Sends a message to an object of unknown kind.
    Named(Name),
    /// Makes an object.
    Make,
    /// Goes round a loop whose end nothing shows.
    Loop,
}

/// All that code does, in the order in which it was found: numbers of slots and names depend on which files were loaded before.
#[derive(Clone, Default)]
pub(crate) struct Calls {
    order: Vec<Call>,
    known: FxHashSet<Call>,
}

impl Calls {
    pub(crate) fn insert(&mut self, call: Call) {
        if self.known.insert(call) {
            self.order.push(call);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.order.clear();
        self.known.clear();
    }

    pub(crate) fn in_order(self) -> Vec<Call> {
        self.order
    }
}

/// What code does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Doing {
    /// By way of messages whose slots are known.
    pub certain: Effects,
    /// Also by way of messages to objects of unknown kind.
    pub possible: Effects,
}

impl Doing {
    fn told(self) -> Self {
        Self { certain: self.certain.told(), possible: self.possible.told() }
    }
}

/// What was found out about effects so far.
#[derive(Default)]
pub(crate) struct Memory {
    known: FxHashMap<(walk::Way, walk::Node), Effects>,
}

impl Memory {
    pub(crate) fn clear(&mut self) {
        self.known.clear();
    }
}

/// What the primitives outside the table of harmless ones do, by name.
pub(crate) fn of_primitive(name: &str) -> Effects {
    const STARTS: &[(&str, Effects)] = &[
        ("_File", Effects::FILES),
        ("_Directory", Effects::FILES),
        ("_TimeMicro", Effects::CLOCK),
        ("_TimeNow", Effects::CLOCK),
        ("_Time", Effects::ALLOCATES),
        ("_RandomEntropy", Effects::RANDOM),
        ("_RandomSeed", Effects::ALLOCATES),
        ("_Random", Effects::CHANGES_SELF),
        ("_Environment", Effects::ENVIRONMENT),
        ("_Arguments", Effects::ENVIRONMENT),
        ("_Fork", Effects::PROCESSES),
        ("_Yield", Effects::PROCESSES),
        ("_Sleep", Effects::PROCESSES),
        ("_Process", Effects::PROCESSES),
        ("_Semaphore", Effects::PROCESSES),
        ("_StringPrint", Effects::CONSOLE),
        ("_FlushOutput", Effects::CONSOLE),
        ("_Input", Effects::INPUT),
        ("_Image", Effects::IMAGE),
        ("_Transaction", Effects::IMAGE),
        ("_Import", Effects::SYSTEM),
        ("_Evaluate", Effects::SYSTEM),
        ("_Exit", Effects::SYSTEM),
        ("_Unhandled", Effects::PURE),
        ("_UnwindTo", Effects::PURE),
        ("_Protect", Effects::PURE),
        ("_ContinueUnwind", Effects::PURE),
        ("_BlockValueWithArguments", Effects::PURE),
        ("_CollectGarbage", Effects::ALLOCATES),
        ("_Mirror", Effects::REFLECTION),
        ("_Method", Effects::REFLECTION),
        ("_Perform", Effects::REFLECTION),
        ("_AddSlots", Effects::REFLECTION),
        ("_Define", Effects::REFLECTION),
        ("_Remove", Effects::REFLECTION),
    ];
    STARTS.iter().find(|s| name.starts_with(s.0)).map_or(Effects::REFLECTION, |s| s.1)
}
