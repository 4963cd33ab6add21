//! The clients against a server on a real socket: one test for each way in which a model server misbehaves.

mod support;

use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aura_alfred::clients::{Answer, Client, ClientError, Fault, Ollama, OpenAi, Request, server_url};
use serde_json::json;
use support::*;

const GOOD: &str = "manhattan = ( x abs + y abs )";

fn ask(client: &dyn Client, request: &Request) -> Result<Answer, ClientError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(client.ask(request))
}

/// Asks an Ollama whose chat behaves as `chat` does; the error it leads to, with its code.
fn fails(code: &str, fault: Fault, chat: impl Fn(&Seen, &mut TcpStream) + Send + Sync + 'static) -> ClientError {
    let server = Server::ollama(chat);
    let error = ask(&server.client(), &question()).expect_err(code);
    told(&error, code, fault);
    error
}

fn told(error: &ClientError, code: &str, fault: Fault) {
    assert_eq!(error.code(), code, "{error}");
    assert_eq!(error.fault(), fault, "{error}");
    assert!(!error.remedy().is_empty() && error.to_string().len() > 15, "{error}");
    assert!(!error.to_string().contains('\u{1b}'), "{error}");
}

// --- well ---------------------------------------------------------------------------------------------------------------

#[test]
fn a_good_answer_arrives_with_its_numbers() {
    let server = Server::ollama(|_, s| reply(s, 200, &said(&method(GOOD), "stop", 40, 20).to_string()));
    let answer = ask(&server.client(), &question()).expect("an answer");
    assert!(answer.text.contains("x abs + y abs"));
    assert_eq!((answer.model.as_str(), answer.digest.as_deref()), (MODEL, Some("abc123")));
    assert_eq!((answer.tokens.read, answer.tokens.written), (40, 20));
    assert_eq!(answer.exchange.body, said(&method(GOOD), "stop", 40, 20).to_string());
}

#[test]
fn the_request_obeys_the_rules_of_the_wire() {
    let server = Server::ollama(|_, s| reply(s, 200, &said(&method(GOOD), "stop", 40, 20).to_string()));
    ask(&server.client(), &question()).expect("an answer");
    let paths: Vec<String> = server.seen().iter().map(|s| s.path.clone()).collect();
    assert_eq!(paths, ["/api/tags", "/api/show", "/api/chat", "/api/chat"]);
    let load = &server.seen()[2].body;
    assert_eq!((&load["keep_alive"], &load["options"]["num_ctx"]), (&json!("30m"), &json!(8192)));
    let chat = &server.questions()[0];
    insta::assert_snapshot!(serde_json::to_string_pretty(chat).expect("json"));
}

#[test]
fn the_model_is_prepared_once() {
    let server = Server::ollama(|_, s| reply(s, 200, &said(&method(GOOD), "stop", 40, 20).to_string()));
    let client = server.client();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for _ in 0..3 {
        runtime.block_on(client.ask(&question())).expect("an answer");
    }
    assert_eq!(server.seen().len(), 3 + 3);
}

#[test]
fn a_model_that_thinks_is_told_not_to_and_let_go_when_that_spoils_the_answer() {
    let server = Server::start(|seen, s| match seen.path.as_str() {
        "/api/tags" => reply(s, 200, &tags().to_string()),
        "/api/show" => reply(s, 200, &json!({"capabilities": ["completion", "thinking"]}).to_string()),
        _ if seen.body.get("think").is_some() => reply(s, 200, &said("not json", "stop", 9, 9).to_string()),
        _ => reply(s, 200, &said(&method(GOOD), "stop", 9, 9).to_string()),
    });
    ask(&server.client(), &question()).expect("an answer");
    let thinks: Vec<_> = server.questions().iter().map(|q| q.get("think").cloned()).collect();
    assert_eq!(thinks, [Some(json!(false)), None]);
}

