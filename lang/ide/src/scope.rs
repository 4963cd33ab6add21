//! Locals: which of them a place sees, where one is used.
//!
//! A method sees its arguments, its locals, and those of the blocks around; the methods of an object that is written in code see none of what is
//! around the object, while its first values see all of it.

use aura_syntax::tree::{Body, File, Init, Parameter, Receiver, Send, Slot, SlotList, SlotName};
use aura_syntax::visit::{self, Visit};
use rustc_hash::FxHashSet;

use crate::Span;
use crate::path::{Node, parameters, path};

/// An argument or a local.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Local<'t> {
    /// Its name.
    pub(crate) name: Span,
    pub(crate) kind: LocalKind,
    /// The method or body that it belongs to.
    pub(crate) scope: Scope<'t>,
}

/// What a local is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LocalKind {
    /// Of a method or a block.
    Argument,
    /// Can be assigned to.
    Variable,
    /// Cannot.
    Constant,
}

/// Where a local is seen.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scope<'t> {
    /// In a method: its header's parameters.
    Method(&'t Slot),
    /// In a body: its own slots.
    Body(&'t Body),
}

/// The locals that are seen from a place, innermost first; hidden ones are left out.
pub(crate) fn locals_at<'t>(text: &str, file: &'t File, place: Span) -> Vec<Local<'t>> {
    let mut all: Vec<Local> = Vec::new();
    let nodes = path(file, place);
    for (i, node) in nodes.iter().enumerate() {
        match node {
            Node::Slot(slot) if matches!(slot.init, Init::Method(_)) => {
                all.clear();
                all.extend(parameters(slot).iter().map(|p| parameter(p, slot)));
            }
            // The list of slots in a module or an object; what it holds first sees what is around it.
            Node::Body(body) => {
                let inside = match (nodes.get(i + 1), nodes.get(i + 2)) {
                    (Some(Node::List(_)), Some(Node::Slot(slot))) => Some(*slot),
                    _ => None,
                };
                let list = body.slots.iter().flat_map(|l| &l.slots);
                all.extend(list.filter(|s| inside.is_none_or(|i| sees(i, s, place))).filter_map(|s| local(s, body)));
            }
            _ => {}
        }
    }
    all.reverse();
    let mut seen = FxHashSet::default();
    all.retain(|l| seen.insert(l.name.text(text)));
    all
}

/// Whether a place inside a local's declaration sees a local of the same list: first values see those before them, and no name sees more than
/// itself.
fn sees(inside: &Slot, other: &Slot, place: Span) -> bool {
    let is_in_value = match &inside.init {
        Init::Constant(e) | Init::Assignable(e) => e.span.start <= place.start,
        Init::None | Init::Method(_) => false,
    };
    other.span.start < inside.span.start || other.span == inside.span && !is_in_value
}

fn parameter<'t>(parameter: &'t Parameter, slot: &'t Slot) -> Local<'t> {
    Local { name: parameter.name, kind: LocalKind::Argument, scope: Scope::Method(slot) }
}

fn local<'t>(slot: &'t Slot, body: &'t Body) -> Option<Local<'t>> {
    let SlotName::Unary(name) = slot.name else { return None };
    let kind = match (&slot.init, slot.is_argument) {
        (_, true) => LocalKind::Argument,
        (Init::Constant(_) | Init::Method(_), _) => LocalKind::Constant,
        (Init::None | Init::Assignable(_), _) => LocalKind::Variable,
    };
    Some(Local { name, kind, scope: Scope::Body(body) })
}

/// A use of a local.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Use {
    /// The name, without a colon.
    pub(crate) span: Span,
    /// Something is assigned to it.
    pub(crate) is_write: bool,
}

/// The name that a message would mean if there were such a local: that of `x` and `x: e`, with where it stands.
pub(crate) fn local_use(text: &str, send: &Send) -> Option<Use> {
    if !matches!(send.receiver, Receiver::Implicit) {
        return None;
    }
    let [part] = &send.selector[..] else { return None };
    match (part.text(text).strip_suffix(':'), &send.arguments[..]) {
        (None, []) => Some(Use { span: *part, is_write: false }),
        (Some(name), [_]) if !name.is_empty() => {
            let span = Span { start: part.start, end: part.end - 1 };
            Some(Use { span, is_write: true })
        }
        _ => None,
    }
}

/// Every use of a local, its declaration not among them, in the order of the text.
pub(crate) fn uses(text: &str, local: &Local) -> Vec<Use> {
    let mut finder =
        Uses { text, name: local.name.text(text), found: Vec::new(), is_writable: local.kind == LocalKind::Variable };
    match local.scope {
        Scope::Method(slot) => {
            if let Init::Method(body) = &slot.init {
                finder.body(body);
            }
        }
        Scope::Body(body) => visit::inside_body(&mut finder, body),
    }
    finder.found.sort_by_key(|u| u.span);
    finder.found
}

struct Uses<'t> {
    text: &'t str,
    name: &'t str,
    found: Vec<Use>,
    is_writable: bool,
}

impl Visit for Uses<'_> {
    fn object(&mut self, list: &SlotList) {
        // An object's methods see nothing of what is around it.
        for slot in list.slots.iter().filter(|s| !matches!(s.init, Init::Method(_))) {
            self.slot(slot);
        }
    }

    fn body(&mut self, body: &Body) {
        let hides = |slot: &Slot| matches!(slot.name, SlotName::Unary(name) if name.text(self.text) == self.name);
        if !body.slots.iter().flat_map(|l| &l.slots).any(hides) {
            visit::inside_body(self, body);
        }
    }

    fn send(&mut self, send: &Send, _: Option<&Send>) {
        if let Some(found) = local_use(self.text, send)
            && found.span.text(self.text) == self.name
            && (self.is_writable || !found.is_write)
        {
            self.found.push(found);
        }
    }
}

/// Whether a name is used without a receiver in a range, so that a local of that name would take its place.
pub(crate) fn is_used_in(text: &str, file: &File, range: Span, name: &str) -> bool {
    struct Names<'t>(&'t str, &'t str, Span, bool);
    impl Visit for Names<'_> {
        fn send(&mut self, send: &Send, _: Option<&Send>) {
            if let Some(found) = local_use(self.0, send) {
                let is_inside = self.2.start <= found.span.start && found.span.end <= self.2.end;
                self.3 |= is_inside && found.span.text(self.0) == self.1;
            }
        }
    }
    let mut names = Names(text, name, range, false);
    visit::file(&mut names, file);
    names.3
}
