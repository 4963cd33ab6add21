//! Entries about the dialogue and not about objects: `:help`, `?name`, `??name`.

use std::path::Path;

use super::input::Input;
use super::listing;
use super::session::Session;
use crate::commands::doc;
use crate::exit::Exit;
use crate::{output, suggest};

const HELP: &str = "\
EXPRESSION        evaluate it and print the answer
| name = ... |    make slots here
it                the last answer
?name             documentation: ?list, ?list add:, ?factorial
??name            source of a method: ??traits list add:
:load FILE        run a file here; its slots become slots here
:slots OBJECT     the messages that an object understands
:help             this
:quit             end (Ctrl-D too)
Tab completes names; an entry goes on over several lines until its brackets are closed.
";

const COMMANDS: [&str; 4] = [":help", ":load", ":quit", ":slots"];

/// Whether an entry is about the dialogue.
pub(super) fn is(text: &str) -> bool {
    text.starts_with([':', '?'])
}

/// Does what it says.
pub(super) fn act(session: &mut Session, text: &str, _input: &mut dyn Input) {
    if let Some(name) = text.strip_prefix("??") {
        return look(session, name, |found| found.iter().filter_map(doc::text).collect());
    }
    if let Some(name) = text.strip_prefix('?') {
        return look(session, name, doc::show);
    }
    let (command, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    match command {
        ":help" | ":h" => output::print(HELP),
        ":quit" | ":q" | ":exit" => session.end(Exit::Fine.code()),
        ":load" | ":l" if !rest.trim().is_empty() => session.load(Path::new(rest.trim())),
        ":load" | ":l" => output::error("name the file: :load FILE"),
        ":slots" => look(session, rest, doc::show),
        _ => unknown(session, command),
    }
}

fn unknown(session: &mut Session, command: &str) {
    match suggest::nearest(command, COMMANDS) {
        Some(near) => output::error(&format!("there is no {command}; did you mean {near}?")),
        None => output::error(&format!("there is no {command}; :help lists what there is")),
    }
    session.note(Exit::Usage);
}

fn look(session: &mut Session, name: &str, show: impl Fn(&[doc::Entry]) -> String) {
    let module = session.module();
    let found = doc::find(&mut session.vm, module, name.trim());
    match listing::with_learned(session, name.trim(), found) {
        Ok(found) => output::print(&show(&found)),
        Err(why) => {
            output::error(&why);
            session.note(Exit::Usage);
        }
    }
}
