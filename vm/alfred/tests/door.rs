//! The orchestration of a send against a real server on a socket, with a world that plays the machine.
//! (The same against the real machine is in the workspace's `tests`.)

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aura_alfred::cassette::Cassette;
use aura_alfred::config::{Budget, Cascade, Config, Mode, Sketches};
use aura_alfred::diagnostic::Gate;
use aura_alfred::door::{Approval, Door, Outcome, answer};
use aura_alfred::situation::{Holder, Refused, Situation};
use aura_alfred::state::{State, Step};
use aura_alfred::typing::Typing;
use support::stage::{GOOD, Stage, door as plain_door, pass, situation};
use support::*;

/// ALFRED alone, asked for Aura: what the other personas and sketches add has tests of its own.
fn door(url: &str) -> Door {
    let mut door = plain_door(url);
    door.config.cascade = Cascade::Never;
    door.config.sketches = Sketches::Never;
    door
}

/// A server whose model gives these answers, one after the other, the last one for ever.
fn model(answers: &[&str]) -> (Server, Arc<AtomicUsize>) {
    let answers: Vec<String> = answers.iter().map(|a| a.to_string()).collect();
    let calls = Arc::new(AtomicUsize::new(0));
    let count = calls.clone();
    let server = Server::ollama(move |_, s| {
        let i = count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        reply(s, 200, &said(&answers[i], "stop", 1000, 20).to_string());
    });
    (server, calls)
}

/// Turns of the examples that every prompt begins with.
const EXAMPLES: usize = aura_alfred::prompt::EXAMPLE_TURNS;

#[test]
fn the_straight_way() {
    let (server, _) = model(&[&method(GOOD)]);
    let (mut door, mut world) = (door(&server.url), Stage::default());
    let outcome = pass(&mut door, &situation(), &mut world);
    let Outcome::Learned(lesson) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(world.log, [format!("compile {GOOD}"), "try 0".into(), "install 0".into()]);
    assert_eq!((lesson.at.as_str(), lesson.candidates, lesson.tokens.read), ("point", 1, 1000));
    assert_eq!(lesson.record.state(), State::Complete);
    assert_eq!(outcome.exit_code(), 0);
    assert_eq!(door.account.lessons.len(), 1);
    assert!(door.account.to_string().contains("learned 'manhattan', installed at point"), "{}", door.account);
}

#[test]
fn a_failed_gate_is_repaired_with_its_diagnostics() {
    let (server, _) = model(&[&method("manhattan = ( files open: 'x' )"), &method("manhattan = ( x + )"), &method(GOOD)]);
    let (mut door, mut world) = (door(&server.url), Stage::default());
    let outcome = pass(&mut door, &situation(), &mut world);
    let Outcome::Learned(lesson) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(lesson.candidates, 3);
    let questions = server.questions();
    let said = |i: usize, k: usize| questions[i]["messages"][k + EXAMPLES]["content"].as_str().unwrap_or("").to_string();
    assert!(said(1, 3).contains("G2-capability") && said(1, 2).contains("files open"), "{}", said(1, 3));
    assert!(said(2, 5).contains("\"gate\":\"parse\""), "{}", said(2, 5));
    assert_eq!(lesson.record.samples(), 3);
}

#[test]
fn after_two_repairs_a_fresh_sample_and_then_no_more() {
    let bad: Vec<String> = (0..9).map(|i| method(&format!("other{i} = ( {i} )"))).collect();
    let (server, calls) = model(&bad.iter().map(String::as_str).collect::<Vec<_>>());
    let (mut door, mut world) = (door(&server.url), Stage::default());
    let outcome = pass(&mut door, &situation(), &mut world);
    let Outcome::NotLearned { candidates: 6, findings } = &outcome else { panic!("{outcome:?}") };
    assert_eq!(findings[0].code, "another-name");
    assert_eq!((calls.load(Ordering::SeqCst), outcome.exit_code()), (6, 6));
    assert!(world.log.is_empty());
    let questions = server.questions();
    let seen: Vec<(usize, i64)> = questions
        .iter()
        .map(|q| (q["messages"].as_array().map_or(0, Vec::len), q["options"]["seed"].as_i64().unwrap_or(0)))
        .collect();
    assert_eq!(seen, [(2, 1), (4, 2), (6, 3), (2, 2), (4, 3), (6, 4)].map(|(n, seed)| (n + EXAMPLES, seed)));
    let warm = |q: &serde_json::Value| q["options"]["temperature"].as_f64().is_some_and(|t| t > 0.1);
    assert_eq!(questions.iter().map(warm).collect::<Vec<_>>(), [false, true, true, true, true, true]);
}

