//! What values and stacks look like to a person, told by the machine itself, without running any code: for traces, errors, prompts.

use aura_heap::{Kind, SlotKind, Value};

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
        self.held(o).map(|(name, v)| (name.to_string(), v)).collect()
    }

    /// What an object's slots hold, by name: first what is theirs for good, since what can be assigned may be there in passing (`it` of the
    /// dialogue).
    fn held(&self, o: Value) -> impl Iterator<Item = (&str, Value)> {
        let slots = &self.heap.map(self.heap.map_of(o)).slots;
        let is_plain = self.heap.is_kind(o, Kind::Plain);
        let name = |s: &aura_heap::Slot| &**self.heap.symbols.name(s.name);
        let constants = slots.iter().filter_map(move |s| match s.kind {
            SlotKind::Constant(c) => Some((name(s), c)),
            _ => None,
        });
        let data = slots.iter().filter_map(move |s| match s.kind {
            SlotKind::Data(i) if is_plain => Some((name(s), self.heap.data(o, i))),
            _ => None,
        });
        constants.chain(data)
    }

    /// The slot of an object that holds this value.
    fn name_in(&self, o: Value, v: Value) -> Option<&str> {
        self.held(o).find(|(_, c)| *c == v).map(|(n, _)| n)
    }

    /// Whether an object is what the code of a file is evaluated in.
    pub fn is_module(&self, v: Value) -> bool {
        v == self.specials.lobby || self.modules.values().any(|module| *module == v)
    }

    /// The expression that names an object from the lobby or from a module: `traits list`, `point`.
    pub fn path_of(&self, v: Value) -> Option<String> {
        if v == self.specials.lobby {
            return Some("lobby".into());
        }
        let named = |o: Value| self.name_in(o, v);
        for m in self.modules.values().copied().filter(|m| *m != self.specials.lobby) {
            if let Some(n) = named(m).filter(|n| *n != "parent") {
                return Some(n.into());
            }
            for (n, inner) in self.held(m) {
                if n != "parent"
                    && self.heap.is_kind(inner, Kind::Plain)
                    && let Some(k) = named(inner).filter(|k| *k != "parent")
                {
                    return Some(format!("{n} {k}"));
                }
            }
        }
        if let Some(n) = named(self.specials.traits) {
            return Some(format!("traits {n}"));
        }
        for (n, inner) in self.held(self.specials.lobby) {
            if inner == v {
                return Some(n.into());
            }
            if matches!(n, "globals" | "mixins")
                && let Some(k) = named(inner)
            {
                return Some(if n == "globals" { k.into() } else { format!("{n} {k}") });
            }
        }
        None
    }

    /// The name of the prototype that an object was cloned from, as far as its map and parents tell.
    pub fn prototype_name(&self, v: Value) -> Option<String> {
        let map = self.heap.map_of(v);
        for m in self.modules.values().copied().chain(self.global_constant_ref("globals")) {
            let is_it = |n: &str, c| n != "parent" && self.heap.is_kind(c, Kind::Plain) && self.heap.map_of(c) == map;
            if let Some((n, _)) = self.held(m).find(|(n, c)| is_it(n, *c)) {
                return Some(n.into());
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
