//! The image and the machine, made known to each other: what each needs of the other is a trait, and here they are put together.
//!
//! Not here: what an image does with objects (`aura_image`), and when (`commands`, `repl`).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aura_code::{Code, MethodCode, Origin, SlotInit, SlotTemplate};
use aura_heap::{Heap, MapId, Value};
use aura_image::store::{Embedded, StoreError};
use aura_image::{CodeView, ImageError, Kept, KeptView, Machine, Rows, Wanted};
use aura_run::{ImageFault, Vm};

use crate::cli::ImageFlags;
use crate::exit::Exit;
use crate::project::Project;

/// The machine, as the image sees it.
pub struct Lent<'a>(pub &'a mut Vm);

impl Machine for Lent<'_> {
    #[inline(always)]
    fn heap(&mut self) -> &mut Heap {
        &mut self.0.heap
    }
    fn specials(&self) -> [Value; 4] {
        let s = &self.0.specials;
        [s.nil, s.true_, s.false_, s.lobby]
    }
    fn code(&self, word: u64) -> CodeView {
        let v = self.0.code_view(word);
        CodeView { code: v.code, module: v.module, outer: v.outer, generated: v.generated }
    }
    fn add_code(&mut self, code: MethodCode, module: Value, outer: Option<u64>, generated: bool) -> u64 {
        self.0.add_stored_code(code, module, outer, generated)
    }
    fn recompile(&mut self, origin: &Arc<Origin>, wanted: Wanted<'_>) -> Option<Arc<Code>> {
        recompiled(origin, wanted)
    }
    fn kept(&self, o: Value) -> KeptView {
        let nil = self.0.nil();
        match self.0.kept_view(o) {
            aura_run::KeptView::Process(number, value) => KeptView { kept: Kept::Process, number, value },
            aura_run::KeptView::Semaphore(number) => KeptView { kept: Kept::Semaphore, number, value: nil },
            aura_run::KeptView::Other => KeptView { kept: Kept::Other, number: 0, value: nil },
        }
    }
    fn keep(&mut self, kept: Kept, number: u64) -> (MapId, u64) {
        let nil = self.0.nil();
        self.0.keep_again(match kept {
            Kept::Process => aura_run::KeptView::Process(number, nil),
            Kept::Semaphore => aura_run::KeptView::Semaphore(number),
            Kept::Other => aura_run::KeptView::Other,
        })
    }
    fn serial(&self) -> u64 {
        self.0.serial()
    }
    fn serials_from(&mut self, n: u64) {
        self.0.serials_from(n);
    }
    fn flush(&mut self) {
        self.0.slots_changed();
    }
}

/// The image, as the machine sees it.
struct Attached(aura_image::Image);

/// An error of the image, with what to do about it.
fn words(e: &ImageError) -> String {
    format!("{e}; {}", e.remedy())
}

impl aura_run::Image for Attached {
    fn fault(&mut self, vm: &mut Vm, o: Value) -> Result<(), ImageFault> {
        self.0.fault(&mut Lent(vm), o).map_err(|e| fault_of(&e))
    }
    fn commit(&mut self, vm: &mut Vm, reason: &str) -> Result<u64, ImageFault> {
        self.0.commit(&mut Lent(vm), reason).map_err(|e| fault_of(&e))
    }
    fn abort(&mut self, vm: &mut Vm) -> Result<usize, ImageFault> {
        self.0.abort(&mut Lent(vm)).map_err(|e| fault_of(&e))
    }
    fn head(&self) -> u64 {
        self.0.head()
    }
    fn is_writable(&self) -> bool {
        self.0.at().is_none()
    }
    fn map_moved(&mut self, old: MapId, new: MapId) {
        self.0.map_moved(old, new);
    }
    fn evict(&mut self, vm: &mut Vm) {
        self.0.evict(&mut Lent(vm));
    }
    fn notes(&mut self, from: u64) -> Result<Vec<Vec<u8>>, ImageFault> {
        aura_image::chronicle::read(self.0.rows(), from).map_err(|e| fault_of(&e))
    }
    fn note(&mut self, at: u64, entries: &[Vec<u8>]) -> Result<bool, ImageFault> {
        recorded(self.0.record_now(at, entries))
    }
    fn sweep(&mut self, map_alive: &dyn Fn(MapId) -> bool, alive: &dyn Fn(Value) -> bool) {
        self.0.sweep(map_alive, alive);
    }
}

/// An error of the image, as the machine tells it.
pub fn fault_of(e: &ImageError) -> ImageFault {
    ImageFault { text: words(e), is_damage: e.is_damage() || matches!(e, ImageError::Store(StoreError::Newer { .. })) }
}

/// What became of entries for the chronicle: false if somebody else was faster.
///
/// # Errors
/// When the image cannot be written.
pub fn recorded(result: Result<(), ImageError>) -> Result<bool, ImageFault> {
    match result {
        Ok(()) => Ok(true),
        Err(ImageError::Store(StoreError::Conflict(_))) => Ok(false),
        Err(e) => Err(fault_of(&e)),
    }
}

