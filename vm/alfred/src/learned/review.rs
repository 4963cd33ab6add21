//! What people do with a file of learned methods through the command: say that they have looked at one, or take one out.
//!
//! What must stay true: only the one statement changes; everything else stays as it is, byte for byte.

use std::time::SystemTime;

use super::{Learned, LearnedError, Method, fault, read, statement};
use crate::files;

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
        let by = crate::text::line(by, 80).replace(['"', '\\'], "'");
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

    fn edit(&mut self, method: &Method, text: &str) -> Result<(), LearnedError> {
        let path = self.path.clone();
        let now = files::read(&path, super::MOST_BYTES).map_err(|e| fault::unreadable(path.clone(), e))?;
        let present = read::methods(&path, &now)?;
        let Some((_, span)) = present.iter().find(|(m, _)| m.at == method.at && m.selector == method.selector) else {
            let why = format!("'{}' of {} is no longer there", method.selector, method.at);
            return Err(LearnedError::Damaged { path, line: method.line, why });
        };
        let (before, mut after) = (&now[..span.start as usize], &now[span.end as usize..]);
        if text.is_empty() {
            after = after.strip_prefix('\n').unwrap_or(after);
        }
        let text = format!("{before}{text}{after}");
        let methods = read::methods(&path, &text)?.into_iter().map(|(m, _)| m).collect();
        files::replace(&path, &text).map_err(|e| LearnedError::Io { path, verb: "written", why: e.to_string() })?;
        (self.methods, self.text) = (methods, text);
        Ok(())
    }
}
