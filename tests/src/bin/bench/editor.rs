//! The language server as an editor feels it: `aura lsp` in a process of its own, over its standard input and output.
//!
//! The project is the made one of `bench check`, on the disk. What is typed comes and goes in an open file: a letter in a body, the answer, the name and the
//! whole of a slot of whose name every file has some, a bracket that makes the text unreadable. Measured is the time from
//! the message that tells it to the message with the findings of that version. After each of them a completion and a hover are asked for; at last
//! a hover in another file, which shows what comes of a slot that changed, and the letter in the body of a file that is long.

use std::path::{Path, PathBuf};
use std::time::Instant;

use aura_tests::editor::{Editor, at};
use serde_json::json;

use crate::check::made;
use crate::machine;
use crate::stats::{median, percentile};
use crate::table::{Table, bar};

/// How the server is measured.
#[derive(clap::Args, Clone)]
pub(crate) struct Options {
    /// Times that it is started from cold.
    #[arg(long, default_value_t = 7, value_name = "N")]
    runs: u32,
    /// Keystrokes.
    #[arg(long, default_value_t = 1000, value_name = "N")]
    keys: u32,
    /// Lines of the project.
    #[arg(long, default_value_t = 50_000, value_name = "N")]
    lines: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { runs: 7, keys: 1000, lines: 50_000 }
    }
}

/// A project on the disk.
struct Project {
    dir: tempfile::TempDir,
    files: Vec<(PathBuf, String)>,
}

impl Project {
    fn new(lines: usize) -> Result<Self, String> {
        let dir = tempfile::tempdir().map_err(|e| format!("cannot make a folder: {e}"))?;
        let mut files = Vec::new();
        for (name, text) in made::project(lines) {
            let path = dir.path().join(format!("{name}.aura"));
            std::fs::write(&path, &text).map_err(|e| e.to_string())?;
            files.push((path, text));
        }
        Ok(Self { dir, files })
    }

    fn lines(&self) -> usize {
        self.files.iter().map(|f| f.1.lines().count()).sum()
    }
}

/// Runs and reports.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let aura = machine::aura()?;
    let project = Project::new(options.lines)?;
    machine::heading("Editor");
    println!("`aura lsp` in a made project of {} lines in {} files.", project.lines(), project.files.len());
    println!();
    let mut table = Table::new(&["what", "measured", "bar", "held"]);
    cold(options, &aura, &project, &mut table)?;
    keys(options, &aura, &project, &mut table)?;
    long(options, &aura, &mut table)?;
    table.print();
    Ok(())
}

/// From the start of the process to the findings of the first file.
fn cold(options: &Options, aura: &Path, project: &Project, table: &mut Table) -> Result<(), String> {
    let (file, text) = &project.files[project.files.len() / 2];
    let mut times = Vec::new();
    for _ in 0..options.runs.max(1) {
        let began = Instant::now();
        let mut editor = Editor::start(aura, project.dir.path())?;
        editor.open(file, text)?;
        let found = editor.findings(file, 1)?;
        times.push(began.elapsed().as_secs_f64() * 1e3);
        if let Some(found) = found.first() {
            return Err(format!("the made project has a finding: {found}"));
        }
        editor.leave()?;
    }
    let time = median(&times);
    table.row(bar("from the start to the findings of the first file", format!("{time:.0} ms"), "500 ms", time <= 500.0));
    Ok(())
}

/// Letters that come and go, with completion and hover between: in a body, and where names are that every file uses.
fn keys(options: &Options, aura: &Path, project: &Project, table: &mut Table) -> Result<(), String> {
    let mut editor = Editor::start(aura, project.dir.path())?;
    let began = Instant::now();
    let all = wait_until_read(&mut editor, project)?;
    let read = began.elapsed().as_secs_f64();
    let (file, text) = &project.files[project.files.len() / 2];
    editor.open(file, text)?;
    editor.findings(file, 1)?;
    let mut version = 1;
    let edits = edits(text, project.files.len() / 2).ok_or("the made project is not as it was")?;
    for (number, edit) in edits.iter().enumerate() {
        let keys = if number == 0 { options.keys } else { options.keys / 5 };
        let times = typed(&mut editor, file, edit, keys, &mut version)?;
        times.report(edit, table);
    }
    let times = beside(&mut editor, project, &edits[1], options.keys / 5, &mut version)?;
    rows(table, "what a slot answers: hover in another file that shows it", &times, ("–", f64::MAX), ("–", f64::MAX));
    let memory = machine::peak_of(editor.process())? as f64 / 1e6;
    editor.leave()?;
    table.row(bar("memory at its peak", format!("{memory:.0} MB"), "300 MB", memory <= 300.0));
    table.row(bar(&format!("until {all} files were read and looked at, in the background"), format!("{read:.1} s"), "–", true));
    Ok(())
}

