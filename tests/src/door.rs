//! The open door, end to end: the command runs a script, a model server answers on a real socket, well and badly.
//!
//! Each harm that a model or its server can do has a test named after it; what must be shown is always the same: a clear
//! message, the exit code for it, no learned file, and a world that is as it was.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Done, aura};

/// What the model answers to a question.
pub(crate) type Says = Box<dyn Fn(&Value, usize) -> String + Send + Sync>;

/// A model server. The bodies of its questions are kept.
pub(crate) struct Model {
    pub(crate) host: String,
    pub(crate) asked: Arc<Mutex<Vec<Value>>>,
}

impl Model {
    /// Answers the n-th question with the n-th source, the last one for ever.
    pub(crate) fn writing(sources: &[&str]) -> Self {
        let sources: Vec<String> = sources.iter().map(|s| s.to_string()).collect();
        Self::saying(Box::new(move |_, n| content(&sources[n.min(sources.len() - 1)])))
    }

    /// Answers with what the missing selector maps to.
    pub(crate) fn knowing(methods: &[(&str, &str)]) -> Self {
        let methods: Vec<(String, String)> = methods.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        Self::saying(Box::new(move |body, _| {
            let asked =
                body["messages"].as_array().and_then(|m| m.last()).and_then(|m| m["content"].as_str()).unwrap_or("").to_string();
            let known = methods.iter().find(|(k, _)| asked.starts_with(&format!("Missing method: {k}\n")));
            content(known.map_or("unknown = ( 0 )", |(_, v)| v))
        }))
    }

    pub(crate) fn saying(says: Says) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let host = listener.local_addr().expect("an address").to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, says) = (asked.clone(), Arc::new(says));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, says) = (log.clone(), says.clone());
                std::thread::spawn(move || serve(stream, &log, &says));
            }
        });
        Self { host, asked }
    }

    pub(crate) fn questions(&self) -> usize {
        self.asked.lock().expect("not poisoned").len()
    }
}

/// The JSON that a model writes.
pub(crate) fn content(source: &str) -> String {
    json!({"a_plan": "It computes what its name says.", "b_source": source}).to_string()
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<Value>>, says: &Says) {
    let Some((path, body)) = receive(&mut stream) else { return };
    let text = match path.as_str() {
        "/api/tags" => json!({"models": [{"name": "tiny:1b", "digest": "d1"}]}).to_string(),
        "/api/show" => json!({"capabilities": ["completion"]}).to_string(),
        _ if body["messages"].as_array().is_none_or(Vec::is_empty) => said("", "load").to_string(),
        _ => {
            let n = {
                let mut log = log.lock().expect("not poisoned");
                log.push(body.clone());
                log.len() - 1
            };
            said(&says(&body, n), "stop").to_string()
        }
    };
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    );
}

fn said(content: &str, reason: &str) -> Value {
    json!({"model": "tiny:1b", "created_at": "", "message": {"role": "assistant", "content": content}, "done": true, "done_reason": reason,
        "total_duration": 1, "load_duration": 1, "prompt_eval_count": 2000, "prompt_eval_duration": 1, "eval_count": 30, "eval_duration": 1})
}

fn receive(stream: &mut TcpStream) -> Option<(String, Value)> {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    let mut more =
        |bytes: &mut Vec<u8>| stream.read(&mut piece).ok().filter(|n| *n > 0).map(|n| bytes.extend_from_slice(&piece[..n]));
    let head = loop {
        match bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            Some(end) => break end,
            None => more(&mut bytes)?,
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).to_string();
    let length = text.lines().find_map(|l| l.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    while bytes.len() < head + 4 + length {
        more(&mut bytes)?;
    }
    let body = serde_json::from_slice(&bytes[head + 4..]).unwrap_or(Value::Null);
    Some((text.split_whitespace().nth(1)?.to_string(), body))
}

/// A script in a folder of its own.
struct Script {
    folder: tempfile::TempDir,
    path: PathBuf,
}

impl Script {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("geometry.aura");
        std::fs::write(&path, text).expect("written");
        Self { folder, path }
    }

    fn learned(&self) -> PathBuf {
        self.folder.path().join("geometry.learned.aura")
    }

    fn run(&self, host: &str, flags: &[&str]) -> Done {
        self.run_in(host, flags, &[])
    }

    fn run_in(&self, host: &str, flags: &[&str], vars: &[(&str, &str)]) -> Done {
        let mut arguments = vec!["run"];
        arguments.extend_from_slice(flags);
        let path = self.path.display().to_string();
        arguments.push(&path);
        let mut command = aura(&arguments);
        command.env("OLLAMA_HOST", host).env("AURA_MODEL", "tiny:1b").envs(vars.iter().copied());
        command.output().expect("the command starts").into()
    }
}

