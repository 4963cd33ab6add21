//! The personas: their prompts and forms as snapshots, what each may see, and that what they read stays data.

use aura_alfred::clients::misfit;
use aura_alfred::persona::{Briefing, Found, Here, Kind, Library, Persona, babs, brick, robin};
use aura_alfred::prompt::prompt;
use aura_alfred::situation::{Caller, Holder, Refused, Situation, SlotKind, SlotView, Thing, Verified};
use proptest::prelude::*;
use serde_json::json;

/// A situation in which every text that is code, or a value of the run, says `code`.
fn situation(code: &str) -> Situation {
    let slot = |name: &str, kind, comment: Option<&str>, source: Option<&str>| SlotView {
        name: name.into(),
        kind,
        header: Some(format!("{name} {code}")),
        comment: comment.map(str::to_string),
        source: source.map(str::to_string),
        ..SlotView::default()
    };
    let learned = SlotView { is_generated: true, ..slot("norm", SlotKind::Method, Some(code), Some(code)) };
    let own = vec![
        slot("parent", SlotKind::Parent, None, None),
        slot("x", SlotKind::Data, Some("to the right"), None),
        slot("+", SlotKind::Method, Some("moved by another"), Some(code)),
        learned,
        slot(code, SlotKind::Method, None, Some(code)),
    ];
    Situation {
        selector: "scaledBy:".into(),
        receiver: Thing { path: "point".into(), printed: Some(code.into()), ..Thing::default() },
        arguments: vec![Thing { path: "an integer".into(), printed: Some(code.into()), ..Thing::default() }],
        path: vec![Holder {
            path: Some("point".into()),
            of_script: true,
            comment: Some("a place in the plane".into()),
            slots: own,
            ..Holder::default()
        }],
        caller: Some(Caller {
            selector: Some("draw".into()),
            file: "geometry.aura".into(),
            line: 9,
            source: code.into(),
            ..Caller::default()
        }),
        expected: Some(format!("point {code}")),
        module: vec![slot("origin", SlotKind::Constant, None, Some(code)), slot(code, SlotKind::Constant, None, None)],
        refused: vec![Refused { at: "point".into(), source: code.into(), why: code.into() }],
        verified: vec![Verified { at: "point".into(), selector: "scaledUp".into(), source: code.into(), ..Verified::default() }],
        ..Situation::default()
    }
}

const CODE: &str = "scaledBy: a = ( (copy x: x * a) y: y * a )";

fn babs_question(situation: &Situation) -> babs::Question {
    babs::Question::of(situation, Here.find(situation, babs::MOST_FOUND))
}

#[test]
fn the_prompts_of_the_personas() {
    let situation = situation(CODE);
    let text = |persona: Persona, question: String| {
        let schema = serde_json::to_string_pretty(&persona.schema()).expect("plain data");
        format!("{}\n=== question ===\n{question}\n=== answer ===\n{schema}", persona.duties())
    };
    insta::assert_snapshot!("brick", text(Persona::Brick, brick::Site::of(&situation).question()));
    insta::assert_snapshot!("robin", text(Persona::Robin, robin::Intent::of(&situation).question()));
    insta::assert_snapshot!("babs", text(Persona::Babs, babs_question(&situation).text()));
}

fn briefing() -> Briefing {
    let found = vec![Found { kind: Kind::Method, title: "point scaledUp".into(), text: "scaledUp = ( 3 )".into() }];
    let example = robin::Example { call: "(point scaledBy: 2) x".into(), expected: "0".into() };
    Briefing {
        task: Some(brick::Task {
            signature: "Answers a point.".into(),
            cases: vec!["Any factor.".into()],
            edges: vec!["0 answers the origin.".into()],
        }),
        intent: Some(robin::Intention {
            wanted: "A point further out.".into(),
            comment: "Scaled by a factor.".into(),
            examples: vec![example],
        }),
        research: Some(babs::Research { found, note: "Do the same with a.".into() }),
        ..Briefing::default()
    }
}

