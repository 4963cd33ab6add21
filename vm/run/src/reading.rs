//! Reading what may let one wait: standard input, and files that are not plain ones (pipes, terminals, devices).
//!
//! A process that wants what is not there yet *parks*: its activation stands before the primitive again, and once there is something it goes on
//! by doing the primitive once more. So there is no other state than what was read so far, which is kept in [`Input`](crate::Input) or, for files, with the process.
//!
//! What must stay true: the machine's thread never waits in a read, so limits of time, Ctrl-C and other processes go on meanwhile; room is asked for before each piece,
//! and what was read is counted while it is kept; between pieces, limits and Ctrl-C are seen. A plain file is read without anybody else running.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use aura_heap::Value;

use crate::caps::Capability;
use crate::control::Outcome;
use crate::fail::Fail;
use crate::input::{Wanted, append, can_read};
use crate::prims::{bytes_value, io_fail, readable_path};
use crate::process::{NOWHERE, Process, Waiter};
use crate::sched::Event;
use crate::vm::Vm;

/// Bytes of a piece, of the input and of a file.
const PIECE: usize = 64 << 10;
const FILE_PIECE: usize = 1 << 20;
/// Pieces until others run.
const PIECES: usize = 16;
/// The largest file that is read in one piece, and the most of what is no plain file.
const LARGEST: u64 = 1 << 30;

/// A process that waits until something can be read.
pub(crate) struct Parked {
    waiter: Waiter,
    /// When its time is over.
    until: Option<Instant>,
    /// A file; else standard input.
    from: Option<Rc<File>>,
}

/// A file that is being read by the primitive at which an activation stands.
pub(crate) struct Reading {
    /// How many activations there are up to that one.
    pub(crate) depth: usize,
    path: PathBuf,
    file: Rc<File>,
    bytes: Vec<u8>,
}

impl Vm {
    /// The next line, or all that is left: at once, or as soon as it is there.
    pub(crate) fn read_input(&mut self, p: &mut Process, what: Wanted) -> Result<Outcome, Fail> {
        self.require(Capability::Input, "")?;
        let _ = self.host.out.flush();
        for _ in 0..PIECES {
            if self.host.input.holds(what) {
                return self.take_input(what).map(Outcome::Value);
            }
            let have = self.host.input.len();
            let room = self.room_beyond(have)?;
            self.could_pay(have as u64 / 128)?;
            match self.host.input.read(room.min(PIECE)) {
                Err(e) => return Err(Fail::with("ioError", e.to_string())),
                Ok(false) => return self.park(p, None),
                // What others wait for may be part of it.
                Ok(true) => self.wake_parked_if(|k| k.from.is_none()),
            }
        }
        Ok(stand_before(p))
    }

    /// What the input holds, as text. A line that is no text is taken all the same, since nobody could go on behind it otherwise.
    fn take_input(&mut self, what: Wanted) -> Result<Value, Fail> {
        let Some(bytes) = self.host.input.peek(what) else {
            self.host.input.take(0);
            return Ok(self.nil());
        };
        let n = bytes.len();
        let answer = match std::str::from_utf8(bytes) {
            Ok(text) if what == Wanted::All => self.heap.string(text)?,
            Ok(text) => {
                let text = text.strip_suffix('\n').unwrap_or(text);
                self.heap.string(text.strip_suffix('\r').unwrap_or(text))?
            }
            Err(_) => {
                if what == Wanted::Line {
                    self.host.input.take(n);
                }
                return Err(Fail::with("ioError", "the input is not UTF-8 text"));
            }
        };
        self.host.input.take(n);
        self.charge(n as u64 / 128);
        Ok(answer)
    }

    /// How many bytes may come to so many that were read.
    fn room_beyond(&mut self, have: usize) -> Result<usize, Fail> {
        let room = self.heap.room_left();
        if room <= have {
            self.heap.check_room(have + 1)?;
        }
        Ok(room.saturating_sub(have).max(1))
    }

    /// Fails if so much work is more than the process has fuel for, and charges nothing otherwise: what is not done yet costs nothing.
    fn could_pay(&mut self, units: u64) -> Result<(), Fail> {
        let charged = self.charged;
        self.afford(units)?;
        self.charged = charged;
        Ok(())
    }

