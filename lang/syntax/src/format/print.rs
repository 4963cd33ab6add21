//! The layout: items and groups to text.
//!
//! A group stands on one line if it fits and its author did not begin lines between its items; else each item gets a line,
//! indented by four. Objects and vectors close on a line of their own, code closes behind its last expression.
//!
//! What must stay true: laying out what was laid out changes nothing, and the time is linear (a group is tried on one
//! line only up to the width of the page).

use super::model::{Comment, Cut, Group, Item, List, Piece, Program, Shape, Word};

/// The width of the page.
const WIDTH: usize = 100;
const STEP: usize = 4;

pub(super) struct Printer {
    pub(super) out: String,
    column: usize,
    /// The indentation of the current line.
    indent: usize,
}

/// How the items of a list end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// As in the source (at the top level).
    AsWritten,
    /// A period between items.
    Between,
    /// A period after each.
    Each,
}

impl Printer {
    pub(super) fn new() -> Self {
        Self { out: String::new(), column: 0, indent: 0 }
    }

    pub(super) fn file(mut self, program: &Program) -> String {
        let (slots, code) = (&program.module, &program.code);
        let had_slots = slots.is_some();
        if let Some((before, list)) = slots {
            self.comments(before, 0, true);
            if !before.is_empty() {
                self.newline(0);
            }
            self.module(list);
        }
        let begin = !had_slots;
        if !code.is_empty() {
            if had_slots {
                self.newline(0);
            }
            self.items(code, 0, Ends::AsWritten, begin);
        }
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        if let Some((line, blank_behind)) = &program.shebang {
            let blank = if *blank_behind && !self.out.is_empty() { "\n" } else { "" };
            self.out.insert_str(0, &format!("{line}\n{blank}"));
        }
        self.out
    }

    fn module(&mut self, list: &List) {
        let mut flat = Flat::new(WIDTH - 2);
        if !list.items.iter().any(|i| i.begins_line) && flat.list(list) {
            let text = flat.out;
            let space = if text.is_empty() { "" } else { " " };
            return self.write(&format!("| {text}{space}|"));
        }
        self.write("|");
        self.newline(STEP);
        self.items(list, STEP, Ends::Each, true);
        self.newline(0);
        self.write("|");
    }

    /// Items on lines of their own; the first begins where we are.
    fn items(&mut self, list: &List, indent: usize, ends: Ends, at_begin: bool) {
        let mut begin = true;
        let last = list.items.len().saturating_sub(1);
        for (i, item) in list.items.iter().enumerate() {
            if !begin {
                self.newline(indent);
            }
            self.comments(&item.comments, indent, begin && at_begin);
            if !item.comments.is_empty() {
                self.newline(indent);
                begin = false;
            }
            if item.blank_before && !(begin && at_begin) {
                self.blank_line();
            }
            begin = false;
            self.item(item, indent, ends == Ends::AsWritten);
            let annotation = matches!(&item.pieces[..], [Piece::Group(g)] if g.shape == Shape::Annotation);
            let period = match ends {
                Ends::AsWritten => item.period,
                Ends::Between => i < last,
                Ends::Each => !annotation,
            };
            if period {
                self.write(".");
            }
            for (text, column) in &item.trailing {
                self.write(" ");
                self.comment(text, *column);
            }
        }
        if !list.comments.is_empty() {
            if !begin {
                self.newline(indent);
            }
            self.comments(&list.comments, indent, begin && at_begin);
        }
    }

    /// Comments on lines of their own, without a line end behind the last.
    fn comments(&mut self, comments: &[Comment], indent: usize, at_begin: bool) {
        for (i, (text, column, blank)) in comments.iter().enumerate() {
            if i > 0 {
                self.newline(indent);
            }
            if *blank && !(i == 0 && at_begin) {
                self.blank_line();
            }
            self.comment(text, *column);
        }
    }

    fn item(&mut self, item: &Item, indent: usize, is_top: bool) {
        let mut was_broken = false;
        let mut at_begin = true;
        for (i, piece) in item.pieces.iter().enumerate() {
            match piece {
                Piece::Word(word) => {
                    let cut = if is_top || i == 0 { Cut::Never } else { word.cut };
                    if cut != Cut::Never && self.begins_line_here(cut, &item.pieces[i..], was_broken) {
                        self.newline(indent + STEP);
                        at_begin = true;
                    }
                    if !(at_begin || word.glued) {
                        self.write(" ");
                    }
                    self.word(word);
                }
                Piece::Group(group) => {
                    if !(at_begin || group.glued) {
                        self.write(" ");
                    }
                    was_broken |= self.group(group);
                }
            }
            at_begin = false;
        }
    }

    /// Whether a line begins before the first of these pieces, which may begin one.
    fn begins_line_here(&self, cut: Cut, pieces: &[Piece], was_broken: bool) -> bool {
        let next = pieces[1..].iter().position(|p| matches!(p, Piece::Word(w) if w.cut != Cut::Never));
        let chunk = &pieces[..next.map_or(pieces.len(), |n| n + 1)];
        let mut flat = Flat::new(WIDTH.saturating_sub(self.column + 2));
        let fits = !chunk.iter().any(|p| matches!(p, Piece::Group(g) if g.is_broken_by_hand())) && flat.pieces(chunk);
        match cut {
            Cut::Keyword => was_broken || !fits,
            _ => !fits && !chunk.iter().any(|p| matches!(p, Piece::Group(_))),
        }
    }

