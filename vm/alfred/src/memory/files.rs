//! The memories of a program: what was learned for an object is remembered with the file that the object is from.
//!
//! What must stay true: a file that two programs share has one memory, whoever of them learns; a file's memory is opened when it is
//! first needed, unless it is there already.
//!
//! Not here: which memory a file has, and where files lie. The host knows.

use std::collections::BTreeSet;

use aura_run::Vm;

use super::{Memory, MemoryError};

/// A file's memory.
#[derive(Default)]
pub struct Opened {
    /// What it remembers; nothing if it keeps nothing.
    pub memory: Option<Box<dyn Memory>>,
    /// Names that the file defines: they are no strangers to the guardian.
    pub own: BTreeSet<String>,
}

/// See the module's comment.
pub trait Memories {
    /// The file that an object is from which the module of `file` calls `path`.
    fn home(&self, file: &str, _path: &str) -> String {
        file.to_string()
    }

    /// The program's own file: what belongs to no other is remembered there.
    fn main(&self) -> String;

    /// Opens the memory of a file.
    ///
    /// # Errors
    /// When it is damaged, or cannot be read.
    fn open(&mut self, vm: &mut Vm, file: &str) -> Result<Opened, MemoryError>;
}

/// One file has a memory, and the others none.
#[derive(Default)]
pub struct Alone {
    /// The file, as the machine knows it.
    pub file: String,
    /// Its memory.
    pub memory: Option<Box<dyn Memory>>,
}

impl Memories for Alone {
    fn main(&self) -> String {
        self.file.clone()
    }
    fn open(&mut self, _vm: &mut Vm, file: &str) -> Result<Opened, MemoryError> {
        let memory = if file == self.file { self.memory.take() } else { None };
        Ok(Opened { memory, ..Opened::default() })
    }
}
