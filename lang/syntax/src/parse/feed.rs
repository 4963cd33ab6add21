//! From the tokens of a source to what the grammar reads.
//!
//! White space and comments go away, brackets become balanced (a missing one is put in, one too many is left out, each
//! with a diagnostic), what is nested too deeply becomes one token, and of all line ends only those remain that end an
//! expression. So the grammar may rely on this: every opening bracket has its partner, recursion is bounded, the last
//! token is [`Kind::End`].

use super::{MAX_NESTING, Mode};
use crate::codes;
use crate::diagnostic::{Diagnostic, Edit};
use crate::tokens::{Kind, Token, check};
use crate::tree::Span;

/// A token as the grammar sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tok {
    pub(super) kind: Kind,
    pub(super) span: Span,
    /// Its place in the full token vector (for one that was put in: the place of the next).
    pub(super) index: u32,
}

/// What the grammar reads, and what was wrong up to here.
pub(super) struct Feed {
    pub(super) toks: Vec<Tok>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The text ends inside of something.
    pub(super) is_incomplete: bool,
}

pub(super) fn feed(source: &str, tokens: &[Token], mode: Mode) -> Feed {
    let mut feeder = Feeder {
        source,
        tokens,
        out: Vec::with_capacity(tokens.len() / 2 + 2),
        diagnostics: Vec::new(),
        open: Vec::new(),
        keywords: 0,
        keywords_here: 0,
        line_end: None,
        module: Module::new(mode),
        too_deep_reported: false,
        open_at_end: 0,
    };
    let is_incomplete = feeder.run();
    Feed { toks: feeder.out, diagnostics: feeder.diagnostics, is_incomplete }
}

/// A bracket that waits for its partner.
struct Open {
    kind: Kind,
    span: Span,
    /// Keywords in the statement around it.
    keywords_around: usize,
}

struct Feeder<'s> {
    source: &'s str,
    tokens: &'s [Token],
    out: Vec<Tok>,
    diagnostics: Vec<Diagnostic>,
    open: Vec<Open>,
    /// Keywords in all statements we are in: each nests what follows by one.
    keywords: usize,
    /// Those of the innermost statement.
    keywords_here: usize,
    /// A line end that may turn out to end an expression.
    line_end: Option<Tok>,
    module: Module,
    too_deep_reported: bool,
    /// Brackets that were open at the end of the source. One forgotten leaves many open; a few of them are enough to name.
    open_at_end: usize,
}

