//! What was learned stays: in images, in the image of a project, in the journal, in a file; and people decide about it.
//!
//! The command runs scripts, a model server answers on a real socket. What must always be shown: nothing is asked twice,
//! nothing that was learned is lost or comes back against somebody's will, and whatever lies in an image gives no powers.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use aura_alfred::chronicle::{Chronicle, ChronicleStore, Learning, What};
use aura_command::memory::{InFile, journal};
use aura_image::store::{Embedded, Space};
use aura_image::{Changes, Rows};

use crate::door::Model;
use crate::support::{Done, aura};

const POINT: &str = "| point = (| parent* = traits clonable. x <- 0. y <- 0. at: a Y: b = ( (copy x: a) y: b ) |). |\n";
const USE: &str = "(point at: 3 Y: -4) manhattan printLine";
const MANHATTAN: &str = "manhattan = ( x abs + y abs )";

/// A folder with scripts, and a model at hand.
struct Desk {
    folder: tempfile::TempDir,
    model: Model,
}

impl Desk {
    fn new(model: Model) -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), model }
    }

    /// One that knows `manhattan`, and a script that sends it.
    fn knowing() -> Self {
        Self::new(Model::knowing(&[("manhattan", MANHATTAN)])).with("geometry.aura", &format!("{POINT}{USE}\n"))
    }

    fn with(self, file: &str, text: &str) -> Self {
        self.write(file, text);
        self
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.at(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    fn at(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Runs the command in the folder.
    fn aura(&self, arguments: &[&str]) -> Done {
        self.aura_in("", arguments)
    }

    fn aura_in(&self, folder: &str, arguments: &[&str]) -> Done {
        let mut command = aura(arguments);
        command.current_dir(self.at(folder)).env("OLLAMA_HOST", &self.model.host).env("AURA_MODEL", "tiny:1b");
        command.env_remove("AURA_IMAGE").env("USER", "ada").output().expect("the command starts").into()
    }

    /// Runs it, and it must end like this.
    #[track_caller]
    fn ends(&self, arguments: &[&str], code: i32, out: &str) -> Done {
        let done = self.aura(arguments);
        assert_eq!((done.code, done.out.as_str()), (code, out), "{arguments:?}\n{}", done.err);
        done
    }

    #[track_caller]
    fn asked(&self, times: usize) {
        assert_eq!(self.model.questions(), times);
    }

    fn chronicle(&self, image: &str) -> Chronicle {
        let mut store = InFile::open_read_only(&self.at(image)).expect("an image");
        Chronicle::read(&store.entries(0).expect("entries")).expect("sound")
    }
}

const RUN: &[&str] = &["run", "--image=a.image", "geometry.aura"];
const OFF: &[&str] = &["run", "--image=a.image", "--alfred=off", "geometry.aura"];

#[test]
fn what_an_image_has_learned_is_asked_once() {
    let desk = Desk::knowing();
    let first = desk.ends(RUN, 0, "7\n");
    assert!(
        first.err.contains("kept in a.image; not reviewed yet") && !desk.at("geometry.learned.aura").exists(),
        "{}",
        first.err
    );
    let second = desk.ends(RUN, 0, "7\n");
    assert!(second.err.contains("remembered point manhattan"), "{}", second.err);
    desk.ends(OFF, 0, "7\n");
    let elsewhere = desk.aura_in(
        "..",
        &["run", "--image", &desk.at("a.image").display().to_string(), &desk.at("geometry.aura").display().to_string()],
    );
    assert_eq!((elsewhere.code, elsewhere.out.as_str()), (0, "7\n"), "{}", elsewhere.err);
    desk.asked(1);
    let chronicle = desk.chronicle("a.image");
    let (_, learning) = chronicle.in_force("geometry.aura").next().expect("learned");
    assert_eq!((learning.source.as_str(), learning.send.line), (MANHATTAN, 2));
    assert!(chronicle.text(&learning.prompt.system).is_some_and(|t| t.len() > 1000), "the whole prompt is there");
}

#[test]
fn a_method_outlasts_the_run_that_learned_it_and_failed() {
    let desk = Desk::knowing();
    desk.write("geometry.aura", &format!("{POINT}globals _AddSlots: (| lost = 1 |).\n{USE}.\nnil foo\n"));
    let failed = desk.ends(RUN, 6, "7\n");
    assert!(failed.err.contains("kept in a.image"), "{}", failed.err);
    desk.write("geometry.aura", &format!("{POINT}{USE}\n"));
    desk.ends(OFF, 0, "7\n");
    desk.asked(1);
    desk.ends(&["run", "--image=a.image", "--alfred=off", "-e", "lost printLine"], 6, "");
}

#[test]
fn a_program_that_takes_back_what_it_did_to_its_image_has_not_forgotten() {
    let desk = Desk::new(Model::knowing(&[("collatz", "collatz = ( even ifTrue: [ self / 2 ] False: [ (self * 3) + 1 ] )")]));
    desk.write("geometry.aura", "7 collatz printLine.\nimage abort.\n7 collatz printLine.\nimage abort.\n9 collatz printLine\n");
    desk.ends(RUN, 0, "22\n22\n28\n");
    desk.asked(1);
}

#[test]
fn a_dialogue_at_an_image_remembers_earlier_dialogues() {
    let desk = Desk::new(Model::knowing(&[("collatz", "collatz = ( even ifTrue: [ self / 2 ] False: [ (self * 3) + 1 ] )")]));
    desk.write("entries", "7 collatz\nimage abort\n9 collatz\n");
    for (mode, times) in [("--alfred=auto", 1), ("--alfred=off", 1)] {
        let mut command = aura(&["repl", "--no-commit", "--image=a.image", mode]);
        command.stdin(std::fs::File::open(desk.at("entries")).expect("there")).current_dir(desk.at(""));
        command.env("OLLAMA_HOST", &desk.model.host).env("AURA_MODEL", "tiny:1b").env_remove("AURA_IMAGE");
        let done: Done = command.output().expect("it starts").into();
        assert!(done.code == 0 && done.out.contains("22") && done.out.contains("28"), "{mode}: {}{}", done.out, done.err);
        desk.asked(times);
    }
}

#[test]
fn a_project_keeps_it_in_a_folder_of_its_own_and_only_when_there_is_something() {
    let desk = Desk::knowing().with("aura.toml", "").with("src/other.aura", "'nothing new' printLine\n");
    desk.ends(&["run", "src/other.aura"], 0, "nothing new\n");
    assert!(!desk.at(".aura").exists());
    let first = desk.ends(&["run", "geometry.aura"], 0, "7\n");
    assert!(first.err.contains("learned.image; not reviewed yet") && desk.at(".aura/learned.image").exists(), "{}", first.err);
    assert!(!desk.at("geometry.learned.aura").exists());
    let second = desk.aura_in("src", &["run", "../geometry.aura"]);
    assert_eq!((second.code, second.out.as_str()), (0, "7\n"), "{}", second.err);
    desk.asked(1);
    let log = desk.aura_in("src", &["alfred", "log"]);
    assert!(log.code == 0 && log.out.contains("learned point manhattan of geometry.aura, by tiny:1b"), "{}{}", log.out, log.err);
}

#[test]
fn programs_of_a_project_run_while_another_has_its_image_open() {
    let desk = Desk::knowing().with("aura.toml", "");
    desk.ends(&["run", "geometry.aura"], 0, "7\n");
    let held = InFile::open(&desk.at(".aura/learned.image"), false).expect("opened");
    let busy = desk.ends(&["run", "geometry.aura"], 0, "7\n");
    assert!(busy.err.contains("in use by") && busy.err.contains("could not be kept"), "{}", busy.err);
    desk.asked(2);
    // Whoever has it for a moment only is waited for.
    let moment = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(300));
        drop(held);
    });
    let waited = desk.ends(&["run", "--alfred=off", "geometry.aura"], 0, "7\n");
    assert!(waited.err.contains("remembered"), "{}", waited.err);
    moment.join().expect("dropped");
}

