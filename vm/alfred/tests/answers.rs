//! Answers of models, good and bad, and the guardian's audit of them.

use std::collections::BTreeSet;

use aura_alfred::answer::read;
use aura_alfred::gates::{Context, Powers, audit, unknown};
use aura_alfred::mend::{asked_again, declared, put_first as mended};
use aura_alfred::situation::{Situation, SlotView};
use serde_json::json;

fn answer(source: &str) -> String {
    json!({"a_plan": "It adds.", "b_source": source}).to_string()
}

fn source(text: &str, wanted: &str) -> String {
    read(text, wanted).unwrap_or_else(|d| panic!("{text}: {d:?}")).source
}

fn code(text: &str, wanted: &str) -> String {
    let findings = read(text, wanted).expect_err(text);
    findings[0].code.clone()
}

#[test]
fn wrappings_are_taken_off() {
    let bare = "manhattan = ( x abs + y abs )";
    for text in [
        bare.to_string(),
        format!("{bare}."),
        format!("  {bare} .\n"),
        format!("(| {bare}. |)"),
        format!("(| {bare} |)."),
        format!("| {bare}. |"),
        format!("```aura\n{bare}\n```"),
        format!("```\n(| {bare} |)\n```"),
        "( x abs + y abs )".to_string(),
    ] {
        assert_eq!(source(&answer(&text), "manhattan"), bare, "{text}");
    }
    assert_eq!(source(&format!("```json\n{}\n```", answer(bare)), "manhattan"), bare);
    assert_eq!(source(bare, "manhattan"), bare, "a bare answer under a grammar");
}

#[test]
fn every_form_of_header_is_understood() {
    for (text, wanted) in [
        ("+ p = ( x + p x )", "+"),
        ("at: i Put: v = ( i + v )", "at:Put:"),
        ("at:Put: = (| :i. :v | i + v )", "at:Put:"),
        ("distanceTo: p <point> ^ <float> = ( p x )", "distanceTo:"),
    ] {
        assert_eq!(source(&answer(text), wanted), text);
    }
}

#[test]
fn a_method_of_another_name_is_its_own_finding() {
    let findings = read(&answer("manhatan = ( 1 )"), "manhattan").expect_err("another name");
    assert_eq!(findings[0].code, "another-name");
    assert!(findings[0].fix.as_ref().is_some_and(|f| f.contains("manhattan = (")));
}

#[test]
fn more_or_less_than_one_method() {
    assert_eq!(code(&answer("a = ( 1 ). b = ( 2 )"), "a"), "not-one-method");
    assert_eq!(code(&answer(""), "a"), "no-source");
    assert_eq!(code("{}", "a"), "no-source");
    assert_eq!(code(&answer("area = 3"), "area"), "not-a-method");
    assert_eq!(code(&answer("area <- 3"), "area"), "not-a-method");
    assert_eq!(code(&answer("area = ( \u{1b}[2J 1 )"), "area"), "control-characters");
}

#[test]
fn nothing_gets_out_of_the_slot_list() {
    for text in [
        "area = ( 1 ) |) evil. (|",
        "area = ( 1 ). |). lobby evil. (| b = ( 2 )",
        "area = ( 1 ) ) evil (",
        "area = ( 1 ). | evil",
        "area = ( 1 ) \"",
        "area = ( 'x )",
    ] {
        assert!(read(&answer(text), "area").is_err(), "{text}");
    }
}

#[test]
fn code_in_other_languages_is_explained() {
    for text in [
        "function area() { return this.w * this.h; }",
        "def area(self):\n    return self.w * self.h",
        "area := [ w * h ]",
        "area = ( x = 1; y )",
    ] {
        let findings = read(&answer(text), "area").expect_err(text);
        assert!(!findings.is_empty() && findings.iter().all(|f| !f.message.is_empty()), "{text}: {findings:?}");
    }
}

fn rules(source: &str) -> Vec<String> {
    rules_with(source, &Context::default())
}

fn rules_with(source: &str, context: &Context) -> Vec<String> {
    audit(source, context).into_iter().map(|f| f.code).collect()
}

