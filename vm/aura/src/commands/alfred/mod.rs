//! `aura alfred`: what was learned, for people who want to see and judge it.
//!
//! * `image` in the chronicle of an image; `beside` in a file beside a script
//! * `take_out` out of the objects of an image
//! * `eval` measures a model; `propose` has one method written
//!
//! What must stay true: nothing here but these two asks a model or runs a program; looking at an image does not write to it.

mod beside;
pub mod eval;
mod image;
mod propose;
mod take_out;

use std::path::{Path, PathBuf};

use aura_alfred::chronicle::{export, journal};

use crate::cli::alfred::{AlfredArgs, AlfredCommand, AlfredWhat, ExportFormat, WhoArgs};
use crate::exit::Exit;
use crate::output;
use crate::project::Project;

/// Why a command failed.
type Failed = (Exit, String);

pub(super) fn run(a: &AlfredArgs) -> Exit {
    let done = match &a.what {
        AlfredWhat::Eval(a) => return eval::run(a),
        AlfredWhat::Propose(p) => return propose::run(p, a.image.as_deref()),
        AlfredWhat::Learned(what) => done(a, what),
    };
    match done {
        Ok(text) => {
            output::print(&text);
            Exit::Fine
        }
        Err((exit, why)) => {
            output::error(&why);
            exit
        }
    }
}

/// Does it. Answers what is printed.
fn done(a: &AlfredArgs, what: &AlfredCommand) -> Result<String, Failed> {
    if let AlfredCommand::Export { format: ExportFormat::Source, split: Some(_), .. } = what {
        return Err((Exit::Usage, "--split goes with --format jsonl; source files are not divided".into()));
    }
    if let AlfredCommand::Export { folder, format, journal: Some(path), .. } = what {
        if *format == ExportFormat::Jsonl {
            return Err((Exit::Usage, beside::NO_PROMPTS.into()));
        }
        let journal = journal::read(path).map_err(|why| (Exit::Usage, why))?;
        for (line, why) in &journal.damaged {
            eprintln!("{}:{line}: left out: {why}", path.display());
        }
        return exported(&journal.methods, folder);
    }
    match place(a)? {
        Place::Image(path) => image::run(what, &path),
        Place::Learned(path) => beside::run(what, &path),
    }
}

/// Where it was learned.
enum Place {
    Image(PathBuf),
    Learned(PathBuf),
}

fn place(a: &AlfredArgs) -> Result<Place, Failed> {
    let missing = |path: &Path| (Exit::Usage, format!("there is no file {}", path.display()));
    if let Some(path) = &a.learned {
        let is_learned = path.to_string_lossy().ends_with(".learned.aura");
        let path = if is_learned { path.clone() } else { aura_alfred::learned::beside(path) };
        return if path.exists() { Ok(Place::Learned(path)) } else { Err(missing(&path)) };
    }
    let project = Project::of(Path::new("aura.toml")).map_err(|why| (Exit::Usage, why))?;
    let chosen = crate::image::chosen(a.image.as_deref(), project.as_ref());
    match chosen.or_else(|| project.map(|p| p.learned())) {
        Some(path) if path.exists() => Ok(Place::Image(path)),
        Some(path) if a.image.is_some() => Err(missing(&path)),
        Some(path) => Err((Exit::Usage, format!("nothing was learned yet: there is no {}", path.display()))),
        None => {
            let why = "this folder belongs to no project; say where it was learned: --image FILE or --learned FILE";
            Err((Exit::Usage, why.into()))
        }
    }
}

/// Who decides.
fn name(who: &WhoArgs) -> String {
    let told = |name: &str| std::env::var(name).ok().filter(|v| !v.trim().is_empty());
    who.by.clone().or_else(|| told("USER")).or_else(|| told("LOGNAME")).unwrap_or_else(|| "a person".into())
}

/// Writes methods as files.
fn exported(methods: &[(String, aura_alfred::learned::Method)], folder: &Path) -> Result<String, Failed> {
    let written = export::write(methods, folder).map_err(|why| (Exit::Failed, why))?;
    Ok(written.iter().map(|path| format!("{}\n", path.display())).collect())
}

/// Data as it is printed.
fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).expect("plain data") + "\n"
}
