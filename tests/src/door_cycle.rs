//! The cycle of the door on the real machine: tests of the user and of ROBIN, candidates that are compared by what they do,
//! what `aura.toml` says, and powers that policy gives.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::door::{Model, content};
use crate::support::{Done, aura};

const POINT: &str = "| point = (| parent* = traits clonable. x <- 0. y <- 0. at: a Y: b = ( (copy x: a) y: b ) |). |\n";
const USE: &str = "(point at: 3 Y: -4) manhattan printLine\n";
const MANHATTAN: &str = "manhattan = ( x abs + y abs )";
const SUM: &str = "manhattan = ( x + y )";

/// A folder with a program, and a model at hand.
struct Desk {
    folder: tempfile::TempDir,
    model: Model,
}

impl Desk {
    fn new(model: Model, script: &str) -> Self {
        let desk = Self { folder: tempfile::tempdir().expect("a folder"), model };
        desk.write("geometry.aura", script);
        desk
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.at(file), text).expect("written");
    }

    fn at(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// With an `aura.toml`.
    fn saying(self, toml: &str) -> Self {
        self.write("aura.toml", toml);
        self
    }

    fn run(&self, flags: &[&str]) -> Done {
        self.run_in(flags, &[])
    }

    fn run_in(&self, flags: &[&str], vars: &[(&str, &str)]) -> Done {
        let mut arguments = vec!["run"];
        arguments.extend_from_slice(flags);
        arguments.push("geometry.aura");
        let mut command = aura(&arguments);
        command.current_dir(self.folder.path()).env("OLLAMA_HOST", &self.model.host).env("AURA_MODEL", "tiny:1b");
        command.env_remove("AURA_IMAGE").envs(vars.iter().copied()).output().expect("the command starts").into()
    }

    #[track_caller]
    fn ends(&self, flags: &[&str], code: i32, out: &str) -> Done {
        let done = self.run(flags);
        assert_eq!((done.code, done.out.as_str()), (code, out), "{flags:?}\n{}", done.err);
        done
    }

    fn asked(&self) -> Vec<Value> {
        self.model.asked.lock().expect("not poisoned").clone()
    }
}

/// A model that is all personas: ALFRED writes these sources, ROBIN these examples.
fn cast(sources: &[&str], examples: &[(&str, &str)]) -> Model {
    let sources: Vec<String> = sources.iter().map(|s| s.to_string()).collect();
    let examples: Vec<Value> = examples.iter().map(|(c, e)| json!({"a_call": c, "b_expected": e})).collect();
    let written = std::sync::atomic::AtomicUsize::new(0);
    Model::saying(Box::new(move |body, _| {
        let system = body["messages"][0]["content"].as_str().unwrap_or("");
        match system.get(..12).unwrap_or("") {
            "You are BRIC" => json!({"a_signature": "answers a number", "b_cases": [], "c_edges": []}).to_string(),
            "You are ROBI" => {
                json!({"a_intent": "the way along the axes", "b_comment": "Both ways.", "c_examples": examples}).to_string()
            }
            "You are BABS" => json!({"a_relevant": [1], "b_note": ""}).to_string(),
            _ => {
                let n = written.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                content(&sources[n.min(sources.len() - 1)])
            }
        }
    }))
}

// ---- tests ----

#[test]
fn an_example_in_a_comment_is_a_test_of_the_missing_method() {
    let script =
        format!("\"The way along the axes:\n   (point at: 3 Y: -4) manhattan ==> 7\n   point size ==> 3\"\n{POINT}{USE}");
    let desk = Desk::new(Model::writing(&[SUM, MANHATTAN]), &script);
    let done = desk.ends(&[], 0, "7\n");
    let repair = desk.asked()[1].to_string();
    assert!(repair.contains("test-failed") && repair.contains("should answer 7; it answered -1"), "{repair}\n{}", done.err);
    let kept = std::fs::read_to_string(desk.at("geometry.learned.aura")).expect("kept");
    assert!(kept.contains("tests: (point at: 3 Y: -4) manhattan ==> 7 (geometry.aura:2)"), "{kept}");
}

