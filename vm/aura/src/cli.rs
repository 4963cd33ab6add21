//! What can be written on the command line.
//!
//! What must stay true: every flag has a sentence of help; a slip of the pen gets a suggestion; usage errors are
//! [`Exit::Usage`].

pub mod alfred;
pub mod image;
pub mod reference;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::door::DoorFlags;
use crate::exit::Exit;
use crate::powers::{Bounds, Powers};
use crate::seen::SeenFlags;
use crate::suggest;

/// Aura: prototypes, messages, and an open door for messages that nothing understands.
#[derive(Parser, Debug)]
#[command(name = "aura", bin_name = "aura", version, about, after_help = AFTER)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const AFTER: &str = "Exit codes: 0 fine, 1 the program failed, 2 usage, 3 check found errors, 4 tests failed, 5 refused by policy,\n\
6 not understood and not learned, 7 a limit, 8 no model reachable, 9 stored code damaged, 130 interrupted.";

/// The subcommands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run a program.
    Run(RunArgs),
    /// Talk with a living world, line by line.
    Repl(ReplArgs),
    /// Say what is wrong with files, without running them.
    Check(CheckArgs),
    /// Make the edits that `check` suggests.
    Fix(FixArgs),
    /// Put files into their standard form.
    Fmt(FmtArgs),
    /// Run tests (files *_test.aura) and the examples in comments.
    Test(TestArgs),
    /// Begin a program: a folder with a file, a test and a README.
    New(NewArgs),
    /// Show documentation, from the living world.
    Doc(DocArgs),
    /// Say what a diagnostic code means, and what to do.
    Explain(reference::ExplainArgs),
    /// Print the grammar of the language, also for model servers that constrain their answers.
    Grammar(reference::GrammarArgs),
    /// Look at a living image, compare and mend it, without running anything.
    Image(image::ImageArgs),
    /// See and judge what was learned: where it comes from, whether it stays.
    Alfred(alfred::AlfredArgs),
    /// Answer an editor's questions over standard input and output (the Language Server Protocol).
    Lsp(LspArgs),
    /// Print a completion script for a shell.
    Completions(CompletionsArgs),
}

/// `aura run`
#[derive(Args, Debug)]
pub struct RunArgs {
    /// Run this text instead of a file.
    #[arg(short = 'e', long = "eval", value_name = "CODE")]
    pub code: Option<String>,
    /// The file to run (`-` for standard input), then the program's own arguments.
    #[arg(value_name = "FILE [ARGUMENTS]", trailing_var_arg = true)]
    pub rest: Vec<String>,
    /// Print the syntax tree or the bytecode instead of running; or run, and print the optimizing tier's form, Cranelift's form or the machine instructions of what
    /// gets compiled, or several of these (`ir,clif,asm`).
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub dump: Vec<Dump>,
    /// What is compiled to machine code.
    #[command(flatten)]
    pub jit: JitFlags,
    /// Where objects live.
    #[command(flatten)]
    pub image: ImageFlags,
    /// What it may do.
    #[command(flatten)]
    pub leave: Leave,
}

/// What a program may do, and how much of it.
#[derive(Args, Clone, Debug, Default)]
pub struct Leave {
    /// What happens to messages that nothing understands.
    #[command(flatten)]
    pub door: DoorFlags,
    /// Powers.
    #[command(flatten)]
    pub powers: Powers,
    /// Limits.
    #[command(flatten)]
    pub bounds: Bounds,
}

/// Which image a program works at.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "The living image")]
pub struct ImageFlags {
    /// Work at this image: what the lobby reaches outlasts the program. It is made if it is not there. (Also AURA_IMAGE, and `image` in
    /// aura.toml.)
    #[arg(long, value_name = "FILE")]
    pub image: Option<PathBuf>,
    /// Work in a world of its own, whatever the environment and aura.toml say.
    #[arg(long, conflicts_with = "image")]
    pub no_image: bool,
    /// See the image as of this commit (a number or a tag); nothing can be committed then.
    #[arg(long, value_name = "COMMIT")]
    pub at: Option<String>,
}

/// What `--dump` prints.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Dump {
    /// The syntax tree.
    Tree,
    /// Bytecode.
    Code,
    /// The optimizing tier's own form of what is compiled while the program runs.
    Ir,
    /// Cranelift's intermediate form.
    Clif,
    /// Machine instructions.
    Asm,
}

impl Dump {
    /// Whether it is about the source, and is printed instead of running it.
    pub fn is_of_source(self) -> bool {
        matches!(self, Dump::Tree | Dump::Code)
    }
}

/// What is compiled to machine code, and when.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Compiled code")]
pub struct JitFlags {
    /// What may be compiled. (Also AURA_JIT.)
    #[arg(long, value_name = "TIER", env = "AURA_JIT", default_value = "on", hide_env_values = true)]
    pub jit: Jit,
    /// Compile after so many activations and turns of loops; 0: before the first.
    #[arg(long, value_name = "N")]
    pub jit_threshold: Option<u32>,
    /// Say on standard error what compiling came to.
    #[arg(long)]
    pub stats: bool,
    /// Tell the profiler `perf` the names of compiled code, in /tmp/perf-PID.map.
    #[arg(long)]
    pub perf_map: bool,
}

