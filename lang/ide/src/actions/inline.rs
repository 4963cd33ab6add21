//! A local whose value is put where the local is used.
//!
//! What must stay true: the value is evaluated as often as before, or it does not matter how often; nothing that happens between where it was and
//! where it is put changes it, or is changed by it.

use aura_syntax::tree::{Body, Expr, ExprKind, Init, Send, Slot, SlotList, SlotName};
use aura_syntax::visit::{self, Visit};

use super::extract::is_simple;
use super::{Action, ActionKind};
use crate::document::Document;
use crate::learned::with_surroundings;
use crate::path::{Node, path};
use crate::resolve::Here;
use crate::scope::{Local, LocalKind, Scope, Use, local_use, locals_at, uses};
use crate::target::{Target, target_at};
use crate::{Edit, Ide, Span};

impl Ide {
    /// The local at a place, replaced by its value.
    pub(super) fn inlining(&mut self, here: &Here, _: &str, range: Span) -> Option<Action> {
        let document = here.document.clone();
        let Some((_, Target::Local(local))) = target_at(&document, range.start) else { return None };
        let Scope::Body(body) = local.scope else { return None };
        let list = body.slots.as_ref()?;
        let is_it = |s: &&Slot| matches!(s.name, SlotName::Unary(name) if name == local.name);
        let slot = list.slots.iter().find(is_it)?;
        let found: Vec<Span> = {
            let all = uses(document.text(), &local);
            all.iter().all(|u| !u.is_write).then(|| all.iter().map(|u| u.span).collect())?
        };
        let value = match &slot.init {
            Init::Constant(e) | Init::Assignable(e) => e,
            Init::None | Init::Method(_) => return None,
        };
        let first = *found.first()?;
        if !is_plain(&value.kind) {
            let is_once = found.len() == 1 && !is_in_block(&document, first, body.span);
            if !is_once || !self.may_move(here, body, slot, value, first) {
                return None;
            }
        }
        let letters = document.letters(value.span);
        let put = if is_simple(&value.kind) { letters.to_string() } else { format!("({letters})") };
        let mut edits: Vec<Edit> = found.iter().map(|u| Edit::replace(*u, &put)).collect();
        edits.push(Edit::replace(without(&document, list, slot), ""));
        // What is said about the local is said where its value is now.
        if let Some(comment) = slot.comment {
            let at = beginning(&document, first);
            edits.push(Edit::insert(at, &format!("{} ", document.letters(comment))));
        }
        edits.sort_by_key(|e| e.span);
        let title = format!("put the value of '{}' where it is used", document.letters(local.name));
        Some(self.action(here, title, ActionKind::Inline, edits))
    }

    /// Whether nothing that happens between a local's declaration and its use has to do with its value, and the value's names mean the same there.
    fn may_move(&mut self, here: &Here, body: &Body, slot: &Slot, value: &Expr, to: Span) -> bool {
        let moved = self.happens(here, body, value.span);
        let between = self.happens(here, body, Span { start: slot.span.end, end: to.start });
        let is_apart = match moved.has_effects {
            true => !between.sends && !between.reads_variables,
            false => !between.has_effects,
        };
        // A value that is only made of constants and arguments is the same whatever happens.
        let is_fixed = !moved.sends && !moved.reads_variables;
        let changes =
            |a: &Happening, b: &Happening| a.written.iter().any(|name| b.read.contains(name) || b.written.contains(name));
        (is_apart || is_fixed) && !changes(&between, &moved) && !changes(&moved, &between) && moved.means_the_same(here, to)
    }

