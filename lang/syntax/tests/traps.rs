//! The parts of Self's syntax that are easy to get wrong, each with a test. Expressions are compared as they are read: every
//! message in parentheses, `@` for an implicit receiver.

use aura_syntax::literal::comment_text;
use aura_syntax::tree::{Expr, ExprKind, Init, Receiver, Slot, SlotName, TemplatePart, TypeKind, selector};
use aura_syntax::{Parse, is_incomplete, parse, parse_code, parse_slots};

fn read(expr: &Expr, s: &str) -> String {
    match &expr.kind {
        ExprKind::Send(send) => {
            let receiver = match &send.receiver {
                Receiver::Implicit => "@".to_owned(),
                Receiver::Expr(e) => read(e, s),
                Receiver::Resend(_) => "resend".to_owned(),
                Receiver::Delegate(name) => format!("to-{}", name.text(s)),
            };
            let mut out = format!("({receiver}");
            for (i, part) in send.selector.iter().enumerate() {
                out += &format!(" {}", part.text(s));
                if let Some(argument) = send.arguments.get(i) {
                    out += &format!(" {}", read(argument, s));
                }
            }
            out + ")"
        }
        ExprKind::Group(body) => body.statements.iter().map(|st| read(&st.expr, s)).collect::<Vec<_>>().join(". "),
        ExprKind::Block(body) => {
            format!("[{}]", body.statements.iter().map(|st| read(&st.expr, s)).collect::<Vec<_>>().join(". "))
        }
        ExprKind::Vector(es) => format!("{{{}}}", es.iter().map(|e| read(e, s)).collect::<Vec<_>>().join(". ")),
        ExprKind::Object(list) => format!("object({})", list.slots.len()),
        ExprKind::Error => "ERROR".to_owned(),
        _ => expr.span.text(s).to_owned(),
    }
}

fn all(parsed: &Parse, source: &str) -> String {
    parsed.file.body.iter().map(|st| read(&st.expr, source)).collect::<Vec<_>>().join(" / ")
}

/// How a good program is read.
fn good(source: &str) -> String {
    let parsed = parse(source);
    assert_eq!(parsed.diagnostics, [], "{source}");
    all(&parsed, source)
}

/// How a bad program is read, and the codes of what is wrong with it.
fn bad(source: &str) -> (String, Vec<&'static str>) {
    let parsed = parse(source);
    let codes = parsed.diagnostics.iter().map(|d| d.code).collect();
    (all(&parsed, source), codes)
}

fn slots(source: &str) -> Vec<Slot> {
    let parsed = parse_slots(source);
    assert_eq!(parsed.diagnostics, [], "{source}");
    parsed.file.slots.expect("slots").slots
}

fn slot_codes(source: &str) -> Vec<&'static str> {
    parse_slots(source).diagnostics.iter().map(|d| d.code).collect()
}

#[test]
fn keyword_messages_recurse_to_the_right() {
    assert_eq!(good("a f: b g: c H: d"), "((@ a) f: ((@ b) g: (@ c) H: (@ d)))");
    assert_eq!(good("a f: b G: c"), "((@ a) f: (@ b) G: (@ c))");
    assert_eq!(good("f: g: h: 1"), "(@ f: (@ g: (@ h: 1)))");
    assert_eq!(good("a f: b + c G: d"), "((@ a) f: ((@ b) + (@ c)) G: (@ d))");
}

#[test]
fn a_file_may_begin_with_a_line_for_the_system() {
    assert_eq!(good("#!/usr/bin/env -S aura run\n3 foo"), "(3 foo)");
    assert_eq!(good("#! it's \"open\r\n| a = 3 |\na"), "(@ a)");
    assert_eq!(good("#!aura"), "");
    assert!(!is_incomplete("#!aura 'open ("));
    // Anywhere else it is an operator, and in a piece of a program nothing hides behind it.
    assert_eq!(good("a #! b"), "((@ a) #! (@ b))");
    assert_eq!(bad("\n#!/bin/sh").1, ["E0011"]);
    assert_eq!(all(&parse_code("#! b"), "#! b"), "(@ #! (@ b))");
    assert!(matches!(slots("#! b = ( b )")[0].name, SlotName::Binary { .. }));
}

