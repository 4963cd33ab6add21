//! `aura fmt`: the standard form, written back only where something changes.

use std::path::Path;

use aura_syntax::Source;

use crate::cli::FmtArgs;
use crate::exit::Exit;
use crate::{output, source};

pub(super) fn run(a: &FmtArgs) -> Exit {
    if a.files == [Path::new("-")] {
        return filter(a.check);
    }
    let files = match source::files(&a.files, ".aura") {
        Ok(files) => files,
        Err(text) => {
            output::error(&text);
            return Exit::Usage;
        }
    };
    let mut worst = Exit::Fine;
    for file in files {
        worst = worst.max(one(&file, a.check));
    }
    worst
}

/// Standard input to standard output.
fn filter(check: bool) -> Exit {
    match source::read(Path::new("-")).and_then(|text| tidy("standard input", &text).map(|new| (text, new))) {
        Ok((text, new)) if check => {
            if text == new {
                Exit::Fine
            } else {
                Exit::Check
            }
        }
        Ok((_, new)) => {
            output::print(&new);
            Exit::Fine
        }
        Err(why) => {
            eprintln!("{}", why.trim_end());
            Exit::Check
        }
    }
}

fn one(path: &Path, check: bool) -> Exit {
    let name = path.display().to_string();
    let text = match source::read(path) {
        Ok(text) => text,
        Err(why) => {
            output::error(&why);
            return Exit::Check;
        }
    };
    match tidy(&name, &text) {
        Ok(new) if new == text => Exit::Fine,
        Ok(_) if check => {
            println!("{name}");
            Exit::Check
        }
        Ok(new) => match source::write(path, &new) {
            Ok(()) => Exit::Fine,
            Err(why) => {
                output::error(&why);
                Exit::Check
            }
        },
        Err(drawn) => {
            eprint!("{drawn}");
            Exit::Check
        }
    }
}

/// The text in standard form; a text with errors stays as it is, and they are shown.
fn tidy(name: &str, text: &str) -> Result<String, String> {
    aura_syntax::format(text).map_err(|found| aura_syntax::render(&Source::new(name, text), &found, output::colour()))
}
