//! What a file consists of, and where in a project something of a name is.

use std::collections::HashMap;
use std::rc::Rc;

use aura_syntax::tree::{ExprKind, Init, Slot, SlotList, selector};
use aura_types::{FileId, SlotId, SlotKind};

use crate::document::Document;
use crate::target::name_spans;
use crate::{Ide, Place, Span};

/// More are not found at once.
const MOST: usize = 256;

/// Something that has a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Symbol {
    /// Its selector.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it.
    pub span: Span,
    /// Its name.
    pub name_span: Span,
    /// What it consists of.
    pub children: Vec<Symbol>,
}

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
    /// A method.
    Method,
    /// An object literal.
    Object,
    /// A slot that can be assigned to.
    Slot,
    /// A constant slot.
    Constant,
    /// A parent.
    Parent,
}

/// A symbol of a project.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Its selector.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// Whose it is.
    pub holder: String,
    /// Where its name stands.
    pub place: Place,
}

impl Ide {
    /// What a file consists of.
    pub fn outline(&mut self, name: &str) -> Vec<Symbol> {
        let Some(document) = self.document(name) else { return Vec::new() };
        let file = &document.parse().file;
        let mut all: Vec<Symbol> = file.slots.iter().flat_map(|list| symbols(&document, list)).collect();
        // `traits list _AddSlots: (| … |)`
        for statement in &file.body {
            if let ExprKind::Send(send) = &statement.expr.kind
                && let [argument] = &send.arguments[..]
                && let ExprKind::Object(list) = &argument.kind
            {
                let name = document.letters(Span { start: statement.span.start, end: send.selector[0].start }).trim().to_string();
                let (name, kind) = (if name.is_empty() { "lobby".to_string() } else { name }, SymbolKind::Object);
                let name_span = Span { start: statement.span.start, end: send.selector[0].end };
                all.push(Symbol { name, kind, span: statement.span, name_span, children: symbols(&document, list) });
            }
        }
        all
    }

    /// Symbols of the project whose names have these letters, those that begin with them first.
    pub fn find_symbols(&mut self, query: &str) -> Vec<Found> {
        self.settle();
        let query = query.to_lowercase();
        let slots = self.universe().slots_named(|name| rank(name, &query).is_some());
        let universe = self.project.known();
        let mut files: HashMap<FileId, Rc<str>> = HashMap::new();
        let mut met: Vec<Met> = Vec::new();
        for slot in slots {
            let name = universe.slot_name(slot);
            let Some(rank) = rank(name, &query) else { continue };
            let Some((file, span)) = universe.slot_place(slot) else { continue };
            let file_name = files.entry(file).or_insert_with(|| self.name_of(file)).clone();
            met.push(Met { order: (universe.is_of_library(file), rank, name, file_name, span), slot });
        }
        met.sort_by(|a, b| a.order.cmp(&b.order));
        met.truncate(MOST);
        met.into_iter().map(|m| self.found(m)).collect()
    }

    /// What is told of a symbol.
    fn found(&self, met: Met<'_>) -> Found {
        let (universe, slot) = (self.project.known(), met.slot);
        let (_, _, name, file, span) = met.order;
        let kind = match universe.slot_kind(slot) {
            (_, true) => SymbolKind::Parent,
            (SlotKind::Method, _) => SymbolKind::Method,
            (SlotKind::Data, _) => SymbolKind::Slot,
            (SlotKind::Constant, _) if universe.object_in(slot).is_some() => SymbolKind::Object,
            (SlotKind::Constant, _) => SymbolKind::Constant,
        };
        let holder = universe.describe(slot.object).trim_matches('`').to_string();
        Found { name: name.to_string(), kind, holder, place: Place { file: file.to_string(), span } }
    }
}

/// A symbol whose name has the letters that are looked for.
struct Met<'n> {
    /// Users' files first, then the nearest names, then by name and place.
    order: (bool, u8, &'n str, Rc<str>, Span),
    slot: SlotId,
}

/// How a name goes with letters, in small ones, that are looked for: all of it, its begin, a part; or at least these letters in this order, the
/// first of them at the begin of one of its words.
fn rank(name: &str, query: &str) -> Option<u8> {
    // Nobody types the colons of `at:Put:`, but who does means them.
    let small = |text: &str| text.chars().filter(|c| *c != ':' || query.contains(':')).collect::<String>().to_lowercase();
    let name_of = small(name);
    match name_of.find(query) {
        Some(_) if name_of == *query => Some(0),
        Some(0) => Some(1),
        Some(_) => Some(2),
        None => has_letters(name, query).then_some(3),
    }
}

fn has_letters(name: &str, query: &str) -> bool {
    let begins_word = |i: usize, c: char| i == 0 || c.is_uppercase() || name[..i].ends_with(['_', ':']);
    let begins = name.char_indices().filter(|(i, c)| begins_word(*i, *c)).map(|(i, _)| &name[i..]);
    begins.into_iter().any(|rest| {
        let mut rest = rest.chars().flat_map(char::to_lowercase);
        let mut wanted = query.chars();
        wanted.next().is_some_and(|first| rest.next() == Some(first)) && wanted.all(|w| rest.any(|r| r == w))
    })
}

fn symbols(document: &Document, list: &SlotList) -> Vec<Symbol> {
    list.slots.iter().filter(|s| !s.is_argument).map(|s| symbol(document, s)).collect()
}

fn symbol(document: &Document, slot: &Slot) -> Symbol {
    let parts = name_spans(slot);
    let object = match &slot.init {
        Init::Constant(e) | Init::Assignable(e) => match &e.kind {
            ExprKind::Object(list) => Some(list),
            _ => None,
        },
        Init::None | Init::Method(_) => None,
    };
    let kind = match (&slot.init, object) {
        _ if slot.is_parent => SymbolKind::Parent,
        (Init::Method(_), _) => SymbolKind::Method,
        (_, Some(_)) => SymbolKind::Object,
        (Init::None | Init::Assignable(_), None) => SymbolKind::Slot,
        (Init::Constant(_), None) => SymbolKind::Constant,
    };
    let name_span = parts[0].to(parts[parts.len() - 1]);
    let children = object.map(|list| symbols(document, list)).unwrap_or_default();
    Symbol { name: selector(&parts, document.text()), kind, span: slot.span.to(name_span), name_span, children }
}
