//! How what has been written is named where it is needed again, and how places are named for people.
//!
//! What must stay true: in a file whose module has a slot of the name of a global, the global is named from the lobby.

use super::emit::Emit;
use super::graph::{Body, Context, NodeId, Ref};
use super::plan::{Place, Step, Target};
use aura_syntax::write::{Expr, Level, quoted};

impl Emit<'_> {
    /// An expression as it must be written where the module has slots of its own.
    pub(super) fn seen(&self, e: Expr) -> Expr {
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
}
