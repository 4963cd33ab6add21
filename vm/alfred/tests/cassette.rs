//! Cassettes: recorded once, replayed byte for byte, and damaged in every way.

mod support;

use std::time::{Duration, SystemTime};

use aura_alfred::cassette::{Cassette, CassetteError};
use aura_alfred::clients::{Answer, Client, ClientError, Replay, Request};
use support::*;

fn ask(client: &dyn Client, request: &Request) -> Result<Answer, ClientError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(client.ask(request))
}

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

/// A live answer, recorded into a fresh file.
fn recorded() -> (tempfile::TempDir, std::path::PathBuf, Answer) {
    let server = Server::ollama(|_, s| reply(s, 200, &said(&method("manhattan = ( x abs + y abs )"), "stop", 9, 9).to_string()));
    let answer = ask(&server.client(), &question()).expect("an answer");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("first.cassette.json");
    let mut cassette = Cassette::open(&path).expect("a new cassette");
    cassette.record(&question().key, &answer, now());
    cassette.save().expect("saved");
    (folder, path, answer)
}

#[test]
fn what_was_recorded_is_replayed_byte_for_byte_without_a_server() {
    let (_folder, path, live) = recorded();
    let replayed = ask(&Replay::new(Cassette::load(&path).expect("read")), &question()).expect("an answer");
    assert_eq!(replayed.exchange, live.exchange);
    assert_eq!(
        (replayed.text, replayed.model, replayed.digest, replayed.tokens),
        (live.text, live.model, live.digest, live.tokens)
    );
}

#[test]
fn the_file_is_readable_and_stable() {
    let (_folder, path, _) = recorded();
    let text = std::fs::read_to_string(&path).expect("read");
    insta::assert_snapshot!(text);
    Cassette::load(&path).expect("read").save().expect("saved");
    assert_eq!(std::fs::read_to_string(&path).expect("read"), text);
}

#[test]
fn white_space_and_another_model_do_not_matter_but_words_do() {
    let (_folder, path, live) = recorded();
    let mut cassette = Cassette::load(&path).expect("read");
    assert!(cassette.find("\r\nMissing method: manhattan  \r\n\r\n").is_ok());
    assert!(cassette.find("Missing method: manhattan2").is_err());
    cassette.record("Missing method: manhattan\n", &Answer { model: "other".into(), ..live }, now());
    assert_eq!(cassette.len(), 1);
    assert_eq!(cassette.model(), "other");
}

#[test]
fn a_miss_is_loud() {
    let (_folder, path, live) = recorded();
    let mut cassette = Cassette::load(&path).expect("read");
    cassette.record("Missing method: area\nReceiver (self): square", &live, now());
    let request = Request { key: "Missing method: area\nReceiver (self): circle".into(), ..question() };
    let error = ask(&Replay::new(cassette), &request).expect_err("a miss");
    assert_eq!(error.code(), "cassette-miss");
    let shown = error.to_string().replace(&path.display().to_string(), "FILE");
    insta::assert_snapshot!(format!("{shown}\n=> {}", error.remedy()));
}

#[test]
fn an_empty_cassette_misses_too() {
    let error = ask(&Replay::new(Cassette::new("none.json")), &question()).expect_err("a miss");
    assert!(error.to_string().ends_with("it is empty"), "{error}");
}

#[test]
fn a_recorded_bad_answer_is_still_bad() {
    let (_folder, path, mut live) = recorded();
    live.exchange.body = said("", "stop", 9, 9).to_string();
    let mut cassette = Cassette::load(&path).expect("read");
    cassette.record(&question().key, &live, now());
    assert_eq!(ask(&Replay::new(cassette), &question()).expect_err("empty").code(), "empty");
}

#[test]
fn every_damage_is_named_with_its_place() {
    let (folder, path, _) = recorded();
    let good = std::fs::read_to_string(&path).expect("read");
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", vec![], "line 1, column 0"),
        ("half", good.as_bytes()[..good.len() / 2].to_vec(), "line "),
        ("binary", b"\x00\xff\x12".to_vec(), "byte 1"),
        ("another file", b"{\"name\": \"package\"}".to_vec(), "line 1"),
        ("another question", good.replace("Missing method: manhattan", "Missing method: evil").into_bytes(), "recording 1"),
        ("another field", good.replace("\"model\"", "\"modell\"").into_bytes(), "line "),
        ("deep", "[".repeat(100_000).into_bytes(), "line 1"),
    ];
    for (name, bytes, place) in cases {
        let file = folder.path().join("damaged.json");
        std::fs::write(&file, bytes).expect("written");
        let error = Cassette::load(&file).expect_err(name);
        assert!(matches!(&error, CassetteError::Damaged { place: p, .. } if p.starts_with(place)), "{name}: {error}");
        assert!(error.to_string().contains("damaged.json") && !error.remedy().is_empty());
    }
}

#[test]
fn a_later_version_a_twice_recorded_question_and_a_folder() {
    let (folder, path, _) = recorded();
    let good = std::fs::read_to_string(&path).expect("read");
    let file = folder.path().join("other.json");
    std::fs::write(&file, good.replace("\"aura-cassette\": 1", "\"aura-cassette\": 2")).expect("written");
    assert!(matches!(Cassette::load(&file), Err(CassetteError::Newer { version: 2, .. })));
    let start = good.find("    {").expect("a recording");
    let end = good.rfind("    }").expect("its end") + 5;
    std::fs::write(&file, format!("{},{}", &good[..end], &good[start..])).expect("written");
    let error = Cassette::load(&file).expect_err("twice");
    assert!(error.to_string().contains("recorded twice"), "{error}");
    assert!(matches!(Cassette::load(folder.path()), Err(CassetteError::Io { .. })));
    assert!(matches!(Cassette::load(folder.path().join("none")), Err(CassetteError::Missing(_))));
}

#[test]
fn a_file_that_cannot_be_written_says_so_and_keeps_the_old_one() {
    let (folder, _, live) = recorded();
    let mut cassette = Cassette::new(folder.path().join("no/such/folder.json"));
    cassette.record("q", &live, now());
    let error = cassette.save().expect_err("no folder");
    assert!(error.to_string().contains("cannot be written"), "{error}");
}
