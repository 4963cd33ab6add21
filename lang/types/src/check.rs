//! Checking a file: all its units, and what is wrong in them.

use aura_syntax::{Diagnostic, Severity};

use crate::codes;
use crate::infer::{self, Unit};
use crate::object::FileId;
use crate::universe::Universe;

impl Universe {
    /// What is wrong with a file, in the order of its text.
    pub fn check(&mut self, file: FileId) -> Vec<Diagnostic> {
        self.prepare();
        self.checked = Some(file);
        self.compared = 0;
        let mut found = Vec::new();
        for unit in infer::units(self, file) {
            if let Some(outcome) = infer::outcome(self, unit) {
                found.extend(outcome.found.iter().cloned());
                found.extend(outcome.was_cut.then(|| self.too_much(unit)));
                found.extend(crate::effects::check(self, unit));
                found.extend(infer::prototypes::check(self, &outcome));
            }
        }
        for slot in infer::inferred_slots(self, file) {
            let unit = Unit::Contents(slot);
            let was_cut = infer::outcome(self, unit).is_some_and(|o| o.was_cut);
            found.extend(was_cut.then(|| self.too_much(unit)));
        }
        for object in self.file(file).objects.clone() {
            let unit = Unit::Parents(object);
            let was_cut = self.bodies.get(&unit).is_some_and(|o| o.was_cut);
            found.extend(was_cut.then(|| self.too_much(unit)));
        }
        if self.options().strict {
            found.extend(crate::overrides::check(self, file));
            found.extend(crate::awaited::check(self, file));
        }
        self.checked = None;
        self.only_first_notice(&mut found);
        found.sort_by_key(|d| (d.span.start, d.span.end));
        found.dedup();
        found
    }

    /// That what is left of a unit was taken to be `any`.
    fn too_much(&self, unit: Unit) -> Diagnostic {
        let message = "not everything here is found out; the rest is taken to be `any`";
        let found = Diagnostic::error(&codes::TOO_HARD, message, infer::span_of(self, unit), "in this code");
        Diagnostic { severity: self.severity_of_bounds(), ..found.help("write types at the places that matter") }
    }

    /// What strict checking has not found out it does not pass.
    pub(crate) fn severity_of_bounds(&self) -> Severity {
        if self.options().strict { Severity::Error } else { Severity::Warning }
    }

    /// That something was too hard to find out is said once for a file.
    fn only_first_notice(&self, found: &mut Vec<Diagnostic>) {
        let mut said = false;
        found.retain(|d| d.code != codes::TOO_HARD.name || !std::mem::replace(&mut said, true));
    }
}
