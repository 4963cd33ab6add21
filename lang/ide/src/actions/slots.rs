//! A slot for a message that nothing understands: where its object is written, if that is a user's.

use aura_syntax::Diagnostic;
use aura_syntax::tokens::lex;
use aura_syntax::tree::{Expr, ExprKind, Receiver, Send, SlotList, selector};
use aura_types::ObjectId;

use super::{Action, ActionKind, indentation};
use crate::job::{Command, What};
use crate::path::{Node, path};
use crate::rename::Edits;
use crate::resolve::Here;
use crate::words::parts;
use crate::{Edit, Ide, Span};

/// What slots begin with in a list that is made for them.
const INDENT: &str = "    ";

/// What the checker says of messages that nothing understands.
const NOT_UNDERSTOOD: &str = "E0301";

impl Ide {
    /// A method for the message that a finding is about.
    pub(super) fn missing_slot(&mut self, here: &Here, wrong: &Diagnostic) -> Option<Action> {
        let document = here.document.clone();
        let send = message(here, wrong)?;
        let name = selector(&send.selector, document.text());
        let code = self.universe().code_at(here.file, wrong.span.start);
        let object = match &send.receiver {
            Receiver::Expr(e) => *self.objects_of(&code, e).first()?,
            Receiver::Implicit => code.holder,
            Receiver::Resend(_) | Receiver::Delegate(_) => return None,
        };
        let slot = NewSlot { comment: String::new(), source: stub(&name, send, document.text()) };
        let (file, edit) = self.addition(here, object, &slot)?;
        let title = format!("add '{name}' to {}", self.universe().describe(object));
        let edits = Edits::from([(file, vec![edit])]);
        Some(Action { title, kind: ActionKind::Fix, edits, repairs: Some(wrong.clone()), command: None })
    }

    /// The file in which an object is written, and the edit that puts a slot at its end, as seen from a file; nothing where users write nothing.
    pub(crate) fn addition(&mut self, here: &Here, object: ObjectId, slot: &NewSlot) -> Option<(String, Edit)> {
        let is_module = self.universe().module_of(here.file) == object;
        let origin = if is_module { None } else { Some(self.universe().origin_of(object)?) };
        let file = origin.map_or(here.file, |(file, _)| file);
        if self.universe().is_of_library(file) {
            return None;
        }
        let there = Here { file, document: self.document_of(file)? };
        let tree = &there.document.parse().file;
        let edit = match (origin, &tree.slots) {
            (Some((_, span)), _) => added(&there, list_in(&there, span)?, slot),
            (None, Some(list)) => added(&there, list, slot),
            (None, None) => first(&there, slot),
        };
        Some((self.name_of(file).to_string(), edit))
    }

    /// The same message asked of ALFRED.
    pub(super) fn synthesis(&mut self, here: &Here, name: &str, wrong: &Diagnostic) -> Option<Action> {
        let send = message(here, wrong)?;
        let is_ours = !self.universe().is_of_library(here.file) && self.outside.script_of(name).is_none();
        let is_lookup = !matches!(send.receiver, Receiver::Resend(_) | Receiver::Delegate(_));
        let (selector, at) = (selector(&send.selector, here.document.text()), send.selector.first()?.start);
        (is_ours && is_lookup).then(|| Action {
            title: format!("synthesise '{selector}' with ALFRED"),
            kind: ActionKind::Fix,
            edits: Edits::new(),
            repairs: Some(wrong.clone()),
            command: Some(Command { what: What::Synthesise, file: name.to_string(), selector: Some(selector), at: Some(at) }),
        })
    }

    /// The message that begins at a place and that nothing understands, if the text has one there as it is now.
    pub fn missing_at(&mut self, name: &str, at: u32) -> Option<String> {
        let here = self.here(name)?;
        let found = self.findings(here.file);
        let mut sends = found.iter().filter_map(|wrong| message(&here, wrong));
        let send = sends.find(|s| s.selector.first().is_some_and(|first| first.start == at))?;
        Some(selector(&send.selector, here.document.text()))
    }
}

