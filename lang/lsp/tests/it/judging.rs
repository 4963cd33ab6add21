//! A method that a model wrote, from the wish for it to the person's verdict.

use lsp_server::{Request, RequestId};
use serde_json::{Value, json};

use crate::client::{Client, uri};

const FILE: &str = "/p/a.aura";
const TEXT: &str = "| a = (| one = 1 |) |\na foo\n";

/// An editor that has this text open, and was told what is wrong with it.
fn opened(text: &str, capabilities: Value) -> Client {
    let client = Client::able_to(&[], capabilities);
    client.open(FILE, text);
    assert_eq!(client.diagnostics(FILE, Some(1))[0]["code"], "E0301");
    client
}

/// An editor that shows edits before it makes them.
fn reviewing() -> Value {
    let edit = json!({ "documentChanges": true, "resourceOperations": ["create"], "changeAnnotationSupport": {} });
    json!({ "workspace": { "workspaceEdit": edit }, "window": { "workDoneProgress": true } })
}

/// The arguments of the command that is offered for the message that nothing understands.
fn offered(client: &Client) -> Value {
    let range = json!({ "start": { "line": 1, "character": 2 }, "end": { "line": 1, "character": 2 } });
    let asked = json!({ "textDocument": { "uri": uri(FILE) }, "range": range, "context": { "diagnostics": [] } });
    let actions = client.ask("textDocument/codeAction", asked);
    let all = actions.as_array().expect("actions");
    let action = all.iter().find(|a| a["command"]["command"] == "aura.synthesise").expect("offered");
    assert_eq!(action["isPreferred"], Value::Null, "nobody wants a model to be asked without a look");
    action["command"]["arguments"].clone()
}

fn begin(client: &Client) -> RequestId {
    client.send("workspace/executeCommand", json!({ "command": "aura.synthesise", "arguments": offered(client) }))
}

/// The question of an editor that shows no edits, and that it is not asked to edit anything before the answer.
fn question(client: &Client) -> Request {
    let question = client.asked("window/showMessageRequest");
    assert_eq!(question.params["actions"], json!([{ "title": "Approve" }, { "title": "Reject" }]));
    let message = question.params["message"].as_str().expect("a message");
    assert!(message.starts_with("a method; 1 texts are open") && message.contains("go to a."), "{message}");
    question
}

#[test]
fn approved_it_becomes_an_edit() {
    let client = opened(TEXT, json!({}));
    let request = begin(&client);
    let question = question(&client);
    client.reply(&question, json!({ "title": "Approve" }));
    let edit = client.asked("workspace/applyEdit");
    let change = json!({ "range": { "start": { "line": 0, "character": 16 }, "end": { "line": 0, "character": 16 } }, "newText": ". foo = ( 3 )." });
    assert_eq!(edit.params["edit"], json!({ "changes": { uri(FILE): [change] } }));
    client.reply(&edit, json!({ "applied": true }));
    assert_eq!(client.answer(&request).expect("judged"), "approved");
    client.leave();
}

#[test]
fn rejected_it_is_forgotten() {
    for answer in [json!({ "title": "Reject" }), Value::Null] {
        let client = opened(TEXT, json!({}));
        let request = begin(&client);
        client.reply(&question(&client), answer);
        assert_eq!(client.answer(&request).expect("judged"), "rejected");
        client.leave_unasked();
    }
}

#[test]
fn an_editor_that_shows_edits_is_given_one_to_show() {
    for (answer, verdict) in [(true, "approved"), (false, "rejected")] {
        let client = opened(TEXT, reviewing());
        let request = begin(&client);
        let edit = client.asked("workspace/applyEdit");
        let changes = &edit.params["edit"]["documentChanges"];
        assert_eq!(changes[0]["textDocument"], json!({ "uri": uri(FILE), "version": 1 }));
        let id = changes[0]["edits"][0]["annotationId"].as_str().expect("annotated");
        let annotation = &edit.params["edit"]["changeAnnotations"][id];
        assert_eq!((&annotation["needsConfirmation"], &annotation["label"]), (&json!(true), &json!("ALFRED: 'foo' for a")));
        client.reply(&edit, json!({ "applied": answer }));
        assert_eq!(client.answer(&request).expect("judged"), verdict);
        client.leave_unasked();
    }
}

#[test]
fn progress_is_shown_and_can_be_cancelled_where_it_is_shown() {
    let client = opened("| a = (| one = 1 |) |\na never\n", reviewing());
    let request = begin(&client);
    let token = client.asked("window/workDoneProgress/create").params["token"].clone();
    client.tell("window/workDoneProgress/cancel", json!({ "token": token }));
    assert_eq!(client.answer(&request).expect_err("cancelled").code, -32800);
    let told = client.heard("$/progress");
    let kinds: Vec<&Value> = told.iter().filter(|p| p["token"] == token).map(|p| &p["value"]["kind"]).collect();
    assert_eq!(kinds, ["begin", "end"]);
    assert_eq!((&told[0]["value"]["title"], &told[0]["value"]["cancellable"]), (&json!("aura.synthesise never"), &json!(true)));
    client.leave_unasked();
}