#[test]
fn the_line_for_the_system_stays_first() {
    let formatted = |source: &str| aura_syntax::format(source).expect("a good program");
    assert_eq!(formatted("#!/usr/bin/env  aura \n\n\n  3+4"), "#!/usr/bin/env  aura\n\n3 + 4\n");
    assert_eq!(formatted("#!aura\n\"c\"\n|a=3|\na"), "#!aura\n\"c\"\n| a = 3 |\na\n");
    assert_eq!(formatted("#!aura"), "#!aura\n");
    assert_eq!(formatted("#!aura\n\n"), "#!aura\n");
}

#[test]
fn unary_before_binary_before_keyword() {
    assert_eq!(good("a b + c d foo: e f + g"), "((((@ a) b) + ((@ c) d)) foo: (((@ e) f) + (@ g)))");
}

#[test]
fn the_same_operator_chains_and_different_ones_do_not() {
    assert_eq!(good("a + b + c"), "(((@ a) + (@ b)) + (@ c))");
    assert_eq!(good("(a + b) * c"), "(((@ a) + (@ b)) * (@ c))");
    let source = "a + b * c";
    assert_eq!(bad(source), ("(((@ a) + (@ b)) * (@ c))".to_owned(), vec!["E0011"]));
    let fix = parse(source).diagnostics[0].fix.clone().expect("a fix");
    assert_eq!(fix.apply(source), "(a + b) * c");
    assert_eq!(good(&fix.apply(source)), "(((@ a) + (@ b)) * (@ c))");
}

#[test]
fn any_message_may_have_an_implicit_receiver() {
    assert_eq!(good("foo"), "(@ foo)");
    assert_eq!(good("+ 1"), "(@ + 1)");
    assert_eq!(good("at: 1 Put: 2"), "(@ at: 1 Put: 2)");
    assert_eq!(good("a + foo: b"), "((@ a) + (@ foo: (@ b)))");
}

#[test]
fn resends_have_a_period_and_no_blank() {
    assert_eq!(good("resend.foo"), "(resend foo)");
    assert_eq!(good("resend.+ x"), "(resend + (@ x))");
    assert_eq!(good("resend.at: i Put: v"), "(resend at: (@ i) Put: (@ v))");
    assert_eq!(good("parent.foo bar"), "((to-parent foo) bar)");
    assert_eq!(good("parent.- 1"), "(to-parent - 1)");
    assert_eq!(good("resend._Clone"), "(resend _Clone)");
    assert_eq!(good("foo. bar"), "(@ foo) / (@ bar)");
    assert_eq!(good("foo.\nbar"), "(@ foo) / (@ bar)");
    assert_eq!(good("foo.-1"), "(@ foo) / -1");
    assert_eq!(good("3.foo"), "3 / (@ foo)");
    assert_eq!(bad("resend foo").1, ["E0018"]);
    assert_eq!(bad("self.foo"), ("(self foo)".to_owned(), vec!["E0018"]));
    assert_eq!(bad("a b.c").1, ["E0018"]);
}

#[test]
fn operators_are_the_longest_match() {
    assert_eq!(good("a <= b"), "((@ a) <= (@ b))");
    assert_eq!(good("a >= b"), "((@ a) >= (@ b))");
    assert_eq!(good("a ** b"), "((@ a) ** (@ b))");
    assert_eq!(good("a || b"), "((@ a) || (@ b))");
    assert_eq!(bad("a <- b"), ("((@ a) <- (@ b))".into(), vec!["E0034"]));
    assert_eq!(good("a = b"), "((@ a) = (@ b))");
    assert_eq!(good("a >| b"), "((@ a) >| (@ b))");
    assert_eq!(good("a , b"), "((@ a) , (@ b))");
    assert_eq!(bad("[|:x|- x]").1, ["E0019"], "`|-` is one operator");
    assert_eq!(bad("a | b").1, ["E0015"]);
}

