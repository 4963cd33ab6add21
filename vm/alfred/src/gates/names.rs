//! Names that lead nowhere: messages to self or to nobody that neither the method, the receiver nor the file knows.
//!
//! The trial would find those that it comes to; this finds all, before anything runs, and can say more: a model that is used
//! to `abs(x)` writes `abs x`, which in Aura sends `x` to what `abs` answers. What must stay true: a name that could be
//! understood is never reported, so every local of the method counts everywhere in it.
//!
//! Not here: messages to other objects; what those understand, only the trial knows.

use std::collections::BTreeSet;

use aura_syntax::tree::{Expr, ExprKind, File, Receiver, Send, Slot, Span, selector};
use aura_syntax::visit::{self, Visit};

use super::scope::parameters;
use crate::answer::name;
use crate::diagnostic::{Diagnostic, Gate};
use crate::situation::Situation;

/// Findings that are reported.
const MOST: usize = 3;

/// The names in `source` (a method slot) that nothing understands.
pub fn unknown(source: &str, situation: &Situation) -> Vec<Diagnostic> {
    read(source, situation).0
}

/// What would make every unknown name in `source` known: receivers in the first place. Nothing if that mends not all of them.
pub(crate) fn better_receivers(source: &str, situation: &Situation) -> Option<Vec<(Span, String)>> {
    let (findings, edits) = read(source, situation);
    (!findings.is_empty() && edits.len() == findings.len()).then_some(edits)
}

/// The names that are known in `source`: what self understands, what the file has, and all locals of the method.
pub(crate) fn known_names(source: &str, situation: &Situation) -> BTreeSet<String> {
    let Ok(file) = super::parse::slots(source) else { return BTreeSet::new() };
    gathered(&file, source, situation).known
}

fn read(source: &str, situation: &Situation) -> (Vec<Diagnostic>, Vec<(Span, String)>) {
    let Ok(file) = super::parse::slots(source) else { return Default::default() };
    let mut reader = gathered(&file, source, situation);
    reader.gathering = false;
    reader.file(&file);
    reader.edits.sort_by_key(|e| e.0.start);
    reader.findings.sort_by_key(|f| f.0);
    (reader.findings.into_iter().map(|f| f.1).collect(), reader.edits)
}

/// A reader that has gathered all names.
fn gathered<'a>(file: &File, source: &'a str, situation: &Situation) -> Reader<'a> {
    let mut known: BTreeSet<String> = situation.understood.iter().cloned().collect();
    known.extend(situation.module.iter().flat_map(|s| [s.name.clone(), format!("{}:", s.name)]));
    known.insert(situation.selector.clone());
    known.extend(situation.learned_for_receiver().map(|l| l.selector.clone()));
    let mut reader = Reader { text: source, known, findings: Vec::new(), edits: Vec::new(), gathering: true };
    reader.file(file);
    reader
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

impl Visit for Reader<'_> {
    fn slot(&mut self, slot: &Slot) {
        if self.gathering {
            let name = name(slot, self.text);
            self.known.insert(format!("{name}:"));
            self.known.insert(name);
            self.known.extend(parameters(slot, self.text));
        }
        visit::inside_slot(self, slot);
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
}

impl Reader<'_> {
    /// The slots alone: what stands after them is none of the method.
    fn file(&mut self, file: &File) {
        file.slots.iter().for_each(|list| self.object(list));
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