#[test]
fn a_test_case_of_the_script_is_a_test_of_the_missing_method() {
    let script = format!(
        "{}  tests1 = (| parent* = testCase.\n   testWay = ( assert: (point at: -1 Y: -1) manhattan Equals: 2 ).\n   testOther = ( assert: 1 Equals: 2 ) |). |\n{USE}",
        POINT.trim_end().trim_end_matches('|')
    );
    let desk = Desk::new(Model::writing(&[SUM, MANHATTAN]), &script);
    let done = desk.ends(&[], 0, "7\n");
    let all: Vec<String> = desk.asked().iter().map(Value::to_string).collect();
    assert!(all.last().is_some_and(|q| q.contains("-2 should be equal to 2")), "{}", done.err);
}

/// A file of tests about the point that is imported from there.
fn cases(from: &str) -> String {
    let (way, other) = ("assert: (point at: -1 Y: -1) manhattan Equals: two", "assert: 1 Equals: 2");
    format!(
        "| point = (import: '{from}') point. two = 2.\n  pointTests = (| parent* = testCase. testWay = ( {way} ). testOther = ( {other} ) |). |\n"
    )
}

#[test]
fn test_cases_in_a_file_beside_the_script_are_tests_of_the_missing_method() {
    let desk = Desk::new(Model::writing(&[SUM, MANHATTAN]), &format!("{POINT}{USE}"));
    desk.write("geometry_test.aura", &cases("geometry"));
    let done = desk.ends(&[], 0, "7\n");
    let repair = desk.asked()[1].to_string();
    assert!(repair.contains("-2 should be equal to 2"), "{repair}\n{}", done.err);
    let kept = std::fs::read_to_string(desk.at("geometry.learned.aura")).expect("kept");
    assert!(kept.contains("tests: pointTests _Clone runTest: 'testWay' (geometry_test.aura:2)"), "{kept}");
}

#[test]
fn they_may_be_about_what_the_script_imports() {
    let desk = Desk::new(Model::writing(&[SUM, MANHATTAN]), &format!("| point = (import: 'point') point |\n{USE}"));
    desk.write("point.aura", POINT);
    desk.write("point_test.aura", &cases("point"));
    let done = desk.ends(&[], 0, "7\n");
    let repair = desk.asked()[1].to_string();
    assert!(repair.contains("-2 should be equal to 2"), "{repair}\n{}", done.err);
}

#[test]
fn files_of_tests_about_something_else_stop_nobody() {
    let desk = Desk::new(Model::writing(&[MANHATTAN]), &format!("{POINT}{USE}"));
    desk.write("other.aura", POINT);
    desk.write(
        "other_test.aura",
        "| point = (import: 'other') point. t = (| parent* = testCase. testWay = ( assert: point manhattan Equals: 99 ) |). |\n",
    );
    desk.write("broken_test.aura", "| manhattan = ( |\n");
    desk.ends(&[], 0, "7\n");
    assert_eq!(desk.asked().len(), 1);
}

#[test]
fn a_test_that_cannot_be_judged_stops_nobody() {
    // One needs a file, one another missing method, one answers already.
    let script = format!(
        "\"(files read: 'geometry.aura') size = point manhattan ==> true\n  point manhattan + point euclidean ==> 0\n  [ point manhattan ] onError: [ 4 ] ==> 4\"\n{POINT}{USE}"
    );
    let desk = Desk::new(Model::writing(&[MANHATTAN]), &script);
    desk.ends(&["--allow-read"], 0, "7\n");
    assert_eq!(desk.asked().len(), 1);
}

