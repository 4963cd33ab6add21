//! Files put before the checker: with the library that the command carries, or with the one that they belong to, with the modules
//! that they import, with what was learned for them, and, if that is wanted, with the live objects of an image.

use std::path::{Path, PathBuf};

use aura_syntax::Diagnostic;
use aura_types::{FileId, Options, Project};

use crate::seen::Image;
use crate::taught::Taught;
use crate::{kernel, source};

/// Files that are checked together.
pub struct Checker {
    project: Project,
    /// The library that the files belong to, if they are part of one.
    library: Option<Library>,
    taught: Taught,
}

/// A library under work: a folder with a `world.aura`.
pub(crate) struct Library {
    pub(crate) folder: PathBuf,
    /// Its files as `world.aura` names them.
    names: Vec<String>,
}

impl Checker {
    /// A checker for these files.
    ///
    /// # Errors
    /// A file of the library that they belong to, and that cannot be read.
    pub fn new(files: &[PathBuf], options: Options) -> Result<Self, String> {
        let library = files.iter().find_map(|f| Library::of(f));
        let project = match &library {
            None => Project::new(options, kernel::sources().map(|(n, t)| (n.to_string(), t.to_string()))),
            Some(library) => Project::new(options, library.sources()?),
        };
        Ok(Self { project, library, taught: Taught::default() })
    }

    /// What is wrong with a text: what the parser says, else what the compiler says, else what the checker says.
    pub fn check(&mut self, path: &Path, text: &str) -> Vec<Diagnostic> {
        let name = path.display().to_string();
        if self.is_order(path) {
            return Vec::new();
        }
        let mut found = source::diagnose(&name, text);
        if found.iter().any(|d| d.severity == aura_syntax::Severity::Error) {
            return found;
        }
        let known = self.library.as_ref().and_then(|l| l.name_of(path)).and_then(|n| self.project.file(&n));
        let id = match known {
            Some(id) => id,
            None => self.load(path, text),
        };
        found.extend(self.project.check(id));
        found.extend(aura_types::missing_imports(text, &aura_syntax::parse(text).file, &|written| missing(&name, written)));
        found
    }

    /// Has files run at this image: they see its objects.
    pub fn at_image(&mut self, image: &Image) {
        self.project.universe().adopt(&image.live, &[]);
        self.taught.at_image(&image.path);
    }

    /// Has files run without an image, whatever their projects say.
    pub fn without_image(&mut self) {
        self.taught.without_image();
    }

    /// What could not be seen.
    pub fn take_notes(&mut self) -> Vec<String> {
        self.taught.take_notes()
    }

    /// A script comes with what was learned for it, and that with its script.
    fn load(&mut self, path: &Path, text: &str) -> FileId {
        if let Some((script, code)) = script_of(path) {
            let script = self.set(&script, code);
            return self.project.accompany(script, &path.display().to_string(), text.to_string());
        }
        let before = self.project.all_files();
        let id = self.set(path, text.to_string());
        // Files that it imports come with what was learned for them, as it does itself.
        let new: Vec<FileId> = self.project.all_files().into_iter().filter(|f| *f == id || !before.contains(f)).collect();
        new.into_iter().for_each(|file| self.accompany(file));
        id
    }

    fn accompany(&mut self, file: FileId) {
        let path = PathBuf::from(&*self.project.known().file_name(file));
        let learned = self.taught.text(&path);
        if !learned.is_empty() {
            self.project.accompany(file, &aura_alfred::learned::beside(&path).display().to_string(), learned);
        }
    }

    fn set(&mut self, path: &Path, text: String) -> FileId {
        self.project.set(&path.display().to_string(), text, &imported)[0]
    }

    /// `world.aura` says in which order a library is loaded, to whoever loads it; it is no program.
    fn is_order(&self, path: &Path) -> bool {
        let library = self.library.as_ref();
        library.is_some_and(|l| path.canonicalize().is_ok_and(|p| p == l.folder.join("world.aura")))
    }

    /// The files and what is known of them.
    pub fn project(&mut self) -> &mut Project {
        &mut self.project
    }
}

/// The script that a file of learned methods belongs to, and its text.
pub(crate) fn script_of(learned: &Path) -> Option<(PathBuf, String)> {
    let name = learned.file_name()?.to_str()?.strip_suffix(".learned.aura")?;
    let script = learned.with_file_name(format!("{name}.aura"));
    let text = source::read(&script).ok()?;
    Some((script, text))
}

/// The file that `import: path` in the file `from` means.
pub fn imported(from: &str, path: &str) -> Option<(String, String)> {
    let file = source::imported(path, from);
    let text = source::read(&file).ok()?;
    Some((file.display().to_string(), text))
}

/// The name of the file that `import: path` in the file `from` means, if it is certainly not there.
pub fn missing(from: &str, path: &str) -> Option<String> {
    let file = source::imported(path, from);
    matches!(file.try_exists(), Ok(false)).then(|| file.display().to_string())
}

impl Library {
    /// The library that a file is a part of: a folder above has a `world.aura` that names it.
    fn of(file: &Path) -> Option<Self> {
        let file = file.canonicalize().ok()?;
        file.ancestors().skip(1).find_map(|folder| Library::at(folder).filter(|library| library.name_of(&file).is_some()))
    }

    /// The library in a folder.
    pub(crate) fn at(folder: &Path) -> Option<Self> {
        let world = std::fs::read_to_string(folder.join("world.aura")).ok()?;
        let names = world.lines().filter_map(|l| l.trim().strip_prefix("load: '")?.strip_suffix('\''));
        Some(Library { folder: folder.to_path_buf(), names: names.map(String::from).collect() })
    }

    pub(crate) fn name_of(&self, file: &Path) -> Option<String> {
        let file = file.canonicalize().ok()?;
        let name = file.strip_prefix(&self.folder).ok()?.with_extension("");
        let name = name.to_str()?.replace('\\', "/");
        self.names.contains(&name).then_some(name)
    }

    pub(crate) fn sources(&self) -> Result<Vec<(String, String)>, String> {
        let read = |name: &String| Ok((name.clone(), source::read(&self.folder.join(format!("{name}.aura")))?));
        self.names.iter().map(read).collect()
    }
}