const POINT: &str = "| point = (| parent* = traits clonable. x <- 0. y <- 0. at: a Y: b = ( (copy x: a) y: b ) |). |\n";

fn geometry(body: &str) -> Script {
    Script::new(&format!("{POINT}{body}\n"))
}

const MANHATTAN: &str = "manhattan = ( x abs + y abs )";

#[test]
fn a_missing_method_is_written_once_and_the_send_goes_on() {
    let model = Model::knowing(&[("manhattan", MANHATTAN)]);
    let script = geometry("(point at: 3 Y: -4) manhattan printLine.\n((point at: 3 Y: 9) manhattan + 1) printLine");
    let first = script.run(&model.host, &[]);
    assert_eq!((first.code, first.out.as_str(), model.questions()), (0, "7\n13\n", 1), "{}", first.err);
    for part in ["learned 'manhattan', installed at point", "tiny:1b", "geometry.learned.aura"] {
        assert!(first.err.contains(part), "{part}: {}", first.err);
    }
    let kept = std::fs::read_to_string(script.learned()).expect("kept");
    assert!(kept.contains("point _AddSlots: (|") && kept.contains(MANHATTAN) && kept.contains("model: tiny:1b (d1)"), "{kept}");
    let second = script.run(&model.host, &[]);
    assert_eq!((second.code, second.out.as_str(), model.questions()), (0, "7\n13\n", 1), "{}", second.err);
    let offline = script.run("127.0.0.1:9", &["--alfred=off"]);
    assert_eq!((offline.code, offline.out.as_str()), (0, "7\n13\n"), "{}", offline.err);
}

#[test]
fn every_clone_understands_what_one_has_learned() {
    let model = Model::knowing(&[
        ("manhattan", MANHATTAN),
        (
            "depth",
            "depth = ( | d <- 0 | left isNil ifFalse: [ d: left depth ]. right isNil ifFalse: [ d: d max: right depth ]. d + 1 )",
        ),
    ]);
    let script = Script::new(
        "| point = (| parent* = traits clonable. x <- 0. y <- 0. with: a = ( copy x: a ) |).
           tree = (| parent* = traits clonable. left <- nil. right <- nil. left: l Right: r = ( (copy left: l) right: r ) |). |
         | before. all |
         before: point with: 5.
         (point with: 1) manhattan printLine.
         before manhattan printLine.
         (tree left: (tree left: tree copy Right: nil) Right: tree copy) depth printLine",
    );
    // Locals are slots of the module where a file begins with one slot list only.
    let script = Script::new(
        &std::fs::read_to_string(&script.path).expect("read").replace("| before. all |\n", "").replace("|). |", "|). before. |"),
    );
    let done = script.run(&model.host, &[]);
    assert_eq!((done.code, done.out.as_str(), model.questions()), (0, "1\n5\n3\n", 2), "{}", done.err);
}

#[test]
fn numbers_strings_and_vectors_learn_at_their_traits() {
    let model = Model::knowing(&[
        ("collatz", "collatz = ( even ifTrue: [ self / 2 ] False: [ (self * 3) + 1 ] )"),
        ("shouted", "shouted = ( self , '!' )"),
        ("total", "total = ( | t <- 0 | do: [ | :e | t: t + e ]. t )"),
    ]);
    let script = Script::new("7 collatz printLine.\n'ab' shouted printLine.\n{ 1. 2. 3 } total printLine");
    let done = script.run(&model.host, &[]);
    assert_eq!((done.code, done.out.as_str()), (0, "22\nab!\n6\n"), "{}", done.err);
    let kept = std::fs::read_to_string(script.learned()).expect("kept");
    for place in ["traits integer _AddSlots:", "traits string _AddSlots:", "traits vector _AddSlots:"] {
        assert!(kept.contains(place), "{place}: {kept}");
    }
}

