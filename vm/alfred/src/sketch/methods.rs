//! The functions and methods that Python's values have, and the messages that stand for them: `x.upper()` is `x uppercase`.

use ruff_python_ast::ExprCall;

use super::kind::Kind;
use super::piece::{Piece, block};
use super::translator::{Said, Translator};

/// A function of one argument: the message, and what it answers.
const FUNCTIONS: [(&str, &str, Kind); 20] = [
    ("len", "size", Kind::Integer),
    ("abs", "abs", Kind::Number),
    ("str", "asString", Kind::Text),
    ("repr", "printString", Kind::Text),
    ("int", "asInteger", Kind::Integer),
    ("float", "asFloat", Kind::Number),
    ("round", "round", Kind::Integer),
    ("sum", "sum", Kind::Number),
    ("ord", "codePoint", Kind::Integer),
    ("chr", "asCharacter", Kind::Text),
    ("bin", "asBinary", Kind::Text),
    ("hex", "asHex", Kind::Text),
    ("set", "asSet", Kind::Set),
    ("frozenset", "asSet", Kind::Set),
    ("print", "printLine", Kind::Unknown),
    ("callable", "isBlock", Kind::Truth),
    ("iter", "yourself", Kind::Unknown),
    ("hash", "hash", Kind::Integer),
    ("id", "identityHash", Kind::Integer),
    ("bool", "yourself", Kind::Truth),
];

/// Whether Python has such a function for so many arguments, that there is a message for.
pub(super) fn is_function(name: &str, arguments: usize) -> bool {
    match arguments {
        1 => {
            FUNCTIONS.iter().any(|f| f.0 == name)
                || matches!(name, "list" | "tuple" | "any" | "all" | "dict" | "deque" | "Counter")
        }
        2 => matches!(name, "pow" | "divmod" | "round" | "int" | "sum"),
        _ => false,
    }
}

/// A method without arguments: of what, the message, and what it answers.
const UNARY: [(&str, &str, Kind); 24] = [
    ("upper", "uppercase", Kind::Text),
    ("lower", "lowercase", Kind::Text),
    ("strip", "trim", Kind::Text),
    ("lstrip", "trimLeft", Kind::Text),
    ("rstrip", "trimRight", Kind::Text),
    ("isdigit", "isDigit", Kind::Truth),
    ("isnumeric", "isDigit", Kind::Truth),
    ("isalpha", "isLetter", Kind::Truth),
    ("isalnum", "isAlphanumeric", Kind::Truth),
    ("isspace", "isSpace", Kind::Truth),
    ("isupper", "isUppercase", Kind::Truth),
    ("islower", "isLowercase", Kind::Truth),
    ("splitlines", "lines", Kind::Unknown),
    ("is_integer", "isInteger", Kind::Truth),
    ("bit_length", "bitLength", Kind::Integer),
    ("popleft", "removeFirst", Kind::Unknown),
    ("reverse", "reverse", Kind::Unknown),
    ("clear", "removeAll", Kind::Unknown),
    ("copy", "copy", Kind::Unknown),
    ("keys", "keys", Kind::Unknown),
    ("values", "values", Kind::Unknown),
    ("isdecimal", "isDigit", Kind::Truth),
    ("casefold", "lowercase", Kind::Text),
    ("__len__", "size", Kind::Integer),
];

/// A method with one argument.
const KEYWORD: [(&str, &str, Kind); 20] = [
    ("append", "add:", Kind::Unknown),
    ("appendleft", "addFirst:", Kind::Unknown),
    ("add", "add:", Kind::Unknown),
    ("extend", "addAll:", Kind::Unknown),
    ("update", "addAll:", Kind::Unknown),
    ("remove", "remove:", Kind::Unknown),
    ("startswith", "startsWith:", Kind::Truth),
    ("endswith", "endsWith:", Kind::Truth),
    ("count", "occurrencesOf:", Kind::Integer),
    ("removeprefix", "withoutPrefix:", Kind::Text),
    ("removesuffix", "withoutSuffix:", Kind::Text),
    ("rjust", "padLeft:", Kind::Text),
    ("ljust", "padRight:", Kind::Text),
    ("center", "center:", Kind::Text),
    ("union", "union:", Kind::Set),
    ("intersection", "intersect:", Kind::Set),
    ("difference", "difference:", Kind::Set),
    ("issubset", "isSubsetOf:", Kind::Truth),
    ("issuperset", "isSupersetOf:", Kind::Truth),
    ("__contains__", "includes:", Kind::Truth),
];

