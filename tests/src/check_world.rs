//! `aura check` knows the world that a file will run in: what ALFRED taught it, and the objects of an image.

use crate::support::{Done, aura};

/// A folder with files.
struct Desk(tempfile::TempDir);

impl Desk {
    fn with(files: &[(&str, &str)]) -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        files.iter().for_each(|(file, text)| desk.write(file, text));
        desk
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.0.path().join(file), text).expect("written");
    }

    fn aura(&self, arguments: &[&str]) -> Done {
        aura(arguments).current_dir(self.0.path()).env_remove("AURA_IMAGE").output().expect("the command starts").into()
    }

    /// It ends with this code, and says this.
    #[track_caller]
    fn says(&self, arguments: &[&str], code: i32, word: &str) {
        let done = self.aura(arguments);
        assert_eq!(done.code, code, "{arguments:?}: {}{}", done.out, done.err);
        let silent = word.is_empty() && !done.err.is_empty();
        assert!(done.err.contains(word) && !silent, "{arguments:?} should say {word}: {}", done.err);
    }
}

const SCRIPT: &str = "| point = (| parent* = traits clonable. x <- 3. y <- 4 |) |\n(point manhattan + 1) printLine\n";
const LEARNED: &str = "point _AddSlots: (|\n    \"learned: yesterday\"\n    manhattan = ( x abs + y abs ) |)\n";

#[test]
fn what_was_learned_is_understood() {
    let desk = Desk::with(&[("a.aura", SCRIPT)]);
    desk.says(&["check", "a.aura"], 3, "'manhattan'");
    desk.write("a.learned.aura", LEARNED);
    // The file of learned methods is looked at as part of its script, alone and with it.
    desk.says(&["check", "a.aura"], 0, "");
    desk.says(&["check", "a.learned.aura"], 0, "");
    desk.says(&["check", "."], 0, "");
    desk.says(&["check", "--strict", "a.aura"], 0, "");
    desk.write("a.aura", &SCRIPT.replace("+ 1", "size"));
    desk.says(&["check", "a.aura"], 3, "'size'");
}

#[test]
fn what_is_wrong_in_it_is_told_where_it_stands() {
    let desk = Desk::with(&[("a.aura", SCRIPT), ("a.learned.aura", &LEARNED.replace("y abs", "y noSuchThing"))]);
    desk.says(&["check", "a.aura"], 0, "");
    desk.says(&["check", "a.learned.aura"], 3, "a.learned.aura:3:");
    // Without its script it is a file like any other.
    std::fs::remove_file(desk.0.path().join("a.aura")).expect("removed");
    desk.says(&["check", "a.learned.aura"], 3, "'point'");
    desk.write("a.aura", SCRIPT);
    desk.write("a.learned.aura", "point _AddSlots: (| manhattan = ( x |)");
    desk.says(&["check", "a.learned.aura"], 3, "Error");
    let done = desk.aura(&["check", "a.aura"]);
    assert!([0, 3].contains(&done.code), "{}", done.err);
}

#[test]
fn what_was_learned_for_an_imported_object_is_understood_too() {
    let main = "| point = (import: 'point') point |\n(point manhattan + 1) printLine\n";
    let desk = Desk::with(&[("main.aura", main), ("point.aura", SCRIPT.lines().next().expect("a line"))]);
    desk.says(&["check", "main.aura"], 3, "'manhattan'");
    desk.write("main.learned.aura", LEARNED);
    desk.says(&["check", "main.aura"], 0, "");
}

/// An image with a bank that has an owner, a list of what happened, and something for all numbers.
fn bank() -> Desk {
    let make = "
| bank = (|
    parent* = traits clonable.
    balance <int> <- 0. memo <- nil. entries <- list copy. owner = (| parent* = traits clonable. name <- 'ada' |).
    deposit: n <int> ^ <self> = ( entries add: n. balance: balance + n )
|) |
globals _AddSlots: (| theBank = bank |).
traits integer _AddSlots: (| coins ^ <int> = ( self * 100 ) |).
image at: 'kept' Put: bank copy
";
    let desk = Desk::with(&[("make.aura", make)]);
    let done = desk.aura(&["run", "--image=a.image", "make.aura"]);
    assert_eq!(done.code, 0, "{}", done.err);
    desk
}

#[test]
fn code_is_checked_against_the_objects_of_an_image() {
    let desk = bank();
    let good = "(theBank copy deposit: 3 coins) balance printLine.\ntheBank memo: 'x'. theBank memo size printLine.\ntheBank entries size printLine. theBank owner name size printLine.\n(image at: 'kept') balance printLine\n";
    desk.write("good.aura", good);
    desk.says(&["check", "--image=a.image", "good.aura"], 0, "");
    desk.says(&["check", "good.aura"], 3, "'theBank'");
    let ran = desk.aura(&["run", "--image=a.image", "good.aura"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "300\n1\n1\n3\n0\n"), "{}", ran.err);
    for (bad, word) in [
        ("theBank deposit: 'three'", "takes `int`, and this is `string`"),
        ("theBank deposti: 3", "`theBank` does not understand 'deposti:'"),
        ("theBank owner nmae", "`theBank owner` does not understand 'nmae'"),
        ("3 coins size", "'size'"),
        ("theBank entries deposit: 3", "'deposit:'"),
    ] {
        desk.write("bad.aura", &format!("{bad}\n"));
        desk.says(&["check", "--image=a.image", "bad.aura"], 3, word);
    }
}

