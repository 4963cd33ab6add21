//! Decoding constrained by a grammar: servers that take one, refuse it, or take no notice of it.

mod support;

use std::time::Duration;

use aura_alfred::clients::{Answer, Client, ClientError, Message, OpenAi, Request, Role, server_url};
use aura_alfred::prompt::grammar;
use serde_json::{Value, json};
use support::{method, question};
use wiremock::matchers::{body_partial_json, method as http, path};
use wiremock::{Match, Mock, MockServer, Request as Asked, ResponseTemplate};

const GOOD: &str = "\"abs(self.x) + abs(self.y)\"\nmanhattan = ( x abs + y abs )";

/// The request brings a grammar.
struct Constrained;

impl Match for Constrained {
    fn matches(&self, asked: &Asked) -> bool {
        serde_json::from_slice::<Value>(&asked.body).is_ok_and(|body| body.get("grammar").is_some())
    }
}

fn completion(content: &str, reason: &str) -> ResponseTemplate {
    let said = json!({"role": "assistant", "content": content});
    ResponseTemplate::new(200).set_body_json(json!({"model": "m", "choices": [{"message": said, "finish_reason": reason}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 5}}))
}

/// A server that says `constrained` to a question with a grammar, and `plain` to one with a schema.
async fn server(constrained: ResponseTemplate, plain: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    let asks = || Mock::given(http("POST")).and(path("/v1/chat/completions"));
    asks().and(Constrained).respond_with(constrained).with_priority(1).mount(&server).await;
    let schema = json!({"response_format": {"type": "json_schema"}});
    asks().and(body_partial_json(schema)).respond_with(plain).mount(&server).await;
    server
}

fn client(server: &MockServer) -> OpenAi {
    OpenAi::new(server_url(&server.uri()).expect("an address"), "m", true, None, Duration::from_secs(1)).expect("a client")
}

fn request() -> Request {
    let turn = |role, text: &str| Message { role, text: text.into() };
    let messages = vec![
        turn(Role::User, "longerSide"),
        turn(Role::Assistant, &method("longerSide = ( width max: height )")),
        turn(Role::User, "manhattan"),
    ];
    Request { grammar: grammar("manhattan"), messages, ..question() }
}

async fn ask(client: &OpenAi) -> Result<Answer, ClientError> {
    client.ask(&request()).await
}

/// The bodies of all requests, in order.
async fn asked(server: &MockServer) -> Vec<Value> {
    let all = server.received_requests().await.expect("they are kept");
    all.iter().map(|r| serde_json::from_slice(&r.body).expect("JSON")).collect()
}

#[tokio::test]
async fn under_a_grammar_the_conversation_has_no_json() {
    let server = server(completion(GOOD, "stop"), completion("", "stop")).await;
    let client = client(&server);
    assert_eq!(ask(&client).await.expect("an answer").text, GOOD);
    let bodies = asked(&server).await;
    assert_eq!(bodies.len(), 1);
    assert_eq!(bodies[0]["grammar"].as_str(), grammar("manhattan").as_deref());
    assert!(bodies[0].get("response_format").is_none());
    assert_eq!(bodies[0]["max_tokens"], aura_syntax::grammar::MOST_ANSWER, "even a repetition has room to come to its end");
    let shown = "\"It does what it says.\"\nlongerSide = ( width max: height )";
    assert_eq!(bodies[0]["messages"][2]["content"], shown, "the example has the wanted form");
    assert!(bodies[0]["messages"][0]["content"].as_str().is_some_and(|s| s.ends_with("and nothing else.\n")));
    assert_eq!(client.notice(), None);
}