#[test]
fn a_file_beside_the_script_is_read_wherever_new_methods_go() {
    let desk = Desk::knowing().with("geometry.learned.aura", &format!("point _AddSlots: (| {MANHATTAN} |)\n"));
    desk.ends(RUN, 0, "7\n");
    desk.asked(0);
}

#[test]
fn another_interface_means_all_gates_again() {
    let desk = Desk::knowing();
    desk.ends(RUN, 0, "7\n");
    desk.write("geometry.aura", &format!("{}{USE}\n", POINT.replace("y <- 0.", "y <- 0. z <- 0.")));
    let checked = desk.ends(OFF, 0, "7\n");
    assert!(
        checked.err.contains("checked 'point manhattan' again") && checked.err.contains("(+ z <-): it passed"),
        "{}",
        checked.err
    );
    let quiet = desk.ends(OFF, 0, "7\n");
    assert!(!quiet.err.contains("checked") && quiet.err.contains("remembered"), "{}", quiet.err);
    desk.asked(1);
}

#[test]
fn what_does_not_pass_any_more_is_written_anew_and_knows_what_it_replaced() {
    let desk = Desk::new(Model::writing(&[MANHATTAN, "manhattan = ( x abs + z abs )"]));
    desk.write("geometry.aura", &format!("{POINT}{USE}\n"));
    desk.ends(RUN, 0, "7\n");
    desk.write("geometry.aura", &format!("{}{USE}\n", POINT.replace("y <-", "z <-").replace("y: b", "z: b")));
    let anew = desk.ends(RUN, 0, "7\n");
    assert!(anew.err.contains("does not work any more: self does not understand 'y'"), "{}", anew.err);
    desk.asked(2);
    let diff = desk.aura(&["alfred", "diff", "point", "manhattan", "--image=a.image"]);
    assert!(
        diff.out.contains("-manhattan = ( x abs + y abs )") && diff.out.contains("+manhattan = ( x abs + z abs )"),
        "{}",
        diff.out
    );
    let slot = &desk.chronicle("a.image").slots()[0].clone();
    assert_eq!(
        desk.chronicle("a.image").learning(&slot.versions[1].hash).expect("there").parent,
        Some(slot.versions[0].hash.clone())
    );
    // Back to the first version: it does not pass with this interface, and the second one's question is asked again.
    desk.ends(&["alfred", "revert", "point manhattan", "--image=a.image"], 0, "in force now: manhattan = ( x abs + y abs )\n");
    desk.write("geometry.aura", &format!("{POINT}{USE}\n"));
    desk.ends(OFF, 0, "7\n");
    desk.asked(2);
}