#[test]
fn an_image_is_only_read_and_may_be_seen_as_it_was() {
    let desk = bank();
    let image = || std::fs::read(desk.0.path().join("a.image")).expect("an image");
    desk.write("use.aura", "theBank extra printLine\n");
    let before = image();
    desk.says(&["check", "--image=a.image", "use.aura"], 3, "'extra'");
    assert!(image() == before, "the image is as it was");
    desk.write("more.aura", "theBank _AddSlots: (| extra = 3 |)\n");
    assert_eq!(desk.aura(&["run", "--image=a.image", "more.aura"]).code, 0);
    desk.says(&["check", "--image=a.image", "use.aura"], 0, "");
    desk.says(&["check", "--image=a.image", "--at=1", "use.aura"], 3, "'extra'");
}

/// As a run does: by the environment, and by the project of each file.
#[test]
fn the_image_need_not_be_named() {
    let desk = bank();
    desk.write("use.aura", "theBank deposit: 3 coins\n");
    desk.says(&["check", "use.aura"], 3, "'theBank'");
    let told = aura(&["check", "use.aura"]).current_dir(desk.0.path()).env("AURA_IMAGE", "a.image").output();
    let told: Done = told.expect("the command starts").into();
    assert_eq!((told.code, told.err.as_str()), (0, ""));
    let other = Desk::with(&[("use.aura", "theBank size\n")]);
    desk.write("aura.toml", "image = \"a.image\"\n");
    desk.says(&["check", "use.aura"], 0, "");
    // Files of several projects, each with what lives in its own.
    let elsewhere = other.0.path().join("use.aura").display().to_string();
    desk.says(&["check", "use.aura", &elsewhere], 3, "'theBank'");
    desk.says(&["check", "--no-image", "use.aura"], 3, "'theBank'");
    desk.says(&["check", "--at=head", "use.aura"], 0, "");
    desk.says(&["check", "--no-image", "--image=a.image", "use.aura"], 2, "--no-image");
    // One that no run has made so far.
    desk.write("aura.toml", "image = \"later.image\"\n");
    desk.says(&["check", "use.aura"], 3, "'theBank'");
    assert!(!desk.0.path().join("later.image").exists());
    desk.write("aura.toml", "imag = \"a.image\"\n");
    desk.says(&["check", "use.aura"], 2, "imag");
    desk.says(&["check", "--no-image", "use.aura"], 3, "'theBank'");
    desk.says(&["check", "--syntax", "use.aura"], 0, "");
}

#[test]
fn what_lives_in_the_image_is_not_mended_away() {
    let desk = bank();
    let text = "theBank depost: 3\n";
    desk.write("use.aura", text);
    desk.write("aura.toml", "image = \"a.image\"\n");
    let read = || std::fs::read_to_string(desk.0.path().join("use.aura")).expect("there");
    let done = desk.aura(&["fix", "--no-image", "use.aura"]);
    assert_eq!((done.code, read().as_str()), (3, text), "{}{}", done.out, done.err);
    let done = desk.aura(&["fix", "use.aura"]);
    assert_eq!((done.code, read().as_str()), (0, "theBank deposit: 3\n"), "{}{}", done.out, done.err);
    desk.says(&["fix", "--image=none.image", "use.aura"], 2, "none.image");
}

/// People are told the beginning of why something does not fit, machines all of it.
#[test]
fn machines_are_told_every_reason() {
    let desk = Desk::with(&[("a.aura", "| take: x <int | string> = ( x ) |\n(take: 3.5) printLine\n")]);
    let done = desk.aura(&["check", "--json", "a.aura"]);
    let told: serde_json::Value = serde_json::from_str(&done.out).expect("JSON");
    let texts = |key: &str| {
        let all = told[0]["diagnostics"][0][key].as_array().cloned().unwrap_or_default();
        all.iter().map(|t| t.as_str().unwrap_or_default().to_string()).collect::<Vec<_>>()
    };
    let (notes, reasons) = (texts("notes"), texts("reasons"));
    for (member, missing) in [("int", "gcd:"), ("string", "asUppercase")] {
        let head = format!("because `float` is not `{member}`: `float` does not understand ");
        let short = notes.iter().find(|n| n.starts_with(&head)).unwrap_or_else(|| panic!("{head}: {notes:?}"));
        assert!(short.contains(" more"), "{short}");
        let whole = reasons.iter().find(|n| n.starts_with(&head)).unwrap_or_else(|| panic!("{head}: {reasons:?}"));
        assert!(whole.contains(&format!("`{missing}`")) && !whole.contains(" more"), "{whole}");
    }
    // What says everything already is not said twice.
    desk.write("a.aura", "| take: b <[int | nil]> = ( b value: 3 ) |\n(take: [|:x. :y| x ]) printLine\n");
    let done = desk.aura(&["check", "--json", "a.aura"]);
    assert!(done.out.contains("because the block takes 2 arguments") && !done.out.contains("reasons"), "{}", done.out);
}

#[test]
fn an_image_that_cannot_be_used_is_told() {
    let desk = Desk::with(&[("a.aura", "3 printLine\n"), ("text.image", "this is no image\n")]);
    desk.says(&["check", "--image=none.image", "a.aura"], 2, "none.image");
    assert!(!desk.0.path().join("none.image").exists());
    let done = desk.aura(&["check", "--image=text.image", "a.aura"]);
    assert!(done.code == 9 && done.err.contains("text.image"), "{}: {}", done.code, done.err);
    desk.says(&["check", "--at=1", "a.aura"], 2, "--image");
}
