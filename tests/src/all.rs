//! All tests of Aura as a whole, in one binary.
//!
//! * [`lang`] programs in `tests/lang`, expectations inside; [`example`] programs in `examples/`
//! * [`doc_blocks`] code in documentation; [`sessions`] what the README shows at a prompt; [`library`] examples in the library's comments
//! * [`door`] the open door, end to end, against a model server on a socket; [`constrained`] one that constrains decoding;
//!   [`door_cycle`] personas, tests, candidates, `aura.toml`; [`door_crash`] a run that dies in each state of a send;
//!   [`door_examples`] the examples that every prompt begins with; [`alfred_memory`] what stays of it; [`alfred_worth`] what that is worth
//! * [`evaluation`] the suite of missing sends, and models measured by it
//! * [`input`] what waits for standard input and pipes
//! * [`command`] the command line; [`dialogue`] the REPL's menu, [`terminal`] at a real terminal; [`bad_input`] files that are none
//! * [`check_world`] `aura check` with what was learned, and with the objects of an image
//! * [`editors`] the grammars for editors, held to the norm
//! * [`language_server`] `aura lsp` over its standard input and output
//! * [`error_pages`] a page for each diagnostic code; [`reference`] `aura explain`, `aura grammar`
//! * [`engines`] random programs on every engine; [`primitives`] primitives with all operands; [`soundness`] random programs with types
//! * [`image`] the living image: what is stored comes back; [`image_dialogue`] as people use it; [`image_harm`] when things go wrong;
//!   [`image_versions`] images of other versions; [`image_commands`] `aura image`; [`image_export`] images as files
//! * [`powers`] what generated methods may do; [`corpora`] hundreds of them that mean harm, a thousand that do not, texts that would be instructions
//! * [`benchmarks`] the programs that are measured, at small sizes
//! * [`layers`] arrows between rooms; [`tidy`] house rules
//!
//! Adding a language test, an example or a document means adding a file: `build.rs` finds it.

mod alfred_files;
mod alfred_memory;
mod alfred_worth;
mod bad_input;
mod benchmarks;
mod check_world;
mod command;
mod compiled;
mod constrained;
mod corpora;
mod dialogue;
mod doc_blocks;
mod door;
mod door_crash;
mod door_cycle;
mod door_examples;
mod editors;
mod engines;
mod error_pages;
mod evaluation;
mod example;
mod image;
mod image_commands;
mod image_dialogue;
mod image_export;
mod image_harm;
mod image_versions;
mod inlined;
mod input;
mod lang;
mod language_server;
mod language_server_alfred;
mod language_server_image;
mod layers;
mod library;
mod powers;
mod primitives;
mod processes;
mod reference;
mod sessions;
mod soundness;
mod support;
mod terminal;
mod tidy;

include!(concat!(env!("OUT_DIR"), "/files.rs"));