#[test]
fn other_processes_go_on_while_one_waits() {
    let model = Model::saying(Box::new(|_, _| {
        std::thread::sleep(Duration::from_millis(700));
        content(MANHATTAN)
    }));
    let script =
        geometry("[ 1 to: 5 Do: [ | :i | i printLine. process sleep: 0.02 ] ] fork.\n(point at: 3 Y: 4) manhattan printLine");
    let done = script.run(&model.host, &[]);
    assert_eq!((done.code, done.out.as_str()), (0, "1\n2\n3\n4\n5\n7\n"), "{}", done.err);
}

#[test]
fn two_processes_that_miss_the_same_ask_once() {
    let model = Model::knowing(&[("manhattan", MANHATTAN)]);
    let script = geometry(
        "[ (point at: 1 Y: 1) manhattan printLine ] fork.\n[ (point at: 1 Y: 1) manhattan printLine ] fork.\n(point at: 1 Y: 1) manhattan printLine",
    );
    let done = script.run(&model.host, &[]);
    assert_eq!((done.code, done.out.as_str(), model.questions()), (0, "2\n2\n2\n", 1), "{}", done.err);
}

#[test]
fn a_failed_trial_leaves_no_trace_and_a_passed_one_happens_once() {
    let model = Model::writing(&["bump = ( x: 100. y: 100. nonsense )", "bump = ( x: x + 1 )"]);
    let script = geometry("| p |\np: point copy.\np bump.\np x printLine. p y printLine");
    let script =
        Script::new(&std::fs::read_to_string(&script.path).expect("read").replace("| p |\n", "").replace("|). |", "|). p. |"));
    let done = script.run(&model.host, &[]);
    assert_eq!((done.code, done.out.as_str(), model.questions()), (0, "1\n0\n", 2), "{}", done.err);
}

#[test]
fn a_failure_after_something_was_learned_tells_what_may_be_at_fault() {
    let model = Model::knowing(&[("manhattan", "manhattan = ( x + 100 )")]);
    let script = geometry("({ 'near'. 'far' } at: (point at: 1 Y: 0) manhattan) printLine");
    for _ in 0..2 {
        let done = script.run(&model.host, &[]);
        assert_eq!((done.code, model.questions()), (1, 1), "{}", done.err);
        let told = done.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains("a model wrote 'point manhattan', which ran before this"), "{}", done.err);
        assert!(told.contains("aura alfred reject"), "{}", done.err);
    }
}

#[test]
fn diagnostics_go_back_to_the_model_for_repair() {
    let model = Model::writing(&["manhattan = ( x abs + )", "manhattan = ( files size )", MANHATTAN]);
    let done = geometry("(point at: 3 Y: 4) manhattan printLine").run(&model.host, &[]);
    assert_eq!((done.code, done.out.as_str()), (0, "7\n"), "{}", done.err);
    let asked = model.asked.lock().expect("not poisoned");
    assert!(asked[1].to_string().contains("\\\"gate\\\":\\\"parse\\\"") && asked[2].to_string().contains("G2-capability"));
}

/// Runs `(point at: 3 Y: 4) manhattan` against a model that only ever writes `source`, and checks what must hold after any harm.
fn harmless(source: &str, word: &str) {
    harmless_with(source, word, &[]);
}

fn harmless_with(source: &str, word: &str, flags: &[&str]) {
    let script = Script::new(&format!(
        "{}'before' printLine.\n(point at: 3 Y: 4) manhattan printLine.\n'after' printLine\n",
        POINT.replace("at: a Y: b", "leak = ( files read: 'Cargo.toml' ). at: a Y: b")
    ));
    let model = Model::writing(&[source]);
    let began = Instant::now();
    let done = script.run(&model.host, flags);
    assert_eq!((done.code, done.out.as_str()), (6, "before\n"), "{source}\n{}", done.err);
    assert!(done.err.contains(word) && done.err.contains("geometry.aura:3"), "{source} should say {word}:\n{}", done.err);
    assert!(!script.learned().exists(), "{source}");
    assert!(began.elapsed() < Duration::from_secs(60), "{source}");
}

