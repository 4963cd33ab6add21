//! `bench`: Aura's speed and memory, measured beside what else is on the machine.
//!
//! `cargo build --release` first, then `cargo run --release -p aura-tests --bin bench -- all --suite DIR`. Each command
//! prints Markdown that can be pasted into `docs/performance.md` as it is.
//!
//! What must stay true: what is compared runs in one session, in turns, each time in a process of its own; figures of two
//! runs on two machines are never set side by side.
//!
//! Not here: any judgement that makes a build fail. Speed is measured on purpose, not in tests.

mod awfy;
mod check;
mod child;
mod door;
mod editor;
mod image;
mod interrupt;
mod jit;
mod machine;
mod memory;
mod parse;
mod peers;
mod programs;
mod startup;
mod stats;
mod table;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Measures Aura.
#[derive(Parser)]
#[command(name = "bench", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The fourteen programs of Are We Fast Yet, beside the peers found on this machine.
    Awfy(awfy::Options),
    /// A one-line script from start to end: time and memory of the whole process.
    Startup(startup::Options),
    /// Source text to tree and diagnostics, in megabytes a second.
    Parse(parse::Options),
    /// The checker: lines a second, an edit in a large project, memory.
    Check(check::Options),
    /// The language server: from a keystroke to what is wrong, completion, start, memory.
    Editor(editor::Options),
    /// What compiling costs: time to the peak, short scripts, memory, pauses.
    Jit(jit::Options),
    /// Ctrl-C: how soon it is honoured.
    Interrupt(interrupt::Options),
    /// A million live objects: bytes each and the pauses of the collector.
    Memory,
    /// What the open door takes beside the model's own time.
    Door(door::Options),
    /// The living image: opening, committing, bringing objects in, beside redb itself.
    Image(image::Options),
    /// Kills the command while it commits, again and again: no acknowledged commit may be lost.
    Soak {
        /// How often.
        #[arg(long, default_value_t = 1000, value_name = "N")]
        kills: u32,
        /// Where the random moments begin.
        #[arg(long, default_value_t = 1, value_name = "N")]
        seed: u64,
    },
    /// Everything, one after the other.
    All(awfy::Options),
    /// Runs one command and prints its time and memory; the other commands use it.
    #[command(hide = true)]
    Measure {
        /// The command.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Awfy(options) => awfy::run(&options),
        Command::Startup(options) => startup::run(&options),
        Command::Parse(options) => parse::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Editor(options) => editor::run(&options),
        Command::Jit(options) => jit::run(&options),
        Command::Interrupt(options) => interrupt::run(&options),
        Command::Memory => memory::run(),
        Command::Door(options) => door::run(&options),
        Command::Image(options) => image::run(&options),
        Command::Soak { kills, seed } => soak(kills, seed),
        Command::All(options) => all(&options),
        Command::Measure { command } => child::measure(&command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("bench: {message}");
            ExitCode::FAILURE
        }
    }
}

/// See [`aura_tests::soak`].
fn soak(kills: u32, seed: u64) -> Result<(), String> {
    let dir = tempfile::tempdir().map_err(|e| format!("cannot make a folder for the image: {e}"))?;
    let report = aura_tests::soak::kills(&machine::aura()?, dir.path(), kills, seed)?;
    machine::heading("Kills");
    println!("{} kills, {} acknowledged commits, none lost, none by half.", report.kills, report.acknowledged);
    println!();
    Ok(())
}

/// Every measurement; one that fails doesn't keep the others from running.
fn all(options: &awfy::Options) -> Result<(), String> {
    let results = [
        startup::run(&startup::Options::default()),
        parse::run(&parse::Options::default()),
        check::run(&check::Options::default()),
        editor::run(&editor::Options::default()),
        memory::run(),
        jit::run(&jit::Options::default()),
        interrupt::run(&interrupt::Options::default()),
        door::run(&door::Options::default()),
        image::run(&image::Options::default()),
        awfy::run(options),
    ];
    let failures: Vec<String> = results.into_iter().filter_map(Result::err).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures.join("; ")) }
}