#[test]
fn a_minus_before_a_digit_is_the_numbers_unless_a_receiver_is_complete() {
    assert_eq!(good("-3 abs"), "(-3 abs)");
    assert_eq!(good("x-1"), "((@ x) - 1)");
    assert_eq!(good("x -1 abs"), "((@ x) - (1 abs))");
    assert_eq!(good("x - -1"), "((@ x) - -1)");
    assert_eq!(good("x + -1"), "((@ x) + -1)");
    assert_eq!(good("foo: -1"), "(@ foo: -1)");
    assert_eq!(good("3 -2 -1"), "((3 - 2) - 1)");
    assert_eq!(good("x -1.5e3"), "((@ x) - 1.5e3)");
    assert_eq!(bad("x + 1 -2").1, ["E0011"]);
}

#[test]
fn literals() {
    for number in ["0", "12", "-12", "16r1F", "-2r101", "1.5", "1e10", "1.5e-3", "1E+5", "123456789012345678901234567890"] {
        assert_eq!(good(number), number);
    }
    for number in ["0x1F", "007", "3abs", "2r3", "1e", "1.5x"] {
        assert_eq!(bad(number).1, ["E0005"], "{number}");
    }
    assert_eq!(parse("0x1F").diagnostics[0].fix.as_ref().expect("a fix").apply("0x1F"), "16r1F");
    assert_eq!(good("'a\nb'"), "'a\nb'");
    assert_eq!(bad(r"'a\qb'").1, ["E0006"]);
    assert_eq!(good("{ 1. 'a'. b foo. }"), "{1. 'a'. ((@ b) foo)}");
    assert_eq!(good("{}"), "{}");
}

#[test]
fn comments_stand_anywhere_and_may_hold_escaped_quotes() {
    assert_eq!(good("a \"x\" foo: \"say \\\"hi\\\" \\\\\" b"), "((@ a) foo: (@ b))");
    assert_eq!(bad("a \"x").1, ["E0003"]);
}

#[test]
fn a_back_slash_joins_lines() {
    assert_eq!(good("a \\\n  foo: \\\r\n b"), "((@ a) foo: (@ b))");
    assert_eq!(good("a \\ b"), "((@ a) \\ (@ b))");
}

#[test]
fn a_line_end_ends_an_expression_where_no_bracket_is_open() {
    assert_eq!(good("a\nb"), "(@ a) / (@ b)");
    assert_eq!(good("(a\nb)"), "((@ a) b)");
    assert_eq!(good("[a\nb]"), "[((@ a) b)]");
    assert_eq!(good("{ a\nb }"), "{((@ a) b)}");
    assert_eq!(good("a +\n b foo:\n\n c"), "(((@ a) + (@ b)) foo: (@ c))");
    assert_eq!(good("a\nfoo: 1"), "(@ a) / (@ foo: 1)");
    assert_eq!(bad("a\n+ b"), ("((@ a) + (@ b))".to_owned(), vec!["E0028"]));
    assert_eq!(bad("a at: 1\n  Put: 2"), ("((@ a) at: 1 Put: 2)".to_owned(), vec!["E0028"]));
    assert_eq!(good("+ 1"), "(@ + 1)");
    let source = "a\nb";
    let parsed = parse_code(source);
    assert_eq!(all(&parsed, source), "((@ a) b)", "in code line ends are white space");
}

