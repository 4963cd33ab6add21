//! The memory beside a script: its file of learned methods.

use std::path::Path;
use std::time::SystemTime;

use aura_run::Vm;

use super::{Keeping, Known, Memory, MemoryError, Recalled};
use crate::chronicle::Learning;
use crate::gates::{Context, Powers, own_names};
use crate::interface::Shape;
use crate::learned::{self, Learned, Provenance};

/// See the module's comment.
pub struct Beside {
    file: Learned,
    script: String,
}

impl Beside {
    /// The file at `path`, if it is there, for a script of that name with that text. `policy` names the capabilities that
    /// learned methods may use.
    ///
    /// # Errors
    /// When the file is damaged, or something in it reaches for a power.
    pub fn open(path: &Path, script: &str, text: &str, policy: &[String]) -> Result<Self, MemoryError> {
        // Whether the sender holds them is seen when a method is installed.
        let powers = Powers::of(policy, policy);
        let context = Context { own: own_names(text), powers, ..Context::default() };
        Ok(Self { file: Learned::load(path, &context)?, script: script.into() })
    }
}

impl Memory for Beside {
    fn recall(&mut self, _vm: &mut Vm) -> Result<Recalled, MemoryError> {
        let known = |m: &learned::Method| Known {
            at: m.at.clone(),
            selector: m.selector.clone(),
            source: m.source.clone(),
            comment: m.comment.clone(),
            written_for: None,
        };
        let methods = self.file.methods().iter().map(known).collect();
        Ok(Recalled { methods, refused: self.file.refused(), notes: Vec::new() })
    }

    fn keep(&mut self, _vm: &mut Vm, l: Learning) -> Keeping {
        let method = learned::method(&l.at, &l.selector, &l.source, &Provenance::of(&l), SystemTime::now());
        match self.file.keep(method, &self.script) {
            Ok(()) => Keeping { kept: Some(self.file.path().display().to_string()), ..Keeping::default() },
            Err(error) => Keeping::failed(format!("'{}' could not be kept: {error}; {}", l.selector, error.remedy())),
        }
    }

    fn checked(&mut self, _vm: &mut Vm, _entry: &str, _interface: &[Shape], _trial: &str) -> Keeping {
        Keeping::default()
    }
}
