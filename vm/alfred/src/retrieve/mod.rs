//! Finding methods that may serve as examples for a missing one: by the words of its selector, the kind of its receiver, the names of its
//! receiver's slots.
//!
//! * [`words`] identifiers and comments as words
//! * [`index`] the ranking (BM25 over fields)
//! * [`shelf`] what there is to be found for one send
//!
//! What must stay true: the same send and the same methods give the same findings in the same order; what shares no word of sense with the missing
//! selector does not resemble it, however much else it shares.
//!
//! Not here: what is told to whom. Findings are data from the image or a user, and go into prompts as such.

pub mod index;
pub mod shelf;
pub mod words;

pub use index::{Document, Hit, Index, Query};
pub use shelf::Shelf;
