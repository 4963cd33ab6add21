//! The same thing in other ways: what hides an expression from those who look at the text, and what people write differently without meaning anything
//! by it.

use aura_syntax::tokens::{Kind, Token, lex};
use aura_syntax::tree::{Body, Expr, ExprKind, Init, Receiver, Slot, SlotName, Span, TemplatePart};

/// A way of writing a method `attack` that evaluates an expression.
pub(super) struct Disguise {
    pub(super) name: &'static str,
    before: &'static str,
    after: &'static str,
}

const fn disguise(name: &'static str, before: &'static str, after: &'static str) -> Disguise {
    Disguise { name, before, after }
}

/// What no trial sees: it does what it does when it is sent for the second time.
pub(super) const BOMB: &str = "not the first time";

/// All of them, the plain one first.
pub(super) const DISGUISES: [Disguise; 19] = [
    disguise("plainly", "attack = ( ", " )"),
    disguise("through a local", "attack = ( | a. b | a: 1. b: (", "). a: b. a )"),
    disguise("where a local begins", "attack = ( | a <- (", ") | a )"),
    disguise("in a block", "attack = ( [ ", " ] value )"),
    disguise("in a block in a local", "attack = ( | b | b: [ |:i| i. ", " ]. b value: 3 )"),
    disguise("in nested vectors", "attack = ( { 1. { 2. { (", ") } } } first )"),
    disguise("in a template", "attack = ( `a{1}b{(", ")}` size )"),
    disguise("in a method of an object literal", "attack = ( (| parent* = traits clonable. go = ( ", " ) |) go )"),
    disguise("where a slot of an object literal begins", "attack = ( (| parent* = traits clonable. go <- (", ") |) go )"),
    disguise("under an ensure", "attack = ( [ 3 ] ensure: [ ", " ] )"),
    disguise("under a handler", "attack = ( [ ", " ] onError: [|:e| 7 ] )"),
    disguise("in a handler", "attack = ( [ 3 noSuchThing ] onError: [|:e| ", " ] )"),
    disguise("tried again", "attack = ( | n <- 0 | [ n: n + 1. ", " ] onError: [|:e| n < 3 ifTrue: [ e retry ] False: [ 7 ] ] )"),
    disguise("in a loop", "attack = ( 1 to: 3 Do: [|:i| ", " ]. 7 )"),
    disguise("returned out of a block", "attack = ( { 1 } do: [|:i| ^ ", " ]. 7 )"),
    disguise("through a block that the script evaluates", "attack = ( twice: [ ", " ]. 7 )"),
    disguise(BOMB, "attack = ( count: count + 1. count > 1 ifTrue: [ ", " ]. 7 )"),
    disguise("after itself", "attack = ( count: count + 1. count > 1 ifTrue: [ ", " ]. count > 3 ifFalse: [ attack ]. 7 )"),
    disguise("kept in a slot and evaluated later", "attack = ( keep isNil ifTrue: [ keep: [ ", " ] ]. keep value. 7 )"),
];

impl Disguise {
    /// The method.
    pub(super) fn of(&self, expression: &str) -> String {
        format!("{}{expression}{}", self.before, self.after)
    }
}

/// Ordinary words, some of which mean a power to the library.
const WORDS: [&str; 16] = [
    "time",
    "date",
    "input",
    "process",
    "slots",
    "file",
    "url",
    "kernel",
    "image",
    "now",
    "arguments",
    "command",
    "prompt",
    "clock",
    "system",
    "display",
];

/// The same method with its locals and arguments named after ordinary words; nothing if it has none.
pub(super) fn renamed(method: &str, nth: usize) -> Option<String> {
    let mut names = Names { text: method, found: Vec::new() };
    aura_syntax::parse_slots(method).file.slots.iter().for_each(|l| l.slots.iter().for_each(|s| names.method(s)));
    let tokens = lex(method);
    let word = |t: &Token| t.span.text(method).trim_matches(':').to_string();
    let taken: Vec<String> = tokens.iter().map(word).collect();
    let mut free = WORDS.iter().cycle().skip(nth % WORDS.len()).take(WORDS.len()).filter(|w| !taken.iter().any(|t| t == **w));
    // What is also sent to others as a message keeps its name.
    let meaning: Vec<&Token> = tokens.iter().filter(|t| !t.kind.is_trivia()).collect();
    let sent = |n: &String| {
        meaning.windows(2).any(|w| ends_operand(w[0], method) && w[1].span.text(method).trim_end_matches(':') == n.as_str())
    };
    names.found.retain(|n| !sent(n));
    let pairs: Vec<(String, &str)> = names.found.into_iter().map_while(|n| free.next().map(|w| (n, *w))).collect();
    let rename = |t: &Token| {
        let text = t.span.text(method);
        let new =
            pairs.iter().find(|(n, _)| *n == word(t)).filter(|_| matches!(t.kind, Kind::Name | Kind::Keyword | Kind::Argument));
        new.map_or(text.to_string(), |(n, w)| text.replace(n, w))
    };
    (!pairs.is_empty()).then(|| tokens.iter().map(rename).collect())
}

/// Whether a message can follow.
fn ends_operand(token: &Token, text: &str) -> bool {
    matches!(token.kind, Kind::Name | Kind::Integer | Kind::String | Kind::SelfWord)
        || matches!(token.span.text(text), ")" | "]" | "}")
}

/// The names of the locals and arguments of a method.
struct Names<'a> {
    text: &'a str,
    found: Vec<String>,
}

impl Names<'_> {
    fn found(&mut self, span: Span) {
        let name = span.text(self.text).to_string();
        if !self.found.contains(&name) {
            self.found.push(name);
        }
    }

    fn method(&mut self, slot: &Slot) {
        match &slot.name {
            SlotName::Unary(_) => {}
            SlotName::Binary { parameter, .. } => parameter.iter().for_each(|p| self.found(p.name)),
            SlotName::Keyword { parameters, .. } => parameters.iter().for_each(|p| self.found(p.name)),
        }
        if let Init::Method(body) = &slot.init {
            self.body(body);
        }
    }

    fn body(&mut self, body: &Body) {
        for slot in body.slots.iter().flat_map(|l| &l.slots) {
            if let SlotName::Unary(span) = slot.name {
                self.found(span);
            }
            if let Init::Constant(e) | Init::Assignable(e) = &slot.init {
                self.expr(e);
            }
        }
        body.statements.iter().for_each(|s| self.expr(&s.expr));
    }

    /// Names in object literals are slots, which others may send for: they stay.
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Block(body) | ExprKind::Group(body) => self.body(body),
            ExprKind::Vector(items) => items.iter().for_each(|e| self.expr(e)),
            ExprKind::Template(parts) => parts.iter().for_each(|p| {
                if let TemplatePart::Hole(e) = p {
                    self.expr(e);
                }
            }),
            ExprKind::Send(send) => {
                if let Receiver::Expr(e) = &send.receiver {
                    self.expr(e);
                }
                send.arguments.iter().for_each(|e| self.expr(e));
            }
            _ => {}
        }
    }
}

/// The same method with its value kept in a local at the end, by a person who likes to name things.
pub(super) fn spelled_out(method: &str) -> Option<String> {
    let (header, code) = method.split_once(" = (")?;
    let code = code.trim().strip_suffix(')')?.trim();
    Some(format!(
        "{header} = (\n    \"What is wanted, step by step.\"\n    | answer <- nil |\n    answer: [ {code} ] value.\n    answer )"
    ))
}