impl Feeder<'_> {
    /// Answers whether the text ends inside of something.
    fn run(&mut self) -> bool {
        let mut i = 0;
        while let Some(&token) = self.tokens.get(i) {
            if let Some(diagnostic) = check(self.source, token) {
                self.diagnostics.push(diagnostic);
            }
            let tok = Tok { kind: token.kind, span: token.span, index: i as u32 };
            i += 1;
            match token.kind {
                Kind::Newline => self.newline(tok),
                kind if kind.is_trivia() || kind == Kind::Bad => {}
                kind if kind.is_closer() => self.close(tok),
                _ => i = self.significant(tok, i),
            }
        }
        let is_incomplete = self.ends_inside();
        self.finish();
        is_incomplete
    }

    /// A bracket, string, comment or slot list is open, or the last token waits for something.
    fn ends_inside(&self) -> bool {
        let last = self.out.last().map(|last| last.kind);
        let waits = last.is_some_and(|kind| !can_end_expression(kind) && !matches!(kind, Kind::Period | Kind::Newline));
        let is_open = |token: &Token| matches!(token.kind, Kind::OpenString | Kind::OpenComment);
        let joins = self.tokens.last().is_some_and(|t| t.kind == Kind::Join) || self.source.ends_with('\\');
        !self.open.is_empty() || waits || joins || self.module.is_open() || self.tokens.iter().any(is_open)
    }

    /// A token that is neither white space nor a closing bracket; answers where to go on.
    fn significant(&mut self, tok: Tok, next: usize) -> usize {
        self.settle_line_end(tok);
        self.module.see(tok.kind, self.open.len());
        match tok.kind {
            Kind::Keyword => {
                self.keywords += 1;
                self.keywords_here += 1;
                if self.is_too_deep() {
                    return self.too_deep(tok, next, 0);
                }
            }
            Kind::Period | Kind::Bar | Kind::TailBar => self.statement_ends(),
            kind if kind.closer().is_some() => {
                self.open.push(Open { kind, span: tok.span, keywords_around: self.keywords_here });
                self.keywords_here = 0;
                if self.is_too_deep() {
                    self.pop();
                    return self.too_deep(tok, next, 1);
                }
            }
            _ => {}
        }
        self.out.push(tok);
        next
    }

    fn statement_ends(&mut self) {
        self.keywords -= self.keywords_here;
        self.keywords_here = 0;
    }

    fn pop(&mut self) -> Option<Open> {
        let open = self.open.pop()?;
        self.keywords -= self.keywords_here;
        self.keywords_here = open.keywords_around;
        Some(open)
    }

    fn is_too_deep(&self) -> bool {
        self.open.len() + self.keywords > MAX_NESTING
    }

    /// Puts one token in the place of a bracket and its contents (`nested` is 1), or of the rest of a statement.
    fn too_deep(&mut self, tok: Tok, mut i: usize, mut nested: usize) -> usize {
        let bracket = nested == 1;
        let mut span = tok.span;
        while let Some(token) = self.tokens.get(i) {
            let kind = token.kind;
            let ends = kind.is_closer() || kind == Kind::Period || (kind == Kind::Newline && self.open.is_empty());
            if nested == 0 && ends {
                break;
            }
            nested = nested + usize::from(kind.closer().is_some()) - usize::from(kind.is_closer());
            span.end = token.span.end;
            i += 1;
            if bracket && nested == 0 {
                break;
            }
        }
        if !self.too_deep_reported {
            self.too_deep_reported = true;
            self.diagnostics.push(super::state::too_deep(tok.span));
        }
        self.out.push(Tok { kind: Kind::TooDeep, span, index: tok.index });
        i
    }

    fn close(&mut self, tok: Tok) {
        self.line_end = None;
        let partner = self
            .open
            .iter()
            .rposition(|open| open.kind.closer() == Some(tok.kind))
            .filter(|at| !self.open[at + 1..].iter().any(|o| matches!(o.kind, Kind::OpenHole | Kind::OpenTemplate)));
        let Some(partner) = partner else { return self.unopened(tok) };
        while self.open.len() > partner + 1 {
            self.put_in_closer(tok.span.start, tok.index, Some(tok.span));
        }
        self.pop();
        self.out.push(tok);
    }

    fn unopened(&mut self, tok: Tok) {
        let letter = tok.span.text(self.source);
        let mut diagnostic = Diagnostic::error(
            &codes::UNOPENED,
            format!("no bracket is open that this `{letter}` could close"),
            tok.span,
            "skipped",
        )
        .fix("remove it", vec![Edit::replace(tok.span, "")]);
        if let Some(open) = self.open.last() {
            diagnostic = diagnostic.also(open.span, "only this one is open");
        }
        self.diagnostics.push(diagnostic);
    }

    /// The innermost open bracket is closed where its partner should have stood.
    fn put_in_closer(&mut self, before: u32, index: u32, because: Option<Span>) {
        let Some(open) = self.pop() else { return };
        let Some(closer) = open.kind.closer() else { return };
        let at = self.out.last().map_or(before, |last| last.span.end);
        if self.open_at_end < 3 {
            self.diagnostics.push(unclosed(&open, self.source, at, because));
        }
        self.open_at_end += usize::from(because.is_none());
        self.out.push(Tok { kind: closer, span: Span { start: at, end: at }, index });
    }

    fn newline(&mut self, tok: Tok) {
        if !self.open.is_empty() || !self.module.line_ends_count() {
            return;
        }
        let counts = self.out.last().is_some_and(|last| can_end_expression(last.kind));
        if counts && self.line_end.is_none() {
            self.line_end = Some(tok);
        }
    }

    /// Whether the line end before `tok` ends an expression is known now.
    fn settle_line_end(&mut self, tok: Tok) {
        let Some(line_end) = self.line_end.take() else { return };
        // Behind the slots of the module no expression has begun yet.
        let goes_on = self.out.last().is_some_and(|last| !matches!(last.kind, Kind::Bar | Kind::TailBar));
        if goes_on && (tok.kind == Kind::CapitalKeyword || tok.kind.is_operator()) {
            let text = tok.span.text(self.source);
            let before = self.out.last().map_or(line_end.span, |last| last.span);
            self.diagnostics.push(
                Diagnostic::error(
                    &codes::LINE_START,
                    format!("`{text}` cannot begin an expression here"),
                    tok.span,
                    "begins a new line",
                )
                .also(before, "the expression before ended with its line")
                .note("at the top level of a file a line end ends an expression where no bracket is open")
                .help("put the whole expression in parentheses, or a back-slash at the end of the first line"),
            );
            return;
        }
        self.statement_ends();
        self.out.push(line_end);
    }

    fn finish(&mut self) {
        let end = self.source.len() as u32;
        let index = self.tokens.len() as u32;
        while !self.open.is_empty() {
            self.put_in_closer(end, index, None);
        }
        self.out.push(Tok { kind: Kind::End, span: Span { start: end, end }, index });
    }
}