/// Letters that come and go in a single long file, in whose middle nobody wrote a type.
fn long(options: &Options, aura: &Path, table: &mut Table) -> Result<(), String> {
    let dir = tempfile::tempdir().map_err(|e| format!("cannot make a folder: {e}"))?;
    let (file, text) = (dir.path().join("long.aura"), made::single(LONG));
    std::fs::write(&file, &text).map_err(|e| e.to_string())?;
    let mut editor = Editor::start(aura, dir.path())?;
    editor.open(&file, &text)?;
    editor.findings(&file, 1)?;
    let middle = text.matches("parent* = ").count() / 4 * 2 + 1;
    let place = place_in(&text, 0, middle, "= ( width * height").ok_or("the made file is not as it was")?;
    let edit = Typing { what: "a letter in a body, one file of 3,000 lines", place, letters: "x", is_wrong: true };
    let times = typed(&mut editor, &file, &edit, options.keys / 5, &mut 1)?;
    editor.leave()?;
    // The bar for findings is one for projects.
    rows(table, &format!("{}: to its findings", edit.what), &times.strokes, ("–", f64::MAX), ("–", f64::MAX));
    rows(table, &format!("{}: completion behind it", edit.what), &times.completions, ("20 ms", 20.0), ("20 ms", 20.0));
    Ok(())
}

/// Lines of the long file.
const LONG: usize = 3000;

/// The place behind some letters in an object of a made file.
fn place_in(text: &str, number: usize, object: usize, before: &str) -> Option<Place> {
    let start = text.find(&format!("thing{number}x{object} = (|"))?;
    Some(Place::at(text, start + text[start..].find(before)? + before.len()))
}

/// Letters that come and go somewhere.
struct Typing {
    what: &'static str,
    place: Place,
    letters: &'static str,
    /// Something is wrong while they are there.
    is_wrong: bool,
}

/// What is typed into a file: in the body of a method; then in the slots of an object, of which all files have some of the same names.
fn edits(text: &str, number: usize) -> Option<[Typing; 5]> {
    let inside = |object: usize, before: &str| place_in(text, number, object, before);
    Some([
        Typing { what: "a letter in a body", place: inside(0, "= ( width * height")?, letters: "x", is_wrong: true },
        Typing { what: "what a slot answers", place: inside(3, "area = ( width * height")?, letters: " * 0.5", is_wrong: false },
        Typing { what: "the name of a slot", place: inside(3, "    area")?, letters: "x", is_wrong: true },
        Typing {
            what: "a slot that comes or goes",
            place: inside(4, "height: height * factor ).")?,
            letters: " like = ( self ).",
            is_wrong: false,
        },
        Typing { what: "a bracket too many", place: inside(3, "area = ( ")?, letters: "( ", is_wrong: true },
    ])
}

/// Milliseconds from each change to its findings, and for what is asked behind it.
#[derive(Default)]
struct Times {
    strokes: Vec<f64>,
    completions: Vec<f64>,
    hovers: Vec<f64>,
}

