//! Old space: blocks of equal cells with free lists, and large objects on their own. Nothing in it ever moves.
//!
//! Cells come in steps of 16 bytes up to [`MAX_CELL`]; whatever is larger is its own allocation. A free cell has the
//! FREE flag in its header and the next free cell in its second word. A block lies on a multiple of its size and begins with its own
//! number, so that an object's address leads to its block: there the numbers are kept by which the image knows objects, for those
//! blocks that have any.
#![allow(unsafe_code)]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};

use rustc_hash::FxHashMap;

use crate::layout::{FREE, MARK};

const BLOCK: usize = 64 * 1024;
/// Bytes at the start of a block that hold its number.
const PREFIX: usize = 16;
/// Objects of at least so many bytes are given back to the system one at a time: that takes as long as they are long, page by page, and of
/// large ones that are made all the time many die at once.
const SLOW: usize = 256 << 10;
/// Largest object in a cell, in bytes.
pub(crate) const MAX_CELL: usize = 1024;
const CLASSES: usize = MAX_CELL / 16;

struct Block {
    /// The first cell.
    start: *mut u64,
    filled: *mut u64,
    cell_words: usize,
    /// Multiplied by a distance in bytes and shifted by 32 it is the distance in cells: a division that is a multiplication.
    per_byte: u64,
    /// For each cell the number that the image knows its object by; nothing if there is none in the block.
    ids: Option<Box<[u64]>>,
}

impl Block {
    fn cells(&self) -> usize {
        (BLOCK - PREFIX) / (self.cell_words * 8)
    }
}

#[derive(Clone, Copy)]
struct Class {
    free: *mut u64,
    bump: *mut u64,
    end: *mut u64,
    block: usize,
}

struct Large {
    start: *mut u64,
    bytes: usize,
}

impl Large {
    /// Gives its room back to the system; nobody looks at it any more.
    fn free(&self) {
        // SAFETY: allocated with this layout in `alloc_large`.
        unsafe { dealloc(self.start as *mut u8, layout(self.bytes)) };
    }
}

/// The old generation.
pub(crate) struct OldSpace {
    classes: [Class; CLASSES + 1],
    blocks: Vec<Block>,
    large: Vec<Large>,
    /// Large objects of the past, at least [`SLOW`] bytes each, which are not given back yet.
    dead: Vec<Large>,
    large_ids: FxHashMap<*mut u64, u64>,
    /// Bytes in cells and large objects that are in use.
    pub(crate) used: usize,
    /// Bytes taken from the system.
    pub(crate) reserved: usize,
}

fn layout(bytes: usize) -> Layout {
    let align = if bytes == BLOCK { BLOCK } else { 16 };
    Layout::from_size_align(bytes, align).expect("sizes are bounded far below the address space")
}

impl OldSpace {
    pub(crate) fn new() -> Self {
        let none = Class { free: std::ptr::null_mut(), bump: std::ptr::null_mut(), end: std::ptr::null_mut(), block: 0 };
        OldSpace {
            classes: [none; CLASSES + 1],
            blocks: Vec::new(),
            large: Vec::new(),
            dead: Vec::new(),
            large_ids: FxHashMap::default(),
            used: 0,
            reserved: 0,
        }
    }

    /// Room for `words` words, not initialised.
    #[inline]
    pub(crate) fn alloc(&mut self, words: usize) -> *mut u64 {
        let bytes = words * 8;
        if bytes > MAX_CELL {
            return self.alloc_large(bytes);
        }
        let class = bytes.div_ceil(16);
        let cell = class * 16;
        self.used += cell;
        let c = &mut self.classes[class];
        if !c.free.is_null() {
            let p = c.free;
            // SAFETY: a free cell belongs to this space and its second word is the next free cell or null.
            c.free = unsafe { *p.add(1) as *mut u64 };
            return p;
        }
        if c.bump < c.end {
            let p = c.bump;
            // SAFETY: bump < end, and the block is a whole number of cells.
            c.bump = unsafe { p.add(cell / 8) };
            return p;
        }
        self.new_block(class)
    }

