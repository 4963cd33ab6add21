//! What ALFRED is told of what the other personas said: between marks, because models wrote it after reading the program.

use super::data;
use crate::persona::{Briefing, babs, brick, robin};
use crate::text::line;

/// The text; empty if nobody had anything to say.
pub(super) fn text(briefing: &Briefing) -> String {
    let mut text = String::new();
    if let Some(task) = &briefing.task {
        text.push_str(&format!("The task, taken apart:\n{}", data(&of_task(task))));
    }
    if let Some(intent) = &briefing.intent {
        text.push_str(&format!("What the caller wants:\n{}", data(&of_intent(intent))));
    }
    if let Some(research) = &briefing.research {
        text.push_str(&of_research(research));
    }
    text
}

/// Methods that may serve as examples; empty if there are none.
pub(super) fn examples(briefing: &Briefing) -> String {
    let shown: Vec<String> = briefing.examples.iter().map(|f| format!("\"{}\"\n{}", f.title.replace('"', "'"), f.text)).collect();
    match shown.is_empty() {
        true => String::new(),
        false => format!("Methods that work and may serve as examples:\n{}", data(&shown.join("\n"))),
    }
}

fn of_task(task: &brick::Task) -> String {
    let mut lines = vec![task.signature.clone()];
    lines.extend(task.cases.iter().map(|c| format!("- {c}")));
    lines.extend(task.edges.iter().map(|e| format!("- at the edge: {e}")));
    lines.join("\n")
}

fn of_intent(intent: &robin::Intention) -> String {
    let mut lines = vec![intent.wanted.clone()];
    let examples = intent.examples.iter().map(|e| format!("{} ==> {}", line(&e.call, 200), line(&e.expected, 120)));
    lines.extend(examples);
    lines.join("\n")
}

fn of_research(research: &babs::Research) -> String {
    let mut text = String::from("Found in the program:\n");
    for found in &research.found {
        text.push_str(&data(&format!("{} {}\n{}", found.kind.name(), found.title, found.text)));
    }
    if !research.note.is_empty() {
        text.push_str(&data(&research.note));
    }
    text
}
