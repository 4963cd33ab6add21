//! The chronicle for people: short lines for a list, the whole story of a method, the difference between two versions.
//!
//! What must stay true: everything that comes from a chronicle is cleaned before it is told; it may be anything.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::entry::{CandidateRecord, GateRecord};
use super::{Chronicle, Entry, Learning, Slot, What};
use crate::interface::difference;
use crate::text::{clean, line};

/// How much of a hash is shown.
pub fn short(hash: &str) -> &str {
    hash.get(..10).unwrap_or(hash)
}

/// All entries, the newest first, a line each.
pub fn log(chronicle: &Chronicle) -> String {
    let mut out = String::new();
    for (hash, entry) in chronicle.entries().rev().filter(|(_, e)| !matches!(e.what, What::Text { .. })) {
        let _ = writeln!(out, "{}  {}  {}", short(hash), line(&entry.time, 30), headline(chronicle, entry));
    }
    out
}

/// What an entry says, on one line.
fn headline(chronicle: &Chronicle, entry: &Entry) -> String {
    let title = |of: &str| chronicle.learning(of).map_or_else(|| short(of).to_string(), |l| line(&l.title(), 80));
    let about = |of: &str| format!("{} ({})", title(of), short(of));
    match &entry.what {
        What::Text { .. } => "text".into(),
        What::Learned(l) => format!("learned {} of {}, by {}", line(&l.title(), 80), line(&l.file, 80), line(&l.model, 60)),
        What::Checked { of, .. } => format!("checked {} again: its object's interface had changed", about(of)),
        What::Approved { of, by, note } => format!("approved {} by {}{}", about(of), line(by, 60), said(note)),
        What::Rejected { of, by, why } => format!("rejected {} by {}{}", about(of), line(by, 60), said(why)),
        What::Reverted { of, to, by } => {
            let to = to.as_deref().map_or("nothing".into(), |to| short(to).to_string());
            format!("reverted {} to {to} by {}", about(of), line(by, 60))
        }
    }
}

fn said(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {}", line(text, 200)) }
}

/// All entries as data, the oldest first, each with its hash.
pub fn log_json(chronicle: &Chronicle) -> Value {
    let with_hash = |(hash, entry): (&str, &Entry)| {
        let mut value = serde_json::to_value(entry).expect("plain data");
        value["hash"] = json!(hash);
        value
    };
    chronicle.entries().map(with_hash).collect()
}

/// The story of a method, in the order in which it happened.
pub fn why(chronicle: &Chronicle, slot: &Slot) -> String {
    let mut out = format!("{}, of {}: {}\n", line(&slot.title(), 80), line(&slot.file, 120), slot.state());
    for (hash, entry) in about(chronicle, slot) {
        match &entry.what {
            What::Learned(l) => version(&mut out, hash, entry, l),
            _ => {
                let _ = writeln!(out, "\n{}  {}", line(&entry.time, 30), headline(chronicle, entry));
            }
        }
        if let What::Checked { of, interface, trial } = &entry.what {
            let then = chronicle.learning(of).map_or(&[][..], |l| &l.interface);
            let _ = writeln!(out, "  interface: {}\n  trial:     {}", line(&difference(then, interface), 300), line(trial, 200));
        }
    }
    out
}

/// The entries about a method.
fn about<'a>(chronicle: &'a Chronicle, slot: &'a Slot) -> impl Iterator<Item = (&'a str, &'a Entry)> {
    let versions: Vec<&str> = slot.versions.iter().map(|v| &*v.hash).collect();
    chronicle.entries().filter(move |(hash, e)| match &e.what {
        What::Text { .. } => false,
        What::Learned(_) => versions.contains(hash),
        What::Checked { of, .. } | What::Approved { of, .. } | What::Rejected { of, .. } | What::Reverted { of, .. } => {
            versions.contains(&&**of)
        }
    })
}