impl Translator<'_> {
    /// What one of Python's own functions is in Aura.
    pub(super) fn function_of(&self, name: &str, arguments: &[Piece]) -> Option<Piece> {
        let [x, rest @ ..] = arguments else { return None };
        let kind = x.kind.clone();
        Some(match (name, rest) {
            ("list" | "tuple", []) => match &kind {
                Kind::List(_) => self.unary(x, "copy", kind),
                _ => self.unary(x, "asVector", Kind::items(kind.element())),
            },
            ("deque", []) => self.unary(x, "asList", Kind::List(Box::new(kind.element()))),
            ("dict", []) => self.unary(x, "copy", kind),
            ("Counter", []) => self.unary(x, "histogram", Kind::Lookup(Box::new(Kind::Integer))),
            ("any" | "all", []) => {
                let selector = if name == "any" { "anySatisfy:" } else { "allSatisfy:" };
                self.keyword(x, selector, &[Piece::block("[ | :x | x ]")], Kind::Truth)
            }
            ("sum", []) if matches!(kind.element(), Kind::Integer) => self.unary(x, "sum", Kind::Integer),
            ("abs" | "round", []) if kind == Kind::Integer => self.unary(x, name, kind),
            ("bool", []) => match kind {
                Kind::Truth => x.clone(),
                ref k if k.is_collection() || *k == Kind::Text => self.unary(x, "isNotEmpty", Kind::Truth),
                _ => x.binary("!=", &Piece::new("0", Kind::Integer), Kind::Truth),
            },
            ("pow", [y]) => x.binary("**", y, kind.or(y.kind.clone())),
            ("divmod", [y]) => {
                let by = std::slice::from_ref(y);
                let (div, rem) = (self.keyword(x, "div:", by, Kind::Integer), self.keyword(x, "mod:", by, Kind::Integer));
                Piece::new(format!("{{ {}. {} }}", div.expr.text, rem.expr.text), Kind::items(Kind::Integer))
            }
            ("round", [y]) => {
                self.keyword(&self.unary(x, "asFloat", Kind::Number), "roundToDecimals:", std::slice::from_ref(y), Kind::Number)
            }
            ("int", [y]) => self.keyword(x, "asIntegerBase:", std::slice::from_ref(y), Kind::Integer),
            ("sum", [y]) => self.unary(x, "sum", Kind::Number).binary("+", y, Kind::Number),
            (_, []) => {
                let (_, message, answer) = FUNCTIONS.iter().find(|f| f.0 == name)?;
                self.unary(x, message, answer.clone())
            }
            _ => return None,
        })
    }

    /// What a method of Python's values is in Aura. Nothing if there is no such method.
    pub(super) fn python_method(&mut self, x: &Piece, name: &str, call: &ExprCall) -> Said<Option<Piece>> {
        let named = |n: &str| call.arguments.find_keyword(n).map(|k| &k.value);
        if name == "sort" {
            return self.in_order(x, "sortBy:", "sort", named("key"), named("reverse")).map(Some);
        }
        if !call.arguments.keywords.is_empty() {
            return Ok(None);
        }
        let count = call.arguments.args.len();
        let is_lookup = matches!(x.kind, Kind::Lookup(_));
        let simple = match count {
            0 => UNARY.iter().find(|m| m.0 == name),
            1 => KEYWORD.iter().find(|m| m.0 == name),
            _ => None,
        };
        let is_special = matches!(
            (name, count),
            ("split", 0 | 1)
                | ("join", 1)
                | ("replace", 2)
                | ("find" | "index", 1)
                | ("get", 1 | 2)
                | ("setdefault", 2)
                | ("pop", 0..=2)
                | ("insert", 2)
                | ("items", 0)
                | ("title" | "capitalize", 0)
                | ("zfill", 1)
                | ("rjust" | "ljust" | "center", 2)
                | ("discard", 1)
                | ("is_integer", 0)
                | ("strip", 1)
        );
        if simple.is_none() && !is_special {
            return Ok(None);
        }
        let arguments = self.arguments(call)?;
        if let Some((_, message, kind)) = simple.filter(|_| !(name == "count" && x.kind == Kind::Unknown && count == 0)) {
            let kind = match (name, &x.kind) {
                ("copy", kind) => kind.clone(),
                ("popleft", kind) => kind.element(),
                ("values", Kind::Lookup(of)) => Kind::Items(of.clone()),
                ("keys" | "splitlines", _) => Kind::items(if name == "keys" { Kind::Unknown } else { Kind::Text }),
                _ => kind.clone(),
            };
            return Ok(Some(self.send(x, message, &arguments, kind)));
        }
        let answers = |value: &Piece| Piece::block(block(&[], std::slice::from_ref(&value.expr.text)));
        Ok(Some(match (name, &arguments[..]) {
            ("split", []) => self.unary(x, "words", Kind::items(Kind::Text)),
            ("split", _) => self.keyword(x, "splitOn:", &arguments, Kind::items(Kind::Text)),
            ("join", [all]) => {
                let all = if all.kind == Kind::Text { self.unary(all, "asVector", Kind::items(Kind::Text)) } else { all.clone() };
                self.keyword(&all, "joinUsing:", std::slice::from_ref(x), Kind::Text)
            }
            ("replace", [_, _]) => self.keyword(x, "replaceAll:With:", &arguments, Kind::Text),
            ("find", [what]) => {
                let none = answers(&Piece::new("-1", Kind::Integer));
                self.keyword(x, "indexOf:", std::slice::from_ref(what), Kind::Integer).keyword("ifNil:", &[none], Kind::Integer)
            }
            ("index", [_]) => {
                let none = Piece::block("[ error: 'it is not there' ]");
                self.keyword(x, "indexOf:", &arguments, Kind::Integer).keyword("ifNil:", &[none], Kind::Integer)
            }
            ("get", [key]) => {
                let none = answers(&Piece::new("nil", Kind::Nil));
                self.keyword(x, "at:IfAbsent:", &[key.clone(), none], x.kind.at())
            }
            ("get", [key, default]) => {
                let kind = x.kind.at().or(default.kind.clone());
                self.keyword(x, "at:IfAbsent:", &[key.clone(), answers(default)], kind)
            }
            ("setdefault", [key, default]) => {
                let default = if matches!(default.kind, Kind::Items(_)) {
                    self.unary(default, "asList", Kind::Unknown)
                } else {
                    default.clone()
                };
                self.keyword(x, "at:IfAbsentPut:", &[key.clone(), answers(&default)], x.kind.at())
            }
            ("pop", []) => self.unary(x, "removeLast", x.kind.element()),
            ("pop", [key]) if is_lookup => self.keyword(x, "removeKey:", std::slice::from_ref(key), x.kind.at()),
            ("pop", [key, default]) => self.keyword(x, "removeKey:IfAbsent:", &[key.clone(), answers(default)], x.kind.at()),
            ("pop", [at]) => match at.expr.text.as_str() {
                "0" => self.unary(x, "removeFirst", x.kind.element()),
                "-1" => self.unary(x, "removeLast", x.kind.element()),
                _ => self.keyword(x, "removeAt:", &arguments, x.kind.element()),
            },
            ("insert", [at, what]) if at.expr.text == "0" => {
                self.keyword(x, "addFirst:", std::slice::from_ref(what), Kind::Unknown)
            }
            ("insert", [_, _]) => self.keyword(x, "at:Insert:", &arguments, Kind::Unknown),
            ("discard", [what]) => self.keyword(x, "remove:IfAbsent:", &[what.clone(), Piece::block("[ nil ]")], Kind::Unknown),
            ("capitalize", []) => self.unary(&self.unary(x, "lowercase", Kind::Text), "capitalize", Kind::Text),
            ("title", []) => {
                let words = self.unary(&self.unary(x, "lowercase", Kind::Text), "words", Kind::items(Kind::Text));
                let each = self.keyword(&words, "collect:", &[Piece::block("[ | :w | w capitalize ]")], Kind::items(Kind::Text));
                self.keyword(&each, "joinUsing:", &[Piece::new("' '", Kind::Text)], Kind::Text)
            }
            ("zfill", [width]) => self.keyword(x, "padLeft:With:", &[width.clone(), Piece::new("'0'", Kind::Text)], Kind::Text),
            ("rjust", [_, _]) => self.keyword(x, "padLeft:With:", &arguments, Kind::Text),
            ("ljust", [_, _]) => self.keyword(x, "padRight:With:", &arguments, Kind::Text),
            ("center", [_, _]) => self.keyword(x, "center:With:", &arguments, Kind::Text),
            ("items", []) => self.unary(x, "associations", Kind::Unknown),
            _ => return Ok(None),
        }))
    }
}
