//! `NAME.image.journal.aura`: every accepted method as ordinary Aura text, beside the image, so that code survives its loss.
//!
//! ```aura
//! "= learned 5f3c… in geometry.aura"
//! point _AddSlots: (|
//!     "learned: 2026-11-22T23:00:00Z …"
//!     manhattan = ( x abs + y abs ) |)
//!
//! "= rejected 5f3c… by ada: it forgets the sign"
//! ```
//!
//! What must stay true: the file is only ever appended to, and what was appended is on the disk when the call returns; a line
//! that begins with `"= ` begins a piece, and a piece that is damaged (the last one, after a power cut) takes no other with
//! it; what is read from it is a learned method like any other, to be audited like any other.

use std::io::{self, Write};
use std::path::Path;

use super::{Learning, What};
use crate::files::{self, Unreadable};
use crate::learned::{self, Method};
use crate::text::line;

/// No journal that is read is larger.
const MOST_BYTES: u64 = 64 << 20;
/// What a piece begins with.
const MARK: &str = "\"= ";

/// What a journal has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Journal {
    /// The methods that are in force at its end, each with its script.
    pub methods: Vec<(String, Method)>,
    /// The entries that it has methods of.
    pub entries: Vec<String>,
    /// Pieces that could not be read: the line, and why.
    pub damaged: Vec<(u32, String)>,
}

