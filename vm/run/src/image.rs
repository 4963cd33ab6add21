//! The machine's side of the living image: bringing objects in, commits, transactions.
//!
//! Some of the machine's objects may belong to an image ([`Image`], which the host attaches) and not be in memory. A send to one misses its
//! inline cache and brings it; primitives have their arguments brought before they run. So only what walks objects in Rust has to think of it:
//! [`Vm::present`].
//!
//! A transaction is a trial that is kept. While one is open its process runs alone, so that what is undone is its own work; it may
//! not wait for others. The end of the outermost one commits, if there is an image that the process may commit to.
//!
//! Not here: what an image is.

use std::sync::Arc;

use aura_code::{Code, MethodCode};
use aura_heap::{CollectionKind, MapId, SlotKind, Value};

use crate::caps::Capability;
use crate::fail::Fail;
use crate::linked::CodeRef;
use crate::prim::PrimFn;
use crate::process::{Process, ProcessId};
use crate::vm::Vm;

/// What the machine asks of an image.
pub trait Image {
    /// Brings an object that is not in memory.
    ///
    /// # Errors
    /// When the image cannot be read or is damaged.
    fn fault(&mut self, vm: &mut Vm, o: Value) -> Result<(), ImageFault>;
    /// Makes durable what has changed; answers the number of the commit.
    ///
    /// # Errors
    /// When the image cannot be written; nothing was.
    fn commit(&mut self, vm: &mut Vm, reason: &str) -> Result<u64, ImageFault>;
    /// Puts back what has changed since the last commit; answers how many objects that were.
    ///
    /// # Errors
    /// When the image cannot be read.
    fn abort(&mut self, vm: &mut Vm) -> Result<usize, ImageFault>;
    /// The number of the last commit.
    fn head(&self) -> u64;
    /// Whether it can be committed to.
    fn is_writable(&self) -> bool;
    /// The objects with the map `old` have `new` from now on, wherever they are.
    fn map_moved(&mut self, old: MapId, new: MapId);
    /// Forget what objects hold that are as they were stored: for tests.
    fn evict(&mut self, vm: &mut Vm);
    /// The entries of the chronicle from number `from` on.
    ///
    /// # Errors
    /// When the image cannot be read or is damaged.
    fn notes(&mut self, from: u64) -> Result<Vec<Vec<u8>>, ImageFault>;
    /// Records entries in the chronicle from number `at` on, at once: they stay whatever becomes of what is not committed. False if
    /// there are not (or no longer) `at` of them.
    ///
    /// # Errors
    /// When the image cannot be written.
    fn note(&mut self, at: u64, entries: &[Vec<u8>]) -> Result<bool, ImageFault>;
    /// After marking: forget what will be gone.
    fn sweep(&mut self, map_alive: &dyn Fn(MapId) -> bool, alive: &dyn Fn(Value) -> bool);
}

/// An open transaction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transaction {
    /// The process that began it.
    owner: ProcessId,
    /// How many processes the host had made by then.
    made_by_host: u64,
}

/// Why an image did not do what it was asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImageFault {
    /// What is wrong, and what to do about it.
    pub text: String,
    /// What is in the image is not what was written.
    pub is_damage: bool,
}

/// Code as the image keeps it.
pub struct CodeView {
    /// What was compiled.
    pub code: Arc<Code>,
    /// The module that it was written in.
    pub module: Value,
    /// The code word of the method or block around it.
    pub outer: Option<u64>,
    /// A model wrote it.
    pub generated: bool,
}

/// What a thing that the machine keeps can be stored as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeptView {
    /// A process that has ended in the way of this number, with this answer.
    Process(u64, Value),
    /// A semaphore with so many signals in stock.
    Semaphore(u64),
    /// Anything else.
    Other,
}

impl From<&str> for ImageFault {
    fn from(text: &str) -> Self {
        Self { text: text.to_string(), is_damage: false }
    }
}

/// The failure of an image.
fn failed(why: impl Into<ImageFault>) -> Fail {
    let why = why.into();
    Fail::with(if why.is_damage { "imageDamagedError" } else { "imageError" }, why.text)
}

impl Vm {
    /// From now on some objects belong to this image.
    pub fn attach_image(&mut self, image: Box<dyn Image>) {
        self.image = Some(image);
        // What the image has just changed of the library is remembered by the barrier, which would not tell of further changes to it.
        self.collect_as(CollectionKind::Minor);
    }

    /// Lets go of the image; what is not in memory cannot be brought any more.
    pub fn detach_image(&mut self) -> Option<Box<dyn Image>> {
        self.image.take()
    }

    /// The number of the image's last commit; nothing if there is no image.
    pub fn image_head(&self) -> Option<u64> {
        self.image.as_ref().map(|i| i.head())
    }

    /// Whether there is an image that can be committed to.
    pub fn image_is_writable(&self) -> bool {
        self.image.as_ref().is_some_and(|i| i.is_writable())
    }

