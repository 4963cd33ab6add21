//! A GBNF grammar of one bare method with a given header, for servers that constrain decoding.
//!
//! It is narrower than the language: one operator per expression, no object literals, no resends, no names that begin with an
//! underscore. Whatever it lets through parses.

use super::header;

/// Everything after the header.
const BODY: &str = include_str!("method.gbnf");

/// The grammar of a method for `selector`.
pub fn grammar(selector: &str) -> String {
    let quoted = header(selector).replace('\\', "\\\\").replace('"', "\\\"");
    format!("root ::= \"{quoted} \" locals? code \" )\"\n{BODY}")
}
