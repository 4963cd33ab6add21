//! From a word to other places, and other names for it.

use crate::fixture::Fixture;

const SHAPES: &str = "|
shape = (| parent* = traits clonable. area = 0. scaled: k = ( area * k ) |).
square = (| parent* = shape. side <- 1. area = ( side * side ) |).
total: all = ( | sum <- 0 | all do: [|:each| sum: sum + each area ]. sum ).
|
(square copy side: 3) area printLine
square side
";

fn definition(drawn: &str) -> String {
    let mut f = Fixture::new(drawn);
    let at = f.at();
    let places = f.ide.definition(&f.name.clone(), at);
    f.show_all(&places)
}

#[test]
fn a_message_leads_to_its_slot() {
    insta::assert_snapshot!(definition(&SHAPES.replace("3) area", "3) ar‸ea")));
}

#[test]
fn a_message_to_self_leads_to_all_it_may_mean() {
    insta::assert_snapshot!(definition(&SHAPES.replace("( area * k", "( ar‸ea * k")));
}

#[test]
fn an_assignment_leads_to_its_slot() {
    insta::assert_snapshot!(definition(&SHAPES.replace("copy side: 3", "copy si‸de: 3")));
}

#[test]
fn a_local_leads_to_its_declaration() {
    insta::assert_snapshot!(definition(&SHAPES.replace("sum ).", "su‸m ).")));
}

#[test]
fn a_message_leads_into_another_file_and_into_the_library() {
    insta::assert_snapshot!(definition("| s = (import: 'shapes') |\ns on‸e\n=== /p/shapes.aura\n| one = 1 |\n"));
    insta::assert_snapshot!(definition("'abc' asInt‸eger\n"));
    insta::assert_snapshot!(definition("| s = (import: 'sha‸pes') |\n=== /p/shapes.aura\n| one = 1 |\n"));
}

#[test]
fn an_expression_leads_to_the_object_of_its_type() {
    let mut f = Fixture::new(&SHAPES.replace("(square copy", "(square co‸py"));
    let at = f.at();
    let places = f.ide.type_definition(&f.name.clone(), at);
    insta::assert_snapshot!(f.show_all(&places));
}

#[test]
fn implementors_are_all_slots_of_a_name() {
    let mut f = Fixture::new(&SHAPES.replace("each area", "each ar‸ea"));
    let at = f.at();
    let places = f.ide.implementors(&f.name.clone(), at);
    insta::assert_snapshot!(f.show_all(&places));
}

fn references(drawn: &str) -> String {
    let mut f = Fixture::new(drawn);
    let at = f.at();
    let found = f.ide.references(&f.name.clone(), at);
    let mark = |b: bool, word: &str| if b { format!(" {word}") } else { String::new() };
    let mut out = String::new();
    for r in found {
        let notes = mark(r.is_declaration, "declaration") + &mark(r.is_write, "write") + &mark(r.is_possible, "possible");
        out.push_str(&format!("{}{notes}\n", f.show(&r.place)));
    }
    out
}

#[test]
fn references_know_families_and_say_what_is_only_possible() {
    insta::assert_snapshot!(references(&SHAPES.replace("3) area", "3) ar‸ea")));
    insta::assert_snapshot!(references(&SHAPES.replace("square side", "square si‸de")));
    insta::assert_snapshot!(references(&SHAPES.replace("| sum <-", "| s‸um <-")));
}

#[test]
fn slots_of_strangers_are_not_references() {
    insta::assert_snapshot!(references("| a = (| one = 1 |). b = (| one = 2 |) |\na on‸e\nb one\n"));
}

fn rename(drawn: &str, new: &str) -> String {
    let mut f = Fixture::new(drawn);
    let at = f.at();
    match f.ide.rename(&f.name.clone(), at, new) {
        Ok(renaming) => {
            let perhaps = if renaming.possible.is_empty() { "" } else { "--- perhaps:\n" };
            let concerns: String = renaming.concerns.iter().map(|c| format!("--- {c}\n")).collect();
            format!("{}{perhaps}{}{concerns}", f.edited(&renaming.certain), f.edited(&renaming.possible))
        }
        Err(why) => why,
    }
}

