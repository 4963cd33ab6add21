//! Whatever the input: no panic, no overflow of the stack (tests have 2 MB of it), no more than linear time, a complete
//! tree of bounded depth.

use aura_syntax::tree::{Expr, ExprKind, File, Init, Receiver, SlotList, Statement, TemplatePart};
use aura_syntax::{MAX_NESTING, Mode, dump, parse, parse_as};
use std::time::{Duration, Instant};

/// Parses, walks, compares, clones, prints and drops the tree; answers the codes found.
fn survive(source: &str) -> Vec<&'static str> {
    let mut codes = Vec::new();
    for mode in [Mode::File, Mode::Code, Mode::Slots] {
        let parsed = parse_as(source, mode);
        assert!(height_of_file(&parsed.file) <= MAX_NESTING, "deeper than promised");
        let copy = parsed.file.clone();
        assert!(copy == parsed.file);
        assert!(!dump(&copy, source).is_empty());
        assert!(!format!("{copy:?}").is_empty());
        let mut at = 0;
        for token in &parsed.tokens {
            assert_eq!(token.span.start, at, "tokens leave nothing out");
            at = token.span.end;
        }
        assert_eq!(at as usize, source.len());
        if mode == Mode::File {
            codes = parsed.diagnostics.iter().map(|d| d.code).collect();
        }
        for diagnostic in &parsed.diagnostics {
            let span = diagnostic.span;
            assert!(span.start <= span.end && span.end as usize <= source.len());
        }
    }
    codes
}

fn height_of_file(file: &File) -> usize {
    slots(file.slots.as_ref()).max(statements(&file.body))
}

fn slots(list: Option<&SlotList>) -> usize {
    let height = |init: &Init| match init {
        Init::None => 0,
        Init::Constant(e) | Init::Assignable(e) => height(e),
        Init::Method(body) => 1 + slots(body.slots.as_ref()).max(statements(&body.statements)),
    };
    list.iter().flat_map(|l| &l.slots).map(|slot| height(&slot.init)).max().unwrap_or(0)
}

fn statements(list: &[Statement]) -> usize {
    list.iter().map(|s| height(&s.expr)).max().unwrap_or(0)
}

fn height(expr: &Expr) -> usize {
    1 + match &expr.kind {
        ExprKind::Object(list) => slots(Some(list)),
        ExprKind::Block(body) | ExprKind::Group(body) => slots(body.slots.as_ref()).max(statements(&body.statements)),
        ExprKind::Vector(elements) => elements.iter().map(height).max().unwrap_or(0),
        ExprKind::Template(parts) => {
            parts.iter().map(|p| if let TemplatePart::Hole(e) = p { height(e) } else { 0 }).max().unwrap_or(0)
        }
        ExprKind::Send(send) => {
            let receiver = if let Receiver::Expr(e) = &send.receiver { height(e) } else { 0 };
            send.arguments.iter().map(height).max().unwrap_or(0).max(receiver)
        }
        _ => 0,
    }
}

#[test]
fn brackets_100_000_deep_are_a_diagnostic() {
    let n = 100_000;
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("(| a = ", "|)"),
        ("(| :a <[", "]> |)"),
        ("`{", "}`"),
        ("{'a' (", ")}"),
        ("foo: (", ")"),
    ] {
        let closed = format!("{}x{}", open.repeat(n), close.repeat(n));
        assert!(survive(&closed).contains(&"E0009"), "{open}");
        assert!(survive(&open.repeat(n)).contains(&"E0009"), "{open}");
        survive(&close.repeat(n));
    }
}

