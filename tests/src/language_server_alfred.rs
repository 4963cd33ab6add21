//! "Synthesise this missing message", from an editor's wish to its verdict: the built command, a model server on a real socket or recordings, and
//! the text as it is on the screen.
//!
//! What must be shown each time: what the person said is what happens to the text, and nothing is written beside the script or anywhere else.

use std::path::PathBuf;
use std::time::Duration;

use aura_tests::editor::{Editor, uri};
use lsp_server::RequestId;
use serde_json::{Value, json};

use crate::door::{Model, content};
use crate::support::aura;

const MANHATTAN: &str = "manhattan = ( x abs + y abs )";

/// What is on the disk: a program that has nothing missing.
const SAVED: &str = "| point = (| parent* = traits clonable. x <- 0. y <- 0 |) |\npoint printLine\n";
/// What is on the screen.
const SHOWN: &str = "|
point = (|
    parent* = traits clonable.
    x <- 3.
    y <- -4.
|).
|
point manhattan printLine
";

/// A program on the screen of an editor.
struct Desk {
    folder: tempfile::TempDir,
    file: PathBuf,
    editor: Editor,
}

impl Desk {
    fn new(host: &str, shown: &str, flags: &[(&str, &str)], capabilities: Value) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("geometry.aura");
        std::fs::write(&file, SAVED).expect("written");
        let mut command = aura(&["lsp"]);
        command.env("OLLAMA_HOST", host).env("AURA_MODEL", "tiny:1b").envs(flags.iter().copied());
        let mut editor = Editor::start_as(&mut command, folder.path(), capabilities).expect("hello");
        editor.open(&file, shown).expect("opened");
        let found = editor.findings(&file, 1).expect("findings");
        assert!(found.iter().any(|d| d["code"] == "E0301"), "{found:?}");
        Self { folder, file, editor }
    }

    /// Wishes for a method for the message at a place.
    fn wish(&mut self, line: u32, character: u32) -> RequestId {
        let place = json!({ "line": line, "character": character });
        let range = json!({ "start": place, "end": place });
        let document = json!({ "uri": uri(&self.file) });
        let asked = json!({ "textDocument": document, "range": range, "context": { "diagnostics": [] } });
        let actions = self.editor.ask("textDocument/codeAction", asked).expect("actions");
        let all = actions.as_array().expect("actions");
        let command = all.iter().map(|a| &a["command"]).find(|c| c["command"] == "aura.synthesise").expect("offered");
        let wish = json!({ "command": "aura.synthesise", "arguments": command["arguments"], "workDoneToken": "here" });
        self.editor.begin("workspace/executeCommand", wish).expect("asked")
    }

    /// The editor's question, answered.
    fn say(&mut self, answer: &str) -> String {
        let question = self.editor.asked("window/showMessageRequest").expect("a question");
        self.editor.reply(&question, json!({ "title": answer })).expect("answered");
        question.params["message"].as_str().expect("a message").to_string()
    }

    /// Says goodbye. Nothing but what was there is in the folder, and that as it was.
    fn leave_untouched(self) {
        self.editor.leave().expect("ends");
        assert_eq!(std::fs::read_to_string(&self.file).expect("there"), SAVED);
        let entries = std::fs::read_dir(self.folder.path()).expect("a folder").flatten();
        let names: Vec<String> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
        assert!(names.iter().all(|n| n == "geometry.aura" || n == ".cache" || n.ends_with(".cassette.json")), "{names:?}");
    }
}

