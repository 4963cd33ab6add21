//! What could stand at the cursor: messages that the receiver understands, what is in scope, continuations of a keyword message, modules, types.
//!
//! Names come at once; what costs inference (signatures, effects) is told of one of them when it is asked for ([`Ide::describe_completion`]).

use aura_syntax::tokens::{Kind, Token};
use aura_syntax::tree::{Expr, ExprKind, Receiver, Send};
use aura_types::{ObjectId, SlotId, SlotInfo, SlotKind};
use rustc_hash::FxHashSet;

use crate::hover::About;
use crate::path::{Node, path};
use crate::resolve::Here;
use crate::scope::{LocalKind, locals_at};
use crate::words::{index_at, is_word, parts};
use crate::{Ide, Span};

/// More are not offered; the rest comes when more letters are typed.
const MOST: usize = 600;

/// What could stand somewhere.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Completions {
    /// What it would replace.
    pub span: Span,
    /// The best first.
    pub items: Vec<Completion>,
    /// There are more.
    pub is_incomplete: bool,
}

/// One thing that could stand there.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    /// What it is called.
    pub label: String,
    /// What it is.
    pub kind: Offered,
    /// A word about where it comes from.
    pub from: String,
    /// What to insert; `${1:name}` marks places to be filled in.
    pub snippet: String,
    /// The same for editors that know no such marks.
    pub plain: String,
    /// By which [`Ide::describe_completion`] knows it again.
    pub key: Option<Key>,
}

/// What is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// An argument.
    Argument,
    /// A local.
    Local,
    /// A method.
    Method,
    /// A slot that can be assigned to.
    Slot,
    /// A constant slot.
    Constant,
    /// An object.
    Object,
    /// A file to import.
    Module,
    /// A word of the language.
    Word,
}

/// An offer of the last question for completions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Which question.
    pub question: u32,
    /// Which offer.
    pub index: u32,
}

/// The slots that were offered last, to be described when that is wanted.
#[derive(Default)]
pub(crate) struct LastOffer {
    question: u32,
    slots: Vec<SlotId>,
}

/// Where the cursor is.
enum Site<'t> {
    /// Behind a complete receiver.
    Receiver(&'t Expr),
    /// Where an expression may begin.
    Open,
    /// Behind `resend.` or `parent.`
    Above(&'t Send),
    /// Behind the arguments of these keywords.
    Continues(&'t Send),
    /// In the path of an `import:`.
    Path,
    /// In a written type.
    Type,
}

impl Ide {
    /// What could stand at a place.
    pub fn complete(&mut self, name: &str, at: u32) -> Option<Completions> {
        let here = self.here(name)?;
        let document = here.document.clone();
        let word = word_before(&here, at);
        let span = word.map_or(Span { start: at, end: at }, |w| Span { start: w.start, end: w.end.max(at) });
        let prefix = document.text().get(span.start as usize..at as usize).unwrap_or("").to_string();
        let mut list = List::new(self, prefix);
        match site(&here, span, at)? {
            Site::Path => list.modules(name, &here, at),
            Site::Type => list.types(&here),
            Site::Above(send) => list.above(&here, send),
            Site::Continues(send) => list.continuations(&here, send),
            Site::Receiver(e) => list.messages_to(&here, e),
            Site::Open => list.in_scope(&here, span),
        }
        Some(list.finish(span))
    }

    /// What is to be said of something that was offered; nothing when it was offered before the last question.
    pub fn describe_completion(&mut self, key: Key) -> Option<About> {
        self.settle();
        let slot = (key.question == self.offered.question).then(|| self.offered.slots.get(key.index as usize).copied())??;
        Some(self.about_slot(slot))
    }

    /// Numbers of slots mean others once texts have changed.
    pub(crate) fn forget_offer(&mut self) {
        self.offered.slots.clear();
    }
}

/// The word that ends at, or goes on behind, the cursor.
fn word_before(here: &Here, at: u32) -> Option<Span> {
    let tokens = &here.document.parse().tokens;
    let found = tokens.get(index_at(&here.document, at.saturating_sub(1))).filter(|t| t.span.start < at && is_word(t.kind))?;
    let start = found.span.start + u32::from(found.kind == Kind::Argument);
    // A keyword that is there already keeps its colon.
    let end = if here.document.letters(found.span).ends_with(':') { at } else { found.span.end };
    Some(Span { start, end })
}

fn site<'t>(here: &'t Here, word: Span, at: u32) -> Option<Site<'t>> {
    let (document, file) = (&here.document, &here.document.parse().file);
    let tokens = &document.parse().tokens;
    let inside = tokens.get(index_at(document, at.saturating_sub(1))).filter(|t| t.span.start < at)?.kind;
    let is_path = |index: usize| before(tokens, index).is_some_and(|t| document.letters(t.span) == "import:");
    match inside {
        Kind::Comment | Kind::OpenComment => return None,
        Kind::String | Kind::OpenString | Kind::TemplateText => {
            let index = index_at(document, at.saturating_sub(1));
            return is_path(index).then_some(Site::Path);
        }
        Kind::Integer | Kind::Float | Kind::NegativeInteger | Kind::NegativeFloat | Kind::Argument => return None,
        _ => {}
    }
    if path(file, word).iter().any(|n| matches!(n, Node::Type(_))) {
        return Some(Site::Type);
    }
    let first = tokens.partition_point(|t| t.span.end <= word.start);
    let Some(last) = before(tokens, first) else { return Some(Site::Open) };
    if last.kind == Kind::Dot {
        return above(here, word).map(Site::Above).or(Some(Site::Open));
    }
    let ends = ends_operand(last.kind) && !(is_at_top(here, last.span) && is_line_between(here, last.span.end, word.start));
    if !ends {
        return Some(Site::Open);
    }
    let is_capital = document.letters(word).starts_with(|c: char| c.is_ascii_uppercase());
    if is_capital || word.start == word.end {
        let continued = open_keywords(here, last.span);
        if let (Some(send), true) = (continued, is_capital) {
            return Some(Site::Continues(send));
        }
    }
    operand(here, last.span).map(Site::Receiver).or(Some(Site::Open))
}

