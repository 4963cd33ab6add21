//! Where in memory the image's objects are: by their numbers, segment after segment. The other way round (from an object to its number) is
//! the heap's own knowledge.
//!
//! What must stay true: a place is emptied when the collector frees what lies there ([`Places::sweep`]).

use std::cell::Cell;

use aura_heap::Value;
use rustc_hash::FxHashMap;

use crate::format::segment::{self, PLACES};

type Page = Box<[Value; PLACES as usize]>;

/// See the module's comment.
#[derive(Default)]
pub(crate) struct Places {
    /// The page of each segment that has something in memory.
    numbers: FxHashMap<u64, usize>,
    pages: Vec<Page>,
    /// Pages that belong to no segment any more.
    free: Vec<usize>,
    /// The segment that was asked for last, and its page: the next question is mostly about the same.
    last: Cell<(u64, usize)>,
}

/// No segment has this number.
const NONE: u64 = u64::MAX;

impl Places {
    #[inline]
    fn find(&self, segment: u64) -> Option<usize> {
        let (number, page) = self.last.get();
        // The first segment has no objects of its own, so the cell's first contents mislead nobody.
        if number == segment && segment != 0 {
            return Some(page);
        }
        let page = *self.numbers.get(&segment)?;
        self.last.set((segment, page));
        Some(page)
    }

    /// The object of this number, or the stand-in for it, if there is one in memory.
    #[inline]
    pub(crate) fn get(&self, id: u64) -> Option<Value> {
        let v = self.pages[self.find(segment::of(id))?][usize::from(segment::place(id))];
        v.is_ref().then_some(v)
    }

    /// Remembers where an object is.
    #[inline]
    pub(crate) fn set(&mut self, id: u64, o: Value) {
        let page = self.find(segment::of(id)).unwrap_or_else(|| self.new_page(segment::of(id)));
        self.pages[page][usize::from(segment::place(id))] = o;
    }

    #[cold]
    fn new_page(&mut self, segment: u64) -> usize {
        let page = self.free.pop().unwrap_or_else(|| {
            self.pages.push(Box::new([Value::ZERO; PLACES as usize]));
            self.pages.len() - 1
        });
        self.numbers.insert(segment, page);
        page
    }

    /// Forgets it.
    pub(crate) fn forget(&mut self, id: u64) {
        if let Some(page) = self.find(segment::of(id)) {
            self.pages[page][usize::from(segment::place(id))] = Value::ZERO;
        }
    }

    /// What is in memory of a segment.
    pub(crate) fn page(&self, segment: u64) -> &[Value] {
        self.find(segment).map_or(&[], |page| &self.pages[page][..])
    }

    /// Everything that is in memory.
    pub(crate) fn each(&self) -> impl Iterator<Item = Value> + '_ {
        self.numbers.values().flat_map(|page| self.pages[*page].iter().copied().filter(|v| v.is_ref()))
    }

    /// After marking: forgets what is about to be freed.
    pub(crate) fn sweep(&mut self, alive: &dyn Fn(Value) -> bool) {
        self.last.set((NONE, 0));
        let (pages, free) = (&mut self.pages, &mut self.free);
        self.numbers.retain(|_, page| {
            let mut left = false;
            for v in pages[*page].iter_mut().filter(|v| v.is_ref()) {
                if alive(*v) {
                    left = true;
                } else {
                    *v = Value::ZERO;
                }
            }
            if !left {
                free.push(*page);
            }
            left
        });
    }
}