#[test]
fn what_is_remembered_passes_the_checker_again() {
    let desk = Desk::knowing();
    desk.ends(RUN, 0, "7\n");
    desk.ends(OFF, 0, "7\n");
    // Nothing that the objects understand has another name, but x is a text now.
    desk.write("geometry.aura", &format!("{}{USE}\n", POINT.replace("x <- 0", "x <string> <- 'far'")));
    let done = desk.aura(OFF);
    assert_eq!((done.code, done.out.as_str()), (6, ""), "{}", done.err);
    assert!(done.err.contains("does not work any more") && done.err.contains("'abs'"), "{}", done.err);
    // A person's file is no other thing.
    let desk = Desk::knowing();
    desk.write("geometry.learned.aura", "point _AddSlots: (| manhattan = ( x abs + 'far' ) |)\n");
    let done = desk.aura(&["run", "--alfred=off", "geometry.aura"]);
    assert_eq!((done.code, done.out.as_str()), (6, ""), "{}", done.err);
    assert!(done.err.contains("does not work any more") && done.err.contains("`string`"), "{}", done.err);
}

#[test]
fn the_checker_of_files_knows_what_is_kept_in_an_image_or_a_project() {
    let desk = Desk::knowing();
    let told = |arguments: &[&str]| {
        let done = desk.aura(arguments);
        (done.code, done.err)
    };
    assert_eq!(told(&["check", "geometry.aura"]).0, 3);
    desk.ends(RUN, 0, "7\n");
    assert_eq!(told(&["check", "--image=a.image", "geometry.aura"]), (0, String::new()));
    assert_eq!(told(&["check", "geometry.aura"]).0, 3);
    desk.write("aura.toml", "");
    desk.ends(&["run", "geometry.aura"], 0, "7\n");
    assert_eq!(told(&["check", "geometry.aura"]), (0, String::new()));
    // What is damaged is told, and the script is looked at all the same.
    std::fs::write(desk.at(".aura/learned.image"), "no image").expect("written");
    let (code, said) = told(&["check", "geometry.aura"]);
    assert!(code == 3 && said.contains("is not seen") && said.contains("E0301"), "{said}");
}

