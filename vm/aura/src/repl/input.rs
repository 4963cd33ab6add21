//! Where entries come from: a terminal with line editing, or a pipe.

use std::io::BufRead;
use std::path::PathBuf;

use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{Config, Editor};

use super::complete::Helper;
use super::session::Session;
use crate::interrupt;

/// Where entries and answers to questions come from.
pub trait Input {
    /// The next complete entry; nothing at the end.
    fn entry(&mut self, session: &Session) -> Option<String>;
    /// The answer to a question; nothing if there is nobody to ask.
    fn ask(&mut self, question: &str) -> Option<String>;
    /// Whether a person is there.
    fn interactive(&self) -> bool;
    /// Keeps what should be kept.
    fn close(&mut self) {}
}

/// A terminal.
pub struct Terminal {
    editor: Editor<Helper, DefaultHistory>,
    history: Option<PathBuf>,
}

impl Terminal {
    /// The terminal with the history of earlier dialogues.
    ///
    /// # Errors
    /// When there is no terminal to edit on.
    pub fn open() -> rustyline::Result<Self> {
        let config = Config::builder()
            .max_history_size(10_000)?
            .history_ignore_dups(true)?
            .history_ignore_space(true)
            .auto_add_history(true)
            .completion_type(rustyline::CompletionType::List)
            .build();
        let mut editor = Editor::with_config(config)?;
        editor.set_helper(Some(Helper::default()));
        let history = history_file(|name| std::env::var_os(name).map(PathBuf::from));
        if let Some(file) = &history {
            // The first dialogue has none.
            let _ = editor.load_history(file);
        }
        Ok(Self { editor, history })
    }
}

/// `AURA_HISTORY`, or a file in the user's folder for state. An empty `AURA_HISTORY` keeps no history.
pub fn history_file(env: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    if let Some(file) = env("AURA_HISTORY") {
        return (!file.as_os_str().is_empty()).then_some(file);
    }
    let state = env("XDG_STATE_HOME").filter(|p| p.is_absolute());
    let folder = state.or_else(|| env("HOME").map(|h| h.join(".local/state")))?;
    Some(folder.join("aura/history"))
}

impl Input for Terminal {
    fn entry(&mut self, session: &Session) -> Option<String> {
        if let Some(helper) = self.editor.helper_mut() {
            helper.refresh(session);
        }
        loop {
            interrupt::noticed();
            match self.editor.readline("aura> ") {
                Ok(text) => return Some(text),
                Err(ReadlineError::Interrupted) => eprintln!("(Ctrl-D or :quit ends)"),
                Err(_) => return None,
            }
        }
    }

    fn ask(&mut self, question: &str) -> Option<String> {
        if let Some(helper) = self.editor.helper_mut() {
            helper.asking = true;
        }
        interrupt::noticed();
        let answer = self.editor.readline(question).ok();
        if let Some(helper) = self.editor.helper_mut() {
            helper.asking = false;
        }
        answer
    }

    fn interactive(&self) -> bool {
        true
    }

    fn close(&mut self) {
        let Some(file) = &self.history else { return };
        let saved = file.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(ReadlineError::from);
        if let Err(e) = saved.and_then(|()| self.editor.save_history(file)) {
            eprintln!("the history could not be kept in {}: {e}", file.display());
        }
    }
}

/// A pipe, or text in a test.
pub struct Piped<R> {
    from: R,
}

impl<R: BufRead> Piped<R> {
    /// Entries from a reader.
    pub fn new(from: R) -> Self {
        Self { from }
    }

    fn line(&mut self) -> Option<String> {
        let mut bytes = Vec::new();
        let n = self.from.read_until(b'\n', &mut bytes).ok()?;
        (n > 0).then(|| String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl<R: BufRead> Input for Piped<R> {
    fn entry(&mut self, _session: &Session) -> Option<String> {
        let mut text = self.line()?;
        while aura_syntax::is_incomplete(&text) {
            match self.line() {
                Some(more) => text.push_str(&more),
                None => break,
            }
        }
        Some(text)
    }

    fn ask(&mut self, _question: &str) -> Option<String> {
        None
    }

    fn interactive(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_lies_where_the_user_says_or_where_state_belongs() {
        let with = |vars: &'static [(&str, &str)]| {
            history_file(move |n| vars.iter().find(|(k, _)| *k == n).map(|(_, v)| PathBuf::from(v)))
        };
        assert_eq!(with(&[("AURA_HISTORY", "h"), ("HOME", "/u")]), Some("h".into()));
        assert_eq!(with(&[("AURA_HISTORY", "")]), None);
        assert_eq!(with(&[("XDG_STATE_HOME", "/s"), ("HOME", "/u")]), Some("/s/aura/history".into()));
        assert_eq!(with(&[("HOME", "/u")]), Some("/u/.local/state/aura/history".into()));
        assert_eq!(with(&[]), None);
    }
}
