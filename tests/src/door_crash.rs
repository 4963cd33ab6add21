//! A run that dies in the middle of a send, in each of its states: the image is as it was, the record says where it stopped,
//! and the next run goes its way.
//!
//! The run that dies is this test binary, started once more: its ledger writes each step down and aborts the process at the
//! one that the test names, before anything of that step happens.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use aura_alfred::chronicle::{Chronicle, ChronicleStore};
use aura_alfred::ledger::{Ledger, OnDisk, Stopped};
use aura_alfred::state::{Record, Step};
use aura_command::ask::Answers;
use aura_command::cli::ImageFlags;
use aura_command::door::{Door, DoorFlags};
use aura_command::drive::{Attendant, drive};
use aura_command::memory::InFile;
use aura_command::world::{self, Wiring};
use aura_run::{CapSet, Limits, ProcessId, Vm};
use serde_json::json;

use crate::door::{Model, content};
use crate::support::{Done, aura};

const SCRIPT: &str = "\"(point at: 3 Y: -4) manhattan ==> 7\"
| point = (| parent* = traits clonable. x <- 0. y <- 0. at: a Y: b = ( (copy x: a) y: b ). manhattanLike = ( \"near\" x ) |). |
globals _AddSlots: (| changed = 1 |).
(point at: 3 Y: -4) manhattan printLine
";
const MANHATTAN: &str = "manhattan = ( x abs + y abs )";
const SETTINGS: &str = "image = \"a.image\"\n[alfred]\nmode = \"ask\"\ncascade = \"always\"\ntests = \"robin\"\ncandidates = 2\n";

/// Every step that a send comes to on its way to the end.
const STEPS: [Step; 17] = [
    Step::Paused,
    Step::Weighing,
    Step::Gathering,
    Step::Deconstructing,
    Step::Intending,
    Step::Researching,
    Step::Asking,
    Step::Reading,
    Step::Auditing,
    Step::Compiling,
    Step::Testing,
    Step::Trying,
    Step::Repairing,
    Step::Clustering,
    Step::Approving,
    Step::Splicing,
    Step::Keeping,
];

/// A model that fails first and is right when it is corrected, whoever asks and however often.
fn model() -> Model {
    Model::saying(Box::new(|body, _| {
        let system = body["messages"][0]["content"].as_str().unwrap_or("");
        let last = body["messages"].as_array().and_then(|m| m.last()).map_or(String::new(), |m| m["content"].to_string());
        match system.get(..11).unwrap_or("") {
            "You are BRI" => json!({"a_signature": "answers a number", "b_cases": [], "c_edges": []}).to_string(),
            "You are ROB" => {
                let example = json!({"a_call": "(point at: -1 Y: -1) manhattan", "b_expected": "2"});
                json!({"a_intent": "both ways", "b_comment": "", "c_examples": [example]}).to_string()
            }
            "You are BAB" => json!({"a_relevant": [1], "b_note": ""}).to_string(),
            _ if last.contains("Write the whole") => content(MANHATTAN),
            _ => content("manhattan = ( files size )"),
        }
    }))
}

/// Writes each step down, and dies at one of them.
struct Deadly {
    inner: OnDisk,
    at: String,
}

impl Ledger for Deadly {
    fn came_to(&mut self, record: &Record) -> Result<(), String> {
        self.inner.came_to(record)?;
        if record.step().name() == self.at {
            std::process::abort();
        }
        Ok(())
    }
    fn left_behind(&mut self) -> Vec<Stopped> {
        self.inner.left_behind()
    }
}

/// A person who says yes.
struct Yes;

impl Answers for Yes {
    fn ask(&mut self, _question: &str) -> Option<String> {
        Some("yes".into())
    }
}

/// The door, with that person beside it.
struct Approved(Door);

impl Attendant for Approved {
    fn paused(&mut self, vm: &mut Vm, id: ProcessId) -> bool {
        self.0.paused(vm, id)
    }
    fn poll(&mut self, vm: &mut Vm) -> bool {
        self.0.poll_asking(vm, &mut Yes)
    }
    fn given_up(&mut self, vm: &mut Vm) -> Option<ProcessId> {
        self.0.given_up(vm)
    }
}

/// The run that dies. It is started by the test below, in its folder.
#[test]
#[ignore = "the other test starts it, in a process of its own"]
fn a_run_that_dies() {
    let at = std::env::var("AURA_TEST_DIES_AT").expect("the other test says where");
    let script = Path::new("geometry.aura");
    let (mut vm, images) = (world::machine(Wiring::standard(Vec::new())).expect("a machine"), ImageFlags::default());
    assert!(aura_command::image::join(&mut vm, &images, script, "geometry.aura").expect("joins"));
    let door = Door::open(&DoorFlags::default(), &images, Some(script), (&script.display().to_string(), SCRIPT), &mut vm)
        .expect("opens");
    let ledger = Deadly { inner: OnDisk::beside(Path::new("a.image")), at };
    let code = aura_command::source::compile("geometry.aura", SCRIPT, false).expect("compiles");
    let id = vm.spawn_file("geometry.aura", &code, CapSet::script(), Limits::default());
    drive(&mut vm, id, &mut Approved(door.with_ledger(Box::new(ledger))));
    panic!("it did not die");
}

/// A folder with the program, and an image that has something in it.
struct Desk {
    folder: tempfile::TempDir,
    model: Model,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().expect("a folder"), model: model() };
        std::fs::write(desk.at("geometry.aura"), SCRIPT).expect("written");
        std::fs::write(desk.at("aura.toml"), SETTINGS).expect("written");
        let first = desk.aura(&["run", "-e", "globals _AddSlots: (| before = 1 |)"]);
        assert_eq!(first.code, 0, "{}", first.err);
        desk
    }

    fn at(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn aura(&self, arguments: &[&str]) -> Done {
        let mut command = aura(arguments);
        command.current_dir(self.folder.path()).env("OLLAMA_HOST", &self.model.host).env("AURA_MODEL", "tiny:1b");
        command.env_remove("AURA_IMAGE").output().expect("the command starts").into()
    }

    fn dies_at(&self, step: Step) {
        let mut command = Command::new(std::env::current_exe().expect("this binary"));
        command.args(["door_crash::a_run_that_dies", "--exact", "--ignored", "--nocapture"]).current_dir(self.folder.path());
        command.env("AURA_TEST_DIES_AT", step.name()).env("OLLAMA_HOST", &self.model.host).env("AURA_MODEL", "tiny:1b");
        for name in ["CI", "AURA_ALFRED", "AURA_IMAGE", "AURA_OPENAI", "http_proxy", "HTTP_PROXY"] {
            command.env_remove(name);
        }
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().expect("it starts");
        assert!(status.code().is_none(), "{step:?}: it did not die: {status}");
    }

    /// Everything that is in the image, and how often it was committed.
    fn contents(&self) -> String {
        self.aura(&["image", "show"]).out + &self.aura(&["image", "log", "--json"]).out
    }

    fn learned(&self) -> u64 {
        let mut store = InFile::open_read_only(&self.at("a.image")).expect("an image");
        Chronicle::read(&store.entries(0).expect("entries")).expect("sound").len()
    }

    /// The records of sends that lie about.
    fn records(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.folder.path()).expect("a folder").flatten();
        names.map(|e| e.file_name().to_string_lossy().into_owned()).filter(|n| n.contains(".sends-")).collect()
    }
}

