//! Small text files that belong to a person: read with a bound, replaced whole.
//!
//! What must stay true: after a crash at any moment the old contents or the new ones are there, never a part of them.

use std::io::{self, Read, Write};
use std::path::Path;

/// Why a file could not be read as text.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// It is not there.
    Missing,
    /// The system says no.
    Io(io::Error),
    /// It is larger than anything of its kind.
    TooLarge,
    /// It is not UTF-8; the number of good bytes before the first bad one.
    NotText(usize),
}

/// The text of a file of at most `limit` bytes.
pub(crate) fn read(path: &Path, limit: u64) -> Result<String, Unreadable> {
    let file = std::fs::File::open(path).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => Unreadable::Missing,
        _ => Unreadable::Io(e),
    })?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(Unreadable::Io)?;
    if bytes.len() as u64 > limit {
        return Err(Unreadable::TooLarge);
    }
    String::from_utf8(bytes).map_err(|e| Unreadable::NotText(e.utf8_error().valid_up_to()))
}

/// Puts `text` at `path`, whole or not at all.
///
/// # Errors
/// What the system says; then the file is as it was.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    put(path, text, true)
}

/// The same without waiting for the disk: for what may be lost in a power cut.
pub(crate) fn replace_quickly(path: &Path, text: &str) -> io::Result<()> {
    put(path, text, false)
}

fn put(path: &Path, text: &str, durable: bool) -> io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    if durable {
        file.as_file().sync_all()?;
    }
    keep_permissions(path, file.as_file())?;
    file.persist(path).map_err(|e| e.error)?;
    if durable { std::fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

/// A temporary file is private; what replaces a person's file should be as readable as that was.
fn keep_permissions(path: &Path, file: &std::fs::File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).map_or(0o644, |m| m.permissions().mode() & 0o777);
        file.set_permissions(std::fs::Permissions::from_mode(mode))?;
    }
    #[cfg(not(unix))]
    let _ = (path, file);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.txt");
        replace(&path, "one").expect("written");
        replace(&path, "two").expect("replaced");
        assert_eq!(read(&path, 10).expect("read"), "two");
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1);
    }

    #[test]
    fn size_and_encoding_are_checked() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.txt");
        std::fs::write(&path, b"ab\xff").expect("written");
        assert!(matches!(read(&path, 10), Err(Unreadable::NotText(2))));
        assert!(matches!(read(&path, 2), Err(Unreadable::TooLarge)));
        assert!(matches!(read(&folder.path().join("b"), 2), Err(Unreadable::Missing)));
        assert!(matches!(read(folder.path(), 2), Err(Unreadable::Io(_))));
    }
}