#[test]
fn a_model_that_repeats_itself_is_not_asked_a_third_time() {
    let (server, calls) = model(&[&method("other = ( 1 )")]);
    let outcome = pass(&mut door(&server.url), &situation(), &mut Stage::default());
    assert!(matches!(outcome, Outcome::NotLearned { candidates: 4, .. }), "{outcome:?}");
    assert_eq!(calls.load(Ordering::SeqCst), 4);
}

#[test]
fn useless_answers_lead_to_a_fresh_sample() {
    let (server, _) = model(&["", &method(GOOD)]);
    assert!(pass(&mut door(&server.url), &situation(), &mut Stage::default()).goes_on());
    let (server, _) = model(&["I'm sorry, I cannot help."]);
    let outcome = pass(&mut door(&server.url), &situation(), &mut Stage::default());
    let Outcome::NotLearned { findings, .. } = &outcome else { panic!("{outcome:?}") };
    assert_eq!((findings[0].code.as_str(), outcome.exit_code()), ("refusal", 6));
}

#[test]
fn a_failed_trial_is_repaired_too() {
    let (server, _) = model(&[&method(GOOD), &method("manhattan = ( x abs max: y abs )")]);
    let mut world = Stage { failing: 1, ..Stage::default() };
    assert!(pass(&mut door(&server.url), &situation(), &mut world).goes_on());
    assert_eq!(world.log.iter().filter(|l| l.starts_with("install")).count(), 1);
    assert!(server.questions()[1].to_string().contains("does not understand 'foo'"));
}

