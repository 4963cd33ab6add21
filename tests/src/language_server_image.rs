//! `aura lsp --image`: an editor's questions, answered from the objects that live in an image.
//!
//! What must stay true: the image is only read, also while somebody else has it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use aura_tests::editor::{Editor, at, uri};
use serde_json::{Value, json};

use crate::door::Model;
use crate::support::{aura, done};

/// An account that only the image has, and that has learned to withdraw.
const BANK: &str = "globals _AddSlots: (|
    account = (| parent* = traits clonable. balance <- 0.
        \"Puts money in.\"
        deposit: n = ( balance: balance + n. self ) |).
|).
(account copy deposit: 100) withdraw: 20.
image at: 'mine' Put: (account copy deposit: 7)";

const WITHDRAW: &str = "withdraw: n = ( balance: balance - n. self )";

/// A folder with an image, and a file that is opened.
struct Desk {
    _folder: tempfile::TempDir,
    image: PathBuf,
    file: PathBuf,
    editor: Editor,
}

/// Runs a program at an image.
fn work_at(image: &Path, host: &str, program: &str) {
    run_at(image, host, &["-e", program]);
}

fn run_at(image: &Path, host: &str, program: &[&str]) {
    let path = image.display().to_string();
    let mut command = aura(&[&["run", "--image", &path], program].concat());
    let out = command.env("OLLAMA_HOST", host).env("AURA_MODEL", "tiny:1b").output().expect("it runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

impl Desk {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (image, file) = (folder.path().join("bank.image"), folder.path().join("main.aura"));
        let model = Model::knowing(&[("withdraw:", WITHDRAW)]);
        work_at(&image, &model.host, BANK);
        std::fs::write(&file, text).expect("written");
        let path = image.display().to_string();
        let refreshes = json!({ "refreshSupport": true });
        let workspace = json!({ "codeLens": refreshes, "inlayHint": refreshes, "semanticTokens": refreshes });
        let command = &mut aura(&["lsp", "--image", &path]);
        let mut editor = Editor::start_as(command, folder.path(), json!({ "workspace": workspace })).expect("hello");
        editor.open(&file, text).expect("opened");
        Self { _folder: folder, image, file, editor }
    }

    /// Waits until the editor is to ask again for all that it shows.
    fn refreshes(&mut self) {
        for shown in ["codeLens", "inlayHint", "semanticTokens"] {
            let asked = self.editor.asked(&format!("workspace/{shown}/refresh")).expect("asked");
            self.editor.reply(&asked, Value::Null).expect("answered");
        }
    }

    fn ask(&mut self, question: &str, line: u32, column: u32) -> Value {
        self.editor.ask(&format!("textDocument/{question}"), at(&self.file, line, column)).expect("answered")
    }
}

#[test]
fn what_the_image_understands_is_no_error() {
    let mut desk = Desk::new("account deposit: 3.\naccount withdraw: 3.\naccount fly\n");
    let found = desk.editor.findings(&desk.file, 1).expect("findings");
    let told: Vec<(&Value, &Value)> = found.iter().map(|d| (&d["code"], &d["range"]["start"]["line"])).collect();
    assert_eq!(told, [(&json!("E0301"), &json!(2))], "{found:?}");
    desk.editor.leave().expect("ends");
}

#[test]
fn what_objects_of_the_image_understand_is_offered() {
    let mut desk = Desk::new("account \n");
    let offered = desk.ask("completion", 0, 8);
    let labels: Vec<&str> = offered["items"].as_array().expect("items").iter().filter_map(|i| i["label"].as_str()).collect();
    for wanted in ["balance", "deposit:", "withdraw:", "copy"] {
        assert!(labels.contains(&wanted), "{wanted}: {labels:?}");
    }
    let item = offered["items"].as_array().expect("items").iter().find(|i| i["label"] == "deposit:").expect("offered").clone();
    let described = desk.editor.ask("completionItem/resolve", item).expect("described");
    assert!(described["detail"].as_str().is_some_and(|d| d.contains("deposit: n")), "{described}");
    desk.editor.leave().expect("ends");
}

#[test]
fn hover_tells_what_only_the_image_knows() {
    let mut desk = Desk::new("account deposit: 3.\naccount withdraw: 3.\naccount balance\n");
    let text = |hover: Value| hover["contents"]["value"].as_str().expect("a text").to_string();
    let deposit = text(desk.ask("hover", 0, 10));
    assert!(deposit.contains("deposit: n") && deposit.contains("Puts money in."), "{deposit}");
    let withdraw = text(desk.ask("hover", 1, 10));
    assert!(withdraw.contains("withdraw: n") && withdraw.contains("learned from tiny:1b on "), "{withdraw}");
    let balance = text(desk.ask("hover", 2, 10));
    assert!(balance.contains("balance <int>"), "{balance}");
    desk.editor.leave().expect("ends");
}

#[test]
fn a_slot_of_the_image_is_shown_as_it_lives_there() {
    let mut desk = Desk::new("account deposit: 3.\naccount withdraw: 3\n");
    for (line, wanted) in [(0, "deposit: n = ( balance: balance + n. self )"), (1, WITHDRAW)] {
        let found = desk.ask("definition", line, 10);
        let path = found[0]["uri"].as_str().and_then(|u| u.strip_prefix("file://")).expect("a file").to_string();
        let text = std::fs::read_to_string(&path).expect("a text that can be opened");
        let at = found[0]["range"]["start"]["line"].as_u64().expect("a line") as usize;
        assert!(text.lines().nth(at).is_some_and(|l| l.contains(wanted.split(" =").next().expect("a header"))), "{text}");
        assert!(text.contains(wanted), "{text}");
    }
    desk.editor.leave().expect("ends");
}

/// What a chronicle has is in no file, so that its places are none of the file beside the script.
#[test]
fn what_a_script_has_learned_in_an_image_is_shown_as_it_was_learned() {
    let folder = tempfile::tempdir().expect("a folder");
    let (image, file) = (folder.path().join("bank.image"), folder.path().join("main.aura"));
    let text = "| purse = (| parent* = traits clonable. balance <- 9 |) |\npurse withdraw: 3.\n";
    std::fs::write(&file, text).expect("written");
    let model = Model::knowing(&[("withdraw:", WITHDRAW)]);
    run_at(&image, &model.host, &[&file.display().to_string()]);
    let beside = "purse _AddSlots: (| fill = ( balance: 9. self ) |).\n";
    std::fs::write(folder.path().join("main.learned.aura"), beside).expect("written");
    let command = &mut aura(&["lsp", "--image", &image.display().to_string()]);
    let mut editor = Editor::start_as(command, folder.path(), json!({})).expect("hello");
    let text = format!("{text}purse fill\n");
    editor.open(&file, &text).expect("opened");
    assert_eq!(editor.findings(&file, 1).expect("findings"), Vec::<Value>::new());
    for (line, name) in [(1, "withdraw: n = ("), (2, "fill = (")] {
        let found = editor.ask("textDocument/definition", at(&file, line, 7)).expect("answered");
        let path = found[0]["uri"].as_str().and_then(|u| u.strip_prefix("file://")).expect("a file").to_string();
        let shown = std::fs::read_to_string(&path).expect("a file that is there");
        let place = |which: &str| found[0]["range"]["start"][which].as_u64().expect("a number") as usize;
        let there = shown.lines().nth(place("line")).and_then(|l| l.get(place("character")..)).unwrap_or_default();
        assert!(there.starts_with(name), "{found} in {shown}");
    }
    let rename = json!({ "textDocument": { "uri": uri(&file) }, "position": { "line": 1, "character": 7 }, "newName": "take:" });
    let why = editor.ask("textDocument/rename", rename).expect_err("it cannot be renamed everywhere");
    assert!(why.contains("only shows what was learned"), "{why}");
    editor.leave().expect("ends");
}

#[test]
fn senders_are_those_in_files() {
    let mut desk = Desk::new("account deposit: 3.\n[|:x| x deposit: 4 ]\n");
    let ask = json!({ "textDocument": { "uri": uri(&desk.file) }, "position": { "line": 0, "character": 10 }, "context": { "includeDeclaration": false } });
    let found = desk.editor.ask("textDocument/references", ask).expect("references");
    let lines: Vec<&Value> = found.as_array().expect("places").iter().map(|l| &l["range"]["start"]["line"]).collect();
    assert_eq!(lines, [&json!(0), &json!(1)], "{found}");
    desk.editor.leave().expect("ends");
}

/// Longer than the server takes to see what others have done, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks until the answer is as wanted.
fn sooner_or_later(mut ask: impl FnMut() -> bool) -> bool {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if ask() {
            return true;
        }
        // It looks when nobody asks for anything.
        std::thread::sleep(Duration::from_millis(300));
    }
    false
}

