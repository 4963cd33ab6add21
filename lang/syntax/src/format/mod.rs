//! The formatter: a program in its one layout.
//!
//! It works on the tokens, so that nothing can get lost, and asks the tree only what tokens do not tell. It changes white
//! space and separating periods, nothing else: comments stay beside what they stand beside, of several empty lines one
//! stays, templates and types keep their letters.
//!
//! What must stay true: the formatted program has the same tree; formatting it again changes nothing.

mod build;
mod facts;
mod model;
mod print;

use crate::diagnostic::Diagnostic;
use crate::parse::parse;

/// The program in its one layout, or what keeps it from being read.
pub fn format(source: &str) -> Result<String, Vec<Diagnostic>> {
    let parsed = parse(source);
    if parsed.has_errors() {
        return Err(parsed.diagnostics);
    }
    let facts = facts::facts(&parsed.file);
    let program = build::Builder::new(source, &parsed.tokens, facts).file();
    let text = print::Printer::new().file(&program);
    // An operator that would become the line for the system is kept from the begin of the file.
    let is_hidden = text.starts_with("#!") && !source.starts_with("#!");
    Ok(if is_hidden { format!(" {text}") } else { text })
}
