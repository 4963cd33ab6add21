//! Capabilities: what a process may do to the world outside.
//!
//! They come from the command line, are held by a process, and are checked in every primitive that reaches outside. Generated
//! methods narrow them: while an activation of one is on the stack, what its policy does not allow is denied (see `Vm::require`).

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A power over the outside world.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Capability {
    /// Print to standard output or standard error.
    Console,
    /// Read standard input.
    Input,
    /// Read files below the allowed directories.
    Read,
    /// Write files below the allowed directories.
    Write,
    /// Read environment variables and arguments.
    Environment,
    /// Ask the clock.
    Clock,
    /// Draw from the system's randomness.
    Random,
    /// Start other programs.
    Run,
    /// Use the network.
    Network,
    /// Change what other programs see of the world: load code, end the program.
    System,
    /// Commit to the image, or go back to its last commit.
    Image,
}

impl Capability {
    const ALL: [Capability; 11] = [
        Capability::Console,
        Capability::Input,
        Capability::Read,
        Capability::Write,
        Capability::Environment,
        Capability::Clock,
        Capability::Random,
        Capability::Run,
        Capability::Network,
        Capability::System,
        Capability::Image,
    ];

    /// The capability of that name.
    pub fn named(name: &str) -> Option<Capability> {
        Self::ALL.into_iter().find(|c| c.to_string() == name)
    }

    /// Whether a trial may use it: what only looks at the world outside, and printing, which a trial keeps to itself. The rest
    /// cannot be taken back.
    pub fn can_be_tried(self) -> bool {
        matches!(self, Capability::Console | Capability::Read | Capability::Environment | Capability::Clock | Capability::Random)
    }

    fn bit(self) -> u16 {
        1 << Self::ALL.iter().position(|c| *c == self).expect("listed above")
    }

    /// The flag of the command that grants it.
    pub fn flag(self) -> &'static str {
        match self {
            Capability::Read => "--allow-read[=DIR]",
            Capability::Write => "--allow-write[=DIR]",
            Capability::Environment => "--allow-env",
            Capability::Run => "--allow-run",
            Capability::Network => "--allow-net",
            Capability::Image => "--image FILE",
            _ => "--allow-all",
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Capability::Console => "console",
            Capability::Input => "input",
            Capability::Read => "read",
            Capability::Write => "write",
            Capability::Environment => "environment",
            Capability::Clock => "clock",
            Capability::Random => "random",
            Capability::Run => "run",
            Capability::Network => "network",
            Capability::System => "system",
            Capability::Image => "image",
        })
    }
}

/// A set of capabilities, with the directories that the file ones are limited to (none listed: no limit).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CapSet {
    bits: u16,
    read: Option<Arc<[PathBuf]>>,
    write: Option<Arc<[PathBuf]>>,
}

/// A capability that was needed and not held.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Denied {
    /// Which.
    pub capability: Capability,
    /// On what.
    pub subject: String,
    /// Whether a generated method, not the program, lacked it.
    pub generated: bool,
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.subject.is_empty() { String::new() } else { format!(" for {}", self.subject) };
        if self.generated {
            write!(f, "a generated method may not use the capability `{}`{what}", self.capability)
        } else {
            write!(f, "the capability `{}`{what} was not granted; grant it with {}", self.capability, self.capability.flag())
        }
    }
}

