//! Slips that are no mistakes of syntax: what is written means something, and hardly what was meant.
//!
//! * Between brackets a line end ends nothing: where a period is forgotten, the next line is a message to what stands at the end of this one.
//! * `=` compares: `total = 3` as a statement asks whether they are equal, and nobody hears the answer.
//!
//! What must stay true: this is about how a text looks and never about what it means, so these are warnings, and no parser asks for them. A line
//! that is indented deeper than the one that its expression begins is meant to belong to it; layout never makes others
//! (`crate::format`). What begins behind a bracket in the middle of a line has no depth that a line could be compared with. At the top
//! level of a file lines end expressions, and nothing runs on.

use crate::codes;
use crate::diagnostic::{Diagnostic, Edit, Severity};
use crate::parse::MAX_DIAGNOSTICS;
use crate::tree::{Body, Expr, ExprKind, File, Receiver, Send, Slot, Span, Statement};
use crate::visit::{self, Visit};

/// Letters of a value that are shown.
const SHOWN: usize = 40;

/// Warns of what looks like a slip in a text, of no more than anybody reads.
pub fn slips(source: &str, file: &File) -> Vec<Diagnostic> {
    let mut found = all(source, file);
    found.truncate(MAX_DIAGNOSTICS);
    found
}

fn all(source: &str, file: &File) -> Vec<Diagnostic> {
    let mut finder = Finder { source, lines: lines(source), begin: None, found: Vec::new() };
    file.body.iter().for_each(|statement| finder.names(statement, true));
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

struct Finder<'s> {
    source: &'s str,
    lines: Vec<Line>,
    /// Where the statement begins that is walked through, if it is one between brackets.
    begin: Option<u32>,
    found: Vec<Diagnostic>,
}

impl Visit for Finder<'_> {
    fn slot(&mut self, slot: &Slot) {
        // What a slot holds is no statement: a period behind it would end the slot.
        let around = self.begin.take();
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
            self.begin = Some(statement.span.start);
            visit::expr(self, &statement.expr);
        }
        self.begin = around;
    }

    fn send(&mut self, send: &Send, _: Option<&Send>) {
        let (Some(begin), Some(first)) = (self.begin, send.selector.first()) else { return };
        let Receiver::Expr(receiver) = &send.receiver else { return };
        let is_name = first.text(self.source).starts_with(|c: char| c.is_ascii_lowercase());
        if is_name && self.is_new_line(begin, first.start) {
            self.found.push(runs_on(self.source, receiver.span, *first));
        }
    }
}

impl Finder<'_> {
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

    /// Whether a word begins a line, not deeper than the earlier one that a statement begins.
    fn is_new_line(&self, begin: u32, word: u32) -> bool {
        let (first, line) = (self.line(begin), self.line(word));
        first.begin < line.begin && first.first == begin && line.first == word && line.depth() <= first.depth()
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
