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
    // What everybody understands is near as well, and no prototype to a receiver that is written out.
    assert_eq!(act("3 print‸Lne\n", "send 'printLine'"), "send 'printLine'\n\n=== /p/main.aura\n3 printLine\n");
    assert_eq!(act("dictio‸nry copy\n", "send 'dictionary'"), "send 'dictionary'\n\n=== /p/main.aura\ndictionary copy\n");
    assert!(act("3 dictio‸nry\n", "send 'dictionary'").starts_with("not among"));
}

#[test]
fn an_inferred_type_is_written() {
    insta::assert_snapshot!(act("| m = ( | lo‸c <- 3 | loc + 1 ) |\n", "<int>"));
    insta::assert_snapshot!(act("| na‸me = ( 'a', 'b' ) |\n", "^ <string>"));
    assert!(act("| m = ( | lo‸c<-3 | loc + 1 ) |\n", "<int>").contains("loc <int> <-3"));
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
        // A block sees what is assigned later.
        "| m: x = ( | y <- 1. b | b: «[ y ]». y: 2. b value ) |\n",
        "| m: x = ( | y <- 1 | «[ y < 3 ]» whileTrue: [ y: y + 1 ]. y ) |\n",
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

#[test]
fn what_happens_in_between_keeps_a_value_where_it_is() {
    for drawn in [
        // What is read is assigned to.
        "| m = ( | x <- 1. ‸y = x | x: 5. y ) |\n",
        "| o = (| x <- 1. m = ( | ‸y = x | x: 5. y ) |) |\n",
        "| m = ( | x <- 1. ‸y = x. b | b: [ x: 5 ]. b value. y ) |\n",
        // What is printed would be printed later.
        "| m = ( | ‸y = 'a' printLine | 'b' printLine. y ) |\n",
        "| m: x = ( | ‸y = x foo | x bar + y ) |\n",
        // Nobody knows what it does.
        "| m: x = ( | ‸y = 3 + 4. z | z: x zork. y ) |\n",
        // The name means something else there.
        "| z = 1. m = ( | ‸y = z. z = 2 | y + z ) |\n",
    ] {
        assert!(act(drawn, "put the value").starts_with("not among"), "{drawn}");
    }
    // What only computes may go past what only computes, and what cannot change past anything.
    for drawn in [
        "| m = ( | x <- 1. z. ‸y = 3 + 4 | z: x abs. x: z. y ) |\n",
        "| m: x = ( | ‸y = x | x foo. y ) |\n",
        "| m: x = ( | ‸y = x foo | y bar ) |\n",
    ] {
        assert!(act(drawn, "put the value").starts_with("put the value"), "{drawn}");
    }
}

#[test]
fn what_is_said_about_a_local_goes_with_its_value() {
    insta::assert_snapshot!(act("| m = ( | a = 1. \"Seven.\" ‸y = 3 + 4. b = 2 | a abs. b + y ) |\n", "put the value"));
    insta::assert_snapshot!(act("| m: x = ( | \"Twice.\" ‸y = x + x | y abs ) |\n", "put the value"));
}

#[test]
fn an_extracted_method_has_a_name_of_its_own() {
    insta::assert_snapshot!(act("|\n    extracted = 1.\n    m = ( 3 + «4 abs» ).\n|\n", "extract"));
    insta::assert_snapshot!(act(
        "|\n    extracted: a = ( a ).\n    m: x = ( | extracted2 = 2 | 3 + «(x + extracted2)» ).\n|\n",
        "extract"
    ));
}

#[test]
fn what_a_local_holds_first_is_extracted() {
    let extracted = act("| m: x = ( | a = 3. b = «x + a» | b ) |\n", "extract");
    assert!(extracted.contains("b = extracted: x With: a | b ).") && !extracted.contains("cannot be read"), "{extracted}");
    // In a loop its condition may be.
    assert!(act("| m: x = ( | y <- 1 | [ «y < 3» ] whileTrue: [ y: y + 1 ]. y ) |\n", "extract").contains("[ extracted: y ]"));
}

#[test]
fn what_only_has_the_name_of_a_local_is_not_passed() {
    assert!(act("| m: x = ( «foo: [|:x| x + 1]» ) |\n", "extract").contains("m: x = ( extracted )"));
}

#[test]
fn a_block_is_extracted() {
    insta::assert_snapshot!(act("|\n    m: x = ( 3 do: «[|:i| i + x]» ).\n|\n", "extract"));
    assert!(act("|\n    m: x = ( 3 do: «[ ^ x ]» ).\n|\n", "extract").starts_with("not among"));
}
