//! The cycle: the cascade, ROBIN's tests, several candidates and abstention, budgets, ask mode, and the record of the send,
//! with a real server on a socket and a world that plays the machine.

mod support;

use std::sync::{Arc, Mutex};

use aura_alfred::chronicle::entry::TestRecord;
use aura_alfred::config::{Allowance, Cascade, Mode, Price, Tests};
use aura_alfred::diagnostic::Gate;
use aura_alfred::door::{Approval, Door, Outcome};
use aura_alfred::exam::{By, Should, Test};
use aura_alfred::ledger::{Ledger, Stopped};
use aura_alfred::persona::Persona;
use aura_alfred::situation::{Holder, Situation, SlotKind, SlotView};
use aura_alfred::state::{Record, Step};
use serde_json::{Value, json};
use support::stage::{GOOD, Stage, door, pass, situation};
use support::*;

/// What each persona says, the n-th time it is asked; the last one for ever.
#[derive(Clone, Default)]
struct Cast {
    brick: Vec<String>,
    robin: Vec<String>,
    babs: Vec<String>,
    alfred: Vec<String>,
}

impl Cast {
    fn writing(sources: &[&str]) -> Self {
        let brick = json!({"a_signature": "answers the sum of both lengths", "b_cases": ["any"], "c_edges": ["0"]});
        Self {
            brick: vec![brick.to_string()],
            robin: vec![robin(&[])],
            babs: vec![json!({"a_relevant": [1], "b_note": "as in norm"}).to_string()],
            alfred: sources.iter().map(|s| method(s)).collect(),
        }
    }

    fn robin(mut self, examples: &[(&str, &str)]) -> Self {
        self.robin = vec![robin(examples)];
        self
    }
}

fn robin(examples: &[(&str, &str)]) -> String {
    let all: Vec<Value> = examples.iter().map(|(c, e)| json!({"a_call": c, "b_expected": e})).collect();
    json!({"a_intent": "the way along the axes", "b_comment": "The way along both axes.", "c_examples": all}).to_string()
}

/// Who is asked, by the system prompt.
fn persona(body: &Value) -> Persona {
    let system = body["messages"][0]["content"].as_str().unwrap_or("");
    Persona::ALL.into_iter().find(|p| system.starts_with(&format!("You are {}.", p.name()))).expect("one of the four")
}

/// A server whose model plays all four, and who was asked, in order.
fn playing(cast: Cast) -> (Server, Arc<Mutex<Vec<Persona>>>) {
    let asked: Arc<Mutex<Vec<Persona>>> = Arc::default();
    let log = asked.clone();
    let server = Server::ollama(move |seen, stream| {
        let who = persona(&seen.body);
        let mut log = log.lock().expect("not poisoned");
        let n = log.iter().filter(|p| **p == who).count();
        log.push(who);
        drop(log);
        let says = match who {
            Persona::Brick => &cast.brick,
            Persona::Robin => &cast.robin,
            Persona::Babs => &cast.babs,
            Persona::Alfred => &cast.alfred,
        };
        let content = says.get(n).or(says.last()).map_or("", String::as_str);
        reply(stream, 200, &said(content, "stop", 1000, 20).to_string());
    });
    (server, asked)
}

fn who(asked: &Mutex<Vec<Persona>>) -> Vec<Persona> {
    asked.lock().expect("not poisoned").clone()
}

/// A situation in which BABS finds something.
fn rich() -> Situation {
    let mut situation = situation();
    let norm = SlotView {
        name: "norm".into(),
        kind: SlotKind::Method,
        source: Some("norm = ( \"as manhattan, with roots\" x )".into()),
        ..SlotView::default()
    };
    situation.path[0].slots.push(norm);
    situation
}

const BAD: &str = "manhattan = ( files size )";
const OTHER: &str = "manhattan = ( x + y )";
const LONG: &str = "manhattan = ( (x abs + y abs) + 0 )";

use Persona::{Alfred, Babs, Brick, Robin};

// ---- the cascade ----

