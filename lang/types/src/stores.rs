//! Where slots are assigned to: for slots whose type nobody wrote.
//!
//! Found by name alone, when a file is loaded; whose slot it is turns out when the method around is looked at.

use aura_syntax::tree::{File, Send};
use aura_syntax::visit::{self, Visit};
use rustc_hash::FxHashMap;

use crate::names::{Name, Names};

/// An assignment: where it begins.
pub(crate) type Store = u32;

/// All messages of a file that may be assignments, by the name of the slot.
pub(crate) fn find(file: &File, text: &str, names: &mut Names) -> FxHashMap<Name, Vec<Store>> {
    let mut finder = Finder { text, names, stores: FxHashMap::default() };
    visit::file(&mut finder, file);
    finder.stores
}

struct Finder<'a> {
    text: &'a str,
    names: &'a mut Names,
    stores: FxHashMap<Name, Vec<Store>>,
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