    /// Answers whether it took several lines.
    fn group(&mut self, group: &Group) -> bool {
        let mut flat = Flat::new(WIDTH.saturating_sub(self.column + 1));
        if !group.is_broken_by_hand() && flat.group(group) {
            self.write(&flat.out);
            return false;
        }
        self.broken(group);
        true
    }

    fn broken(&mut self, group: &Group) {
        let indent = self.indent;
        self.write(group.open());
        for (i, word) in group.head.iter().enumerate() {
            if i > 0 || group.shape == Shape::Annotation || group.shape == Shape::Paren {
                self.write(" ");
            }
            self.word(word);
        }
        match group.shape {
            Shape::Annotation => self.lines(&group.code, indent, Ends::Each, "}"),
            _ if group.is_object() => self.object(group, indent),
            _ if group.hugs() => self.hugging(group),
            Shape::Brace => self.lines(&group.code, indent, Ends::Between, "}"),
            _ => {
                if let Some(slots) = &group.slots {
                    self.locals(group, slots, indent);
                }
                self.newline(indent + STEP);
                self.items(&group.code, indent + STEP, Ends::Between, true);
                self.write(" ");
                self.write(group.close());
            }
        }
    }

    /// One expression in brackets: only what is inside it takes several lines.
    fn hugging(&mut self, group: &Group) {
        let indent = self.indent;
        let space = if group.shape == Shape::Paren { "" } else { " " };
        self.write(space);
        for item in &group.code.items {
            self.item(item, indent, false);
        }
        self.write(space);
        self.write(group.close());
    }

    fn object(&mut self, group: &Group, indent: usize) {
        let Some(slots) = &group.slots else {
            return self.lines(&group.code, indent, Ends::Between, group.close());
        };
        self.write(if group.head.is_empty() { "|" } else { " |" });
        self.lines(slots, indent, Ends::Each, "|");
        if !group.code.comments.is_empty() {
            self.newline(indent + STEP);
            self.comments(&group.code.comments, indent + STEP, true);
            self.newline(indent);
        }
        self.write(group.close());
    }

    /// Items on lines of their own, then something on one of its own.
    fn lines(&mut self, list: &List, indent: usize, ends: Ends, close: &str) {
        if !list.is_empty() {
            self.newline(indent + STEP);
            self.items(list, indent + STEP, ends, true);
        }
        self.newline(indent);
        self.write(close);
    }

    /// The slots of a method or block, on the line of its bracket if they fit.
    fn locals(&mut self, group: &Group, slots: &List, indent: usize) {
        if !group.head.is_empty() {
            self.write(" ");
        }
        let mut flat = Flat::new(WIDTH.saturating_sub(self.column + 1));
        if !slots.items.iter().any(|i| i.begins_line) && flat.bars(slots, group.shape == Shape::Block) {
            return self.write(&flat.out);
        }
        self.write("|");
        self.newline(indent + 2 * STEP);
        self.items(slots, indent + 2 * STEP, Ends::Each, true);
        self.newline(indent + STEP);
        self.write("|");
    }

    fn word(&mut self, word: &Word) {
        if word.is_comment {
            self.comment(&word.text, word.column);
        } else {
            self.write(&word.text);
        }
    }

    /// A comment whose further lines move with its first.
    fn comment(&mut self, text: &str, old_column: u32) {
        if !text.contains(['\n', '\r']) {
            return self.write(text);
        }
        let (old, new) = (old_column as usize, self.column);
        let margin = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let lines: Vec<&str> = text.split('\n').collect();
        let least = lines[1..].iter().filter(|l| !l.trim().is_empty()).map(|l| margin(l)).min().unwrap_or(0);
        let cut = old.saturating_sub(new).min(least);
        let add = " ".repeat(new.saturating_sub(old));
        for (i, line) in lines.iter().enumerate() {
            if i > 0 {
                self.out.push('\n');
                self.column = 0;
            }
            if i > 0 && !line.trim().is_empty() {
                self.write(&add);
                self.write(&line[cut..]);
            } else {
                self.write(line);
            }
        }
    }

    fn write(&mut self, text: &str) {
        self.out.push_str(text);
        match text.rfind(['\n', '\r']) {
            Some(last) => self.column = text[last + 1..].chars().count(),
            None => self.column += text.chars().count(),
        }
    }

    fn newline(&mut self, indent: usize) {
        self.trim();
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.column = indent;
        self.indent = indent;
    }

    /// An empty line before the one that has just begun.
    fn blank_line(&mut self) {
        let indent = self.indent;
        self.trim();
        self.newline(indent);
    }

    fn trim(&mut self) {
        let len = self.out.trim_end_matches(' ').len();
        self.out.truncate(len);
    }
}

