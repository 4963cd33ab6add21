//! The message that is being written: its arguments, and which of them the cursor is at.

use aura_syntax::tree::{Expr, ExprKind};

use crate::Ide;
use crate::path::{Node, path};

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
        let here = self.here(name)?;
        let document = here.document.clone();
        let tokens = &document.parse().tokens;
        let first = tokens.partition_point(|t| t.span.start < at);
        let last = tokens[..first.min(tokens.len())].iter().rev().find(|t| !t.kind.is_trivia())?;
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
        let signatures: Vec<SignatureShown> = meant.iter().filter(|m| !m.is_write).map(|m| self.shown(m.slot)).collect();
        (!signatures.is_empty()).then_some(SignatureHelp { signatures, active })
    }

    fn shown(&mut self, slot: aura_types::SlotId) -> SignatureShown {
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