    #[cold]
    fn new_block(&mut self, class: usize) -> *mut u64 {
        let cell = class * 16;
        let count = (BLOCK - PREFIX) / cell;
        self.close_block(class);
        // SAFETY: the layout has a size above zero.
        let base = unsafe { alloc(layout(BLOCK)) as *mut u64 };
        if base.is_null() {
            handle_alloc_error(layout(BLOCK));
        }
        self.reserved += BLOCK;
        let block = self.blocks.len();
        // SAFETY: the block is larger than its prefix.
        let start = unsafe {
            *base = block as u64;
            base.add(PREFIX / 8)
        };
        self.blocks.push(Block { start, filled: start, cell_words: cell / 8, per_byte: (1 << 32) / cell as u64 + 1, ids: None });
        let c = &mut self.classes[class];
        // SAFETY: both stay within the block just allocated.
        unsafe {
            c.bump = start.add(cell / 8);
            c.end = start.add(count * cell / 8);
        }
        c.block = block;
        start
    }

    fn close_block(&mut self, class: usize) {
        let c = &self.classes[class];
        if !c.bump.is_null() {
            self.blocks[c.block].filled = c.bump;
        }
    }

    fn alloc_large(&mut self, bytes: usize) -> *mut u64 {
        let start = self.reuse(bytes).unwrap_or_else(|| {
            // SAFETY: the layout has a size above zero.
            let start = unsafe { alloc(layout(bytes)) as *mut u64 };
            if start.is_null() {
                handle_alloc_error(layout(bytes));
            }
            self.reserved += bytes;
            start
        });
        self.used += bytes;
        self.large.push(Large { start, bytes });
        start
    }

    /// The room of a dead object of this size; else others are given back that are as large together, so that no more is taken from the
    /// system than if all had been given back at once.
    fn reuse(&mut self, bytes: usize) -> Option<*mut u64> {
        if bytes < SLOW {
            // Who makes these only never fills the nursery, whose collections give back the others.
            self.give_back();
            return None;
        }
        if let Some(at) = self.dead.iter().rposition(|dead| dead.bytes == bytes) {
            return Some(self.dead.swap_remove(at).start);
        }
        let mut given = 0;
        while given < bytes && !self.dead.is_empty() {
            given += self.give_back();
        }
        None
    }

    /// Gives one dead object back to the system, if there is one; its bytes.
    pub(crate) fn give_back(&mut self) -> usize {
        let Some(dead) = self.dead.pop() else { return 0 };
        dead.free();
        self.reserved -= dead.bytes;
        dead.bytes
    }

    /// Frees every object without a mark and removes the marks of the others. `visit` is told every survivor.
    pub(crate) fn sweep(&mut self) {
        for class in 1..=CLASSES {
            self.close_block(class);
            self.classes[class].free = std::ptr::null_mut();
        }
        let mut used = 0;
        for b in &mut self.blocks {
            let class = &mut self.classes[b.cell_words / 2];
            let mut p = b.start;
            let mut cell = 0;
            while p < b.filled {
                // SAFETY: p walks the cells of a block, each of which starts with a header.
                unsafe {
                    let h = *p;
                    if h & MARK != 0 {
                        *p = h & !MARK;
                        used += b.cell_words * 8;
                    } else {
                        *p = FREE;
                        *p.add(1) = class.free as u64;
                        class.free = p;
                        if let Some(ids) = &mut b.ids {
                            ids[cell] = 0;
                        }
                    }
                    p = p.add(b.cell_words);
                    cell += 1;
                }
            }
        }
        let mut freed = 0;
        // SAFETY: a large object starts with its header.
        for l in self.large.extract_if(.., |l| unsafe { *l.start & MARK == 0 }) {
            self.large_ids.remove(&l.start);
            if l.bytes >= SLOW {
                self.dead.push(l);
                continue;
            }
            l.free();
            freed += l.bytes;
        }
        for l in &self.large {
            // SAFETY: as above.
            unsafe { *l.start &= !MARK };
            used += l.bytes;
        }
        self.reserved -= freed;
        self.used = used;
    }

    /// Calls `f` with the address of every object in use.
    pub(crate) fn each(&mut self, mut f: impl FnMut(*mut u64)) {
        self.each_cell(|p, _| f(p));
    }

