//! Offers: which there are, and in which order.
//!
//! What must stay true: of slots of one name only the nearest is offered, since no other is found; nothing is put into words before it is known that
//! it will be offered; what is asked of a place only changes the order, and whoever types does not wait until all code has been looked at for that.

use aura_types::{ObjectId, SlotId, SlotInfo, SlotKind, TypeId};
use rustc_hash::FxHashSet;

use super::{Completion, Completions, Key, LastOffer, Offered};
use crate::evaluation::Evaluation;
use crate::words::parts;
use crate::{Ide, Span};

/// More are not offered; the rest comes when more letters are typed.
const MOST: usize = 600;

/// Slots whose code is looked at for what they answer: the nearest that do not say so, in files that are not large.
const MOST_LOOKED_AT: usize = 48;

/// Offers being collected.
pub(super) struct List<'i> {
    pub(super) ide: &'i mut Ide,
    /// The letters that were typed.
    pub(super) prefix: String,
    /// What is asked of the place, in code of this object.
    pub(super) wanted: Option<(TypeId, ObjectId)>,
    found: Vec<Found>,
    seen: FxHashSet<String>,
}

/// Something that has the letters that were typed.
struct Found {
    rank: Rank,
    candidate: Candidate,
    answer: Answer,
    wanted: Option<(TypeId, ObjectId)>,
}

/// What the value of an offer is.
#[derive(Clone, Copy)]
pub(super) enum Answer {
    /// Nobody has said.
    Unknown,
    /// Of this type.
    Of(TypeId),
    /// Whatever the slot answers to something of this type.
    To(TypeId),
}

/// What is offered first: the least.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Rank {
    /// It is hardly ever meant.
    is_minor: bool,
    fit: Fit,
    near: Near,
    /// Of those that begin with what was typed the shorter ones are nearer to it.
    length: usize,
}

/// How a name goes with the letters that were typed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Fit {
    /// They are all of it.
    Exact,
    /// It begins with them.
    Begin,
    /// It has them, in this order.
    Some,
}

/// How far away something is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Near {
    /// What a keyword message goes on with, the shortest first.
    Next(usize),
    /// Arguments, locals, and what else stands beside the cursor.
    Here,
    /// The receiver's own, its parents', and so on.
    Object(usize),
    /// The file's.
    Module(usize),
    /// Everybody's.
    Everywhere(usize),
    /// Prototypes, where a receiver is written out that hardly anybody would ask for one.
    Elsewhere,
}

/// Something that may be offered.
enum Candidate {
    Plain {
        label: String,
        kind: Offered,
    },
    /// What is assigned to by a message with a colon.
    Assigned {
        name: String,
        kind: Offered,
    },
    /// `skip` keywords of it stand there already.
    Slot {
        slot: SlotId,
        skip: usize,
    },
    AssignedSlot(SlotId),
    Evaluation(TypeId, Evaluation),
}

/// Something that was offered, to be described when that is wanted.
pub(crate) enum Told {
    Slot(SlotId),
    Evaluation(TypeId),
}

impl<'i> List<'i> {
    pub(super) fn new(ide: &'i mut Ide, prefix: String) -> Self {
        Self { ide, prefix, wanted: None, found: Vec::new(), seen: FxHashSet::default() }
    }

    /// The offers, the best first.
    pub(super) fn finish(mut self, span: Span) -> Completions {
        self.found.sort_by_key(|found| found.rank);
        let mut found: Vec<(bool, Found)> = Vec::new();
        let mut left = MOST_LOOKED_AT;
        for one in std::mem::take(&mut self.found) {
            found.push((self.is_expected(&one, &mut left), one));
        }
        // What fits comes first of what is as likely to be meant by its letters.
        found.sort_by_key(|(is_expected, one)| (one.rank.is_minor, one.rank.fit == Fit::Some, !is_expected));
        let is_incomplete = found.len() > MOST;
        found.truncate(MOST);
        let mut told = LastOffer { question: self.ide.offered.question.wrapping_add(1), told: Vec::new() };
        let item = |(is_expected, one): (bool, Found)| Completion { is_expected, ..self.item(one.candidate, &mut told) };
        let items = found.into_iter().map(item).collect();
        self.ide.offered = told;
        Completions { span, items, is_incomplete }
    }

