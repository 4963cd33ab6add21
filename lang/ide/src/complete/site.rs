//! Where the cursor is.
//!
//! Code that is being written is read as something else, or not at all, where its next word is missing: `( | x | )` is an object, `parent.` ends a
//! statement, `<>` is an operator. There a word is put in, and the text is read with it. What must stay true: nothing before the cursor moves by
//! that, so what the checker knows of places there holds in that text, too.

use std::cell::OnceCell;
use std::rc::Rc;

use aura_syntax::tokens::{Kind, Token};
use aura_syntax::tree::{Expr, ExprKind, Init, Send};
use aura_types::{Code, ObjectId, SlotId};

use crate::document::Document;
use crate::path::{Node, path};
use crate::resolve::Here;
use crate::target::name_spans;
use crate::words::{index_at, is_word};
use crate::{Ide, Span};

/// The word that is put in.
const WORD: &str = "x";

/// What may stand at the cursor.
pub(super) enum Site<'t> {
    /// A message to what stands before, or what a keyword message goes on with whose argument that is.
    Receiver { operand: &'t Expr, continued: Option<&'t Send>, is_only_continued: bool },
    /// An expression.
    Open,
    /// A message behind `resend.`, or behind `parent.`
    Above(Option<&'t str>),
    /// The path of an `import:`.
    Path,
    /// The name of a type.
    Type,
}

/// The cursor's place in a text that has a word there.
pub(super) struct Spot {
    pub(super) here: Here,
    pub(super) word: Span,
    /// The word is not in the file.
    pub(super) is_put_in: bool,
    /// The code around, once somebody wants to know about it: in a text that cannot be read that may be all the rest.
    code: OnceCell<Rc<Code>>,
}

impl Spot {
    /// `word` is what stands there before, empty where nothing does.
    pub(super) fn new(here: Here, word: Span, at: u32) -> Self {
        if word.start < word.end || !needs_word(&here.document, at) {
            return Self { here, word, is_put_in: false, code: OnceCell::new() };
        }
        let mut text = here.document.text().to_string();
        text.insert_str(at as usize, WORD);
        let here = Here { document: Rc::new(Document::new(&text)), ..here };
        let word = Span { start: at, end: at + WORD.len() as u32 };
        Self { here, word, is_put_in: true, code: OnceCell::new() }
    }

    /// The code around.
    pub(super) fn code(&self, ide: &mut Ide) -> Rc<Code> {
        let tokens = &self.here.document.parse().tokens;
        let first = tokens.partition_point(|t| t.span.end <= self.word.start);
        // What stands before the cursor is in it, where its end may be behind that already.
        let place = || before(tokens, first).map_or(self.word.start, |last| last.span.start);
        self.code.get_or_init(|| Rc::new(ide.universe().code_at(self.here.file, place()))).clone()
    }

    /// Whether no letter of a word stands there yet.
    pub(super) fn is_empty(&self) -> bool {
        self.is_put_in || self.word.start == self.word.end
    }

    /// The object that is `self` there.
    pub(super) fn holder(&self, ide: &mut Ide) -> ObjectId {
        // What is in the code around does not matter: in a text that cannot be read that may be all the rest of it.
        let around = ide.universe().holder_at(self.here.file, self.word.start);
        self.method(ide).map_or(around, |slot| slot.object)
    }

    /// Whether `resend` means something there.
    pub(super) fn is_in_method(&self, ide: &mut Ide) -> bool {
        ide.universe().slot_of_code(self.here.file, self.word.start).is_some() || self.method(ide).is_some()
    }

    /// The method around that is one only with the word in it.
    fn method(&self, ide: &mut Ide) -> Option<SlotId> {
        let nodes = path(&self.here.document.parse().file, self.word);
        let slot = nodes.into_iter().rev().filter(|_| self.is_put_in).find_map(|n| match n {
            Node::Slot(slot) if matches!(slot.init, Init::Method(_)) => Some(slot),
            _ => None,
        })?;
        ide.universe().slot_at(self.here.file, name_spans(slot)[0].start)
    }
}

