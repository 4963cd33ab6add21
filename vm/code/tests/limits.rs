//! Programs at and beyond the limits: a diagnostic or code that verifies, never a panic or an overflowing stack.

mod support;

use std::sync::Arc;

use aura_code::{Code, Liveness, compile_file, compile_inline_site, liveness, verify};
use aura_syntax::tree::{Expr, ExprKind, File, Span, Statement};
use support::{compile, each};

/// Compiles on a thread with the stack of a test, verifies everything, and answers how many codes there are.
fn sound(text: &str) -> usize {
    let mut count = 0;
    for code in compile("limits", text).expect("compiles") {
        assert_eq!(verify(&code), Ok(()));
        each(&code, &mut |_| count += 1);
    }
    count
}

fn codes(text: &str) -> Vec<&'static str> {
    let mut codes: Vec<_> = compile("limits", text).expect_err("is refused").iter().map(|d| d.code).collect();
    codes.dedup();
    codes
}

/// As deep as the parser allows: one level less than what it complains about.
fn deepest(nest: impl Fn(usize) -> String) -> String {
    let fits = |n: &usize| !aura_syntax::parse(&nest(*n)).has_errors();
    nest((1..=aura_syntax::MAX_NESTING).rev().find(fits).expect("some depth is allowed"))
}

#[test]
fn deep_nesting_of_every_kind() {
    let kinds: [(&str, &str, &str); 8] = [
        ("(", "3", ")"),
        ("[", "3", "]"),
        ("{", "3", "}"),
        ("(| x = ", "3", " |)"),
        ("(| m = ( ", "3", " ) |)"),
        ("a ifTrue: [ ", "3", " ]"),
        ("[ a and: [ ", "b", " ] ] whileTrue: [ c ]"),
        ("1 to: a Do: [|:i| ", "i", " ]"),
    ];
    for (open, middle, close) in kinds {
        let text = deepest(|n| format!("{}{middle}{}", open.repeat(n), close.repeat(n)));
        assert!(text.len() > 100, "{open} nests");
        sound(&text);
    }
}

#[test]
fn deep_captures() {
    let text = deepest(|n| format!("| m = ( [| x <- 1 | {} x: x + 1. ^ self foo {} ] ) |", "[ ".repeat(n), " ]".repeat(n)));
    assert!(sound(&text) > 20);
}

#[test]
fn many_statements_become_chunks() {
    let text = "foo: 3.\n".repeat(100_000);
    let codes = compile("limits", &text).expect("compiles");
    assert_eq!(codes.len(), 100_000_usize.div_ceil(256));
    assert_eq!(verify(&codes[390]), Ok(()));
}

/// Together they would have more messages than a chunk may have.
#[test]
fn long_statements_become_chunks_of_their_own() {
    let text = format!("{{ {} }}\n", "foo. ".repeat(5000)).repeat(40);
    let codes = compile("limits", &text).expect("compiles");
    assert!(codes.len() >= 4, "{}", codes.len());
    codes.iter().for_each(|c| assert_eq!(verify(c), Ok(())));
}

#[test]
fn many_slots_become_chunks() {
    let slots: String = (0..1000).map(|i| format!("s{i} = {i}. m{i} = ( s{i} ).\n")).collect();
    assert_eq!(sound(&format!("| {slots} |\n")), 1000 + 2000_usize.div_ceil(256));
}

#[test]
fn too_many_messages_in_a_method() {
    assert_eq!(codes(&format!("(| m = ( {} ) |)", "foo. ".repeat(70_000))), ["E0102"]);
}

#[test]
fn too_many_values_at_once() {
    assert_eq!(codes(&format!("{{ {} }}", "1. ".repeat(70_000))), ["E0102"]);
    sound(&format!("{{ {} }}", "1. ".repeat(60_000)));
}

#[test]
fn too_many_arguments() {
    let arguments: String = (0..300).map(|i| format!(":a{i}. ")).collect();
    assert_eq!(codes(&format!("[| {arguments} | a0 ]")), ["E0102"]);
    let keywords: String = (1..300).map(|i| format!("K{i}: 1 ")).collect();
    assert_eq!(codes(&format!("foo bar: 1 {keywords}")), ["E0102"]);
}

