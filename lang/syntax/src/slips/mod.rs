//! Slips that are no mistakes of syntax: what is written means something, and hardly what was meant.
//!
//! * Between brackets a line end ends nothing: where a period is forgotten, the next line is a message to what stands at the end of this one.
//! * At the top level of a file it is the other way round: a line that is indented as if it went on is a message to the file itself.
//! * A message goes on with capitalised keywords: `at: 1 put: 2` sends `put:` to 1, and `ifTrue: [ … ] else: [ … ]` sends `else:` to a block.
//! * `,` joins texts and collections, and numbers are neither: `{ 1, 2 }`.
//! * The slots of a file are made one after the other: what is used for the first value of one must stand before it.
//! * `=` compares: `total = 3` as a statement asks whether they are equal, and nobody hears the answer.
//!
//! What must stay true: this is about how a text looks and never about what it means, so these are warnings, and no parser asks for them. A line
//! that is indented deeper than the one that its expression begins is meant to belong to it; layout never makes others
//! (`crate::format`). What begins behind a bracket in the middle of a line has no depth that a line could be compared with.

mod early;

use crate::codes;
use crate::diagnostic::{Diagnostic, Edit, Severity};
use crate::parse::MAX_DIAGNOSTICS;
use crate::tree::{Body, Expr, ExprKind, File, Receiver, Send, Slot, Span, Statement};
use crate::visit::{self, Visit};

/// Letters of a value that are shown.
const SHOWN: usize = 40;

/// Messages of the library as people write them who know other languages: a keyword, the next one, and how that is written.
const CONTINUED: &[(&str, &str, &str)] = &[
    ("and:", "do:", "Do:"),
    ("at:", "ifAbsent:", "IfAbsent:"),
    ("at:", "put:", "Put:"),
    ("between:", "and:", "And:"),
    ("by:", "do:", "Do:"),
    ("detect:", "ifNone:", "IfNone:"),
    ("ifFalse:", "else:", "True:"),
    ("ifFalse:", "ifTrue:", "True:"),
    ("ifNil:", "ifNotNil:", "IfNotNil:"),
    ("ifNotNil:", "ifNil:", "IfNil:"),
    ("ifTrue:", "else:", "False:"),
    ("ifTrue:", "ifFalse:", "False:"),
    ("inject:", "into:", "Into:"),
    ("removeKey:", "ifAbsent:", "IfAbsent:"),
    ("replaceAll:", "with:", "With:"),
    ("to:", "by:", "By:"),
    ("to:", "do:", "Do:"),
    ("upTo:", "do:", "Do:"),
    ("with:", "do:", "Do:"),
];

/// Warns of what looks like a slip in a text, of no more than anybody reads.
pub fn slips(source: &str, file: &File) -> Vec<Diagnostic> {
    let mut found = all(source, file);
    found.truncate(MAX_DIAGNOSTICS);
    found
}

fn all(source: &str, file: &File) -> Vec<Diagnostic> {
    let mut finder = Finder { source, lines: lines(source), begin: None, found: Vec::new() };
    file.body.iter().for_each(|statement| finder.names(statement, true));
    let early = file.slots.iter().flat_map(|list| early::uses(source, list));
    finder.found.extend(early.map(|(word, slot)| used_early(source, word, slot)));
    file.body.windows(2).for_each(|two| finder.goes_on(&two[0], &two[1]));
    visit::file(&mut finder, file);
    finder.found.sort_by_key(|d| d.span.start);
    finder.found
}

/// The slip that explains why a message is not understood: one of its name, in this part of the text.
pub fn slip_at(source: &str, part: Span, selector: &str) -> Option<Diagnostic> {
    let first = selector.split_inclusive(':').next()?;
    let is_it = |d: &Diagnostic| part.start <= d.span.start && d.span.end <= part.end && d.span.text(source) == first;
    let mut found = all(source, &crate::parse(source).file);
    found.iter().position(is_it).map(|at| found.swap_remove(at))
}

/// Where a line begins, and where its first letter is.
struct Line {
    begin: u32,
    first: u32,
}

impl Line {
    fn depth(&self) -> u32 {
        self.first - self.begin
    }
}

fn lines(source: &str) -> Vec<Line> {
    let ends = source.bytes().zip(1..).filter(|(byte, _)| matches!(byte, b'\n' | b'\r')).map(|(_, behind)| behind);
    let blank = |begin: u32| source[begin as usize..].bytes().take_while(|b| matches!(b, b' ' | b'\t')).count() as u32;
    std::iter::once(0).chain(ends).map(|begin| Line { begin, first: begin + blank(begin) }).collect()
}

#[derive(Clone, Copy)]
struct Begin {
    place: u32,
    /// Slots may begin in the middle of a line: those that follow stand in its column.
    is_slot: bool,
}