    /// Lends the image and the machine to each other. Nothing if there is no image.
    pub fn with_image<R>(&mut self, f: impl FnOnce(&mut dyn Image, &mut Vm) -> R) -> Option<R> {
        let mut image = self.image.take()?;
        let answer = f(&mut *image, self);
        self.image = Some(image);
        Some(answer)
    }

    // ---- bringing objects in ----

    /// Makes sure that a value is in memory.
    ///
    /// # Errors
    /// When the image cannot be read or is damaged.
    #[inline]
    pub fn present(&mut self, v: Value) -> Result<(), Fail> {
        if self.heap.has_absents() && self.heap.is_absent(v) { self.bring(v) } else { Ok(()) }
    }

    /// The same for several.
    ///
    /// # Errors
    /// As [`Vm::present`].
    pub fn present_all(&mut self, values: &[Value]) -> Result<(), Fail> {
        values.iter().try_for_each(|v| self.present(*v))
    }

    /// Makes sure that what has a name is in memory, so that descriptions can tell it. Without an image there is nothing to do.
    pub fn present_names(&mut self) {
        if !self.heap.has_absents() {
            return;
        }
        let places: Vec<Value> = self.modules.values().copied().chain(self.global_place()).collect();
        for place in places {
            // What cannot be read has no name.
            let _ = self.present(place);
            for v in self.absent_contents(place) {
                let _ = self.present(v);
            }
        }
    }

    /// What the slots of an object hold and is not in memory. Conditions ask for it, so it makes no names.
    fn absent_contents(&self, o: Value) -> Vec<Value> {
        let slots = self.heap.map(self.heap.map_of(o)).slots.iter();
        let held = slots.filter_map(|s| match s.kind {
            SlotKind::Constant(v) => Some(v),
            SlotKind::Data(i) => Some(self.heap.data(o, i)),
            SlotKind::Assign(_) => None,
        });
        held.filter(|v| self.heap.is_absent(*v)).collect()
    }

    #[cold]
    pub(crate) fn bring(&mut self, o: Value) -> Result<(), Fail> {
        self.charge(1);
        self.with_image(|image, vm| image.fault(vm, o))
            .unwrap_or_else(|| Err("the image that this object belongs to is no longer open".into()))
            .map_err(failed)
    }

    /// Calls a primitive, its receiver and arguments being in memory.
    #[inline(always)]
    pub(crate) fn call_leaf(&mut self, f: PrimFn, args: &[Value]) -> Result<Value, Fail> {
        if self.heap.has_absents() {
            self.present_all(args)?;
        }
        f(self, args)
    }

    /// Commits and has everything fetched again: for tests, between two slices.
    pub(crate) fn stress_image(&mut self) {
        if self.transactions.is_empty() && !self.heap.in_trial() && self.image_is_writable() {
            let stored = self.store_changes("stress");
            debug_assert!(stored.is_ok(), "{stored:?}");
            self.with_image(|image, vm| image.evict(vm));
            self.clear_global();
            // Now and then everything is collected, so that places are emptied and objects come to lie elsewhere.
            if self.heap.stats.minor.is_multiple_of(8) {
                self.collect_as(CollectionKind::Full);
                debug_assert_eq!(self.heap.check_integrity(), Ok(()));
            }
        }
    }

    // ---- commits ----

    /// Makes durable what has changed. To be called between runs.
    ///
    /// # Errors
    /// When there is no image, a transaction is open, or the image cannot be written.
    pub fn commit(&mut self, reason: &str) -> Result<u64, Fail> {
        if !self.transactions.is_empty() {
            return Err(failed("a transaction is open; its end commits"));
        }
        self.store_changes(reason)
    }

    fn store_changes(&mut self, reason: &str) -> Result<u64, Fail> {
        self.collect_as(CollectionKind::Minor);
        self.with_image(|image, vm| image.commit(vm, reason)).unwrap_or_else(no_image).map_err(failed)
    }

    /// Puts back what has changed since the last commit. To be called between runs, or at a safepoint.
    ///
    /// # Errors
    /// When there is no image, a transaction is open, or the image cannot be read.
    pub fn abort_changes(&mut self) -> Result<usize, Fail> {
        if !self.transactions.is_empty() {
            return Err(failed("a transaction is open; it ends by a condition that leaves it"));
        }
        self.collect_as(CollectionKind::Minor);
        let undone = self.with_image(|image, vm| image.abort(vm)).unwrap_or_else(no_image).map_err(failed);
        self.flush();
        self.clear_global();
        self.collect_as(CollectionKind::Minor);
        undone
    }

    pub(crate) fn image_commit(&mut self, reason: Value) -> Result<Value, Fail> {
        self.require(Capability::Image, "committing")?;
        let reason = self.heap.as_text(reason).unwrap_or("").to_string();
        self.commit(&reason).map(|n| Value::int(n as i64))
    }

