//! Old space: blocks of equal cells with free lists, and large objects on their own. Nothing in it ever moves.
//!
//! Cells come in steps of 16 bytes up to [`MAX_CELL`]; whatever is larger is its own allocation. A free cell has the
//! FREE flag in its header and the next free cell in its second word.
#![allow(unsafe_code)]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};

use crate::layout::{FREE, MARK};

const BLOCK: usize = 64 * 1024;
/// Largest object in a cell, in bytes.
pub(crate) const MAX_CELL: usize = 1024;
const CLASSES: usize = MAX_CELL / 16;

struct Block {
    start: *mut u64,
    filled: *mut u64,
    cell_words: usize,
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

/// The old generation.
pub(crate) struct OldSpace {
    classes: [Class; CLASSES + 1],
    blocks: Vec<Block>,
    large: Vec<Large>,
    /// Bytes in cells and large objects that are in use.
    pub(crate) used: usize,
    /// Bytes taken from the system.
    pub(crate) reserved: usize,
}

fn layout(bytes: usize) -> Layout {
    Layout::from_size_align(bytes, 16).expect("sizes are bounded far below the address space")
}

impl OldSpace {
    pub(crate) fn new() -> Self {
        let none = Class { free: std::ptr::null_mut(), bump: std::ptr::null_mut(), end: std::ptr::null_mut(), block: 0 };
        OldSpace { classes: [none; CLASSES + 1], blocks: Vec::new(), large: Vec::new(), used: 0, reserved: 0 }
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
        let count = BLOCK / cell;
        self.close_block(class);
        // SAFETY: the layout has a size above zero.
        let start = unsafe { alloc(layout(BLOCK)) as *mut u64 };
        if start.is_null() {
            handle_alloc_error(layout(BLOCK));
        }
        self.reserved += BLOCK;
        self.blocks.push(Block { start, filled: start, cell_words: cell / 8 });
        let block = self.blocks.len() - 1;
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
        // SAFETY: the layout has a size above zero.
        let start = unsafe { alloc(layout(bytes)) as *mut u64 };
        if start.is_null() {
            handle_alloc_error(layout(bytes));
        }
        self.used += bytes;
        self.reserved += bytes;
        self.large.push(Large { start, bytes });
        start
    }

    /// Frees every object without a mark and removes the marks of the others. `visit` is told every survivor.
    pub(crate) fn sweep(&mut self) {
        for class in 1..=CLASSES {
            self.close_block(class);
            self.classes[class].free = std::ptr::null_mut();
        }
        let mut used = 0;
        for b in &self.blocks {
            let class = &mut self.classes[b.cell_words / 2];
            let mut p = b.start;
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
                    }
                    p = p.add(b.cell_words);
                }
            }
        }
        let mut freed = 0;
        self.large.retain(|l| {
            // SAFETY: a large object starts with its header.
            unsafe {
                if *l.start & MARK != 0 {
                    *l.start &= !MARK;
                    used += l.bytes;
                    true
                } else {
                    dealloc(l.start as *mut u8, layout(l.bytes));
                    freed += l.bytes;
                    false
                }
            }
        });
        self.reserved -= freed;
        self.used = used;
    }

    /// Calls `f` with the address of every object in use.
    pub(crate) fn each(&mut self, mut f: impl FnMut(*mut u64)) {
        for class in 1..=CLASSES {
            self.close_block(class);
        }
        for b in &self.blocks {
            let mut p = b.start;
            while p < b.filled {
                // SAFETY: as in `sweep`.
                unsafe {
                    if *p & FREE == 0 {
                        f(p);
                    }
                    p = p.add(b.cell_words);
                }
            }
        }
        for l in &self.large {
            f(l.start);
        }
    }
}

impl Drop for OldSpace {
    fn drop(&mut self) {
        for b in &self.blocks {
            // SAFETY: allocated with this layout in `new_block`.
            unsafe { dealloc(b.start as *mut u8, layout(BLOCK)) };
        }
        for l in &self.large {
            // SAFETY: allocated with this layout in `alloc_large`.
            unsafe { dealloc(l.start as *mut u8, layout(l.bytes)) };
        }
    }
}
