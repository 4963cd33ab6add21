//! Any session with an editor ends well: no request fails inside the server, and after any edits it answers as a server that was handed the
//! texts as they are now. What it offers is carried out ([`offers`]).
//!
//! Input is choices: what the editor tells and asks. Where it rests, and at the end, the server has time to look at the texts and to tell what it
//! finds, which must come ([`screen`]); nothing else depends on time. The
//! same edits go to `aura_ide` with work done between them, and its findings must be those of a project opened afresh.
//!
//! Behind a first byte of 0 there are more of them: whole texts, calls, files and what was learned on a disk ([`disk`]), folders. What is on the
//! disk changes while `aura_ide` works; for the server it is there from the begin, and only told of again.

use std::collections::BTreeMap;
use std::rc::Rc;

use aura_ide::{Encoding, Ide, Position, Work};
use aura_lsp::Connection;
use lsp_server::{Message, Notification, Request};
use serde_json::{Value, json};

use crate::choices::Choices;
use crate::texts::TEXT;
use disk::{Disk, FOLDER};
use screen::Screen;

mod disk;
mod offers;
mod screen;

const NAMES: [&str; 3] = ["/p/a.aura", "/p/b.aura", "/p/c.aura"];
/// What is typed, apart from what is made of the input's bytes.
const PIECES: [&str; 40] = [
    "",
    " ",
    "\n",
    "\r\n",
    "x",
    "y: ",
    "self ",
    "| ",
    "|",
    "(| ",
    " |)",
    "( ",
    " )",
    "[ ",
    " ]",
    "[|:i| ",
    ". ",
    " <- ",
    " = ",
    "\"ä€𝄞\"",
    "'größe'",
    "3 ",
    "1.5",
    "foo ",
    "at: 1 Put: ",
    "parent* = traits clonable. ",
    "| p = (| x <- 1. m = ( x foo ) |) |\n",
    "p m",
    "^ ",
    "<int> ",
    "import: 'b'",
    "import: 'c'. ",
    "resend.m",
    "`a{3}b`",
    "{ 1. 2 } ",
    "size",
    "p x: 3",
    "\u{feff}",
    "\t",
    "1 to: 3 Do: [|:i| i printString ]. ",
];
/// What is asked at a place.
const AT_A_PLACE: [&str; 12] = [
    "textDocument/hover",
    "textDocument/completion",
    "textDocument/signatureHelp",
    "textDocument/definition",
    "textDocument/typeDefinition",
    "textDocument/implementation",
    "textDocument/references",
    "textDocument/documentHighlight",
    "textDocument/prepareRename",
    "textDocument/rename",
    "textDocument/prepareCallHierarchy",
    "textDocument/selectionRange",
];
/// What is asked of a whole file or of a part of it.
const OF_A_FILE: [&str; 9] = [
    "textDocument/documentSymbol",
    "textDocument/semanticTokens/full",
    "textDocument/semanticTokens/range",
    "textDocument/inlayHint",
    "textDocument/foldingRange",
    "textDocument/codeLens",
    "textDocument/codeAction",
    "textDocument/formatting",
    "textDocument/rangeFormatting",
];
/// What is asked of a method that was handed out before.
const CALLS: [&str; 2] = ["callHierarchy/incomingCalls", "callHierarchy/outgoingCalls"];
/// What is typed where there are files on a disk, apart from [`PIECES`].
const MORE_PIECES: [&str; 5] = [
    "import: 'd'. ",
    "import: 'sub/e'. ",
    "lobby _AddSlots: (| foo = ( 3 ) |)\n",
    "3 foo bar. ",
    "p _AddSlots: (| bar ^ <int> = ( x ) |)\n",
];
const MOST_EDITS: usize = 40;
/// Rests in a session in which the server has time to tell what it has found.
const MOST_RESTS: usize = 3;