/// Compiles a source anew and finds a piece of code in it.
fn recompiled(origin: &Arc<Origin>, wanted: Wanted<'_>) -> Option<Arc<Code>> {
    let text = &origin.text;
    let file = aura_syntax::parse(text);
    let mut found = None;
    if !file.has_errors()
        && let Ok(chunks) = aura_code::compile_file(&file.file, origin)
    {
        found = chunks.iter().find_map(|c| find_code(c, &wanted));
    }
    // A method that was learned, or entered alone, is compiled as a slot list.
    let slots = aura_syntax::parse_slots(text);
    if found.is_none()
        && !slots.has_errors()
        && let Some(list) = &slots.file.slots
        && let Ok(slots) = aura_code::compile_slots(list, origin)
    {
        found = in_slots(&slots.template.slots, &wanted);
    }
    found.filter(|c| aura_code::verify(c).is_ok())
}

fn find_code(code: &Arc<Code>, wanted: &Wanted<'_>) -> Option<Arc<Code>> {
    if code.kind == wanted.kind && &*code.name == wanted.name && code.span == wanted.span {
        return Some(code.clone());
    }
    let inside = code.blocks.iter().find_map(|b| find_code(b, wanted));
    inside.or_else(|| code.objects.iter().find_map(|o| in_slots(&o.slots, wanted))).or_else(|| in_slots(&code.slots, wanted))
}

fn in_slots(slots: &[SlotTemplate], wanted: &Wanted<'_>) -> Option<Arc<Code>> {
    slots.iter().find_map(|s| match &s.init {
        SlotInit::Method(m) => find_code(m.code(), wanted),
        _ => None,
    })
}

/// The exit code for an image that cannot be used.
pub fn exit(e: &ImageError) -> Exit {
    match e {
        e if e.is_damage() => Exit::Damaged,
        ImageError::Store(StoreError::Newer { .. }) => Exit::Damaged,
        ImageError::Store(StoreError::Missing(_) | StoreError::Exists(_))
        | ImageError::NoSuchCommit(_)
        | ImageError::NoSuchPath(_) => Exit::Usage,
        _ => Exit::Failed,
    }
}

/// An error that ends the command.
pub fn fatal(e: impl Into<ImageError>) -> (Exit, String) {
    let e = e.into();
    (exit(&e), words(&e))
}

/// Opens the store of an image, and makes it if it is not there.
///
/// # Errors
/// When it cannot be opened or made.
pub fn store(path: &Path, create: bool) -> Result<Embedded, ImageError> {
    let opened = match Embedded::open(path) {
        Err(StoreError::Missing(_)) if create => match Embedded::create(path) {
            // Somebody else has made it in the meantime.
            Err(StoreError::Exists(_)) => Embedded::open(path)?,
            made => made?,
        },
        other => other?,
    };
    let mut store = opened.store;
    // Whoever made the file may have been killed before it became an image.
    if opened.created || (create && aura_image::Image::is_empty(&store)?) {
        aura_image::Image::format(&mut store, &format!("aura {}", env!("CARGO_PKG_VERSION")))?;
    }
    Ok(store)
}

/// Opens the image in a file for a machine that has loaded its library and run nothing since. `at` names an earlier commit by number or
/// tag.
///
/// # Errors
/// The exit code and what is wrong.
pub fn attach(vm: &mut Vm, path: &Path, at: Option<&str>, author: &str) -> Result<(), (Exit, String)> {
    // What is only looked at may be looked at by several.
    let store = match at {
        None => store(path, true),
        Some(_) => Embedded::open_read_only(path).map(|o| o.store).map_err(ImageError::from),
    };
    let rows = Rows::new(Box::new(store.map_err(fatal)?));
    let at = at.map(|word| aura_image::history::find(&rows, word)).transpose().map_err(fatal)?;
    attach_rows(vm, rows, at, author).map_err(fatal)
}

/// The same for an image in any store.
///
/// # Errors
/// What is wrong with it.
pub fn attach_rows(vm: &mut Vm, rows: Rows, at: Option<u64>, author: &str) -> Result<(), ImageError> {
    let mut image = aura_image::Image::open(rows, at, &mut Lent(vm))?;
    image.author = author.to_string();
    vm.attach_image(Box::new(Attached(image)));
    Ok(())
}

/// Opens the image that a program works at, if it works at one. `near` is its file, for the project; the author is who commits.
///
/// # Errors
/// The exit code and what is wrong.
pub fn join(vm: &mut Vm, flags: &ImageFlags, near: &Path, author: &str) -> Result<bool, (Exit, String)> {
    let project = Project::of(near).map_err(|why| (Exit::Usage, why))?;
    let path = if flags.no_image { None } else { chosen(flags.image.as_deref(), project.as_ref()) };
    match (path, &flags.at) {
        (Some(path), at) => attach(vm, &path, at.as_deref(), author).map(|()| true),
        (None, Some(_)) => Err((Exit::Usage, "--at needs an image: name one with --image FILE".into())),
        (None, None) => Ok(false),
    }
}

/// Which image a program works at: the one named, that of the environment, or that of its project.
pub fn chosen(flag: Option<&Path>, project: Option<&Project>) -> Option<PathBuf> {
    if let Some(path) = flag {
        return Some(path.to_path_buf());
    }
    if let Some(path) = std::env::var_os("AURA_IMAGE").filter(|p| !p.is_empty()) {
        return Some(path.into());
    }
    project.and_then(|p| p.image.clone())
}
