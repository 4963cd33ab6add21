//! What is exported for fine-tuning: only what was verified, divided so that no part knows the other.

use aura_alfred::chronicle::decide::{Verb, decide};
use aura_alfred::chronicle::entry::{CandidateRecord, GateRecord, PromptRecord};
use aura_alfred::chronicle::store::InMemory;
use aura_alfred::chronicle::{Chronicle, Learning, What};
use aura_alfred::clients::{Message, Role};
use aura_alfred::diagnostic::{Diagnostic, Gate};
use aura_alfred::forge::exchange::Shows;
use aura_alfred::forge::{Part, exchanges, jsonl, split};
use aura_alfred::measure::Tree;
use aura_alfred::measure::distance::{distance, normalised};
use aura_alfred::text::sha256;
use proptest::prelude::*;

const SYSTEM: &str = "You are ALFRED.";

fn message(role: Role, text: impl Into<String>) -> Message {
    Message { role, text: text.into() }
}

fn answered(source: &str) -> String {
    format!(r#"{{"a_plan": "", "b_source": "{source}"}}"#)
}

/// A proposal; with a finding it is one that failed.
fn candidate(source: &str, repair: u32, failed: Option<&str>) -> CandidateRecord {
    let verdict = |gate, passed, findings| GateRecord { gate, passed, findings };
    let verdicts = match failed {
        None => vec![verdict(Gate::Parse, true, vec![]), verdict(Gate::Audit, true, vec![]), verdict(Gate::Trial, true, vec![])],
        Some(why) => {
            vec![verdict(Gate::Parse, true, vec![]), verdict(Gate::Audit, false, vec![Diagnostic::new(Gate::Audit, "G2", why)])]
        }
    };
    CandidateRecord { sample: 1, repair, answer: answered(source), verdicts, ..CandidateRecord::default() }
}

fn learning(at: &str, selector: &str, source: &str) -> Learning {
    let example = [message(Role::User, "Missing method: a"), message(Role::Assistant, "an example")];
    let question = message(Role::User, format!("Missing method: {selector}\nReceiver: {at}"));
    Learning {
        file: "shop.aura".into(),
        at: at.into(),
        selector: selector.into(),
        source: source.into(),
        plan: "It is computed.".into(),
        prompt: PromptRecord {
            system: sha256(SYSTEM),
            messages: example.into_iter().chain([question]).collect(),
            ..PromptRecord::default()
        },
        candidates: vec![candidate(source, 0, None)],
        ..Learning::default()
    }
}

fn chronicle(all: Vec<Learning>) -> (Chronicle, InMemory) {
    let (mut chronicle, mut store) = (Chronicle::default(), InMemory::default());
    let text = What::Text { text: SYSTEM.into() };
    let whats: Vec<What> = [text].into_iter().chain(all.into_iter().map(|l| What::Learned(Box::new(l)))).collect();
    chronicle.append(&mut store, |_| Ok(whats.clone())).expect("appended");
    (chronicle, store)
}

#[test]
fn a_method_is_its_question_and_its_answer_and_a_repair_is_what_led_to_it() {
    let mut repaired = learning("cart", "total", "total = ( items size )");
    repaired.candidates = vec![
        candidate("total = ( files size )", 0, Some("'files' needs the capability 'read'")),
        candidate("total = ( items size )", 1, None),
    ];
    let (chronicle, _) = chronicle(vec![learning("account", "isRich", "isRich = ( balance > 100 )"), repaired]);
    let all = exchanges(&chronicle);
    let shows: Vec<(Shows, usize)> = all.iter().map(|e| (e.metadata.kind, e.messages.len())).collect();
    assert_eq!(shows, [(Shows::Method, 5), (Shows::Method, 5), (Shows::Repair, 7)]);
    let repair = &all[2].messages;
    let roles: Vec<(&str, Option<u8>)> = repair.iter().map(|t| (t.role, t.weight)).collect();
    assert_eq!(
        roles,
        [
            ("system", None),
            ("user", None),
            ("assistant", Some(0)),
            ("user", None),
            ("assistant", Some(0)),
            ("user", None),
            ("assistant", Some(1))
        ]
    );
    assert!(repair[4].content.contains("files size") && repair[5].content.contains("capability 'read'"), "{repair:?}");
    assert_eq!(repair[6].content, r#"{"a_plan":"It is computed.","b_source":"total = ( items size )"}"#);
    assert_eq!((repair[0].content.as_str(), all[2].metadata.verdicts.len()), (SYSTEM, 3));
    for line in jsonl(&chronicle, None).lines() {
        let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert!(value["messages"].is_array() && value["metadata"]["at"].is_string(), "{line}");
    }
}

#[test]
fn what_was_rejected_or_taken_back_is_never_learned_from() {
    let bad = "total = ( items size + 1 )";
    // The same code, under other names, is learned for another script, and once more as a proposal that a gate refused.
    let elsewhere = Learning { file: "other.aura".into(), ..learning("cart", "total", "total = ( (items size) + 1 )") };
    let mut next = learning("cart", "total", "total = ( items size )");
    next.candidates = vec![candidate(bad, 0, Some("a person has refused it")), candidate(&next.source.clone(), 1, None)];
    let (mut chronicle, mut store) =
        chronicle(vec![learning("cart", "total", bad), elsewhere, learning("bag", "weigh", "weigh = ( stones sum )")]);
    let reject = Verb::Reject { why: "one too many".into() };
    decide(&mut chronicle, &mut store, ("cart total", Some("shop.aura")), &reject, "ada").expect("rejected");
    decide(&mut chronicle, &mut store, ("bag weigh", None), &Verb::Revert, "ada").expect("reverted");
    assert_eq!(jsonl(&chronicle, None), "");
    let next = What::Learned(Box::new(next));
    chronicle.append(&mut store, |_| Ok(vec![next.clone()])).expect("appended");
    let text = jsonl(&chronicle, None);
    assert_eq!(text.lines().count(), 1, "the good one, without the repair of what was refused:\n{text}");
    assert!(!text.contains("+ 1"), "{text}");
}

#[test]
fn what_is_for_the_same_message_is_in_one_part_and_stays_there() {
    let all: Vec<Learning> = (0..120)
        .map(|i| learning("cart", &format!("price{i}"), &format!("price{i} = ( (a{i} b{i}: {i}) c{i}: d{i} )")))
        .collect();
    let (chronicle, mut store) = chronicle(all);
    let before = split::parts(&chronicle);
    let tests = before.values().filter(|p| **p == Part::Test).count();
    assert!((3..=30).contains(&tests), "{tests} of 120 are for testing; one in ten should be");
    let mut later = Chronicle::default();
    later.catch_up(&mut store).expect("read");
    let more: Vec<What> = (0..40)
        .map(|i| {
            What::Learned(Box::new(Learning {
                file: "b.aura".into(),
                ..learning("cart", &format!("price{i}"), &format!("price{i} = ( {i} )"))
            }))
        })
        .collect();
    later.append(&mut store, |_| Ok(more.clone())).expect("appended");
    let after = split::parts(&later);
    assert!(before.iter().all(|(entry, part)| after[entry] == *part), "what was divided stays divided");
    let of = |c: &Chronicle, part| exchanges(c).iter().filter(|e| e.metadata.split == part).count();
    assert_eq!(of(&later, Part::Train) + of(&later, Part::Test), exchanges(&later).len());
    assert_eq!(jsonl(&later, Some(Part::Test)).lines().count(), of(&later, Part::Test));
}

/// Methods of which many are nearly alike.
fn sources() -> impl Strategy<Value = Vec<(u8, u8, u8)>> {
    prop::collection::vec((0u8..30, 0u8..3, 0u8..5), 2..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn no_near_duplicate_crosses_the_split(picks in sources()) {
        let forms = ["do: [ | :e | s: s + e ]", "reverseDo: [ | :e | s: e max: s ]", "keysDo: [ | :k | s: s * k ]"];
        let one = |(name, form, start): &(u8, u8, u8)| {
            let source = format!("m{name} = ( | s <- {start} | {}. s )", forms[*form as usize]);
            learning("bag", &format!("m{name}"), &source)
        };
        let (chronicle, _) = chronicle(picks.iter().map(one).collect());
        let all = exchanges(&chronicle);
        let source = |e: &aura_alfred::forge::Exchange| {
            let value: serde_json::Value = serde_json::from_str(&e.messages.last().expect("an answer").content).expect("JSON");
            Tree::of(value["b_source"].as_str().expect("a source")).expect("a method")
        };
        for a in &all {
            for b in all.iter().filter(|b| b.metadata.split != a.metadata.split) {
                let (x, y) = (source(a), source(b));
                prop_assert!(normalised(distance(&x, &y), &x, &y) >= split::APART);
                prop_assert!((&a.metadata.at, &a.metadata.selector) != (&b.metadata.at, &b.metadata.selector));
            }
        }
    }
}
