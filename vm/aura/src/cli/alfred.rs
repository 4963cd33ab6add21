//! What can be written behind `aura alfred`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Leave;

/// `aura alfred`
#[derive(Args, Debug)]
pub struct AlfredArgs {
    /// What to do.
    #[command(subcommand)]
    pub what: AlfredWhat,
    /// Where it was learned: in this image. (Otherwise AURA_IMAGE, and then the image of the project that this folder belongs to.)
    #[arg(long, value_name = "FILE", global = true)]
    pub image: Option<PathBuf>,
    /// Where it was learned: in this file, or beside this script.
    #[arg(long, value_name = "FILE", global = true, conflicts_with = "image")]
    pub learned: Option<PathBuf>,
}

/// What can be done.
#[derive(Subcommand, Debug)]
pub enum AlfredWhat {
    /// With what was learned.
    #[command(flatten)]
    Learned(AlfredCommand),
    /// Measure a model: run a suite of missing sends through the door, and judge what it wrote by hidden tests.
    Eval(EvalArgs),
    /// Have a method written for a message that nothing understands: the program runs until it comes to it, the method passes every gate, is
    /// printed, and goes nowhere.
    Propose(ProposeArgs),
}

/// What can be done with what was learned.
#[derive(Subcommand, Debug)]
pub enum AlfredCommand {
    /// List what was learned and decided, the newest first.
    Log {
        /// Print everything there is, as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Tell where a method comes from: send, model, candidates, gates, trial, decisions.
    Why {
        /// Which.
        #[command(flatten)]
        slot: SlotArgs,
        /// Print everything there is, with the prompts, as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show how a method differs from the one that it replaced.
    Diff {
        /// Which.
        #[command(flatten)]
        slot: SlotArgs,
    },
    /// Say that you have looked at a method and found it good.
    Approve {
        /// Which.
        #[command(flatten)]
        slot: SlotArgs,
        /// Who says it.
        #[command(flatten)]
        who: WhoArgs,
        /// What there is to say.
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
    },
    /// Say that a method is not wanted; the same one is not learned again.
    Reject {
        /// Which.
        #[command(flatten)]
        slot: SlotArgs,
        /// Who says it.
        #[command(flatten)]
        who: WhoArgs,
        /// Why; the model is told.
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
    /// Go back to the version that a method replaced, or to none.
    Revert {
        /// Which.
        #[command(flatten)]
        slot: SlotArgs,
        /// Who says it.
        #[command(flatten)]
        who: WhoArgs,
    },
    /// See whether what is learned gets steadily worse: the metric of each method, and the trend of each of its components.
    Decay {
        /// Methods that are looked at, the last ones.
        #[arg(long, value_name = "N", default_value_t = aura_alfred::measure::decay::WINDOW as u32, value_parser = clap::value_parser!(u32).range(10..))]
        window: u32,
        /// Print the figures as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write what was learned as ordinary source, a file for each script; or print it as lines for fine-tuning a model.
    Export {
        /// The folder to write to.
        #[arg(value_name = "DIR", default_value = ".")]
        folder: PathBuf,
        /// What to write: source files, or the verified exchanges with models as JSON lines on standard output.
        #[arg(long, value_name = "FORMAT", default_value = "source")]
        format: ExportFormat,
        /// Of the JSON lines, only those for training or for testing.
        #[arg(long, value_name = "PART")]
        split: Option<ExportPart>,
        /// Read this journal instead of the image, which may be lost.
        #[arg(long, value_name = "FILE")]
        journal: Option<PathBuf>,
    },
}

/// `aura alfred propose`
#[derive(Args, Debug)]
pub struct ProposeArgs {
    /// The program.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where the message stands in it: line and column, from 1, as errors tell them.
    #[arg(long, value_name = "LINE:COLUMN", value_parser = place)]
    pub send: (usize, usize),
    /// Take texts of files that were not saved from standard input: a JSON object with a text for each path.
    #[arg(long)]
    pub unsaved: bool,
    /// Print each step, and then the method, as lines of JSON.
    #[arg(long)]
    pub json: bool,
    /// What the program may do until it comes to the message, and who is asked then.
    #[command(flatten)]
    pub leave: Leave,
}

fn place(text: &str) -> Result<(usize, usize), String> {
    let wrong = || format!("'{text}' is no place; write LINE:COLUMN, as in 12:5");
    let (line, column) = text.split_once(':').ok_or_else(wrong)?;
    let number = |n: &str| n.parse::<usize>().ok().filter(|n| *n > 0).ok_or_else(wrong);
    Ok((number(line)?, number(column)?))
}

/// `aura alfred eval`
#[derive(Args, Debug)]
pub struct EvalArgs {
    /// The folder of the suite.
    #[arg(value_name = "SUITE")]
    pub suite: PathBuf,
    /// Which model is asked. (Also AURA_MODEL.)
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// Runs of each task.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub samples: u32,
    /// Where it is asked; an address that ends in /v1 is an OpenAI-compatible endpoint. (Otherwise OLLAMA_HOST, or AURA_OPENAI.)
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// Answer from recordings in this file; nobody is asked.
    #[arg(long, value_name = "FILE", conflicts_with = "record")]
    pub cassette: Option<PathBuf>,
    /// Record the model's answers into this file.
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Only the tiers whose names begin so.
    #[arg(long, value_name = "TIER")]
    pub tier: Option<String>,
    /// Tasks that run at the same time.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub jobs: u32,
    /// Temperature of the first sample. Otherwise 0 for one run of each task, and 0.2 for several, which would else be alike.
    #[arg(long, value_name = "T")]
    pub temperature: Option<f32>,
    /// When methods may be written in Python and are put into Aura: `always`, in the `first` conversation of a task, `never`.
    #[arg(long, value_name = "WHEN", value_parser = ["always", "first", "never"], default_value = "always")]
    pub sketches: String,
    /// When the other personas are asked: `on-failure`, `always`. (Otherwise never: ALFRED alone is measured.)
    #[arg(long, value_name = "WHEN", value_parser = ["on-failure", "always", "never"], default_value = "never")]
    pub cascade: String,
    /// Candidates that are compared by what they do before one is taken.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=16))]
    pub candidates: u32,
    /// Seconds for one answer.
    #[arg(long, value_name = "N", default_value_t = 180)]
    pub seconds: u64,
    /// The file that each sample is written to when it is there. (Otherwise SUITE.eval.jsonl in this folder.)
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Go on with that file: what is in it is not run again.
    #[arg(long)]
    pub resume: bool,
    /// Print the figures as JSON.
    #[arg(long)]
    pub json: bool,
    /// Ask nobody; see whether the suite is sound: its right methods pass, and its wrong ones are noticed.
    #[arg(long, conflicts_with_all = ["model", "server", "cassette", "record", "resume", "out"])]
    pub check: bool,
}

/// What `export` writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum ExportFormat {
    /// A file of learned methods for each script.
    Source,
    /// A conversation on each line.
    Jsonl,
}

/// What an exchange is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum ExportPart {
    /// To learn from.
    Train,
    /// To be measured with.
    Test,
}

/// Which method.
#[derive(Args, Debug)]
pub struct SlotArgs {
    /// An object and its message (`account withdraw:`), or the message alone.
    #[arg(value_name = "SLOT", required = true)]
    pub slot: Vec<String>,
    /// Of this script, if several have one of that name.
    #[arg(long, value_name = "FILE")]
    pub script: Option<String>,
}

impl SlotArgs {
    /// The words as one name.
    pub fn name(&self) -> String {
        self.slot.join(" ")
    }
}

/// Who decides.
#[derive(Args, Debug)]
pub struct WhoArgs {
    /// Your name; otherwise that of the account.
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}
