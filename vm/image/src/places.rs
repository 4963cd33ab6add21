//! Where in memory the image's objects are: by their numbers, segment after segment. The other way round (from an object to its number) is
//! the heap's own knowledge.
//!
//! What must stay true: a place is emptied when the collector frees what lies there ([`Places::sweep`]).

use aura_heap::Value;
use rustc_hash::FxHashMap;

use crate::format::segment::{self, PLACES};

type Page = Box<[Value; PLACES as usize]>;

/// See the module's comment.
#[derive(Default)]
pub(crate) struct Places {
    pages: FxHashMap<u64, Page>,
}

impl Places {
    /// The object of this number, or the stand-in for it, if there is one in memory.
    #[inline]
    pub(crate) fn get(&self, id: u64) -> Option<Value> {
        let v = self.pages.get(&segment::of(id))?[usize::from(segment::place(id))];
        v.is_ref().then_some(v)
    }

    /// Remembers where an object is.
    pub(crate) fn set(&mut self, id: u64, o: Value) {
        self.pages.entry(segment::of(id)).or_insert_with(|| Box::new([Value::ZERO; PLACES as usize]))
            [usize::from(segment::place(id))] = o;
    }

    /// Forgets it.
    pub(crate) fn forget(&mut self, id: u64) {
        if let Some(page) = self.pages.get_mut(&segment::of(id)) {
            page[usize::from(segment::place(id))] = Value::ZERO;
        }
    }

    /// What is in memory of a segment.
    pub(crate) fn page(&self, segment: u64) -> &[Value] {
        self.pages.get(&segment).map_or(&[], |p| &p[..])
    }

    /// Everything that is in memory.
    pub(crate) fn each(&self) -> impl Iterator<Item = Value> + '_ {
        self.pages.values().flat_map(|p| p.iter().copied().filter(|v| v.is_ref()))
    }

    /// After marking: forgets what is about to be freed.
    pub(crate) fn sweep(&mut self, alive: &dyn Fn(Value) -> bool) {
        self.pages.retain(|_, page| {
            let mut left = false;
            for v in page.iter_mut().filter(|v| v.is_ref()) {
                if alive(*v) {
                    left = true;
                } else {
                    *v = Value::ZERO;
                }
            }
            left
        });
    }
}
