//! The open door at a server that constrains decoding, and at one that will not: the command runs a script from end to end.

use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Match, Mock, MockServer, Request, ResponseTemplate};

use crate::support::{Done, aura};

const SCRIPT: &str =
    "| point = (| x <- 3. y <- 4. away = ( 2 ) |) |\n(point scaledBy: 2) printLine\n(point scaledBy: 3) printLine\n";
const METHOD: &str = "scaledBy: factor = ( (x + y) * factor )";

/// The same, as the grammar lets a model write it.
const SKETCH: &str = "# The sum of both, times n.\ndef scaled_by(self, n):\n    return (self.x + self.y) * n\n";

/// The request brings the grammar of a sketch of the missing method.
struct WithGrammar;

impl Match for WithGrammar {
    fn matches(&self, request: &Request) -> bool {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        body["grammar"].as_str().is_some_and(|g| g.starts_with("root ::= ") && g.contains("def scaled_by(self, n):"))
    }
}

fn completion(content: &str) -> ResponseTemplate {
    let said = json!({"message": {"role": "assistant", "content": content}, "finish_reason": "stop"});
    ResponseTemplate::new(200).set_body_json(json!({"model": "m", "choices": [said]}))
}

/// Runs the script against a server that says `constrained` to a grammar, and to anything else the method in JSON.
async fn run(constrained: ResponseTemplate) -> (Done, usize, String) {
    let server = MockServer::start().await;
    let at = || Mock::given(path("/v1/chat/completions"));
    at().and(WithGrammar).respond_with(constrained).with_priority(1).mount(&server).await;
    let wrapped = json!({"a_plan": "Scale the sum.", "b_source": METHOD}).to_string();
    at().respond_with(completion(&wrapped)).mount(&server).await;
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("scale.aura");
    std::fs::write(&script, SCRIPT).expect("written");
    let mut command = aura(&["run", script.to_str().expect("a path")]);
    let done = command.env("AURA_OPENAI", server.uri()).env_remove("AURA_GRAMMAR").output().expect("it starts").into();
    let asked = server.received_requests().await.map_or(0, |all| all.len());
    (done, asked, std::fs::read_to_string(script.with_extension("learned.aura")).unwrap_or_default())
}

#[tokio::test]
async fn a_bare_method_under_a_grammar_is_learned() {
    let (done, asked, learned) = run(completion(SKETCH)).await;
    assert_eq!((done.code, &*done.out, asked), (0, "14\n21\n", 1), "{}", done.err);
    assert!(learned.contains("scaledBy: n = ( (x + y) * n )"), "{learned}");
    assert!(!done.err.contains("grammar"), "{}", done.err);
}

#[tokio::test]
async fn a_server_that_refuses_grammars_is_told_and_the_method_is_learned_all_the_same() {
    let (done, asked, learned) = run(ResponseTemplate::new(400).set_body_json(json!({"error": "unknown field: grammar"}))).await;
    assert_eq!((done.code, &*done.out, asked), (0, "14\n21\n", 2), "{}", done.err);
    assert!(learned.contains(METHOD), "{learned}");
    assert_eq!(done.err.matches("refuses grammars; asking for JSON from now on").count(), 1, "{}", done.err);
}
