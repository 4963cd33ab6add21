//! The program's names, as Python would write them, and back.
//!
//! `balance:Rate:` is `balance_rate(self, a, b)` to a model, and what the model calls `balance_rate` is looked up among all selectors
//! that the program has: two names are the same if they are so without underscores, colons and capitals and take as many arguments.

use crate::situation::{Holder, Situation, SlotKind, SlotView, arity};

use super::kind::Kind;

/// What is known of the program.
pub(super) struct Known<'a> {
    situation: &'a Situation,
}

impl<'a> Known<'a> {
    pub(super) fn new(situation: &'a Situation) -> Self {
        Self { situation }
    }

    /// The selector that Python's `name` with so many arguments stands for, among what the script's objects have.
    pub(super) fn of_script(&self, name: &str, arguments: usize) -> Option<String> {
        let situation = self.situation;
        let script = situation.path.iter().filter(|h| h.of_script).chain(&situation.objects);
        let slots = script.flat_map(|h| &h.slots).flat_map(selectors);
        let learned = situation.learned.iter().chain(&situation.verified).map(|l| l.selector.clone());
        let mut all =
            std::iter::once(situation.selector.clone()).chain(slots).chain(situation.defined.iter().cloned()).chain(learned);
        all.find(|s| arity(s) == arguments && plain(s) == plain(name))
    }

    /// The same among everything that the receiver understands.
    pub(super) fn understood(&self, name: &str, arguments: usize) -> Option<String> {
        self.situation.understood.iter().find(|s| arity(s) == arguments && plain(s) == plain(name)).cloned()
    }

    /// Whether this is Python's name of the missing message.
    pub(super) fn is_missing(&self, name: &str) -> bool {
        plain(&self.situation.selector) == plain(name)
    }

    /// Whether an object of the script has such a slot that is no method.
    pub(super) fn is_data(&self, name: &str) -> bool {
        let script = self.situation.path.iter().filter(|h| h.of_script).chain(&self.situation.objects);
        let data = |s: &SlotView| matches!(s.kind, SlotKind::Data | SlotKind::Constant);
        script.flat_map(|h| &h.slots).any(|s| data(s) && plain(&s.name) == plain(name))
    }

    /// Whether self has such a slot.
    pub(super) fn is_own(&self, name: &str) -> bool {
        self.own(name).is_some()
    }

    fn own(&self, name: &str) -> Option<&SlotView> {
        let script = self.situation.path.iter().filter(|h| h.of_script || h.is_receiver);
        script.flat_map(|h| &h.slots).find(|s| arity(&s.name) == 0 && plain(&s.name) == plain(name))
    }

    /// What a slot of self holds.
    pub(super) fn own_kind(&self, name: &str) -> Kind {
        let held = self.situation.receiver.held.iter().find(|(n, _)| plain(n) == plain(name));
        match held {
            Some((_, text)) => Kind::called(text).or(self.slot_kind(name)),
            None => self.slot_kind(name),
        }
    }

    /// What a slot of that name holds in the objects that are known.
    pub(super) fn slot_kind(&self, name: &str) -> Kind {
        let holders = self.situation.path.iter().filter(|h| h.of_script).chain(&self.situation.objects);
        let slots = holders.flat_map(|h| &h.slots).filter(|s| plain(&s.name) == plain(name));
        let kinds = slots.map(|s| s.holds.as_ref().map_or(Kind::Unknown, |h| Kind::called(h)));
        kinds.fold(Kind::Unknown, Kind::or)
    }

    /// The object that Python's `name` stands for: `Account` is `account`.
    pub(super) fn object(&self, name: &str) -> Option<&Holder> {
        let all = self.situation.path.iter().filter(|h| h.of_script).chain(&self.situation.objects);
        all.into_iter().find(|h| h.path.as_deref().is_some_and(|p| plain(p) == plain(name)))
    }

    /// A name of the file.
    pub(super) fn of_file(&self, name: &str) -> Option<&SlotView> {
        self.situation.module.iter().find(|s| plain(&s.name) == plain(name))
    }

    pub(super) fn receiver(&self) -> Kind {
        Kind::called(&self.situation.receiver.path)
    }

    /// What argument number `i` is in this send.
    pub(super) fn argument(&self, i: usize) -> Kind {
        let Some(argument) = self.situation.arguments.get(i) else { return Kind::Unknown };
        let called = Kind::called(&argument.path);
        match &argument.printed {
            // What it holds is only seen in how it prints.
            Some(text) if called.is_collection() => Kind::called(text),
            _ => called,
        }
    }

    pub(super) fn selector(&self) -> &str {
        &self.situation.selector
    }

    /// Data slots of an object, in their order.
    pub(super) fn data(holder: &Holder) -> Vec<&str> {
        holder.slots.iter().filter(|s| s.kind == SlotKind::Data).map(|s| s.name.as_str()).collect()
    }
}

/// What can be sent because of a slot: for what can be assigned to, two selectors.
fn selectors(slot: &SlotView) -> Vec<String> {
    match slot.kind {
        SlotKind::Data => vec![slot.name.clone(), format!("{}:", slot.name)],
        SlotKind::Parent => Vec::new(),
        _ => vec![slot.name.clone()],
    }
}

