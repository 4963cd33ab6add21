//! The door for messages that are not understood.
//!
//! * [`config`] what the door may do, and whom it asks
//! * [`situation`] what is told about a send, as plain data, and where its method belongs
//! * [`refuse`] sends for which no model is asked
//! * [`prompt`] what the model is told
//! * [`clients`] the ways to a model; [`cassette`] their recordings
//! * [`answer`] from what the model wrote to one method; [`sketch`] the same where it wrote Python; [`mend`] slips that are set right
//! * [`gates`] what the method must pass; [`diagnostic`] what they say
//! * [`memory`] what a script remembers, and where it keeps it: [`learned`] a file beside it, [`chronicle`] the image
//! * [`interface`] what a learned method was written against
//! * [`door`] one send from the pause to the splice; [`machine`] the machine's side of it
//! * [`persona`] the four roles, their questions and answers; [`candidates`] several methods compared by what they do
//! * [`exam`] the tests that a method must pass
//! * [`state`] the record of one send on its way; [`ledger`] how it outlasts a crash; [`spending`] what a day has cost
//! * [`eval`] how good a model is at all this; [`measure`] what a learned method is worth
//! * [`retrieve`] methods that may serve as examples; [`forge`] verified exchanges for fine-tuning
//! * [`text`] cleaning of text at the border
//!
//! What must stay true: nothing generated is evaluated outside the gates; the machine's thread never waits for this crate.

pub mod answer;
pub mod candidates;
pub mod cassette;
pub mod chronicle;
pub mod clients;
pub mod config;
pub mod diagnostic;
pub mod door;
pub mod eval;
pub mod exam;
pub mod files;
pub mod forge;
pub mod gates;
pub mod interface;
pub mod learned;
pub mod ledger;
pub mod machine;
pub mod measure;
pub mod memory;
pub mod mend;
pub mod persona;
pub mod prompt;
pub mod refuse;
pub mod retrieve;
pub mod situation;
pub mod sketch;
pub mod spending;
pub mod state;
pub mod text;
pub mod typing;
