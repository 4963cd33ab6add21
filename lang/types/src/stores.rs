//! Where slots are assigned to: for slots whose type nobody wrote.
//!
//! Found by name alone, when a file is loaded; whose slot it is turns out when the method around is looked at.

use aura_syntax::tree::{File, Send};
use aura_syntax::visit::{self, Visit};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::infer::{Code, Unit, unit_among};
use crate::names::{Name, Names};
use crate::object::FileId;

/// Where the messages of a file begin that may be assignments, by the name of the slot.
pub(crate) type Places = FxHashMap<Name, Vec<u32>>;

/// The code in which they are, each once, in the order of the text.
pub(crate) type Stores = FxHashMap<Name, Vec<Unit>>;

/// The code in which each place lies, by the names.
pub(crate) fn in_code(places: Places, file: FileId, code: &[Code]) -> Stores {
    let units = |places: Vec<u32>| {
        let mut seen = FxHashSet::default();
        places.into_iter().map(|place| unit_among(file, code, place)).filter(|unit| seen.insert(*unit)).collect()
    };
    places.into_iter().map(|(name, places)| (name, units(places))).collect()
}

/// All messages of a file that may be assignments.
pub(crate) fn find(file: &File, text: &str, names: &mut Names) -> Places {
    let mut finder = Finder { text, names, stores: FxHashMap::default() };
    visit::file(&mut finder, file);
    finder.stores
}

struct Finder<'a> {
    text: &'a str,
    names: &'a mut Names,
    stores: Places,
}

impl Visit for Finder<'_> {
    fn send(&mut self, send: &Send, _: Option<&Send>) {
        if let [keyword] = send.selector[..]
            && let Some(base) = keyword.text(self.text).strip_suffix(':')
        {
            let name = self.names.of(base);
            self.stores.entry(name).or_default().push(keyword.start);
        }
    }
}