#[test]
fn parentheses_are_classified_by_place_and_contents() {
    let kind = |source: &str| match &slots(source)[0].init {
        Init::None => "none".to_owned(),
        Init::Method(_) => "method".to_owned(),
        Init::Constant(e) => format!("constant {}", read(e, source)),
        Init::Assignable(e) => format!("assignable {}", read(e, source)),
    };
    assert_eq!(kind("x = (3 + 4)"), "method");
    assert_eq!(kind("x = (3 + 4) foo"), "constant ((3 + 4) foo)");
    assert_eq!(kind("x = ()"), "constant object(0)");
    assert_eq!(kind("x = (| a |)"), "constant object(1)");
    assert_eq!(kind("x = (| a | a)"), "method");
    assert_eq!(kind("x <- (3 + 4)"), "assignable (3 + 4)");
    assert_eq!(kind("x <- ()"), "assignable object(0)");
    assert_eq!(kind("x = [ 3 ]"), "constant [3]");
    assert_eq!(kind("x = {'note' (3 + 4)}"), "method");
    assert_eq!(kind("x"), "none");
}

#[test]
fn every_form_of_slot() {
    let source =
        "x. y <- 1. z = 2. p* = q. r* <- s. t*. + a = ( a ). at: i Put: v = ( v ). do:With: = (| :b. :w | b ). - = (| :n | n )";
    let list = slots(source);
    let names: Vec<String> = list
        .iter()
        .map(|slot| match &slot.name {
            SlotName::Unary(n) => n.text(source).to_owned(),
            SlotName::Binary { operator, parameter } => {
                format!("{} {}", operator.text(source), parameter.as_ref().map_or("", |p| p.name.text(source)))
            }
            SlotName::Keyword { parts, parameters } => format!("{}/{}", selector(parts, source), parameters.len()),
        })
        .collect();
    assert_eq!(names, ["x", "y", "z", "p", "r", "t", "+ a", "at:Put:/2", "do:With:/0", "- "]);
    let parents: Vec<bool> = list.iter().map(|slot| slot.is_parent).collect();
    assert_eq!(parents, [false, false, false, true, true, true, false, false, false, false]);
    assert_eq!(slots("p*<-3")[0].span.text("p*<-3"), "p*<-3");
    assert!(slots("p*= q")[0].is_parent);
    assert_eq!(good("[|:x. y <- 1| x]"), "[(@ x)]");
    assert_eq!(good("(| p*|)"), "object(1)");
}

#[test]
fn slots_that_are_none() {
    assert_eq!(slot_codes("at: i"), ["E0022"]);
    assert_eq!(slot_codes("at: i = 3"), ["E0022"]);
    assert_eq!(slot_codes("at: i <- ( i )"), ["E0031"]);
    assert_eq!(slot_codes("at: i put: v = ( v )"), ["E0021"]);
    assert_eq!(slot_codes("at: i Put: = ( i )"), ["E0023"]);
    assert_eq!(slot_codes("at:Put: = (| :i | i )"), ["E0023"]);
    assert_eq!(slot_codes("x = (| :i | i )"), ["E0023"]);
    assert_eq!(slot_codes("Foo = 3"), ["E0021"]);
    assert_eq!(slot_codes("_foo = 3"), ["E0021"]);
    assert_eq!(slot_codes("3 = 4. x"), ["E0020"]);
    assert_eq!(slot_codes("x = . y"), ["E0010"]);
    assert_eq!(slot_codes("x y"), ["E0014"]);
    assert_eq!(slot_codes("x = (| :a = 2 | a )"), ["E0023", "E0025"]);
    assert_eq!(slot_codes("x = (| f = ( 3 ) | f )"), ["E0024"]);
    assert_eq!(slot_codes("foo: x = ()"), ["E0022"]);
    assert_eq!(bad("(| :a |)").1, ["E0025"]);
    assert_eq!(bad("(| :a | a)").1, ["E0025"]);
}