impl CapSet {
    /// No powers.
    pub fn none() -> CapSet {
        CapSet::default()
    }
    /// What a script has unless flags say more: console, input, clock, randomness, its arguments and loading of its modules.
    pub fn script() -> CapSet {
        CapSet::none()
            .with(Capability::Console)
            .with(Capability::Input)
            .with(Capability::Clock)
            .with(Capability::Random)
            .with(Capability::System)
    }
    /// All powers.
    pub fn all() -> CapSet {
        Capability::ALL.into_iter().fold(CapSet::none(), CapSet::with)
    }
    /// With one more.
    pub fn with(mut self, c: Capability) -> CapSet {
        self.bits |= c.bit();
        self
    }
    /// With reading below these directories (everywhere, if none is named).
    pub fn with_read(mut self, dirs: Vec<PathBuf>) -> CapSet {
        self.read = (!dirs.is_empty()).then(|| resolve(dirs));
        self.with(Capability::Read)
    }
    /// With writing below these directories (everywhere, if none is named).
    pub fn with_write(mut self, dirs: Vec<PathBuf>) -> CapSet {
        self.write = (!dirs.is_empty()).then(|| resolve(dirs));
        self.with(Capability::Write)
    }
    /// What both hold, on what both hold it.
    pub fn and(&self, other: &CapSet) -> CapSet {
        CapSet {
            bits: self.bits & other.bits,
            read: common(self.read.as_ref(), other.read.as_ref()),
            write: common(self.write.as_ref(), other.write.as_ref()),
        }
    }
    /// The names of those that it holds.
    pub fn names(&self) -> impl Iterator<Item = String> + '_ {
        Capability::ALL.into_iter().filter(|c| self.has(*c)).map(|c| c.to_string())
    }
    /// Whether it holds this one.
    pub fn has(&self, c: Capability) -> bool {
        self.bits & c.bit() != 0
    }
    /// Whether it holds this one for this path.
    pub fn has_path(&self, c: Capability, path: &Path) -> bool {
        let dirs = if c == Capability::Write { &self.write } else { &self.read };
        self.has(c)
            && match dirs {
                None => true,
                Some(dirs) => real(path).is_some_and(|p| dirs.iter().any(|d| p.starts_with(d))),
            }
    }
}

/// The directories that lie below one of each; nothing if neither is limited.
fn common(one: Option<&Arc<[PathBuf]>>, other: Option<&Arc<[PathBuf]>>) -> Option<Arc<[PathBuf]>> {
    let (Some(a), Some(b)) = (one, other) else { return one.or(other).cloned() };
    let below = |d: &PathBuf, all: &[PathBuf]| all.iter().any(|root| d.starts_with(root));
    let mut both: Vec<PathBuf> = a.iter().filter(|d| below(d, b)).chain(b.iter().filter(|d| below(d, a))).cloned().collect();
    both.dedup();
    Some(both.into())
}

fn resolve(dirs: Vec<PathBuf>) -> Arc<[PathBuf]> {
    dirs.iter().filter_map(|d| real(d)).collect()
}

/// The path with links and `..` resolved; for a file that is not there yet, its directory's.
fn real(p: &Path) -> Option<PathBuf> {
    if let Ok(r) = p.canonicalize() {
        return Some(r);
    }
    if p.symlink_metadata().is_ok() {
        // A link that leads nowhere: whoever makes the file would follow it to wherever that is.
        return None;
    }
    let name = p.file_name()?;
    let parent = match p.parent() {
        Some(d) if !d.as_os_str().is_empty() => d.to_path_buf(),
        _ => PathBuf::from("."),
    };
    Some(parent.canonicalize().ok()?.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_intersection_holds_what_both_hold_and_where_both_hold_it() {
        let dir = |d: &str| vec![PathBuf::from(d)];
        let (root, usr, bin) = (dir("/"), dir("/usr"), dir("/usr/bin"));
        let a = CapSet::script().with_read(usr.clone());
        let b = CapSet::none().with(Capability::Clock).with_read(bin);
        let both = a.and(&b);
        assert_eq!(both.names().collect::<Vec<_>>(), ["read", "clock"]);
        assert!(both.has_path(Capability::Read, Path::new("/usr/bin")) && !both.has_path(Capability::Read, Path::new("/usr")));
        assert_eq!(both, b.and(&a));
        // Directories that have nothing in common leave none; no directory named means everywhere.
        let apart = CapSet::none().with_read(dir("/etc")).and(&CapSet::none().with_read(usr.clone()));
        assert!(!apart.has_path(Capability::Read, Path::new("/usr")) && !apart.has_path(Capability::Read, Path::new("/etc")));
        let all = CapSet::none().with(Capability::Read).and(&CapSet::none().with_read(root));
        assert!(all.has_path(Capability::Read, Path::new("/usr")));
        assert_eq!(Capability::named("clock"), Some(Capability::Clock));
        assert_eq!(Capability::named("processes"), None);
    }
}
