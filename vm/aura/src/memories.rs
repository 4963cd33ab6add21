//! The memories of a program's files: that of its script, those of the files that it imports, and those of files that were loaded into a
//! dialogue.
//!
//! What must stay true: a file is remembered in its own project, whoever runs; whoever uses a file finds what was learned for it, and adds to it: another script, a dialogue, a test. (Tests only read.)
//!
//! Not here: where one file's memory is (`memory`).

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use aura_alfred::gates::own_names;
use aura_alfred::memory::{Memories, Memory, MemoryError, Opened};
use aura_run::Vm;

use crate::cli::ImageFlags;
use crate::memory::{self, OnlyRead};
use crate::project::Project;
use crate::source;

/// Files that were loaded into a dialogue's module, each with the names that it defines. The last one comes last.
pub type Loaded = Rc<RefCell<Vec<(String, BTreeSet<String>)>>>;

/// See the module's comment.
pub struct Files {
    /// The image that the program works at.
    image: ImageFlags,
    /// Capabilities that learned methods may use.
    capabilities: Vec<String>,
    /// What the machine calls the program's own module: its file, or the dialogue.
    pub main: String,
    /// The dialogue's files.
    pub loaded: Loaded,
    /// Nothing is added.
    pub only_reads: bool,
    /// The memory of the program's own file, which is opened before it runs.
    first: Option<Opened>,
}

impl Files {
    /// Those of a program whose own module has this name, and that works at this image, if at any.
    pub fn new(image: Option<PathBuf>, capabilities: &[String], main: &str) -> Self {
        let image = ImageFlags { image, ..ImageFlags::default() };
        let (capabilities, main) = (capabilities.to_vec(), main.to_string());
        Self { image, capabilities, main, loaded: Loaded::default(), only_reads: false, first: None }
    }

    /// Opens the memory of the program's own file; answers the file that it is: an image, or the script itself.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn open_first(&mut self, vm: &Vm) -> Result<Option<PathBuf>, MemoryError> {
        let (first, path) = self.read(&self.main.clone(), vm)?;
        self.first = Some(first);
        Ok(path)
    }

    fn read(&self, file: &str, vm: &Vm) -> Result<(Opened, Option<PathBuf>), MemoryError> {
        let script = Some(Path::new(file)).filter(|path| path.is_file());
        if script.is_none() && file != self.main {
            return Ok((Opened::default(), None));
        }
        // A file that cannot be read defines nothing, and says so when it is run.
        let text = script.map_or_else(String::new, |path| source::read(path).unwrap_or_default());
        // What is wrong with a project is told by its own programs.
        let project = script.and_then(|path| Project::of(path).unwrap_or_default());
        let (memory, path) = memory::of(&self.image, script, &text, project.as_ref(), &self.capabilities, vm)?;
        let memory = match self.only_reads {
            true => memory.map(|memory| Box::new(OnlyRead(memory)) as Box<dyn Memory>),
            false => memory,
        };
        Ok((Opened { memory, own: own_names(&text) }, path))
    }
}

impl Memories for Files {
    fn home(&self, file: &str, path: &str) -> String {
        let first = path.split(' ').next().unwrap_or(path);
        let loaded = self.loaded.borrow();
        let owner = loaded.iter().rev().find(|(_, names)| file == self.main && names.contains(first));
        owner.map_or(file, |(file, _)| file).to_string()
    }

    fn main(&self) -> String {
        self.main.clone()
    }

    fn open(&mut self, vm: &mut Vm, file: &str) -> Result<Opened, MemoryError> {
        match self.first.take_if(|_| file == self.main) {
            Some(first) => Ok(first),
            None => Ok(self.read(file, vm)?.0),
        }
    }
}
