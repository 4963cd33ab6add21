//! Uses of the word under the cursor in its file, for as long as the cursor is there.

use crate::scope::uses;
use crate::target::{Target, target_at};
use crate::{Ide, Span};

impl Ide {
    /// The uses of the word at a place in the same file, each with whether something is assigned there.
    pub fn highlights(&mut self, name: &str, at: u32) -> Vec<(Span, bool)> {
        let Some(here) = self.here(name) else { return Vec::new() };
        let document = here.document.clone();
        match target_at(&document, at).map(|t| t.1) {
            Some(Target::Local(local)) => {
                let mut all = vec![(local.name, true)];
                all.extend(uses(document.text(), &local).into_iter().map(|u| (u.span, u.is_write)));
                all
            }
            Some(_) => {
                let found = self.references_within(&here, at, Some(here.file));
                let parts = |r: crate::Reference| r.parts.into_iter().map(move |part| (part, r.is_write || r.is_declaration));
                let mut all: Vec<(Span, bool)> = found.into_iter().flat_map(parts).collect();
                all.sort();
                all.dedup();
                all
            }
            None => Vec::new(),
        }
    }
}
