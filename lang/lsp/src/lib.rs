//! The language server: an editor's messages to questions of `aura-ide`, and its answers back.
//!
//! * [`serve`] over any connection, [`stdio`] over standard input and output
//! * `inbox` what came and was not answered yet; `sync` what editors tell; `requests` what they ask; `commands`, `jobs` what they have done, `verdicts` what
//!   a person says of it
//! * `convert` names, places, diagnostics in the protocol's types; `capabilities` what is offered; `answers` one file for each family of questions
//!
//! What must stay true: this is the only crate that names the protocol's types; a request that panics is told and answered with an error,
//! and the next one is answered as if nothing had been; whoever waits is answered before work that nobody waits for is done.

mod answers;
mod capabilities;
mod commands;
mod convert;
mod inbox;
mod jobs;
mod requests;
mod server;
mod sync;
mod verdicts;

use std::rc::Rc;

pub use aura_ide::{Beside, Command, Diagnostic, Done, File, Job, Learned, Outside, Progress, Sources, What, World, Written};
pub use lsp_server::Connection;

/// Serves an editor until it says goodbye. Answers whether it did so in the order that the protocol asks for.
///
/// # Errors
/// When the connection breaks, or the other side does not speak the protocol.
pub fn serve(connection: &Connection, outside: Rc<dyn Outside>) -> Result<bool, String> {
    server::serve(connection, outside)
}

/// Serves an editor over standard input and output.
///
/// # Errors
/// When the connection breaks, or the other side does not speak the protocol.
pub fn stdio(outside: Rc<dyn Outside>) -> Result<bool, String> {
    let (connection, threads) = Connection::stdio();
    let result = serve(&connection, outside);
    // The threads end when nobody can send them anything any more.
    drop(connection);
    threads.join().map_err(|e| format!("the editor cannot be reached: {e}"))?;
    result
}