/// What an editor does.
#[derive(Debug)]
enum Step {
    Open(usize, String),
    Change(usize, [u32; 4], String),
    Close(usize),
    Ask(&'static str, Value),
    /// A file on the disk has this text now, or is gone.
    Written(usize, Option<String>),
    /// The folder becomes part of the project, or is none any more.
    Folder(bool),
    /// Something that no editor says.
    Odd(Message),
    /// The server has time to work.
    Rest,
}

fn uri(file: usize) -> Value {
    json!({ "uri": format!("file://{}", NAMES[file]) })
}

fn text(choices: &mut Choices<'_>) -> String {
    let mut text = String::new();
    for _ in 0..choices.below(8) {
        match choices.below(PIECES.len() + 1) {
            n if n < PIECES.len() => text.push_str(PIECES[n]),
            _ => text.push_str(&String::from_utf8_lossy(choices.bytes(6))),
        }
    }
    text
}

/// A text as it stands, or pieces.
fn whole_text(choices: &mut Choices<'_>) -> String {
    match choices.below(4) {
        0 => {
            let length = choices.below(LONGEST);
            String::from_utf8_lossy(choices.bytes(length)).into_owned()
        }
        1 => MORE_PIECES[choices.below(MORE_PIECES.len())].to_owned() + &text(choices),
        _ => text(choices),
    }
}

/// Whole texts are shorter.
const LONGEST: usize = 1 << 12;

/// The input of a session that opens these texts, each in a file of its own, and goes on by choices. What [`wide_step`] reads.
pub(crate) fn opened(texts: &[&str], choices: &[u8]) -> Vec<u8> {
    let mut input = vec![TEXT, 0];
    for (file, text) in texts.iter().enumerate() {
        let [high, low] = (text.len() as u16).to_be_bytes();
        input.extend([0, file as u8, 0, high, low]);
        input.extend(text.bytes());
    }
    input.extend(choices);
    input
}

/// What an editor does where there is a disk.
fn wide_step(choices: &mut Choices<'_>) -> Step {
    match choices.below(8) {
        0 => Step::Open(choices.below(NAMES.len()), whole_text(choices)),
        1 => Step::Change(choices.below(NAMES.len()), range(choices), whole_text(choices)),
        2 => {
            let file = choices.below(disk::NAMES.len());
            let is_gone = choices.below(3) == 0;
            Step::Written(file, (!is_gone).then(|| whole_text(choices)))
        }
        3 => Step::Folder(choices.below(3) > 0),
        4 => Step::Ask(choices.of(&CALLS), asked(choices.below(NAMES.len()), range(choices))),
        _ => step(choices),
    }
}

fn range(choices: &mut Choices<'_>) -> [u32; 4] {
    let mut all = [0, 0, 0, 0].map(|_: u32| choices.below(24) as u32);
    // Most editors send them in order; whole lines are common.
    if choices.below(4) > 0 {
        all[2] = all[0] + all[2] % 3;
    }
    all
}

fn as_json([a, b, c, d]: [u32; 4]) -> Value {
    json!({ "start": { "line": a, "character": b }, "end": { "line": c, "character": d } })
}

/// Parameters that serve every question of [`AT_A_PLACE`] and [`OF_A_FILE`].
fn asked(file: usize, at: [u32; 4]) -> Value {
    let place = json!({ "line": at[0], "character": at[1] });
    let uri = uri(file)["uri"].clone();
    let item = json!({ "name": "m", "kind": 6, "uri": uri, "range": as_json(at), "selectionRange": as_json(at) });
    json!({
        "textDocument": { "uri": uri }, "item": item, "position": place, "positions": [place], "range": as_json(at), "newName": "other",
        "context": { "diagnostics": [], "includeDeclaration": true }, "options": { "tabSize": 4, "insertSpaces": true },
    })
}

fn step(choices: &mut Choices<'_>) -> Step {
    let file = choices.below(NAMES.len());
    match choices.below(10) {
        0 | 1 => Step::Open(file, text(choices)),
        2..=4 => Step::Change(file, range(choices), text(choices)),
        5 => Step::Close(file),
        6 => Step::Ask(choices.of(&AT_A_PLACE), asked(file, range(choices))),
        7 => Step::Ask(choices.of(&OF_A_FILE), asked(file, range(choices))),
        8 => Step::Odd(odd(choices)),
        _ => Step::Rest,
    }
}

fn odd(choices: &mut Choices<'_>) -> Message {
    let methods = [
        &AT_A_PLACE[..],
        &OF_A_FILE,
        &["workspace/symbol", "completionItem/resolve", "workspace/executeCommand", "textDocument/didSave", "nothing"],
    ];
    let method = choices.of(&methods.concat()).to_string();
    let values = [
        json!(null),
        json!(-1),
        json!(4_294_967_295_u32),
        json!([]),
        json!({}),
        json!("x"),
        json!({ "uri": "nonsense" }),
        json!({ "uri": "file:///%ff" }),
        json!({ "line": 4_294_967_295_u32, "character": 4_294_967_295_u32 }),
    ];
    let mut params = asked(choices.below(3), range(choices));
    let key = choices.of(&["textDocument", "position", "range", "positions", "newName", "context", "query", "command"]);
    params[key] = values[choices.below(values.len())].clone();
    Request::new(1_000_000.into(), method, params).into()
}

/// What is open at the end, in the order in which a fresh server is told of it.
type Texts = BTreeMap<usize, String>;
/// What is on the disk.
type Files = BTreeMap<usize, String>;

/// A session, with rests between its steps and until these findings are shown if there are some: the answers to the requests at its end, to be
/// compared.
fn session(steps: &[Step], texts: &Texts, disk: &Files, encoding: &str, shown: Option<&Found>) -> Vec<Value> {
    let (ours, theirs) = Connection::memory();
    let files = disk.clone();
    let server = std::thread::spawn(move || aura_lsp::serve(&theirs, Rc::new(Disk::with(&files))));
    let mut screen = Screen::new(&ours);
    let mut last = 0;
    let mut ask = |screen: &mut Screen<'_>, method: &str, params: Value| {
        last += 1;
        screen.send(Request::new(last.into(), method.into(), params).into());
        last
    };
    let capabilities = json!({ "general": { "positionEncodings": [encoding] } });
    ask(&mut screen, "initialize", json!({ "processId": null, "capabilities": capabilities }));
    screen.send(Notification::new("initialized".into(), json!({})).into());
    let mut rests = 0;
    for (number, step) in steps.iter().enumerate() {
        match message(step, number as i32) {
            Some(Message::Request(r)) => drop(ask(&mut screen, &r.method, r.params)),
            Some(other) => screen.send(other),
            None if shown.is_some() && rests < MOST_RESTS => {
                rests += 1;
                screen.rest();
            }
            None => {}
        }
    }
    shown.into_iter().for_each(|found| screen.until_shown(found));
    let first = ask(&mut screen, "workspace/symbol", json!({ "query": "" }));
    for (file, text) in texts {
        let lines = text.lines().count() as u32;
        for method in OF_A_FILE {
            ask(&mut screen, method, asked(*file, [0, 0, lines, 0]));
        }
        for line in 0..lines.min(6) {
            for method in AT_A_PLACE.iter().chain(&CALLS) {
                ask(&mut screen, method, asked(*file, [line, (line * 7 + 3) % 19, line, 20]));
            }
        }
    }
    let end = ask(&mut screen, "shutdown", json!(null));
    screen.send(Notification::new("exit".into(), json!(null)).into());
    assert_eq!(server.join().expect("the server ends well"), Ok(true), "it was told to end");
    screen.answers(first, end)
}