#[test]
fn what_another_program_commits_is_noticed() {
    let mut desk = Desk::new("account deposit: 3.\naccount close.\npurse fill\n");
    let lacks = desk.editor.findings(&desk.file, 1).expect("findings");
    assert_eq!(lacks.len(), 2, "{lacks:?}");
    let shown =
        desk.ask("definition", 0, 10)[0]["uri"].as_str().and_then(|u| u.strip_prefix("file://")).expect("a file").to_string();
    let program = "account _AddSlots: (| \"Shuts it.\" close = ( 0 ) |). globals _AddSlots: (| purse = (| fill = ( 1 ) |) |)";
    work_at(&desk.image, "127.0.0.1:9", program);
    // Nobody has told it anything.
    let found = desk.editor.told("textDocument/publishDiagnostics", |told| told["uri"] == uri(&desk.file)).expect("told");
    assert_eq!(found["diagnostics"], json!([]), "{found}");
    desk.refreshes();
    let hover = desk.ask("hover", 1, 10);
    assert!(hover["contents"]["value"].as_str().is_some_and(|v| v.contains("Shuts it.")), "{hover}");
    let text = std::fs::read_to_string(&shown).expect("it is shown");
    assert!(text.contains("close = ( 0 )"), "{text}");
    desk.editor.leave().expect("ends");
}

