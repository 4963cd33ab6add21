//! Slips that can be set right without asking again: those of models which know other languages better than this one.
//!
//! What must stay true: a text is changed only where what was written has no meaning and what was meant has one only; what comes out passes
//! all gates like any other text; what was done is told with the method's plan.
//!
//! * `locals` declares what is assigned to and is nobody's
//! * `receivers` puts receivers first
//! * `loops` puts the conditions of loops into blocks
//!
//! Not here: parentheses around different operators ([`aura_syntax::grouped`]), without which an answer is no method yet.

mod locals;
mod loops;
mod receivers;

use crate::answer::Candidate;
use crate::situation::Situation;

pub use locals::declared;
pub use loops::asked_again;
pub use receivers::put_first;

/// Sets right what can be in a text for this send; nothing if there is nothing to do.
type Mending = fn(&str, &Situation) -> Option<String>;

const MENDINGS: [(&str, Mending); 3] =
    [("conditions of loops put into blocks", asked_again), ("locals declared", declared), ("receivers put first", put_first)];

/// The candidate, set right.
pub fn mended(mut candidate: Candidate, situation: &Situation) -> Candidate {
    for (what, mending) in MENDINGS {
        if let Some(source) = mending(&candidate.source, situation) {
            candidate = Candidate { source, ..candidate }.told(what);
        }
    }
    candidate
}
