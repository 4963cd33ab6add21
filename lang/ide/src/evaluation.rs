//! `value`, `value:`, `value:With:`: the messages that run a block. The machine answers them itself, so there are no slots for them.

use aura_syntax::tree::{Expr, ExprKind, Receiver, Send, SlotName, selector};
use aura_types::{Code, TypeId};

use crate::Ide;
use crate::hover::About;
use crate::resolve::Here;
use crate::words::parts;

/// How a block is run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Evaluation {
    /// The message.
    pub(crate) selector: String,
    /// What its arguments are called.
    pub(crate) parameters: Vec<String>,
}

/// Whether a message of this name runs a block.
pub(crate) fn is_evaluation(selector: &str) -> bool {
    let Some(rest) = selector.strip_prefix("value") else { return false };
    rest.is_empty() || rest.strip_prefix(':').is_some_and(|more| more.split_terminator(':').all(|part| part == "With"))
}

impl Ide {
    /// The block that an expression may be, if it may be one.
    pub(crate) fn block_of(&mut self, code: &Code, e: &Expr) -> Option<TypeId> {
        let type_ = code.type_of(e.span)?;
        self.universe().block_in(type_)
    }

    /// The block that a message runs.
    pub(crate) fn block_run_by<'t>(&mut self, here: &Here, send: &'t Send) -> Option<(TypeId, &'t Expr)> {
        let Receiver::Expr(receiver) = &send.receiver else { return None };
        let name = selector(&send.selector, here.document.text());
        let code = is_evaluation(&name).then(|| self.universe().code_at(here.file, receiver.span.start))?;
        Some((self.block_of(&code, receiver)?, receiver))
    }

    /// How a block is run. Its arguments are called as in the block, where that is written out.
    pub(crate) fn evaluation(&mut self, block: TypeId, written: Option<(&Here, &Expr)>) -> Option<Evaluation> {
        let (params, _) = self.universe().block_parts(block)?;
        let selector = match params.len() {
            0 => "value".to_string(),
            n => format!("value:{}", "With:".repeat(n - 1)),
        };
        let names = written.map(|(here, e)| argument_names(here, e)).filter(|names| names.len() == params.len());
        let parameters = names.unwrap_or_else(|| (0..params.len()).map(letter).collect());
        Some(Evaluation { selector, parameters })
    }

    /// `value: a <int> With: b <int> ^ <int>`, and where the arguments stand in it.
    pub(crate) fn evaluation_header(
        &mut self,
        block: TypeId,
        written: Option<(&Here, &Expr)>,
    ) -> Option<(String, Vec<(usize, usize)>)> {
        let Evaluation { selector, parameters } = self.evaluation(block, written)?;
        let (params, result) = self.universe().block_parts(block)?;
        let (mut header, mut places) = (String::new(), Vec::new());
        for (i, part) in parts(&selector).into_iter().enumerate() {
            header.push_str(if i > 0 { " " } else { "" });
            header.push_str(part);
            if let (Some(name), Some(type_)) = (parameters.get(i), params.get(i)) {
                let begin = header.len() + 1;
                header.push_str(&format!(" {name} <{}>", self.universe().show(*type_)));
                places.push((begin, header.len()));
            }
        }
        header.push_str(&format!(" ^ <{}>", self.universe().show(result)));
        Some((header, places))
    }

    /// What is known of running a block.
    pub(crate) fn about_evaluation(&mut self, block: TypeId, written: Option<(&Here, &Expr)>) -> Option<About> {
        let (code, _) = self.evaluation_header(block, written)?;
        Some(About { code, holder: Some("`block`".into()), comment: Some(WHAT_IT_DOES.into()), ..About::default() })
    }
}

/// What is said of all these messages.
pub(crate) const WHAT_IT_DOES: &str = "Runs the block with these arguments; answers what its last expression answers.";

/// What the arguments of a block that is written out are called.
fn argument_names(here: &Here, e: &Expr) -> Vec<String> {
    let ExprKind::Block(body) = &e.kind else { return Vec::new() };
    let arguments = body.slots.iter().flat_map(|l| &l.slots).filter(|s| s.is_argument);
    let name = |s: &aura_syntax::tree::Slot| match s.name {
        SlotName::Unary(name) => Some(here.document.letters(name).to_string()),
        _ => None,
    };
    arguments.filter_map(name).collect()
}

/// `a`, `b`, …
fn letter(index: usize) -> String {
    char::from(b'a' + (index % 26) as u8).to_string()
}
