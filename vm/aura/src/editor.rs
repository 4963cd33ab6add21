//! The world around an editor's language server: files, the library, what was learned, the objects of an image.
//!
//! What must stay true: everything is only read, but for the copies of the library's files that people look at, which are written into a folder for
//! such things.

mod glimpse;
mod job;
mod process;
mod sources;

use std::cell::RefCell;
use std::path::{Component, Path, PathBuf};

use aura_lsp::{Command, Diagnostic, File, Job, Learned, Outside, What, World};

use crate::checker::{Library, script_of};
use crate::project::Project;
use crate::taught::Taught;
use crate::{image, kernel, source};

use self::glimpse::{Glimpse, Glimpsed};
use self::sources::Sources;

/// What comes before the names of the files of the library that the command carries.
const CARRIED: &str = "stdlib/";

/// See the module's comment.
pub struct Surroundings {
    /// A library under work, if the server was started in its folder or beside it.
    library: Option<Library>,
    taught: RefCell<Taught>,
    /// The image that files work at, which need not be there yet.
    image: Option<Glimpsed>,
    /// Where copies of the carried library's files are put.
    copies: PathBuf,
}

impl Surroundings {
    /// The surroundings of the current folder; files work at this image.
    pub fn new(image: Option<&Path>) -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        let library = here.ancestors().find_map(|f| Library::at(f).or_else(|| Library::at(&f.join("stdlib"))));
        let project = Project::of(&here).unwrap_or_default();
        let image = image::chosen(image, project.as_ref()).map(Glimpsed::new);
        let around = Self { library, taught: RefCell::default(), image, copies: copies() };
        around.forget_learned();
        around
    }

    /// The image, if it is there.
    fn image(&self) -> Option<&Path> {
        self.image.as_ref().map(|image| &*image.path).filter(|path| path.is_file())
    }

    /// The objects of an image that was looked at; its chronicle is known from here on.
    fn taken(&self, glimpse: Glimpse) -> Box<dyn World> {
        let live = glimpse.live.told_by(&glimpse.chronicle);
        if let Some(image) = &self.image {
            image.chronicle.replace(Some(glimpse.chronicle));
        }
        self.forget_learned();
        Box::new(live)
    }

    /// The words of a command about a method that was learned for a file: beside it, or else in the image that it works at.
    fn about_learned(&self, what: &str, file: &str, selector: &str) -> Vec<String> {
        let script = self.script_of(file).unwrap_or_else(|| file.to_string());
        let beside = aura_alfred::learned::beside(Path::new(&script));
        let mut words = vec!["alfred".to_string(), what.to_string(), selector.to_string()];
        match (beside.is_file(), self.image()) {
            (true, _) => words.extend(["--learned".to_string(), beside.display().to_string()]),
            (false, Some(image)) => words.extend(["--image".to_string(), image.display().to_string()]),
            (false, None) => {}
        }
        words
    }

    /// A file for people to look at, with what is known of another one: there is one of a kind for each, wherever that lies.
    fn copy(&self, kind: &str, of: &Path, text: &str) -> Option<String> {
        let whole = of.canonicalize().ok()?;
        let inside = whole.components().filter(|c| matches!(c, Component::Normal(_)));
        let path = self.copies.parent()?.join(kind).join(inside.collect::<PathBuf>()).with_added_extension("aura");
        std::fs::create_dir_all(path.parent()?).ok()?;
        std::fs::write(&path, text).ok()?;
        Some(path.display().to_string())
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
        // Whoever is writing to it at this moment may be done soon.
        let image = self.image.as_ref()?;
        image.first().map(|glimpse| self.taken(glimpse))
    }

    fn has_live(&self) -> bool {
        self.image.is_some()
    }

    fn live_anew(&self) -> Option<Box<dyn World>> {
        self.image.as_ref()?.anew().map(|glimpse| self.taken(glimpse))
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
        let is_other = |p: &PathBuf| p != Path::new(from);
        let path = |p: PathBuf| Some(p.strip_prefix(folder).ok()?.with_extension("").to_str()?.replace('\\', "/"));
        Sources::below(folder).flatten().filter(is_other).filter_map(path).collect()
    }

    fn sources_in(&self, folder: &str) -> aura_lsp::Sources {
        let sources = Sources::below(Path::new(folder));
        Box::new(sources.map(|files| files.iter().map(|p| p.display().to_string()).collect()))
    }

    fn refused(&self, name: &str, text: &str, file: &File) -> Vec<Diagnostic> {
        source::refused(name, text, file)
    }

    fn learned(&self, script: &str) -> Option<Learned> {
        let text = self.taught.borrow_mut().text(Path::new(script));
        if text.is_empty() {
            return None;
        }
        let beside = aura_alfred::learned::beside(Path::new(script)).display().to_string();
        // What is in a chronicle is in no file, and what places in it mean would be somewhere else in the one beside the script.
        let is_beside = self.read(&beside).is_some_and(|there| there == text);
        let name = if is_beside { beside } else { self.copy("learned", Path::new(script), &text).unwrap_or(beside) };
        Some(Learned { name, text })
    }

    fn forget_learned(&self) {
        let mut taught = Taught::default();
        if let Some(image) = &self.image {
            taught.at_image(&image.path);
            // The image may be in somebody's hands: what it said last is known.
            taught.knows(&image.path, image.chronicle.borrow().clone().unwrap_or_default());
        }
        *self.taught.borrow_mut() = taught;
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
        self.copy("images", self.image()?, text)
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
            return job::synthesis(command, &open, self.image());
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
        Some(job::told(words))
    }
}
