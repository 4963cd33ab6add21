//! What values and stacks look like to a person, told by the machine itself, without running any code: for traces, errors, prompts.

use aura_heap::{Kind, SlotKind, Value};

use crate::process::Process;
use crate::vm::Vm;

/// Longest text of a value in a description, in characters.
const LONGEST: usize = 60;

impl Vm {
    /// A short description of any value.
    pub fn describe(&self, v: Value) -> String {
        let s = &self.specials;
        if let Some(i) = v.as_int() {
            return i.to_string();
        }
        if let Some(f) = self.heap.as_float(v) {
            return float_text(f);
        }
        for (special, name) in [(s.nil, "nil"), (s.true_, "true"), (s.false_, "false"), (s.lobby, "lobby"), (s.traits, "traits")]
        {
            if v == special {
                return name.into();
            }
        }
        match self.heap.kind(v) {
            Some(Kind::String) => quoted(self.heap.text(v)),
            // Digits take time, more than anybody has for a description.
            Some(Kind::Big) if self.heap.big_words(v) > 64 => format!("an integer of {} bits", self.heap.big_words(v) * 64),
            Some(Kind::Big) => clip(&self.heap.as_big(v).map_or(String::new(), |b| b.to_string())),
            Some(Kind::Vector) => format!("a vector of {}", self.heap.length(v)),
            Some(Kind::Bytes) => format!("a byteVector of {}", self.heap.length(v)),
            Some(Kind::Block) => "a block".into(),
            Some(Kind::Method) => self.code_of(v).map_or("a method".into(), |c| format!("the method '{}'", c.code().name)),
            Some(Kind::Box) => "a mirror".into(),
            Some(Kind::Foreign) => self.foreign_name(v).into(),
            _ => self.path_of(v).unwrap_or_else(|| match self.prototype_name(v) {
                Some(n) => format!("{} {n}", if n.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }),
                None => "an object".into(),
            }),
        }
    }

    fn foreign_name(&self, v: Value) -> &'static str {
        let m = self.heap.map_of(v);
        if m == self.heap.kind_maps.process {
            "a process"
        } else if m == self.heap.kind_maps.semaphore {
            "a semaphore"
        } else {
            "a foreign object"
        }
    }

    pub(crate) fn constants(&self, o: Value) -> Vec<(String, Value)> {
        let m = self.heap.map(self.heap.map_of(o));
        m.slots
            .iter()
            .filter_map(|s| match s.kind {
                SlotKind::Constant(c) => Some((self.heap.symbols.name(s.name).to_string(), c)),
                SlotKind::Data(i) if self.heap.kind(o) == Some(Kind::Plain) => {
                    Some((self.heap.symbols.name(s.name).to_string(), self.heap.data(o, i)))
                }
                _ => None,
            })
            .collect()
    }

    /// The expression that names an object from the lobby or from a module: `traits list`, `point`.
    pub fn path_of(&self, v: Value) -> Option<String> {
        if v == self.specials.lobby {
            return Some("lobby".into());
        }
        let named = |o: Value| self.constants(o).into_iter().find(|(_, c)| *c == v).map(|(n, _)| n);
        for m in self.modules.values().copied().filter(|m| *m != self.specials.lobby) {
            if let Some(n) = named(m).filter(|n| n != "parent") {
                return Some(n);
            }
            for (n, inner) in self.constants(m) {
                if n != "parent"
                    && self.heap.is_kind(inner, Kind::Plain)
                    && let Some(k) = named(inner).filter(|k| k != "parent")
                {
                    return Some(format!("{n} {k}"));
                }
            }
        }
        if let Some(n) = named(self.specials.traits) {
            return Some(format!("traits {n}"));
        }
        for (n, inner) in self.constants(self.specials.lobby) {
            if inner == v {
                return Some(n);
            }
            if matches!(n.as_str(), "globals" | "mixins")
                && let Some(k) = named(inner)
            {
                return Some(if n == "globals" { k } else { format!("{n} {k}") });
            }
        }
        None
    }

    /// The name of the prototype that an object was cloned from, as far as its map and parents tell.
    pub fn prototype_name(&self, v: Value) -> Option<String> {
        let map = self.heap.map_of(v);
        for m in self.modules.values().copied().chain(self.global_constant_ref("globals")) {
            for (n, c) in self.constants(m) {
                if c.is_ref() && n != "parent" && self.heap.map_of(c) == map && self.heap.kind(c) == Some(Kind::Plain) {
                    return Some(n);
                }
            }
        }
        let m = self.heap.map(map);
        m.parents.iter().find_map(|i| match m.slots[*i as usize].kind {
            SlotKind::Constant(p) => {
                self.path_of(p).map(|n| n.trim_start_matches("traits ").to_string()).filter(|n| n != "lobby")
            }
            _ => None,
        })
    }

    /// Where globals are.
    pub(crate) fn global_place(&self) -> Option<Value> {
        self.global_constant_ref("globals")
    }

    fn global_constant_ref(&self, name: &str) -> Option<Value> {
        let s = self.heap.symbols.find(name)?;
        match self.heap.map(self.heap.map_of(self.specials.lobby)).find(s)?.kind {
            SlotKind::Constant(v) => Some(v),
            _ => None,
        }
    }

    /// What a condition (or anything else that a process ended with) says.
    pub fn condition_text(&mut self, v: Value) -> String {
        if let Some(t) = self.heap.as_text(v) {
            return t.to_string();
        }
        match self.global_constant(v, "message").and_then(|m| self.heap.as_text(m).map(str::to_string)) {
            Some(m) => m,
            None => self.describe(v),
        }
    }

    /// The activations of a process, innermost first, at most `most`.
    pub fn trace(&self, p: &Process, most: usize) -> String {
        let mut out = String::new();
        let shown = p.depth.min(most);
        for k in (p.depth - shown..p.depth).rev() {
            let f = &p.frames[k];
            let code = f.code.code();
            if &*code.name == "start" {
                continue;
            }
            let last = (f.pc as usize).saturating_sub(1).min(code.spans.len().saturating_sub(1));
            let (line, column) = code.spans.get(last).map_or((0, 0), |s| place(&code.origin.text, s.0));
            let what = match code.kind {
                aura_code::CodeKind::TopLevel => "top level".to_string(),
                aura_code::CodeKind::Method => {
                    format!("'{}' of {}", code.name, self.describe(p.stack[f.base as usize]))
                }
                _ => format!("a block in '{}'", f.code.method().code().name),
            };
            out.push_str(&format!("  in {what} ({}:{line}:{column})\n", code.origin.file));
        }
        if p.depth > shown {
            out.push_str(&format!("  … and {} more\n", p.depth - shown));
        }
        out
    }

    /// The source text of a method, if `v` is one.
    pub fn source_of(&self, v: Value) -> Option<String> {
        let c = self.code_of(v)?;
        let code = c.code();
        code.origin.text.get(code.span.0 as usize..code.span.1 as usize).map(str::to_string)
    }

    /// Whether something is code that a model wrote.
    pub fn is_generated(&self, v: Value) -> bool {
        self.code_of(v).is_some_and(|c| c.generated)
    }

    /// Where the running instruction of an activation of a process is: file, text, and the bytes of its expression.
    /// `level` 0 is the innermost activation.
    pub fn place_of(&self, p: &Process, level: usize) -> Option<(String, std::sync::Arc<str>, (u32, u32))> {
        let f = p.frames[..p.depth].iter().rev().nth(level)?;
        let code = f.code.code();
        let last = (f.pc as usize).saturating_sub(1).min(code.spans.len().saturating_sub(1));
        Some((code.origin.file.to_string(), code.origin.text.clone(), *code.spans.get(last)?))
    }
}

/// Line and column, both from 1, of a byte.
pub(crate) fn place(text: &str, at: u32) -> (usize, usize) {
    let before = text.get(..at as usize).unwrap_or(text);
    let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
    (line, column)
}

/// A double as Aura prints it: always recognisable as a float.
pub fn float_text(f: f64) -> String {
    if f.is_nan() {
        return "nan".into();
    }
    if f.is_infinite() {
        return if f > 0.0 { "infinity".into() } else { "-infinity".into() };
    }
    let mut b = zmij::Buffer::new();
    let s = b.format(f);
    if s.contains(['.', 'e']) { s.to_string() } else { format!("{s}.0") }
}

fn clip(s: &str) -> String {
    match s.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &s[..at]),
        None => s.to_string(),
    }
}

fn quoted(s: &str) -> String {
    format!("'{}'", clip(s).replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"))
}