#[test]
fn chains_100_000_long_are_a_diagnostic() {
    let n = 100_000;
    assert!(survive(&format!("x {}", "foo ".repeat(n))).contains(&"E0009"));
    assert!(survive(&format!("x {}", "+ y ".repeat(n))).contains(&"E0009"));
    assert!(survive(&format!("x {}", "-1 ".repeat(n))).contains(&"E0009"));
    assert!(survive(&format!("x {}", "foo: y ".repeat(n))).contains(&"E0009"));
    assert!(survive(&format!("x {}", "+ foo: y ".repeat(n))).contains(&"E0009"));
    assert!(survive(&format!("{} y", "foo: ".repeat(n))).contains(&"E0009"));
    assert!(survive(&format!("x foo: y {}", "Bar: z ".repeat(n))).is_empty(), "wide is not deep");
    survive(&format!("(| x <{}", "T: ".repeat(n)));
    survive(&format!("(| x <{}", "a | ".repeat(n)));
    survive(&"^ ".repeat(n));
    survive(&"| ".repeat(n));
}

#[test]
fn just_below_the_limit_is_fine() {
    let n = MAX_NESTING - 1;
    for (open, close) in [("(", ")"), ("[", "]"), ("{", "}")] {
        let source = format!("{}x{}", open.repeat(n), close.repeat(n));
        assert_eq!(survive(&source), Vec::<&str>::new(), "{open}");
    }
    assert_eq!(survive(&format!("x{}", " + y".repeat(n - 1))), Vec::<&str>::new());
    assert_eq!(survive(&format!("{}x", "a: ".repeat(n))), Vec::<&str>::new());
}

#[test]
fn unterminated_everything() {
    for source in [
        "'", "\"", "`", "`{", "`{'", "(|", "(| x", "(| x <", "(| x <[", "(| x = ", "[", "{", "{'a'", "(| {", "(| {}", "(| {} =",
        "a:", "a +", "resend.", "resend", "x.y.", "^", "\\", "'\\", "\"\\", "`\\", "16r", "1e", "-",
    ] {
        survive(source);
    }
}

#[test]
fn every_short_text_of_awkward_characters() {
    let letters = [
        "(", ")", "[", "]", "{", "}", "|", "`", "'", "\"", ".", "^", "<", ">", "=", "-", "1", "a", "A", "a:", "A:", ":a",
        "resend", "self", "\\", "\n", " ", "é", "*",
    ];
    for a in letters {
        for b in letters {
            for c in ["x", "|", "'a"] {
                survive(&format!("{a}{b}{c}"));
                survive(&format!("(|{a} {b} {c}"));
            }
        }
    }
}

/// Time for twice the length is not much more than twice the time.
#[test]
fn time_is_linear_in_the_length() {
    let units = [
        "x foo: y Bar: z. ",
        "'\\",
        "\"",
        "\\'\n",
        "`{a}",
        "(",
        "a + b * c. ",
        "(| a. b = (c) |). ",
        "§ ",
        ") ",
        "{ 'a' (",
        "'a\n",
        "`{'\n",
        "x. \"c\"\n",
        "^<",
        "a.b",
        ". ",
    ];
    for unit in units {
        let time = |len: usize| {
            let source = unit.repeat(len / unit.len());
            let start = Instant::now();
            drop(parse(&source));
            start.elapsed()
        };
        let (small, large) = (time(200_000), time(1_600_000));
        assert!(large < small * 40 + Duration::from_millis(400), "{unit:?}: {small:?} for 200 kB, {large:?} for 1.6 MB");
    }
}

#[test]
fn ten_megabytes() {
    let unit = "| point = (| parent* = traits clonable. x <- 0. + p = ( (copy x: x + p x) y: 'a' ) |) |\n(point + point) foo: [|:x| x * 2] Bar: { 1. 2 }\n";
    let one = &unit[unit.find('\n').expect("two lines") + 1..];
    let source = one.repeat(10_000_000 / one.len());
    let start = Instant::now();
    let parsed = parse(&source);
    assert_eq!(parsed.diagnostics, []);
    assert_eq!(parsed.file.body.len(), source.lines().count());
    assert!(start.elapsed() < Duration::from_secs(20));
}