#[test]
fn an_overloaded_server_is_asked_twice() {
    let calls = AtomicUsize::new(0);
    let server = Server::ollama(move |_, s| match calls.fetch_add(1, Ordering::SeqCst) {
        0 => reply(s, 503, r#"{"error":"server busy, please try again. maximum pending requests exceeded"}"#),
        _ => reply(s, 200, &said(&method(GOOD), "stop", 9, 9).to_string()),
    });
    ask(&server.client(), &question()).expect("an answer");
}

#[test]
fn without_a_named_model_an_installed_one_stands_in() {
    let server = Server::start(|seen, s| match seen.path.as_str() {
        "/api/tags" => {
            reply(s, 200, &json!({"models": [{"name": "nomic-embed-text:latest"}, {"name": "qwen2.5-coder:1.5b"}]}).to_string())
        }
        "/api/show" => reply(s, 200, "{}"),
        _ => reply(s, 200, &said(&method(GOOD), "stop", 9, 9).to_string()),
    });
    let client = Ollama::new(server_url(&server.url).expect("an address"), "qwen3:4b-instruct", true, Duration::from_secs(1))
        .expect("a client");
    ask(&client, &question()).expect("an answer");
    assert_eq!(client.model(), "qwen2.5-coder:1.5b");
}

// --- nobody there -------------------------------------------------------------------------------------------------------

fn at(url: &str) -> Ollama {
    Ollama::new(server_url(url).expect("an address"), MODEL, false, Duration::from_millis(300)).expect("a client")
}

#[test]
fn nothing_listens() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let error = ask(&at(&format!("127.0.0.1:{port}")), &question()).expect_err("refused");
    told(&error, "refused", Fault::Unreachable);
    assert!(error.remedy().contains("ollama serve"));
}

#[test]
fn a_host_that_does_not_exist() {
    let error = ask(&at("no-such-host.invalid:11434"), &question()).expect_err("no such host");
    told(&error, "no-such-host", Fault::Unreachable);
}

#[test]
fn a_host_that_does_not_accept() {
    // A listener whose queue is full: the kernel drops further attempts to connect.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut held = Vec::new();
    let full = loop {
        match TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
            Ok(stream) if held.len() < 5000 => held.push(stream),
            Ok(_) => break false,
            Err(_) => break true,
        }
    };
    assert!(full, "the queue of a listener that never accepts fills up");
    let error = ask(&at(&address.to_string()), &question()).expect_err("no connection");
    told(&error, "connect-timeout", Fault::Unreachable);
}

// --- slow, endless, broken ----------------------------------------------------------------------------------------------