#[test]
fn the_cascade_runs_when_the_first_sample_has_failed_and_briefs_the_next() {
    let (server, asked) = playing(Cast::writing(&[BAD, BAD, GOOD]));
    let (mut door, mut world) = (door(&server.url), Stage::default());
    let outcome = pass(&mut door, &rich(), &mut world);
    let Outcome::Learned(lesson) = &outcome else { panic!("{outcome:?}") };
    // A sample that repeats itself is not repaired a second time.
    assert_eq!(who(&asked), [Alfred, Alfred, Brick, Robin, Babs, Alfred]);
    let questions = server.questions();
    let last = questions[5]["messages"].as_array().and_then(|m| m.last()).expect("a question")["content"].to_string();
    for part in ["answers the sum of both lengths", "the way along the axes", "point norm", "as in norm"] {
        assert!(last.contains(part), "{part}: {last}");
    }
    let l = world.kept.expect("kept");
    assert_eq!(l.personas.iter().map(|p| p.persona).collect::<Vec<_>>(), [Brick, Robin, Babs]);
    assert_eq!((l.comment.as_str(), l.chosen), ("The way along both axes.", Some(2)));
    let steps: Vec<Step> = lesson.record.trail.iter().map(|t| t.0).collect();
    assert!(steps.windows(3).any(|w| w == [Step::Deconstructing, Step::Intending, Step::Researching]), "{steps:?}");
    assert_eq!(steps.last(), Some(&Step::Done));
}

#[test]
fn policy_decides_when_it_runs() {
    let run = |cascade, tests, sources: &[&str]| {
        let (server, asked) = playing(Cast::writing(sources));
        let mut door = door(&server.url);
        (door.config.cascade, door.config.tests) = (cascade, tests);
        assert!(pass(&mut door, &rich(), &mut Stage::default()).goes_on());
        who(&asked)
    };
    assert_eq!(run(Cascade::OnFailure, Tests::Cascade, &[GOOD]), [Alfred]);
    assert_eq!(run(Cascade::Always, Tests::Cascade, &[GOOD]), [Brick, Robin, Babs, Alfred]);
    assert_eq!(run(Cascade::Never, Tests::Cascade, &[BAD, BAD, GOOD]), [Alfred, Alfred, Alfred]);
    assert_eq!(run(Cascade::Never, Tests::Robin, &[GOOD]), [Robin, Alfred]);
    assert_eq!(run(Cascade::OnFailure, Tests::Robin, &[BAD, BAD, GOOD]), [Robin, Alfred, Alfred, Brick, Babs, Alfred]);
}

#[test]
fn babs_is_not_asked_when_nothing_was_found() {
    let (server, asked) = playing(Cast::writing(&[GOOD]));
    let mut door = door(&server.url);
    door.config.cascade = Cascade::Always;
    assert!(pass(&mut door, &situation(), &mut Stage::default()).goes_on());
    assert_eq!(who(&asked), [Brick, Robin, Alfred]);
}

#[test]
fn a_persona_that_has_nothing_to_say_is_done_without() {
    for answer in ["", "I'm sorry, I cannot.", "{\"a\": 1}", "no JSON at all"] {
        let cast = Cast { brick: vec![answer.into()], robin: vec![answer.into()], ..Cast::writing(&[GOOD]) };
        let (server, _) = playing(cast);
        let mut door = door(&server.url);
        door.config.cascade = Cascade::Always;
        let mut world = Stage::default();
        assert!(pass(&mut door, &situation(), &mut world).goes_on(), "{answer}");
        assert!(world.kept.expect("kept").personas.is_empty(), "{answer}");
    }
}

#[test]
fn a_persona_whose_model_is_missing_is_told_and_done_without() {
    let server = Server::start(|seen, stream| match seen.path.as_str() {
        "/api/tags" => reply(stream, 200, &tags().to_string()),
        "/api/show" if seen.body["model"] == "nobody:1b" => {
            reply(stream, 404, &json!({"error": "model 'nobody:1b' not found"}).to_string());
        }
        "/api/show" => reply(stream, 200, &json!({"capabilities": ["completion"]}).to_string()),
        _ if seen.body["messages"].as_array().is_some_and(Vec::is_empty) => {
            reply(stream, 200, &said("", "load", 0, 0).to_string());
        }
        _ => reply(stream, 200, &said(&method(GOOD), "stop", 1000, 20).to_string()),
    });
    let mut door = door(&server.url);
    door.config.cascade = Cascade::Always;
    door.config.models.set(Robin, "nobody:1b");
    assert!(pass(&mut door, &situation(), &mut Stage::default()).goes_on());
    let note = door.account.notes.iter().find(|n| n.starts_with("ROBIN was not asked")).expect("told");
    assert!(note.contains("nobody:1b"), "{note}");
}

