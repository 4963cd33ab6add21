//! Each question through the protocol, in the shapes that editors expect. What the answers say is tested in `aura-ide`.

use serde_json::{Value, json};

use crate::client::{Client, at, uri};

const FILE: &str = "/p/a.aura";
const TEXT: &str = "|
point = (|
    parent* = traits clonable.
    x <- 0.
    plus: other = ( copy x: x + other x ).
|).
|
(point plus: point) x printLine
";

fn opened() -> Client {
    let client = Client::new(&[], &["utf-8"]);
    client.open(FILE, TEXT);
    client
}

fn file() -> Value {
    json!({ "textDocument": { "uri": uri(FILE) } })
}

fn with(mut place: Value, more: Value) -> Value {
    for (key, value) in more.as_object().expect("an object") {
        place[key] = value.clone();
    }
    place
}

/// `line:character` of where a range begins.
fn start(range: &Value) -> String {
    format!("{}:{}", range["start"]["line"], range["start"]["character"])
}

fn starts(all: &Value) -> Vec<String> {
    all.as_array().expect("a list").iter().map(|l| start(&l["range"])).collect()
}

#[test]
fn completion_comes_with_marks_and_is_described_later() {
    let client = opened();
    client.edit(FILE, 2, [7, 0, 7, 31], "point pl");
    let all = client.ask("textDocument/completion", at(FILE, 7, 8));
    let item = all["items"].as_array().expect("a list").iter().find(|i| i["label"] == "plus:").expect("offered").clone();
    assert_eq!(item["textEdit"]["newText"], "plus: ${1:other}");
    assert_eq!(start(&item["textEdit"]["range"]), "7:6");
    assert_eq!(item["documentation"], Value::Null);
    let described = client.ask("completionItem/resolve", item);
    assert!(described["documentation"]["value"].as_str().is_some_and(|d| d.contains("plus: other")), "{described}");
    client.leave();
}

#[test]
fn what_fits_the_place_is_offered_first_and_chosen() {
    let client = Client::new(&[], &["utf-8"]);
    let text = "| name <string> <- 'a'. number <int> <- 3. take: n <int> = ( n ). m = ( take:  ) |\n";
    client.open(FILE, text);
    let all = client.ask("textDocument/completion", at(FILE, 0, text.find(" ) |").expect("there") as u32));
    let items = all["items"].as_array().expect("a list");
    let place = |label: &str| items.iter().find(|i| i["label"] == label).and_then(|i| i["sortText"].as_str()).expect("offered");
    assert!(place("number") < place("name"), "{items:?}");
    assert_eq!((&items[0]["label"], &items[0]["preselect"]), (&json!("number"), &json!(true)));
    assert!(items[1..].iter().all(|i| i["preselect"].is_null()));
    client.leave();
}

#[test]
fn signature_help_counts_arguments() {
    let client = opened();
    let help = client.ask("textDocument/signatureHelp", at(FILE, 7, 13));
    assert_eq!(help["signatures"][0]["label"], "plus: other <any> ^ <self>");
    assert_eq!(help["signatures"][0]["parameters"][0]["label"], json!([6, 17]));
    assert_eq!(help["activeParameter"], 0);
    client.leave();
}

#[test]
fn places_are_found() {
    let client = opened();
    assert_eq!(starts(&client.ask("textDocument/definition", at(FILE, 7, 8))), ["4:4"]);
    assert_eq!(starts(&client.ask("textDocument/typeDefinition", at(FILE, 7, 2))), ["1:8"]);
    assert_eq!(starts(&client.ask("textDocument/implementation", at(FILE, 7, 20))), ["3:4"]);
    let context = json!({ "context": { "includeDeclaration": false } });
    let found = client.ask("textDocument/references", with(at(FILE, 3, 4), context));
    assert!(starts(&found).contains(&"7:20".to_string()), "{found}");
    assert_eq!(starts(&client.ask("textDocument/documentHighlight", at(FILE, 4, 10))).len(), 2);
    // What the library has leads into a file of the library.
    let found = client.ask("textDocument/definition", at(FILE, 7, 24));
    assert!(found[0]["uri"].as_str().is_some_and(|u| u.starts_with("file:///stdlib/")), "{found}");
    client.leave();
}

#[test]
fn a_name_is_changed() {
    let client = opened();
    let prepared = client.ask("textDocument/prepareRename", at(FILE, 3, 4));
    assert_eq!(prepared["placeholder"], "x");
    let edit = client.ask("textDocument/rename", with(at(FILE, 3, 4), json!({ "newName": "abscissa" })));
    let edits = edit["changes"][uri(FILE)].as_array().expect("edits");
    assert_eq!(edits.len(), 5, "{edits:?}");
    let refused = client.try_ask("textDocument/rename", with(at(FILE, 7, 24), json!({ "newName": "y" }))).expect_err("refused");
    assert!(refused.message.contains("library"), "{}", refused.message);
    client.leave();
}