#[test]
fn methods_that_were_learned_may_send_one_another() {
    let uses = "(point at: 3 Y: -4) norm printLine.\n(point at: 3 Y: -4) manhattan printLine\n";
    let desk = Desk::new(Model::knowing(&[("norm", "norm = ( x abs + y abs )"), ("manhattan", "manhattan = ( norm + 1 )")]));
    desk.write("geometry.aura", &format!("{POINT}{uses}"));
    desk.ends(RUN, 0, "7\n8\n");
    desk.asked(2);
    // Now the one that needs the other is needed first.
    desk.write("geometry.aura", &format!("{POINT}{}\n", USE));
    desk.ends(OFF, 0, "8\n");
    let beside = "point _AddSlots: (| manhattan = ( norm + 2 ) |).\npoint _AddSlots: (| norm = ( x abs ) |)\n";
    desk.write("geometry.learned.aura", beside);
    desk.ends(&["run", "--alfred=off", "geometry.aura"], 0, "5\n");
}

#[test]
fn what_was_rejected_is_not_learned_again() {
    let other = "manhattan = ( (x abs) + (y abs) + 0 )";
    let desk = Desk::new(Model::writing(&[MANHATTAN, "manhattan = ( \"again\" x abs + y abs )", other]));
    desk.write("geometry.aura", &format!("{POINT}{USE}\n"));
    desk.ends(RUN, 0, "7\n");
    let rejected = desk.aura(&["alfred", "reject", "manhattan", "--why", "it is too short", "--image=a.image"]);
    assert_eq!(
        (rejected.code, rejected.out.as_str()),
        (0, "point manhattan is learned anew when it is next needed\n"),
        "{}",
        rejected.err
    );
    desk.ends(OFF, 6, "");
    let anew = desk.ends(RUN, 0, "7\n");
    assert!(anew.err.contains("2 candidates"), "{}", anew.err);
    desk.asked(3);
    assert!(desk.model.asked.lock().expect("not poisoned")[1].to_string().contains("it is too short"));
    let why = desk.aura(&["alfred", "why", "point", "manhattan", "--image=a.image"]);
    for part in ["rejected point manhattan", "by ada: it is too short", "refused-before", "(x abs) + (y abs) + 0"] {
        assert!(why.out.contains(part), "{part}: {}", why.out);
    }
}

