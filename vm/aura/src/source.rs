//! Source files: reading them, and compiling them, with an error for people for whatever is in the way.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aura_code::{Code, Origin};
use aura_syntax::Source;

use crate::suggest;

/// Reads a source file. `-` is standard input.
///
/// # Errors
/// A message that names the file, what is wrong with it, and what to do.
pub fn read(path: &Path) -> Result<String, String> {
    let bytes = if path == Path::new("-") {
        let mut all = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut all).map(|_| all)
    } else {
        std::fs::read(path)
    };
    let bytes = bytes.map_err(|e| unreadable(path, &e))?;
    let text = String::from_utf8(bytes).map_err(|e| not_utf8(path, &e))?;
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_string))
}

/// Writes a source file anew: whole, or not at all. A link stays one.
///
/// # Errors
/// A message that names the file and what is wrong with it.
pub fn write(path: &Path, text: &str) -> Result<(), String> {
    let place = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let written = aura_alfred::files::replace(&place, text).or_else(|e| match e.kind() {
        // In a folder in which nothing can be made, the file itself may be written all the same.
        std::io::ErrorKind::PermissionDenied => std::fs::write(&place, text),
        _ => Err(e),
    });
    written.map_err(|e| format!("{} cannot be written: {e}", path.display()))
}

fn unreadable(path: &Path, e: &std::io::Error) -> String {
    let name = path.display();
    if path.is_dir() {
        return format!("{name} is a folder, not a file; name a file in it");
    }
    match e.kind() {
        std::io::ErrorKind::NotFound => {
            let mut text = format!("there is no file {name}");
            if let Some(near) = suggest::file(path) {
                let _ = write!(text, "; did you mean {}?", near.display());
            }
            text
        }
        std::io::ErrorKind::PermissionDenied => format!("{name} may not be read; look at its permissions"),
        _ => format!("{name} cannot be read: {e}"),
    }
}

fn not_utf8(path: &Path, e: &std::string::FromUtf8Error) -> String {
    let at = e.utf8_error().valid_up_to();
    let bytes = e.as_bytes();
    let line = bytes[..at].iter().filter(|b| **b == b'\n').count() + 1;
    let name = path.display();
    if bytes[..bytes.len().min(8000)].contains(&0) {
        return format!("{name} is not a text: it has bytes that no text has (the first in line {line}); Aura sources are UTF-8");
    }
    format!(
        "{name}:{line}: the byte {:#04x} (at {at}) is not UTF-8; save the file as UTF-8, or convert it with `iconv -f latin1 -t utf-8`",
        bytes[at]
    )
}

/// Compiles a text that is called `name`.
///
/// # Errors
/// The diagnostics, drawn over the source.
pub fn compile(name: &str, text: &str, colour: bool) -> Result<Vec<Arc<Code>>, String> {
    let parsed = aura_syntax::parse(text);
    let source = || Source::new(name, text);
    if parsed.has_errors() {
        return Err(aura_syntax::render(&source(), &parsed.diagnostics, colour));
    }
    let origin = Arc::new(Origin::new(name, text));
    let code = aura_code::compile_file(&parsed.file, &origin).map_err(|d| aura_syntax::render(&source(), &d, colour))?;
    // The machine trusts code without a look, so nothing that was not verified may reach it, whatever the compiler's faults.
    if let Some(e) = code.iter().find_map(|c| aura_code::verify(c).err()) {
        return Err(format!("{name}: the compiler made unsound code ({e}); please report this, with the source"));
    }
    Ok(code)
}

/// Everything that is wrong with a text, as data: what the parser says, and if that is nothing, what the compiler says.
pub fn diagnose(name: &str, text: &str) -> Vec<aura_syntax::Diagnostic> {
    let parsed = aura_syntax::parse(text);
    if parsed.has_errors() {
        return parsed.diagnostics;
    }
    let mut all = parsed.diagnostics;
    all.extend(aura_syntax::slips(text, &parsed.file));
    all.extend(refused(name, text, &parsed.file));
    all
}

/// What the compiler says of a text that the parser reads.
pub fn refused(name: &str, text: &str, file: &aura_syntax::tree::File) -> Vec<aura_syntax::Diagnostic> {
    let origin = Arc::new(Origin::new(name, text));
    aura_code::compile_file(file, &origin).err().unwrap_or_default()
}

/// The file that `import: path` in the file `from` means, and its code.
///
/// # Errors
/// What is wrong with it.
pub fn module(path: &str, from: &str) -> Result<(String, Vec<Arc<Code>>), String> {
    module_read(path, from, &read)
}

/// The same, with files read in another way.
///
/// # Errors
/// What is wrong with it.
pub fn module_read(
    path: &str,
    from: &str,
    read: &dyn Fn(&Path) -> Result<String, String>,
) -> Result<(String, Vec<Arc<Code>>), String> {
    let file = imported(path, from);
    let text = read(&file).map_err(|e| format!("cannot import '{path}': {e}"))?;
    let name = file.display().to_string();
    let code = compile(&name, &text, false).map_err(|e| format!("cannot import '{path}':\n{e}"))?;
    Ok((name, code))
}

/// The file that `import: path` in the file `from` means.
pub fn imported(path: &str, from: &str) -> PathBuf {
    let base = Path::new(from).parent().unwrap_or(Path::new(""));
    let written = if path.ends_with(".aura") { PathBuf::from(path) } else { PathBuf::from(format!("{path}.aura")) };
    tidy(&base.join(written))
}

/// A path without `.` and, where that is only a matter of letters, without `..`: one file has one name.
fn tidy(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut out = PathBuf::new();
    for c in path.components() {
        match c {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            c => out.push(c),
        }
    }
    out
}

/// All files with this ending below the paths, sorted; a path that is a file stands for itself.
///
/// # Errors
/// What cannot be read.
pub fn files(paths: &[PathBuf], ending: &str) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            walk(path, ending, &mut found)?;
        } else if path.exists() {
            found.push(path.clone());
        } else {
            return Err(unreadable(path, &std::io::ErrorKind::NotFound.into()));
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn walk(dir: &Path, ending: &str, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = std::fs::read_dir(dir).map_err(|e| format!("{} cannot be read: {e}", dir.display()))?;
    for entry in entries.flatten() {
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let kind = entry.file_type().map_err(|e| format!("{}: {e}", path.display()))?;
        if hidden {
            continue;
        }
        if kind.is_dir() && entry.file_name() != "target" {
            walk(&path, ending, found)?;
        } else if kind.is_file() && path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    Ok(())
}
