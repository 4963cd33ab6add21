//! What was learned for an object is remembered with the file that the object is from: there for the script itself, for a dialogue that
//! loads it, for tests, for whoever imports it, and for the checker. Nothing is asked twice.

use std::path::PathBuf;

use crate::door::Model;
use crate::support::{Done, aura};

const POINT: &str = "| point = (| parent* = traits clonable. x <- 0. y <- 0. at: a Y: b = ( (copy x: a) y: b ) |). |\n";
const IMPORTED: &str = "| point = (import: 'point') point. |\n";
const USE: &str = "(point at: 3 Y: -4) manhattan printLine\n";
const MANHATTAN: &str = "manhattan = ( x abs + y abs )";
const COLLATZ: &str = "collatz = ( even ifTrue: [ self / 2 ] False: [ (self * 3) + 1 ] )";

/// A folder with files, and a model at hand.
struct Desk {
    folder: tempfile::TempDir,
    model: Model,
}

impl Desk {
    fn new(files: &[(&str, &str)]) -> Self {
        let model = Model::knowing(&[("manhattan", MANHATTAN), ("collatz", COLLATZ)]);
        let desk = Self { folder: tempfile::tempdir().expect("a folder"), model };
        files.iter().for_each(|(file, text)| desk.write(file, text));
        desk
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.at(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    fn at(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn aura(&self, arguments: &[&str], entries: &str) -> Done {
        self.write("entries", entries);
        let mut command = aura(arguments);
        command.stdin(std::fs::File::open(self.at("entries")).expect("there")).current_dir(self.folder.path());
        command.env("OLLAMA_HOST", &self.model.host).env("AURA_MODEL", "tiny:1b").env_remove("AURA_IMAGE");
        command.output().expect("it starts").into()
    }

    /// Runs the command, and it must end like this, having asked so often in all.
    #[track_caller]
    fn ends(&self, arguments: &[&str], code: i32, out: &str, asked: usize) -> Done {
        let done = self.aura(arguments, "");
        assert_eq!((done.code, done.out.as_str(), self.model.questions()), (code, out, asked), "{arguments:?}\n{}", done.err);
        done
    }

    /// A dialogue with these entries says this.
    #[track_caller]
    fn says(&self, arguments: &[&str], entries: &str, out: &str, asked: usize) {
        let done = self.aura(arguments, entries);
        assert_eq!((done.out.as_str(), self.model.questions()), (out, asked), "{arguments:?}\n{}", done.err);
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.at(file)).unwrap_or_default()
    }
}

/// Beside the script, or in the image of a project.
const PROJECTS: [&[(&str, &str)]; 2] = [&[], &[("aura.toml", "[alfred]\nmode = \"auto\"\n")]];

fn desks(files: &[(&str, &str)]) -> Vec<Desk> {
    PROJECTS.iter().map(|project| Desk::new(&[files, project].concat())).collect()
}

#[test]
fn a_dialogue_has_what_was_learned_for_the_files_that_it_loads() {
    for desk in desks(&[("geometry.aura", &format!("{POINT}{USE}"))]) {
        desk.ends(&["run", "geometry.aura"], 0, "7\n", 1);
        for mode in ["--alfred=off", "--alfred=auto"] {
            desk.says(&["repl", mode, "geometry.aura"], "(point at: 1 Y: 1) manhattan\n", "7\n2\n", 1);
            desk.says(&["repl", mode], ":load geometry.aura\n(point at: 1 Y: 1) manhattan\n", "7\n2\n", 1);
        }
    }
}

#[test]
fn what_a_dialogue_learns_for_a_file_is_there_when_that_is_run() {
    for desk in desks(&[("point.aura", POINT), ("geometry.aura", &format!("{IMPORTED}{USE}"))]) {
        desk.says(&["repl", "--alfred=auto", "point.aura"], "(point at: 1 Y: 1) manhattan\n", "2\n", 1);
        desk.ends(&["run", "geometry.aura"], 0, "7\n", 1);
    }
}

#[test]
fn what_was_learned_for_an_imported_object_is_there_for_every_script_that_imports_it() {
    let far = "((import: 'point') point at: 3 Y: -4) manhattan printLine\n";
    for (n, desk) in
        desks(&[("point.aura", POINT), ("a.aura", &format!("{IMPORTED}{USE}")), ("b.aura", far)]).into_iter().enumerate()
    {
        desk.ends(&["run", "a.aura"], 0, "7\n", 1);
        desk.ends(&["run", "b.aura"], 0, "7\n", 1);
        desk.ends(&["run", "--alfred=off", "a.aura"], 0, "7\n", 1);
        let beside = [desk.at("point.learned.aura").exists(), desk.at("a.learned.aura").exists()];
        assert_eq!(beside, [n == 0, false]);
    }
}

#[test]
fn what_a_module_sends_to_objects_of_the_library_is_remembered_with_the_module() {
    let module = "| steps = (| next: n = ( n collatz ) |). |\n";
    let script = "((import: 'steps') steps next: 7) printLine\n";
    for desk in desks(&[("steps.aura", module), ("a.aura", script), ("b.aura", script)]) {
        desk.ends(&["run", "a.aura"], 0, "22\n", 1);
        desk.ends(&["run", "--alfred=off", "b.aura"], 0, "22\n", 1);
    }
}

#[test]
fn objects_of_the_same_name_in_two_files_have_methods_of_their_own() {
    let other = "| point = (| parent* = traits clonable. width <- 5 |). |\n";
    let script = format!("{IMPORTED}{USE}(import: 'other') point manhattan printLine\n");
    let desk = Desk::new(&[("point.aura", POINT), ("other.aura", other), ("a.aura", &script)]);
    desk.write("other.learned.aura", "point _AddSlots: (| manhattan = ( width ) |).\n");
    desk.ends(&["run", "a.aura"], 0, "7\n5\n", 1);
    desk.ends(&["run", "--alfred=off", "a.aura"], 0, "7\n5\n", 1);
    assert!(desk.read("point.learned.aura").contains(MANHATTAN));
}

#[test]
fn what_was_learned_for_an_imported_object_under_its_scripts_name_is_still_known() {
    let script = "| shapes = import: 'point'. |\n(shapes point at: 3 Y: -4) manhattan printLine\n";
    let desk = Desk::new(&[("point.aura", POINT), ("a.aura", script)]);
    desk.write("a.learned.aura", &format!("shapes point _AddSlots: (| {MANHATTAN} |).\n"));
    desk.ends(&["run", "--alfred=off", "a.aura"], 0, "7\n", 0);
}

#[test]
fn tests_have_what_was_learned_for_what_they_test_and_add_nothing() {
    let cases = "| point = (import: 'point') point.\n  ways = (| parent* = testCase. testWay = ( assert: (point at: -1 Y: -1) manhattan Equals: 2 ) |). |\n";
    let documented = "| point = (| parent* = traits clonable. x <- 0. y <- 0. at: a Y: b = ( (copy x: a) y: b ).\n\"(point at: 1 Y: 2) manhattan ==> 3\"\nway = ( manhattan ) |). |\n";
    for desk in desks(&[("point.aura", documented), ("point_test.aura", cases), ("a.aura", &format!("{IMPORTED}{USE}"))]) {
        let before = desk.aura(&["test", "point.aura", "point_test.aura"], "");
        assert_eq!((before.code, desk.model.questions()), (4, 0), "nobody is asked: {}{}", before.out, before.err);
        desk.ends(&["run", "a.aura"], 0, "7\n", 1);
        let kept = desk.read("point.learned.aura");
        desk.ends(&["test", "point.aura", "point_test.aura"], 0, "2 tests, 0 failed\n", 1);
        assert_eq!(desk.read("point.learned.aura"), kept);
    }
}

#[test]
fn the_checker_knows_what_was_learned_for_imported_files() {
    for desk in desks(&[("point.aura", POINT), ("a.aura", &format!("{IMPORTED}{USE}"))]) {
        let before = desk.aura(&["check", "a.aura"], "");
        assert!(before.code != 0 && before.err.contains("E0301"), "{}", before.err);
        desk.ends(&["run", "a.aura"], 0, "7\n", 1);
        desk.ends(&["check", "a.aura"], 0, "", 1);
        desk.ends(&["check", "point.aura", "a.aura"], 0, "", 1);
    }
}

#[test]
fn a_damaged_file_of_an_imported_module_is_told() {
    let desk = Desk::new(&[("point.aura", POINT), ("a.aura", &format!("{IMPORTED}{USE}"))]);
    desk.write("point.learned.aura", "this is no method\n");
    let done = desk.ends(&["run", "a.aura"], 9, "", 0);
    assert!(done.err.contains("point.learned.aura:1"), "{}", done.err);
}

#[test]
fn a_dialogue_shows_what_was_learned_as_such() {
    for desk in desks(&[("geometry.aura", &format!("{POINT}{USE}"))]) {
        desk.ends(&["run", "geometry.aura"], 0, "7\n", 1);
        let look = "?point manhattan\n??point manhattan\n:slots point\n";
        for (entries, waits) in [(look.to_string(), ", not sent yet"), (format!("point manhattan\n{look}"), "")] {
            // Loaded without the line that sends it.
            desk.write("geometry.aura", POINT);
            let done = desk.aura(&["repl", "--alfred=off", "geometry.aura"], &entries);
            let mark = format!("not reviewed{waits}\n");
            assert_eq!(done.out.matches("  learned from tiny:1b on 2").count(), 1, "{}{}", done.out, done.err);
            assert!(done.out.contains(&mark) && done.out.contains("manhattan  [learned from tiny:1b on 2"), "{}", done.out);
            assert!(done.out.contains("\n model: tiny:1b (d1)\n") && done.out.contains("\n reviewed: no"), "{}", done.out);
            assert!(done.out.contains(MANHATTAN) && !done.out.contains("at:Y:  [learned"), "{}", done.out);
        }
    }
}

#[test]
fn what_a_dialogue_has_just_learned_is_shown_as_such() {
    let desk = Desk::new(&[]);
    let entries = "| thing = (| parent* = traits clonable. x <- 3. y <- -4 |) |\nthing manhattan\n?thing manhattan\n??thing manhattan\n:slots thing\n";
    let done = desk.aura(&["repl", "--alfred=auto"], entries);
    assert_eq!(done.out.matches("learned from tiny:1b on 2").count(), 2, "{}{}", done.out, done.err);
    assert!(done.out.contains("\n reviewed: no\"\n"), "{}", done.out);
}
