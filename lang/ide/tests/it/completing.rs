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

/// What is offered first, what the place asks for with a star.
fn order(drawn: &str, most: usize) -> String {
    let mut f = Fixture::new(drawn);
    let at = f.at();
    let Some(all) = f.ide.complete(&f.name.clone(), at) else { return "nothing".into() };
    let star = |item: &aura_ide::Completion| if item.is_expected { "*" } else { "" };
    all.items.iter().take(most).map(|item| format!("{}{} ", star(item), item.label)).collect()
}

/// A place for an integer, and a few things that could stand there.
const SHOP: &str = "|
shop = (|
    parent* = traits clonable.
    name <string> <- 'shop'.
    stock <int> <- 3.
    open <bool> <- true.
    title ^ <string> = ( name ).
    total ^ <int> = ( stock + 1 ).
    guess = ( stock * 2 ).
    take: count <int> From: place <string> ^ <shop> = ( self ).
    each: block <[int ^ bool]> ^ <shop> = ( self ).
    test ^ <int> = ( | named <string> <- 'a'. many <int> <- 3. thing | ‸ ).
|).
mine <shop> <- shop copy.
|
";

/// The same with something in the place.
fn at_test(code: &str) -> String {
    SHOP.replace("‸", code)
}

#[test]
fn what_a_parameter_asks_for_comes_first() {
    insta::assert_snapshot!(order(&at_test("take: ‸"), 18));
    insta::assert_snapshot!(order(&at_test("take: 3 From: ‸. 4"), 12));
    insta::assert_snapshot!(order(&at_test("take: mine ‸"), 12));
    insta::assert_snapshot!(order(&at_test("take: many ‸"), 4));
    insta::assert_snapshot!(order(&at_test("take: mine t‸ From: name"), 12));
    insta::assert_snapshot!(order(&at_test("3 + ‸"), 12));
}

#[test]
fn a_keyword_message_goes_on_only_behind_its_argument() {
    for code in ["3 < 4 ifTrue: [ mine ‸ ]", "[ mine ‸ ] whileTrue: [ 3 ]", "mine take: (mine ‸) From: 'a'", "{ mine ‸. 3 }"]
    {
        let order = order(&at_test(code), 60);
        assert!(order.contains("stock ") && !order.contains("False:") && !order.contains(" From: "), "{code}: {order}");
    }
    // In the middle of a keyword that is there already.
    assert_eq!(order(&at_test("mine take: 3 F‸rom: 'a'"), 3), "*From: ");
}

/// It would be read as an object.
#[test]
fn an_empty_method_offers_what_its_object_has() {
    for code in ["( ‸ )", "(‸)", "( ‸"] {
        let order = order(&format!("| one = 1. o = (| two = 2. m = {code} |) |\n"), 4);
        assert_eq!(order, "self resend two m ", "{code}");
    }
}

#[test]
fn what_is_assigned_to_asks_for_its_type() {
    insta::assert_snapshot!(order(&at_test("many: ‸. 3"), 12));
    insta::assert_snapshot!(order(&at_test("name: mine ‸. 3"), 12));
    insta::assert_snapshot!(order(&at_test("mine stock: m‸. 3"), 12));
    insta::assert_snapshot!(order("| a = (| size <int> <- 'abc' ‸ |) |\n", 12));
}

#[test]
fn what_is_answered_is_asked_for_its_type() {
    for code in ["‸", "mine open: true. ‸", "^ ‸", "mine ‸", "(mine ‸)", "mine isNil ifTrue: [ ‸ ] False: [ 3 ]"] {
        let order = order(&at_test(code), 3);
        assert!(order.starts_with('*'), "{code}: {order}");
    }
    insta::assert_snapshot!(order(&at_test("‸"), 12));
    insta::assert_snapshot!(order(&at_test("each: [|:n| ‸ ]. 3"), 12));
    insta::assert_snapshot!(order(&at_test("each: [|:n| n ‸ ]. 3"), 12));
    insta::assert_snapshot!(order(&at_test("[ mine ‸ ] whileTrue: [ 3 ]. 3"), 12));
    // A method that is read as an object until something stands in it.
    insta::assert_snapshot!(order("| one <int> = 1. two <string> = 'a'. m ^ <string> = ( ‸ ) |\n", 6));
}

#[test]
fn a_receiver_and_what_nobody_uses_are_asked_for_nothing() {
    for code in
        ["‸ printLine. 3", "mine ‸. 3", "‸. 3", "mine stock ‸ printLine. 3", "each: [ ‸. true ]. 3", "name printLine: ‸. 3"]
    {
        let order = order(&at_test(code), 40);
        assert!(!order.contains('*'), "{code}: {order}");
    }
}

#[test]
fn elements_of_a_collection_are_asked_for_as_it_was_made() {
    let drawn = "| word <string> <- 'a'. number <int> <- 3. all <list of: int> <- list copy. m = ( all add: ‸ ) |\n";
    insta::assert_snapshot!(order(drawn, 6));
}

#[test]
fn letters_come_before_what_is_asked_for() {
    let drawn = "| m = ( 3 + ‸ ). cost <string> <- 'a'. count <int> <- 3. cot <int> <- 3. capacitOr <int> <- 3 |\n";
    insta::assert_snapshot!(order(&drawn.replace('‸', "co‸"), 5));
}

/// Somebody types meanwhile.
#[test]
fn in_a_large_file_only_what_a_receiver_understands_is_known_to_fit() {
    let drawn = |count: usize, code: &str| {
        let more: String = (0..count).map(|i| format!("m{i} = ( {i} ).\n")).collect();
        format!("| said ^ <int> = ( 3 ). take: n <int> = ( n ).\n{more}use = ( take: {code} ) |\n")
    };
    for (count, code, fits) in [(10, "‸", true), (2500, "‸", false), (10, "3 ‸", true), (2500, "3 ‸", true)] {
        assert_eq!(order(&drawn(count, code), 4000).contains('*'), fits, "{count} {code}");
    }
}
