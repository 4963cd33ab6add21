//! A world with files that exist in memory alone. The tests of `aura-lsp` use it, too.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use aura_ide::{Command, Diagnostic, File, Job, Learned, Outside, Sources};

/// What is to be done for a command; it may change the files.
pub(crate) type Jobs = fn(&Memory, &Command, Vec<(String, String)>) -> Option<Job>;

/// See the module's comment.
pub(crate) struct Memory {
    pub(crate) files: RefCell<BTreeMap<String, String>>,
    jobs: Jobs,
}

/// A file whose reading fails, and what the compiler does with its text, in a way that nobody expects.
pub(crate) const CURSED: &str = "/p/cursed.aura";

impl Memory {
    /// A world with these files, in which nothing is done.
    #[allow(dead_code, reason = "each of the two that share this file has its own way to make one")]
    pub(crate) fn of(files: BTreeMap<String, String>) -> Self {
        Self::working(files, |_, _, _| None)
    }

    /// A world with these files, in which this is done.
    pub(crate) fn working(files: BTreeMap<String, String>, jobs: Jobs) -> Self {
        Self { files: RefCell::new(files), jobs }
    }

    fn names(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        self.files.borrow().keys().filter(|n| wanted(n)).cloned().collect()
    }
}

impl Outside for Memory {
    fn library(&self) -> Vec<(String, String)> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../stdlib");
        let order = std::fs::read_to_string(root.join("world.aura")).expect("the order");
        let names = order.lines().filter_map(|l| l.trim().strip_prefix("load: '")?.strip_suffix('\''));
        names.map(|n| (n.to_string(), std::fs::read_to_string(root.join(format!("{n}.aura"))).expect("a file"))).collect()
    }

    fn read(&self, name: &str) -> Option<String> {
        assert!(name != CURSED, "a curse");
        self.files.borrow().get(name).cloned()
    }

    fn imported(&self, _: &str, path: &str) -> String {
        let path = format!("/p/{path}.aura");
        path.replace("/p/../", "/")
    }

    fn is_absent(&self, name: &str) -> bool {
        !self.files.borrow().contains_key(name)
    }

    fn importable(&self, from: &str) -> Vec<String> {
        let others = self.names(|n| n != from);
        others.iter().filter_map(|n| Some(n.strip_prefix("/p/")?.strip_suffix(".aura")?.to_string())).collect()
    }

    fn sources_in(&self, folder: &str) -> Sources {
        let names = self.names(|n| n.starts_with(folder) && !n.contains(".learned."));
        Box::new(names.into_iter().map(|name| vec![name]))
    }

    fn refused(&self, name: &str, _: &str, _: &File) -> Vec<Diagnostic> {
        assert!(name != CURSED, "a curse");
        Vec::new()
    }

    fn learned(&self, script: &str) -> Option<Learned> {
        let name = script.replace(".aura", ".learned.aura");
        let text = self.files.borrow().get(&name)?.clone();
        Some(Learned { name, text })
    }

    fn script_of(&self, learned: &str) -> Option<String> {
        let script = learned.strip_suffix(".learned.aura")?;
        Some(format!("{script}.aura"))
    }

    fn shown(&self, file: &str) -> Option<String> {
        Some(format!("/stdlib/{file}.aura"))
    }

    fn library_file(&self, name: &str) -> Option<String> {
        Some(name.strip_prefix("/stdlib/")?.strip_suffix(".aura")?.to_string())
    }

    fn job(&self, command: &Command, open: Vec<(String, String)>) -> Option<Job> {
        (self.jobs)(self, command, open)
    }
}
