//! The living image: opening it, committing to it, and bringing objects in, beside redb itself doing the same work on the same rows.
//!
//! What must stay true: Aura and raw redb take turns within one run; raw redb gets exactly the rows that Aura has just written, with the
//! same durability (two phases, quick repair), in a file beside Aura's.
//!
//! * `open` whole processes; `work` commits and faults inside this process; `raw` redb alone

mod open;
mod raw;
mod work;

use std::path::{Path, PathBuf};

use crate::table::Table;
use crate::{awfy, machine};

/// How the image is measured.
#[derive(clap::Args, Clone)]
pub(crate) struct Options {
    /// Objects of the large image.
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    objects: usize,
    /// Commits of one slot, and processes that open an image.
    #[arg(long, default_value_t = 200, value_name = "N")]
    commits: usize,
    /// Times that the large image is made and walked.
    #[arg(long, default_value_t = 5, value_name = "N")]
    rounds: usize,
    /// Leave out the fourteen programs beside an open image.
    #[arg(long)]
    no_programs: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { objects: 1_000_000, commits: 200, rounds: 5, no_programs: false }
    }
}

/// Where the images of a measurement are.
struct Files {
    dir: tempfile::TempDir,
}

impl Files {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

/// Runs and reports.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let files = Files { dir: tempfile::tempdir().map_err(|e| format!("cannot make a folder for images: {e}"))? };
    machine::heading("The living image");
    let mut table = Table::new(&["what", "measured", "bar", "held"]);
    work::run(options, &files, &mut table)?;
    open::run(options, &files, &mut table)?;
    table.print();
    if options.no_programs {
        return Ok(());
    }
    beside_an_image(&files.path("large.image"))
}

/// The fourteen programs with an image open and without, in turns.
fn beside_an_image(image: &Path) -> Result<(), String> {
    let (ratio, low, high) = awfy::with_and_without(&["run".into(), "--image".into(), image.display().to_string()])?;
    println!(
        "The fourteen programs with this image open take {ratio:.3} times ({low:.3}–{high:.3}, 95 %) what they take without (bar 1.03), quick \
         sizes, geometric mean."
    );
    println!();
    Ok(())
}