#[tokio::test]
async fn a_server_that_refuses_grammars_is_asked_for_json_and_that_is_said_once() {
    let complaint = json!({"error": {"message": "Unrecognized request argument supplied: grammar"}});
    let refusal = ResponseTemplate::new(400).set_body_json(complaint);
    let server = server(refusal, completion(&method(GOOD), "stop")).await;
    let client = client(&server);
    for _ in 0..2 {
        assert_eq!(ask(&client).await.expect("an answer").text, method(GOOD));
    }
    let with_grammar = asked(&server).await.iter().filter(|body| body.get("grammar").is_some()).count();
    assert_eq!((with_grammar, asked(&server).await.len()), (1, 3));
    let notice = client.notice().expect("something to say");
    assert!(notice.ends_with("refuses grammars; asking for JSON from now on"), "{notice}");
    assert_eq!(client.notice(), None);
}

#[tokio::test]
async fn a_server_that_takes_no_notice_of_grammars_is_found_out_by_its_answer() {
    for said in
        ["Sure! Here is the method you wanted.", &method(GOOD), "{ 1. 2 }", "manhattan = ( x abs + y abs", "I'm sorry, I can't."]
    {
        let server = server(completion(said, "stop"), completion(&method(GOOD), "stop")).await;
        let client = client(&server);
        let answer = ask(&client).await.expect("an answer");
        assert_eq!(answer.text, method(GOOD), "{said}");
        assert!(client.notice().is_some_and(|n| n.contains("takes no notice of grammars")), "{said}");
        let is_of_use = said.starts_with("{\"");
        assert_eq!(asked(&server).await.len(), if is_of_use { 1 } else { 2 });
    }
}

#[tokio::test]
async fn what_an_unconstrained_first_answer_cost_is_counted() {
    let server = server(completion("Sure!", "stop"), completion(&method(GOOD), "stop")).await;
    let answer = ask(&client(&server)).await.expect("an answer");
    assert_eq!((answer.tokens.read, answer.tokens.written), (24, 10));
}

#[tokio::test]
async fn an_answer_under_a_grammar_that_was_cut_off_is_its_own_error() {
    let server = server(completion("manhattan = ( x abs +", "length"), completion(&method(GOOD), "stop")).await;
    let client = client(&server);
    assert_eq!(ask(&client).await.expect_err("cut off").code(), "truncated");
    assert_eq!((asked(&server).await.len(), client.notice()), (1, None), "the grammar is not to blame");
}

#[tokio::test]
async fn a_request_that_is_refused_in_either_form_says_nothing_about_grammars() {
    let refusal = || ResponseTemplate::new(400).set_body_json(json!({"error": {"message": "temperature: too hot"}}));
    let server = server(refusal(), refusal()).await;
    let client = client(&server);
    assert_eq!(ask(&client).await.expect_err("refused").code(), "bad-request");
    assert_eq!(client.notice(), None);
    assert_eq!(ask(&client).await.expect_err("refused").code(), "bad-request");
    assert_eq!(asked(&server).await.iter().filter(|body| body.get("grammar").is_some()).count(), 2);
}

#[tokio::test]
async fn a_server_that_fails_over_a_grammar_is_asked_for_json() {
    let failure = ResponseTemplate::new(500).set_body_json(json!({"error": {"message": "Failed to parse grammar"}}));
    let server = server(failure, completion(&method(GOOD), "stop")).await;
    assert_eq!(ask(&client(&server)).await.expect("an answer").text, method(GOOD));
}

#[tokio::test]
async fn different_operators_side_by_side_are_what_the_grammar_lets_through() {
    let mixed = "\"x % 2 == 0\"\nmanhattan = ( x % 2 = 0 && y < 3 )";
    let server = server(completion(mixed, "stop"), completion("", "stop")).await;
    let client = client(&server);
    assert_eq!(ask(&client).await.expect("an answer").text, mixed);
    assert_eq!((client.notice(), asked(&server).await.len()), (None, 1));
}

#[test]
fn a_selector_that_no_method_can_have_brings_no_grammar() {
    assert_eq!(grammar("_Clone"), None);
    assert_eq!(grammar("at:put:"), None);
    assert!(
        grammar("at:Put:")
            .is_some_and(|g| g.starts_with("root ::= plan \"at: \" SLOT-NAME \" Put: \" SLOT-NAME \" = \" method\n"))
    );
}