#[test]
fn each_persona_can_be_a_model_of_its_own() {
    let (server, _) = playing(Cast::writing(&[GOOD]));
    let mut door = door(&server.url);
    door.config.cascade = Cascade::Always;
    door.config.models.set(Robin, "other:7b");
    assert!(pass(&mut door, &rich(), &mut Stage::default()).goes_on());
    let models: Vec<String> = server.questions().iter().map(|q| q["model"].as_str().unwrap_or("").to_string()).collect();
    assert_eq!(models, [MODEL, "other:7b", MODEL, MODEL]);
}

// ---- tests ----

const CALL: &str = "(point copy x: 3) manhattan";

/// A world in which candidates answer to `CALL`.
fn world(answers: &[(&str, &str)]) -> Stage {
    let all: Vec<(&str, &str, &str)> = answers.iter().map(|(source, answer)| (*source, CALL, *answer)).collect();
    let mut stage = Stage::answering(&all);
    stage.plain.insert("3".into(), "3".into());
    stage
}

fn went(records: &[TestRecord]) -> Vec<&str> {
    records.iter().map(|r| r.went.as_str()).collect()
}

#[test]
fn a_candidate_that_fails_robins_test_is_told_and_repaired() {
    let cast = Cast::writing(&[OTHER, GOOD]).robin(&[(CALL, "3"), ("point size", "3"), ("(files read: 'x') manhattan", "3")]);
    let (server, _) = playing(cast);
    let mut door = door(&server.url);
    door.config.tests = Tests::Robin;
    let mut world = world(&[(OTHER, "4"), (GOOD, "3")]);
    let outcome = pass(&mut door, &situation(), &mut world);
    assert!(outcome.goes_on(), "{outcome:?}");
    let repair = server.questions()[2].to_string();
    assert!(repair.contains("example-failed") && repair.contains("should answer 3; it answered 4"), "{repair}");
    let l = world.kept.expect("kept");
    assert_eq!(l.tests, [format!("ROBIN: {CALL} = 3")]);
    let dropped = went(&l.tested);
    assert_eq!(dropped[0], "passed");
    assert!(dropped[1].contains("does not send 'manhattan'") && dropped[2].contains("G2-capability"), "{dropped:?}");
    let gates: Vec<Gate> = l.candidates[1].verdicts.iter().map(|v| v.gate).collect();
    assert_eq!(gates, [Gate::Parse, Gate::Audit, Gate::Compile, Gate::Tests, Gate::Trial]);
    assert_eq!(l.candidates[0].verdicts.last().map(|v| (v.gate, v.passed)), Some((Gate::Tests, false)));
}

#[test]
fn an_example_that_two_different_candidates_contradict_is_set_aside() {
    let cast = Cast::writing(&[GOOD, LONG]).robin(&[(CALL, "3")]);
    let (server, _) = playing(cast);
    let mut door = door(&server.url);
    door.config.tests = Tests::Robin;
    let mut world = world(&[(GOOD, "7"), (LONG, "7")]);
    assert!(pass(&mut door, &situation(), &mut world).goes_on());
    let l = world.kept.expect("kept");
    assert!(l.tests.is_empty() && went(&l.tested)[0].starts_with("void: set aside"), "{:?}", l.tested);
    assert_eq!(l.source, LONG);
    // The same candidate twice is one voice.
    let (server, _) = playing(Cast::writing(&[GOOD]).robin(&[(CALL, "3")]));
    let mut door = support::stage::door(&server.url);
    door.config.tests = Tests::Robin;
    let outcome = pass(&mut door, &situation(), &mut Stage { kept: None, ..self::world(&[(GOOD, "7")]) });
    assert!(matches!(outcome, Outcome::NotLearned { .. }), "{outcome:?}");
}