#[test]
fn a_method_of_another_name() {
    harmless("euclidean = ( x abs + y abs )", "is called 'euclidean'");
}

#[test]
fn garbage_instead_of_a_method() {
    harmless("\u{fffd}%%% ((( function(){}", "alfred:");
}

#[test]
fn nothing_at_all() {
    harmless("     ", "there is no source");
}

#[test]
fn an_endless_loop() {
    harmless("manhattan = ( [ true ] whileTrue: [ x ] )", "limit of");
}

#[test]
fn an_endless_recursion() {
    harmless("manhattan = ( 1 + manhattan )", "limit of stack");
}

#[test]
fn a_memory_bomb() {
    harmless("manhattan = ( | all | all: list copy. [ true ] whileTrue: [ all add: (vector copySize: 100000) ]. 1 )", "limit of");
}

#[test]
fn a_large_number_bomb() {
    harmless("manhattan = ( | n <- 3 | [ true ] whileTrue: [ n: n * n ]. n )", "limit of");
}

#[test]
fn code_that_reaches_for_files() {
    harmless_with("manhattan = ( (files read: 'Cargo.toml') size )", "'files' needs the capability", &["--allow-read"]);
}

#[test]
fn code_that_reaches_for_files_through_the_scripts_own_methods() {
    harmless_with("manhattan = ( leak size )", "alfred:", &["--allow-read"]);
}

#[test]
fn code_that_prints() {
    harmless("manhattan = ( x printLine. 7 )", "console");
}

#[test]
fn code_that_changes_what_everybody_shares() {
    harmless("manhattan = ( traits integer _AddSlots: (| + a = ( 0 ) |). 7 )", "'_AddSlots:' is a primitive");
}

#[test]
fn a_server_that_never_answers() {
    let model = Model::saying(Box::new(|_, _| {
        std::thread::sleep(Duration::from_secs(30));
        String::new()
    }));
    let script = geometry("(point at: 3 Y: 4) manhattan printLine");
    let began = Instant::now();
    let done = script.run(&model.host, &["--alfred-seconds=1"]);
    assert_eq!(done.code, 8, "{}", done.err);
    assert!(done.err.contains("had not finished its answer") && began.elapsed() < Duration::from_secs(10), "{}", done.err);
    assert!(!script.learned().exists());
}

#[test]
fn prose_and_empty_answers() {
    for (text, word) in
        [("I'm sorry, but I cannot help with that.", "declines"), ("", "is empty"), ("{\"a\": 1}", "does not fit the schema")]
    {
        let model = Model::saying(Box::new(move |_, _| text.to_string()));
        let done = geometry("(point at: 3 Y: 4) manhattan printLine").run(&model.host, &[]);
        assert_eq!(done.code, 6, "{}", done.err);
        assert!(done.err.contains(word), "{word}: {}", done.err);
    }
}

#[test]
fn nobody_is_asked_for_nil_nonsense_or_a_slip() {
    let model = Model::knowing(&[]);
    for (send, word) in [
        ("nil manhattan", "nil does not understand"),
        ("'abc' sise", "did you mean 'size'"),
        ("point xqzzkj", "says too little"),
        ("[\n    point x\n    euclidean ] value", "put a period behind the line before"),
        ("total = point x", "write `| total = point x |`"),
    ] {
        let done = geometry(send).run(&model.host, &[]);
        assert_eq!((done.code, model.questions()), (6, 0), "{send}: {}", done.err);
        assert!(done.err.contains(word), "{word}: {}", done.err);
    }
}

#[test]
fn budgets_end_it() {
    let model = Model::knowing(&[("manhattan", MANHATTAN), ("euclidean", "euclidean = ( x )")]);
    let script = geometry("(point at: 3 Y: 4) manhattan printLine.\npoint euclidean printLine");
    let done = script.run(&model.host, &["--alfred-sends=1"]);
    assert_eq!((done.code, done.out.as_str()), (7, "7\n"), "{}", done.err);
    assert!(done.err.contains("budget"), "{}", done.err);
}