    pub(crate) fn image_abort(&mut self) -> Result<Value, Fail> {
        self.require(Capability::Image, "going back to the last commit")?;
        self.abort_changes().map(|n| Value::int(n as i64))
    }

    // ---- transactions ----

    pub(crate) fn transaction_begin(&mut self, p: &Process) -> Result<Value, Fail> {
        self.require_written("begin a transaction, in which nobody else runs")?;
        self.collect_as(CollectionKind::Minor);
        self.heap.begin_trial();
        self.transactions.push(Transaction { owner: p.id, made_by_host: self.made_by_host });
        Ok(self.nil())
    }

    fn owned_transaction(&self, p: &Process) -> Result<(), Fail> {
        if self.transactions.last().is_some_and(|t| t.owner == p.id) && !p.trial {
            Ok(())
        } else {
            Err(failed("this process has no open transaction"))
        }
    }

    pub(crate) fn transaction_end(&mut self, p: &Process) -> Result<Value, Fail> {
        self.owned_transaction(p)?;
        if self.transactions.len() == 1 && self.image.is_some() && self.require(Capability::Image, "").is_ok() {
            self.store_changes("transaction")?;
        }
        self.heap.keep_trial();
        self.transactions.pop();
        Ok(self.nil())
    }

    pub(crate) fn transaction_abort(&mut self, p: &Process) -> Result<Value, Fail> {
        self.owned_transaction(p)?;
        self.undo_transaction();
        self.collect_as(CollectionKind::Minor);
        Ok(self.nil())
    }

    fn undo_transaction(&mut self) {
        self.heap.undo_trial();
        self.transactions.pop();
        self.flush();
        self.clear_global();
    }

    /// A process has ended with transactions open: what they did is put back.
    pub(crate) fn end_transactions_of(&mut self, id: ProcessId) {
        while self.transactions.last().is_some_and(|t| t.owner == id) {
            self.undo_transaction();
            self.heap.wants_collection = true;
        }
    }

    /// Whether the running process may wait for others.
    pub(crate) fn may_wait(&self) -> Result<(), Fail> {
        if self.transactions.is_empty() {
            Ok(())
        } else {
            Err(failed("inside a transaction nobody else runs, so one cannot wait for others or signal them"))
        }
    }

    /// Who runs next: while a transaction is open, nobody but its process, and what the host has evaluated since (at a pause, a person's
    /// choice of a value).
    pub(crate) fn next_ready(&mut self) -> Option<ProcessId> {
        let Some(t) = self.transactions.last().copied() else { return self.ready.pop_front() };
        let may = |id: &ProcessId| *id == t.owner || self.process(*id).is_some_and(|p| p.of_host > t.made_by_host);
        let at = self.ready.iter().position(may)?;
        self.ready.remove(at)
    }

    // ---- what the image must know ----

    /// What a code word stands for.
    pub fn code_view(&self, word: u64) -> CodeView {
        let c = CodeRef::from_bits(word);
        CodeView { code: c.code().clone(), module: c.module.get(), outer: c.outer.map(CodeRef::bits), generated: c.generated }
    }

    /// Puts code into the arena; answers its code word.
    pub fn add_stored_code(&mut self, code: MethodCode, module: Value, outer: Option<u64>, generated: bool) -> u64 {
        self.add_code(code, module, outer.map(CodeRef::from_bits), generated).bits()
    }

    /// What a foreign object can be stored as.
    pub fn kept_view(&self, o: Value) -> KeptView {
        let map = self.heap.map_of(o);
        if map == self.heap.kind_maps.process {
            return match self.ending(o) {
                Ok(Some((how, v))) => KeptView::Process(crate::sched::ending_number(how), v),
                // A process that runs on does not outlast the machine.
                _ => KeptView::Process(crate::sched::ending_number("terminated"), self.nil()),
            };
        }
        if map == self.heap.kind_maps.semaphore {
            return KeptView::Semaphore(self.signals(o).max(0) as u64);
        }
        KeptView::Other
    }

    /// Makes such a thing anew: its map and number.
    pub fn keep_again(&mut self, kept: KeptView) -> (MapId, u64) {
        match kept {
            KeptView::Process(n, _) => (self.heap.kind_maps.process, crate::sched::number_of_ended(n)),
            KeptView::Semaphore(count) => {
                let o = self.new_semaphore(i64::try_from(count).unwrap_or(0));
                (self.heap.kind_maps.semaphore, self.heap.raw(o, 1))
            }
            KeptView::Other => (self.heap.kind_maps.foreign, 0),
        }
    }

    /// The last serial number of an activation.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// Serial numbers go on above this one.
    pub fn serials_from(&mut self, n: u64) {
        self.serial = self.serial.max(n);
    }

    /// Forgets what was concluded from slots that have changed.
    pub fn slots_changed(&mut self) {
        self.flush();
    }
}

fn no_image<T>() -> Result<T, ImageFault> {
    Err("there is no image; start with `--image FILE`".into())
}
