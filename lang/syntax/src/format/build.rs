//! From tokens to what is laid out.
//!
//! What must stay true: every token but periods that separate, and every comment, ends up in exactly one piece, in order;
//! so whatever the layout does with white space, the program stays the same.

use super::facts::Facts;
use super::model::{Comment, Cut, Group, Item, List, Piece, Program, Shape, Word};
use crate::tokens::{Kind, Token};

/// What surrounds a list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    Top,
    Code,
    Slots,
}

/// A comment before one of these belongs to no item that follows.
fn stands_alone_before(kind: Kind) -> bool {
    kind.is_closer() || matches!(kind, Kind::Comment | Kind::Bar | Kind::TailBar | Kind::Period)
}

/// How many characters stand before a comment of several lines on its line. Nobody asks for other columns, and since such
/// a comment ends a line, counting takes linear time.
fn column(source: &str, kind: Kind, line_start: u32, start: u32, end: u32) -> u32 {
    let text = |from: u32, to: u32| source.get(from as usize..to as usize).unwrap_or("");
    if kind == Kind::Comment && text(start, end).contains(['\n', '\r']) {
        text(line_start, start).chars().count() as u32
    } else {
        0
    }
}

/// No period follows the last expression, so a comment behind it may as well be part of it.
fn keep_with_last(list: &mut List) {
    if let Some(last) = list.items.last_mut() {
        let word = |(text, column)| Piece::Word(Word { text, column, glued: false, cut: Cut::Never, is_comment: true });
        last.pieces.extend(last.trailing.drain(..).map(word));
    }
}

/// A token that is not white space, and how many line ends (at most 2) stand before it.
struct T {
    kind: Kind,
    start: u32,
    end: u32,
    lines: u8,
    column: u32,
}

pub(super) struct Builder<'s> {
    source: &'s str,
    facts: Facts,
    toks: Vec<T>,
    at: usize,
}

impl<'s> Builder<'s> {
    pub(super) fn new(source: &'s str, tokens: &[Token], facts: Facts) -> Self {
        let mut toks = Vec::with_capacity(tokens.len() / 2);
        let (mut lines, mut line_start) = (0_u8, 0);
        for token in tokens {
            let (start, end) = (token.span.start, token.span.end);
            match token.kind {
                Kind::Newline => {
                    lines = (lines + 1).min(2);
                    line_start = end;
                }
                Kind::Join => line_start = end,
                Kind::Space => {}
                kind => {
                    toks.push(T { kind, start, end, lines, column: column(source, kind, line_start, start, end) });
                    lines = 0;
                    if let Some(last) = token.span.text(source).rfind(['\n', '\r']) {
                        line_start = start + last as u32 + 1;
                    }
                }
            }
        }
        Self { source, facts, toks, at: 0 }
    }

    /// The slots at the begin of the file, and what follows.
    pub(super) fn file(mut self) -> Program {
        let shebang = self.shebang();
        let mut before = Vec::new();
        let mut slots = None;
        let first = self.toks[self.at..].iter().position(|t| t.kind != Kind::Comment);
        if first.is_some_and(|i| self.toks[self.at + i].kind == Kind::Bar) {
            while self.kind() == Some(Kind::Comment) {
                before.push(self.comment());
            }
            self.at += 1;
            let list = self.list(Around::Slots);
            self.at += 1;
            slots = Some((before, list));
        }
        let code = self.list(Around::Top);
        Program { shebang, module: slots, code }
    }

    fn shebang(&mut self) -> Option<(String, bool)> {
        let line = self.toks.first().filter(|t| t.kind == Kind::Shebang)?;
        let blank_behind = self.toks.get(1).is_some_and(|t| t.lines > 1);
        self.at += 1;
        Some((self.text(line.start, line.end).trim_end_matches([' ', '\t']).to_owned(), blank_behind))
    }

    fn kind(&self) -> Option<Kind> {
        self.toks.get(self.at).map(|t| t.kind)
    }

    fn text(&self, start: u32, end: u32) -> String {
        self.source.get(start as usize..end as usize).unwrap_or("").to_owned()
    }

    fn comment(&mut self) -> Comment {
        let t = &self.toks[self.at];
        let comment = (self.text(t.start, t.end), t.column, t.lines > 1);
        self.at += 1;
        comment
    }

