//! What is said about the worth of what was learned: that it exists already, whether it gets worse, and what another model can learn from it.

use serde_json::Value;

use crate::door::Model;
use crate::support::{Done, aura};

const BAG: &str = "| bag = (| parent* = traits clonable. items <- { 3. 4 }. count = ( items size ) |). |\n";
/// Long enough that having it twice is no accident.
const HEAVIEST: &str = "heaviest = ( (items inject: 0 Into: [ | :most. :i | most max: i ]) + 0 )";

struct Desk {
    folder: tempfile::TempDir,
    model: Model,
}

impl Desk {
    fn new(methods: &[(&str, &str)], script: &str) -> Self {
        let desk = Self { folder: tempfile::tempdir().expect("a folder"), model: Model::knowing(methods) };
        desk.script(script);
        desk
    }

    fn script(&self, text: &str) {
        std::fs::write(self.folder.path().join("bag.aura"), format!("{BAG}{text}")).expect("written");
    }

    fn aura(&self, arguments: &[&str]) -> Done {
        let mut command = aura(arguments);
        command.current_dir(self.folder.path()).env("OLLAMA_HOST", &self.model.host).env("AURA_MODEL", "tiny:1b");
        command.env_remove("AURA_IMAGE").output().expect("the command starts").into()
    }
}

const RUN: &[&str] = &["run", "--image=a.image", "bag.aura"];

#[test]
fn what_is_there_already_is_said_after_the_run_and_in_why() {
    let again = HEAVIEST.replace("heaviest", "weightiest").replace("most", "m");
    let desk = Desk::new(&[("heaviest", HEAVIEST), ("weightiest", &again)], "bag heaviest printLine\n");
    let first = desk.aura(RUN);
    assert!(first.out == "4\n" && !first.err.contains("the same code"), "{}", first.err);
    desk.script("bag weightiest printLine\n");
    let second = desk.aura(RUN);
    assert_eq!(second.out, "4\n", "{}", second.err);
    let why = desk.aura(&["alfred", "why", "weightiest", "--image=a.image"]);
    assert!(why.out.contains("it is the same code as 'heaviest' of bag"), "{}", why.out);
    let json: Value =
        serde_json::from_str(&desk.aura(&["alfred", "why", "weightiest", "--json", "--image=a.image"]).out).expect("JSON");
    assert_eq!(json["already"], "the same code as 'heaviest' of bag");
    let other = desk.aura(&["alfred", "why", "heaviest", "--json", "--image=a.image"]);
    let other: Value = serde_json::from_str(&other.out).expect("JSON");
    assert_eq!(other["already"], "the same code as 'weightiest' of bag");
}

#[test]
fn a_method_of_the_library_or_the_script_under_another_name_is_told() {
    let own = "total = ( | s <- 0 | items do: [ | :e | s: s + e ]. s )";
    let desk = Desk::new(
        &[("addedUp", "addedUp = ( | t <- 0 | items do: [ | :x | t: t + x ]. ^ t )"), ("collatz:", "collatz: n = ( n )")],
        &format!("bag _AddSlots: (| {own} |)\nbag addedUp printLine\n"),
    );
    let done = desk.aura(&["run", "bag.aura"]);
    assert_eq!(done.out, "7\n", "{}", done.err);
    assert!(done.err.contains("alfred: 'addedUp' is the same code as 'total' of bag"), "{}", done.err);
    let library = "isWithin: low And: high = ( (low <= self) && [ self <= high ] )";
    let desk = Desk::new(&[("isWithin:And:", library)], "(3 isWithin: 1 And: 5) printLine\n");
    let done = desk.aura(&["run", "bag.aura"]);
    assert!(done.err.contains("'isWithin:And:' is the same code as 'between:And:' of traits number"), "{}", done.err);
}

#[test]
fn decay_is_looked_for_in_an_image() {
    let desk = Desk::new(&[("heaviest", HEAVIEST)], "bag heaviest printLine\n");
    desk.aura(RUN);
    let decay = desk.aura(&["alfred", "decay", "--image=a.image"]);
    assert!(decay.code == 0 && decay.out.contains("bag heaviest") && decay.out.contains("too few methods"), "{}", decay.out);
    let json: Value = serde_json::from_str(&desk.aura(&["alfred", "decay", "--json", "--image=a.image"]).out).expect("JSON");
    assert_eq!((&json["schema"], &json["decays"]), (&1.into(), &false.into()));
    let point = &json["points"][0];
    assert!(point["novelty"].as_f64().is_some_and(|n| (0.0..=1.0).contains(&n)), "{point}");
    assert_eq!((&point["relevance"], &point["diversity"]), (&1.0.into(), &1.0.into()));
    assert!(point["structure"].as_f64().is_some_and(|s| s > 10.0), "{point}");
    std::fs::write(desk.folder.path().join("bag.learned.aura"), "").expect("written");
    let file = desk.aura(&["alfred", "decay", "--learned=bag.aura"]);
    assert!(file.code == 2 && file.err.contains("no history"), "{}", file.err);
}

#[test]
fn exchanges_are_exported_as_lines_and_rejected_ones_are_not() {
    let desk = Desk::new(&[("heaviest", HEAVIEST)], "bag heaviest printLine\n");
    desk.aura(RUN);
    let export = ["alfred", "export", "--format", "jsonl", "--image=a.image"];
    let lines = desk.aura(&export).out;
    let line: Value = serde_json::from_str(lines.trim()).expect("one line of JSON");
    let messages = line["messages"].as_array().expect("messages");
    assert_eq!(messages.first().map(|m| &m["role"]), Some(&"system".into()));
    let last = messages.last().expect("an answer");
    assert!(last["role"] == "assistant" && last["content"].as_str().is_some_and(|c| c.contains("most max: i")), "{last}");
    let part = line["metadata"]["split"].as_str().expect("a part");
    let other = if part == "train" { "test" } else { "train" };
    assert_eq!(desk.aura(&[&export[..], &["--split", part]].concat()).out, lines);
    assert_eq!(desk.aura(&[&export[..], &["--split", other]].concat()).out, "");
    desk.aura(&["alfred", "reject", "heaviest", "--why", "no", "--image=a.image"]);
    assert_eq!(desk.aura(&export).out, "");
    for (flags, words) in [
        (&["alfred", "export", "--split", "test", "--image=a.image"][..], "--format jsonl"),
        (&["alfred", "export", "--format", "jsonl", "--journal", "a.image.journal.aura"], "no prompts"),
    ] {
        let done = desk.aura(flags);
        assert!(done.code == 2 && done.err.contains(words), "{}", done.err);
    }
}