    /// Whether the value of something is known to be what is asked of its place. So many slots may still be looked at for that.
    fn is_expected(&mut self, found: &Found, left: &mut usize) -> bool {
        let Some((wanted, holder)) = found.wanted else { return false };
        let universe = self.ide.universe();
        let answer = match (found.answer, &found.candidate) {
            (Answer::Of(type_), _) => type_,
            (Answer::To(receiver), Candidate::AssignedSlot(_)) => receiver,
            (Answer::To(receiver), Candidate::Slot { slot, .. }) => {
                if !universe.is_answer_known(*slot) {
                    let Some(rest) = left.checked_sub(1).filter(|_| universe.is_soon_found_out(*slot)) else { return false };
                    *left = rest;
                }
                universe.answer_to(receiver, *slot)
            }
            _ => return false,
        };
        universe.is_expected(answer, wanted, holder)
    }

    /// A word as it is.
    pub(super) fn plain(&mut self, label: &str, kind: Offered, near: Near) {
        self.value(label, kind, near, Answer::Unknown);
    }

    /// The same of something whose value is known.
    pub(super) fn value(&mut self, label: &str, kind: Offered, near: Near, answer: Answer) {
        self.add(label, near, false, answer, || Candidate::Plain { label: label.to_string(), kind });
    }

    /// An argument or a local.
    pub(super) fn local(&mut self, name: &str, kind: Offered, is_assignable: bool, answer: Answer) {
        self.value(name, kind, Near::Here, answer);
        if is_assignable {
            let label = format!("{name}:");
            // Assigning answers the receiver, which is self.
            self.add(&label, Near::Here, false, Answer::Of(TypeId::SELF), || Candidate::Assigned {
                name: name.to_string(),
                kind,
            });
        }
    }

    /// What runs a block, and what that answers.
    pub(super) fn evaluation(&mut self, block: TypeId, evaluation: Evaluation) {
        let selector = evaluation.selector.clone();
        let answer = self.ide.universe().block_parts(block).map_or(Answer::Unknown, |(_, result)| Answer::Of(result));
        self.add(&selector, Near::Object(0), false, answer, || Candidate::Evaluation(block, evaluation));
    }

    /// A slot, `skip` keywords of whose name stand there already, and what assigns to it.
    pub(super) fn slot(&mut self, slot: SlotId, near: Near, skip: usize, answer: Answer) {
        let known = self.ide.project.known();
        let name = known.slot_name(slot);
        // Operators are as soon typed, and what begins with `_` is not for programs.
        let shown = shown_part(name, skip);
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !fits(shown, &self.prefix) {
            return;
        }
        let (shown, is_minor) = (shown.to_string(), known.is_minor(slot));
        let is_assignable = skip == 0 && known.is_assignable(slot);
        self.add(&shown, near, is_minor, answer, || Candidate::Slot { slot, skip });
        if is_assignable {
            self.add(&format!("{shown}:"), near, is_minor, answer, || Candidate::AssignedSlot(slot));
        }
    }

    /// Everything that these objects have, the nearest first, sent to something of this type. `near` tells how near each is.
    pub(super) fn objects(&mut self, lineage: &[ObjectId], receiver: TypeId, near: impl Fn(usize, ObjectId) -> Near) {
        for (index, object) in lineage.iter().enumerate() {
            let near = near(index, *object);
            for slot in self.ide.project.known().slots_of(*object) {
                self.slot(slot, near, 0, Answer::To(receiver));
            }
        }
    }

    /// Adds what has the letters that were typed, unless something nearer has its name.
    fn add(&mut self, label: &str, near: Near, is_minor: bool, answer: Answer, candidate: impl FnOnce() -> Candidate) {
        let Some(fit) = fit(label, &self.prefix) else { return };
        if self.seen.contains(label) {
            return;
        }
        self.seen.insert(label.to_string());
        let length = if self.prefix.is_empty() { 0 } else { label.len() };
        let rank = Rank { is_minor, fit, near, length };
        self.found.push(Found { rank, candidate: candidate(), answer, wanted: self.wanted });
    }