/// The last token before one that is not white space.
fn before(tokens: &[Token], index: usize) -> Option<Token> {
    tokens[..index.min(tokens.len())].iter().rev().find(|t| !t.kind.is_trivia()).copied()
}

fn ends_operand(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Name
            | Kind::CapitalName
            | Kind::SelfWord
            | Kind::Integer
            | Kind::NegativeInteger
            | Kind::Float
            | Kind::NegativeFloat
            | Kind::String
            | Kind::CloseParen
            | Kind::CloseBracket
            | Kind::CloseBrace
            | Kind::CloseTemplate
    )
}

fn is_line_between(here: &Here, from: u32, to: u32) -> bool {
    here.document.text().get(from as usize..to as usize).is_some_and(|t| t.contains(['\n', '\r']))
}

/// Whether a place is outside all brackets, where a line end ends an expression.
fn is_at_top(here: &Here, place: Span) -> bool {
    let nodes = path(&here.document.parse().file, place);
    !nodes.iter().any(|n| {
        matches!(n, Node::Body(_) | Node::List(_))
            || matches!(n, Node::Expr(e) if matches!(e.kind, ExprKind::Vector(_) | ExprKind::Template(_)))
    })
}

/// The innermost expression that ends with a token: what a unary message behind it goes to.
fn operand(here: &Here, last: Span) -> Option<&Expr> {
    let nodes = path(&here.document.parse().file, last);
    let ends = |e: &&Expr| e.span.end == last.end;
    let all: Vec<&Expr> = nodes.iter().filter_map(|n| if let Node::Expr(e) = n { Some(*e) } else { None }).filter(ends).collect();
    let is_operand = |e: &&&Expr| !matches!(&e.kind, ExprKind::Send(send) if !send.arguments.is_empty());
    // Of `(a b)` the inside does not end with the bracket, of `a b` the whole does, and not only `b`.
    all.iter().find(is_operand).or(all.last()).copied()
}

/// The keyword message whose arguments end with a token.
fn open_keywords(here: &Here, last: Span) -> Option<&Send> {
    let nodes = path(&here.document.parse().file, last);
    nodes.into_iter().rev().find_map(|n| match n {
        Node::Expr(Expr { kind: ExprKind::Send(send), span }) if span.end >= last.end => {
            let is_keyword = send.selector.first().is_some_and(|p| here.document.letters(*p).ends_with(':'));
            is_keyword.then_some(&**send)
        }
        _ => None,
    })
}