#[test]
fn a_slot_is_renamed_across_files() {
    let other = "=== /p/other.aura\n| s = (import: 'main') |\n(s square copy side: 4) side printLine\n";
    insta::assert_snapshot!(rename(&format!("{}{other}", SHAPES.replace("side <- 1", "si‸de <- 1")), "edge"));
}

#[test]
fn a_use_that_may_mean_another_thing_is_told_apart() {
    let one = "| a = (| on‸e = 1. at: i Put: v = ( v ) |). m: x = ( x one + a one ) |\n";
    // Nothing else has a slot of that name, so that it can mean nothing else.
    insta::assert_snapshot!(rename(one, "single"));
    let other = "=== /p/other.aura\n| b = (| one = 2 |). m: x = ( x one ) |\n";
    insta::assert_snapshot!(rename(&format!("{one}{other}"), "single"));
    // The library sends this to whatever it is given, and is not changed.
    let library = rename("| a = (| prin‸tString = 'a' |) |\na printString\n", "shown");
    assert!(!library.contains("/stdlib/"), "{library}");
}

#[test]
fn who_assigns_to_what_cannot_be_assigned_to_means_it_all_the_same() {
    let edited = rename("| a = (| o‸ne = 1 |). m: x = ( x one: 3 ) |\na one: 5\n", "single");
    assert!(edited.contains("single = 1") && edited.contains("a single: 5"), "{edited}");
    assert!(edited.contains("x one: 3"), "what may have nothing to do with it stays: {edited}");
}

#[test]
fn a_local_is_renamed() {
    insta::assert_snapshot!(rename(&SHAPES.replace("| sum <-", "| s‸um <-"), "result"));
}

#[test]
fn a_keyword_message_is_renamed_part_by_part() {
    insta::assert_snapshot!(rename("| o = (| at: i Put: v = ( i + v ) |) |\no at: 1 Pu‸t: 2\n", "from:To:"));
}

#[test]
fn what_cannot_be_renamed_says_why() {
    let cases = [
        ("'abc' si‸ze\n", "length"),
        ("| a = 1. b = 2 |\n‸a\n", "b"),
        ("| a = 1 |\n‸a\n", "Bad"),
        ("| o = (| at: i = ( i ) |) |\no a‸t: 1\n", "at"),
        ("| m: x = ( | y <- 1 | ‸x + y ) |\n", "y"),
        ("| m: x = ( ‸x + other ). other = 1 |\n", "other"),
        ("| m: x = ( x frob‸nicate ) |\n", "z"),
    ];
    let said: Vec<String> = cases.iter().map(|(drawn, new)| rename(drawn, new)).collect();
    insta::assert_snapshot!(said.join("\n"));
}

const ACCOUNT: &str = "| account = (| balance <- 0 |).
m: x <account> ^ <[account ^ int | account]> = ( | a <account> | a: x. [ a ] ) |
=== /p/other.aura
| account = 3. main = (import: 'main') |
main m: main account
";

#[test]
fn a_prototype_is_used_in_types() {
    insta::assert_snapshot!(references(&ACCOUNT.replacen("<account>", "<acc‸ount>", 1)));
    insta::assert_snapshot!(rename(&ACCOUNT.replacen("account =", "acc‸ount =", 1), "purse"));
    assert_eq!(
        rename(&ACCOUNT.replacen("account =", "acc‸ount =", 1), "int"),
        "the type <int> at /p/main.aura:2 is one of the language"
    );
}

const PARENTS: &str = "| a = (| one = 1 |). b = (| super* = a. one = ( super.one + super one ). two = ( super.one ) |) |\n";

#[test]
fn a_parent_is_used_before_the_period() {
    insta::assert_snapshot!(references(&PARENTS.replacen("super.", "sup‸er.", 1)));
    insta::assert_snapshot!(rename(&PARENTS.replacen("super.", "sup‸er.", 1), "above"));
}

#[test]
fn a_new_name_that_means_something_else_at_a_use_is_refused() {
    let said: Vec<String> = [
        ("| o = (| fo‸o = 1. m: bar = ( foo + bar ) |) |\n", "bar"),
        ("| o = (| fo‸o <- 1. m = ( | bar | bar: 2. [ foo: bar ] ) |) |\n", "bar"),
        ("| fo‸o = 1. o = (| bar = 2. m = ( foo ) |) |\n", "bar"),
        ("| bar = 1. o = (| fo‸o = 2. m = ( bar ) |) |\n", "bar"),
    ]
    .iter()
    .map(|(drawn, new)| rename(drawn, new))
    .collect();
    insta::assert_snapshot!(said.join("\n"));
    // An argument cannot be assigned to, so that a message that assigns never means it.
    assert!(rename("| o = (| fo‸o <- 1. m: bar = ( foo: bar ) |) |\n", "bar").contains("bar: bar"));
}