struct Finder<'s> {
    source: &'s str,
    lines: Vec<Line>,
    /// Where the statement or slot begins that is walked through, if it is one between brackets.
    begin: Option<Begin>,
    found: Vec<Diagnostic>,
}

impl Visit for Finder<'_> {
    fn slot(&mut self, slot: &Slot) {
        // A period behind what a slot holds ends the slot.
        let around = self.begin.replace(Begin { place: slot.span.start, is_slot: true });
        visit::inside_slot(self, slot);
        self.begin = around;
    }

    fn body(&mut self, body: &Body) {
        let around = self.begin;
        body.slots.iter().for_each(|list| self.locals(list));
        for (at, statement) in body.statements.iter().enumerate() {
            // What the last one answers is the answer of all.
            if at + 1 < body.statements.len() {
                self.names(statement, false);
            }
            self.begin = Some(Begin { place: statement.span.start, is_slot: false });
            visit::expr(self, &statement.expr);
        }
        self.begin = around;
    }

    fn send(&mut self, send: &Send, _: Option<&Send>) {
        self.continues(send);
        self.joins(send);
        let (Some(begin), Some(first)) = (self.begin, send.selector.first()) else { return };
        let Receiver::Expr(receiver) = &send.receiver else { return };
        let is_name = first.text(self.source).starts_with(|c: char| c.is_ascii_lowercase());
        if is_name && self.is_new_line(begin, first.start) {
            self.found.push(runs_on(self.source, receiver.span, *first));
        }
    }
}

impl Finder<'_> {
    /// Whether the last argument is a message with a keyword that was meant to go on with this one.
    fn continues(&mut self, send: &Send) {
        let (Some(outer), Some(argument)) = (send.selector.last(), send.arguments.last()) else { return };
        let ExprKind::Send(inner) = &argument.kind else { return };
        let (Receiver::Expr(to), Some(first)) = (&inner.receiver, inner.selector.first()) else { return };
        let (outer, word) = (outer.text(self.source), first.text(self.source));
        let is_last = |known: &&(&str, &str, &str)| known.0.eq_ignore_ascii_case(outer) && known.1 == word;
        if let Some((_, _, capital)) = CONTINUED.iter().find(is_last) {
            self.found.push(goes_to_argument(self.source, to.span, *first, capital));
        }
    }

    /// Whether a number is joined with something.
    fn joins(&mut self, send: &Send) {
        let Receiver::Expr(receiver) = &send.receiver else { return };
        let is_number = matches!(receiver.kind, ExprKind::Integer | ExprKind::Float);
        if let [comma] = send.selector[..]
            && is_number
            && comma.text(self.source) == ","
        {
            self.found.push(joins_numbers(receiver.span, comma));
        }
    }

    /// Whether a statement compares something that has a name only, and so was meant to give it that name, or a value.
    fn names(&mut self, statement: &Statement, is_of_file: bool) {
        let ExprKind::Send(equal) = &statement.expr.kind else { return };
        let [operator] = equal.selector[..] else { return };
        let Receiver::Expr(Expr { kind: ExprKind::Send(name), span }) = &equal.receiver else { return };
        let is_name = matches!(name.receiver, Receiver::Implicit) && name.arguments.is_empty();
        let Some(value) = equal.arguments.first().filter(|_| is_name && !statement.is_return) else { return };
        if operator.text(self.source) == "=" {
            self.found.push(compares(self.source, *span, operator, value, is_of_file));
        }
    }

    /// Whether a statement of the file is indented as if it belonged to the one before, and begins with a message to nobody in particular.
    fn goes_on(&mut self, before: &Statement, next: &Statement) {
        let ExprKind::Send(send) = &innermost(&next.expr).kind else { return };
        let (Receiver::Implicit, Some(word)) = (&send.receiver, send.selector.first()) else { return };
        let between = Span { start: before.expr.span.end, end: next.span.start }.text(self.source);
        let (first, line) = (self.line(before.span.start), self.line(word.start));
        let is_message = word.text(self.source).ends_with(':') || send.selector.len() == 1 && send.arguments.is_empty();
        if is_message && line.first == word.start && line.depth() > first.depth() && !between.contains('.') {
            self.found.push(ends_with_line(self.source, before.expr.span, *word));
        }
    }

    /// Whether a word begins a line, not deeper than the earlier one that a statement begins.
    fn is_new_line(&self, begin: Begin, word: u32) -> bool {
        let (first, line) = (self.line(begin.place), self.line(word));
        let is_told = begin.is_slot || first.first == begin.place;
        first.begin < line.begin && is_told && line.first == word && line.depth() <= begin.place - first.begin
    }

    fn line(&self, place: u32) -> &Line {
        &self.lines[self.lines.partition_point(|line| line.begin <= place) - 1]
    }
}

