//! From hello to goodbye, with what can go wrong between.

use serde_json::json;

use crate::client::{CURSED, Client, at};

#[test]
fn hello_and_goodbye() {
    Client::new(&[], &["utf-16"]).leave();
}

#[test]
fn what_is_not_offered_is_refused() {
    let client = Client::new(&[], &["utf-8"]);
    let error = client.try_ask("textDocument/moniker", at("/p/a.aura", 0, 0)).expect_err("an error");
    assert_eq!(error.code, -32601);
    let error = client.try_ask("textDocument/hover", json!({ "nonsense": 1 })).expect_err("an error");
    assert_eq!(error.code, -32602);
    client.leave();
}

#[test]
fn a_panic_is_told_and_the_server_goes_on() {
    let client = Client::new(&[], &["utf-8"]);
    client.open("/p/a.aura", "| a = 3 |\na foo\n");
    assert_eq!(client.diagnostics("/p/a.aura", Some(1)).len(), 1);
    let error = client.try_ask("textDocument/hover", at(CURSED, 0, 0)).expect_err("an error");
    assert_eq!(error.code, -32603);
    let told = client.heard("window/logMessage");
    assert!(told.iter().any(|m| m["message"].as_str().is_some_and(|m| m.contains("a curse"))), "{told:?}");
    // What was open is known as before.
    let hover = client.ask("textDocument/hover", at("/p/a.aura", 1, 0));
    assert!(hover["contents"]["value"].as_str().is_some_and(|v| v.contains("a <int> =")), "{hover}");
    client.leave();
}

#[test]
fn a_request_that_is_cancelled_is_not_answered() {
    let client = Client::new(&[], &["utf-8"]);
    client.open("/p/a.aura", "3 + 4\n");
    // The server may have been faster than the change of mind.
    let id = client.send("textDocument/hover", at("/p/a.aura", 0, 0));
    client.tell("$/cancelRequest", json!({ "id": 2 }));
    let response = client.answer(&id);
    assert!(response.err().is_none_or(|e| e.code == -32800));
    client.leave();
}
