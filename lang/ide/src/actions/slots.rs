//! A slot for a message that nothing understands: where its object is written, if that is a user's.

use aura_syntax::Diagnostic;
use aura_syntax::tree::{Expr, ExprKind, Receiver, Send, SlotList, selector};

use super::{Action, ActionKind, indentation};
use crate::job::{Command, What};
use crate::path::{Node, path};
use crate::rename::Edits;
use crate::resolve::Here;
use crate::words::parts;
use crate::{Edit, Ide, Span};

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
        let is_module = self.universe().module_of(here.file) == object;
        let (file, span) = match is_module {
            true => (here.file, document.parse().file.slots.as_ref()?.span),
            false => self.universe().origin_of(object)?,
        };
        if self.universe().is_of_library(file) {
            return None;
        }
        let there = Here { file, document: self.document_of(file)? };
        let list = list_in(&there, span)?;
        let slot = stub(&name, send, document.text());
        let holder = self.universe().describe(object);
        let edits = Edits::from([(self.name_of(file).to_string(), vec![added(&there, list, &slot)])]);
        let title = format!("add '{name}' to {holder}");
        Some(Action { title, kind: ActionKind::Fix, edits, repairs: Some(wrong.clone()), command: None })
    }

    /// The same message asked of ALFRED: the file is run with the door open. Only what was saved can be run.
    pub(super) fn learning(&self, here: &Here, name: &str, wrong: &Diagnostic) -> Option<Action> {
        let selector = missing(here, wrong)?;
        let is_saved = self.outside.read(name).is_some_and(|text| text == here.document.text());
        let command = Command { what: What::Learn, file: name.to_string(), selector: Some(selector.clone()) };
        is_saved.then(|| Action {
            title: format!("run the file, and ask ALFRED for '{selector}'"),
            kind: ActionKind::Fix,
            edits: Edits::new(),
            repairs: Some(wrong.clone()),
            command: Some(command),
        })
    }
}

/// The message that a finding says nothing understands.
fn missing(here: &Here, wrong: &Diagnostic) -> Option<String> {
    let send = message(here, wrong)?;
    Some(selector(&send.selector, here.document.text()))
}

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

/// The edit that puts a slot at the end of a list.
fn added(here: &Here, list: &SlotList, slot: &str) -> Edit {
    let document = &here.document;
    let Some(last) = list.slots.last() else {
        let behind_bar = document.letters(list.span).find('|').map_or(list.span.start, |i| list.span.start + i as u32 + 1);
        return Edit::insert(behind_bar, &format!(" {slot}. "));
    };
    let (text, lines) = (document.text(), document.lines());
    let rest = text.get(last.span.end as usize..list.span.end as usize).unwrap_or("");
    // The period behind the last slot stays its own.
    let period = rest.find(|c: char| !c.is_whitespace()).filter(|i| rest[*i..].starts_with('.'));
    let at = last.span.end + period.map_or(0, |i| i as u32 + 1);
    let separator = if period.is_some() { "" } else { "." };
    let is_one_line = lines.line_of(list.span.start) == lines.line_of(list.span.end);
    match is_one_line {
        true => Edit::insert(at, &format!("{separator} {slot}.")),
        false => {
            let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
            Edit::insert(at, &format!("{separator}{end}{}{slot}.", indentation(here, last.span.start)))
        }
    }
}