fn runs_on(source: &str, receiver: Span, word: Span) -> Diagnostic {
    let name = word.text(source);
    let message = format!("`{name}` is a message to what stands on the line before it");
    warning(&codes::RUN_ON, message, word, "looks like a new expression")
        .also(
            Span { start: receiver.end.saturating_sub(1).max(receiver.start), end: receiver.end },
            "no period stands behind this",
        )
        .help("put a period behind the line before if this is a new expression; indent this line if it is not")
        .fix("put a period behind the line before", vec![Edit::insert(receiver.end, ".")])
}

/// The expression with which a chain of messages begins.
fn innermost(e: &Expr) -> &Expr {
    let mut at = e;
    while let ExprKind::Send(send) = &at.kind
        && let Receiver::Expr(receiver) = &send.receiver
    {
        at = receiver;
    }
    at
}

fn ends_with_line(source: &str, before: Span, word: Span) -> Diagnostic {
    let name = word.text(source);
    let message = format!("`{name}` is not sent to what stands on the line before it");
    warning(&codes::LINE_END, message, word, "begins a new expression")
        .also(
            Span { start: before.end.saturating_sub(1).max(before.start), end: before.end },
            "the expression before ended with its line",
        )
        .help("put the whole expression in parentheses, or a back-slash at the end of the line before")
        .fix("put a back-slash at the end of the line before", vec![Edit::insert(before.end, " \\")])
}

fn goes_to_argument(source: &str, to: Span, word: Span, capital: &str) -> Diagnostic {
    let name = word.text(source);
    let shown = to.text(source);
    let shown = if shown.len() > SHOWN || shown.contains(['\n', '\r']) { "what stands before it" } else { &format!("`{shown}`") };
    warning(&codes::SMALL_KEYWORD, format!("`{name}` is a message to {shown}"), word, "begins a message of its own")
        .help(format!("a message goes on with a capital: `{capital}`"))
        .fix(format!("write `{capital}`"), vec![Edit::replace(word, capital)])
}

fn joins_numbers(number: Span, comma: Span) -> Diagnostic {
    warning(&codes::JOINED_NUMBERS, "`,` joins texts and collections, not numbers".into(), comma, "sent to a number")
        .also(number, "the number")
        .help("periods separate elements and expressions: `{ 1. 2. 3 }`")
}

fn used_early(source: &str, word: Span, slot: Span) -> Diagnostic {
    let name = word.text(source);
    warning(&codes::USED_EARLY, format!("the slot `{name}` is not there yet"), word, "runs when this slot is made")
        .also(slot, "made only here")
        .help(format!("move `{name}` before the slot that needs it, or set that one at the end of the file"))
}

fn compares(source: &str, name: Span, operator: Span, value: &Expr, is_of_file: bool) -> Diagnostic {
    let word = name.text(source);
    let shown = value.span.text(source);
    let shown = if shown.len() > SHOWN || shown.contains(['\n', '\r']) { "…" } else { shown };
    let message = format!("`=` compares `{word}` with something, and nobody uses the answer");
    let found = warning(&codes::LOST_COMPARISON, message, name, "looks like a name for what follows").also(operator, "compares");
    match is_of_file {
        true => found.help(format!(
            "to give something a name, write `| {word} = {shown} |`, and `| {word} <- {shown} |` if it will change"
        )),
        false => found.help(format!("to assign, write `{word}: {shown}`; a local is declared between bars first, `| {word} |`")),
    }
}

