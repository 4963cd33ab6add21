//! The file of learned methods: written, read again, edited by a person, damaged.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use aura_alfred::gates::Context;
use aura_alfred::learned::{Learned, LearnedError, Method, Provenance, method};

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_780_000_000)
}

fn provenance() -> Provenance {
    Provenance {
        model: "qwen2.5-coder:1.5b".into(),
        digest: Some("sha256:abc".into()),
        source: "Ollama at http://127.0.0.1:11434".into(),
        question: "1234".into(),
        send: "'manhattan' to point at geometry.aura:9".into(),
        plan: "Sum of the \"absolute\" coordinates.\nSecond line \\ here".into(),
        attempt: "sample 1, repair 0".into(),
        trial: "passed, 120 instructions".into(),
        approver: None,
        ..Provenance::default()
    }
}

fn manhattan() -> Method {
    method("point", "manhattan", "manhattan = ( x abs + y abs )", &provenance(), now())
}

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("geometry.learned.aura");
    if !text.is_empty() {
        std::fs::write(&path, text).expect("written");
    }
    (folder, path)
}

fn load(path: &PathBuf) -> Result<Learned, LearnedError> {
    Learned::load(path, &Context::default())
}

#[test]
fn what_is_kept_is_there_again_and_readable() {
    let (_folder, path) = file("");
    let mut learned = load(&path).expect("no file is no fault");
    assert!(learned.methods().is_empty() && !path.exists());
    learned.keep(manhattan(), "geometry.aura").expect("kept");
    let plus = method(
        "traits integer",
        "gcd:",
        "gcd: n = (\n    n = 0 ifTrue: [ ^ self ].\n    n gcd: self % n )",
        &provenance(),
        now(),
    );
    learned.keep(plus.clone(), "geometry.aura").expect("kept");
    insta::assert_snapshot!(std::fs::read_to_string(&path).expect("read"));
    let again = load(&path).expect("read");
    assert_eq!(again.methods(), learned.methods());
    let found = &again.methods()[1];
    assert_eq!(
        (&found.at, &found.selector, &found.source, &found.comment),
        (&plus.at, &plus.selector, &plus.source, &plus.comment)
    );
    assert!(!found.is_reviewed());
}

#[test]
fn what_a_person_wrote_stays_where_it_is() {
    let text = "\"my own heading\"\n\npoint _AddSlots: (| \"reviewed: yes, by me\" manhattan = ( 7 ) |)   \"mine\"\n\n\npoint _AddSlots: (| area = ( x * y ) |)\n\"end\"";
    let (_folder, path) = file(text);
    let mut learned = load(&path).expect("read");
    assert!(learned.methods()[0].is_reviewed() && !learned.methods()[1].is_reviewed());
    learned.keep(manhattan(), "geometry.aura").expect("kept");
    let now = std::fs::read_to_string(&path).expect("read");
    assert!(
        now.starts_with("\"my own heading\"\n\npoint _AddSlots: (|\n")
            && now.contains("|)   \"mine\"\n\n\npoint _AddSlots: (| area = ( x * y ) |)\n\"end\""),
        "{now}"
    );
    assert_eq!(load(&path).expect("read").methods().len(), 2);
}

#[test]
fn what_somebody_else_wrote_in_the_meantime_is_kept() {
    let (_folder, path) = file("");
    let (mut one, mut other) = (load(&path).expect("read"), load(&path).expect("read"));
    one.keep(manhattan(), "a.aura").expect("kept");
    other.keep(method("point", "area", "area = ( x * y )", &provenance(), now()), "a.aura").expect("kept");
    assert_eq!(load(&path).expect("read").methods().len(), 2);
}

#[test]
fn every_damage_is_named_with_its_line() {
    for (text, line, word) in [
        ("point _AddSlots: (| a = ( 1 |)", 1, "["),
        ("\"x\"\n\n3 printLine", 3, "not a learned method"),
        ("point _AddSlots: (| a = ( 1 ). b = ( 2 ) |)", 1, "exactly one slot"),
        ("point _AddSlots: (| a = 3 |)", 1, "not a method"),
        ("point _AddSlots: (| a <- 3 |)", 1, "not a method"),
        ("(point foo: 3) _AddSlots: (| a = ( 1 ) |)", 1, "must be a name"),
        ("resend.point _AddSlots: (| a = ( 1 ) |)", 1, "must be a name"),
        ("point _Define: (| a = ( 1 ) |)", 1, "not a learned method"),
        ("| x = 3 |\npoint _AddSlots: (| a = ( 1 ) |)", 1, "no slots of its own"),
        ("p _AddSlots: (| a = ( 1 ) |)\np _AddSlots: (| a = ( 2 ) |)", 2, "twice"),
        ("<<<<<<< HEAD\np _AddSlots: (| a = ( 1 ) |)", 1, "["),
    ] {
        let (_folder, path) = file(text);
        let error = load(&path).expect_err(text);
        let LearnedError::Damaged { line: at, why, .. } = &error else { panic!("{error:?}") };
        assert_eq!(*at, line, "{text}: {error}");
        assert!(why.contains(word), "{text}: {error}");
        assert!(error.to_string().contains("geometry.learned.aura:") && !error.remedy().is_empty());
    }
}

