//! The Composite Entropy Metric: what a learned method is worth beside what the image has, as a vector. The formulas are in
//! `docs/entropy-metric.md`.
//!
//! * [`tree`] a method's code as a tree in which only its form counts, not the names of its locals and arguments
//! * [`distance`] between two trees
//! * [`corpus`] the methods that there are, and the nearest of them: novelty
//! * [`structure`] how many bits a method takes for somebody who knows the library
//! * [`diversity`] how many behaviours the candidates really had
//! * [`vector`] all of it for one method; [`trend`] whether it falls
//!
//! What must stay true: the vector is never made one number: relevance is a gate, structure a penalty, novelty finds duplicates; nothing here
//! decides anything by itself.

pub mod corpus;
pub mod decay;
pub mod distance;
pub mod diversity;
pub mod structure;
pub mod tree;
pub mod trend;
pub mod vector;

pub use corpus::{Corpus, Nearest};
pub use tree::Tree;
pub use vector::Vector;