fn warning(code: &'static codes::Code, message: String, span: Span, label: &str) -> Diagnostic {
    Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, message, span, label) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<(String, String)> {
        let parse = crate::parse(source);
        assert!(!parse.has_errors(), "{source}");
        let fixed = |d: &Diagnostic| d.fix.as_ref().map_or(String::new(), |fix| fix.apply(source));
        slips(source, &parse.file).iter().map(|d| (d.span.text(source).to_string(), fixed(d))).collect()
    }

    #[test]
    fn a_line_without_a_period_runs_on_into_the_next() {
        let source = "f = ( | a. b |\n    a: 3\n    b: 4 \"four\"\n    a + b )";
        let source = format!("| {source} |");
        let names: Vec<String> = found(&source).into_iter().map(|f| f.0).collect();
        assert_eq!(names, ["b:", "a"]);
        assert_eq!(found(&source)[1].1, source.replace("4 \"", "4. \""));
        assert_eq!(found("[\nx printLine\ny printLine. x\ny ] value").len(), 1);
    }

    #[test]
    fn so_does_a_slot_without_a_period() {
        let source = "| m = ( 1 )\n  n = ( 2 ). |";
        assert_eq!(found(source), [("n".into(), source.replace("( 1 )", "( 1 ).").to_string())]);
        assert_eq!(found("| o = (|\n    a = 3\n    b = 4.\n|) |").len(), 1);
    }

    #[test]
    fn an_indented_line_of_a_file_is_sent_to_the_file() {
        let source = "{ 1. 2 }\n    do: [|:e| e printLine ]\nx\n";
        assert_eq!(found(source), [("do:".into(), source.replace("}", "} \\"))]);
        assert_eq!(found("3\n  abs printLine").len(), 1);
        for source in
            ["{ 1 } \\\n    do: [ 2 ]", "({ 1 }\n    do: [ 2 ])", "x\nfoo: 3", "x.\n    foo: 3", "  x\n  y", "x\n    (y) foo"]
        {
            assert_eq!(found(source), [], "{source}");
        }
    }

    #[test]
    fn a_small_keyword_goes_to_the_argument() {
        assert_eq!(found("d at: 'a' put: 3"), [("put:".into(), "d at: 'a' Put: 3".into())]);
        assert_eq!(found("(x ifTrue: [ 1 ] else: [ 2 ]) foo"), [("else:".into(), "(x ifTrue: [ 1 ] False: [ 2 ]) foo".into())]);
        for source in ["d at: 'a' Put: 3", "d at: (x put: 3)", "all add: d at: 3", "d at: put: 3"] {
            assert_eq!(found(source), [], "{source}");
        }
    }

    #[test]
    fn numbers_are_not_joined() {
        assert_eq!(found("{ 1, 2, 3 }").len(), 1);
        assert_eq!(found("'a' , 1 printString"), []);
    }

    #[test]
    fn a_slot_that_comes_later_is_not_there_yet() {
        let words = |source: &str| found(source).into_iter().map(|f| f.0).collect::<Vec<_>>();
        assert_eq!(words("| q = (| parent* = p |). p = (| v = 3 |). |"), ["p"]);
        assert_eq!(words("| a <- b size. b <- 'x'. |"), ["b"]);
        for source in [
            "| p = (| v = 3 |). q = (| parent* = p |). |",
            "| q = (| m = ( p ) |). p = 3. |",
            "| q = [ p ]. p = 3. |",
            "| q = (| parent* = p |) |",
            "| a = ( | b <- 1 | b + 1 ). b = 3 |",
            "| set = set copy |",
        ] {
            assert_eq!(words(source), Vec::<String>::new(), "{source}");
        }
    }

    #[test]
    fn lines_that_belong_together_do_not() {
        for source in [
            "| f = ( 3\n        + 4 ) |",
            "| f = ( a > 3\n    ifTrue: [ 1 ]\n    False: [ 2 ] ) |",
            "| f = (\n    (copy\n        x: 3)\n        y: 4 ) |",
            "| f = (\n    x do: [|:e|\n        e print ]\n    ) |",
            "| f = (\n    a\n    + b ) |",
            "| f = (\n    (a: 3)\n        ifNil: [ (b: 3)\n        ifNil: [ c ] ] ) |",
            "| f = (\n    a: 3.\n    b: 4.\n    a ) |",
            "| x = 3\n    abs. y = 4 |",
            "x\ny",
            "| a <- 1.\n  b <- 3\n    abs |",
        ] {
            assert_eq!(found(source), [], "{source}");
        }
    }

    #[test]
    fn a_message_that_failed_is_found_by_its_place() {
        let source = "| f = (\n    3 printLine\n    foo: 4 Bar: 5 ) |";
        let all = Span { start: 0, end: source.len() as u32 };
        assert!(slip_at(source, all, "foo:Bar:").is_some());
        assert!(slip_at(source, all, "printLine").is_none());
        assert!(slip_at(source, Span { start: 0, end: 20 }, "foo:Bar:").is_none());
    }

    #[test]
    fn a_comparison_that_nobody_uses_is_no_definition() {
        let helps = |source: &str| -> Vec<String> {
            slips(source, &crate::parse(source).file).into_iter().filter_map(|d| d.help).collect()
        };
        assert_eq!(
            helps("total = 3\ntotal printLine"),
            ["to give something a name, write `| total = 3 |`, and `| total <- 3 |` if it will change"]
        );
        assert_eq!(
            helps("| m = (\n    x = 3.\n    x ) |"),
            ["to assign, write `x: 3`; a local is declared between bars first, `| x |`"]
        );
        for source in [
            "| m = ( x = 3 ) |",
            "| m = ( ^ x = 3 ) |",
            "x + 1 = 3",
            "(x = 3) printLine",
            "| x = 3 |",
            "[ x = 3 ] value",
            "a b = 3",
        ] {
            assert_eq!(helps(source), Vec::<String>::new(), "{source}");
        }
        assert!(slip_at("total = 3", Span { start: 0, end: 9 }, "total").is_some());
    }
}