/// Two slots of a name, and uses of which nobody knows which they mean.
const UNKNOWN: &str = "| a = (| one = 1 |). b = (| one = 2 |).\nm: x = ( x one ). n: x = (\nx one + a one ) |\n";

#[test]
fn a_use_that_may_mean_another_thing_is_shown_before_it_is_renamed() {
    let edits = json!({ "documentChanges": true, "changeAnnotationSupport": {} });
    let client = Client::able_to(&[], json!({ "workspace": { "workspaceEdit": edits } }));
    client.open(FILE, UNKNOWN);
    let edit = client.ask("textDocument/rename", with(at(FILE, 0, 9), json!({ "newName": "single" })));
    let change = &edit["documentChanges"][0];
    assert_eq!(change["textDocument"], json!({ "uri": uri(FILE), "version": 1 }));
    let edits = change["edits"].as_array().expect("edits");
    let (looked_at, plain): (Vec<&Value>, Vec<&Value>) = edits.iter().partition(|e| e["annotationId"].is_string());
    let starts = |edits: &[&Value]| edits.iter().map(|e| start(&e["range"])).collect::<Vec<_>>();
    assert_eq!((starts(&plain), starts(&looked_at)), (vec!["0:9".into(), "2:10".into()], vec!["1:11".into(), "2:2".into()]));
    let id = looked_at[0]["annotationId"].as_str().expect("annotated");
    assert_eq!(edit["changeAnnotations"][id]["needsConfirmation"], true);
    client.leave();
}

#[test]
fn an_editor_that_shows_no_edits_is_told_what_keeps_its_name() {
    let client = Client::new(&[], &["utf-8"]);
    client.open(FILE, UNKNOWN);
    let edit = client.ask("textDocument/rename", with(at(FILE, 0, 9), json!({ "newName": "single" })));
    assert_eq!(starts(&edit["changes"][uri(FILE)]), ["0:9", "2:10"]);
    let told = client.heard("window/showMessage");
    assert_eq!(told[0]["type"], 2);
    let message = told[0]["message"].as_str().expect("a message");
    assert!(message.starts_with("2 uses keep their name") && message.ends_with("/p/a.aura:2, /p/a.aura:3"), "{message}");
    client.leave();
}

#[test]
fn a_file_is_laid_out() {
    let client = Client::new(&[], &["utf-8"]);
    client.open(FILE, "| a   <-  0 |\na\n");
    let options = json!({ "options": { "tabSize": 4, "insertSpaces": true } });
    let edits = client.ask("textDocument/formatting", with(file(), options.clone()));
    assert_eq!((&edits[0]["newText"], start(&edits[0]["range"])), (&json!("| a <- 0 |\n"), "0:0".into()));
    let range = json!({ "range": { "start": { "line": 1, "character": 1 }, "end": { "line": 2, "character": 0 } } });
    assert_eq!(client.ask("textDocument/rangeFormatting", with(with(file(), range), options)), json!([]));
    client.leave();
}

#[test]
fn a_file_without_a_layout_says_why() {
    let client = Client::new(&[], &["utf-8"]);
    client.open(FILE, "3+4\n| 'a\n");
    let options = json!({ "options": { "tabSize": 4, "insertSpaces": true } });
    assert_eq!(client.ask("textDocument/formatting", with(file(), options)), Value::Null);
    let told = client.heard("window/showMessage");
    assert!(told[0]["message"].as_str().is_some_and(|m| m.contains("line 2")), "{told:?}");
    client.leave();
}

/// A slot below that would hide the renamed one.
const HIDING: &str = "| a = (| foo = 1 |). b = (| p* = a. bar = 2 |) |\na foo\n";

#[test]
fn a_new_name_that_hides_something_needs_a_yes() {
    let edits = json!({ "documentChanges": true, "changeAnnotationSupport": {} });
    let client = Client::able_to(&[], json!({ "workspace": { "workspaceEdit": edits } }));
    client.open(FILE, HIDING);
    let edit = client.ask("textDocument/rename", with(at(FILE, 0, 9), json!({ "newName": "bar" })));
    let edits = edit["documentChanges"][0]["edits"].as_array().expect("edits").clone();
    assert!(edits.len() == 2 && edits.iter().all(|e| e["annotationId"].is_string()), "{edits:?}");
    let id = edits[0]["annotationId"].as_str().expect("annotated");
    assert_eq!(edit["changeAnnotations"][id]["description"], "the slot 'bar' of `b` hides that of `a`");
    client.leave();
    // Who cannot be asked is told.
    let client = Client::new(&[], &["utf-8"]);
    client.open(FILE, HIDING);
    let refused = client.try_ask("textDocument/rename", with(at(FILE, 0, 9), json!({ "newName": "bar" }))).expect_err("refused");
    assert!(refused.message.contains("hides that of"), "{}", refused.message);
    client.leave();
}