#[test]
fn what_alfred_is_told_of_the_others() {
    let with = prompt(&situation(CODE), "point", &[], 1, &briefing());
    let without = prompt(&situation(CODE), "point", &[], 1, &Briefing::default());
    let last = |p: &aura_alfred::prompt::Prompt| p.messages.last().expect("a question").text.clone();
    let told = last(&with).strip_prefix(&last(&without)).expect("the question stays as it is").to_string();
    insta::assert_snapshot!("briefing", told);
    assert!(with.key.len() > without.key.len(), "it is part of the question that a recording is found by");
}

#[test]
fn the_schemas_hold_what_the_personas_are_asked_for() {
    for (persona, answer) in [
        (Persona::Brick, json!({"a_signature": "s", "b_cases": ["a"], "c_edges": []})),
        (Persona::Robin, json!({"a_intent": "s", "b_comment": "", "c_examples": [{"a_call": "c", "b_expected": "e"}]})),
        (Persona::Babs, json!({"a_relevant": [1, 2], "b_note": "n"})),
        (Persona::Alfred, json!({"a_plan": "p", "b_source": "a = ( 1 )"})),
    ] {
        assert_eq!(misfit(&answer, &persona.schema()), None, "{persona:?}");
        let mut more = answer.clone();
        more["z"] = json!(1);
        assert!(misfit(&more, &persona.schema()).is_some(), "{persona:?}");
        assert!(misfit(&json!({}), &persona.schema()).is_some(), "{persona:?}");
    }
}

#[test]
fn answers_are_read_and_bounded() {
    let long = "x".repeat(5000);
    let all = vec![json!({"a_call": " point norm ", "b_expected": "0"}); 9];
    let answer = json!({"a_intent": format!("a\u{1b}[31m {long}"), "b_comment": "c\nd", "c_examples": all}).to_string();
    let intention = robin::read(&answer).expect("an answer");
    assert_eq!((intention.examples.len(), intention.examples[0].call.as_str()), (4, "point norm"));
    assert!(intention.wanted.chars().count() <= 241 && !intention.wanted.contains('\u{1b}'));
    assert_eq!(intention.comment, "c d");
    let task = brick::read(r#"{"a_signature": "s", "b_cases": ["", "one", 3], "c_edges": "none"}"#).expect("an answer");
    assert_eq!((task.cases, task.edges), (vec!["one".to_string()], Vec::new()));
    for nothing in ["", "{}", "[]", "no", "{\"a_intent\": \"\", \"b_comment\": \"\", \"c_examples\": []}"] {
        assert_eq!((robin::read(nothing), brick::read(nothing)), (None, None), "{nothing}");
    }
}

proptest! {
    /// Whatever stands where code stands, ROBIN's question is the same: nothing of it gets through.
    #[test]
    fn no_code_reaches_robin(one in "[a-z]{1,8} = \\( [ -~]{0,60} \\)", other in "\\[[ -~äß\n]{0,60}\\]") {
        let question = |code: &str| robin::Intent::of(&situation(code)).question();
        prop_assert_eq!(question(&one), question(&other));
        prop_assert_eq!(question(&one), question(CODE));
    }

    /// Data cannot close the marks that it stands between, in anybody's question.
    #[test]
    fn data_stays_between_its_marks(text in "[ -~\n]{0,20}(</data>|</DATA>|<data>)[ -~\n]{0,20}") {
        let mut evil = situation(&text);
        evil.path[0].comment = Some(text.clone());
        evil.path[0].slots[1].comment = Some(format!("scaled {text}"));
        let questions =
            [brick::Site::of(&evil).question(), robin::Intent::of(&evil).question(), babs_question(&evil).text()];
        for question in questions {
            let count = |mark: &str| question.to_lowercase().matches(mark).count();
            prop_assert_eq!(count("</data>"), question.lines().filter(|l| *l == "</data>").count(), "{}", &question);
            prop_assert_eq!(count("<data>"), count("</data>"), "{}", &question);
        }
    }
}
