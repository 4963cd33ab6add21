//! The suite of missing sends is sound, and a model is measured by it as it deserves: end to end, against a server on a socket and from
//! recordings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aura_alfred::eval::suite::Suite;
use aura_command::commands::alfred::eval::check;
use serde_json::{Value, json};

use crate::door::Model;
use crate::support::{Done, aura, root};

fn suite() -> Suite {
    Suite::read(&root().join("tests/eval")).expect("the suite")
}

#[test]
fn there_are_five_tiers_of_a_dozen_and_more() {
    let suite = suite();
    for tier in suite.tiers() {
        let n = suite.tasks.iter().filter(|t| t.tier == tier).count();
        assert!(n >= 12, "{tier} has {n} tasks");
    }
    assert!(suite.tiers().len() == 5 && suite.tasks.len() >= 60);
    for task in &suite.tasks {
        let first = task.selector().split(':').next().expect("a word");
        assert!(task.hidden.len() >= 3 && task.script.contains(first), "{}", task.title());
        let shown: Vec<&str> = task.hidden.iter().map(|t| t.code.as_str()).filter(|code| task.script.contains(code)).collect();
        assert!(shown.len() < task.hidden.len(), "{}: every hidden test stands in the script", task.title());
    }
}

/// The tasks of one tier: the right methods pass, the wrong ones get in and are noticed.
fn sound(tier: &str) {
    let findings: Vec<String> = suite().only(tier).tasks.iter().flat_map(check).collect();
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}

#[test]
fn arithmetic_is_sound() {
    sound("1-arithmetic");
}

#[test]
fn text_and_collections_are_sound() {
    sound("2-text-and-collections");
}

#[test]
fn blocks_and_protocols_are_sound() {
    sound("3-blocks-and-protocols");
}

#[test]
fn recursion_and_state_are_sound() {
    sound("4-recursion-and-state");
}

#[test]
fn objects_and_effects_are_sound() {
    sound("5-objects-and-effects");
}

/// A folder with a suite, and somewhere to write.
struct Desk(tempfile::TempDir);