#[test]
fn the_cascade_brings_tests_that_the_next_sample_must_pass() {
    let robin = [("(point at: -1 Y: -1) manhattan", "2"), ("point manhattan: 3", "1"), ("(point at: 1 Y: lobby) manhattan", "2")];
    let desk =
        Desk::new(cast(&["manhattan = ( files )", "manhattan = ( files )", SUM, MANHATTAN], &robin), &format!("{POINT}{USE}"))
            .saying("[alfred]\n");
    let done = desk.ends(&[], 0, "7\n");
    let why: Done = aura(&["alfred", "why", "manhattan"]).current_dir(desk.folder.path()).output().expect("it starts").into();
    for part in [
        "BRICK:     {\"a_signature\"",
        "test:      ROBIN: (point at: -1 Y: -1) manhattan = 2: passed",
        "it does not send 'manhattan'",
        "G3-world",
        "comment:   Both ways.",
        ", chosen;",
    ] {
        assert!(why.out.contains(part), "{part}\n{}\n{}", why.out, done.err);
    }
}

// ---- candidates ----

const THREE: &str = "[alfred]\ncandidates = 3\ncascade = \"never\"\n";

#[test]
fn the_model_is_told_what_the_checker_will_ask_for() {
    let script = "| counter = (| parent* = traits clonable. value <- 3. useInt: x <int> = ( x + 1 ) |). |\n\
                  (counter useInt: counter doubled) printLine\n(3 applied: [ | :n | n + 1 ]) printLine\n";
    let model = Model::knowing(&[("doubled", "doubled = ( value + value )"), ("applied:", "applied: a = ( a value: self )")]);
    let desk = Desk::new(model, script);
    desk.ends(&[], 0, "7\n4\n");
    let last = |body: &Value| body["messages"].as_array().and_then(|m| m.last()?["content"].as_str().map(String::from));
    let asked: Vec<String> = desk.asked().iter().filter_map(last).collect();
    insta::assert_snapshot!(asked.join("\n--- and ---\n"));
}

#[test]
fn brick_is_told_what_the_checker_will_ask_for() {
    let script = "| counter = (| parent* = traits clonable. value <- 3. useInt: x <int> = ( x + 1 ) |). |\n\
                  (counter useInt: counter doubled) printLine\n";
    let desk = Desk::new(cast(&["doubled = ( value + value )"], &[]), script).saying("[alfred]\ncascade = \"always\"\n");
    desk.ends(&[], 0, "7\n");
    let asked: Vec<String> = desk.asked().iter().map(Value::to_string).collect();
    let brick = asked.iter().find(|q| q.contains("You are BRICK.")).expect("asked");
    assert!(brick.contains("The caller expects: <int>") && brick.contains("useInt: x <int> ^ <int>"), "{brick}");
}

#[test]
fn candidates_are_compared_by_what_they_do_on_more_than_the_send() {
    // For this very send all three are right; elsewhere the second is not.
    let script = format!("{POINT}(point at: 3 Y: 4) manhattan printLine\n");
    let desk = Desk::new(Model::writing(&["manhattan = ( (x abs) + y abs )", SUM, MANHATTAN]), &script).saying(THREE);
    let done = desk.ends(&[], 0, "7\n");
    assert!(done.err.contains(MANHATTAN) && done.err.contains("3 candidates"), "{}", done.err);
    let why: Done = aura(&["alfred", "why", "manhattan"]).current_dir(desk.folder.path()).output().expect("it starts").into();
    assert!(why.out.contains("2 of 3 candidates do the same on "), "{}", why.out);
}

#[test]
fn candidates_that_change_other_things_do_not_do_the_same() {
    let script = format!("{POINT}(point at: 3 Y: 4) bump printLine\n");
    let sources = ["bump = ( x: x + 1. 0 )", "bump = ( y: y + 1. 0 )", "bump = ( 0 )"];
    let desk = Desk::new(Model::writing(&sources), &script).saying(THREE);
    let done = desk.ends(&[], 6, "");
    assert!(done.err.contains("ALFRED abstains") && done.err.contains("33 %"), "{}", done.err);
    assert!(done.err.contains("changing self: (| x <- 4. y <- 4 |)"), "{}", done.err);
    assert!(!desk.at(".aura/learned.image").exists(), "nothing was kept");
}