#[test]
fn nobody_is_asked_when_it_is_not_to_be() {
    let (server, calls) = model(&[&method(GOOD)]);
    let with = |change: &dyn Fn(&mut Door, &mut Situation)| {
        let (mut door, mut situation) = (door(&server.url), situation());
        change(&mut door, &mut situation);
        pass(&mut door, &situation, &mut Stage::default())
    };
    let off = with(&|d, _| d.config.mode = Mode::Off);
    let nil = with(&|_, s| s.receiver.is_nil = true);
    let near = with(&|_, s| s.selector = "manhattenTo:".into());
    let deep = with(&|_, s| s.depth = 9);
    let broke = with(&|d, _| d.config.budget = Budget { sends: 0, ..Budget::default() });
    let codes: Vec<i32> = [&off, &nil, &near, &deep, &broke].iter().map(|o| o.exit_code()).collect();
    assert_eq!(codes, [6, 6, 6, 7, 7]);
    assert!(near.message().contains("did you mean 'manhattanTo:'?"), "{}", near.message());
    assert!([off, nil, near, deep, broke].iter().all(|o| !o.message().is_empty() && !o.remedy().is_empty()));
    let known = pass(&mut door(&server.url), &situation(), &mut Stage { understood: true, ..Stage::default() });
    assert_eq!(known, Outcome::Understood);
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[test]
fn the_budget_of_tokens_ends_the_attempts() {
    let (server, calls) = model(&[&method("other = ( 1 )"), &method("another = ( 1 )")]);
    let mut door = door(&server.url);
    door.config.budget.run.tokens = Some(1500);
    let outcome = pass(&mut door, &situation(), &mut Stage::default());
    assert_eq!(outcome.exit_code(), 7, "{outcome:?}");
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[test]
fn a_person_says_yes_no_or_something_else() {
    let (server, _) = model(&[&method(GOOD)]);
    let say = |approvals: Vec<Approval>| {
        let mut door = door(&server.url);
        door.config.mode = Mode::Ask;
        let mut world = Stage { approvals, ..Stage::default() };
        (pass(&mut door, &situation(), &mut world), world.log)
    };
    assert!(say(vec![Approval::Yes]).0.goes_on());
    let (outcome, log) = say(vec![Approval::No]);
    assert_eq!(
        (outcome.exit_code(), log.last().map(String::as_str)),
        (5, Some("approve manhattan = ( x abs + y abs ) at point"))
    );
    let (outcome, log) = say(vec![Approval::Yes, Approval::Edited("manhattan = ( 3 )".into())]);
    assert!(outcome.goes_on() && log.contains(&"compile manhattan = ( 3 )".to_string()), "{log:?}");
    let (outcome, log) = say(vec![Approval::Edited("manhattan = ( files )".into())]);
    assert!(!outcome.goes_on() && !log.iter().any(|l| l.starts_with("install")), "{log:?}");
}

#[test]
fn an_unreachable_server_is_replaced_by_the_cassette_and_said_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let tape = folder.path().join("geometry.cassette.json");
    let (server, _) = model(&[&method("other = ( 1 )"), &method(GOOD)]);
    let mut live = door(&server.url);
    live.config = Config { cassette: Some(tape.clone()), record: true, ..live.config };
    assert!(pass(&mut live, &situation(), &mut Stage::default()).goes_on());
    assert_eq!(Cassette::load(&tape).expect("recorded").len(), 2);

    let mut offline = door("127.0.0.1:9");
    offline.config.cassette = Some(tape.clone());
    let outcome = pass(&mut offline, &situation(), &mut Stage::default());
    let Outcome::Learned(lesson) = &outcome else { panic!("{outcome:?}") };
    assert_eq!((lesson.candidates, lesson.model.as_str()), (2, MODEL));
    assert!(
        offline.account.notes[0].contains("connection refused") && offline.account.notes[0].contains("replaying the cassette")
    );

    let mut replay = door("127.0.0.1:9");
    replay.config = Config { cassette: Some(tape.clone()), mode: Mode::Replay, ..replay.config };
    assert!(pass(&mut replay, &situation(), &mut Stage::default()).goes_on());
    assert!(replay.account.notes.is_empty());
    let mut other = situation();
    other.selector = "euclidean".into();
    let outcome = pass(&mut replay, &other, &mut Stage::default());
    assert!(outcome.message().contains("nearest is number") && outcome.exit_code() == 6, "{}", outcome.message());
    let outcome = pass(&mut offline, &other, &mut Stage::default());
    assert!(outcome.message().contains("connection refused") && outcome.exit_code() == 8, "{}", outcome.message());
}

#[test]
fn without_a_server_or_a_cassette_it_is_unreachable() {
    let outcome = pass(&mut door("127.0.0.1:9"), &situation(), &mut Stage::default());
    assert_eq!(outcome.exit_code(), 8);
    assert!(outcome.message().contains("connection refused") && outcome.remedy().contains("ollama serve"));
}

#[test]
fn a_method_goes_where_it_belongs() {
    let (server, _) = model(&[&method(GOOD)]);
    let mut world = Stage::default();
    let mut deep = situation();
    deep.path.insert(0, Holder { is_receiver: true, ..Holder::default() });
    assert!(pass(&mut door(&server.url), &deep, &mut world).goes_on());
    assert_eq!(world.log.last().map(String::as_str), Some("install 1"));
    let mut shared = situation();
    shared.path.remove(0);
    assert_eq!(pass(&mut door(&server.url), &shared, &mut Stage::default()), Outcome::NoPlace);
    let mut asked = door(&server.url);
    asked.config.install_at = Some("traits clonable".into());
    let mut world = Stage::default();
    assert!(pass(&mut asked, &situation(), &mut world).goes_on());
    assert_eq!(world.log.last().map(String::as_str), Some("install 1"));
}

#[test]
fn what_is_learned_is_kept_with_everything_about_it() {
    let (server, _) = model(&["no JSON", &method("manhattan = ( files size )"), &method(GOOD)]);
    let (mut door, mut world) = (door(&server.url), Stage::default());
    let Outcome::Learned(lesson) = pass(&mut door, &situation(), &mut world) else { panic!("not learned") };
    assert_eq!(lesson.kept.as_deref(), Some("there"));
    let l = world.kept.expect("kept");
    assert_eq!((l.at.as_str(), l.selector.as_str(), l.source.as_str()), ("point", "manhattan", GOOD));
    assert_eq!(l.send.describe(), "'manhattan' to point at geometry.aura:9");
    assert_eq!((l.model.as_str(), l.digest.as_deref(), l.trial.as_str()), ("tiny:1b", Some("abc123"), "answered 7 in 5 steps"));
    let names: Vec<&str> = l.interface[0].slots.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["+", "parent", "x", "y"]);
    let verdicts: Vec<Vec<(Gate, bool)>> =
        l.candidates.iter().map(|c| c.verdicts.iter().map(|v| (v.gate, v.passed)).collect()).collect();
    let passed = |gates: &[Gate]| gates.iter().map(|g| (*g, true)).collect::<Vec<_>>();
    assert_eq!(verdicts[0], [(Gate::Answer, false)]);
    assert_eq!(verdicts[1], [(Gate::Parse, true), (Gate::Audit, false)]);
    assert_eq!(verdicts[2], passed(&[Gate::Parse, Gate::Audit, Gate::Compile, Gate::Trial]));
    assert!(l.candidates[1].verdicts[1].findings[0].code == "G2-capability" && l.candidates[1].answer.contains("files size"));
    assert_eq!((l.candidates[0].sampling.seed, l.candidates[2].sampling.seed, l.candidates[2].repair), (1, 3, 1));
    assert!(l.prompt.messages.last().expect("the question").text.contains("corrected"));
    assert_eq!((l.prompt.system.len(), l.prompt.question.len()), (64, 64));
}

