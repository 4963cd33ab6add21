//! What can be done to a piece of text.

use aura_ide::{Span, What};

use crate::fixture::Fixture;

/// The titles of all that is offered, and the files after the one with these words.
fn act(drawn: &str, wanted: &str) -> String {
    let mut f = Fixture::new(drawn);
    let (name, span) = (f.name.clone(), f.span);
    let actions = f.ide.actions(&name, span);
    let titles: Vec<&str> = actions.iter().map(|a| a.title.as_str()).collect();
    match actions.iter().find(|a| a.title.contains(wanted)) {
        Some(action) => format!("{}\n\n{}", action.title, f.edited(&action.edits)),
        None => format!("not among {titles:?}"),
    }
}

#[test]
fn what_a_finding_suggests_is_done() {
    insta::assert_snapshot!(act("| a = 'abc' |\na siz‸ee\n", "size"));
}

#[test]
fn an_inferred_type_is_written() {
    insta::assert_snapshot!(act("| m = ( | lo‸c <- 3 | loc + 1 ) |\n", "<int>"));
    insta::assert_snapshot!(act("| na‸me = ( 'a', 'b' ) |\n", "^ <string>"));
}

#[test]
fn a_missing_slot_is_added() {
    insta::assert_snapshot!(act("|\no = (|\n    one = 1.\n|).\n|\no tw‸o: 3 And: o\n", "add 'two:And:'"));
    insta::assert_snapshot!(act("| o = (| one = 1 |) |\no tw‸o\n", "add 'two'"));
    insta::assert_snapshot!(act("| o = (| parent* = traits clonable. m = ( self tw‸o ) |) |\n", "add 'two'"));
}

#[test]
fn alfred_is_offered_for_what_nothing_understands_as_the_text_is_now() {
    let mut f = Fixture::new("| o = (| one = 1 |) |\no tw‸o: 3\n");
    let (name, span) = (f.name.clone(), f.span);
    let offered = f.ide.actions(&name, span).into_iter().find_map(|a| a.command).expect("offered");
    assert_eq!((offered.what, offered.selector.as_deref(), offered.at), (What::Synthesise, Some("two:"), Some(24)));
    assert_eq!(f.ide.missing_at(&name, 24).as_deref(), Some("two:"));
    assert_eq!(f.ide.missing_at(&name, 22), None);
    f.ide.open(&name, "| o = (| two: x = 1 |) |\no two: 3\n");
    assert_eq!(f.ide.missing_at(&name, 27), None);
    assert!(f.ide.actions(&name, Span { start: 27, end: 27 }).iter().all(|a| a.command.is_none()));
}

#[test]
fn a_method_is_extracted() {
    insta::assert_snapshot!(act("|\n    m: x = ( | y <- 1 | y: 2. «(x + y) * 3» ).\n|\n", "extract"));
    insta::assert_snapshot!(act("|\n    m: x = ( «3 printLine. x printLine.» x ).\n|\n", "extract"));
    insta::assert_snapshot!(act("|\n    m = ( 3 + «4 abs» ).\n|\n", "extract"));
}

#[test]
fn what_would_mean_something_else_is_not_extracted() {
    for drawn in [
        "| m: x = ( | y <- 1 | «y: 2». y ) |\n",
        "| m: x = ( x > 1 ifTrue: [ «^ 3» ]. x ) |\n",
        "| m: x = ( x «+ 1» ) |\n",
        "«3 + 4»\n",
    ] {
        assert!(act(drawn, "extract").starts_with("not among"), "{drawn}");
    }
}

#[test]
fn a_local_is_put_where_it_is_used() {
    insta::assert_snapshot!(act("| m: x = ( | ‸y = x + 1 | y * 2 ) |\n", "put the value"));
    insta::assert_snapshot!(act("| m: x = ( | z <- 2. y‸ <- 3 | (y * 2) + (z * y) ) |\n", "put the value"));
}

#[test]
fn a_value_that_may_change_stays_where_it_is() {
    for drawn in
        ["| m: x = ( | ‸y = x foo | y * y ) |\n", "| m = ( | ‸y <- 1 | y: 2. y ) |\n", "| m = ( | ‸y = 3 printLine | [ y ] ) |\n"]
    {
        assert!(act(drawn, "put the value").starts_with("not among"), "{drawn}");
    }
}
