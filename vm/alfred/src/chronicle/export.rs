//! What was learned, as ordinary source: one file of learned methods a script, loadable from beside it.
//!
//! What must stay true: a script's name, which comes from the image, never leads out of the folder that is exported to; no
//! file that is there is written over.

use std::path::{Component, Path, PathBuf};

use super::{Chronicle, Learning, Version};
use crate::files;
use crate::learned::{self, Method, Provenance};

/// What can be exported, and what cannot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exported {
    /// The methods in force, each with its script.
    pub methods: Vec<(String, Method)>,
    /// Those that are no methods, or whose objects have no names.
    pub left_out: Vec<String>,
}

/// The methods in force.
pub fn methods(chronicle: &Chronicle) -> Exported {
    let in_force = chronicle.slots().iter().filter_map(|s| s.in_force());
    let mut all = Exported::default();
    for (version, l) in in_force.filter_map(|v| Some((v, chronicle.learning(&v.hash)?))) {
        match is_sound(l) {
            true => all.methods.push((l.file.clone(), method(chronicle, version, l))),
            false => all.left_out.push(crate::text::line(&l.title(), 100)),
        }
    }
    all
}

/// The methods in force for one script, as statements that add them.
pub fn text(chronicle: &Chronicle, script: &str) -> String {
    let sound = chronicle.in_force(script).filter(|(_, l)| is_sound(l));
    sound.map(|(version, l)| learned::statement(&method(chronicle, version, l)) + ".\n").collect()
}

/// Whether the statement of a method would be one statement that adds this one method: what an image says may be anything.
fn is_sound(l: &Learning) -> bool {
    let word = |w: &str| w.starts_with(char::is_alphabetic) && w.chars().all(|c| c.is_alphanumeric() || c == '_');
    l.at.split(' ').all(word) && crate::answer::kept(&l.source, &l.selector).is_ok_and(|s| s == l.source.trim())
}

/// A method as text, with its provenance.
pub(crate) fn method(chronicle: &Chronicle, version: &Version, l: &Learning) -> Method {
    let time = chronicle.entry(&version.hash).map_or(String::new(), |e| e.time.clone());
    let mut provenance = Provenance::of(l);
    provenance.approver = version.approved.as_ref().map(|d| d.by.clone()).or(provenance.approver);
    let comment = format!("{}\nentry: {}", provenance.comment_at(&time), version.hash);
    Method { at: l.at.clone(), selector: l.selector.clone(), source: l.source.clone(), comment, line: 0 }
}

/// Writes a file for each script below `folder`. Answers the files.
///
/// # Errors
/// When one is there already, or cannot be written; those before it are written.
pub fn write(methods: &[(String, Method)], folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut scripts: Vec<&str> = methods.iter().map(|(file, _)| &**file).collect();
    scripts.sort_unstable();
    scripts.dedup();
    let mut written: Vec<PathBuf> = Vec::new();
    for script in scripts {
        let of_script: Vec<&Method> = methods.iter().filter(|(f, _)| f == script).map(|(_, m)| m).collect();
        let path = folder.join(place(script));
        let fail = |e: std::io::Error| format!("{} cannot be written: {e}", path.display());
        if path.exists() {
            return Err(format!("{} is there already; export to another folder", path.display()));
        }
        std::fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(fail)?;
        files::replace(&path, &learned::file_of(script, &of_script)).map_err(fail)?;
        written.push(path);
    }
    Ok(written)
}

/// Where the file for a script goes: `src/geometry.learned.aura`, whatever else its name is made of.
fn place(script: &str) -> PathBuf {
    let parts = Path::new(script).components();
    let plain: PathBuf = match Path::new(script).is_absolute() {
        true => parts.filter_map(normal).next_back().into_iter().collect(),
        false => parts.filter_map(normal).collect(),
    };
    let plain = if plain.as_os_str().is_empty() { PathBuf::from("script") } else { plain };
    learned::beside(&plain)
}

fn normal(part: Component<'_>) -> Option<&std::ffi::OsStr> {
    match part {
        Component::Normal(name) => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_more_than_one_method_is_left_out() {
        let sound = Learning { at: "point".into(), selector: "a".into(), source: "a = ( 1 )".into(), ..Learning::default() };
        assert!(is_sound(&sound) && is_sound(&Learning { at: "traits point2".into(), ..sound.clone() }));
        for at in ["", "point _AddSlots: (| a = ( 1 ) |). lobby", "a\nb", "(1)", "point. lobby", "_x"] {
            assert!(!is_sound(&Learning { at: at.into(), ..sound.clone() }), "{at}");
        }
        for source in ["a = 1", "b = ( 1 )", "a = ( 1 ). b = ( 2 )", "a = ( 1 ) |). lobby _AddSlots: (| b = ( 2 )", "a* = ( 1 )"]
        {
            assert!(!is_sound(&Learning { source: source.into(), ..sound.clone() }), "{source}");
        }
    }

    #[test]
    fn names_do_not_lead_out_of_the_folder() {
        for (script, file) in [
            ("src/a.aura", "src/a.learned.aura"),
            ("../../etc/a.aura", "etc/a.learned.aura"),
            ("/etc/a.aura", "a.learned.aura"),
            ("..", "script.learned.aura"),
            ("", "script.learned.aura"),
        ] {
            assert_eq!(place(script), Path::new(file), "{script}");
        }
    }
}
