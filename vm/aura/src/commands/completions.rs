//! `aura completions SHELL`: a script that the shell reads.

use crate::cli::{CompletionsArgs, command};
use crate::exit::Exit;
use crate::output;

pub(super) fn run(a: &CompletionsArgs) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(a.shell, &mut command(), "aura", &mut script);
    output::print(&String::from_utf8_lossy(&script));
    Exit::Fine
}
