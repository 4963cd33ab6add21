//! `aura grammar`: the syntax of the language as a text, for people and for model servers.

use aura_syntax::grammar::{ebnf, gbnf, gbnf_for};

use crate::cli::reference::{GrammarArgs, Notation};
use crate::exit::Exit;
use crate::output;

pub(super) fn run(a: &GrammarArgs) -> Exit {
    let text = match (a.format, &a.method) {
        (Notation::Ebnf, None) => Ok(ebnf(a.start.into())),
        (Notation::Gbnf, None) => Ok(gbnf(a.start.into())),
        (Notation::Gbnf, Some(selector)) => gbnf_for(selector).ok_or_else(|| no_method(selector)),
        (Notation::Ebnf, Some(_)) => Err("--method is for --format gbnf; in the norm, see --start slot".to_string()),
    };
    match text {
        Ok(text) => {
            output::print(&text);
            Exit::Fine
        }
        Err(why) => {
            output::error(&why);
            Exit::Usage
        }
    }
}

fn no_method(selector: &str) -> String {
    format!("no method can be called '{selector}'; a selector is a name (size), an operator (+), or keywords (at:Put:)")
}
