//! What is told of a word.

use crate::fixture::Fixture;

const ACCOUNT: &str = "|
\"An account, with an amount in cents.\"
account = (|
    parent* = traits clonable.
    balance <- 0.
    \"Puts money in.
     Never less than nothing.\"
    deposit: amount <int> = ( balance: balance + amount ).
    isEmpty = ( | limit <- 0 | balance = limit ).
|).
|
";

fn hover(drawn: &str) -> String {
    let mut f = Fixture::new(drawn);
    let at = f.at();
    let Some(hover) = f.ide.hover(&f.name.clone(), at) else { return "nothing".into() };
    let place = aura_ide::Place { file: f.name.clone(), span: hover.span };
    format!("{}\n\n{}", f.show(&place), hover.markdown())
}

#[test]
fn a_message_tells_its_method() {
    insta::assert_snapshot!(hover(&format!("{ACCOUNT}account copy dep‸osit: 3\n")));
}

#[test]
fn a_slot_tells_its_type() {
    insta::assert_snapshot!(hover(&ACCOUNT.replace("balance <-", "bal‸ance <-")));
}

#[test]
fn a_local_tells_its_type() {
    insta::assert_snapshot!(hover(&ACCOUNT.replace("= limit", "= lim‸it")));
}

#[test]
fn an_argument_tells_its_type() {
    insta::assert_snapshot!(hover(&ACCOUNT.replace("+ amount", "+ amoun‸t")));
}

#[test]
fn a_message_of_the_library_tells_its_comment_and_effects() {
    insta::assert_snapshot!(hover("'abc' print‸Line\n"));
}

#[test]
fn a_control_structure_is_a_message_too() {
    insta::assert_snapshot!(hover("3 < 4 if‸True: [ 1 ] False: [ 2 ]\n"));
}

#[test]
fn self_is_the_object_around() {
    insta::assert_snapshot!(hover(&ACCOUNT.replace("( balance: balance", "( se‸lf balance: balance")));
}

#[test]
fn a_written_type_tells_its_prototype() {
    insta::assert_snapshot!(hover("| a = (| b = 1 |). m: x <‸a> = ( x b ) |\n"));
}

#[test]
fn a_message_in_an_object_in_code_is_found() {
    insta::assert_snapshot!(hover("| m = ( | o | o: (| one = 1. two = ( o‸ne + 1 ) |). o two ) |\n"));
}

#[test]
fn an_unknown_receiver_tells_nothing_wrong() {
    insta::assert_snapshot!(hover("| m: x = ( x fro‸bnicate ) |\n"));
}

#[test]
fn nothing_is_told_of_white_space() {
    assert_eq!(hover("3  ‸  + 4\n"), "nothing");
}

#[test]
fn a_learned_method_tells_where_it_comes_from() {
    let learned = "=== /p/main.learned.aura\naccount _AddSlots: (|\n    \"learned: 2026-11-22T23:00:00Z\nmodel: qwen2.5-coder:1.5b (sha256:12)\nreviewed: no\"\n    withdraw: a = ( balance: balance - a ) |).\n";
    insta::assert_snapshot!(hover(&format!("{ACCOUNT}account copy with‸draw: 3\n{learned}")));
}

fn help(drawn: &str) -> String {
    let mut f = Fixture::new(drawn);
    let at = f.at();
    let Some(help) = f.ide.signature_help(&f.name.clone(), at) else { return "nothing".into() };
    let one = |s: &aura_ide::SignatureShown| {
        let shown = s.parameters.get(help.active).map_or("?", |(a, b)| &s.label[*a..*b]);
        format!("{}\n    at {shown}\n", s.label)
    };
    help.signatures.iter().map(one).collect()
}

#[test]
fn the_argument_that_is_being_written_is_shown() {
    insta::assert_snapshot!(help(&format!("{ACCOUNT}account copy deposit: ‸\n")));
    insta::assert_snapshot!(help("| d = dictionary copy |\nd at: 1 Put: 2‸\n"));
    insta::assert_snapshot!(help("| d = dictionary copy |\nd at: ‸1 Put: 2\n"));
}

/// Messages that one which is being written may become are shown as well; `x: e` assigns.
#[test]
fn a_message_that_goes_on_shows_what_it_may_become() {
    let both =
        "| o = (| at: i <int> = ( i ). at: i <int> Put: v <string> = ( v ). size <int> <- 3. do: b Twice: n = ( n ) |) |\n";
    assert_eq!(
        help(&format!("{both}o at: ‸\n")),
        "at: i <int> ^ <int>\n    at i <int>\nat: i <int> Put: v <string> ^ <string>\n    at i <int>\n"
    );
    assert_eq!(help(&format!("{both}o at: 3 Put: ‸\n")), "at: i <int> Put: v <string> ^ <string>\n    at v <string>\n");
    assert_eq!(help(&format!("{both}o at: (o do: ‸\n")), "do: b <any> Twice: n <any> ^ <any>\n    at b <any>\n");
    assert_eq!(help(&format!("{both}o at: 3 Put: (o at: 4) ‸\n")), "at: i <int> Put: v <string> ^ <string>\n    at v <string>\n");
    assert_eq!(help(&format!("{both}o size: ‸\n")), "size: value <int>\n    at value <int>\n");
}

const BLOCK: &str = "| m = ( | b | b: [|:each. :more <int>| more ]. ";

#[test]
fn running_a_block_tells_what_it_takes_and_answers() {
    insta::assert_snapshot!(hover("[ 3 ] val‸ue\n"));
    insta::assert_snapshot!(hover(&format!("{BLOCK}b val‸ue: 3 With: 4 ) |\n")));
    assert!(hover("3 val‸ue\n").contains("defaultBehavior"));
    assert_eq!(help(&format!("{BLOCK}b value: 3 With: ‸ ) |\n")), "value: a <any> With: b <int> ^ <int>\n    at b <int>\n");
    assert_eq!(help("[|:each <int>| each ] value: ‸\n"), "value: each <int> ^ <int>\n    at each <int>\n");
}

#[test]
fn examples_in_comments_are_code() {
    let drawn = "| \"Adds.\n    add: 3 ==> 4\n    add: 4 ==> 5\nAnd no more.\" add: x = ( x + 1 ) |\nadd‸: 3\n";
    assert!(hover(drawn).contains("Adds.\n\n```aura\nadd: 3 ==> 4\nadd: 4 ==> 5\n```\n\nAnd no more."), "{}", hover(drawn));
    let last = hover("| \"Adds.\n    add: 3 ==> 4\" add: x = ( x + 1 ) |\nadd‸: 3\n");
    assert!(last.contains("```aura\nadd: 3 ==> 4\n```\n\n*effects:*"), "{last}");
}

#[test]
fn a_statement_that_has_ended_shows_no_signature() {
    let d = "| d = dictionary copy. m = ( d at: 1 Put: 2. ";
    assert_eq!(help(&format!("{d}‸ ) |\n")), "nothing");
    assert_eq!(help("| d = dictionary copy |\nd at: 1 Put: 2. ‸\n"), "nothing");
    assert_eq!(help("| d = dictionary copy |\nd at: 1 Put: 2\n‸\n"), "nothing");
    assert!(help("| d = dictionary copy |\nd at: 1 Put: 2 ‸\n").contains("Put:"));
}
