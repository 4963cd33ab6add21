//! What could stand at the cursor.

use crate::fixture::Fixture;

/// What is offered, at most so many; and how what is of interest is inserted.
fn complete(drawn: &str, most: usize) -> String {
    let mut f = Fixture::new(drawn);
    let at = f.at();
    let Some(all) = f.ide.complete(&f.name.clone(), at) else { return "nothing".into() };
    let place = aura_ide::Place { file: f.name.clone(), span: all.span };
    let mut out = f.show(&place) + "\n";
    for item in all.items.iter().take(most) {
        out.push_str(&format!("{:?} {} {} -> {}\n", item.kind, item.label, item.from, item.snippet));
    }
    if all.items.len() > most {
        out.push_str("…\n");
    }
    out
}

const POINT: &str = "|
point = (|
    parent* = traits clonable.
    x <- 0. y <- 0.
    at: i Put: v = ( i = 0 ifTrue: [ x: v ] False: [ y: v ] ).
    plus: other = ( (copy x: x + other x) y: y + other y ).
|).
|
";

#[test]
fn a_receiver_offers_what_it_understands() {
    insta::assert_snapshot!(complete(&format!("{POINT}point copy ‸\n"), 14));
}

#[test]
fn letters_choose() {
    insta::assert_snapshot!(complete(&format!("{POINT}point pl‸\n"), 9));
    insta::assert_snapshot!(complete("'abc' siz‸\n", 5));
}

#[test]
fn inherited_slots_come_behind_own_ones() {
    insta::assert_snapshot!(complete(&format!("{POINT}point co‸\n"), 9));
}

#[test]
fn what_is_in_scope_is_offered_where_an_expression_begins() {
    insta::assert_snapshot!(complete("| m: arg = ( | loc <- 3 | [|:each| ‸ ] ). other = 4 |\n", 8));
}

#[test]
fn a_keyword_message_goes_on() {
    insta::assert_snapshot!(complete(&format!("{POINT}point at: 3 P‸\n"), 9));
}

#[test]
fn an_argument_in_the_middle_of_a_broken_method() {
    insta::assert_snapshot!(complete("|\na = (| one = 1 |).\nm = ( a on‸\n", 9));
}

#[test]
fn modules_are_offered_behind_import() {
    insta::assert_snapshot!(complete(
        "| s = (import: 'sh‸') |\n=== /p/shapes.aura\n| one = 1 |\n=== /p/other.aura\n| two = 2 |\n",
        9
    ));
}

#[test]
fn types_are_offered_in_types() {
    insta::assert_snapshot!(complete("| shape = (| area = 1 |). m: x <sh‸> = ( x ) |\n", 9));
}

#[test]
fn behind_resend_only_what_is_above() {
    insta::assert_snapshot!(complete("| o = (| parent* = traits clonable. co = 1. m = ( resend.co‸ ) |) |\n", 9));
}

#[test]
fn nothing_is_offered_in_comments_strings_and_numbers() {
    for drawn in ["\"a comm‸ent\"\n", "'a str‸ing'\n", "12‸\n"] {
        assert_eq!(complete(drawn, 3), "nothing", "{drawn}");
    }
}

#[test]
fn an_unknown_receiver_offers_everything_of_these_letters() {
    insta::assert_snapshot!(complete("| veryOwn = (| deepThought = 42 |). m: x = ( x deepT‸ ) |\n", 3));
}

#[test]
fn what_was_offered_can_be_described_until_something_changes() {
    let mut f = Fixture::new(&format!("{POINT}point pl‸\n"));
    let (name, at) = (f.name.clone(), f.at());
    let all = f.ide.complete(&name, at).expect("offers");
    let key = all.items.iter().find(|i| i.label == "plus:").and_then(|i| i.key).expect("a key");
    assert_eq!(f.ide.describe_completion(key).expect("described").code, "plus: other <any> ^ <self>");
    // A project may go on to be read meanwhile.
    f.ide.open("/p/another.aura", "traits clonable _AddSlots: (| another = ( 1 ) |)\n");
    assert_eq!(f.ide.describe_completion(key).expect("described").code, "plus: other <any> ^ <self>");
    f.ide.open(&name, "3\n");
    assert_eq!(f.ide.describe_completion(key), None);
}
