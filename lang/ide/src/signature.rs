//! The message that is being written: its arguments, and which of them the cursor is at.

use aura_syntax::tokens::Kind;
use aura_syntax::tree::{Expr, ExprKind, Receiver, Send, selector};
use aura_types::SlotId;
use rustc_hash::FxHashSet;

use crate::complete::{is_at_top, is_line_between, written};
use crate::evaluation::WHAT_IT_DOES;
use crate::path::{Node, path};
use crate::resolve::Here;
use crate::{Ide, Span};

/// Messages that one which is being written may become; more are not shown.
const MOST_BEGUN: usize = 8;

/// What is shown while a message is being written.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SignatureHelp {
    /// One for each slot that the message may mean.
    pub signatures: Vec<SignatureShown>,
    /// The argument that the cursor is at, from zero.
    pub active: usize,
}

/// A slot's header.
#[derive(Clone, Debug, PartialEq)]
pub struct SignatureShown {
    /// `at: i <int> Put: v <T> ^ <self>`
    pub label: String,
    /// Which bytes of it are the arguments.
    pub parameters: Vec<(usize, usize)>,
    /// What its comment says.
    pub comment: Option<String>,
}

impl Ide {
    /// The message around a place.
    pub fn signature_help(&mut self, name: &str, at: u32) -> Option<SignatureHelp> {
        let here = self.here_at_once(name)?;
        let document = here.document.clone();
        let tokens = &document.parse().tokens;
        let first = tokens.partition_point(|t| t.span.start < at);
        let last = tokens[..first.min(tokens.len())].iter().rev().find(|t| !t.kind.is_trivia())?;
        if last.kind == Kind::Period || is_finished(&here, last.span, at) {
            return None;
        }
        let nodes = path(&document.parse().file, last.span);
        let send = nodes.iter().rev().find_map(|n| match n {
            // A literal block or object has messages of its own.
            Node::Body(body) if body.span.end <= at => None,
            Node::Expr(Expr { kind: ExprKind::Send(send), .. }) => {
                let takes = !send.arguments.is_empty() || document.letters(*send.selector.first()?).ends_with(':');
                (takes && send.selector.first()?.end <= at).then_some(send)
            }
            _ => None,
        })?;
        let active = send.selector.iter().filter(|p| p.end <= at).count().saturating_sub(1);
        let meant = self.meant(&here, send);
        let run = self.block_run_by(&here, send);
        let run = run.and_then(|(block, receiver)| self.evaluation_header(block, Some((&here, receiver))));
        let comment = Some(WHAT_IT_DOES.to_string());
        let mut signatures: Vec<SignatureShown> =
            run.into_iter().map(|(label, parameters)| SignatureShown { label, parameters, comment: comment.clone() }).collect();
        signatures.extend(meant.iter().map(|m| if m.is_write { self.assignment(m.slot) } else { self.shown(m.slot) }));
        // It may go on.
        let slots: Vec<SlotId> =
            self.may_become(&here, send).into_iter().filter(|s| meant.iter().all(|m| m.slot != *s)).collect();
        signatures.extend(slots.into_iter().map(|slot| self.shown(slot)));
        (!signatures.is_empty()).then_some(SignatureHelp { signatures, active })
    }

    /// What a keyword message may become when more of it is written, the shortest first.
    fn may_become(&mut self, here: &Here, send: &Send) -> Vec<SlotId> {
        let begun = selector(&send.selector, here.document.text());
        if !begun.ends_with(':') || matches!(send.receiver, Receiver::Resend(_) | Receiver::Delegate(_)) {
            return Vec::new();
        }
        let code = self.universe().code_at(here.file, send.selector[0].start);
        let receivers = self.receivers_of(&code, written(&send.receiver));
        let mut slots: Vec<SlotId> = receivers.into_iter().flat_map(|(object, _)| self.slots_begun(object, &begun)).collect();
        let name = |ide: &Self, slot: &SlotId| ide.project.known().slot_name(*slot).to_string();
        slots.sort_by_key(|slot| name(self, slot).len());
        // Of one name only the nearest is found.
        let mut seen = FxHashSet::default();
        slots.retain(|slot| seen.insert(name(self, slot)));
        slots.truncate(MOST_BEGUN);
        slots
    }

    /// `balance: value <int>`
    fn assignment(&mut self, slot: SlotId) -> SignatureShown {
        let (name, type_) = (self.universe().slot_info(slot).name, self.universe().type_of_slot(slot));
        let begin = name.len() + 2;
        let label = format!("{name}: value <{}>", self.universe().show(type_));
        SignatureShown { parameters: vec![(begin, label.len())], label, comment: self.comment_of(slot) }
    }

    fn shown(&mut self, slot: SlotId) -> SignatureShown {
        let (label, info) = (self.header(slot), self.universe().slot_info(slot));
        let (mut parameters, mut from) = (Vec::new(), 0);
        let parts = crate::words::parts(&info.name);
        for (i, name) in info.parameters.iter().enumerate() {
            let Some(part) = parts.get(i) else { break };
            let Some(begin) = label[from..].find(*part).map(|p| from + p + part.len() + 1) else { break };
            let Some(rest) = label.get(begin..) else { break };
            let next = parts.get(i + 1).map_or("^ <", |p| *p);
            let end = rest.find(&format!(" {next}")).map_or(label.len(), |e| begin + e);
            parameters.push((begin.min(end), end.max(begin + name.len()).min(label.len())));
            from = end;
        }
        SignatureShown { label, parameters, comment: self.comment_of(slot) }
    }
}

/// Whether a statement outside all brackets has ended with its line: one that waits for an argument has not.
fn is_finished(here: &Here, last: Span, at: u32) -> bool {
    is_at_top(here, last) && is_line_between(here, last.end, at) && !here.document.letters(last).ends_with(':')
}
