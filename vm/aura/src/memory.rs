//! Where a program keeps what it learns: in the image that it works at, in that of its project, or in a file beside it.
//!
//! What must stay true: there is one open store for one image, so the machine's own image is reached through the machine; the
//! image of a project is open for moments only, so that two of its programs can run at the same time, and it is not made
//! before there is something to keep.
//!
//! Not here: what is kept, and how it is checked (`aura_alfred`).

use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};

use aura_alfred::chronicle::{Chronicle, ChronicleFault, ChronicleStore, Learning, StoreFault};
use aura_alfred::interface::Shape;
use aura_alfred::memory::{Beside, Both, Chronicled, Keeping, Memory, MemoryError, Place, Recalled};
use aura_image::store::{Embedded, StoreError};
use aura_image::{ImageError, Rows, chronicle};
use aura_run::{ImageFault, Vm};

use crate::cli::ImageFlags;
use crate::exit::Exit;
use crate::image::{self, fault_of, recorded};
use crate::project::Project;

/// How long somebody waits for a project's image that another program has just open.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(15);

/// A memory, and the file that it is: an image, or the script itself.
pub type Found = (Option<Box<dyn Memory>>, Option<PathBuf>);

/// The memory of a program whose machine has joined its image, if it works at one. `script` is its file, if it has one.
///
/// # Errors
/// When it is damaged, or reaches for a power.
pub fn of(
    flags: &ImageFlags,
    script: Option<&Path>,
    text: &str,
    project: Option<&Project>,
    capabilities: &[String],
    vm: &Vm,
) -> Result<Found, MemoryError> {
    let file = match script {
        Some(script) => {
            let path = aura_alfred::learned::beside(script);
            Some((Beside::open(&path, &name_of(script), text, capabilities)?, path))
        }
        None => None,
    };
    let at_image = image::chosen(flags.image.as_deref(), project).filter(|_| vm.image_head().is_some());
    let (place, path): (Box<dyn Place>, PathBuf) = match (at_image, project, script) {
        (Some(path), ..) => (Box::new(Own { name: path.display().to_string() }), path),
        (None, Some(project), Some(_)) => (Box::new(Lent::new(project.learned())), project.learned()),
        _ => return Ok((file.map(|(file, _)| Box::new(file) as Box<dyn Memory>), script.map(Path::to_path_buf))),
    };
    let name = script.map_or_else(|| "(dialogue)".into(), |s| identity(s, project, &path));
    let image = Chronicled::new(place, journal(&path), &name);
    let memory: Box<dyn Memory> = match file {
        Some((file, path)) if path.exists() => Box::new(Both { file, image }),
        _ => Box::new(image),
    };
    Ok((Some(memory), Some(path)))
}

/// The exit code and the words for a memory that cannot be used.
pub fn damaged(e: MemoryError) -> (Exit, String) {
    let exit = match &e {
        MemoryError::Chronicle { fault, .. } if !fault.is_damage() => Exit::Failed,
        _ => Exit::Damaged,
    };
    (exit, e.to_string())
}

/// The chronicle of an image in a file, which is only read.
///
/// # Errors
/// When it cannot be read, or is damaged.
pub fn chronicle(image: &Path) -> Result<Chronicle, ChronicleFault> {
    let mut store = InFile::open_read_only(image)?;
    let mut chronicle = Chronicle::default();
    chronicle.catch_up(&mut store)?;
    Ok(chronicle)
}

/// The journal beside an image.
pub fn journal(image: &Path) -> PathBuf {
    let mut name = image.as_os_str().to_os_string();
    name.push(".journal.aura");
    name.into()
}

fn name_of(script: &Path) -> String {
    script.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned())
}

/// The name of a script that does not depend on where the command is called: its path in its project, or below the folder of
/// the image, or else its whole path.
pub fn identity(script: &Path, project: Option<&Project>, image: &Path) -> String {
    let whole = |p: &Path| p.canonicalize().or_else(|_| std::path::absolute(p)).unwrap_or_else(|_| p.to_path_buf());
    let script = whole(script);
    let folder = image.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let roots = [project.map(|p| whole(&p.root)), Some(whole(folder))];
    let below = roots.iter().flatten().find_map(|root| script.strip_prefix(root).ok());
    let Some(below) = below else { return script.display().to_string() };
    let parts = below.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy()),
        _ => None,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// A memory to which nothing is added.
pub struct OnlyRead(pub Box<dyn Memory>);

impl Memory for OnlyRead {
    fn recall(&mut self, vm: &mut Vm) -> Result<Recalled, MemoryError> {
        self.0.recall(vm)
    }
    fn keep(&mut self, _vm: &mut Vm, _learning: Learning) -> Keeping {
        Keeping::default()
    }
    fn checked(&mut self, _vm: &mut Vm, _entry: &str, _interface: &[Shape], _trial: &str) -> Keeping {
        Keeping::default()
    }
}

fn fault(e: ImageFault) -> StoreFault {
    StoreFault { text: e.text, is_damage: e.is_damage, is_busy: false }
}

