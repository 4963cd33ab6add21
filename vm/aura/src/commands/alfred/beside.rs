//! `aura alfred` on a file of learned methods beside a script: the same words for what the file itself can say.
//!
//! Not here: a history. The file has the methods that are in force, and what their comments say; version control has the rest.

use std::path::Path;

use aura_alfred::gates::{Context, own_names};
use aura_alfred::learned::{Learned, LearnedError, Method};
use aura_alfred::text::{clean, line};
use serde_json::{Value, json};

use super::{Failed, exported, name, pretty};
use crate::cli::alfred::{AlfredCommand, ExportFormat};
use crate::exit::Exit;

/// What lines for fine-tuning need is only in an image.
pub(super) const NO_PROMPTS: &str = "a file of methods has no prompts; only what was learned in an image (--image FILE) has";

pub(super) fn run(what: &AlfredCommand, path: &Path) -> Result<String, Failed> {
    let mut file = load(path)?;
    match what {
        AlfredCommand::Log { json: true } => Ok(pretty(&file.methods().iter().map(data).collect())),
        AlfredCommand::Log { .. } => Ok(file.methods().iter().map(headline).collect()),
        AlfredCommand::Why { slot, json } => {
            let method = found(&file, &slot.name())?;
            Ok(if *json { pretty(&data(method)) } else { story(method) })
        }
        AlfredCommand::Approve { slot, who, note } => {
            let method = found(&file, &slot.name())?.clone();
            let by = if note.is_empty() { name(who) } else { format!("{}: {note}", name(who)) };
            file.approve(&method, &by).map_err(damaged)?;
            Ok("approved\n".into())
        }
        AlfredCommand::Reject { slot, who, why } => {
            let method = found(&file, &slot.name())?.clone();
            file.reject(&method, &name(who), why).map_err(damaged)?;
            Ok(format!("rejected in {}; another one is learned when it is next needed\n", path.display()))
        }
        AlfredCommand::Revert { slot, .. } => {
            let method = found(&file, &slot.name())?.clone();
            file.remove(&method).map_err(damaged)?;
            Ok(format!("taken out of {}; it is learned anew when it is next needed\n", path.display()))
        }
        AlfredCommand::Decay { .. } => {
            Err((Exit::Usage, "a file of learned methods has no history; only an image can be looked at for decay".into()))
        }
        AlfredCommand::Diff { .. } => {
            Err((Exit::Usage, "a file of learned methods has no earlier versions; compare it in version control".into()))
        }
        AlfredCommand::Export { format: ExportFormat::Jsonl, .. } => Err((Exit::Usage, NO_PROMPTS.into())),
        AlfredCommand::Export { folder, .. } => {
            let script = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().replace(".learned.aura", ".aura"));
            let methods: Vec<(String, Method)> = file.methods().iter().map(|m| (script.clone(), m.clone())).collect();
            exported(&methods, folder)
        }
    }
}

/// The file; what its script defines is known, if it is there.
fn load(path: &Path) -> Result<Learned, Failed> {
    let script = path.to_string_lossy().replace(".learned.aura", ".aura");
    let own = std::fs::read_to_string(script).map_or_else(|_| Default::default(), |text| own_names(&text));
    Learned::load(path, &Context { own, ..Context::default() }).map_err(damaged)
}

fn damaged(e: LearnedError) -> Failed {
    (Exit::Damaged, format!("{e}; {}", e.remedy()))
}

fn found<'a>(file: &'a Learned, name: &str) -> Result<&'a Method, Failed> {
    file.find(name).map_err(|why| (Exit::Usage, why))
}

fn headline(m: &Method) -> String {
    let reviewed = if m.is_reviewed() { "reviewed" } else { "not reviewed" };
    format!("line {:<5} {} {} ({reviewed})\n", m.line, line(&m.at, 80), line(&m.selector, 80))
}

fn story(m: &Method) -> String {
    let comment = clean(&m.comment, 4000).replace('\n', "\n  ");
    format!("{}  {comment}\n    {}\n", headline(m), clean(&m.source, 4000).replace('\n', "\n    "))
}

fn data(m: &Method) -> Value {
    let told: serde_json::Map<String, Value> = m
        .comment
        .lines()
        .filter_map(|l| l.split_once(": "))
        .map(|(key, value)| (key.trim().to_string(), json!(value.trim())))
        .collect();
    json!({"at": m.at, "selector": m.selector, "line": m.line, "source": m.source, "reviewed": m.is_reviewed(), "told": told})
}
