//! Vectors, byte vectors, lists and dictionaries as text.
//!
//! What must stay true: a key is entered when it is what it will be, since its hash may depend on its slots; so keys that have slots are entered at
//! the very end.

use super::emit::{Emit, Late, MANY};
use super::graph::{Body, NodeId, Ref};
use super::plan::{Place, Step};
use aura_syntax::write::{Expr, Level};

impl Emit<'_> {
    pub(super) fn collection(&mut self, n: NodeId) -> Expr {
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
        let part = self.part(n, all, 0);
        if all.len() <= MANY {
            return part;
        }
        self.lates.push(Late::Rest(n, MANY));
        match &self.graph.nodes[n].body {
            Body::Elements(_) => part.keyword("copySize:", &Expr::integer(all.len().to_string())),
            _ => part,
        }
    }

    /// The elements that one literal takes, from one on.
    fn part(&mut self, n: NodeId, all: &[Ref], from: usize) -> Expr {
        let mut texts = Vec::new();
        for (i, r) in all.iter().enumerate().skip(from).take(MANY) {
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

    /// Statements that put the elements from one on into a vector, or add them to a list.
    pub(super) fn rest(&mut self, n: NodeId, from: usize) -> String {
        let mut out = String::new();
        let (Body::Elements(all) | Body::Items(_, all)) = &self.graph.nodes[n].body else { return out };
        for from in (from..all.len()).step_by(MANY) {
            let part = self.part(n, all, from);
            let name = self.name(n);
            let put = match &self.graph.nodes[n].body {
                Body::Items(..) => name.keyword("addAll:", &part),
                _ => name.keywords(&[
                    ("replaceFrom:", Expr::integer(from.to_string())),
                    ("Length:", Expr::integer(MANY.min(all.len() - from).to_string())),
                    ("With:", part),
                    ("From:", Expr::primary("0")),
                ]),
            };
            out.push_str(&format!("{}\n", put.text));
            self.end();
        }
        out
    }

    /// Statements that enter what can be entered of a dictionary from one entry on, in the order of its entries.
    pub(super) fn enter(&mut self, n: NodeId, all: &[(Ref, Ref)], from: usize) -> Option<String> {
        let name = self.name(n);
        let mut out = String::new();
        for (i, (k, v)) in all.iter().enumerate().skip(from) {
            let here = Place::In(n, Step::Entry(i));
            let Some(parts) = self.value(k, &here).and_then(|k| Some([("at:", k), ("Put:", self.value(v, &here)?)])) else {
                if i > from {
                    self.lates.push(Late::Entries(n, all.to_vec(), i));
                }
                break;
            };
            out.push_str(&format!("{}\n", name.keywords(&parts).text));
            self.end();
        }
        (!out.is_empty()).then_some(out)
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
            let (Ref::Known(key), false) = (k, i >= MANY) else {
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
