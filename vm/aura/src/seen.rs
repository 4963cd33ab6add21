//! The images that files are looked at with, without running them: that of the flag, of the environment, or of each file's own project.
//!
//! What must stay true: an image is only read, and opened once, however many files work at it; one that nobody has named on the command line
//! and that no run has made so far is none.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use aura_types::Options;
use clap::Args;

use crate::checker::Checker;
use crate::exit::Exit;
use crate::image;
use crate::live::Live;
use crate::project::Project;
use crate::world::{self, Wiring};

/// Which image a file is looked at with.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "The living image")]
pub struct SeenFlags {
    /// Take the objects that live in this image as known; it is only read. (Also AURA_IMAGE, and `image` in aura.toml.)
    #[arg(long, value_name = "FILE")]
    pub image: Option<PathBuf>,
    /// Look at no image, whatever the environment and aura.toml say.
    #[arg(long, conflicts_with_all = ["image", "at"])]
    pub no_image: bool,
    /// See the image as of this commit (a number or a tag).
    #[arg(long, value_name = "COMMIT")]
    pub at: Option<String>,
}

/// An image and what lives in it.
pub struct Image {
    /// Its file.
    pub path: PathBuf,
    /// Its objects.
    pub live: Live,
}

/// See the module's comment.
pub struct Seen<'a> {
    flags: &'a SeenFlags,
    opened: Vec<Rc<Image>>,
}

impl<'a> Seen<'a> {
    /// As the flags say.
    pub fn new(flags: &'a SeenFlags) -> Self {
        Self { flags, opened: Vec::new() }
    }

    /// The image that a file works at, if it works at one.
    ///
    /// # Errors
    /// The exit code and what is wrong with it, or with the file's project.
    pub fn image_of(&mut self, file: &Path) -> Result<Option<Rc<Image>>, (Exit, String)> {
        match self.path_of(file)? {
            Some(path) => self.open(path).map(Some),
            None if self.flags.at.is_some() => Err((Exit::Usage, "--at needs an image: name one with --image FILE".into())),
            None => Ok(None),
        }
    }

    /// A checker for files that work at this image, or at none.
    ///
    /// # Errors
    /// As [`Checker::new`].
    pub fn checker(&self, files: &[PathBuf], options: Options, image: Option<&Image>) -> Result<Checker, String> {
        let mut checker = Checker::new(files, options)?;
        if let Some(image) = image {
            checker.at_image(image);
        }
        if self.flags.no_image {
            checker.without_image();
        }
        Ok(checker)
    }

    fn path_of(&self, file: &Path) -> Result<Option<PathBuf>, (Exit, String)> {
        if self.flags.no_image {
            return Ok(None);
        }
        let project = Project::of(file).map_err(|why| (Exit::Usage, why))?;
        let named = self.flags.image.as_deref();
        Ok(image::chosen(named, project.as_ref()).filter(|path| named.is_some() || path.exists()))
    }

    fn open(&mut self, path: PathBuf) -> Result<Rc<Image>, (Exit, String)> {
        if let Some(known) = self.opened.iter().find(|image| image.path == path) {
            return Ok(known.clone());
        }
        let mut vm = world::machine(Wiring::standard(Vec::new())).map_err(|why| (Exit::Damaged, why))?;
        image::attach(&mut vm, &path, Some(self.flags.at.as_deref().unwrap_or("head")), "check")?;
        let live = Live::of(&mut vm).map_err(|f| (Exit::Damaged, f.text()))?;
        let image = Rc::new(Image { path, live });
        self.opened.push(image.clone());
        Ok(image)
    }
}