impl Group {
    fn open(&self) -> &'static str {
        match self.shape {
            Shape::Method | Shape::Paren => "(",
            Shape::Block => "[",
            Shape::Brace | Shape::Annotation => "{",
        }
    }

    fn close(&self) -> &'static str {
        match self.shape {
            Shape::Method | Shape::Paren => ")",
            Shape::Block => "]",
            Shape::Brace | Shape::Annotation => "}",
        }
    }

    /// Parentheses without code.
    fn is_object(&self) -> bool {
        self.shape == Shape::Paren && self.code.items.is_empty()
    }

    /// One expression and nothing else, in parentheses or braces.
    fn hugs(&self) -> bool {
        let is_literal = |item: &Item| item.pieces.len() == 2 && matches!(item.pieces[1], Piece::Group(_));
        let one = match &self.code.items[..] {
            [item] => item.comments.is_empty() && (self.shape == Shape::Paren || is_literal(item)),
            _ => false,
        };
        one && self.slots.is_none() && self.code.comments.is_empty() && matches!(self.shape, Shape::Paren | Shape::Brace)
    }

    /// The author began lines between items.
    fn is_broken_by_hand(&self) -> bool {
        let begins = |list: &List| list.items.iter().any(|item| item.begins_line);
        !self.hugs() && (begins(&self.code) || self.slots.as_ref().is_some_and(begins))
    }
}

/// An attempt to write something on one line of limited length.
struct Flat {
    out: String,
    limit: usize,
}

impl Flat {
    fn new(limit: usize) -> Self {
        Self { out: String::new(), limit }
    }

    fn push(&mut self, text: &str) -> bool {
        self.out.push_str(text);
        self.out.len() <= self.limit && !text.contains(['\n', '\r'])
    }

    fn list(&mut self, list: &List) -> bool {
        let mut between = "";
        for item in &list.items {
            if !self.push(between) || !self.item(item) {
                return false;
            }
            let annotation = matches!(&item.pieces[..], [Piece::Group(g)] if g.shape == Shape::Annotation);
            between = if annotation { " " } else { ". " };
        }
        list.comments.iter().enumerate().all(|(i, (text, ..))| {
            let space = if i == 0 && list.items.is_empty() { "" } else { " " };
            self.push(space) && self.push(text)
        })
    }

    fn item(&mut self, item: &Item) -> bool {
        item.comments.iter().all(|(text, ..)| self.push(text) && self.push(" "))
            && self.pieces(&item.pieces)
            && item.trailing.iter().all(|(text, _)| self.push(" ") && self.push(text))
    }

    fn pieces(&mut self, pieces: &[Piece]) -> bool {
        pieces.iter().enumerate().all(|(i, piece)| {
            let glued = match piece {
                Piece::Word(word) => word.glued,
                Piece::Group(group) => group.glued,
            };
            let space = if i == 0 || glued { "" } else { " " };
            self.push(space)
                && match piece {
                    Piece::Word(word) => self.push(&word.text),
                    Piece::Group(group) => !group.is_broken_by_hand() && self.group(group),
                }
        })
    }

    fn group(&mut self, group: &Group) -> bool {
        let is_empty = group.head.is_empty() && group.slots.is_none() && group.code.is_empty();
        if is_empty {
            return self.push(group.open()) && self.push(group.close());
        }
        let has_head = !group.head.is_empty();
        if group.shape == Shape::Annotation && group.head.last().is_some_and(|w| w.is_comment) && !group.code.is_empty() {
            return false;
        }
        let head = |flat: &mut Self| {
            group.head.iter().enumerate().all(|(i, word)| {
                let space = if i > 0 || group.shape == Shape::Annotation { " " } else { "" };
                flat.push(space) && flat.push(&word.text)
            })
        };
        let slots = |flat: &mut Self| match &group.slots {
            Some(list) => flat.push(if has_head { " " } else { "" }) && flat.bars(list, group.shape == Shape::Block),
            None => true,
        };
        let tight = group.shape == Shape::Paren && group.slots.is_none() && !has_head;
        let space = if tight || (group.code.is_empty() && group.slots.is_some()) { "" } else { " " };
        let end = if group.shape == Shape::Annotation && group.code.is_empty() { " " } else { space };
        let code = |flat: &mut Self| group.code.is_empty() || (flat.push(space) && flat.list(&group.code));
        self.push(group.open()) && head(self) && slots(self) && code(self) && self.push(end) && self.push(group.close())
    }

    /// Slots between bars: `| a. b |`, in blocks `|:a. b|`.
    fn bars(&mut self, list: &List, tight: bool) -> bool {
        if list.is_empty() {
            return self.push("| |");
        }
        let is_operator = match list.items.first().and_then(|item| item.pieces.first()) {
            Some(Piece::Word(word)) => !word.text.starts_with(|c: char| c == ':' || c.is_ascii_alphabetic()),
            _ => true,
        };
        let before = if tight && !is_operator { "|" } else { "| " };
        // Read again, comments behind the last item are that item's.
        let after = if tight && !list.items.is_empty() { "|" } else { " |" };
        self.push(before) && self.list(list) && self.push(after)
    }
}
