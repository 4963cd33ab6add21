//! The question and its reference, line by line.

use super::outline;
use crate::situation::{Holder, Situation, SlotKind, SlotView};
use crate::text::{clean, line};

/// Slots of one object that are shown in full.
const MOST_SLOTS: usize = 30;
/// Inherited selectors that are listed.
const MOST_INHERITED: usize = 80;
/// Characters of headers with types: of inherited messages, and of names of the file.
const MOST_HEADERS: usize = 700;
/// Characters of the slots of the file's other objects.
const MOST_OTHERS: usize = 1500;
/// A method of theirs that is shown whole, in bytes.
const SHORT_METHOD: usize = 100;
/// Messages that are sent to the answer.
const MOST_USES: usize = 8;
/// Characters of the caller's source.
const MOST_CALLER: usize = 1200;
/// Characters of one slot.
const MOST_SLOT: usize = 400;

/// The send, its receiver's own slots, its caller.
pub(super) fn question(situation: &Situation, home: &str) -> String {
    let mut text = format!("Missing method: {}\nWrite: {}\n", word(&situation.selector), word(&outline(&situation.selector)));
    text.push_str(&format!(
        "Receiver (self): {}. The method becomes a slot of: {}\n",
        word(&situation.receiver.path),
        word(home)
    ));
    for (i, argument) in situation.arguments.iter().enumerate() {
        text.push_str(&format!("Argument {}: {}\n", char::from(b'a' + (i % 26) as u8), word(&argument.path)));
    }
    if let Some(caller) = &situation.caller {
        let whose = caller.selector.as_ref().map_or("the script".to_string(), |s| format!("the method {}", word(s)));
        text.push_str(&format!("Sent by {whose}:\n{}", data(&clean(&caller.source, MOST_CALLER))));
    }
    for holder in situation.path.iter().filter(|h| h.of_script && !h.is_shared) {
        text.push_str(&slots_of(holder));
    }
    let objects: Vec<&SlotView> = situation
        .module
        .iter()
        .filter(|s| s.kind != SlotKind::Parent && s.name != situation.receiver.path)
        .take(MOST_SLOTS)
        .collect();
    if !objects.is_empty() {
        let names: Vec<String> = objects.iter().map(|s| word(&s.name)).collect();
        text.push_str(&format!("Names visible in the file: {}\n", names.join(", ")));
    }
    text
}

/// What may change without changing the question.
pub(super) fn reference(situation: &Situation) -> String {
    let mut text = String::new();
    if let Some(heading) = situation.caller.as_ref().and_then(|c| c.heading.as_ref()) {
        text.push_str(&format!("The file begins with the comment:\n{}", data(&clean(heading, MOST_SLOT))));
    }
    let mut values = String::new();
    if let Some(printed) = &situation.receiver.printed {
        values.push_str(&format!("self: {}\n", line(printed, 120)));
    }
    let held = situation.receiver.held.iter().map(|(name, text)| format!("self {}: {}\n", line(name, 40), line(text, 120)));
    values.extend(held);
    for (i, argument) in situation.arguments.iter().enumerate() {
        if let Some(printed) = &argument.printed {
            values.push_str(&format!("{}: {}\n", char::from(b'a' + (i % 26) as u8), line(printed, 120)));
        }
    }
    if !values.is_empty() {
        text.push_str(&format!("In this send:\n{}", data(&values)));
    }
    if !situation.powers.is_empty() {
        text.push_str(&format!("The method may use these capabilities: {}\n", word(&situation.powers.join(", "))));
    }
    text.push_str(&wanted(situation));
    text.push_str(&visible(situation));
    text.push_str(&others(situation));
    text.push_str(&inherited(situation));
    text
}

/// The slots of the file's other objects, as far as there is room: what arguments and elements understand.
fn others(situation: &Situation) -> String {
    let mut room = MOST_OTHERS;
    let mut text = String::new();
    for object in &situation.objects {
        let slots: Vec<SlotView> = object.slots.iter().map(outlined).collect();
        let shown = slots_of(&Holder { slots, ..object.clone() });
        let Some(left) = room.checked_sub(shown.chars().count()) else { break };
        room = left;
        text.push_str(&shown);
    }
    text
}

/// What the checker knows of the call: a better checker makes no recording useless, so this is no part of the question.
fn wanted(situation: &Situation) -> String {
    let mut text = String::new();
    for (i, argument) in situation.arguments.iter().enumerate() {
        if let Some(type_) = &argument.type_ {
            text.push_str(&format!("Argument {} is: {}\n", char::from(b'a' + (i % 26) as u8), type_of(type_)));
        }
    }
    text.push_str(&expected(situation));
    text
}

/// What the caller does with the answer.
pub(super) fn expected(situation: &Situation) -> String {
    let mut text = String::new();
    if let Some(type_) = &situation.expected {
        text.push_str(&format!("The caller expects: {}\n", type_of(type_)));
    }
    if !situation.uses.is_empty() {
        let uses: Vec<String> = situation.uses.iter().take(MOST_USES).map(|u| word(u)).collect();
        text.push_str(&format!("The caller sends to the answer: {}\n", uses.join(" ")));
    }
    text
}

