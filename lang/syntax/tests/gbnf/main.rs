//! What a model writes under the exported grammar is Aura, and what people write is in the grammar.

mod corpus;
mod reader;
mod walk;

use aura_syntax::grammar::ebnf::Grammar;
use aura_syntax::grammar::{MOST_ANSWER, NORM, Start, ebnf, gbnf, gbnf_for};
use aura_syntax::tree::{Init, Slot, SlotName, selector};
use aura_syntax::{Parse, Source, parse, parse_slots, render};
use corpus::{Method, methods};
use reader::Gbnf;
use walk::{Choices as _, Matcher, Random, Writer};

/// Decoders follow every way in which a text can be read at the same time; more than this would be slow.
const MOST_STACKS: usize = 250;

fn read(text: &str) -> Gbnf {
    Gbnf::read(text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

/// The selector of a slot.
fn name(slot: &Slot, source: &str) -> String {
    match &slot.name {
        SlotName::Unary(span) => span.text(source).to_owned(),
        SlotName::Binary { operator, .. } => operator.text(source).to_owned(),
        SlotName::Keyword { parts, .. } => selector(parts as &[_], source),
    }
}

fn shown(parsed: &Parse, source: &str) -> String {
    std::format!("{source}\n{}", render(&Source::new("generated", source), &parsed.diagnostics, false))
}

/// What comes before a method at the open door.
const PLAN: &str = "\"as planned\"\n";

const SELECTORS: [&str; 20] = [
    "manhattan",
    "x",
    "selfish",
    "resent",
    "at:",
    "at:Put:",
    "from:To:By:",
    "between:And:IfAbsent:Else:",
    "+",
    "-",
    "*",
    "<",
    ">=",
    "**",
    "||",
    "=",
    ",",
    "<=>",
    "\\\\",
    "->",
];

#[test]
fn every_answer_under_the_grammar_is_a_method_of_the_selector() {
    let mut written = 0;
    for (n, wanted) in SELECTORS.into_iter().enumerate() {
        let gbnf = read(&gbnf_for(wanted).expect("a method can be called that"));
        let writer = Writer::new(&gbnf);
        assert!(writer.is_whole());
        for seed in 0..1200 {
            let mut random = Random::new(seed * 100 + n as u64 + 1);
            let length = 20 + random.below(900);
            let source = writer.text(&mut random, length);
            let source = aura_syntax::grouped(&source).unwrap_or(source);
            let parsed = parse_slots(&source);
            assert!(parsed.diagnostics.is_empty(), "{wanted} {seed}\n{}", shown(&parsed, &source));
            let slots = parsed.file.slots.expect("slots").slots;
            assert_eq!(slots.iter().map(|s| name(s, &source)).collect::<Vec<_>>(), [wanted], "{source}");
            assert!(matches!(slots[0].init, Init::Method(_)) && parsed.file.body.is_empty(), "{source}");
            written += 1;
        }
    }
    assert!(written >= 20_000, "{written}");
}

#[test]
fn what_cannot_be_a_method_has_no_grammar() {
    for selector in [
        "",
        "Foo",
        "_Clone",
        "_at:",
        "self",
        "resend",
        "at:put:",
        "At:",
        "at: Put:",
        "|",
        "^",
        "a b",
        "+ b = ( b ). -",
        "x:y",
        "3",
        "é",
    ] {
        assert_eq!(gbnf_for(selector), None, "{selector}");
    }
}

#[test]
fn files_slots_and_expressions_under_the_grammar_parse() {
    for (_, start) in Start::NAMES {
        let gbnf = read(&gbnf(start));
        let writer = Writer::new(&gbnf);
        assert!(writer.is_whole());
        for seed in 0..2000 {
            let mut random = Random::new(seed + 1);
            let length = 10 + random.below(1500);
            let source = writer.text(&mut random, length);
            let parsed = if start == Start::Slot { parse_slots(&source) } else { parse(&source) };
            assert!(parsed.diagnostics.is_empty(), "{start:?} {seed}\n{}", shown(&parsed, &source));
            if seed % 10 == 0 {
                let mut matcher = Matcher::new(&gbnf);
                assert_eq!(matcher.accepts(&source), Ok(()), "{source}");
                assert!(matcher.most <= MOST_STACKS, "{} ways at once\n{source}", matcher.most);
            }
            match start {
                Start::File => {}
                Start::Slot => assert_eq!(parsed.file.slots.map_or(0, |list| list.slots.len()), 1, "{source}"),
                Start::Expression => assert_eq!((parsed.file.slots, parsed.file.body.len()), (None, 1), "{source}"),
            }
        }
    }
}

/// Letters for a token of a model, at the least: code has two and more.
const LETTERS_OF_A_TOKEN: usize = 2;

/// Small models repeat themselves for as long as they may. Wherever they are caught in a repetition, the answer must be whole within
/// the limit that the door gives it.
#[test]
fn an_answer_in_which_one_thing_is_repeated_comes_to_its_end_within_the_limit() {
    let most = MOST_ANSWER as usize * LETTERS_OF_A_TOKEN;
    for wanted in ["manhattan", "at:Put:", "+"] {
        let gbnf = read(&gbnf_for(wanted).expect("a method can be called that"));
        let (mut met, mut longest) = (0, String::new());
        for repetition in 0..gbnf.repetitions.len() {
            let mut caught = walk::Caught::new(&gbnf, repetition);
            for seed in 0..50 {
                let (text, was_met) = caught.text(&mut Random::new(seed * 1000 + repetition as u64 + 1));
                let read = aura_syntax::grouped(&text).unwrap_or_else(|| text.clone());
                let parsed = parse_slots(&read);
                assert!(parsed.diagnostics.is_empty(), "{wanted} {seed}\n{}", shown(&parsed, &read));
                met += usize::from(was_met);
                longest = if text.len() > longest.len() { text } else { longest };
            }
        }
        println!("{wanted}: {met} of {} met, the longest has {} letters", gbnf.repetitions.len(), longest.len());
        assert!(met > 300, "{met}");
        assert!(longest.len() <= most, "{} letters, where {most} may be\n{longest}", longest.len());
    }
}

/// A test that can fail: what only white space and levels keep apart is no longer read as it was meant.
#[test]
fn a_grammar_without_white_space_is_noticed() {
    let wrong = gbnf_for("manhattan").expect("a grammar").replace("ws ::= \" \" |", "ws ::= \"\" |");
    let gbnf = read(&wrong);
    let writer = Writer::new(&gbnf);
    let refused = (1..300).filter(|seed| !parse_slots(&writer.text(&mut Random::new(*seed), 200)).diagnostics.is_empty());
    assert!(refused.count() > 20);
}

/// How many of the methods each grammar takes, and those that it does not.
fn taken(methods: &[&Method], grammar: impl Fn(&Method) -> Option<String>) -> (f64, Vec<String>) {
    let mut refused = Vec::new();
    let mut known = std::collections::HashMap::new();
    for method in methods {
        let Some(text) = grammar(method) else { continue };
        let gbnf = known.entry(text).or_insert_with_key(|text| read(text));
        let mut matcher = Matcher::new(gbnf);
        if let Err(at) = matcher.accepts(&method.text) {
            refused.push(std::format!("{}\n{}⟦here⟧{}", method.file, &method.text[..at], &method.text[at..]));
        }
        assert!(matcher.most <= MOST_STACKS, "{} ways at once\n{}", matcher.most, method.text);
    }
    (100.0 - refused.len() as f64 * 100.0 / methods.len() as f64, refused)
}

#[test]
fn the_methods_that_people_wrote_are_in_the_grammar() {
    let methods = methods();
    let all: Vec<&Method> = methods.iter().collect();
    assert!(all.len() > 1500, "{}", all.len());
    let slot = gbnf(Start::Slot);
    let (share, refused) = taken(&all, |_| Some(slot.clone()));
    assert!(share >= 99.0, "{share:.1} %\n{}", refused.join("\n----\n"));
}

/// At the open door there are neither primitives nor resends nor types in the header; of the rest, everything can be learned.
#[test]
fn the_methods_that_could_be_learned_are_in_the_grammar_of_their_selector() {
    let methods = methods();
    let could: Vec<&Method> = methods.iter().filter(|m| m.is_learnable).collect();
    assert!(could.len() > 300, "{}", could.len());
    // Models have `=` for what others ask of identity.
    let planned =
        could.iter().map(|m| Method { text: std::format!("{PLAN}{}", m.text.replace(" == ", " = ")), ..Method::clone(m) });
    let planned: Vec<Method> = planned.collect();
    let (share, refused) = taken(&planned.iter().collect::<Vec<_>>(), |method| gbnf_for(&method.name));
    assert!(share >= 99.0, "{share:.1} %\n{}", refused.join("\n----\n"));
    let wrong = could
        .iter()
        .filter(|m| m.name != "size")
        .map(|m| Matcher::new(&read(&gbnf_for("size").expect("a grammar"))).accepts(&m.text));
    assert!(wrong.take(20).all(|answer| answer.is_err()), "a grammar is of one selector");
}

/// What a model that thinks in another language would begin with is no name here, and what only looks like it is one.
#[test]
fn words_of_other_languages_are_no_names() {
    let gbnf = read(&gbnf_for("m").expect("a grammar"));
    let takes = |code: &str| Matcher::new(&gbnf).accepts(&std::format!("{PLAN}m = ( {code} )")).is_ok();
    for foreign in [
        "while x",
        "whilex > 1",
        "ifx: y",
        "x ifElse: y",
        "for i",
        "fori in: x",
        "self: x",
        "return x",
        "returnx",
        "a and b",
        "x == y",
    ] {
        assert!(!takes(foreign), "{foreign}");
    }
    let own = [
        "[ x ] whileTrue: [ y ]",
        "x ifTrue: [ y ] False: [ z ]",
        "ifNil: [ 0 ]",
        "x formatted",
        "[ x ] fork",
        "x and: [ y ]",
        "e return: 3",
        "x % 2 = 0",
    ];
    for own in own {
        assert!(takes(own), "{own}");
    }
}

/// Nested as deeply as the grammar lets a model, with the longest chains at each level, and one level more.
#[test]
fn the_deepest_answer_is_shallower_than_the_parsers_limit() {
    let gbnf = read(&gbnf_for("deep").expect("a grammar"));
    let deep = |levels: usize| {
        let (names, operands) = (" n".repeat(6), " + y".repeat(7));
        let mut code = String::from("x");
        for _ in 1..levels {
            code = std::format!("({code}){names}{operands} at: y Put: y");
        }
        std::format!("{PLAN}deep = ( {code} )")
    };
    let levels = (1..).take_while(|n| Matcher::new(&gbnf).accepts(&deep(*n)).is_ok()).count();
    assert!((8..=12).contains(&levels), "{levels}");
    let source = deep(levels);
    let parsed = parse_slots(&source);
    assert!(parsed.diagnostics.is_empty(), "{}", shown(&parsed, &source));
}

#[test]
fn the_norm_is_printed_whole_or_from_a_rule_on() {
    assert_eq!(ebnf(Start::File), NORM);
    let all = Grammar::read(NORM).expect("the norm");
    for start in [Start::Slot, Start::Expression] {
        let part = Grammar::read(&ebnf(start)).expect("a part of the norm");
        assert!(part.rules.contains_key(start.name()) && !part.rules.contains_key("file"));
        assert!(part.rules.iter().all(|(name, node)| all.rules.get(name) == Some(node)));
        assert!(part.tokens.contains_key("OPERATOR") && !part.tokens.contains_key("LINE_END"));
    }
}