    /// Items up to a closing bar (of slots), a closing bracket, or the end; that one is left there.
    fn list(&mut self, around: Around) -> List {
        let mut list = List::default();
        loop {
            let mut item = Item::default();
            self.leading_comments(&mut item, &mut list);
            let Some(t) = self.toks.get(self.at) else { break };
            if t.kind.is_closer() || (around == Around::Slots && matches!(t.kind, Kind::Bar | Kind::TailBar)) {
                break;
            }
            if t.kind == Kind::Period {
                // Behind the bar of a module or an annotation's text; it means nothing.
                self.at += 1;
                self.put_back(item.comments, &mut list);
                continue;
            }
            item.begins_line |= t.lines > 0;
            item.blank_before |= t.lines > 1;
            self.item(&mut item, around);
            list.items.push(item);
        }
        if around == Around::Code {
            keep_with_last(&mut list);
        }
        list
    }

    /// Comments before the next item. One behind the last item on its line is that item's; one directly before the next
    /// on its line becomes part of that. If nothing follows, they are the list's.
    fn leading_comments(&mut self, item: &mut Item, list: &mut List) {
        let mut own = std::mem::take(&mut list.comments);
        while self.kind() == Some(Kind::Comment) {
            let lines = self.toks[self.at].lines;
            let next = self.toks.get(self.at + 1);
            let ends_line = next.is_none_or(|n| n.lines > 0);
            let behind = if own.is_empty() && lines == 0 { self.comments_to_line_end() } else { 0 };
            match list.items.last_mut() {
                Some(last) if behind > 0 && last.trailing.is_empty() => {
                    let all = (0..behind).map(|_| self.comment());
                    last.trailing = all.map(|(text, column, _)| (text, column)).collect();
                }
                _ if ends_line || next.is_some_and(|n| stands_alone_before(n.kind)) => {
                    item.begins_line |= lines > 0;
                    own.push(self.comment());
                }
                _ => break,
            }
        }
        let ends = self.toks.get(self.at).is_none_or(|t| t.kind.is_closer() || matches!(t.kind, Kind::Bar | Kind::TailBar));
        if ends {
            list.comments = own;
        } else {
            item.comments = own;
        }
    }

    /// How many comments stand from here to the end of the line, if nothing else does.
    fn comments_to_line_end(&self) -> usize {
        let rest = &self.toks[self.at..];
        let one_line = rest.iter().enumerate().take_while(|(i, t)| *i == 0 || t.lines == 0).map(|(_, t)| t);
        let count = one_line.clone().take_while(|t| t.kind == Kind::Comment).count();
        if one_line.count() == count { count } else { 0 }
    }

    fn put_back(&mut self, comments: Vec<Comment>, list: &mut List) {
        list.comments = comments;
    }

    fn item(&mut self, item: &mut Item, around: Around) {
        let mut in_header = around == Around::Slots;
        let mut first = true;
        while let Some(t) = self.toks.get(self.at) {
            let (kind, start) = (t.kind, t.start);
            let ends = match around {
                Around::Slots => kind == Kind::Bar || (kind == Kind::TailBar && in_header && !self.ends_operator_name(item)),
                Around::Top => !first && self.facts.statements.contains(&start),
                Around::Code => false,
            };
            if ends || kind.is_closer() {
                return;
            }
            if kind == Kind::Period {
                item.period = true;
                self.at += 1;
                return;
            }
            // A comment before the next statement of the top level is not part of this one.
            if kind == Kind::Comment && !first && self.comment_ends_item(around) {
                return;
            }
            if around == Around::Slots && first && kind == Kind::OpenBrace && self.is_annotation() {
                let group = self.group(Shape::Annotation);
                item.pieces.push(Piece::Group(Box::new(group)));
                return self.optional_period(item);
            }
            let is_object_annotation = around == Around::Slots && first && kind == Kind::OpenBrace;
            self.piece(item, &mut in_header, first);
            if is_object_annotation {
                return self.object_annotation(item);
            }
            first &= kind == Kind::Comment;
        }
    }

    /// The slot is called `*|`, say, and we are at its second half.
    fn ends_operator_name(&self, item: &Item) -> bool {
        let words = item.pieces.iter().filter(|p| !matches!(p, Piece::Word(w) if w.is_comment)).count();
        words == 1 && matches!(self.toks[self.at - 1].kind, Kind::Star | Kind::Greater)
    }

