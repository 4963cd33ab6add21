//! What a model writes under the exported grammar is Aura, and what people write is in the grammar.

mod reader;
mod walk;

use std::path::{Path, PathBuf};

use aura_syntax::grammar::{NORM, Start, ebnf, gbnf, gbnf_for};
use aura_syntax::tokens::Kind;
use aura_syntax::tree::{Expr, ExprKind, Init, Receiver, Slot, SlotList, SlotName, TemplatePart, selector};
use aura_syntax::{Source, format, parse, parse_slots, render};
use reader::Gbnf;
use walk::{Matcher, Random, Writer};

fn read(text: &str) -> Gbnf {
    Gbnf::read(text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

/// The selector of a slot.
fn name(slot: &Slot, source: &str) -> String {
    match &slot.name {
        SlotName::Unary(span) => span.text(source).to_owned(),
        SlotName::Binary { operator, .. } => operator.text(source).to_owned(),
        SlotName::Keyword { parts, .. } => selector(parts as &[_], source),
    }
}

const SELECTORS: [&str; 20] = [
    "manhattan", "x", "selfish", "resent", "at:", "at:Put:", "from:To:By:", "between:And:IfAbsent:Else:", "+", "-", "*", "<", ">=",
    "**", "||", "=", ",", "<=>", "\\\\", "->",
];

#[test]
fn every_answer_under_the_grammar_is_a_method_of_the_selector() {
    let mut written = 0;
    for (n, wanted) in SELECTORS.into_iter().enumerate() {
        let gbnf = read(&gbnf_for(wanted).expect("a method can be called that"));
        let writer = Writer::new(&gbnf);
        assert!(writer.is_whole());
        for seed in 0..1200 {
            let mut random = Random::new(seed * 100 + n as u64 + 1);
            let length = 20 + random.below(900);
            let source = writer.text(&mut random, length);
            let parsed = parse_slots(&source);
            let shown = || render(&Source::new("generated", source.clone()), &parsed.diagnostics, false);
            assert!(parsed.diagnostics.is_empty(), "{wanted} {seed}\n{source}\n{}", shown());
            let slots = parsed.file.slots.expect("slots").slots;
            assert_eq!(slots.iter().map(|s| name(s, &source)).collect::<Vec<_>>(), [wanted], "{source}");
            assert!(matches!(slots[0].init, Init::Method(_)) && parsed.file.body.is_empty(), "{source}");
            assert!(!source.contains("resend.") || source.contains(['\'', '`']), "{source}");
            written += 1;
        }
    }
    assert!(written >= 20_000, "{written}");
}

#[test]
fn what_cannot_be_a_method_has_no_grammar() {
    for selector in ["", "Foo", "_Clone", "_at:", "self", "resend", "at:put:", "At:", "at: Put:", "|", "^", "a b", "+ b = ( b ). -", "x:y", "3", "é"] {
        assert_eq!(gbnf_for(selector), None, "{selector}");
    }
}

#[test]
fn files_slots_and_expressions_under_the_grammar_parse() {
    for (_, start) in Start::NAMES {
        let gbnf = read(&gbnf(start));
        let writer = Writer::new(&gbnf);
        assert!(writer.is_whole());
        for seed in 0..2000 {
            let mut random = Random::new(seed + 1);
            let length = 10 + random.below(1500);
            let source = writer.text(&mut random, length);
            let parsed = if start == Start::Slot { parse_slots(&source) } else { parse(&source) };
            let shown = || render(&Source::new("generated", source.clone()), &parsed.diagnostics, false);
            assert!(parsed.diagnostics.is_empty(), "{start:?} {seed}\n{source}\n{}", shown());
            match start {
                Start::File => {}
                Start::Slot => assert_eq!(parsed.file.slots.map_or(0, |list| list.slots.len()), 1, "{source}"),
                Start::Expression => assert_eq!((parsed.file.slots, parsed.file.body.len()), (None, 1), "{source}"),
            }
        }
    }
}

/// A test that can fail: what only white space and levels keep apart is no longer read as it was meant.
#[test]
fn a_grammar_without_white_space_is_noticed() {
    let wrong = gbnf_for("manhattan").expect("a grammar").replace("ws ::= \" \" |", "ws ::= \"\" |");
    let gbnf = read(&wrong);
    let writer = Writer::new(&gbnf);
    let refused = (1..300).filter(|seed| !parse_slots(&writer.text(&mut Random::new(*seed), 200)).diagnostics.is_empty());
    assert!(refused.count() > 20);
}

/// Methods of the library, the examples and the language tests, laid out by the formatter, comments left out.
fn methods() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for folder in ["stdlib", "examples", "tests/lang", "tests/benchmarks"] {
        walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder), &mut files);
    }
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let text = without_comments(&std::fs::read_to_string(&file).expect("a text"));
        let parsed = parse(&text);
        if parsed.has_errors() {
            continue;
        }
        let mut found = Vec::new();
        parsed.file.slots.iter().for_each(|list| in_slots(list, &mut found));
        parsed.file.body.iter().for_each(|s| in_expr(&s.expr, &mut found));
        let place = file.display().to_string();
        all.extend(found.iter().map(|slot| (place.clone(), laid_out(slot.span.text(&text)))));
    }
    all
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|e| e == "aura") {
            files.push(path);
        }
    }
}

