//! An image as the checker sees it: what it holds beyond the library, as live objects.
//!
//! Plain data, taken out of a machine that has the image open and has run nothing. What must stay true: the image is only read; objects
//! beyond a bound are not looked at, and what leads to them may be anything.
//!
//! Not here: how the checker takes them in (`aura_types::World`).

use std::collections::HashMap;

use aura_alfred::chronicle::{Chronicle, export};
use aura_heap::SlotKind as Kind;
use aura_run::{Fail, Vm};
use aura_types::{Handle, LiveSlot, LiveValue, SlotKind, World};

use crate::export::graph::{Body, Graph, Holds, NodeId, Ref, SlotView};
use crate::export::library::{Changed, Names, changes};
use aura_syntax::write::Expr;

/// Objects that are looked at, those nearest to the globals first.
const MOST: usize = 20_000;

/// The objects of an image.
pub struct Live {
    graph: Graph,
    /// What the image has changed in the library's objects, with their paths.
    added: Vec<(String, Vec<SlotView>)>,
    /// Where methods come from that were learned, by their selectors and sources.
    origins: HashMap<(String, String), String>,
}

impl Live {
    /// Looks at the image that a machine has open.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(vm: &mut Vm) -> Result<Self, Fail> {
        let names = Names::find(vm);
        let mut graph = Graph::default();
        let changed = changes(vm, &mut graph, &names)?;
        graph.walk_to(MOST, vm, &names)?;
        let added = changed.into_iter().filter_map(|c| Some((names.of(c.base)?.text, new_slots(vm, c)))).collect();
        Ok(Self { graph, added, origins: HashMap::new() })
    }

    /// The same, with what the image's chronicle says of methods that were learned in the place of their comments.
    #[must_use]
    pub fn told_by(mut self, chronicle: &Chronicle) -> Self {
        let methods = export::methods(chronicle).methods.into_iter();
        self.origins = methods.map(|(_, m)| ((m.selector, m.source.trim().to_string()), m.comment)).collect();
        self
    }

    fn slot(&self, view: &SlotView) -> LiveSlot {
        let kind = match (&view.holds, view.data) {
            (Holds::Method(_), _) => SlotKind::Method,
            (_, Some(true)) => SlotKind::Data,
            _ => SlotKind::Constant,
        };
        let value = match &view.holds {
            Holds::Method(source) => LiveValue::Method(source.text.clone()),
            Holds::Value(held) => self.value(held),
        };
        let type_ = view.meta.type_text.as_deref().filter(|_| kind != SlotKind::Method);
        let type_ = type_.and_then(|t| Some(t.trim().strip_prefix('<')?.strip_suffix('>')?.to_string()));
        let origin = match &value {
            LiveValue::Method(source) => self.origins.get(&(view.name.clone(), source.trim().to_string())),
            _ => None,
        };
        let comment = origin.cloned().or_else(|| view.meta.comment.as_deref().map(str::to_string));
        LiveSlot { name: view.name.clone(), kind, is_parent: view.parent, type_, value, comment }
    }

    fn value(&self, held: &Ref) -> LiveValue {
        match held {
            Ref::Known(e) => known(e),
            Ref::Node(node) => self.node(*node),
            Ref::Lost(_) => LiveValue::Unknown,
        }
    }

    fn node(&self, node: NodeId) -> LiveValue {
        match self.graph.seen(node).map(|n| &n.body) {
            Some(Body::Plain) => LiveValue::Object(node as Handle),
            Some(Body::Elements(_)) => LiveValue::Vector,
            Some(Body::Bytes(_)) => LiveValue::Like("byteVector".into()),
            Some(Body::Items(prototype, _)) => LiveValue::Like((*prototype).into()),
            Some(Body::Entries(_)) => LiveValue::Like("dictionary".into()),
            Some(Body::Block(..) | Body::Mirror(_) | Body::Lost(_)) | None => LiveValue::Unknown,
        }
    }
}

impl World for Live {
    fn slots(&self, object: Handle) -> Vec<LiveSlot> {
        let node = usize::try_from(object).ok().and_then(|n| self.graph.seen(n));
        node.map_or_else(Vec::new, |n| n.slots.iter().map(|s| self.slot(s)).collect())
    }

    fn path(&self, _object: Handle) -> Option<String> {
        // The library's objects are told by their paths at once; these are the user's.
        None
    }

    fn additions(&self) -> Vec<(String, Vec<LiveSlot>)> {
        self.added.iter().map(|(path, slots)| (path.clone(), slots.iter().map(|s| self.slot(s)).collect())).collect()
    }
}

/// What is new in an object of the library. A data slot that holds something else now is the one that the checker knows.
fn new_slots(vm: &Vm, changed: Changed) -> Vec<SlotView> {
    let before = vm.heap.map(vm.heap.original_map(changed.base));
    let is_old = |slot: &SlotView| {
        before.slots.iter().any(|s| matches!(s.kind, Kind::Data(_)) && **vm.heap.symbols.name(s.name) == *slot.name)
    };
    changed.slots.into_iter().filter(|s| s.data.is_none() || !is_old(s)).collect()
}

/// The kind of something that is written as it is: a literal, or a name in the library.
fn known(e: &Expr) -> LiveValue {
    let text = e.text.trim_start_matches('-');
    match e.text.as_str() {
        "nil" => return LiveValue::Nil,
        "true" | "false" => return LiveValue::Boolean,
        _ => {}
    }
    match text.chars().next() {
        Some('\'') => LiveValue::Text,
        Some(c) if c.is_ascii_digit() && text.contains(['.', 'e', 'E']) => LiveValue::Float,
        Some(c) if c.is_ascii_digit() => LiveValue::Integer,
        Some(c) if c.is_ascii_lowercase() => LiveValue::Like(e.text.clone()),
        _ => LiveValue::Unknown,
    }
}