    // ---- files ----

    /// The whole of a file as text or bytes.
    pub(crate) fn read_file(&mut self, p: &mut Process, path: Value, text: bool) -> Result<Outcome, Fail> {
        let depth = p.depth;
        // Taken first: whatever fails from here on, this reading is over.
        let begun = p.readings.pop_if(|r| r.depth == depth);
        let path = readable_path(self, path)?;
        let mut r = begun.map_or_else(|| open(path, depth), Ok)?;
        let meta = r.file.metadata().map_err(|e| io_fail(&r.path, &e))?;
        let done = if meta.is_file() || meta.is_dir() {
            self.read_plain(p, &mut r, meta.len())
        } else {
            match self.read_stream(p, &mut r) {
                Ok(Stream::Ended) => Ok(true),
                Ok(Stream::Goes) => {
                    p.readings.push(r);
                    return Ok(stand_before(p));
                }
                Ok(Stream::Waits) => {
                    let from = r.file.clone();
                    p.readings.push(r);
                    let parked = self.park(p, Some(from));
                    if parked.is_err() {
                        p.readings.pop();
                    }
                    return parked;
                }
                Err(f) => Err(f),
            }
        };
        if !done? {
            // From the beginning, should it go on after what it is stopped for.
            return Ok(stand_before(p));
        }
        self.file_value(&r, text).map(Outcome::Value)
    }

    /// What was read as a value.
    fn file_value(&mut self, r: &Reading, text: bool) -> Result<Value, Fail> {
        self.charge(1 + r.bytes.len() as u64 / 512);
        if !text {
            return bytes_value(self, &r.bytes);
        }
        match std::str::from_utf8(&r.bytes) {
            Ok(s) => self.string(s),
            Err(e) => {
                let at = e.valid_up_to();
                let what = format!("{}: is not UTF-8 text (byte {at}); read it as bytes", r.path.display());
                Err(Fail::with("ioError", what))
            }
        }
    }

    /// Reads a plain file, which lets nobody wait, to its end. False if the process is to stop before.
    fn read_plain(&mut self, p: &Process, r: &mut Reading, len: u64) -> Result<bool, Fail> {
        if len > LARGEST {
            return Err(too_large(&r.path));
        }
        self.heap.check_room(len as usize)?;
        r.bytes.reserve_exact(len as usize + 1);
        loop {
            // The length is what the system says; some files (`/proc`) say none, others grow.
            let room = self.heap.room_left().min(LARGEST as usize);
            let most = (room + 1).saturating_sub(r.bytes.len()).min(FILE_PIECE);
            if append(&mut &*r.file, &mut r.bytes, most).map_err(|e| io_fail(&r.path, &e))? == Some(0) {
                return Ok(true);
            }
            if r.bytes.len() as u64 > LARGEST {
                return Err(too_large(&r.path));
            }
            self.heap.check_room(r.bytes.len())?;
            if self.is_to_stop(p) {
                return Ok(false);
            }
        }
    }

    /// Whether the process has to hear of something before it goes on; what, the scheduler finds out.
    fn is_to_stop(&self, p: &Process) -> bool {
        let late = p.reached.is_none() && p.limits.deadline.is_some_and(|d| Instant::now() >= d);
        late || !p.trial && self.interrupt.load(Ordering::Relaxed)
    }

    /// Reads some of what is no plain file.
    fn read_stream(&mut self, p: &Process, r: &mut Reading) -> Result<Stream, Fail> {
        if p.trial {
            return Err(Fail::with(
                "ioError",
                format!("{}: is no plain file, which nobody waits for in a trial", r.path.display()),
            ));
        }
        for _ in 0..PIECES {
            if r.bytes.len() as u64 >= LARGEST {
                return Err(too_large(&r.path));
            }
            // What is kept is counted already.
            let room = self.room_beyond(0)?;
            self.could_pay(r.bytes.len() as u64 / 512)?;
            if !can_read([&*r.file], Duration::ZERO)[0] {
                return Ok(Stream::Waits);
            }
            match append(&mut &*r.file, &mut r.bytes, room.min(PIECE)).map_err(|e| io_fail(&r.path, &e))? {
                None => return Ok(Stream::Waits),
                Some(0) => {
                    // From now on the value is counted.
                    self.heap.count_back(r.bytes.len());
                    return Ok(Stream::Ended);
                }
                Some(n) => self.heap.count_outside(n),
            }
        }
        Ok(Stream::Goes)
    }

