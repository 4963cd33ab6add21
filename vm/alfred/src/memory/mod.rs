//! What a script remembers of earlier runs, and where it keeps what it learns.
//!
//! * [`Beside`] in a file of learned methods beside the script
//! * [`Chronicled`] in the chronicle of an image, with a journal
//! * [`Both`] in the chronicle; a file beside the script is read, too
//!
//! Each file of a program has a memory of its own: [`Memories`].
//!
//! A memory belongs to the machine's thread: the image that a program works at is the machine's, and there is only one who may
//! write to it. What must stay true: a memory that cannot be written stops no program; one that is damaged is used for nothing.
//!
//! Not here: installing, and the gates that everything remembered passes again.

mod beside;
mod chronicled;
mod files;

use aura_run::Vm;

use crate::chronicle::{ChronicleFault, ChronicleStore, Learning, StoreFault};
use crate::interface::Shape;
use crate::learned::LearnedError;
use crate::situation::{Refused, Verified};

pub use beside::Beside;
pub use chronicled::Chronicled;
pub use files::{Alone, Memories, Opened};

/// Why a memory cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MemoryError {
    /// The file beside the script.
    #[error("{error}; {}", .error.remedy())]
    File {
        /// What is wrong with it.
        #[from]
        error: LearnedError,
    },
    /// The chronicle of an image.
    #[error("what was learned in {place} cannot be used: {fault}")]
    Chronicle {
        /// Which.
        place: String,
        /// What is wrong with it.
        fault: ChronicleFault,
    },
}

/// A method of an earlier run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// The object that it belongs to.
    pub at: String,
    /// Its selector.
    pub selector: String,
    /// The method, as a slot.
    pub source: String,
    /// Where it comes from, as the comment before it says; nothing if a person wrote none.
    pub comment: String,
    /// What is known about the objects that it was written for. Nothing for a person's file: who edits it answers for it.
    pub written_for: Option<WrittenFor>,
}

impl Known {
    /// What others are told of it.
    pub(crate) fn verified(&self, file: &str) -> Verified {
        Verified { file: file.into(), at: self.at.clone(), selector: self.selector.clone(), source: self.source.clone() }
    }
}

/// The objects that a method was written for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WrittenFor {
    /// The entry of the chronicle that has the method.
    pub entry: String,
    /// What they understood.
    pub interface: Vec<Shape>,
    /// The digests of all interfaces that it has passed the gates with.
    pub passed: Vec<String>,
}

/// What a script remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recalled {
    /// Methods that are in force.
    pub methods: Vec<Known>,
    /// What people have refused, with the selector.
    pub refused: Vec<(String, Refused)>,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// What became of something to be kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keeping {
    /// Where it was kept; nothing: it was not.
    pub kept: Option<String>,
    /// What a person should know.
    pub notes: Vec<String>,
    /// As what it is known from now on.
    pub known: Option<Known>,
}

impl Keeping {
    /// It was not kept, and this is why.
    pub fn failed(why: String) -> Self {
        Self { notes: vec![why], ..Self::default() }
    }
}

/// See the module's comment.
pub trait Memory {
    /// What is known.
    ///
    /// # Errors
    /// When it is damaged, or cannot be read.
    fn recall(&mut self, vm: &mut Vm) -> Result<Recalled, MemoryError>;

    /// Keeps a method, durably.
    fn keep(&mut self, vm: &mut Vm, learning: Learning) -> Keeping;

    /// Notes that a known method has passed the gates with another interface.
    fn checked(&mut self, vm: &mut Vm, entry: &str, interface: &[Shape], trial: &str) -> Keeping;
}

/// Where the chronicle is that a program keeps things in.
pub trait Place {
    /// Opens it, for as short as the answer lives; the machine's own image is reached through the machine. Nothing: there is
    /// none yet, and none is to be made.
    ///
    /// # Errors
    /// When it cannot be opened.
    fn open<'a>(&'a mut self, vm: &'a mut Vm, make: bool) -> Result<Option<Box<dyn ChronicleStore + 'a>>, StoreFault>;

    /// What it is called, in messages.
    fn name(&self) -> String;
}

/// A memory in an image, and a file beside the script that is only read: it may have come with the script.
pub struct Both {
    /// What is only read.
    pub file: Beside,
    /// Where new things go.
    pub image: Chronicled,
}

impl Memory for Both {
    fn recall(&mut self, vm: &mut Vm) -> Result<Recalled, MemoryError> {
        let mut all = self.file.recall(vm)?;
        let more = self.image.recall(vm)?;
        let new = |k: &Known| !all.methods.iter().any(|m| m.at == k.at && m.selector == k.selector);
        let new: Vec<Known> = more.methods.into_iter().filter(new).collect();
        all.methods.extend(new);
        all.refused.extend(more.refused);
        all.notes.extend(more.notes);
        Ok(all)
    }

    fn keep(&mut self, vm: &mut Vm, learning: Learning) -> Keeping {
        self.image.keep(vm, learning)
    }

    fn checked(&mut self, vm: &mut Vm, entry: &str, interface: &[Shape], trial: &str) -> Keeping {
        self.image.checked(vm, entry, interface, trial)
    }
}