/// A dialogue that is open has the image, and every entry is a commit.
#[test]
fn what_an_open_dialogue_commits_is_noticed() {
    let mut desk = Desk::new("account deposit: 3.\naccount close\n");
    assert_eq!(desk.editor.findings(&desk.file, 1).expect("findings").len(), 1);
    let path = desk.image.display().to_string();
    let mut command = aura(&["repl", "--image", &path]);
    let mut dialogue = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut typed = dialogue.stdin.take().expect("piped");
    typed.write_all(b"account _AddSlots: (| close = ( 0 ) |)\n3\n").and_then(|()| typed.flush()).expect("it reads");
    let hover =
        |desk: &mut Desk| desk.ask("hover", 1, 10)["contents"]["value"].as_str().is_some_and(|v| v.contains("close ^ <int>"));
    assert!(sooner_or_later(|| hover(&mut desk)));
    // It is still there.
    assert!(dialogue.try_wait().expect("its state").is_none());
    drop(typed);
    assert!(dialogue.wait().expect("it ends").success());
    desk.editor.leave().expect("ends");
}

#[test]
fn an_image_that_comes_later_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (image, file) = (folder.path().join("bank.image"), folder.path().join("main.aura"));
    std::fs::write(&file, "purse fill\n").expect("written");
    let command = &mut aura(&["lsp", "--image", &image.display().to_string()]);
    let mut editor = Editor::start_as(command, folder.path(), json!({})).expect("hello");
    editor.open(&file, "purse fill\n").expect("opened");
    assert_eq!(editor.findings(&file, 1).expect("findings").len(), 1);
    work_at(&image, "127.0.0.1:9", "globals _AddSlots: (| purse = (| fill = ( 1 ) |) |)");
    let found = editor.told("textDocument/publishDiagnostics", |told| told["uri"] == uri(&file)).expect("told");
    assert_eq!(found["diagnostics"], json!([]), "{found}");
    editor.leave().expect("ends");
}

