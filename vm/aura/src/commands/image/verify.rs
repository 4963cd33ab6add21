//! `aura image verify`: a full check, with exit code 9 if something is damaged.

use std::io::{IsTerminal as _, Write as _};

use aura_alfred::chronicle::Chronicle;
use aura_image::Rows;
use aura_image::tools::verify::{Problem, Report, verify};

use super::table::{columns, some};
use super::{Context, Done, fatal};
use crate::exit::Exit;

pub(super) fn run(c: &Context) -> Done {
    let mut rows = c.rows()?;
    let watched = std::io::stderr().is_terminal();
    let mut progress = |step: &str, n: u64| {
        if watched {
            eprint!("\r{step} {n}\u{1b}[K");
        }
    };
    let mut report = verify(&mut rows, &mut progress).map_err(fatal)?;
    chronicle(&rows, &mut report);
    if watched {
        eprint!("\r\u{1b}[K");
        let _ = std::io::stderr().flush();
    }
    c.answer(&report, || text(&report))?;
    if report.problems.is_empty() { Ok(Exit::Fine) } else { Err((Exit::Damaged, told(c, &report))) }
}

/// Whether the entries of what was learned follow from one another. That they are there at all was seen with the rows.
fn chronicle(rows: &Rows, report: &mut Report) {
    let Ok(entries) = aura_image::chronicle::read(rows, 0) else { return };
    if let Err(e) = Chronicle::read(&entries) {
        report.problems.push(Problem { place: "the chronicle".into(), what: e.to_string() });
    }
}

fn text(r: &Report) -> String {
    if r.problems.is_empty() {
        return format!(
            "sound: {}, {} ({} of code), {}, {}, {}\n",
            some(r.rows, "row"),
            some(r.records, "record"),
            r.code,
            some(r.versions, "old version"),
            some(r.commits, "commit"),
            some(r.sources, "source"),
        );
    }
    let lines: Vec<Vec<String>> = r.problems.iter().map(|p| vec![format!("{}:", p.place), p.what.clone()]).collect();
    let more = if r.more > 0 { format!("… and {} more\n", r.more) } else { String::new() };
    columns(&lines, "") + &more
}

fn told(c: &Context, r: &Report) -> String {
    let n = some(r.problems.len() as u64 + r.more, "problem");
    format!("{n} in {}; restore it from a backup, or use what can still be read of it and save that", c.path.display())
}