fn users(should: Should) -> Situation {
    let test = Test { by: By::User, call: CALL.into(), should, place: "geometry.aura:3".into(), setting: String::new() };
    Situation { tests: vec![test], ..situation() }
}

#[test]
fn a_test_of_the_user_holds_whatever_candidates_agree_on() {
    let (server, _) = playing(Cast::writing(&[GOOD, LONG, OTHER]));
    let mut door = door(&server.url);
    door.config.cascade = Cascade::Never;
    let answers = [(GOOD, "7"), (LONG, "7"), (OTHER, "3")];
    let mut world = world(&answers);
    let outcome = pass(&mut door, &users(Should::Print("3".into())), &mut world);
    assert!(outcome.goes_on(), "{outcome:?}");
    let l = world.kept.expect("kept");
    assert_eq!((l.source.as_str(), l.tests[0].as_str()), (OTHER, "(point copy x: 3) manhattan ==> 3 (geometry.aura:3)"));
    // Policy can switch them off.
    let (server, _) = playing(Cast::writing(&[GOOD]));
    let mut door = support::stage::door(&server.url);
    door.config.tests = Tests::Never;
    assert!(pass(&mut door, &users(Should::Print("3".into())), &mut self::world(&answers)).goes_on());
}

#[test]
fn a_test_that_says_nothing_here_is_dropped_with_the_reason() {
    let (server, _) = playing(Cast::writing(&[GOOD]));
    let mut world = world(&[]);
    // Without the method it answers already.
    world.plain.insert(CALL.into(), "4".into());
    assert!(pass(&mut door(&server.url), &users(Should::Print("3".into())), &mut world).goes_on());
    let l = world.kept.expect("kept");
    assert!(went(&l.tested)[0].starts_with("dropped: without the method it answered 4"), "{:?}", l.tested);
}

// ---- several candidates ----

fn choosing(sources: &[&str], answers: &[(&str, &str)], threshold: f64) -> (Outcome, Stage, Door) {
    let (server, _) = playing(Cast::writing(sources));
    let mut door = door(&server.url);
    door.config.cascade = Cascade::Never;
    (door.config.candidates, door.config.threshold) = (3, threshold);
    let all: Vec<(&str, &str, &str)> = answers.iter().map(|(source, answer)| (*source, "receiver manhattan", *answer)).collect();
    let mut stage = Stage::answering(&all);
    let outcome = pass(&mut door, &situation(), &mut stage);
    (outcome, stage, door)
}

#[test]
fn the_shortest_of_the_largest_cluster_is_taken() {
    let (outcome, stage, _) = choosing(&[OTHER, LONG, GOOD], &[(OTHER, "-1"), (LONG, "7"), (GOOD, "7")], 0.6);
    let Outcome::Learned(lesson) = &outcome else { panic!("{outcome:?}") };
    assert_eq!((lesson.source.as_str(), lesson.candidates), (GOOD, 3));
    let l = stage.kept.expect("kept");
    assert_eq!((l.chosen, l.agreement.as_str()), (Some(2), "2 of 3 candidates do the same on 1 inputs"));
    assert!(l.confidence.is_some_and(|c| (c - 2.0 / 3.0).abs() < 1e-9));
    // What is installed is what was chosen, not what was looked at last.
    let compiled: Vec<&String> = stage.log.iter().filter(|l| l.starts_with("compile") || l.starts_with("install")).collect();
    assert_eq!(compiled[compiled.len() - 2..], [&format!("compile {GOOD}"), &"install 0".to_string()]);
    let steps: Vec<Step> = lesson.record.trail.iter().map(|t| t.0).collect();
    assert!(steps.windows(2).any(|w| w == [Step::Clustering, Step::Splicing]), "{steps:?}");
}