/// `--jit`
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Jit {
    /// Nothing: the interpreter runs alone.
    Off,
    /// What is hot, each method for itself.
    Baseline,
    /// As much as there is.
    #[default]
    On,
}

impl Jit {
    /// What AURA_JIT says; commands without the flag obey it too.
    pub fn from_environment() -> Jit {
        std::env::var("AURA_JIT").ok().and_then(|v| Jit::from_str(&v, true).ok()).unwrap_or_default()
    }
    /// The machine's word for it.
    pub fn tiers(self) -> aura_run::Tiers {
        match self {
            Jit::Off => aura_run::Tiers::Interpreter,
            Jit::Baseline => aura_run::Tiers::Baseline,
            Jit::On => aura_run::Tiers::Optimizing,
        }
    }
}

/// `aura repl`
#[derive(Args, Debug)]
pub struct ReplArgs {
    /// Files to load first.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Where objects live.
    #[command(flatten)]
    pub image: ImageFlags,
    /// Commit only where a program says so (`image commit`), not after each entry.
    #[arg(long)]
    pub no_commit: bool,
    /// What each entry may do.
    #[command(flatten)]
    pub leave: Leave,
}

/// `aura check`
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// Only whether the files can be read as Aura, without types.
    #[arg(long, conflicts_with_all = ["image", "at"])]
    pub syntax: bool,
    /// Nothing may be unknown: every argument has a type, and what may be nil is tested.
    #[arg(long, conflicts_with = "syntax")]
    pub strict: bool,
    /// Print what is found as JSON.
    #[arg(long)]
    pub json: bool,
    /// What lives where the files run.
    #[command(flatten)]
    pub seen: SeenFlags,
    /// Files, or folders whose .aura files are meant.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

/// `aura lsp`
#[derive(Args, Debug)]
pub struct LspArgs {
    /// Answer from the objects that live in this image, too. (Also AURA_IMAGE, and `image` in aura.toml.)
    #[arg(long, value_name = "FILE")]
    pub image: Option<PathBuf>,
    /// Taken for the sake of editors that say how they will talk; there is no other way.
    #[arg(long, hide = true)]
    pub stdio: bool,
}

/// `aura fix`
#[derive(Args, Debug)]
pub struct FixArgs {
    /// Only say what would be done.
    #[arg(long)]
    pub dry_run: bool,
    /// What lives where the files run.
    #[command(flatten)]
    pub seen: SeenFlags,
    /// Files, or folders whose .aura files are meant.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

/// `aura fmt`
#[derive(Args, Debug)]
pub struct FmtArgs {
    /// Change nothing; say which files are not in standard form.
    #[arg(long)]
    pub check: bool,
    /// Files, or folders whose .aura files are meant; `-` reads standard input and prints.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

/// `aura test`
#[derive(Args, Debug)]
pub struct TestArgs {
    /// Files, or folders with files *_test.aura; this folder if none is named.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Only tests whose names contain this.
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Print the results as JSON.
    #[arg(long)]
    pub json: bool,
    /// Powers.
    #[command(flatten)]
    pub powers: Powers,
    /// Limits, for each file.
    #[command(flatten)]
    pub bounds: Bounds,
}

/// `aura new`
#[derive(Args, Debug)]
pub struct NewArgs {
    /// The name of the folder and of the program.
    pub name: PathBuf,
}

/// `aura doc`
#[derive(Args, Debug)]
pub struct DocArgs {
    /// An object (`list`, `traits string`) and perhaps one of its messages (`list add:`). Nothing: what there is.
    #[arg(value_name = "NAME", num_args = 0..)]
    pub name: Vec<String>,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

/// `aura completions`
#[derive(Args, Debug)]
pub struct CompletionsArgs {
    /// Which shell.
    pub shell: clap_complete::Shell,
}

/// Reads a command line. `Err` is the exit code, the message having been printed.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, u8> {
    Cli::try_parse_from(arguments).map_err(|mut e| {
        hint(&mut e);
        let _ = e.print();
        match e.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Fine.code(),
            _ => Exit::Usage.code(),
        }
    })
}

/// Where a slip of the pen or a file stands in the place of a subcommand, says what was meant.
fn hint(e: &mut clap::Error) {
    let Some(ContextValue::String(word)) = e.get(ContextKind::InvalidSubcommand).cloned() else { return };
    let known = command();
    if let Some(near) = suggest::nearest(&word, known.get_subcommands().map(clap::Command::get_name)) {
        e.insert(ContextKind::SuggestedSubcommand, ContextValue::String(near.to_string()));
    } else if word.ends_with(".aura") || Path::new(&word).is_file() {
        let tip = format!("to run a file: aura run {word}").into();
        e.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    }
}

/// The command as clap knows it, for completions and the reference.
pub fn command() -> clap::Command {
    Cli::command()
}
