//! `aura.toml`: what a program's folder says about it.
//!
//! ```toml
//! image = "app.image"        # where its objects live; relative to this file
//!
//! [alfred]                   # what happens to messages that nothing understands: see docs/how-to/configure-alfred.md
//! mode = "ask"
//! ```
//!
//! What must stay true: a key that nobody knows is an error that names it, so that a slip of the pen is not silently ignored.

use std::path::{Path, PathBuf};

use aura_alfred::config::Settings;
use serde::Deserialize;

/// The name of the file.
pub const FILE: &str = "aura.toml";
/// The folder beside it in which the command keeps things of its own.
pub const FOLDER: &str = ".aura";

/// A project: a folder with an `aura.toml`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Project {
    /// The folder.
    pub root: PathBuf,
    /// The image that its programs work at.
    pub image: Option<PathBuf>,
    /// What it says about the open door.
    pub alfred: Settings,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    image: Option<PathBuf>,
    #[serde(default)]
    alfred: Settings,
}

impl Project {
    /// The project that a file or folder belongs to: that of the nearest folder above it with an `aura.toml`.
    ///
    /// # Errors
    /// When that file cannot be read or says something that makes no sense.
    pub fn of(file: &Path) -> Result<Option<Project>, String> {
        let here = std::env::current_dir().map_err(|e| format!("the current folder cannot be found: {e}"))?;
        let whole = here.join(file);
        // A folder belongs to the project whose aura.toml is in it.
        for root in whole.ancestors().skip(usize::from(!whole.is_dir())) {
            let path = root.join(FILE);
            if path.is_file() {
                return Self::read(root, &path).map(Some);
            }
        }
        Ok(None)
    }

    fn read(root: &Path, path: &Path) -> Result<Project, String> {
        let text = crate::source::read(path)?;
        let file: File = toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(Project { root: root.to_path_buf(), image: file.image.map(|i| root.join(i)), alfred: file.alfred })
    }

    /// Its `aura.toml`.
    pub fn file(&self) -> PathBuf {
        self.root.join(FILE)
    }

    /// The account of what it has spent on models today.
    pub fn spent(&self) -> PathBuf {
        self.root.join(FOLDER).join("spent.json")
    }

    /// The image in which the project's learned methods are kept when its programs run without one.
    pub fn learned(&self) -> PathBuf {
        self.root.join(FOLDER).join("learned.image")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_project_is_found_and_slips_are_told() {
        let dir = tempfile::tempdir().expect("a folder");
        let deep = dir.path().join("src/deep");
        std::fs::create_dir_all(&deep).expect("folders");
        std::fs::write(dir.path().join(FILE), "image = \"app.image\"\n").expect("written");
        let project = Project::of(&deep.join("x.aura")).expect("reads").expect("found");
        assert_eq!(project.image.as_deref(), Some(&*dir.path().join("app.image")));
        assert_eq!(Project::of(dir.path()).expect("reads"), Some(project));
        std::fs::write(dir.path().join(FILE), "imag = \"app.image\"\n").expect("written");
        assert!(Project::of(&deep.join("x.aura")).expect_err("told").contains("imag"));
    }

    #[test]
    fn the_page_on_settings_shows_what_is_accepted() {
        let page = include_str!("../../../docs/how-to/configure-alfred.md");
        let block = page.split("```toml\n").nth(1).and_then(|t| t.split("```").next()).expect("a block of settings");
        let mut config = aura_alfred::config::Config::plain();
        toml::from_str::<File>(block).expect("reads").alfred.apply(&mut config).expect("makes sense");
        assert_eq!((config.candidates, config.threshold, config.budget.day.money), (1, 0.6, Some(1.0)));
        assert_eq!(config.install_at.as_deref(), Some("traits integer"));
        // What it shows as the default of a choice is one.
        let plain = aura_alfred::config::Config::plain();
        assert_eq!((config.mode, config.cascade, config.tests), (plain.mode, plain.cascade, plain.tests));
        assert_eq!((config.samples, config.repairs, config.threshold), (plain.samples, plain.repairs, plain.threshold));
        for persona in aura_alfred::persona::Persona::ALL {
            assert_eq!(config.models.of(persona).0, persona.default_model());
        }
    }
}
