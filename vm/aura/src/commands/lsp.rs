//! `aura lsp`: answers an editor over standard input and output.

use std::rc::Rc;

use crate::cli::LspArgs;
use crate::editor::Surroundings;
use crate::exit::Exit;
use crate::output;

pub(super) fn run(a: &LspArgs) -> Exit {
    match aura_lsp::stdio(Rc::new(Surroundings::new(a.image.as_deref()))) {
        Ok(true) => Exit::Fine,
        // The protocol wants to be told of an end that nobody announced.
        Ok(false) => Exit::Failed,
        Err(why) => {
            output::error(&why);
            Exit::Failed
        }
    }
}
