//! The chronicle: every kind of damage is noticed and located; what the entries amount to.

use std::time::{Duration, SystemTime};

use aura_alfred::chronicle::decide::{Verb, decide, find};
use aura_alfred::chronicle::store::InMemory;
use aura_alfred::chronicle::{Chronicle, ChronicleError, ChronicleStore, How, Learning, What, export, tell};
use aura_alfred::interface::{Shape, SlotShape};
use aura_alfred::situation::SlotKind;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_780_000_000)
}

fn learning(source: &str) -> Learning {
    let slots = vec![SlotShape { name: "x".into(), arity: 0, kind: SlotKind::Data }];
    Learning {
        file: "geometry.aura".into(),
        at: "point".into(),
        selector: "norm".into(),
        source: source.into(),
        interface: vec![Shape { of: "point".into(), slots }],
        model: "tiny:1b".into(),
        ..Learning::default()
    }
}

fn learned(source: &str) -> What {
    What::Learned(Box::new(learning(source)))
}

/// A chronicle of these methods, one the successor of the other.
fn chronicle(sources: &[&str]) -> (Chronicle, InMemory) {
    let (mut chronicle, mut store) = (Chronicle::default(), InMemory::default());
    for source in sources {
        let parent = chronicle.slots().first().map(|s| s.meant().hash.clone());
        let what = What::Learned(Box::new(Learning { parent, ..learning(source) }));
        chronicle.append(&mut store, |_| Ok(vec![what.clone()])).expect("appended");
    }
    (chronicle, store)
}

fn in_force(chronicle: &Chronicle) -> Vec<String> {
    chronicle.in_force("geometry.aura").map(|(_, l)| l.source.clone()).collect()
}

fn three() -> Vec<Vec<u8>> {
    chronicle(&["norm = ( 1 )", "norm = ( 2 )", "norm = ( 3 )"]).1.0
}

#[test]
fn any_byte_that_is_changed_is_noticed_where_it_is() {
    let entries = three();
    for (number, entry) in entries.iter().enumerate() {
        for at in 0..entry.len() {
            for flip in [1, 0x20, 0x80] {
                let mut damaged = entries.clone();
                damaged[number][at] ^= flip;
                let error = Chronicle::read(&damaged).expect_err("noticed");
                assert_eq!(error, ChronicleError { entry: number as u64, how: How::Changed }, "byte {at}");
            }
        }
    }
}

#[test]
fn entries_that_are_gone_swapped_or_there_twice_are_noticed() {
    let entries = three();
    let read = |order: &[usize]| {
        let picked: Vec<Vec<u8>> = order.iter().map(|i| entries[*i].clone()).collect();
        Chronicle::read(&picked).map(|c| c.len()).map_err(|e| (e.entry, e.how))
    };
    assert_eq!(read(&[0, 1, 2]), Ok(3));
    assert_eq!(read(&[1, 2]), Err((0, How::Gap)));
    assert_eq!(read(&[0, 2]), Err((1, How::Gap)));
    assert_eq!(read(&[0, 2, 1]), Err((1, How::Gap)));
    assert_eq!(read(&[0, 1, 1, 2]), Err((2, How::Repeated(1))));
    assert_eq!(read(&[0, 1, 2, 0]), Err((3, How::Repeated(0))));
    // What the last entry was, only the journal and the image's counter know.
    assert_eq!(read(&[0, 1]), Ok(2));
}

#[test]
fn an_entry_of_another_chronicle_does_not_fit() {
    let mut entries = three();
    let (other, _) = chronicle(&["norm = ( 1 )"]);
    let strange = other.sealed(vec![learned("norm = ( 9 )")], now()).remove(0);
    entries.push(strange.clone());
    let error = Chronicle::read(&entries).expect_err("noticed");
    assert_eq!(error.entry, 3);
    assert!(matches!(error.how, How::Moved(0) | How::Gap), "{error}");
    assert!(error.to_string().starts_with("entry 3 of the chronicle follows") && !error.remedy().is_empty());
}

#[test]
fn every_prefix_of_an_entry_and_garbage_are_refused() {
    let entries = three();
    for end in 0..entries[0].len() {
        Chronicle::read(&[entries[0][..end].to_vec()]).expect_err("cut off");
    }
    for garbage in [&b""[..], b"\n", b"{}", &[0xff; 80]] {
        Chronicle::read(&[garbage.to_vec()]).expect_err("garbage");
    }
}

#[test]
fn a_decision_about_nothing_is_no_entry() {
    let (chronicle, store) = chronicle(&["norm = ( 1 )"]);
    let what = What::Approved { of: "f".repeat(64), by: "me".into(), note: String::new() };
    let mut entries = store.0;
    entries.extend(chronicle.sealed(vec![what], now()));
    let error = Chronicle::read(&entries).expect_err("noticed");
    assert!(matches!(error, ChronicleError { entry: 1, how: How::Unknown(_) }), "{error}");
}