fn typed(editor: &mut Editor, file: &Path, edit: &Typing, keys: u32, version: &mut i32) -> Result<Times, String> {
    let mut times = Times::default();
    let place = &edit.place;
    for key in 0..keys {
        let (range, letters) = match key % 2 {
            0 => (place.range(0), edit.letters),
            _ => (place.range(edit.letters.len() as u32), ""),
        };
        *version += 1;
        let began = Instant::now();
        editor.edit(file, *version, range, letters)?;
        let found = editor.findings(file, *version)?.len();
        times.strokes.push(began.elapsed().as_secs_f64() * 1e3);
        if (found > 0) != (edit.is_wrong && key % 2 == 0) {
            return Err(format!("{}: {found} findings after {} changes", edit.what, key + 1));
        }
        let began = Instant::now();
        let offered = editor.ask("textDocument/completion", at(file, place.line, place.column))?;
        times.completions.push(began.elapsed().as_secs_f64() * 1e3);
        if offered["items"].as_array().is_none_or(Vec::is_empty) && edit.what.starts_with("a letter in a body") {
            return Err("nothing is offered".into());
        }
        let began = Instant::now();
        editor.ask("textDocument/hover", at(file, place.line, place.column))?;
        times.hovers.push(began.elapsed().as_secs_f64() * 1e3);
    }
    Ok(times)
}

impl Times {
    fn report(&self, edit: &Typing, table: &mut Table) {
        let mut two = |what: &str, times: &[f64], middle: (&str, f64), late: (&str, f64)| {
            rows(table, &format!("{}: {what}", edit.what), times, middle, late);
        };
        two("to its findings", &self.strokes, ("10 ms", 10.0), ("50 ms", 50.0));
        two("completion behind it", &self.completions, ("20 ms", 20.0), ("20 ms", 20.0));
        // What follows for other files is not waited for, so it is as soon there.
        two("hover behind it", &self.hovers, ("20 ms", 20.0), ("20 ms", 20.0));
    }
}

/// The median and the 99th percentile, each with its bar.
fn rows(table: &mut Table, what: &str, times: &[f64], middle: (&str, f64), late: (&str, f64)) {
    let (m, l) = (median(times), percentile(times, 0.99));
    table.row(bar(&format!("{what}, at the median"), format!("{m:.1} ms"), middle.0, m <= middle.1));
    table.row(bar("the same at the 99th percentile", format!("{l:.1} ms"), late.0, l <= late.1));
}

/// Milliseconds for a hover, behind each change of what a slot answers, over the message that asks it in the next file.
fn beside(editor: &mut Editor, project: &Project, edit: &Typing, keys: u32, version: &mut i32) -> Result<Vec<f64>, String> {
    let number = project.files.len() / 2;
    let (file, (other, text)) = (&project.files[number].0, &project.files[number + 1]);
    let use_ =
        text.find(&format!("thing{number}x3 copy")).and_then(|at| Some(at + text[at..].find("other area")? + "other ".len()));
    let there = Place::at(text, use_.ok_or("the made project is not as it was")?);
    let mut times = Vec::new();
    for key in 0..keys {
        let (range, letters, answer) = match key % 2 {
            0 => (edit.place.range(0), edit.letters, "<float>"),
            _ => (edit.place.range(edit.letters.len() as u32), "", "<int>"),
        };
        *version += 1;
        editor.edit(file, *version, range, letters)?;
        editor.findings(file, *version)?;
        let began = Instant::now();
        let shown = editor.ask("textDocument/hover", at(other, there.line, there.column))?.to_string();
        times.push(began.elapsed().as_secs_f64() * 1e3);
        if !shown.contains(answer) {
            return Err(format!("the other file is shown what was before: {shown}"));
        }
    }
    Ok(times)
}

/// Waits until what the last file of the project defines is known.
fn wait_until_read(editor: &mut Editor, project: &Project) -> Result<usize, String> {
    let last = format!("thing{}x0", project.files.len() - 1);
    for _ in 0..3000 {
        let found = editor.ask("workspace/symbol", json!({ "query": last }))?;
        if found.as_array().is_some_and(|f| !f.is_empty()) {
            return Ok(project.files.len());
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    Err("the project is never read".into())
}

/// A place in the text.
struct Place {
    line: u32,
    column: u32,
}

impl Place {
    /// So many bytes in.
    fn at(text: &str, place: usize) -> Self {
        let line = text[..place].matches('\n').count() as u32;
        let begin = text[..place].rfind('\n').map_or(0, |i| i + 1);
        Self { line, column: (place - begin) as u32 }
    }

    /// So many columns from here.
    fn range(&self, length: u32) -> [u32; 4] {
        [self.line, self.column, self.line, self.column + length]
    }
}
