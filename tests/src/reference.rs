//! `aura explain` and `aura grammar`: what the command says about the language itself.

use crate::support::done;

#[test]
fn explain_says_what_a_code_means_however_it_is_written() {
    let whole = done(&["explain", "E0011"]);
    assert_eq!(whole.code, 0);
    assert!(whole.out.starts_with("E0011: different operators without parentheses\n\nAll binary messages"), "{}", whole.out);
    assert!(whole.out.ends_with("An example is in docs/errors/E0011.md.\n"), "{}", whole.out);
    assert_eq!(done(&["explain", "e11"]).out, whole.out);
    let lines = done(&["explain"]).out;
    for code in aura_command::codes::all() {
        assert!(lines.contains(&format!("{}  {}\n", code.name, code.title)), "{}", code.name);
    }
    let json: serde_json::Value = serde_json::from_str(&done(&["explain", "--json", "E0100"]).out).expect("JSON");
    assert_eq!(json[0]["code"], "E0100");
    assert!(json[0]["explanation"].as_str().is_some_and(|text| text.len() > 40));
}

#[test]
fn explain_of_a_code_that_does_not_exist_is_a_usage_error_with_the_nearest() {
    let d = done(&["explain", "E0188"]);
    assert_eq!((d.code, &*d.out), (2, ""));
    assert!(d.err.contains("there is no code 'E0188'; did you mean E010"), "{}", d.err);
    assert!(done(&["explain", "nonsense"]).err.contains("`aura explain` alone lists them"));
}

#[test]
fn grammar_prints_the_norm_and_what_is_derived_from_it() {
    use aura_syntax::grammar::{NORM, Start, ebnf, gbnf, gbnf_for};
    assert_eq!(done(&["grammar"]).out, NORM);
    assert_eq!(done(&["grammar", "--format", "ebnf", "--start", "expression"]).out, ebnf(Start::Expression));
    for (name, start) in Start::NAMES {
        assert_eq!(done(&["grammar", "--format", "gbnf", "--start", name]).out, gbnf(start), "{name}");
    }
    for selector in ["manhattan", "at:Put:", "-"] {
        assert_eq!(Some(done(&["grammar", "--format", "gbnf", "--method", selector]).out), gbnf_for(selector), "{selector}");
    }
}

#[test]
fn grammar_refuses_what_makes_no_sense() {
    for (arguments, why) in [
        (&["grammar", "--format", "gbnf", "--method", "Foo"][..], "no method can be called 'Foo'"),
        (&["grammar", "--method", "foo"], "--method is for --format gbnf"),
        (&["grammar", "--format", "bnf"], "gbnf"),
        (&["grammar", "--start", "slot", "--method", "foo"], "cannot be used with"),
    ] {
        let d = done(arguments);
        assert_eq!((d.code, &*d.out), (2, ""), "{arguments:?}");
        assert!(d.err.contains(why), "{}", d.err);
    }
}
