//! Texts that come, change and go, and what is found in them.

use std::rc::Rc;

use aura_ide::{Due, Encoding, Ide, Position, Work};

use crate::fixture::Fixture;

/// Everything that is told until there is nothing to do.
fn told(ide: &mut Ide) -> Vec<String> {
    let mut told = Vec::new();
    loop {
        match ide.work() {
            Work::Found(f) => told.push(format!("{}: {:?}", f.file, f.found.iter().map(|d| d.code).collect::<Vec<_>>())),
            Work::Done => {}
            Work::Nothing => return told,
        }
    }
}

const USER: &str = "=== /p/user.aura\n| m = (import: 'main') |\nm one + 1\n";

#[test]
fn others_hear_of_a_change_once_the_text_can_be_read() {
    let mut f = Fixture::new(&format!("| on‸e = 1 |\n{USER}"));
    f.ide.open("/p/main.aura", "| two = = |\n");
    let broken = told(&mut f.ide);
    f.ide.open("/p/main.aura", "| two = 2 |\n");
    let renamed = told(&mut f.ide);
    f.ide.open("/p/main.aura", "| one = 1 |\n");
    let back = told(&mut f.ide);
    insta::assert_snapshot!([broken, renamed, back].map(|t| t.join("\n")).join("\n---\n"));
}

#[test]
fn a_text_that_changes_is_told_of_before_what_follows_from_it() {
    let users: String =
        (0..9).map(|n| format!("=== /p/user{n}.aura\n| m = (import: 'main'). n = ( m one ) |\nm one + 1\nn + 1\n")).collect();
    let mut f = Fixture::new(&format!("| on‸e = 1 |\n{users}"));
    f.ide.open("/p/user7.aura", &f.files["/p/user7.aura"].clone());
    while f.ide.has_work() {
        f.ide.work();
    }
    f.ide.open("/p/main.aura", "| one = 'x' |\n");
    assert!(matches!(f.ide.work(), Work::Found(found) if found.file == "/p/main.aura"));
    // The other text on the screen comes next, as soon as it is known that it is concerned.
    let mut steps = 0;
    let first = loop {
        assert_eq!(f.ide.due(), Due::Soon);
        match f.ide.work() {
            Work::Found(found) => break found,
            Work::Done => steps += 1,
            Work::Nothing => panic!("others are concerned"),
        }
    };
    assert_eq!((first.file.as_str(), first.found.len()), ("/p/user7.aura", 2));
    assert!(steps <= 12, "{steps} steps");
    assert_eq!(told(&mut f.ide).len(), 8);
    // While a text cannot be read, nothing follows from it.
    f.ide.open("/p/main.aura", "| one = = |\n");
    assert!(matches!(f.ide.work(), Work::Found(found) if found.file == "/p/main.aura"));
    assert!(!f.ide.has_work());
    f.ide.open("/p/main.aura", "| one = 'y' |\n");
    assert_eq!(told(&mut f.ide), ["/p/main.aura: []"]);
}

#[test]
fn a_question_about_one_file_does_not_wait_for_the_others() {
    let users: String =
        (0..9).map(|n| format!("=== /p/user{n}.aura\n| m = (import: 'main'). n = ( m one ) |\nm one + 1\nn + 1\n")).collect();
    let mut f = Fixture::new(&format!("| on‸e = 1 |\none\n{users}"));
    let shown = |ide: &mut Ide, name: &str, at: &str| -> String {
        let text = ide.document(name).expect("is there");
        let at = text.text().find(at).expect("is in it") as u32;
        ide.hover(name, at).expect("is known").about[0].code.clone()
    };
    // Somebody asks behind a change: slices of work that are left then, and those that are there without a question.
    let mut left = |ask: &dyn Fn(&mut Ide), text: &str| -> usize {
        f.ide.open("/p/main.aura", text);
        f.ide.work();
        ask(&mut f.ide);
        let mut left = 0;
        while f.ide.has_work() {
            left += 1;
            f.ide.work();
        }
        left
    };
    let unasked = left(&|_| (), "| one = 'x' |\none\n");
    assert!(unasked > 9, "{unasked}");
    // Of the file itself everything is known.
    let asked = left(&|ide| assert_eq!(shown(ide, "/p/main.aura", "one"), "one <int> ="), "| one = 1 |\none\n");
    assert_eq!(asked, unasked);
    // Another one needs what the changed one promises.
    let asked = left(&|ide| assert_eq!(shown(ide, "/p/user3.aura", "n ="), "n ^ <string>"), "| one = 'x' |\none\n");
    assert!(asked + 3 >= unasked && asked < unasked, "{asked} of {unasked}");
}

