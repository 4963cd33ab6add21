//! What holds of every text: nothing panics, spans are sound, and what can be formatted keeps its tree.

use aura_syntax::tokens::lex_file;
use aura_syntax::{Mode, Source, dump, format, is_incomplete, parse, parse_as, render};
use proptest::prelude::*;

const SEED: &str = "| p* = traits. x <int | nil> <- 3. + a = ( a + -3 ). at: i Put: v = (| t <- 'a\\n' | \"c\" [|:e| ^ e foo ] value: resend.at: i ). { 'an' k = (| q |) } |\n(a b: c D: { 1. 2 }) printLine\n`t {x + 1} \\{`\nx -1\n";

fn sound(source: &str) -> Result<(), TestCaseError> {
    for mode in [Mode::File, Mode::Code, Mode::Slots] {
        let parsed = parse_as(source, mode);
        let text: String = parsed.tokens.iter().map(|t| t.span.text(source)).collect();
        prop_assert_eq!(&text, source);
        for d in &parsed.diagnostics {
            prop_assert!(
                d.span.start <= d.span.end && source.get(d.span.start as usize..d.span.end as usize).is_some(),
                "{:?}",
                d
            );
            prop_assert!(d.secondary.iter().all(|l| source.get(l.span.start as usize..l.span.end as usize).is_some()));
            if let Some(fix) = &d.fix {
                fix.apply(source);
            }
        }
        render(&Source::new("random", source), &parsed.diagnostics, false);
        dump(&parsed.file, source);
    }
    is_incomplete(source);
    if let Ok(formatted) = format(source) {
        let (before, after) = (parse(source), parse(&formatted));
        prop_assert_eq!(dump(&before.file, source), dump(&after.file, &formatted), "{}", formatted);
        let comments = |text: &str| lex_file(text).iter().filter(|t| t.kind == aura_syntax::tokens::Kind::Comment).count();
        prop_assert_eq!(comments(source), comments(&formatted), "no comment is lost");
        let again = format(&formatted);
        prop_assert_eq!(again.as_ref(), Ok(&formatted));
    }
    Ok(())
}

/// Pieces from which texts are made that look like programs.
fn piece() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        "(", ")", "[", "]", "{", "}", "|", "||", "`", "'", "\"", ".", "^", "<", ">", ">|", "=", "<-", "-", "-1", "16r1F", "1.5",
        "a", "self", "resend", "resend.", "a.", "A", "a:", "B:", ":c", "+", "*", "* =", "\\", "\n", " ", "\\\n", "'s'", "\"c\"",
        "{}", "(|", "|)", "#!", "é", "\u{a0}", ",", ".\n", " \"c\"\n",
    ]);
    prop_oneof![8 => fixed.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)]
}

/// Found by fuzzing: columns are counted in characters.
#[test]
fn a_long_comment_behind_letters_of_several_bytes() {
    sound("\"öß\" c \"x.\n        y\"").expect("sound");
}

#[test]
fn a_line_for_the_system() {
    sound("#!/bin/a \"b\n  x. \"c\" y\n").expect("sound");
}

/// Found by fuzzing: joined lines are one line.
#[test]
fn a_comment_on_a_joined_line() {
    sound("(|\n  \\\n\"c\"\n  a.\n|)").expect("sound");
    sound("(| b. \\\n\"c\"\n  a.\n|)").expect("sound");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(source in any::<String>()) {
        sound(&source)?;
    }

    #[test]
    fn texts_of_likely_pieces(pieces in prop::collection::vec(piece(), 0..40), blanks in any::<bool>()) {
        sound(&pieces.join(if blanks { " " } else { "" }))?;
    }

    #[test]
    fn a_program_with_something_changed(at in 0..SEED.len(), len in 0_usize..6, put in prop::collection::vec(piece(), 0..3)) {
        let end = (at + len).min(SEED.len());
        sound(&format!("{}{}{}", &SEED[..at], put.concat(), &SEED[end..]))?;
    }
}