#[test]
fn a_tree_with_an_error_is_refused() {
    let origin = Arc::new(aura_code::Origin::new("x", "??"));
    let span = Span { start: 0, end: 2 };
    let expr = Expr { kind: ExprKind::Error, span };
    let file = File { slots: None, body: vec![Statement { expr, is_return: false, span }], span };
    assert_eq!(compile_file(&file, &origin).unwrap_err()[0].code, "E0100");
    let expr = Expr { kind: ExprKind::Integer, span };
    let file = File { slots: None, body: vec![Statement { expr, is_return: false, span }], span };
    assert_eq!(compile_file(&file, &origin).unwrap_err()[0].code, "E0108");
}

fn method(text: &str) -> Arc<Code> {
    let mut found = None;
    each(&compile("x", &format!("(| {text} |)")).expect("compiles")[0], &mut |c| found = Some(c.clone()));
    found.expect("there is code")
}

fn live(live: &Liveness, pc: u32) -> Vec<u16> {
    live.live_in(pc).iter().collect()
}

#[test]
fn dead_registers_are_not_live() {
    let code = method("m: a = ( | x | x: a foo. x bar. a: 3 )");
    let answers = liveness(&code);
    assert_eq!(live(&answers, 0), [0, 1]);
    let bar = code.sites.iter().position(|s| s.selector == "bar").expect("is sent");
    let pc = code.instrs.iter().position(|i| i.op == aura_code::Op::Send && usize::from(i.b) == bar).expect("is there");
    let after = live(&answers, pc as u32 + 1);
    assert!(!after.contains(&1) && !after.contains(&2), "neither a nor x is used again: {after:?}");
}

#[test]
fn loops_keep_what_the_next_turn_needs() {
    let code = method("m: a = ( | x <- 0 | [ x < a ] whileTrue: [ x: x + 1. foo ]. 3 )");
    let answers = liveness(&code);
    let back = code.instrs.iter().position(|i| i.op == aura_code::Op::Loop).expect("there is a loop");
    assert_eq!(live(&answers, back as u32), [0, 1, 2]);
}

#[test]
fn names_are_live_while_an_inlined_message_may_really_be_sent() {
    let code = method("m: a = ( | x <- 1 | a foo ifTrue: [ x: 2. bar. x baz ]. 3 )");
    let answers = liveness(&code);
    let site = &code.inline_sites[0];
    for pc in [site.pc, site.join] {
        assert!(live(&answers, pc).contains(&2), "x at {pc}");
    }
    let blocks = compile_inline_site(&code, site.pc).expect("its block can be made");
    assert_eq!(blocks.len(), 1);
    assert_eq!(verify(&blocks[0]), Ok(()));
}

#[test]
fn large_functions_answer_as_small_ones_do() {
    let many: String = (0..3000).map(|i| format!("x{i} <- foo. ")).collect();
    let code = method(&format!("m: a = ( | {many} | a bar. x17 baz: x2999. 3 )"));
    let answers = liveness(&code);
    let bar = code.sites.iter().position(|s| s.selector == "bar").expect("is sent");
    let pc = code.instrs.iter().position(|i| i.op == aura_code::Op::Send && usize::from(i.b) == bar).expect("is there");
    assert_eq!(live(&answers, pc as u32 + 1), [0, 19, 3001]);
}

#[test]
fn slots_on_their_own() {
    let text = "foo: a = ( a isNil ifTrue: [ bar ] ). size = ( 3 ). x <- 3 + 4. y";
    let parse = aura_syntax::parse_slots(text);
    assert!(!parse.has_errors());
    let origin = Arc::new(aura_code::Origin::new("learned", text));
    let list = parse.file.slots.expect("there are slots");
    let slots = aura_code::compile_slots(&list, &origin).expect("compiles");
    assert_eq!(verify(&slots.maker), Ok(()));
    let names: Vec<&str> = slots.template.slots.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["foo:", "size", "x", "y"]);
    assert_eq!(slots.template.inits, 1);

    let foo = aura_code::compile_method(&list.slots[0], &origin).expect("is a method");
    assert_eq!((&*foo.name, foo.argc), ("foo:", 1));
    assert_eq!(compile_inline_site(&foo, foo.inline_sites[0].pc).expect("its source is there").len(), 1);
    assert_eq!(aura_code::compile_method(&list.slots[2], &origin).unwrap_err()[0].code, "E0106");
}