/// Whether a text means something else there until the next word comes.
fn needs_word(document: &Document, at: u32) -> bool {
    let text = document.text();
    let Some(before) = text.get(..at as usize) else { return false };
    let line = before.rsplit(['\n', '\r']).next().unwrap_or("");
    let is_behind_name = before.strip_suffix('.').is_some_and(|b| b.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_'));
    // A type that began and did not end, if it is one: an arrow is none, and neither is an operator with space behind it.
    let is_in_type = line.rfind('<').map(|begin| &line[begin + 1..]);
    let is_in_type = is_in_type.is_some_and(|rest| !rest.contains('>') && !rest.starts_with(['-', '=', ' ', '\t']));
    is_behind_name || is_in_type || is_behind_slots(document, at)
}

/// Whether a place is between the bar that ends an object's slots and the bracket that ends the object.
fn is_behind_slots(document: &Document, at: u32) -> bool {
    let nodes = path(&document.parse().file, Span { start: at, end: at });
    // Brackets with nothing in them, not even bars, are an object, too.
    let is_ended = |n: &&Node| match n {
        Node::List(list) => {
            list.span.end == at && list.span.start < at || list.slots.is_empty() && !document.letters(list.span).contains('|')
        }
        _ => false,
    };
    match nodes.iter().rev().find(|n| !is_ended(n)) {
        Some(Node::Expr(Expr { kind: ExprKind::Object(list), span })) => {
            span.start < at && at < span.end && (at >= list.span.end || list.slots.is_empty())
        }
        _ => false,
    }
}

/// The word that ends at, or goes on behind, the cursor; empty where there is none.
pub(super) fn word_before(here: &Here, at: u32) -> Span {
    let tokens = &here.document.parse().tokens;
    let found = tokens.get(index_at(&here.document, at.saturating_sub(1))).filter(|t| t.span.start < at && is_word(t.kind));
    let Some(found) = found else { return Span { start: at, end: at } };
    let start = found.span.start + u32::from(found.kind == Kind::Argument);
    // A keyword that is there already keeps its colon.
    let end = if here.document.letters(found.span).ends_with(':') { at } else { found.span.end };
    Span { start, end: end.max(at) }
}

/// What may stand at a place; nothing in comments, numbers and texts.
pub(super) fn site(spot: &Spot, at: u32) -> Option<Site<'_>> {
    let Spot { here, word, .. } = spot;
    let (document, file) = (&here.document, &here.document.parse().file);
    let tokens = &document.parse().tokens;
    let index = index_at(document, at.saturating_sub(1));
    match tokens.get(index).filter(|t| t.span.start < at)?.kind {
        Kind::Comment | Kind::OpenComment => return None,
        Kind::String | Kind::OpenString | Kind::TemplateText => {
            let is_path = before(tokens, index).is_some_and(|t| document.letters(t.span) == "import:");
            return is_path.then_some(Site::Path);
        }
        Kind::Integer | Kind::Float | Kind::NegativeInteger | Kind::NegativeFloat | Kind::Argument => return None,
        _ => {}
    }
    if path(file, *word).iter().any(|n| matches!(n, Node::Type(_))) {
        return Some(Site::Type);
    }
    let first = tokens.partition_point(|t| t.span.end <= word.start);
    let Some(last) = before(tokens, first) else { return Some(Site::Open) };
    if last.kind == Kind::Dot {
        let name = tokens[..first.saturating_sub(1)].last()?;
        return Some(Site::Above((name.kind != Kind::ResendWord).then(|| document.letters(name.span))));
    }
    let ends = ends_operand(last.kind) && !(is_at_top(here, last.span) && is_line_between(here, last.span.end, word.start));
    if !ends {
        return Some(Site::Open);
    }
    let letters = document.letters(Span { end: at.max(word.start), ..*word });
    let is_capital = letters.starts_with(|c: char| c.is_ascii_uppercase());
    let continued = open_keywords(here, last.span).filter(|_| is_capital || letters.is_empty());
    let is_only_continued = is_capital && continued.is_some();
    let receiver = |operand| Site::Receiver { operand, continued, is_only_continued };
    operand(here, last.span).map(receiver).or(Some(Site::Open))
}

/// The last token before one that is not white space.
pub(super) fn before(tokens: &[Token], index: usize) -> Option<Token> {
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

/// Whether a line ends between two places.
pub(crate) fn is_line_between(here: &Here, from: u32, to: u32) -> bool {
    here.document.text().get(from as usize..to as usize).is_some_and(|t| t.contains(['\n', '\r']))
}

/// Whether a place is outside all brackets, where a line end ends an expression.
pub(crate) fn is_at_top(here: &Here, place: Span) -> bool {
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

/// The keyword message whose arguments end with a token, as far as they were written.
fn open_keywords(here: &Here, last: Span) -> Option<&Send> {
    let nodes = path(&here.document.parse().file, last);
    // In brackets that are an argument, or the receiver, another expression stands.
    let is_around = |n: &&Node| match n {
        Node::Body(_) | Node::List(_) => n.span().end > last.end,
        Node::Expr(Expr { kind: ExprKind::Vector(_) | ExprKind::Template(_), span }) => span.end > last.end,
        _ => false,
    };
    nodes.iter().rev().take_while(|n| !is_around(n)).find_map(|n| match n {
        Node::Expr(Expr { kind: ExprKind::Send(send), .. }) => {
            let first = send.selector.first()?;
            (here.document.letters(*first).ends_with(':') && first.end <= last.start).then_some(&**send)
        }
        _ => None,
    })
}
