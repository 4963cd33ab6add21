//! `aura image at COMMIT`: a commit, and how to work as of it.

use aura_image::history;

use super::table::columns;
use super::{Context, Done, fatal, log};
use crate::cli::image::AtArgs;

pub(super) fn run(c: &Context, a: &AtArgs) -> Done {
    let rows = c.rows()?;
    let number = history::find(&rows, &a.commit).map_err(fatal)?;
    let told = log::told(&rows, number).map_err(fatal)?;
    c.answer(&told, || text(c, &told, &a.commit))
}

fn text(c: &Context, t: &log::Told, word: &str) -> String {
    let line = |name: &str, text: &str| vec![name.to_string(), text.to_string()];
    let mut facts = vec![line("time", &t.time), line("author", &t.author), line("reason", &t.reason), line("wrote", &t.wrote())];
    if !t.tags.is_empty() {
        facts.push(line("tags", &t.tags.join(", ")));
    }
    let mut out = format!("commit {}\n{}\n", t.commit, columns(&facts, "  "));
    if !t.readable {
        out.push_str("What it had was collected by `aura image gc`, which keeps tagged commits and the latest.\n");
        return out;
    }
    let flag = c.flag();
    let hints = [
        (format!("aura run {flag} --at {word} FILE"), "a program sees the image as it was then, and commits nothing"),
        (format!("aura repl {flag} --at {word}"), "the same in a dialogue"),
        (format!("aura image show {flag} --at {word}"), "what it had"),
        (format!("aura image diff {flag} {word}"), "what has changed since"),
        (format!("aura image revert {flag} PATH --to {word}"), "puts one slot back"),
        (format!("aura image tag {flag} NAME {word}"), "keeps it from being collected"),
    ];
    for (command, what) in hints {
        out.push_str(&format!("{command}\n    {what}\n"));
    }
    out
}