/// A line end after one of these ends the expression; after anything else it is white space.
fn can_end_expression(kind: Kind) -> bool {
    !(kind.is_operator()
        || kind.is_tail()
        || matches!(kind, Kind::Keyword | Kind::CapitalKeyword | Kind::Caret | Kind::Dot | Kind::Period | Kind::Newline))
}

fn unclosed(open: &Open, source: &str, at: u32, because: Option<Span>) -> Diagnostic {
    if open.kind == Kind::OpenTemplate {
        return Diagnostic::error(&codes::OPEN_TEMPLATE, "this template has no end", open.span, "begins here")
            .help("close it with a back-quote; write \\` for a back-quote inside it");
    }
    let opener = open.span.text(source);
    let closer = match open.kind {
        Kind::OpenParen => ")",
        Kind::OpenBracket => "]",
        _ => "}",
    };
    let diagnostic =
        Diagnostic::error(&codes::UNCLOSED, format!("this `{opener}` is never closed"), open.span, format!("needs a `{closer}`"))
            .fix(format!("put a `{closer}` in"), vec![Edit::insert(at, closer)]);
    match because {
        Some(span) => diagnostic.also(span, "this closes a bracket further out"),
        None => diagnostic.note("the source ends before it is closed"),
    }
}

/// Whether we are in the slot list at the begin of a file, where line ends are white space although no bracket is open.
struct Module {
    place: Place,
    /// Before the `=` or `<-` of a slot: here `<` begins a type.
    header: bool,
    in_type: bool,
    last: Kind,
    /// The next token begins a slot.
    begins_slot: bool,
    /// The last token was the first half of an operator that is a slot's name.
    in_name: bool,
}

#[derive(PartialEq)]
enum Place {
    Begin,
    Slots,
    Code,
    /// Line ends never count.
    Nowhere,
}

impl Module {
    fn new(mode: Mode) -> Self {
        let place = if mode == Mode::File { Place::Begin } else { Place::Nowhere };
        Self { place, header: true, in_type: false, last: Kind::Period, begins_slot: true, in_name: false }
    }

    /// The slot list of the module has begun and not ended.
    fn is_open(&self) -> bool {
        self.place == Place::Slots
    }

    fn line_ends_count(&self) -> bool {
        self.place == Place::Code
    }

    fn see(&mut self, kind: Kind, depth: usize) {
        match self.place {
            Place::Begin => self.place = if kind == Kind::Bar { Place::Slots } else { Place::Code },
            Place::Slots if depth == 0 => self.slots(kind),
            _ => {}
        }
    }

    fn slots(&mut self, kind: Kind) {
        match kind {
            Kind::Bar if !self.in_type => self.place = Place::Code,
            Kind::TailBar if self.header && !self.in_type && !self.in_name => self.place = Place::Code,
            Kind::Period => (self.header, self.in_type) = (true, false),
            // `{} = 'text'`: the next slot may follow without a period.
            Kind::Equal if self.header && self.last == Kind::OpenBrace => {}
            Kind::Equal | Kind::Arrow | Kind::TailEqual | Kind::TailArrow => (self.header, self.in_type) = (false, false),
            Kind::Less if self.header => {
                self.in_type = matches!(self.last, Kind::Name | Kind::Argument | Kind::Star | Kind::Caret)
            }
            Kind::CaretLess => self.in_type = self.header,
            Kind::Greater => self.in_type = false,
            _ => {}
        }
        self.in_name = self.begins_slot && matches!(kind, Kind::Star | Kind::Greater);
        self.begins_slot = matches!(kind, Kind::Period | Kind::OpenBrace) || (self.header && kind == Kind::String);
        self.last = kind;
    }
}
