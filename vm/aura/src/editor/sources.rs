//! The sources of a project, folder by folder.
//!
//! An editor may have been opened in any folder, so what must stay true: what cannot be read is as if it were not there; no more is looked at than a
//! person's project may have; a folder is looked into when somebody asks for the next one. Nearer sources come before deeper ones.

use std::collections::VecDeque;
use std::fs::DirEntry;
use std::path::{Path, PathBuf};

/// More files of a project are known only when something leads to them.
const MOST_SOURCES: usize = 5_000;
/// More folders are not looked into.
const MOST_FOLDERS: usize = 20_000;
/// Folders with what others have written, or what was made.
const NOT_OURS: [&str; 2] = ["node_modules", "target"];

/// See the module's comment.
pub(super) struct Sources {
    left: VecDeque<PathBuf>,
    folders: usize,
    sources: usize,
}

impl Sources {
    /// Those in a folder, and in the folders below it.
    pub(super) fn below(folder: &Path) -> Self {
        Self { left: VecDeque::from([folder.to_path_buf()]), folders: 0, sources: 0 }
    }
}

impl Iterator for Sources {
    type Item = Vec<PathBuf>;

    /// The sources in the next folder, if any are there.
    fn next(&mut self) -> Option<Vec<PathBuf>> {
        if self.folders >= MOST_FOLDERS || self.sources >= MOST_SOURCES {
            return None;
        }
        let folder = self.left.pop_front()?;
        self.folders += 1;
        let mut entries: Vec<DirEntry> = std::fs::read_dir(folder).into_iter().flatten().flatten().collect();
        entries.sort_by_key(DirEntry::file_name);
        let (folders, others): (Vec<DirEntry>, Vec<DirEntry>) = entries.into_iter().partition(is_folder);
        self.left.extend(folders.iter().filter(|e| is_ours(e)).map(DirEntry::path));
        let sources = others.iter().filter(|e| is_source(e)).map(DirEntry::path);
        let found: Vec<PathBuf> = sources.take(MOST_SOURCES - self.sources).collect();
        self.sources += found.len();
        Some(found)
    }
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| kind.is_dir())
}

fn is_ours(folder: &DirEntry) -> bool {
    let name = folder.file_name();
    !name.to_string_lossy().starts_with('.') && NOT_OURS.iter().all(|other| name != *other)
}

/// The order in which a library is loaded is no program; what was learned comes with its script.
fn is_source(entry: &DirEntry) -> bool {
    let (name, is_file) = (entry.file_name(), entry.file_type().is_ok_and(|kind| kind.is_file()));
    let name = name.to_string_lossy();
    let is_aura = name.ends_with(".aura") && !name.starts_with('.');
    is_file && is_aura && name != "world.aura" && !name.ends_with(".learned.aura")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with these empty files.
    fn folder(files: impl IntoIterator<Item = String>) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a folder");
        for file in files {
            let path = root.path().join(file);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(path, "").expect("written");
        }
        root
    }

    fn found(root: &Path) -> Vec<String> {
        let shown = |p: PathBuf| p.strip_prefix(root).expect("below").to_string_lossy().replace('\\', "/");
        Sources::below(root).flatten().map(shown).collect()
    }

    #[test]
    fn what_is_no_source_of_ours_is_left_out_and_what_is_near_comes_first() {
        let names = ["a/b/deep.aura", "z.aura", "a/near.aura", ".git/x.aura", "node_modules/m/x.aura", "target/x.aura"];
        let others = ["world.aura", "z.learned.aura", "note.txt", ".hidden.aura"];
        let root = folder(names.iter().chain(&others).map(|n| n.to_string()));
        assert_eq!(found(root.path()), ["z.aura", "a/near.aura", "a/b/deep.aura"]);
    }

    #[test]
    fn no_more_are_found_than_a_project_may_have() {
        let root = folder((0..MOST_SOURCES + 7).map(|i| format!("{}/{i}.aura", i % 3)));
        assert_eq!(found(root.path()).len(), MOST_SOURCES);
    }

    #[cfg(unix)]
    #[test]
    fn what_cannot_be_read_hides_nothing_else() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let root = folder(["locked/x.aura", "other/y.aura"].map(String::from));
        let locked = root.path().join("locked");
        std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o000)).expect("locked");
        // A folder that is gone, and one that leads back.
        symlink(root.path().join("gone"), root.path().join("nowhere")).expect("linked");
        symlink(root.path(), root.path().join("other/back")).expect("linked");
        let found = found(root.path());
        std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o755)).expect("opened");
        assert!(found.contains(&"other/y.aura".to_string()), "{found:?}");
    }
}