fn above(here: &Here, word: Span) -> Option<&Send> {
    path(&here.document.parse().file, word).into_iter().rev().find_map(|n| match n {
        Node::Expr(Expr { kind: ExprKind::Send(send), .. })
            if matches!(send.receiver, Receiver::Resend(_) | Receiver::Delegate(_)) =>
        {
            Some(&**send)
        }
        _ => None,
    })
}

/// Offers being collected.
struct List<'i> {
    ide: &'i mut Ide,
    prefix: String,
    items: Vec<Completion>,
    seen: FxHashSet<String>,
    slots: Vec<SlotId>,
    question: u32,
}

impl<'i> List<'i> {
    fn new(ide: &'i mut Ide, prefix: String) -> Self {
        let question = ide.offered.question.wrapping_add(1);
        Self { ide, prefix, items: Vec::new(), seen: FxHashSet::default(), slots: Vec::new(), question }
    }

    fn finish(self, span: Span) -> Completions {
        self.ide.offered = LastOffer { question: self.question, slots: self.slots };
        let is_incomplete = self.items.len() >= MOST;
        Completions { span, items: self.items, is_incomplete }
    }

    fn plain(&mut self, label: &str, kind: Offered, from: &str) {
        if fits(label, &self.prefix) && self.seen.insert(label.to_string()) {
            let text = label.to_string();
            self.items.push(Completion {
                label: text.clone(),
                kind,
                from: from.into(),
                snippet: escaped(label),
                plain: text,
                key: None,
            });
        }
    }

    fn slot(&mut self, slot: SlotId, is_own: bool, skip: usize) {
        let info = self.ide.universe().slot_info(slot);
        let is_word = info.name.starts_with(|c: char| c.is_ascii_alphabetic());
        if !is_word || !fits(&shown_part(&info.name, skip), &self.prefix) || self.items.len() >= MOST {
            return;
        }
        if self.seen.insert(info.name.clone()) {
            self.add(slot, &info, skip);
        }
        // What can be assigned to is understood with a colon, too.
        if is_own && info.kind == SlotKind::Data && self.seen.insert(format!("{}:", info.name)) {
            let (key, from) = (self.key(slot), self.ide.universe().describe(slot.object));
            let (name, value) = (format!("{}:", info.name), format!("{}: ${{1:value}}", info.name));
            self.items.push(Completion {
                label: name.clone(),
                kind: Offered::Slot,
                from,
                snippet: value,
                plain: format!("{name} "),
                key,
            });
        }
    }

    fn add(&mut self, slot: SlotId, info: &SlotInfo, skip: usize) {
        let holds_object = self.ide.universe().object_in(slot).is_some();
        let kind = match info.kind {
            SlotKind::Method => Offered::Method,
            _ if holds_object => Offered::Object,
            SlotKind::Data => Offered::Slot,
            SlotKind::Constant => Offered::Constant,
        };
        let (key, from) = (self.key(slot), self.ide.universe().describe(slot.object));
        let (snippet, plain) = insertion(info, skip);
        self.items.push(Completion { label: shown_part(&info.name, skip), kind, from, snippet, plain, key });
    }

    fn key(&mut self, slot: SlotId) -> Option<Key> {
        self.slots.push(slot);
        Some(Key { question: self.question, index: self.slots.len() as u32 - 1 })
    }

    /// Everything that an object understands, nearest first.
    fn object(&mut self, object: ObjectId, is_own: bool) {
        for ancestor in self.ide.universe().ancestors_of(object) {
            for slot in self.ide.universe().slots_of(ancestor) {
                self.slot(slot, is_own || ancestor == object, 0);
            }
        }
    }

    fn messages_to(&mut self, here: &Here, receiver: &Expr) {
        let code = self.ide.universe().code_at(here.file, receiver.span.start);
        let objects = self.ide.objects_of(&code, receiver);
        for object in &objects {
            self.object(*object, true);
        }
        if objects.is_empty() && !self.prefix.is_empty() {
            self.anything();
        }
    }

    /// Of a receiver that is not known, anything may be understood.
    fn anything(&mut self) {
        for slot in self.ide.universe().all_slots() {
            self.slot(slot, false, 0);
        }
    }

