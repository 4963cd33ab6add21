//! What people do with a file of learned methods through the command: say that they have looked at one, or that they do not
//! want it.
//!
//! A method that is not wanted becomes a comment, so that the same one is not learned again:
//!
//! ```aura
//! "rejected: point manhattan
//!  why: it is too short (ada, 2026-11-22T23:00:00Z)
//!  manhattan = ( x abs + y abs )"
//! ```
//!
//! What must stay true: only the one statement changes; everything else stays as it is, byte for byte.

use std::time::SystemTime;

use aura_syntax::tokens::{Kind, lex};

use super::{Learned, LearnedError, Method, fault, read, statement};
use crate::files;
use crate::situation::Refused;
use crate::text::line;

/// What the comment of a method that is not wanted begins with.
const REJECTED: &str = "\"rejected: ";

/// `point manhattan`, a line that says why, the method.
fn refused(text: &str) -> Option<(String, Refused)> {
    let (head, rest) = text.split_once('\n')?;
    let (why, source) = rest.split_once('\n')?;
    let (at, selector) = head.trim().rsplit_once(' ')?;
    let why = why.trim().strip_prefix("why:")?.trim().to_string();
    Some((selector.into(), Refused { at: at.into(), source: source.into(), why }))
}

/// A source without its comments.
fn uncommented(source: &str) -> String {
    lex(source).iter().filter(|t| t.kind != Kind::Comment).map(|t| t.span.text(source)).collect()
}

impl Learned {
    /// The method that a person means by `point manhattan`, or by `manhattan` alone.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn find(&self, name: &str) -> Result<&Method, String> {
        let words: Vec<&str> = name.split_whitespace().collect();
        let Some((selector, path)) = words.split_last() else { return Err("name a method: `account withdraw:`".into()) };
        let path = path.join(" ");
        let found: Vec<&Method> =
            self.methods.iter().filter(|m| m.selector == *selector && (path.is_empty() || m.at == path)).collect();
        match &found[..] {
            [one] => Ok(one),
            [] => Err(format!("nothing in {} is called '{name}'", self.path.display())),
            several => {
                let names: Vec<String> = several.iter().map(|m| format!("{} {}", m.at, m.selector)).collect();
                Err(format!("'{name}' could be: {}", names.join(", ")))
            }
        }
    }

    /// Notes that a person has looked at a method.
    ///
    /// # Errors
    /// When the file cannot be read or written, or has no such method any more.
    pub fn approve(&mut self, method: &Method, by: &str) -> Result<(), LearnedError> {
        let by = line(by, 80).replace(['"', '\\'], "'");
        let date = humantime::format_rfc3339_seconds(SystemTime::now());
        let mut rows: Vec<&str> = method.comment.lines().filter(|l| !l.trim().starts_with("reviewed:")).collect();
        let reviewed = format!("reviewed: yes, by {by}, {date}");
        rows.push(&reviewed);
        let changed = Method { comment: rows.join("\n"), ..method.clone() };
        self.edit(method, &statement(&changed))
    }

    /// Takes a method out.
    ///
    /// # Errors
    /// When the file cannot be read or written, or has no such method any more.
    pub fn remove(&mut self, method: &Method) -> Result<(), LearnedError> {
        self.edit(method, "")
    }

    /// Puts a comment in the place of a method, by which the same one is refused from now on. (A method with a quotation mark
    /// in one of its strings cannot stand in a comment; it is only taken out.)
    ///
    /// # Errors
    /// When the file cannot be read or written, or has no such method any more.
    pub fn reject(&mut self, method: &Method, by: &str, why: &str) -> Result<(), LearnedError> {
        let source = uncommented(&method.source);
        if source.contains('"') {
            return self.remove(method);
        }
        let date = humantime::format_rfc3339_seconds(SystemTime::now());
        let why = line(&format!("{why} ({by}, {date})"), 300).replace(['"', '\\'], "'");
        self.edit(
            method,
            &format!("{REJECTED}{} {}\n why: {why}\n {}\"", method.at, method.selector, source.replace('\n', "\n ")),
        )
    }

    /// What was rejected, each with its selector.
    pub fn refused(&self) -> Vec<(String, Refused)> {
        let comments = lex(&self.text).into_iter().filter(|t| t.kind == Kind::Comment).map(|t| t.span.text(&self.text));
        comments.filter_map(|c| refused(c.strip_prefix(REJECTED)?.strip_suffix('"')?)).collect()
    }

    fn edit(&mut self, method: &Method, text: &str) -> Result<(), LearnedError> {
        let path = self.path.clone();
        let now = files::read(&path, super::MOST_BYTES).map_err(|e| fault::unreadable(path.clone(), e))?;
        let present = read::methods(&path, &now)?;
        let Some((_, span)) = present.iter().find(|(m, _)| m.at == method.at && m.selector == method.selector) else {
            let why = format!("'{}' of {} is no longer there", method.selector, method.at);
            return Err(LearnedError::Damaged { path, line: method.line, why });
        };
        let (before, mut after) = (&now[..span.start as usize], &now[span.end as usize..]);
        // Where no statement is left, none is ended.
        if text.is_empty() || text.starts_with('"') {
            after = after.strip_prefix('.').unwrap_or(after);
        }
        if text.is_empty() {
            after = after.strip_prefix('\n').unwrap_or(after);
        }
        // What stands for a statement ends as that did; a comment, and nothing, ends without a period.
        let is_statement = !text.is_empty() && !text.starts_with('"');
        let period = if is_statement && span.text(&now).ends_with('.') { "." } else { "" };
        let text = format!("{before}{text}{period}{after}");
        let methods = read::methods(&path, &text)?.into_iter().map(|(m, _)| m).collect();
        files::replace(&path, &text).map_err(|e| LearnedError::Io { path, verb: "written", why: e.to_string() })?;
        (self.methods, self.text) = (methods, text);
        Ok(())
    }
}