#[test]
fn a_file_that_another_one_imports_is_looked_at_like_any_of_the_project() {
    let files = [("/p/a.aura", "| b = import: 'b' |\nb one\n"), ("/p/b.aura", "| one = 1 |\nself zork\n")];
    let mut ide = Ide::new(Rc::new(crate::memory::Memory::of(files.map(|(n, t)| (n.to_string(), t.to_string())).into())));
    ide.add_folder("/p");
    assert_eq!(told(&mut ide), ["/p/b.aura: [\"E0301\"]"]);
}

#[test]
fn an_import_of_a_file_that_is_not_there_is_found_until_it_comes() {
    let mut f = Fixture::new("‸");
    let name = f.name.clone();
    f.ide.open(&name, "| a = (import: 'later'). b = (import: 'la', 'ter') |\n[ import: 'none' ] ifError: [ a ]\n");
    assert_eq!(told(&mut f.ide), ["/p/main.aura: [\"E0323\"]"]);
    f.ide.open("/p/later.aura", "| one = 1 |\n");
    assert_eq!(told(&mut f.ide), ["/p/later.aura: []", "/p/main.aura: []"]);
    f.ide.close("/p/later.aura");
    assert_eq!(told(&mut f.ide), ["/p/main.aura: [\"E0323\"]"]);
}

#[test]
fn others_hear_of_nothing_before_the_very_text_can_be_read_that_concerns_them() {
    let mut f = Fixture::new(&format!("| on‸e = 1 |\n{USER}=== /p/third.aura\n| three = 3 |\n"));
    f.ide.open("/p/main.aura", "| two = = |\n");
    assert_eq!(told(&mut f.ide), ["/p/main.aura: [\"E0010\"]"]);
    // Another text, and what it concerns.
    f.ide.open("/p/third.aura", "| four = 3 |\n");
    assert_eq!(told(&mut f.ide), ["/p/third.aura: []"]);
    f.ide.open("/p/main.aura", "| two = 2 |\n");
    assert_eq!(told(&mut f.ide), ["/p/main.aura: []", "/p/user.aura: [\"E0301\"]"]);
    // Nobody has it open any more, so it is not going to be mended in a moment.
    f.ide.open("/p/main.aura", "| one = = |\n");
    told(&mut f.ide);
    f.ide.close("/p/main.aura");
    assert_eq!(told(&mut f.ide), ["/p/main.aura: []", "/p/user.aura: []"]);
}

fn write(f: &Fixture, name: &str, text: Option<&str>) {
    let mut files = f.disk.files.borrow_mut();
    match text {
        Some(text) => files.insert(name.to_string(), text.to_string()),
        None => files.remove(name),
    };
}

#[test]
fn what_was_learned_and_is_deleted_does_not_come_back() {
    let learned = "/p/main.learned.aura";
    let text = "| a = (| one = 1 |) |\na foo\n";
    let mut f = Fixture::new(&format!("‸{text}=== {learned}\na _AddSlots: (| foo = ( 3 ) |).\n"));
    f.ide.open("/p/main.aura", text);
    assert_eq!(told(&mut f.ide), ["/p/main.aura: []"]);
    write(&f, learned, None);
    f.ide.reread(learned);
    assert_eq!(told(&mut f.ide), ["/p/main.aura: [\"E0301\"]"]);
    f.ide.open("/p/main.aura", &format!("{text} "));
    assert_eq!(told(&mut f.ide), ["/p/main.aura: [\"E0301\"]"]);
    write(&f, learned, Some("a _AddSlots: (| foo = ( b ) |).\n"));
    f.ide.reread(learned);
    assert_eq!(told(&mut f.ide), ["/p/main.aura: []", "/p/main.learned.aura: [\"E0301\"]"]);
    // It goes with its script.
    f.ide.close("/p/main.aura");
    write(&f, "/p/main.aura", None);
    f.ide.reread("/p/main.aura");
    assert_eq!(told(&mut f.ide), ["/p/main.learned.aura: []"]);
    assert!(f.ide.find_symbols("foo").iter().all(|s| !s.place.file.starts_with("/p")));
}

#[test]
fn what_is_done_everywhere_is_done_in_files_that_were_not_read_yet() {
    let users: String = (0..50).map(|i| format!("=== /p/user{i}.aura\n| m = (import: 'main') |\nm one + 1\n")).collect();
    let f = Fixture::new(&format!("| on‸e = 1 |\n{users}"));
    for what in ["rename", "references", "callers", "implementors"] {
        let mut ide = Ide::new(f.disk.clone());
        ide.add_folder("/p");
        let count = match what {
            "rename" => ide.rename(&f.name, f.at(), "two").expect("renamed").certain.len() - 1,
            "references" => ide.references(&f.name, f.at()).len() - 1,
            "callers" => ide.callers(&f.name, f.at()).len(),
            _ => ide.implementors("/p/user3.aura", 28).len() * 50,
        };
        assert_eq!(count, 50, "{what}");
    }
}