fn message(step: &Step, version: i32) -> Option<Message> {
    let versioned = |file: usize| json!({ "uri": uri(file)["uri"], "version": version, "languageId": "aura" });
    Some(match step {
        Step::Open(file, text) => {
            let mut document = versioned(*file);
            document["text"] = json!(text);
            Notification::new("textDocument/didOpen".into(), json!({ "textDocument": document })).into()
        }
        Step::Change(file, range, text) => {
            let change = json!({ "range": as_json(*range), "text": text });
            Notification::new(
                "textDocument/didChange".into(),
                json!({ "textDocument": versioned(*file), "contentChanges": [change] }),
            )
            .into()
        }
        Step::Close(file) => Notification::new("textDocument/didClose".into(), json!({ "textDocument": uri(*file) })).into(),
        Step::Ask(method, params) => Request::new(0.into(), (*method).into(), params.clone()).into(),
        Step::Odd(odd) => odd.clone(),
        Step::Written(file, _) => {
            let change = json!({ "uri": format!("file://{}", disk::NAMES[*file]), "type": 2 });
            Notification::new("workspace/didChangeWatchedFiles".into(), json!({ "changes": [change] })).into()
        }
        Step::Folder(is_added) => {
            let folder = json!([{ "uri": format!("file://{FOLDER}"), "name": "p" }]);
            let (added, removed) = if *is_added { (folder, json!([])) } else { (json!([]), folder) };
            let event = json!({ "event": { "added": added, "removed": removed } });
            Notification::new("workspace/didChangeWorkspaceFolders".into(), event).into()
        }
        Step::Rest => return None,
    })
}

type Found = BTreeMap<String, Vec<aura_ide::Diagnostic>>;

fn work(ide: &mut Ide, found: &mut Found) {
    loop {
        match ide.work() {
            Work::Found(findings) => drop(found.insert(findings.file, findings.found)),
            Work::Done => {}
            Work::Nothing => return,
        }
    }
}