fn version(out: &mut String, hash: &str, entry: &Entry, l: &Learning) {
    let _ = writeln!(out, "\n{}  learned ({})", line(&entry.time, 30), short(hash));
    let digest = l.digest.as_ref().map_or(String::new(), |d| format!(" ({})", line(d, 80)));
    let rows = [
        ("send", l.send.describe()),
        ("from", l.send.caller.clone().unwrap_or_default()),
        ("model", format!("{}{digest}", line(&l.model, 80))),
        ("through", l.through.clone()),
        ("question", l.prompt.question.clone()),
        ("plan", l.plan.clone()),
        ("trial", l.trial.clone()),
        ("agreement", l.agreement.clone()),
        ("comment", l.comment.clone()),
        ("approver", l.approver.clone().unwrap_or_else(|| "nobody; the gates decided".into())),
        ("replaces", l.parent.as_deref().map_or(String::new(), |p| short(p).to_string())),
    ];
    for (name, text) in rows.iter().filter(|(_, text)| !text.is_empty()) {
        let _ = writeln!(out, "  {:<10} {}", format!("{name}:"), line(text, 300));
    }
    for said in &l.personas {
        let _ = writeln!(out, "  {:<10} {}", format!("{}:", said.persona.name()), line(&said.answer, 300));
    }
    for test in &l.tested {
        let _ = writeln!(out, "  test:      {}: {}", line(&test.test, 260), line(&test.went, 200));
    }
    let chosen = l.chosen.map_or(l.candidates.len(), |c| c as usize + 1);
    for (i, candidate) in (1..).zip(&l.candidates) {
        told(out, i, candidate, i as usize == chosen && l.candidates.len() > 1);
    }
    let _ = writeln!(out, "    {}", clean(&l.source, 4000).replace('\n', "\n    "));
}

fn told(out: &mut String, i: u32, c: &CandidateRecord, is_chosen: bool) {
    let s = &c.sampling;
    let mut origin = if c.edited { "edited by a person".into() } else { format!("sample {}, repair {}", c.sample, c.repair) };
    if is_chosen {
        origin.push_str(", chosen");
    }
    let sampled = format!("temperature {}, seed {}, context {}", s.temperature, s.seed, s.context);
    let _ =
        writeln!(out, "  candidate {i}: {origin}; {sampled}: {}", c.verdicts.iter().map(passed).collect::<Vec<_>>().join(", "));
    for finding in c.verdicts.iter().flat_map(|v| &v.findings) {
        let _ = writeln!(out, "    {} [{}]", line(&finding.to_string(), 300), line(&finding.code, 40));
    }
}

fn passed(v: &GateRecord) -> String {
    format!("{} {}", format!("{:?}", v.gate).to_lowercase(), if v.passed { "passed" } else { "failed" })
}

/// The story of a method as data: every entry about it, and the text that its prompts begin with.
pub fn why_json(chronicle: &Chronicle, slot: &Slot) -> Value {
    let entries: Vec<Value> = about(chronicle, slot)
        .map(|(hash, entry)| {
            let mut value = serde_json::to_value(entry).expect("plain data");
            value["hash"] = json!(hash);
            if let What::Learned(l) = &entry.what {
                value["interface_sha256"] = json!(l.interface_digest());
                value["prompt"]["system_text"] = json!(chronicle.text(&l.prompt.system));
            }
            value
        })
        .collect();
    json!({
        "file": slot.file, "at": slot.at, "selector": slot.selector, "state": slot.state(),
        "in_force": slot.in_force().map(|v| &v.hash), "entries": entries,
    })
}

/// The difference between a method and the one that it replaced, line by line.
pub fn diff(chronicle: &Chronicle, slot: &Slot) -> String {
    let hash = &slot.meant().hash;
    let Some(l) = chronicle.learning(hash) else { return String::new() };
    let parent = l.parent.as_ref().and_then(|p| chronicle.learning(p));
    let (then, then_name) = parent.map_or((String::new(), "nothing"), |p| (clean(&p.source, 8000) + "\n", "its parent"));
    let now = clean(&l.source, 8000) + "\n";
    let then_name = match &l.parent {
        Some(p) if parent.is_some() => format!("{} {}", line(&slot.title(), 80), short(p)),
        _ => then_name.to_string(),
    };
    let text = similar::TextDiff::from_lines(&then, &now);
    text.unified_diff().header(&then_name, &format!("{} {}", line(&slot.title(), 80), short(hash))).to_string()
}
