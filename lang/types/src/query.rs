//! Questions about places: what type an expression has, what a file's last statement answers.

use std::rc::Rc;

use aura_syntax::Span;

use crate::infer::{self, Outcome, Unit};
use crate::object::FileId;
use crate::ty::TypeId;
use crate::universe::Universe;

impl Universe {
    /// The type of the innermost expression, local or argument around a place, and where it stands.
    pub fn type_at(&mut self, file: FileId, place: u32) -> Option<(Span, TypeId)> {
        let places = self.places(infer::unit_at(self, file, place));
        let around = places.into_iter().filter(|(span, _)| span.start <= place && place < span.end);
        around.min_by_key(|(span, _)| span.end - span.start)
    }

    /// The types of all expressions, locals and arguments that stand wholly inside a range of one method, or of the statements.
    pub fn types_in(&mut self, file: FileId, range: Span) -> Vec<(Span, TypeId)> {
        let mut places = self.places(infer::unit_at(self, file, range.start));
        places.retain(|(span, _)| range.start <= span.start && span.end <= range.end);
        places
    }

    /// The places of a unit. They are remembered only when they are asked for: most units are never asked.
    pub(crate) fn places(&mut self, unit: Unit) -> Vec<(Span, TypeId)> {
        self.looked_at(unit).map(|o| o.places.clone()).unwrap_or_default()
    }

    /// A unit, with its places.
    pub(crate) fn looked_at(&mut self, unit: Unit) -> Option<Rc<Outcome>> {
        let before = self.bodies.remove(&unit);
        self.wants_places = true;
        let outcome = infer::outcome(self, unit);
        self.wants_places = false;
        match before {
            Some(before) => self.bodies.insert(unit, before),
            None => self.bodies.remove(&unit),
        };
        outcome
    }

    /// What the last statement of a file answers.
    pub fn answer_of_file(&mut self, file: FileId) -> TypeId {
        infer::outcome(self, Unit::Statements(file)).map_or(TypeId::ANY, |o| o.result)
    }
}