#[test]
fn ordinary_code_passes() {
    for text in [
        "manhattan = ( x abs + y abs )",
        "sumTo: n = ( | total <- 0 | 1 to: n Do: [ | :i | total: total + i ]. total )",
        "best: all = ( all do: [ | :e | e > 3 ifTrue: [ ^ e ] ]. nil )",
        "pair = ( { x. y } )",
        "box: w = ( (| parent* = traits clonable. w <- 0 |) w: w )",
        "name = ( `x is {x}` )",
    ] {
        assert_eq!(rules(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn each_rule_has_its_prey() {
    for (text, rule) in [
        ("a = ( 3 _IntAdd: 4 )", "G1-primitive"),
        ("a = ( _Quit )", "G1-primitive"),
        ("a = ( (| x = ( _Foo ) |) x )", "G1-primitive"),
        ("a = ( lobby _AddSlots: (| b = ( 1 ) |) )", "G3-world"),
        ("a = ( files open: 'x' )", "G2-capability"),
        ("a = ( self files open: 'x' )", "G2-capability"),
        ("a = ( 3 files )", "G2-capability"),
        ("a = ( [ [ files ] value ] value )", "G2-capability"),
        ("a = ( { 1. files } )", "G2-capability"),
        ("a = ( `{files}` )", "G2-capability"),
        ("a = ( x foo: files Bar: 2 )", "G2-capability"),
        ("a = ( (| f = ( files ) |) f )", "G2-capability"),
        ("a = ( (| f <- files |) f )", "G2-capability"),
        ("a = ( | f <- files | f )", "G2-capability"),
        ("a = ( ^ files )", "G2-capability"),
        ("a = ( environment at: 'HOME' )", "G2-capability"),
        ("a = ( x printLine )", "G2-capability"),
        ("a = ( globals )", "G3-world"),
        ("a = ( (reflect: self) size )", "G4-reflection"),
        ("a = ( self perform: 'fi', 'les' )", "G4-reflection"),
        ("a = ( self perform: 'x' With: 3 )", "G4-reflection"),
        ("a = ( 'lobby' eval )", "G4-reflection"),
        ("a = ( resend.a )", "G5-resend"),
        ("a = ( parent.a )", "G5-resend"),
        ("a = ( parent: lobby )", "G6-parent"),
        ("a = ( self parent: 3 )", "G6-parent"),
        ("a = ( exit: 0 )", "G7-halt"),
        ("a = ( | lobby | lobby )", "G9-shadow"),
    ] {
        let found = rules(text);
        assert!(found.iter().any(|r| r == rule), "{text}: {found:?}");
    }
    assert_eq!(rules(&format!("a = ( {} )", "x abs. ".repeat(500))), ["G8-size"]);
}

#[test]
fn what_was_granted_and_what_the_script_defines_passes() {
    let powers = Powers::of(&["console".into(), "read".into()], &["console".into()]);
    let own = BTreeSet::from(["time".to_string(), "slots".to_string()]);
    let context = Context { powers, own, ..Context::default() };
    assert_eq!(rules_with("a = ( x printLine )", &context), Vec::<String>::new());
    assert_eq!(rules_with("a = ( files )", &context), ["G2-capability"]);
    assert_eq!(rules_with("a = ( time + slots )", &context), Vec::<String>::new());
    assert_eq!(
        rules_with("a = ( lobby )", &Context { own: BTreeSet::from(["lobby".to_string()]), ..Context::default() }),
        ["G3-world"]
    );
}

#[test]
fn a_finding_says_which_rule_where_why_and_what_to_do() {
    let findings = audit("a = (\n  3 even ifTrue: [ files delete: 'x' ] )", &Context::default());
    insta::assert_snapshot!(serde_json::to_string_pretty(&findings).expect("json"));
}

#[test]
fn a_plan_before_the_method_is_no_part_of_it() {
    let candidate = read("\"def size(self):\n    return self.x + self.y\"\nsize = ( x + y )", "size").expect("one method");
    assert_eq!(
        (candidate.source.as_str(), candidate.plan.as_str()),
        ("size = ( x + y )", "def size(self): return self.x + self.y")
    );
}

#[test]
fn different_operators_get_the_parentheses_that_other_languages_do_without() {
    let candidate = read("\"n % 2 == 0\"\nsize = ( x + y * 2 > 3 && x = 1 )", "size").expect("one method");
    assert_eq!(candidate.source, "size = ( ((x + (y * 2)) > 3) && (x = 1) )");
    assert_eq!(candidate.plan, "n % 2 == 0 (mended: parentheses)");
}

#[test]
fn locals_that_were_not_declared_are_unless_they_are_slips() {
    let situation = Situation {
        selector: "total".into(),
        understood: ["items", "balance", "balance:", "copy"].map(str::to_string).to_vec(),
        ..Situation::default()
    };
    let mended = |source: &str| declared(source, &situation);
    assert_eq!(
        mended("total = ( sum: 0. items do: [ | :e | sum: sum + e ]. sum )").as_deref(),
        Some("total = ( | sum | sum: 0. items do: [ | :e | sum: sum + e ]. sum )")
    );
    assert_eq!(mended("total = ( | a <- 1 | b: a. c: b. c )").as_deref(), Some("total = ( | b. c. a <- 1 | b: a. c: b. c )"));
    for same in [
        "total = ( balanse: 3. balanse )",
        "total = ( balance: balance + 1. balance )",
        "total = ( result: 3. items )",
        "total = ( | sum | sum: 3. sum )",
        "total = ( [ | :e. sum | sum: e. sum ] value: 3 )",
        "total = ( items sum: 3 )",
    ] {
        assert_eq!(mended(same), None, "{same}");
    }
}

#[test]
fn conditions_of_loops_are_put_into_blocks() {
    let mended = |source: &str| asked_again(source, &Situation::default());
    assert_eq!(
        mended("digits = ( | n. t <- 0 | n: self. n > 0 whileTrue: [ t: t + 1. (n = 0) whileFalse: [ n: n / 10 ] ]. t )")
            .as_deref(),
        Some("digits = ( | n. t <- 0 | n: self. [ n > 0 ] whileTrue: [ t: t + 1. [ (n = 0) ] whileFalse: [ n: n / 10 ] ]. t )")
    );
    for same in [
        "f: b = ( b whileTrue: [ 3 ] )",
        "f = ( [ 3 > 2 ] whileTrue: [ 3 ] )",
        "f = ( test whileTrue )",
        "f = ( 3 > 2 ifTrue: [ 3 ] )",
    ] {
        assert_eq!(mended(same), None, "{same}");
    }
}

#[test]
fn names_that_lead_nowhere_are_found_before_anything_runs() {
    let situation = Situation {
        selector: "manhattan".into(),
        understood: ["x", "y", "x:", "copy", "+"].map(str::to_string).to_vec(),
        module: vec![SlotView { name: "origin".into(), ..SlotView::default() }],
        ..Situation::default()
    };
    let advice = |source: &str| unknown(source, &situation).iter().map(|f| f.fix.clone().unwrap_or_default()).collect::<Vec<_>>();
    assert_eq!(advice("manhattan = ( (abs x) + (abs y) )")[0], "the receiver comes first: write (x abs) in the place of (abs x)");
    assert_eq!(advice("manhattan = ( abs: x )"), ["the receiver comes first: perhaps (x abs)"]);
    assert_eq!(advice("manhattan = ( self norm )").len(), 1);
    assert_eq!(mended("manhattan = ( (abs x) + (abs y) )", &situation).as_deref(), Some("manhattan = ( (x abs) + (y abs) )"));
    assert_eq!(mended("manhattan = ( (abs: x) + (abs: y) )", &situation).as_deref(), Some("manhattan = ( (x abs) + (y abs) )"));
    assert_eq!(mended("manhattan = ( (abs x) + norm )", &situation), None);
    for fine in [
        "manhattan = ( x abs + y abs )",
        "manhattan = ( | t <- 0. u | t: x. u: t. u + origin x )",
        "manhattan = ( [ | :e. k <- 1 | k: e. e + k ] value: 3 )",
        "manhattan = ( (| w = 3. h = ( w ) |) h )",
        "manhattan = ( manhattan + copy x )",
        "at: i Put: v = ( i + v )",
    ] {
        assert_eq!(advice(fine), Vec::<String>::new(), "{fine}");
    }
}