#[test]
fn a_file_that_is_no_text() {
    let (_folder, path) = file("");
    std::fs::write(&path, b"point\xff").expect("written");
    assert!(load(&path).expect_err("no text").to_string().contains("byte 5"));
    let (folder, _) = file("");
    assert!(matches!(Learned::load(folder.path(), &Context::default()), Err(LearnedError::Io { .. })));
}

#[test]
fn powers_smuggled_into_the_file_are_found_at_load() {
    let (_folder, path) = file("\"\"\np _AddSlots: (| a = ( files delete: 'x' ) |)");
    let error = load(&path).expect_err("forbidden");
    assert!(matches!(error, LearnedError::Forbidden { line: 2, .. }), "{error}");
    assert!(error.to_string().contains("G2-capability"), "{error}");
}

#[test]
fn a_damaged_file_is_not_overwritten() {
    let (_folder, path) = file("");
    let mut learned = load(&path).expect("read");
    std::fs::write(&path, "(((").expect("written");
    learned.keep(manhattan(), "a.aura").expect_err("damaged");
    assert_eq!(std::fs::read_to_string(&path).expect("read"), "(((");
}

#[test]
fn a_statement_that_ends_with_a_period_goes_with_it() {
    let statement = |name: &str| format!("point _AddSlots: (| {name} = ( x ) |).\n");
    let (_folder, path) = file(&["a", "b", "c"].map(statement).concat());
    let mut learned = load(&path).expect("read");
    let [a, b] = ["a", "b"].map(|name| learned.find(name).expect("there").clone());
    learned.reject(&a, "ada", "no").expect("rejected");
    learned.remove(&b).expect("removed");
    let again = load(&path).expect("it is still sound");
    assert_eq!((again.methods().len(), again.refused().len()), (1, 1));
    assert!(std::fs::read_to_string(&path).expect("text").ends_with(&format!("a = ( x )\"\n{}", statement("c"))));
}

#[test]
fn people_approve_and_reject_and_nothing_else_of_the_file_changes() {
    let text = "\"mine\"\n\npoint _AddSlots: (| \"reviewed: no\" norm = ( \"sum\" x + y ) |)  \"and mine\"\npoint _AddSlots: (| area = ( x * y ) |)\n";
    let (_folder, path) = file(text);
    let mut learned = load(&path).expect("read");
    let norm = learned.find("point norm").expect("there").clone();
    learned.approve(&norm, "ada \"the\" first").expect("approved");
    let again = load(&path).expect("read");
    assert!(again.methods()[0].is_reviewed() && again.methods()[0].comment.contains("by ada 'the' first"));
    learned.reject(&norm, "ada", "no \"root\"").expect("rejected");
    let now = std::fs::read_to_string(&path).expect("text");
    assert!(now.starts_with("\"mine\"\n\n\"rejected: point norm\n why: no 'root' (ada, "), "{now}");
    assert!(now.ends_with(")\n norm = (  x + y )\"  \"and mine\"\npoint _AddSlots: (| area = ( x * y ) |)\n"), "{now}");
    let again = load(&path).expect("read");
    let refused = again.refused();
    assert_eq!((again.methods().len(), refused.len()), (1, 1));
    assert_eq!((refused[0].0.as_str(), refused[0].1.at.as_str()), ("norm", "point"));
    for (name, word) in [("norm", "nothing in"), ("line area", "nothing in"), ("", "name a method")] {
        assert!(again.find(name).expect_err("none").contains(word), "{name}");
    }
}

#[test]
fn a_period_behind_a_statement_is_its_own() {
    let text = "point _AddSlots: (| \"reviewed: no\" norm = ( x + y ) |).\npoint _AddSlots: (| area = ( x * y ) |) .\n";
    let (_folder, path) = file(text);
    let mut learned = load(&path).expect("read");
    let find = |learned: &Learned, name: &str| learned.find(name).expect("there").clone();
    learned.approve(&find(&learned, "norm"), "ada").expect("approved");
    assert!(std::fs::read_to_string(&path).expect("text").contains("norm = ( x + y ) |).\npoint"));
    learned.reject(&find(&learned, "area"), "ada", "no").expect("rejected");
    learned.remove(&find(&learned, "norm")).expect("taken back");
    let now = std::fs::read_to_string(&path).expect("text");
    assert!(now.starts_with("\"rejected: point area") && now.ends_with("area = ( x * y )\"\n"), "{now}");
}
