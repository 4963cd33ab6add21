//! A local whose value is put where the local is used.

use aura_syntax::tree::{Init, SlotName};

use super::extract::is_simple;
use super::{Action, ActionKind};
use crate::path::{Node, path};
use crate::resolve::Here;
use crate::scope::{Scope, uses};
use crate::target::{Target, target_at};
use crate::{Edit, Ide, Span};

impl Ide {
    /// The local at a place, replaced by its value. Only a constant's value is there wherever the local is.
    pub(super) fn inlining(&mut self, here: &Here, _: &str, range: Span) -> Option<Action> {
        let document = here.document.clone();
        let Some((_, Target::Local(local))) = target_at(&document, range.start) else { return None };
        let Scope::Body(body) = local.scope else { return None };
        let list = body.slots.as_ref()?;
        let is_it = |s: &&aura_syntax::tree::Slot| matches!(s.name, SlotName::Unary(name) if name == local.name);
        let slot = list.slots.iter().find(is_it)?;
        let text = document.text();
        let found = uses(text, &local);
        let value = match &slot.init {
            Init::Constant(e) => e,
            Init::Assignable(e) if found.iter().all(|u| !u.is_write) => e,
            _ => return None,
        };
        let effects_once = found.len() == 1 || is_plain(&value.kind);
        if found.is_empty() || !effects_once || is_in_block(&document.parse().file, &found, body.span) && !is_plain(&value.kind) {
            return None;
        }
        let letters = document.letters(value.span);
        let put = if is_simple(&value.kind) { letters.to_string() } else { format!("({letters})") };
        let mut edits: Vec<Edit> = found.iter().map(|u| Edit::replace(u.span, &put)).collect();
        edits.push(Edit::replace(without(text, list.span, slot.span, list.slots.len()), ""));
        edits.sort_by_key(|e| e.span);
        let title = format!("put the value of '{}' where it is used", document.letters(local.name));
        Some(self.action(here, title, ActionKind::Inline, edits))
    }
}

/// Whether an expression is the same whenever it is evaluated.
fn is_plain(kind: &aura_syntax::tree::ExprKind) -> bool {
    use aura_syntax::tree::ExprKind::{Float, Integer, SelfRef, String};
    matches!(kind, Integer | Float | String | SelfRef)
}

/// Whether a use is inside a block of the body, which may run at another time.
fn is_in_block(file: &aura_syntax::tree::File, found: &[crate::scope::Use], body: Span) -> bool {
    found.iter().any(|u| {
        let inner =
            path(file, u.span).into_iter().filter(|n| matches!(n, Node::Body(b) if b.span != body && b.span.start > body.start));
        inner.count() > 0
    })
}

/// A slot with the period behind it; all of the list if nothing else is in it.
fn without(text: &str, list: Span, slot: Span, count: usize) -> Span {
    if count == 1 {
        let rest = text.get(list.end as usize..).unwrap_or("");
        let space = rest.len() - rest.trim_start_matches(' ').len();
        return Span { start: list.start, end: list.end + space as u32 };
    }
    let rest = text.get(slot.end as usize..list.end as usize).unwrap_or("");
    let period = rest.find('.').filter(|i| rest[..*i].trim().is_empty()).map_or(0, |i| i + 1);
    let space = rest[period..].len() - rest[period..].trim_start_matches(' ').len();
    Span { start: slot.start, end: slot.end + (period + space) as u32 }
}