#[test]
fn candidates_that_never_end_elsewhere_are_bounded() {
    let sources = [
        "steps = ( | n. c <- 0 | n: self. [ n = 1 ] whileFalse: [ n: n even ifTrue: [ n / 2 ] False: [ (n * 3) + 1 ]. c: c + 1 ]. c )",
        "steps = ( self = 1 ifTrue: [ 0 ] False: [ 1 + (even ifTrue: [ self / 2 ] False: [ (self * 3) + 1 ]) steps ] )",
        "steps = ( self <= 1 ifTrue: [ 0 ] False: [ 1 + (even ifTrue: [ self / 2 ] False: [ (self * 3) + 1 ]) steps ] )",
    ];
    let desk = Desk::new(Model::writing(&sources), "7 steps printLine\n").saying(THREE);
    desk.ends(&[], 0, "16\n");
}

// ---- aura.toml ----

#[test]
fn what_makes_no_sense_in_aura_toml_is_an_error_that_says_what_would() {
    for (toml, parts) in [
        ("[alfred]\nmod = \"ask\"\n", &["unknown field `mod`", "`mode`"][..]),
        ("[alfred]\nmode = \"maybe\"\n", &["alfred.mode is 'maybe', which is not one of: auto, ask, replay, off"]),
        ("[alfred]\ncascade = \"sometimes\"\n", &["alfred.cascade", "on-failure, always, never"]),
        ("[alfred]\ntests = \"all\"\n", &["alfred.tests", "cascade, robin, user, never"]),
        ("[alfred]\ncandidates = 0\n", &["alfred.candidates is '0', which is not a whole number from 1 to 16"]),
        ("[alfred]\ncandidates = -1\n", &["candidates"]),
        ("[alfred]\nthreshold = 1.5\n", &["alfred.threshold is '1.5', which is not a number from 0 to 1"]),
        ("[alfred]\nthreshold = nan\n", &["alfred.threshold"]),
        ("[alfred]\ncapabilities = [\"everything\"]\n", &["alfred.capabilities is 'everything'", "console"]),
        ("[alfred]\ncapabilities = [\"system\"]\n", &["alfred.capabilities is 'system'"]),
        ("[alfred.budget.send]\nmoney = -1.0\n", &["alfred.budget.send.money is '-1'"]),
        ("[alfred.budget.day]\nsends = 3\n", &["unknown field `sends`"]),
        ("[alfred.models]\nrobyn = \"x\"\n", &["unknown field `robyn`", "`robin`"]),
        ("[alfred.models]\nrobin = \" \"\n", &["alfred.models.robin", "the name of a model"]),
        ("[alfred.server]\n", &["alfred.server"]),
        ("[alfred.server]\nollama = \"a\"\nopenai = \"b\"\n", &["one of the two"]),
        ("[alfred.server]\nollama = \"a\"\ngrammar = true\n", &["alfred.server.grammar"]),
        ("[alfred.server]\nopenai = \"a\"\nkey = \"secret\"\n", &["unknown field `key`"]),
        ("[alfred.prices.\"tiny:1b\"]\nread = -2.0\n", &["alfred.prices.tiny:1b"]),
    ] {
        let desk = Desk::new(Model::writing(&[MANHATTAN]), &format!("{POINT}{USE}")).saying(toml);
        let done = desk.ends(&[], 2, "");
        for part in parts.iter().chain(&["aura.toml"]) {
            assert!(done.err.contains(part), "{toml}: {part}\n{}", done.err);
        }
    }
}

#[test]
fn flags_win_over_the_environment_and_that_over_aura_toml() {
    let toml = "[alfred]\nmode = \"off\"\n[alfred.server]\nollama = \"127.0.0.1:9\"\n[alfred.models]\nalfred = \"other:7b\"\n";
    let desk = Desk::new(Model::writing(&[MANHATTAN]), &format!("{POINT}{USE}")).saying(toml);
    desk.ends(&[], 6, "");
    assert_eq!(desk.asked().len(), 0, "it is off");
    let asked = desk.run_in(&[], &[("AURA_ALFRED", "auto")]);
    assert_eq!((asked.code, asked.out.as_str()), (0, "7\n"), "{}", asked.err);
    assert_eq!(desk.asked()[0]["model"], "tiny:1b", "AURA_MODEL is the environment's");
    std::fs::remove_dir_all(desk.at(".aura")).expect("it was learned");
    let flagged = desk.run_in(&["--alfred=off"], &[("AURA_ALFRED", "auto")]);
    assert_eq!(flagged.code, 6, "{}", flagged.err);
}