    /// `= 'text'` behind `{}`; no period need follow.
    fn object_annotation(&mut self, item: &mut Item) {
        let mut in_header = true;
        let rest = self.toks[self.at..].iter().position(|t| t.kind == Kind::String).map_or(0, |n| n + 1);
        for _ in 0..rest {
            self.piece(item, &mut in_header, false);
        }
        self.optional_period(item);
    }

    /// A period that may follow, perhaps behind comments.
    fn optional_period(&mut self, item: &mut Item) {
        let rest = self.toks[self.at..].iter().position(|t| t.kind != Kind::Comment);
        let Some(comments) = rest.filter(|n| self.toks[self.at + n].kind == Kind::Period) else { return };
        for _ in 0..comments {
            self.piece(item, &mut false, false);
        }
        self.at += 1;
    }

    fn comment_ends_item(&self, around: Around) -> bool {
        let rest = &self.toks[self.at..];
        let after = rest.iter().position(|t| t.kind != Kind::Comment);
        let on_one_line = rest.iter().take(after.map_or(rest.len(), |n| n + 1)).all(|t| t.lines == 0);
        if around != Around::Top && on_one_line && after.is_some() {
            return false;
        }
        match after.map(|n| &rest[n]) {
            None => true,
            Some(t) if t.kind.is_closer() => true,
            Some(t) => match around {
                Around::Slots => matches!(t.kind, Kind::Bar | Kind::TailBar),
                Around::Top => self.facts.statements.contains(&t.start) && self.at > 0,
                Around::Code => false,
            },
        }
    }

    /// `{ 'text'`, but not `{} =`.
    fn is_annotation(&self) -> bool {
        self.toks[self.at + 1..].iter().find(|t| t.kind != Kind::Comment).is_some_and(|t| t.kind == Kind::String)
    }

    fn piece(&mut self, item: &mut Item, in_header: &mut bool, first: bool) {
        let t = &self.toks[self.at];
        let (kind, start, end, column) = (t.kind, t.start, t.end, t.column);
        let glued = self.is_glued(item, *in_header);
        let word = |text, cut| Word { text, column, glued, cut, is_comment: kind == Kind::Comment };
        let piece = match kind {
            Kind::OpenParen if self.facts.methods.contains(&start) => Piece::Group(Box::new(self.group(Shape::Method))),
            Kind::OpenParen => Piece::Group(Box::new(self.group(Shape::Paren))),
            Kind::OpenBracket => Piece::Group(Box::new(self.group(Shape::Block))),
            Kind::OpenBrace => Piece::Group(Box::new(self.group(Shape::Brace))),
            Kind::OpenTemplate => Piece::Word(word(self.template(), Cut::Never)),
            Kind::Less if self.facts.types.contains_key(&start) => Piece::Word(word(self.type_(start), Cut::Never)),
            Kind::CaretLess if self.facts.types.contains_key(&(end - 1)) => {
                let text = format!("^ {}", self.type_(end - 1));
                Piece::Word(word(text, Cut::Never))
            }
            Kind::NegativeInteger | Kind::NegativeFloat if self.facts.minus.contains(&start) => {
                item.pieces.push(Piece::Word(word("-".to_owned(), Cut::Operator)));
                self.at += 1;
                let number = Word { glued: false, ..word(self.text(start + 1, end), Cut::Never) };
                Piece::Word(number)
            }
            _ => {
                self.at += 1;
                let cut = match kind {
                    _ if *in_header || first || glued => Cut::Never,
                    Kind::CapitalKeyword => Cut::Keyword,
                    Kind::Bar => Cut::Never,
                    kind if kind.is_operator() => Cut::Operator,
                    _ => Cut::Never,
                };
                Piece::Word(word(self.text(start, end), cut))
            }
        };
        if !first && matches!(kind, Kind::Equal | Kind::Arrow | Kind::TailEqual | Kind::TailArrow) {
            *in_header = false;
        }
        item.pieces.push(match piece {
            Piece::Group(mut group) => {
                group.glued = glued;
                Piece::Group(group)
            }
            word => word,
        });
    }