#[test]
fn a_crash_in_any_state_leaves_the_image_as_it_was_and_says_where_it_stopped() {
    for step in STEPS {
        let desk = Desk::new();
        let (contents, learned) = (desk.contents(), desk.learned());
        desk.dies_at(step);
        assert_eq!(desk.contents(), contents, "{step:?}");
        assert_eq!((desk.learned(), desk.records().len()), (learned, 1), "{step:?}");
        let next = desk.aura(&["run", "--alfred=auto", "geometry.aura"]);
        assert_eq!((next.code, next.out.as_str()), (0, "7\n"), "{step:?}\n{}", next.err);
        let told = format!("an earlier run ended in the middle of 'manhattan' to point at geometry.aura:4, at '{}'", step.name());
        assert!(next.err.contains(&told), "{step:?}\n{}", next.err);
        assert_eq!(desk.records(), Vec::<String>::new(), "{step:?}: it is told once");
        assert_eq!(desk.aura(&["run", "-e", "changed printLine"]).out, "1\n", "{step:?}: the next run is committed");
    }
}

#[test]
fn a_crash_after_the_method_was_kept_loses_nothing() {
    let desk = Desk::new();
    let contents = desk.contents();
    desk.dies_at(Step::Done);
    assert_eq!((desk.contents(), desk.records()), (contents, Vec::new()));
    let next = desk.aura(&["run", "--alfred=off", "geometry.aura"]);
    assert_eq!((next.code, next.out.as_str()), (0, "7\n"), "{}", next.err);
    assert!(next.err.contains("remembered point manhattan"), "{}", next.err);
}