fn without_comments(text: &str) -> String {
    let kept = aura_syntax::tokens::lex(text).into_iter().filter(|t| t.kind != Kind::Comment);
    kept.map(|t| t.span.text(text)).collect()
}

/// A slot as the formatter writes it.
fn laid_out(slot: &str) -> String {
    let text = format(&std::format!("| {slot} |")).expect("it was read before");
    let parsed = parse(&text);
    parsed.file.slots.expect("slots").slots[0].span.text(&text).to_owned()
}

fn in_slots<'t>(list: &'t SlotList, found: &mut Vec<&'t Slot>) {
    for slot in &list.slots {
        match &slot.init {
            Init::Method(body) => {
                found.push(slot);
                body.slots.iter().for_each(|list| in_slots(list, found));
                body.statements.iter().for_each(|s| in_expr(&s.expr, found));
            }
            Init::Constant(expr) | Init::Assignable(expr) => in_expr(expr, found),
            Init::None => {}
        }
    }
}

fn in_expr<'t>(expr: &'t Expr, found: &mut Vec<&'t Slot>) {
    match &expr.kind {
        ExprKind::Send(send) => {
            if let Receiver::Expr(receiver) = &send.receiver {
                in_expr(receiver, found);
            }
            send.arguments.iter().for_each(|e| in_expr(e, found));
        }
        ExprKind::Group(body) | ExprKind::Block(body) => {
            body.slots.iter().for_each(|list| in_slots(list, found));
            body.statements.iter().for_each(|s| in_expr(&s.expr, found));
        }
        ExprKind::Object(list) => in_slots(list, found),
        ExprKind::Vector(items) => items.iter().for_each(|e| in_expr(e, found)),
        ExprKind::Template(parts) => {
            for part in parts {
                if let TemplatePart::Hole(e) = part {
                    in_expr(e, found);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn the_methods_of_the_library_are_in_the_grammar() {
    let gbnf = read(&gbnf(Start::Slot));
    let methods = methods();
    assert!(methods.len() > 1500, "{}", methods.len());
    let mut refused = Vec::new();
    let mut most = 0;
    for (place, text) in &methods {
        let mut matcher = Matcher::new(&gbnf);
        if let Err(at) = matcher.accepts(text) {
            refused.push(std::format!("{place}\n{}⟦here⟧{}", &text[..at], &text[at..]));
        }
        most = most.max(matcher.most);
    }
    let share = 100.0 - refused.len() as f64 * 100.0 / methods.len() as f64;
    println!("{} methods, {share:.1} %, at most {most} stacks, {} rules", methods.len(), gbnf.rules.len());
    println!("{}", refused.join("\n----\n"));
    assert!(share >= 98.0, "{share:.1} %");
}
