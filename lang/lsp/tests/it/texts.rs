//! Texts that are opened and change.

use serde_json::json;

use crate::client::{Client, at, uri};

const FILE: &str = "/p/a.aura";

fn codes(found: &[serde_json::Value]) -> Vec<&str> {
    found.iter().map(|d| d["code"].as_str().unwrap_or("")).collect()
}

#[test]
fn what_is_wrong_is_told_and_taken_back() {
    let client = Client::new(&[], &["utf-8"]);
    client.open(FILE, "| a = 3 |\na foo\n");
    let found = client.diagnostics(FILE, Some(1));
    assert_eq!(codes(&found), ["E0301"]);
    assert_eq!(found[0]["range"], json!({ "start": { "line": 1, "character": 2 }, "end": { "line": 1, "character": 5 } }));
    client.edit(FILE, 2, [1, 2, 1, 5], "abs");
    assert_eq!(client.diagnostics(FILE, Some(2)), Vec::<serde_json::Value>::new());
    // A text that cannot be read is told by the parser alone.
    client.edit(FILE, 3, [1, 5, 1, 5], " at:");
    assert_eq!(codes(&client.diagnostics(FILE, Some(3))), ["E0010"]);
    client.leave();
}

#[test]
fn columns_are_counted_as_agreed() {
    for (encoding, column) in [("utf-8", 14), ("utf-16", 11)] {
        let client = Client::new(&[], &[encoding]);
        client.open(FILE, "| a = 3 |\r\n{ 'é😀'. a foo.\r\n  a abs }\r\n");
        let found = client.diagnostics(FILE, Some(1));
        assert_eq!(codes(&found), ["E0301"]);
        assert_eq!(found[0]["range"]["start"], json!({ "line": 1, "character": column }), "{encoding}");
        // The change takes a line end with it.
        client.edit(FILE, 2, [1, column, 2, 2], "abs. ");
        assert_eq!(client.diagnostics(FILE, Some(2)), Vec::<serde_json::Value>::new(), "{encoding}");
        client.edit(FILE, 3, [1, column + 5, 1, column + 6], "q");
        let found = client.diagnostics(FILE, Some(3));
        assert_eq!(found[0]["range"]["start"], json!({ "line": 1, "character": column + 5 }), "{encoding}");
        client.leave();
    }
}

#[test]
fn a_text_that_was_never_saved_is_known() {
    let client = Client::new(&[], &["utf-8"]);
    client.open("untitled:Untitled-1", "| a <- 3 |\na\n");
    assert_eq!(client.diagnostics("untitled:Untitled-1", Some(1)).len(), 0);
    let hover = client.ask("textDocument/hover", at("untitled:Untitled-1", 1, 0));
    assert_eq!(hover["contents"]["value"], "```aura\na <int> <-\n```\n\nin this module");
    client.leave();
}

#[test]
fn a_change_in_one_file_is_told_in_others() {
    let client = Client::new(&[("/p/b.aura", "| b = (import: 'a') |\nb one + 1\n")], &["utf-8"]);
    client.open(FILE, "| one = 1 |\n");
    assert_eq!(client.diagnostics(FILE, Some(1)).len(), 0);
    client.open("/p/b.aura", "| b = (import: 'a') |\nb one + 1\n");
    assert_eq!(client.diagnostics("/p/b.aura", Some(1)).len(), 0);
    client.edit(FILE, 2, [0, 2, 0, 5], "two");
    assert_eq!(codes(&client.diagnostics("/p/b.aura", Some(1))), ["E0301"]);
    // What is closed is as on the disk again: there is no such file.
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri(FILE) } }));
    client.leave();
}

#[test]
fn a_change_of_a_text_that_was_never_opened_is_not_believed() {
    let client = Client::new(&[(FILE, "| a = 3 |\na\n")], &["utf-8"]);
    client.edit(FILE, 1, [0, 0, 0, 0], "| b = 4 |\nb\n");
    let hover = client.ask("textDocument/hover", at(FILE, 1, 0));
    assert!(hover["contents"]["value"].as_str().is_some_and(|v| v.contains("a <int>")), "{hover}");
    client.leave();
}