impl Desk {
    /// With copies of these tasks.
    fn with(tasks: &[&str]) -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        for task in tasks {
            for file in std::fs::read_dir(root().join("tests/eval").join(task)).expect("a task").flatten() {
                let name = file.file_name().to_string_lossy().into_owned();
                desk.write(&format!("{task}/{name}"), &std::fs::read_to_string(file.path()).expect("text"));
            }
        }
        desk
    }

    fn at(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.at("suite").join(file);
        std::fs::create_dir_all(path.parent().expect("below")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    fn eval(&self, flags: &[&str]) -> Done {
        let mut arguments = vec!["alfred", "eval", "suite"];
        arguments.extend_from_slice(flags);
        let mut command = aura(&arguments);
        command.current_dir(self.0.path()).env_remove("OLLAMA_HOST").output().expect("the command starts").into()
    }

    /// The figures, but for those that tell the time.
    #[track_caller]
    fn figures(&self, flags: &[&str]) -> Value {
        let flags: Vec<&str> = flags.iter().copied().chain(["--json"]).collect();
        let done = self.eval(&flags);
        assert_eq!(done.code, 0, "{}", done.err);
        let mut report: Value = serde_json::from_str(&done.out).expect("JSON");
        let rows = report["tiers"].as_array_mut().expect("tiers").iter_mut();
        for row in rows {
            forget_time(row);
        }
        forget_time(&mut report["total"]);
        report
    }
}

fn forget_time(row: &mut Value) {
    for key in ["seconds", "seconds_median", "overhead_p95"] {
        assert!(row[key].is_number(), "{key}");
        row[key] = Value::Null;
    }
}

/// How often the question was asked with attempts, and for which selector.
fn asked(body: &Value) -> (String, usize) {
    let texts: Vec<&str> = body["messages"].as_array().into_iter().flatten().filter_map(|m| m["content"].as_str()).collect();
    let at = texts.iter().rposition(|t| t.starts_with("Missing method: ")).expect("a question");
    let selector = texts[at].lines().next().expect("a line").trim_start_matches("Missing method: ");
    (selector.to_string(), (texts.len() - at - 1) / 2)
}

fn method_in(task: &str, file: &str) -> String {
    let suite = suite();
    let task = suite.tasks.iter().find(|t| t.title() == task).expect("a task");
    if file == "right" { task.right.source.clone() } else { task.wrong[0].1.source.clone() }
}

const FOUR: [&str; 4] =
    ["1-arithmetic/digit-sum", "1-arithmetic/triangular", "2-text-and-collections/initials", "4-recursion-and-state/undo"];

/// Right at once for digit sums, right after a repair for triangles, wrong for initials, and at a loss about undo.
fn uneven() -> Model {
    let [sum, triangle, initials] = [
        method_in("1-arithmetic/digit-sum", "right"),
        method_in("1-arithmetic/triangular", "right"),
        method_in("2-text-and-collections/initials", "wrong"),
    ];
    Model::saying(Box::new(move |body, n| {
        let source = match asked(body) {
            (s, _) if s == "digitSum" => sum.clone(),
            (s, 0) if s == "isTriangular" => "isTriangular = ( files size > 0 )".into(),
            (s, _) if s == "isTriangular" => triangle.clone(),
            (s, _) if s == "initials" => initials.clone(),
            _ => format!("somethingElse{n} = ( 0 )"),
        };
        json!({"a_plan": "", "b_source": source}).to_string()
    }))
}

/// What Python becomes does what Python does: each task has a sketch, as models write them, and it gets through every gate and every
/// hidden test.
#[test]
fn each_task_has_a_sketch_that_does_it() {
    let suite = suite();
    let sketch = |title: &str| {
        let file = root().join("tests/eval").join(title).join("right.py");
        std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
    };
    let sketches: BTreeMap<String, String> = suite.tasks.iter().map(|t| (t.selector().to_string(), sketch(&t.title()))).collect();
    assert_eq!(sketches.len(), suite.tasks.len(), "no two tasks miss the same message");
    let model = Model::saying(Box::new(move |body, _| json!({"a_plan": "", "b_source": sketches[&asked(body).0]}).to_string()));
    let titles: Vec<String> = suite.tasks.iter().map(|t| t.title()).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let desk = Desk::with(&titles);
    let report = desk.figures(&["--model", "tiny:1b", "--server", &model.host, "--sketches", "always"]);
    let (_, text) = ledger(&desk.at("suite.eval.jsonl"));
    let missed: Vec<&str> = text.lines().filter(|l| l.contains("\"ending\"") && !l.contains("\"failed\":0")).collect();
    counts(&report["total"], &[("at_once", titles.len() as u64), ("correct", titles.len() as u64)]);
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[track_caller]
fn counts(row: &Value, expected: &[(&str, u64)]) {
    for (key, n) in expected {
        assert_eq!(row[key]["count"], *n, "{key}: {row:#}");
    }
}

#[test]
fn a_model_gets_the_figures_that_it_earns() {
    let (desk, model) = (Desk::with(&FOUR), uneven());
    let report = desk.figures(&["--model", "tiny:1b", "--server", &model.host, "--record", "tape.json"]);
    counts(
        &report["total"],
        &[
            ("parse", 3),
            ("audit", 2),
            ("types", 2),
            ("compile", 2),
            ("run", 2),
            ("at_once", 2),
            ("repaired_1", 1),
            ("repaired_2", 0),
            ("fresh", 0),
            ("accepted", 3),
            ("abstained", 1),
            ("no_answer", 0),
            ("correct", 2),
            ("wrongly_accepted", 1),
            ("tasks_always", 2),
        ],
    );
    assert_eq!(report["total"]["samples"], json!(4));
    counts(&report["tiers"][0], &[("correct", 2), ("repaired_1", 1)]);
    // Two for digits and initials, two for triangles, six for undo: 10 exchanges of 2000 and 30 tokens.
    assert_eq!((&report["total"]["tokens_read"], &report["total"]["tokens_written"]), (&json!(5000.0), &json!(75.0)));
    let share = &report["total"]["correct"];
    assert_eq!(share["share"], json!(0.5));
    assert!(share["low"].as_f64().is_some_and(|l| (l - 0.15).abs() < 0.01), "Wilson's interval: {share}");
    let (lines, text) = ledger(&desk.at("suite.eval.jsonl"));
    assert!(lines.len() == 5 && text.contains("another-name") && !text.contains("somethingElse\\n"), "{text}");

    let replayed = desk.figures(&["--model", "tiny:1b", "--cassette", "tape.json", "--out", "again.jsonl", "--jobs", "3"]);
    assert_eq!((&replayed["tiers"], &replayed["total"]), (&report["tiers"], &report["total"]));
    let questions = model.questions();
    let table = desk.eval(&["--model", "tiny:1b", "--cassette", "tape.json", "--out", "table.jsonl"]);
    assert!(table.out.contains("wrongly accepted") && table.out.contains("2 of 4"), "{}", table.out);
    assert_eq!(model.questions(), questions, "recordings ask nobody");
}

fn ledger(path: &Path) -> (Vec<Value>, String) {
    let text = std::fs::read_to_string(path).expect("a ledger");
    (text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect(), text)
}

#[test]
fn samples_are_told_apart_and_an_evaluation_goes_on_where_it_stopped() {
    let (desk, model) = (Desk::with(&FOUR[..3]), uneven());
    let one = ["--model", "tiny:1b", "--server", &model.host, "--samples", "3", "--record", "tape.json"];
    let first = desk.eval(&[&one[..], &["--tier", "2"]].concat());
    assert_eq!((first.code, model.questions()), (0, 3), "{}", first.err);
    let seeds: Vec<Value> = model.asked.lock().expect("sound").iter().map(|b| b["options"]["seed"].clone()).collect();
    assert_eq!(seeds, [json!(1), json!(1001), json!(2001)]);
    let again = desk.eval(&one);
    assert!(again.code == 2 && again.err.contains("--resume goes on with it"), "{}", again.err);
    // The suite is another one with more tiers: what was measured by a part of it is told apart.
    let other = desk.eval(&[&one[..], &["--resume"]].concat());
    assert!(other.code == 2 && other.err.contains("another suite"), "{}", other.err);
    std::fs::remove_file(desk.at("suite.eval.jsonl")).expect("removed");
    let all = desk.figures(&one);
    let (lines, text) = ledger(&desk.at("suite.eval.jsonl"));
    assert_eq!(lines.len(), 1 + 9);
    let kept: String = text.lines().take(5).map(|l| format!("{l}\n")).collect();
    std::fs::write(desk.at("suite.eval.jsonl"), kept + "{\"tier\": \"cut off").expect("cut");
    let before = model.questions();
    let resumed = desk.figures(&[&one[..], &["--resume"]].concat());
    assert_eq!(resumed, all);
    assert!((5..=8).contains(&(model.questions() - before)), "five samples were left");
    let replayed = desk.figures(&["--model", "tiny:1b", "--samples", "3", "--cassette", "tape.json", "--out", "b.jsonl"]);
    assert_eq!(replayed["total"], all["total"]);
}

#[test]
fn what_is_no_models_fault_ends_the_evaluation_and_loses_nothing() {
    let desk = Desk::with(&FOUR[..2]);
    let nobody = desk.eval(&["--model", "tiny:1b", "--server", "127.0.0.1:9"]);
    assert!(nobody.code == 8 && nobody.err.contains("connection refused") && nobody.err.contains("--resume"), "{}", nobody.err);
    assert_eq!(ledger(&desk.at("suite.eval.jsonl")).0.len(), 1);
    let missed = desk.eval(&["--cassette", "none.json", "--out", "b.jsonl"]);
    assert!(missed.code == 6 && missed.err.contains("there is no cassette"), "{}", missed.err);
    for (flags, words) in [
        (&["--tier", "7"][..], "there are 1-arithmetic"),
        (&["--record", "t.json", "--jobs", "2"], "one task at a time"),
        (&["--samples", "0"], "0"),
        (&["--check", "--model", "m"], "--check"),
    ] {
        let done = desk.eval(flags);
        assert!(done.code == 2 && done.err.contains(words), "{flags:?}: {}", done.err);
    }
    let empty = Desk::with(&[]).eval(&[]);
    assert!(empty.code == 2, "{}", empty.err);
}

#[test]
fn a_suite_that_shows_nothing_is_told() {
    let desk = Desk::with(&FOUR);
    assert_eq!(desk.eval(&["--check"]).out, "4 tasks, 0 findings\n");
    let point = "\"p\"\n| point = (| parent* = traits clonable. x <- 3. double = ( x * 2 ) |). |\npoint tripled printLine\n";
    for (file, text) in [
        ("9/a/script.aura", point),
        ("9/a/hidden.txt", "point tripled ==> 9\n"),
        ("9/a/right.aura", "\"r\"\npoint _AddSlots: (| tripled = ( x * 4 ) |)\n"),
        ("9/a/wrong.aura", "\"w\"\npoint _AddSlots: (| tripled = ( x * 3 ) |)\n"),
        ("9/a/wrong-2.aura", "\"w\"\npoint _AddSlots: (| tripled = ( files size ) |)\n"),
        ("9/b/script.aura", &point.replace("tripled", "doubles")),
        ("9/b/hidden.txt", "1 ==> 1\n"),
        ("9/b/right.aura", "\"r\"\npoint _AddSlots: (| quadrupled = ( x * 4 ) |)\n"),
    ] {
        desk.write(file, text);
    }
    let told = desk.eval(&["--check", "--tier", "9"]);
    assert_eq!(told.code, 3);
    for words in [
        "9/a: right.aura fails a hidden test: line 1: point tripled",
        "9/a: wrong.aura passes every hidden test",
        "9/a: wrong-2.aura does not get in",
        "9/b: the first missing message is 'doubles', but right.aura has 'quadrupled'",
        "9/b: there is no wrong*.aura",
    ] {
        assert!(told.out.contains(words), "{words}:\n{}", told.out);
    }
}
