//! `aura image …`: images are made by real programs, looked at, mended, collected and checked with the command.
//!
//! Not here: the tools on records written by hand (unit tests in `vm/image/src/tools`).

use std::path::{Path, PathBuf};

use aura_command::drive::{Nobody, drive};
use aura_image::tools::collect::{Keep, collect};
use aura_image::tools::objects::Objects;
use aura_image::tools::paths::Finder;
use aura_image::tools::verify::verify;
use aura_image::{Rows, history, tools};
use aura_run::{CapSet, Limits};
use aura_tests::programs::program;
use serde_json::Value as Json;

use crate::engines::choices;
use crate::image::reopened;
use crate::support::{Done, Kept, attach, attach_at, done, hang_in, machine};

/// An account, a list and a changed library object.
const BANK: &str = "
    globals _AddSlots: (|
        account = (| parent* = traits clonable. balance <- 0. owner <- 'nobody'. rate = 3.
            deposit: n = ( balance: balance + n. self ) |).
    |).
    image at: 'account' Put: (account copy deposit: 100).
    image at: 'my things' Put: (list copy add: 'three').
    traits string _AddSlots: (| shout = ( asUppercase , '!' ) |).";

/// An image in a folder of its own.
struct Place(tempfile::TempDir);

impl Place {
    /// An image that some programs have worked at, one commit each.
    fn after(programs: &[&str]) -> Place {
        let place = Place(tempfile::tempdir().expect("a folder"));
        programs.iter().for_each(|code| {
            place.run(&[], code);
        });
        place
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn path(&self) -> String {
        self.file("x.image").display().to_string()
    }

    /// Runs a program that must end well; answers what it printed.
    fn run(&self, flags: &[&str], code: &str) -> String {
        let path = self.path();
        let mut all = vec!["run", "--alfred=off", "--image", &path];
        all.extend(flags);
        all.extend(["-e", code]);
        let d = done(&all);
        assert_eq!(d.code, 0, "{code}\n{}", d.err);
        d.out
    }

    fn try_image(&self, words: &[&str]) -> Done {
        let path = self.path();
        done(&[&["image", "--image", &path], words].concat())
    }

    /// `aura image …`, which must end well; answers what it printed.
    fn image(&self, words: &[&str]) -> String {
        let d = self.try_image(words);
        assert_eq!(d.code, 0, "aura image {words:?}\n{}{}", d.out, d.err);
        d.out
    }

    fn json(&self, words: &[&str]) -> Json {
        let text = self.image(&[words, &["--json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("aura image {words:?}: {e}\n{text}"))
    }

    /// `aura image …`, which must fail with this exit code; answers the message.
    fn fails(&self, words: &[&str], code: i32) -> String {
        let d = self.try_image(words);
        assert_eq!(d.code, code, "aura image {words:?}\n{}{}", d.out, d.err);
        assert!(d.err.contains("error: "), "{}", d.err);
        d.err
    }

    fn len(&self) -> u64 {
        std::fs::metadata(self.path()).expect("the image").len()
    }
}

fn bank() -> Place {
    Place::after(&["image at: 'n' Put: 1", BANK, "(image at: 'account') deposit: 150. image at: 'n' Put: 2"])
}

#[test]
fn the_log_tells_who_wrote_what_and_when() {
    let p = bank();
    let text = p.image(&["log"]);
    let first: Vec<&str> = text.lines().map(|l| l.split_whitespace().next().unwrap_or("")).collect();
    assert_eq!(first, ["commit", "3", "2", "1"], "{text}");
    assert!(text.contains("run of -e"), "{text}");
    let all = p.json(&["log", "--limit", "2"]);
    assert_eq!(all.as_array().map(Vec::len), Some(2));
    assert_eq!((&all[0]["commit"], &all[0]["author"], &all[0]["changed"]), (&3.into(), &"-e".into(), &2.into()));
    let time = all[0]["time"].as_str().expect("a time");
    assert!(time.starts_with("20") && time.ends_with('Z') && time.len() == 20, "{time}");
}

#[test]
fn show_without_a_path_is_what_the_image_has_beyond_the_library() {
    let p = bank();
    let text = p.image(&["show"]);
    for part in
        ["image, names", "n            2", "'my things'  a list", "globals, changed", "traits string, changed", "shout  method"]
    {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
    assert!(!text.contains("roots"), "{text}");
    let all = p.json(&["show"]);
    let names: Vec<&str> = all["names"].as_array().expect("names").iter().filter_map(|n| n["name"].as_str()).collect();
    assert_eq!(names, ["n", "account", "'my things'"]);
    assert_eq!(all["library"][0]["path"], "globals");
    assert_eq!(Place::after(&["3"]).image(&["show"]), "nothing beyond the library\n");
}

#[test]
fn show_follows_paths_now_and_as_of_a_commit() {
    let p = bank();
    assert_eq!(p.image(&["show", "image", "account", "balance"]), "image account balance  250\n");
    assert_eq!(p.image(&["show", "image account balance", "--at", "2"]), "image account balance  100\n");
    let text = p.image(&["show", "image", "account"]);
    for part in ["an account", "owner     data      'nobody'", "rate      constant  3", "deposit:  method    deposit: n = ("] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
    let method = p.json(&["show", "globals account deposit:"]);
    assert_eq!((&method["kind"], &method["source"]), (&"a method".into(), &"deposit: n = ( balance: balance + n. self )".into()));
    assert_eq!(p.image(&["show", "image", "my things", "items", "[0]"]), "image 'my things' items [0]  'three'\n");
    let account = p.json(&["show", "image account"]);
    assert_eq!(account["slots"][1]["text"], "250");
}

#[test]
fn paths_that_lead_nowhere_say_what_is_there() {
    let p = bank();
    for (words, part) in [
        (&["show", "image", "account", "balanse"][..], "it has parent, balance, owner, rate, deposit:"),
        (&["show", "image 'nobody'"], "there are n, account, 'my things'"),
        (&["show", "zork"], "nothing at 'zork'"),
        (&["show", "image account", "--at", "1"], "nothing is at the name 'account'; there are n"),
        (&["show", "--at", "77"], "aura image log"),
        (&["diff", "never"], "no tag 'never'"),
        (&["revert", "image account", "--to", "1"], "image removeKey: 'account'"),
        (&["tag", "7"], "use a word"),
    ] {
        let told = p.fails(words, 2);
        assert!(told.contains(part), "aura image {words:?}: {told}");
    }
}

#[test]
fn diff_tells_slots_before_and_after() {
    let p = bank();
    assert_eq!(p.image(&["diff", "2"]), "image\n    n  1 -> 2\nimage account\n    balance  100 -> 250\n");
    let text = p.image(&["diff", "1", "2"]);
    for part in
        ["+ account", "+ 'my things'  a list", "+ shout  shout = ( asUppercase , '!' )", "image account             an account"]
    {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
    assert_eq!(p.image(&["diff", "3"]), "nothing differs between commit 3 and commit 3\n");
    let found = p.json(&["diff", "2", "3"]);
    let slot = &found["changed"][1]["slots"][0];
    assert_eq!((&slot["before"]["text"], &slot["after"]["text"]), (&"100".into(), &"250".into()));
}

#[test]
fn diff_shows_methods_of_several_lines_one_under_the_other() {
    let p = Place::after(&[
        "globals _AddSlots: (| o = (| parent* = lobby. m = (\n  1 printLine.\n  2 ) |) |)",
        "o _AddSlots: (| m = (\n  1 printLine.\n  3 ) |)",
    ]);
    let text = p.image(&["diff", "1"]);
    assert!(text.contains("  -   2 )") && text.contains("  +   3 )"), "{text}");
}

#[test]
fn tags_name_commits_and_are_taken_away() {
    let p = bank();
    assert!(p.image(&["tag", "--list"]).contains("no commit has a name"));
    p.image(&["tag", "early", "2"]);
    p.image(&["tag", "late"]);
    assert_eq!(p.image(&["tag", "--list"]), "early  2\nlate   3\n");
    assert!(p.image(&["log"]).contains("[early]"));
    assert!(p.fails(&["tag", "early"], 2).contains("--remove early"));
    assert_eq!(p.run(&["--at", "early"], "(image at: 'account') balance printLine"), "100\n");
    p.image(&["tag", "--remove", "early"]);
    assert_eq!(p.json(&["tag", "--list"]), serde_json::json!([{ "name": "late", "commit": 3 }]));
    p.fails(&["tag", "--remove", "early"], 2);
}

#[test]
fn at_tells_how_to_work_as_of_a_commit() {
    let p = bank();
    let text = p.image(&["at", "2"]);
    for part in ["author  -e", "wrote", "aura run --image", "--at 2 FILE", "aura repl", "PATH --to 2"] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
    assert_eq!(p.json(&["at", "head"])["commit"], 3);
}

#[test]
fn revert_puts_back_one_slot_and_leaves_the_rest() {
    let p = bank();
    p.run(&[], "(image at: 'account') owner: 'Ada'");
    assert!(p.image(&["revert", "image account balance", "--to", "2"]).contains("250 -> 100 (commit 5)"));
    let ask = "(image at: 'account') balance printLine. (image at: 'account') owner printLine. (image at: 'n') printLine";
    assert_eq!(p.run(&[], ask), "100\nAda\n2\n");
    assert_eq!(p.run(&["--at", "4"], ask), "250\nAda\n2\n");
    assert!(p.image(&["revert", "image account balance", "--to", "2"]).contains("already"));
    assert!(p.image(&["log"]).contains("revert image account balance to 2"));
    let done = p.json(&["revert", "image n", "--to", "1"]);
    assert_eq!((&done["before"], &done["after"]), (&"2".into(), &"1".into()));
    assert_eq!(p.run(&[], ask), "100\nAda\n1\n");
    assert!(p.image(&["verify"]).starts_with("sound"));
}

#[test]
fn revert_puts_back_methods_of_objects_and_of_the_library() {
    let p = bank();
    p.run(&[], "account _AddSlots: (| deposit: n = ( balance: balance - n. self ). fee = 1 |)");
    p.run(&[], "traits string _AddSlots: (| shout = ( asLowercase ). whisper = ( 'psst' ) |). globals _RemoveSlot: 'sortedList'");
    p.image(&["revert", "account", "deposit:", "--to", "3"]);
    p.image(&["revert", "account", "fee", "--to", "3"]);
    let ask = "(account copy deposit: 5) balance printLine. (account respondsTo: 'fee') printLine.";
    assert_eq!(p.run(&[], ask), "5\nfalse\n");
    p.image(&["revert", "traits string shout", "--to", "3"]);
    p.image(&["revert", "globals sortedList", "--to", "3"]);
    assert_eq!(p.run(&[], "'x' shout printLine. 'x' whisper printLine. sortedList size printLine"), "X!\npsst\n0\n");
    p.image(&["revert", "traits string shout", "--to", "1"]);
    assert_eq!(p.run(&[], "('x' respondsTo: 'shout') printLine. 'x' whisper printLine"), "false\npsst\n");
    assert!(p.image(&["verify"]).starts_with("sound"));
}

#[test]
fn changes_to_a_library_object_in_a_later_run_are_not_lost() {
    let p = Place::after(&[
        "traits string _AddSlots: (| shout = 1 |)",
        "traits string _AddSlots: (| whisper = 2 |)",
        "traits string _RemoveSlot: 'shout'",
    ]);
    assert_eq!(p.run(&[], "'x' whisper printLine. ('x' respondsTo: 'shout') printLine"), "2\nfalse\n");
    assert_eq!(p.json(&["log"])[0]["commit"], 3);
}

#[test]
fn collected_garbage_goes_and_the_file_stays_bounded_over_many_commits() {
    let p = Place::after(&["image at: 'n' Put: 0"]);
    let overwrite = "1 to: 100 Do: [|:i|
        image at: 'n' Put: ((vector copySize: 2000 FillingWith: i) at: 0 Put: 'number ' , i printString).
        image commit: 'again' ]";
    p.run(&[], overwrite);
    p.image(&["tag", "middle", "51"]);
    let grown = p.len();
    let gained = p.json(&["gc", "--keep", "1"]);
    let once = p.len();
    assert!(once * 2 < grown, "{once} of {grown}");
    assert_eq!((&gained["bytes_before"], &gained["bytes_after"]), (&grown.into(), &once.into()));
    assert_eq!(gained["commits_kept"], 2);
    // Ninety-eight vectors that neither now nor the tagged commit has, each with its string.
    assert_eq!(gained["objects_dropped"], 98 * 2);
    assert!(p.image(&["verify"]).starts_with("sound"));
    p.run(&[], overwrite);
    p.image(&["gc", "--keep", "1"]);
    assert!(p.len() <= once + once / 4, "{} after {once}", p.len());
    assert_eq!(
        p.run(&["--at", "middle"], "((image at: 'n') at: 0) printLine. ((image at: 'n') at: 7) printLine"),
        "number 50\n50\n"
    );
    assert_eq!(p.run(&[], "((image at: 'n') at: 0) printLine"), "number 100\n");
    for words in [&["show", "--at", "20"][..], &["diff", "20"], &["tag", "late", "20"], &["revert", "image n", "--to", "20"]] {
        assert!(p.fails(words, 2).contains("was collected"));
    }
    let d = done(&["run", "--image", &p.path(), "--at", "20", "-e", "3"]);
    assert!(d.code == 2 && d.err.contains("was collected"), "{}", d.err);
    assert!(p.image(&["verify"]).starts_with("sound"));
    assert!(p.image(&["log", "--limit", "300"]).contains("(collected)"));
}

#[test]
fn collection_keeps_what_it_is_told_to() {
    let p = bank();
    assert_eq!(p.json(&["gc"])["commits_dropped"], 0);
    assert_eq!(p.json(&["gc", "--keep", "all"])["versions_dropped"], 0);
    assert_eq!(p.json(&["gc", "--keep", "3"])["commits_kept"], 3);
    assert_eq!(p.json(&["gc", "--keep", "0s"])["commits_kept"], 1);
    let told = p.fails(&["gc", "--keep", "much"], 2);
    assert!(told.contains("30d"), "{told}");
}

#[test]
fn verify_finds_damage_and_says_so_with_its_exit_code() {
    let p = bank();
    let report = p.json(&["verify"]);
    assert_eq!((&report["problems"], &report["more"]), (&serde_json::json!([]), &0.into()));
    let sound = std::fs::read(p.path()).expect("reads");
    let mut told = 0;
    for at in (0..sound.len()).step_by(sound.len() / 40) {
        let mut bad = sound.clone();
        bad[at] ^= 0x55;
        std::fs::write(p.path(), &bad).expect("writes");
        let d = p.try_image(&["verify"]);
        assert!([0, 9].contains(&d.code), "byte {at}: {} {}", d.code, d.err);
        told += i32::from(d.code == 9);
    }
    assert!(told > 0, "no damage was found");
    std::fs::write(p.path(), "no image at all").expect("writes");
    p.fails(&["verify"], 9);
    p.fails(&["show"], 9);
}

#[test]
fn a_backup_is_the_image_under_another_name() {
    let p = bank();
    let copy = p.file("copy.image");
    let copy = copy.to_str().expect("a path");
    let written = p.json(&["backup", copy]);
    assert!(written["rows"].as_u64() > Some(10), "{written}");
    assert!(p.fails(&["backup", copy], 2).contains("is there already"));
    let d = done(&["image", "--image", copy, "show", "image account balance"]);
    assert_eq!((d.code, d.out.as_str()), (0, "image account balance  250\n"), "{}", d.err);
}

#[test]
fn stats_count_and_name_the_largest() {
    let p = bank();
    p.run(&[], "image at: 'big' Put: (vector copySize: 3000 FillingWith: 7)");
    let text = p.image(&["stats"]);
    for part in ["commits", "4, 5 readable", "changed library objects", "image big", "a vector of 3000"] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
    let all = p.json(&["stats"]);
    assert_eq!((&all["head"], &all["largest"][0]["path"]), (&4.into(), &"image big".into()));
    assert_eq!(all["file"], p.len());
}

#[test]
fn without_an_image_it_is_told_how_to_name_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |path: &Path, words: &[&str]| -> Done {
        crate::support::aura(words).current_dir(path).env_remove("AURA_IMAGE").output().expect("it starts").into()
    };
    let d = run(folder.path(), &["image", "log"]);
    assert!(d.code == 2 && d.err.contains("--image FILE"), "{}", d.err);
    let d = run(folder.path(), &["image", "log", "--image", "none.image"]);
    assert!(d.code == 2 && d.err.contains("there is no image none.image"), "{}", d.err);
    assert!(!folder.path().join("none.image").exists());
    std::fs::write(folder.path().join("aura.toml"), "image = \"app.image\"\n").expect("written");
    std::fs::write(folder.path().join("a.aura"), "image at: 'x' Put: 3\n").expect("written");
    assert_eq!(run(folder.path(), &["run", "a.aura"]).code, 0);
    assert_eq!(run(folder.path(), &["image", "show", "image", "x"]).out, "image x  3\n");
}

// ---- whatever programs leave ----

/// An image that a program has left, whether it ended well or not.
fn left_by(name: &str, code: &str) -> Kept {
    let store = Kept::default();
    let (mut vm, _) = machine();
    attach(&mut vm, &store).expect("opens");
    let chunks = aura_command::source::compile(name, code, false).expect("compiles");
    let limits = Limits { fuel: Some(100_000), ..Limits::default() };
    let id = vm.spawn_file(name, &chunks, CapSet::script(), limits);
    vm.commit("before it ran").expect("stores");
    hang_in(&mut vm, name);
    drive(&mut vm, id, &mut Nobody);
    vm.commit("after it ran").expect("stores");
    store
}

fn problems(rows: &mut Rows) -> Vec<tools::verify::Problem> {
    verify(rows, &mut |_, _| {}).expect("reports").problems
}

#[test]
fn whatever_programs_leave_is_sound_and_collection_changes_nothing_that_can_be_seen() {
    for seed in 1..=20 {
        let store = left_by(&format!("seed {seed}"), &program(&choices(seed)));
        let mut rows = tools::open(Box::new(store.clone())).expect("an image");
        assert_eq!(problems(&mut rows), [], "seed {seed}");
        let before = reopened(&store);
        collect(&mut rows, Keep::Last(1)).expect("collects");
        assert_eq!(problems(&mut rows), [], "seed {seed}, collected");
        assert!(before == reopened(&store), "seed {seed}: collection changed something");
        assert_eq!(collect(&mut rows, Keep::Last(1)).expect("collects").objects_dropped, 0, "seed {seed}");
    }
}

/// What the image led to as of a commit.
fn seen_at(store: &Kept, at: u64) -> String {
    let (mut vm, _) = machine();
    attach_at(&mut vm, store, Some(at)).expect("opens");
    let image = vm.global_constant(vm.specials.lobby, "image").expect("the library has it");
    crate::image::dump::of(&mut vm, image)
}

#[test]
fn tagged_commits_stay_as_they_were_whatever_is_collected_around_them() {
    let store = Kept::default();
    for seed in 100..108 {
        let (mut vm, _) = machine();
        attach(&mut vm, &store).expect("opens");
        let name = format!("seed {seed}");
        let chunks = aura_command::source::compile(&name, &program(&choices(seed)), false).expect("compiles");
        let id = vm.spawn_file(&name, &chunks, CapSet::script(), Limits { fuel: Some(50_000), ..Limits::default() });
        hang_in(&mut vm, &name);
        drive(&mut vm, id, &mut Nobody);
        vm.commit(&name).expect("stores");
    }
    let mut rows = tools::open(Box::new(store.clone())).expect("an image");
    let head = rows.head().expect("told");
    let before: Vec<String> = (1..=head).map(|at| seen_at(&store, at)).collect();
    collect(&mut rows, Keep::All).expect("collects");
    assert!((1..=head).all(|at| before[at as usize - 1] == seen_at(&store, at)), "all are kept");
    history::tag(&mut rows, "second", 2).expect("tags");
    history::tag(&mut rows, "fifth", 5).expect("tags");
    let done = collect(&mut rows, Keep::Last(1)).expect("collects");
    assert!(done.objects_dropped > 0 && done.commits_kept == 3, "{done:?}");
    assert!([2, 5, head].iter().all(|at| before[*at as usize - 1] == seen_at(&store, *at)), "tagged ones are kept");
    assert_eq!(problems(&mut rows), []);
}

#[test]
fn every_object_that_is_reached_has_a_path() {
    let store = left_by("seed 3", &program(&choices(3)));
    let rows = tools::open(Box::new(store)).expect("an image");
    let objects = Objects::new(&rows);
    let head = history::commit(&rows, rows.head().expect("told")).expect("there");
    let all: Vec<u64> =
        (1 << 20..head.next).filter(|id| objects.get(*id).is_ok_and(|o| o.is_some_and(|o| o.is_visible()))).collect();
    // All of them are near enough to the lobby in this program.
    let paths = Finder::walk(&objects, all.iter().copied()).expect("walks");
    let lost: Vec<u64> = all.iter().copied().filter(|id| paths.path(*id).is_none()).collect();
    assert!(all.len() > 10 && lost.is_empty(), "{} of {} have none", lost.len(), all.len());
}

#[test]
fn processes_have_ended_as_they_did_when_they_come_back() {
    let place = Place::after(&[
        "| p. q. r. s | p: [ 1 / 0 ] fork. q: [ [] loop ] fork. q terminate. r: [ 42 ] fork. process yield. process yield.
        s: [ (semaphore copyCount: 0) wait ] fork. image at: 'all' Put: { p. q. r. s }",
    ]);
    let told = place.run(&[], "(image at: 'all') do: [|:p| p state printLine ]. ((image at: 'all') at: 2) value printLine");
    assert_eq!(told, "failed\nterminated\nfinished\nterminated\n42\n");
}
