//! What is asked of a whole file, or of a whole project.

use aura_ide::{Fix, Offer, Span, Symbol};

use crate::fixture::{Fixture, MAIN};

const FILE: &str = "\"A file.
 Of two lines.\"
|
shape = (|
    parent* = traits clonable.
    side <- 1.
    area = ( side * side ).
|).
limit = 3.
|
(shape copy side: limit) area printLine
traits integer _AddSlots: (| twice = ( self + self ) |)
";

fn draw(symbols: &[Symbol], depth: usize, out: &mut String) {
    for s in symbols {
        out.push_str(&format!("{}{:?} {}\n", "  ".repeat(depth), s.kind, s.name));
        draw(&s.children, depth + 1, out);
    }
}

#[test]
fn a_file_has_an_outline() {
    let mut f = Fixture::new(FILE);
    let mut out = String::new();
    draw(&f.ide.outline(MAIN), 0, &mut out);
    insta::assert_snapshot!(out);
}

#[test]
fn symbols_are_found_by_some_of_their_letters() {
    let mut f = Fixture::new(&format!("{FILE}=== /p/other.aura\n| areaOfAll = 3 |\n"));
    let found = f.ide.find_symbols("area");
    let ours: Vec<String> = found
        .iter()
        .filter(|s| s.place.file.starts_with("/p"))
        .map(|s| format!("{:?} {} in {}", s.kind, s.name, s.holder))
        .collect();
    insta::assert_snapshot!(ours.join("\n"));
}

