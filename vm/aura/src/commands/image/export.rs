//! `aura image export DIR`: everything that is not the library's, as source files.
//!
//! What must stay true: a folder that is no export is not touched; an export that fails leaves the folder as it was.

use std::collections::HashSet;
use std::path::Path;

use aura_run::Vm;
use serde::Serialize;

use super::table::some;
use super::{Context, Done, commit, fatal};
use crate::cli::image::ExportArgs;
use crate::exit::Exit;
use crate::export::Exported;
use crate::world::{self, Wiring};
use crate::{export, image};

/// The file that reads the others: a folder with it may be an export.
const MAIN: &str = "main.aura";
/// What an export's `main.aura` says of itself.
const MARK: &str = "`aura image export`";

/// What was written.
#[derive(Serialize)]
struct Written {
    folder: String,
    files: Vec<String>,
    objects: usize,
    notes: Vec<String>,
}

pub(super) fn run(c: &Context, a: &ExportArgs) -> Done {
    let files = clear(&a.to)?;
    let mut vm = world::machine(Wiring::standard(Vec::new())).map_err(|why| (Exit::Damaged, why))?;
    let rows = c.rows()?;
    let at = a.at.as_deref().map(|word| commit(&rows, word)).transpose()?;
    image::attach_rows(&mut vm, rows, at, "export").map_err(fatal)?;
    let exported = exported(&mut vm)?;
    write(&a.to, &exported, &files).map_err(|e| (Exit::Failed, format!("{} cannot be written: {e}", a.to.display())))?;
    let files = exported.files.into_iter().map(|(name, _)| name).collect();
    let done = Written { folder: a.to.display().to_string(), files, objects: exported.objects, notes: exported.notes };
    c.answer(&done, || text(&done))
}

fn exported(vm: &mut Vm) -> Result<Exported, (Exit, String)> {
    export::export(vm).map_err(|f| (Exit::Damaged, f.text()))
}

/// The source files of an earlier export in the folder. An error if something else is in it.
fn clear(folder: &Path) -> Result<Vec<String>, (Exit, String)> {
    let refused = |why: String| (Exit::Usage, format!("{}: {why}", folder.display()));
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(refused(e.to_string())),
    };
    let names: Vec<String> = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    let sources: Vec<String> = names.into_iter().filter(|n| n.ends_with(".aura")).collect();
    let earlier = std::fs::read_to_string(folder.join(MAIN)).is_ok_and(|text| text.contains(MARK));
    if earlier || sources.is_empty() {
        return Ok(sources);
    }
    Err(refused("there are source files in it that are no earlier export; name another folder".into()))
}

/// `main.aura` comes last, so that a folder that was written by half does not pass for an export.
fn write(folder: &Path, exported: &Exported, earlier: &[String]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let names: HashSet<&str> = exported.files.iter().map(|(name, _)| name.as_str()).collect();
    for (name, text) in &exported.files {
        std::fs::write(folder.join(name), text)?;
    }
    earlier.iter().filter(|n| !names.contains(n.as_str())).try_for_each(|n| std::fs::remove_file(folder.join(n)))
}

fn text(w: &Written) -> String {
    let mut out = format!("{}: {} in {}\n", w.folder, some(w.objects as u64, "object"), some(w.files.len() as u64, "file"));
    if !w.notes.is_empty() {
        out.push_str("not as it was:\n");
        w.notes.iter().for_each(|n| out.push_str(&format!("  {n}\n")));
    }
    out
}
