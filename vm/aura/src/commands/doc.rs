//! `aura doc`: documentation from the living world: comments, sources and places of slots.

use std::sync::Arc;

use aura_heap::{Slot, SlotKind, Value};
use aura_run::Vm;
use serde::Serialize;

use crate::cli::DocArgs;
use crate::exit::Exit;
use crate::output;
use crate::suggest;
use crate::world::{self, Wiring};

/// What is known about one slot.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Its selector.
    pub name: String,
    /// The object that has it, as an expression where it has one.
    pub holder: String,
    /// Its comment, without quotes.
    pub comment: String,
    /// The text of the method.
    pub source: Option<String>,
    /// A model wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learned: Option<Origin>,
}

/// Where a learned method comes from.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Origin {
    /// What is known of it, line by line; empty if nothing is.
    pub provenance: String,
    /// It is remembered, and installed when it is first sent.
    pub waits: bool,
}

impl Origin {
    /// In a few words.
    pub fn mark(&self) -> String {
        let waits = if self.waits { ", not sent yet" } else { "" };
        format!("{}{waits}", aura_alfred::learned::mark(&self.provenance))
    }
}

pub(super) fn run(a: &DocArgs) -> Exit {
    let mut vm = match world::machine(Wiring::quiet()) {
        Ok(vm) => vm,
        Err(why) => {
            output::error(&why);
            return Exit::Damaged;
        }
    };
    let lobby = vm.specials.lobby;
    match find(&mut vm, lobby, &a.name.join(" ")) {
        Ok(found) => {
            let text = if a.json { serde_json::to_string_pretty(&found).expect("plain data") + "\n" } else { show(&found) };
            output::print(&text);
            Exit::Fine
        }
        Err(why) => {
            output::error(&why);
            Exit::Usage
        }
    }
}

/// The entries for a name: an object's slots, or one slot.
///
/// # Errors
/// The word that means nothing, with a suggestion.
pub fn find(vm: &mut Vm, from: Value, name: &str) -> Result<Vec<Entry>, String> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let Some((last, path)) = words.split_last() else {
        let lobby = vm.specials.lobby;
        let globals = vm.global_constant(lobby, "globals").unwrap_or(lobby);
        return Ok(own(vm, globals));
    };
    let mut at = from;
    for word in path {
        at = step(vm, at, word).ok_or_else(|| unknown(vm, at, word))?;
    }
    if let Some(o) = step(vm, at, last).filter(|o| vm.code_of(*o).is_none() && o.is_ref() && !is_leaf(vm, *o)) {
        let mut all: Vec<Entry> = slot(vm, at, last).into_iter().collect();
        all.extend(of_object(vm, o));
        return Ok(all);
    }
    match slot(vm, at, last) {
        Some(entry) => Ok(vec![entry]),
        None => everywhere(vm, last).ok_or_else(|| unknown(vm, at, last)),
    }
}

/// Strings and vectors are looked at as slots, not as objects.
fn is_leaf(vm: &Vm, o: Value) -> bool {
    vm.heap.as_text(o).is_some()
}

fn unknown(vm: &Vm, at: Value, word: &str) -> String {
    let names: Vec<Arc<str>> =
        aura_run::understood(&vm.heap, at).into_iter().map(|(s, _)| vm.heap.symbols.name(s).clone()).collect();
    match suggest::nearest(word, names.iter().map(|n| &**n)) {
        Some(near) => format!("{} has no '{word}'; did you mean '{near}'?", vm.describe(at)),
        None => format!("{} has no '{word}'; `aura doc` alone lists what there is", vm.describe(at)),
    }
}

fn step(vm: &mut Vm, at: Value, word: &str) -> Option<Value> {
    vm.global_constant(at, word)
}

/// An object's own slots and those of its parents but what everything has.
fn of_object(vm: &Vm, o: Value) -> Vec<Entry> {
    let mut all = own(vm, o);
    for slot in vm.heap.map(vm.heap.map_of(o)).slots.iter().filter(|s| s.parent) {
        if let SlotKind::Constant(p) = slot.kind
            && p != vm.specials.lobby
        {
            all.extend(own(vm, p));
        }
    }
    all
}

/// The documented or public slots of one object.
fn own(vm: &Vm, o: Value) -> Vec<Entry> {
    let map = vm.heap.map(vm.heap.map_of(o));
    let mut all: Vec<Entry> = map
        .slots
        .iter()
        .filter(|s| !s.parent && !matches!(s.kind, SlotKind::Assign(_)))
        .map(|s| entry(vm, o, s))
        .filter(|e| !e.comment.starts_with("Internal"))
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn entry(vm: &Vm, holder: Value, slot: &Slot) -> Entry {
    let value = if let SlotKind::Constant(v) = slot.kind { Some(v) } else { None };
    let is_generated = value.is_some_and(|v| vm.is_generated(v));
    Entry {
        name: vm.heap.symbols.name(slot.name).to_string(),
        holder: vm.path_of(holder).unwrap_or_else(|| vm.describe(holder)),
        comment: slot.meta.as_ref().and_then(|m| m.comment.as_deref()).unwrap_or("").to_string(),
        source: value.and_then(|v| vm.source_of(v)),
        learned: is_generated.then(Origin::default),
    }
}

/// The slot that a message of this name finds in an object.
pub fn slot(vm: &Vm, o: Value, name: &str) -> Option<Entry> {
    let symbol = vm.heap.symbols.find(name)?;
    let (_, holder) = aura_run::understood(&vm.heap, o).into_iter().find(|(s, _)| *s == symbol)?;
    let slot = vm.heap.map(vm.heap.map_of(holder)).find(symbol)?;
    Some(entry(vm, holder, slot))
}

/// Every traits object that has a slot of this name.
fn everywhere(vm: &Vm, name: &str) -> Option<Vec<Entry>> {
    let symbol = vm.heap.symbols.find(name)?;
    let traits = vm.heap.map(vm.heap.map_of(vm.specials.traits));
    let found: Vec<Entry> = traits
        .slots
        .iter()
        .filter_map(|t| match t.kind {
            SlotKind::Constant(o) => vm.heap.map(vm.heap.map_of(o)).find(symbol).map(|s| entry(vm, o, s)),
            _ => None,
        })
        .collect();
    (!found.is_empty()).then_some(found)
}

/// One entry in full, several in a line each.
pub fn show(found: &[Entry]) -> String {
    if let [e] = found {
        let comment = if e.comment.is_empty() { "(no comment)" } else { &e.comment };
        let learned = e.learned.as_ref().map_or_else(String::new, |o| format!("  {}\n", o.mark()));
        return format!("{}  (in {})\n  {}\n{learned}", e.name, e.holder, comment.trim());
    }
    let width = found.iter().map(|e| e.name.chars().count()).max().unwrap_or(0).min(32);
    found
        .iter()
        .map(|e| {
            let line = e.comment.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or("");
            let mark = e.learned.as_ref().map_or_else(String::new, |o| format!("[{}]", o.mark()));
            format!("{:width$}  {}", e.name, format!("{line} {mark}").trim()).trim_end().to_string() + "\n"
        })
        .collect()
}

/// The text of a method; before that of a learned one, where it comes from.
pub fn text(entry: &Entry) -> Option<String> {
    let source = entry.source.as_ref()?;
    Some(match &entry.learned {
        Some(o) if o.provenance.is_empty() => format!("\"{}\"\n{source}\n", o.mark()),
        Some(o) => format!("\"{}\"\n{source}\n", o.provenance.replace('\n', "\n ")),
        None => format!("{source}\n"),
    })
}
