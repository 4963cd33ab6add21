//! Which offers there are, and which comes first.

use crate::fixture::Fixture;

/// What is offered, by name.
fn offers(drawn: &str) -> Vec<String> {
    let mut f = Fixture::new(drawn);
    let at = f.at();
    let all = f.ide.complete(&f.name.clone(), at).map(|all| all.items).unwrap_or_default();
    all.into_iter().map(|item| item.label).collect()
}

/// The first of them.
fn first(drawn: &str, count: usize) -> String {
    offers(drawn).into_iter().take(count).collect::<Vec<_>>().join(" ")
}

/// Whether all of these are offered, in this order.
fn in_order(drawn: &str, wanted: &[&str]) {
    let all = offers(drawn);
    let places: Vec<Option<usize>> = wanted.iter().map(|w| all.iter().position(|o| o == w)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{wanted:?} at {places:?} in {all:?}");
}

#[test]
fn what_the_library_has_for_everybody_is_offered() {
    assert_eq!(first("dict‸\n", 1), "dictionary");
    assert_eq!(first("| o = (| m = ( ima‸ ) |) |\n", 1), "image");
    in_order("| a = (| one = 1. parent* = traits clonable |) |\na pri‸\n", &["print", "printLine"]);
    in_order("| a = (| one = 1. parent* = traits clonable |) |\na is‸\n", &["isNil", "isNotNil"]);
    in_order("3 err‸\n", &["error:"]);
    in_order("| o = (| parent* = traits clonable. m = ( resend.pri‸ ) |) |\n", &["print", "printString"]);
}

const SHAPE: &str = "| shape = (| parent* = traits clonable. printed = 1. prints = ( 2 ). copyOf: x = ( x ) |).
round = (| parent* = shape. own <- 2. \"Internal: none.\" hidden = 3 |) |\n";

#[test]
fn what_is_near_comes_first_and_what_nobody_wants_last() {
    in_order(&format!("{SHAPE}round ‸\n"), &["own", "own:", "printed", "copyOf:", "copy", "isNil", "dictionary", "parent"]);
    in_order(&format!("{SHAPE}round ‸\n"), &["own", "dictionary", "hidden"]);
    // What begins with the letters comes before what only has them, and the shorter before the longer.
    in_order(&format!("{SHAPE}round co‸\n"), &["copyOf:", "copy", "clone"]);
    in_order("| m = ( | local <- 1. list <- 2 | l‸ ) |\n", &["list", "local", "lobby"]);
    in_order("{1. 2} asList ‸\n", &["size", "add:", "isNil", "parent", "items"]);
    // A slot that hides another is offered once.
    let all = offers(&format!("{SHAPE}round prin‸\n"));
    assert_eq!(all.iter().filter(|o| *o == "print").count(), 1);
}

#[test]
fn a_method_without_code_yet_offers_what_its_code_sees() {
    let drawn = |body: &str| format!("| o = (| own = 1. m: arg = ( {body} ). after = 2 |). other = 3 |\n");
    for body in ["| loc | ‸ ", "| loc <- 1. two | ‸", "| loc |‸ "] {
        in_order(&drawn(body), &["loc", "loc:", "arg", "self", "resend", "own", "other", "dictionary"]);
    }
    in_order(&drawn("‸"), &["arg", "self", "own", "after", "other"]);
    in_order("| o = (| own = 1. m = ( | loc | ‸ ) |) |\n", &["loc", "self", "own"]);
}

#[test]
fn a_type_that_begins_offers_types() {
    for drawn in ["| shape = (| a = 1 |). m: x <‸> = ( x ) |\n", "| shape = (| a = 1 |). m: x <list of: ‸> = ( x ) |\n"] {
        in_order(drawn, &["int", "shape", "list", "dictionary", "collection"]);
        assert!(!offers(drawn).iter().any(|o| o.contains(':')), "{:?}", offers(drawn));
    }
    in_order("| shape = (| a = 1 |). m: x <‸ = ( x ) |\n", &["int", "shape"]);
    in_order("| shape = (| a = 1 |). m: x <int | ‸> = ( x ) |\n", &["int", "shape"]);
    in_order("| shape = (| a = 1 |). m: x <sh‸ = ( x ) |\n", &["shape"]);
    in_order("| shape = (| a = 1 |). m: x <list of: sh‸> = ( x ) |\n", &["shape"]);
    // A first value, a comparison and an answer are no types.
    in_order("| m: x = ( | y <- ‸ | x ) |\n", &["x", "self"]);
    in_order("| m: x = ( 3 < x ifTrue: ‸ ) |\n", &["x", "self"]);
    in_order("| m: x = ( x <‸ ) |\n", &["x", "self"]);
}

#[test]
fn behind_a_period_stands_what_is_above() {
    let drawn =
        |code: &str| format!("| up = (| one = 1 |). o = (| a* = up. b* = traits clonable. own = 1. m: x = ( {code} ) |) |\n");
    for code in ["resend.‸", "resend.o‸"] {
        let all = offers(&drawn(code));
        assert!(all.contains(&"one".into()) && !all.contains(&"own".into()), "{code}: {all:?}");
    }
    for code in ["a.‸", "a.o‸"] {
        let all = offers(&drawn(code));
        assert!(all.contains(&"one".into()) && !all.contains(&"own".into()) && !all.contains(&"clone".into()), "{code}: {all:?}");
    }
    // What is no parent ends a statement.
    in_order(&drawn("x.‸"), &["x", "self", "own"]);
    in_order(&drawn("x.\n‸"), &["x", "self", "own"]);
}

#[test]
fn a_keyword_message_goes_on_before_its_argument_is_asked() {
    assert_eq!(first("3 < 4 ifTrue: [ 1 ] ‸\n", 1), "False:");
    in_order("| d = dictionary copy |\nd at: 1 ‸\n", &["Put:", "IfAbsent:", "abs", "isNil"]);
    in_order("| d = dictionary copy |\nd at: 1 ab‸\n", &["abs"]);
    assert!(offers("| d = dictionary copy |\nd at: 1 P‸\n").iter().all(|o| o.starts_with("Put:")));
}

#[test]
fn a_block_is_run() {
    in_order("| m: x = ( | b | b: [|:first. :second| first ]. b va‸ ) |\n", &["value:With:"]);
    in_order("[ 3 ] ‸\n", &["value", "whileTrue:"]);
    assert_eq!(first("[ 3 ] val‸\n", 1), "value");
}