#[test]
fn the_last_version_is_in_force_until_people_say_otherwise() {
    let (mut chronicle, mut store) = chronicle(&["norm = ( 1 )", "norm = ( 2 )"]);
    let name = ("point norm", None);
    assert_eq!((in_force(&chronicle), chronicle.slots()[0].state()), (vec!["norm = ( 2 )".into()], "not reviewed"));
    decide(&mut chronicle, &mut store, name, &Verb::Approve { note: "good".into() }, "ada").expect("approved");
    assert_eq!(chronicle.slots()[0].state(), "reviewed");
    decide(&mut chronicle, &mut store, name, &Verb::Approve { note: String::new() }, "ada").expect_err("twice");
    decide(&mut chronicle, &mut store, name, &Verb::Revert, "ada").expect("reverted");
    assert_eq!(in_force(&chronicle), ["norm = ( 1 )"]);
    decide(&mut chronicle, &mut store, name, &Verb::Revert, "ada").expect("to nothing");
    assert_eq!((in_force(&chronicle).len(), chronicle.slots()[0].state()), (0, "reverted"));
    let error = decide(&mut chronicle, &mut store, name, &Verb::Revert, "ada").expect_err("nothing is left");
    assert!(error.to_string().contains("already"), "{error}");
    let again = Chronicle::read(&store.0).expect("sound");
    assert_eq!(again.slots(), chronicle.slots());
}

#[test]
fn what_was_rejected_is_refused_and_does_not_come_back_by_reverting() {
    let (mut chronicle, mut store) = chronicle(&["norm = ( 1 )"]);
    let name = ("norm", Some("geometry.aura"));
    decide(&mut chronicle, &mut store, name, &Verb::Reject { why: "wrong".into() }, "ada").expect("rejected");
    assert_eq!((in_force(&chronicle).len(), chronicle.slots()[0].state()), (0, "rejected"));
    let refused = chronicle.refused("geometry.aura");
    assert_eq!((refused[0].0.as_str(), refused[0].1.why.as_str()), ("norm", "wrong"));
    let parent = Some(chronicle.slots()[0].versions[0].hash.clone());
    let next = What::Learned(Box::new(Learning { parent, ..learning("norm = ( 2 )") }));
    chronicle.append(&mut store, |_| Ok(vec![next.clone()])).expect("appended");
    decide(&mut chronicle, &mut store, name, &Verb::Revert, "ada").expect("reverted");
    assert!(in_force(&chronicle).is_empty());
}

#[test]
fn slots_are_found_by_what_people_call_them() {
    let (mut chronicle, mut store) = chronicle(&["norm = ( 1 )"]);
    let other = What::Learned(Box::new(Learning { at: "line".into(), ..learning("norm = ( 3 )") }));
    chronicle.append(&mut store, |_| Ok(vec![other.clone()])).expect("appended");
    assert!(find(&chronicle, "point norm", None).is_ok() && find(&chronicle, "line norm", Some("geometry.aura")).is_ok());
    for (name, file, word) in [
        ("norm", None, "could be"),
        ("point size", None, "nothing was learned"),
        ("", None, "name a method"),
        ("line norm", Some("b"), "nothing"),
    ] {
        let error = find(&chronicle, name, file).expect_err("not one");
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[test]
fn two_writers_follow_each_other() {
    let (mut one, mut store) = chronicle(&["norm = ( 1 )"]);
    let mut other = Chronicle::read(&store.0).expect("sound");
    one.append(&mut store, |_| Ok(vec![learned("norm = ( 2 )")])).expect("appended");
    other.append(&mut store, |c| Ok(vec![learned(&format!("norm = ( {} )", 1 + c.len()))])).expect("appended");
    assert_eq!(in_force(&Chronicle::read(&store.0).expect("sound")), ["norm = ( 3 )"]);
    assert_eq!(store.append(0, &[]), Ok(false));
}

#[test]
fn the_story_and_the_difference_are_told() {
    let (mut chronicle, mut store) = chronicle(&["norm = ( 1 )", "norm = (\n    2\x1b[31m )"]);
    let hash = chronicle.slots()[0].versions[1].hash.clone();
    let interface = vec![Shape { of: "point".into(), slots: Vec::new() }];
    let what = What::Checked { of: hash, interface, trial: "answered 2 in 3 steps".into() };
    chronicle.append(&mut store, |_| Ok(vec![what.clone()])).expect("appended");
    let slot = find(&chronicle, "point norm", None).expect("there");
    let why = tell::why(&chronicle, slot);
    for part in
        ["point norm, of geometry.aura: not reviewed", "nobody; the gates decided", "interface: - x <-", "answered 2 in 3 steps"]
    {
        assert!(why.contains(part), "{part}: {why}");
    }
    assert!(!why.contains('\x1b'), "control characters of a model reach no terminal");
    let diff = tell::diff(&chronicle, slot);
    assert!(diff.contains("-norm = ( 1 )") && diff.contains("+    2[31m )"), "{diff}");
    assert_eq!(tell::log(&chronicle).lines().count(), 3);
    let json = tell::why_json(&chronicle, slot);
    assert_eq!((json["entries"].as_array().map(Vec::len), json["state"].as_str()), (Some(3), Some("not reviewed")));
}

#[test]
fn what_is_exported_loads_again_and_nothing_is_written_over() {
    let (chronicle, _) = chronicle(&["norm = ( 1 )", "norm = ( x )"]);
    let folder = tempfile::tempdir().expect("a folder");
    let written = export::write(&export::methods(&chronicle).methods, folder.path()).expect("written");
    assert_eq!(written, [folder.path().join("geometry.learned.aura")]);
    let loaded = aura_alfred::learned::Learned::load(&written[0], &Default::default()).expect("loads");
    assert_eq!(loaded.methods()[0].source, "norm = ( x )");
    assert!(loaded.methods()[0].comment.contains("reviewed: no"), "{}", loaded.methods()[0].comment);
    export::write(&export::methods(&chronicle).methods, folder.path()).expect_err("it is there already");
}