#[test]
fn approved_the_method_is_an_edit_of_the_text_on_the_screen() {
    let model = Model::writing(&[MANHATTAN]);
    let mut desk = Desk::new(&model.host, SHOWN, &[], json!({}));
    let wish = desk.wish(7, 8);
    let shown = desk.say("Approve");
    for part in ["tiny:1b proposes, for point", MANHATTAN, "answered 7", "effects:   none", "It would go to point"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let edit = desk.editor.asked("workspace/applyEdit").expect("an edit");
    let changes = &edit.params["edit"]["changes"][uri(&desk.file)];
    assert_eq!(changes[0]["range"]["start"], json!({ "line": 4, "character": 12 }));
    let text = changes[0]["newText"].as_str().expect("a text");
    assert!(
        text.starts_with("\n    \"learned: ") && text.ends_with(&format!("reviewed: yes, by a person\"\n    {MANHATTAN}.")),
        "{text}"
    );
    desk.editor.reply(&edit, json!({ "applied": true })).expect("answered");
    assert_eq!(desk.editor.answer(&wish).expect("judged"), "approved");
    // The editor makes it: nothing is missing any more, and hover tells where the method comes from.
    desk.editor.edit(&desk.file, 2, [4, 12, 4, 12], text).expect("edited");
    assert_eq!(desk.editor.findings(&desk.file, 2).expect("findings"), Vec::<Value>::new());
    let lines = text.matches('\n').count() as u32;
    let hover = desk.editor.ask("textDocument/hover", aura_tests::editor::at(&desk.file, 7 + lines, 8)).expect("hover");
    assert!(hover["contents"]["value"].as_str().is_some_and(|v| v.contains("learned from tiny:1b")), "{hover}");
    desk.leave_untouched();
}

/// A file is an object, too: what it sends to itself is missing from its own slots, of which it may have none yet.
#[test]
fn a_method_for_the_file_itself_goes_to_its_slots() {
    for (shown, place, at) in [
        ("| one = 1 |\nseven printLine\n", (1, 0), (0, 9)),
        ("| m = ( self seven ) |\nm printLine\n", (0, 13), (0, 20)),
        ("\"Nothing but code.\"\nseven printLine\n", (1, 0), (1, 0)),
    ] {
        let model = Model::writing(&["seven = ( 7 )"]);
        let mut desk = Desk::new(&model.host, shown, &[], json!({}));
        let wish = desk.wish(place.0, place.1);
        let said = desk.say("Approve");
        assert!(said.contains("It would go to this module"), "{shown}: {said}");
        let edit = desk.editor.asked("workspace/applyEdit").expect("an edit").clone();
        let change = &edit.params["edit"]["changes"][uri(&desk.file)][0];
        assert_eq!(change["range"]["start"], json!({ "line": at.0, "character": at.1 }), "{shown}");
        assert!(change["newText"].as_str().is_some_and(|t| t.contains("seven = ( 7 ).")), "{change}");
        desk.editor.reply(&edit, json!({ "applied": true })).expect("answered");
        assert_eq!(desk.editor.answer(&wish).expect("judged"), "approved");
        desk.leave_untouched();
    }
}

#[test]
fn rejected_nothing_is_left_of_it() {
    let model = Model::writing(&[MANHATTAN]);
    let mut desk = Desk::new(&model.host, SHOWN, &[], json!({}));
    let wish = desk.wish(7, 8);
    desk.say("Reject");
    assert_eq!(desk.editor.answer(&wish).expect("judged"), "rejected");
    desk.leave_untouched();
}

#[test]
fn an_editor_that_shows_edits_shows_this_one() {
    let model = Model::writing(&[MANHATTAN]);
    let edits = json!({ "documentChanges": true, "changeAnnotationSupport": {} });
    let mut desk = Desk::new(&model.host, SHOWN, &[], json!({ "workspace": { "workspaceEdit": edits } }));
    let wish = desk.wish(7, 8);
    let edit = desk.editor.asked("workspace/applyEdit").expect("an edit").clone();
    let notes: Vec<&Value> = edit.params["edit"]["changeAnnotations"].as_object().expect("annotated").values().collect();
    assert_eq!(notes[0]["needsConfirmation"], true);
    assert!(notes[0]["description"].as_str().is_some_and(|d| d.contains("answered 7")), "{notes:?}");
    desk.editor.reply(&edit, json!({ "applied": false })).expect("answered");
    assert_eq!(desk.editor.answer(&wish).expect("judged"), "rejected");
    desk.leave_untouched();
}

#[test]
fn cancelled_in_the_middle_it_ends() {
    // A model that thinks for longer than anybody waits here.
    let model = Model::saying(Box::new(|_, _| {
        std::thread::sleep(Duration::from_secs(120));
        content(MANHATTAN)
    }));
    let mut desk = Desk::new(&model.host, SHOWN, &[], json!({}));
    let wish = desk.wish(7, 8);
    let is_asking = |p: &Value| p["token"] == "here" && p["value"]["message"] == "asking";
    desk.editor.told("$/progress", is_asking).expect("the model is being asked");
    desk.editor.tell("$/cancelRequest", json!({ "id": wish })).expect("told");
    assert_eq!(desk.editor.answer(&wish).expect_err("cancelled"), "cancelled");
    desk.editor.told("$/progress", |p| p["value"]["kind"] == "end").expect("the progress ends");
    desk.leave_untouched();
}

#[test]
fn what_fails_says_why() {
    let wrong = Model::writing(&["manhattan = ( x nonsense: y )", "other = ( 3 )"]);
    let mut desk = Desk::new(&wrong.host, SHOWN, &[], json!({}));
    let wish = desk.wish(7, 8);
    let why = desk.editor.answer(&wish).expect_err("no candidate passes");
    assert!(why.contains("candidates passed the gates"), "{why}");
    let told = desk.editor.told("window/showMessage", |_| true).expect("told");
    assert_eq!((&told["type"], &told["message"]), (&json!(1), &json!(why)));
    desk.leave_untouched();

    let mut desk = Desk::new("127.0.0.1:9", SHOWN, &[], json!({}));
    let wish = desk.wish(7, 8);
    let why = desk.editor.answer(&wish).expect_err("nobody is there");
    assert!(why.contains("nothing listens at"), "{why}");
    desk.leave_untouched();
}

#[test]
fn a_program_that_does_not_come_to_the_message_says_so() {
    let model = Model::writing(&[MANHATTAN]);
    for (shown, line, column, why) in [
        ("| o = (| one = 1. two = ( self three ) |) |\no one printLine\n", 0, 31, "ends without coming to 'three'"),
        ("| o = (| one = 1 |) |\n(1 / 0) printLine.\no three\n", 2, 2, "it fails before, at "),
        ("| o = (| one = 1 |) |\no two.\no three\n", 2, 2, "does not understand 'two'"),
    ] {
        let mut desk = Desk::new(&model.host, shown, &[], json!({}));
        let wish = desk.wish(line, column);
        let told = desk.editor.answer(&wish).expect_err("not reached");
        assert!(told.contains(why), "{told}");
        desk.leave_untouched();
    }
    assert_eq!(model.questions(), 0, "nobody is asked about other messages");
}

#[test]
fn a_program_is_given_no_powers_on_the_way() {
    let model = Model::writing(&[MANHATTAN]);
    let shown = format!("{}\n", SHOWN.replace("point manhattan", "(file write: 'taken.txt' Text: 'x').\npoint manhattan"));
    let mut desk = Desk::new(&model.host, &shown, &[], json!({}));
    let wish = desk.wish(8, 8);
    let why = desk.editor.answer(&wish).expect_err("refused");
    assert!(why.contains("does not come to 'manhattan'"), "{why}");
    assert_eq!(model.questions(), 0);
    desk.leave_untouched();
}

#[test]
fn a_method_for_the_library_goes_beside_the_script() {
    let model = Model::writing(&["collatz = ( even ifTrue: [ self / 2 ] False: [ (self * 3) + 1 ] )"]);
    let edits = json!({ "documentChanges": true, "resourceOperations": ["create"], "changeAnnotationSupport": {} });
    let mut desk = Desk::new(&model.host, "3 collatz printLine\n", &[], json!({ "workspace": { "workspaceEdit": edits } }));
    let wish = desk.wish(0, 3);
    let edit = desk.editor.asked("workspace/applyEdit").expect("an edit");
    let changes = &edit.params["edit"]["documentChanges"];
    let learned = uri(&desk.file.with_file_name("geometry.learned.aura"));
    assert_eq!((&changes[0]["kind"], &changes[0]["uri"]), (&json!("create"), &json!(learned)));
    let text = changes[1]["edits"][0]["newText"].as_str().expect("a text");
    assert!(text.contains("traits integer _AddSlots: (|") && text.contains("reviewed: yes"), "{text}");
    desk.editor.reply(&edit, json!({ "applied": true })).expect("answered");
    assert_eq!(desk.editor.answer(&wish).expect("judged"), "approved");
    // As any run would have kept it: the next one asks nobody.
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("geometry.aura"), "3 collatz printLine\n").expect("written");
    std::fs::write(folder.path().join("geometry.learned.aura"), text).expect("written");
    let script = folder.path().join("geometry.aura").display().to_string();
    let ran = crate::support::done(&["run", "--alfred=off", &script]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "10\n"), "{}", ran.err);
    desk.leave_untouched();
}

