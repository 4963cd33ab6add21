//! `aura check`: what is wrong with files, as drawings for people or as JSON for machines.

use std::path::Path;

use aura_syntax::{Diagnostic, Severity, Source};
use serde::Serialize;

use crate::checker::Checker;
use crate::cli::CheckArgs;
use crate::exit::Exit;
use crate::live::Live;
use crate::world::{self, Wiring};
use crate::{image, output, source};

/// What was found in one file.
#[derive(Serialize)]
struct Report {
    file: String,
    /// Why it could not be read, if it could not.
    unreadable: Option<String>,
    diagnostics: Vec<Placed>,
}

/// A diagnostic with line and column, both from 1.
#[derive(Serialize)]
struct Placed {
    line: usize,
    column: usize,
    #[serde(flatten)]
    diagnostic: Diagnostic,
}

pub(super) fn run(a: &CheckArgs) -> Exit {
    let files = match source::files(&a.files, ".aura") {
        Ok(files) => files,
        Err(text) => {
            output::error(&text);
            return Exit::Usage;
        }
    };
    let mut checker = match Checker::new(&files, a.strict) {
        Ok(checker) => checker,
        Err(text) => {
            output::error(&text);
            return Exit::Check;
        }
    };
    if let Err((exit, why)) = at_image(&mut checker, a) {
        output::error(&why);
        return exit;
    }
    let mut worst = Exit::Fine;
    let mut reports = Vec::new();
    for file in files {
        let (report, exit) = check(&mut checker, &file, a);
        worst = worst.max(exit);
        reports.push(report);
    }
    checker.take_notes().iter().for_each(|note| output::error(note));
    if a.json {
        output::print(&(serde_json::to_string_pretty(&reports).expect("plain data") + "\n"));
    }
    worst
}

/// Brings in the objects of the image, if one is named. It is only read.
fn at_image(checker: &mut Checker, a: &CheckArgs) -> Result<(), (Exit, String)> {
    let Some(path) = &a.image else { return Ok(()) };
    let mut vm = world::machine(Wiring::standard(Vec::new())).map_err(|why| (Exit::Damaged, why))?;
    image::attach(&mut vm, path, Some(a.at.as_deref().unwrap_or("head")), "check")?;
    let live = Live::of(&mut vm).map_err(|f| (Exit::Damaged, f.text()))?;
    checker.at_image(path, &live);
    Ok(())
}

fn check(checker: &mut Checker, path: &Path, a: &CheckArgs) -> (Report, Exit) {
    let json = a.json;
    let name = path.display().to_string();
    let text = match source::read(path) {
        Ok(text) => text,
        Err(why) => {
            if !json {
                output::error(&why);
            }
            return (Report { file: name, unreadable: Some(why), diagnostics: Vec::new() }, Exit::Check);
        }
    };
    let found = if a.syntax { source::diagnose(&name, &text) } else { checker.check(path, &text) };
    let source = Source::new(name.clone(), text);
    if !json && !found.is_empty() {
        eprint!("{}", aura_syntax::render(&source, &found, output::colour()));
    }
    let exit = if found.iter().any(|d| d.severity == Severity::Error) { Exit::Check } else { Exit::Fine };
    let placed = found.into_iter().map(|diagnostic| {
        let at = source.position(diagnostic.span.start);
        Placed { line: at.line, column: at.column, diagnostic }
    });
    (Report { file: name, unreadable: None, diagnostics: placed.collect() }, exit)
}