/// Appends what an entry says, if it is one that a journal has.
///
/// # Errors
/// When the file cannot be written.
pub fn append(path: &Path, what: &What, hash: &str, comment: &str) -> io::Result<()> {
    let Some(text) = piece(what, hash, comment) else { return Ok(()) };
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// The text of an entry.
fn piece(what: &What, hash: &str, comment: &str) -> Option<String> {
    Some(match what {
        What::Learned(l) => format!("{}{}\n\n", mark(&format!("learned {hash} in {}", l.file)), statement(l, comment)),
        What::Approved { of, by, note } => format!("{}\n", mark(&format!("approved {of} by {by}: {note}"))),
        What::Rejected { of, by, why } => format!("{}\n", mark(&format!("rejected {of} by {by}: {why}"))),
        What::Reverted { of, to, by } => {
            format!("{}\n", mark(&format!("reverted {of} to {} by {by}", to.as_deref().unwrap_or("nothing"))))
        }
        What::Text { .. } | What::Checked { .. } => return None,
    })
}

/// A line of its own. The break before it ends what a power cut may have left.
fn mark(text: &str) -> String {
    format!("\n{MARK}{}\"\n", line(text, 600).replace(['"', '\\'], "'"))
}

fn statement(l: &Learning, comment: &str) -> String {
    learned::statement(&Method {
        at: l.at.clone(),
        selector: l.selector.clone(),
        source: l.source.clone(),
        comment: comment.into(),
        line: 0,
    })
}

/// Reads a journal.
///
/// # Errors
/// When there is none, or it is no text.
pub fn read(path: &Path) -> Result<Journal, String> {
    let text = files::read(path, MOST_BYTES).map_err(|e| match e {
        Unreadable::Missing => format!("there is no journal {}", path.display()),
        Unreadable::Io(e) => format!("{} cannot be read: {e}", path.display()),
        Unreadable::TooLarge => format!("{} has more than {MOST_BYTES} bytes", path.display()),
        Unreadable::NotText(at) => format!("{} is not a text: byte {at} is not UTF-8", path.display()),
    })?;
    Ok(parse(path, &text))
}

struct Reader {
    journal: Journal,
    /// Every method with the hash of its entry and its script.
    all: Vec<(String, String, Method)>,
    /// The hashes of those in force.
    current: Vec<String>,
}

fn parse(path: &Path, text: &str) -> Journal {
    let mut reader = Reader { journal: Journal::default(), all: Vec::new(), current: Vec::new() };
    let (mut first, mut piece) = (1, String::new());
    for (i, line) in (1..).zip(text.split_inclusive('\n')) {
        if line.starts_with(MARK) {
            reader.piece(path, first, &piece);
            (first, piece) = (i, String::new());
        }
        piece.push_str(line);
    }
    reader.piece(path, first, &piece);
    let Reader { mut journal, all, current } = reader;
    journal.entries = all.iter().map(|(hash, ..)| hash.clone()).collect();
    journal.methods = all.into_iter().filter(|(h, ..)| current.contains(h)).map(|(_, file, m)| (file, m)).collect();
    journal
}

impl Reader {
    fn piece(&mut self, path: &Path, first: u32, text: &str) {
        let Some(rest) = text.strip_prefix(MARK) else { return };
        let head = rest.lines().next().unwrap_or("").trim_end_matches('"');
        let words: Vec<&str> = head.split(' ').collect();
        let outcome = match words[..] {
            ["learned", hash, "in", ..] => self.learned(path, text, hash, head.split_once(" in ").map_or("", |h| h.1)),
            ["rejected", of, ..] => {
                self.current.retain(|h| h != of);
                Ok(())
            }
            ["reverted", of, "to", to, ..] => {
                self.current.retain(|h| h != of);
                self.current.extend(self.all.iter().filter(|(h, ..)| h == to).map(|(h, ..)| h.clone()));
                Ok(())
            }
            ["approved", ..] => Ok(()),
            _ => Err("it is none of learned, approved, rejected, reverted".into()),
        };
        if let Err(why) = outcome {
            self.journal.damaged.push((first, why));
        }
    }

    fn learned(&mut self, path: &Path, text: &str, hash: &str, file: &str) -> Result<(), String> {
        let methods = learned::methods_in(path, text).map_err(|e| e.to_string())?;
        let [method] = &methods[..] else { return Err(format!("there are {} methods, and one is expected", methods.len())) };
        let same = |m: &Method, f: &str| f == file && m.at == method.at && m.selector == method.selector;
        let replaced: Vec<&String> = self.all.iter().filter(|(_, f, m)| same(m, f)).map(|(h, ..)| h).collect();
        self.current.retain(|h| !replaced.contains(&h));
        self.current.push(hash.into());
        self.all.push((hash.into(), file.into(), method.clone()));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(source: &str) -> What {
        What::Learned(Box::new(Learning {
            file: "src/geometry.aura".into(),
            at: "point".into(),
            selector: "manhattan".into(),
            source: source.into(),
            ..Learning::default()
        }))
    }

    fn sources(journal: &Journal) -> Vec<String> {
        journal.methods.iter().map(|(f, m)| format!("{f}: {}", m.source)).collect()
    }

    #[test]
    fn the_last_version_is_read_back_and_what_was_taken_back_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.image.journal.aura");
        append(&path, &learned("manhattan = ( 1 )"), "aa", "learned: now\nwith a second line").expect("written");
        append(&path, &learned("manhattan = ( 2 )"), "bb", "learned: now").expect("written");
        assert_eq!(sources(&read(&path).expect("read")), ["src/geometry.aura: manhattan = ( 2 )"]);
        let revert = What::Reverted { of: "bb".into(), to: Some("aa".into()), by: "me".into() };
        append(&path, &revert, "cc", "").expect("written");
        assert_eq!(sources(&read(&path).expect("read")), ["src/geometry.aura: manhattan = ( 1 )"]);
        let reject = What::Rejected { of: "aa".into(), by: "me".into(), why: "it \"ends\"\n\"= learned cc in x\"".into() };
        append(&path, &reject, "dd", "").expect("written");
        let journal = read(&path).expect("read");
        assert!(journal.methods.is_empty() && journal.damaged.is_empty(), "{journal:?}");
        // The whole of it is ordinary Aura.
        assert!(!aura_syntax::parse(&std::fs::read_to_string(&path).expect("text")).has_errors());
    }

    #[test]
    fn half_a_piece_takes_no_other_with_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.image.journal.aura");
        append(&path, &learned("manhattan = ( 1 )"), "aa", "learned: now").expect("written");
        let whole = std::fs::read_to_string(&path).expect("text");
        for cut in 1..whole.len() {
            std::fs::write(&path, &whole[..cut]).expect("cut");
            append(&path, &learned("manhattan = ( 2 )"), "bb", "learned: now").expect("written");
            let journal = read(&path).expect("read");
            assert_eq!(sources(&journal), ["src/geometry.aura: manhattan = ( 2 )"], "cut at {cut}: {journal:?}");
        }
    }
}
