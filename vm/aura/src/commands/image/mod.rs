//! `aura image …`: one file per subcommand. They work on the image's rows, without a machine, so they work whichever version of the library
//! the image was made with.
//!
//! What must stay true: what only looks opens the file for reading only; `--json` prints one value and nothing else to standard output.
//!
//! Not here: what is done (`aura_image::tools`).

mod at;
mod backup;
mod diff;
mod export;
mod gc;
mod import;
mod log;
mod revert;
mod show;
mod stats;
mod table;
mod tag;
mod verify;

use std::path::{Path, PathBuf};

use aura_image::store::{Embedded, StoreError};
use aura_image::tools;
use aura_image::{ImageError, Rows, history};
use serde::Serialize;

use crate::cli::image::{ImageAction, ImageArgs};
use crate::exit::Exit;
use crate::project::Project;
use crate::{image, output};

/// How a subcommand ends: its exit code, or what went wrong.
type Done = Result<Exit, (Exit, String)>;

/// What every subcommand is given.
struct Context {
    path: PathBuf,
    json: bool,
}

/// Does what stands behind `aura image`.
pub(super) fn run(a: &ImageArgs) -> Exit {
    act(a).unwrap_or_else(|(exit, why)| {
        output::error(&why);
        exit
    })
}

fn act(a: &ImageArgs) -> Done {
    let project = Project::of(Path::new(".")).map_err(|why| (Exit::Usage, why))?;
    let path = image::chosen(a.image.as_deref(), project.as_ref());
    let none = || (Exit::Usage, "which image? Name one with --image FILE, AURA_IMAGE, or `image` in aura.toml".to_string());
    let c = Context { path: path.ok_or_else(none)?, json: a.json };
    match &a.action {
        ImageAction::Log(a) => log::run(&c, a),
        ImageAction::Show(a) => show::run(&c, a),
        ImageAction::Diff(a) => diff::run(&c, a),
        ImageAction::Tag(a) => tag::run(&c, a),
        ImageAction::At(a) => at::run(&c, a),
        ImageAction::Revert(a) => revert::run(&c, a),
        ImageAction::Gc(a) => gc::run(&c, a),
        ImageAction::Verify => verify::run(&c),
        ImageAction::Backup(a) => backup::run(&c, a),
        ImageAction::Stats => stats::run(&c),
        ImageAction::Export(a) => export::run(&c, a),
        ImageAction::Import(a) => import::run(&c, a),
    }
}

impl Context {
    /// The store, for reading only.
    fn store(&self) -> Result<Embedded, (Exit, String)> {
        Ok(Embedded::open_read_only(&self.path).map_err(image::fatal)?.store)
    }

    /// The rows, for reading only.
    fn rows(&self) -> Result<Rows, (Exit, String)> {
        tools::open(Box::new(self.store()?)).map_err(image::fatal)
    }

    /// The rows, to be changed. An image is not made here if there is none.
    fn writable(&self) -> Result<Rows, (Exit, String)> {
        tools::open(Box::new(image::store(&self.path, false).map_err(image::fatal)?)).map_err(image::fatal)
    }

    /// Prints JSON if that is wanted, and text for people otherwise.
    fn answer(&self, data: &impl Serialize, text: impl FnOnce() -> String) -> Done {
        let text = if self.json { serde_json::to_string_pretty(data).expect("plain data") + "\n" } else { text() };
        output::print(&text);
        Ok(Exit::Fine)
    }

    /// The length of the file, in bytes.
    fn bytes(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |m| m.len())
    }

    /// How the image is named on a command line.
    fn flag(&self) -> String {
        format!("--image {}", self.path.display())
    }
}

/// The number that a word means, its objects being readable.
fn commit(rows: &Rows, word: &str) -> Result<u64, (Exit, String)> {
    let found = history::find(rows, word).and_then(|n| history::check_readable(rows, n).map(|()| n));
    found.map_err(image::fatal)
}

/// The words of a path as one text; a word with spaces is one name.
fn path(words: &[String]) -> String {
    match words {
        [one] => one.clone(),
        words => words.iter().map(|w| name(w)).collect::<Vec<_>>().join(" "),
    }
}

fn name(word: &str) -> String {
    let one = !word.contains(char::is_whitespace) || word.starts_with('\'');
    if one { word.to_string() } else { tools::value::quoted(word, usize::MAX) }
}

/// An error with the exit code that it ends the command with.
fn fatal(e: ImageError) -> (Exit, String) {
    image::fatal(e)
}

/// The same for what the store says itself.
fn store_fatal(e: StoreError) -> (Exit, String) {
    image::fatal(e)
}
