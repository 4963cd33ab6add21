//! The memory in an image: its chronicle, with the journal beside it.
//!
//! What must stay true: the chronicle is open only while something is read or written, unless it is that of the machine's own
//! image; an entry is in the chronicle before it is in the journal.

use std::path::PathBuf;

use aura_run::Vm;

use super::{Keeping, Known, Memory, MemoryError, Place, Recalled, WrittenFor};
use crate::chronicle::{Chronicle, ChronicleFault, Learning, StoreFault, What, export, journal};
use crate::interface::Shape;
use crate::learned::Provenance;
use crate::text::sha256;

/// See the module's comment.
pub struct Chronicled {
    place: Box<dyn Place>,
    journal: PathBuf,
    /// The script, by the name that it has in the chronicle.
    file: String,
    chronicle: Chronicle,
}

impl Chronicled {
    /// The chronicle at a place, its journal, and the name by which the script is known there.
    pub fn new(place: Box<dyn Place>, journal: PathBuf, file: &str) -> Self {
        Self { place, journal, file: file.into(), chronicle: Chronicle::default() }
    }

    /// Reads what is there, if anything is.
    fn catch_up(&mut self, vm: &mut Vm) -> Result<(), ChronicleFault> {
        match self.place.open(vm, false)? {
            Some(mut store) => self.chronicle.catch_up(&mut *store),
            None => Ok(()),
        }
    }

    /// Appends what `make` says, and to the journal what belongs there. The keeping says where, and what went wrong.
    fn append(&mut self, vm: &mut Vm, make: impl Fn(&Chronicle) -> Vec<What>) -> Result<Keeping, ChronicleFault> {
        let mut store = self.place.open(vm, true)?.ok_or_else(nowhere)?;
        let before = self.chronicle.len() as usize;
        let hashes = self.chronicle.append(&mut *store, |c| Ok(make(c)))?;
        drop(store);
        let mut keeping = Keeping { kept: Some(self.place.name()), ..Keeping::default() };
        for (hash, entry) in self.chronicle.entries().skip(before).filter(|(hash, _)| hashes.iter().any(|h| h == hash)) {
            let comment = match &entry.what {
                What::Learned(l) => Provenance::of(l).comment_at(&entry.time),
                _ => String::new(),
            };
            if let Err(why) = journal::append(&self.journal, &entry.what, hash, &comment) {
                let path = self.journal.display();
                keeping.notes.push(format!("the journal {path} cannot be written: {why}; the image has it"));
            }
        }
        Ok(keeping)
    }

    fn known(&self, at: &str, selector: &str) -> Option<Known> {
        known(&self.chronicle, &self.file).find(|k| k.at == at && k.selector == selector)
    }
}

fn nowhere() -> ChronicleFault {
    StoreFault { text: "there is no image to keep it in".into(), is_damage: false, is_busy: false }.into()
}

fn known<'a>(chronicle: &'a Chronicle, file: &'a str) -> impl Iterator<Item = Known> + 'a {
    chronicle.in_force(file).map(|(version, l)| Known {
        at: l.at.clone(),
        selector: l.selector.clone(),
        source: l.source.clone(),
        comment: export::method(chronicle, version, l).comment,
        written_for: Some(WrittenFor {
            entry: version.hash.clone(),
            interface: l.interface.clone(),
            passed: version.interfaces.clone(),
        }),
    })
}

impl Memory for Chronicled {
    fn recall(&mut self, vm: &mut Vm) -> Result<Recalled, MemoryError> {
        match self.catch_up(vm) {
            Ok(()) => {}
            Err(fault) if fault.is_busy() => {
                let note = format!("{fault}; nothing of earlier runs is used");
                return Ok(Recalled { notes: vec![note], ..Recalled::default() });
            }
            Err(fault) => return Err(MemoryError::Chronicle { place: self.place.name(), fault }),
        }
        let methods = known(&self.chronicle, &self.file).collect();
        Ok(Recalled { methods, refused: self.chronicle.refused(&self.file), notes: Vec::new() })
    }

    fn keep(&mut self, vm: &mut Vm, learning: Learning) -> Keeping {
        let learning = Learning { file: self.file.clone(), ..learning };
        let kept = self.append(vm, |c| whats(c, &learning));
        match kept {
            Ok(keeping) => Keeping { known: self.known(&learning.at, &learning.selector), ..keeping },
            Err(fault) => Keeping::failed(format!("'{}' could not be kept: {fault}", learning.selector)),
        }
    }

    fn checked(&mut self, vm: &mut Vm, entry: &str, interface: &[Shape], trial: &str) -> Keeping {
        let what = What::Checked { of: entry.into(), interface: interface.to_vec(), trial: trial.into() };
        let kept = self.append(vm, |_| vec![what.clone()]);
        kept.unwrap_or_else(|fault| Keeping::failed(format!("it could not be noted that it was checked: {fault}")))
    }
}

/// The entries for a method: the text that its prompt begins with, unless it is there, and the method with the entry that it
/// replaces.
fn whats(chronicle: &Chronicle, learning: &Learning) -> Vec<What> {
    let l = learning;
    let slot = chronicle.slots().iter().find(|s| s.file == l.file && s.at == l.at && s.selector == l.selector);
    let system = crate::prompt::standing();
    let hash = sha256(&system);
    let mut learned = Learning { parent: slot.map(|s| s.meant().hash.clone()), ..l.clone() };
    learned.prompt.system.clone_from(&hash);
    let text = chronicle.text(&hash).is_none().then_some(What::Text { text: system });
    text.into_iter().chain([What::Learned(Box::new(learned))]).collect()
}