/// The names of the file of which more is known than the name.
fn visible(situation: &Situation) -> String {
    let slots = situation.module.iter().filter(|s| s.kind != SlotKind::Parent && s.name != situation.receiver.path);
    let mut budget = Budget(MOST_HEADERS);
    let headers: Vec<String> = slots.filter_map(|s| budget.take(s)).collect();
    match headers.is_empty() {
        true => String::new(),
        false => format!("What they are:\n{}", data(&headers.join("\n"))),
    }
}

/// A slot without the code of a long method.
fn outlined(slot: &SlotView) -> SlotView {
    let short = slot.source.clone().filter(|s| s.len() <= SHORT_METHOD);
    let header = slot.source.as_ref().and_then(|s| s.split_once('=')).map(|(header, _)| header.trim().to_string());
    SlotView { header: slot.header.clone().or(header), source: short, ..slot.clone() }
}

fn slots_of(holder: &Holder) -> String {
    let name = holder.path.as_deref().map_or("(no name)".to_string(), word);
    let comment = holder.comment.as_ref().map_or(String::new(), |c| format!("\"{}\"\n", line(c, 160)));
    let shown: Vec<String> = holder.slots.iter().take(MOST_SLOTS).map(slot).collect();
    let more = holder.slots.len().saturating_sub(MOST_SLOTS);
    let rest = if more > 0 { format!("… and {more} more\n") } else { String::new() };
    format!("Slots of {name}:\n{}", data(&format!("{comment}{}\n{rest}", shown.join("\n"))))
}

fn slot(slot: &SlotView) -> String {
    let header = clean(slot.header.as_deref().unwrap_or(&slot.name), 160);
    let body = match (slot.kind, &slot.source) {
        (SlotKind::Method, Some(source)) => clean(source, MOST_SLOT),
        (SlotKind::Method, None) => format!("{header} = ( … )"),
        (SlotKind::Parent, _) => format!("{header}* = …"),
        (SlotKind::Data, _) => format!("{header} <- …"),
        (SlotKind::Constant, _) => format!("{header} = …"),
    };
    match &slot.comment {
        Some(comment) => format!("{body}    \"{}\"", line(comment, 120)),
        None => body,
    }
}

/// Messages of the standard library's objects on the path, nearest first: with their types as far as these are known and there is
/// room, the others by name.
fn inherited(situation: &Situation) -> String {
    let (mut seen, mut headers, mut names) = (Vec::new(), Vec::new(), Vec::new());
    let mut budget = Budget(MOST_HEADERS);
    let library = situation.path.iter().filter(|h| !h.of_script || h.is_shared);
    let methods = library.flat_map(|h| &h.slots).filter(|s| s.kind == SlotKind::Method && !s.name.starts_with('_'));
    for slot in methods {
        if seen.len() == MOST_INHERITED {
            break;
        }
        if seen.contains(&&slot.name) {
            continue;
        }
        seen.push(&slot.name);
        match budget.take(slot) {
            Some(header) => headers.push(header),
            None => names.push(word(&slot.name)),
        }
    }
    let (headers, names) = (headers.join("\n"), names.join(" "));
    match (headers.is_empty(), names.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!("The receiver also understands: {names}\n"),
        (false, true) => format!("The receiver also understands:\n{}", data(&headers)),
        (false, false) => format!("The receiver also understands:\n{}and: {names}\n", data(&headers)),
    }
}

/// Characters that are left.
struct Budget(usize);

impl Budget {
    /// A slot's header with types, if it has one and there is room.
    fn take(&mut self, slot: &SlotView) -> Option<String> {
        let header = line(slot.typed.as_deref()?, 160);
        self.0 = self.0.checked_sub(header.chars().count() + 1)?;
        Some(header)
    }
}

/// A type in running text, with its brackets.
pub(crate) fn type_of(text: &str) -> String {
    format!("<{}>", unmarked(&line(text, 120)))
}

/// A name in running text: one line, short.
pub(crate) fn word(text: &str) -> String {
    unmarked(&line(text, 80))
}

/// A block of data that cannot close its own marks.
pub(crate) fn data(text: &str) -> String {
    let inner = unmarked(text);
    format!("<data>\n{}\n</data>\n", inner.trim_end())
}

/// A text in which nothing begins or ends data, and nothing says who speaks, in any of the forms that models were taught.
pub(super) fn unmarked(text: &str) -> String {
    let mut out = text.to_string();
    for mark in ["</data", "<data", "<|", "[INST]", "[/INST]", "<<SYS", "<</SYS"] {
        while let Some(at) = find_ignoring_case(&out, mark) {
            let first = out[at..].chars().next().map_or(0, char::len_utf8);
            out.insert(at + first, '\u{00a0}');
        }
    }
    out
}

fn find_ignoring_case(text: &str, mark: &str) -> Option<usize> {
    text.as_bytes().windows(mark.len()).position(|w| w.eq_ignore_ascii_case(mark.as_bytes()))
}