#[test]
fn a_folder_that_is_removed_is_forgotten_but_for_what_others_need() {
    let used = "=== /q/used.aura\n| two = 2. m = (import: '../q/deep') |\nmissing\n=== /q/deep.aura\n| three = 3 |\n";
    let rest = "=== /q/open.aura\n| four = 4 |\n=== /q/gone.aura\n| five = 5 |\nmissing\n=== /q/gone.learned.aura\n_AddSlots: (| six = ( missing ) |)\n";
    let mut f = Fixture::new(&format!("| m = (import: '../q/used') |\nm two‸\n{used}{rest}"));
    f.ide.add_folder("/q");
    f.ide.open("/q/open.aura", "| four = 4 |\n");
    let found = told(&mut f.ide);
    assert_eq!(found, ["/q/open.aura: []", "/q/gone.aura: [\"E0301\"]", "/q/used.aura: [\"E0301\"]"]);
    f.ide.reread("/q/gone.learned.aura");
    assert_eq!(told(&mut f.ide), ["/q/gone.aura: [\"E0301\"]", "/q/gone.learned.aura: [\"E0301\"]"]);
    f.ide.remove_folder("/q");
    let mut taken_back = told(&mut f.ide);
    taken_back.sort();
    assert_eq!(taken_back, ["/q/gone.aura: []", "/q/gone.learned.aura: []", "/q/used.aura: [\"E0301\"]"]);
    let names = |name: &str| f.ide.find_symbols(name).iter().filter(|s| s.place.file.starts_with("/q")).count();
    assert_eq!(["two", "three", "four", "five", "six"].map(names), [1, 1, 1, 0, 0]);
    assert_eq!(f.ide.references("/p/main.aura", f.span.end).len(), 2);
    // It may come again.
    f.ide.add_folder("/q");
    assert_eq!(told(&mut f.ide), ["/q/gone.aura: [\"E0301\"]", "/q/used.aura: [\"E0301\"]"]);
}

#[test]
fn a_file_that_is_closed_is_as_on_the_disk() {
    let mut f = Fixture::new(&format!("| on‸e = 1 |\n{USER}"));
    f.ide.open("/p/main.aura", "| two = 2 |\n");
    assert_eq!(told(&mut f.ide), ["/p/main.aura: []", "/p/user.aura: [\"E0301\"]"]);
    f.ide.close("/p/main.aura");
    assert_eq!(told(&mut f.ide), ["/p/user.aura: []"]);
}

/// It is another file by then, and the old one's end must not be told after the new one's beginning.
#[test]
fn a_file_that_is_closed_and_opened_at_once_is_told_of_as_it_is() {
    let mut f = Fixture::new("‸");
    f.ide.open("/p/unsaved.aura", "surelyMissing\n");
    assert_eq!(told(&mut f.ide).last().map(String::as_str), Some("/p/unsaved.aura: [\"E0301\"]"));
    f.ide.close("/p/unsaved.aura");
    f.ide.open("/p/unsaved.aura", "missingAsWell\n");
    assert_eq!(told(&mut f.ide).last().map(String::as_str), Some("/p/unsaved.aura: [\"E0301\"]"));
}

#[test]
fn what_is_on_the_screen_comes_first_and_the_rest_can_wait() {
    let mut f = Fixture::new(&format!("| on‸e = 1 |\n{USER}"));
    f.ide.open("/p/other.aura", "| m = (import: 'main') |\nm one\n");
    assert_eq!(told(&mut f.ide), ["/p/other.aura: []"]);
    f.ide.open("/p/main.aura", "| two = 2 |\n");
    let mut looked_at = Vec::new();
    loop {
        let due = f.ide.due();
        match f.ide.work() {
            Work::Found(found) => looked_at.push((due, found.file)),
            Work::Done => {}
            Work::Nothing => break,
        }
    }
    let wanted = [(Due::Soon, "/p/main.aura"), (Due::Soon, "/p/other.aura"), (Due::Later, "/p/user.aura")];
    assert_eq!(looked_at, wanted.map(|(due, file)| (due, file.to_string())));
    assert_eq!(f.ide.due(), Due::Nothing);
    // A text that changes again goes before another that waits still.
    f.ide.open("/p/main.aura", "| one = 1 |\n");
    f.ide.work();
    f.ide.open("/p/main.aura", "| three = 1 |\n");
    assert!(matches!(f.ide.work(), Work::Found(found) if found.file == "/p/main.aura"));
}