#[test]
fn too_little_agreement_is_abstention() {
    let answers = [(OTHER, "-1"), (LONG, "7"), (GOOD, "8")];
    let (outcome, stage, _) = choosing(&[OTHER, LONG, GOOD], &answers, 0.6);
    let Outcome::Abstained { candidates: 3, difference: Some(difference), .. } = &outcome else { panic!("{outcome:?}") };
    assert_eq!(difference, "asked for `receiver manhattan`, one answered -1, another answered 7");
    assert!(!stage.log.iter().any(|l| l.starts_with("install")) && stage.kept.is_none());
    assert_eq!((outcome.exit_code(), outcome.goes_on()), (6, false));
    assert!(outcome.message().contains("33 % of those that were wanted do the same, where 60 % should"), "{}", outcome.message());
    assert!(outcome.remedy().contains("threshold") && outcome.remedy().contains("==>"), "{}", outcome.remedy());
    // A lower threshold takes the first one.
    let (outcome, ..) = choosing(&[OTHER, LONG, GOOD], &answers, 0.3);
    assert!(matches!(&outcome, Outcome::Learned(l) if l.source == OTHER), "{outcome:?}");
}

#[test]
fn candidates_that_never_pass_count_against_the_others() {
    let (outcome, ..) = choosing(&[GOOD, BAD], &[(GOOD, "7")], 0.6);
    let Outcome::Abstained { candidates: 1, confidence, .. } = &outcome else { panic!("{outcome:?}") };
    assert!((confidence - 1.0 / 3.0).abs() < 1e-9);
}

// ---- budgets ----

#[test]
fn each_budget_ends_the_asking_and_says_which_it_was() {
    let spend = |change: &dyn Fn(&mut Door)| {
        let (server, asked) = playing(Cast::writing(&[BAD, OTHER]));
        let mut door = door(&server.url);
        door.config.cascade = Cascade::Never;
        change(&mut door);
        let mut world = Stage { failing: 9, ..Stage::default() };
        let outcome = pass(&mut door, &situation(), &mut world);
        (outcome.exit_code(), outcome.message(), who(&asked).len())
    };
    let tokens = |n| Allowance { tokens: Some(n), ..Allowance::default() };
    for (of, change) in [
        ("send", &(|d: &mut Door| d.config.budget.send = tokens(1500)) as &dyn Fn(&mut Door)),
        ("run", &|d| d.config.budget.run = tokens(1500)),
        ("day", &|d| d.config.budget.day = tokens(1500)),
    ] {
        let (code, message, asked) = spend(change);
        assert_eq!((code, asked), (7, 2), "{of}: {message}");
        assert!(message.contains(&format!("the budget of this {of} is used up")), "{message}");
    }
    let (code, message, asked) = spend(&|d| {
        d.config.prices.insert(MODEL.into(), Price { read: 100.0, written: 0.0 });
        d.config.budget.run.money = Some(0.15);
    });
    assert_eq!((code, asked), (7, 2), "{message}");
    assert!(message.contains("in money"), "{message}");
    let (code, _, asked) = spend(&|d| d.config.budget.day.money = Some(0.0));
    assert_eq!((code, asked), (7, 0));
}

#[test]
fn the_day_is_counted_across_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let day = folder.path().join("spent.json");
    let run = |most| {
        let (server, _) = playing(Cast::writing(&[GOOD]));
        let mut door = door(&server.url);
        door.config.day = Some(day.clone());
        door.config.budget.day.tokens = most;
        pass(&mut door, &situation(), &mut Stage::default())
    };
    assert!(run(None).goes_on() && run(Some(2000)).goes_on());
    let over = run(Some(2000));
    assert!(over.message().contains("2040 tokens of 2000") && over.remedy().contains("alfred.budget.day"), "{}", over.message());
    // Who set a budget is told when it cannot be kept; others are not stopped.
    std::fs::write(&day, "nonsense").expect("written");
    assert!(run(Some(2000)).message().contains("delete it to begin anew"));
    assert!(run(None).goes_on());
}

// ---- ask mode ----

fn asking(approvals: Vec<Approval>) -> (Outcome, Stage) {
    let (server, _) = playing(Cast::writing(&[GOOD]));
    let mut door = door(&server.url);
    door.config.mode = Mode::Ask;
    let mut situation = situation();
    let kin = Holder { path: Some("traits place".into()), of_script: true, ..Holder::default() };
    situation.path.insert(1, kin);
    let mut stage = Stage { approvals, ..Stage::default() };
    (pass(&mut door, &situation, &mut stage), stage)
}