/// What another program learned at the image has its hover, and its place, like what was learned before.
#[test]
fn what_another_program_learns_is_noticed() {
    let mut desk = Desk::new("account fly: 3\n");
    assert_eq!(desk.editor.findings(&desk.file, 1).expect("findings").len(), 1);
    let purse = desk.file.with_file_name("purse.aura");
    let text = "| purse = (| parent* = traits clonable. balance <- 9 |) |\npurse shake: 3\n";
    std::fs::write(&purse, text).expect("written");
    desk.editor.open(&purse, text).expect("opened");
    assert_eq!(desk.editor.findings(&purse, 1).expect("findings").len(), 1);
    let model =
        Model::knowing(&[("fly:", "fly: n = ( balance: balance + n. self )"), ("shake:", "shake: n = ( balance: n. self )")]);
    work_at(&desk.image, &model.host, "account copy fly: 3");
    desk.refreshes();
    run_at(&desk.image, &model.host, &[&purse.display().to_string()]);
    desk.refreshes();
    for (file, column) in [(&desk.file.clone(), 10), (&purse, 7)] {
        let line = u32::from(*file == purse);
        let ask = |desk: &mut Desk| desk.editor.ask("textDocument/hover", at(file, line, column)).expect("answered");
        let is_told = |hover: Value| hover["contents"]["value"].as_str().is_some_and(|v| v.contains("learned from tiny:1b on "));
        assert!(sooner_or_later(|| is_told(ask(&mut desk))), "{}", ask(&mut desk));
    }
    let found = desk.editor.ask("textDocument/definition", at(&purse, 1, 7)).expect("answered");
    let file = json!({ "textDocument": { "uri": found[0]["uri"] } });
    let lenses = desk.editor.ask("textDocument/codeLens", file).expect("lenses");
    assert!(lenses.to_string().contains("learned from tiny:1b"), "{lenses}");
    desk.editor.leave().expect("ends");
}

/// The server looks at the image after each of these, and is never in the way.
#[test]
fn nobody_is_kept_out_of_the_image() {
    let mut desk = Desk::new("account deposit: 3\n");
    for n in 0..12 {
        work_at(&desk.image, "127.0.0.1:9", &format!("image at: 'n' Put: {n}"));
        let saved = json!({ "textDocument": { "uri": uri(&desk.file) } });
        std::thread::sleep(Duration::from_millis(40));
        desk.editor.tell("textDocument/didSave", saved).expect("told");
    }
    assert!(desk.ask("hover", 0, 10)["contents"]["value"].as_str().is_some_and(|v| v.contains("deposit: n")));
    desk.editor.leave().expect("ends");
}

#[test]
fn the_image_is_free_for_others() {
    let mut desk = Desk::new("account deposit: 3\n");
    let head = |image: &Path| done(&["image", "log", "--image", &image.display().to_string()]).out;
    let before = head(&desk.image);
    desk.ask("hover", 0, 10);
    assert_eq!(head(&desk.image), before);
    let nobody = "127.0.0.1:9";
    work_at(&desk.image, nobody, "image at: 'yours' Put: 3");
    std::thread::sleep(Duration::from_millis(50));
    assert!(desk.ask("hover", 0, 10)["contents"]["value"].as_str().is_some_and(|v| v.contains("deposit: n")));
    desk.editor.leave().expect("ends");
}
