//! What an editor has done: this very command, run with other words in a process of its own.
//!
//! What must stay true: a job ends soon after nobody waits for it any more, and its process with it; what a program prints is bounded.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use aura_lsp::{Beside, Command, Done, Job, Progress, Written};
use serde_json::Value;

/// What a program prints beyond this is not shown in an editor's message.
const MOST_SAID: u64 = 16 << 10;
/// Between two looks at whether somebody waits still.
const GLANCE: Duration = Duration::from_millis(10);
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
        let found = follow(&words, input, progress)?;
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

fn start(words: &[String], input: Stdio, out: Stdio, err: Stdio) -> Result<Child, String> {
    let fail = |e: std::io::Error| format!("aura {} does not start: {e}", words.join(" "));
    let aura = std::env::current_exe().map_err(fail)?;
    std::process::Command::new(aura).args(words).stdin(input).stdout(out).stderr(err).spawn().map_err(fail)
}

/// Runs the command until it ends or nobody waits any more. Answers what it printed.
fn run(words: &[String], progress: &dyn Progress) -> Result<String, String> {
    let fail = |e: std::io::Error| format!("aura {} cannot be followed: {e}", words.join(" "));
    let mut output = tempfile::tempfile().map_err(fail)?;
    let (out, err) = (output.try_clone().map_err(fail)?, output.try_clone().map_err(fail)?);
    let mut child = start(words, Stdio::null(), out.into(), err.into())?;
    progress.say(&words.join(" "));
    let status = loop {
        if let Some(status) = child.try_wait().map_err(fail)? {
            break status;
        }
        if progress.is_cancelled() {
            let _ = child.kill();
        }
        std::thread::sleep(GLANCE);
    };
    let mut said = Vec::new();
    output.rewind().and_then(|()| output.take(MOST_SAID).read_to_end(&mut said)).map_err(fail)?;
    let said = String::from_utf8_lossy(&said).trim_end().to_string();
    if status.success() { Ok(said) } else { Err(said) }
}

/// Runs the command and passes its steps on. Answers the proposal, or what the command says of why there is none.
fn follow(words: &[String], input: Vec<u8>, progress: &dyn Progress) -> Result<Value, String> {
    let mut child = start(words, Stdio::piped(), Stdio::piped(), Stdio::piped())?;
    let (to, out, err) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    // A child that has ended already says why on its standard error.
    std::thread::spawn(move || to.map(|mut to| to.write_all(&input)));
    let said = std::thread::spawn(move || {
        let mut said = Vec::new();
        let _ = err.map(|err| err.take(MOST_SAID).read_to_end(&mut said));
        String::from_utf8_lossy(&said).trim_end().to_string()
    });
    let lines = lines(out.map(BufReader::new));
    let mut found = None;
    loop {
        match lines.recv_timeout(GLANCE) {
            Ok(line) => match (line.get("step").and_then(Value::as_str), line.get("proposal")) {
                (Some(step), _) => progress.say(step),
                (None, proposal) => found = proposal.cloned().or(found),
            },
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) if progress.is_cancelled() => {
                let _ = child.kill();
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
    let _ = child.wait();
    let said = said.join().unwrap_or_default();
    found.ok_or(said)
}

/// The lines of JSON that come, one after the other.
fn lines(from: Option<impl BufRead + Send + 'static>) -> Receiver<Value> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        for line in from.into_iter().flat_map(BufRead::lines).map_while(Result::ok) {
            if serde_json::from_str(&line).is_ok_and(|value| send.send(value).is_err()) {
                break;
            }
        }
    });
    receive
}