#[test]
fn a_file_and_a_project_have_symbols() {
    let client = opened();
    let symbols = client.ask("textDocument/documentSymbol", file());
    let names: Vec<&Value> = symbols[0]["children"].as_array().expect("slots").iter().map(|s| &s["name"]).collect();
    assert_eq!(names, ["parent", "x", "plus:"]);
    let found = client.ask("workspace/symbol", json!({ "query": "plus:" }));
    assert_eq!((&found[0]["name"], &found[0]["containerName"]), (&json!("plus:"), &json!("point")));
    client.leave();
}

#[test]
fn words_are_told_one_after_the_other() {
    let client = opened();
    let tokens = client.ask("textDocument/semanticTokens/full", file());
    let data: Vec<u64> = tokens["data"].as_array().expect("numbers").iter().filter_map(Value::as_u64).collect();
    // `point`, a property that is declared and constant, in the second line.
    assert_eq!(data[..5], [1, 0, 5, 6, 3]);
    assert_eq!(data.len() % 5, 0);
    let range = json!({ "range": { "start": { "line": 7, "character": 0 }, "end": { "line": 8, "character": 0 } } });
    let part = client.ask("textDocument/semanticTokens/range", with(file(), range));
    assert_eq!(part["data"].as_array().expect("numbers").len(), 25);
    client.leave();
}

#[test]
fn a_text_has_a_shape() {
    let client = opened();
    let folds = client.ask("textDocument/foldingRange", file());
    assert!(folds.as_array().expect("folds").iter().any(|f| f["startLine"] == 1 && f["endLine"] == 4), "{folds}");
    let grown = client.ask("textDocument/selectionRange", with(file(), json!({ "positions": [{ "line": 4, "character": 20 }] })));
    assert_eq!(start(&grown[0]["range"]), "4:20");
    assert_eq!(start(&grown[0]["parent"]["range"]), "4:20");
    let range = json!({ "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } } });
    let hints = client.ask("textDocument/inlayHint", with(file(), range));
    assert_eq!(hints[0]["label"], "^ <self>");
    client.leave();
}

#[test]
fn calls_are_followed_both_ways() {
    let client = opened();
    let item = client.ask("textDocument/prepareCallHierarchy", at(FILE, 4, 5))[0].clone();
    assert_eq!((&item["name"], &item["detail"]), (&json!("plus:"), &json!("point")));
    let calls = client.ask("callHierarchy/incomingCalls", json!({ "item": item }));
    assert_eq!((&calls[0]["from"]["name"], start(&calls[0]["fromRanges"][0])), (&json!("a.aura"), "7:7".into()));
    let calls = client.ask("callHierarchy/outgoingCalls", json!({ "item": item }));
    let names: Vec<&Value> = calls.as_array().expect("calls").iter().map(|c| &c["to"]["name"]).collect();
    assert!(names.contains(&&json!("copy")), "{names:?}");
    client.leave();
}

#[test]
fn a_program_can_be_run_from_above_its_first_line() {
    let client = opened();
    let lenses = client.ask("textDocument/codeLens", file());
    assert_eq!(lenses[0]["command"]["command"], "aura.run");
    assert_eq!(lenses[0]["command"]["arguments"], json!([uri(FILE)]));
    client.leave();
}

#[test]
fn what_is_wrong_can_be_repaired() {
    let client = opened();
    client.edit(FILE, 2, [7, 20, 7, 21], "z");
    let found = client.diagnostics(FILE, Some(2));
    assert_eq!(found[0]["code"], "E0301");
    let range = json!({ "range": found[0]["range"], "context": { "diagnostics": found } });
    let actions = client.ask("textDocument/codeAction", with(file(), range));
    let add = actions
        .as_array()
        .expect("actions")
        .iter()
        .find(|a| a["title"].as_str().is_some_and(|t| t.starts_with("add 'z'")))
        .expect("offered");
    assert_eq!((&add["kind"], &add["diagnostics"][0]["code"]), (&json!("quickfix"), &json!("E0301")));
    assert_eq!(start(&add["edit"]["changes"][uri(FILE)][0]["range"]), "4:42");
    // Who wants only refactorings gets no repairs.
    let range = json!({ "range": found[0]["range"], "context": { "diagnostics": [], "only": ["refactor"] } });
    let actions = client.ask("textDocument/codeAction", with(file(), range));
    assert!(actions.as_array().expect("actions").iter().all(|a| a["kind"] != "quickfix"), "{actions}");
    client.leave();
}
