//! The subcommands, one file each. Each answers its exit code.

pub mod alfred;
pub mod check;
mod completions;
pub mod doc;
mod explain;
mod fix;
mod fmt;
mod grammar;
mod image;
mod lsp;
mod new;
mod run;
pub mod test;

use crate::cli::{Cli, Command};

/// Does what the command line says.
pub fn run(cli: Cli) -> u8 {
    match cli.command {
        Command::Run(a) => run::run(a),
        Command::Repl(a) => crate::repl::run(a),
        Command::Check(a) => check::run(&a).code(),
        Command::Fix(a) => fix::run(&a).code(),
        Command::Fmt(a) => fmt::run(&a).code(),
        Command::Test(a) => test::run(&a).code(),
        Command::New(a) => new::run(&a).code(),
        Command::Doc(a) => doc::run(&a).code(),
        Command::Explain(a) => explain::run(&a).code(),
        Command::Grammar(a) => grammar::run(&a).code(),
        Command::Image(a) => image::run(&a).code(),
        Command::Alfred(a) => alfred::run(&a).code(),
        Command::Lsp(a) => lsp::run(&a).code(),
        Command::Completions(a) => completions::run(&a).code(),
    }
}
