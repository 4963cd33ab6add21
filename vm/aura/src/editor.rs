//! The world around an editor's language server: files, the library, what was learned, the objects of an image.
//!
//! What must stay true: everything is only read, but for the copies of the library's files that people look at, which are written into a folder for
//! such things.

mod job;

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use aura_lsp::{Command, Diagnostic, File, Job, Learned, Outside, What, World};

use crate::checker::{Library, script_of};
use crate::live::Live;
use crate::project::Project;
use crate::taught::Taught;
use crate::world::{self, Wiring};
use crate::{image, kernel, memory, source};

/// What comes before the names of the files of the library that the command carries.
const CARRIED: &str = "stdlib/";

/// More files of a project are known only when something leads to them: an editor may have been opened in any folder.
const MOST_SOURCES: usize = 5_000;

/// See the module's comment.
pub struct Surroundings {
    /// A library under work, if the server was started in its folder or beside it.
    library: Option<Library>,
    taught: RefCell<Taught>,
    image: Option<PathBuf>,
    /// Where copies of the carried library's files are put.
    copies: PathBuf,
}

impl Surroundings {
    /// The surroundings of the current folder; files work at this image.
    pub fn new(image: Option<&Path>) -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        let library = here.ancestors().find_map(|f| Library::at(f).or_else(|| Library::at(&f.join("stdlib"))));
        let project = Project::of(&here).unwrap_or_default();
        let image = image::chosen(image, project.as_ref()).filter(|p| p.is_file());
        Self { library, taught: RefCell::new(taught(image.as_deref())), image, copies: copies() }
    }
}

/// What was learned, for files that work at this image.
fn taught(image: Option<&Path>) -> Taught {
    let mut taught = Taught::default();
    image.iter().for_each(|path| taught.at_image(path));
    taught
}

impl Surroundings {
    /// The words of a command about a method that was learned for a file: beside it, or else in the image that it works at.
    fn about_learned(&self, what: &str, file: &str, selector: &str) -> Vec<String> {
        let script = self.script_of(file).unwrap_or_else(|| file.to_string());
        let beside = aura_alfred::learned::beside(Path::new(&script));
        let mut words = vec!["alfred".to_string(), what.to_string(), selector.to_string()];
        match (beside.is_file(), &self.image) {
            (true, _) => words.extend(["--learned".to_string(), beside.display().to_string()]),
            (false, Some(image)) => words.extend(["--image".to_string(), image.display().to_string()]),
            (false, None) => {}
        }
        words
    }
}

/// The folder for copies of the library's files: one for each version.
fn copies() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let cache =
        variable("XDG_CACHE_HOME").or_else(|| variable("LOCALAPPDATA")).or_else(|| Some(variable("HOME")?.join(".cache")));
    cache.unwrap_or_else(std::env::temp_dir).join(format!("aura/library-{}", env!("CARGO_PKG_VERSION")))
}

impl Outside for Surroundings {
    fn library(&self) -> Vec<(String, String)> {
        let own = self.library.as_ref().and_then(|l| l.sources().ok());
        own.unwrap_or_else(|| kernel::sources().map(|(name, text)| (name.to_string(), text.to_string())).collect())
    }

    fn live(&self) -> Option<Box<dyn World>> {
        let path = self.image.as_ref()?;
        let mut vm = world::machine(Wiring::standard(Vec::new())).ok()?;
        image::attach(&mut vm, path, Some("head"), "lsp").ok()?;
        let live = Live::of(&mut vm).ok()?;
        // The chronicle is another reader's business: the machine has let go of the file by then.
        drop(vm);
        let chronicle = memory::chronicle(path).unwrap_or_default();
        Some(Box::new(live.told_by(&chronicle)))
    }

    fn read(&self, name: &str) -> Option<String> {
        let path = Path::new(name);
        if path.is_file() { source::read(path).ok() } else { None }
    }

    fn imported(&self, from: &str, path: &str) -> String {
        source::imported(path, from).display().to_string()
    }

    fn is_absent(&self, name: &str) -> bool {
        // A text that was never saved is in no folder, so nobody knows which file it means.
        let path = Path::new(name);
        path.is_absolute() && matches!(path.try_exists(), Ok(false))
    }