#[test]
fn symbols_are_found_by_letters_of_their_words() {
    let mut f = Fixture::new("| zorkAt: i Put: v = ( v ). zorkAtAll = 1. azork = 2. xyzork = 3 |\n");
    let mut found = |query: &str| {
        let ours = f.ide.find_symbols(query).into_iter().filter(|s| s.place.file == MAIN);
        ours.map(|s| s.name).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(found("zorkatput"), "zorkAt:Put:");
    assert_eq!(found("zorkAt:P"), "zorkAt:Put:");
    assert_eq!(found("zrkall"), "zorkAtAll");
    assert_eq!(found("zork"), "zorkAt:Put: zorkAtAll azork xyzork");
}

#[test]
fn words_have_colours() {
    let text = "| \"c\" o = (| p* = traits clonable. at: i <int> Put: v = ( | l <- 3 | l: i + v. [|:b| b ]. 'x' ) |) |\no at: 1 Put: -2\n";
    let mut f = Fixture::new(text);
    let mut out = String::new();
    for c in f.ide.colours(MAIN) {
        let word = &text[c.span.start as usize..c.span.end as usize];
        let declaration = if c.is_declaration { " declaration" } else { "" };
        out.push_str(&format!("{:?}{declaration} {word}\n", c.meaning));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn the_line_that_says_how_a_file_is_run_is_a_comment() {
    let mut f = Fixture::new("#!/usr/bin/env aura\n\"what it does\"\n3 printLine\n");
    let first = f.ide.colours(MAIN)[0];
    assert_eq!((first.meaning, first.span.start, first.span.end), (aura_ide::Meaning::Comment, 0, 19));
}

/// The words of the main file that are marked as learned.
fn learned_words(drawn: &str) -> String {
    let mut f = Fixture::new(drawn);
    let text = f.files[MAIN].clone();
    let marked = f.ide.colours(MAIN).into_iter().filter(|c| c.is_learned);
    let words: Vec<&str> = marked.map(|c| &text[c.span.start as usize..c.span.end as usize]).collect();
    words.join(" ")
}

#[test]
fn what_was_learned_has_a_colour_of_its_own() {
    let learned = |slot: &str| format!("=== /p/main.learned.aura\nshape _AddSlots: (| \"learned: x\nmodel: m\" {slot} |).\n");
    assert_eq!(learned_words(&format!("{FILE}shape half\n{}", learned("half = ( side / 2 )"))), "half");
    // All parts of a name are marked, and no stranger's slot of that name.
    let scale = learned("scale: x By: y = ( x )");
    let stranger = "| stranger = (| scale: x By: y = ( x ) |) |\n";
    assert_eq!(learned_words(&format!("{FILE}shape scale: 3 By: 4\n{scale}")), "scale: By:");
    assert_eq!(learned_words(&format!("{stranger}stranger scale: 3 By: 4\n=== /p/other.aura\n{FILE}{scale}")), "");
}

#[test]
fn a_learned_method_in_the_text_is_marked_as_well() {
    let text =
        "| o = (| \"learned: 2026-11-22\nmodel: m\" half = ( 1 ). other = ( half ) |). p = (| half = 2 |) |\no half + p half\n";
    assert_eq!(learned_words(text), "half half half");
}

#[test]
fn a_learned_method_in_the_text_is_taken_back_there() {
    let comment = "\"learned: 2026-11-22T23:00:00Z\n     model: m\"\n    ";
    for (drawn, after) in [
        (format!("|\n    one = 1.\n    {comment}half = ( 1 ).\n    two = 2.\n|\n"), "|\n    one = 1.\n    two = 2.\n|\n"),
        (format!("| o = (| one = 1.\n    {comment}half = ( 1 ). two = 2 |) |\n"), "| o = (| one = 1.\n    two = 2 |) |\n"),
        (format!("| o = (| {comment}half = ( 1 ) |) |\n"), "| o = (| |) |\n"),
    ] {
        let mut f = Fixture::new(&drawn);
        let method = f.ide.learned_in_place(MAIN, "half", None).unwrap_or_else(|| panic!("{drawn}"));
        assert_eq!(method.comment, "learned: 2026-11-22T23:00:00Z\nmodel: m");
        assert_eq!(f.edited(&method.removal), format!("=== {MAIN}\n{after}"));
        assert_eq!(f.ide.learned_in_place(MAIN, "two", None), None);
    }
}

#[test]
fn inferred_types_are_hinted() {
    let mut f = Fixture::new(&format!("{FILE}[|:x| | y <- 3 | x + y ] value: 4\n"));
    let text = f.files[MAIN].clone();
    let hints = f.ide.hints(MAIN, Span::new(0, text.len()));
    let mut drawn = text.clone();
    for hint in hints.iter().rev() {
        drawn.insert_str(hint.at as usize, &format!("⟨{}⟩", hint.label));
    }
    insta::assert_snapshot!(drawn);
}

#[test]
fn brackets_and_comments_are_folded() {
    let mut f = Fixture::new(FILE);
    let text = f.files[MAIN].clone();
    let mut out = String::new();
    for fold in f.ide.folds(MAIN) {
        let first = text[fold.span.start as usize..fold.span.end as usize].lines().next().unwrap_or("");
        out.push_str(&format!("{first} … {}\n", if fold.is_comment { "(comment)" } else { "" }));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn vectors_are_folded_wherever_they_stand() {
    let drawn = "| a = {\n 1. {\n 2 } }. m = ( `{ a\n}` ) |\n{\n 3 } size\n";
    let mut f = Fixture::new(drawn);
    let lines = |text: &str| text.matches('\n').count();
    let folded: Vec<usize> = f.ide.folds(MAIN).iter().map(|fold| lines(&drawn[..fold.span.start as usize])).collect();
    assert_eq!(folded, [0, 0, 1, 2, 4], "{:?}", f.ide.folds(MAIN));
}

#[test]
fn a_selection_grows() {
    let mut f = Fixture::new(&FILE.replace("( side * side", "( si‸de * side"));
    let at = f.at();
    let text = f.files[MAIN].clone();
    let grown: Vec<String> =
        f.ide.selections(MAIN, at).iter().map(|s| text[s.start as usize..s.end as usize].replace('\n', "⏎")).collect();
    insta::assert_snapshot!(grown.join("\n"));
}

#[test]
fn a_file_is_put_into_its_layout_with_few_edits() {
    let text = "| a   = 1 |\na\n3+4\n";
    let mut f = Fixture::new(text);
    let edits = f.ide.formatting(MAIN, None).expect("readable");
    let after = Fix { title: String::new(), edits: edits.clone(), is_guess: false }.apply(text);
    assert_eq!(after, aura_syntax::format(text).expect("readable"));
    let only = f.ide.formatting(MAIN, Some(Span::new(14, 16))).expect("readable");
    insta::assert_snapshot!(Fix { title: String::new(), edits: only, is_guess: false }.apply(text));
}

/// The marked lines of a file in their layout.
fn laid_out(drawn: &str) -> String {
    let mut f = Fixture::new(drawn);
    let (name, span, text) = (f.name.clone(), f.span, f.files[&f.name].clone());
    match f.ide.formatting(&name, Some(span)) {
        Ok(edits) => Fix { title: String::new(), edits, is_guess: false }.apply(&text),
        Err(why) => why,
    }
}

#[test]
fn only_lines_that_are_asked_for_are_laid_out() {
    insta::assert_snapshot!(laid_out("|\n  a = 1.\n  «b = 2»  .\n  c = 3.\n|\na\n"));
    insta::assert_snapshot!(laid_out("3+4\n«3+5\n3+6\n»3+7\n"));
    insta::assert_snapshot!(laid_out("3+4\r\n«3+5\r\n»3+7\r\n"));
    // A line that is joined with another one is not joined from half of it.
    insta::assert_snapshot!(laid_out("3\n «+   5»\n3+6\n"));
}

#[test]
fn what_can_be_read_is_laid_out() {
    let whole = |text: &str| {
        let mut f = Fixture::new(text);
        f.ide.formatting(MAIN, None).map(|edits| Fix { title: String::new(), edits, is_guess: false }.apply(text))
    };
    let outcomes: Vec<String> = [
        "|\n  a   = 1.\n  b = ( 3 +   ).\n  c   = 3.\n|\na\n",
        "|\n  m = (\n  a   printLine.\n  3 + .\n  b   printLine ).\n|\n",
        "3+4\n3 + \n  + 5\n3+6\n",
        "3+4\nat: 1 put: 2\n3+6\n",
        "3+4\n( 5\n",
    ]
    .into_iter()
    .map(|text| whole(text).unwrap_or_else(|why| why + "\n"))
    .collect();
    insta::assert_snapshot!(outcomes.join("---\n"));
    assert_eq!(
        whole("3+4\n| 'a\n").expect_err("unreadable").split(" (").next(),
        Some("the text has no layout while it cannot be read")
    );
}

#[test]
fn a_text_keeps_its_line_ends() {
    let text = "| a   = 1 |\r\na\r\n3+4\r\n";
    let mut f = Fixture::new(text);
    let edits = f.ide.formatting(MAIN, None).expect("readable");
    let after = Fix { title: String::new(), edits, is_guess: false }.apply(text);
    assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
    assert_eq!(after.replace("\r\n", "\n"), aura_syntax::format(&text.replace("\r\n", "\n")).expect("readable"));
}

#[test]
fn what_stands_in_strings_is_not_put_into_another_layout() {
    for (text, after) in [
        ("| a   = 'one\r\ntwo'.\nb = 'three\nfour' |\n", "|\n    a = 'one\r\ntwo'.\n    b = 'three\nfour'.\n|\n"),
        (
            "| a   = 'one\ntwo' |\r\n\"c\nd\" a\r\n`x\n{ a }\r\ny`\r\n",
            "|\r\n    a = 'one\ntwo'.\r\n|\r\n\"c\r\nd\" a\r\n`x\n{ a }\r\ny`\r\n",
        ),
    ] {
        let mut f = Fixture::new(text);
        let edits = f.ide.formatting(MAIN, None).expect("readable");
        assert_eq!(Fix { title: String::new(), edits, is_guess: false }.apply(text), after);
    }
}

#[test]
fn lenses_offer_to_run() {
    let learned =
        "shape _AddSlots: (|\n    \"learned: 2026-11-22T23:00:00Z\nmodel: m\nreviewed: no\"\n    half = ( side / 2 ) |).\n";
    let mut f = Fixture::new(&format!("{FILE}=== /p/main.learned.aura\n{learned}=== /p/some_test.aura\n| a = 1 |\n"));
    let mut offers = Vec::new();
    for name in [MAIN, "/p/main.learned.aura", "/p/some_test.aura"] {
        offers.extend(f.ide.lenses(name).into_iter().map(|l| match l.offer {
            Offer::Learned { origin, selector, is_beside } => format!("{selector}: {origin}, beside: {is_beside}"),
            other => format!("{other:?}"),
        }));
    }
    assert_eq!(offers, ["Run", "half: learned from m on 2026-11-22; not reviewed yet, beside: true", "Test"]);
}
