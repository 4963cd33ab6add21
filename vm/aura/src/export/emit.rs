//! Objects as text: literals in place, and what has to be done later because something else must be there first.
//!
//! What must stay true: an expression names only what is there when it is evaluated. An object is there once the statement that makes it has ended;
//! a copy is made only of a prototype that has all its constant slots, so that both have the same map.
//!
//! Not here: the order of units and files (`order`).

use rustc_hash::{FxHashMap, FxHashSet};

use super::expr::{Expr, Level, comment, is_unary, quoted};
use super::graph::{Body, Context, Graph, Holds, NodeId, Ref, SlotView, Source};
use super::plan::{Place, Plan, Step, Target};

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
    fresh: Vec<NodeId>,
    /// Constant slots and methods that objects wait for.
    pub(super) waiting: Vec<usize>,
    /// The same for changed objects of the library.
    pub(super) base_waiting: Vec<usize>,
    pub(super) lates: Vec<Late>,
    pub(super) notes: Vec<String>,
    /// The module of the file that is being written.
    pub(super) context: Context,
    hidden: FxHashMap<NodeId, FxHashSet<String>>,
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
            fresh: Vec::new(),
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

    /// An expression as it must be written where the module has slots of its own.
    fn seen(&self, e: Expr) -> Expr {
        let Context::Module(m) = self.context else { return e };
        let word: String = e.text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if word.is_empty() || word == "lobby" || !self.hidden[&m].contains(&word) {
            return e;
        }
        let level = if e.level == Level::Primary { Level::Unary } else { e.level };
        Expr { text: format!("lobby {}", e.text), level }
    }

    /// The expression by which an object that is there is named.
    pub(super) fn name(&self, n: NodeId) -> Expr {
        match &self.plan.places[n] {
            Some(Place::Unit(u, slot)) => {
                let e = match (&self.plan.units[*u].target, slot) {
                    (Target::Module(m), _) if self.context == Context::Module(*m) => return Expr::primary("self"),
                    (Target::Module(_), _) => {
                        return Expr { text: format!("import: {}", quoted(&self.plan.units[*u].file)), level: Level::Keyword };
                    }
                    (Target::Helper(_), _) => Expr::primary("exported").unary(&format!("o{n}")),
                    (Target::Root(key, _), _) => Expr::primary("image").keyword("at:", key),
                    (Target::Global(s), _) => Expr { text: s.name.clone(), level: Level::Unary },
                    (Target::Slots(i, _), slot) => self.base_name(*i).unary(slot.as_deref().unwrap_or("parent")),
                };
                self.seen(e)
            }
            Some(Place::In(holder, step)) => {
                let e = self.name(*holder);
                match step {
                    Step::Slot(s) if e.text == "self" => Expr { text: s.clone(), level: Level::Unary },
                    Step::Slot(s) => e.unary(s),
                    Step::Element(i) => e.keyword("at:", &Expr::integer(i.to_string())),
                    Step::Entry(i) => match &self.graph.nodes[*holder].body {
                        Body::Entries(all) => match &all[*i].0 {
                            Ref::Known(k) => e.keyword("at:", k),
                            _ => e,
                        },
                        _ => e,
                    },
                    Step::Reflectee => e.unary("_MirrorReflectee"),
                }
            }
            None => Expr::primary("nil"),
        }
    }

    /// A changed object of the library.
    pub(super) fn base_name(&self, i: usize) -> Expr {
        self.base_names[i].clone()
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
            Ref::Node(n) if self.fresh.contains(n) => None,
            Ref::Node(n) if self.plan.places[*n].as_ref() == Some(here) => self.make(*n),
            Ref::Node(_) => None,
        }
    }

    /// Where something is, for people.
    pub(super) fn place_text(&self, p: &Place) -> String {
        match p {
            Place::Unit(u, slot) => match (&self.plan.units[*u].target, slot) {
                (Target::Global(s), _) => s.name.clone(),
                (Target::Root(key, _), _) => format!("image at: {}", key.text),
                (_, Some(s)) => s.clone(),
                _ => self.plan.units[*u].file.clone(),
            },
            Place::In(n, step) => {
                let step = match step {
                    Step::Slot(s) => format!(" {s}"),
                    Step::Element(i) | Step::Entry(i) => format!(" [{i}]"),
                    Step::Reflectee => String::new(),
                };
                format!("{}{step}", self.plan.places[*n].as_ref().map_or(String::new(), |p| self.place_text(p)))
            }
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
        self.fresh.push(n);
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
                _ => e.keyword("_AddSlots:", &Expr::primary(format!("(| {}{} <- {} |)", s.name, star(s), v.text))),
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
        Some(dressed(s, &bare))
    }

    fn collection(&mut self, n: NodeId) -> Expr {
        match &self.graph.nodes[n].body {
            Body::Elements(all) => self.vector(n, all),
            Body::Items(prototype, all) => {
                let empty = self.seen(Expr::primary(*prototype)).unary("copyRemoveAll");
                if all.is_empty() { empty } else { empty.keyword("addAll:", &self.vector(n, all)) }
            }
            Body::Bytes(bytes) => bytes_of(bytes),
            Body::Entries(all) => self.entries(n, all),
            _ => Expr::primary("nil"),
        }
    }

    fn vector(&mut self, n: NodeId, all: &[Ref]) -> Expr {
        if let Some(e) = self.filled(n, all) {
            return e;
        }
        let mut texts = Vec::new();
        for (i, r) in all.iter().enumerate() {
            texts.push(match self.value(r, &Place::In(n, Step::Element(i))) {
                Some(e) => e.text,
                None => {
                    self.lates.push(Late::Element(n, i, r.clone()));
                    "nil".into()
                }
            });
        }
        if texts.is_empty() { Expr::primary("{}") } else { Expr::primary(format!("{{ {} }}", texts.join(". "))) }
    }

    /// A vector most elements of which are the same: the others are put into it.
    fn filled(&mut self, n: NodeId, all: &[Ref]) -> Option<Expr> {
        let first = all.first()?;
        let others = all.iter().filter(|r| !same(r, first)).count();
        if all.len() < 8 || others > all.len() / 16 {
            return None;
        }
        let place = Place::In(n, Step::Element(0));
        let (fill, from) = match self.value(first, &place) {
            Some(e) if !matches!(first, Ref::Lost(_)) => (e, 1),
            _ => return None,
        };
        for (i, r) in all.iter().enumerate().skip(from).filter(|(_, r)| !same(r, first)) {
            self.lates.push(Late::Element(n, i, r.clone()));
        }
        let size = Expr::integer(all.len().to_string());
        Some(self.seen(Expr::primary("vector")).keywords(&[("copySize:", size), ("FillingWith:", fill)]))
    }

    /// A dictionary. Keys that have slots are entered at the very end, when they are what they will be.
    fn entries(&mut self, n: NodeId, all: &[(Ref, Ref)]) -> Expr {
        let empty = self.seen(Expr::primary("dictionary")).unary("copyRemoveAll");
        let mut texts = Vec::new();
        for (i, (k, v)) in all.iter().enumerate() {
            let here = Place::In(n, Step::Entry(i));
            let (Ref::Known(key), false) = (k, matches!(k, Ref::Node(_))) else {
                self.lates.push(Late::Entries(n, all.to_vec(), i));
                break;
            };
            let key = self.seen(key.clone());
            let value = self.value(v, &here).unwrap_or_else(|| {
                self.lates.push(Late::Entries(n, all[..=i].to_vec(), i));
                Expr::primary("nil")
            });
            texts.push(format!("{} -> {}", key.at(Level::Unary), value.at(Level::Unary)));
        }
        if texts.is_empty() { empty } else { empty.keyword("addAll:", &Expr::primary(format!("{{ {} }}", texts.join(". ")))) }
    }
}