#[test]
fn texts_that_are_imported_are_those_on_the_screen() {
    let model = Model::writing(&[MANHATTAN]);
    let main = "| parts = (import: 'parts'). point = parts point |\npoint manhattan printLine\n";
    let parts = "| point = (| parent* = traits clonable. x <- 0. y <- 0 |) |\n";
    let mut desk = Desk::new(&model.host, "3 zygomorphic\n", &[], json!({}));
    let (there, mine) = (desk.folder.path().join("parts.aura"), desk.file.clone());
    desk.editor.open(&there, parts).expect("opened");
    desk.editor.edit(&mine, 2, [0, 0, 1, 0], main).expect("edited");
    assert_eq!(desk.editor.findings(&mine, 2).expect("findings").len(), 1);
    let wish = desk.wish(1, 6);
    desk.say("Approve");
    let edit = desk.editor.asked("workspace/applyEdit").expect("an edit");
    assert!(
        edit.params["edit"]["changes"][uri(&there)][0]["newText"].as_str().is_some_and(|t| t.contains(MANHATTAN)),
        "{edit:?}"
    );
    desk.editor.reply(&edit, json!({ "applied": true })).expect("answered");
    assert_eq!(desk.editor.answer(&wish).expect("judged"), "approved");
    desk.leave_untouched();
}

