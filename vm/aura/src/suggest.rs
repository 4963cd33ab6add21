//! "Did you mean": the nearest of several names to one that is not there.

use std::path::{Path, PathBuf};

/// The name most like `wanted`: one slip of the pen away, or two if it is long.
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let slips = if wanted.chars().count() > 5 { 2 } else { 1 };
    if wanted.chars().count() < 3 {
        return None;
    }
    names
        .into_iter()
        .map(|n| (strsim::damerau_levenshtein(wanted, n), n))
        .filter(|(d, n)| *d > 0 && *d <= slips && n.chars().count() > 2)
        .min_by_key(|(d, _)| *d)
        .map(|(_, n)| n)
}

/// A file near one that is not there: with the ending added, or with a name like it in the same folder.
pub fn file(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let with_ending = path.with_file_name(format!("{name}.aura"));
    if with_ending.is_file() {
        return Some(with_ending);
    }
    let folder = match path.parent() {
        Some(p) if !p.as_os_str().is_empty() => p,
        _ => Path::new("."),
    };
    let names: Vec<String> = std::fs::read_dir(folder)
        .ok()?
        .flatten()
        .filter(|e| e.path().is_file())
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    nearest(&name, names.iter().map(String::as_str)).map(|n| path.with_file_name(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_seen_and_another_word_is_not() {
        let names = ["size", "factorial", "printLine"];
        assert_eq!(nearest("sise", names), Some("size"));
        assert_eq!(nearest("printline", names), Some("printLine"));
        assert_eq!(nearest("octopus", names), None);
    }
}