fn same(a: &Ref, b: &Ref) -> bool {
    match (a, b) {
        (Ref::Known(a), Ref::Known(b)) => a.text == b.text,
        (Ref::Node(a), Ref::Node(b)) => a == b,
        _ => false,
    }
}

fn bytes_of(bytes: &[u8]) -> Expr {
    let byte = Expr::primary("byteVector");
    match bytes {
        [] => byte.keyword("copySize:", &Expr::primary("0")),
        [first, ..] if bytes.iter().all(|b| b == first) => byte.keywords(&[
            ("copySize:", Expr::integer(bytes.len().to_string())),
            ("FillingWith:", Expr::integer(first.to_string())),
        ]),
        _ => {
            let all: Vec<String> = bytes.iter().map(u8::to_string).collect();
            Expr::primary(format!("{{ {} }}", all.join(". "))).unary("asByteVector")
        }
    }
}

fn star(s: &SlotView) -> &'static str {
    if s.parent { "*" } else { "" }
}

fn sign(s: &SlotView) -> &'static str {
    if s.data.is_some() { "<-" } else { "=" }
}

fn declared(s: &SlotView, value: &str) -> String {
    let of_type = s.meta.type_text.as_deref().map_or(String::new(), |t| format!(" {t}"));
    format!("{}{}{of_type} {} {value}", s.name, star(s), sign(s))
}

/// Something in the place of a slot that will come.
pub(super) fn placeholder(s: &SlotView) -> String {
    if is_unary(&s.name) {
        return format!("{}{} {} nil.", s.name, star(s), sign(s));
    }
    // What takes arguments must be a method.
    let arguments: Vec<String> = match s.name.matches(':').count() {
        0 => return format!("{} other = ( nil ).", s.name),
        n => (0..n).map(|i| format!("a{i}")).collect(),
    };
    let parts: Vec<String> = s.name.split_inclusive(':').zip(&arguments).map(|(k, a)| format!("{k} {a}")).collect();
    format!("{} = ( nil ).", parts.join(" "))
}

/// With its comment.
fn dressed(s: &SlotView, bare: &str) -> String {
    match &s.meta.comment {
        Some(c) => format!("{}\n{bare}.", comment(c)),
        None => format!("{bare}."),
    }
}

/// Slots with the annotations around them.
pub(super) fn listed(slots: &[SlotView], texts: &[String]) -> String {
    let mut out = String::new();
    let mut around: Option<&str> = None;
    for (s, text) in slots.iter().zip(texts) {
        let own = s.meta.annotation.as_deref();
        if own != around {
            out.push_str(if around.is_some() { "}\n" } else { "" });
            out.push_str(&own.map_or(String::new(), |a| format!("{{ {}\n", quoted(a))));
            around = own;
        }
        out.push_str(text);
        out.push('\n');
    }
    out + if around.is_some() { "}\n" } else { "" }
}