    fn above(&mut self, here: &Here, send: &Send) {
        let code = self.ide.universe().code_at(here.file, send.selector.first().map_or(0, |s| s.start));
        for ancestor in self.ide.universe().ancestors_of(code.holder).into_iter().skip(1) {
            for slot in self.ide.universe().slots_of(ancestor) {
                self.slot(slot, false, 0);
            }
        }
    }

    fn continuations(&mut self, here: &Here, send: &Send) {
        let text = here.document.text();
        let begun: String = send.selector.iter().map(|p| p.text(text)).collect();
        let count = send.selector.len();
        let place = send.selector.first().map_or(0, |s| s.start);
        let code = self.ide.universe().code_at(here.file, place);
        let objects = match &send.receiver {
            Receiver::Expr(e) => self.ide.objects_of(&code, e),
            _ => vec![code.holder],
        };
        for object in objects {
            for ancestor in self.ide.universe().ancestors_of(object) {
                for slot in self.ide.universe().slots_of(ancestor) {
                    let name = self.ide.universe().slot_info(slot).name;
                    if name.len() > begun.len() && name.starts_with(&begun) {
                        self.slot(slot, false, count);
                    }
                }
            }
        }
    }

    fn in_scope(&mut self, here: &Here, place: Span) {
        let document = here.document.clone();
        let (text, file) = (document.text(), &document.parse().file);
        for local in locals_at(text, file, place) {
            let (name, kind) =
                (local.name.text(text), if local.kind == LocalKind::Argument { Offered::Argument } else { Offered::Local });
            self.plain(name, kind, "");
            if local.kind == LocalKind::Variable && fits(name, &self.prefix) {
                let (label, snippet) = (format!("{name}:"), format!("{name}: ${{1:value}}"));
                let plain = format!("{label} ");
                self.items.push(Completion { label, kind, from: String::new(), snippet, plain, key: None });
            }
        }
        self.plain("self", Offered::Word, "");
        let code = self.ide.universe().code_at(here.file, place.start);
        self.object(code.holder, true);
        let module = self.ide.universe().module_of(here.file);
        self.object(module, true);
        if code.slot.is_some() {
            self.plain("resend", Offered::Word, "");
        }
    }

    fn modules(&mut self, name: &str, here: &Here, at: u32) {
        let tokens = &here.document.parse().tokens;
        let string = tokens.get(index_at(&here.document, at.saturating_sub(1))).map_or(at, |t| t.span.start + 1);
        self.prefix = here.document.text().get(string as usize..at as usize).unwrap_or("").to_string();
        let outside = self.ide.outside.clone();
        outside.importable(name).iter().for_each(|path| self.plain(path, Offered::Module, ""));
    }

    fn types(&mut self, here: &Here) {
        for word in ["int", "string", "bool", "float", "vector", "any", "self", "nil", "block"] {
            self.plain(word, Offered::Object, "");
        }
        let module = self.ide.universe().module_of(here.file);
        for object in self.ide.universe().ancestors_of(module) {
            for slot in self.ide.universe().slots_of(object) {
                if self.ide.universe().object_in(slot).is_some() {
                    self.slot(slot, false, 0);
                }
            }
        }
    }
}

/// The keywords of a selector behind those that stand already.
fn shown_part(selector: &str, skip: usize) -> String {
    parts(selector).into_iter().skip(skip).collect()
}

/// `at: ${1:i} Put: ${2:v}`, and `at: ` for who knows no marks.
fn insertion(info: &SlotInfo, skip: usize) -> (String, String) {
    let all = parts(&info.name);
    if !info.name.contains(':') {
        return (escaped(&info.name), info.name.clone());
    }
    let mut snippet = Vec::new();
    for (i, part) in all.iter().enumerate().skip(skip) {
        let name = info.parameters.get(i).map_or("value", String::as_str);
        snippet.push(format!("{part} ${{{}:{}}}", i - skip + 1, escaped(name)));
    }
    let plain = all.get(skip).map_or(String::new(), |p| format!("{p} "));
    (snippet.join(" "), plain)
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}

/// Whether a name has the letters that were typed, in order, the first one first.
fn fits(name: &str, typed: &str) -> bool {
    let mut rest = name.chars().map(|c| c.to_ascii_lowercase());
    let mut typed = typed.chars().map(|c| c.to_ascii_lowercase());
    match typed.next() {
        None => true,
        Some(first) => rest.next() == Some(first) && typed.all(|t| rest.any(|r| r == t)),
    }
}
