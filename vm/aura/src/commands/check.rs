//! `aura check`: what is wrong with files, as drawings for people or as JSON for machines.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use aura_syntax::{Diagnostic, Severity, Source};
use aura_types::Options;
use serde::Serialize;

use crate::checker::Checker;
use crate::cli::CheckArgs;
use crate::exit::Exit;
use crate::seen::{Image, Seen};
use crate::{output, source};

/// Findings of a file that are drawn: more than anybody reads, and each may take a whole line of the file.
const MOST_DRAWN: usize = 200;

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
    let mut together = match together(&files, a) {
        Ok(together) => together,
        Err((exit, why)) => {
            output::error(&why);
            return exit;
        }
    };
    let mut worst = Exit::Fine;
    let mut reports = Vec::new();
    for (file, which) in files.iter().zip(together.of) {
        let (report, exit) = check(&mut together.checkers[which], file, a);
        worst = worst.max(exit);
        reports.push(report);
    }
    together.checkers.iter_mut().flat_map(Checker::take_notes).for_each(|note| output::error(&note));
    if a.json {
        output::print(&(serde_json::to_string_pretty(&reports).expect("plain data") + "\n"));
    }
    worst
}

/// A checker for the files that work at the same image, or all at none.
struct Together {
    checkers: Vec<Checker>,
    /// Which of them each file belongs to.
    of: Vec<usize>,
}

/// Each file with those that work at the same image.
fn together(files: &[PathBuf], a: &CheckArgs) -> Result<Together, (Exit, String)> {
    let mut seen = Seen::new(&a.seen);
    let mut groups: Vec<(Option<Rc<Image>>, Vec<PathBuf>)> = Vec::new();
    let mut of = Vec::new();
    for file in files {
        // Whether a file can be read as Aura does not depend on what lives anywhere.
        let image = if a.syntax { None } else { seen.image_of(file)? };
        let path = |image: &Option<Rc<Image>>| image.as_ref().map(|i| i.path.clone());
        let at = groups.iter().position(|(known, _)| path(known) == path(&image)).unwrap_or_else(|| {
            groups.push((image, Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(file.clone());
        of.push(at);
    }
    let options = Options { strict: a.strict, in_full: a.json };
    let checkers = groups.into_iter().map(|(image, files)| seen.checker(&files, options, image.as_deref()));
    Ok(Together { checkers: checkers.collect::<Result<_, _>>().map_err(|why| (Exit::Check, why))?, of })
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
        let drawn = &found[..found.len().min(MOST_DRAWN)];
        eprint!("{}", aura_syntax::render(&source, drawn, output::colour()));
        if found.len() > drawn.len() {
            eprintln!("{name}: {} more; `--json` tells all", found.len() - drawn.len());
        }
    }
    let exit = if found.iter().any(|d| d.severity == Severity::Error) { Exit::Check } else { Exit::Fine };
    let placed = found.into_iter().map(|diagnostic| {
        let at = source.position(diagnostic.span.start);
        Placed { line: at.line, column: at.column, diagnostic }
    });
    (Report { file: name, unreadable: None, diagnostics: placed.collect() }, exit)
}
