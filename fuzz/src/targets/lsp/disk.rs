//! The world around a session: a small library, and files on a disk that is a map.

use std::cell::RefCell;
use std::collections::BTreeMap;

use aura_ide::{Diagnostic, File, Learned, Outside, Sources};

/// The library is loaded four times for every input.
const SMALL: &str = include_str!("../small.aura");

/// The folder of the project.
pub(super) const FOLDER: &str = "/p";
/// Files that come and go on the disk. The editor does not open them; one holds what was learned for `a`.
pub(super) const NAMES: [&str; 3] = ["/p/d.aura", "/p/sub/e.aura", "/p/a.learned.aura"];

const LEARNED: &str = ".learned.aura";

/// Files on a disk, each with its text.
#[derive(Default)]
pub(super) struct Disk {
    pub(super) files: RefCell<BTreeMap<usize, String>>,
}

impl Disk {
    /// A disk with these files.
    pub(super) fn with(files: &BTreeMap<usize, String>) -> Self {
        Self { files: RefCell::new(files.clone()) }
    }
}

impl Outside for Disk {
    fn library(&self) -> Vec<(String, String)> {
        vec![("small".into(), SMALL.into())]
    }
    fn read(&self, name: &str) -> Option<String> {
        let number = NAMES.iter().position(|n| *n == name)?;
        self.files.borrow().get(&number).cloned()
    }
    fn imported(&self, _: &str, path: &str) -> String {
        format!("{FOLDER}/{path}.aura")
    }
    fn sources_in(&self, folder: &str) -> Sources {
        let files = self.files.borrow();
        let names = files.keys().map(|number| NAMES[*number]).filter(|n| n.starts_with(folder) && !n.ends_with(LEARNED));
        let names: Vec<String> = names.map(str::to_owned).collect();
        Box::new(std::iter::once(names))
    }
    fn refused(&self, name: &str, text: &str, file: &File) -> Vec<Diagnostic> {
        aura_command::source::refused(name, text, file)
    }
    fn learned(&self, script: &str) -> Option<Learned> {
        let name = script.strip_suffix(".aura")?.to_owned() + LEARNED;
        let text = self.read(&name)?;
        Some(Learned { name, text })
    }
    fn script_of(&self, learned: &str) -> Option<String> {
        Some(learned.strip_suffix(LEARNED)?.to_owned() + ".aura")
    }
}
