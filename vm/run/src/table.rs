//! The table of processes.
//!
//! What must stay true: a process lies where it was made until it is taken out, since what runs on it holds its address; a number is given once,
//! also where the place in the table is used again; adding, finding and taking out take the same time however many there are.

#![allow(unsafe_code)]

use std::ptr::NonNull;

use crate::process::{Process, ProcessId};
use crate::vm::Vm;

/// All processes, by number.
#[derive(Default)]
pub(crate) struct Table {
    places: Vec<Place>,
    /// The places that nobody has.
    free: Vec<usize>,
}

#[derive(Default)]
struct Place {
    /// How many had it before.
    generation: u32,
    process: Option<NonNull<Process>>,
}

impl Table {
    /// The number of the next process, whose place is taken with it.
    pub(crate) fn next(&mut self) -> ProcessId {
        let at = self.free.pop().unwrap_or_else(|| {
            self.places.push(Place::default());
            self.places.len() - 1
        });
        ProcessId::new(at, self.places[at].generation)
    }

    /// Puts a process into the place of its number.
    pub(crate) fn put(&mut self, p: Process) {
        let at = p.id.place();
        self.places[at].process = Some(NonNull::from(Box::leak(Box::new(p))));
    }

    /// Takes a process out, and drops it.
    pub(crate) fn take(&mut self, id: ProcessId) {
        if self.find(id).is_none() {
            return;
        }
        let place = &mut self.places[id.place()];
        if let Some(p) = place.process.take() {
            drop_process(p);
        }
        // A place whose generations are used up stays empty.
        if let Some(next) = place.generation.checked_add(1) {
            place.generation = next;
            self.free.push(id.place());
        }
    }

    /// Where they lie, in the order of the table.
    pub(crate) fn all(&self) -> impl Iterator<Item = NonNull<Process>> {
        self.places.iter().filter_map(|p| p.process)
    }

    fn find(&self, id: ProcessId) -> Option<NonNull<Process>> {
        self.places.get(id.place())?.process.filter(|p| process_ref(p).id == id)
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        self.places.drain(..).filter_map(|p| p.process).for_each(drop_process);
    }
}

fn process_ref(p: &NonNull<Process>) -> &Process {
    // SAFETY: processes are leaked boxes, freed by `drop_process` alone when they leave the table.
    unsafe { p.as_ref() }
}

fn drop_process(p: NonNull<Process>) {
    // SAFETY: leaked in `put`; just taken out of the table.
    drop(unsafe { Box::from_raw(p.as_ptr()) });
}

impl Vm {
    /// A process, if it has not been forgotten.
    pub fn process(&self, id: ProcessId) -> Option<&Process> {
        // SAFETY: as above; the machine is borrowed as long as the process.
        self.processes.find(id).map(|p| unsafe { p.as_ref() })
    }

    /// A process, to be changed.
    pub fn process_mut(&mut self, id: ProcessId) -> Option<&mut Process> {
        // SAFETY: as above; the machine is borrowed exclusively.
        self.processes.find(id).map(|mut p| unsafe { p.as_mut() })
    }

    /// All processes.
    pub fn each_process(&self) -> impl Iterator<Item = &Process> {
        // SAFETY: as above; the machine is borrowed as long as the processes.
        self.processes.all().map(|p| unsafe { p.as_ref() })
    }

    /// A process that is there, beside the machine: what runs on it changes both. No second reference to the same process is used
    /// while this one is.
    pub(crate) fn process_ptr<'a>(&mut self, id: ProcessId) -> &'a mut Process {
        let p = self.processes.find(id).expect("a process that is in the table");
        // SAFETY: as above.
        unsafe { &mut *p.as_ptr() }
    }
}