    /// No blank between the token before and this one.
    fn is_glued(&self, item: &Item, in_header: bool) -> bool {
        let t = &self.toks[self.at];
        let Some(before) = self.at.checked_sub(1).map(|i| &self.toks[i]) else { return false };
        if item.pieces.is_empty() {
            return false;
        }
        match t.kind {
            Kind::Dot => true,
            _ if before.kind == Kind::Dot => true,
            // `p*` in a header; the name of an operator slot stands first and is not behind a name.
            Kind::Star => in_header && before.kind == Kind::Name,
            // `at:Put:` without arguments in between.
            Kind::CapitalKeyword => in_header && matches!(before.kind, Kind::Keyword | Kind::CapitalKeyword),
            kind if kind.is_tail() => !in_header || self.ends_operator_name(item),
            _ => false,
        }
    }

    /// A template as it stands: blanks in it may be its text.
    fn template(&mut self) -> String {
        let start = self.toks[self.at].start;
        let mut depth = 0;
        while let Some(t) = self.toks.get(self.at) {
            depth += i32::from(t.kind == Kind::OpenTemplate) - i32::from(t.kind == Kind::CloseTemplate);
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
        self.text(start, self.toks[self.at - 1].end)
    }

    /// A type: one blank where the source has blanks, none inside brackets. (It may contain slots with any expression.)
    fn type_(&mut self, start: u32) -> String {
        let end = self.facts.types.get(&start).copied().unwrap_or(start);
        let mut out = String::from("<");
        self.at += 1;
        let mut before = (Kind::OpenBracket, start + 1);
        while let Some(t) = self.toks.get(self.at).filter(|t| t.start < end) {
            let is_last = t.end == end;
            let tight = matches!(before.0, Kind::OpenBracket | Kind::OpenParen)
                || matches!(t.kind, Kind::CloseBracket | Kind::CloseParen)
                || (is_last && t.kind == Kind::Greater)
                || (t.kind == Kind::Comma
                    && matches!(before.0, Kind::Name | Kind::CapitalName | Kind::CloseBracket | Kind::CloseParen));
            if before.1 < t.start && !tight {
                out.push(' ');
            }
            out.push_str(&self.text(t.start, t.end));
            before = (t.kind, t.end);
            self.at += 1;
        }
        out
    }

    /// From an opening bracket past its partner.
    fn group(&mut self, shape: Shape) -> Group {
        self.at += 1;
        let mut group = Group { shape, glued: false, head: Vec::new(), slots: None, code: List::default() };
        let first = self.toks[self.at..].iter().position(|t| t.kind != Kind::Comment).map(|i| self.at + i);
        let has_bar = first.is_some_and(|i| self.toks[i].kind == Kind::Bar);
        if has_bar || shape == Shape::Annotation {
            while self.kind() == Some(Kind::Comment) {
                self.head_word(&mut group, true);
            }
        }
        if shape == Shape::Annotation {
            self.head_word(&mut group, false);
            self.behind_annotation(&mut group);
            group.code = self.list(Around::Slots);
        } else {
            if has_bar {
                self.at += 1;
                group.slots = Some(self.list(Around::Slots));
                self.at += 1;
            }
            group.code = self.list(Around::Code);
        }
        self.at += 1;
        group
    }

    /// Comments behind an annotation's text that are not about the next slot: those before the period that may follow, which means nothing, and those that end its line.
    fn behind_annotation(&mut self, group: &mut Group) {
        let rest = &self.toks[self.at..];
        let comments = rest.iter().take_while(|t| t.kind == Kind::Comment).count();
        if rest.get(comments).is_some_and(|t| t.kind == Kind::Period) {
            (0..comments).for_each(|_| self.head_word(group, true));
            self.at += 1;
        }
        let rest = &self.toks[self.at..];
        let same_line = rest.iter().take_while(|t| t.kind == Kind::Comment && t.lines == 0).count();
        if rest.get(same_line).is_some_and(|next| next.lines > 0) {
            (0..same_line).for_each(|_| self.head_word(group, true));
        }
    }

    fn head_word(&mut self, group: &mut Group, is_comment: bool) {
        let t = &self.toks[self.at];
        let (text, column) = (self.text(t.start, t.end), t.column);
        group.head.push(Word { text, column, glued: false, cut: Cut::Never, is_comment });
        self.at += 1;
    }
}