    // ---- who waits ----

    /// The process waits until the file, or standard input, can be read; no longer than it may run.
    fn park(&mut self, p: &mut Process, from: Option<Rc<File>>) -> Result<Outcome, Fail> {
        let late = p.limits.deadline.is_some_and(|d| Instant::now() >= d);
        if late && p.reached.is_some() {
            return Err(Fail::with("limitError", "the time is over, and what is not there is not waited for"));
        }
        let leave = stand_before(p);
        let until = p.limits.deadline.filter(|_| p.reached.is_none());
        self.parked.push(Parked { waiter: p.wait(NOWHERE), until, from });
        Ok(leave)
    }

    /// Those for whom there is something to read, or whose time is over, go on.
    pub(crate) fn wake_parked(&mut self) {
        if self.parked.is_empty() {
            return;
        }
        let mut can = self.can_be_read(Duration::ZERO).into_iter();
        let now = Instant::now();
        self.wake_parked_if(|k| can.next() == Some(true) || k.until.is_some_and(|u| u <= now));
    }

    /// Those go on who are so, each asked once, in the order in which they came.
    fn wake_parked_if(&mut self, mut goes_on: impl FnMut(&Parked) -> bool) {
        for k in std::mem::take(&mut self.parked) {
            let id = k.waiter.process;
            let goes = goes_on(&k);
            // Who was ended, or interrupted, waits no more.
            match self.process(id).is_some_and(|p| p.waits_as(k.waiter)) {
                true if goes => self.set_ready(id),
                true => self.parked.push(k),
                false => {}
            }
        }
    }

    /// For whom of the parked there is something to read, waiting for that so long at most.
    fn can_be_read(&mut self, wait: Duration) -> Vec<bool> {
        let standard = self.host.input.file().unwrap_or(None);
        // Where there is nothing to ask there is nothing to wait for.
        if standard.is_none() && self.parked.iter().any(|k| k.from.is_none()) {
            return vec![true; self.parked.len()];
        }
        let files = self.parked.iter().filter_map(|k| k.from.as_deref().or(standard));
        can_read(files, wait)
    }

    /// What the host hears when nobody can run.
    pub(crate) fn idle(&mut self) -> Event {
        let wakes = self.next_wake();
        if self.parked.is_empty() {
            return Event::Idle(wakes);
        }
        Event::Input(self.parked.iter().filter_map(|k| k.until).chain(wakes).min())
    }

    /// Waits until there is something to read for a process that waits for it, but so long at most.
    pub fn await_input(&mut self, most: Duration) {
        self.can_be_read(most);
    }
}

/// What reading from a stream came to.
enum Stream {
    /// To its end.
    Ended,
    /// There may be more; others are to run first.
    Goes,
    /// Nothing is there yet.
    Waits,
}

/// The activation stands before the primitive that it has just begun, and does it again when it goes on.
fn stand_before(p: &mut Process) -> Outcome {
    let f = p.top_mut();
    let instrs = &f.code.parts().instrs;
    // Behind one that names what to do if it fails there is a jump, which is skipped.
    f.pc -= if instrs[f.pc as usize - 1].op == aura_code::Op::Prim { 1 } else { 2 };
    Outcome::Leave
}

/// Opens a file without waiting for whoever may write to it.
fn open(path: PathBuf, depth: usize) -> Result<Reading, Fail> {
    let flags = rustix::fs::OFlags::NONBLOCK.bits() as i32;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(&path).map_err(|e| io_fail(&path, &e))?;
    Ok(Reading { depth, path, file: Rc::new(file), bytes: Vec::new() })
}

fn too_large(p: &Path) -> Fail {
    Fail::with("ioError", format!("{}: is too large to be read in one piece", p.display()))
}