#[test]
fn annotations() {
    let source = "{ 'one' a. { 'two' b } c. } d. {} = 'whole'. e";
    let parsed = parse_slots(source);
    assert_eq!(parsed.diagnostics, []);
    let list = parsed.file.slots.expect("slots");
    assert_eq!(list.annotation.expect("an annotation").text(source), "'whole'");
    let texts: Vec<Vec<&str>> = list.slots.iter().map(|s| s.annotations.iter().map(|a| a.text(source)).collect()).collect();
    assert_eq!(texts, [vec!["'one'"], vec!["'one'", "'two'"], vec!["'one'"], vec![], vec![]]);
    let source = "{ 'note' (| x |) }";
    let ExprKind::Object(list) = &parse(source).file.body[0].expr.kind.clone() else { panic!("an object") };
    assert_eq!(list.annotation.expect("an annotation").text(source), "'note'");
    assert_eq!(good("{ 'note' [ 3 ] }"), "[3]");
    assert_eq!(good("{ 'note'. [ 3 ] }"), "{'note'. [3]}");
    assert_eq!(bad("(| { a } |)").1, ["E0026"]);
    assert_eq!(bad("(| {} |)").1, ["E0026"]);
}

#[test]
fn returns() {
    let source = "[ a. ^ b ]";
    let ExprKind::Block(body) = &parse(source).file.body[0].expr.kind.clone() else { panic!("a block") };
    assert!(!body.statements[0].is_return && body.statements[1].is_return);
    assert_eq!(bad("[ ^ a. b ]").1, ["E0017"]);
    assert_eq!(bad("^ a").1, ["E0017"]);
    assert_eq!(bad("foo: ( ^ a )").1, ["E0017"]);
    assert_eq!(slot_codes("x = ( ^ a )"), Vec::<&str>::new());
    assert_eq!(slot_codes("x = ( ^ a ) foo"), ["E0017"]);
    assert_eq!(bad("[ ^ ]").1, ["E0010"]);
}

#[test]
fn templates_hold_expressions_and_templates() {
    let source = "`Hello {name} \\{ {a foo: `in {'}'}`}`";
    let parsed = parse(source);
    assert_eq!(parsed.diagnostics, []);
    let ExprKind::Template(parts) = &parsed.file.body[0].expr.kind else { panic!("a template") };
    let parts: Vec<String> = parts
        .iter()
        .map(|part| match part {
            TemplatePart::Text(span) => span.text(source).to_owned(),
            TemplatePart::Hole(expr) => read(expr, source),
        })
        .collect();
    assert_eq!(parts, ["Hello ", "(@ name)", " \\{ ", "((@ a) foo: `in {'}'}`)"]);
    assert_eq!(bad("`a {}`").1, ["E0030"]);
    assert_eq!(bad("`a {b. c}`").1, ["E0030"]);
    assert_eq!(bad("`a").1, ["E0004"]);
    assert_eq!(bad(r"`a\q`").1, ["E0006"]);
}

#[test]
fn types_are_kept() {
    let source = "x <int> <- 0. y <A | nil>= 1. f: b <[int, int ^ bool]> G: c <list of: T> ^ <self> = ( c ). z ^<(| a <int>. b |)> = ( 3 ). w <T: point>. v <[^T]>. u <any>|";
    let source = source.trim_end_matches('|');
    let list = slots(source);
    let kind = |i: usize| list[i].type_.as_ref().map(|t| t.kind.clone());
    assert!(matches!(kind(0), Some(TypeKind::Name(n)) if n.text(source) == "int"));
    assert!(matches!(kind(1), Some(TypeKind::Union(members)) if members.len() == 2));
    assert!(matches!(kind(4), Some(TypeKind::Bound(t, _)) if t.text(source) == "T"));
    assert!(matches!(kind(5), Some(TypeKind::Block(arguments, Some(_))) if arguments.is_empty()));
    let SlotName::Keyword { parameters, .. } = &list[2].name else { panic!("keywords") };
    assert!(
        matches!(&parameters[0].type_.as_ref().expect("a type").kind, TypeKind::Block(arguments, Some(_)) if arguments.len() == 2)
    );
    assert!(matches!(&parameters[1].type_.as_ref().expect("a type").kind, TypeKind::Apply(_, parts) if parts.len() == 1));
    assert!(list[2].result.is_some());
    assert!(matches!(&list[3].result.as_ref().expect("a type").kind, TypeKind::Object(slots) if slots.slots.len() == 2));
    assert_eq!(good("[|:x <int>| x]"), "[(@ x)]");
    assert_eq!(slot_codes("x <int = 3"), ["E0027"]);
    assert_eq!(slot_codes("x < > = 3"), ["E0027"]);
    assert_eq!(slot_codes("x <[a b]> = 3"), ["E0027"]);
}

