//! Checking a file: all its units, and what is wrong in them.

use aura_syntax::Diagnostic;

use crate::codes;
use crate::infer::{self, Unit};
use crate::object::FileId;
use crate::universe::Universe;

impl Universe {
    /// What is wrong with a file, in the order of its text.
    pub fn check(&mut self, file: FileId) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let mut seen = rustc_hash::FxHashSet::default();
        // Looking at code makes the objects that are written in it, whose methods are units too.
        loop {
            let units: Vec<Unit> = infer::units(self, file).into_iter().filter(|u| seen.insert(*u)).collect();
            if units.is_empty() {
                break;
            }
            for unit in units {
                if let Some(outcome) = infer::outcome(self, unit) {
                    found.extend(outcome.found.iter().cloned());
                    found.extend(crate::effects::check(self, unit));
                }
            }
        }
        if self.options().strict {
            found.extend(crate::overrides::check(self, file));
        }
        self.only_first_notice(&mut found);
        found.sort_by_key(|d| (d.span.start, d.span.end));
        found.dedup();
        found
    }

    /// That something was too hard to find out is said once for a file.
    fn only_first_notice(&self, found: &mut Vec<Diagnostic>) {
        let mut said = false;
        found.retain(|d| d.code != codes::TOO_HARD.name || !std::mem::replace(&mut said, true));
    }
}