#[test]
fn a_project_places_methods_prices_tokens_and_bounds_the_day() {
    let toml = "[alfred]\ninstall-at = \"traits clonable\"\n[alfred.prices.\"tiny:1b\"]\nread = 100.0\nwritten = 1000.0\n[alfred.budget.day]\nmoney = 0.2\n";
    let script = format!("{POINT}(point at: 3 Y: -4) manhattan printLine.\n(point at: 3 Y: 4) euclidean printLine\n");
    let desk = Desk::new(Model::knowing(&[("manhattan", MANHATTAN), ("euclidean", "euclidean = ( 5 )")]), &script).saying(toml);
    let done = desk.ends(&[], 7, "7\n");
    assert!(done.err.contains("installed at traits clonable"), "{}", done.err);
    // 2,000 tokens read for 0.2, 30 written for 0.03: nothing is left for the second.
    assert!(done.err.contains("the budget of this day is used up: 0.2300 of 0.2 in money"), "{}", done.err);
    let again = desk.ends(&[], 7, "7\n");
    assert!(again.err.contains("remembered") && again.err.contains("alfred.budget.day"), "{}", again.err);
    assert_eq!(desk.asked().len(), 1);
}

// ---- powers ----

const PRINTS: &str = "greet = ( 'hello' printLine. 3 )";

fn greeting(toml: &str) -> Desk {
    Desk::new(Model::writing(&[PRINTS]), &format!("{POINT}point greet printLine\n")).saying(toml)
}

#[test]
fn a_learned_method_has_what_policy_the_program_and_the_sender_have_in_common() {
    let desk = greeting("[alfred]\ncapabilities = [\"console\"]\n");
    let done = desk.ends(&[], 0, "hello\n3\n");
    assert!(desk.asked()[0].to_string().contains("may use these capabilities: console"), "{}", done.err);
    // What was learned with a power that policy no longer gives is not used any more.
    desk.write("aura.toml", "");
    let done = desk.ends(&["--alfred=off"], 6, "");
    assert!(done.err.contains("G2-capability") || done.err.contains("needs the capability 'console'"), "{}", done.err);
    // By default there is none.
    let done = greeting("").ends(&[], 6, "");
    assert!(done.err.contains("needs the capability 'console'"), "{}", done.err);
}

#[test]
fn policy_gives_no_power_that_the_program_has_not() {
    let reads = "size1 = ( (files read: 'geometry.aura') size > 10 )";
    let script = format!("{POINT}point size1 printLine\n");
    let toml = "[alfred]\ncapabilities = [\"read\"]\n";
    let done = Desk::new(Model::writing(&[reads]), &script).saying(toml).ends(&[], 6, "");
    assert!(done.err.contains("needs the capability 'read'"), "{}", done.err);
    Desk::new(Model::writing(&[reads]), &script).saying(toml).ends(&["--allow-read"], 0, "true\n");
}

#[test]
fn what_cannot_be_taken_back_is_not_done_in_a_trial_and_once_afterwards() {
    let writes = "note = ( files write: 'x' To: 'note.txt'. 3 )";
    let desk = Desk::new(Model::writing(&[writes]), &format!("{POINT}point note printLine\n"))
        .saying("[alfred]\ncapabilities = [\"write\", \"read\"]\n");
    let done = desk.ends(&["--allow-write"], 6, "");
    assert!(!desk.at("note.txt").exists(), "`files` needs reading, too, which this program has not: {}", done.err);
    let done = desk.ends(&["--allow-write", "--allow-read"], 0, "3\n");
    assert_eq!(std::fs::read_to_string(desk.at("note.txt")).expect("written"), "x", "{}", done.err);
    let why: Done = aura(&["alfred", "why", "note"]).current_dir(desk.folder.path()).output().expect("it starts").into();
    assert!(why.out.contains("went well up to the use of 'write', which a trial does not give"), "{}", why.out);
}
