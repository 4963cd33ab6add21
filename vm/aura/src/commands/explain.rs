//! `aura explain`: what a diagnostic code means.

use std::fmt::Write as _;

use aura_syntax::codes::Code;
use serde::Serialize;

use crate::cli::reference::ExplainArgs;
use crate::exit::Exit;
use crate::{codes, output};

/// The width to which text is set.
const WIDTH: usize = 100;

/// A code as JSON.
#[derive(Serialize)]
struct Entry {
    code: &'static str,
    title: &'static str,
    explanation: &'static str,
}

pub(super) fn run(a: &ExplainArgs) -> Exit {
    let wanted: Vec<&Code> = match &a.code {
        None => codes::all().collect(),
        Some(word) => match codes::named(word) {
            Ok(code) => vec![code],
            Err(why) => {
                output::error(&why);
                return Exit::Usage;
            }
        },
    };
    output::print(&match (a.json, &wanted[..]) {
        (true, all) => json(all),
        (false, [code]) if a.code.is_some() => one(code),
        (false, all) => all.iter().map(|code| format!("{}  {}\n", code.name, code.title)).collect(),
    });
    Exit::Fine
}

fn json(all: &[&'static Code]) -> String {
    let entry = |code: &&'static Code| Entry { code: code.name, title: code.title, explanation: code.explanation };
    let entries: Vec<Entry> = all.iter().map(entry).collect();
    serde_json::to_string_pretty(&entries).expect("plain data") + "\n"
}

fn one(code: &Code) -> String {
    let Code { name, title, explanation } = code;
    format!("{name}: {title}\n\n{}\nAn example is in docs/errors/{name}.md.\n", set(explanation))
}

/// Text in lines of limited width.
fn set(text: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > WIDTH {
            out.push('\n');
            column = 0;
        }
        let space = if column > 0 { " " } else { "" };
        let _ = write!(out, "{space}{word}");
        column += space.len() + length;
    }
    out + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_set_in_lines_and_nothing_is_lost() {
        let text = "one two three ".repeat(20);
        let lines = set(text.trim());
        assert!(lines.lines().all(|line| line.chars().count() <= WIDTH) && lines.lines().count() > 1);
        assert_eq!(lines.split_whitespace().collect::<Vec<_>>(), text.split_whitespace().collect::<Vec<_>>());
    }
}
