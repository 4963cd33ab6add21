//! What ALFRED taught a script, for the checker: the file of learned methods beside it, and the chronicle of the image that it works at, or of its
//! project.
//!
//! What must stay true: everything is only read; what cannot be read is told once, and the check goes on without it, since it is the script that is
//! looked at. The file beside a script wins over the chronicle, as in a run.

use std::path::{Path, PathBuf};

use aura_alfred::chronicle::{Chronicle, export};

use crate::project::Project;
use crate::{image, memory, source};

/// See the module's comment.
#[derive(Default)]
pub struct Taught {
    /// The image that the files are checked against, if one was named.
    image: Option<PathBuf>,
    /// They work at none, whatever their projects say.
    no_image: bool,
    /// The chronicles that were read.
    read: Vec<(PathBuf, Chronicle)>,
    notes: Vec<String>,
}

impl Taught {
    /// The files work at this image.
    pub fn at_image(&mut self, path: &Path) {
        self.image = Some(path.to_path_buf());
    }

    /// The files work at no image.
    pub fn without_image(&mut self) {
        self.no_image = true;
    }

    /// What an image's chronicle says, from somebody who has read it.
    pub fn knows(&mut self, path: &Path, chronicle: Chronicle) {
        self.read.retain(|(known, _)| known != path);
        self.read.push((path.to_path_buf(), chronicle));
    }

    /// What could not be read.
    pub fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// All that was learned for a script, as statements that add it.
    pub fn text(&mut self, script: &Path) -> String {
        let beside = aura_alfred::learned::beside(script);
        // One that cannot be read says so when it is used, or checked itself.
        let beside = if beside.is_file() { source::read(&beside).unwrap_or_default() } else { String::new() };
        // What comes last takes the place of what came before.
        self.in_chronicle(script) + &beside
    }

    fn in_chronicle(&mut self, script: &Path) -> String {
        // What is wrong with a project says its first run.
        let project = Project::of(script).unwrap_or_default();
        let at_image = if self.no_image { None } else { image::chosen(self.image.as_deref(), project.as_ref()) };
        let Some(path) = at_image.or_else(|| project.as_ref().map(Project::learned)).filter(|p| p.is_file()) else {
            return String::new();
        };
        let name = memory::identity(script, project.as_ref(), &path);
        export::text(self.chronicle(&path), &name)
    }

    fn chronicle(&mut self, path: &Path) -> &Chronicle {
        let at = self.read.iter().position(|(p, _)| p == path).unwrap_or_else(|| {
            let chronicle = memory::chronicle(path).unwrap_or_else(|fault| {
                self.notes.push(format!("what was learned in {} is not seen: {fault}", path.display()));
                Chronicle::default()
            });
            self.read.push((path.to_path_buf(), chronicle));
            self.read.len() - 1
        });
        &self.read[at].1
    }
}
