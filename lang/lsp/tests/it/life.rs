//! From hello to goodbye, with what can go wrong between.

use serde_json::json;

use crate::client::{CURSED, Client, at, uri};

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
fn work_that_fails_is_not_begun_again_before_something_has_come() {
    let client = Client::new(&[], &["utf-8"]);
    client.open(CURSED, "3 + 4\n");
    let failures = || client.heard("window/logMessage").len();
    while failures() == 0 {
        client.wait();
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    // Whoever asks is answered, and told of all that came before.
    client.ask("textDocument/hover", at("/p/a.aura", 0, 0));
    assert_eq!(failures(), 1);
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri(CURSED) } }));
    client.open("/p/a.aura", "| a = 3 |\na foo\n");
    assert_eq!(client.diagnostics("/p/a.aura", Some(1)).len(), 1);
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

fn command(name: &str) -> serde_json::Value {
    json!({ "command": name, "arguments": ["file:///p/a.aura", "x"], "workDoneToken": "t" })
}

#[test]
fn a_command_is_done_beside_the_server() {
    let client = Client::new(&[], &["utf-8"]);
    let slow = client.send("workspace/executeCommand", command("aura.test"));
    // Whoever asks meanwhile is answered.
    assert_eq!(client.ask("workspace/executeCommand", command("aura.run")), "ran /p/a.aura");
    let told: Vec<String> = client.heard("$/progress").iter().map(|p| p["value"]["kind"].to_string()).collect();
    assert!(told.contains(&"\"report\"".to_string()), "{told:?}");
    assert_eq!(client.heard("window/showMessage")[0]["message"], "ran /p/a.aura");
    client.tell("$/cancelRequest", json!({ "id": slow }));
    assert_eq!(client.answer(&slow).expect_err("cancelled").code, -32800);
    client.leave();
}

/// A job holds the line to the editor: while one goes on, the line is open, and with it the server's process.
#[test]
fn an_editor_that_goes_without_a_word_leaves_nothing_behind() {
    for says_exit in [false, true] {
        let client = Client::new(&[], &["utf-8"]);
        client.send("workspace/executeCommand", command("aura.test"));
        // The job is under way.
        client.progress("begin");
        if says_exit {
            client.tell("exit", serde_json::Value::Null);
        }
        assert!(client.go().is_ok_and(|was_asked| !was_asked) == says_exit);
    }
}

#[test]
fn a_command_that_fails_says_so() {
    let client = Client::new(&[], &["utf-8"]);
    let codes = ["aura.revert", "aura.why", "aura.fly"]
        .map(|c| client.try_ask("workspace/executeCommand", command(c)).expect_err("fails").code);
    assert_eq!(codes, [-32603, -32803, -32602]);
    client.leave();
}

#[test]
fn what_was_learned_meanwhile_is_known_afterwards() {
    let text = "| a = (| one = 1 |) |\na foo\n";
    let client = Client::new(&[("/p/a.aura", text)], &["utf-8"]);
    client.open("/p/a.aura", text);
    assert_eq!(client.diagnostics("/p/a.aura", Some(1))[0]["code"], "E0301");
    client.ask("workspace/executeCommand", command("aura.approve"));
    assert_eq!(client.diagnostics("/p/a.aura", Some(1)), Vec::<serde_json::Value>::new());
    client.leave();
}

#[test]
fn a_folder_that_goes_takes_its_findings_along() {
    let client = Client::new(&[("/q/far.aura", "unknownToAll\n")], &["utf-8"]);
    let folder = json!([{ "uri": "file:///q", "name": "q" }]);
    let told =
        |added: &serde_json::Value, removed: &serde_json::Value| json!({ "event": { "added": added, "removed": removed } });
    client.tell("workspace/didChangeWorkspaceFolders", told(&folder, &json!([])));
    assert_eq!(client.diagnostics("/q/far.aura", None)[0]["code"], "E0301");
    client.tell("workspace/didChangeWorkspaceFolders", told(&json!([]), &folder));
    assert_eq!(client.diagnostics("/q/far.aura", None), Vec::<serde_json::Value>::new());
    client.leave();
}
