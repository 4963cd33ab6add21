//! `aura fix`: makes the edits that diagnostics suggest.
//!
//! Rounds of checking and editing, until nothing more is suggested. What must stay true: a file is written only if the parser still
//! reads it and fewer things are wrong with it than before; edits that overlap wait for the next round.

use std::path::Path;

use aura_syntax::diagnostic::{Edit, Fix};
use aura_syntax::{Diagnostic, Severity};
use aura_types::Options;

use crate::cli::FixArgs;
use crate::exit::Exit;
use crate::seen::Seen;
use crate::{output, source};

/// Rounds of editing one file.
const MOST_ROUNDS: usize = 8;

pub(super) fn run(a: &FixArgs) -> Exit {
    let files = match source::files(&a.files, ".aura") {
        Ok(files) => files,
        Err(text) => {
            output::error(&text);
            return Exit::Usage;
        }
    };
    let mut seen = Seen::new(&a.seen);
    let mut worst = Exit::Fine;
    for file in files {
        // Before anything is changed for want of what lives there.
        let image = match seen.image_of(&file) {
            Ok(image) => image,
            Err((exit, why)) => {
                output::error(&why);
                return exit;
            }
        };
        let findings = |text: &str| {
            let mut checker = seen.checker(std::slice::from_ref(&file), Options::default(), image.as_deref())?;
            Ok(checker.check(&file, text))
        };
        worst = worst.max(one(&file, &findings, a.dry_run).unwrap_or_else(|why| {
            output::error(&why);
            Exit::Check
        }));
    }
    worst
}

/// Mends one file, in which `check` finds what is wrong with a text of it.
fn one(path: &Path, check: &dyn Fn(&str) -> Result<Vec<Diagnostic>, String>, dry_run: bool) -> Result<Exit, String> {
    let name = path.display().to_string();
    let before = source::read(path)?;
    let (mut text, mut done) = (before.clone(), Vec::new());
    let mut found = check(&text)?;
    for _ in 0..MOST_ROUNDS {
        let (edits, titles) = edits(&found);
        if edits.is_empty() {
            break;
        }
        let next = Fix { title: String::new(), edits, is_guess: false }.apply(&text);
        let left = check(&next)?;
        if left.len() >= found.len() {
            break;
        }
        (text, found) = (next, left);
        done.extend(titles);
    }
    for title in &done {
        println!("{name}: {title}");
    }
    if text != before && !dry_run {
        source::write(path, &text)?;
    }
    let errors = found.iter().filter(|d| d.severity == Severity::Error).count();
    if errors > 0 {
        println!("{name}: {errors} left that nothing is suggested for; `aura check {name}` shows them");
    }
    Ok(if errors > 0 { Exit::Check } else { Exit::Fine })
}

/// The suggested edits that do not overlap, in the order of the text, and what they do.
fn edits(found: &[Diagnostic]) -> (Vec<Edit>, Vec<String>) {
    let mut fixes: Vec<&Fix> =
        found.iter().filter_map(|d| d.fix.as_ref()).filter(|f| !f.edits.is_empty() && !f.is_guess).collect();
    fixes.sort_by_key(|f| f.edits[0].span.start);
    let (mut edits, mut titles): (Vec<Edit>, Vec<String>) = Default::default();
    for fix in fixes {
        let is_free = edits.last().is_none_or(|last| fix.edits[0].span.start >= last.span.end);
        if is_free && !edits.contains(&fix.edits[0]) {
            edits.extend(fix.edits.iter().cloned());
            titles.push(fix.title.clone());
        }
    }
    (edits, titles)
}