#[test]
fn an_approval_shows() {
    let desk = Desk::knowing();
    desk.ends(RUN, 0, "7\n");
    let why = desk.aura(&["alfred", "why", "manhattan", "--image=a.image"]);
    assert!(why.out.starts_with("point manhattan, of geometry.aura: not reviewed\n"), "{}", why.out);
    desk.ends(&["alfred", "approve", "manhattan", "--note=seen", "--image=a.image"], 0, "approved\n");
    let why = desk.aura(&["alfred", "why", "manhattan", "--image=a.image"]);
    assert!(why.out.contains(": reviewed\n") && why.out.contains("by ada: seen"), "{}", why.out);
    let json = desk.aura(&["alfred", "why", "manhattan", "--json", "--image=a.image"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    let learned = &json["entries"][0];
    for (name, value) in [("model", &learned["model"]), ("hash", &learned["hash"]), ("prompt", &learned["prompt"]["system_text"])]
    {
        assert!(value.is_string(), "{name}: {json:#}");
    }
    let verdicts = learned["candidates"][0]["verdicts"].as_array().expect("verdicts");
    for gate in ["audit", "types", "compile", "trial"] {
        assert!(verdicts.contains(&serde_json::json!({"gate": gate, "passed": true})), "{gate}: {verdicts:?}");
    }
    let twice = desk.aura(&["alfred", "approve", "manhattan", "--image=a.image"]);
    assert!(twice.code == 2 && twice.err.contains("approved already"), "{}", twice.err);
}

#[test]
fn what_was_learned_for_the_librarys_objects_goes_out_of_them_again() {
    let desk = Desk::new(Model::knowing(&[("collatz", "collatz = ( even ifTrue: [ self / 2 ] False: [ (self * 3) + 1 ] )")]));
    desk.write("geometry.aura", "7 collatz printLine\n");
    desk.ends(RUN, 0, "22\n");
    desk.ends(&["run", "--image=a.image", "--alfred=off", "-e", "9 collatz printLine"], 0, "28\n");
    let reverted = desk.aura(&["alfred", "revert", "traits integer collatz", "--image=a.image"]);
    assert!(reverted.code == 0 && reverted.out.contains("taken out of the objects"), "{}{}", reverted.out, reverted.err);
    desk.ends(&["run", "--image=a.image", "--alfred=off", "-e", "9 collatz printLine"], 6, "");
    desk.ends(OFF, 6, "");
}

#[test]
fn code_survives_the_loss_of_the_image() {
    let desk = Desk::knowing().with("aura.toml", "");
    desk.ends(&["run", "geometry.aura"], 0, "7\n");
    let image = desk.at(".aura/learned.image");
    std::fs::remove_file(&image).expect("lost");
    let journal = journal(&image).display().to_string();
    let done = desk.aura(&["alfred", "export", ".", "--journal", &journal]);
    assert!(done.code == 0 && done.out.ends_with("geometry.learned.aura\n"), "{}{}", done.out, done.err);
    let again = desk.ends(&["run", "--alfred=off", "geometry.aura"], 0, "7\n");
    assert!(again.err.contains("remembered point manhattan"), "{}", again.err);
    desk.asked(1);
    // It is written for many scripts, whose objects it does not bring.
    desk.ends(&["check", "--syntax", &journal], 0, "");
}

#[test]
fn what_is_exported_is_loaded_from_beside_the_script() {
    let desk = Desk::knowing();
    desk.ends(RUN, 0, "7\n");
    desk.ends(&["alfred", "approve", "manhattan", "--image=a.image"], 0, "approved\n");
    let exported = desk.aura(&["alfred", "export", "out", "--image=a.image"]);
    assert_eq!(exported.code, 0, "{}", exported.err);
    let text = std::fs::read_to_string(desk.at("out/geometry.learned.aura")).expect("exported");
    assert!(text.contains(MANHATTAN) && text.contains("reviewed: yes, by ada"), "{text}");
    std::fs::copy(desk.at("geometry.aura"), desk.at("out/geometry.aura")).expect("copied");
    desk.ends(&["run", "--alfred=off", "out/geometry.aura"], 0, "7\n");
}

/// Puts other bytes in the place of an entry, with the image's own seal.
fn replace(image: &Path, number: u64, change: impl Fn(&mut Vec<u8>)) {
    let mut rows = Rows::new(Box::new(Embedded::open(image).expect("an image").store));
    let mut entry = aura_image::chronicle::read(&rows, 0).expect("entries")[number as usize].clone();
    change(&mut entry);
    let mut changes = Changes::default();
    changes.put(Space::Chronicle, &number.to_be_bytes(), &entry);
    rows.store().apply(&changes.batch).expect("written");
}

#[test]
fn a_damaged_chronicle_is_used_for_nothing() {
    for (project, image) in [(false, "a.image"), (true, ".aura/learned.image")] {
        let desk = Desk::knowing();
        if project {
            desk.write("aura.toml", "");
        }
        let run: &[&str] = if project { &["run", "geometry.aura"] } else { RUN };
        desk.ends(run, 0, "7\n");
        replace(&desk.at(image), 1, |entry| {
            let text = String::from_utf8(entry.clone()).expect("text").replacen("x abs", "y abs", 1);
            *entry = text.into_bytes();
        });
        let done = desk.ends(run, 9, "");
        for part in ["entry 1 of the chronicle is not what was written", image, "journal"] {
            assert!(done.err.contains(part), "{part}: {}", done.err);
        }
        let flag = format!("--image={image}");
        let verify = ["image", "verify", &flag];
        for command in [&["alfred", "log", &flag][..], &["alfred", "approve", "manhattan", &flag], &verify] {
            let done = desk.aura(command);
            assert!(done.code == 9 && (done.err + &done.out).contains("entry 1"), "{command:?}");
        }
        desk.asked(1);
    }
}

/// An image whose chronicle somebody wrote who is no friend.
fn forge(image: &Path, forged: Vec<(&str, &str, &str)>) {
    let mut store = InFile::open(image, true).expect("made");
    let learning = |(at, selector, source): (&str, &str, &str)| {
        What::Learned(Box::new(Learning {
            file: "geometry.aura".into(),
            at: at.into(),
            selector: selector.into(),
            source: source.into(),
            approver: Some("the owner".into()),
            placed: true,
            ..Learning::default()
        }))
    };
    let mut whats: Vec<What> = forged.into_iter().map(learning).collect();
    let of = |c: &Chronicle| c.slots().iter().map(|s| s.meant().hash.clone()).collect::<Vec<_>>();
    let mut chronicle = Chronicle::default();
    let sealed = chronicle.sealed(std::mem::take(&mut whats), SystemTime::now());
    chronicle.extend(&sealed).expect("a sound chain");
    let approved = of(&chronicle).into_iter().map(|of| What::Approved { of, by: "the owner".into(), note: String::new() });
    let more = chronicle.sealed(approved.collect(), SystemTime::now());
    let all = [sealed, more].concat();
    assert_eq!(store.append(0, &all), Ok(true));
}

#[test]
fn a_forged_chronicle_gives_no_powers() {
    let script = POINT.replace("at: a Y: b", "leak = ( files read: 'secret' ). at: a Y: b");
    for (at, source, word) in [
        ("point", "manhattan = ( (files read: 'secret') printLine. 7 )", "needs the capability"),
        ("point", "manhattan = ( leak )", "would use 'files'"),
        ("point", "manhattan = ( traits integer _AddSlots: (| + a = ( 0 ) |). 7 )", "primitive"),
        ("point", "manhattan = ( 7 ). leak = ( files )", "exactly one method"),
        ("point", "manhattan* = traits point", "manhattan"),
        ("point", "manhattan = 7", "not a method"),
        ("point", "other = ( 7 )", "is called 'other'"),
        ("point", "{\"b_source\": \"manhattan = ( 7 )\"}", "alfred"),
        ("traits clonable", MANHATTAN, "not understand"),
        ("lobby", MANHATTAN, "not understand"),
        ("point _AddSlots: (| a = ( files ) |). point", MANHATTAN, "not understand"),
    ] {
        let desk = Desk::new(Model::knowing(&[])).with("secret", "S3CRET").with("geometry.aura", &format!("{script}{USE}\n"));
        forge(&desk.at("a.image"), vec![(at, "manhattan", source)]);
        let done = desk.aura(&["run", "--image=a.image", "--alfred=off", "--allow-all", "geometry.aura"]);
        assert!(done.code != 0 && done.out.is_empty() && !done.err.contains("S3CRET"), "{source}: {}{}", done.out, done.err);
        assert!(done.err.contains(word), "{source} should say {word}: {}", done.err);
        let exported = desk.aura(&["alfred", "export", "out", "--image=a.image"]);
        let loaded = desk.aura(&["run", "--alfred=off", "--allow-all", "geometry.aura"]);
        assert!(exported.code <= 1 && !loaded.err.contains("S3CRET"), "{}", exported.err);
    }
}

#[test]
fn the_file_beside_a_script_can_be_judged_too() {
    let desk = Desk::new(Model::writing(&[MANHATTAN])).with("geometry.aura", &format!("{POINT}{USE}\n"));
    desk.ends(&["run", "geometry.aura"], 0, "7\n");
    let log = desk.aura(&["alfred", "log", "--learned=geometry.aura"]);
    assert!(log.code == 0 && log.out.contains("point manhattan (not reviewed)"), "{}{}", log.out, log.err);
    desk.ends(&["alfred", "approve", "manhattan", "--learned=geometry.aura"], 0, "approved\n");
    let why = desk.aura(&["alfred", "why", "point manhattan", "--learned=geometry.learned.aura"]);
    assert!(
        why.out.contains("point manhattan (reviewed)") && why.out.contains("reviewed: yes, by ada"),
        "{}{}",
        why.out,
        why.err
    );
    desk.ends(&["run", "--alfred=off", "geometry.aura"], 0, "7\n");
    let rejected = desk.aura(&["alfred", "reject", "manhattan", "--why=no", "--learned=geometry.aura"]);
    assert_eq!(rejected.code, 0, "{}", rejected.err);
    desk.ends(&["run", "--alfred=off", "geometry.aura"], 6, "");
    let stubborn = desk.ends(&["run", "geometry.aura"], 6, "");
    assert!(stubborn.err.contains("a person has refused this very method: no (ada, "), "{}", stubborn.err);
}

#[test]
fn an_older_copy_of_an_image_is_noticed_by_its_journal() {
    let desk = Desk::new(Model::knowing(&[("manhattan", MANHATTAN), ("area", "area = ( x * y )")]));
    desk.write("geometry.aura", &format!("{POINT}{USE}\n"));
    desk.ends(RUN, 0, "7\n");
    std::fs::copy(desk.at("a.image"), desk.at("old.image")).expect("copied");
    desk.write("geometry.aura", &format!("{POINT}(point at: 3 Y: 4) area printLine\n"));
    desk.ends(RUN, 0, "12\n");
    let log = desk.aura(&["alfred", "log", "--image=a.image"]);
    assert_eq!((log.code, log.err.as_str()), (0, ""));
    std::fs::rename(desk.at("old.image"), desk.at("a.image")).expect("put back");
    let log = desk.aura(&["alfred", "log", "--image=a.image"]);
    assert!(log.code == 0 && log.err.contains("lacks methods that a.image.journal.aura has (1)"), "{}", log.err);
}

#[test]
fn what_nobody_can_mean_is_said() {
    let desk = Desk::knowing();
    for (arguments, code, word) in [
        (&["alfred", "log"][..], 2, "--image FILE or --learned FILE"),
        (&["alfred", "log", "--image=none.image"], 2, "there is no file none.image"),
        (&["alfred", "log", "--learned=none.aura"], 2, "none.learned.aura"),
        (&["alfred", "log", "--image=geometry.aura"], 9, "geometry.aura"),
        (&["alfred", "export", "--journal=none"], 2, "no journal"),
    ] {
        let done = desk.aura(arguments);
        assert!(done.code == code && done.err.contains(word), "{arguments:?}: {} {}", done.code, done.err);
    }
    desk.ends(RUN, 0, "7\n");
    let done = desk.aura(&["alfred", "why", "point size", "--image=a.image"]);
    assert!(done.code == 2 && done.err.contains("nothing was learned that is called 'point size'"), "{}", done.err);
}
