//! The chronicle: everything that was learned in an image, where it came from, and what people said to it. Append-only, each
//! entry bound to the one before it by its hash.
//!
//! * [`entry`] what an entry says; `chain` entries as bytes
//! * `slot` what the entries amount to for one method
//! * [`store`] where the bytes lie, as the host offers it
//! * [`journal`] the same methods as text, beside the image
//! * [`decide`] what people do: approve, reject, revert
//! * [`tell`] for people; [`export`] as ordinary source
//!
//! What must stay true: nothing is used of a chronicle with a broken chain; an entry gives no power: what it says was approved
//! passes the audit again like everything else, and has no capability.
//!
//! Not here: the store itself, and when methods are installed.

mod chain;
pub mod decide;
pub mod entry;
pub mod export;
pub mod journal;
mod slot;
pub mod store;
pub mod tell;

use std::collections::HashMap;
use std::time::SystemTime;

pub use chain::{ChronicleError, How, NOTHING};
pub use entry::{Entry, Learning, VERSION, What};
pub use slot::{Decision, Slot, Version};
pub use store::{ChronicleFault, ChronicleStore, StoreFault};

use crate::situation::Refused;
use crate::text::sha256;

/// The entries, and what they amount to.
#[derive(Clone, Debug, Default)]
pub struct Chronicle {
    entries: Vec<(String, Entry)>,
    numbers: HashMap<String, u64>,
    texts: HashMap<String, u64>,
    slots: Vec<Slot>,
}

impl Chronicle {
    /// Reads the entries of a store, from the first one on.
    ///
    /// # Errors
    /// The first entry that is wrong, and how.
    pub fn read(entries: &[Vec<u8>]) -> Result<Self, ChronicleError> {
        let mut chronicle = Self::default();
        chronicle.extend(entries)?;
        Ok(chronicle)
    }

    /// Goes on with entries that were written since.
    ///
    /// # Errors
    /// The first entry that is wrong, and how; those before it are in.
    pub fn extend(&mut self, entries: &[Vec<u8>]) -> Result<(), ChronicleError> {
        for bytes in entries {
            let number = self.len();
            let wrong = |how| ChronicleError { entry: number, how };
            let (entry, hash) = chain::unseal(bytes).map_err(wrong)?;
            self.follows(&entry, &hash).map_err(wrong)?;
            self.heed(number, &hash, &entry).map_err(wrong)?;
            self.numbers.insert(hash.clone(), number);
            self.entries.push((hash, entry));
        }
        Ok(())
    }

    /// Whether an entry belongs at the end.
    fn follows(&self, entry: &Entry, hash: &str) -> Result<(), How> {
        if let Some(before) = self.numbers.get(hash) {
            return Err(How::Repeated(*before));
        }
        match self.numbers.get(&entry.previous) {
            _ if entry.previous == self.head() => Ok(()),
            Some(other) => Err(How::Moved(*other)),
            None => Err(How::Gap),
        }
    }

    /// Takes in what an entry says.
    fn heed(&mut self, number: u64, hash: &str, entry: &Entry) -> Result<(), How> {
        let decision = |by: &str, note: &str| Decision { by: by.into(), note: note.into(), time: entry.time.clone() };
        match &entry.what {
            What::Text { text } => {
                self.texts.insert(sha256(text), number);
            }
            What::Learned(learning) => self.slot_for(learning).learned(hash, learning, &entry.time),
            What::Checked { of, interface, .. } => self.version(of)?.interfaces.push(crate::interface::digest(interface)),
            What::Approved { of, by, note } => {
                let (slot, at) = self.slot_of(of)?;
                slot.approved(at, decision(by, note));
            }
            What::Rejected { of, by, why } => {
                let (slot, at) = self.slot_of(of)?;
                slot.rejected(at, decision(by, why));
            }
            What::Reverted { of, to, .. } => {
                let (slot, _) = self.slot_of(of)?;
                let unknown = || How::Unknown(to.clone().unwrap_or_default());
                slot.current = to.as_ref().map(|to| slot.position(to).ok_or_else(unknown)).transpose()?;
            }
        }
        Ok(())
    }

    fn slot_for(&mut self, l: &Learning) -> &mut Slot {
        let at = self.slots.iter().position(|s| s.is(&l.file, &l.at, &l.selector));
        let at = at.unwrap_or_else(|| {
            self.slots.push(Slot::new(&l.file, &l.at, &l.selector));
            self.slots.len() - 1
        });
        &mut self.slots[at]
    }

    fn slot_of(&mut self, hash: &str) -> Result<(&mut Slot, usize), How> {
        let found = self.slots.iter_mut().find_map(|s| s.position(hash).map(|at| (s, at)));
        found.ok_or_else(|| How::Unknown(hash.into()))
    }

    fn version(&mut self, hash: &str) -> Result<&mut Version, How> {
        self.slot_of(hash).map(|(slot, at)| &mut slot.versions[at])
    }

    /// How many entries there are.
    pub fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Nothing was learned.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The hash of the last entry.
    pub fn head(&self) -> &str {
        self.entries.last().map_or(NOTHING, |(hash, _)| hash)
    }

    /// The entries in their order, each with its hash.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(hash, entry)| (&**hash, entry))
    }

    /// The entry of that hash.
    pub fn entry(&self, hash: &str) -> Option<&Entry> {
        self.numbers.get(hash).map(|n| &self.entries[*n as usize].1)
    }

    /// The method that was learned in the entry of that hash.
    pub fn learning(&self, hash: &str) -> Option<&Learning> {
        match &self.entry(hash)?.what {
            What::Learned(learning) => Some(learning),
            _ => None,
        }
    }

    /// A text that entries name by its SHA-256.
    pub fn text(&self, sha256: &str) -> Option<&str> {
        match &self.entries.get(*self.texts.get(sha256)? as usize)?.1.what {
            What::Text { text } => Some(text),
            _ => None,
        }
    }

    /// All methods that were ever learned, in the order in which they first were.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The methods of a script that are in force, each with its entry.
    pub fn in_force(&self, file: &str) -> impl Iterator<Item = (&Version, &Learning)> {
        let of_file = self.slots.iter().filter(move |s| s.file == file);
        of_file.filter_map(|s| s.in_force()).filter_map(|v| self.learning(&v.hash).map(|l| (v, l)))
    }

    /// What people have refused for a script, each with the selector.
    pub fn refused(&self, file: &str) -> Vec<(String, Refused)> {
        let of_file = self.slots.iter().filter(|s| s.file == file);
        let refused = |s: &Slot, v: &Version| {
            let why = v.rejected.as_ref()?.note.clone();
            let source = self.learning(&v.hash)?.source.clone();
            Some((s.selector.clone(), Refused { at: s.at.clone(), source, why }))
        };
        of_file.flat_map(|s| s.versions.iter().filter_map(move |v| refused(s, v))).collect()
    }

    /// The bytes of the entries that would follow.
    pub fn sealed(&self, whats: Vec<What>, now: SystemTime) -> Vec<Vec<u8>> {
        let mut previous = self.head().to_string();
        let time = humantime::format_rfc3339_seconds(now).to_string();
        let mut all = Vec::new();
        for what in whats {
            let (bytes, hash) = chain::seal(&Entry { version: VERSION, previous, time: time.clone(), what });
            previous = hash;
            all.push(bytes);
        }
        all
    }
}
