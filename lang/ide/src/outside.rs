//! The world around, as far as an editor's questions need it.
//!
//! Whoever serves an editor hands this over. Names of files are whatever it makes of them: they are compared, shown, and handed back, never
//! looked into.

use aura_syntax::Diagnostic;
use aura_syntax::tree::File;
use aura_types::World;

use crate::job::{Command, Job};

/// What was learned for a script: text like that of a file.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Learned {
    /// The name of the file that the text is in: one beside the script, or else one that only shows it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The names of sources, as many at a time as are found without much ado, perhaps none.
pub type Sources = Box<dyn Iterator<Item = Vec<String>>>;

/// What is asked of the world around.
pub trait Outside {
    /// The library: its files in the order in which they are loaded, each with its name.
    fn library(&self) -> Vec<(String, String)>;

    /// The objects of an image that files run at.
    fn live(&self) -> Option<Box<dyn World>> {
        None
    }

    /// Whether files run at an image that may change.
    fn has_live(&self) -> bool {
        false
    }

    /// The same, if they may be others than those that were told last, and can be told now; what was learned in the image is told as it is now from
    /// here on, too.
    fn live_anew(&self) -> Option<Box<dyn World>> {
        None
    }

    /// A file's text.
    fn read(&self, name: &str) -> Option<String>;

    /// The name of the file that `import: path` means in a file.
    fn imported(&self, from: &str, path: &str) -> String {
        let _ = from;
        path.to_string()
    }

    /// Whether there is certainly no file of a name.
    fn is_absent(&self, name: &str) -> bool {
        let _ = name;
        false
    }

    /// Whether a file is in a folder, or in one below it.
    fn is_inside(&self, name: &str, folder: &str) -> bool {
        name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    }

    /// What paths could stand behind `import:` in a file.
    fn importable(&self, from: &str) -> Vec<String> {
        let _ = from;
        Vec::new()
    }

    /// The sources in a folder and in those below it, some at a time: whoever asks has other things to do in between.
    fn sources_in(&self, folder: &str) -> Sources {
        let _ = folder;
        Box::new(std::iter::empty())
    }

    /// What is wrong with a text that the parser reads and the compiler refuses.
    fn refused(&self, name: &str, text: &str, file: &File) -> Vec<Diagnostic> {
        let _ = (name, text, file);
        Vec::new()
    }

    /// What was learned for a script.
    fn learned(&self, script: &str) -> Option<Learned> {
        let _ = script;
        None
    }

    /// What was learned may be other than it was: nothing of it is remembered from here on.
    fn forget_learned(&self) {}

    /// The script that a file of learned methods belongs to.
    fn script_of(&self, learned: &str) -> Option<String> {
        let _ = learned;
        None
    }

    /// The name of a file that people can open, for a file of the library.
    fn shown(&self, library_file: &str) -> Option<String> {
        let _ = library_file;
        None
    }

    /// The name of a file that people can open, for the objects of an image as the checker sees them: this text.
    fn shown_objects(&self, text: &str) -> Option<String> {
        let _ = text;
        None
    }

    /// The file of the library that a file is, if it is one.
    fn library_file(&self, name: &str) -> Option<String> {
        let _ = name;
        None
    }

    /// How something is done that takes long; nothing where it cannot be done. `open` are the texts that an editor has open, which need not
    /// be saved.
    fn job(&self, command: &Command, open: Vec<(String, String)>) -> Option<Job> {
        let _ = (command, open);
        None
    }
}
