//! What a value is, as far as a sketch and its situation tell: Python's `+`, `if x` and `x[i]` become different messages for
//! numbers, texts and collections.
//!
//! Not here: types. Whether the method holds is for the gates to say; a wrong guess makes a method that they refuse.

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Unknown,
    Integer,
    Number,
    Text,
    Truth,
    Nil,
    Block,
    /// A vector, or what else is indexed and does not grow.
    Items(Box<Kind>),
    /// A list.
    List(Box<Kind>),
    /// A dictionary, with what its values are.
    Lookup(Box<Kind>),
    Set,
    /// An object of the program.
    Object(String),
}

impl Kind {
    pub(super) fn items(of: Kind) -> Self {
        Kind::Items(Box::new(of))
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Kind::Integer | Kind::Number)
    }

    pub(super) fn is_sequence(&self) -> bool {
        matches!(self, Kind::Items(_) | Kind::List(_))
    }

    pub(super) fn is_collection(&self) -> bool {
        self.is_sequence() || matches!(self, Kind::Lookup(_) | Kind::Set)
    }

    /// What `do:` hands out.
    pub(super) fn element(&self) -> Kind {
        match self {
            Kind::Items(of) | Kind::List(of) => (**of).clone(),
            Kind::Text => Kind::Text,
            _ => Kind::Unknown,
        }
    }

    /// What `at:` answers.
    pub(super) fn at(&self) -> Kind {
        match self {
            Kind::Lookup(of) => (**of).clone(),
            other => other.element(),
        }
    }

    /// What is either this or that.
    pub(super) fn or(self, other: Kind) -> Kind {
        match (self, other) {
            (a, b) if a == b => a,
            (Kind::Unknown | Kind::Nil, b) => b,
            (a, Kind::Unknown | Kind::Nil) => a,
            (a, b) if a.is_number() && b.is_number() => Kind::Number,
            _ => Kind::Unknown,
        }
    }

    /// By what the machine calls a value, or how it prints: `an integer`, `account`, `7`, `vector(1, 2)`.
    pub(super) fn called(text: &str) -> Kind {
        let text = text.trim();
        let unknown = || Box::new(Kind::Unknown);
        let inner = |name: &str| text.strip_prefix(name).and_then(|t| t.strip_prefix('('));
        match text {
            "an integer" | "traits integer" => Kind::Integer,
            "a float" | "traits float" | "traits number" => Kind::Number,
            "a string" | "traits string" => Kind::Text,
            "a vector" | "traits vector" | "vector" => Kind::Items(unknown()),
            "a list" | "traits list" | "list" => Kind::List(unknown()),
            "a dictionary" | "traits dictionary" | "dictionary" => Kind::Lookup(unknown()),
            "a set" | "traits set" | "set" => Kind::Set,
            "a block" | "traits block" => Kind::Block,
            "true" | "false" | "traits boolean" => Kind::Truth,
            "nil" => Kind::Nil,
            _ if text.starts_with('\'') => Kind::Text,
            _ if text.parse::<i64>().is_ok() => Kind::Integer,
            _ if text.parse::<f64>().is_ok() => Kind::Number,
            _ if text.starts_with("a ") || text.starts_with("an ") => Kind::Unknown,
            _ => match (inner("vector"), inner("list"), inner("dictionary"), inner("set")) {
                (Some(i), ..) => Kind::items(first(i)),
                (_, Some(i), ..) => Kind::List(Box::new(first(i))),
                (_, _, Some(i), _) => Kind::Lookup(Box::new(i.split_once("->").map_or(Kind::Unknown, |(_, v)| first(v)))),
                (.., Some(_)) => Kind::Set,
                _ => Kind::Object(text.to_string()),
            },
        }
    }
}

/// What the first of some printed elements is.
fn first(elements: &str) -> Kind {
    let elements = elements.trim_start();
    if elements.starts_with("vector(") {
        return Kind::items(Kind::Unknown);
    }
    match elements.split([',', ')']).next().unwrap_or("").trim() {
        "" | "…" => Kind::Unknown,
        element => Kind::called(element),
    }
}