#[test]
fn edits_follow_one_another() {
    let mut f = Fixture::new("‸");
    let at = |line, column| Position { line, column };
    let name = f.name.clone();
    let changes = [
        (None, "é😀 a\r\nb\r\n".to_string()),
        (Some((at(0, 3), at(1, 0))), "\r\n".to_string()),
        (Some((at(1, 0), at(1, 1))), "c".to_string()),
    ];
    f.ide.change(&name, &changes, Encoding::Utf16);
    assert_eq!(f.ide.document(&name).expect("open").text(), "é😀\r\nc\r\n");
}

/// An editor that replaces a word everywhere sends a change for each.
#[test]
fn many_edits_at_once_are_not_each_as_much_as_the_text() {
    let mut f = Fixture::new("‸");
    let line = "| a word in a line of it |\n";
    let name = f.name.clone();
    f.ide.open(&name, &line.repeat(20_000));
    let at = |line, column| Position { line, column };
    let changes: Vec<_> = (0..20_000).map(|i| (Some((at(i, 4), at(i, 8))), "thing".to_string())).collect();
    let start = std::time::Instant::now();
    f.ide.change(&name, &changes, Encoding::Utf16);
    assert_eq!(f.ide.document(&name).expect("open").text(), line.replace("word", "thing").repeat(20_000));
    // Looking for the lines of the whole text each time would be 11 thousand million steps.
    assert!(start.elapsed() < std::time::Duration::from_secs(8), "{:?}", start.elapsed());
}

#[test]
fn the_uses_and_types_of_a_file_of_many_methods_are_found_in_time() {
    let methods: String = (0..6_000).map(|i| format!("    m{i}: x = ( | y <- 3 | y: y + x. shared ).\n")).collect();
    let mut f = Fixture::new(&format!("|\na = (|\n    sha‸red = 1.\n{methods}|).\n|\na\n"));
    let (name, at) = (f.name.clone(), f.at());
    let start = std::time::Instant::now();
    assert_eq!(f.ide.references(&name, at).len(), 6_001);
    assert_eq!(f.ide.callers(&name, at).len(), 6_000);
    let end = f.files[&name].len();
    assert_eq!(f.ide.hints(&name, aura_ide::Span::new(0, end)).len(), 12_000);
    assert!(start.elapsed() < std::time::Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn every_question_at_every_place_of_broken_texts_has_an_answer() {
    let whole = "| a <- (| p* = traits clonable. b: x <int> = ( | l | l: x. [|:e| ^ e ] value: `t {l} u`. resend.b: l ) |). |\na b: { 1. 'two' }\n";
    let mut ide = Ide::new(Rc::new(NoFiles));
    let name = "/p/x.aura";
    for cut in (0..whole.len()).step_by(5) {
        // What was typed so far, and what is left when something in the middle was taken out.
        for text in [whole[..cut].to_string(), format!("{}{}", &whole[..cut], &whole[(cut + 9).min(whole.len())..])] {
            ide.open(name, &text);
            for at in [0, cut.saturating_sub(3), cut, cut + 2, text.len(), text.len() + 7] {
                ask_everything(&mut ide, name, at as u32);
            }
            while ide.has_work() {
                ide.work();
            }
        }
    }
}

struct NoFiles;

impl aura_ide::Outside for NoFiles {
    fn library(&self) -> Vec<(String, String)> {
        Vec::new()
    }
    fn read(&self, _: &str) -> Option<String> {
        None
    }
}

/// Asks the questions with these names, whatever is answered.
macro_rules! ask {
    ($ide:ident $question:ident ($($about:expr),*)) => {
        let _ = $ide.$question($($about),*);
    };
    ($ide:ident, $about:tt: $($question:ident)*) => {
        $( ask!($ide $question $about); )*
    };
}

fn ask_everything(ide: &mut Ide, name: &str, at: u32) {
    let range = aura_ide::Span { start: at.saturating_sub(6), end: at };
    ask!(ide, (name, at): hover complete signature_help definition type_definition implementors references highlights selections);
    ask!(ide, (name, at): callers callees methods_at can_rename missing_at);
    ask!(ide, (name, at, "other"): rename);
    ask!(ide, (name, range): actions hints);
    ask!(ide, (name, Some(range)): formatting);
    ask!(ide, (name): colours folds outline lenses);
    ask!(ide, ("b"): find_symbols senders);
}