#[test]
fn what_was_recorded_is_replayed_without_a_server() {
    let model = Model::knowing(&[("manhattan", MANHATTAN)]);
    let script = geometry("(point at: 3 Y: 4) manhattan printLine");
    let tape = script.folder.path().join("geometry.cassette.json").display().to_string();
    let recorded = script.run(&model.host, &["--record", &tape]);
    assert_eq!(recorded.code, 0, "{}", recorded.err);
    let forget = || std::fs::remove_file(script.learned()).expect("it was learned");
    forget();
    let unreachable = script.run("127.0.0.1:9", &[]);
    assert_eq!((unreachable.code, unreachable.out.as_str()), (0, "7\n"), "{}", unreachable.err);
    assert!(
        unreachable.err.contains("connection refused") && unreachable.err.contains("replaying the cassette"),
        "{}",
        unreachable.err
    );
    forget();
    let ci = script.run_in(&model.host, &[], &[("CI", "true")]);
    assert_eq!((ci.code, model.questions()), (0, 1), "{}", ci.err);
    forget();
    std::fs::write(&script.path, format!("{POINT}(point at: 3 Y: 4) euclidean printLine\n")).expect("written");
    let miss = script.run_in(&model.host, &[], &[("CI", "true")]);
    assert_eq!((miss.code, model.questions()), (6, 1), "{}", miss.err);
    assert!(miss.err.contains("nearest is number 1") && miss.err.contains("+Missing method: euclidean"), "{}", miss.err);
}

#[test]
fn nobody_there_and_nothing_recorded() {
    let done = geometry("(point at: 3 Y: 4) manhattan printLine").run("127.0.0.1:9", &[]);
    assert_eq!(done.code, 8, "{}", done.err);
    assert!(done.err.contains("connection refused") && done.err.contains("ollama serve"), "{}", done.err);
}

#[test]
fn a_damaged_file_of_learned_methods() {
    for (text, word) in [
        ("point _AddSlots: (| manhattan = ( 1 |)", "geometry.learned.aura:1"),
        ("\n'hello' printLine", "geometry.learned.aura:2"),
        ("point _AddSlots: (| manhattan = ( files ) |)", "G2-capability"),
    ] {
        let script = geometry("(point at: 3 Y: 4) manhattan printLine");
        std::fs::write(script.learned(), text).expect("written");
        let done = script.run("127.0.0.1:9", &[]);
        assert_eq!((done.code, done.out.as_str()), (9, ""), "{}", done.err);
        assert!(done.err.contains(word), "{word}: {}", done.err);
        assert_eq!(std::fs::read_to_string(script.learned()).expect("read"), text);
    }
}

#[test]
fn without_a_person_nothing_is_approved() {
    let model = Model::knowing(&[("manhattan", MANHATTAN)]);
    let script = geometry("(point at: 3 Y: 4) manhattan printLine");
    let done = script.run(&model.host, &["--alfred=ask"]);
    assert_eq!(done.code, 5, "{}", done.err);
    assert!(done.err.contains(MANHATTAN) && !script.learned().exists(), "{}", done.err);
}

#[test]
fn a_missing_method_inside_a_learned_one_is_learned_too() {
    // The trial of the outer one cannot know the inner one: it fails there, and is repaired without it.
    let model = Model::writing(&["manhattan = ( norm )", MANHATTAN]);
    let done = geometry("(point at: 3 Y: 4) manhattan printLine").run(&model.host, &[]);
    assert_eq!((done.code, done.out.as_str(), model.questions()), (0, "7\n", 2), "{}", done.err);
}

#[test]
fn the_place_can_be_chosen() {
    let model = Model::knowing(&[("manhattan", "manhattan = ( 7 )")]);
    let script = geometry("(point at: 3 Y: 4) manhattan printLine");
    let done = script.run(&model.host, &["--install-at=traits clonable"]);
    assert_eq!((done.code, done.out.as_str()), (0, "7\n"), "{}", done.err);
    assert!(Path::new(&script.learned()).exists() && done.err.contains("installed at traits clonable"), "{}", done.err);
}