/// Goes through the edits without a protocol: what is open in the end, and what was found then. The disk holds what it does at the end. What is
/// offered then is carried out if this is the last look.
fn edits(steps: &[Step], disk: &Rc<Disk>, encoding: Encoding, is_last: bool) -> (Texts, Found) {
    let mut ide = Ide::new(Rc::clone(disk) as Rc<dyn aura_ide::Outside>);
    let (mut open, mut found) = (Texts::new(), Found::new());
    for step in steps {
        match step {
            Step::Open(file, text) => {
                ide.open(NAMES[*file], text);
                open.insert(*file, text.clone());
            }
            Step::Change(file, [a, b, c, d], text) if open.contains_key(file) => {
                let range = (Position { line: *a, column: *b }, Position { line: *c, column: *d });
                ide.change(NAMES[*file], &[(Some(range), text.clone())], encoding);
                let document = ide.document(NAMES[*file]).expect("it is open");
                open.insert(*file, document.text().to_string());
            }
            Step::Close(file) => {
                ide.close(NAMES[*file]);
                open.remove(file);
            }
            Step::Written(file, text) => {
                match text {
                    Some(text) => drop(disk.files.borrow_mut().insert(*file, text.clone())),
                    None => drop(disk.files.borrow_mut().remove(file)),
                }
                ide.reread(disk::NAMES[*file]);
            }
            Step::Folder(true) => ide.add_folder(FOLDER),
            Step::Rest => work(&mut ide, &mut found),
            Step::Folder(false) | Step::Change(..) | Step::Ask(..) | Step::Odd(_) => {}
        }
    }
    work(&mut ide, &mut found);
    let named = |(file, text): (&usize, &String), names: &[&str]| (names[*file].to_string(), text.clone());
    let project = offers::Project {
        open: open.iter().map(|text| named(text, &NAMES)).collect(),
        disk: disk.files.borrow().iter().map(|text| named(text, &disk::NAMES)).collect(),
        has_folder: steps.iter().any(|step| matches!(step, Step::Folder(true))),
        found: &found,
    };
    if is_last {
        offers::carry_out(&mut ide, &project);
    }
    (open, found)
}

/// The steps of an input, and how its editor counts.
fn steps(input: &[u8]) -> (Vec<Step>, &'static str, Encoding) {
    let (one, input): (fn(&mut Choices<'_>) -> Step, _) = match input.split_first() {
        Some((&TEXT, rest)) => (wide_step, rest),
        _ => (step, input),
    };
    let mut choices = Choices(input);
    let (name, encoding) = choices.of(&[("utf-16", Encoding::Utf16), ("utf-8", Encoding::Utf8)]);
    let mut steps: Vec<Step> = Vec::new();
    while !choices.are_over() && steps.len() < MOST_EDITS {
        steps.push(one(&mut choices));
    }
    // Only what is open is changed.
    let mut open = [false; 3];
    steps.retain(|step| {
        match step {
            Step::Open(file, _) => open[*file] = true,
            Step::Close(file) => open[*file] = false,
            Step::Change(file, ..) => return open[*file],
            Step::Ask(..) | Step::Odd(_) | Step::Written(..) | Step::Folder(_) | Step::Rest => {}
        }
        true
    });
    (steps, name, encoding)
}

/// What leads to the same as all these steps: the project's folder and files on the disk that were told of, then what is open.
fn short_cut(steps: &[Step], texts: &Texts, disk: &Files) -> Vec<Step> {
    // A folder that is taken away takes with it what was told of its files before.
    let left = steps.iter().rposition(|s| matches!(s, Step::Folder(false))).map_or(steps, |at| &steps[at + 1..]);
    let folder = left.iter().any(|s| matches!(s, Step::Folder(true))).then_some(Step::Folder(true));
    let written = |file: usize| left.iter().any(|s| matches!(s, Step::Written(f, _) if *f == file));
    let files = (0..disk::NAMES.len()).filter(|f| written(*f)).map(|f| Step::Written(f, disk.get(&f).cloned()));
    let opened = texts.iter().map(|(file, text)| Step::Open(*file, text.clone()));
    folder.into_iter().chain(files).chain(opened).collect()
}

/// One input.
pub fn run(input: &[u8]) {
    let (steps, name, encoding) = steps(input);
    let disk = Rc::new(Disk::default());
    let (texts, found) = edits(&steps, &disk, encoding, false);
    let files = disk.files.borrow().clone();
    let short = short_cut(&steps, &texts, &files);
    let (again, fresh) = edits(&short, &Rc::new(Disk::with(&files)), encoding, true);
    assert_eq!(texts, again);
    // While a text cannot be read, what is said about others stays as it was.
    let are_readable = texts.values().chain(files.values()).all(|text| !aura_syntax::parse(text).has_errors());
    for file in texts.keys().filter(|_| are_readable) {
        let of = |found: &Found| found.get(NAMES[*file]).cloned().unwrap_or_default();
        assert_eq!(of(&found), of(&fresh), "findings of {} after {steps:#?}, texts: {texts:#?}", NAMES[*file]);
    }
    let after = session(&steps, &texts, &files, name, are_readable.then_some(&found));
    if are_readable {
        let opened = session(&short, &texts, &files, name, None);
        assert_eq!(after, opened, "answers after edits, texts: {texts:#?}, on the disk: {files:#?}");
    }
}
