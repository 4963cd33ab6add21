//! Names that lead nowhere: messages to self or to nobody that neither the method, the receiver nor the file knows.
//!
//! The trial would find those that it comes to; this finds all, before anything runs, and can say more: a model that is used
//! to `abs(x)` writes `abs x`, which in Aura sends `x` to what `abs` answers. What must stay true: a name that could be
//! understood is never reported, so every local of the method counts everywhere in it.
//!
//! Not here: messages to other objects; what those understand, only the trial knows.

use std::collections::BTreeSet;

use aura_syntax::tree::{Body, Expr, ExprKind, File, Init, Receiver, Send, SlotList, Span, TemplatePart, selector};

use crate::answer::name;
use crate::diagnostic::{Diagnostic, Gate};
use crate::situation::Situation;

/// Findings that are reported.
const MOST: usize = 3;

/// The names in `source` (a method slot) that nothing understands.
pub fn unknown(source: &str, situation: &Situation) -> Vec<Diagnostic> {
    read(source, situation).0
}

/// The source with receivers put first wherever that makes an unknown name known: `abs x`, with nothing called `abs` about, can only
/// be meant as `x abs`. Nothing if that does not mend everything. The result passes all gates like any other text.
pub fn mended(source: &str, situation: &Situation) -> Option<String> {
    let (findings, edits) = read(source, situation);
    if findings.is_empty() || edits.len() != findings.len() {
        return None;
    }
    let mut text = source.to_string();
    for (span, better) in edits.iter().rev() {
        text.replace_range(span.start as usize..span.end as usize, better);
    }
    unknown(&text, situation).is_empty().then_some(text)
}

fn read(source: &str, situation: &Situation) -> (Vec<Diagnostic>, Vec<(Span, String)>) {
    let Ok(file) = super::parse::slots(source) else { return Default::default() };
    let mut known: BTreeSet<String> = situation.understood.iter().cloned().collect();
    known.extend(situation.module.iter().flat_map(|s| [s.name.clone(), format!("{}:", s.name)]));
    known.insert(situation.selector.clone());
    known.extend(situation.learned_for_receiver().map(|l| l.selector.clone()));
    let mut reader = Reader { text: source, known, findings: Vec::new(), edits: Vec::new(), gathering: true };
    reader.file(&file);
    reader.gathering = false;
    reader.file(&file);
    reader.edits.sort_by_key(|e| e.0.start);
    reader.findings.sort_by_key(|f| f.0);
    (reader.findings.into_iter().map(|f| f.1).collect(), reader.edits)
}

/// Walks the method twice: once to gather its locals, once to look at its messages.
struct Reader<'a> {
    text: &'a str,
    known: BTreeSet<String>,
    findings: Vec<(u32, Diagnostic)>,
    /// What would mend them.
    edits: Vec<(Span, String)>,
    gathering: bool,
}

impl Reader<'_> {
    fn file(&mut self, file: &File) {
        file.slots.iter().for_each(|list| self.slots(list));
    }

    fn slots(&mut self, list: &SlotList) {
        for slot in &list.slots {
            if self.gathering {
                let name = name(slot, self.text);
                self.known.insert(format!("{name}:"));
                self.known.insert(name);
                self.parameters(slot);
            }
            match &slot.init {
                Init::None => {}
                Init::Constant(e) | Init::Assignable(e) => self.expr(e),
                Init::Method(body) => self.body(body),
            }
        }
    }

    fn parameters(&mut self, slot: &aura_syntax::tree::Slot) {
        use aura_syntax::tree::SlotName;
        let names: Vec<Span> = match &slot.name {
            SlotName::Unary(_) => Vec::new(),
            SlotName::Binary { parameter, .. } => parameter.iter().map(|p| p.name).collect(),
            SlotName::Keyword { parameters, .. } => parameters.iter().map(|p| p.name).collect(),
        };
        self.known.extend(names.iter().map(|n| n.text(self.text).to_string()));
    }

    fn body(&mut self, body: &Body) {
        body.slots.iter().for_each(|list| self.slots(list));
        body.statements.iter().for_each(|s| self.expr(&s.expr));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Object(list) => self.slots(list),
            ExprKind::Block(body) | ExprKind::Group(body) => self.body(body),
            ExprKind::Vector(items) => items.iter().for_each(|e| self.expr(e)),
            ExprKind::Template(parts) => parts.iter().for_each(|p| {
                if let TemplatePart::Hole(e) = p {
                    self.expr(e);
                }
            }),
            ExprKind::Send(send) => self.chain(send),
            _ => {}
        }
    }

    /// `a b c` nests to the left; walked in a loop, the outer send remembered for the advice.
    fn chain(&mut self, send: &Send) {
        let (mut next, mut outer): (Option<&Send>, Option<&Send>) = (Some(send), None);
        while let Some(send) = next {
            self.send(send, outer);
            send.arguments.iter().for_each(|e| self.expr(e));
            outer = Some(send);
            next = match &send.receiver {
                Receiver::Expr(Expr { kind: ExprKind::Send(inner), .. }) => Some(inner),
                Receiver::Expr(e) => {
                    self.expr(e);
                    None
                }
                _ => None,
            };
        }
    }

    fn send(&mut self, send: &Send, outer: Option<&Send>) {
        let to_self = matches!(&send.receiver, Receiver::Implicit | Receiver::Expr(Expr { kind: ExprKind::SelfRef, .. }));
        let word = selector(&send.selector, self.text);
        let counts = !self.gathering && to_self && self.findings.len() < MOST && !self.known.contains(&word);
        let Some(first) = send.selector.first().filter(|_| counts) else { return };
        let mut finding = Diagnostic::new(Gate::Audit, "unknown-name", format!("self does not understand '{word}'"));
        finding = finding.at(self.text, first.start as usize, first.text(self.text));
        let advice = self.advice(&word, send, outer);
        self.findings.push((first.start, finding.fix(advice)));
    }

    fn advice(&mut self, word: &str, send: &Send, outer: Option<&Send>) -> String {
        let after =
            outer.filter(|o| o.arguments.is_empty() && send.arguments.is_empty()).map(|o| selector(&o.selector, self.text));
        if let (Some(after), [first], Some(outer)) = (after.filter(|a| self.known.contains(a)), &send.selector[..], outer) {
            let whole = outer.selector.iter().fold(*first, |s, part| s.to(*part));
            self.edits.push((whole, format!("{after} {word}")));
            return format!("the receiver comes first: write ({after} {word}) in the place of ({word} {after})");
        }
        if let (Some(argument), [part]) = (send.arguments.first(), &send.selector[..]) {
            let argument = crate::text::line(argument.span.text(self.text), 40);
            let name = part.text(self.text).trim_end_matches(':').to_string();
            if self.known.contains(&argument) {
                let span = send.arguments.iter().fold(*part, |s, a| s.to(a.span));
                self.edits.push((span, format!("{argument} {name}")));
                return format!("the receiver comes first: perhaps ({argument} {name})");
            }
        }
        "use a slot of self, an argument, or a local between bars".into()
    }
}
