//! `aura alfred` on the chronicle of an image.

use std::path::Path;

use aura_alfred::chronicle::decide::{Decided, Verb, decide, find};
use aura_alfred::chronicle::{Chronicle, ChronicleFault, export, journal, tell};
use aura_alfred::forge::{self, Part};
use aura_alfred::measure::decay::{decay, points};

use super::{Failed, exported, name, pretty, take_out};
use crate::cli::alfred::{AlfredCommand, ExportFormat, ExportPart, SlotArgs};
use crate::exit::Exit;
use crate::likeness;
use crate::memory::{self, InFile};

pub(super) fn run(what: &AlfredCommand, path: &Path) -> Result<String, Failed> {
    match what {
        AlfredCommand::Log { json } => {
            let chronicle = read(path)?;
            compare(&chronicle, path);
            Ok(if *json { pretty(&tell::log_json(&chronicle)) } else { tell::log(&chronicle) })
        }
        AlfredCommand::Why { slot, json } => {
            let chronicle = read(path)?;
            let found = find(&chronicle, &slot.name(), slot.script.as_deref()).map_err(|e| failed(path, &e))?;
            let already = likeness::of_slot(&chronicle, found).map(|n| n.describe());
            if *json {
                let mut story = tell::why_json(&chronicle, found);
                story["already"] = already.into();
                return Ok(pretty(&story));
            }
            let already = already.map_or(String::new(), |a| format!("\nit is {a}\n"));
            Ok(tell::why(&chronicle, found) + &already)
        }
        AlfredCommand::Diff { slot } => {
            let chronicle = read(path)?;
            let found = find(&chronicle, &slot.name(), slot.script.as_deref()).map_err(|e| failed(path, &e))?;
            Ok(tell::diff(&chronicle, found))
        }
        AlfredCommand::Decay { window, json } => {
            let decay = decay(points(&read(path)?, likeness::library()), *window as usize);
            Ok(if *json { pretty(&serde_json::to_value(&decay).expect("plain data")) } else { decay.describe() })
        }
        AlfredCommand::Approve { slot, who, note } => {
            decided(path, slot, &Verb::Approve { note: note.clone() }, &name(who)).map(|_| "approved\n".into())
        }
        AlfredCommand::Reject { slot, who, why } => gone(path, slot, &Verb::Reject { why: why.clone() }, &name(who)),
        AlfredCommand::Revert { slot, who } => gone(path, slot, &Verb::Revert, &name(who)),
        AlfredCommand::Export { format: ExportFormat::Jsonl, split, .. } => {
            let part = split.map(|p| match p {
                ExportPart::Train => Part::Train,
                ExportPart::Test => Part::Test,
            });
            Ok(forge::jsonl(&read(path)?, part))
        }
        AlfredCommand::Export { folder, .. } => {
            let all = export::methods(&read(path)?);
            all.left_out.iter().for_each(|title| eprintln!("aura: left out: {title}, which is not one method of a named object"));
            exported(&all.methods, folder)
        }
    }
}

fn failed(path: &Path, fault: &ChronicleFault) -> Failed {
    let exit = match fault {
        ChronicleFault::Asked(_) => Exit::Usage,
        fault if fault.is_damage() => Exit::Damaged,
        _ => Exit::Failed,
    };
    match fault {
        ChronicleFault::Asked(why) => (exit, why.clone()),
        fault => (exit, format!("{}: {fault}", path.display())),
    }
}

fn read(path: &Path) -> Result<Chronicle, Failed> {
    memory::chronicle(path).map_err(|e| failed(path, &e))
}

/// Says so if the journal knows of methods that the chronicle does not have: its end was left off, or the image is an older copy.
fn compare(chronicle: &Chronicle, path: &Path) {
    let path = memory::journal(path);
    let Ok(journal) = journal::read(&path) else { return };
    let lost = journal.entries.iter().filter(|hash| chronicle.learning(hash).is_none()).count();
    if lost > 0 {
        let path = path.display();
        eprintln!(
            "aura: the image lacks methods that {path} has ({lost}); `aura alfred export DIR --journal {path}` writes them out"
        );
    }
}

/// Decides, and notes it in the journal.
fn decided(path: &Path, slot: &SlotArgs, verb: &Verb, by: &str) -> Result<(Chronicle, Decided), Failed> {
    let mut store = InFile::open(path, false).map_err(|e| failed(path, &e.into()))?;
    let mut chronicle = Chronicle::default();
    let name = slot.name();
    let decided = decide(&mut chronicle, &mut store, (&name, slot.script.as_deref()), verb, by).map_err(|e| failed(path, &e))?;
    if let Some(entry) = chronicle.entry(&decided.entry) {
        let journal = memory::journal(path);
        let noted = journal::append(&journal, &entry.what, &decided.entry, "");
        noted.map_err(|e| (Exit::Failed, format!("decided, but the journal {} cannot be written: {e}", journal.display())))?;
    }
    Ok((chronicle, decided))
}

/// A decision by which a method goes, also out of the objects of the image.
fn gone(path: &Path, slot: &SlotArgs, verb: &Verb, by: &str) -> Result<String, Failed> {
    let (chronicle, decided) = decided(path, slot, verb, by)?;
    let Some(old) = chronicle.learning(&decided.of) else { return Ok(String::new()) };
    let mut text = match decided.now.as_ref().and_then(|now| chronicle.learning(now)) {
        Some(l) => format!("in force now: {}\n", aura_alfred::text::line(&l.source, 200)),
        None => format!("{} is learned anew when it is next needed\n", aura_alfred::text::line(&old.title(), 100)),
    };
    if take_out::run(path, old, by)? {
        text.push_str("taken out of the objects of the image\n");
    }
    Ok(text)
}
