//! What people see: trees, diagnostics (every code has an example here), formatted programs. `INSTA_UPDATE=always cargo test`
//! rewrites the expectations.

use aura_syntax::codes::{ALL, explain};
use aura_syntax::{MAX_NESTING, Source, dump, format, parse, parse_slots, render};
use std::collections::BTreeSet;
use std::fmt::Write;

const PROGRAM: &str = r#"| "A point in the plane."
  point = (|
    parent* = traits clonable.

    "Where it is from left to right."
    x <int> <- 0.   "never nil"
    y <int> <- 0.


    + p <point> ^ <point> = ( (copy x: x + p x) y: y + p y ).
    distanceTo: p <point> ^ <float> = ( | dx. dy |
        dx: x - p x.   dy: y - p y.
        ((dx * dx) + (dy * dy)) asFloat sqrt ).
    at:Put: = (| :i. :v | i = 0 ifTrue: [ x: v ] False: [ resend.at: i Put: v -1 ]. ^self ).
    { 'Category: testing' isOrigin = ( (x = 0) && [y = 0] ) }
    shapes <list of: (point | nil)> = list copyRemoveAll.
  |)
|

"Here it begins."
(point copy x: 3) + point

point do: [|:each <point>. sum <- 0| "adds" sum: sum + each x. sum ] While: [ true ] Collecting: { 1. 2. 3 } Into: 'a long string'
`Hello {name}, you are {age + 1}` printLine
"#;

#[test]
fn tree() {
    let parsed = parse(PROGRAM);
    assert_eq!(parsed.diagnostics, []);
    insta::assert_snapshot!(dump(&parsed.file, PROGRAM));
}

#[test]
fn formatted() {
    insta::assert_snapshot!(format(PROGRAM).expect("a good program"));
}

#[test]
fn formatted_with_awkward_comments() {
    let source = "\"head\n   of file\"\n\n\n| a = ( \"first\"\n  x. \"behind x\"\n\n\n  \"own line\"\n  y \"behind y\" ). \"behind a\" |\n\n\nfoo \"inside\" bar: [ \"dangling\" ] \"end\"\n\"last\"\n(|\n|)\n[\n\"only\"\n]\n";
    let formatted = format(source).expect("a good program");
    assert_eq!(format(&formatted).as_ref(), Ok(&formatted));
    insta::assert_snapshot!(formatted);
}

#[test]
fn every_code_has_an_example() {
    let deep = format!("{}x{}", "(".repeat(MAX_NESTING + 1), ")".repeat(MAX_NESTING + 1));
    let many = ") ".repeat(600);
    let examples = [
        "a “b”",
        "foo: 'abc\nbar",
        "a \"comment",
        "`Hello {name}",
        "x: 0x1F. y: 3abs",
        "'a\\qb'",
        "foo: (a + [b)",
        "foo)",
        &deep,
        "x at: 1 Put: + 2. [ a + ]",
        "2 + 3 * 4",
        "Foo bar",
        "a Foo: 3",
        "[ a. 3 4 ]",
        "a | b",
        "[ .a ]",
        "[ ^ a. b ]\n^ 3\nx ifTrue: ( ^ 3 )",
        "resend foo\nself.foo",
        "[|:x|- x]\n(| a. b )",
        "(| 3 = 4 |)",
        "(| Foo = 3. _bar = 4. at: i put: v = ( v ) |)",
        "(| at: i. + a = 3. foo: x = () |)",
        "(| at: i Put: = ( i ). foo = (| :x | x ) |)",
        "[| f = ( 3 ) | f ]",
        "(| :a |)\n[|:a <- 2| a ]",
        "(| { a } |)",
        "(| x <int = 3. y < > = 4 |)",
        "foo at: 1\n    Put: 2",
        &many,
        "`a {b. c}`",
        "(| at: i <- ( i ) |)",
        "[\n  a: 3\n  b: 4 ]",
        "total = 3\ntotal printLine",
        "| total <- 0 |\ntotal <- 3",
        "| a <- 1\n  b <- 2. |",
        "{ 1. 2 }\n    do: [|:e| e printLine ]",
        "x := 3",
        "| q = (| parent* = p |).\n  p = (| parent* = traits clonable |). |",
        "d at: 'a' put: 3",
        "(x > 3 ifTrue: [ 1 ] ifFalse: [ 2 ]) printLine",
        "{ 1, 2, 3 } printLine",
        "printLine 'hello'",
        "d['a'] printLine",
        "'it''s' printLine",
    ];
    let mut seen = BTreeSet::new();
    let mut out = String::new();
    for example in examples {
        let mut parsed = parse(example);
        parsed.diagnostics.extend(aura_syntax::slips(example, &parsed.file));
        assert!(!parsed.diagnostics.is_empty(), "{example}");
        seen.extend(parsed.diagnostics.iter().map(|d| d.code));
        if example.len() > 200 {
            continue;
        }
        let _ = writeln!(out, "{}", render(&Source::new("example.aura", example), &parsed.diagnostics, false));
        for fix in parsed.diagnostics.iter().filter_map(|d| d.fix.as_ref()) {
            let _ = writeln!(out, "fix: {} → {:?}", fix.title, fix.apply(example));
        }
        out.push_str("────────────────────────────────────────\n");
    }
    let all: BTreeSet<&str> = ALL.iter().map(|code| code.name).collect();
    assert_eq!(seen, all);
    assert!(seen.iter().all(|code| explain(code).is_some()));
    insta::assert_snapshot!(out);
}

#[test]
fn diagnostics_as_json() {
    let parsed = parse("2 + 3 * 4");
    insta::assert_snapshot!(serde_json::to_string_pretty(&parsed.diagnostics).expect("plain data"));
}

#[test]
fn colour_only_when_asked_for() {
    let source = Source::new("x", "a + b * é");
    let diagnostics = parse(source.text()).diagnostics;
    assert!(render(&source, &diagnostics, true).contains('\u{1b}'));
    assert!(!render(&source, &diagnostics, false).contains('\u{1b}'));
}

/// Whatever a diagnostic's spans are, drawing does not panic.
#[test]
fn spans_inside_characters_or_outside_are_drawn() {
    let mut diagnostic = parse("a + b * é").diagnostics.remove(0);
    let source = Source::new("x", "é€");
    for (start, end) in [(0, 1), (1, 4), (4, 1), (3, 99), (99, 98), (u32::MAX, 0)] {
        diagnostic.span = aura_syntax::Span { start, end };
        let drawn = render(&source, std::slice::from_ref(&diagnostic), false);
        assert!(drawn.contains(diagnostic.code), "{start} {end} {drawn}");
    }
    assert!(render(&Source::new("empty", ""), &[diagnostic], false).contains("E0010"));
}

#[test]
fn slots_of_a_learned_method() {
    let source = "\"Its distance from the origin.\"\nmanhattan = ( x abs + y abs )";
    let parsed = parse_slots(source);
    assert_eq!(parsed.diagnostics, []);
    insta::assert_snapshot!(dump(&parsed.file, source));
}