    fn is_inside(&self, name: &str, folder: &str) -> bool {
        Path::new(name).starts_with(folder)
    }

    fn importable(&self, from: &str) -> Vec<String> {
        let Some(folder) = Path::new(from).parent() else { return Vec::new() };
        let files = source::files(&[folder.to_path_buf()], ".aura").unwrap_or_default();
        let is_other = |p: &PathBuf| p != Path::new(from) && !p.to_string_lossy().ends_with(".learned.aura");
        let path = |p: PathBuf| Some(p.strip_prefix(folder).ok()?.with_extension("").to_str()?.replace('\\', "/"));
        files.into_iter().filter(is_other).filter_map(path).collect()
    }

    fn sources_in(&self, folder: &str) -> Vec<String> {
        let files = source::files(&[PathBuf::from(folder)], ".aura").unwrap_or_default();
        // The order in which a library is loaded is no program; what was learned comes with its script.
        let is_source = |p: &PathBuf| !p.ends_with("world.aura") && !p.to_string_lossy().ends_with(".learned.aura");
        files.into_iter().filter(is_source).take(MOST_SOURCES).map(|p| p.display().to_string()).collect()
    }

    fn refused(&self, name: &str, text: &str, file: &File) -> Vec<Diagnostic> {
        source::refused(name, text, file)
    }

    fn learned(&self, script: &str) -> Option<Learned> {
        let text = self.taught.borrow_mut().text(Path::new(script));
        let name = aura_alfred::learned::beside(Path::new(script)).display().to_string();
        (!text.is_empty()).then_some(Learned { name, text })
    }

    fn script_of(&self, learned: &str) -> Option<String> {
        script_of(Path::new(learned)).map(|(script, _)| script.display().to_string())
    }

    fn shown(&self, library_file: &str) -> Option<String> {
        if let Some(library) = &self.library {
            return Some(library.folder.join(format!("{library_file}.aura")).display().to_string());
        }
        let path = self.copies.join(library_file.strip_prefix(CARRIED)?);
        if !path.is_file() {
            let text = kernel::sources().find(|(name, _)| *name == library_file)?.1;
            std::fs::create_dir_all(path.parent()?).ok()?;
            std::fs::write(&path, text).ok()?;
        }
        Some(path.display().to_string())
    }

    fn shown_objects(&self, text: &str) -> Option<String> {
        let image = self.image.as_ref()?;
        // One file for each image, wherever it lies.
        let name = image.canonicalize().ok()?.to_string_lossy().replace(|c: char| !c.is_alphanumeric(), "-");
        let path = self.copies.parent()?.join("images").join(format!("{}.aura", name.trim_start_matches('-')));
        std::fs::create_dir_all(path.parent()?).ok()?;
        std::fs::write(&path, text).ok()?;
        Some(path.display().to_string())
    }

    fn library_file(&self, name: &str) -> Option<String> {
        match &self.library {
            Some(library) => Path::new(name).strip_prefix(&library.folder).ok().and_then(|_| library.name_of(Path::new(name))),
            None => {
                let inside = Path::new(name).strip_prefix(&self.copies).ok()?;
                Some(format!("{CARRIED}{}", inside.to_str()?.replace('\\', "/")))
            }
        }
    }

    fn job(&self, command: &Command, open: Vec<(String, String)>) -> Option<Job> {
        if command.what == What::Synthesise {
            return job::synthesis(command, &open, self.image.as_deref());
        }
        let file = command.file.clone();
        let words = match (command.what, &command.selector) {
            (What::Run, _) => vec!["run".into(), "--alfred=off".into(), file],
            (What::Test, _) => vec!["test".into(), file],
            (What::Why, Some(selector)) => self.about_learned("why", &file, selector),
            (What::Approve, Some(selector)) => self.about_learned("approve", &file, selector),
            (What::Revert, Some(selector)) => self.about_learned("revert", &file, selector),
            (What::Why | What::Approve | What::Revert, None) | (What::Synthesise, _) => return None,
        };
        if command.what.changes_learned() {
            // What was read of chronicles will be read again.
            *self.taught.borrow_mut() = taught(self.image.as_deref());
        }
        Some(job::told(words))
    }
}
