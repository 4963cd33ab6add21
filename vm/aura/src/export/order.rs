//! The order of files and of what stands in them, and the files' texts.
//!
//! A file comes after those that it needs, as far as that goes; what needs each other waits in `links.aura`, which comes last.
//!
//! What must stay true: the order of writing is the order of reading, so that what has been written is what is there.

use std::fmt::Write as _;

use super::emit::{Emit, Late, Prototype};
use super::graph::{Context, Holds, NodeId, Ref, SlotView};
use super::library::Changed;
use super::plan::{Place, Step, Target, inside};
use aura_syntax::write::{Expr, comment, quoted};

/// A file being written.
struct File {
    name: String,
    context: Context,
    units: Vec<usize>,
    begun: bool,
}

/// The writing.
pub(super) struct Order<'g> {
    pub(super) emit: Emit<'g>,
    changed: &'g [Changed],
    files: Vec<File>,
    file_of: Vec<usize>,
    /// What was put at names, in the order of writing.
    pub(super) roots: Vec<usize>,
    /// Finished texts, in order.
    pub(super) done: Vec<(String, String)>,
}

impl<'g> Order<'g> {
    pub(super) fn new(emit: Emit<'g>, changed: &'g [Changed]) -> Self {
        let mut files: Vec<File> = Vec::new();
        let mut file_of = Vec::new();
        for (u, unit) in emit.plan.units.iter().enumerate() {
            let at = files.iter().position(|f| f.name == unit.file).unwrap_or_else(|| {
                files.push(File { name: unit.file.clone(), context: unit.context, units: Vec::new(), begun: false });
                files.len() - 1
            });
            files[at].units.push(u);
            file_of.push(at);
        }
        Order { emit, changed, files, file_of, roots: Vec::new(), done: Vec::new() }
    }

    /// Writes everything.
    pub(super) fn run(&mut self) {
        (0..self.files.len()).for_each(|f| self.file(f));
        self.links();
    }

    fn file(&mut self, f: usize) {
        if std::mem::replace(&mut self.files[f].begun, true) {
            return;
        }
        let units = self.files[f].units.clone();
        let needed: Vec<usize> = units.iter().flat_map(|u| self.needs(*u)).map(|u| self.file_of[u]).collect();
        needed.into_iter().for_each(|f| self.file(f));
        self.emit.context = self.files[f].context;
        let mut text = String::new();
        let mut written = vec![false; self.emit.plan.units.len()];
        units.iter().for_each(|u| self.unit(*u, f, &mut written, &mut text));
        self.catch_up(&mut text);
        if !text.is_empty() {
            self.done.push((self.files[f].name.clone(), text));
        }
    }

    /// The units that something in this one refers to.
    fn needs(&self, u: usize) -> Vec<usize> {
        let e = &self.emit;
        let mut found = Vec::new();
        let mut todo: Vec<NodeId> = Vec::new();
        let mut refer = |r: &Ref, todo: &mut Vec<NodeId>| {
            if let Ref::Node(n) = r {
                if e.plan.unit_of[*n] == u { todo.push(*n) } else { found.push(e.plan.unit_of[*n]) }
            }
        };
        match &e.plan.units[u].target {
            Target::Module(n) | Target::Helper(n) => todo.push(*n),
            Target::Root(_, r) => refer(r, &mut todo),
            Target::Global(s) => held(std::slice::from_ref(s)).iter().for_each(|r| refer(r, &mut todo)),
            Target::Slots(_, slots) => held(slots).iter().for_each(|r| refer(r, &mut todo)),
        }
        let mut seen = std::collections::HashSet::new();
        while let Some(n) = todo.pop() {
            if !seen.insert(n) {
                continue;
            }
            if let Prototype::Node(p) = &e.prototypes[n] {
                refer(&Ref::Node(*p), &mut todo);
            }
            // Inside of an object only what is written in it belongs to the unit.
            inside(e.graph, n).iter().for_each(|(_, r, _)| refer(r, &mut todo));
        }
        found
    }

