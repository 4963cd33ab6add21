//! The user's tests of a missing method, found in the script, or in a file of tests.
//!
//! The rule, which `docs/how-to/configure-alfred.md` tells users:
//!
//! * a line `EXPRESSION ==> PRINTED` in any comment of the script, if the expression sends the message (as in `aura test`,
//!   where such lines stand before slots; a missing method has no slot yet);
//! * a method `test…` of a test case (an object in the script's slot list that inherits from `testCase`), if its code sends
//!   the message.

use aura_syntax::tokens::{Kind, lex_file};
use aura_syntax::tree::{ExprKind, Init, Slot, SlotList};

use super::{By, Should, Test, sends};
use crate::answer::name;

/// The tests of `selector` in a script that is called `script`.
pub fn find(script: &str, text: &str, selector: &str) -> Vec<Test> {
    let mut tests = examples(script, text, selector);
    tests.extend(cases(script, text, selector));
    tests
}

fn examples(script: &str, text: &str, selector: &str) -> Vec<Test> {
    // Most scripts have none, and looking costs a lexer's run.
    if !text.contains(" ==> ") {
        return Vec::new();
    }
    let mut tests = Vec::new();
    for comment in lex_file(text).iter().filter(|t| t.kind == Kind::Comment) {
        let first = 1 + text[..comment.span.start as usize].matches('\n').count();
        let inside = comment.span.text(text).trim_matches('"').replace("\\\"", "\"");
        for (i, line) in inside.lines().enumerate() {
            let Some((call, expected)) = line.split_once(" ==> ") else { continue };
            let (call, expected) = (call.trim(), expected.trim());
            if !is_about(call, selector) {
                continue;
            }
            let should = match expected.strip_prefix("error ") {
                Some(kind) => Should::Fail(kind.trim().into()),
                None => Should::Print(expected.into()),
            };
            tests.push(Test {
                by: By::User,
                call: call.into(),
                should,
                place: format!("{script}:{}", first + i),
                setting: String::new(),
            });
        }
    }
    tests
}

/// Whether an expression sends the message.
fn is_about(call: &str, selector: &str) -> bool {
    // The selector's first part must be there; most lines need no parser.
    let word = selector.split(':').next().unwrap_or(selector);
    call.contains(word) && {
        let parsed = aura_syntax::parse(call);
        !parsed.has_errors() && parsed.file.slots.is_none() && sends::of_file(&parsed.file, call).contains(selector)
    }
}

fn cases(script: &str, text: &str, selector: &str) -> Vec<Test> {
    if !text.contains("testCase") {
        return Vec::new();
    }
    let file = aura_syntax::parse(text).file;
    let slots = file.slots.as_ref().map_or(&[][..], |list| &list.slots[..]);
    slots.iter().flat_map(|slot| case(script, text, selector, slot)).collect()
}

fn case(script: &str, text: &str, selector: &str, slot: &Slot) -> Vec<Test> {
    let (Init::Constant(e) | Init::Assignable(e)) = &slot.init else { return Vec::new() };
    let ExprKind::Object(list) = &e.kind else { return Vec::new() };
    if !is_test_case(list, text) {
        return Vec::new();
    }
    let (object, mut tests) = (name(slot, text), Vec::new());
    for method in &list.slots {
        let (test, Init::Method(body)) = (name(method, text), &method.init) else { continue };
        if test.starts_with("test") && !test.contains(':') && sends::of_body(body, text).contains(selector) {
            let line = 1 + text[..method.span.start as usize].matches('\n').count();
            let call = format!("{object} _Clone runTest: '{test}'");
            tests.push(Test {
                by: By::User,
                call,
                should: Should::Pass,
                place: format!("{script}:{line}"),
                setting: String::new(),
            });
        }
    }
    tests
}

/// It has a parent that is `testCase`, or `traits testCase`.
fn is_test_case(list: &SlotList, text: &str) -> bool {
    list.slots.iter().filter(|s| s.is_parent).any(|s| match &s.init {
        Init::Constant(e) | Init::Assignable(e) => matches!(e.span.text(text).trim(), "testCase" | "traits testCase"),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "\"A place.
   point norm ==> 0
   point size ==> 1
   (point copy x: 3) norm ==> error badType\"
| point = (| x <- 0 |).
  pointTests = (| parent* = testCase.
     testNorm = ( assert: point norm Equals: 0 ).
     testOther = ( assert: true ).
     helper = ( point norm ) |).
  other = (| testNorm = ( point norm ) |). |
point norm printLine   \"point norm ==> 0, and more\"
";

    #[test]
    fn examples_and_test_cases_that_send_the_message_are_found() {
        let found: Vec<String> = find("p.aura", SCRIPT, "norm").iter().map(Test::title).collect();
        assert_eq!(
            found,
            [
                "point norm ==> 0 (p.aura:2)",
                "(point copy x: 3) norm ==> error badType (p.aura:4)",
                "point norm ==> 0, and more (p.aura:11)",
                "pointTests _Clone runTest: 'testNorm' (p.aura:7)",
            ]
        );
        assert_eq!(find("p.aura", SCRIPT, "nor"), []);
        assert_eq!(find("p.aura", "", "norm"), []);
    }

    #[test]
    fn text_that_is_no_code_is_no_test() {
        assert_eq!(find("p.aura", "\"norm norm ( ==> 3\n | a = ( norm ) | ==> 4\n norm ==>3\"", "norm"), []);
    }
}