#[test]
fn a_person_chooses_another_place_and_the_gates_are_passed_there() {
    let (outcome, stage) = asking(vec![Approval::Yes, Approval::Elsewhere(1)]);
    let Outcome::Learned(lesson) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(lesson.at, "traits place");
    let tried: Vec<&str> =
        stage.log.iter().map(String::as_str).filter(|l| l.starts_with("try") || l.starts_with("install")).collect();
    assert_eq!(tried, ["try 0", "try 1", "install 1"]);
    let l = stage.kept.expect("kept");
    assert_eq!((l.at.as_str(), l.placed, l.approver.is_some()), ("traits place", true, true));
    let names: Vec<(&str, &str)> = stage.proposals[0].places.iter().map(|p| (p.name.as_str(), p.note.as_str())).collect();
    assert_eq!(
        names,
        [("point", "the receiver itself"), ("traits place", ""), ("traits clonable", "everybody inherits from it")]
    );
    assert_eq!((stage.proposals[1].home(), stage.proposals[1].trial.as_str()), ("traits place", "answered 7 in 5 steps"));
}

#[test]
fn an_edit_that_does_not_pass_leaves_what_was_there() {
    let (outcome, stage) = asking(vec![Approval::Yes, Approval::Edited("manhattan = ( files )".into())]);
    let Outcome::Learned(lesson) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(lesson.source, GOOD);
    assert!(stage.proposals[1].problem.as_ref().is_some_and(|p| p.contains("needs the capability")));
    assert_eq!(stage.log.last().map(String::as_str), Some("install 0"));
    assert_eq!(stage.candidate.as_deref(), Some(GOOD), "the machine has what was approved");
    let l = stage.kept.expect("kept");
    assert_eq!((l.chosen, l.candidates.len(), l.candidates[1].edited), (Some(0), 2, true));
}

#[test]
fn a_place_where_it_does_not_work_is_not_taken() {
    let (server, _) = playing(Cast::writing(&[GOOD]));
    let mut door = door(&server.url);
    door.config.mode = Mode::Ask;
    let mut stage = Stage { approvals: vec![Approval::Yes, Approval::Elsewhere(1)], fails_at: Some(1), ..Stage::default() };
    let outcome = pass(&mut door, &situation(), &mut stage);
    assert!(matches!(&outcome, Outcome::Learned(l) if l.at == "point"), "{outcome:?}");
    assert!(stage.proposals[1].problem.is_some());
    assert_eq!(stage.kept.map(|l| l.placed), Some(false));
}

// ---- the record ----

/// A ledger that can be looked at.
#[derive(Clone, Default)]
struct Watched(Arc<Mutex<Vec<Step>>>);

impl Ledger for Watched {
    fn came_to(&mut self, record: &Record) -> Result<(), String> {
        self.0.lock().expect("not poisoned").push(record.step());
        Err("the disk is full".into())
    }
    fn left_behind(&mut self) -> Vec<Stopped> {
        vec![Stopped { send: "'norm' to point at g.aura:3".into(), step: Step::Keeping }]
    }
}

#[test]
fn every_step_is_recorded_before_it_begins_and_a_full_disk_stops_nobody() {
    let (server, _) = playing(Cast::writing(&[GOOD]));
    let mut door = door(&server.url);
    let watched = Watched::default();
    door.ledger = Box::new(watched.clone());
    let outcome = pass(&mut door, &situation(), &mut Stage::default());
    let Outcome::Learned(lesson) = &outcome else { panic!("{outcome:?}") };
    let steps: Vec<Step> = lesson.record.trail.iter().map(|t| t.0).collect();
    assert_eq!(*watched.0.lock().expect("not poisoned"), steps);
    assert_eq!(door.account.notes.iter().filter(|n| *n == "the disk is full").count(), 1);
    assert!(door.account.notes[0].contains("'norm' to point") && door.account.notes[0].contains("aura alfred log"));
    let Outcome::Refused(_) = ({
        door.config.mode = Mode::Off;
        pass(&mut door, &situation(), &mut Stage::default())
    }) else {
        panic!("it is off")
    };
    assert_eq!(watched.0.lock().expect("not poisoned").last(), Some(&Step::GaveUp));
}
