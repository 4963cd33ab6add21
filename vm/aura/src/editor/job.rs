//! What an editor has done: this very command, run with other words in a process of its own.
//!
//! What must stay true: a job ends soon after nobody waits for it any more, and its process with it (`process`); what is shown of what a program
//! prints is bounded.

use std::collections::BTreeMap;
use std::path::Path;

use aura_lsp::{Beside, Command, Done, Job, Progress, Written};
use serde_json::Value;

use super::process::{End, MOST_PRINTED, follow};

/// What a program prints beyond this is not shown in an editor's message.
const MOST_SAID: usize = 16 << 10;
/// How long a program may take to come to the message that a method is wanted for.
const MOST_TIME: &str = "--time=60s";

/// Runs the command with these words. What it prints is told.
pub(super) fn told(words: Vec<String>) -> Job {
    Box::new(move |progress: &dyn Progress| run(&words, progress).map(Done::from))
}

/// Has ALFRED write a method for the message at a command's place, with texts as the editor has them. The program gets no powers but those of
/// any script.
pub(super) fn synthesis(command: &Command, open: &[(String, String)], image: Option<&Path>) -> Option<Job> {
    let file = command.file.clone();
    let text = open.iter().find(|(name, _)| *name == file).map(|(_, text)| text.clone());
    let text = text.or_else(|| crate::source::read(Path::new(&file)).ok())?;
    let place = aura_syntax::Source::new(file.clone(), &*text).position(command.at?);
    let mut words = ["alfred", "propose", "--json", "--unsaved", MOST_TIME, "--send"].map(String::from).to_vec();
    words.extend([format!("{}:{}", place.line, place.column), file.clone()]);
    if let Some(image) = image {
        words.extend(["--image".to_string(), image.display().to_string()]);
    }
    let mut texts: BTreeMap<String, String> = open.iter().cloned().collect();
    texts.insert(file.clone(), text);
    let input = serde_json::to_vec(&texts).ok()?;
    Some(Box::new(move |progress: &dyn Progress| {
        let found = proposal(&words, input, progress)?;
        let written = written(&file, &found).ok_or("what ALFRED wrote cannot be read")?;
        Ok(Done { said: written.shown.clone(), written: Some(written) })
    }))
}

/// A method as the command tells it.
fn written(file: &str, told: &Value) -> Option<Written> {
    let text = |name: &str| Some(told.get(name)?.as_str()?.to_string());
    let script = Path::new(file);
    // What was never a file has nothing beside it.
    let beside = script.is_absolute().then(|| aura_alfred::learned::beside(script).display().to_string());
    let beside = Beside { file: beside.unwrap_or_default(), heading: text("heading")?, statement: text("statement")? };
    Some(Written {
        home: text("at")?,
        selector: text("selector")?,
        source: text("source")?,
        comment: text("comment")?,
        shown: text("shown")?,
        beside,
    })
}

/// This very command with other words.
fn aura(words: &[String]) -> std::io::Result<std::process::Command> {
    let mut aura = std::process::Command::new(std::env::current_exe()?);
    aura.args(words);
    Ok(aura)
}

/// Runs the command until it ends or nobody waits any more. Answers what it printed.
fn run(words: &[String], progress: &dyn Progress) -> Result<String, String> {
    progress.say(&words.join(" "));
    let mut said = Said::default();
    let end = followed(words, Vec::new(), progress, |line| said.hear(line))?;
    match end {
        End::Fine => Ok(said.text()),
        End::Failed => Err(said.text()),
        End::PrintedTooMuch => Err(too_much(words, &said)),
    }
}

/// Runs the command and passes its steps on. Answers the proposal, or what the command says of why there is none.
fn proposal(words: &[String], input: Vec<u8>, progress: &dyn Progress) -> Result<Value, String> {
    let (mut said, mut found) = (Said::default(), None);
    let end = followed(words, input, progress, |line| match serde_json::from_str::<Value>(line) {
        Ok(told) => match told.get("step").and_then(Value::as_str) {
            Some(step) => progress.say(step),
            None => found = told.get("proposal").cloned().or(found.take()),
        },
        Err(_) => said.hear(line),
    })?;
    match end {
        End::PrintedTooMuch => Err(too_much(words, &said)),
        _ => found.ok_or_else(|| said.text()),
    }
}

fn followed(words: &[String], input: Vec<u8>, progress: &dyn Progress, hear: impl FnMut(&str)) -> Result<End, String> {
    let end = aura(words).and_then(|aura| follow(aura, input, progress, hear));
    end.map_err(|e| format!("aura {} cannot be followed: {e}", words.join(" ")))
}

fn too_much(words: &[String], said: &Said) -> String {
    let most = MOST_PRINTED >> 20;
    format!("aura {} printed more than {most} MB and was ended. It began with:\n{}", words.join(" "), said.text())
}

/// What a program printed, as much of it as is shown.
#[derive(Default)]
struct Said(String);

impl Said {
    fn hear(&mut self, line: &str) {
        let room = MOST_SAID - self.0.len();
        self.0.push_str(&line[..line.floor_char_boundary(room)]);
    }

    fn text(&self) -> String {
        self.0.trim_end().to_string()
    }
}
