//! What can be written behind `aura alfred`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `aura alfred`
#[derive(Args, Debug)]
pub struct AlfredArgs {
    /// What to do.
    #[command(subcommand)]
    pub what: AlfredCommand,
    /// Where it was learned: in this image. (Otherwise AURA_IMAGE, and then the image of the project that this folder belongs to.)
    #[arg(long, value_name = "FILE", global = true)]
    pub image: Option<PathBuf>,
    /// Where it was learned: in this file, or beside this script.
    #[arg(long, value_name = "FILE", global = true, conflicts_with = "image")]
    pub learned: Option<PathBuf>,
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
    /// Write what was learned as ordinary source, a file for each script.
    Export {
        /// The folder to write to.
        #[arg(value_name = "DIR", default_value = ".")]
        folder: PathBuf,
        /// Read this journal instead of the image, which may be lost.
        #[arg(long, value_name = "FILE")]
        journal: Option<PathBuf>,
    },
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
