//! Methods as a hostile model may write them, on a real machine: for the corpora of the tests, and for fuzzing.
//!
//! * [`stage`] a machine on which a method meets the send that it was written for
//! * [`gates`] the gates that need no machine, in the order of the door: asked here, never obeyed
//! * [`harm`] what a method does where no gate has looked
//! * [`read`] the form of the corpora's files

pub mod gates;
pub mod harm;
pub mod read;
pub mod stage;