#[test]
fn a_new_name_that_hides_something_is_agreed_to() {
    insta::assert_snapshot!(rename("| a = (| fo‸o = 1 |). b = (| p* = a. bar = 2 |) |\n", "bar"));
    insta::assert_snapshot!(rename("| a = (| bar = 1 |). b = (| p* = a. fo‸o = 2 |) |\n", "bar"));
    insta::assert_snapshot!(rename("| a = (| fo‸o = 1. parent* = traits clonable |) |\na foo\n", "printString"));
    let twice = rename("| a = (| fo‸o = 1 |). b = (| bar = 2 |). c = (| p* = a. q* = b |) |\n", "bar");
    assert!(twice.ends_with("--- `c` would find two slots 'bar', this one and that of `b`\n"), "{twice}");
}

#[test]
fn a_text_that_is_sent_as_a_message_is_looked_at() {
    let performed = "a perform: 'foo'. a perform: 'foo:' With: 3. a perform: 'food'. 'foo' printLine\n";
    insta::assert_snapshot!(rename(&format!("| a = (| fo‸o <- 1 |) |\n{performed}"), "bar"));
}

/// The file with the uses of what is marked in brackets, those that assign with an arrow.
fn highlights(drawn: &str) -> String {
    let mut f = Fixture::new(drawn);
    let (name, at) = (f.name.clone(), f.at());
    let mut text = f.files[&name].clone();
    for (span, is_write) in f.ide.highlights(&name, at).into_iter().rev() {
        text.insert(span.end as usize, '⟩');
        text.insert_str(span.start as usize, if is_write { "⟨←" } else { "⟨" });
    }
    text
}

#[test]
fn highlights_are_uses_of_the_same_thing() {
    insta::assert_snapshot!(highlights(&SHAPES.replace("sum + each", "su‸m + each")));
    let strangers = "| a = (| x <- 1. m = ( x: x + 1 ) |). b = (| x <- 2. at: i Put: v = ( x ) |) |\na ‸x + (a x: 3) x\nb x: 4\nb at: 1 Put: 2\n";
    assert_eq!(highlights("| m: x <in‸t> ^ <int> = ( x ) |\n"), "| m: x <⟨int⟩> ^ <⟨int⟩> = ( x ) |\n");
    insta::assert_snapshot!(highlights(strangers));
    insta::assert_snapshot!(highlights(&strangers.replace('‸', "").replace("b at: 1 Put", "b at: 1 P‸ut")));
    insta::assert_snapshot!(highlights(&strangers.replace('‸', "").replacen("m = ( x: x", "m = ( ‸x: x", 1)));
}

#[test]
fn calls_go_both_ways() {
    let mut f = Fixture::new(&SHAPES.replace("scaled: k", "sca‸led: k").replace("square side\n", "square scaled: 2\n"));
    let (name, at) = (f.name.clone(), f.at());
    let mut out = String::new();
    for call in f.ide.callers(&name, at) {
        out.push_str(&format!("from {} in {} ({})\n", call.method.name, call.method.holder, call.spans.len()));
    }
    for call in f.ide.callees(&name, at) {
        out.push_str(&format!("to {} in {} ({})\n", call.method.name, call.method.holder, call.spans.len()));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn calls_of_very_many_methods_are_gathered_by_method() {
    const MANY: usize = 3000;
    let callers: String = (0..MANY).map(|n| format!("c{n} = ( one + one ). ")).collect();
    let mut f = Fixture::new(&format!("| on‸e = ( 1 ). {callers} |\n"));
    let (name, at) = (f.name.clone(), f.at());
    let calls = f.ide.callers(&name, at);
    let names: Vec<String> = calls.iter().map(|call| call.method.name.clone()).collect();
    assert_eq!(names, (0..MANY).map(|n| format!("c{n}")).collect::<Vec<_>>());
    assert!(calls.iter().all(|call| call.spans.len() == 2 && call.spans[0] < call.spans[1]));
}