/// A name without what differs between the languages.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | ':' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Python's name for a selector: `at:Put:` is `at_put`, `isEmpty` is `is_empty`, `+` is `__add__`.
pub(crate) fn python_name(selector: &str) -> String {
    const OPERATORS: &[(&str, &str)] = &[
        ("+", "__add__"),
        ("-", "__sub__"),
        ("*", "__mul__"),
        ("/", "__truediv__"),
        ("%", "__mod__"),
        ("<", "__lt__"),
        ("<=", "__le__"),
        (">", "__gt__"),
        (">=", "__ge__"),
        ("=", "__eq__"),
        ("!=", "__ne__"),
        ("&", "__and__"),
        ("|", "__or__"),
        ("<<", "__lshift__"),
        (">>", "__rshift__"),
        ("**", "__pow__"),
    ];
    if let Some((_, name)) = OPERATORS.iter().find(|(operator, _)| *operator == selector) {
        return (*name).to_string();
    }
    let mut out = String::new();
    for c in selector.chars() {
        match c {
            ':' => out.push('_'),
            c if c.is_uppercase() && !out.is_empty() && !out.ends_with('_') => {
                out.push('_');
                out.extend(c.to_lowercase());
            }
            c if c.is_alphanumeric() || c == '_' => out.extend(c.to_lowercase()),
            _ => {}
        }
    }
    let name = out.trim_end_matches('_');
    match name {
        "" => "operator".to_string(),
        name if RESERVED.contains(&name) => format!("{name}_"),
        name => name.to_string(),
    }
}

/// Python's name for an object's class: `stamp album` is `StampAlbum`.
pub(crate) fn class_name(path: &str) -> String {
    let mut out = String::new();
    let mut begins = true;
    for c in path.chars() {
        match c {
            c if !c.is_alphanumeric() => begins = true,
            c if begins => {
                out.extend(c.to_uppercase());
                begins = false;
            }
            c => out.push(c),
        }
    }
    if out.is_empty() { "It".to_string() } else { out }
}

/// Python's type for what the machine calls a value.
pub(crate) fn python_type(path: &str) -> String {
    match Kind::called(path) {
        Kind::Integer => "int".into(),
        Kind::Number => "float".into(),
        Kind::Text => "str".into(),
        Kind::Truth => "bool".into(),
        Kind::Nil => "None".into(),
        Kind::Block => "a function".into(),
        Kind::Items(_) | Kind::List(_) => "list".into(),
        Kind::Lookup(_) => "dict".into(),
        Kind::Set => "set".into(),
        Kind::Object(name) => class_name(&name),
        Kind::Unknown => "anything".into(),
    }
}

/// What the arguments of the missing message are called: by what they are, and from the second on by their keyword, too.
pub(crate) fn parameters(situation: &Situation) -> Vec<String> {
    let parts: Vec<&str> = situation.selector.split_terminator(':').collect();
    let mut names: Vec<String> = Vec::new();
    for (i, argument) in situation.arguments.iter().enumerate() {
        let kind = match Kind::called(&argument.path) {
            Kind::Integer => "n".to_string(),
            Kind::Number => "x".into(),
            Kind::Text => "text".into(),
            Kind::Block => "f".into(),
            Kind::Items(_) | Kind::List(_) => "items".into(),
            Kind::Lookup(_) => "table".into(),
            Kind::Set => "members".into(),
            Kind::Object(name) => python_name(&name.replace(' ', "_")),
            Kind::Truth | Kind::Nil | Kind::Unknown => "other".into(),
        };
        let mut name = match parts.get(i).filter(|_| i > 0) {
            Some(part) => format!("{}_{kind}", python_name(part).trim_end_matches('_')),
            None => kind,
        };
        while names.contains(&name) || name == "self" {
            name.push('2');
        }
        names.push(name);
    }
    names
}

/// Words that Python keeps for itself.
pub(super) const RESERVED: [&str; 33] = [
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except", "finally",
    "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try",
    "while", "with", "yield", "none",
];

/// A name of Aura for Python's: `first_word` is `firstWord`.
pub(super) fn aura_name(python: &str) -> String {
    let mut out = String::new();
    for part in python.split('_').filter(|p| !p.is_empty()) {
        let mut letters = part.chars();
        match (out.is_empty(), letters.next()) {
            (true, Some(c)) => out.extend(c.to_lowercase()),
            (false, Some(c)) => out.extend(c.to_uppercase()),
            (_, None) => {}
        }
        out.push_str(letters.as_str());
    }
    let ours = [
        "self",
        "true",
        "false",
        "nil",
        "resend",
        "lobby",
        "list",
        "vector",
        "dictionary",
        "set",
        "traits",
        "collector",
        "infinity",
    ];
    match out.as_str() {
        "" => "it".to_string(),
        name if ours.contains(&name) => format!("{name}1"),
        name if name.starts_with(|c: char| c.is_ascii_digit()) => format!("v{name}"),
        _ => out,
    }
}
