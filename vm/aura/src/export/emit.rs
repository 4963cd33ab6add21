//! Objects as text: literals in place, and what has to be done later because something else must be there first.
//!
//! What must stay true: an expression names only what is there when it is evaluated. An object is there once the statement that makes it has ended;
//! a copy is made only of a prototype that has all its constant slots, so that both have the same map.
//!
//! Not here: the order of units and files (`order`).

use rustc_hash::{FxHashMap, FxHashSet};

use super::graph::{Body, Context, Graph, Holds, NodeId, Ref, SlotView, Source};
use super::plan::{Place, Plan, Step};
use super::slots::{declared, listed, placeholder, sign, star};
use aura_syntax::write::{Expr, comment, quoted};

/// How many objects a statement makes, and how many elements a literal has: the compiler takes no end of them.
pub(super) const MANY: usize = 200;

/// What a copy is made from.
#[derive(Clone)]
pub(super) enum Prototype {
    /// The object itself is the first of its kind.
    Own,
    /// Another object of the user's.
    Node(NodeId),
    /// An object of the library.
    Base(Expr, usize),
}

/// What has to be done when it can be.
#[derive(Clone, Debug)]
pub(super) enum Late {
    /// A slot of an object.
    Slot(NodeId, SlotView),
    /// A slot of a changed object of the library.
    Base(usize, Expr, usize, SlotView),
    /// An element.
    Element(NodeId, usize, Ref),
    /// The elements from one on, of a vector or list that is too long for one literal.
    Rest(NodeId, usize),
    /// The entries of a dictionary.
    Entries(NodeId, Vec<(Ref, Ref)>, usize),
    /// What was put at a name of the image.
    Root(usize, Expr, Ref),
}

/// See the module's comment.
pub(super) struct Emit<'g> {
    pub(super) graph: &'g Graph,
    pub(super) plan: &'g Plan,
    pub(super) prototypes: Vec<Prototype>,
    /// Names of the changed objects of the library.
    pub(super) base_names: Vec<Expr>,
    pub(super) created: Vec<bool>,
    /// Made by the statement that is being written.
    fresh: FxHashSet<NodeId>,
    /// Constant slots and methods that objects wait for.
    pub(super) waiting: Vec<usize>,
    /// The same for changed objects of the library.
    pub(super) base_waiting: Vec<usize>,
    pub(super) lates: Vec<Late>,
    pub(super) notes: Vec<String>,
    /// The module of the file that is being written.
    pub(super) context: Context,
    pub(super) hidden: FxHashMap<NodeId, FxHashSet<String>>,
    /// Nothing else can be done: copies are written as objects of their own.
    pub(super) forced: bool,
    /// The last round: hash tables are filled.
    pub(super) entries_now: bool,
}

impl<'g> Emit<'g> {
    pub(super) fn new(graph: &'g Graph, plan: &'g Plan, base_names: Vec<Expr>, prototypes: Vec<Prototype>) -> Self {
        let n = graph.nodes.len();
        let names = |m: &NodeId| graph.nodes[*m].slots.iter().map(|s| s.name.clone()).filter(|s| s != "parent").collect();
        Emit {
            graph,
            plan,
            prototypes,
            created: vec![false; n],
            fresh: FxHashSet::default(),
            waiting: vec![0; n],
            base_waiting: vec![1; base_names.len()],
            base_names,
            lates: Vec::new(),
            notes: Vec::new(),
            context: Context::Lobby,
            hidden: graph.modules.keys().map(|m| (*m, names(m))).collect(),
            forced: false,
            entries_now: false,
        }
    }

    /// A statement has ended.
    pub(super) fn end(&mut self) {
        for n in std::mem::take(&mut self.fresh) {
            self.created[n] = true;
        }
    }

    /// What a reference is now: in place, by name, or not yet.
    pub(super) fn value(&mut self, r: &Ref, here: &Place) -> Option<Expr> {
        match r {
            Ref::Known(e) => Some(self.seen(e.clone())),
            Ref::Lost(why) => {
                self.notes.push(format!("{}: {why}", self.place_text(here)));
                Some(Expr::primary(format!("nil {}", comment(&format!("Not written: {why}.")))))
            }
            Ref::Node(n) if self.created[*n] => Some(self.name(*n)),
            Ref::Node(n) if self.fresh.contains(n) || self.fresh.len() >= MANY => None,
            Ref::Node(n) if self.plan.places[*n].as_ref() == Some(here) => self.make(*n),
            Ref::Node(_) => None,
        }
    }