#[test]
fn a_server_that_never_answers() {
    let started = Instant::now();
    fails("deadline", Fault::Server, |_, _| std::thread::sleep(Duration::from_secs(5)));
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[test]
fn a_server_that_falls_silent_in_the_middle() {
    fails("idle", Fault::Server, |_, s| {
        promise(s, 1000);
        raw(s, "{\"model\":");
        std::thread::sleep(Duration::from_secs(5));
    });
}

#[test]
fn a_server_that_drips() {
    fails("deadline", Fault::Server, |_, s| {
        promise(s, 1000);
        for _ in 0..100 {
            raw(s, " ");
            std::thread::sleep(Duration::from_millis(50));
        }
    });
}

#[test]
fn a_server_that_hangs_up_in_the_middle() {
    let error = fails("disconnected", Fault::Server, |_, s| {
        promise(s, 1000);
        raw(s, "{\"model\":");
    });
    assert!(error.to_string().contains("9 bytes"), "{error}");
}

#[test]
fn a_server_that_hangs_up_at_once() {
    fails("disconnected", Fault::Server, |_, _| {});
}

#[test]
fn a_server_that_never_ends() {
    fails("oversize", Fault::Server, |_, s| {
        promise(s, 1 << 30);
        for _ in 0..200 {
            raw(s, &" ".repeat(1024));
        }
    });
}

#[test]
fn a_server_that_speaks_no_http() {
    fails("disconnected", Fault::Server, |_, s| raw(s, "SSH-2.0-OpenSSH_9.6\r\n"));
}

// --- something else at the address --------------------------------------------------------------------------------------

#[test]
fn a_web_page() {
    let error =
        fails("not-the-api", Fault::Server, |_, s| reply_as(s, 200, "text/html", "<html>\u{1b}[31m<body>Welcome to nginx!"));
    assert!(error.to_string().contains("Welcome to nginx"), "{error}");
}

#[test]
fn a_proxys_error_page() {
    fails("not-the-api", Fault::Server, |_, s| reply_as(s, 502, "text/html", "<h1>Bad Gateway</h1>"));
}

#[test]
fn a_redirect() {
    fails("not-the-api", Fault::Server, |_, s| {
        raw(s, "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n")
    });
}

#[test]
fn bytes_that_are_no_text() {
    fails("not-the-api", Fault::Server, |_, s| {
        use std::io::Write;
        promise(s, 4);
        let _ = s.write_all(b"\xff\xfe\x00\x01");
    });
}

#[test]
fn json_of_another_kind() {
    fails("not-the-api", Fault::Server, |_, s| reply(s, 200, r#"{"hello": "world"}"#));
}

// --- the server says no -------------------------------------------------------------------------------------------------

#[test]
fn a_missing_model_names_those_that_are_there() {
    let server = Server::start(|seen, s| match seen.path.as_str() {
        "/api/tags" => reply(s, 200, &json!({"models": [{"name": "other:7b"}]}).to_string()),
        _ => reply(s, 404, r#"{"error":"model 'tiny:1b' not found"}"#),
    });
    let error = ask(&server.client(), &question()).expect_err("missing");
    told(&error, "missing-model", Fault::Server);
    assert_eq!(error.remedy(), "`ollama pull tiny:1b`, or set AURA_MODEL to one it has: other:7b");
}

#[test]
fn a_model_that_disappears() {
    fails("missing-model", Fault::Server, |_, s| reply(s, 404, r#"{"error":"model 'tiny:1b' not found"}"#));
}

#[test]
fn a_server_that_stays_overloaded() {
    fails("overloaded", Fault::Server, |_, s| reply(s, 503, r#"{"error":"server busy"}"#));
}

#[test]
fn a_schema_that_is_not_accepted() {
    let error = fails("bad-request", Fault::Server, |_, s| {
        reply(s, 400, r#"{"error":"{\"error\":{\"code\":400,\"message\":\"JSON schema conversion failed\"}}"}"#)
    });
    assert!(error.to_string().contains("JSON schema conversion failed"), "{error}");
}

#[test]
fn an_option_of_the_wrong_type() {
    fails("server-failed", Fault::Server, |_, s| reply(s, 500, r#"{"error":"option \"num_ctx\" must be of type integer"}"#));
}

#[test]
fn a_server_that_wants_a_key() {
    fails("forbidden", Fault::Server, |_, s| reply(s, 401, r#"{"error":"unauthorized"}"#));
}

// --- the model says nothing of use --------------------------------------------------------------------------------------

#[test]
fn an_answer_cut_off_by_its_limit() {
    fails("truncated", Fault::Answer, |_, s| reply(s, 200, &said("{\"a_plan\": \"and so", "length", 9, 700).to_string()));
}

#[test]
fn an_answer_that_fills_its_limit_and_does_not_say_so() {
    fails("truncated", Fault::Answer, |_, s| {
        let mut answer = said(&method(GOOD), "stop", 9, 700);
        answer.as_object_mut().expect("an object").remove("done_reason");
        reply(s, 200, &answer.to_string());
    });
}

#[test]
fn an_answer_that_is_not_done() {
    fails("unfinished", Fault::Answer, |_, s| {
        let mut answer = said(&method(GOOD), "stop", 9, 9);
        answer["done"] = json!(false);
        reply(s, 200, &answer.to_string());
    });
}

#[test]
fn an_empty_answer() {
    fails("empty", Fault::Answer, |_, s| reply(s, 200, &said(" \n ", "stop", 9, 1).to_string()));
}

#[test]
fn an_answer_that_is_all_thought() {
    let error = fails("empty", Fault::Answer, |_, s| {
        let mut answer = said("", "stop", 9, 9);
        answer["message"]["thinking"] = json!("Let me see … {\"b_source\": 1}");
        reply(s, 200, &answer.to_string());
    });
    assert!(error.to_string().contains("thought"), "{error}");
}

#[test]
fn a_refusal_in_prose() {
    let error = fails("refusal", Fault::Answer, |_, s| {
        reply(s, 200, &said("I’m sorry, but I can't help with that.", "stop", 9, 9).to_string())
    });
    assert!(error.to_string().contains("can't help"), "{error}");
}

#[test]
fn garbage() {
    fails("not-json", Fault::Answer, |_, s| reply(s, 200, &said("\u{1b}[2J manhattan := 3;", "stop", 9, 9).to_string()));
}

#[test]
fn json_that_does_not_fit() {
    let error = fails("misfit", Fault::Answer, |_, s| reply(s, 200, &said(r#"{"a_plan": "x"}"#, "stop", 9, 9).to_string()));
    assert!(error.to_string().contains("'b_source'"), "{error}");
}

#[test]
fn repetition_without_end_inside_the_schema() {
    fails("misfit", Fault::Answer, |_, s| reply(s, 200, &said(&method(&"x ".repeat(1000)), "stop", 9, 9).to_string()));
}

// --- the prompt is too long ---------------------------------------------------------------------------------------------

#[test]
fn a_prompt_that_cannot_fit_is_not_sent() {
    let server = Server::ollama(|_, s| reply(s, 200, &said(&method(GOOD), "stop", 9, 9).to_string()));
    let mut request = question();
    request.messages[0].text = "x".repeat(40_000);
    let error = ask(&server.client(), &request).expect_err("too long");
    told(&error, "context-overflow", Fault::Server);
    assert!(server.seen().is_empty());
}

#[test]
fn a_prompt_that_lost_its_beginning_is_noticed() {
    let server = Server::ollama(|_, s| reply(s, 200, &said(&method(GOOD), "stop", 100, 9).to_string()));
    let mut request = question();
    request.messages[0].text = "word ".repeat(2000);
    let error = ask(&server.client(), &request).expect_err("cut");
    told(&error, "context-overflow", Fault::Server);
    assert!(error.to_string().contains("100 tokens"), "{error}");
}

// --- the other dialect --------------------------------------------------------------------------------------------------

fn openai(server: &Server, grammar: bool) -> OpenAi {
    OpenAi::new(server_url(&server.url).expect("an address"), "m", grammar, Some("secret".into()), Duration::from_secs(1))
        .expect("a client")
}

fn completion(content: &str, reason: &str) -> String {
    json!({"model": "m", "choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": reason}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 5}})
    .to_string()
}

#[test]
fn openai_with_a_schema() {
    let server = Server::start(|_, s| reply(s, 200, &completion(&method(GOOD), "stop")));
    let answer = ask(&openai(&server, false), &question()).expect("an answer");
    assert_eq!((answer.tokens.read, answer.tokens.written), (12, 5));
    let seen = &server.seen()[0];
    assert_eq!(seen.path, "/v1/chat/completions");
    assert_eq!(seen.body["response_format"]["json_schema"]["schema"]["properties"]["b_source"]["maxLength"], json!(1500));
    assert!(!format!("{:?}", answer.exchange).contains("secret"));
}

#[test]
fn openai_badly() {
    let cases: [(u16, String, &str); 10] = [
        (200, completion("{", "length"), "truncated"),
        (200, completion("", "stop"), "empty"),
        (200, completion("I cannot do that", "stop"), "refusal"),
        (200, completion(&method(GOOD), "tool_calls"), "unfinished"),
        (200, json!({"choices": []}).to_string(), "not-the-api"),
        (200, "<html>".into(), "not-the-api"),
        (401, json!({"error": {"message": "bad key"}}).to_string(), "forbidden"),
        (404, json!({"error": {"message": "no such model"}}).to_string(), "missing-model"),
        (
            400,
            json!({"error": {"message": "request (9000 tokens) exceeds the available context size"}}).to_string(),
            "context-overflow",
        ),
        (500, json!({"error": "boom"}).to_string(), "server-failed"),
    ];
    for (status, body, code) in cases {
        let server = Server::start(move |_, s| reply(s, status, &body));
        let error = ask(&openai(&server, false), &question()).expect_err(code);
        assert_eq!(error.code(), code, "{error}");
    }
}