#[test]
fn a_module_begins_with_slots() {
    let source = "| a <int | nil> = 1.\n  b = ( 2 )\n|\n\nfoo\nbar";
    let parsed = parse(source);
    assert_eq!(parsed.diagnostics, []);
    assert_eq!(parsed.file.slots.as_ref().expect("a module").slots.len(), 2);
    assert_eq!(all(&parsed, source), "(@ foo) / (@ bar)");
    assert_eq!(good("| a |. foo"), "(@ foo)");
    assert_eq!(good("| a |\n+ foo"), "(@ + (@ foo))");
}

#[test]
fn comments_belong_to_the_slot_they_stand_directly_before() {
    let source = "| \"a's\" a. \"behind a\"\n  b.\n  \"c's\"\n  c.\n  \"nobody's\"\n\n  d.\n \"old\" \"e's \\\"x\\\"\" e |";
    let list = parse(source).file.slots.expect("a module");
    let comments: Vec<Option<String>> = list.slots.iter().map(|s| s.comment.map(|c| comment_text(c.text(source)))).collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(comments, [some("a's"), None, some("c's"), None, some("e's \"x\"")]);
}

#[test]
fn many_errors_in_one_pass_and_the_rest_is_read() {
    let source = "a + b * c\nfoo: \n)\n(x y: 3 Z)\n(| a = . b |) ok\n'unclosed\nlast";
    let (tree, codes) = bad(source);
    assert_eq!(codes, ["E0011", "E0008", "E0012", "E0010", "E0002"]);
    assert!(tree.ends_with("/ (@ last)"), "{tree}");
    assert_eq!(bad("(a b c").1, ["E0007"]);
    assert_eq!(bad("[ (a ] b"), ("([(@ a)] b)".to_owned(), vec!["E0007"]));
    assert_eq!(bad("[ a. b: 3 Foo: 4. 5 6 ] c"), ("([(@ a). (@ b: 3 Foo: 4). 5. 6] c)".to_owned(), vec!["E0014"]));
    assert_eq!(bad("[ .a ]").1, ["E0016"]);
    assert_eq!(bad("a Foo: 3").1, ["E0013"]);
    assert_eq!(bad("a “b”").1, ["E0001", "E0001"]);
    assert_eq!(bad("a +").1, ["E0010"]);
    assert_eq!(bad("(| a. b").1, ["E0007"]);
}

#[test]
fn incomplete_is_what_more_text_could_complete() {
    for text in [
        "(",
        "[ a",
        "{ 1. 2",
        "'abc",
        "'abc\ndef",
        "\"abc",
        "| a. b",
        "(| a.",
        "a +",
        "a at:",
        "a at: 1 Put:",
        "`a {b",
        "`a",
        "^",
        "a \\\n",
        "a <-",
        "(a\n",
    ] {
        assert!(is_incomplete(text), "{text:?}");
    }
    for text in ["", "a", "a.", "(a)", "a at: 1", ")", "a + b * c", "'x'", "\"c\"", "| a |", "`a`", "a b. ", "]"] {
        assert!(!is_incomplete(text), "{text:?}");
    }
}

#[test]
fn a_comment_behind_the_last_argument_of_a_block_stays_where_it_is() {
    let formatted = aura_syntax::format("[|:a. :b. \"c\" | a ]").expect("a good program");
    assert_eq!(formatted, "[|:a. :b \"c\"| a ]\n");
    assert_eq!(aura_syntax::format(&formatted).as_ref(), Ok(&formatted));
}