#[test]
fn what_cannot_be_kept_does_not_stop_the_program() {
    let (server, _) = model(&[&method(GOOD)]);
    let mut door = door(&server.url);
    assert!(pass(&mut door, &situation(), &mut Stage { cannot_keep: true, ..Stage::default() }).goes_on());
    assert!(door.account.notes[0].contains("could not be kept"), "{:?}", door.account.notes);
}

#[test]
fn what_a_person_has_refused_is_told_and_does_not_pass_again() {
    let other = "manhattan = ( x abs + y abs + 0 )";
    let (server, _) = model(&[&method("manhattan = ( x abs \"same\" + y abs )"), &method(other)]);
    let refused = Refused { at: "point".into(), source: GOOD.into(), why: "it is too short".into() };
    let asked = Situation { refused: vec![refused], ..situation() };
    let mut world = Stage::default();
    assert!(pass(&mut door(&server.url), &asked, &mut world).goes_on());
    assert_eq!(world.log, [format!("compile {other}"), "try 0".into(), "install 0".into()]);
    assert!(server.questions()[0].to_string().contains("it is too short"));
    let l = world.kept.expect("kept");
    assert_eq!(l.candidates[0].verdicts[1].findings[0].code, "refused-before");
}

#[test]
fn a_world_that_does_not_answer_is_given_up() {
    let (server, _) = model(&[&method(GOOD)]);
    let mut door = door(&server.url);
    let (mut world, situation) = (Stage { asleep: true, ..Stage::default() }, situation());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let outcome = runtime.block_on(async {
        let asked = answer(&mut door, &situation, &mut world);
        tokio::time::timeout(Step::Trying.deadline(&Config::plain().waits()).expect("a deadline") + Duration::from_secs(5), asked)
            .await
            .expect("given up in time")
    });
    assert_eq!(outcome, Outcome::Stalled { step: "trying".into() });
}

#[test]
fn gates_that_do_not_end_are_left_alone() {
    let (server, _) = model(&[&method(GOOD)]);
    let mut door = door(&server.url);
    door.config.gates = Duration::from_millis(100);
    door.typing = Some(Typing::new(
        || loop {
            std::thread::park()
        },
        "the script",
        "",
    ));
    let mut world = Stage::default();
    let outcome = pass(&mut door, &situation(), &mut world);
    assert_eq!(outcome, Outcome::Stalled { step: "auditing".into() });
    assert_eq!((world.log, outcome.exit_code()), (Vec::<String>::new(), 6));
    assert_eq!(door.account.notes, ["the checker did not say in time what the call is about"]);
    door.typing = None;
    let outcome = pass(&mut door, &situation(), &mut Stage::default());
    assert!(matches!(outcome, Outcome::Learned(_)), "{outcome:?}");
}