    /// What the messages that stand wholly in a range do.
    fn happens(&mut self, here: &Here, body: &Body, range: Span) -> Happening {
        let document = here.document.clone();
        let mut finder = Sends { range, found: Vec::new() };
        visit::inside_body(&mut finder, body);
        let mut all = Happening::default();
        for send in finder.found {
            let used = local_use(document.text(), &send);
            let local = used.and_then(|used| local_of(&document, used, used.span));
            all.names.extend(used.map(|used| (used, local.map(|l| l.name))));
            match (local, used) {
                (Some(local), Some(used)) if used.is_write => all.written.push(local.name),
                (Some(local), _) => {
                    all.read.push(local.name);
                    all.reads_variables |= local.kind == LocalKind::Variable;
                }
                (None, _) => {
                    all.sends = true;
                    all.has_effects |= self.has_effects(here, &send);
                }
            }
        }
        all
    }

    /// Whether a message may do more than make objects and answer. Where nobody knows what it means, it may.
    fn has_effects(&mut self, here: &Here, send: &Send) -> bool {
        let meant = self.meant(here, send);
        let harmless = aura_types::Effects::ALLOCATES;
        let is_harmless = |ide: &mut Self, m: &crate::resolve::Meant| {
            !m.is_write && ide.universe().effects(m.slot).possible.without(harmless).is_pure()
        };
        meant.is_empty() || !meant.iter().all(|m| is_harmless(self, m))
    }
}

/// What happens when code runs.
#[derive(Default)]
struct Happening {
    /// Locals, by where they are declared.
    read: Vec<Span>,
    written: Vec<Span>,
    reads_variables: bool,
    /// There are messages that are no locals.
    sends: bool,
    has_effects: bool,
    /// Names without a receiver, and the locals that they mean.
    names: Vec<(Use, Option<Span>)>,
}

impl Happening {
    /// Whether names mean the same locals at another place.
    fn means_the_same(&self, here: &Here, place: Span) -> bool {
        self.names.iter().all(|(used, local)| local_of(&here.document, *used, place).map(|l| l.name) == *local)
    }
}

/// The local that a name means at a place.
fn local_of(document: &Document, used: Use, place: Span) -> Option<Local<'_>> {
    let text = document.text();
    let local = locals_at(text, &document.parse().file, place).into_iter().find(|l| l.name.text(text) == used.span.text(text))?;
    (!used.is_write || local.kind == LocalKind::Variable).then_some(local)
}

/// The messages in a range.
struct Sends {
    range: Span,
    found: Vec<Send>,
}

impl Visit for Sends {
    fn send(&mut self, send: &Send, _: Option<&Send>) {
        let end = send.arguments.last().map_or(0, |a| a.span.end);
        let end = send.selector.iter().map(|part| part.end).fold(end, u32::max);
        let begin = send.selector.first().map_or(0, |part| part.start);
        if self.range.start <= begin && end <= self.range.end {
            self.found.push(send.clone());
        }
    }
}

/// Whether an expression is the same whenever it is evaluated.
fn is_plain(kind: &ExprKind) -> bool {
    matches!(kind, ExprKind::Integer | ExprKind::Float | ExprKind::String | ExprKind::SelfRef)
}

/// Whether a use is inside a block of the body, which may run at another time.
fn is_in_block(document: &Document, place: Span, body: Span) -> bool {
    let inner = |n: &Node| matches!(n, Node::Body(b) if b.span != body && b.span.start > body.start);
    path(&document.parse().file, place).iter().any(inner)
}

/// Where the statement, or the local, begins that a place is in.
fn beginning(document: &Document, place: Span) -> u32 {
    let nodes = path(&document.parse().file, place);
    let around = nodes.iter().rev().find_map(|n| match n {
        Node::Statement(statement) => Some(statement.span.start),
        Node::Slot(slot) => Some(slot.span.start),
        _ => None,
    });
    around.unwrap_or(place.start)
}

/// A slot with what belongs to it; all of the list if nothing else is in it.
fn without(document: &Document, list: &SlotList, slot: &Slot) -> Span {
    if list.slots.len() > 1 {
        return with_surroundings(document, list, slot);
    }
    let rest = document.text().get(list.span.end as usize..).unwrap_or("");
    let blank = rest.len() - rest.trim_start_matches(' ').len();
    Span { start: list.span.start, end: list.span.end + blank as u32 }
}
