//! Checking a file: all its units, and what is wrong in them.

use aura_syntax::Diagnostic;

use crate::codes;
use crate::infer;
use crate::object::FileId;
use crate::universe::Universe;

impl Universe {
    /// What is wrong with a file, in the order of its text.
    pub fn check(&mut self, file: FileId) -> Vec<Diagnostic> {
        self.prepare();
        self.checked = Some(file);
        let mut found = Vec::new();
        for unit in infer::units(self, file) {
            if let Some(outcome) = infer::outcome(self, unit) {
                found.extend(outcome.found.iter().cloned());
                found.extend(crate::effects::check(self, unit));
            }
        }
        if self.options().strict {
            found.extend(crate::overrides::check(self, file));
        }
        self.checked = None;
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
