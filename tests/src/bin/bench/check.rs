//! The checker: lines a second from cold, an edit in a large project, memory.
//!
//! The sources are the library and a made project (`made`). An edit changes one line in the middle of a random file: every tenth time what
//! a method answers, else only what it does inside; measured is the time until the findings of every file that it may concern are there.

pub(crate) mod made;

use std::time::Instant;

use aura_command::kernel;
use aura_types::{Options as Checking, Project};

use crate::machine;
use crate::stats::{median, percentile, range};
use crate::table::{Table, bar};

/// How the checker is measured.
#[derive(clap::Args, Clone)]
pub(crate) struct Options {
    /// Times that the whole is checked from cold.
    #[arg(long, default_value_t = 7, value_name = "N")]
    runs: u32,
    /// Edits in the project.
    #[arg(long, default_value_t = 1000, value_name = "N")]
    edits: u32,
    /// Lines of the project.
    #[arg(long, default_value_t = 50_000, value_name = "N")]
    lines: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { runs: 7, edits: 1000, lines: 50_000 }
    }
}

/// Runs and reports.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    machine::heading("Checker");
    let mut table = Table::new(&["what", "measured", "bar", "held"]);
    let library: Vec<(String, String)> = kernel::sources().map(|(n, t)| (n.to_string(), t.to_string())).collect();
    let files = made::project(options.lines);
    cold(options, &library, &files, &mut table)?;
    edits(options, &library, &files, &mut table)?;
    memory(&library, &mut table)?;
    table.print();
    Ok(())
}

fn count(files: &[(String, String)]) -> usize {
    files.iter().map(|f| f.1.lines().count()).sum()
}

/// Everything from nothing: parsed, loaded, checked.
fn cold(options: &Options, library: &[(String, String)], files: &[(String, String)], table: &mut Table) -> Result<(), String> {
    let (mut of_library, mut of_project, mut slowest) = (Vec::new(), Vec::new(), 0.0f64);
    for _ in 0..options.runs.max(1) {
        let began = Instant::now();
        let mut project = Project::new(Checking::default(), library.iter().cloned());
        let ids: Vec<_> = library.iter().filter_map(|f| project.file(&f.0)).collect();
        let found: usize = ids.into_iter().map(|id| project.check(id).len()).sum();
        of_library.push(count(library) as f64 / began.elapsed().as_secs_f64());
        if found > 0 {
            return Err(format!("{found} findings in the library"));
        }
        let began = Instant::now();
        let mut project = Project::new(Checking::default(), library.iter().cloned());
        let ids = load(&mut project, files);
        for id in ids {
            let one = Instant::now();
            if let Some(found) = project.check(id).first() {
                return Err(format!("the made project has a finding: {found:?}"));
            }
            slowest = slowest.max(one.elapsed().as_secs_f64());
        }
        of_project.push((count(files) + count(library)) as f64 / began.elapsed().as_secs_f64());
    }
    let show = |speeds: &[f64]| {
        let (least, most) = range(speeds);
        format!("{:.0} lines/s ({least:.0}–{most:.0})", median(speeds))
    };
    table.row(bar("the library, from cold", show(&of_library), "200,000 lines/s", median(&of_library) >= 200_000.0));
    let what = format!("the library and {} made lines, from cold", count(files));
    table.row(bar(&what, show(&of_project), "200,000 lines/s", median(&of_project) >= 200_000.0));
    table.row(bar("slowest file of these", format!("{:.1} ms", slowest * 1e3), "1 s", slowest < 1.0));
    Ok(())
}

fn load(project: &mut Project, files: &[(String, String)]) -> Vec<aura_types::FileId> {
    let find = |_: &str, path: &str| files.iter().find(|f| f.0 == path).cloned();
    files.iter().map(|(name, text)| project.set(name, text.clone(), &find)[0]).collect()
}

/// One line changed at a time.
fn edits(options: &Options, library: &[(String, String)], files: &[(String, String)], table: &mut Table) -> Result<(), String> {
    let mut project = Project::new(Checking::default(), library.iter().cloned());
    for id in load(&mut project, files) {
        project.check(id);
    }
    let find = |_: &str, path: &str| files.iter().find(|f| f.0 == path).cloned();
    let (mut times, mut most_files) = (Vec::new(), 0);
    for edit in 0..options.edits {
        let (name, text) = &files[(edit as usize).wrapping_mul(7919) % files.len()];
        let text = match edit % 10 {
            // What `area` answers changes: whoever asks for it may be concerned.
            0 => {
                text.replacen("area = ( width * height )", "area = ( (width * height) printString size )", 1 + edit as usize % 3)
            }
            n => text.replacen("sum: sum + e", &format!("sum: sum + e + {n}").replace("sum + e + ", "(sum + e) + "), 1),
        };
        let began = Instant::now();
        let affected = project.set(name, text, &find);
        let found: usize = affected.iter().map(|id| project.check(*id).len()).sum();
        times.push(began.elapsed().as_secs_f64() * 1e3);
        most_files = most_files.max(affected.len());
        if found > 0 {
            return Err(format!("edit {edit} of {name} has {found} findings"));
        }
    }
    let middle = median(&times);
    let slow = percentile(&times, 0.99);
    let what = format!("an edit among {} lines, at the median", count(files));
    table.row(bar(&what, format!("{middle:.1} ms"), "10 ms", middle <= 10.0));
    let what = format!("the same at the 99th percentile (at most {most_files} files concerned)");
    table.row(bar(&what, format!("{slow:.1} ms"), "50 ms", slow <= 50.0));
    Ok(())
}

/// What 100,000 lines take, beside what the process had before.
fn memory(library: &[(String, String)], table: &mut Table) -> Result<(), String> {
    let files = made::project(100_000);
    let before = machine::resident()?;
    let mut project = Project::new(Checking::default(), library.iter().cloned());
    for id in load(&mut project, &files) {
        project.check(id);
    }
    let after = machine::resident()?;
    let taken = after.saturating_sub(before) as f64 / 1e6;
    table.row(bar(&format!("memory for {} lines", count(&files)), format!("{taken:.0} MB"), "300 MB", taken <= 300.0));
    drop(project);
    Ok(())
}