    fn unit(&mut self, u: usize, f: usize, written: &mut [bool], out: &mut String) {
        if std::mem::replace(&mut written[u], true) {
            return;
        }
        // A module's slots stand at the beginning of its file.
        let module = matches!(self.emit.plan.units[u].target, Target::Module(_));
        let needed = if module { Vec::new() } else { self.needs(u) };
        let needed: Vec<usize> = needed.into_iter().filter(|n| self.file_of[*n] == f).collect();
        needed.into_iter().for_each(|n| self.unit(n, f, written, out));
        let here = Place::Unit(u, None);
        match &self.emit.plan.units[u].target {
            Target::Module(m) => self.module(*m, out),
            Target::Helper(n) => {
                let text = self.emit.make(*n).map(|e| format!("exported _AddSlots: (| o{n} = {} |)\n\n", e.text));
                let late = Late::Root(u, Expr::primary(""), Ref::Node(*n));
                self.statement(text, late, out);
            }
            Target::Root(key, r) => {
                let text = self.emit.value(r, &here).map(|e| root(key, &e));
                self.roots.extend(text.is_some().then_some(u));
                self.statement(text, Late::Root(u, key.clone(), r.clone()), out);
            }
            Target::Global(s) => {
                let base = Expr::primary("globals");
                self.base_slots(u, base, usize::MAX, std::slice::from_ref(s), out);
            }
            Target::Slots(i, slots) => {
                let base = self.emit.base_name(*i);
                for name in &self.changed[*i].removed {
                    let _ = writeln!(out, "{} _RemoveSlot: {}", base.at(aura_syntax::write::Level::Unary), quoted(name));
                }
                self.base_slots(u, base, *i, slots, out);
                self.emit.base_waiting[*i] -= 1;
            }
        }
    }

    fn statement(&mut self, text: Option<String>, late: Late, out: &mut String) {
        match text {
            Some(text) => out.push_str(&text),
            None => self.emit.lates.push(late),
        }
        self.emit.end();
    }

    /// Slots of an object of the library.
    fn base_slots(&mut self, u: usize, base: Expr, i: usize, slots: &[SlotView], out: &mut String) {
        let mut texts = Vec::new();
        for s in slots {
            let done = self.emit.slot(s, &Place::Unit(u, Some(s.name.clone())));
            if done.is_none() {
                if i != usize::MAX {
                    self.emit.base_waiting[i] += 1;
                }
                self.emit.lates.push(Late::Base(u, base.clone(), i, s.clone()));
            }
            texts.push(done.unwrap_or_else(|| super::slots::placeholder(s)));
        }
        let text = super::slots::listed(slots, &texts);
        if !text.is_empty() {
            let _ = writeln!(out, "{}\n", base.keyword("_AddSlots:", &Expr::primary(format!("(|\n{text}|)"))).text);
        }
        self.emit.end();
    }

    /// The slots of a module, each of which may refer to those before it.
    fn module(&mut self, m: NodeId, out: &mut String) {
        let slots = self.emit.graph.nodes[m].slots.clone();
        let plain = slots.first().is_some_and(is_plain_parent);
        self.emit.created[m] = true;
        let mut texts = Vec::new();
        let own = if plain && slots.len() > 1 { &slots[1..] } else { &slots[..] };
        for s in own {
            let done = self.emit.slot(s, &Place::In(m, Step::Slot(s.name.clone())));
            if done.is_none() {
                self.emit.waiting[m] += usize::from(s.data.is_none());
                self.emit.lates.push(Late::Slot(m, s.clone()));
            }
            texts.push(done.unwrap_or_else(|| super::slots::placeholder(s)));
            self.emit.end();
        }
        let text = super::slots::listed(own, &texts);
        let _ = match plain {
            true => writeln!(out, "|\n{text}|\n"),
            // Its parent, which every module begins with, stands elsewhere or is another one.
            false => writeln!(out, "| parent* = lobby |\n\n_RemoveAllSlots\n_AddSlots: (|\n{text}|)\n"),
        };
    }