#[test]
fn a_wish_is_taken_back_before_and_after_the_method_is_there() {
    let client = opened("| a = (| one = 1 |) |\na never\n", json!({}));
    let request = begin(&client);
    client.tell("$/cancelRequest", json!({ "id": request }));
    assert_eq!(client.answer(&request).expect_err("cancelled").code, -32800);
    client.edit(FILE, 2, [1, 2, 1, 7], "foo");
    let request = begin(&client);
    let question = question(&client);
    client.tell("$/cancelRequest", json!({ "id": request }));
    assert_eq!(client.answer(&request).expect_err("cancelled").code, -32800);
    // A yes that comes too late changes nothing.
    client.reply(&question, json!({ "title": "Approve" }));
    client.leave_unasked();
}

#[test]
fn what_cannot_be_written_is_told() {
    let client = opened("| a = (| one = 1 |) |\na hard\n", json!({}));
    let request = begin(&client);
    let error = client.answer(&request).expect_err("nothing was written");
    assert_eq!((error.code, error.message.as_str()), (-32803, "nobody knows how"));
    assert_eq!(client.heard("window/showMessage")[0]["message"], "nobody knows how");
    client.leave_unasked();
}

#[test]
fn a_text_that_has_changed_is_not_edited_by_what_was_true_before() {
    let client = opened(TEXT, json!({}));
    let arguments = offered(&client);
    let request = begin(&client);
    let question = question(&client);
    // Somebody writes the method by hand, while the question is open.
    client.edit(FILE, 2, [0, 9, 0, 16], "foo = 1");
    client.reply(&question, json!({ "title": "Approve" }));
    let error = client.answer(&request).expect_err("too late");
    assert!(error.message.contains("has a slot 'foo' by now"), "{}", error.message);
    let again = client.try_ask("workspace/executeCommand", json!({ "command": "aura.synthesise", "arguments": arguments }));
    assert_eq!(again.expect_err("nothing is missing").message, "'foo' is not missing there any more");
    client.leave_unasked();
}

#[test]
fn an_editor_that_cannot_make_the_edit_says_so() {
    let client = opened(TEXT, json!({}));
    let request = begin(&client);
    client.reply(&question(&client), json!({ "title": "Approve" }));
    let edit = client.asked("workspace/applyEdit");
    client.reply(&edit, json!({ "applied": false, "failureReason": "the file is locked" }));
    assert!(client.answer(&request).expect_err("not made").message.ends_with("the file is locked"));
    client.leave();
}

#[test]
fn a_judgement_that_fails_is_answered_all_the_same() {
    for missing in ["cursedAtOnce", "cursedLater"] {
        let client = opened(&format!("| a = (| one = 1 |) |\na {missing}\n"), json!({}));
        let request = begin(&client);
        if missing == "cursedLater" {
            let question = question(&client);
            // The method has no place there any more.
            client.edit(FILE, 2, [0, 2, 0, 3], "b");
            client.reply(&question, json!({ "title": "Approve" }));
        }
        assert_eq!(client.answer(&request).expect_err("it failed").code, -32603, "{missing}");
        client.leave_unasked();
    }
}

#[test]
fn an_editor_that_leaves_leaves_no_question_open() {
    let client = opened(TEXT, json!({}));
    let request = begin(&client);
    question(&client);
    let goodbye = client.send("shutdown", Value::Null);
    assert_eq!(client.answer(&request).expect_err("not judged").code, -32800);
    client.answer(&goodbye).expect("goodbye");
}

/// A learned method that somebody has approved into the text.
const IN_PLACE: &str =
    "|\n    one = 1.\n    \"learned: 2026-11-22\n     model: small\n     reviewed: yes\"\n    half = ( 2 ).\n|\none\n";

#[test]
fn a_learned_method_in_the_text_says_where_it_comes_from_and_is_taken_back_there() {
    let client = Client::able_to(&[], json!({}));
    client.open(FILE, IN_PLACE);
    let lenses = client.ask("textDocument/codeLens", json!({ "textDocument": { "uri": uri(FILE) } }));
    let command = |title: &str| {
        let all = lenses.as_array().expect("lenses").iter().map(|l| &l["command"]);
        all.clone().find(|c| c["title"].as_str().is_some_and(|t| t.starts_with(title))).expect("offered").clone()
    };
    let run = |command: Value| json!({ "command": command["command"], "arguments": command["arguments"] });
    let why = client.ask("workspace/executeCommand", run(command("learned from small")));
    assert_eq!(why, "learned: 2026-11-22\nmodel: small\nreviewed: yes");
    let request = client.send("workspace/executeCommand", run(command("revert")));
    let edit = client.asked("workspace/applyEdit");
    let range = json!({ "start": { "line": 2, "character": 0 }, "end": { "line": 6, "character": 0 } });
    assert_eq!(edit.params["edit"]["changes"][uri(FILE)], json!([{ "range": range, "newText": "" }]));
    client.reply(&edit, json!({ "applied": true }));
    assert_eq!(client.answer(&request).expect("done"), "reverted");
    client.leave();
}
