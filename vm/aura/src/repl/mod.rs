//! The dialogue: read an entry, evaluate it in a module that stays, print its `printString`.
//!
//! On a terminal with line editing, history, completion and a menu of restarts when something fails; from a pipe line by line
//! without any of it, so that a dialogue can be a script. Results go to standard output, everything else to standard error.
//!
//! * [`session`] the world and what happens to an entry; [`input`] where entries come from
//! * [`meta`] `:help`, `?name` and their like; [`menu`] what to do about an unhandled condition;
//!   [`listing`] what was learned, in listings

mod complete;
pub mod input;
mod listing;
pub mod menu;
mod meta;
pub mod session;

use std::io::IsTerminal;

use crate::cli::ReplArgs;
use crate::exit::Exit;
use crate::output;
use crate::repl::input::{Input, Piped, Terminal};
use crate::repl::session::Session;

/// The dialogue, until its end.
pub(crate) fn run(a: ReplArgs) -> u8 {
    let interactive = std::io::stdin().is_terminal();
    let mut session = match Session::begin(&a) {
        Ok(session) => session,
        Err((exit, why)) => {
            output::error(&why);
            return exit.code();
        }
    };
    for file in &a.files {
        session.load(file);
    }
    if !interactive {
        return talk(&mut session, &mut Piped::new(std::io::stdin().lock()));
    }
    eprintln!("Aura {}. :help helps, Ctrl-D ends.", env!("CARGO_PKG_VERSION"));
    match Terminal::open() {
        Ok(mut terminal) => talk(&mut session, &mut terminal),
        Err(e) => {
            output::error(&format!("the terminal cannot be used: {e}; try `aura repl < FILE`"));
            Exit::Failed.code()
        }
    }
}

fn talk(session: &mut Session, input: &mut dyn Input) -> u8 {
    while let Some(entry) = input.entry(session) {
        session.entry(&entry, input);
        if let Some(code) = session.ended() {
            input.close();
            return code;
        }
    }
    input.close();
    if input.interactive() { Exit::Fine.code() } else { session.worst().code() }
}
