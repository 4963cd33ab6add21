//! The `aura` command as a library, so that tests can run its parts: wires the other rooms together and prints.
//!
//! * [`cli`] what can be written on the command line; [`exit`] how it ends
//! * [`checker`] files and their modules before the checker
//! * [`editor`] what is around the language server
//! * [`kernel`] the library it carries; [`source`] files, read and compiled
//! * [`world`] a machine; [`drive`] running a program in it; [`failure`] when that fails
//! * [`image`] the living image and the machine, put together; [`seen`] images that files are only looked at with; [`project`] `aura.toml`
//! * [`powers`] flags to capabilities and limits; [`door`] flags to the open door; [`memory`] where a file keeps what is learned for it;
//!   [`memories`] all files of a program
//! * [`commands`] one file per subcommand; [`repl`] the dialogue
//! * [`codes`] the diagnostic codes of all rooms
//! * [`examples`] examples in comments; [`output`], [`suggest`] small things
//!
//! Not here: any logic of the language. What is interesting about Aura lives in the rooms below.

pub mod ask;
pub mod checker;
pub mod cli;
pub mod codes;
pub mod commands;
pub mod door;
pub mod drive;
pub mod editor;
pub mod examples;
pub mod exit;
pub mod export;
pub mod failure;
pub mod image;
pub mod interrupt;
pub mod kernel;
pub mod likeness;
pub mod live;
pub mod memories;
pub mod memory;
pub mod output;
pub mod powers;
pub mod project;
pub mod repl;
pub mod seen;
pub mod source;
pub mod suggest;
pub mod taught;
pub mod world;

use std::process::ExitCode;

/// The whole command: reads the command line, does it, answers the exit code.
pub fn main() -> ExitCode {
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(code) => return ExitCode::from(code),
    };
    ExitCode::from(commands::run(cli))
}