    /// Does what can be done by now.
    fn catch_up(&mut self, out: &mut String) -> bool {
        let mut any = false;
        loop {
            let mut progress = false;
            for late in std::mem::take(&mut self.emit.lates) {
                match self.late(&late) {
                    Some(text) => {
                        out.push_str(&text);
                        progress = true;
                    }
                    None => self.emit.lates.push(late),
                }
                self.emit.end();
            }
            any |= progress;
            if !progress {
                return any;
            }
        }
    }

    fn late(&mut self, late: &Late) -> Option<String> {
        let e = &mut self.emit;
        match late {
            Late::Slot(n, s) if e.created[*n] => {
                let here = Place::In(*n, Step::Slot(s.name.clone()));
                let name = e.name(*n);
                if let (Some(true), Holds::Value(r)) = (s.data, &s.holds) {
                    let v = e.value(r, &here)?;
                    return Some(format!("{}\n", name.keyword(&format!("{}:", s.name), &v).text));
                }
                let text = super::slots::listed(std::slice::from_ref(s), &[e.slot(s, &here)?]);
                e.waiting[*n] -= usize::from(s.data.is_none());
                Some(format!("{}\n", name.keyword("_AddSlots:", &Expr::primary(format!("(| {text} |)"))).text))
            }
            Late::Base(u, base, i, s) => {
                let text = e.slot(s, &Place::Unit(*u, Some(s.name.clone())))?;
                let text = super::slots::listed(std::slice::from_ref(s), &[text]);
                if *i != usize::MAX {
                    e.base_waiting[*i] -= 1;
                }
                Some(format!("{}\n", base.keyword("_AddSlots:", &Expr::primary(format!("(| {text} |)"))).text))
            }
            Late::Element(n, i, r) if e.created[*n] => {
                let v = e.value(r, &Place::In(*n, Step::Element(*i)))?;
                let parts = [("at:", Expr::integer(i.to_string())), ("Put:", v)];
                Some(format!("{}\n", e.name(*n).keywords(&parts).text))
            }
            Late::Rest(n, from) if e.created[*n] => Some(e.rest(*n, *from)),
            Late::Root(u, key, r) => {
                let v = e.value(r, &Place::Unit(*u, None))?;
                match (&e.plan.units[*u].target, r) {
                    (Target::Helper(_), Ref::Node(n)) => Some(format!("exported _AddSlots: (| o{n} = {} |)\n", v.text)),
                    _ => {
                        self.roots.push(*u);
                        Some(root(key, &v))
                    }
                }
            }
            Late::Entries(n, all, from) if e.created[*n] && e.entries_now => e.enter(*n, all, *from),
            _ => None,
        }
    }

    /// What needed something that came after it.
    fn links(&mut self) {
        self.emit.context = Context::Lobby;
        let mut text = String::new();
        for round in 0..3 {
            self.emit.entries_now = round > 0;
            self.catch_up(&mut text);
        }
        while !self.emit.lates.is_empty() {
            self.emit.forced = true;
            if !self.catch_up(&mut text) {
                break;
            }
        }
        for late in std::mem::take(&mut self.emit.lates) {
            self.emit.notes.push(format!("could not be written: {late:?}"));
        }
        if !text.is_empty() {
            let head = comment("What refers to something that stands in a later file.");
            self.done.push(("links".into(), format!("{head}\n\n{text}")));
        }
    }
}

fn root(key: &Expr, e: &Expr) -> String {
    let parts = [("at:", key.clone()), ("Put:", e.clone())];
    format!("{}\n\n", Expr::primary("image").keywords(&parts).text)
}

fn is_plain_parent(s: &SlotView) -> bool {
    let lobby = matches!(&s.holds, Holds::Value(Ref::Known(e)) if e.text == "lobby");
    s.name == "parent" && s.parent && s.data.is_none() && lobby && s.meta == aura_heap::SlotMeta::default()
}

fn held(slots: &[SlotView]) -> Vec<Ref> {
    slots.iter().filter_map(|s| if let Holds::Value(r) = &s.holds { Some(r.clone()) } else { None }).collect()
}