    /// The same with the number of words that there are at that address, the header's included.
    pub(crate) fn each_cell(&mut self, mut f: impl FnMut(*mut u64, usize)) {
        for class in 1..=CLASSES {
            self.close_block(class);
        }
        for b in &self.blocks {
            let mut p = b.start;
            while p < b.filled {
                // SAFETY: as in `sweep`.
                unsafe {
                    if *p & FREE == 0 {
                        f(p, b.cell_words);
                    }
                    p = p.add(b.cell_words);
                }
            }
        }
        for l in &self.large {
            f(l.start, l.bytes / 8);
        }
    }
}

/// Numbers of objects. `large` tells whether the object is an allocation of its own.
impl OldSpace {
    #[inline]
    fn cell_of(&self, p: *mut u64) -> (usize, usize) {
        let base = (p as usize & !(BLOCK - 1)) as *const u64;
        // SAFETY: p is an object in a block, which begins with its number.
        let block = unsafe { *base } as usize;
        let offset = p as u64 - self.blocks[block].start as u64;
        (block, ((offset * self.blocks[block].per_byte) >> 32) as usize)
    }

    /// The number of an object; 0 if it has none.
    #[inline]
    pub(crate) fn id(&self, p: *mut u64, large: bool) -> u64 {
        if large {
            return self.large_ids.get(&p).copied().unwrap_or(0);
        }
        let (block, cell) = self.cell_of(p);
        self.blocks[block].ids.as_ref().map_or(0, |ids| ids[cell])
    }

    /// Gives an object a number, or takes it away with 0.
    #[inline]
    pub(crate) fn set_id(&mut self, p: *mut u64, large: bool, id: u64) {
        if large {
            self.large_ids.insert(p, id);
            return;
        }
        let (block, cell) = self.cell_of(p);
        let b = &mut self.blocks[block];
        let cells = b.cells();
        b.ids.get_or_insert_with(|| vec![0; cells].into())[cell] = id;
    }
}

impl Drop for OldSpace {
    fn drop(&mut self) {
        for b in &self.blocks {
            // SAFETY: allocated with this layout in `new_block`; the first cell follows the prefix.
            unsafe { dealloc((b.start as *mut u8).sub(PREFIX), layout(BLOCK)) };
        }
        self.large.iter().chain(&self.dead).for_each(Large::free);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_rooms_are_used_again_or_given_back_bit_by_bit() {
        let words = SLOW / 8;
        let mut space = OldSpace::new();
        let rooms: Vec<*mut u64> = (0..3).map(|_| space.alloc(words)).collect();
        // SAFETY: headers of three objects, the last with a mark.
        rooms.iter().zip([0, 0, MARK]).for_each(|(p, header)| unsafe { **p = header });
        space.sweep();
        assert_eq!((space.used, space.reserved), (SLOW, 3 * SLOW));
        assert!(rooms[..2].contains(&space.alloc(words)), "a room of the same size is used again");
        assert_eq!((space.used, space.reserved), (2 * SLOW, 3 * SLOW));
        let wide = space.alloc(2 * words);
        assert_eq!((space.used, space.reserved), (4 * SLOW, 4 * SLOW), "another size: the last dead one is given back for it");
        assert_eq!(space.give_back(), 0);
        // SAFETY: the header of an object; the others have none of their marks any more.
        unsafe { *wide = 0 };
        space.sweep();
        assert_eq!((space.used, space.reserved), (0, 4 * SLOW), "all three are dead, and none is given back at once");
        for _ in 0..3 {
            space.alloc(MAX_CELL / 8 + 1);
        }
        assert_eq!(space.reserved, space.used, "smaller ones have the others given back");
    }

    #[test]
    fn cells_are_found_by_multiplication_as_by_division() {
        for class in 1..=CLASSES as u64 {
            let cell = class * 16;
            let per_byte = (1 << 32) / cell + 1;
            for offset in (0..BLOCK as u64).step_by(16) {
                assert_eq!((offset * per_byte) >> 32, offset / cell, "offset {offset} of cells of {cell}");
            }
        }
    }
}
