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
fn the_files_of_a_folder_that_goes_are_forgotten() {
    let drawn = "| m = (import: 'there/one') |\nm one‸\n=== /p/there/one.aura\n| one = 1 |\n=== /p/there/two.aura\n| two = 2 |\nunknownToAll\n=== /p/there/deep/three.aura\n| three = 3 |\n";
    let mut f = Fixture::new(drawn);
    let find = |ide: &mut Ide, name: &str| ide.find_symbols(name).into_iter().filter(|s| s.place.file.starts_with("/p")).count();
    assert_eq!(["two", "three"].map(|name| find(&mut f.ide, name)), [1, 1]);
    f.ide.remove_folder("/p/there", &["/p/there/deep".into()]);
    assert_eq!(told(&mut f.ide), ["/p/there/two.aura: []"]);
    // What a file that stays imports stays, and so does what lies in another folder of the project.
    f.ide.remove_folder("/p/there", &[]);
    assert_eq!(["one", "two", "three"].map(|name| find(&mut f.ide, name)), [1, 0, 0]);
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
