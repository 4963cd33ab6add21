//! Whether a task is sound: its send is one that a model would be asked about, its right method passes the gates and the hidden tests, and each
//! wrong one passes the gates and is noticed by the hidden tests.
//!
//! The methods come to the send as remembered ones whose objects have changed: those go through all the gates, the trial too.

use aura_alfred::chronicle::Learning;
use aura_alfred::config::{Config, Mode};
use aura_alfred::door::Outcome;
use aura_alfred::eval::{Hidden, Task};
use aura_alfred::interface::Shape;
use aura_alfred::learned::Method;
use aura_alfred::memory::{Keeping, Known, Memory, MemoryError, Recalled, WrittenFor};
use aura_run::Vm;

use super::one::{run, unanswered};

/// What is wrong with a task, a line for each finding.
pub fn check(task: &Task) -> Vec<String> {
    let mut found = Vec::new();
    if let Err(why) = is_asked(task) {
        found.push(why);
    }
    match with(task, &task.right) {
        Ok(hidden) if hidden.failed == 0 => {}
        Ok(hidden) => found.push(format!("right.aura fails a hidden test: {}", hidden.first.unwrap_or_default())),
        Err(why) => found.push(format!("right.aura does not get in: {why}")),
    }
    for (path, method) in &task.wrong {
        let file = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        match with(task, method) {
            Ok(hidden) if hidden.failed > 0 => {}
            Ok(_) => found.push(format!("{file} passes every hidden test")),
            Err(why) => found.push(format!("{file} does not get in, so it shows nothing: {why}")),
        }
    }
    if task.wrong.is_empty() {
        found.push("there is no wrong*.aura, which would show that the hidden tests notice something".into());
    }
    found.into_iter().map(|f| format!("{}: {f}", task.title())).collect()
}

/// A model would be asked, and its method would go where the right one belongs.
fn is_asked(task: &Task) -> Result<(), String> {
    let ran = run(task, unanswered(), None)?;
    let story = ran.stories.first().ok_or_else(|| {
        format!(
            "the script sends nothing that is not understood{}",
            ran.failure.map_or(String::new(), |f| format!("; it fails: {f}"))
        )
    })?;
    if story.selector != task.selector() {
        return Err(format!("the first missing message is '{}', but right.aura has '{}'", story.selector, task.selector()));
    }
    match &story.outcome {
        Outcome::NoAnswer { .. } if story.at == task.right.at => Ok(()),
        Outcome::NoAnswer { .. } => {
            Err(format!("the method would go to {}, but right.aura has it at {}", story.at, task.right.at))
        }
        other => Err(format!("nobody would be asked: {}", other.message())),
    }
}

/// The hidden tests with this method; why it does not get in.
fn with(task: &Task, method: &Method) -> Result<Hidden, String> {
    let config = Config { mode: Mode::Off, ..unanswered() };
    let mut ran = run(task, config, Some(Box::new(One::of(method))))?;
    match ran.remembered.is_empty() {
        false => Ok(ran.judge(task)),
        true => Err(ran.notes.first().cloned().or(ran.failure).unwrap_or_else(|| "the script does not send it".into())),
    }
}

/// A memory of one method, written for objects that nobody knows.
struct One(Known);

impl One {
    fn of(m: &Method) -> Self {
        let written_for = Some(WrittenFor::default());
        Self(Known {
            at: m.at.clone(),
            selector: m.selector.clone(),
            source: m.source.clone(),
            comment: String::new(),
            written_for,
        })
    }
}

impl Memory for One {
    fn recall(&mut self, _vm: &mut Vm) -> Result<Recalled, MemoryError> {
        Ok(Recalled { methods: vec![self.0.clone()], ..Recalled::default() })
    }
    fn keep(&mut self, _vm: &mut Vm, _learning: Learning) -> Keeping {
        Keeping::default()
    }
    fn checked(&mut self, _vm: &mut Vm, _entry: &str, _interface: &[Shape], _trial: &str) -> Keeping {
        Keeping::default()
    }
}