    fn item(&mut self, candidate: Candidate, last: &mut LastOffer) -> Completion {
        match candidate {
            Candidate::Plain { label, kind } => {
                let snippet = escaped(&label);
                Completion { plain: label.clone(), label, kind, snippet, ..Completion::default() }
            }
            Candidate::Assigned { name, kind } => assignment(&name, kind, String::new(), None),
            Candidate::AssignedSlot(slot) => {
                let (name, from) = (self.ide.project.known().slot_name(slot).to_string(), self.holder(slot));
                assignment(&name, Offered::Slot, from, Some(last.key(Told::Slot(slot))))
            }
            Candidate::Slot { slot, skip } => {
                let (info, from) = (self.ide.universe().slot_info(slot), self.holder(slot));
                let kind = self.kind(slot, info.kind);
                let (snippet, plain) = insertion(&info, skip);
                let label = shown_part(&info.name, skip).to_string();
                Completion { label, kind, from, snippet, plain, key: Some(last.key(Told::Slot(slot))), is_expected: false }
            }
            Candidate::Evaluation(block, Evaluation { selector, parameters }) => {
                let info = SlotParts { name: &selector, parameters: &parameters };
                let (snippet, plain) = info.insertion(0);
                let key = Some(last.key(Told::Evaluation(block)));
                let (label, kind, from) = (selector, Offered::Method, "block".into());
                Completion { label, kind, from, snippet, plain, key, is_expected: false }
            }
        }
    }

    fn holder(&mut self, slot: SlotId) -> String {
        self.ide.project.known().describe(slot.object)
    }

    fn kind(&self, slot: SlotId, kind: SlotKind) -> Offered {
        match kind {
            SlotKind::Method => Offered::Method,
            _ if self.ide.project.known().object_in(slot).is_some() => Offered::Object,
            SlotKind::Data => Offered::Slot,
            SlotKind::Constant => Offered::Constant,
        }
    }
}

fn assignment(name: &str, kind: Offered, from: String, key: Option<Key>) -> Completion {
    let label = format!("{name}:");
    let snippet = format!("{label} ${{1:value}}");
    Completion { plain: format!("{label} "), label, kind, from, snippet, key, is_expected: false }
}

/// The keywords of a selector behind those that stand already.
fn shown_part(selector: &str, skip: usize) -> &str {
    let length = parts(selector).into_iter().take(skip).map(str::len).sum();
    selector.get(length..).unwrap_or("")
}

fn insertion(info: &SlotInfo, skip: usize) -> (String, String) {
    SlotParts { name: &info.name, parameters: &info.parameters }.insertion(skip)
}

/// A selector, and what its arguments are called.
struct SlotParts<'n> {
    name: &'n str,
    parameters: &'n [String],
}

impl SlotParts<'_> {
    /// `at: ${1:i} Put: ${2:v}`, and `at: ` for who knows no marks; without the first keywords.
    fn insertion(&self, skip: usize) -> (String, String) {
        if !self.name.contains(':') {
            return (escaped(self.name), self.name.to_string());
        }
        let all = parts(self.name);
        let mut snippet = Vec::new();
        for (i, part) in all.iter().enumerate().skip(skip) {
            let name = self.parameters.get(i).map_or("value", String::as_str);
            snippet.push(format!("{part} ${{{}:{}}}", i - skip + 1, escaped(name)));
        }
        let plain = all.get(skip).map_or(String::new(), |p| format!("{p} "));
        (snippet.join(" "), plain)
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}

/// How a name goes with letters that were typed: whether it has them in order, the first one first.
fn fit(name: &str, typed: &str) -> Option<Fit> {
    let begins = name.get(..typed.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(typed));
    match begins {
        true if name.len() == typed.len() => return Some(Fit::Exact),
        true => return Some(Fit::Begin),
        false => {}
    }
    let mut rest = name.chars().map(|c| c.to_ascii_lowercase());
    let mut typed = typed.chars().map(|c| c.to_ascii_lowercase());
    let first = typed.next()?;
    (rest.next() == Some(first) && typed.all(|t| rest.any(|r| r == t))).then_some(Fit::Some)
}

/// Whether a name has the letters that were typed.
pub(super) fn fits(name: &str, typed: &str) -> bool {
    fit(name, typed).is_some()
}
