//! ROBIN's examples as tests: a model wrote them, so they pass the parser and the guardian like a method does, and what is
//! no single expression that sends the message is dropped.

use aura_syntax::tree::File;

use super::{By, Should, Test, sends};
use crate::gates::{Context, audit};
use crate::persona::robin::Example;
use crate::text::line;

/// Characters of a call, and of an expected value.
const MOST_CALL: usize = 200;
const MOST_EXPECTED: usize = 120;

/// An example as a test of `selector`.
///
/// # Errors
/// Why it is dropped.
pub fn test(example: &Example, selector: &str, context: &Context) -> Result<Test, String> {
    let call = sound(&example.call, MOST_CALL, context)?;
    if !sends::of_file(&call, &example.call).contains(selector) {
        return Err(format!("it does not send '{selector}'"));
    }
    let expected = sound(&example.expected, MOST_EXPECTED, context)?;
    if sends::of_file(&expected, &example.expected).contains(selector) {
        return Err("what it expects is made by the method itself".into());
    }
    let should = Should::Equal(example.expected.clone());
    Ok(Test { by: By::Robin, call: example.call.clone(), should, place: String::new(), setting: String::new() })
}

/// One expression, that parses and passes the audit.
fn sound(text: &str, most: usize, context: &Context) -> Result<File, String> {
    if text.chars().count() > most {
        return Err(format!("it has more than {most} characters"));
    }
    if text.chars().any(char::is_control) {
        return Err("it has control characters".into());
    }
    let parsed = aura_syntax::parse(text);
    if parsed.has_errors() {
        let why = parsed.diagnostics.first().map_or(String::new(), |d| line(&d.message, 120));
        return Err(format!("it does not parse: {why}"));
    }
    let is_one = parsed.file.slots.is_none() && parsed.file.body.len() == 1 && !parsed.file.body[0].is_return;
    if !is_one {
        return Err("it is not one expression".into());
    }
    // The text is one expression by itself, so that it stays one between the parentheses of a method.
    match audit(&format!("example = (\n{text}\n)"), context).first() {
        None => Ok(parsed.file),
        Some(finding) => Err(format!("{} [{}]", line(&finding.message, 120), finding.code)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(call: &str, expected: &str) -> Result<String, String> {
        let example = Example { call: call.into(), expected: expected.into() };
        test(&example, "norm", &Context::default()).map(|t| t.title())
    }

    #[test]
    fn one_expression_that_sends_the_message_is_a_test() {
        assert_eq!(of("(point copy x: 3) norm", "3").as_deref(), Ok("ROBIN: (point copy x: 3) norm = 3"));
        for (call, expected, why) in [
            ("point size", "3", "does not send"),
            ("point norm", "point norm", "by the method itself"),
            ("point norm. 4", "3", "not one expression"),
            ("^ point norm", "3", "does not parse"),
            ("| a = 3 | point norm", "3", "not one expression"),
            ("point norm )", "3", "does not parse"),
            ("point norm ). b = ( 1", "3", "does not parse"),
            ("", "3", "not one expression"),
            ("(files read: 'x') norm", "3", "G2-capability"),
            ("point norm", "point _Mirror", "G1-primitive"),
            ("point norm", "lobby", "G3-world"),
            ("point norm", "3\u{7}", "control characters"),
        ] {
            let dropped = of(call, expected).expect_err(call);
            assert!(dropped.contains(why), "{call}: {dropped}");
        }
        assert!(of(&format!("point norm: '{}'", "x".repeat(300)), "3").is_err());
    }
}
