//! `aura image …`: what can be written behind it.

use std::path::PathBuf;

use aura_image::tools::collect::Keep;
use clap::{Args, Subcommand};

/// `aura image`
#[derive(Args, Debug)]
pub struct ImageArgs {
    /// Which image. (Also AURA_IMAGE, and `image` in aura.toml.)
    #[arg(long, value_name = "FILE", global = true)]
    pub image: Option<PathBuf>,
    /// Print as JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub action: ImageAction,
}

/// The subcommands of `aura image`.
#[derive(Subcommand, Debug)]
pub enum ImageAction {
    /// List the commits, the newest first.
    Log(LogArgs),
    /// Show what is at a path, or all that the image has beyond the library.
    Show(ShowArgs),
    /// Show what differs between two commits.
    Diff(DiffArgs),
    /// Give a commit a name. Tagged commits are never collected.
    Tag(TagArgs),
    /// Show a commit, and how to work as of it.
    At(AtArgs),
    /// Put one slot back to what it was as of a commit, and nothing else.
    Revert(RevertArgs),
    /// Drop what nothing reaches and old versions that no kept commit sees, and give the file's room back.
    Gc(GcArgs),
    /// Check everything; exit code 9 if something is damaged.
    Verify,
    /// Copy the image, as it is now, into a new file.
    Backup(BackupArgs),
    /// Count objects, rows and bytes.
    Stats,
    /// Write everything that is not the library's as source files, which make the same objects again.
    Export(ExportArgs),
    /// Read the files that `export` wrote into an image, which is made if it is not there.
    Import(ImportArgs),
}

/// `aura image log`
#[derive(Args, Debug)]
pub struct LogArgs {
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
}

/// `aura image show`
#[derive(Args, Debug)]
pub struct ShowArgs {
    /// Slot names from the globals on: `accounts mine`; `image NAME` for what was put at a name; `[3]` for an element; `object N`.
    #[arg(value_name = "PATH", num_args = 0..)]
    pub path: Vec<String>,
    /// As of this commit (a number or a tag).
    #[arg(long, value_name = "COMMIT")]
    pub at: Option<String>,
    /// At most so many elements of a vector.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
}

/// `aura image diff`
#[derive(Args, Debug)]
pub struct DiffArgs {
    /// From this commit (a number or a tag),
    #[arg(value_name = "FROM")]
    pub from: String,
    /// to this one; to the last if none is named.
    #[arg(value_name = "TO", default_value = "head")]
    pub to: String,
}

/// `aura image tag`
#[derive(Args, Debug)]
pub struct TagArgs {
    /// The name.
    #[arg(value_name = "NAME", required_unless_present_any = ["list", "remove"])]
    pub name: Option<String>,
    /// The commit (a number or another tag).
    #[arg(value_name = "COMMIT", default_value = "head")]
    pub commit: String,
    /// List the names.
    #[arg(long, conflicts_with_all = ["name", "remove"])]
    pub list: bool,
    /// Take this name away.
    #[arg(long, value_name = "NAME", conflicts_with = "name")]
    pub remove: Option<String>,
}

/// `aura image at`
#[derive(Args, Debug)]
pub struct AtArgs {
    /// The commit (a number or a tag).
    #[arg(value_name = "COMMIT")]
    pub commit: String,
}

/// `aura image revert`
#[derive(Args, Debug)]
pub struct RevertArgs {
    /// The slot, as for `aura image show`.
    #[arg(value_name = "PATH", required = true)]
    pub path: Vec<String>,
    /// What it was as of this commit (a number or a tag).
    #[arg(long, value_name = "COMMIT")]
    pub to: String,
}

/// `aura image gc`
#[derive(Args, Debug)]
pub struct GcArgs {
    /// Which commits stay readable, beside tagged ones and the last: `all`, a number of the latest, or a time such as 30d, 12h, 4w.
    #[arg(long, value_name = "WHAT", default_value = "30d")]
    pub keep: Keep,
}

/// `aura image backup`
#[derive(Args, Debug)]
pub struct BackupArgs {
    /// The new file. It must not be there.
    #[arg(value_name = "FILE")]
    pub to: PathBuf,
}

/// `aura image export`
#[derive(Args, Debug)]
pub struct ExportArgs {
    /// The folder. It must be empty or not there, or hold an earlier export, which is replaced.
    #[arg(value_name = "DIR")]
    pub to: PathBuf,
    /// As of this commit (a number or a tag).
    #[arg(long, value_name = "COMMIT")]
    pub at: Option<String>,
}

/// `aura image import`
#[derive(Args, Debug)]
pub struct ImportArgs {
    /// The folder.
    #[arg(value_name = "DIR")]
    pub from: PathBuf,
}