#[test]
fn where_only_recordings_are_asked_they_are_shown_too() {
    let model = Model::writing(&[MANHATTAN]);
    let mut desk = Desk::new(&model.host, SHOWN, &[], json!({}));
    // A run in a terminal records the exchange.
    let recorded = desk.folder.path().join("geometry.cassette.json");
    let propose = ["alfred", "propose", "--unsaved", "--send", "8:7", "--record"];
    let texts = json!({ desk.file.display().to_string(): SHOWN }).to_string();
    let (tape, file) = (recorded.display().to_string(), desk.file.display().to_string());
    let mut arguments = propose.to_vec();
    arguments.extend([tape.as_str(), file.as_str()]);
    let done = crate::support::fed_by(aura(&arguments).env("OLLAMA_HOST", &model.host).env("AURA_MODEL", "tiny:1b"), &texts);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.out.contains(MANHATTAN) && model.questions() == 1, "{}", done.out);
    desk.editor.leave().expect("ends");
    let mut command = aura(&["lsp"]);
    command.env("CI", "true");
    desk.editor = Editor::start_as(&mut command, desk.folder.path(), json!({})).expect("hello");
    desk.editor.open(&desk.file, SHOWN).expect("opened");
    desk.editor.findings(&desk.file, 1).expect("findings");
    let wish = desk.wish(7, 8);
    assert!(desk.say("Reject").contains(MANHATTAN));
    assert_eq!(desk.editor.answer(&wish).expect("judged"), "rejected");
    assert_eq!(model.questions(), 1);
    desk.leave_untouched();
}