/// The message that a finding says nothing understands.
fn message<'t>(here: &'t Here, wrong: &Diagnostic) -> Option<&'t Send> {
    if wrong.code != NOT_UNDERSTOOD {
        return None;
    }
    path(&here.document.parse().file, wrong.span).into_iter().rev().find_map(|n| match n {
        Node::Expr(Expr { kind: ExprKind::Send(send), .. }) => Some(&**send),
        _ => None,
    })
}

/// The slot list at a place.
fn list_in(here: &Here, span: Span) -> Option<&SlotList> {
    let start = Span { start: span.start, end: span.start };
    path(&here.document.parse().file, start).into_iter().find_map(|n| match n {
        Node::List(list) if list.span.start >= span.start && list.span.end <= span.end => Some(list),
        Node::Expr(Expr { kind: ExprKind::Object(list), span: s }) if *s == span => Some(list),
        _ => None,
    })
}

/// A method that says that it was not written yet.
fn stub(name: &str, send: &Send, text: &str) -> String {
    let mut header = String::new();
    for (i, part) in parts(name).iter().enumerate() {
        header.push_str(if i > 0 { " " } else { "" });
        header.push_str(part);
        if let Some(argument) = send.arguments.get(i) {
            header.push_str(&format!(" {}", parameter(argument, text, i)));
        }
    }
    format!("{header} = ( error: '{name} is not written yet' )")
}

/// A name for an argument: that of the expression, if it is one.
fn parameter(argument: &Expr, text: &str, index: usize) -> String {
    match &argument.kind {
        ExprKind::Send(send) if matches!(send.receiver, Receiver::Implicit) && send.arguments.is_empty() => {
            send.selector[0].text(text).to_string()
        }
        _ => char::from(b'a' + (index % 26) as u8).to_string(),
    }
}

/// The edit that gives a file without slots its first one.
fn first(here: &Here, slot: &NewSlot) -> Edit {
    let end = line_end(here.document.text());
    let at = here.document.parse().file.body.first().map_or(0, |statement| statement.span.start);
    Edit::insert(at, &format!("|{end}{INDENT}{}.{end}|{end}{end}", slot.text(INDENT, end)))
}

/// How the lines of a text end.
pub(crate) fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The edit that puts a slot at the end of a list.
fn added(here: &Here, list: &SlotList, slot: &NewSlot) -> Edit {
    let document = &here.document;
    let (text, lines) = (document.text(), document.lines());
    let end = line_end(text);
    let Some(last) = list.slots.last() else {
        let behind_bar = document.letters(list.span).find('|').map_or(list.span.start, |i| list.span.start + i as u32 + 1);
        return Edit::insert(behind_bar, &format!(" {}. ", slot.text("", end)));
    };
    let rest = text.get(last.span.end as usize..list.span.end as usize).unwrap_or("");
    // The period behind the last slot stays its own.
    let period = rest.find(|c: char| !c.is_whitespace()).filter(|i| rest[*i..].starts_with('.'));
    let at = last.span.end + period.map_or(0, |i| i as u32 + 1);
    let separator = if period.is_some() { "" } else { "." };
    let is_one_line = lines.line_of(list.span.start) == lines.line_of(list.span.end);
    if is_one_line {
        return Edit::insert(at, &format!("{separator} {}.", slot.text("", end)));
    }
    let indent = indentation(here, last.span.start);
    Edit::insert(at, &format!("{separator}{end}{indent}{}.", slot.text(&indent, end)))
}

/// A slot that is to be written.
pub(crate) struct NewSlot {
    /// The comment before it, without its quotes; empty for none.
    pub(crate) comment: String,
    /// What stands in the list.
    pub(crate) source: String,
}

impl NewSlot {
    /// Its text, for lines that begin and end so; the first one has begun already.
    fn text(&self, indent: &str, end: &str) -> String {
        let source = self.source.trim();
        // Lines of a string are not ours to move.
        let is_movable = !lex(source).iter().any(|t| t.span.text(source).contains('\n') && !t.kind.is_trivia());
        let source = if is_movable { source.replace('\n', &format!("\n{indent}")) } else { source.to_string() };
        let comment = match self.comment.is_empty() {
            true => String::new(),
            false => format!("\"{}\"\n{indent}", self.comment.replace('\n', &format!("\n{indent} "))),
        };
        format!("{comment}{source}").replace('\n', end)
    }
}
