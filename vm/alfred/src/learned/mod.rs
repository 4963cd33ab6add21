//! `NAME.learned.aura`: the methods that were learned for a script, beside it, as ordinary Aura.
//!
//! One statement per method, with its provenance in the comment before the slot:
//!
//! ```aura
//! point _AddSlots: (|
//!     "learned: 2026-11-22T23:00:00Z …"
//!     manhattan = ( x abs + y abs ) |)
//! ```
//!
//! A person may edit it, move methods into the script, or delete it: what is not in it will be learned again. What must
//! stay true: the file is edited, not rewritten: what a person added stays where it is, byte for byte; it is replaced whole;
//! a statement of any other form is a fault with a place and a remedy, and nothing of the file is used; the code in it
//! passes the same audit as when it was generated.
//!
//! Not here: installing what was read.

mod fault;
mod provenance;
mod read;
mod review;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::files;
use crate::gates::{Context, audit};

pub use fault::LearnedError;
pub use provenance::{Provenance, mark};

/// No such file is larger.
const MOST_BYTES: u64 = 4 << 20;

/// A method that was learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Method {
    /// The object it belongs to, as the script reaches it: `point`, `traits integer`.
    pub at: String,
    /// Its selector.
    pub selector: String,
    /// The slot: `manhattan = ( … )`.
    pub source: String,
    /// The comment before the slot, without its quotes.
    pub comment: String,
    /// The line of its statement, from 1.
    pub line: u32,
}

impl Method {
    /// A person has looked at it.
    pub fn is_reviewed(&self) -> bool {
        provenance::is_reviewed(&self.comment)
    }
}

/// The file of a script.
#[derive(Clone, Debug)]
pub struct Learned {
    path: PathBuf,
    text: String,
    methods: Vec<Method>,
}

/// Where the methods learned for `script` are kept.
pub fn beside(script: &Path) -> PathBuf {
    script.with_extension("learned.aura")
}

impl Learned {
    /// Reads the file, if there is one, and audits every method in it.
    pub fn load(path: impl Into<PathBuf>, context: &Context) -> Result<Self, LearnedError> {
        let path = path.into();
        let text = match files::read(&path, MOST_BYTES) {
            Ok(text) => text,
            Err(files::Unreadable::Missing) => String::new(),
            Err(e) => return Err(fault::unreadable(path, e)),
        };
        let methods: Vec<Method> = read::methods(&path, &text)?.into_iter().map(|(m, _)| m).collect();
        for method in &methods {
            if let Some(finding) = audit(&method.source, context).first() {
                let why = format!("'{}' would not pass the guardian: {finding} [{}]", method.selector, finding.code);
                return Err(LearnedError::Forbidden { path, line: method.line, why });
            }
        }
        Ok(Self { path, text, methods })
    }

    /// What it holds, in order.
    pub fn methods(&self) -> &[Method] {
        &self.methods
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a method, or puts it in the place of an earlier one, and writes the file. It is read again before, so that what
    /// somebody else wrote in the meantime is kept.
    pub fn keep(&mut self, method: Method, script: &str) -> Result<(), LearnedError> {
        let now = match files::read(&self.path, MOST_BYTES) {
            Ok(text) => text,
            Err(files::Unreadable::Missing) => heading(script),
            Err(e) => return Err(fault::unreadable(self.path.clone(), e)),
        };
        let present = read::methods(&self.path, &now)?;
        let same = present.iter().find(|(m, _)| m.at == method.at && m.selector == method.selector);
        let text = match same {
            Some((_, span)) => format!("{}{}{}", &now[..span.start as usize], statement(&method), &now[span.end as usize..]),
            None => format!("{}\n{}\n", ended(&now), statement(&method)),
        };
        let methods = read::methods(&self.path, &text)?.into_iter().map(|(m, _)| m).collect();
        files::replace(&self.path, &text).map_err(|e| LearnedError::Io {
            path: self.path.clone(),
            verb: "written",
            why: e.to_string(),
        })?;
        self.methods = methods;
        self.text = text;
        Ok(())
    }
}

fn ended(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_string() } else { format!("{text}\n") }
}

fn heading(script: &str) -> String {
    let script = crate::text::line(script, 120).replace(['"', '\\'], "'");
    format!(
        "\"Methods that ALFRED wrote for {script}: plain Aura, loaded with it.\n Review them, move them into the script, or delete them to have them written again.\"\n"
    )
}

/// The methods in a text that is no file yet, or a part of one.
pub(crate) fn methods_in(path: &Path, text: &str) -> Result<Vec<Method>, LearnedError> {
    read::methods(path, text).map(|all| all.into_iter().map(|(m, _)| m).collect())
}

/// A method with this comment as it would be kept beside a script: what its file begins with, and its statement.
pub fn kept_as(script: &str, at: &str, source: &str, comment: &str) -> (String, String) {
    let (at, source, comment) = (at.to_string(), source.to_string(), comment.to_string());
    (heading(script), statement(&Method { at, selector: String::new(), source, comment, line: 0 }))
}

/// The text of a whole file.
pub(crate) fn file_of(script: &str, methods: &[&Method]) -> String {
    let statements: Vec<String> = methods.iter().map(|m| format!("\n{}\n", statement(m))).collect();
    heading(script) + &statements.concat()
}

/// The statement of a method.
pub(crate) fn statement(method: &Method) -> String {
    let comment = method.comment.replace('\n', "\n     ");
    let source = method.source.trim();
    format!("{} _AddSlots: (|\n    \"{comment}\"\n    {source} |)", method.at)
}

/// A method with the comment that `provenance` makes.
pub fn method(at: &str, selector: &str, source: &str, provenance: &Provenance, now: SystemTime) -> Method {
    Method { at: at.into(), selector: selector.into(), source: source.into(), comment: provenance.comment(now), line: 0 }
}