// ---- the image that the machine works at ----

struct Own {
    name: String,
}

impl Place for Own {
    fn open<'a>(&'a mut self, vm: &'a mut Vm, _make: bool) -> Result<Option<Box<dyn ChronicleStore + 'a>>, StoreFault> {
        Ok(Some(Box::new(Through(vm))))
    }
    fn name(&self) -> String {
        self.name.clone()
    }
}

struct Through<'a>(&'a mut Vm);

fn gone() -> StoreFault {
    StoreFault { text: "the image is no longer open".into(), is_damage: false, is_busy: false }
}

impl ChronicleStore for Through<'_> {
    fn entries(&mut self, from: u64) -> Result<Vec<Vec<u8>>, StoreFault> {
        self.0.with_image(|image, _| image.notes(from)).ok_or_else(gone)?.map_err(fault)
    }
    fn append(&mut self, at: u64, entries: &[Vec<u8>]) -> Result<bool, StoreFault> {
        self.0.with_image(|image, _| image.note(at, entries)).ok_or_else(gone)?.map_err(fault)
    }
}

// ---- an image in a file ----

/// The image of a project, opened when it is needed.
struct Lent {
    path: PathBuf,
}

impl Lent {
    fn new(path: PathBuf) -> Self {
        Self { path }
    }
}

impl Place for Lent {
    fn open<'a>(&'a mut self, _vm: &'a mut Vm, make: bool) -> Result<Option<Box<dyn ChronicleStore + 'a>>, StoreFault> {
        if !make && !self.path.exists() {
            return Ok(None);
        }
        if make {
            self.make_folder()?;
        }
        Ok(Some(Box::new(InFile::open(&self.path, make)?)))
    }
    fn name(&self) -> String {
        self.path.display().to_string()
    }
}

impl Lent {
    fn make_folder(&self) -> Result<(), StoreFault> {
        let Some(folder) = self.path.parent().filter(|f| !f.exists()) else { return Ok(()) };
        let text = |e| format!("{} cannot be made: {e}", folder.display());
        std::fs::create_dir_all(folder).map_err(|e| StoreFault { text: text(e), is_damage: false, is_busy: false })
    }
}

/// The chronicle of an image in a file that is open as long as this lives.
pub struct InFile {
    rows: Rows,
}

impl InFile {
    /// Opens it for writing, made if it is not there and may be. Waits a moment if another program has it.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path, make: bool) -> Result<Self, StoreFault> {
        patiently(|| Ok(Self { rows: Rows::new(Box::new(image::store(path, make)?)) }))
    }

    /// Opens it for reading.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreFault> {
        patiently(|| Ok(Self { rows: Rows::new(Box::new(Embedded::open_read_only(path)?.store)) }))
    }
}

fn patiently(open: impl Fn() -> Result<InFile, ImageError>) -> Result<InFile, StoreFault> {
    let until = Instant::now() + PATIENCE;
    loop {
        match open() {
            Ok(opened) => return Ok(opened),
            Err(ImageError::Store(StoreError::Busy { .. } | StoreError::Exists(_))) if Instant::now() < until => {
                std::thread::sleep(PAUSE);
            }
            Err(e) => {
                let is_busy = matches!(e, ImageError::Store(StoreError::Busy { .. }));
                return Err(StoreFault { is_busy, ..fault(fault_of(&e)) });
            }
        }
    }
}

impl ChronicleStore for InFile {
    fn entries(&mut self, from: u64) -> Result<Vec<Vec<u8>>, StoreFault> {
        chronicle::read(&self.rows, from).map_err(|e| fault(fault_of(&e)))
    }
    fn append(&mut self, at: u64, entries: &[Vec<u8>]) -> Result<bool, StoreFault> {
        recorded(chronicle::record(&mut self.rows, at, entries)).map_err(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_has_one_name_wherever_it_is_called_from() {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(dir.path().join("src")).expect("a folder");
        let script = dir.path().join("src/a.aura");
        std::fs::write(&script, "").expect("written");
        let project = Project { root: dir.path().join("src/.."), ..Project::default() };
        assert_eq!(identity(&script, Some(&project), Path::new("elsewhere/x.image")), "src/a.aura");
        assert_eq!(identity(&script, None, &dir.path().join("x.image")), "src/a.aura");
        let far = identity(&script, None, &dir.path().join("src/deep/x.image"));
        assert!(Path::new(&far).is_absolute(), "{far}");
    }

    #[test]
    fn two_who_append_follow_each_other() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.image");
        let mut one = InFile::open(&path, true).expect("made");
        assert_eq!(one.append(0, &[b"a".to_vec()]), Ok(true));
        assert_eq!(one.append(0, &[b"b".to_vec()]), Ok(false));
        let busy = InFile::open(&path, false).err().expect("one is open");
        assert!(busy.is_busy && busy.text.contains("in use"), "{busy}");
        drop(one);
        let mut other = InFile::open_read_only(&path).expect("opened");
        assert_eq!(other.entries(0), Ok(vec![b"a".to_vec()]));
    }
}