    /// Makes an object in the statement that is being written. Nothing if that cannot be done yet.
    pub(super) fn make(&mut self, n: NodeId) -> Option<Expr> {
        if !self.forced && !self.suits(n) {
            return None;
        }
        let node = &self.graph.nodes[n];
        let e = match &node.body {
            Body::Plain => match self.prototypes[n].clone() {
                Prototype::Own => self.literal(n),
                prototype => match self.copied(&prototype) {
                    Some(p) => self.copy(n, &p),
                    None if self.forced => {
                        self.notes.push(format!(
                            "{}: written as an object of its own, since what it is a copy of holds it",
                            self.plan.places[n].as_ref().map_or(String::new(), |p| self.place_text(p))
                        ));
                        self.prototypes[n] = Prototype::Own;
                        self.literal(n)
                    }
                    None => return None,
                },
            },
            Body::Mirror(r) => {
                let on = self.value(r, &Place::In(n, Step::Reflectee))?;
                on.unary("_Mirror")
            }
            Body::Block(source, this) => self.block(n, source, this.as_ref())?,
            Body::Lost(why) => {
                let place = self.plan.places[n].clone().unwrap_or(Place::In(n, Step::Reflectee));
                self.notes.push(format!("{}: {why}", self.place_text(&place)));
                Expr::primary(format!("nil {}", comment(&format!("Not written: {why}."))))
            }
            _ => self.collection(n),
        };
        self.fresh.insert(n);
        if matches!(node.body, Body::Plain) || node.slots.is_empty() { Some(e) } else { Some(self.with_slots(n, e)) }
    }

    /// Whether an object can be made in this file: its code must be of the file's module.
    fn suits(&self, n: NodeId) -> bool {
        super::plan::context_of(self.graph, n).is_none_or(|c| c == self.context || !self.only(n, c))
    }

    /// Whether all code of an object is of one module.
    fn only(&self, n: NodeId, c: Context) -> bool {
        let methods = self.graph.nodes[n].slots.iter().all(|s| !matches!(&s.holds, Holds::Method(m) if m.context != c));
        methods && self.plan.units[self.plan.unit_of[n]].context == c
    }

    /// The prototype, if copies of it have its map already.
    fn copied(&self, p: &Prototype) -> Option<Expr> {
        match p {
            Prototype::Node(p) if self.created[*p] && self.waiting[*p] == 0 => Some(self.name(*p)),
            Prototype::Base(e, i) if *i == usize::MAX || self.base_waiting[*i] == 0 => Some(self.seen(e.clone())),
            _ => None,
        }
    }

    fn block(&mut self, n: NodeId, source: &Source, this: Option<&Ref>) -> Option<Expr> {
        let me = match this {
            None => true,
            Some(Ref::Known(e)) => e.text == "lobby" && self.context == Context::Lobby,
            Some(Ref::Node(m)) => self.context == Context::Module(*m),
            Some(Ref::Lost(_)) => false,
        };
        if me {
            return (self.forced || source.context == self.context).then(|| Expr::primary(source.text.clone()));
        }
        let this = self.value(this?, &Place::In(n, Step::Reflectee))?;
        Some(Expr::string(&source.text).keywords(&[("_Evaluate:", this), ("Named:", Expr::string("block"))]))
    }

    /// `(| … |)`
    fn literal(&mut self, n: NodeId) -> Expr {
        let node = &self.graph.nodes[n];
        let slots = self.slot_texts(n, &node.slots);
        match (&node.annotation, slots.is_empty()) {
            (None, true) => Expr::primary("()"),
            (Some(a), _) => Expr::primary(format!("(| {{}} = {}. {slots} |)", quoted(a))),
            (None, false) => Expr::primary(format!("(| {slots} |)")),
        }
    }

    /// `(prototype _Clone x: 1) y: 2`
    fn copy(&mut self, n: NodeId, prototype: &Expr) -> Expr {
        let mut e = prototype.unary("_Clone");
        for s in self.graph.nodes[n].slots.iter().filter(|s| s.data.is_some()) {
            let Holds::Value(r) = &s.holds else { continue };
            let v = match self.value(r, &Place::In(n, Step::Slot(s.name.clone()))) {
                Some(v) => v,
                None => {
                    self.lates.push(Late::Slot(n, s.clone()));
                    Expr::primary("nil")
                }
            };
            e = match s.data {
                Some(true) => e.keyword(&format!("{}:", s.name), &v),
                _ => e.keyword("_AddSlots:", &Expr::primary(format!("(| {}{} {} {} |)", s.name, star(s), sign(s), v.text))),
            };
        }
        e
    }

    fn with_slots(&mut self, n: NodeId, e: Expr) -> Expr {
        let slots = self.slot_texts(n, &self.graph.nodes[n].slots);
        e.keyword("_AddSlots:", &Expr::primary(format!("(| {slots} |)")))
    }

    /// Slots of an object that is being made; what cannot be written yet has its place kept.
    fn slot_texts(&mut self, n: NodeId, slots: &[SlotView]) -> String {
        let mut texts = Vec::new();
        for s in slots {
            texts.push(match self.slot(s, &Place::In(n, Step::Slot(s.name.clone()))) {
                Some(text) => text,
                None => {
                    self.waiting[n] += usize::from(s.data.is_none());
                    self.lates.push(Late::Slot(n, s.clone()));
                    placeholder(s)
                }
            });
        }
        listed(slots, &texts)
    }

    /// A slot as it is written in a slot list, with a period behind it.
    pub(super) fn slot(&mut self, s: &SlotView, here: &Place) -> Option<String> {
        let bare = match &s.holds {
            Holds::Method(m) if m.context == self.context || self.forced => m.text.clone(),
            Holds::Method(_) => return None,
            Holds::Value(r) => declared(s, &self.value(r, here)?.text),
        };
        Some(super::slots::dressed(s, &bare))
    }
}
